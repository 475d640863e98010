"""What an engine must be able to do, and the one question that is asked of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Protocol

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError

__all__ = ["Engine", "PairSource", "candidate_pairs", "pair_source"]

Ints = npt.NDArray[np.int64]
PairSource = Callable[[Ints, Ints], Iterator[tuple[Ints, Ints]]]
"""Positions of records and their keys in; chunks of pairs out, each pair once, a below b."""

# A key of more records than this tells nothing of any two of them; other keys find their copies.
LARGEST_BLOCK = 100
# Most pairs of a part, before those that share several keys are made one. A part must fit memory:
# about 100 bytes a pair while an engine sorts it.
PART = 4_000_000

# Nothing but joins, groups and comparisons of whole numbers, which all engines have.
HELD = """
SELECT block_key.record AS record, block_key.key AS key, block.n AS n
FROM block_key INNER JOIN (
    SELECT key, COUNT(*) AS n FROM block_key GROUP BY key HAVING COUNT(*) BETWEEN 2 AND {largest}
) AS block ON block_key.key = block.key
"""
# Ranges of records: one ends where the running number of pairs passes a multiple of the limit. A pair
# is counted with each of its records and keys, so the pairs of a range are fewer.
RANGES = """
SELECT MIN(record) AS first_record, MAX(record) AS last_record
FROM (
    SELECT record, SUM(n_pairs) OVER (ORDER BY record) - n_pairs AS n_before
    FROM (SELECT record, SUM(n - 1) AS n_pairs FROM held_key GROUP BY record) AS load
) AS running
GROUP BY n_before - n_before % {part}
ORDER BY first_record
"""
# All keys of the records of a part stand together, so a pair comes out of one part only.
PAIRS = """
SELECT DISTINCT a.record AS a, b.record AS b
FROM held_key AS a INNER JOIN held_key AS b ON a.key = b.key AND a.record < b.record
WHERE a.record BETWEEN {first} AND {last}
ORDER BY a, b
"""


class Engine(Protocol):
    """Holds tables of whole numbers and answers SQL about them."""

    def register(self, name: str, columns: dict[str, Ints]) -> None:
        """Make a table of columns of one length; one of this name is replaced."""
        ...

    def keep(self, name: str, sql: str) -> None:
        """Make a table of the answer to a question; one of this name is replaced."""
        ...

    def query(self, sql: str) -> Iterator[tuple[Ints, ...]]:
        """Yield the columns of the answer in chunks of rows, none of them empty."""
        ...

    def drop(self, name: str) -> None:
        """Forget a table; nothing happens where there is none."""
        ...


def candidate_pairs(
    engine: Engine,
    at: Ints,
    keys: Ints,
    *,
    largest: int = LARGEST_BLOCK,
    part: int = PART,
) -> Iterator[tuple[Ints, Ints]]:
    """Yield the pairs of records that share a key, in chunks, each pair once, a below b.

    Pairs come in the order of a, then b, whatever the engine and the size of its parts.

    Parameters
    ----------
    engine : Engine
        Its tables block_key and held_key are replaced, and dropped at the end.
    at, keys : array, shape (n,)
        Positions of records, and one key of each; no row twice.
    largest : int
        Keys of more records than this are passed over.
    part : int
        About the most pairs that the engine puts together at once.

    Raises
    ------
    UserError
        A size is below 1, or the two arrays differ in length.
    """
    if largest < 1 or part < 1:
        raise UserError(
            f"Pairs of records: largest is {largest} and part is {part}. Give sizes of at least 1."
        )
    if at.shape != keys.shape:
        raise UserError(
            f"Pairs of records: {at.size:,} positions and {keys.size:,} keys were given. "
            "Give one key for each position."
        )
    try:
        engine.register("block_key", {"record": at, "key": keys})
        engine.keep("held_key", HELD.format(largest=int(largest)))
        engine.drop("block_key")
        ranges = list(engine.query(RANGES.format(part=int(part))))
        for first, last in np.concatenate(ranges, axis=1).T.tolist() if ranges else []:
            for chunk in engine.query(PAIRS.format(first=first, last=last)):
                a, b = chunk
                yield a, b
    finally:
        engine.drop("block_key")
        engine.drop("held_key")


def pair_source(engine: Engine, *, largest: int = LARGEST_BLOCK, part: int = PART) -> PairSource:
    """Return `candidate_pairs` of an engine as a function of positions and keys."""
    return partial(candidate_pairs, engine, largest=largest, part=part)
