"""How soon does the ranking find the relevant records, beside ASReview's ELAS u4?

    python benchmarks/screening.py FOLDER [--asreview PROGRAM]

FOLDER holds finished reviews (NAME.csv.gz: record_id, title, abstract, label) and elas_u4.csv: what
`asreview simulate` with ELAS u4 gave on them, by seed, with the rows known at the start. With --asreview (the
path of its program) it is run here too, on the same files and rows. Then 100,000 records are made of those
in FOLDER, and vectorising, and training and ranking, are timed.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import sqlite3
import subprocess
import tempfile
import time
import zipfile
from pathlib import Path

import numpy as np

from whatworks.screening.labelled import LabelledSet, read_labelled
from whatworks.screening.ranking import rank, ranking_features
from whatworks.screening.simulation import ranking_quality, simulate

MANY = 100_000
SCREENED = 2_000


def asreview_order(
    program: str, path: Path, priors: list[int], seed: int
) -> tuple[np.ndarray, float]:
    """Positions in the order ASReview screened them, and its processor seconds."""
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder, "set.csv"), Path(folder, "out.asreview")
        with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines))
        with source.open("w", encoding="utf-8", newline="") as lines:
            writer = csv.writer(lines)
            writer.writerow(["title", "abstract", "included"])
            writer.writerows([row["title"], row["abstract"], row["label"]] for row in rows)
        started = time.time()
        subprocess.run(
            [
                *(program, "simulate", str(source), "-o", str(out), "--seed", str(seed)),
                *("--prior-idx", *map(str, priors)),
            ],
            check=True,
            capture_output=True,
        )
        seconds = time.time() - started
        with zipfile.ZipFile(out) as packed:
            name = next(one for one in packed.namelist() if one.endswith("results.db"))
            packed.extract(name, folder)
        with sqlite3.connect(Path(folder, name)) as database:
            found = database.execute("SELECT record_id FROM results ORDER BY rowid").fetchall()
    seen = [int(row[0]) for row in found]
    left = sorted(set(range(len(rows))) - set(seen))
    return np.array(seen + left), seconds


def many_records(reviews: list[LabelledSet], n: int) -> tuple[list[str], list[str]]:
    """Titles and abstracts made by mixing the sentences of real ones."""
    rng = np.random.default_rng(1)
    titles = [title for one in reviews for title in one.titles]
    sentences = [part for one in reviews for text in one.abstracts for part in text.split(". ")]
    at = rng.integers(len(titles), size=n)
    chosen = rng.integers(len(sentences), size=(n, 9))
    return [titles[i] for i in at], [". ".join(sentences[j] for j in row) for row in chosen]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--asreview", help="path of the program; left out if not given")
    options = parser.parse_args()
    with (options.folder / "elas_u4.csv").open(encoding="utf-8") as lines:
        runs = list(csv.DictReader(lines))
    reviews: dict[str, LabelledSet] = {}
    features = {}
    print(
        f"{'set':26}{'seed':>5}{'loss':>16}{'WSS@95':>16}{'recall@10%':>16}{'seconds':>9}   (ELAS u4)"
    )
    totals = []
    for run in runs:
        name, seed = run["dataset"], int(run["seed"])
        path = options.folder / f"{name}.csv.gz"
        if name not in reviews:
            reviews[name] = read_labelled(path.read_bytes(), file=path.name)
            features[name] = ranking_features(reviews[name].titles, reviews[name].abstracts)
        labels = np.array(reviews[name].relevant)
        priors = [int(row) for row in run["prior_rows"].split(";")]
        started = time.process_time()
        order = simulate(features[name], labels, priors=priors, seed=seed)
        seconds = time.process_time() - started
        ours = ranking_quality(labels[order], n_priors=len(priors))
        theirs = [float(run[key]) for key in ("loss", "wss95", "recall10")]
        if options.asreview:
            found, their_seconds = asreview_order(options.asreview, path, priors, seed)
            quality = ranking_quality(labels[found], n_priors=len(priors))
            theirs = [quality.loss, quality.wss95, quality.recall10]
        else:
            their_seconds = float(run["cpu_s"])
        mine = [ours.loss, ours.wss95, ours.recall10]
        totals.append([*mine, *theirs, seconds, their_seconds])
        cells = "".join(f"{a:8.4f} ({b:.3f})" for a, b in zip(mine, theirs, strict=True))
        print(f"{name:26}{seed:>5}{cells}{seconds:9.1f}   ({their_seconds:.1f})", flush=True)
    mean = np.mean(totals, axis=0)
    print(
        f"mean loss {mean[0]:.4f} against {mean[3]:.4f} ({mean[0] / mean[3]:.3f} of it), WSS@95 "
        f"{mean[1]:.3f} against {mean[4]:.3f}, recall@10% {mean[2]:.3f} against {mean[5]:.3f}, "
        f"{mean[6]:.1f} s against {mean[7]:.1f} s"
    )
    titles, abstracts = many_records(list(reviews.values()), MANY)
    started = time.process_time()
    made = ranking_features(titles, abstracts)
    vectorising = time.process_time() - started
    relevant = np.random.default_rng(2).random(SCREENED) < 0.05
    rank(made, np.arange(50), relevant[:50] | (np.arange(50) == 0))  # the library is loaded
    started = time.process_time()
    rank(made, np.arange(SCREENED), relevant).order()
    print(
        f"{MANY:,} records: vectorising {vectorising:.1f} CPU s; training on {SCREENED:,} and ranking all "
        f"{time.process_time() - started:.2f} CPU s"
    )


if __name__ == "__main__":
    main()
