"""Put a fitted model together: search, estimates, tests, notes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.statistics.block_covariance import BlockCovariance
from whatworks.statistics.distributions import (
    chi2_upper_tail,
    f_upper_tail,
    t_critical,
    t_two_sided,
)
from whatworks.statistics.newton import Ascent
from whatworks.synthesis.cochran import cochran
from whatworks.synthesis.design import Design
from whatworks.synthesis.model import VarianceComponent
from whatworks.synthesis.multilevel.containment import containment_df
from whatworks.synthesis.multilevel.estimates import (
    component_values,
    components,
    marginal_of,
    regress,
)
from whatworks.synthesis.multilevel.nested_likelihood import NestedLikelihood
from whatworks.synthesis.multilevel.problem import Problem, make_problem
from whatworks.synthesis.multilevel.results import (
    Certificate,
    LikelihoodMaximum,
    MultilevelFit,
    Omnibus,
)
from whatworks.synthesis.multilevel.search import (
    Found,
    Likelihood,
    likelihood_of,
    search,
    search_near,
)
from whatworks.synthesis.multilevel.terms import TermData

__all__ = ["assemble", "omnibus_test", "refitted"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Beyond this nobody reads names of clusters, and they take longer than the fit.
MOST_NAMES = 20_000
# An error with a smaller share of variance of its own is the sum of others.
ALL_BUT_FIXED = 1e-12


def assemble(
    y: Floats,
    sampling: BlockCovariance,
    design: Design,
    terms: tuple[TermData, ...],
    *,
    method: str,
    test: str,
    df_method: str,
    level: float,
    start: Floats | None = None,
    notes: tuple[str, ...] = (),
) -> MultilevelFit:
    """Fit and dress a model; arguments are checked.

    Raises
    ------
    UserError
        No variances make the covariance positive definite.
    """
    kept, fixed, said = _estimable(terms, design.matrix)
    problem = make_problem(y, design.matrix, sampling, kept, restricted=method == "REML")
    likelihood = likelihood_of(problem)
    found = _maximum(problem, likelihood, start)
    phi = found.best.phi
    covariance = marginal_of(problem, likelihood, phi)
    fit = regress(problem, covariance)
    parts, flat = components(problem, found.best.hessian, phi) if kept else ((), None)
    certificate = _certificate(problem, found, parts)
    parts = _in_order(terms, parts, fixed)
    se = np.sqrt(np.diagonal(fit.vcov))
    df = _coefficient_df(test, df_method, design, kept)
    statistic = fit.coefficients / se
    critical = t_critical(level, df)
    spread = cochran(sampling, design.matrix, y)
    has_q = not np.isnan(spread.q)
    q = spread.q if has_q else None
    typical = None if np.isnan(spread.typical_variance) else spread.typical_variance
    singular = None if has_q else _which_are_singular(sampling)
    q_df = problem.k - problem.p
    labels = likelihood.labels
    said += list(notes) + ([flat] if flat else []) + ([singular] if singular else [])
    if len(certificate.maxima) > 1:
        said.append(
            f"The likelihood has {len(certificate.maxima)} local maxima; the highest was taken."
        )
    intercepts = {c.level: c.estimate for c in parts if c.name == f"sigma2 {c.level}"}
    only_intercepts = len(intercepts) == len(parts)
    total = sum(intercepts.values())
    has_share = typical is not None and only_intercepts and bool(parts)
    return MultilevelFit(
        k=problem.k,
        p=problem.p,
        coefficients=fit.coefficients,
        se=se,
        vcov=fit.vcov,
        statistic=statistic,
        coefficient_df=df,
        p_value=t_two_sided(statistic, df),
        ci=np.stack((fit.coefficients - critical * se, fit.coefficients + critical * se), axis=-1),
        components=parts,
        covariances=_covariances(problem, phi),
        omnibus=omnibus_test(fit.coefficients, fit.vcov, design, df),
        q=q,
        q_df=q_df,
        q_p_value=None if q is None else float(chi2_upper_tail(q, q_df)) if q_df else 1.0,
        i2=100.0 * total / (total + typical) if has_share and typical is not None else None,
        i2_of_level={name: 100.0 * value / (total + typical) for name, value in intercepts.items()}
        if has_share and typical is not None
        else {},
        typical_variance=typical,
        log_likelihood=fit.reml_log_likelihood if method == "REML" else fit.ml_log_likelihood,
        ml_log_likelihood=fit.ml_log_likelihood,
        reml_log_likelihood=fit.reml_log_likelihood,
        certificate=certificate,
        clusters=labels,
        cluster_labels=_cluster_labels(labels, terms),
        method=method,
        test=test,
        df_method=df_method,
        level=level,
        notes=tuple(said),
        yi=y,
        vi=sampling.diagonal(),
        design=design,
        terms=kept,
        fixed_terms=fixed,
        sampling=sampling,
        marginal=covariance.scaled(problem.scale**2),
        problem=problem,
        likelihood=likelihood,
        phi=phi,
    )


def refitted(
    model: MultilevelFit, rows: Ints | None, yi: Floats | None, design: Design | None = None
) -> MultilevelFit:
    """Fit the same model to other effects, or with other columns; see `MultilevelModel.refit`."""
    y = model.yi if yi is None else np.asarray(yi, dtype=np.float64)
    sampling, design = model.sampling, model.design if design is None else design
    terms = model.terms + model.fixed_terms
    start: Floats | None = model.phi
    if rows is not None:
        rows = np.asarray(rows, dtype=np.int64)
        y, sampling, design = y[rows], sampling.take(rows), design.rows(rows)
        terms = tuple(data.take(rows) for data in terms)
    n_parameters = sum(data.structure.n_parameters for data in _estimable(terms, design.matrix)[0])
    if start is not None and n_parameters != start.size:
        start = None
    return assemble(
        y,
        sampling,
        design,
        terms,
        method=model.method,
        test=model.test,
        df_method=model.df_method,
        level=model.level,
        start=start,
    )


def _estimable(
    terms: tuple[TermData, ...], x: Floats
) -> tuple[tuple[TermData, ...], tuple[TermData, ...], list[str]]:
    """Part terms that can be estimated from those that cannot, and say why."""
    kept: list[TermData] = []
    fixed: list[TermData] = []
    said: list[str] = []
    for data in terms:
        twin = next(
            (
                other
                for other in kept
                if data.term.inner is None
                and other.term.inner is None
                and np.array_equal(other.units, data.units)
            ),
            None,
        )
        if data.n_units == 1 and data.term.inner is None:
            fixed.append(data)
            said.append(
                f"There is one {data.term.level}: how much they differ cannot be estimated, and its "
                "variance is set to 0."
            )
        elif data.term.inner is None and _is_absorbed(data, x):
            fixed.append(data)
            said.append(
                f"The moderators take up all differences between {data.term.level}: its variance "
                "cannot be estimated, and is set to 0."
            )
        elif twin is not None:
            fixed.append(data)
            said.append(
                f"Every {twin.term.level} has one {data.term.level}: their variances cannot be told "
                f"apart. All of it is given as {twin.term.level}."
            )
        else:
            kept.append(data)
    return tuple(kept), tuple(fixed), said


def _is_absorbed(data: TermData, x: Floats) -> bool:
    """Whether the units' indicators are combinations of the columns: nothing is left to vary."""
    if data.n_units > x.shape[1]:
        return False
    indicators = np.zeros((x.shape[0], data.n_units))
    indicators[np.arange(x.shape[0]), data.units] = 1.0
    q, _ = np.linalg.qr(x)
    left = indicators - q @ (q.T @ indicators)
    return bool(np.abs(left).max() < 1e-9)


