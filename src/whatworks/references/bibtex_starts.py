"""Where the entries of a BibTeX file start, told from its text without a parser."""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate

__all__ = ["AT_SIGN", "find_bibtex_starts", "is_entry_start"]

ENTRY_START = re.compile(
    r"@(?P<gap>[ \t]*)(?!(?i:comment|string|preamble)\b)(?P<type>\w+)(?P<space>\s*)(?P<opening>[{(])"
)
# What follows the opening of a real entry: its key and its first field, or the field alone.
KEY_AND_FIELD = re.compile(
    r"\s*(?:[^\s,={}\"]+\s+|[^={}\"\n]*,\s*(?:%[^\n]*\n\s*)*)?[A-Za-z][\w+:.-]*\s*=\s*[{\"\w]"
)
DELIMITER = re.compile(r"(?<!\\)[{}()\"]")
# Lines that are looked at to tell whether one of them starts an entry.
MAX_HEAD = 6
# Stands for an "@" that starts no entry while bibtexparser reads; no character, so in no file.
AT_SIGN = "\ufdd0"


def find_bibtex_starts(lines: list[str]) -> tuple[list[tuple[int, int, str]], list[str]]:
    """Find every entry of a file without a parser.

    An entry starts where "@type{" begins a line or follows another entry. Where blanks or a line
    end stand in between, a key and a field must follow. Inside an entry whose braces close before
    the next one, "@type{" is text, such as a decorator in an abstract, unless a key and a field
    follow.

    Returns
    -------
    tuple
        Index of line, column and entry type of each entry; and as many lines, ready for
        bibtexparser: "@ type {" written "@type{", an opening from the line below gone up, and
        `AT_SIGN` for the "@" of an "@type{" that is text.
    """
    text = "\n".join(lines)
    starts, texts = _starts(text)
    begins = list(accumulate((len(line) + 1 for line in lines), initial=0))
    places = []
    for match in starts:
        at = bisect_right(begins, match.start()) - 1
        places.append((at, match.start() - begins[at], match["type"]))
    changes = [(match, _written_plainly(match)) for match in starts if not _is_plain(match)]
    changes += [(match, AT_SIGN + match[0][1:]) for match in texts]
    if not changes:
        return places, lines
    ready: list[str] = []
    done = 0
    for match, instead in sorted(changes, key=lambda change: change[0].start()):
        ready += [text[done : match.start()], instead]
        done = match.end()
    return places, "".join([*ready, text[done:]]).split("\n")


def is_entry_start(lines: list[str], at: int) -> bool:
    """Return whether an entry starts on this line."""
    if not lines[at].lstrip(" \t").startswith("@"):
        return False
    text = "\n".join(lines[at : at + MAX_HEAD])
    match = ENTRY_START.match(text, text.index("@"))
    return match is not None and (_is_plain(match) or _is_like_an_entry(text, match))


def _starts(text: str) -> tuple[list[re.Match[str]], list[re.Match[str]]]:
    """Return what starts an entry, and what looks like a start within one but is text."""
    found = [match for match in ENTRY_START.finditer(text) if _is_in_place(text, match.start())]
    sure = [match.start() for match in found if _is_like_an_entry(text, match)]
    starts: list[re.Match[str]] = []
    texts: list[re.Match[str]] = []
    # Where the last entry closes: -1 while not known, 0 if nowhere.
    closes = -1
    for match in found:
        at = bisect_right(sure, match.start())
        if at and sure[at - 1] == match.start():
            starts.append(match)
            closes = -1
            continue
        if not _is_plain(match):
            continue
        if closes < 0 and starts:
            # The next sure start ends the search: an entry left open must not swallow it.
            end = sure[at] if at < len(sure) else len(text)
            closes = _closing(text, starts[-1].end("opening"), end, starts[-1]["opening"])
        if match.start() < closes:
            texts.append(match)
        else:
            starts.append(match)
            # After one that was left open, all are entries until a sure one.
            closes = -1 if closes else 0
    return starts, texts


def _is_in_place(text: str, at: int) -> bool:
    """Whether nothing stands before an "@" on its line, or else the end of another entry."""
    while at and text[at - 1] in " \t":
        at -= 1
    return at == 0 or text[at - 1] in "\n}"


def _is_plain(match: re.Match[str]) -> bool:
    """Whether nothing but blanks stands between "@type" and its opening."""
    return not match["gap"] and "\n" not in match["space"]


def _is_like_an_entry(text: str, match: re.Match[str]) -> bool:
    return KEY_AND_FIELD.match(text, match.end()) is not None


def _closing(text: str, start: int, end: int, opening: str) -> int:
    """Return where an entry closes that is open at `start`; 0 if it does not before `end`."""
    depth = 0
    in_quotes = False
    for match in DELIMITER.finditer(text, start, end):
        sign = match[0]
        if sign == "{":
            depth += 1
        elif sign == "}" and depth:
            depth -= 1
        elif sign == '"' and depth == 0:
            in_quotes = not in_quotes
        elif depth == 0 and not in_quotes and (opening, sign) in (("{", "}"), ("(", ")")):
            return match.start()
    return 0


def _written_plainly(match: re.Match[str]) -> str:
    """Start of an entry with its opening right after its type, and as many line ends as before."""
    return f"@{match['type']}{match['opening']}" + "\n" * match["space"].count("\n")
