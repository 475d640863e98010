"""Entry point: runs a command and turns errors into one message and an exit code."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from whatworks.cli.lazy import LazyGroup, ReaderLeft
from whatworks.errors import UserError

__all__ = ["cli", "main"]

EXIT_USER_ERROR = 2

cli = LazyGroup(
    "whatworks",
    help="""A living, verifiable evidence base on what works in inclusive education.

    \b
    whatworks demo                       open the demo evidence base in a browser
    whatworks show targeted-k6 --json    one strand, with every number
    whatworks why targeted-k6.main.estimate

    Exit codes: 0 done, 1 a fault in whatworks, 2 something you can mend (the message says what).
    """,
    lazy={
        "demo": (
            "whatworks.cli.demo:demo",
            "Open the demo evidence base and serve it at a local address.",
        ),
        "serve": (
            "whatworks.cli.serve:serve",
            "Serve an evidence base as a website, until Ctrl-C.",
        ),
        "show": ("whatworks.cli.show:show", "Show what there is, or one strand or study."),
        "why": ("whatworks.cli.why:why", "Explain a number down to its source rows."),
        "review": ("whatworks.cli.review:review", "Reviews: add, list, update, count the flow."),
        "protocol": (
            "whatworks.cli.protocol:protocol",
            "Protocols: set, amend with date and reason, show.",
        ),
        "search": (
            "whatworks.cli.search:search",
            "Searches: add with their strategy, check it, list, show.",
        ),
        "import": ("whatworks.cli.imports:imports", "Import references, decisions and effects."),
        "references": (
            "whatworks.cli.references:references",
            "Reference files: convert, check, dedupe.",
        ),
        "reports": ("whatworks.cli.reports:reports", "Reports: join records of the same document."),
        "screening": (
            "whatworks.cli.screening:screening",
            "Screening: set it up, decide, settle, see how far it is; try the ranking on a finished review.",
        ),
        "fulltext": (
            "whatworks.cli.fulltext:fulltext",
            "Full texts: what to seek and where, what is held, what could not be had.",
        ),
        "strand": ("whatworks.cli.strand:strand", "Strands: define, with their certainty."),
        "analyse": (
            "whatworks.cli.analyse:analyse",
            "Run every analysis the evidence calls for; what is up to date is left alone.",
        ),
        "release": ("whatworks.cli.release:release", "Releases: build, verify, compare."),
        "team": (
            "whatworks.cli.team:team",
            "Team: invite people, give roles, disable, sign out, reset.",
        ),
        "store": ("whatworks.cli.store:store", "The store: create, check, rebuild, back up."),
    },
)
cli.params.append(
    click.Option(
        ["--version"],
        is_flag=True,
        expose_value=False,
        is_eager=True,
        callback=lambda ctx, param, value: _print_version(ctx) if value else None,
        help="Print the version and stop.",
    )
)


def _print_version(ctx: click.Context) -> None:
    """Print the version; read from the package's metadata only when asked."""
    from whatworks import __version__

    click.echo(f"whatworks {__version__}")
    ctx.exit()


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave the process with its exit code."""
    try:
        cli.main(args=arguments, prog_name="whatworks", standalone_mode=False)
    except UserError as error:
        click.echo(str(error), err=True)
        sys.exit(EXIT_USER_ERROR)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(EXIT_USER_ERROR)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped. Nothing of what was running was saved.", err=True)
        sys.exit(EXIT_USER_ERROR)
    except ReaderLeft:
        # Nothing is at fault, and there is nobody to tell.
        _drop_output()
        sys.exit(0)
    except OSError as error:
        # What the machine refuses, wherever it happens: a full disk, a folder that may not be
        # written to, a name that is a file where a folder should be.
        where = error.filename if error.filename is not None else "The output"
        click.echo(
            f"{where}: {error.strerror or error}. Check the name, the rights and the free space, "
            "then do it again.",
            err=True,
        )
        if error.filename is None:
            _drop_output()
        sys.exit(EXIT_USER_ERROR)


def _drop_output() -> None:
    """Send what is left of stdout nowhere, so that it does not fail once more at the end."""
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
