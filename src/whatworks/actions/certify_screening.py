"""Certify how much has been found: freeze the ranking, draw at random, state what follows."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace

from whatworks.actions.screening_board import STAGE_WORDS, Board
from whatworks.errors import UserError
from whatworks.screening.advice import Advice, advise
from whatworks.screening.certificate import Certificate, Draws, level_of_attempt
from whatworks.screening.draw_order import draw_order, ids_sha256
from whatworks.screening.nouns import Certification, CertificationRecord
from whatworks.screening.overlooked import certify_overlooked
from whatworks.screening.price import Price, price
from whatworks.screening.stage import Stage
from whatworks.screening.standing import SETTLED, UNREAD, votes_needed
from whatworks.screening.statement import Statement, state
from whatworks.store import Actor

__all__ = [
    "Look",
    "begin_certification",
    "give_up_certification",
    "issue_certificate",
    "look",
    "ranked_advice",
    "stated",
]

OPEN, ISSUED, GIVEN_UP = "open", "issued", "given_up"
_SEEDS = 2**31


@dataclass(frozen=True, slots=True)
class Look:
    """What the draws of an attempt give at the moment.

    Attributes
    ----------
    certification
        The attempt.
    statement
        All that the certificate follows from.
    certificate
        What has been found at least.
    n_drawn
        Records drawn that are settled, without a gap from the first on: only these count.
    n_ahead
        Draws settled after the first that is not.
    n_unsettled
        Records outside the draws that are not settled: they must be before a certificate is issued.
    price
        What the target costs from here.
    overlooked
        What has been found at least if what one person overlooks is allowed for; None where two people
        decide on each record, or where no records were drawn for two.
    """

    certification: Certification
    statement: Statement
    certificate: Certificate
    n_drawn: int
    n_ahead: int
    n_unsettled: int
    price: Price
    overlooked: Certificate | None

    @property
    def is_reached(self) -> bool:
        """Whether the target is certified and nothing outside the draws is open."""
        return self.certificate.reaches(self.certification.recall_target) and not self.n_unsettled


def begin_certification(
    board: Board, *, by: Actor, stage_name: str, seed: int | None = None
) -> Certification:
    """Freeze ranked screening: what nobody has decided on is drawn at random from now on.

    Parameters
    ----------
    seed : int, optional
        What the order of the draws follows from; drawn by chance if not given. It must not be chosen by
        somebody who knows the names of the records.

    Raises
    ------
    UserError
        The stage was not set up, an attempt is under way, the review is certified already, or nothing is
        left to draw from.
    """
    stage = board.stage(stage_name)
    latest = board.setting.certifications.get(stage_name)
    if latest is not None and latest.state == OPEN:
        raise UserError("Records are being drawn already. Nothing was changed.")
    if latest is not None and latest.state == ISSUED and not stage.with_state(UNREAD):
        raise UserError("Everything is screened. Nothing was changed.")
    with board.lock:
        left = stage.with_state(UNREAD)
        n_found = stage.progress().n_included
    if not left:
        raise UserError("Nothing is left to draw from: every record was read. Nothing was changed.")
    attempt = 1 if latest is None else latest.attempt + 1
    drawn_by = secrets.randbelow(_SEEDS) if seed is None else seed
    made = Certification(
        certification_id=f"{board.review_id}.{stage_name}.{attempt}",
        review_id=board.review_id,
        stage=stage_name,
        attempt=attempt,
        seed=drawn_by,
        n_records=len(left),
        remainder_sha256=ids_sha256(left),
        n_found_before=n_found,
        recall_target=stage.rules.recall_target,
        level=stage.rules.level,
        state=OPEN,
        n_drawn=None,
        n_found=None,
        recall=None,
        statement=None,
    )
    rows = [
        CertificationRecord(made.certification_id, name, place, None)
        for place, name in enumerate(draw_order(drawn_by, left), start=1)
    ]
    with board.store.write(
        actor=by,
        action="begin_certification",
        object_type="review",
        object_id=board.review_id,
    ) as tx:
        tx.append("certifications", [made])
        tx.append("certification_records", rows)
    board.catch_up()
    return made


def look(board: Board, stage_name: str) -> Look | None:
    """Return what the latest attempt of a stage gives at the moment; None if there is none.

    One may look as often as one likes: the bound holds at all looks at once.

    Raises
    ------
    UserError
        Records that were drawn apart have been joined since, so that the draws are no longer what they were.
    """
    stage = board.stage(stage_name)
    made = board.setting.certifications.get(stage_name)
    if made is None:
        return None
    names = board.setting.drawn_records[stage_name]
    with board.lock:
        shown = [stage.shown_for(name) or name for name in names]
        if len(set(shown)) != len(shown):
            raise UserError(
                f"Records that were drawn apart, on {STAGE_WORDS[stage_name]}, have been joined since. Go back "
                "to ranked screening and begin again."
            )
        found = _settled_draws(stage, shown)
        outside = set(stage.shown) - set(shown)
        n_before = sum(stage.standing(name).outcome == "include" for name in outside)
        n_unsettled = sum(stage.standing(name).state != SETTLED for name in outside)
    prefix = next((at for at, one in enumerate(found) if one is None), len(found))
    labels = [bool(one) for one in found[:prefix]]
    statement = state(
        names,
        labels,
        seed=made.seed,
        n_found_before=n_before,
        target=made.recall_target,
        level=made.level,
        attempt=made.attempt,
    )
    return Look(
        certification=made,
        statement=statement,
        certificate=statement.recompute(),
        n_drawn=prefix,
        n_ahead=sum(one is not None for one in found[prefix:]),
        n_unsettled=n_unsettled,
        price=price(
            n_before,
            Draws(made.n_records, prefix, sum(labels)),
            target=made.recall_target,
            level=made.level,
            attempt=made.attempt,
        ),
        overlooked=_overlooked(stage, shown[:prefix], outside, made),
    )


def _overlooked(
    stage: Stage, drawn: list[str], outside: set[str], made: Certification
) -> Certificate | None:
    """Return the certificate that allows for what one person overlooks.

    Where one person decides, two do on a share of the records that was drawn by chance. Of the records
    outside the draws that somebody excluded at first, those of the share were looked at again; and of the
    draws only those of the share count, being a random sample of what was left as well.
    """
    rules = stage.rules
    if rules.reviewers_per_record > 1 or rules.doubled_share <= 0.0:
        return None

    def is_doubled(name: str) -> bool:
        return votes_needed(rules, name) > 1

    def is_relevant(name: str) -> bool:
        return stage.standing(name).outcome == "include"

    excluded = [name for name in outside if _first_vote(stage, name) == "exclude"]
    again = [
        name for name in excluded if is_doubled(name) and stage.standing(name).state == SETTLED
    ]
    twice = [name for name in drawn if is_doubled(name)]
    n_overlooked = sum(map(is_relevant, again))
    n_before = sum(map(is_relevant, outside)) - n_overlooked
    n_before += sum(is_relevant(name) for name in drawn if not is_doubled(name))
    found = certify_overlooked(
        n_before,
        Draws(made.n_records, len(twice), sum(map(is_relevant, twice))),
        Draws(len(excluded), len(again), n_overlooked, name="excluded by one person"),
        level=level_of_attempt(made.level, made.attempt),
    )
    return replace(found, level=made.level)


def _first_vote(stage: Stage, name: str) -> str | None:
    """Return what the first person decided."""
    votes = stage.standing(name).votes.values()
    first = min(votes, key=lambda vote: (vote.decided_at or "", vote.reviewer), default=None)
    return None if first is None else first.value


def issue_certificate(board: Board, *, by: Actor, stage_name: str) -> Certification:
    """End screening with what is certified now, whether or not the target is reached; close the stage.

    Raises
    ------
    UserError
        No records are being drawn, or records outside the draws are not settled.
    """
    now = _open_look(board, stage_name)
    if now.n_unsettled:
        raise UserError(
            f"{now.n_unsettled:,} {'record' if now.n_unsettled == 1 else 'records'} outside the draws "
            f"{'is' if now.n_unsettled == 1 else 'are'} not settled: conflicts, records that wait for another "
            "person, or records that came in since. Settle them first. Nothing was saved."
        )
    issued = replace(
        now.certification,
        state=ISSUED,
        n_found_before=now.statement.n_found_before,
        n_drawn=now.n_drawn,
        n_found=sum(now.statement.relevant),
        recall=now.certificate.recall,
        statement=now.certificate.sentence(),
    )
    rules = board.known_stage(stage_name).rules
    with board.store.write(
        actor=by,
        action="issue_certificate",
        object_type="review",
        object_id=board.review_id,
        reason=issued.statement,
    ) as tx:
        tx.append("certifications", [issued])
        tx.append("screening_rules", [replace(rules, is_open=False)])
    board.catch_up()
    return issued


def give_up_certification(board: Board, *, by: Actor, stage_name: str) -> Certification:
    """Go back to ranked screening; a later attempt is judged at half of what may still go wrong.

    Raises
    ------
    UserError
        No records are being drawn.
    """
    made = board.setting.certifications.get(stage_name)
    board.stage(stage_name)
    if made is None or made.state != OPEN:
        raise UserError("No records are being drawn. Nothing was changed.")
    given_up = replace(made, state=GIVEN_UP)
    with board.store.write(
        actor=by, action="give_up_certification", object_type="review", object_id=board.review_id
    ) as tx:
        tx.append("certifications", [given_up])
    board.catch_up()
    return given_up


def stated(board: Board, stage_name: str) -> Statement:
    """Return the statement of the latest attempt, to be stored or checked elsewhere.

    Raises
    ------
    UserError
        There is no attempt yet.
    """
    now = look(board, stage_name)
    if now is None:
        raise UserError("No records were drawn at random yet, so that there is no certificate.")
    return now.statement


def ranked_advice(board: Board, stage_name: str, scores: dict[str, float]) -> tuple[Advice, ...]:
    """Return what each rule says of ranked screening so far, the guarantee first.

    Records count as screened in the order in which they were settled; those that wait or are in conflict
    count as not screened.

    Parameters
    ----------
    scores : dict
        Score of each record in the latest ranking; may be empty.
    """
    stage = board.stage(stage_name)
    latest = board.setting.certifications.get(stage_name)
    with board.lock:
        settled = [name for name in stage.shown if stage.standing(name).state == SETTLED]
        settled.sort(key=lambda name: _settled_at(stage, name))
        labels = [stage.standing(name).outcome == "include" for name in settled]
        others = [name for name in stage.shown if stage.standing(name).state != SETTLED]
    known = bool(scores) and all(name in scores for name in stage.shown)
    return advise(
        labels,
        len(stage.shown),
        target=stage.rules.recall_target,
        level=stage.rules.level,
        scores=[scores[name] for name in (*settled, *others)] if known else None,
        attempt=1 if latest is None else latest.attempt + 1,
    )


def _open_look(board: Board, stage_name: str) -> Look:
    now = look(board, stage_name)
    if now is None or now.certification.state != OPEN:
        raise UserError("No records are being drawn. Nothing was saved.")
    return now


def _settled_draws(stage: Stage, shown: list[str]) -> list[bool | None]:
    """Return for each draw whether it is relevant; None where it is not settled."""
    found: list[bool | None] = []
    for name in shown:
        now = stage.standing(name) if name in stage else None
        found.append(None if now is None or now.outcome is None else now.outcome == "include")
    return found


def _settled_at(stage: Stage, name: str) -> tuple[str, str]:
    """Return when a record was settled, for ordering."""
    now = stage.standing(name)
    times = [vote.decided_at or "" for vote in now.votes.values()]
    if now.reconciled is not None:
        times.append(now.reconciled.decided_at or "")
    return max(times, default=""), name
