"""Permutation tests: p values from what could have been, not from a distribution on paper."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt

from whatworks.errors import TooFewStudies, UserError
from whatworks.synthesis.design import INTERCEPT
from whatworks.synthesis.diagnostics.arrangements import Reorderings, all_signs, drawn_signs
from whatworks.synthesis.diagnostics.json_values import json_values
from whatworks.synthesis.diagnostics.rearranged_fits import (
    Statistics,
    signed_statistics,
    statistics_of,
    with_columns,
)
from whatworks.synthesis.diagnostics.units import Units, units_of
from whatworks.synthesis.fitted import fitted_model
from whatworks.synthesis.inputs import generator_of, one_of, whole_number
from whatworks.synthesis.model import FittedModel
from whatworks.synthesis.summarised import Summarised
from whatworks.synthesis.wording import p_value_figure

__all__ = ["ALTERNATIVES", "PermutationTest", "permutation_test"]

Floats = npt.NDArray[np.float64]

ALTERNATIVES = ("two-sided", "greater", "less")
# Statistics that differ by less are equal: rounding must not break a tie.
TIE = float(np.sqrt(np.finfo(np.float64).eps))
MOST_ARRANGEMENTS = 10_000_000
# Doubles taken together.
BATCH = 1 << 20


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PermutationTest(Summarised):
    """Result of a permutation test of p coefficients over n arrangements.

    Attributes
    ----------
    coefficient_names
        Of the p coefficients.
    statistic, p_value
        Coefficient over standard error as observed, and the share of arrangements whose
        statistic is at least as far out, (p,).
    omnibus, omnibus_p_value
        The same of all moderators together (of the mean in a model without).
    n
        Arrangements that were fitted and counted, the observed one among them.
    n_possible
        How many there are.
    n_failed
        Arrangements in which the model could not be fitted; they are not in n.
    is_exact
        Whether every arrangement was gone through.
    p_value_se
        Standard error of the p values from the drawing, (p,); 0 when exact.
    by, alternative
        What changes place, and which side counts.
    what
        What was done to the data, in words.
    distribution
        Statistics of the arrangements, (n, p), the observed one first when not exact. Without
        moderators an exact test holds one of each pair that differs by all signs.
    """

    coefficient_names: tuple[str, ...]
    statistic: Floats
    p_value: Floats
    omnibus: float
    omnibus_p_value: float
    n: int
    n_possible: int
    n_failed: int
    is_exact: bool
    p_value_se: Floats
    by: str
    alternative: str
    what: str
    distribution: Floats

    def table(self) -> dict[str, object]:
        """Return the coefficients as columns."""
        return {
            "term": list(self.coefficient_names),
            "statistic": self.statistic,
            "p_value": self.p_value,
            "p_value_se": self.p_value_se,
        }

    def to_dict(self) -> dict[str, object]:
        """Return all fields but the distribution, as values that JSON can hold."""
        return {name: value for name, value in json_values(self).items() if name != "distribution"}

    def summary(self) -> str:
        """Return the test as plain text."""
        kind = "all" if self.is_exact else f"{self.n:,} of {self.n_possible:.4g}"
        lines = [f"Permutation test, {kind} arrangements: {self.what}"]
        if self.is_exact:
            lines[0] = f"Permutation test, all {self.n:,} arrangements: {self.what}"
        has_moderators = len(self.coefficient_names) > 1
        lines += [
            f"  {name}: statistic {statistic:.4g}, {p_value_figure(p)}"
            for name, statistic, p in zip(
                self.coefficient_names, self.statistic, self.p_value, strict=True
            )
            # Rows that change places leave a column of ones as it is: it is not tested.
            if not (has_moderators and name == INTERCEPT)
        ]
        if has_moderators:
            lines.append(f"  moderators together: {p_value_figure(self.omnibus_p_value)}")
        if self.n_failed:
            lines.append(f"  {self.n_failed:,} arrangements could not be fitted")
        return "\n".join(lines)


def permutation_test(
    fit: FittedModel,
    *,
    exact: bool | None = None,
    n: int = 1_000,
    rng: np.random.Generator | int | None = None,
    by: str = "effect",
    alternative: str = "two-sided",
) -> PermutationTest:
    """Test coefficients by fitting the model to rearranged data.

    Without moderators the signs of the effects are turned: if true effects lie symmetrically
    about 0, each pattern of signs is as likely as the one seen. With moderators their rows change
    places: if they say nothing, each order is as likely as the one seen. Variances are estimated
    anew each time.

    Parameters
    ----------
    fit : FittedModel
        A fitted model of k effects.
    exact : bool, optional
        Whether to go through every arrangement; if not given, when there are no more than n.
    n : int
        Number of arrangements of a test that is not exact, the observed one among them: every
        p value is a multiple of 1/n and at least that.
    rng : numpy.random.Generator or int, optional
        Source of the drawing, or a seed for one; needed when not exact.
    by : {"effect", "cluster"}
        What is exchanged. By cluster all effects of a cluster turn their sign together; moderators
        that are constant within clusters change places between clusters, others within. Effects of
        one cluster are dependent, so that with several effects a cluster this is the one to use.
    alternative : {"two-sided", "greater", "less"}
        Which statistics count as at least as far out; the omnibus test has one side.

    Raises
    ------
    TooFewStudies
        There is one unit only.
    UserError
        An unknown word, no `rng` where one is needed, or too many arrangements to go through.

    Notes
    -----
    For two-level models this is metafor's `permutest`; ties are met with a tolerance of 1.5e-8.

    References
    ----------
    Higgins JPT, Thompson SG (2004). Statistics in Medicine 23:1663-1682 (moderators).
    Follmann DA, Proschan MA (1999). Biometrics 55:732-737 (signs).
    Phipson B, Smyth GK (2010). Statistical Applications in Genetics and Molecular Biology 9:39
    (the observed arrangement is one of n).
    """
    fitted_model(fit, "permutation_test")
    one_of(alternative, ALTERNATIVES, "alternative")
    units = units_of(fit, by)
    if units.m < 2:
        raise TooFewStudies(f"There is one {by}: nothing can be exchanged.")
    n = whole_number(n, "n", "a number of arrangements, 2 or more, such as 1,000", low=2)
    rng = None if rng is None else generator_of(rng)
    has_signs = fit.design.is_intercept_only
    orders = None if has_signs else Reorderings(fit.design.matrix, units)
    possible = 2**units.m if orders is None else orders.n_distinct
    is_exact = possible <= n if exact is None else exact
    if is_exact and possible > MOST_ARRANGEMENTS:
        raise UserError(
            f"There are {float(possible):.3g} arrangements, too many to go through. "
            "Use exact=False with an rng."
        )
    if not is_exact and rng is None:
        raise UserError(
            f"There are {float(possible):.3g} arrangements, so that some must be drawn at random. "
            "Give rng=numpy.random.default_rng(seed)."
        )
    if orders is None:
        found = _signed(fit, units, None if is_exact else n, rng)
    else:
        found = _reordered(fit, orders, None if is_exact else n, rng)
    observed, observed_of_all = statistics_of(fit)
    has_value = np.isfinite(found.omnibus) | np.isposinf(found.omnibus)
    each, omnibus = found.each[has_value], found.omnibus[has_value]
    mirrored = is_exact and has_signs
    p_value = _share(each, observed, alternative, mirrored=mirrored)
    counted = each.shape[0] * (2 if mirrored else 1)
    return PermutationTest(
        coefficient_names=fit.design.names,
        statistic=observed,
        p_value=p_value,
        omnibus=observed_of_all,
        omnibus_p_value=float((omnibus >= observed_of_all - _tie(observed_of_all)).mean()),
        n=counted,
        n_possible=possible,
        n_failed=int((~has_value).sum()) * (2 if mirrored else 1),
        is_exact=is_exact,
        p_value_se=np.sqrt(p_value * (1.0 - p_value) / counted) * (0.0 if is_exact else 1.0),
        by=by,
        alternative=alternative,
        what=_words(units, orders),
        distribution=each,
    )


def _signed(
    fit: FittedModel, units: Units, n: int | None, rng: np.random.Generator | None
) -> Statistics:
    if n is not None and rng is not None:
        batches = iter([drawn_signs(n, units.m, rng)])
    else:
        half, step = 2 ** (units.m - 1), max(1, BATCH // units.m)
        batches = (all_signs(units.m, i, min(half, i + step)) for i in range(0, half, step))
    return _joined([signed_statistics(fit, signs[:, units.codes]) for signs in batches])


def _reordered(
    fit: FittedModel, orders: Reorderings, n: int | None, rng: np.random.Generator | None
) -> Statistics:
    designs: Iterator[Floats]
    if n is not None and rng is not None:
        designs = (orders.x if i == 0 else orders.drawn(rng) for i in range(n))
    else:
        designs = orders.everyone()
    parts: list[Statistics] = []
    step = max(1, BATCH // orders.x.size)
    while batch := list(islice(designs, step)):
        parts.append(with_columns(fit, batch))
    return _joined(parts)


def _joined(parts: list[Statistics]) -> Statistics:
    return Statistics(
        np.concatenate([part.each for part in parts]),
        np.concatenate([part.omnibus for part in parts]),
    )


def _tie(value: float | Floats) -> Floats:
    """Return the tolerance of a comparison with a value; 0 where it is infinite."""
    size = np.abs(np.asarray(value, dtype=np.float64))
    return np.where(np.isfinite(size), TIE * np.maximum(1.0, size), 0.0)


def _share(each: Floats, observed: Floats, alternative: str, *, mirrored: bool) -> Floats:
    """Return the share of arrangements at least as far out as the observed one, (p,)."""
    if alternative == "two-sided":
        return np.asarray((np.abs(each) >= np.abs(observed) - _tie(observed)).mean(axis=0))
    if mirrored:
        each = np.concatenate((each, -each))
    side = 1.0 if alternative == "greater" else -1.0
    return np.asarray((side * each >= side * observed - _tie(observed)).mean(axis=0))


def _words(units: Units, orders: Reorderings | None) -> str:
    if orders is None:
        return (
            "the signs of effects are turned"
            if units.by == "effect"
            else "the signs of all effects of a cluster are turned together"
        )
    if units.by == "effect":
        return "the rows of moderators change places"
    return "moderators change places between clusters where constant in each, otherwise within"
