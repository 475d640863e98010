"""A search strategy cut into the numbered lines it was run in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

__all__ = ["SearchLine", "Strategy", "read_strategy"]

# "1.", "1)", "#1", "S1", "[S1]", "#1:" and a bare "1" before blanks.
NUMBERED = re.compile(
    r"\s*(?:\[?(?P<mark>[#Ss])\s?(?P<marked>\d{1,3})\]?[.):]?|(?P<dotted>\d{1,3})[.):]|(?P<bare>\d{1,3}))"
    r"(?:\s+|$)(?P<rest>.*)"
)
# How a history shows what a line found: "(1,234)", or a last column.
HITS = re.compile(r"(?:\s*\((?P<bracketed>\d[\d,]*)\)|(?:\t|\s{2,})(?P<column>\d[\d,]*))\s*$")
OPERATOR_AT_END = re.compile(r"(?:\b(?:and|or|not)|[(,])\s*$", re.IGNORECASE)
ONLY_LINES = re.compile(
    r"\s*(?:(?:or|and)/)?[(\s]*(?:[#Ss]?\d{1,3}|\b(?:and|or|not)\b|[(),\s-])+\s*", re.IGNORECASE
)
# Typographic dashes stand for hyphens in ranges.
DASHES = str.maketrans({"\u2013": "-", "\u2014": "-", "\u2212": "-", "\u00a0": " "})


@dataclass(frozen=True, slots=True)
class SearchLine:
    """One line of a strategy.

    Attributes
    ----------
    number
        Its number in the strategy; 1 where it is the only one.
    text
        What was searched, without number and hits.
    at
        Line of the text it begins in; the first is 1.
    hits
        What it found, where the history shows it.
    """

    number: int
    text: str
    at: int
    hits: int | None = None


@dataclass(frozen=True, slots=True)
class Strategy:
    """A strategy's lines in order of their numbers, and what stands before the first.

    Attributes
    ----------
    lines
        At least one, unless the text is empty.
    before
        Lines of the text before the first numbered one, such as the name of the database.
    repeated
        Numbers given to more than one line, with the place of the later one.
    """

    lines: tuple[SearchLine, ...]
    before: tuple[str, ...] = ()
    repeated: tuple[tuple[int, int], ...] = field(default=())


def read_strategy(text: str) -> Strategy:
    """Cut a strategy into lines.

    Numbers at the beginning of lines are believed if they carry a mark (``1.``, ``#1``, ``S1``), bare
    ones if they go up or down by one. Lines without a number continue the one above. In a strategy without numbers, a text in which some line only
    combines others (``1 and 2``, ``or/1-3``) has one numbered line for each line; any other is one
    query, however many lines it is written in.
    """
    rows = [
        (at, row.translate(DASHES).rstrip())
        for at, row in enumerate(text.splitlines(), start=1)
        if row.strip()
    ]
    if not rows:
        return Strategy(())
    numbered = _numbered(rows)
    if numbered is not None:
        return numbered
    if len(rows) > 1 and any(_combines(row) for _, row in rows):
        return Strategy(
            tuple(_line(number, row, at) for number, (at, row) in enumerate(rows, start=1))
        )
    query = " ".join(row.strip() for _, row in rows)
    return Strategy((SearchLine(1, query, rows[0][0]),))


def _combines(row: str) -> bool:
    """Whether a row does nothing but combine other lines."""
    return ONLY_LINES.fullmatch(row) is not None and re.search(r"\d", row) is not None


def _numbered(rows: list[tuple[int, str]]) -> Strategy | None:
    """Return a strategy whose lines carry numbers; None if they do not."""
    found: list[tuple[int, int, list[str]]] = []
    before: list[str] = []
    for at, row in rows:
        number, rest = _number(row, found[-1] if found else None)
        if number is None and not found:
            before.append(row)
        elif number is None:
            found[-1][2].append(row.strip())
        else:
            found.append((number, at, [rest]))
    if not found or (len(found) == 1 and len(rows) > 1):
        return None
    lines: dict[int, SearchLine] = {}
    repeated: list[tuple[int, int]] = []
    for number, at, parts in found:
        if number in lines:
            repeated.append((number, at))
        lines[number] = _line(number, " ".join(part for part in parts if part), at)
    ordered = tuple(lines[number] for number in sorted(lines))
    return Strategy(ordered, tuple(before), tuple(repeated))


def _number(row: str, last: tuple[int, int, list[str]] | None) -> tuple[int | None, str]:
    """Return a row's number and the rest of it; None if the row has no number of its own."""
    match = NUMBERED.fullmatch(row)
    if match is None:
        return None, row
    number = int(match["marked"] or match["dotted"] or match["bare"])
    rest = match["rest"].strip()
    # "#1 OR #2", "S1 AND S2" and "1 or 2" combine; they do not begin a line 1.
    if not match["dotted"] and re.match(r"(?:and|or|not|adj\d*)\s", rest, re.IGNORECASE):
        return None, row
    if last is None:
        follows = number == 1 or match["bare"] is None
    elif match["bare"]:
        follows = abs(number - last[0]) <= 1
    else:
        # Lines may be left out of a report; a row after an operator goes on with the line above.
        follows = OPERATOR_AT_END.search(last[2][-1]) is None
    return (number, rest) if follows else (None, row)


def _line(number: int, text: str, at: int) -> SearchLine:
    """Return a line with its hits taken off."""
    match = HITS.search(text)
    if match is None or not text[: match.start()].strip():
        return SearchLine(number, text.strip(), at)
    hits = int((match["bracketed"] or match["column"]).replace(",", ""))
    return SearchLine(number, text[: match.start()].strip(), at, hits)
