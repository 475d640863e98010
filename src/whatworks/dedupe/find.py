"""Which records describe one report: the whole way from records to groups, questions and relations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from operator import attrgetter
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from whatworks.dedupe.block_keys import block_keys
from whatworks.dedupe.clusters import Clusters, joined
from whatworks.dedupe.comparison import Comparator, Comparison
from whatworks.dedupe.evidence import SHORT_TITLE_LETTERS
from whatworks.dedupe.fingerprint import Fingerprint, fingerprints
from whatworks.dedupe.relations import relation_of
from whatworks.dedupe.score import LARGEST, probabilities, reasons
from whatworks.references import Record

__all__ = [
    "ComparedPairs",
    "Duplicates",
    "FoundPair",
    "PairSource",
    "Thresholds",
    "find_duplicates",
]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
PairSource = Callable[[Ints, Ints], Iterator[tuple[Ints, Ints]]]
"""Positions of records and their keys in; chunks of pairs out, each pair once, a below b."""

# Pairs compared at once.
CHUNK = 200_000
# Different reports with titles this much alike and like authors belong together.
RELATED_TITLE = 0.9
RELATED_AUTHORS = 0.6
RELATED_LETTERS = 20
# Of the records that one fits, so many are compared with each other.
MOST_FITS = 30
EVERY_FIELD = "every field is the same"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where a pair counts as what.

    Attributes
    ----------
    same
        Probability from which on two records are one report.
    ask
        From here up to `same` a person is asked.
    different
        At or below, a pair keeps its groups apart whatever speaks for others in them.
    most_asked
        Share of the records that may be asked about; the likeliest pairs come first.
    always_asked
        So many records may be asked about however few there are.
    """

    same: float = 0.9
    ask: float = 0.3
    different: float = 0.1
    most_asked: float = 0.01
    always_asked: int = 0


@dataclass(frozen=True, slots=True)
class FoundPair:
    """Two records that are one report, may be, or belong together.

    Attributes
    ----------
    a, b
        Positions, a below b.
    probability
        That they are one report.
    outcome
        same, ask, or a relation (see `RELATIONS`).
    reasons
        What speaks for it and against it, with log-odds, the weightiest first.
    """

    a: int
    b: int
    probability: float
    outcome: str
    reasons: tuple[tuple[str, float], ...]


class ComparedPairs(NamedTuple):
    """Pairs of positions (m, 2), probabilities (m,), and whether each is in one report (m,)."""

    pairs: Ints
    probability: Floats
    is_merged: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Duplicates:
    """The reports of n records.

    Attributes
    ----------
    cluster
        For each record the position of the first record of its report, (n,).
    score
        For each record the probability of the surest pair that ties it to its report, (n,); 1 for
        one that stands alone or is an exact copy of another.
    merged
        The pairs by which records were joined.
    asked
        Pairs that a person should look at.
    n_unasked
        Pairs in doubt beyond the limit; they count as different.
    related
        Pairs of different reports that belong together.
    n_pairs
        Pairs that were compared.
    compared
        All of them with their probabilities, for an audit; None unless asked for.
    """

    cluster: Ints
    score: Floats
    merged: tuple[FoundPair, ...]
    asked: tuple[FoundPair, ...]
    related: tuple[FoundPair, ...]
    n_pairs: int
    n_unasked: int
    compared: ComparedPairs | None = None

    @property
    def n_removed(self) -> int:
        """Records beyond the first of their report."""
        return int((self.cluster != np.arange(self.cluster.size)).sum())


def find_duplicates(
    records: Iterable[Record],
    *,
    pairs: PairSource,
    thresholds: Thresholds | None = None,
    decided: Mapping[tuple[int, int], bool] | None = None,
    keep_compared: bool = False,
) -> Duplicates:
    """Find the records that describe one report.

    Parameters
    ----------
    records : iterable of Record, n of them
        Gone through once and not kept.
    pairs : callable
        Gives the pairs that share a key: an engine's `candidate_pairs`.
    thresholds : Thresholds, optional
    decided : mapping of (int, int) to bool, optional
        What people decided of pairs of positions: True, one report; False, two. It stands against
        all evidence, and is not asked again.
    keep_compared : bool
        Whether to give back all compared pairs, from which `draw_audit` draws.

    Returns
    -------
    Duplicates
        The first record of each report, in the order given, is the one that is kept.
    """
    limits = thresholds or Thresholds()
    prints = fingerprints(records)
    verdicts = {(min(pair), max(pair)): same for pair, same in (decided or {}).items()}
    first_like = _first_of_each(prints, {at for pair in verdicts for at in pair})
    lone = _by_content(prints, np.flatnonzero(first_like == np.arange(len(prints))))
    comparator = Comparator([prints[i] for i in lone.tolist()])
    kept = _Kept(limits, keep_compared)
    at, keys = block_keys([prints[i] for i in lone.tolist()])
    for a, b in pairs(at, keys):
        for i in range(0, a.size, CHUNK):
            kept.look(a[i : i + CHUNK], b[i : i + CHUNK], comparator)
    found, likely = kept.sure()

    def compare(a: Ints, b: Ints) -> Floats:
        return probabilities(comparator.compare(a, b))

    likely = kept.doubt(_torn(prints, lone, found, likely, limits, compare))
    groups = joined(
        lone.size,
        found,
        likely,
        same=limits.same,
        different=limits.different,
        compare=compare,
        decided=_in_order_of(lone, verdicts, len(prints)),
    )
    return _result(prints, first_like, lone, groups, kept, comparator, limits, verdicts)


