"""Which pairs wait for a person, which comes next, and how far the person is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from whatworks.actions.audit_reports import sample_of
from whatworks.dedupe import PairDecision, RecordPair, SampledPair
from whatworks.errors import NotFound
from whatworks.references import RawFile, Record
from whatworks.store import Store
from whatworks.web.work.sitting import Pair, Sitting

__all__ = [
    "Questions",
    "decision_on",
    "decisions_of",
    "find_records",
    "place_in_file",
    "questions_of",
    "raw_files_of",
    "sampled_of",
]

# Up to here rows are fetched one by one; above, the whole table at once is faster.
_FEW = 80
_LONGEST_AUTHORS = 90


@dataclass(frozen=True, slots=True)
class Questions:
    """The pairs of a review that are asked about, in doubt or drawn at random.

    Attributes
    ----------
    asked
        All of them: those in doubt the likeliest first, those drawn in the order of the sample.
    decided
        Those of them that were decided.
    waiting
        The others in the order they come: those skipped last.
    skipped
        How many of those that wait were skipped.
    """

    asked: tuple[RecordPair | SampledPair, ...]
    decided: frozenset[Pair]
    waiting: tuple[RecordPair | SampledPair, ...]
    skipped: int

    def position(self, pair: Pair) -> int:
        """Return the place of a pair, counted from 1: those decided and those passed come before."""
        places = [one.pair for one in self.waiting]
        if pair not in places:
            return next(at for at, one in enumerate(self.asked, start=1) if one.pair == pair)
        fresh = len(places) - self.skipped
        at = places.index(pair)
        passed = self.skipped if at < fresh else -fresh
        return len(self.asked) - len(places) + passed + at + 1

    def find(self, pair: Pair) -> RecordPair | SampledPair | None:
        """Return the pair, if it is one of those that are asked about."""
        return next((one for one in self.asked if one.pair == pair), None)


def questions_of(store: Store, review_id: str, sitting: Sitting) -> Questions:
    """Return the pairs of a review that are in doubt."""
    asked = [
        pair
        for pair in store.rows("record_pairs")
        if pair.review_id == review_id and pair.outcome == "ask"
    ]
    asked.sort(key=lambda pair: (-pair.probability, *pair.pair))
    return _questions(store, review_id, sitting, asked)


def sampled_of(store: Store, review_id: str, sitting: Sitting) -> Questions:
    """Return the pairs that were drawn to check how well the review's records were joined."""
    return _questions(store, review_id, sitting, sample_of(store, review_id).pairs)


def _questions(
    store: Store, review_id: str, sitting: Sitting, asked: Sequence[RecordPair | SampledPair]
) -> Questions:
    pairs = {one.pair: one for one in asked}
    decided = frozenset(one.pair for one in decisions_of(store, review_id) if one.pair in pairs)
    skipped = [pair for pair in sitting.skipped if pair in pairs and pair not in decided]
    fresh = [pair for pair in pairs if pair not in decided and pair not in skipped]
    return Questions(
        tuple(asked), decided, tuple(pairs[pair] for pair in [*fresh, *skipped]), len(skipped)
    )


def decisions_of(store: Store, review_id: str) -> list[PairDecision]:
    """Return what people decided in a review."""
    return [one for one in store.rows("pair_decisions") if one.review_id == review_id]


def decision_on(store: Store, review_id: str, pair: Pair) -> PairDecision | None:
    """Return what people decided about a pair, if they did."""
    return next((one for one in decisions_of(store, review_id) if one.pair == pair), None)


def find_records(store: Store, names: Iterable[str]) -> dict[str, Record]:
    """Return records by name.

    Raises
    ------
    NotFound
        There is no record of a name.
    """
    wanted = sorted(set(names))
    found: dict[str, Record] = {}
    if len(wanted) <= _FEW:
        for name in wanted:
            versions = store.history("records", name)
            if versions and not versions[-1].is_withdrawn:
                found[name] = versions[-1].row
    else:
        every = {record.record_id: record for record in store.rows("records")}
        found = {name: every[name] for name in wanted if name in every}
    missing = next((name for name in wanted if name not in found), None)
    if missing is not None:
        raise NotFound(f'There is no record "{missing}" here.')
    return found


def raw_files_of(store: Store, review_id: str) -> dict[str, RawFile]:
    """Return the files of a review by their hashes."""
    return {one.raw_file_id: one for one in store.rows("raw_files") if one.review_id == review_id}


def cited(record: Record) -> str:
    """Return who wrote it, when and where: "Smith, A.; Jones, B. 2012. Reading"."""
    authors = record.authors or ""
    if len(authors) > _LONGEST_AUTHORS:
        authors = (
            f"{authors[:_LONGEST_AUTHORS].rpartition(';')[0] or authors[:_LONGEST_AUTHORS]}; et al"
        )
    parts = (authors, str(record.year or ""), record.container or "")
    return ". ".join(part.strip().rstrip(".") for part in parts if part.strip())


def place_in_file(record: Record, files: dict[str, RawFile]) -> str:
    """Return where a record came from: "search.ris, record 12, line 340"."""
    file = files.get(record.raw_file_id)
    line = "" if record.line is None else f", line {record.line:,}"
    return f"{file.name if file else 'a file'}, record {record.position:,}{line}"
