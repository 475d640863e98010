"""Addresses of pages."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whatworks.site.paths import analysis_path, gap_map_path, need_path, relative_root, slug

SAFE = set(string.ascii_lowercase + string.digits + "_-.")


@pytest.mark.parametrize("plain", ["targeted-k6", "small_group", "3907684ff470e", "a"])
def test_a_plain_lower_case_name_is_its_own_slug(plain):
    assert slug(plain) == plain


@pytest.mark.parametrize("name", ["con", "nul", "com1", "A:b", "a/b", "..", "", "ü", "x" * 200])
def test_a_name_that_some_file_system_refuses_gets_digits(name):
    found = slug(name)
    assert "." in found
    assert SAFE.issuperset(found)
    assert len(found) < 60
    assert not found.startswith(".")


def test_names_that_differ_in_case_or_sign_only_get_different_slugs():
    names = ["a:b", "a/b", "a b", "A:b", "a-b", "A-B", "a--b", "á-b", "a_b", slug("a:b")]
    assert len({slug(name).lower() for name in names}) == len(names)


@given(st.lists(st.text(min_size=1), unique=True, max_size=50))
def test_different_names_have_different_safe_slugs(names):
    slugs = [slug(name) for name in names]
    assert len({found.lower() for found in slugs}) == len(names)
    assert all(SAFE.issuperset(found) for found in slugs)


def test_paths_of_needs_keep_their_capitals_and_fields_become_anchors():
    assert need_path("SPLD") == "needs/SPLD.html"
    assert need_path("a/b").startswith("needs/a-b.")
    assert analysis_path("0123abcd", "ci_lb") == "analyses/0123abcd.html#ci_lb"
    assert gap_map_path() == "gap-map.html"
    assert gap_map_path("P16") == "gap-map-p16.html"


def test_the_way_to_the_root_goes_up_one_step_for_each_folder():
    assert relative_root("index.html") == ""
    assert relative_root("strands/a.html") == "../"
