"""Signs by which a file is told to be of a format: from its content, never from its name."""

from __future__ import annotations

import re

from whatworks.references.bibtex_starts import is_entry_start
from whatworks.references.csv_rows import MAX_PREAMBLE, is_header
from whatworks.references.enw import split_enw_line
from whatworks.references.nbib import START_TAGS, is_loose_start, split_nbib_line
from whatworks.references.ovid import is_ovid_start
from whatworks.references.refworks import is_refworks_start, split_refworks_line
from whatworks.references.ris_lines import is_start
from whatworks.references.source import Source
from whatworks.references.wos import is_wos_start

__all__ = [
    "has_rows",
    "is_bibtex",
    "is_csl_json",
    "is_csv",
    "is_endnote_xml",
    "is_enw",
    "is_eppi_json",
    "is_excel",
    "is_nbib",
    "is_ovid",
    "is_pubmed_xml",
    "is_refworks",
    "is_ris",
    "is_wos",
    "other_kind",
]

ZIP_MAGIC = b"PK\x03\x04"
EPPI_KEYS = re.compile(r'"(References|CodeSets)"\s*:')
CSL_KEYS = re.compile(
    r'"(type|title|title-short|container-title|DOI|references|items|results|data|resultList)"\s*:'
)
EMPTY_JSON = re.compile(r"\s*(\[\s*\]|\{\s*\})\s*")
RTF = r"{\rtf"
NOTEEXPRESS = re.compile(r"\{[A-Z][A-Za-z ]+\}\s*:")
PUBMED_SUMMARY = re.compile(r"1(:|\.) \S")
PUBMED_NUMBER = re.compile(r"\bPMID:\s*\d{1,8}\b")
PMID_ALONE = re.compile(r"\s*[1-9]\d{3,7}\s*")
ICTRP = re.compile(r"<Trials_downloaded_from_ICTRP\b")
# Enough of a file to tell by what else it may be.
FIRST_LINES = 200
WEB_PAGE = re.compile(r"\s*<(!DOCTYPE )?html\b", re.IGNORECASE)
ENDNOTE_RECORD = re.compile(r"<(record|RECORD)(?=[\s/>])")
ENDNOTE_PART = re.compile(r"<(ref-type|contributors|titles|rec-number|REFERENCE_TYPE|records)\b")
LIBRARY_CATALOGUE = re.compile(r"<(\w+:)?(leader|datafield|controlfield)\b")
PUBMED_RECORD = re.compile(r"<(PubmedArticle|PubmedBookArticle|MedlineCitation)(?=[\s>])")
WOS_HEADING = re.compile(r"FN \S")
DELIMITERS = ",;\t|"


# Signs of a whole file.
def is_excel(source: Source) -> bool:
    """Return whether it is a zip archive that holds a workbook; names in it are not compressed."""
    return source.data.startswith(ZIP_MAGIC) and b"xl/" in source.data


def is_eppi_json(source: Source) -> bool:
    """Return whether it is a JSON object with EPPI-Reviewer's lists."""
    return source.opening().startswith("{") and any(EPPI_KEYS.search(x) for x in source.lines)


def is_csl_json(source: Source) -> bool:
    """Return whether it is a JSON list of items, or an object that holds one."""
    return re.match(r"\[\s*(\{|$|\])|\{", source.opening()) is not None and any(
        CSL_KEYS.search(line) for line in source.lines
    )


def is_pubmed_xml(source: Source) -> bool:
    """Return whether it is XML with PubMed's articles or books."""
    return source.opening().startswith("<") and any(PUBMED_RECORD.search(x) for x in source.lines)


def is_endnote_xml(source: Source) -> bool:
    """Return whether it is XML with EndNote's records, not those of a library catalogue."""
    return (
        source.opening().startswith("<")
        and any(ENDNOTE_RECORD.search(line) for line in source.lines)
        and any(ENDNOTE_PART.search(line) for line in source.lines)
        and not any(LIBRARY_CATALOGUE.search(line) for line in source.lines)
    )


def is_csv(source: Source) -> bool:
    """Return whether the first line that is not blank names columns that are known."""
    first = source.opening()
    if split_nbib_line(first)[0] is not None or is_start(first):
        return False
    return is_header(first) or (
        first.lower().startswith("sep=") and is_header(source.after_opening())
    )


# Signs of a line; the first line that is one decides, so that text before it does not matter.
def is_ris(lines: list[str], at: int) -> bool:
    """Return whether this line has the tag TY."""
    return is_start(lines[at])


