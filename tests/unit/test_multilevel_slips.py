"""What a multilevel model refuses or warns of."""

import numpy as np
import pytest

from whatworks.errors import UserError
from whatworks.synthesis import PossibleMisuse, meta_regression, multilevel_model

Y = [0.3, 0.1, 0.5, 0.2, 0.4, 0.25]
DATA = {"study": list("aabbcd"), "effect": range(6)}


def test_a_covariance_that_no_variances_make_positive_definite_is_refused() -> None:
    """Two effects of one study with equal errors and the same true effect cannot differ."""
    v = np.diag([0.1] * 6)
    v[0, 1] = v[1, 0] = 0.1
    with pytest.raises(UserError, match="positive definite"):
        multilevel_model(Y, v, random="~ 1 | study", data=DATA)
    fit = multilevel_model(Y, v, random="~ 1 | study/effect", data=DATA)
    assert np.isfinite(fit.log_likelihood)
    assert "not positive definite in 1 block" in fit.notes[0]


def test_effects_that_look_like_slips_are_named() -> None:
    large = [0.3, 0.1, 4.62, 0.2, 0.4, 0.25]
    for fit in (
        lambda: multilevel_model(large, [0.1] * 6, random="~ 1 | study/effect", data=DATA),
        lambda: meta_regression(large, [0.1] * 6, "~ x", data={"x": [1, 2, 3, 4, 5, 7]}),
    ):
        with pytest.warns(PossibleMisuse, match="position 3: the effect is 4.62"):
            found = fit()
        assert any("4.62" in note for note in found.notes)
    alike = [0.3001, 0.3, 0.3, 0.3002, 0.3, 0.3]
    with pytest.warns(PossibleMisuse, match="differ far less than their variances say"):
        multilevel_model(alike, [0.1] * 6, random="~ 1 | study/effect", data=DATA)


@pytest.mark.parametrize("random", ["~ 1 + x | study", "~ 0 + x|study", "~ x*z | study"])
def test_random_slopes_are_refused_by_their_name(random: str) -> None:
    with pytest.raises(UserError, match="Random slopes are not offered"):
        multilevel_model([0.1, 0.2, 0.3], [0.1] * 3, random=random, data={"study": [1, 1, 2]})
