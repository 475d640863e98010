"""Covariance of sampling errors: against metafor's vcalc, and against contrasts written out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whatworks.errors import TooFewStudies, UserError
from whatworks.synthesis.composites import combine_within_study, composite_by_study
from whatworks.synthesis.inputs import PossibleMisuse
from whatworks.synthesis.sampling_covariance import (
    reported_covariance,
    sampling_covariance,
    smooth_by_cluster,
)

STUDY = [1, 1, 1, 1, 2, 2]
ONES = [1.0] * 6
OBS = [1, 2, 1, 2, 1, 2]
TYPE = ["a", "a", "b", "b", "a", "a"]
TIME = [1, 2, 1, 4, 1, 2]
GROUP1, GROUP2 = list("xyxzxz"), list("cczccy")
SIZE1, SIZE2 = [10, 20, 30, 40, 50, 60], [15, 15, 25, 15, 45, 55]


def first_block(**options):
    return sampling_covariance(ONES, STUDY, **options).to_matrix()[:4, :4]


def test_one_rho_holds_for_every_two_effects_of_a_study():
    v = sampling_covariance([0.04, 0.09, 0.05], ["b", "a", "b"], rho=0.5).to_matrix()

    assert v == pytest.approx(
        np.array(
            [
                [0.04, 0, 0.5 * np.sqrt(0.002)],
                [0, 0.09, 0],
                [0.5 * np.sqrt(0.002), 0, 0.05],
            ]
        ),
        abs=1e-15,
    )


# Values of metafor 3.8-1: vcalc(vi, cluster=s, ...) on the columns above, as printed.
@pytest.mark.parametrize(
    ("options", "upper"),
    [
        (
            {"type": TYPE, "obs": OBS, "rho": 0.6, "rho_between": 0.3},
            [0.6, 0.3, 0.3, 0.3, 0.3, 0.6],
        ),
        (
            {"time": TIME, "phi": 0.8, "type": TYPE, "obs": OBS, "rho": 0.6, "rho_between": 0.3},
            [0.48, 0.3, 0.1536, 0.24, 0.192, 0.3072],
        ),
        (
            {
                "group1": GROUP1,
                "group2": GROUP2,
                "size1": SIZE1,
                "size2": SIZE2,
                "obs": OBS,
                "rho": 0.6,
            },
            [0.2869, 0.5222, 0.3236, 0.0, 0.6447, -0.2314],
        ),
        ({"group1": GROUP1, "group2": GROUP2}, [0.5, 0.5, 0.5, 0.0, 0.5, -0.5]),
        (
            {
                "group1": GROUP1,
                "group2": GROUP2,
                "time": TIME,
                "time2": [0, 0, 0, 1, 0, 0],
                "phi": 0.8,
            },
            [0.5, 0.5, 0.4, 0.0, 0.4, -0.2048],
        ),
        (
            {
                "group1": list("xxxyxx"),
                "group2": list("xxyyyx"),
                "time": TIME,
                "time2": [0, 0, 0, 1, 0, 0],
                "phi": 0.8,
                "size1": SIZE1,
                "size2": SIZE2,
            },
            [0.5341, 0.3895, 0.0, -0.0902, 0.0, 0.469],
        ),
        (
            {"type": TYPE, "obs": OBS, "rho": {(1, 2): 0.4}, "rho_between": {("b", "a"): 0.2}},
            [0.4, 0.2, 0.2, 0.2, 0.2, 0.4],
        ),
    ],
)
@pytest.mark.filterwarnings("ignore::whatworks.synthesis.inputs.PossibleMisuse")
def test_the_correlations_are_those_of_vcalc(options, upper):
    assert first_block(**options)[np.triu_indices(4, 1)] == pytest.approx(upper, abs=5e-5)


@pytest.mark.filterwarnings("ignore::whatworks.synthesis.inputs.PossibleMisuse")
def test_times_and_rho_join_by_product_or_by_sum():
    options = {"rho": 0.6, "time": TIME, "phi": 0.8}

    assert first_block(**options)[0, 1] == pytest.approx(0.6 * 0.8)
    assert first_block(**options, join="sum")[0, 1] == pytest.approx(0.6 + 0.4 * 0.8)
    assert first_block(time=TIME, phi=0.8, rho=1.0)[0, 3] == pytest.approx(0.8**3)


def test_rho_may_differ_from_study_to_study():
    v = sampling_covariance(ONES, STUDY, rho=[0.1] * 4 + [0.9] * 2).to_matrix()

    assert v[0, 1] == pytest.approx(0.1)
    assert v[4, 5] == pytest.approx(0.9)


def test_subgroups_share_nothing():
    v = sampling_covariance(ONES, STUDY, rho=0.6, subgroup=TYPE)

    assert v.to_matrix()[0, 2] == 0.0
    assert v.to_matrix()[0, 1] == pytest.approx(0.6)
    assert v.labels.tolist() == [0, 0, 1, 1, 2, 2]


def test_effects_that_share_a_comparison_group_alone_have_half_a_correlation():
    v = sampling_covariance([1.0, 1.0], ["s", "s"], group1=["a", "b"]).to_matrix()

    assert v[0, 1] == pytest.approx(0.5)


def test_a_cluster_that_cannot_be_is_named_and_left_as_asked_for():
    options = {"obs": [1, 2, 3], "rho": {(1, 2): 0.9, (1, 3): 0.9, (2, 3): -0.9}}

    with pytest.warns(PossibleMisuse, match="not positive definite in cluster Lee"):
        v = sampling_covariance(
            [1.0, 2.0, 3.0, 1.0], ["Lee"] * 3 + ["Shah"], **options | {"obs": [1, 2, 3, 1]}
        )

    assert v.not_positive_definite == ("Lee",)
    assert not v.is_repaired
    assert v.to_matrix()[1, 2] == pytest.approx(-0.9 * np.sqrt(6))


def test_the_nearest_matrix_is_positive_definite_keeps_the_variances_and_says_so():
    options = {"obs": [1, 2, 3], "rho": {(1, 2): 0.9, (1, 3): 0.9, (2, 3): -0.9}}

    with pytest.warns(PossibleMisuse, match="nearest correlations that can be"):
        v = sampling_covariance([1.0, 2.0, 3.0], ["Lee"] * 3, **options, nearest=True)

    # metafor 3.8-1, vcalc(..., nearpd=TRUE): correlations 0.5, 0.5 and -0.5.
    assert v.to_matrix() == pytest.approx(
        np.array([[1, 0.7071068, 0.8660254], [0, 2, -1.2247449], [0, 0, 3]])
        + np.array([[0, 0, 0], [0.7071068, 0, 0], [0.8660254, -1.2247449, 0]]),
        abs=1e-6,
    )
    assert np.linalg.eigvalsh(v.to_matrix())[0] > 0.0
    assert v.is_repaired


def test_one_measurement_entered_twice_is_told():
    with pytest.warns(PossibleMisuse, match="entered twice"):
        v = sampling_covariance([1.0, 1.0], ["s", "s"], obs=["m", "m"], rho=0.5)

    assert v.not_positive_definite == ("s",)


def test_reported_correlations_are_read_from_the_lower_triangle():
    nan = float("nan")
    v = reported_covariance(
        [1, 2, 3, 4, 5],
        [2, 2, 1, 3, 3],
        [[1, nan], [0.6, 1], [1, nan], [1, 99], [0.7, 1]],
    ).to_matrix()

    assert v[0, 1] == pytest.approx(0.6 * np.sqrt(2))
    assert v[3, 4] == pytest.approx(0.7 * np.sqrt(20))
    assert v[0, 2] == 0.0


def test_a_reported_correlation_that_is_missing_is_named():
    with pytest.raises(UserError, match="correlations, row 2, column 1"):
        reported_covariance([1, 2], ["s", "s"], [[1, 1], [float("nan"), 1]])


def test_smoothing_gives_each_effect_the_mean_of_its_study():
    assert smooth_by_cluster([1.0, 5.0, 3.0], ["b", "a", "b"]) == pytest.approx([2.0, 5.0, 2.0])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "Give rho"),
        ({"rho": 1.5}, "from -1 to 1"),
        ({"rho": True}, "from -1 to 1"),
        ({"rho": 0.5, "type": TYPE}, "rho_between"),
        ({"obs": OBS}, "without rho"),
        ({"rho": 0.5, "time": TIME}, "phi"),
        ({"time": TIME, "phi": 1.2}, "from 0 to 1"),
        ({"rho": 0.5, "group2": GROUP2}, "group1"),
        ({"group1": GROUP1, "group2": GROUP2, "size1": SIZE1}, "size1 and size2"),
        ({"group1": GROUP1, "group2": GROUP2, "size1": SIZE1, "size2": [0] * 6}, "size2, position"),
        ({"rho": 0.5, "join": "both"}, "join must be one of"),
        ({"rho": 0.5, "join": "sum"}, 'join "sum"'),
        ({"rho": {(1, 2): 0.5}}, "nothing says which effect is which"),
        ({"rho": {(1, 3): 0.5}, "obs": OBS}, "no correlation for the pair 1, 2"),
        ({"rho": [0.1, 0.2, 0.1, 0.1, 0.1, 0.1]}, "one value a cluster"),
        ({"rho": 0.5, "obs": [1, 2, None, 4, 5, 6]}, "obs, position 3"),
        ({"group1": GROUP1, "group2": [*GROUP2[:5], "z"]}, "position 6: the effect compares"),
        ({"rho": 0.5, "subgroup": ["a"]}, "subgroup has shape"),
    ],
)
def test_what_does_not_fit_together_is_refused(options, message):
    with pytest.raises(UserError, match=message):
        sampling_covariance(ONES, STUDY, **options)


def test_variances_must_be_there_and_above_zero():
    with pytest.raises(TooFewStudies):
        sampling_covariance([], [], rho=0.5)
    with pytest.raises(UserError, match="vi, position 2"):
        sampling_covariance([1.0, 0.0], ["a", "a"], rho=0.5)


conditions = st.tuples(st.sampled_from("pqr"), st.integers(0, 3))
contrasts = st.tuples(conditions, conditions).filter(lambda pair: pair[0] != pair[1])


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(contrasts, min_size=1, max_size=6),
    sizes=st.fixed_dictionaries({g: st.integers(5, 90) for g in "pqr"}),
    phi=st.floats(0.05, 0.95),
)
@pytest.mark.filterwarnings("ignore::whatworks.synthesis.inputs.PossibleMisuse")
def test_shared_groups_are_as_if_every_contrast_were_written_out(rows, sizes, phi):
    """The covariance of all conditions' means, times the matrix of contrasts on both sides."""
    cells = sorted({cell for row in rows for cell in row})
    means = np.array(
        [
            [
                (a[0] == b[0]) * phi ** abs(a[1] - b[1]) / np.sqrt(sizes[a[0]] * sizes[b[0]])
                for b in cells
            ]
            for a in cells
        ]
    )
    contrast = np.array([[(c == r[0]) * 1.0 - (c == r[1]) * 1.0 for c in cells] for r in rows])
    wanted = contrast @ means @ contrast.T
    found = sampling_covariance(
        np.diagonal(wanted).copy(),
        ["s"] * len(rows),
        group1=[r[0][0] for r in rows],
        group2=[r[1][0] for r in rows],
        time=[r[0][1] for r in rows],
        time2=[r[1][1] for r in rows],
        phi=phi,
        size1=[sizes[r[0][0]] for r in rows],
        size2=[sizes[r[1][0]] for r in rows],
    )

    assert found.to_matrix() == pytest.approx(wanted, abs=1e-10)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_the_order_of_the_effects_does_not_matter(data):
    k = data.draw(st.integers(1, 12))
    study = data.draw(st.lists(st.sampled_from("abc"), min_size=k, max_size=k))
    vi = data.draw(st.lists(st.floats(0.01, 2.0), min_size=k, max_size=k))
    order = data.draw(st.permutations(range(k)))

    straight = sampling_covariance(vi, study, rho=0.4).to_matrix()
    mixed = sampling_covariance(
        [vi[i] for i in order], [study[i] for i in order], rho=0.4
    ).to_matrix()

    assert mixed == pytest.approx(straight[np.ix_(order, order)], abs=0.0)


