"""What is refused, with its place, and what is only warned of."""

from __future__ import annotations

import subprocess
import sys
import warnings
from typing import Any

import numpy as np
import pytest

from whatworks.errors import UserError
from whatworks.synthesis import PossibleMisuse, random_effects


@pytest.mark.parametrize(
    ("yi", "vi", "message"),
    [
        ([0.1, float("nan"), 0.3], [0.1] * 3, "yi, position 2: found nan"),
        ([0.1, 0.2, float("inf")], [0.1] * 3, "yi, position 3: found inf"),
        ([0.1, 0.2], [0.1, 0.0], "vi, position 2: found 0.0"),
        ([0.1, 0.2], [-0.1, 0.1], "vi, position 1: found -0.1"),
        ([0.1, 0.2], [0.1], "yi has 2 effects and vi 1 variances"),
        ([0.1, True], [0.1, 0.1], "yi, position 2: found True"),
        (np.array([True, False]), [0.1, 0.1], "yi, position 1: found True"),
        ([0.1, "0.2"], [0.1, 0.1], "yi, position"),
        ([0.1, None], [0.1, 0.1], "yi, position 2: found None"),
        ([[0.1, 0.2]], [0.1, 0.1], r"yi has shape \(1, 2\)"),
        ([[0.1], [0.1, 0.2]], [0.1, 0.1], "yi holds lists of different length"),
        ([0.1, 0.2], [1e-90, 1.0], "positions 2 and 1"),
        ([0.1, 1e90], [0.1, 0.1], "yi, position 2: found 1e"),
    ],
)
def test_bad_numbers_are_refused_with_their_position(yi: Any, vi: Any, message: str) -> None:
    with pytest.raises(UserError, match=message):
        random_effects(yi, vi)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "reml"}, "method must be one of .*REML.*Supplied value was 'reml'"),
        ({"test": "hksj"}, "test must be one of z, t, knha, adhoc"),
        ({"level": 95}, "level must be between 0 and 1"),
    ],
)
def test_unknown_options_are_refused_with_those_there_are(
    options: dict[str, Any], message: str
) -> None:
    with pytest.raises(UserError, match=message):
        random_effects([0.1, 0.2], [0.1, 0.1], **options)


def test_whole_numbers_are_numbers() -> None:
    assert random_effects([1, 2], [1, 1]).estimate == 1.5


def test_standard_errors_offered_as_variances_are_suspected() -> None:
    rng = np.random.default_rng(3)
    se = rng.uniform(0.1, 0.3, 60)
    y = 0.3 + rng.normal(size=60) * se
    with pytest.warns(PossibleMisuse, match="not standard errors"):
        fit = random_effects(y, se)
    assert any("not standard errors" in note for note in fit.notes)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert random_effects(y, se**2).notes == ()


def test_a_huge_standardised_difference_is_named() -> None:
    with pytest.warns(PossibleMisuse, match="position 3: the effect is 4.7"):
        random_effects([0.2, 0.3, 4.7], [0.05, 0.04, 0.06])


def test_the_room_is_imported_without_the_heavy_parts_of_scipy() -> None:
    code = (
        "import sys, whatworks.synthesis;"
        "print([m for m in ('scipy.stats', 'scipy.optimize', 'scipy.linalg', 'polars') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
