"""The screening pages without a browser: what each person is shown, can do, and never sees."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.screening_store import LEAD, fill, reading_is_out
from whatworks.actions.suggest_for_records import suggest_for_records
from whatworks.errors import UserError
from whatworks.release import ReleaseLabel
from whatworks.screening.nouns import TeamMember
from whatworks.store import Store
from whatworks.web.errors import ErrorPages
from whatworks.web.work import Desk, work_routes
from whatworks.web.work.user import User

LABEL = ReleaseLabel("whatworks", "Working copy", "draft", "2026-11-24", "0")
SCREEN = "screen/title-abstract"
CONFLICTS = "conflicts/title-abstract"


class Named:
    """Says who sent a request by a header; signing in is tested elsewhere."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            name = dict(scope["headers"]).get(b"x-person", b"").decode()
            scope.setdefault("state", {})["user"] = User(name, name, is_administrator=False)
        await self.app(scope, receive, send)


class Person:
    """One person's browser."""

    def __init__(self, app: ASGIApp, name: str) -> None:
        self.client = TestClient(app, raise_server_exceptions=False, headers={"X-Person": name})

    def get(self, path: str, status: int = 200) -> str:
        response = self.client.get(f"/desk/reviews/r/{path}")
        assert response.status_code == status, response.text
        return response.text

    def post(self, path: str, status: int = 200, **data: str) -> str:
        response = self.client.post(f"/desk/reviews/r/{path}", data=data)
        assert response.status_code == status, response.text
        return response.text

    def shown(self) -> str | None:
        """The record before this person."""
        return record_in(self.get(SCREEN))

    def decide(self, decision: str, record: str | None = None, **more: str) -> str:
        """Press a button as the script does; the answer is the next record."""
        record = record or self.shown() or ""
        response = self.client.post(
            f"/desk/reviews/r/{SCREEN}",
            data={"record": record, "decision": decision, **more},
            headers={"HX-Request": "true"},
        )
        assert response.status_code == 200, response.text
        return response.text


class Team:
    def __init__(self, store: Store, **changes: object) -> None:
        self.store = store
        fill(store, **changes)  # type: ignore[arg-type]
        with store.write(actor=LEAD, action="add", object_type="review", object_id="r") as tx:
            tx.append("team_members", [TeamMember("r", "reader", "reader", False)])
        errors = ErrorPages(LABEL)
        self.desk = Desk(store, by=None, release=LABEL)
        self.app = Named(
            Starlette(
                routes=work_routes(self.desk),
                exception_handlers={
                    HTTPException: errors.http_error,
                    UserError: errors.user_error,
                    Exception: errors.bug,
                },
            )
        )

    def person(self, name: str) -> Person:
        return Person(self.app, name)


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Store]:
    with Store.create(str(tmp_path / "s.db")) as store:
        yield store


@pytest.fixture
def team(empty: Store) -> Team:
    return Team(empty)


def record_in(html: str) -> str | None:
    found = re.search(r'name="record" value="([^"]+)"', html)
    return found.group(1) if found else None


def test_a_person_decides_one_record_after_the_other(team: Team) -> None:
    anna = team.person("a")
    first = anna.shown()
    answer = anna.decide("include")
    assert "Saved: include." in answer
    assert record_in(answer) not in (None, first)
    assert "Saved: exclude (No comparison group)." in anna.decide("exclude:design")
    assert [one.reason for one in team.store.rows("decisions")].count("design") == 1


def test_nobody_sees_a_vote_before_all_have_voted(team: Team) -> None:
    anna = team.person("a")
    record = anna.shown()
    assert record is not None
    anna.decide("include", note="SECRET NOTE")
    for name in ("b", LEAD.pseudonym, "reader"):
        other = team.person(name)
        for path in (f"records/title-abstract/{record}", "records/title-abstract", "screening"):
            assert "SECRET" not in other.get(path)
        assert "decided: include" not in other.get(f"records/title-abstract/{record}")
    for name in ("b", LEAD.pseudonym):
        assert "SECRET" not in team.person(name).get(f"{SCREEN}?record={record}")
        assert "SECRET" not in team.person(name).get(CONFLICTS)
    assert "SECRET" in anna.get(f"records/title-abstract/{record}")
    # The second person is given it next, and then both are shown.
    ben = team.person("b")
    assert ben.shown() == record
    ben.decide("exclude")
    assert "SECRET" in ben.get(CONFLICTS)
    assert "SECRET" in team.person("reader").get(f"records/title-abstract/{record}")


