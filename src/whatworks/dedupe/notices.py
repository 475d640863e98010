"""Notices about another document, told from the title: they are documents of their own."""

from __future__ import annotations

import re

from whatworks.dedupe.plain_text import ABOUT_AT_END, BRACKETED, plain

__all__ = ["notice_of"]

# "Response to" is no reply here: "Response to Intervention" is a subject of education.
AT_START = re.compile(
    r"\W*(?:"
    r"(?P<correction>(?:authors?'?s? |publishers?'?s? |published )?"
    r"(?:erratum|errata|corrigend|corrections? (?:to|of)\b|correction\b|addendum|addenda|berichtigung\b"
    r"|fe de errat|fe de errores))"
    r"|(?P<retraction>(?:notice of |statement of )?(?:retraction\b|retracted\b|withdrawn\b|withdrawal\b))"
    r"|(?P<reply>(?:in )?reply\b|re:|authors?'?s? (?:reply|response)\b|(?:in )?response to:|rejoinder\b)"
    r"|(?P<comment>(?:comments?|commentary|invited commentary|editorial comment) (?:on|to)\b|discussion:)"
    r"|(?P<concern>(?:editorial )?expression of concern\b)"
    r"|(?P<companion>(?:study |trial )?protocol:|statistical analysis plan:|executive summary:)"
    r")"
)
AT_END = re.compile(
    r"(?:"
    r"(?P<reply>[-:.,(\[]\s*(?:reply|response|replies)\W*|\bauthors?'?s? (?:reply|response)\W*)"
    r"|(?P<correction>[-:.(]\s*(?:erratum|corrigendum|correction|addendum)\W*)"
    r"|(?P<companion>[-:.,(]\s*(?:(?:statistical analysis|sap|evaluation|study|trial) (?:plan|protocol)"
    r"|protocol|(?:[\w-]+ ){0,2}summary|(?:summary|interim|pilot|follow-up) report|(?:technical )?appendix"
    r"|(?:technical )?appendi[cx]es|technical report|(?:user|teacher|training)s?'? (?:manual|guide)|manual"
    r"|data tables?|supplementary (?:material|data|tables?)|slides)\W*)"
    r")$"
)


# A title with only this in brackets: more words say that the notice is elsewhere.
KINDS = {
    "correction": ("erratum", "corrigendum", "correction", "addendum"),
    "retraction": ("retraction", "retraction notice"),
    "reply": ("reply", "response", "answer"),
    "companion": ("protocol", "study protocol"),
}
BRACKETED_NOTICE = re.compile(
    rf"\[\s*({'|'.join(word for words in KINDS.values() for word in words)})\s*\]\W*$",
    re.IGNORECASE,
)


def notice_of(title: str) -> str:
    """Return what kind of notice about another document a title says it is, else "".

    correction, retraction, reply, comment, concern, or companion (its protocol, plan, summary or
    appendix).

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
    in_brackets = BRACKETED_NOTICE.search(title)
    if in_brackets:
        return next(kind for kind, words in KINDS.items() if in_brackets[1].lower() in words)
    bare = BRACKETED.sub(" ", title).strip()
    if ABOUT_AT_END.search(bare):
        return "correction"
    found = AT_START.match(plain(title.strip())) or AT_END.search(plain(bare))
    return (found.lastgroup or "") if found else ""
