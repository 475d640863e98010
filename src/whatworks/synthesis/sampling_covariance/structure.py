"""The covariance of sampling errors from what makes effects of one study depend on each other."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.synthesis.inputs import one_of
from whatworks.synthesis.sampling_covariance.blocks import SamplingCovariance, from_correlations
from whatworks.synthesis.sampling_covariance.groups import shared_groups
from whatworks.synthesis.sampling_covariance.labels import Coded, coded, column, variances
from whatworks.synthesis.sampling_covariance.measures import (
    Pairs,
    autoregression,
    pair_correlation,
)

__all__ = ["sampling_covariance"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Correlation = Callable[[Ints], Floats]
Labels = npt.ArrayLike | None


def sampling_covariance(
    vi: npt.ArrayLike,
    cluster: npt.ArrayLike,
    *,
    rho: float | npt.ArrayLike | Pairs | None = None,
    rho_between: float | npt.ArrayLike | Pairs | None = None,
    type: Labels = None,
    obs: Labels = None,
    time: npt.ArrayLike | None = None,
    phi: float | npt.ArrayLike | None = None,
    group1: Labels = None,
    group2: Labels = None,
    size1: npt.ArrayLike | None = None,
    size2: npt.ArrayLike | None = None,
    time2: npt.ArrayLike | None = None,
    subgroup: Labels = None,
    join: str = "product",
    nearest: bool = False,
) -> SamplingCovariance:
    """Return the covariance of the sampling errors of effects that share pupils.

    The correlation of two effects of a cluster is the product of three: of what they measure (rho,
    rho_between), of when (phi^|t - s|) and of whom they compare (shared groups). Effects of
    different clusters, or subgroups, are independent.

    Parameters
    ----------
    vi : array-like, shape (k,)
        Sampling variances, all > 0.
    cluster : array-like, shape (k,)
        Study of each effect.
    rho : float, array-like of shape (k,) or mapping, optional
        Correlation of two measurements of one type. One for all; one for each cluster, written
        beside each of its effects; or ``{(obs, obs): rho}``. Without `obs` every effect is a
        measurement of its own, so that ``rho=0.6`` alone gives 0.6 for every two effects of a
        study. Not given: effects of one type are one and the same measurement.
    rho_between : float, array-like of shape (k,) or mapping, optional
        Correlation of measurements of two types, as `rho`; or ``{(type, type): rho}``.
    type, obs : array-like, shape (k,), optional
        What is measured (reading, maths), and by which test: effects that agree in both are one
        measurement.
    time : array-like, shape (k,), optional
        When it was measured.
    phi : float or array-like of shape (k,), optional
        Correlation of a measurement with itself one unit of time later, from 0 to 1.
    group1, group2 : array-like, shape (k,), optional
        Groups that each effect compares; names count within the cluster. Without `group2` all
        effects of a cluster share one comparison group.
    size1, size2 : array-like, shape (k,), optional
        Sizes of these groups; equal if not given, which makes a shared group's correlation 1/2.
    time2 : array-like, shape (k,), optional
        When `group2` was measured; as `time` if not given. One group at two times is a gain.
    subgroup : array-like, shape (k,), optional
        Parts of a cluster that share no pupils.
    join : {"product", "sum"}
        How rho and time join: r phi^|t - s|, or r + (1 - r) phi^|t - s|.
    nearest : bool
        Replace the correlations of clusters that are not positive definite by the nearest that
        are (variances stand). The notes name the clusters in either case.

    Returns
    -------
    SamplingCovariance
        A block for each cluster; `not_positive_definite` and `notes` say where the matrix cannot
        be the covariance of anything.

    Warns
    -----
    PossibleMisuse
        The matrix is not positive definite in some cluster.

    Raises
    ------
    UserError
        Values are missing, lengths differ, a correlation is out of range or a pair is not given,
        an effect compares a group with itself at one time, or options that need each other are not
        given together.

    References
    ----------
    Gleser LJ, Olkin I (2009). Stochastically dependent effect sizes. In: The Handbook of Research
    Synthesis and Meta-Analysis (2nd ed.), 357-376.
    Viechtbauer W (2010). metafor. Journal of Statistical Software 36(3), and the documentation of
    its function vcalc, whose arguments these cover.
    Pustejovsky JE, Tipton E (2022). Prevention Science 23:425-438 (both ways to join time).

    Examples
    --------
    >>> v = sampling_covariance([0.04, 0.09, 0.05], ["Lee", "Lee", "Shah"], rho=0.6)
    >>> v.to_matrix().round(3).tolist()
    [[0.04, 0.036, 0.0], [0.036, 0.09, 0.0], [0.0, 0.0, 0.05]]
    """
    v = variances(vi)
    k = v.size
    one_of(join, ("product", "sum"), "join")
    _check_given(
        rho=rho is not None,
        type=type is not None,
        rho_between=rho_between is not None,
        obs=obs is not None,
        time=time is not None,
        phi=phi is not None,
        group1=group1 is not None,
        group2=group2 is not None,
        sizes=(size1 is not None, size2 is not None),
        time2=time2 is not None,
        join=join,
    )
    clusters = _clusters(cluster, subgroup, k)
    measure = _measure(rho, rho_between, type, obs, clusters)
    decay = autoregression(phi, clusters) if phi is not None else None
    when = column(time, "time", k) if time is not None else np.zeros(k)

    if group1 is None:

        def correlation(rows: Ints) -> Floats:
            r = measure(rows)
            if decay is None:
                return r
            over_time = decay(rows, when[rows], when[rows])
            return r * over_time if join == "product" else r + (1.0 - r) * over_time
    else:
        second = np.zeros(k) if group2 is None else np.asarray(group2)
        both = _both_groups(group1, second, k, one=group2 is None)
        then = column(time2, "time2", k) if time2 is not None else when
        _refuse_self_comparison(both, when, then)
        shared = shared_groups(
            both, (_sizes(size1, "size1", k), _sizes(size2, "size2", k)), (when, then), decay
        )

        def correlation(rows: Ints) -> Floats:
            return measure(rows) * shared(rows)

    return from_correlations(v, clusters.codes, clusters.names, correlation, nearest=nearest)


def _check_given(
    *,
    rho: bool,
    type: bool,
    rho_between: bool,
    obs: bool,
    time: bool,
    phi: bool,
    group1: bool,
    group2: bool,
    sizes: tuple[bool, bool],
    time2: bool,
    join: str,
) -> None:
    """Refuse what would be ignored, and what lacks its partner."""
    rules = [
        (rho or type or obs or time or group1, "Give rho, the correlation of two effects."),
        (not obs or rho, "obs is given without rho. Give rho."),
        (type == rho_between, "type and rho_between belong together. Give both."),
        (time == phi, "time and phi belong together. Give both."),
        (group1 or not (group2 or time2), "group2 and time2 need group1. Give it."),
        (not time2 or (group2 and time), "time2 needs time and group2. Give both."),
        (sizes[0] == sizes[1], "size1 and size2 belong together. Give both."),
        (group2 or not sizes[0], "size1 and size2 need group1 and group2. Give both."),
        (
            join == "product" or (time and not group1),
            'join "sum" needs time and phi, and is not for shared groups. Leave it out.',
        ),
    ]
    for is_met, message in rules:
        if not is_met:
            raise UserError(message)


def _clusters(cluster: npt.ArrayLike, subgroup: Labels, k: int) -> Coded:
    """Return independent units: clusters, or the subgroups within them."""
    whole = coded(cluster, "cluster", k)
    if subgroup is None:
        return whole
    part = coded(subgroup, "subgroup", k)
    unit = coded(whole.codes * len(part.names) + part.codes, "subgroup", k)
    first = np.unique(unit.codes, return_index=True)[1]
    names = tuple(
        f"{whole.names[whole.codes[i]]} (subgroup {part.names[part.codes[i]]})" for i in first
    )
    return Coded(unit.codes, names)


def _measure(
    rho: float | npt.ArrayLike | Pairs | None,
    rho_between: float | npt.ArrayLike | Pairs | None,
    type: Labels,
    obs: Labels,
    clusters: Coded,
) -> Correlation:
    """Return the correlation of two effects by what they measure."""
    k = clusters.codes.size
    kind = coded(type, "type", k) if type is not None else None
    test = coded(obs, "obs", k) if obs is not None else None
    within = pair_correlation(rho, test, clusters, "rho") if rho is not None else None
    between = (
        pair_correlation(rho_between, kind, clusters, "rho_between")
        if rho_between is not None
        else None
    )
    # Without a column for it, each effect is a measurement of its own, if a rho is to hold.
    which = test.codes if test is not None else np.arange(k)

    def correlation(rows: Ints) -> Floats:
        r = np.ones((*rows.shape, rows.shape[1]))
        if within is not None:
            r = np.where(_equal(which, rows), 1.0, within(rows))
        if between is not None and kind is not None:
            r = np.where(_equal(kind.codes, rows), r, between(rows))
        return r

    return correlation


def _equal(codes: Ints, rows: Ints) -> npt.NDArray[np.bool_]:
    return np.asarray(codes[rows][:, :, None] == codes[rows][:, None, :], dtype=np.bool_)


def _both_groups(
    group1: npt.ArrayLike, group2: npt.ArrayLike, k: int, *, one: bool
) -> tuple[Ints, Ints]:
    """Return both groups in one coding."""
    first = coded(group1, "group1", k)
    if one:
        return first.codes, np.full(k, len(first.names), dtype=np.int64)
    second = coded(group2, "group2", k)
    place = {name: i for i, name in enumerate(first.names)}
    codes = np.array([place.setdefault(name, len(place)) for name in second.names], dtype=np.int64)
    return first.codes, codes[second.codes]


def _refuse_self_comparison(groups: tuple[Ints, Ints], when: Floats, then: Floats) -> None:
    same = np.flatnonzero((groups[0] == groups[1]) & (when == then))
    if same.size:
        raise UserError(
            f"group1 and group2, position {same[0] + 1}: the effect compares a group with itself at "
            "one time. Correct the groups, or give time and time2."
        )


def _sizes(sizes: npt.ArrayLike | None, name: str, k: int) -> Floats:
    if sizes is None:
        return np.ones(k)
    numbers = column(sizes, name, k)
    if numbers.min() <= 0.0:
        at = int(np.argmin(numbers))
        raise UserError(
            f"{name}, position {at + 1}: found {numbers[at]}. The size of a group is above 0."
        )
    return numbers
