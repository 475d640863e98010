"""Tools that identify needs: how many they find, how many they miss, how many are false alarms."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from whatworks.extraction.nouns import Accuracy
from whatworks.release.nouns import Analysis
from whatworks.site.context import Context
from whatworks.site.csv_file import csv_download
from whatworks.site.figures import decimal
from whatworks.site.numbers import Figure
from whatworks.site.page import Download, Page
from whatworks.site.paths import need_path, slug
from whatworks.site.plain import ACCURACY_WARNINGS
from whatworks.vocab import split_codes

__all__ = ["identification_download", "identification_page"]

_DOWNLOAD = "downloads/identification.csv"


@dataclass(frozen=True, slots=True)
class Rate:
    """A share with its limits, as a computed number or as its source published it."""

    figure: Figure | None
    low: Figure | None
    high: Figure | None
    published: str | None


# In an ordinary class far fewer pupils have a need than in most samples: an example share to show what
# that does to a tool, not an estimate for any need.
SCHOOL_SHARE = 0.1
# Warnings that say the rates do not hold outside the sample: nothing is worked out from those.
_FLATTERED = frozenset({"incorporation", "healthy_controls", "fitted_and_tested_on_same"})


@dataclass(frozen=True, slots=True)
class Hundred:
    """What happens to 100 pupils, in whole pupils."""

    with_need: str
    found: str
    missed: str
    false_alarms: str


@dataclass(frozen=True, slots=True)
class ToolRow:
    """One result of one tool."""

    row: Accuracy
    anchor: str
    analysis: Analysis | None
    sensitivity: Rate
    specificity: Rate
    hundred: Hundred | None
    in_school: Hundred | None
    warnings: tuple[tuple[str, str], ...]
    review: str


@dataclass(frozen=True, slots=True)
class NeedTools:
    """The tools for one need."""

    code: str
    anchor: str
    heading: str
    href: str
    tools: tuple[ToolRow, ...]


def _published(value: float | None, low: float | None, high: float | None) -> str | None:
    """Return a published share in words, with its limits where they are given."""
    if value is None:
        return None
    text = f"{decimal(100 * value, 0)} per cent"
    if low is not None and high is not None:
        text += f" ({decimal(100 * low, 0)} to {decimal(100 * high, 0)})"
    return text


def _rate(context: Context, analysis: Analysis | None, row: Accuracy, name: str) -> Rate:
    """Return sensitivity or specificity of a row."""
    published = _published(
        getattr(row, name), getattr(row, f"{name}_lb"), getattr(row, f"{name}_ub")
    )
    numbers = context.numbers
    return Rate(
        figure=numbers.figure(analysis, name),
        low=numbers.figure(analysis, f"{name}_lb"),
        high=numbers.figure(analysis, f"{name}_ub"),
        published=published,
    )


def _of_hundred(with_need: float, found: float, false_alarms: float) -> Hundred:
    """Return shares of all pupils as numbers of 100."""

    def whole(share: float) -> str:
        return "fewer than 1" if 0 < 100 * share < 0.5 else decimal(100 * share, 0)

    return Hundred(whole(with_need), whole(found), whole(with_need - found), whole(false_alarms))


def _in_school(
    row: Accuracy, sensitivity: float | None, specificity: float | None
) -> Hundred | None:
    """Return what the rates mean where the school's share of pupils has the need."""
    if sensitivity is None or specificity is None:
        return None
    if _FLATTERED & set(split_codes(row.warnings)):
        return None
    found = SCHOOL_SHARE * sensitivity
    return _of_hundred(SCHOOL_SHARE, found, (1 - SCHOOL_SHARE) * (1 - specificity))


def _hundred(row: Accuracy) -> Hundred | None:
    """Return what happens to 100 pupils at the sample's own prevalence; None without counts."""
    if row.tp is None or row.fp is None or row.fn is None or row.tn is None:
        return None
    total = row.tp + row.fp + row.fn + row.tn
    if total == 0:
        return None

    return _of_hundred((row.tp + row.fn) / total, row.tp / total, row.fp / total)


def _warning(code: str) -> tuple[str, str]:
    """Return the short words and the meaning of a warning."""
    words = code.replace("_", " ").capitalize()
    return ACCURACY_WARNINGS.get(code, (words, words))


def _warnings(context: Context) -> list[tuple[str, str, str, int]]:
    """Return (anchor, words, meaning, number of results) of every warning that is in use."""
    counted = Counter(
        code for row in context.evidence.accuracies for code in split_codes(row.warnings)
    )
    order = [*ACCURACY_WARNINGS, *sorted(set(counted) - set(ACCURACY_WARNINGS))]
    return [(slug(code), *_warning(code), counted[code]) for code in order if code in counted]


def _tool_row(context: Context, row: Accuracy) -> ToolRow:
    """Return one result of one tool."""
    numbers = context.numbers
    analysis = numbers.analysis("identification", row.accuracy_id)
    review = context.evidence.review_by_id.get(row.review_id)
    return ToolRow(
        row=row,
        anchor=slug(row.accuracy_id),
        analysis=analysis,
        sensitivity=_rate(context, analysis, row, "sensitivity"),
        specificity=_rate(context, analysis, row, "specificity"),
        hundred=_hundred(row),
        in_school=_in_school(
            row,
            numbers.value(analysis, "sensitivity") if analysis else row.sensitivity,
            numbers.value(analysis, "specificity") if analysis else row.specificity,
        ),
        warnings=tuple((_warning(code)[0], slug(code)) for code in split_codes(row.warnings)),
        review=review.title if review else row.review_id,
    )


def _by_need(context: Context) -> list[NeedTools]:
    """Return the tools under their needs, in the vocabulary's order."""
    rows: dict[str, list[ToolRow]] = {}
    for row in context.evidence.accuracies:
        rows.setdefault(row.need, []).append(_tool_row(context, row))
    order = [term.code for term in context.words.in_order("need")]
    needs = [*(code for code in order if code in rows), *sorted(set(rows) - set(order))]
    return [
        NeedTools(
            code,
            f"need-{slug(code)}",
            context.words.short("need", code),
            need_path(code),
            tuple(rows[code]),
        )
        for code in needs
    ]


def identification_page(context: Context) -> Page:
    """Return the page of identification tools."""
    needs = _by_need(context)
    covered = {need.code for need in needs}
    return context.render(
        "identification.html",
        path="identification.html",
        title="Identifying needs",
        section="identification",
        values={
            "needs": needs,
            "warnings": _warnings(context),
            "n_rows": len(context.evidence.accuracies),
            "n_warned": sum(bool(row.warnings) for row in context.evidence.accuracies),
            "school_share": decimal(100 * SCHOOL_SHARE, 0),
            "missing": [
                term for term in context.words.in_order("need") if term.code not in covered
            ],
            "download": _DOWNLOAD,
        },
    )


def identification_download(context: Context) -> Download:
    """Return the results of all tools as a CSV file."""
    names = (
        "accuracy_id", "need", "index_test", "threshold", "reference_standard", "population",
        "study_label", "n_studies", "tp", "fp", "fn", "tn", "sensitivity", "sensitivity_lb",
        "sensitivity_ub", "specificity", "specificity_lb", "specificity_ub", "warnings", "note",
    )  # fmt: skip
    return csv_download(
        _DOWNLOAD,
        names,
        ([getattr(row, name) for name in names] for row in context.evidence.accuracies),
    )
