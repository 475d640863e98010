"""Profile likelihood of one component: the others at their best for each of its values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from whatworks.errors import NotFound, UserError
from whatworks.statistics.bounded_newton import climb_inside
from whatworks.statistics.distributions import normal_critical
from whatworks.statistics.newton import Ascent, climb
from whatworks.synthesis.multilevel.estimates import described
from whatworks.synthesis.multilevel.problem import Problem
from whatworks.synthesis.multilevel.results import MultilevelFit
from whatworks.synthesis.multilevel.search import Likelihood, likelihood_of
from whatworks.synthesis.multilevel.structures import Unstructured
from whatworks.synthesis.multilevel.terms import TermData

__all__ = ["profile_curve", "profile_interval"]

Floats = npt.NDArray[np.float64]

# A variance is followed up to this multiple of the squared spread of the effects.
FARTHEST = 1e4
RELATIVE_ERROR = 1e-10


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a component stands: its parameter in a problem, and what it is.

    Attributes
    ----------
    model
        The fit.
    problem, likelihood, top
        The problem, in which an unstructured correlation is that of the first two draws; its
        likelihood and the parameters of the maximum.
    position
        Which of the parameters.
    data
        The component's term; None for a variance, whose value is the square of a parameter.
    """

    model: MultilevelFit
    problem: Problem
    likelihood: Likelihood
    top: Floats
    position: int
    data: TermData | None

    @property
    def value(self) -> float:
        """Estimate: a standard deviation in the problem's unit, or a correlation."""
        at = float(self.top[self.position])
        return at if self.data is None else float(self.data.structure.rho(self._angles(at))[0])

    @property
    def range(self) -> tuple[float, float]:
        """What a correlation can be."""
        assert self.data is not None
        ends = (0.0, np.pi) if self.data.structure.name == "UN" else (-0.5 * np.pi, 0.5 * np.pi)
        low, high = sorted(float(self.data.structure.rho(self._angles(at))[0]) for at in ends)
        return low, high

    def parameter(self, value: float) -> float:
        """Return the parameter of a standard deviation or correlation."""
        if self.data is None:
            return value
        if self.data.structure.name == "UN":
            return float(np.arccos(np.clip(value, -1.0, 1.0)))
        low, high = self.range
        return float(np.arcsin(np.clip(2.0 * (value - low) / (high - low) - 1.0, -1.0, 1.0)))

    def _angles(self, at: float) -> Floats:
        """Return the correlations' parameters with the held one at a value."""
        assert self.data is not None
        place = self.problem.slices()[self.problem.terms.index(self.data)]
        own = self.top.copy()
        own[self.position] = at
        return own[place.start + self.data.structure.n_sd : place.stop]

    def bounds(self) -> Floats:
        """Return rows b of b phi >= 0 for all but the held parameter.

        While a correlation is held, a standard deviation below 0 would turn it.
        """
        rows = [self.problem.bounds]
        if self.data is not None and self.data.structure.n_sd > 1:
            place = self.problem.slices()[self.problem.terms.index(self.data)]
            own = np.eye(self.problem.n_parameters)
            rows.append(own[place.start : place.start + self.data.structure.n_sd])
        return np.delete(np.concatenate(rows), self.position, axis=1)


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
    """Profile log-likelihood as a function of the held value, each from its neighbour."""

    def __init__(self, place: _Place) -> None:
        self._place = place
        self._bounds = place.bounds()
        self._is_sd = np.delete(place.problem.is_sd, place.position)
        self._start = self._away(np.delete(place.top, place.position))
        self._known: dict[float, tuple[float, Floats]] = {}

    def __call__(self, value: float) -> float:
        if value not in self._known:
            place = self._place
            held = _Held(place.likelihood, place.position, place.parameter(value))
            if self._start.size == 0:
                self._known[value] = held.value(self._start), self._start
                return self._known[value][0]
            starts = [self._start]
            nearest = min(self._known, key=lambda known: abs(known - value), default=None)
            if nearest is not None:
                starts.append(self._away(self._known[nearest][1]))
            tops = [self._climbed(held, start) for start in starts]
            best = max(tops, key=lambda top: top.value)
            self._known[value] = best.value, best.phi
        return self._known[value][0]

    def _climbed(self, held: _Held, start: Floats) -> Ascent:
        if self._bounds.size:
            return climb_inside(held, start, self._bounds)
        return climb(held, start, reach=2.0 * self._place.problem.spread)

    def _away(self, phi: Floats) -> Floats:
        """Return standard deviations above 0: one of exactly 0 never leaves it."""
        small = 1e-2 * self._place.problem.spread
        return np.where(self._is_sd, np.maximum(np.abs(phi), small), phi)


