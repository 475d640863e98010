"""Parts of the door: limits of tries, passwords, addresses to go on to, browsers in words."""

from __future__ import annotations

import string
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.team_server import CHEAP
from whatworks.store import Passwords
from whatworks.store.passwords import password_problem
from whatworks.store.tokens import new_token, token_hash
from whatworks.web.team.next_page import FIRST_PAGE, local_page, sign_in_address
from whatworks.web.team.place_words import browser_words, time_words
from whatworks.web.team.rate_limit import RateLimit, address_key


class Seconds:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


# --- limits ---


def test_tries_at_once_then_one_each_so_many_seconds() -> None:
    clock = Seconds()
    limit = RateLimit(3, 10, clock=clock)
    assert [limit.wait("a") for _ in range(4)] == [0, 0, 0, 10]
    assert limit.wait("b") == 0, "each name has its own"
    clock.now = 4
    assert limit.wait("a") == 6
    clock.now = 10
    assert [limit.wait("a") for _ in range(2)] == [0, 10]
    clock.now = 1_000
    assert [limit.wait("a") for _ in range(4)] == [0, 0, 0, 10], "no more than at once"
    limit.forget("a")
    assert limit.wait("a") == 0


@given(st.lists(st.floats(0, 30), max_size=60))
def test_never_more_tries_than_the_bucket_held_and_time_gave(gaps: list[float]) -> None:
    clock = Seconds()
    limit = RateLimit(5, 10, clock=clock)
    allowed = 0
    for gap in gaps:
        clock.now += gap
        wait = limit.wait("a")
        allowed += wait == 0
        assert wait <= 10
    assert allowed <= 5 + clock.now / 10 + 1e-9


def test_a_limit_does_not_grow_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("whatworks.web.team.rate_limit._MOST_NAMES", 2)
    limit = RateLimit(1, 10, clock=Seconds())
    assert [limit.wait(name) for name in "abcb"] == [0, 0, 0, 10]
    assert limit.wait("a") == 0, "the one not seen for longest was dropped"


@pytest.mark.parametrize(
    ("host", "key"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("testclient", "testclient"),
        (None, "unknown"),
    ],
)
def test_one_household_is_one_address(host: str | None, key: str) -> None:
    assert address_key(host) == key


# --- passwords ---


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("eleven char", "at least 12"),
        ("x" * 1_001, "at most 1,000"),
        ("abababababab", "repeat"),
        ("anna.smith@school.example", "not made of your name"),
        ("AnnaSmith2026", "not made of your name"),
        ("smith anna smith", "not made of your name"),
        ("anna.smith!!!", "not made of your name"),
        ("ANNA.SMITH 12", "not made of your name"),
    ],
)
def test_passwords_that_are_guessed_first_are_refused(password: str, words: str) -> None:
    problem = password_problem(password, name="Anna Smith", email="anna.smith@school.example")
    assert problem is not None
    assert words in problem


@pytest.mark.parametrize(
    "password",
    [
        "four plain words here",
        "the smith of the village",
        "aaaabbbbccccdddd",
        "пароль на другом языке",
        "123456789012",
        " leading and trailing ",
    ],
)
def test_any_other_password_of_twelve_characters_will_do(password: str) -> None:
    assert password_problem(password, name="Anna Smith", email="anna.smith@school.example") is None


def test_a_name_without_long_words_refuses_nothing() -> None:
    assert password_problem("any twelve characters", name="Bo Li", email=None) is None


@given(st.text(min_size=1, max_size=40), st.text(max_size=40))
def test_only_the_same_password_is_right(password: str, other: str) -> None:
    stored = CHEAP.hash(password)
    assert stored.startswith("$argon2id$")
    assert CHEAP.is_right(stored, password)
    assert CHEAP.is_right(stored, other) == (normalize("NFC", other) == normalize("NFC", password))
    assert CHEAP.hash(password) != stored, "each has its own salt"
    assert not CHEAP.is_right(None, password)
    assert not CHEAP.is_right("not a hash", password)


def test_an_accent_typed_in_two_ways_is_one_password() -> None:
    assert CHEAP.is_right(CHEAP.hash("caf\u00e9 au lait, deux"), "cafe\u0301 au lait, deux")
    assert not CHEAP.is_right(CHEAP.hash("cafe au lait, deux"), "caf\u00e9 au lait, deux")


def test_a_hash_of_another_cost_is_outdated() -> None:
    dearer = Passwords(memory_kib=16, passes=1, lanes=1)
    assert dearer.is_outdated(CHEAP.hash("a password of old"))
    assert not CHEAP.is_outdated(CHEAP.hash("a password of old"))


def test_the_usual_cost_is_that_of_the_standard() -> None:
    assert "$m=65536,t=3,p=4$" in Passwords().hash("a password")


def test_tokens_are_long_and_their_hashes_do_not_give_them_away() -> None:
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    for token in tokens:
        assert len(token) == 43
        assert set(token) <= set(string.ascii_letters + string.digits + "-_")
        assert token not in token_hash(token)
    assert len(token_hash("\udcff")) == 64, "what a browser sends may be no text at all"


# --- where to go on ---


@given(st.text(max_size=30).map(lambda text: f"/{text}"))
def test_an_address_to_go_on_to_is_a_path_of_this_server(wanted: str) -> None:
    page = local_page(wanted)
    assert page.startswith("/")
    assert not page.startswith("//")
    assert "\\" not in page
    assert page.isprintable()
    assert local_page(page) == page


@pytest.mark.parametrize("page", ["/desk/reviews/r", "/gap-map.html?phase=p&x=%2F", "/desk/"])
def test_pages_of_this_server_are_gone_on_to(page: str) -> None:
    assert local_page(page) == page


def test_the_first_page_needs_no_saying() -> None:
    assert sign_in_address(None) == sign_in_address(FIRST_PAGE) == "/sign-in"


# --- words ---


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64) Gecko Firefox/140.0", "Firefox on Windows"),
        ("Mozilla/5.0 (X11; CrOS x86) AppleWebKit Chrome/140 Safari/537", "Chrome on Chromebook"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140 Safari/537 Edg/140", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18 like Mac OS X) Safari/604", "Safari on iPhone"),
        ("curl/8.0", "Another browser"),
        ("", "A browser that does not say what it is"),
        (None, "A browser that does not say what it is"),
    ],
)
def test_a_browser_is_told_in_words(agent: str | None, words: str) -> None:
    assert browser_words(agent) == words


def test_a_time_is_told_in_words() -> None:
    assert time_words("2026-11-24T09:05:59.000001Z") == "24 November 2026, 9:05 UTC"
