"""Which analyses an evidence base calls for, addressed by their content; nothing is computed here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from whatworks.extraction.nouns import Effect
from whatworks.release.addresses import WHOLE_TABLE, address_analysis, row_address, table_address
from whatworks.release.evidence import Evidence
from whatworks.release.kinds.counts import TABLES_COUNTED
from whatworks.release.nouns import Analysis, AnalysisInput, Strand
from whatworks.release.selection import parse_selection, select_effects
from whatworks.vocab import Phase, is_attainment, split_codes

__all__ = ["planned_analyses"]

Planned = tuple[Analysis, tuple[AnalysisInput, ...]]
Address = tuple[str, str, str]

# Correlation assumed between effects of one study, until a strand states its own: the default of
# robumeta (Fisher and Tipton 2015), the package education reviews most often used.
WITHIN_STUDY_CORRELATION = 0.8

MAIN_OPTIONS: dict[str, Any] = {
    "level": 0.95,
    "method": "REML",
    "months_table": None,
    "rho": WITHIN_STUDY_CORRELATION,
    "test": "knha",
    "unit": "study",
    "with_flagged": False,
}


def planned_analyses(
    evidence: Evidence, *, code_version: str, months_table: str
) -> Iterator[Planned]:
    """Yield every analysis the evidence calls for, with its inputs.

    For each pooled strand ``main`` (one composite per study), ``rows`` (every effect by itself) and,
    where effects are kept out, ``with_kept_out``; then the counts of the whole base, the gap map for
    all phases and for each, each review's PRISMA flow, and each two-by-two table.
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
    variants: list[tuple[str, Sequence[Effect], dict[str, Any]]] = [
        ("main", kept, {}),
        ("rows", kept, {"unit": "effect", "rho": None}),
    ]
    if len(kept) < len(selected):
        variants.append(("with_kept_out", selected, {"with_flagged": True}))
    for role, effects, changed in variants:
        if not effects:
            continue
        yield address_analysis(
            subject=strand.strand_id,
            role=role,
            kind="random_effects",
            options={**MAIN_OPTIONS, "months_table": table, **changed},
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
    """Yield the PRISMA flow of each review that has published counts or decisions."""
    with_flow = {row.review_id for row in evidence.flow_counts} | {
        decision.review_id for decision in evidence.decisions
    }
    for review_id in sorted(with_flow):
        yield address_analysis(
            subject=review_id,
            role="flow",
            kind="prisma_flow",
            options={},
            code_version=code_version,
            seed=None,
            inputs=[whole(name) for name in ("decisions", "flow_counts", "records", "studies")],
        )
