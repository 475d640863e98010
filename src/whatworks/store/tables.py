"""The store's SQL tables: one for each noun, and its own for events, files and people."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from whatworks.errors import NotFound
from whatworks.release.schema import TABLES, Table

__all__ = [
    "ACCOUNTS",
    "EVENTS",
    "FACTS",
    "FILES",
    "FILE_CHUNKS",
    "INVITATIONS",
    "LEASES",
    "METADATA",
    "PAYLOADS",
    "PEOPLE",
    "SESSIONS",
    "FactTable",
    "Key",
    "Values",
    "fact_table",
]

Key = tuple[Any, ...]
Values = tuple[Any, ...]

# Names that migrations can rely on: SQLite can only alter constraints that have one.
METADATA = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# PostgreSQL sorts text by the server's locale unless told; the dump must not depend on it.
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_SQL_TYPES: Mapping[str, sa.types.TypeEngine[Any]] = types.MappingProxyType(
    {
        "string": _TEXT,
        "integer": _INTEGER,
        "number": sa.Double(),
        "boolean": sa.Boolean(),
    }
)


@dataclass(frozen=True)
class FactTable:
    """One noun's table: its definition and the SQL table that keeps all versions of its rows.

    Attributes
    ----------
    schema
        The table as `release.schema` derives it from the noun.
    sql
        The SQL table: the noun's columns, then `version`, `is_withdrawn` and `event_id`.
    """

    schema: Table
    sql: sa.Table

    @property
    def name(self) -> str:
        """Name of the table."""
        return self.schema.name

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the noun's columns, in its order."""
        return tuple(column.name for column in self.schema.columns)

    @cached_property
    def key_positions(self) -> tuple[int, ...]:
        """Where the key's columns stand among the noun's."""
        return tuple(self.names.index(name) for name in self.schema.key)

    @cached_property
    def noun_columns(self) -> tuple[sa.Column[Any], ...]:
        """SQL columns of the noun, in its order."""
        return tuple(self.sql.c[name] for name in self.names)

    @cached_property
    def key_columns(self) -> tuple[sa.Column[Any], ...]:
        """SQL columns of the key."""
        return tuple(self.sql.c[name] for name in self.schema.key)

    def key_of(self, values: Values) -> Key:
        """Return the key of a row given as values in column order."""
        return tuple(values[position] for position in self.key_positions)

    def is_current(self) -> sa.ColumnElement[bool]:
        """Return the SQL condition of a current row: no newer version, and not withdrawn."""
        newer = self.sql.alias("newer")
        same_key = [newer.c[name] == self.sql.c[name] for name in self.schema.key]
        has_newer = sa.exists().where(*same_key, newer.c.version > self.sql.c.version)
        return sa.and_(sa.not_(has_newer), sa.not_(self.sql.c.is_withdrawn))


