"""How long deduplication takes as collections grow, in how much memory, and how right it is.

    python benchmarks/dedupe_scale.py [--records N ...] [--folder FOLDER] [--seed SEED] [--memory 2GB]

Records are made in a stream by `perturbed_records`, out of the labelled sets in FOLDER
(NAME.records.csv.gz) or of the demo's records, and handed to `find_duplicates` one by one. Each size
runs in a process of its own. A removal is a record beyond the first of its cluster; it is
right if an earlier record of the cluster describes the same work.
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
from perturbed_records import perturbed_records, real_records

from whatworks.dedupe.find import find_duplicates
from whatworks.engine import DuckDBEngine, pair_source
from whatworks.references import Record

SIZES = (10_000, 100_000, 1_000_000)
STEPS = ("making", "fingerprints", "keys", "pairs", "comparing", "clusters")


class Clock:
    """Wall and processor seconds, and the memory reached, by step."""

    def __init__(self) -> None:
        self.wall = dict.fromkeys(STEPS, 0.0)
        self.cpu = dict.fromkeys(STEPS, 0.0)
        self.mib = dict.fromkeys(STEPS, 0)
        self._wall, self._cpu = time.perf_counter(), processor_seconds()

    def lap(self, step: str) -> None:
        """Give the time since the last lap to a step."""
        wall, cpu = time.perf_counter(), processor_seconds()
        self.wall[step] += wall - self._wall
        self.cpu[step] += cpu - self._cpu
        self._wall, self._cpu = wall, cpu

    def weigh(self, step: str) -> None:
        """Note the most memory up to the end of a step."""
        self.mib[step] = peak_mib()


def processor_seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def peak_mib() -> int:
    """Return the most memory of this process so far; each child process had at most as much as the largest."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_maxrss for one in used) // 1024


def measured(n: int, seed: int, folder: Path | None, memory: str) -> dict[str, object]:
    """Run one size; times and errors."""
    real = real_records(folder)
    clock = Clock()
    works: list[int] = []

    def made() -> Iterator[Record]:
        clock.lap("fingerprints")
        for record, work in perturbed_records(real, n, seed=seed):
            works.append(work)
            clock.lap("making")
            yield record
            clock.lap("fingerprints")
        clock.weigh("fingerprints")

    source = pair_source(DuckDBEngine(memory=memory))

    def pairs(at: np.ndarray, keys: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        clock.lap("keys")
        clock.weigh("keys")
        for chunk in source(at, keys):
            clock.lap("pairs")
            clock.weigh("pairs")
            yield chunk
            clock.lap("comparing")
        clock.lap("pairs")
        clock.weigh("comparing")

    found = find_duplicates(made(), pairs=pairs)
    clock.lap("clusters")
    clock.weigh("clusters")
    right, wrong, due = removals(found.cluster, np.array(works))
    return {
        "n": n,
        "wall": clock.wall,
        "cpu": clock.cpu,
        "mib": clock.mib,
        "n_pairs": found.n_pairs,
        "right": right,
        "wrong": wrong,
        "due": due,
        "asked": len(found.asked),
        "related": len(found.related),
    }


def removals(cluster: np.ndarray, works: np.ndarray) -> tuple[int, int, int]:
    """Removals that are right and wrong, and those that are due."""
    n_clusters = np.unique(cluster).size
    # A work's first record in a cluster is wrong there unless it is the cluster's first.
    n_both = np.unique(np.column_stack((cluster, works)), axis=0).shape[0]
    return cluster.size - n_both, n_both - n_clusters, works.size - np.unique(works).size


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--records", type=int, nargs="+", default=SIZES)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--memory", default="2GB", help="most memory of the engine")
    parser.add_argument("--alone", action="store_true", help="one size in this process, as JSON")
    options = parser.parse_args()
    if options.alone:
        print(
            json.dumps(measured(options.records[0], options.seed, options.folder, options.memory))
        )
        return
    results = []
    for n in options.records:
        again = [
            sys.executable,
            __file__,
            "--alone",
            "--records",
            str(n),
            "--seed",
            str(options.seed),
        ]
        again += ["--memory", options.memory]
        again += ["--folder", str(options.folder)] if options.folder else []
        done = subprocess.run(again, check=True, stdout=subprocess.PIPE, text=True)
        results.append(json.loads(done.stdout))
        print_one(results[-1])
    print_growth(results)


def print_one(one: dict) -> None:
    n = one["n"]
    print(f"\n{n:,} records, {one['n_pairs']:,} pairs compared")
    print(
        f"  {'step':14} {'wall s':>8} {'CPU s':>8} {'CPU s per 1,000':>16} {'peak MiB by then':>17}"
    )
    for step in STEPS:
        memory = f"{one['mib'][step]:,}" if one["mib"][step] else ""
        cpu = one["cpu"][step]
        print(
            f"  {step:14} {one['wall'][step]:8.1f} {cpu:8.1f} {1000 * cpu / n:16.4f} {memory:>17}"
        )
    wall, cpu = own(one["wall"]), own(one["cpu"])
    print(f"  {'without making':14} {wall:8.1f} {cpu:8.1f} {1000 * cpu / n:16.4f}")
    right, wrong, due = one["right"], one["wrong"], one["due"]
    print(
        f"  removals: due {due:,}, right {right:,}, wrong {wrong:,}, missed {due - right:,}; "
        f"precision {right / (right + wrong):.5f}, recall {right / due:.5f}; "
        f"asked {one['asked']:,}, related {one['related']:,}"
    )


def own(seconds: dict[str, float]) -> float:
    return sum(value for step, value in seconds.items() if step != "making")


def print_growth(results: list[dict]) -> None:
    for less, more in pairwise(results):
        times = math.log(more["n"] / less["n"])
        grown = {
            "CPU": math.log(own(more["cpu"]) / own(less["cpu"])) / times,
            "pairs": math.log(more["n_pairs"] / less["n_pairs"]) / times,
            "memory": math.log(more["mib"]["clusters"] / less["mib"]["clusters"]) / times,
        }
        said = ", ".join(f"{what} n^{value:.2f}" for what, value in grown.items())
        print(f"\nGrowth from {less['n']:,} to {more['n']:,}: {said}")


if __name__ == "__main__":
    main()
