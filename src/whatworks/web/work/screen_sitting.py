"""What a person did at a stage since whatworks was started: passed over, and seen of others.

Decisions are in the store, and undo goes by them. What stands here may be lost: records passed over come again.
"""

from __future__ import annotations

import threading

__all__ = ["ScreenSitting"]


class ScreenSitting:
    """One person's sitting at one stage. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._skipped: dict[str, None] = {}
        self._seen: set[str] = set()
        self._message: str | None = None

    def skip(self, record_id: str) -> None:
        """Pass a record over; it goes behind those passed over before."""
        with self._lock:
            self._skipped.pop(record_id, None)
            self._skipped[record_id] = None

    def come_back(self, record_id: str | None = None) -> None:
        """Let a record come again, or all that were passed over."""
        with self._lock:
            if record_id is None:
                self._skipped.clear()
            else:
                self._skipped.pop(record_id, None)

    @property
    def skipped(self) -> frozenset[str]:
        """Records passed over."""
        with self._lock:
            return frozenset(self._skipped)

    def saw(self, record_id: str) -> None:
        """Remember that the person saw what others decided: from then on the own vote stands."""
        with self._lock:
            self._seen.add(record_id)

    @property
    def seen(self) -> frozenset[str]:
        """Records whose other votes the person has seen."""
        with self._lock:
            return frozenset(self._seen)

    def tell(self, message: str) -> None:
        """Leave a message for the next page."""
        with self._lock:
            self._message = message

    def told(self) -> str | None:
        """Return the message left, once."""
        with self._lock:
            message, self._message = self._message, None
            return message
