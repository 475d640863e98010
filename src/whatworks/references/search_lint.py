"""Read a search strategy as it was run and say, line by line, what is likely wrong.

PRESS (McGowan et al. 2016, J Clin Epidemiol 75:40-46) has librarians look at each other's strategies
for translation, operators, headings, text words, spelling and limits. What of this a program can see
is checked here; whether a concept or a synonym is missing, it cannot see.
"""

from __future__ import annotations

from dataclasses import dataclass

from whatworks.errors import NotFound
from whatworks.references.search_findings import SEVERITIES, SearchFinding
from whatworks.references.search_history import history_findings
from whatworks.references.search_lines import Strategy, read_strategy
from whatworks.references.search_logic import logic_findings
from whatworks.references.search_platforms import (
    PLATFORMS,
    Platform,
    platform_named,
    recognise_platform,
)
from whatworks.references.search_syntax import syntax_findings
from whatworks.references.search_writing import writing_findings

__all__ = ["SearchLint", "lint_search"]


@dataclass(frozen=True, slots=True)
class SearchLint:
    """What the checks found in a strategy.

    Attributes
    ----------
    platform
        Platform whose syntax it was read in; None if unknown, and only general checks were made.
    is_recognised
        Whether the platform was told from the syntax.
    n_lines
        Lines of the strategy.
    not_read
        Lines of the text before the first numbered one.
    findings
        In the order of the lines.
    """

    platform: str | None
    is_recognised: bool
    n_lines: int
    not_read: tuple[str, ...]
    findings: tuple[SearchFinding, ...]

    def count(self, severity: str) -> int:
        """Return how many findings are of a severity."""
        return sum(finding.severity == severity for finding in self.findings)


def lint_search(
    strategy: str, *, platform: str | None = None, limits: str | None = None
) -> SearchLint:
    """Check a search strategy.

    Parameters
    ----------
    strategy : str
        As it was run: one query, or a history with numbered lines.
    platform : str, optional
        Ovid, EBSCOhost, ProQuest, PubMed, Web of Science, Scopus, Cochrane Library or ERIC, also
        as part of a longer name; told from the syntax where it is not given. A platform whose
        syntax is not known here gets the general checks only.
    limits : str, optional
        The recorded reason for limits; without it, limits are findings.

    Raises
    ------
    NotFound
        The strategy is empty.

    Examples
    --------
    >>> found = lint_search("(dyslexia or alexia and school).ti,ab.").findings
    >>> [(finding.check, finding.severity) for finding in found]
    [('mixed_operators', 'error'), ('free_text_without_heading', 'check')]
    """
    read = read_strategy(strategy)
    if not read.lines:
        raise NotFound("The strategy is empty: there is nothing to check.")
    chosen = platform_named(platform) if platform else recognise_platform(strategy)
    findings = sorted(
        _findings(read, chosen, limits),
        key=lambda one: (
            one.at is None,
            one.at or 0,
            SEVERITIES.index(one.severity),
        ),
    )
    return SearchLint(
        platform=chosen.name if chosen is not None else None,
        is_recognised=chosen is not None and not platform,
        n_lines=len(read.lines),
        not_read=read.before,
        findings=tuple(dict.fromkeys(findings)),
    )


def _findings(
    strategy: Strategy, platform: Platform | None, limits: str | None
) -> list[SearchFinding]:
    """Return what every check finds."""
    findings: list[SearchFinding] = []
    for line in strategy.lines:
        findings += writing_findings(line)
        if platform is not None:
            findings += syntax_findings(line, platform)
        findings += logic_findings(line, platform, limits=limits)
    findings += history_findings(strategy, platform)
    if platform is PLATFORMS["Web of Science"]:
        findings += _dollar_for_star(strategy)
    return findings


def _dollar_for_star(strategy: Strategy) -> list[SearchFinding]:
    """Web of Science: $ stands for no or one character, in Ovid for any number."""
    text = " ".join(line.text for line in strategy.lines)
    if "$" not in text or "*" in text:
        return []
    line = next(line for line in strategy.lines if "$" in line.text)
    return [
        SearchFinding(
            line.number,
            line.at,
            "dollar_for_star",
            "check",
            "$ is used throughout, * nowhere.",
            "In Web of Science $ stands for no or one character, not for any ending as in Ovid.",
            "Write * where any ending is meant.",
        )
    ]
