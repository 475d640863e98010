"""A certificate that allows for what people overlook: some of what one person excluded is screened again."""

from __future__ import annotations

from whatworks.screening.certificate import Certificate, Draws, certify

__all__ = ["certify_overlooked"]


def certify_overlooked(
    n_found_before: int, not_screened: Draws, excluded: Draws, *, level: float = 0.95
) -> Certificate:
    """Return the certificate that allows for what one person overlooks.

    Of the records that one person excluded some are drawn at random, and a second person decides about
    them; what both had to agree on counts. The relevant records among those not screened and among those
    wrongly excluded are bounded together.

    Parameters
    ----------
    n_found_before : int
        Relevant records found before the draws.
    not_screened : Draws
        From the records that nobody screened. They have to be decided by two people as well: what one
        person overlooks in them is not seen otherwise.
    excluded : Draws
        From the records that one person alone excluded: how many there are, how many the second person
        screened, and how many of these are relevant after all.
    level : float
        Probability with which the certificate is to hold.

    Raises
    ------
    UserError
        As `certify`.

    Notes
    -----
    What both people overlook is in no bound: for the certificate it is not relevant.
    """
    return certify(n_found_before, [not_screened, excluded], level=level)
