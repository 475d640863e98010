"""Deduplication of labelled sets, beside bib-dedupe, splink and deduplicate-it.

    python benchmarks/dedupe.py FOLDER [--tools whatworks splink ...]

FOLDER holds NAME.records.csv.gz (columns ID, ENTRYTYPE, title, author, year, journal, volume, number,
pages, abstract, doi, isbn) and NAME.truth.json: {"groups": [[ID, ...], ...]}, or
{"in_group_ids": [ID, ...]} where only membership is known. Each tool and set runs in a process of its
own with one thread; processor seconds are those of deduplicating, without start and, but for
deduplicate-it, without reading.

A removal is a record beyond the first of its cluster. It is right if an earlier record of the cluster is
of its group. With membership only, a record counts as found if it is in a cluster of several and
is labelled so, as outside if it is in one and is not.

splink has no ready-made model of references: it is given the one of `splink_clusters`, trained on each
set without labels, and joins from a probability of .95 on.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import gzip
import io
import json
import logging
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NamedTuple

Clusters = list[list[str]]
Rows = list[dict[str, str]]

ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "POLARS_MAX_THREADS", "MKL_NUM_THREADS")


class Result(NamedTuple):
    """What a tool made of a set: clusters of several records, seconds, and pairs asked of a person."""

    clusters: Clusters
    seconds: float
    asked: int


class Errors(NamedTuple):
    """Removals that are right, wrong and due; or records found, outside and labelled."""

    right: int
    wrong: int
    due: int


def rows_of(path: Path) -> Rows:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def by_name(labels: dict[str, object]) -> Clusters:
    """Clusters of several from the cluster of each record, records in the order of the file."""
    groups: dict[object, list[str]] = defaultdict(list)
    for record, label in labels.items():
        groups[label].append(record)
    return [group for group in groups.values() if len(group) > 1]


def whatworks_clusters(path: Path) -> Result:
    from whatworks.dedupe.find import find_duplicates
    from whatworks.engine import DuckDBEngine, pair_source
    from whatworks.references import read_references

    records = read_references(path.read_bytes(), file=path.name, review_id="set").records
    names = [row["ID"] for row in rows_of(path)]
    if len(names) != len(records):
        sys.exit(f"{path.name}: {len(names)} rows, {len(records)} records were read.")
    started = time.process_time()
    found = find_duplicates(records, pairs=pair_source(DuckDBEngine(threads=1)))
    seconds = time.process_time() - started
    clusters = by_name(dict(zip(names, found.cluster.tolist(), strict=True)))
    return Result(clusters, seconds, len(found.asked))


def bib_dedupe_clusters(path: Path) -> Result:
    import pandas as pd
    from bib_dedupe.bib_dedupe import block, cluster, match, prep

    frame = pd.DataFrame(rows_of(path))
    started = time.process_time()
    records = prep(frame, cpu=1)
    matched = match(block(records, cpu=1), cpu=1)
    sets = cluster(matched)
    seconds = time.process_time() - started
    order = {name: at for at, name in enumerate(frame["ID"])}
    return Result([sorted(one, key=order.__getitem__) for one in sets], seconds, 0)


def splink_clusters(path: Path) -> Result:
    import pandas as pd
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    logging.getLogger("splink").setLevel(logging.ERROR)
    rows = rows_of(path)
    started = time.process_time()
    frame = pd.DataFrame([splink_fields(row) for row in rows])
    database = DuckDBAPI()
    database.duckdb_con.execute("SET threads = 1")
    rules = [
        block_on("doi"),
        block_on("substr(title, 1, 25)"),
        block_on("first_page", "volume"),
        block_on("author", "year"),
    ]
    given = [name for name in frame.columns if frame[name].notna().any()]
    comparisons = {
        "title": cl.JaroWinklerAtThresholds("title", [0.98, 0.93, 0.85]),
        "author": cl.JaroWinklerAtThresholds("author", [0.95, 0.85]),
        "journal": cl.JaroWinklerAtThresholds("journal", [0.95, 0.8]),
        "year": cl.ExactMatch("year"),
        "volume": cl.ExactMatch("volume"),
        "number": cl.ExactMatch("number"),
        "first_page": cl.ExactMatch("first_page"),
        "doi": cl.ExactMatch("doi"),
    }
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="name",
        comparisons=[comparison for name, comparison in comparisons.items() if name in given],
        blocking_rules_to_generate_predictions=rules if "doi" in given else rules[1:],
    )
    linker = Linker(database.register(frame), settings)
    linker.training.estimate_probability_two_random_records_match(
        [block_on("title", "year", "volume")], recall=0.7
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for rule in (block_on("title"), block_on("author", "year"), block_on("first_page", "volume")):
        linker.training.estimate_parameters_using_expectation_maximisation(
            rule, record_sample_proportion=1.0
        )
    pairs = linker.inference.predict(threshold_match_probability=0.5)
    groups = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, 0.95)
    table = groups.as_pandas_dataframe()
    seconds = time.process_time() - started
    label = dict(zip(table["name"], table["cluster_id"], strict=True))
    return Result(by_name({row["ID"]: label[row["ID"]] for row in rows}), seconds, 0)


def splink_fields(row: dict[str, str]) -> dict[str, str | None]:
    """Fields in lower case without signs, the first author's name and the first page."""

    def plain(text: str) -> str | None:
        return " ".join(re.findall(r"\w+", text.lower())) or None

    first_author = row["author"].split(" and ")[0].split(",")[0]
    return {
        "name": row["ID"],
        "title": plain(row["title"]),
        "author": plain(first_author),
        "year": plain(row["year"]),
        "journal": plain(row["journal"]),
        "volume": plain(row["volume"]),
        "number": plain(row["number"]),
        "first_page": plain(row["pages"].split("-")[0]),
        "doi": row["doi"].lower().strip() or None,
    }


