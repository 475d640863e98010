"""What an expert panel's ratings say: appropriateness, disagreement, consensus."""

from whatworks.panel.appropriateness import Appropriateness, PanelSizeRule, appropriateness
from whatworks.panel.consensus import Consensus, consensus
from whatworks.panel.ratings import Votes, votes_on_item
from whatworks.panel.spread import PercentileType, Spread

__all__ = [
    "Appropriateness",
    "Consensus",
    "PanelSizeRule",
    "PercentileType",
    "Spread",
    "Votes",
    "appropriateness",
    "consensus",
    "votes_on_item",
]
