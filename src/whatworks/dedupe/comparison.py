"""Pairs of records side by side: how alike each field is, for many pairs at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from string import ascii_lowercase
from typing import Any

import numpy as np
import numpy.typing as npt

from whatworks.dedupe.fingerprint import Fingerprint
from whatworks.dedupe.journals import journal_likeness
from whatworks.dedupe.words_apart import words_apart

__all__ = ["Comparator", "Comparison"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Signs = npt.NDArray[np.int8]
Bools = npt.NDArray[np.bool_]

# Letters of an author list that are compared: those of consortia run to thousands.
AUTHOR_LETTERS = 400
# Titles less alike than this cannot be one document unless identifiers or places say so.
UNLIKE = 0.4
# More digits are an article number.
LONGEST_PAGE = 7


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """How alike the fields of m pairs are, each (m,).

    Attributes
    ----------
    title
        Likeness of the titles letter by letter, 0 to 1, words in any order; NaN: one is missing.
    title_words
        The same when words that one title has more are passed over.
    title_length
        Letters of the shorter title.
    title_begins
        Whether one title is the beginning of the other: cut off, or without its subtitle.
    first_author, authors
        Likeness of first authors and of all authors; NaN: missing. Words that one has more are
        passed over; first authors of one family name are alike.
    journal
        See `journal_likeness`; NaN: missing.
    abstract
        Likeness of the abstracts' beginnings; NaN: missing.
    swapped
        Words that each of two titles has and the other has not, in no spelling: the number on the
        side with fewer, counted up to 2. 0: one title only says more.
    year
        Years apart; NaN: missing.
    volume, issue, first_page, last_page, doi, pmid, trial, serials
        1 the same, -1 different, 0 missing. A first page that lies within the other's pages counts
        as missing.
    numbers
        Of the titles: 1 the same, 0 one has more of them, -1 each has others.
    odd_page
        Whether one of the first pages is an article number or of a supplement, and the other is not
        of the same form: "S332" and "S333" are plain pages to each other.
    same_notice
        Whether both or neither are a correction, retraction, reply or comment.
    same_kind
        Whether both or neither are a preprint, or a thesis.
    of_thesis, of_report
        Whether both are theses, or reports: what stands for the journal is a publisher or a library.
    of_versions
        Whether both have the number of a review that goes through versions.
    own_publisher
        Whether author and publisher of both are one body.
    by_body
        Whether a body is named as the author of one and not of the other.
    translated
        Whether a title of the two is a translation.
    same_part
        Whether both or neither are a part of something, and the same part.
    """

    title: Floats
    title_words: Floats
    title_length: Ints
    title_begins: Bools
    swapped: Ints
    first_author: Floats
    authors: Floats
    journal: Floats
    abstract: Floats
    year: Floats
    numbers: Signs
    volume: Signs
    issue: Signs
    first_page: Signs
    last_page: Signs
    doi: Signs
    pmid: Signs
    trial: Signs
    serials: Signs
    odd_page: npt.NDArray[np.bool_]
    same_notice: npt.NDArray[np.bool_]
    same_kind: npt.NDArray[np.bool_]
    of_thesis: Bools
    of_report: Bools
    of_versions: Bools
    own_publisher: Bools
    by_body: Bools
    translated: Bools
    same_part: npt.NDArray[np.bool_]


class Comparator:
    """Compares records by their positions.

    Parameters
    ----------
    prints : sequence of Fingerprint, n of them
    """

    def __init__(self, prints: Sequence[Fingerprint]) -> None:
        self._titles = _Texts(p.title for p in prints)
        self._first = _Texts(p.first_author for p in prints)
        self._family = _coded([p.first_family for p in prints])[1]
        self._authors = _Texts(p.authors[:AUTHOR_LETTERS] for p in prints)
        self._abstracts = _Texts(p.abstract for p in prints)
        self._serials = [p.serials for p in prints]
        self._journals, self._journal = _coded([p.journal for p in prints])
        self._codes = {
            name: _coded([getattr(p, name) for p in prints])[1]
            for name in ("volume", "issue", "first_page", "last_page", "doi", "pmid", "trial")
        }
        self._first_number = np.array([_page_number(p.first_page) for p in prints], dtype=np.int64)
        self._page_digits = _coded([p.first_page.lstrip(ascii_lowercase) for p in prints])[1]
        self._last_number = np.array([_page_number(p.last_page) for p in prints], dtype=np.int64)
        self._numbers = [p.numbers for p in prints]
        # One database's report is another's article.
        self._kind = _coded([p.kind if p.kind != "report" else "" for p in prints])[1]
        self._part = _coded([p.part for p in prints])[1]
        self._notice = _coded([p.notice for p in prints])[1]
        self._year = np.array([p.year for p in prints], dtype=np.int64)
        self._odd = np.array([p.has_odd_page for p in prints], dtype=np.bool_)
        self._form = _coded([_page_form(p) for p in prints])[1]
        self._is_thesis = np.array([p.kind == "thesis" for p in prints], dtype=np.bool_)
        self._is_report = np.array([p.kind == "report" for p in prints], dtype=np.bool_)
        self._is_version = np.array([p.is_version for p in prints], dtype=np.bool_)
        self._own_publisher = np.array([p.is_own_publisher for p in prints], dtype=np.bool_)
        self._by_body = np.array([p.is_by_body for p in prints], dtype=np.bool_)
        self._was_translated = np.array([p.was_translated for p in prints], dtype=np.bool_)
        self._length = np.array([len(p.title) for p in prints], dtype=np.int64)
        self._has_serials = np.array([bool(p.serials) for p in prints], dtype=np.bool_)
        self._known: dict[tuple[int, int], float] = {}

    def compare(self, a: Ints, b: Ints) -> Comparison:
        """Compare the records at positions a with those at b, each (m,)."""
        from rapidfuzz import fuzz, process

        def alike(texts: _Texts, scorer: Any) -> Floats:
            out = np.full(a.size, np.nan)
            both = np.flatnonzero(texts.given[a] & texts.given[b])
            left, right = texts.at(a[both]), texts.at(b[both])
            out[both] = process.cpdist(left, right, scorer=scorer, dtype=np.float32) / 100.0
            return out

        title = alike(self._titles, fuzz.ratio)
        sure = title >= 1.0
        title = np.fmax(title, np.where(sure, title, alike(self._titles, fuzz.token_sort_ratio)))
        signs = {name: _signs(codes[a], codes[b]) for name, codes in self._codes.items()}
        within = _within(a, b, self._first_number, self._last_number)
        signs["first_page"][within & (signs["first_page"] < 0)] = 0
        # "c37" and "37": one database leaves the letter out.
        digits = (self._page_digits[a] == self._page_digits[b]) & (self._page_digits[a] > 0)
        bare = (self._first_number[a] > 0) | (self._first_number[b] > 0)
        signs["first_page"][digits & bare] = 1
        first_author = alike(self._first, fuzz.token_set_ratio)
        first_author[_signs(self._family[a], self._family[b]) > 0] = 1.0
        years = np.abs(self._year[a] - self._year[b]).astype(np.float64)
        years[(self._year[a] == 0) | (self._year[b] == 0)] = np.nan
        return Comparison(
            title=title,
            title_words=alike(self._titles, fuzz.token_set_ratio),
            swapped=self._swapped(a, b, title),
            title_length=np.minimum(self._length[a], self._length[b]),
            title_begins=self._begins(a, b, title),
            first_author=first_author,
            authors=alike(self._authors, fuzz.token_set_ratio),
            journal=self._of_journals(a, b),
            abstract=alike(self._abstracts, fuzz.ratio),
            year=years,
            numbers=self._of_numbers(a, b),
            serials=self._of_serials(a, b),
            odd_page=(self._odd[a] | self._odd[b]) & (_signs(self._form[a], self._form[b]) <= 0),
            of_thesis=self._is_thesis[a] & self._is_thesis[b],
            of_report=self._is_report[a] & self._is_report[b],
            of_versions=self._is_version[a] & self._is_version[b],
            own_publisher=self._own_publisher[a] & self._own_publisher[b],
            by_body=self._by_body[a] ^ self._by_body[b],
            translated=self._was_translated[a] | self._was_translated[b],
            same_notice=self._notice[a] == self._notice[b],
            same_kind=self._kind[a] == self._kind[b],
            same_part=self._part[a] == self._part[b],
            **signs,
        )

    def _begins(self, a: Ints, b: Ints, title: Floats) -> Bools:
        out = np.zeros(a.size, dtype=np.bool_)
        shorter = np.minimum(self._length[a], self._length[b])
        may = np.flatnonzero((title < 1.0) & (shorter > 0))
        left, right = self._titles.at(a[may]), self._titles.at(b[may])
        out[may] = [x.startswith(y) or y.startswith(x) for x, y in zip(left, right, strict=True)]
        return out

    def _swapped(self, a: Ints, b: Ints, title: Floats) -> Ints:
        out = np.zeros(a.size, dtype=np.int64)
        unlike = np.flatnonzero((title < 1.0) & (title > UNLIKE))
        left, right = self._titles.at(a[unlike]), self._titles.at(b[unlike])
        out[unlike] = [words_apart(x, y) for x, y in zip(left, right, strict=True)]
        return out

    def _of_journals(self, a: Ints, b: Ints) -> Floats:
        known, names = self._known, self._journals
        out = np.full(a.size, np.nan)
        for at, (i, j) in enumerate(
            zip(self._journal[a].tolist(), self._journal[b].tolist(), strict=True)
        ):
            if i and j:
                pair = (i, j) if i <= j else (j, i)
                value = known.get(pair)
                if value is None:
                    value = known[pair] = journal_likeness(names[pair[0]], names[pair[1]])
                out[at] = value
        return out

    def _of_numbers(self, a: Ints, b: Ints) -> Signs:
        out = np.ones(a.size, dtype=np.int8)
        for at, (i, j) in enumerate(zip(a.tolist(), b.tolist(), strict=True)):
            left, right = self._numbers[i], self._numbers[j]
            if left != right and "".join(left) != "".join(right):
                more, fewer = Counter(left), Counter(right)
                out[at] = 0 if more <= fewer or fewer <= more else -1
        return out

    def _of_serials(self, a: Ints, b: Ints) -> Signs:
        out = np.zeros(a.size, dtype=np.int8)
        for at in np.flatnonzero(self._has_serials[a] & self._has_serials[b]).tolist():
            apart = self._serials[a[at]].isdisjoint(self._serials[b[at]])
            out[at] = -1 if apart else 1
        return out


class _Texts:
    """Texts by position, many taken at once."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._texts = np.array([*texts, ""], dtype=np.object_)[:-1]
        self.given = self._texts != ""

    def at(self, positions: Ints) -> list[str]:
        """Return the texts at positions."""
        found: list[str] = self._texts[positions].tolist()
        return found


