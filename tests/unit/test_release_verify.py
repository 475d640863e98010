"""A release is checked from itself alone, and whatever was changed is named."""

import hashlib
import io
import json

import polars as pl
import pytest

from tests.builders import a_review, small_evidence
from whatworks import __version__
from whatworks.errors import FileError
from whatworks.release.build import release_files
from whatworks.release.evidence import Evidence
from whatworks.release.files import ReleaseFiles
from whatworks.release.manifest import MANIFEST, manifest_text
from whatworks.release.plan import planned_analyses
from whatworks.release.read import ReleaseLabel, read_label, read_release
from whatworks.release.recompute import recompute
from whatworks.release.results import numbers_of
from whatworks.release.verify import verify_release
from whatworks.site import site_files
from whatworks.synthesis import DEFAULT_MONTHS_TABLE

LABEL = ReleaseLabel("test", "A test base", "1.0.0", "2026-11-24", "0.1.0")


def analysed(evidence: Evidence) -> Evidence:
    planned = list(
        planned_analyses(evidence, code_version="0.1.0", months_table=DEFAULT_MONTHS_TABLE)
    )
    with_inputs = evidence.replace(
        analyses=[analysis for analysis, _ in planned],
        analysis_inputs=[row for _, inputs in planned for row in inputs],
    )
    numbers = [
        number
        for analysis, _ in planned
        for number in numbers_of(analysis, recompute(with_inputs, analysis))
    ]
    return with_inputs.replace(numbers=numbers)


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return release_files(analysed(small_evidence()), LABEL)


def opened(files: dict[str, bytes]) -> ReleaseFiles:
    return ReleaseFiles("test release", sorted(files), files.__getitem__)


def resigned(files: dict[str, bytes]) -> dict[str, bytes]:
    """Return the files with a manifest that fits them, as a careful forger would leave them."""
    others = {name: data for name, data in files.items() if name != MANIFEST}
    return {**others, MANIFEST: manifest_text(others).encode()}


def test_an_untouched_release_holds_and_says_how_much_was_recomputed(files):
    report = verify_release(opened(files))

    assert report.problems == []
    assert report.n_effects == 6
    assert report.n_numbers == len(read_release(opened(files)).numbers) > 50


def test_a_release_is_read_back_as_it_was_written(files):
    assert read_release(opened(files)) == Evidence(
        **{
            name: tuple(getattr(analysed(small_evidence()), name))
            for name in Evidence.__dataclass_fields__
        }
    )
    assert read_label(opened(files)) == LABEL


def test_the_same_evidence_gives_the_same_bytes(files):
    assert release_files(analysed(small_evidence()), LABEL) == files


def test_one_changed_csv_cell_is_named_with_both_values(files):
    changed = files["tables/effects.csv"].replace(b",3.9,", b",1.9,", 1)

    report = verify_release(opened({**files, "tables/effects.csv": changed}))

    assert "tables/effects.csv: the file was changed after the release was made." in report.problems
    assert any(
        'tables/effects.csv, row 7 (r/e6), column "reported_g"' in problem
        and '"1.9"' in problem
        and '"3.9"' in problem
        for problem in report.problems
    )


def test_a_changed_parquet_file_is_named(files):
    altered = small_evidence().replace(reviews=[a_review(licence="CC0")])
    parquet = release_files(analysed(altered), LABEL)["tables/reviews.parquet"]

    report = verify_release(opened({**files, "tables/reviews.parquet": parquet}))

    assert (
        'tables/reviews.parquet, row 2 (r), column "licence": tables/reviews.csv has "CC BY 4.0", '
        'tables/reviews.parquet has "CC0".'
    ) in report.problems


def test_a_table_that_lost_rows_is_named(files):
    header = files["tables/studies.csv"].splitlines(keepends=True)[0]

    report = verify_release(opened({**files, "tables/studies.csv": header}))

    assert ("tables/studies.csv: found 0 rows; tables/studies.parquet has 4.") in report.problems


def test_a_forger_who_rewrites_both_copies_and_the_manifest_is_found_by_the_analysis(files):
    evidence = read_release(opened(files))
    effects = list(evidence.effects)
    forged = effects[0].__class__(
        **{
            **{name: getattr(effects[0], name) for name in effects[0].__slots__},
            "reported_g": 0.9,
            "yi": 0.9,
        }
    )
    rewritten = release_files(evidence.replace(effects=[forged, *effects[1:]]), LABEL)

    report = verify_release(opened(resigned(rewritten)))

    assert any("r/e1 is not the row that was analysed" in problem for problem in report.problems)
    assert any(
        problem.startswith("number decoding-reading.main.estimate: published")
        for problem in report.problems
    )


def test_an_effect_that_does_not_follow_from_its_raw_fields_is_named(files):
    evidence = read_release(opened(files))
    first = evidence.effects[0]
    values = {name: getattr(first, name) for name in first.__slots__}
    rewritten = release_files(
        evidence.replace(effects=[first.__class__(**{**values, "yi": 0.5}), *evidence.effects[1:]]),
        LABEL,
    )

    report = verify_release(opened(rewritten))

    assert "effect r/e1, yi: published 0.5, its raw fields give 0.1." in report.problems


def test_a_changed_number_is_named_with_its_recomputed_value(files):
    evidence = read_release(opened(files))
    numbers = list(evidence.numbers)
    index = next(
        i for i, n in enumerate(numbers) if n.number_id == "decoding-reading.main.k_studies"
    )
    values = {name: getattr(numbers[index], name) for name in numbers[index].__slots__}
    numbers[index] = numbers[index].__class__(**{**values, "value": 40.0})

    report = verify_release(opened(release_files(evidence.replace(numbers=numbers), LABEL)))

    assert report.problems == [
        "number decoding-reading.main.k_studies: published 40.0, recomputed 4.0."
    ]


