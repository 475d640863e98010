"""Comparing a setting fairly: with what is expected of the same pupils, never in a league table."""

from whatworks.accountability.comparison import Band, Comparison, compare_with_expected
from whatworks.accountability.exact_limits import LimitKind, proportion_limits
from whatworks.accountability.funnel import Funnel, FunnelKind, FunnelLimits, funnel
from whatworks.accountability.standardised_ratio import (
    StandardisedRatio,
    expected_events,
    standardised_ratio,
)

__all__ = [
    "Band",
    "Comparison",
    "Funnel",
    "FunnelKind",
    "FunnelLimits",
    "LimitKind",
    "StandardisedRatio",
    "compare_with_expected",
    "expected_events",
    "funnel",
    "proportion_limits",
    "standardised_ratio",
]
