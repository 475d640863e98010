"""Check how well records were joined: a stored sample of pairs, and the estimate from what people say."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from whatworks.actions.decide_pair import DECISIONS
from whatworks.actions.deduplicate import deduplicate
from whatworks.actions.known_review import require_review
from whatworks.dedupe import (
    AuditPart,
    AuditSample,
    ErrorEstimate,
    PairDecision,
    SampledPair,
    decided_pairs,
    draw_audit,
    estimate_errors,
)
from whatworks.errors import FileError, FileProblem, UserError
from whatworks.references import Record
from whatworks.store import Actor, Store

__all__ = ["PairSample", "draw_sample", "sample_of", "sample_sheet", "take_sheet"]

SHOWN = ("title", "authors", "year", "container", "volume", "issue", "pages", "doi")
NAMES = ("record_id", "other_record_id")

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class PairSample:
    """The sample of a review, and what people said of its pairs.

    Attributes
    ----------
    pairs
        In the order in which they are checked.
    said
        Of each pair that someone decided about: whether it is one report.
    """

    pairs: tuple[SampledPair, ...]
    said: Mapping[Pair, bool]

    @property
    def n_checked(self) -> int:
        """Pairs that someone decided about."""
        return len(self.said)

    @property
    def errors(self) -> tuple[SampledPair, ...]:
        """Pairs that were joined or kept apart wrongly."""
        return tuple(one for one in self.pairs if self.said.get(one.pair) is (not one.is_merged))

    def estimate(self, *, level: float = 0.95) -> ErrorEstimate:
        """Return the estimate of wrong and missed merges, at the time the sample was drawn.

        Raises
        ------
        UserError
            There is no sample, or a pair of it was not checked.
        """
        if not self.pairs:
            raise UserError("No sample is drawn. Draw one first: whatworks reports sample")
        left = len(self.pairs) - self.n_checked
        if left:
            raise UserError(
                f"{left:,} of the {len(self.pairs):,} sampled pairs are not checked yet. Without them "
                "nothing can be estimated."
            )
        parts: dict[tuple[float, float, bool, int], list[tuple[int, int]]] = {}
        for one in self.pairs:
            part = (one.low, one.high, one.is_merged, one.n_pairs)
            parts.setdefault(part, []).append((one.place, one.place))
        verdicts = {(one.place, one.place): self.said[one.pair] for one in self.pairs}
        sample = AuditSample(
            tuple(AuditPart(*part, pairs=tuple(own)) for part, own in sorted(parts.items()))
        )
        return estimate_errors(sample, verdicts, level=level)


def draw_sample(store: Store, *, by: Actor, review_id: str, size: int, seed: int) -> PairSample:
    """Draw pairs of records for people to check, and store them.

    Pairs that people decided about already are not drawn and not counted. A new sample takes the place
    of the one before, which stays in the log; what was said of its pairs stands.

    Parameters
    ----------
    size : int
        About how many pairs; each part of the probabilities gives one at least.
    seed : int
        Seed of the draw: the same seed draws the same pairs from the same records.

    Raises
    ------
    NotFound
        The review does not exist.
    UserError
        Records were not compared yet, or there is no pair to draw.
    """
    require_review(store, review_id)
    records = [record for record in store.rows("records") if record.review_id == review_id]
    report_of = {link.record_id: link.report_id for link in store.rows("report_records")}
    new = sum(record.record_id not in report_of for record in records)
    if new:
        raise UserError(
            f"{new:,} of {len(records):,} records were not compared with the others yet. Find "
            f"duplicates first: whatworks reports find --review {review_id}"
        )
    decisions = [one for one in store.rows("pair_decisions") if one.review_id == review_id]
    decided = decided_pairs(records, decisions)
    compared = deduplicate(records, decided=decided, keep_compared=True).compared
    if compared is None or not compared.probability.size:
        raise UserError(f"No two records of {review_id} share a key, so that none were compared.")
    known = {(min(pair), max(pair)) for pair in decided}
    is_open = np.array([pair not in known for pair in map(tuple, compared.pairs.tolist())])
    if not is_open.any():
        raise UserError(f"People decided about every pair of {review_id} that was compared.")
    pairs = compared.pairs[is_open]
    names = [report_of[record.record_id] for record in records]
    sample = draw_audit(
        pairs,
        compared.probability[is_open],
        np.array([names[a] == names[b] for a, b in pairs.tolist()]),
        size=size,
        rng=np.random.default_rng(seed),
    )
    rows = [
        (part, *sorted((records[a].record_id, records[b].record_id)))
        for part in sample.parts
        for a, b in part.pairs
    ]
    # In the order drawn a person would see how sure the program was.
    order = np.random.default_rng(seed + 1).permutation(len(rows)).tolist()
    drawn = []
    for place, at in enumerate(order, start=1):
        part, one, other = rows[at]
        drawn.append(
            SampledPair(
                one, other, review_id, place, part.low, part.high, part.is_merged, part.n_pairs
            )
        )
    now = {one.pair for one in drawn}
    with store.write(
        actor=by,
        action="sample_pairs",
        object_type="review",
        object_id=review_id,
        reason=f"about {size} pairs, seed {seed}",
    ) as tx:
        tx.withdraw(
            "sampled_pairs",
            [one.pair for one in sample_of(store, review_id).pairs if one.pair not in now],
        )
        tx.append("sampled_pairs", drawn)
    return PairSample(tuple(drawn), {})


def sample_of(store: Store, review_id: str) -> PairSample:
    """Return the sample of a review; without pairs if none was drawn.

    Raises
    ------
    NotFound
        The review does not exist.
    """
    require_review(store, review_id)
    pairs = [one for one in store.rows("sampled_pairs") if one.review_id == review_id]
    pairs.sort(key=lambda one: one.place)
    sampled = {one.pair for one in pairs}
    said = {
        one.pair: one.decision == "same"
        for one in store.rows("pair_decisions")
        if one.pair in sampled
    }
    return PairSample(tuple(pairs), said)


def sample_sheet(store: Store, review_id: str) -> bytes:
    """Return the sample as a CSV: both records of each pair, and a column `verdict` to fill in.

    Raises
    ------
    UserError
        No sample was drawn.
    """
    sample = sample_of(store, review_id)
    if not sample.pairs:
        raise UserError(f"No sample is drawn for {review_id}. Draw one: whatworks reports sample")
    records = {one.record_id: one for one in store.rows("records") if one.review_id == review_id}
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["verdict", *SHOWN, *(f"other_{name}" for name in SHOWN), *NAMES])
    for pair in sample.pairs:
        one, other = (records[name] for name in pair.pair)
        verdict = {True: "same", False: "different", None: ""}[sample.said.get(pair.pair)]
        writer.writerow([verdict, *_shown(one), *_shown(other), *pair.pair])
    return text.getvalue().encode("utf-8-sig")


def take_sheet(store: Store, *, by: Actor, review_id: str, data: bytes, file: str) -> PairSample:
    """Record the verdicts of a sheet as decisions about its pairs, and return the sample.

    Rows without a verdict are left for later.

    Raises
    ------
    FileError
        Naming the row and column of every cell that cannot be used. Nothing is recorded then.
    """
    require_review(store, review_id)
    sample = sample_of(store, review_id)
    sampled = {one.pair for one in sample.pairs}
    problems: list[FileProblem] = []
    decisions: dict[Pair, PairDecision] = {}
    rows = list(csv.DictReader(io.StringIO(_text(data, file))))
    for number, row in enumerate(rows, start=2):
        verdict = (row.get("verdict") or "").strip().lower()
        pair = (row.get(NAMES[0]) or "", row.get(NAMES[1]) or "")
        if pair not in sampled:
            problems.append(
                FileProblem(
                    "this pair is not in the sample of the review.",
                    "Write the sheet again: whatworks reports sample --out FILE",
                    row=number,
                )
            )
        elif verdict and verdict not in DECISIONS:
            problems.append(
                FileProblem(
                    f'found "{verdict}".', "Write same or different.", row=number, column="verdict"
                )
            )
        elif verdict and sample.said.get(pair) != (verdict == "same"):
            decisions[pair] = PairDecision(*pair, review_id, verdict, by.pseudonym, None)
    if not rows:
        problems.append(FileProblem("there is no pair in it.", "Draw a sample first."))
    if problems:
        raise FileError(file, problems)
    if decisions:
        with store.write(
            actor=by,
            action="check_sample",
            object_type="review",
            object_id=review_id,
            reason=f"{len(decisions)} verdicts from {file}",
        ) as tx:
            tx.append("pair_decisions", list(decisions.values()))
    return sample_of(store, review_id)


def _text(data: bytes, file: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        problem = FileProblem("it is not in UTF-8.", "Save it as “CSV UTF-8” and try again.")
        raise FileError(file, [problem]) from None


def _shown(record: Record) -> list[str]:
    return [str(getattr(record, name) or "") for name in SHOWN]
