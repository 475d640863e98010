"""How numbers and dates are written."""

import pytest

from whatworks.site.figures import count, date_in_words, decimal, in_unit, plural, without_unit


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.37449, "g", "0.37"),
        (-0.104, "g", "\N{MINUS SIGN}0.10"),
        (-0.001, "g", "\N{MINUS SIGN}0.001"),
        (0.0049, "g", "0.005"),
        (-0.0001, "g", "0.00"),
        (0.0, "g", "0.00"),
        (1.0, "months", "1 month"),
        (5.0, "months", "5 months"),
        (12313.0, "records", "12,313"),
        (22.2, "percent", "22 per cent"),
        (0.594, "share", "59 per cent"),
        (0.00002, "probability", "less than 0.001"),
        (0.0412, "probability", "0.041"),
        (36.0, "degrees of freedom", "36"),
        (36.25, "degrees of freedom", "36.2"),
        (0.0393, "g squared", "0.039"),
    ],
)
def test_a_number_is_written_as_its_unit_asks(value, unit, text):
    assert in_unit(value, unit) == text


def test_the_lower_end_of_a_range_has_no_unit():
    assert without_unit(0.57, "share") == "57"
    assert without_unit(4.0, "months") == "4"


def test_counts_have_commas_and_words_have_their_plural():
    assert count(1234567) == "1,234,567"
    assert plural(1, "study", "studies") == "1 study"
    assert plural(12313, "record") == "12,313 records"
    assert decimal(1234.5, 1) == "1,234.5"


def test_dates_are_written_out_and_other_text_is_left_alone():
    assert date_in_words("2026-11-24") == "24 November 2026"
    assert date_in_words("2026-11-04T09:00:00Z") == "4 November 2026"
    assert date_in_words("spring 2022") == "spring 2022"