def deduplicate_it_clusters(path: Path) -> Result:
    from deduplicate_it.core import main as deduplicate

    rows = rows_of(path)
    with tempfile.TemporaryDirectory() as name:
        source, out = Path(name) / "source", Path(name) / "out"
        source.mkdir()
        (source / "records.csv").write_bytes(gzip.decompress(path.read_bytes()))
        started = time.process_time()
        deduplicate(["--source", str(source), "--outdir", str(out), "--format", "csv"])
        seconds = time.process_time() - started
        labels: dict[str, object] = {row["ID"]: at for at, row in enumerate(rows)}
        with (out / "excluded_duplicates.csv").open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                labels[rows[int(row["excluded_uid"])]["ID"]] = int(row["kept_uid"])
    return Result(by_name(labels), seconds, 0)


TOOLS: dict[str, Callable[[Path], Result]] = {
    "whatworks": whatworks_clusters,
    "bib-dedupe": bib_dedupe_clusters,
    "splink": splink_clusters,
    "deduplicate-it": deduplicate_it_clusters,
}


def removals(clusters: Clusters, groups: Clusters) -> Errors:
    group_of = {label: at for at, group in enumerate(groups) for label in group}
    right = wrong = 0
    for cluster in clusters:
        # A record in no group is one of its own.
        n_groups = len({group_of.get(label, label) for label in cluster})
        right += len(cluster) - n_groups
        wrong += n_groups - 1
    return Errors(right, wrong, sum(len(group) - 1 for group in groups))


def memberships(clusters: Clusters, members: set[str]) -> Errors:
    joined = {label for cluster in clusters for label in cluster}
    return Errors(len(joined & members), len(joined - members), len(members))


def run(tool: str, path: Path) -> Result | None:
    """Run a tool in a process of its own."""
    alone = {**os.environ, **dict.fromkeys(ONE_THREAD, "1")}
    command = [sys.executable, __file__, str(path), "--alone", tool]
    done = subprocess.run(command, env=alone, capture_output=True, text=True)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        print(f"{tool} failed on {path.name}: {last}")
        return None
    return Result(*json.loads(done.stdout))


def print_line(tool: str, errors: Errors, n: int, seconds: float, asked: int) -> None:
    right, wrong, due = errors
    precision = right / (right + wrong) if right + wrong else float("nan")
    print(
        f"  {tool:16} {right:7,} {wrong:6,} {due - right:7,} {precision:10.5f} {right / due:8.5f} "
        f"{asked:6,} {1000 * seconds / n:12.3f}"
    )


def print_head(title: str, right: str, wrong: str) -> None:
    print(f"\n{title}")
    print(
        f"  {'tool':16} {right:>7} {wrong:>6} {'missed':>7} {'precision':>10} {'recall':>8} "
        f"{'asked':>6} {'CPU s/1,000':>12}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tools", nargs="+", choices=TOOLS, default=list(TOOLS))
    parser.add_argument("--alone", choices=TOOLS, help="one tool on one file, as JSON")
    options = parser.parse_args()
    if options.alone:
        with contextlib.redirect_stdout(io.StringIO()):
            result = TOOLS[options.alone](options.folder)
        print(json.dumps(result))
        return
    tools = [tool for tool in options.tools if is_there(tool)]
    pooled: dict[str, list[tuple[Errors, int, float, int]]] = defaultdict(list)
    for path in sorted(options.folder.glob("*.records.csv.gz")):
        name = path.name.removesuffix(".records.csv.gz")
        truth: dict[str, Any] = json.loads((path.parent / f"{name}.truth.json").read_text())
        n = len(rows_of(path))
        exact = "groups" in truth
        words = ("right", "wrong") if exact else ("found", "outside")
        print_head(f"{name}: {n:,} records", *words)
        for tool in tools:
            result = run(tool, path)
            if result is None:
                continue
            if exact:
                errors = removals(result.clusters, truth["groups"])
                pooled[tool].append((errors, n, result.seconds, result.asked))
            else:
                errors = memberships(result.clusters, set(truth["in_group_ids"]))
            print_line(tool, errors, n, result.seconds, result.asked)
    print_head("Sets with groups, pooled", "right", "wrong")
    for tool, parts in pooled.items():
        errors = Errors(*(sum(values) for values in zip(*(part[0] for part in parts), strict=True)))
        n, seconds, asked = (sum(part[i] for part in parts) for i in (1, 2, 3))
        print_line(f"{tool} ({len(parts)})", errors, n, seconds, asked)


def is_there(tool: str) -> bool:
    try:
        print(f"{tool} {version(tool)}")
    except PackageNotFoundError:
        print(f"{tool} is not installed and left out: pip install {tool}")
        return False
    return True


if __name__ == "__main__":
    main()
