"""RAND/UCLA appropriateness: what a panel's ratings of one item say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

from whatworks.errors import UserError
from whatworks.panel.ratings import Region, region_of, votes_on_item
from whatworks.panel.spread import PercentileType, Spread, spread_of

__all__ = ["Appropriateness", "Class", "PanelSizeRule", "appropriateness"]

Class = Literal["appropriate", "uncertain", "inappropriate"]

# The published tables of the panel-size rule begin here.
SMALLEST_PANEL = 8


@dataclass(frozen=True, slots=True)
class PanelSizeRule:
    """The classic rule, by counts instead of percentiles.

    Attributes
    ----------
    most_outside
        t = floor((n - 2)/3): 2 for panels of 8 to 10, 3 for 11 to 13, 4 for 14 to 16.
    has_agreement
        At most t ratings lie outside the region of the median.
    has_disagreement
        More than t ratings lie in 1-3 and more than t in 7-9. With neither, the panel is
        indeterminate.
    classification
        Class by the median, "uncertain" under this rule's disagreement.
    """

    most_outside: int
    has_agreement: bool
    has_disagreement: bool
    classification: Class


@dataclass(frozen=True, slots=True)
class Appropriateness:
    """What the ratings of one item say.

    Attributes
    ----------
    n
        Ratings given.
    abstained
        Members who gave none.
    median
        Median rating.
    mean_absolute_deviation
        Mean distance of the ratings from their median.
    region
        Region of the scale that holds the median; 3.5 and 6.5 belong to the higher region.
    low, middle, high
        Ratings of 1-3, 4-6 and 7-9.
    outside
        Ratings outside the region of the median.
    spread
        Spread and disagreement under the definition of percentiles that was asked for.
    other_spread
        The same under the other definition.
    classification
        "appropriate" or "inappropriate" by the median's region without disagreement by `spread`,
        else "uncertain".
    definitions_differ
        Whether the other definition of percentiles gives another classification. To be shown
        beside the item: the definition is a convention, and here it decides.
    third_rule_disagreement
        At least a third of the ratings in 1-3 and at least a third in 7-9.
    panel_size_rule
        The classic rule; None for fewer than 8 ratings, where it is not defined.
    """

    n: int
    abstained: int
    median: float
    mean_absolute_deviation: float
    region: Region
    low: int
    middle: int
    high: int
    outside: int
    spread: Spread
    other_spread: Spread
    classification: Class
    definitions_differ: bool
    third_rule_disagreement: bool
    panel_size_rule: PanelSizeRule | None

    def summary(self) -> str:
        """Return the result in words."""
        state = "with" if self.spread.has_disagreement else "without"
        return (
            f"Rated {self.classification}: median {self.median:g} of {self.n} ratings, {state} "
            f"disagreement (index {self.spread.disagreement_index:.2f}, {self.spread.percentiles})."
        )


def appropriateness(
    ratings: Sequence[int | None], *, percentiles: PercentileType
) -> Appropriateness:
    """Summarise and classify the ratings of one item by the RAND/UCLA method.

    Parameters
    ----------
    ratings : sequence of int or None
        One entry for each member: 1 (inappropriate) to 9 (appropriate), None where the member
        did not rate. Members with a conflict of interest are taken out before (`votes_on_item`).
    percentiles : {"type 7", "type 6"}
        Definition of percentiles. It has no default because it changes decisions: it is fixed
        before the first round and stays.

    Raises
    ------
    UserError
        A rating is not a whole number from 1 to 9 (the message names the member), nobody rated,
        or the definition is another.

    References
    ----------
    Fitch K and others (2001). The RAND/UCLA Appropriateness Method User's Manual, RAND MR-1269.
    Panel-size rule: BMC Medical Informatics and Decision Making 2012;12:93, Table 7.
    """
    votes = votes_on_item(ratings)
    rated = votes.ratings
    if not rated:
        raise UserError("Nobody rated this item. It needs at least one rating from 1 to 9.")
    middle_rating = float(median(rated))
    region = region_of(middle_rating)
    counts = {part: sum(region_of(r) == part for r in rated) for part in ("low", "middle", "high")}
    outside = len(rated) - counts[region]
    spread = spread_of(rated, percentiles)
    other = spread_of(rated, "type 6" if percentiles == "type 7" else "type 7")
    classification = _class(region, has_disagreement=spread.has_disagreement)
    return Appropriateness(
        n=len(rated),
        abstained=votes.abstained,
        median=middle_rating,
        mean_absolute_deviation=sum(abs(r - middle_rating) for r in rated) / len(rated),
        region=region,
        low=counts["low"],
        middle=counts["middle"],
        high=counts["high"],
        outside=outside,
        spread=spread,
        other_spread=other,
        classification=classification,
        definitions_differ=classification
        != _class(region, has_disagreement=other.has_disagreement),
        third_rule_disagreement=3 * min(counts["low"], counts["high"]) >= len(rated),
        panel_size_rule=_panel_size_rule(
            region, counts["low"], counts["high"], outside, len(rated)
        ),
    )


def _class(region: Region, *, has_disagreement: bool) -> Class:
    if has_disagreement or region == "middle":
        return "uncertain"
    return "appropriate" if region == "high" else "inappropriate"


def _panel_size_rule(
    region: Region, low: int, high: int, outside: int, n: int
) -> PanelSizeRule | None:
    if n < SMALLEST_PANEL:
        return None
    most_outside = (n - 2) // 3
    has_disagreement = min(low, high) > most_outside
    return PanelSizeRule(
        most_outside=most_outside,
        has_agreement=outside <= most_outside,
        has_disagreement=has_disagreement,
        classification=_class(region, has_disagreement=has_disagreement),
    )
