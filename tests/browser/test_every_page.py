"""What holds on every kind of page, on a desktop screen and on a phone."""

from __future__ import annotations

import re

import pytest

from tests.browser.conftest import WIDTHS, Served, Watched

CONTENT_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'self'; "
    "frame-ancestors 'none'; form-action 'self'"
)

# One page of each kind, and of each state a kind can be in.
KINDS = {
    "home": "index.html",
    "need with answers": "needs/SPLD.html",
    "need in one phase": "needs/SPLD/p.html",
    "need with nothing": "needs/PD.html",
    "strand, attainment, judged": "strands/small-group.html",
    "strand, many studies, not judged": "strands/sel-anxiety.",
    "strand, one study": "strands/mindfulness.html",
    "strand, nothing usable": "strands/class-size.html",
    "study": "studies/set-a-adams",
    "study, flagged": "studies/set-a-adams-m-ller-2003",
    "study, not in synthesis": "studies/empty-forness",
    "gap map": "gap-map.html",
    "gap map of a phase": "gap-map-p.html",
    "identification": "identification.html",
    "review": "reviews/set_a.html",
    "review with a trail": "reviews/empty.html",
    "data": "data.html",
    "about": "about.html",
    "accessibility": "accessibility.html",
    "glossary": "glossary.html",
    "not found": "404.html",
    "analysis, main": "small-group.main",
    "analysis, rows": "small-group.rows",
    "analysis, counts": "evidence-base.main",
    "analysis, gap map": "gap-map.main",
    "analysis, flow": "empty.flow",
    "analysis, accuracy": "identification.b:1/x",
}


def path_of(served: Served, kind: str) -> str:
    """Return the address of a kind's page."""
    wanted = KINDS[kind]
    if kind.startswith("analysis"):
        subject, _, role = wanted.partition(".")
        return next(
            f"analyses/{row.analysis_id}.html"
            for row in served.evidence.analyses
            if (row.subject, row.role) == (subject, role)
        )
    return next(path for path in served.site.paths() if path.startswith(wanted))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("kind", KINDS)
def test_page_meets_the_rules(
    watched: Watched, served: Served, axe_source: str, kind: str, width: int
) -> None:
    watched.open(path_of(served, kind))
    watched.check(axe_source)


@pytest.mark.parametrize("kind", KINDS)
def test_page_is_complete_without_javascript(browser, served: Served, kind: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    response = page.goto(f"{served.address}/{path_of(served, kind)}")
    assert response.headers["content-security-policy"] == CONTENT_POLICY
    assert page.locator("main").inner_text().strip()
    assert page.locator("h1").count() == 1
    tables = page.locator("details[data-table-view] table")
    for position in range(tables.count()):
        assert tables.nth(position).is_visible(), "without a chart its table must be open"
    context.close()


@pytest.mark.parametrize("path", ["strands/small-group.html", "strands/class-size.html"])
def test_a_strand_prints_on_two_sides(watched: Watched, path: str) -> None:
    watched.open(path)
    printed = watched.page.pdf(format="A4")
    assert len(re.findall(rb"/Type /Page[^s]", printed)) <= 2
