"""An average effect on attainment as months of progress."""

from __future__ import annotations

from whatworks.release.results import Result
from whatworks.synthesis import months_of_progress

__all__ = ["months_results"]


def months_results(
    estimate: float, ci: tuple[float, float] | None, table: str | None
) -> list[Result]:
    """Return months of progress; an analysis names a table only where the outcome is attainment."""
    if table is None:
        return []
    progress = months_of_progress(estimate, is_attainment=True, ci=ci, table=table)
    note = f"Conversion table: {progress.table}. Months are compared with similar pupils."
    if progress.note:
        note = f"{note} {progress.note}"
    low, high = progress.ci or (None, None)
    return [
        Result("months", progress.months, "months", "Months of progress", note),
        Result("months_lb", low, "months", "Lower limit of months of progress", note),
        Result("months_ub", high, "months", "Upper limit of months of progress", note),
    ]
