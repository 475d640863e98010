"""How a strand is pooled: effects that come several to a study, with robust inference."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import small_evidence
from whatworks.extraction.nouns import Effect
from whatworks.release.dependent_pool import pool_dependent
from whatworks.release.evidence import Evidence
from whatworks.release.kinds.limits import limits_of
from whatworks.release.plan import CORRELATIONS_TRIED, DEPENDENT_OPTIONS, planned_analyses
from whatworks.release.recompute import recompute
from whatworks.release.study_units import study_units
from whatworks.synthesis import DEFAULT_MONTHS_TABLE, robust, smooth_by_cluster, working_model

SETTINGS = {
    "smooth_vi": True,
    "working": "CHE",
    "method": "REML",
    "adjustment": "CR2",
    "test": "Satterthwaite",
    "level": 0.95,
}
SEVERAL = [
    ("a", 0.3, 0.04), ("a", 0.5, 0.05), ("b", 0.2, 0.03), ("c", 0.4, 0.02), ("c", 0.1, 0.02),
    ("d", 0.6, 0.09), ("d", 0.2, 0.02), ("e", 0.9, 0.03), ("f", 0.05, 0.04), ("g", 0.35, 0.01),
]  # fmt: skip


def effects_of(rows: list[tuple[str, float, float]]) -> list[Effect]:
    template = small_evidence().effects[0]
    return [dataclasses.replace(template, study_id=s, yi=y, vi=v) for s, y, v in rows]


def pooled(rows: list[tuple[str, float, float]], rho: float = 0.8):
    return pool_dependent(effects_of(rows), rho=rho, **SETTINGS)


def analysed(rows: list[tuple[str, float, float]]) -> tuple[Evidence, dict[str, object]]:
    """Return an evidence base whose strand picks these rows, and its analyses by role."""
    base = small_evidence()
    study = base.studies[0]
    effects = [
        dataclasses.replace(
            base.effects[0], effect_id=f"r/x{i}", study_id=s, yi=y, vi=v, excluded_reason=None
        )
        for i, (s, y, v) in enumerate(rows)
    ]
    evidence = base.replace(
        effects=effects,
        studies=[dataclasses.replace(study, study_id=s) for s in dict.fromkeys(r[0] for r in rows)],
    )
    planned = [
        (analysis, inputs)
        for analysis, inputs in planned_analyses(
            evidence, code_version="0.1.0", months_table=DEFAULT_MONTHS_TABLE
        )
        if analysis.subject == evidence.strands[0].strand_id
    ]
    ready = evidence.replace(
        analyses=[analysis for analysis, _ in planned],
        analysis_inputs=[row for _, inputs in planned for row in inputs],
    )
    return ready, {analysis.role: analysis for analysis, _ in planned}


def numbers(rows: list[tuple[str, float, float]], role: str = "main"):
    evidence, roles = analysed(rows)
    return {result.field: result for result in recompute(evidence, roles[role])}


def test_the_average_is_that_of_the_working_model_with_robust_inference():
    study, yi, vi = zip(*SEVERAL, strict=True)
    vi = smooth_by_cluster(vi, study)
    model = working_model(yi, vi, study, kind="CHE", rho=0.8)
    inference = robust(model)
    found = pooled(SEVERAL)
    assert (found.estimate, found.tau2, found.omega2) == (
        model.estimate,
        model.sigma2["study"],
        model.sigma2["study/effect"],
    )
    assert found.ci == tuple(inference.ci[0])
    assert found.prediction_interval == inference.prediction_interval


def test_one_study_is_averaged_with_its_own_interval_and_says_so():
    found = numbers([("a", 0.3, 0.04), ("a", 0.5, 0.04)])
    # Mean of two effects of variance 0.04 that correlate by 0.8: 0.04 (1 + 0.8) / 2.
    assert found["estimate"].value == pytest.approx(0.4)
    assert found["se"].value == pytest.approx(0.036**0.5)
    assert found["ci_lb"].value == pytest.approx(0.4 - 1.959963984540054 * 0.036**0.5)
    assert "one study" in found["ci_lb"].note
    for field in ("pi_lb", "tau2", "omega2", "omega2_ci_ub", "i2", "q", "n_maxima", "df"):
        assert found[field].value is None, field
        assert "one study" in found[field].note, field


def test_one_study_with_one_effect_is_that_effect():
    found = numbers([("a", 0.3, 0.04)])
    assert (found["estimate"].value, found["se"].value) == (0.3, 0.2)
    assert "rho_sensitivity" not in analysed([("a", 0.3, 0.04)])[1]


def test_two_studies_give_an_interval_that_is_not_to_be_trusted():
    found = numbers([("a", 0.3, 0.04), ("a", 0.5, 0.05), ("b", 0.1, 0.02)])
    assert found["df"].value < 4
    for field in ("ci_lb", "ci_ub", "p_value", "df", "se"):
        assert found[field].value is not None
        assert "cannot be trusted" in found[field].note


def test_studies_that_agree_exactly_tell_no_error():
    found = numbers([("a", 0.3, 0.04), ("b", 0.3, 0.04)])
    assert found["estimate"].value == pytest.approx(0.3)
    for field in ("se", "ci_lb", "ci_ub", "p_value", "pi_lb"):
        assert found[field].value is None
        assert "agree exactly" in found[field].note


def test_one_effect_a_study_leaves_no_spread_within():
    rows = [("a", 0.3, 0.04), ("b", 0.5, 0.05), ("c", 0.2, 0.03), ("d", 0.9, 0.01)]
    found = numbers(rows)
    assert found["omega2"].value == 0.0
    assert "one effect" in found["omega2"].note
    assert found["omega2_ci_lb"].value is None
    assert found["tau2"].value > 0
    assert found["tau2_ci_lb"].value <= found["tau2"].value <= found["tau2_ci_ub"].value
    assert "rho_sensitivity" not in analysed(rows)[1]


def test_a_variance_at_its_lowest_value_is_said_to_be():
    found = numbers([("a", 0.3, 0.4), ("a", 0.31, 0.5), ("b", 0.29, 0.3), ("c", 0.3, 0.2)])
    assert found["tau2"].value == 0.0
    assert "lowest possible value" in found["tau2"].note


def test_the_sensitivity_holds_the_main_result_at_its_own_correlation():
    main, tried = numbers(SEVERAL), numbers(SEVERAL, "rho_sensitivity")
    for field in ("estimate", "se", "ci_lb", "ci_ub", "df", "p_value", "tau2", "omega2"):
        assert tried[f"{field}_rho_080"].value == main[field].value
    assert tried["n_rho"].value == len(CORRELATIONS_TRIED)
    averages = [row.value for field, row in tried.items() if field.startswith("estimate_rho_")]
    assert len(averages) == len(CORRELATIONS_TRIED)
    assert tried["estimate_change"].value == max(averages) - min(averages)


def test_the_sensitivity_counts_intervals_that_leave_out_zero():
    apart = numbers(SEVERAL, "rho_sensitivity")
    near = [(s, y - 0.35, v) for s, y, v in SEVERAL]
    assert apart["n_rho_apart"].value == len(CORRELATIONS_TRIED)
    assert numbers(near, "rho_sensitivity")["n_rho_apart"].value == 0


def test_every_option_is_stated_and_none_is_left_over():
    from whatworks.release.kinds import dependent_effects, rho_sensitivity

    assert {*DEPENDENT_OPTIONS, "rho", "months_table"} == set(dependent_effects.OPTIONS)
    assert {*DEPENDENT_OPTIONS, "rhos"} == set(rho_sensitivity.OPTIONS)


def test_a_limit_that_the_data_do_not_set_has_no_value_and_a_reason():
    low, high = limits_of("x", (0.1, float("inf")), "g", "interval", "none")
    assert (low.value, low.note) == (0.1, None)
    assert high.value is None
    assert "no limit" in high.note


ROWS = st.lists(
    st.tuples(st.sampled_from("abcd"), st.floats(-2, 2), st.floats(0.01, 1.0)),
    min_size=1,
    max_size=9,
)


@given(ROWS, st.floats(0, 0.95), st.floats(0, 1), st.floats(0.01, 1))
def test_the_weighted_mean_of_studies_is_the_generalised_least_squares_mean(
    rows, rho, tau2, omega2
):
    units = study_units(effects_of(rows), rho=rho, tau2=tau2, omega2=omega2, smooth_vi=False)
    study = np.array([row[0] for row in rows])
    yi, sd = np.array([row[1] for row in rows]), np.sqrt([row[2] for row in rows])
    same = study[:, None] == study[None, :]
    sampling = np.where(
        np.eye(len(rows), dtype=bool), np.outer(sd, sd), rho * np.outer(sd, sd) * same
    )
    weights = np.linalg.solve(
        sampling + tau2 * same + omega2 * np.eye(len(rows)), np.ones(len(rows))
    )
    assert units.weights.sum() == pytest.approx(1.0)
    assert float(units.weights @ units.yi) == pytest.approx(
        float(weights @ yi / weights.sum()), rel=1e-9, abs=1e-9
    )
    assert (units.vi > 0).all()


def test_a_study_with_one_effect_is_shown_with_its_own_error():
    units = study_units(effects_of(SEVERAL), rho=0.8, tau2=0.1, omega2=0.2, smooth_vi=True)
    b = [members[0].study_id for members in units.members].index("b")
    assert (units.yi[b], units.vi[b]) == (pytest.approx(0.2), pytest.approx(0.03))


def test_with_smoothed_variances_a_study_is_shown_as_the_mean_of_its_effects():
    units = study_units(effects_of(SEVERAL), rho=0.8, tau2=0.1, omega2=0.2, smooth_vi=True)
    for value, members in zip(units.yi, units.members, strict=True):
        assert value == pytest.approx(np.mean([effect.yi for effect in members]))


def test_a_large_effect_with_a_large_variance_does_not_turn_its_study_round():
    # The variance of g grows with g: without smoothing 0.2 would weigh 2.2 and 5.0 minus 1.2.
    rows = [*SEVERAL, ("h", 0.2, 0.05), ("h", 5.0, 0.30)]
    smooth = study_units(effects_of(rows), rho=0.8, tau2=0.0, omega2=0.0, smooth_vi=True)
    rough = study_units(effects_of(rows), rho=0.8, tau2=0.0, omega2=0.0, smooth_vi=False)
    assert smooth.yi[-1] == pytest.approx(2.6)
    assert rough.yi[-1] < 0
