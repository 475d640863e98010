"""Expected effects, and where true effects of new units are expected."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.statistics.distributions import t_critical
from whatworks.synthesis.design import Columns
from whatworks.synthesis.multilevel.containment import containment_df
from whatworks.synthesis.multilevel.results import MultilevelFit, MultilevelPrediction
from whatworks.synthesis.multilevel.terms import TermData

__all__ = ["predict"]

Floats = npt.NDArray[np.float64]


def predict(
    model: MultilevelFit, data: Columns | npt.ArrayLike | None, inner: str | None, level: float
) -> MultilevelPrediction:
    """Return expected effects; see `MultilevelModel.predict`."""
    x = model.design.new_rows(data)
    estimate = x @ model.coefficients
    se = np.sqrt(np.einsum("mp,pq,mq->m", x, model.vcov, x))
    df = _df(model, x)
    critical = t_critical(level, df)
    interval_of_level: dict[str, Floats] = {}
    variance = 0.0
    for term, place in zip(model.terms, model.problem.slices(), strict=True):
        sds = model.phi[place][: term.structure.n_sd] * model.problem.scale
        variance += float(sds[_inner_position(term, inner)] ** 2)
        interval_of_level[term.term.level] = _limits(estimate, critical * np.sqrt(se**2 + variance))
    reach = critical * np.sqrt(se**2 + variance)
    return MultilevelPrediction(
        estimate=estimate,
        se=se,
        ci=_limits(estimate, critical * se),
        prediction_interval=_limits(estimate, reach),
        interval_of_level=interval_of_level,
        df=df,
        level=level,
    )


def _df(model: MultilevelFit, x: Floats) -> Floats:
    """Return the degrees of freedom of each row: the fewest of the coefficients it uses."""
    if np.isinf(model.coefficient_df).all():
        return np.full(x.shape[0], np.inf)
    base = model.coefficient_df
    if model.df_method == "contain" and not model.design.is_intercept_only:
        base = containment_df(model.design.matrix, model.terms)
    return np.asarray(np.where(x != 0.0, base, np.inf).min(axis=1), dtype=np.float64)


def _inner_position(term: TermData, inner: str | None) -> int:
    if term.structure.n_sd == 1:
        return 0
    if inner is None:
        raise UserError(
            f"The variance differs by {term.term.inner}. Name one: inner="
            f"{' or '.join(repr(label) for label in term.value_labels)}."
        )
    if inner not in term.value_labels:
        raise UserError(
            f"inner must be one of {', '.join(term.value_labels)}. Supplied value was {inner!r}."
        )
    return term.value_labels.index(inner)


def _limits(estimate: Floats, reach: Floats) -> Floats:
    return np.stack((estimate - reach, estimate + reach), axis=-1)
