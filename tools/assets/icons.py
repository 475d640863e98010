"""Draw favicon.png and favicon.ico from favicon.svg with the system's Chromium."""

from __future__ import annotations

import struct
from pathlib import Path

from playwright.sync_api import sync_playwright

HERE = Path(__file__).resolve().parent
STATIC = HERE.parents[1] / "src" / "whatworks" / "site" / "static"
CHROMIUM = "/usr/bin/chromium"


def png(size: int) -> bytes:
    """Return the icon as a PNG of size by size pixels."""
    svg = (HERE / "favicon.svg").read_text(encoding="utf-8")
    svg = svg.replace("<svg ", f'<svg width="{size}" height="{size}" ', 1)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": size, "height": size})
        page.set_content(f"<style>body{{margin:0}}svg{{display:block}}</style>{svg}")
        image = page.screenshot(omit_background=True)
        browser.close()
    return image


def ico(images: dict[int, bytes]) -> bytes:
    """Return an ICO file that holds PNG images, by size in pixels."""
    header = struct.pack("<HHH", 0, 1, len(images))
    offset = len(header) + 16 * len(images)
    entries, bodies = b"", b""
    for size, body in images.items():
        entries += struct.pack("<BBBBHHII", size, size, 0, 0, 1, 32, len(body), offset)
        offset += len(body)
        bodies += body
    return header + entries + bodies


def main() -> None:
    """Write both files."""
    (STATIC / "favicon.png").write_bytes(png(180))
    (STATIC / "favicon.ico").write_bytes(ico({size: png(size) for size in (16, 32, 48)}))


if __name__ == "__main__":
    main()
