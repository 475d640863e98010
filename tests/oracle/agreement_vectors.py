"""Reference files of agreement: blocks of ratings, each with the figures that other tools give for them.

A file is an object of blocks. A block of ratings holds `data` (a list for each rater, null where there is
no rating) or one list for each rater (`a`, `b`, ...), and beside it figures: single ones (`cohen_kappa`,
`kappa_linear`, `krippendorff_ordinal`) and groups (`irrCAC`, `irrCAC_quadratic`) of `est`, `se` and `ci`
for each coefficient. A block that is a list holds panels on the 1-9 scale, which `whatworks.panel` answers.
Every field is compared; a field that no method here answers has failed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from whatworks.panel import appropriateness
from whatworks.statistics.agreement import Agreement, Coefficient, agreement_of_raters
from whatworks.statistics.krippendorff import krippendorff_alpha

# A number with more decimals than this was not rounded for print.
MOST_PRINTED = 8
FULL_PRECISION = 1e-9
COEFFICIENTS = {
    "gwet": "gwet_ac",
    "fleiss": "fleiss_kappa",
    "scott": "fleiss_kappa",
    "krippendorff": "krippendorff_alpha",
    "conger": "cohen_kappa",
    "cohen": "cohen_kappa",
    "bp": "brennan_prediger",
}
SINGLE = {
    "kappa": "cohen_kappa",
    "cohen_kappa": "cohen_kappa",
    "weighted_kappa": "cohen_kappa",
    "fleiss_kappa": "fleiss_kappa",
    "scott_pi": "fleiss_kappa",
    "pabak": "brennan_prediger",
    "ac1": "gwet_ac",
    "ac2": "gwet_ac",
    "percent_agreement": "percent_agreement",
}
SPREAD = {
    "p30": "p30",
    "p70": "p70",
    "IPR": "ipr",
    "IPRCP": "ipr_centre",
    "AI": "asymmetry",
    "IPRAS": "ipras",
    "DI": "disagreement_index",
}
REGIONS = {"low": [1, 3], "middle": [4, 6], "high": [7, 9]}
# The six decimals of a printed panel.
PANEL_DECIMALS = 6


@dataclass(frozen=True)
class Field:
    """One expected value: where it stands, what it is, what came out, and how near that must be.

    Where nothing here is made to answer it, `skipped` says why.
    """

    name: str
    want: Any
    got: Any = None
    within: float = FULL_PRECISION
    skipped: str = ""
    unknown: bool = False

    def missed(self) -> str:
        """Return a line that says what is wrong; empty if nothing is."""
        if self.skipped:
            return ""
        if self.unknown:
            return f"no method here answers {self.name}"
        if _is_near(self.want, self.got, self.within):
            return ""
        return f"{self.name}: want {self.want!r}, got {self.got!r}"


def is_agreement_file(content: object) -> bool:
    """Whether a reference file is one of agreement: an object of blocks, where others are lists of cases."""
    return isinstance(content, Mapping)


def fields(content: Mapping[str, Any]) -> Iterator[Field]:
    """Yield every expected value of a file with what the methods here give."""
    for name, block in content.items():
        if isinstance(block, list):
            for i, panel in enumerate(block):
                yield from _panel_fields(f"{name}[{i}]", panel)
            continue
        given = ratings_of(block) if isinstance(block, Mapping) else {}
        if len(given) < 2:
            yield Field(name, block, unknown=True)
            continue
        raters = list(given.values())
        for key, want in block.items():
            if key != "data" and key not in given:
                yield from _block_fields(f"{name}.{key}", key, want, raters)


def ratings_of(block: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return the list of ratings of each rater of a block."""
    if isinstance(block.get("data"), list):
        return {str(i): list(ratings) for i, ratings in enumerate(block["data"])}
    return {key: value for key, value in block.items() if isinstance(value, list)}


def _block_fields(name: str, key: str, want: Any, raters: Sequence[list[Any]]) -> Iterator[Field]:
    if isinstance(want, Mapping):
        weights = key.rpartition("_")[2] if "_" in key else "identity"
        if not key.startswith("irrCAC") or weights not in ("identity", "linear", "quadratic"):
            yield Field(name, want, unknown=True)
            return
        # irrCAC lays numbers where they are, not at their ranks.
        agreement = _agreement(raters, weights, by_rank=False)
        within = _group_tolerance(want)
        for coefficient, values in want.items():
            yield from _coefficient_fields(
                f"{name}.{coefficient}", coefficient, values, agreement, within
            )
        return
    found = _single(key, raters)
    if found is None:
        yield Field(name, want, unknown=True)
    else:
        yield Field(name, want, found.value, _single_tolerance(want))


def _coefficient_fields(
    name: str, coefficient: str, values: Mapping[str, Any], agreement: Agreement, within: float
) -> Iterator[Field]:
    if coefficient not in COEFFICIENTS:
        yield Field(name, values, unknown=True)
        return
    found: Coefficient = getattr(agreement, COEFFICIENTS[coefficient])
    got = {"est": found.value, "se": found.se, "ci": found.ci}
    if agreement.percent_agreement.value is not None:
        got["pa"] = agreement.percent_agreement.value  # type: ignore[assignment]
    for key, want in values.items():
        if key in got:
            yield Field(f"{name}.{key}", want, got[key], within)
        else:
            yield Field(f"{name}.{key}", want, unknown=True)


