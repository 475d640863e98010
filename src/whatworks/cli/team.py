"""`whatworks team`: who may sign in at a team's server, and who works on which review."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from whatworks.cli.options import actor_option, as_actor, open_store, store_option
from whatworks.errors import NotFound, UserError

if TYPE_CHECKING:
    from whatworks.store import Account, Invitation, Store

__all__ = ["team"]

team_option = click.option(
    "--team",
    "team_at",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="WHATWORKS_TEAM",
    show_envvar=True,
    metavar="CONFIG.toml",
    help="The server's file: the link is handed over as it says.",
)
print_option = click.option(
    "--print", "is_printed", is_flag=True, help="Print the link here and hand it over yourself."
)


@click.group()
def team() -> None:
    """Team: invite people, give roles, disable, sign out, reset."""


@team.command()
@click.argument("name")
@click.argument("email", metavar="E-MAIL")
@click.option("--administrator", is_flag=True, help="Can start reviews and manage people.")
@team_option
@print_option
@store_option
@actor_option
def invite(
    name: str,
    email: str,
    administrator: bool,
    team_at: Path | None,
    is_printed: bool,
    store_at: str,
    acting_as: str | None,
) -> None:
    """Invite somebody: they choose a password by a link that works once.

    \b
    Example: whatworks team invite "Anna Smith" anna@school.example --administrator --team team.toml
    """
    from whatworks.actions.accounts import invite_person
    from whatworks.store import INVITATION_LASTS
    from whatworks.web.team import read_team_config

    config = read_team_config(team_at) if team_at is not None else None
    made = invite_person(
        open_store(store_at),
        by=as_actor(acting_as),
        name=name,
        email=email,
        is_administrator=administrator,
        at=datetime.now(UTC),
        lasts=config.invitation_lasts if config is not None else INVITATION_LASTS,
    )
    click.echo(f"{made.pseudonym} is invited.")
    _hand_over(made, name, email, team_at, is_printed)


@team.command("list")
@click.option("--review", "review_id", metavar="REVIEW", help="Only the team of this review.")
@store_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(review_id: str | None, store_at: str, as_json: bool) -> None:
    """List who may sign in, with their roles.

    \b
    Example: whatworks team list --review dyslexia
    """
    from whatworks.actions.known_review import require_review

    store = open_store(store_at)
    if review_id is not None:
        require_review(store, review_id)
    roles: dict[str, dict[str, str]] = {}
    for member in store.rows("team_members"):
        if not member.has_left:
            roles.setdefault(member.person, {})[member.review_id] = member.role
    shown = [
        (account, roles.get(account.pseudonym, {}))
        for account in store.accounts()
        if review_id is None or review_id in roles.get(account.pseudonym, {})
    ]
    if as_json:
        rows = [{**dataclasses.asdict(account), "roles": held} for account, held in shown]
        click.echo(json.dumps(rows, indent=1, ensure_ascii=False))
        return
    for account, held in shown:
        is_what = ", ".join(
            [*_states(account), *(f"{role} of {review}" for review, role in held.items())]
        )
        click.echo(f"{account.pseudonym}: {account.name} <{account.email}>: {is_what}")
    if not shown:
        click.echo("There is nobody yet.")


def _states(account: Account) -> list[str]:
    """Return what holds for an account on the whole server."""
    if account.is_disabled:
        state = "disabled"
    else:
        state = "can sign in" if account.has_password else "invited"
    return [state, *(["administrator"] if account.is_administrator else [])]


@team.command()
@click.argument("review_id", metavar="REVIEW")
@click.argument("person", metavar="PERSON")
@click.argument("role", type=click.Choice(["lead", "reviewer", "reader", "left"]))
@store_option
@actor_option
def role(review_id: str, person: str, role: str, store_at: str, acting_as: str | None) -> None:
    """Give somebody a role in a review, change it, or say that they have left.

    PERSON is a pseudonym or an e-mail address.

    \b
    Example: whatworks team role dyslexia anna@school.example lead
    """
    from whatworks.actions.team import add_member, change_role, leave_team, role_in

    store, by = open_store(store_at), as_actor(acting_as)
    pseudonym = _find(store, person).pseudonym
    if role == "left":
        leave_team(store, by=by, review_id=review_id, person=pseudonym)
        click.echo(f"{pseudonym} has left the team of {review_id}. Decisions made stay.")
        return
    act = add_member if role_in(store, review_id, pseudonym) is None else change_role
    act(store, by=by, review_id=review_id, person=pseudonym, role=role)
    click.echo(f"{pseudonym} is {role} of {review_id}.")


@team.command()
@click.argument("person", metavar="PERSON")
@store_option
@actor_option
def disable(person: str, store_at: str, acting_as: str | None) -> None:
    """Stop somebody from signing in, and sign them out everywhere.

    \b
    Example: whatworks team disable anna@school.example
    """
    _set_disabled(store_at, acting_as, person, is_disabled=True)


@team.command()
@click.argument("person", metavar="PERSON")
@store_option
@actor_option
def enable(person: str, store_at: str, acting_as: str | None) -> None:
    """Let somebody sign in again.

    \b
    Example: whatworks team enable anna@school.example
    """
    _set_disabled(store_at, acting_as, person, is_disabled=False)


def _set_disabled(store_at: str, acting_as: str | None, person: str, *, is_disabled: bool) -> None:
    from whatworks.actions.accounts import set_disabled

    store = open_store(store_at)
    pseudonym = _find(store, person).pseudonym
    set_disabled(
        store,
        by=as_actor(acting_as),
        pseudonym=pseudonym,
        is_disabled=is_disabled,
        at=datetime.now(UTC),
    )
    click.echo(f"{pseudonym} can {'not sign in any more' if is_disabled else 'sign in'}.")


@team.command()
@click.argument("person", metavar="PERSON")
@click.argument("is_one", metavar="yes|no", type=click.Choice(["yes", "no"]))
@store_option
@actor_option
def administrator(person: str, is_one: str, store_at: str, acting_as: str | None) -> None:
    """Make somebody an administrator, or no longer.

    \b
    Example: whatworks team administrator anna@school.example yes
    """
    from whatworks.actions.accounts import set_administrator

    store = open_store(store_at)
    pseudonym = _find(store, person).pseudonym
    set_administrator(
        store,
        by=as_actor(acting_as),
        pseudonym=pseudonym,
        is_administrator=is_one == "yes",
        at=datetime.now(UTC),
    )
    click.echo(f"{pseudonym} is {'now' if is_one == 'yes' else 'not'} an administrator.")


@team.command("sign-out")
@click.argument("person", metavar="PERSON", required=False)
@click.option("--everybody", is_flag=True, help="Sign out all people.")
@store_option
def sign_out(person: str | None, everybody: bool, store_at: str) -> None:
    """End somebody's sessions, or everybody's.

    \b
    Example: whatworks team sign-out anna@school.example
    """
    from whatworks.actions.signing_in import sign_out_of

    if (person is None) == (not everybody):
        raise UserError("Name one person, or say --everybody.")
    store = open_store(store_at)
    people = store.accounts() if person is None else [_find(store, person)]
    ended = sum(sign_out_of(store, account.pseudonym) for account in people)
    click.echo(f"{ended:,} {'session' if ended == 1 else 'sessions'} ended.")


@team.command()
@click.argument("person", metavar="PERSON")
@team_option
@print_option
@store_option
@actor_option
def reset(
    person: str, team_at: Path | None, is_printed: bool, store_at: str, acting_as: str | None
) -> None:
    """Send somebody a new link, to choose a password.

    \b
    Example: whatworks team reset anna@school.example --team team.toml
    """
    from whatworks.actions.accounts import invite_again
    from whatworks.store import INVITATION_LASTS
    from whatworks.web.team import read_team_config

    config = read_team_config(team_at) if team_at is not None else None
    store = open_store(store_at)
    account = _find(store, person)
    made = invite_again(
        store,
        by=as_actor(acting_as),
        pseudonym=account.pseudonym,
        at=datetime.now(UTC),
        lasts=config.invitation_lasts if config is not None else INVITATION_LASTS,
    )
    _hand_over(made, account.name, account.email or "", team_at, is_printed)


def _find(store: Store, person: str) -> Account:
    """Return the account of a pseudonym or address."""
    from whatworks.store.accounts import comparable_email

    wanted = comparable_email(person)
    for account in store.accounts():
        if account.pseudonym == person or comparable_email(account.email or "") == wanted:
            return account
    raise NotFound(
        f'Nobody with the pseudonym or address "{person}" may sign in. `whatworks team list` names '
        "those who may."
    )


def _hand_over(
    made: Invitation, name: str, email: str, team_at: Path | None, is_printed: bool
) -> None:
    """Deliver a link as the server's file says, or print it."""
    from whatworks.web.team import deliver_link, read_team_config
    from whatworks.web.team.delivery import invitation_link

    config = read_team_config(team_at) if team_at is not None else None
    if config is not None and not is_printed:
        words = deliver_link(config, name=name, email=email, invitation=made, at=datetime.now(UTC))
        click.echo(words)
        return
    address = config.address if config is not None else "https://YOUR-SERVER"
    click.echo(
        f"The link, which works once until {made.expires_at[:10]}. Keep it secret:", err=True
    )
    click.echo(invitation_link(address, made))
