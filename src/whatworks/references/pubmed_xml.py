"""PubMed XML (efetch): articles and books cut into tags, with lists told as one value per item."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from whatworks.references.entries import Parsed
from whatworks.references.xml_chunk import plain_text
from whatworks.references.xml_records import parse_xml_records

__all__ = ["RECORD_NAMES", "parse_pubmed_xml"]

RECORD_NAMES = ("PubmedArticle", "PubmedBookArticle")
# Files of the time before PubmedArticle have this instead.
OLD_RECORD_NAMES = ("MedlineCitation",)
# Elements that hold text with mark-up in it.
INLINE = frozenset({"i", "b", "u", "sup", "sub", "math", "DispFormula", "em", "strong", "br"})


def parse_pubmed_xml(lines: list[str], *, file: str) -> Parsed:
    """Cut a file into records and each record into values by the path of their element.

    Names of people, labelled parts of abstracts, identifiers, dates, subject headings and links to
    other articles are put together as one value each, since their parts say nothing alone.
    """
    old = not any(f"<{name}" in line for line in lines for name in RECORD_NAMES)
    return parse_xml_records(lines, OLD_RECORD_NAMES if old else RECORD_NAMES, _values, file=file)


def _values(record: Element) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    waiting: list[tuple[Element, str]] = [(child, "") for child in reversed(record)]
    for attribute, value in record.attrib.items():
        values[f"record@{attribute}"] = [value]
    loose = " ".join(" ".join([record.text or "", *(child.tail or "" for child in record)]).split())
    if loose:
        values["record"] = [loose]
    while waiting:
        element, around = waiting.pop()
        path = f"{around}/{element.tag}" if around else str(element.tag)
        told = _told(element, path)
        if told is not None:
            for name, value in [*told, *_loose(element), *_codes(element)]:
                if value:
                    values.setdefault(name, []).append(value)
            continue
        for attribute, value in element.attrib.items():
            values.setdefault(f"{path}@{attribute}", []).append(value)
        if element.text and element.text.strip():
            values.setdefault(path, []).append(" ".join(element.text.split()))
        tails = " ".join((child.tail or "").strip() for child in element).strip()
        if tails:
            values.setdefault(path, []).append(tails)
        if element.get("Type") == "editors":
            path += "@editors"
        waiting += [(child, path) for child in reversed(element)]
    return values


def _told(element: Element, path: str) -> list[tuple[str, str]] | None:
    """Name and value of an element that is one value; None if its parts are values."""
    name = str(element.tag)
    has_parts = not _is_leaf(element)
    if has_parts and name in ("Author", "Investigator"):
        return _person(element, _role(path, name))
    if has_parts and name in ("Abstract", "OtherAbstract"):
        return _abstract(element, name)
    if has_parts and name == "MeshHeading":
        return [("MeshHeading", _heading(element))]
    if name in ("ELocationID", "ArticleId") and "Reference" not in path:
        kind = element.get("EIdType") or element.get("IdType") or ""
        return [(f"{name}@{kind}", plain_text(element))]
    if name == "CommentsCorrections":
        kind = element.get("RefType", "")
        return [(f"CommentsCorrections@{kind}", _parts(element))]
    if name.endswith("Date") or name.startswith("Date") or name == "PubMedPubDate":
        status = element.get("PubStatus") or element.get("DateType")
        return [(f"{name}@{status}" if status else name, _date(element))]
    if name == "PMID":
        return [
            (
                "PMID" if "/" not in path.removeprefix("MedlineCitation/") else path,
                plain_text(element),
            )
        ]
    if not has_parts:
        return [(_short(path, name), plain_text(element))]
    if path.split("/")[-2:-1] and path.split("/")[-2].endswith(("List", "Set")):
        return [(name, _parts(element))]
    return None


def _short(path: str, name: str) -> str:
    """Name of an element of the usual places by itself, of all others with its path."""
    return name if name in PLAIN_NAMES else path


# Elements whose name says which they are, wherever they stand.
PLAIN_NAMES = frozenset(
    {
        "ArticleTitle", "VernacularTitle", "BookTitle", "Volume", "Issue", "MedlinePgn", "StartPage",
        "EndPage", "ISSN", "ISSNLinking", "Isbn", "Title", "ISOAbbreviation", "MedlineTA", "Language",
        "PublicationType", "Keyword", "NlmUniqueID", "Country", "PublisherName", "Edition",
    }
)  # fmt: skip


# Attributes that are told otherwise (in a name, as a label or star) or say nothing of the document.
FLAGS = frozenset(
    {
        "ValidYN", "CompleteYN", "MajorTopicYN", "EIdType", "IdType", "Version", "RefType", "Label",
        "Source", "PubStatus", "DateType",
    }
)  # fmt: skip


def _codes(element: Element) -> list[tuple[str, str]]:
    """Attributes that say more than order and look: codes of vocabularies, kinds, languages."""
    return [
        (f"{part.tag}@{attribute}", value.strip())
        for part in element.iter()
        for attribute, value in part.attrib.items()
        if attribute not in FLAGS and value.strip()
    ]


def _role(path: str, name: str) -> str:
    """Return what a person is: books list their editors as authors of another list."""
    return "Editor" if name == "Author" and "AuthorList@editors" in path else name


def _person(element: Element, name: str) -> list[tuple[str, str]]:
    """Name as "Family, Given", then affiliations and identifiers with the name before them."""
    parts = {str(child.tag): plain_text(child) for child in element}
    family, given = parts.get("LastName", ""), parts.get("ForeName") or parts.get("FirstName", "")
    given = given or parts.get("Initials", "")
    suffix = parts.get("Suffix", "")
    group = parts.get("CollectiveName", "")
    full = ", ".join(part for part in (family, given, suffix) if part) or group
    told = [(name, full)]
    for child in element:
        if child.tag == "AffiliationInfo":
            texts = [plain_text(part) for part in child]
            told += [("Affiliation", f"{full}: {text}") for text in texts if text]
        elif child.tag == "Identifier":
            told.append((f"Identifier@{child.get('Source', '')}", f"{full}: {plain_text(child)}"))
        elif child.tag in ("Affiliation",):
            told.append(("Affiliation", f"{full}: {plain_text(child)}"))
        elif child.tag not in (
            "LastName", "ForeName", "FirstName", "Initials", "Suffix", "CollectiveName",
        ):  # fmt: skip
            told.append((f"{name}/{child.tag}", f"{full}: {plain_text(child)}"))
    if group and group != full:
        told.append(("CollectiveName", group))
    return told


def _abstract(element: Element, name: str) -> list[tuple[str, str]]:
    """Parts of an abstract as paragraphs, each with its label."""
    told: list[tuple[str, str]] = []
    paragraphs = []
    for child in element:
        text = plain_text(child)
        if child.tag == "AbstractText":
            label = child.get("Label", "").strip()
            shown = f"{label}: {text}" if label and label.upper() != "UNLABELLED" else text
            if shown:
                paragraphs.append(shown)
        elif text:
            told.append((f"{name}/{child.tag}", text))
    kind = element.get("Type") or element.get("Language")
    key = f"{name}@{kind}" if kind else name
    return [(key, "\n".join(paragraphs)), *told]


def _heading(element: Element) -> str:
    """Descriptor and qualifiers as PubMed's text format writes them: "Reading/*methods"."""
    return "/".join(
        ("*" if child.get("MajorTopicYN") == "Y" else "") + plain_text(child) for child in element
    )


def _date(element: Element) -> str:
    return " ".join(text for part in _leaves(element) if (text := plain_text(part)))


def _parts(element: Element) -> str:
    """Texts of an element's innermost parts, each named where there are several."""
    told = [
        (str(part.get("IdType") or part.tag), text)
        for part in _leaves(element)
        if (text := plain_text(part))
    ]
    return told[0][1] if len(told) == 1 else "; ".join(f"{name}: {text}" for name, text in told)


def _leaves(element: Element) -> list[Element]:
    """Parts that hold text, with mark-up at most."""
    found: list[Element] = []
    waiting = [element]
    while waiting:
        part = waiting.pop()
        if _is_leaf(part):
            found.append(part)
        else:
            waiting += reversed(part)
    return found


def _is_leaf(element: Element) -> bool:
    return all(str(part.tag) in INLINE for part in element)


def _loose(element: Element) -> list[tuple[str, str]]:
    """Text that stands between the parts of an element or of its parts, where none belongs."""
    return [
        (str(part.tag), text)
        for part in element.iter()
        if not _is_leaf(part)
        and (text := " ".join(" ".join([part.text or "", *(c.tail or "" for c in part)]).split()))
    ]
