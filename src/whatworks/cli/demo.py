"""`whatworks demo`: open the demo evidence base, build it and serve it."""

from __future__ import annotations

from pathlib import Path

import click

from whatworks.cli.serve import host_option, port_option

__all__ = ["demo"]


@click.command()
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default=None,
    help="Where the demo's store and release go [default: your user data folder].",
)
@click.option("--build-only", is_flag=True, help="Stop after building, and print what was built.")
@host_option
@port_option
def demo(folder: Path | None, build_only: bool, host: str, port: int) -> None:
    """Open the demo evidence base and serve it at a local address.

    \b
    Example: whatworks demo --build-only
    """
    import platformdirs

    from whatworks.actions.build_demo import build_demo, demo_store, is_built

    place = folder or Path(platformdirs.user_data_dir("whatworks")) / "demo"
    if build_only or not is_built(place):
        built = build_demo(place, progress=lambda message: click.echo(message, err=True))
        for name, value in built.lines():
            click.echo(f"{name:<22} {value}")
    if build_only:
        return
    from whatworks.actions.live_evidence import live_evidence
    from whatworks.demo import demo_release
    from whatworks.release import read_label
    from whatworks.store import Store
    from whatworks.web.serve import run

    store = Store.open(str(demo_store(place)))
    run(live_evidence(store), read_label(demo_release()), host=host, port=port)
