"""Fisher's transformation of correlations."""

from __future__ import annotations

import numpy as np

from whatworks.synthesis.effect_sizes import EffectSizes

__all__ = ["fisher_scale"]


def fisher_scale(found: EffectSizes) -> EffectSizes:
    """Return atanh(r) with variance vi/(1 - r^2)^2 (delta method)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return EffectSizes.finite(np.arctanh(found.yi), found.vi / (1.0 - found.yi**2) ** 2)
