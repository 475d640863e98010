"""`whatworks screening suggest` and `suggestions`: machine help, kept apart from decisions and judged by them."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from whatworks.cli.imports import read_input, require_one_stdin
from whatworks.cli.options import actor_option, as_actor, open_store, store_option
from whatworks.cli.text import counted
from whatworks.errors import NotFound, UserError

if TYPE_CHECKING:
    from whatworks.actions.evaluate_suggestions import SuggestionEvaluation
    from whatworks.actions.plan_suggestions import SuggestionPlan
    from whatworks.actions.suggest_for_records import SuggestingReport
    from whatworks.screening.suggesting import Provider
    from whatworks.statistics.proportions import Proportion
    from whatworks.store import Store

__all__ = ["suggest", "suggestions"]

# Records shown in full by --dry-run where no limit is given.
SHOWN_BY_DRY_RUN = 3

review_option = click.option("--review", "review_id", required=True, help="Review.")
stage_option = click.option(
    "--stage", default="title_abstract", show_default=True, help="Stage of screening."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.command()
@review_option
@stage_option
@click.option(
    "--config", metavar="FILE", help="TOML file that says which model is asked, and where."
)
@click.option("--rule", metavar="FILE", help="TOML file of rules; nothing leaves this machine.")
@click.option(
    "--limit", type=click.IntRange(min=1), help="Most records to ask about, a random draw of them."
)
@click.option("--decided", is_flag=True, help="Only records that people have settled.")
@click.option("--again", is_flag=True, help="Ask again where an answer was refused.")
@click.option(
    "--dry-run", is_flag=True, help="Print what would be sent, and where; send and keep nothing."
)
@store_option
@actor_option
@json_option
def suggest(
    review_id: str,
    stage: str,
    config: str | None,
    rule: str | None,
    limit: int | None,
    decided: bool,
    again: bool,
    dry_run: bool,
    store_at: str,
    acting_as: str | None,
    as_json: bool,
) -> None:
    """Ask a model or a rule about records; what it says is kept as suggestions, never as decisions.

    A model gets titles and abstracts, the eligibility criteria and the exclusion reasons, and nothing else.

    \b
    Example: whatworks screening suggest --review dyslexia --rule rules.toml
    Example: whatworks screening suggest --review dyslexia --config model.toml --decided --limit 200
    """
    from whatworks.actions.plan_suggestions import plan_suggestions
    from whatworks.actions.suggest_for_records import suggest_for_records

    if (config is None) == (rule is None):
        raise UserError("Name either --config (a model) or --rule (rules). Nothing was sent.")
    store, by = open_store(store_at), as_actor(acting_as)
    provider, address = _provider(store, review_id, config, rule, needs_key=not dry_run)
    plan = plan_suggestions(
        store,
        review_id=review_id,
        stage=stage,
        provider=provider,
        limit=limit,
        only_decided=decided,
        retry_refused=again,
    )
    n = len(plan.questions)
    if address is None:
        click.echo(
            f"{counted(n, 'record')} to judge by rules; nothing leaves this machine.", err=True
        )
    else:
        click.echo(
            f"Titles and abstracts of {counted(n, 'record')}, the eligibility criteria and the exclusion reasons "
            f"go to {address}; nothing else does.",
            err=True,
        )
    if dry_run:
        _print_questions(plan, provider, most=n if limit is not None else SHOWN_BY_DRY_RUN)
        return
    with click.progressbar(
        length=n, label="Asking", file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as bar:
        try:
            report = suggest_for_records(
                store,
                by=by,
                review_id=review_id,
                stage=stage,
                provider=provider,
                limit=limit,
                only_decided=decided,
                retry_refused=again,
                progress=lambda done, _n: bar.update(done - bar.pos),
            )
        except KeyboardInterrupt:
            raise UserError(
                "Stopped. What was answered is kept; the same command goes on from there."
            ) from None
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(report), indent=1, ensure_ascii=False))
    else:
        click.echo("\n".join(_report_lines(report)))
    if report.stopped is not None:
        raise UserError(report.stopped)


@click.group()
def suggestions() -> None:
    """Suggestions of models and rules: how good they are."""


@suggestions.command()
@review_option
@stage_option
@click.option("--actor", help="Only this model or rule.")
@click.option(
    "--against", metavar="STAGE", help="Stage whose outcome is the truth [default: the same stage]."
)
@click.option(
    "--by",
    "stratum",
    metavar="WHAT",
    help="Also apart by abstract, language, database or record_type.",
)
@click.option(
    "--recall",
    "target_recall",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.95,
    show_default=True,
    help="Share of the relevant records to keep.",
)
@click.option(
    "--level",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.95,
    show_default=True,
    help="Level of the intervals.",
)
@store_option
@json_option
def evaluate(
    review_id: str,
    stage: str,
    actor: str | None,
    against: str | None,
    stratum: str | None,
    target_recall: float,
    level: float,
    store_at: str,
    as_json: bool,
) -> None:
    """Hold suggestions against what people decided, before anybody relies on them.

    \b
    Example: whatworks screening suggestions evaluate --review dyslexia --by abstract
    """
    from whatworks.actions.evaluate_suggestions import evaluate_suggestions

    found = evaluate_suggestions(
        open_store(store_at),
        review_id=review_id,
        stage=stage,
        outcome_stage=against,
        actor=actor,
        stratum=stratum,
        target_recall=target_recall,
        level=level,
    )
    if as_json:
        plain = [dataclasses.asdict(one) for one in found]
        click.echo(json.dumps(plain, indent=1, ensure_ascii=False))
        return
    click.echo("\n\n".join("\n".join(_evaluation_lines(one)) for one in found))


def _provider(
    store: Store, review_id: str, config: str | None, rule: str | None, *, needs_key: bool
) -> tuple[Provider, str | None]:
    """Return who is asked, and where requests go: None if nowhere."""
    from whatworks.actions.set_up_screening import current_criteria
    from whatworks.screening.word_rules import read_rules, rule_provider

    require_one_stdin([config, rule])
    if config is not None:
        from whatworks.actions.model_server import (
            ModelProvider,
            model_provider,
            read_server_config,
        )

        data, name = read_input(config)
        settings = read_server_config(data, file=name)
        folder = Path(config).resolve().parent if config != "-" else Path.cwd()
        provider = model_provider(settings, folder=folder) if needs_key else ModelProvider(settings)
        return provider, settings.address
    data, name = read_input(str(rule))
    rules = read_rules(data, file=name)
    criteria, reasons = current_criteria(store, review_id)
    if criteria is None:
        raise NotFound(
            f'There are no eligibility criteria of a review "{review_id}". Write them first. Nothing was saved.'
        )
    return rule_provider(rules, criteria, reasons), None


def _print_questions(plan: SuggestionPlan, provider: Provider, *, most: int) -> None:
    """Print what would be sent, a JSON object for each record; of a rule, what it would say."""
    from whatworks.actions.model_server import ModelProvider

    for question in plan.questions[:most]:
        if isinstance(provider, ModelProvider):
            shown = provider.request_body(question.prompt, plan.instructions.schema)
        else:
            said = provider.suggest(question.prompt, plan.instructions.schema)
            shown = {"record_id": question.record_id, **said}
        click.echo(json.dumps(shown, indent=1, ensure_ascii=False))
    others = len(plan.questions) - most
    if others > 0:
        click.echo(
            f"And {counted(others, 'record')} more; --limit says how many are shown.", err=True
        )
    click.echo("Nothing was sent or kept.", err=True)


def _report_lines(report: SuggestingReport) -> list[str]:
    """Return what came of a run."""
    values = ", ".join(f"{n:,} {value}" for value, n in sorted(report.by_value.items()))
    lines = [
        f"{counted(report.n_kept, 'suggestion')} of {report.actor} kept"
        + (f": {values}." if values else ".")
    ]
    lines += [f"  refused {n:,} times: {why}" for why, n in report.refusals.items()]
    told = (
        (report.n_quote_missing, "with a quote that does not stand in the text; not relied on"),
        (report.n_unanswered, "without an answer; asked about again next time"),
        (report.n_known, "known from before, not asked again"),
        (report.n_without_text, "without title and abstract, not asked about"),
        (report.n_beyond_limit, "left for another run"),
    )
    return lines + [f"{n:,} {what}." for n, what in told if n]


def _evaluation_lines(one: SuggestionEvaluation) -> list[str]:
    """Return an evaluation as a small table with its verdict."""
    accuracy = one.accuracy
    lines = [
        f"{one.actor} (asked: {one.instructions_sha256[:12]})",
        one.verdict.sentence,
        f"{counted(one.n_suggestions, 'suggestion')}; people settled {accuracy.n_records:,} of these records, "
        f"{accuracy.n_relevant:,} as relevant.",
    ]
    rows: list[tuple[str, Proportion]] = [
        ("relevant records kept (sensitivity)", accuracy.sensitivity),
        ("irrelevant records spared (specificity)", accuracy.specificity),
        ("relevant among those not excluded (precision)", accuracy.precision),
        ("relevant among those to include", accuracy.include_precision),
        ("answers: unsure", accuracy.unsure),
        ("answers: refused", accuracy.refused),
        ("answers: quote not in the text", accuracy.quote_missing),
    ]
    lines += [f"  {name:46}{_share(share)}" for name, share in rows]
    to_read = accuracy.number_to_read
    if to_read.value is not None and to_read.ci is not None:
        high = "no limit" if to_read.ci[1] is None else f"{to_read.ci[1]:.1f}"
        lines.append(
            f"  {'records read for each relevant one':46}{to_read.value:.1f} ({to_read.ci[0]:.1f} to {high})"
        )
    for name, part in one.strata.items():
        lines.append(
            f"  {name}: kept {_share(part.sensitivity)}; spared {_share(part.specificity)}"
        )
    if accuracy.lost:
        shown = ", ".join(accuracy.lost[:10])
        more = f" and {len(accuracy.lost) - 10:,} more" if len(accuracy.lost) > 10 else ""
        lines.append(f"Relevant records it would lose: {shown}{more}")
    lines += _probability_lines(one)
    lines.append(
        "This holds for records like those people settled: a random draw of all is best, and none may have been "
        "used to write the instructions."
    )
    return lines


def _probability_lines(one: SuggestionEvaluation) -> list[str]:
    """Return what its probabilities are worth."""
    if one.calibration is None or not one.verdict.can_judge:
        return []
    held = one.calibration
    reach = "" if held.brier_ci is None else f" ({held.brier_ci[0]:.3f} to {held.brier_ci[1]:.3f})"
    lines = [
        f"Probabilities: Brier score {held.brier:.3f}{reach}; the share of relevant ones alone gives "
        f"{held.brier_of_share:.3f}."
    ]
    for part in held.bins:
        off = "  off" if part.is_off else ""
        lines.append(
            f"  said {part.low:.1f} to {part.high:.1f} (mean {part.mean_probability:.2f}): "
            f"{_share(part.relevant)}{off}"
        )
    if one.threshold is not None:
        lines.append(one.threshold.sentence)
    return lines


def _share(share: Proportion) -> str:
    """Return a share with its counts and interval."""
    if share.value is None or share.ci is None:
        return str(share.reason)
    low, high = (100 * limit for limit in share.ci)
    return (
        f"{100 * share.value:.1f}% ({low:.1f}% to {high:.1f}%), {share.numerator:,} of "
        f"{share.denominator:,}"
    )
