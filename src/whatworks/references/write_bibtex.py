"""Records to BibTeX that TeX and reference managers read, and that we read back without loss."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from whatworks.references.bibtex import parse_bibtex
from whatworks.references.bibtex_fields import fields_from_bibtex
from whatworks.references.bibtex_names import SUFFIX
from whatworks.references.bibtex_told import NOTE_FIELD, OWN_ID_FIELD
from whatworks.references.extra_names import COMMON_TAGS, common_values, without_foreign
from whatworks.references.fields import FIELD_NAMES, Fields
from whatworks.references.nouns import Record
from whatworks.references.own_note import fields_of, note_text, own_id
from whatworks.references.record_types import type_from_bibtex
from whatworks.references.repair import repair_lines

__all__ = ["write_bibtex"]

ENTRY_TYPE = {
    "article": "article",
    "report": "techreport",
    "thesis": "phdthesis",
    "book": "book",
    "chapter": "incollection",
    "conference": "inproceedings",
    "web": "online",
    "dataset": "dataset",
    "unpublished": "unpublished",
}
# What BibTeX's styles look for, by kind; elsewhere the container is a journal.
CONTAINER = {"chapter": "booktitle", "conference": "booktitle", "book": "series"}
PUBLISHER = {"thesis": "school", "report": "institution"}
KEY = re.compile(r"[A-Za-z0-9][\w.:/+-]*", re.ASCII)
NAME = re.compile(r"[a-z][a-z0-9_+:.-]*")
WITH_SUFFIX = re.compile(rf"([^,]+), ([^,]+), ({SUFFIX})", re.IGNORECASE)
ISBN = re.compile(r"97[89]|.{10,}")
# Written in another place; or filled in when the entry was read, and not to be filled in twice.
NOT_WRITTEN = frozenset({"key", NOTE_FIELD, OWN_ID_FIELD, "crossref", "xdata"})
UNTAMED = re.compile(r"[\x00-\x1f\x7f\s]+|<(?=[cdef][0-9a-f]>)|@(?=\w+\s*[{(])", re.IGNORECASE)
TEX_SIGNS = re.compile(r"[\\{}&%$#_~^]")
TEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}
# Words that a style must not put into lower case.
WITH_CAPITALS = re.compile(r"[^\W_]+[A-ZÀ-Þ][^\W_]*")
SHORT_WORDS = frozenset({"a", "an", "the", "on", "of", "in", "is", "and", "der", "die", "das"})


def write_bibtex(records: Sequence[Record]) -> bytes:
    """Return records as BibTeX: UTF-8, one field a line, keys such as `lee2001reading`.

    Signs that TeX would act on are escaped and words with capitals inside are kept from styles
    that put titles into lower case. Each record carries its own name (field `whatworks-id`). What
    BibTeX has no field for, or would be read back as something else, follows as JSON in the field
    `whatworks-fields`, which styles ignore, so that `read_references` gives back every field.

    Parameters
    ----------
    records : sequence of Record
        In the order they are written.
    """
    taken: set[str] = set()
    return "\n".join(_entry(record, taken) for record in records).encode("utf-8")


def _entry(record: Record, taken: set[str]) -> str:
    """Text of one record: the plainest way that reads back the same."""
    wanted = fields_of(record)
    key = _key(wanted, taken)
    tamed = _tame(wanted)
    for shown in (wanted, replace(wanted, extra={}), tamed, replace(tamed, extra={}), Fields()):
        plain = _plain(record, shown, wanted.record_type)
        found = _read_back(_text(shown, wanted.record_type, key, plain))
        if found is None:
            continue
        note = note_text(wanted, found)
        noted = [*plain, (NOTE_FIELD, note)] if note else plain
        text = _text(shown, wanted.record_type, key, noted)
        if _read_back(text) == wanted:
            break
    return text


def _text(shown: Fields, kind: str, key: str, plain: list[tuple[str, str]]) -> str:
    named = (shown.extra.get("entry type") or [""])[0]
    is_named = NAME.fullmatch(named) and type_from_bibtex(named) == kind
    entry_type = named if is_named else ENTRY_TYPE.get(kind, "misc")
    lines = [f"  {name} = {{{value}}}," for name, value in plain]
    return "\n".join([f"@{entry_type}{{{key},", *lines, "}", ""])


def _plain(record: Record, fields: Fields, kind: str) -> list[tuple[str, str]]:
    """Fields of an entry, in the order people look for them."""
    serials = fields.isbn_issn.split("; ") if fields.isbn_issn else []
    pairs: list[tuple[str, str | int | None]] = [
        ("author", " and ".join(map(_name, _split(fields.authors)))),
        ("title", _protected(fields.title)),
        ("year", fields.year),
        (CONTAINER.get(kind, "journal"), _tex(fields.container)),
        ("volume", _tex(fields.volume)),
        ("number", _tex(fields.issue)),
        ("pages", _tex(fields.pages and fields.pages.replace("-", "--"))),
        ("doi", fields.doi),
        ("pmid", fields.pmid),
        ("issn", ", ".join(number for number in serials if not ISBN.match(number))),
        ("isbn", ", ".join(number for number in serials if ISBN.match(number))),
        ("url", fields.url),
        ("abstract", _tex(fields.abstract)),
        ("keywords", _tex(_keywords(fields.keywords))),
        ("language", _tex(fields.language)),
        ("unique-id", _tex(fields.accession)),
        ("database", _tex(fields.database)),
    ]
    written = [(name, str(value)) for name, value in pairs if value not in (None, "")]
    names = {name for name, _ in written}
    for name, value in _extra(fields.extra, kind):
        if name not in names:
            written.append((name, _tex(value) or ""))
            names.add(name)
    return [*written, (OWN_ID_FIELD, own_id(record))]


def _extra(extra: dict[str, list[str]], kind: str) -> list[tuple[str, str]]:
    """Leftover tags that are BibTeX, and those of other formats that BibTeX has a field for."""
    pairs = [
        (name, found[0])
        for name, found in extra.items()
        if found and NAME.fullmatch(name) and name not in NOT_WRITTEN
    ]
    for tag in COMMON_TAGS:
        values = common_values(tag, without_foreign(extra))
        if not values or any(name in extra for name in tag.bibtex):
            continue
        name = tag.bibtex[0]
        if name == "publisher":
            name = PUBLISHER.get(kind, name)
        pairs.append((name, " and ".join(values) if name == "editor" else "; ".join(values)))
    return pairs


def _key(fields: Fields, taken: set[str]) -> str:
    """Key of an entry: the one it came with, or first author, year and first word; each once."""
    own = (fields.extra.get("key") or [""])[0]
    start = own if KEY.fullmatch(own) else _made_key(fields)
    key, n = start, 1
    while key.lower() in taken:
        n += 1
        key = f"{start}-{n}"
    taken.add(key.lower())
    return key


def _made_key(fields: Fields) -> str:
    family = (fields.authors or "").split(";")[0].split(",")[0]
    words = [word for word in _letters(fields.title or "").split() if word not in SHORT_WORDS]
    year = str(fields.year) if fields.year is not None and fields.year > 0 else ""
    key = "".join(_letters(family).split()) + year + "".join(words[:1])
    return key or "record"


def _letters(text: str) -> str:
    """Plain lower-case letters and digits of a text, in words."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return " ".join(re.findall(r"[a-z0-9]+", plain.lower()))


