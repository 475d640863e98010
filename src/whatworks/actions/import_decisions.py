"""Import screening decisions that were made elsewhere, or exported from here."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from whatworks.actions.name_reviewers import Reviewers
from whatworks.actions.screening_board import STAGES
from whatworks.errors import FileError, FileProblem, NotFound, UserError
from whatworks.extraction.decision_files import (
    DecisionFile,
    RecordFinder,
    Said,
    SaidRecord,
    read_decision_file,
)
from whatworks.references import RawFile
from whatworks.release.evidence import Evidence
from whatworks.screening.nouns import Decision, ExclusionReason
from whatworks.screening.stage import outcomes, shown_records
from whatworks.screening.standing import Standing
from whatworks.store import Actor, Store
from whatworks.store.events import utc_text

__all__ = ["DecisionImportReport", "import_decisions"]

_TABLES = (
    "raw_files",
    "records",
    "report_records",
    "team_members",
    "screening_rules",
    "eligibility_criteria",
    "exclusion_reasons",
    "decisions",
)
# Who is named where a file gives an outcome and says of nobody that it is theirs.
CONSENSUS = "consensus"
# Decisions made here are never changed by a file.
_MADE_HERE = "What was decided here is changed here, not by a file; take the row out."


@dataclass(frozen=True, slots=True)
class DecisionImportReport:
    """What came of an import.

    Attributes
    ----------
    file
        Name of the file.
    format
        What it was read as.
    n_records
        Records in the file.
    n_without
        Those of them that nobody decided on.
    n_matched
        Records that were found in the review, by what they were found by.
    n_skipped
        Rows left out, because their record was not found or the decision could not be taken over.
    n_new
        Decisions that were not there before.
    n_changed
        Decisions of an earlier file that this one corrects.
    n_same
        Decisions that were there already.
    n_outcomes
        Outcomes that were agreed on, among those in the file.
    people
        Number of decisions in the file, by pseudonym.
    n_new_people
        People who were given a pseudonym.
    skipped
        Why rows were left out.
    warnings
        What was left aside in the file.
    is_dry_run
        Whether nothing was stored, as it was asked for.
    """

    file: str
    format: str
    n_records: int
    n_without: int
    n_matched: Mapping[str, int]
    n_skipped: int
    n_new: int
    n_changed: int
    n_same: int
    n_outcomes: int
    people: Mapping[str, int]
    n_new_people: int
    skipped: tuple[FileProblem, ...]
    warnings: tuple[str, ...]
    is_dry_run: bool


def import_decisions(
    store: Store,
    *,
    by: Actor,
    review_id: str,
    stage: str,
    file_name: str,
    data: bytes,
    columns: Mapping[str, str] | None = None,
    people: Mapping[str, str] | None = None,
    reviewer: str | None = None,
    all_are: str | None = None,
    are_final: bool = False,
    skip_unknown: bool = False,
    dry_run: bool = False,
) -> DecisionImportReport:
    """Read decisions from a file and store them with it in one transaction; importing it again changes nothing.

    A row whose record is not in the review, or may be one of several, is a problem; nothing is stored while
    there are any, unless such rows are to be skipped. A decision made here is never changed; one of an
    earlier file is, and the log keeps both. Whoever may call this can add votes in anybody's name: pages
    leave it to the lead of a review.

    Parameters
    ----------
    by : Actor
        Who imports; the decisions are those of the people in the file.
    review_id : str
    stage : {"title_abstract", "full_text"}
    file_name : str
        For messages, and to tell a format by.
    data : bytes
        A table (CSV, Excel), references with notes (RIS and others; ours, ASReview's or Rayyan's), a JSON
        report of EPPI-Reviewer, or a project file of ASReview 3.
    columns : mapping, optional
        For a table, the column by field, where the names do not tell: "decision", "reviewer", "reason",
        "final" and others; for JSON the code set, as "decision".
    people : mapping, optional
        Pseudonym by the name in the file. A name without one becomes that of the person stored under it,
        or of a new one.
    reviewer : str, optional
        Pseudonym of who made the decisions for which the file names nobody.
    all_are : {"include", "exclude", "unsure"}, optional
        What was decided of all records, for files that list the records of one decision.
    are_final : bool
        Whether decisions for which the file names nobody are outcomes that were agreed on.
    skip_unknown : bool
        Whether rows that cannot be taken over are left out and the others stored.
    dry_run : bool
        Whether nothing is to be stored.

    Returns
    -------
    DecisionImportReport

    Raises
    ------
    NotFound
        The review does not exist.
    UserError
        There is no such stage, or what is to stand for a person is no pseudonym.
    FileError
        The file cannot be read, or has rows that cannot be taken over; all are named and nothing is stored.
    """
    if stage not in STAGES:
        raise UserError(f'There is no stage "{stage}". The stages are {" and ".join(STAGES)}.')
    held = store.evidence(*_TABLES)
    if review_id not in {review.review_id for review in store.rows("reviews")}:
        raise NotFound(f'There is no review "{review_id}". Nothing was saved.')
    found = _read(data, file_name, columns, all_are, stage)
    if any(one.row is None for one in found.problems) or (found.problems and not skip_unknown):
        raise FileError(file_name, found.problems)
    context = _Context.of(held, review_id, stage)
    reviewers = Reviewers.of(
        store,
        known=context.people,
        chosen={**(people or {}), **({reviewer: reviewer} if reviewer else {})},
        are_pseudonyms=found.is_own,
    )
    draft = _Draft(context, reviewers, found, by, hashlib.sha256(data).hexdigest())
    draft.take(reviewer=reviewer, are_final=are_final)
    if draft.problems and not skip_unknown:
        raise FileError(file_name, draft.problems)
    raw_file = RawFile(
        draft.raw_file_id,
        review_id,
        file_name,
        found.format,
        found.encoding,
        len(data),
        draft.n_said,
    )
    if not dry_run:
        _store(store, by, raw_file, draft, data, context)
    return draft.report(file_name, is_dry_run=dry_run)


def _read(
    data: bytes, file_name: str, columns: Mapping[str, str] | None, all_are: str | None, stage: str
) -> DecisionFile:
    from whatworks.actions.asreview_project import is_asreview_project, read_asreview_project

    if is_asreview_project(data):
        return read_asreview_project(data, file=file_name)
    return read_decision_file(data, file=file_name, columns=columns, all_are=all_are, stage=stage)


def _store(
    store: Store, by: Actor, raw_file: RawFile, draft: _Draft, data: bytes, context: _Context
) -> None:
    with store.write(
        actor=by,
        action="import_decisions",
        object_type="review",
        object_id=raw_file.review_id,
        reason=f"{raw_file.name}, {context.stage}",
    ) as tx:
        tx.put_file(data)
        # The same file may have been imported before, as references too.
        if raw_file.raw_file_id not in context.file_ids:
            tx.append("raw_files", [raw_file])
        for person in draft.reviewers.new.values():
            if person.pseudonym in draft.people:
                tx.add_person(person)
        tx.append("decisions", draft.decisions.values())


@dataclass(frozen=True, slots=True)
class _Context:
    """What the review holds already."""

    review_id: str
    stage: str
    finder: RecordFinder
    shown_for: Mapping[str, str]
    existing: Mapping[tuple[str, str, str | None], Decision]
    standings: Mapping[str, Standing]
    reasons: tuple[ExclusionReason, ...]
    people: frozenset[str]
    file_ids: frozenset[str]

    @classmethod
    def of(cls, held: Evidence, review_id: str, stage: str) -> _Context:
        records = [one for one in held.records if one.review_id == review_id]
        report_of = {link.record_id: link.report_id for link in held.report_records}
        shown_for = shown_records((one.record_id for one in records), report_of)
        own = [
            one
            for one in held.decisions
            if one.review_id == review_id and one.record_id in shown_for
        ]
        existing: dict[tuple[str, str, str | None], Decision] = {}
        for one in sorted(own, key=lambda one: one.decided_at or ""):
            if one.stage == stage and one.source == "human":
                person = None if one.role == "reconciled" else one.reviewer
                existing[shown_for[one.record_id], one.role, person] = one
        rules = next(
            (
                one
                for one in held.screening_rules
                if one.review_id == review_id and one.stage == stage
            ),
            None,
        )
        versions = [
            one.criteria_version for one in held.eligibility_criteria if one.review_id == review_id
        ]
        reasons = sorted(
            (
                one
                for one in held.exclusion_reasons
                if one.review_id == review_id and one.criteria_version == max(versions, default=0)
            ),
            key=lambda one: one.position,
        )
        team = {one.person for one in held.team_members if one.review_id == review_id}
        return cls(
            review_id,
            stage,
            RecordFinder(records, shown_for),
            shown_for,
            existing,
            outcomes(own, rules, stage, shown_for=shown_for),
            tuple(reasons),
            frozenset(team | {one.reviewer for one in own}),
            frozenset(one.raw_file_id for one in held.raw_files if one.review_id == review_id),
        )


class _Draft:
    """Decisions as they would be stored, and what stands against it."""

    def __init__(
        self,
        context: _Context,
        reviewers: Reviewers,
        found: DecisionFile,
        by: Actor,
        raw_file_id: str,
    ) -> None:
        self.context = context
        self.reviewers = reviewers
        self.found = found
        self.by = by
        self.raw_file_id = raw_file_id
        self.decisions: dict[str, Decision] = {}
        self.problems: list[FileProblem] = list(found.problems)
        self.matched: Counter[str] = Counter()
        self.people: Counter[str] = Counter()
        self.counts: Counter[str] = Counter()
        # Of a row that is not understood in one place nothing is taken over.
        self.rows_skipped = {one.row for one in found.problems if one.row is not None}
        self.undated: Counter[str] = Counter()
        self._rows: dict[tuple[str, str, str | None], tuple[int, Decision]] = {}

    @property
    def n_said(self) -> int:
        """Decisions in the file."""
        return sum(len(one.said) for one in self.found.records)

    def take(self, *, reviewer: str | None, are_final: bool) -> None:
        """Find the record and the person of each decision."""
        for one in self.found.records:
            if not one.said or one.row in self.rows_skipped:
                continue
            if one.stage is not None and one.stage != self.context.stage:
                self._refuse(
                    one.row,
                    f'The decision is of the stage "{one.stage}".',
                    "Import it into that stage, or leave the row out.",
                )
                continue
            match = self.context.finder.find(one)
            if match.record_id is None or match.by is None:
                self._refuse(one.row, match.trouble or "", match.fix or "")
                continue
            self.matched[match.by] += 1
            for said in self._named(one, reviewer, are_final):
                self._add(one, match.record_id, said)

    def report(self, file: str, *, is_dry_run: bool) -> DecisionImportReport:
        """Return what came of it."""
        undated = [
            f'{n:,} times could not be read, such as "{text}"; these decisions have none.'
            for text, n in self.undated.most_common(1)
        ]
        new = {one.pseudonym for one in self.reviewers.new.values()} & self.people.keys()
        return DecisionImportReport(
            file=file,
            format=self.found.format,
            n_records=len(self.found.records),
            n_without=sum(
                not one.said and one.row not in self.rows_skipped for one in self.found.records
            ),
            n_matched=dict(self.matched),
            n_skipped=len(self.rows_skipped),
            n_new=self.counts["new"],
            n_changed=self.counts["changed"],
            n_same=self.counts["same"],
            n_outcomes=self.counts["outcomes"],
            people=dict(sorted(self.people.items())),
            n_new_people=len(new),
            skipped=tuple(self.problems),
            warnings=(*self.found.warnings, *undated),
            is_dry_run=is_dry_run,
        )

    def _refuse(self, row: int, found: str, fix: str) -> None:
        self.problems.append(FileProblem(found, fix, row))
        self.rows_skipped.add(row)

    def _named(self, one: SaidRecord, reviewer: str | None, are_final: bool) -> Iterator[Said]:
        """Yield the decisions of a row, each with a pseudonym."""
        for said in one.said:
            if said.reviewer is None:
                is_final = said.is_final or are_final
                who = reviewer or (CONSENSUS if is_final else None)
                if who is None:
                    self._refuse(
                        one.row,
                        "The file does not say who decided.",
                        "Say whose decisions they are, or that they are outcomes that were agreed on.",
                    )
                    continue
                if is_final and said.value == "unsure":
                    self._refuse(
                        one.row, "The outcome is unsure.", "An outcome is include or exclude."
                    )
                    continue
                yield replace(said, reviewer=who, is_final=is_final)
                continue
            try:
                yield replace(said, reviewer=self.reviewers.pseudonym(said.reviewer))
            except ValueError as error:
                self._refuse(
                    one.row,
                    f'Several people are called "{said.reviewer}" ({error}).',
                    "Say which pseudonym is meant.",
                )

    def _add(self, one: SaidRecord, record_id: str, said: Said) -> None:
        """Add a decision, unless it is there already or must not be taken over."""
        context, reviewer = self.context, said.reviewer or ""
        role = "reconciled" if said.is_final else "individual"
        key = (record_id, role, None if said.is_final else reviewer)
        existing = context.existing.get(key)
        # The same name that a vote given here would have.
        last = "outcome" if said.is_final else reviewer
        decision = Decision(
            decision_id=existing.decision_id
            if existing is not None
            else f"{record_id}.{context.stage}.{last}",
            review_id=context.review_id,
            record_id=existing.record_id if existing is not None else record_id,
            reviewer=reviewer,
            stage=context.stage,
            role=role,
            value=said.value,
            reason=self._reason(said),
            source="human",
            decided_at=self._time(said.decided_at),
            raw_file_id=self.raw_file_id,
            source_row=one.row,
            note=" ".join((said.note or "").split()) or None,
            criteria_version=said.criteria_version,
        )
        before = self._rows.setdefault(key, (one.row, decision))
        if before[1] is not decision:
            if _says_the_same(decision, before[1]):
                return
            self._refuse(
                one.row,
                f"Row {before[0]} says something else of the same record and person.",
                "Keep one of the two rows.",
            )
            return
        self.people[reviewer] += 1
        self.counts["outcomes"] += said.is_final
        if existing is not None and existing.raw_file_id is None:
            self._keep(one.row, record_id, decision, existing)
            return
        if existing is not None and _says_the_same(decision, existing):
            self.counts["same"] += 1
            return
        self.counts["new" if existing is None else "changed"] += 1
        self.decisions[decision.decision_id] = decision

    def _keep(self, row: int, record_id: str, decision: Decision, existing: Decision) -> None:
        """Leave what was decided here as it is.

        Whether a file agrees with a vote that is not revealed is not told: it would reveal the vote.
        """
        now = self.context.standings.get(record_id)
        is_revealed = now is not None and now.is_revealed
        is_own = existing.reviewer == self.by.pseudonym
        if not is_revealed and not is_own:
            self._refuse(row, f"{existing.reviewer} has decided on this record here.", _MADE_HERE)
        elif _says_the_same(decision, existing):
            self.counts["same"] += 1
        else:
            self._refuse(
                row,
                f"{existing.reviewer} has decided something else on this record here.",
                _MADE_HERE,
            )

    def _reason(self, said: Said) -> str | None:
        """Return the code of the reason given, of several the first in order; else its words."""
        if said.value != "exclude" or not said.reason:
            return None
        codes: dict[str, ExclusionReason] = {}
        for reason in self.context.reasons:
            codes.setdefault(_plain(reason.label), reason)
        for reason in self.context.reasons:
            codes[_plain(reason.code)] = reason
        whole = codes.get(_plain(said.reason))
        if whole is not None:
            return whole.code
        parts = [
            codes.get(_plain(part)) for part in said.reason.replace(";", ",").split(",") if part
        ]
        known = [part for part in parts if part is not None]
        if parts and len(known) == len(parts):
            return min(known, key=lambda one: one.position).code
        return " ".join(said.reason.split())

    def _time(self, text: str | None) -> str | None:
        """Return a time as the log writes it; times without a zone are taken for UTC."""
        if text is None:
            return None
        bare = text.strip()
        try:
            moment = (
                datetime.fromtimestamp(float(bare), UTC)
                if bare.replace(".", "", 1).isdecimal() and len(bare.partition(".")[0]) >= 9
                else datetime.fromisoformat(bare)
            )
        except (ValueError, OverflowError, OSError):
            self.undated[bare] += 1
            return None
        return utc_text(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _says_the_same(new: Decision, old: Decision) -> bool:
    """Whether a file says nothing that is not known; what it leaves out is not contradicted."""
    return (
        new.value == old.value
        and (new.role == "individual" or new.reviewer in (old.reviewer, CONSENSUS))
        and new.reason in (None, old.reason)
        and new.note in (None, old.note)
    )


def _plain(text: str) -> str:
    return " ".join(text.casefold().replace("-", " ").replace("_", " ").split())
