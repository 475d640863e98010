"""Kinds of document: each format's words and ours."""

from __future__ import annotations

__all__ = [
    "CSL_TYPE",
    "RIS_CODE",
    "type_from_bibtex",
    "type_from_csl",
    "type_from_eppi",
    "type_from_ris",
    "type_from_words",
]

RIS_TYPES = {
    "article": "JOUR EJOUR ABST INPR JFULL MGZN",
    "report": "RPRT GOVDOC STAND",
    "thesis": "THES",
    "book": "BOOK EBOOK EDBOOK CLSWK SER",
    "chapter": "CHAP ECHAP",
    "conference": "CONF CPAPER",
    "web": "ELEC WEB BLOG ICOMM",
    "dataset": "DATA DBASE",
    "unpublished": "UNPB UNPD MANSCPT",
}
# What each kind is written as; the first code of its list.
RIS_CODE = {kind: codes.split()[0] for kind, codes in RIS_TYPES.items()} | {"other": "GEN"}

BIBTEX_TYPES = {
    "article": "article periodical suppperiodical review",
    "report": "report techreport manual standard",
    "thesis": "thesis phdthesis mastersthesis bachelorsthesis",
    "book": "book mvbook booklet collection mvcollection reference proceedings mvproceedings",
    "chapter": "inbook incollection bookinbook suppbook suppcollection inreference",
    "conference": "inproceedings conference",
    "web": "online electronic www webpage",
    "dataset": "dataset data software",
    "unpublished": "unpublished",
}

# citation-style-language/schema, csl-data.json; "article" is what preprints are called there.
CSL_TYPES = {
    "article": "article-journal article-magazine article-newspaper review review-book periodical",
    "report": "report standard regulation",
    "thesis": "thesis",
    "book": "book classic collection",
    "chapter": "chapter entry entry-dictionary entry-encyclopedia",
    "conference": "paper-conference speech event",
    "web": "webpage post post-weblog",
    "dataset": "dataset software",
    "unpublished": "article manuscript",
}
CSL_TYPE = {kind: names.split()[0] for kind, names in CSL_TYPES.items()} | {"other": "document"}

# EPPI-Reviewer's item types; what it writes for other kinds is no kind here.
EPPI_TYPES = {
    "report": "report",
    "book, whole": "book",
    "book, chapter": "chapter",
    "dissertation": "thesis",
    "conference proceedings": "conference",
    "document from internet site": "web",
    "web site": "web",
    "article in a periodical": "article",
    "journal, article": "article",
}
EPPI_NAME = {kind: name for name, kind in EPPI_TYPES.items()}

# Words of type columns and publication types, tried in this order: the first one contained wins.
TYPE_WORDS = (
    ("chapter", "chapter"),
    ("book section", "chapter"),
    ("book, section", "chapter"),
    ("conference", "conference"),
    ("proceeding", "conference"),
    ("meeting paper", "conference"),
    ("dissertation", "thesis"),
    ("thesis", "thesis"),
    ("theses", "thesis"),
    ("journal", "article"),
    ("article", "article"),
    ("editorial", "article"),
    ("letter", "article"),
    ("report", "report"),
    ("government document", "report"),
    ("book", "book"),
    ("monograph", "book"),
    ("dataset", "dataset"),
    ("data set", "dataset"),
    ("preprint", "unpublished"),
    ("unpublished", "unpublished"),
    ("manuscript", "unpublished"),
    ("web", "web"),
    ("blog", "web"),
    ("review", "article"),
)

_RIS = {code: kind for kind, codes in RIS_TYPES.items() for code in codes.split()}
_CSL = {name: kind for kind, names in CSL_TYPES.items() for name in names.split()}
_BIBTEX = {name: kind for kind, names in BIBTEX_TYPES.items() for name in names.split()}


def type_from_ris(code: str) -> str:
    """Return our kind for a RIS type code; "other" for what has none."""
    return _RIS.get(code.strip().upper(), "other")


def type_from_bibtex(entry_type: str) -> str:
    """Return our kind for a BibTeX entry type; "other" for what has none."""
    return _BIBTEX.get(entry_type.strip().lower(), "other")


def type_from_csl(csl_type: str) -> str:
    """Return our kind for a CSL item type; "other" for what has none."""
    return _CSL.get(csl_type.strip().lower(), "other")


def type_from_eppi(type_name: str) -> str:
    """Return our kind for a type of EPPI-Reviewer; "other" for what has none."""
    return EPPI_TYPES.get(type_name.strip().lower(), "other")


def type_from_words(values: list[str]) -> str | None:
    """Return our kind for publication types in words, or None if none is known."""
    text = "; ".join(values).lower()
    return next((kind for word, kind in TYPE_WORDS if word in text), None)
