"""Check a release from itself alone: its files, its cells, its effects and every number."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from whatworks.errors import FileError, UserError
from whatworks.extraction.nouns import Effect, Measure
from whatworks.grading import certainty_problems
from whatworks.release.addresses import (
    WHOLE_TABLE,
    analysis_id,
    inputs_hash,
    row_address,
    row_identity,
    table_address,
)
from whatworks.release.cells import Value, cell_text
from whatworks.release.evidence import Evidence
from whatworks.release.files import ReleaseFiles
from whatworks.release.manifest import MANIFEST, parse_manifest
from whatworks.release.nouns import Analysis
from whatworks.release.read import read_label
from whatworks.release.recompute import recompute
from whatworks.release.schema import TABLES, Table
from whatworks.release.table_files import read_csv_cells, read_parquet_cells, rows_from_cells
from whatworks.synthesis.routes import RawEffect, compute_route

__all__ = ["RELATIVE_TOLERANCE", "VerifyReport", "recomputed_effect", "verify_release"]

# Closed forms agree to the last digits on any machine; iterated fits stop at 1e-14 of their scale,
# and libraries sum in different orders.
RELATIVE_TOLERANCE = 1e-9
MAX_CELLS_NAMED = 50


@dataclass
class VerifyReport:
    """What a check found.

    Attributes
    ----------
    n_files, n_cells, n_effects, n_numbers
        How many files were hashed, cells compared, effects and numbers recomputed.
    problems
        One sentence each; empty when everything holds.
    """

    n_files: int = 0
    n_cells: int = 0
    n_effects: int = 0
    n_numbers: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing was found wrong."""
        return not self.problems


def recomputed_effect(effect: Effect, measure: Measure) -> tuple[float, float]:
    """Return (yi, vi) of an effect from its raw fields by its route."""
    return compute_route(
        effect.route,
        RawEffect(
            n_intervention=effect.n_intervention,
            n_comparison=effect.n_comparison,
            n_total=effect.n_total,
            clusters_intervention=effect.clusters_intervention,
            clusters_comparison=effect.clusters_comparison,
            mean_intervention=effect.mean_intervention,
            sd_intervention=effect.sd_intervention,
            mean_comparison=effect.mean_comparison,
            sd_comparison=effect.sd_comparison,
            pre_mean_intervention=effect.pre_mean_intervention,
            pre_sd_intervention=effect.pre_sd_intervention,
            pre_mean_comparison=effect.pre_mean_comparison,
            pre_sd_comparison=effect.pre_sd_comparison,
            reported_g=effect.reported_g,
            reported_se=effect.reported_se,
            icc=effect.icc,
            higher_is_better=measure.higher_is_better,
        ),
    )


def verify_release(
    files: ReleaseFiles, *, progress: Callable[[str], None] = lambda message: None
) -> VerifyReport:
    """Check a release.

    In this order: every file against the manifest; the label of the release; every cell of the CSV
    tables against the Parquet tables; every effect against its raw fields; every analysis against the rows it names; every
    number against a new computation; every certainty against its steps.

    Raises
    ------
    UserError
        The release has no manifest.
    """
    report = VerifyReport()
    if MANIFEST not in files.names:
        raise UserError(
            f"{files.location} has no {MANIFEST}. It cannot be checked. Get the release again."
        )
    progress("files")
    altered = _check_files(files, report)
    _check_label(files, report)
    progress("cells")
    evidence = _check_cells(files, altered, report)
    if evidence is None:
        return report
    progress("effects")
    _check_effects(evidence, report)
    progress("numbers")
    _check_analyses(evidence, report)
    _check_certainties(evidence, report)
    return report


def _check_files(files: ReleaseFiles, report: VerifyReport) -> set[str]:
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


def _check_label(files: ReleaseFiles, report: VerifyReport) -> None:
    """Check that the release says what it is, and that it was written with these tables."""
    try:
        read_label(files)
    except FileError as error:
        report.problems += [problem.describe(error.file) for problem in error.problems]
    except UserError as error:
        report.problems.append(str(error))


