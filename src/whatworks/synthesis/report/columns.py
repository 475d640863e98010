"""What each column of a model with moderators means, where it can be put in a sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from whatworks.synthesis.design import Design

__all__ = ["Meaning", "meanings"]

_WORD = re.compile(r"(?<![\w.])[^\W\d]\w*(?!\w*\s*[(.=])")
_TEXT = re.compile(r"'[^']*'|\"[^\"]*\"")
_TRUE, _FALSE = "True", "False"
# Distance of a column of ones from what the columns span, below which there is an intercept.
_SPANNED = 1e-8


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a column means.

    Attributes
    ----------
    kind
        "slope" (more of a variable), "group" (a category against `reference`), "mean" (the average
        of a category), "tangled" (a part of a curve, of a product, or of an uncommon contrast) or
        "none" (nothing that can be told: the intercept, a line through the origin).
    subject
        The variable, or what is computed from it.
    here, reference
        Where the column applies, and what that is compared with: "phase was primary".
    """

    kind: str
    subject: str = ""
    here: str = ""
    reference: str = ""


def meanings(design: Design) -> tuple[Meaning, ...]:
    """Return the meaning of each column, in their order."""
    found = [Meaning("none") for _ in design.names]
    has_intercept = _spans_ones(design)
    used = [_variables(design, term) for term, _ in design.terms]
    for place, (term, columns) in enumerate(design.terms):
        others = set[str]().union(*(used[i] for i in range(len(used)) if i != place))
        is_alone = len(_factors(design, term)) == 1 and not used[place] & others
        for at, column in enumerate(columns):
            if column == design.intercept:
                continue
            if not is_alone:
                found[column] = Meaning("tangled")
            elif (levels := _categories(design, term)) is not None:
                found[column] = _category(design, term, levels, columns, at, has_intercept)
            elif len(columns) > 1:
                found[column] = Meaning("tangled")
            elif has_intercept:
                found[column] = _slope(design, term, column)
    return tuple(found)


def _spans_ones(design: Design) -> bool:
    """Whether some sum of the columns is 1 everywhere, so that slopes are about an average."""
    if design.intercept is not None:
        return True
    ones = np.ones(design.k)
    fitted = design.matrix @ np.linalg.lstsq(design.matrix, ones, rcond=None)[0]
    return bool(np.abs(fitted - ones).max() < _SPANNED)


def _factors(design: Design, term: str) -> list[str]:
    """Return the factors of a term, as they are written; a column given as it is has one."""
    if design.spec is None:
        return [term]
    for own in design.spec.terms:
        if str(own) == term:
            return [str(factor.expr) for factor in own.factors]
    return [term]


def _variables(design: Design, term: str) -> set[str]:
    """Return names that a term computes with; functions and texts are none."""
    if design.spec is None:
        return {term}
    return {
        word
        for factor in _factors(design, term)
        for word in ([factor] if _is_name(factor) else _WORD.findall(_TEXT.sub("", factor)))
    }


def _is_name(factor: str) -> bool:
    return re.fullmatch(r"[\w. -]+", factor) is not None


def _encoded(design: Design, term: str) -> tuple[Any, Any]:
    """Return contrasts and levels of a category; None for numbers."""
    state = None if design.spec is None else design.spec.factor_contrasts
    for factor, own in (state or {}).items():
        if str(getattr(factor, "expr", factor)) == term:
            return own.contrasts, list(own.levels)
    return None, None


def _categories(design: Design, term: str) -> list[Any] | None:
    levels: list[Any] | None = _encoded(design, term)[1]
    return levels


def _category(
    design: Design,
    term: str,
    levels: list[Any],
    columns: tuple[int, ...],
    at: int,
    has_intercept: bool,
) -> Meaning:
    """Return the meaning of one column of a category."""
    contrasts, _ = _encoded(design, term)
    subject = _subject(term)
    if len(columns) == len(levels):
        # A column for each category: their means, if there is nothing else in the model.
        is_all = design.p == len(columns)
        here = _where(subject, levels[at])
        return Meaning("mean" if is_all else "none", subject, here)
    kind = type(contrasts).__name__
    if kind == "SumContrasts":
        here = _where(subject, levels[at])
        return Meaning("group", subject, here, "on average over all groups")
    if kind != "TreatmentContrasts":
        return Meaning("tangled")
    base = getattr(contrasts, "base", None)
    against = base if base in levels else levels[0]
    own = [level for level in levels if level != against][at]
    if has_intercept:
        return Meaning("group", subject, _where(subject, own), _where(subject, against, own))
    return Meaning("none")


def _slope(design: Design, term: str, column: int) -> Meaning:
    values = np.unique(design.matrix[:, column])
    subject = _subject(term)
    if values.tolist() == [0.0, 1.0]:
        return Meaning("group", subject, _where(subject, 1), _where(subject, 0, 1))
    return Meaning("slope", subject)


def _subject(term: str) -> str:
    """Return what a term is about: "phase" for "C(phase)", "x ** 2" for "I(x ** 2)"."""
    match = re.fullmatch(r"(?:np\.)?(C|I|scale|center|standardize|log|sqrt|exp)\((.*)\)", term)
    if match is None:
        return term
    inner = match[2]
    if match[1] == "I":
        return inner
    first = re.match(r"[\w. -]+(?=,|$)", inner)
    if first is not None:
        # More of a logarithm is more of what it was taken of.
        return first[0].strip()
    return inner if match[1] == "C" and "," not in inner else term


def _where(subject: str, level: object, other: object = None) -> str:
    """Return "phase was primary"; yes and no are told as that."""
    text = f"{level:g}" if isinstance(level, float) else str(level)
    is_rule = not _is_name(subject)
    # The second of two is short: "than where it was primary".
    named = "it" if other is not None else subject
    if text in (_TRUE, _FALSE):
        if is_rule:
            return f"{named} held" if text == _TRUE else f"{named} did not hold"
        return f"{named} was {text.lower()}"
    return f"{named} was {text}"
