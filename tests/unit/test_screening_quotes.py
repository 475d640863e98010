"""Quotes: found whatever the typesetting, and only where their words stand."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whatworks.screening.quotes import find_quote

TEXT = (
    "We randomised 240 pupils — aged 8 to 11 — to “paired reading” or usual lessons. "
    "Children’s ﬂuency did not improve (d = -0.30); the approach was ineffective for dyslexia."
)


def quoted(quote: str, text: str = TEXT) -> list[str]:
    found = find_quote(quote, text)
    return [] if found is None else [text[start:end] for start, end in found.spans]


@pytest.mark.parametrize(
    ("quote", "stands"),
    [
        ("randomised 240 pupils", "randomised 240 pupils"),
        ("RANDOMISED  240\npupils", "randomised 240 pupils"),
        ('to "paired reading" or', "to “paired reading” or"),
        ("pupils - aged 8", "pupils — aged 8"),
        ("pupils—aged 8", "pupils — aged 8"),
        ("Children's fluency", "Children’s ﬂuency"),
        ("chil\u00addren’s flu\u200bency", "Children’s ﬂuency"),
        ("“usual lessons.”", "usual lessons"),
        ("usual lessons,", "usual lessons"),
    ],
)
def test_typesetting_makes_no_difference(quote, stands):
    assert quoted(quote) == [stands]


@pytest.mark.parametrize(
    "quote",
    [
        "randomised 240 adults",
        "effective for dyslexia",
        "approach was ineffect",
        "240 pupils aged 8",
        "0.30); the approach",
        "pupils",
        "",
        "…",
        "''--''",
    ],
)
def test_other_words_cut_words_and_mere_signs_are_not_found(quote):
    # "pupils" has six letters and does stand there; all others do not.
    expected = ["pupils"] if quote == "pupils" else []
    assert quoted(quote) == expected


@pytest.mark.parametrize("dots", ["...", "…", "[...]", "(…)", " . . . "])
def test_an_ellipsis_joins_parts_in_their_order(dots):
    assert quoted(f"240 pupils{dots}usual lessons") == ["240 pupils", "usual lessons"]
    assert quoted(f"usual lessons{dots}240 pupils") == []


def test_parts_joined_by_an_ellipsis_may_not_overlap_nor_be_too_short():
    assert quoted("paired reading … paired reading") == []
    assert quoted("We … did not improve") == []
    assert find_quote("We … did not improve", TEXT, least_letters=2) is not None


@pytest.mark.parametrize(
    "text",
    [
        "a gain of 10.5 points",
        "a gain of 15 points",
        "a gain of 1,5 points",
        "a gain of 1·5 points",
        "a gain of -5 points",
        "a gain of −5 points",
        "a gain of –5 points",
        "a gain (-5 points)",
        "a gain of &minus;5 points",
        "gain = - 5 points",
        "gain<-5 points",
        "-5 points were gained",
        "a gain of -.5 points",
    ],
)
def test_a_number_is_not_found_inside_another(text):
    assert find_quote("5 points", text) is None


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        ("5 points", "a gain of 5 points"),
        ("5 points", "a gain of 3-5 points"),
        ("5 points", "a gain of 3–5 points"),
        ("5 points", "a gain of 3% - 5 points"),
        ("5 points", "a gain—5 points"),
        ("5 points", "a gain — 5 points"),
        ("11 years", "aged 8-11 years"),
        ("2 trial", "a phase-2 trial"),
        ("19 pandemic", "the COVID-19 pandemic"),
        ("covid pandemic", "the non-covid pandemic"),
        ("-5 points", "a gain of −5 points"),
        ("gain of –5 points", "a gain of -5 points"),
        ("d = −0.30", "effect (d = - 0.30)"),
        (".05 level", "at the .05 level"),
        ("-.30 points", "a change of −.30 points"),
        ("5 points", "That was it.5 points more"),
        ("3 - 5 points", "a gain of 3–5 points"),
    ],
)
def test_a_dash_between_two_words_or_numbers_is_no_sign(quote, text):
    assert find_quote(quote, text, least_letters=3) is not None


def test_a_range_does_not_quote_a_negative_number():
    assert find_quote("-5 points", "a gain of 3-5 points") is None
    assert find_quote("3-5 points", "from 3 to -5 points") is None


NUMBERS = st.from_regex(r"[1-9][0-9]{0,3}([.,][0-9]{1,3})?", fullmatch=True)


@given(NUMBERS, NUMBERS, st.sampled_from("-‐‑‒–−"))
def test_a_number_is_quoted_only_as_the_whole_number_with_its_sign(one, other, minus):
    stands = find_quote(f"{one} points", f"a gain of {other} points", least_letters=1) is not None
    assert stands == (one == other)
    negative = f"a gain of {minus}{other} points"
    assert find_quote(f"{one} points", negative, least_letters=1) is None
    stands = find_quote(f"−{one} points", negative, least_letters=1) is not None
    assert stands == (one == other)
    positive = f"a gain of {other} points"
    assert find_quote(f"{minus}{one} points", positive, least_letters=1) is None


@given(NUMBERS, NUMBERS, st.sampled_from(["-", "–", "—", " – ", " - ", " — "]))
def test_either_end_of_a_range_is_quoted_and_so_is_the_whole(low, high, dash):
    text = f"aged {low}{dash}{high} years"
    assert find_quote(f"{high} years", text, least_letters=1) is not None
    assert find_quote(f"aged {low}", text, least_letters=1) is not None
    assert find_quote(f"aged {low}–{high} years", text, least_letters=1) is not None


def test_a_range_with_a_dash_is_the_same_in_either_writing():
    assert find_quote("aged 8–11 years", "pupils aged 8 - 11 years") is not None


def test_tags_and_entities_left_in_an_abstract_are_passed_over():
    text = "<jats:p>An <i>in vitro</i> study</jats:p><jats:p>Smith &amp; Lee: p &lt; 0.05</jats:p>"
    assert quoted("An in vitro study", text) == ["An <i>in vitro</i> study"]
    assert quoted("in vitro study Smith & Lee", text) != []
    assert quoted("Lee: p < 0.05", text) == ["Lee: p &lt; 0.05"]


def test_writings_without_blanks_are_found_within_a_sentence():
    assert quoted("随机对照", "本研究为随机对照试验。") == ["随机对照"]
    assert quoted("随机", "本研究为随机对照试验。") == ["随机"]
    assert quoted("对照随机", "本研究为随机对照试验。") == []


def test_accents_are_kept_however_they_are_written():
    assert quoted("l’école élémentaire", unicodedata.normalize("NFD", "À l'école élémentaire"))
    assert not quoted("l'ecole elementaire", "À l'école élémentaire")


WORDS = st.lists(st.text(alphabet="abcdeéß9", min_size=1, max_size=6), min_size=8, max_size=30).map(
    " ".join
)


@given(WORDS, st.data())
def test_any_run_of_whole_words_is_found_where_it_stands(text, data):
    words = text.split(" ")
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first, len(words) - 1))
    quote = " ".join(words[first : last + 1])
    worn = data.draw(
        st.sampled_from(
            [
                quote,
                quote.replace(" ", " \n "),
                quote.upper(),
                f"„{quote}“",
                unicodedata.normalize("NFD", quote),
                quote[:1] + "\u00ad" + quote[1:],
            ]
        )
    )
    found = find_quote(worn, text, least_letters=1)
    assert found is not None
    ((start, end),) = found.spans
    assert text[start:end] == quote
    # The place is the first there is, at the beginning of a word.
    assert f" {text} ".index(f" {quote} ") == start


@given(st.text(max_size=80), st.text(max_size=80))
def test_nothing_breaks_it_and_what_is_found_lies_in_the_text(quote, text):
    found = find_quote(quote, text, least_letters=1)
    if found is not None:
        ends = [0, *(place for span in found.spans for place in span), len(text)]
        assert ends == sorted(ends)
        assert all(start < end for start, end in found.spans)


@given(st.text(min_size=1, max_size=60), st.text(alphabet="xyz ", max_size=20))
def test_a_text_quotes_itself_whatever_stands_around_it(text, around):
    if find_quote(text, text, least_letters=1) is not None:
        assert find_quote(text, f"{around} {text} {around}", least_letters=1) is not None
