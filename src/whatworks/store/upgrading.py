"""Upgrade of a store made by an older version of the program, and the way back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from whatworks.errors import UserError
from whatworks.store.check import check_store
from whatworks.store.database import Database, connect_to
from whatworks.store.migrate import migrate_down, migrate_up
from whatworks.store.opening import found_revision
from whatworks.store.revisions import REVISIONS, newer_schema
from whatworks.store.sqlite_copy import copy_sqlite

__all__ = ["UpgradeReport", "downgrade", "upgrade"]


@dataclass(frozen=True, slots=True)
class UpgradeReport:
    """What an upgrade did.

    Attributes
    ----------
    before, after
        Revision of the schema before and after; None before the first.
    backup
        Copy of the store as it was; None where nothing was changed, and on PostgreSQL, whose
        administrator keeps the backups.
    """

    before: str | None
    after: str
    backup: Path | None

    def summary(self) -> str:
        """Return the report in words."""
        if self.before == self.after:
            return f"The store is up to date (schema {self.after}). Nothing was changed."
        text = f"The store was brought from schema {self.before} to {self.after}."
        if self.backup is not None:
            text += f" A copy of it as it was is {self.backup}: to go back, put it in the store's place."
        return text


def upgrade(location: str | Path) -> UpgradeReport:
    """Bring a store to the schema of this version of the program.

    A SQLite store is copied first. The schema changes in one transaction: it is upgraded and
    still agrees with its log, or nothing was changed.

    Raises
    ------
    NotFound
        There is no store.
    UserError
        The store was made by a newer version, or does not agree with its log.
    """
    database = connect_to(location)
    try:
        before = found_revision(database)
        if before == REVISIONS[-1]:
            return UpgradeReport(before, before, None)
        if before is not None and before not in REVISIONS:
            raise newer_schema(database.name, before)
        copy = _copy_first(database, before)
        with database.writing() as connection:
            migrate_up(connection)
            # Links between rows are no matter of the schema: they may have been loose before.
            report = check_store(connection)
            if any(problem.kind != "reference" for problem in report.problems):
                raise UserError(
                    f"{database.name} does not agree with its log after the upgrade, so the upgrade "
                    f"was undone.\n{report.summary()}"
                )
        return UpgradeReport(before, REVISIONS[-1], copy)
    finally:
        database.close()


def downgrade(location: str | Path, revision: str) -> UpgradeReport:
    """Bring a store back to an earlier schema, for an earlier version of the program.

    Columns that the earlier schema lacks are dropped from the tables; the log keeps what they
    held. A SQLite store is copied first.

    Raises
    ------
    NotFound
        There is no store.
    UserError
        The revision is not an earlier one of this store.
    """
    database = connect_to(location)
    try:
        before = found_revision(database)
        earlier = REVISIONS[: REVISIONS.index(before)] if before in REVISIONS else ()
        if revision not in earlier:
            known = ", ".join(earlier) or "none"
            raise UserError(
                f"{database.name} has schema {before} and cannot go back to {revision!r}. "
                f"Earlier schemas: {known}. Nothing was changed."
            )
        copy = _copy_first(database, before)
        with database.writing() as connection:
            migrate_down(connection, revision)
        return UpgradeReport(before, revision, copy)
    finally:
        database.close()


def _copy_first(database: Database, revision: str | None) -> Path | None:
    """Copy a SQLite store beside itself; return the copy."""
    if database.path is None:
        return None
    stem = f"{database.path.name}.schema-{revision or 'none'}"
    number = 1
    while (copy := database.path.with_name(f"{stem}-{number}.backup")).exists():
        number += 1
    copy_sqlite(database.path, copy)
    return copy
