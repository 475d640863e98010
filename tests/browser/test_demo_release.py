"""The shipped demo evidence base: every page is made, every link and number leads on."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.browser.conftest import WIDTHS, Served, Watched, serve
from tests.browser.site_links import broken_links, misled_numbers, parse_site
from whatworks.demo import demo_release
from whatworks.release import Evidence, ReleaseLabel, read_label, read_release
from whatworks.site import Site

# The largest and the emptiest page of each kind, found in the evidence itself.
KINDS = (
    "index.html",
    "gap-map.html",
    "identification.html",
    "largest strand",
    "strand without studies",
    "fullest need",
    "largest study",
    "largest analysis",
    "review with a trail",
    "data.html",
)


@pytest.fixture(scope="module")
def demo() -> tuple[Evidence, ReleaseLabel]:
    files = demo_release()
    return read_release(files), read_label(files)


@pytest.fixture(scope="module")
def served_demo(demo: tuple[Evidence, ReleaseLabel]) -> Iterator[Served]:
    yield from serve(*demo)


def path_of(site: Site, kind: str) -> str:
    """Return the address of the page a kind means."""
    evidence = site.evidence
    folders = {
        "largest strand": "strands/",
        "fullest need": "needs/",
        "largest study": "studies/",
        "largest analysis": "analyses/",
    }
    if kind in folders:
        paths = [path for path in site.paths() if path.startswith(folders[kind])]
        return max(paths, key=lambda path: len(site.page(path).html))
    if kind == "strand without studies":
        strand = next(row for row in evidence.strands if row.status == "no_usable_study")
        return f"strands/{strand.strand_id}.html"
    if kind == "review with a trail":
        return f"reviews/{evidence.decisions[0].review_id}.html"
    return kind


def test_every_link_and_every_number_of_the_demo_leads_on(
    demo: tuple[Evidence, ReleaseLabel],
) -> None:
    evidence, label = demo
    parsed, files = parse_site(Site(evidence, label))
    assert broken_links(parsed, files) == []
    assert misled_numbers(parsed, evidence) == []


def test_every_number_of_a_main_analysis_is_shown_on_its_strand(
    demo: tuple[Evidence, ReleaseLabel],
) -> None:
    evidence, label = demo
    site = Site(evidence, label)
    parsed, _ = parse_site(site)
    for strand in evidence.strands:
        shown = {number for number, _ in parsed[f"strands/{strand.strand_id}.html"].numbers}
        for field in ("estimate", "ci_lb", "ci_ub", "pi_lb", "pi_ub", "k_studies", "n_pupils"):
            number = evidence.number_by_id.get(f"{strand.strand_id}.main.{field}")
            if number is not None and number.value is not None:
                assert number.number_id in shown, (strand.strand_id, field)


def test_the_largest_strand_prints_on_two_sides(browser, served_demo: Served) -> None:
    context = browser.new_context()
    watched = Watched(context.new_page(), served_demo.address)
    watched.open(path_of(served_demo.site, "largest strand"))
    printed = watched.page.pdf(format="A4", prefer_css_page_size=True)
    assert len(re.findall(rb"/Type /Page[^s]", printed)) <= 2
    context.close()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("kind", KINDS)
def test_demo_page_meets_the_rules(
    browser, served_demo: Served, axe_source: str, kind: str, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900})
    watched = Watched(context.new_page(), served_demo.address)
    watched.watch()
    watched.open(path_of(served_demo.site, kind))
    watched.check(axe_source)
    context.close()
