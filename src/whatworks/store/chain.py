"""The log as a chain: every event names the hash of the one before, and of its payload."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from whatworks.store.events import GENESIS_HASH, Event, event_hash, unpack_payload
from whatworks.store.tables import EVENTS, PAYLOADS

__all__ = ["Chain", "Problem", "event_place", "stray_payloads", "walk_log"]

EVENTS_PER_FETCH = 100


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing in a store that is not as it was written.

    Attributes
    ----------
    kind
        chain, payload, state, table, file or reference.
    where
        The event, row and column, or file.
    found
        What is wrong, as a sentence.
    """

    kind: str
    where: str
    found: str

    def describe(self) -> str:
        """Return the problem as one line."""
        return f"{self.where}: {self.found}"


def event_place(event: Event) -> str:
    """Return how messages name an event."""
    return f"event {event.position} ({event.id}, {event.action})"


def walk_log(connection: sa.Connection) -> Iterator[tuple[Event, bytes | None]]:
    """Yield every event in order with its payload's body; None where the payload is gone."""
    query = (
        sa.select(*EVENTS.columns, PAYLOADS.c.body)
        .outerjoin_from(EVENTS, PAYLOADS, EVENTS.c.payload_hash == PAYLOADS.c.hash)
        .order_by(EVENTS.c.position)
        .execution_options(yield_per=EVENTS_PER_FETCH)
    )
    for *fields, body in connection.execute(query):
        yield Event(*fields), body


def stray_payloads(connection: sa.Connection) -> Iterator[Problem]:
    """Yield every payload that no event names: put in, or left of an event taken out."""
    query = (
        sa.select(PAYLOADS.c.hash)
        .outerjoin_from(PAYLOADS, EVENTS, EVENTS.c.payload_hash == PAYLOADS.c.hash)
        .where(EVENTS.c.position.is_(None))
        .order_by(PAYLOADS.c.hash)
    )
    for hash_ in connection.scalars(query):
        yield Problem("payload", f"payload {hash_[:16]}", "no event names it.")


@dataclass(slots=True)
class Chain:
    """Follows a log from its first event and gathers what is wrong with it.

    Attributes
    ----------
    position
        Position of the event last followed.
    hash
        Its hash, which the next one must name.
    hashes
        Hashes of all events followed.
    problems
        What was found.
    """

    position: int = 0
    hash: str = GENESIS_HASH
    hashes: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def follow(self, event: Event, body: bytes | None) -> Any | None:
        """Check one event and its payload; return the payload, or None if it cannot be trusted."""
        where = event_place(event)
        if event.position != self.position + 1:
            self._add("chain", where, f"the log jumps here from position {self.position}.")
        if event.previous_hash != self.hash:
            self._add(
                "chain",
                where,
                "it does not follow the event before it: an event was changed, taken out, put in "
                "or moved.",
            )
        if event_hash(event) != event.hash:
            self._add("chain", where, "its fields do not give its hash: it was changed.")
        self.position = event.position
        self.hash = event.hash
        self.hashes.add(event.hash)
        return self._payload(event, body, where)

    def _payload(self, event: Event, body: bytes | None, where: str) -> Any | None:
        if body is None:
            self._add("payload", where, f"its payload {event.payload_hash[:16]} is missing.")
            return None
        try:
            hash_, payload = unpack_payload(body)
        except ValueError as error:
            self._add("payload", where, f"its payload cannot be read: {error}.")
            return None
        if hash_ != event.payload_hash:
            self._add("payload", where, "its payload does not give its hash: it was changed.")
            return None
        return payload

    def _add(self, kind: str, where: str, found: str) -> None:
        self.problems.append(Problem(kind, where, found))
