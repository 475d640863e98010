"""A chart: a specification, the finding as its title, and its values as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

from whatworks.errors import UserError
from whatworks.synthesis.plots.theme import SCHEMA, theme

__all__ = ["NARROW", "READING_LINE", "Chart", "chart_of", "expression_text", "given"]

#: Name of the specification's parameter that tells a phone from a wide page.
NARROW = "narrow"
#: Below this width, in pixels, a chart is laid out for a phone.
NARROW_WIDTH = 600
_WIDE_LINE, _NARROW_LINE = 84, 42
#: Letters in a line of the reading on a phone.
READING_LINE = 52


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart.

    Attributes
    ----------
    title
        What the chart shows, as a sentence.
    spec
        Vega-Lite specification, version 6, with its data inside; as wide as its container.
    reading
        How to read it; empty: it needs no word.
    rows
        What it shows, row by row, for a table beside it; each row with the same keys.
    """

    title: str
    spec: dict[str, Any]
    rows: tuple[dict[str, object], ...]
    reading: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the specification."""
        return self.spec

    def table(self) -> dict[str, list[object]]:
        """Return the rows as columns."""
        names = list(self.rows[0]) if self.rows else []
        return {name: [row[name] for row in self.rows] for name in names}


def chart_of(
    title: str,
    body: dict[str, Any],
    rows: Sequence[Mapping[str, object]],
    *,
    subtitle: str | None = None,
) -> Chart:
    """Put the parts of a chart together.

    Parameters
    ----------
    title, subtitle : str
        The finding, broken into lines by the width there is; how to read the chart.
    body : dict
        The specification's own part: height and layers.
    rows : sequence of dict
        For the table.
    """
    heading: dict[str, Any] = {"text": {"expr": _lines(title)}}
    if subtitle is not None:
        # Vega-Lite takes no expression here: lines that fit a phone are right everywhere; a picture,
        # whose width is known, gets its own.
        heading["subtitle"] = wrap(subtitle, READING_LINE)
    config = {**theme(), **body.pop("config", {})}
    spec: dict[str, Any] = {
        "$schema": SCHEMA,
        "title": heading,
        "params": [
            {"name": NARROW, "expr": f"containerSize()[0] < {NARROW_WIDTH}"},
            *body.pop("params", []),
        ],
        "autosize": {"type": "fit-x", "contains": "padding"},
        "width": "container",
        **body,
        "config": config,
    }
    return Chart(title, spec, tuple(dict(row) for row in rows), subtitle or "")


def given(found: object, kind: type, source: str) -> None:
    """Refuse what a chart cannot be drawn from.

    Raises
    ------
    UserError
        It is not of its kind; `source` is the call that gives the right thing.
    """
    if not isinstance(found, kind):
        raise UserError(f"Give what {source} returns. Found {type(found).__name__}.")


def _lines(text: str) -> str:
    """Return an expression that gives the text in lines for a phone or a wide page."""
    short, long = wrap(text, _NARROW_LINE), wrap(text, _WIDE_LINE)
    return f"{NARROW} ? {_texts(short)} : {_texts(long)}"


def _texts(lines: Sequence[str]) -> str:
    return "[" + ",".join(expression_text(line) for line in lines) + "]"


def expression_text(text: str) -> str:
    """Return the text as a string of Vega's expression language."""
    import json

    return json.dumps(text, ensure_ascii=False)
