"""Models and rules asked about records: what is sent, kept, refused, and never counted as a decision."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.model_stub import Asked, Reply, StubServer, answer_with, stub_server
from tests.screening_store import LEAD, fill, person, reading_is_out
from whatworks.actions.evaluate_suggestions import evaluate_suggestions
from whatworks.actions.measure_agreement import measure_agreement
from whatworks.actions.model_server import ModelProvider, ServerConfig
from whatworks.actions.screen_record import vote
from whatworks.actions.screening_board import Board
from whatworks.actions.set_up_screening import write_criteria
from whatworks.actions.shown_suggestions import suggestions_to_show
from whatworks.actions.suggest_for_records import SuggestingReport, suggest_for_records
from whatworks.cli.main import cli
from whatworks.errors import NotFound, UserError
from whatworks.release.plan import FLOW_TABLES
from whatworks.release.prisma import prisma_flow
from whatworks.screening.suggesting import Provider
from whatworks.store import Store

TA = "title_abstract"
KEY = "sk-test-0123456789abcdef"


@pytest.fixture
def stub() -> Iterator[StubServer]:
    with stub_server() as server:
        server.answer = lambda asked, _n: answer_with(good(asked))
        yield server


def good(asked: Asked) -> dict[str, Any]:
    """A sound answer: pupils are included, metal is not."""
    title = asked.record.partition("\n")[0].removeprefix("Title: ")
    if "pupils" in asked.record:
        return {"value": "include", "reason": None, "quote": title, "probability": 0.9}
    return {"value": "exclude", "reason": "population", "quote": title, "probability": 0.05}


def model(stub: StubServer, **changes: Any) -> ModelProvider:
    settings = {
        "name": "m-1",
        "base_url": stub.address,
        "model": "m",
        "sends_titles_and_abstracts": True,
        "timeout_seconds": 5.0,
        **changes,
    }
    return ModelProvider(ServerConfig(**settings), KEY, wait=Waits())


class Waits:
    """Remembers how long it should have waited, and does not wait."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


def run(store: Store, provider: Provider, **more: Any) -> SuggestingReport:
    return suggest_for_records(store, by=LEAD, review_id="r", stage=TA, provider=provider, **more)


def decide(board: Board, *, n: int) -> None:
    for at in range(n):
        for who in ("a", "b"):
            value = "include" if at < n // 2 else "exclude"
            vote(board, by=person(who), stage_name=TA, record_id=f"r.{at:05}", value=value)


def test_good_answers_are_kept_under_the_models_name(store: Store, stub: StubServer) -> None:
    fill(store, n=6)
    report = run(store, model(stub))
    assert (report.n_kept, report.by_value) == (6, {"include": 3, "exclude": 3})
    kept = store.rows("suggestions")
    assert {one.actor for one in kept} == {"model-m-1"}
    assert all(one.is_quote_found for one in kept)
    event = store.events()[-1]
    assert (event.actor, event.role, event.reason) == (
        "model-m-1",
        "model",
        f"asked by {LEAD.pseudonym}",
    )
    assert all(one.path == "/v1/chat/completions" for one in stub.asked)
    assert all(one.headers["Authorization"] == f"Bearer {KEY}" for one in stub.asked)


def test_only_texts_criteria_and_reasons_are_sent(store: Store, stub: StubServer) -> None:
    board = fill(store, n=2)
    vote(board, by=person("a"), stage_name=TA, record_id="r.00000", value="include", note="SECRET")
    run(store, model(stub))
    sent = json.dumps([one.body for one in stub.asked])
    assert "Not pupils" in sent
    for hidden in ("SECRET", "r.0000", LEAD.pseudonym, "What helps?", KEY):
        assert hidden not in sent


BAD = {
    "no JSON": ("I would exclude it.", "no JSON"),
    "cut JSON": ('{"value": "exclude",', "no JSON"),
    "NaN": ('{"value": NaN}', "no JSON"),
    "a key twice": ('{"value": "include", "value": "exclude"}', "no JSON"),
    "a list": ("[]", "no JSON object"),
    "deep": ("[" * 100_000, "no JSON"),
    "unknown reason": (
        {"value": "exclude", "reason": "weather", "quote": "phonics for pupils", "probability": 0},
        "none of those given",
    ),
}


