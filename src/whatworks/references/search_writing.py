"""Slips in one line of a search strategy that matter on every platform: brackets, quotes, operators."""

from __future__ import annotations

import re
from collections.abc import Iterator

from whatworks.references.search_findings import SearchFinding
from whatworks.references.search_lines import SearchLine
from whatworks.references.search_tokens import CURLY, Token, tokens_of, without_phrases

__all__ = ["writing_findings"]

# A word in these letters is a slip only where an operator must stand: OT is occupational therapy too.
MISTYPED = {
    "ADN": "AND",
    "NAD": "AND",
    "ANDD": "AND",
    "AAND": "AND",
    "OT": "OR",
    "RO": "OR",
    "ORR": "OR",
    "OOR": "OR",
    "NTO": "NOT",
    "ONT": "NOT",
}
PAIRS = (("(", ")"), ("[", "]"), ("{", "}"))
QUOTES_AS_SINGLE = "\u2018\u201a"


def writing_findings(line: SearchLine) -> Iterator[SearchFinding]:
    """Yield slips that need no knowledge of the platform."""
    yield from _quotes(line)
    yield from _brackets(line)
    tokens = tokens_of(line.text)
    yield from _mistyped(line, tokens)
    yield from _stranded(line, tokens)


def _quotes(line: SearchLine) -> Iterator[SearchFinding]:
    curly = [sign for sign in line.text if sign in CURLY]
    opening = re.search(rf"(?<!\w)[{QUOTES_AS_SINGLE}]", line.text)
    if curly or opening is not None:
        sign = curly[0] if curly else line.text[opening.start()] if opening is not None else ""
        yield SearchFinding(
            line.number,
            line.at,
            "typographic_quotes",
            "error",
            f"Typographic quotation marks ({sign}).",
            "Some platforms take them for letters: the phrase then falls apart or finds nothing. "
            "Word processors put them in.",
            'Write straight ones ("), run the line again, and compare the hits.',
        )
    straight = re.sub(f"[{CURLY}]", '"', line.text)
    if straight.count('"') % 2:
        yield SearchFinding(
            line.number,
            line.at,
            "quotes",
            "error",
            "A quotation mark is opened and not closed.",
            "Everything after it is read as one phrase, or the line is refused.",
            "Close it where the phrase ends.",
        )


def _brackets(line: SearchLine) -> Iterator[SearchFinding]:
    text = without_phrases(line.text)
    for opening, closing in PAIRS:
        depth, early = 0, False
        for sign in text:
            depth += (sign == opening) - (sign == closing)
            if depth < 0:
                early, depth = True, 0
        missing = text.count(opening) - text.count(closing)
        if missing == 0 and not early:
            continue
        if missing > 0:
            what = f'{missing} "{opening}" without "{closing}".'
        elif missing < 0:
            what = f'{-missing} "{closing}" without "{opening}".'
        else:
            what = f'A "{closing}" stands before its "{opening}".'
        yield SearchFinding(
            line.number,
            line.at,
            "brackets",
            "error",
            what,
            "The platform refuses the line or closes the bracket somewhere else: other terms are "
            "combined than were meant.",
            "Count the brackets of each group of synonyms, and close each.",
        )


def _mistyped(line: SearchLine, tokens: list[Token]) -> Iterator[SearchFinding]:
    """Yield words in an operator's place: certain between finished terms, likely between words."""
    for at, token in enumerate(tokens):
        if token.kind != "term":
            continue
        before = tokens[at - 1].kind if at else ""
        after = tokens[at + 1].kind if at + 1 < len(tokens) else ""
        words = token.text.split()
        for place, word in enumerate(words):
            if word not in MISTYPED:
                continue
            left = words[place - 1] if place else ")" if before in ("close", "field") else ""
            right = words[place + 1] if place + 1 < len(words) else "(" if after == "open" else ""
            if not left or not right:
                continue
            is_certain = left[-1] in '*$?#")' or right[0] in '"('
            yield SearchFinding(
                line.number,
                line.at,
                "mistyped_operator",
                "error" if is_certain else "check",
                f'"{word}" stands where an operator can stand.',
                "If it is not a word of the search, an operator is missing, and it is searched as one.",
                f"Write {MISTYPED[word]}, or put the phrase it belongs to into quotation marks.",
            )


def _stranded(line: SearchLine, tokens: list[Token]) -> Iterator[SearchFinding]:
    """Operators without something to combine on both sides."""
    solid = [token for token in tokens if token.kind != "field" or not _is_suffix(token)]
    for at, token in enumerate(solid):
        if token.kind not in ("operator", "near"):
            continue
        before = solid[at - 1] if at else None
        after = solid[at + 1] if at + 1 < len(solid) else None
        # NOT may follow AND or OR, or begin a group on platforms that allow it.
        is_not = token.text.lower() == "not"
        left_missing = before is None or before.kind in ("open", "operator", "near")
        right_missing = (
            after is None
            or after.kind in ("close", "near")
            or (after.kind == "operator" and after.text.lower() != "not")
        )
        if (left_missing and not is_not) or right_missing:
            yield SearchFinding(
                line.number,
                line.at,
                "stranded_operator",
                "error",
                f'"{token.text}" has nothing to combine on {"the right" if right_missing else "the left"}.',
                "A term is missing, or the operator is one too many: the platform refuses the line "
                "or guesses.",
                "Add the term, or take the operator out.",
            )


def _is_suffix(token: Token) -> bool:
    """Whether a field follows what it belongs to."""
    return token.text.startswith((".", "[", ":"))
