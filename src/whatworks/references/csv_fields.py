"""From the columns of a CSV export to canonical fields, whatever the columns are called."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

from whatworks.references.entries import Tags
from whatworks.references.fields import FIELD_NAMES, Fields, load_extra
from whatworks.references.identifiers import serial_numbers
from whatworks.references.name_lists import read_cell_names
from whatworks.references.own_note import read_note
from whatworks.references.record_types import RIS_CODE, type_from_words
from whatworks.references.table_values import (
    EMPTY_WORD,
    FORMULA,
    is_empty_word,
    pages_from_date,
    shown_texts,
)
from whatworks.references.taking import joined, take_doi, take_longest, take_url, take_year
from whatworks.references.values import join_pages, split_keywords

__all__ = [
    "KNOWN",
    "NOTE_COLUMN",
    "Columns",
    "fields_from_csv",
    "fields_from_row",
    "find_columns",
    "plain_name",
]

# Column names of Scopus, PubMed, Rayyan, Covidence, Abstrackr, ASReview, ERIC, Web of Science and
# of the deduplication sets, in lower case without signs; the first that a file has wins.
ALIASES = {
    "title": "article title|title|primary title|document title|item title|display name|ti|t1|"
    "study title|paper title|public title|scientific title|publication name|titel|titre|titulo|name",
    "authors": "authors|author|author names|author full names|author s|first authors|au|creators|"
    "creator|authorships author display name|author list|contributors|autoren|autor|auteurs|"
    "auteur|autores",
    "year": "year|publication year|published year|pub year|pubyear|py|yr|publicationdateyear|date|"
    "publication date|date published|date of publication|publicationdate|pubdate|published|"
    "date registration|jahr|annee|ano",
    "container": "container|journal|source title|journal book|secondary title|publication title|"
    "journal title|journal name|pubtitle|primary location source display name|host venue|venue|"
    "source|publication|so|jo|book title|container title|containertitle|anthology title|"
    "zeitschrift|revue|revista",
    "volume": "volume|vol|vl|journal volume|biblio volume|band|volumen",
    "issue": "issue|number|is|issue number|issue no|journal issue|biblio issue|heft|numero",
    "pages": "pages|page range|page numbers|pagination|seiten|paginas|page|sp",
    "abstract": "abstract|abstract note|notes abstract|ab|n2|description|summary|zusammenfassung|"
    "resume|resumen",
    "doi": "doi|digital object identifier|digitalobjectidentifier|item doi|doi number|doi link|"
    "doi url|di",
    "pmid": "pmid|pubmed id|pubmed|pubmedid|medline pmid|ids pmid|pm",
    "isbn_issn": "isbn issn|issn|isbn|issn isbn|issns|sn",
    "url": "url|link|urls|ur|html link|articleurl|source urls|external url|plink|permalink|"
    "item url|landing page url|primary location landing page url|full text link|pdf link|"
    "dimensions url|study url|web address",
    "keywords": "keywords|author keywords|keyword|author keyword|manual tags|descriptors|subjects|"
    "subject terms|subjectterms|kw|de|keywords display name|schlagworter|mots cles|palabras clave",
    "language": "language|language of original document|languages|la|sprache|langue|idioma",
    "accession": "accession|accession number|eid|key|id|source id|covidence|unique wos id|ut|"
    "ut unique wos id|record id|identifier|lens id|publication id|eric number|"
    "embase accession id|nct number|trialid|trial id|storeid|refid|ref id|itemid|item id|paperid",
    "database": "database|data source|db|source|source register",
    "record_type": "record type|document type|publication type|item type|type|entrytype|"
    "type of reference|content type|documenttype|articletype|doctype|doctypes|genre",
}
KNOWN = frozenset(name for names in ALIASES.values() for name in names.split("|"))
SERIAL_NAMES = (
    "issn", "isbn", "eissn", "electronic issn", "e issn", "print issn", "issns", "isbns", "issn s",
    "isbn s",
)  # fmt: skip
# Scopus writes pages and article numbers in columns of their own.
PAGE_START = (
    "page start", "start page", "first page", "startpage", "biblio first page", "spage",
    "beginning page", "bp",
)  # fmt: skip
PAGE_END = (
    "page end", "end page", "last page", "endpage", "biblio last page", "epage", "ending page", "ep",
)  # fmt: skip
ARTICLE_NUMBER = ("art no", "article number", "art number")
MORE_KEYWORDS = (
    "index keywords", "keywords plus", "mesh terms", "mesh term", "ieee terms", "subject terms",
    "automatic tags", "emtree medical index terms", "emtree drug index terms",
)  # fmt: skip
# Columns that fields are read from besides their own.
MORE_NAMES = (*SERIAL_NAMES, *PAGE_START, *PAGE_END, *ARTICLE_NUMBER, *MORE_KEYWORDS)
# Column of our own writer for what a cell cannot hold; "whatworks_fields 2" goes on where a cell
# is full.
NOTE_COLUMN = "whatworks_fields"
OWN_COLUMNS = frozenset({*FIELD_NAMES, "extra", "record_id"})
# "Endoscopic Ultrasound (2014) 3:3 (152-160). Date of Publication: 2014"
EMBASE_SOURCE = re.compile(
    r"(?P<container>\S.*?)\s+\((?P<year>(?:1[5-9]|20)\d\d)\)\s+(?P<volume>[\w.-]+)?"
    r"(?::(?P<issue>[^\s(]+(?: [^(]*)?))?\s*\((?P<pages>[\w-]+)\)"
)
# PubMed numbers; a spreadsheet may have made them decimal. Abstrackr writes 0 for none.
PMID = re.compile(r"[1-9]\d{0,7}(?:\.0)?")
# Columns by which PubMed's own CSV is known.
PUBMED_NAMES = ("journal book", "create date")
# Columns of Web of Science's tags, as bibliometrix writes them too.
TAG_NAMES = ("au", "ti", "so")


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column of a file holds which field.

    Attributes
    ----------
    by_field
        Column name by canonical field.
    by_name
        Column name by its plain spelling (lower case, words only).
    is_own
        Whether the file was written by this program: columns are fields as they are.
    of_fields
        All columns that some field is read from.
    """

    by_field: dict[str, str]
    by_name: dict[str, str]
    is_own: bool
    of_fields: frozenset[str]

    @property
    def is_pubmed(self) -> bool:
        """Whether authors are written as PubMed's CSV writes them."""
        return all(name in self.by_name for name in PUBMED_NAMES)

    @property
    def is_tagged(self) -> bool:
        """Whether columns are called by Web of Science's tags: names have bare initials there."""
        return all(name in self.by_name for name in TAG_NAMES)


