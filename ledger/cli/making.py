"""What the short forms share: their options, and signing and recording in one go.

A short form makes a draft, of an event or a statement, out of its arguments; here it is signed with
the party's key, captured, and the receipt shown. ``--dry-run`` does all of it and records nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ledger.cli import naming
from ledger.cli.help import Several
from ledger.cli.keyfiles import open_key, signing_options
from ledger.cli.output import BAD_NEWS, show_json
from ledger.cli.places import Here, There
from ledger.cli.pointing import at_option
from ledger.cli.remote import Elsewhere, remote_options
from ledger.cli.settings import MOMENT, Settings, ledger_options, pass_settings
from schemas.errors import MalformedParameter, Refusal

if TYPE_CHECKING:
    from ledger.cli.receipts import Receipt
    from ledger.compose import Signer
    from schemas.draft import Draft
    from schemas.envelope import Submission
    from schemas.short_form import Details
    from schemas.strict_json import JSON

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Form:
    """The options that all short forms take; statements only the first three."""

    key_path: Path
    passphrase_file: Path | None
    dry_run: bool
    at: datetime | None = None
    place: str | None = None
    country: str | None = None
    documents: tuple[str, ...] = ()
    on_behalf_of: str | None = None
    withhold: tuple[str, ...] = ()

    def details(self, **more: Any) -> "Details":  # noqa: ANN401 - fields of Details
        """What the options say of any event, and *more*."""
        from schemas.short_form import Details

        return Details(
            event_at=self.at,
            location=self._location(),
            documents=tuple(map(naming.document_named, self.documents)),
            on_behalf_of=self.on_behalf_of,
            **more,
        )

    def _location(self) -> "dict[str, JSON] | None":
        return None if self.place is None else naming.spot(self.place, self.country).location()


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a short form is filled in: the ledger, here or elsewhere, and who signs."""

    settings: Settings
    form: Form
    place: Here | There
    signer: "Signer"

    @property
    def party(self) -> str:
        """Who signs."""
        return self.signer.party

    @property
    def acting(self) -> str:
        """Whose act it is: who signs, or the party that it signs for."""
        return self.form.on_behalf_of or self.party

    def items(self, texts: Sequence[str]) -> tuple[str, ...]:
        """The items that *texts*, or the files among them, name."""
        found = self.place.items_named(naming.texts_in(texts))
        if not found:
            raise click.UsageError("no serial was given")
        return found

    def someone(self, text: str) -> str:
        """The party that *text* names."""
        return self.place.party_named(text)

    def called(self, party: str) -> str:
        """What people call *party*."""
        from ledger.names import party_name

        return party_name(party, self.place.names())

    def record(self, draft: "Draft") -> None:
        """Sign *draft*, capture it and show what came of it."""
        submission = self.sign(draft)
        self.show(self.capture(submission, dry_run=self.form.dry_run), submission)

    def state(self, draft: "Draft", about: int, question: "Question") -> None:
        """The same of a statement about entry *about*, which is asked about first, if it must be.

        Nothing can be undone, so whoever signs what changes nothing is told so before.
        """
        submission = self.sign(draft)
        receipt = self.capture(submission, dry_run=True)
        if not self.form.dry_run:
            why_idle = receipt.why_idle
            self.ask(question, [] if why_idle is None else self.remarks(receipt))
            receipt = self.capture(submission, dry_run=False)
        self.show(receipt, submission, about)

    def ask(self, question: "Question", remarks: Sequence[str]) -> None:
        """Show *remarks* and ask *question*, unless that is not needed or answered already.

        Raises: click.Abort; click.UsageError where nobody can be asked.
        """
        if question.is_answered or not (remarks or question.is_always_asked):
            return
        if self.settings.as_json:
            said = " ".join(remarks)
            raise click.UsageError(f"{said} With --json nobody is asked: add --yes.".strip())
        for remark in (*remarks, *question.remarks):
            click.echo(f"  {remark}", err=True)
        click.confirm(question.words, abort=True, err=True)

    def sign(self, draft: "Draft") -> "Submission":
        """Sign *draft*."""
        from ledger.service.signing import sign

        return sign(draft, self.signer, self.place.now(), self.form.withhold)

    def capture(self, submission: "Submission", *, dry_run: bool) -> "Receipt":
        """Capture *submission*.

        Raises: the refusal.
        """
        return self.place.capture([submission], dry_run=dry_run)[0]

    def remarks(self, receipt: "Receipt") -> list[str]:
        """What is to be known before it is signed of what has that *receipt* in a dry run."""
        from ledger.cli import receipts

        return receipts.remarks(receipt, self.place.names(), dry_run=True)

    def show(self, receipt: "Receipt", submission: "Submission", about: int | None = None) -> None:
        """Show the *receipt*, and end the command if it is bad news."""
        from ledger.cli import receipts

        names = self.place.names()
        if self.settings.as_json:
            show_json({**receipts.to_json(receipt), "dryRun": self.form.dry_run})
        else:
            told = receipts.told(submission, names, receipt, about)
            receipts.show(receipt, names, told, dry_run=self.form.dry_run)
        if receipts.is_contraindicated(receipt):
            raise click.exceptions.Exit(BAD_NEWS)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked before something is signed: *words*, below *remarks* of its own.

    *is_answered*: by ``--yes``.
    """

    words: str
    is_answered: bool
    is_always_asked: bool = False
    remarks: tuple[str, ...] = ()


_OPTIONS = (
    click.option(
        "--at", type=MOMENT, metavar="TIME", help="When it happened, as 2026-03-03 or -2h; now."
    ),
    click.option(
        "--place", metavar="LAT,LON[,M]", help="Where: degrees, and within how many metres."
    ),
    click.option("--country", metavar="CC", help="Country of the place, two capitals."),
    click.option(
        "--document",
        "documents",
        multiple=True,
        metavar="DOC",
        help="A paper it goes by: awb:618-12345675, bol:..., inv:..., po:... or a URI.",
    ),
    click.option(
        "--on-behalf-of",
        metavar="PARTY",
        help="Sign for this party, which has given you a mandate.",
    ),
    click.option(
        "--withhold",
        multiple=True,
        metavar="NAME",
        help="Sign a commitment to this field in place of it, e.g. chiptrail:location.",
    ),
)
_DRY_RUN = click.option(
    "--dry-run", is_flag=True, help="Show what would come of it; record nothing."
)
_OF_STATEMENTS = ("key_path", "passphrase_file", "dry_run")


def form_options(command: F) -> F:
    """Give *command*, of an event, the shared options; it gets a ``Desk`` in place of them."""
    return _at_desk(command, Form.__slots__, (*_OPTIONS, _DRY_RUN, remote_options))


def statement_options(command: F) -> F:
    """The same for *command* of a statement."""
    return _at_desk(command, _OF_STATEMENTS, (_DRY_RUN, remote_options))


def _at_desk(command: F, names: Sequence[str], options: Sequence[Callable[[F], F]]) -> F:
    @wraps(command)
    def filled(settings: Settings, /, elsewhere: Elsewhere | None = None, **said: Any) -> Any:  # noqa: ANN401 - click's own
        form = Form(**{name: said.pop(name) for name in names})
        if form.country is not None and form.place is None:
            raise click.UsageError("--country is that of a place; say which: --place LAT,LON[,M]")
        try:
            return command(_open_desk(settings, form, elsewhere), **said)
        except Refusal as exc:
            raise at_option(exc, click.get_current_context().command) from exc

    decorated: Any = ledger_options(pass_settings(filled))
    for option in reversed(options):
        decorated = option(decorated)
    return signing_options(decorated)  # type: ignore[no-any-return]  # click decorators are untyped


def _open_desk(settings: Settings, form: Form, elsewhere: Elsewhere | None) -> Desk:
    from ledger.service.signing import signer_at

    if elsewhere is not None:
        return _open_desk_elsewhere(settings, form, elsewhere)
    ledger = settings.open_ledger()
    key = open_key(form.key_path, form.passphrase_file)
    signer = signer_at(ledger, key)
    return _seated(Desk(settings, form, Here(ledger, signer.party), signer))


def _open_desk_elsewhere(settings: Settings, form: Form, elsewhere: Elsewhere) -> Desk:
    key = open_key(form.key_path, form.passphrase_file)
    remote = click.get_current_context().with_resource(elsewhere.opened())
    return _seated(Desk(settings, form, There(remote), remote.signer(key)))


def _seated(desk: Desk) -> Desk:
    """*desk*, with the party that it acts for known by its id."""
    if desk.form.on_behalf_of is None:
        return desk
    return replace(desk, form=replace(desk.form, on_behalf_of=desk.someone(desk.form.on_behalf_of)))


# What help shows of schemas.spelling.AUTHORISATIONS, without loading it; a test compares.
KINDS = {
    "licence": ("REGIME:NUMBER", "EAR:D1234567", "A licence it goes under"),
    "permit": ("REGIME:NUMBER", "STA:P-17", "A permit of another country"),
    "exception": ("REGIME:CODE[:NUMBER]", "EAR:NAC:A123456", "An exception it goes under"),
    "nlr": ("REGIME", "EAR", "By this regime no licence is required"),
}


def authorisation_options(command: F) -> F:
    """Give *command* what goods go under; it gets them as ``authorisations``, as an event has them.

    Each may be given several times.
    """

    @wraps(command)
    def filled(*args: Any, **said: Any) -> Any:  # noqa: ANN401 - click's own
        found = [_authorisation(kind, one) for kind in KINDS for one in said.pop(kind)]
        return command(*args, authorisations=found, **said)

    decorated: Any = filled
    for kind, (metavar, example, words) in reversed(KINDS.items()):
        said = f"{words}, e.g. {example}; may be given several times."
        decorated = click.option(f"--{kind}", kind, multiple=True, metavar=metavar, help=said)(
            decorated
        )
    return decorated  # type: ignore[no-any-return]  # click decorators are untyped


def _authorisation(kind: str, text: str) -> dict[str, str]:
    from schemas.spelling import read_authorisation

    try:
        return read_authorisation(kind, text)
    except MalformedParameter as exc:
        raise click.BadParameter(exc.message, param_hint=f"--{kind}") from exc


yes_option = click.option("--yes", is_flag=True, help="Do not ask whether it is meant.")


def serials(name: str = "serial", *, required: bool = True) -> Callable[[F], F]:
    """The serials that a command works on."""
    return click.argument(name, metavar="SERIAL", nargs=-1, required=required, cls=Several)
