"""Models for dependent effects: nested, crossed and multivariate, with known sampling covariance."""

from whatworks.synthesis.multilevel.fit import multilevel_model
from whatworks.synthesis.multilevel.model import MultilevelModel
from whatworks.synthesis.multilevel.results import (
    Certificate,
    LikelihoodMaximum,
    MultilevelFit,
    MultilevelPrediction,
    Omnibus,
    RandomDraws,
)
from whatworks.synthesis.multilevel.terms import RandomTerm

__all__ = [
    "Certificate",
    "LikelihoodMaximum",
    "MultilevelFit",
    "MultilevelModel",
    "MultilevelPrediction",
    "Omnibus",
    "RandomDraws",
    "RandomTerm",
    "multilevel_model",
]
