"""What one line of a search strategy combines, leaves out and repeats."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from whatworks.references.search_findings import SearchFinding
from whatworks.references.search_lines import SearchLine
from whatworks.references.search_platforms import Platform
from whatworks.references.search_tokens import Token, references_of, tokens_of, without_phrases

__all__ = ["is_limit", "logic_findings"]

LIMIT = re.compile(
    r"\blimit\s+\d+\s+to\b|\bLimiters\s+-|\bTimespan\s*=\s*(?!All)|\bPUBYEAR\b|\bLIMIT-TO\s*\(|(?<!\w)(?:PY|DT|LA|yr)\s*=|"
    r"\[(?:dp|pdat|edat|la|lang|language|publication date|date - publication)\]|"
    r"\.(?:yr|lg|la)\.|(?<![\w.])(?i:la|la\.exact|lang|pd|yr|pubdate)\s*\(|"
    r"(?<![\w\"])(?:LA|PY|DT)\s+(?=[\"(\w])|"
    r"\b(?:english|french|german|spanish)(?:\s+language)?\s*(?:\.lg\.|\[la)",
)
# A recorded limit that speaks of what was left out covers NOT too.
NOT_EXPLAINED = re.compile(r"\bnot\b|\bexclu|\bleft out\b", re.IGNORECASE)


@dataclass
class _Group:
    """Operators and operands on one level of brackets."""

    operators: set[str] = field(default_factory=set)
    has_near: bool = False
    terms: list[str] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)


def is_limit(text: str) -> bool:
    """Whether a line restricts by date, language or the like."""
    return LIMIT.search(without_phrases(text)) is not None


def logic_findings(
    line: SearchLine, platform: Platform | None, *, limits: str | None
) -> Iterator[SearchFinding]:
    """Yield what a line combines in an unclear way, leaves out, or says twice.

    Parameters
    ----------
    line : SearchLine
    platform : Platform or None
        Tells in which order it works.
    limits : str or None
        The reason for limits, where one is recorded.
    """
    groups = _groups(tokens_of(line.text))
    # The commas and words of "limit 5 to (a and b)" are no search.
    if not re.match(r"\s*limit\s+\d+\s+to\b", line.text, re.IGNORECASE):
        yield from _mixed(line, platform, groups)
    if not (limits and NOT_EXPLAINED.search(limits)):
        yield from _not(line, platform)
    yield from _limits(line, limits)
    yield from _repeated(line, groups)


def _groups(tokens: list[Token]) -> list[_Group]:
    """Return every level of brackets with what stands on it."""
    closed: list[_Group] = []
    open_groups = [_Group()]
    for at, token in enumerate(tokens):
        here = open_groups[-1]
        if token.kind == "open":
            open_groups.append(_Group())
        elif token.kind == "close" and len(open_groups) > 1:
            closed.append(open_groups.pop())
        elif token.kind == "operator":
            here.operators.add(re.sub(r"\s+", " ", token.text.upper()))
        elif token.kind == "near":
            here.has_near = True
        elif token.kind == "term":
            here.terms.append(_with_field(tokens, at))
    return [*closed, *reversed(open_groups)]


def _with_field(tokens: list[Token], at: int) -> str:
    """Return a term with the fields beside it; empty where it is part of a nearness."""
    before = tokens[at - 1] if at else None
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    if (before is not None and before.kind in ("near", "close", "term")) or (
        after is not None and after.kind in ("near", "open")
    ):
        return ""
    parts = [tokens[at].text]
    if before is not None and before.kind == "field":
        parts.insert(0, before.text)
    if after is not None and after.kind == "field":
        parts.append(after.text)
        # A field that is followed by a nearness belongs to part of an expression.
        if at + 2 < len(tokens) and tokens[at + 2].kind == "near":
            return ""
    return " ".join(parts).lower()


def _mixed(
    line: SearchLine, platform: Platform | None, groups: list[_Group]
) -> Iterator[SearchFinding]:
    for group in groups:
        if "OR" in group.operators and group.operators & {"AND", "NOT", "AND NOT"}:
            order = platform.order if platform is not None else ""
            mixed = " and ".join(sorted(group.operators & {"AND", "OR", "NOT", "AND NOT"}))
            yield SearchFinding(
                line.number,
                line.at,
                "mixed_operators",
                "error",
                f"{mixed} stand side by side without brackets.",
                "Platforms differ in which they do first, and the result with it."
                + (f" {order}" if order else ""),
                "Put brackets around each group of synonyms.",
            )
            return


def _not(line: SearchLine, platform: Platform | None) -> Iterator[SearchFinding]:
    if not any(
        token.kind == "operator" and token.text.lower().endswith("not")
        for token in tokens_of(line.text)
    ):
        return
    named = references_of(line, platform)
    what = f"what line {named[-1].first} finds" if named else "what follows it"
    yield SearchFinding(
        line.number,
        line.at,
        "not",
        "check",
        f"NOT takes out {what}.",
        "Records that are about both are lost, relevant ones among them.",
        "Look at a sample of what NOT takes out, and say in the limits why it is used.",
    )


def _limits(line: SearchLine, limits: str | None) -> Iterator[SearchFinding]:
    if limits or not is_limit(line.text):
        return
    yield SearchFinding(
        line.number,
        line.at,
        "limit_without_reason",
        "check",
        "The line limits by date, language or the like, and no reason is recorded.",
        "PRISMA-S (item 9) asks for every limit with its reason; a limit of language or date can "
        "bias what is found.",
        'Record why: whatworks search add ... --limits "...", or take the limit out.',
    )


def _repeated(line: SearchLine, groups: list[_Group]) -> Iterator[SearchFinding]:
    for group in groups:
        if group.operators != {"OR"} or group.has_near:
            continue
        terms = [term for term in group.terms if term]
        for term, count in Counter(terms).items():
            if count > 1:
                yield SearchFinding(
                    line.number,
                    line.at,
                    "repeated_term",
                    "note",
                    f'"{term}" stands {count} times in one group.',
                    "It finds nothing more; where a spelling variant was meant, that one is missing.",
                    "Take it out, or write the variant.",
                )
        yield from _covered(line, terms)


def _covered(line: SearchLine, terms: list[str]) -> Iterator[SearchFinding]:
    """Single words that a stem with a wildcard finds as well."""
    stems = {term: term.split("*")[0] for term in terms if re.fullmatch(r"[a-z-]{3,}\*", term)}
    for stem, start in stems.items():
        inside = [
            term
            for term in dict.fromkeys(terms)
            if term != stem and re.fullmatch(r"[a-z-]+\*?", term) and term.startswith(start)
        ]
        if inside:
            yield SearchFinding(
                line.number,
                line.at,
                "covered_term",
                "note",
                f'"{", ".join(inside)}" is found by "{stem}" already.',
                "It does no harm, but the line is longer than it need be.",
                "Take it out.",
            )
