"""What can be computed for publication, by name: one file for each kind of analysis."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from whatworks.release.evidence import Evidence
from whatworks.release.kinds.accuracy_2x2 import accuracy_2x2
from whatworks.release.kinds.counts import counts
from whatworks.release.kinds.dependent_effects import dependent_effects_of
from whatworks.release.kinds.gap_map import gap_map
from whatworks.release.kinds.prisma import prisma
from whatworks.release.kinds.random_effects import random_effects_of
from whatworks.release.kinds.rho_sensitivity import rho_sensitivity_of
from whatworks.release.nouns import Analysis
from whatworks.release.results import Result

__all__ = ["KINDS", "Kind"]

# A kind is given the evidence, the analysis and its parsed options.
Kind = Callable[[Evidence, Analysis, dict[str, Any]], Sequence[Result]]

KINDS: Mapping[str, Kind] = {
    "accuracy_2x2": accuracy_2x2,
    "counts": counts,
    "dependent_effects": dependent_effects_of,
    "gap_map": gap_map,
    "prisma_flow": prisma,
    "random_effects": random_effects_of,
    "rho_sensitivity": rho_sensitivity_of,
}
