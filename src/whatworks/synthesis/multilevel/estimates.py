"""From the parameters of the random part to coefficients, components and likelihoods."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from whatworks.statistics.block_covariance import BlockCovariance
from whatworks.statistics.low_rank_blocks import LowRankBlocks
from whatworks.synthesis.model import VarianceComponent
from whatworks.synthesis.multilevel.nested_likelihood import NestedLikelihood
from whatworks.synthesis.multilevel.problem import Problem
from whatworks.synthesis.multilevel.search import Likelihood
from whatworks.synthesis.multilevel.terms import TermData

__all__ = [
    "Regression",
    "component_values",
    "components",
    "described",
    "marginal_of",
    "regress",
]

Floats = npt.NDArray[np.float64]

LOG_2PI = float(np.log(2.0 * np.pi))
# A direction in which the likelihood is flatter than this share of the steepest says nothing.
FLAT = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Regression:
    """Generalised least squares with a known covariance M.

    Attributes
    ----------
    coefficients, vcov
        (X'M^-1X)^-1 X'M^-1y, (p,), and (X'M^-1X)^-1, (p, p).
    residual_q
        (y - Xb)'M^-1(y - Xb).
    ml_log_likelihood, reml_log_likelihood
        Log-likelihoods; the restricted one with metafor's constant (+ log det(X'X)/2).
    """

    coefficients: Floats
    vcov: Floats
    residual_q: float
    ml_log_likelihood: float
    reml_log_likelihood: float


def regress(problem: Problem, covariance: BlockCovariance) -> Regression:
    """Return estimates in the original units, given the covariance of the scaled effects."""
    k, p = problem.k, problem.p
    wq = covariance.solve(problem.q)
    xwx = problem.q.T @ wq
    beta = np.linalg.solve(xwx, wq.T @ problem.y)
    left = problem.y - problem.q @ beta
    residual_q = float(left @ covariance.solve(left))
    root = np.linalg.cholesky(xwx)
    log_scale = float(np.log(problem.scale))
    ml = -0.5 * (k * LOG_2PI + covariance.log_determinant() + residual_q) - k * log_scale
    reml = ml + 0.5 * p * LOG_2PI - float(np.log(np.diagonal(root)).sum()) + p * log_scale
    back = np.linalg.solve(problem.r, np.linalg.inv(root).T)
    return Regression(
        coefficients=problem.fitted + problem.scale * np.linalg.solve(problem.r, beta),
        vcov=problem.scale**2 * back @ back.T,
        residual_q=residual_q,
        ml_log_likelihood=ml,
        reml_log_likelihood=reml,
    )


def marginal_of(problem: Problem, likelihood: Likelihood, phi: Floats) -> BlockCovariance:
    """Return the covariance of the scaled effects in the order they were given."""
    if not isinstance(likelihood, NestedLikelihood):
        return likelihood.covariance(phi)
    sorted_blocks = likelihood.blocks(phi)
    if (likelihood.labels[1:] >= likelihood.labels[:-1]).all():
        return sorted_blocks
    back = np.empty(problem.k, dtype=np.int64)
    back[np.argsort(likelihood.labels, kind="stable")] = np.arange(problem.k)
    return LowRankBlocks(
        sorted_blocks.d[back],
        sorted_blocks.directions[:, back],
        sorted_blocks.weights,
        likelihood.labels,
    )


def component_values(problem: Problem, phi: Floats) -> Floats:
    """Return variances and correlations of all terms in the original unit, in reporting order."""
    parts = []
    for data, place in zip(problem.terms, problem.slices(), strict=True):
        own = phi[place]
        n = data.structure.n_sd
        parts += [
            (problem.scale * own[:n]) ** 2,
            data.structure.rho(own[n:])[: data.structure.n_rho],
        ]
    return np.concatenate(parts) if parts else np.zeros(0)


def components(
    problem: Problem, hessian: Floats, phi: Floats
) -> tuple[tuple[VarianceComponent, ...], str | None]:
    """Return the components with standard errors, and a note where some cannot be told apart.

    Standard errors come from the observed information (the second derivatives where the climb
    ended) of the parameters that are not on their boundary.
    """
    n = phi.size
    values = component_values(problem, phi)
    se = np.full(values.size, np.nan)
    inside = _inside(problem, phi)
    note = None
    if inside.any():
        information = -hessian[np.ix_(inside, inside)]
        curvature, axes = np.linalg.eigh(information)
        steepest = max(float(np.abs(curvature).max()), 1e-300)
        is_flat = curvature < FLAT * steepest
        if is_flat.any():
            names = [name for name, *_ in described(problem)]
            involved = np.flatnonzero(inside)[np.abs(axes[:, is_flat]).max(axis=1) > 0.1]
            listed = ", ".join(names[i] for i in involved)
            note = (
                f"The data do not tell these apart: {listed}. The likelihood is the same along a "
                "line; one point on it is given. Leave out a level that repeats another."
            )
        else:
            jacobian = _jacobian(problem, phi)[:, inside]
            spread = jacobian @ axes / np.sqrt(curvature)
            se = np.sqrt((spread**2).sum(axis=1))
    found = []
    on_boundary = _reported_on_boundary(problem, phi)
    for i, (name, level, kind, units) in enumerate(described(problem)):
        known = bool(np.isfinite(se[i]) and se[i] > 0.0 and not on_boundary[i])
        found.append(
            VarianceComponent(
                name=name,
                level=level,
                kind=kind,
                estimate=float(values[i]),
                se=float(se[i]) if known else None,
                n_levels=units,
            )
        )
    assert n == len(found)
    return tuple(found), note


def described(problem: Problem) -> list[tuple[str, str, str, int]]:
    """Return name, level, kind and number of units of each component."""
    with_inner = [data for data in problem.terms if data.term.inner is not None]
    out = []
    for data in problem.terms:
        level = data.term.level
        of = f" {level}" if data.term.inner is None or len(with_inner) > 1 else ""
        kind = "sigma2" if data.term.inner is None else "tau2"
        if data.structure.n_sd == 1:
            out.append((f"{kind}{of}", level, "variance", data.n_units))
        else:
            out += [
                (f"{kind}{of} {label}", level, "variance", _units_with(data, i))
                for i, label in enumerate(data.value_labels)
            ]
        out += [
            (f"rho{of} {name}".rstrip(), level, "correlation", data.n_units)
            for name in _pair_names(data)
        ]
    return out


def _units_with(data: TermData, value: int) -> int:
    return int(np.unique(data.units[data.values == value]).size)


def _pair_names(data: TermData) -> list[str]:
    if data.structure.n_rho <= 1:
        return [""] * data.structure.n_rho
    pairs = [name.split(",") for name in data.structure.rho_names]
    return [",".join(data.value_labels[int(i) - 1] for i in pair) for pair in pairs]


def _inside(problem: Problem, phi: Floats) -> npt.NDArray[np.bool_]:
    """Return which parameters are away from their boundary."""
    inside = np.ones(phi.size, dtype=bool)
    for data, place in zip(problem.terms, problem.slices(), strict=True):
        own, n = phi[place], data.structure.n_sd
        flags = np.ones(own.size, dtype=bool)
        flags[:n] = own[:n] != 0.0
        if data.structure.n_rho:
            # Where a variance is 0 its correlations say nothing.
            slope = np.cos(own[n:]) if data.structure.name != "UN" else np.sin(own[n:])
            flags[n:] = (np.abs(slope) > 1e-4) & bool((own[:n] != 0.0).all())
        inside[place] = flags
    return inside


def _reported_on_boundary(problem: Problem, phi: Floats) -> list[bool]:
    out: list[bool] = []
    for data, place in zip(problem.terms, problem.slices(), strict=True):
        own, n = phi[place], data.structure.n_sd
        out += [bool(sd == 0.0) for sd in own[:n]]
        for rho in data.structure.rho(own[n:])[: data.structure.n_rho]:
            out.append(bool(abs(rho) > 1.0 - 1e-7) or bool((own[:n] == 0.0).any()))
    return out


def _jacobian(problem: Problem, phi: Floats) -> Floats:
    """Return derivatives of the reported components by the parameters, central differences."""
    out = np.empty((component_values(problem, phi).size, phi.size))
    for i in range(phi.size):
        step = 1e-5 * max(abs(float(phi[i])), 0.1)
        ahead, behind = phi.copy(), phi.copy()
        ahead[i] += step
        behind[i] -= step
        change = component_values(problem, ahead) - component_values(problem, behind)
        out[:, i] = change / (2.0 * step)
    return out
