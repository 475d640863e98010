"""Whether a line of a search strategy is written in the syntax of its platform."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from whatworks.references.search_findings import SearchFinding
from whatworks.references.search_lines import SearchLine
from whatworks.references.search_platforms import PLATFORMS, Platform
from whatworks.references.search_tokens import Token, tokens_of, without_phrases

__all__ = ["syntax_findings"]

# A sign right behind a letter; # before digits is the name of a line, $ and * may carry a number.
WILDCARD = re.compile(r"(?<=[A-Za-z])(?:[*?!]|\$(?!\d)|#(?!\d))")
LIMITED_DOLLAR = re.compile(r"(?<=[A-Za-z])\$\d")
MESH_DESCRIPTOR = re.compile(r"MeSH descriptor:\s*\[[^\]]*\]", re.IGNORECASE)
NEAR_WORDS = re.compile(
    r"\badj\d{1,2}\b|(?<![\w/])(?:NEAR|N|W|PRE|P|NEXT)/\d{1,3}\b|(?<![\w/\"#])[NW]\d{1,2}(?![\w/])"
)


def syntax_findings(line: SearchLine, platform: Platform) -> Iterator[SearchFinding]:
    """Yield what the platform reads otherwise than it was meant."""
    tokens = tokens_of(line.text)
    text = without_phrases(line.text)
    if platform.needs_capitals:
        yield from _capitals(line, platform, tokens)
    yield from _foreign_fields(line, platform, text)
    yield from _field_of_group(line, platform, tokens)
    yield from _foreign_wildcards(line, platform)
    yield from _question_mark_at_end(line, platform)
    yield from _wildcards_in_phrases(line, platform)
    yield from _short_stems(line, platform)
    yield from _nearness(line, platform, text)
    yield from _and_beside_near(line, platform, tokens)


def _capitals(line: SearchLine, platform: Platform, tokens: list[Token]) -> Iterator[SearchFinding]:
    small = [t.text for t in tokens if t.kind == "operator" and t.text != t.text.upper()]
    if small:
        yield SearchFinding(
            line.number,
            line.at,
            "capitals",
            "check",
            f"Operators in small letters: {', '.join(dict.fromkeys(small))}.",
            f"{platform.name} asks for capitals; in small letters they may be taken for words.",
            "Write AND, OR and NOT, and look at the search details for how the line was read.",
        )


def _foreign_fields(line: SearchLine, platform: Platform, text: str) -> Iterator[SearchFinding]:
    text = MESH_DESCRIPTOR.sub("", text)
    for name in platform.foreign:
        other = PLATFORMS[name]
        for match in other.field.finditer(text):
            # What both platforms understand is nobody's mistake.
            if platform.field.match(text, match.start()) is not None:
                continue
            yield SearchFinding(
                line.number,
                line.at,
                "foreign_field",
                "error",
                f'"{match[0].strip()}" is how {name} writes a field.',
                f"{platform.name} does not know it: it is ignored, searched as a word, or refused.",
                f"Write it as {platform.name} does, such as {platform.sample}.",
            )
            break


def _field_of_group(
    line: SearchLine, platform: Platform, tokens: list[Token]
) -> Iterator[SearchFinding]:
    """PubMed's tags belong to one term."""
    if platform.name != "PubMed":
        return
    for before, token in pairwise(tokens):
        if before.kind == "close" and platform.field.fullmatch(token.text):
            yield SearchFinding(
                line.number,
                line.at,
                "field_of_group",
                "error",
                f"The tag {token.text} follows a bracket.",
                "In PubMed a tag belongs to the one term it follows, not to a group.",
                f"Give each term in the bracket its own {token.text}.",
            )
            return


def _foreign_wildcards(line: SearchLine, platform: Platform) -> Iterator[SearchFinding]:
    if platform.wildcards is None:
        return
    text = MESH_DESCRIPTOR.sub("", line.text)
    found = {match[0] for match in WILDCARD.finditer(text)}
    if platform.name not in ("Ovid", "ProQuest", "EBSCOhost") and LIMITED_DOLLAR.search(text):
        found.add("$")
    strange = sorted(sign for sign in found if sign not in platform.wildcards)
    if strange:
        known = " ".join(platform.wildcards)
        yield SearchFinding(
            line.number,
            line.at,
            "foreign_wildcard",
            "error",
            f"The sign {' and '.join(strange)} at a word.",
            f"{platform.name} knows {known}; other signs are ignored or searched as they are, so "
            "that endings and spellings are missed.",
            f"Replace it by what {platform.name} has, or write the spellings out.",
        )


