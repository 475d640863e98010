# ruff: noqa: T201 - a command that prints its findings
"""Run reference results: ``python -m tests.oracle FILE...``.

Each file is a list of cases as described in tests/oracle/README.md. A case passes when every value
it expects is reached; a case of a method that is not built has failed. A file of agreement is an object
of blocks (agreement_vectors.py), and every field of it is counted.
"""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.oracle.agreement_vectors import fields, is_agreement_file
from tests.oracle.compare import differences
from tests.oracle.families import answer


def main(files: list[str]) -> int:
    if not files:
        print("Usage: python -m tests.oracle FILE...", file=sys.stderr)
        return 2
    passed = failed = 0
    for file in files:
        content = json.loads(Path(file).read_text("utf-8"))
        if is_agreement_file(content):
            reached, not_reached = _agreement_fields(content)
            passed += reached
            failed += not_reached
            continue
        for case in content:
            found, shown = missed(case)
            if shown:
                print(f"HIGHER {case['id']}: {shown}")
                for line in found:
                    print(f"    {line}")
            if not found or shown:
                passed += 1
                continue
            failed += 1
            print(f"FAILED {case['id']}")
            for line in found:
                print(f"    {line}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


def _agreement_fields(content: Mapping[str, Any]) -> tuple[int, int]:
    """Print what a file of agreement is not reached in; return how many fields are and are not."""
    passed = failed = 0
    for field in fields(content):
        wrong = field.missed()
        if field.skipped:
            print(f"skipped {field.name}: {field.skipped}")
        elif wrong:
            failed += 1
            print(f"FAILED {field.name}\n    {wrong}")
        else:
            passed += 1
    return passed, failed


def missed(case: Mapping[str, Any]) -> tuple[list[str], str]:
    """Return one line for each expected value of a case that is not reached.

    And, where the reference stopped short of the maximum that is reached here, a sentence that shows
    both: such a case has passed.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            got = answer(case)
        except Exception as error:  # A crash is a failed case; the others still run.
            return [f"error: {error!r}"], ""
    if got is None:
        return [f"no method here answers this call: {case['call']}"], ""
    found = differences(case, got)
    shown = got.get("higher")
    return found, str(shown) if found and shown else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
