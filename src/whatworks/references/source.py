"""A file of references as its format's reader is given it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Source"]

# Enough to tell a format by; a whole XML file may be one line.
OPENING = 20_001


@dataclass(frozen=True, slots=True)
class Source:
    """Content of one file, decompressed, decoded and repaired.

    Attributes
    ----------
    file
        Its name, for messages.
    data
        Its bytes, decompressed, otherwise as they are.
    lines
        Its lines as text, repaired; line n of the file is element n - 1. Empty for a workbook.
    """

    file: str
    data: bytes
    lines: list[str]

    def first(self) -> int:
        """Return the index of the first line that is not blank, or the number of lines."""
        return next((at for at, line in enumerate(self.lines) if line.strip()), len(self.lines))

    def opening(self) -> str:
        """Return the beginning of the first line that is not blank."""
        at = self.first()
        return self.lines[at].lstrip()[:OPENING] if at < len(self.lines) else ""

    def after_opening(self) -> str:
        """Return the beginning of the line after it."""
        at = self.first() + 1
        return self.lines[at].lstrip()[:OPENING] if at < len(self.lines) else ""

    def utf8(self) -> bytes:
        r"""Return the repaired text as UTF-8 with "\n" as the line end; line numbers hold."""
        return "\n".join(self.lines).encode("utf-8", errors="replace")
