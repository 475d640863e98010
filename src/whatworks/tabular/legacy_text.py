"""Bytes that are not UTF-8: which encoding they are likeliest to be in, and two kinds in one file."""

from __future__ import annotations

import re

__all__ = ["best_legacy_encoding", "looks_western", "mended_utf8"]

# Control characters stand in no text, whatever a statistical guess says.
CONTROL = re.compile(rb"[\x01-\x08\x0e-\x19\x1c-\x1f\x7f]")
STRAY = re.compile(r"[\udc80-\udcff]")
PROPER = re.compile(r"[^\x00-\x7f\udc80-\udcff]")
# Fewer bytes than this are too few for statistics to part one Western table from another.
FEW_BYTES = 512
# A text is UTF-8 with stray bytes if it has so many proper characters for each.
PROPER_PER_STRAY = 3
# A file holds UTF-8 at all if there is one proper character for so many stray bytes: in Windows-1252
# alone they come about by chance, in a capital letter before a quotation mark.
STRAY_PER_PROPER = 4
MIN_PROPER = 2
# Western words have one or two accented letters side by side; other scripts have nothing else.
LONG_RUN = re.compile(r"[^\x00-\x7f]{3,}")
MAX_IN_RUNS = 0.3
# Signs that stand within no Western word. A no-break blank, a middle dot, an acute accent for an
# apostrophe and ordinal signs do.
SIGN_IN_WORD = re.compile(r"(?<=[^\W\d_])[¡-©«¬®-±²³µ¶¸¹»-¿×÷†‡ˆ‰‹›](?=[^\W\d_])")
MAX_SIGNS_IN_WORDS = 0.05


def looks_western(text: str) -> bool:
    """Return whether a text read as Windows-1252 has its accented letters where Western words do.

    Russian, Greek and Chinese read so are long runs of accented letters, Polish has signs such as
    "³" within words. Czech and Turkish are not told from Western text.
    """
    n_marked = len(re.findall(r"[^\x00-\x7f]", text))
    n_in_runs = sum(len(run) for run in LONG_RUN.findall(text))
    n_signs = len(SIGN_IN_WORD.findall(text))
    return n_in_runs <= MAX_IN_RUNS * n_marked and n_signs <= MAX_SIGNS_IN_WORDS * n_marked


def best_legacy_encoding(data: bytes) -> str | None:
    """Return the likeliest one-byte or East Asian encoding of bytes that are not UTF-8, or None."""
    from charset_normalizer import from_bytes

    if CONTROL.search(data):
        return None
    try:
        is_western = looks_western(data.decode("cp1252"))
    except UnicodeDecodeError:
        is_western = False
    best = from_bytes(data).best()
    if best is None:
        return "cp1252" if is_western else None
    if not is_western:
        return str(best.encoding)
    # Short Western texts fit several tables equally well; Windows-1252 is what offices write.
    alike = {best.encoding, *best.could_be_from_charset}
    return "cp1252" if "cp1252" in alike or len(data) < FEW_BYTES else str(best.encoding)


def mended_utf8(data: bytes) -> tuple[str, str] | None:
    """Return the text of a file that is partly UTF-8 and partly Windows-1252, and a note on it.

    Exports that were put together are so. A line is decided by itself; bytes that make a character
    of UTF-8 are hardly ever meant as Windows-1252.

    Returns
    -------
    tuple, optional
        None if the bytes are not such.
    """
    text = data.decode("utf-8", errors="surrogateescape")
    n_stray = len(STRAY.findall(text))
    n_proper = len(PROPER.findall(text))
    is_mostly_utf8 = n_proper >= PROPER_PER_STRAY * n_stray
    is_joined = (
        n_proper >= MIN_PROPER
        and n_proper * STRAY_PER_PROPER >= n_stray
        and CONTROL.search(data) is None
    )
    if not is_mostly_utf8 and not is_joined:
        return None
    lines = text.split("\n")
    strange = [at for at, line in enumerate(lines) if STRAY.search(line)]
    for at in strange:
        lines[at] = _mended_line(lines[at], is_mostly_utf8)
    if not is_mostly_utf8 and not looks_western("\n".join(lines[at] for at in strange)):
        return None
    n, what = (n_stray, "byte") if is_mostly_utf8 else (len(strange), "line")
    which = f"1 {what} is" if n == 1 else f"{n:,} {what}s are"
    note = f"{which} not UTF-8 (first in line {strange[0] + 1:,}); read as Windows-1252."
    return "\n".join(lines), note


def _mended_line(line: str, is_mostly_utf8: bool) -> str:
    """Line with its stray bytes read as Windows-1252; in a joined file all of it, if most are."""
    n_proper = len(PROPER.findall(line))
    if is_mostly_utf8 or n_proper >= PROPER_PER_STRAY * len(STRAY.findall(line)):
        return STRAY.sub(_windows, line)
    raw = line.encode("utf-8", errors="surrogateescape")
    return raw.decode("cp1252", errors="replace")


def _windows(match: re.Match[str]) -> str:
    return bytes([ord(match[0]) - 0xDC00]).decode("cp1252", errors="replace")
