"""Set a review's protocol, amend it with date and reason, and see it as it stood."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from whatworks.actions.known_review import require_review
from whatworks.errors import NotFound, UserError
from whatworks.references.nouns import Amendment, ProtocolSection
from whatworks.references.protocol import STAGES, changed_sections, read_protocol
from whatworks.store import Actor, Store, Transaction

__all__ = ["ProtocolState", "amend_protocol", "protocol_at", "set_protocol"]

TABLE = "protocol_sections"


@dataclass(frozen=True, slots=True)
class ProtocolState:
    """A protocol as it stands or stood.

    Attributes
    ----------
    sections
        In their order.
    amendments
        Made until then, oldest first.
    """

    sections: tuple[ProtocolSection, ...]
    amendments: tuple[Amendment, ...]


def set_protocol(
    store: Store, *, by: Actor, review_id: str, data: bytes, file: str
) -> ProtocolState:
    """Store a review's first protocol; the same again, or its sections in another order, is fine.

    Raises
    ------
    FileError
        The file is not a protocol; see `read_protocol`.
    NotFound
        The review does not exist.
    UserError
        A section differs from the protocol that is there: it needs an amendment.
    """
    require_review(store, review_id)
    sections = read_protocol(data, file=file, review_id=review_id)
    before = _sections(store, review_id)
    changes = changed_sections(before, sections) if before else {}
    if changes:
        raise UserError(_amendments_needed(changes, review_id, file))
    with store.write(
        actor=by, action="set_protocol", object_type="protocol", object_id=review_id, reason=file
    ) as tx:
        tx.put_file(data)
        tx.append(TABLE, sections)
    return protocol_at(store, review_id=review_id)


def _amendments_needed(changes: Mapping[str, str], review_id: str, file: str) -> str:
    """Return what differs, and the command that amends it."""
    listed = "\n".join(f"  {name}: {change}" for name, change in changes.items())
    first = next(iter(changes))
    command = (
        f"whatworks protocol amend {shlex.quote(file)} --review {review_id} --section {first} "
        '--change "..." --reason "..." --stage before-screening'
    )
    count = "1 section" if len(changes) == 1 else f"{len(changes)} sections"
    return (
        f'{file}: {count} differ from the protocol of "{review_id}" that is stored:\n{listed}\n'
        "Each change needs an amendment with its date, reason and stage. Nothing was saved. "
        f"For each section:\n  {command}"
    )


def amend_protocol(
    store: Store,
    *,
    by: Actor,
    review_id: str,
    data: bytes,
    file: str,
    sections: Sequence[str],
    amended_on: date,
    change: str,
    reason: str,
    stage: str,
) -> ProtocolState:
    """Take the named sections from a changed file and record why; the others stay as they are.

    Parameters
    ----------
    sections : sequence of str
        Names of sections that the file changes, adds or no longer has; each gets an amendment.
    amended_on : date
        When it was decided.
    change, reason : str
        What was changed, and why, in words.
    stage : str
        What had been done by then: one of `STAGES`, also with hyphens.

    Raises
    ------
    FileError
        The file is not a protocol.
    NotFound
        The review has no protocol yet, or a section is in neither.
    UserError
        A section is the same as before, or an answer is missing.
    """
    require_review(store, review_id)
    stage = stage.replace("-", "_")
    _require_answers(change=change, reason=reason, stage=stage, sections=sections)
    after = read_protocol(data, file=file, review_id=review_id)
    before = _sections(store, review_id)
    if not before:
        raise NotFound(
            f'There is no protocol of "{review_id}" yet. Store the first one with '
            f"`whatworks protocol set {file} --review {review_id}`; it needs no amendment."
        )
    changes = changed_sections(before, after)
    for name in sections:
        _require_change(name, changes, before, after)
    made = _new_amendments(
        store, review_id, sections, amended_on.isoformat(), change, reason, stage, by.pseudonym
    )
    new = {section.section: section for section in after}
    with store.write(
        actor=by,
        action="amend_protocol",
        object_type="protocol",
        object_id=review_id,
        reason=reason,
    ) as tx:
        tx.put_file(data)
        _write(tx, before, new, sections)
        tx.append("amendments", made)
    return protocol_at(store, review_id=review_id)


def _require_answers(*, change: str, reason: str, stage: str, sections: Sequence[str]) -> None:
    if not sections:
        raise UserError("Name at least one section to amend. Nothing was saved.")
    for what, text in (("what was changed", change), ("why", reason)):
        if not text.strip():
            raise UserError(f"An amendment says {what}. Write it. Nothing was saved.")
    if stage not in STAGES:
        raise UserError(
            f'The stage is one of {", ".join(STAGES)}. Found "{stage}". Nothing was saved.'
        )


def _require_change(
    name: str,
    changes: Mapping[str, str],
    before: Sequence[ProtocolSection],
    after: Sequence[ProtocolSection],
) -> None:
    """Refuse a section that the file does not change."""
    if name in changes:
        return
    differing = ", ".join(changes) or "none"
    if name in {section.section for section in (*before, *after)}:
        raise UserError(
            f'Section "{name}" is the same in the file and in the store. Sections that differ: '
            f"{differing}. Nothing was saved."
        )
    raise NotFound(
        f'There is no section "{name}". Sections that differ: {differing}. Nothing was saved.'
    )


def _new_amendments(
    store: Store,
    review_id: str,
    sections: Sequence[str],
    amended_on: str,
    change: str,
    reason: str,
    stage: str,
    made_by: str,
) -> list[Amendment]:
    """Return an amendment for each section, numbered within the review."""
    made = [one for one in store.rows("amendments") if one.review_id == review_id]
    return [
        Amendment(
            amendment_id=f"{review_id}:amendment:{number}",
            review_id=review_id,
            section=name,
            amended_on=amended_on,
            change=change.strip(),
            reason=reason.strip(),
            stage=stage,
            made_by=made_by,
        )
        for number, name in enumerate(dict.fromkeys(sections), start=len(made) + 1)
    ]


def _write(
    tx: Transaction,
    before: Sequence[ProtocolSection],
    new: Mapping[str, ProtocolSection],
    sections: Sequence[str],
) -> None:
    """Write the named sections as the file has them; those it lacks are withdrawn."""
    there = {section.section for section in before}
    tx.append(TABLE, [new[name] for name in dict.fromkeys(sections) if name in new])
    tx.withdraw(
        TABLE,
        [(before[0].review_id, name) for name in sections if name in there and name not in new],
    )


def _sections(store: Store, review_id: str) -> tuple[ProtocolSection, ...]:
    """Return a review's current sections in their order."""
    rows = [row for row in store.rows(TABLE) if row.review_id == review_id]
    return tuple(sorted(rows, key=lambda row: (row.position, row.section)))


