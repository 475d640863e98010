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
# And variances that are 0 here, in units of a typical sampling variance.
STEP_FROM_ZERO = 1e-8


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
    """Say where a reference case's numbers arise; see `where_numbers_arise`."""
    wanted = {
        name: want
        for name, want in case["expected"].items()
        if isinstance(want, float) and want != 0.0
    }
    return where_numbers_arise(wanted, fit, answer, lambda got: not differences(case, got))


def where_numbers_arise(
    wanted: Mapping[str, float],
    fit: MultilevelModel,
    answer: Callable[[MultilevelModel], Answer],
    is_reached: Callable[[Answer], bool],
) -> str | None:
    """Say at which variances all of a reference's numbers arise, if next to our maximum and below.

    How far below the maximum they lie is told by what a Newton step from there would add to the
    log-likelihood, which is smaller than the rounding of the log-likelihood itself. None where ours
    are the numbers, or where no such variances are found.
    """
    if is_reached(answer(fit)) or not fit.components:
        return None
    names = list(wanted)
    targets = np.array([wanted[name] for name in names])

    on_boundary = fit.phi == 0.0

    def moved(steps: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        from_zero = np.sqrt(STEP_FROM_ZERO * np.maximum(steps, 0.0))
        return np.where(on_boundary, from_zero, fit.phi * (1.0 + STEP * steps))

    def misses(steps: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        got = answer(at_variances(fit, moved(steps)))
        return np.array([float(str(got[name])) for name in names]) / targets - 1.0

    # Gauss and Newton with the shortest step: fewer values than variances leave some free.
    steps = np.where(on_boundary, 0.5, 0.0)
    for _ in range(20):
        now = misses(steps)
        slopes = np.stack([misses(steps + row) - now for row in np.eye(steps.size)], axis=1)
        steps = steps - np.linalg.lstsq(slopes, now, rcond=1e-6)[0]
    phi = moved(steps)
    if np.abs(steps).max() * STEP > FARTHEST or not is_reached(answer(at_variances(fit, phi))):
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
