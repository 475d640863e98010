"""Files that commands write: whole or not at all, and nothing replaced unasked."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from whatworks.errors import UserError

__all__ = ["refuse_existing", "write_whole"]


def refuse_existing(target: str, *, force: bool) -> None:
    """Raise where a file is there already and was not asked to be replaced.

    Raises
    ------
    UserError
        It is there.
    """
    path = Path(target)
    # A device or a pipe is there to be written to.
    if (path.is_file() or path.is_dir()) and not force:
        raise UserError(
            f"{target} exists already and is not overwritten. Give another name, or add --force."
        )


def write_whole(out: Path, content: bytes) -> None:
    """Put a whole file in its place at once: whoever reads it meanwhile sees the old or the new.

    A device or a pipe is written to, never replaced.

    Raises
    ------
    UserError
        The folder is not there, or a folder is of this name.
    """
    if out.is_dir():
        raise UserError(f"{out} is a folder. Give the name of a file.")
    if out.exists() and not out.is_file():
        out.write_bytes(content)
        return
    try:
        handle, name = tempfile.mkstemp(dir=out.parent, prefix=f".{out.name}.")
    except FileNotFoundError:
        raise UserError(f"There is no folder {out.parent}. Make it, then try again.") from None
    draft = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        # mkstemp lets nobody else read; a new file is read by whom the person's settings say.
        mask = os.umask(0)
        os.umask(mask)
        draft.chmod(0o666 & ~mask)
        draft.replace(out)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
