"""How robust results depend on the correlation that is assumed within studies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.synthesis.inputs import correlation_within
from whatworks.synthesis.robust.hedges_tipton_johnson import RobustMetaRegression
from whatworks.synthesis.robust.robust import RobustInference
from whatworks.synthesis.summarised import Summarised

__all__ = ["RhoSensitivity", "rho_sensitivity"]

Floats = npt.NDArray[np.float64]

DEFAULT_RHOS = (0.0, 0.2, 0.4, 0.6, 0.8, 0.95)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RhoSensitivity(Summarised):
    """Coefficients and variances over m assumed correlations.

    Attributes
    ----------
    rhos
        Correlations, (m,).
    names
        Coefficients, p of them.
    coefficients, se, df, p_value
        Shape (m, p).
    ci
        Limits, (m, p, 2).
    variances
        Variance of true effects by level, (m,) each.
    """

    rhos: Floats
    names: tuple[str, ...]
    coefficients: Floats
    se: Floats
    df: Floats
    p_value: Floats
    ci: Floats
    variances: dict[str, Floats]

    @property
    def largest_change(self) -> Floats:
        """How far each coefficient moves over all correlations, (p,)."""
        return np.asarray(np.ptp(self.coefficients, axis=0), dtype=np.float64)

    def table(self) -> dict[str, object]:
        """Return one row for each correlation and coefficient as columns."""
        m, p = self.coefficients.shape
        columns: dict[str, object] = {
            "rho": np.repeat(self.rhos, p),
            "term": list(self.names) * m,
            "estimate": self.coefficients.ravel(),
            "se": self.se.ravel(),
            "df": self.df.ravel(),
            "p_value": self.p_value.ravel(),
            "ci_lower": self.ci[:, :, 0].ravel(),
            "ci_upper": self.ci[:, :, 1].ravel(),
        }
        return columns | {name: np.repeat(values, p) for name, values in self.variances.items()}

    def summary(self) -> str:
        """Return the finding as plain text."""
        lines = [f"Correlations within studies from {self.rhos.min():g} to {self.rhos.max():g}:"]
        for i, name in enumerate(self.names):
            low, high = self.coefficients[:, i].min(), self.coefficients[:, i].max()
            apart = (self.ci[:, i, 0] > 0.0) | (self.ci[:, i, 1] < 0.0)
            verdict = (
                "told from 0 at each of them"
                if apart.all()
                else "told from 0 at some of them only"
                if apart.any()
                else "told from 0 at none of them"
            )
            lines.append(f"{name}: {low:.4g} to {high:.4g}, {verdict}")
        return "\n".join(lines)


def rho_sensitivity(
    fit: Callable[[float], RobustInference | RobustMetaRegression],
    rhos: Sequence[float] = DEFAULT_RHOS,
) -> RhoSensitivity:
    """Repeat an analysis over correlations within studies.

    Parameters
    ----------
    fit : callable
        From a correlation to robust inference: of a working model, or a robust meta-regression.
    rhos : sequence of float
        Correlations to try.

    Raises
    ------
    UserError
        No correlation is given.

    Examples
    --------
    >>> from whatworks.synthesis.robust import robust
    >>> from whatworks.synthesis.working_models import working_model
    >>> y, v = [0.3, 0.5, 0.1, 0.2, 0.6, 0.4], [0.02, 0.03, 0.01, 0.02, 0.04, 0.03]
    >>> found = rho_sensitivity(
    ...     lambda rho: robust(working_model(y, v, [1, 1, 2, 2, 3, 3], kind="CHE", rho=rho)),
    ...     [0.4, 0.8],
    ... )
    >>> found.coefficients.round(3).tolist()
    [[0.297], [0.289]]
    """
    if not callable(fit):
        raise UserError(
            f"fit: found {type(fit).__name__}. Give a function of a correlation, such as lambda rho: "
            'robust(working_model(yi, vi, study, kind="CHE", rho=rho)).'
        )
    if np.ndim(rhos) != 1 or not len(rhos):
        raise UserError("rhos: give one or more correlations, such as 0.2, 0.5 and 0.8.")
    tried = [correlation_within(rho, below_1=False) for rho in rhos]
    results = [_checked(fit(rho)) for rho in tried]
    variances = [_variances(result) for result in results]
    return RhoSensitivity(
        rhos=np.array(tried),
        names=results[0].names,
        coefficients=np.stack([result.coefficients for result in results]),
        se=np.stack([result.se for result in results]),
        df=np.stack([result.df for result in results]),
        p_value=np.stack([result.p_value for result in results]),
        ci=np.stack([result.ci for result in results]),
        variances={
            name: np.array([found.get(name, np.nan) for found in variances])
            for name in dict.fromkeys(name for found in variances for name in found)
        },
    )


def _checked(result: object) -> RobustInference | RobustMetaRegression:
    if isinstance(result, RobustInference | RobustMetaRegression):
        return result
    advice = "Write robust(...) around the model." if hasattr(result, "refit") else ""
    raise UserError(
        f"fit returned {type(result).__name__}, which is no robust inference. {advice}".rstrip()
    )


def _variances(result: RobustInference | RobustMetaRegression) -> dict[str, float]:
    if isinstance(result, RobustInference):
        return {c.name: c.estimate for c in result.model.components if c.kind == "variance"}
    found = {"tau2": result.tau2}
    return found if result.omega2 is None else found | {"omega2": result.omega2}
