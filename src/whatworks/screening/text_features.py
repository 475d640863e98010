"""Texts as vectors: words and runs of two or three words, weighed by how few records have them.

Counting is done on whole numbers, so that a hundred thousand abstracts fit into memory: words become
numbers, runs of words numbers of numbers, and runs that only one record has are dropped before any matrix
is made.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["STOP_WORDS", "TextFeatures", "text_features"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

# Words of one letter say too little.
WORD = re.compile(r"[^\W_]{2,}")
# Words of English that tell nothing about a subject.
STOP_WORDS = frozenset(
    WORD.findall(
        "about above across after again against all almost alone along already also although always am among an "
        "and another any are around as at be became because become been before being below between both but by "
        "can could did do does done down during each either else ever every few first for from further get give "
        "had has have having he her here hers him his how however if in into is it its itself just least less "
        "made many may me might more most mostly much must my neither no nor not now of off often on once one "
        "only onto or other others our out over own per perhaps rather same she should since so some such than "
        "that the their them then there therefore these they this those though through thus to together too "
        "toward towards two under until up upon us very via was we well were what when where whether which while "
        "who whom whose why will with within without would yet you your"
    )
)
# A run of words that only one record has cannot tell it from others.
LEAST_RECORDS = 2


@dataclass(frozen=True, eq=False)
class TextFeatures:
    """Texts as rows of numbers.

    Attributes
    ----------
    matrix : scipy.sparse.csr_array, shape (n, m)
        Each row has length 1, or 0 where the text has no word that counts.
    terms : list of str, m of them
        The word or run of words of each column.
    """

    matrix: csr_array
    terms: list[str]


def text_features(
    texts: Sequence[str],
    *,
    longest_run: int = 3,
    most_share: float = 0.5,
    leave_out: frozenset[str] = STOP_WORDS,
) -> TextFeatures:
    """Return the vectors of some texts.

    The weight of a term is 1 + ln(times it stands there), times the smoothed inverse of the share of texts
    that have it.

    Parameters
    ----------
    texts : sequence of str, n of them
    longest_run : int
        Words in the longest run.
    most_share : float
        Terms that a greater share of the texts have are left out: they tell little.
    leave_out : frozenset of str
        Words that are passed over; runs go on behind them.

    References
    ----------
    Salton G, Buckley C (1988). Term-weighting approaches in automatic text retrieval. Information
    Processing and Management 24:513-523.
    """
    from scipy.sparse import csr_array

    words, word_ids, rows = _words_of(texts, leave_out)
    n = len(texts)
    columns: list[csr_array] = []
    terms: list[str] = []
    ids, starts = word_ids, np.arange(word_ids.size)
    n_ids = len(words)
    # Of each run its first word, and the number of the run that it prolongs: enough to write it out.
    written = words
    for length in range(1, longest_run + 1):
        if length > 1:
            ends = starts + length - 1
            inside = ends < word_ids.size
            inside[inside] = rows[ends[inside]] == rows[starts[inside]]
            starts, ids = starts[inside], ids[inside]
            codes = ids * len(words) + word_ids[starts + length - 1]
            distinct, ids = np.unique(codes, return_inverse=True)
            written = [
                f"{written[code // len(words)]} {words[code % len(words)]}"
                for code in distinct.tolist()
            ]
            n_ids = distinct.size
        counts = csr_array((np.ones(ids.size), (rows[starts], ids)), shape=(n, n_ids))
        counts.sum_duplicates()
        n_records = np.bincount(counts.indices, minlength=n_ids)
        kept = np.flatnonzero((n_records >= LEAST_RECORDS) & (n_records <= most_share * n))
        columns.append(counts[:, kept])
        terms += [written[at] for at in kept.tolist()]
        # A longer run is in no more records than the run it prolongs.
        is_common = n_records >= LEAST_RECORDS
        starts, ids = starts[is_common[ids]], ids[is_common[ids]]
        renumbered = np.cumsum(is_common) - 1
        ids = renumbered[ids]
        written = [
            words_of_run for words_of_run, keep in zip(written, is_common, strict=True) if keep
        ]
    return TextFeatures(_weighed(columns, n), terms)


def _words_of(texts: Sequence[str], leave_out: frozenset[str]) -> tuple[list[str], Ints, Ints]:
    """Return the distinct words, the number of each word in order, and the text it stands in."""
    numbers: dict[str, int] = {}
    ids: list[int] = []
    lengths = []
    for text in texts:
        found = [word for word in WORD.findall(text.lower()) if word not in leave_out]
        lengths.append(len(found))
        ids += [numbers.setdefault(word, len(numbers)) for word in found]
    rows = np.repeat(np.arange(len(texts)), lengths)
    return list(numbers), np.array(ids, dtype=np.int64), rows


def _weighed(columns: Sequence[csr_array], n: int) -> csr_array:
    """Return counts side by side as weights, rows of length 1."""
    from scipy.sparse import csr_array, hstack

    matrix = csr_array(hstack(columns, format="csr"))
    # Solvers take 32-bit indices, which are enough for two thousand million terms.
    matrix.indices = matrix.indices.astype(np.int32)
    matrix.indptr = matrix.indptr.astype(np.int32)
    n_records = np.bincount(matrix.indices, minlength=matrix.shape[1])
    rarity = np.log((1 + n) / (1 + n_records)) + 1.0
    matrix.data = (1.0 + np.log(matrix.data)) * rarity[matrix.indices]
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1))).ravel()
    matrix.data /= np.repeat(np.where(lengths > 0, lengths, 1.0), np.diff(matrix.indptr))
    return matrix
