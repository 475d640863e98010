"""From what was found to rows: reports, which record describes which, and pairs for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from typing import NamedTuple

from whatworks.dedupe.best_fields import best_report
from whatworks.dedupe.find import EVERY_FIELD, Duplicates, FoundPair
from whatworks.dedupe.nouns import PairDecision, RecordPair, Report, ReportRecord
from whatworks.references import Record

__all__ = ["ReportRows", "decided_pairs", "report_rows"]


class ReportRows(NamedTuple):
    """Reports by name, links by the record's name, pairs by the records' names."""

    reports: tuple[Report, ...]
    links: tuple[ReportRecord, ...]
    pairs: tuple[RecordPair, ...]


def decided_pairs(
    records: Sequence[Record], decisions: Sequence[PairDecision]
) -> dict[tuple[int, int], bool]:
    """Return decisions by the positions of their records; those about others are passed over."""
    position = {record.record_id: at for at, record in enumerate(records)}
    return {
        (position[one.record_id], position[one.other_record_id]): one.decision == "same"
        for one in decisions
        if one.record_id in position and one.other_record_id in position
    }


def report_rows(
    records: Sequence[Record],
    found: Duplicates,
    *,
    review_id: str,
    decisions: Sequence[PairDecision] = (),
    names: Mapping[str, str] | None = None,
    firm: Container[str] = (),
) -> ReportRows:
    """Return the rows of a review's reports.

    Parameters
    ----------
    records : sequence of Record, n of them
    found : Duplicates
        Of these records.
    review_id : str
    decisions : sequence of PairDecision
        What people decided.
    names : mapping of str to str, optional
        Report of each record as it was before. A report keeps its name as long as one of its records
        stays, so that what hangs on it still holds; where two become one, a firm name is kept, else
        that with more records.
    firm : container of str, optional
        Names of reports that something hangs on.
    """
    groups: dict[int, list[int]] = {}
    for at, name in enumerate(found.cluster.tolist()):
        groups.setdefault(name, []).append(at)
    report_ids = _names(
        [[records[at].record_id for at in own] for own in groups.values()], names, firm
    )
    by_person = {frozenset(one.pair) for one in decisions if one.decision == "same"}
    joined_by_person = {name for pair in by_person for name in pair}
    surest = _surest(found)
    reports: list[Report] = []
    links: list[ReportRecord] = []
    for own, report_id in zip(groups.values(), report_ids, strict=True):
        members = [records[at] for at in own]
        reports.append(best_report(members, report_id=report_id))
        for at in own:
            links.append(
                _link(
                    records[at],
                    report_id,
                    len(own),
                    surest.get(at),
                    by_person=_partner_in(records[at], members, by_person, joined_by_person),
                )
            )
    pairs = []
    for pair in (*found.asked, *found.related):
        one, other = sorted((records[pair.a].record_id, records[pair.b].record_id))
        pairs.append(RecordPair(one, other, review_id, pair.outcome, pair.probability, told(pair)))
    return ReportRows(
        tuple(sorted(reports, key=lambda report: report.report_id)),
        tuple(sorted(links, key=lambda link: link.record_id)),
        tuple(sorted(pairs, key=lambda pair: pair.pair)),
    )


def told(pair: FoundPair) -> str:
    """Return what speaks for and against a pair, as one line."""
    return "; ".join(
        words if words == EVERY_FIELD else f"{words} ({worth:+.1f})"
        for words, worth in pair.reasons
    )


def _surest(found: Duplicates) -> dict[int, FoundPair]:
    """Return the surest pair by which each record was joined."""
    surest: dict[int, FoundPair] = {}
    for pair in found.merged:
        for at in (pair.a, pair.b):
            if at not in surest or surest[at].probability < pair.probability:
                surest[at] = pair
    return surest


def _partner_in(
    record: Record,
    members: Sequence[Record],
    by_person: set[frozenset[str]],
    joined_by_person: set[str],
) -> bool:
    """Whether a person joined this record to another of its report."""
    if record.record_id not in joined_by_person:
        return False
    return any(frozenset((record.record_id, other.record_id)) in by_person for other in members)


def _link(
    record: Record, report_id: str, size: int, pair: FoundPair | None, *, by_person: bool
) -> ReportRecord:
    if size == 1:
        return ReportRecord(record.record_id, report_id, "only_record", None, None)
    if by_person:
        return ReportRecord(record.record_id, report_id, "person", None, 1.0)
    if pair is None:
        raise AssertionError(f"{record.record_id} was joined without evidence")
    rule = "exact_copy" if pair.reasons[0][0] == EVERY_FIELD else "evidence"
    return ReportRecord(record.record_id, report_id, rule, told(pair), pair.probability)


def _names(
    groups: list[list[str]], before: Mapping[str, str] | None, firm: Container[str]
) -> list[str]:
    """Return a name for each group of records: one it had before, or that of its smallest record."""
    held: list[tuple[bool, int, str, int]] = []
    for at, group in enumerate(groups):
        counts = Counter(before[name] for name in group if before and name in before)
        held += [(name not in firm, -count, name, at) for name, count in counts.items()]
    kept: dict[int, str] = {}
    taken: set[str] = set()
    for _, _, name, at in sorted(held):
        if at not in kept and name not in taken:
            kept[at] = name
            taken.add(name)
    out = []
    for at, group in enumerate(groups):
        # A record that left its report cannot take the name that stayed behind.
        free = (f"report:{record}" for record in sorted(group))
        name = kept.get(at) or next(
            (one for one in free if one not in taken), f"report:{min(group)}:again"
        )
        taken.add(name)
        out.append(name)
    return out
