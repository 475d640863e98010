"""Published tables to figures, and looking them up."""

from __future__ import annotations

import dataclasses
from collections import Counter

import pytest

from whatworks.england import (
    OGL_V3,
    FigureColumn,
    FigureLayout,
    OfficialFigure,
    national,
    over_time,
    read_appeal_rates,
    read_figures,
)
from whatworks.errors import FileError
from whatworks.tabular import read_csv

TABLE = """\
time_period,geographic_level,country_code,country_name,region_code,region_name,new_la_code,la_name,topic,value,asd,slcn,total
202324,National,E92000001,England,,,,,All plans,All plans,30.1,21,1000
202425,National,E92000001,England,,,,,All plans,All plans,31.5,c,2000
202425,National,E92000001,England,,,,,Age,age 4,x,49.6,3
202425,Regional,E92000001,England,E12000001,North East,,,All plans,All plans,29,z,7
202425,Local authority,E92000001,England,E12000001,North East,E06000001,Hartlepool,All plans,All plans,low,k,5
202425,School,E92000001,England,E12000001,North East,E06000001,Hartlepool,All plans,All plans,1,1,1
"""
MEASURE = "% of plans"
LAYOUT = FigureLayout(
    columns=(
        FigureColumn("asd", "plans_by_need_percent", MEASURE, need="ASD"),
        FigureColumn("slcn", "plans_by_need_percent", MEASURE, need="SLCN"),
        FigureColumn("total", "plans", "plans in January"),
    ),
    source="A publication, 1 January 2025",
    note="A break.",
    need_notes={"SLCN": "A footnote."},
    breakdown=("topic", "value"),
)


def _figures(layout: FigureLayout = LAYOUT, text: str = TABLE) -> list[OfficialFigure]:
    return read_figures(read_csv(text.encode(), file="plans.csv"), layout)


def test_national_rows_give_a_figure_for_each_column() -> None:
    figures = _figures()
    assert len(figures) == 9
    assert {figure.area_level for figure in figures} == {"national"}
    assert {figure.licence for figure in figures} == {OGL_V3}
    assert {figure.source for figure in figures} == {LAYOUT.source}


def test_suppression_is_kept_as_published() -> None:
    figure = national(_figures(), "plans_by_need_percent", need="SLCN")
    assert figure is not None
    assert (figure.value, figure.shorthand) == (None, "c")


def test_every_figure_has_either_a_value_or_a_sign() -> None:
    figures = _figures(dataclasses.replace(LAYOUT, levels=("national", "local_authority")))
    assert all((figure.value is None) != (figure.shorthand is None) for figure in figures)
    assert Counter(figure.shorthand for figure in figures)["low"] == 1


def test_identifiers_are_unique_across_areas_and_breakdowns() -> None:
    levels = ("national", "regional", "local_authority")
    figures = _figures(dataclasses.replace(LAYOUT, levels=levels))
    assert len({figure.figure_id for figure in figures}) == len(figures) == 15
    places = {(figure.area_level, figure.area_code, figure.area_name) for figure in figures}
    assert ("local_authority", "E06000001", "Hartlepool") in places
    assert ("regional", "E12000001", "North East") in places


def test_the_latest_period_is_found_unless_one_is_named() -> None:
    figures = _figures()
    latest = national(figures, "plans_by_need_percent", need="ASD")
    earlier = national(figures, "plans_by_need_percent", need="ASD", period="202324")
    assert latest is not None
    assert earlier is not None
    assert (latest.value, earlier.value) == (31.5, 30.1)


def test_a_figure_of_all_needs_is_not_a_figure_of_one_need() -> None:
    figures = _figures()
    assert national(figures, "plans_by_need_percent") is None
    total = national(figures, "plans")
    assert total is not None
    assert total.need is None


def test_a_breakdown_is_found_only_by_its_words() -> None:
    figures = _figures()
    aged_four = national(figures, "plans_by_need_percent", need="SLCN", breakdown="Age: age 4")
    assert aged_four is not None
    assert aged_four.value == 49.6
    assert [figure.period for figure in over_time(figures, "plans")] == ["202324", "202425"]


