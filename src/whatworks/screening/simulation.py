"""How the ranking would have done on a review that is finished: screen it again in the order it gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.screening.ranking import RankingFeatures, rank, require_learner

__all__ = ["RankingQuality", "ranking_quality", "simulate"]

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# The ranking is made anew after each record at first, later when a share of those screened has come in.
EACH = 100
SHARE = 0.02


@dataclass(frozen=True, slots=True)
class RankingQuality:
    """How well an order finds the relevant records; all of them 0 to 1.

    Attributes
    ----------
    loss
        Area between the best recall curve and this one, as a share of that between the best and the worst.
    wss95
        Work saved over sampling at a recall of 95%: the share of records not screened by then, less 5%.
    recall10
        Share of the relevant records among the first tenth.
    n_for_95
        Records screened until 95% of the relevant ones were found.
    """

    loss: float
    wss95: float
    recall10: float
    n_for_95: int


def simulate(
    features: RankingFeatures,
    relevant: Sequence[bool] | Bools,
    *,
    priors: Sequence[int] = (),
    seed: int = 0,
    learner: str = "svm",
    report: Callable[[int], None] | None = None,
) -> Ints:
    """Return the order in which all records would have been screened, (n,): priors first.

    As long as only relevant or only irrelevant records are known the next one is drawn at random.

    Parameters
    ----------
    features : RankingFeatures
        Of n records.
    relevant : sequence of bool, n of them
        What was decided about each.
    priors : sequence of int
        Positions of the records that count as screened at the start.
    seed : int
        Seed of the random draws.
    learner : str
        See `rank`.
    report : callable, optional
        Called with the number of records screened, now and then.

    Raises
    ------
    UserError
        A prior is no position of a record, or is given twice; or there are not as many labels as records; or
        there is no such learner.
    """
    require_learner(learner)
    truth = np.asarray(relevant, dtype=np.bool_)
    n = features.n_records
    if truth.size != n:
        raise UserError(f"{n:,} records and {truth.size:,} labels do not match.")
    for prior in priors:
        if not 0 <= prior < n:
            raise UserError(f"There is no row {prior}: rows are counted from 0 to {n - 1:,}.")
    if len(set(priors)) != len(priors):
        raise UserError("A prior row is given twice. Give each once.")
    order = list(priors)
    is_left = np.ones(n, dtype=np.bool_)
    is_left[order] = False
    rng = np.random.default_rng(seed)
    while len(order) < n:
        known = truth[order]
        if known.size and known.any() and not known.all():
            n_next = 1 if len(order) < EACH else int(SHARE * len(order))
            ranking = rank(features, order, known, learner=learner)
            following = ranking.order(without=np.array(order))[:n_next].tolist()
        else:
            following = [int(rng.choice(np.flatnonzero(is_left)))]
        order += following
        is_left[following] = False
        if report is not None:
            report(len(order))
    return np.array(order, dtype=np.int64)


def ranking_quality(relevant: Sequence[bool] | Bools, *, n_priors: int = 0) -> RankingQuality:
    """Return how well an order finds the relevant records.

    Parameters
    ----------
    relevant : sequence of bool, n of them
        Labels in the order screened.
    n_priors : int
        So many at the start were known beforehand and are left out.

    Raises
    ------
    UserError
        No relevant record is left.

    References
    ----------
    Cohen AM, Hersh WR, Peterson K, Yen PY (2006). Reducing workload in systematic review preparation using
    automated citation classification. JAMIA 13:206-219 (work saved over sampling).
    """
    labels = np.asarray(relevant, dtype=np.bool_)[n_priors:]
    n, n_relevant = labels.size, int(labels.sum())
    if n_relevant == 0:
        raise UserError(
            "There is no relevant record beside the priors, so that there is nothing to find."
        )
    recall = np.cumsum(labels) / n_relevant
    places = np.arange(1, n + 1)
    best = np.minimum(places, n_relevant) / n_relevant
    worst = np.maximum(0, places - (n - n_relevant)) / n_relevant
    area = float(best.sum() - worst.sum())
    n_for_95 = int(np.argmax(recall >= 0.95)) + 1
    tenth = max(1, round(0.1 * n))
    return RankingQuality(
        loss=float(best.sum() - recall.sum()) / area if area > 0.0 else 0.0,
        wss95=1.0 - n_for_95 / n - 0.05,
        recall10=float(recall[tenth - 1]),
        n_for_95=n_for_95,
    )
