"""Settings that people write in TOML, checked against a model; faults are told by their key."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any, TypeVar

from whatworks.errors import FileError, FileProblem
from whatworks.tabular import decode

if TYPE_CHECKING:
    from pydantic import BaseModel

__all__ = ["read_settings"]

M = TypeVar("M", bound="BaseModel")


def read_settings(data: bytes, model: type[M], *, file: str) -> M:
    """Read a TOML file into a model.

    What stands in the file is never repeated in a message: it may be a secret in the wrong place.

    Parameters
    ----------
    data : bytes
        Content of the file.
    model : type
        pydantic model of it, strict about unknown keys.
    file : str
        Its name, for messages.

    Raises
    ------
    FileError
        It is not TOML, or keys are missing, unknown or wrong; each is named.
    """
    from pydantic import ValidationError

    try:
        content = tomllib.loads(decode(data, file=file).text.replace("\r\n", "\n"))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise FileError(
            file,
            [
                FileProblem(
                    f"The file is not valid TOML: {error}.", "Correct that place, then try again."
                )
            ],
        ) from None
    try:
        return model.model_validate(content)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        raise FileError(file, [_problem(dict(fault)) for fault in faults]) from None


def _problem(fault: dict[str, Any]) -> FileProblem:
    """Tell one fault by its key."""
    # Places in a list are counted from 1, as people do.
    key = ".".join(str(part + 1) if isinstance(part, int) else part for part in fault["loc"])
    if fault["type"] == "missing":
        return FileProblem(f'The key "{key}" is missing.', "Add it.")
    if fault["type"] == "extra_forbidden":
        return FileProblem(f'The key "{key}" is not known.', "Remove it or correct its spelling.")
    message = fault["msg"].removeprefix("Value error, ")
    message = f"{message[:1].upper()}{message[1:]}".rstrip(".") + "."
    subject = f'The key "{key}" cannot be used.' if key else "The file cannot be used."
    return FileProblem(subject, message)
