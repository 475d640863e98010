"""Decisions in the notes that programs put into files of references: Rayyan's, ASReview's, Covidence's."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from whatworks.extraction.decision_files.nouns import Said
from whatworks.extraction.decision_files.words import decision_in

__all__ = [
    "asreview_said",
    "covidence_said",
    "is_about_screening",
    "is_rayyan_note",
    "rayyan_note",
    "rayyan_said",
]

INCLUSION = "RAYYAN-INCLUSION"
# "Name"=>"Included"; some exports write single quotes, or a colon.
_QUOTED = r"(?:\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')"
_ARROW = r"\s*(?:=>|:)\s*"
PAIR = re.compile(rf"\s*({_QUOTED}){_ARROW}({_QUOTED}|\w+)\s*(?:,|(?=\}}))")
LIST_PAIR = re.compile(rf"\s*({_QUOTED}){_ARROW}\[([^\]]*)\]\s*(?:,|(?=\}}))")
STRING = re.compile(_QUOTED)
DECISIONS = re.compile(rf"{INCLUSION}\s*:\s*\{{", re.IGNORECASE)
REASONS = re.compile(
    r"RAYYAN-EXCLUSION-REASONS\s*:\s*(.*?)\s*(?=\|\s*[A-Z][A-Z-]+\s*:|\||$)",
    re.IGNORECASE | re.DOTALL,
)
USER_NOTES = re.compile(r"USER-NOTES\s*:\s*\{", re.IGNORECASE)
ASREVIEW = re.compile(r"\bASReview_(relevant|irrelevant|not_seen)\b", re.IGNORECASE)
ASREVIEW_NOTE = re.compile(r"\s*asreview_note\s*:\s*\"(.*)\"\s*", re.DOTALL)
ASREVIEW_TIME = re.compile(r"\s*asreview_time\s*:\s*\"?([^\"]+)\"?\s*")
COVIDENCE = re.compile(r"\bExclusion reason\s*:\s*(.+?)\s*(?:;|$)", re.IGNORECASE | re.DOTALL)
SCREENING = re.compile(
    r"RAYYAN-|USER-NOTES\s*:|\bASReview_|whatworks-decision|whatworks screening", re.IGNORECASE
)


def is_about_screening(text: str) -> bool:
    """Return whether a note is one that a screening program wrote about its decisions."""
    return SCREENING.search(text) is not None


def is_rayyan_note(text: str) -> bool:
    """Return whether a note is Rayyan's and tells decisions."""
    return INCLUSION.lower() in text.lower()


def rayyan_said(texts: Sequence[str]) -> list[Said] | None:
    """Return what Rayyan's note says that each person decided; None if none of the texts is such a note.

    Rayyan names the exclusion reasons of a record without saying whose they are: they go to everyone who
    excluded it.

    Raises
    ------
    ValueError
        The note is one of Rayyan's and cannot be understood.
    """
    text = " | ".join(html.unescape(one).replace('\\"', '"') for one in texts)
    begin = DECISIONS.search(text)
    if begin is None:
        if INCLUSION.lower() in text.lower():
            raise ValueError(_from(text))
        return None
    found: list[tuple[str, str | None]] = []
    at = begin.end()
    while pair := PAIR.match(text, at):
        value, _ = decision_in(_bare(pair[2]))
        found.append((_bare(pair[1]), value))
        at = pair.end()
    if not text[at:].lstrip().startswith("}"):
        raise ValueError(_from(text))
    reasons = REASONS.search(text)
    reason = reasons[1].strip(" ,;|") or None if reasons else None
    notes = _user_notes(text)
    return [
        Said(
            value=value,
            reviewer=name,
            reason=reason if value == "exclude" else None,
            note=notes.get(name),
        )
        for name, value in found
        if value is not None
    ]


def _user_notes(text: str) -> dict[str, str]:
    """Return notes by person."""
    begin = USER_NOTES.search(text)
    notes: dict[str, str] = {}
    at = begin.end() if begin else len(text)
    while pair := LIST_PAIR.match(text, at):
        said = [_bare(one) for one in STRING.findall(pair[2])]
        notes[_bare(pair[1])] = " ".join(filter(None, said))
        at = pair.end()
    return {name: note for name, note in notes.items() if note}


def rayyan_note(said: Sequence[Said]) -> str:
    """Return the note by which Rayyan's users find who decided what."""
    words = {"include": "Included", "exclude": "Excluded", "unsure": "Maybe"}
    people = ", ".join(f'"{_quotable(one.reviewer)}"=>"{words[one.value]}"' for one in said)
    reasons = list(dict.fromkeys(_quotable(one.reason) for one in said if one.reason))
    parts = [f"{INCLUSION}: {{{people}}}"]
    if reasons:
        parts.append(f"RAYYAN-EXCLUSION-REASONS: {','.join(reasons)}")
    return " | ".join(parts)


def asreview_said(texts: Sequence[str]) -> Said | None:
    """Return the decision of ASReview's notes in a RIS file; None if there is none."""
    labels = [found[1].lower() for text in texts if (found := ASREVIEW.search(text))]
    values = {label: value for label in labels if (value := decision_in(f"asreview {label}")[0])}
    if len(set(values.values())) > 1:
        raise ValueError(" and ".join(values))
    if not values:
        return None
    notes = [found[1] for text in texts if (found := ASREVIEW_NOTE.fullmatch(text))]
    times = [found[1] for text in texts if (found := ASREVIEW_TIME.fullmatch(text))]
    return Said(
        value=next(iter(values.values())),
        note=next(iter(notes), None) or None,
        decided_at=next(iter(times), None),
    )


def covidence_said(text: str) -> Said | None:
    """Return the exclusion that Covidence's notes tell; None if there is none."""
    found = COVIDENCE.search(text)
    return Said("exclude", is_final=True, reason=found[1]) if found else None


def _bare(quoted: str) -> str:
    text = quoted[1:-1] if quoted[:1] in ("'", '"') else quoted
    return re.sub(r"\\(.)", r"\1", text).strip()


def _quotable(text: str | None) -> str:
    """Text that ends neither a quotation nor a part of the note."""
    return re.sub(r"[\"'\\|{},\s]+", " ", text or "").strip()


def _from(text: str) -> str:
    at = text.upper().find(INCLUSION)
    return text[at : at + 120]
