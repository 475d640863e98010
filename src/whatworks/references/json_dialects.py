"""Items of other programs' JSON under the names of CSL variables: Zotero, OpenAlex and their like.

What is not named here stays under its own key.
"""

from __future__ import annotations

import re
from typing import Any

from whatworks.references.record_types import CSL_TYPES

__all__ = ["is_reference", "to_csl"]

Item = dict[str, Any]
# Keys of other programs by CSL variable, the better ones first.
NAMES = {
    "title": ("display_name", "paperTitle"),
    "author": ("authors",),
    "issued": (
        "date", "year", "publication_year", "pubYear", "publicationDate", "publication_date",
    ),
    "container-title": (
        "publicationTitle", "bookTitle", "proceedingsTitle", "websiteTitle", "journalTitle",
        "journal", "venue",
    ),
    "volume": ("journalVolume",),
    "page": ("pages", "pageInfo", "pageRange"),
    "abstract": ("abstractNote", "abstractText"),
    "DOI": ("doi",),
    "PMID": ("pmid",),
    "ISSN": ("issn", "journalIssn"),
    "ISBN": ("isbn",),
    "URL": ("url", "article_url"),
    "keyword": ("keywords", "tags"),
    "title-short": ("shortTitle",),
    "container-title-short": ("journalAbbreviation",),
    "publisher-place": ("place",),
    "source": ("libraryCatalog",),
    "archive_location": ("archiveLocation",),
    "note": ("extra",),
}  # fmt: skip
# Zotero's kinds of items that CSL calls otherwise, and Crossref's.
TYPES = {
    "journalArticle": "article-journal",
    "magazineArticle": "article-magazine",
    "newspaperArticle": "article-newspaper",
    "bookSection": "chapter",
    "conferencePaper": "paper-conference",
    "encyclopediaArticle": "entry-encyclopedia",
    "dictionaryEntry": "entry-dictionary",
    "blogPost": "post-weblog",
    "preprint": "article",
    "computerProgram": "software",
    "presentation": "speech",
    "journal-article": "article-journal",
    "book-chapter": "chapter",
    "proceedings-article": "paper-conference",
    "posted-content": "article",
    "dissertation": "thesis",
}
KNOWN_TYPES = {
    "document",
    *TYPES.values(),
    *(t for types in CSL_TYPES.values() for t in types.split()),
}
# What a reference has beside its title.
BESIDE_TITLE = ("author", "issued", "DOI", "PMID", "editor", "container-title", "ISBN")
# An item with a title and nothing that CSL does not know may be one too.
PLAIN_NAMES = frozenset({"id", "type", "title", "URL", *NAMES})
# A key that an item has twice is called "title (2)".
REPEATED = re.compile(r" \(\d+\)$")
OWN_KEY = "custom"


def to_csl(item: Item) -> Item:
    """Return an item with CSL's names for what it says; an item in CSL's names comes back as it is.

    A key is renamed only where the item does not have the variable itself.
    """
    if OWN_KEY in item:
        return item
    found = {**item}
    own = item.get("data")
    if isinstance(own, dict) and "itemType" in own:
        # Zotero's API puts the item itself into "data".
        found = {key: value for key, value in item.items() if key != "data"} | own
    _take_nested(found)
    if "startpage" in found and "source" in found and "container-title" not in found:
        # Publish or Perish: CSL means a database by it.
        found["container-title"] = found.pop("source")
    for variable, keys in NAMES.items():
        key = next((key for key in keys if _says(found.get(key))), None)
        if key is None or _says(found.get(variable)):
            continue
        value = _converted(variable, found[key])
        if value is not None:
            found.pop(key)
            found[variable] = value
    kind = found.get("itemType") or found.get("type")
    if isinstance(kind, str) and ("itemType" in found or kind in TYPES):
        found.pop("itemType", None)
        found["type"] = TYPES.get(kind, kind)
    return found


def is_reference(values: dict[str, list[str]]) -> bool:
    """Return whether an item is a reference: of a type of CSL, or with a title and no strange key.

    Beside an author, a date or the like, other keys may be anything.

    Parameters
    ----------
    values : dict of str to list of str
        By CSL variable.
    """
    if values.get("type", [""])[0] in KNOWN_TYPES:
        return True
    return "title" in values and (
        any(name in values for name in BESIDE_TITLE)
        or {REPEATED.sub("", name) for name in values} <= PLAIN_NAMES
    )


def _says(value: object) -> bool:
    return value not in (None, "", [], {})


