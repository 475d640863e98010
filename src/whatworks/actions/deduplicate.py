"""Find the records that describe one report, with the engine that scales."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from whatworks.dedupe import Duplicates, Thresholds, find_duplicates
from whatworks.engine import DuckDBEngine, Engine, SQLiteEngine, pair_source
from whatworks.references import Record

__all__ = ["deduplicate"]

FEW = 10_000


def deduplicate(
    records: Sequence[Record],
    *,
    thresholds: Thresholds | None = None,
    decided: Mapping[tuple[int, int], bool] | None = None,
    memory: str | None = None,
    keep_compared: bool = False,
) -> Duplicates:
    """Return reports, questions and relations of records; nothing is stored.

    Parameters
    ----------
    records : sequence of Record
        The first record of a report, in this order, is the one that is kept.
    thresholds : Thresholds, optional
        Where a pair counts as the same, and how many may be asked about.
    decided : mapping of (int, int) to bool, optional
        What people decided of pairs of positions: one report, or two.
    memory : str, optional
        Most memory of the joins, such as "2GB"; beyond it they use the disk.
    keep_compared : bool
        Whether to give back all compared pairs, for an audit.
    """
    # Both give the same pairs; starting DuckDB takes longer than joining the keys of a few thousand.
    engine: Engine = SQLiteEngine() if len(records) < FEW else DuckDBEngine(memory=memory)
    return find_duplicates(
        records,
        pairs=pair_source(engine),
        thresholds=thresholds,
        decided=decided,
        keep_compared=keep_compared,
    )
