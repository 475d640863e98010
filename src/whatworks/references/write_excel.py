"""Records to an Excel workbook: one column per field, text cells only, read back exactly."""

from __future__ import annotations

import datetime
import io
from collections.abc import Sequence

from whatworks.references.nouns import Record
from whatworks.references.table_cells import CellRules, table_of

__all__ = ["write_excel"]

# Excel's limit. Text cells are never computed with, so no sign needs an apostrophe.
RULES = CellRules(max_length=32_767)
SHEET = "References"
WIDTHS = {"record_id": 24, "record_type": 12, "title": 60, "authors": 40, "container": 30}
WIDTH = 14
# The same records give the same bytes at any time.
CREATED = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)


def write_excel(records: Sequence[Record]) -> bytes:
    """Return records as an .xlsx workbook with one sheet.

    Every cell is text but the year, so that nothing from a database is computed as a formula.
    What a cell cannot hold (Excel allows 32,767 characters) stands whole in the last columns, so
    that `read_references` gives back every field, and `extra` with every tag.

    Parameters
    ----------
    records : sequence of Record
        In the order they are written.
    """
    import xlsxwriter

    header, rows = table_of(records, RULES)
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        },
    )
    book.set_properties({"created": CREATED.replace(tzinfo=None)})
    sheet = book.add_worksheet(SHEET)
    bold = book.add_format({"bold": True})
    for column, name in enumerate(header):
        sheet.set_column(column, column, WIDTHS.get(name, WIDTH))
        sheet.write_string(0, column, name, bold)
    year_column = header.index("year")
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            if not cell:
                continue
            if column == year_column:
                sheet.write_number(number, column, int(cell))
            else:
                sheet.write_string(number, column, cell)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(rows), len(header) - 1)
    book.close()
    return out.getvalue()
