"""Intraclass correlations: defaults with their source, and what not knowing them costs."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.statistics import special

__all__ = ["IccDefault", "IccRange", "OverIcc", "icc_default", "over_icc"]

Floats = npt.NDArray[np.float64]

NODES = 64


@dataclass(frozen=True, slots=True)
class IccDefault:
    """A value that reviews take where a study reports none.

    Attributes
    ----------
    outcome, value
        What it is for.
    uncertainty
        Standard deviation between studies as the source states it; None: none stated. Then the
        range to try is the caller's choice.
    source, version
        Where it is from.
    """

    outcome: str
    value: float
    uncertainty: float | None
    source: str
    version: str


@dataclass(frozen=True, slots=True)
class IccRange:
    """What is known of an intraclass correlation: a beta distribution by mean and standard deviation.

    Raises
    ------
    UserError
        No beta distribution has these.
    """

    mean: float
    sd: float

    def __post_init__(self) -> None:
        if not 0.0 < self.mean < 1.0:
            raise UserError(f"The mean of an icc lies between 0 and 1. It was {self.mean!r}.")
        if not 0.0 < self.sd**2 < self.mean * (1.0 - self.mean):
            raise UserError(
                f"No icc of mean {self.mean:g} has a standard deviation of {self.sd:g}. Give one "
                f"above 0 and below {(self.mean * (1 - self.mean)) ** 0.5:.3g}."
            )

    def quantile(self, p: npt.ArrayLike) -> Floats:
        """Return quantiles."""
        size = self.mean * (1.0 - self.mean) / self.sd**2 - 1.0
        a, b = self.mean * size, (1.0 - self.mean) * size
        return np.asarray(special.betaincinv(a, b, np.asarray(p, float)), dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class OverIcc:
    """An effect when the intraclass correlation is uncertain.

    Attributes
    ----------
    yi, vi
        Mean of the effect, and total variance: the mean of the variance and the variance of the
        effect.
    lowest, highest
        Effect and variance at the 2.5th and the 97.5th percentile of the icc.
    """

    yi: Floats
    vi: Floats
    lowest: tuple[Floats, Floats]
    highest: tuple[Floats, Floats]


@cache
def _read() -> dict[str, IccDefault]:
    text = files("whatworks.synthesis.education").joinpath("icc_defaults.json").read_text("utf-8")
    given = json.loads(text)
    return {
        row["outcome"]: IccDefault(
            row["outcome"], row["value"], row["uncertainty"], given["source"], given["version"]
        )
        for row in given["defaults"]
    }


def icc_default(outcome: str) -> IccDefault:
    """Return the default for a kind of outcome: "achievement" or "other".

    Raises
    ------
    UserError
        There is none for it; the message lists what there is.
    """
    known = _read()
    if outcome not in known:
        raise UserError(
            f"There is no default icc for {outcome!r}. There is one for: {', '.join(known)}."
        )
    return known[outcome]


def over_icc(
    effect: Callable[[float], tuple[npt.ArrayLike, npt.ArrayLike]], icc: IccRange
) -> OverIcc:
    """Carry the uncertainty of an intraclass correlation into the effect's weight.

    Parameters
    ----------
    effect : callable
        Effect and variance for one value of the icc, such as
        ``lambda icc: (lambda e: (e.yi, e.vi))(effect_of_means(g, n1, n2, assignment=...))``.
    icc : IccRange
        What is known of it.

    Returns
    -------
    OverIcc
        By Gauss-Legendre quadrature over the quantiles.
    """
    x, w = np.polynomial.legendre.leggauss(NODES)
    at, weight = icc.quantile(0.5 * (x + 1.0)), 0.5 * w
    values = [effect(float(value)) for value in at]
    y = np.stack([np.asarray(pair[0], float) for pair in values])
    v = np.stack([np.asarray(pair[1], float) for pair in values])
    mean = np.tensordot(weight, y, axes=1)
    spread = np.tensordot(weight, (y - mean) ** 2, axes=1)
    low, high = (effect(float(icc.quantile(p))) for p in (0.025, 0.975))
    return OverIcc(
        yi=np.asarray(mean),
        vi=np.asarray(np.tensordot(weight, v, axes=1) + spread),
        lowest=(np.asarray(low[0], float), np.asarray(low[1], float)),
        highest=(np.asarray(high[0], float), np.asarray(high[1], float)),
    )
