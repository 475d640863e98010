"""What each rule says about stopping now, what that is worth, and what it would cost to go on.

Advice on when ranked screening may be frozen comes from all rules. The certificate alone is a guarantee, and
its price stands beside it for more than one target, before anybody chooses.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.screening.buscar import buscar_p, buscar_stop
from whatworks.screening.certificate import Draws, certify, level_of_attempt
from whatworks.screening.first_stop import least
from whatworks.screening.knee import knee, knee_stop
from whatworks.screening.price import TARGETS, Price, few_found, prices
from whatworks.screening.quant import calibrated, quant_recall
from whatworks.screening.run_length import RUNS, end_of_run, irrelevant_at_end
from whatworks.screening.stopping_rules import RULES, Rule
from whatworks.statistics.confidence_level import level_between_0_and_1

__all__ = ["Advice", "advise"]

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Advice:
    """What a rule says after some records were screened.

    Attributes
    ----------
    rule
        Its name, what kind of promise it makes, and what it takes for granted.
    says_stop
        Whether it says stop now.
    n_screened
        Records screened in ranked order.
    first_said
        After how many of them it first said stop, whatever it says now; None if it never did, or if that
        is not known.
    n_more
        Further records after which it says stop if none of them is relevant; 0 if it does now, None if it
        can say nothing.
    n_left
        Records that could be screened.
    reason
        Why it can say nothing.
    warning
        What is to be said first: that few relevant records have been found.
    prices
        Of the certificate, for some targets.
    """

    rule: Rule
    says_stop: bool
    n_screened: int
    first_said: int | None
    n_more: int | None
    n_left: int
    reason: str | None = None
    warning: str | None = None
    prices: tuple[Price, ...] = ()

    def sentence(self) -> str:
        """Return the advice as sentences: a warning, what the rule says, what it assumes, its prices."""
        parts = [] if self.warning is None else [self.warning]
        parts.append(
            f"{self.rule.name[0].upper()}{self.rule.name[1:]} ({self.rule.kind}): {self.says()}"
        )
        parts.append(self.rule.assumption)
        parts += [one.sentence() for one in self.prices]
        return " ".join(parts)

    def says(self) -> str:
        """Return what the rule says, without its name and assumption."""
        if self.n_more is None:
            return f"says nothing. {self.reason}"
        if self.n_left == 0:
            return "everything is screened."
        ago = 0 if self.first_said is None else self.n_screened - self.first_said
        if self.says_stop:
            return f"stop; it would have said so {_records(ago)} ago." if ago else "stop."
        if self.n_more == self.n_left:
            text = f"go on; it would not say stop before all {self.n_left:,} that are left are screened"
        else:
            text = f"go on; it needs about {self.n_more:,} more if nothing is found"
        if self.first_said is not None:
            text += f". It said stop {_records(ago)} ago and has taken that back"
        return f"{text}."


def advise(
    labels_so_far: Sequence[bool] | Bools,
    n_records: int,
    *,
    target: float = 0.95,
    level: float = 0.95,
    scores: Sequence[float] | Floats | None = None,
    draws: Draws | None = None,
    attempt: int | None = None,
    rate: float | None = None,
) -> tuple[Advice, ...]:
    """Return what each rule says, the guarantee first.

    Parameters
    ----------
    labels_so_far : sequence of bool, n of them
        What was decided in ranked screening, in the order screened.
    n_records : int
        Records there are in all.
    target, level : float
        Recall aimed at, and confidence in it.
    scores : sequence of float, n_records of them, optional
        Of the ranking: of the n records in the order screened, then of the others. Without them QuantCI
        says nothing.
    draws : Draws, optional
        Made from the records that were left when ranked screening was frozen.
    attempt : int, optional
        See `level_of_attempt`; None if nobody is to go back to ranked screening after the draws.
    rate : float, optional
        Relevant records that somebody expects for each record drawn, 0 to 1; see `price`.

    Raises
    ------
    UserError
        Numbers that contradict each other, or a target or level that is none.
    """
    level_between_0_and_1(level)
    found = np.asarray(labels_so_far, dtype=np.bool_)
    n_left = n_records - found.size
    if n_left < 0:
        raise UserError(f"{found.size:,} records were screened of {n_records:,}. That cannot be.")
    if draws is not None and draws.n_records != n_left:
        raise UserError(
            f"{n_left:,} records are left after ranked screening, and the draws are from "
            f"{draws.n_records:,}. Give the labels up to the draws, and draws from all that were left."
        )
    alpha = 1.0 - level

    def then(more: int) -> Bools:
        return np.concatenate((found, np.zeros(more, dtype=np.bool_)))

    certificate = _certificate(
        found, draws or Draws(n_left, 0, 0), target=target, level=level, attempt=attempt, rate=rate
    )
    return (
        certificate,
        _advice(
            "buscar",
            found,
            n_left,
            lambda more: buscar_p(then(more), n_records=n_records, target=target) < alpha,
            buscar_stop(found, n_records=n_records, target=target, level=level),
        ),
        _advice("knee", found, n_left, lambda more: knee(then(more)).says_stop, knee_stop(found)),
        _quant(found, n_left, scores, target),
        *(_run(rule, found, n_left, run) for rule, run in RUNS.items()),
    )


def _advice(
    rule: str, found: Bools, n_left: int, says_stop: Callable[[int], bool], first_said: int | None
) -> Advice:
    """Return the advice of a rule that is told how many more irrelevant records are screened."""
    if n_left == 0 or says_stop(0):
        return Advice(RULES[rule], True, found.size, first_said, 0, n_left)
    # A rule that never speaks has had its say when everything is screened.
    n_more = least(lambda more: more == n_left or says_stop(more), 1, n_left)
    return Advice(RULES[rule], False, found.size, first_said, n_more, n_left)


def _run(rule: str, found: Bools, n_left: int, run: int) -> Advice:
    so_far = irrelevant_at_end(found)
    return _advice(rule, found, n_left, lambda more: so_far + more >= run, end_of_run(found, run))


def _quant(
    found: Bools, n_left: int, scores: Sequence[float] | Floats | None, target: float
) -> Advice:
    """QuantCI: further records are taken in the order of their scores, which stay as they are."""
    rule, n = RULES["QuantCI"], found.size
    if scores is None:
        reason = "It needs the scores of a ranking."
        return Advice(rule, False, n, None, None, n_left, reason)
    at = np.asarray(scores, dtype=np.float64)
    if at.size != n + n_left:
        raise UserError(f"{n + n_left:,} records and {at.size:,} scores do not match.")
    if not found.any() or found.all():
        reason = "It needs a relevant record and one that is not."
        return Advice(rule, False, n, None, None, n_left, reason)
    following = -np.sort(-at[n:], kind="stable")

    def says_stop(more: int) -> bool:
        seen = np.concatenate((at[:n], following[:more]))
        labels = np.concatenate((found, np.zeros(more, dtype=np.bool_)))
        return quant_recall(*calibrated(seen, labels, following[more:])).says_stop(target)

    return _advice("QuantCI", found, n_left, says_stop, None)


def _certificate(
    found: Bools,
    draws: Draws,
    *,
    target: float,
    level: float,
    attempt: int | None,
    rate: float | None,
) -> Advice:
    """Return the certificate's advice, with its price for each target."""
    n_found = int(found.sum())
    judged_at = level if attempt is None else level_of_attempt(level, attempt)
    says_stop = certify(n_found, [draws], level=judged_at).reaches(target)
    table = prices(
        n_found, draws, targets=_targets(target), level=level, attempt=attempt, rate=rate
    )
    return Advice(
        RULES["certificate"],
        says_stop,
        found.size,
        None,
        next(one.n_draws for one in table if one.target == target),
        draws.n_records - draws.n_drawn,
        warning=few_found(n_found, draws, target=target, level=level, attempt=attempt),
        prices=table,
    )


def _targets(target: float) -> tuple[float, ...]:
    """Return the targets whose prices are shown, with the one aimed at."""
    return tuple(sorted({*TARGETS, target}))


def _records(n: int) -> str:
    return f"{n:,} record{'' if n == 1 else 's'}"
