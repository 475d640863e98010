"""Tables of pages as CSV files."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from whatworks.release.cells import Value, cell_text
from whatworks.site.page import Download

__all__ = ["csv_download"]


def csv_download(path: str, header: Sequence[str], rows: Iterable[Sequence[Value]]) -> Download:
    """Return a CSV file: UTF-8, comma, CRLF (RFC 4180), one header row."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([cell_text(value) for value in row] for row in rows)
    return Download(path, "text/csv; charset=utf-8", stream.getvalue().encode())
