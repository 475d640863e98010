"""Which of our effect sizes answers which measure of escalc()."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tests.oracle.r_call import Call, Name, source, value
from whatworks.synthesis import (
    EffectSizes,
    arcsine_risk_difference,
    average_sd_difference,
    biserial_correlation,
    correlation_effect,
    cv_ratio,
    d_from_counts,
    explained_variance,
    g_from_d,
    g_from_p,
    g_from_t,
    gain_in_average_sd,
    gain_in_gain_sd,
    gain_in_one_sd,
    gain_in_pre_sd,
    glass_delta,
    hedges_g,
    log_cv,
    log_odds_ratio_from_d,
    log_response_ratio,
    log_sd,
    marginal_odds_ratio,
    matched_cv_ratio,
    matched_log_response_ratio,
    matched_variability_ratio,
    mean_change,
    mean_difference,
    mean_effect,
    odds_ratio,
    paired_odds_ratio,
    paired_risk_difference,
    paired_risk_ratio,
    partial_correlation,
    partial_r_from_t,
    peto_odds_ratio,
    phi_coefficient,
    point_biserial_correlation,
    probability_of_superiority,
    probit_risk_difference,
    proportion_effect,
    r_from_p,
    r_from_t,
    rate_difference,
    rate_effect,
    rate_ratio,
    reliability_effect,
    reported_superiority,
    risk_difference,
    risk_ratio,
    root_rate_difference,
    sd_of_change,
    semipartial_correlation,
    semipartial_r_from_t,
    tetrachoric_correlation,
    variability_ratio,
    yule_q,
    yule_y,
)

# What changes the frame that is returned, and not the effects in it.
OF_THE_FRAME = {"data", "slab", "append", "var.names", "digits", "add.measure", "replace"}
COLUMNS = {
    *("ai", "bi", "ci", "di", "n1i", "n2i", "x1i", "x2i", "t1i", "t2i", "m1i", "m2i", "sd1i"),
    *("sd2i", "xi", "mi", "ri", "ti", "sdi", "r2i", "ni", "pi"),
}
OPTIONS = {"measure", "add", "to", "drop00", "vtype", "correct", "subset", "include"}


class Arguments:
    """The arguments of one escalc() call, read from its text and the case's input."""

    def __init__(self, call: Call, data: Mapping[str, Any]) -> None:
        frame = call.get("data")
        self.frame = frame.name if isinstance(frame, Name) else "dat"
        self.data = data
        self.given = dict(call.named)
        if call.positional:
            self.given["measure"] = call.positional[0]
        unknown = set(self.given) - OF_THE_FRAME - COLUMNS - OPTIONS
        if unknown:
            raise ValueError(f"no answer to escalc({', '.join(sorted(unknown))})")
        self.rows = self._rows("subset")
        self.included = self._rows("include")
        self.measure = str(self.option("measure", ""))
        self.vtype = str(self.option("vtype", "LS"))
        self.correct = bool(self.option("correct", True))

    def option(self, name: str, default: Any) -> Any:
        return value(self.given[name], self.data, self.frame) if name in self.given else default

    def _rows(self, name: str) -> Any:
        """Return the rows that a condition, or a list of positions, takes."""
        chosen = self.option(name, None)
        if chosen is None:
            return None
        chosen = np.atleast_1d(chosen)
        return chosen.astype(bool) if chosen.dtype == bool else chosen.astype(int) - 1

    def has(self, *names: str) -> bool:
        return all(name in self.given for name in names)

    def __call__(self, name: str) -> Any:
        if name not in self.given:
            raise ValueError(f"escalc(): {self.measure} without {name}")
        column = np.asarray(self.option(name, None), dtype=float)
        return column if self.rows is None or column.ndim == 0 else column[self.rows]

    def zeros(self) -> dict[str, Any]:
        """Return what the call says of zero cells, as our arguments."""
        given = {name: self.option(name, None) for name in ("add", "to") if name in self.given}
        return {k: v if isinstance(v, str) else np.asarray(v, float) for k, v in given.items()}

    def silent(self) -> dict[str, Any]:
        return {"drop00": bool(self.option("drop00", False))}


def effects_of(call: Call, data: Mapping[str, Any]) -> EffectSizes:
    """Return what an escalc() call asks for.

    Raises
    ------
    ValueError
        We have no such measure, or it has no such argument.
    """
    a = Arguments(call, data)
    if a.measure not in MEASURES:
        raise ValueError(f"no answer to {source(call)}")
    found = MEASURES[a.measure](a)
    if a.included is not None:
        is_in = np.zeros(found.yi.shape, dtype=bool)
        is_in[a.included] = True
        found = EffectSizes(np.where(is_in, found.yi, np.nan), np.where(is_in, found.vi, np.nan))
    return found


