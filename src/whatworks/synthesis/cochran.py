"""Cochran's Q about the fixed part, and the typical sampling variance, under any known V."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from whatworks.statistics.block_covariance import BlockCovariance
from whatworks.statistics.diagonal_covariance import DiagonalCovariance
from whatworks.statistics.low_rank_blocks import LowRankBlocks

__all__ = ["Cochran", "cochran"]

Floats = npt.NDArray[np.float64]


class Cochran(NamedTuple):
    """Q = y'Py, and the typical sampling variance (k - p)/tr(P); NaN where undefined.

    The typical variance is that of Higgins and Thompson (2002), with the trace in the place of
    their sums, so that it holds for correlated errors.
    """

    q: float
    typical_variance: float


def cochran(sampling: BlockCovariance, x: Floats, y: Floats) -> Cochran:
    """Return Q and the typical variance with P = V^-1 - V^-1X (X'V^-1X)^-1 X'V^-1.

    Parameters
    ----------
    sampling
        Known covariance V of the effects, (k, k).
    x, y
        Design, (k, p), and effects, (k,).

    Returns
    -------
    Cochran
        Both NaN where V is not positive definite; the typical variance NaN where k = p.
    """
    df = x.shape[0] - x.shape[1]
    try:
        wx = sampling.solve(x)
        inner = x.T @ wx
        left = y - x @ np.linalg.solve(inner, wx.T @ y)
        q = max(0.0, float(left @ sampling.solve(left))) if df else 0.0
        trace = _trace_of_inverse(sampling) - float(np.trace(np.linalg.solve(inner, wx.T @ wx)))
    except np.linalg.LinAlgError:
        return Cochran(np.nan, np.nan)
    if not np.isfinite(trace):
        return Cochran(np.nan, np.nan)
    return Cochran(q, df / trace if df else np.nan)


def _trace_of_inverse(sampling: BlockCovariance) -> float:
    if isinstance(sampling, DiagonalCovariance):
        return float((1.0 / sampling.diagonal()).sum())
    if isinstance(sampling, LowRankBlocks):
        return sampling.trace_of_inverse()
    return sum(
        float(np.trace(np.linalg.inv(stack.matrices), axis1=1, axis2=2).sum())
        for stack in sampling.stacks()
    )
