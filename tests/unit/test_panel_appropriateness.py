"""RAND/UCLA appropriateness against published and computed panels."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from whatworks.errors import UserError
from whatworks.panel import appropriateness


def test_the_published_item_has_the_printed_threshold() -> None:
    # BMJ Open 2012;2:e001431, Table 1, criterion 1.
    found = appropriateness([4, 5, 6] + [7] * 5 + [8] * 5 + [9] * 2, percentiles="type 7")

    assert (found.median, found.spread.p30, found.spread.p70) == (7.0, 7.0, 8.0)
    assert found.spread.ipras == 6.1
    assert found.spread.disagreement_index == pytest.approx(0.16393442622950818, rel=1e-15)
    assert found.classification == "appropriate"
    assert found.panel_size_rule is not None
    assert found.panel_size_rule.has_agreement


def test_the_definition_of_percentiles_can_decide_and_is_then_told() -> None:
    ratings = [1, 2, 3, 6, 6, 7, 7, 7, 7]

    seven = appropriateness(ratings, percentiles="type 7")
    six = appropriateness(ratings, percentiles="type 6")

    assert (seven.spread.has_disagreement, six.spread.has_disagreement) == (False, True)
    assert seven.other_spread == six.spread


def test_definitions_differ_only_where_the_class_does() -> None:
    found = appropriateness([1, 2, 3, 7, 7, 8, 8, 9, 9], percentiles="type 7")
    assert (found.classification, found.definitions_differ) == ("appropriate", True)

    # Disagreement by one definition only, but a median of 6 is uncertain by both.
    found = appropriateness([1, 2, 3, 6, 6, 7, 7, 7, 7], percentiles="type 7")
    assert (found.classification, found.definitions_differ) == ("uncertain", False)


@pytest.mark.parametrize(
    ("ratings", "region"), [([3, 4], "middle"), ([6, 7], "high"), ([3, 3], "low")]
)
def test_a_median_between_regions_goes_to_the_higher(ratings: list[int], region: str) -> None:
    assert appropriateness(ratings, percentiles="type 7").region == region


def test_the_panel_size_rule_has_no_answer_below_its_tables() -> None:
    assert appropriateness([7] * 7, percentiles="type 7").panel_size_rule is None
    rule = appropriateness([7] * 8, percentiles="type 7").panel_size_rule
    assert rule is not None
    assert rule.most_outside == 2


def test_who_did_not_rate_is_counted_and_left_out() -> None:
    found = appropriateness([9, None, 8, None, 7], percentiles="type 7")
    assert (found.n, found.abstained, found.median) == (3, 2, 8.0)
    assert found == appropriateness([9, 8, 7, None, None], percentiles="type 7")


@pytest.mark.parametrize("wrong", [0, 10, 5.5, "7", True])
def test_a_rating_off_the_scale_is_refused_with_its_place(wrong: object) -> None:
    with pytest.raises(UserError, match=r"Member 2 rated .*from 1 to 9"):
        appropriateness([7, wrong, 8], percentiles="type 7")  # type: ignore[list-item]


def test_ratings_from_an_array_are_ratings() -> None:
    array = np.array([4, 7, 8])
    assert appropriateness(list(array), percentiles="type 7") == appropriateness(
        [4, 7, 8], percentiles="type 7"
    )


def test_no_ratings_and_unknown_definitions_are_refused() -> None:
    with pytest.raises(UserError, match="Nobody rated this item"):
        appropriateness([None, None], percentiles="type 7")
    with pytest.raises(UserError, match=r"'type 6' or 'type 7'. Supplied value was 'type 5'"):
        appropriateness([7, 8], percentiles="type 5")  # type: ignore[arg-type]


def test_type_7_is_numpy_and_type_6_is_numpy_weibull() -> None:
    ratings = [1, 2, 2, 4, 6, 7, 7, 9, 9, 9, 3]
    found = appropriateness(ratings, percentiles="type 7")
    assert found.spread.p30 == pytest.approx(np.percentile(ratings, 30), rel=1e-14)
    assert found.other_spread.p70 == pytest.approx(
        np.percentile(ratings, 70, method="weibull"), rel=1e-14
    )


@pytest.mark.shared
def test_the_reference_panels_are_reached(shared: Path) -> None:
    file = shared / "reference" / "agreement_vectors.json"
    panels = json.loads(file.read_text("utf-8"))["rand"]
    assert len(panels) >= 11
    for want in panels:
        found = appropriateness(want["ratings"], percentiles="type 7")
        assert (found.n, found.median, found.low, found.high, found.outside) == (
            want["n"],
            want["median"],
            want["low_1_3"],
            want["high_7_9"],
            want["outside"],
        )
        assert found.classification == want["class"]
        for spread, name in ((found.spread, "type7"), (found.other_spread, "type6")):
            got = (spread.p30, spread.p70, spread.ipr, spread.ipr_centre, spread.asymmetry)
            got += (spread.ipras, spread.disagreement_index)
            names = ("p30", "p70", "IPR", "IPRCP", "AI", "IPRAS", "DI")
            # The reference is rounded to six decimals.
            assert got == pytest.approx([want[name][key] for key in names], abs=6e-7)
        rule = found.panel_size_rule
        if rule is not None:
            assert rule.has_agreement == want["agreement"]
            assert rule.has_disagreement == want["disagreement_classic"]
