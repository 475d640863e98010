"""The command line: one file for each group of commands, loaded only when it is used."""

from whatworks.cli.main import main

__all__ = ["main"]
