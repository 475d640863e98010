"""Agreement of any number of people who rated the same records, as several figures."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from whatworks.statistics.agreement_coefficient import ONE_RECORD, Coefficient, linearised
from whatworks.statistics.agreement_weights import (
    Weights,
    disagreement,
    refuse_without_order,
)
from whatworks.statistics.chance_agreement import CHANCE, Expected
from whatworks.statistics.confidence_level import level_between_0_and_1
from whatworks.statistics.krippendorff import alpha_of_distances
from whatworks.statistics.observed_agreement import (
    disagreement_by_record,
    percent_agreement,
    specific_agreement,
)
from whatworks.statistics.rating_table import RatingTable, rating_table

__all__ = ["Agreement", "Coefficient", "agreement_of_raters", "agreement_of_two"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement of raters, as several figures because none will do alone.

    Attributes
    ----------
    n
        Records with two ratings or more. They are not a random sample where somebody, or a ranking,
        chose what was read.
    n_rated
        Records with one rating or more: those with one tell what the raters' shares are.
    n_raters
        Raters with at least one rating.
    weights
        Whether neighbouring categories count as partial agreement: identity (no), linear, quadratic.
    percent_agreement
        Mean agreement of the records, with weights the partial one.
    specific_agreement
        For each category: of the pairs that a rating of it is in, the share that agree. With two
        raters 2a/(2a + b + c). Without a value where nobody used it.
    cohen_kappa
        Chance from each rater's own shares; Conger's kappa with more than two. Collapses when one
        category is rare.
    fleiss_kappa
        Chance from the pooled shares: Scott's pi with two raters, Fleiss' kappa with more.
    brennan_prediger
        Chance that takes all categories alike; PABAK where there are two.
    gwet_ac
        Chance from the records that are hard to rate: AC1, with weights AC2. Stable when one
        category is rare.
    krippendorff_alpha
        Chance from the pooled values of the records with two ratings, corrected for their number.
        Nominal, or by the distances of the weights.
    level
        Level of all intervals.
    """

    n: int
    n_rated: int
    n_raters: int
    weights: Weights
    percent_agreement: Coefficient
    specific_agreement: dict[Hashable, Coefficient]
    cohen_kappa: Coefficient
    fleiss_kappa: Coefficient
    brennan_prediger: Coefficient
    gwet_ac: Coefficient
    krippendorff_alpha: Coefficient
    level: float

    def figures(self) -> dict[str, Coefficient]:
        """Return all figures by the name that a reader knows them by."""
        is_two = self.n_raters == 2
        is_binary = len(self.specific_agreement) == 2
        prefix = "" if self.weights == "identity" else f", {self.weights} weights"
        named = {
            "Agreement": self.percent_agreement,
            "Cohen's kappa" if is_two else "Conger's kappa": self.cohen_kappa,
            "Scott's pi" if is_two else "Fleiss' kappa": self.fleiss_kappa,
            "PABAK" if is_binary else "Brennan and Prediger's coefficient": self.brennan_prediger,
            "Gwet's AC1" if self.weights == "identity" else "Gwet's AC2": self.gwet_ac,
            "Krippendorff's alpha": self.krippendorff_alpha,
        }
        specific = {
            f"Agreement on {name}": found for name, found in self.specific_agreement.items()
        }
        return {f"{name}{prefix}": found for name, found in named.items()} | specific

    def table(self) -> list[dict[str, object]]:
        """Return one row for each figure: name, value, se, ci_low, ci_high, interval, reason."""
        return [{"figure": name, **found.to_dict()} for name, found in self.figures().items()]

    def to_dict(self) -> dict[str, object]:
        """Return the figures as values that JSON can hold; categories become text."""
        return {
            "n": self.n,
            "n_rated": self.n_rated,
            "n_raters": self.n_raters,
            "weights": self.weights,
            "percent_agreement": self.percent_agreement.to_dict(),
            "specific_agreement": {
                str(name): found.to_dict() for name, found in self.specific_agreement.items()
            },
            "cohen_kappa": self.cohen_kappa.to_dict(),
            "fleiss_kappa": self.fleiss_kappa.to_dict(),
            "brennan_prediger": self.brennan_prediger.to_dict(),
            "gwet_ac": self.gwet_ac.to_dict(),
            "krippendorff_alpha": self.krippendorff_alpha.to_dict(),
            "level": self.level,
        }

    def summary(self) -> str:
        """Return the figures as plain text."""
        who = "both" if self.n_raters == 2 else f"at least two of {self.n_raters} people"
        records = "1 record" if self.n == 1 else f"{self.n:,} records"
        lines = [f"{records} rated by {who}"]
        lines += [f"{name} {found.summary()}" for name, found in self.figures().items()]
        return "\n".join(lines)


