"""One name in one spelling: "Family, Given" where the parts can be told apart."""

from __future__ import annotations

import re

__all__ = [
    "CAPITALS",
    "FAMILY",
    "INITIALS",
    "MAX_NAME",
    "WORD",
    "fits_bare_initials",
    "is_body",
    "is_plain_person",
    "normalise_name",
]

# What is longer is no name but text in its place.
MAX_NAME = 200

# Of the Latin, Greek and Cyrillic alphabets; other scripts have no initials.
CAPITALS = "".join(chr(code) for code in range(0x41, 0x530) if chr(code).isupper())
WORD = rf"(?:[dl]['’])?[{CAPITALS}](?:[^\W\d_]|['’‐‑-](?=[^\W\d_]))+"
PARTICLE = (
    r"(?i:van|von|vom|vander|de|der|den|del|della|da|das|dos|do|di|du|la|le|los|las|el|al|bin|ibn|"
    r"ben|ter|ten|te|zu|zur|af|av|st|'t)\.?"
)
# A family name of one word: "Smith", "van der Berg", "O'Brien", "Garcia-Lopez".
FAMILY = rf"(?:{PARTICLE}\s+)*{WORD}"
INITIALS = rf"[{CAPITALS}]\.?(?:[\s-]?[{CAPITALS}]\.?){{0,4}}"
SUFFIX = r"(?:Jr|Sr|2nd|3rd|II|III)"

# "Wilson L.N.", "Mueller R. T.": initials with full stops after a family name.
DOTTED_INITIALS = re.compile(r"(\S.*?)\s+((?:[^\W\d_]\.[\s-]?){1,5})")
# "Eberth D A": single capitals. "Smith John A" looks the same but for its given name, so the
# family name must be one word.
SPACED_INITIALS = re.compile(rf"({FAMILY})((?:\s[{CAPITALS}]){{1,4}})")
# "Griffin DK": as MEDLINE writes names.
BARE_INITIALS = re.compile(rf"(\S.*?)\s+([^\W\d_a-z]{{1,4}}(?:\s{SUFFIX})?)\.?")
ONE_WORD_BARE = re.compile(rf"{FAMILY}\s+[{CAPITALS}]{{1,4}}(?:\s{SUFFIX})?")
# In capitals throughout, four are a name: "CAIZHI SHEN".
MAX_INITIALS_IN_CAPITALS = 3
WITH_COMMA = re.compile(rf"{FAMILY}(?:\s{WORD})?,\s*{INITIALS}")
# "Smith,John A." as RefWorks and Reference Manager write names; not the comma of "1,000 Genomes".
BARE_COMMA = re.compile(r",(?=[^\W\d_])")
# "Smith John A", "Doe Jane": as EPPI-Reviewer writes names.
FAMILY_THEN_GIVEN = re.compile(
    rf"({FAMILY})\s+((?:{WORD}|{INITIALS})(?:\s+(?:{WORD}|{INITIALS}))*)"
)
# "RAND Europe": a family name is not written so beside words that are not.
ACRONYM = re.compile(rf"[{CAPITALS}]{{3,}}\s+[{CAPITALS}][^\W\d_{CAPITALS}]")
# Ends of firms and branches that look like initials: "Oxfam GB".
NO_INITIALS = re.compile(r".*\s(?:UK|GB|USA|EU|UN|LLC|LTD|PLC|INC|LLP|NHS)\.?")
# Words of bodies, no part of a person's name.
BODY_WORD = re.compile(
    r"\b(?:univ|universit\w+|colleges?|institut\w*|cent(?:er|re)s?|dep(?:artmen)?ts?|ministr\w+|"
    r"associations?|societ\w+|councils?|committees?|commission|consortium|collaborat\w+|groups?|"
    r"teams?|networks?|study|studies|trials?|trialists|investigators?|foundation|hospitals?|"
    r"administrations?|organi[sz]ations?|task force|working party|federation|government|school|academy)\b",
    re.IGNORECASE,
)
# Words that are now and then a person's name but much more often a body's.
MAYBE_BODY_WORD = re.compile(
    r"\b(?:agency|alliance|assembly|assessment|authority|bank|board|branch|bureau|care|charity|"
    r"children|city|civil|clinic\w*|communit\w+|companies|company|conference|control|corporation|"
    r"county|data|development|disease|district|division|drugs?|economic\w*|education\w*|"
    r"emergency|employment|energy|engineering|environment\w*|evaluation|evidence|executive|"
    r"famil(?:y|ies)|finance|food|forum|fund|global|health\w*|human|information|initiative|"
    r"innovation|inspect\w+|international|justice|laborator(?:y|ies)|labou?r|language|law|"
    r"learning|library|local|management|medic\w+|mental|museum|national|nations|nursing|office|"
    r"others|panel|parliament|partners\w*|policy|population|poverty|practice|press|prevention|"
    r"primary|programmes?|programs?|projects?|protection|psycholog\w+|public|quality|reading|"
    r"rehabilitation|relations|research\w*|resources?|review|rights|royal|safety|schools|"
    r"sciences?|section|security|services?|skills|social|standards|states?|statistics|strategy|"
    r"students?|support|surgeons?|surveys?|systems?|teaching|technolog\w+|training|transport|"
    r"trust|union|united|unit|welfare|work|workers|world|youth)\b",
    re.IGNORECASE,
)


