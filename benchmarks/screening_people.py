"""Many people screening at once over HTTP, signed in on one team server: waits, and whether anything went wrong.

    python benchmarks/screening_people.py                                       # SQLite, in a temporary folder
    python benchmarks/screening_people.py --store postgresql://NAME:PASSWORD@SERVER/DATABASE    # must be empty
    python benchmarks/screening_people.py --think 0                             # nobody reads: as fast as it goes

Each person opens a record, reads it for a while, decides, and is given the next. Every vote carries a note that
only its author may see until both have voted. At the end, or when nothing is left, the store is read: each
acknowledged vote must be there once with its value, no record may have more votes than it needs, no answer may
have shown anybody else's note too early, and the log must hold.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import httpx2

from whatworks.actions.accounts import invite_person
from whatworks.actions.set_up_screening import set_rules, write_criteria
from whatworks.actions.team import add_member
from whatworks.references.nouns import RawFile, Record, Review
from whatworks.screening.nouns import ScreeningRules
from whatworks.store import Actor, SessionLengths, Store
from whatworks.store.sessions import insert_session

BY = Actor("local", "lead")
REVIEW = Review("r", "Reading", "What helps?", "Reading", None, "none", None, "here", None, None)
SCREEN = "/desk/reviews/r/screen/title-abstract"
COOKIE = "whatworks"
LOOK_AT_TABLE_EACH = 25


@dataclass
class Seen:
    """What the people saw together."""

    waits: list[float] = field(default_factory=list)
    saved: dict[tuple[str, str], str] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    # Notes of others in an answer, with the moment the answer came.
    others: list[tuple[str, str]] = field(default_factory=list)


def fill(store: Store, n_records: int, n_people: int, reviewers: int, order: str) -> dict[str, str]:
    """Put a review, records and people into a store; return each person's session id."""
    words = [
        "pupil",
        "teacher",
        "phonics",
        "fluency",
        "trial",
        "school",
        "reading",
        "autism",
        "dyslexia",
        "support",
        "group",
        "tutor",
    ]
    rng = random.Random(1)
    records = [
        Record(
            f"r:{at}",
            "r",
            "f",
            at,
            None,
            None,
            "article",
            f"Study {at} of {rng.choice(words)} and {rng.choice(words)}",
            "Family, Given",
            2020,
            "Journal",
            None,
            None,
            None,
            " ".join(rng.choices(words, k=200)),
            None,
            None,
            None,
            None,
            None,
            None,
            None,
            None,
            None,
        )
        for at in range(n_records)
    ]
    with store.write(actor=BY, action="add", object_type="review", object_id="r") as tx:
        tx.append("reviews", [REVIEW])
        tx.append("raw_files", [RawFile("f", "r", "f.ris", "ris", "utf-8", 1, n_records)])
        tx.append("records", records)
    write_criteria(
        store,
        by=BY,
        review_id="r",
        text="Pupils",
        reasons=[("design", "No comparison")],
        include_terms=["pupil"],
    )
    rules = ScreeningRules(
        "r", "title_abstract", reviewers, 0.0, "third", order, 0.95, 0.95, 7, True
    )
    set_rules(store, by=BY, rules=rules)
    sessions = {}
    now = datetime.now(UTC)
    for at in range(n_people):
        made = invite_person(
            store,
            by=BY,
            name=f"Person {at}",
            email=f"p{at}@example.org",
            is_administrator=at == 0,
            at=now,
        )
        add_member(store, by=BY, review_id="r", person=made.pseudonym, role="reviewer")
        with store.database.writing() as connection:
            sessions[made.pseudonym] = insert_session(
                connection, made.pseudonym, at=now, lengths=SessionLengths(), agent=None
            )
    return sessions


def value_of(person: str, record_id: str) -> str:
    """Return what a person decides: fixed, so that it can be checked afterwards."""
    digest = hashlib.sha256(f"{person}{record_id}".encode()).digest()
    return "include" if digest[0] < 20 else "exclude"


def record_in(html: str) -> str | None:
    """Return the record a page shows."""
    found = re.search(r'name="record" value="([^"]+)"', html)
    return unescape(found.group(1)) if found else None