def plain_name(name: str) -> str:
    """Return a column name in lower case with single blanks between its words."""
    text = name.lower()
    if not text.isascii():
        text = "".join(
            sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign)
        )
    return " ".join(re.findall(r"[^\W_]+", text))


def find_columns(header: tuple[str, ...]) -> Columns:
    """Return which column holds which field; the earliest alias that the header has wins."""
    by_name: dict[str, str] = {}
    for column in header:
        by_name.setdefault(plain_name(column), column)
    by_field: dict[str, str] = {}
    taken: set[str] = set()
    for field, names in ALIASES.items():
        for name in names.split("|"):
            if name in by_name and by_name[name] not in taken:
                by_field[field] = by_name[name]
                taken.add(by_name[name])
                break
    is_own = set(header) >= OWN_COLUMNS
    more = (by_name[name] for name in MORE_NAMES if name in by_name)
    return Columns(by_field, by_name, is_own, frozenset({*by_field.values(), *more}))


def fields_from_row(values: dict[str, list[str]]) -> tuple[Fields, list[tuple[str, str]]]:
    """Return the fields of one row, and what was not understood; columns are found by its names.

    Parameters
    ----------
    values : dict of str to list of str
        One text for each column of the table, "" for an empty cell.
    """
    cells = {name: found[0] for name, found in values.items()}
    return fields_from_csv(cells, _columns_of(tuple(values)))


@lru_cache(maxsize=64)
def _columns_of(names: tuple[str, ...]) -> Columns:
    return find_columns(names)


