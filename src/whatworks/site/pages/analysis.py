"""How was this computed? Every number of one analysis, its options, and the rows it took in."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from whatworks.release.addresses import WHOLE_TABLE
from whatworks.release.nouns import Analysis, AnalysisInput
from whatworks.release.r_call import R_KINDS, r_script
from whatworks.release.schema import TABLES
from whatworks.site.context import Context
from whatworks.site.correlation_view import correlation_view
from whatworks.site.csv_file import csv_download
from whatworks.site.forest import analysis_effects, forest_rows
from whatworks.site.months import months_in_words
from whatworks.site.numbers import figure_of
from whatworks.site.page import Download, Page
from whatworks.site.paths import analysis_path, review_path, slug, strand_path, study_path
from whatworks.site.plain import KINDS, OPTIONS, ROLES, say
from whatworks.site.words import readable

__all__ = ["analysis_download", "analysis_page"]


# What readers look for stands first; the other numbers follow in their stored order.
_FIRST = (
    "estimate", "ci_lb", "ci_ub", "p_value", "pi_lb", "pi_ub", "months", "months_lb", "months_ub",
    "k_studies", "k_effects", "n_pupils", "tau2", "tau2_ci_lb", "tau2_ci_ub", "omega2", "omega2_ci_lb",
    "omega2_ci_ub", "true_sd", "i2", "i2_between", "i2_within", "se", "df",
    "sensitivity", "sensitivity_lb", "sensitivity_ub", "specificity", "specificity_lb", "specificity_ub",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class NumberRow:
    """One number: in words, as shown, in full precision."""

    field: str
    number_id: str
    label: str
    shown: str
    exact: str
    unit: str
    note: str | None


@dataclass(frozen=True, slots=True)
class EffectRow:
    """One effect that entered, with its share of the average and where it was read."""

    study_label: str
    study_href: str
    measure: str
    yi: float
    vi: float
    route: str
    weight: float | None
    source: str
    row_hash: str
    effect_id: str


@dataclass(frozen=True, slots=True)
class OtherRow:
    """One input that is not an effect: another row, or a whole table."""

    what: str
    row_hash: str


def _file_name(analysis: Analysis) -> str:
    """Return the name of the inputs' CSV file."""
    return f"inputs-{slug(analysis.analysis_id)}.csv"


def _effect_inputs(context: Context, analysis: Analysis) -> list[AnalysisInput]:
    """Return the inputs that are effects held here."""
    return [
        entry
        for entry in context.evidence.inputs_by_analysis.get(analysis.analysis_id, [])
        if entry.table_name == "effects" and entry.row_id in context.evidence.effect_by_id
    ]


def analysis_download(context: Context, analysis: Analysis) -> Download | None:
    """Return the effects an analysis took in as a CSV file; None where it took none."""
    entries = _effect_inputs(context, analysis)
    if not entries:
        return None
    effects = [context.evidence.effect_by_id[entry.row_id] for entry in entries]
    return csv_download(
        f"downloads/{_file_name(analysis)}",
        ("effect_id", "study_id", "yi", "vi", "raw_file_id", "source_row", "row_hash"),
        (
            (e.effect_id, e.study_id, e.yi, e.vi, e.raw_file_id, e.source_row, entry.row_hash)
            for e, entry in zip(effects, entries, strict=True)
        ),
    )


def _source(context: Context, raw_file_id: str, row: int) -> str:
    """Return file and row a value was read from."""
    raw_file = context.evidence.raw_file_by_id.get(raw_file_id)
    return f"{raw_file.name if raw_file else raw_file_id[:16]}, row {row:,}"


def _effect_rows(context: Context, analysis: Analysis) -> list[EffectRow]:
    """Return the effects that entered, each with the weight of its study."""
    entries = _effect_inputs(context, analysis)
    weights: dict[str, float] = {}
    by_study = json.loads(analysis.options).get("unit") == "study"
    if analysis.kind == "dependent_effects" or by_study:
        weights = {row.study_id: row.weight for row in forest_rows(context, analysis)}
    rows = []
    for entry in entries:
        effect = context.evidence.effect_by_id[entry.row_id]
        measure = context.evidence.measure_by_id.get(effect.measure_id)
        rows.append(
            EffectRow(
                study_label=context.evidence.study_by_id[effect.study_id].label,
                study_href=f"{study_path(effect.study_id)}#{slug(effect.effect_id)}",
                measure=readable(measure.name if measure else effect.measure_id),
                yi=effect.yi,
                vi=effect.vi,
                route=effect.route.replace("_", " "),
                weight=weights.get(effect.study_id),
                source=_source(context, effect.raw_file_id, effect.source_row),
                row_hash=entry.row_hash,
                effect_id=effect.effect_id,
            )
        )
    return rows


