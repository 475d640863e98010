"""Statements: computed again by anybody, and differences told in words."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from hashlib import sha256

import numpy as np
import pytest

from whatworks.errors import UserError
from whatworks.screening.certificate import Draws, certify, level_of_attempt
from whatworks.screening.draw_order import draw_order, ids_sha256
from whatworks.screening.statement import Statement, state

IDS = [f"r{number}" for number in range(200)]


def made(attempt: int | None = None) -> Statement:
    return state(
        IDS, [False] * 59 + [True], seed=31, n_found_before=90, target=0.95, attempt=attempt
    )


def test_the_certificate_is_computed_again() -> None:
    statement = made()
    assert statement.recompute() == certify(90, [Draws(200, 60, 1)])
    assert statement.n_found == 91
    assert statement.most_left == sum(statement.recompute().most_left)
    assert statement.differences(IDS) == ()


def test_a_later_attempt_is_judged_more_strictly_and_told_at_the_level_of_all() -> None:
    second = made(2).recompute()
    strict = certify(90, [Draws(200, 60, 1)], level=level_of_attempt(0.95, 2))
    assert second.most_left == strict.most_left
    assert second.most_left[0] > made().most_left
    assert second.sentence().startswith("With 95% confidence")


def test_the_order_and_the_hash_are_those_that_anybody_can_compute() -> None:
    # From `printf 'a\nb\nü\n' | sha256sum`, and the order of `printf 'SEED:NAME' | sha256sum`.
    assert ids_sha256(["ü", "b", "a"]) == sha256("a\nb\nü\n".encode()).hexdigest()
    assert draw_order(1, ["a", "b", "c", "d"]) == tuple(
        sorted("abcd", key=lambda name: sha256(b"1:" + name.encode()).hexdigest())
    )
    assert draw_order(1, IDS) != draw_order(2, IDS)


def test_over_seeds_each_record_is_as_often_among_the_first_as_another() -> None:
    names, n_seeds = [f"n{at}" for at in range(20)], 2_000
    firsts: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for seed in range(n_seeds):
        order = draw_order(seed, names)
        firsts.update(order[:5])
        pairs[order[0], order[1]] += 1
    # Each is among the first five with probability 1/4; five standard errors of 20 counts are chance.
    error = np.sqrt(n_seeds * 0.25 * 0.75)
    assert max(abs(firsts[name] - n_seeds / 4) for name in names) < 5 * error
    # 380 ordered pairs, 5.3 expected of each: none stands out by more than chance allows.
    assert max(pairs.values()) < 25


def test_what_differs_is_told_in_words() -> None:
    statement = made()
    assert replace(statement, most_left=0).differences() == (
        f"It states 0 relevant records left at most; its draws give {statement.most_left}.",
    )
    assert "It states 95 relevant records found" in replace(statement, n_found=95).differences()[0]
    other = statement.differences([*IDS[:-1], "late"])
    assert any("other names" in one for one in other)
    fewer = statement.differences(IDS[:-1])
    assert fewer[0] == "It is about 200 records that were left; here are 199."
    another_seed = replace(statement, seed=32).differences(IDS)
    assert len(another_seed) == 1
    assert another_seed[0].startswith('Draw 1 was "')
    assert "with seed 32" in another_seed[0]
    decided = dict(zip(statement.drawn, statement.relevant, strict=True))
    changed = decided | {statement.drawn[0]: True}
    del changed[statement.drawn[3]]
    assert statement.differences(IDS, changed) == (
        f'"{statement.drawn[0]}" was not relevant when drawn and is relevant now.',
        f'"{statement.drawn[3]}" was not relevant when drawn and is not decided now.',
    )
    assert 'The method is "dice"' in replace(statement, method="dice").differences()[0]


def test_it_is_stored_as_json_and_read_again() -> None:
    statement = made(1)
    given = json.loads(json.dumps(statement.to_dict()))
    assert Statement.from_dict(given) == statement
    with pytest.raises(UserError, match='lacks "seed"'):
        Statement.from_dict({name: value for name, value in given.items() if name != "seed"})
    with pytest.raises(UserError, match='unknown "luck"'):
        Statement.from_dict(given | {"luck": 1})
    for name, wrong in (
        ("n_records", "200"),
        ("n_records", True),
        ("relevant", [0, 1]),
        ("drawn", "abc"),
        ("level", "0.95"),
        ("attempt", 1.5),
    ):
        with pytest.raises(UserError, match=f'"{name}" of the statement'):
            Statement.from_dict(given | {name: wrong})


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(UserError, match="cannot be drawn"):
        state(IDS[:2], [False] * 3, seed=1, n_found_before=0)
    with pytest.raises(UserError, match="named twice"):
        state(["a", "a"], [], seed=1, n_found_before=0)
    with pytest.raises(UserError, match="line break"):
        draw_order(1, ["a\nb"])
    with pytest.raises(UserError, match="The seed is -1"):
        draw_order(-1, ["a"])
    with pytest.raises(UserError, match="share between 0 and 1"):
        state(IDS, [], seed=1, n_found_before=0, target=0.0)
    with pytest.raises(UserError, match="do not match"):
        replace(made(), relevant=(True,)).recompute()