def _question_mark_at_end(line: SearchLine, platform: Platform) -> Iterator[SearchFinding]:
    """EBSCOhost drops it."""
    match = re.search(r"[A-Za-z]+\?(?!\w)", line.text)
    if platform.name == "EBSCOhost" and match is not None:
        yield SearchFinding(
            line.number,
            line.at,
            "question_mark_at_end",
            "check",
            f'"{match[0]}" ends in a question mark.',
            "EBSCOhost takes it for punctuation there, and drops it.",
            "Write * for any ending, or the endings that are meant.",
        )


def _wildcards_in_phrases(line: SearchLine, platform: Platform) -> Iterator[SearchFinding]:
    if not platform.no_wildcard_in_phrase:
        return
    for token in tokens_of(line.text):
        for phrase in re.findall(r'"[^"]*[*?][^"]*"', token.text):
            yield SearchFinding(
                line.number,
                line.at,
                "wildcard_in_phrase",
                "error",
                f"A wildcard inside quotation marks: {phrase}.",
                f"The {platform.name} ignores it there.",
                f"Use NEXT: {' NEXT '.join(phrase.strip(chr(34)).split())}.",
            )


def _short_stems(line: SearchLine, platform: Platform) -> Iterator[SearchFinding]:
    least = platform.letters_before_wildcard
    if not least:
        return
    signs = re.escape((platform.wildcards or "*").replace("?", "").replace("$", ""))
    for match in re.finditer(rf"(?<![\w-])([A-Za-z]{{1,{least - 1}}})[{signs}](?!\w)", line.text):
        yield SearchFinding(
            line.number,
            line.at,
            "short_stem",
            "error",
            f'"{match[0]}" has fewer than {least} letters before the wildcard.',
            f"{platform.name} does not search so short a stem as one.",
            "Write the words out that are meant.",
        )


def _nearness(line: SearchLine, platform: Platform, text: str) -> Iterator[SearchFinding]:
    if platform.near is not None:
        for match in NEAR_WORDS.finditer(text):
            if platform.near.match(text, match.start()) is not None:
                continue
            yield SearchFinding(
                line.number,
                line.at,
                "foreign_nearness",
                "error",
                f'"{match[0]}" is not an operator of nearness of {platform.name}.',
                "It is searched as a word, or the line is refused.",
                f"Write it as {platform.name} does, such as {platform.near_sample}.",
            )
            break
    if platform.bare_near is not None:
        match_bare = platform.bare_near.search(text)
        if match_bare is not None:
            yield SearchFinding(
                line.number,
                line.at,
                "nearness_without_number",
                "check",
                f'"{match_bare[0]}" has no number.',
                platform.bare_near_means,
                f"Say how near, such as {platform.near_sample}.",
            )


def _and_beside_near(
    line: SearchLine, platform: Platform, tokens: list[Token]
) -> Iterator[SearchFinding]:
    """Web of Science refuses AND inside NEAR, also the one it puts between words side by side."""
    if platform.name != "Web of Science":
        return
    for at, token in enumerate(tokens):
        if token.kind != "near" or not token.text.upper().startswith("NEAR"):
            continue
        for inside in (_before(tokens, at), tokens[at + 1 : _end_of_group(tokens, at + 1)]):
            loose = [t.text for t in inside if t.kind == "term" and _is_loose(t.text)]
            has_and = any(t.kind == "operator" and t.text.upper() == "AND" for t in inside)
            if not loose and not has_and:
                continue
            found = f'"{loose[0]}"' if loose else "AND"
            yield SearchFinding(
                line.number,
                line.at,
                "and_beside_nearness",
                "error",
                f"{found} stands beside {token.text}.",
                "Web of Science refuses AND inside NEAR, and reads words side by side as if AND stood "
                "between them.",
                "Put the phrase into quotation marks, or use NEAR there too.",
            )
            return


def _is_loose(term: str) -> bool:
    """Whether a term is several words without quotation marks."""
    return len(term.split()) > 1 and '"' not in term


def _end_of_group(tokens: list[Token], start: int) -> int:
    """Return where the term or the bracket that begins at a token ends."""
    depth = 0
    for at in range(start, len(tokens)):
        depth += (tokens[at].kind == "open") - (tokens[at].kind == "close")
        if depth <= 0:
            return at + 1
    return len(tokens)


def _before(tokens: list[Token], near: int) -> list[Token]:
    """Return the term or the bracket before an operator."""
    depth = 0
    for at in range(near - 1, -1, -1):
        depth += (tokens[at].kind == "close") - (tokens[at].kind == "open")
        if depth <= 0:
            return tokens[at:near]
    return tokens[:near]