def _other_rows(context: Context, analysis: Analysis) -> list[OtherRow]:
    """Return the inputs that are not effects."""
    rows = []
    accuracies = {row.accuracy_id: row for row in context.evidence.accuracies}
    for entry in context.evidence.inputs_by_analysis.get(analysis.analysis_id, []):
        if entry.row_id == WHOLE_TABLE:
            table = TABLES[entry.table_name]
            n = len(context.evidence.table(entry.table_name))
            rows.append(OtherRow(f"All {n:,} rows of the table {table.name}", entry.row_hash))
        elif entry.table_name == "accuracies" and entry.row_id in accuracies:
            row = accuracies[entry.row_id]
            what = (
                f"{row.index_test} against {row.reference_standard or 'a standard not reported'}, "
                f"{row.study_label}: {row.tp} found, {row.fp} false alarms, {row.fn} missed, {row.tn} "
                f"rightly not flagged. Read from {_source(context, row.raw_file_id, row.source_row)}"
            )
            rows.append(OtherRow(what, entry.row_hash))
        elif entry.table_name != "effects":
            rows.append(OtherRow(f"{entry.table_name}: {entry.row_id}", entry.row_hash))
    return rows


def _subject(context: Context, analysis: Analysis) -> tuple[str, str | None]:
    """Return what an analysis is about, and the address of its page."""
    strand = context.evidence.strand_by_id.get(analysis.subject)
    if strand is not None:
        return strand.title, strand_path(strand.strand_id)
    review = context.evidence.review_by_id.get(analysis.subject)
    if review is not None:
        return review.title, review_path(review.review_id)
    for row in context.evidence.accuracies:
        if row.accuracy_id == analysis.subject:
            return (
                f"{row.index_test} ({row.study_label})",
                f"identification.html#{slug(row.accuracy_id)}",
            )
    home = {"gap_map": "gap-map.html", "counts": "index.html"}
    return analysis.subject.replace("_", " "), home.get(analysis.kind)


def _option_rows(analysis: Analysis) -> list[tuple[str, str, str]]:
    """Return every option: what it means, its name, its value as stored."""
    options = json.loads(analysis.options)
    return [
        (OPTIONS.get(name, name.replace("_", " ").capitalize()), name, json.dumps(value))
        for name, value in sorted(options.items())
    ]


def _r_script(context: Context, analysis: Analysis) -> str | None:
    """Return the analysis in R; None where the kind has no counterpart there."""
    if analysis.kind not in R_KINDS:
        return None
    study_ids = [effect.study_id for effect in analysis_effects(context, analysis)]
    return r_script(analysis.kind, json.loads(analysis.options), study_ids, _file_name(analysis))


def _number_rows(context: Context, analysis: Analysis) -> Sequence[NumberRow]:
    """Return every number of an analysis."""
    rows = []
    numbers = context.evidence.numbers_by_analysis.get(analysis.analysis_id, [])
    place = {field: position for position, field in enumerate(_FIRST)}
    for number in sorted(numbers, key=lambda number: place.get(number.field, len(place))):
        figure = figure_of(number)
        rows.append(
            NumberRow(
                field=number.field,
                number_id=number.number_id,
                label=number.label,
                shown=figure.text,
                exact="none" if number.value is None else repr(number.value),
                unit=number.unit,
                note=months_in_words(number.note, analysis),
            )
        )
    return rows


def analysis_page(context: Context, analysis: Analysis) -> Page:
    """Return the page of one analysis."""
    subject, href = _subject(context, analysis)
    role = ROLES.get(analysis.role, (analysis.role.replace("_", " ").capitalize(), ""))
    numbers = _number_rows(context, analysis)
    download = analysis_download(context, analysis)
    return context.render(
        "analysis.html",
        path=analysis_path(analysis.analysis_id),
        title=f"How was this computed? {subject}",
        section="data",
        values={
            "crumbs": [("What works", "index.html"), *([(subject, href)] if href else [])],
            "analysis": analysis,
            "subject": subject,
            "subject_href": href,
            "role": role,
            "kind": say(KINDS, analysis.kind),
            "options": _option_rows(analysis),
            "numbers": numbers,
            "correlations": correlation_view(context, analysis.subject)
            if analysis.kind in ("dependent_effects", "rho_sensitivity")
            and analysis.role in ("main", "rho_sensitivity")
            else None,
            "example": numbers[0].number_id if numbers else None,
            "effects": _effect_rows(context, analysis),
            "others": _other_rows(context, analysis),
            "download": download.path if download else None,
            "r": _r_script(context, analysis) if download else None,
        },
    )
