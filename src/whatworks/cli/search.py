"""`whatworks search`: what was searched, how exactly, and what came of it."""

from __future__ import annotations

import dataclasses
import json
import sys
from typing import TYPE_CHECKING, Any

import click

from whatworks.cli.imports import read_input
from whatworks.cli.options import actor_option, as_actor, open_store, store_option
from whatworks.errors import UserError

if TYPE_CHECKING:
    from whatworks.actions.add_search import SearchState
    from whatworks.references.search_lint import SearchLint
    from whatworks.store import Store

__all__ = ["search"]

EXIT_WITH_ERRORS = 2
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def search() -> None:
    """Searches: add with their strategy, check it, list, show."""


@search.command()
@click.argument("search_id", metavar="SEARCH")
@click.option("--review", "review_id", required=True, help="Review it was run for.")
@click.option("--source", "source_name", help="Database or other source [required at first].")
@click.option("--platform", help="Platform it was searched on, such as Ovid or EBSCOhost.")
@click.option(
    "--kind",
    help="database, register, website, organisation or citations, as PRISMA counts them "
    "[default: database].",
)
@click.option("--on", "run_on", metavar="DATE", help="Day it was run.")
@click.option("--strategy", metavar="FILE", help='The search exactly as run; "-" is stdin.')
@click.option("--hits", type=int, help="Number of records the source reported.")
@click.option("--limits", help="Limits applied, and why.")
@click.option("--note", help="Anything a reader must know.")
@store_option
@actor_option
def add(
    search_id: str,
    review_id: str,
    source_name: str | None,
    platform: str | None,
    kind: str | None,
    run_on: str | None,
    strategy: str | None,
    hits: int | None,
    limits: str | None,
    note: str | None,
    store_at: str,
    acting_as: str | None,
) -> None:
    """Add a search, or change what is said of one: what is not named stays as it was.

    What was said before stays in the log. An empty text ("") takes an answer back.

    \b
    Example: whatworks search add eric-2026 --review dyslexia --source ERIC --platform EBSCOhost
                 --on 2026-11-24 --strategy eric.txt --hits 1203
    """
    from whatworks.actions.add_search import add_search
    from whatworks.references.nouns import Search
    from whatworks.tabular import decode

    text = None
    if strategy is not None:
        data, name = read_input(strategy)
        text = decode(data, file=name).text.strip("\n")
    given = {
        "source_name": source_name,
        "platform": platform,
        "run_on": run_on,
        "strategy": text,
        "limits": limits,
        "note": note,
        "kind": kind,
    }
    store = open_store(store_at)
    old = next((row for row in store.rows("searches") if row.search_id == search_id), None)
    blank = Search(search_id, review_id, "", None, None, None, None, None, None, "database")
    new: dict[str, Any] = {
        name: value or None for name, value in given.items() if value is not None
    }
    new["source_name"] = new.get("source_name") or (old.source_name if old else "")
    if hits is not None:
        new["n_hits"] = hits
    row = dataclasses.replace(old or blank, review_id=review_id, **new)
    state = add_search(store, by=as_actor(acting_as), search=row)
    click.echo(f"Search {search_id} is saved (version {state.n_versions}).")
    if row.strategy:
        _tell_counts(_lint(row.strategy, row.platform, row.limits), search_id)


def _lint(text: str, platform: str | None, limits: str | None) -> SearchLint:
    from whatworks.references.search_lint import lint_search

    return lint_search(text, platform=platform, limits=limits)


def _tell_counts(lint: SearchLint, search_id: str) -> None:
    """Say in one line what the checks of a strategy found."""
    errors, checks = lint.count("error"), lint.count("check")
    if errors or checks:
        click.echo(
            f"Its strategy has {errors} likely {'error' if errors == 1 else 'errors'} and {checks} "
            f"{'point' if checks == 1 else 'points'} to look at: whatworks search lint --search "
            f"{search_id}"
        )
    else:
        click.echo("The checks of its strategy found nothing.")


@search.command()
@click.argument("file", metavar="FILE", required=False)
@click.option("--search", "search_id", help="Check the strategy of a stored search instead.")
@click.option("--platform", help="Platform [default: the stored one, or told from the syntax].")
@store_option
@json_option
def lint(
    file: str | None, search_id: str | None, platform: str | None, store_at: str, as_json: bool
) -> None:
    """Check a search strategy line by line; exit code 2 if something is likely wrong.

    The strategy is a text file with the lines as they were run, numbered or not.

    \b
    Example: whatworks search lint eric.txt --platform EBSCOhost
    """
    from whatworks.references.search_lint import lint_search
    from whatworks.tabular import decode

    if (file is None) == (search_id is None):
        raise UserError("Give a file with a strategy, or a stored search with --search.")
    limits = None
    if file is not None:
        data, shown_as = read_input(file)
        text = decode(data, file=shown_as).text
    else:
        stored = _stored(open_store(store_at), str(search_id)).search
        shown_as = stored.search_id
        if not stored.strategy:
            raise UserError(
                f"No strategy is stored for {shown_as}. Add it with `whatworks search add "
                f"{shown_as} ... --strategy FILE`."
            )
        text, limits = stored.strategy, stored.limits
        platform = platform or stored.platform
    found = lint_search(text, platform=platform, limits=limits)
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(found), indent=1, ensure_ascii=False))
    else:
        _print_lint(found, shown_as, platform)
    if found.count("error"):
        sys.exit(EXIT_WITH_ERRORS)


