"""Vocabulary: needs, phases, settings, approaches, outcomes and staff roles, as versioned lists."""

from whatworks.vocab.code_sets import join_codes, split_codes
from whatworks.vocab.codes import (
    Approach,
    BroadArea,
    KeyStage,
    Need,
    Outcome,
    Phase,
    Provision,
    Setting,
    SpecialPlace,
    StaffRole,
)
from whatworks.vocab.needs import need_parent_area, reported_need
from whatworks.vocab.nouns import Term
from whatworks.vocab.outcomes import is_attainment
from whatworks.vocab.resolve import resolve
from whatworks.vocab.school_years import (
    key_stages_of_ages,
    key_stages_of_grades,
    key_stages_of_years,
    phases_of_ages,
    phases_of_grades,
    phases_of_years,
)
from whatworks.vocab.terms import (
    LISTS,
    VOCABULARY_VERSION,
    ancestors,
    children,
    codes,
    is_group,
    label,
    plain_label,
    term,
    terms,
)

__all__ = [
    "LISTS",
    "VOCABULARY_VERSION",
    "Approach",
    "BroadArea",
    "KeyStage",
    "Need",
    "Outcome",
    "Phase",
    "Provision",
    "Setting",
    "SpecialPlace",
    "StaffRole",
    "Term",
    "ancestors",
    "children",
    "codes",
    "is_attainment",
    "is_group",
    "join_codes",
    "key_stages_of_ages",
    "key_stages_of_grades",
    "key_stages_of_years",
    "label",
    "need_parent_area",
    "phases_of_ages",
    "phases_of_grades",
    "phases_of_years",
    "plain_label",
    "reported_need",
    "resolve",
    "split_codes",
    "term",
    "terms",
]
