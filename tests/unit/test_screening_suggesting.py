"""Answers about a record: kept whole, or refused in words; and rules that answer by words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whatworks.errors import FileError, UserError
from whatworks.screening.nouns import EligibilityCriteria, ExclusionReason
from whatworks.screening.suggesting import (
    Answer,
    Prompt,
    instructions_for,
    parse_answer,
    prompt_for,
)
from whatworks.screening.word_rules import RuleProvider, WordRule, read_rules, rule_provider

CODES = ("population", "design")
CRITERIA = EligibilityCriteria("r", 1, "Pupils\nTrials", "dyslexi*; reading", "adults", None)
REASONS = [
    ExclusionReason("r", 1, "design", 2, "No comparison group"),
    ExclusionReason("r", 1, "population", 1, "Not pupils"),
]
PROMPT = Prompt("Judge it.", "Paired reading", "We randomised 240 pupils with dyslexia.")
GOOD: dict[str, Any] = {
    "value": "exclude",
    "reason": "design",
    "quote": "randomised 240 pupils",
    "probability": 0.1,
}


def parsed(**changes: Any) -> Answer:
    return parse_answer({**GOOD, **changes}, PROMPT, codes=CODES)


def test_a_good_answer_is_kept_as_it_is():
    assert parsed() == Answer("exclude", "design", "randomised 240 pupils", True, 0.1)
    unsure = parsed(value="unsure", reason=None, quote=None, probability=None)
    assert unsure == Answer("unsure", None, None, None, None)


def test_a_quote_that_does_not_stand_there_is_kept_and_marked():
    assert parsed(quote="randomised 240 adults") == Answer(
        "exclude", "design", "randomised 240 adults", False, 0.1
    )


def test_a_quote_may_stand_in_the_title_and_may_not_span_both():
    assert parsed(quote="Paired reading").is_quote_found
    assert not parsed(quote="reading We randomised").is_quote_found


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"value": "maybe"}, 'none of include, exclude, unsure: "maybe"'),
        ({"value": "Exclude"}, "none of include"),
        ({"value": None}, "none of include"),
        ({"value": ["exclude"]}, "a list"),
        ({"value": "refused"}, "none of include"),
        ({"reason": "weather"}, 'none of those given: "weather"'),
        ({"reason": "Design"}, "none of those given"),
        ({"reason": 3}, 'reason is no text: "3"'),
        ({"reason": None}, "exclude and gives no reason"),
        ({"reason": "  "}, "exclude and gives no reason"),
        ({"value": "include", "probability": 0.9}, "include and gives a reason to exclude"),
        ({"quote": None}, "exclude and quotes nothing"),
        ({"quote": " "}, "exclude and quotes nothing"),
        ({"value": "include", "reason": None, "quote": None}, "include and quotes nothing"),
        ({"quote": {"text": "x"}}, "quote is no text: an object"),
        ({"quote": "x" * 1001}, "longer than 1,000"),
        ({"quote": "a\0b"}, "characters that are none"),
        ({"quote": "\ud83d"}, "characters that are none"),
        ({"probability": "0.1"}, 'no number: "0.1"'),
        ({"probability": True}, "no number"),
        ({"probability": 1.1}, "not between 0 and 1"),
        ({"probability": -0.01}, "not between 0 and 1"),
        ({"probability": float("nan")}, "not between 0 and 1"),
        ({"probability": 10**400}, "a very large number"),
        ({"probability": 0.9}, "likely relevant (90%)"),
        ({"confidence": 1}, 'nobody asked for: "confidence"'),
    ],
)
def test_an_answer_that_breaks_a_rule_is_refused_in_words(changes, words):
    answer = parsed(**changes)
    assert answer.value == "refused"
    assert words in str(answer.reason)
    assert (answer.quote, answer.is_quote_found, answer.probability) == (None, None, None)


@pytest.mark.parametrize("key", list(GOOD))
def test_an_answer_that_lacks_a_key_is_refused(key):
    answer = parse_answer({k: v for k, v in GOOD.items() if k != key}, PROMPT, codes=CODES)
    assert answer.value == "refused"
    assert f"lacks {key}" in str(answer.reason)


@pytest.mark.parametrize("answer", [None, [], "exclude", 3, [GOOD]])
def test_an_answer_that_is_no_object_is_refused(answer):
    assert "no JSON object" in str(parse_answer(answer, PROMPT, codes=CODES).reason)


def test_without_reasons_a_few_words_are_one():
    answer = parse_answer({**GOOD, "reason": "no pupils"}, PROMPT, codes=())
    assert (answer.value, answer.reason) == ("exclude", "no pupils")


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@given(
    PLAIN
    | st.fixed_dictionaries(
        {
            "value": st.sampled_from(["include", "exclude", "unsure"]) | PLAIN,
            "reason": st.sampled_from([*CODES, None]) | PLAIN,
            "quote": st.sampled_from(["randomised 240 pupils", None]) | PLAIN,
            "probability": st.floats(0, 1) | PLAIN,
        }
    )
)
def test_whatever_is_answered_comes_out_by_the_rules_or_refused(said):
    answer = parse_answer(said, PROMPT, codes=CODES)
    if answer.value == "refused":
        assert answer.reason
        assert answer.probability is None
        return
    assert answer.value in ("include", "exclude", "unsure")
    assert (answer.value == "exclude") <= (answer.reason in CODES)
    assert answer.reason is None or answer.value != "include"
    assert answer.probability is None or 0 <= answer.probability <= 1
    assert (answer.quote is None) == (answer.is_quote_found is None)


def test_instructions_hold_criteria_and_reasons_in_order_and_change_their_hash():
    made = instructions_for(CRITERIA, REASONS)
    assert "Pupils\nTrials" in made.text
    assert made.text.index("Not pupils") < made.text.index("No comparison group")
    assert made.schema["properties"]["reason"]["enum"] == ["population", "design", None]
    other = instructions_for(CRITERIA, REASONS[:1])
    hashes = {made.sha256({}), made.sha256({"seed": 1}), other.sha256({})}
    assert len(hashes) == 3
    assert made.sha256({"a": 1, "b": 2}) == made.sha256({"b": 2, "a": 1})


def test_criteria_with_braces_are_taken_as_they_are():
    criteria = EligibilityCriteria("r", 1, "Pupils {aged} {0}", None, None, None)
    assert "Pupils {aged} {0}" in instructions_for(criteria, []).text


def rules(text: str) -> RuleProvider:
    return rule_provider(read_rules(text.encode(), file="rules.toml"), CRITERIA, REASONS)


def said(provider: RuleProvider, title: str, abstract: str = "") -> Answer:
    made = instructions_for(CRITERIA, REASONS)
    prompt = prompt_for(made, title=title, abstract=abstract)
    answer = provider.suggest(prompt, made.schema)
    return parse_answer(answer, prompt, codes=made.codes, least_letters=1)


BOTH = """
name = "one"
[[exclude]]
words = ["editorial", "case stud*"]
reason = "design"
unless = ["randomi*"]
[[include]]
words = ["IQ"]
where = "title"
"""


def test_rules_exclude_include_and_are_unsure_where_they_contradict():
    provider = rules(BOTH)
    found = said(provider, "A trial", "Three Case  Studies of pupils")
    assert (found.value, found.reason, found.quote) == ("exclude", "design", "Case  Studies")
    assert found.is_quote_found
    assert found.probability is None
    assert said(provider, "IQ and reading").value == "include"
    assert said(provider, "IQ: an editorial").value == "unsure"
    assert said(provider, "Nothing of it").value == "unsure"


def test_rules_keep_to_their_place_and_are_silenced_by_unless():
    provider = rules(BOTH)
    assert said(provider, "A trial", "IQ was measured").value == "unsure"
    assert said(provider, "An editorial", "on randomised trials").value == "unsure"
    assert said(provider, "Editorials").value == "unsure"


def test_the_criterias_words_can_be_rules():
    provider = rules('name = "c"\nuse_criteria_words = true\ncriteria_words_reason = "population"')
    assert said(provider, "Reading in adults").value == "unsure"
    assert said(provider, "Wings for adults").reason == "population"
    assert said(provider, "Dyslexic pupils").quote == "Dyslexic"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('name = "x"', "has no rule"),
        ('name = "a b"\nuse_criteria_words = true', '"name"'),
        ('[[include]]\nwords = ["a"]', '"name" is missing'),
        ('name = "x"\n[[include]]\nwords = []', "include.1.words"),
        ('name = "x"\n[[include]]\nwords = ["*"]', "letter or a digit"),
        ('name = "x"\n[[include]]\nwords = ["a"]\nreason = "design"', "only those that exclude"),
        ('name = "x"\n[[exclude]]\nwordz = ["a"]', 'wordz" is not known'),
        ("name = ", "not valid TOML"),
    ],
)
def test_a_file_of_rules_with_a_fault_is_told_by_its_key(text, words):
    with pytest.raises(FileError, match=r"rules\.toml") as caught:
        read_rules(text.encode(), file="rules.toml")
    assert words in str(caught.value)


@pytest.mark.parametrize("reason", ["", '\nreason = "weather"'])
def test_a_rule_against_needs_one_of_the_criterias_reasons(reason):
    with pytest.raises(UserError, match="The criteria give: population, design"):
        rules(f'name = "x"\n[[exclude]]\nwords = ["a"]{reason}')


def test_rules_that_differ_are_asked_apart():
    made = instructions_for(CRITERIA, REASONS)
    one = RuleProvider("x", (WordRule(words=("a",)),), ())
    other = RuleProvider("x", (WordRule(words=("b",)),), ())
    assert made.sha256(one.settings) != made.sha256(other.settings)
