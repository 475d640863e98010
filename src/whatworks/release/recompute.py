"""Compute what an analysis says, from the rows it names: the one way, for first runs and checks."""

from __future__ import annotations

import json
from collections.abc import Sequence

from whatworks.errors import UserError
from whatworks.release.evidence import Evidence
from whatworks.release.kinds import KINDS
from whatworks.release.nouns import Analysis
from whatworks.release.results import Result

__all__ = ["recompute"]


def recompute(evidence: Evidence, analysis: Analysis) -> Sequence[Result]:
    """Return all fields of an analysis, computed now.

    Parameters
    ----------
    evidence : Evidence
        Must hold the analysis's inputs; the analysis itself is taken from the second argument.

    Raises
    ------
    UserError
        The kind is not known to this version.
    """
    if analysis.kind not in KINDS:
        raise UserError(
            f'Analysis {analysis.analysis_id} is of kind "{analysis.kind}", which this version does '
            f"not know. It knows: {', '.join(KINDS)}. Use the version that made the release: "
            f"{analysis.code_version}."
        )
    return KINDS[analysis.kind](evidence, analysis, json.loads(analysis.options))
