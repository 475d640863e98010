"""A team's server for tests: cheap passwords, a clock that is set by hand, links in a folder."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

from starlette.testclient import TestClient

from whatworks.actions.accounts import accept_invitation, invite_person
from whatworks.actions.team import add_member
from whatworks.release import Evidence, ReleaseLabel
from whatworks.store import Actor, Passwords, Store
from whatworks.web.app import create_app
from whatworks.web.team import Door, TeamConfig
from whatworks.web.team.rate_limit import Limits
from whatworks.web.work import Desk

ADDRESS = "https://review.example"
LABEL = ReleaseLabel("whatworks", "Working copy", "draft", "2026-11-24", "0")
OWN = {"Origin": ADDRESS, "Sec-Fetch-Site": "same-origin"}
PASSWORD = "four plain words here"
BOSS = Actor("local", "lead")
# What one hash costs says nothing about what the program does with it.
CHEAP = Passwords(memory_kib=8, passes=1, lanes=1)


@dataclass
class Clock:
    """Time that moves when told."""

    at: datetime = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def seconds(self) -> float:
        return self.at.timestamp()

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)


def config_of(folder: Path, address: str = ADDRESS, **more: object) -> TeamConfig:
    return TeamConfig.model_validate(
        {"address": address, "links": {"how": "file", "folder": str(folder)}, **more}
    )


@dataclass
class Server:
    """A store behind a door, with people to sign in."""

    store: Store
    outbox: Path
    address: str = ADDRESS
    passwords: Passwords = field(default_factory=lambda: CHEAP)
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.door = Door(
            self.store,
            config_of(self.outbox, self.address),
            passwords=self.passwords,
            limits=Limits.usual(self.clock.seconds),
            clock=self.clock,
        )
        self.desk = Desk(self.store, by=None, release=LABEL)
        self.app = create_app(Evidence, LABEL, desk=self.desk, door=self.door)

    def browser(self) -> TestClient:
        """A browser nobody has used yet; it does not follow redirects."""
        client = TestClient(
            self.app,
            base_url=self.address,
            raise_server_exceptions=False,
            follow_redirects=False,
        )
        client.headers.update({**OWN, "Origin": self.address})
        return client

    def person(self, name: str, *, is_administrator: bool = False, **roles: str) -> str:
        """Somebody who has accepted an invitation, with roles by review; return the pseudonym."""
        made = invite_person(
            self.store,
            by=BOSS,
            name=name,
            email=email_of(name),
            is_administrator=is_administrator,
            at=self.clock(),
        )
        accept_invitation(
            self.store,
            token=made.token,
            password=PASSWORD,
            passwords=self.passwords,
            at=self.clock(),
        )
        for review_id, role in roles.items():
            add_member(self.store, by=BOSS, review_id=review_id, person=made.pseudonym, role=role)
        return made.pseudonym

    def signed_in(self, name: str) -> TestClient:
        """A browser in which somebody has just signed in."""
        client = self.browser()
        sent = {"email": email_of(name), "password": PASSWORD}
        response = client.post("/sign-in", data=sent)
        assert response.status_code == 303, response.text
        return client

    def links(self) -> list[str]:
        """The paths of the links that were handed over, the oldest first."""
        texts = [path.read_text() for path in sorted(self.outbox.glob("*.txt"))]
        return [re.findall(r"https?://[^/\s]+(/invitation/\S+)", text)[0] for text in texts]


def email_of(name: str) -> str:
    return f"{name.lower().replace(' ', '.')}@school.example"


def text_of(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())