@pytest.mark.parametrize("case", list(BAD))
def test_a_bad_answer_is_refused_in_words_and_asked_again_only_if_wished(
    store: Store, stub: StubServer, case: str
) -> None:
    fill(store, n=2)
    content, words = BAD[case]
    stub.answer = lambda _asked, _n: answer_with(content)
    report = run(store, model(stub))
    assert report.by_value == {"refused": 2}
    assert words in next(iter(report.refusals))
    assert run(store, model(stub)).n_known == 2
    assert len(stub.asked) == 2
    stub.answer = lambda asked, _n: answer_with(good(asked))
    # The name of a suggestion is that of the question: the new answer takes the place of the refused one.
    assert run(store, model(stub), retry_refused=True).n_kept == 2
    assert {one.value for one in store.rows("suggestions")} == {"include", "exclude"}


def test_a_fenced_answer_is_read(store: Store, stub: StubServer) -> None:
    fill(store, n=2)
    stub.answer = lambda asked, _n: answer_with(f"```json\n{json.dumps(good(asked))}\n```")
    assert run(store, model(stub)).by_value == {"include": 1, "exclude": 1}


def test_a_quote_that_is_not_in_the_text_is_kept_counted_and_not_relied_on(
    store: Store, stub: StubServer
) -> None:
    board = fill(store, n=4)
    decide(board, n=4)
    made_up = {"value": "exclude", "reason": "design", "quote": "a made up quote", "probability": 0}
    stub.answer = lambda _asked, _n: answer_with(made_up)
    assert run(store, model(stub)).n_quote_missing == 4
    (found,) = evaluate_suggestions(store, review_id="r", stage=TA)
    assert found.accuracy.quote_missing.numerator == 4
    assert found.accuracy.sensitivity.numerator == found.accuracy.n_relevant == 2


def test_too_many_requests_are_waited_for_as_long_as_the_server_says(
    store: Store, stub: StubServer
) -> None:
    fill(store, n=1)
    stub.answer = lambda asked, n: (
        answer_with({}, status=429, Retry_After="7") if n < 2 else answer_with(good(asked))
    )
    provider = model(stub)
    assert run(store, provider).n_kept == 1
    assert provider.wait.seconds == [7.0, 7.0]


def test_a_server_that_asks_for_too_long_a_pause_ends_the_run(
    store: Store, stub: StubServer
) -> None:
    fill(store, n=5)
    stub.answer = lambda asked, n: (
        answer_with(good(asked)) if n < 2 else answer_with({}, status=429, Retry_After="7200")
    )
    report = run(store, model(stub))
    assert "7,200 seconds" in str(report.stopped)
    assert report.n_kept == len(store.rows("suggestions")) == 2


def test_faults_of_the_server_are_tried_again_with_growing_pauses_and_then_end_the_run(
    store: Store, stub: StubServer
) -> None:
    fill(store, n=6)
    stub.answer = lambda _asked, _n: (500, {}, b'{"error": {"message": "overloaded"}}', 0.0)
    provider = model(stub, retries=3)
    report = run(store, provider)
    assert (report.n_kept, report.n_unanswered) == (0, 3)
    assert "status 500: overloaded" in str(report.stopped)
    assert provider.wait.seconds == [1.0, 2.0, 4.0] * 3
    assert store.rows("suggestions") == []


def test_one_record_without_an_answer_does_not_stop_the_others(
    store: Store, stub: StubServer
) -> None:
    fill(store, n=5)
    stub.answer = lambda asked, _n: (
        (400, {}, b"too long", 0.0) if "Reading 1 " in asked.record else answer_with(good(asked))
    )
    report = run(store, model(stub))
    assert (report.n_kept, report.n_unanswered, report.stopped) == (4, 1, None)
    stub.answer = lambda asked, _n: answer_with(good(asked))
    again = run(store, model(stub))
    assert (again.n_kept, again.n_known) == (1, 4)


def test_a_slow_answer_is_given_up(store: Store, stub: StubServer) -> None:
    fill(store, n=1)
    stub.answer = lambda asked, _n: answer_with(good(asked), wait=0.3)
    report = run(store, model(stub, timeout_seconds=0.05, retries=1))
    assert (report.n_kept, report.n_unanswered) == (0, 1)
    assert len(stub.asked) == 2


@pytest.mark.parametrize("is_announced", [True, False])
def test_an_answer_of_50_megabytes_is_refused_unread(
    store: Store, stub: StubServer, is_announced: bool
) -> None:
    fill(store, n=1)
    headers = {} if is_announced else {"Transfer-Encoding": "identity", "Connection": "close"}
    stub.answer = lambda _asked, _n: (200, headers, b" " * 50_000_000, 0.0)
    report = run(store, model(stub))
    assert "longer than 256 kB" in next(iter(report.refusals))


def test_nobody_at_the_address_is_told_and_nothing_kept(store: Store) -> None:
    fill(store, n=3)
    with stub_server() as gone:
        pass
    report = run(store, model(gone))
    assert "connection refused" in str(report.stopped)
    assert report.n_kept == 0


