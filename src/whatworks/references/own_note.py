"""The note in which our writers carry what a format has no room for.

A field that a format would give back as something else stands in the note beside a mark of what
the plain tags say. The note's value counts only while they still say that: a person or another
program that has changed a tag since is believed.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
from dataclasses import dataclass, replace
from typing import Any

from whatworks.references.fields import FIELD_NAMES, Fields, load_extra
from whatworks.references.nouns import Record

__all__ = [
    "FIELDS_NOTE",
    "OWN_ID",
    "OWN_NAME",
    "Note",
    "fields_of",
    "note_text",
    "own_id",
    "read_note",
]

FIELDS_NOTE = "whatworks-fields: "
# Begins the name of a record that was written here.
OWN_ID = "whatworks:"
OWN_NAME = "The name of a record exported from here."
MARK_DIGITS = 8
JSON_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
# Signs that some format, or the repair of texts, takes for its own inside a string.
NOT_PLAIN = re.compile(r"[<>&@{}\x7f]|(?<= ) |_(?=[xX])")


@dataclass(frozen=True, slots=True)
class Note:
    """What a note says.

    Attributes
    ----------
    fields
        By field: mark of what the tags said, and the value of the field.
    extra
        By tag: mark of what the leftover tags said, and the tag's values; None for no such tag.
    """

    fields: dict[str, tuple[str, str | int | None]]
    extra: dict[str, tuple[str, list[str] | None]]

    def apply(self, found: Fields) -> Fields:
        """Return the fields as they were written, but for what was changed since."""
        told: dict[str, Any] = {
            name: value
            for name, (mark, value) in self.fields.items()
            if _mark(getattr(found, name)) == mark
        }
        extra = dict(found.extra)
        for tag, (mark, values) in self.extra.items():
            now = extra.get(tag)
            if _mark(now) == mark:
                kept = values
            elif now is None:
                kept = None  # taken out on purpose
            else:
                kept = [*now, *(value for value in values or [] if value not in now)]
            if kept is None:
                extra.pop(tag, None)
            else:
                extra[tag] = kept
        return replace(found, **told, extra=extra)


def own_id(record: Record) -> str:
    """Return the name a record has here, for other programs to carry."""
    return f"{OWN_ID}{record.review_id}/{record.record_id}"


def fields_of(record: Record) -> Fields:
    """Return what a record says, without its place in a file."""
    values = {name: getattr(record, name) for name in FIELD_NAMES}
    return Fields(**values, extra=load_extra(record.extra))


def note_text(wanted: Fields, found: Fields) -> str:
    """Return the note that turns what was found into what is wanted; "" if nothing differs.

    It is JSON on one line, in plain letters: nothing in it can be taken for a line end, a tag, a
    brace that does not close, an entity or a written-out byte.
    """
    told: dict[str, Any] = {
        name: [_mark(getattr(found, name)), getattr(wanted, name)]
        for name in FIELD_NAMES
        if getattr(found, name) != getattr(wanted, name)
    }
    tags = {
        tag: [_mark(found.extra.get(tag)), wanted.extra.get(tag)]
        for tag in {**found.extra, **wanted.extra}
        if found.extra.get(tag) != wanted.extra.get(tag)
    }
    if tags:
        told["extra"] = tags
    if not told:
        return ""
    text = json.dumps(told, sort_keys=True)
    return JSON_STRING.sub(lambda string: NOT_PLAIN.sub(_escape, string[0]), text)


def read_note(value: str, *, prefix: str = FIELDS_NOTE) -> Note | None:
    """Return what a note says; None for any other text, or a note that was changed since.

    Zotero gives notes back as paragraphs of a web page.
    """
    text = value.strip()
    if text.startswith("<p>"):
        text = html.unescape(text.removeprefix("<p>").removesuffix("</p>")).replace("\xa0", " ")
    if not text.startswith(prefix + "{"):
        return None
    text = text.removeprefix(prefix)
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict) or not set(told) <= {*FIELD_NAMES, "extra"}:
        return None
    tags = told.pop("extra", {})
    if not isinstance(tags, dict) or not all(map(_is_pair, [*told.values(), *tags.values()])):
        return None
    fields = {name: (mark, value) for name, (mark, value) in told.items()}
    if not all(_fits(name, value) for name, (_, value) in fields.items()):
        return None
    if not all(values is None or _is_texts(values) for _, values in tags.values()):
        return None
    return Note(fields, {tag: (mark, values) for tag, (mark, values) in tags.items()})


def _mark(value: str | int | list[str] | None) -> str:
    """Short digest by which a change is seen."""
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:MARK_DIGITS]


def _escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"


def _is_pair(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and isinstance(value[0], str)


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _fits(name: str, value: object) -> bool:
    """Whether a value is one that a field can have."""
    if name == "year":
        return value is None or type(value) is int
    return isinstance(value, str) or (value is None and name != "record_type")
