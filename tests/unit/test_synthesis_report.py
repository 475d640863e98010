"""Reports: every sentence follows from the model, for every kind of model."""

import json
import re

import numpy as np
import pytest

from whatworks.errors import UserError
from whatworks.statistics.distributions import t_critical
from whatworks.synthesis import (
    PossibleMisuse,
    kenward_roger,
    location_scale,
    meta_regression,
    random_effects,
    robust_meta_regression,
    sampling_covariance,
)
from whatworks.synthesis.multilevel import multilevel_model
from whatworks.synthesis.plots import EffectScale
from whatworks.synthesis.report import ReportWording, report
from whatworks.synthesis.robust import robust
from whatworks.synthesis.working_models import working_model

YI = [0.3, 0.5, 0.1, 0.2, 0.6, 0.4, -0.1, 0.35, 0.8, 0.05, 0.25, 0.45]
VI = [0.02, 0.03, 0.01, 0.02, 0.04, 0.03, 0.05, 0.02, 0.09, 0.03, 0.02, 0.04]
STUDY = list("aabbbccdefgg")
DATA = {
    "study": np.array(STUDY),
    "effect": np.arange(12),
    "dose": np.array([1.0, 2.0, 1.0, 3.0, 4.0, 2.0, 1.0, 5.0, 6.0, 1.0, 2.0, 3.0]),
    "phase": np.array(["primary"] * 7 + ["secondary"] * 5),
}
READING = ReportWording("reading")
# Words that a teacher should not have to look up.
JARGON = re.compile(
    r"confidence|significan|standard error|heterogene|variance|\btau|sigma|\bp [=<]|random.effect|"
    r"\bCI\b|interval|estimate|degrees of freedom|regression|moderator|correlat|covariance|boundary",
    re.IGNORECASE,
)


def multilevel(vi=VI, **options):
    return multilevel_model(YI, vi, random="~ 1 | study/effect", data=DATA, **options)


def contradictory():
    with pytest.warns(PossibleMisuse, match="not positive definite"):
        vi = sampling_covariance(VI, STUDY, obs=[1] * 12, rho=0.6)
    return multilevel(vi)


CHE = lambda: working_model(YI, VI, STUDY, kind="CHE", rho=0.6)  # noqa: E731
FITS = {
    "one study": lambda: random_effects([0.3], [0.04]),
    "two studies": lambda: random_effects([0.3, 0.1], [0.04, 0.02]),
    "equal effects": lambda: random_effects(YI, VI, method="EE", test="z"),
    "no spread": lambda: random_effects([0.2, 0.3, 0.1, 0.25], [0.05, 0.04, 0.06, 0.05]),
    "two levels": lambda: random_effects(YI, VI),
    "moment estimator": lambda: random_effects(YI, VI, method="DL", test="t"),
    "meta-regression": lambda: meta_regression(YI, VI, "~ dose", data=DATA),
    "multilevel": multilevel,
    "moderators": lambda: multilevel(mods="~ dose + C(phase)"),
    "Kenward-Roger": lambda: kenward_roger(CHE()),
    "Kenward-Roger with moderators": lambda: kenward_roger(multilevel(mods="~ dose")),
    "moments, correlated": lambda: robust_meta_regression(YI, VI, STUDY, kind="CORR", rho=0.8),
    "moments, hierarchical": lambda: robust_meta_regression(
        YI, VI, STUDY, kind="HIER", mods="~ dose", data=DATA
    ),
    "location-scale": lambda: location_scale(YI, VI, scale="~ dose", data=DATA),
    "location-scale, both": lambda: location_scale(
        YI, VI, mods="~ dose", scale="~ phase", data=DATA, test="z"
    ),
    "no intercept": lambda: multilevel(mods="~ 0 + phase"),
    "interaction": lambda: multilevel(mods="~ dose * phase"),
    "no random part": lambda: multilevel_model(YI, VI, random=[]),
    "unequal variances": lambda: multilevel_model(
        [*YI[:11], 1.9], VI, random="~ phase | study", structure="DIAG", data=DATA
    ),
    "contradictory": contradictory,
    "robust": lambda: robust(CHE()),
    "robust moderators": lambda: robust(multilevel(mods="~ dose * phase")),
    "few clusters": lambda: robust(
        working_model(YI[:4], VI[:4], STUDY[:4], kind="CHE", rho=0.6), type="CR1", test="naive-t"
    ),
}


