"""Names of rows that stay the same whatever the order of the file."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

__all__ = ["digest", "names_of", "slug"]

MAX_SLUG = 60


def slug(text: str) -> str:
    """Return a text as lower-case letters, digits and hyphens.

    Texts that are longer than 60 characters, or have nothing to keep, end in a hash of the whole.

    Examples
    --------
    >>> slug("Quach et al. (2016)")
    'quach-et-al-2016'
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    if not name:
        return f"x-{digest(text)}"
    if len(name) > MAX_SLUG:
        return f"{name[: MAX_SLUG - 7].rstrip('-')}-{digest(text)}"
    return name


def digest(identity: Any) -> str:
    """Return six hexadecimal digits that stand for a value."""
    return hashlib.sha256(repr(identity).encode()).hexdigest()[:6]


def names_of(items: Iterable[tuple[str, Any]]) -> dict[tuple[str, Any], str]:
    """Give each different (label, identity) a name made from its label.

    Where two items share a label's slug but are not the same, each name ends in a hash of its
    identity. The result does not depend on the order of the items.

    Parameters
    ----------
    items : iterable of (label, identity)
        The identity is hashable and has a repr that does not change.
    """
    by_slug: dict[str, set[tuple[str, Any]]] = defaultdict(set)
    for label, identity in items:
        by_slug[slug(label)].add((label, identity))
    names = {}
    for name, sharing in by_slug.items():
        for item in sharing:
            names[item] = name if len(sharing) == 1 else f"{name}-{digest(item)}"
    return names
