"""One need, of all phases or one: the answers, the studies behind none yet, and what nobody looked at."""

from __future__ import annotations

from dataclasses import dataclass

from whatworks.extraction.nouns import Effect, Study
from whatworks.release.nouns import Strand
from whatworks.site.cards import StrandCard, strand_card
from whatworks.site.context import Context
from whatworks.site.page import Page
from whatworks.site.paths import need_path, slug
from whatworks.vocab import Term, split_codes

__all__ = ["ApproachSection", "need_page", "needs_with_pages", "phases_of_need"]


@dataclass(frozen=True, slots=True)
class ApproachSection:
    """One approach for one need: its studies, and the strands that answer for it."""

    anchor: str
    label: str
    plain: str
    studies: tuple[Study, ...]
    strands: tuple[Strand, ...]

    @property
    def looked_for(self) -> bool:
        """Return whether somebody searched and found no usable study."""
        return any(strand.status == "no_usable_study" for strand in self.strands)


def needs_with_pages(context: Context) -> list[str]:
    """Return the codes of all needs that get a page: the vocabulary's, and any other in use."""
    known = [term.code for term in context.words.in_order("need")]
    used = {need for need, _ in context.effects_by_cell} | set(context.strands_by_need)
    used |= {row.need for row in context.evidence.accuracies}
    return [*known, *sorted(used - set(known))]


def _strands(context: Context, code: str, phase: str | None) -> list[Strand]:
    """Return the strands about a need and a phase; a strand without phases is about all."""
    return [
        strand
        for strand in context.strands_by_need.get(code, [])
        if phase is None or not strand.phases or phase in split_codes(strand.phases)
    ]


def _effects_by_approach(context: Context, code: str, phase: str | None) -> dict[str, list[Effect]]:
    """Return the effects for a need and a phase under their approaches; approaches without any are not there."""
    found = {}
    for (need, approach), effects in context.effects_by_cell.items():
        if need != code:
            continue
        kept = [e for e in effects if phase is None or phase in split_codes(e.phases)]
        if kept:
            found[approach] = kept
    return found


def phases_of_need(context: Context, code: str) -> list[Term]:
    """Return the phases with a page of their own for a need: those of its strands and effects."""
    used = {
        phase
        for strand in context.strands_by_need.get(code, [])
        for phase in split_codes(strand.phases)
    }
    for effects in _effects_by_approach(context, code, None).values():
        used.update(phase for effect in effects for phase in split_codes(effect.phases))
    return [term for term in context.words.in_order("phase") if term.code in used]


def _sections(context: Context, code: str, phase: str | None) -> list[ApproachSection]:
    """Return a section for each approach that has a study or a strand for the need and phase."""
    strands = _strands(context, code, phase)
    effects = _effects_by_approach(context, code, phase)
    by_approach: dict[str, list[Strand]] = {}
    for strand in strands:
        for approach in split_codes(strand.approaches):
            by_approach.setdefault(approach, []).append(strand)
    order = [term.code for term in context.words.in_order("approach")]
    present = set(effects) | set(by_approach)
    sections = []
    for approach in [*(one for one in order if one in present), *sorted(present - set(order))]:
        ids = dict.fromkeys(effect.study_id for effect in effects.get(approach, ()))
        studies = sorted(
            (context.evidence.study_by_id[study_id] for study_id in ids),
            key=lambda study: (-(study.year or 0), study.label),
        )
        sections.append(
            ApproachSection(
                anchor=f"approach-{slug(approach)}",
                label=context.words.label("approach", approach),
                plain=context.words.plain("approach", approach),
                studies=tuple(studies),
                strands=tuple(by_approach.get(approach, ())),
            )
        )
    return sections


def _area(context: Context, term: Term | None) -> str | None:
    """Return the broad area of a need, where it has one and it is not called the same."""
    if term is None or term.parent is None:
        return None
    area = context.words.label("broad_area", term.parent)
    return None if area == term.label else area


def _by_outcome(context: Context, cards: list[StrandCard]) -> list[tuple[str, list[StrandCard]]]:
    """Return the strands under the outcome they are about, in the order outcomes first come up."""
    grouped: dict[str, list[StrandCard]] = {}
    for card in cards:
        grouped.setdefault(card.strand.outcome, []).append(card)
    return [(context.words.heading("outcome", code), found) for code, found in grouped.items()]


def _never_looked(context: Context, code: str, present: set[str]) -> list[tuple[str, list[Term]]]:
    """Return the approaches without a study or strand, under their groups."""
    words = context.words
    groups = [term for term in words.in_order("approach") if term.parent is None]
    missing = []
    for group in groups:
        members = words.children("approach", group.code) or [group]
        absent = [term for term in members if term.label not in present]
        if absent:
            missing.append((group.label, absent))
    return missing


def need_page(context: Context, code: str, phase: str | None = None) -> Page:
    """Return a need's page, of all phases or of one."""
    words = context.words
    term = words.term("need", code)
    cards: list[StrandCard] = [
        strand_card(context, strand) for strand in _strands(context, code, phase)
    ]
    sections = _sections(context, code, phase)
    studies = {study.study_id for section in sections for study in section.studies}
    need = words.short("need", code)
    crumbs = [("What works", "index.html")]
    if phase is not None:
        crumbs.append((need, need_path(code)))
    return context.render(
        "need.html",
        path=need_path(code, phase),
        title=need if phase is None else f"{need}: {words.short('phase', phase).lower()}",
        section="home",
        values={
            "crumbs": crumbs,
            "code": code,
            "phase": phase,
            "phases": [
                (one.code, words.short("phase", one.code)) for one in phases_of_need(context, code)
            ],
            "term": term,
            "area": _area(context, term),
            "groups": _by_outcome(context, cards),
            "sections": sections,
            "n_studies": len(studies),
            "n_tools": sum(row.need == code for row in context.evidence.accuracies),
            "never": _never_looked(context, code, {section.label for section in sections}),
        },
    )
