"""The static build, opened without a server."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.conftest import Watched
from tests.browser.fixture_evidence import RELEASE
from whatworks.release import Evidence
from whatworks.site import build


@pytest.fixture(scope="module")
def folder(evidence: Evidence, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("a folder with blanks")
    build(evidence, made, release=RELEASE)
    return made


def test_charts_are_drawn_from_disk_and_links_lead_on(browser, folder: Path) -> None:
    page = browser.new_page()
    watched = Watched(page, folder.as_uri())
    watched.watch()
    watched.open("strands/small-group.html")
    assert page.locator(".ww-chart__plot svg").count() == 1
    page.locator("a.ww-number").first.click()
    page.wait_for_url("**/analyses/*.html#*")
    assert page.locator("tr:target").count() == 1
    page.get_by_role("link", name="Evidence gap map").click()
    page.get_by_role("link", name="Primary school", exact=True).click()
    page.wait_for_url("**/gap-map-p.html")
    assert watched.complaints == []
    assert watched.strangers == []
    page.close()
