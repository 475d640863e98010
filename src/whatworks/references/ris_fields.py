"""From RIS tags to canonical fields, for the dialects of all databases."""

from __future__ import annotations

import re

from whatworks.references.entries import Tags
from whatworks.references.fields import Fields
from whatworks.references.identifiers import normalise_doi, serial_numbers
from whatworks.references.name_lists import read_names
from whatworks.references.own_note import OWN_ID, OWN_NAME, read_note
from whatworks.references.record_types import RIS_CODE, type_from_ris
from whatworks.references.taking import (
    joined,
    pmid_from_urls,
    take_doi,
    take_longest,
    take_url,
    take_year,
)
from whatworks.references.values import join_pages, split_keywords

__all__ = ["fields_from_ris"]

# Where our own writer puts the name of a record, by flavour.
OWN_ID_TAGS = ("AN", "LB", "CN", "U1")
# Databases whose accession numbers are PubMed's, as EndNote, Ovid and EBSCO call them.
PUBMED_NAME = re.compile(r"nlm|pubmed|(?:ovid )?medline.*", re.IGNORECASE)
COCHRANE_PMID = re.compile(r"PUBMED\s+(\d{1,8})\b", re.IGNORECASE)
PMID = re.compile(r"(?:PMID:?\s*)?(\d{1,8})")
PMID_IN_NOTE = re.compile(r"\bPMID[:\s]+(\d{1,8})\b")
# Embase writes addresses into M1, where others write an issue number.
ISSUE_NUMBER = re.compile(r"(?=.*\d)\S{1,12}")
# An Ovid export calls journal articles ELEC at times; the volume gives them away.
WEB_CODES = frozenset({"ELEC"})


def fields_from_ris(values: dict[str, list[str]]) -> tuple[Fields, list[tuple[str, str]]]:
    """Return the fields of one RIS record.

    Parameters
    ----------
    values : dict of str to list of str
        Values by tag.

    Returns
    -------
    tuple
        The fields, and what was not understood: (what, text) pairs for the import report.
    """
    tags = Tags(values)
    own_note = None
    for value in tags.peek("N1"):
        own_note = read_note(value)
        if own_note is not None:
            tags.drop(value, "N1")
            break
    own_ids = [value for value in tags.peek(*OWN_ID_TAGS) if value.startswith(OWN_ID)]
    for value in own_ids:
        tags.drop(value, *OWN_ID_TAGS)
    fields, notes = _read(tags)
    if own_ids:
        notes.append((OWN_NAME, own_ids[0]))
    if own_note is not None:
        fields = own_note.apply(fields)
    return fields, notes


def _read(tags: Tags) -> tuple[Fields, list[tuple[str, str]]]:
    notes: list[tuple[str, str]] = []
    code = (tags.first("TY") or "").upper()
    kind = type_from_ris(code)
    database = joined(tags.all("DB", "DP"))
    doi = take_doi(tags, ("DO", "DI", "DOI", "M3", "L3", "ID"), ("N1", "UR", "L2"))
    pmid = _take_pmid(tags, database or "")
    year, not_a_year = take_year(tags, "PY", "Y1", "DA", "YR")
    if not_a_year is not None:
        notes.append(("A year that could not be read.", not_a_year))
    title = tags.first("TI", "T1", "CT", *(("BT",) if kind == "book" else ()))
    container = tags.first("JF", "T2", "JO", "JA", "J2", "BT")
    volume = tags.first("VL", "VO")
    issue = _take_issue(tags)
    if code in WEB_CODES and container and (volume or issue):
        kind = "article"
    extra_code = {"TY": [code]} if code and code != RIS_CODE[kind] else {}
    names, repaired = read_names(tags.every("AU", "A1"))
    notes += repaired
    fields = Fields(
        record_type=kind,
        title=title,
        authors="; ".join(names) or None,
        year=year,
        container=container,
        volume=volume,
        issue=issue,
        pages=_take_pages(tags),
        abstract=take_longest(tags, "AB", "N2"),
        doi=doi,
        pmid=pmid,
        isbn_issn=_take_serials(tags),
        url=take_url(tags, "UR", "L2", "LK", "L1"),
        keywords=joined(split_keywords(tags.all("KW"))),
        language=tags.first("LA"),
        accession=_take_accession(tags),
        database=database,
        extra=tags.left() | extra_code,
    )
    return fields, notes


def _take_issue(tags: Tags) -> str | None:
    issue = tags.first("IS", "CP")
    if issue is None:
        number = next((v for v in tags.peek("M1") if ISSUE_NUMBER.fullmatch(v)), None)
        if number is not None:
            tags.drop(number, "M1")
        return number
    return issue


def _take_pages(tags: Tags) -> str | None:
    first = tags.first("SP")
    if first is not None:
        return join_pages(first, tags.first("EP"))
    # Some programs write PG, as MEDLINE does.
    number = tags.first("PG", "C7", "AR")
    return join_pages(number, None) if number else None


def _take_pmid(tags: Tags, database: str) -> str | None:
    """PubMed number: of its own tag, or where a database is known to put it."""
    places = ["PMID"]
    if "scopus" in database.lower():
        places.append("C2")
    if "embase" in database.lower() or "medline" in database.lower():
        places.append("C5")
    if PUBMED_NAME.fullmatch(database):
        places.append("AN")
    for place in places:
        for value in tags.peek(place):
            match = PMID.fullmatch(value)
            if match:
                tags.drop(value, place)
                return match[1]
    for value in tags.peek("C3"):
        match = COCHRANE_PMID.match(value)
        if match:
            if match[0] == value:  # "PUBMED 1,EMBASE 2" says more
                tags.drop(value, "C3")
            return match[1]
    noted = (PMID_IN_NOTE.search(value) for value in tags.peek("N1", "M2") if "PMID" in value)
    from_note = next((match[1] for match in noted if match), None)
    return from_note or pmid_from_urls(tags, "UR", "L2")


def _take_serials(tags: Tags) -> str | None:
    """ISSNs and ISBNs; a value that holds a label beside them stays with the other tags."""
    numbers: list[str] = []
    for value in tags.peek("SN"):
        found = serial_numbers(value)
        numbers.extend(found)
        if found and "".join(found) == re.sub(r"[\s,;]", "", value):
            tags.drop(value, "SN")
    return joined(numbers)


def _take_accession(tags: Tags) -> str | None:
    for tag in ("AN", "ID", "U1", "UT"):
        for value in tags.peek(tag):
            if tag == "ID" and normalise_doi(value) is not None:
                continue
            tags.drop(value, "AN", "ID", "U1", "UT")
            return value
    return None
