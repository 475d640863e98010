"""Every pooled strand of the demo evidence base equals R on the same rows.

`release_strands.json` holds the results of R's metafor and clubSandwich with the call beside each;
tests/oracle/r/release_strands.R made it from the release's own tables.
"""

import json
from pathlib import Path

import pytest

from whatworks.demo import demo_release
from whatworks.release import Evidence, read_release
from whatworks.release.r_call import R_KINDS

REFERENCE = json.loads((Path(__file__).with_name("release_strands.json")).read_text())["analyses"]
RELATIVE = 1e-6


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return read_release(demo_release())


def test_no_pooled_analysis_is_without_a_reference(evidence):
    pooled = {f"{a.subject}.{a.role}" for a in evidence.analyses if a.kind in R_KINDS}

    assert pooled == REFERENCE.keys()


@pytest.mark.parametrize("name", sorted(REFERENCE))
def test_the_analysis_equals_r(name, evidence):
    for field, expected in REFERENCE[name]["expected"].items():
        found = evidence.number_by_id[f"{name}.{field}"].value
        # Variances on the boundary and p values near zero are compared absolutely.
        assert found == pytest.approx(expected, rel=RELATIVE, abs=1e-9), field