def test_a_redirect_is_not_followed(store: Store, stub: StubServer) -> None:
    fill(store, n=1)
    with stub_server() as elsewhere:
        there = f"{elsewhere.address}/chat/completions"
        for status in (301, 302, 303, 307, 308):
            stub.answer = lambda _asked, _n, status=status: (status, {"Location": there}, b"", 0.0)
            assert "points elsewhere" in str(run(store, model(stub)).stopped)
        assert elsewhere.asked == []


class Interrupted:
    """Passes on to a provider, and breaks off once."""

    def __init__(self, provider: ModelProvider, after: int) -> None:
        self._provider, self._left = provider, after
        self.actor, self.role, self.settings = provider.actor, provider.role, provider.settings

    def suggest(self, prompt: Any, schema: Any) -> Any:
        self._left -= 1
        if self._left < 0:
            raise KeyboardInterrupt
        return self._provider.suggest(prompt, schema)


def test_an_interrupted_run_goes_on_and_asks_nothing_twice(store: Store, stub: StubServer) -> None:
    fill(store, n=30)
    with pytest.raises(KeyboardInterrupt):
        run(store, Interrupted(model(stub), 23))
    assert len(store.rows("suggestions")) == 23
    report = run(store, model(stub))
    assert (report.n_known, report.n_kept) == (23, 7)
    asked = [one.record for one in stub.asked]
    assert len(asked) == len(set(asked)) == 30


def test_changed_criteria_or_settings_are_asked_anew_and_judged_apart(
    store: Store, stub: StubServer
) -> None:
    fill(store, n=2)
    run(store, model(stub))
    run(store, model(stub, seed=3))
    write_criteria(
        store, by=LEAD, review_id="r", text="Trials only", reasons=[("population", "Not pupils")],
        include_terms=[], exclude_terms=[], why_changed="Narrower",
    )  # fmt: skip
    run(store, model(stub))
    assert len(stub.asked) == 6
    assert len(evaluate_suggestions(store, review_id="r", stage=TA)) == 3


