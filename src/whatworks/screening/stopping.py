"""When rules would have ended screening, and what had been found by then: advice, and the certificate.

Of these rules only the certificate keeps its promise with every ranking. The others are known and used, and
each rests on an assumption that its `RULES` entry says in words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.screening.certificate import Draws, certify
from whatworks.statistics.confidence_level import level_between_0_and_1

__all__ = ["RULES", "Stop", "buscar_p", "freeze_point", "replay"]

Bools = npt.NDArray[np.bool_]

RULES = {
    "50 in a row": "Assumes that relevant records come evenly: nothing vouches for it.",
    "200 in a row": "Assumes that relevant records come evenly: nothing vouches for it.",
    "buscar": "Assumes that what is ranked low is no richer than a random sample of what is left.",
    "certificate": "Assumes that the records drawn are drawn at random, and that people decide rightly.",
}
# Ranked screening is frozen when so many irrelevant records come in a row, and this share is screened.
FREEZE_RUN = 50
FREEZE_RUN_SHARE = 0.02
FREEZE_SHARE = 0.2
# How often rules are asked: a look at each record would take hours and change little.
LOOKS = 200


@dataclass(frozen=True, slots=True)
class Stop:
    """Where a rule ended screening.

    Attributes
    ----------
    rule
        One of `RULES`.
    n_screened
        Records screened by then; all of them if it never said stop.
    n_found, n_missed
        Relevant records found by then, and not.
    """

    rule: str
    n_screened: int
    n_found: int
    n_missed: int

    @property
    def recall(self) -> float:
        """Share of the relevant records that were found; 1 if there are none."""
        total = self.n_found + self.n_missed
        return self.n_found / total if total else 1.0


def buscar_p(relevant: Sequence[bool] | Bools, *, n_records: int, target: float = 0.95) -> float:
    """Return the p value of "the target recall is missed" after some records were screened in ranked order.

    Each end piece of what was screened is taken for a random sample of what had been left before it; the
    smallest p value of all pieces is returned, and the more often one looks, the smaller it gets.

    Parameters
    ----------
    relevant : sequence of bool, n of them
        What was decided, in the order screened.
    n_records : int
        Records there are in all.
    target : float
        Recall aimed at.

    Raises
    ------
    UserError
        More records were screened than there are.

    References
    ----------
    Callaghan MW, Mueller-Hansen F (2020). Statistical stopping criteria for automated screening in
    systematic reviews. Systematic Reviews 9:273.
    """
    from scipy.stats import hypergeom

    found = np.asarray(relevant, dtype=np.bool_)
    n = found.size
    if n > n_records:
        raise UserError(f"{n:,} records were screened of {n_records:,}. That cannot be.")
    if n == 0:
        return 1.0
    n_found = int(found.sum())
    in_piece = np.cumsum(found[::-1])
    lengths = np.arange(1, n + 1)
    before = n_found - in_piece
    # The fewest relevant records with which the target would be missed.
    least = np.floor(n_found / target + 1.0 - before).astype(np.int64)
    left = n_records - (n - lengths)
    possible = least <= left
    if not possible.any():
        return 0.0
    p = hypergeom.cdf(in_piece[possible], left[possible], least[possible], lengths[possible])
    return float(p.min())


def freeze_point(relevant: Sequence[bool] | Bools) -> int:
    """Return after how many records ranked screening would be frozen; all of them if never."""
    found = np.asarray(relevant, dtype=np.bool_)
    n = found.size
    run = max(FREEZE_RUN, int(FREEZE_RUN_SHARE * n))
    at = _end_of_run(found, run, after=int(FREEZE_SHARE * n))
    return n if at is None else at


def replay(
    relevant: Sequence[bool] | Bools,
    *,
    seed: int = 0,
    target: float = 0.95,
    level: float = 0.95,
) -> tuple[Stop, ...]:
    """Return where each rule would have ended screening of a finished review.

    Parameters
    ----------
    relevant : sequence of bool, n of them
        Labels of all records in ranked order.
    seed : int
        Seed of the random draws of the certificate.
    target, level : float
        Recall aimed at, and confidence in it.

    Raises
    ------
    UserError
        The level is none.
    """
    level_between_0_and_1(level)
    found = np.asarray(relevant, dtype=np.bool_)
    n = found.size
    stops = []
    for rule, run in (("50 in a row", 50), ("200 in a row", 200)):
        at = _end_of_run(found, run, after=0)
        stops.append(_stop(rule, found[: n if at is None else at], found))
    step = max(1, n // LOOKS)
    looks = range(step, n, step)
    alpha = 1.0 - level
    at = next((k for k in looks if buscar_p(found[:k], n_records=n, target=target) < alpha), n)
    stops.append(_stop("buscar", found[:at], found))
    stops.append(_certified(found, np.random.default_rng(seed), target, level, step))
    return tuple(stops)


def _certified(
    found: Bools, rng: np.random.Generator, target: float, level: float, step: int
) -> Stop:
    """Freeze, then draw at random until the certificate reaches the target."""
    frozen = freeze_point(found)
    before = int(found[:frozen].sum())
    rest = rng.permutation(found[frozen:])
    for n_drawn in range(0, rest.size + 1, step):
        draws = Draws(rest.size, n_drawn, int(rest[:n_drawn].sum()))
        if certify(before, [draws], level=level).reaches(target):
            seen = np.concatenate((found[:frozen], rest[:n_drawn]))
            return _stop("certificate", seen, found)
    return _stop("certificate", found, found)


def _end_of_run(found: Bools, run: int, *, after: int) -> int | None:
    """Return after how many records a run of irrelevant ones is complete, `after` or more."""
    length = 0
    for at, is_relevant in enumerate(found.tolist(), start=1):
        length = 0 if is_relevant else length + 1
        if length >= run and at >= after:
            return at
    return None


def _stop(rule: str, seen: Bools, every: Bools) -> Stop:
    n_found = int(seen.sum())
    return Stop(rule, int(seen.size), n_found, int(every.sum()) - n_found)
