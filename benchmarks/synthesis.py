"""Dependent effects and batches at scale, beside the packages that can.

    python benchmarks/synthesis.py [--repeats 5] [--quick]

Each job runs in a process of its own with one thread; printed are the median processor time, the
growth of peak memory, the ratio to ours, and how time grows with the work. Peers that are not
installed are named and left out (``pip install pimeta pymare statsmodels``; metafor and
clubSandwich through ``Rscript``).
"""

from __future__ import annotations

import argparse
import json
import math
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

os.environ.update(dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "1"))

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Job = Callable[[int], Callable[[], object]]

# A job that takes longer than this is not asked for the next size.
PATIENCE_SECONDS = 30.0
# And is stopped after this.
STOP_SECONDS = 120.0


def studies(k: int, p: int = 1) -> tuple[Floats, Floats, Floats]:
    """Draw effects of k studies of education-like size, with p columns."""
    rng = np.random.default_rng(k + p)
    v = 4.0 / np.exp(rng.normal(np.log(150.0), 0.8, k))
    x = np.column_stack((np.ones(k), rng.normal(size=(k, p - 1))))
    y = x @ np.full(p, 0.2) + rng.normal(0.0, 0.22, k) + rng.normal(size=k) * np.sqrt(v)
    return y, v, x


def clusters(k: int) -> tuple[Floats, Floats, Floats, npt.NDArray[np.int64]]:
    """Draw k effects, four to a study, with one moderator."""
    rng = np.random.default_rng(k)
    study = np.repeat(np.arange(-(-k // 4)), 4)[:k]
    v = 4.0 / np.exp(rng.normal(np.log(150.0), 0.8, k))
    x = np.column_stack((np.ones(k), rng.normal(size=k)))
    between = rng.normal(0.0, 0.2, study.max() + 1)[study]
    y = x @ [0.2, 0.1] + between + rng.normal(0.0, 0.15, k) + rng.normal(size=k) * np.sqrt(v)
    return y, v, x, study


def reml_1(k: int) -> Callable[[], object]:
    from whatworks.synthesis import random_effects

    y, v, _ = studies(k)
    return lambda: random_effects(y, v)


def reml_5(k: int) -> Callable[[], object]:
    from whatworks.synthesis import meta_regression

    y, v, x = studies(k, 5)
    return lambda: meta_regression(y, v, x)


def three_level(k: int) -> Callable[[], object]:
    from whatworks.synthesis import multilevel_model

    y, v, x, study = clusters(k)
    data = {"study": study, "effect": np.arange(k)}
    return lambda: multilevel_model(y, v, random="~ 1 | study/effect", data=data, mods=x)


def che(k: int) -> Callable[[], object]:
    from whatworks.synthesis import working_model

    y, v, x, study = clusters(k)
    return lambda: working_model(y, v, study, kind="CHE", rho=0.6, mods=x)


def cr2(k: int) -> Callable[[], object]:
    from whatworks.synthesis import robust

    fit: Any = three_level(k)()
    return lambda: robust(fit)


def batch(search: str) -> Job:
    def prepared(n: int) -> Callable[[], object]:
        from whatworks.synthesis import random_effects_batch

        y, v, _ = studies(20 * n)
        starts = np.arange(0, 20 * n, 20)
        return lambda: random_effects_batch(
            y, v, starts, search=search, intervals=search == "global"
        )

    return prepared


def regression_batch(search: str) -> Job:
    def prepared(n: int) -> Callable[[], object]:
        from whatworks.synthesis import meta_regression_batch

        y, v, x = studies(20 * n, 2)
        starts = np.arange(0, 20 * n, 20)
        return lambda: meta_regression_batch(
            y, v, starts, x, search=search, intervals=search == "global"
        )

    return prepared


def che_batch(n: int) -> Callable[[], object]:
    from whatworks.synthesis import working_model_batch

    y, v, _, study = clusters(20 * n)
    return lambda: working_model_batch(y, v, study, np.repeat(np.arange(n), 20), rho=0.6)


def leave_one_out(k: int) -> Callable[[], object]:
    from whatworks.synthesis import leave_one_out as loo
    from whatworks.synthesis import random_effects

    y, v, _ = studies(k)
    fit = random_effects(y, v)
    return lambda: loo(fit)


def cr2_of_a_large_cluster(k: int) -> Callable[[], object]:
    from whatworks.synthesis import robust, working_model

    y, v, x, study = clusters(k)
    study[: k // 2] = 0
    fit = working_model(y, v, study, kind="CHE", rho=0.6, mods=x)
    return lambda: robust(fit)


def leave_one_cluster_out(k: int) -> Callable[[], object]:
    from whatworks.synthesis import leave_one_out as loo
    from whatworks.synthesis import multilevel_model

    y, v, x, study = clusters(k)
    data = {"study": study, "effect": np.arange(k)}
    fit = multilevel_model(y, v, random="~ 1 | study/effect", data=data, mods=x)
    return lambda: loo(fit, by="cluster")


def three_level_permutation(k: int) -> Callable[[], object]:
    from whatworks.synthesis import multilevel_model, permutation_test

    y, v, _, study = clusters(k)
    data = {"study": study, "effect": np.arange(k)}
    fit = multilevel_model(y, v, random="~ 1 | study/effect", data=data)
    return lambda: permutation_test(fit, n=1000, rng=np.random.default_rng(1), by="cluster")


def pymare_reml(p: int) -> Job:
    def prepared(k: int) -> Callable[[], object]:
        from pymare import Dataset
        from pymare.estimators import VarianceBasedLikelihoodEstimator

        y, v, x = studies(k, p)
        data = Dataset(y=y, v=v) if p == 1 else Dataset(y=y, v=v, X=x[:, 1:])
        return lambda: VarianceBasedLikelihoodEstimator(method="REML").fit_dataset(data).summary()

    return prepared


def pymare_batch(n: int) -> Callable[[], object]:
    from pymare import Dataset
    from pymare.estimators import VarianceBasedLikelihoodEstimator

    y, v, _ = studies(20 * n)
    data = Dataset(y=y.reshape(n, 20).T.copy(), v=v.reshape(n, 20).T.copy())
    return lambda: VarianceBasedLikelihoodEstimator(method="REML").fit_dataset(data)


def statsmodels_pm(k: int) -> Callable[[], object]:
    from statsmodels.stats.meta_analysis import combine_effects

    y, v, _ = studies(k)
    return lambda: combine_effects(y, v, method_re="iterated").summary_frame()


def pimeta_reml(p: int) -> Job:
    def prepared(k: int) -> Callable[[], object]:
        import pimeta

        y, v, x = studies(k, p)
        mods = {} if p == 1 else {"mods": x[:, 1:]}
        return lambda: pimeta.rma(yi=y, vi=v, method="REML", **mods)

    return prepared


def pimeta_three_level(k: int) -> Callable[[], object]:
    import pimeta

    y, v, x, study = clusters(k)
    data = {"study": study, "es": np.arange(k)}
    return lambda: pimeta.rma_mv(y, v, mods=x[:, 1:], random="~ 1 | study/es", data=data)


R_SETS = """
suppressMessages({library(metafor)})
set.seed(1); k <- %d
vi <- 4/exp(rnorm(k, log(150), .8))
"""
R_JOBS = {
    "REML, 1 coefficient": "yi <- .2+rnorm(k,0,.22)+rnorm(k)*sqrt(vi); f <- function() rma(yi, vi)",
    "three-level": (
        "study <- rep(seq_len(ceiling(k/4)), each=4)[1:k]; es <- seq_len(k); x <- rnorm(k); "
        "yi <- .2+.1*x+rnorm(max(study),0,.2)[study]+rnorm(k,0,.15)+rnorm(k)*sqrt(vi); "
        "f <- function() rma.mv(yi, vi, mods=~x, random=~1|study/es, sparse=TRUE)"
    ),
    "leave-one-cluster-out, three-level": (
        "study <- rep(seq_len(ceiling(k/4)), each=4)[1:k]; es <- seq_len(k); x <- rnorm(k); "
        "yi <- .2+.1*x+rnorm(max(study),0,.2)[study]+rnorm(k,0,.15)+rnorm(k)*sqrt(vi); "
        "r <- rma.mv(yi, vi, mods=~x, random=~1|study/es, sparse=TRUE); "
        "f <- function() for (s in unique(study)) update(r, subset=study != s)"
    ),
    "leave-one-out": (
        "yi <- .2+rnorm(k,0,.22)+rnorm(k)*sqrt(vi); r <- rma(yi, vi); f <- function() leave1out(r)"
    ),
}


def r_seconds(job: str, size: int) -> tuple[float, float] | None:
    """Return processor seconds and memory growth in MB of one run in R, None where it fails."""
    code = (
        R_SETS % size
        + R_JOBS[job]
        + "; g0 <- sum(gc(reset=TRUE)[,2]); t <- system.time(f()); "
        + "cat(t[[1]]+t[[2]], sum(gc()[,6])-g0)"
    )
    try:
        done = subprocess.run(
            ["Rscript", "-e", code], capture_output=True, text=True, timeout=STOP_SECONDS
        )
        seconds, megabytes = done.stdout.split()
        return float(seconds), float(megabytes)
    except (subprocess.TimeoutExpired, ValueError):
        return None


JOBS: dict[str, tuple[tuple[int, ...], dict[str, Job]]] = {
    "REML, 1 coefficient": (
        (100, 1_000, 10_000, 100_000, 1_000_000),
        {
            "whatworks": reml_1,
            "PyMARE": pymare_reml(1),
            "pimeta": pimeta_reml(1),
            "statsmodels (PM)": statsmodels_pm,
        },
    ),
    "REML, 5 coefficients": (
        (100, 1_000, 10_000, 100_000, 1_000_000),
        {"whatworks": reml_5, "PyMARE": pymare_reml(5), "pimeta": pimeta_reml(5)},
    ),
    "three-level": (
        (300, 1_000, 3_000, 40_000, 400_000),
        {"whatworks": three_level, "CHE of whatworks": che, "pimeta": pimeta_three_level},
    ),
    "CR2 after the fit": ((300, 3_000, 40_000, 400_000), {"whatworks": cr2}),
    "analyses of 20, local": (
        (100, 1_000, 10_000),
        {"whatworks": batch("local"), "PyMARE": pymare_batch},
    ),
    "analyses of 20, global": ((100, 1_000, 10_000), {"whatworks": batch("global")}),
    "regressions of 20, 2 coefficients": (
        (100, 1_000, 10_000),
        {"whatworks": regression_batch("local"), "global search": regression_batch("global")},
    ),
    "CHE + CR2 of cells of 20": ((100, 1_000, 10_000), {"whatworks": che_batch}),
    "leave-one-out": ((100, 1_000), {"whatworks": leave_one_out}),
    "leave-one-cluster-out, three-level": (
        (400, 4_000, 40_000),
        {"whatworks": leave_one_cluster_out},
    ),
    "CR2, half of the effects in one cluster": (
        (400, 4_000, 40_000),
        {"whatworks": cr2_of_a_large_cluster},
    ),
    "1,000 permutations, three-level": ((200, 1_000), {"whatworks": three_level_permutation}),
}


def measure(job: str, who: str, size: int, repeats: int) -> None:
    """Run one job here and print its processor seconds and memory growth as JSON."""
    warnings.simplefilter("ignore")
    run = JOBS[job][1][who](size)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds = []
    for i in range(repeats + 1):
        start = time.process_time()
        run()
        taken = time.process_time() - start
        if i or taken > PATIENCE_SECONDS / repeats:
            seconds.append(taken)
        if sum(seconds) > PATIENCE_SECONDS:
            break
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps([statistics.median(seconds), (peak - before) / 1024.0]))


def in_process(job: str, who: str, size: int, repeats: int) -> tuple[float, float] | str:
    """Measure in a process of its own; a word where it cannot be had."""
    command = [sys.executable, __file__, "--one", job, who, str(size), str(repeats)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=STOP_SECONDS)
    except subprocess.TimeoutExpired:
        return f"over {STOP_SECONDS:.0f} s"
    if done.returncode:
        missing = "ModuleNotFoundError" in done.stderr or "ImportError" in done.stderr
        return "not installed" if missing else "failed"
    seconds, megabytes = json.loads(done.stdout.splitlines()[-1])
    return seconds, megabytes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="leave the largest sizes out")
    parser.add_argument("--only", help="jobs whose name contains this")
    parser.add_argument("--one", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        job, who, size, repeats = options.one
        measure(job, who, int(size), int(repeats))
        return
    for job, (sizes, packages) in JOBS.items():
        if options.only and options.only not in job:
            continue
        print(f"\n{job} (processor s / MB; ratio to ours)")
        ours: dict[int, float] = {}
        has_r = shutil.which("Rscript") is not None and job in R_JOBS
        for who in [*packages, *(["metafor (R)"] if has_r else [])]:
            cells, points = [], []
            for size in sizes[: -1 if options.quick else None]:
                found: tuple[float, float] | str | None
                if who == "metafor (R)":
                    found = r_seconds(job, size) or f"over {STOP_SECONDS:.0f} s"
                else:
                    found = in_process(job, who, size, options.repeats)
                if isinstance(found, str):
                    cells.append(f"{size:,}: {found}")
                    break
                seconds, megabytes = found
                points.append((size, max(seconds, 1e-6)))
                ratio = ""
                if who == "whatworks":
                    ours[size] = seconds
                elif size in ours:
                    ratio = f" x{seconds / max(ours[size], 1e-6):,.1f}"
                cells.append(f"{size:,}: {seconds:.4g} / {megabytes:.0f}{ratio}")
                if seconds > PATIENCE_SECONDS:
                    break
            growth = ""
            if len(points) > 1:
                (a, s), (b, t) = points[-2:]
                growth = f"; grows as size^{math.log(t / s) / math.log(b / a):.2f}"
            print(f"  {who}: {' | '.join(cells)}{growth}", flush=True)


if __name__ == "__main__":
    main()