def _located(model: MultilevelFit, name: str) -> _Place:
    """Return the parameter behind a component."""
    names = [row[0] for row in described(model.problem)]
    if name not in names:
        listed = ", ".join(c.name for c in model.components if not c.is_fixed) or "none"
        raise NotFound(f'There is no component "{name}" to profile. Components: {listed}.')
    position = names.index(name)
    problem = model.problem
    for t, (data, place) in enumerate(zip(problem.terms, problem.slices(), strict=True)):
        if not place.start <= position < place.stop:
            continue
        nth = position - place.start - data.structure.n_sd
        if nth < 0:
            return _Place(model, problem, model.likelihood, model.phi, position, None)
        if not isinstance(data.structure, Unstructured) or data.structure.m == 2:
            return _Place(model, problem, model.likelihood, model.phi, position, data)
        i, j = (int(text) - 1 for text in data.structure.rho_names[nth].split(","))
        order = [i, j, *(n for n in range(data.structure.m) if n not in (i, j))]
        turned = replace(data, values=np.argsort(order)[data.values])
        terms = (*problem.terms[:t], turned, *problem.terms[t + 1 :])
        problem = replace(problem, terms=terms)
        top = model.phi.copy()
        top[place] = data.structure.reordered(model.phi[place], order)
        first = place.start + data.structure.n_sd
        return _Place(model, problem, likelihood_of(problem), top, first, turned)
    raise AssertionError(name)


def profile_interval(model: MultilevelFit, name: str, level: float) -> tuple[float, float]:
    """Return the profile-likelihood interval; see `MultilevelModel.confint`."""
    place = _located(model, name)
    profile = _Profile(place)
    height = place.likelihood.value(place.top)
    drop = 0.5 * normal_critical(level) ** 2

    def excess(at: float) -> float:
        return profile(at) - height + drop

    if place.data is not None:
        low, high = place.range
        lower, upper = (_end(excess, place.value, end) for end in (low, high))
        return low if lower is None else lower, high if upper is None else upper
    problem = place.problem
    start = abs(place.value)
    lower = _end(excess, start, 0.0)
    far = max(start, 0.1 * problem.spread)
    while far < FARTHEST * problem.spread and excess(far) > 0.0:
        far *= 2.0
    upper = _end(excess, start, far)
    return (problem.scale * (lower or 0.0)) ** 2, (
        np.inf if upper is None else (problem.scale * upper) ** 2
    )


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
    place = _located(model, name)
    at = None if values is None else np.asarray(values, dtype=np.float64)
    if at is not None and (at.ndim != 1 or not np.isfinite(at).all()):
        raise UserError("values: give a list of numbers.")
    if place.data is not None:
        low, high = place.range
        if at is None:
            # Closer together towards the ends, where the profile is steep.
            at = 0.5 * (low + high) - 0.5 * (high - low) * np.cos(np.linspace(0.0, np.pi, 41))
        elif (at < low).any() or (at > high).any():
            raise UserError(f"values: give correlations from {low:.3g} to {high:.3g}.")
        given = at
    else:
        problem = place.problem
        if at is None:
            _, upper = profile_interval(model, name, 0.99)
            top = next(c.estimate for c in model.components if c.name == name)
            whole = (problem.spread * problem.scale) ** 2
            far = upper if np.isfinite(upper) else max(10.0 * top, whole)
            at = np.unique(np.concatenate((np.linspace(0.0, 1.2 * far, 40), [top])))
        elif (at < 0.0).any():
            raise UserError("values: give a list of variances, none below 0.")
        given = np.sqrt(at) / problem.scale
    profile = _Profile(place)
    heights = np.array([profile(float(value)) for value in given])
    return at, heights + model.log_likelihood - place.likelihood.value(place.top)
