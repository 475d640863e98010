"""Official figures from published tables, and looking them up by need and phase.

A series has one measure, so a series, a period, an area, a need, a phase and a breakdown name one
figure. None stands for all needs, all phases and no breakdown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from whatworks.england.figure_layout import FigureColumn, FigureLayout
from whatworks.england.nouns import OfficialFigure
from whatworks.england.shorthand import read_published
from whatworks.errors import FileError, FileProblem
from whatworks.tabular import CellError, CsvRow, CsvTable
from whatworks.vocab import resolve

__all__ = ["ENGLAND", "national", "over_time", "read_figures"]

ENGLAND = ("E92000001", "England")

# Words for levels in the files -> word of the noun, and the columns that name the area.
LEVELS: Mapping[str, tuple[str, str, str]] = {
    "national": ("national", "country_code", "country_name"),
    "regional": ("regional", "region_code", "region_name"),
    "local authority": ("local_authority", "new_la_code", "la_name"),
    "la": ("local_authority", "new_la_code", "la_name"),
}


def read_figures(table: CsvTable, layout: FigureLayout) -> list[OfficialFigure]:
    """Read the figures of a published table.

    Parameters
    ----------
    table : CsvTable
        The table as read by `tabular.read_csv`.
    layout : FigureLayout
        Which columns hold what.

    Returns
    -------
    list of OfficialFigure
        In file order. A cell with a sign gives a figure without value and with that shorthand.

    Raises
    ------
    FileError
        A column is missing, a cell or a need cannot be read, or two cells give the same figure.
    """
    table.require(layout.used_columns())
    figures: dict[str, OfficialFigure] = {}
    problems: list[FileProblem] = []
    for row in table.rows:
        level = _level(row, layout)
        if level is None or level[0] not in layout.levels or not _is_kept(row, layout):
            continue
        for column in layout.columns:
            try:
                figure = _figure(row, column, layout, level)
            except CellError as error:
                problems.append(FileProblem(error.found, error.fix, row.number, column.column))
                continue
            except ValueError as error:
                found = str(error)
                problems.append(
                    FileProblem(
                        found[:1].upper() + found[1:],
                        "Keep only the rows that name a need, or cut the prefix off.",
                        row.number,
                        layout.need,
                    )
                )
                continue
            if figure.figure_id in figures:
                problems.append(
                    FileProblem(
                        f"The figure {figure.figure_id} has been given before.",
                        "Name the column that tells the two apart as breakdown.",
                        row.number,
                        column.column,
                    )
                )
            figures[figure.figure_id] = figure
    if problems:
        raise FileError(table.file, problems)
    return list(figures.values())


def _level(row: CsvRow, layout: FigureLayout) -> tuple[str, str, str] | None:
    """Return the level and area columns of a row; None for levels that figures do not have."""
    if layout.level is None:
        return LEVELS["national"]
    return LEVELS.get(row.cells[layout.level].strip().lower())


def _is_kept(row: CsvRow, layout: FigureLayout) -> bool:
    """Say whether the row holds the texts asked for."""
    wanted = (layout.keep or {}).items()
    return all(row.cells[column].strip() in texts for column, texts in wanted)


def _figure(
    row: CsvRow, column: FigureColumn, layout: FigureLayout, level: tuple[str, str, str]
) -> OfficialFigure:
    """Build the figure of one cell."""
    published = read_published(row.cells[column.column])
    area_level, code_column, name_column = level
    area_code = row.cells.get(code_column, "").strip()
    area_name = row.cells.get(name_column, "").strip()
    if area_level == "national":
        area_code, area_name = area_code or ENGLAND[0], area_name or ENGLAND[1]
    need = column.need or _need(row, layout)
    phase, type_of_school = _phase(row, layout)
    phase = column.phase or phase
    parts = (_breakdown(row, layout), type_of_school, column.breakdown)
    breakdown = ", ".join(part for part in parts if part) or None
    period = row.cells[layout.period].strip()
    notes = (layout.note, (layout.need_notes or {}).get(need or ""))
    return OfficialFigure(
        figure_id=".".join(
            _slug(part or "all")
            for part in (column.series, period, area_code or area_name, need, phase, breakdown)
        ),
        series=column.series,
        period=period,
        area_level=area_level,
        area_code=area_code or None,
        area_name=area_name,
        need=need,
        phase=phase,
        breakdown=breakdown,
        measure=column.measure,
        value=published.value,
        shorthand=published.shorthand,
        source=layout.source,
        licence=layout.licence,
        note=" ".join(note for note in notes if note) or None,
    )


def _need(row: CsvRow, layout: FigureLayout) -> str | None:
    """Return the need named in the row."""
    if layout.need is None:
        return None
    text = row.cells[layout.need].strip()
    if text in layout.totals:
        return None
    return resolve("need", text.removeprefix(layout.need_prefix))


def _phase(row: CsvRow, layout: FigureLayout) -> tuple[str | None, str | None]:
    """Return the phase of a type of school, or the type itself where it has none."""
    if layout.phase is None:
        return None, None
    text = row.cells[layout.phase].strip()
    if text in layout.totals:
        return None, None
    phase = (layout.phases or {}).get(text)
    return phase, None if phase else (layout.labels or {}).get(text, text)


def _breakdown(row: CsvRow, layout: FigureLayout) -> str | None:
    """Return the breakdown in words; None for a total."""
    texts = [row.cells[column].strip() for column in layout.breakdown]
    if not texts or texts[-1] in layout.totals or (len(texts) > 1 and len(set(texts)) == 1):
        return None
    labels = layout.labels or {}
    return ": ".join(labels.get(text, text) for text in texts if text and text not in layout.totals)


def _slug(text: str) -> str:
    """Return the text as part of an identifier."""
    return re.sub(r"[^a-z0-9_]+", "-", text.lower()).strip("-")


def over_time(
    figures: Iterable[OfficialFigure],
    series: str,
    *,
    need: str | None = None,
    phase: str | None = None,
    breakdown: str | None = None,
) -> tuple[OfficialFigure, ...]:
    """Return the national figures of a series, earliest period first.

    Parameters
    ----------
    figures : iterable of OfficialFigure
        Figures to look in.
    series : str
        Name of the series.
    need, phase : str, optional
        Codes; None for the figures of all needs or all phases, which are not sums made here.
        No official figure has the need ADHD: ask for `vocab.reported_need`.
    breakdown : str, optional
        Breakdown as it stands in the figures; None for the total.
    """
    found = [
        figure
        for figure in figures
        if figure.series == series
        and figure.area_level == "national"
        and (figure.need, figure.phase, figure.breakdown) == (need, phase, breakdown)
    ]
    # Within a series periods are written in one way, so text order is time order.
    return tuple(sorted(found, key=lambda figure: figure.period))


def national(
    figures: Iterable[OfficialFigure],
    series: str,
    *,
    need: str | None = None,
    phase: str | None = None,
    breakdown: str | None = None,
    period: str | None = None,
) -> OfficialFigure | None:
    """Return one national figure: of a period, or the latest, suppressed or not.

    See `over_time` for the parameters; None if there is no such figure.
    """
    found = over_time(figures, series, need=need, phase=phase, breakdown=breakdown)
    if period is not None:
        found = tuple(figure for figure in found if figure.period == period)
    return found[-1] if found else None
