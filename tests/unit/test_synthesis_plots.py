"""Plots: specifications that Vega-Lite accepts, findings that are true, tables that hold all."""

import importlib.resources
import json
import math

import numpy as np
import pytest

from whatworks.errors import NotFound, TooFewStudies, UserError
from whatworks.synthesis import random_effects
from whatworks.synthesis.diagnostics import (
    baujat,
    cumulative,
    influence,
    leave_one_out,
    profile_likelihood,
)
from whatworks.synthesis.model import FittedModel
from whatworks.synthesis.multilevel import multilevel_model
from whatworks.synthesis.plots import (
    EffectScale,
    baujat_plot,
    bubble_plot,
    forest_plot,
    funnel_plot,
    influence_plot,
    profile_plot,
    rho_sensitivity_plot,
    save_chart,
    series_plot,
)
from whatworks.synthesis.plots.chart import NARROW
from whatworks.synthesis.plots.save import fixed_width
from whatworks.synthesis.plots.stacked import Panel
from whatworks.synthesis.robust import robust
from whatworks.synthesis.robust.rho_sensitivity import rho_sensitivity
from whatworks.synthesis.working_models import working_model

YI = [0.3, 0.5, 0.1, 0.2, 0.6, 0.4, -0.1, 0.35, 0.8, 0.05, 0.25, 0.45]
VI = [0.02, 0.03, 0.01, 0.02, 0.04, 0.03, 0.05, 0.02, 0.09, 0.03, 0.02, 0.04]
STUDY = list("aabbbccdefgg")
PHASE = ["primary"] * 7 + ["secondary"] * 5
DOSE = [1.0, 2.0, 1.0, 3.0, 4.0, 2.0, 1.0, 5.0, 6.0, 1.0, 2.0, 3.0]


def multilevel(**options):
    data = {"study": STUDY, "effect": list(range(12)), "dose": DOSE, "phase": PHASE}
    return multilevel_model(
        YI,
        VI,
        random="~ 1 | study/effect",
        data={name: np.asarray(values) for name, values in data.items()},
        **options,
    )


def specification_problems(spec):
    """Return what Altair's own copy of the Vega-Lite schema says against a specification."""
    from jsonschema import Draft7Validator

    path = (
        importlib.resources.files("altair") / "vegalite" / "v6" / "schema" / "vega-lite-schema.json"
    )
    validator = Draft7Validator(json.loads(path.read_text(encoding="utf-8")))
    return [error.message[:300] for error in validator.iter_errors(spec)]


def check(chart):
    """Assert what holds for every chart."""
    assert specification_problems(chart.spec) == []
    json.dumps(chart.spec, allow_nan=False)
    json.dumps(chart.rows, allow_nan=False)
    assert chart.spec["width"] == "container"
    assert chart.title
    assert chart.rows
    assert all(list(row) == list(chart.rows[0]) for row in chart.rows)
    assert len(chart.table()) == len(chart.rows[0])


