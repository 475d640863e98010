"""The methods paragraph, with what it cites."""

from __future__ import annotations

from whatworks.synthesis.plots.scale import EffectScale
from whatworks.synthesis.report.facts import Facts
from whatworks.synthesis.report.references import ESTIMATORS, REFERENCES, TESTS
from whatworks.synthesis.wording import decimal, listed, percent, plural

__all__ = ["methods_text"]

_DF_METHODS = {
    "contain": " with containment degrees of freedom",
    "residual": " with residual degrees of freedom",
}
_ROBUST_TESTS = {
    "Satterthwaite": "with Satterthwaite degrees of freedom",
    "naive-t": "with the number of clusters less one as degrees of freedom",
    "naive-tp": "with the number of clusters less that of coefficients as degrees of freedom",
    "z": "on the normal distribution",
}


def methods_text(facts: Facts, effect_name: str, version: str) -> tuple[str, tuple[str, ...]]:
    """Return the paragraph, and full references in the order of their names."""
    cited: set[str] = set()
    sentences = [
        *_model(facts, effect_name, cited),
        *_sampling(facts, cited),
        *_tests(facts, cited),
        *_intervals(facts, cited),
        f"Computed with whatworks {version}.",
    ]
    return " ".join(sentences), tuple(sorted(REFERENCES[key] for key in cited))


def _model(facts: Facts, effect_name: str, cited: set[str]) -> list[str]:
    fit = facts.fit
    named = "" if effect_name == EffectScale().name else effect_name
    effects = f"effects ({named})" if named else "effects"
    if facts.kind == "one":
        return [f"There was one study, so nothing was pooled; its {named or 'effect'} is reported."]
    mods = ""
    if not fit.design.is_intercept_only:
        formula = (fit.design.formula or "").lstrip("~ ")
        columns = listed(fit.design.names)
        mods = f", with moderators ({formula})" if formula else f", with the columns {columns}"
    if facts.kind in ("equal", "fixed"):
        cited.add("borenstein2009")
        what = (
            "under the assumption of one true effect, by inverse-variance weights"
            if facts.kind == "equal"
            else "by generalised least squares with their known covariance and no random part"
        )
        return [
            f"{effects.capitalize() if not named else f'Effects ({named})'} were combined {what}{mods} (Borenstein et al. 2009)."
        ]
    if facts.moments is not None:
        cited.add("hedges2010")
        kind = (
            "correlated effects, each study's weight shared among its effects"
            if facts.moments.kind == "CORR"
            else "hierarchical effects, a variance between and one within studies"
        )
        return [
            f"A robust meta-regression (Hedges et al. 2010) was fitted to the {effects}{mods}, with "
            f"the working model of {kind}; variances were estimated by moments."
        ]
    name, key = ESTIMATORS.get(fit.method, (fit.method, ""))
    cited |= {key} if key else set()
    by = f"{name}{_cite(key)}"
    if facts.kind == "two-level":
        kind = "random-effects model" if not mods else "mixed-effects meta-regression"
        return [
            f"A {kind} was fitted to the {effects}{mods}; the variance of the true "
            f"effects was estimated by {by}."
        ]
    if facts.location_scale is not None:
        cited.add("viechtbauer2022")
        spread = facts.location_scale.scale_design
        formula = (spread.formula or "").lstrip("~ ")
        what = formula or listed(spread.names)
        return [
            f"A location-scale model (Viechtbauer and Lopez-Lopez 2022) was fitted to the "
            f"{effects}{mods}; the logarithm of the variance of the true effects depends on "
            f"{what}. It was estimated by {by}."
        ]
    cited.add("vandennoortgate2013")
    levels = list(dict.fromkeys(c.level for c in facts.variances))
    found = [
        f"A multilevel model (Van den Noortgate et al. 2013) was fitted to the "
        f"{effects}{mods}, with {'random effects' if len(levels) > 1 else 'a random effect'} "
        f"for {listed(levels)}; variances were estimated by {by}."
    ]
    held = [c.name for c in fit.components if c.is_fixed]
    if held:
        found.append(f"Held at a given value, not estimated: {listed(held)}.")
    return found


def _sampling(facts: Facts, cited: set[str]) -> list[str]:
    if facts.sampling_correlations is None:
        if facts.is_dependent:
            return ["Sampling errors were taken as independent, also within studies."]
        return []
    cited.add("pustejovsky2022")
    low, high = facts.sampling_correlations
    which = decimal(low) if high - low < 1e-6 else f"{decimal(low)} to {decimal(high)}"
    return [
        f"Sampling errors of effects of one study were taken as correlated by {which} (Pustejovsky "
        "and Tipton 2022)."
    ]


def _tests(facts: Facts, cited: set[str]) -> list[str]:
    level = percent(facts.fit.level)
    robust = facts.robust
    if robust is not None:
        how = _ROBUST_TESTS[robust.test]
        cited |= {"pustejovsky2018", "tipton2015"} if robust.type == "CR2" else {"tipton2015"}
        text = (
            f"Standard errors are cluster-robust ({robust.type}) by {plural(robust.n_clusters, 'cluster')}; "
            f"tests and {level} confidence intervals are {how} ("
            f"{'Tipton 2015; Pustejovsky and Tipton 2018' if robust.type == 'CR2' else 'Tipton 2015'})."
        )
        if facts.omnibus is not None:
            cited.add("tipton2015b")
            text += " Moderators were tested together by HTZ (Tipton and Pustejovsky 2015)."
        return [text]
    if facts.moments is not None:
        cited.add("tipton2015")
        kind, test = facts.fit.test.split(", ")
        return [
            f"Standard errors are cluster-robust ({kind}) by study; tests and {level} confidence "
            f"intervals are {_ROBUST_TESTS[test]} (Tipton 2015)."
        ]
    how, key = TESTS.get(facts.fit.test, (f"by {facts.fit.test}", None))
    cited |= {key} if key else set()
    df_method = _DF_METHODS.get(facts.df_method or "", "") if facts.fit.test == "t" else ""
    return [f"Tests and {level} confidence intervals are {how}{df_method}{_cite(key)}."]


def _intervals(facts: Facts, cited: set[str]) -> list[str]:
    found = []
    if facts.average is not None and facts.average.prediction_interval is not None:
        cited.add("higgins2009")
        found.append(
            "The prediction interval adds the variance of the true effects to that of the average "
            "(Higgins et al. 2009)."
        )
    if facts.tau2_ci is not None:
        cited.add("viechtbauer2007")
        found.append("The interval of the variance is by the Q-profile (Viechtbauer 2007).")
    if facts.heterogeneity is not None and facts.heterogeneity.i2 is not None:
        cited.add("higgins2002")
        found.append(
            "I² is the share of the variance that is not sampling error (Higgins and Thompson 2002)."
        )
    return found


def _cite(key: str | None) -> str:
    """Return " (Author year)" for a key."""
    if not key:
        return ""
    reference = REFERENCES[key]
    year = reference[reference.index("(") + 1 : reference.index(")")]
    authors = [
        part.strip().rsplit(" ", 1)[0] for part in reference[: reference.index("(")].split(",")
    ]
    names = authors[0] if len(authors) == 1 else f"{authors[0]} and {authors[1]}"
    return f" ({names if len(authors) < 3 else f'{authors[0]} et al.'} {year})"
