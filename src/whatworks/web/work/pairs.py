"""Pairs side by side: decide, skip, undo; the next one comes at once.

Two walks share all of it: through the pairs in doubt, and through a random sample, where what the
program found is not shown so that it cannot sway the person.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from whatworks.actions.decide_pair import decide_pair, take_back_pair
from whatworks.dedupe import RecordPair
from whatworks.errors import UserError
from whatworks.store import Store
from whatworks.web.work.check import TITLE
from whatworks.web.work.pair_view import field_rows
from whatworks.web.work.pair_words import likelihood, reasons_of
from whatworks.web.work.questions import (
    Questions,
    decision_on,
    find_records,
    place_in_file,
    questions_of,
    raw_files_of,
    sampled_of,
)
from whatworks.web.work.render import fragment, page, review_address, see_other
from whatworks.web.work.seat import Seat
from whatworks.web.work.sitting import Pair, Sitting, Step
from whatworks.web.work.uploads import form_of

__all__ = ["decide", "decide_sampled", "pairs_page", "sampled_page"]

_FORM_LIMIT = 1_000_000
_DECISIONS = ("same", "different")


@dataclass(frozen=True, slots=True)
class Walk:
    """Which pairs are gone through: the way behind the review's address, the pairs, and where it ends."""

    rest: str
    pairs_of: Callable[[Store, str, Sitting], Questions]
    is_sample: bool


IN_DOUBT = Walk("/pairs", questions_of, is_sample=False)
SAMPLED = Walk("/check/pairs", sampled_of, is_sample=True)


@dataclass(frozen=True, slots=True)
class Status:
    """What was done last: its words, and whether it can be undone."""

    words: str
    can_undo: bool = False
    is_error: bool = False


def pairs_page(desk: Seat, request: Request) -> Response:
    """Show the next pair in doubt, or the one that the address names."""
    return _page(desk, request, IN_DOUBT)


def sampled_page(desk: Seat, request: Request) -> Response:
    """Show the next pair of the sample."""
    return _page(desk, request, SAMPLED)


async def decide(desk: Seat, request: Request) -> Response:
    """Record what was decided, skip, or undo; answer with the pair that comes then."""
    form = await form_of(request, limit=_FORM_LIMIT)
    return await run_in_threadpool(_decide, desk, request, form, IN_DOUBT)


async def decide_sampled(desk: Seat, request: Request) -> Response:
    """Do the same with the pairs of the sample."""
    form = await form_of(request, limit=_FORM_LIMIT)
    return await run_in_threadpool(_decide, desk, request, form, SAMPLED)


def _page(desk: Seat, request: Request, walk: Walk) -> Response:
    review = desk.review(request.path_params["review_id"])
    record, other = (request.query_params.get(name) for name in ("record", "other"))
    wanted = _sorted_pair(record, other) if record and other else None
    told = desk.sitting(review.review_id).told()
    return page(
        request,
        desk,
        "pairs.html",
        title="Same document or not?",
        crumbs=[
            (review.title, review_address(review.review_id)),
            *([(TITLE, review_address(review.review_id, "/check"))] if walk.is_sample else []),
        ],
        values={
            **_values(desk, review.review_id, wanted, walk),
            "status": Status(told) if told else None,
            "is_fragment": False,
        },
    )


def _decide(desk: Seat, request: Request, form: FormData, walk: Walk) -> Response:
    review_id = desk.review(request.path_params["review_id"]).review_id
    try:
        status, wanted = _do(desk, review_id, form)
    except UserError as error:
        status, wanted = Status(f"Not saved. {error}", is_error=True), None
    if "hx-request" in request.headers:
        values = {**_values(desk, review_id, wanted, walk), "status": status, "is_fragment": True}
        return fragment(request, "_pair_answer.html", values)
    desk.sitting(review_id).tell(status.words)
    return see_other(request, review_address(review_id, walk.rest))


