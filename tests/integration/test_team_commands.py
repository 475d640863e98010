"""`whatworks team` and `whatworks serve --team`, and links by e-mail."""

from __future__ import annotations

import json
import re
import smtplib
import socketserver
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from click.testing import CliRunner, Result

from tests.team_server import CHEAP, PASSWORD, config_of
from tests.work_files import begin_store
from whatworks.actions.accounts import accept_invitation
from whatworks.cli.main import cli
from whatworks.errors import UserError
from whatworks.store import Invitation, Store
from whatworks.web.team import TeamConfig, deliver_link

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
MADE = Invitation("person-23456789", "the-secret-token", "2026-12-01T09:00:00.000000Z")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A store with a review."""
    return begin_store(tmp_path / "work.db")


def run(place: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["team", *arguments, "--store", str(place)])


def invite(place: Path, name: str, email: str, *more: str) -> str:
    """Invite somebody and accept for them; return the pseudonym."""
    done = run(place, "invite", name, email, *more)
    assert done.exit_code == 0, done.output
    token = done.stdout.strip().rpartition("/invitation/")[2]
    with Store.open(place) as store:
        return accept_invitation(
            store, token=token, password=PASSWORD, passwords=CHEAP, at=datetime.now(UTC)
        )


def test_people_are_invited_listed_and_given_roles(place: Path) -> None:
    ada = invite(place, "Ada Boss", "ada@school.example", "--administrator")
    assert run(place, "role", "r", "ADA@school.example", "lead").exit_code == 0
    done = run(place, "invite", "Bob Jones", "bob@school.example")
    assert "Keep it secret" in done.stderr
    assert run(place, "role", "r", "bob@school.example", "reader").exit_code == 0
    assert run(place, "role", "r", "bob@school.example", "reviewer").exit_code == 0
    lines = run(place, "list").stdout
    assert f"{ada}: Ada Boss <ada@school.example>: can sign in, administrator, lead of r" in lines
    assert "Bob Jones <bob@school.example>: invited, reviewer of r" in lines
    assert run(place, "role", "r", "bob@school.example", "left").exit_code == 0
    (row,) = json.loads(run(place, "list", "--review", "r", "--json").stdout)
    assert (row["pseudonym"], row["roles"]) == (ada, {"r": "lead"})


def test_people_are_disabled_enabled_signed_out_and_made_administrators(place: Path) -> None:
    ada = invite(place, "Ada Boss", "ada@school.example", "--administrator")
    invite(place, "Bob Jones", "bob@school.example")
    assert isinstance(run(place, "disable", ada).exception, UserError), "the last administrator"
    assert run(place, "disable", "bob@school.example").exit_code == 0
    assert "disabled" in run(place, "list").stdout
    assert run(place, "enable", "bob@school.example").exit_code == 0
    assert run(place, "administrator", "bob@school.example", "yes").exit_code == 0
    assert run(place, "disable", ada).exit_code == 0
    assert run(place, "sign-out", "bob@school.example").stdout == "0 sessions ended.\n"
    assert run(place, "sign-out", "--everybody").exit_code == 0
    for wrong in (("sign-out",), ("sign-out", ada, "--everybody"), ("reset", "nobody@x.example")):
        assert isinstance(run(place, *wrong).exception, UserError)


def test_a_reset_hands_over_a_new_link_as_the_file_says(place: Path, tmp_path: Path) -> None:
    invite(place, "Ada Boss", "ada@school.example", "--administrator")
    file = tmp_path / "team.toml"
    file.write_text(
        'address = "https://review.example"\n[links]\nhow = "file"\nfolder = "outbox"\n'
    )
    done = run(place, "reset", "ada@school.example", "--team", str(file))
    (written,) = (tmp_path / "outbox").iterdir()
    assert written.name in done.stdout
    link = re.search(r"https://review\.example/invitation/\S+", written.read_text())
    assert link is not None
    assert link[0] not in done.output
    printed = run(place, "reset", "ada@school.example", "--team", str(file), "--print").stdout
    assert re.fullmatch(r"https://review\.example/invitation/[\w-]{43}\n", printed)


# --- e-mail ---


class Mailbox(socketserver.ThreadingTCPServer):
    """A mail server that takes one message a connection, or says no."""

    allow_reuse_address = True
    answer = "250 ok"

    def __init__(self) -> None:
        self.messages: list[str] = []
        super().__init__(("127.0.0.1", 0), _Conversation)


class _Conversation(socketserver.StreamRequestHandler):
    server: Mailbox

    def handle(self) -> None:
        def say(words: str) -> None:
            self.wfile.write(f"{words}\r\n".encode())

        say("220 mail.example")
        while line := self.rfile.readline().decode().strip():
            word = line.split(":")[0].split()[0].upper()
            if word == "DATA":
                say("354 go on")
                lines = []
                while (text := self.rfile.readline().decode().rstrip("\r\n")) != ".":
                    lines.append(text)
                self.server.messages.append("\n".join(lines))
                say("250 kept")
            elif word == "QUIT":
                say("221 bye")
                return
            else:
                say(self.server.answer if word == "RCPT" else "250 ok")


@pytest.fixture
def mailbox():
    with Mailbox() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def by_mail(port: int, **more: object) -> TeamConfig:
    links = {
        "how": "smtp",
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "from": "whatworks <noreply@school.example>",
        **more,
    }
    return TeamConfig.model_validate({"address": "https://review.example", "links": links})


def test_a_link_is_sent_by_mail(mailbox: Mailbox) -> None:
    words = deliver_link(
        by_mail(mailbox.server_address[1]),
        name="Zoë New",
        email="zoe@school.example",
        invitation=MADE,
        at=NOW,
    )
    assert words == "The link was sent to zoe@school.example."
    (message,) = mailbox.messages
    head, _, body = message.partition("\n\n")
    assert "To: zoe@school.example" in head
    assert "From: whatworks <noreply@school.example>" in head
    assert "Date: Tue, 24 Nov 2026 09:00:00 +0000" in head
    assert MADE.token not in head
    assert "1 December 2026" in body
    assert f"https://review.example/invitation/{MADE.token}" in body


def test_a_mail_server_that_says_no_is_told_without_the_link(mailbox: Mailbox) -> None:
    mailbox.answer = f"550 not here: {MADE.token}"
    config = by_mail(mailbox.server_address[1])
    with pytest.raises(UserError, match="could not be sent by 127") as caught:
        deliver_link(config, name="N", email="z@school.example", invitation=MADE, at=NOW)
    assert MADE.token not in str(caught.value)
    assert not isinstance(caught.value.__context__, smtplib.SMTPException) or (
        caught.value.__suppress_context__
    )


def test_a_mail_server_that_is_not_there_is_told() -> None:
    with socketserver.TCPServer(("127.0.0.1", 0), socketserver.BaseRequestHandler) as gone:
        port = gone.server_address[1]
    with pytest.raises(UserError, match=f"port {port}: Connection refused"):
        deliver_link(by_mail(port), name="N", email="z@x.example", invitation=MADE, at=NOW)


def test_a_mail_server_that_cannot_encrypt_gets_no_link(mailbox: Mailbox) -> None:
    config = by_mail(mailbox.server_address[1], security="starttls")
    with pytest.raises(UserError, match="could not be sent"):
        deliver_link(config, name="N", email="z@x.example", invitation=MADE, at=NOW)
    assert mailbox.messages == []


def test_a_password_file_for_everybody_is_refused(mailbox: Mailbox, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("mail password")
    secret.chmod(0o644)
    config = by_mail(mailbox.server_address[1], user="u", password_file=str(secret))
    with pytest.raises(UserError, match=f"chmod 600 {secret}"):
        deliver_link(config, name="N", email="z@x.example", invitation=MADE, at=NOW)


def test_a_link_in_a_file_says_whom_it_is_for(tmp_path: Path) -> None:
    deliver_link(config_of(tmp_path), name="A", email="z@x.example", invitation=MADE, at=NOW)
    (file,) = tmp_path.iterdir()
    assert file.read_text().startswith("To: z@x.example\n\nHello A,\n")


# --- the server ---


def serve(place: Path, config: Path) -> subprocess.Popen[str]:
    command = "from whatworks.cli import main; main()"
    return subprocess.Popen(
        [sys.executable, "-c", command, "serve", "--store", str(place), "--team", str(config)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_server_for_a_team_asks_to_sign_in_and_writes_no_link_anywhere(
    place: Path, tmp_path: Path
) -> None:
    file = tmp_path / "team.toml"
    file.write_text(
        'address = "https://review.example"\nport = 0\n[links]\nhow = "file"\nfolder = "outbox"\n'
    )
    nobody = serve(place, file)
    _, told = nobody.communicate(timeout=60)
    assert nobody.returncode == 2
    assert "whatworks team invite NAME E-MAIL --administrator" in told
    invite(place, "Ada Boss", "ada@school.example", "--administrator")
    server = serve(place, file)
    try:
        assert server.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:\d+/", server.stdout.readline())
        assert found is not None
        assert "People reach it at https://review.example/" in server.stdout.readline()

        def status(path: str, **headers: str) -> tuple[int, str]:
            request = Request(f"{found[0]}{path}", headers=headers)
            try:
                with urlopen(request, timeout=20) as answer:
                    return answer.status, answer.read().decode()
            except HTTPError as error:
                return error.code, error.read().decode()

        assert status("healthz") == (200, "ok")
        assert status("sign-in")[0] == 403, "by another name"
        host = {"Host": "review.example", "X-Forwarded-For": "192.0.2.9"}
        code, page = status("sign-in", **host)
        assert code == 200
        assert "Accounts are made by invitation" in page
        assert status("invitation/a-secret", **host)[0] == 404
    finally:
        server.terminate()
        out, err = server.communicate(timeout=20)
    assert "a-secret" not in out + err


def test_a_team_works_on_a_store_and_not_on_a_release(place: Path, tmp_path: Path) -> None:
    arguments = ["serve", "--release", str(tmp_path), "--team", str(tmp_path / "t.toml")]
    error = CliRunner().invoke(cli, arguments).exception
    assert isinstance(error, UserError)
    assert "Leave out --release" in str(error)
