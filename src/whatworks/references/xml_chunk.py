"""One record of an XML file, well-formed or not, to its values; defusedxml underneath."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from xml.etree.ElementTree import Element, ParseError

__all__ = ["BLANKS", "Values", "plain_text", "read_chunk"]

Values = dict[str, list[str]]
BLANKS = re.compile(r"[ \t\r\n]+")
NAMED_ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z][A-Za-z0-9]*);")
BARE_AMPERSAND = re.compile(r"&(?!#\d+;|#x[0-9A-Fa-f]+;|[A-Za-z][A-Za-z0-9]*;)")
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
CONTROL_REFERENCE = re.compile(r"&#(?:x([0-9A-Fa-f]+)|(\d+));")
ANY_TAG = re.compile(r"<(/?)([A-Za-z_][\w:.-]*)[^<>]*?(/?)>")
ATTRIBUTE = re.compile(r"([\w:.-]+)\s*=\s*([\"'])(.*?)\2", re.DOTALL)
# Tags of how a text looks, which part no values.
MARK_UP = frozenset({"style", "i", "b", "u", "em", "strong", "sub", "sup", "span", "br"})
# Nothing in a bibliography is nested deeper.
MAX_DEPTH = 100


def plain_text(element: Element) -> str:
    """Return the text of an element with its mark-up taken off and runs of blanks made one."""
    return BLANKS.sub(" ", "".join(element.itertext())).strip()


def read_chunk(
    chunk: str, values_of: Callable[[Element], Values]
) -> tuple[Values, list[tuple[str, str, str]]]:
    """Return the values of one record: as XML, mended XML, or tag by tag where that fails too.

    Parameters
    ----------
    chunk : str
        The record's element as text, its end tag perhaps missing.
    values_of : callable
        Turns the element into values by tag.

    Returns
    -------
    tuple
        The values, and what was repaired: (what, what was done, text) for the import report.
    """
    try:
        return values_of(_element(chunk)), []
    except (ParseError, ValueError):
        pass
    mended = _mended(chunk)
    for text in (mended, _closed(mended)):
        try:
            element = _element(text)
            break
        except (ParseError, ValueError):
            pass
    else:
        return _salvaged(chunk), [
            (
                "A record that is not well-formed XML.",
                "Its texts were read tag by tag.",
                chunk[:80],
            )
        ]
    if mended == chunk:
        return values_of(element), []  # it lacks its end tags only, which is said already
    what, done = "Signs that XML does not allow.", "They were mended or removed."
    return values_of(element), [(what, done, _first_change(chunk, mended))]


def _element(chunk: str) -> Element:
    """Element of one record."""
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    depth = deepest = 0
    if chunk.count("<") > 2 * MAX_DEPTH:
        for match in ANY_TAG.finditer(chunk):
            depth += -1 if match[1] else 0 if match[3] else 1
            deepest = max(deepest, depth)
        if deepest > MAX_DEPTH:
            raise ValueError("nested too deeply")
    try:
        element: Element = fromstring(_unprefixed(chunk), forbid_dtd=True)
    except DefusedXmlException as error:
        raise ValueError(str(error)) from None
    return element


def _unprefixed(chunk: str) -> str:
    """Chunk whose name-space prefixes are parts of names: their declaration may stand outside."""
    if ":" not in chunk:
        return chunk
    text = re.sub(r"(</?)(\w+):(?=\w)", r"\1", chunk)
    return re.sub(r"(<[^<>]*?\s)(\w+):(\w+\s*=)", r"\1\3", text)


def _mended(chunk: str) -> str:
    """Chunk with entities of web pages as characters, bare ampersands escaped, no controls."""
    text = CONTROL.sub("", chunk)
    text = CONTROL_REFERENCE.sub(_allowed_reference, text)
    text = NAMED_ENTITY.sub(_known_entity, text)
    text = BARE_AMPERSAND.sub("&amp;", text)
    return re.sub(r"<(?![/!?A-Za-z_])", "&lt;", text)


def _allowed_reference(match: re.Match[str]) -> str:
    digits = match[1] or match[2]
    code = int(digits, 16 if match[1] else 10) if len(digits) <= 8 else 0
    legal = code in (9, 10, 13) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD
    return match[0] if legal or 0x10000 <= code <= 0x10FFFF else ""


def _known_entity(match: re.Match[str]) -> str:
    character = html.unescape(match[0])
    return f"&amp;{match[1]};" if character == match[0] else html.escape(character, quote=False)


def _first_change(before: str, after: str) -> str:
    at = next(
        (i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b),
        min(len(before), len(after)),
    )
    return before[max(0, at - 20) : at + 60]


def _step(open_tags: list[str], tag: re.Match[str]) -> None:
    """Open or close a tag in the list of those open; an end tag that fits none is passed over."""
    if not tag[1]:
        if not tag[3]:
            open_tags.append(tag[2])
    elif tag[2] in open_tags:
        while open_tags.pop() != tag[2]:
            pass


def _closed(chunk: str) -> str:
    """Chunk that a file cut off ends in, with the end tags that it lacks."""
    open_tags: list[str] = []
    for match in ANY_TAG.finditer(chunk):
        _step(open_tags, match)
    return re.sub(r"<[^<>]*$", "", chunk) + "".join(f"</{name}>" for name in reversed(open_tags))


def _salvaged(chunk: str) -> Values:
    """Texts of a record that is no XML, by the innermost tag open where they stand."""
    values: Values = {}
    open_tags: list[str] = []
    name, texts = "text", [""]
    position = 0
    for match in [*ANY_TAG.finditer(chunk), None]:
        texts.append(chunk[position : match.start() if match else len(chunk)])
        if match is not None and match[2].lower() in MARK_UP:
            position = match.end()
            continue
        text = " ".join(html.unescape("".join(texts)).split())
        if text:
            values.setdefault(name, []).append(text)
        if match is None:
            break
        texts, position = [], match.end()
        if not match[1]:
            for attribute, _, value in ATTRIBUTE.findall(match[0]):
                if found := html.unescape(value).strip():
                    values.setdefault(f"{match[2]}@{attribute}", []).append(found)
        _step(open_tags, match)
        name = open_tags[-1] if open_tags else "text"
    return values
