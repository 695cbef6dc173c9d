"""Findings: what does not fit, said in plain words, with the entries that show it.

Source: docs/findings.md. A finding is a value and never blocks. Its tier (RATS, AR4SI) is fixed
per code; docs/findings.md says for each code what it means and what to do. What opened can be
closed: a ``Closing`` of a later entry closes the earlier findings of its code on its items, and
the history shows both. Example::

    Finding(Code.NOT_HOLDER, "urn:...:alpha signed that it shipped this item, ...", index=41,
            cites=(17,))
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Tier(StrEnum):
    """How far a claim is to be believed, the better first."""

    NONE = "none"
    AFFIRMING = "affirming"
    WARNING = "warning"
    CONTRAINDICATED = "contraindicated"


class Code(StrEnum):
    """Everything that can be found; the values are a contract."""

    UNKNOWN_ITEM = "custody/unknown-item"
    NO_ORIGIN = "custody/no-origin"
    NOT_HOLDER = "custody/not-holder"
    NOT_CONSIGNEE = "custody/not-consignee"
    NOT_IN_TRANSIT = "custody/not-in-transit"
    ALREADY_EXISTS = "custody/already-exists"
    FOREIGN_PREFIX = "custody/foreign-prefix"
    AFTER_TERMINAL = "custody/after-terminal"
    OUTSIDE_CONTAINER = "custody/outside-container"
    CHALLENGED = "custody/challenged"
    UNCONFIRMED = "custody/unconfirmed"
    PENDING_SHIPMENT = "custody/pending-shipment"
    SHORT = "custody/short"
    DAMAGED = "custody/damaged"
    REFUSED = "custody/refused"
    REDIRECTED = "custody/redirected"
    NOT_COUNTERSIGNED = "custody/not-countersigned"
    NOT_OWNER = "custody/not-owner"
    VOID_AFTER_DEPARTURE = "custody/void-after-departure"
    OVERDUE = "custody/overdue"
    DWELL = "custody/dwell"
    STOLEN = "status/stolen"
    LOST = "status/lost"
    TAMPERED = "status/tampered"
    RECALLED = "status/recalled"
    DETAINED = "status/detained"
    SEIZED = "status/seized"
    FUTURE = "time/future"
    BACKDATED = "time/backdated"
    LATE_RECORD = "time/late-record"
    IDENTITY_MISMATCH = "identity/mismatch"
    IDENTITY_DUPLICATE = "identity/duplicate"
    IDENTITY_UNHEARD = "identity/unheard"
    NO_LOCATION = "location/none"
    STALE = "location/stale"
    WITHHELD = "location/withheld"
    IMPOSSIBLE_TRAVEL = "location/impossible-travel"
    COUNTRY_MISMATCH = "location/country-mismatch"
    CANNOT_TELL = "location/cannot-tell"
    OUTSIDE_DESTINATION = "location/outside-destination"
    CONTRADICTED = "location/contradicted"
    LICENCE_NONE = "licence/none"
    LICENCE_NOT_PARTY = "licence/not-party"
    LICENCE_EXPIRED = "licence/expired"
    LICENCE_OUT_OF_SCOPE = "licence/out-of-scope"
    LICENCE_OVERDRAWN = "licence/overdrawn"
    LICENCE_UNATTESTED = "licence/unattested"
    RESTRICTED_HEADQUARTERS = "party/restricted-headquarters"
    SCREENING_HIT = "party/screening-hit"
    DESTINATION_RESTRICTED = "destination/restricted"
    CORRECTION_OPEN = "correction/open"
    DISPUTED = "key/disputed"
    REGISTRAR_ONLY = "key/registrar-only"


FINDINGS: Mapping[Code, Tier] = {
    Code.UNKNOWN_ITEM: Tier.WARNING,
    Code.NO_ORIGIN: Tier.WARNING,
    Code.NOT_HOLDER: Tier.CONTRAINDICATED,
    Code.NOT_CONSIGNEE: Tier.CONTRAINDICATED,
    Code.NOT_IN_TRANSIT: Tier.WARNING,
    Code.ALREADY_EXISTS: Tier.CONTRAINDICATED,
    Code.FOREIGN_PREFIX: Tier.CONTRAINDICATED,
    Code.AFTER_TERMINAL: Tier.CONTRAINDICATED,
    Code.OUTSIDE_CONTAINER: Tier.WARNING,
    Code.CHALLENGED: Tier.WARNING,
    Code.UNCONFIRMED: Tier.NONE,
    Code.PENDING_SHIPMENT: Tier.WARNING,
    Code.SHORT: Tier.WARNING,
    Code.DAMAGED: Tier.AFFIRMING,
    Code.REFUSED: Tier.WARNING,
    Code.REDIRECTED: Tier.WARNING,
    Code.NOT_COUNTERSIGNED: Tier.WARNING,
    Code.NOT_OWNER: Tier.WARNING,
    Code.VOID_AFTER_DEPARTURE: Tier.WARNING,
    Code.OVERDUE: Tier.WARNING,
    Code.DWELL: Tier.WARNING,
    Code.STOLEN: Tier.CONTRAINDICATED,
    Code.LOST: Tier.CONTRAINDICATED,
    Code.TAMPERED: Tier.CONTRAINDICATED,
    Code.RECALLED: Tier.WARNING,
    Code.DETAINED: Tier.WARNING,
    Code.SEIZED: Tier.CONTRAINDICATED,
    Code.FUTURE: Tier.WARNING,
    Code.BACKDATED: Tier.WARNING,
    Code.LATE_RECORD: Tier.WARNING,
    Code.IDENTITY_MISMATCH: Tier.WARNING,
    Code.IDENTITY_DUPLICATE: Tier.WARNING,
    Code.IDENTITY_UNHEARD: Tier.NONE,
    Code.NO_LOCATION: Tier.WARNING,
    Code.STALE: Tier.WARNING,
    Code.WITHHELD: Tier.AFFIRMING,
    Code.IMPOSSIBLE_TRAVEL: Tier.CONTRAINDICATED,
    Code.COUNTRY_MISMATCH: Tier.WARNING,
    Code.CANNOT_TELL: Tier.WARNING,
    Code.OUTSIDE_DESTINATION: Tier.WARNING,
    Code.CONTRADICTED: Tier.WARNING,
    Code.LICENCE_NONE: Tier.WARNING,
    Code.LICENCE_NOT_PARTY: Tier.CONTRAINDICATED,
    Code.LICENCE_EXPIRED: Tier.CONTRAINDICATED,
    Code.LICENCE_OUT_OF_SCOPE: Tier.CONTRAINDICATED,
    Code.LICENCE_OVERDRAWN: Tier.CONTRAINDICATED,
    Code.LICENCE_UNATTESTED: Tier.WARNING,
    Code.RESTRICTED_HEADQUARTERS: Tier.CONTRAINDICATED,
    Code.SCREENING_HIT: Tier.WARNING,
    Code.DESTINATION_RESTRICTED: Tier.CONTRAINDICATED,
    Code.DISPUTED: Tier.WARNING,
    Code.REGISTRAR_ONLY: Tier.WARNING,
    Code.CORRECTION_OPEN: Tier.WARNING,
}

WITHOUT_EFFECT = frozenset(
    {
        Code.UNKNOWN_ITEM,
        Code.NOT_HOLDER,
        Code.NOT_CONSIGNEE,
        Code.NOT_IN_TRANSIT,
        Code.ALREADY_EXISTS,
        Code.AFTER_TERMINAL,
        Code.OUTSIDE_CONTAINER,
        Code.VOID_AFTER_DEPARTURE,
    }
)
"""With one of these about an item, what its entry says did not happen to it in the record.

A stranger's act has one of them too, beside the ``CHALLENGED`` that it leaves on the item.
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found, shown by entry *index*; *cites* are the other entries that bear it out.

    *items* are those it is about, () for every item that the entry names as such (the container of
    a packing is not among these). *on_items* False: it counts against the entry and its signer
    only, never against an item. *closed_by* is the entry that closed it, None while it is open.
    """

    code: Code
    message: str
    index: int
    items: tuple[str, ...] = ()
    cites: tuple[int, ...] = ()
    on_items: bool = True
    closed_by: int | None = None

    @property
    def tier(self) -> Tier:
        """Fixed for the code."""
        return FINDINGS[self.code]

    @property
    def is_open(self) -> bool:
        """Whether nothing has closed it."""
        return self.closed_by is None


@dataclass(frozen=True, slots=True)
class Closing:
    """From entry *index* on, the findings of earlier entries with *code* on *items* are closed.

    *code* None closes all of them; *items* as in ``Finding``. With *entry* only those of that
    entry are: what depends on the day is of the entry that began the shipment.
    """

    code: Code | None
    index: int
    items: tuple[str, ...] = ()
    entry: int | None = None
