"""Levels of certainty and how steps lead from one to another (GRADE).

Source: GRADE guidelines, Guyatt et al. 2011, J Clin Epidemiol 64:383-394: evidence starts high
(randomised) or low (observational) and is rated down or up domain by domain. A level is never
computed from numbers; people give each step with a reason, and this module only adds them up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from whatworks.grading.nouns import Certainty, CertaintyStep

__all__ = ["DOMAINS", "LEVELS", "STATEMENT_VERBS", "certainty_problems", "level_after"]

LEVELS = ("very_low", "low", "moderate", "high")

# Domain -> lowest and highest step it allows.
DOMAINS: Mapping[str, tuple[int, int]] = {
    "risk_of_bias": (-3, 0),
    "inconsistency": (-2, 0),
    "indirectness": (-2, 0),
    "imprecision": (-3, 0),
    "publication_bias": (-2, 0),
    "large_effect": (0, 2),
    "dose_response": (0, 1),
    "confounding_opposes": (0, 1),
}

# How a finding is worded at each level.
STATEMENT_VERBS: Mapping[str, str] = {
    "high": "will",
    "moderate": "probably",
    "low": "may",
    "very_low": "the evidence is very uncertain",
}


def level_after(start_level: str, steps: Sequence[int]) -> str:
    """Return the level after the steps, held between very low and high.

    Raises
    ------
    ValueError
        The start level is not one of `LEVELS`.
    """
    if start_level not in LEVELS:
        raise ValueError(f'found "{start_level}". A level is one of {", ".join(LEVELS)}.')
    position = LEVELS.index(start_level) + sum(steps)
    return LEVELS[max(0, min(position, len(LEVELS) - 1))]


def certainty_problems(certainty: Certainty, steps: Sequence[CertaintyStep]) -> list[str]:
    """Return what is wrong with a judgement, one sentence each.

    A step must be of a known domain, within its range, once for each domain, and have a reason; the
    level must follow from the start and the steps.
    """
    problems = []
    seen: set[str] = set()
    for step in steps:
        if step.domain not in DOMAINS:
            problems.append(
                f'there is no domain "{step.domain}"; domains are {", ".join(DOMAINS)}.'
            )
            continue
        low, high = DOMAINS[step.domain]
        if not low <= step.step <= high:
            problems.append(
                f"{step.domain} has step {step.step:+d}; it may be {low:+d} to {high:+d}."
            )
        if step.domain in seen:
            problems.append(f"{step.domain} is judged twice.")
        seen.add(step.domain)
        if not step.reason.strip():
            problems.append(f"{step.domain} has no reason; every step needs one.")
    if certainty.start_level not in LEVELS:
        problems.append(
            f'"{certainty.start_level}" is not a level; levels are {", ".join(LEVELS)}.'
        )
    else:
        follows = level_after(certainty.start_level, [step.step for step in steps])
        if certainty.level != follows:
            problems.append(
                f"the level is {certainty.level}, but {certainty.start_level} with these steps gives {follows}."
            )
    return problems
