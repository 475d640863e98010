"""One review or evidence set: what it asked, how records were sifted, and what does not add up."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from whatworks.references.nouns import Review
from whatworks.release.prisma import FlowBox
from whatworks.site.context import Context
from whatworks.site.figures import plural
from whatworks.site.numbers import Figure
from whatworks.site.page import Page
from whatworks.site.paths import review_path
from whatworks.site.plain import DECISION_STAGES, say
from whatworks.vocab import split_codes

__all__ = ["review_page"]

# Boxes that leave the flow; they are drawn aside.
_LEAVING = frozenset(
    {
        "duplicates",
        "excluded_automatic",
        "excluded_other",
        "records_excluded",
        "dbr_notretrieved_reports",
        "dbr_excluded",
    }
)


@dataclass(frozen=True, slots=True)
class BoxView:
    """One box of the flow with its two counts."""

    box: FlowBox
    leaves: bool
    counted: Figure | None
    published: Figure | None

    @property
    def agree(self) -> bool:
        """Return whether both counts exist and are equal."""
        return self.box.counted is not None and self.box.counted == self.box.published


def _decision_rows(context: Context, review_id: str) -> list[tuple[str, str, int, int, int]]:
    """Return (stage, who, include, exclude, unsure) for each stage and reviewer."""
    counted: Counter[tuple[str, str, str, str]] = Counter(
        (row.stage, row.role, row.reviewer, row.value)
        for row in context.decisions_by_review.get(review_id, ())
    )
    people = sorted(
        {key[:3] for key in counted}, key=lambda key: (key[0] != "title_abstract", key[1], key[2])
    )
    return [
        (
            say(DECISION_STAGES, stage),
            f"{reviewer}, after agreement" if role == "reconciled" else reviewer,
            counted[stage, role, reviewer, "include"],
            counted[stage, role, reviewer, "exclude"],
            counted[stage, role, reviewer, "unsure"],
        )
        for stage, role, reviewer in people
    ]


def _steps(boxes: list[BoxView]) -> list[tuple[list[BoxView], list[BoxView]]]:
    """Return the boxes that stay, each with those that leave after it.

    The sources records come from stand beside each other: none follows from another.
    """
    steps: list[tuple[list[BoxView], list[BoxView]]] = []
    for view in boxes:
        is_source = view.box.box.endswith("_results")
        if view.leaves and steps:
            steps[-1][1].append(view)
        elif is_source and steps and steps[-1][0][0].box.box.endswith("_results"):
            steps[-1][0].append(view)
        else:
            steps.append(([view], []))
    return steps


def review_page(context: Context, review: Review) -> Page:
    """Return a review's page."""
    evidence = context.evidence
    flow = context.flows.get(review.review_id)
    analysis = next(
        (
            row
            for row in evidence.analyses_by_subject.get(review.review_id, [])
            if row.kind == "prisma_flow"
        ),
        None,
    )
    boxes = [
        BoxView(
            box=box,
            leaves=box.box in _LEAVING,
            counted=context.numbers.figure(analysis, f"{box.box}.counted"),
            published=context.numbers.figure(analysis, f"{box.box}.published"),
        )
        for box in (flow.boxes if flow else ())
    ]
    studies = sorted(
        (study for study in evidence.studies if study.review_id == review.review_id),
        key=lambda study: (study.label, study.study_id),
    )
    held = [
        plural(n, one, several)
        for n, one, several in (
            (len(studies), "study", "studies"),
            (sum(e.review_id == review.review_id for e in evidence.effects), "effect", None),
            (
                sum(a.review_id == review.review_id for a in evidence.accuracies),
                "accuracy result",
                None,
            ),
            (sum(r.review_id == review.review_id for r in evidence.records), "search record", None),
            (
                len(context.decisions_by_review.get(review.review_id, ())),
                "screening decision",
                None,
            ),
        )
        if n
    ]
    return context.render(
        "review.html",
        path=review_path(review.review_id),
        title=review.title,
        section="data",
        values={
            "crumbs": [("What works", "index.html"), ("Data", "data.html")],
            "review": review,
            "held": held,
            "steps": _steps(boxes),
            "checks": sorted(flow.checks, key=lambda check: check.ok) if flow else [],
            "n_failed": sum(not check.ok for check in flow.checks) if flow else 0,
            "analysis": analysis,
            "decisions": _decision_rows(context, review.review_id),
            "searches": [row for row in evidence.searches if row.review_id == review.review_id],
            # The owner's copies of full texts are nobody else's business.
            "files": [
                row
                for row in evidence.raw_files
                if row.review_id == review.review_id and row.format != "pdf"
            ],
            "studies": studies,
            "strands": [s for s in context.strands if review.review_id in split_codes(s.reviews)],
        },
    )
