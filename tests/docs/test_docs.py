"""The documentation names every command, its links lead somewhere, and its Python runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from tests.conftest import ROOT
from whatworks.cli.main import cli

PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/**/*.md")])
TEXT = "\n".join(page.read_text() for page in PAGES)


def commands(group: click.Group, path: str = "whatworks") -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


@pytest.mark.parametrize("name", [name for name, _ in commands(cli)])
def test_the_command_is_documented(name):
    assert re.search(rf"\b{re.escape(name)}\b", TEXT), f"`{name}` is in no page of the docs"


@pytest.mark.parametrize(("name", "command"), list(commands(cli)))
def test_the_commands_help_has_an_example(name, command):
    assert f"Example: {name}" in (command.help or "")


@pytest.mark.parametrize("name", list(cli.lazy))
def test_the_short_help_in_the_list_is_that_of_the_command(name):
    command = cli.get_command(click.Context(cli), name)

    first = (command.help or "").partition("\n")[0]
    listed = cli.lazy[name][1]
    assert first == listed


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_to_files_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text()):
        if not re.match(r"[a-z]+:", target):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def python_blocks(page: Path) -> list[str]:
    return re.findall(r"```python\n(.*?)```", page.read_text(), re.S)


@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if python_blocks(page)],
    ids=lambda page: str(page.relative_to(ROOT)),
)
def test_the_code_blocks_of_the_page_run_one_after_the_other(page, tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "__main__"}

    for number, block in enumerate(python_blocks(page), start=1):
        exec(compile(block, f"{page.name}, block {number}", "exec"), names)