def agreement_of_raters(
    raters: Sequence[Sequence[Hashable | None]],
    *,
    categories: Sequence[Hashable] | None = None,
    weights: Weights = "identity",
    values: Sequence[float] | None = None,
    level: float = 0.95,
) -> Agreement:
    """Measure the agreement of two raters or more on the same records.

    Parameters
    ----------
    raters : sequence of r sequences of length n
        For each rater the category given to each record; None or NaN where there is no rating.
    categories : sequence, optional
        All categories that could be given, in their order; those seen, if not given. AC1 and PABAK
        depend on their number.
    weights : {"identity", "linear", "quadratic"}
        Partial agreement of categories that have an order.
    values : sequence of numbers, optional
        Where the categories lie; their positions 0, 1, 2, ... if not given.
    level : float
        Level of all intervals.

    Raises
    ------
    TooFewStudies
        Fewer than two raters, or no record with two ratings.
    UserError
        Lists of different length, a category that is not among those allowed, or weights for
        categories whose order is not given.

    Notes
    -----
    Where all ratings name one category there is nothing to tell chance from, and the figures that are
    corrected for chance have a reason in place of a value. A standard error of 0, where all agree,
    says that the formula sees no spread, not that there is no doubt: read it beside the interval of the
    percent agreement.

    References
    ----------
    Gwet KL (2014). Handbook of Inter-Rater Reliability, 4th edition, chapters 2 to 5 (more than two
    raters, missing ratings, weights, standard errors over records).
    """
    level_between_0_and_1(level)
    table = rating_table(raters, categories=categories)
    if weights != "identity" or values is not None:
        refuse_without_order(table.categories, is_listed=categories is not None, values=values)
    delta = disagreement(weights, len(table.categories), values)
    chance = {
        name: _corrected(table, delta, expected, level=level) for name, expected in CHANCE.items()
    }
    only = _one_category(table)
    return Agreement(
        n=int(table.is_paired.sum()),
        n_rated=table.codes.shape[0],
        n_raters=table.n_raters,
        weights=weights,
        percent_agreement=percent_agreement(table, delta, level=level),
        specific_agreement={
            name: specific_agreement(table, k, level=level)
            for k, name in enumerate(table.categories)
        },
        krippendorff_alpha=only or alpha_of_distances(table, delta, level=level),
        level=level,
        **chance,
    )


def agreement_of_two(
    a: Sequence[Hashable | None],
    b: Sequence[Hashable | None],
    *,
    categories: Sequence[Hashable] | None = None,
    weights: Weights = "identity",
    values: Sequence[float] | None = None,
    level: float = 0.95,
) -> Agreement:
    """Measure the agreement of two raters: `agreement_of_raters` of the two."""
    return agreement_of_raters(
        [a, b], categories=categories, weights=weights, values=values, level=level
    )


def _one_category(table: RatingTable) -> Coefficient | None:
    """Return what is said of coefficients corrected for chance when all ratings are the same."""
    if np.count_nonzero(table.counts.sum(axis=0)) > 1:
        return None
    return Coefficient(
        None,
        None,
        None,
        f"All ratings are {table.the_only_category()}, so that agreement by chance cannot be told.",
    )


def _corrected(
    table: RatingTable,
    delta: Floats,
    chance: Callable[[RatingTable, Floats], Expected],
    *,
    level: float,
) -> Coefficient:
    """Return 1 - observed/expected disagreement and Gwet's linearised error of it.

    Records with one rating have a part in what is expected, none in what is observed.
    """
    only = _one_category(table)
    if only is not None:
        return only
    expected = chance(table, delta)
    n, is_paired = table.codes.shape[0], table.is_paired
    m = int(is_paired.sum())
    by_record = disagreement_by_record(table, delta)
    observed = float(by_record[is_paired].mean())
    by_chance = expected.disagreement
    ratio = observed / by_chance
    if m < 2:
        return Coefficient(1.0 - ratio, None, None, ONE_RECORD)
    each = np.where(is_paired, n / m * (by_chance - by_record), 0.0) - (by_chance - observed)
    return linearised(1.0 - ratio, (each + ratio * expected.influence) / by_chance, level=level)
