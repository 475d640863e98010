"""Laws of the rules for stopping: against their definitions, and what more draws can and cannot do."""

from __future__ import annotations

import json
from hashlib import sha256

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import hypergeom

from whatworks.screening.buscar import buscar_p, buscar_stop
from whatworks.screening.certificate import Draws, most_left
from whatworks.screening.draw_order import draw_order, ids_sha256
from whatworks.screening.knee import knee
from whatworks.screening.price import may_be_left, price
from whatworks.screening.run_length import end_of_run, irrelevant_at_end
from whatworks.screening.statement import Statement, state
from whatworks.screening.strata import allot, certify_strata

labels = st.lists(st.booleans(), max_size=80) | st.lists(
    st.sampled_from([False] * 9 + [True]), max_size=200
)
targets = st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.98])
names = st.lists(
    st.text(st.characters(exclude_characters="\n", codec="utf-8"), min_size=1, max_size=6),
    unique=True,
    max_size=20,
)


def p_by_definition(relevant: list[bool], n_records: int, target: float) -> float:
    """Each end piece, one after the other."""
    n, n_found, least = len(relevant), sum(relevant), []
    for length in range(1, n + 1):
        in_piece = sum(relevant[n - length :])
        fewest = int(np.floor(n_found / target + 1.0 - (n_found - in_piece)))
        left = n_records - (n - length)
        if fewest <= left:
            least.append(float(hypergeom.cdf(in_piece, left, fewest, length)))
    return min(least, default=0.0) if n else 1.0


@given(labels, st.integers(0, 400), targets)
def test_buscar_is_the_least_of_all_pieces(relevant: list[bool], left: int, target: float) -> None:
    n_records = len(relevant) + left
    found = buscar_p(relevant, n_records=n_records, target=target)
    assert found == pytest.approx(p_by_definition(relevant, n_records, target), abs=1e-10)


@pytest.mark.parametrize("n_records", [3_000, 20_000])
@pytest.mark.parametrize("share", [0.02, 0.2])
def test_buscar_is_the_least_of_all_pieces_in_long_reviews(n_records: int, share: float) -> None:
    rng = np.random.default_rng(n_records)
    odds = share * np.exp(-np.arange(900) / 200)
    for odds_here in (odds, np.full(900, share)):
        relevant = (rng.random(900) < odds_here).tolist()
        found = buscar_p(relevant, n_records=n_records)
        assert found == pytest.approx(p_by_definition(relevant, n_records, 0.95), abs=1e-10)


@given(labels, st.integers(0, 60), targets, st.sampled_from([0.5, 0.8, 0.95]))
def test_buscar_stops_where_it_first_says_so(
    relevant: list[bool], left: int, target: float, level: float
) -> None:
    n_records = len(relevant) + left
    says = (
        k
        for k in range(1, len(relevant) + 1)
        if buscar_p(relevant[:k], n_records=n_records, target=target) < 1.0 - level
    )
    found = buscar_stop(relevant, n_records=n_records, target=target, level=level)
    assert found == next(says, None)


@given(labels, st.integers(1, 12), st.integers(0, 30))
def test_a_run_ends_where_so_many_were_irrelevant(
    relevant: list[bool], run: int, after: int
) -> None:
    ends = (k for k in range(max(run, after), len(relevant) + 1) if not any(relevant[k - run : k]))
    assert end_of_run(relevant, run, after=after) == next(ends, None)
    at_end = irrelevant_at_end(relevant)
    assert not any(relevant[len(relevant) - at_end :])
    assert at_end == len(relevant) or relevant[len(relevant) - at_end - 1]


@given(labels, st.integers(0, 300))
def test_the_knee_is_where_the_gain_curve_is_farthest_from_its_chord(
    relevant: list[bool], more: int
) -> None:
    relevant = relevant + [False] * more
    found = knee(relevant)
    n, total = len(relevant), sum(relevant)
    if n < 2 or not total:
        assert (found.n_at, found.ratio) == (0, 0.0)
        return
    distance = [sum(relevant[:k]) - k * total / n for k in range(1, n)]
    assert distance[found.n_at - 1] == pytest.approx(max(distance))
    before = sum(relevant[: found.n_at])
    slopes = before / found.n_at, (total - before + 1) / (n - found.n_at)
    assert found.ratio == pytest.approx(slopes[0] / slopes[1])
    assert found.ratio_wanted == max(6, 156 - total)


