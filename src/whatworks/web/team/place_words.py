"""Where and when somebody is signed in, in words."""

from __future__ import annotations

from datetime import datetime

from whatworks.site.figures import date_in_words

__all__ = ["browser_words", "time_words"]

# The first that is named counts: Edge says that it is Chrome, and Chrome that it is Safari.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("CrOS", "Chromebook"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


def browser_words(agent: str | None) -> str:
    """Return what a browser says it is, as "Firefox on Windows"."""
    if not agent:
        return "A browser that does not say what it is"
    browser = next((words for sign, words in _BROWSERS if f"{sign}/" in agent), None)
    system = next((words for sign, words in _SYSTEMS if sign in agent), None)
    if browser and system:
        return f"{browser} on {system}"
    return browser or system or "Another browser"


def time_words(at: str) -> str:
    """Return a time of the store as "24 November 2026, 9:05 UTC"."""
    moment = datetime.fromisoformat(at)
    return f"{date_in_words(at[:10])}, {moment.hour}:{moment.minute:02} UTC"
