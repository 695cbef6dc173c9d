"""Look: one chip's story, and the check of many."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

import click

from ledger.cli import naming
from ledger.cli.help import Command, Several
from ledger.cli.output import BAD_NEWS, show, show_json, table
from ledger.cli.output import text as styled
from ledger.cli.remote import Elsewhere, remote_options
from ledger.cli.settings import MOMENT, Settings, ledger_options, pass_settings
from schemas.errors import NotFound

if TYPE_CHECKING:
    from ledger.cli.telling import Told
    from ledger.service.ledger import Ledger
    from ledger.service.query import Dossier
    from ledger.service.steps import Step

as_of_option = click.option(
    "--as-of",
    type=MOMENT,
    metavar="TIME",
    help="Judge as of this time instead of now, from all that is recorded now.",
)

reader_option = click.option(
    "--reader", metavar="PARTY", help="Answer as that party would see it; else all is shown."
)


@click.command(cls=Command)
@click.argument("serial")
@as_of_option
@reader_option
@remote_options
@ledger_options
@pass_settings
def chip(
    settings: Settings,
    *,
    serial: str,
    as_of: datetime | None,
    reader: str | None,
    elsewhere: Elsewhere | None,
) -> None:
    """Tell the story of one item.

    Who has it, where it goes, what happened, what was found. SERIAL is a serial number, a Digital
    Link, an EPC URN, a GS1 element string or what a scanner reads. If several items bear the
    serial, all are listed. With --ledger a ledger elsewhere answers. Exit code 1 if the verdict is
    Stop.

    For example:

        chiptrail chip A-0042
        chiptrail chip "(01)09506000134352(21)A-0042" --json
        chiptrail chip https://id.gs1.org/00/106141412345678908
        chiptrail chip A-0042 --reader fjordhall
    """
    from ledger.service.query import dossier, resolve
    from schemas.item import parse_query

    parse_query(serial)  # says what is wrong with a code that does not read
    if elsewhere is not None:
        from ledger.cli import asking

        demand_no_reader(reader)
        asking.chip(settings, elsewhere, serial, as_of)
        return
    ledger = settings.open_ledger()
    who = naming.reader_named(ledger, reader)
    items = resolve(ledger, [serial], who)[serial]
    if not items:
        meant = naming.in_capitals(ledger, [serial], who).get(serial)
        raise NotFound(f"nothing is recorded of {serial}; {naming.typing_error(meant)}")
    dossiers = [dossier(ledger, item, as_of=as_of, reader=who) for item in items]
    if settings.as_json:
        from ledger.service.dossiers import dossier_to_json

        show_json([dossier_to_json(found) for found in dossiers])
    elif len(dossiers) == 1:
        _tell(dossiers[0], is_as_of=as_of is not None)
    else:
        _list(serial, dossiers)
    if any(found.verdict.value == "stop" for found in dossiers):
        raise click.exceptions.Exit(BAD_NEWS)


def _tell(found: "Dossier", *, is_as_of: bool) -> None:
    from ledger.cli import standing, telling

    steps = told_of(found.steps)
    show(
        telling.heading(found.item, found.verdict),
        "",
        standing.facts(
            found.state,
            steps,
            found.names,
            found.as_of,
            contents=found.contents,
            numbers=found.numbers,
            place=found.place,
        ),
    )
    worst = telling.open_findings(found.findings)
    if worst:
        show("", styled("Found", "bold"), telling.findings_table(worst, found.names))
    if found.troubled:
        show("", styled("Inside, not clear", "bold"), telling.troubled(found.troubled))
    looks = telling.next_looks(found.findings)
    if looks:
        show("", styled("Look at next", "bold"), telling.indented(looks))
    show("", styled("Story", "bold"), telling.story(found.item, steps, found.names, found.said))
    end = telling.footer(found.as_of, found.size, is_as_of=is_as_of, horizon=found.horizon)
    show("", end)


def told_of(steps: Iterable["Step"]) -> list["Told"]:
    """The *steps* of a dossier, to be told."""
    from ledger.cli.telling import Told

    return [
        Told(
            index=step.index,
            recorded_at=step.recorded_at,
            event=step.event,
            act=step.act,
            through=step.through,
            findings=step.findings,
            erased=step.erased,
            withheld=step.withheld,
            corrected_by=step.corrected_by,
            corrects=step.corrects,
        )
        for step in steps
    ]


def _list(serial: str, dossiers: list["Dossier"]) -> None:
    from ledger.cli import telling

    show(f"{len(dossiers)} items bear the serial {serial}. Ask for one by its full id:", "")
    rows = table("verdict", "item", "entries", right=["entries"], fold=["item"])
    for found in dossiers:
        rows.add_row(telling.verdict_text(found.verdict), found.item, str(len(found.steps)))
    show(rows)


@click.command(cls=Command)
@click.argument("what", metavar="FILE|SERIAL", nargs=-1, required=True, cls=Several)
@click.option(
    "--document",
    metavar="DOC",
    help="The paper they came with, e.g. awb:618-12345675: says what else should be there.",
)
@click.option("--presented-by", metavar="PARTY", help="Who brings the goods.")
@click.option(
    "--all", "show_all", is_flag=True, help="Every serial on a line of its own, clear ones too."
)
@as_of_option
@reader_option
@remote_options
@ledger_options
@pass_settings
def check(
    settings: Settings,
    *,
    what: tuple[str, ...],
    document: str | None,
    presented_by: str | None,
    show_all: bool,
    as_of: datetime | None,
    reader: str | None,
    elsewhere: Elsewhere | None,
) -> None:
    """Check a pallet of serials at once.

    Counts come first, then lines, the worst first. What is presented twice, and a serial that
    several items bear, is marked: it may be a clone. Serials are given as arguments, or pasted
    into a FILE in any way: one a line, with commas, blanks or semicolons, as serials, Digital
    Links or scanned codes; - is standard input. With --ledger a ledger elsewhere answers, as its
    API does, through the eyes of the token's party. Exit code 1 if anything is contraindicated.

    For example:

        chiptrail check A-0042 A-0043 A-0044
        chiptrail check scanned.txt --document awb:618-12345675
        xclip -o | chiptrail check -
        chiptrail check scanned.txt --ledger https://ledger.example.com
    """
    texts = naming.texts_in(what)
    if not texts:
        raise click.UsageError("no serials were found in what was given")
    paper = None if document is None else naming.document_named(document)
    asked = _Asked(texts, paper, presented_by, as_of, show_all)
    if elsewhere is None:
        _check_here(settings, asked, reader)
        return
    from ledger.cli import asking

    demand_no_reader(reader)
    asking.check(
        settings,
        elsewhere,
        texts,
        show_all=show_all,
        document=paper,
        presented_by=presented_by,
        as_of=as_of,
    )


class _Asked(NamedTuple):
    """What is checked, with which paper, brought by whom, as of when; and how it is shown."""

    texts: list[str]
    document: str | None
    presented_by: str | None
    as_of: datetime | None
    show_all: bool


def demand_no_reader(reader: str | None) -> None:
    """See that nobody is named through whose eyes a ledger elsewhere should answer.

    Raises: UsageError.
    """
    if reader is not None:
        raise click.UsageError("--reader: a ledger elsewhere answers the token's own party")


def _check_here(settings: Settings, asked: _Asked, reader: str | None) -> None:
    from ledger.service import dossiers, query

    texts, paper, presented_by, as_of, show_all = asked
    ledger = settings.open_ledger()
    who, bringer = naming.reader_named(ledger, reader), _party(ledger, presented_by)
    checked = query.check(
        ledger, texts, document=paper, presented_by=bringer, as_of=as_of, reader=who
    )
    unknown = [line.text for line in checked.lines if line.state is None]
    meant = naming.in_capitals(ledger, unknown, who)
    if settings.as_json:
        show_json({**dossiers.check_to_json(checked), "inCapitals": {**meant}})
    else:
        from ledger.cli import checking

        checking.show_check(
            checked,
            ledger.registry.names,
            meant,
            show_all=show_all,
            document=paper,
            is_as_of=as_of is not None,
        )
    if any(line.verdict.value == "stop" for line in checked.lines):
        raise click.exceptions.Exit(BAD_NEWS)


def _party(ledger: "Ledger", text: str | None) -> str | None:
    return None if text is None else naming.party_named(ledger, text)
