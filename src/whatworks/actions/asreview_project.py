"""ASReview's project file, version 3: a zip with the settings, the data and a database of labels.

Layout and columns as ASReview 3.0 writes them (project_file_version 3, PRAGMA user_version 3).
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import sqlite3
import zipfile
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

from whatworks.errors import FileError, FileProblem
from whatworks.extraction.decision_files.nouns import Decided, DecisionFile, Said, SaidRecord
from whatworks.references.identifiers import normalise_doi

__all__ = ["is_asreview_project", "read_asreview_project", "write_asreview_project"]

SETTINGS, DATABASE, DATA = "project.json", "results.db", "data/records.csv"
PROJECT_VERSION = 3
OWN_COLUMN = "whatworks_id"
# Nothing larger is opened: a project with a million abstracts has about two gigabytes.
MAX_PART_BYTES = 3_000_000_000
SMALL_BYTES = 50_000_000
MAX_RATIO = 500
# The default learner of ASReview 3, which anyone who opens the project can change.
MODEL: dict[str, Any] = {
    "querier": "max",
    "classifier": "svm",
    "balancer": "balanced",
    "feature_extractor": "tfidf",
    "stopper": None,
    "querier_param": {},
    "classifier_param": {"loss": "squared_hinge", "C": 0.11},
    "balancer_param": {"ratio": 9.8},
    "feature_extractor_param": {
        "ngram_range": [1, 2],
        "sublinear_tf": True,
        "min_df": 1,
        "max_df": 0.95,
    },
    "stopper_param": {},
    "n_query": 1,
}
SCHEMA = """
CREATE TABLE record (
    dataset_row INTEGER NOT NULL, dataset_id VARCHAR NOT NULL, title VARCHAR NOT NULL,
    abstract VARCHAR NOT NULL, authors JSON NOT NULL, keywords JSON NOT NULL, year INTEGER, doi VARCHAR,
    url VARCHAR, included INTEGER, record_id INTEGER NOT NULL, duplicate_of INTEGER,
    group_id INTEGER NOT NULL GENERATED ALWAYS AS (COALESCE(duplicate_of, record_id)) VIRTUAL,
    PRIMARY KEY (record_id), UNIQUE (dataset_row, dataset_id),
    CONSTRAINT no_self_duplicate CHECK (duplicate_of IS NULL OR duplicate_of != record_id),
    FOREIGN KEY (duplicate_of) REFERENCES record (record_id) ON DELETE SET NULL);
CREATE INDEX idx_record_group_id ON record (group_id);
CREATE TABLE results (
    record_id INTEGER UNIQUE, label INTEGER, classifier TEXT, querier TEXT, balancer TEXT,
    feature_extractor TEXT, training_set INTEGER, time FLOAT, note TEXT, tags JSON, user_id INTEGER);
CREATE TABLE last_ranking (
    record_id INTEGER UNIQUE, ranking INT, classifier TEXT, querier TEXT, balancer TEXT,
    feature_extractor TEXT, training_set INTEGER, time FLOAT);
CREATE TABLE decision_changes (record_id INTEGER, label INTEGER, time FLOAT, user_id INTEGER);
CREATE TRIGGER trg_results_delete AFTER DELETE ON results FOR EACH ROW BEGIN
    INSERT INTO decision_changes (record_id, label, time, user_id)
    VALUES (OLD.record_id, OLD.label, OLD.time, OLD.user_id); END;
CREATE TRIGGER trg_results_label_update AFTER UPDATE OF label ON results FOR EACH ROW
WHEN OLD.label IS NOT NEW.label BEGIN
    INSERT INTO decision_changes (record_id, label, time, user_id)
    VALUES (OLD.record_id, OLD.label, OLD.time, OLD.user_id); END;
