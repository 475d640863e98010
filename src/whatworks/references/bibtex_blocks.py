"""What bibtexparser makes of a BibTeX file: entries by their line, and everything else reported."""

from __future__ import annotations

import re
from typing import Any

from whatworks.references.bibtex_starts import AT_SIGN
from whatworks.references.import_report import ReportIssue, quote
from whatworks.references.quiet import quiet

__all__ = ["BETWEEN", "ENTRY_KEY", "ENTRY_TYPE", "Values", "plain", "read_blocks"]

Values = dict[str, list[str]]
# Names under which these travel among the tags; "@" cannot begin a BibTeX field name.
ENTRY_TYPE = "@type"
ENTRY_KEY = "@key"
BETWEEN = "Text between entries."
# A field that a forgotten comma made part of the value before it.
SWALLOWED = re.compile(r'[}"\d][ \t]*\n\s*[A-Za-z][\w+:.-]*\s*=\s*[{"\d]')
# Macros that every style defines.
MONTHS = frozenset(
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
)
MACRO = re.compile(r"[=#]\s*([^\s{}\",#=()]+)")
BEGUN = re.compile(r"@\w+\s*[{(]")
# What follows an entry that a closing brace too many ended before its last fields.
CUT_SHORT = re.compile(r"\s*,\s*[A-Za-z][\w+:.-]*\s*=")
PART = re.compile(r'\s*(?:"((?:[^"{}]|\{[^{}]*\})*)"|\{((?:[^{}]|\{[^{}]*\})*)\}|([^\s#{}",]+))\s*')


def read_blocks(
    lines: list[str],
) -> tuple[dict[int, list[Values]], list[ReportIssue]]:
    """Return the entries that bibtexparser reads, in order, by the index of their first line.

    Comments, preambles and text between entries are reported; text that holds the start of an
    entry is not, since that entry is read in another way.

    Parameters
    ----------
    lines : list of str
        Lines of the file as `find_bibtex_starts` made them ready.
    """
    from bibtexparser import model
    from bibtexparser.entrypoint import parse_string

    blocks: dict[int, list[Values]] = {}
    issues: list[ReportIssue] = []
    try:
        with quiet("bibtexparser"):
            library = parse_string("\n".join(lines))
    except Exception:  # whatever stops it, every entry is then read field by field
        return blocks, issues
    strings = {block.key.casefold(): str(block.value) for block in library.strings}
    named = {
        word.casefold() for entry in library.entries for word in MACRO.findall(str(entry.raw or ""))
    }
    before = -1
    for block in library.blocks:
        entry: Any = block
        at = block.start_line or 0
        if isinstance(block, model.DuplicateBlockKeyBlock | model.DuplicateFieldKeyBlock):
            entry = block.ignore_error_block
            if isinstance(entry, model.Entry):
                _uncover(entry, strings)
            issues.append(_repeated(isinstance(block, model.DuplicateFieldKeyBlock), lines, at))
        if isinstance(entry, model.Entry) and entry.start_line is not None:
            values = _values(entry, strings)
            if values is not None:
                blocks.setdefault(entry.start_line, []).append(values)
                before = entry.start_line
                continue
        elif isinstance(entry, model.String):
            issues += _unused(entry, named, at)
        elif isinstance(entry, model.ExplicitComment | model.ImplicitComment | model.Preamble):
            raw = str(entry.raw or "").replace(AT_SIGN, "@")
            if raw.strip() and (
                not isinstance(entry, model.ImplicitComment) or not BEGUN.search(raw)
            ):
                issues.append(_not_an_entry(entry, raw, at))
            if before in blocks and CUT_SHORT.match(raw):
                # It is read field by field, and so are those before it on its line.
                blocks[before].clear()
        before = -1
    return blocks, issues


def plain(value: str) -> str:
    """Return a value with runs of blanks made one, as TeX reads them."""
    return " ".join(value.split())


def _uncover(entry: Any, strings: dict[str, str]) -> None:
    """Take the enclosing braces off the values of an entry that bibtexparser set aside."""
    from bibtexparser.library import Library
    from bibtexparser.middlewares import RemoveEnclosingMiddleware

    for item in entry.fields:
        if str(item.value).casefold() in strings:
            item.value = f"{{{strings[str(item.value).casefold()]}}}"
    RemoveEnclosingMiddleware().transform_entry(entry, Library())


def _values(entry: Any, strings: dict[str, str]) -> Values | None:
    """Values of an entry; None if one of them has swallowed a field."""
    values: Values = {ENTRY_TYPE: [entry.entry_type], ENTRY_KEY: [entry.key.strip()]}
    for item in entry.fields:
        text = str(item.value).replace(AT_SIGN, "@")
        if "=" in text and SWALLOWED.search(text):
            return None
        name = item.key.strip().lower()
        if "%" in name or "\n" in name:
            # A comment line before the field's name.
            comment, _, name = name.rpartition("\n")
            if name.strip().startswith("%") or not name.strip():
                comment, name = f"{comment} {name}", "comment"
            values.setdefault("comment", []).append(plain(comment.strip("% \n")))
        values.setdefault(name.strip(), []).append(plain(_joined(text, strings)))
    filled = {tag: [value for value in found if value] for tag, found in values.items()}
    return {tag: found for tag, found in filled.items() if found}


def _joined(text: str, strings: dict[str, str]) -> str:
    """Value whose parts are put together by "#", macros among them; other values as they are."""
    if "#" not in text:
        return text
    parts: list[str] = []
    at = 0
    while match := PART.match(text, at):
        quoted, braced, macro = match.groups()
        if macro is not None:
            if macro.casefold() not in strings and macro.casefold() not in MONTHS:
                return text
            value = strings.get(macro.casefold(), macro)
            # A macro may itself be put together.
            parts.append(_joined(value, {}) if value != text else value)
        else:
            parts.append(quoted if quoted is not None else braced)
        at = match.end()
        if at == len(text):
            return "".join(parts) if len(parts) > 1 else text
        if text[at] != "#":
            return text
        at += 1
    return text


def _repeated(is_field: bool, lines: list[str], at: int) -> ReportIssue:
    return ReportIssue(
        at + 1,
        "A field given twice in one entry." if is_field else "A key used by an earlier entry.",
        "All values were kept." if is_field else "The entry was kept.",
        quote(lines[at]),
    )


def _unused(block: Any, named: set[str], at: int) -> list[ReportIssue]:
    """Report a macro that no entry names; what it stands for would be nowhere."""
    if str(block.key).casefold() in named:
        return []
    raw = str(block.raw or "")
    what = "A macro (@string) that no entry names."
    return [ReportIssue(at + 1, what, "It was skipped.", quote(raw), raw.count("\n") + 1)]


def _not_an_entry(block: Any, raw: str, at: int) -> ReportIssue:
    kind = type(block).__name__
    what = {"Preamble": "A preamble.", "ExplicitComment": "A comment."}.get(kind, BETWEEN)
    return ReportIssue(at + 1, what, "It was skipped.", quote(raw), raw.count("\n") + 1)
