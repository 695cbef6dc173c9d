"""What a verified bundle says, on whose word, and what it leaves open.

Source: README.md ("What is proved") and docs/formats.md. ``ledger.verify`` makes the values; the
words for people are made of them here. Trusted are: the registrar for who has which key, the
operator for completeness, on which whatever follows from the entries depends; nobody for the rest.
Example::

    verified = verify_bundle(data, log)
    for line in proved(verified): print(line)
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ledger.act import Act
from ledger.disclosure import Erased
from ledger.finding import Finding
from ledger.holding import ItemState
from ledger.identity import Bound
from ledger.judge import Verdict
from ledger.location import Appraisal
from ledger.names import item_name, moment, party_name, retell
from ledger.registry import EnrolledKey
from ledger.replay import OTHERS
from schemas.bundle_statement import Taking
from schemas.event import Event
from schemas.statement import Statement
from schemas.strict_json import JSON


@dataclass(frozen=True, slots=True)
class Shown:
    """One entry that holds, as far as the bundle shows it.

    *act* is None of a statement; of a committed list it names what is shown. *disclosed* are the
    withheld fields that are shown, by name. *after* is the size of the head that its signer held,
    None of the genesis.
    """

    index: int
    recorded_at: datetime
    signer: EnrolledKey
    said: Event | Statement
    act: Act | None
    disclosed: Mapping[str, JSON]
    after: int | None

    @property
    def withheld(self) -> frozenset[str]:
        """The names of the withheld fields that are not shown."""
        if not isinstance(self.said, Event):
            return frozenset()
        return frozenset(self.said.commitments.keys() - self.disclosed.keys())


@dataclass(frozen=True, slots=True)
class Step:
    """One entry in the story of an item; *through* is the container it names, None for the item.

    *findings* are also those on its key. *corrected_by* is the correction that took it back,
    *about* the entry that it corrects itself, settles or agrees with; None if there is none.
    *erased* says what was disclosed of it and is no more.
    """

    entry: Shown
    through: str | None
    findings: tuple[Finding, ...]
    corrected_by: int | None = None
    about: int | None = None
    erased: tuple[Erased, ...] = ()


@dataclass(frozen=True, slots=True)
class Subject:
    """What the bundle says of one *item*; *verdict* is the worst of all that is found, and open.

    *findings* follow from the entries, *asserted* rest on the operator's word. If not *is_proven*,
    what became of the item hangs on goods of others: *state* is None, every finding is asserted,
    and the verdict is ``unknown`` at best.
    *is_container*: other things went into it; the verdict is on the container alone. *failed* are
    entries that look as if they put it into something, and did not by the operator's word.
    *numbers* are those that it is bound to, by kind, if the entries tell; *place* is where it is
    said to be, None if not proven.
    """

    item: str
    is_proven: bool
    is_container: bool
    state: ItemState | None
    verdict: Verdict
    findings: tuple[Finding, ...]
    asserted: tuple[Finding, ...]
    steps: tuple[Step, ...]
    failed: tuple[int, ...] = ()
    numbers: Mapping[str, Bound] = field(default_factory=dict)
    place: Appraisal | None = None


@dataclass(frozen=True, slots=True)
class Cosigned:
    """A *witness*, by the name of its key, and when it saw no larger tree than the checkpoint's."""

    witness: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Verified:
    """A bundle that holds; made by ``ledger.verify.verify_bundle`` alone.

    *size* and *root* are the checkpoint's; *cosigned* by the newest first; *witnessed_at* is the
    time that as many witnesses as were asked for (one if none) reach, None if there are none.
    *names* are the parties' by id, *pinned* those whose keys the reader knew already; *entries* are
    shown, *withheld* bear on the subjects too and are not. *corrections* are as the operator states
    them. *reader* is the party as far as whose view goes it was made, None for all that is
    recorded; *horizon* the last entry in that view. *geography* is the version of the borders by
    which it was judged, None unless they are others than the reader's.
    """

    origin: str
    size: int
    root: bytes
    as_of: datetime
    operator: str
    cosigned: tuple[Cosigned, ...]
    witnessed_at: datetime | None
    pinned: tuple[str, ...]
    names: Mapping[str, str]
    subjects: tuple[Subject, ...]
    entries: tuple[Shown, ...]
    withheld: tuple[int, ...]
    corrections: tuple[Taking, ...] = ()
    reader: str | None = None
    horizon: int | None = None
    geography: str | None = None

    def witnessed_age(self, now: datetime) -> timedelta | None:
        """How long ago witnesses saw no larger tree; None if none is known to have."""
        return None if self.witnessed_at is None else now - self.witnessed_at


# In words ----------------------------------------------------------------------------------------


