"""How much an evidence base holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from whatworks.release.evidence import Evidence
from whatworks.release.nouns import Analysis
from whatworks.release.results import Result

__all__ = ["TABLES_COUNTED", "counts"]

TABLES_COUNTED = (
    "accuracies",
    "decisions",
    "effects",
    "records",
    "reports",
    "reviews",
    "strands",
    "studies",
)


def counts(evidence: Evidence, analysis: Analysis, options: dict[str, Any]) -> Sequence[Result]:
    """Count the rows of each main table, and those a reader asks about."""
    pooled = [effect for effect in evidence.effects if effect.excluded_reason is None]
    return [
        Result("reviews", len(evidence.reviews), "reviews", "Evidence sets"),
        Result("studies", len(evidence.studies), "studies", "Studies"),
        Result("effects", len(evidence.effects), "effects", "Effects of support"),
        Result(
            "effects_kept_out",
            len(evidence.effects) - len(pooled),
            "effects",
            "Effects kept out of pooling because of a likely error",
        ),
        Result("strands", len(evidence.strands), "strands", "Strands"),
        Result("records", len(evidence.records), "records", "Search records held"),
        Result("reports", len(evidence.reports), "reports", "Reports"),
        Result("decisions", len(evidence.decisions), "decisions", "Screening decisions held"),
        Result(
            "accuracies",
            len(evidence.accuracies),
            "tables",
            "Accuracy results of identification tools",
        ),
    ]
