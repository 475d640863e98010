"""How much evidence there is, by the labels of the What Works Clearinghouse's first handbooks."""

from __future__ import annotations

from dataclasses import dataclass

from whatworks.errors import UserError

__all__ = ["ExtentOfEvidence", "extent_of_evidence"]

LEAST_PUPILS = 350
LEAST_CLASSROOMS = 14


@dataclass(frozen=True, slots=True)
class ExtentOfEvidence:
    """A label for the amount of evidence on one outcome domain.

    Attributes
    ----------
    label
        "medium to large" or "small".
    missing
        What keeps it small, in words; empty otherwise.
    version
        Handbooks whose rule it is.
    notes
        Sentences a reader must know.
    """

    label: str
    missing: tuple[str, ...]
    version: str
    notes: tuple[str, ...]


def extent_of_evidence(
    *, n_studies: int, n_schools: int, n_pupils: int | None, n_classrooms: int | None = None
) -> ExtentOfEvidence:
    """Label the amount of evidence.

    Medium to large: more than one study, more than one school, and at least 350 pupils or 14 classrooms.

    Parameters
    ----------
    n_studies, n_schools : int
        Over all studies of the domain that meet standards.
    n_pupils, n_classrooms : int or None
        None where not known; one of the two must be.

    Raises
    ------
    UserError
        Negative numbers, or neither pupils nor classrooms.

    References
    ----------
    What Works Clearinghouse, Procedures and Standards Handbook, versions 1 and 2.
    """
    given = {
        "n_studies": n_studies,
        "n_schools": n_schools,
        "n_pupils": n_pupils,
        "n_classrooms": n_classrooms,
    }
    for name, value in given.items():
        if value is not None and value < 0:
            raise UserError(f"{name} is 0 or more. Supplied value was {value!r}.")
    if n_pupils is None and n_classrooms is None:
        raise UserError("Give n_pupils or n_classrooms: one of them must be known.")
    missing = []
    if n_studies < 2:
        missing.append("more than one study")
    if n_schools < 2:
        missing.append("more than one school")
    if (n_pupils or 0) < LEAST_PUPILS and (n_classrooms or 0) < LEAST_CLASSROOMS:
        missing.append(f"{LEAST_PUPILS} pupils or {LEAST_CLASSROOMS} classrooms")
    return ExtentOfEvidence(
        label="small" if missing else "medium to large",
        missing=tuple(missing),
        version="wwc-handbook-1-2",
        notes=(
            "The rule is that of the first two handbooks. Later ones rate tiers of evidence instead, "
            "whose rule is unverified and is not applied here.",
        ),
    )
