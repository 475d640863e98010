"""Passwords: which may be chosen, and how they are hashed and compared."""

from __future__ import annotations

import unicodedata
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argon2 import PasswordHasher

__all__ = ["MIN_LENGTH", "Passwords", "password_problem"]

MIN_LENGTH = 12
# Long enough for any sentence; hashing must not be fed megabytes.
_LONGEST = 1_000
# Shorter parts of names and addresses say nothing about a person.
_SHORTEST_PART = 4


class Passwords:
    """Hashes and compares passwords by argon2id.

    Parameters
    ----------
    memory_kib, passes, lanes : int
        Cost of one hash. The defaults are RFC 9106's second choice (64 MiB, 3 passes, 4 lanes).

    References
    ----------
    Biryukov A, Dinu D, Khovratovich D, Josefsson S (2021). Argon2 memory-hard function. RFC 9106,
    section 4.
    """

    def __init__(self, *, memory_kib: int = 65_536, passes: int = 3, lanes: int = 4) -> None:
        self._cost = (memory_kib, passes, lanes)

    @cached_property
    def _hasher(self) -> PasswordHasher:
        from argon2 import PasswordHasher, Type

        memory, passes, lanes = self._cost
        return PasswordHasher(time_cost=passes, memory_cost=memory, parallelism=lanes, type=Type.ID)

    @cached_property
    def _nobodys(self) -> str:
        """A hash to compare with where there is none, so that it takes as long."""
        return self._hasher.hash("nobody signs in with this")

    def hash(self, password: str) -> str:
        """Return what is stored of a password: parameters, salt and hash."""
        return self._hasher.hash(_normal(password))

    def is_right(self, password_hash: str | None, password: str) -> bool:
        """Return whether a password is the one of a hash; without a hash, False as slowly."""
        from argon2.exceptions import InvalidHashError, VerificationError

        try:
            self._hasher.verify(password_hash or self._nobodys, _normal(password))
        except (VerificationError, InvalidHashError):
            return False
        return password_hash is not None

    def is_outdated(self, password_hash: str) -> bool:
        """Return whether a hash was made at another cost than new ones are."""
        return self._hasher.check_needs_rehash(password_hash)


def password_problem(password: str, *, name: str, email: str | None) -> str | None:
    """Return why a password may not be chosen; None if it may.

    Length is what makes guessing hard; rules about digits and signs only make people forget.

    Parameters
    ----------
    name, email : str
        Whose it will be: guessed first, so that it may not be made of them.

    References
    ----------
    Grassi PA et al. (2017). Digital identity guidelines: authentication and lifecycle management.
    NIST SP 800-63B, section 5.1.1.
    """
    normal = _normal(password)
    if len(normal) < MIN_LENGTH:
        return f"Enter a password of at least {MIN_LENGTH} characters; several words are good"
    if len(normal) > _LONGEST:
        return f"Enter a password of at most {_LONGEST:,} characters"
    if len(set(normal)) <= 2:
        return "Enter a password that does not repeat one or two characters"
    left = _letters(normal)
    for part in sorted(_parts(name, email or ""), key=len, reverse=True):
        left = left.replace(part, "")
    if len(left) < MIN_LENGTH // 2 and left != _letters(normal):
        return "Enter a password that is not made of your name or e-mail address"
    return None


def _normal(password: str) -> str:
    """Return one form of text that can be typed in several: an accent may be one character or two."""
    return unicodedata.normalize("NFC", password.encode("utf-8", "replace").decode())


def _letters(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


def _parts(name: str, email: str) -> set[str]:
    """Return the whole address and name and their words, as they may stand in a password."""
    words = {*name.split(), *email.replace("@", " ").replace(".", " ").replace("-", " ").split()}
    whole = {name, email, email.partition("@")[0]}
    parts = {_letters(part) for part in words | whole}
    return {part for part in parts if len(part) >= _SHORTEST_PART}
