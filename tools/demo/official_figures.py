"""National official figures on pupils with SEND, for the demonstration evidence base.

    python tools/demo/official_figures.py --shared ../shared

prints how many figures each series has. Everything is read from published files, except the few
figures of `CARRIED`, whose file is not among them. No count of pupils on SEN support by type of
need is published in these files: `pupils_by_need` counts pupils with a plan and pupils on SEN
support together, and ends in January 2017.
"""

from __future__ import annotations

import argparse
import dataclasses
from collections import Counter
from pathlib import Path

from official_layouts import (
    CARRIED,
    CASELOAD_LAYOUTS,
    DASHBOARD_FILES,
    LAIT,
    LAIT_MEASURES,
    LAIT_NOTES,
    SEN2_FILES,
    TRIBUNAL,
    exclusions_layout,
)

from whatworks.england import (
    FigureColumn,
    FigureLayout,
    OfficialFigure,
    read_appeal_rates,
    read_figures,
)
from whatworks.tabular import CsvTable, read_csv

FOLDER = Path("data/england")


def _read(path: Path) -> CsvTable:
    """Read a published file."""
    return read_csv(path.read_bytes(), file=path.name)


def _lait(table: CsvTable) -> list[OfficialFigure]:
    """Read the measures of the interactive tool for England."""
    wanted = [row for row in table.rows if row.cells["area"] == "England"]
    england = dataclasses.replace(table, rows=tuple(wanted))
    figures = []
    for key, (series, measure, phase, breakdown) in LAIT_MEASURES.items():
        layout = FigureLayout(
            columns=(FigureColumn("value", series, measure, phase=phase, breakdown=breakdown),),
            source=f"{LAIT}, measure {key}",
            note=LAIT_NOTES.get(series),
            period="year",
            level=None,
            keep={"measure": (key,)},
        )
        figures += read_figures(england, layout)
    return figures


def _carried(example: OfficialFigure) -> list[OfficialFigure]:
    """Give the January 2025 plans, in the form of an earlier year's figure."""
    year, last = "202425", example.period
    return [
        dataclasses.replace(
            example,
            figure_id=example.figure_id.replace(last, year).removesuffix("all")
            + (breakdown or "all").lower().replace(", ", "-").replace(" ", "-"),
            period=year,
            breakdown=breakdown,
            value=value,
        )
        for breakdown, value in CARRIED
    ]


def build(shared: Path) -> list[OfficialFigure]:
    """Read all figures, ordered by their identifiers.

    Parameters
    ----------
    shared : Path
        Folder with `data/england`.

    Raises
    ------
    FileError
        A file does not look as its layout says.
    """
    folder = shared / FOLDER
    plans = folder / "ehc_plans_2025"
    figures: list[OfficialFigure] = []
    for name, layout in SEN2_FILES.items():
        figures += read_figures(_read(plans / f"{name}.csv.gz"), layout)
    caseload = _read(plans / "caseload.csv.gz")
    for layout in CASELOAD_LAYOUTS:
        figures += read_figures(caseload, layout)
    figures += _carried(next(f for f in figures if f.series == "ehc_plans" and not f.breakdown))
    characteristics = "national_exclusions_by_characteristic_2011_2017.csv.gz"
    exclusions = _read(folder / "exclusions" / characteristics)
    figures += read_figures(exclusions, exclusions_layout("SEN_primary_need", need=True))
    figures += read_figures(exclusions, exclusions_layout("SEN_provision", need=False))
    for name, layout in DASHBOARD_FILES.items():
        figures += read_figures(_read(folder / "la_sen" / f"{name}.csv.gz"), layout)
    figures += _lait(_read(folder / "la_measures.csv.gz"))
    rates = plans / "send_tribunals_and_appeal_rate_2014-2024.csv.gz"
    figures += read_appeal_rates(rates.read_bytes(), file=rates.name, source=TRIBUNAL)
    return sorted(figures, key=lambda figure: figure.figure_id)


def main() -> None:
    """Print the number of figures in each series."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--shared", type=Path, required=True, help="folder with data/england")
    figures = build(parser.parse_args().shared)
    for series, count in sorted(Counter(figure.series for figure in figures).items()):
        print(f"{count:6,}  {series}")
    signs = Counter(figure.shorthand for figure in figures if figure.shorthand)
    print(f"{len(figures):6,}  figures, of which without a value: {dict(signs)}")


if __name__ == "__main__":
    main()
