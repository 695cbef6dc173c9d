"""What an event asks of custody: one ``Act``, read from one EPCIS event.

Source: docs/custody.md, "Acts": the table from EPCIS shapes to acts. An event that has no row
there, or lacks what its row needs (a shipment that names nobody to receive it, a packing without
container), is ``record``: kept, shown, and moves nothing. What an act is worth is not decided here
but in ``ledger.custody``. Example::

    read_act(event, {"epcList": (chip,)})     # ObjectEvent OBSERVE shipping, to urn:...:beta
    -> Act(ActKind.SHIP, "urn:chiptrail:party:alpha", at, (chip,), counterparty="urn:...:beta")
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from schemas.event import Event

BIZ_STEP = "urn:chiptrail:bizstep:"
DISPOSITION = "urn:chiptrail:disp:"
OWNER = "owning_party"
END_USER = "urn:chiptrail:sdt:end_user"


class ActKind(StrEnum):
    """The rows of the table, and ``record`` for everything else."""

    COMMISSION = "commission"
    REGISTER = "register"
    TRANSFORM = "transform"
    PACK = "pack"
    UNPACK = "unpack"
    INSTALL = "install"
    REMOVE = "remove"
    SHIP = "ship"
    CARRY = "carry"
    DELIVER = "deliver"
    RECEIVE = "receive"
    REFUSE = "refuse"
    VOID = "void"
    TRANSFER = "transfer"
    ACCEPT = "accept"
    DECLARE = "declare"
    INSPECT = "inspect"
    DETAIN = "detain"
    SEIZE = "seize"
    RELEASE = "release"
    REPORT = "report"
    CLEAR = "clear"
    REPLACE = "replace"
    DESTROY = "destroy"
    DECOMMISSION = "decommission"
    CORRECT = "correct"
    RECORD = "record"


class Status(StrEnum):
    """What can be said of an item until it is taken back."""

    STOLEN = "stolen"
    LOST = "lost"
    TAMPERED = "tampered"
    RECALLED = "recalled"
    DETAINED = "detained"
    SEIZED = "seized"


class Condition(StrEnum):
    """What a receipt or an inspection found."""

    DAMAGED = "damaged"
    CONFORMANT = "conformant"
    NON_CONFORMANT = "non_conformant"
    MISMATCH_INSTANCE = "mismatch_instance"


class Act(NamedTuple):
    """What *actor* says it did at *event_at*; when and where it is recorded the log decides.

    *items* are the units named, canonical and distinct: an unpacking without any means all
    contents; of a transformation they are the inputs and *outputs* what came out. *parent* is the
    container, board or rack. *counterparty* is the possessing party at the other end: who is to
    receive, or of a receipt who sent; None if the event does not say exactly one. *principal* is
    whom *actor* says it acts for. *corrects* is the identity of the entry that a correction takes
    back, *correctives* the ids of the events of the same party that take its place. *owner* and
    *user* are to own it and to use it by the destinations; *evidence*: whether documents or photos
    are named, *numbers*: whether it gives other numbers of items, open or withheld. *event_at* is
    cut to whole milliseconds. A tuple, because every entry's is made in one process and made again
    in another.
    """

    kind: ActKind
    actor: str
    event_at: datetime
    items: tuple[str, ...] = ()
    parent: str | None = None
    counterparty: str | None = None
    via: tuple[str, ...] = ()
    due_at: datetime | None = None
    final: bool = False
    condition: frozenset[str] = frozenset()
    status_set: frozenset[str] = frozenset()
    status_unset: frozenset[str] = frozenset()
    outputs: tuple[str, ...] = ()
    principal: str | None = None
    corrects: bytes | None = None
    correctives: tuple[str, ...] = ()
    event_id: str = ""
    owner: str | None = None
    user: str | None = None
    evidence: bool = False
    numbers: bool = False

    @property
    def who(self) -> str:
        """Whose act it says to be: the principal's, if there is one."""
        return self.principal or self.actor

    def names(self) -> tuple[str, ...]:
        """Everything that it says something of, each once: items, container, what came out."""
        parent = () if self.parent is None else (self.parent,)
        return tuple(dict.fromkeys((*self.items, *parent, *self.outputs)))


def read_act(event: Event, items: Mapping[str, tuple[str, ...]]) -> Act:
    """The act that *event* is; *items* holds the ids of its list fields, open or opened."""
    said_set = _statuses(event.persistent_set) if event.persistent_set else _NOTHING
    said_unset = _statuses(event.persistent_unset) if event.persistent_unset else _NOTHING
    counterparty = _counterparty(event)
    error = event.error
    # By position, in the order of the fields: their names would take as long as all the rest.
    return Act(
        _kind(event, counterparty, said_set, said_unset),
        event.party,
        _whole_ms(event.event_at),
        items.get(_ITEM_FIELDS.get(event.type, ""), ()),
        event.parent,
        counterparty,
        event.via,
        event.due_at,
        event.final,
        _conditions(event),
        said_set,
        said_unset,
        items.get("outputEPCList", ()),
        event.on_behalf_of,
        None if error is None else error.corrects,
        () if error is None else error.corrective_ids,
        event.event_id,
        _destination(event, OWNER),
        _destination(event, END_USER),
        bool(event.body.get("chiptrail:evidence")),
        bool(event.identities) or "chiptrail:identities" in event.commitments,
    )


def _whole_ms(at: datetime) -> datetime:
    # As the log and its projections keep times; else what was stored would compare otherwise.
    rest = at.microsecond % 1000
    return at - timedelta(microseconds=rest) if rest else at


