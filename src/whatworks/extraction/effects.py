"""Studies, arms, measures and effects from a person's table of effect sizes."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from whatworks.appraisal.nouns import Judgement
from whatworks.extraction.coded_judgement import judgements_of
from whatworks.extraction.effect_rows import EffectRow, read_effect_rows
from whatworks.extraction.identifiers import names_of, slug
from whatworks.extraction.nouns import Arm, Effect, Measure, Study
from whatworks.extraction.plausibility import FLAGS, flag_effects, repeated_rows
from whatworks.extraction.selection import JoinedFile, select_rows
from whatworks.extraction.studies import studies_of, study_ids_of
from whatworks.vocab import join_codes

if TYPE_CHECKING:
    from whatworks.extraction.mapping import EffectsMapping

__all__ = ["EffectImport", "read_effects"]

NOT_IN_NOUN = frozenset({"key", "reported_variance"})


@dataclass(frozen=True, slots=True)
class EffectImport:
    """What a table of effects gives, each part in order of its id.

    Attributes
    ----------
    studies, arms, measures, effects
        Rows of the evidence base.
    judgements
        Risk-of-bias judgements, where the mapping has any.
    warnings
        Sentences for the person who imports: values that differ within a study, differences from
        the source's own figures, flagged effects.
    encoding
        Encoding the table was read with.
    """

    studies: tuple[Study, ...]
    arms: tuple[Arm, ...]
    measures: tuple[Measure, ...]
    effects: tuple[Effect, ...]
    judgements: tuple[Judgement, ...]
    warnings: tuple[str, ...]
    encoding: str


def read_effects(
    data: bytes,
    mapping: EffectsMapping,
    *,
    file: str,
    review_id: str,
    raw_file_id: str,
    joined: JoinedFile | None = None,
) -> EffectImport:
    """Read a table with one effect in each row.

    Parameters
    ----------
    data : bytes
        Content of the table, CSV, compressed with gzip or not.
    mapping : EffectsMapping
        Which fields come from which columns; see `load_mapping`.
    file : str
        Name of the file, for messages.
    review_id : str
        Review the effects belong to; begins every id.
    raw_file_id : str
        SHA-256 of the file, hexadecimal.
    joined : JoinedFile, optional
        The second table, if the mapping joins one.

    Returns
    -------
    EffectImport
        Ids do not depend on the order of the rows.

    Raises
    ------
    FileError
        With every fault of the file: missing columns, text in number columns, codes that are not
        in the vocabulary, identifiers that stand twice, variances that are standard errors, rows
        from which no effect can be computed.
    """
    table = select_rows(data, mapping, file=file, joined=joined)
    rows = read_effect_rows(table, mapping, file=file)
    study_ids = study_ids_of((row.study["key"] for row in rows), review_id)
    studies, study_warnings = studies_of([row.study for row in rows], study_ids, review_id)
    judgements, judgement_warnings = judgements_of(
        [one for row in rows for one in row.judged],
        mapping.judgement,
        study_ids,
        review_id=review_id,
        judged_by=mapping.judged_by,
        raw_file_id=raw_file_id,
    )
    arms = _Arms(rows, study_ids)
    measures = _Measures(rows, review_id)
    keys = _effect_keys(rows)
    effects = [
        _effect(row, key, study_ids, arms, measures, review_id=review_id, raw_file_id=raw_file_id)
        for row, key in zip(rows, keys, strict=True)
    ]
    key_columns = set(mapping.effect["key"].columns()) if "key" in mapping.effect else set()
    repeated = repeated_rows(((row.number, row.cells) for row in table.rows), key_columns)
    effects = _flagged(effects, measures.all, repeated, mapping.exclude_flags)
    warnings = (
        *table.repairs,
        *study_warnings,
        *judgement_warnings,
        *_differences(rows, effects, mapping.tolerance),
        *_flag_counts(effects),
    )
    return EffectImport(
        tuple(studies),
        tuple(sorted(arms.all, key=lambda arm: arm.arm_id)),
        tuple(sorted(measures.all, key=lambda measure: measure.measure_id)),
        tuple(sorted(effects, key=lambda effect: effect.effect_id)),
        tuple(sorted(judgements, key=lambda judgement: judgement.judgement_id)),
        warnings,
        table.encoding,
    )


class _Arms:
    """The arms of all studies; rows that describe an arm alike share it."""

    def __init__(self, rows: Sequence[EffectRow], study_ids: dict[str, str]) -> None:
        self._names: dict[str, dict[tuple[str, Any], str]] = {}
        found: dict[str, dict[tuple[str, Any], tuple[str, dict[str, Any]]]] = {}
        for row in rows:
            arms = found.setdefault(study_ids[row.study["key"]], {})
            for role, values in (("intervention", row.arm), ("comparison", row.comparison_arm)):
                arms.setdefault(self._item(role, values), (role, values))
        self.all: list[Arm] = []
        for study_id, arms in found.items():
            self._names[study_id] = names_of(arms)
            for item, (role, values) in arms.items():
                arm_id = f"{study_id}/{self._names[study_id][item]}"
                self.all.append(Arm(arm_id=arm_id, study_id=study_id, role=role, **values))

    @staticmethod
    def _item(role: str, values: dict[str, Any]) -> tuple[str, Any]:
        return str(values["name"]), (role, *values.values())

    def of(self, study_id: str, role: str, values: dict[str, Any]) -> str:
        """Return the id of a row's arm."""
        return f"{study_id}/{self._names[study_id][self._item(role, values)]}"