def _print_lint(found: SearchLint, shown_as: str, platform: str | None) -> None:
    """Print what was found, a block for each finding."""
    lines = f"{found.n_lines:,} {'line' if found.n_lines == 1 else 'lines'}"
    if found.platform is None:
        unknown = (
            f'the syntax of "{platform}" is not known here' if platform else "platform unknown"
        )
        click.echo(f"{shown_as}: {lines}, {unknown}: only general checks were made.")
        if not platform:
            click.echo("  Name it with --platform to have its own rules checked.")
    else:
        told = ", told from the syntax" if found.is_recognised else ""
        click.echo(f"{shown_as}: {lines}, {found.platform}{told}.")
    if found.not_read:
        click.echo(f"  Not read, before the first numbered line: {len(found.not_read)} lines.")
    for one in found.findings:
        where = "strategy" if one.line is None else f"line {one.line}"
        click.echo(f"{where}: {one.severity}: {one.what}")
        click.echo(f"  {one.why}")
        click.echo(f"  {one.fix}")
    counts = ", ".join(
        f"{found.count(severity)} {severity}{'' if found.count(severity) == 1 else 's'}"
        for severity in ("error", "check", "note")
    )
    click.echo(f"{counts}. What a program cannot see: a missing concept, a missing synonym.")


@search.command("list")
@click.option("--review", "review_id", help="Only the searches of this review.")
@store_option
@json_option
def list_(review_id: str | None, store_at: str, as_json: bool) -> None:
    """List searches: what each source reported, and what was imported.

    \b
    Example: whatworks search list --review dyslexia
    """
    from whatworks.actions.add_search import search_states

    states = search_states(open_store(store_at), review_id=review_id)
    if as_json:
        click.echo(json.dumps([_as_data(s) for s in states], indent=1, ensure_ascii=False))
        return
    for state in states:
        one = state.search
        where = f"{one.source_name} ({one.platform})" if one.platform else one.source_name
        click.echo(
            f"{one.search_id}: {where}, {one.kind or 'database'}, {one.run_on or 'day not said'}; "
            f"{_hits(state)}"
        )
    if not states:
        click.echo("There is no search yet.")


def _hits(state: SearchState) -> str:
    """Say what was reported and imported, and whether they differ."""
    reported = state.search.n_hits
    said = "hits not said" if reported is None else f"{reported:,} reported"
    if not state.files:
        return f"{said}, nothing imported yet"
    files = "1 file" if len(state.files) == 1 else f"{len(state.files)} files"
    differ = (
        f": {abs(state.n_records - reported):,} {'too few' if state.n_records < reported else 'too many'}"
        if reported is not None and state.differs
        else ""
    )
    return f"{said}, {state.n_records:,} imported from {files}{differ}"


@search.command()
@click.argument("search_id", metavar="SEARCH")
@store_option
@json_option
def show(search_id: str, store_at: str, as_json: bool) -> None:
    """Print a search: its strategy exactly as run, its files, its earlier versions.

    \b
    Example: whatworks search show eric-2026
    """
    store = open_store(store_at)
    state = _stored(store, search_id)
    if as_json:
        click.echo(json.dumps(_as_data(state), indent=1, ensure_ascii=False))
        return
    one = state.search
    for name, value in (
        ("source", one.source_name),
        ("platform", one.platform),
        ("kind", one.kind or "database"),
        ("run on", one.run_on),
        ("records", _hits(state)),
        ("limits", one.limits),
        ("note", one.note),
    ):
        click.echo(f"{name}: {value or 'not said'}")
    for file in state.files:
        click.echo(
            f"file: {file.name}, {file.n_items:,} records, SHA-256 {file.raw_file_id[:16]}..."
        )
    for version in store.history("searches", search_id)[:-1]:
        (event,) = store.events(event_id=version.event_id)
        click.echo(
            f"version {version.version}: written {event.at[:10]} by {event.actor}"
            f"{', then taken back' if version.is_withdrawn else ''}"
        )
    click.echo("strategy:" if one.strategy else "strategy: not said")
    if one.strategy:
        click.echo(one.strategy)


def _stored(store: Store, search_id: str) -> SearchState:
    """Return a stored search, or say which there are."""
    from whatworks.actions.add_search import search_states
    from whatworks.errors import NotFound

    states = {state.search.search_id: state for state in search_states(store)}
    if search_id not in states:
        listed = f"Searches here: {', '.join(states)}." if states else "There is none yet."
        raise NotFound(f'There is no search "{search_id}". {listed}')
    return states[search_id]


def _as_data(state: SearchState) -> dict[str, Any]:
    """Return a search with its counts as plain data."""
    return {
        **dataclasses.asdict(state.search),
        "n_imported": state.n_records,
        "differs": state.differs,
        "n_versions": state.n_versions,
        "files": [file.name for file in state.files],
    }
