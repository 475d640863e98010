"""Records to CSV: one column per field, read back exactly."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from whatworks.references.nouns import Record
from whatworks.references.table_cells import CellRules, table_of

__all__ = ["write_csv"]

# Python's reader refuses longer cells. A spreadsheet computes with what begins with these signs, a
# line that came from a database among them.
RULES = CellRules(max_length=131_000, formula_signs="=+-@\t")


def write_csv(records: Sequence[Record]) -> bytes:
    """Return records as CSV: UTF-8 without a byte-order mark, CRLF line ends, a header.

    A cell that a spreadsheet would take for a formula begins with an apostrophe. What a cell
    cannot hold as it is stands in the last column, so that `read_references` gives back every
    field, and `extra` with every tag.

    Parameters
    ----------
    records : sequence of Record
        In the order they are written.
    """
    header, rows = table_of(records, RULES)
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue().encode("utf-8")