class _Measures:
    """The measures of a review; rows that describe a measure alike share it."""

    def __init__(self, rows: Sequence[EffectRow], review_id: str) -> None:
        self._review_id = review_id
        found = {self._item(row.measure): row.measure for row in rows}
        self._names = names_of(found)
        self.all = [
            Measure(measure_id=self.of(values), review_id=review_id, **values)
            for values in found.values()
        ]

    @staticmethod
    def _item(values: dict[str, Any]) -> tuple[str, Any]:
        return str(values["name"]), tuple(values.values())

    def of(self, values: dict[str, Any]) -> str:
        """Return the id of a row's measure."""
        return f"{self._review_id}/{self._names[self._item(values)]}"


def _effect_keys(rows: Sequence[EffectRow]) -> list[str]:
    """Return a name for each effect: the mapped key, or a hash of what the row says."""
    counts: Counter[str] = Counter()
    keys = []
    for row in rows:
        key = row.effect["key"]
        if key is None:
            content = repr((row.arm, row.comparison_arm, row.measure, row.effect))
            key = hashlib.sha256(content.encode()).hexdigest()[:10]
            counts[key] += 1
            # Rows that say exactly the same are numbered; which is which does not matter.
            key = key if counts[key] == 1 else f"{key}-{counts[key]}"
        keys.append(slug(key))
    return keys


def _effect(
    row: EffectRow,
    key: str,
    study_ids: dict[str, str],
    arms: _Arms,
    measures: _Measures,
    *,
    review_id: str,
    raw_file_id: str,
) -> Effect:
    study_id = study_ids[row.study["key"]]
    values = {name: value for name, value in row.effect.items() if name not in NOT_IN_NOUN}
    return Effect(
        effect_id=f"{study_id}/{key}",
        review_id=review_id,
        study_id=study_id,
        arm_id=arms.of(study_id, "intervention", row.arm),
        comparison_arm_id=arms.of(study_id, "comparison", row.comparison_arm),
        measure_id=measures.of(row.measure),
        approaches=row.arm["approaches"],
        deliverers=row.arm["deliverers"],
        settings=row.arm["settings"],
        outcome=row.measure["outcome"],
        route=row.route,
        yi=row.yi,
        vi=row.vi,
        flags=None,
        excluded_reason=None,
        raw_file_id=raw_file_id,
        source_row=row.number,
        **values,
    )


def _flagged(
    effects: Sequence[Effect],
    measures: Sequence[Measure],
    repeated: set[int],
    exclude: Sequence[str],
) -> list[Effect]:
    """Add plausibility flags, and the reason for those that are kept out of pooling."""
    found = flag_effects(effects, {measure.measure_id: measure.name for measure in measures})
    flagged = []
    for effect in effects:
        codes = set(found.get(effect.effect_id, ()))
        if effect.source_row in repeated:
            codes.add("repeated_row")
        ordered = [code for code in FLAGS if code in codes]
        reasons = [FLAGS[code] for code in ordered if code in exclude]
        flagged.append(
            replace(effect, flags=join_codes(ordered), excluded_reason=" ".join(reasons) or None)
        )
    return flagged


def _differences(
    rows: Sequence[EffectRow], effects: Sequence[Effect], tolerance: float
) -> list[str]:
    """Tell where effect or variance differs from the source's own figures."""
    told = []
    for row, effect in zip(rows, effects, strict=True):
        se = row.check["se"]
        variance = row.check["variance"] if se is None else se * se
        for name, own, theirs in (
            ("g", effect.yi, row.check["g"]),
            ("variance", effect.vi, variance),
        ):
            if theirs is not None and abs(own - theirs) > tolerance:
                told.append(
                    f"Row {row.number:,}: {name} by {effect.route} is {own:.4f}, "
                    f"the source has {theirs:.4f}."
                )
    return told


def _flag_counts(effects: Sequence[Effect]) -> list[str]:
    """Tell how many effects carry each flag, and how many are kept out."""
    told = []
    for code, sentence in FLAGS.items():
        carrying = [effect for effect in effects if code in (effect.flags or "").split(";")]
        if carrying:
            rows = ", ".join(f"{effect.source_row:,}" for effect in carrying[:12])
            more = "" if len(carrying) <= 12 else f" and {len(carrying) - 12:,} more"
            told.append(f"{code} ({len(carrying):,}): {sentence} Rows {rows}{more}.")
    return told
