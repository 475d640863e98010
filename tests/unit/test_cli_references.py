"""`whatworks references` as a person uses it: what is printed, written, refused, and the exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from whatworks.cli.main import main
from whatworks.references import read_references

RIS = "TY  - JOUR\nTI  - First\nER  - \nstray text\nTY  - JOUR\nTI  - Second\nER  - \n"


@pytest.fixture
def run(capfdbinary: pytest.CaptureFixture[bytes]):
    """Run a command; return exit code, stdout and stderr."""

    def _run(*arguments: str) -> tuple[int, bytes, str]:
        code = 0
        try:
            main(["references", *arguments])
        except SystemExit as stop:
            code = int(stop.code or 0)
        out, err = capfdbinary.readouterr()
        return code, out, err.decode()

    return _run


@pytest.fixture
def ris(tmp_path: Path) -> Path:
    path = tmp_path / "search.ris"
    path.write_text(RIS)
    return path


@pytest.mark.parametrize("ending", ["ris", "bib", "json", "csv", "xlsx"])
def test_the_ending_of_the_name_decides_the_format(run, ris, tmp_path, ending):
    out = tmp_path / f"out.{ending}"

    code, _, told = run("convert", str(ris), str(out))

    back = read_references(out.read_bytes(), file="x", review_id="demo").records
    assert code == 0
    assert [record.title for record in back] == ["First", "Second"]
    assert "2 records from 2 record starts" in told
    assert "Text outside any record. It was skipped." in told


def test_a_file_that_is_there_is_replaced_only_when_forced(run, ris, tmp_path):
    out = tmp_path / "out.csv"
    out.write_text("mine")

    code, _, told = run("convert", str(ris), str(out))
    assert (code, out.read_text()) == (2, "mine")
    assert "add --force" in told

    code, _, _ = run("convert", str(ris), str(out), "--force")
    assert code == 0
    assert out.read_text().startswith("record_id,")


def test_a_file_that_cannot_be_read_leaves_nothing_behind(run, tmp_path):
    bad = tmp_path / "bad.ris"
    bad.write_text("nothing here")

    code, _, told = run("convert", str(bad), str(tmp_path / "out.csv"))

    assert code == 2
    assert "No record of a known format" in told
    assert [path.name for path in tmp_path.iterdir()] == ["bad.ris"]


def test_a_new_file_has_the_rights_of_any_new_file(run, ris, tmp_path):
    run("convert", str(ris), str(tmp_path / "out.csv"))
    (tmp_path / "plain").write_text("")

    assert (tmp_path / "out.csv").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_device_is_written_to_and_never_replaced(run, ris):
    code, _, _ = run("convert", str(ris), "/dev/null", "--to", "csv", "--force")

    assert code == 0
    assert not Path("/dev/null").is_file()


def test_a_flavour_and_stdout_can_be_asked_for(run, ris):
    code, out, _ = run("convert", str(ris), "-", "--to", "ris", "--flavour", "eppi")

    assert code == 0
    assert b"T1  - First\r\n" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("out.docx",), "stands for no format"),
        (("out.csv", "--flavour", "eppi"), "Only RIS has flavours"),
        (("out.ris", "--flavour", "word"), "Use one of endnote"),
        (("out.csv", "--to", "word"), "Use one of ris"),
        (("out.csv", "--from", "word"), 'There is no format "word"'),
        (("nowhere/out.csv",), "There is no folder"),
    ],
)
def test_what_cannot_be_done_is_refused_with_what_can(run, ris, tmp_path, arguments, message):
    name, *options = arguments

    code, _, told = run("convert", str(ris), str(tmp_path / name), *options)

    assert code == 2
    assert message in told


def test_check_counts_and_names_what_was_skipped(run, ris):
    code, out, _ = run("check", str(ris))

    assert code == 0
    assert b"2 records from 2 record starts" in out
    assert b"Text outside any record. It was skipped." in out


def test_check_gives_one_object_for_one_file(run, ris):
    code, out, _ = run("check", str(ris), "--json")

    shown = json.loads(out)
    assert code == 0
    assert (shown["file"], shown["format"], shown["records"], shown["record_starts"]) == (
        "search.ris",
        "ris",
        2,
        2,
    )
    assert (shown["encoding"], shown["had_bom"], shown["line_endings"]) == ("utf-8", False, "LF")
    assert shown["issues"] == [
        {
            "line": 4,
            "n_lines": 1,
            "what": "Text outside any record.",
            "done": "It was skipped.",
            "text": "stray text",
        }
    ]


def test_check_of_several_files_tells_of_each_and_fails_for_the_one_that_cannot_be_read(run, ris):
    code, out, told = run("check", str(ris), "nothing.ris", "--json")

    first, second = json.loads(out)
    assert code == 2
    assert (first["records"], second["records"]) == (2, 0)
    assert "There is no file nothing.ris" in second["error"]
    assert "There is no file nothing.ris" in told


def test_a_file_of_which_not_every_start_gave_a_record_fails_the_check(run, ris, monkeypatch):
    from whatworks.references import formats
    from whatworks.references.entries import Parsed

    real = formats.FORMATS["ris"]

    def lossy(source):
        parsed, read = real.read(source)
        return Parsed(parsed.n_start_tags, parsed.entries[:1], parsed.issues), read

    monkeypatch.setitem(
        formats.FORMATS,
        "ris",
        formats.Format(**{**_fields(real), "read": lossy}),
    )

    code, out, _ = run("check", str(ris))

    assert code == 2
    assert b"2 record starts but 1 record" in out


def _fields(value: object) -> dict[str, object]:
    return {name: getattr(value, name) for name in type(value).__dataclass_fields__}


@pytest.mark.shared
def test_check_counts_every_real_file_as_expected(run, shared):
    folder = shared / "data" / "references"
    expected = json.loads((folder / "expected.json").read_text())

    code, out, _ = run("check", *(str(folder / name) for name in expected), "--json")

    assert code == 0
    assert {one["file"]: one["records"] for one in json.loads(out)} == {
        name: about["records"] for name, about in expected.items()
    }


DOUBLE = """TY  - JOUR
TI  - Reading aloud to pupils with dyslexia: a randomised trial
AU  - Lee, Ann
PY  - 2001
JO  - J Learn Disabil
VL  - 34
SP  - 12
EP  - 19
ER  -
TY  - JOUR
TI  - READING ALOUD TO PUPILS WITH DYSLEXIA: A RANDOMIZED TRIAL [REVIEW]
AU  - Lee, A.
PY  - 2001
JF  - Journal of Learning Disabilities
VL  - 34
SP  - 12-9
ER  -
TY  - JOUR
TI  - Sleep in teenagers
PY  - 2003
ER  -
"""


def test_dedupe_writes_the_cluster_of_each_record_and_the_pairs(run, tmp_path):
    source, out, pairs = (tmp_path / name for name in ("in.ris", "clusters.csv", "pairs.csv"))
    source.write_text(DOUBLE)

    code, _, told = run("dedupe", str(source), "--out", str(out), "--pairs", str(pairs))

    header, *rows = [line.split(",") for line in out.read_text().splitlines()]
    assert code == 0
    assert header == ["record_id", "cluster_id", "outcome", "score"]
    assert [row[2] for row in rows] == ["same", "same", "different"]
    assert rows[0][1] == rows[1][1] == rows[0][0]
    assert rows[2][1] == rows[2][0]
    assert "3 records, 2 reports: 1 duplicate" in told
    assert "same first page" in pairs.read_text()

    kept = tmp_path / "kept.ris"
    code, _, _ = run("dedupe", str(source), "--out", str(out), "--kept", str(kept), "--force")
    best = read_references(kept.read_bytes(), file="kept.ris", review_id="x").records
    assert code == 0
    assert [one.title for one in best] == [
        "Reading aloud to pupils with dyslexia: a randomised trial",
        "Sleep in teenagers",
    ]
    assert best[0].container == "Journal of Learning Disabilities"
    assert "origins" in (best[0].extra or "")
    code, _, told = run("dedupe", str(source), "--out", str(out), "--kept", "x.doc", "--force")
    assert code == 2
    assert "stands for no format" in told


def test_dedupe_keeps_the_names_a_table_gives_its_records(run, tmp_path):
    source, out = tmp_path / "in.csv", tmp_path / "clusters.csv"
    title = "Reading aloud to pupils with dyslexia: a randomised trial"
    source.write_text(
        "ID,ENTRYTYPE,title,author,year,journal,volume,number,pages,abstract,doi,isbn\n"
        f'a-1,article,{title},"Lee, Ann and Roy, Bo",2001,J Learn Disabil,34,1,12-19,,,\n'
        f'b-2,article,{title.upper()},"Lee, A. and Roy, B.",2001,,34,1,12-9,,,\n'
        "c-3,misc,Sleep in teenagers,,2003,,,,,,,\n"
    )

    code, _, _ = run("dedupe", str(source), "--out", str(out))
    again, _, refused = run("dedupe", str(source), "--out", str(out))

    rows = [line.split(",") for line in out.read_text().splitlines()[1:]]
    assert code == 0
    assert [(row[0], row[1]) for row in rows] == [("a-1", "a-1"), ("b-2", "a-1"), ("c-3", "c-3")]
    assert again == 2
    assert "--force" in refused
