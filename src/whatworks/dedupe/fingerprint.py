"""What is compared of a record, each in one spelling, made once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from whatworks.dedupe.notices import notice_of
from whatworks.dedupe.plain_text import STOP_WORDS, bare_title, plain, words_of
from whatworks.references import Record

__all__ = ["Fingerprint", "fingerprint_of", "fingerprints"]

# Of an abstract its beginning is compared; copies are cut off at different places.
ABSTRACT_LETTERS = 300
ROMAN = {
    name: str(number)
    for number, name in enumerate(
        ["ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"], start=2
    )
}
# After these a single letter is a number: "Part I", "Study B".
COUNTED = frozenset(
    [
        "part",
        "parts",
        "phase",
        "type",
        "study",
        "stage",
        "volume",
        "vol",
        "paper",
        "report",
        "experiment",
    ]
)
# These make a document of its own: what follows tells it from the whole, and from its fellows.
PARTS = frozenset(
    ["part", "parts", "volume", "vol", "chapter", "section", "teil", "partie", "parte"]
)
COUNTS = {
    name: str(number)
    for number, names in enumerate(
        [
            ("one", "first"),
            ("two", "second"),
            ("three", "third"),
            ("four", "fourth"),
            ("five", "fifth"),
        ],
        start=1,
    )
    for name in names
}
PAGES = re.compile(r"([a-z]{0,4})0*(\d+)([a-z]?)(?:-+([a-z]{0,4})0*(\d+))?")
NUMBER = re.compile(r"\d+")
THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
SERIAL = re.compile(r"\d{4}-?\d{3}[\dx](?!\d)")
# Registers of trials: a record of one is told by its number, not by its title.
TRIAL = re.compile(
    r"\b(?:nct\d{8}|isrctn\d{8}|actrn\d{14}|chictr[\w-]{6,16}|euctr\d{4}-\d{6}-\d{2}|drks\d{8}"
    r"|jprn-\w{6,16}|ctri/\d{4}/\d{2,3}/\d{6}|irct\w{10,16}|pactr\d{15,18}|ntr\d{3,5})\b"
)
# What stands there for an author: the register or the number.
REGISTER = re.compile(r"(?:nct|isrctn|actrn|chictr|euctr|drks|jprn|ctri|irct|pactr|ntr)[\d/-]*,?")
THESES = re.compile(
    r"\b(?:dissertation abstracts|masters abstracts|proquest llc|dissertations? and theses)\b"
)
ET_AL = re.compile(r"\W+(?:et al|and others|and colleagues)\b\W*$")
# The Cochrane Library's number of a review is that of all its versions.
COCHRANE = re.compile(r"cd\d{3,6}$")
PREPRINTS = re.compile(
    r"\b(?:arxiv|biorxiv|medrxiv|psyarxiv|edarxiv|socarxiv|chemrxiv|osf|ssrn|preprints?"
    r"|research square|authorea)\b"
)
# A lone number of more digits is an article number.
LONGEST_PAGE = 4
# A translated title has more words; a bracket with fewer is a note.
SHORTEST_TRANSLATION = 3
# A body's name has so many words: "Institute of Education Sciences (ED)".
BODY_WORDS = 3
# A page given as a supplement ("Suppl-12", "t-51") has lost its number.
SUPPLEMENT = re.compile(r"s?suppl|^[a-z]-")


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A record in one spelling; an empty value is one that was not given.

    Attributes
    ----------
    title
        Words of the title, joined by blanks, without notes.
    numbers
        Digits in the title, Roman numerals as digits, in order.
    part
        Number after "part", "phase" and the like in the title.
    first_author, first_family
        Words of the first author's name, and of the family name alone.
    authors
        Words of all authors' family names longer than one letter, joined by blanks.
    year
        Year, 0 if not given.
    journal
        Words of the journal, joined by blanks.
    volume, issue
        First number of each, or the words where there is none.
    first_page, last_page
        The last one written out.
    has_odd_page
        Whether the first page is an article number, or one of a supplement.
    doi
        DOI.
    serials
        ISBNs and ISSNs.
    abstract
        Beginning of the abstract, words joined by blanks.
    notice
        correction, retraction, reply or comment where the title says so; else empty.
    kind
        preprint, thesis or report; else empty.
    trial
        Number in a register of trials, where the record is of the register.
    is_version
        Whether the first page is a number that all versions of a review share.
    is_own_publisher
        Whether author and publisher are one, as with what an office brings out.
    is_by_body
        Whether the author is a body and not a person.
    was_translated
        Whether the title is a translation of another one: it stood in square brackets.
    record_type, pmid
        As in the record.
    """

    title: str
    numbers: tuple[str, ...]
    part: str
    first_author: str
    first_family: str
    authors: str
    year: int
    journal: str
    volume: str
    issue: str
    first_page: str
    last_page: str
    has_odd_page: bool
    doi: str
    serials: frozenset[str]
    abstract: str
    notice: str
    kind: str
    trial: str
    is_version: bool
    is_own_publisher: bool
    is_by_body: bool
    was_translated: bool
    record_type: str
    pmid: str


def fingerprints(records: Iterable[Record]) -> list[Fingerprint]:
    """Return the fingerprint of each record, in order."""
    return [fingerprint_of(record) for record in records]


