"""Which column of a table of decisions holds what."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from whatworks.references.csv_fields import find_columns, plain_name

__all__ = ["COLUMN_FIELDS", "DecisionColumns", "Group", "find_decision_columns"]

# The first name of a line that a table has is the one that is read.
NAMES: Mapping[str, str] = {
    "record_id": "record id|whatworks id|whatworks record id",
    "decision": "asreview label|decision|screening decision|reviewer decision|screening status|vote|"
    "label|label included|included label|included|include|inclusion|inclusion decision|inclusion status|"
    "screening result|verdict|relevant|relevance|status",
    "final": "outcome|final decision|consensus decision|consensus|final|final label|final included|"
    "included final|final inclusion|reconciled|reconciled decision|agreed decision|adjudicated|"
    "adjudicated decision|adjudication|resolution|resolved|overall decision|overall",
    "reviewer": "reviewer|reviewer name|reviewer id|person|screener|screened by|decided by|rater|coder|"
    "assessor|user|user name|username|asreview user name|asreview user email",
    "reason": "reason|exclusion reason|reason for exclusion|exclude reason|excluded reason|"
    "exclusion reasons|reasons|reasons for exclusion",
    "note": "note|asreview note|notes|comment|comments|reviewer note|reviewer notes|remark|remarks",
    "decided_at": "decided at|decided on|decision date|decision time|asreview time|screened at|"
    "screened on|timestamp|time",
    "final_reviewer": "reconciled by|consensus by|adjudicator|adjudicated by|resolved by|final reviewer",
    "final_note": "reconciled note|consensus note|final note",
    "final_at": "reconciled at|consensus date|reconciled on",
    "final_criteria_version": "reconciled criteria version",
    "settled_by": "settled by",
    "criteria_version": "criteria version",
    "stage": "stage|screening stage",
}
# Names that say the stage as well; they go before all others, and are not read for another stage.
STAGE_NAMES: Mapping[str, str] = {
    "title_abstract": "title abstract decision|title and abstract decision|abstract decision|ta decision|"
    "tiab decision|title abstract screening|title and abstract screening|abstract screening|"
    "title abstract|title and abstract|label abstract|label abstract included|abstract included",
    "full_text": "full text decision|fulltext decision|ft decision|full text screening|"
    "fulltext screening|full text inclusion|full text|fulltext|label full text|full text included",
}
# What a record is known by, besides its name; found as in any table of references.
REFERENCE_FIELDS = ("title", "year", "doi", "pmid")
COLUMN_FIELDS = (*REFERENCE_FIELDS, *NAMES)
# Columns that hold what one of several people decided: "decision_1", "Reviewer 2 decision".
IN_GROUP = ("decision", "reviewer", "reason", "note", "decided_at", "criteria_version")
NUMBERED = re.compile(r"(?P<name>.*?\D)\s*(?P<number>\d{1,2})")
REVIEWER_NUMBERED = re.compile(
    r"(?:reviewer|screener|rater|coder|person)\s*(?P<number>\d{1,2})\s+(?P<name>.+)"
)
REPEATED = re.compile(r".+ \(\d+\)")
OWN = frozenset({"record_id", "stage", "state", "outcome", "settled_by", "reconciled_by"})


@dataclass(frozen=True, slots=True)
class Group:
    """The columns of one of several people.

    Attributes
    ----------
    number
        As the columns' names say it; None where only one person is in a row.
    by_field
        Column name by field.
    name
        What the person is called where no column names them.
    """

    number: int | None
    by_field: Mapping[str, str]
    name: str | None = None


@dataclass(frozen=True, slots=True)
class DecisionColumns:
    """What was found in a header.

    Attributes
    ----------
    by_field
        Column name by field, of those that a row has once.
    groups
        Columns of each person.
    unread
        Columns that also look like decisions and are not read.
    is_own
        Whether the table was written here.
    """

    by_field: Mapping[str, str]
    groups: tuple[Group, ...]
    unread: tuple[str, ...]
    is_own: bool

    def is_of_decisions(self) -> bool:
        """Whether any column tells decisions."""
        return bool(self.groups) or "final" in self.by_field


def find_decision_columns(
    header: Sequence[str],
    chosen: Mapping[str, str] | None = None,
    *,
    stage: str | None = None,
) -> DecisionColumns:
    """Return which column holds which field.

    Parameters
    ----------
    header : sequence of str
        Column names, each once.
    chosen : mapping, optional
        Column by field, where a person says so; it goes before what the names tell.
    stage : str, optional
        Stage whose decisions are wanted.
    """
    chosen = dict(chosen or {})
    by_name: dict[str, str] = {}
    for column in header:
        by_name.setdefault(plain_name(column), column)
    references = find_columns(tuple(header)).by_field
    found: dict[str, str] = {
        name: references[name] for name in REFERENCE_FIELDS if name in references
    }
    taken = set(found.values()) | set(chosen.values())
    names_of = {field: names.split("|") for field, names in NAMES.items()}
    if stage is not None and stage in STAGE_NAMES:
        names_of["decision"][:0] = STAGE_NAMES[stage].split("|")
    for field, names in names_of.items():
        for name in names:
            if name in by_name and by_name[name] not in taken:
                found[field] = by_name[name]
                taken.add(by_name[name])
                break
    found |= chosen
    is_own = set(header) >= OWN
    unread = tuple(
        by_name[name]
        for field in ("decision", "final")
        for name in names_of[field]
        if name in by_name and by_name[name] not in taken and not is_own
    )
    groups = [] if "decision" in chosen else _numbered(header)
    if not groups and "decision" in found:
        groups = [Group(None, {name: found[name] for name in IN_GROUP if name in found})]
    once = {name: column for name, column in found.items() if not groups or name not in IN_GROUP}
    if groups and groups[0].number is not None and "reason" in found:
        # One reason column beside several people's decisions is that of the outcome.
        once["final_reason"] = found["reason"]
    elif "final" in found and "reason" in found:
        once["final_reason"] = found["reason"]
    return DecisionColumns(once, tuple(groups), unread, is_own)


def _numbered(header: Sequence[str]) -> list[Group]:
    """Return groups of columns that end with a number, or begin with a reviewer and a number.

    Columns that are called "Reviewer 1" and have nothing beside them hold the decisions themselves.
    """
    fields_of = {name: field for field in IN_GROUP for name in NAMES[field].split("|")}
    groups: dict[int, dict[str, str]] = {}
    for column in header:
        # The second column of a name, as `numbered_names` calls it.
        if REPEATED.fullmatch(column) and column.rpartition(" (")[0] in header:
            continue
        plain = plain_name(column)
        found = REVIEWER_NUMBERED.fullmatch(plain) or NUMBERED.fullmatch(plain)
        field = fields_of.get(found["name"].strip()) if found else None
        if found is not None and field is not None:
            groups.setdefault(int(found["number"]), {}).setdefault(field, column)
    if not any("decision" in by_field for by_field in groups.values()):
        return [
            Group(number, {"decision": by_field["reviewer"]}, by_field["reviewer"])
            for number, by_field in sorted(groups.items())
            if by_field.keys() == {"reviewer"}
        ]
    return [
        Group(number, by_field, f"reviewer {number}")
        for number, by_field in sorted(groups.items())
        if "decision" in by_field
    ]