def is_nbib(lines: list[str], at: int) -> bool:
    """Return whether this line has a tag that MEDLINE records start with."""
    if is_loose_start(lines[at]):
        # In RIS a PubMed number may stand so after a blank line of the abstract.
        following = next((line for line in lines[at + 1 : at + 4] if line.strip()), "")
        return following.startswith(("OWN ", "STAT"))
    return split_nbib_line(lines[at])[0] in START_TAGS


def is_wos(lines: list[str], at: int) -> bool:
    """Return whether this line is Web of Science's heading or starts a record of it."""
    if WOS_HEADING.match(lines[at]):
        return any(line.startswith("VR ") or is_wos_start(line) for line in lines[at + 1 : at + 4])
    return is_wos_start(lines[at]) and any(
        re.match(r"[A-Z][A-Z0-9] \S", line) for line in lines[at + 1 : at + 3]
    )


def is_ovid(lines: list[str], at: int) -> bool:
    """Return whether an Ovid record starts here."""
    return is_ovid_start(lines, at)


def is_enw(lines: list[str], at: int) -> bool:
    """Return whether this line and the next that is not blank have %-tags."""
    if not re.match(r"%[0TAJDE][ \t]\S", lines[at]):
        return False
    following = next((line for line in lines[at + 1 : at + 6] if line.strip()), None)
    return following is None or split_enw_line(following)[0] is not None


def is_refworks(lines: list[str], at: int) -> bool:
    """Return whether this line has the tag RT and the next that is not blank another."""
    if not is_refworks_start(lines[at]):
        return False
    following = next((line for line in lines[at + 1 : at + 4] if line.strip()), None)
    return following is None or split_refworks_line(following)[0] is not None


def is_bibtex(lines: list[str], at: int) -> bool:
    """Return whether an entry starts on this line."""
    return is_entry_start(lines, at)


def has_rows(source: Source) -> bool:
    """Return whether a header stands below other lines, or two lines are cut alike, as rows are."""
    if any(is_header(line) for line in source.lines[:MAX_PREAMBLE]):
        return True
    rows = [line for line in source.lines if line.strip()][:2]
    return len(rows) == 2 and any(
        rows[0].count(sign) == rows[1].count(sign) > 0 for sign in DELIMITERS
    )


def other_kind(source: Source) -> tuple[str, str] | None:
    """Say what a file is that is no file of references, and what to do; None if not known."""
    text = source.opening()
    instead = "Export the records as RIS, nbib, BibTeX or CSV, then import that file."
    if WEB_PAGE.match(text):
        return _web_page(source)
    if re.match(r"<(\?xml|!DOCTYPE|\w)", text):
        if any(ICTRP.search(line) for line in source.lines[:FIRST_LINES]):
            return (
                "The file is XML of the WHO's trial register (ICTRP).",
                "Export the trials as CSV there, then import that file.",
            )
        return "The file is XML, but neither EndNote's nor PubMed's.", instead
    if text.startswith(RTF):
        return (
            "The file is a text with formatting (RTF), as word processors save it.",
            "Open it, save it as plain text (UTF-8), then import that file.",
        )
    if NOTEEXPRESS.match(text):
        return (
            "The file is in NoteExpress's own format.",
            "Export the records as EndNote or RefWorks, then import that file.",
        )
    if text[:1] in ("{", "["):
        if EMPTY_JSON.fullmatch("\n".join(source.lines[:FIRST_LINES])):
            return "The file is an empty JSON list.", "Check the export: it holds no records."
        return "The file is JSON, but neither CSL-JSON nor EPPI-Reviewer's.", instead
    return _pubmed_text(source)


def _web_page(source: Source) -> tuple[str, str]:
    """Say whether a web page may be a table that was saved under another name."""
    if any("<table" in line.lower() for line in source.lines):
        return (
            "The file is a web page with a table, whatever its name ends in.",
            "Open it in Excel, save it as .xlsx, then import that file; if it shows no records "
            "there, sign in where it came from and export them again.",
        )
    return (
        "The file is a web page.",
        "Sign in where it came from, export the records again, and import that file.",
    )


def _pubmed_text(source: Source) -> tuple[str, str] | None:
    """Say which of PubMed's texts a file is that are for reading, not for import."""
    filled = [line for line in source.lines if line.strip()]
    again = 'In PubMed choose Save, then the format "PubMed", and import that file.'
    if filled and all(PMID_ALONE.fullmatch(line) for line in filled):
        return "The file is a list of PubMed numbers without the records.", again
    is_numbered = bool(filled) and PUBMED_SUMMARY.match(filled[0]) is not None
    if is_numbered and any(PUBMED_NUMBER.search(line) for line in filled):
        return "The file is PubMed's summary or abstract text, which is made for reading.", again
    return None
