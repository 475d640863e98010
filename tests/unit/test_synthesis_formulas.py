"""What a formula and a table of moderators may be, and what is said of those that cannot be used."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from whatworks.errors import UserError
from whatworks.synthesis import meta_regression, multilevel_model, robust, working_model
from whatworks.synthesis.design import design_of

Y = [0.3, 0.1, 0.5, 0.2, 0.4, 0.25]
V = [0.02, 0.03, 0.01, 0.02, 0.05, 0.04]
X = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 7.0])
G = list("uvuvuv")
DATA = {"study": list("aabbcd"), "effect": range(6), "x": X, "g": G}


@pytest.mark.parametrize("formula", ["~ Intercept", "~ `Intercept` + x", "~ Intercept:x"])
def test_a_column_called_like_the_constant_is_refused(formula: str) -> None:
    with pytest.raises(UserError, match=r'column named "Intercept".*Rename'):
        meta_regression(Y, V, formula, data={"Intercept": X, "x": X[::-1]})


@pytest.mark.parametrize("name", ["1", "0", "", "2.5"])
def test_a_column_called_like_a_number_is_refused(name: str) -> None:
    with pytest.raises(UserError, match=r"cannot be told from a number\. Rename"):
        meta_regression(Y, V, f"~ `{name}`", data={name: X})


@pytest.mark.parametrize(
    ("formula", "found"),
    [
        ("~ I(x * np.loadtxt('{file}'))", "np.loadtxt"),
        ("~ np.savetxt('{file}', x)", "np.savetxt"),
        ("~ np.savetxt('{file}', x)(x)", "np.savetxt"),
        ("~ scale(np.savetxt('{file}', x))", "np.savetxt"),
        ("~ I(open('{file}', 'w'))", "open"),
        ("~ I(x + __import__('os').getpid())", "__import__"),
        ("~ np.lib.npyio.np.os.getcwd()", "np.lib.npyio"),
        ("~ I(x.__class__)", "x.__class__"),
        ("~ I(x * 0 + np.ones(10))", "np.ones"),
        ("~ np.log(x, out=x)", "out="),
        ("~ scale(x, _state=x)", "_state="),
        ("~ I(x + 9 ** 9 ** 9)", r"9 \*\* 9"),
        ("~ I(x ** 1000)", r"x \*\* 1000"),
        ("~ C('a' * 9)", "'a' \\* 9"),
        ("~ I([1] * 9)", r"\[1\] \* 9"),
        ("~ {{(lambda: 1)()}}", "lambda"),
        ("~ I([i for i in x])", "for i in x"),
        ("~ x[0]", r"x\[0\]"),
        ("~ lag(x)", "lag"),
        ("~ hashed(g)", "hashed"),
        ("~ Q('x')", "Q"),
    ],
)
def test_a_formula_can_do_nothing_but_compute_columns(
    tmp_path: Path, formula: str, found: str
) -> None:
    file = tmp_path / "written"
    with pytest.raises(UserError, match=f"found .*{found}.*A formula may use columns"):
        meta_regression(Y, V, formula.format(file=file), data=DATA)
    assert not file.exists()


@pytest.mark.parametrize(
    "formula",
    [
        "~ center(x)",
        "~ scale(x) + C(g)",
        "~ standardize(x)",
        "~ poly(x, 2)",
        "~ poly(x, degree=2, raw=True)",
        "~ bs(x, df=3)",
        "~ cr(x, df=3, constraints='center')",
        "~ bs(x, knots=[3], degree=1)",
        "~ log(x)",
        "~ np.log1p(x) - 1",
        "~ np.where(x > 2, 1, 0)",
        "~ np.round(x, decimals=0)",
        "~ np.clip(x, 0, 3)",
        "~ np.minimum(x, 3 * np.pi)",
        "~ I(x ** 2) + I(x / 10 ** 2)",
        "~ I(2 ** -x)",
        "~ I((g == 'u') * x)",
        "~ C(x > 2)",
        "~ I(~(x > 2) | (x == 1))",
        "~ C(g, Treatment('v'))",
        "~ C(g, Treatment(reference='v'))",
        "~ C(g, contr.sum)",
        "~ C(g, contr.treatment(base='v'))",
        "~ C(g, levels=['v', 'u'])",
        "~ {x + 1}",
        "~ x * g",
        "~ (x + g) ** 2",
    ],
)
def test_what_is_allowed_works_and_predicts_its_own_rows(formula: str) -> None:
    design = design_of(formula, DATA, 6)
    np.testing.assert_allclose(design.for_data(DATA), design.matrix, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", ["a.b", "a b", "2x", "x-y", "a/b", "a|b", "np", "Ž x"])
def test_columns_of_any_name_can_be_used_in_backticks(name: str) -> None:
    plain = meta_regression(Y, V, "~ x + I(x ** 2)", data=DATA)
    named = meta_regression(Y, V, f"~ `{name}` + I(`{name}` ** 2)", data={name: X})
    np.testing.assert_allclose(named.coefficients, plain.coefficients, rtol=1e-12)
    assert named.design.names[1] == name
    assert named.predict({name: [2.0]}).estimate == pytest.approx(
        plain.predict({"x": [2.0]}).estimate
    )


def test_a_column_called_like_a_word_of_python_can_be_used() -> None:
    plain = meta_regression(Y, V, "~ x * g", data=DATA)
    named = meta_regression(Y, V, "~ class * g", data={"class": X, "g": G})
    np.testing.assert_allclose(named.coefficients, plain.coefficients, rtol=1e-12)


@pytest.mark.parametrize("name", ["x/y", "a|b", "a.b", "a b", "~x"])
def test_random_terms_take_names_in_backticks(name: str) -> None:
    plain = multilevel_model(Y, V, random="~ 1 | study/effect", data=DATA)
    data = {name: DATA["study"], "effect": range(6)}
    named = multilevel_model(Y, V, random=f"~ 1 | `{name}`/effect", data=data)
    assert named.sigma2[name] == pytest.approx(plain.sigma2["study"])
    inner = multilevel_model(Y, V, random=f"~ `{name}` | study", data={**DATA, name: G})
    assert inner.covariances[0][0] == f"{name} | study"


def test_a_missing_column_is_answered_by_the_nearest_names() -> None:
    data = {f"column {i}": X for i in range(70)} | {"Duration": X}
    with pytest.raises(UserError) as refused:
        meta_regression(Y, V, "~ duration", data=data)
    said = str(refused.value)
    assert 'there is no column "duration". Did you mean "Duration"?' in said
    assert said.endswith("and 63 more.")
    assert said.count("column ") < 15
    with pytest.raises(
        UserError, match=r'random: there is no column "Study"\. Did you mean "study"'
    ):
        multilevel_model(Y, V, random="~ 1 | Study", data=DATA)


@pytest.mark.parametrize(
    ("formula", "says"),
    [
        ("~ factor(g)", r"For categories write C\(\.\.\.\)"),
        ("~ .", 'found "."'),
        ("~ x +", "an operator lacks one of its sides"),
        ("~ x ~ g", "an operator lacks one of its sides"),
        ("~ (x", "a bracket or a quotation mark has no partner"),
        ("~ x | g", "has no place here"),
        ("~ g == 'u'", r"Write it inside I\(\.\.\.\)"),
        ("~ 'x'", "without quotation marks"),
        ("~ 3", "a number stands where a column should"),
        ("~ day", 'column "day": found dates'),
    ],
)
def test_what_is_wrong_with_a_formula_is_said_in_plain_words(formula: str, says: str) -> None:
    days = np.array(["2020-01-01"] * 6, dtype="M8[D]")
    with pytest.raises(UserError, match=says):
        meta_regression(Y, V, formula, data={**DATA, "day": days})


@pytest.mark.parametrize("data", ["abc", [{"x": 1}] * 6, np.rec.array([(1.0,)] * 6, names="x"), 3])
def test_data_that_is_no_table_is_called_so(data: object) -> None:
    with pytest.raises(UserError, match=r"data is a \w+, which is no table"):
        meta_regression(Y, V, "~ x", data=data)  # type: ignore[arg-type]
    with pytest.raises(UserError, match=r"data is a \w+, which is no table"):
        multilevel_model(Y, V, random="~ 1 | x", data=data)  # type: ignore[arg-type]


def test_two_columns_of_one_name_are_said_to_be_that() -> None:
    frame = pd.DataFrame(np.c_[X, X], columns=["x", "x"])
    with pytest.raises(UserError, match=r'column "x": found shape \(6, 2\) \(two columns'):
        meta_regression(Y, V, "~ x", data=frame)


def test_names_given_as_moderators_are_answered_by_the_formula() -> None:
    with pytest.raises(UserError, match=r'write mods="~ Duration \+ `per week`"'):
        meta_regression(Y, V, ["Duration", "per week"], data=DATA)  # type: ignore[list-item]


def test_decimal_columns_are_numbers() -> None:
    exact = [Decimal(str(value)) for value in X]
    fit = meta_regression(Y, V, "~ x", data={"x": exact})
    np.testing.assert_allclose(
        fit.coefficients, meta_regression(Y, V, "~ x", data=DATA).coefficients
    )


@pytest.mark.parametrize("make", ["categorical", "series", "polars"])
def test_a_column_with_ordered_categories_keeps_their_order(make: str) -> None:
    column: object = pd.Categorical(G, categories=["v", "none", "u"])
    if make == "series":
        column = pd.Series(column)
    if make == "polars":
        pl = pytest.importorskip("polars")
        column = pl.Series(G, dtype=pl.Enum(["v", "none", "u"]))
    fit = meta_regression(Y, V, "~ g", data={"g": column})
    assert fit.design.names == ("Intercept", "g[T.u]")
    as_text = meta_regression(Y, V, "~ g", data={"g": G})
    assert fit.coefficients[1] == pytest.approx(-as_text.coefficients[1])
    assert fit.predict({"g": "v"}).estimate == pytest.approx(as_text.predict({"g": "v"}).estimate)


def test_occasions_stand_in_the_order_of_their_categories() -> None:
    when = ["post", "pre", "post", "pre", "post", "later"]
    data = {**DATA, "when": pd.Categorical(when, categories=["pre", "post", "later"])}
    fit = multilevel_model(Y, V, random="~ when | study", structure="AR", data=data)
    assert fit.covariances[0][1] == ("pre", "post", "later")
    frame = pd.DataFrame({**data, "effect": range(6)})
    again = multilevel_model(Y, V, random="~ when | study", structure="AR", data=frame)
    assert again.covariances[0][1] == ("pre", "post", "later")


def test_masked_values_are_refused_wherever_numbers_come_in() -> None:
    masked = np.ma.array([0.1, 9.0, 0.3], mask=[0, 1, 0])
    with pytest.raises(UserError, match="yi, position 2: the value is masked"):
        working_model(masked, [0.1] * 3, [1, 2, 3], kind="CHE", rho=0.5)
    with pytest.raises(UserError, match="vi, position 2: the value is masked"):
        meta_regression([0.1, 0.2, 0.3], masked)
    with pytest.raises(UserError, match="mods, position 2: the value is masked"):
        meta_regression([0.1, 0.2, 0.3], [0.1] * 3, masked)
    with pytest.raises(UserError, match='column "x", row 2: there is no value'):
        meta_regression([0.1, 0.2, 0.3], [0.1] * 3, "~ x", data={"x": masked})
    with pytest.raises(UserError, match="cluster, position 2: there is no value"):
        working_model([0.1, 0.2, 0.3], [0.1] * 3, masked, kind="CHE", rho=0.5)
    whole = np.ma.array([0.1, 0.9, 0.3], mask=[0, 0, 0])
    assert meta_regression(whole, [0.1] * 3).k == 3


@pytest.mark.parametrize(
    ("new", "says"),
    [
        ({"x": [1]}, 'there is no column "g"'),
        ({"x": [1], "g": ["z"]}, "column \"g\" holds 'z'.*Known are 'u', 'v'"),
        ({"x": ["a"], "g": ["u"]}, "column \"x\" holds 'a'; the model was fitted to numbers"),
        ({"x": [1, 2, 3], "g": ["u", "v"]}, r"differ in length \(g 2, x 3\)"),
        ({"x": [], "g": []}, "data has no row"),
        ({"x": [None], "g": ["u"]}, 'column "x", row 1: there is no value'),
        ({"x": [np.inf], "g": ["u"]}, "row 1: found a value that is not a finite number"),
        ("x", "data: give values by the name of their column"),
        ([1, 2], r"data has shape \(1, 2\); the model has 4 coefficients"),
    ],
)
def test_new_values_that_do_not_fit_are_named(new: object, says: str) -> None:
    for fit in (
        meta_regression(Y, V, "~ x * g", data=DATA),
        multilevel_model(Y, V, random="~ 1 | study", mods="~ x * g", data=DATA),
    ):
        before = fit.predict({"x": [1], "g": ["u"]}).estimate
        with pytest.raises(UserError, match=says):
            fit.predict(new)  # type: ignore[arg-type]
        # What was refused leaves no trace in the fit.
        assert fit.predict({"x": [1], "g": ["u"]}).estimate == before


def test_a_prediction_takes_one_value_for_each_variable() -> None:
    fit = meta_regression(Y, V, "~ x * C(g)", data=DATA)
    one = fit.predict({"x": 1, "g": "u"})
    assert one.estimate == pytest.approx(fit.predict({"x": [1], "g": ["u"]}).estimate)
    shared = fit.predict({"x": [1, 2, 3], "g": "u"})
    assert shared.estimate == pytest.approx(
        fit.predict({"x": [1, 2, 3], "g": ["u", "u", "u"]}).estimate
    )
    with pytest.raises(UserError, match="column \"g\" holds 'w'"):
        fit.predict({"x": 1, "g": "w"})


def test_a_coefficient_is_tested_by_its_printed_name() -> None:
    fit = meta_regression(Y, V, "~ x + g", data=DATA)
    found = fit.wald_test("g[T.v]")
    assert found == fit.wald_test([2])
    assert robust(fit).wald("Intercept") == robust(fit).wald([[1.0, 0.0, 0.0]])
    with pytest.raises(UserError, match=r"Terms: Intercept, x, g\. Coefficients: .*g\[T\.v\]"):
        fit.wald_test("h")


def test_a_mean_of_the_column_can_be_fitted_but_not_predicted_from() -> None:
    fit = meta_regression(Y, V, "~ I((x - np.mean(x)) / np.std(x, ddof=1))", data=DATA)
    kept = meta_regression(Y, V, "~ scale(x)", data=DATA)
    np.testing.assert_allclose(fit.coefficients, kept.coefficients, rtol=1e-12)
    with pytest.raises(UserError, match=r"np\.mean, np\.std would be taken over the new rows"):
        fit.predict({"x": [1.0, 2.0]})
    assert np.isfinite(fit.predict([[1.0, 0.5]]).estimate).all()
    assert np.isfinite(kept.predict({"x": [1.0, 2.0]}).estimate).all()
