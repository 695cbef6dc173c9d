"""Begin: found a ledger, make keys."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ledger.cli.help import Command
from ledger.cli.keyfiles import new_passphrase, open_key, passphrase_option
from ledger.cli.output import show_json
from ledger.cli.settings import Settings, disk_reserve, json_option, ledger_options, pass_settings
from schemas.errors import CannotOpen, MalformedEvent, MalformedKey, MalformedStatement
from schemas.strict_json import JSON

if TYPE_CHECKING:
    from ledger.keys import PrivateKey
    from ledger.service.ledger import Ledger
    from schemas.retirement import Retirement

REGISTRAR = "urn:chiptrail:party:registrar"
REGISTRAR_KEY = "registrar.key"

unencrypted_option = click.option(
    "--unencrypted",
    is_flag=True,
    help="Keep the private key in the open, for machines that sign unattended.",
)


if TYPE_CHECKING:
    _Param = click.ParamType[str]
else:
    _Param = click.ParamType  # generic from click 8.5 on


class PartyId(_Param):
    """A party id: ``urn:chiptrail:party:<slug>``, a GS1 party URI, or the slug alone."""

    name = "party"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """The full id that *value* spells."""
        from schemas.formats import check_party_id

        text = str(value)
        try:
            return check_party_id(text if ":" in text else f"urn:chiptrail:party:{text}")
        except ValueError as exc:
            self.fail(f"got {text!r}: {exc}", param, ctx)


PARTY_ID = PartyId()


@click.command(cls=Command)
@click.argument("origin")
@click.option(
    "--registrar",
    type=PARTY_ID,
    default=REGISTRAR,
    metavar="PARTY",
    help="Party id of the registrar, who says which key is whose.",
)
@click.option(
    "--registrar-key",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="An existing key file of the registrar; else one is made in the folder.",
)
@click.option(
    "--predecessor",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="The folder of a retired ledger that this one goes on from; the genesis says so.",
)
@unencrypted_option
@passphrase_option
@ledger_options
@pass_settings
def init(
    settings: Settings,
    *,
    origin: str,
    registrar: str,
    registrar_key: Path | None,
    predecessor: Path | None,
    unencrypted: bool,
    passphrase_file: Path | None,
) -> None:
    """Found a ledger named ORIGIN.

    ORIGIN is the log's name for good, as a host and path without a scheme. The folder gets the
    log's key, the operator's key, the database and, unless you name one, the registrar's key.
    Take the registrar's key away to another machine and keep a copy. What was cut short, by a full
    disk or a power cut, is taken up by the same command: it goes on with the keys that are there.

    For example:

        chiptrail init ledger.example.com/chips
        chiptrail init ledger.example.com --registrar-key reg.key
    """
    from ledger.service.founding import Foundation
    from ledger.service.opening import demand_rules, found_ledger

    reserve = disk_reserve()
    retired = None if predecessor is None else _retired(predecessor, origin)
    _check_origin(origin)  # before a key is made: one that was written is never taken back
    demand_rules(settings.folder)
    path = registrar_key or settings.folder / REGISTRAR_KEY
    if registrar_key is None and not path.exists():
        _check_vacant(settings.folder)
        passphrase = None if unencrypted else new_passphrase(passphrase_file, str(path))
        key = _make_key(path, registrar, passphrase)
    else:
        key = _key_of(registrar, path, passphrase_file)
    foundation = Foundation(origin, registrar, key, retired)
    ledger = found_ledger(settings.folder, foundation, url=settings.database, reserve=reserve)
    _show_founded(settings, ledger, registrar, path)


def _retired(folder: Path, origin: str) -> "Retirement":
    from ledger.service.retirement import load_retirement

    retired = load_retirement(folder)
    if retired.origin == origin:
        raise click.UsageError(f"{origin} was retired, and its name is not used again")
    return retired


def _check_origin(origin: str) -> None:
    from schemas.extension import FIELDS

    try:
        FIELDS["chiptrail:ledger"](origin)
    except MalformedEvent as exc:
        raise MalformedStatement(exc.message, "/origin") from exc


def _check_vacant(folder: Path) -> None:
    """A log that was begun has a registrar; a key made now would be nobody's."""
    if any((folder / name).exists() for name in ("log.key", "checkpoint")):
        raise CannotOpen(
            f"{folder}: there is a ledger already, and its registrar's key is elsewhere; choose"
            " another --data, or go on with a founding cut short by naming --registrar-key"
        )


def _key_of(party: str, path: Path, passphrase_file: Path | None) -> "PrivateKey":
    opened = open_key(path, passphrase_file)
    if opened.name != party:
        raise MalformedKey(f"{path} is a key of {opened.name}, want one of {party}")
    return opened.key


def _make_key(path: Path, party: str, passphrase: bytes | None) -> "PrivateKey":
    from ledger.service import keyring

    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as exc:
        raise CannotOpen(f"{path.parent}: {exc.strerror}") from exc
    return keyring.make_key_file(path, name=party, passphrase=passphrase)


