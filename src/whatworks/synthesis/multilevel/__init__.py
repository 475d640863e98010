"""Models for dependent effects: nested, crossed and multivariate, with known sampling covariance."""

from whatworks.synthesis.multilevel.fit import multilevel_model
from whatworks.synthesis.multilevel.kenward_roger import (
    KenwardRoger,
    KenwardRogerTest,
    kenward_roger,
)
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
    "KenwardRoger",
    "KenwardRogerTest",
    "LikelihoodMaximum",
    "MultilevelFit",
    "MultilevelModel",
    "MultilevelPrediction",
    "Omnibus",
    "RandomDraws",
    "RandomTerm",
    "kenward_roger",
    "multilevel_model",
]
