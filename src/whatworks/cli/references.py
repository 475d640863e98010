"""`whatworks references`: files of references from one program to another, without a store."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from whatworks.cli.imports import read_input
from whatworks.cli.references_dedupe import dedupe
from whatworks.cli.whole_file import refuse_existing, write_whole
from whatworks.errors import UserError

if TYPE_CHECKING:
    from whatworks.references import ImportReport

__all__ = ["references"]

# Review in the names of records that belong to none.
NO_REVIEW = "converted"
EXIT_INCOMPLETE = 2


@click.group()
def references() -> None:
    """Reference files: convert, check, dedupe."""


@references.command()
@click.argument("source", metavar="IN")
@click.argument("target", metavar="OUT")
@click.option("--from", "source_format", metavar="FORMAT", help="Format of IN [default: seen].")
@click.option(
    "--to",
    "target_format",
    metavar="FORMAT",
    help="ris, bibtex, csl-json, csv or xlsx [default: by the ending of OUT].",
)
@click.option(
    "--flavour",
    metavar="PROGRAM",
    help="Program a RIS file is for: endnote, zotero or eppi [default: any].",
)
@click.option("--encoding", metavar="NAME", help="Encoding of IN, such as cp1250 [default: seen].")
@click.option("--force", is_flag=True, help="Replace OUT if it is there.")
def convert(
    source: str,
    target: str,
    source_format: str | None,
    target_format: str | None,
    flavour: str | None,
    encoding: str | None,
    force: bool,
) -> None:
    """Convert a file of references; "-" is stdin or stdout.

    What the other format has no place for is carried in a note, so that converting back loses
    nothing. What was skipped or repaired in IN is told on stderr.

    \b
    Example: whatworks references convert search.ris search.xlsx
    """
    from whatworks.references import format_of_name, read_references, write_references

    chosen = target_format or format_of_name(target)
    if chosen is None:
        raise UserError(
            f'The ending of "{target}" stands for no format. Use .ris, .bib, .json, .csv or .xlsx, '
            "or say the format with --to."
        )
    out = None if target == "-" else Path(target)
    if out is not None:
        refuse_existing(target, force=force)
    data, name = read_input(source)
    result = read_references(
        data, file=name, review_id=NO_REVIEW, format=source_format, encoding=encoding
    )
    content = write_references(result.records, format=chosen, flavour=flavour)
    if out is None:
        sys.stdout.buffer.write(content)
    else:
        write_whole(out, content)
    click.echo(result.report.summary(), err=True)
    written = "stdout" if out is None else target
    click.echo(f"{len(result.records):,} records written to {written} ({chosen}).", err=True)


@references.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--from", "source_format", metavar="FORMAT", help="Format [default: seen].")
@click.option(
    "--encoding", metavar="NAME", help="Encoding of the files, such as cp1250 [default: seen]."
)
@click.option("--json", "as_json", is_flag=True, help="Print the import report as JSON.")
def check(
    files: tuple[str, ...], source_format: str | None, encoding: str | None, as_json: bool
) -> None:
    """Say what an import of a file would keep, skip and repair; nothing is saved.

    Exit code 0: every record start gave a record; 2: not so, or a file cannot be read.

    \b
    Example: whatworks references check search.ris library.bib --json
    """
    from whatworks.references import read_references

    shown: list[dict[str, Any]] = []
    is_complete = True
    for path in files:
        try:
            data, name = read_input(path)
            report = read_references(
                data, file=name, review_id=NO_REVIEW, format=source_format, encoding=encoding
            ).report
        except UserError as error:
            is_complete = False
            # A check saves nothing, so the sentence an import ends with says nothing here.
            message = str(error).removesuffix("\nNothing was saved.")
            shown.append({"file": Path(path).name, "records": 0, "error": message, "issues": []})
            click.echo(message, err=True)
            continue
        is_complete = is_complete and report.n_records == report.n_start_tags
        shown.append(_as_dict(report))
        if not as_json:
            click.echo(report.summary())
    if as_json:
        told = shown[0] if len(shown) == 1 else shown
        click.echo(json.dumps(told, indent=1, ensure_ascii=False))
    if not is_complete:
        sys.exit(EXIT_INCOMPLETE)


def _as_dict(report: ImportReport) -> dict[str, Any]:
    """Return a report under the names it is documented with."""
    return {
        "file": report.file,
        "format": report.format,
        "records": report.n_records,
        "record_starts": report.n_start_tags,
        "encoding": report.encoding,
        "had_bom": report.had_bom,
        "line_endings": report.line_endings,
        "issues": [
            {
                "line": issue.line,
                "n_lines": issue.n_lines,
                "what": issue.what,
                "done": issue.done,
                "text": issue.text,
            }
            for issue in report.issues
        ],
    }


references.add_command(dedupe)
