"""Routes from reported numbers to effects, on made-up rows and on two published archives."""

from __future__ import annotations

import csv
from dataclasses import fields
from pathlib import Path

import pytest

from whatworks.errors import UserError
from whatworks.extraction.nouns import Effect
from whatworks.synthesis import ROUTES, RawEffect, compute_route

FULL = RawEffect(
    n_intervention=60,
    n_comparison=48,
    n_total=108,
    clusters_intervention=10,
    clusters_comparison=4,
    mean_intervention=12.0,
    sd_intervention=4.0,
    mean_comparison=10.0,
    sd_comparison=4.4,
    pre_mean_intervention=9.0,
    pre_sd_intervention=4.1,
    pre_mean_comparison=9.5,
    pre_sd_comparison=3.9,
    reported_g=0.3,
    reported_se=0.2,
    icc=0.2,
    higher_is_better=True,
)


def test_fields_of_a_route_are_fields_of_an_extracted_effect() -> None:
    known = {entry.name for entry in fields(RawEffect)}
    of_effects = {entry.name for entry in fields(Effect)} | {"higher_is_better"}
    assert known <= of_effects
    for route in ROUTES.values():
        assert set(route.fields) <= known


@pytest.mark.parametrize("name", list(ROUTES))
def test_a_route_names_each_field_that_is_missing(name: str) -> None:
    assert compute_route(name, FULL)[1] > 0.0
    for missing in ROUTES[name].fields:
        values = {entry.name: getattr(FULL, entry.name) for entry in fields(RawEffect)}
        with pytest.raises(UserError, match=f'Route {name}: .*"{missing}" is missing'):
            compute_route(name, RawEffect(**{**values, missing: None}))


def test_an_unknown_route_lists_those_there_are() -> None:
    with pytest.raises(UserError, match=r"no route 'g'.*reported_g_se"):
        compute_route("g", FULL)


def test_impossible_fields_are_named() -> None:
    with pytest.raises(UserError, match='Route reported_g_se: The field "reported_se" is 0'):
        compute_route("reported_g_se", RawEffect(reported_g=0.2, reported_se=0.0))
    with pytest.raises(UserError, match='"clusters_comparison" is 1'):
        compute_route(
            "reported_g_n_cluster",
            RawEffect(
                reported_g=0.2,
                n_intervention=20,
                n_comparison=20,
                clusters_intervention=2,
                clusters_comparison=1,
                icc=0.2,
            ),
        )


@pytest.mark.parametrize("name", ["reported_g_n_cluster", "pre_post_means_cluster"])
@pytest.mark.parametrize("change", [{"clusters_intervention": 61}, {"n_total": 20}])
def test_numbers_that_do_not_fit_together_are_refused(name: str, change: dict[str, float]) -> None:
    values = {entry.name: getattr(FULL, entry.name) for entry in fields(RawEffect)}
    with pytest.raises(UserError, match=f"Route {name}: .*pupils"):
        compute_route(name, RawEffect(**{**values, **change}))


def test_simple_routes_give_their_formulas() -> None:
    assert compute_route("reported_g_se", FULL) == pytest.approx((0.3, 0.04))
    assert compute_route("reported_g_n", FULL) == pytest.approx((0.3, 1 / 60 + 1 / 48 + 0.09 / 216))
    assert compute_route("reported_g_total_n", FULL) == pytest.approx((0.3, 4 / 108 + 0.09 / 216))


def test_a_measure_on_which_lower_is_better_turns_the_effect() -> None:
    values = {entry.name: getattr(FULL, entry.name) for entry in fields(RawEffect)}
    turned = RawEffect(**{**values, "higher_is_better": False})
    for name in ("means_sds", "pre_post_means", "pre_post_means_cluster", "means_sds_hedges2007"):
        (a, va), (b, vb) = compute_route(name, FULL), compute_route(name, turned)
        assert a == -b
        assert va == vb


def test_published_cluster_variance_differs_from_hedges_in_the_term_of_g_only() -> None:
    # Whole-pupil clusters, so that rounding plays no part; at g = 0 both are the same.
    at_zero = {entry.name: getattr(FULL, entry.name) for entry in fields(RawEffect)}
    none = RawEffect(**{**at_zero, "reported_g": 0.0})
    published = compute_route("unclustered_g_n_cluster", none)[1]
    assert published == pytest.approx(compute_route("unclustered_g_hedges2007", none)[1], rel=1e-13)
    (g1, v1), (g2, v2) = (
        compute_route(name, FULL)
        for name in ("unclustered_g_n_cluster", "unclustered_g_hedges2007")
    )
    assert g1 == pytest.approx(g2, rel=1e-13)
    assert v1 < v2


def _number(text: str) -> float | None:
    return float(text) if text not in ("", "NA") else None


@pytest.mark.shared
def test_variances_of_the_elementary_mathematics_archive_come_back(shared: Path) -> None:
    file = shared / "data" / "evidence" / "elementary_maths" / "effects_with_variance.csv"
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == 184
    for row in rows:
        raw = RawEffect(
            n_intervention=_number(row["Treatment.N"]),
            n_comparison=_number(row["Control.N"]),
            n_total=_number(row["Total.N"]),
            clusters_intervention=_number(row["Treatment.Cluster"]),
            clusters_comparison=_number(row["Control.Cluster"]),
            reported_g=_number(row["Effect.Size"]),
            icc=0.2,
        )
        route = "reported_g_n_cluster" if row["Clustered"] == "1" else "reported_g_n"
        # The file prints ten significant digits.
        assert compute_route(route, raw)[1] == pytest.approx(float(row["var"]), rel=1e-9)


@pytest.mark.shared
def test_effects_of_the_school_mental_health_archive_come_back_from_raw_means(
    shared: Path,
) -> None:
    file = shared / "data" / "evidence" / "school_mental_health" / "effects_as_published.csv"
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == 79
    used = set()
    for row in rows:
        is_lower_better = row["ReverseCoded"] == "1"
        raw = RawEffect(
            n_intervention=_number(row["Treatment.N"]),
            n_comparison=_number(row["Control.N"]),
            clusters_intervention=_number(row["Treatment.Cluster"]),
            clusters_comparison=_number(row["Control.Cluster"]),
            mean_intervention=_number(row["T_Mean_Post"]),
            sd_intervention=_number(row["T_SD_Post"]),
            mean_comparison=_number(row["C_Mean_Post"]),
            sd_comparison=_number(row["C_SD_Post"]),
            pre_mean_intervention=_number(row["T_Mean_Pre"]),
            pre_sd_intervention=_number(row["T_SD_Pre"]),
            pre_mean_comparison=_number(row["C_Mean_Pre"]),
            pre_sd_comparison=_number(row["C_SD_Pre"]),
            reported_g=float(row["Effect.Size.orig"]) * (-1.0 if is_lower_better else 1.0),
            icc=0.2,
            higher_is_better=not is_lower_better,
        )
        is_clustered = row["Clustered"] == "1"
        if row["T_Mean_Post"] == "":
            route = "unclustered_g_n_cluster"
        elif row["T_Mean_Pre"] == "":
            route = "means_sds"
        else:
            route = "pre_post_means_cluster" if is_clustered else "pre_post_means"
        used.add(route)
        effect, variance = compute_route(route, raw)
        assert effect == pytest.approx(float(row["Effect.Size"]), rel=1e-9)
        assert variance == pytest.approx(float(row["var"]), rel=1e-9)
    assert len(used) == 4