def cells_of(a: Arguments) -> tuple[Any, Any, Any, Any]:
    """Return the four cells, of which two may be given as totals."""
    b = a("bi") if a.has("bi") else a("n1i") - a("ai")
    d = a("di") if a.has("di") else a("n2i") - a("ci")
    return a("ai"), b, a("ci"), d


def _groups(a: Arguments) -> tuple[Any, Any, Any, Any]:
    first, b, second, d = cells_of(a)
    return (
        first,
        a("n1i") if a.has("n1i") else first + b,
        second,
        a("n2i") if a.has("n2i") else second + d,
    )


def _two_by_two(run: Callable[..., EffectSizes], **fixed: Any) -> Callable[[Arguments], Any]:
    return lambda a: run(*_groups(a), **fixed, **a.zeros(), **a.silent())


def _association(run: Callable[..., EffectSizes], **fixed: Any) -> Callable[[Arguments], Any]:
    return lambda a: run(*cells_of(a), **fixed, **a.zeros(), **a.silent())


def _risk_difference(a: Arguments) -> EffectSizes:
    return risk_difference(*_groups(a), variance=a.vtype, **a.zeros(), **a.silent())


def _phi(*, fisher_z: bool) -> Callable[[Arguments], EffectSizes]:
    sampling = {"LS": "cross-sectional", "CS": "cross-sectional", "ST": "stratified"}
    return lambda a: phi_coefficient(
        *cells_of(a), sampling=sampling[a.vtype], fisher_z=fisher_z, **a.zeros(), **a.silent()
    )


def _paired(run: Callable[..., EffectSizes], **fixed: Any) -> Callable[[Arguments], Any]:
    return lambda a: run(*cells_of(a), **fixed, **a.zeros())


def _marginal(a: Arguments) -> EffectSizes:
    events1, n, events2, _ = _groups(a)
    return marginal_odds_ratio(events1, events2, n, r=a("ri"), **a.zeros())


def _rates(run: Callable[..., EffectSizes]) -> Callable[[Arguments], EffectSizes]:
    names = ("x1i", "t1i", "x2i", "t2i")
    return lambda a: run(*(a(name) for name in names), **a.zeros(), **a.silent())


def _rate(scale: str) -> Callable[[Arguments], EffectSizes]:
    return lambda a: rate_effect(a("xi"), a("ti"), scale=scale, **a.zeros())


def _proportion(scale: str) -> Callable[[Arguments], EffectSizes]:
    def run(a: Arguments) -> EffectSizes:
        n = a("ni") if a.has("ni") else a("xi") + a("mi")
        return proportion_effect(a("xi"), n, scale=scale, variance=a.vtype, **a.zeros())

    return run


def _means(a: Arguments) -> tuple[Any, ...]:
    return tuple(a(name) for name in ("m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i"))


def _d(a: Arguments) -> Any:
    """Return Cohen's d from what each row has: means, d, t or p."""
    n1, n2 = a("n1i"), a("n2i")
    found = []
    if a.has("m1i", "m2i", "sd1i", "sd2i"):
        found.append(hedges_g(*_means(a), corrected=False).yi)
    if a.has("di"):
        found.append(a("di"))
    if a.has("ti"):
        found.append(g_from_t(a("ti"), n1, n2, corrected=False).yi)
    if a.has("pi"):
        found.append(g_from_p(a("pi"), n1, n2, corrected=False).yi)
    return _first_known(found)


def _first_known(found: list[Any]) -> Any:
    known = found[0]
    for other in found[1:]:
        known = np.where(np.isnan(known), other, known)
    return known


def _smd(a: Arguments) -> EffectSizes:
    return g_from_d(_d(a), a("n1i"), a("n2i"), variance=a.vtype, corrected=a.correct)


def _mean_difference(a: Arguments) -> EffectSizes:
    return mean_difference(*_means(a), equal_variances={"LS": False, "HO": True}[a.vtype])


def _average_sd(a: Arguments) -> EffectSizes:
    return average_sd_difference(*_means(a), corrected=a.correct)


def _glass(a: Arguments) -> EffectSizes:
    numbers = (a("m1i"), a("n1i"), a("m2i"), a("sd2i"), a("n2i"))
    return glass_delta(
        *numbers,
        sd1=a("sd1i") if a.measure == "SMD1H" else None,
        variance=a.vtype,
        corrected=a.correct,
    )


def _response_ratio(a: Arguments) -> EffectSizes:
    return log_response_ratio(*_means(a), corrected=a.correct, variance=a.vtype)


def _cv_ratio(a: Arguments) -> EffectSizes:
    return cv_ratio(*_means(a), correction="both" if a.correct else "none")


