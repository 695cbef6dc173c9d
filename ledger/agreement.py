"""Who would have had to agree to the corrections of a bundle, and did not, by its entries.

Source: docs/custody.md, "Corrections". The same question as in ``ledger.correction``, asked of what
is shown: the acts up to the entry by which a correction took effect are folded without it and with
it. Whoever had effect on a subject, and would not any more, has to have agreed; what is found of
its acts then is settled. What others did to goods that are not shown, or to a container that no
subject is told to have been in, cannot be seen: that nobody else had a say is the operator's word.
Example::

    agreement = Agreement(record, takings, lambda: Replay(subjects, containers))
    agreement.missing, agreement.settled
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from ledger.act import Act, ActKind
from ledger.correction import CLAIMS
from ledger.finding import Code
from ledger.holding import Step
from ledger.order import Placing, ordinal
from ledger.record import Record, Refold, Settled, placings
from ledger.replay import Replay
from ledger.wording import listed, phrase
from schemas.bundle_statement import Taking


class _Told(NamedTuple):
    """One fold: the subjects on which each act had effect, and what it found on which items."""

    replay: Replay
    effects: dict[int, frozenset[str]]
    found: dict[int, frozenset[tuple[Code, str]]]


class Agreement:
    """*missing*: by subject, whose consent is not shown, in words; *settled* by those shown."""

    def __init__(
        self, record: Record, takings: Sequence[Taking], begin: Callable[[], Replay]
    ) -> None:
        """Those that took effect by one entry did so in any order in which each can."""
        self._record, self._begin = record, begin
        self.missing: dict[str, str] = {}
        self.settled: list[Settled] = []
        before: list[Taking] = []
        for _, some in groupby(takings, key=lambda taking: taking.since):
            waiting = list(some)
            while waiting:
                tried = [self._try(before, taking) for taking in waiting]
                at = next((n for n, (lost, _) in enumerate(tried) if not lost), 0)
                lost, settled = tried[at]
                self.missing = lost | self.missing
                self.settled += settled
                before.append(waiting.pop(at))

    def _try(
        self, before: Sequence[Taking], taking: Taking
    ) -> tuple[dict[str, str], list[Settled]]:
        """By subject what is lost to those that did not agree, and what is settled for others."""
        after = [*before, taking]
        old, new = placings(before), placings(after)
        moved = {i for i in old.keys() | new.keys() if _counts(old, i) != _counts(new, i)}
        others = [i for i in self._acts_beside(taking) if i not in moved]
        if not moved or not others:
            return {}, []
        was, now = self._fold(before, taking.since), self._fold(after, taking.since)
        agreed = self._record.agreed(taking.entry, taking.since)
        built: dict[str, dict[str, int]] = {}
        settled: list[Settled] = []
        for index in others:
            who = self._record.acts[index].act.who
            if who in agreed:
                fresh = now.found.get(index, frozenset()) - was.found.get(index, frozenset())
                codes = sorted({code for code, _ in fresh})
                settled += [Settled(index, code, taking.since) for code in codes]
                continue
            for subject in was.effects.get(index, _NONE) - now.effects.get(index, _NONE):
                if now.replay.is_told(subject):
                    built.setdefault(subject, {}).setdefault(who, index)
        lost = {subject: _reason(taking.entry, some) for subject, some in built.items()}
        return lost, settled

    def _acts_beside(self, taking: Taking) -> list[int]:
        """The acts by other parties that count for something when it took effect."""
        party = self._record.acts[taking.entry].act.actor
        acts = [(i, one.act) for i, one in self._record.acts.items() if i <= taking.since]
        return [i for i, act in acts if act.kind not in _NO_ACTS and act.who != party]

    def _fold(self, takings: Sequence[Taking], until: int) -> _Told:
        told = _Told(self._begin(), {}, {})

        def look(index: int, act: Act, step: Step) -> None:
            told.effects[index] = told.replay.reached(act, step)
            told.found[index] = frozenset([(f.code, i) for f in step.findings for i in f.items])

        Refold(self._record, takings, told.replay, until=until, look=look)
        return told


def _reason(correction: int, built: Mapping[str, int]) -> str:
    """Who did not concur, by the first entry of each that *built* on it."""
    who = listed(list(built))
    if len(built) > 1:
        return phrase(
            "entry %(entry)s takes back what entries %(later)s build on, and %(who)s did not"
            " concur",
            entry=correction,
            later=listed([str(index) for index in built.values()]),
            who=who,
        )
    return phrase(
        "entry %(entry)s takes back what entry %(later)s builds on, and %(who)s did not concur",
        entry=correction,
        later=min(built.values()),
        who=who,
    )


_NONE: frozenset[str] = frozenset()
_NO_ACTS: Collection[ActKind] = CLAIMS | {ActKind.CORRECT}


def _counts(placed: Mapping[int, Placing], index: int) -> int | None:
    return placed[index].counts if index in placed else ordinal(index)
