"""How often something may be tried: a token bucket for each name, in this process.

Buckets are not shared between processes and are gone after a restart: a server of several processes
allows as many times as much.
"""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

__all__ = ["Limits", "RateLimit", "address_key"]

_MOST_NAMES = 50_000


class RateLimit:
    """So many tries at once, then one each so many seconds, for each name.

    Parameters
    ----------
    at_once : int
        Tries that a name has when it was quiet for long.
    seconds : float
        Time after which one more is allowed.
    clock : callable
        Seconds that never go back.
    """

    def __init__(
        self, at_once: int, seconds: float, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._at_once = at_once
        self._seconds = seconds
        self._clock = clock
        self._lock = threading.Lock()
        # For each name: tries left at a time.
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, name: str) -> int:
        """Use one try; return 0 if there was one, else after how many whole seconds there is one."""
        with self._lock:
            now = self._clock()
            left, then = self._left.pop(name, (float(self._at_once), now))
            left = min(float(self._at_once), left + (now - then) / self._seconds)
            is_allowed = left >= 1
            self._left[name] = (left - 1 if is_allowed else left, now)
            while len(self._left) > _MOST_NAMES:
                self._left.popitem(last=False)
            return 0 if is_allowed else max(1, math.ceil((1 - left) * self._seconds))

    def forget(self, name: str) -> None:
        """Give a name all its tries back."""
        with self._lock:
            self._left.pop(name, None)


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a server's door.

    Attributes
    ----------
    address
        Attempts to sign in or to open an invitation, by network address: a school shares one.
    account
        Wrong passwords, by account.
    links
        Links that one person sends.
    """

    address: RateLimit
    account: RateLimit
    links: RateLimit

    @classmethod
    def usual(cls, clock: Callable[[], float] = time.monotonic) -> Limits:
        """Return limits that people do not notice and programs do."""
        return cls(
            RateLimit(60, 5, clock=clock),
            RateLimit(10, 60, clock=clock),
            RateLimit(30, 60, clock=clock),
        )


def address_key(host: str | None) -> str:
    """Return a name for where a request came from; of IPv6 the network that one household has."""
    try:
        address = ip_address(host or "")
    except ValueError:
        return host or "unknown"
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(IPv6Address(int(address) >> 64 << 64))
    return str(address)
