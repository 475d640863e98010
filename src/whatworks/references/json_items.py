"""The items of a JSON file, found one by one, so that one broken item does not cost the others."""

from __future__ import annotations

import bisect
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from whatworks.references.entries import Entry, Parsed
from whatworks.references.import_report import ReportIssue, quote

__all__ = [
    "UNREADABLE",
    "JsonItem",
    "as_text",
    "find_items",
    "item_values",
    "read_list",
]

# Under which the text of an item that is not well-formed is kept.
UNREADABLE = "unreadable"
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\Z)|[\[\]{},:]', re.DOTALL)
# The same, but a text that is not closed ends with its line.
TOKEN_OF_LINE = re.compile(r'"(?:[^"\\\n]|\\.)*(?:"|$)|[\[\]{},:]', re.MULTILINE)
# Brackets around an item, as in {"message": {"items": [
MAX_DEPTH = 3
STRUCTURE = re.compile(r"[\s,\[\]{}]+")
SURROGATE = re.compile(r"[\ud800-\udfff]")


ToValues = Callable[[dict[str, Any]], dict[str, list[str]]]


@dataclass(frozen=True, slots=True)
class JsonItem:
    """One object of the list, as text.

    Attributes
    ----------
    start, end
        Where it stands in the text.
    closed
        Whether its last brace is there.
    """

    start: int
    end: int
    closed: bool


@dataclass(slots=True)
class _Open:
    """A bracket that is open: its sign, the key it stands under, where, and the key read last."""

    sign: str
    key: str | None
    start: int
    last_key: str | None = None


def find_items(
    text: str, list_names: frozenset[str], token_pattern: re.Pattern[str] = TOKEN
) -> list[JsonItem]:
    """Return the objects of the list a file holds, counted by its brackets, without a parser.

    The list may be the whole file, stand under one of the names ("message.items": under the second
    within the first), or be left out (one object, or one after the other). An object that begins where a key should stand shows that the one before
    it was not closed.
    """
    items: list[JsonItem] = []
    stack: list[_Open] = []
    whole: list[JsonItem] = []  # objects that are in no list
    before = ""
    for match in token_pattern.finditer(text):
        token = match[0]
        if token[0] in "[{":
            if token == "{" and before != ":" and stack and stack[-1].sign == "{":
                _close_item(stack, items, match.start(), list_names)
            key = stack[-1].last_key if stack and stack[-1].sign == "{" else None
            stack.append(_Open(token, key, match.start()))
        elif token in ("]", "}"):
            if stack and stack[-1].sign == "[{"["]}".index(token)]:
                opened = stack.pop()
                if token == "}" and _is_listed(stack, list_names):
                    items.append(JsonItem(opened.start, match.end(), True))
                elif token == "}" and not stack:
                    whole.append(JsonItem(opened.start, match.end(), True))
        elif token[0] == '"' and stack and stack[-1].sign == "{" and before in ("{", ","):
            stack[-1].last_key = token[1:-1]
        before = token[0]
    for depth, opened in enumerate(stack):
        if opened.sign == "{" and _is_listed(stack[:depth], list_names):
            items.append(JsonItem(opened.start, len(text), False))
            break
    else:
        if stack and stack[0].sign == "{" and not items:
            whole.append(JsonItem(stack[0].start, len(text), False))
    starts = sorted(item.start for item in items)
    lone = [item for item in whole if not _any_between(starts, item.start, item.end)]
    return sorted([*items, *lone], key=lambda item: item.start)


def _any_between(starts: list[int], low: int, high: int) -> bool:
    at = bisect.bisect_right(starts, low)
    return at < len(starts) and starts[at] < high


def _is_listed(stack: list[_Open], list_names: frozenset[str]) -> bool:
    """Whether what stands on the stack is the list of items."""
    if len(stack) < 2:
        return bool(stack) and stack[0].sign == "["
    return (
        len(stack) <= MAX_DEPTH
        and stack[-1].sign == "["
        and all(opened.sign == "{" for opened in stack[:-1])
        and ".".join(opened.key or "" for opened in stack[1:]) in list_names
    )


def _close_item(
    stack: list[_Open], items: list[JsonItem], at: int, list_names: frozenset[str]
) -> None:
    """End the item that is open where another begins."""
    for depth in range(len(stack)):
        if stack[depth].sign == "{" and _is_listed(stack[:depth], list_names):
            items.append(JsonItem(stack[depth].start, at, False))
            del stack[depth:]
            return


