"""Check how well records were joined: a sample for a person, and the estimate from what they say."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

import numpy as np

from whatworks.actions.deduplicate import deduplicate
from whatworks.actions.known_review import require_review
from whatworks.dedupe import (
    AuditPart,
    AuditSample,
    ErrorEstimate,
    decided_pairs,
    draw_audit,
    estimate_errors,
)
from whatworks.errors import FileError, FileProblem, UserError
from whatworks.references import Record
from whatworks.store import Store

__all__ = ["audit_estimate", "audit_sheet"]

SHOWN = ("title", "authors", "year", "container", "volume", "issue", "pages", "doi")
PART = ("low", "high", "merged", "n_pairs")
VERDICTS = {"same": True, "different": False}


def audit_sheet(store: Store, *, review_id: str, size: int, seed: int) -> bytes:
    """Return a CSV of pairs for a person: both records, and a column `verdict` to fill in.

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
        No two records share a key.
    """
    require_review(store, review_id)
    records = [record for record in store.rows("records") if record.review_id == review_id]
    decisions = [one for one in store.rows("pair_decisions") if one.review_id == review_id]
    found = deduplicate(records, decided=decided_pairs(records, decisions), keep_compared=True)
    compared = found.compared
    if compared is None or not compared.probability.size:
        raise UserError(f"No two records of {review_id} share a key, so that none were compared.")
    sample = draw_audit(
        compared.pairs,
        compared.probability,
        compared.is_merged,
        size=size,
        rng=np.random.default_rng(seed),
    )
    rows = [(part, records[a], records[b]) for part in sample.parts for a, b in part.pairs]
    # In the order drawn a person would see how sure the program was.
    order = np.random.default_rng(seed + 1).permutation(len(rows))
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(
        [
            "verdict",
            *SHOWN,
            *(f"other_{name}" for name in SHOWN),
            "record_id",
            "other_record_id",
            *PART,
        ]
    )
    for at in order.tolist():
        part, one, other = rows[at]
        place = (part.low, part.high, str(part.is_merged).lower(), part.n_pairs)
        writer.writerow(["", *_shown(one), *_shown(other), one.record_id, other.record_id, *place])
    return text.getvalue().encode("utf-8-sig")


def audit_estimate(data: bytes, *, file: str, level: float = 0.95) -> ErrorEstimate:
    """Return the estimate from a sheet that a person filled in.

    Raises
    ------
    FileError
        Naming the row and column of every cell that cannot be used.
    """
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    problems: list[FileProblem] = []
    parts: dict[tuple[float, float, bool, int], list[tuple[int, int]]] = {}
    verdicts: dict[tuple[int, int], bool] = {}
    for number, row in enumerate(rows, start=2):
        verdict = (row.get("verdict") or "").strip().lower()
        place = _place(row)
        if place is None:
            problems.append(
                FileProblem(
                    "the columns of the sample are missing or changed.",
                    "Draw it again.",
                    row=number,
                )
            )
            continue
        if verdict not in VERDICTS:
            problems.append(
                FileProblem(
                    f'found "{verdict}".' if verdict else "there is no verdict.",
                    "Write same or different.",
                    row=number,
                    column="verdict",
                )
            )
            continue
        # Rows stand for pairs: what the records are called plays no part in the estimate.
        parts.setdefault(place, []).append((number, number))
        verdicts[number, number] = VERDICTS[verdict]
    if not rows:
        problems.append(FileProblem("there is no pair in it.", "Draw a sample first."))
    if problems:
        raise FileError(file, problems)
    sample = AuditSample(
        tuple(AuditPart(*place, pairs=tuple(pairs)) for place, pairs in sorted(parts.items()))
    )
    return estimate_errors(sample, verdicts, level=level)


def _shown(record: Record) -> list[str]:
    return [str(getattr(record, name) or "") for name in SHOWN]


def _place(row: Mapping[str, str]) -> tuple[float, float, bool, int] | None:
    try:
        return (
            float(row["low"]),
            float(row["high"]),
            {"true": True, "false": False}[row["merged"].strip().lower()],
            int(row["n_pairs"]),
        )
    except (KeyError, ValueError, AttributeError):
        return None
