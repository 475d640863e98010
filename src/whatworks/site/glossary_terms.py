"""The words of the pages that need explaining."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["GLOSSARY", "Entry"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One word: its anchor in the glossary, the word, and what it means."""

    anchor: str
    word: str
    meaning: str


GLOSSARY = (
    Entry(
        "approach",
        "Approach",
        "A kind of support, such as teaching in small groups. Programmes with a name are examples of an "
        "approach.",
    ),
    Entry(
        "average-effect",
        "Average effect",
        "The middle of what the studies found, where studies with more pupils count for more. Schools differ, so "
        "your school may see more or less: see prediction interval.",
    ),
    Entry(
        "certainty",
        "Certainty",
        "How sure we can be that the average effect is near the truth: high, moderate, low or very low. People "
        "judge it step by step with the GRADE scheme and give a reason for each step. Low certainty does not mean "
        "that something does not work.",
    ),
    Entry(
        "confidence-interval",
        "95 per cent interval (confidence interval)",
        "The range within which the average effect is likely to lie. A wide interval means that there is "
        "little data. If it runs across zero, the studies cannot tell help from harm.",
    ),
    Entry(
        "several-effects",
        "Several effects of one study (dependent effects)",
        "Most studies give the same pupils more than one test. Those results are not separate evidence: a "
        "good day, or a good teacher, lifts them all. So they are averaged by a model for correlated and "
        "hierarchical effects (CHE): chance errors of one study hang together, and true effects differ both "
        "between studies and between the tests of one study.",
    ),
    Entry(
        "robust-variance",
        "Robust variance",
        "A way to work out how sure an average is that does not trust the model behind it. It looks at how far "
        "whole studies lie from the average, so that a wrong guess of how the effects of one study hang together "
        "does not make the interval too short. With few studies it says so: below 4 degrees of freedom the "
        "interval cannot be trusted.",
    ),
    Entry(
        "effect",
        "Effect",
        "The difference between pupils who had the support and similar pupils who did not, on one test or scale.",
    ),
    Entry(
        "gap-map",
        "Evidence gap map",
        "A table of approaches and needs that shows where there are studies and where there are none.",
    ),
    Entry(
        "hedges-g",
        "Hedges’ g",
        "An effect in standard deviations, so that different tests can be compared. Above 0 is better for the "
        "pupils, 0 is no difference. With an effect of 0.2, a pupil in the middle of the group would move up to "
        "where 58 of 100 similar pupils are below.",
    ),
    Entry(
        "heterogeneity",
        "I², tau² and omega² (differences beyond chance)",
        "How far results differ beyond chance. Tau² is the variance of true effects between studies, omega² that "
        "between the effects of one study; I² is the share of all variation that is not chance.",
    ),
    Entry(
        "months",
        "Months of progress",
        "An effect on attainment turned into months by a published table. It is a way of speaking, not a "
        "measurement: compared with similar pupils. It is not used for behaviour or wellbeing, where months mean "
        "nothing.",
    ),
    Entry(
        "no-usable-study",
        "No usable study",
        "Somebody searched and found no study that could answer the question. That is more than not having looked.",
    ),
    Entry(
        "prediction-interval",
        "Prediction interval",
        "The range within which the true effect in most new, similar settings would be expected to lie: on one "
        "test or scale, where studies give several. It is wider than the confidence interval, because settings "
        "and tests differ.",
    ),
    Entry(
        "prisma",
        "PRISMA 2020",
        "The international standard for reporting how a review found, sifted and kept its records.",
    ),
    Entry(
        "randomised",
        "Randomised trial",
        "A study in which chance decided who got the support, so that the groups are alike but for it.",
    ),
    Entry(
        "risk-of-bias",
        "Risk of bias",
        "How likely it is that the way a study was done pushed its result up or down.",
    ),
    Entry(
        "sensitivity",
        "Sensitivity",
        "Of the pupils who have the need, the share whom a tool flags. The others are missed.",
    ),
    Entry(
        "shorthand",
        "[c], [x], [z], [k]",
        "Where a table has no figure: [c] confidential, [x] not available, [z] not applicable, [k] low figure.",
    ),
    Entry(
        "specificity",
        "Specificity",
        "Of the pupils who do not have the need, the share whom a tool leaves alone. The others are false alarms.",
    ),
    Entry(
        "strand",
        "Strand",
        "One published answer: what one approach does for one outcome of pupils with a need.",
    ),
)  # fmt: skip
