"""Who may rate, quorum, and the share rule."""

from __future__ import annotations

from math import isnan

import pytest

from whatworks.errors import UserError
from whatworks.panel import consensus, votes_on_item


def test_a_conflicted_members_rating_does_not_count() -> None:
    votes = votes_on_item([1, 9, None, 8], has_conflict=[True, False, False, False])

    assert votes.ratings == (9, 8)
    assert (votes.eligible, votes.abstained, votes.conflicted) == (3, 1, 1)
    assert votes.has_quorum(2 / 3)
    assert not votes.has_quorum(0.67)


def test_a_panel_that_is_all_conflicted_has_no_quorum() -> None:
    votes = votes_on_item([9, 9], has_conflict=[True, True])
    assert not votes.has_quorum(0.01)
    found = consensus(votes, agree=0.7, oppose=0.15, quorum=0.01)
    assert found.decision == "no decision"
    assert isnan(found.share_high)


@pytest.mark.parametrize(
    ("ratings", "decision"),
    [
        ([7] * 7 + [4] * 3, "in"),
        ([7] * 6 + [4] * 4, "none"),
        # Exactly 15% at the other end is not "under 15%".
        ([7] * 17 + [1] * 3, "none"),
        ([7] * 18 + [1] * 2, "in"),
        ([3] * 7 + [4] * 3, "out"),
        ([7, 7, 7] + [None] * 3, "no decision"),
    ],
)
def test_the_share_rule_at_its_edges(ratings: list[int | None], decision: str) -> None:
    found = consensus(votes_on_item(ratings), agree=0.7, oppose=0.15, quorum=0.6)
    assert found.decision == decision


def test_out_of_range_rules_and_unequal_lists_are_refused() -> None:
    votes = votes_on_item([7, 8])
    with pytest.raises(UserError, match=r"above 0\.5 and up to 1"):
        consensus(votes, agree=0.5, oppose=0.15, quorum=0.6)
    with pytest.raises(UserError, match="share above 0 and up to 1"):
        consensus(votes, agree=0.7, oppose=0.15, quorum=60)
    with pytest.raises(UserError, match="2 ratings and 1 entries"):
        votes_on_item([7, 8], has_conflict=[False])
