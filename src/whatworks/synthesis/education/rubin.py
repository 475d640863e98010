"""Rubin's rules: one result from fits to several completed data sets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from whatworks.errors import TooFewStudies, UserError
from whatworks.statistics.confidence_level import level_between_0_and_1
from whatworks.statistics.distributions import t_critical, t_two_sided
from whatworks.synthesis.education.component_limits import mixture_limits
from whatworks.synthesis.inference_view import as_fitted
from whatworks.synthesis.model import FittedModel
from whatworks.synthesis.robust import RobustInference
from whatworks.synthesis.summarised import Summarised
from whatworks.synthesis.wording import p_value_figure

__all__ = ["ImputedFit", "PooledComponent", "pool_fits"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PooledComponent:
    """A variance component or correlation over imputations.

    Attributes
    ----------
    name, kind
        As in the fits.
    estimate
        Mean over the draws, on the component's own scale, zeros in.
    se
        Root of the total variance by Rubin's rules; None where no draw has a standard error.
    ci
        Limits from the draws' own intervals (`pool_fits`); None where a model gives none, or where
        they were not asked for.
    lowest, highest
        Least and largest estimate over the draws.
    missing_information
        Share of the total variance that comes from the gaps; None as `se`.
    n_at_boundary
        Draws in which the component stood on its boundary.
    """

    name: str
    kind: str
    estimate: float
    se: float | None
    ci: tuple[float, float] | None
    lowest: float
    highest: float
    missing_information: float | None
    n_at_boundary: int


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ImputedFit(Summarised):
    """A model pooled over imputations.

    Attributes
    ----------
    names
        Of the p coefficients.
    coefficients, vcov
        Means over the draws, (p,), and total covariance, (p, p).
    se, df, p_value, ci
        Standard errors, degrees of freedom of Barnard and Rubin, two-sided p values, (p,), and
        limits, (p, 2).
    missing_information
        Share of the information on each coefficient that is missing, (p,), from 0 to 1: Rubin's
        (r + 2/(d + 3))/(r + 1) with r = (1 + 1/m) B/W and d = (m - 1)(1 + 1/r)^2.
    monte_carlo_se
        How far each coefficient may be off because draws are finite in number, (p,).
    components
        Parameters of the random part.
    n_imputations
        Draws.
    level
        Of the limits.
    notes
        Sentences a reader must know.
    """

    names: tuple[str, ...]
    coefficients: Floats
    vcov: Floats
    se: Floats
    df: Floats
    p_value: Floats
    ci: Floats
    missing_information: Floats
    monte_carlo_se: Floats
    components: tuple[PooledComponent, ...]
    n_imputations: int
    level: float
    notes: tuple[str, ...]

    def component(self, name: str) -> PooledComponent:
        """Return one component.

        Raises
        ------
        UserError
            There is none of that name; the message lists what there is.
        """
        for found in self.components:
            if found.name == name:
                return found
        names = ", ".join(found.name for found in self.components) or "none"
        raise UserError(f"There is no component {name!r}. There are: {names}.")

    def table(self) -> dict[str, object]:
        """Return the coefficients as columns."""
        return {
            "coefficient": self.names,
            "estimate": self.coefficients,
            "se": self.se,
            "df": self.df,
            "p_value": self.p_value,
            "ci_lower": self.ci[:, 0],
            "ci_upper": self.ci[:, 1],
            "missing_information": self.missing_information,
        }

    def to_dict(self) -> dict[str, object]:
        """Return the result as values that JSON can hold."""
        columns = {
            name: list(value) if isinstance(value, tuple) else np.asarray(value).tolist()
            for name, value in self.table().items()
        }
        columns["df"] = [x if np.isfinite(x) else None for x in self.df.tolist()]
        return {
            "coefficients": columns,
            "vcov": self.vcov.tolist(),
            "components": [
                {name: getattr(one, name) for name in PooledComponent.__dataclass_fields__}
                for one in self.components
            ],
            "n_imputations": self.n_imputations,
            "level": self.level,
            "notes": list(self.notes),
        }

    def summary(self) -> str:
        """Return the result as plain text."""
        lines = [f"Pooled over {self.n_imputations:,} imputations by Rubin's rules"]
        for i, name in enumerate(self.names):
            low, high = self.ci[i]
            lines.append(
                f"{name}: {self.coefficients[i]:.4g} (SE {self.se[i]:.4g}), {100 * self.level:g}% CI "
                f"{low:.4g} to {high:.4g}, {p_value_figure(self.p_value[i])}, "
                f"{100 * self.missing_information[i]:.0f}% of the information missing"
            )
        for one in self.components:
            limits = "" if one.ci is None else f", CI {one.ci[0]:.4g} to {one.ci[1]:.4g}"
            lines.append(
                f"{one.name}: {one.estimate:.4g}{limits}, {one.lowest:.4g} to {one.highest:.4g} "
                "over the draws"
            )
        return "\n".join(lines + [f"Note: {note}" for note in self.notes])


def pool_fits(
    fits: Sequence[FittedModel | RobustInference],
    *,
    level: float = 0.95,
    component_limits: bool = True,
) -> ImputedFit:
    """Pool fits of one model to completed data.

    Parameters
    ----------
    fits : sequence of FittedModel or RobustInference
        One for each draw: `random_effects`, `meta_regression`, `multilevel_model`, `robust`.
    level : float
        Level of the limits.
    component_limits : bool
        Whether to give limits of variance components. They take five intervals a draw, which for a
        large multilevel model is most of the work.

    Raises
    ------
    TooFewStudies
        Fewer than two fits.
    UserError
        The fits are not of one model.

    Notes
    -----
    Coefficients: T = W + (1 + 1/m) B with W the mean covariance and B the covariance of the estimates
    over draws; degrees of freedom by Barnard and Rubin from those of the complete-data tests (the
    fewest over the draws), so that a Knapp-Hartung or Satterthwaite test stays one.

    Components are pooled on their own scale. On a log scale a draw with a variance of 0 has no place,
    and one near 0, which says no more than "small", would pull the mean down without end; on their
    own scale both are estimates like others. Where a draw has no standard error the mean of the
    others' stands in for it. Limits do not lean on that standard error: each draw's own intervals
    (Q-profile or profile likelihood) at five levels are read as its distribution of the component, and
    the limits are quantiles of the mixture over draws, zeros included.

    References
    ----------
    Rubin DB (1987). Multiple Imputation for Nonresponse in Surveys, chapter 3. Barnard J, Rubin DB
    (1999). Biometrika 86:948-955.
    """
    level = level_between_0_and_1(level)
    m = len(fits)
    if m < 2:
        raise TooFewStudies("Pooling needs two imputations or more; 20 is a usual number.")
    models = [as_fitted(fit) for fit in fits]
    names = models[0].design.names
    parts = tuple(c.name for c in models[0].components)
    for fit in models:
        if fit.design.names != names or tuple(c.name for c in fit.components) != parts:
            raise UserError("The fits are not of one model: their coefficients differ.")
    b = np.stack([fit.coefficients for fit in models])
    within = np.mean([fit.vcov for fit in models], axis=0)
    mean = b.mean(axis=0)
    between = (b - mean).T @ (b - mean) / (m - 1)
    vcov = within + (1.0 + 1.0 / m) * between
    complete = np.min([fit.coefficient_df for fit in models], axis=0)
    df, missing = _barnard_rubin(np.diagonal(within), np.diagonal(between), complete, m)
    se = np.sqrt(np.diagonal(vcov))
    reach = t_critical(level, df) * se
    notes = _shared_notes(models)
    if 100.0 * missing.max(initial=0.0) > m:
        notes += (
            f"{100 * missing.max():.0f} percent of the information on a coefficient is missing; with "
            "fewer draws than that number another run would give other digits. Take more.",
        )
    return ImputedFit(
        names=names,
        coefficients=mean,
        vcov=vcov,
        se=se,
        df=df,
        p_value=t_two_sided(mean / se, df),
        ci=np.stack((mean - reach, mean + reach), axis=-1),
        missing_information=missing,
        monte_carlo_se=np.sqrt(np.diagonal(between) / m),
        components=tuple(
            _pooled_component(models, i, level, with_limits=component_limits)
            for i in range(len(parts))
        ),
        n_imputations=m,
        level=level,
        notes=notes,
    )


def _shared_notes(fits: Sequence[FittedModel]) -> tuple[str, ...]:
    """Return notes of all fits; of those that only some carry, how many do, and one."""
    everywhere = [note for note in fits[0].notes if all(note in fit.notes for fit in fits)]
    others = [[note for note in fit.notes if note not in everywhere] for fit in fits]
    some = [notes[0] for notes in others if notes]
    if some:
        everywhere.append(f"In {len(some):,} of {len(fits):,} draws the fit remarks: {some[0]}")
    return tuple(everywhere)


def _barnard_rubin(
    within: Floats, between: Floats, complete: Floats, m: int
) -> tuple[Floats, Floats]:
    """Degrees of freedom, and the share of information missing, for each coefficient."""
    extra = (1.0 + 1.0 / m) * between
    share = extra / (within + extra)
    with np.errstate(divide="ignore", invalid="ignore"):
        old = np.where(share > 0.0, (m - 1.0) / share**2, np.inf)
        observed = (complete + 1.0) / (complete + 3.0) * complete * (1.0 - share)
        observed = np.where(np.isinf(complete), np.inf, observed)
        df = 1.0 / (1.0 / old + 1.0 / observed)
        ratio = extra / within
        # With Rubin's own degrees of freedom, those of few studies left out: without gaps it is 0.
        missing = (ratio + 2.0 / (old + 3.0)) / (ratio + 1.0)
    return df, np.where(np.isinf(ratio), 1.0, missing)


def _pooled_component(
    fits: Sequence[FittedModel], i: int, level: float, *, with_limits: bool
) -> PooledComponent:
    m = len(fits)
    drawn = [fit.components[i] for fit in fits]
    first = drawn[0]
    values = np.array([one.estimate for one in drawn])
    mean = float(values.mean())
    errors = [one.se for one in drawn if one.se is not None]
    at_boundary = sum(
        not one.is_fixed and (one.se is None or (one.kind == "variance" and one.estimate == 0.0))
        for one in drawn
    )
    se = missing = None
    if errors and not first.is_fixed:
        extra = (1.0 + 1.0 / m) * float(values.var(ddof=1))
        total = float(np.mean(np.square(errors))) + extra
        se, missing = float(np.sqrt(total)), extra / total
    return PooledComponent(
        name=first.name,
        kind=first.kind,
        estimate=mean,
        se=se,
        ci=mixture_limits(fits, first.name, level) if with_limits else None,
        lowest=float(values.min()),
        highest=float(values.max()),
        missing_information=missing,
        n_at_boundary=at_boundary,
    )
