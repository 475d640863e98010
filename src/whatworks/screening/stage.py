"""All records of one stage of a review, kept in step with the decisions as they come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from whatworks.screening.nouns import Decision, ScreeningRules
from whatworks.screening.standing import CONFLICT, SETTLED, UNREAD, Standing, standing, votes_needed

__all__ = ["Progress", "Stage", "outcomes", "shown_records"]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a stage is.

    Attributes
    ----------
    n_records
        Records to screen.
    n_unread, n_waiting, n_conflicts, n_settled
        Those nobody decided on, those that wait for another person, conflicts, and those settled.
    n_included, n_excluded
        Outcomes of those settled.
    """

    n_records: int
    n_unread: int
    n_waiting: int
    n_conflicts: int
    n_settled: int
    n_included: int
    n_excluded: int


class Stage:
    """The records of a stage and where each stands.

    Decisions belong to a reviewer, a record and a stage. Records that describe one report are one thing to
    decide on: what was decided about any of them counts for all, so that a new search whose records join
    known reports asks nothing again. Only decisions of people count; of one person about several records
    of a report the latest does.

    Parameters
    ----------
    rules : ScreeningRules
        How the stage is screened.
    shown : sequence of str
        The record that is shown for each report, in any order, n of them.
    shown_for : mapping
        The record shown, for each record of the stage (itself included).
    reason_order : mapping
        Place of each exclusion reason.
    """

    def __init__(
        self,
        rules: ScreeningRules,
        shown: Sequence[str],
        shown_for: Mapping[str, str],
        *,
        reason_order: Mapping[str, int] | None = None,
    ) -> None:
        self.rules = rules
        self.shown = tuple(shown)
        self._shown_for = shown_for
        self._reason_order = reason_order or {}
        self._decisions: dict[str, Decision] = {}
        self._of_record: dict[str, dict[str, Decision]] = {}
        self._standing: dict[str, Standing] = {}
        self._states: Counter[str] = Counter()
        self._outcomes: Counter[str] = Counter()
        self._by_person: dict[str, dict[str, None]] = {}
        for record_id in self.shown:
            self._set(record_id)

    def __contains__(self, record_id: object) -> bool:
        return record_id in self._standing

    def admit(self, wanted: Iterable[str]) -> None:
        """Make these the records of the stage: as included at the stage before, or brought by a search.

        Decisions on records that leave are kept, and count again if they come back.
        """
        now = tuple(dict.fromkeys(wanted))
        kept = set(now)
        for record_id in self.shown:
            if record_id not in kept:
                self._uncount(self._standing.pop(record_id))
        self.shown = now
        for record_id in now:
            if record_id not in self._standing:
                self._set(record_id)

    def shown_for(self, record_id: str) -> str | None:
        """Return the record that is shown in place of a record; None if it is not of this stage."""
        return self._shown_for.get(record_id)

    def standing(self, record_id: str) -> Standing:
        """Return where a shown record stands."""
        return self._standing[record_id]

    def put(self, decision: Decision) -> None:
        """Take in a decision, new or changed."""
        record_id = self._shown_for.get(decision.record_id)
        if record_id is None or decision.stage != self.rules.stage or decision.source != "human":
            return
        self._decisions[decision.decision_id] = decision
        self._of_record.setdefault(record_id, {})[decision.decision_id] = decision
        if decision.role == "individual":
            own = self._by_person.setdefault(decision.reviewer, {})
            own.pop(decision.decision_id, None)
            own[decision.decision_id] = None
        if record_id in self._standing:
            self._set(record_id)

    def take_back(self, decision_id: str) -> None:
        """Forget a decision that was withdrawn."""
        decision = self._decisions.pop(decision_id, None)
        if decision is None:
            return
        record_id = self._shown_for[decision.record_id]
        del self._of_record[record_id][decision_id]
        self._by_person.get(decision.reviewer, {}).pop(decision_id, None)
        if record_id in self._standing:
            self._set(record_id)

    def progress(self) -> Progress:
        """Return how far the stage is."""
        states = self._states
        return Progress(
            n_records=len(self.shown),
            n_unread=states["unread"],
            n_waiting=states["waiting"],
            n_conflicts=states["conflict"],
            n_settled=states["settled"],
            n_included=self._outcomes["include"],
            n_excluded=self._outcomes["exclude"],
        )

    def with_state(self, *states: str) -> list[str]:
        """Return the shown records in some states."""
        return [record_id for record_id in self.shown if self._standing[record_id].state in states]

    def included(self) -> list[str]:
        """Return the shown records that were included."""
        return [name for name in self.shown if self._standing[name].outcome == "include"]

    def may_vote(self, record_id: str, person: str, *, n_taken: int = 0) -> bool:
        """Whether a person's decision on a record is still needed, `n_taken` others having it in hand."""
        now = self._standing[record_id]
        if now.state in (SETTLED, CONFLICT) or person in now.votes:
            return False
        return len(now.votes) + n_taken < now.n_needed

    def next_for(
        self,
        person: str,
        order: Iterable[str],
        *,
        in_hand: Callable[[str], int],
        most: int = 1,
        without: frozenset[str] = frozenset(),
    ) -> list[str]:
        """Return the records a person should decide on next, at most `most`.

        Records that wait for a second person come before those nobody has seen, each in the given order, so
        that nothing waits long.

        Parameters
        ----------
        person : str
            Who asks.
        order : iterable of str
            Shown records in the order of the ranking, or of the random draws.
        in_hand : callable
            How many other people have a record before them at the moment.
        without : frozenset of str
            Records to pass over.
        """
        waiting: list[str] = []
        unread: list[str] = []
        for record_id in order:
            if record_id in without:
                continue
            if not self.may_vote(record_id, person, n_taken=in_hand(record_id)):
                continue
            if self._standing[record_id].state == UNREAD:
                if len(unread) < most:
                    unread.append(record_id)
            else:
                waiting.append(record_id)
                if len(waiting) >= most:
                    break
        return [*waiting, *unread][:most]

    def own(self, person: str) -> list[Decision]:
        """Return a person's decisions, the latest last."""
        return [self._decisions[name] for name in self._by_person.get(person, ())]

    def people(self) -> list[str]:
        """Return everyone who has decided."""
        return sorted(name for name, own in self._by_person.items() if own)

    def decisions(self) -> list[Decision]:
        """Return all decisions of people at this stage."""
        return list(self._decisions.values())

    def labels(self) -> Iterator[tuple[str, bool]]:
        """Yield what is known of records, for the ranking: whether each looks relevant.

        The outcome where there is one; before that anybody's include or unsure makes it relevant.
        """
        for record_id, now in self._standing.items():
            if now.outcome is not None:
                yield record_id, now.outcome == "include"
            elif now.votes:
                yield record_id, any(vote.value != "exclude" for vote in now.votes.values())

    def _set(self, record_id: str) -> None:
        """Work out anew where a record stands, and keep the counts in step."""
        before = self._standing.get(record_id)
        if before is not None:
            self._uncount(before)
        votes: dict[str, Decision] = {}
        reconciled: Decision | None = None
        for decision in self._of_record.get(record_id, {}).values():
            if decision.role == "reconciled":
                reconciled = _later(reconciled, decision)
            else:
                votes[decision.reviewer] = _later(votes.get(decision.reviewer), decision)
        now = standing(
            votes,
            reconciled,
            n_needed=votes_needed(self.rules, record_id),
            reason_order=self._reason_order,
        )
        self._standing[record_id] = now
        self._states[now.state] += 1
        if now.outcome is not None:
            self._outcomes[now.outcome] += 1

    def _uncount(self, before: Standing) -> None:
        self._states[before.state] -= 1
        if before.outcome is not None:
            self._outcomes[before.outcome] -= 1


