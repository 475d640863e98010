"""EndNote XML as EndNote, Mendeley, Zotero, Papers and SpiderCite write it: cut into tags."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from whatworks.references.entries import Parsed
from whatworks.references.xml_chunk import BLANKS
from whatworks.references.xml_records import parse_xml_records

__all__ = ["RECORD_NAMES", "parse_endnote_xml"]

# EndNote 7 wrote capitals.
RECORD_NAMES = ("record", "RECORD")
# How a value looks, in EndNote's own mark-up and in the web's; its text is the value's.
INLINE = frozenset({"style", "i", "b", "u", "em", "strong", "sub", "sup", "span", "br"})
# Attributes of look and of the program's own bookkeeping that repeat the element's text.
IGNORED_ATTRIBUTES = {
    "style": {"face", "font", "size", "color", "charset"},
    "database": {"name"},
    "source-app": {"name"},
}


def parse_endnote_xml(lines: list[str], *, file: str) -> Parsed:
    """Cut a file into records and each record into values by the name of their element.

    An element's name is enough: none occurs in two places with two meanings, save that authors of
    all kinds are called "author"; their values are called by the list they stand in ("authors",
    "secondary-authors"). Attributes follow as "element@attribute".
    """
    return parse_xml_records(lines, RECORD_NAMES, _values, file=file)


def _values(record: Element) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    # A walk without recursion, in file order: (element, name of the element around it).
    waiting: list[tuple[Element, str]] = [(child, "") for child in reversed(record)]
    for attribute, value in record.attrib.items():
        values[f"record@{attribute}"] = [value]
    if record.text and record.text.strip():
        values.setdefault("record", []).append(_text(record.text))
    while waiting:
        element, parent = waiting.pop()
        name = _name(element)
        key = parent if name == "author" and parent else name
        for attribute, value in element.attrib.items():
            if value.strip() and attribute not in IGNORED_ATTRIBUTES.get(name, ()):
                values.setdefault(f"{name}@{attribute}", []).append(value.strip())
        nested = [child for child in element if not _is_mark_up(child)]
        if nested:
            loose = _text("".join([element.text or "", *(child.tail or "" for child in element)]))
            waiting += [(child, name) for child in reversed(nested)]
            styled = [_text("".join(c.itertext())) for c in element if _is_mark_up(c)]
            found = [text for text in (loose, *styled) if text]
        else:
            found = [text] if (text := _text("".join(element.itertext()))) else []
        if found:
            values.setdefault(key, []).extend(found)
        if parent == "" and element.tail and element.tail.strip():
            values.setdefault("record", []).append(_text(element.tail))
    return values


def _is_mark_up(element: Element) -> bool:
    """Whether an element says only how its text looks."""
    return all(_name(part) in INLINE for part in element.iter())


def _name(element: Element) -> str:
    return str(element.tag).lower().replace("_", "-")


def _text(raw: str) -> str:
    """Text with EndNote's line ends (carriage returns) kept, and those of pretty-printing not."""
    parts = (BLANKS.sub(" ", part).strip() for part in raw.split("\r"))
    return "\n".join(part for part in parts if part)
