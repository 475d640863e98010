"""The RO-Crate description of a release: its files, and one action for each analysis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from whatworks.release.evidence import Evidence
from whatworks.release.read import ReleaseLabel

__all__ = ["ro_crate"]

CONTEXT = "https://w3id.org/ro/crate/1.1/context"
PROFILE = "https://w3id.org/ro/crate/1.1"


def ro_crate(evidence: Evidence, label: ReleaseLabel, file_names: Sequence[str]) -> dict[str, Any]:
    """Return the RO-Crate metadata document (RO-Crate 1.1, actions as in Workflow Run Crate)."""
    files = [
        {"@id": name, "@type": "File", "name": name}
        for name in file_names
        if name.startswith("tables/")
    ]
    actions = [
        {
            "@id": f"#analysis-{analysis.analysis_id}",
            "@type": "CreateAction",
            "name": f"{analysis.kind} for {analysis.subject}, {analysis.role}",
            "instrument": {"@id": "#whatworks"},
            "object": {"@id": "tables/analysis_inputs.csv"},
            "result": {"@id": "tables/numbers.csv"},
            "description": f"options {analysis.options}; inputs {analysis.inputs_hash}",
        }
        for analysis in evidence.analyses
    ]
    return {
        "@context": CONTEXT,
        "@graph": [
            {
                "@id": "ro-crate-metadata.json",
                "@type": "CreativeWork",
                "about": {"@id": "./"},
                "conformsTo": {"@id": PROFILE},
            },
            {
                "@id": "./",
                "@type": "Dataset",
                "name": label.title,
                "version": label.version,
                "datePublished": label.released_on,
                "description": "An evidence base on what works in inclusive education.",
                "license": "Each evidence set keeps its own licence: see tables/reviews.csv.",
                "hasPart": [{"@id": entry["@id"]} for entry in files],
                "mentions": [{"@id": action["@id"]} for action in actions],
            },
            {
                "@id": "#whatworks",
                "@type": "SoftwareApplication",
                "name": "whatworks",
                "version": label.code_version,
            },
            *files,
            *actions,
        ],
    }
