"""Our files opened by the parsers that other people use."""

from __future__ import annotations

import json

from whatworks.references import Record, read_references, write_references

RIS = (
    "TY  - JOUR\nTI  - Costs of R&D: 50% of GDP and mRNA\nAU  - Müller, Ann\nAU  - World Health Org\n"
    "PY  - 2001\nJF  - Journal\nVL  - 4\nSP  - 10\nEP  - 19\nKW  - Child, Preschool\nKW  - b\n"
    "PB  - Press\nA2  - Ed, It\nER  - \n"
    "TY  - CHAP\nTI  - Part\nAU  - Müller, Ann\nPY  - 2001\nT2  - Whole\nER  - \n"
    "TY  - CHAP\nTI  - Part\nAU  - Müller, Ann\nPY  - 2001\nT2  - Whole\nER  - \n"
)


def records() -> tuple[Record, ...]:
    return read_references(RIS.encode(), file="made.ris", review_id="demo").records


def test_rispy_finds_every_record_and_its_fields():
    import rispy

    found = rispy.loads(write_references(records(), format="ris").decode())

    assert [entry["title"] for entry in found] == [record.title for record in records()]
    assert found[0]["authors"] == ["Müller, Ann", "World Health Org"]
    assert found[0]["keywords"] == ["Child, Preschool", "b"]


def test_bibtexparser_finds_every_entry_under_a_key_of_its_own():
    from bibtexparser.entrypoint import parse_string

    library = parse_string(write_references(records(), format="bibtex").decode())

    assert not library.failed_blocks
    assert [entry.key for entry in library.entries] == [
        "muller2001costs",
        "muller2001part",
        "muller2001part-2",
    ]
    first = {field.key: field.value for field in library.entries[0].fields}
    assert first["title"] == r"Costs of R\{\&\}D: 50\% of {GDP} and {mRNA}".replace(
        r"\{\&\}", r"\&"
    )
    assert first["author"] == "Müller, Ann and {World Health Org}"
    assert first["pages"] == "10--19"
    assert (first["publisher"], first["editor"]) == ("Press", "Ed, It")
    assert library.entries[1].entry_type == "incollection"


def test_csl_json_has_what_the_schema_asks_for():
    items = json.loads(write_references(records(), format="csl-json"))

    assert [item["type"] for item in items] == ["article-journal", "chapter", "chapter"]
    assert len({item["id"] for item in items}) == 3
    assert items[0]["author"] == [
        {"family": "Müller", "given": "Ann"},
        {"literal": "World Health Org"},
    ]
    assert items[0]["issued"] == {"date-parts": [[2001]]}
    assert items[0]["editor"] == [{"family": "Ed", "given": "It"}]
    assert items[0]["keyword"] == "Child, Preschool; b"


def test_a_name_with_a_suffix_is_written_as_bibtex_orders_it_and_comes_back():
    ris = b"TY  - JOUR\nTI  - T\nAU  - King, Martin, Jr.\nAU  - Lee, Ann, PhD\nER  - \n"
    written = read_references(ris, file="x", review_id="demo").records

    data = write_references(written, format="bibtex")

    assert b"author = {King, Jr., Martin and Lee, Ann, PhD}" in data
    (record,) = read_references(data, file="x", review_id="demo").records
    assert record.authors == "King, Martin, Jr.; Lee, Ann, PhD"
