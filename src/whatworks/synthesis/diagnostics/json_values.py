"""Results as values that JSON can hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from math import isfinite
from typing import Any

import numpy as np

__all__ = ["json_values"]


def json_values(value: Any) -> Any:
    """Return dataclasses as mappings, arrays as lists, and None for what is not finite."""
    if is_dataclass(value) and not isinstance(value, type):
        return {entry.name: json_values(getattr(value, entry.name)) for entry in fields(value)}
    if isinstance(value, np.ndarray):
        return json_values(value.tolist())
    if isinstance(value, np.generic):
        return json_values(value.item())
    if isinstance(value, Mapping):
        return {str(key): json_values(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [json_values(item) for item in value]
    if isinstance(value, float) and not isfinite(value):
        return None
    return value
