"""Intraclass correlations that others state: values with their source and their uncertainty."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources

from whatworks.errors import NotFound, UserError
from whatworks.synthesis.education.icc_range import IccRange

__all__ = ["IccDefault", "icc_default", "icc_library"]


@dataclass(frozen=True, slots=True)
class IccDefault:
    """An intraclass correlation that can stand in where a study reports none.

    Attributes
    ----------
    name
        Its key in the library.
    outcome
        What kind of outcome it is for: "achievement" or "other".
    value
        The correlation.
    uncertainty
        As a standard deviation; None: the source states none.
    uncertainty_is
        What `uncertainty` measures, in words, or "none stated".
    population
        Whose scores, in what clusters.
    source
        Where it is from.
    version
        Of the library.
    """

    name: str
    outcome: str
    value: float
    uncertainty: float | None
    uncertainty_is: str
    population: str
    source: str
    version: str

    def spread(self, *, sd: float) -> IccRange:
        """Return what is taken to be known of the icc of a study that reports none.

        Parameters
        ----------
        sd : float
            Standard deviation between studies of the kind at hand, above 0. The caller's choice to
            make and to report: a convention states none, and the standard error of one estimate says
            how well that one is known, not how others differ.

        Raises
        ------
        UserError
            No icc has this mean and standard deviation, or sd is below the standard error that the
            estimate itself has.
        """
        if self.uncertainty is not None and sd < self.uncertainty:
            raise UserError(
                f"{self.name} has a standard error of {self.uncertainty:g} itself; studies like it "
                f"cannot be known better. Supplied sd was {sd!r}."
            )
        return IccRange(mean=self.value, sd=sd)


@cache
def icc_library() -> tuple[IccDefault, ...]:
    """Return all intraclass correlations of the library, conventions first."""
    folder = resources.files("whatworks.synthesis.education")
    given = json.loads(folder.joinpath("icc_library.json").read_text("utf-8"))
    return tuple(IccDefault(**row, version=given["version"]) for row in given["entries"])


def icc_default(outcome: str, *, name: str | None = None) -> IccDefault:
    """Return the value for a kind of outcome.

    Parameters
    ----------
    outcome : {"achievement", "other"}
        Kind of outcome.
    name : str, optional
        Another entry of the library for that kind; the handbook's convention if not given.

    Raises
    ------
    NotFound
        There is none; the message lists what there is.
    """
    fitting = [entry for entry in icc_library() if entry.outcome == outcome]
    if not fitting:
        kinds = ", ".join(dict.fromkeys(entry.outcome for entry in icc_library()))
        raise NotFound(f"There is no icc for outcome {outcome!r}. There is one for: {kinds}.")
    if name is None:
        return fitting[0]
    for entry in fitting:
        if entry.name == name:
            return entry
    names = ", ".join(entry.name for entry in fitting)
    raise NotFound(f"There is no icc {name!r} for outcome {outcome!r}. There are: {names}.")
