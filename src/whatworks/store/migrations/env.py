"""What Alembic runs: the migrations, on the connection and in the transaction it was given."""

from __future__ import annotations

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context

from whatworks.store.tables import METADATA


def rendered_type(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Return the template's name of a column type, so that migrations can be read."""
    if kind == "type" and isinstance(item, sa.Text):
        return "TEXT"
    if kind == "type" and isinstance(item, sa.BigInteger):
        return "INTEGER"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    # SQLite can change little in place: batch mode makes a new table and copies.
    render_as_batch=True,
    # Both databases undo DDL; the caller commits all or nothing.
    transactional_ddl=True,
    compare_type=True,
    render_item=rendered_type,
)
with context.begin_transaction():
    context.run_migrations()
