"""What a check of a release found."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["VerifyReport"]


@dataclass
class VerifyReport:
    """What a check found.

    Attributes
    ----------
    n_files, n_cells, n_effects, n_numbers, n_pages
        How many files were hashed, cells compared, effects and numbers recomputed, pages and
        downloads of the site made again.
    problems
        One sentence each; empty when everything holds.
    """

    n_files: int = 0
    n_cells: int = 0
    n_effects: int = 0
    n_numbers: int = 0
    n_pages: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing was found wrong."""
        return not self.problems
