"""The whole chain as a person walks it: from files to a checked release, by the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

RIS = """TY  - JOUR
TI  - Small groups for reading
AU  - Able, Ann
PY  - 2011
DO  - 10.1000/one
ER  -

TY  - JOUR
TI  - Small groups for reading.
AU  - Able, A.
PY  - 2011
DO  - https://doi.org/10.1000/ONE
ER  -

TY  - RPRT
TI  - Another study
AU  - Baker, Ben
PY  - 2015
ER  -
"""

EFFECTS = """study,measure,programme,n1,n2,g,se
Able 2011,Word test,Sounds first,40,42,0.35,0.22
Able 2011,Text test,Sounds first,40,42,0.20,0.22
Baker 2015,Word test,Sounds first,60,58,0.10,0.18
Cole 2018,Word test,Sounds first,30,31,0.55,0.26
"""

MAPPING = """
kind = "effects"
routes = ["reported_g_se"]

[study]
key = { column = "study" }
label = { column = "study" }
design = { constant = "randomised" }
country = { constant = "UK" }

[arm]
name = { column = "programme" }
approaches = { constant = "decoding" }

[comparison_arm]
name = { constant = "Ordinary lessons" }

[measure]
name = { column = "measure" }
outcome = { constant = "reading" }
higher_is_better = { constant = true }

[effect]
key = { template = "{study}, {measure}" }
timepoint = { constant = "end" }
needs = { constant = "SPLD" }
phases = { constant = "P" }
n_intervention = { column = "n1" }
n_comparison = { column = "n2" }
reported_g = { column = "g" }
reported_se = { column = "se" }
"""

STRAND = """
[strands.sounds]
title = "Sounds first"
question = "Does it help?"
needs = ["SPLD"]
approaches = ["decoding"]
phases = ["P"]
outcome = "reading"
reviews = ["reading"]
status = "pooled"
selection = { reviews = ["reading"], approaches = ["decoding"] }
what_it_is = "Lessons in sounds."
not_known = ["How long it lasts."]

[strands.sounds.certainty]
scheme = "GRADE"
start = "high"
start_reason = "Randomised."
judged_by = "editor-1"
judged_on = "2026-11-24"
summary = "Few and small studies."
[strands.sounds.certainty.steps]
imprecision = { step = -2, reason = "Three small studies.", numbers = ["ci_lb", "ci_ub"] }
"""


class Walk:
    """A folder with the files above, and the command line run in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name, text in (
            ("search.ris", RIS),
            ("effects.csv", EFFECTS),
            ("effects.toml", MAPPING),
            ("strands.toml", STRAND),
        ):
            (folder / name).write_text(text)

    def run(self, *arguments: str, exit_code: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, "-c", "from whatworks.cli import main; main()", *arguments],
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == exit_code, done.stdout + done.stderr
        return done.stdout + done.stderr


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Walk:
    walk = Walk(tmp_path_factory.mktemp("walk"))
    walk.run("store", "create")
    walk.run("review", "add", "reading", "--title", "Reading", "--question", "What helps?")
    walk.run("import", "references", "search.ris", "--review", "reading")
    walk.run("reports", "find", "--review", "reading")
    walk.run(
        "import", "spreadsheet", "effects.csv", "--review", "reading", "--mapping", "effects.toml"
    )
    walk.run("strand", "define", "strands.toml")
    walk.run("analyse")
    walk.run("release", "build", "release-1", "--version", "1.0.0", "--date", "2026-11-24")
    return walk


def test_two_records_of_one_doi_become_one_report(walk):
    assert "3 records describe 2 reports" in walk.run("reports", "find", "--review", "reading")


def test_the_strand_shows_its_numbers_and_the_r_call(walk):
    shown = json.loads(walk.run("show", "sounds", "--json"))

    main = shown["analyses"]["main"]
    assert main["numbers"]["k_studies"] == 3
    assert main["numbers"]["k_effects"] == 4
    assert 0.1 < main["numbers"]["estimate"] < 0.55
    assert main["numbers"]["months"] is not None
    assert main["numbers"]["k_studies_several"] == 1
    assert main["numbers"]["ci_lb"] < main["numbers"]["estimate"] < main["numbers"]["ci_ub"]
    assert "rma.mv(yi, V, random = ~ 1 | study_id/effect" in main["r_call"]
    assert "rma(yi, vi, data=dat" in shown["analyses"]["composites"]["r_call"]
    tried = shown["analyses"]["rho_sensitivity"]["numbers"]
    assert tried["estimate_rho_080"] == main["numbers"]["estimate"]
    assert shown["certainty"]["level"] == "low"


