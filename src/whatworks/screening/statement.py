"""A certificate with all that it takes to compute it again, for whoever doubts it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Self

from whatworks.errors import UserError
from whatworks.screening.certificate import Certificate, Draws, certify, level_of_attempt
from whatworks.screening.draw_order import draw_order, ids_sha256
from whatworks.statistics.confidence_level import level_between_0_and_1

__all__ = ["METHOD", "Statement", "state"]

# Named in each statement: another way to draw or to bound gets another name.
METHOD = "prior-posterior-ratio 1"
KINDS = {
    "method": str,
    "seed": int,
    "ids_sha256": str,
    "n_records": int,
    "n_found_before": int,
    "target": float,
    "level": float,
    "n_found": int,
    "most_left": int,
}


@dataclass(frozen=True, slots=True)
class Statement:
    """What a certificate says, and what it follows from.

    Attributes
    ----------
    method
        How records are drawn and what is left is bounded: `METHOD`.
    seed
        Of the order of the draws, see `draw_order`.
    ids_sha256
        Of the names of the records that were left when ranked screening was frozen, see `ids_sha256`.
    n_records
        How many these were.
    n_found_before
        Relevant records found before the draws.
    drawn
        Names of the records drawn, in this order.
    relevant
        What was decided about each.
    target, level
        Recall aimed at, and confidence in it; all attempts together hold at the level.
    attempt
        Which set of draws this is, see `level_of_attempt`; None if nobody was to go back to ranking.
    n_found, most_left
        What was stated: the relevant records found in all, and at most so many left.
    """

    method: str
    seed: int
    ids_sha256: str
    n_records: int
    n_found_before: int
    drawn: tuple[str, ...]
    relevant: tuple[bool, ...]
    target: float
    level: float
    attempt: int | None
    n_found: int
    most_left: int

    def recompute(self) -> Certificate:
        """Return the certificate that follows from the draws, whatever was stated.

        Its level is that at which all attempts together hold.

        Raises
        ------
        UserError
            Numbers that contradict each other.
        """
        if len(self.drawn) != len(self.relevant):
            raise UserError(
                f"{len(self.drawn):,} records drawn and {len(self.relevant):,} decisions do not match."
            )
        level_between_0_and_1(self.level)
        at = self.level if self.attempt is None else level_of_attempt(self.level, self.attempt)
        draws = Draws(self.n_records, len(self.drawn), sum(self.relevant))
        return replace(certify(self.n_found_before, [draws], level=at), level=self.level)

    def differences(
        self,
        record_ids: Sequence[str] | None = None,
        decisions: Mapping[str, bool] | None = None,
    ) -> tuple[str, ...]:
        """Return what does not agree, each as a sentence; nothing if all does.

        Parameters
        ----------
        record_ids : sequence of str, optional
            Names of the records that were left when ranked screening was frozen. With them it is seen
            whether the right records were drawn.
        decisions : mapping of str to bool, optional
            Whether each record drawn is relevant, as it stands in the review now.

        Raises
        ------
        UserError
            As `recompute`, or as `draw_order`.
        """
        found = []
        if self.method != METHOD:
            found.append(f'The method is "{self.method}"; what is here computes "{METHOD}".')
        certificate = self.recompute()
        for stated, computed, what in (
            (self.n_found, certificate.n_found, "relevant records found"),
            (self.most_left, sum(certificate.most_left), "relevant records left at most"),
        ):
            if stated != computed:
                found.append(f"It states {stated:,} {what}; its draws give {computed:,}.")
        if record_ids is not None:
            found += self._other_records(record_ids)
        if decisions is not None:
            found += self._other_decisions(decisions)
        return tuple(found)

    def to_dict(self) -> dict[str, Any]:
        """Return it as a dictionary that JSON can hold."""
        return asdict(self) | {"drawn": list(self.drawn), "relevant": list(self.relevant)}

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Self:
        """Return the statement that `to_dict` made, also after JSON.

        Raises
        ------
        UserError
            Something is missing, unknown or of another kind.
        """
        names = {field.name for field in fields(cls)}
        for name in sorted(names ^ set(given)):
            what = "lacks" if name in names else "has an unknown"
            raise UserError(f'The statement {what} "{name}". Use one that was stored whole.')
        for name, kind in KINDS.items():
            _require(given[name], kind, name)
        if given["attempt"] is not None:
            _require(given["attempt"], int, "attempt")
        for name, of in (("drawn", str), ("relevant", bool)):
            if not isinstance(given[name], list | tuple):
                raise UserError(f'"{name}" of the statement is no list.')
            for value in given[name]:
                _require(value, of, name)
        lists = {name: tuple(given[name]) for name in ("drawn", "relevant")}
        return cls(**(dict(given) | lists))

    def _other_records(self, record_ids: Sequence[str]) -> list[str]:
        found = []
        if len(record_ids) != self.n_records:
            found.append(
                f"It is about {self.n_records:,} records that were left; here are {len(record_ids):,}."
            )
        if ids_sha256(record_ids) != self.ids_sha256:
            found.append("The records that were left have other names than those it was made for.")
        right = draw_order(self.seed, record_ids)[: len(self.drawn)]
        for at, (stated, due) in enumerate(zip(self.drawn, right, strict=False), start=1):
            if stated != due:
                found.append(
                    f'Draw {at:,} was "{stated}"; with seed {self.seed} it is "{due}". From there on the '
                    "draws are not those of the seed."
                )
                break
        return found

    def _other_decisions(self, decisions: Mapping[str, bool]) -> list[str]:
        found = []
        words = {True: "relevant", False: "not relevant", None: "not decided"}
        for name, stated in zip(self.drawn, self.relevant, strict=True):
            now = decisions.get(name)
            if now != stated:
                found.append(f'"{name}" was {words[stated]} when drawn and is {words[now]} now.')
        return found


def state(
    record_ids: Sequence[str],
    relevant: Sequence[bool],
    *,
    seed: int,
    n_found_before: int,
    target: float = 0.95,
    level: float = 0.95,
    attempt: int | None = None,
) -> Statement:
    """Return the statement that some draws give.

    Parameters
    ----------
    record_ids : sequence of str, n of them
        Names of the records that were left when ranked screening was frozen, in any order.
    relevant : sequence of bool, k of them
        What was decided about the first k in the order of `draw_order`.
    seed, n_found_before, target, level, attempt
        See `Statement`.

    Raises
    ------
    UserError
        More decisions than records, or as `Statement.recompute` and `draw_order`.
    """
    if len(relevant) > len(record_ids):
        raise UserError(f"{len(relevant):,} records cannot be drawn of {len(record_ids):,}.")
    if not 0.0 < target < 1.0:
        raise UserError(f"The target is {target:g}. Give a share between 0 and 1, such as 0.95.")
    bare = Statement(
        method=METHOD,
        seed=seed,
        ids_sha256=ids_sha256(record_ids),
        n_records=len(record_ids),
        n_found_before=n_found_before,
        drawn=draw_order(seed, record_ids)[: len(relevant)],
        relevant=tuple(bool(one) for one in relevant),
        target=target,
        level=level,
        attempt=attempt,
        n_found=0,
        most_left=0,
    )
    certificate = bare.recompute()
    return replace(bare, n_found=certificate.n_found, most_left=sum(certificate.most_left))


def _require(value: object, kind: type, name: str) -> None:
    """Refuse a value of another kind; a whole number may stand for any number, True for none."""
    allowed = (int, float) if kind is float else (kind,)
    if not isinstance(value, allowed) or (kind is not bool and isinstance(value, bool)):
        raise UserError(f'"{name}" of the statement is {value!r}. Use one that was stored whole.')
