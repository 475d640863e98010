"""Check: the chain, the payloads, the tables, the files and the links between rows."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from whatworks.errors import UserError
from whatworks.store.bulk import Version
from whatworks.store.chain import Chain, Problem, event_place, stray_payloads, walk_log
from whatworks.store.compare import table_differences, wrong_files
from whatworks.store.fold import Fold
from whatworks.store.links import broken_links
from whatworks.store.tables import Key

__all__ = ["CheckReport", "check_store", "fold_log"]

PROBLEMS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a check of a store found.

    Attributes
    ----------
    n_events
        Events walked.
    n_rows
        Row versions the log accounts for.
    n_files
        Imported files kept.
    last_hash
        Hash of the newest event. Written down elsewhere and given to the next check as
        `known_hash`, it proves that nothing before it was rewritten or cut off.
    problems
        All that is wrong.
    """

    n_events: int
    n_rows: int
    n_files: int
    last_hash: str
    problems: tuple[Problem, ...]

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    def summary(self) -> str:
        """Return the report in words; the first 50 problems one a line."""
        counts = (
            f"{self.n_events:,} events, {self.n_rows:,} rows and {self.n_files:,} files checked. "
            f"Newest event's hash: {self.last_hash}."
        )
        if self.is_sound:
            return f"{counts}\nNothing is wrong."
        lines = [problem.describe() for problem in self.problems[:PROBLEMS_SHOWN]]
        hidden = len(self.problems) - len(lines)
        if hidden:
            lines.append(f"and {hidden:,} more.")
        kinds = {problem.kind for problem in self.problems}
        if kinds <= {"table"}:
            lines.append("The log is whole. Put the tables right with: whatworks store rebuild.")
        elif kinds <= {"reference"}:
            lines.append(
                "Nothing was tampered with. Add the rows that are named, or withdraw these."
            )
        else:
            lines.append("The log cannot be repaired. Restore the last sound backup.")
        n = len(self.problems)
        heading = "One thing is wrong:" if n == 1 else f"{n:,} things are wrong:"
        return "\n".join([counts, heading, *lines])

    def to_dict(self) -> dict[str, object]:
        """Return the report as plain data."""
        return {
            "n_events": self.n_events,
            "n_rows": self.n_rows,
            "n_files": self.n_files,
            "last_hash": self.last_hash,
            "is_sound": self.is_sound,
            "problems": [
                {"kind": problem.kind, "where": problem.where, "found": problem.found}
                for problem in self.problems
            ],
        }


def fold_log(connection: sa.Connection) -> tuple[Chain, Fold | None]:
    """Walk the whole log; return the chain with its problems, and the tables it gives.

    The tables are None where a payload cannot be trusted: nothing can be said about them then.
    """
    chain = Chain()
    fold: Fold | None = Fold()
    for event, body in walk_log(connection):
        payload = chain.follow(event, body)
        if payload is None:
            fold = None
        if fold is None:
            continue
        try:
            states = fold.apply(event.id, payload)
        except (UserError, KeyError, TypeError, ValueError) as error:
            # A payload can have the right hash and still be no payload, if someone forged both.
            found = f"its payload cannot be applied: {error}"
            chain.problems.append(Problem("payload", event_place(event), found))
            fold = None
            continue
        if states != (event.before_hash, event.after_hash):
            chain.problems.append(
                Problem(
                    "state",
                    event_place(event),
                    "the rows it found or left are not those it says: an event before it was "
                    "changed, taken out, put in or moved.",
                )
            )
    return chain, fold


def check_store(connection: sa.Connection, *, known_hash: str | None = None) -> CheckReport:
    """Check everything a store holds against its log.

    Parameters
    ----------
    connection : Connection
        A connection that sees one state of the store.
    known_hash : str, optional
        Hash of an event that must be in the log, written down at an earlier check.
    """
    chain, fold = fold_log(connection)
    problems = list(chain.problems)
    if known_hash is not None and known_hash not in chain.hashes:
        problems.append(
            Problem("chain", "log", f"no event has the hash {known_hash}: the log was rewritten.")
        )
    problems.extend(stray_payloads(connection))
    if fold is not None:
        problems.extend(table_differences(connection, fold))
        problems.extend(wrong_files(connection, fold))
        problems.extend(broken_links(fold))
    return CheckReport(
        n_events=len(chain.hashes),
        n_rows=0 if fold is None else sum(map(_n_versions, fold.versions.values())),
        n_files=0 if fold is None else len(fold.files),
        last_hash=chain.hash,
        problems=tuple(problems),
    )


def _n_versions(table: dict[Key, list[Version]]) -> int:
    return sum(len(versions) for versions in table.values())
