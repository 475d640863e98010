"""The reviews that are screened in this process: their boards, orders, and who is at what."""

from __future__ import annotations

import threading

from whatworks.actions.rank_screening import Orders
from whatworks.actions.screening_board import Board
from whatworks.store import Store
from whatworks.web.work.screen_sitting import ScreenSitting

__all__ = ["Boards"]


class Boards:
    """Boards of reviews, made when first asked for. Safe to share between threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._making: dict[str, threading.Lock] = {}
        self._boards: dict[str, tuple[Board, Orders]] = {}
        self._sittings: dict[tuple[str, str, str], ScreenSitting] = {}

    def of(self, review_id: str) -> tuple[Board, Orders]:
        """Return the board of a review and the orders of its stages.

        Raises
        ------
        NotFound
            There is no such review.
        """
        with self._lock:
            held = self._boards.get(review_id)
            making = self._making.setdefault(review_id, threading.Lock())
        if held is not None:
            return held
        # A large review takes seconds to read: others go on meanwhile, and it is read once.
        with making:
            with self._lock:
                held = self._boards.get(review_id)
            if held is None:
                board = Board(self._store, review_id)
                held = (board, Orders(board))
                with self._lock:
                    self._boards[review_id] = held
            return held

    def sitting(self, person: str, review_id: str, stage: str) -> ScreenSitting:
        """Return what a person did at a stage since whatworks was started."""
        with self._lock:
            return self._sittings.setdefault((person, review_id, stage), ScreenSitting())
