"""How far the screeners of a review agree, from their decisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from whatworks.screening.nouns import Decision
from whatworks.statistics.agreement import CohenKappa, cohen_kappa

__all__ = ["ScreenerAgreement", "screener_agreement"]


@dataclass(frozen=True, slots=True)
class ScreenerAgreement:
    """Agreement of two screeners over the records both decided on.

    Attributes
    ----------
    stage
        title_abstract or full_text.
    n_records
        Records with at least two individual decisions.
    n_agreed
        Records on which all individual decisions were the same.
    kappa
        Cohen's kappa over the first two decisions of each record, screeners taken in name order.
    """

    stage: str
    n_records: int
    n_agreed: int
    kappa: CohenKappa


def screener_agreement(decisions: Sequence[Decision], *, stage: str) -> ScreenerAgreement | None:
    """Compare individual decisions at one stage; None when no record has two.

    Records with more than two screeners count as agreed only if all agree; kappa is of the first
    two by name, since Cohen's kappa is of pairs.
    """
    by_record: dict[str, list[tuple[str, str]]] = {}
    for decision in decisions:
        if decision.stage == stage and decision.role == "individual":
            by_record.setdefault(decision.record_id, []).append((decision.reviewer, decision.value))
    pairs = [
        [value for _, value in sorted(found)] for found in by_record.values() if len(found) >= 2
    ]
    if not pairs:
        return None
    return ScreenerAgreement(
        stage=stage,
        n_records=len(pairs),
        n_agreed=sum(len(set(values)) == 1 for values in pairs),
        kappa=cohen_kappa([values[0] for values in pairs], [values[1] for values in pairs]),
    )