def _maximum(problem: Problem, likelihood: Likelihood, start: Floats | None) -> Found:
    if problem.n_parameters == 0:
        phi = np.zeros(0)
        top = Ascent(phi, likelihood.value(phi), 0.0, 0, np.zeros((0, 0)))
        if not np.isfinite(top.value):
            raise UserError(
                "The sampling covariance is not positive definite, and the model has no random "
                'part that could make up for it. Add one (random="~ 1 | study"), or correct vi.'
            )
        return Found(top, (top,), 1, 0)
    try:
        if start is None:
            found = search(problem, likelihood)
        else:
            found = search_near(problem, likelihood, start)
        _refuse_singular(likelihood, found.best.phi)
        return found
    except np.linalg.LinAlgError:
        raise UserError(
            "No variances make the covariance of the effects positive definite. Check the "
            "covariances in vi: a correlation beyond 1, or a row that repeats another?"
        ) from None


def _refuse_singular(likelihood: Likelihood, phi: Floats) -> None:
    """Raise LinAlgError where an effect's error is all but fixed by those of others.

    Rounding lets such a covariance pass for positive definite, with a likelihood that says nothing.
    """
    if isinstance(likelihood, NestedLikelihood):
        return
    for stack in likelihood.covariance(phi).stacks():
        if stack.rows.shape[1] == 1:
            continue
        own = np.diagonal(np.linalg.cholesky(stack.matrices), axis1=1, axis2=2) ** 2
        if (own <= ALL_BUT_FIXED * np.diagonal(stack.matrices, axis1=1, axis2=2)).any():
            raise np.linalg.LinAlgError("an effect is fixed by others")


