"""How long writes take: one large import, and eight people deciding at once.

    python benchmarks/writes.py                                  # SQLite, in a temporary folder
    python benchmarks/writes.py postgresql://NAME:PASSWORD@SERVER/DATABASE

The PostgreSQL database must be empty; the tables are left in it.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

from whatworks.references.nouns import Record
from whatworks.screening.nouns import Decision
from whatworks.store import Actor, Store

N_RECORDS = 12_313
N_DECISIONS = 37_392
N_THREADS = 8
N_EACH = 50
ACTOR = Actor("person-benchmark", "reviewer")


def record(number: int) -> Record:
    """A record with an abstract of usual length."""
    return Record(
        record_id=f"record-{number}",
        review_id="review",
        raw_file_id="file",
        position=number,
        line=number * 20,
        byte_offset=number * 2_000,
        record_type="article",
        title=f"Small-group tuition and reading, study {number}",
        authors="Family, Given; Other, Name",
        year=2000 + number % 25,
        container="Journal of Something",
        volume="12",
        issue="3",
        pages="45-67",
        abstract=f"We assigned pupils of school {number} by lot to one of two groups. " * 20,
        doi=f"10.1000/{number}",
        pmid=None,
        isbn_issn="1234-5678",
        url=None,
        keywords="reading; tuition",
        language="eng",
        accession=None,
        database="ERIC",
        extra=None,
    )


def decision(name: str, record_number: int, reviewer: str) -> Decision:
    """A decision on a record."""
    return Decision(
        decision_id=name,
        review_id="review",
        record_id=f"record-{record_number}",
        reviewer=reviewer,
        stage="title_abstract",
        role="individual",
        value="exclude",
        reason=None,
        source="human",
        decided_at="2026-01-01T12:00:00Z",
        raw_file_id=None,
        source_row=None,
    )


def time_of_import(store: Store) -> float:
    """Seconds to store all records and decisions in one transaction."""
    records = [record(number) for number in range(N_RECORDS)]
    decisions = [decision(f"d{n}", n % N_RECORDS, "a") for n in range(N_DECISIONS)]
    start = time.perf_counter()
    with store.write(
        actor=ACTOR, action="import_trail", object_type="review", object_id="review"
    ) as tx:
        tx.append("records", records)
        tx.append("decisions", decisions)
    return time.perf_counter() - start


def times_of_decisions(store: Store) -> tuple[float, list[float]]:
    """Seconds in all, and of each single decision, with eight people deciding at once."""
    times: list[float] = []

    def decide(reviewer: str) -> None:
        for number in range(N_EACH):
            one = decision(f"{reviewer}-{number}", number, reviewer)
            start = time.perf_counter()
            with store.write(
                actor=ACTOR, action="decide", object_type="record", object_id=one.record_id
            ) as tx:
                tx.append("decisions", [one])
            times.append(time.perf_counter() - start)

    threads = [threading.Thread(target=decide, args=(f"person-{n}",)) for n in range(N_THREADS)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - start, sorted(times)


def measure(store: Store) -> None:
    print(f"Store: {store.database.name}")
    seconds = time_of_import(store)
    print(f"Import of {N_RECORDS:,} records and {N_DECISIONS:,} decisions: {seconds:.2f} s")
    total, times = times_of_decisions(store)
    p99 = times[int(0.99 * len(times))]
    print(
        f"{N_THREADS} threads, {N_EACH} single decisions each: {len(times) / total:.0f} a second; "
        f"median {1000 * statistics.median(times):.1f} ms, p99 {1000 * p99:.1f} ms, "
        f"worst {1000 * times[-1]:.1f} ms"
    )
    start = time.perf_counter()
    report = store.check()
    loose = sum(problem.kind == "reference" for problem in report.problems)
    assert len(report.problems) == loose, report.summary()
    print(
        f"Check of {report.n_events:,} events and {report.n_rows:,} rows: "
        f"{time.perf_counter() - start:.2f} s"
    )
    start = time.perf_counter()
    assert store.rebuild().is_identical
    print(f"Rebuild, dump identical: {time.perf_counter() - start:.2f} s")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        with Store.create(sys.argv[1]) as central:
            measure(central)
    else:
        with tempfile.TemporaryDirectory() as folder, Store.create(Path(folder) / "s.db") as local:
            measure(local)
