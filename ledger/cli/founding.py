"""Begin: found a ledger, make keys."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ledger.cli.help import Command
from ledger.cli.keyfiles import new_passphrase, open_key, passphrase_option
from ledger.cli.output import show_json
from ledger.cli.settings import Settings, json_option, ledger_options, pass_settings
from schemas.errors import ChiptrailError, MalformedKey
from schemas.strict_json import JSON

if TYPE_CHECKING:
    from ledger.keys import PrivateKey
    from ledger.service.ledger import Ledger

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
        from schemas.formats import check_party_id  # noqa: PLC0415

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
    unencrypted: bool,
    passphrase_file: Path | None,
) -> None:
    """Found a ledger named ORIGIN.

    ORIGIN is the log's name for good, as a host and path without a scheme. The folder gets the
    log's key, the operator's key, the database and, unless you name one, the registrar's key.
    Take the registrar's key away to another machine and keep a copy.

    For example:

        chiptrail init ledger.example.com/chips
        chiptrail init ledger.example.com --registrar-key reg.key
    """
    from ledger.service.founding import Foundation  # noqa: PLC0415
    from ledger.service.opening import found_ledger  # noqa: PLC0415

    made = registrar_key is None
    path = registrar_key or settings.folder / REGISTRAR_KEY
    if made:
        _check_vacant(settings.folder)
        passphrase = None if unencrypted else new_passphrase(passphrase_file, str(path))
        key = _make_key(path, registrar, passphrase)
    else:
        key = open_key(path, passphrase_file).key
    try:
        ledger = found_ledger(
            settings.folder, Foundation(origin, registrar, key), url=settings.database
        )
    except ChiptrailError:
        if made:
            _take_back(path)
        raise
    _show_founded(settings, ledger, registrar, path)


def _take_back(key_path: Path) -> None:
    """Nothing was founded: leave nothing behind."""
    key_path.unlink()
    if not any(key_path.parent.iterdir()):
        key_path.parent.rmdir()


def _check_vacant(folder: Path) -> None:
    from schemas.errors import CannotOpen  # noqa: PLC0415

    if (folder / "checkpoint").exists():
        raise CannotOpen(f"{folder}: there is a ledger already; choose another --data")


def _make_key(path: Path, party: str, passphrase: bytes | None) -> "PrivateKey":
    from ledger.service import keyring  # noqa: PLC0415
    from schemas.errors import CannotOpen  # noqa: PLC0415

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
    click.echo("Next: chiptrail keygen, chiptrail enroll party, chiptrail enroll key.")


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
    from ledger.service import keyring  # noqa: PLC0415

    if endorse_with is not None and origin is None:
        raise click.UsageError("--endorse-with needs --origin: the request is what it signs")
    endorser = None if endorse_with is None else open_key(endorse_with, passphrase_file)
    if endorser is not None and endorser.name != party:
        raise MalformedKey(f"{endorse_with} is a key of {endorser.name}, want one of {party}")
    request = file.with_name(f"{file.name}.request") if origin else None
    for path in (file, request):
        if path is not None and path.exists():
            from schemas.errors import CannotOpen  # noqa: PLC0415

            raise CannotOpen(f"{path}: exists already, and is not overwritten")
    passphrase = None if unencrypted else new_passphrase(passphrase_file, str(file))
    key = keyring.make_key_file(file, name=party, passphrase=passphrase)
    if request is not None and origin is not None:
        data = _request(origin, party, key, None if endorser is None else endorser.key)
        keyring.write_new(request, data)
    _show_key(settings, file, party, key, request)


def _request(origin: str, party: str, key: "PrivateKey", endorser: "PrivateKey | None") -> bytes:
    from ledger.keys import key_proof_message  # noqa: PLC0415
    from schemas.key_request import KeyRequest, encode_key_request  # noqa: PLC0415
    from schemas.statement import Endorsement  # noqa: PLC0415

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
    from schemas.formats import encode_base64  # noqa: PLC0415

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
