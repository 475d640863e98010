"""Strands and studies as plain data: what the pages show, for programs and terminals."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from whatworks.release.dependent_pool import TRUSTED_DF
from whatworks.release.evidence import Evidence
from whatworks.release.nouns import Analysis, Strand
from whatworks.release.r_call import R_KINDS, r_call
from whatworks.vocab import label, split_codes

__all__ = ["list_strands", "show_strand", "show_study"]


def list_strands(evidence: Evidence) -> dict[str, Any]:
    """Return every strand with its headline."""
    return {
        "strands": [
            {
                "strand": strand.strand_id,
                "title": strand.title,
                "headline": _headline(evidence, strand),
            }
            for strand in sorted(evidence.strands, key=lambda strand: strand.position)
        ]
    }


def _value(evidence: Evidence, strand_id: str, field: str) -> float | None:
    """Return a field of a strand's main analysis."""
    number = evidence.number_by_id.get(f"{strand_id}.main.{field}")
    return None if number is None else number.value


def _headline(evidence: Evidence, strand: Strand) -> str:
    """Return one line: effect, interval, extent, certainty."""
    certainty = evidence.certainty_by_strand.get(strand.strand_id)
    sure = (
        f"{certainty.level.replace('_', ' ')} certainty"
        if certainty
        else "certainty not yet judged"
    )
    estimate, low, high, studies, df, omega2 = (
        _value(evidence, strand.strand_id, field)
        for field in ("estimate", "ci_lb", "ci_ub", "k_studies", "df", "omega2")
    )
    if estimate is None or studies is None:
        return {
            "no_usable_study": "reviewed, no usable study",
            "not_pooled": "studies found, not pooled",
        }.get(strand.status, "not yet analysed")
    interval = "" if low is None or high is None else f" [{low:.2f}, {high:.2f}]"
    # Only robust inference publishes omega squared, and only there few degrees of freedom mislead.
    if omega2 is not None and df is not None and df < TRUSTED_DF:
        interval += " (not to be trusted: fewer than 4 degrees of freedom)"
    counted = "1 study" if studies == 1 else f"{studies:,.0f} studies"
    return f"g = {estimate:.2f}{interval}, {counted}, {sure}"


def show_strand(evidence: Evidence, strand_id: str) -> dict[str, Any]:
    """Return a strand with all its analyses, numbers and certainty.

    Raises
    ------
    KeyError
        There is no such strand.
    """
    strand = evidence.strand_by_id[strand_id]
    certainty = evidence.certainty_by_strand.get(strand_id)
    shown: dict[str, Any] = {
        "strand": strand.strand_id,
        "title": strand.title,
        "question": strand.question,
        "needs": [label("need", code) for code in split_codes(strand.needs)],
        "approaches": [label("approach", code) for code in split_codes(strand.approaches)],
        "outcome": label("outcome", strand.outcome),
        "status": strand.status,
        "analyses": {
            analysis.role: _analysis(evidence, analysis)
            for analysis in evidence.analyses_by_subject.get(strand_id, [])
        },
        "certainty": None,
        "not_known": strand.not_known.splitlines(),
    }
    if certainty is not None:
        shown["certainty"] = {
            **dataclasses.asdict(certainty),
            "steps": [
                {"domain": step.domain, "step": step.step, "reason": step.reason}
                for step in evidence.steps_by_certainty.get(certainty.certainty_id, [])
            ],
        }
    return shown


def _analysis(evidence: Evidence, analysis: Analysis) -> dict[str, Any]:
    """Return one analysis with its numbers, the way to explain them and the R call."""
    options = json.loads(analysis.options)
    shown: dict[str, Any] = {
        "analysis": analysis.analysis_id,
        "kind": analysis.kind,
        "options": options,
        "inputs": analysis.n_inputs,
        "code_version": analysis.code_version,
        "numbers": {
            number.field: number.value
            for number in evidence.numbers_by_analysis[analysis.analysis_id]
        },
        "why": f"whatworks why {analysis.subject}.{analysis.role}.FIELD",
    }
    if analysis.kind in R_KINDS:
        entries = evidence.inputs_by_analysis.get(analysis.analysis_id, [])
        study_ids = [evidence.effect_by_id[entry.row_id].study_id for entry in entries]
        shown["r_call"] = r_call(analysis.kind, options, study_ids)
    return shown


def show_study(evidence: Evidence, study_id: str) -> dict[str, Any]:
    """Return a study with its arms, effects and judgements.

    Raises
    ------
    KeyError
        There is no such study.
    """
    study = evidence.study_by_id[study_id]
    review = evidence.review_by_id[study.review_id]
    return {
        **dataclasses.asdict(study),
        "found_by": review.citation,
        "licence": review.licence,
        "arms": [dataclasses.asdict(arm) for arm in evidence.arms if arm.study_id == study_id],
        "effects": [
            {
                **{
                    key: value
                    for key, value in dataclasses.asdict(effect).items()
                    if value is not None
                },
                "measure": evidence.measure_by_id[effect.measure_id].name,
            }
            for effect in evidence.effects_by_study.get(study_id, [])
        ],
        "judgements": [
            {
                "tool": row.tool,
                "domain": row.domain,
                "judgement": row.judgement,
                "reason": row.reason,
            }
            for row in evidence.judgements_by_study.get(study_id, [])
        ],
    }
