"""The rules for stopping that are known: what each is worth, and what it takes for granted."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CONDITIONAL", "GUARANTEE", "HEURISTIC", "RULES", "Rule"]

HEURISTIC = "heuristic"
CONDITIONAL = "conditional guarantee"
GUARANTEE = "guarantee"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule for stopping.

    Attributes
    ----------
    name
        What it is called.
    kind
        `HEURISTIC` promises nothing, `CONDITIONAL` keeps its promise if its assumption holds, which cannot
        be seen from the records screened, `GUARANTEE` with every ranking.
    assumption
        What it takes for granted, as one sentence.
    """

    name: str
    kind: str
    assumption: str


RULES = {
    rule.name: rule
    for rule in (
        Rule(
            "50 in a row",
            HEURISTIC,
            "Assumes that relevant records come evenly: nothing vouches for it.",
        ),
        Rule(
            "200 in a row",
            HEURISTIC,
            "Assumes that relevant records come evenly: nothing vouches for it.",
        ),
        Rule(
            "knee",
            HEURISTIC,
            "Assumes that relevant records, once they come rarely, never come more often again.",
        ),
        Rule(
            "QuantCI",
            HEURISTIC,
            "Assumes that the scores of the ranking are true probabilities, for unread records too.",
        ),
        Rule(
            "buscar",
            CONDITIONAL,
            "Assumes that what is ranked low is no richer than a random sample of what is left.",
        ),
        Rule(
            "certificate",
            GUARANTEE,
            "Assumes that the records drawn are drawn at random, and that people decide rightly.",
        ),
    )
}
