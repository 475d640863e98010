"""The numbers a study reports of one effect, before any effect is computed."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from whatworks.errors import UserError

__all__ = ["RawEffect"]


@dataclass(frozen=True, slots=True)
class RawEffect:
    """What a study reports of one effect; None where it does not.

    Attributes
    ----------
    n_intervention, n_comparison, n_total
        Pupils analysed. n_total may differ from the sum where a source says so.
    clusters_intervention, clusters_comparison
        Classes or schools.
    mean_intervention, sd_intervention, mean_comparison, sd_comparison
        After the intervention.
    pre_mean_intervention, pre_sd_intervention, pre_mean_comparison, pre_sd_comparison
        Before it.
    reported_g, reported_se
        Standardised difference as reported, positive better, and its standard error.
    icc
        Intra-cluster correlation.
    higher_is_better
        False where a lower score is the better one.
    """

    n_intervention: float | None = None
    n_comparison: float | None = None
    n_total: float | None = None
    clusters_intervention: float | None = None
    clusters_comparison: float | None = None
    mean_intervention: float | None = None
    sd_intervention: float | None = None
    mean_comparison: float | None = None
    sd_comparison: float | None = None
    pre_mean_intervention: float | None = None
    pre_sd_intervention: float | None = None
    pre_mean_comparison: float | None = None
    pre_sd_comparison: float | None = None
    reported_g: float | None = None
    reported_se: float | None = None
    icc: float | None = None
    higher_is_better: bool | None = None

    def require(self, name: str) -> None:
        """Check that a field is there.

        Raises
        ------
        UserError
            It is missing or not finite; the message names it.
        """
        value = getattr(self, name)
        if value is None or not isfinite(value):
            raise UserError(f'The field "{name}" is missing. The route needs it: fill it in.')

    def number(self, name: str) -> float:
        """Return a field that must be there.

        Raises
        ------
        UserError
            It is missing or not finite; the message names it.
        """
        self.require(name)
        return float(getattr(self, name))

    def sizes(self) -> tuple[float, float]:
        """Return the pupils of both arms.

        Raises
        ------
        UserError
            A number is missing or below 1; the message names it.
        """
        n1, n2 = self.number("n_intervention"), self.number("n_comparison")
        for name, value in (("n_intervention", n1), ("n_comparison", n2)):
            if value < 1.0:
                raise UserError(f'The field "{name}" is {value:g}; there is at least one pupil.')
        return n1, n2
