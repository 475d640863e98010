"""Identifiers in one spelling each: DOI, PubMed number, ISSN and ISBN."""

from __future__ import annotations

import re
from urllib.parse import unquote

__all__ = ["find_doi", "find_pmid_in_url", "normalise_doi", "serial_numbers"]

RESOLVER = re.compile(r"^(?:https?:\s*//)?(?:(?:dx|www)\.)?doi\.org/+", re.IGNORECASE)
LABEL = re.compile(r"^(?:(?:doi|digital object identifier)\s*[:=]?\s*)+", re.IGNORECASE)
DOI = re.compile(r"10\.\d{3,9}(?:\.\d+)*/\S+")
DOI_IN_TEXT = re.compile(
    r"(?:doi\.org/+|\bdoi\s*[:=]\s*(?:https?://(?:dx\.)?doi\.org/+)?)(10\.\d{3,9}(?:\.\d+)*/[^\s\"<>]+)",
    re.IGNORECASE,
)
PUBMED_URL = re.compile(
    r"(?:pubmed\.ncbi\.nlm\.nih\.gov/|ncbi\.nlm\.nih\.gov/pubmed/)(\d{1,8})\b", re.IGNORECASE
)
SERIAL = re.compile(
    r"(?<![\w-])(?:97[89][- ]?(?:\d[- ]?){9}\d|(?:\d-?){9}[\dXx]|\d{4}-?\d{3}[\dXx])(?![\w-])"
)
TRAILING = ".,;:'\"…"


def normalise_doi(value: str) -> str | None:
    """Return a DOI bare and in lower case, or None if the value is not one.

    Resolver addresses, "doi:" labels, a trailing "[doi]", closing punctuation and percent escapes
    of addresses are taken off. A closing bracket stays only where it was opened inside the DOI
    (old Wiley and Elsevier DOIs hold brackets).

    Examples
    --------
    >>> normalise_doi("https://doi.org/10.1000/ABC.")
    '10.1000/abc'
    >>> normalise_doi("doi: 10.1016/S0140-6736(05)66740-9 [doi]")
    '10.1016/s0140-6736(05)66740-9'
    >>> normalise_doi("n/a") is None
    True
    """
    if "10." not in value:
        return None
    text = value.strip().strip("<>{}\"'").strip()
    text = re.sub(r"\s*\[(?:doi|pii)\]\s*$", "", text, flags=re.IGNORECASE)
    from_address = False
    while True:
        stripped = LABEL.sub("", text)
        bare = RESOLVER.sub("", stripped)
        from_address = from_address or bare != stripped
        if bare == text:
            break
        text = bare
    if from_address or "%2f" in text.lower():
        text = unquote(text)
    if DOI.fullmatch(text) is None:
        return None
    text = _trim(text)
    return text.lower() if DOI.fullmatch(text) else None


def find_doi(text: str) -> str | None:
    """Return the first DOI that a note or address names as one ("doi: ..." or doi.org/...)."""
    if "10." not in text:
        return None
    for match in DOI_IN_TEXT.finditer(text):
        doi = normalise_doi(unquote(match[1]))
        if doi is not None:
            return doi
    return None


def find_pmid_in_url(address: str) -> str | None:
    """Return the PubMed number of a PubMed address."""
    match = PUBMED_URL.search(address)
    return match[1] if match else None


def serial_numbers(value: str) -> list[str]:
    """Return the ISSNs and ISBNs in a value as they are written, without their labels."""
    return [match[0].strip(" -") for match in SERIAL.finditer(value)]


def _trim(doi: str) -> str:
    """DOI without closing punctuation and unopened closing brackets."""
    while True:
        end = doi.rstrip(TRAILING)
        for opening, closing in ("()", "[]", "{}", "<>"):
            if end.endswith(closing) and end.count(closing) > end.count(opening):
                end = end[:-1]
        if end == doi:
            return doi
        doi = end
