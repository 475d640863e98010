"""How often a local search of tau2 misses the highest maximum, on education-like sets.

    python benchmarks/local_maxima.py [--sets 20000]

Studies have log-normal numbers of pupils around 150 (v = 4/n), effects 0.2 with a standard
deviation between studies of 0, 0.1, 0.2 or 0.4, a quarter of the sets each. Printed for each number
of studies k and spread of the sizes: the share of sets whose restricted likelihood has more than
one maximum, the share in which ``search="local"`` stops at a lower one, and by how much the pooled
effect then differs, in standard errors (median and largest).
"""

from __future__ import annotations

import argparse
import warnings

import numpy as np

from whatworks.synthesis import random_effects_batch

SPREADS = {"alike (0.5)": 0.5, "usual (0.8)": 0.8, "very unlike (1.5)": 1.5}
TAUS = np.array([0.0, 0.1, 0.2, 0.4])
# Two answers that differ by less are one.
SAME = 1e-6


def row(k: int, sd_log_n: float, sets: int, method: str) -> str:
    """Return the shares for one size."""
    rng = np.random.default_rng([k, int(10 * sd_log_n)])
    n = np.exp(rng.normal(np.log(150.0), sd_log_n, k * sets))
    v = 4.0 / np.maximum(n, 8.0)
    tau = np.repeat(np.resize(TAUS, sets), k)
    y = 0.2 + tau * rng.normal(size=v.size) + np.sqrt(v) * rng.normal(size=v.size)
    starts = np.arange(0, v.size, k)
    best = random_effects_batch(y, v, starts, method=method, test="z", intervals=False)
    near = random_effects_batch(
        y, v, starts, method=method, test="z", intervals=False, search="local"
    )
    missed = np.abs(near.tau2 - best.tau2) > SAME * (best.tau2 + 1.0 / 150.0)
    if (best.log_likelihood < near.log_likelihood - 1e-9).any():
        raise SystemExit("The global search was beaten: this is a bug.")
    apart = np.abs(near.estimate - best.estimate)[missed] / best.se[missed]
    size = f"{np.median(apart):.2f}, {apart.max():.2f}" if apart.size else "-"
    return (
        f"{100.0 * (best.n_maxima > 1).mean():8.3f} % {100.0 * missed.mean():8.3f} %   {size:>12}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", type=int, default=20_000)
    parser.add_argument("--method", choices=("REML", "ML"), default="REML")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    print(f"{'sizes':>18} {'k':>4} {'several':>10} {'missed':>10}   shift in SE")
    for name, spread in SPREADS.items():
        for k in (3, 4, 6, 10, 20):
            print(f"{name:>18} {k:>4} {row(k, spread, options.sets, options.method)}", flush=True)


if __name__ == "__main__":
    main()
