"""The fields a mapping can fill: what kind of value each holds, and the words allowed in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

__all__ = ["SECTIONS", "Field"]

Kind = Literal["text", "number", "integer", "boolean", "word", "code", "codes"]


@dataclass(frozen=True, slots=True)
class Field:
    """What a field of a noun can hold.

    Attributes
    ----------
    kind
        Kind of value; "word" is one of `choices`, "code" and "codes" are of `list_name`.
    choices
        Words allowed.
    list_name
        List of the vocabulary.
    required
        True if every row must give a value.
    default
        Value where the mapping or the row gives none.
    at_least, at_most
        Limits of a number; beyond them it is a slip of the keyboard.
    """

    kind: Kind
    choices: tuple[str, ...] = ()
    list_name: str = ""
    required: bool = False
    default: str | bool | None = None
    at_least: float | None = None
    at_most: float | None = None


TEXT = Field("text")
NAME = Field("text", required=True)
NUMBER = Field("number")
COUNT = Field("integer")
AMOUNT = Field("number", at_least=0)
YEAR = Field("integer", at_least=1000, at_most=2999)
# No standardised difference lies out here: it is another kind of number.
DIFFERENCE = Field("number", at_least=-100, at_most=100)

DESIGNS = (
    "randomised",
    "quasi_randomised",
    "quasi_experimental",
    "single_case",
    "other",
    "not_reported",
)
MEASURE_KINDS = (
    "standardised",
    "broad",
    "narrow",
    "researcher_made",
    "administrative",
    "not_reported",
)
GROUP_SIZES = ("one_to_one", "pairs", "small_group", "class", "school")
COMPARISONS = ("business_as_usual", "waiting_list", "active", "not_reported")
RECORD_TYPES = (
    "article",
    "report",
    "thesis",
    "book",
    "chapter",
    "conference",
    "web",
    "dataset",
    "unpublished",
    "other",
)
ACCURACY_WARNINGS = (
    "incorporation",
    "healthy_controls",
    "same_children",
    "fitted_and_tested_on_same",
    "solved_from_rates",
)

STUDY: Mapping[str, Field] = {
    "key": NAME,
    "label": NAME,
    "title": TEXT,
    "citation": TEXT,
    "year": YEAR,
    "country": TEXT,
    "design": Field("word", DESIGNS, default="not_reported"),
    "publication": TEXT,
    "doi": TEXT,
    "url": TEXT,
    "in_synthesis": Field("boolean", default=True),
    "not_in_synthesis_reason": TEXT,
}
ARM: Mapping[str, Field] = {
    "name": NAME,
    "approaches": Field("codes", list_name="approach"),
    "deliverers": Field("codes", list_name="staff_role"),
    "settings": Field("codes", list_name="setting"),
    "group_size": Field("word", GROUP_SIZES),
    "dose_weeks": AMOUNT,
    "dose_sessions": AMOUNT,
    "dose_hours_week": AMOUNT,
    "description": TEXT,
}
MEASURE: Mapping[str, Field] = {
    "name": NAME,
    "outcome": Field("code", list_name="outcome", required=True),
    "kind": Field("word", MEASURE_KINDS, default="not_reported"),
    "higher_is_better": Field("boolean"),
}
EFFECT: Mapping[str, Field] = {
    "key": TEXT,
    "timepoint": Field("word", ("end", "follow_up"), default="end"),
    "needs": Field("codes", list_name="need"),
    "phases": Field("codes", list_name="phase"),
    "subgroup": TEXT,
    "comparison": Field("word", COMPARISONS, default="not_reported"),
    "n_intervention": COUNT,
    "n_comparison": COUNT,
    "n_total": COUNT,
    "clusters_intervention": NUMBER,
    "clusters_comparison": NUMBER,
    "mean_intervention": NUMBER,
    "sd_intervention": NUMBER,
    "mean_comparison": NUMBER,
    "sd_comparison": NUMBER,
    "pre_mean_intervention": NUMBER,
    "pre_sd_intervention": NUMBER,
    "pre_mean_comparison": NUMBER,
    "pre_sd_comparison": NUMBER,
    "reported_g": DIFFERENCE,
    "reported_se": NUMBER,
    "reported_variance": NUMBER,
    "icc": NUMBER,
}
CHECK: Mapping[str, Field] = {"g": NUMBER, "variance": NUMBER, "se": NUMBER}
RECORD: Mapping[str, Field] = {
    "key": NAME,
    "record_type": Field("word", RECORD_TYPES, default="other"),
    "title": TEXT,
    "authors": TEXT,
    "year": YEAR,
    "container": TEXT,
    "volume": TEXT,
    "issue": TEXT,
    "pages": TEXT,
    "abstract": TEXT,
    "doi": TEXT,
    "pmid": TEXT,
    "isbn_issn": TEXT,
    "url": TEXT,
    "keywords": TEXT,
    "language": TEXT,
    "accession": TEXT,
    "database": TEXT,
}
DECISION: Mapping[str, Field] = {
    "reviewer": TEXT,
    "value": Field("word", ("include", "exclude", "unsure")),
    "reason": TEXT,
    "decided_at": TEXT,
}
JUDGEMENT: Mapping[str, Field] = {"judgement": TEXT, "reason": TEXT}
ACCURACY: Mapping[str, Field] = {
    "key": NAME,
    "study_label": NAME,
    "citation": TEXT,
    "doi": TEXT,
    "need": Field("code", list_name="need", required=True),
    "index_test": NAME,
    "threshold": TEXT,
    "reference_standard": TEXT,
    "population": TEXT,
    "n_studies": COUNT,
    "tp": COUNT,
    "fp": COUNT,
    "fn": COUNT,
    "tn": COUNT,
    "sensitivity": NUMBER,
    "sensitivity_lb": NUMBER,
    "sensitivity_ub": NUMBER,
    "specificity": NUMBER,
    "specificity_lb": NUMBER,
    "specificity_ub": NUMBER,
    "warnings": Field("codes", ACCURACY_WARNINGS),
    "note": TEXT,
}

SECTIONS: Mapping[str, Mapping[str, Field]] = MappingProxyType(
    {
        "study": STUDY,
        "arm": ARM,
        "comparison_arm": ARM,
        "measure": MEASURE,
        "effect": EFFECT,
        "check": CHECK,
        "record": RECORD,
        "decision": DECISION,
        "judgement": JUDGEMENT,
        "accuracy": ACCURACY,
    }
)
