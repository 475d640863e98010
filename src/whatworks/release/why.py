"""Explain a number: the tree from what is published down to source rows and decisions."""

from __future__ import annotations

import difflib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from whatworks.errors import NotFound
from whatworks.extraction.nouns import Accuracy, Effect, Study
from whatworks.release.addresses import WHOLE_TABLE
from whatworks.release.cells import cell_text
from whatworks.release.evidence import Evidence
from whatworks.release.nouns import Analysis, AnalysisInput, Number
from whatworks.release.prisma import prisma_flow

__all__ = ["Node", "explain", "render_tree"]

# Fields of an effect that may have entered its route, in the order a reader checks them.
_RAW_FIELDS = (
    "n_intervention",
    "n_comparison",
    "n_total",
    "clusters_intervention",
    "clusters_comparison",
    "mean_intervention",
    "sd_intervention",
    "mean_comparison",
    "sd_comparison",
    "pre_mean_intervention",
    "pre_sd_intervention",
    "pre_mean_comparison",
    "pre_sd_comparison",
    "reported_g",
    "reported_se",
    "icc",
)


@dataclass(frozen=True, slots=True)
class Node:
    """One step of an explanation.

    Attributes
    ----------
    kind
        number, analysis, options, effect, study, review, source, decisions, certainty, table ...
    title
        One line.
    children
        What it rests on.
    """

    kind: str
    title: str
    children: tuple[Node, ...] = ()


def explain(evidence: Evidence, number_id: str) -> Node:
    """Return the tree under a published number.

    Raises
    ------
    NotFound
        No number has this id; the message names the nearest ones.
    """
    number = evidence.number_by_id.get(number_id)
    if number is None:
        raise NotFound(_not_found(evidence, number_id))
    analysis = evidence.analysis_by_id[number.analysis_id]
    children = [_analysis_node(evidence, analysis)]
    certainty = evidence.certainty_by_strand.get(analysis.subject)
    if certainty is not None:
        steps = evidence.steps_by_certainty.get(certainty.certainty_id, [])
        children.append(
            Node(
                "certainty",
                f"certainty of {analysis.subject}: {certainty.level} ({certainty.scheme}), judged by "
                f"{certainty.judged_by} on {certainty.judged_on}",
                (
                    Node("start", f"starts {certainty.start_level}: {certainty.start_reason}"),
                    *(
                        Node("step", f"{step.domain} {step.step:+d}: {step.reason}")
                        for step in steps
                    ),
                ),
            )
        )
    return Node("number", _number_title(number), tuple(children))


def _not_found(evidence: Evidence, number_id: str) -> str:
    """Return a message that names the nearest numbers."""
    near = difflib.get_close_matches(number_id, evidence.number_by_id, n=5, cutoff=0.3)
    prefix = [name for name in evidence.number_by_id if name.startswith(f"{number_id}.")]
    known = prefix[:10] or near
    hint = f" Nearest: {', '.join(known)}." if known else ""
    return f'There is no number "{number_id}".{hint} `whatworks show` lists what there is.'


def _number_title(number: Number) -> str:
    """Return the number in full precision with its unit and meaning."""
    value = "no value" if number.value is None else repr(number.value)
    note = f" ({number.note})" if number.note else ""
    return f"{number.number_id} = {value} {number.unit}: {number.label}{note}"


def _analysis_node(evidence: Evidence, analysis: Analysis) -> Node:
    """Return the node of an analysis: options, then inputs."""
    options = json.loads(analysis.options)
    inputs = evidence.inputs_by_analysis.get(analysis.analysis_id, [])
    settings = Node(
        "options",
        ", ".join(f"{name}={json.dumps(value)}" for name, value in sorted(options.items()))
        or "no options",
    )
    title = (
        f"analysis {analysis.analysis_id}: {analysis.kind}, whatworks {analysis.code_version}, "
        f"{analysis.n_inputs:,} inputs (hash {analysis.inputs_hash[:16]})"
    )
    return Node("analysis", title, (settings, *_input_nodes(evidence, analysis, inputs)))


def _input_nodes(
    evidence: Evidence, analysis: Analysis, inputs: Sequence[AnalysisInput]
) -> Iterator[Node]:
    """Yield a node for each input; effects are gathered under their study."""
    by_study: dict[str, list[tuple[AnalysisInput, Effect]]] = {}
    accuracies = {row.accuracy_id: row for row in evidence.accuracies}
    for entry in inputs:
        if entry.row_id == WHOLE_TABLE:
            rows = evidence.table(entry.table_name)
            yield Node(
                "table", f"all {len(rows):,} rows of {entry.table_name} (hash {entry.row_hash})"
            )
        elif entry.table_name == "effects":
            effect = evidence.effect_by_id[entry.row_id]
            by_study.setdefault(effect.study_id, []).append((entry, effect))
        elif entry.table_name == "accuracies":
            yield _accuracy_node(evidence, accuracies[entry.row_id], entry.row_hash)
        else:
            yield Node("row", f"{entry.table_name} {entry.row_id} (hash {entry.row_hash})")
    for study_id, rows in by_study.items():
        yield _study_node(evidence, evidence.study_by_id[study_id], rows)
    if analysis.subject in evidence.review_by_id:
        yield from _trail_nodes(evidence, analysis.subject)


