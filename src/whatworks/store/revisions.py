"""Which schema a store has, and whether this version of the program can use it."""

from __future__ import annotations

import sqlalchemy as sa

from whatworks.errors import UserError

__all__ = ["REVISIONS", "newer_schema", "revision_of", "schema_problem"]

# All revisions of the schema, oldest first. Kept here so that opening a store needs no Alembic;
# a test holds it equal to the migrations.
REVISIONS = ("0001", "0002", "0003", "0004")


def revision_of(connection: sa.Connection) -> str | None:
    """Return the revision of a store's schema; None if its tables were never made."""
    revision: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return revision


def schema_problem(
    name: str, revision: str | None, *, known: tuple[str, ...] = REVISIONS
) -> UserError | None:
    """Return why a store of this revision cannot be used; None if it can."""
    if revision == known[-1]:
        return None
    if revision is None or revision in known:
        return UserError(
            f"{name}: the store was made by an older version of whatworks (schema {revision}, this "
            f"version uses {known[-1]}). Run: whatworks store upgrade --store "
            f"{name} (on SQLite it makes a backup first)."
        )
    return newer_schema(name, revision, known=known)


def newer_schema(name: str, revision: str, *, known: tuple[str, ...] = REVISIONS) -> UserError:
    """Return the message for a store whose schema this version does not know."""
    return UserError(
        f"{name}: the store was made by a newer version of whatworks (schema {revision}, this "
        f"version knows up to {known[-1]}). Install the newer version, then do it again."
    )
