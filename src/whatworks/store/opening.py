"""Whether there is a store at a place, whether it can be used, and making a new one."""

from __future__ import annotations

import sqlalchemy as sa

from whatworks.errors import NotFound, UserError
from whatworks.store.database import Database
from whatworks.store.migrate import migrate_up
from whatworks.store.revisions import revision_of, schema_problem
from whatworks.store.tables import METADATA

__all__ = ["create_schema", "found_revision", "opening_problem"]


def found_revision(database: Database) -> str | None:
    """Return the revision of the store at a place; None if its tables were never made.

    Raises
    ------
    NotFound
        There is no store; the message says how to create one.
    """
    missing = NotFound(
        f"There is no store at {database.name}. Check the name, or create one with: "
        f"whatworks store create --store {database.name}"
    )
    # Connecting to a SQLite file that is not there would make one.
    if database.path is not None and not database.path.is_file():
        raise missing
    with database.reading() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            raise missing
        return revision_of(connection)


def opening_problem(database: Database) -> UserError | None:
    """Return why the store cannot be used by this version of the program; None if it can.

    Raises
    ------
    NotFound
        There is no store.
    """
    return schema_problem(database.name, found_revision(database))


def create_schema(database: Database) -> None:
    """Make a store's tables in an empty database, and the folder of its file.

    Raises
    ------
    UserError
        There is a store already, or tables with a name it needs.
    """
    if database.path is not None:
        database.path.parent.mkdir(parents=True, exist_ok=True)
    with database.writing() as connection:
        present = set(sa.inspect(connection).get_table_names())
        if "alembic_version" in present:
            raise UserError(f"{database.name}: there is a store already. Open it instead.")
        if taken := sorted(present & set(METADATA.tables)):
            raise UserError(
                f"{database.name}: the database has tables of another program with names a store "
                f"needs ({', '.join(taken)}). Use an empty database."
            )
        migrate_up(connection)
