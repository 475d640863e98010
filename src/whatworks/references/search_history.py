"""How the lines of a search strategy rest on one another."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from whatworks.references.search_findings import SearchFinding
from whatworks.references.search_lines import SearchLine, Strategy
from whatworks.references.search_logic import is_limit
from whatworks.references.search_platforms import Platform
from whatworks.references.search_tokens import Reference, references_of, tokens_of

__all__ = ["history_findings"]

COMBINES_BY_OR = re.compile(r"\bor\b|\bor/|\{or\b", re.IGNORECASE)
COMBINES_BY_AND = re.compile(r"\band\b|\band/|\{and\b", re.IGNORECASE)


def history_findings(strategy: Strategy, platform: Platform | None) -> Iterator[SearchFinding]:
    """Yield lines that name wrong lines, are never used, or lack headings or free text."""
    for number, at in strategy.repeated:
        yield SearchFinding(
            number,
            at,
            "number_twice",
            "error",
            f"The number {number} is given to two lines.",
            "What combines it is unclear; the later line was read.",
            "Number the lines as the platform did.",
        )
    named = {line.number: references_of(line, platform) for line in strategy.lines}
    numbers = {line.number for line in strategy.lines}
    for line in strategy.lines:
        for reference in named[line.number]:
            yield from _wrong(line, reference, numbers)
        yield from _twice(line, named[line.number])
    yield from _unused(strategy.lines, named)
    if platform is not None and platform.heading is not None:
        yield from _concepts(strategy.lines, named, platform)


def _wrong(line: SearchLine, reference: Reference, numbers: set[int]) -> Iterator[SearchFinding]:
    """Yield what is wrong with a reference: no such line, a later one, or the line itself."""
    whole = range(min(reference.first, reference.last), max(reference.first, reference.last) + 1)
    missing = [str(number) for number in whole if number not in numbers]
    later = [number for number in whole if number in numbers and number >= line.number]
    if reference.first > reference.last:
        yield _of(
            line,
            "reversed_range",
            f"The range {reference.text} runs backwards.",
            "The platform refuses it or takes one line of it.",
            f"Write {reference.last}-{reference.first}.",
        )
    if missing:
        what = f"line {missing[0]}" if len(missing) == 1 else f"lines {', '.join(missing)}"
        yield _of(
            line,
            "missing_line",
            f'"{reference.text}" names {what}, which the strategy does not have.',
            "The line was run on something else, or the strategy is not complete.",
            "Correct the number, or add the missing line.",
        )
    if line.number in later:
        yield _of(
            line,
            "names_itself",
            f'"{reference.text}" names the line itself.',
            "No line can be a part of itself: the numbers have moved.",
            "Correct the number.",
        )
    elif later:
        yield _of(
            line,
            "later_line",
            f'"{reference.text}" names line {later[0]}, which comes later.',
            "When the line was run, that one did not exist: the numbers have moved.",
            "Correct the number.",
        )


def _of(line: SearchLine, check: str, what: str, why: str, fix: str) -> SearchFinding:
    return SearchFinding(line.number, line.at, check, "error", what, why, fix)


def _twice(line: SearchLine, named: Sequence[Reference]) -> Iterator[SearchFinding]:
    seen: set[int] = set()
    for reference in named:
        own = _span(reference)
        again = sorted(seen & own)
        if again:
            yield SearchFinding(
                line.number,
                line.at,
                "line_named_twice",
                "check",
                f"Line {again[0]} is named twice.",
                "Another line was probably meant, and is left out.",
                "Check which line the second one should be.",
            )
        seen |= own


def _span(reference: Reference) -> set[int]:
    """Return the numbers of the lines a reference names."""
    low, high = sorted((reference.first, reference.last))
    return set(range(low, high + 1))


def _unused(
    lines: Sequence[SearchLine], named: Mapping[int, list[Reference]]
) -> Iterator[SearchFinding]:
    if len(lines) < 2:
        return
    last = lines[-1]
    if not any(named.values()):
        yield SearchFinding(
            last.number,
            last.at,
            "never_combined",
            "check",
            f"None of the {len(lines)} lines names another.",
            "It does not show how they were combined, so that nobody can run the search again.",
            "Add the line that combines them, as it was run.",
        )
        return
    reached, waiting = {last.number}, [last.number]
    while waiting:
        for reference in named.get(waiting.pop(), []):
            new = _span(reference) - reached
            reached |= new
            waiting += new
    for line in lines:
        if line.number not in reached:
            yield SearchFinding(
                line.number,
                line.at,
                "unused_line",
                "check",
                f"Line {line.number} is no part of the last line.",
                "What only it finds is not in the result.",
                f"Add it where it belongs, or leave it out of the report. The last line is "
                f"{last.number}.",
            )


def _concepts(
    lines: Sequence[SearchLine], named: Mapping[int, list[Reference]], platform: Platform
) -> Iterator[SearchFinding]:
    """Yield groups of synonyms that hold only subject headings, or none."""
    by_number = {line.number: line for line in lines}
    parts = [
        number
        for line in lines
        if COMBINES_BY_AND.search(_without_limit(line.text)) and named[line.number]
        for reference in named[line.number]
        for number in sorted(_span(reference))
    ]
    if not parts and len(lines) == 1:
        parts = [lines[0].number]
    for number in dict.fromkeys(parts):
        if number not in by_number:
            continue
        line = by_number[number]
        kinds = _kinds(number, by_number, named, platform, seen=set())
        if kinds is None or kinds == {"heading", "free"} or not kinds:
            continue
        if kinds == {"heading"}:
            what = "Only subject headings for this concept, no words of title or abstract."
            why = (
                "Records that are not indexed yet, and all that are indexed otherwise, are missed."
            )
            fix = (
                f"Add a line of free text, such as {platform.sample}, and combine the two with OR."
            )
        else:
            what = "Only free text for this concept, no subject heading."
            why = "Records that use other words for it, but carry its heading, are missed."
            fix = (
                "Look the concept up in the thesaurus and add its heading with OR, or say why not."
            )
        yield SearchFinding(
            number,
            line.at,
            "heading_without_free_text" if kinds == {"heading"} else "free_text_without_heading",
            "check",
            what,
            why,
            fix,
        )


def _without_limit(text: str) -> str:
    """Return a line without the conditions of "limit 5 to (a and b)"."""
    return re.sub(r"\blimit\s+\d+\s+to\b.*", "", text, flags=re.IGNORECASE)


def _kinds(
    number: int,
    by_number: Mapping[int, SearchLine],
    named: Mapping[int, list[Reference]],
    platform: Platform,
    *,
    seen: set[int],
) -> set[str] | None:
    """Return which kinds of terms a group of synonyms holds; None if it is not one."""
    line = by_number.get(number)
    if line is None or number in seen or is_limit(line.text):
        return None
    seen.add(number)
    references = named[number]
    if references:
        if COMBINES_BY_AND.search(line.text) or not COMBINES_BY_OR.search(line.text):
            return None
        kinds: set[str] = set()
        for reference in references:
            for other in _span(reference):
                part = _kinds(other, by_number, named, platform, seen=seen)
                if part is None:
                    return None
                kinds |= part
        return kinds
    return _own_kinds(line.text, platform)


def _own_kinds(text: str, platform: Platform) -> set[str]:
    """Return whether a line holds subject headings and free text."""
    heading = platform.heading
    if heading is None:
        return set()
    if re.search(r"MeSH descriptor:", text, re.IGNORECASE):
        return {"heading"}
    kinds: set[str] = set()
    tokens = tokens_of(text)
    # The field before a bracket holds for all that is in it.
    fields = [""]
    for at, token in enumerate(tokens):
        before = tokens[at - 1].text if at and tokens[at - 1].kind == "field" else ""
        after = (
            tokens[at + 1].text
            if tokens[at + 1 : at + 2] and tokens[at + 1].kind == "field"
            else ""
        )
        if token.kind == "open":
            fields.append(f"{before} (" if before else fields[-1])
        elif token.kind == "close" and len(fields) > 1:
            fields.pop()
        elif token.kind == "field" and heading.search(f"{token.text} "):
            kinds.add("heading")
        elif token.kind == "term" and re.search(r"[A-Za-z]{3}", token.text):
            whole = f"{before or fields[-1]} {token.text}{after}".replace("( ", "(")
            kinds.add("heading" if heading.search(whole) else "free")
    return kinds
