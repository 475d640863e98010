"""The evidence gap map: which approaches were studied for which needs, and how sure the answers are."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from whatworks.grading.levels import LEVELS
from whatworks.release.kinds.gap_map import studies_by_cell
from whatworks.release.nouns import Strand
from whatworks.site.context import Context
from whatworks.site.coverage import outcomes, places
from whatworks.site.csv_file import csv_download
from whatworks.site.figures import plural
from whatworks.site.page import Download, Page
from whatworks.site.paths import gap_map_path, need_path, slug
from whatworks.site.plain import CERTAINTY_LEVELS
from whatworks.vocab import Term, split_codes

__all__ = ["gap_map_download", "gap_map_page", "phases_on_map"]

# Radii in pixels; the area of a circle grows with the number of studies.
_SMALLEST, _LARGEST = 9.0, 24.0


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: a number of studies, or a search that found none, or nothing.

    Attributes
    ----------
    state
        studies, unusable (looked for, none usable) or never.
    n_studies
        Studies in it.
    radius
        Radius of its circle.
    level
        Best certainty of a strand about it; None if not judged.
    word
        Certainty in one word.
    spoken
        What a screen reader says.
    href
        Where it leads.
    """

    state: str
    n_studies: int
    radius: float
    level: str | None
    word: str
    spoken: str
    href: str


@dataclass(frozen=True, slots=True)
class MapRow:
    """One approach across all needs."""

    approach: str
    label: str
    cells: tuple[Cell, ...]


def phases_on_map(context: Context) -> list[Term]:
    """Return the phases that have a map of their own: those some effect or strand is coded with."""
    used = {code for effect in context.evidence.effects for code in split_codes(effect.phases)}
    used |= {code for strand in context.strands for code in split_codes(strand.phases)}
    return [term for term in context.words.in_order("phase") if term.code in used]


def _strands_by_cell(context: Context, phase: str | None) -> dict[tuple[str, str], list[Strand]]:
    """Return the strands about each (need, approach); a strand without phases is about all."""
    cells: dict[tuple[str, str], list[Strand]] = {}
    for strand in context.strands:
        phases = split_codes(strand.phases)
        if phase is not None and phases and phase not in phases:
            continue
        for need in split_codes(strand.needs):
            for approach in split_codes(strand.approaches):
                cells.setdefault((need, approach), []).append(strand)
    return cells


def _best_level(context: Context, strands: list[Strand]) -> str | None:
    """Return the highest certainty among the strands that are about the fewest approaches.

    A strand that averages many approaches says little about each, so it counts only where no
    narrower one is there.
    """
    fewest = min((len(split_codes(strand.approaches)) for strand in strands), default=0)
    strands = [strand for strand in strands if len(split_codes(strand.approaches)) == fewest]
    levels = [
        certainty.level
        for strand in strands
        if (certainty := context.evidence.certainty_by_strand.get(strand.strand_id))
        and certainty.level in LEVELS
    ]
    return max(levels, key=LEVELS.index) if levels else None


def _radius(n: int, most: int) -> float:
    """Return the radius for a number of studies."""
    return round(_SMALLEST + (_LARGEST - _SMALLEST) * math.sqrt((n - 1) / max(most - 1, 1)), 1)


def _cell(
    context: Context,
    need: str,
    approach: str,
    studies: Mapping[tuple[str, str], set[str]],
    strands: Mapping[tuple[str, str], list[Strand]],
    most: int,
) -> Cell:
    """Return one cell."""
    n = len(studies.get((need, approach), ()))
    here = strands.get((need, approach), [])
    what = f"{context.words.label('approach', approach)}, {context.words.short('need', need)}"
    href = f"{need_path(need)}#approach-{slug(approach)}"
    if n:
        level = _best_level(context, here)
        word = CERTAINTY_LEVELS[level] if level else "Not judged"
        certainty = f"{word.lower()} certainty" if level else "certainty not judged"
        spoken = f"{plural(n, 'study', 'studies')}, {certainty}: {what}"
        return Cell("studies", n, _radius(n, most), level, word, spoken, href)
    if any(strand.status == "no_usable_study" for strand in here):
        return Cell(
            "unusable",
            0,
            _SMALLEST,
            None,
            "None usable",
            f"Looked for, no usable study: {what}",
            href,
        )
    return Cell("never", 0, 0.0, None, "", "No study here", href)


def _groups(context: Context) -> list[tuple[Term, list[Term]]]:
    """Return the approaches under their groups; a group without members is its own row."""
    words = context.words
    groups = []
    for group in (term for term in words.in_order("approach") if term.parent is None):
        groups.append((group, words.children("approach", group.code) or [group]))
    return groups


def _needs(context: Context) -> list[Term]:
    """Return the needs across the map."""
    return context.words.in_order("need")


def gap_map_page(context: Context, phase: str | None = None) -> Page:
    """Return the gap map of all phases, or of one."""
    words = context.words
    studies = studies_by_cell(context.evidence, phase=phase)
    strands = _strands_by_cell(context, phase)
    needs = _needs(context)
    most = max((len(found) for found in studies.values()), default=1)
    table = []
    for group, members in _groups(context):
        # Sources may code the group itself where they do not say more.
        coded_itself = any(approach == group.code for _, approach in studies)
        coded = [group, *members] if coded_itself and group not in members else members
        rows = [
            MapRow(
                term.code,
                term.label,
                tuple(
                    _cell(context, need.code, term.code, studies, strands, most) for need in needs
                ),
            )
            for term in coded
        ]
        table.append((group.label, rows))
    cells = [cell for _, rows in table for row in rows for cell in row.cells]
    counts = {
        state: sum(cell.state == state for cell in cells)
        for state in ("studies", "unusable", "never")
    }
    analysis = context.numbers.analysis("gap-map", phase or "main")
    where = f": {words.short('phase', phase).lower()}" if phase else ""
    return context.render(
        "gap_map.html",
        path=gap_map_path(phase),
        title=f"Evidence gap map{where}",
        section="gap-map",
        values={
            "phase": phase,
            "phases": [
                (term.code, words.short("phase", term.code)) for term in phases_on_map(context)
            ],
            "needs": needs,
            "table": table,
            "counts": counts,
            "n_cells": len(cells),
            "download": f"downloads/{gap_map_path(phase).removesuffix('.html')}.csv",
            "analysis": analysis,
            "places": places(context, phase),
            "outcomes": outcomes(context, phase),
        },
    )


def gap_map_download(context: Context, phase: str | None = None) -> Download:
    """Return the map as a CSV file: one row for each need and approach."""
    studies = studies_by_cell(context.evidence, phase=phase)
    strands = _strands_by_cell(context, phase)
    rows = []
    for _, members in _groups(context):
        for term in members:
            for need in _needs(context):
                cell = _cell(context, need.code, term.code, studies, strands, 1)
                rows.append(
                    (
                        need.code,
                        need.label,
                        term.code,
                        term.label,
                        cell.n_studies,
                        cell.state,
                        cell.level,
                    )
                )
    return csv_download(
        f"downloads/{gap_map_path(phase).removesuffix('.html')}.csv",
        ("need", "need_label", "approach", "approach_label", "n_studies", "state", "certainty"),
        rows,
    )