def test_notes_of_the_table_and_of_the_need_are_joined() -> None:
    notes = {figure.need: figure.note for figure in _figures()}
    assert notes == {"ASD": "A break.", "SLCN": "A break. A footnote.", None: "A break."}


def test_needs_and_phases_in_the_rows_are_read_as_codes() -> None:
    text = (
        "year,level,school,need,n\n"
        "201617,NATIONAL,Primary,N_Multisensory_impairment,5\n"
        "201617,NATIONAL,Special,N_Autistic_spectrum_disorder,7\n"
        "201617,NATIONAL,Total,Total,12\n"
    )
    layout = FigureLayout(
        columns=(FigureColumn("n", "pupils", "pupils"),),
        source="A publication",
        period="year",
        level="level",
        need="need",
        need_prefix="N_",
        phase="school",
        phases={"Primary": "P"},
        labels={"Special": "Special schools"},
    )
    found = [(f.need, f.phase, f.breakdown, f.value) for f in _figures(layout, text)]
    assert found == [
        ("MSI", "P", None, 5.0),
        ("ASD", None, "Special schools", 7.0),
        (None, None, None, 12.0),
    ]


def test_a_need_that_is_not_in_the_vocabulary_is_told_with_row_and_column() -> None:
    text = "year,level,need,n\n201617,National,Clumsiness,5\n201617,National,Sleepiness,5\n"
    layout = FigureLayout(
        columns=(FigureColumn("n", "pupils", "pupils"),),
        source="A publication",
        period="year",
        level="level",
        need="need",
    )
    with pytest.raises(
        FileError, match=r'needs.csv, row 2, column "need": Found "Clumsiness"'
    ) as e:
        read_figures(read_csv(text.encode(), file="needs.csv"), layout)
    assert [problem.row for problem in e.value.problems] == [2, 3]


def test_a_cell_that_is_no_figure_is_told_with_row_and_column() -> None:
    with pytest.raises(FileError, match=r'plans.csv, row 3, column "slcn": Found "ca"'):
        _figures(text=TABLE.replace("31.5,c,", "31.5,ca,"))


def test_a_missing_column_is_told() -> None:
    with pytest.raises(FileError, match='no column "asd"'):
        _figures(text=TABLE.replace(",asd,", ",autism,"))


def test_two_cells_for_one_figure_are_told() -> None:
    with pytest.raises(FileError, match="has been given before"):
        _figures(dataclasses.replace(LAYOUT, breakdown=()))


APPEALS = """\
SEND appeal rate table,,,,,,,,
,,,,,,,,
Local Authority,LA code,2022,,,2023,,,,
,,Appeals registered4,Total Appealable Decisions1,SEND Tribunal Appeal Rate2,Appeals registered4,"Total Appealable Decisions1,9",SEND Tribunal Appeal Rate2,In development: SEND Tribunal Appeal Rate2
Somewhere,800,~,"1,000",..,5,10,50%,60%
"England Total4,9",,"12,796","549,887",2.30%,~,"617,776",2.50%,6.10%
"""


def test_appeal_rates_are_read_from_the_england_row_year_by_year() -> None:
    figures = read_appeal_rates(APPEALS.encode(), file="appeals.csv", source="A table")
    found = {(f.series, f.period): (f.value, f.shorthand) for f in figures}
    assert found == {
        ("send_appeals", "2022"): (12796.0, None),
        ("send_appealable_decisions", "2022"): (549887.0, None),
        ("send_appeal_rate_percent", "2022"): (2.3, None),
        ("send_appeals", "2023"): (None, "~"),
        ("send_appealable_decisions", "2023"): (617776.0, None),
        ("send_appeal_rate_percent", "2023"): (2.5, None),
    }


def test_another_table_is_refused() -> None:
    with pytest.raises(FileError, match="no row of years"):
        read_appeal_rates(b"a,b\n1,2\n", file="other.csv", source="A table")


def test_a_bad_cell_of_the_appeal_table_is_told() -> None:
    with pytest.raises(FileError, match='column "2022 appeals registered": Found "many"'):
        read_appeal_rates(
            APPEALS.replace("12,796", "many").encode(), file="appeals.csv", source="A table"
        )
