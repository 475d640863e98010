"""Where a model is asked, how, and that records may be sent there: a TOML file that a person writes."""

from __future__ import annotations

import ipaddress
import os
import re
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from whatworks.errors import UserError
from whatworks.screening.settings_file import read_settings

__all__ = ["ServerConfig", "is_this_machine", "read_key", "read_server_config"]

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
PATH = "/chat/completions"
_LONGEST_KEY = 4096


class ServerConfig(BaseModel):
    """How a model is asked.

    Attributes
    ----------
    name
        Name under which its suggestions are kept, with its version; another model needs another name.
    base_url
        Address up to and with the version, such as https://host/v1.
    model
        Name of the model at that address.
    sends_titles_and_abstracts
        Must be true: that a person agrees to titles and abstracts, the criteria and the exclusion reasons
        being sent to the address.
    key_env, key_file
        Environment variable, or file, that holds the key; none for a server without keys.
    response_format
        json_schema, json_object, or none for servers that know neither.
    temperature, seed, max_tokens, max_completion_tokens
        Passed on if given.
    timeout_seconds
        Time for one answer.
    retries
        Times that one record is asked about again after a fault that may pass.
    longest_wait_seconds
        Longest pause between two tries; a server that asks for more ends the run.
    max_answer_kilobytes
        Longer answers are refused unread.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str
    base_url: str
    model: str = Field(min_length=1, max_length=200)
    sends_titles_and_abstracts: Literal[True]
    key_env: str | None = Field(default=None, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")
    key_file: str | None = Field(default=None, min_length=1)
    response_format: Literal["json_schema", "json_object", "none"] = "json_schema"
    temperature: float | None = Field(default=0.0, ge=0, le=2)
    seed: int | None = None
    max_tokens: int | None = Field(default=None, ge=1)
    max_completion_tokens: int | None = Field(default=None, ge=1)
    timeout_seconds: float = Field(default=60.0, gt=0, le=3600)
    retries: int = Field(default=4, ge=0, le=20)
    longest_wait_seconds: float = Field(default=120.0, ge=0, le=3600)
    max_answer_kilobytes: int = Field(default=256, ge=1, le=65536)

    @field_validator("name")
    @classmethod
    def _name_is_plain(cls, name: str) -> str:
        if not NAME.fullmatch(name):
            raise ValueError('Use up to 60 letters, digits, ".", "_" and "-", such as qwen3-8b-q4')
        return name

    @field_validator("base_url")
    @classmethod
    def _address_is_safe(cls, address: str) -> str:
        try:
            parts = urlsplit(address)
            host, _port = parts.hostname, parts.port
        except ValueError:
            raise ValueError("It is no address. Write one such as https://host/v1") from None
        if parts.scheme not in ("http", "https") or not host or re.search(r"[^!-~]", address):
            raise ValueError("It is no address. Write one such as https://host/v1")
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ValueError(
                "An address holds no name, password or question mark: keys stand in key_env or key_file"
            )
        if parts.scheme == "http" and not is_this_machine(host):
            raise ValueError("Texts and keys go unencrypted only to this machine. Write https://")
        return address.rstrip("/").removesuffix(PATH)

    @model_validator(mode="after")
    def _one_key(self) -> ServerConfig:
        if self.key_env is not None and self.key_file is not None:
            raise ValueError("Name key_env or key_file, not both")
        return self

    @property
    def address(self) -> str:
        """Where requests go."""
        return self.base_url + PATH


def read_server_config(data: bytes, *, file: str) -> ServerConfig:
    """Read how a model is asked.

    Raises
    ------
    FileError
        Naming every key that is missing, unknown or wrong; never what it holds.
    """
    return read_settings(data, ServerConfig, file=file)


def is_this_machine(host: str) -> bool:
    """Whether a host is the machine that asks."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def read_key(config: ServerConfig, *, folder: Path) -> str | None:
    """Return the key; None if the server needs none.

    Parameters
    ----------
    folder : Path
        Where the configuration lies: a relative key_file is looked for there.

    Raises
    ------
    UserError
        There is none where the configuration says, or it is none that could be sent. It is never shown.
    """
    if config.key_env is not None:
        where = f"The environment variable {config.key_env}"
        key = os.environ.get(config.key_env, "")
    elif config.key_file is not None:
        path = folder / Path(config.key_file).expanduser()
        where = f"The file {path}"
        try:
            key = path.read_bytes()[: _LONGEST_KEY + 1].decode("ascii", errors="replace")
        except OSError as error:
            raise UserError(
                f"{where}, which should hold the key, cannot be read: {error.strerror}. Nothing was sent."
            ) from None
    else:
        return None
    key = key.strip()
    if not key:
        raise UserError(f"{where} holds no key. Put it there, then try again. Nothing was sent.")
    if len(key) > _LONGEST_KEY or not all("!" <= character <= "~" for character in key):
        raise UserError(
            f"{where} holds something that is no key: keys are one line of plain letters, digits and signs. "
            "Nothing was sent."
        )
    return key
