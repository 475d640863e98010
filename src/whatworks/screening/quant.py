"""Recall as estimated from the scores of the ranking, with its interval (Quant and QuantCI).

It needs probabilities, and scores of a ranking are none. `calibrated` turns scores into probabilities by a
logistic curve through the decisions made so far, and that is where the rule is as good as its ranking:
what the ranking is blind to has low scores, and low probabilities.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError

__all__ = ["QuantRecall", "calibrated", "quant_recall"]

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

# The authors' interval of about 95% reaches two standard errors.
STANDARD_ERRORS = 2.0
MOST_STEPS = 100
STEP_ENOUGH = 1e-10


@dataclass(frozen=True, slots=True)
class QuantRecall:
    """Recall, estimated.

    Attributes
    ----------
    recall
        Probabilities of the records screened over those of all.
    standard_error
        Of the recall.
    ci
        Two standard errors to either side, within 0 and 1.
    """

    recall: float
    standard_error: float
    ci: tuple[float, float]

    def says_stop(self, target: float) -> bool:
        """Whether the whole interval is at the target or above."""
        return self.ci[0] >= target


def quant_recall(
    screened: Sequence[float] | Floats, unscreened: Sequence[float] | Floats
) -> QuantRecall:
    """Return the recall estimated from probabilities of being relevant.

    With independent records, D relevant ones among the screened and E among the others, the recall
    D / (D + E) has about the variance

        var(D) / (D + E)^2 + D^2 / (D + E)^4 (var(D) + var(E)),

    the numbers standing for their expectations: sums of p, and for the variances of p(1 - p).

    Parameters
    ----------
    screened, unscreened : sequences of float
        Probabilities of being relevant, each from 0 to 1; of the screened too: what was decided has made
        them and is not put in their place.

    Raises
    ------
    UserError
        Something is no probability.

    References
    ----------
    Yang E, Lewis DD, Frieder O (2021). Heuristic stopping rules for technology-assisted review. Proceedings
    of DocEng 2021 (sections on the Quant and QuantCI rules).
    """
    seen, unseen = (np.asarray(part, dtype=np.float64) for part in (screened, unscreened))
    for part in (seen, unseen):
        wrong = part[~((part >= 0.0) & (part <= 1.0))]
        if wrong.size:
            raise UserError(
                f"{wrong[0]:g} is no probability. Give probabilities from 0 to 1, such as `calibrated` makes."
            )
    n_seen, total = float(seen.sum()), float(seen.sum() + unseen.sum())
    if total == 0.0:
        return QuantRecall(1.0, 0.0, (1.0, 1.0))
    of_seen = float((seen * (1.0 - seen)).sum())
    of_all = of_seen + float((unseen * (1.0 - unseen)).sum())
    recall = n_seen / total
    error = sqrt(of_seen / total**2 + recall**2 / total**2 * of_all)
    reach = STANDARD_ERRORS * error
    return QuantRecall(recall, error, (max(0.0, recall - reach), min(1.0, recall + reach)))


def calibrated(
    screened: Sequence[float] | Floats,
    relevant: Sequence[bool] | Bools,
    unscreened: Sequence[float] | Floats,
) -> tuple[Floats, Floats]:
    """Return probabilities of being relevant, of the screened and of the others, by a logistic curve.

    Parameters
    ----------
    screened : sequence of float, n of them
        Scores of the records screened: at best those that they had before they were.
    relevant : sequence of bool, n of them
        What was decided about them.
    unscreened : sequence of float, m of them
        Scores of the others.

    Raises
    ------
    UserError
        There are not as many decisions as scores, a score is no number, or the decisions are all of one
        kind.

    References
    ----------
    Platt J (1999). Probabilistic outputs for support vector machines. Advances in Large Margin Classifiers
    61-74 (with his targets, (n1 + 1)/(n1 + 2) and 1/(n0 + 2), so that the curve stays finite).
    """
    scores, others = (np.asarray(part, dtype=np.float64) for part in (screened, unscreened))
    found = np.asarray(relevant, dtype=np.bool_)
    if scores.size != found.size:
        raise UserError(f"{scores.size:,} scores and {found.size:,} decisions do not match.")
    if not (np.isfinite(scores).all() and np.isfinite(others).all()):
        raise UserError("A score is no number. Rank the records again.")
    n_relevant = int(found.sum())
    n_other = found.size - n_relevant
    if n_relevant == 0 or n_other == 0:
        raise UserError(
            "Scores become probabilities by the decisions on a relevant record and on one that is not. "
            f"Found {n_relevant:,} relevant of {found.size:,} screened."
        )
    wanted = np.where(found, (n_relevant + 1.0) / (n_relevant + 2.0), 1.0 / (n_other + 2.0))
    centre, spread = float(scores.mean()), float(scores.std())
    if spread == 0.0:
        share = float(wanted.mean())
        return np.full(scores.size, share), np.full(others.size, share)
    z = (scores - centre) / spread
    level, slope = _curve(z, wanted)
    return _logistic(level + slope * z), _logistic(level + slope * (others - centre) / spread)


def _curve(z: Floats, wanted: Floats) -> tuple[float, float]:
    """Return level and slope of the likeliest logistic curve, by Newton's steps, halved where they overshoot."""
    share = float(wanted.mean())
    at = np.array([np.log(share / (1.0 - share)), 0.0])
    columns = np.column_stack((np.ones(z.size), z))

    def loss(place: Floats) -> float:
        eta = columns @ place
        return float((np.logaddexp(0.0, eta) - wanted * eta).sum())

    now = loss(at)
    for _ in range(MOST_STEPS):
        p = _logistic(columns @ at)
        slope = columns.T @ (p - wanted)
        curvature = (columns * (p * (1.0 - p))[:, None]).T @ columns
        # A trace of a ridge keeps the step finite where the curve is flat to rounding.
        step = np.linalg.solve(curvature + 1e-12 * np.eye(2), slope)
        size = 1.0
        while (then := loss(at - size * step)) > now and size > STEP_ENOUGH:
            size /= 2.0
        at = at - size * step
        if abs(now - then) <= STEP_ENOUGH * (1.0 + abs(now)):
            break
        now = then
    return float(at[0]), float(at[1])


def _logistic(eta: Floats) -> Floats:
    """Return 1 / (1 + exp(-eta)) without overflow."""
    return np.asarray(np.exp(-np.logaddexp(0.0, -eta)))
