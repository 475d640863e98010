"""Home: what works for whom, by need in teachers' words, by place, and for adult life."""

from __future__ import annotations

from dataclasses import dataclass

from whatworks.site.cards import is_pooled
from whatworks.site.context import Context
from whatworks.site.coverage import AWAY, adulthood, places
from whatworks.site.figures import plural
from whatworks.site.page import Page
from whatworks.site.paths import need_path
from whatworks.site.words import capitalise, shorten
from whatworks.vocab import split_codes

__all__ = ["NeedLine", "home_page", "needs_by_area"]


@dataclass(frozen=True, slots=True)
class NeedLine:
    """One need in the list: its words, its address, and what is held about it."""

    code: str
    heading: str
    explanation: str
    href: str
    has_evidence: bool
    held: str


def _held(context: Context, code: str) -> tuple[bool, str]:
    """Return whether there is anything about a need, and what, in words."""
    approaches = {approach for need, approach in context.effects_by_cell if need == code}
    strands = context.strands_by_need.get(code, [])
    pooled = sum(is_pooled(context, strand) for strand in strands)
    if pooled:
        return (
            True,
            f"{plural(pooled, 'answer')} from {plural(len(approaches), 'approach', 'approaches')} studied",
        )
    if strands:
        looked = {code for strand in strands for code in split_codes(strand.approaches)}
        what = (
            f"{plural(len(looked), 'approach', 'approaches')} looked for"
            if looked
            else "Looked for"
        )
        return True, f"{what}, no usable study found"
    if approaches:
        return True, f"{plural(len(approaches), 'approach', 'approaches')} studied, no average yet"
    return False, "No study of support held here yet"


def needs_by_area(context: Context) -> list[tuple[str, list[NeedLine]]]:
    """Return the needs under their broad areas; needs that have none come last."""
    words = context.words
    areas = [(area.code, area.label) for area in words.in_order("broad_area")]
    grouped: dict[str, list[NeedLine]] = {code: [] for code, _ in areas}
    grouped[""] = []
    for term in words.in_order("need"):
        has_evidence, held = _held(context, term.code)
        grouped.setdefault(term.parent if term.parent in grouped else "", []).append(
            NeedLine(
                code=term.code,
                heading=capitalise(shorten(term.plain_label)),
                explanation=term.label,
                href=need_path(term.code),
                has_evidence=has_evidence,
                held=held,
            )
        )
    named = [*areas, ("", "Other needs")]
    return [(label, grouped[code]) for code, label in named if grouped[code]]


def home_page(context: Context) -> Page:
    """Return the home page."""
    totals = context.numbers.of_kind("counts")
    analysis = totals[0] if totals else None
    facts = [
        (context.numbers.figure(analysis, field), words)
        for field, words in (
            ("studies", "studies"),
            ("effects", "effects of support"),
            ("records", "search records"),
            ("decisions", "screening decisions"),
        )
    ]
    return context.render(
        "home.html",
        path="index.html",
        title="What works in inclusive education",
        section="home",
        values={
            "areas": needs_by_area(context),
            "facts": [(figure, label) for figure, label in facts if figure is not None],
            "places": sorted(
                (line for line in places(context) if line.code in AWAY),
                key=lambda line: AWAY.index(line.code),
            ),
            "adulthood": adulthood(context),
        },
    )
