"""A command group that loads a command's module only when that command is used."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any, cast

import click

__all__ = ["LazyGroup", "ReaderLeft"]


class ReaderLeft(Exception):
    """The reader of our output (head, less) left before its end."""


class LazyGroup(click.Group):
    """A group whose commands are named beforehand, with their one-line help.

    Parameters
    ----------
    lazy : mapping
        Command name to ("module:attribute", short help). The help stands here as well so that
        `--help` answers without importing the methods behind it; a test compares the two.
    """

    def __init__(
        self, name: str, *, lazy: Mapping[str, tuple[str, str]], help: str | None = None
    ) -> None:
        super().__init__(name=name, help=help)
        self.lazy = dict(lazy)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; a closed pipe is told apart from faults before click ends with 1."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise ReaderLeft from None

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order a new user needs them."""
        return list(self.lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command."""
        if cmd_name not in self.lazy:
            return None
        module, _, attribute = self.lazy[cmd_name][0].partition(":")
        return cast(click.Command, getattr(importlib.import_module(module), attribute))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, short) for name, (_, short) in self.lazy.items()])