def _variability_ratio(a: Arguments) -> EffectSizes:
    numbers = (a("sd1i"), a("n1i"), a("sd2i"), a("n2i"))
    return variability_ratio(*numbers, corrected=a.correct)


def _point_biserial(*, fisher_z: bool) -> Callable[[Arguments], EffectSizes]:
    sampling = {"LS": "stratified", "ST": "stratified", "CS": "cross-sectional"}
    return lambda a: point_biserial_correlation(
        _d(a), a("n1i"), a("n2i"), sampling=sampling[a.vtype], fisher_z=fisher_z
    )


def _biserial(*, fisher_z: bool) -> Callable[[Arguments], EffectSizes]:
    return lambda a: biserial_correlation(_d(a), a("n1i"), a("n2i"), fisher_z=fisher_z)


def _log_odds(distribution: str) -> Callable[[Arguments], EffectSizes]:
    def run(a: Arguments) -> EffectSizes:
        d = g_from_d(_d(a), a("n1i"), a("n2i"), corrected=False)
        return log_odds_ratio_from_d(d.yi, d.vi, distribution=distribution)

    return run


def _correlation(scale: str) -> Callable[[Arguments], EffectSizes]:
    def run(a: Arguments) -> EffectSizes:
        ways = {"ri": lambda: a("ri"), "ti": lambda: r_from_t(a("ti"), a("ni"))}
        ways["pi"] = lambda: r_from_p(a("pi"), a("ni"))
        r = _first_known([way() for name, way in ways.items() if a.has(name)])
        return correlation_effect(r, a("ni"), scale=scale, variance=a.vtype)

    return run


def _partial(*, fisher_z: bool) -> Callable[[Arguments], EffectSizes]:
    def run(a: Arguments) -> EffectSizes:
        found = [a("ri")] if a.has("ri") else []
        if a.has("ti"):
            found.append(partial_r_from_t(a("ti"), a("ni"), a("mi")))
        return partial_correlation(_first_known(found), a("ni"), a("mi"), fisher_z=fisher_z)

    return run


def _semipartial(*, fisher_z: bool) -> Callable[[Arguments], EffectSizes]:
    def run(a: Arguments) -> EffectSizes:
        found = [a("ri")] if a.has("ri") else []
        if a.has("ti"):
            found.append(semipartial_r_from_t(a("ti"), a("ni"), a("mi"), a("r2i")))
        return semipartial_correlation(_first_known(found), a("ni"), a("r2i"), fisher_z=fisher_z)

    return run


def _change(a: Arguments) -> tuple[Any, Any]:
    """Return the change and its standard deviation; 0 for the second says it is the first."""
    change, sd1, sd2, r = a("m1i") - a("m2i"), a("sd1i"), a("sd2i"), a("ri")
    sd1, sd2, r = np.broadcast_arrays(sd1, sd2, r)
    is_direct = sd2 == 0.0
    both = sd_of_change(sd1, np.where(is_direct, 1.0, sd2), r=r)
    return change, np.where(is_direct, sd1, both)


def _mean_change(a: Arguments) -> EffectSizes:
    return mean_change(*_change(a), a("ni"))


def _change_standardised(a: Arguments) -> EffectSizes:
    found = []
    n = a("ni")
    if a.has("m1i"):
        change, sd = _change(a)
        found.append(change / sd)
    if a.has("di"):
        found.append(a("di"))
    if a.has("ti"):
        found.append(a("ti") / np.sqrt(n))
    return gain_in_gain_sd(_first_known(found), 1.0, n, corrected=a.correct, variance=a.vtype)


def _raw_standardised(a: Arguments) -> EffectSizes:
    numbers = (a("m1i"), a("m2i"), a("sd1i"))
    if a.measure == "SMCR":
        return gain_in_pre_sd(*numbers, a("ni"), r=a("ri"), corrected=a.correct)
    return gain_in_one_sd(*numbers, a("sd2i"), a("ni"), r=a("ri"), corrected=a.correct)


def _average_standardised(a: Arguments) -> EffectSizes:
    numbers = (a("m1i"), a("sd1i"), a("m2i"), a("sd2i"), a("ni"))
    return gain_in_average_sd(
        *numbers, r=a("ri"), equal_variances=a.measure == "SMCRP", corrected=a.correct
    )


def _matched_means(run: Callable[..., EffectSizes]) -> Callable[[Arguments], EffectSizes]:
    names = ("m1i", "sd1i", "m2i", "sd2i", "ni")
    return lambda a: run(*(a(name) for name in names), r=a("ri"), corrected=a.correct)


def _matched_variability(a: Arguments) -> EffectSizes:
    return matched_variability_ratio(a("sd1i"), a("sd2i"), a("ni"), r=a("ri"))


