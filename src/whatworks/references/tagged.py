"""One record of tagged lines (RIS, MEDLINE) to its tags and values, with rispy underneath.

rispy 0.10 loses text in files as people have them: the first record after a byte-order mark, the
second of two records without an end line between them, repeated tags, longer tags. So records are
cut apart before they come here, and its parser is given our own rules for what a tag line is and
where a continuation line goes. What is left to it is the walk over the lines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

__all__ = ["TagLine", "parse_tagged"]

# A line's tag and value; the tag is None for a line that continues the value before it.
TagLine = tuple[str | None, str]

END = "whatworks-end"
# Values in which a new line begins a new value: EndNote lists keywords and numbers so.
SEPARATED_BY_LINES = frozenset({"KW", "L1", "L2", "L3", "UR", "SN", "DB"})
# Values in which paragraphs are kept.
PARAGRAPHS = frozenset({"AB", "N1", "N2", "RN"})
# A line this long was not wrapped by a program: the line end after it is the author's.
LONG_LINE = 100


def parse_tagged(
    lines: list[str], split_line: Callable[[str], TagLine], *, wrapped: bool
) -> dict[str, list[str]]:
    """Return the values of one record by tag, in file order, empty ones left out.

    Parameters
    ----------
    lines : list of str
        The lines of the record, from its start tag to the line before its end tag.
    split_line : callable
        Tells a tag line from a continuation line.
    wrapped : bool
        Whether the format wraps all values (MEDLINE): then every continuation is joined by a
        blank. Otherwise lines part the values of some tags and paragraphs of others.
    """
    parser = _parser_class()(split_line=split_line, wrapped=wrapped)
    parsed: list[dict[str, list[str]]] = parser.parse_lines(iter([*lines, END]))
    values = {tag: [value.strip() for value in found] for tag, found in parsed[0].items()}
    kept = {tag: [value for value in found if value] for tag, found in values.items()}
    return {tag: found for tag, found in kept.items() if found}


class _EveryTag(dict[str, str]):
    """A mapping in which each tag is called by its own name."""

    def __missing__(self, tag: str) -> str:
        return tag


@cache
def _parser_class() -> Any:
    """Return the parser; rispy is imported when the first file is read."""
    from rispy.parser import RisParser

    class TaggedParser(RisParser):  # type: ignore[misc]
        """rispy's walk with our rules."""

        START_TAG = ""  # the first line of what it is given is the start, whatever its tag
        END_TAG = END

        def __init__(self, *, split_line: Callable[[str], TagLine], wrapped: bool) -> None:
            super().__init__(mapping=_EveryTag())
            self._split_line = split_line
            self._wrapped = wrapped
            self._after_blank = False
            self._last_length = 0
            self._tag = ""

        def _iter_till_start(self, lines: Iterable[str]) -> dict[str, list[str]]:
            record: dict[str, list[str]] = {}
            line = next(iter(lines))
            tag, value = self.parse_line(line)
            self._add_tag(record, tag or "", value)
            return record

        def parse_line(self, line: str) -> TagLine:
            return (END, "") if line == END else self._split_line(line)

        def _add_tag(
            self,
            record: dict[str, list[str]],
            tag: str | None,
            content: str,
            extend_multiline: bool = False,
        ) -> None:
            if not extend_multiline:
                self._tag = tag or ""
                record.setdefault(self._tag, []).append(content)
            elif not content.strip():
                self._after_blank = True
                return
            else:
                self._continue(record[self._tag], content.strip())
            self._after_blank = False
            self._last_length = len(content)

        def _continue(self, values: list[str], text: str) -> None:
            if self._wrapped or self._tag not in SEPARATED_BY_LINES | PARAGRAPHS:
                values[-1] = f"{values[-1].rstrip()} {text}"
            elif self._tag in SEPARATED_BY_LINES:
                values.append(text)
            elif values[-1] and (self._after_blank or self._last_length > LONG_LINE):
                values[-1] = f"{values[-1].rstrip()}\n{text}"
            else:
                values[-1] = f"{values[-1].rstrip()} {text}"

    return TaggedParser
