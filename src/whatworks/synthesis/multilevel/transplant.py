"""The covariance of a model's effects under the components of one of its refits."""

from __future__ import annotations

import numpy as np

from whatworks.statistics.block_covariance import BlockCovariance
from whatworks.synthesis.multilevel.estimates import marginal_of
from whatworks.synthesis.multilevel.results import MultilevelFit

__all__ = ["marginal_under"]


def marginal_under(model: MultilevelFit, other: MultilevelFit) -> BlockCovariance | None:
    """Return the marginal covariance of a model's effects with the components of a refit, (k, k).

    A term that the refit could not estimate counts as 0. None where the refit lacks parameters of
    a term: those of an outcome that only the effects left out have.
    """
    found = {
        data.term.level: (data, other.phi[place])
        for data, place in zip(other.terms, other.problem.slices(), strict=True)
    }
    ratio = other.problem.scale / model.problem.scale
    phi = np.zeros(model.phi.size)
    for data, place in zip(model.terms, model.problem.slices(), strict=True):
        if data.term.level not in found:
            continue
        theirs, values = found[data.term.level]
        if values.size != data.structure.n_parameters or (
            data.structure.n_sd > 1 and theirs.value_labels != data.value_labels
        ):
            return None
        own = values.copy()
        own[: data.structure.n_sd] *= ratio
        phi[place] = own
    return marginal_of(model.problem, model.likelihood, phi).scaled(model.problem.scale**2)
