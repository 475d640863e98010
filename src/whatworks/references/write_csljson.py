"""Records to CSL-JSON that Zotero, pandoc and citation processors read, and we without loss."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from whatworks.references.csljson import parse_csljson
from whatworks.references.csljson_fields import OWN_KEY, fields_from_csljson
from whatworks.references.extra_names import COMMON_TAGS, common_values, without_foreign
from whatworks.references.fields import Fields
from whatworks.references.nouns import Record
from whatworks.references.own_note import fields_of, note_text, own_id
from whatworks.references.record_types import CSL_TYPE, type_from_csl

__all__ = ["write_csljson"]

# citation-style-language/schema, csl-data.json: variables that are lists of names, and dates.
NAMES = frozenset(
    re.findall(
        r"\S+",
        """
        author chair collection-editor compiler composer container-author contributor curator
        director editor editorial-director editor-translator executive-producer guest host
        illustrator interviewer narrator organizer original-author performer producer recipient
        reviewed-author script-writer series-creator translator
        """,
    )
)
DATES = frozenset(
    {"accessed", "available-date", "event-date", "issued", "original-date", "submitted"}
)
TEXTS = frozenset(
    re.findall(
        r"\S+",
        """
        annote archive archive-place archive_collection authority call-number chapter-number
        citation-key citation-label citation-number collection-number collection-title
        container-title-short dimensions division edition event-place event-title genre jurisdiction
        journalAbbreviation medium note number number-of-pages number-of-volumes
        original-publisher original-publisher-place original-title part part-title PMCID printing publisher
        publisher-place references reviewed-genre reviewed-title scale section shortTitle status
        supplement title-short version volume-title year-suffix
        """,
    )
)
BYTE_ESCAPE = re.compile(r"<(?=[cdef][0-9a-f]>)", re.IGNORECASE)
# Signs that are no letters: in a file they might be taken for line ends or for no text at all.
CONTROL = re.compile(r"[\x7f-\x9f\u2028\u2029]")


def write_csljson(records: Sequence[Record]) -> bytes:
    """Return records as CSL-JSON: a list of items, UTF-8.

    What CSL has no variable for, or would be read back as something else, stands in the item's
    object `custom`, which is there for that, with the record's own name.

    Parameters
    ----------
    records : sequence of Record
        In the order they are written.
    """
    taken: set[str] = set()
    items = [_item(record, taken) for record in records]
    return (_json(items) + "\n").encode("utf-8")


def _json(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, indent=1)
    text = BYTE_ESCAPE.sub(r"\\u003c", text)
    return CONTROL.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _item(record: Record, taken: set[str]) -> dict[str, Any]:
    """Item of a record, with what it does not say for itself in `custom`."""
    wanted = fields_of(record)
    item = _plain(wanted)
    name = (wanted.extra.get("id") or [""])[0]
    item = {"id": name if name and name not in taken else record.record_id, **item}
    taken.add(item["id"])
    own: dict[str, Any] = {"record": own_id(record)}
    note = note_text(wanted, _read_back(item))
    if note:
        own["fields"] = json.loads(note)
    item["custom"] = {OWN_KEY: own}
    return item


def _plain(fields: Fields) -> dict[str, Any]:
    """CSL variables of a record, in the order people look for them."""
    named = (fields.extra.get("type") or [""])[0]
    is_named = type_from_csl(named) == fields.record_type and fields.record_type != "other"
    pairs: dict[str, Any] = {
        "type": named if is_named else CSL_TYPE.get(fields.record_type, "document"),
        "title": fields.title,
        "author": [_name(name) for name in _split(fields.authors)],
        "issued": {"date-parts": [[fields.year]]} if fields.year is not None else None,
        "container-title": fields.container,
        "volume": fields.volume,
        "issue": fields.issue,
        "page": fields.pages,
        "DOI": fields.doi,
        "PMID": fields.pmid,
        **_serials(fields.isbn_issn),
        "URL": fields.url,
        "abstract": fields.abstract,
        "keyword": _keywords(fields.keywords),
        "language": fields.language,
        "archive_location": fields.accession,
        "source": fields.database,
    }
    told = {name: value for name, value in pairs.items() if value not in (None, "", [])}
    for tag, values in _extra(fields.extra).items():
        if tag == "issued" or tag not in told:
            told[tag] = values
    return told


def _extra(extra: dict[str, list[str]]) -> dict[str, Any]:
    """Leftover tags that are CSL, and those of other formats that CSL has a variable for."""
    told: dict[str, Any] = {}
    for tag, found in extra.items():
        if not found:
            continue
        if tag in NAMES:
            told[tag] = [_object(value) or _name(value) for value in found]
        elif tag in DATES and (date := _object(found[0])):
            told[tag] = date
        elif tag in TEXTS:
            told[tag] = found[0]
    for common in COMMON_TAGS:
        values = common_values(common, without_foreign(extra))
        if not values or any(name in extra for name in common.csl):
            continue
        name = common.csl[0]
        told[name] = [_name(value) for value in values] if name in NAMES else "; ".join(values)
    return told


def _object(value: str) -> dict[str, Any] | None:
    """Object that a text holds as JSON."""
    if not value.startswith("{"):
        return None
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _name(name: str) -> dict[str, str]:
    """Name as CSL has it: in parts where there is a comma, literal otherwise."""
    family, _, rest = name.partition(", ")
    if not rest:
        return {"literal": name}
    given, _, suffix = rest.partition(", ")
    return {"family": family, "given": given} | ({"suffix": suffix} if suffix else {})


def _serials(joined: str | None) -> dict[str, str | None]:
    numbers = _split(joined)
    is_isbn = {number: len(number) > 9 for number in numbers}
    return {
        "ISSN": ", ".join(number for number in numbers if not is_isbn[number]) or None,
        "ISBN": ", ".join(number for number in numbers if is_isbn[number]) or None,
    }


def _keywords(joined: str | None) -> str | None:
    """Keywords with commas, as Zotero writes them, unless one holds a comma."""
    if joined is None or "," in joined:
        return joined
    return joined.replace("; ", ", ")


def _split(joined: str | None) -> list[str]:
    return joined.split("; ") if joined else []


def _read_back(item: dict[str, Any]) -> Fields:
    """Fields that the reader finds in an item."""
    entries = parse_csljson(_json([item]).encode("utf-8"), file="").entries
    return fields_from_csljson(entries[0].values)[0]
