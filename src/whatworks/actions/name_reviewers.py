"""The people whom a file of decisions names: each becomes a pseudonym before anything is stored."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from whatworks.errors import UserError
from whatworks.store import Person, Store
from whatworks.store.people import new_pseudonym

__all__ = ["Reviewers"]

# Pseudonyms that were given here have this form; anything else in a file may be a name.
GIVEN = re.compile(r"person-[2-9a-hjkmnp-z]{8}")
PSEUDONYM = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(slots=True)
class Reviewers:
    """Who stands behind the names of a file.

    Attributes
    ----------
    known
        Pseudonyms in use: of the team, and of those who have decided.
    by_name
        Pseudonyms by name and by e-mail address, in lower case.
    chosen
        Pseudonym by the name in the file, where the person who imports says so.
    are_pseudonyms
        Whether the file was written here, with pseudonyms for names.
    new
        People to be stored.
    """

    known: frozenset[str]
    by_name: Mapping[str, set[str]]
    chosen: Mapping[str, str]
    are_pseudonyms: bool
    new: dict[str, Person] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        store: Store,
        *,
        known: Collection[str],
        chosen: Mapping[str, str],
        are_pseudonyms: bool,
    ) -> Reviewers:
        """Return what is known of people beforehand.

        Raises
        ------
        UserError
            What is to stand for a name is no pseudonym.
        """
        for pseudonym in chosen.values():
            if not PSEUDONYM.fullmatch(pseudonym):
                raise UserError(
                    f'"{pseudonym}" is not a pseudonym. Use letters, digits, "-", "_" and ".", without '
                    "blanks. Nothing was saved."
                )
        by_name: dict[str, set[str]] = defaultdict(set)
        everyone = store.people()
        for person in everyone:
            by_name[_plain(person.name)].add(person.pseudonym)
            if person.email:
                by_name[_plain(person.email)].add(person.pseudonym)
        people = frozenset(known) | {person.pseudonym for person in everyone}
        return cls(
            people, by_name, {_plain(name): one for name, one in chosen.items()}, are_pseudonyms
        )

    def pseudonym(self, name: str) -> str:
        """Return the pseudonym of somebody, and remember whom to store.

        Raises
        ------
        ValueError
            Two people have the name.
        """
        plain = _plain(name)
        if plain in self.chosen:
            return self.chosen[plain]
        bare = name.strip()
        if bare in self.known or GIVEN.fullmatch(bare):
            return bare
        if self.are_pseudonyms and PSEUDONYM.fullmatch(bare):
            return bare
        found = self.by_name.get(plain, set())
        if len(found) > 1:
            raise ValueError(", ".join(sorted(found)))
        if found:
            return next(iter(found))
        if plain not in self.new:
            self.new[plain] = Person(new_pseudonym(), bare, None)
        return self.new[plain].pseudonym


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())