def test_why_reaches_the_row_of_the_spreadsheet(walk):
    assert "effects.csv, row 4" in walk.run("why", "sounds.main.estimate")


def test_the_release_holds_and_a_changed_cell_is_named(walk):
    assert "Everything holds" in walk.run("release", "verify", "release-1")

    table = walk.folder / "release-1/tables/effects.csv"
    good = table.read_bytes()
    table.write_bytes(good.replace(b",0.55,", b",0.85,", 1))
    told = walk.run("release", "verify", "release-1", exit_code=2)
    table.write_bytes(good)

    assert 'column "reported_g": tables/effects.csv has "0.85"' in told


def test_a_release_is_never_overwritten(walk):
    told = walk.run("release", "build", "release-1", "--version", "1.0.1", exit_code=2)

    assert "A release is never overwritten" in told


def test_doing_everything_again_changes_nothing(walk):
    before = walk.run("store", "check")

    walk.run("import", "references", "search.ris", "--review", "reading")
    walk.run(
        "import", "spreadsheet", "effects.csv", "--review", "reading", "--mapping", "effects.toml"
    )
    walk.run("strand", "define", "strands.toml")
    assert "0 analyses computed" in walk.run("analyse")

    assert walk.run("store", "check") == before


def test_rebuild_gives_the_same_bytes(walk):
    assert "(identical)" in walk.run("store", "rebuild")


def test_a_release_opened_as_a_store_gives_the_same_release(walk):
    walk.run("release", "open", "release-1", "--store", "copy.db")
    walk.run(
        "release", "build", "release-2", "--version", "1.0.0", "--date", "2026-11-24",
        "--store", "copy.db",
    )  # fmt: skip

    assert (walk.folder / "release-2/manifest.sha256").read_bytes() == (
        walk.folder / "release-1/manifest.sha256"
    ).read_bytes()


def test_a_later_release_tells_what_changed(walk):
    later = (
        EFFECTS.replace("0.55,0.26", "0.65,0.26")
        + "Dale 2020,Word test,Sounds first,80,80,0.3,0.16\n"
    )
    (walk.folder / "later.csv").write_text(later)
    store = ["--store", "later.db"]
    walk.run("release", "open", "release-1", *store)
    walk.run(
        "import", "spreadsheet", "later.csv", "--review", "reading", "--mapping", "effects.toml",
        *store,
    )  # fmt: skip
    stale = walk.run("release", "build", "release-3", "--version", "1.1.0", *store, exit_code=2)
    assert "analyses are not up to date" in stale

    walk.run("analyse", *store)
    walk.run(
        "release", "build", "release-3", "--version", "1.1.0", "--previous", "release-1", *store
    )
    told = (walk.folder / "release-3/CHANGES.md").read_text()

    assert "From version 1.0.0 to 1.1.0" in told
    assert "Added in studies: 1" in told
    assert "| sounds.main.estimate |" in told


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("empty.csv", b"", "empty.csv: "),
        ("text.csv", EFFECTS.replace("0.22", "small", 1).encode(), 'row 2, column "se"'),
        ("missing.csv", EFFECTS.replace("se\n", "standard error\n", 1).encode(), '"se"'),
        (
            "twice.csv",
            (EFFECTS + "Able 2011,Word test,Sounds first,40,42,0.35,0.22\n").encode(),
            "twice.csv, row ",
        ),
    ],
)
def test_a_bad_spreadsheet_gets_one_message_exit_code_2_and_stores_nothing(
    walk, name, content, expected
):
    (walk.folder / name).write_bytes(content)
    before = walk.run("store", "check")

    told = walk.run(
        "import", "spreadsheet", name, "--review", "reading", "--mapping", "effects.toml",
        exit_code=2,
    )  # fmt: skip

    assert expected in told
    assert "Nothing was saved." in told
    assert "Traceback" not in told
    assert walk.run("store", "check") == before


def test_a_byte_order_mark_and_windows_1252_are_read(walk):
    store = ["--store", "encodings.db"]
    walk.run("store", "create", *store)
    walk.run("review", "add", "reading", "--title", "R", "--question", "Q", *store)
    accented = EFFECTS.replace("Able", "Åble")
    (walk.folder / "bom.csv").write_bytes(accented.encode("utf-8-sig"))
    (walk.folder / "windows.csv").write_bytes(accented.encode("cp1252"))

    for name in ("bom.csv", "windows.csv"):
        walk.run(
            "import", "spreadsheet", name, "--review", "reading", "--mapping", "effects.toml",
            *store,
        )  # fmt: skip

    assert "Åble 2011" in walk.run("store", "dump", *store)
