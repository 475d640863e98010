"""A server with every kind of page, and the system's Chromium to look at it."""

from __future__ import annotations

import json
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import uvicorn

from tests.browser.fixture_evidence import RELEASE, invented_evidence
from whatworks.release import Evidence, ReleaseLabel
from whatworks.site import Site
from whatworks.web.app import create_app

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

    from whatworks.web.team import Door
    from whatworks.web.work import Desk

ROOT = Path(__file__).resolve().parents[2]
PINNED_AXE = ROOT / "tools" / "assets" / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
# Chromium must not look for updates, proxies or translations while a test counts its requests.
CHROMIUM_ARGUMENTS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--no-first-run",
    "--no-proxy-server",
)
WIDTHS = (1200, 390)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def axe_source() -> str:
    """The axe-core script: the version pinned in tools/assets, else the one its Python package holds."""
    if PINNED_AXE.is_file():
        return PINNED_AXE.read_text(encoding="utf-8")
    if find_spec("axe_playwright_python") is None:
        pytest.fail(
            "axe-core is not here. Run: pip install axe-playwright-python (or `make test`)."
        )
    script = files("axe_playwright_python") / "axe.min.js"
    return script.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    found = next(filter(None, (shutil.which(name) for name in CHROMIUM_NAMES)), None)
    if found is None:
        pytest.fail(
            "Chromium is not here. Install it (Debian: apt install chromium), or `make test`."
        )
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=list(CHROMIUM_ARGUMENTS))
        yield started
        started.close()


@dataclass(frozen=True)
class Served:
    """A running server and what it shows."""

    address: str
    evidence: Evidence
    site: Site


@pytest.fixture(scope="session")
def evidence() -> Evidence:
    return invented_evidence()


@pytest.fixture(scope="session")
def served(evidence: Evidence) -> Iterator[Served]:
    """The invented evidence base behind a real server on a free port."""
    yield from serve(evidence, RELEASE)


def serve(
    evidence: Evidence,
    release: ReleaseLabel,
    *,
    desk: Desk | None = None,
    door_at: Callable[[str], Door] | None = None,
) -> Iterator[Served]:
    """Run a server in a thread until the generator is closed; a door is made for its address."""
    listening = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    door = door_at(address) if door_at is not None else None
    app = create_app(lambda: evidence, release, desk=desk, door=door)
    config = uvicorn.Config(app, log_level="warning")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield Served(address, evidence, Site(evidence, release))
    server.should_exit = True
    thread.join(timeout=10)


@dataclass
class Watched:
    """A browser page with all it complained about and asked for."""

    page: Page
    home: str
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    def watch(self) -> None:
        """Listen to the console, to faults, and to requests that leave the host."""
        host = urlsplit(self.home).netloc

        def on_request(url: str) -> None:
            parts = urlsplit(url)
            if parts.scheme not in ("data", "blob") and parts.netloc != host:
                self.strangers.append(url)

        self.page.on(
            "console",
            lambda message: (
                self.complaints.append(f"{message.type}: {message.text}")
                if message.type in ("error", "warning")
                else None
            ),
        )
        self.page.on("pageerror", lambda error: self.complaints.append(f"fault: {error}"))
        self.page.on("request", lambda request: on_request(request.url))

    def open(self, path: str) -> None:
        """Open a page and wait until its charts are drawn and its fonts loaded."""
        self.page.goto(f"{self.home}/{path}", wait_until="load")
        self.page.evaluate("document.fonts.ready")
        if self.page.locator("[data-chart]").count():
            self.page.wait_for_selector(".ww-chart__plot--drawn svg")

    def check(self, axe_source: str) -> None:
        """Assert what must hold on every page."""
        page = self.page
        assert self.complaints == [], "the console must stay empty"
        assert self.strangers == [], "nothing may be asked of another host"
        headings = page.locator("h1").all_inner_texts()
        assert len(headings) == 1, headings
        first = " ".join(headings[0].split())
        assert page.title().startswith(first), (page.title(), first)
        self.check_layout(axe_source)

    def check_layout(self, axe_source: str) -> None:
        """Assert that the page does not scroll sideways, and that axe finds nothing."""
        page = self.page
        scroll, client = page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert scroll == client, f"the page scrolls sideways: {scroll} > {client}"
        page.evaluate(axe_source)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        violations = [
            (rule["id"], [node["html"][:200] for node in rule["nodes"][:3]])
            for rule in found["violations"]
        ]
        assert violations == [], json.dumps(violations, indent=1)


@pytest.fixture
def watched(browser: Browser, served: Served, request: pytest.FixtureRequest) -> Iterator[Watched]:
    """A fresh page; its width is the test's parameter `width`, or 1200."""
    width = (
        request.node.callspec.params.get("width", 1200)
        if hasattr(request.node, "callspec")
        else 1200
    )
    context: BrowserContext = browser.new_context(viewport={"width": width, "height": 900})
    found = Watched(context.new_page(), served.address)
    found.watch()
    yield found
    context.close()
