"""The file of a team's server: what it may say, and how its mistakes are told."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from whatworks.errors import UserError
from whatworks.web.team.config import FileLinks, SmtpLinks, read_team_config

GOOD = """
address = "https://review.example.org"
[links]
how = "file"
folder = "outbox"
"""
SMTP = """
address = "https://review.example.org"
[links]
how = "smtp"
host = "mail.example.org"
from = "whatworks <noreply@example.org>"
"""


def read(folder: Path, text: str):
    (folder / "team.toml").write_text(text, encoding="utf-8")
    return read_team_config(folder / "team.toml")


def test_a_short_file_is_enough(tmp_path: Path) -> None:
    config = read(tmp_path, GOOD)
    assert (config.host, config.port, config.is_https) == ("127.0.0.1", 8000, True)
    assert config.links == FileLinks(how="file", folder=tmp_path / "outbox")
    assert config.lengths.idle == timedelta(hours=8)
    assert config.lengths.absolute == config.invitation_lasts == timedelta(days=7)


def test_a_mail_server_with_a_password_in_a_file(tmp_path: Path) -> None:
    config = read(tmp_path, SMTP + 'user = "u"\npassword_file = "secret"\n')
    assert isinstance(config.links, SmtpLinks)
    assert config.links.password_file == tmp_path / "secret"
    assert (config.links.port, config.links.security) == (587, "starttls")


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://Review.Example.org/", "https://review.example.org"),
        ("https://review.example.org:443", "https://review.example.org"),
        ("https://review.example.org:8443", "https://review.example.org:8443"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_an_address_is_kept_as_browsers_write_it(tmp_path: Path, address: str, origin: str) -> None:
    assert read(tmp_path, GOOD.replace("https://review.example.org", address)).address == origin


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (GOOD.replace("address", "adress"), "address: it is missing"),
        (GOOD.replace("address", "adress"), "adress: there is no such key"),
        (GOOD.replace("https://", ""), 'address: Give it as "https://review.example.org"'),
        (GOOD.replace(".org", ".org/path"), "address: Give a name without anything behind it"),
        (GOOD.replace("https://", "https://u:p@"), "address: Give it as"),
        (GOOD.replace(".org", ".org:99999"), "address: The port is none"),
        (GOOD.replace("https", "http"), "insecure_plain_http = true"),
        ("port = 70000\n" + GOOD, "port: found '70000'. Give a number of at most 65535"),
        ('port = "80"\n' + GOOD, "port: found '80'. Give a whole number without quotation marks"),
        ('trusted_proxies = ["*"]\n' + GOOD, 'trusted_proxies: "*" is no address'),
        (
            'trusted_proxies = "127.0.0.1"\n' + GOOD,
            "trusted_proxies: found '127.0.0.1'. Give a list",
        ),
        ('insecure_plain_http = "yes"\n' + GOOD, "insecure_plain_http: found 'yes'. Give true or"),
        (GOOD.replace('"file"', '"pigeon"'), "links: it does not say how"),
        (GOOD.replace('how = "file"', ""), "links: it does not say how"),
        (GOOD.replace("folder", "foldr"), "links.folder: it is missing"),
        ('address = "https://a.example"\nlinks = 3', "links: found '3'. it must be a table"),
        (
            GOOD + "[sessions]\nidle_hours = 0",
            "sessions.idle_hours: found '0'. Give a number of more",
        ),
        (
            SMTP + 'security = "ssl"',
            "links.security: found 'ssl'. Give 'starttls', 'tls' or 'none'",
        ),
        (SMTP + 'security = "none"', "sends links for all to read"),
        (SMTP + 'user = "u"', "user and password_file belong together"),
        (SMTP.replace("mail.example.org", ""), "links.host: it is empty"),
        ("address = ", "cannot be read as TOML"),
    ],
)
def test_every_mistake_is_told_by_its_key_with_what_to_do(
    tmp_path: Path, text: str, words: str
) -> None:
    with pytest.raises(UserError) as caught:
        read(tmp_path, text)
    assert words in str(caught.value)
    assert "team.toml" in str(caught.value)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        read(tmp_path, "port = 0.5\nhots = 1\n")
    lines = str(caught.value).splitlines()
    assert len(lines) == 5
    assert lines[-1] == "The server was not started."


def test_a_password_in_the_wrong_place_is_not_printed(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        read(tmp_path, SMTP + 'password = "correct horse"\n')
    assert "links.password: there is no such key" in str(caught.value)
    assert "horse" not in str(caught.value)


def test_plain_http_for_others_has_to_be_meant(tmp_path: Path) -> None:
    text = "insecure_plain_http = true\n" + GOOD.replace("https", "http")
    assert not read(tmp_path, text).is_https


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is not there"):
        read_team_config(tmp_path / "none.toml")
