"""Notices about another document, told from the title: they are documents of their own."""

from __future__ import annotations

import re

from whatworks.dedupe.plain_text import ABOUT_AT_END, BRACKETED, plain

__all__ = ["notice_of"]

# "Response to" is no reply here: "Response to Intervention" is a subject of education.
AT_START = re.compile(
    r"\W*(?:"
    r"(?P<correction>(?:authors?'?s? |publishers?'?s? )?(?:erratum|errata|corrigend|correction\b))"
    r"|(?P<retraction>(?:notice of |statement of )?(?:retraction\b|retracted\b|withdrawn\b|withdrawal\b))"
    r"|(?P<reply>(?:in )?reply\b|re:|authors?'?s? (?:reply|response)\b)"
    r"|(?P<comment>(?:comments?|commentary|invited commentary|editorial comment) (?:on|to)\b)"
    r"|(?P<concern>expression of concern\b)"
    r")"
)
AT_END = re.compile(
    r"(?:"
    r"(?P<reply>[-:.,(\[]\s*(?:reply|response|replies)\W*|\bauthors?'?s? (?:reply|response)\W*)"
    r"|(?P<correction>[-:.(]\s*(?:erratum|corrigendum|correction)\W*)"
    r")$"
)


def notice_of(title: str) -> str:
    """Return correction, retraction, reply, comment or concern where a title says so, else "".

    Examples
    --------
    >>> notice_of("Erratum: Reading aloud")
    'correction'
    >>> notice_of("Reading aloud - Reply")
    'reply'
    >>> notice_of("Reading aloud (vol 360, pg 542, 2009)")
    'correction'
    >>> notice_of("Reading aloud [Erratum appears in J Read 2009;1:2]")
    ''
    """
    bare = BRACKETED.sub(" ", title).strip()
    if ABOUT_AT_END.search(bare):
        return "correction"
    found = AT_START.match(plain(title.strip())) or AT_END.search(plain(bare))
    return (found.lastgroup or "") if found else ""
