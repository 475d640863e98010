"""Certainty of evidence: how sure we are of a result, with a written reason for every step."""

from whatworks.grading.levels import (
    DOMAINS,
    LEVELS,
    STATEMENT_VERBS,
    certainty_problems,
    level_after,
)
from whatworks.grading.nouns import Certainty, CertaintyStep

__all__ = [
    "DOMAINS",
    "LEVELS",
    "STATEMENT_VERBS",
    "Certainty",
    "CertaintyStep",
    "certainty_problems",
    "level_after",
]
