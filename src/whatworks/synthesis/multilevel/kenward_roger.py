"""Kenward-Roger inference: a covariance that owns up to estimated variances, and its df.

With M = S + sum theta_i G_i, W = M^-1, Phi = (X'WX)^-1, P_i = -X'W G_i W X and
Q_ij = X'W G_i W G_j W X, the coefficients' covariance is Phi + 2 Phi (sum_ij V_ij
(Q_ij - P_i Phi P_j)) Phi, V being that of the estimated theta; F and its degrees of freedom follow
from matching two moments.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.statistics.distributions import f_upper_tail, t_critical, t_two_sided
from whatworks.synthesis.multilevel.dense_likelihood import block_layout
from whatworks.synthesis.multilevel.model import MultilevelModel
from whatworks.synthesis.summarised import Summarised
from whatworks.synthesis.wording import p_value_figure

__all__ = ["KenwardRoger", "KenwardRogerTest", "kenward_roger"]

Floats = npt.NDArray[np.float64]

LINEAR = ("ID", "DIAG", "UN")


@dataclass(frozen=True, slots=True, repr=False)
class KenwardRogerTest(Summarised):
    """F test of L b = 0: scaled statistic, degrees of freedom, p value, and the scale."""

    statistic: float
    df1: int
    df2: float
    p_value: float
    scale: float

    def summary(self) -> str:
        """Return the test as plain text."""
        return (
            f"Kenward-Roger test: F = {self.statistic:.4g} on {self.df1} and {self.df2:.4g} df, "
            f"{p_value_figure(self.p_value)}"
        )


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class KenwardRoger(Summarised):
    """Coefficients with Kenward-Roger inference.

    Attributes
    ----------
    coefficients, se, df, statistic, p_value, ci
        Estimates, adjusted standard errors, degrees of freedom, t, p, limits; (p,) and (p, 2).
    vcov
        Adjusted covariance, (p, p).
    model
        What it was inferred from.
    """

    coefficients: Floats
    se: Floats
    df: Floats
    statistic: Floats
    p_value: Floats
    ci: Floats
    vcov: Floats
    model: MultilevelModel = field(repr=False)
    _phi: Floats
    _p: Floats
    _spread: Floats

    def test(self, tested: str | Sequence[int] | npt.ArrayLike | None = None) -> KenwardRogerTest:
        """Test several coefficients at once.

        Parameters
        ----------
        tested : str, sequence of int, array (q, p) or None
            A term of the formula, the name of a coefficient, positions of coefficients (the first is
            0), contrasts one a row, or all moderators (all coefficients of a model without).

        Raises
        ------
        UserError
            What is tested does not exist, or its rows depend on each other.
        """
        rows = self.model.design.contrasts(tested)
        return _f_test(rows, self.coefficients, self.vcov, self._phi, self._p, self._spread)

    def table(self) -> dict[str, object]:
        """Return the coefficients as columns."""
        return {
            "term": list(self.model.design.names),
            "estimate": self.coefficients,
            "se": self.se,
            "statistic": self.statistic,
            "df": self.df,
            "p_value": self.p_value,
            "ci_lower": self.ci[:, 0],
            "ci_upper": self.ci[:, 1],
        }

    def summary(self) -> str:
        """Return the result as plain text."""
        percent = f"{100 * self.model.level:g}%"
        lines = [
            f"Kenward-Roger inference: {self.model.yi.size:,} effects in "
            f"{len(self.model.cluster_labels):,} clusters"
        ]
        lines += [
            f"{name}: {self.coefficients[i]:.4g} (SE {self.se[i]:.4g}), {percent} CI "
            f"{self.ci[i, 0]:.4g} to {self.ci[i, 1]:.4g}, {p_value_figure(self.p_value[i])} on "
            f"{self.df[i]:.1f} df"
            for i, name in enumerate(self.model.design.names)
        ]
        return "\n".join(lines)


def kenward_roger(model: MultilevelModel) -> KenwardRoger:
    """Return Kenward-Roger inference for a model fitted by REML.

    Variances at their boundary of 0 are taken as known.

    Raises
    ------
    UserError
        The model was not fitted by REML, or a structure is not linear in its parameters (CS, HCS,
        AR, HAR, CAR): the method does not exist for it in closed form.

    References
    ----------
    Kenward MG, Roger JH (1997). Biometrics 53:983-997.
    """
    if not isinstance(model, MultilevelModel):
        raise UserError(
            f"kenward_roger, model: found {type(model).__name__}. Give what multilevel_model or "
            "working_model returns."
        )
    if model.method != "REML":
        raise UserError(f'Kenward-Roger needs method "REML"; the model used {model.method}.')
    for data in model.terms:
        if data.structure.name not in LINEAR:
            raise UserError(
                f"Kenward-Roger exists for structures {', '.join(LINEAR)}; "
                f"{data.term.level} has {data.structure.name}. Use robust inference."
            )
    phi: Floats = np.asarray(
        np.linalg.inv(model.design.matrix.T @ model.marginal.solve(model.design.matrix)), np.float64
    )
    p_parts, q_parts, information = _derivative_sums(model, phi)
    n = p_parts.shape[0]
    spread: Floats = np.zeros((n, n))
    if n:
        spread = np.asarray(np.linalg.pinv(information, rcond=1e-10, hermitian=True), np.float64)
    middle = np.einsum("ij,ijpq->pq", spread, q_parts)
    middle -= np.einsum("ij,ipq,qr,jrs->ps", spread, p_parts, phi, p_parts)
    vcov = phi + 2.0 * phi @ middle @ phi
    vcov = 0.5 * (vcov + vcov.T)
    p = model.coefficients.size
    df = np.array(
        [
            _f_test(row[None, :], model.coefficients, vcov, phi, p_parts, spread).df2
            for row in np.eye(p)
        ]
    )
    se = np.sqrt(np.diagonal(vcov))
    statistic = model.coefficients / se
    reach = t_critical(model.level, df) * se
    return KenwardRoger(
        coefficients=model.coefficients,
        se=se,
        df=df,
        statistic=statistic,
        p_value=t_two_sided(statistic, df),
        ci=np.stack((model.coefficients - reach, model.coefficients + reach), axis=-1),
        vcov=vcov,
        model=model,
        _phi=phi,
        _p=p_parts,
        _spread=spread,
    )


def _derivative_sums(model: MultilevelModel, phi: Floats) -> tuple[Floats, Floats, Floats]:
    """Return P_i (n, p, p), Q_ij (n, n, p, p) and the expected information of theta (n, n)."""
    x = model.design.matrix
    entries = _parameters(model)
    n, p = len(entries), x.shape[1]
    p_parts, q_parts = np.zeros((n, p, p)), np.zeros((n, n, p, p))
    traces = np.zeros((n, n))
    for stack in block_layout(model.marginal, model.clusters):
        rows = stack.rows
        w = np.linalg.inv(stack.matrices)
        wx = w @ x[rows]
        wg = []
        gwx = []
        for term, i, j in entries:
            data = model.terms[term]
            units, values = data.units[rows], data.values[rows]
            mask = units[:, :, None] == units[:, None, :]
            left, right = values[:, :, None], values[:, None, :]
            g = mask & (((left == i) & (right == j)) | ((left == j) & (right == i)))
            if data.structure.name == "ID":
                g = mask & (left == right)
            derivative = g.astype(np.float64)
            wg.append(w @ derivative)
            gwx.append(derivative @ wx)
        for a in range(n):
            p_parts[a] -= np.einsum("bkp,bkq->pq", wx, gwx[a])
            for b in range(a, n):
                term_q = np.einsum("bkp,bkq->pq", gwx[a], w @ gwx[b])
                q_parts[a, b] += term_q
                traces[a, b] += np.einsum("bij,bji->", wg[a], wg[b])
    for a in range(n):
        for b in range(a):
            q_parts[a, b] = q_parts[b, a].T
            traces[a, b] = traces[b, a]
    information = np.empty((n, n))
    for a in range(n):
        for b in range(n):
            information[a, b] = 0.5 * (
                traces[a, b]
                - 2.0 * np.trace(phi @ q_parts[a, b])
                + np.trace(phi @ p_parts[a] @ phi @ p_parts[b])
            )
    return p_parts, q_parts, information


def _parameters(model: MultilevelModel) -> list[tuple[int, int, int]]:
    """Return (term, i, j) of each entry of a G that is a free parameter away from its boundary."""
    found = []
    for t, (data, place) in enumerate(zip(model.terms, model.problem.slices(), strict=True)):
        sds = model.phi[place][: data.structure.n_sd]
        m = data.structure.m
        if data.structure.name == "ID":
            found += [(t, 0, 0)] if sds[0] != 0.0 else []
            continue
        inside = [i for i in range(m) if sds[i] != 0.0]
        found += [(t, i, i) for i in inside]
        if data.structure.name == "UN":
            found += [(t, i, j) for i in inside for j in inside if j < i]
    return found


def _f_test(
    rows: Floats, b: Floats, vcov: Floats, phi: Floats, p_parts: Floats, spread: Floats
) -> KenwardRogerTest:
    """Match two moments of F for L b = 0; section 3 of Kenward and Roger (1997)."""
    q = rows.shape[0]
    value = rows @ b
    theta = rows.T @ np.linalg.solve(rows @ phi @ rows.T, rows)
    parts = [theta @ phi @ part @ phi for part in p_parts]
    n = len(parts)
    a1 = sum(
        spread[i, j] * np.trace(parts[i]) * np.trace(parts[j]) for i in range(n) for j in range(n)
    )
    a2 = sum(spread[i, j] * np.trace(parts[i] @ parts[j]) for i in range(n) for j in range(n))
    statistic = float(value @ np.linalg.solve(rows @ vcov @ rows.T, value)) / q
    if a2 <= 0.0:
        return KenwardRogerTest(
            statistic, q, np.inf, float(f_upper_tail(statistic, q, np.inf)), 1.0
        )
    b_ = (a1 + 6.0 * a2) / (2.0 * q)
    g = ((q + 1.0) * a1 - (q + 4.0) * a2) / ((q + 2.0) * a2)
    base = 3.0 * q + 2.0 * (1.0 - g)
    c1, c2, c3 = g / base, (q - g) / base, (q + 2.0 - g) / base
    mean = 1.0 / (1.0 - a2 / q)
    variance = 2.0 / q * (1.0 + c1 * b_) / ((1.0 - c2 * b_) ** 2 * (1.0 - c3 * b_))
    ratio = variance / (2.0 * mean**2)
    df2 = 4.0 + (q + 2.0) / (q * ratio - 1.0)
    scale = df2 / (mean * (df2 - 2.0))
    scaled = scale * statistic
    return KenwardRogerTest(
        float(scaled), q, float(df2), float(f_upper_tail(scaled, q, df2)), float(scale)
    )
