"""The Frictionless Data Package descriptor of a release."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from whatworks.release.evidence import Evidence
from whatworks.release.read import ReleaseLabel
from whatworks.release.schema import TABLES, Table
from whatworks.release.table_files import published_columns

__all__ = ["descriptor"]


def _field(name: str, kind: str, required: bool, description: str) -> dict[str, Any]:
    """Return one Frictionless field."""
    field: dict[str, Any] = {"name": name, "type": kind, "description": description}
    if required:
        field["constraints"] = {"required": True}
    return field


def _resource(table: Table, data: bytes) -> dict[str, Any]:
    """Return the resource of one table's CSV file."""
    return {
        "name": table.name,
        "title": table.description,
        "path": f"tables/{table.name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(data),
        "hash": f"sha256:{hashlib.sha256(data).hexdigest()}",
        "profile": "tabular-data-resource",
        "schema": {
            "fields": [
                # An empty cell of a required text column is an empty text, not a missing one.
                _field(
                    column.name,
                    column.type,
                    column.required and column.type != "string",
                    column.description,
                )
                for column in published_columns(table)
            ],
            "primaryKey": list(table.key),
            "missingValues": [""],
        },
    }


def descriptor(
    evidence: Evidence, label: ReleaseLabel, csv_files: Mapping[str, bytes]
) -> dict[str, Any]:
    """Return the data package descriptor.

    Parameters
    ----------
    csv_files : mapping
        Table name to the bytes of its CSV file.
    """
    return {
        "profile": "tabular-data-package",
        "name": label.name,
        "title": label.title,
        "version": label.version,
        "created": label.released_on,
        "description": (
            "An evidence base on what works in inclusive education: every study, effect, judgement "
            "and published number, with the analyses that join them."
        ),
        "whatworks": {"code_version": label.code_version},
        "sources": [
            {"title": review.citation, "path": f"https://doi.org/{review.doi}"}
            if review.doi
            else {"title": review.citation}
            for review in evidence.reviews
        ],
        "licenses": [
            {"name": review.review_id, "title": f"{review.review_id}: {review.licence}"}
            for review in evidence.reviews
        ],
        "resources": [_resource(TABLES[name], csv_files[name]) for name in TABLES],
    }
