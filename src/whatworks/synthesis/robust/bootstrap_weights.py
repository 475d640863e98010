"""Random factors by which a wild bootstrap turns and stretches the residuals of a cluster."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

__all__ = ["BOOTSTRAP_WEIGHTS", "all_signs", "drawn_weights"]

Floats = npt.NDArray[np.float64]

BOOTSTRAP_WEIGHTS = ("Rademacher", "Mammen", "Webb six")

_ROOT_5 = np.sqrt(5.0)
# Values and their probabilities: mean 0 and variance 1; Mammen's third moment is 1 as well.
_VALUES: dict[str, tuple[Floats, Floats]] = {
    "Rademacher": (np.array([-1.0, 1.0]), np.array([0.5, 0.5])),
    "Mammen": (
        np.array([-(_ROOT_5 - 1.0) / 2.0, (_ROOT_5 + 1.0) / 2.0]),
        np.array([(_ROOT_5 + 1.0), (_ROOT_5 - 1.0)]) / (2.0 * _ROOT_5),
    ),
    "Webb six": (
        np.sqrt([0.5, 1.0, 1.5, 0.5, 1.0, 1.5]) * np.array([-1.0, -1.0, -1.0, 1.0, 1.0, 1.0]),
        np.full(6, 1.0 / 6.0),
    ),
}


def drawn_weights(
    kind: str, n: int, n_clusters: int, rng: np.random.Generator, *, batch: int
) -> Iterator[Floats]:
    """Yield n rows of weights in batches of at most `batch`, each of shape (b, J).

    Parameters
    ----------
    kind : {"Rademacher", "Mammen", "Webb six"}
        -1 or 1; two values with third moment 1; six values, for few clusters.
    n, n_clusters : int
        Numbers of rows and columns.
    rng : numpy.random.Generator
        Source. The rows do not depend on `batch`.
    batch : int
        Most rows at a time.

    References
    ----------
    Mammen E (1993). Annals of Statistics 21:255-285.
    Webb MD (2014). Queen's Economics Department working paper 1315.
    """
    values, probabilities = _VALUES[kind]
    steps = np.cumsum(probabilities)[:-1]
    for start in range(0, n, batch):
        uniform = rng.random((min(batch, n - start), n_clusters))
        yield values[np.searchsorted(steps, uniform, side="right")]


def all_signs(n_clusters: int, *, batch: int) -> Iterator[Floats]:
    """Yield every pattern of signs of J clusters once, up to turning all of them: 2^(J - 1) rows."""
    n = 1 << (n_clusters - 1)
    bits = np.arange(n_clusters, dtype=np.int64)
    for start in range(0, n, batch):
        rows = np.arange(start, min(start + batch, n), dtype=np.int64)
        yield np.where((rows[:, None] >> bits[None, :]) & 1, -1.0, 1.0)
