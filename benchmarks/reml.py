"""REML with up to a million studies, beside the Python packages that can.

    python benchmarks/reml.py [--largest 1000000] [--repeats 5]

Prints the median processor time of each estimator on the same data, its ratio to ours, how the
time grows with k, and how far the estimates of tau2 lie apart. Peers that are not installed are
named and left out (``pip install statsmodels pymare``).
"""

from __future__ import annotations

import argparse
import statistics
import time
import warnings
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from whatworks.synthesis import random_effects, random_effects_batch
from whatworks.synthesis.heterogeneity import estimate_tau2
from whatworks.synthesis.pooling import make_profile

Floats = npt.NDArray[np.float64]
Fit = Callable[[Floats, Floats], float]

TRUE_TAU2 = 0.05
# A peer that takes longer than this at one size is not asked for the next.
PATIENCE_SECONDS = 20.0


def ours_tau2(y: Floats, v: Floats) -> float:
    """Estimate of tau2 alone: what the peers' estimators compute."""
    profile, binned, units = make_profile(y, v, np.zeros(1, dtype=np.int64))
    return float(estimate_tau2(profile, binned, "REML").tau2[0] * units.scale[0] ** 2)


def ours_full(y: Floats, v: Floats) -> float:
    """Everything `random_effects` returns: checks, Q-profile interval, likelihoods, all maxima."""
    return random_effects(y, v).tau2 or 0.0


def peers() -> dict[str, Fit]:
    found: dict[str, Fit] = {}
    try:
        from pymare import Dataset
        from pymare.estimators import DerSimonianLaird, VarianceBasedLikelihoodEstimator

        def pymare_reml(y: Floats, v: Floats) -> float:
            estimator = VarianceBasedLikelihoodEstimator(method="REML")
            fitted = estimator.fit_dataset(Dataset(y=y, v=v))
            return float(np.asarray(fitted.params_["tau2"]).ravel()[0])

        def pymare_dl(y: Floats, v: Floats) -> float:
            fitted = DerSimonianLaird().fit_dataset(Dataset(y=y, v=v))
            return float(np.asarray(fitted.params_["tau2"]).ravel()[0])

        found["PyMARE REML"] = pymare_reml
        found["PyMARE DL"] = pymare_dl
    except ImportError:
        print("PyMARE is not installed: left out")
    try:
        from statsmodels.stats.meta_analysis import combine_effects

        def statsmodels_pm(y: Floats, v: Floats) -> float:
            return float(combine_effects(y, v, method_re="iterated").tau2)

        # It has no REML: Paule-Mandel is its nearest iterated estimator.
        found["statsmodels PM"] = statsmodels_pm
    except ImportError:
        print("statsmodels is not installed: left out")
    return found


def made_up(k: int) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(k)
    v = rng.lognormal(-3.0, 1.0, k)
    return 0.2 + rng.normal(size=k) * np.sqrt(v + TRUE_TAU2), v


def median_seconds(fit: Fit, y: Floats, v: Floats, repeats: int) -> tuple[float, float]:
    seconds, value = [], float("nan")
    for _ in range(repeats):
        start = time.process_time()
        value = fit(y, v)
        seconds.append(time.process_time() - start)
        if seconds[-1] > PATIENCE_SECONDS:
            break
    return statistics.median(seconds), value


def compare(sizes: list[int], repeats: int) -> None:
    fits: dict[str, Fit] = {
        "whatworks REML, tau2": ours_tau2,
        "whatworks REML, full": ours_full,
        **peers(),
    }
    taken: dict[str, dict[int, float]] = {name: {} for name in fits}
    print(f"\n{'':22}" + "".join(f"{f'k = {k:,}':>24}" for k in sizes) + f"{'exponent':>10}")
    values: dict[str, dict[int, float]] = {name: {} for name in fits}
    for name, fit in fits.items():
        line = f"{name:22}"
        for k in sizes:
            last = max(taken[name].values(), default=0.0)
            if last > PATIENCE_SECONDS:
                line += f"{'not asked':>24}"
                continue
            y, v = made_up(k)
            seconds, values[name][k] = median_seconds(fit, y, v, repeats)
            taken[name][k] = seconds
            ratio = seconds / taken["whatworks REML, tau2"][k]
            line += f"{f'{1000 * seconds:,.2f} ms ({ratio:,.1f}x)':>24}"
        done = sorted(taken[name])
        if len(done) > 1:
            # Over the last step, where fixed costs no longer count.
            a, b = done[-2], done[-1]
            line += f"{np.log(taken[name][b] / taken[name][a]) / np.log(b / a):>10.2f}"
        print(line)
    print("\ntau2 (same data; REML of all should agree)")
    for name in fits:
        print(f"{name:22}" + "".join(f"{values[name].get(k, float('nan')):>24.13f}" for k in sizes))


def batch(cells: int, k: int, repeats: int) -> None:
    y, v = made_up(cells * k)
    starts = np.arange(0, cells * k, k)
    seconds, _ = median_seconds(
        lambda y, v: float(random_effects_batch(y, v, starts).tau2[0]), y, v, repeats
    )
    print(f"\nbatch of {cells:,} cells of {k} studies, full result, global search: {seconds:.3f} s")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    options.add_argument("--largest", type=int, default=1_000_000)
    options.add_argument("--repeats", type=int, default=5)
    given = options.parse_args()
    warnings.simplefilter("ignore")
    compare([k for k in (10**3, 10**4, 10**5, 10**6) if k <= given.largest], given.repeats)
    batch(10_000, 20, given.repeats)


if __name__ == "__main__":
    main()
