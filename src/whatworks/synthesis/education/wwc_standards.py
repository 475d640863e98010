"""What Works Clearinghouse standards: attrition, baseline equivalence, improvement, rating."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import floor, isfinite

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.statistics import special
from whatworks.statistics.distributions import normal_critical
from whatworks.synthesis.effect_sizes import EffectSizes
from whatworks.synthesis.inputs import number_array, one_of
from whatworks.synthesis.measures.dichotomised import LOG_ODDS_PER_SD

__all__ = [
    "Attrition",
    "BaselineEquivalence",
    "DesignRating",
    "attrition",
    "baseline_equivalence",
    "benjamini_hochberg",
    "cox_index",
    "group_design_rating",
    "improvement_index",
]

Floats = npt.NDArray[np.float64]

# Limits of the handbook: equivalent as they are, and with statistical adjustment.
EQUIVALENT = 0.05
ADJUSTABLE = 0.25
COX = LOG_ODDS_PER_SD["normal"]


@dataclass(frozen=True, slots=True)
class Attrition:
    """Whether as many pupils were lost as make a trial doubtful.

    Attributes
    ----------
    overall, differential
        Percent lost in all, and the difference between the arms in percentage points.
    limit
        Largest differential loss that counts as low at this overall loss; None beyond the table.
    is_low
        Whether attrition is low; None beyond the table.
    boundary, version, note
        Which boundary, of which table, and what a reader must know.
    """

    overall: float
    differential: float
    limit: float | None
    is_low: bool | None
    boundary: str
    version: str
    note: str | None


@dataclass(frozen=True, slots=True)
class BaselineEquivalence:
    """Whether the groups were alike at the start: "satisfied", "needs adjustment" or "not met"."""

    g: float
    verdict: str


@dataclass(frozen=True, slots=True)
class DesignRating:
    """Rating of a group design from attrition and equivalence, with what it leaves out."""

    rating: str
    notes: tuple[str, ...]


@cache
def _boundaries() -> dict[str, object]:
    text = files("whatworks.synthesis.education").joinpath("attrition_boundary.json")
    loaded: dict[str, object] = json.loads(text.read_text("utf-8"))
    return loaded


def attrition(overall: float, differential: float, *, boundary: str) -> Attrition:
    """Judge the loss of pupils by the boundary table.

    Parameters
    ----------
    overall : float
        Percent of all assigned pupils without an outcome, 0 to 100.
    differential : float
        Difference between the arms' percentages, in points.
    boundary : {"cautious", "optimistic"}
        Cautious where loss may be tied to the intervention. A review states it beforehand: there is
        no default.

    Returns
    -------
    Attrition
        Between two whole percents the lower of their limits holds. Beyond 57 percent the table
        says nothing.

    Raises
    ------
    UserError
        Percentages out of range.
    """
    one_of(boundary, ("cautious", "optimistic"), "boundary")
    if not (0.0 <= overall <= 100.0 and 0.0 <= abs(differential) <= 100.0):
        raise UserError("overall and differential are percentages from 0 to 100.")
    given = _boundaries()
    limits = given[boundary]
    assert isinstance(limits, list)
    at = floor(overall)
    limit: float | None = None
    note = None
    if overall <= len(limits) - 1:
        limit = min(float(limits[at]), float(limits[min(at + 1, len(limits) - 1)]))
        if overall == at:
            limit = float(limits[at])
    else:
        note = f"The table ends at {len(limits) - 1} percent: there is no verdict beyond."
    return Attrition(
        overall=float(overall),
        differential=abs(float(differential)),
        limit=limit,
        is_low=None if limit is None else abs(differential) <= limit,
        boundary=boundary,
        version=str(given["version"]),
        note=note,
    )


def baseline_equivalence(g: float) -> BaselineEquivalence:
    """Judge a baseline difference in standard deviations.

    Up to 0.05 the requirement is satisfied; up to 0.25 only with statistical adjustment; beyond it
    is not met.

    Raises
    ------
    UserError
        g is not a finite number.
    """
    if not isfinite(g):
        raise UserError(f"g must be a finite number. It was {g!r}.")
    size = abs(g)
    if size <= EQUIVALENT:
        return BaselineEquivalence(g, "satisfied")
    return BaselineEquivalence(g, "needs adjustment" if size <= ADJUSTABLE else "not met")


def group_design_rating(
    *,
    is_randomised: bool,
    losses: Attrition | None,
    baseline: BaselineEquivalence,
    is_adjusted: bool,
) -> DesignRating:
    """Rate a group design from the two inputs that can be computed.

    A randomised trial with low attrition meets the standards without reservations; else any design
    with equivalent groups (adjusted where needed) meets them with reservations; else it does not.

    Returns
    -------
    DesignRating
        `notes` say what is left out: compromised randomisation, pupils who joined clusters,
        confounds, and that the order of the two tests is taken from secondary sources.
    """
    notes = (
        "Not judged here: compromised randomisation, pupils who joined clusters later, confounds.",
        "That attrition is judged before equivalence is from secondary sources, not the handbook.",
    )
    if is_randomised and losses is not None and losses.is_low:
        return DesignRating("meets standards without reservations", notes)
    is_equivalent = baseline.verdict == "satisfied" or (
        baseline.verdict == "needs adjustment" and is_adjusted
    )
    rating = "meets standards with reservations" if is_equivalent else "does not meet standards"
    return DesignRating(rating, notes)


def improvement_index(
    g: npt.ArrayLike, se: npt.ArrayLike | None = None, *, level: float = 0.95
) -> tuple[Floats, Floats | None]:
    """Return the expected change in percentile rank of an average comparison pupil.

    100 Phi(g) - 50, and its limits (..., 2) where a standard error is given.
    """
    effect = np.asarray(g, float)
    index = np.asarray(100.0 * special.ndtr(effect) - 50.0, dtype=np.float64)
    if se is None:
        return index, None
    reach = normal_critical(level) * np.asarray(se, float)
    limits = np.stack((effect - reach, effect + reach), axis=-1)
    return index, np.asarray(100.0 * special.ndtr(limits) - 50.0, dtype=np.float64)


def cox_index(
    p1: npt.ArrayLike, n1: npt.ArrayLike, p2: npt.ArrayLike, n2: npt.ArrayLike
) -> EffectSizes:
    """Standardised difference of two proportions: difference of log odds over 1.65.

    Without a small-sample factor, as the clearinghouse's procedures state it.

    Parameters
    ----------
    p1, n1, p2, n2 : array-like
        Proportion with the outcome and pupils in each group, proportions between 0 and 1.

    Returns
    -------
    EffectSizes
        vi = (1/(n1 p1 (1 - p1)) + 1/(n2 p2 (1 - p2)))/1.65^2.

    References
    ----------
    Cox DR, Snell EJ (1989). Analysis of Binary Data (2nd ed.). Sanchez-Meca J, Marin-Martinez F,
    Chacon-Moscoso S (2003). Psychological Methods 8:448-467.
    """
    a, m, b, k = (np.asarray(x, float) for x in (p1, n1, p2, n2))
    if not ((a > 0) & (a < 1) & (b > 0) & (b < 1)).all():
        raise UserError(
            "Proportions must lie between 0 and 1, ends left out: log odds have no end."
        )
    y = (np.log(a / (1 - a)) - np.log(b / (1 - b))) / COX
    v = (1.0 / (m * a * (1 - a)) + 1.0 / (k * b * (1 - b))) / COX**2
    return EffectSizes(np.asarray(y), np.asarray(v))


def benjamini_hochberg(p_values: Sequence[float], *, alpha: float = 0.05) -> npt.NDArray[np.bool_]:
    """Return which of several tests stay significant at a false discovery rate.

    References
    ----------
    Benjamini Y, Hochberg Y (1995). Journal of the Royal Statistical Society B 57:289-300.
    """
    p = number_array(list(p_values), "p_values")
    if p.size and not ((p >= 0.0) & (p <= 1.0)).all():
        raise UserError("p_values must lie from 0 to 1.")
    order = np.argsort(p)
    below = np.flatnonzero(p[order] <= alpha * np.arange(1, p.size + 1) / max(p.size, 1))
    out = np.zeros(p.size, dtype=bool)
    if below.size:
        out[order[: below[-1] + 1]] = True
    return out
