"""Set up screening: the rules of a stage, and the eligibility criteria with their reasons to exclude."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from whatworks.actions.screening_board import STAGE_WORDS
from whatworks.actions.set_up_screening import current_criteria, set_rules, write_criteria
from whatworks.errors import UserError
from whatworks.screening.nouns import ScreeningRules
from whatworks.screening.terms import split_terms
from whatworks.web.work.render import page, review_address, see_other
from whatworks.web.work.screen import known_stage_name
from whatworks.web.work.seat import Seat
from whatworks.web.work.uploads import form_of

__all__ = ["change_criteria", "change_rules", "criteria_form", "rules_form"]

_FORM_LIMIT = 1_000_000
_RULE_FIELDS = ("reviewers", "doubled", "conflict", "order", "target", "level", "open")
_CRITERIA_FIELDS = ("text", "reasons", "include_terms", "exclude_terms", "why_changed")
# Seeds are drawn, not typed: nobody can choose who reads what.
_SEEDS = 2**31


def rules_form(desk: Seat, request: Request) -> Response:
    """Ask for the rules of a stage."""
    review_id = desk.review(request.path_params["review_id"]).review_id
    stage_name = known_stage_name(request)
    now = _rules(desk, review_id, stage_name)
    said = {
        "reviewers": str(now.reviewers_per_record if now else 2),
        "doubled": f"{100 * now.doubled_share:g}" if now else "10",
        "conflict": now.conflict_rule if now else "third",
        "order": now.record_order if now else "ranked",
        "target": f"{100 * now.recall_target:g}" if now else "95",
        "level": f"{100 * now.level:g}" if now else "95",
        "open": "yes" if now is None or now.is_open else "no",
    }
    return _rules_page(desk, request, said, [])


async def change_rules(desk: Seat, request: Request) -> Response:
    """Set the rules as the form says."""
    form = await form_of(request, limit=_FORM_LIMIT)
    return await run_in_threadpool(_change_rules, desk, request, form)


def _change_rules(desk: Seat, request: Request, form: FormData) -> Response:
    review_id = desk.review(request.path_params["review_id"]).review_id
    stage_name = known_stage_name(request)
    said = {name: str(form.get(name) or "").strip() for name in _RULE_FIELDS}
    errors = []
    shares = {}
    for name, what in (
        ("doubled", "the share decided by two"),
        ("target", "the share of relevant records to find"),
        ("level", "the confidence"),
    ):
        share = _share(said[name])
        if share is None or (name != "doubled" and not 0.0 < share < 1.0):
            errors.append((name, f"Enter {what} as a number of per cent, such as 95"))
        shares[name] = share or 0.0
    if not errors:
        now = _rules(desk, review_id, stage_name)
        rules = ScreeningRules(
            review_id,
            stage_name,
            2 if said["reviewers"] == "2" else 1,
            shares["doubled"],
            said["conflict"],
            said["order"],
            shares["target"],
            shares["level"],
            now.seed if now else secrets.randbelow(_SEEDS),
            said["open"] != "no",
        )
        try:
            set_rules(desk.store, by=desk.by, rules=rules)
        except UserError as error:
            errors.append(("reviewers", str(error)))
        else:
            desk.sitting(review_id).tell(
                f"The rules of screening on {STAGE_WORDS[stage_name]} are set."
            )
            return see_other(request, review_address(review_id, "/screening"))
    return _rules_page(desk, request, said, errors)


def _rules_page(
    desk: Seat, request: Request, said: dict[str, str], errors: Sequence[tuple[str, str]]
) -> Response:
    review = desk.review(request.path_params["review_id"])
    stage_name = known_stage_name(request)
    return page(
        request,
        desk,
        "screen_rules.html",
        title=f"Rules for screening on {STAGE_WORDS[stage_name]}",
        crumbs=_crumbs(review.title, review.review_id),
        errors=errors,
        values={
            "review_id": review.review_id,
            "stage_path": stage_name.replace("_", "-"),
            "said": said,
            "is_new": _rules(desk, review.review_id, stage_name) is None,
        },
    )


def criteria_form(desk: Seat, request: Request) -> Response:
    """Ask for the eligibility criteria, with those in force filled in."""
    review_id = desk.review(request.path_params["review_id"]).review_id
    now, reasons = current_criteria(desk.store, review_id)
    said = {
        "text": now.text if now else "",
        "reasons": "\n".join(one.label for one in reasons),
        "include_terms": "\n".join(split_terms(now.include_terms)) if now else "",
        "exclude_terms": "\n".join(split_terms(now.exclude_terms)) if now else "",
        "why_changed": "",
    }
    return _criteria_page(desk, request, said, [])


async def change_criteria(desk: Seat, request: Request) -> Response:
    """Write the criteria as the form says."""
    form = await form_of(request, limit=_FORM_LIMIT)
    return await run_in_threadpool(_change_criteria, desk, request, form)


def _change_criteria(desk: Seat, request: Request, form: FormData) -> Response:
    review_id = desk.review(request.path_params["review_id"]).review_id
    said = {
        name: str(form.get(name) or "").replace("\r\n", "\n").strip() for name in _CRITERIA_FIELDS
    }
    now, reasons = current_criteria(desk.store, review_id)
    errors = []
    if not said["text"]:
        errors.append(("text", "Write what makes a record eligible, a line for each criterion"))
    labels = [" ".join(line.split()) for line in said["reasons"].splitlines() if line.strip()]
    if len({label.casefold() for label in labels}) < len(labels):
        errors.append(("reasons", "Write each reason once"))
    if not errors:
        # A reason that stays keeps its code, so that decisions of both versions count together.
        known = {one.label.casefold(): one.code for one in reasons}
        try:
            written = write_criteria(
                desk.store,
                by=desk.by,
                review_id=review_id,
                text=said["text"],
                reasons=_coded(labels, known),
                include_terms=said["include_terms"].splitlines(),
                exclude_terms=said["exclude_terms"].splitlines(),
                why_changed=said["why_changed"] or None,
            )
        except UserError as error:
            field = "why_changed" if now is not None and not said["why_changed"] else "reasons"
            errors.append((field, str(error)))
        else:
            desk.sitting(review_id).tell(
                f"Version {written.criteria_version} of the criteria is in force."
            )
            return see_other(request, review_address(review_id, "/screening"))
    return _criteria_page(desk, request, said, errors)


def _criteria_page(
    desk: Seat, request: Request, said: dict[str, str], errors: Sequence[tuple[str, str]]
) -> Response:
    review = desk.review(request.path_params["review_id"])
    now, _reasons = current_criteria(desk.store, review.review_id)
    return page(
        request,
        desk,
        "criteria.html",
        title="Eligibility criteria",
        crumbs=_crumbs(review.title, review.review_id),
        errors=errors,
        values={"review_id": review.review_id, "said": said, "now": now},
    )


def _coded(labels: Sequence[str], known: dict[str, str]) -> list[tuple[str, str]]:
    """Return reasons with codes: what they were called before, else their first words."""
    coded: list[tuple[str, str]] = []
    taken = set(known.values())
    for label in labels:
        code = known.get(label.casefold())
        if code is None:
            stem = "-".join(re.findall(r"[a-z0-9]+", label.lower())[:4])[:30].strip("-") or "reason"
            code, at = stem, 2
            while code in taken:
                code, at = f"{stem}-{at}", at + 1
            taken.add(code)
        coded.append((code, label))
    return coded


def _share(text: str) -> float | None:
    """Return a number of per cent as a share; None if it is none."""
    try:
        value = float(text.replace("%", "").replace(",", ".").strip())
    except ValueError:
        return None
    return value / 100.0 if 0.0 <= value <= 100.0 else None


def _rules(desk: Seat, review_id: str, stage_name: str) -> ScreeningRules | None:
    versions = desk.store.history("screening_rules", (review_id, stage_name))
    row = versions[-1].row if versions and not versions[-1].is_withdrawn else None
    return row if isinstance(row, ScreeningRules) else None


def _crumbs(title: str, review_id: str) -> list[tuple[str, str]]:
    return [
        (title, review_address(review_id)),
        ("Screening", review_address(review_id, "/screening")),
    ]