def read_list(text: str, list_names: frozenset[str], to_values: ToValues | None = None) -> Parsed:
    """Return the items of a file as entries, with all that is not well-formed or not an item.

    An item that cannot be read is kept as its text. Where there are such, a quotation mark may be
    missing: then texts are taken to end with their lines, if more items can be read so.

    Parameters
    ----------
    text : str
        The file, with LF line ends.
    list_names : frozenset of str
        Keys under which the list may stand.
    to_values : callable, optional
        Turns an object into values by tag; `item_values` if left out.
    """
    to_values = to_values or item_values
    items = find_items(text, list_names)
    entries, issues = _read_items(text, items, to_values)
    if any(UNREADABLE in entry.values for entry in entries):
        others = find_items(text, list_names, TOKEN_OF_LINE)
        other_entries, other_issues = _read_items(text, others, to_values)
        if _n_readable(other_entries) > _n_readable(entries):
            items, entries, issues = others, other_entries, other_issues
    return Parsed(len(items), entries, [*_outside_issues(text, items, list_names), *issues])


def _n_readable(entries: list[Entry]) -> int:
    return sum(UNREADABLE not in entry.values for entry in entries)


def _read_items(
    text: str, items: list[JsonItem], to_values: ToValues
) -> tuple[list[Entry], list[ReportIssue]]:
    """One entry for each item, and what is not well-formed."""
    line_starts = _line_starts(text)
    entries: list[Entry] = []
    issues: list[ReportIssue] = []
    for item in items:
        line = bisect.bisect_right(line_starts, item.start)
        column = item.start - line_starts[line - 1]
        raw = text[item.start : item.end]
        try:
            # Not strict: line ends inside a text are not JSON, but some programs write them.
            found = json.loads(raw, object_pairs_hook=_with_repeated_keys, strict=False)
        except (ValueError, RecursionError):
            raw = raw.strip().rstrip(",").rstrip()
            issues.append(
                ReportIssue(
                    line,
                    "An item that is not well-formed JSON.",
                    f'Its text was kept under "{UNREADABLE}".',
                    quote(raw),
                )
            )
            entries.append(Entry(line, column, {UNREADABLE: [raw]}))
            continue
        values, is_mended = _mended(to_values(found))
        if is_mended:
            issues.append(
                ReportIssue(
                    line,
                    "Half of a character (a lone surrogate).",
                    "It was replaced by U+FFFD.",
                )
            )
        entries.append(Entry(line, column, values))
    return entries, issues


def item_values(item: dict[str, Any]) -> dict[str, list[str]]:
    """Return the values of an object by key: texts as they are, all else as JSON.

    The elements of a list are values of their own; what is empty or null is left out.
    """
    values: dict[str, list[str]] = {}
    for key, value in item.items():
        parts = value if isinstance(value, list) else [value]
        texts = [as_text(part) for part in parts]
        filled = [text for text in texts if text]
        if filled:
            values[key] = filled
    return values


def as_text(value: object) -> str:
    """Return a text without surrounding blanks, anything else as JSON, nothing as ""."""
    if value is None or value == [] or value == {}:
        return ""
    if isinstance(value, str):
        return value.strip()
    return json.dumps(value, ensure_ascii=False)


def _outside_issues(
    text: str, items: list[JsonItem], list_names: frozenset[str]
) -> list[ReportIssue]:
    """One issue for each text between the items that is more than brackets and commas."""
    issues: list[ReportIssue] = []
    line_starts = _line_starts(text)
    at = 0
    for start, end in [*((item.start, item.end) for item in items), (len(text), len(text))]:
        between = text[at:start]
        told = between
        for name in sorted({part for path in list_names for part in path.split(".")}):
            told = re.sub(rf'"{name}"\s*:', "", told)
        if STRUCTURE.sub("", told):
            first = at + len(between) - len(between.lstrip(" \t\r\n,"))
            issues.append(
                ReportIssue(
                    bisect.bisect_right(line_starts, first),
                    "Text outside any item.",
                    "It was skipped.",
                    quote(between),
                    between.strip().count("\n") + 1,
                )
            )
        at = end
    return issues


def _line_starts(text: str) -> list[int]:
    return [0, *(match.end() for match in re.finditer("\n", text))]


def _with_repeated_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Object in which the second value of a repeated key has a name of its own."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        name, n = key, 1
        while name in found:
            n += 1
            name = f"{key} ({n})"
        found[name] = value
    return found


def _mended(values: dict[str, list[str]]) -> tuple[dict[str, list[str]], bool]:
    """Values without halves of characters, which no file could be written with."""
    if not any(SURROGATE.search(text) for tag, found in values.items() for text in (tag, *found)):
        return values, False
    return {_whole(tag): [_whole(text) for text in found] for tag, found in values.items()}, True


def _whole(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
