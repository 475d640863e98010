"""What everybody at the working pages shares: the store, and what is under way in this process."""

from __future__ import annotations

import threading
from collections import OrderedDict

from whatworks.errors import NotFound
from whatworks.references import ImportReport, RawFile, Review
from whatworks.release.read import ReleaseLabel
from whatworks.store import Actor, Store
from whatworks.web.work.boards import Boards
from whatworks.web.work.counts import Overview, overview_of
from whatworks.web.work.sitting import LastJoining, Sitting
from whatworks.web.work.tasks import Tasks
from whatworks.web.work.user import User

__all__ = ["UPLOAD_LIMIT", "Desk"]

UPLOAD_LIMIT = 200_000_000
# What changes no count of the overview, and happens all the time while people screen.
DECIDING = ("screen_record", "undo_decision", "settle_record")
# Accounts of imports are made again from the kept file when they are not among the last few.
_REPORTS_KEPT = 20


class Desk:
    """The working place of one person on a machine, or of a team.

    Pages do not get it but a `Seat` at it, which knows who sent the request.

    Parameters
    ----------
    store : Store
        What is worked on.
    by : Actor or None
        The one person who works here, and under whose pseudonym every change is recorded; None
        where people sign in.
    release : ReleaseLabel
        Name and date shown at the foot of the pages.
    upload_limit : int
        Most bytes of one upload.
    """

    def __init__(
        self,
        store: Store,
        *,
        by: Actor | None,
        release: ReleaseLabel,
        upload_limit: int = UPLOAD_LIMIT,
    ) -> None:
        self.store = store
        self.release = release
        self.upload_limit = upload_limit
        self.local_user = None if by is None else User.of_this_machine(by)
        self.tasks = Tasks()
        self.boards = Boards(store)
        self._lock = threading.Lock()
        self._sittings: dict[tuple[str, str], Sitting] = {}
        self._joinings: dict[str, LastJoining] = {}
        self._reports: OrderedDict[tuple[str, str], ImportReport] = OrderedDict()
        self._overview: tuple[str | None, Overview] | None = None

    def review(self, review_id: str) -> Review:
        """Return a review.

        Raises
        ------
        NotFound
            There is none of this name.
        """
        for review in self.store.rows("reviews"):
            if isinstance(review, Review) and review.review_id == review_id:
                return review
        raise NotFound(f'There is no review "{review_id}" here.')

    def overview(self) -> Overview:
        """Return the counts of all reviews; counted again only when something was written."""
        last = self.store.last_event_id(besides=DECIDING)
        with self._lock:
            if self._overview is None or self._overview[0] != last:
                self._overview = (last, overview_of(self.store))
            return self._overview[1]

    def sitting(self, pseudonym: str, review_id: str) -> Sitting:
        """Return what a person did with a review's pairs since whatworks was started."""
        with self._lock:
            return self._sittings.setdefault((pseudonym, review_id), Sitting())

    def last_joining(self, review_id: str) -> LastJoining:
        """Return what the last joining of a review left over."""
        with self._lock:
            return self._joinings.setdefault(review_id, LastJoining())

    def kept_report(self, raw_file: RawFile) -> ImportReport | None:
        """Return the account of an import, if it is among the last ones."""
        with self._lock:
            return self._reports.get((raw_file.review_id, raw_file.raw_file_id))

    def keep_report(self, review_id: str, raw_file_id: str, report: ImportReport) -> None:
        """Keep the account of an import."""
        with self._lock:
            self._reports[review_id, raw_file_id] = report
            while len(self._reports) > _REPORTS_KEPT:
                self._reports.popitem(last=False)
