"""Addresses of rows, tables and analyses: the hashes that tie a number to what made it.

Only published columns enter a row's address, so that the store and a release, which withholds
abstracts, give the same one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from whatworks.release.hashing import ROW_HASH_LENGTH, canonical_json, content_hash
from whatworks.release.nouns import Analysis, AnalysisInput
from whatworks.release.schema import TABLES

__all__ = [
    "WHOLE_TABLE",
    "analysis_id",
    "inputs_hash",
    "row_address",
    "row_identity",
    "table_address",
]

WHOLE_TABLE = "*"
ANALYSIS_ID_LENGTH = 16


def row_identity(table_name: str, row: Any) -> str:
    """Return the key of a row as one string, "/" between the parts."""
    return "/".join(str(getattr(row, column)) for column in TABLES[table_name].key)


def row_address(table_name: str, row: Any) -> str:
    """Return the first 16 hexadecimal digits of the SHA-256 of a row's published columns.

    Missing values are left out, so that a column added later does not change old addresses.
    """
    table = TABLES[table_name]
    cells = {
        column.name: getattr(row, column.name)
        for column in table.columns
        if column.name not in table.withheld and getattr(row, column.name) is not None
    }
    return content_hash(cells)[:ROW_HASH_LENGTH]


def table_address(table_name: str, rows: Iterable[Any]) -> str:
    """Return the address of a set of rows; their order does not matter."""
    digest = hashlib.sha256()
    for address in sorted(row_address(table_name, row) for row in rows):
        digest.update(address.encode())
    return digest.hexdigest()[:ROW_HASH_LENGTH]


def inputs_hash(inputs: Sequence[tuple[str, str, str]]) -> str:
    """Return the hash over (table, row id, row hash) of all inputs, in order."""
    return content_hash([list(entry) for entry in inputs])


def analysis_id(
    *,
    subject: str,
    role: str,
    kind: str,
    options: str,
    code_version: str,
    seed: int | None,
    inputs: str,
) -> str:
    """Return the address of an analysis.

    Subject and role are part of it, so that two strands with the same inputs keep one row each.
    """
    return content_hash(
        {
            "subject": subject,
            "role": role,
            "kind": kind,
            "options": options,
            "code_version": code_version,
            "seed": seed,
            "inputs": inputs,
        }
    )[:ANALYSIS_ID_LENGTH]


def address_analysis(
    *,
    subject: str,
    role: str,
    kind: str,
    options: dict[str, Any],
    code_version: str,
    seed: int | None,
    inputs: Sequence[tuple[str, str, str]],
) -> tuple[Analysis, tuple[AnalysisInput, ...]]:
    """Return an analysis and its inputs as rows, addressed by their content.

    Parameters
    ----------
    inputs : sequence of (table name, row id, row hash)
        In the order in which they enter the computation.
    """
    options_text = canonical_json(options)
    hashed = inputs_hash(inputs)
    identity = analysis_id(
        subject=subject,
        role=role,
        kind=kind,
        options=options_text,
        code_version=code_version,
        seed=seed,
        inputs=hashed,
    )
    analysis = Analysis(
        analysis_id=identity,
        subject=subject,
        role=role,
        kind=kind,
        options=options_text,
        code_version=code_version,
        seed=seed,
        n_inputs=len(inputs),
        inputs_hash=hashed,
    )
    rows = tuple(
        AnalysisInput(identity, table_name, row_id, hash_of_row, position)
        for position, (table_name, row_id, hash_of_row) in enumerate(inputs, start=1)
    )
    return analysis, rows
