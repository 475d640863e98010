"""Signs in the numbers themselves that something was copied or computed wrongly.

The rules look at numbers only, never at who wrote them. They flag; whether a flagged effect is
kept out of pooling is decided in the mapping, where it can be seen.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from math import log, sqrt
from statistics import median
from types import MappingProxyType

from whatworks.extraction.nouns import Effect
from whatworks.extraction.variance_scale import Spread, expected_variance, looks_like
from whatworks.extraction.variance_scale import scale_of_column as _scale_of_column

__all__ = ["FLAGS", "flag_effects", "measure_family", "repeated_rows"]

FLAGS: Mapping[str, str] = MappingProxyType(
    {
        "se_for_sd_within_arm": (
            "The standard deviations of one arm before and after differ by about the square root "
            "of its number of pupils: one of them looks like a standard error."
        ),
        "se_for_sd_against_measure": (
            "The standard deviation is smaller than other studies report for the same measure, by "
            "about the square root of the number of pupils: it looks like a standard error."
        ),
        "se_for_sd_same_study": (
            "Other measures of this study have standard errors in place of standard deviations, "
            "and this one cannot be checked against other studies."
        ),
        "variance_looks_like_se": (
            "The variance agrees with the number of pupils only if it is a standard error."
        ),
        "large_effect": "The effect is larger than 3 standard deviations.",
        "n_does_not_add_up": "The numbers of pupils of the two arms do not add up to the total.",
        "repeated_row": "Another row above is the same in every cell but its identifier.",
    }
)

LARGE_EFFECT = 3.0
# A ratio of standard deviations is put down to a standard error when it is above 3 and within a
# factor of 2 of the square root of n. With fewer than 9 pupils the two cannot be told apart.
MIN_RATIO = 3.0
# An instrument's subscales share its abbreviation and differ in spread: one other study is not
# enough to know what its standard deviation should be.
MIN_OTHER_STUDIES = 2
ROOT_N_WITHIN = 2.0

SE_FOR_SD = ("se_for_sd_within_arm", "se_for_sd_against_measure")

# sd after, sd before, n of each arm, as named in Effect
ARMS = (
    ("sd_intervention", "pre_sd_intervention", "n_intervention"),
    ("sd_comparison", "pre_sd_comparison", "n_comparison"),
)


def flag_effects(
    effects: Sequence[Effect], measure_names: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    """Return the flags of each effect that has any.

    Parameters
    ----------
    effects : sequence of Effect
        All effects of a set: standard deviations are compared across studies.
    measure_names : mapping of measure id to name
        Versions of one instrument are recognised by the abbreviation in brackets.

    Returns
    -------
    dict of effect id to flags
        Codes of `FLAGS`, in its order.
    """
    found: dict[str, set[str]] = defaultdict(set)
    references = _reference_sds(effects, measure_names)
    for effect in effects:
        flags = found[effect.effect_id]
        if abs(effect.yi) > LARGE_EFFECT:
            flags.add("large_effect")
        if _does_not_add_up(effect):
            flags.add("n_does_not_add_up")
        if _within_arm(effect):
            flags.add("se_for_sd_within_arm")
        if _against_measure(effect, references.get(effect.effect_id)):
            flags.add("se_for_sd_against_measure")
    _spread_within_studies(effects, references, found)
    _flag_single_variances(effects, found)
    return {
        name: tuple(code for code in FLAGS if code in flags)
        for name, flags in found.items()
        if flags
    }


def repeated_rows(rows: Iterable[tuple[int, Mapping[str, str]]], ignore: set[str]) -> set[int]:
    """Return the numbers of rows that repeat an earlier row in all cells but the ignored ones."""
    seen: set[tuple[str, ...]] = set()
    repeated = set()
    for number, cells in rows:
        content = tuple(cell.strip() for name, cell in cells.items() if name not in ignore)
        if content in seen:
            repeated.add(number)
        seen.add(content)
    return repeated


def measure_family(name: str) -> str:
    """Return the abbreviation in brackets in a measure's name, else the name in plain letters.

    Examples
    --------
    >>> measure_family("Spence Children's Anxiety Scale (SCAS)_Parent report")
    'scas'
    """
    abbreviation = re.search(r"\(([A-Za-z][A-Za-z0-9-]+)\)", name)
    chosen = abbreviation[1] if abbreviation else name
    return re.sub(r"[^a-z0-9]+", " ", chosen.lower()).strip()


def _ratio_is_root_n(larger: float, smaller: float, n: float) -> bool:
    """Say whether two standard deviations differ as an SD and a standard error do."""
    if smaller <= 0 or larger / smaller <= MIN_RATIO:
        return False
    return abs(log(larger / smaller) - log(sqrt(n))) < log(ROOT_N_WITHIN)


def _within_arm(effect: Effect) -> bool:
    for after_name, before_name, n_name in ARMS:
        after, before = getattr(effect, after_name), getattr(effect, before_name)
        n = getattr(effect, n_name)
        if after and before and n:
            low, high = sorted((after, before))
            if _ratio_is_root_n(high, low, n):
                return True
    return False


def _sds(effect: Effect) -> list[float]:
    names = [name for arm in ARMS for name in arm[:2]]
    return [sd for sd in (getattr(effect, name) for name in names) if sd]


def _reference_sds(effects: Sequence[Effect], measure_names: Mapping[str, str]) -> dict[str, float]:
    """Return for each effect the median SD of its measure in other studies, if there are two or more.

    Each other study counts once, whatever the number of its rows.
    """
    by_family: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    families = {name: measure_family(text) for name, text in measure_names.items()}
    for effect in effects:
        by_family[families[effect.measure_id]][effect.study_id].extend(_sds(effect))
    references = {}
    for effect in effects:
        others = [
            median(sds)
            for study, sds in by_family[families[effect.measure_id]].items()
            if study != effect.study_id and sds
        ]
        if len(others) >= MIN_OTHER_STUDIES:
            references[effect.effect_id] = median(others)
    return references


def _against_measure(effect: Effect, reference: float | None) -> bool:
    """Say whether an SD falls short of other studies' as a standard error would.

    Larger SDs are not judged: scales differ in their scoring.
    """
    if reference is None:
        return False
    return any(
        _ratio_is_root_n(reference, sd, n)
        for after_name, before_name, n_name in ARMS
        for sd in (getattr(effect, after_name), getattr(effect, before_name))
        if sd and (n := getattr(effect, n_name))
    )


def _spread_within_studies(
    effects: Sequence[Effect], references: Mapping[str, float], found: dict[str, set[str]]
) -> None:
    """Flag measures that cannot be checked in studies where every checked one fails."""
    checked: dict[str, list[bool]] = defaultdict(list)
    for effect in effects:
        if effect.effect_id in references:
            checked[effect.study_id].append(bool(found[effect.effect_id].intersection(SE_FOR_SD)))
    for effect in effects:
        verdicts = checked[effect.study_id]
        unchecked = effect.effect_id not in references and bool(_sds(effect))
        if unchecked and verdicts and all(verdicts):
            flags = found[effect.effect_id]
            if not flags.intersection(SE_FOR_SD):
                flags.add("se_for_sd_same_study")


def _does_not_add_up(effect: Effect) -> bool:
    parts = (effect.n_intervention, effect.n_comparison, effect.n_total)
    if parts[0] is None or parts[1] is None or parts[2] is None:
        return False
    # Estimated counts are rounded one by one.
    return abs(parts[0] + parts[1] - parts[2]) > 1


def _flag_single_variances(effects: Sequence[Effect], found: dict[str, set[str]]) -> None:
    """Flag rows whose variance is a standard error in a set whose other variances are right."""
    spreads = {}
    for effect in effects:
        clustered = effect.clusters_intervention or effect.clusters_comparison
        if effect.reported_se is None or clustered:
            continue
        expected = expected_variance(
            effect.yi, effect.n_intervention, effect.n_comparison, effect.n_total
        )
        if expected is not None:
            spreads[effect.effect_id] = Spread(effect.vi, expected)
    if _scale_of_column(list(spreads.values())) != "variance":
        return
    for name, spread in spreads.items():
        if looks_like(spread) == "standard_error":
            found[name].add("variance_looks_like_se")