@pytest.fixture(scope="module")
def reports():
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {name: report(make(), wording=READING) for name, make in FITS.items()}


@pytest.mark.parametrize("name", FITS)
def test_every_kind_of_model_has_a_whole_report(name, reports):
    found = reports[name]

    json.dumps(found.to_dict(), allow_nan=False)
    for text in (found.methods, found.results, found.plain.text()):
        assert text.endswith(".")
        assert "nan" not in text.lower().replace("finance", "")
        assert "None" not in text
        assert "  " not in text
    assert found.text().startswith("## In plain words")


@pytest.mark.parametrize("name", FITS)
def test_plain_words_hold_no_jargon(name, reports):
    assert JARGON.findall(reports[name].plain.text()) == []


@pytest.mark.parametrize("name", FITS)
def test_each_citation_stands_in_the_reference_list_and_no_other(name, reports):
    found = reports[name]
    listed = {
        (entry.split(" ")[0], re.search(r"\((\d{4})\)", entry).group(1))
        for entry in found.references
    }
    cited = {
        (names.split(" ")[0], year)
        for names, year in re.findall(
            r"([A-Z][\w -]*?(?: et al\.)?) (\d{4})(?=[;)])", found.methods
        )
    }

    assert cited == listed


def test_methods_name_what_was_used(reports):
    assert "restricted maximum likelihood" in reports["two levels"].methods
    assert "Knapp and Hartung" in reports["two levels"].methods
    assert "DerSimonian-Laird" in reports["moment estimator"].methods
    assert "on a t distribution" in reports["moment estimator"].methods
    assert "correlated by 0.60" in reports["robust"].methods
    assert "cluster-robust (CR2) by 7 clusters" in reports["robust"].methods
    assert "Satterthwaite" in reports["robust"].methods
    assert "the number of clusters less one" in reports["few clusters"].methods
    assert "Satterthwaite" not in reports["few clusters"].methods
    assert "HTZ" in reports["robust moderators"].methods
    assert "HTZ" not in reports["robust"].methods
    assert "(dose + C(phase))" in reports["moderators"].methods
    assert "taken as independent" in reports["multilevel"].methods


def test_the_version_is_that_asked_for():
    assert "whatworks 9.9" in report(random_effects(YI, VI), version="9.9").methods


def test_results_are_the_model_s_own_numbers(reports):
    fit = random_effects(YI, VI)
    text = reports["two levels"].results

    assert f"{fit.estimate:.3f} (SE {fit.se:.3f}" in text
    assert f"{fit.ci[0]:.3f} to {fit.ci[1]:.3f}" in text
    assert f"t({fit.df}) = {fit.statistic:.2f}" in text
    assert f"prediction interval {fit.prediction_interval[0]:.3f} to" in text
    assert f"Q(11) = {fit.q:.2f}" in text
    assert f"I² = {fit.i2:.1f}%" in text


def test_robust_results_are_those_of_the_robust_inference(reports):
    found = robust(CHE())
    text = reports["robust"].results

    assert f"(SE {found.se[0]:.3f}" in text
    assert f"{found.ci[0, 0]:.3f} to {found.ci[0, 1]:.3f}" in text


@pytest.mark.parametrize("name", ["one study", "equal effects", "no random part"])
def test_nothing_is_said_of_a_new_school_where_no_spread_was_estimated(name, reports):
    found = reports[name]

    assert re.search(r"prediction interval .?\d", found.results) is None
    assert "prediction interval adds" not in found.methods
    assert "In most new settings" not in found.plain.new_setting


def test_one_study_is_not_told_as_several(reports):
    found = reports["one study"]

    assert "pooled" in found.methods
    assert "random-effects" not in found.methods
    assert "average" not in found.results + found.plain.answer
    assert found.plain.answer.startswith("In the one study there is, the effect on reading cannot")
    assert "One study cannot say" in found.plain.text()
    assert "Q(" not in found.results


