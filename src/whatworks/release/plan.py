"""Which analyses an evidence base calls for, addressed by their content; nothing is computed here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from whatworks.extraction.nouns import Effect
from whatworks.release.addresses import WHOLE_TABLE, address_analysis, row_address, table_address
from whatworks.release.evidence import Evidence
from whatworks.release.kinds.counts import TABLES_COUNTED
from whatworks.release.kinds.extent import studies_with_several
from whatworks.release.nouns import Analysis, AnalysisInput, Strand
from whatworks.release.selection import parse_selection, select_effects
from whatworks.vocab import Phase, is_attainment, split_codes

__all__ = ["planned_analyses"]

Planned = tuple[Analysis, tuple[AnalysisInput, ...]]
Address = tuple[str, str, str]

# Correlation assumed between effects of one study, until a strand states its own: the default of
# robumeta (Fisher and Tipton 2015), the package education reviews most often used.
WITHIN_STUDY_CORRELATION = 0.8
# Correlations the average is shown for beside it, from none to nearly one.
CORRELATIONS_TRIED = (0.0, 0.2, 0.4, 0.6, 0.8, 0.95)

# Effects correlated and hierarchical, variances by REML, inference by clusters.
DEPENDENT_OPTIONS: dict[str, Any] = {
    "level": 0.95,
    "method": "REML",
    "robust": "CR2",
    "smooth_vi": True,
    "test": "Satterthwaite",
    "with_flagged": False,
    "working_model": "CHE",
}
# Tables a review's flow is counted from.
FLOW_TABLES = (
    "certifications",
    "decisions",
    "eligibility_criteria",
    "exclusion_reasons",
    "flow_counts",
    "full_texts",
    "raw_files",
    "records",
    "report_records",
    "screening_rules",
    "searches",
    "studies",
)
TWO_LEVEL_OPTIONS: dict[str, Any] = {
    "level": 0.95,
    "method": "REML",
    "test": "knha",
    "with_flagged": False,
}


def planned_analyses(
    evidence: Evidence, *, code_version: str, months_table: str
) -> Iterator[Planned]:
    """Yield every analysis the evidence calls for, with its inputs.

    For each pooled strand ``main`` (dependent effects with robust inference), ``composites`` (one
    composite a study), ``rows`` (every effect by itself), where effects are kept out
    ``with_kept_out``, and where a study gives several effects ``rho_sensitivity``; then the counts of
    the whole base, the gap map for all phases and for each, each review's PRISMA flow, and each
    two-by-two table.
    """
    for strand in evidence.strands:
        if strand.selection is not None:
            yield from _strand_analyses(
                evidence, strand, strand.selection, code_version, months_table
            )
    whole = _whole_tables(evidence)
    yield address_analysis(
        subject="evidence-base",
        role="main",
        kind="counts",
        options={},
        code_version=code_version,
        seed=None,
        inputs=[whole(name) for name in TABLES_COUNTED],
    )
    yield from _gap_maps(evidence, code_version, whole("effects"))
    yield from _flows(evidence, code_version, whole)
    for row in evidence.accuracies:
        if None not in (row.tp, row.fp, row.fn, row.tn):
            yield address_analysis(
                subject="identification",
                role=row.accuracy_id,
                kind="accuracy_2x2",
                options={"level": 0.95},
                code_version=code_version,
                seed=None,
                inputs=[("accuracies", row.accuracy_id, row_address("accuracies", row))],
            )


def _whole_tables(evidence: Evidence) -> Callable[[str], Address]:
    """Return a function that addresses a whole table, each only once."""
    known: dict[str, Address] = {}

    def address(name: str) -> Address:
        if name not in known:
            known[name] = (name, WHOLE_TABLE, table_address(name, evidence.table(name)))
        return known[name]

    return address


def _strand_analyses(
    evidence: Evidence, strand: Strand, selection: str, code_version: str, months_table: str
) -> Iterator[Planned]:
    """Yield the analyses of one pooled strand."""
    selected = select_effects(evidence.effects, parse_selection(selection))
    kept = [effect for effect in selected if effect.excluded_reason is None]
    table = months_table if is_attainment(strand.outcome) else None
    dependent = {**DEPENDENT_OPTIONS, "rho": WITHIN_STUDY_CORRELATION, "months_table": table}
    two_level = {**TWO_LEVEL_OPTIONS, "months_table": table}
    variants: list[tuple[str, str, Sequence[Effect], dict[str, Any]]] = [
        ("main", "dependent_effects", kept, dependent),
        (
            "composites",
            "random_effects",
            kept,
            {**two_level, "unit": "study", "rho": WITHIN_STUDY_CORRELATION},
        ),
        ("rows", "random_effects", kept, {**two_level, "unit": "effect", "rho": None}),
    ]
    if len(kept) < len(selected):
        variants.append(
            ("with_kept_out", "dependent_effects", selected, {**dependent, "with_flagged": True})
        )
    if studies_with_several(kept):
        tried = {**DEPENDENT_OPTIONS, "rhos": list(CORRELATIONS_TRIED)}
        variants.append(("rho_sensitivity", "rho_sensitivity", kept, tried))
    for role, kind, effects, options in variants:
        if not effects:
            continue
        yield address_analysis(
            subject=strand.strand_id,
            role=role,
            kind=kind,
            options=options,
            code_version=code_version,
            seed=None,
            inputs=[
                ("effects", effect.effect_id, row_address("effects", effect)) for effect in effects
            ],
        )


def _gap_maps(evidence: Evidence, code_version: str, effects: Address) -> Iterator[Planned]:
    """Yield the gap map of all phases, and of each phase that has an effect."""
    present = {code for effect in evidence.effects for code in split_codes(effect.phases)}
    for phase in (None, *(code.value for code in Phase if code.value in present)):
        yield address_analysis(
            subject="gap-map",
            role="main" if phase is None else phase,
            kind="gap_map",
            options={"phase": phase},
            code_version=code_version,
            seed=None,
            inputs=[effects],
        )


def _flows(
    evidence: Evidence, code_version: str, whole: Callable[[str], Address]
) -> Iterator[Planned]:
    """Yield the PRISMA flow of each review with published counts, decisions or tied files."""
    with_flow = (
        {row.review_id for row in evidence.flow_counts}
        | {decision.review_id for decision in evidence.decisions}
        | {file.review_id for file in evidence.raw_files if file.search_id is not None}
    )
    for review_id in sorted(with_flow):
        yield address_analysis(
            subject=review_id,
            role="flow",
            kind="prisma_flow",
            options={},
            code_version=code_version,
            seed=None,
            inputs=[whole(name) for name in FLOW_TABLES],
        )