@st.composite
def draws_made(draw: st.DrawFn) -> Draws:
    n_records = draw(st.integers(0, 300))
    n_drawn = draw(st.integers(0, n_records))
    return Draws(n_records, n_drawn, draw(st.integers(0, n_drawn)))


@given(draws_made(), st.sampled_from([0.5, 0.8, 0.95, 0.99]))
def test_draws_in_vain_never_raise_what_may_be_left(draws: Draws, level: float) -> None:
    if draws.n_drawn < draws.n_records:
        then = Draws(draws.n_records, draws.n_drawn + 1, draws.n_found)
        assert most_left(then, level=level) <= most_left(draws, level=level)
    assert most_left(draws, level=level) <= draws.n_records - draws.n_drawn


@given(draws_made(), st.integers(0, 200), targets, st.sampled_from([0.0, 0.01, 0.1, 0.5, 1.0]))
def test_a_price_never_exceeds_what_is_left_and_relevant_draws_are_counted(
    draws: Draws, n_before: int, target: float, rate: float
) -> None:
    paid = price(n_before, draws, target=target, rate=rate)
    assert 0 <= paid.n_draws <= paid.n_left
    assert paid.n_expected is not None
    assert 0 <= paid.n_expected <= paid.n_left
    if rate == 0.0:
        assert paid.n_expected == paid.n_draws


@given(st.integers(0, 2_000), targets)
def test_one_more_left_than_may_be_misses_the_target(n_found: int, target: float) -> None:
    left = may_be_left(n_found, target)
    exact = round(100 * target)
    assert 100 * n_found >= exact * (n_found + left)
    assert 100 * n_found < exact * (n_found + left + 1)


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.booleans()), max_size=60), st.randoms())
def test_when_everything_is_drawn_the_strata_bound_is_the_truth(
    records: list[tuple[str, bool]], random: object
) -> None:
    order = list(range(len(records)))
    random.shuffle(order)  # type: ignore[attr-defined]
    kinds = [kind for kind, _ in records]
    done = certify_strata(
        kinds, order, [records[at][1] for at in order], found_before={"a": 3}, names=("z",)
    )
    assert done.most_left == 0
    assert done.recall == 1.0
    assert done.n_found == 3 + sum(is_relevant for _, is_relevant in records)
    assert sum(part.draws.n_records for part in done.strata) == len(records)


@given(
    st.dictionaries(st.text(max_size=3), st.integers(0, 50), max_size=6),
    st.integers(0, 200),
    st.integers(0, 5),
)
def test_draws_are_allotted_in_proportion(sizes: dict[str, int], n_draws: int, least: int) -> None:
    first = sum(min(size, least) for size in sizes.values())
    n_draws = max(n_draws, first)
    given_out = allot(sizes, n_draws, least=least)
    assert sum(given_out.values()) == min(n_draws, sum(sizes.values()))
    for kind, size in sizes.items():
        assert min(size, least) <= given_out[kind] <= size
    if least == 0 and 0 < n_draws <= sum(sizes.values()):
        for kind, size in sizes.items():
            assert abs(given_out[kind] - n_draws * size / sum(sizes.values())) < 1


@given(names, st.integers(0, 10**12), st.randoms())
def test_the_order_of_draws_does_not_depend_on_the_order_of_names(
    record_ids: list[str], seed: int, random: object
) -> None:
    order = draw_order(seed, record_ids)
    assert sorted(order) == sorted(record_ids)
    keys = [sha256((str(seed) + ":" + name).encode("utf-8")).hexdigest() for name in order]
    assert keys == sorted(keys)
    shuffled = list(record_ids)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert draw_order(seed, shuffled) == order
    assert ids_sha256(shuffled) == ids_sha256(record_ids)


@given(names, st.data())
def test_a_statement_survives_json_and_agrees_with_its_records(
    record_ids: list[str], data: st.DataObject
) -> None:
    relevant = data.draw(st.lists(st.booleans(), max_size=len(record_ids)))
    attempt = data.draw(st.none() | st.integers(1, 4))
    made = state(record_ids, relevant, seed=7, n_found_before=20, attempt=attempt)
    read = Statement.from_dict(json.loads(json.dumps(made.to_dict())))
    assert read == made
    decided = dict(zip(made.drawn, relevant, strict=True))
    assert read.differences(sorted(record_ids), decided) == ()
    assert read.recompute().n_found == 20 + sum(relevant)
