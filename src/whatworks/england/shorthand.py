"""What stands in a cell of official statistics: a figure, or a sign that says why there is none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from whatworks.tabular import CellError

__all__ = ["BLANK", "SHORTHAND", "PublishedValue", "read_published"]

BLANK = "blank"

# Signs of Explore education statistics, the performance tables and the tribunal tables, with
# their meanings. Departments do not agree on x and z, so each release's own notes decide.
SHORTHAND: Mapping[str, str] = MappingProxyType(
    {
        "c": "suppressed to protect people",
        "x": "not available, or suppressed, as the release says",
        "z": "not applicable, or not available, as the release says",
        "u": "of low reliability",
        "k": "rounds to 0 but is not 0",
        "low": "rounds to 0 but is not 0",
        "~": "suppressed, or rounds to 0, as the release says",
        ":": "not available",
        "..": "not available",
        "-": "nil or not collected, as the release says",
        "supp": "suppressed to protect people",
        "ne": "no entries",
        "np": "not published",
        "na": "not applicable",
        "lowcov": "too few pupils with data",
        "new": "new school",
        "null": "nothing recorded",
        BLANK: "the cell is empty",
    }
)

NUMBER = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?([eE][+-]?\d+)?")


@dataclass(frozen=True, slots=True)
class PublishedValue:
    """A published cell: exactly one of the two fields is filled.

    Attributes
    ----------
    value
        The figure; a percentage is given in points, so "1.60%" is 1.6.
    shorthand
        The sign instead of a figure, in lower case; a key of `SHORTHAND`.
    """

    value: float | None
    shorthand: str | None


def read_published(text: str) -> PublishedValue:
    """Read a cell of official statistics; a sign stays a sign and never becomes 0.

    Brackets around a sign ("[c]") are dropped, a comma is a thousands sign, and digits beyond the
    twelfth are noise of a conversion ("1.7999999999999998" is 1.8).

    Raises
    ------
    CellError
        The cell is neither a number nor a known sign.
    """
    cleaned = text.strip().replace("\u2212", "-")
    sign = cleaned.strip("[]").lower() or BLANK
    if sign in SHORTHAND:
        return PublishedValue(None, sign)
    number = cleaned.removesuffix("%").rstrip()
    if not NUMBER.fullmatch(number):
        raise CellError(
            f'Found "{text.strip()}", which is neither a number nor a sign of the release.',
            f"Known signs are {', '.join(key for key in SHORTHAND if key != BLANK)}.",
        )
    return PublishedValue(float(f"{float(number.replace(',', '')):.12g}"), None)
