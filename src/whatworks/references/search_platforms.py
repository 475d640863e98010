"""What search platforms understand: the facts the checks of search strategies rest on.

Only what a platform's own help says, or a guide that quotes it; where they disagree or say nothing, a field
is left empty and nothing is checked. As stored copies in November 2026:

- Ovid: resourcecenter.ovid.com/site/help/documentation/ospa/en/Content/syntax.htm (field codes,
  truncation), tools.ovid.com/ovidgo/searches/training.php (ADJ is a phrase, ADJn in any order; NOT
  "may run the risk of unwittingly excluding relevant documents").
- EBSCOhost: its help as quoted by libguides.uttyler.edu/c.php?g=1478613 (a question mark at the end
  of a word is dropped) and libguides.oulu.fi/databaseguides/ebsco (* ? #, Nn, Wn).
- ProQuest: proquest.libguides.com/proquestplatform/tips (*, [*n] and $n, ?).
- PubMed: nlm.nih.gov/bsd/disted/pubmedtutorial/020_230.html (capitals, left to right), the NLM training
  workbook (the tag follows its term), libguides.library.drexel.edu/c.php?g=1463369 ([tiab:~3]); four
  letters before * and no tag behind a bracket as in the messages of CoLRev's search-query 0.15.0.
- Web of Science: webofscience.help.clarivate.com/Content/search-operators.html (case does not
  matter) and its older hs_search_operators.html and hs_wildcards.html (NEAR is NEAR/15; no AND
  inside NEAR; three letters before a wildcard; $ is no or one character).
- Scopus: help.scopus.com, h_bscssrchboolop.htm and h_bscssrchFASTprox.htm (OR before AND before AND
  NOT; W/n and PRE/n).
- Cochrane Library: cochranelibrary.com/search-manager-help (no wildcards inside quotation marks, NEXT
  instead); guides.library.ulster.ac.uk/c.php?g=632096 (NEAR is NEAR/6).
- ERIC (eric.ed.gov): names of fields only, as in the examples of api.ies.ed.gov/eric.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

__all__ = ["PLATFORMS", "Platform", "platform_named", "recognise_platform"]


@dataclass(frozen=True, slots=True)
class Platform:
    """One platform's syntax.

    Attributes
    ----------
    name
        As people write it.
    field
        What a field looks like in its syntax.
    sample
        Title and abstract searched in its syntax, for advice.
    foreign
        Platforms whose fields mean nothing to it.
    wildcards
        Signs it takes for wildcards; None where nothing is checked.
    near
        What its operators of nearness look like; a strategy may hold no other.
    near_sample
        One of them, for advice.
    bare_near
        An operator of nearness that lacks its number.
    bare_near_means
        What the platform then does.
    order
        In which order it works off operators without brackets; empty where it is not documented.
    heading
        What a subject heading looks like; None where it has none.
    numbers
        What the name of a line looks like in a combination: "" (bare), "#" or "S".
    needs_capitals
        Whether it asks for operators in capitals.
    letters_before_wildcard
        How many letters must stand before a wildcard.
    no_wildcard_in_phrase
        Whether wildcards mean nothing inside quotation marks.
    """

    name: str
    field: re.Pattern[str]
    sample: str
    foreign: tuple[str, ...]
    wildcards: str | None
    near: re.Pattern[str] | None
    near_sample: str
    bare_near: re.Pattern[str] | None
    bare_near_means: str
    order: str
    heading: re.Pattern[str] | None
    numbers: tuple[str, ...]
    needs_capitals: bool = False
    letters_before_wildcard: int = 0
    no_wildcard_in_phrase: bool = False


_NOTHING = re.compile(r"(?!)")
_OVID_FIELD = re.compile(
    r"(?<=[\w*$?#:\")])\.(?:ti|ab|tw|mp|kw|kf|hw|sh|id|ot|nm|pt|af|tc|jn|jw|au|in|lg|so|de|yr)"
    r"(?:,[a-z]{2})*\b\.?(?![a-z])",
    re.IGNORECASE,
)
_PUBMED_FIELD = re.compile(
    r"\[(?:tiab|ti|ab|tw|ot|mh|mesh|majr|sh|pt|dp|pdat|edat|crdt|la|lang|au|ad|ta|all|sb|filter|"
    r"mesh terms?|mesh major topic|mesh subheading|title|title/abstract|abstract|text words?|"
    r"publication type|language|author|all fields|journal|other term|"
    r"date - publication|publication date)(?:[:~][^\]]*)?\]",
    re.IGNORECASE,
)
_EBSCO_FIELD = re.compile(r"(?<![\w\"#\[-])(?:TI|AB|SU|DE|TX|KW|MH|MM|MW|MJ|ZU)\s+(?=[\"(\w])")
_WOS_FIELD = re.compile(r"(?<![\w-])(?:TS|TI|AB|AK|KP|ALL|PY|DT|LA|SO|AU|WC)\s*=")
_SCOPUS_FIELD = re.compile(
    r"(?<![\w-])(?:TITLE-ABS-KEY(?:-AUTH)?|TITLE-ABS|AUTHKEY|INDEXTERMS|SRCTITLE|LIMIT-TO|DOCTYPE)\s*\(",
    re.IGNORECASE,
)
_PROQUEST_FIELD = re.compile(
    r"(?<![\w.-])(?:ti|ab|noft|su|diskw|(?:mj)?mainsubject|(?:mjsub|mainsubject|su|mesh)\.exact"
    r"(?:\.explode)?|tiab)\s*\(",
    re.IGNORECASE,
)
_COCHRANE_FIELD = re.compile(
    r":(?:ti|ab|kw|pt|au|so)(?:,(?:ti|ab|kw|pt|au|so))*\b|\bMeSH descriptor:|\[mh\s", re.IGNORECASE
)
_ERIC_FIELD = re.compile(
    r"(?<![\w:])(?:title|abstract|descriptor|author|source|publicationtype|educationlevel):(?=[\"(\w])"
)
_N_OR_W = re.compile(r"(?<![\w/\"])[NW]\d{1,2}(?![\w/])")
_ADJ = re.compile(r"\badj\d{1,2}\b", re.IGNORECASE)
_SLASHED = re.compile(r"(?<![\w/])(?:NEAR|N|W|PRE|P|NEXT)/\d{1,3}\b", re.IGNORECASE)

_ALL: tuple[Platform, ...] = (
    Platform(
        name="Ovid",
        field=_OVID_FIELD,
        sample="dyslexi*.ti,ab.",
        foreign=(
            "PubMed",
            "EBSCOhost",
            "Web of Science",
            "Scopus",
            "Cochrane Library",
            "ProQuest",
        ),
        wildcards="*$#?:",
        near=_ADJ,
        near_sample="reading adj3 difficult*",
        bare_near=re.compile(r"(?<=[\w*$\")]\s)adj(?=\s)", re.IGNORECASE),
        bare_near_means="Ovid takes ADJ for a phrase: the words side by side in this order.",
        order="",
        heading=re.compile(
            r"(?<![\w/])(?!(?:or|and|near|n|w|p|pre|next)/)[A-Za-z][\w'-]*\"?/", re.IGNORECASE
        ),
        numbers=("",),
    ),
    Platform(
        name="EBSCOhost",
        field=_EBSCO_FIELD,
        sample='TI "reading difficulties" OR AB "reading difficulties"',
        foreign=("Ovid", "PubMed", "ProQuest", "Scopus", "Cochrane Library"),
        wildcards="*?#",
        near=_N_OR_W,
        near_sample="reading N3 difficult*",
        bare_near=re.compile(r"(?<=[\w*\")]\s)[NW](?=\s+[\w\"(])"),
        bare_near_means="EBSCOhost knows Nn and Wn; a letter without number is a word.",
        order="",
        heading=re.compile(r"(?<![\w\"])(?:DE|MH|MM|SU|ZU)\s+\(?\""),
        numbers=("S",),
    ),
    Platform(
        name="ProQuest",
        field=_PROQUEST_FIELD,
        sample='ti("reading difficulties") OR ab("reading difficulties")',
        foreign=("Ovid", "PubMed", "Scopus", "Web of Science", "Cochrane Library"),
        wildcards="*?",
        near=_SLASHED,
        near_sample="reading NEAR/3 difficult*",
        bare_near=None,
        bare_near_means="",
        order="",
        heading=re.compile(
            r"\b(?:mjsub|mjmainsubject|mainsubject|su|mesh)\.exact(?:\.explode)?\s*\(",
            re.IGNORECASE,
        ),
        numbers=("S", "#"),
    ),
    Platform(
        name="PubMed",
        field=_PUBMED_FIELD,
        sample='"reading difficulties"[tiab]',
        foreign=(
            "Ovid",
            "EBSCOhost",
            "Web of Science",
            "Scopus",
            "Cochrane Library",
            "ProQuest",
        ),
        wildcards="*",
        near=_NOTHING,
        near_sample='"reading difficulties"[tiab:~3]',
        bare_near=None,
        bare_near_means="",
        order="PubMed works from left to right.",
        heading=re.compile(
            r"\[(?:mh|mesh|majr|mesh terms?|mesh major topic)(?::noexp)?\]", re.IGNORECASE
        ),
        numbers=("#",),
        needs_capitals=True,
        letters_before_wildcard=4,
    ),
    Platform(
        name="Web of Science",
        field=_WOS_FIELD,
        sample='TS=("reading difficult*")',
        foreign=("Ovid", "PubMed", "EBSCOhost", "ProQuest", "Scopus", "Cochrane Library"),
        wildcards="*?$",
        near=re.compile(r"(?<![\w/])NEAR/\d{1,3}\b", re.IGNORECASE),
        near_sample="reading NEAR/3 difficult*",
        bare_near=re.compile(r"(?<=[\w*$\")]\s)NEAR(?=\s)", re.IGNORECASE),
        bare_near_means="Web of Science takes NEAR for NEAR/15.",
        order="Web of Science does NEAR, SAME, NOT, AND, OR in this order.",
        heading=None,
        numbers=("#",),
        letters_before_wildcard=3,
    ),
    Platform(
        name="Scopus",
        field=_SCOPUS_FIELD,
        sample='TITLE-ABS-KEY("reading difficulties")',
        foreign=("Ovid", "PubMed", "EBSCOhost", "ProQuest", "Web of Science", "Cochrane Library"),
        wildcards="*?",
        near=re.compile(r"(?<![\w/])(?:W|PRE)/\d{1,3}\b", re.IGNORECASE),
        near_sample="reading W/3 difficult*",
        bare_near=re.compile(r"(?<=[\w*\")]\s)(?:W|PRE)/?(?=\s)"),
        bare_near_means="Scopus needs W/n or PRE/n.",
        order="Scopus does OR before AND, and AND NOT last.",
        heading=None,
        numbers=("#",),
    ),
    Platform(
        name="Cochrane Library",
        field=_COCHRANE_FIELD,
        sample='("reading difficulties"):ti,ab,kw',
        foreign=("Ovid", "PubMed", "EBSCOhost", "ProQuest", "Web of Science", "Scopus"),
        wildcards="*?",
        near=re.compile(r"(?<![\w/])(?:NEAR|NEXT)(?:/\d{1,3})?\b", re.IGNORECASE),
        near_sample="reading NEAR/3 difficult*",
        bare_near=re.compile(r"(?<=[\w*\")]\s)NEAR(?=\s)", re.IGNORECASE),
        bare_near_means="The Cochrane Library takes NEAR for NEAR/6.",
        order="",
        heading=re.compile(r"\bMeSH descriptor:|\[mh\s", re.IGNORECASE),
        numbers=("#",),
        no_wildcard_in_phrase=True,
    ),
    Platform(
        name="ERIC",
        field=_ERIC_FIELD,
        sample='title:"reading difficulties"',
        foreign=("Ovid", "PubMed", "Web of Science", "Scopus", "Cochrane Library"),
        wildcards=None,
        near=None,
        near_sample="",
        bare_near=None,
        bare_near_means="",
        order="",
        heading=re.compile(r"\bdescriptor:\s*[\"(\w]"),
        numbers=("#",),
    ),
)
PLATFORMS: Mapping[str, Platform] = MappingProxyType({one.name: one for one in _ALL})
_ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "ovid": "Ovid",
        "ovidsp": "Ovid",
        "ebsco": "EBSCOhost",
        "ebscohost": "EBSCOhost",
        "proquest": "ProQuest",
        "pubmed": "PubMed",
        "webofscience": "Web of Science",
        "wos": "Web of Science",
        "webofknowledge": "Web of Science",
        "clarivate": "Web of Science",
        "scopus": "Scopus",
        "scopuscom": "Scopus",
        "cochrane": "Cochrane Library",
        "cochranelibrary": "Cochrane Library",
        "central": "Cochrane Library",
        "eric": "ERIC",
        "ericedgov": "ERIC",
    }
)
# What gives a platform away beside its fields; each counts like one field.
_SIGNS: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "Ovid": re.compile(
            r"\badj\d{1,2}\b|^\s*\d*[.)]?\s*exp\s.+/|\b(?:or|and)/\d|\blimit\s+\d+\s+to\b|"
            r"[A-Za-z]/(?=\s*(?:\(\d|$|or\b|and\b))",
            re.IGNORECASE | re.MULTILINE,
        ),
        "EBSCOhost": re.compile(r"(?<![\w/\"])[NW]\d{1,2}(?![\w/])"),
        "ProQuest": re.compile(
            r"(?<![\w/])(?:N|P|PRE|NEAR)/\d{1,2}\b(?=.*\bnoft\()", re.IGNORECASE
        ),
        "Scopus": re.compile(r"(?<![\w/])W/\d{1,3}\b|\bPUBYEAR\b"),
        "Cochrane Library": re.compile(r"\{(?:or|and|OR|AND)\s+#|\bNEXT\b"),
    }
)
# Embase.com, whose syntax is not among these, shares its fields with the Cochrane Library.
_EMBASE = re.compile(r"'/(?:exp|de|mj|syn)\b")


def platform_named(name: str) -> Platform | None:
    """Return the platform people mean by a name; None if its syntax is not known here.

    Examples
    --------
    >>> platform_named("EBSCO (ERIC)").name
    'EBSCOhost'
    >>> platform_named("Embase.com") is None
    True
    """
    for words in (name, re.split(r"[(,;:/]", name)[0]):
        plain = re.sub(r"[^a-z]", "", words.lower())
        if plain in _ALIASES:
            return PLATFORMS[_ALIASES[plain]]
    return None


def recognise_platform(strategy: str) -> Platform | None:
    """Return the platform whose fields and signs a strategy holds most of; None if two are even."""
    if _EMBASE.search(strategy):
        return None
    counts = {
        one.name: len(one.field.findall(strategy))
        + (len(_SIGNS[one.name].findall(strategy)) if one.name in _SIGNS else 0)
        for one in _ALL
    }
    best = max(counts.values())
    leaders = [name for name, count in counts.items() if count == best]
    return PLATFORMS[leaders[0]] if best and len(leaders) == 1 else None
