"""What the numbers say in words."""

import pytest

from whatworks.grading.levels import LEVELS
from whatworks.site.plain import CERTAINTY_LEVELS
from whatworks.site.sentences import (
    Interval,
    correlation,
    finding_title,
    headline,
    new_setting,
    spread,
    spread_by_level,
    with_kept_out,
)
from whatworks.site.words import readable

BETTER = Interval(0.3, 0.1, 0.5)
WORSE = Interval(-0.3, -0.5, -0.1)
UNCLEAR = Interval(0.1, -0.1, 0.3)


@pytest.mark.parametrize(
    ("level", "sentence"),
    [
        ("high", "On average, this will help with reading."),
        ("moderate", "On average, this will probably help with reading."),
        ("low", "On average, this may help with reading."),
        ("very_low", "The evidence is very uncertain about whether this helps with reading."),
        (
            None,
            "In these studies, results for reading were better, on average, with this support than "
            "without it.",
        ),
    ],
)
def test_the_verb_follows_the_certainty(level, sentence):
    assert headline(BETTER, level, "reading") == sentence


@pytest.mark.parametrize("level", ["high", "moderate", "low"])
def test_an_interval_across_zero_never_says_that_it_helps(level):
    sentence = headline(UNCLEAR, level, "reading")
    assert "help" not in sentence
    assert "little" in sentence or "none" in sentence


@pytest.mark.parametrize("level", ["high", "moderate", "low"])
def test_a_loss_is_said_to_be_one(level):
    assert "worse" in headline(WORSE, level, "reading")


def test_every_level_of_grading_has_words():
    assert set(CERTAINTY_LEVELS) == set(LEVELS)
    for effect in (BETTER, WORSE, UNCLEAR):
        assert all(headline(effect, level, "maths") for level in LEVELS)


def test_an_estimate_without_interval_is_unclear():
    assert Interval(0.9, None, None).direction == "unclear"


def test_a_prediction_interval_across_zero_says_that_it_may_not_help():
    assert "do worse" in new_setting(-0.1, 0.9)
    assert "\N{MINUS SIGN}0.10 and 0.90" in new_setting(-0.1, 0.9)
    assert "expected to help in most" in new_setting(0.1, 0.5)
    assert "worse in most" in new_setting(-0.5, -0.1)


def test_spread_has_stronger_words_for_more_spread():
    said = [spread(i2, 0.1) for i2 in (10.0, 50.0, 70.0, 90.0)]
    assert len(set(said)) == 4
    assert "chance" in spread(0.0, 0.0)


@pytest.mark.parametrize(
    ("tau2", "omega2", "words"),
    [
        (0.0, 0.04, "whole studies do not differ measurably"),
        (0.01, 0.09, "most of it is between tests or groups of the same study"),
        (0.05, 0.05, "part of it is between studies"),
        (0.09, 0.01, "most of it is between studies"),
        (0.04, 0.0, "it is between studies"),
    ],
)
def test_the_spread_says_where_the_differences_lie(tau2, omega2, words):
    said = spread_by_level(tau2, omega2, (tau2 + omega2) ** 0.5)
    assert words in said
    assert "Under the correlation assumed" in said
    assert f"{(tau2 + omega2) ** 0.5:.2f}" in said
    assert "chance" in spread_by_level(0.0, 0.0, 0.0)


def test_an_interval_that_is_not_to_be_trusted_tells_no_direction():
    few = Interval(0.3, 0.1, 0.5, is_trusted=False)
    assert few.direction == "unclear"
    assert "help" not in headline(few, "low", "reading")


def test_an_answer_that_holds_at_every_correlation_is_said_to():
    said = correlation([(0.0, BETTER), (0.8, BETTER)])
    assert "The answer is the same" in said
    assert "from 0 to 0.8: the average is above zero" in said


def test_an_answer_that_depends_on_the_correlation_is_said_to():
    said = correlation([(0.0, BETTER), (0.4, BETTER), (0.6, BETTER), (0.8, UNCLEAR)])
    assert "depends on the correlation" in said
    assert "at 0, 0.4 and 0.6 the average is above zero" in said
    assert "at 0.8 the average cannot be told from none" in said


def test_a_prediction_for_one_measure_says_so():
    assert "On one test or scale" in new_setting(0.1, 0.5, on_one_measure=True)
    assert "On one test or scale" not in new_setting(0.1, 0.5)


@pytest.mark.parametrize("limits", [(-0.2, 0.9), (0.1, 0.5), (-0.5, -0.1)])
def test_a_prediction_for_one_measure_says_nothing_of_how_many_settings_gain(limits):
    said = new_setting(*limits, on_one_measure=True)
    assert "in some settings" not in said
    assert "expected to help" not in said
    assert "worse" not in said
    assert "cannot separate well" in said


def test_a_chart_title_states_the_finding():
    assert finding_title(BETTER, 37, 36).startswith(
        "Pupils with the support did better in 36 of 37"
    )
    assert finding_title(BETTER, 1, 1).startswith("In the one study")
    assert "cannot be told from zero" in finding_title(UNCLEAR, 5, 3)


def test_taking_in_what_was_kept_out_is_told_as_it_is():
    assert with_kept_out(BETTER, UNCLEAR) == "could not be told from none"
    assert with_kept_out(BETTER, BETTER) == "would point the same way"
    assert with_kept_out(BETTER, WORSE) == "would be below zero"
    assert with_kept_out(UNCLEAR, BETTER) == "would be above zero"


def test_a_prediction_interval_above_zero_is_only_as_good_as_the_studies():
    assert "As far as these studies can be trusted" in new_setting(0.1, 0.5)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("Anxiety Scale (CALIS)_Parent report", "Anxiety Scale (CALIS), Parent report"),
        ("word_reading", "word reading"),
        ("Plain name", "Plain name"),
        ("_", "_"),
    ],
)
def test_names_of_measures_lose_their_underscores(given, shown):
    assert readable(given) == shown
