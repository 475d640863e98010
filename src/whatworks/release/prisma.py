"""The PRISMA 2020 flow of a review: what was published, what can be counted, and what adds up.

Field names are those of the PRISMA 2020 flow diagram's data file (Page et al. 2021, BMJ 372:n71).
Nothing is adjusted: an identity that fails is shown as failed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from whatworks.release.evidence import Evidence
from whatworks.release.identification import Identification, identification
from whatworks.release.screened import left_unread, reasons_in_words, settled_records

__all__ = ["BOXES", "FlowBox", "FlowCheck", "PrismaFlow", "prisma_flow"]

BOXES: Mapping[str, str] = {
    "database_results": "Records identified from databases",
    "register_results": "Records identified from registers",
    "website_results": "Records identified from websites",
    "organisation_results": "Records identified from organisations and grey literature",
    "citations_results": "Records identified by hand and citation searching",
    "duplicates": "Duplicate records removed",
    "excluded_automatic": "Records marked ineligible by automation tools",
    "excluded_other": "Records removed for other reasons",
    "records_after_removal": "Records after removal of duplicates",
    "records_screened": "Records screened on title and abstract",
    "records_excluded": "Records excluded on title and abstract",
    "dbr_sought_reports": "Reports sought for retrieval",
    "dbr_notretrieved_reports": "Reports not retrieved",
    "dbr_assessed": "Reports assessed in full text",
    "dbr_excluded": "Reports excluded after full text",
    "new_studies": "Studies included",
    "total_studies_ma": "Studies in the meta-analysis",
}

_IDENTIFIED = (
    "database_results",
    "register_results",
    "website_results",
    "organisation_results",
    "citations_results",
)
_REMOVED = ("duplicates", "excluded_automatic", "excluded_other")


@dataclass(frozen=True, slots=True)
class FlowBox:
    """One box: its count from the trail held here, and its count as published."""

    box: str
    label: str
    counted: int | None
    published: int | None
    details: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class FlowCheck:
    """One identity of the flow: whether it holds, and the arithmetic in words."""

    name: str
    ok: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class PrismaFlow:
    """A review's flow and the checks on it."""

    review_id: str
    boxes: tuple[FlowBox, ...]
    checks: tuple[FlowCheck, ...]


def _published(
    evidence: Evidence, review_id: str
) -> tuple[dict[str, int], dict[str, list[tuple[str, int]]]]:
    """Return the published total and details of each box; details are summed where no total is."""
    totals: dict[str, int] = {}
    details: dict[str, list[tuple[str, int]]] = {}
    for row in evidence.flow_counts:
        if row.review_id != review_id:
            continue
        if row.detail is None:
            totals[row.box] = row.n
        else:
            details.setdefault(row.box, []).append((row.detail, row.n))
    for box, parts in details.items():
        totals.setdefault(box, sum(n for _, n in parts))
    return totals, details


def _counted(
    evidence: Evidence, review_id: str, found: Identification
) -> tuple[dict[str, int], dict[str, list[tuple[str, int]]]]:
    """Return what the trail held here gives: records, decisions, full texts, included studies.

    With them the full texts excluded for each reason, as far as reasons were given.
    """
    counted = found.boxes
    screened = settled_records(evidence, review_id)
    values = [one.outcome for one in screened.get("title_abstract", {}).values()]
    if values:
        left_out = left_unread(evidence, review_id)
        if left_out is not None:
            counted["excluded_automatic"] = left_out
        counted["records_screened"] = len(values)
        counted["records_excluded"] = values.count("exclude")
        counted["dbr_sought_reports"] = values.count("include")
    sought = [row.status for row in evidence.full_texts if row.review_id == review_id]
    if sought:
        counted["dbr_sought_reports"] = len(sought)
        counted["dbr_notretrieved_reports"] = sought.count("not_retrieved")
    full_text = [one.outcome for one in screened.get("full_text", {}).values()]
    reasons = Counter(
        one.reason for one in screened.get("full_text", {}).values() if one.reason is not None
    )
    if full_text:
        counted["dbr_assessed"] = len(full_text)
        counted["dbr_excluded"] = full_text.count("exclude")
    studies = [study for study in evidence.studies if study.review_id == review_id]
    if studies:
        counted["new_studies"] = len(studies)
        counted["total_studies_ma"] = sum(study.in_synthesis for study in studies)
    return counted, {"dbr_excluded": reasons_in_words(evidence, review_id, reasons)}


