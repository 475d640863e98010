"""Agreement of two people who rated the same records."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt

from whatworks.errors import TooFewStudies, UserError
from whatworks.statistics.distributions import t_critical
from whatworks.statistics.proportions import Proportion, proportion

__all__ = ["Agreement", "Coefficient", "CohenKappa", "agreement_of_two", "cohen_kappa"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Coefficient:
    """A chance-corrected coefficient of agreement.

    Attributes
    ----------
    value
        (agreement - chance)/(1 - chance); None where chance agreement is 1 or undefined.
    se
        Standard error by Gwet's linearisation over records; None for fewer than two records.
    ci
        Interval by t on n - 1 degrees of freedom, cut at -1 and 1.
    reason
        Why there is no value.
    """

    value: float | None
    se: float | None
    ci: tuple[float, float] | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class CohenKappa:
    """Cohen's kappa with the agreement it must be read beside.

    Attributes
    ----------
    n
        Records rated by both.
    percent_agreement
        Share on which both agree, with Wilson's interval.
    value, se, ci, reason
        As in `Coefficient`.
    level
        Level of both intervals.
    """

    n: int
    percent_agreement: Proportion
    value: float | None
    se: float | None
    ci: tuple[float, float] | None
    reason: str | None
    level: float


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement of two raters, as several figures because none will do alone.

    Attributes
    ----------
    n
        Records rated by both. They are not a random sample where each rater chose what to read.
    percent_agreement
        Share on which both agree, with Wilson's interval.
    specific_agreement
        For each category 2a/(2a + b + c): of the ratings that name it, the share that agree.
        None where nobody used it.
    cohen_kappa
        Chance from each rater's own shares. Collapses when one category is rare.
    gwet_ac1
        Chance from the records that are hard to rate. Stable when one category is rare.
    level
        Level of all intervals.
    """

    n: int
    percent_agreement: Proportion
    specific_agreement: dict[Hashable, float | None]
    cohen_kappa: Coefficient
    gwet_ac1: Coefficient
    level: float

    def to_dict(self) -> dict[str, object]:
        """Return the figures as values that JSON can hold; categories become text."""
        return {
            "n": self.n,
            "percent_agreement": self.percent_agreement.value,
            "percent_agreement_ci": self.percent_agreement.ci,
            "specific_agreement": {
                str(key): value for key, value in self.specific_agreement.items()
            },
            "cohen_kappa": self.cohen_kappa.value,
            "cohen_kappa_ci": self.cohen_kappa.ci,
            "gwet_ac1": self.gwet_ac1.value,
            "gwet_ac1_ci": self.gwet_ac1.ci,
            "level": self.level,
        }

    def summary(self) -> str:
        """Return the figures as plain text."""
        share = self.percent_agreement.value or 0.0
        lines = [f"{self.n:,} records rated by both, agreement {100 * share:.1f}%"]
        for name, found in (("Cohen's kappa", self.cohen_kappa), ("Gwet's AC1", self.gwet_ac1)):
            if found.value is None:
                lines.append(f"{name} not estimable: {found.reason}")
            elif found.ci is None:
                lines.append(f"{name} {found.value:.3f}")
            else:
                lines.append(f"{name} {found.value:.3f} ({found.ci[0]:.3f} to {found.ci[1]:.3f})")
        return "\n".join(lines)


def agreement_of_two(
    a: Sequence[Hashable],
    b: Sequence[Hashable],
    *,
    categories: Sequence[Hashable] | None = None,
    level: float = 0.95,
) -> Agreement:
    """Measure the agreement of two raters on the same records.

    Parameters
    ----------
    a, b : sequence, length n
        Category that each rater gave to each record.
    categories : sequence, optional
        All categories that could be given; those seen, if not given. AC1 depends on their number.
    level : float
        Level of all intervals.

    Raises
    ------
    TooFewStudies
        There is no record.
    UserError
        Lists of different length, or a category that is not among those allowed.

    References
    ----------
    Cohen J (1960). Educational and Psychological Measurement 20:37-46.
    Gwet KL (2008). British Journal of Mathematical and Statistical Psychology 61:29-48.
    """
    if len(a) != len(b):
        raise UserError(
            f"The first rater has {len(a):,} ratings and the second {len(b):,}. "
            "Give both ratings of the records that both rated."
        )
    if not a:
        raise TooFewStudies("There is no record that both rated.")
    names = list(dict.fromkeys(categories if categories is not None else [*a, *b]))
    code = {name: i for i, name in enumerate(names)}
    for who, ratings in (("first", a), ("second", b)):
        for position, name in enumerate(ratings, start=1):
            if name not in code:
                raise UserError(
                    f"The {who} rater, record {position}: found {name!r}. "
                    f"The categories are {', '.join(map(str, names))}."
                )
    first = np.array([code[name] for name in a])
    second = np.array([code[name] for name in b])
    agree = (first == second).astype(np.float64)
    q = len(names)
    share1, share2 = (np.bincount(x, minlength=q) / agree.size for x in (first, second))
    both = np.bincount(first[first == second], minlength=q)
    named = np.bincount(first, minlength=q) + np.bincount(second, minlength=q)

    # The share of chance agreement that each record brings, as Gwet's linearisation has it.
    cohen = (share2[first] + share1[second]) / 2.0
    pooled = (share1 + share2) / 2.0
    gwet = ((1.0 - pooled)[first] + (1.0 - pooled)[second]) / (2.0 * max(q - 1, 1))
    return Agreement(
        n=agree.size,
        percent_agreement=proportion(int(agree.sum()), agree.size, level=level, of="records"),
        specific_agreement={
            name: float(2.0 * both[i] / named[i]) if named[i] else None for name, i in code.items()
        },
        cohen_kappa=_coefficient(agree, float(share1 @ share2), cohen, level),
        gwet_ac1=_coefficient(agree, _gwet_chance(pooled, q), gwet, level),
        level=level,
    )


def cohen_kappa(a: Sequence[Hashable], b: Sequence[Hashable], *, level: float = 0.95) -> CohenKappa:
    """Return Cohen's kappa of two raters, for places with room for one coefficient.

    Arguments and errors are those of `agreement_of_two`, which gives AC1 beside it.
    """
    found = agreement_of_two(a, b, level=level)
    kappa = found.cohen_kappa
    return CohenKappa(
        n=found.n,
        percent_agreement=found.percent_agreement,
        value=kappa.value,
        se=kappa.se,
        ci=kappa.ci,
        reason=kappa.reason,
        level=level,
    )


def _gwet_chance(pooled: Floats, q: int) -> float:
    """Return chance agreement of AC1; 1 where there is one category only."""
    return float((pooled * (1.0 - pooled)).sum() / (q - 1)) if q > 1 else 1.0


def _coefficient(agree: Floats, chance: float, by_record: Floats, level: float) -> Coefficient:
    if chance >= 1.0:
        return Coefficient(
            None, None, None, "Both raters used one and the same category throughout."
        )
    observed = float(agree.mean())
    value = (observed - chance) / (1.0 - chance)
    n = agree.size
    if n < 2:
        return Coefficient(value, None, None)
    each = (agree - chance) / (1.0 - chance)
    each -= 2.0 * (1.0 - value) * (by_record - chance) / (1.0 - chance)
    se = sqrt(float(((each - value) ** 2).sum()) / (n * (n - 1)))
    reach = float(t_critical(level, n - 1)) * se
    return Coefficient(value, se, (max(-1.0, value - reach), min(1.0, value + reach)))
