"""Tags without a field of their own that several formats have under different names.

When records go from one format to another, these are written under the name that the other
program knows. What comes back under another name is put right by the note (`own_note`).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

__all__ = ["COMMON_TAGS", "CommonTag", "common_values", "names_of", "without_foreign"]


@dataclass(frozen=True, slots=True)
class CommonTag:
    """One thing that is said of a document in several formats.

    Attributes
    ----------
    ris, bibtex, csl
        Name in the format; the first is written.
    other
        Names in EPPI-Reviewer's JSON, MEDLINE, Web of Science, EndNote's formats and tables.
    """

    ris: tuple[str, ...]
    bibtex: tuple[str, ...]
    csl: tuple[str, ...]
    other: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """All names, each once."""
        return tuple(dict.fromkeys((*self.ris, *self.bibtex, *self.csl, *self.other)))


EDITORS = CommonTag(
    ("A2", "ED"),
    ("editor",),
    ("editor",),
    ("ParentAuthors", "FED", "BE", "secondary-authors", "%E", "Editors"),
)
COMMON_TAGS = (
    EDITORS,
    CommonTag(
        ("PB",),
        ("publisher", "school", "institution"),
        ("publisher",),
        ("Publisher", "PU", "%I"),
    ),
    CommonTag(
        ("CY", "PP"),
        ("address", "location"),
        ("publisher-place",),
        ("City", "PI", "pub-location", "%C"),
    ),
    CommonTag(("ET",), ("edition",), ("edition",), ("Edition", "EN", "%7")),
    CommonTag(("T3",), ("series",), ("collection-title",), ("tertiary-title", "%S")),
    CommonTag(
        ("ST",), ("shorttitle",), ("title-short", "shortTitle"), ("ShortTitle", "short-title", "%!")
    ),
    CommonTag(
        ("J2", "JA"),
        ("shortjournal",),
        ("container-title-short", "journalAbbreviation"),
        ("TA", "JI", "abbr-1", "Abbreviated Source Title"),
    ),
    CommonTag(("N1",), ("note",), ("note",), ("Comments", "GN", "notes", "%Z")),
    CommonTag(("M3",), ("type",), ("genre",), ("work-type", "%9")),
)
# Tags by which leftovers of MEDLINE or Web of Science are known. Their two-letter tags look like
# those of RIS and mean other things: IS is a serial number there, CY a date, AU a name once more.
FOREIGN_SIGNS = frozenset(
    {"FN", "PHST", "EDAT", "MHDA", "CRDT", "PST", "JID", "DCOM", "PMCR", "OID", "OWN"}
)
RIS_TAG = re.compile(r"[A-Z][A-Z0-9]")


def without_foreign(extra: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return the leftover tags but for those of another format that only look like RIS."""
    if not FOREIGN_SIGNS & set(extra):
        return extra
    meant = {name for tag in COMMON_TAGS for name in tag.other}
    return {tag: v for tag, v in extra.items() if tag in meant or not RIS_TAG.fullmatch(tag)}


def common_values(tag: CommonTag, extra: dict[str, list[str]]) -> list[str]:
    """Return what a record says under any of a tag's names; editors as single names."""
    found = [value for name in tag.names for value in extra.get(name, [])]
    if tag is EDITORS:
        found = [name for value in found for name in names_of(value)]
    return list(dict.fromkeys(found))


def names_of(value: str) -> list[str]:
    """Return the single names of a value as BibTeX, CSL-JSON, EPPI-Reviewer or RIS write them."""
    if value.startswith("{"):
        try:
            name = json.loads(value)
        except (ValueError, RecursionError):
            return [value]
        if not isinstance(name, dict):
            return [value]
        if name.get("literal"):
            return [str(name["literal"])]
        parts = [str(name[part]) for part in ("family", "given") if name.get(part)]
        return [", ".join(parts)] if parts else [value]
    parts = re.split(r"\s*;\s*|\s+and\s+", value)
    return [part.strip() for part in parts if part.strip()]
