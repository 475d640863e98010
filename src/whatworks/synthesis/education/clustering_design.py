"""How pupils came into their groups, and what clusters do to an effect and its variance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.synthesis.clustering import (
    ClusteredEffects,
    cluster_corrected_g,
    cluster_corrected_g_by_arm,
    cluster_corrected_g_one_arm,
)
from whatworks.synthesis.inputs import one_of
from whatworks.synthesis.wwc_clustering import cluster_df_pustejovsky

__all__ = ["CLUSTERED_ARMS", "DF_FORMULAS", "INDIVIDUAL", "Assignment", "ClusterFactors"]

Floats = npt.NDArray[np.float64]

CLUSTERED_ARMS = ("both", "first", "second")
DF_FORMULAS = ("handbook", "pustejovsky")


@dataclass(frozen=True, slots=True, eq=False)
class ClusterFactors:
    """What clusters do, one value for each study.

    Attributes
    ----------
    gamma
        Factor on the squared effect: the clustered standard deviation is a little too small.
    eta
        Design effect on the variance of a difference of means.
    df
        Degrees of freedom of the standard deviation, h.
    factor
        gamma or eta, whichever multiplies the first term of the variance.
    factor_name
        "gamma" or "eta".
    df_name
        Where df is from, in words.
    """

    gamma: Floats
    eta: Floats
    df: Floats
    factor: Floats
    factor_name: str
    df_name: str


@dataclass(frozen=True, slots=True, eq=False)
class Assignment:
    """How pupils came into their groups.

    Attributes
    ----------
    icc
        Intraclass correlation: share of the variance that is between clusters, 0 <= icc < 1.
    cluster_size
        Mean number of pupils in a cluster. Give this or `n_clusters`.
    n_clusters
        Clusters of the first and of the second group, two numbers or two arrays, where the groups'
        clusters differ in size.
    clustered : {"both", "first", "second"}
        Groups that are in clusters. Tutoring groups against business as usual: one of them, and its
        `cluster_size`.
    is_handled
        Whether the study's own analysis allowed for clusters (a multilevel model, standard errors
        by cluster). It decides between gamma and eta, and there is no default.
    df_formula : {"handbook", "pustejovsky"}
        Degrees of freedom h by equation E.21 of the handbook (one clustered group: Hedges and
        Citkowicz, equation 7), or by the number of clusters, for both groups in clusters of one
        size. The second is for a standard deviation put together from variances between and within
        clusters and is much smaller where the icc is large.

    Raises
    ------
    UserError
        Clusters without `is_handled`; both or none of `cluster_size` and `n_clusters`; choices that
        do not go together.

    References
    ----------
    Hedges LV (2007). Journal of Educational and Behavioral Statistics 32:341-370.
    Hedges LV, Citkowicz M (2015). Behavior Research Methods 47:1295-1308 (one clustered group).
    Pustejovsky JE (2016). Alternative formulas for the standardized mean difference,
    jepusto.com/alternative-formulas-for-the-smd.
    What Works Clearinghouse (2022). Procedures and Standards Handbook, version 5.0, appendix E.
    """

    icc: npt.ArrayLike
    cluster_size: npt.ArrayLike | None = None
    n_clusters: tuple[npt.ArrayLike, npt.ArrayLike] | None = None
    clustered: str = "both"
    is_handled: bool | None = None
    df_formula: str = "handbook"

    def __post_init__(self) -> None:
        one_of(self.clustered, CLUSTERED_ARMS, "clustered")
        one_of(self.df_formula, DF_FORMULAS, "df_formula")
        if (self.cluster_size is None) == (self.n_clusters is None):
            raise UserError("Give either cluster_size or n_clusters.")
        if self.is_handled is None:
            raise UserError(
                "Say whether the study's own analysis allowed for clusters: is_handled=True (a "
                "multilevel model, standard errors by cluster) or is_handled=False."
            )
        if self.n_clusters is not None and self.clustered != "both":
            raise UserError("Where one group is in clusters give its cluster_size.")
        if self.df_formula == "pustejovsky" and (
            self.clustered != "both" or self.n_clusters is not None
        ):
            raise UserError(
                'df_formula "pustejovsky" is for two groups in clusters of one size. Take "handbook".'
            )

    def factors(self, n1: npt.ArrayLike, n2: npt.ArrayLike) -> ClusterFactors:
        """Return gamma, eta and degrees of freedom for groups of n1 and n2 pupils.

        Raises
        ------
        UserError
            An icc or sizes that cannot be; the message names the position.
        """
        found, name = self._corrected(n1, n2)
        df = found.df
        if self.df_formula == "pustejovsky":
            total = np.asarray(n1, float) + np.asarray(n2, float)
            size = np.asarray(self.cluster_size, float)
            df, name = cluster_df_pustejovsky(total, size, self.icc), "Pustejovsky (2016)"
        factor = found.gamma if self.is_handled else found.eta
        return ClusterFactors(
            found.gamma, found.eta, df, factor, "gamma" if self.is_handled else "eta", name
        )

    def _corrected(self, n1: npt.ArrayLike, n2: npt.ArrayLike) -> tuple[ClusteredEffects, str]:
        """Factors do not depend on the effect; 0 stands in for it."""
        if self.n_clusters is not None:
            first, second = self.n_clusters
            found = cluster_corrected_g_by_arm(0.0, n1, n2, first, second, icc=self.icc)
            return found, "Hedges (2007), clusters by group"
        assert self.cluster_size is not None
        if self.clustered == "both":
            found = cluster_corrected_g(0.0, n1, n2, icc=self.icc, cluster_size=self.cluster_size)
            return found, "WWC 5.0 E.21"
        inside, outside = (n1, n2) if self.clustered == "first" else (n2, n1)
        if (np.asarray(self.cluster_size, float) > np.asarray(inside, float)).any():
            raise UserError(
                "cluster_size is larger than the clustered group. Correct it, or say which group is "
                'in clusters (clustered="first" or "second").'
            )
        found = cluster_corrected_g_one_arm(
            0.0, inside, outside, icc=self.icc, cluster_size=self.cluster_size
        )
        return found, "Hedges and Citkowicz (2015) eq. 7"


# Pupils one by one: clusters of one.
INDIVIDUAL = Assignment(icc=0.0, cluster_size=1.0, is_handled=True)
