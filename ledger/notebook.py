"""What a fold over a bundle writes down about one of its subjects.

Example::

    notes = Notes()
    notes.own.take(chip, step)                  # what an act found and closed on it
    notes.stay(pallet, start).take(pallet, step)    # and on what it was in
"""

from dataclasses import dataclass, field, replace

from ledger.act import Act
from ledger.finding import Closing, Finding
from ledger.holding import Step
from ledger.identity import UNHEARD, Reading, heard_of, numbers_of
from ledger.judge import Docket
from schemas.event import Identity


@dataclass(frozen=True, slots=True)
class Bearing:
    """Entry *index* bears on a subject; *through* is the container it names, None if itself."""

    index: int
    through: str | None


@dataclass(slots=True)
class OpenDocket:
    """A ``Docket`` being written."""

    findings: list[Finding] = field(default_factory=list)
    closings: list[Closing] = field(default_factory=list)

    def take(self, item: str, step: Step) -> None:
        """What *step* found and closed on *item*."""
        self.findings += [
            replace(found, items=(item,)) for found in step.findings if item in found.items
        ]
        self.closings += [
            replace(closing, items=(item,)) for closing in step.closings if item in closing.items
        ]

    def closed(self) -> Docket:
        """As it is now."""
        return Docket(tuple(self.findings), tuple(self.closings))


@dataclass(slots=True)
class Notes:
    """About one subject; *stays* by container and the ordinal at which the stay in it began.

    *readings* are None once something of its numbers is withheld: nothing follows from the rest.
    """

    own: OpenDocket = field(default_factory=OpenDocket)
    stays: dict[tuple[str, int], OpenDocket] = field(default_factory=dict)
    bearings: list[Bearing] = field(default_factory=list)
    readings: list[Reading] | None = field(default_factory=list)

    def stay(self, container: str, start: int) -> OpenDocket:
        """About its stay in *container* that began at *start*."""
        return self.stays.setdefault((container, start), OpenDocket())

    def read(
        self, subject: str, index: int, act: Act, identities: tuple[Identity, ...] | None
    ) -> None:
        """What *act*, entry *index*, which names *subject*, says of its numbers; None: withheld.

        What it found is written down already.
        """
        if identities is None:
            if not any(f.index == index and f.code in UNHEARD for f in self.own.findings):
                self.readings = None
        elif self.readings is not None:
            for said in heard_of(act, identities):
                if said.item == subject:
                    numbers = numbers_of(said)
                    self.readings.append(Reading(index, act.kind, act.actor, numbers))
