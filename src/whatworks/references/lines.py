"""Lines of a text and where their first bytes stand in the file."""

from __future__ import annotations

import codecs
import re
from itertools import accumulate

__all__ = ["byte_offset", "line_starts", "split_lines"]

# Only what text editors call line ends: U+2028, form feeds and the like occur inside abstracts.
LINE_END = re.compile(r"\r\n|\r|\n")
LINE_END_BYTES = re.compile(rb"\r\n|\r|\n")

BOMS = (
    codecs.BOM_UTF8,
    codecs.BOM_UTF32_LE,
    codecs.BOM_UTF32_BE,
    codecs.BOM_UTF16_LE,
    codecs.BOM_UTF16_BE,
)


def split_lines(text: str) -> list[str]:
    """Return the lines of a text without their ends; line n of the file is element n - 1."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.split("\n")


def line_starts(data: bytes, encoding: str) -> list[int]:
    """Return the byte offset of the first byte of every line, after a byte-order mark.

    Parameters
    ----------
    data : bytes
        The file as it is.
    encoding : str
        Encoding it was read with. Line ends are single bytes in all but UTF-16 and UTF-32.
    """
    first = next((len(bom) for bom in BOMS if data.startswith(bom)), 0)
    wide = re.match(r"utf[-_]?(16|32)", encoding.lower())
    if wide is None:
        return _narrow_starts(data, first)
    codec = _wide_codec(data, encoding, int(wide[1]))
    text = data[first:].decode(codec, errors="replace")
    width = int(wide[1]) // 8
    starts = [first]
    position, at = first, 0
    for match in LINE_END.finditer(text):
        position += _width(text[at : match.end()], width)
        at = match.end()
        starts.append(position)
    return starts


def _narrow_starts(data: bytes, first: int) -> list[int]:
    """Offsets where every line end is made of single bytes."""
    n_returns = data.count(b"\r")
    if n_returns == 0 or n_returns == data.count(b"\r\n"):
        widths = (len(line) + 1 for line in data[first:].split(b"\n")[:-1])
        return list(accumulate(widths, initial=first))
    return [first, *(match.end() for match in LINE_END_BYTES.finditer(data, first))]


def byte_offset(starts: list[int], lines: list[str], line: int, column: int, encoding: str) -> int:
    """Return the offset of a character: `line` from 1, `column` in characters from 0."""
    start = starts[line - 1]
    if column == 0:
        return start
    prefix = lines[line - 1][:column]
    wide = re.match(r"utf[-_]?(16|32)", encoding.lower())
    if wide is not None:
        return start + _width(prefix, int(wide[1]) // 8)
    return start + len(prefix.encode(encoding.replace("-sig", ""), errors="replace"))


def _width(text: str, unit: int) -> int:
    """Bytes of a text in UTF-16 (unit 2) or UTF-32 (unit 4)."""
    if unit == 4:
        return 4 * len(text)
    return 2 * len(text) + 2 * sum(character > "\uffff" for character in text)


def _wide_codec(data: bytes, encoding: str, bits: int) -> str:
    """Codec with its byte order spelt out."""
    name = encoding.lower().replace("_", "-")
    if name.endswith(("le", "be")):
        return name
    big = codecs.BOM_UTF16_BE if bits == 16 else codecs.BOM_UTF32_BE
    return f"utf-{bits}-{'be' if data.startswith(big) else 'le'}"
