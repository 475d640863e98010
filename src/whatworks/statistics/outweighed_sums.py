"""Sums over the studies of a regression of whom a few outweigh all others by many orders.

p studies can be so precise that the line goes all but through them. What they add to the trace of W
and what the fit takes from it then agree in all digits but those that matter. Here the line through p
studies D is the starting point, and only what the rest R says against it is summed. With X_D square,
A = X_R X_D^-1, e = y_R - A y_D, G_j = A'W_R^jA and S = W_D + G_1:

    y'Py = e'W_Re - h'S^-1h with h = A'W_Re,
    tr P = tr W_R - tr S^-1G_2 + tr G_1S^-1W_D,

and so on (P = K'(KVK')^-1K with K = [-A, I], and Woodbury's identity). However large W_D is, nothing is
subtracted from it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["OUTWEIGHED", "OutweighedSums", "is_outweighed", "outweighed_sums"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# The largest weight over all weights but the p largest. The digits lost otherwise are those of its
# square.
OUTWEIGHED = 30.0


class OutweighedSums(NamedTuple):
    """Traces of W, P and PP, y'Py, y'PPy, coefficients (p,), and log det X'WX.

    `root` times its transpose is (X'WX)^-1, which itself may not hold its digits.
    """

    trace_w: float
    trace_p: float
    trace_pp: float
    q: float
    r2: float
    beta: Floats
    root: Floats
    log_det_xwx: float


def is_outweighed(v: Floats, p: int, t: float) -> bool:
    """Tell whether a study outweighs all but p studies.

    Parameters
    ----------
    v : array, shape (k,)
        Sampling variances, the p smallest in front.
    """
    largest = 1.0 / (float(v[:p].min()) + t)
    rest = float((1.0 / (v[p:] + t)).sum())
    return largest > OUTWEIGHED * rest > 0.0


def outweighed_sums(x: Floats, y: Floats, v: Floats, t: float) -> OutweighedSums:
    """Return the sums at one value of t.

    Parameters
    ----------
    x, y, v : array, shape (k, p) and (k,)
        Columns of full rank, effects, sampling variances; k above p.
    t : float
        Variance of true effects.
    """
    w = 1.0 / (v + t)
    d = _through(x, w)
    rest = np.ones(v.size, dtype=np.bool_)
    rest[d] = False
    wd, wr = w[d], w[rest]
    inverse = np.linalg.inv(x[d])
    a = x[rest] @ inverse
    e = y[rest] - a @ y[d]
    aw = a * wr[:, None]
    g1, g2, g3 = a.T @ aw, aw.T @ aw, (aw * wr[:, None]).T @ aw
    s = g1 + np.diag(wd)
    size = np.sqrt(np.diagonal(s))
    scaled = np.linalg.inv(s / np.outer(size, size))
    s_inverse = scaled / np.outer(size, size)
    h = aw.T @ e
    c = s_inverse @ h
    u = wr * (e - a @ c)
    v_ = s_inverse * wd
    first, second = g1 @ v_, s_inverse @ g2
    trace_pp = (
        wr @ wr
        - 2.0 * np.trace(s_inverse @ g3)
        + np.trace(second @ second)
        + 2.0 * np.trace(v_.T @ g2 @ v_)
        + np.trace(first @ first)
    )
    return OutweighedSums(
        trace_w=float(w.sum()),
        trace_p=float(wr.sum() - np.trace(second) + np.trace(first)),
        trace_pp=float(trace_pp),
        q=float(e @ (wr * e) - h @ c),
        # A'u is what the p studies are pulled by, W_Dc.
        r2=float(u @ u + ((wd * c) ** 2).sum()),
        beta=inverse @ (y[d] + c),
        root=inverse @ (np.linalg.cholesky(scaled) / size[:, None]),
        log_det_xwx=float(
            2.0 * np.linalg.slogdet(x[d])[1]
            + 2.0 * np.log(size).sum()
            - np.linalg.slogdet(scaled)[1]
        ),
    )


def _through(x: Floats, w: Floats) -> Ints:
    """Return p studies through which the line may go: the heaviest that differ from each other."""
    left = x * np.sqrt(w)[:, None]
    chosen: list[int] = []
    for _ in range(x.shape[1]):
        length = np.einsum("kp,kp->k", left, left)
        length[chosen] = -1.0
        at = int(np.argmax(length))
        chosen.append(at)
        axis = left[at] / np.sqrt(length[at])
        left = left - np.outer(left @ axis, axis)
    return np.array(chosen, dtype=np.int64)
