"""One writer at a time in this process, for each store, first come first served."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["WriterLock", "writer_lock"]


class WriterLock:
    """A fair lock that refuses, instead of hanging, when its own thread asks again.

    `threading.Lock` lets a thread that writes again and again pass those that wait: of eight
    threads the unluckiest waited 157 ms for writes of 1.2 ms. Here each waits for those before it.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._owner: int | None = None
        self._is_held = False

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock for the block.

        Raises
        ------
        RuntimeError
            This thread holds it already: a write inside a write of the same store.
        """
        if self._owner == threading.get_ident():
            raise RuntimeError("a write was begun inside a write of the same store")
        self._acquire()
        try:
            self._owner = threading.get_ident()
            yield
        finally:
            self._owner = None
            self._pass_on()

    def _acquire(self) -> None:
        with self._guard:
            if not self._is_held:
                self._is_held = True
                return
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        try:
            turn.acquire()
        except BaseException:
            # Ctrl-C while waiting: leave the queue, or give on the turn that came meanwhile.
            with self._guard:
                is_waiting = turn in self._waiting
                if is_waiting:
                    self._waiting.remove(turn)
            if not is_waiting:
                self._pass_on()
            raise

    def _pass_on(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._is_held = False


# The one mutable thing at module level: two Store objects on one file, such as a page's and a
# job's, must share a lock, and nothing but the process is common to both. Waiting here is cheap
# and fair; waiting in SQLite's busy handler made the worst of eight writers wait 3 to 7 seconds.
_LOCKS: dict[str, WriterLock] = {}
_LOCKS_GUARD = threading.Lock()


def writer_lock(address: str) -> WriterLock:
    """Return the lock of a store, the same object for the same address."""
    with _LOCKS_GUARD:
        return _LOCKS.setdefault(address, WriterLock())
