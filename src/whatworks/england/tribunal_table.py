"""The SEND tribunal's appeal rate table: years side by side, two header rows, England at the end."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator

from whatworks.england.figure_layout import OGL_V3
from whatworks.england.figures import ENGLAND
from whatworks.england.nouns import OfficialFigure
from whatworks.england.shorthand import read_published
from whatworks.errors import FileError, FileProblem
from whatworks.tabular import CellError, decode, unpack

__all__ = ["read_appeal_rates"]

YEAR = re.compile(r"(19|20)\d\d")

# Words of the second header row, footnote numbers cut off -> series and measure.
MEASURES = {
    "appeals registered": ("send_appeals", "appeals registered by the SEND tribunal"),
    "total appealable decisions": (
        "send_appealable_decisions",
        "decisions of local authorities that can be appealed",
    ),
    "send tribunal appeal rate": (
        "send_appeal_rate_percent",
        "appeals as % of decisions that can be appealed",
    ),
}


def read_appeal_rates(
    data: bytes, *, file: str, source: str, note: str | None = None
) -> list[OfficialFigure]:
    """Read the England total of each year.

    Columns marked "In development" follow another definition and are left out.

    Parameters
    ----------
    data : bytes
        Content of the CSV file, compressed or not.
    file : str
        Name of the file, for messages.
    source, note : str
        For the figures.

    Raises
    ------
    FileError
        There is no row of years, no row "England Total", or a cell that cannot be read.
    """
    text = decode(unpack(data, file=file), file=file).text
    rows = list(enumerate(csv.reader(io.StringIO(text, newline="")), start=1))
    years_row = next((n for n, row in rows if sum(map(_is_year, row)) > 1), None)
    total_row = next((n for n, row in rows if row and row[0].startswith("England Total")), None)
    if years_row is None or total_row is None or total_row <= years_row + 1:
        raise FileError(
            file,
            [
                FileProblem(
                    "There is no row of years with a row England Total below it.",
                    "Check that this is the table of SEND appeal rates.",
                )
            ],
        )
    years, names, total = (rows[n - 1][1] for n in (years_row, years_row + 1, total_row))
    figures, problems = [], []
    for at, year, name in _headed(years, names):
        try:
            published = read_published(total[at] if at < len(total) else "")
        except CellError as error:
            problems.append(FileProblem(error.found, error.fix, total_row, f"{year} {name}"))
            continue
        series, measure = MEASURES[name]
        figures.append(
            OfficialFigure(
                figure_id=f"{series}.{year}.{ENGLAND[0].lower()}.all.all.all",
                series=series,
                period=year,
                area_level="national",
                area_code=ENGLAND[0],
                area_name=ENGLAND[1],
                need=None,
                phase=None,
                breakdown=None,
                measure=measure,
                value=published.value,
                shorthand=published.shorthand,
                source=source,
                licence=OGL_V3,
                note=note,
            )
        )
    if problems:
        raise FileError(file, problems)
    return figures


def _is_year(cell: str) -> bool:
    """Say whether a cell is a year."""
    return YEAR.fullmatch(cell.strip()) is not None


def _headed(years: Iterable[str], names: list[str]) -> Iterator[tuple[int, str, str]]:
    """Yield column number, year and measure of the columns of figures."""
    year = ""
    for at, cell in enumerate(years):
        if _is_year(cell):
            year = cell.strip()
        name = re.sub(r"[\d,]+$", "", names[at].strip().lower()) if at < len(names) else ""
        if year and name in MEASURES:
            yield at, year, name