def test_a_conflict_is_settled_by_a_third_and_only_by_a_third(team: Team) -> None:
    record = team.person("a").shown() or ""
    team.person("a").decide("include")
    team.person("b").decide("exclude", record=record)
    # Those who voted are told why there is no form for them; a request sent all the same is refused.
    assert "waits for somebody who did not vote" in team.person("a").get(CONFLICTS)
    refused = team.person("a").post(CONFLICTS, 422, record=record, decision="include")
    assert "somebody who did not vote settles this record" in refused
    assert "Settled as include" in team.person("c").post(
        CONFLICTS, record=record, decision="include"
    )
    assert "No record is in conflict" in team.person("c").get(CONFLICTS)
    assert "Included" in team.person("reader").get(f"records/title-abstract/{record}")


def test_undo_goes_back_to_the_record_and_stops_where_others_were_seen(team: Team) -> None:
    anna, ben = team.person("a"), team.person("b")
    first = anna.shown() or ""
    anna.decide("include")
    second = anna.shown() or ""
    anna.decide("exclude")
    ben.decide("exclude", record=first)
    answer = anna.decide("undo")
    assert "Taken back: exclude." in answer
    assert record_in(answer) == second
    anna.get(CONFLICTS)
    assert "nothing to undo" in anna.decide("undo")


def test_a_record_passed_over_comes_again_at_the_end(empty: Store) -> None:
    team = Team(empty, n=3)
    anna = team.person("a")
    first = anna.shown()
    assert "Passed over" in anna.decide("skip")
    others = [anna.shown()]
    anna.decide("include")
    others.append(anna.shown())
    answer = anna.decide("include")
    assert "You passed over 1 record" in answer
    assert first not in others
    assert record_in(anna.decide("again", record="x")) == first


def test_two_people_are_not_given_the_same_record_where_one_is_enough(empty: Store) -> None:
    team = Team(empty, reviewers_per_record=1)
    shown = [team.person(name).shown() for name in ("a", "b", "c")]
    assert len(set(shown)) == 3


def test_a_refused_decision_says_why_and_stays_with_its_record(team: Team) -> None:
    anna = team.person("a")
    record = anna.shown()
    answer = anna.decide("exclude:weather")
    assert "Not saved." in answer
    assert "none of the exclusion reasons" in answer
    assert record_in(answer) == record


def test_without_a_script_the_same_is_done_by_forms(team: Team) -> None:
    anna = team.person("a")
    record = anna.shown() or ""
    page = anna.post(SCREEN, record=record, decision="include")
    assert "Saved: include." in page
    assert "<h1" in page


@pytest.mark.parametrize(
    ("who", "path", "status"),
    [
        ("a", "rules/title-abstract", 403),
        ("a", "criteria", 403),
        ("a", "suggestions/title-abstract", 403),
        ("reader", "suggestions/title-abstract", 403),
        ("reader", SCREEN, 403),
        ("reader", CONFLICTS, 403),
        ("reader", "screening", 200),
        ("stranger", "screening", 422),
        ("a", "screen/pilot", 422),
        ("a", "screen/full-text", 422),
        ("a", "records/title-abstract/nowhere", 422),
    ],
)
def test_roles_and_addresses_are_checked(team: Team, who: str, path: str, status: int) -> None:
    response = team.person(who).client.get(f"/desk/reviews/r/{path}")
    assert response.status_code in (status, 404 if status == 422 else status)


def test_rules_are_set_by_the_form_and_mistakes_are_told_by_field(team: Team) -> None:
    lead = team.person(LEAD.pseudonym)
    wrong = lead.post("rules/full-text", 422, reviewers="1", doubled="lots", conflict="third", order="ranked", target="95", level="100", open="yes")  # fmt: skip
    assert 'href="#doubled"' in wrong
    assert 'href="#level"' in wrong
    done = lead.post("rules/full-text", reviewers="1", doubled="20", conflict="agreement", order="random", target="90", level="95", open="no")  # fmt: skip
    assert "are set" in done
    (rules,) = [one for one in team.store.rows("screening_rules") if one.stage == "full_text"]
    assert (rules.reviewers_per_record, rules.doubled_share, rules.recall_target) == (1, 0.2, 0.9)
    assert not rules.is_open


