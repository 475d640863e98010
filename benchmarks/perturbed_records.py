"""Records by the million, made out of real ones, with what is known of each: which work it describes.

A work takes the shape of a real title and fills it with other words, a real journal, real names, and
a year, volume and pages that fit each other. Words beyond those of the real titles are coined, as many as a
collection of that size would have, so that no key holds a crowd. Each work is written down by one or
more databases (`database_habits`). Some works are traps: they look like another one and are not it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from database_habits import HABITS, Work, written_down

from whatworks.references import Record, read_references

__all__ = ["perturbed_records", "real_records"]

# How many records a work has beyond the first, and how often: a fifth of all records are copies.
COPIES = (0, 1, 2, 3)
COPIES_WEIGHT = (0.80, 0.15, 0.04, 0.01)
# Works that are followed by traps.
TRAPPED = 0.03
# Records wait here to be mixed with others.
WAITING = 20_000
CONTENT_WORD = re.compile(r"[^\W\d_]{4,}")
COINED = 0.4
# Words of which most titles have some are drawn more often: a power of a uniform number.
SKEW = 2.5
HEADINGS = (
    "Editorial",
    "In this issue",
    "Letters to the editor",
    "Book reviews",
    "News and notes from the society",
    "Highlights of recent clinical research",
    "Abstracts of the annual scientific meeting",
)
GIVEN_NAMES = ("Ann", "Bao", "Chidi", "Daniela", "Emre", "Farah", "Goran", "Hana", "Ivan", "Jane")
FEWEST_FAMILIES = 3_000
PARTS = ("I", "II", "III", "IV")


def real_records(folder: Path | None) -> list[Record]:
    """Records of the sets in a folder (NAME.records.csv.gz), or those of the demo."""
    if folder is None:
        from whatworks.demo import demo_release
        from whatworks.release import read_release

        return [record for record in read_release(demo_release()).records if record.title]
    paths = sorted(folder.glob("*.records.csv.gz"))
    found = [
        record
        for path in paths
        for record in read_references(path.read_bytes(), file=path.name, review_id="made").records
    ]
    return [record for record in found if record.title]


def perturbed_records(real: Sequence[Record], n: int, *, seed: int) -> Iterator[tuple[Record, int]]:
    """Yield n records, each with the number of its work, mixed."""
    rng = random.Random(seed)
    maker = _Maker(real, n, rng)
    waiting: list[tuple[Record, int]] = []
    given = 0
    for number, work in enumerate(maker.works()):
        copies = 1 + rng.choices(COPIES, COPIES_WEIGHT)[0]
        for habit in rng.sample(HABITS, copies):
            waiting.append((written_down(work, habit, rng), number))
        while len(waiting) > WAITING:
            record, label = _taken(waiting, rng)
            yield _numbered(record, given), label
            given += 1
            if given == n:
                return
        if given + len(waiting) >= n:
            break
    while given < n:
        record, label = _taken(waiting, rng)
        yield _numbered(record, given), label
        given += 1


def _taken(waiting: list[tuple[Record, int]], rng: random.Random) -> tuple[Record, int]:
    at = rng.randrange(len(waiting))
    waiting[at], waiting[-1] = waiting[-1], waiting[at]
    return waiting.pop()


def _numbered(record: Record, at: int) -> Record:
    return replace(record, record_id=f"made-{at}", position=at + 1)


@dataclass(frozen=True, slots=True)
class _Journal:
    name: str
    founded: int
    n_issues: int
    has_elocations: bool


class _Maker:
    def __init__(self, real: Sequence[Record], n: int, rng: random.Random) -> None:
        self._rng = rng
        self._titles = [record.title for record in real if record.title]
        self._words = [
            word for title in self._titles for word in CONTENT_WORD.findall(title.lower())
        ]
        self._families, self._given = self._names(real)
        self._n_authors = [
            min(12, len(record.authors.split("; "))) for record in real if record.authors
        ]
        self._journals = self._made_journals(real)
        self._coined = self._made_words(int(30 * (10 * n) ** 0.5))

    def _names(self, real: Sequence[Record]) -> tuple[list[str], list[str]]:
        """Family names as often as they are borne, and given names; coined where there are few."""
        pairs = [
            name.split(", ", 1)
            for record in real
            for name in (record.authors or "").split("; ")
            if ", " in name
        ]
        # A longer family name is that of an institution.
        families = [family for family, _ in pairs if len(family.split()) <= 3]
        given = [name for _, name in pairs if len(name.split()[0].strip(".")) > 2]
        if len(set(families)) < FEWEST_FAMILIES:
            families += [word.capitalize()[:9] for word in self._made_words(FEWEST_FAMILIES)]
        return families, given + list(GIVEN_NAMES)

    def _made_journals(self, real: Sequence[Record]) -> list[_Journal]:
        by_name: dict[str, _Journal] = {}
        out = []
        for record in real:
            if record.container:
                out.append(
                    by_name.setdefault(
                        record.container.lower(),
                        _Journal(
                            record.container,
                            self._rng.randint(1900, 1995),
                            self._rng.choice((4, 6, 12, 12, 24)),
                            self._rng.random() < 0.15,
                        ),
                    )
                )
        return out

    def _made_words(self, n: int) -> list[str]:
        long = [word for word in self._words if len(word) >= 7]
        pairs = zip(self._rng.choices(long, k=n), self._rng.choices(long, k=n), strict=True)
        return [head[: 2 + len(head) // 2] + tail[len(tail) // 2 :] for head, tail in pairs]

    def works(self) -> Iterator[Work]:
        """Yield works without end, each followed by its traps."""
        while True:
            work = self._work()
            yield work
            if self._rng.random() < TRAPPED:
                yield from self._traps(work)

    def _work(self) -> Work:
        rng = self._rng
        journal = rng.choice(self._journals)
        year = 2024 - int(50 * rng.random() ** 1.5)
        first = 1 + int(2500 * rng.random() ** 1.5)
        number = rng.randrange(10**9)
        slug = "".join(word[0] for word in journal.name.lower().split() if word[0].isalpha())
        return Work(
            title=CONTENT_WORD.sub(self._word, rng.choice(self._titles)),
            authors=tuple(self._name() for _ in range(rng.choice(self._n_authors))),
            year=year,
            journal=journal.name,
            volume=str(max(1, year - journal.founded)),
            issue=str(rng.randint(1, journal.n_issues)),
            first_page=first,
            last_page=first + int(15 * rng.random() ** 1.5),
            elocation=f"e{number % 10**6}" if journal.has_elocations else None,
            doi=f"10.{1000 + len(journal.name) * 37}/{slug or 'j'}.{year}.{number}",
            abstract=self._abstract() if rng.random() < 0.8 else None,
            record_type="article",
        )

    def _word(self, found: re.Match[str]) -> str:
        rng = self._rng
        if rng.random() < COINED:
            word = self._coined[int(len(self._coined) * rng.random() ** SKEW)]
        else:
            word = rng.choice(self._words)
        return word.capitalize() if found[0][0].isupper() else word

    def _name(self) -> tuple[str, str]:
        rng = self._rng
        given = rng.choice(self._given)
        if rng.random() < 0.5:
            given = f"{given.split()[0]} {rng.choice('ABCDEFGHJKLMNPRSTW')}."
        return rng.choice(self._families), given

    def _abstract(self) -> str:
        rng = self._rng
        opening = rng.choice(("Background: ", "OBJECTIVE: To ", "", "", "Purpose - ", "We "))
        return f"{opening}{' '.join(rng.choices(self._words, k=rng.randint(70, 110)))}."

    def _traps(self, work: Work) -> Iterator[Work]:
        """Yield works that look like another one and are not it, of one kind."""
        rng = self._rng
        kind = rng.choice(("heading", "series", "erratum", "reply", "meeting", "preprint", "both"))
        other = self._work()
        later = replace(
            work,
            issue=other.issue if other.issue != work.issue else str(int(work.issue) + 1),
            first_page=other.first_page + 2500,
            last_page=other.last_page + 2500,
            elocation=other.elocation,
            doi=other.doi,
            abstract=None,
        )
        if kind == "heading":
            heading = replace(later, title=rng.choice(HEADINGS), authors=work.authors[:1])
            for i in range(1, 4):
                first = rng.randint(1, 900)
                yield replace(
                    heading,
                    issue=str(int(work.issue) + i),
                    first_page=first,
                    last_page=first + 1,
                    elocation=None,
                    doi=f"{other.doi}{i}",
                )
        elif kind == "series":
            for i, part in enumerate(PARTS[: rng.randint(2, 4)]):
                yield replace(
                    later,
                    title=f"{work.title.rstrip('.')}. Part {part}",
                    issue=str(int(work.issue) + i),
                    first_page=later.first_page + 40 * i,
                    last_page=later.first_page + 40 * i + 9,
                    elocation=None,
                    doi=f"{other.doi}{i}",
                )
        elif kind == "erratum":
            place = f"(vol {work.volume}, pg {work.first_page}, {work.year})"
            title = rng.choice((f"Erratum: {work.title}", f"{work.title.rstrip('.')} {place}"))
            yield replace(later, title=title)
        elif kind == "reply":
            title = f"{work.title.rstrip('.')} - Reply"
            yield replace(later, title=title, authors=(work.authors + other.authors)[:2])
        elif kind == "meeting":
            for _ in range(3):
                yield replace(
                    self._work(),
                    journal=work.journal,
                    year=work.year,
                    volume=work.volume,
                    issue=f"{work.issue} SUPPL",
                    first_page=work.first_page,
                    last_page=work.first_page,
                    elocation=f"S{work.first_page}",
                    abstract=None,
                    record_type="conference",
                )
        elif kind == "preprint":
            doi = f"10.1101/{work.year}.{rng.randrange(10**8)}"
            yield replace(
                later,
                journal="medRxiv",
                volume="",
                issue="",
                doi=doi,
                year=work.year - 1,
                first_page=0,
                last_page=0,
                elocation=None,
                abstract=work.abstract,
                record_type="unpublished",
            )
        else:
            yield replace(
                later,
                journal=other.journal,
                volume=other.volume,
                year=work.year - 1,
                record_type="conference",
            )
