"""The one file that says how a team's server is reached, and how it sends links."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from whatworks.errors import UserError
from whatworks.store import SessionLengths
from whatworks.web.team.config_words import describe_error
from whatworks.web.work.guard import is_loopback

__all__ = ["FileLinks", "SmtpLinks", "TeamConfig", "read_team_config"]

Port = Annotated[int, Field(ge=1, le=65535, strict=True)]
Hours = Annotated[float, Field(gt=0, le=24 * 366)]
Text = Annotated[str, Field(min_length=1)]
PLAIN_HTTP = "insecure_plain_http"


class _Part(BaseModel):
    """A table of the file; a misspelt key is a mistake and not nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class FileLinks(_Part):
    """Links are written into a folder of the server, each in a file that only its user can read."""

    how: Literal["file"]
    folder: Path


class SmtpLinks(_Part):
    """Links are sent by e-mail."""

    how: Literal["smtp"]
    host: Text
    port: Port = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: Text | None = None
    password_file: Path | None = None
    sender: Text = Field(alias="from")

    @model_validator(mode="after")
    def _goes_together(self) -> SmtpLinks:
        if (self.user is None) != (self.password_file is None):
            raise ValueError("user and password_file belong together. Give both or neither.")
        if self.security == "none" and not is_loopback(self.host):
            raise ValueError(
                'security "none" sends links for all to read. Use "starttls" or "tls", or a mail '
                "server on this machine."
            )
        return self


class Sessions(_Part):
    """How long people stay signed in, and how long a link works."""

    idle_hours: Hours = 8
    absolute_hours: Hours = 168
    invitation_hours: Hours = 168


class TeamConfig(_Part):
    """A team's server.

    Attributes
    ----------
    address
        Where people reach it: https://name, with a port if it is not the usual one.
    host, port
        Where it listens: behind a proxy on the same machine, 127.0.0.1.
    trusted_proxies
        Addresses or networks whose word about the sender of a request is taken.
    insecure_plain_http
        Whether an address without https is meant although passwords can be read on the way.
    links
        How links of invitations reach people.
    sessions
        How long they last.
    """

    address: Text
    host: Text = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535, strict=True)] = 8000
    trusted_proxies: tuple[Text, ...] = ("127.0.0.1", "::1")
    insecure_plain_http: Annotated[bool, Field(strict=True)] = False
    links: Annotated[FileLinks | SmtpLinks, Field(discriminator="how")]
    sessions: Sessions = Sessions()

    @field_validator("address")
    @classmethod
    def _is_origin(cls, value: str) -> str:
        parts = urlsplit(value)
        try:
            port = parts.port
        except ValueError:
            raise ValueError("The port is none. Give a number up to 65535.") from None
        if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
            raise ValueError('Give it as "https://review.example.org".')
        if parts.path not in ("", "/") or parts.query or parts.fragment:
            raise ValueError("Give a name without anything behind it: a path cannot be served.")
        name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        usual = {"http": 80, "https": 443}[parts.scheme]
        return f"{parts.scheme}://{name}" + (f":{port}" if port not in (None, usual) else "")

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            try:
                ip_network(one)
            except ValueError:
                raise ValueError(
                    f'"{one}" is no address. Give addresses or networks, such as "10.0.0.5" or '
                    '"10.0.0.0/24".'
                ) from None
        return value

    @model_validator(mode="after")
    def _is_encrypted(self) -> TeamConfig:
        name = urlsplit(self.address).hostname or ""
        if not self.is_https and not is_loopback(name) and not self.insecure_plain_http:
            raise ValueError(
                f"{self.address} is plain http: passwords and decisions could be read on the way. Put "
                "a proxy with a certificate in front and give an https address. In a closed test "
                f"network you can write {PLAIN_HTTP} = true instead."
            )
        return self

    @property
    def is_https(self) -> bool:
        """Whether people reach it by https."""
        return self.address.startswith("https://")

    @property
    def lengths(self) -> SessionLengths:
        """How long sessions last."""
        return SessionLengths(
            timedelta(hours=self.sessions.idle_hours),
            timedelta(hours=self.sessions.absolute_hours),
        )

    @property
    def invitation_lasts(self) -> timedelta:
        """How long a link of an invitation works."""
        return timedelta(hours=self.sessions.invitation_hours)


def read_team_config(path: Path) -> TeamConfig:
    """Read the file of a team's server; folders in it are meant from where it lies.

    Raises
    ------
    UserError
        It is not there or no TOML, or has mistakes: all are told, each by its key.
    """
    try:
        read = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(
            f"{path} is not there. docs/how-to/run-a-team-server.md has one to begin with."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{path} cannot be read as TOML: {error}. Mend that line.") from None
    try:
        config = TeamConfig.model_validate(read)
    except ValidationError as error:
        lines = [f"{path}, {describe_error(one)}" for one in error.errors(include_url=False)]
        raise UserError("\n".join([*lines, "The server was not started."])) from None
    return config.model_copy(update={"links": _placed(config.links, path.resolve().parent)})


def _placed(links: FileLinks | SmtpLinks, folder: Path) -> FileLinks | SmtpLinks:
    """Return where links go, with paths from the file's folder."""
    if isinstance(links, FileLinks):
        changes: Mapping[str, Any] = {"folder": folder / links.folder}
    elif links.password_file is not None:
        changes = {"password_file": folder / links.password_file}
    else:
        changes = {}
    return links.model_copy(update=changes)
