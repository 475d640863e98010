"""Graphical display of study heterogeneity: the result in many subsets of the units."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from whatworks.errors import TooFewStudies, UserError
from whatworks.synthesis.diagnostics.json_values import json_values
from whatworks.synthesis.diagnostics.refits import refits
from whatworks.synthesis.diagnostics.units import units_of
from whatworks.synthesis.fitted import fitted_model
from whatworks.synthesis.inputs import generator_of, whole_number
from whatworks.synthesis.model import FittedModel
from whatworks.synthesis.summarised import Summarised

__all__ = ["Gosh", "gosh"]

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

# With more units than this, all subsets can never be meant.
MOST_FOR_ALL = 24


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Gosh(Summarised):
    """Results in G subsets of m units, p coefficients and c components; NaN: no value.

    Attributes
    ----------
    labels, by
        Name of each unit, and what a unit is.
    included
        Which units are in each subset, (G, m).
    k
        Number of effects in each, (G,).
    coefficients, coefficient_names
        (G, p).
    components, component_names
        Variances and correlations, (G, c).
    q, i2
        Cochran's Q and the share of true heterogeneity in percent, (G,).
    is_complete
        Whether these are all subsets of two or more units.
    n_failed
        Number of subsets in which the model cannot be fitted.
    """

    labels: tuple[str, ...]
    by: str
    included: Bools
    k: Ints
    coefficients: Floats
    coefficient_names: tuple[str, ...]
    components: Floats
    component_names: tuple[str, ...]
    q: Floats
    i2: Floats
    is_complete: bool
    n_failed: int

    def shift(self) -> Floats:
        """Return how each unit moves the median of each coefficient: with it less without, (m, p).

        A unit that splits the cloud in two stands out here.
        """
        out = np.full((len(self.labels), self.coefficients.shape[1]), np.nan)
        has_value = np.isfinite(self.coefficients).all(axis=1)
        for i in range(len(self.labels)):
            inside = self.included[:, i] & has_value
            outside = ~self.included[:, i] & has_value
            if inside.any() and outside.any():
                out[i] = np.median(self.coefficients[inside], axis=0) - np.median(
                    self.coefficients[outside], axis=0
                )
        return out

    def table(self) -> dict[str, object]:
        """Return the subsets as columns."""
        columns: dict[str, object] = {"k": self.k, "n_units": self.included.sum(axis=1)}
        several = len(self.coefficient_names) > 1
        for j, name in enumerate(self.coefficient_names):
            columns[f"estimate {name}" if several else "estimate"] = self.coefficients[:, j]
        for j, name in enumerate(self.component_names):
            columns[name] = self.components[:, j]
        return columns | {"q": self.q, "i2": self.i2}

    def to_dict(self) -> dict[str, object]:
        """Return all fields as values that JSON can hold."""
        return dict(json_values(self))

    def summary(self) -> str:
        """Return the spread over subsets, and the unit that moves it most, as plain text."""
        kind = "all" if self.is_complete else "random"
        lines = [f"{self.k.size:,} subsets ({kind}) of {len(self.labels):,} units ({self.by})"]
        shift = self.shift()
        for j, name in enumerate(self.coefficient_names):
            values = self.coefficients[:, j]
            if np.isnan(values).all():
                continue
            low, middle, high = np.nanquantile(values, [0.0, 0.5, 1.0])
            line = f"  {name}: {low:.4g} to {high:.4g}, median {middle:.4g}"
            if not np.isnan(shift[:, j]).all():
                i = int(np.nanargmax(np.abs(shift[:, j])))
                line += f"; {self.labels[i]} moves the median most, by {shift[i, j]:.3g}"
            lines.append(line)
        if self.n_failed:
            lines.append(f"  {self.n_failed:,} subsets could not be fitted")
        return "\n".join(lines)


def gosh(
    fit: FittedModel,
    *,
    subsets: int = 10_000,
    rng: np.random.Generator | int | None = None,
    by: str = "effect",
) -> Gosh:
    """Fit a model to all subsets of its units, or to as many at random as are asked for.

    Parameters
    ----------
    fit : FittedModel
        A fitted model of k effects.
    subsets : int
        Most subsets to fit: all of two or more units where there are no more than this, else so
        many drawn at random, each unit in with probability 1/2.
    rng : numpy.random.Generator or int, optional
        Source of the draws, or a seed for one; needed where not all subsets are fitted.
    by : {"effect", "cluster"}
        What a subset is made of.

    Raises
    ------
    TooFewStudies
        Fewer than two units.
    UserError
        Subsets must be drawn and there is no `rng`, or `subsets` is below 1.

    References
    ----------
    Olkin I, Dahabreh IJ, Trikalinos TA (2012). Research Synthesis Methods 3:214-223.
    """
    fitted_model(fit, "gosh")
    units = units_of(fit, by)
    m = units.m
    if m < 2:
        raise TooFewStudies(f"Subsets need two units or more; there is {m} ({by}).")
    subsets = whole_number(subsets, "subsets", "a number of subsets, 1 or more", low=1)
    rng = None if rng is None else generator_of(rng)
    is_complete = m <= MOST_FOR_ALL and 2**m - 1 - m <= subsets
    if is_complete:
        numbers = np.arange(2**m)
        included = (numbers[:, None] >> np.arange(m)[None, :] & 1).astype(bool)
        included = included[included.sum(axis=1) >= 2]
    elif rng is None:
        raise UserError(
            f"{m:,} units have more than {subsets:,} subsets, so that some must be drawn at "
            "random. Give rng=numpy.random.default_rng(seed), or raise subsets."
        )
    else:
        included = _draw(subsets, m, rng)
    kept = [np.flatnonzero(chosen[units.codes]) for chosen in included]
    found = refits(fit, kept)
    return Gosh(
        labels=units.labels,
        by=by,
        included=included,
        k=found.k,
        coefficients=found.coefficients,
        coefficient_names=fit.design.names,
        components=found.components,
        component_names=found.component_names,
        q=found.q,
        i2=found.i2,
        is_complete=is_complete,
        n_failed=int(np.isnan(found.coefficients).any(axis=1).sum()),
    )


def _draw(n: int, m: int, rng: np.random.Generator) -> Bools:
    """Draw subsets of two or more units, all equally likely."""
    included = rng.random((n, m)) < 0.5
    while (short := np.flatnonzero(included.sum(axis=1) < 2)).size:
        included[short] = rng.random((short.size, m)) < 0.5
    return included
