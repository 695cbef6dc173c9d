"""Measure: what a landmark found, signed, for whoever claims to be near it."""

from datetime import UTC, datetime
from pathlib import Path

import click

from ledger.cli.help import Command
from ledger.cli.keyfiles import open_key, signing_options
from ledger.cli.settings import MOMENT, json_option
from schemas.errors import Refusal


@click.command(cls=Command)
@click.argument("keyid")
@click.option("--origin", required=True, metavar="ORIGIN", help="The ledger that it is for.")
@click.option(
    "--round-trips", type=click.IntRange(1), required=True, metavar="N", help="How many were made."
)
@click.option(
    "--fastest-ms",
    type=float,
    required=True,
    metavar="MS",
    help="How long the fastest of them took, in milliseconds.",
)
@click.option(
    "--from", "starts_at", type=MOMENT, metavar="TIME", help="When the first was made; as --until."
)
@click.option(
    "--until", "ends_at", type=MOMENT, metavar="TIME", help="When the last was made; now."
)
@signing_options
@json_option
def transcript(
    *,
    keyid: str,
    origin: str,
    round_trips: int,
    fastest_ms: float,
    starts_at: datetime | None,
    ends_at: datetime | None,
    key_path: Path,
    passphrase_file: Path | None,
) -> None:
    r"""Sign, as a landmark, how fast a machine answered.

    KEYID is the id of the key with which the machine signed its answers, to challenges that it
    could not know before. The measuring is the landmark's own. The result goes into an event, as
    with `chiptrail declare --transcript`.

    For example:

        chiptrail transcript "$KEYID" --key osl.key --origin ledger.example.com \
            --round-trips 20 --fastest-ms 0.84 > osl.json
    """
    from ledger import dsse
    from schemas.envelope import PayloadType, envelope_to_json
    from schemas.strict_json import dump
    from schemas.transcript import MOST_MS, Transcript, encode_transcript, parse_transcript

    if not 0 < fastest_ms <= MOST_MS:  # nor is it no number
        raise click.BadParameter(f"want above 0, at most {MOST_MS}", param_hint="--fastest-ms")
    until = ends_at or datetime.now(UTC)
    said = Transcript(
        ledger=origin,
        answered_by=keyid,
        starts_at=starts_at or until,
        ends_at=until,
        round_trips=round_trips,
        min_round_trip_ms=fastest_ms,
    )
    payload = encode_transcript(said)
    try:
        parse_transcript(payload)
    except Refusal as exc:
        option = _OPTIONS.get(exc.pointer or "")  # none: a number that no JSON has, or all is long
        raise click.BadParameter(exc.message, param_hint=option) from exc
    key = open_key(key_path, passphrase_file).key
    click.echo(dump(envelope_to_json(dsse.sign(payload, PayloadType.TRANSCRIPT, key))))


_OPTIONS = {
    "/answeredBy": "KEYID",
    "/chiptrail:ledger": "--origin",
    "/until": "--until",
}
