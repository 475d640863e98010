"""What the screening of a review looks like now: kept in memory, in step with the log.

Everything here follows from the store and can be made again; a process that was stopped, or a second one
beside it, sees the same. New decisions are taken from the log's newest events, so that a request costs no more
in a large review than in a small one.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from whatworks.errors import NotFound, UserError
from whatworks.references import Record
from whatworks.release.evidence import Evidence
from whatworks.screening.nouns import (
    Certification,
    Decision,
    EligibilityCriteria,
    ExclusionReason,
    ScreeningRules,
    TeamMember,
)
from whatworks.screening.stage import Stage, outcomes, shown_records
from whatworks.store import Store

__all__ = ["STAGES", "Board", "Setting"]

STAGES = ("title_abstract", "full_text")
STAGE_WORDS = {"title_abstract": "title and abstract", "full_text": "full text"}

_TABLES = (
    "records",
    "report_records",
    "team_members",
    "screening_rules",
    "eligibility_criteria",
    "exclusion_reasons",
    "seed_records",
    "decisions",
    "certifications",
    "certification_records",
)


@dataclass(frozen=True, slots=True)
class Setting:
    """What was set up for a review.

    Attributes
    ----------
    rules
        Rules of each stage that has some.
    criteria
        Criteria in force; None before any were written.
    reasons
        Their exclusion reasons, in order.
    members
        The team, by person.
    seeds
        What was known of records beforehand: relevant or not.
    certifications
        The latest attempt of each stage.
    draws
        Shown records of each stage's latest attempt, in the order drawn.
    drawn_records
        The same as they were named when it began.
    """

    rules: Mapping[str, ScreeningRules]
    criteria: EligibilityCriteria | None
    reasons: tuple[ExclusionReason, ...]
    members: Mapping[str, TeamMember]
    seeds: Mapping[str, bool]
    certifications: Mapping[str, Certification]
    draws: Mapping[str, tuple[str, ...]]
    drawn_records: Mapping[str, tuple[str, ...]]


class Board:
    """The screening of one review. Safe to share between threads.

    Parameters
    ----------
    store : Store
    review_id : str

    Raises
    ------
    NotFound
        There is no such review.
    """

    def __init__(self, store: Store, review_id: str) -> None:
        self.store = store
        self.review_id = review_id
        self.lock = threading.RLock()
        self.records: dict[str, Record] = {}
        self.setting = Setting({}, None, (), {}, {}, {}, {}, {})
        self.stages: dict[str, Stage] = {}
        # Grows with each change of what there is to rank.
        self.edition = 0
        self._position = -1
        self.catch_up()

    def catch_up(self) -> None:
        """Take in what was written since the last time."""
        with self.lock:
            if self._position < 0:
                self._load()
                return
            news = self.store.payloads_since(self._position)
            for position, payload in news:
                if not self._take_in(payload):
                    self._load()
                    return
                self._position = position
            if news:
                self._admit_included()

    def stage(self, stage: str) -> Stage:
        """Return a stage, as it is now.

        Raises
        ------
        UserError
            No rules were set for it.
        """
        self.catch_up()
        return self.known_stage(stage)

    def known_stage(self, stage: str) -> Stage:
        """Return a stage as it was when last caught up."""
        try:
            return self.stages[stage]
        except KeyError:
            words = STAGE_WORDS.get(stage)
            if words is None:
                raise UserError(
                    f'There is no stage "{stage}". The stages are {" and ".join(STAGES)}.'
                ) from None
            raise UserError(
                f"Screening on {words} was not set up yet. Set its rules first."
            ) from None

    def record(self, record_id: str) -> Record:
        """Return a record that is shown.

        Raises
        ------
        NotFound
            It is not one of this review, or another one is shown in its place.
        """
        try:
            return self.records[record_id]
        except KeyError:
            raise NotFound(f'There is no record "{record_id}" to screen in this review.') from None

    def fallback_order(self, stage: Stage) -> list[str]:
        """Return the shown records in an order of chance, which the seed of the stage gives."""
        seed = stage.rules.seed
        return sorted(
            stage.shown, key=lambda name: hashlib.sha256(f"{seed}:{name}".encode()).digest()
        )

    def _load(self) -> None:
        """Read all of it anew."""
        held, position = self.store.evidence_at(*_TABLES)
        records = [one for one in held.records if one.review_id == self.review_id]
        if not records and self.review_id not in {
            review.review_id for review in self.store.rows("reviews")
        }:
            raise NotFound(f'There is no review "{self.review_id}".')
        report_of = {link.record_id: link.report_id for link in held.report_records}
        shown_for = shown_records((one.record_id for one in records), report_of)
        self.records = _texts(records, shown_for)
        decisions = sorted(
            (one for one in held.decisions if one.review_id == self.review_id),
            key=lambda one: one.decided_at or "",
        )
        self.setting = _setting(held, self.review_id, shown_for)
        order = {reason.code: reason.position for reason in self.setting.reasons}
        shown = list(self.records)
        self.stages = {}
        for name, rules in self.setting.rules.items():
            first = shown if name == "title_abstract" else []
            self.stages[name] = Stage(rules, first, shown_for, reason_order=order)
            for one in decisions:
                self.stages[name].put(one)
        if "full_text" in self.stages and "title_abstract" not in self.stages:
            found = outcomes(decisions, None, "title_abstract", shown_for=shown_for)
            self.stages["full_text"].admit(
                name for name, one in found.items() if one.outcome == "include"
            )
        self._position = position
        self._admit_included()
        self.edition += 1

    def _admit_included(self) -> None:
        """Bring what was included on title and abstract to the full text."""
        if "full_text" in self.stages and "title_abstract" in self.stages:
            included = self.stages["title_abstract"].included()
            if included != list(self.stages["full_text"].shown):
                self.stages["full_text"].admit(included)

    def _take_in(self, payload: Any) -> bool:
        """Take in an event; False if so much changed that all must be read anew."""
        for change in payload["changes"]:
            if change["table"] not in _TABLES:
                continue
            if change["table"] != "decisions":
                return False
            for name in change.get("withdrawn", ()):
                for stage in self.stages.values():
                    stage.take_back(name[0])
            columns = change.get("columns", ())
            for row in change.get("rows", ()):
                decision = Decision(**dict(zip(columns, row, strict=True)))
                if decision.review_id != self.review_id:
                    continue
                if decision.raw_file_id is not None:
                    return False
                for stage in self.stages.values():
                    stage.put(decision)
        return True


def _texts(records: list[Record], shown_for: Mapping[str, str]) -> dict[str, Record]:
    """Return the shown records, with the longest abstract that any record of their report has."""
    shown: dict[str, Record] = {}
    for one in sorted(records, key=lambda one: one.record_id != shown_for[one.record_id]):
        name = shown_for[one.record_id]
        now = shown.setdefault(name, one)
        if len(one.abstract or "") > len(now.abstract or ""):
            shown[name] = replace(now, abstract=one.abstract)
        if not now.title and one.title:
            shown[name] = replace(shown[name], title=one.title)
    return shown


def _setting(held: Evidence, review_id: str, shown_for: Mapping[str, str]) -> Setting:
    """Return what was set up for a review."""
    criteria = max(
        (one for one in held.eligibility_criteria if one.review_id == review_id),
        key=lambda one: one.criteria_version,
        default=None,
    )
    reasons = sorted(
        (
            one
            for one in held.exclusion_reasons
            if one.review_id == review_id
            and criteria is not None
            and one.criteria_version == criteria.criteria_version
        ),
        key=lambda one: one.position,
    )
    latest: dict[str, Certification] = {}
    for one in sorted(held.certifications, key=lambda one: one.attempt):
        if one.review_id == review_id:
            latest[one.stage] = one
    drawn: dict[str, list[tuple[int, str]]] = {}
    for row in held.certification_records:
        drawn.setdefault(row.certification_id, []).append((row.place, row.record_id))
    named = {
        stage: tuple(name for _, name in sorted(drawn.get(one.certification_id, ())))
        for stage, one in latest.items()
    }
    return Setting(
        rules={one.stage: one for one in held.screening_rules if one.review_id == review_id},
        criteria=criteria,
        reasons=tuple(reasons),
        members={one.person: one for one in held.team_members if one.review_id == review_id},
        seeds={
            shown_for[one.record_id]: one.is_relevant
            for one in held.seed_records
            if one.review_id == review_id and one.record_id in shown_for
        },
        certifications=latest,
        draws={
            stage: tuple(dict.fromkeys(shown_for[name] for name in names if name in shown_for))
            for stage, names in named.items()
        },
        drawn_records=named,
    )