FITS = {
    "one study": lambda: random_effects([0.3], [0.04]),
    "two studies": lambda: random_effects([0.3, 0.1], [0.04, 0.02]),
    "equal effects": lambda: random_effects(YI, VI, method="EE", test="z"),
    "boundary": lambda: random_effects([0.2, 0.21, 0.19, 0.2], [0.05, 0.04, 0.06, 0.05]),
    "two levels": lambda: random_effects(YI, VI),
    "multilevel": multilevel,
    "moderators": lambda: multilevel(mods="~ dose + C(phase)"),
    "robust": lambda: robust(working_model(YI, VI, STUDY, kind="CHE", rho=0.6)),
    "two clusters, robust": lambda: robust(
        working_model(YI[:4], VI[:4], STUDY[:4], kind="CHE", rho=0.6)
    ),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", FITS)
@pytest.mark.parametrize("plot", [forest_plot, funnel_plot])
def test_forest_and_funnel_of_every_kind_of_fit_are_valid(name, plot):
    check(plot(FITS[name]()))


@pytest.mark.parametrize("order", ["effect", "given"])
@pytest.mark.parametrize("by", ["effect", "study"])
@pytest.mark.parametrize("group", [None, PHASE])
@pytest.mark.parametrize("labels", [None, [f"measure {i}" for i in range(12)]])
def test_a_forest_plot_is_valid_in_every_layout(order, by, group, labels):
    check(forest_plot(multilevel(), order=order, by=by, group=group, labels=labels))


def test_the_forest_table_holds_every_effect_and_the_model_s_average():
    fit = multilevel()
    rows = forest_plot(fit, labels=[f"measure {i}" for i in range(12)]).rows

    effects = [row for row in rows if row["kind"] == "effect"]
    average = next(row for row in rows if row["kind"] == "average")
    assert sorted(row["estimate"] for row in effects) == pytest.approx(sorted(YI))
    assert math.fsum(row["weight_percent"] for row in effects) == pytest.approx(100.0)
    assert average["estimate"] == pytest.approx(fit.estimate)
    assert [average["low"], average["high"]] == pytest.approx(fit.ci[0])


def test_the_prediction_row_is_the_model_s_prediction_interval():
    fit = random_effects(YI, VI)
    row = next(row for row in forest_plot(fit).rows if row["kind"] == "prediction")

    assert (row["low"], row["high"]) == pytest.approx(fit.prediction_interval)


def test_robust_inference_gives_the_average_its_own_interval():
    found = robust(working_model(YI, VI, STUDY, kind="CHE", rho=0.6))
    rows = forest_plot(found).rows
    average = next(row for row in rows if row["kind"] == "average")
    prediction = next(row for row in rows if row["label"] == "One effect in it")

    assert [average["low"], average["high"]] == pytest.approx(found.ci[0])
    assert (prediction["low"], prediction["high"]) == pytest.approx(found.prediction_interval)


def test_a_group_s_average_is_that_of_the_model_fitted_to_it_alone():
    fit = random_effects(YI, VI)
    rows = forest_plot(fit, group=PHASE).rows
    primary = next(row for row in rows if row["kind"] == "average" and row["group"] == "primary")

    assert primary["estimate"] == pytest.approx(random_effects(YI[:7], VI[:7]).estimate)


def test_effects_of_one_study_stand_together():
    rows = forest_plot(multilevel()).rows
    studies = [row["study"] for row in rows if row["kind"] == "effect"]

    assert len(dict.fromkeys(studies)) == sum(
        1 for i, name in enumerate(studies) if i == 0 or studies[i - 1] != name
    )


def test_the_title_says_that_the_average_cannot_be_told_from_none():
    unclear = forest_plot(random_effects([0.3, -0.2, 0.1], [0.04, 0.05, 0.03]))
    clear = forest_plot(random_effects([0.3, 0.35, 0.32], [0.004, 0.005, 0.003], test="z"))

    assert unclear.title == "2 of 3 effects lie above 0; the average, 0.08, cannot be told from it"
    assert clear.title == "3 of 3 effects lie above 0; the average, 0.32, is above it"


def test_two_hundred_rows_keep_their_names_and_more_are_closed_up():
    rng = np.random.default_rng(1)
    many = random_effects(rng.normal(0.2, 0.3, 200), rng.uniform(0.01, 0.1, 200))
    study = np.repeat(np.arange(300), 2)
    data = {"study": study, "effect": np.arange(600)}
    more = multilevel_model(
        rng.normal(0.2, 0.3, 600), np.full(600, 0.05), random="~ 1 | study/effect", data=data
    )
    labelled = forest_plot(many, labels=[f"study {i}" for i in range(200)])
    closed = forest_plot(more, by="effect")

    check(labelled)
    check(closed)
    assert "study 199" in json.dumps(labelled.spec)
    assert labelled.spec["height"] < 200 * 20
    assert closed.spec["height"] < 600 * 10
    assert sum(row["kind"] == "study" for row in forest_plot(more).rows) == 300


def test_ratios_are_shown_as_ratios():
    chart = forest_plot(
        random_effects([math.log(2), math.log(0.5)], [0.1, 0.1]),
        scale=EffectScale("Risk ratio", is_ratio=True),
    )

    check(chart)
    assert sorted(row["estimate"] for row in chart.rows if row["kind"] == "effect") == (
        pytest.approx([0.5, 2.0])
    )
    assert "above 1" in chart.title


def test_a_whisker_that_runs_off_ends_in_an_arrow_at_the_edge():
    chart = forest_plot(random_effects([0.3, 0.32, 0.1], [0.001, 0.001, 400.0], test="z"))
    x = next(
        layer["encoding"]["x"]["scale"]["domain"]
        for layer in chart.spec["layer"]
        if "scale" in layer["encoding"].get("x", {})
    )
    marks = [layer for layer in chart.spec["layer"] if layer["mark"].get("shape") == "triangle"]

    assert x[1] < 5.0
    assert [round(value["angle"]) for value in marks[0]["data"]["values"]] == [-90, 90]


@pytest.mark.parametrize(
    "options",
    [
        {"labels": ["a"]},
        {"study": ["a"]},
        {"group": ["a"]},
        {"order": "year"},
        {"by": "school"},
    ],
)
def test_what_does_not_fit_is_refused(options):
    with pytest.raises(UserError):
        forest_plot(multilevel(), **options)


def test_the_funnel_joins_the_effects_of_one_study_and_no_others():
    joined = [
        layer
        for layer in funnel_plot(multilevel()).spec["layer"]
        if "y2" in layer["encoding"] and "x2" in layer["encoding"]
    ]
    alone = funnel_plot(random_effects(YI, VI)).spec["layer"]

    assert len(joined[0]["data"]["values"]) == 9
    assert not [layer for layer in alone if "x2" in layer["encoding"]]


def test_the_funnel_s_title_claims_no_difference_that_was_not_tested():
    title = funnel_plot(multilevel()).title

    assert title == (
        "Effects run from \N{MINUS SIGN}0.10 to 0.80, their standard errors from 0.10 to 0.30"
    )


def test_a_funnel_of_residuals_has_no_contours():
    chart = funnel_plot(multilevel(mods="~ dose"))

    assert "less what the model expects" in chart.title
    assert not [
        layer
        for layer in chart.spec["layer"]
        if layer["mark"].get("filled") is True and layer["mark"]["type"] == "line"
    ]


def test_a_bubble_plot_follows_the_model():
    fit = multilevel(mods="~ dose")
    chart = bubble_plot(fit, "dose")
    line = next(
        layer["data"]["values"]
        for layer in chart.spec["layer"]
        if layer["mark"]["type"] == "line" and "strokeDash" not in layer["mark"]
    )

    check(chart)
    expected = fit.predict({"dose": np.array([line[0]["x"], line[-1]["x"]])}).estimate
    assert [line[0]["y"], line[-1]["y"]] == pytest.approx(expected, rel=1e-4)


def test_a_moderator_in_several_columns_needs_the_data():
    fit = multilevel(mods="~ dose + I(dose**2) + C(phase)")
    data = {"dose": np.array(DOSE), "phase": np.array(PHASE)}

    with pytest.raises(UserError, match="also stands in"):
        bubble_plot(fit, "dose")
    chart = bubble_plot(fit, "dose", data=data, at={"phase": "secondary"})
    check(chart)
    assert "p =" not in chart.title


def test_a_bubble_plot_needs_a_moderator_with_numbers():
    fit = multilevel(mods="~ dose + C(phase)")

    with pytest.raises(UserError, match="no column"):
        bubble_plot(fit, "weeks")
    with pytest.raises(UserError, match="holds text"):
        bubble_plot(fit, "phase", data={"dose": DOSE, "phase": PHASE})


@pytest.mark.parametrize("by", ["effect", "cluster"])
def test_diagnostics_are_drawn_by_effect_and_by_cluster(by):
    fit = multilevel()
    for chart in (
        baujat_plot(baujat(fit, by=by)),
        influence_plot(influence(fit, by=by)),
        series_plot(leave_one_out(fit, by=by)),
        series_plot(cumulative(fit, by=by)),
    ):
        check(chart)


def test_the_profile_s_title_gives_the_interval():
    fit = random_effects(YI, VI)
    chart = profile_plot(profile_likelihood(fit))
    _, low, high = fit.confint(type="PL").tau2

    check(chart)
    assert "agree with the data" in chart.title
    words = chart.title.split()
    assert float(words[words.index("to") + 1]) == pytest.approx(high, rel=0.02)
    assert float(words[words.index("from") + 1]) == pytest.approx(low, abs=0.003)


def by_rho(*rhos, **options):
    return rho_sensitivity(
        lambda rho: robust(working_model(YI, VI, STUDY, kind="CHE", rho=rho, **options)), rhos
    )


def test_the_correlation_s_plot_says_whether_it_decides():
    found = by_rho(0.8, 0.0, 0.4)
    chart = rho_sensitivity_plot(found, chosen=0.4)

    check(chart)
    assert chart.title.endswith("and above 0")
    assert [row["rho"] for row in chart.rows] == [0.0, 0.4, 0.8]
    assert chart.rows[1]["estimate"] == pytest.approx(float(found.coefficients[2, 0]))
    with pytest.raises(UserError, match=r"chosen is 0\.5"):
        rho_sensitivity_plot(found, chosen=0.5)
    with pytest.raises(UserError, match="two or more"):
        rho_sensitivity_plot(by_rho(0.5))


def test_the_correlation_s_plot_of_a_moderator_is_asked_for_by_name():
    found = by_rho(0.2, 0.6, mods="~ dose", data={"dose": np.array(DOSE)})

    check(rho_sensitivity_plot(found, coefficient="dose"))
    assert "the dose lies between" in rho_sensitivity_plot(found, coefficient="dose").title
    with pytest.raises(NotFound, match="weeks"):
        rho_sensitivity_plot(found, coefficient="weeks")


def test_a_row_of_refits_needs_the_coefficient_to_exist():
    with pytest.raises(NotFound, match="dose"):
        series_plot(leave_one_out(multilevel(mods="~ dose")), coefficient="weeks")


def test_a_baujat_plot_needs_two_units_that_can_be_left_out():
    with pytest.raises(TooFewStudies):
        baujat_plot(baujat(random_effects([0.1], [0.2])))


def test_a_panel_s_ticks_lie_in_it():
    panel = Panel("name", 2, -0.37, 0.81)
    places = [at for at, _ in panel.ticks()]

    assert [text for _, text in panel.ticks()] == ["0.0", "0.5"]
    assert all(2.0 <= at <= 2.76 for at in places)
    assert panel.at(99.0) == pytest.approx(2.76)


def test_the_same_chart_is_laid_out_for_a_phone_or_a_page():
    spec = forest_plot(multilevel()).spec
    narrow, wide = fixed_width(spec, 390), fixed_width(spec, 1200)

    def is_narrow(found):
        return next(p["value"] for p in found["params"] if p["name"] == NARROW)

    assert (narrow["width"], is_narrow(narrow), is_narrow(wide)) == (390, True, False)
    assert spec["width"] == "container"
    assert specification_problems(narrow) == []


@pytest.mark.parametrize(
    ("ending", "start"), [("svg", b"<svg"), ("png", b"\x89PNG"), ("json", b"{")]
)
def test_a_chart_is_written_as_a_file(tmp_path, ending, start):
    pytest.importorskip("vl_convert")
    path = save_chart(forest_plot(multilevel()), tmp_path / f"forest.{ending}")

    assert path.read_bytes().startswith(start)


def test_a_chart_is_not_written_elsewhere_or_as_something_else(tmp_path):
    chart = forest_plot(multilevel())

    with pytest.raises(UserError, match="no such folder"):
        save_chart(chart, tmp_path / "none" / "forest.svg")
    with pytest.raises(UserError, match=r"\.svg, \.png, \.json"):
        save_chart(chart, tmp_path / "forest.pdf")


def test_without_the_converter_the_message_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "vl_convert", None)
    chart = forest_plot(multilevel())

    with pytest.raises(UserError, match=r"whatworks\[files\]"):
        save_chart(chart, tmp_path / "forest.png")
    assert save_chart(chart, tmp_path / "forest.json").exists()


