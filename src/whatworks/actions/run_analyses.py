"""Run every analysis the evidence calls for, and store those whose inputs changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from whatworks import __version__
from whatworks.release.evidence import Evidence
from whatworks.release.nouns import Analysis, AnalysisInput, Number
from whatworks.release.plan import planned_analyses
from whatworks.release.recompute import recompute
from whatworks.release.results import numbers_of
from whatworks.store import Actor, Store
from whatworks.synthesis import DEFAULT_MONTHS_TABLE

__all__ = ["AnalysesRun", "run_analyses"]


@dataclass(frozen=True, slots=True)
class AnalysesRun:
    """How many analyses were computed, kept as they were, and withdrawn."""

    n_computed: int
    n_kept: int
    n_withdrawn: int


def run_analyses(
    store: Store, *, by: Actor, progress: Callable[[str], None] = lambda message: None
) -> AnalysesRun:
    """Bring the stored analyses up to date with the evidence.

    An analysis whose address (inputs, options, code version) is stored already is not run again.
    One that is no longer called for is withdrawn with its numbers.
    """
    evidence = store.evidence()
    planned = list(
        planned_analyses(evidence, code_version=__version__, months_table=DEFAULT_MONTHS_TABLE)
    )
    fresh = [entry for entry in planned if entry[0].analysis_id not in evidence.analysis_by_id]
    with_inputs = evidence.replace(
        analyses=[analysis for analysis, _ in planned],
        analysis_inputs=[row for _, inputs in planned for row in inputs],
    )
    numbers: list[Number] = []
    for analysis, _ in fresh:
        progress(f"{analysis.subject} {analysis.role}")
        numbers += numbers_of(analysis, recompute(with_inputs, analysis))
    withdrawn = _save(store, by, evidence, planned, fresh, numbers)
    return AnalysesRun(len(fresh), len(planned) - len(fresh), withdrawn)


def _save(
    store: Store,
    by: Actor,
    evidence: Evidence,
    planned: list[tuple[Analysis, tuple[AnalysisInput, ...]]],
    fresh: list[tuple[Analysis, tuple[AnalysisInput, ...]]],
    numbers: list[Number],
) -> int:
    """Store new analyses and withdraw those not called for; return how many were withdrawn."""
    wanted = {analysis.analysis_id for analysis, _ in planned}
    gone = [analysis for analysis in evidence.analyses if analysis.analysis_id not in wanted]
    gone_ids = {analysis.analysis_id for analysis in gone}
    replaced = {number.number_id for number in numbers}
    gone_numbers = [
        (number.number_id,)
        for number in evidence.numbers
        if number.analysis_id in gone_ids and number.number_id not in replaced
    ]
    gone_inputs = [
        (row.analysis_id, row.table_name, row.row_id)
        for row in evidence.analysis_inputs
        if row.analysis_id in gone_ids
    ]
    with store.write(
        actor=by, action="run_analyses", object_type="evidence_base", object_id="evidence-base"
    ) as tx:
        tx.withdraw("numbers", gone_numbers)
        tx.withdraw("analysis_inputs", gone_inputs)
        tx.withdraw("analyses", [(analysis.analysis_id,) for analysis in gone])
        tx.append("analyses", [analysis for analysis, _ in fresh])
        tx.append("analysis_inputs", [row for _, inputs in fresh for row in inputs])
        tx.append("numbers", numbers)
    return len(gone)
