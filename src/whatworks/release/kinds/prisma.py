"""The counts of a review's PRISMA flow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from whatworks.release.evidence import Evidence
from whatworks.release.nouns import Analysis
from whatworks.release.prisma import prisma_flow
from whatworks.release.results import Result

__all__ = ["prisma"]


def prisma(evidence: Evidence, analysis: Analysis, options: dict[str, Any]) -> Sequence[Result]:
    """Give every box as counted and as published, and how many identities fail."""
    flow = prisma_flow(evidence, analysis.subject)
    results = []
    for box in flow.boxes:
        for source, value in (("counted", box.counted), ("published", box.published)):
            if value is not None:
                results.append(
                    Result(f"{box.box}.{source}", value, "count", f"{box.label}, {source}")
                )
    failed = [check for check in flow.checks if not check.ok]
    results.append(
        Result(
            "checks_failed",
            len(failed),
            "count",
            "Checks on the flow that fail",
            " ".join(f"{check.name}: {check.sentence}" for check in failed) or None,
        )
    )
    results.append(
        Result("checks_made", len(flow.checks), "count", "Checks on the flow that were made")
    )
    return results
