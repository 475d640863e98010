"""What speaks for and against two records being one report, as numbers that are weighed.

Each line of evidence has a weight in log-odds and a sentence that says it. The weights were set by hand,
from what a librarian would say and the differences seen in labelled sets. Weights fitted to two sets
did worse on a third than these, so that only their sum is calibrated: see `score.py`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from whatworks.dedupe.comparison import Comparison

__all__ = ["EVIDENCE", "Evidence", "evidence_matrix"]

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

# Likeness of titles, and what it is worth; a short title is worth no more than the limit.
TITLE_ALIKE = (0.5, 0.7, 0.8, 0.88, 0.93, 0.97, 1.0)
TITLE_WORTH = (-6.0, -3.0, -1.0, 2.0, 4.0, 5.5, 6.0)
SHORT_TITLE_LETTERS = 30
SHORT_TITLE_WORTH = 2.0
# A title that is the beginning of the other is worth at least this, if it has so many letters.
BEGINNING_LETTERS = 25
BEGINNING_WORTH = 3.0
SAME_NAMES = 0.85
OTHER_NAMES = 0.6
SAME_JOURNAL = 0.9
OTHER_JOURNAL = 0.6
# The same of the beginnings of abstracts: a new edition keeps much of the words.
ABSTRACT_ALIKE = (0.5, 0.7, 0.8, 0.95)
ABSTRACT_WORTH = (-2.5, 0.0, 1.0, 3.0)
# Where a word of the titles differs it says no more than this.
SISTERS_ABSTRACT = 1.0
# Abstracts of one team on one page differ in a word.
SISTERS_ON_PAGE = 1.75
# A title of so many letters is hardly given twice.
LONG_TITLE_LETTERS = 60


class Evidence(NamedTuple):
    """A line of evidence: its name, its weight in log-odds, and what it says."""

    name: str
    weight: float
    words: str


EVIDENCE = (
    Evidence("any_pair", -6.0, ""),
    Evidence("title", 1.0, "titles"),
    Evidence("no_title", -1.0, "a title is missing"),
    Evidence("title_in_title", 2.0, "one title holds the other"),
    Evidence("part_differs", -3.0, "one is a part, or another part"),
    Evidence("numbers_differ", -7.0, "numbers in the titles differ"),
    Evidence("number_missing", -1.0, "one title has a number more"),
    Evidence("one_word_swapped", -3.0, "a word of the titles differs"),
    Evidence("words_swapped", -5.0, "words of the titles differ"),
    Evidence("first_author_differs", -1.5, "first authors differ"),
    Evidence("first_author_same", 1.0, "same first author"),
    Evidence("authors_differ", -2.5, "authors differ"),
    Evidence("authors_same", 1.5, "same authors"),
    Evidence("journal_same", 1.5, "same journal"),
    Evidence("journal_differs", -2.5, "journals differ"),
    Evidence("volume_same", 1.5, "same volume"),
    Evidence("volume_differs", -3.0, "volumes differ"),
    Evidence("issue_same", 0.7, "same issue"),
    Evidence("issue_differs", -1.5, "issues differ"),
    Evidence("issue_alone_differs", -3.0, "issues differ and no page is the same"),
    Evidence("page_same", 3.5, "same first page"),
    Evidence("page_of_other_volume", -3.0, "the same page of another volume"),
    Evidence("page_differs", -4.0, "first pages differ"),
    Evidence("odd_page_differs", -0.7, "a page against an article number"),
    Evidence("last_page_same", 1.0, "same last page"),
    Evidence("last_page_differs", -1.0, "last pages differ"),
    Evidence("year_same", 0.5, "same year"),
    Evidence("year_next", -0.5, "one year apart"),
    Evidence("years_differ", -4.0, "years differ"),
    Evidence("doi_same", 6.0, "same DOI"),
    Evidence("doi_differs", -6.0, "DOIs differ"),
    Evidence("pmid_same", 8.0, "same PubMed number"),
    Evidence("pmid_differs", -6.0, "PubMed numbers differ"),
    Evidence("trial_same", 8.0, "the same trial's number"),
    Evidence("trial_differs", -6.0, "numbers of trials differ"),
    Evidence("serial_same", 0.5, "same ISSN or ISBN"),
    Evidence("serial_differs", -0.7, "ISSNs or ISBNs differ"),
    Evidence("abstract", 1.0, "abstracts"),
    Evidence("notice", -8.0, "one is a notice about another document"),
    Evidence("notice_at_same_pages", 6.0, "the same pages: one database calls it a notice"),
    Evidence("kind", -6.0, "one is a preprint or a thesis"),
    Evidence("place_same", 1.0, "same journal, volume and page"),
    Evidence("title_and_place_same", 2.5, "same title at the same place"),
    Evidence("other_title_on_page", -4.0, "another title on the same page"),
    Evidence("volume_and_page_differ", -2.0, "volumes and pages differ"),
    Evidence("other_version", -8.0, "another version of the review"),
    Evidence("other_years_report", -5.0, "a report of another year by its publisher"),
    Evidence("long_title_same", 1.0, "a long title is the same"),
    Evidence("translated", -1.0, "same author, journal, volume and pages under another title"),
)


def evidence_matrix(c: Comparison) -> Floats:
    """Return the evidence of m pairs, (m, f), in the order of `EVIDENCE`."""
    title, no_title = np.nan_to_num(c.title), np.isnan(c.title)
    holds = np.nan_to_num(c.title_words) >= 0.99
    worth = np.interp(title, TITLE_ALIKE, TITLE_WORTH)
    is_long = c.title_length >= LONG_TITLE_LETTERS
    short = c.title_length < SHORT_TITLE_LETTERS
    worth = np.where(short, np.minimum(worth, SHORT_TITLE_WORTH), worth)
    begins = c.title_begins & (c.title_length >= BEGINNING_LETTERS)
    worth = np.where(begins, np.maximum(worth, BEGINNING_WORTH), worth)
    first_same, first_other = _sides(c.first_author, SAME_NAMES, OTHER_NAMES)
    all_same, all_other = _sides(c.authors, SAME_NAMES, OTHER_NAMES)
    journal_same, journal_other = _sides(c.journal, SAME_JOURNAL, OTHER_JOURNAL)
    abstract = np.interp(np.nan_to_num(c.abstract), ABSTRACT_ALIKE, ABSTRACT_WORTH)
    on_page = (c.volume > 0) & (c.first_page > 0) & journal_same
    is_range = (c.last_page > 0) & ~c.odd_page
    # Another title of one article: then the titles say nothing.
    reworded = (title < 0.7) | ((c.swapped > 0) & (title < 0.95))
    translated = on_page & is_range & reworded & first_same & (c.year == 0) & ~no_title
    translated |= c.translated & (c.doi > 0) & reworded & first_same & (c.year <= 1) & ~no_title
    translated &= c.same_notice & (c.doi >= 0) & (c.pmid >= 0) & (c.numbers >= 0)
    # A register gives one trial a brief title and a full one.
    untold = translated | (c.trial > 0)
    # The publisher named as author, and as journal: that is one likeness, not three.
    first_same, all_same = first_same & ~c.own_publisher, all_same & ~c.own_publisher
    # One database names the authors, the other the body that they worked for.
    first_other, all_other = first_other & ~c.by_body, all_other & ~c.by_body
    journal_other &= ~c.of_thesis & ~c.of_report
    # Pages of a thesis or a report are counted, or those of a list of abstracts.
    bound = c.of_thesis | c.of_report
    page_other = (c.first_page < 0) & ~bound
    # The same abstract serves sister papers and reports.
    abstract = np.where(c.swapped > 0, np.minimum(abstract, SISTERS_ABSTRACT), abstract)
    later = c.of_versions & (c.first_page > 0) & (c.doi <= 0)
    later &= (c.issue < 0) | (c.year > 1) | ((c.year == 1) & (c.issue <= 0))
    # A thesis is of the year it was handed in, or of that in which it was listed.
    other_year = (c.year >= 1) & ~(c.of_thesis & (c.year == 1))
    other_on_page = (c.first_page > 0) & ~is_range & ~holds & ~no_title
    other_on_page &= (title < 0.85) | (c.swapped > 0)
    columns: tuple[npt.NDArray[np.generic], ...] = (
        np.ones(title.size),
        np.where(no_title | untold, 0.0, worth),
        no_title,
        holds & (title < 0.93) & ~short & ~untold,
        ~c.same_part & ~no_title & (title > 0.8),
        (c.numbers < 0) & ~no_title & (title > 0.8),
        (c.numbers == 0) & ~no_title & (title > 0.8),
        (c.swapped == 1) & ~untold,
        (c.swapped > 1) & ~untold,
        first_other,
        first_same,
        all_other,
        all_same,
        journal_same,
        journal_other,
        c.volume > 0,
        (c.volume < 0) & ~c.of_thesis,
        c.issue > 0,
        (c.issue < 0) & ~c.of_thesis,
        (c.issue < 0) & (c.first_page <= 0) & ~c.of_thesis,
        c.first_page > 0,
        (c.first_page > 0) & (c.volume < 0),
        page_other & ~c.odd_page,
        page_other & c.odd_page,
        c.last_page > 0,
        (c.last_page < 0) & (c.first_page <= 0) & ~bound,
        c.year == 0,
        (c.year == 1) & other_year,
        c.year > 1,
        c.doi > 0,
        c.doi < 0,
        c.pmid > 0,
        c.pmid < 0,
        c.trial > 0,
        c.trial < 0,
        c.serials > 0,
        c.serials < 0,
        np.where(np.isnan(c.abstract), 0.0, abstract),
        ~c.same_notice,
        ~c.same_notice & on_page & is_range,
        ~c.same_kind,
        on_page,
        on_page & (title >= 0.95) & (c.swapped == 0),
        np.where(other_on_page, np.where(c.swapped > 0, SISTERS_ON_PAGE, 1.0), 0.0),
        (c.volume < 0) & page_other & ~c.of_thesis,
        later,
        c.own_publisher & (c.year >= 1),
        is_long & (title >= 1.0) & ~other_year & (c.first_page >= 0) & (c.volume >= 0) & ~untold,
        translated,
    )
    return np.column_stack([np.asarray(column, dtype=np.float64) for column in columns])


def _sides(likeness: Floats, same: float, other: float) -> tuple[Bools, Bools]:
    """Return where two values are the same, and where they are others; neither where one is missing."""
    with np.errstate(invalid="ignore"):
        return likeness >= same, likeness < other