def _single(key: str, raters: Sequence[list[Any]]) -> Coefficient | None:
    alpha = re.fullmatch(r"krippendorff_(nominal|ordinal|interval)", key)
    if alpha:
        return krippendorff_alpha(
            raters,
            metric=alpha[1],  # type: ignore[arg-type]
            categories=_categories(raters),
        )
    name, _, weights = key.rpartition("_")
    if weights in ("linear", "quadratic") and name in SINGLE:
        # scikit-learn weighs by ranks.
        return getattr(_agreement(raters, weights, by_rank=True), SINGLE[name])  # type: ignore[no-any-return]
    if key in SINGLE:
        return getattr(_agreement(raters, "identity", by_rank=True), SINGLE[key])  # type: ignore[no-any-return]
    return None


def _agreement(raters: Sequence[list[Any]], weights: str, *, by_rank: bool) -> Agreement:
    categories = _categories(raters)
    is_number = all(isinstance(name, (int, float)) for name in categories)
    return agreement_of_raters(
        raters,
        categories=categories,
        weights=weights,  # type: ignore[arg-type]
        values=None if by_rank or not is_number else [float(name) for name in categories],
    )


def _categories(raters: Sequence[list[Any]]) -> list[Any]:
    return sorted({name for ratings in raters for name in ratings if name is not None})


def _panel_fields(name: str, panel: Mapping[str, Any]) -> Iterator[Field]:
    if not isinstance(panel, Mapping) or "ratings" not in panel:
        yield Field(name, panel, unknown=True)
        return
    found = appropriateness(panel["ratings"], percentiles="type 7")
    rule = found.panel_size_rule
    got: dict[str, Any] = {
        "n": found.n,
        "median": found.median,
        "low_1_3": found.low,
        "high_7_9": found.high,
        "region": REGIONS[found.region],
        "outside": found.outside,
        "class": found.classification,
    }
    by_rule = {
        "agreement": rule and rule.has_agreement,
        "disagreement_classic": rule and rule.has_disagreement,
    }
    spreads = {"type7": found.spread, "type6": found.other_spread}
    for key, want in panel.items():
        where = f"{name}.{key}"
        if key == "ratings":
            continue
        if key in got:
            yield Field(where, want, got[key])
        elif key in by_rule:
            skipped = "" if rule else "the panel-size rule is not defined below 8 ratings"
            yield Field(where, want, by_rule[key], skipped=skipped)
        elif key in spreads:
            for part, value in want.items():
                is_known = part in SPREAD
                answer = getattr(spreads[key], SPREAD[part]) if is_known else None
                within = 0.5 * 10.0**-PANEL_DECIMALS + 1e-12
                yield Field(f"{where}.{part}", value, answer, within, unknown=not is_known)
        elif re.fullmatch(r"type\d", key):
            yield Field(where, want, skipped="percentiles are of type 6 and type 7 here")
        else:
            yield Field(where, want, unknown=True)


def _group_tolerance(want: Mapping[str, Any]) -> float:
    """Return how near a group that was rounded alike must be reached: half a unit of its last decimal.

    Its last decimal is that of its longest number, and the tool's own, the fifth, where all are so short
    that they may be whole by chance.
    """
    decimals = max(map(_decimals, _numbers(want)), default=0)
    if decimals > MOST_PRINTED:
        return FULL_PRECISION
    return 0.5 * 10.0 ** -(decimals if decimals >= 3 else 5) + 1e-12


def _single_tolerance(want: Any) -> float:
    """Return how near a number by itself must be reached; a short one, as 0.625, is taken as exact."""
    decimals = max(map(_decimals, _numbers(want)), default=0)
    return 0.5 * 10.0**-decimals + 1e-12 if 5 <= decimals <= MOST_PRINTED else FULL_PRECISION


def _decimals(number: float) -> int:
    exponent = Decimal(repr(number)).as_tuple().exponent
    return -exponent if isinstance(exponent, int) and number != int(number) else 0


def _numbers(want: Any) -> Iterator[float]:
    if isinstance(want, Mapping):
        for value in want.values():
            yield from _numbers(value)
    elif isinstance(want, (list, tuple)):
        for value in want:
            yield from _numbers(value)
    elif isinstance(want, (int, float)) and not isinstance(want, bool):
        yield want


def _is_near(want: Any, got: Any, within: float) -> bool:
    if isinstance(want, list):
        return (
            isinstance(got, (list, tuple))
            and len(got) == len(want)
            and all(_is_near(w, g, within) for w, g in zip(want, got, strict=True))
        )
    if want is None or isinstance(want, (str, bool)):
        return bool(want == got)
    # Not "> within": a NaN must fail.
    return isinstance(got, (int, float)) and abs(got - want) <= within
