"""Mistakes of a configuration file in words: which key, what was found, what to do."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

__all__ = ["describe_error"]

_FIXES: Mapping[str, str] = MappingProxyType(
    {
        "missing": "it is missing. Add it.",
        "extra_forbidden": "there is no such key. Check its name, or take it out.",
        "string_too_short": "it is empty. Give a value, or take it out.",
        "string_type": "Give text in quotation marks.",
        "int_type": "Give a whole number without quotation marks.",
        "float_type": "Give a number without quotation marks.",
        "float_parsing": "Give a number without quotation marks.",
        "bool_type": "Give true or false without quotation marks.",
        "path_type": "Give a file or folder in quotation marks.",
        "tuple_type": 'Give a list, such as ["127.0.0.1"].',
        "union_tag_not_found": 'it does not say how. Add how = "file" or how = "smtp".',
        "model_type": "it must be a table, such as [links].",
        "model_attributes_type": "it must be a table, such as [links].",
    }
)
_SHOWN = (str, int, float, bool)
_LONGEST = 60


def describe_error(error: Mapping[str, Any]) -> str:
    """Return one of pydantic's errors as a sentence that begins with the key."""
    kind, place = error["type"], [str(part) for part in error["loc"]]
    # Between the table and its key pydantic names the kind of links that was tried.
    if len(place) > 1 and place[0] == "links" and place[1] in ("file", "smtp"):
        del place[1]
    key = f"{'.'.join(place)}: " if place else ""
    if kind == "value_error":
        return f"{key}{error['ctx']['error']}"
    if kind in ("missing", "extra_forbidden", "union_tag_not_found", "string_too_short"):
        # What stands under a key that is none may be a password in the wrong place: never shown.
        return f"{key}{_FIXES[kind]}"
    found = error["input"]
    shown = f"found {str(found)[:_LONGEST]!r}. " if isinstance(found, _SHOWN) else ""
    context = error.get("ctx", {})
    if kind == "literal_error":
        return f"{key}{shown}Give {context['expected']}."
    if kind == "union_tag_invalid":
        return f"{key}{_FIXES['union_tag_not_found']}"
    limits = {
        "greater_than_equal": ("ge", "at least"),
        "less_than_equal": ("le", "at most"),
        "greater_than": ("gt", "more than"),
    }
    if kind in limits:
        name, words = limits[kind]
        return f"{key}{shown}Give a number of {words} {context[name]:g}."
    return f"{key}{shown}{_FIXES.get(kind, error['msg'] + '.')}"
