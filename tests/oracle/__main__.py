# ruff: noqa: T201 - a command that prints its findings
"""Run reference results: ``python -m tests.oracle FILE...``.

Each file is a list of cases as described in tests/oracle/README.md. Cases of methods that are
not built yet are counted apart; they are neither passed nor failed.
"""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path

from tests.oracle.compare import differences
from tests.oracle.families import answer, family_of


def main(files: list[str]) -> int:
    if not files:
        print("Usage: python -m tests.oracle FILE...", file=sys.stderr)
        return 2
    passed = failed = 0
    not_built: list[str] = []
    for file in files:
        for case in json.loads(Path(file).read_text("utf-8")):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                try:
                    got = answer(case)
                except Exception as error:  # A crash is a failed case; the others still run.
                    got = {"error": repr(error)}
            if got is None:
                not_built.append(case["id"])
                continue
            found = differences(case, got)
            if found:
                failed += 1
                print(f"FAILED {case['id']}")
                for line in found:
                    print(f"    {line}")
            else:
                passed += 1
    families: dict[str, int] = {}
    for name in not_built:
        families[family_of(name)] = families.get(family_of(name), 0) + 1
    listed = ", ".join(f"{name} {count}" for name, count in sorted(families.items()))
    print(f"{len(not_built)} not built{f': {listed}' if listed else ''}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
