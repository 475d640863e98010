"""Which record of a review is meant by what a file says of it; never a guess."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from whatworks.dedupe.plain_text import bare_title, plain, words_of
from whatworks.extraction.decision_files.nouns import SaidRecord
from whatworks.references.nouns import Record

__all__ = ["Match", "RecordFinder"]

MAX_NAMED = 3


@dataclass(frozen=True, slots=True)
class Match:
    """What was found.

    Attributes
    ----------
    record_id
        The record; None if none, or more than one, was found.
    by
        What it was found by: record_id, doi, pmid or title; None if it was not.
    trouble
        Why none was found, as a sentence; None if one was.
    fix
        What to do about it.
    """

    record_id: str | None
    by: str | None = None
    trouble: str | None = None
    fix: str | None = None


class RecordFinder:
    """Finds records by name, DOI, PubMed number, or title and year.

    Parameters
    ----------
    records : iterable of Record
        All records of the review.
    shown_for : mapping
        The record that is shown for each: several that describe one report are one thing to find.
    """

    def __init__(self, records: Iterable[Record], shown_for: Mapping[str, str]) -> None:
        self._shown_for = shown_for
        self._by_doi: dict[str, set[str]] = defaultdict(set)
        self._by_pmid: dict[str, set[str]] = defaultdict(set)
        self._by_title: dict[str, set[str]] = defaultdict(set)
        # What the records of each report say: all their years, DOIs and titles.
        self._years: dict[str, set[int]] = defaultdict(set)
        self._dois: dict[str, set[str]] = defaultdict(set)
        self._titles: dict[str, set[str]] = defaultdict(set)
        for record in records:
            name = shown_for[record.record_id]
            if record.doi:
                self._by_doi[record.doi].add(name)
                self._dois[name].add(record.doi)
            if record.pmid:
                self._by_pmid[record.pmid].add(name)
            if record.year is not None:
                self._years[name].add(record.year)
            title = plain_title(record.title)
            if title:
                self._by_title[title].add(name)
                self._titles[name].add(title)

    def find(self, said: SaidRecord) -> Match:
        """Return the record that is meant.

        A name goes before a DOI, a DOI before a PubMed number, that before title and year. Names are
        believed unless the title that stands beside them is that of another record: other programs number
        their records too.
        """
        title = plain_title(said.title)
        if said.record_id is not None and said.record_id in self._shown_for:
            return self._named(said, self._shown_for[said.record_id], title)
        for by, value, index in (
            ("doi", said.doi, self._by_doi),
            ("pmid", said.pmid, self._by_pmid),
        ):
            found = index.get(value or "", set())
            if len(found) > 1 and title:
                # Chapters of a book may share its DOI.
                found = {name for name in found if title in self._titles[name]} or found
            if len(found) == 1:
                return Match(next(iter(found)), by)
            if found:
                return _several(f"the {'DOI' if by == 'doi' else 'PubMed number'} {value}", found)
        return self._titled(said, title)

    def _named(self, said: SaidRecord, name: str, title: str) -> Match:
        others = self._by_title.get(title, set()) if title else set()
        same_doi = said.doi is not None and said.doi in self._dois[name]
        if not title or title in self._titles[name] or same_doi or not others:
            return Match(name, "record_id")
        return Match(
            None,
            trouble=f'Record "{said.record_id}" has another title here, and this title is that of '
            f"{_list(others)}.",
            fix="Say which record is meant: correct its name, or take the column of names out.",
        )

    def _titled(self, said: SaidRecord, title: str) -> Match:
        if not title:
            given = [
                f'{what} "{value}"'
                for what, value in (
                    ("record", said.record_id),
                    ("DOI", said.doi),
                    ("PubMed number", said.pmid),
                )
                if value
            ]
            told = (
                f"There is no {' or '.join(given)} in this review."
                if given
                else ("The row says nothing that a record could be found by.")
            )
            return Match(None, trouble=told, fix=_FIX)
        quoted = f'"{_short(said.title)}"'
        found = self._by_title.get(title, set())
        if not found:
            return Match(None, trouble=f"There is no record {quoted} in this review.", fix=_FIX)
        fitting = {name for name in found if self._fits(said, name)}
        if len(fitting) == 1:
            return Match(next(iter(fitting)), "title")
        if fitting:
            return _several(f"the title {quoted}", fitting)
        return Match(
            None,
            trouble=f"{quoted} is in this review only with another year or DOI ({_list(found)}).",
            fix="Correct the year or the DOI, or give the record_id.",
        )

    def _fits(self, said: SaidRecord, name: str) -> bool:
        """Whether year and DOI, where both sides say them, are the same."""
        years, dois = self._years[name], self._dois[name]
        if said.year is not None and years and said.year not in years:
            return False
        return not (said.doi is not None and dois and said.doi not in dois)


_FIX = "Import the record first, or leave the row out."


def plain_title(title: str | None) -> str:
    """Return a title in one spelling: lower-case words without accents, mark-up or notes of indexers."""
    return " ".join(words_of(plain(bare_title(title)))) if title else ""


def _several(what: str, found: set[str]) -> Match:
    return Match(
        None,
        trouble=f"{len(found)} records have {what} ({_list(found)}).",
        fix="Join the records that are one report, or give the record_id.",
    )


def _list(names: set[str]) -> str:
    shown = sorted(names)[:MAX_NAMED]
    more = len(names) - len(shown)
    return f"{', '.join(shown)}{f' and {more} more' if more else ''}"


def _short(text: str | None) -> str:
    words = " ".join((text or "").split())
    return words if len(words) <= 80 else f"{words[:79]}\u2026"