def test_a_new_version_of_the_criteria_keeps_the_codes_of_reasons_that_stay(team: Team) -> None:
    lead = team.person(LEAD.pseudonym)
    changed = {
        "text": "Pupils",
        "reasons": "No comparison group\nNot in English",
        "include_terms": "read*",
    }
    assert "Say what changed" in lead.post("criteria", 422, **changed)
    assert "Version 2" in lead.post("criteria", **changed, why_changed="Trials are rare")
    codes = {
        one.label: one.code
        for one in team.store.rows("exclusion_reasons")
        if one.criteria_version == 2
    }
    assert codes == {"No comparison group": "design", "Not in English": "not-in-english"}


def test_the_table_filters_and_searches(team: Team) -> None:
    anna = team.person("a")
    anna.decide("include", note="to discuss")
    assert "20 records" in anna.get("records/title-abstract")
    assert "1 record of 20" in anna.get("records/title-abstract?show=mine")
    assert "1 record of 20" in anna.get("records/title-abstract?show=notes")
    assert "1 record of 20" in anna.get("records/title-abstract?show=waiting")
    assert "10 records of 20" in anna.get("records/title-abstract?words=phonics+reading")
    assert "0 records of 20" in team.person("b").get("records/title-abstract?show=mine")


def test_what_waits_for_whom_is_listed(team: Team) -> None:
    team.person("a").decide("include")
    page = team.person("b").get("screening")
    rows = {
        name: re.findall(r'numeric">([\d,]+)<', row)
        for name, row in re.findall(r"font-weight-regular\">(\S+?)</th>(.*?)</tr>", page)
    }
    assert rows["a"] == ["1", "0", "0"]
    assert rows["b"] == ["0", "1", "0"]


def test_who_has_left_keeps_decisions_and_is_asked_for_nothing(team: Team) -> None:
    team.person("a").decide("include")
    with team.store.write(actor=LEAD, action="leave", object_type="review", object_id="r") as tx:
        tx.append("team_members", [TeamMember("r", "a", "reviewer", True)])
    page = team.person("b").get("screening")
    assert "has left" in page
    assert team.person("b").shown() is not None
    assert team.person("a").client.get("/desk/reviews/r/screening").status_code in (404, 422)


def test_a_certificate_is_begun_earned_and_issued_on_the_pages(empty: Store) -> None:
    team = Team(empty, n=30, reviewers_per_record=1)
    lead, anna = team.person(LEAD.pseudonym), team.person("a")
    for at in range(15):
        anna.decide("include", record=f"r.{at:05}")
    before = anna.get("stopping/title-abstract")
    assert "To be sure of 98%" in before
    assert "buscar" in before
    assert "Freeze the ranking" not in before
    anna.post("stopping/title-abstract", 403, do="begin")
    assert "Ranked screening is frozen" in lead.post("stopping/title-abstract", do="begin")
    assert "Drawn at random, for the certificate." in anna.get(SCREEN)
    for _ in range(15):
        answer = anna.decide("exclude")
    assert "There is nothing for you to decide" in answer
    assert "100% of the relevant records" in lead.get("stopping/title-abstract")
    issued = lead.post("stopping/title-abstract", do="issue")
    assert "The stage is closed" in issued
    assert "Nothing was saved" in lead.post("stopping/title-abstract", 422, do="issue")
    told = lead.client.get("/desk/reviews/r/stopping/title-abstract/certificate.json").json()
    assert len(told["drawn"]) == 15
    assert "closed" in anna.decide("include", record="r.00000")


def test_who_goes_back_to_ranking_is_told_the_price(empty: Store) -> None:
    team = Team(empty, n=30, reviewers_per_record=1)
    lead = team.person(LEAD.pseudonym)
    lead.post("stopping/title-abstract", do="begin")
    page = lead.get("stopping/title-abstract?by=language")
    assert "half of what may still go wrong" in page
    assert "come first again" in lead.post("stopping/title-abstract", do="give_up")
    assert 'href="#do"' in lead.post("stopping/title-abstract", 422, do="nothing")


