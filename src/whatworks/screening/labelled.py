"""A finished review as a table: titles, abstracts and what was decided, to try methods on."""

from __future__ import annotations

from dataclasses import dataclass

from whatworks.errors import FileError, FileProblem
from whatworks.tabular import read_csv

__all__ = ["LabelledSet", "read_labelled"]

COLUMNS = ("record_id", "title", "abstract", "label")
LABELS = {
    **dict.fromkeys(("1", "true", "yes", "include", "included", "relevant"), True),
    **dict.fromkeys(("0", "false", "no", "exclude", "excluded", "irrelevant"), False),
}


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """Records of a finished review, n of them, in file order.

    Attributes
    ----------
    record_ids
        As they stand in the file.
    titles, abstracts
        Empty where there is none.
    relevant
        Whether each was included.
    """

    record_ids: tuple[str, ...]
    titles: tuple[str, ...]
    abstracts: tuple[str, ...]
    relevant: tuple[bool, ...]


def read_labelled(data: bytes, *, file: str) -> LabelledSet:
    """Read a CSV with the columns record_id, title, abstract and label (1 included, 0 not).

    Raises
    ------
    FileError
        Naming the row and column of every cell that cannot be used.
    """
    table = read_csv(data, file=file)
    table.require(COLUMNS)
    problems: list[FileProblem] = []
    relevant: list[bool] = []
    for row in table.rows:
        said = row.cells["label"].strip()
        label = LABELS.get(said.lower())
        if label is None:
            problems.append(
                FileProblem(
                    f'found "{said}".' if said else "there is no label.",
                    "Write 1 for a record that was included, 0 for one that was not.",
                    row=row.number,
                    column="label",
                )
            )
        else:
            relevant.append(label)
    if problems:
        raise FileError(file, problems)
    return LabelledSet(
        tuple(row.cells["record_id"] for row in table.rows),
        tuple(row.cells["title"].strip() for row in table.rows),
        tuple(row.cells["abstract"].strip() for row in table.rows),
        tuple(relevant),
    )
