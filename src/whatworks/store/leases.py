"""Leases: which records are in whose hands at the moment, so that nobody is given what another reads.

They are no facts: they lapse by themselves, stand in no event, and losing them costs no decision.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from whatworks.store.events import utc_text
from whatworks.store.tables import LEASES

__all__ = ["Lease", "active_leases", "drop_leases", "give_leases"]


@dataclass(frozen=True, slots=True)
class Lease:
    """That a record is in somebody's hands until a time (UTC, ISO 8601)."""

    record_id: str
    person: str
    until: str


def active_leases(
    connection: sa.Connection, review_id: str, stage: str, *, now: datetime
) -> list[Lease]:
    """Return the leases of a stage that have not lapsed, the oldest first."""
    query = (
        sa.select(LEASES.c.record_id, LEASES.c.person, LEASES.c.until)
        .where(
            LEASES.c.review_id == review_id,
            LEASES.c.stage == stage,
            LEASES.c.until > utc_text(now),
        )
        .order_by(LEASES.c.until, LEASES.c.record_id)
    )
    return [Lease(*row) for row in connection.execute(query)]


def give_leases(
    connection: sa.Connection,
    review_id: str,
    stage: str,
    person: str,
    record_ids: Iterable[str],
    *,
    until: datetime,
) -> None:
    """Put records into a person's hands; those they hold already are prolonged."""
    names = list(record_ids)
    if not names:
        return
    drop_leases(connection, review_id, stage, person, names)
    connection.execute(
        sa.insert(LEASES),
        [
            {
                "review_id": review_id,
                "stage": stage,
                "record_id": name,
                "person": person,
                "until": utc_text(until),
            }
            for name in names
        ],
    )


def drop_leases(
    connection: sa.Connection,
    review_id: str,
    stage: str,
    person: str,
    record_ids: Iterable[str] | None = None,
) -> None:
    """Take records out of a person's hands; all of them if none are named."""
    query = sa.delete(LEASES).where(
        LEASES.c.review_id == review_id, LEASES.c.stage == stage, LEASES.c.person == person
    )
    if record_ids is not None:
        query = query.where(LEASES.c.record_id.in_(list(record_ids)))
    connection.execute(query)
