import pytest

from tests.builders import small_evidence
from tests.unit.test_release_verify import analysed
from whatworks.errors import NotFound
from whatworks.release.why import explain, render_tree


@pytest.fixture(scope="module")
def evidence():
    return analysed(small_evidence())


def test_the_tree_reaches_the_source_row_the_route_and_the_licence(evidence):
    text = render_tree(explain(evidence, "decoding-reading.main.estimate"))

    assert text.startswith("decoding-reading.main.estimate = ")
    assert "effects.csv, row 2 (SHA-256 0000000000000000...)" in text
    assert "by reported_g_se from n_intervention=50" in text
    assert "licence: CC BY 4.0" in text
    assert 'method="REML"' in text


def test_only_what_went_in_is_shown(evidence):
    text = render_tree(explain(evidence, "decoding-reading.main.estimate"))

    assert "effect r/e5" in text
    assert "effect r/e6" not in text


def test_a_wide_tree_counts_what_it_leaves_out(evidence):
    text = render_tree(explain(evidence, "decoding-reading.main.estimate"), width=2)

    assert "and 3 more (--all prints them)" in text


def test_a_number_that_is_not_there_is_answered_with_the_nearest(evidence):
    with pytest.raises(NotFound, match=r"Nearest: .*decoding-reading\.main\.estimate"):
        explain(evidence, "decoding-reading.main.estimat")
