"""Lists of names: what parts one name from the next, however the list was typed.

A value of a tag is one name in most files; in others, and in every cell of a table, it holds all
names of a record.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from whatworks.references.entities import without_entities
from whatworks.references.names import (
    CAPITALS,
    FAMILY,
    INITIALS,
    WORD,
    fits_bare_initials,
    is_body,
    is_plain_person,
    normalise_name,
)

__all__ = ["NAME_REPAIRS", "read_cell_names", "read_names"]

ENTITIES = "Names with HTML entities."
TYPED_LIST = "A list of names in one value."
# What was done about what is told of names, by what is told.
NAME_REPAIRS = {ENTITIES: "They were read as characters.", TYPED_LIST: "It was parted."}

# "Wilson L.N." and, as Google Scholar writes names, "JE Smith", with dots where it cuts the list.
DOTTED = re.compile(r"(\S.*?)\s+((?:[^\W\d_]\.[\s-]?){1,5})")
LEADING_INITIALS = re.compile(r"(?:[^\W\d_a-z]{1,4}(?:\s[^\W\d_a-z]{1,3})*\s+\S.*|\.\.\.|…)")
AND = re.compile(r"\sand\s")
# Between the last two names of a typed list.
LAST_SIGN = re.compile(r"\s*,?\s+(?:&|and|AND)\s+|\s*,?\s*&\s*")
PYTHON_LIST = re.compile(r"\[\s*(['\"]).*\1\s*,?\s*\]", re.DOTALL)
# "Smith J", "Doe JK", "Brown L.M."
FAMILY_INITIALS = re.compile(rf"{FAMILY}(?:\s{WORD})?\s+{INITIALS}")
# "John A. Smith", "J. van der Berg", "Jane Doe".
GIVEN_FAMILY = re.compile(
    rf"(?:{WORD}|{INITIALS})(?:\s+(?:{WORD}|[{CAPITALS}]\.?)){{0,2}}\s+{FAMILY}"
)
# "Hill Mary J"; "Mary J Hill"; "Park Sue", where the second is no "DK" as MEDLINE writes names.
INITIAL_LAST = re.compile(rf"{FAMILY}\s+{WORD}(?:\s+[{CAPITALS}]\.?){{1,3}}")
INITIAL_WITHIN = re.compile(rf"{WORD}(?:\s+[{CAPITALS}]\.?){{1,3}}\s+{FAMILY}")
FULL_NAMES = re.compile(
    rf"{FAMILY}(?:\s+[{CAPITALS}]['’]?[{CAPITALS}]?[^\W\d_{CAPITALS}](?:[^\W\d_]|['’-])*){{1,2}}"
)
# With a full stop: "Toloza O Costa, Maria" is one.
MIDDLE_INITIAL = re.compile(rf"(?:{WORD}\s+)?[{CAPITALS}]\.\s*\S.*")
FAMILY_ALONE = re.compile(FAMILY)
ONE_FAMILY = re.compile(rf"{FAMILY}(?:[\s-]{WORD})?")
GIVEN = re.compile(rf"(?:{WORD}|{INITIALS})(?:\s+(?:{WORD}|{INITIALS})){{0,3}}")
ALL_INITIALS = re.compile(INITIALS)
SUFFIX = re.compile(r"(?:Jr|Sr|II|III|IV)\.?")
# After a name they look like another one.
DEGREE = re.compile(
    r"(?:M\.?D|M\.?A|Ph\.?D|M\.?Sc|B\.?A|B\.?Sc|M\.?P\.?H|Ed\.?D|R\.?N)\b", re.IGNORECASE
)
# A longer value is no list that a person typed.
MAX_LIST = 5_000
# Fewer "Given Family" between commas may be one "Family, Given": "Garcia Lopez, Maria Jose".
MIN_GIVEN_FIRST = 3


def read_names(
    values: Sequence[str], *, bare_initials: bool = False, family_first: bool = False
) -> tuple[list[str], list[tuple[str, str]]]:
    """Return the names of a record whose tags hold one each, or several parted by ";".

    Parameters
    ----------
    values : sequence of str
    bare_initials, family_first : bool
        How the source writes names; see `normalise_name`.

    Returns
    -------
    tuple
        The names, and what was repaired: (what, text) pairs for the import report.
    """
    parts: list[str] = []
    notes: list[tuple[str, str]] = []
    for raw in values:
        value = _told_without_entities(raw, notes)
        if ";" in value:
            parts += value.split(";")
        else:
            parts += _told_parts(value, notes)
    return _normalised(parts, bare_initials=bare_initials, family_first=family_first), notes


def read_cell_names(
    value: str,
    *,
    pubmed: bool = False,
    bare_initials: bool = False,
    family_first: bool = False,
) -> tuple[list[str], list[tuple[str, str]]]:
    """Return the names of a cell that holds several.

    Separators are tried in this order: ";", "|", " and " between names with commas, line ends, and
    commas where every name has initials and no comma of its own ("Liu R., Adler D.G.", "JE Smith, A
    Jones") or the source is PubMed's CSV ("Griffin DK, Larkin DM."); then what people type.

    Parameters
    ----------
    value : str
    pubmed : bool
        Whether the cell is of PubMed's CSV.
    bare_initials, family_first : bool
        How the source writes names; see `normalise_name`.

    Returns
    -------
    tuple
        The names, and what was repaired: (what, text) pairs for the import report.
    """
    notes: list[tuple[str, str]] = []
    text = _told_without_entities(value, notes).strip()
    if not text:
        return [], []
    if PYTHON_LIST.fullmatch(text):
        parts = _told_parts(text, notes)
    elif ";" in text:
        parts = text.split(";")
    elif "|" in text:
        parts = text.split("|")
    elif _has_and_between_commas(text):
        parts = re.split(r"\s+and\s+", text)
        if len(_typed_parts(text)) > len(parts):
            parts = _told_parts(text, notes)
    elif "\n" in text or "\r" in text:
        parts = re.split(r"[\r\n]+", text)
    elif pubmed:
        parts = text.rstrip(".").split(",")
    elif LAST_SIGN.search(text) and len(_typed_parts(text)) > 1:
        parts = _told_parts(text, notes)
    elif "," in text and all(
        DOTTED.fullmatch(part.strip()) or LEADING_INITIALS.fullmatch(part.strip())
        for part in text.split(",")
    ):
        parts = text.split(",")
    else:
        parts = _told_parts(text, notes)
    bare_initials = bare_initials or pubmed
    return _normalised(parts, bare_initials=bare_initials, family_first=family_first), notes


def _told_without_entities(raw: str, notes: list[tuple[str, str]]) -> str:
    value = without_entities(raw)
    if value != raw:
        notes.append((ENTITIES, raw))
    return value


def _told_parts(value: str, notes: list[tuple[str, str]]) -> list[str]:
    parts = _typed_parts(value)
    if parts != [value]:
        notes.append((TYPED_LIST, value))
    return parts


def _normalised(parts: list[str], *, bare_initials: bool, family_first: bool) -> list[str]:
    """Names in one spelling; whether "Griffin DK" is turned is decided for the list as a whole."""
    texts = [text for part in parts if (text := " ".join(part.split()).strip(" ,;"))]
    # A comma says what the family name is; the others must be told by the list as a whole.
    if all("," in text for text in texts):
        return [normalise_name(text) for text in texts]
    turned = set(texts) if bare_initials else _with_bare_initials(texts)
    family_first = family_first or _is_family_first(texts)
    names = (
        normalise_name(text, bare_initials=text in turned, family_first=family_first)
        for text in texts
    )
    return [name for name in names if name]


def _with_bare_initials(texts: list[str]) -> set[str]:
    """Names of a list that are "Griffin DK" because the others are persons too.

    Alone, "Griffin DK" may be a body such as "Oxfam GB".
    """
    strict = {text for text in texts if "," not in text and fits_bare_initials(text, one_word=True)}
    if not strict:
        return set()
    loose = {text for text in texts if fits_bare_initials(text, one_word=False)}
    is_told = any(is_plain_person(text) for text in texts)
    if is_told:
        # "JUN LI" in capitals may have a given name of two letters.
        return loose if loose == set(texts) else {name for name in strict if not name.isupper()}
    is_alike = len(strict) > 1 and strict == set(texts)
    return strict if is_alike and not any(text.isupper() for text in texts) else set()


def _is_family_first(texts: list[str]) -> bool:
    """Whether a list has "Hill Mary J" beside "Park Sue", as EPPI-Reviewer and ERIC write names.

    Beside "Park S" alone the first may have two family names: "Garcia Lopez M".
    """
    persons = [
        text
        for text in texts
        if "," not in text and " " in text and not is_body(text, also_maybe=True)
    ]
    n_last = sum(INITIAL_LAST.fullmatch(text) is not None for text in persons)
    n_within = sum(INITIAL_WITHIN.fullmatch(text) is not None for text in persons)
    return n_last > n_within and any(FULL_NAMES.fullmatch(text) for text in persons)


def _has_and_between_commas(text: str) -> bool:
    """Whether " and " stands between two commas, as between names with commas."""
    comma = text.find(",")
    match = AND.search(text, comma) if comma >= 0 else None
    return match is not None and text.find(",", match.end()) >= 0


def _typed_parts(text: str) -> list[str]:
    """Parts of a list as people type it or Python prints it; the text itself if it is one name.

    Every part must be a person's name: "Centre for Reading and Language" is one author.
    """
    if len(text) > MAX_LIST or _is_one_at_sight(text):
        return [text]
    if PYTHON_LIST.fullmatch(text.strip()):
        return _printed_list(text.strip()) or [text]
    pieces = [piece.strip(" ,") for piece in LAST_SIGN.split(" ".join(text.split()))]
    pieces = [piece for piece in pieces if piece]
    given_first = any(
        "," not in piece and GIVEN_FAMILY.fullmatch(piece) and not FAMILY_INITIALS.fullmatch(piece)
        for piece in pieces
    )
    names: list[str] = []
    for piece in pieces:
        found = _between_commas(piece, given_first=given_first)
        if found is None:
            return [text]
        names += found
    return names if len(names) > 1 and not is_body(text, also_maybe=True) else [text]


def _is_one_at_sight(text: str) -> bool:
    """Whether a text is one name without a closer look, as nearly all are."""
    if "&" in text or "[" in text or " and " in text or " AND " in text:
        return False
    first, comma, rest = text.partition(",")
    if not comma:
        return True
    return "," not in rest and (" " not in first or FAMILY_ALONE.fullmatch(first) is not None)


def _printed_list(text: str) -> list[str] | None:
    """Names of a list as Python prints it."""
    try:
        found = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    if not isinstance(found, list) or not all(isinstance(name, str) for name in found):
        return None
    return found


def _between_commas(text: str, *, given_first: bool) -> list[str] | None:
    """Names of a list that commas alone part; None if something in it is no person's name."""
    tokens = [token.strip() for token in text.split(",")]
    if any(DEGREE.match(token) for token in tokens[1:]):
        return None
    if all(FAMILY_INITIALS.fullmatch(token) for token in tokens):
        return tokens
    pairs = _pairs(tokens)
    if pairs is not None:
        return pairs
    is_given_first = all(GIVEN_FAMILY.fullmatch(token) for token in tokens)
    if is_given_first and (
        len(tokens) == 1
        or given_first
        or len(tokens) >= MIN_GIVEN_FIRST
        or MIDDLE_INITIAL.fullmatch(tokens[0])
    ):
        return tokens
    is_one = len(tokens) == 2 and ONE_FAMILY.fullmatch(tokens[0]) and GIVEN.fullmatch(tokens[1])
    return [text] if is_one else None


def _pairs(tokens: list[str]) -> list[str] | None:
    """Names of "Smith", "J. A.", "Doe", "J.": each family name is followed by its initials."""
    names: list[str] = []
    at = 0
    while at < len(tokens):
        pair = tokens[at : at + 2]
        if (
            len(pair) < 2
            or not ONE_FAMILY.fullmatch(pair[0])
            or not ALL_INITIALS.fullmatch(pair[1])
        ):
            return None
        at += 2
        if at < len(tokens) and SUFFIX.fullmatch(tokens[at]):
            pair.append(tokens[at])
            at += 1
        names.append(", ".join(pair))
    return names
