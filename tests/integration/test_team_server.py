"""A team's server without a browser: who comes in, and what each may see and do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.team_server import ADDRESS, OWN, PASSWORD, Server, email_of, text_of
from tests.work_files import REVIEW
from whatworks.actions.accounts import set_disabled
from whatworks.actions.add_reviews import add_reviews
from whatworks.actions.team import role_in
from whatworks.release import Evidence
from whatworks.store import Actor, Store
from whatworks.web.app import create_app
from whatworks.web.team import team_pages
from whatworks.web.work import PAGES, Desk, Need

SYSTEM = Actor("local", "lead")


@pytest.fixture
def server(store: Store, tmp_path: Path) -> Server:
    """A store with one review, an administrator, and one person in each role."""
    add_reviews(store, by=SYSTEM, reviews=[REVIEW])
    made = Server(store, tmp_path / "outbox")
    made.person("Ada Boss", is_administrator=True)
    for role in ("lead", "reviewer", "reader"):
        made.person(f"Rita {role}", r=role)
    made.person("Otto Outside")
    return made


def cookie_of(response) -> str:
    return response.headers["set-cookie"]


# --- coming in ---


def test_signing_in_gives_a_cookie_that_scripts_and_other_sites_cannot_use(server: Server) -> None:
    client = server.browser()
    sent = {
        "email": email_of("Ada Boss").upper(),
        "password": PASSWORD,
        "next": "/gap-map.html?x=1",
    }
    response = client.post("/sign-in", data=sent)
    assert response.status_code == 303
    assert response.headers["location"] == "/gap-map.html?x=1"
    name, _, rest = cookie_of(response).partition("=")
    assert name == "__Host-whatworks"
    parts = {part.strip().lower() for part in rest.split(";")[1:]}
    assert parts == {"httponly", "path=/", "samesite=lax", "secure"}
    assert client.get("/desk/").status_code == 200


def test_the_answer_does_not_tell_which_addresses_have_an_account(server: Server) -> None:
    set_disabled(
        server.store,
        by=SYSTEM,
        pseudonym=next(a.pseudonym for a in server.store.accounts() if a.name == "Otto Outside"),
        is_disabled=True,
        at=server.clock(),
    )
    pages = []
    for email, password in (
        (email_of("Ada Boss"), "wrong password!"),
        ("nobody@school.example", PASSWORD),
        (email_of("Otto Outside"), PASSWORD),
    ):
        response = server.browser().post("/sign-in", data={"email": email, "password": password})
        assert response.status_code == 422
        assert "set-cookie" not in response.headers
        assert password not in response.text
        pages.append(response.text.replace(email, "E-MAIL"))
    assert len(set(pages)) == 1
    assert "one of them is wrong" in pages[0]


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/%0d%0aSet-Cookie:x\r\n",
        "javascript:alert(1)",
        "/\tevil",
        "desk/",
        "/sign-out",
    ],
)
def test_after_signing_in_nobody_is_led_to_another_server(server: Server, wanted: str) -> None:
    sent = {"email": email_of("Ada Boss"), "password": PASSWORD, "next": wanted}
    response = server.browser().post("/sign-in", data=sent)
    assert response.headers["location"] == "/desk/"


@pytest.mark.parametrize(
    "path", ["/", "/index.html", "/desk/", "/desk/reviews/r?page=2", "/downloads/gap-map.csv", "/x"]
)
def test_whoever_is_not_signed_in_is_led_to_it_and_back(server: Server, path: str) -> None:
    client = server.browser()
    response = client.get(path)
    assert response.status_code == 303
    assert response.headers["location"].startswith("/sign-in")
    assert response.headers["cache-control"] == "no-store"
    assert REVIEW.title not in response.text
    form = client.get(response.headers["location"])
    wanted = re.search(r'name="next" value="([^"]*)"', form.text)
    assert wanted is not None
    sent = {"email": email_of("Ada Boss"), "password": PASSWORD, "next": wanted[1]}
    assert client.post("/sign-in", data=sent).headers["location"] == path


@pytest.mark.parametrize("path", ["/healthz", "/static/site.css", "/favicon.ico", "/sign-in"])
def test_what_the_sign_in_page_needs_is_open(server: Server, path: str) -> None:
    assert server.browser().get(path).status_code == 200


def test_a_script_is_told_in_words_and_by_a_header_that_htmx_follows(server: Server) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": f"{ADDRESS}/desk/reviews/r/pairs?a=b"}
    for method in ("GET", "POST"):
        response = server.browser().request(method, "/desk/reviews/r/pairs", headers=headers)
        assert response.status_code == 401
        assert "You are signed out" in response.text
        assert (
            response.headers["hx-redirect"] == "/sign-in?next=%2Fdesk%2Freviews%2Fr%2Fpairs%3Fa%3Db"
        )


def test_what_was_sent_after_a_session_ended_is_not_saved_and_not_lost(server: Server) -> None:
    client = server.signed_in("Rita reviewer")
    server.clock.move(hours=9)
    n_events = len(server.store.events())
    response = client.post("/desk/reviews/r/pairs", data={"decision": "same"})
    assert response.status_code == 401
    assert "Come back to this tab and load it again" in text_of(response.text)
    assert len(server.store.events()) == n_events


def test_signing_out_ends_the_session_and_not_only_the_cookie(server: Server) -> None:
    client = server.signed_in("Ada Boss")
    token = client.cookies["__Host-whatworks"]
    response = client.post("/sign-out")
    assert response.headers["location"] == "/sign-in?done=out"
    assert "max-age=0" in cookie_of(response).lower()
    again = server.browser()
    again.cookies.set("__Host-whatworks", token, domain="review.example")
    assert again.get("/desk/").status_code == 303


def test_a_link_elsewhere_cannot_sign_anybody_out(server: Server) -> None:
    client = server.signed_in("Ada Boss")
    assert client.get("/sign-out").headers["location"] == "/desk/"
    refused = client.post(
        "/sign-out", headers={"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    )
    assert refused.status_code == 403
    assert client.get("/desk/").status_code == 200


# --- how long it lasts ---


def test_a_session_ends_after_a_time_without_requests(server: Server) -> None:
    client = server.signed_in("Ada Boss")
    for _ in range(3):
        server.clock.move(hours=7)
        assert client.get("/desk/").status_code == 200
    server.clock.move(hours=8, seconds=1)
    assert client.get("/desk/").status_code == 303


def test_a_session_ends_after_a_week_however_busy(server: Server) -> None:
    client = server.signed_in("Ada Boss")
    for _ in range(23):
        server.clock.move(hours=7)
        assert client.get("/desk/").status_code == 200
    server.clock.move(hours=7)
    assert client.get("/desk/").status_code == 303


def test_a_disabled_person_is_out_at_once(server: Server) -> None:
    client, boss = server.signed_in("Rita reader"), server.signed_in("Ada Boss")
    person = next(a.pseudonym for a in server.store.accounts() if a.name == "Rita reader")
    assert boss.post(f"/desk/people/{person}", data={"do": "disable"}).status_code == 303
    assert client.get("/desk/").status_code == 303
    assert (
        server.browser()
        .post("/sign-in", data={"email": email_of("Rita reader"), "password": PASSWORD})
        .status_code
        == 422
    )
    assert boss.post(f"/desk/people/{person}", data={"do": "enable"}).status_code == 303
    server.signed_in("Rita reader")


# --- where requests come from ---


@pytest.mark.parametrize("path", ["/sign-in", "/desk/", "/static/site.css", "/invitation/x"])
@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1", "review.example:8443", "review.example.evil.example", ""]
)
def test_another_name_than_the_configured_one_is_refused(
    server: Server, path: str, host: str
) -> None:
    response = server.browser().get(path, headers={"Host": host})
    assert response.status_code == 403
    assert f"reached at {ADDRESS}" in text_of(response.text)


@pytest.mark.parametrize("host", ["review.example:443", "REVIEW.example"])
def test_other_ways_to_write_the_name_are_let_in(server: Server, host: str) -> None:
    assert server.browser().get("/sign-in", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/invitation/x", "/desk/people"])
@pytest.mark.parametrize(
    ("headers", "passes"),
    [
        ({"Origin": ADDRESS, "Sec-Fetch-Site": "same-origin"}, True),
        ({"Origin": ADDRESS}, True),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Origin": "http://review.example", "Sec-Fetch-Site": "cross-site"}, False),
        ({"Origin": "https://other.example", "Sec-Fetch-Site": "same-site"}, False),
        ({"Origin": ADDRESS, "Sec-Fetch-Site": "cross-site"}, False),
        ({"Origin": "null", "Sec-Fetch-Site": "none"}, False),
        ({"Origin": "https://evil.example"}, False),
        ({}, False),
    ],
)
def test_only_these_pages_can_send_something(
    server: Server, path: str, headers: dict[str, str], passes: bool
) -> None:
    client = server.signed_in("Ada Boss")
    del client.headers["Origin"], client.headers["Sec-Fetch-Site"]
    n_events = len(server.store.events())
    response = client.post(path, data={"name": "N", "email": "none"}, headers=headers)
    assert (response.status_code != 403) == passes
    assert len(server.store.events()) == n_events


def test_plain_http_on_this_machine_has_a_cookie_without_the_prefix(
    store: Store, tmp_path: Path
) -> None:
    server = Server(store, tmp_path, address="http://127.0.0.1:8123")
    server.person("Ada Boss", is_administrator=True)
    client = server.browser()
    sent = {"email": email_of("Ada Boss"), "password": PASSWORD}
    response = client.post("/sign-in", data=sent)
    assert cookie_of(response).startswith("whatworks=")
    assert "secure" not in cookie_of(response).lower()
    assert "strict-transport-security" not in response.headers
    assert client.get("/desk/").status_code == 200


def test_answers_are_kept_by_nobody_and_only_asked_for_by_these_pages(server: Server) -> None:
    response = server.signed_in("Ada Boss").get("/index.html")
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["cross-origin-resource-policy"] == "same-origin"
    assert response.headers["strict-transport-security"] == "max-age=31536000"
    assert "default-src 'self'" in response.headers["content-security-policy"]
    assert server.browser().get("/static/site.css").headers["cache-control"] != "no-store"


def test_a_desk_of_several_without_a_door_is_refused(store: Store) -> None:
    label = Server(store, Path()).desk.release
    with pytest.raises(ValueError, match="has a door"):
        create_app(Evidence, label, desk=Desk(store, by=None, release=label))


# --- how often ---


def test_wrong_passwords_are_slowed_down_for_an_account_from_wherever(server: Server) -> None:
    sent = {"email": email_of("Ada Boss"), "password": "wrong password!"}
    statuses = [server.browser().post("/sign-in", data=sent).status_code for _ in range(11)]
    assert statuses == [422] * 10 + [429]
    refused = server.browser().post("/sign-in", data={**sent, "password": PASSWORD})
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "60"
    assert "Wait 60 seconds" in text_of(refused.text)
    server.signed_in("Rita lead")
    server.clock.move(seconds=61)
    server.signed_in("Ada Boss")
    # Whoever knows the password has all tries again.
    statuses = [server.browser().post("/sign-in", data=sent).status_code for _ in range(10)]
    assert statuses == [422] * 10


def test_tries_of_one_network_address_are_slowed_down(server: Server) -> None:
    statuses = [server.browser().get(f"/invitation/guess{at}").status_code for at in range(61)]
    assert statuses == [404] * 60 + [429]
    refused = server.browser().get("/invitation/guess")
    assert refused.headers["retry-after"] == "5"
    assert "then open the link again" in text_of(refused.text)


def test_links_sent_by_one_person_are_slowed_down(server: Server) -> None:
    boss = server.signed_in("Ada Boss")
    person = next(a.pseudonym for a in server.store.accounts() if a.name == "Otto Outside")
    sent = [boss.post(f"/desk/people/{person}", data={"do": "link"}) for _ in range(31)]
    assert [response.status_code for response in sent] == [303] * 30 + [429]
    assert len(server.links()) == 30


# --- roles ---

# What somebody must be, and who of the fixture's people that is.
ALLOWED = {
    Need.SIGNED_IN: {"Ada Boss", "Rita lead", "Rita reviewer", "Rita reader", "Otto Outside"},
    Need.READER: {"Rita lead", "Rita reviewer", "Rita reader"},
    Need.REVIEWER: {"Rita lead", "Rita reviewer"},
    Need.LEAD: {"Rita lead"},
    Need.SEE_TEAM: {"Ada Boss", "Rita lead", "Rita reviewer", "Rita reader"},
    Need.TEAM: {"Ada Boss", "Rita lead"},
    Need.ADMINISTRATOR: {"Ada Boss"},
}
IN_TEAM = ALLOWED[Need.READER]
OPEN = {
    "/healthz",
    "/favicon.ico",
    "/static/{path:path}",
    "/sign-in",
    "/sign-out",
    "/invitation/{token}",
}


def test_every_route_says_what_it_needs_and_keeps_to_it(server: Server) -> None:
    pages = [*PAGES, *team_pages(server.door)]
    routed = {
        (method, route.path)
        for route in server.app.routes
        for method in route.methods - {"HEAD"}
        if route.path.startswith("/desk")
    }
    assert routed == {(page.method, page.path) for page in pages}
    # Everything else is for whoever is signed in, but for these few that are for everybody.
    others = {route.path for route in server.app.routes if not route.path.startswith("/desk")}
    assert others == {*OPEN, "/{path:path}"}
    clients = {name: server.signed_in(name) for name in ALLOWED[Need.SIGNED_IN]}
    for page in pages:
        path = page.path.replace("{review_id}", "r")
        path = re.sub(r"\{\w+\}", "none", path)
        for name, client in clients.items():
            response = client.request(page.method, path)
            refused = response.status_code == 403 or (
                response.status_code == 404
                and 'There is no review "r" here' in text_of(response.text)
            )
            told = (page.method, path, name, response.status_code)
            assert refused == (name not in ALLOWED[page.need]), told
            if page.need not in (Need.SIGNED_IN, Need.ADMINISTRATOR, Need.SEE_TEAM, Need.TEAM):
                assert (response.status_code != 404 or name in IN_TEAM) == (name in IN_TEAM), told
        assert server.browser().request(page.method, path).status_code in (303, 401)
    server.desk.tasks.settle()


def test_a_review_one_is_not_in_the_team_of_is_not_listed_and_looks_like_none(
    server: Server,
) -> None:
    for name in ("Otto Outside", "Ada Boss"):
        client = server.signed_in(name)
        assert "Reading &amp; more" not in client.get("/desk/").text
        there, none = client.get("/desk/reviews/r"), client.get("/desk/reviews/none")
        assert there.status_code == none.status_code == 404
        assert there.text.replace("&#34;r&#34;", "X") == none.text.replace("&#34;none&#34;", "X")
    assert "Reading &amp; more" in server.signed_in("Rita reader").get("/desk/").text


def test_a_reader_is_shown_no_buttons_that_are_refused(server: Server) -> None:
    page = server.signed_in("Rita reader").get("/desk/reviews/r").text
    assert "/import" not in page
    assert "/import" in server.signed_in("Rita reviewer").get("/desk/reviews/r").text


def test_whoever_starts_a_review_leads_it(server: Server) -> None:
    boss = server.signed_in("Ada Boss")
    response = boss.post("/desk/new-review", data={"title": "Sleep", "question": "What helps?"})
    assert response.headers["location"] == "/desk/reviews/sleep"
    assert boss.get("/desk/reviews/sleep").status_code == 200
    person = next(a.pseudonym for a in server.store.accounts() if a.name == "Ada Boss")
    assert role_in(server.store, "sleep", person) == "lead"
    event = server.store.events()[-1]
    assert (event.actor, event.role) == (person, "administrator")


def test_work_of_a_review_is_seen_by_its_team_alone(server: Server) -> None:
    sent = server.signed_in("Rita reviewer").post("/desk/reviews/r/join")
    server.desk.tasks.settle()
    address = sent.headers["location"]
    assert server.signed_in("Rita reader").get(address).status_code == 200
    for name in ("Ada Boss", "Otto Outside"):
        client = server.signed_in(name)
        assert client.get(address).status_code == 404
        assert "Nothing is known of this work" in client.get(f"{address}/progress").text
    assert server.store.events()[-1].role != "lead"


# --- invitations and the team ---


def test_a_lead_invites_somebody_who_comes_and_works(server: Server) -> None:
    lead = server.signed_in("Rita lead")
    said = {
        "do": "invite",
        "name": "Zoe New",
        "email": "Zoe.New@school.example",
        "role": "reviewer",
    }
    assert lead.post("/desk/reviews/r/team", data=said).status_code == 303
    page = lead.get("/desk/reviews/r/team").text
    assert "invited, has not come yet" in page
    (link,) = server.links()
    assert link not in page
    zoe = server.browser()
    assert "For Zoe New" in zoe.get(link).text
    short = zoe.post(link, data={"password": "short", "again": "short"})
    assert short.status_code == 422
    assert "at least 12 characters" in short.text
    named = zoe.post(link, data={"password": "zoe.new@school.example", "again": "x"})
    assert "not made of your name" in named.text
    other = zoe.post(link, data={"password": PASSWORD, "again": PASSWORD + "!"})
    assert "Enter the same password twice" in other.text
    done = zoe.post(link, data={"password": PASSWORD, "again": PASSWORD})
    assert done.headers["location"] == "/sign-in?done=set"
    assert zoe.get(link).status_code == 404, "a link works once"
    zoe = server.signed_in("Zoe New")
    assert zoe.get("/desk/reviews/r/import").status_code == 200


def test_a_link_expires(server: Server) -> None:
    boss = server.signed_in("Ada Boss")
    boss.post("/desk/people", data={"name": "Zoe New", "email": "zoe.new@school.example"})
    (link,) = server.links()
    server.clock.move(days=7, seconds=1)
    page = server.browser().get(link)
    assert page.status_code == 404
    assert "This link does not work" in page.text


def test_a_new_link_replaces_the_old_one_and_signs_out_when_used(server: Server) -> None:
    boss, rita = server.signed_in("Ada Boss"), server.signed_in("Rita reader")
    person = next(a.pseudonym for a in server.store.accounts() if a.name == "Rita reader")
    for _ in range(2):
        assert boss.post(f"/desk/people/{person}", data={"do": "link"}).status_code == 303
        server.clock.move(seconds=1)
    old, new = server.links()
    assert server.browser().get(old).status_code == 404
    assert "Choose a new password" in server.browser().get(new).text
    assert rita.get("/desk/").status_code == 200, "nothing changes before it is used"
    sent = {"password": "quite another one", "again": "quite another one"}
    assert server.browser().post(new, data=sent).status_code == 303
    assert rita.get("/desk/").status_code == 303


def test_outbox_files_are_for_one_user_alone(server: Server) -> None:
    boss = server.signed_in("Ada Boss")
    boss.post("/desk/people", data={"name": "Zoe New", "email": "zoe.new@school.example"})
    (file,) = server.outbox.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert server.outbox.stat().st_mode & 0o777 == 0o700


def test_a_team_is_changed_from_its_page(server: Server) -> None:
    lead = server.signed_in("Rita lead")
    people = {account.name: account.pseudonym for account in server.store.accounts()}
    otto, own = people["Otto Outside"], people["Rita lead"]
    here = "/desk/reviews/r/team"

    def send(**said: str) -> int:
        return lead.post(here, data=said).status_code

    assert send(do="add", person=otto, role="reader") == 303
    assert role_in(server.store, "r", otto) == "reader"
    assert send(do="add", person=otto, role="reader") == 422, "twice"
    assert send(do="role", person=otto, role="reviewer") == 303
    assert role_in(server.store, "r", otto) == "reviewer"
    assert send(do="leave", person=otto) == 303
    assert role_in(server.store, "r", otto) is None
    assert "has left" in lead.get(here).text
    assert send(do="add", person=otto, role="lead") == 303
    assert role_in(server.store, "r", otto) == "lead"
    assert send(do="leave", person=own) == 303
    assert lead.get(here).status_code == 404
    assert (
        server.signed_in("Otto Outside")
        .post(here, data={"do": "role", "person": otto, "role": "reader"})
        .status_code
        == 422
    ), "a review keeps a lead"
    assert server.store.check().is_sound


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"do": "invite", "name": "", "email": "a@b.example", "role": "reader"}, "name"),
        ({"do": "invite", "name": "N", "email": "a b@c", "role": "reader"}, "email"),
        ({"do": "invite", "name": "N", "email": "a@b.example", "role": "king"}, "invite-role"),
        (
            {"do": "invite", "name": "N", "email": "ADA.boss@school.example", "role": "lead"},
            "email",
        ),
        ({"do": "add", "person": "", "role": "reader"}, "person"),
        ({"do": "add", "person": "person-none", "role": "reader"}, "person"),
        ({"do": "role", "person": "person-none", "role": "reader"}, "team"),
        ({"do": "dance"}, "team"),
    ],
)
def test_what_is_wrong_with_a_change_of_the_team_is_said_above_the_form(
    server: Server, said: dict[str, str], field: str
) -> None:
    n_events = len(server.store.events())
    response = server.signed_in("Rita lead").post("/desk/reviews/r/team", data=said)
    assert response.status_code == 422
    assert f'<a href="#{field}">' in response.text
    assert f'id="{field}"' in response.text
    assert len(server.store.events()) == n_events
    assert server.links() == []


def test_the_last_administrator_stays(server: Server) -> None:
    boss = server.signed_in("Ada Boss")
    person = next(a.pseudonym for a in server.store.accounts() if a.name == "Ada Boss")
    for did in ("disable", "not-administrator"):
        response = boss.post(f"/desk/people/{person}", data={"do": did})
        assert response.status_code == 422
        assert "This is the last administrator" in response.text
    assert boss.get("/desk/people").status_code == 200


def test_a_link_that_cannot_be_delivered_is_told_and_the_account_is_there(server: Server) -> None:
    server.outbox.parent.mkdir(exist_ok=True)
    server.outbox.write_text("a file where a folder should be")
    boss = server.signed_in("Ada Boss")
    boss.post("/desk/people", data={"name": "Zoe New", "email": "zoe.new@school.example"})
    page = text_of(boss.get("/desk/people").text)
    assert "The account is made, but: The link could not be written" in page
    assert "Zoe New invited" in page


# --- one's own account ---


def test_a_changed_password_signs_out_everywhere_else(server: Server) -> None:
    here, there = server.signed_in("Rita lead"), server.signed_in("Rita lead")
    sent = {"old": PASSWORD, "password": "another long one", "again": "another long one"}
    assert here.post("/desk/account/password", data=sent).status_code == 303
    assert "Your password is changed" in here.get("/desk/account").text
    assert there.get("/desk/").status_code == 303
    old = server.browser().post(
        "/sign-in", data={"email": email_of("Rita lead"), "password": PASSWORD}
    )
    assert old.status_code == 422


@pytest.mark.parametrize(
    ("sent", "field", "words"),
    [
        ({"old": "", "password": "x" * 20, "again": "x" * 20}, "old", "password you have now"),
        (
            {
                "old": "wrong wrong wrong",
                "password": "a long other one",
                "again": "a long other one",
            },
            "old",
            "not this one",
        ),
        ({"old": PASSWORD, "password": "short", "again": "short"}, "password", "at least 12"),
        ({"old": PASSWORD, "password": "a long other one", "again": "b"}, "again", "twice"),
    ],
)
def test_what_is_wrong_with_a_new_password_is_said(
    server: Server, sent: dict[str, str], field: str, words: str
) -> None:
    client = server.signed_in("Rita lead")
    response = client.post("/desk/account/password", data=sent)
    assert response.status_code == 422
    assert f'<a href="#{field}">' in response.text
    assert words in response.text
    for value in sent.values():
        assert not value or f'value="{value}"' not in response.text
    server.signed_in("Rita lead")


def test_sessions_are_listed_and_ended_one_by_one_or_all_others(server: Server) -> None:
    clients = [server.signed_in("Rita lead") for _ in range(4)]
    others = server.signed_in("Rita reader")
    page = clients[0].get("/desk/account").text
    names = re.findall(r'name="session" value="(\w+)"', page)
    assert len(names) == 3
    tokens = {client.cookies["__Host-whatworks"] for client in clients}
    assert not any(token in page for token in tokens), "a page gives no session away"
    clients[0].post("/desk/account/sign-out", data={"session": names[0]})
    assert [client.get("/desk/").status_code for client in clients].count(303) == 1
    # Somebody else's session is not ended, whatever name is sent.
    others.post("/desk/account/sign-out", data={"session": names[1]})
    assert [client.get("/desk/").status_code for client in clients].count(303) == 1
    clients[0].post("/desk/account/sign-out")
    assert [client.get("/desk/").status_code for client in clients] == [200, 303, 303, 303]
    assert others.get("/desk/").status_code == 200


def test_a_name_is_changed_and_shown_in_the_menu(server: Server) -> None:
    client = server.signed_in("Rita lead")
    assert client.post("/desk/account/name", data={"name": " Rita  <Lead> "}).status_code == 303
    assert "Rita &lt;Lead&gt;</a>" in client.get("/desk/").text
    assert client.post("/desk/account/name", data={"name": " "}).status_code == 422


def test_no_secret_and_no_name_is_in_the_log(server: Server) -> None:
    client: TestClient = server.signed_in("Ada Boss")
    client.post("/desk/people", data={"name": "Zoe Secretname", "email": "zoe.s@school.example"})
    client.post(
        "/desk/account/password",
        data={"old": PASSWORD, "password": "another long one", "again": "another long one"},
    )
    (link,) = server.links()
    events = server.store.events()
    log = repr(events) + repr([server.store.payload(event.id) for event in events])
    for secret in (
        "Zoe",
        "Secretname",
        "@school",
        PASSWORD,
        "another long one",
        "argon2",
        link.rpartition("/")[2],
        client.cookies["__Host-whatworks"],
    ):
        assert secret not in log
    actions = [event.action for event in events]
    assert {"invite_person", "accept_invitation", "change_password", "add_member"} <= set(actions)
    assert server.store.check().is_sound
    assert server.store.rebuild().is_identical
    assert OWN["Origin"] not in log