def _check_cells(files: ReleaseFiles, altered: set[str], report: VerifyReport) -> Evidence | None:
    """Compare CSV and Parquet cell by cell; return the evidence of the CSV files."""
    tables = {}
    for table in TABLES.values():
        name, twin = f"tables/{table.name}.csv", f"tables/{table.name}.parquet"
        missing = [file for file in (name, twin) if file not in files.names]
        if missing:
            # Told already where the manifest names it; a manifest made anew may leave it out.
            report.problems += [
                f"{file}: the file is missing; a release has every table."
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


def _close(found: float | None, expected: float | None) -> bool:
    """Return whether two values agree within the tolerance; missing agrees with missing."""
    if found is None or expected is None:
        return found is expected
    return math.isclose(found, expected, rel_tol=RELATIVE_TOLERANCE, abs_tol=1e-12)


def _check_effects(evidence: Evidence, report: VerifyReport) -> None:
    """Recompute yi and vi of every effect."""
    for effect in evidence.effects:
        try:
            yi, vi = recomputed_effect(effect, evidence.measure_by_id[effect.measure_id])
        except (UserError, KeyError) as error:
            report.problems.append(f"effect {effect.effect_id} cannot be recomputed: {error}")
            continue
        report.n_effects += 1
        for name, stored, computed in (("yi", effect.yi, yi), ("vi", effect.vi, vi)):
            if not _close(stored, computed):
                report.problems.append(
                    f"effect {effect.effect_id}, {name}: published {stored!r}, its raw fields give {computed!r}."
                )


def _row_addresses(evidence: Evidence) -> Callable[[str, str], str | None]:
    """Return a look-up of the address of a row, or of a whole table, made once for each table."""
    known: dict[str, Mapping[str, str]] = {}

    def address(table_name: str, row_id: str) -> str | None:
        if table_name not in TABLES:
            return None
        if table_name not in known:
            rows = evidence.table(table_name)
            known[table_name] = {
                **{row_identity(table_name, row): row_address(table_name, row) for row in rows},
                WHOLE_TABLE: table_address(table_name, rows),
            }
        return known[table_name].get(row_id)

    return address


def _check_analyses(evidence: Evidence, report: VerifyReport) -> None:
    """Check that each analysis is of the rows it names, and that its numbers come back."""
    address = _row_addresses(evidence)
    for analysis in evidence.analyses:
        what = f"analysis {analysis.analysis_id} ({analysis.subject}, {analysis.role})"
        if _inputs_hold(evidence, analysis, what, address, report):
            _check_numbers(evidence, analysis, what, report)
    orphans = [
        n.number_id for n in evidence.numbers if n.analysis_id not in evidence.analysis_by_id
    ]
    report.problems += [
        f"number {number_id}: its analysis is not in the release." for number_id in orphans
    ]


def _inputs_hold(
    evidence: Evidence,
    analysis: Analysis,
    what: str,
    address: Callable[[str, str], str | None],
    report: VerifyReport,
) -> bool:
    """Compare the inputs with the rows of the release; False if the analysis cannot be run."""
    inputs = evidence.inputs_by_analysis.get(analysis.analysis_id, [])
    can_run = True
    for entry in inputs:
        found = address(entry.table_name, entry.row_id)
        if found is None:
            report.problems.append(
                f"{what}: its input {entry.table_name} {entry.row_id} is not in the release."
            )
            can_run = False
        elif found != entry.row_hash:
            report.problems.append(
                f"{what}: its input {entry.table_name} {entry.row_id} is not the row that was analysed "
                f"(hash {found}, was {entry.row_hash})."
            )
    hashed = inputs_hash([(entry.table_name, entry.row_id, entry.row_hash) for entry in inputs])
    identity = analysis_id(
        subject=analysis.subject,
        role=analysis.role,
        kind=analysis.kind,
        options=analysis.options,
        code_version=analysis.code_version,
        seed=analysis.seed,
        inputs=hashed,
    )
    if hashed != analysis.inputs_hash or identity != analysis.analysis_id:
        report.problems.append(f"{what}: its id does not follow from its inputs and options.")
    return can_run


def _check_numbers(evidence: Evidence, analysis: Analysis, what: str, report: VerifyReport) -> None:
    """Recompute the numbers of one analysis."""
    try:
        results = {result.field: result for result in recompute(evidence, analysis)}
    except (UserError, ValueError, KeyError) as error:
        report.problems.append(f"{what} cannot be recomputed: {error}")
        return
    published = {
        number.field: number
        for number in evidence.numbers_by_analysis.get(analysis.analysis_id, [])
    }
    for name in sorted(results.keys() | published.keys()):
        if name not in published:
            report.problems.append(f"{what}: {name} is computed, but not published.")
        elif name not in results:
            report.problems.append(
                f"number {published[name].number_id}: this version does not compute it."
            )
        else:
            report.n_numbers += 1
            number, value = published[name], results[name].value
            found = None if value is None else float(value)
            if not _close(number.value, found):
                report.problems.append(
                    f"number {number.number_id}: published {number.value!r}, recomputed {found!r}."
                )


def _check_certainties(evidence: Evidence, report: VerifyReport) -> None:
    """Check that each level follows from its start and steps."""
    for certainty in evidence.certainties:
        steps = evidence.steps_by_certainty.get(certainty.certainty_id, [])
        report.problems += [
            f"certainty of {certainty.strand_id}: {problem}"
            for problem in certainty_problems(certainty, steps)
        ]
