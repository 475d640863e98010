"""Plain words for codes that are not in the vocabulary's lists: designs, warnings, steps, methods."""

from __future__ import annotations

from collections.abc import Mapping

from whatworks.vocab import split_codes

__all__ = [
    "ACCURACY_WARNINGS",
    "CERTAINTY_DOMAINS",
    "CERTAINTY_LEVELS",
    "COMPARISONS",
    "DECISION_STAGES",
    "DESIGNS",
    "GROUP_SIZES",
    "KINDS",
    "MEASURE_KINDS",
    "OPTIONS",
    "ROLES",
    "TIMEPOINTS",
    "flags_in_words",
    "say",
]

DESIGNS: Mapping[str, str] = {
    "randomised": "Randomised trial",
    "quasi_randomised": "Allocated by a rule close to chance",
    "quasi_experimental": "Comparison group, not allocated by chance",
    "single_case": "Single-case design",
    "other": "Other design",
    "not_reported": "Design not reported",
}
TIMEPOINTS: Mapping[str, str] = {
    "end": "At the end of the support",
    "follow_up": "At a later follow-up",
}
COMPARISONS: Mapping[str, str] = {
    "business_as_usual": "Usual teaching",
    "waiting_list": "Waiting list",
    "active": "Another programme",
    "not_reported": "Not reported",
}
GROUP_SIZES: Mapping[str, str] = {
    "one_to_one": "one to one",
    "pairs": "in pairs",
    "small_group": "in a small group",
    "class": "with the whole class",
    "school": "across the school",
}
MEASURE_KINDS: Mapping[str, str] = {
    "standardised": "Standardised test",
    "broad": "Broad measure",
    "narrow": "Narrow measure",
    "researcher_made": "Made by the researchers or developers",
    "administrative": "School or official records",
    "not_reported": "Kind of measure not reported",
}
CERTAINTY_LEVELS: Mapping[str, str] = {
    "high": "High",
    "moderate": "Moderate",
    "low": "Low",
    "very_low": "Very low",
}
CERTAINTY_DOMAINS: Mapping[str, str] = {
    "risk_of_bias": "How the studies were done (risk of bias)",
    "inconsistency": "How far the studies agree (inconsistency)",
    "indirectness": "Whether they studied pupils and schools like yours (indirectness)",
    "imprecision": "How much data there is (imprecision)",
    "publication_bias": "Whether studies are missing (publication bias)",
    "large_effect": "Whether the effect is very large",
    "dose_response": "Whether more support gives more effect",
    "confounding_opposes": "Whether other causes would hide the effect",
}
# Warning -> a few words for the table, and what it means.
ACCURACY_WARNINGS: Mapping[str, tuple[str, str]] = {
    "incorporation": (
        "Tested against itself",
        "The tool is part of the diagnosis it was tested against, so it agrees with itself. The figures "
        "say nothing about how well it would find pupils.",
    ),
    "healthy_controls": (
        "Only clear cases",
        "Pupils with a known diagnosis were compared with healthy pupils, and no one in between. In a "
        "school the tool will do worse.",
    ),
    "same_children": (
        "Same pupils in several rows",
        "These pupils were also tested with other tools in this table: the rows do not confirm each "
        "other.",
    ),
    "fitted_and_tested_on_same": (
        "Made and tested on the same pupils",
        "The rule was made to fit the pupils it was then tested on. With other pupils it will do worse.",
    ),
    "solved_from_rates": (
        "Counts worked out",
        "The source gives rounded percentages only; the counts were worked out from them.",
    ),
}
DECISION_STAGES: Mapping[str, str] = {
    "title_abstract": "Title and abstract",
    "full_text": "Full text",
}
KINDS: Mapping[str, str] = {
    "dependent_effects": "Average of several studies, each with one or more effects (a model for "
    "correlated and hierarchical effects, with robust variance by study)",
    "random_effects": "Average of several results (two-level random-effects model)",
    "rho_sensitivity": "The main average under each of several correlations between the effects of "
    "one study",
    "accuracy_2x2": "Accuracy of an identification tool from its two-by-two table",
    "counts": "Count of what this evidence base holds",
    "gap_map": "Count of studies for each need and approach",
    "prisma_flow": "Count of a review's flow (PRISMA 2020)",
}
# What an option of an analysis means. The value stands beside it as it was stored.
OPTIONS: Mapping[str, str] = {
    "level": "Level of the intervals",
    "method": "How the spread between studies was estimated (REML: restricted maximum likelihood)",
    "months_table": "Table that turns effects into months of progress",
    "phase": "Only pupils in this phase",
    "rho": "Correlation assumed between the chance errors of one study's effects",
    "rhos": "Correlations tried between the chance errors of one study's effects",
    "robust": "How the standard error allows for a wrong assumption (CR2: robust variance by study, "
    "bias-reduced)",
    "smooth_vi": "Whether each effect takes the mean variance of its study (so that chance differences "
    "between its variances do not decide)",
    "test": "How intervals were made (knha: Knapp and Hartung's method; Satterthwaite: degrees of "
    "freedom by Satterthwaite's method)",
    "unit": "What counts as one result (study: effects of one study are joined first)",
    "with_flagged": "Whether effects with a likely error are included",
    "working_model": "How effects are taken to hang together (CHE: errors correlate within a study, "
    "and true effects differ between studies and within them)",
}
ROLES: Mapping[str, tuple[str, str]] = {
    "main": (
        "Main result",
        "Takes in every effect, and knows which belong to one study. This is the one in the headline.",
    ),
    "composites": (
        "One result for each study",
        "Averages the effects of each study first. It cannot see how far they differ within a study.",
    ),
    "rows": (
        "Every effect on its own",
        "Treats several effects of one study as if they came from different studies. The interval "
        "is then usually too narrow.",
    ),
    "with_kept_out": (
        "With effects that look wrong",
        "Also takes in the effects kept out of the main result because of a likely error.",
    ),
    "rho_sensitivity": (
        "Other correlations within studies",
        "The main result, computed again under each of several correlations: no study reports it.",
    ),
}


def say(words: Mapping[str, str], code: str | None) -> str:
    """Return the words for a code; the code with blanks where there are none."""
    if code is None:
        return "Not reported"
    return words.get(code, code.replace("_", " ").capitalize())


def flags_in_words(cell: str | None) -> str:
    """Return what the plausibility flags of an effect say; nothing where there are none."""
    from whatworks.extraction.plausibility import FLAGS

    return " ".join(say(FLAGS, code) for code in split_codes(cell))