def test_missing_and_added_files_are_named(files):
    kept = {name: data for name, data in files.items() if name != "CHANGES.md"}

    report = verify_release(opened({**kept, "extra.txt": b"hello"}))

    assert "CHANGES.md: the file is in the manifest, but it is missing." in report.problems
    assert "extra.txt: the file is not in the manifest." in report.problems


def test_text_in_a_number_column_is_named_by_row_and_column(files):
    changed = files["tables/effects.csv"].replace(b",3.9,", b",large,", 1)

    report = verify_release(opened({**files, "tables/effects.csv": changed}))

    assert any(
        'row 7, column "reported_g": found "large". A number is expected.' in p
        for p in report.problems
    )


def test_the_manifest_is_one_that_sha256sum_reads(files):
    line = files[MANIFEST].decode().splitlines()[0]

    name = line[66:]
    assert line == f"{hashlib.sha256(files[name]).hexdigest()}  {name}"


def test_effects_kept_out_change_only_the_analysis_that_lets_them_in(files):
    value = {n.number_id: n.value for n in read_release(opened(files)).numbers}

    assert value["decoding-reading.main.k_effects"] == 5
    assert value["decoding-reading.with_kept_out.k_effects"] == 6
    assert (
        value["decoding-reading.with_kept_out.estimate"] > value["decoding-reading.main.estimate"]
    )


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_table_taken_out_of_release_and_manifest_is_missed(files, kind):
    gone = f"tables/effects.{kind}"
    forged = resigned({name: data for name, data in files.items() if name != gone})

    report = verify_release(opened(forged))

    assert report.problems == [f"{gone}: the file is missing; the descriptor names its table."]


@pytest.mark.parametrize("label", [b"{", b"[]", b"{}"])
def test_a_release_that_no_longer_says_what_it_is_does_not_hold(files, label):
    report = verify_release(opened(resigned({**files, "datapackage.json": label})))

    assert len(report.problems) == 1
    assert "datapackage.json" in report.problems[0]


def test_a_manifest_that_is_not_text_is_refused_with_a_message(files):
    with pytest.raises(FileError, match="byte 0 is not UTF-8"):
        verify_release(opened({**files, MANIFEST: b"\xff\xfe"}))


def test_a_cell_longer_than_spreadsheets_allow_is_read_back():
    long = analysed(small_evidence().replace(reviews=[a_review(note="x" * 200_000)]))

    report = verify_release(opened(release_files(long, LABEL)))

    assert report.problems == []


def test_a_page_that_says_what_the_tables_do_not_is_named_even_with_a_new_manifest():
    label = ReleaseLabel("test", "A test base", "1.0.0", "2026-11-24", __version__)
    files = release_files(analysed(small_evidence()), label, site=site_files)
    page = "site/strands/decoding-reading.html"
    forged = resigned(
        {**files, page: files[page].replace(b"low certainty", b"high certainty") + b" "}
    )

    assert verify_release(opened(files), site=site_files).problems == []
    assert verify_release(opened(files), site=site_files).n_pages > 20
    assert verify_release(opened(forged), site=site_files).problems == [
        f"{page}: the page is not what the tables give."
    ]


def test_pages_of_another_version_are_not_compared():
    label = ReleaseLabel("test", "A test base", "1.0.0", "2026-11-24", "0.0.1")
    files = release_files(analysed(small_evidence()), label, site=site_files)
    forged = resigned({**files, "site/index.html": b"anything"})

    assert verify_release(opened(forged), site=site_files).n_pages == 0


def older(files: dict[str, bytes]) -> dict[str, bytes]:
    """Return the files as a version without one table and one optional column would write them."""
    descriptor = json.loads(files["datapackage.json"])
    kept = [item for item in descriptor["resources"] if item["name"] != "record_pairs"]
    (raw,) = [item for item in kept if item["name"] == "raw_files"]
    fields = raw["schema"]["fields"]
    raw["schema"]["fields"] = [field for field in fields if field["name"] != "search_id"]
    descriptor["resources"] = kept
    parquet = pl.read_parquet(io.BytesIO(files["tables/raw_files.parquet"])).drop("search_id")
    stream = io.BytesIO()
    parquet.write_parquet(stream)
    lines = files["tables/raw_files.csv"].decode().split("\r\n")
    names = lines[0].split(",")
    assert names[-1] == "search_id"
    left = {name: data for name, data in files.items() if "record_pairs" not in name}
    return resigned(
        {
            **left,
            "datapackage.json": json.dumps(descriptor).encode(),
            "tables/raw_files.csv": "\r\n".join(
                line.rpartition(",")[0] if line else line for line in lines
            ).encode(),
            "tables/raw_files.parquet": stream.getvalue(),
        }
    )


def test_a_release_of_an_older_version_is_read_and_checked_without_what_came_later(files):
    old = older(files)

    assert verify_release(opened(old)).problems == []
    found = read_release(opened(old))
    assert found.record_pairs == ()
    assert {one.search_id for one in found.raw_files} == {None}
    assert found.numbers == read_release(opened(files)).numbers


def test_a_table_that_the_descriptor_names_must_be_there(files):
    gone = {name: data for name, data in files.items() if "tables/effects" not in name}

    problems = verify_release(opened(resigned(gone))).problems
    assert any("tables/effects.csv: the file is missing" in problem for problem in problems)
    with pytest.raises(FileError, match=r"effects\.csv"):
        read_release(opened(gone))
