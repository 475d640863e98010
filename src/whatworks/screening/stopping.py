"""When rules would have ended screening, and what had been found by then: advice, and the certificate.

Of these rules only the certificate keeps its promise with every ranking. The others are known and used, and
each rests on an assumption that its entry in `RULES` says in words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.screening.buscar import buscar_p, buscar_stop
from whatworks.screening.certificate import Draws, certify
from whatworks.screening.first_stop import first_stop
from whatworks.screening.knee import knee_stop
from whatworks.screening.quant import calibrated, quant_recall
from whatworks.screening.run_length import RUNS, end_of_run
from whatworks.screening.stopping_rules import RULES
from whatworks.statistics.confidence_level import level_between_0_and_1

__all__ = ["RULES", "Stop", "buscar_p", "freeze_point", "quant_stop", "replay"]

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

# Ranked screening is frozen when so many irrelevant records come in a row, and this share is screened.
FREEZE_RUN = 50
FREEZE_RUN_SHARE = 0.02
FREEZE_SHARE = 0.2
# How often a rule is asked that needs the ranking made anew each time; the others are asked at every record.
LOOKS = 50


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


def freeze_point(relevant: Sequence[bool] | Bools) -> int:
    """Return after how many records ranked screening would be frozen; all of them if never."""
    found = np.asarray(relevant, dtype=np.bool_)
    n = found.size
    run = max(FREEZE_RUN, int(FREEZE_RUN_SHARE * n))
    at = end_of_run(found, run, after=int(FREEZE_SHARE * n))
    return n if at is None else at


def quant_stop(
    relevant: Sequence[bool] | Bools, scores: Callable[[int], Floats], *, target: float = 0.95
) -> int | None:
    """Return after how many records QuantCI first says stop, asked 50 times; None if it never does.

    Parameters
    ----------
    relevant : sequence of bool, n of them
        Labels of all records in the order screened.
    scores : callable
        Told how many were screened, the scores of all records in that order, (n,).
    target : float
        Recall aimed at.

    Raises
    ------
    UserError
        As `calibrated`.
    """
    found = np.asarray(relevant, dtype=np.bool_)
    step = max(1, found.size // LOOKS)
    for k in range(step, found.size, step):
        if not found[:k].any() or found[:k].all():
            continue
        at_k = scores(k)
        if at_k.size != found.size:
            raise UserError(f"{found.size:,} records and {at_k.size:,} scores do not match.")
        if quant_recall(*calibrated(at_k[:k], found[:k], at_k[k:])).says_stop(target):
            return k
    return None


def replay(
    relevant: Sequence[bool] | Bools,
    *,
    seed: int = 0,
    target: float = 0.95,
    level: float = 0.95,
    scores: Callable[[int], Floats] | None = None,
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
    scores : callable, optional
        As for `quant_stop`; without it QuantCI is left out.

    Raises
    ------
    UserError
        The level is none, or as `quant_stop`.
    """
    level_between_0_and_1(level)
    found = np.asarray(relevant, dtype=np.bool_)
    ends = {
        **{rule: end_of_run(found, run) for rule, run in RUNS.items()},
        "knee": knee_stop(found),
        "buscar": buscar_stop(found, n_records=found.size, target=target, level=level),
    }
    if scores is not None:
        ends["QuantCI"] = quant_stop(found, scores, target=target)
    stops = [_stop(rule, found[: ends[rule]], found) for rule in RULES if rule in ends]
    stops.append(_certified(found, np.random.default_rng(seed), target, level))
    return tuple(stops)


def _certified(found: Bools, rng: np.random.Generator, target: float, level: float) -> Stop:
    """Freeze, then draw at random until the certificate reaches the target."""
    frozen = freeze_point(found)
    before = int(found[:frozen].sum())
    rest = rng.permutation(found[frozen:])
    hits = np.concatenate(([0], np.cumsum(rest))).tolist()

    def certified(n_drawn: int) -> bool:
        draws = Draws(rest.size, n_drawn, hits[n_drawn])
        return certify(before, [draws], level=level).reaches(target)

    n_drawn = first_stop(certified, rest)
    return _stop("certificate", np.concatenate((found[:frozen], rest[:n_drawn])), found)


def _stop(rule: str, seen: Bools, every: Bools) -> Stop:
    n_found = int(seen.sum())
    return Stop(rule, int(seen.size), n_found, int(every.sum()) - n_found)
