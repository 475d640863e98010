"""Results that show their summary when they are printed, or looked at in a notebook."""

from __future__ import annotations

__all__ = ["Summarised"]


class Summarised:
    """A result with a summary; without it a dataclass would print its arrays."""

    __slots__ = ()

    def summary(self) -> str:
        """Return the result as plain text."""
        raise NotImplementedError

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()