def _coded(values: Sequence[object]) -> tuple[list[str], Ints]:
    """Return the distinct values as text, and the code of each; 0 is that of an empty one."""
    codes: dict[object, int] = {}
    out = np.empty(len(values), dtype=np.int64)
    for at, value in enumerate(values):
        out[at] = codes.setdefault(value, len(codes) + 1) if value else 0
    return ["", *(str(value) for value in codes)], out


def _page_form(one: Fingerprint) -> str:
    """Return what tells one form of page from others: its letters; "" for a plain page or none."""
    if not one.has_odd_page or not one.first_page:
        return ""
    return one.first_page.rstrip("0123456789") or "article number"


def _page_number(page: str) -> int:
    """Return the number of a page, 0 where there is none, -1 for one with letters."""
    if not page:
        return 0
    return int(page) if page.isdecimal() and len(page) < LONGEST_PAGE else -1


def _within(a: Ints, b: Ints, first: Ints, last: Ints) -> npt.NDArray[np.bool_]:
    """Return whether the first page of one lies within the pages of the other, (m,)."""
    one = (first[b] <= first[a]) & (first[a] <= last[b]) & (first[b] > 0)
    other = (first[a] <= first[b]) & (first[b] <= last[a]) & (first[a] > 0)
    return np.asarray(one | other)


def _signs(a: Ints, b: Ints) -> Signs:
    """Return 1 where two codes are the same, -1 where they differ, 0 where one is missing."""
    out = np.where(a == b, 1, -1)
    out[(a == 0) | (b == 0)] = 0
    return out.astype(np.int8)
