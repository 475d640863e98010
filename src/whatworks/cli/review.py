"""`whatworks review`: the reviews an evidence base is made of."""

from __future__ import annotations

import dataclasses
import json

import click

from whatworks.cli.options import actor_option, as_actor, open_store, store_option

__all__ = ["review"]


@click.group()
def review() -> None:
    """Reviews: add, list."""


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
