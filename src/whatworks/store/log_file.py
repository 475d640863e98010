"""The log as a file: JSON lines that carry a whole store from one database to another.

The first line says what the file is; then comes each event with its payload, followed by the
pieces of the files it brought; then, if asked for, the people; the last line says how many there
were, so that a file cut short is noticed.
"""

from __future__ import annotations

import base64
import dataclasses
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

import whatworks
from whatworks.errors import UserError
from whatworks.release.hashing import canonical_json
from whatworks.store.bulk import insert_rows
from whatworks.store.chain import Chain, Problem, walk_log
from whatworks.store.compare import wrong_files
from whatworks.store.dump import ByteSink
from whatworks.store.events import Event, pack_payload
from whatworks.store.fold import Fold
from whatworks.store.people import Person, all_people, insert_person
from whatworks.store.rebuild import insert_fold
from whatworks.store.tables import EVENTS, FILE_CHUNKS, FILES, PAYLOADS

__all__ = ["LogSummary", "read_log", "write_log"]

FORMAT = "whatworks-log-1"


@dataclass(frozen=True, slots=True)
class LogSummary:
    """What a log file holds.

    Attributes
    ----------
    n_events
        Events.
    n_files
        Imported files.
    n_people
        People; 0 where they were left out.
    last_hash
        Hash of the newest event.
    """

    n_events: int
    n_files: int
    n_people: int
    last_hash: str


def write_log(connection: sa.Connection, stream: ByteSink, *, people: bool) -> LogSummary:
    """Write the whole log with the imported files.

    Parameters
    ----------
    connection : Connection
        A connection that sees one state of the store.
    stream : binary stream
        Where the lines go.
    people : bool
        Whether names and addresses go along: yes for a backup or a move, no for a copy that is
        handed on.

    Raises
    ------
    UserError
        The log is broken: it is not carried on.
    """

    def write(line: dict[str, Any]) -> None:
        stream.write(canonical_json(line).encode() + b"\n")

    write({"format": FORMAT, "app_version": whatworks.__version__})
    chain, written = Chain(), set()
    for event, body in walk_log(connection):
        payload = chain.follow(event, body)
        _refuse(chain.problems, "The log is broken and was not exported")
        write({"event": dataclasses.asdict(event), "payload": payload})
        for sha256, _n_bytes in payload["files"] if payload else ():
            written.add(sha256)
            for position, data in _chunks(connection, sha256):
                text = base64.b64encode(data).decode()
                write({"file": sha256, "position": position, "data": text})
    persons = all_people(connection) if people else []
    for person in persons:
        write({"person": dataclasses.asdict(person)})
    summary = LogSummary(len(chain.hashes), len(written), len(persons), chain.hash)
    write({"end": dataclasses.asdict(summary)})
    return summary


def read_log(connection: sa.Connection, stream: Iterable[bytes]) -> LogSummary:
    """Write a log file into an empty store: events, payloads, files, people and tables.

    Raises
    ------
    UserError
        The store is not empty, or the file is not a whole, unbroken log.
    """
    if connection.execute(sa.select(EVENTS.c.position).limit(1)).first() is not None:
        raise UserError("The store has events already. Import the log into a new, empty store.")
    reader = _Reader(connection)
    for number, line in enumerate(stream, start=1):
        try:
            parts = json.loads(line)
            if not isinstance(parts, dict):
                raise ValueError("it is not an object")
            reader.take(parts)
        except (ValueError, KeyError, TypeError, IntegrityError) as error:
            # IntegrityError: a line that stands twice.
            raise UserError(
                f"Line {number:,} of the log file is not a line of a whatworks log ({error}). "
                "Export the log again. Nothing was saved."
            ) from None
    return reader.finish()


class _Reader:
    """Takes a log's lines one by one and writes what they carry."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._chain = Chain()
        self._fold = Fold()
        self._payloads: set[str] = set()
        self._n_people = 0
        self._is_begun = False
        self._end: LogSummary | None = None

    def take(self, line: dict[str, Any]) -> None:
        """Write what one line carries."""
        if not self._is_begun:
            if line.get("format") != FORMAT:
                raise ValueError(f"the first line does not say {FORMAT}")
            self._is_begun = True
        elif "event" in line:
            self._take_event(Event(**line["event"]), line["payload"])
        elif "file" in line:
            self._take_piece(line["file"], line["position"], line["data"])
        elif "person" in line:
            insert_person(self._connection, Person(**line["person"]))
            self._n_people += 1
        else:
            self._end = LogSummary(**line["end"])

    def _take_event(self, event: Event, payload: Any) -> None:
        hash_, body = pack_payload(payload)
        self._chain.follow(event, body)
        _refuse(self._chain.problems, "The log is broken and was not imported")
        if hash_ not in self._payloads:
            self._payloads.add(hash_)
            self._connection.execute(sa.insert(PAYLOADS), {"hash": hash_, "body": body})
        names = tuple(column.name for column in EVENTS.columns)
        insert_rows(self._connection, EVENTS, names, [tuple(getattr(event, n) for n in names)])
        known = set(self._fold.files)
        self._fold.apply(event.id, payload)
        for sha256 in self._fold.files.keys() - known:
            n_bytes, event_id = self._fold.files[sha256]
            insert_rows(
                self._connection,
                FILES,
                ("sha256", "n_bytes", "event_id"),
                [(sha256, n_bytes, event_id)],
            )

    def _take_piece(self, sha256: str, position: int, text: str) -> None:
        if sha256 not in self._fold.files:
            raise ValueError("it is a piece of a file that no event before it brought")
        data = base64.b64decode(text, validate=True)
        self._connection.execute(
            sa.insert(FILE_CHUNKS), {"sha256": sha256, "position": position, "data": data}
        )

    def finish(self) -> LogSummary:
        """Write the tables and prove that everything came over."""
        chain, fold = self._chain, self._fold
        found = LogSummary(len(chain.hashes), len(fold.files), self._n_people, chain.hash)
        if self._end != found:
            raise UserError(
                "The log file is cut short: its last line is missing or does not fit. "
                "Export or copy it again. Nothing was saved."
            )
        _refuse(list(wrong_files(self._connection, fold)), "The log file's files are broken")
        insert_fold(self._connection, fold)
        return found


def _chunks(connection: sa.Connection, sha256: str) -> list[tuple[int, bytes]]:
    """Return the compressed pieces of a kept file, in order."""
    query = (
        sa.select(FILE_CHUNKS.c.position, FILE_CHUNKS.c.data)
        .where(FILE_CHUNKS.c.sha256 == sha256)
        .order_by(FILE_CHUNKS.c.position)
    )
    return [(position, data) for position, data in connection.execute(query)]


def _refuse(problems: list[Problem], message: str) -> None:
    """Raise if there are problems, naming the first of them."""
    if problems:
        lines = [problem.describe() for problem in problems[:10]]
        raise UserError("\n".join([f"{message}:", *lines, "Nothing was saved."]))
