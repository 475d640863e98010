"""How many studies there are for each need and approach."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from whatworks.release.evidence import Evidence
from whatworks.release.nouns import Analysis
from whatworks.release.results import Result
from whatworks.vocab import plain_label, split_codes

__all__ = ["gap_map", "studies_by_cell"]


def studies_by_cell(
    evidence: Evidence, *, phase: str | None = None
) -> dict[tuple[str, str], set[str]]:
    """Return the ids of the studies with an effect in each (need, approach) cell.

    Parameters
    ----------
    phase : str, optional
        Phase code; only effects of pupils in that phase count.
    """
    cells: dict[tuple[str, str], set[str]] = defaultdict(set)
    for effect in evidence.effects:
        if phase is not None and phase not in split_codes(effect.phases):
            continue
        for need in split_codes(effect.needs):
            for approach in split_codes(effect.approaches):
                cells[need, approach].add(effect.study_id)
    return dict(cells)


def gap_map(evidence: Evidence, analysis: Analysis, options: dict[str, Any]) -> Sequence[Result]:
    """Count the studies of every cell that has any; option `phase` is a phase code or null."""
    cells = studies_by_cell(evidence, phase=options["phase"])
    return [
        Result(
            f"{need}.{approach}",
            len(studies),
            "studies",
            f"Studies of {plain_label('approach', approach)} and {plain_label('need', need)}",
        )
        for (need, approach), studies in sorted(cells.items())
    ]