def shown_records(record_ids: Iterable[str], report_of: Mapping[str, str]) -> dict[str, str]:
    """Return for each record the one that is shown: of those that describe one report the first by name.

    It must not depend on texts, which a release does not hold.

    Parameters
    ----------
    report_of : mapping
        The report of each record that was joined to one.
    """
    names = sorted(record_ids)
    first: dict[str, str] = {}
    for name in names:
        if name in report_of:
            first.setdefault(report_of[name], name)
    return {name: first[report_of[name]] if name in report_of else name for name in names}


def outcomes(
    decisions: Iterable[Decision],
    rules: ScreeningRules | None,
    stage: str,
    *,
    shown_for: Mapping[str, str] | None = None,
    reason_order: Mapping[str, int] | None = None,
) -> dict[str, Standing]:
    """Return where each shown record with a decision stands.

    Where nobody set rules for the stage, as in imported trails, only reconciled decisions settle anything.

    Parameters
    ----------
    shown_for : mapping, optional
        See `shown_records`; without it each record is shown.
    """
    shown = shown_for or {}
    votes: dict[str, dict[str, Decision]] = {}
    reconciled: dict[str, Decision] = {}
    for one in decisions:
        if one.stage != stage or one.source != "human":
            continue
        record_id = shown.get(one.record_id, one.record_id)
        if one.role == "reconciled":
            reconciled[record_id] = _later(reconciled.get(record_id), one)
        else:
            own = votes.setdefault(record_id, {})
            own[one.reviewer] = _later(own.get(one.reviewer), one)
    found = {}
    for record_id in dict.fromkeys([*votes, *reconciled]):
        own = votes.get(record_id, {})
        n_needed = len(own) + 1 if rules is None else votes_needed(rules, record_id)
        found[record_id] = standing(
            own, reconciled.get(record_id), n_needed=n_needed, reason_order=reason_order
        )
    return found


def _later(one: Decision | None, other: Decision) -> Decision:
    """Return the later of two decisions; of undated ones the second."""
    if one is None or (other.decided_at or "") >= (one.decided_at or ""):
        return other
    return one
