"""The demonstration's national figures come back as published."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from whatworks.england import OfficialFigure, national
from whatworks.vocab import Need, Phase, codes

TOOLS = Path(__file__).resolve().parents[2] / "tools" / "demo"

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def figures(shared: Path) -> list[OfficialFigure]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(TOOLS))
        return importlib.import_module("official_figures").build(shared)


def test_identifiers_are_unique_and_sorted(figures) -> None:
    ids = [figure.figure_id for figure in figures]
    assert ids == sorted(set(ids))


def test_codes_are_those_of_the_vocabulary(figures) -> None:
    assert {figure.need for figure in figures} - {None} <= set(codes("need"))
    assert {figure.phase for figure in figures} - {None} <= set(codes("phase"))


def test_a_series_has_one_measure(figures) -> None:
    measures = {(figure.series, figure.measure) for figure in figures}
    assert len(measures) == len({series for series, _ in measures})


def test_no_figure_is_claimed_for_adhd_or_for_down_syndrome(figures) -> None:
    assert {figure.need for figure in figures}.isdisjoint({Need.ADHD, Need.DS})


def test_every_figure_is_open_and_has_a_source_and_a_value_or_a_sign(figures) -> None:
    for figure in figures:
        assert "Open Government Licence v3.0" in figure.licence
        assert figure.source
        assert (figure.value is None) != (figure.shorthand is None)


# Values read by eye in the publications named in each row's source.
@pytest.mark.parametrize(
    ("series", "keys", "period", "value"),
    [
        ("ehc_plans", {}, "201819", 353_995),
        ("ehc_plans", {}, "202425", 638_745),
        ("ehc_plans", {"breakdown": "Special schools, all"}, "202425", 193_880),
        ("ehc_plans_by_need_percent", {"need": "ASD"}, "202425", 31.5),
        ("ehc_plans_by_need_percent", {"need": "OTH"}, "202425", 1.2),
        ("pupils_by_need", {"need": "SLCN", "phase": Phase.P}, "201617", 183_770),
        ("pupils_by_provision_percent", {"breakdown": "SEN support"}, "2025", 14.2),
        ("suspensions_by_provision_rate", {"breakdown": "SEN support"}, "201617", 14.76),
        ("send_appeal_rate_percent", {}, "2024", 3.2),
        ("plans_in_20_weeks_percent", {}, "2022", 47.7),
    ],
)
def test_figures_come_back_as_published(figures, series, keys, period, value) -> None:
    figure = national(figures, series, period=period, **keys)
    assert figure is not None
    assert figure.value == value


def test_down_syndrome_is_said_to_be_inside_other(figures) -> None:
    figure = national(figures, "ehc_plans_by_need_percent", need="OTH")
    assert figure is not None
    assert "Down syndrome" in (figure.note or "")


def test_shares_of_plans_by_need_add_up_to_a_whole_within_rounding(figures) -> None:
    shares = [
        figure.value
        for figure in figures
        if figure.series == "ehc_plans_by_need_percent"
        and figure.breakdown in (None, "Need not known")
    ]
    assert len(shares) == 13
    # Thirteen shares rounded to 0.1 can be off by 0.05 each.
    assert sum(shares) == pytest.approx(100, abs=13 * 0.05)


def test_new_plans_by_need_add_up_to_all_new_plans(figures) -> None:
    rows = [
        figure
        for figure in figures
        if figure.series == "new_ehc_plans_by_need" and figure.breakdown in (None, "Need not known")
    ]
    total = [figure.value for figure in rows if figure.need is None and not figure.breakdown]
    parts = [figure.value for figure in rows if figure.need or figure.breakdown]
    assert [sum(parts)] == total
