"""Do rules for stopping keep their promise, and what do they cost?

    python benchmarks/stopping.py [--runs 200] [--folder FOLDER]

Reviews are made of N records, R of them relevant. A ranking draws easy relevant records with 30 times the odds
of an irrelevant one, and a share h of hard ones (another vocabulary, another language, no abstract) with w
times the odds: below 1 they are ranked worse than by chance. "last" puts them behind everything. Aimed at: a
recall of 95% with 95% confidence. Each rule is asked after each record, QuantCI 50 times; its scores are those
that the order follows. For each case the share of runs that missed the target with its exact interval (95%,
Clopper-Pearson), and the mean share of records screened. With FOLDER, finished reviews (NAME.csv.gz:
record_id, title, abstract, label) are ranked and replayed too.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from whatworks.screening.labelled import read_labelled
from whatworks.screening.ranking import rank, ranking_features
from whatworks.screening.simulation import simulate
from whatworks.screening.stopping import RULES, Stop, replay
from whatworks.statistics.proportions import clopper_pearson

EASY_ODDS = 30.0
CASES = ((0.0, 1.0), (0.1, 1.0), (0.1, 0.2), (0.1, 0.05), (0.3, 0.2), (0.1, 0.0))
SIZES = ((1_000, 60), (3_000, 150))
TARGET = 0.95


def ranked(
    n: int, n_relevant: int, hard: float, odds: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Labels and scores in the order of such a ranking."""
    relevant = np.arange(n) < n_relevant
    weights = np.where(relevant, EASY_ODDS, 1.0)
    weights[: round(hard * n_relevant)] = odds
    # The order of exponential times with these rates is that of drawing one by one with these odds.
    with np.errstate(divide="ignore"):
        times = rng.exponential(size=n) / weights
    order = np.argsort(times, kind="stable")
    # What comes last has no score of its own: it gets the lowest of the others.
    latest = times[np.isfinite(times)].max()
    return relevant[order], -np.log(np.minimum(times[order], latest))


def once(
    n: int, n_relevant: int, hard: float, odds: float, rng: np.random.Generator, seed: int
) -> tuple[Stop, ...]:
    """Where each rule ends one such review."""
    labels, scores = ranked(n, n_relevant, hard, odds, rng)
    return replay(labels, seed=seed, target=TARGET, scores=lambda _: scores)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    for n, n_relevant in SIZES:
        print(
            f"\n{n:,} records, {n_relevant} relevant, {options.runs} runs: missed (95% CI) / screened"
        )
        print(f"  {'hard share, odds':16}" + "".join(f"{rule:>26}" for rule in RULES))
        for hard, odds in CASES:
            rng = np.random.default_rng(1)
            runs = [once(n, n_relevant, hard, odds, rng, seed) for seed in range(options.runs)]
            cells = []
            for stops in zip(*runs, strict=True):
                missed = sum(stop.recall < TARGET for stop in stops)
                low, high = clopper_pearson(missed, len(stops), level=0.95)
                screened = np.mean([stop.n_screened / n for stop in stops])
                cells.append(f"{missed / len(stops):.2f} ({low:.3f}-{high:.3f}) / {screened:.2f}")
            name = "none" if not hard else f"{hard:g}, {'last' if not odds else f'{odds:g}'}"
            print(f"  {name:16}" + "".join(f"{cell:>26}" for cell in cells), flush=True)
    for path in sorted(options.folder.glob("*.csv.gz")) if options.folder else ():
        replay_file(path)


def replay_file(path: Path) -> None:
    """Rank a finished review, and say where each rule ends it."""
    review = read_labelled(path.read_bytes(), file=path.name)
    features = ranking_features(review.titles, review.abstracts)
    order = simulate(features, review.relevant, seed=1)
    labels = np.array(review.relevant)[order]

    def scores(n_screened: int) -> np.ndarray:
        return rank(features, order[:n_screened], labels[:n_screened]).scores[order]

    print(f"\n{path.name.partition('.')[0]}: {labels.size:,} records, {labels.sum()} relevant")
    for stop in replay(labels, seed=1, target=TARGET, scores=scores):
        share = stop.n_screened / labels.size
        print(
            f"  {stop.rule:14} {stop.n_screened:7,} screened ({share:.2f}), recall {stop.recall:.3f}"
        )


if __name__ == "__main__":
    main()