def normalise_name(value: str, *, bare_initials: bool = False, family_first: bool = False) -> str:
    """Return a name as "Family, Given" where the parts can be told apart, else as it is.

    Parameters
    ----------
    value : str
        One name. With a comma its parts are left as they are.
    bare_initials : bool
        Also read "Griffin DK" as family and initials; only for sources that write names so,
        since "Task Force EU" looks the same.
    family_first : bool
        Also read "Smith John A" as family and given names; only for sources that write names so.
    """
    text = " ".join(value.split()).strip(" ;")
    if len(text) > MAX_NAME:
        return text.rstrip(",").strip()
    if "," in text:
        return BARE_COMMA.sub(", ", text).rstrip(", ")
    if match := DOTTED_INITIALS.fullmatch(text):
        return f"{match[1]}, {match[2].strip()}"
    match = SPACED_INITIALS.fullmatch(text)
    if match and not is_body(match[1]):
        return f"{match[1]}, {match[2].strip()}"
    if bare_initials and (match := BARE_INITIALS.fullmatch(text)):
        return f"{match[1]}, {match[2]}"
    if family_first and not is_body(text, also_maybe=True) and not _is_acronym(text):
        match = FAMILY_THEN_GIVEN.fullmatch(text)
        return f"{match[1]}, {match[2]}" if match else text
    return text


def is_body(text: str, *, also_maybe: bool = False) -> bool:
    """Return whether words in a text name a body; `also_maybe` takes doubtful words for such."""
    return BODY_WORD.search(text) is not None or (
        also_maybe and MAYBE_BODY_WORD.search(text) is not None
    )


def is_plain_person(text: str) -> bool:
    """Return whether a name has initials that can be nothing else: "Doe J", "Doe J.", "Doe, J"."""
    return not is_body(text) and any(
        pattern.fullmatch(text) for pattern in (SPACED_INITIALS, DOTTED_INITIALS, WITH_COMMA)
    )


def fits_bare_initials(text: str, *, one_word: bool) -> bool:
    """Return whether a name looks like "Griffin DK"; `one_word` demands a family name of one word."""
    if text.isupper() and len(text.split()[-1]) > MAX_INITIALS_IN_CAPITALS:
        return False
    pattern = ONE_WORD_BARE if one_word else BARE_INITIALS
    return pattern.fullmatch(text) is not None and not is_body(text) and not _is_acronym(text)


def _is_acronym(text: str) -> bool:
    return NO_INITIALS.fullmatch(text) is not None or ACRONYM.match(text) is not None
