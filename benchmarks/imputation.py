"""How well do pooled intervals cover when studies leave out standard deviations?

Reviews are simulated with a known mean and known spread of true effects; standard deviations of some
studies are deleted at random. Printed for each way of dealing with it: share of 95 % intervals of the
mean that cover it, their mean width, mean of tau2, and share of intervals of tau2 that cover it.

    python benchmarks/imputation.py [reviews]
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from whatworks.synthesis import (
    Imputed,
    PossibleMisuse,
    RandomEffects,
    draw_informed,
    draw_missing,
    hedges_g,
    impute_and_pool,
    random_effects,
)

Floats = npt.NDArray[np.float64]
MEAN, TAU2, K, M = 0.3, 0.04, 20, 20


class Review:
    """One simulated review: means of both groups and one standard deviation for each study."""

    def __init__(self, rng: np.random.Generator, spread_of_sd: float) -> None:
        self.n = rng.integers(20, 80, K).astype(float)
        true_sd = np.exp(rng.normal(np.log(10.0), spread_of_sd, K))
        theta = MEAN + np.sqrt(TAU2) * rng.normal(size=K)
        self.m1 = true_sd * (theta + rng.normal(size=K) / np.sqrt(self.n))
        self.m2 = true_sd * rng.normal(size=K) / np.sqrt(self.n)
        df = 2.0 * self.n - 2.0
        self.sd = true_sd * np.sqrt(rng.chisquare(df) / df)

    def effects(self, sd: Floats) -> tuple[Floats, Floats]:
        g = hedges_g(self.m1, sd, self.n, self.m2, sd, self.n)
        return g.yi, g.vi

    def fit(self, sd: Floats) -> RandomEffects:
        return random_effects(*self.effects(sd), test="knha")

    def without(self, rng: np.random.Generator, share: float) -> Floats:
        gone = rng.choice(K, round(share * K), replace=False)
        sd = self.sd.copy()
        sd[gone] = np.nan
        return sd


Answer = tuple[float, float, float, tuple[float, float] | None, float]


def of_fit(fit: RandomEffects) -> Answer:
    return fit.ci[0], fit.ci[1], float(fit.tau2 or 0.0), fit.tau2_ci, 0.0


def complete(review: Review, sd: Floats, rng: np.random.Generator) -> Answer:
    return of_fit(review.fit(review.sd))


def left_out(review: Review, sd: Floats, rng: np.random.Generator) -> Answer:
    seen = ~np.isnan(sd)
    n = review.n[seen]
    g = hedges_g(review.m1[seen], sd[seen], n, review.m2[seen], sd[seen], n)
    return of_fit(random_effects(g.yi, g.vi, test="knha"))


def mean_filled(review: Review, sd: Floats, rng: np.random.Generator) -> Answer:
    return of_fit(review.fit(np.where(np.isnan(sd), np.nanmean(sd), sd)))


def imputed(review: Review, sd: Floats, rng: np.random.Generator) -> Answer:
    return pooled(review, draw_missing(sd, scale="log", m=M, rng=rng))


def informed(review: Review, sd: Floats, rng: np.random.Generator) -> Answer:
    drawn = draw_informed(
        sd,
        scale="log",
        m=M,
        rng=rng,
        effects=review.effects,
        slope=lambda column: 1.0 / column,
        fit=review.fit,
    )
    return pooled(review, drawn)


def pooled(review: Review, drawn: Imputed) -> Answer:
    found = impute_and_pool(drawn, review.fit)
    tau2 = found.component("tau2")
    missing = float(found.missing_information[0])
    return float(found.ci[0, 0]), float(found.ci[0, 1]), tau2.estimate, tau2.ci, missing


WAYS: dict[str, Callable[[Review, Floats, np.random.Generator], Answer]] = {
    "nothing missing": complete,
    "studies left out": left_out,
    "mean filled in": mean_filled,
    "imputed": imputed,
    "imputed, informed": informed,
}


def main(reviews: int) -> None:
    # A mean filled in for a small standard deviation, or left out of it, makes effects beyond 3.
    warnings.simplefilter("ignore", PossibleMisuse)
    error = 100.0 * np.sqrt(0.95 * 0.05 / reviews)
    print(f"{reviews:,} reviews of {K} studies, mean {MEAN}, tau2 {TAU2}, {M} draws;", end=" ")
    print(f"Monte-Carlo error of a 95 % coverage {error:.1f} points")
    print("SD spread  missing  way                 coverage  width   tau2    tau2 CI  information")
    for spread, share in ((0.1, 0.25), (0.3, 0.25), (0.3, 0.5)):
        rng = np.random.default_rng(20261124)
        found: dict[str, list[Answer]] = {way: [] for way in WAYS}
        for _ in range(reviews):
            review = Review(rng, spread)
            sd = review.without(rng, share)
            for way, run in WAYS.items():
                found[way].append(run(review, sd, rng))
        for way, answers in found.items():
            covers = 100.0 * np.mean([low <= MEAN <= high for low, high, *_ in answers])
            width = np.mean([high - low for low, high, *_ in answers])
            tau2 = np.mean([answer[2] for answer in answers])
            held = [a[3] is not None and a[3][0] <= TAU2 <= a[3][1] for a in answers]
            missing = 100.0 * np.mean([answer[4] for answer in answers])
            print(
                f"{spread:9.1f}  {share:7.2f}  {way:18s}  {covers:7.1f}%  {width:.3f}  {tau2:.4f}"
                f"  {100.0 * np.mean(held):6.1f}%  {missing:5.0f}% missing"
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
