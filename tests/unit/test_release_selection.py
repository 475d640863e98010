import pytest

from tests.builders import an_effect
from whatworks.errors import UserError
from whatworks.release.selection import Selection, parse_selection, select_effects


def test_all_conditions_must_hold_and_any_value_of_one_is_enough():
    effects = [
        an_effect("a", approaches="decoding;small_group_tuition", outcome="reading"),
        an_effect("b", approaches="decoding", outcome="mathematics"),
        an_effect("c", approaches="cbt", outcome="reading"),
        an_effect("d", approaches=None, outcome="reading"),
    ]
    rule = parse_selection(
        '{"approaches": ["small_group_tuition", "cbt"], "outcomes": ["reading"]}'
    )

    assert [effect.effect_id for effect in select_effects(effects, rule)] == ["a", "c"]


def test_a_rule_without_conditions_picks_everything():
    assert len(select_effects([an_effect("a"), an_effect("b")], Selection())) == 2


def test_a_misspelt_condition_is_refused_with_the_known_ones():
    with pytest.raises(UserError, match=r'fault at "approach".*reviews, studies, needs'):
        parse_selection('{"approach": ["cbt"]}')


def test_a_rule_that_is_not_json_says_where():
    with pytest.raises(UserError, match="line 1, column 2"):
        parse_selection("{approaches}")


def test_a_rule_survives_its_json():
    rule = Selection(reviews=("r",), needs=("SPLD", "MLD"))

    assert parse_selection(rule.to_json()) == rule
