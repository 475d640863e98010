"""Where a record stands at a stage: who has decided, who is still needed, and what came of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from whatworks.screening.nouns import Decision, ScreeningRules

__all__ = ["CONFLICT", "SETTLED", "UNREAD", "WAITING", "Standing", "standing", "votes_needed"]

UNREAD, WAITING, CONFLICT, SETTLED = "unread", "waiting", "conflict", "settled"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one record stands.

    Attributes
    ----------
    state
        unread (nobody has decided), waiting (another person is needed), conflict (those who decided do
        not agree, or are unsure) or settled.
    n_needed
        People who must decide before anything is revealed.
    votes
        What each person decided, by person.
    outcome
        include or exclude; None until it is settled.
    reason
        Code of the exclusion reason that counts.
    settled_by
        one (a single person decides), agreed (all said the same) or reconciled; None until then.
    reconciled
        The decision that settled a conflict.
    """

    state: str
    n_needed: int
    votes: Mapping[str, Decision]
    outcome: str | None
    reason: str | None
    settled_by: str | None
    reconciled: Decision | None

    @property
    def is_revealed(self) -> bool:
        """Whether all who must decide blind have decided, so that each may see the others' votes."""
        return self.state in (CONFLICT, SETTLED)


def votes_needed(rules: ScreeningRules, record_id: str) -> int:
    """Return how many people decide on a record.

    Where one does, a share of the records is drawn for two: those whose hash with the seed falls into the
    share, so that who asks later, or elsewhere, finds the same ones.
    """
    if rules.reviewers_per_record >= 2 or rules.doubled_share >= 1.0:
        return 2
    if rules.doubled_share <= 0.0:
        return 1
    digest = hashlib.sha256(f"doubled:{rules.seed}:{record_id}".encode()).digest()
    return 2 if int.from_bytes(digest[:8], "big") < rules.doubled_share * 2.0**64 else 1


def standing(
    votes: Mapping[str, Decision],
    reconciled: Decision | None,
    *,
    n_needed: int,
    reason_order: Mapping[str, int] | None = None,
) -> Standing:
    """Return where a record stands.

    Parameters
    ----------
    votes : mapping
        Decision of each person, by person.
    reconciled : Decision or None
        What settled a conflict, or changed an outcome. It goes before all votes.
    n_needed : int
        People who must decide.
    reason_order : mapping, optional
        Place of each exclusion reason: if two people exclude for two reasons, the first of them counts,
        for a flow diagram has room for one.
    """
    if reconciled is not None:
        return Standing(
            SETTLED,
            n_needed,
            votes,
            reconciled.value,
            reconciled.reason if reconciled.value == "exclude" else None,
            "reconciled",
            reconciled,
        )
    if len(votes) < n_needed:
        return Standing(WAITING if votes else UNREAD, n_needed, votes, None, None, None, None)
    values = {vote.value for vote in votes.values()}
    if len(values) > 1 or "unsure" in values:
        return Standing(CONFLICT, n_needed, votes, None, None, None, None)
    (outcome,) = values
    reason = _first_reason(votes, reason_order or {}) if outcome == "exclude" else None
    settled_by = "one" if len(votes) == 1 else "agreed"
    return Standing(SETTLED, n_needed, votes, outcome, reason, settled_by, None)


def _first_reason(votes: Mapping[str, Decision], order: Mapping[str, int]) -> str | None:
    """Return the first in order of the reasons given; unknown ones come last, by name."""
    given = {vote.reason for vote in votes.values() if vote.reason}
    return min(given, key=lambda code: (order.get(code, len(order)), code), default=None)
