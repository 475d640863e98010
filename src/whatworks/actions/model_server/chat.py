"""A model asked through an OpenAI-style chat API: tries again where that may help, and reads what comes back."""

from __future__ import annotations

import email.utils
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

import whatworks
from whatworks.actions.model_server.config import ServerConfig, read_key
from whatworks.actions.model_server.post import Reply, TooLarge, TooSlow, Unreachable, post
from whatworks.screening.suggesting import NoAnswer, Prompt, ProviderUnavailable, RefusedAnswer

__all__ = ["ModelProvider", "model_provider"]

PASSING = (408, 409, 425, 429, 500, 502, 503, 504, 529)
TOO_MANY = 429
FIRST_WAIT_SECONDS = 1.0
# What a server says of its fault is repeated this far.
_SHOWN = 200
# Shorter ones may stand in any text by chance.
_LEAST_KEY = 8
_FENCED = re.compile(r"\s*```(?:json)?\s*\n(.*?)\n?\s*```\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ModelProvider:
    """Suggests by asking a model; see `whatworks.screening.suggesting.Provider`.

    Attributes
    ----------
    config
        Where and how it is asked.
    key
        Sent to the address and shown nowhere.
    wait
        Sleeps for some seconds.
    now
        Gives the time, UTC.
    """

    config: ServerConfig
    key: str | None = field(default=None, repr=False)
    wait: Callable[[float], None] = time.sleep
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))

    @property
    def actor(self) -> str:
        """Name under which the suggestions are kept."""
        return f"model-{self.config.name}"

    @property
    def role(self) -> str:
        """A model's."""
        return "model"

    @property
    def settings(self) -> Mapping[str, Any]:
        """What answers depend on: the model, and how it is asked. The address is not among it."""
        names = ("model", "response_format", "temperature", "seed")
        limits = ("max_tokens", "max_completion_tokens")
        return self.config.model_dump(mode="json", include={*names, *limits})

    def request_body(self, prompt: Prompt, schema: Mapping[str, Any]) -> dict[str, Any]:
        """Return all that leaves this machine about one record, besides the key."""
        config = self.config
        body: dict[str, Any] = {
            "model": config.model,
            "messages": [
                {"role": "system", "content": prompt.instructions},
                {"role": "user", "content": prompt.record},
            ],
        }
        for name in ("temperature", "seed", "max_tokens", "max_completion_tokens"):
            value = getattr(config, name)
            if value is not None:
                body[name] = value
        if config.response_format == "json_schema":
            body["response_format"] = {
                "type": "json_schema",
                "json_schema": {"name": "suggestion", "strict": True, "schema": dict(schema)},
            }
        elif config.response_format == "json_object":
            body["response_format"] = {"type": "json_object"}
        return body

    def suggest(self, prompt: Prompt, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """Ask about one record.

        Raises
        ------
        NoAnswer
            None came about this record, though others may have one.
        RefusedAnswer
            One came, and it is no JSON object or too long.
        ProviderUnavailable
            None can be had now: nothing answers, the key is not taken, or too much was asked.
        """
        body = json.dumps(self.request_body(prompt, schema)).encode()
        for attempt in range(self.config.retries + 1):
            is_last = attempt == self.config.retries
            try:
                reply = self._post(body)
            except TooSlow as fault:
                if is_last:
                    raise NoAnswer(f"There was {fault}, {self._times()}.") from None
                self.wait(self._pause(attempt, None))
                continue
            if reply.status == 200:
                return self._unless_it_holds_the_key(_content(reply.body))
            if reply.status in PASSING and not is_last:
                self.wait(self._pause(attempt, reply.retry_after))
                continue
            self._give_up(reply)
        raise AssertionError("the last attempt returns or raises")

    def _post(self, body: bytes) -> Reply:
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "User-Agent": f"whatworks/{whatworks.__version__}",
        }
        if self.key is not None:
            headers["Authorization"] = f"Bearer {self.key}"
        config = self.config
        try:
            return post(
                config.address,
                body,
                headers=headers,
                timeout_seconds=config.timeout_seconds,
                max_bytes=1024 * config.max_answer_kilobytes,
            )
        except TooLarge:
            raise RefusedAnswer(
                f"The answer is longer than {config.max_answer_kilobytes:,} kB."
            ) from None
        except Unreachable as fault:
            raise ProviderUnavailable(
                f"{config.address} cannot be reached: {self._without_key(str(fault))}. Check the address and the "
                "network, then run it again: what was answered is kept."
            ) from None

    def _pause(self, attempt: int, retry_after: str | None) -> float:
        """Return how long to wait: what the server asks for, or twice as long each time."""
        longest = self.config.longest_wait_seconds
        asked = _seconds(retry_after, self.now())
        if asked is not None and asked > longest:
            raise ProviderUnavailable(
                f"{self.config.address} asks to be left alone for {asked:,.0f} seconds, longer than "
                f"longest_wait_seconds ({longest:g}). Run it again later: what was answered is kept."
            )
        return asked if asked is not None else min(longest, FIRST_WAIT_SECONDS * 2.0**attempt)

    def _give_up(self, reply: Reply) -> NoReturn:
        """Raise what a status means for this record, or for all."""
        status, address = reply.status, self.config.address
        if status in (401, 403):
            # What a server says about a key it does not take often repeats some of it.
            raise ProviderUnavailable(
                f"{address} does not take the key (status {status}). Check key_env or key_file. What was answered "
                "is kept."
            )
        # The key is taken out before the text is cut, so that no half of it stays at the end.
        said = self._without_key(_fault(reply.body))[:_SHOWN].rstrip(". ")
        said = f": {said}" if said else ""
        if 300 <= status < 400:
            raise ProviderUnavailable(
                f"{address} points elsewhere (status {status}), and texts go only to the address in the file. "
                "Correct base_url, if that is where they should go."
            )
        if status in (402, 404, 405, TOO_MANY):
            why = f"would not answer any more, {self._times()}" if status == TOO_MANY else "refused"
            raise ProviderUnavailable(
                f"{address} {why} (status {status}){said}. Check base_url, model and what the account allows, then "
                "run it again: what was answered is kept."
            )
        raise NoAnswer(f"The server answered with status {status}{said}.")

    def _times(self) -> str:
        n = self.config.retries + 1
        return "asked once" if n == 1 else f"asked {n} times"

    def _unless_it_holds_the_key(self, answer: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return an answer; what it says is stored, and a key must not be."""
        key = self.key or ""
        if len(key) >= _LEAST_KEY and key in json.dumps(answer, ensure_ascii=False):
            raise RefusedAnswer("The answer repeats the key.")
        return answer

    def _without_key(self, text: str) -> str:
        return text.replace(self.key, "(key)") if self.key else text


def model_provider(config: ServerConfig, *, folder: Path) -> ModelProvider:
    """Return a provider with its key; nothing is sent yet.

    Raises
    ------
    UserError
        There is no key where the configuration says.
    """
    return ModelProvider(config, read_key(config, folder=folder))


def _content(body: bytes) -> Mapping[str, Any]:
    """Return the JSON object that the first choice of an answer holds."""
    outer = _json(body.decode("utf-8", errors="replace"), "What the server sent")
    choices = outer.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = choice.get("message") if isinstance(choice, dict) else None
    if not isinstance(choice, dict) or not isinstance(message, dict):
        raise RefusedAnswer("What the server sent holds no choice with a message.")
    if message.get("refusal"):
        raise RefusedAnswer("The model declined to answer.")
    if choice.get("finish_reason") in ("length", "content_filter"):
        why = "cut off" if choice["finish_reason"] == "length" else "held back by a filter"
        raise RefusedAnswer(f"The answer was {why}.")
    content = message.get("content")
    if not isinstance(content, str):
        raise RefusedAnswer("The message holds no text.")
    fenced = _FENCED.fullmatch(content)
    return _json(fenced[1] if fenced else content, "The answer")


def _json(text: str, what: str) -> dict[str, Any]:
    """Return a JSON object in its strict form: no key twice, no NaN."""
    try:
        found = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise RefusedAnswer(f"{what} is no JSON.") from None
    if not isinstance(found, dict):
        raise RefusedAnswer(f"{what} is no JSON object.")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _fault(body: bytes) -> str:
    """Return what a server says of its fault, on one line; empty if it says nothing."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    error = found.get("error") if isinstance(found, dict) else None
    said = error.get("message") if isinstance(error, dict) else error
    if not isinstance(said, str):
        return ""
    return " ".join("".join(c if c.isprintable() else " " for c in said).split())


def _seconds(retry_after: str | None, now: datetime) -> float | None:
    """Return what Retry-After asks for in seconds, be it a number or a date; None if it says nothing."""
    if retry_after is None:
        return None
    text = retry_after.strip()
    if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", text):
        return float(text)
    try:
        at = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return max(0.0, (at - now).total_seconds())
