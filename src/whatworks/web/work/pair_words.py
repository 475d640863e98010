"""What was found about a pair, in words: how likely, and what speaks for it and against it."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["RELATION_WORDS", "Reasons", "likelihood", "reasons_of"]

# As `dedupe.report_rows.told` writes it: words, and their weight in log-odds.
_REASON = re.compile(r"(?P<words>.*) \((?P<weight>[+-]\d+(?:\.\d+)?)\)")
_STRONG, _FAIR = 4.0, 2.0

# (upper limit of the probability, words)
_LIKELIHOODS = (
    (0.05, "Almost certainly two documents"),
    (0.4, "Probably two documents"),
    (0.6, "Could be either"),
    (0.95, "Probably one document"),
    (1.01, "Almost certainly one document"),
)

RELATION_WORDS = {
    "correction": "One corrects the other",
    "retraction": "One is a notice that the other was retracted",
    "reply": "One is a reply to the other",
    "comment": "One comments on the other",
    "concern": "One is an expression of concern about the other",
    "companion": "One is the protocol, plan, summary or appendix of the other",
    "preprint": "One is a preprint of the other",
    "conference abstract": "One is the conference abstract of the other",
    "thesis": "One is the thesis behind the other",
    "other publication": "The same work, published at another place",
}


@dataclass(frozen=True, slots=True)
class Reasons:
    """What speaks for one document, and what against it; the strongest first."""

    for_it: tuple[str, ...]
    against_it: tuple[str, ...]


def likelihood(probability: float) -> str:
    """Return a probability in words and in tens: "Probably one document: about 7 in 10 such pairs are"."""
    words = next(words for limit, words in _LIKELIHOODS if probability < limit)
    in_ten = round(10 * probability)
    if in_ten in (0, 10):
        return f"{words}."
    return f"{words}: of 10 pairs as alike as these, about {in_ten} {'is' if in_ten == 1 else 'are'} one."


def reasons_of(evidence: str) -> Reasons:
    """Return the evidence of a pair as two lists, each reason with how much it weighs."""
    weighed: list[tuple[float, str]] = []
    for part in filter(None, (part.strip() for part in evidence.split(";"))):
        found = _REASON.fullmatch(part)
        if found is None:
            weighed.append((float("inf"), part))
            continue
        weight = float(found["weight"])
        weighed.append((weight, f"{found['words']} ({_strength(weight)})"))
    return Reasons(
        tuple(words for weight, words in sorted(weighed, reverse=True) if weight > 0),
        tuple(words for weight, words in sorted(weighed) if weight < 0),
    )


def _strength(weight: float) -> str:
    return "strong" if abs(weight) >= _STRONG else "fair" if abs(weight) >= _FAIR else "weak"