async def screen(
    address: str, person: str, session: str, until: float, think: float, seen: Seen
) -> None:
    """Screen until the time is up or nothing is left."""
    headers = {"Origin": address, "Sec-Fetch-Site": "same-origin"}
    rng = random.Random(person)
    async with httpx2.AsyncClient(
        base_url=address, headers=headers, cookies={COOKIE: session}, timeout=60.0
    ) as client:
        await asyncio.sleep(rng.uniform(0.0, think))
        page = (await client.get(SCREEN)).text
        n = 0
        while time.monotonic() < until:
            record_id = record_in(page)
            if record_id is None:
                await asyncio.sleep(1.0)
                page = (await client.get(SCREEN)).text
                if record_in(page) is None:
                    return
                continue
            if think:
                await asyncio.sleep(rng.expovariate(1.0 / think))
            value = value_of(person, record_id)
            begun = time.perf_counter()
            answer = await client.post(
                SCREEN,
                data={"record": record_id, "decision": value, "note": f"note-of-{person}"},
                headers={"HX-Request": "true"},
            )
            seen.waits.append(time.perf_counter() - begun)
            page = answer.text
            if answer.status_code == 200 and f"Saved: {value}" in page:
                seen.saved[person, record_id] = value
            else:
                status = re.search(r'id="status"[^>]*>(.*?)</p>', page, re.DOTALL)
                seen.told.append(
                    f"{answer.status_code} {status.group(1) if status else page[:100]}"
                )
            n += 1
            if n % LOOK_AT_TABLE_EACH == 0:
                table = (
                    await client.get("/desk/reviews/r/records/title-abstract?show=waiting")
                ).text
                look_for_others(table, person, seen)
            look_for_others(page, person, seen)


def look_for_others(html: str, person: str, seen: Seen) -> None:
    """Keep every note of somebody else that an answer held; rows that wait are not revealed."""
    seen.others += [
        (person, other) for other in re.findall(r"note-of-([\w-]+)", html) if other != person
    ]


def start_server(location: str, folder: Path) -> tuple[subprocess.Popen[str], str]:
    """Start `whatworks serve --team` on a free port; return it and its address."""
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = folder / "team.toml"
    config.write_text(
        f'address = "http://127.0.0.1:{port}"\nport = {port}\n\n'
        f'[links]\nhow = "file"\nfolder = "{folder / "links"}"\n'
    )
    server = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from whatworks.cli import main; main()",
            "serve",
            "--store",
            location,
            "--team",
            str(config),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    if not server.stdout.readline():
        sys.exit("The server did not start.")
    return server, f"http://127.0.0.1:{port}"


def wrong(store: Store, seen: Seen, reviewers: int) -> list[str]:
    """Return what went wrong, each as a sentence."""
    held = {(one.reviewer, one.record_id): one.value for one in store.rows("decisions")}
    found = [f"lost: {key}" for key, value in seen.saved.items() if held.get(key) != value]
    counts = Counter(record_id for _, record_id in held)
    found += [f"{name} has {n} votes" for name, n in counts.items() if n > reviewers]
    # What was answered as an error, but stored all the same.
    found += [f"stored and not acknowledged: {key}" for key in held.keys() - seen.saved.keys()]
    found += [f"{person} saw a note of {other} too early" for person, other in seen.others]
    problems = store.check().problems
    return found + [str(problem) for problem in problems]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--store", default=None)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--records", type=int, default=3_000)
    parser.add_argument("--reviewers", type=int, choices=(1, 2), default=2)
    parser.add_argument("--order", choices=("ranked", "random"), default="ranked")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--think", type=float, default=2.0, help="mean seconds to read a record")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        location = options.store or str(Path(folder) / "s.db")
        with Store.create(location) as store:
            sessions = fill(
                store, options.records, options.people, options.reviewers, options.order
            )
        server, address = start_server(location, Path(folder))
        seen = Seen()
        begun = time.monotonic()

        async def everybody() -> None:
            await asyncio.gather(
                *(
                    screen(address, person, session, begun + options.seconds, options.think, seen)
                    for person, session in sessions.items()
                )
            )

        try:
            asyncio.run(everybody())
        finally:
            server.terminate()
            server.wait()
        took = time.monotonic() - begun
        with Store.open(location) as store:
            faults = wrong(store, seen, options.reviewers)
    waits = sorted(1000 * one for one in seen.waits)
    quantiles = statistics.quantiles(waits, n=100)
    print(
        f"{options.people} people, {options.records:,} records, {len(seen.saved):,} decisions in {took:.0f} s "
        f"({len(seen.saved) / took:.0f} a second), {len(seen.told)} refused"
    )
    print(
        f"decision and next record: median {statistics.median(waits):.0f} ms, p95 {quantiles[94]:.0f} ms, "
        f"p99 {quantiles[98]:.0f} ms, worst {waits[-1]:.0f} ms"
    )
    for words, n in Counter(seen.told).most_common(5):
        print(f"  refused {n} times: {words}")
    print(f"lost, doubled or shown too early: {len(faults)}")
    for fault in faults[:10]:
        print(f"  {fault}")
    if faults:
        sys.exit(1)


if __name__ == "__main__":
    main()
