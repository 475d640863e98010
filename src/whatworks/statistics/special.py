"""scipy.special, imported when the first function is asked for.

Importing it takes longer than all methods together, and much of what imports a method (a page, a
command) never computes a tail.
"""

from __future__ import annotations

from typing import Any

__all__: list[str] = []


def __getattr__(name: str) -> Any:
    """Return a function of scipy.special by its name."""
    from scipy import special

    return getattr(special, name)
