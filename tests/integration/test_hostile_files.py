"""Files and words that are wrong, on the command line: one message, exit code 2, nothing stored."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.test_chain import EFFECTS, MAPPING, RIS, STRAND
from whatworks.cli import main


class Terminal:
    """A folder with a store and sound files, and the command line run in it."""

    def __init__(self, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.capfd = capfd

    def write(self, name: str, content: str | bytes) -> str:
        """Write a file and return its name."""
        data = content if isinstance(content, bytes) else content.encode()
        (self.folder / name).write_bytes(data)
        return name

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """Run a command in this process; return exit code, stdout, stderr."""
        code = 0
        try:
            main(list(arguments))
        except SystemExit as stop:
            code = int(stop.code or 0)
        out, err = self.capfd.readouterr()
        return code, out, err

    def refused(self, *arguments: str) -> str:
        """Run a command that must be refused and change nothing; return its message."""
        _, before, _ = self.run("store", "dump")
        code, out, message = self.run(*arguments)
        assert code == 2, (out, message)
        assert "Traceback" not in message
        assert self.run("store", "dump")[1] == before
        return message


@pytest.fixture
def terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Terminal:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("WHATWORKS_STORE", raising=False)
    monkeypatch.delenv("WHATWORKS_ACTOR", raising=False)
    made = Terminal(tmp_path, capfd)
    for name, text in (
        ("search.ris", RIS),
        ("effects.csv", EFFECTS),
        ("effects.toml", MAPPING),
        ("strands.toml", STRAND),
    ):
        made.write(name, text)
    made.run("store", "create")
    made.run("review", "add", "reading", "--title", "Reading", "--question", "What helps?")
    return made


def spreadsheet(file: str = "effects.csv", mapping: str = "effects.toml") -> list[str]:
    return ["import", "spreadsheet", file, "--review", "reading", "--mapping", mapping]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("0.55,0.26", "0.55,1e-320", "row 5: Route reported_g_se gives an effect of 0.55"),
        ("0.55,0.26", "1e200,0.26", 'row 5, column "g": Found "1e200", which must be from -100'),
        ("30,31", f"{'9' * 23},31", 'row 5, column "n1": Found "99999999999999999999999"'),
        ("Cole 2018,", ",", 'row 5, column "study": The cell is empty.'),
    ],
)
def test_numbers_that_cannot_be_are_named_by_row_and_column(terminal, old, new, said):
    terminal.write("bad.csv", EFFECTS.replace(old, new))

    message = terminal.refused(*spreadsheet("bad.csv"))

    assert said in message
    assert message.count("row 5") == 1


def test_a_web_page_in_place_of_a_file_is_named(terminal):
    page = terminal.write("page.csv", "<!DOCTYPE html>\n<html><body>Please sign in</body></html>")

    assert "is a web page, not a table" in terminal.refused(*spreadsheet(page))
    assert "is a web page" in terminal.refused("import", "references", page, "--review", "reading")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("{study}, {measure}", "{study, {measure}", '"effect.key.template" is not a template'),
        ("{study}, {measure}", "{} x", '"effect.key.template" has braces without a name'),
        ('kind = "effects"', 'kind = "effects"\nencoding = "hex"', 'No encoding is called "hex"'),
        ('{ column = "g" }', '{ column = "g", scale = 0 }', '"effect.reported_g.scale" holds 0'),
        ('{ column = "g" }', '{ column = "g", scale = inf }', '"effect.reported_g.scale" holds'),
        ("[study]", '[[where]]\ncolumn = "g"\n[study]', "says nothing of its column"),
        ('constant = "P"', 'column = "n1", years_from = "us_grade"', 'Found "40", which is above'),
        ("[study]", f"deep = {'[' * 5000}\n[study]", "not valid TOML"),
    ],
)
def test_a_faulty_mapping_is_named_by_its_key(terminal, old, new, said):
    assert old in MAPPING
    terminal.write("bad.toml", MAPPING.replace(old, new))

    assert said in terminal.refused(*spreadsheet(mapping="bad.toml"))


def test_a_wrong_constant_is_told_once_and_blamed_on_the_mapping(terminal):
    terminal.write("bad.toml", MAPPING.replace('"randomised"', '"ramdomised"'))

    message = terminal.refused(*spreadsheet(mapping="bad.toml"))

    assert message.count("ramdomised") == 1
    assert "Correct the constant in the mapping." in message
    assert "row" not in message


def test_a_second_table_that_the_mapping_does_not_join_is_refused(terminal):
    message = terminal.refused(*spreadsheet(), "--joined", "effects.csv")

    assert "the mapping joins none" in message


def test_two_files_from_stdin_are_refused(terminal):
    assert "Only one file" in terminal.refused(*spreadsheet("-", "-"))


def test_one_faulty_file_of_references_keeps_all_out(terminal):
    terminal.write("bad.ris", "")

    message = terminal.refused(
        "import", "references", "search.ris", "bad.ris", "--review", "reading"
    )

    assert message.startswith("bad.ris: The file is empty.")


def test_the_same_references_twice_in_one_command_are_stored_once(terminal):
    terminal.write("again.ris", RIS)
    code, out, _ = terminal.run(
        "import", "references", "search.ris", "again.ris", "--review", "reading"
    )

    assert code == 0
    assert out.count("3 records from 3 starts") == 2
    assert "3 records describe" in terminal.run("reports", "find", "--review", "reading")[1]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[strands.sounds", '[strands."so.unds"', "the name holds more than letters"),
        ('needs = ["SPLD"]', "needs = []", '"strands.sounds.needs" holds []'),
        ('needs = ["SPLD"]', 'needs = ["SPLDD"]', "\"strands.sounds.needs.1\" holds 'SPLDD'. The"),
        ('outcome = "reading"', 'outcome = "readin"', "The nearest codes are reading"),
        ("step = -2", 'step = "-2"', "steps.imprecision.step\" holds '-2'"),
        ("2026-11-24", "2026-13-45", "such as 2026-11-24"),
        ("title =", "titel =", 'The key "strands.sounds.title" is missing.'),
        ('approaches = ["decoding"] }', 'outcomes = ["readin"] }', "selection.outcomes.1"),
        ('reviews = ["reading"], app', 'timepoints = ["ende"], app', "Write one of end, follow_up"),
    ],
)
def test_a_faulty_strand_is_named_by_its_key(terminal, old, new, said):
    assert old in STRAND
    terminal.write("bad.toml", STRAND.replace(old, new))

    assert said in terminal.refused("strand", "define", "bad.toml")


def test_a_selection_without_a_condition_is_refused(terminal):
    rule = 'selection = { reviews = ["reading"], approaches = ["decoding"] }'
    assert rule in STRAND
    terminal.write("bad.toml", STRAND.replace(rule, "selection = {}"))

    assert "would pick every effect" in terminal.refused("strand", "define", "bad.toml")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_strands_are_read_in_the_encodings_of_editors_with_dates_as_toml_has_them(
    terminal, encoding
):
    text = STRAND.replace('"2026-11-24"', "2026-11-24")
    terminal.write("strands.toml", text.encode(encoding))

    assert terminal.run("strand", "define", "strands.toml")[0] == 0


@pytest.mark.parametrize("name", ["", "a/b", "a;b", "a b", "../a", "a:b"])
def test_a_review_with_a_name_that_cannot_be_part_of_others_is_refused(terminal, name):
    message = terminal.refused("review", "add", name, "--title", "T", "--question", "Q?")

    assert f'A review cannot be called "{name}"' in message


@pytest.mark.parametrize(("title", "question"), [("", "Q?"), ("T", "  ")])
def test_a_review_without_words_is_refused(terminal, title, question):
    assert "is empty" in terminal.refused(
        "review", "add", "x", "--title", title, "--question", question
    )


def test_a_name_in_place_of_a_pseudonym_is_refused(terminal):
    message = terminal.refused(
        "review", "add", "x", "--title", "T", "--question", "Q?", "--as", "Ada ada@school.example"
    )

    assert "is not a pseudonym" in message


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--version", "one"], '"one" is not a version'),
        (["--version", "1.0"], '"1.0" is not a version'),
        (["--version", "1.0.0", "--name", "A b"], 'cannot be called "A b"'),
        (["--version", "1.0.0", "--title", " "], "title of the release is empty"),
    ],
)
def test_a_release_that_could_not_be_cited_is_refused(terminal, options, said):
    assert said in terminal.refused("release", "build", "out", *options)
    assert not (terminal.folder / "out").exists()


def test_a_place_that_cannot_be_written_to_is_named(terminal):
    terminal.run("analyse")

    message = terminal.refused("release", "build", "search.ris/out", "--version", "1.0.0")

    assert message.startswith("search.ris")
    assert "Check the name, the rights and the free space" in message


def test_a_release_never_overwrites_a_zip(terminal):
    terminal.run("analyse")
    held = terminal.write("out.zip", "something else")

    assert "exists already" in terminal.refused("release", "build", held, "--version", "1.0.0")
    assert (terminal.folder / held).read_text() == "something else"


def test_a_dump_never_overwrites_the_store(terminal):
    assert "is not overwritten" in terminal.refused("store", "dump", "whatworks.db")


def test_a_release_that_cannot_be_read_leaves_no_store_behind(terminal):
    terminal.run("analyse")
    assert terminal.run("release", "build", "out", "--version", "1.0.0", "--no-site")[0] == 0
    (terminal.folder / "out/tables/reviews.csv").write_text("junk\n")

    terminal.refused("release", "open", "out", "--store", "new.db")

    assert not (terminal.folder / "new.db").exists()


def test_a_demo_is_not_built_over_a_file(terminal):
    message = terminal.refused("demo", "--folder", "search.ris", "--build-only")

    assert "is not a folder" in message


@pytest.mark.parametrize(
    "options", [["--port", "99999"], ["--port", "-1"], ["--host", ""], ["--port", "http"]]
)
def test_an_address_that_cannot_be_listened_on_is_refused(terminal, options):
    assert "Invalid value" in terminal.refused("serve", *options)


@pytest.mark.parametrize(
    "command",
    [
        ["why", "targeted-k6.main.estimate", "--all", "--json"],
        ["store", "dump", "--store", "../whatworks.db"],
    ],
)
def test_a_reader_that_leaves_early_is_no_fault(terminal, command):
    script = "import sys; from whatworks.cli import main; main(sys.argv[1:])"
    elsewhere = terminal.folder / "no store here: the demo is shown"
    elsewhere.mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", script, *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=elsewhere,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        message = process.stderr.read().decode()
        code = process.wait()

    assert code == 0
    assert "Traceback" not in message


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk always full")
def test_a_full_disk_behind_stdout_is_told_once(terminal):
    script = "import sys; from whatworks.cli import main; main(sys.argv[1:])"
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-c", script, "store", "dump"],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
            env={**os.environ},
        )

    assert done.returncode == 2
    message = done.stderr.decode()
    assert message.startswith("The output: No space left on device.")
    assert message.count("\n") == 1
