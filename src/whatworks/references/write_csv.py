"""Records to CSV: one column per field, read back exactly."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from whatworks.references.fields import FIELD_NAMES
from whatworks.references.nouns import Record

__all__ = ["write_csv"]


def write_csv(records: Sequence[Record]) -> bytes:
    """Return records as CSV: UTF-8 without a byte-order mark, CRLF line ends, a header.

    `read_references` gives back every field, and `extra` with every tag.

    Parameters
    ----------
    records : sequence of Record
        In the order they are written.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["record_id", *FIELD_NAMES, "extra"])
    for record in records:
        values = [getattr(record, name) for name in ("record_id", *FIELD_NAMES, "extra")]
        writer.writerow(["" if value is None else value for value in values])
    return out.getvalue().encode("utf-8")