def _sum_words(terms: list[tuple[str, int]]) -> str:
    """Return "databases 15,909 + registers 20"."""
    return " + ".join(f"{name} {n:,}" for name, n in terms)


def _check_removal(n: dict[str, int]) -> FlowCheck | None:
    """Screened = identified - removed before screening."""
    identified = [(BOXES[box], n[box]) for box in _IDENTIFIED if box in n]
    if not identified or "records_screened" not in n:
        return None
    removed = [(BOXES[box], n[box]) for box in _REMOVED if box in n]
    total = sum(count for _, count in identified)
    left = total - sum(count for _, count in removed)
    taken = f"less {_sum_words(removed)}" if removed else "with no removals reported"
    return FlowCheck(
        "Records identified, less those removed, are the records screened",
        left == n["records_screened"],
        f"{_sum_words(identified)} make {total:,}; {taken} leaves {left:,}; "
        f"{n['records_screened']:,} were screened.",
    )


def _check_difference(
    whole: str, part: str, rest: str, name: str
) -> Callable[[dict[str, int]], FlowCheck | None]:
    """Return a check that whole - part = rest."""

    def check(n: dict[str, int]) -> FlowCheck | None:
        if not {whole, part, rest} <= n.keys():
            return None
        left = n[whole] - n[part]
        return FlowCheck(
            name,
            left == n[rest],
            f"{BOXES[whole]} {n[whole]:,} less {BOXES[part].lower()} {n[part]:,} leaves {left:,}; "
            f"{BOXES[rest].lower()}: {n[rest]:,}.",
        )

    return check


_IDENTITIES: tuple[Callable[[dict[str, int]], FlowCheck | None], ...] = (
    _check_removal,
    _check_difference(
        "records_screened",
        "records_excluded",
        "dbr_sought_reports",
        "Records screened, less those excluded, are the reports sought",
    ),
    _check_difference(
        "dbr_sought_reports",
        "dbr_notretrieved_reports",
        "dbr_assessed",
        "Reports sought, less those not retrieved, are the reports assessed",
    ),
    _check_difference(
        "dbr_assessed",
        "dbr_excluded",
        "new_studies",
        "Reports assessed, less those excluded, are the studies included",
    ),
)


def _import_checks(found: Identification) -> list[FlowCheck]:
    """Return checks that what the sources reported was imported, and that no file stands alone."""
    checks = [
        FlowCheck(
            f"{search.source_name} ({search.search_id}): what it reported was imported",
            search.imported == search.reported,
            f"It reported {search.reported:,} records; {search.imported:,} were imported.",
        )
        for search in found.searches
        if search.reported is not None
    ]
    if found.searches:
        checks.append(
            FlowCheck(
                "Every imported record belongs to a search",
                found.untied == 0,
                f"Of {found.n_records:,} records, {found.untied:,} are in files that are tied to "
                "no search.",
            )
        )
    return checks


def _agreement_checks(published: dict[str, int], counted: dict[str, int]) -> list[FlowCheck]:
    """Return a check for each box that is both published and counted here."""
    return [
        FlowCheck(
            f"{BOXES[box]}: the trail held here is the published one",
            counted[box] == published[box],
            f"Counted here {counted[box]:,}; published {published[box]:,}.",
        )
        for box in BOXES
        if box in published and box in counted
    ]


def prisma_flow(evidence: Evidence, review_id: str) -> PrismaFlow:
    """Return a review's PRISMA 2020 flow with every identity that can be checked.

    Returns
    -------
    PrismaFlow
        Boxes in the diagram's order, without those that are neither counted nor published.
    """
    published, details = _published(evidence, review_id)
    found = identification(evidence, review_id)
    counted, by_reason = _counted(evidence, review_id, found)
    by_source: dict[str, Sequence[tuple[str, int]]] = {
        **found.by_source,
        **by_reason,
        **details,
    }
    boxes = tuple(
        FlowBox(box, label, counted.get(box), published.get(box), tuple(by_source.get(box, ())))
        for box, label in BOXES.items()
        if box in published or box in counted
    )
    checks = []
    for which, counts in (("As published", published), ("As counted here", counted)):
        for identity in _IDENTITIES:
            check = identity(counts)
            if check is not None:
                checks.append(FlowCheck(f"{which}: {check.name}", check.ok, check.sentence))
    checks.extend(_import_checks(found))
    checks.extend(_agreement_checks(published, counted))
    return PrismaFlow(review_id, boxes, tuple(checks))
