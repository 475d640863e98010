"""What every reader hands to the pipeline: entries, and the tags still to be taken from them."""

from __future__ import annotations

from dataclasses import dataclass, field

from whatworks.references.import_report import ReportIssue

__all__ = ["Entry", "Parsed", "Tags"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One record as its format says it: where it starts, its tags and their values.

    Attributes
    ----------
    line
        Line of the file it starts at (1 is the first).
    column
        Character of that line it starts at (0 is the first).
    values
        Values by tag, in file order, repeated tags with all their values.
    format
        Its own format, in a file that holds several.
    """

    line: int
    column: int
    values: dict[str, list[str]]
    format: str | None = None


@dataclass(frozen=True, slots=True)
class Parsed:
    """A file as its reader understood it.

    Attributes
    ----------
    n_start_tags
        Record starts, counted without the parser.
    entries
        One per record, in file order.
    issues
        Lines skipped or repaired.
    """

    n_start_tags: int
    entries: list[Entry]
    issues: list[ReportIssue] = field(default_factory=list)


class Tags:
    """Values by tag; what a field takes is gone, what no field takes is left over.

    A value equal to one already taken by the same field is taken with it: it says nothing new.
    """

    def __init__(self, values: dict[str, list[str]]) -> None:
        self._left = {tag: list(found) for tag, found in values.items() if found}

    def peek(self, *tags: str) -> list[str]:
        """Return all values of these tags, in the order of the tags, taking none."""
        found: list[str] = []
        for tag in tags:
            found += self._left.get(tag, ())
        return found

    def first(self, *tags: str) -> str | None:
        """Take the first value of the first of these tags that has one."""
        for tag in tags:
            found = self._left.get(tag)
            if found:
                value = found[0]
                self.drop(value, *tags)
                return value
        return None

    def all(self, *tags: str) -> list[str]:
        """Take all values of the first of these tags that has any; each once."""
        return list(dict.fromkeys(self.every(*tags)))

    def every(self, *tags: str) -> list[str]:
        """Take all values of the first of these tags that has any; two authors may be namesakes."""
        for tag in tags:
            values = self._left.pop(tag, None)
            if values:
                for other in tags:
                    if self._left.get(other):
                        taken = set(values)
                        self._left[other] = [v for v in self._left[other] if v not in taken]
                return values
        return []

    def drop(self, value: str, *tags: str) -> None:
        """Take a value wherever these tags have it."""
        for tag in tags:
            found = self._left.get(tag)
            if found and value in found:
                self._left[tag] = [other for other in found if other != value]

    def left(self) -> dict[str, list[str]]:
        """Return what no field took."""
        return {tag: found for tag, found in self._left.items() if found}