def _source_node(evidence: Evidence, raw_file_id: str, row: int) -> Node:
    """Return where a row was read: file, row, hash."""
    raw_file = evidence.raw_file_by_id.get(raw_file_id)
    name = raw_file.name if raw_file else "file not held"
    return Node("source", f"{name}, row {row} (SHA-256 {raw_file_id[:16]}...)")


def _review_node(evidence: Evidence, review_id: str) -> Node:
    """Return the evidence set, its licence and its source."""
    review = evidence.review_by_id[review_id]
    return Node(
        "review",
        f"found by {review.citation}",
        (
            Node("licence", f"licence: {review.licence}"),
            Node("origin", f"data from {review.source}"),
        ),
    )


def _study_node(
    evidence: Evidence, study: Study, rows: Sequence[tuple[AnalysisInput, Effect]]
) -> Node:
    """Return a study with the effects that entered."""
    reference = study.citation or study.title or "no reference given"
    return Node(
        "study",
        f"study {study.study_id}: {study.label}. {reference}",
        (
            *(_effect_node(evidence, effect, entry.row_hash) for entry, effect in rows),
            _review_node(evidence, study.review_id),
        ),
    )


def _effect_node(evidence: Evidence, effect: Effect, row_hash: str) -> Node:
    """Return an effect: value, route, raw fields, source row."""
    measure = evidence.measure_by_id[effect.measure_id]
    raw = ", ".join(
        f"{name}={cell_text(getattr(effect, name))}"
        for name in _RAW_FIELDS
        if getattr(effect, name) is not None
    )
    return Node(
        "effect",
        f"effect {effect.effect_id}: yi={effect.yi!r}, vi={effect.vi!r} on {measure.name}, "
        f"{effect.timepoint} (hash {row_hash})",
        (
            Node("route", f"by {effect.route} from {raw}"),
            _source_node(evidence, effect.raw_file_id, effect.source_row),
        ),
    )


def _accuracy_node(evidence: Evidence, row: Accuracy, row_hash: str) -> Node:
    """Return an accuracy table with its counts and source row."""
    return Node(
        "accuracy",
        f"{row.index_test} against {row.reference_standard}, {row.study_label}: TP {row.tp}, FP {row.fp}, "
        f"FN {row.fn}, TN {row.tn} (hash {row_hash})",
        (
            *([Node("warning", f"warnings: {row.warnings}")] if row.warnings else []),
            _source_node(evidence, row.raw_file_id, row.source_row),
            _review_node(evidence, row.review_id),
        ),
    )


def _trail_nodes(evidence: Evidence, review_id: str) -> Iterator[Node]:
    """Yield the screening trail of a review: files, decisions by reviewer, checks of the flow."""
    yield _review_node(evidence, review_id)
    for raw_file in evidence.raw_files:
        if raw_file.review_id == review_id:
            yield Node(
                "source",
                f"{raw_file.name}: {raw_file.n_items:,} items, {raw_file.n_bytes:,} bytes "
                f"(SHA-256 {raw_file.raw_file_id[:16]}...)",
            )
    decided = Counter(
        (decision.stage, decision.role, decision.reviewer, decision.value)
        for decision in evidence.decisions
        if decision.review_id == review_id
    )
    for (stage, role, reviewer, value), count in sorted(decided.items()):
        yield Node("decisions", f"{stage}, {role}: {reviewer} decided {value} on {count:,} records")
    for check in prisma_flow(evidence, review_id).checks:
        yield Node("check", f"{'holds' if check.ok else 'FAILS'}: {check.name}. {check.sentence}")


def render_tree(node: Node, *, depth: int | None = None, width: int | None = None) -> str:
    """Return the tree as indented text.

    Parameters
    ----------
    depth : int, optional
        Levels below the number to print; None for all.
    width : int, optional
        Children of one node to print before the rest is counted; None for all.
    """
    lines: list[str] = []

    def walk(current: Node, prefix: str, connector: str, level: int) -> None:
        lines.append(f"{prefix}{connector}{current.title}")
        if depth is not None and level >= depth:
            return
        inner = prefix + {"": "", "├─ ": "│  ", "└─ ": "   "}[connector]
        shown = current.children if width is None else current.children[:width]
        hidden = len(current.children) - len(shown)
        for position, child in enumerate(shown, start=1):
            last = position == len(shown) and not hidden
            walk(child, inner, "└─ " if last else "├─ ", level + 1)
        if hidden:
            lines.append(f"{inner}└─ and {hidden:,} more (--all prints them)")

    walk(node, "", "", 0)
    return "\n".join(lines)
