"""The tables a release has: those of the version that made it, as its descriptor says.

Tables and optional columns are added as the program grows. A release never changes, so an older one
is read without them: the table is empty, the column has no values.
"""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from whatworks.errors import FileError, FileProblem
from whatworks.release.files import ReleaseFiles
from whatworks.release.schema import TABLES, Table

__all__ = ["DESCRIPTOR", "read_descriptor", "tables_of_release"]

DESCRIPTOR = "datapackage.json"


def read_descriptor(files: ReleaseFiles) -> dict[str, Any]:
    """Return the parsed descriptor.

    Raises
    ------
    FileError
        It is not JSON, or not an object.
    """
    try:
        descriptor = json.loads(files.read(DESCRIPTOR))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise FileError(
            DESCRIPTOR, [FileProblem(f"this is not JSON: {error}.", "Get the release again.")]
        ) from None
    if not isinstance(descriptor, dict):
        raise FileError(
            DESCRIPTOR, [FileProblem("this is not an object.", "Get the release again.")]
        )
    return descriptor


def tables_of_release(files: ReleaseFiles) -> dict[str, Table]:
    """Return the tables of a release with the columns they have there, in the order data flows.

    A table that this version knows and the descriptor does not name is left out; so are optional
    columns. A column that must be filled, and is not there, stays: reading the file then says so.
    """
    named = _named_columns(read_descriptor(files))
    found: dict[str, Table] = {}
    for table in TABLES.values():
        if table.name not in named:
            continue
        there = named[table.name]
        columns = tuple(
            column
            for column in table.columns
            if column.name in there or column.required or column.name in table.withheld
        )
        found[table.name] = dataclasses.replace(table, columns=columns)
    return found


def _named_columns(descriptor: dict[str, Any]) -> dict[str, set[str]]:
    """Return the names of the columns of each table that a descriptor names."""
    try:
        return {
            resource["name"]: {field["name"] for field in resource["schema"]["fields"]}
            for resource in descriptor["resources"]
        }
    except (KeyError, TypeError):
        raise FileError(
            DESCRIPTOR,
            [FileProblem("it does not list the release's tables.", "Get the release again.")],
        ) from None
