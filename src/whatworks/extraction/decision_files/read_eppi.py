"""Decisions from EPPI-Reviewer's JSON report: codes of its screening code sets."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from whatworks.errors import FileError, FileProblem
from whatworks.extraction.decision_files.nouns import DecisionFile, Said, SaidRecord
from whatworks.references.eppi_fields import fields_from_eppi
from whatworks.references.own_note import OWN_ID
from whatworks.tabular import decode, unpack

__all__ = ["OWN_SET", "SCREENING_SET", "read_decision_eppi"]

# SetTypeId of a screening tool; AttributeTypeId of its codes.
SCREENING_SET = 5
INCLUDE_CODE, EXCLUDE_CODE = 10, 11
VALUE_OF = {INCLUDE_CODE: "include", EXCLUDE_CODE: "exclude"}
# What describes a code set written here: the stage, and the person or that it is the outcome.
OWN_SET = re.compile(
    r"whatworks screening; stage (?P<stage>\w+); (?:outcome by (?P<by>.+)|person (?P<person>.+))"
)
# What EPPI-Reviewer's teams call it: included for now, and somebody else is to look.
UNSURE = re.compile(r"\s*include\b.*\bsecond opinion\b.*", re.IGNORECASE)
# What describes a code that stands for an exclusion reason, and how its words begin.
OWN_REASON = re.compile(r"reason (\S.*)", re.DOTALL)
EXCLUDE_ON = re.compile(
    r"\s*excluded?\b\s*(?:[-:\u2013\u2014,]|on\b|due to\b|because(?: of)?\b)?\s*", re.IGNORECASE
)
# How code sets of each stage are called.
STAGE_WORDS = {
    "title_abstract": re.compile(r"abstract|t ?& ?a\b|\btiab\b", re.IGNORECASE),
    "full_text": re.compile(r"full.?text|\bft\b", re.IGNORECASE),
}
KEYS = ("Title", "ShortTitle", "Year", "DOI", "URL", "Comments", "TypeName")


@dataclass(frozen=True, slots=True)
class _Code:
    value: str
    reason: str | None
    place: int


@dataclass(frozen=True, slots=True)
class _CodeSet:
    name: str
    codes: Mapping[int, _Code]
    stage: str | None
    person: str | None
    is_own: bool
    is_final: bool


def read_decision_eppi(
    data: bytes, *, file: str, code_set: str | None = None, stage: str | None = None
) -> DecisionFile:
    """Read decisions from a JSON report.

    Of a code set of the type "screening", a code of the type Include or Exclude is a decision; an Exclude
    code with more words than that is also the reason, and what was written beside it is the note.

    Parameters
    ----------
    code_set : str, optional
        Name of the code set, where the file has several that were used for screening.
    stage : {"title_abstract", "full_text"}, optional
        Stage whose decisions are wanted: of several code sets the one whose name says it.

    Raises
    ------
    FileError
        No such file, no screening code set, or several and none named.
    """
    decoded = decode(unpack(data, file=file), file=file)
    try:
        root: Any = json.loads(decoded.text, strict=False)
    except (ValueError, RecursionError):
        raise _refused(file, "The file is no well-formed JSON.", "Export it again.") from None
    references = root.get("References") if isinstance(root, dict) else None
    if not isinstance(references, list):
        raise _refused(
            file,
            'The file has no list of "References".',
            "Export a JSON report from EPPI-Reviewer.",
        )
    items = [item for item in references if isinstance(item, dict)]
    sets = _chosen(list(_code_sets(root.get("CodeSets"))), items, (file, code_set, stage))
    problems: list[FileProblem] = []
    records = [_record(place, item, sets, problems) for place, item in enumerate(items, start=1)]
    return DecisionFile(
        "eppi-json",
        decoded.encoding,
        tuple(records),
        tuple(problems),
        is_own=all(one.is_own for one in sets),
    )


def _refused(file: str, found: str, fix: str) -> FileError:
    return FileError(file, [FileProblem(found, fix)])


def _code_sets(found: Any) -> Iterator[_CodeSet]:
    """Yield the screening code sets of a file."""
    for one in found if isinstance(found, list) else ():
        if not isinstance(one, dict):
            continue
        kind = one.get("SetType")
        if not isinstance(kind, dict) or _number(kind.get("SetTypeId")) != SCREENING_SET:
            continue
        codes: dict[int, _Code] = {}
        _add_codes(one.get("Attributes"), None, codes)
        own = OWN_SET.fullmatch(str(one.get("SetDescription") or ""))
        yield _CodeSet(
            name=str(one.get("SetName") or "").strip(),
            codes=codes,
            stage=own["stage"] if own else None,
            person=own["person"] or own["by"] if own else None,
            is_own=own is not None,
            is_final=own is not None and own["by"] is not None,
        )


def _add_codes(attributes: Any, above: _Code | None, codes: dict[int, _Code]) -> None:
    """Add the codes of a list and those below them; what stands below a decision is its reason."""
    listed = attributes.get("AttributesList") if isinstance(attributes, dict) else attributes
    for one in listed if isinstance(listed, list) else ():
        if not isinstance(one, dict):
            continue
        number = _number(one.get("AttributeId"))
        name = str(one.get("AttributeName") or "").strip()
        value = VALUE_OF.get(_number(one.get("AttributeTypeId")) or 0) or _value_of_type(one)
        value = value or (above.value if above else None)
        if value == "include" and UNSURE.fullmatch(name):
            value = "unsure"
        code = None
        if value is not None:
            reason = _reason(one, name, below=above is not None) if value == "exclude" else None
            code = _Code(value, reason, len(codes))
            if number is not None:
                codes[number] = code
        # Files nest code sets a few levels deep; more is none of theirs.
        if len(codes) < 100_000:
            _add_codes(one.get("Attributes"), code or above, codes)


def _value_of_type(attribute: Mapping[str, Any]) -> str | None:
    """Decision of a code that old files give without the number of its type."""
    name = str(attribute.get("AttributeType") or "").strip().lower()
    return name if name in VALUE_OF.values() else None


def _reason(attribute: Mapping[str, Any], name: str, *, below: bool) -> str | None:
    """Reason that an Exclude code stands for."""
    own = OWN_REASON.fullmatch(str(attribute.get("AttributeSetDescription") or ""))
    if own:
        return own[1]
    words = EXCLUDE_ON.sub("", name, count=1).strip() if not below else name
    # "EXCLUDE on title and abstract" names the stage, no reason.
    is_stage = re.fullmatch(
        r"(?:the )?(?:basis of )?(?:title|abstract|full[ -]?text|t ?& ?a|t/a|ti/ab|screening|and|&|/|on|\s)+",
        words,
        re.IGNORECASE,
    )
    return None if not words or is_stage else words


def _chosen(
    sets: list[_CodeSet],
    items: Sequence[Mapping[str, Any]],
    how: tuple[str, str | None, str | None],
) -> list[_CodeSet]:
    """Return the code sets to read: those written here, the one named, or the only one in use."""
    file, name, stage = how
    if not sets:
        raise _refused(
            file,
            "The file has no screening code set (SetTypeId 5).",
            "Include the screening tool in the report when you export it.",
        )
    if name is not None:
        named = [one for one in sets if one.name == name]
        if not named:
            listed = ", ".join(f'"{one.name}"' for one in sets)
            raise _refused(
                file, f'There is no screening code set "{name}".', f"There are {listed}."
            )
        return named
    own = [one for one in sets if one.is_own]
    if own:
        return own
    used = {number for item in items for number, _ in _codes_of(item)}
    in_use = [one for one in sets if used & one.codes.keys()] or sets[:1]
    if len(in_use) > 1 and stage in STAGE_WORDS:
        in_use = [one for one in in_use if STAGE_WORDS[stage].search(one.name)] or in_use
    if len(in_use) > 1:
        listed = ", ".join(f'"{one.name}"' for one in in_use)
        raise _refused(
            file, f"Several screening code sets were used: {listed}.", "Say which one is meant."
        )
    return in_use


def _codes_of(item: Mapping[str, Any]) -> Iterator[tuple[int, str | None]]:
    """Yield the number of each code of a reference, and what was written beside it."""
    codes = item.get("Codes")
    for code in codes if isinstance(codes, list) else ():
        if isinstance(code, dict) and (number := _number(code.get("AttributeId"))) is not None:
            text = code.get("AdditionalText")
            yield number, (text.strip() or None) if isinstance(text, str) else None


def _record(
    place: int,
    item: Mapping[str, Any],
    sets: Sequence[_CodeSet],
    problems: list[FileProblem],
) -> SaidRecord:
    values = {key: [str(item[key]).strip()] for key in KEYS if isinstance(item.get(key), str | int)}
    fields, _ = fields_from_eppi({key: found for key, found in values.items() if found[0]})
    codes = list(_codes_of(item))
    said: list[Said] = []
    for one in sets:
        given = [(one.codes[number], note) for number, note in codes if number in one.codes]
        values_given = {code.value for code, _ in given}
        if len(values_given) > 1:
            problems.append(
                FileProblem(
                    f'"{fields.title or place}" is both included and excluded in "{one.name}".',
                    "Take one of the codes off in EPPI-Reviewer, then export again.",
                    place,
                )
            )
        elif given:
            first = min(given, key=lambda pair: (pair[0].reason is None, pair[0].place))[0]
            notes = list(dict.fromkeys(note for _, note in given if note))
            said.append(
                Said(
                    value=first.value,
                    reviewer=one.person,
                    is_final=one.is_final,
                    reason=first.reason,
                    note=" ".join(notes) or None,
                )
            )
    stage = next((one.stage for one in sets if one.stage), None)
    return SaidRecord(
        place,
        _own_name(item),
        fields.doi,
        fields.pmid,
        fields.title,
        fields.year,
        tuple(said),
        stage,
    )


def _own_name(item: Mapping[str, Any]) -> str | None:
    """Return the name of a record that was written here."""
    old = item.get("OldItemId")
    if not isinstance(old, str) or not old.startswith(OWN_ID):
        return None
    return old.removeprefix(OWN_ID).partition("/")[2] or None


def _number(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    return int(value) if isinstance(value, str) and re.fullmatch(r"-?\d{1,19}", value) else None
