"""Decisions to EPPI-Reviewer's JSON: references, and a screening code set for each person and the outcome."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from whatworks.extraction.decision_files.nouns import Decided
from whatworks.extraction.decision_files.read_eppi import EXCLUDE_CODE, INCLUDE_CODE, SCREENING_SET
from whatworks.references.own_note import own_id
from whatworks.references.record_types import EPPI_NAME
from whatworks.screening.nouns import ExclusionReason

__all__ = ["write_decision_eppi"]

STAGE_WORDS = {"title_abstract": "title and abstract", "full_text": "full text"}
OUTCOME = "outcome"
# Whole numbers that JavaScript keeps as they are.
ID_BITS = 52
MAX_NAME = 250


def write_decision_eppi(
    decided: Sequence[Decided], *, stage: str, reasons: Sequence[ExclusionReason]
) -> bytes:
    """Return records with their decisions as a JSON report of EPPI-Reviewer.

    A screening code set holds codes of one level only, Include and Exclude; so that each reason is an Exclude
    code of its own, and "unsure" an Include code for a second opinion. EPPI-Reviewer keeps one coding of a record in a code set, so that each person has a code set,
    and the outcome another. Numbers of records, sets and codes follow from names and stay the same.

    Parameters
    ----------
    stage : str
        title_abstract or full_text.
    reasons : sequence of ExclusionReason
        The reasons of the criteria in force, in order; reasons given that are none of them come behind.
    """
    people = sorted({vote.reviewer for one in decided for vote in one.votes})
    settlers = sorted({one.reconciled.reviewer for one in decided if one.reconciled})
    labels = {one.code: one.label for one in reasons}
    given = sorted(
        {vote.reason for one in decided for vote in one.votes if vote.reason}
        | {one.reason for one in decided if one.reason}
    )
    labels |= {code: code for code in given if code not in labels}
    words = STAGE_WORDS.get(stage, stage)
    sets = [_code_set(OUTCOME, f"Screening on {words}: outcome", stage, _OUTCOME_NOTE, labels)]
    sets += [
        _code_set(
            f"settled:{person}",
            f"Screening on {words}: settled by {person}",
            stage,
            f"outcome by {person}",
            labels,
        )
        for person in settlers
    ]
    sets += [
        _code_set(
            f"person:{person}",
            f"Screening on {words}: {person}",
            stage,
            f"person {person}",
            labels,
        )
        for person in people
    ]
    root = {"CodeSets": sets, "References": [_reference(one) for one in decided]}
    return (json.dumps(root, ensure_ascii=False, indent=1) + "\n").encode("utf-8", errors="replace")


# It follows from the others, and is not read back.
_OUTCOME_NOTE = "what came of it"


def _code_set(key: str, name: str, stage: str, what: str, labels: dict[str, str]) -> dict[str, Any]:
    described = f"whatworks screening; stage {stage}; {what}"
    codes = [
        _attribute((stage, key, "include", ""), "INCLUDE", INCLUDE_CODE, ""),
        # Unsure, in the words of EPPI-Reviewer's teams: such a set has no third type of code.
        _attribute((stage, key, "unsure", ""), "INCLUDE for second opinion", INCLUDE_CODE, ""),
        _attribute((stage, key, "exclude", ""), "EXCLUDE", EXCLUDE_CODE, ""),
        *(
            _attribute(
                (stage, key, "exclude", code), f"EXCLUDE: {label}", EXCLUDE_CODE, f"reason {code}"
            )
            for code, label in labels.items()
        ),
    ]
    number = _number("set", stage, key)
    return {
        "SetName": name,
        "ReviewSetId": number,
        "SetId": number,
        "SetType": {
            "SetTypeId": SCREENING_SET,
            "SetTypeName": "Screening",
            "SetTypeDescription": "",
        },
        "SetDescription": described,
        "OriginalSetId": number,
        "OldestKnownId": "",
        "Attributes": {"AttributesList": codes},
    }


def _attribute(
    key: tuple[str, str, str, str], name: str, type_id: int, description: str
) -> dict[str, Any]:
    number = _number("code", *key)
    return {
        "AttributeSetId": _number("place", *key),
        "AttributeId": number,
        "OriginalAttributeID": number,
        "OldestKnownId": "",
        "AttributeSetDescription": description,
        "AttributeType": "Include" if type_id == INCLUDE_CODE else "Exclude",
        "AttributeTypeId": type_id,
        "AttributeName": name[:MAX_NAME],
        "AttributeDescription": "",
        "ExtURL": "",
        "ExtType": "",
        "Attributes": {"AttributesList": []},
    }


def _reference(one: Decided) -> dict[str, Any]:
    record = one.record
    codes = []
    if one.outcome is not None:
        codes.append(_code(one.stage, OUTCOME, one.outcome, one.reason, None))
    if one.reconciled is not None:
        last = one.reconciled
        key = f"settled:{last.reviewer}"
        codes.append(_code(one.stage, key, last.value, last.reason, last.note))
    codes += [
        _code(one.stage, f"person:{vote.reviewer}", vote.value, vote.reason, vote.note)
        for vote in one.votes
    ]
    return {
        "ItemId": _number("item", record.review_id, record.record_id),
        "OldItemId": own_id(record),
        "TypeName": _type_name(record.record_type),
        "Title": record.title or "",
        "ParentTitle": record.container or "",
        "ShortTitle": _short_title(record.authors, record.year),
        "Year": "" if record.year is None else str(record.year),
        "Authors": "; ".join(
            name.replace(",", "", 1) for name in (record.authors or "").split("; ") if name
        ),
        "Volume": record.volume or "",
        "Issue": record.issue or "",
        "Pages": record.pages or "",
        "StandardNumber": record.isbn_issn or "",
        "DOI": record.doi or "",
        "URL": record.url or "",
        "Abstract": record.abstract or "",
        "Comments": f"PMID: {record.pmid}" if record.pmid else "",
        "Keywords": record.keywords or "",
        "Codes": codes,
        "Outcomes": [],
    }


def _type_name(kind: str) -> str:
    name = EPPI_NAME.get(kind, "generic")
    return ", ".join(part[:1].upper() + part[1:] for part in name.split(", "))


def _short_title(authors: str | None, year: int | None) -> str:
    family = (authors or "").split(";")[0].split(",")[0]
    return " ".join(filter(None, [family, f"({year})" if year is not None else None]))


def _code(stage: str, key: str, value: str, reason: str | None, note: str | None) -> dict[str, Any]:
    return {
        "AttributeId": _number(
            "code", stage, key, value, (reason or "") if value == "exclude" else ""
        ),
        "AdditionalText": note or "",
        "ArmId": 0,
        "ArmTitle": "",
        "ItemAttributeFullTextDetails": [],
    }


def _number(*parts: str) -> int:
    """Return the number that names stand for, the same at any time."""
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", errors="replace")).digest()
    return int.from_bytes(digest[:8], "big") >> (64 - ID_BITS)
