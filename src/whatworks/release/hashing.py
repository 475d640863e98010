"""Content addresses: the one canonical form that is hashed everywhere."""

from __future__ import annotations

import hashlib
import json
from typing import Any

__all__ = ["ROW_HASH_LENGTH", "canonical_json", "content_hash"]

# Digits of a row's address: enough that no two rows of a base of billions meet by chance.
ROW_HASH_LENGTH = 16


def canonical_json(value: Any) -> str:
    """Return the canonical JSON text of plain data.

    Keys are sorted, separators compact, characters not escaped, and a float is written with the
    fewest digits that give the same double back. Equal data give equal text on every machine.

    Raises
    ------
    ValueError
        The data hold NaN or an infinity, which JSON cannot say.
    """
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def content_hash(value: Any) -> str:
    """Return the SHA-256 of the canonical JSON, 64 hexadecimal digits."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()
