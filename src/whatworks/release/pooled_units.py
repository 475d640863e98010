"""What an analysis pools: one composite a study, or every effect by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from whatworks.extraction.nouns import Effect
from whatworks.synthesis import composite_by_study

__all__ = ["PooledUnits", "pooled_units"]


@dataclass(frozen=True, slots=True)
class PooledUnits:
    """The units of a random-effects analysis, in the order they enter it.

    Attributes
    ----------
    yi, vi
        Effects and variances, shape (k,).
    members
        Effects joined in each unit; they are of one study.
    """

    yi: npt.NDArray[np.float64]
    vi: npt.NDArray[np.float64]
    members: tuple[tuple[Effect, ...], ...]


def pooled_units(effects: Sequence[Effect], options: dict[str, Any]) -> PooledUnits:
    """Return the units an analysis with these options makes of its effects.

    With `unit` "study", effects of one study are joined into one composite under an assumed
    correlation `rho` between them; with "effect" each counts as if it were a study of its own.
    """
    yi = np.array([effect.yi for effect in effects])
    vi = np.array([effect.vi for effect in effects])
    if options["unit"] != "study":
        return PooledUnits(yi, vi, tuple((effect,) for effect in effects))
    joined = composite_by_study(yi, vi, [effect.study_id for effect in effects], rho=options["rho"])
    by_study: dict[str, list[Effect]] = {}
    for effect in effects:
        by_study.setdefault(effect.study_id, []).append(effect)
    # Composites and the dictionary are both in the order in which studies are first met.
    return PooledUnits(joined.yi, joined.vi, tuple(tuple(group) for group in by_study.values()))
