"""Errors that people see, and how they are told.

`UserError` and its children are shown as they are: one message, exit code 2 on the command
line, status 422 on a page. Every other exception is a bug and keeps its traceback.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = [
    "FileError",
    "FileProblem",
    "NotConverged",
    "NotFound",
    "TooFewStudies",
    "UserError",
    "WhatworksError",
]

MAX_PROBLEMS_SHOWN = 50


class WhatworksError(Exception):
    """Base of all errors raised on purpose."""


class UserError(WhatworksError):
    """Something the person can mend; the message says what and how."""


class NotFound(UserError):
    """A name, number or file that is not there; the message lists what is."""


class TooFewStudies(UserError):
    """A method was asked for with fewer studies than it needs."""


class NotConverged(UserError):
    """A numerical search ended without an answer; the message says what to try."""


@dataclass(frozen=True, slots=True)
class FileProblem:
    """One thing wrong in one place of a file.

    Attributes
    ----------
    found
        What stands there, or what is missing, as a sentence.
    fix
        What to do about it, as a sentence.
    row
        Row number as a spreadsheet shows it (the header is row 1); None if about the whole file.
    column
        Column name; None if about the whole row.
    """

    found: str
    fix: str
    row: int | None = None
    column: str | None = None

    def describe(self, file: str) -> str:
        """Return the problem as one line: file, row, column, what was found, what to do."""
        where = [file]
        if self.row is not None:
            where.append(f"row {self.row}")
        if self.column is not None:
            where.append(f'column "{self.column}"')
        return f"{', '.join(where)}: {self.found} {self.fix}"


class FileError(UserError):
    """One or more problems in one file; nothing of it was stored.

    Parameters
    ----------
    file : str
        Name of the file as the person gave it.
    problems : sequence of FileProblem
        All that was found, in file order; what is found twice is told once. The message shows the
        first 50 and counts the rest.
    """

    def __init__(self, file: str, problems: Sequence[FileProblem]) -> None:
        self.file = file
        self.problems = tuple(dict.fromkeys(problems))
        lines = [problem.describe(file) for problem in self.problems[:MAX_PROBLEMS_SHOWN]]
        hidden = len(self.problems) - len(lines)
        if hidden > 0:
            lines.append(f"and {hidden:,} more problems in {file}.")
        lines.append("Nothing was saved.")
        super().__init__("\n".join(lines))