PRAGMA user_version = 3;
"""
LABEL_OF = {"include": 1, "exclude": 0}
VALUE_OF = {1: "include", 0: "exclude"}
REASON = re.compile(r"Exclusion reason: ([^;]+);(.*)", re.DOTALL)
# The same decisions give the same bytes at any time.
ZIP_DATE = (2000, 1, 1, 0, 0, 0)


def write_asreview_project(decided: Sequence[Decided], *, name: str) -> bytes:
    """Return a project that ASReview 3 opens, to look at the labels or to go on screening.

    ASReview keeps one label for each record: the outcome, or what the person who asks decided before there
    is one. Records without either are still to be screened there.

    Parameters
    ----------
    name : str
        Name of the project.
    """
    digest = hashlib.sha256(name.encode()).hexdigest()
    settings = {
        "version": "3.0.0",
        "project_file_version": PROJECT_VERSION,
        "id": digest[:32],
        "mode": "oracle",
        "name": name,
        "created_at_unix": 0,
        "feature_matrices": [],
        "tags": None,
        "datasets": [{"id": digest[32:], "name": DATA.rpartition("/")[2]}],
        "review": {"status": "review", "model": {"name": "elas_u4", "current_value": MODEL}},
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        # ASReview writes what it learns into this folder and does not make it.
        archive.writestr(zipfile.ZipInfo("feature_matrices/", ZIP_DATE), b"")
        for part, content in (
            (SETTINGS, json.dumps(settings).encode()),
            (DATA, _data(decided)),
            (DATABASE, _database(decided, digest[32:])),
        ):
            info = zipfile.ZipInfo(part, ZIP_DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return out.getvalue()


def _data(decided: Sequence[Decided]) -> bytes:
    """Return the records as the data set of the project; exports of ASReview carry its columns along."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    columns = ("title", "authors", "year", "doi", "url", "abstract", "keywords")
    writer.writerow([OWN_COLUMN, *columns])
    for one in decided:
        cells = [_plain(getattr(one.record, column)) for column in columns]
        writer.writerow([_plain(one.record.record_id), *cells])
    return out.getvalue().encode("utf-8")


def _database(decided: Sequence[Decided], dataset_id: str) -> bytes:
    records, results = [], []
    for row, one in enumerate(decided):
        record = one.record
        records.append(
            (
                row,
                dataset_id,
                _plain(record.title),
                _plain(record.abstract),
                json.dumps(_plain(record.authors).split("; ") if record.authors else []),
                json.dumps(_plain(record.keywords).split("; ") if record.keywords else []),
                record.year,
                _plain(record.doi) or None,
                _plain(record.url) or None,
                row,
            )
        )
        if one.label is not None:
            results.append((row, LABEL_OF[one.label], _seconds(_when(one)), _note(one)))
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(SCHEMA)
        connection.executemany(
            "INSERT INTO record (dataset_row, dataset_id, title, abstract, authors, keywords, year, doi,"
            " url, record_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            records,
        )
        connection.executemany(
            "INSERT INTO results (record_id, label, time, note) VALUES (?, ?, ?, ?)", results
        )
        connection.commit()
        return bytes(connection.serialize())


def _plain(value: str | int | None) -> str:
    text = "" if value is None else str(value)
    return text.replace("\0", " ").encode("utf-8", errors="replace").decode("utf-8")


def _when(one: Decided) -> str | None:
    times = [vote.decided_at for vote in one.votes if vote.decided_at]
    if one.reconciled is not None:
        return one.reconciled.decided_at
    return max(times, default=None)


def _seconds(at: str | None) -> float | None:
    return None if at is None else _moment(at)


def _moment(at: str) -> float | None:
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _note(one: Decided) -> str | None:
    """Why, and what was written beside it, in one text."""
    if one.outcome is None:
        last = [one.own] if one.own is not None else []
    else:
        last = [one.reconciled] if one.reconciled is not None else list(one.votes)
    why = one.reason_words or one.reason
    notes = dict.fromkeys(decision.note for decision in last if decision.note)
    return _plain(" ".join([*([f"Exclusion reason: {why};"] if why else []), *notes])) or None


