"""Files of references for the working pages: an exact copy, pairs in doubt, and lines to repair."""

from __future__ import annotations

from pathlib import Path

from whatworks.actions.find_reports import find_reports
from whatworks.actions.import_references import import_references
from whatworks.references import Review, Search
from whatworks.store import Actor, Store

EDITOR = Actor(pseudonym="editor-1", role="lead")
REVIEW = Review("r", "Reading & more", "What helps?", "C", None, "none", None, "here", None, None)
SEARCH = Search("r.eric", "r", "ERIC", "Ovid", "2026-05-03", None, None, None, None)

Fields = dict[str, str | list[str]]

IN_DOUBT = {
    "Reading comprehension for pupils with dyslexia: a randomised trial": "Learning Disabilities",
    "Peer support at playtime and autistic children's friendships": "Autism and School",
    "Classroom amplification for children with hearing loss": "Deaf Education Review",
    "Parents as partners in early speech and language therapy": "Speech in the Early Years",
}
N_IN_DOUBT = len(IN_DOUBT)
COPIED = "Handwriting practice and letter formation in Year 1"
CORRECTED = "Teaching assistants and the progress of the pupils they support"
# A hundredth of the records may be asked about, and a pair is two of them.
N_OTHERS = 200 * N_IN_DOUBT


def _ris(fields: Fields) -> str:
    lines = ["TY  - JOUR"]
    for tag, values in fields.items():
        for value in values if isinstance(values, list) else [values]:
            lines.append(f"{tag}  - {value}")
    return "\n".join([*lines, "ER  - ", ""])


def _article(title: str, journal: str, at: int) -> Fields:
    return {
        "TI": title,
        "AU": [f"Smith{at}, Anna", f"Jones{at}, Bob"],
        "PY": str(2005 + at),
        "JO": journal,
        "VL": str(40 + at),
        "IS": "3",
        "SP": str(201 + 20 * at),
        "EP": str(215 + 20 * at),
        "AB": "We taught pupils to ask questions about what they read. It helped.",
    }


def _articles() -> list[Fields]:
    journals = {**IN_DOUBT, COPIED: "Early Literacy", CORRECTED: "Support for Learning"}
    return [_article(title, name, at) for at, (title, name) in enumerate(journals.items())]


def first_search() -> bytes:
    """The articles and many others; its first two lines belong to no record."""
    others = [
        _ris(
            {
                "TI": f"Study {at} of pupils who read {at} books",
                "AU": f"Writer{at}, A",
                "PY": "2001",
            }
        )
        for at in range(10, 10 + N_OTHERS)
    ]
    return "\n".join(
        ["Exported today", "by a database", *(_ris(one) for one in _articles()), *others]
    ).encode()


def second_search() -> bytes:
    """A meeting abstract of each article in doubt, likely but not surely the same; a copy; a correction."""
    *in_doubt, copied, corrected = _articles()
    abstracts = [
        {tag: value for tag, value in one.items() if tag not in ("IS", "AB")}
        | {"SP": str(12 + at), "EP": str(14 + at)}
        for at, one in enumerate(in_doubt)
    ]
    correction = corrected | {"TI": f"Correction to: {CORRECTED}", "SP": "400", "EP": "400"}
    return "\n".join(_ris(one) for one in [*abstracts, copied, correction]).encode()


N_FIRST = N_IN_DOUBT + 2 + N_OTHERS
N_SECOND = N_IN_DOUBT + 2


def begin_store(path: Path) -> Path:
    """Make a store with one review and one search."""
    with (
        Store.create(path) as store,
        store.write(actor=EDITOR, action="add", object_type="review", object_id="r") as tx,
    ):
        tx.append("reviews", [REVIEW])
        tx.append("searches", [SEARCH])
    return path


def fill_store(path: Path) -> Path:
    """Import the two files into it, and find the duplicates."""
    files = [("first.ris", first_search()), ("second.ris", second_search())]
    with Store.open(path) as store:
        import_references(store, by=EDITOR, review_id="r", files=files)
        find_reports(store, by=EDITOR, review_id="r")
    return path
