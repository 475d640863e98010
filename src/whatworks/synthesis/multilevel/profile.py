"""Profile likelihood of one component: the others at their best for each of its values."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from whatworks.errors import NotFound, UserError
from whatworks.statistics.distributions import normal_critical
from whatworks.statistics.newton import climb
from whatworks.synthesis.multilevel.estimates import described
from whatworks.synthesis.multilevel.problem import Problem
from whatworks.synthesis.multilevel.results import MultilevelFit
from whatworks.synthesis.multilevel.search import Likelihood

__all__ = ["profile_curve", "profile_interval"]

Floats = npt.NDArray[np.float64]

# A variance is followed up to this multiple of the squared spread of the effects.
FARTHEST = 1e4
RELATIVE_ERROR = 1e-10


class _Held:
    """A likelihood with one parameter held; a `SmoothFunction` of the others."""

    def __init__(self, likelihood: Likelihood, place: int, at: float) -> None:
        self._likelihood, self._place, self._at = likelihood, place, at

    def whole(self, phi: Floats) -> Floats:
        return np.insert(phi, self._place, self._at)

    def value(self, phi: Floats) -> float:
        return self._likelihood.value(self.whole(phi))

    def gradient(self, phi: Floats) -> tuple[float, Floats]:
        value, slope = self._likelihood.gradient(self.whole(phi))
        return value, np.delete(slope, self._place)

    def hessian(self, phi: Floats) -> Floats:
        whole = self._likelihood.hessian(self.whole(phi))
        return np.delete(np.delete(whole, self._place, 0), self._place, 1)


class _Profile:
    """Profile log-likelihood as a function of the held parameter, each value from its neighbour."""

    def __init__(self, problem: Problem, likelihood: Likelihood, top: Floats, place: int) -> None:
        self._problem, self._likelihood, self._place = problem, likelihood, place
        small = 1e-2 * problem.spread
        others = np.delete(top, place)
        # A standard deviation of exactly 0 never leaves it.
        self._start = np.where(np.abs(others) < small, small, others)
        self._known: dict[float, tuple[float, Floats]] = {}

    def __call__(self, at: float) -> float:
        if at not in self._known:
            held = _Held(self._likelihood, self._place, at)
            if self._start.size == 0:
                self._known[at] = held.value(self._start), self._start
            else:
                nearest = min(self._known, key=lambda known: abs(known - at), default=None)
                starts = [self._start]
                if nearest is not None:
                    starts.append(
                        np.maximum(np.abs(self._known[nearest][1]), 1e-3)
                        if self._all_sds()
                        else self._known[nearest][1]
                    )
                tops = [climb(held, s, reach=2.0 * self._problem.spread) for s in starts]
                best = max(tops, key=lambda top: top.value)
                self._known[at] = best.value, best.phi
        return self._known[at][0]

    def _all_sds(self) -> bool:
        return self._problem.n_parameters == self._problem.n_sds


def _located(model: MultilevelFit, name: str) -> tuple[int, str, float]:
    """Return the parameter behind a component, its kind, and the half range of a correlation."""
    names = [row[0] for row in described(model.problem)]
    position = 0
    for data, place in zip(model.terms, model.problem.slices(), strict=True):
        n = data.structure.n_sd
        for i in range(data.structure.n_parameters):
            if names[position] == name:
                if i >= n and data.structure.n_rho > 1:
                    raise UserError(
                        f'The profile of "{name}" is not offered: with more than two values a '
                        "correlation of an unstructured matrix cannot be held by itself."
                    )
                return place.start + i, "variance" if i < n else data.structure.name, 0.0
            position += 1
    listed = ", ".join(c.name for c in model.components if not c.is_fixed) or "none"
    raise NotFound(f'There is no component "{name}" to profile. Components: {listed}.')


def _rho(model: MultilevelFit, place: int) -> Callable[[float], float]:
    for data, span in zip(model.terms, model.problem.slices(), strict=True):
        if span.start <= place < span.stop:
            return lambda phi: float(data.structure.rho(np.array([phi]))[0])
    raise AssertionError(place)


def profile_interval(model: MultilevelFit, name: str, level: float) -> tuple[float, float]:
    """Return the profile-likelihood interval; see `MultilevelModel.confint`."""
    place, kind, _ = _located(model, name)
    problem = model.problem
    profile = _Profile(problem, model.likelihood, model.phi, place)
    top = float(model.phi[place])
    height = model.likelihood.value(model.phi)
    drop = 0.5 * normal_critical(level) ** 2

    def excess(at: float) -> float:
        return profile(at) - height + drop

    if kind == "variance":
        start = abs(top)
        lower = _end(excess, start, 0.0)
        far = max(start, 0.1 * problem.spread)
        while far < FARTHEST * problem.spread and excess(far) > 0.0:
            far *= 2.0
        upper = _end(excess, start, far)
        return (problem.scale * (lower or 0.0)) ** 2, (
            np.inf if upper is None else (problem.scale * upper) ** 2
        )
    rho = _rho(model, place)
    middle = (
        float(np.arcsin(np.clip(np.sin(top), -1.0, 1.0))) if kind != "UN" else top % (2 * np.pi)
    )
    if kind == "UN":
        middle = 2.0 * np.pi - middle if middle > np.pi else middle
        ends = (0.0, np.pi)
    else:
        ends = (-0.5 * np.pi, 0.5 * np.pi)
    found = [_end(excess, middle, end) for end in ends]
    limits = [rho(end if at is None else at) for at, end in zip(found, ends, strict=True)]
    return min(limits), max(limits)


def _end(excess: Callable[[float], float], inside: float, outside: float) -> float | None:
    """Return where the profile leaves the interval on the way to `outside`; None: it does not."""
    from scipy.optimize import brentq

    if excess(outside) >= 0.0:
        return None
    if excess(inside) <= 0.0:
        return inside
    return float(brentq(excess, inside, outside, xtol=1e-13, rtol=RELATIVE_ERROR))


def profile_curve(
    model: MultilevelFit, name: str, values: npt.ArrayLike | None
) -> tuple[Floats, Floats]:
    """Return a profile as points; see `MultilevelModel.profile`."""
    place, kind, _ = _located(model, name)
    problem = model.problem
    profile = _Profile(problem, model.likelihood, model.phi, place)
    shift = model.log_likelihood - model.likelihood.value(model.phi)
    if kind != "variance":
        rho = _rho(model, place)
        low, high = (0.0, np.pi) if kind == "UN" else (-0.5 * np.pi, 0.5 * np.pi)
        angles = np.linspace(low, high, 41)
        if values is not None:
            raise UserError("Values of a correlation are laid out by the profile itself.")
        heights = np.array([profile(float(angle)) for angle in angles])
        at = np.array([rho(float(angle)) for angle in angles])
        order = np.argsort(at)
        return at[order], heights[order] + shift
    if values is None:
        _, upper = profile_interval(model, name, 0.99)
        top = next(c.estimate for c in model.components if c.name == name)
        far = (
            upper if np.isfinite(upper) else max(10.0 * top, (problem.spread * problem.scale) ** 2)
        )
        at = np.unique(np.concatenate((np.linspace(0.0, 1.2 * far, 40), [top])))
    else:
        at = np.asarray(values, dtype=np.float64)
        if at.ndim != 1 or (at < 0.0).any() or not np.isfinite(at).all():
            raise UserError("values: give a list of variances, none below 0.")
    heights = np.array([profile(float(np.sqrt(v)) / problem.scale) for v in at])
    return at, heights + shift
