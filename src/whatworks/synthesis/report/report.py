"""A report of any fitted model: methods, results, plain words."""

from __future__ import annotations

from dataclasses import dataclass

from whatworks.errors import UserError
from whatworks.synthesis.inference_view import Inference
from whatworks.synthesis.model import FittedModel
from whatworks.synthesis.plots.scale import EffectScale
from whatworks.synthesis.report.facts import facts_of
from whatworks.synthesis.report.methods import methods_text
from whatworks.synthesis.report.plain import PlainWords, plain_words
from whatworks.synthesis.report.results import results_text

__all__ = ["Report", "ReportWording", "report"]


@dataclass(frozen=True, slots=True)
class ReportWording:
    """Words for what was measured.

    Attributes
    ----------
    outcome
        As it stands inside a sentence: "reading".
    higher_is_better
        Whether an effect above none is what one hopes for.
    compared
        What was compared, as it ends the sentence "results were better ...".
    """

    outcome: str = "the outcome"
    higher_is_better: bool = True
    compared: str = "with this support than without it"

    def __post_init__(self) -> None:
        """Refuse empty words: they would leave holes in sentences.

        Raises
        ------
        UserError
            The outcome or the comparison is empty.
        """
        for name in ("outcome", "compared"):
            if not str(getattr(self, name)).strip():
                raise UserError(f'ReportWording: {name} is empty. Give words such as "reading".')


@dataclass(frozen=True, slots=True)
class Report:
    """A model in words.

    Attributes
    ----------
    methods
        A paragraph for the methods section of a paper.
    references
        What it cites, in full.
    results
        A paragraph for statisticians.
    plain
        The same for a teacher or an official.
    """

    methods: str
    references: tuple[str, ...]
    results: str
    plain: PlainWords

    def text(self) -> str:
        """Return the report as Markdown."""
        references = "\n".join(f"- {reference}" for reference in self.references)
        return (
            f"## In plain words\n\n{self.plain.text()}\n\n## Methods\n\n{self.methods}\n\n"
            f"## Results\n\n{self.results}\n\n## References\n\n{references}\n"
        )

    def to_dict(self) -> dict[str, object]:
        """Return all parts as values that JSON can hold."""
        return {
            "methods": self.methods,
            "references": list(self.references),
            "results": self.results,
            "plain": {
                "answer": self.plain.answer,
                "how_sure": self.plain.how_sure,
                "new_setting": self.plain.new_setting,
                "cannot_say": list(self.plain.cannot_say),
            },
        }


def report(
    fit: FittedModel | Inference,
    *,
    wording: ReportWording | None = None,
    scale: EffectScale | None = None,
    version: str | None = None,
) -> Report:
    """Put a fitted model into words.

    Every sentence follows from the model: no interval is told where there is none, a variance at 0
    is not told as proof of no differences, and notes of the model stand in the results.

    Parameters
    ----------
    fit : FittedModel, RobustInference or KenwardRoger
        Any model, or robust inference from it.
    wording : ReportWording, optional
        Words for what was measured.
    scale : EffectScale, optional
        Name of the effect, and whether to show ratios.
    version : str, optional
        Version of this software; that installed if not given.

    Returns
    -------
    Report
        `methods`, `references`, `results` and `plain`.

    Raises
    ------
    UserError
        `fit` is no fitted model.
    """
    if version is None:
        from whatworks import __version__

        version = __version__
    wording = wording or ReportWording()
    scale = scale or EffectScale()
    facts = facts_of(fit)
    methods, references = methods_text(facts, scale.name, version)
    return Report(
        methods=methods,
        references=references,
        results=results_text(facts, scale),
        plain=plain_words(
            facts,
            scale,
            outcome=wording.outcome,
            higher_is_better=wording.higher_is_better,
            compared=wording.compared,
        ),
    )