def test_the_check_finds_a_fault():
    spec = forest_plot(multilevel()).spec

    assert specification_problems({**spec, "width": "as wide as it goes"}) != []


def test_robust_inference_can_be_refitted_as_a_model():
    from whatworks.synthesis.inference_view import as_fitted

    found = robust(working_model(YI, VI, STUDY, kind="CHE", rho=0.6))
    view: FittedModel = as_fitted(found)
    again = view.refit(np.arange(12))

    assert again.coefficient_df == pytest.approx(found.df)
    assert view.test == "CR2, Satterthwaite"


def test_what_is_expected_of_a_study_and_of_an_effect_in_it_are_told_apart():
    fit = multilevel()
    rows = {row["label"]: row for row in forest_plot(fit).rows if row["kind"] == "prediction"}
    found = fit.predict()

    assert list(rows) == ["Average of a new study", "One effect in it"]
    assert rows["Average of a new study"]["high"] == pytest.approx(
        found.interval_of_level["study"][0, 1]
    )
    assert rows["One effect in it"]["high"] == pytest.approx(found.prediction_interval[0, 1])
    single = [row["label"] for row in forest_plot(random_effects(YI, VI)).rows[-1:]]
    assert single == ["A new study's range"]


@pytest.mark.parametrize("plot", [forest_plot, funnel_plot])
def test_a_plot_of_no_model_is_refused(plot):
    with pytest.raises(UserError, match="Found str"):
        plot("x")
    with pytest.raises(UserError, match="Found str"):
        bubble_plot("x", "dose")


