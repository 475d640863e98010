"""Titles, names and journals in one plain spelling: lower-case words without accents or mark-up."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["ABOUT_AT_END", "BRACKETED", "STOP_WORDS", "bare_title", "plain", "words_of"]

WORD = re.compile(r"[^\W_]+")
# ASCII signs that no word is made of.
BLANKS = {code: " " for code in range(128) if not chr(code).isalnum()}
MARK_UP = re.compile(
    r"</?(?:i|b|u|em|p|sub|sup|sc|span|bold|italic|strong|jats:[\w-]+|mml:[\w-]+)\b[^>]{0,80}>"
    r"|&lt;/?\w{1,6}&gt;|&(?:amp|nbsp|quot|#\d{2,5});",
    re.IGNORECASE,
)
# A part of a larger work is no note: "[Preface and Part I]".
PART = r"parts?|vol|volume|chapters?|sections?|phase|preface|appendix|appendices|supplement"
BRACKETED = re.compile(rf"\[(?![^\[\]]*\b(?:{PART})\b)[^\[\]]*\]", re.IGNORECASE)
# What indexers add in round brackets at the end: what kind of record this is.
NOTE_AT_END = re.compile(
    r"\((?:[^()]{0,40}\b)?(?:abstract|record|review|refs?|letters?|editorial|comment|meeting|summary"
    r"|translated|author'?s transl|transl)\b[^()]{0,40}\)[\s.]*$",
    re.IGNORECASE,
)
# "... N Engl J Med. 2009 Jan 29;360(5):544-6": what the article is a comment on.
CITATION_AT_END = re.compile(r"(?:\.\.\.|…)\s*[A-Z].{0,80}?\b(?:19|20)\d\d\b[^;]{0,20};\d+.*$")
# What a correction is about. Web of Science: "(vol 360, pg 542, 2009)"; Embase: "(Journal (2009) 360
# (542-544))".
ABOUT_AT_END = re.compile(
    r"\((?:vol \d+[a-z]?,? (?:pg|pp?|art|no)\b[^)]*"
    r"|[^()]{4,}\((?:19|20)\d\d\) \d+:?[^()]{0,8}\([^()]{1,20}\)[^()]{0,40})\)\W*$",
    re.IGNORECASE,
)
# A title wholly in brackets is a translated one; a bracket shorter than this is a note.
SHORTEST_TITLE = 25

SAME_LETTERS = str.maketrans(
    {
        **dict.fromkeys("'’‘ʼ`´", ""),
        **{"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe"},
        **{"ı": "i", "&": " and ", "®": " ", "™": " "},
        **{"α": " alpha ", "β": " beta ", "γ": " gamma ", "δ": " delta ", "κ": " kappa "},
        **{"λ": " lambda ", "μ": " mu ", "µ": " mu ", "σ": " sigma ", "ω": " omega "},
    }
)
STOP_WORDS = frozenset(
    WORD.findall(
        "a an and as at by for from in into is its of on or the to with "
        "de des du la le les et en der die das und el los las y un una del di e il"
    )
)


def plain(text: str) -> str:
    """Return a text in lower case, without accents, ligatures as their letters."""
    low = _unscrambled(text).lower()
    if low.isascii():
        # What `SAME_LETTERS` does to such a text, in a tenth of the time.
        return low.replace("'", "").replace("`", "").replace("&", " and ")
    low = low.translate(SAME_LETTERS)
    if low.isascii():
        return low
    split = unicodedata.normalize("NFKD", low)
    return "".join(sign for sign in split if not unicodedata.combining(sign))


def _unscrambled(text: str) -> str:
    """Return a text whose UTF-8 was once read as Windows-1252 ("naÃ¯ve") as it was meant."""
    if "Ã" not in text and "â€" not in text:
        return text
    try:
        return text.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return text


def words_of(text: str) -> list[str]:
    """Return the words and numbers of a plain text, in order."""
    # The same in a fifth of the time.
    return text.translate(BLANKS).split() if text.isascii() else WORD.findall(text)


def bare_title(title: str) -> str:
    """Return a title without mark-up and without what indexers add to it.

    Notes in square brackets ("[Review] [33 refs]", "[Erratum appears in ...]", "[French]") and notes on
    the kind of record in round brackets at the end are left out. A title wholly in square brackets
    is a translated one and keeps its words.

    Examples
    --------
    >>> bare_title("[Kidney donation]. [Spanish]")
    'Kidney donation.'
    >>> bare_title("Reading aloud [Review] [33 refs]").strip()
    'Reading aloud'
    """
    text = title.strip()
    if text.startswith("["):
        text = _opened(text)
    if "<" in text or "&" in text:
        text = MARK_UP.sub(" ", text)
    if "[" in text:
        previous = None
        while previous != text:
            previous, text = text, BRACKETED.sub(" ", text)
        # An opening bracket without its partner: the note was cut off.
        at = text.rfind("[")
        text = text[:at] if at >= SHORTEST_TITLE and "]" not in text[at:] else text
    if "(" in text:
        text = NOTE_AT_END.sub(" ", ABOUT_AT_END.sub(" ", text))
    if ".." in text or "…" in text:
        text = CITATION_AT_END.sub(" ", text)
    return text.strip()


def _opened(text: str) -> str:
    """Take off the bracket around a translated title; leave a note in brackets as it is."""
    depth = 0
    for at, sign in enumerate(text):
        depth += (sign == "[") - (sign == "]")
        if depth == 0:
            inside = text[1:at]
            is_title = len(inside) >= SHORTEST_TITLE or len(words_of(text[at:])) <= 1
            return inside + text[at + 1 :] if is_title else text
    return text[1:]
