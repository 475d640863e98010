"""What a person did with a review's pairs since whatworks was started: skipped, undone, told.

Decisions themselves are in the store. What stands here may be lost: skipped pairs come again, and older
decisions are taken back from their list.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from whatworks.dedupe import PairDecision

__all__ = ["LastJoining", "Pair", "Sitting", "Step"]

# Names of two records, the smaller first.
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing done that can be undone.

    Attributes
    ----------
    pair
        The pair it was done with.
    did
        same, different or skip.
    before
        The decision that stood before; None if there was none.
    """

    pair: Pair
    did: str
    before: PairDecision | None


class Sitting:
    """The steps of one person in one review. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._steps: list[Step] = []
        self._skipped: dict[Pair, None] = {}
        self._message: str | None = None

    def did(self, step: Step) -> None:
        """Remember a step; a skipped pair goes behind those skipped before."""
        with self._lock:
            self._steps.append(step)
            self._skipped.pop(step.pair, None)
            if step.did == "skip":
                self._skipped[step.pair] = None

    def undo(self) -> Step | None:
        """Forget the last step and return it; None if there is none."""
        with self._lock:
            if not self._steps:
                return None
            step = self._steps.pop()
            self._skipped.pop(step.pair, None)
            return step

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to undo."""
        with self._lock:
            return bool(self._steps)

    @property
    def skipped(self) -> list[Pair]:
        """Pairs skipped, in their order."""
        with self._lock:
            return list(self._skipped)

    def tell(self, message: str) -> None:
        """Leave a message for the next page."""
        with self._lock:
            self._message = message

    def told(self) -> str | None:
        """Return the message left, once."""
        with self._lock:
            message, self._message = self._message, None
            return message


class LastJoining:
    """What the last joining of a review's records could not follow; the same for everybody."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._unheeded: frozenset[tuple[str, ...]] = frozenset()

    def joined(self, waiting: frozenset[tuple[str, ...]]) -> None:
        """Remember the decisions that joining could not follow, because others contradict them."""
        with self._lock:
            self._unheeded = waiting

    def unheeded(self, waiting: frozenset[tuple[str, ...]]) -> int:
        """Return how many of these decisions the last joining could not follow."""
        with self._lock:
            return len(self._unheeded & waiting)