@pytest.mark.parametrize(
    "plot", [influence_plot, baujat_plot, profile_plot, series_plot, rho_sensitivity_plot]
)
def test_a_plot_of_no_diagnostic_is_refused(plot):
    with pytest.raises(UserError, match=r"returns\. Found str"):
        plot("x")


def test_what_is_no_chart_and_a_width_of_nothing_are_refused(tmp_path):
    with pytest.raises(UserError, match="Found str"):
        save_chart("x", tmp_path / "x.svg")
    with pytest.raises(UserError, match="width must be"):
        save_chart(forest_plot(multilevel()), tmp_path / "x.svg", width=0)


def test_very_large_values_are_short_and_ends_that_differ_do_not_read_alike():
    scale = EffectScale()

    assert scale.text(1e8) == "1e8"
    assert scale.text(-123_456_789.0) == "\N{MINUS SIGN}1.23e8"
    assert scale.text(1234.5) == "1,234.50"
    assert scale.span((0.3001, 0.3004)) == "0.3001 to 0.3004"
    assert scale.span((0.3, 0.3)) == "0.30 to 0.30"


def test_the_reading_is_broken_for_the_width_of_a_picture():
    chart = forest_plot(multilevel(mods="~ dose"))
    wide, narrow = fixed_width(chart.spec, 900), fixed_width(chart.spec, 390)

    assert len(wide["title"]["subtitle"]) < len(narrow["title"]["subtitle"])
    assert " ".join(wide["title"]["subtitle"]) == chart.reading
    assert max(map(len, narrow["title"]["subtitle"])) <= 52


def test_points_of_a_panel_lie_between_its_foot_and_its_name():
    panel = Panel("Cook's distance", 2, 0.0, 1.0)

    assert 2.0 < panel.at(0.0) < panel.at(1.0) < 2.8


def test_influence_by_a_negative_change_counts_as_much_as_by_a_positive_one():
    yi = np.array([0.3, 0.31, 0.29, 0.3, 0.32, 0.28, 0.3, 0.31, 0.29, 3.0])
    vi = np.full(10, 0.04)
    up = influence(random_effects(yi, vi))
    down = influence(random_effects(-yi, vi))

    assert up.is_influential.tolist() == down.is_influential.tolist()
    assert up.is_influential[-1]
