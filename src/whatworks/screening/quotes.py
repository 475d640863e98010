"""Whether a quote stands in a text, and where: what a model says it read must be there to be read.

Differences of typesetting are no differences: white space, quotation marks, dashes, capitals, ligatures, soft
hyphens, accents in one or two characters, tags and entities left in an abstract. All else is: one other word,
and the quote is not found. A number is one word with its sign and its decimals: "5 points" is not quoted from
"-5 points" or "10.5 points", though it is from "3-5 points", where the dash stands between two numbers.
"""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["LEAST_LETTERS", "FoundQuote", "find_quote"]

# Shorter ones stand in nearly every text and show nothing.
LEAST_LETTERS = 6

_QUOTES = frozenset("'\"`´‘’‚‛“”„‟‹›«»′″‴ʹʺʻʼʽˈ＇＂「」『』")
# NFKD takes ﬁ and ﬂ apart and leaves these whole.
_LETTERS = {"æ": "ae", "œ": "oe"}
# What may be the sign of a number, as it is typed; longer dashes never are.
_MINUSES = frozenset("-‐‑‒–−﹣－")
_MINUS = "−"
_LONG_DASH = "—"
# A dash right behind one of these stands between two things, as behind a letter or a digit.
_CLOSING = frozenset(")]}%°-")
_RELATIONS = frozenset("=<>≤≥≈≅~±")
# What holds the two sides of one number together: points, and the bar that NFKD makes of "½".
_IN_NUMBER = frozenset(".,·⁄")
_BLOCK = r"</?(?:p|br|div|li|jats:p|jats:title|jats:sec)\b[^<>]{0,80}>"
_TAG = r"</?(?:i|b|u|em|sub|sup|sc|span|bold|italic|strong|jats:[\w-]+)\b[^<>]{0,80}>"
_ENTITY = r"&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[A-Za-z]\w{1,30});"
_PIECE = re.compile(rf"(?P<block>{_BLOCK})|{_TAG}|(?P<entity>{_ENTITY})", re.IGNORECASE)
_GAP = re.compile(r"\[\s*(?:\.{3,}|…)\s*\]|\(\s*(?:\.{3,}|…)\s*\)|\.{3,}|(?:\.\s){2,}\.|…")
_LOOSE_ENDS = " .,;:'"
# Writing without blanks between words, by the first word of a character's name.
_UNSPACED = frozenset({"CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN"})
_UNSPACED_WORTH = 3


