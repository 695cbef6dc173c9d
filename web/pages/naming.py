"""What people call parties, items and papers on pages, and how long something takes.

In templates: ``{{ id | party }}``, ``{{ id | item }}``, ``{{ uri | paper }}``, ``{{ text|told }}``,
``{{ place | spot }}``, ``{{ delta | span }}`` and ``{{ advice | translated }}``, which is what to
do about a finding; ``wording.state[line.state]`` for what is one of a few.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import cast

from babel.units import format_unit
from flask import Flask, g
from flask_babel import get_locale, gettext, lazy_gettext

from ledger import names as names_of
from ledger.names import PARTY_PREFIX, Names, document_name, item_name, named, party_name
from ledger.place_story import place_name
from ledger.wording import Phrase, begun
from schemas.errors import NotFound
from schemas.place import Place
from schemas.spelling import read_document
from web.access import ledger
from web.pages.languages import language, words_of_all
from web.pages.phrases import translated

_ = lazy_gettext
WORDS: Mapping[str, Mapping[str, object]] = {
    "verdict": {
        "clear": _("Clear"),
        "check": _("Check it"),
        "stop": _("Stop"),
        "unknown": _("Unknown"),
    },
    "phase": {
        "held": _("held"),
        "in-transit": _("on its way"),
        "ended": _("ended"),
    },
    "kind": {
        "unit": _("single thing"),
        "container": _("container"),
    },
    "state": {
        "open": _("on its way"),
        "overdue": _("overdue"),
        "short": _("short"),
        "received": _("arrived"),
        "refused": _("refused"),
        "partly-refused": _("partly refused"),
        "void": _("called off"),
    },
    "fate": {
        "outstanding": _("outstanding"),
        "received": _("received"),
        "delivered": _("delivered"),
        "refused": _("refused"),
        "redirected": _("sent on"),
        "seized": _("seized"),
        "ended": _("ended"),
        "void": _("called off"),
    },
    "role": {
        "maker": _("maker"),
        "packer": _("packer"),
        "distributor": _("distributor"),
        "exporter": _("exporter"),
        "carrier": _("carrier"),
        "consignee": _("consignee"),
        "end-user": _("end user"),
        "inspector": _("inspector"),
        "auditor": _("auditor"),
        "operator": _("operator"),
        "registrar": _("registrar"),
    },
    "status": {
        "stolen": _("stolen"),
        "lost": _("lost"),
        "tampered": _("tampered with"),
        "recalled": _("recalled"),
        "detained": _("detained"),
        "seized": _("seized"),
    },
    "authorisation": {
        "licence": _("licence"),
        "exception": _("exception"),
        "nlr": _("no licence required"),
        "permit": _("permit"),
    },
    "near": {"limit": _("near its limit"), "expiry": _("near its end")},
    "part": {"present": _("with a part of mine"), "past": _("my part has ended")},
    "settled": {"open": _("open"), "closed": _("settled")},
    "tier": {
        "contraindicated": _("contradiction"),
        "warning": _("warning"),
        "none": _("unknown"),
        "affirming": _("in order"),
    },
    "user": {
        "administrator": _("administrator"),
        "logger": _("logger"),
        "viewer": _("viewer"),
        "inspector": _("inspector"),
    },
    "may": {
        "administrator": _("records, and looks after users and programs"),
        "logger": _("reads, and records with a key of its own"),
        "viewer": _("reads what its party may see"),
        "inspector": _("looks any item up, and records inspections; for inspecting parties"),
    },
    "scope": {
        "read": _("ask"),
        "write": _("record what is signed"),
        "admin": _("look after users"),
    },
    "deed": {
        "capture": _("recorded entries"),
        "look": _("looked at"),
        "account": _("looked after accounts"),
        "cosign": _("cosigned"),
        "found": _("founded the ledger"),
        "recover": _("recovered entries"),
    },
    "fact": {
        "country": _("Seat"),
        "hq_country": _("Headquarters"),
        "ultimate_parent_country": _("Headquarters of the ultimate parent"),
    },
    "field": {
        "chiptrail:location": _("Place"),
        "chiptrail:customs": _("Facts for customs"),
        "chiptrail:identities": _("Numbers on the items"),
        "readPoint": _("Where"),
        "bizLocation": _("Place from then on"),
        "bizTransactionList": _("Papers"),
        "destinationList": _("To"),
    },
    "act": {
        "commission": _("commissioned"),
        "register": _("registered"),
        "transform": _("made into something else"),
        "pack": _("packed"),
        "unpack": _("unpacked"),
        "install": _("installed"),
        "remove": _("removed"),
        "ship": _("shipped"),
        "carry": _("carried"),
        "deliver": _("delivered"),
        "receive": _("received"),
        "refuse": _("refused"),
        "void": _("called off"),
        "transfer": _("transferred"),
        "accept": _("accepted"),
        "declare": _("place declared"),
        "inspect": _("inspected"),
        "detain": _("detained"),
        "seize": _("seized"),
        "release": _("released"),
        "report": _("reported"),
        "clear": _("report taken back"),
        "replace": _("numbers replaced"),
        "destroy": _("destroyed"),
        "decommission": _("taken out of use"),
        "correct": _("corrected"),
        "record": _("recorded, moves nothing"),
    },
}
"""What is one of a few, by what it is and by its value."""


def name_things(app: Flask) -> None:
    """Give templates of *app* these words."""
    app.jinja_env.globals |= {"wording": WORDS}
    app.jinja_env.filters |= {
        "party": called,
        "item": lambda item: spoken(item_name(item)),
        "paper": document_name,
        "spot": _spot,
        "told": told,
        "reason": reason,
        "spoken": spoken,
        "translated": gettext,
        "span": span,
    }


def names() -> Names:
    """What each enrolled party is called, by its id; for a page that is looked up once."""
    if "names" not in g:
        g.names = ledger().registry.names
    return cast("Names", g.names)


def told(message: str) -> str:
    """What the ledger tells, in the reader's language, with names for ids."""
    words = translated(message, language(), _left)
    # Parties may be named in lower case; what we say ourselves begins with a capital.
    return words if message.startswith(PARTY_PREFIX) else begun(words)


