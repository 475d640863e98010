"""Agreement of two raters and of more: what is given, what is refused, what is said."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from whatworks.errors import TooFewStudies, UserError
from whatworks.statistics.agreement import agreement_of_raters, agreement_of_two
from whatworks.statistics.agreement_weights import disagreement
from whatworks.statistics.krippendorff import krippendorff_alpha

A = [1, 1, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0]
B = [1, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]
ORDERED_A = [1, 2, 3, 3, 2, 1, 4, 1, 2, 5, 5, 4, 3, 2, 1]
ORDERED_B = [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 4, 4, 3, 3, 1]
CORRECTED = ("cohen_kappa", "fleiss_kappa", "brennan_prediger", "gwet_ac", "krippendorff_alpha")


def test_two_raters_are_measured_as_irrcac_and_scikit_learn_do() -> None:
    # irrCAC 0.4.4 (five digits) and sklearn.metrics.cohen_kappa_score 1.9.1 on these ratings.
    found = agreement_of_two(A, B)
    assert found.percent_agreement.value == 0.85
    assert found.cohen_kappa.value == pytest.approx(0.625, abs=1e-12)
    assert found.cohen_kappa.se == pytest.approx(0.20013, abs=5e-6)
    assert found.cohen_kappa.ci == pytest.approx((0.20612, 1.0), abs=5e-6)
    assert found.gwet_ac.value == pytest.approx(0.75052, abs=5e-6)
    assert found.gwet_ac.se == pytest.approx(0.14818, abs=5e-6)
    assert found.gwet_ac.ci == pytest.approx((0.44037, 1.0), abs=5e-6)
    assert found.specific_agreement[1].value == pytest.approx(2 * 4 / (6 + 5))


def test_kappa_of_five_ordered_categories_is_that_of_scikit_learn() -> None:
    found = agreement_of_two(ORDERED_A, ORDERED_B)
    assert found.cohen_kappa.value == pytest.approx(0.7457627118644068, rel=1e-13)
    found = agreement_of_two(ORDERED_A, ORDERED_B, weights="linear")
    assert found.cohen_kappa.value == pytest.approx(0.8606811145510835, rel=1e-13)


def test_the_intervals_of_two_raters_shares_are_wilsons() -> None:
    found = agreement_of_two(A, B)
    assert found.percent_agreement.ci == pytest.approx(wilson(17, 20), rel=1e-12)
    # 4 of the 7 records that anybody included were included by both; 2s/(1 + s) of its limits.
    low, high = found.specific_agreement[1].ci or (math.nan, math.nan)
    assert (low / (2 - low), high / (2 - high)) == pytest.approx(wilson(4, 7), rel=1e-12)
    assert found.specific_agreement[1].interval == "Wilson"


def wilson(x: int, n: int) -> tuple[float, float]:
    """Return the roots of (p - x/n)^2 = z^2 p(1 - p)/n, which is how the interval is defined."""
    z2 = 1.959963984540054**2
    roots = np.roots([1 + z2 / n, -2 * x / n - z2 / n, (x / n) ** 2])
    return float(roots.min()), float(roots.max())


def test_full_agreement_of_few_keeps_a_doubt() -> None:
    found = agreement_of_two([1, 0, 0, 0], [1, 0, 0, 0])
    assert found.percent_agreement.ci == pytest.approx((wilson(4, 4)[0], 1.0), abs=1e-7)
    assert found.specific_agreement[1].ci is not None
    assert found.specific_agreement[1].ci[0] < 0.4
    # What the formula cannot see is said.
    assert (found.gwet_ac.se, found.gwet_ac.ci) == (0.0, (1.0, 1.0))
    assert "Gwet's AC1 1.000 (1.000 to 1.000; no spread is seen" in found.summary()
    assert found.percent_agreement.reason is None


def test_one_category_throughout_is_not_estimable() -> None:
    for categories in (None, ["yes", "no"]):
        found = agreement_of_two(["no"] * 5, ["no"] * 5, categories=categories)
        assert found.percent_agreement.value == 1.0
        for name in CORRECTED:
            figure = getattr(found, name)
            assert figure.value is None
            assert figure.reason == (
                "All ratings are no, so that agreement by chance cannot be told."
            )
        assert "Cohen's kappa not estimable: All ratings are no" in found.summary()
    assert found.specific_agreement["yes"].value is None
    assert "Nobody gave yes" in str(found.specific_agreement["yes"].reason)


def test_alpha_alone_is_undefined_where_what_can_be_paired_is_one_category() -> None:
    found = agreement_of_two([0, 0, 1], [0, 0, None])
    assert found.krippendorff_alpha.value is None
    assert found.krippendorff_alpha.reason == "Every rating that has another beside it is 0."
    # The third record tells the first rater's shares.
    assert found.cohen_kappa.value == 1.0


def test_one_record_with_two_ratings_has_values_and_no_standard_error() -> None:
    found = agreement_of_raters([[0, 1, 0], [1, None, None]])
    for name in CORRECTED:
        assert getattr(found, name).value is not None
        assert getattr(found, name).se is None
        assert "One record" in getattr(found, name).reason
    assert "no interval: One record" in found.summary()


def test_missing_is_none_or_the_number_that_is_none() -> None:
    one = agreement_of_raters([[1.0, math.nan, 2.0, 1.0], [1.0, 2.0, 1.0, None]])
    other = agreement_of_raters([[1.0, None, 2.0, 1.0], [1.0, 2.0, 1.0, math.nan]])
    assert one == other
    assert (one.n, one.n_rated, one.n_raters) == (2, 4, 2)


def test_numbers_order_themselves_and_text_needs_a_list() -> None:
    by_size = agreement_of_two(ORDERED_A[::-1], ORDERED_B[::-1], weights="quadratic")
    named = agreement_of_two(ORDERED_A, ORDERED_B, categories=[1, 2, 3, 4, 5], weights="quadratic")
    assert by_size.cohen_kappa.value == pytest.approx(named.cohen_kappa.value, rel=1e-14)
    with pytest.raises(UserError, match="Ranks need the order of the categories, and low, high"):
        agreement_of_two(["low", "high"], ["low", "low"], weights="linear")
    with pytest.raises(UserError, match="Ranks need the order"):
        krippendorff_alpha([["low", "high"], ["low", "low"]], metric="ordinal")
    with pytest.raises(UserError, match="need numbers; found the category 'low'"):
        krippendorff_alpha([["low", "high"], ["low", "low"]], metric="interval")
    with pytest.raises(UserError, match="Give categories too"):
        krippendorff_alpha([["low", "high"], ["low", "low"]], metric="interval", values=[1, 2])
    with pytest.raises(UserError, match="Give categories too"):
        agreement_of_two([1, 2], [1, 1], values=[1, 2], weights="linear")
    found = krippendorff_alpha(
        [["low", "high"], ["low", "low"]], metric="ordinal", categories=["low", "high"]
    )
    assert found.value == pytest.approx(0.0, abs=1e-15)


def test_values_say_where_categories_lie() -> None:
    assert disagreement("linear", 3, [0.0, 1.0, 10.0]).tolist() == [
        [0.0, 0.1, 1.0],
        [0.1, 0.0, 0.9],
        [1.0, 0.9, 0.0],
    ]
    assert disagreement("quadratic", 3)[0].tolist() == [0.0, 0.25, 1.0]
    for wrong in ([1.0, 1.0, 2.0], [1.0, 2.0], [1.0, 2.0, math.inf]):
        with pytest.raises(UserError, match="3 different numbers"):
            disagreement("linear", 3, wrong)


def test_ratings_that_do_not_pair_are_refused() -> None:
    with pytest.raises(UserError, match="first rater has 2 ratings and rater 2 1"):
        agreement_of_two([1, 0], [1])
    with pytest.raises(TooFewStudies, match="no record that two people rated"):
        agreement_of_two([], [])
    with pytest.raises(TooFewStudies, match="no record that two people rated"):
        agreement_of_two([1, None], [None, 0])
    with pytest.raises(TooFewStudies, match="Give two or more; found 1"):
        agreement_of_raters([[1, 0]])
    with pytest.raises(UserError, match="Rater 2, record 2: found 'maybe'"):
        agreement_of_two(["yes", "no"], ["no", "maybe"], categories=["yes", "no"])


def test_wrong_options_are_refused_with_what_was_given() -> None:
    with pytest.raises(UserError, match=r"quadratic\. Supplied value was 'cubic'"):
        agreement_of_two([1, 0], [1, 1], weights="cubic")  # type: ignore[arg-type]
    with pytest.raises(UserError, match=r"interval\. Supplied value was 'ratio'"):
        krippendorff_alpha([[1, 0], [1, 1]], metric="ratio")  # type: ignore[arg-type]
    with pytest.raises(UserError, match="level must be between 0 and 1"):
        agreement_of_two([1, 0], [1, 1], level=95)


def test_the_interval_of_ranks_comes_from_the_generator_given() -> None:
    raters = [ORDERED_A, ORDERED_B]
    without = krippendorff_alpha(raters, metric="ordinal")
    assert (without.se, without.ci) == (None, None)
    assert "Give a random generator" in str(without.reason)

    first, second = (
        krippendorff_alpha(raters, metric="ordinal", generator=np.random.default_rng(7))
        for _ in range(2)
    )
    assert first == second
    assert first.value == without.value
    assert first.interval == "bootstrap"
    assert first.ci is not None
    assert first.ci[0] < float(first.value or 0) <= first.ci[1] <= 1.0


def test_any_metric_can_be_resampled() -> None:
    raters = [ORDERED_A, ORDERED_B]
    for metric in ("nominal", "interval"):
        formula = krippendorff_alpha(raters, metric=metric)  # type: ignore[arg-type]
        found = krippendorff_alpha(
            raters,
            metric=metric,  # type: ignore[arg-type]
            generator=np.random.default_rng(3),
        )
        assert found.value == pytest.approx(formula.value, rel=1e-14)
        assert (formula.interval, found.interval) == ("linearised, t", "bootstrap")
    with pytest.raises(UserError, match="Ask for 100 or more"):
        krippendorff_alpha(raters, generator=np.random.default_rng(3), resamples=20)


def test_resamples_with_one_category_are_counted() -> None:
    raters = [[1, 1, 1, 2], [1, 1, 1, 2]]
    found = krippendorff_alpha(raters, metric="ordinal", generator=np.random.default_rng(1))
    # The fourth record is not drawn in (3/4)^4 = 32% of the resamples, all are it in 0.4%.
    without = int(str(found.reason).split()[0])
    assert 0.28 < without / 2000 < 0.37


def test_names_of_the_figures_follow_the_number_of_raters_and_categories() -> None:
    two = list(agreement_of_two(A, B).figures())
    assert two[:6] == [
        "Agreement",
        "Cohen's kappa",
        "Scott's pi",
        "PABAK",
        "Gwet's AC1",
        "Krippendorff's alpha",
    ]
    three = agreement_of_raters([ORDERED_A, ORDERED_B, ORDERED_A], weights="linear")
    assert list(three.figures())[1:5] == [
        "Conger's kappa, linear weights",
        "Fleiss' kappa, linear weights",
        "Brennan and Prediger's coefficient, linear weights",
        "Gwet's AC2, linear weights",
    ]
    assert "15 records rated by at least two of 3 people" in three.summary()


def test_what_is_written_can_be_read_as_json_and_as_rows() -> None:
    found = agreement_of_two(["no"] * 3, ["no"] * 3, categories=["yes", "no"])
    read = json.loads(json.dumps(found.to_dict()))
    assert read["cohen_kappa"]["value"] is None
    assert read["specific_agreement"]["no"]["value"] == 1.0
    rows = found.table()
    assert {frozenset(row) for row in rows} == {
        frozenset({"figure", "value", "se", "ci_low", "ci_high", "interval", "reason"})
    }
    assert [row["figure"] for row in rows][-2:] == ["Agreement on yes", "Agreement on no"]
