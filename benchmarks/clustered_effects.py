"""Do the variances of clustered effects agree with those of simulated pupils in classes?

For each design the simulated variance of g_T = g sqrt(gamma) stands beside the formula, and the
simulated degrees of freedom of the standard deviation beside h; then what the published table's gamma
gives where a study's analysis handled clusters, and both forms of the difference of two effects.

    python benchmarks/clustered_effects.py [trials]
"""

from __future__ import annotations

import sys

import numpy as np
import numpy.typing as npt

from whatworks.synthesis import (
    Assignment,
    effect_of_coefficient,
    effect_of_means,
    gain_of_effects,
    small_sample_factor,
)

Floats = npt.NDArray[np.float64]

# Classes in each group, pupils a class, icc, groups in classes.
DESIGNS = (
    (6, 6, 10, 0.2, "both"),
    (20, 20, 15, 0.2, "both"),
    (4, 8, 20, 0.1, "both"),
    (8, 8, 5, 0.2, "first"),
    (10, 4, 6, 0.3, "first"),
)
EFFECT = 0.4


def group(
    rng: np.random.Generator, trials: int, classes: int, size: int, icc: float, in_classes: bool
) -> Floats:
    """Scores of pupils, (trials, pupils); those outside classes have the variance within only."""
    score = rng.normal(0.0, np.sqrt(1.0 - icc), (trials, classes, size))
    if in_classes:
        score += rng.normal(0.0, np.sqrt(icc), (trials, classes, 1))
    return score.reshape(trials, -1)


def clusters(rng: np.random.Generator, trials: int) -> None:
    print(
        "classes  size  icc   arms    h formula  h simulated  variance: formula  simulated", end=""
    )
    print("  handled: SE with gamma  n with gamma")
    for m1, m2, size, icc, arms in DESIGNS:
        first = EFFECT + group(rng, trials, m1, size, icc, True)
        second = group(rng, trials, m2, size, icc, arms == "both")
        n1, n2 = m1 * size, m2 * size
        total = n1 + n2 - 2
        s2 = (n1 - 1) * first.var(axis=1, ddof=1) + (n2 - 1) * second.var(axis=1, ddof=1)
        s2 /= total
        g = small_sample_factor(total) * (first.mean(axis=1) - second.mean(axis=1)) / np.sqrt(s2)
        naive = Assignment(icc=icc, cluster_size=size, clustered=arms, is_handled=False)
        handled = Assignment(icc=icc, cluster_size=size, clustered=arms, is_handled=True)
        factors = naive.factors(n1, n2)
        seen = effect_of_means(g, n1, n2, assignment=naive).yi.var(ddof=1)
        want = effect_of_means(EFFECT, n1, n2, assignment=naive).vi
        # What an analysis that handles clusters prints, were the icc known to it.
        se = np.sqrt((1 / n1 + 1 / n2) * factors.eta)
        by_se = effect_of_coefficient(g, n1, n2, se=se, sd=np.sqrt(s2), assignment=handled).vi
        by_n = effect_of_means(g, n1, n2, assignment=handled).vi
        print(
            f"{m1:3d} {m2:3d}  {size:4d}  {icc:.1f}   {arms:6s}  {float(factors.df):9.1f}"
            f"  {2 * s2.mean() ** 2 / s2.var(ddof=1):11.1f}  {float(want):17.4f}  {seen:9.4f}"
            f"  {by_se.mean() / seen:20.2f} x  {by_n.mean() / seen:9.2f} x"
        )


def gains(rng: np.random.Generator, trials: int) -> None:
    n, after, before = 30, 0.6, 1.0
    print(f"\ngroups of {n}, g_post {after}, g_pre {before}")
    print("r    simulated  handbook  delta")
    for r in (0.0, 0.3, 0.7):

        def both(post: float, pre: float, r: float = r) -> tuple[Floats, Floats]:
            early, late = rng.normal(size=(trials, n)), rng.normal(size=(trials, n))
            return post + r * early + np.sqrt(1.0 - r * r) * late, pre + early

        (post1, pre1), (post2, pre2) = both(after, before), both(0.0, 0.0)
        difference = _g(post1, post2) - _g(pre1, pre2)
        given = [
            float(gain_of_effects(after, before, n, n, r=r, pretest_term=term).vi)
            for term in ("handbook", "delta")
        ]
        print(f"{r:.1f}  {difference.var(ddof=1):9.4f}  {given[0]:8.4f}  {given[1]:.4f}")


def _g(first: Floats, second: Floats) -> Floats:
    n = first.shape[1]
    spread = np.sqrt(0.5 * (first.var(axis=1, ddof=1) + second.var(axis=1, ddof=1)))
    j = small_sample_factor(2.0 * n - 2.0)
    return np.asarray(j * (first.mean(axis=1) - second.mean(axis=1)) / spread)


def main(trials: int) -> None:
    error = 100.0 * np.sqrt(2.0 / trials)
    print(f"{trials:,} trials a design; Monte-Carlo error of a variance about {error:.1f} %")
    rng = np.random.default_rng(20261124)
    clusters(rng, trials)
    gains(rng, trials)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
