"""The vendored files: complete, our own font, nothing from elsewhere."""

import re
import struct

import pytest

from whatworks.site import static_files
from whatworks.site.assets import asset


@pytest.fixture(scope="module")
def static():
    return static_files()


def test_the_styles_use_our_font_and_none_that_is_not_ours(static):
    css = static["static/site.css"].decode()
    assert "WWSans" in css
    assert "GDS Transport" not in css
    assert "crown" not in css.lower()


def test_every_file_the_styles_name_is_here_and_none_is_elsewhere(static):
    css = static["static/site.css"].decode()
    named = re.findall(r"url\(\s*[\"']?([^\"')]+)", css)
    assert named
    for name in named:
        assert f"static/{name}" in static, name


def test_every_vendored_package_has_its_licence_text(static):
    text = static["static/LICENSES.txt"].decode()
    for package in (
        "govuk-frontend",
        "@fontsource/source-sans-3",
        "htmx.org",
        "vega",
        "vega-lite",
        "vega-embed",
        "d3-scale",
    ):
        assert re.search(rf"^{re.escape(package)} \d", text, re.M), package
    for words in (
        "The MIT License",
        "SIL OPEN FONT LICENSE",
        "Zero-Clause BSD",
        "Redistribution and use",
    ):
        assert words in text


def test_no_script_asks_for_a_source_map_that_is_not_shipped(static):
    for name, body in static.items():
        if name.endswith(".js"):
            assert b"sourceMappingURL" not in body, name


def test_the_icon_holds_three_sizes(static):
    reserved, kind, n = struct.unpack("<HHH", static["static/favicon.ico"][:6])
    assert (reserved, kind, n) == (0, 1, 3)


def test_the_address_of_a_file_carries_digits_of_its_content():
    assert re.fullmatch(r"static/site\.css\?v=[0-9a-f]{10}", asset("site.css"))
    assert asset("site.css") != asset("site.js")