def fingerprint_of(record: Record) -> Fingerprint:
    """Return what is compared of a record."""
    raw = record.title or ""
    title = words_of(THOUSANDS.sub("", plain(bare_title(raw))))
    trial = _trial(record)
    first_author, first_family, authors = _names("" if trial else record.authors)
    journal = _journal(record.container)
    first, last, is_odd = _pages(record.pages)
    return Fingerprint(
        title=" ".join(title),
        numbers=_numbers(title),
        part=_part(title),
        first_author=first_author,
        first_family=first_family,
        authors=authors,
        year=record.year or 0,
        journal=journal,
        volume=_number(record.volume),
        issue=_number(record.issue),
        first_page=first,
        last_page=last,
        has_odd_page=is_odd,
        doi=record.doi or "",
        serials=frozenset(
            found.replace("-", "") for found in SERIAL.findall((record.isbn_issn or "").lower())
        ),
        abstract=" ".join(words_of(plain((record.abstract or "")[: 2 * ABSTRACT_LETTERS])))[
            :ABSTRACT_LETTERS
        ],
        notice=notice_of(raw),
        kind=_kind(record, journal),
        trial=trial,
        is_version=bool(COCHRANE.match(first)),
        is_own_publisher=_is_own_publisher(record.authors, journal),
        is_by_body=_is_by_body(record.authors),
        was_translated=raw.lstrip().startswith("[") and len(title) > SHORTEST_TRANSLATION,
        record_type=record.record_type,
        pmid=record.pmid or "",
    )


def _part(title: list[str]) -> str:
    """Return the first number or letter after a word that counts parts."""
    for before, word in pairwise(title):
        if before in PARTS and (
            word in ROMAN or word in COUNTS or len(word) == 1 or word.isdigit()
        ):
            return "1" if word == "i" else ROMAN.get(word) or COUNTS.get(word, word)
        if word in PARTS and before in COUNTS:
            return COUNTS[before]
    return ""


def _numbers(title: list[str]) -> tuple[str, ...]:
    """Return digits wherever they stand: "p16INK4a" and "p16 (INK4a)" have the same."""
    found: list[str] = []
    before = ""
    for word in title:
        if word in ROMAN:
            found.append(ROMAN[word])
        elif not word.isalpha():
            found += NUMBER.findall(word)
        elif len(word) == 1 and before in COUNTED:
            found.append("1" if word == "i" else word)
        elif word in COUNTS and before in COUNTED:
            found.append(COUNTS[word])
        elif word in COUNTED and before in COUNTS:
            found.append(COUNTS[before])
        before = word
    return tuple(found)


def _kind(record: Record, journal: str) -> str:
    """Return preprint, thesis or report for what is told as such, else an empty text."""
    if PREPRINTS.search(journal):
        return "preprint"
    if record.record_type == "thesis" or THESES.search(journal):
        return "thesis"
    return "report" if record.record_type == "report" else ""


def _trial(record: Record) -> str:
    """Return the number of a trial whose record in a register this is, else an empty text.

    What has a volume or pages is an article about it.
    """
    if record.volume or record.pages:
        return ""
    for value in (record.container, record.authors, record.accession):
        found = TRIAL.search(value.lower()) if value else None
        if found:
            return found[0]
    return ""


def _is_by_body(authors: str | None) -> bool:
    """Whether the only author has no comma and more words than a person's name mostly has."""
    if not authors or ";" in authors or "," in authors:
        return False
    return len(words_of(plain(authors))) >= BODY_WORDS


def _is_own_publisher(authors: str | None, journal: str) -> bool:
    """Whether author and publisher name one body: the words of one are all among those of the other."""
    if not authors or not journal or ";" in authors:
        return False
    own = {word for word in words_of(BRACKETS.sub(" ", plain(authors))) if word not in STOP_WORDS}
    theirs = set(journal.split())
    return bool(own) and (own <= theirs or theirs <= own)


def _names(authors: str | None) -> tuple[str, str, str]:
    """Return words of the first name, of its family name, and of all family names, letters left out."""
    if not authors:
        return "", "", ""
    names = [ET_AL.sub("", name) for name in plain(authors).split(";")]
    names = [name for name in names if not REGISTER.fullmatch(name.strip())]
    first = next((name for name in names if words_of(name)), "")
    family = words_of(first.partition(",")[0])
    # A name without a comma is a group's, or one whose parts cannot be told apart.
    families = " ".join(name.partition(",")[0] for name in names)
    words = [word for word in words_of(families) if len(word) > 1]
    return " ".join(words_of(first)), " ".join(family), " ".join(words)


def _journal(container: str | None) -> str:
    """Return the words of a journal's name; a second name after "=" or ":" is left out."""
    if not container:
        return ""
    text = BRACKETS.sub(" ", plain(container))
    words = [word for word in words_of(text) if word not in STOP_WORDS]
    return " ".join(words)


def _number(value: str | None) -> str:
    if not value:
        return ""
    found = NUMBER.search(value)
    if found:
        return found[0].lstrip("0") or "0"
    words = " ".join(words_of(plain(value)))
    # "Suppl" says that there is a number, not which.
    return "" if words.startswith("suppl") else words


def _pages(value: str | None) -> tuple[str, str, bool]:
    """Return first page, last page, and whether the first one is not a plain page number."""
    if not value:
        return "", "", False
    text = plain(value).replace(" ", "").replace("–", "-")
    if SUPPLEMENT.search(text):
        numbers = NUMBER.findall(text)
        return "", numbers[-1].lstrip("0") if numbers else "", True
    found = PAGES.match(text)
    if found is None:
        return "", "", True
    letters, first, after = found[1], found[2], found[3]
    last_letters, last = found[4] or "", found[5] or ""
    if last and len(last) < len(first) and last_letters in ("", letters):
        last = first[: len(first) - len(last)] + last
    # "12-12" is one page.
    last = "" if last == first else last
    is_odd = bool(letters or after) or (not last and len(first) > LONGEST_PAGE)
    return letters + first, last, is_odd