def test_a_variance_of_zero_is_no_proof_of_no_differences(reports):
    found = reports["no spread"]

    assert "does not show that there are no differences" in found.results
    assert "That does not show that all schools would get the same." in found.plain.new_setting
    assert "by more in some than in others" not in found.plain.text()


def test_few_clusters_are_told_in_both(reports):
    assert "There is little to go on (2 studies)" in reports["few clusters"].plain.text()
    assert "There is little to go on" not in reports["multilevel"].plain.text()


def test_a_contradiction_in_the_assumptions_is_told_in_both(reports):
    found = reports["contradictory"]

    assert "not positive definite" in found.results
    assert "contradicts itself" in found.plain.text()
    assert "Q(" not in found.results
    assert "I² =" not in found.results


def test_assumed_dependence_and_ignored_dependence_are_told_apart(reports):
    assumed, ignored = reports["robust"].plain.text(), reports["multilevel"].plain.text()

    assert "assumed, not measured" in assumed
    assert "assumed, not measured" not in ignored
    assert "less sure than it looks" in ignored
    assert "less sure than it looks" not in assumed


def test_moderators_are_read_one_by_one_only_where_they_can_be(reports):
    plain = reports["moderators"].plain.answer
    mixed = reports["interaction"].plain.answer

    assert "Effects were larger where dose was higher." in plain
    assert "larger or smaller where phase was secondary than where it was primary" in plain
    assert "Where phase was primary, the average is 0.27" in reports["no intercept"].plain.answer
    assert "cannot be put in one sentence each" in mixed
    assert "dose" not in mixed
    assert "does not show what makes an effect larger" in reports["moderators"].plain.text()


def test_a_variable_whose_name_is_in_another_s_is_not_taken_for_a_part_of_it():
    data = {"dose": DATA["dose"], "dose2": DATA["dose"] ** 0.5, "x": np.arange(12.0)}
    fit = multilevel_model(
        YI, VI, random="~ 1 | study", data=DATA | data, mods="~ dose + dose2 + x + I(x**2)"
    )
    answer = report(fit).plain.answer

    assert "dose was higher" in answer or "dose is higher" in answer
    assert "dose2" in answer
    assert "cannot be put in one sentence each" in answer


def test_the_direction_that_is_hoped_for_is_the_reader_s():
    fit = random_effects([0.4, 0.5, 0.45, 0.42], [0.01, 0.01, 0.01, 0.01], test="z")
    hoped = report(fit, wording=ReportWording("reading"))
    feared = report(fit, wording=ReportWording("bullying", higher_is_better=False))

    assert "results for reading were better, on average" in hoped.plain.answer
    assert "results for bullying were worse, on average" in feared.plain.answer


def test_a_range_on_the_feared_side_is_not_told_as_help():
    fit = random_effects([0.5, 0.9, 0.7, 0.6, 0.75], [0.004] * 5, test="z")
    low, _ = fit.prediction_interval
    assert low > 0.0

    feared = report(fit, wording=ReportWording("bullying", higher_is_better=False))
    assert "make things worse in most of them" in feared.plain.new_setting
    assert "expected to help" in report(fit).plain.new_setting


def test_ratios_are_told_as_ratios():
    fit = random_effects([0.693, 0.4, 0.9], [0.05, 0.05, 0.05])
    found = report(fit, scale=EffectScale("log risk ratio", is_ratio=True))

    assert "1 would be no difference" in found.plain.how_sure
    assert "as a ratio 1.9" in found.results


def test_two_tops_of_the_likelihood_are_told():
    # Effects in two clouds: the restricted likelihood has a maximum at 0 and one beside it.
    fit = random_effects([0.0] * 1, [1.0])
    assert "local maxima" not in report(fit).results
    for spread in np.linspace(1.5, 4.0, 60):
        yi = [0.0, spread, 0.1, -0.1]
        fit = random_effects(yi, [0.02, 1.0, 4.0, 0.005], test="z")
        if len(fit.maxima) > 1:
            assert f"{len(fit.maxima)} local maxima" in report(fit).results
            return
    pytest.fail("no example with two maxima was found")


