"""Many cells at once give what each gives alone."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from whatworks.errors import UserError
from whatworks.synthesis import robust, working_model, working_model_batch

seeds = st.integers(0, 2**32 - 1)
pytestmark = pytest.mark.filterwarnings("ignore::whatworks.synthesis.PossibleMisuse")


def some_cells(seed: int, cells: int = 6) -> tuple[np.ndarray, ...]:
    """Draw cells of several kinds: single studies, one effect each, and mixtures."""
    rng = np.random.default_rng(seed)
    columns: list[list[np.ndarray]] = [[], [], [], []]
    for cell in range(cells):
        studies = int(rng.integers(1, 7))
        sizes = rng.integers(1, 5, studies) if rng.uniform() < 0.8 else np.ones(studies, int)
        study = np.repeat(np.arange(studies), sizes)
        v = rng.uniform(0.01, 0.2, study.size) * 10.0 ** rng.integers(-2, 2)
        between = rng.normal(0.0, rng.choice([0.0, 0.3, 1.0]), studies)[study]
        y = between + rng.normal(size=study.size) * np.sqrt(v + rng.choice([0.0, 0.04]))
        for column, part in zip(columns, (y, v, study, np.full(study.size, cell)), strict=True):
            column.append(part)
    y, v, study, cell = (np.concatenate(column) for column in columns)
    order = rng.permutation(y.size)
    return y[order], v[order], study[order], cell[order]


@given(seeds, st.sampled_from([0.0, 0.5, 0.9]))
# A climb whose steps once jumped between a standard deviation and its mirror image for ever.
@example(550875365, 0.9)
@settings(max_examples=20, deadline=None)
def test_each_cell_is_its_own_fit(seed: int, rho: float) -> None:
    y, v, study, cell = some_cells(seed)
    batch = working_model_batch(y, v, study, cell, rho=rho)
    for g in range(batch.k.size):
        rows = cell == g
        if rows.sum() < 2:
            assert batch.estimate[g] == pytest.approx(y[rows][0], abs=1e-12)
            continue
        fit = working_model(y[rows], v[rows], study[rows], kind="CHE", rho=rho)
        assert batch.log_likelihood[g] == pytest.approx(fit.log_likelihood, abs=1e-8)
        assert batch.estimate[g] == pytest.approx(fit.estimate, abs=1e-5 * fit.se[0])
        if batch.n_studies[g] == 1:
            assert np.isnan(batch.se[g])
            continue
        one = robust(fit)
        assert batch.se[g] == pytest.approx(one.se[0], rel=1e-5)
        assert batch.df[g] == pytest.approx(one.df[0], rel=1e-5)
        assert batch.tau2[g] == pytest.approx(fit.components[0].estimate, abs=1e-5)


@given(seeds, st.sampled_from([1e-4, 7.3, 1e3]))
@settings(max_examples=10, deadline=None)
def test_the_unit_plays_no_part(seed: int, unit: float) -> None:
    y, v, study, cell = some_cells(seed)
    base = working_model_batch(y, v, study, cell, rho=0.6)
    other = working_model_batch(unit * y, unit**2 * v, study, cell, rho=0.6)
    assert other.estimate / unit == pytest.approx(base.estimate, abs=1e-8)
    assert other.df == pytest.approx(base.df, rel=1e-5, nan_ok=True)


def test_labels_of_any_kind_are_cells_in_the_order_in_which_they_appear() -> None:
    y, v, study, cell = some_cells(3)
    base = working_model_batch(y, v, study, cell, rho=0.6)
    names = np.array(["west", "north", "south", "east", "mid", "far", "near"])[cell % 7]
    shown = list(dict.fromkeys(names.tolist()))
    other = working_model_batch(
        y, v, [f"study {s}" for s in study], [(name) for name in names], rho=0.6
    )
    assert other.cells == tuple(shown)
    assert other.table()["cell"].tolist() == shown
    if cell.max() < 7:
        of_name = dict(zip(names.tolist(), cell.tolist(), strict=True))
        assert other.estimate == pytest.approx(base.estimate[[of_name[name] for name in shown]])
        assert base.cells == tuple(str(i) for i in range(base.k.size))


def test_an_empty_cell_and_missing_labels_are_refused() -> None:
    with pytest.raises(UserError, match="cell 1 has no effect"):
        working_model_batch([0.1, 0.2], [0.1, 0.1], [0, 1], [0, 2], rho=0.5)
    with pytest.raises(UserError, match="study, position 2: there is no value"):
        working_model_batch([0.1, 0.2], [0.1, 0.1], ["a", None], [0, 0], rho=0.5)
    with pytest.raises(UserError, match=r"cell, position 1: found -1\. Count cells from 0"):
        working_model_batch([0.1, 0.2], [0.1, 0.1], [0, 1], [-1, 0], rho=0.5)
    with pytest.raises(UserError, match="from 0 to below 1"):
        working_model_batch([0.1, 0.2], [0.1, 0.1], [0, 1], [0, 0], rho=1.0)
