"""Is the dedupe score calibrated? Its log-odds as probabilities, judged on labelled sets.

    python tools/dedupe/calibrate.py FOLDER

FOLDER holds NAME.records.csv.gz and NAME.truth.json (groups of IDs that are one report, or the IDs
that are in any group). Fitted are the intercept and the slope of a logistic regression on the score
of the pairs that share a key (Platt 1999); each set counts for the same, however many pairs it has.
Printed are, for each set, log loss with the score as it is and as the other sets calibrate it; the
constants fitted to all; and how many pairs of each range of the shipped probability are one report.
The score is shipped as it is unless the other sets calibrate a set better than that.

Pairs whose labels are known to be unclean are left out: a correction or reply counted as what it is
about, and pairs labelled as one that differ in both page and issue.

Platt J (1999). In: Advances in Large Margin Classifiers. MIT Press, 61-74.
"""

from __future__ import annotations

import argparse
import json
from itertools import combinations, pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from whatworks.dedupe.block_keys import block_keys
from whatworks.dedupe.comparison import Comparator, Comparison
from whatworks.dedupe.fingerprint import fingerprints
from whatworks.dedupe.score import INTERCEPT, SLOPE, log_odds
from whatworks.engine import SQLiteEngine, candidate_pairs
from whatworks.references import read_references

Floats = npt.NDArray[np.float64]

STEPS = 200
LARGEST_STEP = 0.5
RANGES = (0.0, 0.02, 0.1, 0.3, 0.6, 0.9, 0.98, 0.999, 1.01)


class LabelledPairs(NamedTuple):
    """Score of m pairs, whether they are one report, and what each counts, each (m,)."""

    score: Floats
    same: Floats
    weight: Floats


def labelled_pairs(path: Path, truth: dict[str, list]) -> LabelledPairs:
    """Read a set and label its pairs."""
    records = read_references(path.read_bytes(), file=path.name, review_id="fit").records
    prints = fingerprints(records)
    at, keys = block_keys(prints)
    found = [np.column_stack(part) for part in candidate_pairs(SQLiteEngine(), at, keys)]
    pairs = np.concatenate(found)
    c = Comparator(prints).compare(pairs[:, 0], pairs[:, 1])
    position = {record.accession: i for i, record in enumerate(records)}
    if "groups" in truth:
        due = {
            tuple(sorted((position[a], position[b])))
            for group in truth["groups"]
            for a, b in combinations(group, 2)
        }
        same = np.array([tuple(pair) in due for pair in pairs.tolist()])
        left_out = _unclean(c, same)
    else:
        grouped = {position[name] for name in truth["in_group_ids"]}
        inside = np.array([a in grouped and b in grouped for a, b in pairs.tolist()])
        plainly = (c.doi > 0) | (
            (np.nan_to_num(c.title) > 0.95) & (c.volume > 0) & (c.first_page > 0)
        )
        same = inside & plainly
        left_out = inside & ~plainly
    weight = np.where(left_out, 0.0, 1.0)
    return LabelledPairs(log_odds(c), same.astype(np.float64), weight / weight.sum())


def _unclean(c: Comparison, same: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    notices = same & ~c.same_notice
    other_place = same & (c.first_page < 0) & (c.issue < 0) & ~c.odd_page
    untitled = ~same & np.isnan(c.title) & (c.first_page > 0) & (c.volume > 0)
    return np.asarray(notices | other_place | untitled)


def calibrated(sets: list[LabelledPairs]) -> Floats:
    """Return intercept and slope of the largest likelihood, by Newton's method."""
    score = np.concatenate([one.score for one in sets])
    x = np.column_stack((np.ones(score.size), score))
    y = np.concatenate([one.same for one in sets])
    w = np.concatenate([one.weight for one in sets])
    b = np.array([0.0, 1.0])
    for _ in range(STEPS):
        p = probability(score, b)
        curve = (x * (w * p * (1.0 - p))[:, None]).T @ x
        step = np.linalg.solve(curve, x.T @ (w * (y - p)))
        b = b + np.clip(step, -LARGEST_STEP, LARGEST_STEP)
        if np.abs(step).max() < 1e-10:
            break
    return b


def probability(score: Floats, b: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(b[0] + b[1] * score, -30.0, 30.0))))


def loss(one: LabelledPairs, b: Floats) -> float:
    """Return the mean log loss."""
    p = np.clip(probability(one.score, b), 1e-9, 1.0 - 1e-9)
    return float((one.weight * -np.where(one.same > 0.0, np.log(p), np.log1p(-p))).sum())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    sets: dict[str, LabelledPairs] = {}
    for path in sorted(folder.glob("*.records.csv.gz")):
        name = path.name.removesuffix(".records.csv.gz")
        truth = json.loads((folder / f"{name}.truth.json").read_text())
        sets[name] = labelled_pairs(path, truth)
    as_it_is = np.array([0.0, 1.0])
    for name, one in sets.items():
        others = calibrated([other for key, other in sets.items() if key != name])
        print(
            f"{name}: {one.same.size:,} pairs, {one.same.sum():,.0f} one report; log loss "
            f"{loss(one, as_it_is):.5f}, calibrated by the others {loss(one, others):.5f}"
        )
    b = calibrated(list(sets.values()))
    print(f"intercept {b[0]:.3f}, slope {b[1]:.3f}")
    score = np.concatenate([one.score for one in sets.values()])
    use = np.concatenate([one.weight for one in sets.values()]) > 0.0
    same = np.concatenate([one.same for one in sets.values()])
    p = probability(score, np.array([INTERCEPT, SLOPE]))
    for low, high in pairwise(RANGES):
        inside = use & (p >= low) & (p < high)
        if inside.any():
            print(
                f"{low:.3g} to {high:.3g}: {inside.sum():,} pairs, expected "
                f"{p[inside].sum():.1f}, one report {same[inside].sum():.0f}"
            )


if __name__ == "__main__":
    main()