def is_asreview_project(data: bytes) -> bool:
    """Return whether a file is a zip with ASReview's settings in it."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError):
        return False
    return SETTINGS in names and "[Content_Types].xml" not in names


def read_asreview_project(data: bytes, *, file: str) -> DecisionFile:
    """Read the labels of a project of ASReview 3.

    Of a label that was changed the last one counts. Labels that were given in the data set and that nobody
    gave again while screening are not decisions of this project.

    Raises
    ------
    FileError
        The project is damaged, or of another version.
    """
    parts = _parts(data, file)
    settings = _settings(parts[SETTINGS], file)
    version = settings.get("project_file_version")
    if version != PROJECT_VERSION or DATABASE not in parts:
        raise _refused(
            file,
            f"It is a project of file version {version or 'unknown'}.",
            f"Open it in ASReview 3, which brings it to version {PROJECT_VERSION}, and export it again; "
            "or export the data set with its labels as CSV.",
        )
    own_ids = _own_ids(parts, settings)
    try:
        records, n_changed, n_users, n_tagged = _labels(parts[DATABASE], own_ids)
    except (sqlite3.Error, ValueError, TypeError, OverflowError):
        raise _refused(
            file, "The database in the project cannot be read.", "Export the project again."
        ) from None
    warnings = []
    if n_changed:
        warnings.append(
            f"{n_changed:,} labels were changed in ASReview; the last of each was read."
        )
    if n_users > 1:
        warnings.append(
            f"{n_users} people labelled in this project, which keeps one label for each record."
        )
    if n_tagged:
        warnings.append(f"{n_tagged:,} records have tags, which were not read.")
    return DecisionFile("asreview", "utf-8", records, warnings=tuple(warnings))


def _refused(file: str, found: str, fix: str) -> FileError:
    return FileError(file, [FileProblem(found, fix)])


def _parts(data: bytes, file: str) -> dict[str, bytes]:
    """Return the parts that are read, none larger than it may be."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            wanted = [
                info
                for info in archive.infolist()
                if info.filename in (SETTINGS, DATABASE)
                or (info.filename.startswith("data/") and info.filename.lower().endswith(".csv"))
            ]
            size = sum(info.file_size for info in wanted)
            if size > MAX_PART_BYTES or size > max(SMALL_BYTES, MAX_RATIO * len(data)):
                raise _refused(
                    file,
                    f"The project of {len(data):,} bytes would unpack to {size:,} bytes.",
                    "Check where it came from.",
                )
            return {info.filename: archive.read(info) for info in wanted}
    except (
        zipfile.BadZipFile, RuntimeError, ValueError, OSError, NotImplementedError, EOFError,
    ):  # fmt: skip
        raise _refused(file, "The project file is damaged.", "Export it again.") from None


def _settings(content: bytes, file: str) -> dict[str, Any]:
    try:
        settings = json.loads(content)
    except (ValueError, RecursionError):
        settings = None
    if not isinstance(settings, dict):
        raise _refused(file, "Its project.json cannot be read.", "Export the project again.")
    return settings


def _own_ids(parts: dict[str, bytes], settings: dict[str, Any]) -> dict[int, str]:
    """Names of records in projects written here, by row of the data set."""
    datasets = settings.get("datasets")
    first = datasets[0] if isinstance(datasets, list) and datasets else None
    name = first.get("name") if isinstance(first, dict) else None
    content = parts.get(f"data/{name}")
    if content is None:
        return {}
    csv.field_size_limit(max(csv.field_size_limit(), 10_000_000))
    try:
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    except (csv.Error, UnicodeDecodeError):
        return {}
    return {at: row[OWN_COLUMN] for at, row in enumerate(rows) if row.get(OWN_COLUMN)}


def _labels(
    content: bytes, own_ids: dict[int, str]
) -> tuple[tuple[SaidRecord, ...], int, int, int]:
    """Return records with their labels; how many were changed, by how many people, how many have tags."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(content)
        # The file came from elsewhere: nothing in its schema may do more than hold rows.
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA query_only = ON")
        rows = connection.execute(
            "SELECT record.record_id, dataset_row, title, doi, year, label, time, note, tags, user_id"
            " FROM record LEFT JOIN results ON results.record_id = record.record_id"
            " ORDER BY record.record_id"
        ).fetchall()
        changes = connection.execute("SELECT DISTINCT record_id FROM decision_changes").fetchall()
    records, users, labelled, n_tagged = [], set(), set(), 0
    for number, at, title, doi, year, label, time, note, tags, user in rows:
        said: list[Said] = []
        if label in VALUE_OF:
            labelled.add(number)
            users.add(user)
            moment = datetime.fromtimestamp(time, UTC).isoformat() if time else None
            reason, beside = _reason_in(_read_text(note))
            said.append(Said(VALUE_OF[label], reason=reason, note=beside, decided_at=moment))
            n_tagged += bool(tags and tags not in ("[]", "null"))
        records.append(
            SaidRecord(
                int(at) + 1,
                own_ids.get(at),
                normalise_doi(doi) if isinstance(doi, str) else None,
                None,
                _read_text(title),
                year if isinstance(year, int) else None,
                tuple(said),
            )
        )
    n_changed = sum(number in labelled for (number,) in changes)
    return tuple(records), n_changed, len(users), n_tagged


def _reason_in(note: str | None) -> tuple[str | None, str | None]:
    """Exclusion reason at the beginning of a note, as we write it there, and the rest of the note."""
    found = REASON.match(note or "")
    return (found[1], found[2].strip() or None) if found else (None, note)


def _read_text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None
