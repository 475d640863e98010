"""Write a migration of the store's schema from the difference between nouns and migrations.

    python tools/new_migration.py 0002 "add a column to effects"

Read what it wrote before committing: it is frozen from then on. Add the revision to
`whatworks.store.revisions.REVISIONS`. With --again it writes a migration anew that no release
has carried yet.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from alembic import command

from whatworks.store.database import connect_to
from whatworks.store.migrate import MIGRATIONS, migrate_up, migration_config

VERSIONS = MIGRATIONS / "versions"


def main(revision: str, message: str, *, again: bool) -> None:
    for old in VERSIONS.glob(f"r{revision}_*.py"):
        if not again:
            sys.exit(f"{old.name} exists already. Give the next number, or --again.")
        old.unlink()
    with tempfile.TemporaryDirectory() as folder:
        database = connect_to(Path(folder) / "empty.db")
        with database.writing() as connection:
            if any(VERSIONS.glob("r*.py")):
                migrate_up(connection)
            config = migration_config(connection)
            config.set_main_option("file_template", "r%%(rev)s_%%(slug)s")
            command.revision(config, message, autogenerate=True, rev_id=revision)
        database.close()
    (written,) = VERSIONS.glob(f"r{revision}_*.py")
    lines = written.read_text().splitlines(keepends=True)
    written.write_text("".join(line for line in lines if "### " not in line))
    subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--no-force-exclude", written], check=True
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("revision")
    parser.add_argument("message")
    parser.add_argument("--again", action="store_true")
    options = parser.parse_args()
    main(options.revision, options.message, again=options.again)
