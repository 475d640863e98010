"""The results for statisticians."""

from __future__ import annotations

from math import floor, inf, isfinite, log10, sqrt

from whatworks.synthesis.model import VarianceComponent
from whatworks.synthesis.plots.scale import EffectScale
from whatworks.synthesis.pooled_effect import CoefficientTest
from whatworks.synthesis.report.facts import ENOUGH_FOR_SHARE, Facts
from whatworks.synthesis.wording import decimal, listed, p_value_text, percent, plural, span

__all__ = ["results_text"]


def results_text(facts: Facts, scale: EffectScale) -> str:
    """Return the paragraph."""
    sentences = [
        _size(facts),
        *_coefficients(facts, scale),
        *_prediction(facts, scale),
        *_spread(facts),
        *_heterogeneity(facts),
        *(f"Note: {note}" for note in facts.fit.notes),
    ]
    return " ".join(sentences)


def _size(facts: Facts) -> str:
    if not facts.is_dependent:
        # In a two-level model each effect is taken as a study of its own.
        return (
            f"{plural(facts.n_effects, 'effect')}, each taken as independent."
            if (facts.n_effects > 1)
            else "One effect of one study."
        )
    low, high = facts.effects_a_study
    each = f"{low}" if low == high else f"{low} to {high}"
    return (
        f"{plural(facts.n_effects, 'effect')} of {plural(facts.n_studies, 'independent study', 'independent studies')} "
        f"({each} each)."
    )


def _coefficients(facts: Facts, scale: EffectScale) -> list[str]:
    level = percent(facts.fit.level)
    if facts.average is not None:
        what = "The effect" if facts.kind == "one" else "The average effect"
        return [f"{what} was {_test(facts.tests[0], scale, level)}."]
    found = []
    if facts.omnibus is not None:
        statistic, df1, df2, p = facts.omnibus
        if isfinite(statistic):
            name = f"χ²({df1})" if df2 is None else f"F({df1}, {_df(df2)})"
            what = "All coefficients" if facts.fit.design.intercept is None else "Moderators"
            found.append(f"{what} together: {name} = {decimal(statistic)}, {p_value_text(p)}.")
    if facts.r2 is not None:
        n = facts.n_effects - facts.fit.design.p
        rough = f", a rough guess from {plural(facts.n_effects, 'effect')}"
        found.append(
            f"They explained {decimal(facts.r2, 0)}% of the variance of true effects"
            f"{rough if n < ENOUGH_FOR_SHARE else ''}."
        )
    found += [f"{test.name}: {_test(test, scale, level)}." for test in facts.tests]
    return found


def _test(test: CoefficientTest, scale: EffectScale, level: str) -> str:
    if not isfinite(test.se):
        return f"{test.estimate:.3g}, with a standard error that these data cannot give"
    places = _places(test.se)
    text = f"{decimal(test.estimate, places)} (SE {decimal(test.se, places)}; "
    if isfinite(test.ci[0]) and isfinite(test.ci[1]):
        text += f"{level} CI {span(test.ci, places)}; "
    if test.se > 0.0:
        value = decimal(test.estimate / test.se)
        name = "z" if test.df == inf else f"t({_df(test.df)})"
        text += f"{name} = {value}, {p_value_text(test.p_value)})"
    else:
        text = text.removesuffix("; ") + ")"
    if scale.is_ratio:
        text += f", as a ratio {scale.text(test.estimate)} ({scale.span(test.ci)})"
    return text


def _places(se: float) -> int:
    """Return the decimals that show two digits of a standard error, two or more."""
    return min(12, max(2, 1 - floor(log10(se)))) if se > 0.0 and isfinite(se) else 3


def _df(df: float) -> str:
    return f"{df:,.0f}" if abs(df - round(df)) < 0.005 else decimal(df, 1)


def _prediction(facts: Facts, scale: EffectScale) -> list[str]:
    average = facts.average
    if average is None or average.prediction_interval is None:
        return []
    places = _places(average.se)

    def limits(found: tuple[float, float]) -> str:
        ratio = f", as a ratio {scale.span(found)}" if scale.is_ratio else ""
        return f"{span(found, places)}{ratio}"

    level = percent(average.level)
    if len(average.levels) < 2:
        one = "" if average.levels else " for one effect in a new study"
        return [f"{level} prediction interval{one} {limits(average.prediction_interval)}."]
    parts = [f"the average of a new {own.name} {limits(own.limits)}" for own in average.levels[:-1]]
    parts.append(f"one effect in it {limits(average.prediction_interval)}")
    return [f"{level} prediction intervals: for {'; for '.join(parts)}."]


def _spread(facts: Facts) -> list[str]:
    found = [_component(c) for c in facts.fit.components]
    text = [f"{listed(found)}."] if found else []
    text += _scale_part(facts)
    if facts.tau2_ci is not None:
        text.append(
            f"{percent(facts.fit.level)} interval of tau2: {facts.tau2_ci[0]:.3g} to {facts.tau2_ci[1]:.3g}."
        )
    bounded = [c.name for c in facts.variances if c.estimate == 0.0 and not c.is_fixed]
    if bounded:
        text.append(
            f"{listed(bounded)} {'stands' if len(bounded) == 1 else 'stand'} at the boundary of 0, "
            "which does not show that there are no differences at that level."
        )
    if facts.n_maxima > 1:
        text.append(
            f"The likelihood has {facts.n_maxima} local maxima; the highest of them is reported."
        )
    return text


def _scale_part(facts: Facts) -> list[str]:
    """Return how the spread depends on moderators."""
    model = facts.location_scale
    if model is None or model.scale_design.is_intercept_only:
        return []
    low, high = sqrt(float(model.tau2.min())), sqrt(float(model.tau2.max()))
    df = facts.fit.yi.size - model.q if model.test == "t" else inf
    level = percent(model.level)
    found = [f"The SD of the true effects runs from {low:.3g} to {high:.3g} over the studies."]
    for i, name in enumerate(model.scale_design.names):
        test = CoefficientTest(
            name,
            float(model.scale_coefficients[i]),
            float(model.scale_se[i]),
            float(df),
            (float(model.scale_ci[i, 0]), float(model.scale_ci[i, 1])),
            float(model.scale_p_value[i]),
        )
        found.append(f"log tau2, {name}: {_test(test, EffectScale(), level)}.")
    return found


def _component(component: VarianceComponent) -> str:
    if component.kind == "correlation":
        return f"{component.name} = {decimal(component.estimate)}"
    value = f"{component.estimate:.3g}"
    given = ", given" if component.is_fixed else ""
    sd = f"{sqrt(max(component.estimate, 0.0)):.3g}"
    units = plural(component.n_levels, "unit")
    return f"{component.name} = {value} (SD {sd}, {units}{given})"


def _heterogeneity(facts: Facts) -> list[str]:
    found = facts.heterogeneity
    if found is None:
        return []
    parts = []
    if found.q is not None and found.p_value is not None:
        parts.append(f"Q({found.df}) = {decimal(found.q)}, {p_value_text(found.p_value)}")
    if found.i2 is not None:
        parts.append(f"I² = {decimal(found.i2, 1)}%")
    return [f"{'; '.join(parts)}."] if parts else []