def _in_order(
    terms: tuple[TermData, ...],
    parts: tuple[VarianceComponent, ...],
    fixed: tuple[TermData, ...],
) -> tuple[VarianceComponent, ...]:
    """Return estimated and fixed components in the order of the terms."""
    every = parts + tuple(_fixed_at_zero(data) for data in fixed)
    return tuple(c for data in terms for c in every if c.level == data.term.level)


def _fixed_at_zero(data: TermData) -> VarianceComponent:
    return VarianceComponent(
        f"sigma2 {data.term.level}", data.term.level, "variance", 0.0, None, data.n_units, True
    )


def _coefficient_df(
    test: str, df_method: str, design: Design, terms: tuple[TermData, ...]
) -> Floats:
    if test == "z":
        return np.full(design.p, np.inf)
    if df_method == "contain":
        return containment_df(design.matrix, terms)
    return np.full(design.p, float(design.k - design.p))


def omnibus_test(b: Floats, vcov: Floats, design: Design, df: Floats) -> Omnibus:
    """Test the moderators together; all coefficients where there is nothing but an intercept."""
    tested = design.moderators or tuple(range(design.p))
    index = list(tested)
    quadratic = float(b[index] @ np.linalg.solve(vcov[np.ix_(index, index)], b[index]))
    m = len(index)
    lowest = float(df[index].min())
    if np.isinf(lowest):
        return Omnibus(quadratic, m, None, float(chi2_upper_tail(quadratic, m)), tested)
    statistic = quadratic / m
    return Omnibus(statistic, m, lowest, float(f_upper_tail(statistic, m, lowest)), tested)


def _which_are_singular(sampling: BlockCovariance) -> str:
    positions: list[int] = []
    n = 0
    for stack in sampling.stacks():
        lowest = np.linalg.eigvalsh(stack.matrices)[:, 0]
        size = np.abs(stack.matrices).max(axis=(1, 2))
        bad = np.flatnonzero(lowest <= 1e-12 * size)
        n += bad.size
        positions += (stack.rows[bad, 0] + 1).tolist()
    listed = ", ".join(str(i) for i in sorted(positions)[:10])
    return (
        f"The sampling covariance is not positive definite in {n:,} "
        f"{'block' if n == 1 else 'blocks'} (first effects: {listed}). The model is fitted, since "
        "the random part makes up for it; Q and I2 do not exist. Check the correlations assumed."
    )


def _certificate(
    problem: Problem, found: Found, parts: tuple[VarianceComponent, ...]
) -> Certificate:
    log_scale = float(np.log(problem.scale))
    shift = (problem.k - (problem.p if problem.restricted else 0)) * log_scale
    maxima = tuple(
        LikelihoodMaximum(tuple(component_values(problem, top.phi).tolist()), top.value - shift)
        for top in found.tops
    )
    return Certificate(
        maxima=maxima,
        n_points=found.n_points,
        n_climbs=found.n_climbs,
        remaining_gain=found.best.gain,
        on_boundary=tuple(
            c.name
            for c in parts
            if not c.is_fixed
            and (c.estimate == 0.0 if c.kind == "variance" else abs(c.estimate) > 1.0 - 1e-7)
        ),
    )


def _covariances(problem: Problem, phi: Floats) -> tuple[tuple[str, tuple[str, ...], Floats], ...]:
    return tuple(
        (
            data.term.level,
            data.value_labels,
            problem.scale**2 * data.structure.matrix(phi[place]),
        )
        for data, place in zip(problem.terms, problem.slices(), strict=True)
        if data.term.inner is not None
    )


def _cluster_labels(labels: Ints, terms: tuple[TermData, ...]) -> tuple[str, ...]:
    """Name clusters by the level whose units they are, else by number."""
    n = int(labels.max()) + 1
    if n <= MOST_NAMES:
        for data in terms:
            if np.array_equal(data.units, labels):
                return data.unit_labels
    return tuple(map(str, range(1, n + 1)))
