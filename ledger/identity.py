"""Identity: which numbers an item bears by the record, and what was read of it that is another.

Source: docs/custody.md, "Numbers". Beside the number that an item goes by, entries say what else is
printed on it or read from it (``chiptrail:identities``): a label can be moved, what a chip answers
cannot. The first to give a number of a kind binds it; what its maker commissions it with, or
replaces, is bound from then on; what a holder replaces, once an inspector agrees. Whatever anybody
with a part in the item gives later is held against that. Messages name kinds of numbers and
entries, never a number: it may have been withheld. Example::

    appraise(Identities((made, seen)), chip, findings).findings
    -> (Finding(IDENTITY_MISMATCH, "... gave another UUID than entry 4: it may be another item"),)
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from ledger.act import Act, ActKind
from ledger.finding import WITHOUT_EFFECT, Code, Finding
from ledger.wording import chained, later, phrase
from schemas.event import Event, Identity

KINDS: Mapping[str, str] = {
    "printed_serial": phrase("printed serial"),
    "nvml_serial": phrase("NVML serial"),
    "uuid": phrase("UUID"),
    "pdi": phrase("PDI"),
    "part_number": phrase("part number"),
    "attestation_cert_sha256": phrase("attestation certificate"),
}
"""The kinds of numbers, by their names in ``schemas.event.Identity``, in words."""

NAMES: Mapping[str, str] = {
    "printed_serial": "printedSerial",
    "nvml_serial": "nvmlSerial",
    "uuid": "uuid",
    "pdi": "pdi",
    "part_number": "partNumber",
    "attestation_cert_sha256": "attestationCertSha256",
}
"""The same as they are called in JSON."""

UNIQUE = ("uuid", "pdi", "attestation_cert_sha256")
"""Of these no two things in the world bear the same."""

# Plain records and corrections say nothing of their own.
_SAYS_NOTHING = frozenset({ActKind.RECORD, ActKind.CORRECT})


class Reading(NamedTuple):
    """By *entry*, an act of *kind* that *who* signed, the item bears *numbers*, by kind."""

    entry: int
    kind: ActKind
    who: str
    numbers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Identities:
    """What was said of one item's numbers: *readings* in the order in which they count.

    *shared* are the kinds of ``UNIQUE`` that another item in the reader's view is bound to too.
    """

    readings: tuple[Reading, ...] = ()
    shared: frozenset[str] = frozenset()


NO_IDENTITIES = Identities()


class Bound(NamedTuple):
    """The *number* that an item is bound to, by *entry*."""

    number: str
    entry: int


class Appraisal(NamedTuple):
    """What is *bound* to an item, by kind, and what is found."""

    bound: Mapping[str, Bound]
    findings: tuple[Finding, ...]


def numbers_of(identity: Identity) -> dict[str, str]:
    """The numbers in *identity*, by kind, in canonical form: those of ``UNIQUE`` in small letters.

    They are hexadecimal by nature; so is a certificate's hash.
    """
    return {kind: canonical(kind, number) for kind, number in spelled(identity).items()}


def spelled(identity: Identity) -> dict[str, str]:
    """The same as it was signed."""
    said = {kind: getattr(identity, kind) for kind in KINDS}
    return {
        kind: value.hex() if isinstance(value, bytes) else value
        for kind, value in said.items()
        if value is not None
    }


def canonical(kind: str, number: str) -> str:
    """How a *number* of that *kind* is written, so that it can be looked up."""
    return number.lower() if kind in UNIQUE else number


def only(event: Event, item: str) -> Event:
    """*event* with what it gives of the numbers of *item*, and of no other."""
    if not event.identities:
        return event
    return event._replace(identities=tuple([one for one in event.identities if one.item == item]))


def heard_of(act: Act, identities: Iterable[Identity]) -> Iterator[Identity]:
    """Those of the *identities* in an event that say something of an item: one that *act* names."""
    if act.kind not in _SAYS_NOTHING:
        named = {*act.items, *act.outputs}
        yield from (one for one in identities if one.item in named)


def given_in(event: Event) -> tuple[Identity, ...] | None:
    """What *event* gives of the numbers of items, None if that is withheld from its reader."""
    if not event.identities and "chiptrail:identities" in event.commitments:
        return None
    return event.identities


def is_same(number: str, other: str) -> bool:
    """Whether two spellings are one number: capitals on a label are nothing to go by."""
    return number.lower() == other.lower()


def appraise(identities: Identities, item: str, found: Iterable[Finding]) -> Appraisal:
    """What *item* is bound to, and what speaks against it.

    *found* are the findings of acts on it, with what closed them.
    """
    if not identities.readings:  # as of most items
        return _NOTHING
    fold = _Fold(item, found)
    for reading in identities.readings:
        fold.take(reading)
    return Appraisal(fold.bound, (*fold.findings, *_shared(identities.shared, item, fold.bound)))


_NOTHING = Appraisal({}, ())


class _Fold:
    """The readings of one item, one after the other."""

    def __init__(self, item: str, found: Iterable[Finding]) -> None:
        self._item = item
        self._unheard: set[int] = set()
        self._unsettled: set[int] = set()
        self._known: set[int] = set()
        for one in found:
            if one.code in UNHEARD or (one.code is Code.PENDING_SHIPMENT and one.is_open):
                self._unheard.add(one.index)
            elif one.code is Code.IDENTITY_MISMATCH:
                self._known.add(one.index)
                self._unsettled.update([one.index] if one.is_open else ())
        self.bound: dict[str, Bound] = {}
        self._awaited: dict[str, str] = {}
        self.findings: list[Finding] = []

    def take(self, reading: Reading) -> None:
        """The next in the order in which they count."""
        if reading.entry in self._unheard:
            return
        if reading.kind is ActKind.REPLACE:
            if reading.entry in self._unsettled:
                self._awaited.update(reading.numbers)
            else:
                self._bind(reading)
            return
        bound, others, new = self.bound, [], []
        for kind, number in reading.numbers.items():
            if kind not in bound:
                new.append(kind)
            elif number != bound[kind].number and self._is_other(kind, number):
                others.append(kind)
        if others and reading.entry not in self._known:
            self.findings.append(self._mismatch(reading, others))
        if reading.kind is ActKind.COMMISSION:
            self._bind(reading)
        elif not others:  # else it may all be of another thing
            self._bind(reading, new)

    def _bind(self, reading: Reading, kinds: Iterable[str] | None = None) -> None:
        for kind in reading.numbers if kinds is None else kinds:
            self.bound[kind] = Bound(reading.numbers[kind], reading.entry)

    def _is_other(self, kind: str, number: str) -> bool:
        """Whether *number* is none that the item bears, or is to bear once somebody has looked."""
        if is_same(self.bound[kind].number, number):
            return False
        awaited = self._awaited.get(kind)
        return awaited is None or not is_same(awaited, number)

    def _mismatch(self, reading: Reading, others: Iterable[str]) -> Finding:
        by_entry: dict[int, list[str]] = {}
        for kind in others:
            by_entry.setdefault(self.bound[kind].entry, []).append(KINDS[kind])
        text = later("another %(kinds)s than entry %(entry)s")
        than = [phrase(text, kinds=chained(kinds), entry=at) for at, kinds in by_entry.items()]
        message = phrase(
            "%(who)s gave %(than)s: it may be another item", who=reading.who, than=chained(than)
        )
        cites = tuple(sorted(by_entry))
        return Finding(Code.IDENTITY_MISMATCH, message, reading.entry, (self._item,), cites)


UNHEARD = WITHOUT_EFFECT | {Code.IDENTITY_UNHEARD}
"""With one of these about an item, what its entry says of it is nobody's who has to do with it."""


def _shared(shared: frozenset[str], item: str, bound: Mapping[str, Bound]) -> Iterator[Finding]:
    by_entry: dict[int, list[str]] = {}
    for kind in UNIQUE:
        if kind in shared and kind in bound:
            by_entry.setdefault(bound[kind].entry, []).append(KINDS[kind])
    for entry, kinds in by_entry.items():
        message = phrase(
            "another item is bound to the same %(kinds)s, which no two can bear",
            kinds=chained(kinds),
        )
        yield Finding(Code.IDENTITY_DUPLICATE, message, entry, (item,))
