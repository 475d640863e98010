"""Events: who did what to which object, chained by hashes, and the payload that says how."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from whatworks.release.hashing import canonical_json, content_hash

__all__ = [
    "GENESIS_HASH",
    "Actor",
    "Event",
    "event_hash",
    "pack_payload",
    "unpack_payload",
    "utc_text",
]

GENESIS_HASH = "0" * 64


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, under a pseudonym: never a name or an address.

    Attributes
    ----------
    pseudonym
        A pseudonym of the people table, or the name and version of a rule or model.
    role
        In which capacity: reviewer, administrator, system, ...
    """

    pseudonym: str
    role: str

    def __post_init__(self) -> None:
        if not self.pseudonym or not self.role:
            raise ValueError("an actor has a pseudonym and a role")


@dataclass(frozen=True, slots=True)
class Event:
    """One transaction, as the log keeps it.

    Attributes
    ----------
    position
        1 for the first event of the store, then without gaps.
    id
        ULID: unique, and sortable by time.
    at
        UTC time, ISO 8601 with microseconds.
    actor
        Pseudonym of who acted.
    role
        Capacity in which they acted.
    app_version
        Version of whatworks that wrote it.
    action
        What was done: a verb with its object, such as import_references.
    object_type
        Type of the object it was done to.
    object_id
        Name of that object.
    reason
        Why, where a reason is asked for.
    payload_hash
        SHA-256 of the payload's canonical JSON.
    before_hash
        `values.state_hash` of the touched keys before.
    after_hash
        `values.state_hash` of the touched keys after.
    previous_hash
        Hash of the event before; 64 zeros for the first.
    hash
        SHA-256 of the canonical JSON of all fields above.
    """

    position: int
    id: str
    at: str
    actor: str
    role: str
    app_version: str
    action: str
    object_type: str
    object_id: str
    reason: str | None
    payload_hash: str
    before_hash: str
    after_hash: str
    previous_hash: str
    hash: str


def event_hash(event: Event) -> str:
    """Return the hash an event must have: over all its fields but the hash itself."""
    fields = dataclasses.asdict(event)
    del fields["hash"]
    return content_hash(fields)


def pack_payload(payload: Any) -> tuple[str, bytes]:
    """Return the hash and the compressed canonical JSON of a payload."""
    text = canonical_json(payload).encode()
    return hashlib.sha256(text).hexdigest(), zlib.compress(text, 6)


def unpack_payload(body: bytes) -> tuple[str, Any]:
    """Return the hash and the payload of a compressed body.

    Raises
    ------
    ValueError
        The body is not compressed JSON.
    """
    try:
        text = zlib.decompress(body)
    except zlib.error as error:
        raise ValueError(f"it cannot be decompressed ({error})") from None
    return hashlib.sha256(text).hexdigest(), json.loads(text)


def utc_text(at: datetime) -> str:
    """Return a time as the log writes it: UTC, ISO 8601, microseconds, Z.

    Raises
    ------
    ValueError
        The time has no time zone.
    """
    if at.tzinfo is None:
        raise ValueError(f"the time {at.isoformat()} has no time zone")
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
