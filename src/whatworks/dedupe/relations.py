"""Reports that belong together without being one: what ties a pair that is not merged."""

from __future__ import annotations

import re

from whatworks.dedupe.fingerprint import Fingerprint

__all__ = ["RELATIONS", "relation_of"]

RELATIONS = (
    "correction",
    "retraction",
    "reply",
    "comment",
    "concern",
    "companion",
    "preprint",
    "conference abstract",
    "thesis",
    "other publication",
)

MEETING = re.compile(r"\b(?:conference|congress|meeting|symposium|proceedings|abstracts?)\b")


def relation_of(a: Fingerprint, b: Fingerprint) -> str:
    """Return how two reports of one work or about one another are related: one of `RELATIONS`.

    Parameters
    ----------
    a, b : Fingerprint
        Two records with like titles that are not one report.
    """
    if a.notice != b.notice:
        return a.notice or b.notice
    if a.kind != b.kind:
        for kind in ("preprint", "thesis"):
            if kind in (a.kind, b.kind):
                return kind
    if _is_abstract(a) != _is_abstract(b):
        return "conference abstract"
    return "other publication"


def _is_abstract(one: Fingerprint) -> bool:
    return (
        one.record_type == "conference"
        or (bool(MEETING.search(one.journal)) and one.kind != "thesis")
        or (one.has_odd_page and not one.last_page)
    )
