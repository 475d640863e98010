"""Open the demo release as a store, run its analyses, and build its release and site."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from whatworks import __version__
from whatworks.actions.build_release import build_release
from whatworks.actions.open_release import open_release
from whatworks.actions.run_analyses import AnalysesRun, run_analyses
from whatworks.demo import DEMO_FILE, demo_release
from whatworks.errors import UserError
from whatworks.release.read import ReleaseLabel, read_label
from whatworks.store import Actor, Store

__all__ = ["BuiltDemo", "build_demo", "demo_store", "is_built"]

# Says which shipped file and which version a built demo is of.
MARKER = "demo.built"
# Tables whose rows a reader asks about first.
COUNTED = (
    "reviews",
    "studies",
    "effects",
    "strands",
    "records",
    "decisions",
    "accuracies",
    "numbers",
    "figures",
)
DEMO_ACTOR = Actor(pseudonym="demo", role="lead")


@dataclass(frozen=True, slots=True)
class BuiltDemo:
    """What was built, and how large it is."""

    label: ReleaseLabel
    store_path: Path
    release_path: Path
    seconds: float
    store_bytes: int
    release_bytes: int
    demo_bytes: int
    n_pages: int
    n_events: int
    analyses: AnalysesRun
    counts: dict[str, int]

    def lines(self) -> Iterator[tuple[str, str]]:
        """Yield what to print, a name and a value each."""
        yield "evidence base", f"{self.label.title}, version {self.label.version}"
        yield "shipped size", f"{self.demo_bytes / 1e6:.2f} MB"
        for name in COUNTED:
            yield name, f"{self.counts[name]:,}"
        yield (
            "analyses",
            f"{self.analyses.n_computed:,} computed, {self.analyses.n_kept:,} as shipped",
        )
        yield (
            "store",
            f"{self.store_path} ({self.store_bytes / 1e6:.1f} MB, {self.n_events} events)",
        )
        yield (
            "release",
            f"{self.release_path} ({self.release_bytes / 1e6:.1f} MB, {self.n_pages:,} pages)",
        )
        yield "time", f"{self.seconds:.1f} s"


def _mark() -> str:
    """Return what the marker of a demo built now says."""
    return f"{__version__} {hashlib.sha256(DEMO_FILE.read_bytes()).hexdigest()}\n"


def is_built(folder: Path) -> bool:
    """Return whether the folder holds the demo of this version, complete."""
    marker = folder / MARKER
    return marker.exists() and marker.read_text() == _mark()


def demo_store(folder: Path) -> Path:
    """Return where a built demo's store is."""
    return folder / "demo.db"


def build_demo(
    folder: Path, *, progress: Callable[[str], None] = lambda message: None
) -> BuiltDemo:
    """Build the demo under a folder; one built before from the same shipped file is replaced.

    Everything is built in a folder beside it and put in place at the end, so that an interrupted
    build leaves what was there.

    Raises
    ------
    UserError
        The folder holds something that is not a demo: it is left alone.
    """
    started = time.perf_counter()
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{folder} is not a folder. Give another one with --folder.")
    if folder.exists() and any(folder.iterdir()) and not (folder / MARKER).exists():
        raise UserError(
            f"{folder} holds files that are not a demo. Give another folder with --folder."
        )
    partial = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    files = demo_release()
    label = read_label(files)
    store = Store.create(str(demo_store(partial)))
    progress("opening the demo evidence base")
    open_release(store, by=DEMO_ACTOR, files=files)
    progress("running its analyses")
    run = run_analyses(store, by=DEMO_ACTOR)
    progress("building its release and site")
    written = build_release(
        store,
        target=partial / "release",
        name=label.name,
        title=label.title,
        version=label.version,
        released_on=date.fromisoformat(label.released_on),
    )
    evidence = store.evidence()
    n_events = len(store.events())
    store.close()
    (partial / MARKER).write_text(_mark())
    shutil.rmtree(folder, ignore_errors=True)
    partial.rename(folder)
    store_path = demo_store(folder)
    return BuiltDemo(
        label=label,
        store_path=store_path,
        release_path=folder / "release",
        seconds=time.perf_counter() - started,
        store_bytes=store_path.stat().st_size,
        release_bytes=sum(len(data) for data in written.values()),
        demo_bytes=DEMO_FILE.stat().st_size,
        n_pages=sum(name.startswith("site/") and name.endswith(".html") for name in written),
        n_events=n_events,
        analyses=run,
        counts={name: len(evidence.table(name)) for name in COUNTED},
    )