def protocol_at(store: Store, *, review_id: str, on: date | None = None) -> ProtocolState:
    """Return a protocol as it stands, or as it stood at the end of a day (UTC).

    Nothing is ever overwritten, so that every earlier state can be shown.

    Raises
    ------
    NotFound
        There was no protocol then.
    """
    require_review(store, review_id)
    amendments = tuple(
        sorted(
            (one for one in store.rows("amendments") if one.review_id == review_id),
            key=lambda one: (one.amended_on, len(one.amendment_id), one.amendment_id),
        )
    )
    if on is None:
        sections = _sections(store, review_id)
        when = "yet"
    else:
        next_day = (on + timedelta(days=1)).isoformat()
        sections, amendments = _as_of(store, review_id, amendments, next_day)
        when = f"on {on.isoformat()}"
    if not sections:
        raise NotFound(
            f'There is no protocol of "{review_id}" {when}. Store one with '
            f"`whatworks protocol set FILE --review {review_id}`."
        )
    return ProtocolState(sections, amendments)


def _as_of(
    store: Store, review_id: str, amendments: Sequence[Amendment], next_day: str
) -> tuple[tuple[ProtocolSection, ...], tuple[Amendment, ...]]:
    """Return what the log had written before a day began."""
    early = {event.id for event in store.events() if event.at < next_day}
    names = {section.section for section in _sections(store, review_id)} | {
        name
        for event in store.events(object_type="protocol", object_id=review_id)
        for change in store.payload(event.id)["changes"]
        if change["table"] == TABLE
        for name in _names(change)
    }
    sections = []
    for name in names:
        versions = [v for v in store.history(TABLE, (review_id, name)) if v.event_id in early]
        if versions and not versions[-1].is_withdrawn:
            sections.append(versions[-1].row)
    kept = tuple(
        one
        for one in amendments
        if store.history("amendments", one.amendment_id)[0].event_id in early
    )
    return tuple(sorted(sections, key=lambda row: (row.position, row.section))), kept


def _names(change: Mapping[str, Any]) -> list[str]:
    """Return the names of the sections a change of the log wrote or withdrew."""
    if "withdrawn" in change:
        return [str(key[1]) for key in change["withdrawn"]]
    place = list(change["columns"]).index("section")
    return [str(row[place]) for row in change["rows"]]
