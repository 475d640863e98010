"""Judgements of bias as a mapped table gives them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from whatworks.appraisal.nouns import Judgement
from whatworks.errors import FileProblem
from whatworks.extraction.fields import JUDGEMENT
from whatworks.extraction.identifiers import slug
from whatworks.extraction.row_reader import RowReader

if TYPE_CHECKING:
    from whatworks.extraction.mapping import JudgementSource

__all__ = ["JudgedRow", "judgements_of", "read_judged"]


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """What one row says about one domain of one study."""

    study_key: str
    source: int
    judgement: str
    reason: str | None
    row: int


def read_judged(
    reader: RowReader, sources: Sequence[JudgementSource], study_key: str
) -> list[JudgedRow]:
    """Read the judgements in one row; domains without one are left out."""
    judged = []
    for position, source in enumerate(sources):
        level = reader.field(source.judgement, JUDGEMENT["judgement"])
        if level is None:
            continue
        if source.worst_last and level not in source.worst_last:
            reader.problems.append(
                FileProblem(
                    f'Found "{level}" for {source.domain}, which is not one of '
                    f"{', '.join(source.worst_last)}.",
                    "Correct the cell, or add the level to worst_last in the mapping.",
                    reader.row.number,
                    next(iter(source.judgement.columns()), None),
                )
            )
            continue
        reason = reader.field(source.reason, JUDGEMENT["reason"])
        judged.append(JudgedRow(study_key, position, level, reason, reader.row.number))
    return judged


def judgements_of(
    judged: Sequence[JudgedRow],
    sources: Sequence[JudgementSource],
    study_ids: dict[str, str],
    *,
    review_id: str,
    judged_by: str,
    raw_file_id: str,
) -> tuple[list[Judgement], list[str]]:
    """Make one judgement of each study and domain; where rows differ the worst is kept.

    Returns
    -------
    judgements : list of Judgement
    warnings : list of str
        One sentence for each study and domain whose rows differ.
    """
    groups: dict[tuple[str, int], list[JudgedRow]] = defaultdict(list)
    for one in judged:
        groups[(one.study_key, one.source)].append(one)
    judgements, warnings = [], []
    for (study_key, position), rows in groups.items():
        source = sources[position]
        counts = Counter(row.judgement for row in rows)
        order = source.worst_last or sorted(counts)
        worst = max(counts, key=order.index)
        first = min((row for row in rows if row.judgement == worst), key=lambda row: row.row)
        reason = first.reason
        study_id = study_ids[study_key]
        if len(counts) > 1:
            told = ", ".join(f"{level} in {counts[level]:,}" for level in order if level in counts)
            note = f"Rows of the study differ ({told}); the worst is kept."
            reason = note if reason is None else f"{reason} {note}"
            warnings.append(f"{study_id}, {source.domain}: {note}")
        judgements.append(
            Judgement(
                judgement_id=f"{study_id}/{slug(source.tool)}/{slug(source.domain)}",
                review_id=review_id,
                study_id=study_id,
                tool=source.tool,
                domain=source.domain,
                judgement=worst,
                reason=reason,
                judged_by=judged_by,
                raw_file_id=raw_file_id,
                source_row=first.row,
            )
        )
    return judgements, warnings
