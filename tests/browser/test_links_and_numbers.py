"""Every link of every page leads somewhere, and every number to how it was computed."""

from __future__ import annotations

import pytest

from tests.browser.fixture_evidence import RELEASE
from tests.browser.site_links import ParsedPage, broken_links, misled_numbers, parse_site
from whatworks.release import Evidence
from whatworks.site import Site


@pytest.fixture(scope="module")
def parsed_site(evidence: Evidence) -> tuple[dict[str, ParsedPage], set[str]]:
    return parse_site(Site(evidence, RELEASE))


def test_every_relative_link_leads_to_a_page_or_file_and_its_anchor(parsed_site) -> None:
    assert broken_links(*parsed_site) == []


def test_every_number_leads_to_its_field_on_its_analysis_page(
    parsed_site, evidence: Evidence
) -> None:
    parsed, _ = parsed_site
    assert misled_numbers(parsed, evidence) == []
    assert sum(len(page.numbers) for page in parsed.values()) > 50


def test_no_page_names_two_places_alike(parsed_site) -> None:
    parsed, _ = parsed_site
    assert {path: page.repeated for path, page in parsed.items() if page.repeated} == {}


def test_no_page_carries_an_inline_style_or_script_or_handler(parsed_site) -> None:
    parsed, _ = parsed_site
    for path, page in parsed.items():
        for forbidden in (" style=", "<style", " onclick=", " onload=", "javascript:"):
            assert forbidden not in page.html, (path, forbidden)
        for part in page.html.split("<script")[1:]:
            opening = part.partition(">")[0]
            assert " src=" in opening or 'type="application/json"' in opening, (path, opening)


def test_names_with_markup_are_shown_as_text(parsed_site) -> None:
    parsed, _ = parsed_site
    study = next(path for path in parsed if path.startswith("studies/set-a-adams-m-ller-2003"))
    assert "a &lt;trial&gt; of support" in parsed[study].html
    assert "<trial>" not in parsed[study].html