def _one_mean(scale: str) -> Callable[[Arguments], EffectSizes]:
    # The reference corrects only the standardised mean.
    return lambda a: mean_effect(
        a("mi"),
        a("sdi"),
        a("ni"),
        scale=scale,
        corrected=scale == "standardised" and a.correct,
    )


def _reliability(scale: str) -> Callable[[Arguments], EffectSizes]:
    return lambda a: reliability_effect(a("ai"), a("mi"), a("ni"), scale=scale)


MEASURES: dict[str, Callable[[Arguments], EffectSizes]] = {
    "RR": _two_by_two(risk_ratio),
    "OR": _two_by_two(odds_ratio),
    "RD": _risk_difference,
    "AS": _two_by_two(arcsine_risk_difference),
    "PETO": _two_by_two(peto_odds_ratio),
    "PHI": _phi(fisher_z=False),
    "ZPHI": _phi(fisher_z=True),
    "YUQ": _association(yule_q),
    "YUY": _association(yule_y),
    "RTET": _association(tetrachoric_correlation),
    "ZTET": _association(tetrachoric_correlation, fisher_z=True),
    "OR2DL": _two_by_two(d_from_counts, distribution="logistic"),
    "OR2DN": _two_by_two(d_from_counts, distribution="normal"),
    "PBIT": _two_by_two(probit_risk_difference),
    "OR2D": _two_by_two(d_from_counts, distribution="logistic"),
    "MPRR": _paired(paired_risk_ratio),
    "MPRD": _paired(paired_risk_difference),
    "MPOR": _paired(paired_odds_ratio, kind="marginal"),
    "MPORC": _paired(paired_odds_ratio, kind="conditional"),
    "MPPETO": _paired(paired_odds_ratio, kind="peto"),
    "MPORM": _marginal,
    "IRR": _rates(rate_ratio),
    "IRD": _rates(rate_difference),
    "IRSD": _rates(root_rate_difference),
    "IR": _rate("rate"),
    "IRLN": _rate("log"),
    "IRS": _rate("root"),
    "IRFT": _rate("freeman_tukey"),
    "PR": _proportion("proportion"),
    "PLN": _proportion("log"),
    "PLO": _proportion("logit"),
    "PRZ": _proportion("probit"),
    "PAS": _proportion("arcsine"),
    "PFT": _proportion("freeman_tukey"),
    "MD": _mean_difference,
    "SMD": _smd,
    "SMDH": _average_sd,
    "SMD1": _glass,
    "SMD1H": _glass,
    "ROM": _response_ratio,
    "CVR": _cv_ratio,
    "VR": _variability_ratio,
    "CLESN": lambda a: probability_of_superiority(*_means(a)),
    "AUCN": lambda a: probability_of_superiority(*_means(a)),
    "CLES": lambda a: reported_superiority(a("ai"), a("n1i"), a("n2i")),
    "AUC": lambda a: reported_superiority(a("ai"), a("n1i"), a("n2i")),
    "RPB": _point_biserial(fisher_z=False),
    "ZPB": _point_biserial(fisher_z=True),
    "RBIS": _biserial(fisher_z=False),
    "ZBIS": _biserial(fisher_z=True),
    "D2ORL": _log_odds("logistic"),
    "D2ORN": _log_odds("normal"),
    "COR": _correlation("r"),
    "UCOR": _correlation("unbiased"),
    "ZCOR": _correlation("fisher_z"),
    "PCOR": _partial(fisher_z=False),
    "ZPCOR": _partial(fisher_z=True),
    "SPCOR": _semipartial(fisher_z=False),
    "ZSPCOR": _semipartial(fisher_z=True),
    "R2": lambda a: explained_variance(a("r2i"), a("ni"), a("mi")),
    "MC": _mean_change,
    "SMCC": _change_standardised,
    "SMCR": _raw_standardised,
    "SMCRH": _raw_standardised,
    "SMCRP": _average_standardised,
    "SMCRPH": _average_standardised,
    "ROMC": _matched_means(matched_log_response_ratio),
    "CVRC": _matched_means(matched_cv_ratio),
    "VRC": _matched_variability,
    "MN": _one_mean("mean"),
    "MNLN": _one_mean("log"),
    "SMN": _one_mean("standardised"),
    "CVLN": lambda a: log_cv(a("mi"), a("sdi"), a("ni"), correction="sd" if a.correct else "none"),
    "SDLN": lambda a: log_sd(a("sdi"), a("ni"), corrected=a.correct),
    "ARAW": _reliability("alpha"),
    "AHW": _reliability("cube_root"),
    "ABT": _reliability("log"),
}
