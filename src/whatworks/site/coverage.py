"""How many studies are held for each place and each outcome: what is there, and what is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from whatworks.site.context import Context
from whatworks.site.figures import plural
from whatworks.site.words import capitalise, shorten
from whatworks.vocab import Outcome, Setting, Term, split_codes

__all__ = ["AWAY", "Coverage", "adulthood", "outcomes", "places"]

# Places for pupils who are not, or not only, in an ordinary class.
AWAY: tuple[str, ...] = (
    Setting.ALTERNATIVE_PROVISION,
    Setting.PUPIL_SUPPORT_UNIT,
    Setting.RESOURCED_PROVISION,
    Setting.SEN_UNIT,
    Setting.SPECIAL_SCHOOL,
    Setting.HOSPITAL_SCHOOL,
)


@dataclass(frozen=True, slots=True)
class Coverage:
    """One place or outcome, and the studies of support that are coded with it."""

    code: str
    heading: str
    label: str
    n_studies: int

    @property
    def official(self) -> str | None:
        """The official label, where the heading does not hold it already."""
        return None if self.label.lower() in self.heading.lower() else self.label

    @property
    def held(self) -> str:
        """What is held, in words."""
        if self.n_studies == 0:
            return "No study of support held here yet"
        return plural(self.n_studies, "study", "studies")


def _studies_by_code(context: Context, attribute: str, phase: str | None) -> dict[str, set[str]]:
    """Return the studies with an effect coded with each code of a list attribute."""
    found: dict[str, set[str]] = {}
    for effect in context.evidence.effects:
        if phase is not None and phase not in split_codes(effect.phases):
            continue
        for code in split_codes(getattr(effect, attribute)) or ("",):
            found.setdefault(code, set()).add(effect.study_id)
    return found


def _lines(terms: Sequence[Term], studies: dict[str, set[str]]) -> list[Coverage]:
    """Return one line for each term."""
    return [
        Coverage(
            term.code,
            capitalise(shorten(term.plain_label)),
            term.label,
            len(studies.get(term.code, ())),
        )
        for term in terms
    ]


def places(context: Context, phase: str | None = None) -> list[Coverage]:
    """Return every place of the vocabulary, and last the studies whose place is not reported."""
    studies = _studies_by_code(context, "settings", phase)
    lines = _lines(context.words.in_order("setting"), studies)
    return [*lines, Coverage("", "Place not reported", "Not reported", len(studies.get("", ())))]


def outcomes(context: Context, phase: str | None = None) -> list[tuple[str, list[Coverage]]]:
    """Return every outcome of support under its group; a group coded itself stands first in it."""
    words = context.words
    studies = _studies_by_code(context, "outcome", phase)
    groups = []
    for group in (term for term in words.in_order("outcome") if term.parent is None):
        members = words.children("outcome", group.code)
        # Accuracy of tools is no effect of support; it has its own page.
        if group.code == Outcome.IDENTIFICATION_ACCURACY:
            continue
        shown = [group, *members] if group.code in studies or not members else members
        groups.append((group.label, _lines(shown, studies)))
    return groups


def adulthood(context: Context) -> list[Coverage]:
    """Return the outcomes of adult life."""
    studies = _studies_by_code(context, "outcome", None)
    return _lines(context.words.children("outcome", Outcome.ADULTHOOD), studies)