def _take_nested(item: Item) -> None:
    """Bring what stands deeper up to the item: creators, identifiers, pages, the words of an abstract."""
    _take_creators(item)
    people = [person.get("author") for person in _objects(item.get("authorships"))]
    if people and "author" not in item:
        names = [_name(person) for person in people]
        item["author"] = [name for name in names if name is not None]
    if _says(item.get("authorString")) and "author" not in item:
        text = str(item.pop("authorString")).rstrip(". ")
        item["author"] = [_initialled(name) for name in text.split(", ") if name.strip()]
    for key, variables in (
        ("externalIds", {"DOI": "DOI", "PubMed": "PMID"}),
        ("ids", {"pmid": "URL"}),
        ("biblio", {"volume": "volume", "issue": "issue"}),
        ("journalInfo", {"volume": "volume", "issue": "issue"}),
        ("journal", {"name": "container-title", "volume": "volume", "pages": "page"}),
    ):
        inner = item.get(key)
        if isinstance(inner, dict):
            for name, variable in variables.items():
                if _says(inner.get(name)) and not _says(item.get(variable)):
                    item[variable] = inner[name]
    _take_places(item)
    words = item.get("abstract_inverted_index")
    if isinstance(words, dict) and "abstract" not in item:
        at = {
            n: word
            for word, places in words.items()
            if isinstance(places, list)
            for n in places
            if isinstance(n, int)
        }
        item["abstract"] = " ".join(at[n] for n in sorted(at))
        del item["abstract_inverted_index"]


def _take_creators(item: Item) -> None:
    """Part Zotero's one list of people by what they did; who has no name stays in it."""
    by_role: dict[str, list[Item]] = {}
    rest = []
    for creator in _objects(item.get("creators")):
        named = _name({key: part for key, part in creator.items() if key != "creatorType"})
        role = str(creator.get("creatorType") or "author")
        if named is None or role in item:
            rest.append(creator)
        else:
            by_role.setdefault(role, []).append(named)
    if by_role:
        item.update(by_role)
        item["creators"] = rest


def _take_places(item: Item) -> None:
    """First and last page as one, and the journal of an article."""
    biblio = item.get("biblio")
    for source, first, last in (
        (biblio if isinstance(biblio, dict) else {}, "first_page", "last_page"),
        (item, "startpage", "endpage"),
    ):
        if _says(source.get(first)) and "page" not in item and "pages" not in item:
            item["page"] = "-".join(
                str(source[name]) for name in (first, last) if _says(source.get(name))
            )
    place = item.get("primary_location")
    journal = place.get("source") if isinstance(place, dict) else None
    if isinstance(journal, dict) and _says(journal.get("display_name")):
        item.setdefault("container-title", journal["display_name"])


def _objects(value: object) -> list[Item]:
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []


def _converted(variable: str, value: Any) -> Any:
    """Value in the shape that CSL has for the variable; None if it has another."""
    if variable == "author":
        parts = value if isinstance(value, list) else [value]
        names = [_name(part) for part in parts]
        return None if None in names else names
    if variable == "keyword":
        parts = value if isinstance(value, list) else [value]
        words = [part.get("tag") if isinstance(part, dict) else part for part in parts]
        texts = [word for word in words if isinstance(word, str)]
        return "; ".join(texts) if len(texts) == len(words) else None
    return None if isinstance(value, dict) else value


def _name(value: object) -> Item | None:
    """CSL name of a person as other programs write one, or None."""
    if isinstance(value, str):
        family, comma, given = value.partition(", ")
        return {"family": family, "given": given} if comma else {"literal": value}
    if not isinstance(value, dict):
        return None
    for family, given in (("lastName", "firstName"), ("family", "given"), ("last", "first")):
        if _says(value.get(family)):
            parts = {"family": value[family], "given": value.get(given)} | _without(
                value, family, given
            )
            return {key: part for key, part in parts.items() if _says(part)}
    for key in ("name", "display_name", "fullName", "literal"):
        if _says(value.get(key)):
            return {"literal": value[key]} | _without(value, key)
    return None


def _without(value: Item, *keys: str) -> Item:
    return {key: part for key, part in value.items() if key not in keys and _says(part)}


def _initialled(name: str) -> Item:
    """CSL name of a person as PubMed writes one: family, then initials."""
    match = re.fullmatch(r"(\S.*?)\s+([^\W\d_a-z]{1,4})", name.strip())
    return {"family": match[1], "given": match[2]} if match else {"literal": name.strip()}