def fields_from_csv(
    cells: dict[str, str], columns: Columns
) -> tuple[Fields, list[tuple[str, str]]]:
    """Return the fields of one row, and what was not understood."""
    if columns.is_own:
        own = _own_fields(cells)
        if own is not None:
            return own, []
    notes: list[tuple[str, str]] = []
    tags = Tags(_texts(cells, columns, notes))

    def column(field: str) -> tuple[str, ...]:
        return (columns.by_field[field],) if field in columns.by_field else ()

    def named(*names: str) -> tuple[str, ...]:
        return tuple(columns.by_name[name] for name in names if name in columns.by_name)

    year, not_a_year = take_year(tags, *column("year"))
    if not_a_year is not None:
        notes.append(("A year that could not be read.", not_a_year))
    authors = tags.first(*column("authors")) or ""
    kind = tags.first(*column("record_type")) or ""
    keywords = [*tags.all(*column("keywords")), *tags.all(*named(*MORE_KEYWORDS))]
    pmid = _take_pmid(tags, column("pmid"))
    url = take_url(tags, *column("url"))
    source = EMBASE_SOURCE.match((tags.peek(*column("container")) or [""])[0])
    told = source.groupdict() if source else {}
    if year is None and told.get("year"):
        year = int(told["year"])
    pages = _take_pages(tags, column("pages"), named, notes) or told.get("pages")
    names, repaired = read_cell_names(
        authors, pubmed=columns.is_pubmed, bare_initials=columns.is_tagged
    )
    notes += repaired
    fields = Fields(
        # PubMed's CSV has no type column; MEDLINE lists journal articles.
        record_type="article" if columns.is_pubmed and not kind else _kind(kind),
        title=tags.first(*column("title")),
        authors="; ".join(names) or None,
        year=year,
        container=told.get("container") or tags.first(*column("container")),
        volume=tags.first(*column("volume")) or told.get("volume"),
        issue=tags.first(*column("issue")) or (told.get("issue") or "").strip() or None,
        pages=pages,
        abstract=take_longest(tags, *column("abstract")),
        doi=take_doi(tags, column("doi"), column("url")),
        pmid=pmid,
        isbn_issn=_take_serials(tags, (*column("isbn_issn"), *named(*SERIAL_NAMES))),
        url=url,
        keywords=joined(split_keywords(keywords)),
        language=tags.first(*column("language")),
        accession=tags.first(*column("accession")),
        database=tags.first(*column("database")),
    )
    extra = tags.left()
    if kind and fields.record_type != kind.lower():
        extra = extra | {columns.by_field["record_type"]: [kind]}
    return replace(fields, extra=extra), notes


def _texts(
    cells: dict[str, str], columns: Columns, notes: list[tuple[str, str]]
) -> dict[str, list[str]]:
    """Texts of the cells that are not blank, without words for nothing where fields are read."""
    texts: dict[str, list[str]] = {}
    empty: list[str] = []
    for name, cell in cells.items():
        bare = cell.strip()
        if not bare:
            continue
        # "NA" in a column that is not understood may be an answer: not applicable.
        if name in columns.of_fields and is_empty_word(bare):
            empty.append(f"{name}: {bare}")
            continue
        texts[name] = shown_texts(bare)
        if texts[name] != [bare]:
            notes.append((FORMULA, bare))
    if empty:
        notes.append((EMPTY_WORD, "; ".join(empty)))
    return texts


def _own_fields(cells: dict[str, str]) -> Fields | None:
    """Fields as our own writer put them into columns; None if the row was changed since."""
    values: dict[str, object] = {name: cells[name] or None for name in FIELD_NAMES}
    note = "".join(cell for name, cell in cells.items() if _is_note(name))
    try:
        extra = load_extra(cells["extra"])
        values["year"] = int(cells["year"]) if cells["year"] else None
    except ValueError:
        return None
    values["record_type"] = cells["record_type"] or "other"
    more = {
        name: [cell.strip()]
        for name, cell in cells.items()
        if cell.strip() and name not in OWN_COLUMNS and not _is_note(name)
    }
    fields = Fields(**values, extra=extra)  # type: ignore[arg-type]
    if note:
        own_note = read_note(note, prefix="")
        if own_note is None:
            return None
        fields = own_note.apply(fields)
    # Columns that a person has added.
    return replace(fields, extra=fields.extra | more) if more else fields


def _is_note(name: str) -> bool:
    return name.split(" ")[0] == NOTE_COLUMN


def _kind(text: str) -> str:
    """Kind of document by a RIS code, one of our own words, or words of a type column."""
    if text.upper() in RIS_CODE.values() or text.lower() in RIS_CODE:
        return next(
            kind for kind, code in RIS_CODE.items() if text.upper() == code or text.lower() == kind
        )
    return type_from_words([text]) or "other"


def _take_pages(
    tags: Tags,
    whole: tuple[str, ...],
    named: Callable[..., tuple[str, ...]],
    notes: list[tuple[str, str]],
) -> str | None:
    found = tags.first(*whole)
    if found:
        pages, what = pages_from_date(found)
        if what is not None:
            notes.append((what, found))
        return join_pages(pages, None)
    first = tags.first(*named(*PAGE_START))
    if first:
        return join_pages(first, tags.first(*named(*PAGE_END)))
    number = tags.first(*named(*ARTICLE_NUMBER))
    return join_pages(number, None) if number else None


def _take_pmid(tags: Tags, names: tuple[str, ...]) -> str | None:
    for value in tags.peek(*names):
        if PMID.fullmatch(value):
            tags.drop(value, *names)
            return value.removesuffix(".0")
    return None


def _take_serials(tags: Tags, names: tuple[str, ...]) -> str | None:
    numbers: list[str] = []
    for name in dict.fromkeys(names):
        for value in tags.peek(name):
            found = serial_numbers(value)
            numbers.extend(found)
            if found and "".join(found) == re.sub(r"[\s,;]", "", value):
                tags.drop(value, name)
    return joined(numbers)
