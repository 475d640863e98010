"""Loss of pupils: the boundary table of the What Works Clearinghouse, and the model behind it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from math import ceil, exp, floor, isfinite, pi, sqrt
from typing import Any

from whatworks.errors import UserError
from whatworks.statistics import special
from whatworks.synthesis.inputs import one_of

__all__ = ["BOUNDARIES", "Attrition", "attrition", "attrition_bias", "attrition_from_counts"]

BOUNDARIES = ("cautious", "optimistic")
# Percentages computed from counts are off by the last bits; the table has one decimal.
SLACK = 1e-9


@dataclass(frozen=True, slots=True)
class Attrition:
    """Whether so many pupils were lost that a trial is in doubt.

    Attributes
    ----------
    overall, differential
        Percent of all assigned pupils without an outcome, and the difference between the groups in
        percentage points, without sign.
    limit
        Largest differential loss that counts as low at this overall loss; None beyond the table.
    is_low
        Whether attrition is low; None beyond the table.
    boundary, version, source
        Which boundary of which table.
    notes
        Sentences a reader must know.
    """

    overall: float
    differential: float
    limit: float | None
    is_low: bool | None
    boundary: str
    version: str
    source: str
    notes: tuple[str, ...]


@cache
def _table() -> dict[str, Any]:
    folder = resources.files("whatworks.synthesis.education")
    loaded: dict[str, Any] = json.loads(
        folder.joinpath("attrition_boundary.json").read_text("utf-8")
    )
    return loaded


def attrition(overall: float, differential: float, *, boundary: str) -> Attrition:
    """Judge the loss of pupils by the boundary table.

    Parameters
    ----------
    overall : float
        Percent of all assigned pupils without an outcome, 0 to 100.
    differential : float
        Difference between the groups' percentages, in points; the sign does not count.
    boundary : {"cautious", "optimistic"}
        Cautious where loss may be tied to the intervention. A review states its choice beforehand:
        there is no default.

    Returns
    -------
    Attrition
        The row of a whole percent is that percent's own, the first one being 0 (a published package
        counts rows from 1 and so reads the row one point lower). Between two whole percents the
        lower of both limits holds. Beyond the last row the table gives no verdict.

    Raises
    ------
    UserError
        Percentages that cannot be, such as a differential that no two groups could have.
    """
    one_of(boundary, BOUNDARIES, "boundary")
    if not (isfinite(overall) and 0.0 <= overall <= 100.0):
        raise UserError(f"overall is a percentage from 0 to 100. Supplied value was {overall!r}.")
    if not (isfinite(differential) and abs(differential) <= 100.0):
        raise UserError(
            f"differential is in percentage points, -100 to 100. Supplied value was {differential!r}."
        )
    table = _table()
    limits: list[float] = table[boundary]
    first: int = table["first_overall_percent"]
    notes = [str(table["note"])]
    lower, upper = floor(overall + SLACK) - first, ceil(overall - SLACK) - first
    limit: float | None = None
    if upper < len(limits):
        limit = min(limits[lower], limits[upper])
        if lower != upper:
            notes.append("Between two whole percents the lower of their limits was taken.")
    else:
        notes.append(
            f"Not in the table: it ends at {first + len(limits) - 1} percent overall, and there is "
            "no verdict beyond."
        )
    size = abs(float(differential))
    return Attrition(
        overall=float(overall),
        differential=size,
        limit=limit,
        is_low=None if limit is None else size <= limit + SLACK,
        boundary=boundary,
        version=str(table["version"]),
        source=str(table["source"]),
        notes=tuple(notes),
    )


def attrition_from_counts(
    assigned1: int, analysed1: int, assigned2: int, analysed2: int, *, boundary: str
) -> Attrition:
    """Judge the loss of pupils from the numbers of a flow chart.

    Parameters
    ----------
    assigned1, assigned2 : int
        Pupils (or clusters) assigned to each group, at least 1.
    analysed1, analysed2 : int
        Those with an outcome.
    boundary
        As `attrition`.

    Raises
    ------
    UserError
        More analysed than assigned, or nobody assigned.
    """
    for name, assigned, analysed in (
        ("1", assigned1, analysed1),
        ("2", assigned2, analysed2),
    ):
        if not (assigned >= 1 and 0 <= analysed <= assigned):
            raise UserError(
                f"analysed{name} is {analysed!r} of assigned{name} {assigned!r}. A group has at "
                "least one pupil assigned, and no more analysed than assigned."
            )
    lost1, lost2 = assigned1 - analysed1, assigned2 - analysed2
    overall = 100.0 * (lost1 + lost2) / (assigned1 + assigned2)
    difference = 100.0 * (lost1 / assigned1 - lost2 / assigned2)
    return attrition(overall, difference, boundary=boundary)


def attrition_bias(overall: float, differential: float, *, boundary: str) -> float:
    """Return the bias, in standard deviations, that the model behind the table expects.

    An explanation of the table, not a second verdict: the limits tolerate 0.05.

    Parameters
    ----------
    overall, differential : float
        As `attrition`, for groups of one size; the intervention group loses more where the
        differential is above 0. Both groups keep somebody.
    boundary : {"cautious", "optimistic"}
        How closely staying is taken to go with the outcome.

    Returns
    -------
    float
        a_t phi(z_t)/p_t - a_c phi(z_c)/p_c with p the shares that stay and z = Phi^-1(p). The
        coefficients a were fitted to the table from 8 percent overall on, where they give 0.05 at
        every limit within 0.0005; below 8 percent the table is stricter than the model.

    Raises
    ------
    UserError
        Percentages that leave a group empty or more than full.

    References
    ----------
    Deke J, Chiang H (2017). Evaluation Review 41:130-154.
    """
    one_of(boundary, BOUNDARIES, "boundary")
    stay = [1.0 - (overall + sign * differential / 2.0) / 100.0 for sign in (1.0, -1.0)]
    if not all(0.0 < p <= 1.0 for p in stay):
        raise UserError(
            f"overall {overall!r} and differential {differential!r} cannot be: a group would lose "
            "all of its pupils, or fewer than none."
        )
    mills = [0.0 if p == 1.0 else _density(float(special.ndtri(p))) / p for p in stay]
    a, b = _table()["bias_model"][boundary]
    return float(a * mills[0] - b * mills[1])


def _density(z: float) -> float:
    return exp(-0.5 * z * z) / sqrt(2.0 * pi)
