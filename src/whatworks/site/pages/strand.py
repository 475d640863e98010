"""One strand: the answer, how sure, for whom, how computed, and what is not known."""

from __future__ import annotations

import re

from whatworks.release.nouns import Analysis, Strand
from whatworks.site.cards import records_screened, strand_card
from whatworks.site.certainty_view import step_views
from whatworks.site.context import Context
from whatworks.site.correlation_view import correlation_view
from whatworks.site.csv_file import csv_download
from whatworks.site.forest import ForestRow, analysis_effects, forest_rows
from whatworks.site.kept_out import excluded_effects, kept_out
from whatworks.site.months import months_remark, months_source
from whatworks.site.page import Download, Page
from whatworks.site.pages.strand_chart import chart_view
from whatworks.site.pages.strand_evidence import (
    harms_sentence,
    people_rows,
    sensitivity_rows,
)
from whatworks.site.paths import need_path, slug, strand_path
from whatworks.site.sentences import new_setting, spread, spread_by_level
from whatworks.vocab import split_codes

__all__ = ["strand_download", "strand_page"]


def _crumbs(context: Context, strand: Strand) -> list[tuple[str, str]]:
    """Return the way here: home, and the strand's first need."""
    crumbs = [("What works", "index.html")]
    needs = split_codes(strand.needs)
    if needs:
        crumbs.append((context.words.short("need", needs[0]), need_path(needs[0])))
    return crumbs


def _rows(context: Context, strand: Strand) -> list[ForestRow]:
    """Return the strand's studies as its main analysis took them."""
    main = context.numbers.analysis(strand.strand_id, "main")
    if main is None or context.numbers.interval(main) is None:
        return []
    return forest_rows(context, main)


def strand_download(context: Context, strand: Strand) -> Download | None:
    """Return the strand's forest plot as a CSV file; None where nothing is pooled."""
    rows = _rows(context, strand)
    if not rows:
        return None
    return csv_download(
        f"downloads/forest-{slug(strand.strand_id)}.csv",
        (
            "study_id",
            "study",
            "effect_g",
            "low",
            "high",
            "weight_percent",
            "effects_joined",
            "pupils",
        ),
        (
            (
                row.study_id,
                row.label,
                row.estimate,
                row.low,
                row.high,
                row.weight,
                row.n_effects,
                row.n_pupils,
            )
            for row in rows
        ),
    )


def _paragraphs(text: str | None) -> list[str]:
    """Return the paragraphs of a text; an empty line ends one."""
    parts = (" ".join(part.split()) for part in re.split(r"\n\s*\n", text or ""))
    return [part for part in parts if part]


def _numbers(context: Context, strand: Strand) -> dict[str, object]:
    """Return every published number of the main analysis that the page shows, by field."""
    main = context.numbers.analysis(strand.strand_id, "main")
    fields = (
        "estimate", "ci_lb", "ci_ub", "pi_lb", "pi_ub", "tau2", "tau2_ci_lb", "tau2_ci_ub", "omega2",
        "omega2_ci_lb", "omega2_ci_ub", "i2", "q",
        "q_df", "q_p_value", "p_value", "k_studies", "k_effects", "n_pupils", "share_uk", "months",
        "months_lb", "months_ub",
    )  # fmt: skip
    return {field: context.numbers.figure(main, field) for field in fields}


def _months_note(context: Context, main: Analysis | None) -> str | None:
    """Return the note on the months of progress; None where there are none."""
    figure = context.numbers.figure(main, "months")
    return None if figure is None else figure.note


def _words_of_numbers(context: Context, strand: Strand) -> dict[str, str | None]:
    """Return the sentences that say what the prediction interval and the spread mean."""
    main = context.numbers.analysis(strand.strand_id, "main")
    low, high = context.numbers.value(main, "pi_lb"), context.numbers.value(main, "pi_ub")
    i2, tau2, omega2, true_sd, several = (
        context.numbers.value(main, field)
        for field in ("i2", "tau2", "omega2", "true_sd", "k_studies_several")
    )
    k_studies = context.numbers.value(main, "k_studies") or 0
    said = None
    if tau2 is not None and omega2 is not None and true_sd is not None:
        said = spread_by_level(tau2, omega2, true_sd)
    elif i2 is not None and tau2 is not None and k_studies >= 2:
        said = spread(i2, tau2)
    return {
        "new_setting": None
        if low is None or high is None
        else new_setting(low, high, on_one_measure=bool(several)),
        "spread": said,
    }


def _caution(context: Context, main: Analysis | None) -> str | None:
    """Return why the interval of dependent effects is not to be trusted; None where it is."""
    if main is None or main.kind != "dependent_effects":
        return None
    figure = context.numbers.figure(main, "ci_lb")
    return None if figure is None else figure.note


def strand_page(context: Context, strand: Strand) -> Page:
    """Return a strand's page."""
    evidence = context.evidence
    main = context.numbers.analysis(strand.strand_id, "main")
    rows = _rows(context, strand)
    effects = analysis_effects(context, main) if main else []
    certainty = evidence.certainty_by_strand.get(strand.strand_id)
    study_ids = dict.fromkeys(effect.study_id for effect in effects)
    reviews = [
        review
        for review_id in split_codes(strand.reviews)
        if (review := evidence.review_by_id.get(review_id))
    ]
    held = [
        study
        for study in evidence.studies
        if study.review_id in split_codes(strand.reviews) and not study.in_synthesis
    ]
    return context.render(
        "strand.html",
        path=strand_path(strand.strand_id),
        title=strand.title,
        section="home",
        values={
            "crumbs": _crumbs(context, strand),
            "strand": strand,
            "card": strand_card(context, strand),
            "needs": split_codes(strand.needs),
            "reviews": reviews,
            "flows": [review for review in reviews if review.review_id in context.flows],
            "records": records_screened(context, strand),
            "main": main,
            "n": _numbers(context, strand),
            "said": _words_of_numbers(context, strand),
            "certainty": certainty,
            "steps": step_views(context, certainty) if certainty else [],
            "chart": chart_view(context, strand, rows) if rows else None,
            "rows": rows,
            "caution": _caution(context, main),
            "correlations": correlation_view(context, strand.strand_id),
            "sensitivity": sensitivity_rows(context, strand),
            "people": people_rows(context, effects),
            "studies": [evidence.study_by_id[study_id] for study_id in study_ids],
            "unused": held if strand.status == "no_usable_study" else [],
            "excluded": excluded_effects(context, strand),
            "kept_out": kept_out(context, strand),
            "months_source": months_source(main),
            "months_remark": months_remark(_months_note(context, main), main),
            "harms": harms_sentence(context, effects) if effects else None,
            "not_known": [line.strip() for line in strand.not_known.splitlines() if line.strip()],
            "says_cost": "cost" in strand.not_known.lower(),
            "practice": _paragraphs(strand.in_practice),
        },
    )
