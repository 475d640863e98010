"""Show that a reference stopped short of the maximum that is reached here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from tests.oracle.compare import differences
from whatworks.synthesis.multilevel import MultilevelModel
from whatworks.synthesis.multilevel.estimates import marginal_of, regress

Case = Mapping[str, Any]
Answer = dict[str, object]

# Two evaluations of one likelihood of some hundred effects agree to about this.
ROUNDING = 2e-13
# R's optimisers stop at about this in a variance; further away another reason must be found.
FARTHEST = 1e-4
# Unit in which standard deviations are moved, relative.
STEP = 1e-6


def higher(ours: float, theirs: float) -> str | None:
    """Return a sentence with both log-likelihoods where ours is higher beyond rounding."""
    if not ours > theirs + ROUNDING * abs(theirs):
        return None
    return f"the log-likelihood is {ours!r} at our variances and {theirs!r} at the reference's"


def at_variances(fit: MultilevelModel, phi: np.ndarray[Any, Any]) -> MultilevelModel:
    """Return the model at other variances."""
    covariance = marginal_of(fit.problem, fit.likelihood, phi)
    found = regress(fit.problem, covariance)
    scale = fit.problem.scale**2
    return replace(
        fit,
        coefficients=found.coefficients,
        vcov=found.vcov,
        marginal=covariance.scaled(scale),
        phi=phi,
    )


def stopped_short(
    case: Case, fit: MultilevelModel, answer: Callable[[MultilevelModel], Answer]
) -> str | None:
    """Say where the reference's numbers arise, if that is next to our maximum and below it.

    Looks for variances at which every expected value is reached. How far below the maximum they
    lie is told by what a Newton step from there would add to the log-likelihood, which is smaller
    than the rounding of the log-likelihood itself.
    """
    if not differences(case, answer(fit)) or not fit.components:
        return None
    names = [
        name for name, want in case["expected"].items() if isinstance(want, float) and want != 0.0
    ]
    wanted = np.array([float(case["expected"][name]) for name in names])

    def misses(steps: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        got = answer(at_variances(fit, fit.phi * (1.0 + STEP * steps)))
        return np.array([float(str(got[name])) for name in names]) / wanted - 1.0

    # Gauss and Newton with the shortest step: fewer values than variances leave some free.
    steps = np.zeros(fit.phi.size)
    for _ in range(10):
        now = misses(steps)
        slopes = np.stack(
            [misses(steps + row) - misses(steps - row) for row in np.eye(steps.size)], axis=1
        )
        steps = steps - np.linalg.lstsq(0.5 * slopes, now, rcond=1e-6)[0]
    phi = fit.phi * (1.0 + STEP * steps)
    if np.abs(steps).max() * STEP > FARTHEST or differences(case, answer(at_variances(fit, phi))):
        return None
    ours, theirs = _gain(fit, fit.phi), _gain(fit, phi)
    if not theirs > ours:
        return None
    variances = ", ".join(f"{c.estimate!r}" for c in fit.components)
    theirs_are = ", ".join(repr(float((fit.problem.scale * sd) ** 2)) for sd in phi)
    return (
        f"all values arise at variances {theirs_are}, from where a Newton step still adds "
        f"{theirs:.1e} to the log-likelihood; at ours, {variances}, it adds {ours:.1e}"
    )


def _gain(fit: MultilevelModel, phi: np.ndarray[Any, Any]) -> float:
    _, slope = fit.likelihood.gradient(phi)
    return float(0.5 * slope @ np.linalg.solve(-fit.likelihood.hessian(phi), slope))
