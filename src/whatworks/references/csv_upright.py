"""Tables that list a record's fields below one another: a name, then its values."""

from __future__ import annotations

from collections.abc import Sequence

from whatworks.references.csv_fields import KNOWN, plain_name
from whatworks.references.csv_lines import Row

__all__ = ["upright"]

# So many different known names of fields must stand in the first column.
MIN_NAMES = 3


def upright(rows: Sequence[Row]) -> list[Row] | None:
    """Return a header and one row for each record, or None if the table is an ordinary one.

    Embase can export so: each row is the name of a field and its values, and each record begins with
    the name that the first row has.

    Parameters
    ----------
    rows : sequence of Row
        All rows that are not blank, from the first on.
    """
    names = [row.cells[0].strip() for row in rows]
    first = names[0]
    is_header = len(rows[0].cells) < 2 or plain_name(rows[0].cells[1]) in KNOWN
    if is_header or len(KNOWN & {plain_name(name) for name in names}) < MIN_NAMES:
        return None
    columns = list(dict.fromkeys(names))
    table = [Row(rows[0].line, columns, 0)]
    for row, name in zip(rows, names, strict=True):
        if name == first:
            table.append(Row(row.line, [""] * len(columns), 0))
        filled = [cell.strip() for cell in row.cells[1:] if cell.strip()]
        at = columns.index(name)
        cells = table[-1].cells
        cells[at] = "; ".join([*([cells[at]] if cells[at] else []), *filled])
    return table