def proved(verified: Verified) -> tuple[str, ...]:
    """What holds whoever runs the ledger, if its registrar enrolled the right keys."""
    signers = {entry.signer.party for entry in verified.entries}
    count = len(verified.entries)
    lines = [
        f"The log {verified.origin} signed a tree of {verified.size} entries.",
        f"The {count} entries shown here stand in it, each at its place and unchanged.",
        f"They were signed by {_listed(verified, signers)}.",
        "Each was signed with a key that the registrar had enrolled for that party by then.",
        "None was signed before the tree that it carries existed.",
    ]
    then = "" if verified.horizon is None else f", up to entry {verified.horizon},"
    lines += [
        f"If nothing is left out, by these entries{then}"
        f" {item_name(subject.item)} {_whereabouts(verified, subject)}."
        for subject in verified.subjects
        if subject.is_proven
    ]
    if verified.pinned:
        parties = _listed(verified, verified.pinned)
        lines.append(f"{parties} signed with the keys that you named.")
    if verified.witnessed_at is not None:
        names = ", ".join([cosigned.witness for cosigned in verified.cosigned])
        at = moment(verified.witnessed_at)
        lines.append(f"The same tree was seen by {names}, and up to {at} UTC none larger.")
    return tuple(lines)


def asserted(verified: Verified) -> tuple[str, ...]:
    """What rests on the word of the operator, who signed it, or of the registrar."""
    operator = party_name(verified.operator, verified.names)
    at = moment(verified.as_of)
    seen = f"at {at} UTC{_extent(verified)}"
    lines = [
        f"No other entry in the log bore on this {seen}: {operator} says so.",
        *[f"{line}: {operator} says so." for line in _completeness(verified)],
        *[f"{line}: {operator} says so." for line in _in_force(verified)],
        *[f"{line}: {operator} says so." for line in _by_other_borders(verified)],
        f"None of the keys had been revoked but where it is shown: {operator} says so.",
        "The times at which entries were recorded: the log says so.",
        "Who the parties are, and that these keys are theirs: the registrar says so.",
    ]
    for subject in verified.subjects:
        name = item_name(subject.item)
        lines += [
            f"{name}: {retell(found.message, verified.names)} ({found.code}): {operator} says so."
            for found in subject.asserted
        ]
    return tuple(lines)


def unknown(verified: Verified) -> tuple[str, ...]:
    """What the bundle cannot tell."""
    lines = [
        f"What was recorded after entry {_last(verified)}.",
        "Whether the thing before you is the one that carries this number.",
        "Whether anything is where somebody said it was.",
    ]
    lines += [
        f"Who has {item_name(subject.item)}: that hangs on goods of others."
        for subject in verified.subjects
        if not subject.is_proven
    ]
    lines += [
        f"What is inside {item_name(subject.item)}, and what is known of that."
        for subject in verified.subjects
        if subject.is_container
    ]
    if verified.withheld:
        entries = "entry says" if len(verified.withheld) == 1 else "entries say"
        lines.append(f"What {len(verified.withheld)} withheld {entries}.")
    hidden = _hidden_fields(verified)
    if hidden:
        lines.append(f"What signers withheld and is not shown here: {', '.join(hidden)}.")
    if verified.witnessed_at is None:
        lines.append("Whether others are shown the same history: no witness you know signed it.")
    return tuple(lines)


def _extent(verified: Verified) -> str:
    """Whose view was told, and to where, if not all."""
    if verified.reader is None:
        return ""
    reader = party_name(verified.reader, verified.names)
    end = "" if verified.horizon is None else f", to entry {verified.horizon}"
    return f", as far as {reader} may see{end}"


def _last(verified: Verified) -> int:
    return verified.size - 1 if verified.horizon is None else verified.horizon


def _completeness(verified: Verified) -> list[str]:
    """Why what is not shown of the entries here may be passed over."""
    lines = []
    acts = [entry.act for entry in verified.entries if entry.act is not None]
    if any(OTHERS in (*act.items, *act.outputs) for act in acts):
        lines.append("What is not shown of lists shown in part changes nothing here")
    if verified.withheld:
        lines.append("What is said in withheld entries changes nothing here")
    return [*lines, "This was never in a container that is not told of here"]


def _in_force(verified: Verified) -> list[str]:
    """What no entry shown can say of corrections, and of what looks as if it had an effect."""
    lines = [
        f"What entry {made.entry} wants in place of entry {made.target} counts nowhere since entry"
        f" {made.since} until that takes effect, and nobody had built on it"
        if made.waits
        else f"The correction in entry {made.entry} has been in force since entry {made.since}, and"
        " nobody but those shown here had to agree"
        for made in verified.corrections
    ]
    lines += [
        f"By entry {index} {item_name(subject.item)} was put into nothing"
        for subject in verified.subjects
        for index in subject.failed
    ]
    return lines


def _by_other_borders(verified: Verified) -> list[str]:
    if verified.geography is None:
        return []
    borders = f"the borders {verified.geography}, which are not those of whoever verifies"
    return [f"In which countries places lie, and what is found of that, by {borders}"]


def _listed(verified: Verified, parties: set[str] | tuple[str, ...]) -> str:
    return ", ".join(sorted(party_name(party, verified.names) for party in parties))


def _whereabouts(verified: Verified, subject: Subject) -> str:
    state = subject.state
    if state is None:
        return "never began"
    if state.ended is not None:
        return f"came to its end with entry {state.last}"
    holder = party_name(state.custody.holder, verified.names)
    if state.custody.consignee is None:
        return f"is held by {holder}"
    return f"is on its way from {holder} to {party_name(state.custody.consignee, verified.names)}"


def _hidden_fields(verified: Verified) -> list[str]:
    hidden: set[str] = set()
    for entry in verified.entries:
        hidden.update(entry.withheld)
    return sorted(name.removeprefix("chiptrail:") for name in hidden)
