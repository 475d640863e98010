"""`whatworks references dedupe`: which records of files are one report."""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from whatworks.cli.imports import read_input
from whatworks.cli.text import counted
from whatworks.cli.whole_file import refuse_existing, write_whole
from whatworks.errors import UserError

if TYPE_CHECKING:
    from whatworks.dedupe import Duplicates
    from whatworks.references import Record

__all__ = ["dedupe"]

NO_REVIEW = "dedupe"
MOST_SHOWN = 5
PAIR_COLUMNS = ("record_a", "record_b", "outcome", "probability", "reasons", "title_a", "title_b")


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="IN...")
@click.option("--out", required=True, metavar="FILE", help="CSV: the cluster of each record.")
@click.option("--pairs", metavar="FILE", help="CSV: pairs merged, asked and related, with reasons.")
@click.option(
    "--kept",
    metavar="FILE",
    help="One record for each report, the best of all its records; .ris, .bib, .json, .csv or .xlsx.",
)
@click.option("--from", "source_format", metavar="FORMAT", help="Format of IN [default: seen].")
@click.option("--encoding", metavar="NAME", help="Encoding of IN, such as cp1250 [default: seen].")
@click.option("--memory", metavar="SIZE", help="Most memory of the joins, such as 2GB.")
@click.option("--force", is_flag=True, help="Replace files that are there.")
def dedupe(
    files: tuple[str, ...],
    out: str,
    pairs: str | None,
    kept: str | None,
    source_format: str | None,
    encoding: str | None,
    memory: str | None,
    force: bool,
) -> None:
    """Find the records that describe one report, and write the cluster of each.

    OUT has the columns record_id, cluster_id, outcome (same, different, ask) and score. The rows of
    one cluster_id are one report; the first one in the order of the files is kept. A record that may
    be another has outcome "ask" and is not merged.

    \b
    Example: whatworks references dedupe medline.ris scopus.csv --out clusters.csv --kept kept.ris
    """
    from whatworks.actions.deduplicate import deduplicate
    from whatworks.references import format_of_name, read_references, write_references

    kept_format = format_of_name(kept) if kept is not None else None
    if kept is not None and kept_format is None:
        raise UserError(
            f'The ending of "{kept}" stands for no format. Use .ris, .bib, .json, .csv or .xlsx.'
        )
    for path in (out, pairs, kept):
        if path is not None and path != "-":
            refuse_existing(path, force=force)
    records: list[Record] = []
    for path in files:
        data, name = read_input(path)
        result = read_references(
            data, file=name, review_id=NO_REVIEW, format=source_format, encoding=encoding
        )
        records += result.records
        click.echo(result.report.summary().splitlines()[0], err=True)
    names = _names(records)
    found = deduplicate(records, memory=memory)
    _put(out, _cluster_rows(names, found))
    if pairs is not None:
        _put(pairs, _pair_rows(names, records, found))
    if kept is not None and kept_format is not None:
        write_whole(Path(kept), write_references(_kept(records, found), format=kept_format))
    click.echo(_summary(names, records, found), err=True)


def _names(records: list[Record]) -> list[str]:
    """Return the name of each record: its own ID where all have one of their own, else file and place."""
    own = [record.accession for record in records]
    if all(own) and len(set(own)) == len(own):
        return [str(name) for name in own]
    return [record.record_id for record in records]


def _kept(records: list[Record], found: Duplicates) -> list[Record]:
    """Return one record for each report, in the order of the files."""
    from whatworks.dedupe import gathered_record

    groups: dict[int, list[Record]] = {}
    for at, name in enumerate(found.cluster.tolist()):
        groups.setdefault(name, []).append(records[at])
    return [gathered_record(group) for group in groups.values()]


def _cluster_rows(names: list[str], found: Duplicates) -> list[list[str]]:
    cluster = found.cluster.tolist()
    sizes: dict[int, int] = {}
    for name in cluster:
        sizes[name] = sizes.get(name, 0) + 1
    asked = {at for pair in found.asked for at in (pair.a, pair.b)}
    rows = [["record_id", "cluster_id", "outcome", "score"]]
    for at, name in enumerate(names):
        outcome = "same" if sizes[cluster[at]] > 1 else "ask" if at in asked else "different"
        rows.append([name, names[cluster[at]], outcome, f"{found.score[at]:.4f}"])
    return rows


def _pair_rows(names: list[str], records: list[Record], found: Duplicates) -> list[list[str]]:
    from whatworks.dedupe import told

    rows = [list(PAIR_COLUMNS)]
    for pair in (*found.merged, *found.asked, *found.related):
        rows.append(
            [
                names[pair.a],
                names[pair.b],
                pair.outcome,
                f"{pair.probability:.4f}",
                told(pair),
                records[pair.a].title or "",
                records[pair.b].title or "",
            ]
        )
    return rows


def _summary(names: list[str], records: list[Record], found: Duplicates) -> str:
    from whatworks.dedupe import told

    n = len(records)
    lines = [
        f"{counted(n, 'record')}, {counted(n - found.n_removed, 'report')}: "
        f"{counted(found.n_removed, 'duplicate')}. {counted(found.n_pairs, 'pair')} compared.",
        f"{counted(len(found.asked), 'pair')} for a person to look at; "
        f"{counted(len(found.related), 'pair')} of reports that belong together without being one.",
    ]
    for pair in found.asked[:MOST_SHOWN]:
        lines.append(
            f'  {names[pair.a]} and {names[pair.b]}, {100 * pair.probability:.0f}%: "'
            f'{_short(records[pair.a].title)}". {told(pair)}'
        )
    if len(found.asked) > MOST_SHOWN:
        lines.append(f"  and {len(found.asked) - MOST_SHOWN:,} more: see --pairs.")
    if found.n_unasked:
        lines.append(
            f"{counted(found.n_unasked, 'further pair')} in doubt counted as different: at most 1% of the "
            "records are asked about."
        )
    return "\n".join(lines)


def _short(title: str | None) -> str:
    text = title or "no title"
    return text if len(text) <= 60 else text[:59] + "…"


def _put(path: str, rows: list[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    if path == "-":
        sys.stdout.write(text.getvalue())
        return
    write_whole(Path(path), text.getvalue().encode("utf-8"))
