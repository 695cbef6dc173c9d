"""What parties allow, grant and settle: the statements that anybody enrolled may sign.

docs/formats.md, "Statements"; the preamble comes first, ``?`` marks what may be missing. Who is
heard is ``ledger.registry``'s: these are recorded whoever signs them. *period* is ``"from": time,
"until": later time``, the first moment when it holds and the first when it does no more::

    mandate      "agent": party, "acts": [name of an act, ...], period
    licence      "holder": party, "drawers"?: [party, ...], "regime": text,
                 "kind": "licence"|"exception"|"nlr"|"permit", "number": text, "eccns": [text, ...],
                 "itemPrefixes"?: [prefix of canonical item ids, ...],
                 "consignees"?, "endUsers"?: [party or text, ...], "sites"?: [id of a site, ...],
                 "countries"?: [ISO 3166-1 alpha-2, ...], "quantity"?: count from 1, "unit"?: text,
                 period, "conditions"?: [1 to 2,000 printable characters, ...]
    site         "name": text, "latitude": -90..90, "longitude": -180..180,
                 "radiusM": count from 1, "country": ISO 3166-1 alpha-2, "party"?: party
    grant        "grantee": party, "items": [1 to 10,000 items], "until"?: time
    concurrence  "correction": hex identity of the correction's entry
    resolution   "entry": hex identity, "code": code of a finding, "reason": text,
                 "items"?: [1 to 10,000 items]
    erasure      "entry": hex identity, "digests": [base64url of 32 bytes, ...], "reason": text

Arrays of names are without repetition.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from schemas.errors import MalformedEvent
from schemas.form import Called, Form, several
from schemas.formats import parse_time
from schemas.shape import code, text
from schemas.statement_fields import (
    COUNT,
    COUNTRY,
    DIGEST_OF_DISCLOSURE,
    PARTY_OR_TEXT,
    PASSAGE,
    PREFIX,
    TEXT,
    UUID,
    Country,
    Hash,
    Items,
    Latitude,
    Longitude,
    Moment,
    Parties,
    Party,
    Preamble,
    Text,
)
from schemas.strict_json import JSON
from schemas.vocabulary import ACTS

_CODE = re.compile("[a-z]+(?:-[a-z]+)*/[a-z]+(?:-[a-z]+)*")


class LicenceKind(StrEnum):
    """What lets goods go: a licence, an exception, no licence required, or a permit."""

    LICENCE = "licence"
    EXCEPTION = "exception"
    NLR = "nlr"
    PERMIT = "permit"


_ACT = Form(code(ACTS))
_KIND = Form(code({kind.value for kind in LicenceKind}), LicenceKind, str)
_FINDING_CODE = Form(text(_CODE.fullmatch, "the code of a finding, such as custody/overdue"))


def check_period(value: JSON) -> None:
    """What holds for a time ends after it began."""
    assert isinstance(value, dict)
    if parse_time(str(value["until"])) <= parse_time(str(value["from"])):
        raise MalformedEvent("want a time after from", "/until")


@dataclass(frozen=True, slots=True, kw_only=True)
class MandateStatement(Preamble):
    """The signer lets *agent* sign *acts* on its behalf; a later one takes its place.

    From *starts_at* up to, and without, *ends_at*. Without acts it takes back the earlier one.
    """

    agent: Party
    acts: Annotated[tuple[str, ...], several(_ACT, distinct=True)]
    starts_at: Annotated[Moment, Called("from")]
    ends_at: Annotated[Moment, Called("until")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence(Preamble):
    """What the signer says *holder* may ship under *number*; *drawers* may draw on it too.

    What is () or None is not limited; on the wire it is left out then, as an empty list would read
    as nobody, but for *eccns*. *quantity* counts *unit*, items where that is None. Who it is for is
    a party id, or a name where the party is not in the ledger.
    """

    holder: Party
    drawers: Parties = ()
    regime: Text
    kind: Annotated[LicenceKind, _KIND]
    number: Text
    eccns: Annotated[tuple[str, ...], several(TEXT, distinct=True)]
    item_prefixes: Annotated[tuple[str, ...], several(PREFIX, least=1, distinct=True)] = ()
    consignees: Annotated[tuple[str, ...], several(PARTY_OR_TEXT, least=1, distinct=True)] = ()
    end_users: Annotated[tuple[str, ...], several(PARTY_OR_TEXT, least=1, distinct=True)] = ()
    sites: Annotated[tuple[str, ...], several(UUID, least=1, distinct=True)] = ()
    countries: Annotated[tuple[str, ...], several(COUNTRY, least=1, distinct=True)] = ()
    quantity: Annotated[int, COUNT] | None = None
    unit: Text | None = None
    starts_at: Annotated[Moment, Called("from")]
    ends_at: Annotated[Moment, Called("until")]
    conditions: Annotated[tuple[str, ...], several(PASSAGE)] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Site(Preamble):
    """A place with a name; *operated_by* is who runs it. Licences name it by its ``id``."""

    name: Text
    latitude: Latitude
    longitude: Longitude
    radius_m: Annotated[int, COUNT]
    country: Country
    operated_by: Annotated[Party, Called("party")] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant(Preamble):
    """The signer lets *grantee* see of *items* what it sees itself, until *ends_at* if not None."""

    grantee: Party
    items: Items
    ends_at: Annotated[Moment, Called("until")] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Concurrence(Preamble):
    """The signer agrees with the *correction* of this identity, though it built on what was."""

    correction: Hash


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution(Preamble):
    """What entry *entry* was found to be, *code*, is settled: on *items*, () for all of them."""

    entry: Hash
    code: Annotated[str, _FINDING_CODE]
    reason: Annotated[str, PASSAGE]
    items: Items = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure(Preamble):
    """What was disclosed of entry *entry* under *digests* is to be forgotten."""

    entry: Hash
    digests: Annotated[tuple[str, ...], several(DIGEST_OF_DISCLOSURE, least=1, distinct=True)]
    reason: Text
