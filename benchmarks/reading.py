"""Read every file of a folder with our readers and with those of other packages, and time both.

    python benchmarks/reading.py FOLDER [--expected FOLDER/expected.json] [--speed] [--json OUT]

`expected.json` maps a file's name to an object with `records`, the number of records in it. Peers
(rispy, bibtexparser, pybtex, nbib) that are not installed are named and left out. Each is called as
its documentation shows, with the file's text as UTF-8; "error" is an exception of its own.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.metadata
import importlib.util
import json
import logging
import time
from collections.abc import Callable
from pathlib import Path

from whatworks.errors import UserError
from whatworks.references import read_references

# Enough records that a run takes a second or so.
N_RECORDS = 3_000


def rispy(text: str) -> int:
    import rispy

    return len(rispy.loads(text))


def rispy_wok(text: str) -> int:
    import rispy

    return len(rispy.loads(text, implementation=rispy.WokParser))


def bibtexparser(text: str) -> int:
    import bibtexparser

    return len(bibtexparser.parse_string(text).entries)


def pybtex(text: str) -> int:
    from pybtex.database import parse_string

    return len(parse_string(text, "bibtex").entries)


def nbib(text: str) -> int:
    import nbib

    return len(nbib.read(text))


# Name, package, and the readers it has by our names of formats.
PEERS: list[tuple[str, dict[str, Callable[[str], int]]]] = [
    ("rispy", {"ris": rispy, "wos": rispy_wok}),
    ("bibtexparser", {"bibtex": bibtexparser}),
    ("pybtex", {"bibtex": pybtex}),
    ("nbib", {"nbib": nbib}),
]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--expected", type=Path, help="default: FOLDER/expected.json, if there")
    parser.add_argument("--speed", action="store_true", help="also time joined copies of files")
    parser.add_argument("--json", type=Path, help="write the table as JSON")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    path = options.expected or options.folder / "expected.json"
    expected = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    peers = [peer for peer in PEERS if importlib.util.find_spec(peer[0])]
    for name, _ in PEERS:
        known = any(name == peer for peer, _ in peers)
        print(f"{name}: {importlib.metadata.version(name) if known else 'not installed'}")
    names = sorted(expected) or sorted(
        file.name for file in options.folder.iterdir() if file.is_file()
    )
    rows = [
        count(options.folder / name, expected.get(name, {}).get("records"), peers) for name in names
    ]
    show(rows, ["file", "expected", "format", "ours", "issues", *(name for name, _ in peers)])
    judged = [row for row in rows if row["expected"] is not None]
    right = sum(row["ours"] == row["expected"] for row in judged)
    print(f"\nours: {right} of {len(judged)} files have the expected number of records")
    for name, _ in peers:
        tried = [row for row in judged if row[name] != "-"]
        n_right = sum(row[name] == row["expected"] for row in tried)
        print(f"{name}: {n_right} of {len(tried)} files it can be given")
    speeds = (
        [speed(options.folder / row["file"], row, peers) for row in rows] if options.speed else []
    )
    if speeds:
        print(f"\nRecords per CPU second, on copies joined to about {N_RECORDS:,} records")
        show(speeds, ["file", "format", "bytes_per_record", "ours", *(name for name, _ in peers)])
    if options.json:
        options.json.write_text(json.dumps({"counts": rows, "speeds": speeds}, indent=1) + "\n")


def text_of(data: bytes) -> str:
    content = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    return content.decode("utf-8", errors="replace")


def count(path: Path, expected: int | None, peers: list) -> dict:
    """Numbers of records that each reader finds in a file."""
    data = path.read_bytes()
    row: dict = {"file": path.name, "expected": expected, "format": "?"}
    try:
        report = read_references(data, file=path.name, review_id="bench").report
        row |= {"format": report.format, "ours": report.n_records, "issues": len(report.issues)}
    except UserError as error:
        row |= {"ours": "refused", "issues": str(error).splitlines()[0]}
    for name, readers in peers:
        reader = readers.get(row["format"])
        row[name] = attempt(reader, text_of(data)) if reader else "-"
    return row


def attempt(reader: Callable[[str], int], text: str) -> int | str:
    try:
        return reader(text)
    except Exception as error:  # what a peer raises is its answer
        return f"error: {type(error).__name__}"


def speed(path: Path, row: dict, peers: list) -> dict:
    """Records per CPU second of each reader, on copies of a file joined into one."""
    found: dict = {"file": path.name, "format": row["format"]}
    n = row["ours"]
    if not isinstance(n, int) or row["format"] not in {"ris", "nbib", "bibtex", "wos", "enw"}:
        return found
    text = text_of(path.read_bytes()).lstrip("\ufeff")
    copies = max(1, N_RECORDS // n)
    joined = "\n\n".join([text] * copies)
    total = n * copies
    data = joined.encode()
    start = time.process_time()
    read_references(data, file=path.name, review_id="bench")
    found["ours"] = round(total / (time.process_time() - start))
    found["bytes_per_record"] = len(data) // total
    for name, readers in peers:
        reader = readers.get(row["format"])
        start = time.process_time()
        answer = attempt(reader, joined) if reader else "-"
        seconds = time.process_time() - start
        found[name] = round(total / seconds) if isinstance(answer, int) and seconds else answer
    return found


def show(rows: list[dict], columns: list[str]) -> None:
    """Print rows as a table."""
    cells = [columns, *([str(row.get(name, "-")) for name in columns] for row in rows)]
    widths = [max(len(row[at]) for row in cells) for at in range(len(columns))]
    for row in cells:
        print(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        )


if __name__ == "__main__":
    main()