def _do(desk: Seat, review_id: str, form: FormData) -> tuple[Status, Pair | None]:
    """Do what a button says; return what to tell, and the pair to show instead of the next."""
    sitting = desk.sitting(review_id)
    did = str(form.get("decision") or "")
    if did == "undo":
        return _undo(desk, review_id, sitting)
    record, other = (str(form.get(name) or "") for name in ("record", "other"))
    pair = _sorted_pair(record, other)
    before = decision_on(desk.store, review_id, pair)
    if did == "skip":
        sitting.did(Step(pair, did, before))
        return Status("Skipped; it comes again at the end.", can_undo=True), None
    note = " ".join(str(form.get("note") or "").split())
    _record(desk, review_id, pair, did, note or None)
    sitting.did(Step(pair, did, before))
    return Status(f"Saved: {did}.", can_undo=True), None


def _undo(desk: Seat, review_id: str, sitting: Sitting) -> tuple[Status, Pair | None]:
    step = sitting.undo()
    if step is None:
        words = (
            "Nothing to undo. Decisions made earlier are taken back from the list of pairs decided."
        )
        return Status(words), None
    if step.did in _DECISIONS:
        now = decision_on(desk.store, review_id, step.pair)
        # Somebody else may have looked at the pair in the meantime: theirs is not to be undone.
        if now is None or (now.decision, now.decided_by) != (step.did, desk.by.pseudonym):
            words = "Not undone: the decision about this pair was changed since."
            return Status(words, can_undo=sitting.can_undo), step.pair
        if step.before is None:
            record, other = step.pair
            take_back_pair(
                desk.store,
                by=desk.by,
                review_id=review_id,
                record_id=record,
                other_record_id=other,
                join=False,
            )
        else:
            _record(desk, review_id, step.pair, step.before.decision, step.before.note)
    words = "Undone: the pair is here again." if step.did == "skip" else f"Taken back: {step.did}."
    return Status(words, can_undo=sitting.can_undo), step.pair


def _record(desk: Seat, review_id: str, pair: Pair, decision: str, note: str | None) -> None:
    decide_pair(
        desk.store,
        by=desk.by,
        review_id=review_id,
        record_id=pair[0],
        other_record_id=pair[1],
        decision=decision,
        note=note,
        join=False,
    )


def _sorted_pair(record: str, other: str) -> Pair:
    first, second = sorted((record, other))
    return first, second


def _values(desk: Seat, review_id: str, wanted: Pair | None, walk: Walk) -> dict[str, object]:
    """Return what the template shows of a pair: that wanted, else the next in the queue."""
    sitting = desk.sitting(review_id)
    questions = walk.pairs_of(desk.store, review_id, sitting)
    pair = wanted
    if pair is None and questions.waiting:
        pair = questions.waiting[0].pair
    shown = None if pair is None else _shown(desk, review_id, pair, questions)
    values: dict[str, object] = {
        "review_id": review_id,
        "walk": walk,
        "questions": questions,
        "shown": shown,
        "can_undo": sitting.can_undo,
    }
    if shown is None:
        counts = desk.overview().of(review_id)
        values["n_waiting"] = len(counts.waiting) - desk.last_joining(review_id).unheeded(
            counts.waiting
        )
        values["n_new"] = counts.n_new
        values["n_decided"] = counts.n_decided
    return values


def _shown(desk: Seat, review_id: str, pair: Pair, questions: Questions) -> dict[str, object]:
    """Return one pair: its records, fields, likelihood and reasons, and what was decided."""
    records = find_records(desk.store, pair)
    first, second = (records[name] for name in pair)
    for one in (first, second):
        if one.review_id != review_id:
            raise UserError(f'Record "{one.record_id}" belongs to another review.')
    files = raw_files_of(desk.store, review_id)
    asked = questions.find(pair)
    found = asked if isinstance(asked, RecordPair) else None
    decided = decision_on(desk.store, review_id, pair)
    return {
        "pair": pair,
        "position": questions.position(pair) if asked else None,
        "rows": field_rows(first, second),
        "places": (place_in_file(first, files), place_in_file(second, files)),
        "likelihood": likelihood(found.probability) if found else None,
        "reasons": reasons_of(found.evidence) if found else None,
        "decided": decided,
        "is_skipped": pair in desk.sitting(review_id).skipped,
    }
