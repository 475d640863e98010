"""The demo evidence base: real evidence, shipped as a release inside the package."""

from whatworks.demo.opener import DEMO_FILE, demo_release

__all__ = ["DEMO_FILE", "demo_release"]