def test_a_report_tells_the_inference_and_the_model_it_was_given():
    fit = multilevel(mods="~ dose")
    found = kenward_roger(fit)
    words = report(found)
    assert "Kenward and Roger 1997" in words.methods
    assert f"t({found.df[1]:.1f})" in words.results
    test = found.test([[0.0, 1.0]])
    assert f"F(1, {test.df2:.1f}) = {test.statistic:.2f}" in words.results

    moments = robust_meta_regression(YI, VI, STUDY, kind="HIER")
    words = report(moments)
    assert "Hedges et al. 2010" in words.methods
    assert f"omega2 = {moments.omega2:.3g}" in words.results
    assert "come from the same pupils" not in words.plain.text()

    spread = location_scale(YI, VI, scale="~ dose", data=DATA)
    words = report(spread)
    assert "Viechtbauer and Lopez-Lopez 2022" in words.methods
    assert "log tau2, dose" in words.results
    assert "depends on what they are like" in words.plain.new_setting


def test_columns_of_the_caller_keep_their_names_in_a_working_model():
    fit = working_model(YI, VI, STUDY, kind="CHE", rho=0.6, mods="~ dose", data=DATA)
    assert [c.level for c in fit.components] == ["study", "study/effect"]
    other = {"study": np.arange(12.0), "dose": DATA["dose"]}
    same = working_model(YI, VI, STUDY, kind="CHE", rho=0.6, mods="~ study + dose", data=other)
    assert [c.level for c in same.components] == ["study_", "study_/effect"]


def spread_in_tests():
    """Effects that differ within studies by much, and between them by nothing."""
    yi = [0.1, 0.9, 0.2, 0.8, 0.05, 0.95, 0.3, 0.7, 0.15, 0.85, 0.25, 0.75]
    return working_model(yi, [0.01] * 12, list("aabbccddeeff"), kind="CHE", rho=0.6)


def test_a_spread_within_studies_is_not_told_as_one_between_settings():
    found = robust(spread_in_tests())
    low, high = found.prediction_interval
    assert found.model.sigma2["study"] == 0.0
    assert low < 0.0

    words = report(found)
    assert "in some settings it may help" not in words.plain.text()
    assert "Whole studies differ by no more than chance" in words.plain.new_setting
    assert f"between \N{MINUS SIGN}{-low:.2f} and {high:.2f}" in words.plain.new_setting
    assert f"{found.ci[0, 0]:.2f}" in words.results.split("for the average of a new study")[1]


def test_a_new_setting_has_the_range_of_a_new_study_and_a_test_in_it_another():
    yi = [0.1, 0.3, 0.5, 0.7, 0.2, 0.45, 0.8, 0.6, 0.0, 0.15, 0.9, 0.7]
    fit = working_model(yi, [0.004] * 12, list("aabbccddeeff"), kind="CHE", rho=0.6)
    found = robust(fit)
    at = fit.predict().interval_of_level["study"][0]
    df, se = float(found.df[0]), float(found.se[0])
    half = float(t_critical(0.95, df)) * (se**2 + fit.sigma2["study"]) ** 0.5
    assert fit.sigma2["study"] > 0.0 < fit.sigma2["study/effect"]

    settings, one_test = report(found).plain.new_setting.split(" On one test")
    assert f"{found.estimate + half:.2f}" in settings
    assert f"{found.prediction_interval[1]:.2f}" in one_test
    assert f"{found.prediction_interval[1]:.2f}" not in settings
    # The model's own inference gives what its predictions give.
    own = report(fit).plain.new_setting
    assert f"{at[1]:.2f}" in own.split(" On one test")[0]


def test_a_model_without_a_level_for_studies_says_nothing_of_settings():
    words = report(robust(random_effects(YI, VI), cluster=STUDY)).plain.new_setting

    assert words.startswith("On one test or measure in a new setting")
    assert "does not tell apart" in words


def test_more_than_two_levels_have_a_range_each():
    data = DATA | {"town": np.array(list("xxxxxyyyyzzz"))}
    fit = multilevel_model(YI, VI, random="~ 1 | town/study/effect", data=data)
    words = report(fit)

    assert "for the average of a new town" in words.results
    assert "for the average of a new study" in words.results