def reason(refused: str) -> str:
    """Why something is *refused*, in the reader's language."""
    to = language()
    return words_of_all(to).get(refused) or translated(refused, to)


def spoken(words: object) -> str:
    """*words* that know what they are made of, in the reader's language; others as they are."""
    return translated(words, language()) if isinstance(words, Phrase) else str(words)


def _left(words: str) -> str:
    """*words* that are no phrase; the times of other languages are as they are signed."""
    is_time = words.endswith(" UTC") and language() != "en"
    return words if is_time else named(words, names())


def called(party: str) -> str:
    """What to call *party*."""
    return party_name(party, names())


def _spot(place: Place) -> str:
    return spoken(place_name(place))


def span(delta: timedelta) -> str:
    """``3 days``, whichever way it goes, in the reader's language; never more exact than needed."""
    minutes = abs(delta) // timedelta(minutes=1)
    for unit, size in (("day", 24 * 60), ("hour", 60)):
        if round(minutes / size) >= 2:
            return format_unit(round(minutes / size), f"duration-{unit}", locale=get_locale())
    return format_unit(minutes, "duration-minute", locale=get_locale())


def party_meant(text: str) -> str:
    """The id of the party that *text* means; *text* where there is none: nothing is found by it.

    Raises: MalformedParameter.
    """
    try:
        return names_of.party_meant(text, ledger().registry.called)
    except NotFound:
        return text


def paper_meant(text: str) -> str:
    """The URI of the document that *text* names; a number alone is a waybill's.

    Raises: MalformedParameter.
    """
    return read_document(text if ":" in text or " " in text else f"awb:{text}")
