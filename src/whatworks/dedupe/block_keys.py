"""Keys of a record: two records are compared if they share one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import blake2b
from string import ascii_lowercase

import numpy as np
import numpy.typing as npt

from whatworks.dedupe.fingerprint import Fingerprint
from whatworks.dedupe.plain_text import STOP_WORDS

__all__ = ["block_keys", "keys_of"]

Ints = npt.NDArray[np.int64]

# Fewer letters say nothing ("Editorial", "Letter").
SHORTEST_TITLE = 12
TITLE_LETTERS = 40
ABSTRACT_LETTERS = 60
WORD_LETTERS = 8


def block_keys(prints: Sequence[Fingerprint]) -> tuple[Ints, Ints]:
    """Return positions of records and their keys, each (n,), one row for each key of each record.

    Keys are 64-bit hashes, the same on every machine: engines join whole numbers.
    """
    counts = np.empty(len(prints), dtype=np.int64)
    hashes = bytearray()
    for i, record in enumerate(prints):
        own = set(keys_of(record))
        counts[i] = len(own)
        for key in own:
            hashes += blake2b(key.encode(), digest_size=8).digest()
    return np.repeat(np.arange(len(prints)), counts), np.frombuffer(hashes, dtype=">i8").astype(
        np.int64
    )


def keys_of(record: Fingerprint) -> Iterator[str]:
    """Yield the keys of one record in words.

    Each misses some kind of error and none of them misses all: the DOI; the title's beginning and
    its end; the trial's number; first page with volume; first page with year and first author; the longest words of the
    title, three of four at a time; one of them with year and first author; the abstract's beginning.
    """
    if record.doi:
        yield f"doi {record.doi}"
    if record.trial:
        yield f"trial {record.trial}"
    letters = record.title.replace(" ", "")
    if len(letters) >= SHORTEST_TITLE:
        yield f"begins {letters[:TITLE_LETTERS]}"
        yield f"ends {letters[-TITLE_LETTERS:]}"
    author = record.first_author.replace(" ", "")[:4]
    page, year = record.first_page.lstrip(ascii_lowercase), record.year
    if page and record.volume:
        yield f"place {page} {record.volume}"
    if page and year and author:
        yield f"page {page} {year} {author}"
    words = {word for word in record.title.split() if word not in STOP_WORDS}
    # By length, then alphabet: sorting keeps the order of equals.
    longest = sorted(sorted(words), key=len, reverse=True)[:4]
    if author and year:
        for word in longest[:3]:
            yield f"word {word[:WORD_LETTERS]} {year} {author}"
    ordered = sorted(longest)
    if len(ordered) == 3:
        yield f"words {' '.join(ordered)}"
    elif len(ordered) == 4:
        for left_out in range(4):
            yield f"words {' '.join(ordered[:left_out] + ordered[left_out + 1 :])}"
    abstract = record.abstract.replace(" ", "")
    if len(abstract) >= ABSTRACT_LETTERS:
        yield f"abstract {abstract[:ABSTRACT_LETTERS]}"
