"""Decisions out and in as a person types it, and a whole finished review at once."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.screening_store import LEAD, REVIEW, RULES, fill, person
from whatworks.actions.export_decisions import FORMATS, export_decisions
from whatworks.actions.import_decisions import import_decisions
from whatworks.actions.import_references import import_references
from whatworks.actions.screen_record import vote
from whatworks.actions.screening_board import Board
from whatworks.actions.set_up_screening import set_rules
from whatworks.cli.main import main
from whatworks.store import Store

TA = "title_abstract"
WHERE = ("--review", "r", "--stage", TA)
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run commands in a folder with a store in which a few records are decided."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("WHATWORKS_STORE", raising=False)
    monkeypatch.delenv("WHATWORKS_ACTOR", raising=False)
    with Store.create("whatworks.db") as store:
        board = fill(store, n=4)
        for who, value in (("a", "include"), ("b", "include")):
            vote(board, by=person(who), stage_name=TA, record_id="r.00000", value=value)
        vote(board, by=person("a"), stage_name=TA, record_id="r.00001", value="exclude")

    def _run(*arguments: str) -> tuple[int, str, str]:
        code = 0
        try:
            main(["screening", "decisions", *arguments])
        except SystemExit as stop:
            code = int(stop.code or 0)
        out, err = capsys.readouterr()
        return code, out, err

    return _run


def test_decisions_are_exported_as_who_asks_may_see_them(run: Run) -> None:
    code, _, told = run("export", "d.csv", *WHERE, "--format", "csv")
    assert code == 0
    assert told == "d.csv: 4 records, 1 settled (1 included, 0 excluded), 0 conflicts.\n"
    assert "exclude" not in Path("d.csv").read_text()
    assert run("export", "d.csv", *WHERE, "--format", "csv")[0] == 2
    own = ("--format", "csv", "--as", "a", "--force")
    assert run("export", "d.csv", *WHERE, *own)[0] == 0
    assert "exclude" in Path("d.csv").read_text()
    code, _, told = run("export", "e.doc", *WHERE, "--format", "doc")
    assert code == 2
    assert "Use one of csv, xlsx, ris, eppi-json, asreview" in told


def test_decisions_are_imported_after_a_dry_run(run: Run) -> None:
    Path("d.csv").write_text("title,Who,Says\nReading 1 with pupils,Ana,no\nUnknown,Ana,no\n")
    how = ("--column", "reviewer=Who", "--column", "decision=Says", "--person", "Ana=c")
    code, _, told = run("import", "d.csv", *WHERE, *how)
    assert code == 2
    assert 'd.csv, row 3: There is no record "Unknown" in this review.' in told
    code, out, _ = run("import", "d.csv", *WHERE, *how, "--skip-unknown", "--dry-run")
    assert code == 0
    assert "1 decision would be new" in out
    assert "1 row would be left out:" in out
    code, out, _ = run("import", "d.csv", *WHERE, *how, "--skip-unknown", "--json")
    report = json.loads(out)
    assert (code, report["n_new"], report["n_skipped"]) == (0, 1, 1)
    assert report["people"] == {"c": 1}
    with Store.open("whatworks.db") as store:
        assert Board(store, "r").stage(TA).standing("r.00001").outcome == "exclude"


@pytest.mark.parametrize(
    ("how", "told"),
    [
        (("--column", "decision"), '--column: found "decision"'),
        (("--reviewer", "Ana Lee"), '"Ana Lee" is not a pseudonym'),
        (("--person", "Ana=Ana Lee"), '"Ana Lee" is not a pseudonym'),
        (("--all", "perhaps"), 'found "perhaps" for all records'),
    ],
)
def test_an_option_that_cannot_be_is_refused(run: Run, how: tuple[str, ...], told: str) -> None:
    Path("d.csv").write_text("title,decision\nReading 1 with pupils,no\n")
    code, _, message = run("import", "d.csv", *WHERE, *how)
    assert code == 2
    assert told in message


@pytest.mark.shared
def test_the_labels_of_a_finished_review_go_in_and_out_in_every_format(
    shared: Path, tmp_path: Path
) -> None:
    data = gzip.decompress((shared / "data/screening/Sep_2021.csv.gz").read_bytes())
    rows = list(csv.DictReader(io.StringIO(data.decode())))
    n_relevant = sum(row["label"] == "1" for row in rows)

    def new_store(name: str) -> Store:
        made = Store.create(str(tmp_path / name))
        with made.write(actor=LEAD, action="add", object_type="review", object_id="r") as tx:
            tx.append("reviews", [REVIEW])
        import_references(made, by=LEAD, review_id="r", files=[("set.csv", data)])
        set_rules(made, by=LEAD, rules=replace(RULES, reviewers_per_record=1))
        return made

    with new_store("one.db") as store:
        report = import_decisions(
            store,
            by=LEAD,
            review_id="r",
            stage=TA,
            file_name="set.csv",
            data=data,
            reviewer="a",
            skip_unknown=True,
        )
        board = Board(store, "r")
        assert report.n_new + report.n_skipped == len(rows)
        assert report.n_skipped < 0.02 * len(rows)
        assert len(board.stage(TA).included()) == pytest.approx(n_relevant, abs=2)
        files = {name: export_decisions(board, TA, name, person=None) for name in FORMATS}
        wanted = {name: board.stage(TA).standing(name).outcome for name in board.records}

    for name, content in files.items():
        with new_store(f"{name}.db") as store:
            again = import_decisions(
                store,
                by=LEAD,
                review_id="r",
                stage=TA,
                file_name=f"x{FORMATS[name].suffix}",
                data=content,
                reviewer="a",
            )
            stage = Board(store, "r").stage(TA)
            assert again.n_new == report.n_new
            assert {one: stage.standing(one).outcome for one in stage.shown} == wanted