# metafor 3.8-1: aggregate(escalc(yi, vi), cluster=s, ...), as printed.
Y, V, S = [0.1, 0.2, 0.3, 0.4, 0.5], [0.1, 0.2, 0.15, 0.4, 0.5], list("zazma")


@pytest.mark.parametrize(
    ("options", "weighted", "yi", "vi"),
    [
        ({"rho": 0.6}, True, [0.1515, 0.2096, 0.4], [0.0932, 0.1997, 0.4]),
        ({"rho": 0.6}, False, [0.2, 0.35, 0.4], [0.0992, 0.2699, 0.4]),
        (
            {"rho": 0.6, "time": [1, 1, 3, 1, 2], "phi": 0.8, "join": "sum"},
            True,
            [0.0760, -0.0309, 0.4],
            [0.0994, 0.1300, 0.4],
        ),
        ({"rho": 0.0}, True, [0.18, 0.2857, 0.4], [0.06, 0.1429, 0.4]),
    ],
)
def test_effects_combine_as_in_aggregate(options, weighted, yi, vi):
    found = combine_within_study(Y, sampling_covariance(V, S, **options), S, weighted=weighted)

    assert found.studies == ("z", "a", "m")
    assert found.yi == pytest.approx(yi, abs=5e-5)
    assert found.vi == pytest.approx(vi, abs=5e-5)
    assert found.n_effects.tolist() == [2, 2, 1]


def test_the_plain_mean_agrees_with_the_composite_of_constant_correlation():
    closed = composite_by_study(Y, V, S, rho=0.7)
    general = combine_within_study(Y, sampling_covariance(V, S, rho=0.7), S, weighted=False)

    assert general.yi == pytest.approx(closed.yi, rel=1e-14)
    assert general.vi == pytest.approx(closed.vi, rel=1e-14)


@pytest.mark.filterwarnings("ignore::whatworks.synthesis.inputs.PossibleMisuse")
def test_no_weights_follow_from_a_covariance_that_cannot_be():
    covariance = sampling_covariance([1.0, 1.0], ["s", "s"], rho=1.0)

    with pytest.raises(UserError, match="not positive definite"):
        combine_within_study([0.1, 0.3], covariance, ["s", "s"])
    assert combine_within_study([0.1, 0.3], covariance, ["s", "s"], weighted=False).vi == (
        pytest.approx([1.0])
    )


def test_effects_of_two_studies_that_vary_together_are_not_torn_apart():
    covariance = sampling_covariance([1.0, 1.0], ["s", "s"], rho=0.5)

    with pytest.raises(UserError, match="Combine whole studies"):
        combine_within_study([0.1, 0.3], covariance, ["s", "t"])
