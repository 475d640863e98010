"""How good is the estimate of wrong and missed merges that a person gets from a checked sample?

    python benchmarks/joins_checked.py FOLDER [--draws 60]

FOLDER holds labelled sets with groups, as `dedupe.py` takes them; the labels play the person. Of each set
samples of several sizes are drawn many times: how wide the 95% intervals are, and how often both hold the
true numbers.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from dedupe import rows_of

from whatworks.actions.deduplicate import deduplicate
from whatworks.dedupe import draw_audit, estimate_errors
from whatworks.references import read_references

SIZES = (60, 100, 200, 400)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--draws", type=int, default=60)
    options = parser.parse_args()
    for path in sorted(options.folder.glob("*.records.csv.gz")):
        name = path.name.removesuffix(".records.csv.gz")
        groups = json.loads((path.parent / f"{name}.truth.json").read_text()).get("groups")
        if groups is None:
            continue
        group_of = {label: at for at, group in enumerate(groups) for label in group}
        labels = [group_of.get(row["ID"], row["ID"]) for row in rows_of(path)]
        records = read_references(path.read_bytes(), file=path.name, review_id="set").records
        compared = deduplicate(records, keep_compared=True).compared
        if compared is None or len(labels) != len(records):
            raise SystemExit(f"{path.name}: the records and the rows do not match.")
        pairs, likely, merged = compared
        truth = {(a, b): labels[a] == labels[b] for a, b in pairs.tolist()}
        same = np.array(list(truth.values()))
        wrong, missed = int((merged & ~same).sum()), int((~merged & same).sum())
        print(
            f"\n{name}: {merged.sum():,} pairs joined, {wrong} wrong; {(~merged).sum():,} apart, {missed} missed"
        )
        print(
            f"  {'checked':>8} {'wrong':>7} {'width':>7} {'missed':>7} {'width':>7} {'both hold':>10}"
        )
        for size in SIZES:
            rows = []
            for seed in range(options.draws):
                sample = draw_audit(
                    pairs, likely, merged, size=size, rng=np.random.default_rng(seed)
                )
                found = estimate_errors(sample, {pair: truth[pair] for pair in sample.pairs})
                low, high = found.wrong_interval
                least, most = found.missed_interval
                holds = low <= wrong <= high and least <= missed <= most
                rows.append(
                    (found.n_checked, found.wrong, high - low, found.missed, most - least, holds)
                )
            n, at, width, gone, wide, holding = np.mean(rows, axis=0)
            print(f"  {n:8.0f} {at:7.1f} {width:7.1f} {gone:7.1f} {wide:7.0f} {holding:10.1%}")


if __name__ == "__main__":
    main()
