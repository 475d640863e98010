"""Suggestions by rule: words that people wrote down, found in a title or an abstract.

The plainest machine help there is: it costs nothing, sends nothing anywhere, says the same each time, and shows
the words it rests on. What a model adds is what it does better than this.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from whatworks.errors import UserError
from whatworks.screening.nouns import EligibilityCriteria, ExclusionReason
from whatworks.screening.settings_file import read_settings
from whatworks.screening.suggesting import Prompt
from whatworks.screening.terms import find_term, split_terms

__all__ = ["RuleFile", "RuleProvider", "WordRule", "read_rules", "rule_provider"]

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
Word = Annotated[str, Field(min_length=1, max_length=200)]


class WordRule(BaseModel):
    """Words that speak for or against a record.

    Attributes
    ----------
    words
        Found as whole words, whatever the case; a star stands for the rest of a word.
    unless
        Words whose presence anywhere in the record silences the rule.
    where
        title, abstract, or either.
    reason
        Code of the exclusion reason; only for rules that exclude.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    words: tuple[Word, ...] = Field(min_length=1)
    unless: tuple[Word, ...] = ()
    where: Literal["title", "abstract", "either"] = "either"
    reason: str | None = None

    @field_validator("words", "unless")
    @classmethod
    def _words_say_something(cls, words: tuple[str, ...]) -> tuple[str, ...]:
        for word in words:
            if not any(character.isalnum() for character in word):
                raise ValueError("Each needs a letter or a digit")
        return words


class RuleFile(BaseModel):
    """A set of rules with a name, as its file says it.

    Attributes
    ----------
    name
        Name under which its suggestions are kept; give a changed set a new one.
    use_criteria_words
        Whether the words for and against of the review's criteria are rules as well.
    criteria_words_reason
        Code of the reason to exclude by the criteria's words against.
    include, exclude
        The rules.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str
    use_criteria_words: bool = False
    criteria_words_reason: str | None = None
    include: tuple[WordRule, ...] = ()
    exclude: tuple[WordRule, ...] = ()

    @field_validator("name")
    @classmethod
    def _name_is_plain(cls, name: str) -> str:
        if not NAME.fullmatch(name):
            raise ValueError('Use up to 60 letters, digits, ".", "_" and "-", such as design-1')
        return name

    @model_validator(mode="after")
    def _has_rules(self) -> RuleFile:
        if not (self.include or self.exclude or self.use_criteria_words):
            raise ValueError(
                "It has no rule. Add [[include]] or [[exclude]] with words, or use_criteria_words = true"
            )
        for rule in self.include:
            if rule.reason is not None:
                raise ValueError("A rule under include has a reason; only those that exclude may")
        return self


def read_rules(data: bytes, *, file: str) -> RuleFile:
    """Read a set of rules from TOML.

    Raises
    ------
    FileError
        Naming every key that is missing, unknown or wrong.
    """
    return read_settings(data, RuleFile, file=file)


@dataclass(frozen=True, slots=True)
class RuleProvider:
    """Suggests by rules: against, for, and unsure where rules contradict or none applies.

    Attributes
    ----------
    name
        Name of the set of rules.
    include, exclude
        Rules for and against, in order; of several that apply the first counts.
    """

    name: str
    include: tuple[WordRule, ...]
    exclude: tuple[WordRule, ...]

    @property
    def actor(self) -> str:
        """Name under which the suggestions are kept."""
        return f"rule-{self.name}"

    @property
    def role(self) -> str:
        """A rule's."""
        return "rule"

    @property
    def settings(self) -> Mapping[str, Any]:
        """The rules as plain data."""
        return {
            "include": [rule.model_dump(mode="json") for rule in self.include],
            "exclude": [rule.model_dump(mode="json") for rule in self.exclude],
        }

    def suggest(self, prompt: Prompt, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return what the rules say about a record, with the words they found."""
        against, wanted = _first(self.exclude, prompt), _first(self.include, prompt)
        if against is not None and wanted is None:
            rule, quote = against
            return _answer("exclude", rule.reason or f"has the words: {quote}"[:200], quote)
        if wanted is not None and against is None:
            return _answer("include", None, wanted[1])
        return _answer("unsure", None, None)


def rule_provider(
    rules: RuleFile, criteria: EligibilityCriteria, reasons: Sequence[ExclusionReason]
) -> RuleProvider:
    """Return a provider of some rules for the criteria in force.

    Raises
    ------
    UserError
        A rule's reason is none of the criteria's, or it has none and they have some; or the criteria hold
        no words and were to be used.
    """
    include, exclude = rules.include, rules.exclude
    if rules.use_criteria_words:
        wanted, against = (
            split_terms(criteria.include_terms),
            split_terms(criteria.exclude_terms),
        )
        if not (wanted or against):
            raise UserError(
                "The rules use the criteria's words for and against, and the criteria have none. Add words to "
                "the criteria, or set use_criteria_words = false. Nothing was saved."
            )
        if wanted:
            include = (*include, WordRule(words=wanted))
        if against:
            exclude = (*exclude, WordRule(words=against, reason=rules.criteria_words_reason))
    codes = [one.code for one in sorted(reasons, key=lambda one: one.position)]
    for rule in exclude if codes else ():
        if rule.reason not in codes:
            found = f'has the reason "{rule.reason}"' if rule.reason else "has no reason"
            raise UserError(
                f'The rule against "{rule.words[0]}" {found}. The criteria give: {", ".join(codes)}. Write one '
                'of them as its reason (for the criteria\'s own words: "criteria_words_reason"). Nothing was '
                "saved."
            )
    return RuleProvider(rules.name, include, exclude)


def _first(rules: Sequence[WordRule], prompt: Prompt) -> tuple[WordRule, str] | None:
    """Return the first rule that applies, and the words it found."""
    texts = {"title": prompt.title, "abstract": prompt.abstract}
    for rule in rules:
        if any(find_term(text, rule.unless) for text in texts.values()):
            continue
        for name, text in texts.items():
            span = find_term(text, rule.words) if rule.where in (name, "either") else None
            if span is not None:
                return rule, text[slice(*span)]
    return None


def _answer(value: str, reason: str | None, quote: str | None) -> Mapping[str, Any]:
    # Words found are no probability, and none is made up.
    return {"value": value, "reason": reason, "quote": quote, "probability": None}
