"""From bytes to text to rows to values: reading people's tables, and saying what is wrong in them."""

from whatworks.tabular.cells import (
    CellError,
    is_missing,
    parse_boolean,
    parse_integer,
    parse_number,
    parse_text,
)
from whatworks.tabular.column_names import column_letters, numbered_names
from whatworks.tabular.csv_table import CsvRow, CsvTable, read_csv
from whatworks.tabular.decoding import Decoded, decode, unpack

__all__ = [
    "CellError",
    "CsvRow",
    "CsvTable",
    "Decoded",
    "column_letters",
    "decode",
    "is_missing",
    "numbered_names",
    "parse_boolean",
    "parse_integer",
    "parse_number",
    "parse_text",
    "read_csv",
    "unpack",
]