def _split(joined: str | None) -> list[str]:
    return joined.split("; ") if joined else []


def _name(name: str) -> str:
    """One author; braces keep a group's name from being cut into words."""
    match = WITH_SUFFIX.fullmatch(name)
    text = _tex(f"{match[1]}, {match[3]}, {match[2]}" if match else name) or ""
    if ("," not in name and " " in name.strip()) or re.search(r"\sand\s", name):
        return f"{{{text}}}"
    return text


def _keywords(joined: str | None) -> str | None:
    """Keywords with commas, as reference managers write them, unless one holds a comma."""
    if joined is None or "," in joined:
        return joined
    return joined.replace("; ", ", ")


def _tex(value: str | None) -> str | None:
    """Text with the signs that TeX would act on escaped."""
    if value is None:
        return None
    return TEX_SIGNS.sub(lambda match: TEX.get(match[0], "\\" + match[0]), value)


def _protected(title: str | None) -> str | None:
    """Title with braces around words that have capitals after their first letter."""
    text = _tex(title)
    if text is None or "\\text" in text:
        return text
    return WITH_CAPITALS.sub(lambda match: f"{{{match[0]}}}", text)


def _tame(fields: Fields) -> Fields:
    """Fields of which no value has a line end, a control character or the start of an entry."""
    told = {name: value for name in FIELD_NAMES if isinstance(value := getattr(fields, name), str)}
    told = {name: _one_line(value) for name, value in told.items()}
    for name in ("doi", "url", "pmid", "isbn_issn"):
        if name in told:
            told[name] = re.sub(r"[{}\\]", "", told[name])
    extra = {tag: [_one_line(value) for value in found] for tag, found in fields.extra.items()}
    return replace(fields, **told, extra=extra)  # type: ignore[arg-type]


def _one_line(value: str) -> str:
    return UNTAMED.sub(lambda m: m[0] + " " if m[0] in "<@" else " ", value).strip()


def _read_back(text: str) -> Fields | None:
    """Fields that the reader finds in an entry; None if it is not one well-formed entry."""
    repaired, repairs = repair_lines(text)
    if repairs:
        return None
    parsed = parse_bibtex(repaired)
    if parsed.n_start_tags != 1 or len(parsed.entries) != 1 or parsed.issues:
        return None
    return fields_from_bibtex(parsed.entries[0].values)[0]
