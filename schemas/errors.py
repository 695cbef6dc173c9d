"""Every outcome that is not success: one class each, with a stable ``code``.

Three kinds (docs/contributing.md): a *refusal* is the caller's fault and nothing was written; an
*integrity failure* means the log contradicts itself, so writing stops; *cannot open* and *read
only* are the state of the place. Findings are values, not errors: see ``ledger.finding``.

The code is the last part of the problem type: ``urn:chiptrail:problem:<code>``.
"""

from typing import ClassVar


class ChiptrailError(Exception):
    """Root of the tree; never raised itself."""

    code: ClassVar[str] = "error"


# Refusals --------------------------------------------------------------------------------------


class Refusal(ChiptrailError):
    """The caller's fault; nothing was written.

    *pointer* is the RFC 6901 JSON pointer of the offending value ("" is the whole document), or
    None where the input is not JSON.
    """

    code = "refused"

    def __init__(self, message: str, pointer: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.pointer = pointer

    def __str__(self) -> str:
        return f"{self.pointer}: {self.message}" if self.pointer else self.message

    # Refusals cross process boundaries on the capture path.
    def __reduce__(self) -> tuple[type["Refusal"], tuple[str, str | None]]:
        return type(self), (self.message, self.pointer)


class ParseError(Refusal):
    """The input is not of the form it claims; the root of every ``malformed-*``."""

    code = "malformed"


class MalformedJson(ParseError):
    """Not the strict JSON that every entry point demands."""

    code = "malformed-json"


class MalformedEnvelope(ParseError):
    """Not a DSSE envelope with exactly one signature, or not a submission around one."""

    code = "malformed-envelope"


class MalformedEvent(ParseError):
    """Not a valid EPCIS 2.0 event with the Chiptrail extension fields."""

    code = "malformed-event"


class MalformedStatement(ParseError):
    """Not a statement of a known type with its fields."""

    code = "malformed-statement"


class MalformedItems(ParseError):
    """An item id, or the list of item ids beside an envelope, that cannot be read."""

    code = "malformed-items"


class MalformedDisclosure(ParseError):
    """Not an SD-JWT disclosure of three elements with a salt of at least 128 bits."""

    code = "malformed-disclosure"


class MalformedNote(ParseError):
    """Not a signed note, checkpoint, verifier key, leaf, entry bundle, proof or tile path."""

    code = "malformed-note"


class MalformedBundle(ParseError):
    """Not a bundle of version ``chiptrail/1``."""

    code = "malformed-bundle"


class MalformedEvidence(ParseError):
    """Not evidence of two histories, version ``chiptrail/1``."""

    code = "malformed-evidence"


class MalformedBackup(ParseError):
    """Not a backup of version ``chiptrail-backup/1``: its manifest cannot be read."""

    code = "malformed-backup"


class MalformedKey(ParseError):
    """Not a key file, public key or key id."""

    code = "malformed-key"


class MalformedParameter(ParseError):
    """A parameter, address or token of a request that is unknown or none; the message names it."""

    code = "malformed-parameter"


class MalformedPicture(ParseError):
    """A picture to be scanned that is no JPEG or PNG, or is damaged."""

    code = "malformed-picture"


class MalformedTable(ParseError):
    """Not the CSV file or workbook that it is said to be."""

    code = "malformed-table"


class MalformedRules(ParseError):
    """Not a rule pack."""

    code = "malformed-rules"


class TooLarge(Refusal):
    """Over a limit of size, count or depth; the message names the limit."""

    code = "too-large"


class BadSignature(Refusal):
    """The signature is not one of the key over these bytes, or has a small-order part."""

    code = "bad-signature"


class WeakKey(Refusal):
    """A public key that is not a canonical point of prime order."""

    code = "weak-key"


class WrongPassphrase(Refusal):
    """The key file does not open with this passphrase."""

    code = "wrong-passphrase"


class UnknownKey(Refusal):
    """No key with this keyid is enrolled at this index."""

    code = "unknown-key"


class RevokedKey(Refusal):
    """The key was revoked at an earlier index."""

    code = "revoked-key"


class KeyTaken(Refusal):
    """A key is enrolled once, ever."""

    code = "key-taken"


class UnknownParty(Refusal):
    """No party with this id is enrolled at this index."""

    code = "unknown-party"


class ForeignParty(Refusal):
    """The payload names a party that is not the key's own."""

    code = "foreign-party"


class WrongLedger(Refusal):
    """The payload is meant for a ledger of another origin."""

    code = "wrong-ledger"


class NotRegistrar(Refusal):
    """Only the registrar signs this statement."""

    code = "not-registrar"


class BadAfter(Refusal):
    """``chiptrail:after`` is not a checkpoint that this ledger's log key signed."""

    code = "bad-after"


class SplitView(Refusal):
    """``chiptrail:after`` is signed by the log key and not of this history: there are two."""

    code = "split-view"


class ItemsMismatch(Refusal):
    """The list beside the envelope does not give the root that was signed, or is missing."""

    code = "items-mismatch"


class DisclosureMismatch(Refusal):
    """A disclosure matches no signed digest, or contradicts what stands in the open."""

    code = "disclosure-mismatch"


class NotFound(Refusal):
    """Nothing by that name is recorded here, or not for this reader: the two answer alike."""

    code = "not-found"


class Conflict(Refusal):
    """A witness is asked to go on from another *size* than the one that it cosigned last."""

    code = "conflict"

    def __init__(self, message: str, size: int) -> None:
        super().__init__(message)
        self.size = size


class Unauthenticated(Refusal):
    """Nobody that is known here asks: no token, or none that holds."""

    code = "unauthenticated"


class Forbidden(Refusal):
    """Who asks is known, and may not do this."""

    code = "forbidden"


class TooMany(Refusal):
    """Somebody asks more often than one may; in *retry_after_s* seconds it may again."""

    code = "too-many"

    def __init__(self, message: str, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class WrongType(Refusal):
    """A request whose content type or encoding is not one that is read here."""

    code = "wrong-type"


class UnknownRule(Refusal):
    """The rule pack has no rule in force for that question on that date."""

    code = "unknown-rule"


# The state of the place -------------------------------------------------------------------------


class CannotOpen(ChiptrailError):
    """No ledger is there, or it cannot be opened as it must be."""

    code = "cannot-open"


class Unreachable(CannotOpen):
    """A ledger or a published log cannot be reached, or does not serve what one must."""

    code = "unreachable"


class ReadOnly(ChiptrailError):
    """Writing is off; the message says why and what the way out is."""

    code = "read-only"


class DiskFull(ReadOnly):
    """Writing is off while the disk has too little room; it is on again when there is enough."""

    code = "disk-full"


class Overloaded(ChiptrailError):
    """More waits to be dealt with than can be; nothing was begun, and a moment later may do."""

    code = "overloaded"
    retry_after_s: ClassVar[int] = 1


# Integrity ----------------------------------------------------------------------------------------


class IntegrityError(ChiptrailError):
    """The log contradicts itself: stop writing, alarm. The message names the place."""

    code = "integrity"


class VerificationFailed(ChiptrailError):
    """A bundle, proof or history does not verify; *step* is the numbered check that refused it."""

    code = "verification-failed"

    def __init__(self, message: str, step: int = 0) -> None:
        super().__init__(message)
        self.step = step
