"""How an item came to stand as it does: the steps of its story that made it, gave and sent it.

    tenure(state, steps).index        # the entry since which its holder has it

A step that was taken back, or never took effect, counts for none of these.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TypeVar

from ledger.act import Act, ActKind
from ledger.holding import ItemState
from ledger.outcome import Recorded, is_effective

S = TypeVar("S", bound=Recorded)

_BEGINS = frozenset(
    {
        ActKind.COMMISSION,
        ActKind.REGISTER,
        ActKind.TRANSFORM,
        ActKind.RECEIVE,
        ActKind.SEIZE,
    }
)


def stands(step: Recorded) -> bool:
    """Whether it took effect, and has not been taken back."""
    return step.corrected_by is None and is_effective(step.findings)


def making(state: ItemState | None, steps: Sequence[S]) -> S | None:
    """By which the item was made: commissioned by its maker, or out of others."""
    for step in filter(stands, steps):
        act = step.act
        if act.kind is ActKind.TRANSFORM and step is steps[0]:
            return step
        is_maker = state is None or state.origin in (None, act.actor, act.principal)
        if act.kind is ActKind.COMMISSION and is_maker:
            return step
    return None


def tenure(state: ItemState, steps: Sequence[S]) -> S | None:
    """By which the present holder came to have it."""
    return next(filter(lambda step: _begins(step.act, state.custody.holder), _last(steps)), None)


def _begins(act: Act, holder: str) -> bool:
    is_taken = act.kind in _BEGINS and holder in (act.actor, act.principal)
    return is_taken or (act.kind is ActKind.DELIVER and act.counterparty == holder)


def sending(steps: Sequence[S]) -> S | None:
    """The last shipment that it went out by."""
    return next(filter(lambda step: step.act.kind is ActKind.SHIP, _last(steps)), None)


def due_at(state: ItemState, steps: Sequence[S]) -> datetime | None:
    """By when the shipment that it is on should arrive; None if on none, or if that is not said."""
    shipment = state.custody.shipment
    return next((step.act.due_at for step in steps if step.index == shipment), None)


def _last(steps: Sequence[S]) -> Iterator[S]:
    return filter(stands, reversed(steps))