def _fact_table(table: Table) -> FactTable:
    """Return the SQL table of a noun."""
    columns = [
        sa.Column(
            column.name,
            _SQL_TYPES[column.type],
            nullable=not column.required,
            primary_key=column.name in table.key,
        )
        for column in table.columns
    ]
    sql = sa.Table(
        table.name,
        METADATA,
        *columns,
        sa.Column("version", _INTEGER, primary_key=True, autoincrement=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("event_id", _TEXT, nullable=False),
    )
    return FactTable(table, sql)


FACTS: Mapping[str, FactTable] = types.MappingProxyType(
    {name: _fact_table(table) for name, table in TABLES.items()}
)

EVENTS = sa.Table(
    "events",
    METADATA,
    sa.Column("position", _INTEGER, primary_key=True, autoincrement=False),
    sa.Column("id", _TEXT, nullable=False, unique=True),
    sa.Column("at", _TEXT, nullable=False),
    sa.Column("actor", _TEXT, nullable=False),
    sa.Column("role", _TEXT, nullable=False),
    sa.Column("app_version", _TEXT, nullable=False),
    sa.Column("action", _TEXT, nullable=False),
    sa.Column("object_type", _TEXT, nullable=False),
    sa.Column("object_id", _TEXT, nullable=False),
    sa.Column("reason", _TEXT),
    sa.Column("payload_hash", _TEXT, nullable=False),
    sa.Column("before_hash", _TEXT, nullable=False),
    sa.Column("after_hash", _TEXT, nullable=False),
    sa.Column("previous_hash", _TEXT, nullable=False),
    sa.Column("hash", _TEXT, nullable=False),
    sa.Index(None, "object_type", "object_id"),
)

PAYLOADS = sa.Table(
    "payloads",
    METADATA,
    sa.Column("hash", _TEXT, primary_key=True),
    sa.Column("body", sa.LargeBinary(), nullable=False),
)

FILES = sa.Table(
    "files",
    METADATA,
    sa.Column("sha256", _TEXT, primary_key=True),
    sa.Column("n_bytes", _INTEGER, nullable=False),
    sa.Column("event_id", _TEXT, nullable=False),
)

FILE_CHUNKS = sa.Table(
    "file_chunks",
    METADATA,
    sa.Column("sha256", _TEXT, sa.ForeignKey("files.sha256"), primary_key=True),
    sa.Column("position", _INTEGER, primary_key=True, autoincrement=False),
    sa.Column("data", sa.LargeBinary(), nullable=False),
)

# Names and addresses stand here and nowhere else, so that they can be erased.
PEOPLE = sa.Table(
    "people",
    METADATA,
    sa.Column("pseudonym", _TEXT, primary_key=True),
    sa.Column("name", _TEXT, nullable=False),
    sa.Column("email", _TEXT),
)

# What signing in needs. Secrets are kept as hashes, stand in no event and go into no log file: after a
# move by log people are invited anew. Times are UTC, ISO 8601.
ACCOUNTS = sa.Table(
    "accounts",
    METADATA,
    sa.Column("pseudonym", _TEXT, primary_key=True),
    sa.Column("password_hash", _TEXT),
    sa.Column("is_administrator", sa.Boolean(), nullable=False),
    sa.Column("is_disabled", sa.Boolean(), nullable=False),
    sa.Column("created_at", _TEXT, nullable=False),
)

SESSIONS = sa.Table(
    "sessions",
    METADATA,
    sa.Column("id_sha256", _TEXT, primary_key=True),
    sa.Column("pseudonym", _TEXT, nullable=False, index=True),
    sa.Column("created_at", _TEXT, nullable=False),
    sa.Column("last_seen_at", _TEXT, nullable=False),
    sa.Column("expires_at", _TEXT, nullable=False),
    sa.Column("agent", _TEXT),
)

INVITATIONS = sa.Table(
    "invitations",
    METADATA,
    sa.Column("token_sha256", _TEXT, primary_key=True),
    sa.Column("pseudonym", _TEXT, nullable=False, index=True),
    sa.Column("created_at", _TEXT, nullable=False),
    sa.Column("expires_at", _TEXT, nullable=False),
)

# Which records are in whose hands at the moment, so that two people are not given the same one. They lapse.
LEASES = sa.Table(
    "leases",
    METADATA,
    sa.Column("review_id", _TEXT, primary_key=True),
    sa.Column("stage", _TEXT, primary_key=True),
    sa.Column("record_id", _TEXT, primary_key=True),
    sa.Column("person", _TEXT, primary_key=True),
    sa.Column("until", _TEXT, nullable=False),
)


def fact_table(name: str) -> FactTable:
    """Return the table of a noun by its name.

    Raises
    ------
    NotFound
        There is no such table; the message lists those there are.
    """
    try:
        return FACTS[name]
    except KeyError:
        raise NotFound(f'There is no table "{name}". The tables are: {", ".join(FACTS)}.') from None
