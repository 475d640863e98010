"""What changed from one release to the next, as facts a reader can check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from whatworks.release.addresses import row_address, row_identity
from whatworks.release.evidence import Evidence
from whatworks.release.schema import TABLES

__all__ = ["Changes", "changes_between", "changes_text"]

T = TypeVar("T")

# Tables that follow from others; their changes are told through the numbers.
_DERIVED = frozenset({"analyses", "analysis_inputs", "numbers"})


@dataclass(frozen=True, slots=True)
class Changes:
    """Rows added, removed and changed by table, and the numbers and certainties that moved.

    Attributes
    ----------
    added, removed, changed
        (table, row ids) for each table with any.
    numbers
        (number id, old value, new value) of each number that moved, appeared or went.
    certainties
        (strand, old level, new level).
    """

    added: tuple[tuple[str, tuple[str, ...]], ...]
    removed: tuple[tuple[str, tuple[str, ...]], ...]
    changed: tuple[tuple[str, tuple[str, ...]], ...]
    numbers: tuple[tuple[str, float | None, float | None], ...]
    certainties: tuple[tuple[str, str | None, str | None], ...]


def changes_between(old: Evidence, new: Evidence) -> Changes:
    """Compare two evidence bases row by row."""
    added: list[tuple[str, tuple[str, ...]]] = []
    removed: list[tuple[str, tuple[str, ...]]] = []
    changed: list[tuple[str, tuple[str, ...]]] = []
    for name in TABLES:
        if name in _DERIVED:
            continue
        before = {row_identity(name, row): row_address(name, row) for row in old.table(name)}
        after = {row_identity(name, row): row_address(name, row) for row in new.table(name)}
        for found, ids in (
            (added, after.keys() - before.keys()),
            (removed, before.keys() - after.keys()),
            (changed, {key for key in before.keys() & after.keys() if before[key] != after[key]}),
        ):
            if ids:
                found.append((name, tuple(sorted(ids))))
    return Changes(
        added=tuple(added),
        removed=tuple(removed),
        changed=tuple(changed),
        numbers=_moved(
            {number.number_id: number.value for number in old.numbers},
            {number.number_id: number.value for number in new.numbers},
        ),
        certainties=_moved(
            {key: certainty.level for key, certainty in old.certainty_by_strand.items()},
            {key: certainty.level for key, certainty in new.certainty_by_strand.items()},
        ),
    )


def _moved(old: dict[str, T], new: dict[str, T]) -> tuple[tuple[str, T | None, T | None], ...]:
    """Return the keys whose value differs, with both values."""
    return tuple(
        (key, old.get(key), new.get(key))
        for key in sorted(old.keys() | new.keys())
        if old.get(key) != new.get(key)
    )


MAX_IDS_LISTED = 20


def _listed(ids: Sequence[str]) -> str:
    """Return the ids in one line, the rest counted."""
    shown = ", ".join(ids[:MAX_IDS_LISTED])
    return (
        shown if len(ids) <= MAX_IDS_LISTED else f"{shown} and {len(ids) - MAX_IDS_LISTED:,} more"
    )


def changes_text(changes: Changes | None, *, version: str, previous: str | None) -> str:
    """Return CHANGES.md of a release."""
    if changes is None or previous is None:
        return f"# Version {version}\n\nThe first release: there is none to compare it with.\n"
    lines = [f"# From version {previous} to {version}", ""]
    for title, groups in (
        ("Added", changes.added),
        ("Removed", changes.removed),
        ("Changed", changes.changed),
    ):
        for table, ids in groups:
            lines.append(f"- {title} in {table}: {len(ids):,} ({_listed(ids)})")
    if len(lines) == 2:
        lines.append("- No row was added, removed or changed.")
    if changes.numbers:
        lines += ["", "| number | before | now |", "|---|---|---|"]
        lines += [
            f"| {number_id} | {_cell(old)} | {_cell(new)} |"
            for number_id, old, new in changes.numbers
        ]
    if changes.certainties:
        lines += ["", "| strand | certainty before | now |", "|---|---|---|"]
        lines += [
            f"| {strand} | {old or 'none'} | {new or 'none'} |"
            for strand, old, new in changes.certainties
        ]
    return "\n".join(lines) + "\n"


def _cell(value: float | None) -> str:
    """Return a number in full, or "none"."""
    return "none" if value is None else repr(value)
