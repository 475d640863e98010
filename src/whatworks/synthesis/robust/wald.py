"""Tests of several coefficients at once with cluster-robust variance.

D = E^(-1/2) C V C' E^(-1/2), with E the expectation of C V C' under the working model, behaves like
a Wishart matrix over its degrees of freedom eta; Hotelling's T2 then is
F = (eta - q + 1)/(eta q) Q on q and eta - q + 1 degrees of freedom. The ways differ in how eta is
matched to the variances of D.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from whatworks.errors import TooFewStudies
from whatworks.statistics.distributions import f_upper_tail
from whatworks.synthesis.robust.inference import (
    covariance_of_variances,
    known_share,
    satterthwaite_df,
)
from whatworks.synthesis.robust.notes import note_on_test
from whatworks.synthesis.robust.sandwich import Sandwich
from whatworks.synthesis.wording import p_value_figure

__all__ = ["WALD_TESTS", "RobustWald", "robust_wald"]

Floats = npt.NDArray[np.float64]

# Degrees of freedom below this are raised to it, so that EDF's two moments exist.
FEWEST_DF = 4.1

WALD_TESTS = ("HTZ", "HTA", "HTB", "EDF", "EDT", "chi-sq", "Naive-F", "Naive-Fp")


class RobustWald(NamedTuple):
    """F statistic, its degrees of freedom (infinite df2: chi-squared over df1) and p value.

    `notes` says what a reader must know.
    """

    test: str
    statistic: float
    df1: int
    df2: float
    p_value: float
    notes: tuple[str, ...] = ()

    def table(self) -> dict[str, list[object]]:
        """Return the test as one row of columns."""
        return {name: [value] for name, value in self._asdict().items() if name != "notes"}

    def summary(self) -> str:
        """Return the test as plain text."""
        if np.isinf(self.df2):
            value = f"chi-squared = {self.statistic * self.df1:.4g} on {self.df1} df"
        else:
            value = f"F = {self.statistic:.4g} on {self.df1} and {self.df2:.4g} df"
        line = f"Robust test ({self.test}): {value}, {p_value_figure(self.p_value)}"
        return "\n".join((line, *(f"Note: {note}" for note in self.notes)))

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()


def robust_wald(
    coefficients: Floats, parts: Sandwich, vcov: Floats, contrasts: Floats, test: str
) -> RobustWald:
    """Test C b = 0.

    Parameters
    ----------
    coefficients, vcov : array, shapes (p,) and (p, p)
        Estimates and robust covariance.
    contrasts : array, shape (q, p)
        C, of full row rank.
    test : str
        One of `WALD_TESTS`.

    Raises
    ------
    TooFewStudies
        A direction of what is tested rests on one cluster alone.

    References
    ----------
    Tipton E, Pustejovsky JE (2015). Journal of Educational and Behavioral Statistics 40:604-634
    (EDF, EDT, and the AHT tests: HTA, HTB, HTZ).
    Pustejovsky JE, Tipton E (2018). Journal of Business & Economic Statistics 36:672-683 (HTZ).
    """
    q = contrasts.shape[0]
    n_clusters = parts.scores.shape[0]
    share = known_share(parts, contrasts)
    if n_clusters <= q or share == 0.0:
        raise TooFewStudies(
            f"What is tested ({q:,} {'contrast' if q == 1 else 'contrasts'}) rests on too few of the "
            f"{n_clusters:,} clusters, so that its robust variance is not known. Leave out of the "
            "test what one cluster alone can tell."
        )
    found = _tested(coefficients, parts, vcov, contrasts, test)
    return found._replace(notes=note_on_test(share))


def _tested(
    coefficients: Floats, parts: Sandwich, vcov: Floats, contrasts: Floats, test: str
) -> RobustWald:
    q = contrasts.shape[0]
    n_clusters, p = parts.scores.shape[0], coefficients.size
    value = contrasts @ coefficients
    covariance = contrasts @ vcov @ contrasts.T
    try:
        quadratic = float(value @ np.linalg.solve(covariance, value))
    except np.linalg.LinAlgError:
        # All residuals are 0.
        return RobustWald(test, np.nan, q, np.nan, np.nan)
    if test in ("chi-sq", "Naive-F", "Naive-Fp"):
        df2 = {"chi-sq": np.inf, "Naive-F": n_clusters - 1.0, "Naive-Fp": float(n_clusters - p)}
        return _result(test, quadratic / q, q, df2[test])
    if test in ("EDF", "EDT"):
        return _spectral(test, value, covariance, parts, contrasts)
    eta = _wishart_df(parts, contrasts, test)
    # Without degrees of freedom there is no statistic either.
    scale = max(0.0, (eta - q + 1.0) / (eta * q))
    return _result(test, scale * quadratic, q, eta - q + 1.0)


def _result(test: str, statistic: float, q: int, df2: float) -> RobustWald:
    if not df2 > 0.0:
        return RobustWald(test, float(statistic), q, float(df2), float("nan"))
    return RobustWald(test, float(statistic), q, float(df2), float(f_upper_tail(statistic, q, df2)))


def _wishart_df(parts: Sandwich, contrasts: Floats, test: str) -> float:
    """Return eta by the match that the test names."""
    q = contrasts.shape[0]
    expected, covariance = covariance_of_variances(parts, contrasts)
    values, vectors = np.linalg.eigh(expected)
    root = vectors / np.sqrt(values) @ vectors.T
    # Cov(D_st, D_uv), with D = root V root.
    scaled = np.einsum("as,bt,cu,dv,stuv->abcd", root, root, root, root, covariance, optimize=True)
    variances = np.einsum("stst->st", scaled)
    if test == "HTZ":
        # The total variance of a Wishart over its df is q (q + 1)/eta.
        return float(q * (q + 1.0) / variances.sum())
    s, t = np.tril_indices(q)
    if test == "HTB":
        # Each pair of distinct elements once, against the variances of all elements.
        among = scaled[s, t][:, s, t]
        return float(2.0 * variances[s, t].sum() / (np.tril(among) ** 2).sum())
    # HTA: least squares over the covariances of all elements with all.
    identity = np.eye(q)
    of_wishart = np.einsum("su,tv->stuv", identity, identity) + np.einsum(
        "sv,tu->stuv", identity, identity
    )
    return float((scaled * of_wishart).sum() / (scaled**2).sum())


def _spectral(
    test: str, value: Floats, covariance: Floats, parts: Sandwich, contrasts: Floats
) -> RobustWald:
    """Split Q into squares of t statistics that are all but independent."""
    q = contrasts.shape[0]
    values, vectors = np.linalg.eigh(covariance_of_variances(parts, contrasts)[0])
    root = vectors / np.sqrt(values) @ vectors.T
    sizes, axes = np.linalg.eigh(root @ covariance @ root)
    t2 = (axes.T @ root @ value) ** 2 / sizes
    df = satterthwaite_df(parts, axes.T @ root @ contrasts)
    if test == "EDT":
        return _result(test, float(_normalised(t2, df).mean()), q, np.inf)
    # Two moments of a sum of squared t; they exist above 4 degrees of freedom only.
    df = np.maximum(df, FEWEST_DF)
    mean = float((df / (df - 2.0)).sum())
    spread = float((2.0 * df**2 * (df - 1.0) / ((df - 2.0) ** 2 * (df - 4.0))).sum())
    df2 = 4.0 + (q + 2.0) / (q * spread / (2.0 * mean**2) - 1.0)
    return _result(test, df2 / (mean * (df2 - 2.0)) * float(t2.sum()), q, df2)


def _normalised(t2: Floats, df: Floats) -> Floats:
    """Return squares of normal deviates with the tails of t (Hill 1970, as Alexander and Govern)."""
    a = df - 0.5
    b = 48.0 * a**2
    c = np.sqrt(a * np.log1p(t2 / df))
    first = (c**3 + 3.0 * c) / b
    second = (4.0 * c**7 + 33.0 * c**5 + 240.0 * c**3 + 855.0 * c) / (
        10.0 * b**2 + 8.0 * b * c**4 + 1000.0 * b
    )
    return np.asarray((c + first - second) ** 2, dtype=np.float64)
