"""The current state as a fold over the log: what the tables must hold, computed from events.

A payload is ``{"changes": [...], "files": [[sha256, n_bytes], ...], "people": [[verb, pseudonym],
...]}``. A change is either ``{"table", "columns", "rows"}``, rows appended in order, or
``{"table", "withdrawn"}``, keys whose rows are taken back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from whatworks.errors import UserError
from whatworks.store.bulk import Version
from whatworks.store.tables import FACTS, FactTable, Key, Values
from whatworks.store.values import row_address, state_hash

__all__ = ["Fold", "appended", "withdrawn"]


def appended(version: Version | None, values: Values, event_id: str) -> Version:
    """Return the version that appending a row makes, given the newest one under its key."""
    number = 1 if version is None else version.number + 1
    return Version(number, False, event_id, values)


def withdrawn(version: Version, event_id: str) -> Version:
    """Return the version that withdrawing a row makes: its values, marked."""
    return Version(version.number + 1, True, event_id, version.values)


@dataclass(slots=True)
class Fold:
    """The tables as the log says they are, event by event.

    Attributes
    ----------
    versions
        Table name to key to all versions, oldest first.
    files
        SHA-256 of each file to its size and the event that brought it.
    """

    versions: dict[str, dict[Key, list[Version]]] = field(
        default_factory=lambda: {name: {} for name in FACTS}
    )
    files: dict[str, tuple[int, str]] = field(default_factory=dict)

    def apply(self, event_id: str, payload: Any) -> tuple[str, str]:
        """Apply one event's payload; return the state hash of its keys before and after.

        Raises
        ------
        UserError
            The payload names a table or column that this version of the program does not know, or
            withdraws a row that is not there.
        """
        before: dict[tuple[str, Key], str | None] = {}
        touched: dict[tuple[str, Key], FactTable] = {}
        for change in payload["changes"]:
            fact = FACTS.get(change["table"])
            if fact is None:
                raise UserError(_unknown(event_id, f'the table "{change["table"]}"'))
            table = self.versions[fact.name]
            for key, values in _steps(fact, change, event_id):
                old = table.setdefault(key, [])
                newest = old[-1] if old else None
                if (fact.name, key) not in touched:
                    touched[fact.name, key] = fact
                    before[fact.name, key] = _address(fact, newest)
                if values is not None:
                    old.append(appended(newest, values, event_id))
                elif newest is not None:
                    old.append(withdrawn(newest, event_id))
                else:
                    raise UserError(
                        f"Event {event_id} withdraws a row of {fact.name} never stored."
                    )
        for sha256, n_bytes in payload["files"]:
            self.files.setdefault(sha256, (n_bytes, event_id))
        after = {
            (name, key): _address(fact, self.versions[name][key][-1])
            for (name, key), fact in touched.items()
        }
        return state_hash(before), state_hash(after)


def _steps(fact: FactTable, change: Any, event_id: str) -> list[tuple[Key, Values | None]]:
    """Return the key and new values of each step of a change; no values for a withdrawal."""
    if "withdrawn" in change:
        return [(tuple(key), None) for key in change["withdrawn"]]
    columns = change["columns"]
    if tuple(columns) == fact.names:
        rows = [tuple(row) for row in change["rows"]]
    else:
        # Written by an earlier version of the program: columns added since then were missing.
        for name in columns:
            if name not in fact.names:
                raise UserError(_unknown(event_id, f'the column "{name}" of {fact.name}'))
        named = (dict(zip(columns, row, strict=True)) for row in change["rows"])
        rows = [tuple(row.get(name) for name in fact.names) for row in named]
    return [(fact.key_of(row), row) for row in rows]


def _address(fact: FactTable, version: Version | None) -> str | None:
    """Return the address of the current row; None where there is none."""
    if version is None or version.is_withdrawn:
        return None
    return row_address(fact, version.values)


def _unknown(event_id: str, what: str) -> str:
    return (
        f"Event {event_id} speaks of {what}, which this version of whatworks does not know. "
        "Use the version that wrote it, or a newer one."
    )
