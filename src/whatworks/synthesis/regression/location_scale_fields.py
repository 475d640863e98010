"""The numbers of a location-scale model, before they are dressed."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from whatworks.errors import TooFewStudies
from whatworks.statistics.diagonal_covariance import DiagonalCovariance
from whatworks.statistics.distributions import chi2_upper_tail, t_critical, t_two_sided
from whatworks.statistics.newton import Ascent
from whatworks.synthesis.cochran import cochran
from whatworks.synthesis.design import Design
from whatworks.synthesis.regression.location_scale_likelihood import LocationScaleLikelihood
from whatworks.synthesis.regression.wald import wald

__all__ = ["fields_at", "location_scale_fields"]

Floats = npt.NDArray[np.float64]

# Below this log of a variance, in units of a typical sampling variance, it is 0 in all but name.
ALL_BUT_ZERO = -25.0
# And where it may be 0 itself, below this share of that unit it is.
AT_ZERO = 1e-9
# Directions in which the likelihood curves by less than this share of its largest curvature are flat,
# and coefficients that a flat direction moves by more than this share of the others are not known.
FLAT = 1e-15
MOVED = 1e-8


class _Part(NamedTuple):
    """Coefficients of the mean or of the variance, with their tests."""

    b: Floats
    se: Floats
    vcov: Floats
    statistic: Floats
    p_value: Floats
    ci: Floats


def location_scale_fields(
    y: Floats,
    v: Floats,
    design: Design,
    spread: Design,
    method: str,
    test: str,
    level: float,
    link: str,
) -> dict[str, Any]:
    """Fit checked arguments and return the fields of `LocationScale`.

    Raises
    ------
    TooFewStudies
        There are no more effects than coefficients.
    """
    k, p, q = y.size, design.p, spread.p
    if k <= p + q:
        raise TooFewStudies(
            f"There are {k:,} effects for {p + q:,} coefficients. Use fewer moderators."
        )
    likelihood = LocationScaleLikelihood(
        y, v, design.matrix, spread.matrix, restricted=method == "REML", link=link
    )
    return fields_at(likelihood, likelihood.tops(), y, v, design, spread, test, level)


def fields_at(
    likelihood: LocationScaleLikelihood,
    tops: list[Ascent],
    y: Floats,
    v: Floats,
    design: Design,
    spread: Design,
    test: str,
    level: float,
) -> dict[str, Any]:
    """Return the fields of `LocationScale` for the first of some tops."""
    k, p, q = y.size, design.p, spread.p
    method, link = "REML" if likelihood.restricted else "ML", likelihood.link
    phi = tops[0].phi
    tau2 = likelihood.parts(phi).tau2
    df, scale_df = (float(k - p), float(k - q)) if test == "t" else (np.inf, np.inf)
    mean = _dressed(*likelihood.mean(phi), df, level)
    bounds = likelihood.rows[likelihood.rows @ phi <= AT_ZERO] if link == "identity" else None
    spread_vcov = _covariance(likelihood, tops[0], bounds)
    scale = _dressed(likelihood.coefficients_of(phi), spread_vcov, scale_df, level)
    ml, reml = likelihood.both(phi)
    residual_q = cochran(DiagonalCovariance(v), design.matrix, y).q
    return dict(
        k=k,
        p=p,
        q=q,
        coefficients=mean.b,
        se=mean.se,
        vcov=mean.vcov,
        statistic=mean.statistic,
        p_value=mean.p_value,
        ci=mean.ci,
        scale_coefficients=scale.b,
        scale_se=scale.se,
        scale_vcov=scale.vcov,
        scale_statistic=scale.statistic,
        scale_p_value=scale.p_value,
        scale_ci=scale.ci,
        tau2=tau2 * likelihood.unit**2,
        omnibus=wald(mean.b, mean.vcov, design.contrasts(None), df),
        scale_omnibus=wald(scale.b, scale.vcov, spread.contrasts(None), scale_df),
        residual_q=residual_q,
        q_df=k - p,
        q_p_value=float(chi2_upper_tail(residual_q, k - p)),
        log_likelihood=reml if method == "REML" else ml,
        ml_log_likelihood=ml,
        reml_log_likelihood=reml,
        n_maxima=len(tops),
        remaining_gain=tops[0].gain,
        method=method,
        test=test,
        level=level,
        link=link,
        notes=tuple(_notes(tau2, tops, link)),
        design=design,
        scale_design=spread,
        yi=y,
        vi=v,
    )


def _covariance(likelihood: LocationScaleLikelihood, top: Ascent, bounds: Floats | None) -> Floats:
    """Return the covariance of the scale coefficients, in the original unit.

    Where bounds hold them, that of what can still move along the bounds; NaN where the likelihood is
    flat.
    """
    information = -likelihood.hessian(top.phi)
    free = np.eye(information.shape[0])
    if bounds is not None and bounds.size:
        _, size, axes = np.linalg.svd(bounds)
        free = axes[int((size > AT_ZERO * size[0]).sum()) :].T
    curvature, axes = np.linalg.eigh(free.T @ information @ free)
    if curvature.size == 0:
        return np.zeros_like(information)
    is_flat = curvature <= FLAT * np.abs(curvature).max()
    along = likelihood.back @ free @ axes
    known = along[:, ~is_flat]
    covariance = known / curvature[~is_flat] @ known.T
    if is_flat.any():
        lost = np.abs(along[:, is_flat]).max(axis=1)
        hit = lost > MOVED * lost.max()
        covariance[np.ix_(hit, hit)] = np.nan
    return np.asarray(covariance)


def _dressed(b: Floats, vcov: Floats, df: float, level: float) -> _Part:
    se = np.sqrt(np.maximum(np.diagonal(vcov), 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        # A coefficient that a bound holds has no test.
        statistic = np.where(se > 0.0, b / se, np.nan)
    reach = t_critical(level, df) * np.where(se > 0.0, se, np.nan)
    return _Part(
        b,
        np.where(se > 0.0, se, np.nan),
        vcov,
        statistic,
        t_two_sided(statistic, df),
        np.stack((b - reach, b + reach), axis=-1),
    )


def _notes(tau2: Floats, tops: list[Ascent], link: str) -> list[str]:
    notes = []
    at_zero = int((tau2 <= (AT_ZERO if link == "identity" else np.exp(ALL_BUT_ZERO))).sum())
    if at_zero and link == "identity":
        notes.append(
            f"The variance of true effects is 0, the least it can be, for {at_zero:,} of "
            f"{tau2.size:,} studies; standard errors of the scale part take that as known."
        )
    elif at_zero:
        notes.append(
            "For some studies the variance of true effects is 0 in all but name: its logarithm has "
            "no finite estimate there, and standard errors of the scale part say little."
        )
    if len(tops) > 1:
        notes.append(f"The climbs ended on {len(tops)} different tops; the highest was taken.")
    return notes
