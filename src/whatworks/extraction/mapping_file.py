"""Reading a mapping file, with messages that name the key."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

from whatworks.errors import FileError, FileProblem
from whatworks.tabular import decode

if TYPE_CHECKING:
    from whatworks.extraction.mapping import Mapping

__all__ = ["load_mapping"]

KINDS = ("effects", "studies", "decisions", "records", "accuracy", "flow_counts")


def load_mapping(data: bytes, *, file: str) -> Mapping:
    """Read and check a mapping file (TOML).

    Parameters
    ----------
    data : bytes
        Content of the file.
    file : str
        Its name, for messages.

    Returns
    -------
    Mapping
        One of the mapping classes, by the file's `kind`.

    Raises
    ------
    FileError
        The file is not TOML, has no known `kind`, or has keys that are missing, unknown or wrong;
        every such key is named.
    """
    # pydantic takes a while to import; only those who read a mapping wait for it.
    from pydantic import ValidationError

    from whatworks.extraction import mapping as models

    try:
        content = tomllib.loads(decode(data, file=file).text.replace("\r\n", "\n"))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise FileError(
            file,
            [
                FileProblem(
                    f"The mapping is not valid TOML: {error}.",
                    "See the how-to on mapping a spreadsheet.",
                )
            ],
        ) from None
    by_kind: dict[str, type[Mapping]] = {
        "effects": models.EffectsMapping,
        "studies": models.StudiesMapping,
        "decisions": models.DecisionsMapping,
        "records": models.RecordsMapping,
        "accuracy": models.AccuracyMapping,
        "flow_counts": models.FlowCountsMapping,
    }
    kind = content.get("kind")
    if not isinstance(kind, str) or kind not in by_kind:
        found = "There is no key kind." if kind is None else f'The key kind holds "{kind}".'
        raise FileError(file, [FileProblem(found, f"Write one of {', '.join(KINDS)}.")])
    try:
        return by_kind[kind].model_validate(content)
    except ValidationError as error:
        problems = [_problem(dict(one)) for one in error.errors(include_url=False)]
        raise FileError(file, problems) from None


def _problem(error: dict[str, Any]) -> FileProblem:
    """Tell one fault of a mapping by its key."""
    key = ".".join(
        str(part + 1) if isinstance(part, int) else part
        for part in error["loc"]
        # Names that pydantic gives to alternatives of a type are not keys of the file.
        if not (isinstance(part, str) and (part in {"str", "int", "float", "bool"} or "[" in part))
    )
    if error["type"] == "extra_forbidden":
        return FileProblem(f'The key "{key}" is not known.', "Remove it or correct its spelling.")
    if error["type"] == "missing":
        return FileProblem(f'The key "{key}" is missing.', "Add it.")
    message = error["msg"].removeprefix("Value error, ")
    if error["type"] == "value_error":
        subject = f'The key "{key}"' if key else "The mapping"
        return FileProblem(f"{subject} {message}", "Correct the mapping.")
    return FileProblem(
        f'The key "{key}" holds {error["input"]!r}.', f"{message[:1].upper()}{message[1:]}."
    )