def answer(mods, **data):
    return report(meta_regression(YI, VI, mods, data=DATA | data, test="z")).plain.answer


def test_a_line_through_the_origin_is_not_told_as_a_difference():
    assert "higher" not in answer("~ dose - 1")
    assert "without an average to compare with" in answer("~ dose - 1")
    # Averages of all groups hold an intercept: the slope is one about an average.
    assert "where dose" in answer("~ phase + dose - 1")


@pytest.mark.parametrize(
    ("mods", "words"),
    [
        ("~ np.log(dose)", "where dose is higher"),
        ("~ scale(dose)", "where dose is higher"),
        ("~ center(dose) + phase", "where dose is higher"),
        ("~ C(dose > 3)", "where dose > 3 held than where it did not hold"),
        ("~ C(phase, contr.sum)", "where phase was primary than on average over all groups"),
        (
            "~ C(phase, contr.treatment('secondary'))",
            "where phase was primary than where it was secondary",
        ),
        ("~ C(level)", "where level was 0.5 than where it was 0"),
        ("~ flag", "where flag was 1 than where it was 0"),
        ("~ C(flag)", "where flag was true than where it was false"),
    ],
)
def test_single_terms_are_read_and_name_what_they_are_compared_with(mods, words):
    data = {"level": np.array([0.0, 0.5, 1.0] * 4), "flag": np.array([True, False] * 6)}
    found = answer(mods, **data)

    assert words in found.replace("was higher", "is higher")
    assert "cannot be put in one sentence" not in found


@pytest.mark.parametrize(
    "mods", ["~ dose + np.log(dose)", "~ dose:phase + phase", "~ poly(dose, 2)"]
)
def test_parts_of_curves_and_products_are_not_read_alone(mods):
    assert "cannot be put in one sentence" in answer(mods)


def test_a_rare_category_does_not_condemn_the_whole():
    rng = np.random.default_rng(3)
    k = 80
    study = np.repeat(np.arange(40), 2)
    kind = np.where(study < 2, "rare", np.where(study < 20, "one", "two"))
    fit = working_model(
        rng.normal(0.3, 0.2, k), np.full(k, 0.02), study, kind="CHE", rho=0.6,
        mods="~ kind - 1", data={"kind": kind},
    )  # fmt: skip
    words = report(robust(fit)).plain.text()

    assert "little to go on where kind was rare:" in words
    assert "(40 studies)" not in words


def test_equal_results_have_no_range():
    with pytest.warns(PossibleMisuse):
        fit = random_effects([0.3] * 6, [0.1] * 6)
    words = report(fit).plain

    assert "0.30 to 0.30" not in words.text()
    assert "no range can be given" in words.how_sure
    assert "better" not in words.answer


def test_another_level_is_told_in_words():
    words = report(random_effects(YI, VI, level=0.8)).plain

    assert "holds in about 8 of 10 cases" in words.how_sure
    assert "In about 8 of 10 new settings" in words.new_setting
    assert "8 of 10" not in report(random_effects(YI, VI)).plain.text()


def test_a_share_explained_is_told_with_its_caution_or_not_at_all():
    assert (
        "explained" not in report(meta_regression(YI, VI, "~ dose", data=DATA, method="EE")).results
    )
    assert (
        "a rough guess from 12 effects"
        in report(meta_regression(YI, VI, "~ dose", data=DATA)).results
    )


def test_a_coefficient_of_one_cluster_has_no_error_and_the_report_is_whole():
    mark = ["q"] * 11 + ["p"]
    fit = working_model(
        YI, VI, list("aabbbccdefgh"), kind="CHE", rho=0.6, mods="~ h", data={"h": mark}
    )
    words = report(robust(fit))

    assert "with a standard error that these data cannot give" in words.results
    assert "nan" not in words.text()


def test_what_is_no_model_and_empty_words_are_refused():
    with pytest.raises(UserError, match="Found str"):
        report("abc")
    with pytest.raises(UserError, match="outcome is empty"):
        ReportWording("")