def leaky(key: str) -> dict[str, Reply]:
    """Replies that repeat the key wherever they can."""
    long = "x" * (200 - len(key) // 2) + key
    return {
        "401": (401, {}, json.dumps({"error": {"message": f"bad key {key}"}}).encode(), 0.0),
        "400": (400, {}, json.dumps({"error": {"message": f"bad key {key}"}}).encode(), 0.0),
        "400 at the cut": (400, {}, json.dumps({"error": {"message": long}}).encode(), 0.0),
        "404": (404, {}, json.dumps({"error": key}).encode(), 0.0),
        "302": (302, {"Location": f"http://127.0.0.1/{key}"}, b"", 0.0),
        "retry": (429, {"Retry-After": key}, key.encode(), 0.0),
        "200": answer_with({"value": "exclude", "reason": key, "quote": key, "probability": 0}),
        "200 no JSON": answer_with(key),
        "200 no choices": (200, {}, json.dumps({key: key}).encode(), 0.0),
        "200 unknown key": answer_with({key: 1}),
    }


@pytest.mark.parametrize("case", list(leaky(KEY)))
def test_the_key_is_in_no_error_event_row_or_log(
    store: Store, stub: StubServer, case: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    # After three without an answer the server's words are told.
    fill(store, n=3)
    stub.answer = lambda _asked, _n: leaky(KEY)[case]
    provider = model(stub)
    report = run(store, provider)
    left = [repr(report), repr(provider), repr(store.rows("suggestions")), caplog.text]
    left += [repr(event) for event in store.events()]
    # Half of it is too much as well.
    for text in left:
        assert KEY[: len(KEY) // 2] not in text


def command(location: str, *arguments: str) -> tuple[int, str, BaseException | None]:
    found = CliRunner().invoke(cli, ["screening", *arguments, "--store", location])
    return found.exit_code, found.output, found.exception


def config(folder: Path, stub: StubServer, *more: str) -> str:
    path = folder / "model.toml"
    lines = ['name = "m-1"', f'base_url = "{stub.address}"', 'model = "m"', *more]
    path.write_text("\n".join(lines))
    return str(path)


AGREES = "sends_titles_and_abstracts = true"


def test_a_dry_run_shows_what_would_be_sent_and_sends_nothing(
    store: Store, location: str, stub: StubServer, tmp_path: Path
) -> None:
    fill(store, n=5)
    file = config(tmp_path, stub, AGREES, 'key_file = "nowhere"')
    code, output, _ = command(location, "suggest", "--review", "r", "--config", file, "--dry-run")
    assert code == 0
    assert "Titles and abstracts of 5 records" in output
    assert f"go to {stub.address}/chat/completions" in output
    assert "Nothing was sent or kept." in output
    assert stub.asked == []
    assert store.rows("suggestions") == []


def test_nothing_is_sent_unless_the_file_agrees(
    store: Store, location: str, stub: StubServer, tmp_path: Path
) -> None:
    fill(store, n=1)
    for line in ("", "sends_titles_and_abstracts = false"):
        file = config(tmp_path, stub, line)
        code, _, error = command(location, "suggest", "--review", "r", "--config", file)
        assert code != 0
        assert "sends_titles_and_abstracts" in str(error)
    assert stub.asked == []


def test_the_commands_ask_and_evaluate(
    store: Store, location: str, stub: StubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    board = fill(store, n=44)
    decide(board, n=44)
    monkeypatch.setenv("MODEL_KEY", KEY)
    file = config(tmp_path, stub, AGREES, 'key_env = "MODEL_KEY"')
    code, output, error = command(location, "suggest", "--review", "r", "--config", file)
    assert (code, error) == (0, None)
    assert "44 suggestions of model-m-1 kept: 22 exclude, 22 include." in output
    assert KEY not in output
    rules = tmp_path / "rules.toml"
    rules.write_text('name = "w"\n[[exclude]]\nwords = ["metal"]\nreason = "population"\n')
    assert command(location, "suggest", "--review", "r", "--rule", str(rules))[0] == 0
    code, output, _ = command(
        location, "suggestions", "evaluate", "--review", "r", "--by", "abstract"
    )
    assert code == 0
    assert output.count("lost none of 22 relevant records") == 2
    assert "rule-w" in output
    assert "with abstract: kept 100.0%" in output
    code, output, _ = command(location, "suggestions", "evaluate", "--review", "r", "--json")
    assert {one["actor"] for one in json.loads(output)} == {"model-m-1", "rule-w"}


RULES = replace(reading_is_out(), name="w")


def test_suggestions_are_no_votes_and_count_nowhere(store: Store) -> None:
    board = fill(store, n=10)
    for at in range(4):
        vote(board, by=person("a"), stage_name=TA, record_id=f"r.{at:05}", value="include")
        if at < 2:
            vote(board, by=person("b"), stage_name=TA, record_id=f"r.{at:05}", value="include")

    def figures() -> tuple[object, ...]:
        now = Board(store, "r")
        stage = now.stage(TA)
        return (
            [(name, stage.standing(name)) for name in stage.shown],
            measure_agreement(now, TA).table(),
            prisma_flow(store.evidence(*FLOW_TABLES), "r"),
            store.rows("decisions"),
        )

    before = figures()
    assert run(store, RULES).by_value == {"exclude": 5, "unsure": 5}
    assert figures() == before


def test_suggestions_are_shown_only_when_all_who_must_decide_have(store: Store) -> None:
    board = fill(store, n=4)
    run(store, RULES)
    vote(board, by=person("a"), stage_name=TA, record_id="r.00000", value="include")
    assert suggestions_to_show(board, stage=TA, record_id="r.00000") == ()
    vote(board, by=person("b"), stage_name=TA, record_id="r.00000", value="include")
    (shown,) = suggestions_to_show(board, stage=TA, record_id="r.00000")
    assert (shown.suggestion.value, shown.place, shown.spans) == ("exclude", "title", ((0, 7),))


def test_asking_about_some_takes_a_random_draw_that_is_the_same_for_all(
    store: Store, stub: StubServer
) -> None:
    board = fill(store, n=20)
    decide(board, n=10)
    run(store, model(stub), limit=4)
    run(store, RULES, limit=4)
    by_actor: dict[str, set[str]] = {}
    for one in store.rows("suggestions"):
        by_actor.setdefault(one.actor, set()).add(one.record_id)
    assert by_actor["model-m-1"] == by_actor["rule-w"]
    assert by_actor["rule-w"] != {f"r.{at:05}" for at in range(4)}
    only = run(store, replace(RULES, name="v"), only_decided=True)
    assert only.n_kept == 10


def test_what_cannot_be_asked_is_told(store: Store) -> None:
    fill(store, n=1)
    with pytest.raises(UserError, match="only titles and abstracts are read"):
        suggest_for_records(store, by=LEAD, review_id="r", stage="full_text", provider=RULES)
    with pytest.raises(NotFound):
        run(store, RULES, record_ids=["nowhere"])
    with pytest.raises(NotFound, match="no suggestions"):
        evaluate_suggestions(store, review_id="r", stage=TA)
