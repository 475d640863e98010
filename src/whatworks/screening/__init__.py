"""Screening: what comes next, when one may stop, who decided what, and how far people agree."""

from whatworks.screening.agreement import ScreeningAgreement, screening_agreement
from whatworks.screening.nouns import Decision

__all__ = ["Decision", "ScreeningAgreement", "screening_agreement"]