@dataclass(frozen=True, slots=True)
class FoundQuote:
    """Where a quote stands.

    Attributes
    ----------
    spans
        First and one past the last character of each of its parts, in order; more than one part where the
        quote leaves something out by an ellipsis.
    """

    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class _Folded:
    """A text without its typesetting, and the place of each character in the text as it was."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]


def find_quote(quote: str, text: str, *, least_letters: int = LEAST_LETTERS) -> FoundQuote | None:
    """Return where a quote stands in a text; None if it does not, or is too short to show anything.

    It stands as whole words: "effective" is not quoted from "ineffective". Parts joined by an ellipsis must
    each stand there, in their order and without overlap. Marks around the quote and a full stop or comma at
    its end are left aside.

    Parameters
    ----------
    quote : str
        What is said to stand in the text.
    text : str
        Title or abstract, as it was shown.
    least_letters : int
        Letters and digits that each part must have. A character of a writing without blanks between words
        counts three.

    Examples
    --------
    >>> find_quote("“Co–operative … helps pupils”", "Co-operative learning helps pupils.")
    FoundQuote(spans=((0, 12), (22, 34)))
    """
    parts = [_bare(_fold(part).text) for part in _GAP.split(html.unescape(quote))]
    parts = [part for part in parts if part]
    if not parts or any(_letters(part) < least_letters for part in parts):
        return None
    folded = _fold(text)
    spans = []
    at = 0
    for part in parts:
        # The earliest place leaves most room for the parts behind it.
        place = _next_place(part, folded.text, at)
        if place is None:
            return None
        at = place + len(part)
        spans.append((folded.starts[place], folded.ends[at - 1]))
    return FoundQuote(tuple(spans))


def _bare(part: str) -> str:
    """Take marks off the ends of a part, though not the point that a number begins with."""
    part = part.rstrip(_LOOSE_ENDS)
    bare = part.lstrip(_LOOSE_ENDS)
    has_point = bare[:1].isdigit() and part.endswith(f".{bare}")
    return f".{bare}" if has_point else bare


def _next_place(part: str, text: str, at: int) -> int | None:
    """Return where a part stands next as whole words and numbers; None if nowhere."""
    place = text.find(part, at)
    while place >= 0:
        if not _cuts(text, place) and not _cuts(text, place + len(part)):
            return place
        place = text.find(part, place + 1)
    return None


def _cuts(text: str, at: int) -> bool:
    """Whether a cut before character `at` goes through a word or a number."""
    before, after = text[max(0, at - 2) : at], text[at : at + 2]
    if not before or not after:
        return False
    if _in_word(before[-1]) and _in_word(after[0]):
        return not (_is_unspaced(before[-1]) or _is_unspaced(after[0]))
    # "0.3" is cut on either side of its point, ".3" behind it, and "-0.3" between sign and number.
    if before[-1] in _IN_NUMBER and after[0].isdigit():
        first = before[0] if len(before) == 2 else " "
        if first.isdigit() or (before[-1] in ".·" and not _joins(first)):
            return True
    if len(after) == 2 and after[0] in _IN_NUMBER and before[-1].isdigit() and after[1].isdigit():
        return True
    return before[-1] == _MINUS


def _in_word(character: str) -> bool:
    """Whether a character is part of a word: a letter, a digit or a mark on one."""
    return character.isalnum() or unicodedata.category(character).startswith("M")


def _is_unspaced(character: str) -> bool:
    """Whether a character is of a writing without blanks between words."""
    return character > "\u0e00" and unicodedata.name(character, "").partition(" ")[0] in _UNSPACED


def _letters(part: str) -> int:
    """Return how much a part says: its letters and digits."""
    return sum(
        _UNSPACED_WORTH if _is_unspaced(character) else 1
        for character in part
        if character.isalnum()
    )


def _fold(text: str) -> _Folded:
    """Take the typesetting out of a text."""
    clusters = _clusters(text)
    plain = "".join(characters for characters, _, _ in clusters)
    out: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = -1
    for characters, start, end in clusters:
        for typed in characters:
            at += 1
            character = typed
            if typed == "-" and _is_sign(plain, at):
                character = _MINUS
            elif typed == _LONG_DASH:
                character = "-"
            last = out[-1] if out else " "
            if character == " " and last in (" ", "-", _MINUS):
                continue
            if character in "-'" and last == character:
                continue
            if character == "-" and last == " " and out:
                # Blanks around a dash say nothing.
                out.pop(), starts.pop(), ends.pop()
                if out and out[-1] == "-":
                    continue
            out.append(character)
            starts.append(start)
            ends.append(end)
    return _Folded("".join(out), tuple(starts), tuple(ends))


def _is_sign(plain: str, at: int) -> bool:
    """Whether a dash is the sign of a number, and not a dash between two words or numbers."""
    behind = plain[at + 1 : at + 3]
    before = plain[at - 1] if at else " "
    # "d = - 0.3": what follows a relation is a number, however it is set.
    if before.isspace() and plain[max(0, at - 8) : at].rstrip()[-1:] in _RELATIONS:
        behind = plain[at + 1 : at + 8].lstrip()[:2]
    is_number = behind[:1].isdigit() or (behind[:1] in _IN_NUMBER and behind[1:].isdigit())
    return is_number and not (_joins(before) or before == _LONG_DASH)


def _joins(character: str) -> bool:
    """Whether what stands right behind a character goes on with it."""
    return _in_word(character) or character in _CLOSING


def _clusters(text: str) -> list[tuple[str, int, int]]:
    """Return what stays of each character with its marks, and where they stand."""
    found = []
    at = 0
    while at < len(text):
        piece = _PIECE.match(text, at) if text[at] in "<&" else None
        if piece is not None:
            if piece["entity"]:
                found.append((_plain(html.unescape(piece[0])), at, piece.end()))
            elif piece["block"]:
                found.append((" ", at, piece.end()))
            at = piece.end()
            continue
        end = at + 1
        while end < len(text) and unicodedata.category(text[end]).startswith("M"):
            end += 1
        found.append((_plain(text[at:end]), at, end))
        at = end
    return found


@lru_cache(maxsize=4096)
def _plain(cluster: str) -> str:
    """Return a character and its marks in their plain form; nothing for what cannot be seen."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", cluster).casefold())
    plain = []
    # NFKD makes a blank with an accent of a free-standing accent, which is a quotation mark here.
    for character in cluster if cluster in _QUOTES else folded:
        category = unicodedata.category(character)
        if character in _QUOTES:
            plain.append("'")
        elif character in _MINUSES:
            plain.append("-")
        elif category == "Pd":
            plain.append(_LONG_DASH)
        elif category == "Cf":
            continue
        elif category.startswith("Z") or category == "Cc":
            plain.append(" ")
        else:
            plain.append(_LETTERS.get(character, character))
    return "".join(plain)
