"""What every page function is given: the evidence base, its words and numbers, and a way to render."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

from whatworks.extraction.nouns import Arm, Effect
from whatworks.release.evidence import Evidence, group_by
from whatworks.release.nouns import Strand
from whatworks.release.prisma import PrismaFlow, prisma_flow
from whatworks.release.read import ReleaseLabel
from whatworks.screening.nouns import Decision
from whatworks.site import figures, paths
from whatworks.site.assets import asset
from whatworks.site.numbers import Numbers
from whatworks.site.page import Page
from whatworks.site.words import Words
from whatworks.vocab import split_codes

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["Context", "environment"]


@cache
def environment() -> Environment:
    """Return the template environment: escaping on, a missing name is an error."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    env = Environment(
        loader=PackageLoader("whatworks.site"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters["count"] = figures.count
    env.filters["decimal"] = figures.decimal
    env.filters["date"] = figures.date_in_words
    env.filters["plural"] = figures.plural
    env.globals.update(
        analysis_path=paths.analysis_path,
        asset=asset,
        gap_map_path=paths.gap_map_path,
        need_path=paths.need_path,
        review_path=paths.review_path,
        slug=paths.slug,
        strand_path=paths.strand_path,
        study_path=paths.study_path,
    )
    return env


@dataclass(frozen=True)
class Context:
    """An evidence base and its release, with the look-ups pages share.

    Attributes
    ----------
    evidence
        The evidence base.
    release
        Name, version and date of the release; shown on every page.
    tables
        Where the tables' CSV files lie, from the site's root.
    """

    evidence: Evidence
    release: ReleaseLabel
    tables: str

    @cached_property
    def words(self) -> Words:
        """The vocabulary's words."""
        return Words(self.evidence.terms)

    @cached_property
    def numbers(self) -> Numbers:
        """The published numbers."""
        return Numbers(self.evidence)

    @cached_property
    def strands(self) -> list[Strand]:
        """Strands in the order they are listed."""
        return sorted(self.evidence.strands, key=lambda strand: (strand.position, strand.strand_id))

    @cached_property
    def strands_by_need(self) -> dict[str, list[Strand]]:
        """Strands of each need code."""
        grouped: dict[str, list[Strand]] = defaultdict(list)
        for strand in self.strands:
            for need in split_codes(strand.needs):
                grouped[need].append(strand)
        return dict(grouped)

    @cached_property
    def effects_by_cell(self) -> dict[tuple[str, str], list[Effect]]:
        """Effects of each (need, approach)."""
        cells: dict[tuple[str, str], list[Effect]] = defaultdict(list)
        for effect in self.evidence.effects:
            for need in split_codes(effect.needs):
                for approach in split_codes(effect.approaches):
                    cells[need, approach].append(effect)
        return dict(cells)

    @cached_property
    def arms_by_study(self) -> dict[str, list[Arm]]:
        """Arms of each study, those with support first."""
        grouped: dict[str, list[Arm]] = group_by(self.evidence.arms, "study_id")
        return {
            study: sorted(arms, key=lambda arm: arm.role != "intervention")
            for study, arms in grouped.items()
        }

    @cached_property
    def decisions_by_review(self) -> dict[str, list[Decision]]:
        """Screening decisions of each review."""
        return group_by(self.evidence.decisions, "review_id")

    @cached_property
    def strands_by_study(self) -> dict[str, list[Strand]]:
        """Strands whose main analysis took in an effect of each study."""
        found: dict[str, list[Strand]] = defaultdict(list)
        for strand in self.strands:
            analysis = self.numbers.analysis(strand.strand_id, "main")
            if analysis is None:
                continue
            entries = self.evidence.inputs_by_analysis.get(analysis.analysis_id, [])
            studies = {
                self.evidence.effect_by_id[entry.row_id].study_id
                for entry in entries
                if entry.row_id in self.evidence.effect_by_id
            }
            for study_id in studies:
                found[study_id].append(strand)
        return dict(found)

    @cached_property
    def flows(self) -> dict[str, PrismaFlow]:
        """The PRISMA flow of each review that has a trail, published counts or tied searches."""
        flows = {
            review.review_id: prisma_flow(self.evidence, review.review_id)
            for review in self.evidence.reviews
        }
        trails = (
            {row.review_id for row in self.evidence.flow_counts}
            | set(self.decisions_by_review)
            | {row.review_id for row in self.evidence.raw_files if row.search_id is not None}
        )
        return {review_id: flow for review_id, flow in flows.items() if review_id in trails}

    @cached_property
    def records_screened(self) -> dict[str, int]:
        """Records screened by each review: as counted in its trail, else as published."""
        found = {}
        for review_id, flow in self.flows.items():
            for box in flow.boxes:
                number = box.published if box.counted is None else box.counted
                if box.box == "records_screened" and number is not None:
                    found[review_id] = number
        return found

    def render(
        self,
        template: str,
        *,
        path: str,
        title: str,
        section: str,
        values: Mapping[str, object],
        root: str | None = None,
    ) -> Page:
        """Render one page.

        Parameters
        ----------
        template : str
            Name of the template.
        path, title : str
            Address and heading of the page.
        section : str
            Entry of the menu it belongs under; "" for none.
        values : mapping
            What the template shows.
        root : str, optional
            Way to the site's root; by default the relative one from `path`.
        """
        html = (
            environment()
            .get_template(template)
            .render(
                **values,
                root=paths.relative_root(path) if root is None else root,
                title=title,
                section=section,
                release=self.release,
                words=self.words,
            )
        )
        return Page(path, title, html)
