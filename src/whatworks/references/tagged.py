"""One record of tagged lines (RIS, MEDLINE, Web of Science …) to tags and values, by rispy.

rispy 0.10 loses text in files as people have them: the first record after a byte-order mark, the
second of two records without an end line between them, repeated tags, longer tags. So records are
cut apart before they come here, and its parser is given our own rules for what a tag line is and
where a continuation line goes. What is left to it is the walk over the lines.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

__all__ = ["LAYOUT", "Layout", "TagLine", "parse_tagged"]

# A line's tag and value; the tag is None for a line that continues the value before it.
TagLine = tuple[str | None, str]

# No line is this tag: a record ends with its lines.
END = "whatworks-end"
# A line this long was not wrapped by a program: the line end after it is the author's.
LONG_LINE = 100


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a continuation line goes, by the tag it continues.

    Attributes
    ----------
    lists
        Tags in which a new line begins a new value; "*" for all.
    paragraphs
        Tags in which a line end that the author set is kept; all other lines are joined by a blank.
    """

    lists: frozenset[str] = frozenset()
    paragraphs: frozenset[str] = frozenset()


# EndNote lists keywords, addresses and numbers so; abstracts and notes have paragraphs.
LAYOUT = Layout(
    lists=frozenset({"KW", "L1", "L2", "L3", "UR", "SN", "DB"}),
    paragraphs=frozenset({"AB", "N1", "N2", "RN"}),
)


def parse_tagged(
    lines: list[str], split_line: Callable[[str], TagLine], layout: Layout
) -> dict[str, list[str]]:
    """Return the values of one record by tag, in file order, empty ones left out.

    Parameters
    ----------
    lines : list of str
        The lines of the record, from its start tag to the line before its end tag.
    split_line : callable
        Tells a tag line from a continuation line.
    layout : Layout
        Where continuation lines go.
    """
    parser = _parser_class()(split_line, layout)
    parser.parse_lines(iter(lines))
    kept = {}
    for tag, found in parser.record.items():
        values = [value.strip() for value in found if value] if found != [""] else []
        if values:
            kept[tag] = values
    return kept


class _EveryTag(dict[str, str]):
    """A mapping in which each tag is called by its own name."""

    def __missing__(self, tag: str) -> str:
        return tag


@cache
def _parser_class() -> Any:
    """Return the parser; rispy is imported when the first file is read."""
    from rispy.parser import RisParser

    every_tag = _EveryTag()

    class TaggedParser(RisParser):  # type: ignore[misc]
        """rispy's walk with our rules."""

        START_TAG = ""  # the first line of what it is given is the start, whatever its tag
        END_TAG = END

        def __init__(self, split_line: Callable[[str], TagLine], layout: Layout) -> None:
            super().__init__(mapping=every_tag)
            self.parse_line = split_line
            self.record: dict[str, list[str]] = {}
            self._layout = layout
            self._after_blank = False
            self._last_length = 0
            self._tag = ""

        def _iter_till_start(self, lines: Any) -> dict[str, list[str]]:
            # It is given one record without an end line, so that this is called once and what it
            # returns is filled until the lines run out.
            tag, value = self.parse_line(next(lines))
            self._add_tag(self.record, tag or "", value)
            return self.record

        def _add_tag(
            self,
            record: dict[str, list[str]],
            tag: str | None,
            content: str,
            extend_multiline: bool = False,
        ) -> None:
            if not extend_multiline:
                self._tag = tag or ""
                values = record.get(self._tag)
                if values is None:
                    record[self._tag] = [content]
                else:
                    values.append(content)
            elif not content or content.isspace():
                self._after_blank = True
                return
            else:
                self._continue(record[self._tag], content.strip())
            self._after_blank = False
            self._last_length = len(content)

        def _continue(self, values: list[str], text: str) -> None:
            lists = self._layout.lists
            if self._tag in lists or "*" in lists:
                values.append(text)
                return
            as_paragraph = (
                self._tag in self._layout.paragraphs
                and values[-1]
                and (self._after_blank or self._last_length > LONG_LINE)
            )
            values[-1] = f"{values[-1].rstrip()}{chr(10) if as_paragraph else ' '}{text}"

    return TaggedParser
