"""How well a tool identifies a need: rates from a 2x2 table, and what they mean for a class."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, sqrt

from whatworks.errors import UserError
from whatworks.statistics.confidence_level import level_between_0_and_1
from whatworks.statistics.distributions import normal_critical
from whatworks.statistics.proportions import Proportion, proportion
from whatworks.synthesis.summarised import Summarised

__all__ = [
    "IdentificationAccuracy",
    "LikelihoodRatio",
    "PerHundred",
    "per_hundred",
    "two_by_two_accuracy",
]


@dataclass(frozen=True, slots=True)
class LikelihoodRatio:
    """How much a result changes the odds of the need.

    Attributes
    ----------
    value
        The ratio; None where it is infinite or undefined.
    ci
        Interval on the log scale; None where a cell is 0.
    reason
        Why there is no value or interval.
    """

    value: float | None
    ci: tuple[float, float] | None
    reason: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class PerHundred(Summarised):
    """What happens to 100 pupils who are tested.

    Attributes
    ----------
    prevalence
        Share of pupils with the need, as given.
    with_need
        Pupils who have the need.
    flagged
        Pupils whom the tool flags.
    found, missed
        Pupils with the need who are flagged, and who are not.
    false_alarms
        Pupils flagged without the need.
    ppv, npv
        Share of the flagged who have the need, and of the others who do not; None where nobody
        is in the group.
    """

    prevalence: float
    with_need: float
    flagged: float
    found: float
    missed: float
    false_alarms: float
    ppv: float | None
    npv: float | None

    def summary(self) -> str:
        """Return the figures in words."""
        return (
            f"Of 100 pupils of whom {self.with_need:.0f} have the need, {self.flagged:.0f} are "
            f"flagged: {self.found:.0f} rightly, {self.false_alarms:.0f} falsely; "
            f"{self.missed:.0f} are missed."
        )


@dataclass(frozen=True, slots=True, repr=False)
class IdentificationAccuracy(Summarised):
    """Accuracy of one tool in one sample.

    Attributes
    ----------
    tp, fp, fn, tn
        Pupils with the need who were flagged, without it flagged, with it missed, without it not
        flagged.
    sensitivity, specificity
        Share of pupils with the need who are flagged, and without it who are not.
    ppv, npv
        Predictive values in this sample: true elsewhere only at the same prevalence.
    lr_positive, lr_negative
        Likelihood ratios.
    prevalence
        Share of the sample with the need.
    level
        Level of all intervals.
    """

    tp: int
    fp: int
    fn: int
    tn: int
    sensitivity: Proportion
    specificity: Proportion
    ppv: Proportion
    npv: Proportion
    lr_positive: LikelihoodRatio
    lr_negative: LikelihoodRatio
    prevalence: Proportion
    level: float

    def at_prevalence(self, prevalence: float) -> PerHundred:
        """Return what happens to 100 pupils at another prevalence.

        Raises
        ------
        UserError
            Sensitivity or specificity has no value (the message says why), or the prevalence is
            not between 0 and 1.
        """
        for name, rate in (("Sensitivity", self.sensitivity), ("Specificity", self.specificity)):
            if rate.value is None:
                raise UserError(f"{name} has no value: {rate.reason}")
        return per_hundred(self.sensitivity.value or 0.0, self.specificity.value or 0.0, prevalence)

    def to_dict(self) -> dict[str, object]:
        """Return the rates as values that JSON can hold."""
        result: dict[str, object] = {"tp": self.tp, "fp": self.fp, "fn": self.fn, "tn": self.tn}
        rates: tuple[tuple[str, Proportion | LikelihoodRatio], ...] = (
            ("sensitivity", self.sensitivity),
            ("specificity", self.specificity),
            ("ppv", self.ppv),
            ("npv", self.npv),
            ("lr_positive", self.lr_positive),
            ("lr_negative", self.lr_negative),
            ("prevalence", self.prevalence),
        )
        for name, rate in rates:
            result[name] = rate.value
            result[f"{name}_ci"] = list(rate.ci) if rate.ci is not None else None
            result[f"{name}_reason"] = rate.reason
        return result | {"level": self.level}

    def summary(self) -> str:
        """Return the rates as plain text."""
        lines = []
        for name, rate in (("Sensitivity", self.sensitivity), ("Specificity", self.specificity)):
            if rate.value is None or rate.ci is None:
                lines.append(f"{name}: {rate.reason}")
            else:
                lines.append(f"{name} {rate.value:.2f} ({rate.ci[0]:.2f} to {rate.ci[1]:.2f})")
        return "\n".join(lines)


def two_by_two_accuracy(
    tp: int, fp: int, fn: int, tn: int, *, level: float = 0.95
) -> IdentificationAccuracy:
    """Compute the accuracy of a tool from its 2x2 table, with Wilson's intervals.

    Parameters
    ----------
    tp, fp, fn, tn : int
        Counts of pupils, as in `IdentificationAccuracy`.
    level : float
        Level of all intervals.

    Raises
    ------
    UserError
        A count is not a whole number of 0 or more, or all are 0.

    Notes
    -----
    A rate without a denominator is None and says why; no 0.5 is added to anything.

    References
    ----------
    Simel DL, Samsa GP, Matchar DB (1991). Journal of Clinical Epidemiology 44:763-770 (intervals
    of likelihood ratios).
    """
    level = level_between_0_and_1(level)
    for name, count in (("tp", tp), ("fp", fp), ("fn", fn), ("tn", tn)):
        if isinstance(count, bool) or count != int(count) or count < 0:
            raise UserError(f"{name} is {count!r}. Give a whole number of pupils, 0 or more.")
    with_need, without, total = tp + fn, fp + tn, tp + fp + fn + tn
    if total == 0:
        raise UserError("All four counts are 0. Give the numbers of pupils.")
    return IdentificationAccuracy(
        tp=tp,
        fp=fp,
        fn=fn,
        tn=tn,
        sensitivity=proportion(tp, with_need, level=level, of="pupils with the need"),
        specificity=proportion(tn, without, level=level, of="pupils without the need"),
        ppv=proportion(tp, tp + fp, level=level, of="flagged pupils"),
        npv=proportion(tn, fn + tn, level=level, of="pupils who were not flagged"),
        lr_positive=_ratio(tp, with_need, fp, without, level),
        lr_negative=_ratio(fn, with_need, tn, without, level),
        prevalence=proportion(with_need, total, level=level, of="pupils"),
        level=level,
    )


def _ratio(a: int, with_need: int, b: int, without: int, level: float) -> LikelihoodRatio:
    """Return the share a of those with the need over the share b of those without it."""
    if with_need == 0 or without == 0:
        return LikelihoodRatio(None, None, "One of the two groups of pupils is empty.")
    if b == 0:
        return LikelihoodRatio(None, None, "No pupil without the need has this result.")
    value = (a / with_need) / (b / without)
    if a == 0:
        return LikelihoodRatio(0.0, None, "No pupil with the need has this result.")
    reach = normal_critical(level) * sqrt(1 / a - 1 / with_need + 1 / b - 1 / without)
    return LikelihoodRatio(value, (exp(log(value) - reach), exp(log(value) + reach)))


def per_hundred(sensitivity: float, specificity: float, prevalence: float) -> PerHundred:
    """Return what happens to 100 pupils who are tested.

    Parameters
    ----------
    sensitivity, specificity, prevalence : float
        Shares between 0 and 1, not percentages.

    Raises
    ------
    UserError
        A share is not between 0 and 1.
    """
    for name, share in (
        ("sensitivity", sensitivity),
        ("specificity", specificity),
        ("prevalence", prevalence),
    ):
        if not 0.0 <= share <= 1.0:
            raise UserError(f"{name} is {share!r}. Give a share between 0 and 1, not a percentage.")
    with_need = 100.0 * prevalence
    found = with_need * sensitivity
    false_alarms = (100.0 - with_need) * (1.0 - specificity)
    flagged, missed = found + false_alarms, with_need - found
    not_flagged = 100.0 - flagged
    return PerHundred(
        prevalence=prevalence,
        with_need=with_need,
        flagged=flagged,
        found=found,
        missed=missed,
        false_alarms=false_alarms,
        ppv=found / flagged if flagged > 0 else None,
        npv=(not_flagged - missed) / not_flagged if not_flagged > 0 else None,
    )
