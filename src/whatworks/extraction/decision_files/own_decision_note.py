"""The note in which a file of references written here carries one decision, for us to read back."""

from __future__ import annotations

import html
import json
import re
from typing import Any

from whatworks.extraction.decision_files.nouns import Decided, Said
from whatworks.screening.nouns import Decision

__all__ = ["PREFIX", "decision_note", "read_decision_note"]

PREFIX = "whatworks-decision: "
# What would be taken for markup, or for a DOI, PubMed number or address of the record.
NOT_PLAIN = re.compile(r"[<>&@]|(?<=10)\.|P(?=MID)|:(?=//)")
TEXTS = ("record", "stage", "person", "value", "reason", "note", "at")


def decision_note(decided: Decided, decision: Decision) -> str:
    """Return a decision as one line of plain letters, in which nothing looks like a tag."""
    told = {
        "record": decided.record.record_id,
        "stage": decided.stage,
        "final": decision.role == "reconciled",
        "person": decision.reviewer,
        "value": decision.value,
        "reason": decision.reason,
        "note": decision.note,
        "at": decision.decided_at,
        "criteria": decision.criteria_version,
    }
    text = json.dumps({name: value for name, value in told.items() if value not in (None, False)})
    return PREFIX + NOT_PLAIN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def read_decision_note(text: str) -> tuple[str, str, Said] | None:
    """Return record, stage and decision of such a note; None for any other text.

    Raises
    ------
    ValueError
        It is one of these notes and was changed so that it cannot be read.
    """
    bare = text.strip()
    if bare.startswith("<p>"):
        # Zotero gives notes back as paragraphs of a web page.
        bare = html.unescape(bare.removeprefix("<p>").removesuffix("</p>")).replace("\xa0", " ")
    if not bare.startswith(PREFIX.strip()):
        return None
    try:
        told: Any = json.loads(bare.removeprefix(PREFIX.strip()))
    except (ValueError, RecursionError):
        raise ValueError(bare[:120]) from None
    if not isinstance(told, dict) or not all(
        isinstance(told.get(name), str | None) for name in TEXTS
    ):
        raise ValueError(bare[:120])
    value, record, stage = told.get("value"), told.get("record"), told.get("stage")
    version = told.get("criteria")
    if (
        value not in ("include", "exclude", "unsure")
        or not record
        or not stage
        or not (version is None or type(version) is int)
    ):
        raise ValueError(bare[:120])
    return (
        record,
        stage,
        Said(
            value=value,
            reviewer=told.get("person"),
            is_final=told.get("final") is True,
            reason=told.get("reason"),
            note=told.get("note"),
            decided_at=told.get("at"),
            criteria_version=version,
        ),
    )
