"""Protocol, searches, full texts and updates as a person types them, in a fresh store."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from whatworks.cli.main import main

RIS = (
    "TY  - JOUR\nTI  - Reading aloud in small groups of pupils who find it hard\nAU  - Lee, Ann\n"
    "PY  - 2001\nJO  - Journal of Reading\nVL  - 3\nSP  - 1\nEP  - 10\nDO  - 10.1000/abc\nER  - \n"
)
RETRACTION = (
    "TY  - JOUR\nTI  - Retraction: Reading aloud in small groups of pupils who find it hard\n"
    "AU  - Lee, Ann\nPY  - 2026\nJO  - Journal of Reading\nVL  - 30\nSP  - 99\nER  - \n"
)
STRATEGY = 'S1 DE "Dyslexia"\nS2 TI dyslexi$\nS3 S1 OR S2\n'


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Run commands in a folder with a new store and a review; return exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("WHATWORKS_STORE", raising=False)

    def _run(*arguments: str) -> tuple[int, str, str]:
        code = 0
        try:
            main(list(arguments))
        except SystemExit as stop:
            code = int(stop.code or 0)
        out, err = capsys.readouterr()
        return code, out, err

    _run("store", "create")
    _run("review", "add", "r", "--title", "Reading", "--question", "What helps?")
    return _run


def test_a_protocol_is_set_amended_and_printed(run, tmp_path):
    (tmp_path / "p.md").write_text("## Question\nWhat helps?\n")
    assert run("protocol", "set", "p.md", "--review", "r")[:2] == (
        0,
        "The protocol of r has 1 section and 0 amendments.\n",
    )
    (tmp_path / "p.md").write_text("## Question\nWhat harms?\n")
    code, _, told = run("protocol", "set", "p.md", "--review", "r")
    assert code == 2
    assert "whatworks protocol amend p.md --review r --section question" in told

    amend = ("protocol", "amend", "p.md", "--review", "r", "--section", "question")
    because = ("--change", "Harms", "--reason", "Asked", "--stage", "before-search")
    assert run(*amend, *because, "--on", "2999-01-01")[2].startswith("2999-01-01 is still to come")
    assert run(*amend, *because, "--on", "last week")[2].startswith('"last week" is not a date')
    assert run(*amend, *because, "--on", "2026-01-02")[0] == 0
    out = run("protocol", "show", "--review", "r")[1]
    assert out.startswith("## Question\n\nWhat harms?\n")
    assert "| 2026-01-02 | question | Harms | Asked | before search | local |" in out
    assert (
        "2026-01-02 question (before search): Harms"
        in run("protocol", "amendments", "--review", "r")[1]
    )
    shown = json.loads(run("protocol", "show", "--review", "r", "--json")[1])
    assert shown["amendments"][0]["stage"] == "before_search"
    (tmp_path / "printed.md").write_text(out)
    assert run("protocol", "set", "printed.md", "--review", "r")[0] == 0


def test_a_search_keeps_what_is_not_said_anew(run, tmp_path):
    (tmp_path / "s.txt").write_text(STRATEGY)
    add = ("search", "add", "eric", "--review", "r")
    assert "which source" in run(*add)[2]
    code, out, _ = run(
        *(*add, "--source", "ERIC", "--platform", "EBSCOhost", "--strategy", "s.txt"),
        *("--hits", "2", "--on", "2026-10-01", "--limits", "none"),
    )
    assert code == 0
    assert "saved (version 1)" in out
    assert "1 likely error and 0 points" in out
    assert "version 2" in run(*add, "--hits", "1", "--limits", "")[1]

    shown = json.loads(run("search", "show", "eric", "--json")[1])
    assert shown["strategy"] == STRATEGY.strip()
    assert (shown["source_name"], shown["kind"], shown["n_hits"], shown["limits"]) == (
        "ERIC",
        "database",
        1,
        None,
    )
    assert "version 1: written" in run("search", "show", "eric")[1]
    assert "There is no search" in run("search", "show", "psycinfo")[2]


def test_a_strategy_is_checked_and_the_exit_code_says_whether_something_is_wrong(run, tmp_path):
    (tmp_path / "s.txt").write_text(STRATEGY)
    code, out, _ = run("search", "lint", "s.txt")
    assert code == 2
    assert out.startswith("s.txt: 3 lines, EBSCOhost, told from the syntax.\nline 2: error:")

    (tmp_path / "s.txt").write_text(STRATEGY.replace("$", "*"))
    code, out, _ = run("search", "lint", "s.txt", "--json")
    assert code == 0
    assert json.loads(out)["findings"] == []
    assert "only general checks" in run("search", "lint", "s.txt", "--platform", "Lilacs")[1]
    assert "Give a file" in run("search", "lint")[2]


def test_a_review_is_updated_and_its_flow_counted(run, tmp_path):
    (tmp_path / "a.ris").write_text(RIS)
    (tmp_path / "b.ris").write_text(RIS + RETRACTION)
    run("search", "add", "one", "--review", "r", "--source", "ERIC", "--hits", "3")
    run("import", "references", "a.ris", "--review", "r", "--search", "one")
    assert "3 reported, 1 imported from 1 file: 2 too few" in run("search", "list")[1]
    run("reports", "find", "--review", "r")

    code, out, _ = run("review", "update", "r", "b.ris", "--search", "one", "--json")
    assert code == 0
    updated = json.loads(out)
    assert [one["change"] for one in updated["changes"]] == ["retraction"]
    assert (len(updated["new_reports"]), len(updated["known_reports"])) == (1, 1)
    assert "0 new records. Reports: 0 new" in run("review", "update", "r", "b.ris")[1]

    out = run("review", "flow", "r")[1]
    assert "Records identified from databases: 3 counted\n  ERIC: 3\n" in out
    assert "Duplicate records removed: 1 counted" in out
    assert "adds up: ERIC (one): what it reported was imported." in out
    boxes = {
        box["box"]: box["counted"]
        for box in json.loads(run("review", "flow", "r", "--json")[1])["boxes"]
    }
    assert boxes["records_after_removal"] == 2


def test_a_full_text_is_sought_kept_and_saved(run, tmp_path):
    (tmp_path / "a.ris").write_text(RIS)
    (tmp_path / "lee.pdf").write_bytes(b"%PDF-1.4 words")
    run("review", "update", "r", "a.ris")
    assert run("fulltext", "list", "--review", "r")[1] == (
        "0 to seek, 0 sought, 0 retrieved, 0 not retrieved.\n"
    )
    record = json.loads(run("review", "update", "r", "a.ris", "--json")[1])
    assert record["new_reports"] == []
    report = _only_report()
    assert run("fulltext", "sought", report, "--review", "r")[1] == "1 report is now sought.\n"
    assert run("fulltext", "not-retrieved", report, "--reason", "No library")[0] == 0
    assert "No library" in run("fulltext", "list", "--review", "r")[1]
    assert run("fulltext", "retrieved", report, "lee.pdf")[0] == 0
    assert run("fulltext", "save", report, "out.pdf")[0] == 0
    assert (tmp_path / "out.pdf").read_bytes() == b"%PDF-1.4 words"
    assert "is there already" in run("fulltext", "save", report, "out.pdf")[2]
    listed = json.loads(run("fulltext", "list", "--review", "r", "--json")[1])
    assert [one["status"] for one in listed] == ["retrieved"]


def _only_report() -> str:
    from whatworks.store import Store

    with Store.open("whatworks.db") as store:
        (report,) = store.rows("reports")
    return str(report.report_id)
