"""Convert the reference material into rows of an evidence base, by the package's own readers.

    python tools/demo/convert.py --shared ../shared

Prints how many rows each set gives and how large they are. `build` returns them; strands, analyses
and certainty are added by build.py. No file of the reference material is copied: raw files are
known by their SHA-256 only.
"""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import json
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

from whatworks.extraction import JoinedFile, load_mapping, read_spreadsheet
from whatworks.references.nouns import Review, Search
from whatworks.release.evidence import Evidence
from whatworks.release.schema import TABLES
from whatworks.vocab import terms

HERE = Path(__file__).resolve().parent


def build(shared: Path) -> tuple[Evidence, dict[str, bytes]]:
    """Return the demo's rows, and its raw files by SHA-256."""
    evidence, files, _ = convert(shared)
    return evidence, files


def convert(shared: Path) -> tuple[Evidence, dict[str, bytes], dict[str, list[str]]]:
    """Return rows, raw files, and each set's counts and warnings."""
    rows: dict[str, dict[Any, Any]] = {name: {} for name in TABLES}
    files: dict[str, bytes] = {}
    report: dict[str, list[str]] = {}
    add(rows, "terms", terms())
    given = tomllib.loads((HERE / "reviews.toml").read_text(encoding="utf-8"))
    add(rows, "reviews", [noun(Review, values) for values in given["review"]])
    add(rows, "searches", [noun(Search, values) for values in given["search"]])
    sets = tomllib.loads((HERE / "sets.toml").read_text(encoding="utf-8"))["set"]
    for one in sets:
        path = shared / "data" / "evidence" / one["file"]
        mapping_path = HERE / "mappings" / one["mapping"]
        mapping = load_mapping(mapping_path.read_bytes(), file=mapping_path.name)
        joined = None
        if "joined" in one:
            second = shared / "data" / "evidence" / one["joined"]
            joined = JoinedFile(second.name, second.read_bytes())
            files[hashlib.sha256(joined.data).hexdigest()] = joined.data
        data = path.read_bytes()
        files[hashlib.sha256(data).hexdigest()] = data
        result = read_spreadsheet(
            data, mapping, file=path.name, review_id=one["review"], joined=joined
        )
        for name, found in result.tables.items():
            add(rows, name, found)
        counts = ", ".join(f"{len(found):,} {name}" for name, found in result.tables.items())
        report[f"{one['file']} by {one['mapping']}"] = [counts, *result.warnings]
    ordered = {
        name: tuple(row for _, row in sorted(found.items()))
        for name, found in rows.items()
        if found
    }
    return Evidence(**ordered), files, report


def noun(kind: type[Any], values: dict[str, Any]) -> Any:
    """Make a row; fields that are not given are None."""
    names = [field.name for field in dataclasses.fields(kind)]
    unknown = set(values) - set(names)
    if unknown:
        raise ValueError(f"{kind.__name__} has no field {', '.join(sorted(unknown))}.")
    return kind(**{name: values.get(name) for name in names})


def add(rows: dict[str, dict[Any, Any]], table: str, found: Any) -> None:
    """Add rows under their keys; a later row replaces an earlier one of the same key."""
    key = TABLES[table].key
    for row in found:
        identity = tuple(getattr(row, name) for name in key)
        old = rows[table].get(identity)
        if table == "raw_files" and old is not None:
            # One file can be read by two mappings; it is counted by what most was read from it.
            row = max(old, row, key=lambda raw: raw.n_items)
        elif table in {"arms", "effects", "studies", "measures"} and old not in (None, row):
            raise ValueError(f"{table} {identity} is given twice.")
        rows[table][identity] = row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, required=True)
    parser.add_argument("--warnings", type=int, default=3, help="how many to print for each set")
    arguments = parser.parse_args()
    evidence, files, report = convert(arguments.shared)
    for name, (counts, *warnings) in report.items():
        print(f"{name}\n    {counts}")
        for warning in warnings[: arguments.warnings]:
            print(f"    ! {warning}")
        if len(warnings) > arguments.warnings:
            print(f"    ! and {len(warnings) - arguments.warnings:,} more")
    total = 0
    print()
    for name in TABLES:
        table = evidence.table(name)
        size = len(json.dumps([dataclasses.asdict(row) for row in table], ensure_ascii=False))
        total += size
        by_review = Counter(getattr(row, "review_id", None) for row in table)
        shares = ", ".join(f"{k} {n:,}" for k, n in sorted(by_review.items()) if k is not None)
        print(f"{name:<16}{len(table):>8,} rows {size / 1e6:>7.2f} MB  {shares}")
    print(f"JSON in all {total / 1e6:.2f} MB; {len(files)} raw files, not shipped")


if __name__ == "__main__":
    main()