_NOTHING: frozenset[str] = frozenset()
_TRANSFORMATION = "TransformationEvent"
_ITEM_FIELDS: Mapping[str, str] = {
    "ObjectEvent": "epcList",
    "TransactionEvent": "epcList",
    "AggregationEvent": "childEPCs",
    "AssociationEvent": "childEPCs",
    _TRANSFORMATION: "inputEPCList",
}

_OBSERVED: Mapping[str, ActKind] = {
    "shipping": ActKind.SHIP,
    "departing": ActKind.CARRY,
    "loading": ActKind.CARRY,
    "transporting": ActKind.CARRY,
    "arriving": ActKind.CARRY,
    BIZ_STEP + "delivering": ActKind.DELIVER,
    "receiving": ActKind.RECEIVE,
    BIZ_STEP + "refusing": ActKind.REFUSE,
    "void_shipping": ActKind.VOID,
    BIZ_STEP + "transferring": ActKind.TRANSFER,
    "accepting": ActKind.ACCEPT,
    # A claim of place asks no standing, so storing is no carrying whoever says it.
    "storing": ActKind.DECLARE,
    "stock_taking": ActKind.DECLARE,
    "cycle_counting": ActKind.DECLARE,
    "sensor_reporting": ActKind.DECLARE,
    "inspecting": ActKind.INSPECT,
    "holding": ActKind.DETAIN,
    BIZ_STEP + "reporting": ActKind.REPORT,
    "replacing": ActKind.REPLACE,
}
_KINDS: Mapping[tuple[str, str | None, str | None], ActKind] = {
    ("ObjectEvent", "ADD", "commissioning"): ActKind.COMMISSION,
    ("ObjectEvent", "ADD", BIZ_STEP + "registering"): ActKind.REGISTER,
    ("ObjectEvent", "DELETE", "destroying"): ActKind.DESTROY,
    ("ObjectEvent", "DELETE", "decommissioning"): ActKind.DECOMMISSION,
    ("AggregationEvent", "ADD", "packing"): ActKind.PACK,
    ("AggregationEvent", "DELETE", "unpacking"): ActKind.UNPACK,
    ("AssociationEvent", "ADD", "installing"): ActKind.INSTALL,
    ("AssociationEvent", "DELETE", "removing"): ActKind.REMOVE,
    **{("ObjectEvent", "OBSERVE", step): kind for step, kind in _OBSERVED.items()},
}
_NEEDS_PARENT = frozenset({ActKind.PACK, ActKind.UNPACK, ActKind.INSTALL, ActKind.REMOVE})
_NEEDS_COUNTERPARTY = frozenset({ActKind.SHIP, ActKind.DELIVER})
_REPORTED = frozenset({Status.STOLEN, Status.LOST, Status.TAMPERED, Status.RECALLED})


def _kind(
    event: Event, counterparty: str | None, said_set: frozenset[str], said_unset: frozenset[str]
) -> ActKind:
    if event.error is not None:
        return ActKind.CORRECT
    shape = (event.type, event.action, event.biz_step)
    kind = ActKind.TRANSFORM if event.type == _TRANSFORMATION else _KINDS.get(shape, ActKind.RECORD)
    lacks_parent = event.parent is None and kind in _NEEDS_PARENT
    if lacks_parent or (counterparty is None and kind in _NEEDS_COUNTERPARTY):
        return ActKind.RECORD
    if kind is ActKind.TRANSFER and not _names_taker(event):
        return ActKind.RECORD
    if kind is ActKind.REPORT:
        return _report(said_set, said_unset)
    return _holding(said_set, said_unset) if kind is ActKind.DETAIN else kind


def _names_taker(event: Event) -> bool:
    return any(_destination(event, right) for right in (OWNER, END_USER))


def _report(said_set: frozenset[str], said_unset: frozenset[str]) -> ActKind:
    if said_set & _REPORTED:
        return ActKind.REPORT
    return ActKind.CLEAR if said_unset & _REPORTED else ActKind.RECORD


def _holding(said_set: frozenset[str], said_unset: frozenset[str]) -> ActKind:
    if Status.SEIZED in said_set:
        return ActKind.SEIZE
    if Status.DETAINED in said_set:
        return ActKind.DETAIN
    known = said_unset & {Status.SEIZED, Status.DETAINED}
    return ActKind.RELEASE if known else ActKind.RECORD


_STATUSES: Mapping[str, Status] = {
    "stolen": Status.STOLEN,
    DISPOSITION + "lost": Status.LOST,
    DISPOSITION + "tampered": Status.TAMPERED,
    "recalled": Status.RECALLED,
    DISPOSITION + "detained": Status.DETAINED,
    DISPOSITION + "seized": Status.SEIZED,
}
_CONDITIONS = frozenset(Condition)


def _statuses(dispositions: Iterable[str]) -> frozenset[str]:
    return frozenset([_STATUSES[word] for word in dispositions if word in _STATUSES])


def _conditions(event: Event) -> frozenset[str]:
    if event.disposition not in _CONDITIONS and not event.persistent_set:
        return _NOTHING
    return _CONDITIONS.intersection((event.disposition, *event.persistent_set))


def _destination(event: Event, kind: str) -> str | None:
    if not event.destinations:
        return None
    parties = {party for end, party in event.destinations if end == kind}
    return parties.pop() if len(parties) == 1 else None


def _counterparty(event: Event) -> str | None:
    ends = event.sources if event.biz_step == "receiving" else event.destinations
    parties = {party for kind, party in ends if kind == "possessing_party"}
    return parties.pop() if len(parties) == 1 else None
