"""Processor time to start: what a person waits for before anything is computed.

python benchmarks/startup.py
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys

REPEATS = 9
STARTS = {
    "python itself": ["-c", "pass"],
    "whatworks --help": ["-c", "from whatworks.cli import main; main(['--help'])"],
    "import whatworks.synthesis": ["-c", "import whatworks.synthesis"],
    "import whatworks.site": ["-c", "import whatworks.site"],
    "import whatworks.store": ["-c", "import whatworks.store"],
}


def processor_seconds(arguments: list[str]) -> float:
    """Run Python once and return its user and system time."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    print(f"{'start':<30} median s   least   most   ({REPEATS} runs, processor time)")
    for name, arguments in STARTS.items():
        times = sorted(processor_seconds(arguments) for _ in range(REPEATS))
        print(f"{name:<30} {statistics.median(times):8.3f} {times[0]:7.3f} {times[-1]:6.3f}")


if __name__ == "__main__":
    main()
