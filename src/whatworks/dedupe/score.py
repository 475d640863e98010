"""How probable it is that two records are one report, and why."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from whatworks.dedupe.comparison import Comparison
from whatworks.dedupe.evidence import EVIDENCE, evidence_matrix

__all__ = ["INTERCEPT", "LARGEST", "SLOPE", "log_odds", "probabilities", "reasons"]

Floats = npt.NDArray[np.float64]

# Intercept and slope that make probabilities of the log-odds. `tools/dedupe/calibrate.py` asks three
# labelled sets whether others would be better; on a set left out none were.
INTERCEPT = 0.0
SLOPE = 1.0
# Beyond this nothing is surer.
LARGEST = 30.0
MOST_REASONS = 4


def log_odds(comparison: Comparison) -> Floats:
    """Return the weighed evidence of m pairs, (m,)."""
    return np.asarray(evidence_matrix(comparison) @ np.array([item.weight for item in EVIDENCE]))


def probabilities(comparison: Comparison) -> Floats:
    """Return the probability that each of m pairs is one report, (m,)."""
    score = INTERCEPT + SLOPE * log_odds(comparison)
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(score, -LARGEST, LARGEST))))


def reasons(comparison: Comparison) -> list[tuple[tuple[str, float], ...]]:
    """Return what speaks for and against each of m pairs, the weightiest first: words and log-odds."""
    worth = evidence_matrix(comparison) * np.array([item.weight for item in EVIDENCE])
    alike = {
        "titles": np.nan_to_num(100.0 * comparison.title).tolist(),
        "abstracts": np.nan_to_num(100.0 * comparison.abstract).tolist(),
    }
    out = []
    for at, row in enumerate(worth.tolist()):
        found = [
            (
                f"{item.words} alike to {alike[item.words][at]:.0f}%"
                if item.words in alike
                else item.words,
                value,
            )
            for item, value in zip(EVIDENCE, row, strict=True)
            if value != 0.0 and item.words
        ]
        found.sort(key=lambda reason: (-abs(reason[1]), reason[0]))
        out.append(tuple(found[:MOST_REASONS]))
    return out
