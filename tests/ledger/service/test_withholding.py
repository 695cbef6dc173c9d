"""A withheld place is nowhere in what leaves the ledger, and no guessing brings it out.

Whoever has everything that the ledger gives to others tries every place of a grid, with all that it
knows in place of the salt, against every hash in it.
"""

import base64
import re
from collections.abc import Iterator
from hashlib import sha256
from itertools import chain, product

import pytest

from ledger.disclosure import make_disclosure, parse_disclosure
from ledger.service.answers import receipt_to_json
from ledger.service.backup import back_up
from ledger.service.bundling import make_bundle
from ledger.service.capture import capture
from ledger.service.dossiers import check_to_json, dossier_to_json
from ledger.service.publish import publish
from ledger.service.query import check, dossier
from ledger.view import Reader
from schemas import strict_json
from schemas.envelope import Submission, encode_submission
from schemas.errors import NotFound
from schemas.event import parse_event
from schemas.statement import Role
from tests.world import CHIPS, World, party

NAME = "chiptrail:location"
# A hall in a country of 1 by 1 degree, to the nearest hundredth: 10,000 places.
LATITUDES = [59 + n / 100 for n in range(100)]
LONGITUDES = [9 + n / 100 for n in range(100)]
HALL = (59.67, 9.64)


def place(latitude, longitude):
    return {"latitude": latitude, "longitude": longitude, "accuracyM": 150, "countryCode": "NO"}


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path, checking=False)
    made.enroll("fab", Role.MAKER, prefixes=[CHIPS])
    made.enroll("hall")
    made.enroll("spy")
    made.commission("fab", made.chips(1))
    made.ship("fab", made.chips(1), to="hall")
    made.receive("hall", made.chips(1))
    return made


@pytest.fixture
def sent(world):
    """The hall says where the chip stands, to those with a part in it."""
    body = {"action": "OBSERVE", "bizStep": "storing", NAME: place(*HALL), "withheld": [NAME]}
    return world.submission("hall", "ObjectEvent", {"epcList": world.chips(1)}, **body)


@pytest.fixture
def given_away(world, sent, tmp_path, caplog) -> list[bytes]:
    """All that the ledger tells anybody who is not to know, the place being known to it."""
    caplog.set_level(0)
    (receipt,) = capture(world.ledger, [encode_submission(sent)], actor="hall")
    guess = make_disclosure(bytes(16), NAME, place(*HALL))
    wrong = encode_submission(Submission(sent.envelope, sent.lists, (guess,)))
    told = [receipt_to_json(receipt), *map(str, capture(world.ledger, [wrong], actor="spy"))]
    told += answers(world)
    list(publish(world.ledger, tmp_path / "public", entries=True))
    list(back_up(world.ledger, tmp_path / "backup", disclosures=False))
    files = [*(tmp_path / "public").rglob("*"), *(tmp_path / "backup").rglob("*")]
    said = [strict_json.dump(told), caplog.text.encode()]
    return [*said, *bundles(world), *[path.read_bytes() for path in files if path.is_file()]]


def answers(world) -> Iterator[object]:
    """What the spy is told, and the fab, whose part has ended."""
    for name in ("spy", "fab"):
        reader = Reader(party(name))
        yield dossier_to_json(dossier(world.ledger, world.chips(1)[0], reader=reader))
        yield check_to_json(check(world.ledger, world.chips(1), reader=reader))


def bundles(world) -> Iterator[bytes]:
    """The operator's own, and that of every reader; with what was disclosed for who may see it."""
    yield make_bundle(world.ledger, world.chips(1))
    yield make_bundle(world.ledger, world.chips(1), reader=Reader(party("fab")), disclose=True)
    with pytest.raises(NotFound):
        make_bundle(world.ledger, world.chips(1), reader=Reader(party("spy")), disclose=True)


_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{20,}={0,2}")


def unwrapped(blobs) -> Iterator[bytes]:
    """*blobs*, and what stands in them in base64, to any depth."""
    for blob in blobs:
        yield blob
        for found in _BASE64.findall(blob):
            text = found.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
            inner = base64.b64decode(text + b"=" * (-len(text) % 4)) if len(text) % 4 != 1 else b""
            if inner and inner != blob:
                yield from unwrapped([inner])


def hashes_in(blobs) -> set[bytes]:
    """Every 32 bytes that stand in *blobs* as hex or base64, or as a hash of 32 bytes does."""
    found = set()
    for blob in unwrapped(blobs):
        found.update(bytes.fromhex(text.decode()) for text in re.findall(rb"[0-9a-f]{64}", blob))
        if len(blob) == 32:
            found.add(blob)
    return found


def guesses(salts) -> Iterator[bytes]:
    """The hashes of every place of the grid, in every way that one would think of."""
    for latitude, longitude in product(LATITUDES, LONGITUDES):
        value = strict_json.dump(place(latitude, longitude))
        yield sha256(value).digest()
        yield sha256(f"geo:{latitude},{longitude}".encode()).digest()
        yield from (digest(salt, value) for salt in salts)


def digest(salt, value) -> bytes:
    """As ``ledger.disclosure`` makes it, in a tenth of the time."""
    text = b'["%b","%b",%b]' % (base64.urlsafe_b64encode(salt).rstrip(b"="), NAME.encode(), value)
    return sha256(base64.urlsafe_b64encode(text).rstrip(b"=")).digest()


def test_no_guess_finds_it_without_the_salt(sent, given_away):
    event, known = parse_event(sent.envelope.payload), hashes_in(given_away)
    nonce = base64.urlsafe_b64decode(event.nonce + "=" * (-len(event.nonce) % 4))
    salts = [bytes(16), nonce[:16], event.event_id.encode(), sha256(sent.envelope.payload).digest()]
    salt = parse_disclosure(sent.disclosures[0]).salt

    assert digest(salt, strict_json.dump(place(*HALL))) in known  # who has the salt can tell
    assert known.isdisjoint(guesses(salts))


def test_it_stands_nowhere_in_what_is_given_away(sent, given_away):
    salt = base64.urlsafe_b64encode(parse_disclosure(sent.disclosures[0]).salt).rstrip(b"=")
    said = [b"59.67", b"9.64,", salt, sent.disclosures[0].encode()]

    assert [] == [one for blob in unwrapped(given_away) for one in said if one in blob]


def test_who_has_a_part_is_told(world, sent, given_away):
    """Else it were hidden for a dull reason."""
    told = dossier(world.ledger, world.chips(1)[0], reader=Reader(party("hall"))).steps[-1]
    shown = make_bundle(world.ledger, world.chips(1), reader=Reader(party("hall")), disclose=True)

    assert place(*HALL) == told.event.body[NAME]
    assert sent.disclosures[0].encode() in b"".join(chain(unwrapped([shown])))
