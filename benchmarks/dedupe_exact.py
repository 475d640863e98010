"""How many duplicates exact identifiers find, on labelled sets.

    python benchmarks/dedupe_exact.py FOLDER

FOLDER holds NAME.records.csv.gz (columns ID, title, author, year, journal, doi, ...) and
NAME.truth.json: {"groups": [[ID, ...], ...]}, or {"in_group_ids": [ID, ...]} where only membership
is known. A removal is every record of a report beyond the first. "wrong" are removals that the
labels do not ask for, "missed" those they ask for and the rule does not make. With membership only,
a record counts as found if the rule puts it into a report of several records.
"""

from __future__ import annotations

import json
import sys
import time
from collections import defaultdict
from pathlib import Path

from whatworks.dedupe import exact_reports
from whatworks.references import read_references


def main(folder: Path) -> None:
    print(
        f"{'set':20} {'records':>8} {'with DOI':>8} {'due':>6} {'right':>6} {'wrong':>6} "
        f"{'missed':>6} {'precision':>9} {'recall':>7} {'apart':>6} {'CPU s':>6}"
    )
    for path in sorted(folder.glob("*.records.csv.gz")):
        name = path.name.removesuffix(".records.csv.gz")
        truth = json.loads((folder / f"{name}.truth.json").read_text())
        print(measure(name, path.read_bytes(), truth))


def measure(name: str, data: bytes, truth: dict[str, list]) -> str:
    result = read_references(data, file=name, review_id=name)
    started = time.process_time()
    found = exact_reports(result.records, review_id=name)
    seconds = time.process_time() - started
    labels = {record.record_id: record.accession for record in result.records}
    reports: dict[str, list[str]] = defaultdict(list)
    for link in found.links:
        reports[link.report_id].append(labels[link.record_id])
    if "groups" in truth:
        right, wrong, due = removals(reports, truth["groups"])
    else:
        right, wrong, due = memberships(reports, set(truth["in_group_ids"]))
    n_doi = sum(record.doi is not None for record in result.records)
    precision = right / (right + wrong) if right + wrong else float("nan")
    recall = right / due if due else float("nan")
    return (
        f"{name:20} {len(result.records):8,} {n_doi:8,} {due:6,} {right:6,} {wrong:6,} "
        f"{due - right:6,} {precision:9.4f} {recall:7.4f} {len(found.kept_apart):6,} {seconds:6.2f}"
    )


def removals(reports: dict[str, list[str]], groups: list[list[str]]) -> tuple[int, int, int]:
    """Removals that are right and wrong, and that are due."""
    group_of = {label: index for index, group in enumerate(groups) for label in group}
    right = wrong = 0
    for labels in reports.values():
        by_group: dict[object, int] = defaultdict(int)
        for label in labels:
            by_group[group_of.get(label, label)] += 1
        right += sum(n - 1 for n in by_group.values())
        wrong += len(by_group) - 1
    return right, wrong, sum(len(group) - 1 for group in groups)


def memberships(reports: dict[str, list[str]], members: set[str]) -> tuple[int, int, int]:
    """Records rightly and wrongly put into a report of several, and that are due."""
    joined = {label for labels in reports.values() if len(labels) > 1 for label in labels}
    return len(joined & members), len(joined - members), len(members)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python benchmarks/dedupe_exact.py FOLDER")
    main(Path(sys.argv[1]))
