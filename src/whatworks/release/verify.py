"""Check a release from itself alone: its files, its cells, its effects and every number."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from whatworks import __version__
from whatworks.errors import UserError
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
from whatworks.release.evidence import Evidence
from whatworks.release.files import ReleaseFiles
from whatworks.release.manifest import MANIFEST
from whatworks.release.nouns import Analysis
from whatworks.release.read import ReleaseLabel, read_label
from whatworks.release.recompute import recompute
from whatworks.release.schema import TABLES
from whatworks.release.verify_files import check_cells, check_files, check_label
from whatworks.release.verify_report import VerifyReport
from whatworks.synthesis.routes import RawEffect, compute_route

__all__ = ["RELATIVE_TOLERANCE", "VerifyReport", "recomputed_effect", "verify_release"]

# Closed forms agree to the last digits on any machine; iterated fits stop at 1e-14 of their scale,
# and libraries sum in different orders.
RELATIVE_TOLERANCE = 1e-9
SITE_FOLDER = "site/"


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


Site = Callable[[Evidence, ReleaseLabel], Mapping[str, bytes]]


def verify_release(
    files: ReleaseFiles,
    *,
    site: Site | None = None,
    progress: Callable[[str], None] = lambda message: None,
) -> VerifyReport:
    """Check a release.

    In this order: every file against the manifest; the label of the release; every cell of the CSV
    tables against the Parquet tables; every effect against its raw fields; every analysis against
    the rows it names; every number against a new computation; every certainty against its steps;
    every page of the site against the page made again.

    Parameters
    ----------
    site : callable, optional
        Makes the site's files from evidence and label. Pages are compared only where the release
        carries a site made by this version: another version may word them otherwise.

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
    altered = check_files(files, report)
    check_label(files, report)
    progress("cells")
    evidence = check_cells(files, altered, report)
    if evidence is None:
        return report
    progress("effects")
    _check_effects(evidence, report)
    progress("numbers")
    _check_analyses(evidence, report)
    _check_certainties(evidence, report)
    if site is not None:
        progress("pages")
        _check_pages(files, evidence, site, report)
    return report


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


def _check_pages(files: ReleaseFiles, evidence: Evidence, site: Site, report: VerifyReport) -> None:
    """Make the site again and compare every file: a page may say nothing the tables do not."""
    published = {name for name in files.names if name.startswith(SITE_FOLDER)}
    try:
        label = read_label(files)
    except UserError:
        return
    if not published or label.code_version != __version__:
        return
    made = {f"{SITE_FOLDER}{name}": data for name, data in site(evidence, label).items()}
    for name in sorted(made.keys() | published):
        if name not in published:
            report.problems.append(f"{name}: the page is missing.")
        elif name not in made:
            report.problems.append(f"{name}: the site of this release has no such page.")
        else:
            report.n_pages += 1
            if files.read(name) != made[name]:
                report.problems.append(f"{name}: the page is not what the tables give.")
