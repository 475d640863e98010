"""Whether two records can be the same document: words of titles, markers, first pages, years."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from whatworks.references import Record

__all__ = ["Likeness", "likeness_of", "share_of_words", "why_apart"]

# Below this share of the shorter title's words two titles have almost nothing in common.
FEW_SHARED_WORDS = 0.25
# From this share on two titles are taken for the same, whatever else differs.
MOST_SHARED_WORDS = 0.75
# An article may carry the year it went online and the year it was printed.
ONLINE_FIRST_YEARS = 1

BRACKETED = re.compile(r"\[[^\]]*\]")
WORD = re.compile(r"\w+")
STOP_WORDS = frozenset(
    WORD.findall(
        "a an and as at by for from in into is of on or the to with "
        "der die das und la le les de des el"
    )
)
# Such a notice often carries the DOI of what it is about; it is a document of its own.
# "Response to" is no reply here: "Response to Intervention" is a subject of education.
NOTICES = (
    (
        "correction",
        re.compile(r"\W*(?:author |publisher )?(?:erratum|errata|corrigend|correction\b)"),
    ),
    ("retraction", re.compile(r"\W*(?:retraction|retracted|withdrawn)\b")),
    ("reply", re.compile(r"\W*(?:reply|re:|authors?['’]?s? (?:reply|response))")),
    ("comment", re.compile(r"\W*(?:comment|commentary) on\b")),
)
PARTS = frozenset({"chapter"})
WHOLES = frozenset({"book"})


@dataclass(frozen=True, slots=True)
class Likeness:
    """What is compared of a record.

    Attributes
    ----------
    words
        Words of the title without accents, bracketed notes and stop words.
    notice
        correction, retraction, reply or comment, where the title begins so; else None.
    record_type, year, doi
        As in the record.
    first_page
        First page or article number; None if not given.
    first_author
        Family name of the first author in lower case without accents; None if not given.
    """

    words: frozenset[str]
    notice: str | None
    record_type: str
    year: int | None
    doi: str | None
    first_page: str | None
    first_author: str | None


def likeness_of(record: Record) -> Likeness:
    """Return what is compared of a record."""
    title = _plain(record.title or "")
    bare = BRACKETED.sub(" ", title)
    words = frozenset(WORD.findall(bare)) - STOP_WORDS
    notice = next((name for name, pattern in NOTICES if pattern.match(title)), None)
    pages = re.match(r"[a-z]*0*(\d+)", _plain(record.pages or ""))
    family = _plain((record.authors or "").split(";")[0].split(",")[0]).strip()
    return Likeness(
        words=words,
        notice=notice,
        record_type=record.record_type,
        year=record.year,
        doi=record.doi,
        first_page=pages[1] if pages else None,
        first_author=family or None,
    )


def share_of_words(a: Likeness, b: Likeness) -> float | None:
    """Return the share of the shorter title's words that the other has; None without a title."""
    if not a.words or not b.words:
        return None
    return len(a.words & b.words) / min(len(a.words), len(b.words))


def why_apart(a: Likeness, b: Likeness) -> str | None:
    """Return why two records with one identifier are not the same document, or None.

    The rules are symmetrical. A missing value never keeps two records apart.
    """
    if a.notice != b.notice and a.words and b.words:
        return f"one is a {a.notice or b.notice}"
    if {a.record_type, b.record_type} & PARTS and {a.record_type, b.record_type} & WHOLES:
        return "one is a chapter, the other a whole book"
    share = share_of_words(a, b)
    if share is None:
        return None
    if a.doi and b.doi and a.doi != b.doi and share < MOST_SHARED_WORDS:
        return "their DOIs and titles differ"
    if share > FEW_SHARED_WORDS:
        return None
    if a.year and b.year and abs(a.year - b.year) > ONLINE_FIRST_YEARS:
        return "their titles and years differ"
    # A translated title keeps its author and its pages; abstracts of one supplement do not.
    if _differ(a.first_author, b.first_author):
        return "their titles and first authors differ"
    if _differ(a.first_page, b.first_page):
        return "their titles and pages differ"
    return None


def _differ(a: str | None, b: str | None) -> bool:
    """Whether both are given and are not the same."""
    return a is not None and b is not None and a != b


def _plain(text: str) -> str:
    """Text in lower case without accents."""
    split = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in split if not unicodedata.combining(sign))
