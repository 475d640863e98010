"""Secrets that are shown once and kept as hashes: ids of sessions and links of invitations."""

from __future__ import annotations

import hashlib
import secrets

__all__ = ["new_token", "token_hash"]

_BYTES = 32


def new_token() -> str:
    """Return 256 bits of chance as text that can stand in an address or a cookie."""
    return secrets.token_urlsafe(_BYTES)


def token_hash(token: str) -> str:
    """Return what is stored of a token.

    One round of SHA-256 is enough: nobody can try all values of 256 bits, as they could passwords.
    """
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
