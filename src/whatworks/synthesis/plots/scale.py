"""The scale on which effects are shown: as analysed, or back as ratios."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import exp
from typing import Any

import numpy as np
import numpy.typing as npt

from whatworks.synthesis.wording import MINUS, decimal

__all__ = ["EffectScale", "covering", "digits"]

Floats = npt.NDArray[np.float64]

# From here on values are written in powers of ten.
_LARGE = 1e5
_MOST_PLACES = 6


@dataclass(frozen=True, slots=True)
class EffectScale:
    """How effects are named and shown.

    Attributes
    ----------
    name
        Name of the effect, for the axis: "Hedges' g".
    is_ratio
        Whether the effects are logarithms of ratios, to be shown as ratios on a log axis.
    places
        Decimals of values in words.
    below, above
        What lies on either side of no effect, for the axis; empty: not said.
    """

    name: str = "Effect"
    is_ratio: bool = False
    places: int = 2
    below: str = ""
    above: str = ""

    @property
    def null(self) -> float:
        """Value of no effect, as shown."""
        return 1.0 if self.is_ratio else 0.0

    def shown(self, value: float) -> float:
        """Return a value as it is shown; beyond a double's reach the largest one."""
        return exp(min(value, 700.0)) if self.is_ratio else float(value)

    def text(self, value: float) -> str:
        """Return a value in words; one that is very large or small in powers of ten."""
        return self._text(self.shown(value), self.places)

    def span(self, limits: tuple[float, float]) -> str:
        """Return "0.12 to 0.62"; limits that are not known are said to be so."""
        if not (np.isfinite(limits[0]) and np.isfinite(limits[1])):
            return "no interval known"
        shown = [self.shown(limit) for limit in limits]
        low, high = (self._text(value, self.places) for value in shown)
        places = self.places
        while low == high and shown[0] != shown[1] and places < _MOST_PLACES:
            # Ends that differ must not read as one value.
            places += 1
            low, high = (self._text(value, places) for value in shown)
        return f"{low} to {high}"

    @staticmethod
    def _text(value: float, places: int) -> str:
        if abs(value) < _LARGE:
            return decimal(value, places)
        return f"{value:.3g}".replace("e+0", "e").replace("e+", "e").replace("-", MINUS)

    def axis(self, domain: tuple[float, float], *, ticks: int = 6) -> dict[str, Any]:
        """Return scale and axis of the effects, without field."""
        title: list[str] = [self.name]
        if self.below and self.above:
            title.append(f"← {self.below} · {self.above} →")
        scale: dict[str, Any] = {
            "domain": [self.shown(domain[0]), self.shown(domain[1])],
            "nice": False,
            **({"type": "log"} if self.is_ratio else {"zero": False}),
        }
        axis = {"title": title, "tickCount": ticks, "labelFlush": True, "format": "~g"}
        return {"type": "quantitative", "scale": scale, "axis": axis}


def covering(
    points: Iterable[float],
    whiskers: Iterable[float] = (),
    *,
    with_null: bool = True,
    reach: float = 3.0,
) -> tuple[float, float]:
    """Return an axis range, on the scale of analysis.

    All points and no effect lie in it. Whiskers widen it to at most `reach` times the range of the
    points, for those of one tiny study would squeeze all others.
    """
    values = [float(p) for p in points if np.isfinite(p)] + ([0.0] if with_null else [])
    low, high = min(values), max(values)
    room = (reach - 1.0) / 2.0 * (high - low) or 0.5
    ends = [float(w) for w in whiskers if np.isfinite(w)]
    low_end = max(min([low, *ends]), low - room)
    high_end = min(max([high, *ends]), high + room)
    margin = 0.04 * (high_end - low_end) or 0.5
    return low_end - margin, high_end + margin


def digits(value: float) -> float:
    """Return a value to six significant digits, enough for any picture."""
    return float(f"{value:.6g}")
