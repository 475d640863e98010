"""A review's protocol as a plain file: Markdown whose "## " headings are its sections."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from whatworks.errors import FileError, FileProblem
from whatworks.references.nouns import Amendment, ProtocolSection
from whatworks.tabular import decode

__all__ = ["AMENDMENTS", "STAGES", "changed_sections", "protocol_markdown", "read_protocol"]

STAGES = (
    "before_search",
    "before_screening",
    "before_extraction",
    "before_synthesis",
    "after_synthesis",
)
# Name of the section that is printed from the amendments and never read as a plan.
AMENDMENTS = "amendments"
# What stands before the first heading.
OPENING = "opening"
HEADING = re.compile(r"##[ \t]+(?P<title>.*?)[ \t]*#*[ \t]*")
FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
COLUMNS = ("Date", "Section", "What was changed", "Why", "Stage", "By")


def read_protocol(data: bytes, *, file: str, review_id: str) -> tuple[ProtocolSection, ...]:
    """Return the sections of a protocol.

    Text before the first "## " is a section called opening. Headings inside fenced code are text.
    A section "Amendments" may hold nothing but the table `protocol_markdown` prints, which is left
    out: amendments are made one by one, with their date and reason.

    Raises
    ------
    FileError
        No section, two of one name, a heading without words, or another text under Amendments.
    """
    lines = decode(data, file=file).text.splitlines()
    sections: list[ProtocolSection] = []
    problems: list[FileProblem] = []
    first_line: dict[str, int] = {}
    for title, start, body in _cut(lines):
        text = "\n".join(line.rstrip() for line in body).strip("\n")
        name = OPENING if title is None else _name(title)
        if title is None and not text:
            continue
        problem = _problem(name, title, text, start, first_line)
        if problem is not None:
            problems.append(problem)
        elif name != AMENDMENTS:
            sections.append(
                ProtocolSection(review_id, name, len(sections) + 1, title or "Opening", text)
            )
        first_line.setdefault(name, start)
    if not problems and not any(section.section != OPENING for section in sections):
        problems.append(
            FileProblem('No line begins with "## ".', "Begin each section with such a heading.")
        )
    if problems:
        raise FileError(file, problems)
    return tuple(sections)


def _cut(lines: Sequence[str]) -> list[tuple[str | None, int, list[str]]]:
    """Return heading, its line number and the lines below it, for each part of the text."""
    parts: list[tuple[str | None, int, list[str]]] = [(None, 1, [])]
    fence = ""
    for number, line in enumerate(lines, start=1):
        mark = FENCE.match(line)
        if mark is not None and (not fence or mark[1].startswith(fence)):
            fence = "" if fence else mark[1]
        heading = None if fence else HEADING.fullmatch(line)
        if heading is None:
            parts[-1][2].append(line)
        else:
            parts.append((heading["title"], number, []))
    return parts


def _name(title: str) -> str:
    """Return a heading as a short lower-case name."""
    return re.sub(r"[\W_]+", "-", title.lower()).strip("-")


def _problem(
    name: str, title: str | None, text: str, line: int, first_line: dict[str, int]
) -> FileProblem | None:
    """Return what keeps a part of the file from being a section."""
    if not name:
        return FileProblem(f'The heading in line {line} has no words: "{title}".', "Name it.")
    if name in first_line:
        return FileProblem(
            f'The headings in lines {first_line[name]} and {line} are both "{name}".',
            "Rename one, so that amendments can say which they change.",
        )
    if name == AMENDMENTS and any(row and not row.startswith("|") for row in text.split("\n")):
        return FileProblem(
            f"Line {line} begins a section Amendments that holds more than the printed table.",
            "Take it out and make each amendment with `whatworks protocol amend`.",
        )
    return None


def changed_sections(
    before: Sequence[ProtocolSection], after: Sequence[ProtocolSection]
) -> dict[str, str]:
    """Return which sections are "changed", "added" or "taken out", by name.

    Places among the sections may differ: moving a section changes no plan.
    """
    old = {section.section: section for section in before}
    new = {section.section: section for section in after}
    changes = {
        name: "added"
        if name not in old
        else "taken out"
        if name not in new
        else "changed"
        if replace(old[name], position=0) != replace(new[name], position=0)
        else ""
        for name in [*new, *(name for name in old if name not in new)]
    }
    return {name: change for name, change in changes.items() if change}


def protocol_markdown(sections: Sequence[ProtocolSection], amendments: Sequence[Amendment]) -> str:
    """Return a protocol as Markdown with a table of its amendments; `read_protocol` reads it back.

    PRISMA 2020, item 24c, asks for amendments to be described and explained.
    """
    parts = []
    for section in sorted(sections, key=lambda one: one.position):
        heading = "" if section.section == OPENING else f"## {section.title}\n\n"
        parts.append(f"{heading}{section.text}".rstrip() + "\n")
    if amendments:
        rows = [
            (one.amended_on, one.section, one.change, one.reason, _words(one.stage), one.made_by)
            for one in sorted(amendments, key=lambda one: (one.amended_on, one.amendment_id))
        ]
        table = [COLUMNS, ("---",) * len(COLUMNS), *rows]
        lines = ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in table]
        parts.append("## Amendments\n\n" + "\n".join(lines) + "\n")
    return "\n".join(parts)


def _words(stage: str) -> str:
    return stage.replace("_", " ")


def _cell(text: str) -> str:
    """Return text as one cell of a Markdown table."""
    return re.sub(r"\s+", " ", text).replace("|", "\\|").strip()
