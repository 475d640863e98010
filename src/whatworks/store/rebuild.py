"""Rebuild: the tables written anew from the log alone."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from whatworks.errors import UserError
from whatworks.store.bulk import insert_versions
from whatworks.store.chain import Problem
from whatworks.store.check import fold_log
from whatworks.store.compare import table_differences
from whatworks.store.dump import Discard, write_dump
from whatworks.store.fold import Fold
from whatworks.store.tables import FACTS

__all__ = ["RebuildReport", "insert_fold", "rebuild_tables"]


@dataclass(frozen=True, slots=True)
class RebuildReport:
    """What a rebuild did.

    Attributes
    ----------
    n_events
        Events the tables were rebuilt from.
    n_rows
        Row versions written.
    hash_before, hash_after
        SHA-256 of the dump before and after.
    repaired
        Rows and cells that were not what the log says, and now are.
    """

    n_events: int
    n_rows: int
    hash_before: str
    hash_after: str
    repaired: tuple[Problem, ...]

    @property
    def is_identical(self) -> bool:
        """Whether the dump is byte for byte what it was before."""
        return self.hash_before == self.hash_after

    def summary(self) -> str:
        """Return the report in words."""
        lines = [
            f"{self.n_rows:,} rows rebuilt from {self.n_events:,} events.",
            f"Dump before: {self.hash_before}",
            f"Dump after:  {self.hash_after} ({'identical' if self.is_identical else 'changed'})",
        ]
        lines.extend(f"Repaired: {problem.describe()}" for problem in self.repaired)
        return "\n".join(lines)


def insert_fold(connection: sa.Connection, fold: Fold) -> int:
    """Write all row versions of a fold into empty tables; return how many."""
    n_rows = 0
    for fact in FACTS.values():
        versions = [v for row in fold.versions[fact.name].values() for v in row]
        insert_versions(connection, fact, versions)
        n_rows += len(versions)
    return n_rows


def rebuild_tables(connection: sa.Connection) -> RebuildReport:
    """Replace the noun tables by what the log says they hold.

    Imported files are left alone: their bytes are in no payload, and their hash proves them.

    Raises
    ------
    UserError
        The log itself is broken; the message names the first events.
    """
    chain, fold = fold_log(connection)
    if fold is None or chain.problems:
        lines = [problem.describe() for problem in chain.problems[:10]]
        raise UserError(
            "\n".join(
                [
                    "The tables cannot be rebuilt, because the log itself is broken:",
                    *lines,
                    "Restore the last sound backup. Nothing was changed.",
                ]
            )
        )
    repaired = tuple(table_differences(connection, fold))
    hash_before = write_dump(connection, Discard())
    for fact in FACTS.values():
        connection.execute(sa.delete(fact.sql))
    n_rows = insert_fold(connection, fold)
    hash_after = write_dump(connection, Discard())
    return RebuildReport(len(chain.hashes), n_rows, hash_before, hash_after, repaired)
