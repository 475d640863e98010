"""The manifest: SHA-256 of every file of a release, in the format of `sha256sum`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from whatworks.errors import FileError, FileProblem

__all__ = ["MANIFEST", "manifest_text", "parse_manifest"]

MANIFEST = "manifest.sha256"


def manifest_text(contents: Mapping[str, bytes]) -> str:
    """Return the manifest of files by name; `sha256sum -c manifest.sha256` checks it."""
    return "".join(
        f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(contents.items())
    )


def parse_manifest(data: bytes) -> dict[str, str]:
    """Return file name to SHA-256.

    Raises
    ------
    FileError
        The file is not UTF-8, or a line is not "<64 digits>  <name>".
    """
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise FileError(
            MANIFEST, [FileProblem(f"byte {error.start:,} is not UTF-8.", "Get the release again.")]
        ) from None
    hashes: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        digest, separator, name = line.partition("  ")
        if len(digest) != 64 or not separator or not name:
            raise FileError(
                MANIFEST,
                [FileProblem(f'found "{line[:80]}".', "Get the release again.", row=number)],
            )
        hashes[name] = digest
    return hashes
