"""Agreement of a team, and of each two of it, on one set of records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from whatworks.screening.shared_records import StageDecisions
from whatworks.statistics.agreement import Agreement, agreement_of_raters
from whatworks.statistics.proportions import Proportion, proportion

__all__ = ["PairAgreement", "SharedAgreement", "agreement_on", "proportion_row"]


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """Agreement of two reviewers on the records both decided on.

    Attributes
    ----------
    reviewers
        The two pseudonyms, in the order of their names.
    conflicts
        Records on which they differ, as a share of those both decided on.
    agreement
        The figures; `agreement.n` is the number of records.
    """

    reviewers: tuple[str, str]
    conflicts: Proportion
    agreement: Agreement


@dataclass(frozen=True, slots=True)
class SharedAgreement:
    """Agreement on one set of records.

    Attributes
    ----------
    records
        Which set: "all that two people or more saw" or "drawn at random".
    n_records
        Records of it that two people or more decided on.
    conflicts
        Records whose individual decisions are not all the same. A share of conflicts is not an
        agreement: it takes no account of chance or of how many decided.
    team
        Figures of all reviewers together; None where there is no such record.
    pairs
        The figures of each two reviewers who share a record.
    """

    records: str
    n_records: int
    conflicts: Proportion
    team: Agreement | None
    pairs: tuple[PairAgreement, ...]

    def rows(self) -> list[dict[str, object]]:
        """Return one row for each figure of the team and of each pair."""
        if self.team is None:
            return []
        found = [("whole team", self.conflicts, self.team)]
        found += [
            (" and ".join(pair.reviewers), pair.conflicts, pair.agreement) for pair in self.pairs
        ]
        rows = []
        for who, conflicts, agreement in found:
            about = {"records": self.records, "who": who, "n_records": agreement.n}
            rows.append({**about, **proportion_row("Conflicts", conflicts)})
            rows += [{**about, **row} for row in agreement.table()]
        return rows

    def to_dict(self) -> dict[str, object]:
        """Return the figures as values that JSON can hold."""
        return {
            "records": self.records,
            "n_records": self.n_records,
            "n_conflicts": self.conflicts.numerator,
            "conflicts": self.conflicts.value,
            "conflicts_ci": None if self.conflicts.ci is None else list(self.conflicts.ci),
            "team": None if self.team is None else self.team.to_dict(),
            "pairs": [
                {
                    "reviewers": list(pair.reviewers),
                    "n_conflicts": pair.conflicts.numerator,
                    "conflicts": pair.conflicts.value,
                    "agreement": pair.agreement.to_dict(),
                }
                for pair in self.pairs
            ],
        }


def agreement_on(
    found: StageDecisions, records: Sequence[str], name: str, level: float
) -> SharedAgreement:
    """Return the agreement of the team and of each pair on some records.

    Parameters
    ----------
    found : StageDecisions
        What people decided.
    records : sequence of str
        Which of the records in `found.individual`.
    name : str
        What these records are.
    level : float
        Level of all intervals.
    """
    chosen = {record: found.individual[record] for record in records}
    by_pair: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for given in chosen.values():
        for one, other in combinations(sorted(given), 2):
            by_pair.setdefault((one, other), []).append((given[one], given[other]))
    pairs = []
    for reviewers, values in sorted(by_pair.items()):
        raters = [list(of_one) for of_one in zip(*values, strict=True)]
        n_conflicts = sum(a != b for a, b in values)
        pairs.append(
            PairAgreement(
                reviewers=reviewers,
                conflicts=proportion(n_conflicts, len(values), level=level, of="shared records"),
                agreement=agreement_of_raters(raters, categories=found.categories, level=level),
            )
        )
    n_conflicts = sum(record in chosen for record in found.conflicts())
    people = sorted({reviewer for given in chosen.values() for reviewer in given})
    team = None
    if chosen:
        raters_of_team = [[given.get(who) for given in chosen.values()] for who in people]
        team = agreement_of_raters(raters_of_team, categories=found.categories, level=level)
    return SharedAgreement(
        records=name,
        n_records=len(chosen),
        conflicts=proportion(n_conflicts, len(chosen), level=level, of="shared records"),
        team=team,
        pairs=tuple(pairs),
    )


def proportion_row(figure: str, share: Proportion) -> dict[str, object]:
    """Return a share in the columns of the figures of agreement."""
    low, high = share.ci or (None, None)
    return {
        "figure": figure,
        "value": share.value,
        "se": None,
        "ci_low": low,
        "ci_high": high,
        "interval": None if share.ci is None else "Wilson",
        "reason": share.reason,
    }
