"""The work list of full texts: what to look for, where, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from whatworks.dedupe.nouns import Report
from whatworks.release.evidence import Evidence
from whatworks.release.screened import settled_records

__all__ = ["FullTextTask", "doi_link", "full_text_tasks", "included_reports"]

TO_SEEK = "to_seek"
# In the order of the work: what nobody has looked for comes first.
ORDER = (TO_SEEK, "sought", "not_retrieved", "retrieved")


@dataclass(frozen=True, slots=True)
class FullTextTask:
    """One report whose full text is wanted.

    Attributes
    ----------
    report_id, title, authors, year, container
        The report; a title only where it has become part of another.
    status
        to_seek (included, nothing recorded yet), sought, retrieved or not_retrieved.
    links
        Addresses to look at, by DOI, PubMed number and as recorded; none is ever fetched.
    reason
        Why it was not retrieved.
    checked_on
        Date of the last attempt.
    became
        Report it has become part of, since what was recorded was about it; None if it stands.
    """

    report_id: str
    title: str | None
    authors: str | None
    year: int | None
    container: str | None
    status: str
    links: tuple[str, ...]
    reason: str | None
    checked_on: str | None
    became: str | None


def doi_link(doi: str) -> str:
    """Return the resolver's address of a DOI.

    Characters that an address may not hold are percent-encoded.

    Examples
    --------
    >>> doi_link("10.1002/(sici)1097<1::aid>2.0")
    'https://doi.org/10.1002/(sici)1097%3C1::aid%3E2.0'
    """
    return f"https://doi.org/{quote(doi, safe='/:;()._-')}"


def included_reports(evidence: Evidence, review_id: str) -> list[Report]:
    """Return the reports that were included on title and abstract.

    By the rules of the review. In a trail without rules a reconciled decision goes before those of single
    reviewers; without one, a record counts as included if someone included it and nobody excluded it.
    """
    if any(one.review_id == review_id for one in evidence.screening_rules):
        settled = settled_records(evidence, review_id).get("title_abstract", {})
        included = {name for name, one in settled.items() if one.outcome == "include"}
    else:
        included = _included_in_trail(evidence, review_id)
    wanted = {link.report_id for link in evidence.report_records if link.record_id in included}
    return [
        report
        for report in evidence.reports
        if report.review_id == review_id and report.report_id in wanted
    ]


def _included_in_trail(evidence: Evidence, review_id: str) -> set[str]:
    """Return the records that an imported trail includes."""
    values: dict[str, dict[str, set[str]]] = {}
    for decision in evidence.decisions:
        if decision.review_id == review_id and decision.stage == "title_abstract":
            roles = values.setdefault(decision.record_id, {})
            roles.setdefault(decision.role, set()).add(decision.value)
    return {
        record_id
        for record_id, roles in values.items()
        if roles.get("reconciled", roles.get("individual", set()))
        in ({"include"}, {"include", "unsure"})
    }


def full_text_tasks(evidence: Evidence, review_id: str) -> list[FullTextTask]:
    """Return every report whose full text is wanted or recorded, the unfinished first."""
    reports = {report.report_id: report for report in evidence.reports}
    recorded = {row.report_id: row for row in evidence.full_texts if row.review_id == review_id}
    wanted = [report.report_id for report in included_reports(evidence, review_id)]
    now = {link.record_id: link.report_id for link in evidence.report_records}
    tasks = []
    for report_id in dict.fromkeys([*wanted, *recorded]):
        report, row = reports.get(report_id), recorded.get(report_id)
        tasks.append(
            FullTextTask(
                report_id=report_id,
                title=report.title if report else None,
                authors=report.authors if report else None,
                year=report.year if report else None,
                container=report.container if report else None,
                status=row.status if row else TO_SEEK,
                links=_links(report, row.url if row else None),
                reason=row.reason if row else None,
                checked_on=row.checked_on if row else None,
                became=None if report else _became(report_id, now),
            )
        )
    return sorted(tasks, key=lambda task: (ORDER.index(task.status), task.report_id))


def _links(report: Report | None, url: str | None) -> tuple[str, ...]:
    """Return where to look."""
    links = [url] if url else []
    if report is not None and report.doi:
        links.append(doi_link(report.doi))
    if report is not None and report.pmid:
        links.append(f"https://pubmed.ncbi.nlm.nih.gov/{quote(report.pmid)}/")
    return tuple(dict.fromkeys(links))


def _became(report_id: str, now: dict[str, str]) -> str | None:
    """Return the report that holds the record a vanished report was named after."""
    return now.get(report_id.removeprefix("report:").removesuffix(":again"))
