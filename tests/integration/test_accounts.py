"""Accounts, sessions and invitations in the store, on both databases."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from tests.store_places import ACTOR, row
from tests.team_server import CHEAP, PASSWORD
from whatworks.actions.accounts import (
    accept_invitation,
    change_password,
    invite_again,
    invite_person,
    set_administrator,
    set_disabled,
)
from whatworks.actions.signing_in import places, sign_in, sign_out, sign_out_of, signed_in
from whatworks.actions.team import add_member, change_role, leave_team, role_in, roles_of, team_of
from whatworks.errors import NotFound, UserError
from whatworks.store import Actor, Passwords, SessionLengths, Store
from whatworks.store.accounts import password_hash_of
from whatworks.store.tables import ACCOUNTS, INVITATIONS, SESSIONS
from whatworks.store.tokens import token_hash

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
LENGTHS = SessionLengths(timedelta(hours=8), timedelta(days=7))
EMAIL = "Anna.Smith@School.example"


def invited(store: Store, name: str = "Anna Smith", email: str = EMAIL, **more: bool):
    return invite_person(store, by=ACTOR, name=name, email=email, at=NOW, **more)


def accepted(store: Store, name: str = "Anna Smith", email: str = EMAIL, **more: bool) -> str:
    made = invited(store, name, email, **more)
    accept_invitation(store, token=made.token, password=PASSWORD, passwords=CHEAP, at=NOW)
    return made.pseudonym


def session(store: Store, email: str = EMAIL, at: datetime = NOW, **more: str) -> str | None:
    return sign_in(
        store,
        email=email,
        password=PASSWORD,
        passwords=CHEAP,
        at=at,
        lengths=LENGTHS,
        **more,
    )


def cells(store: Store, table: sa.Table) -> list[sa.Row]:
    with store.database.reading() as connection:
        return list(connection.execute(sa.select(table)))


# --- invitations ---


def test_an_invited_person_has_an_account_that_opens_only_with_a_password(store: Store) -> None:
    made = invited(store, is_administrator=True)
    (account,) = store.accounts()
    assert (account.pseudonym, account.name, account.email) == (made.pseudonym, "Anna Smith", EMAIL)
    assert account.is_administrator
    assert not account.has_password
    assert session(store) is None
    accept_invitation(store, token=made.token, password=PASSWORD, passwords=CHEAP, at=NOW)
    assert session(store) is not None


def test_secrets_are_stored_as_hashes_only(store: Store) -> None:
    made = invited(store)
    assert made.token not in repr(made)
    assert made.token not in repr(cells(store, INVITATIONS))
    accept_invitation(store, token=made.token, password=PASSWORD, passwords=CHEAP, at=NOW)
    token = session(store)
    assert token not in repr(cells(store, SESSIONS))
    assert PASSWORD not in repr(cells(store, ACCOUNTS))
    log = io.BytesIO()
    store.export_log(log, people=True)
    for table in (ACCOUNTS, SESSIONS):
        for value in cells(store, table)[0]:
            if isinstance(value, str) and ("argon2" in value or len(value) == 64):
                assert value.encode() not in log.getvalue()


@pytest.mark.parametrize("email", [EMAIL, EMAIL.lower(), f"  {EMAIL.upper()} "])
def test_an_address_has_one_account_however_it_is_written(store: Store, email: str) -> None:
    accepted(store)
    with pytest.raises(UserError, match="has an account already"):
        invited(store, "Anna Other", email)
    assert session(store, email) is not None
    assert len(store.people()) == 1


@pytest.mark.parametrize("email", ["ÉLODIE@école.example", "e\u0301lodie@e\u0301cole.EXAMPLE"])
def test_addresses_are_compared_beyond_ascii(store: Store, email: str) -> None:
    accepted(store, "Élodie", "élodie@école.example")
    assert session(store, email) is not None


@pytest.mark.parametrize(
    ("name", "email"),
    [("", EMAIL), ("A\x00B", EMAIL), ("x" * 201, EMAIL), ("A", ""), ("A", "a@b"), ("A", "a\n@b.c")],
)
def test_who_cannot_be_named_or_reached_is_not_invited(store: Store, name: str, email: str) -> None:
    with pytest.raises(UserError, match="Nobody was invited"):
        invited(store, name, email)
    assert store.people() == store.accounts() == store.events() == []


def test_a_link_works_once_and_until_it_expires(store: Store) -> None:
    made = invited(store)
    late = NOW + timedelta(days=7)
    for token, at in (("wrong", NOW), (made.token, late), (token_hash(made.token), NOW)):
        with pytest.raises(UserError, match="This link does not work"):
            accept_invitation(store, token=token, password=PASSWORD, passwords=CHEAP, at=at)
    accept_invitation(store, token=made.token, password=PASSWORD, passwords=CHEAP, at=NOW)
    with pytest.raises(UserError, match="This link does not work"):
        accept_invitation(store, token=made.token, password=PASSWORD, passwords=CHEAP, at=NOW)


def test_a_link_opened_in_many_browsers_at_once_is_used_once(store: Store) -> None:
    made = invited(store)

    def accept(at: int) -> bool:
        try:
            accept_invitation(
                store, token=made.token, password=f"{PASSWORD} {at}", passwords=CHEAP, at=NOW
            )
        except UserError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(accept, range(8)))
    assert done.count(True) == 1
    assert [event.action for event in store.events()].count("accept_invitation") == 1


def test_an_address_invited_many_times_at_once_has_one_account(store: Store) -> None:
    def invite(_: int) -> bool:
        try:
            invited(store)
        except UserError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(invite, range(8))).count(True) == 1
    assert len(store.accounts()) == len(store.people()) == 1


def test_a_newer_link_makes_the_older_one_useless(store: Store) -> None:
    old = invited(store)
    new = invite_again(store, by=ACTOR, pseudonym=old.pseudonym, at=NOW)
    with pytest.raises(UserError):
        accept_invitation(store, token=old.token, password=PASSWORD, passwords=CHEAP, at=NOW)
    accept_invitation(store, token=new.token, password=PASSWORD, passwords=CHEAP, at=NOW)


def test_somebody_known_without_an_account_keeps_the_pseudonym(store: Store) -> None:
    pseudonym = store.add_person("A. Smith", email=EMAIL.lower(), actor=ACTOR)
    assert accepted(store) == pseudonym
    assert [person.name for person in store.people()] == ["Anna Smith"]


def test_after_a_move_by_log_people_are_invited_anew(store: Store, tmp_path) -> None:
    pseudonym = accepted(store)
    log = io.BytesIO()
    store.export_log(log, people=True)
    log.seek(0)
    with Store.create(tmp_path / "moved.db") as moved:
        moved.import_log(log)
        assert moved.accounts() == []
        assert session(moved) is None
        assert accepted(moved) == pseudonym
        assert moved.check().is_sound


# --- sessions ---


def test_a_session_is_whose_it_is_until_it_ends(store: Store) -> None:
    pseudonym = accepted(store)
    token = session(store, agent="Firefox/140")
    assert token is not None
    found = signed_in(store, token, at=NOW, lengths=LENGTHS)
    assert found is not None
    assert found.account.pseudonym == pseudonym
    assert found.session.agent == "Firefox/140"
    assert signed_in(store, token + "x", at=NOW, lengths=LENGTHS) is None
    assert signed_in(store, token, at=NOW + timedelta(hours=8), lengths=LENGTHS) is None
    sign_out(store, token)
    assert signed_in(store, token, at=NOW, lengths=LENGTHS) is None
    sign_out(store, token)


def test_being_seen_is_written_at_most_once_a_minute(store: Store) -> None:
    accepted(store)
    token = session(store)
    assert token is not None
    written = []
    for seconds in (10, 59, 61, 100, 120, 122):
        signed_in(store, token, at=NOW + timedelta(seconds=seconds), lengths=LENGTHS)
        written.append(cells(store, SESSIONS)[0].last_seen_at[14:19])
    assert written == ["00:00", "00:00", "01:01", "01:01", "01:01", "02:02"]


def test_sessions_that_ended_are_deleted_when_somebody_signs_in(store: Store) -> None:
    accepted(store)
    for _ in range(3):
        session(store)
    session(store, at=NOW + timedelta(days=1))
    assert len(cells(store, SESSIONS)) == 1


def test_a_session_of_the_same_browser_takes_the_place_of_the_old_one(store: Store) -> None:
    accepted(store)
    old = session(store)
    assert old is not None
    new = session(store, instead_of=old)
    assert new is not None
    assert signed_in(store, old, at=NOW, lengths=LENGTHS) is None
    assert signed_in(store, new, at=NOW, lengths=LENGTHS) is not None


def test_sessions_are_ended_one_or_all_or_all_others(store: Store) -> None:
    pseudonym = accepted(store)
    other = accepted(store, "Bob Jones", "bob@school.example")
    tokens = [session(store, agent=f"browser {at}") for at in range(4)]
    ids = [token_hash(token) for token in tokens if token]
    assert len(places(store, pseudonym, at=NOW, lengths=LENGTHS)) == 4
    assert sign_out_of(store, other, session=ids[0]) == 0, "not theirs"
    assert sign_out_of(store, pseudonym, session=ids[0]) == 1
    assert sign_out_of(store, pseudonym, but=ids[1]) == 2
    (left,) = places(store, pseudonym, at=NOW, lengths=LENGTHS)
    assert (left.id_sha256, left.agent) == (ids[1], "browser 1")
    assert sign_out_of(store, pseudonym) == 1
    with pytest.raises(NotFound):
        sign_out_of(store, "person-none")


def test_a_browser_may_say_anything_of_itself(store: Store) -> None:
    accepted(store)
    assert session(store, agent="\x00 é" * 1_000) is not None
    assert len(cells(store, SESSIONS)[0].agent) <= 300


def test_signing_in_writes_no_event(store: Store) -> None:
    accepted(store)
    before = store.last_event_id()
    token = session(store)
    assert token is not None
    signed_in(store, token, at=NOW + timedelta(minutes=2), lengths=LENGTHS)
    sign_out(store, token)
    assert store.last_event_id() == before


# --- passwords ---


def test_a_password_is_compared_whether_or_not_the_address_is_known(store: Store) -> None:
    class Counted(Passwords):
        compared = 0

        def is_right(self, password_hash: str | None, password: str) -> bool:
            self.compared += 1
            return super().is_right(password_hash, password)

    passwords = Counted(memory_kib=8, passes=1, lanes=1)
    invited(store)
    disabled = accepted(store, "Bob Jones", "bob@school.example")
    accepted(store, "Ada Boss", "ada@school.example", is_administrator=True)
    set_disabled(store, by=ACTOR, pseudonym=disabled, is_disabled=True, at=NOW)
    for at, email in enumerate([EMAIL, "bob@school.example", "nobody@school.example"], start=1):
        sign_in(store, email=email, password="wrong", passwords=passwords, at=NOW, lengths=LENGTHS)
        assert passwords.compared == at


def test_a_hash_is_renewed_when_its_cost_has_changed(store: Store) -> None:
    pseudonym = accepted(store)
    dearer = Passwords(memory_kib=16, passes=2, lanes=1)
    token = sign_in(
        store, email=EMAIL, password=PASSWORD, passwords=dearer, at=NOW, lengths=LENGTHS
    )
    assert token is not None
    with store.database.reading() as connection:
        stored = password_hash_of(connection, pseudonym)
    assert stored is not None
    assert "$m=16,t=2,p=1$" in stored
    assert session(store) is not None


def test_changing_a_password_ends_other_sessions_and_links(store: Store) -> None:
    pseudonym = accepted(store)
    here, there = session(store), session(store)
    assert here is not None
    assert there is not None
    link = invite_again(store, by=ACTOR, pseudonym=pseudonym, at=NOW)
    change_password(
        store,
        by=Actor(pseudonym, "member"),
        old=PASSWORD,
        new="quite another one",
        session=token_hash(here),
        passwords=CHEAP,
        at=NOW,
    )
    assert signed_in(store, here, at=NOW, lengths=LENGTHS) is not None
    assert signed_in(store, there, at=NOW, lengths=LENGTHS) is None
    assert session(store) is None
    with pytest.raises(UserError):
        accept_invitation(store, token=link.token, password=PASSWORD, passwords=CHEAP, at=NOW)


# --- administrators ---


def test_an_enabled_administrator_always_remains(store: Store) -> None:
    first = accepted(store, is_administrator=True)
    second = accepted(store, "Bob Jones", "bob@school.example", is_administrator=True)
    set_disabled(store, by=ACTOR, pseudonym=second, is_disabled=True, at=NOW)
    n_events = len(store.events())
    for change in (
        lambda: set_disabled(store, by=ACTOR, pseudonym=first, is_disabled=True, at=NOW),
        lambda: set_administrator(store, by=ACTOR, pseudonym=first, is_administrator=False, at=NOW),
        lambda: store.erase_person(first, actor=ACTOR),
    ):
        with pytest.raises(UserError, match="last administrator"):
            change()
    assert len(store.events()) == n_events
    assert session(store) is not None
    set_disabled(store, by=ACTOR, pseudonym=second, is_disabled=False, at=NOW)
    set_disabled(store, by=ACTOR, pseudonym=first, is_disabled=True, at=NOW)
    assert session(store) is None


def test_two_administrators_who_disable_each_other_at_once_leave_one(store: Store) -> None:
    people = [accepted(store, is_administrator=True)]
    people.append(accepted(store, "Bob Jones", "bob@school.example", is_administrator=True))

    def disable(pseudonym: str) -> bool:
        try:
            set_disabled(store, by=ACTOR, pseudonym=pseudonym, is_disabled=True, at=NOW)
        except UserError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(disable, people)) == [False, True]


def test_a_disabled_account_gets_no_link(store: Store) -> None:
    accepted(store, is_administrator=True)
    made = invited(store, "Bob Jones", "bob@school.example")
    set_disabled(store, by=ACTOR, pseudonym=made.pseudonym, is_disabled=True, at=NOW)
    with pytest.raises(UserError, match="Enable it first"):
        invite_again(store, by=ACTOR, pseudonym=made.pseudonym, at=NOW)
    with pytest.raises(UserError, match="does not work"):
        accept_invitation(store, token=made.token, password=PASSWORD, passwords=CHEAP, at=NOW)


def test_doing_again_what_holds_already_writes_nothing(store: Store) -> None:
    pseudonym = accepted(store, is_administrator=True)
    n_events = len(store.events())
    set_administrator(store, by=ACTOR, pseudonym=pseudonym, is_administrator=True, at=NOW)
    set_disabled(store, by=ACTOR, pseudonym=pseudonym, is_disabled=False, at=NOW)
    assert len(store.events()) == n_events


# --- erasing ---


def test_erasing_a_person_erases_all_that_signs_them_in_and_takes_them_out_of_teams(
    store: Store,
) -> None:
    accepted(store, "Bob Jones", "bob@school.example", is_administrator=True)
    with store.write(actor=ACTOR, action="a", object_type="t", object_id="o") as tx:
        tx.append("reviews", [row("reviews", review_id="r")])
    pseudonym = accepted(store)
    add_member(store, by=ACTOR, review_id="r", person=pseudonym, role="reviewer")
    session(store)
    invite_again(store, by=ACTOR, pseudonym=pseudonym, at=NOW)
    store.erase_person(pseudonym, actor=ACTOR)
    for table in (ACCOUNTS, SESSIONS, INVITATIONS):
        assert pseudonym not in repr(cells(store, table))
    assert session(store) is None
    (member,) = team_of(store, "r")
    assert (member.person, member.has_left) == (pseudonym, True)
    assert store.check().is_sound
    assert store.rebuild().is_identical


# --- teams ---


@pytest.fixture
def review(store: Store) -> str:
    with store.write(actor=ACTOR, action="a", object_type="t", object_id="o") as tx:
        tx.append("reviews", [row("reviews", review_id="r"), row("reviews", review_id="s")])
    return "r"


def test_roles_are_given_changed_and_taken_back(store: Store, review: str) -> None:
    anna = accepted(store)
    bob = accepted(store, "Bob Jones", "bob@school.example")
    add_member(store, by=ACTOR, review_id=review, person=anna, role="lead")
    add_member(store, by=ACTOR, review_id=review, person=bob, role="reader")
    change_role(store, by=ACTOR, review_id=review, person=bob, role="reviewer")
    assert (role_in(store, review, anna), role_in(store, review, bob)) == ("lead", "reviewer")
    assert role_in(store, "s", anna) is None
    leave_team(store, by=ACTOR, review_id=review, person=bob)
    assert role_in(store, review, bob) is None
    assert roles_of(store, bob) == {}
    assert [(one.person, one.has_left) for one in team_of(store, review)] == sorted(
        [(anna, False), (bob, True)]
    )
    add_member(store, by=ACTOR, review_id=review, person=bob, role="reader")
    assert roles_of(store, bob) == {review: "reader"}
    reasons = [event.reason for event in store.events(object_id=review) if event.reason]
    assert reasons[-2:] == [f"{bob}: left", f"{bob}: reader"]
    assert store.check().is_sound


def test_a_review_that_has_a_lead_keeps_one(store: Store, review: str) -> None:
    anna = accepted(store)
    add_member(store, by=ACTOR, review_id=review, person=anna, role="lead")
    with pytest.raises(UserError, match="only lead"):
        leave_team(store, by=ACTOR, review_id=review, person=anna)
    with pytest.raises(UserError, match="only lead"):
        change_role(store, by=ACTOR, review_id=review, person=anna, role="reader")
    assert role_in(store, review, anna) == "lead"


def test_only_people_with_an_account_and_known_roles_join_a_review(
    store: Store, review: str
) -> None:
    anna = accepted(store)
    with pytest.raises(NotFound):
        add_member(store, by=ACTOR, review_id="none", person=anna, role="reader")
    with pytest.raises(NotFound):
        add_member(store, by=ACTOR, review_id=review, person="person-none", role="reader")
    with pytest.raises(UserError, match="lead, reviewer or reader"):
        add_member(store, by=ACTOR, review_id=review, person=anna, role="king")
    with pytest.raises(NotFound, match="not in the team"):
        change_role(store, by=ACTOR, review_id=review, person=anna, role="reader")
    with pytest.raises(NotFound, match="not in the team"):
        leave_team(store, by=ACTOR, review_id=review, person=anna)
