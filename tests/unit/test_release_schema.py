from dataclasses import dataclass, fields

import pytest

from tests.builders import an_effect
from whatworks.release.addresses import row_address
from whatworks.release.evidence import Evidence
from whatworks.release.hashing import content_hash
from whatworks.release.schema import TABLES, table_of


def test_every_table_is_a_field_of_the_evidence_in_the_same_order():
    assert [field.name for field in fields(Evidence)] == list(TABLES)


def test_every_column_says_what_it_means():
    undescribed = [
        f"{table.name}.{column.name}"
        for table in TABLES.values()
        for column in table.columns
        if len(column.description) < 4
    ]

    assert undescribed == []


def test_every_key_is_made_of_required_columns():
    for table in TABLES.values():
        required = {column.name for column in table.columns if column.required}
        assert set(table.key) <= required, table.name


def test_a_noun_with_an_undescribed_field_is_refused():
    @dataclass(frozen=True)
    class Thing:
        """A thing.

        Attributes
        ----------
        name
            Its name.
        """

        name: str
        size: int

    with pytest.raises(TypeError, match=r"Thing\.size has no description"):
        table_of("things", Thing, key=("name",))


def test_a_rows_address_does_not_change_when_an_empty_column_is_added():
    without = an_effect("a", subgroup=None)
    cells = {
        column.name: getattr(without, column.name)
        for column in TABLES["effects"].columns
        if getattr(without, column.name) is not None
    }

    assert row_address("effects", without) == content_hash(cells)[:16]
    assert row_address("effects", an_effect("a", subgroup="boys")) != row_address(
        "effects", without
    )
