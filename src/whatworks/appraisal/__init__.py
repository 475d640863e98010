"""Appraisal: risk-of-bias judgements, kept in the words of the tool that made them."""

from whatworks.appraisal.nouns import Judgement

__all__ = ["Judgement"]
