"""How well one identification tool sorts pupils, from its two-by-two table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from whatworks.release.evidence import Evidence
from whatworks.release.nouns import Analysis
from whatworks.release.results import Result
from whatworks.synthesis import two_by_two_accuracy

__all__ = ["accuracy_2x2"]


def accuracy_2x2(
    evidence: Evidence, analysis: Analysis, options: dict[str, Any]
) -> Sequence[Result]:
    """Give sensitivity, specificity and predictive values of the one table that is the input."""
    (entry,) = evidence.inputs_by_analysis[analysis.analysis_id]
    (row,) = [row for row in evidence.accuracies if row.accuracy_id == entry.row_id]
    if row.tp is None or row.fp is None or row.fn is None or row.tn is None:
        raise ValueError(f"{row.accuracy_id} has no counts")
    result = two_by_two_accuracy(row.tp, row.fp, row.fn, row.tn, level=options["level"])
    percent = f"{100 * options['level']:g} per cent interval"
    results = []
    for name, label in (
        ("sensitivity", "Sensitivity: share of pupils with the need who are flagged"),
        ("specificity", "Specificity: share of pupils without the need who are not flagged"),
        ("ppv", "Share of flagged pupils who have the need, in this sample"),
        ("npv", "Share of unflagged pupils who do not have the need, in this sample"),
    ):
        rate = getattr(result, name)
        results.append(Result(name, rate.value, "share", label, rate.reason))
        for end, limit in zip(("lb", "ub"), rate.ci or (None, None), strict=True):
            words = "Lower" if end == "lb" else "Upper"
            results.append(
                Result(
                    f"{name}_{end}",
                    limit,
                    "share",
                    f"{words} limit: {label}, {percent}",
                    rate.reason,
                )
            )
    total = row.tp + row.fp + row.fn + row.tn
    results.append(Result("n_pupils", total, "pupils", "Pupils in the sample"))
    results.append(
        Result(
            "prevalence", (row.tp + row.fn) / total, "share", "Share of the sample with the need"
        )
    )
    return results
