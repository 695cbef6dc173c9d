"""The demo: build a made-up world, say what there is to see in it, and serve it."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ledger.cli.help import Command
from ledger.cli.output import progress, show, show_json
from ledger.cli.output import text as styled
from ledger.cli.serving import DEFAULT_LISTEN, attend, host_and_port, listening
from ledger.cli.settings import Settings, ledger_options, pass_settings
from schemas.errors import CannotOpen
from schemas.strict_json import JSON

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from ledger.service.demo.access import Access
    from ledger.service.demo.script import Sight
    from ledger.service.demo.world import DemoWorld, Plan

# A serial that no demo has: lots are named by one letter and two digits.
_NOT_THERE = "NONE-0001"
DEMO_DATA = Path("chiptrail-demo")
_ANY_PORT = "127.0.0.1:0"


@click.command(cls=Command)
@click.option(
    "--seed",
    type=int,
    metavar="N",
    help="All with this N, as many --chips and the same day (UTC) build the same ledger, with the"
    " same name, keys and entries; for tests, since such keys are no secret.",
)
@click.option(
    "--chips",
    type=click.IntRange(400, 200_000),
    default=2000,
    show_default=True,
    metavar="N",
    help="How many chips there are.",
)
@click.option("--fresh", is_flag=True, help="Replace the demo that is in the folder.")
@click.option(
    "--listen",
    metavar="HOST:PORT",
    help=f"Where to serve it; if not given {DEFAULT_LISTEN}, or another port if that is taken.",
)
@click.option("--no-serve", is_flag=True, help="Only build it, as with --json.")
@ledger_options
@pass_settings
def demo(
    settings: Settings,
    *,
    seed: int | None,
    chips: int,
    fresh: bool,
    listen: str | None,
    no_serve: bool,
) -> None:
    """Build a made-up world to look around in, and serve it.

    It goes into ./chiptrail-demo unless --data says otherwise. A fab, a packaging house, a board
    maker, a distributor, an exporter and its broker, two forwarders, data centres in three
    countries, a university and a customs authority; some 2,000 chips on their way through the
    world; and things that went wrong on purpose, or were put right. Everything is really signed,
    with keys in the folder, so that you can go on from there. Then it answers over HTTP until
    Ctrl-C; with it are shown five logins and three tokens, made for this run. A demo that is in the
    folder already is served as it is.

    For example:

        chiptrail demo
        chiptrail demo --data /tmp/world --chips 20000
        chiptrail demo --fresh --no-serve
    """
    from datetime import UTC, datetime

    from ledger.service.demo import world as service

    if listen is not None:
        host_and_port(listen)  # before anything is built
    if fresh and settings.database is not None:
        raise click.UsageError("--fresh empties no database; name another --data and --database")
    folder = settings.data or DEMO_DATA
    if fresh and folder.exists():
        service.remove_demo(folder)
    found = _found(folder)
    if found is not None and seed is not None:
        raise CannotOpen(
            f"{folder}: there is a demo already; --fresh replaces it by that of --seed"
        )
    world = found or _build(settings, folder, service.Plan(seed, chips, datetime.now(UTC)))
    if settings.as_json:
        show_json(_to_json(world))
        return
    _show(world, is_elsewhere=settings.database is not None, is_new=found is None)
    if not no_serve:
        settings.data = folder
        _serve(settings, world, listen)


def _found(folder: Path) -> "DemoWorld | None":
    """The demo in *folder*; None where there is nothing.

    Raises: CannotOpen if something else is there, or a demo that was not finished.
    """
    from ledger.service.demo import world as service

    if not folder.exists() or not any(folder.iterdir()):
        return None
    world = service.load_demo(folder)
    if world is None:
        unfinished = "holds a demo that was not finished; --fresh replaces it"
        is_demo = service.is_demo(folder)
        raise CannotOpen(
            f"{folder}: {unfinished if is_demo else 'is not empty; choose another --data'}"
        )
    return world


def _build(settings: Settings, folder: Path, plan: "Plan") -> "DemoWorld":
    from ledger.service.demo import world as service

    with progress("building the demo", "events") as tell:
        for step in service.build_demo(folder, plan, settings.database):
            if isinstance(step, service.DemoWorld):
                return step
            tell(step.done, step.total)
    raise AssertionError("a demo that is built ends with its world")


def _to_json(world: "DemoWorld") -> dict[str, JSON]:
    return {
        "data": str(world.folder),
        "origin": world.origin,
        "vkey": world.vkey,
        "entries": world.entries,
        "chips": world.chips,
        "sights": [
            {"verdict": s.verdict, "serial": s.serial, "item": s.item, "why": s.why}
            for s in world.sights
        ],
    }


def _show(world: "DemoWorld", *, is_elsewhere: bool, is_new: bool) -> None:
    first, keys = world.sights[0].serial, world.folder / "keys"
    serials = " ".join(sight.serial for sight in _some(world.sights, 1, 1, 1))
    shown = _some(world.sights, 3, 5, 4)
    show(
        f"{'Built' if is_new else 'Found'} {world.origin} in {world.folder}: {world.chips:,} chips,"
        f" {world.entries:,} signed entries. All of it is made up."
        f"{'' if is_new else ' --fresh builds another in its place.'}",
        "",
        styled("Look around", "bold"),
        f"  export CHIPTRAIL_DATA={world.folder}",
        *(["  export CHIPTRAIL_DATABASE_URL=..., as you named it"] if is_elsewhere else []),
        _sights(shown),
        f"  {len(world.sights) - len(shown)} more to see: {world.folder}/demo.json",
        f"  chiptrail check {serials} {_NOT_THERE}",
        "",
        styled("Take a proof along, and verify it where nobody knows the ledger", "bold"),
    )
    # Not through show, which would break a line that is meant to be copied.
    click.echo(f"  chiptrail bundle {first} -o {first}.chiptrail.json")
    click.echo(f"  chiptrail verify {first}.chiptrail.json \\\n    --vkey {world.vkey}")
    show("", styled("Sign something yourself, as one of the demo's people", "bold"))
    click.echo(f"  chiptrail ship --key {keys}/japan.key --to kestrel {first} --dry-run")
    show("", styled("See it as somebody else would", "bold"))
    click.echo(f"  chiptrail chip {first} --reader hsinlin")
    show("", styled("Let others see the log, and hold it to its word", "bold"))
    click.echo("  chiptrail publish public\n  chiptrail audit")


def _serve(settings: Settings, world: "DemoWorld", listen: str | None) -> None:
    from ledger.service.demo.access import let_in
    from web.app import BODY_LIMITS, make_app
    from web.outline import MAPS, prepare_soon

    ledger = settings.open_ledger()
    prepare_soon(ledger.directory.path / MAPS)
    people = let_in(ledger)
    try:
        server = listening(make_app(ledger), listen or DEFAULT_LISTEN, BODY_LIMITS)
    except CannotOpen:
        if listen is not None:
            raise
        server = listening(make_app(ledger), _ANY_PORT, BODY_LIMITS)
    _show_access(world, people, server.url)
    attend(server)


def _show_access(world: "DemoWorld", people: "Sequence[Access]", url: str) -> None:
    show("", styled("Sign in, or ask with a token, as one of its people", "bold"))
    # Not through show, which would break a line that is meant to be copied.
    for one in people:
        may = f" ({', '.join(sorted(one.scopes))})" if one.token else ""
        click.echo(f"  {one.who}, {one.party.rpartition(':')[2]}{may}")
        click.echo(f"    {url}/sign-in  {one.user}  {one.password}")
        if one.token:
            click.echo(f"    {one.token}")
    keys = "exporter.key is redwood's, japan.key inzai's, customs.key straits'"
    click.echo(f"  To sign there: Keys, Restore a key; in {world.folder / 'keys'} {keys}")
    serial, token = world.sights[0].serial, people[-1].token
    click.echo(f'  curl -H "Authorization: Bearer {token}" {url}/api/v1/items/{serial}')
    click.echo(f"\n{world.origin} answers at {url}, described at {url}/api/docs; Ctrl-C ends it.")
    click.echo(f"Later: chiptrail --data {world.folder} serve")


def _sights(sights: "Sequence[Sight]") -> "Table":
    from rich.table import Table

    from ledger.cli.telling import verdict_text
    from ledger.judge import Verdict

    rows = Table.grid(padding=(0, 2, 0, 0))
    for no_wrap in (True, True, False):
        rows.add_column(no_wrap=no_wrap, overflow="fold")
    for sight in sights:
        verdict = verdict_text(Verdict(sight.verdict))
        rows.add_row(f"  chiptrail chip {sight.serial}", verdict, styled(sight.why, "dim"))
    return rows


def _some(sights: "Sequence[Sight]", clear: int, check: int, stop: int) -> "list[Sight]":
    """So many sights of each verdict, the first ones."""
    wanted = {"clear": clear, "check": check, "stop": stop}
    return [
        sight
        for verdict, count in wanted.items()
        for sight in [one for one in sights if one.verdict == verdict][:count]
    ]
