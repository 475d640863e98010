"""Addresses of pages: safe on every file system and web server, and stable.

An identifier that is already a plain lower-case name is its own address. Any other gets a readable
part, a dot and digits of its SHA-256. A plain name never holds a dot, so the two kinds cannot meet.
"""

from __future__ import annotations

import hashlib
import re

__all__ = [
    "analysis_path",
    "gap_map_path",
    "need_path",
    "relative_root",
    "review_path",
    "slug",
    "strand_path",
    "study_path",
]

_PLAIN = re.compile(r"[a-z0-9][a-z0-9_-]*")
_CODE = re.compile(r"[A-Z0-9]+")
# Names that Windows keeps for devices, whatever follows the dot.
_RESERVED = frozenset(
    {"con", "prn", "aux", "nul", *(f"{n}{i}" for n in ("com", "lpt") for i in range(10))}
)
_LONGEST = 80
_READABLE = 40
_DIGITS = 12


def slug(identifier: str) -> str:
    """Return the part of an address that stands for an identifier.

    Different identifiers give different slugs, also where upper and lower case are one.
    """
    if _PLAIN.fullmatch(identifier) and len(identifier) <= _LONGEST and identifier not in _RESERVED:
        return identifier
    readable = re.sub(r"[^a-z0-9]+", "-", identifier.lower()).strip("-")[:_READABLE].strip("-")
    digits = hashlib.sha256(identifier.encode()).hexdigest()[:_DIGITS]
    return f"{readable or 'x'}.{digits}"


def strand_path(strand_id: str) -> str:
    """Return the address of a strand's page."""
    return f"strands/{slug(strand_id)}.html"


def study_path(study_id: str) -> str:
    """Return the address of a study's page."""
    return f"studies/{slug(study_id)}.html"


def review_path(review_id: str) -> str:
    """Return the address of a review's page."""
    return f"reviews/{slug(review_id)}.html"


def analysis_path(analysis_id: str, field: str | None = None) -> str:
    """Return the address of an analysis, or of one of its numbers."""
    page = f"analyses/{slug(analysis_id)}.html"
    return page if field is None else f"{page}#{field}"


def need_path(code: str, phase: str | None = None) -> str:
    """Return the address of a need's page, of all phases or of one; codes keep their capitals."""
    name = code if _CODE.fullmatch(code) else slug(code)
    return f"needs/{name}.html" if phase is None else f"needs/{name}/{slug(phase.lower())}.html"


def gap_map_path(phase: str | None = None) -> str:
    """Return the address of the gap map, of all phases or of one."""
    return "gap-map.html" if phase is None else f"gap-map-{slug(phase.lower())}.html"


def relative_root(path: str) -> str:
    """Return the way from a page to the site's root: "" or "../" for each folder."""
    return "../" * path.count("/")
