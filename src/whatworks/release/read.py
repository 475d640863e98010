"""Read a release back into memory."""

from __future__ import annotations

from dataclasses import dataclass

from whatworks.errors import FileError, FileProblem, UserError
from whatworks.release.evidence import Evidence
from whatworks.release.files import ReleaseFiles
from whatworks.release.release_tables import read_descriptor, tables_of_release
from whatworks.release.table_files import read_csv_cells, rows_from_cells

__all__ = ["ReleaseLabel", "read_label", "read_release"]


@dataclass(frozen=True, slots=True)
class ReleaseLabel:
    """How a release is called.

    Attributes
    ----------
    name
        Short name of the evidence base.
    title
        Title of the evidence base.
    version
        Version, major.minor.patch.
    released_on
        Date, ISO 8601.
    code_version
        Version of whatworks that made it.
    """

    name: str
    title: str
    version: str
    released_on: str
    code_version: str


def read_label(files: ReleaseFiles) -> ReleaseLabel:
    """Return how the release is called.

    Raises
    ------
    UserError
        The descriptor lacks one of the fields.
    """
    descriptor = read_descriptor(files)
    try:
        return ReleaseLabel(
            name=descriptor["name"],
            title=descriptor["title"],
            version=descriptor["version"],
            released_on=descriptor["created"],
            code_version=descriptor["whatworks"]["code_version"],
        )
    except (KeyError, TypeError) as error:
        raise UserError(
            f"{files.location}: datapackage.json has no {error}. It is not a release of whatworks, "
            "or it was changed. Get the release again."
        ) from None


def read_release(files: ReleaseFiles) -> Evidence:
    """Read all tables from their CSV files; those the release's version did not have are empty.

    Raises
    ------
    FileError
        A table is missing, or a cell is not of its column's type.
    """
    tables = {}
    for table in tables_of_release(files).values():
        name = f"tables/{table.name}.csv"
        if name not in files.names:
            raise FileError(name, [FileProblem("the file is missing.", "Get the release again.")])
        cells = read_csv_cells(table, files.read(name), file=name)
        tables[table.name] = rows_from_cells(table, cells)
    return Evidence(**tables)
