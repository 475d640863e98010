"""The lines of a forest plot from top to bottom: effects, studies, groups and averages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.statistics.block_covariance import first_appearance_codes
from whatworks.synthesis.composites import combine_within_study
from whatworks.synthesis.model import FittedModel
from whatworks.synthesis.pooled_effect import (
    PooledEffect,
    effect_weights,
    own_intervals,
    pooled_effect,
)

__all__ = [
    "MOST_EFFECTS",
    "MOST_LABELLED",
    "Bracket",
    "Line",
    "Lines",
    "forest_lines",
    "study_means",
]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# With more effects than this, each study has one line: the mean of its effects.
MOST_EFFECTS = 220
# Beyond this many lines labels no longer help: the lines close up and the table names them.
MOST_LABELLED = 450
# Lines that an average takes when they are closed up.
_ROOM, _CLOSED_ROOM = 1.1, 4.0
# Between the bracket of one study and the next.
_GAP, _CLOSED_GAP = 0.35, 1.6


@dataclass(frozen=True, slots=True)
class Line:
    """One line.

    Attributes
    ----------
    kind
        "effect", "study" (the mean of its effects), "heading", "average" or "prediction".
    at
        Position from the top.
    label, group
        What it is called; the group of studies it stands in, or "".
    estimate, low, high
        Effect and limits; None on a heading. A prediction has limits alone.
    weight
        Share of the average, in percent; None on a heading and on averages.
    n_effects
        Effects behind it.
    fitted
        What the model's moderators expect; None without moderators.
    """

    kind: str
    at: float
    label: str
    group: str = ""
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    weight: float | None = None
    n_effects: int = 1
    fitted: float | None = None


class Bracket(NamedTuple):
    """Lines that belong to one study: first and last position, and its name."""

    first: float
    last: float
    label: str


class Lines(NamedTuple):
    """All lines, and the brackets of studies."""

    lines: tuple[Line, ...]
    brackets: tuple[Bracket, ...]


class _Unit(NamedTuple):
    """Rows of one study, in the order in which they are drawn."""

    label: str
    rows: Ints
    mean: float


def forest_lines(
    fit: FittedModel,
    *,
    labels: Sequence[str] | None,
    study: Sequence[object] | None,
    group: Sequence[object] | None,
    order: str,
    by: str | None,
) -> Lines:
    """Lay out a forest plot; arguments as in `forest_plot`."""
    layout = _Layout(fit, labels, study, by)
    for title, rows in _groups(group, fit.yi.size):
        layout.group(title, rows, order)
    average = pooled_effect(fit)
    if average is not None:
        layout.average(average)
    return Lines(tuple(layout.lines), tuple(layout.brackets))


class _Layout:
    """Lines from the top, and how far down they reach."""

    def __init__(
        self,
        fit: FittedModel,
        labels: Sequence[str] | None,
        study: Sequence[object] | None,
        by: str | None,
    ) -> None:
        k = fit.yi.size
        if labels is not None and len(labels) != k:
            raise UserError(f"labels has {len(labels):,} names for {k:,} effects. Give one each.")
        self.fit = fit
        self.labels = labels
        self.codes, self.names = _studies(fit, study)
        self.low, self.high = own_intervals(fit.yi, fit.vi, fit.level)
        self.weights = effect_weights(fit)
        self.fitted = None
        if not fit.design.is_intercept_only:
            self.fitted = fit.design.matrix @ fit.coefficients
        few_studies = len(self.names) < k
        self.per_study = by == "study" or (by is None and k > MOST_EFFECTS and few_studies)
        is_closed = not self.per_study and k > MOST_LABELLED
        self.room, self.gap = (_CLOSED_ROOM, _CLOSED_GAP) if is_closed else (_ROOM, _GAP)
        self.lines: list[Line] = []
        self.brackets: list[Bracket] = []
        self.at = 0.0

    def group(self, title: str, rows: Ints, order: str) -> None:
        if title:
            self.lines.append(Line("heading", self.at, title, title))
            self.at += self.room
        for unit in _units(self.fit, rows, self.codes, self.names, order):
            if self.per_study:
                self.lines.append(self._study(unit, title))
                self.at += 1
            else:
                self._effects(unit, title)
        if title and self.fitted is None:
            mean = _group_mean(self.fit, rows, title, self.at)
            self.lines += [mean] if mean is not None else []
            self.at += self.room + 0.5 if mean is not None else 0.6

    def _effects(self, unit: _Unit, title: str) -> None:
        """Add the effects of one study, in a bracket if there are several."""
        several = unit.rows.size > 1
        if several and self.labels is not None:
            self.lines.append(Line("heading", self.at, unit.label, title))
            self.at += 1
        start = self.at
        for i in unit.rows.tolist():
            self.lines.append(
                Line(
                    "effect",
                    self.at,
                    self._name(unit, i),
                    title,
                    float(self.fit.yi[i]),
                    float(self.low[i]),
                    float(self.high[i]),
                    float(self.weights[i]),
                    1,
                    None if self.fitted is None else float(self.fitted[i]),
                )
            )
            self.at += 1
        if several:
            name = "" if self.labels is not None else unit.label
            self.brackets.append(Bracket(start, self.at - 1, name))
            self.at += self.gap

    def _name(self, unit: _Unit, i: int) -> str:
        label = "" if self.labels is None else str(self.labels[i])
        if unit.rows.size > 1 or (label and len(self.names) == self.fit.yi.size):
            return label
        return f"{unit.label}, {label}" if label else unit.label

    def _study(self, unit: _Unit, title: str) -> Line:
        """Return the line of one study: the plain mean of its effects, with its sampling error."""
        rows, n = unit.rows, unit.rows.size
        joined = combine_within_study(
            self.fit.yi[rows], self.fit.sampling_covariance().take(rows), [0] * n, weighted=False
        )
        low, high = own_intervals(joined.yi, joined.vi, self.fit.level)
        return Line(
            "study",
            self.at,
            unit.label,
            title,
            float(joined.yi[0]),
            float(low[0]),
            float(high[0]),
            float(self.weights[rows].sum()),
            int(n),
            None if self.fitted is None else float(self.fitted[rows].mean()),
        )

    def average(self, average: PooledEffect) -> None:
        k = self.fit.yi.size
        at = self.at + 0.4 * self.room
        self.lines.append(
            Line("average", at, "Average", "", average.estimate, *average.ci, None, k)
        )
        for label, limits in _ranges(average):
            at += self.room
            self.lines.append(Line("prediction", at, label, "", None, *limits, None, k))


def _ranges(average: PooledEffect) -> list[tuple[str, tuple[float, float]]]:
    """Return name and limits of what is expected of a new study, and of one effect in it."""
    if average.prediction_interval is None:
        return []
    found = [(f"Average of a new {own.name}", own.limits) for own in average.levels]
    if len(found) > 1:
        found[-1] = ("One effect in it", average.prediction_interval)
        return found
    if found:
        return [("A new study's range", average.prediction_interval)]
    return [("One effect in a new study", average.prediction_interval)]


def _studies(fit: FittedModel, study: Sequence[object] | None) -> tuple[Ints, tuple[str, ...]]:
    if study is None:
        return fit.clusters, fit.cluster_labels
    if len(study) != fit.yi.size:
        raise UserError(f"study has {len(study):,} names for {fit.yi.size:,} effects.")
    names = [str(name) for name in study]
    codes = first_appearance_codes(np.array(names))
    _, first = np.unique(codes, return_index=True)
    return codes, tuple(names[i] for i in first)


def _groups(group: Sequence[object] | None, k: int) -> list[tuple[str, Ints]]:
    if group is None:
        return [("", np.arange(k))]
    if len(group) != k:
        raise UserError(f"group has {len(group):,} names for {k:,} effects. Give one each.")
    names = [str(name) for name in group]
    return [
        (name, np.array([i for i, own in enumerate(names) if own == name], dtype=np.int64))
        for name in dict.fromkeys(names)
    ]


def _units(
    fit: FittedModel, rows: Ints, codes: Ints, names: Sequence[str], order: str
) -> list[_Unit]:
    found = []
    for code in dict.fromkeys(codes[rows].tolist()):
        own = rows[codes[rows] == code]
        if order == "effect":
            own = own[np.argsort(-fit.yi[own], kind="stable")]
        found.append(_Unit(names[code], own, float(fit.yi[own].mean())))
    return sorted(found, key=lambda unit: -unit.mean) if order == "effect" else found


def _group_mean(fit: FittedModel, rows: Ints, title: str, at: float) -> Line | None:
    """Return the average of one group by the same model, where it can be fitted to it alone."""
    try:
        mean = pooled_effect(fit.refit(rows))
    except (UserError, np.linalg.LinAlgError):
        return None
    if mean is None or not np.isfinite(mean.ci).all():
        return None
    return Line(
        "average", at, f"Average, {title}", title, mean.estimate, *mean.ci, None, int(rows.size)
    )


def study_means(fit: FittedModel, study: Sequence[object] | None) -> Floats:
    """Return the plain mean of each study's effects."""
    codes, _ = _studies(fit, study)
    return np.asarray(np.bincount(codes, fit.yi) / np.bincount(codes), dtype=np.float64)
