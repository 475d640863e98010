"""HTML entities that stand in plain text: "M&uuml;ller", "O&#39;Brien"."""

from __future__ import annotations

import html
import re

__all__ = ["split_at_semicolons", "without_entities"]

# With its semicolon: "R&D" and "A&E" are no entities.
ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")


def without_entities(text: str) -> str:
    """Return a text with characters in place of entities; what is no entity stays."""
    if "&" not in text:
        return text
    return ENTITY.sub(lambda match: html.unescape(match[0]), text)


def split_at_semicolons(text: str) -> list[str]:
    """Return the parts of a text between semicolons; the one that ends an entity parts nothing."""
    if "&" not in text:
        return text.split(";")
    of_entities = {
        match.end() - 1 for match in ENTITY.finditer(text) if html.unescape(match[0]) != match[0]
    }
    cuts = [at for at, sign in enumerate(text) if sign == ";" and at not in of_entities]
    starts = [0, *(at + 1 for at in cuts)]
    return [text[start:stop] for start, stop in zip(starts, [*cuts, len(text)], strict=True)]
