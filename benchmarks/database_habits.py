"""How databases write one work down: each with habits of its own, and now and then a slip."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from whatworks.references import Record

__all__ = ["HABITS", "Habit", "Work", "written_down"]

SMALL_WORDS = re.compile(
    r"\b(?:an?|and|as|at|by|de|for|in|la|le|of|on|or|the|to|with|und|der)\b", re.I
)
VOWELS = "aeiouyäöüéèí"
CONSORTIUM = "Collaborative Study Group"
NOTES = ("[Review]", "[Review] [33 refs]", "[Article in French]", "[see comment]", "(Review)")


@dataclass(frozen=True, slots=True)
class Work:
    """A document as it is; authors are (family, given) pairs."""

    title: str
    authors: tuple[tuple[str, str], ...]
    year: int
    journal: str
    volume: str
    issue: str
    first_page: int
    last_page: int
    elocation: str | None
    doi: str
    abstract: str | None
    record_type: str


@dataclass(frozen=True, slots=True)
class Habit:
    """What a database does to every work.

    Attributes
    ----------
    name
        In the manner of which database.
    initials
        Initials in the place of given names: "dotted", "bare", or "" for full names.
    abbreviates
        Whether journals are abbreviated.
    shortens
        Whether last pages are shortened ("288-97").
    most_authors
        More are left out.
    has_doi, has_issue, has_abstract
        How often the field is there.
    title
        What happens to letters of titles.
    """

    name: str
    initials: str
    abbreviates: bool
    shortens: bool
    most_authors: int
    has_doi: float
    has_issue: float
    has_abstract: float
    title: Callable[[str], str]


def _as_is(text: str) -> str:
    return text


def _plain(text: str) -> str:
    """Lose accents."""
    if text.isascii():
        return text
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


HABITS = (
    Habit("medline", "bare", True, True, 99, 0.8, 0.95, 0.9, lambda text: text.rstrip(".") + "."),
    Habit("scopus", "dotted", False, False, 99, 0.9, 0.9, 0.9, _as_is),
    Habit("web of science", "bare", False, False, 99, 0.85, 0.85, 0.8, str.title),
    Habit("embase", "dotted", False, False, 99, 0.6, 0.9, 0.9, _plain),
    Habit("psycinfo", "", False, False, 99, 0.7, 0.9, 0.8, _as_is),
    Habit("scholar", "bare", False, False, 4, 0.1, 0.5, 0.1, lambda text: text.lower()),
    Habit("catalogue", "", False, False, 3, 0.0, 0.3, 0.0, str.upper),
)


def written_down(work: Work, habit: Habit, rng: random.Random) -> Record:
    """Return the record of a work as a database gives it out."""
    names = [_name(family, given, habit) for family, given in work.authors[: habit.most_authors]]
    chance = rng.random()
    if chance < 0.01:
        names.insert(0, CONSORTIUM)
    elif chance < 0.03:
        names.append(CONSORTIUM)
    elif chance < 0.04:
        names[:2] = names[1::-1]
    elif chance < 0.05:
        names = names[:1]
    journal = _abbreviated(work.journal) if habit.abbreviates else work.journal
    chance = rng.random()
    if chance < 0.05:
        journal = journal.upper()
    elif chance < 0.10:
        journal = journal.replace(" and ", " & ")
    year = work.year
    if rng.random() < 0.02:
        year += rng.choice((-1, 1))
    abstract = work.abstract if rng.random() < habit.has_abstract else None
    if abstract and rng.random() < 0.1:
        abstract = abstract[: rng.randint(200, 500)]
    return Record(
        record_id="",
        review_id="made",
        raw_file_id=habit.name,
        position=0,
        line=None,
        byte_offset=None,
        record_type=work.record_type,
        title=_title(work.title, habit, rng),
        authors="; ".join(names) or None,
        year=year,
        container=journal,
        volume=work.volume or None,
        issue=(work.issue or None) if rng.random() < habit.has_issue else None,
        pages=_pages(work, habit, rng),
        abstract=abstract,
        doi=work.doi if rng.random() < habit.has_doi else None,
        pmid=None,
        isbn_issn=None,
        url=None,
        keywords=None,
        language=None,
        accession=None,
        database=habit.name,
        extra=None,
    )


def _name(family: str, given: str, habit: Habit) -> str:
    if habit.title is _plain:
        family = _plain(family)
    if habit.initials == "bare":
        return f"{family}, {''.join(word[0] for word in given.split())}"
    if habit.initials == "dotted":
        return f"{family}, {' '.join(word[0] + '.' for word in given.split())}"
    return f"{family}, {given}"


def _title(title: str, habit: Habit, rng: random.Random) -> str:
    text = habit.title(title)
    chance = rng.random()
    if chance < 0.04:
        text = f"{text} {rng.choice(NOTES)}"
    elif chance < 0.05 and ": " in text[25:]:
        text = text[: text.index(": ", 25)]
    elif chance < 0.06 and len(text) > 100:
        text = text[:90] + "..."
    elif chance < 0.12:
        text = _mistyped(text, rng)
    elif chance < 0.14:
        text = text.replace("-", " ").replace(":", ".")
    return text


def _mistyped(text: str, rng: random.Random) -> str:
    """Leave out, double or swap one letter."""
    at = rng.randrange(len(text))
    return rng.choice(
        (
            text[:at] + text[at + 1 :],
            text[:at] + text[at : at + 1] + text[at:],
            text[:at] + text[at + 1 : at + 2] + text[at : at + 1] + text[at + 2 :],
        )
    )


def _pages(work: Work, habit: Habit, rng: random.Random) -> str | None:
    chance = rng.random()
    if chance < 0.04 or not work.first_page:
        return None
    first, last = str(work.first_page), str(work.last_page)
    if work.elocation and (work.elocation[0] == "S" or chance < 0.8):
        return work.elocation
    if work.elocation:
        # Some count the pages of an article that has none.
        return f"1-{work.last_page - work.first_page + 1}"
    if first == last or chance < 0.08:
        return first
    if habit.shortens and len(first) == len(last):
        same = next(i for i in range(len(first)) if first[i] != last[i])
        last = last[same:]
    return f"{first}-{last}"


def _abbreviated(name: str) -> str:
    """Cut words to their first syllables, as ISO 4 does."""
    words = SMALL_WORDS.sub(" ", name).split()
    return " ".join(_cut(word) for word in words) if len(words) > 1 else name


def _cut(word: str) -> str:
    for at in range(3, len(word) - 3):
        if word[at].lower() in VOWELS and word[at - 1].lower() not in VOWELS:
            return word[:at]
    return word