def test_agreement_is_shown_only_on_what_both_saw(team: Team) -> None:
    anna, ben = team.person("a"), team.person("b")
    assert "cannot be measured" in anna.get("agreement/title-abstract")
    for at in range(8):
        anna.decide("include" if at < 4 else "exclude", record=f"r.{at:05}")
    # Nobody else has read these: they are in no figure.
    assert "cannot be measured" in anna.get("agreement/title-abstract")
    for at in range(6):
        ben.decide("include" if at < 3 else "exclude", record=f"r.{at:05}")
    page = anna.get("agreement/title-abstract")
    assert "Two people or more decided on 6 records" in page
    assert "1 conflict is not settled yet" in page
    table = anna.client.get("/desk/reviews/r/agreement/title-abstract/figures.csv").text
    assert "whole team" in table
    assert "a and b" in table


def suggest(team: Team) -> None:
    suggest_for_records(
        team.store, by=LEAD, review_id="r", stage="title_abstract", provider=reading_is_out()
    )


def test_the_lead_sees_what_suggestions_are_worth_and_no_judgement_from_too_few(
    empty: Store,
) -> None:
    team = Team(empty, n=60, reviewers_per_record=1)
    lead, anna = team.person(LEAD.pseudonym), team.person("a")
    assert "No model and no rule was asked yet" in lead.get("suggestions/title-abstract")
    suggest(team)
    for at in range(0, 60, 2):
        anna.decide("include" if at < 30 else "exclude", record=f"r.{at:05}")
    few = lead.get("suggestions/title-abstract")
    assert "rule-reading" in few
    assert "Too few to judge" in few
    assert "60 suggestions, 0 of them refused; on 30 of these" in few
    for at in range(1, 60, 2):
        anna.decide("include" if at < 40 else "exclude", record=f"r.{at:05}")
    judged = lead.get("suggestions/title-abstract")
    assert "lost 30 of 35 relevant records" in judged
    assert "It does not keep 95% of the relevant records" in judged
    assert "5 of 35" in judged
    assert 'href="/desk/reviews/r/records/title-abstract/r.00000"' in judged
    assert "suggestions/title-abstract" in lead.get("screening")
    assert "suggestions/title-abstract" not in anna.get("screening")


def test_a_suggestion_is_shown_only_when_all_who_must_decide_have(team: Team) -> None:
    suggest(team)
    anna, ben = team.person("a"), team.person("b")
    record = "r.00003"
    here = f"records/title-abstract/{record}"
    for who in (anna, ben, team.person(LEAD.pseudonym), team.person("reader")):
        assert "rule-reading" not in who.get(here)
    anna.decide("include", record=record)
    for who in (anna, ben, team.person(LEAD.pseudonym)):
        assert "rule-reading" not in who.get(here)
        assert "rule-reading" not in who.get(f"{SCREEN}?record={record}")
    ben.decide("include", record=record)
    shown = anna.get(here)
    assert "rule-reading" in shown
    assert "No comparison group" in shown
    assert "“Reading”" in shown
    assert "rule-reading" not in anna.get(f"{SCREEN}?record={record}")


def test_decisions_are_downloaded_and_brought_in_again(team: Team, tmp_path: Path) -> None:
    anna, lead = team.person("a"), team.person(LEAD.pseudonym)
    anna.decide("include", record="r.00001")
    answer = anna.client.get("/desk/reviews/r/records/title-abstract/download/csv")
    assert answer.headers["content-disposition"].endswith('filename="r-title-abstract.csv"')
    table = "record_id,decision\nr.00002,include\nr.00003,exclude\n"
    address = "/desk/reviews/r/decisions/title-abstract"
    assert anna.client.get(address).status_code == 403

    def send(text: str, **data: str) -> str:
        return lead.client.post(
            address, data={"reviewer": "b", **data}, files={"file": ("b.csv", text.encode())}
        ).text

    assert "nothing was stored" in send(table, do="check")
    assert len(team.store.rows("decisions")) == 1
    assert "2 decisions" in send(table, do="import")
    assert {one.record_id for one in team.store.rows("decisions") if one.reviewer == "b"} == {
        "r.00002",
        "r.00003",
    }
    assert "There is a problem" in send("record_id,decision\nnowhere,include\n", do="import")
    assert "Choose one file" in lead.client.post(address, data={"do": "import"}).text
