"""What several people decided about the same records, each by themselves, and what they came to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from whatworks.errors import UserError
from whatworks.screening.nouns import Decision

__all__ = ["VALUES", "StageDecisions", "decisions_of_people"]

# From the least to the most that is kept.
VALUES = ("exclude", "unsure", "include")


@dataclass(frozen=True, slots=True)
class StageDecisions:
    """Decisions of people at one stage.

    Attributes
    ----------
    individual
        Record, then reviewer, then what they decided by themselves. Only records that two people or more
        decided on.
    reconciled
        Record, then the outcome after discussion.
    n_single
        Records that one person alone decided on; they are not used.
    categories
        The values that could be given: include and exclude, and unsure where anybody used it.
    """

    individual: Mapping[str, Mapping[str, str]]
    reconciled: Mapping[str, str]
    n_single: int
    categories: tuple[str, ...]

    def conflicts(self) -> list[str]:
        """Return the records on which the individual decisions are not all the same."""
        return [record for record, given in self.individual.items() if len(set(given.values())) > 1]

    def consensus(self, record: str) -> str | None:
        """Return what stands for the right decision.

        The reconciled decision if there is one, else the one that all have in common, else None.
        """
        if record in self.reconciled:
            return self.reconciled[record]
        given = set(self.individual.get(record, {}).values())
        return given.pop() if len(given) == 1 else None

    def reviewers(self) -> list[str]:
        """Return all who share a record with somebody, by name."""
        return sorted({reviewer for given in self.individual.values() for reviewer in given})


def decisions_of_people(decisions: Sequence[Decision], *, stage: str) -> StageDecisions:
    """Gather what people decided at a stage; rules and models are left out.

    Where somebody decided twice on a record, the later decision counts: by its time if both have one,
    else by its place.

    Raises
    ------
    UserError
        A decision that is not include, exclude or unsure.
    """
    individual: dict[str, dict[str, Decision]] = {}
    reconciled: dict[str, Decision] = {}
    for decision in decisions:
        if decision.stage != stage or decision.source != "human":
            continue
        if decision.value not in VALUES:
            raise UserError(
                f"Record {decision.record_id}, reviewer {decision.reviewer}: found {decision.value!r}. "
                "A decision is include, exclude or unsure."
            )
        if decision.role == "individual":
            of_record = individual.setdefault(decision.record_id, {})
            of_record[decision.reviewer] = _later(of_record.get(decision.reviewer), decision)
        elif decision.role == "reconciled":
            reconciled[decision.record_id] = _later(reconciled.get(decision.record_id), decision)
    values = {
        record: {reviewer: decision.value for reviewer, decision in given.items()}
        for record, given in individual.items()
    }
    is_unsure_used = any("unsure" in given.values() for given in values.values())
    return StageDecisions(
        # By name, so that the same decisions in another order give the same figures to the last digit.
        individual={record: values[record] for record in sorted(values) if len(values[record]) > 1},
        reconciled={record: decision.value for record, decision in reconciled.items()},
        n_single=sum(len(given) == 1 for given in values.values()),
        categories=VALUES if is_unsure_used else ("exclude", "include"),
    )


def _later(before: Decision | None, after: Decision) -> Decision:
    """Return the one that counts of two decisions, the second being the later by its place."""
    if before is None or before.decided_at is None or after.decided_at is None:
        return after
    return before if before.decided_at > after.decided_at else after