def _in_order_of(
    lone: Ints, verdicts: Mapping[tuple[int, int], bool], n: int
) -> dict[tuple[int, int], bool]:
    """Return decisions by places in `lone`."""
    place = np.empty(n, dtype=np.int64)
    place[lone] = np.arange(lone.size)
    found = {}
    for (a, b), is_same in verdicts.items():
        i, j = int(place[a]), int(place[b])
        found[min(i, j), max(i, j)] = is_same
    return found


class _Kept:
    """The few of all compared pairs that matter."""

    def __init__(self, limits: Thresholds, keep_compared: bool) -> None:
        self.n = 0
        self._limits = limits
        self._compared: list[tuple[Ints, Floats]] | None = [] if keep_compared else None
        self._pairs: list[Ints] = []
        self._likely: list[Floats] = []
        self._related: list[Ints] = []

    def look(self, a: Ints, b: Ints, comparator: Comparator) -> None:
        """Compare pairs and keep those that may be one report, and those that belong together."""
        comparison = comparator.compare(a, b)
        likely = probabilities(comparison)
        self.n += a.size
        if self._compared is not None:
            self._compared.append((np.column_stack((a, b)), likely))
        matters = likely >= self._limits.ask
        self._pairs.append(np.column_stack((a[matters], b[matters])))
        self._likely.append(likely[matters])
        related = ~matters & _belong_together(comparison)
        self._related.append(np.column_stack((a[related], b[related])))

    def sure(self) -> tuple[Ints, Floats]:
        """Return the pairs that may be one report, (m, 2), and their probabilities, (m,)."""
        if not self._pairs:
            return np.zeros((0, 2), dtype=np.int64), np.zeros(0)
        return np.concatenate(self._pairs), np.concatenate(self._likely)

    def doubt(self, torn: npt.NDArray[np.bool_]) -> Floats:
        """Leave pairs to a person that the evidence calls sure; return all probabilities."""
        likely = self.sure()[1]
        likely[torn] = np.minimum(likely[torn], np.nextafter(self._limits.same, 0.0))
        self._likely = [likely]
        self._pairs = [self.sure()[0]]
        return likely

    def compared(self, lone: Ints, of: Ints) -> ComparedPairs | None:
        """Return all compared pairs by positions of records."""
        if self._compared is None:
            return None
        if not self._compared:
            nothing = np.zeros(0)
            return ComparedPairs(np.zeros((0, 2), dtype=np.int64), nothing, nothing > 0.0)
        pairs = lone[np.concatenate([pairs for pairs, _ in self._compared])]
        likely = np.concatenate([likely for _, likely in self._compared])
        return ComparedPairs(np.sort(pairs, axis=1), likely, of[pairs[:, 0]] == of[pairs[:, 1]])

    def related(self) -> Ints:
        """Return the pairs that belong together without being one, (m, 2)."""
        return np.concatenate(self._related) if self._related else np.zeros((0, 2), dtype=np.int64)


def _torn(
    prints: Sequence[Fingerprint],
    lone: Ints,
    pairs: Ints,
    likely: Floats,
    limits: Thresholds,
    compare: Callable[[Ints, Ints], Floats],
) -> npt.NDArray[np.bool_]:
    """Return which sure pairs hold a record that fits two reports, (m,).

    A record without a place of its own ("Editorial", a journal, a volume) fits the editorials of all
    issues. If two that it fits are different, which of them it is cannot be told.
    """
    torn = np.zeros(likely.size, dtype=np.bool_)
    sure = np.flatnonzero(likely >= limits.same)
    fits: dict[int, list[int]] = {}
    for at in sure.tolist():
        for one, other in (pairs[at].tolist(), pairs[at].tolist()[::-1]):
            if _is_placeless(prints[lone[one]]):
                fits.setdefault(one, []).append(other)
    for one, others in fits.items():
        doi = prints[lone[one]].doi
        is_anchored = bool(doi) and any(prints[lone[other]].doi == doi for other in others)
        if len(others) < 2 or is_anchored:
            continue
        both = np.array(list(combinations(others[:MOST_FITS], 2)))
        if (compare(both[:, 0], both[:, 1]) <= limits.different).any():
            torn[sure] |= (pairs[sure] == one).any(axis=1)
    return torn


def _is_placeless(one: Fingerprint) -> bool:
    return not (one.first_page or one.pmid or one.abstract)


