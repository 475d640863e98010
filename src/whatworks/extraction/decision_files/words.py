"""The words in which programs and people write decisions."""

from __future__ import annotations

import re

__all__ = ["VALUES", "decision_in", "signed_decision"]

VALUES = ("include", "exclude", "unsure")

INCLUDE = (
    "1", "+", "y", "yes", "true", "t", "in", "include", "included", "inclusion", "relevant", "accept",
    "accepted", "eligible", "keep", "asreview relevant", "potentially relevant", "possibly relevant",
)  # fmt: skip
EXCLUDE = (
    "0", "-", "n", "no", "false", "f", "out", "exclude", "excluded", "exclusion", "irrelevant",
    "not relevant", "reject", "rejected", "ineligible", "not eligible", "asreview irrelevant",
)  # fmt: skip
UNSURE = ("?", "unsure", "maybe", "unclear", "uncertain", "borderline", "not sure")
# Said of records that nobody has decided on, or of which the outcome is open.
NOTHING = (
    "", "na", "n a", "nan", "null", "none", "not seen", "asreview not seen", "not screened", "unscreened",
    "undecided", "pending", "no vote", "not voted", "conflict", "in conflict", "awaiting", "unread", "o",
)  # fmt: skip
WORDS: dict[str, str | None] = {
    **dict.fromkeys(INCLUDE, "include"),
    **dict.fromkeys(EXCLUDE, "exclude"),
    **dict.fromkeys(UNSURE, "unsure"),
    **dict.fromkeys(NOTHING, None),
}
# Abstrackr writes -1, 0 and 1, of which 0 is "borderline".
SIGNED = {"-1": "exclude", "0": "unsure", "1": "include"}
SYMBOLS = frozenset("+-?")
# "Exclude - wrong population", "Excluded: no comparison group", "EXCLUDE (age)".
WITH_REASON = re.compile(
    r"\s*(include|included|exclude|excluded|unsure|maybe)\b\s*(?:[:;,/\u2013\u2014-]|(?=\())\s*(?P<reason>.*)",
    re.IGNORECASE | re.DOTALL,
)


def decision_in(text: str) -> tuple[str | None, str | None]:
    """Return the decision that a text stands for, None if for none, and a reason written behind it.

    Raises
    ------
    ValueError
        It is no word for a decision.

    Examples
    --------
    >>> decision_in("Maybe"), decision_in("1.0"), decision_in("Excluded: wrong age")
    (('unsure', None), ('include', None), ('exclude', 'wrong age'))
    """
    bare = text.strip()
    if bare in SYMBOLS:
        return WORDS[bare], None
    plain = " ".join(re.findall(r"[^\W_]+", re.sub(r"(?<=^[01])\.0+$", "", bare).casefold()))
    if bare.lstrip("'").startswith("-") and plain.isdigit():
        raise ValueError(text)
    if plain in WORDS:
        return WORDS[plain], None
    if found := WITH_REASON.fullmatch(bare):
        reason = found["reason"].strip()
        if reason.startswith("(") and reason.endswith(")"):
            reason = reason[1:-1].strip()
        return WORDS[found[1].lower()], reason or None
    raise ValueError(text)


def signed_decision(text: str) -> tuple[str | None, str | None]:
    """Return the decision in a column of -1, 0 and 1, where 0 is unsure.

    Raises
    ------
    ValueError
        It is no word for a decision.
    """
    bare = re.sub(r"\.0+$", "", text.strip().lstrip("'"))
    return (SIGNED[bare], None) if bare in SIGNED else decision_in(text)
