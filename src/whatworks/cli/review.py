"""`whatworks review`: the reviews an evidence base is made of."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING

import click

from whatworks.cli.imports import print_import, read_input, require_one_stdin
from whatworks.cli.options import actor_option, as_actor, open_store, store_option

if TYPE_CHECKING:
    from whatworks.actions.update_review import UpdatedReview

__all__ = ["review"]


@click.group()
def review() -> None:
    """Reviews: add, list, update, count the flow."""


@review.command()
@click.argument("review_id")
@click.option("--title", required=True, help="Title of the review.")
@click.option("--question", required=True, help="What it asks, in one sentence.")
@click.option("--citation", default=None, help="How to cite it [default: the title].")
@click.option("--licence", default="not yet stated", show_default=True, help="Licence of its data.")
@click.option("--doi", default=None, help="DOI without the resolver.")
@store_option
@actor_option
def add(
    review_id: str,
    title: str,
    question: str,
    citation: str | None,
    licence: str,
    doi: str | None,
    store_at: str,
    acting_as: str | None,
) -> None:
    """Add a review, or correct what is said of one.

    \b
    Example: whatworks review add dyslexia --title "Dyslexia" --question "What helps?"
    """
    from whatworks.actions.add_reviews import add_reviews
    from whatworks.references.nouns import Review

    row = Review(
        review_id=review_id,
        title=title,
        question=question,
        citation=citation or title,
        doi=doi.lower() if doi else None,
        licence=licence,
        licence_note=None,
        source="made here",
        published_year=None,
        note=None,
    )
    add_reviews(open_store(store_at), by=as_actor(acting_as), reviews=[row])
    click.echo(f"Review {review_id} is saved.")


@review.command("list")
@store_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(store_at: str, as_json: bool) -> None:
    """List the reviews.

    \b
    Example: whatworks review list
    """
    rows = open_store(store_at).rows("reviews")
    if as_json:
        click.echo(
            json.dumps([dataclasses.asdict(row) for row in rows], indent=1, ensure_ascii=False)
        )
        return
    for row in rows:
        click.echo(f"{row.review_id}: {row.title} ({row.licence})")
    if not rows:
        click.echo("There is no review yet.")


@review.command()
@click.argument("review_id", metavar="REVIEW")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--search", "search_id", help="Search whose result the files are.")
@store_option
@actor_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def update(
    review_id: str,
    files: tuple[str, ...],
    search_id: str | None,
    store_at: str,
    acting_as: str | None,
    as_json: bool,
) -> None:
    """Add a new search to a running review; tell what is new, known and retracted.

    \b
    Example: whatworks review update dyslexia eric-may.ris --search eric-2027-05
    """
    from whatworks.actions.update_review import update_review

    store = open_store(store_at)
    require_one_stdin(files)
    named = [(name, data) for data, name in map(read_input, files)]
    updated = update_review(
        store, by=as_actor(acting_as), review_id=review_id, files=named, search_id=search_id
    )
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(updated), indent=1, ensure_ascii=False))
        return
    _print_update(updated, review_id)


def _print_update(updated: UpdatedReview, review_id: str) -> None:
    """Print what a new search brought, what needs attention first."""
    for report in updated.imports:
        print_import(report)
    for change in updated.changes:
        rests = (
            f"studies {', '.join(change.studies)} draw on it"
            if change.studies
            else "it was included"
            if change.is_included
            else "no study draws on it"
        )
        click.echo(f"{change.change.upper()}: {change.report_id}: {change.title}; {rests}.")
        click.echo(f"  {change.notice_record_id}: {change.notice_title}")
    n_new, n_known = len(updated.new_reports), len(updated.known_reports)
    click.echo(
        f"{updated.n_records:,} new records. Reports: {n_new:,} new, to be screened; {n_known:,} "
        f"known, decisions on them stay; {len(updated.changes):,} changed."
    )
    if updated.found.n_asked:
        click.echo(
            f"{updated.found.n_asked:,} "
            f"{'pair needs' if updated.found.n_asked == 1 else 'pairs need'} a person: "
            f"whatworks reports questions --review {review_id}"
        )


@review.command()
@click.argument("review_id", metavar="REVIEW")
@store_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def flow(review_id: str, store_at: str, as_json: bool) -> None:
    """Count a review's PRISMA 2020 flow from what is stored, and say whether it adds up.

    \b
    Example: whatworks review flow dyslexia
    """
    from whatworks.actions.known_review import require_review
    from whatworks.release.plan import FLOW_TABLES
    from whatworks.release.prisma import prisma_flow

    store = open_store(store_at)
    require_review(store, review_id)
    counted = prisma_flow(store.evidence(*FLOW_TABLES), review_id)
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(counted), indent=1, ensure_ascii=False))
        return
    for box in counted.boxes:
        said = [
            f"{value:,} {words}"
            for value, words in ((box.counted, "counted"), (box.published, "published"))
            if value is not None
        ]
        click.echo(f"{box.label}: {', '.join(said)}")
        for source, count in box.details:
            click.echo(f"  {source}: {count:,}")
    for check in counted.checks:
        click.echo(
            f"{'adds up' if check.ok else 'DOES NOT ADD UP'}: {check.name}. {check.sentence}"
        )
    if not counted.boxes:
        click.echo("Nothing can be counted yet: tie imported files to their searches.")
