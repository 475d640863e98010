"""How often intervals of agreement hold what they should, where relevant records are rare.

    python benchmarks/agreement.py --runs 1500

Reviewers judge records of which a twentieth is relevant: each keeps a relevant one with probability 0.85
and excludes another with 0.97, apart from each other. The true figures are those of two million records.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from whatworks.statistics.agreement import Agreement, agreement_of_raters

RELEVANT, SENSITIVITY, SPECIFICITY = 0.05, 0.85, 0.97
MANY = 2_000_000


def judged(generator: np.random.Generator, n: int, n_raters: int) -> Agreement:
    relevant = generator.random(n) < RELEVANT
    kept = np.where(relevant, SENSITIVITY, 1.0 - SPECIFICITY)
    raters = [(generator.random(n) < kept).astype(int).tolist() for _ in range(n_raters)]
    return agreement_of_raters(raters, categories=[0, 1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    generator = np.random.default_rng(options.seed)
    for n_raters in (2, 3):
        truth = judged(generator, MANY, n_raters).figures()
        for n in (50, 200, 1000):
            started = time.process_time()
            held = dict.fromkeys(truth, 0)
            given = dict.fromkeys(truth, 0)
            for _ in range(options.runs):
                for name, found in judged(generator, n, n_raters).figures().items():
                    want = truth[name].value
                    if found.ci is not None and want is not None:
                        given[name] += 1
                        held[name] += found.ci[0] <= want <= found.ci[1]
            seconds = (time.process_time() - started) / options.runs
            print(f"{n_raters} raters, {n} records ({1000 * seconds:.1f} ms each)")
            for name, figure in truth.items():
                share = held[name] / max(given[name], 1)
                print(f"  {name:22} true {figure.value:.3f}  held in {100 * share:.1f}%")


if __name__ == "__main__":
    main()
