"""From the bytes of a file to its text, with a note of everything that was guessed or mended."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from dataclasses import dataclass

from whatworks.errors import FileError, FileProblem
from whatworks.tabular.legacy_text import best_legacy_encoding, mended_utf8

__all__ = ["Decoded", "decode", "unpack"]

# A text table of this size is already far beyond any review; a larger one is a gzip bomb.
MAX_UNPACKED_BYTES = 1 << 30

GZIP_MAGIC = b"\x1f\x8b"

# The longer marks come first: UTF-32's little-endian mark begins with UTF-16's.
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# First bytes of what people send instead of a text file.
BINARY_MAGIC = (
    (
        b"\xd0\xcf\x11\xe0",
        "is an old Excel or Word file",
        "Open it and save it as CSV (UTF-8), then import that file.",
    ),
    (b"%PDF", "is a PDF", "Export the records or the table as text, then import that file."),
    (b"PAR1", "is a Parquet file", "Save it as CSV (UTF-8), then import that file."),
    (b"SQLite format 3\x00", "is an SQLite database", "Export the table as CSV (UTF-8)."),
)

ZIP_MAGIC = b"PK\x03\x04"
# What a zip archive holds, by the names in it, which are not compressed.
ZIPPED = (
    (b"xl/", "is an Excel file"),
    (b"word/", "is a Word file"),
    (b"application/vnd.oasis.opendocument", "is an OpenDocument file"),
    (b"[Content_", "is an Office file"),
    (b"docProps/", "is an Office file"),
)

SAVE_AS_UTF8 = "Save it as UTF-8 text (in Excel: CSV UTF-8), then import it again."


@dataclass(frozen=True, slots=True)
class Decoded:
    r"""Text of a file and how it was read.

    Attributes
    ----------
    text
        The text without its byte order mark, otherwise unchanged.
    encoding
        Encoding it was read with, in Python's lower-case name.
    had_bom
        True if the file began with a byte order mark.
    line_endings
        "\n", "\r\n", "\r", "mixed", or "" for a text of one line.
    repairs
        One sentence for each thing that was guessed or mended; empty for clean UTF-8.
    """

    text: str
    encoding: str
    had_bom: bool
    line_endings: str
    repairs: tuple[str, ...]


def unpack(data: bytes, *, file: str) -> bytes:
    """Return the bytes a gzip file holds, or the bytes themselves if they are not gzip.

    Raises
    ------
    FileError
        The gzip file is damaged, or holds more than 1 GiB.
    """
    if not data.startswith(GZIP_MAGIC):
        return data
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
            content = packed.read(MAX_UNPACKED_BYTES + 1)
    except (EOFError, OSError, zlib.error):
        raise _refusal(
            file, "The gzip file is cut off or damaged.", "Download or compress it again."
        ) from None
    if len(content) > MAX_UNPACKED_BYTES:
        raise _refusal(
            file, "The gzip file holds more than 1 GiB.", "Split the table into smaller files."
        )
    return content


def decode(data: bytes, *, file: str, encoding: str | None = None) -> Decoded:
    """Turn the bytes of a text file into text.

    A byte order mark decides; then an encoding named by the caller; then UTF-8; then a guess by
    charset-normalizer. The guess is noted in `repairs`, for a person to check.

    Parameters
    ----------
    data : bytes
        Content of the file, not compressed.
    file : str
        Name of the file, for messages.
    encoding : str, optional
        Encoding the person says the file has; then nothing is guessed.

    Raises
    ------
    FileError
        The file is empty, is not text, or no encoding fits.
    """
    if not data.strip(b" \t\r\n\x1a"):
        raise _refusal(file, "The file is empty.", "Export it again and check that it holds rows.")
    for mark, name in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            text = _strictly(data[len(mark) :], name, file)
            if not text.strip():
                raise _refusal(
                    file, "The file is empty.", "Export it again and check that it holds rows."
                )
            return _decoded(text, name, had_bom=True, repairs=())
    if data.startswith(ZIP_MAGIC):
        raise _zip_refusal(data, file)
    for magic, found, fix in BINARY_MAGIC:
        if data.startswith(magic):
            raise _refusal(file, f"The file {found}, not text.", fix)
    if encoding is not None:
        try:
            name = codecs.lookup(encoding).name
        except LookupError:
            raise _unknown_encoding(encoding, file) from None
        return _decoded(_strictly(data, name, file), name, had_bom=False, repairs=())
    return _guess(data, file)


def _zip_refusal(data: bytes, file: str) -> FileError:
    """Say what stands in a zip archive, as most office files are."""
    for name, found in ZIPPED:
        if name in data:
            return _refusal(
                file,
                f"The file {found}, not text.",
                "Open it and save it as CSV (UTF-8), then import that file.",
            )
    return _refusal(
        file, "The file is a zip archive, not text.", "Unpack it and import what is inside."
    )


def _guess(data: bytes, file: str) -> Decoded:
    """Decode bytes that carry no mark of their encoding."""
    if b"\x00" in data:
        wide = _utf16_without_mark(data)
        if wide is None:
            line = data[: data.index(b"\x00")].count(b"\n") + 1
            raise _refusal(
                file,
                f"The file is not text: line {line:,} holds a zero byte.",
                "Check that this is the right file, and export it again as text.",
            )
        text = _strictly(data, wide, file)
        return _decoded(text, wide, had_bom=False, repairs=(f"Read as {wide}: it has no mark.",))
    try:
        return _decoded(data.decode("utf-8"), "utf-8", had_bom=False, repairs=())
    except UnicodeDecodeError:
        pass
    mixed = mended_utf8(data)
    if mixed is not None:
        text, note = mixed
        return _decoded(text, "utf-8", had_bom=False, repairs=(note,))
    name = best_legacy_encoding(data)
    if name is None:
        raise _refusal(file, "The file is not text in any encoding known here.", SAVE_AS_UTF8)
    note = f"Read as {name}, a guess: the file is not UTF-8. Check the accented letters."
    return _decoded(data.decode(name), name, had_bom=False, repairs=(note,))


def _utf16_without_mark(data: bytes) -> str | None:
    """Name the byte order if half of the bytes are the zeros of UTF-16, else None."""
    sample = data[:4096]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    if odd > 0.4 * half and even < 0.02 * half:
        return "utf-16-le"
    if even > 0.4 * half and odd < 0.02 * half:
        return "utf-16-be"
    return None


def _strictly(data: bytes, encoding: str, file: str) -> str:
    """Decode, or say which line does not fit the encoding."""
    try:
        return data.decode(encoding)
    except LookupError:
        # Python calls rot13, hex and zip encodings too; they do not make text of bytes.
        raise _unknown_encoding(encoding, file) from None
    except UnicodeError as error:
        start = error.start if isinstance(error, UnicodeDecodeError) else 0
        line = data[:start].count(b"\n") + 1
        raise _refusal(
            file, f"Line {line:,} is not {encoding}, which the file should be.", SAVE_AS_UTF8
        ) from None


def _unknown_encoding(encoding: str, file: str) -> FileError:
    """Say that an encoding does not exist."""
    return _refusal(
        file,
        f'No encoding is called "{encoding}".',
        "Use a name such as utf-8, cp1252 or utf-16.",
    )


def _decoded(text: str, encoding: str, *, had_bom: bool, repairs: tuple[str, ...]) -> Decoded:
    """Add the line endings to what is known of a text."""
    crlf = text.count("\r\n")
    present = {
        "\r\n": crlf > 0,
        "\n": text.count("\n") > crlf,
        "\r": text.count("\r") > crlf,
    }
    kinds = [ending for ending, there in present.items() if there]
    endings = "" if not kinds else kinds[0] if len(kinds) == 1 else "mixed"
    return Decoded(text, encoding, had_bom, endings, repairs)


def _refusal(file: str, found: str, fix: str) -> FileError:
    return FileError(file, [FileProblem(found, fix)])
