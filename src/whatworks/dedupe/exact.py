"""Records that share an identifier are one report, unless they plainly describe two documents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from whatworks.dedupe.best_fields import best_report
from whatworks.dedupe.likeness import Likeness, likeness_of, share_of_words, why_apart
from whatworks.dedupe.nouns import Report, ReportRecord
from whatworks.references import Record

__all__ = ["ExactReports", "KeptApart", "exact_reports"]

# ISBNs and ISSNs are left out on purpose: all chapters of a book and all articles of a journal
# share them.
IDENTIFIERS = ("doi", "pmid")


@dataclass(frozen=True, slots=True)
class KeptApart:
    """Two records that share an identifier and were not merged.

    Attributes
    ----------
    record_id, other_record_id
        The records, the smaller name first.
    identifier
        What they share, such as "doi 10.1000/182".
    reason
        Why they are not the same document.
    """

    record_id: str
    other_record_id: str
    identifier: str
    reason: str

    def describe(self) -> str:
        """Return the pair as one sentence."""
        return (
            f"{self.record_id} and {self.other_record_id} share {self.identifier} "
            f"and were kept apart: {self.reason}."
        )


@dataclass(frozen=True, slots=True)
class ExactReports:
    """Reports, which record belongs to which, and what was kept apart.

    Attributes
    ----------
    reports
        One per document, by name.
    links
        One per record, by the record's name.
    kept_apart
        Pairs that share an identifier but stand in different reports.
    """

    reports: tuple[Report, ...]
    links: tuple[ReportRecord, ...]
    kept_apart: tuple[KeptApart, ...]

    @property
    def conflicts(self) -> tuple[str, ...]:
        """The pairs kept apart, as sentences for a person to check."""
        return tuple(pair.describe() for pair in self.kept_apart)


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two records that share an identifier: positions in the sorted list."""

    a: int
    b: int
    identifiers: tuple[str, ...]


def exact_reports(records: Sequence[Record], *, review_id: str) -> ExactReports:
    """Gather the records of a review into reports by DOI and PubMed number.

    Records are joined in the order of how much speaks for it (both identifiers, then the share of
    title words, then their names), and two groups join only if no record of one contradicts a
    record of the other. So a chain through two identifiers holds together only where no two
    records in it plainly differ, and the order of the input does not matter.

    Parameters
    ----------
    records : sequence of Record
        Records of one review, each once.
    review_id : str
        The review.

    Returns
    -------
    ExactReports
        Every record in exactly one report. A report is named after its smallest record name.

    Raises
    ------
    ValueError
        Two records have one name, or a record belongs to another review.
    """
    ordered = sorted(records, key=lambda record: record.record_id)
    _check(ordered, review_id)
    looks = [likeness_of(record) for record in ordered]
    pairs = _pairs(ordered)
    groups = _join(pairs, looks)
    members: dict[int, list[int]] = defaultdict(list)
    for at in range(len(ordered)):
        members[groups.get(at, at)].append(at)
    reports: list[Report] = []
    links: list[ReportRecord] = []
    for found in members.values():
        group = [ordered[at] for at in found]
        report_id = f"report:{group[0].record_id}"
        reports.append(best_report(group, report_id=report_id))
        links.extend(_link(record, group, report_id) for record in group)
    kept_apart = [
        _kept_apart(pair, ordered, looks)
        for pair in pairs
        if groups.get(pair.a, pair.a) != groups.get(pair.b, pair.b)
    ]
    return ExactReports(
        tuple(sorted(reports, key=lambda report: report.report_id)),
        tuple(sorted(links, key=lambda link: link.record_id)),
        tuple(kept_apart),
    )


def _check(ordered: Sequence[Record], review_id: str) -> None:
    for record, following in pairwise(ordered):
        if record.record_id == following.record_id:
            raise ValueError(f'two records are named "{record.record_id}"')
    for record in ordered:
        if record.review_id != review_id:
            raise ValueError(f'record "{record.record_id}" belongs to "{record.review_id}"')


def _pairs(ordered: Sequence[Record]) -> list[_Pair]:
    """All pairs that share an identifier, by position."""
    shared: dict[tuple[int, int], list[str]] = defaultdict(list)
    for name in IDENTIFIERS:
        holders: dict[str, list[int]] = defaultdict(list)
        for at, record in enumerate(ordered):
            value = getattr(record, name)
            if value:
                holders[value].append(at)
        for value, found in holders.items():
            for a, b in combinations(found, 2):
                shared[a, b].append(f"{name} {value}")
    return [_Pair(a, b, tuple(names)) for (a, b), names in sorted(shared.items())]


def _join(pairs: Sequence[_Pair], looks: Sequence[Likeness]) -> dict[int, int]:
    """Group of each record that shares an identifier, named by its smallest position."""

    def strength(pair: _Pair) -> tuple[int, float, int, int]:
        share = share_of_words(looks[pair.a], looks[pair.b])
        return -len(pair.identifiers), -(share or 0.0), pair.a, pair.b

    group_of: dict[int, int] = {}
    members: dict[int, list[int]] = {}
    for pair in sorted(pairs, key=strength):
        a, b = group_of.get(pair.a, pair.a), group_of.get(pair.b, pair.b)
        if a == b:
            continue
        left, right = members.get(a, [a]), members.get(b, [b])
        if any(why_apart(looks[i], looks[j]) for i in left for j in right):
            continue
        name, joined = min(a, b), left + right
        members.pop(max(a, b), None)
        members[name] = joined
        group_of.update(dict.fromkeys(joined, name))
    return group_of


def _link(record: Record, group: Sequence[Record], report_id: str) -> ReportRecord:
    """Say which identifier ties a record to the others of its report."""
    if len(group) == 1:
        return ReportRecord(record.record_id, report_id, "only_record", None)
    for name in IDENTIFIERS:
        value = getattr(record, name)
        if value and sum(getattr(other, name) == value for other in group) > 1:
            return ReportRecord(record.record_id, report_id, f"same_{name}", value)
    raise AssertionError(f"{record.record_id} was joined without an identifier")


def _kept_apart(pair: _Pair, ordered: Sequence[Record], looks: Sequence[Likeness]) -> KeptApart:
    reason = why_apart(looks[pair.a], looks[pair.b])
    return KeptApart(
        ordered[pair.a].record_id,
        ordered[pair.b].record_id,
        " and ".join(pair.identifiers),
        reason or "a record already joined to one of them contradicts the other",
    )
