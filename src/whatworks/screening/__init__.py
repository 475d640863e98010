"""Screening: who decided what about which record, and how far they agree."""

from whatworks.screening.agreement import ScreenerAgreement, screener_agreement
from whatworks.screening.nouns import Decision

__all__ = ["Decision", "ScreenerAgreement", "screener_agreement"]
