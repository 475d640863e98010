"""Text of TeX values: accents and signs as characters, braces and mathematics marks gone."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from whatworks.references.quiet import quiet
from whatworks.references.tex_symbols import FORMATTING, LETTERS, SPACES, SYMBOLS

__all__ = ["TexText", "read_tex", "text_of_address", "text_of_tex"]

# The decoder's time grows with the square; no word or formula is as long.
MAX_TEX = 20_000
N_REMEMBERED = 4_096
COMBINING = {
    '"': "\u0308", "'": "\u0301", "`": "\u0300", "^": "\u0302", "~": "\u0303", "=": "\u0304",
    ".": "\u0307", "c": "\u0327", "u": "\u0306", "v": "\u030c", "H": "\u030b", "k": "\u0328",
    "r": "\u030a", "d": "\u0323", "b": "\u0331",
}  # fmt: skip
# An accent over one letter: \"o, \"{o}, \v{c}, \v c, \'\i, \'{\i}.
ACCENT = re.compile(
    r"(?<!\\)\\(?:([\"'`^~=.])\s*|([cuvHkrdb])(?:\s+|(?=\{)))"
    r"(?:\{(\\[ij]|[^\W\d_])\}|(\\[ij])(?![A-Za-z])\s*|([^\W\d_]))"
)
LONE_ACCENT = {r"\~{}": r"\textasciitilde{}", r"\^{}": r"\textasciicircum{}"}
UNESCAPED = re.compile(r"(?<!\\)[%&]")
# A command's name with the blanks after it, or any other sign after a backslash.
COMMAND = re.compile(r"\\(?:([A-Za-z]+)\*?(\s*)|(.))", re.DOTALL)
HOLDING = re.compile(r"\{\s*[^}\s]")
CONTROL_SIGNS = {"-": "", "/": "", "@": "", "!": "", " ": " ", "\n": " ", ",": " ", ";": " "}
# What the decoder knows and answers without the text that stands there, or with today's date.
LOSES_TEXT = frozenset(
    {
        "title", "author", "date", "maketitle", "today", "input", "include", "includegraphics",
        "hspace", "vspace",
    }
)  # fmt: skip
GROUP = r"\{((?:[^{}\\]|\\.|\{[^{}]*\})*)\}"
ADDRESS = re.compile(
    rf"\\(?:url|path|nolinkurl)\s*{GROUP}|\\(?:verb|path|url)([^\w\s{{}}\\*])(.*?)\2", re.DOTALL
)
BRACED = re.compile(r"\{([^{}]*)\}")
LINK = re.compile(rf"\\href\s*{GROUP}\s*(?=\{{)", re.DOTALL)
DOLLAR = re.compile(r"(?<!\\)\$")
MATHEMATICS = re.compile(r"(?<!\\)(?:(\$\$)(.+?)\$\$|\$([^$]+?)(?<!\\)\$)", re.DOTALL)
MATHEMATICS_SIGN = re.compile(r"(?<!\\)[\^_]|\\[A-Za-z]")
# What is left in a value without commands of its own.
MARK = re.compile(
    r"\\([%&_#${}])|\\(textbackslash|textasciitilde|textasciicircum)(?![A-Za-z])(?:\{\}|\s+)?"
    r"|---?|``|''|[!?]`|[{}~]"
)
MARKS = {
    "{": "", "}": "", "~": " ", "--": "–", "---": "—", "``": "“", "''": "”", "!`": "¡", "?`": "¿",
    "textbackslash": "\\", "textasciitilde": "~", "textasciicircum": "^",
}  # fmt: skip
EDGE = re.compile(r"\\.|[{}]|\$\$?|\s+", re.DOTALL)
# In an address: a sign that was escaped or put into braces.
CODE = r"\\(?:[%&_#$~]|(?:textless|textgreater|textunderscore|textasciitilde|sim)(?![A-Za-z]))"
IN_ADDRESS = re.compile(rf"\{{({CODE}|[%&_#~^<>])(?:\{{\}})?\}}|\$(\\sim)\$|({CODE})(?:\{{\}})?")
SIGN_OF = {"textless": "<", "textgreater": ">", "textunderscore": "_"} | dict.fromkeys(
    ["textasciitilde", "sim"], "~"
)
AS_TEX = str.maketrans(
    {sign: "\\" + sign for sign in "%&$#_{}"}
    | {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    | {sign: f"{{{sign}}}" for sign in "-'`"}
)


@dataclass(frozen=True, slots=True)
class TexText:
    """Text of a TeX value, and what of it is not in the text.

    Attributes
    ----------
    text
        The text, blanks made one.
    unknown
        Commands that are not known; their names or what they hold are in the text.
    addresses
        Where links point to, of which the text holds only the words.
    is_raw
        Whether some TeX stands in the text as it was, since it could not be read.
    """

    text: str
    unknown: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    is_raw: bool = False


def text_of_tex(value: str) -> str:
    """Return the text of a TeX value."""
    if "\\" in value or "$" in value:
        return read_tex(value).text
    return _plain(value)


@lru_cache(maxsize=N_REMEMBERED)
def read_tex(value: str) -> TexText:
    """Return the text of a TeX value and what was not understood.

    Accents and signs are put in here; only formulas and rarer commands go to the decoder, word by
    word, since it needs ten milliseconds for an abstract.
    """
    unknown: list[str] = []
    addresses: list[str] = []
    has_table = r"\begin" in value
    # In a table these signs part cells and begin comments; elsewhere someone forgot to escape them.
    text = value if has_table else UNESCAPED.sub(r"\\\g<0>", value)
    text = ADDRESS.sub(lambda match: text_of_address(_held(match)).translate(AS_TEX), text)
    text = LINK.sub(lambda match: _set_aside(match[1], addresses), text)
    for accent, sign in LONE_ACCENT.items():
        text = text.replace(accent, sign)
    text = ACCENT.sub(_accented, text)
    text = COMMAND.sub(lambda match: _named(match, unknown), text)
    text = _money_escaped(text)
    words: list[str] = []
    is_raw = False
    for piece in [text] if has_table or _is_plain(text) else _pieces(text):
        read = _read_piece(piece)
        is_raw = is_raw or read is None
        words.append(piece if read is None else read)
    return TexText(
        " ".join(" ".join(words).split()), tuple(dict.fromkeys(unknown)), tuple(addresses), is_raw
    )


def text_of_address(value: str) -> str:
    """Return an address or identifier without the TeX that was put around its signs."""
    if "\\" not in value and "{" not in value:
        return value
    whole = ADDRESS.fullmatch(value) or BRACED.fullmatch(value)
    return IN_ADDRESS.sub(
        lambda match: SIGN_OF.get(name := (match[1] or match[2] or match[3]).lstrip("\\"), name),
        _held(whole) if whole else value,
    )


def _held(match: re.Match[str]) -> str:
    """Text that an address or verbatim command holds: its last group."""
    return match[match.lastindex or 0]


def _set_aside(address: str, addresses: list[str]) -> str:
    """Note where a link points to; its words, which follow, are the text."""
    addresses.append(text_of_address(address))
    return ""


def _accented(match: re.Match[str]) -> str:
    letter = (match[3] or match[4] or match[5]).removeprefix("\\")
    return unicodedata.normalize("NFC", letter + COMBINING[match[1] or match[2]])


def _named(match: re.Match[str], unknown: list[str]) -> str:
    """Text of a command; one that is not known is left to the decoder or keeps its name."""
    name, blank, sign = match.groups()
    if name is None:
        return CONTROL_SIGNS.get(sign, match[0])
    if name in LETTERS:
        return LETTERS[name]
    if name in SYMBOLS:
        return SYMBOLS[name] + blank
    if name in FORMATTING:
        return ""
    if name in SPACES:
        return " "
    if _is_known(name):
        return match[0]
    unknown.append("\\" + name)
    # What it holds is its text; without that, its name is all there is.
    return "" if HOLDING.match(match.string, match.end()) else name + blank


@cache
def _is_known(name: str) -> bool:
    """Whether the decoder has text for a command."""
    return name not in LOSES_TEXT and _decoder().latex_context.get_macro_spec(name) is not None


def _money_escaped(text: str) -> str:
    """Text in which a dollar sign that is no mark of mathematics is escaped."""
    done: list[str] = []
    at = 0
    while dollar := DOLLAR.search(text, at):
        formula = MATHEMATICS.match(text, dollar.start())
        if formula and _is_mathematics(formula):
            done.append(text[at : formula.end()])
            at = formula.end()
        else:
            done.append(text[at : dollar.start()] + r"\$")
            at = dollar.end()
    return "".join([*done, text[at:]])


def _is_mathematics(match: re.Match[str]) -> bool:
    """Whether two dollar signs hold a formula: "$x$" does, "$5 to $10" and "US$ 5, US$ 6" do not.

    Without a sign of mathematics between them, blanks may not stand inside (Pandoc's rule).
    """
    content = match[3]
    if content is None or MATHEMATICS_SIGN.search(content):
        return True
    if content != content.strip():
        return False
    is_followed_by_digit = match.string[match.end() : match.end() + 1].isdigit()
    return not (content[0].isdigit() and (" " in content or is_followed_by_digit))


def _pieces(text: str) -> list[str]:
    """Words of a text; what stands in braces or is a formula is not parted."""
    pieces: list[str] = []
    depth = start = 0
    in_formula = False
    for match in EDGE.finditer(text):
        edge = match[0]
        if edge == "{":
            depth += 1
        elif edge == "}":
            depth = max(depth - 1, 0)
        elif edge[0] == "$":
            in_formula = not in_formula
        elif edge.isspace() and depth == 0 and not in_formula:
            pieces.append(text[start : match.start()])
            start = match.end()
    return [*pieces, text[start:]]


def _read_piece(piece: str) -> str | None:
    """Text of a piece; None if the decoder cannot read it."""
    if _is_plain(piece):
        return _plain(piece)
    if len(piece) > MAX_TEX:
        return None
    try:
        with quiet("pylatexenc"):
            text = str(_decoder().latex_to_text(piece))
    except Exception:  # the library raises many kinds; the raw text is better than none
        return None
    # Its own pattern, where what a command must hold is missing.
    return None if "%s" in text and "%s" not in piece else text


def _is_plain(text: str) -> bool:
    """Whether no command and no formula is left in a text."""
    if "\\" not in text and "$" not in text:
        return True
    rest = MARK.sub("", text)
    return "\\" not in rest and "$" not in rest


def _plain(text: str) -> str:
    """Text without commands: braces gone, dashes and quotation marks as characters."""
    return " ".join(MARK.sub(lambda match: match[1] or MARKS[match[2] or match[0]], text).split())


@cache
def _decoder() -> Any:
    # It comes with bibtexparser, whose own decoding turns a whole entry into an error block.
    from pylatexenc.latex2text import LatexNodes2Text

    return LatexNodes2Text(math_mode="text", keep_comments=True)
