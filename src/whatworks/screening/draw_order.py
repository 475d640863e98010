"""The order in which records are drawn: fixed by a seed and their names, anywhere and for ever.

Random generators of libraries change. Here each record gets the SHA-256 of the seed and its name, and the
records are drawn in the order of these numbers: as good as a simple random order for every purpose but one,
that of somebody who names records, knowing the seed. Take the seed when screening is frozen, not before.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from whatworks.errors import UserError

__all__ = ["draw_order", "ids_sha256"]


def draw_order(seed: int, record_ids: Sequence[str]) -> tuple[str, ...]:
    """Return the names of records in the order in which they are to be drawn.

    It is that of the SHA-256 of "SEED:NAME" in UTF-8, the seed in decimal digits, whatever order they are
    given in.

    Parameters
    ----------
    seed : int
        0 or more.
    record_ids : sequence of str
        Each once, without line breaks.

    Raises
    ------
    UserError
        A seed below 0, or a name that is given twice, is empty or has a line break in it.
    """
    if seed < 0:
        raise UserError(f"The seed is {seed}. Give a whole number, 0 or more.")
    return tuple(
        sorted(_checked(record_ids), key=lambda name: sha256(f"{seed}:{name}".encode()).digest())
    )


def ids_sha256(record_ids: Sequence[str]) -> str:
    """Return the SHA-256 of the names of records, sorted by their bytes in UTF-8, each ending its line.

    `LC_ALL=C sort names.txt | sha256sum` gives the same.

    Raises
    ------
    UserError
        As `draw_order`.
    """
    names = sorted(name.encode() for name in _checked(record_ids))
    return sha256(b"".join(name + b"\n" for name in names)).hexdigest()


def _checked(record_ids: Sequence[str]) -> Sequence[str]:
    """Refuse names that could stand for more than one record."""
    if len(set(record_ids)) != len(record_ids):
        raise UserError("A record is named twice. Give each record once.")
    for name in record_ids:
        if not name or "\n" in name:
            raise UserError(
                f"{name!r} is no name of a record: it is empty or has a line break. Give it another."
            )
    return record_ids
