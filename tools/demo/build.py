"""Make the demo evidence base from the reference material, once: convert, analyse, release.

    python tools/demo/build.py --shared ../shared

Writes src/whatworks/demo/evidence.zip, a release without the site. Every row goes through the
package's own readers and store, and every number through its own analyses.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from datetime import date
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE))

import convert  # noqa: E402  (the folder of this script is made importable first)
import official_figures  # noqa: E402

from whatworks.actions.build_release import build_release  # noqa: E402
from whatworks.actions.define_strands import define_strands  # noqa: E402
from whatworks.actions.find_reports import find_reports  # noqa: E402
from whatworks.actions.run_analyses import run_analyses  # noqa: E402
from whatworks.release.schema import TABLES  # noqa: E402
from whatworks.store import Actor, Store  # noqa: E402

VERSION = "1.0.0"
RELEASED_ON = date(2026, 11, 24)
SIZE_LIMIT_BYTES = 4_000_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=ROOT / "src/whatworks/demo/evidence.zip")
    arguments = parser.parse_args()
    editor = Actor(pseudonym="editor-1", role="lead")
    evidence, _ = convert.build(arguments.shared)
    figures = official_figures.build(arguments.shared)
    with tempfile.TemporaryDirectory() as folder:
        store = Store.create(str(Path(folder) / "demo.db"))
        with store.write(
            actor=editor,
            action="convert_demo",
            object_type="evidence_base",
            object_id="demo",
            reason="made from published evidence sets and official statistics",
        ) as tx:
            for name in TABLES:
                tx.append(name, evidence.table(name))
            tx.append("figures", figures)
        for review_id in sorted({record.review_id for record in evidence.records}):
            find_reports(store, by=editor, review_id=review_id)
        strands = HERE / "strands.toml"
        define_strands(store, by=editor, data=strands.read_bytes(), file=strands.name)
        run = run_analyses(store, by=editor)
        build_release(
            store,
            target=arguments.out,
            name="whatworks-demo",
            title="What works in inclusive education: demo evidence base",
            version=VERSION,
            released_on=RELEASED_ON,
            with_site=False,
        )
        for name in TABLES:
            print(f"{name:<18} {len(store.rows(name)):>8,}")
        store.close()
    size = arguments.out.stat().st_size
    print(f"{run.n_computed:,} analyses; {arguments.out.name}: {size / 1e6:.2f} MB")
    if size > SIZE_LIMIT_BYTES:
        sys.exit(f"The demo must stay under {SIZE_LIMIT_BYTES / 1e6:.0f} MB.")


if __name__ == "__main__":
    main()
