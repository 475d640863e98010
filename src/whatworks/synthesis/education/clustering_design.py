"""Pupils taught in groups: what clustering does to an effect and its variance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.synthesis.clustering import cluster_df

__all__ = ["INDIVIDUAL", "Assignment"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Assignment:
    """How pupils came into their groups.

    Attributes
    ----------
    icc
        Intraclass correlation: share of the variance that is between clusters.
    cluster_size
        Mean number of pupils in a cluster.
    n_clustered
        Pupils that were taught in clusters where only one arm was (tutoring groups against business
        as usual); None: both arms are clustered.
    is_handled
        Whether the study's own analysis allowed for clustering.

    Notes
    -----
    With N pupils in all and n in a cluster (both arms): gamma = 1 - 2(n - 1) icc/(N - 2),
    eta = 1 + (n - 1) icc, df by equation E.21 of the handbook. With one arm of N_C unclustered pupils:
    gamma = 1 - (N_C + n - 2) icc/(N - 2), eta = 1 + (n N_C/N - 1) icc.

    References
    ----------
    Hedges LV (2007). Journal of Educational and Behavioral Statistics 32:341-370.
    Hedges LV, Citkowicz M (2015). Behavior Research Methods 47:1295-1308 (one arm).
    What Works Clearinghouse (2022). Procedures and Standards Handbook, version 5.0, appendix E.
    """

    icc: npt.ArrayLike = 0.0
    cluster_size: npt.ArrayLike = 1.0
    n_clustered: npt.ArrayLike | None = None
    is_handled: bool = False

    def __post_init__(self) -> None:
        icc, size = np.asarray(self.icc, float), np.asarray(self.cluster_size, float)
        if not ((icc >= 0.0) & (icc < 1.0)).all():
            raise UserError(f"icc must be at least 0 and below 1. Supplied value was {self.icc!r}.")
        if not (size >= 1.0).all():
            raise UserError(f"cluster_size must be 1 or more. It was {self.cluster_size!r}.")

    @property
    def is_individual(self) -> bool:
        """Whether each pupil stands alone."""
        return bool(
            (np.asarray(self.icc) == 0.0).all() or (np.asarray(self.cluster_size) == 1).all()
        )

    def gamma(self, n1: Floats, n2: Floats) -> Floats:
        """Return what the squared effect is multiplied by."""
        icc, size = np.asarray(self.icc, float), np.asarray(self.cluster_size, float)
        total = n1 + n2
        if self.n_clustered is None:
            return np.asarray(1.0 - 2.0 * (size - 1.0) * icc / (total - 2.0))
        other = total - np.asarray(self.n_clustered, float)
        return np.asarray(1.0 - (other + size - 2.0) * icc / (total - 2.0))

    def eta(self, n1: Floats, n2: Floats) -> Floats:
        """Return what the variance of a difference of means is multiplied by."""
        icc, size = np.asarray(self.icc, float), np.asarray(self.cluster_size, float)
        if self.n_clustered is None:
            return np.asarray(1.0 + (size - 1.0) * icc + 0.0 * n1)
        total = n1 + n2
        other = total - np.asarray(self.n_clustered, float)
        return np.asarray(1.0 + (size * other / total - 1.0) * icc)

    def df(self, n1: Floats, n2: Floats) -> Floats:
        """Return the degrees of freedom of the total standard deviation, h."""
        icc, n = np.asarray(self.icc, float), np.asarray(self.cluster_size, float)
        total = n1 + n2
        if self.n_clustered is None:
            return cluster_df(total, n, icc)
        clustered = np.asarray(self.n_clustered, float)
        scale = (total - 2.0) * (1.0 - icc) + (clustered - n) * icc
        below = (
            (total - 2.0) * (1.0 - icc) ** 2
            + (clustered - n) * n * icc**2
            + 2.0 * (clustered - n) * (1.0 - icc) * icc
        )
        return np.asarray(scale**2 / below)


INDIVIDUAL = Assignment()
