"""Rows of a table of effects, read but not yet named or computed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isfinite, sqrt
from typing import TYPE_CHECKING, Any

from whatworks.errors import FileError, FileProblem, UserError
from whatworks.extraction.coded_judgement import JudgedRow, read_judged
from whatworks.extraction.fields import ARM, CHECK, EFFECT, MEASURE, STUDY
from whatworks.extraction.row_reader import RowReader
from whatworks.extraction.studies import repeated_key
from whatworks.extraction.variance_scale import Spread, expected_variance, scale_of_column

if TYPE_CHECKING:
    from whatworks.extraction.mapping import EffectsMapping
    from whatworks.tabular import CsvTable

__all__ = ["EffectRow", "read_effect_rows"]


@dataclass(frozen=True, slots=True)
class EffectRow:
    """One row of the table as the mapping reads it.

    Attributes
    ----------
    number
        Row of the file.
    study, arm, comparison_arm, measure, effect, check
        Fields of each section by name.
    judged
        Judgements in the row.
    route
        Route that was used.
    yi, vi
        Effect and variance it gave.
    """

    number: int
    study: dict[str, Any]
    arm: dict[str, Any]
    comparison_arm: dict[str, Any]
    measure: dict[str, Any]
    effect: dict[str, Any]
    check: dict[str, Any]
    judged: list[JudgedRow]
    route: str = ""
    yi: float = 0.0
    vi: float = 0.0


def read_effect_rows(table: CsvTable, mapping: EffectsMapping, *, file: str) -> list[EffectRow]:
    """Read all rows, check their scale and identifiers, and compute effect and variance.

    Raises
    ------
    FileError
        With every fault that was found before the first stage that could not go on.
    """
    problems: list[FileProblem] = []
    rows = [_read(RowReader(row, problems), mapping) for row in table.rows]
    problems += _repeated_keys(rows, mapping)
    if problems:
        raise FileError(file, sorted(problems, key=lambda problem: problem.row or 0))
    if not mapping.scale_checked:
        swapped = _swapped_scale(rows, mapping)
        if swapped is not None:
            raise FileError(file, [swapped])
    computed = [_compute(row, mapping, problems) for row in rows]
    if problems:
        raise FileError(file, problems)
    return computed


def _read(reader: RowReader, mapping: EffectsMapping) -> EffectRow:
    study = reader.section(mapping.study, STUDY)
    effect = reader.section(mapping.effect, EFFECT)
    parts = (effect["n_intervention"], effect["n_comparison"])
    if effect["n_total"] is None and None not in parts:
        effect["n_total"] = sum(parts)
    _check_positive(reader, effect, mapping)
    return EffectRow(
        number=reader.row.number,
        study=study,
        arm=reader.section(mapping.arm, ARM),
        comparison_arm=reader.section(mapping.comparison_arm, ARM),
        measure=reader.section(mapping.measure, MEASURE),
        effect=effect,
        check=reader.section(mapping.check, CHECK),
        judged=read_judged(reader, mapping.judgement, study["key"] or ""),
    )


def _check_positive(reader: RowReader, effect: dict[str, Any], mapping: EffectsMapping) -> None:
    """Refuse numbers that cannot be so low, and turn a variance into its root."""
    for name, value in effect.items():
        if not isinstance(value, int | float):
            continue
        above_zero = name in {"reported_se", "reported_variance"} or name.startswith("n_")
        if (above_zero and value <= 0) or ("sd_" in name and value < 0):
            words = name.replace("_", " ")
            limit = "must be above 0" if above_zero else "cannot be below 0"
            reader.problems.append(
                FileProblem(
                    f"Found {value:g} for {words}, which {limit}.",
                    "Correct the cell, or empty it if the number is not known.",
                    reader.row.number,
                    " and ".join(mapping.effect[name].columns()) or None,
                )
            )
            effect[name] = None
    variance = effect["reported_variance"]
    if variance is not None and effect["reported_se"] is None:
        effect["reported_se"] = sqrt(variance)


def _repeated_keys(rows: Sequence[EffectRow], mapping: EffectsMapping) -> list[FileProblem]:
    """Find identifiers of effects that stand in two rows."""
    if "key" not in mapping.effect:
        return []
    seen: dict[str, int] = {}
    problems = []
    for row in rows:
        key = row.effect["key"]
        if key is None:
            continue
        if key in seen:
            problems.append(repeated_key(key, seen[key], row.number, mapping.effect["key"]))
        seen.setdefault(key, row.number)
    return problems


def _swapped_scale(rows: Sequence[EffectRow], mapping: EffectsMapping) -> FileProblem | None:
    """Find a column of variances that holds standard errors, or the other way round."""
    for name, other, wrong in (
        ("reported_variance", "reported_se", "standard_error"),
        ("reported_se", "reported_variance", "variance"),
    ):
        if name not in mapping.effect:
            continue
        spreads = []
        for row in rows:
            effect = row.effect
            offered, g = effect[name], effect["reported_g"]
            # Clustering makes variances larger than the numbers of pupils say.
            clustered = effect["clusters_intervention"] or effect["clusters_comparison"]
            if offered is None or g is None or clustered:
                continue
            expected = expected_variance(
                g, effect["n_intervention"], effect["n_comparison"], effect["n_total"]
            )
            if expected is not None:
                spreads.append(Spread(offered, expected))
        if scale_of_column(spreads) == wrong:
            return _scale_problem(name, other, spreads, mapping)
    return None


def _scale_problem(
    name: str, other: str, spreads: Sequence[Spread], mapping: EffectsMapping
) -> FileProblem:
    words = {"reported_variance": "variances", "reported_se": "standard errors"}
    first = spreads[0]
    implied = first.expected if name == "reported_variance" else sqrt(first.expected)
    return FileProblem(
        f"The column is mapped as {words[name]}, but its numbers agree with the numbers of pupils "
        f"only as {words[other]}: the first is {first.offered:.4g}, and that many pupils give "
        f"a {words[name][:-1]} of about {implied:.4g}.",
        f"Map the column as {other}, or set scale_checked = true if you have checked it.",
        column=" and ".join(mapping.effect[name].columns()) or None,
    )


def _compute(row: EffectRow, mapping: EffectsMapping, problems: list[FileProblem]) -> EffectRow:
    """Compute effect and variance by the first route whose fields are all there."""
    # numpy and scipy come with it; whoever only needs the nouns should not wait for them.
    from whatworks.synthesis.routes import ROUTES, RawEffect, compute_route

    values = {name: row.effect.get(name) for name in RawEffect.__dataclass_fields__}
    values["higher_is_better"] = row.measure["higher_is_better"]
    for name in mapping.routes:
        if all(values[field] is not None for field in ROUTES[name].fields):
            try:
                yi, vi = compute_route(name, RawEffect(**values))
            except UserError as error:
                found, _, fix = str(error).partition(" Fill")
                problems.append(
                    FileProblem(found, f"Fill{fix}" if fix else "Correct the row.", row.number)
                )
                return row
            if not (isfinite(yi) and isfinite(vi) and vi > 0):
                problems.append(
                    FileProblem(
                        f"Route {name} gives an effect of {yi:g} with a variance of {vi:g}.",
                        "Check the numbers of the row: the variance must be above 0.",
                        row.number,
                    )
                )
                return row
            return replace(row, route=name, yi=yi, vi=vi)
    # The route that comes nearest tells best what is missing.
    lacking = min(
        (
            ([field for field in ROUTES[name].fields if values[field] is None], name)
            for name in mapping.routes
        ),
        key=lambda found: len(found[0]),
    )
    problems.append(
        FileProblem(
            f"The effect cannot be computed: {', '.join(lacking[0])} missing for {lacking[1]}.",
            "Fill in the cells, leave the row out, or add another route to the mapping.",
            row.number,
        )
    )
    return row
