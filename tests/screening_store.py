"""Stores with records to screen, for tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tests.store_places import row
from whatworks.actions.screening_board import Board
from whatworks.actions.set_up_screening import set_rules, write_criteria
from whatworks.references import RawFile, Record, Review
from whatworks.screening.nouns import ScreeningRules, TeamMember
from whatworks.screening.word_rules import RuleProvider, WordRule
from whatworks.store import Actor, Store

LEAD = Actor("person-lead", "lead")
REVIEW = Review("r", "Reading", "What helps?", "C", None, "none", None, "here", None, None)
RULES = ScreeningRules("r", "title_abstract", 2, 0.0, "third", "random", 0.95, 0.95, 7, True)
REASONS = (("population", "Not pupils"), ("design", "No comparison group"))


def records(n: int) -> list[Record]:
    """Records about reading and, from the middle on, about something else."""
    return [
        row(
            "records",
            record_id=f"r.{at:05}",
            review_id="r",
            raw_file_id="f",
            position=at,
            record_type="article",
            title=f"Reading {at} with pupils" if at < n // 2 else f"Metal fatigue {at} in wings",
            abstract=f"Trial {at} of phonics for pupils."
            if at < n // 2
            else f"Stress {at} in alloys.",
        )
        for at in range(n)
    ]


def fill(
    store: Store,
    *,
    n: int = 20,
    people: Sequence[str] = ("a", "b", "c"),
    rules: ScreeningRules = RULES,
    **changes: object,
) -> Board:
    """Put a review with n records, a team, criteria and rules into a store."""
    with store.write(actor=LEAD, action="add", object_type="review", object_id="r") as tx:
        tx.append("reviews", [REVIEW])
        tx.append("raw_files", [RawFile("f", "r", "a.ris", "ris", "utf-8", 1, n)])
        tx.append("records", records(n))
        tx.append("team_members", [TeamMember("r", LEAD.pseudonym, "lead", False)])
        tx.append("team_members", [TeamMember("r", name, "reviewer", False) for name in people])
    write_criteria(
        store,
        by=LEAD,
        review_id="r",
        text="Pupils\nTrials",
        reasons=REASONS,
        include_terms=["reading", "phonics"],
        exclude_terms=["metal"],
    )
    set_rules(store, by=LEAD, rules=replace(rules, **changes))  # type: ignore[arg-type]
    return Board(store, "r")


def person(name: str) -> Actor:
    """A reviewer."""
    return Actor(name, "reviewer")


def reading_is_out() -> RuleProvider:
    """A rule that is wrong about half of the records."""
    return RuleProvider("reading", (), (WordRule(words=("reading",), reason="design"),))
