"""The average under each assumed correlation within studies, as pages show it."""

from __future__ import annotations

import json
from dataclasses import dataclass

from whatworks.release.kinds.rho_sensitivity import rho_code
from whatworks.release.nouns import Analysis
from whatworks.site.context import Context
from whatworks.site.numbers import Figure, is_trusted
from whatworks.site.paths import analysis_path
from whatworks.site.sentences import Interval, correlation

__all__ = ["CorrelationRow", "CorrelationView", "correlation_view"]


@dataclass(frozen=True, slots=True)
class CorrelationRow:
    """The average under one correlation; `is_main` marks the one the headline assumes."""

    rho: str
    is_main: bool
    estimate: Figure
    low: Figure | None
    high: Figure | None
    tau2: Figure | None
    omega2: Figure | None


@dataclass(frozen=True, slots=True)
class CorrelationView:
    """All correlations tried, and whether the answer depends on them."""

    rows: tuple[CorrelationRow, ...]
    meaning: str
    change: Figure | None
    assumed: str | None
    several: Figure | None
    k_studies: Figure | None
    href: str


def correlation_view(context: Context, subject: str) -> CorrelationView | None:
    """Return a strand's averages by assumed correlation; None where none were computed."""
    numbers = context.numbers
    analysis = numbers.analysis(subject, "rho_sensitivity")
    if analysis is None or analysis.kind != "rho_sensitivity":
        return None
    main = numbers.analysis(subject, "main")
    assumed = None if main is None else json.loads(main.options).get("rho")
    rows, tried = [], []
    for rho in sorted(json.loads(analysis.options)["rhos"]):
        row = _row(context, analysis, rho, is_main=rho == assumed)
        if row is None:
            return None
        df = numbers.value(analysis, f"df_rho_{rho_code(rho)}")
        tried.append((rho, _interval(row, is_trusted=is_trusted(analysis, df))))
        rows.append(row)
    return CorrelationView(
        rows=tuple(rows),
        meaning=correlation(tried),
        change=numbers.figure(analysis, "estimate_change"),
        assumed=None if assumed is None else f"{assumed:g}",
        several=numbers.figure(main, "k_studies_several"),
        k_studies=numbers.figure(main, "k_studies"),
        href=analysis_path(analysis.analysis_id),
    )


def _row(
    context: Context, analysis: Analysis, rho: float, *, is_main: bool
) -> CorrelationRow | None:
    """Return the row of one correlation; None where its average is not published."""
    estimate, low, high, tau2, omega2 = (
        context.numbers.figure(analysis, f"{field}_rho_{rho_code(rho)}")
        for field in ("estimate", "ci_lb", "ci_ub", "tau2", "omega2")
    )
    if estimate is None or estimate.value is None:
        return None
    return CorrelationRow(f"{rho:g}", is_main, estimate, low, high, tau2, omega2)


def _interval(row: CorrelationRow, *, is_trusted: bool) -> Interval:
    """Return a row's average with its limits."""
    return Interval(
        row.estimate.value or 0.0,
        None if row.low is None else row.low.value,
        None if row.high is None else row.high.value,
        is_trusted=is_trusted,
    )
