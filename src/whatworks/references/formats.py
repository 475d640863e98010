"""The formats that are read, one entry each, and how a file is told to be of one of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from whatworks.errors import FileError, FileProblem
from whatworks.references import recognise
from whatworks.references.cochrane import is_cochrane_start
from whatworks.references.entries import Entry, Parsed
from whatworks.references.fields import Fields
from whatworks.references.mixed import lines_of_each, only_these, together
from whatworks.references.source import Source

__all__ = ["FORMATS", "FieldReader", "Format", "find_format", "read_source"]

FieldReader = Callable[[dict[str, list[str]]], tuple[Fields, list[tuple[str, str]]]]
FieldsOf = Callable[[Entry], tuple[Fields, list[tuple[str, str]]]]
Reader = Callable[[Source], tuple[Parsed, FieldReader]]


@dataclass(frozen=True, slots=True)
class Format:
    """One format of files of references.

    Attributes
    ----------
    name
        What reports call it and people may ask for.
    label
        What a person calls it, for messages.
    read
        Cuts a file into entries, and gives what turns an entry's tags into fields. Record starts
        are counted in the text or the bytes, without the parser (`Parsed.n_start_tags`).
    is_file
        Whether a whole file is of this format; None if its lines tell.
    is_line
        Whether a line starts a record of this format; None if whole files tell.
    """

    name: str
    label: str
    read: Reader
    is_file: Callable[[Source], bool] | None = None
    is_line: Callable[[list[str], int], bool] | None = None


# Modules are imported when their format is met: none of them is needed to print a help text.
def _ris(source: Source) -> tuple[Parsed, FieldReader]:
    from whatworks.references.ris import parse_ris
    from whatworks.references.ris_fields import fields_from_ris

    return parse_ris(source.lines), fields_from_ris


def _nbib(source: Source) -> tuple[Parsed, FieldReader]:
    from whatworks.references.nbib import parse_nbib
    from whatworks.references.nbib_fields import fields_from_nbib

    return parse_nbib(source.lines), fields_from_nbib


def _wos(source: Source) -> tuple[Parsed, FieldReader]:
    from whatworks.references.wos import parse_wos
    from whatworks.references.wos_fields import fields_from_wos

    return parse_wos(source.lines), fields_from_wos


def _ovid(source: Source) -> tuple[Parsed, FieldReader]:
    from whatworks.references.ovid import parse_ovid
    from whatworks.references.ovid_fields import fields_from_ovid

    return parse_ovid(source.lines), fields_from_ovid


def _enw(source: Source) -> tuple[Parsed, FieldReader]:
    from whatworks.references.enw import parse_enw
    from whatworks.references.enw_fields import fields_from_enw

    return parse_enw(source.lines), fields_from_enw


def _refworks(source: Source) -> tuple[Parsed, FieldReader]:
    from whatworks.references.refworks import parse_refworks
    from whatworks.references.refworks_fields import fields_from_refworks

    return parse_refworks(source.lines), fields_from_refworks


def _cochrane(source: Source) -> tuple[Parsed, FieldReader]:
    from whatworks.references.cochrane import parse_cochrane
    from whatworks.references.cochrane_fields import fields_from_cochrane

    return parse_cochrane(source.lines), fields_from_cochrane


def _endnote_xml(source: Source) -> tuple[Parsed, FieldReader]:
    from whatworks.references.endnote_xml import parse_endnote_xml
    from whatworks.references.endnote_xml_fields import fields_from_endnote_xml

    return parse_endnote_xml(source.lines, file=source.file), fields_from_endnote_xml


def _pubmed_xml(source: Source) -> tuple[Parsed, FieldReader]:
    from whatworks.references.pubmed_xml import parse_pubmed_xml
    from whatworks.references.pubmed_xml_fields import fields_from_pubmed_xml

    return parse_pubmed_xml(source.lines, file=source.file), fields_from_pubmed_xml


def _bibtex(source: Source) -> tuple[Parsed, FieldReader]:
    from whatworks.references.bibtex import parse_bibtex
    from whatworks.references.bibtex_fields import fields_from_bibtex

    return parse_bibtex(source.lines), fields_from_bibtex


def _csv(source: Source) -> tuple[Parsed, FieldReader]:
    from whatworks.references.csv_fields import fields_from_row
    from whatworks.references.csv_rows import parse_csv
    from whatworks.references.wos_fields import WOS_COLUMNS, fields_from_wos

    def read(values: dict[str, list[str]]) -> tuple[Fields, list[tuple[str, str]]]:
        # Web of Science's table has its tags as column names, which mean other things elsewhere.
        is_wos = values.keys() >= WOS_COLUMNS
        return fields_from_wos(values) if is_wos else fields_from_row(values)

    return parse_csv(source.lines, file=source.file), read


def _csljson(source: Source) -> tuple[Parsed, FieldReader]:
    from whatworks.references.csljson import fields_from_csljson, parse_csljson

    return parse_csljson(source.utf8(), file=source.file), fields_from_csljson


def _eppi(source: Source) -> tuple[Parsed, FieldReader]:
    from whatworks.references.eppi import fields_from_eppi, parse_eppi

    return parse_eppi(source.utf8(), file=source.file), fields_from_eppi


def _excel(source: Source) -> tuple[Parsed, FieldReader]:
    from whatworks.references.csv_fields import fields_from_row
    from whatworks.references.excel import parse_excel

    return parse_excel(source.data, file=source.file), fields_from_row


# Where two could be meant, the one named first is.
FORMATS = {
    format.name: format
    for format in (
        Format("xlsx", "Excel", _excel, is_file=recognise.is_excel),
        Format("pubmed-xml", "PubMed XML", _pubmed_xml, is_file=recognise.is_pubmed_xml),
        Format("endnote-xml", "EndNote XML", _endnote_xml, is_file=recognise.is_endnote_xml),
        Format("eppi-json", "EPPI-Reviewer JSON", _eppi, is_file=recognise.is_eppi_json),
        Format("csl-json", "CSL-JSON", _csljson, is_file=recognise.is_csl_json),
        Format("csv", "CSV", _csv, is_file=recognise.is_csv),
        Format("ris", "RIS", _ris, is_line=recognise.is_ris),
        Format("nbib", "PubMed nbib", _nbib, is_line=recognise.is_nbib),
        Format("wos", "Web of Science", _wos, is_line=recognise.is_wos),
        Format("ovid", "Ovid", _ovid, is_line=recognise.is_ovid),
        Format("cochrane", "Cochrane Library", _cochrane, is_line=is_cochrane_start),
        Format("enw", "EndNote tagged", _enw, is_line=recognise.is_enw),
        Format("refworks", "RefWorks", _refworks, is_line=recognise.is_refworks),
        Format("bibtex", "BibTeX", _bibtex, is_line=recognise.is_bibtex),
    )
}


def find_format(source: Source) -> Format:
    """Return the format of a file: by the whole of it, else by the first line that starts a record.

    Raises
    ------
    FileError
        No format is seen; the message says what the file is where that is known.
    """
    for format in FORMATS.values():
        if format.is_file is not None and format.is_file(source):
            return format
    by_line = _by_line()
    for at, line in enumerate(source.lines):
        if line and not line.isspace():
            for name, is_line in by_line.items():
                if is_line(source.lines, at):
                    return FORMATS[name]
    other = recognise.other_kind(source)
    if other is not None:
        raise FileError(source.file, [FileProblem(*other)])
    if recognise.has_rows(source):
        return FORMATS["csv"]
    names = ", ".join(format.label for format in FORMATS.values())
    raise FileError(
        source.file,
        [
            FileProblem(
                f"No record of a known format was found ({names}).",
                "Check that this is the right file, or export it again as RIS.",
            )
        ],
    )


def read_source(source: Source, format: Format, *, alone: bool) -> tuple[Parsed, FieldsOf]:
    """Cut a file into entries; where it holds several formats, each is cut by its own reader.

    Parameters
    ----------
    format : Format
        The format it is of, or in which it begins.
    alone : bool
        Whether a person named the format: then no other is looked for.

    Returns
    -------
    tuple
        The entries, and what turns an entry into fields.
    """
    if alone or format.is_line is None:
        parsed, read = format.read(source)
        return parsed, lambda entry: read(entry.values)
    runs = lines_of_each(source.lines, format.name, _by_line())
    if len(runs) == 1:
        parsed, read = format.read(source)
        return parsed, lambda entry: read(entry.values)
    parts: list[tuple[str, Parsed]] = []
    readers: dict[str | None, FieldReader] = {}
    for name, own in runs.items():
        part = Source(source.file, source.data, only_these(source.lines, own))
        parsed, readers[name] = FORMATS[name].read(part)
        parts.append((name, parsed))
    labels = {name: FORMATS[name].label for name in runs}
    return together(parts, labels), lambda entry: readers[entry.format](entry.values)


def _by_line() -> dict[str, Callable[[list[str], int], bool]]:
    return {
        format.name: format.is_line for format in FORMATS.values() if format.is_line is not None
    }
