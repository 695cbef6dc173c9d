"""Evidence of two histories in plain words: what it proves, and against whom."""

from typing import TYPE_CHECKING

import click

from ledger.cli.output import BAD_NEWS, points, show, show_json
from ledger.cli.output import text as styled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledger.checkpoint import Checkpoint
    from ledger.evidence import Contradiction
    from ledger.note import Verifier
    from schemas.strict_json import JSON

# What the numbered steps of ledger.evidence check.
_STEPS = "(1) form, (2) both signatures, (3) order, (4) consistency proof, (5) contradiction"


def tell_evidence(
    data: bytes, log: "Verifier", witnesses: "Sequence[Verifier]", *, as_json: bool
) -> None:
    """Say what the evidence *data* proves, and against whom; bad news if it proves nothing.

    Raises: VerificationFailed.
    """
    from ledger.evidence import verify_evidence

    found = verify_evidence(data, log, witnesses)
    if as_json:
        show_json(_to_json(found))
    elif found.is_proven:
        show(
            styled("The evidence verifies.", "bold green"),
            styled(f"Checked: {_STEPS}.", "dim"),
            "",
            points(_proved(found)),
        )
    else:
        show(
            styled("The signatures verify, but no fork is proved.", "bold yellow"),
            "",
            points(_not_proved(found)),
        )
    if not found.is_proven:
        raise click.exceptions.Exit(BAD_NEWS)


def _proved(found: "Contradiction") -> list[str]:
    origin, small, large = found.smaller.origin, found.smaller.size, found.larger.size
    if small == large:
        first = f"The key of the log {origin} signed two different histories of {small:,} entries:"
        first += f" roots {found.smaller.root.hex()} and {found.larger.root.hex()}."
    else:
        first = f"The key of the log {origin} signed one history of {small:,} entries, and another"
        first += f" of {large:,} that does not begin with it."
    also = [
        f"Proved against the witness {name} too: it cosigned both." for name in found.accomplices
    ]
    return [
        first,
        "Proved against whoever holds that key: nobody else can make both, and no honest log does.",
        *also,
        "It does not say which of the two is right, nor who was shown which.",
    ]


def _not_proved(found: "Contradiction") -> list[str]:
    origin, small, large = found.smaller.origin, found.smaller.size, found.larger.size
    return [
        f"The key of the log {origin} signed a tree of {small:,} entries and one of {large:,}.",
        "The smaller may be the beginning of the larger: an old copy, and no other history.",
        f"The tiles of the tree of {large:,} entries would tell, and are not in this file.",
    ]


def _to_json(found: "Contradiction") -> "JSON":
    return {
        "origin": found.smaller.origin,
        "proven": found.is_proven,
        "heads": [head_to_json(found.smaller), head_to_json(found.larger)],
        "root": None if found.root is None else found.root.hex(),
        "accomplices": list(found.accomplices),
        "says": list(_proved(found) if found.is_proven else _not_proved(found)),
    }


def head_to_json(head: "Checkpoint") -> "JSON":
    """The size and the root, in hex."""
    return {"size": head.size, "root": head.root.hex()}
