"""The first half of checking a release: its files, its label and the cells of its tables."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from whatworks.errors import FileError, UserError
from whatworks.release.cells import Value, cell_text
from whatworks.release.evidence import Evidence
from whatworks.release.files import ReleaseFiles
from whatworks.release.manifest import MANIFEST, parse_manifest
from whatworks.release.read import read_label
from whatworks.release.release_tables import tables_of_release
from whatworks.release.schema import Table
from whatworks.release.table_files import read_csv_cells, read_parquet_cells, rows_from_cells
from whatworks.release.verify_report import VerifyReport

__all__ = ["check_cells", "check_files", "check_label"]

MAX_CELLS_NAMED = 50


def check_files(files: ReleaseFiles, report: VerifyReport) -> set[str]:
    """Hash every file; return the names of those that are not as the manifest says."""
    expected = parse_manifest(files.read(MANIFEST))
    altered: set[str] = set()
    for name in sorted(set(files.names) | expected.keys()):
        if name == MANIFEST:
            continue
        if name not in expected:
            report.problems.append(f"{name}: the file is not in the manifest.")
        elif name not in files.names:
            report.problems.append(f"{name}: the file is in the manifest, but it is missing.")
            altered.add(name)
        else:
            report.n_files += 1
            if hashlib.sha256(files.read(name)).hexdigest() != expected[name]:
                report.problems.append(f"{name}: the file was changed after the release was made.")
                altered.add(name)
    return altered


def check_label(files: ReleaseFiles, report: VerifyReport) -> None:
    """Check that the release says what it is, and that it was written with these tables."""
    try:
        read_label(files)
        tables_of_release(files)
    except FileError as error:
        report.problems += [problem.describe(error.file) for problem in error.problems]
    except UserError as error:
        report.problems.append(str(error))


def check_cells(files: ReleaseFiles, altered: set[str], report: VerifyReport) -> Evidence | None:
    """Compare CSV and Parquet cell by cell; return the evidence of the CSV files."""
    tables = {}
    try:
        named = tables_of_release(files)
    except FileError:
        # `check_label` says what is wrong with the descriptor.
        return None
    for table in named.values():
        name, twin = f"tables/{table.name}.csv", f"tables/{table.name}.parquet"
        missing = [file for file in (name, twin) if file not in files.names]
        if missing:
            # Told already where the manifest names it; a manifest made anew may leave it out.
            report.problems += [
                f"{file}: the file is missing; the descriptor names its table."
                for file in missing
                if file not in altered
            ]
            return None
        try:
            cells = read_csv_cells(table, files.read(name), file=name)
            twins = read_parquet_cells(table, files.read(twin), file=twin)
        except FileError as error:
            report.problems += [
                problem.describe(error.file) for problem in error.problems[:MAX_CELLS_NAMED]
            ]
            return None
        report.n_cells += sum(len(row) for row in cells)
        differences = _cell_differences(table, cells, twins, name, twin, altered)
        for count, sentence in enumerate(differences):
            if count == MAX_CELLS_NAMED:
                report.problems.append(
                    f"{name}: more cells differ; {MAX_CELLS_NAMED} are named above."
                )
                break
            report.problems.append(sentence)
        tables[table.name] = rows_from_cells(table, cells)
    return Evidence(**tables)


def _cell_differences(
    table: Table,
    cells: list[dict[str, Value]],
    twins: list[dict[str, Value]],
    name: str,
    twin: str,
    altered: set[str],
) -> Iterator[str]:
    """Name every cell in which the CSV and the Parquet file differ, and which one was changed."""
    if len(cells) != len(twins):
        yield f"{name}: found {len(cells):,} rows; {twin} has {len(twins):,}."
        return
    for number, (row, other) in enumerate(zip(cells, twins, strict=True), start=2):
        if row == other:
            continue
        identity = "/".join(str(row[column]) for column in table.key)
        for column in row:
            if row[column] != other[column]:
                changed = name if name in altered else twin
                yield (
                    f'{changed}, row {number} ({identity}), column "{column}": {name} has '
                    f'"{cell_text(row[column])}", {twin} has "{cell_text(other[column])}".'
                )
