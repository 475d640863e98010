"""Studies from the rows of a table: one study for each key, whatever the number of its rows."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from whatworks.appraisal.nouns import Judgement
from whatworks.errors import FileError, FileProblem
from whatworks.extraction.coded_judgement import judgements_of, read_judged
from whatworks.extraction.fields import STUDY
from whatworks.extraction.identifiers import names_of
from whatworks.extraction.nouns import Study
from whatworks.extraction.row_reader import RowReader
from whatworks.extraction.selection import JoinedFile, select_rows

if TYPE_CHECKING:
    from whatworks.extraction.mapping import StudiesMapping

__all__ = ["StudyImport", "read_studies", "studies_of", "study_ids_of"]


@dataclass(frozen=True, slots=True)
class StudyImport:
    """What a table of studies gives."""

    studies: tuple[Study, ...]
    judgements: tuple[Judgement, ...]
    warnings: tuple[str, ...]
    encoding: str


def read_studies(
    data: bytes,
    mapping: StudiesMapping,
    *,
    file: str,
    review_id: str,
    raw_file_id: str,
    joined: JoinedFile | None = None,
) -> StudyImport:
    """Read a table with one row for each study.

    Parameters
    ----------
    data : bytes
        Content of the table.
    mapping : StudiesMapping
        Which fields come from which columns.
    file, review_id, raw_file_id : str
        Name of the file, review it belongs to, SHA-256 of its content.
    joined : JoinedFile, optional
        The second table, if the mapping joins one.

    Raises
    ------
    FileError
        With every fault of the file; two rows of one study are a fault.
    """
    table = select_rows(data, mapping, file=file, joined=joined)
    problems: list[FileProblem] = []
    rows, judged = [], []
    seen: dict[str, int] = {}
    for row in table.rows:
        reader = RowReader(row, problems)
        values = reader.section(mapping.study, STUDY)
        key = values["key"]
        if key is None:
            continue
        if key in seen:
            problems.append(repeated_key(key, seen[key], row.number, mapping.study["key"]))
        seen.setdefault(key, row.number)
        rows.append(values)
        judged += read_judged(reader, mapping.judgement, key)
    if problems:
        raise FileError(file, problems)
    ids = study_ids_of((values["key"] for values in rows), review_id)
    studies, warnings = studies_of(rows, ids, review_id)
    judgements, more = judgements_of(
        judged,
        mapping.judgement,
        ids,
        review_id=review_id,
        judged_by=mapping.judged_by,
        raw_file_id=raw_file_id,
    )
    all_warnings = (*table.repairs, *warnings, *more)
    return StudyImport(tuple(studies), tuple(judgements), all_warnings, table.encoding)


def study_ids_of(keys: Any, review_id: str) -> dict[str, str]:
    """Return the study id of each key."""
    names = names_of((key, key) for key in keys)
    return {key: f"{review_id}/{name}" for (key, _), name in names.items()}


def studies_of(
    rows: Sequence[dict[str, Any]], ids: dict[str, str], review_id: str
) -> tuple[list[Study], list[str]]:
    """Make one study of each key; where its rows differ, the commonest is kept.

    Returns
    -------
    studies : list of Study
        In order of id.
    warnings : list of str
        One sentence for each field whose values differ.
    """
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for values in rows:
        groups[values["key"]].append(values)
    studies, warnings = [], []
    for key, group in groups.items():
        merged = _commonest(group)
        for name in merged:
            counts = Counter(values[name] for values in group if values[name] is not None)
            if len(counts) > 1:
                told = ", ".join(f'"{value}"' for value in sorted(counts, key=str))
                warnings.append(
                    f"{ids[key]}: the rows give {len(counts)} values of {name}: {told}; "
                    f'"{merged[name]}" is kept.'
                )
        doi = merged["doi"]
        merged["doi"] = None if doi is None else bare_doi(doi)
        studies.append(Study(study_id=ids[key], review_id=review_id, report_id=None, **merged))
    return sorted(studies, key=lambda study: study.study_id), sorted(warnings)


def _commonest(group: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the fields of the commonest row, its gaps filled with the commonest values.

    Whole rows are counted first, so that a title is not put beside another report's year. Ties go
    to the first in the alphabet: the order of rows does not matter.
    """
    names = [name for name in STUDY if name != "key"]
    rows = Counter(tuple(values[name] for name in names) for values in group)
    best = min(rows.items(), key=lambda item: (-item[1], repr(item[0])))[0]
    merged = dict(zip(names, best, strict=True))
    for name, value in merged.items():
        if value is None:
            counts = Counter(values[name] for values in group if values[name] is not None)
            merged[name] = min(counts, key=lambda v: (-counts[v], str(v)), default=None)
    return merged


def bare_doi(text: str) -> str:
    """Return a DOI without resolver or prefix, in lower case."""
    lowered = text.strip().lower()
    for prefix in ("https://", "http://", "dx.doi.org/", "doi.org/", "doi:"):
        lowered = lowered.removeprefix(prefix).strip()
    return lowered


def repeated_key(key: str, first_row: int, row: int, source: Any) -> FileProblem:
    """Tell that an identifier stands in two rows."""
    return FileProblem(
        f'Found "{key}", which is also in row {first_row:,}.',
        "Give each row an identifier of its own, or remove one of the rows.",
        row,
        " and ".join(dict.fromkeys(source.columns())) or None,
    )
