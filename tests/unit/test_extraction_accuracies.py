"""Tables of the accuracy of identification."""

from __future__ import annotations

import pytest

from whatworks.errors import FileError
from whatworks.extraction import AccuracyImport, load_mapping, read_accuracies
from whatworks.extraction.mapping import AccuracyMapping

MAPPING = """
kind = "accuracy"
[accuracy]
key = { template = "{study} {test}" }
study_label = { column = "study" }
need = { column = "need" }
index_test = { column = "test" }
tp = { column = "tp" }
fp = { column = "fp" }
fn = { column = "fn" }
tn = { column = "tn" }
sensitivity = { column = "sens", scale = 0.01 }
specificity = { column = "spec", scale = 0.01 }
warnings = { column = "threats" }
"""
HEADER = "study,test,need,tp,fp,fn,tn,sens,spec,threats"


def read(*rows: str, mapping: str = MAPPING) -> AccuracyImport:
    found = load_mapping(mapping.encode(), file="m.toml")
    assert isinstance(found, AccuracyMapping)
    data = "\n".join((HEADER, *rows)).encode()
    return read_accuracies(data, found, file="t.csv", review_id="r", raw_file_id="f")


def problems_of(*rows: str, mapping: str = MAPPING) -> list[str]:
    with pytest.raises(FileError) as caught:
        read(*rows, mapping=mapping)
    return [f"{problem.found} {problem.fix}" for problem in caught.value.problems]


def test_counts_or_rates_are_read_with_their_threats() -> None:
    result = read(
        "Ash,Fluharty,SLCN,15,30,10,127,,,incorporation;same_children",
        "Birch,M-CHAT,autism,,,,,83,51,",
    )
    counts, rates = result.accuracies
    assert (counts.tp, counts.fp, counts.fn, counts.tn) == (15, 30, 10, 127)
    assert counts.warnings == "incorporation;same_children"
    assert (rates.need, rates.sensitivity, rates.specificity) == (
        "ASD",
        pytest.approx(0.83),
        pytest.approx(0.51),
    )
    assert rates.accuracy_id == "r/birch-m-chat"


def test_a_row_needs_four_counts_or_two_rates() -> None:
    assert problems_of("Ash,F,SLCN,15,30,,127,,,", "Birch,F,SLCN,,,,,83,,") == [
        "Some of the four counts are missing. Fill in all of tp, fp, fn and tn.",
        "The row has neither the four counts nor both sensitivity and specificity. "
        "Fill in one or the other.",
    ]


def test_counts_that_cannot_be_are_refused() -> None:
    assert (
        problems_of("Ash,F,SLCN,0,30,0,127,,,", "Birch,F,SLCN,-1,3,2,1,,,")
        == [
            "The counts cannot be: they are negative, or nobody has the need, or everybody. "
            "Check tp, fp, fn and tn."
        ]
        * 2
    )


def test_per_cents_offered_as_shares_are_refused_with_the_way_out() -> None:
    unscaled = MAPPING.replace(", scale = 0.01", "")
    assert problems_of("Ash,F,SLCN,,,,,83,0.5,", mapping=unscaled) == [
        "sensitivity is 83; a share is between 0 and 1. "
        "Correct the cell; for a column of per cents add scale = 0.01 to the mapping."
    ]


def test_per_cents_and_shares_in_one_column_are_told() -> None:
    rows = ("Ash,F,SLCN,,,,,83,51,", "Birch,F,SLCN,,,,,0.83,51,")
    assert problems_of(*rows) == [
        "Found 0.83 in a column of per cents, which looks like a share. "
        "Write all cells of the column on one scale."
    ]


def test_an_unknown_threat_is_refused() -> None:
    (problem,) = problems_of("Ash,F,SLCN,15,30,10,127,,,circular")
    assert problem.startswith('Found "circular", which is not one of incorporation,')


def test_a_table_that_stands_twice_is_told() -> None:
    (problem,) = problems_of("Ash,F,SLCN,1,2,3,4,,,", "Ash,F,SLCN,1,2,3,5,,,")
    assert problem.startswith('Found "Ash F", which is also in row 2.')
