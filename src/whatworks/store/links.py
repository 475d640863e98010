"""Which rows name other rows, and which of the named ones are not there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from whatworks.release.addresses import WHOLE_TABLE
from whatworks.store.chain import Problem
from whatworks.store.fold import Fold
from whatworks.store.tables import FACTS, FactTable, Key
from whatworks.store.values import describe_key

__all__ = ["LINKS", "Link", "broken_links"]


@dataclass(frozen=True, slots=True)
class Link:
    """That a column of one table names rows of another."""

    table: str
    column: str
    target: str


def _links() -> tuple[Link, ...]:
    """Derive the links from the names: `arm_id` and `comparison_arm_id` both name an arm."""
    targets: dict[str, str] = {}
    for fact in FACTS.values():
        # The first table with a key column defines it; report_records borrows that of records.
        if len(fact.schema.key) == 1 or fact.name == "raw_files":
            targets.setdefault(fact.schema.key[0], fact.name)
    links = []
    for fact in FACTS.values():
        for column in fact.names:
            for name, target in targets.items():
                is_named = column == name or column.endswith(f"_{name}")
                if is_named and target != fact.name:
                    links.append(Link(fact.name, column, target))
    return tuple(links)


LINKS = _links()


def broken_links(fold: Fold) -> Iterator[Problem]:
    """Yield every name that current rows give and that no current row of the target has.

    An input of an analysis may name a row that was withdrawn since: the analysis is then stale,
    not wrong. Some analyses take whole tables, which are always there.
    """
    for link in LINKS:
        fact = FACTS[link.table]
        there = {key[0] for key in _current_keys(fold, FACTS[link.target])}
        place = fact.names.index(link.column)
        loose: dict[str, list[Key]] = {}
        for key in _current_keys(fold, fact):
            name = fold.versions[fact.name][key][-1].values[place]
            if name is not None and name not in there:
                loose.setdefault(name, []).append(key)
        yield from _problems(link, loose)
    inputs: dict[str, dict[str, list[Key]]] = {}
    for key in _current_keys(fold, FACTS["analysis_inputs"]):
        _analysis, table, name = key
        if name != WHOLE_TABLE and (name,) not in fold.versions.get(table, {}):
            inputs.setdefault(table, {}).setdefault(name, []).append(key)
    for table, loose in inputs.items():
        yield from _problems(Link("analysis_inputs", "row_id", table), loose)


def _current_keys(fold: Fold, fact: FactTable) -> Iterator[Key]:
    """Yield the keys that have a current row."""
    for key, versions in fold.versions[fact.name].items():
        if not versions[-1].is_withdrawn:
            yield key


def _problems(link: Link, loose: dict[str, list[Key]]) -> Iterator[Problem]:
    """Yield one problem for each missing name, however many rows give it."""
    for name, keys in loose.items():
        more = f" and {len(keys) - 1:,} more" if len(keys) > 1 else ""
        where = f'{link.table}, row {describe_key(keys[0])}{more}, column "{link.column}"'
        yield Problem("reference", where, f'"{name}" is not among the {link.target}.')
