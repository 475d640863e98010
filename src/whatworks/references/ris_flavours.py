"""How the programs that RIS files are written for read them: one table."""

from __future__ import annotations

from dataclasses import dataclass

from whatworks.errors import UserError

__all__ = ["FLAVOURS", "Flavour", "find_flavour"]


@dataclass(frozen=True, slots=True)
class Flavour:
    """Which tags a program reads.

    Attributes
    ----------
    title, author, container
        Tags of these fields.
    own_id
        Tag that carries the record's name here, in a field the program shows and gives back.
    accession
        Tag of the accession number.
    pmid
        Tag and label of the PubMed number.
    whole_pages
        Whether SP holds the whole range of pages.
    """

    title: str = "TI"
    author: str = "AU"
    container: str = "JF"
    own_id: str = "AN"
    accession: str = "ID"
    pmid: tuple[str, str] = ("C3", "PUBMED ")
    whole_pages: bool = False


NEUTRAL = Flavour()
FLAVOURS = {
    # EndNote's own export has the journal in T2, the whole range of pages in SP and the field
    # "Label" in LB.
    "endnote": Flavour(
        container="T2", own_id="LB", accession="AN", pmid=("N1", "PMID: "), whole_pages=True
    ),
    # zotero/translators RIS.js: T2 is the publication of every type, CN the call number, M2 the
    # field "Extra", where Zotero's users write PubMed numbers; a tag it does not know becomes a
    # note.
    "zotero": Flavour(container="T2", own_id="CN", accession="AN", pmid=("M2", "PMID: ")),
    # EPPI-Centre/ER4's import filter "RIS": U1 is the identifier in the program before it, N1 the
    # comments; N2 and AB would be joined, so only AB is written.
    "eppi": Flavour(title="T1", author="A1", own_id="U1", accession="AN", pmid=("N1", "PMID: ")),
}


def find_flavour(name: str | None) -> Flavour:
    """Return a flavour by its name; None is what most programs read.

    Raises
    ------
    UserError
        There is no such flavour.
    """
    if name is None:
        return NEUTRAL
    if name not in FLAVOURS:
        raise UserError(
            f'There is no flavour "{name}". Use one of {", ".join(FLAVOURS)}, or leave it out.'
        )
    return FLAVOURS[name]
