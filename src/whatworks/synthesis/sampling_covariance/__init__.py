"""Covariance of sampling errors: effects of one study share pupils, groups and tests."""

from whatworks.synthesis.sampling_covariance.blocks import SamplingCovariance
from whatworks.synthesis.sampling_covariance.reported import reported_covariance
from whatworks.synthesis.sampling_covariance.smoothing import smooth_by_cluster
from whatworks.synthesis.sampling_covariance.structure import sampling_covariance

__all__ = [
    "SamplingCovariance",
    "reported_covariance",
    "sampling_covariance",
    "smooth_by_cluster",
]
