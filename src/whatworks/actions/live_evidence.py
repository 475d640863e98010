"""The store's evidence as it is now, read again only when something was written."""

from __future__ import annotations

import threading
from collections.abc import Callable

from whatworks.release.evidence import Evidence
from whatworks.store import Store

__all__ = ["live_evidence"]


def live_evidence(store: Store) -> Callable[[], Evidence]:
    """Return a function that gives the current evidence; the same object until an event is added."""
    lock = threading.Lock()
    held: dict[str | None, Evidence] = {}

    def load() -> Evidence:
        last = store.last_event_id()
        with lock:
            if last not in held:
                evidence = store.evidence()
                held.clear()
                held[last] = evidence
            return held[last]

    return load
