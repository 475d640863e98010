"""One variance for all effects of a study."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from whatworks.synthesis.sampling_covariance.labels import coded, variances

__all__ = ["smooth_by_cluster"]

Floats = npt.NDArray[np.float64]


def smooth_by_cluster(vi: npt.ArrayLike, cluster: npt.ArrayLike) -> Floats:
    """Return the mean sampling variance of each effect's cluster, shape (k,).

    With one variance in a study the weights within it cannot follow chance differences between its
    variances, and no weight becomes negative however high the correlation.

    Parameters
    ----------
    vi : array-like, shape (k,)
        Sampling variances, all > 0.
    cluster : array-like, shape (k,)
        Study of each effect.

    Raises
    ------
    UserError
        A variance is not above 0; a cluster is missing; lengths differ.

    References
    ----------
    Pustejovsky JE, Tipton E (2022). Meta-analysis with robust variance estimation: expanding the
    range of working models. Prevention Science 23:425-438.
    """
    v = variances(vi)
    codes = coded(cluster, "cluster", v.size).codes
    return np.asarray((np.bincount(codes, v) / np.bincount(codes))[codes], dtype=np.float64)
