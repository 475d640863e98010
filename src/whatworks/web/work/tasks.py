"""Long work in one background thread: queued, done in turn, with progress that pages show.

A task lives in this process: leaving the page does not touch it, stopping whatworks ends it. What it
writes is one transaction, so that a task that was ended left nothing half done.
"""

from __future__ import annotations

import logging
import queue
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from whatworks.errors import UserError

__all__ = ["Report", "Task", "Tasks"]

_LOG = logging.getLogger(__name__)
# Finished tasks are kept for whoever comes back to their page.
_KEPT = 100
FAULT = (
    "This is a fault in the program, and nothing was saved by the step that failed. Its details are in "
    "the window where whatworks runs."
)

# What a task calls to say what it is at, and how far: percent from 0 to 100, None where nobody knows.
Report = Callable[[str, float | None], None]


@dataclass(frozen=True, slots=True)
class Task:
    """One piece of long work, as it is at one moment.

    Attributes
    ----------
    task_id
        Name in its address.
    review_id
        Review it is done for.
    kind
        What is done: import, join or sample.
    title
        The same for a person.
    state
        waiting, running, done or failed.
    doing
        What it is at.
    percent
        How far it is; None where nobody knows.
    error
        Why it failed, for the person.
    result
        What it gave, once it is done.
    """

    task_id: str
    review_id: str
    kind: str
    title: str
    state: str = "waiting"
    doing: str = "Waiting for its turn"
    percent: float | None = None
    error: str | None = None
    result: object = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self.state in ("done", "failed")


class Tasks:
    """The tasks of this process and the thread that does them, one at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tasks: dict[str, Task] = {}
        self._queue: queue.Queue[tuple[str, Callable[[Report], object]]] = queue.Queue()
        self._thread: threading.Thread | None = None

    def start(
        self, work: Callable[[Report], object], *, review_id: str, kind: str, title: str
    ) -> Task:
        """Put work into the queue.

        Parameters
        ----------
        work : callable
            Called with a function that takes what it is at and how far; its result is kept.
        """
        task = Task(secrets.token_hex(5), review_id, kind, title)
        with self._lock:
            self._tasks[task.task_id] = task
            over = [one.task_id for one in self._tasks.values() if one.is_over]
            for task_id in over[: max(0, len(self._tasks) - _KEPT)]:
                del self._tasks[task_id]
            if self._thread is None:
                # A daemon: Ctrl-C ends whatworks at once, and the database undoes what was begun.
                self._thread = threading.Thread(target=self._work, name="tasks", daemon=True)
                self._thread.start()
        self._queue.put((task.task_id, work))
        return task

    def get(self, task_id: str) -> Task | None:
        """Return a task as it is now; None if this process does not know it."""
        with self._lock:
            return self._tasks.get(task_id)

    def under_way(self, review_id: str) -> list[Task]:
        """Return a review's tasks that wait or run, in their order."""
        with self._lock:
            return [
                task
                for task in self._tasks.values()
                if task.review_id == review_id and not task.is_over
            ]

    def settle(self) -> None:
        """Wait until all that was started is over."""
        self._queue.join()

    def _change(self, task_id: str, **changes: object) -> None:
        with self._lock:
            if task_id in self._tasks:
                self._tasks[task_id] = replace(self._tasks[task_id], **changes)  # type: ignore[arg-type]

    def _work(self) -> None:
        """Do what comes, for as long as the process lives."""
        while True:
            task_id, work = self._queue.get()
            self._change(task_id, state="running", doing="Starting")
            try:
                self._do(task_id, work)
            finally:
                self._queue.task_done()

    def _do(self, task_id: str, work: Callable[[Report], object]) -> None:
        def report(doing: str, percent: float | None) -> None:
            self._change(task_id, doing=doing, percent=percent)

        try:
            result = work(report)
        except UserError as error:
            self._change(task_id, state="failed", doing="Stopped", error=str(error))
        except Exception as error:
            # The thread must live on for the next task; the traceback goes where faults go.
            _LOG.error("fault in task %s", task_id, exc_info=error)
            self._change(task_id, state="failed", doing="Stopped", error=FAULT)
        else:
            self._change(task_id, state="done", doing="Done", percent=100.0, result=result)
