"""One person's place at the desk, for one request: who acts, what they may see and do."""

from __future__ import annotations

from functools import cached_property

from starlette.exceptions import HTTPException

from whatworks.actions.rank_screening import Orders
from whatworks.actions.screening_board import Board
from whatworks.actions.team import role_in, roles_of
from whatworks.errors import NotFound
from whatworks.references import ImportReport, RawFile, Review
from whatworks.release.read import ReleaseLabel
from whatworks.store import Actor, Store
from whatworks.web.work.counts import Overview
from whatworks.web.work.desk import Desk
from whatworks.web.work.needs import Need, has_role
from whatworks.web.work.screen_sitting import ScreenSitting
from whatworks.web.work.sitting import LastJoining, Sitting
from whatworks.web.work.tasks import Task, Tasks
from whatworks.web.work.user import User

__all__ = ["Seat"]

_ROLE_NEEDED = {
    Need.READER: "reader",
    Need.SEE_TEAM: "reader",
    Need.REVIEWER: "reviewer",
    Need.LEAD: "lead",
    Need.TEAM: "lead",
}


class Seat:
    """What a page is given: the shared desk, and the person before it.

    Parameters
    ----------
    shared : Desk
        What everybody shares.
    person : User
        Who sent the request.
    review_id : str, optional
        Review that the address names; the person acts in their role in it.
    """

    def __init__(self, shared: Desk, person: User, review_id: str | None = None) -> None:
        self.shared = shared
        self.person = person
        self._review_id = review_id
        self._roles: dict[str, str | None] = {}
        self._names: dict[str, str] | None = None

    @property
    def store(self) -> Store:
        """What is worked on."""
        return self.shared.store

    @property
    def release(self) -> ReleaseLabel:
        """Name and date at the foot of the pages."""
        return self.shared.release

    @property
    def upload_limit(self) -> int:
        """Most bytes of one upload."""
        return self.shared.upload_limit

    @property
    def tasks(self) -> Tasks:
        """Long work of this process. `task` gives only those that the person may see."""
        return self.shared.tasks

    @property
    def is_team(self) -> bool:
        """Whether people sign in here; else one person works on one machine."""
        return self.person.local is None

    @cached_property
    def by(self) -> Actor:
        """Who acts, in the person's role in the review of the address."""
        if self.person.local is not None:
            return self.person.local
        held = None if self._review_id is None else self.role(self._review_id)
        outside = "administrator" if self.person.is_administrator else "member"
        return Actor(self.person.pseudonym, held or outside)

    def role(self, review_id: str) -> str | None:
        """Return the person's role in a review: lead, reviewer or reader; None outside its team."""
        if not self.is_team:
            return "lead"
        if review_id not in self._roles:
            self._roles[review_id] = role_in(self.store, review_id, self.person.pseudonym)
        return self._roles[review_id]

    def may(self, what: str, review_id: str | None = None) -> bool:
        """Return whether the person may do something, for pages and templates.

        Parameters
        ----------
        what : str
            A role in the review (lead, reviewer, reader), "team" (see to its team), or
            "administrator".
        review_id : str, optional
            The review; the one of the address if not given.
        """
        if what == "administrator":
            return self.person.is_administrator
        review_id = review_id or self._review_id
        held = None if review_id is None else self.role(review_id)
        if what == "team":
            return held == "lead" or self.person.is_administrator
        return has_role(held, what)

    def require(self, need: Need) -> None:
        """Refuse a request that the person may not make.

        Raises
        ------
        NotFound
            The review does not exist, or the person is not in its team: the two cannot be told
            apart.
        HTTPException
            403, with what is missing in words.
        """
        if need is Need.SIGNED_IN:
            return
        if need is Need.ADMINISTRATOR:
            if not self.may("administrator"):
                raise HTTPException(403, need.words)
            return
        review_id = self._review_id
        if review_id is None:
            raise AssertionError(f"a route that needs {need.value} names no review")
        if need in (Need.TEAM, Need.SEE_TEAM) and self.person.is_administrator:
            return
        if not self.may("reader"):
            raise no_review(review_id)
        if not self.may(_ROLE_NEEDED[need]):
            raise HTTPException(403, need.words)

    def reviews(self) -> list[Review]:
        """Return the reviews the person works on."""
        rows: list[Review] = self.store.rows("reviews")
        if not self.is_team:
            return rows
        roles = roles_of(self.store, self.person.pseudonym)
        return [review for review in rows if review.review_id in roles]

    def review(self, review_id: str) -> Review:
        """Return a review the person works on.

        Raises
        ------
        NotFound
            There is none of this name, or it is not theirs.
        """
        if not self.may("reader", review_id):
            raise no_review(review_id)
        return self.shared.review(review_id)

    def name_of(self, pseudonym: str) -> str:
        """Return the name of a member of the team; the pseudonym where none is known."""
        if self._names is None:
            self._names = {one.pseudonym: one.name for one in self.store.people()}
        return self._names.get(pseudonym) or pseudonym

    def task(self, task_id: str) -> Task | None:
        """Return long work for a review of the person's; None where there is none of this name."""
        task = self.tasks.get(task_id)
        return task if task is not None and self.may("reader", task.review_id) else None

    def overview(self) -> Overview:
        """Return the counts of all reviews."""
        return self.shared.overview()

    def sitting(self, review_id: str) -> Sitting:
        """Return what the person did with a review's pairs since whatworks was started."""
        return self.shared.sitting(self.person.pseudonym, review_id)

    def screening(self, review_id: str) -> tuple[Board, Orders]:
        """Return the board of a review's screening, and the orders of its stages."""
        return self.shared.boards.of(review_id)

    def screen_sitting(self, review_id: str, stage: str) -> ScreenSitting:
        """Return what the person did at a stage since whatworks was started."""
        return self.shared.boards.sitting(self.person.pseudonym, review_id, stage)

    def names(self) -> dict[str, str]:
        """Return people's names by pseudonym, for display to the team; who has none is not in it."""
        return {one.pseudonym: one.name for one in self.store.people()}

    def last_joining(self, review_id: str) -> LastJoining:
        """Return what the last joining of a review left over."""
        return self.shared.last_joining(review_id)

    def kept_report(self, raw_file: RawFile) -> ImportReport | None:
        """Return the account of an import, if it is among the last ones."""
        return self.shared.kept_report(raw_file)

    def keep_report(self, review_id: str, raw_file_id: str, report: ImportReport) -> None:
        """Keep the account of an import."""
        self.shared.keep_report(review_id, raw_file_id, report)


def no_review(review_id: str) -> NotFound:
    """Return the same words for a review that is not there and for one that is not the person's."""
    return NotFound(f'There is no review "{review_id}" here.')
