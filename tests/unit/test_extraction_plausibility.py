"""Signs in the numbers that something was copied wrongly, and no false alarms."""

from __future__ import annotations

from dataclasses import replace
from math import sqrt

from hypothesis import given
from hypothesis import strategies as st

from whatworks.extraction import FLAGS, Effect, flag_effects
from whatworks.extraction.plausibility import measure_family, repeated_rows
from whatworks.extraction.variance_scale import Spread, expected_variance, scale_of_column

BLANK = dict.fromkeys(Effect.__dataclass_fields__)


def effect(name: str, **values: object) -> Effect:
    study, _, _ = name.partition("/")
    base = {
        **BLANK,
        "effect_id": name,
        "study_id": study,
        "measure_id": "scas",
        "yi": 0.2,
        "vi": 0.04,
        "n_intervention": 100,
        "n_comparison": 100,
        "n_total": 200,
    }
    return Effect(**{**base, **values})  # type: ignore[arg-type]


def sds(after: float, before: float | None = None) -> dict[str, float | None]:
    return {
        "sd_intervention": after,
        "sd_comparison": after,
        "pre_sd_intervention": before,
        "pre_sd_comparison": before,
    }


NAMES = {"scas": "Anxiety Scale (SCAS)", "scas-p": "Anxiety Scale (SCAS), parent", "own": "Own"}
ORDINARY = [
    effect("a/1", **sds(15, 16)),
    effect("b/1", **sds(14, 15)),
    effect("c/1", **sds(17, 18)),
]


def flags(*effects: Effect) -> dict[str, tuple[str, ...]]:
    return flag_effects(effects, NAMES)


def test_ordinary_numbers_raise_no_flag() -> None:
    assert flags(*ORDINARY) == {}


def test_a_standard_error_after_and_a_standard_deviation_before_are_flagged() -> None:
    assert flags(effect("a/1", **sds(0.31, 3.0))) == {"a/1": ("se_for_sd_within_arm",)}


def test_a_spread_that_halves_is_not_a_standard_error() -> None:
    assert flags(effect("a/1", **sds(1.5, 3.0))) == {}


def test_standard_errors_are_known_by_other_studies_with_the_measure() -> None:
    odd = effect("d/1", measure_id="scas-p", **sds(1.5, 1.6))
    assert flags(*ORDINARY, odd) == {"d/1": ("se_for_sd_against_measure",)}


def test_one_other_study_is_not_enough_to_judge_by() -> None:
    odd = effect("d/1", **sds(1.5, 1.6))
    assert flags(ORDINARY[0], odd) == {}


def test_measures_only_that_study_used_are_flagged_with_it() -> None:
    odd = effect("d/1", **sds(1.5, 1.6))
    own = effect("d/2", measure_id="own", **sds(0.7, 0.8))
    assert flags(*ORDINARY, odd, own)["d/2"] == ("se_for_sd_same_study",)


def test_measures_of_a_study_whose_other_measures_are_right_are_left_alone() -> None:
    right = effect("d/1", **sds(15, 16))
    own = effect("d/2", measure_id="own", **sds(0.7, 0.8))
    assert flags(*ORDINARY, right, own) == {}


def test_large_effects_are_flagged_on_both_sides() -> None:
    assert flags(effect("a/1", yi=3.2), effect("b/1", yi=-3.2), effect("c/1", yi=3.0)) == {
        "a/1": ("large_effect",),
        "b/1": ("large_effect",),
    }


def test_numbers_of_pupils_that_do_not_add_up_are_flagged_beyond_rounding() -> None:
    assert flags(effect("a/1", n_total=230), effect("b/1", n_total=201)) == {
        "a/1": ("n_does_not_add_up",)
    }


def test_one_standard_error_among_variances_is_flagged() -> None:
    right = [effect(f"{name}/1", reported_se=0.2, vi=0.0201) for name in "abcde"]
    wrong = effect("f/1", reported_se=sqrt(0.142), vi=0.142)
    assert flags(*right, wrong) == {"f/1": ("variance_looks_like_se",)}


def test_variances_of_clustered_trials_are_not_judged() -> None:
    right = [effect(f"{name}/1", reported_se=0.2, vi=0.0201) for name in "abcde"]
    clustered = effect("f/1", reported_se=0.4, vi=0.142, clusters_intervention=5.0)
    assert flags(*right, clustered) == {}


def test_rows_that_repeat_are_found_without_their_identifiers() -> None:
    rows = [
        (2, {"id": "1", "g": "0.2"}),
        (3, {"id": "2", "g": "0.2 "}),
        (4, {"id": "3", "g": "0.3"}),
        (5, {"id": "4", "g": "0.2"}),
    ]
    assert repeated_rows(rows, {"id"}) == {3, 5}
    assert repeated_rows(rows, set()) == set()


def test_versions_of_an_instrument_are_one_family() -> None:
    assert measure_family("Spence Scale (SCAS)_Adolescent") == measure_family("Spence's (SCAS)")
    assert measure_family("Own test") != measure_family("Own text")


def test_every_flag_has_a_sentence() -> None:
    assert all(sentence.endswith(".") for sentence in FLAGS.values())


SIZES = st.lists(st.tuples(st.integers(15, 2000), st.floats(-1, 1)), min_size=5, max_size=30)


@given(SIZES)
def test_a_column_of_variances_is_never_taken_for_standard_errors(
    rows: list[tuple[int, float]],
) -> None:
    spreads = []
    for n, g in rows:
        expected = expected_variance(g, n, n, None)
        assert expected is not None
        spreads.append(Spread(expected * 1.1, expected))
    assert scale_of_column(spreads) == "variance"
    offered_errors = [replace(one, offered=sqrt(one.offered)) for one in spreads]
    assert scale_of_column(offered_errors) == "standard_error"


def test_two_rows_are_too_few_to_judge_a_column() -> None:
    assert scale_of_column([Spread(0.2, 0.04)] * 2) == "unclear"


def test_the_expected_variance_is_the_large_sample_one() -> None:
    # Hedges and Olkin (1985), equation 5.14, by hand: 1/20 + 1/30 + 0.25/100.
    assert expected_variance(0.5, 20, 30, None) == 1 / 20 + 1 / 30 + 0.25 / 100
    assert expected_variance(0.5, None, None, 50) == 4 / 50 + 0.25 / 100
    assert expected_variance(0.5, None, None, None) is None
