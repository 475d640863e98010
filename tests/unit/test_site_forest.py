"""Forest plots: the rows, and specifications that Vega-Lite accepts."""

import importlib.resources
import json
import math

import pytest

from tests.browser.fixture_evidence import RELEASE, invented_evidence
from whatworks.site.charts import forest_plot
from whatworks.site.charts.forest_plot import MOST_LABELLED
from whatworks.site.charts.theme import SCHEMA
from whatworks.site.context import Context
from whatworks.site.forest import ForestRow, forest_rows


@pytest.fixture(scope="module")
def context():
    return Context(invented_evidence(), RELEASE, "tables/")


def rows_of(context, subject, role="main"):
    return forest_rows(context, context.numbers.analysis(subject, role))


def test_there_is_one_row_a_study_and_the_weights_make_a_hundred(context):
    rows = rows_of(context, "small-group")
    assert len(rows) == context.numbers.value(
        context.numbers.analysis("small-group", "main"), "k_studies"
    )
    assert sum(row.weight for row in rows) == pytest.approx(100)
    assert [row.estimate for row in rows] == sorted((row.estimate for row in rows), reverse=True)


@pytest.mark.parametrize("role", ["main", "composites", "rows", "with_kept_out"])
def test_the_weighted_mean_of_the_rows_is_the_published_average(context, role):
    rows = rows_of(context, "small-group", role)
    mean = math.fsum(row.weight * row.estimate for row in rows) / 100
    published = context.numbers.value(context.numbers.analysis("small-group", role), "estimate")
    assert mean == pytest.approx(published, abs=1e-12)


def test_every_effect_is_a_row_where_the_analysis_takes_each_on_its_own(context):
    analysis = context.numbers.analysis("small-group", "rows")
    assert len(rows_of(context, "small-group", "rows")) == context.numbers.value(
        analysis, "k_effects"
    )


def invented_rows(n):
    return [
        ForestRow(f"s{i}", f'O\'Neill "{i}" \\ <b>', 0.5 - i / n, -1.0, 1.0, 100 / n, 1, None)
        for i in range(n)
    ]


def specification_problems(spec):
    """Return what Altair's own copy of the Vega-Lite schema says against a specification."""
    from jsonschema import Draft7Validator

    path = (
        importlib.resources.files("altair") / "vegalite" / "v6" / "schema" / "vega-lite-schema.json"
    )
    validator = Draft7Validator(json.loads(path.read_text(encoding="utf-8")))
    return [error.message[:200] for error in validator.iter_errors(spec)]


@pytest.mark.parametrize("n", [1, 2, MOST_LABELLED, MOST_LABELLED + 1])
@pytest.mark.parametrize("with_intervals", [True, False])
def test_the_specification_is_valid_vega_lite(n, with_intervals):
    spec = forest_plot(
        invented_rows(n),
        estimate=0.2,
        interval=(0.1, 0.3) if with_intervals else None,
        prediction=(-0.4, 0.8) if with_intervals else None,
    )
    assert specification_problems(spec) == []
    assert spec["width"] == "container"
    json.dumps(spec, allow_nan=False)


def test_the_schema_check_finds_a_fault():
    spec = forest_plot(invented_rows(3), estimate=0.2, interval=None, prediction=None)
    assert specification_problems({**spec, "width": "as wide as it goes"}) != []


def test_a_whisker_that_runs_off_is_cut_at_the_edge():
    wide = ForestRow("a", "Wide", 0.1, -50.0, 50.0, 1.0, 1, None)
    narrow = ForestRow("b", "Narrow", 0.3, 0.2, 0.4, 99.0, 1, None)
    spec = forest_plot([narrow, wide], estimate=0.3, interval=(0.2, 0.4), prediction=None)
    drawn = [
        row
        for layer in spec["layer"]
        for row in layer["data"]["values"]
        if row.get("label") == "Wide"
    ]
    assert all(row["low"] > -1 and row["high"] < 1 for row in drawn)


def test_the_vendored_vega_lite_is_of_the_line_altair_pins():
    import altair

    script = importlib.resources.files("whatworks.site") / "static" / "vega-lite.min.js"
    line = ".".join(altair.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
    assert f'"{line}.' in script.read_text(encoding="utf-8")[:2_000]
    assert f"/{altair.SCHEMA_VERSION}.json" in SCHEMA
