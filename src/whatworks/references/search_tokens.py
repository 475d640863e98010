"""A line of a search strategy as tokens: terms, operators, brackets, fields, names of other lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from whatworks.references.search_lines import SearchLine
from whatworks.references.search_platforms import Platform

__all__ = ["CURLY", "Reference", "Token", "references_of", "tokens_of", "without_phrases"]

# Typographic quotation marks; platforms differ in whether they take them, none needs them.
CURLY = "\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033"
_STRAIGHT = str.maketrans(dict.fromkeys(CURLY, '"'))

# Fields that follow what they belong to: ".ti,ab.", "[tiab]", ":ti,ab,kw".
_SUFFIX = r"\.[a-z]{2}(?:,[a-z]{2})*\b\.?(?![a-z])|\[[^\]]*\]|:[a-z]{2}(?:,[a-z]{2})*\b"
_MASTER = re.compile(
    rf"""
    (?P<phrase>"[^"]*"[*$]?)
  | (?P<open>[(])
  | (?P<close>[)])
  | (?P<field>
        (?<=[\w*$?\#:")])(?:{_SUFFIX})
      | \[[^\]]*\]
      | (?<![\w-])[a-z]{{2,3}}\s*=
      | (?<![\w-])[a-z][a-z.-]*(?=\()
      | (?<![\w"])[a-z]{{4,}}:(?=["(\w])
      | (?<![\w"])(?-i:TI|AB|SU|DE|TX|KW|MH|MM|MW|MJ|ZU)(?=\s*["(])
    )
  | (?P<near>
        \badj\d*\b
      | (?<![\w/])(?:NEAR|N|W|PRE|P|NEXT)/\d*
      | (?<![\w/])[NW]\d{{1,2}}(?![\w/])
      | \b(?:NEAR|NEXT|SAME)\b
    )
  | (?P<operator>\b(?:and\s+not|and|or|not)\b(?!/))
  | (?P<word>(?:(?!{_SUFFIX})[^\s()"])+|.)
    """,
    re.VERBOSE | re.IGNORECASE,
)
# N3, NEAR and the like are operators in capitals only: "near" and "next" are words.
_CAPITALS_ONLY = re.compile(r"(?:[nw]\d+|near|next|same)$")
_MESH_TAG = re.compile(r"\[(?:mh|mesh|majr)\b", re.IGNORECASE)
_BARE_RANGE = re.compile(r"(?:or|and)/([\d,\s-]+)", re.IGNORECASE)
_BRACED_RANGE = re.compile(r"\{(?:or|and)\s+([#\d,\s-]+)\}", re.IGNORECASE)
_LIMITED = re.compile(r"\b(?:limit|remove duplicates from|from)\s+(\d{1,3})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Token:
    """One token of a line.

    Attributes
    ----------
    kind
        term, operator, near, open, close or field.
    text
        As it stands; several words side by side are one term.
    """

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Reference:
    """That a line names others: those from first to last, and as it was written."""

    first: int
    last: int
    text: str


def without_phrases(text: str) -> str:
    """Return a line with everything inside quotation marks blanked out, the length kept."""
    straight = text.translate(_STRAIGHT)
    return re.sub(r'"[^"]*"', lambda match: '"' + "_" * (len(match[0]) - 2) + '"', straight)


def tokens_of(text: str) -> list[Token]:
    """Return a line's tokens."""
    tokens = list(_tokens(text.translate(_STRAIGHT)))
    joined: list[Token] = []
    for at, token in enumerate(tokens):
        if len(joined) >= 2 and _is_heading_with_and(joined, token, tokens[at + 1 : at + 2]):
            and_ = joined.pop()
            joined[-1] = Token("term", f"{joined[-1].text} {and_.text} {token.text}")
        else:
            joined.append(token)
    return joined


def _is_heading_with_and(before: list[Token], token: Token, after: list[Token]) -> bool:
    """Whether "and" is part of a heading's name, as in wit and humor[mh]."""
    return (
        token.kind == "term"
        and before[-1].text == "and"
        and before[-2].kind == "term"
        and (len(before) < 3 or before[-3].kind in ("operator", "open"))
        and bool(after)
        and _MESH_TAG.match(after[0].text) is not None
    )


def _tokens(text: str) -> Iterator[Token]:
    words: list[str] = []
    for match in _MASTER.finditer(text):
        if match[0].isspace():
            continue
        kind = match.lastgroup or "word"
        # "and (" and "or(" are operators, whatever stands beside them.
        if kind == "field" and match[0].lower() in ("and", "or", "not"):
            kind = "operator"
        if kind == "near" and _CAPITALS_ONLY.match(match[0]):
            kind = "word"
        if kind in ("word", "phrase"):
            words.append(match[0])
            continue
        if words:
            yield Token("term", " ".join(words))
            words = []
        yield Token(kind, match[0])
    if words:
        yield Token("term", " ".join(words))


def references_of(line: SearchLine, platform: Platform | None) -> list[Reference]:
    """Return the other lines that a line names.

    A bare number counts where the platform names lines so, and only if it stands alone between
    operators and brackets: "grade 3" is a term.
    """
    text = without_phrases(line.text)
    marks = platform.numbers if platform is not None else ("", "#", "S")
    found: list[Reference] = []
    for pattern in (_BARE_RANGE, _BRACED_RANGE):
        for match in pattern.finditer(text):
            found += [_part(part) for part in re.split(r"[,\s]+(?!-)", _closed(match[1])) if part]
        text = pattern.sub(" ", text)
    for match in _LIMITED.finditer(text):
        found.append(Reference(int(match[1]), int(match[1]), match[1]))
    text = _LIMITED.sub(" ", text)
    for mark in ("#", "S"):
        if mark in marks:
            pattern = re.compile(
                rf"(?<![\w\"]){mark}(\d{{1,3}})(?:\s*-\s*{mark}?(\d{{1,3}}))?(?!\w)"
            )
            for match in pattern.finditer(text):
                last = match[2] or match[1]
                found.append(Reference(int(match[1]), int(last), match[0]))
            text = pattern.sub(" ", text)
    if "" in marks:
        for token in tokens_of(text):
            match_bare = re.fullmatch(r"(\d{1,3})", token.text)
            if token.kind == "term" and match_bare is not None:
                found.append(Reference(int(token.text), int(token.text), token.text))
    return found


def _closed(ranges: str) -> str:
    """Return "1 - 5, #7" as "1-5,7"."""
    return re.sub(r"\s*-\s*", "-", ranges.replace("#", "")).strip(" ,-")


def _part(part: str) -> Reference:
    """Return "3" or "1-5" as a reference."""
    first, _, last = part.partition("-")
    return Reference(int(first), int(last.partition("-")[0] or first), part)
