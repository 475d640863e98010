"""The pages by keyboard alone."""

from __future__ import annotations

from tests.browser.conftest import Watched


def _focused_text(watched: Watched) -> str:
    return watched.page.evaluate("document.activeElement.textContent.trim()")


def _focused_cell(watched: Watched) -> tuple[int, int]:
    row, column = watched.page.evaluate(
        "[document.activeElement.closest('tr').rowIndex, document.activeElement.closest('td').cellIndex]"
    )
    return row, column


def test_the_first_tab_shows_a_skip_link_that_leads_to_the_content(watched: Watched) -> None:
    watched.open("index.html")
    watched.page.keyboard.press("Tab")
    assert _focused_text(watched) == "Skip to main content"
    assert watched.page.locator(".govuk-skip-link").bounding_box()["height"] > 20
    watched.page.keyboard.press("Enter")
    assert watched.page.evaluate("document.activeElement.id") == "main-content"


def test_arrow_keys_move_between_filled_cells_of_the_gap_map(watched: Watched) -> None:
    watched.open("gap-map.html")
    first = watched.page.locator(".ww-map td a").first
    first.focus()
    row, column = _focused_cell(watched)
    watched.page.keyboard.press("ArrowRight")
    assert _focused_cell(watched) == (row, column + 1), "SPLD and MLD stand side by side"
    watched.page.keyboard.press("ArrowLeft")
    assert _focused_cell(watched) == (row, column)
    watched.page.keyboard.press("End")
    assert _focused_cell(watched) == (row, column + 1)
    watched.page.keyboard.press("Home")
    assert _focused_cell(watched) == (row, column)
    watched.page.keyboard.press("ArrowDown")
    below, same = _focused_cell(watched)
    assert below > row
    assert same == column


def test_a_focused_link_looks_different_from_one_that_is_not(watched: Watched) -> None:
    watched.open("strands/small-group.html")
    link = watched.page.locator("main a.ww-number").first
    look = "node => getComputedStyle(node).backgroundColor + getComputedStyle(node).boxShadow + getComputedStyle(node).outline"
    before = link.evaluate(look)
    link.focus()
    assert link.evaluate(look) != before


def test_tables_wider_than_the_page_can_be_scrolled_by_keyboard(watched: Watched) -> None:
    watched.open("gap-map.html")
    region = watched.page.locator(".ww-scroll--map")
    assert region.get_attribute("tabindex") == "0"
    assert region.get_attribute("role") == "region"
    assert region.get_attribute("aria-label")


def test_the_phase_filter_replaces_the_map_without_leaving_the_page(watched: Watched) -> None:
    watched.open("gap-map.html")
    watched.page.evaluate("window.stayed = true")
    watched.page.get_by_role("link", name="Secondary school", exact=True).click()
    watched.page.wait_for_url("**/gap-map-s.html")
    assert watched.page.evaluate("window.stayed") is True
    assert watched.page.locator("h1").inner_text() == "Evidence gap map: secondary school"
    assert (
        watched.page.locator(".ww-filter a[aria-current=page]").inner_text() == "Secondary school"
    )
    assert watched.complaints == []