def _belong_together(c: Comparison) -> npt.NDArray[np.bool_]:
    with np.errstate(invalid="ignore"):
        # Reports of other years and parts of a series are works of their own.
        alike = (c.title >= RELATED_TITLE) & (c.numbers >= 0) & (c.swapped == 0)
        alike |= ~c.same_notice & (c.title_words >= RELATED_TITLE)
        by_others = c.authors < RELATED_AUTHORS
    # A reply or a correction need not be by the same authors.
    return np.asarray(alike & (~by_others | ~c.same_notice) & (c.title_length >= RELATED_LETTERS))


def _first_of_each(prints: Sequence[Fingerprint], decided: set[int]) -> Ints:
    """Return for each record the first one with the same fingerprint, (n,): exact copies.

    Records that a person decided about stand for themselves. A title alone is no copy: it may be
    another edition, and "Editorial" of a year and a journal may be another editorial.
    """
    seen: dict[Fingerprint, int] = {}
    return np.array(
        [
            seen.setdefault(one, at) if _says_enough(one) and at not in decided else at
            for at, one in enumerate(prints)
        ],
        dtype=np.int64,
    )


def _says_enough(one: Fingerprint) -> bool:
    return bool(one.title) and bool(
        one.doi
        or one.pmid
        or one.abstract
        or (one.first_page and one.volume)
        or (len(one.title) >= SHORT_TITLE_LETTERS and one.authors and one.year)
    )


def _copies(first_like: Ints) -> Iterator[FoundPair]:
    for at in np.flatnonzero(first_like != np.arange(first_like.size)).tolist():
        yield FoundPair(int(first_like[at]), at, 1.0, "same", ((EVERY_FIELD, LARGEST),))


def _within_limit(pairs: Ints, chosen: Ints, most: int) -> Ints:
    """Return the first of the chosen pairs that name no more than so many records."""
    named: set[int] = set()
    out = []
    for at in chosen.tolist():
        both = named | set(pairs[at].tolist())
        if len(both) > most:
            break
        named = both
        out.append(at)
    return np.array(out, dtype=np.int64)


def _by_content(prints: Sequence[Fingerprint], at: Ints) -> Ints:
    """Return positions in the order of what the records say, so that the order given plays no part."""
    content = attrgetter(
        "title", "first_author", "year", "journal", "volume", "issue", "first_page", "last_page",
        "doi", "abstract", "authors", "record_type",
    )  # fmt: skip
    return np.array(sorted(at.tolist(), key=lambda i: content(prints[i])), dtype=np.int64)


def _result(
    prints: Sequence[Fingerprint],
    first_like: Ints,
    lone: Ints,
    groups: Clusters,
    kept: _Kept,
    comparator: Comparator,
    limits: Thresholds,
    verdicts: Mapping[tuple[int, int], bool],
) -> Duplicates:
    pairs, likely = kept.sure()
    order = np.lexsort((pairs[:, 1], pairs[:, 0], -likely))
    pairs, likely = pairs[order], likely[order]
    together = groups.of[pairs[:, 0]] == groups.of[pairs[:, 1]]
    is_open = np.array(
        [(min(pair), max(pair)) not in verdicts for pair in lone[pairs].tolist()], dtype=np.bool_
    )
    open_pairs = np.flatnonzero(~together & is_open)
    most = max(int(limits.most_asked * len(prints)), limits.always_asked)
    asked = _within_limit(pairs, open_pairs, most)
    # A record without company is certainly itself.
    score = np.zeros(len(prints))
    np.maximum.at(score, lone[pairs[together]].ravel(), np.repeat(likely[together], 2))
    score[score == 0.0] = 1.0
    related = kept.related()
    if related.size:
        apart = groups.of[related[:, 0]] != groups.of[related[:, 1]]
        related = related[apart]

    def described(chosen: Ints, outcome: str | None) -> tuple[FoundPair, ...]:
        if not chosen.size:
            return ()
        comparison = comparator.compare(chosen[:, 0], chosen[:, 1])
        sure = probabilities(comparison)
        why = reasons(comparison)
        out = []
        for i, (a, b) in enumerate(lone[chosen].tolist()):
            out.append(
                FoundPair(
                    min(a, b),
                    max(a, b),
                    float(sure[i]),
                    outcome or relation_of(prints[a], prints[b]),
                    why[i],
                )
            )
        return tuple(out)

    # Back from the order of content to that of the file; the first record of a report is kept.
    of = np.empty(len(prints), dtype=np.int64)
    of[lone] = groups.of
    of = of[first_like]
    first = np.full(lone.size, len(prints), dtype=np.int64)
    np.minimum.at(first, of, np.arange(len(prints)))
    return Duplicates(
        cluster=first[of],
        score=score[first_like],
        merged=(*_copies(first_like), *described(pairs[together], "same")),
        asked=described(pairs[asked], "ask"),
        n_unasked=int(open_pairs.size - asked.size),
        related=described(related, None),
        n_pairs=kept.n,
        compared=kept.compared(lone, of),
    )