def _show_founded(settings: Settings, ledger: "Ledger", registrar: str, path: Path) -> None:
    if settings.as_json:
        show_json(
            {
                "origin": ledger.origin,
                "vkey": ledger.vkey,
                "registrar": registrar,
                "registrarKey": str(path),
                "size": ledger.head.size,
            }
        )
        return
    click.echo(f"Founded {ledger.origin} in {settings.folder}.")
    click.echo(f"  verifier key   {ledger.vkey}")
    click.echo(f"  registrar      {registrar}, key in {path}")
    click.echo("Next: chiptrail serve, and go on in a browser by the link that it prints;")
    click.echo("or here: chiptrail keygen, chiptrail enroll party, chiptrail enroll key.")


@click.command(cls=Command)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--party",
    type=PARTY_ID,
    required=True,
    metavar="PARTY",
    help="Whose key it is: urn:chiptrail:party:<slug>, the slug alone, or a GS1 party URI.",
)
@click.option(
    "--origin",
    metavar="ORIGIN",
    help="Also write FILE.request, with which the registrar of the ledger ORIGIN enrols the key.",
)
@click.option(
    "--endorse-with",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="A key of the same party that is enrolled already; it signs the request too.",
)
@unencrypted_option
@passphrase_option
@json_option
@pass_settings
def keygen(
    settings: Settings,
    *,
    file: Path,
    party: str,
    origin: str | None,
    endorse_with: Path | None,
    unencrypted: bool,
    passphrase_file: Path | None,
) -> None:
    """Make a signing key.

    FILE is for its owner only (mode 0600), encrypted with a passphrase, and never written over. The
    private key stays where it is made: the registrar gets FILE.request, which has none.

    For example:

        chiptrail keygen acme.key --party acme --origin ledger.example.com
        chiptrail keygen gate.key --party acme --unencrypted
    """
    from ledger.service import keyring

    if endorse_with is not None and origin is None:
        raise click.UsageError("--endorse-with needs --origin: the request is what it signs")
    endorser = None if endorse_with is None else _key_of(party, endorse_with, passphrase_file)
    request = file.with_name(f"{file.name}.request") if origin else None
    for path in (file, request):
        if path is not None and path.exists():
            raise CannotOpen(f"{path}: exists already, and is not overwritten")
    passphrase = None if unencrypted else new_passphrase(passphrase_file, str(file))
    key = keyring.make_key_file(file, name=party, passphrase=passphrase)
    if request is not None and origin is not None:
        data = _request(origin, party, key, endorser)
        keyring.write_new(request, data)
    _show_key(settings, file, party, key, request)


@click.command(cls=Command)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.argument("new", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--for-browser",
    is_flag=True,
    help="In a box that browsers can open: to be restored on the page of keys.",
)
@unencrypted_option
@passphrase_option
@json_option
@pass_settings
def keycopy(
    settings: Settings,
    *,
    file: Path,
    new: Path,
    for_browser: bool,
    unencrypted: bool,
    passphrase_file: Path | None,
) -> None:
    """Copy a signing key into another form.

    NEW has the same key as FILE, encrypted with a passphrase, for its owner only, and never written
    over. A backup that a browser made is such a file too. With --passphrase-file or
    CHIPTRAIL_PASSPHRASE both have the same passphrase; else that of NEW is asked for.

    For example:

        chiptrail keycopy registrar.key registrar-browser.key --for-browser
        chiptrail keycopy browser-backup.key acme.key
    """
    from ledger.key_box import Box
    from ledger.service import keyring

    if for_browser and unencrypted:
        raise click.UsageError("--for-browser is a way to encrypt it, and --unencrypted is none")
    if new.exists():
        raise CannotOpen(f"{new}: exists already, and is not overwritten")
    opened = open_key(file, passphrase_file)
    passphrase = None if unencrypted else new_passphrase(passphrase_file, str(new))
    box = Box.PBKDF2 if for_browser else Box.ARGON2ID
    keyring.copy_key_file(opened, new, passphrase=passphrase, box=box)
    if settings.as_json:
        show_json({"file": str(new), "party": opened.name, "keyid": opened.key.public.keyid})
        return
    click.echo(f"Copied the key {opened.key.public.keyid} of {opened.name} to {new}.")


def _request(origin: str, party: str, key: "PrivateKey", endorser: "PrivateKey | None") -> bytes:
    from ledger.keys import key_proof_message
    from schemas.key_request import KeyRequest, encode_key_request
    from schemas.statement import Endorsement

    message = key_proof_message(origin, party, key.public.keyid)
    endorsement = None
    if endorser is not None:
        endorsement = Endorsement(endorser.public.keyid, endorser.sign(message))
    return encode_key_request(
        KeyRequest(origin, party, key.public.raw, key.sign(message), endorsement)
    )


def _show_key(
    settings: Settings, file: Path, party: str, key: "PrivateKey", request: Path | None
) -> None:
    from schemas.formats import encode_base64

    if settings.as_json:
        answer: dict[str, JSON] = {
            "file": str(file),
            "party": party,
            "keyid": key.public.keyid,
            "publicKey": encode_base64(key.public.raw),
            "request": None if request is None else str(request),
        }
        show_json(answer)
        return
    click.echo(f"Made a key of {party} in {file}.")
    click.echo(f"  keyid    {key.public.keyid}")
    if request is not None:
        click.echo(f"  request  {request}, for the registrar: chiptrail enroll key {request}")
