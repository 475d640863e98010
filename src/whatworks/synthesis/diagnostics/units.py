"""What a diagnostic takes as one unit: an effect, or a whole cluster of dependent effects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np
import numpy.typing as npt

from whatworks.synthesis.inputs import one_of
from whatworks.synthesis.model import FittedModel

__all__ = ["BY", "AllButEach", "Units", "units_of"]

Ints = npt.NDArray[np.int64]

BY = ("effect", "cluster")


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """The units of a model, m of them.

    Attributes
    ----------
    by
        "effect" or "cluster".
    labels
        Name of each unit: an effect's position, the first being 1, or the cluster's label.
    codes
        Unit of each effect, shape (k,), from 0.
    """

    by: str
    labels: tuple[str, ...]
    codes: Ints

    @property
    def m(self) -> int:
        """Number of units."""
        return len(self.labels)

    @property
    def sizes(self) -> Ints:
        """Number of effects in each unit, shape (m,)."""
        return np.bincount(self.codes, minlength=self.m).astype(np.int64)

    def rows(self) -> list[Ints]:
        """Return the effects of each unit, in their order."""
        order = np.argsort(self.codes, kind="stable")
        return np.split(order, np.cumsum(self.sizes)[:-1])

    def all_but_each(self) -> AllButEach:
        """Return, for each unit, the effects that stay when it is left out."""
        return AllButEach(self.codes, self.m)


class AllButEach(Sequence[Ints]):
    """Effects that stay when unit i is left out, made when asked for: k squared is too many."""

    def __init__(self, codes: Ints, m: int) -> None:
        self._codes = codes
        self._m = m

    def __len__(self) -> int:
        return self._m

    @overload
    def __getitem__(self, index: int) -> Ints: ...
    @overload
    def __getitem__(self, index: slice) -> list[Ints]: ...
    def __getitem__(self, index: int | slice) -> Ints | list[Ints]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(self._m))]
        if not 0 <= index < self._m:
            raise IndexError(index)
        return np.flatnonzero(self._codes != index)


def units_of(fit: FittedModel, by: str) -> Units:
    """Return the units of a model.

    Parameters
    ----------
    fit : FittedModel
        A fitted model of k effects.
    by : {"effect", "cluster"}
        Each effect for itself, or all effects of an independent unit together.

    Raises
    ------
    UserError
        Another word for `by`.
    """
    one_of(by, BY, "by")
    if by == "cluster":
        return Units(by, fit.cluster_labels, fit.clusters)
    k = fit.yi.size
    return Units(by, tuple(str(i + 1) for i in range(k)), np.arange(k, dtype=np.int64))
