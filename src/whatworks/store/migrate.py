"""Running the schema's migrations, without any configuration file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from alembic.config import Config

__all__ = ["migrate_down", "migrate_up", "migration_config"]

MIGRATIONS = Path(__file__).with_name("migrations")


def migration_config(connection: sa.Connection | None = None) -> Config:
    """Return Alembic's configuration for the migrations in this package."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def migrate_up(connection: sa.Connection, revision: str = "head") -> None:
    """Bring the schema up to a revision, within the caller's transaction."""
    from alembic import command

    command.upgrade(migration_config(connection), revision)


def migrate_down(connection: sa.Connection, revision: str) -> None:
    """Bring the schema back to an earlier revision, within the caller's transaction."""
    from alembic import command

    command.downgrade(migration_config(connection), revision)
