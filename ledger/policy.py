"""The policy of a ledger: its witnesses, where they are, and how many of them must cosign.

Source: C2SP tlog-policy, of which this is the part with one group::

    log <vkey>
    witness <name> <vkey> <url>
    witness <name> <vkey> <url>
    group witnesses 1 <name> <name>
    quorum witnesses

A *url* is what ``/add-checkpoint`` is appended to. The name of a witness is that of its key: a
vkey holds it, and no two witnesses have the same. Blank lines and ``#`` comments are skipped. Other
tools may read the file as it stands. Example::

    policy = parse_policy(data)
    policy.quorum, [witness.url for witness in policy.witnesses]
"""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from ledger.note import COSIGNATURE_V1, Verifier, encode_vkey, parse_vkey
from schemas.errors import MalformedNote, TooLarge
from schemas.formats import parse_decimal

# A checkpoint with all cosignatures must fit into what signers sign: 4 KiB (docs/formats.md).
MAX_WITNESSES = 16
MAX_NAME = 100
_GROUP = "witnesses"
_SPECIAL = {"any": lambda _: 1, "all": len}


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness: the key that it cosigns with, and where it is asked."""

    verifier: Verifier
    url: str

    @property
    def name(self) -> str:
        """The name of its key."""
        return self.verifier.name

    @property
    def vkey(self) -> str:
        """Its verifier key."""
        return encode_vkey(self.name, self.verifier.key, self.verifier.algorithm)


@dataclass(frozen=True, slots=True)
class Policy:
    """*quorum* of *witnesses* must have cosigned; made by ``policy_of``."""

    log: Verifier
    witnesses: tuple[Witness, ...]
    quorum: int


def witness_of(vkey: str, url: str) -> Witness:
    """The witness of a *vkey* of type 0x04 that is asked at *url*, http or https.

    Raises: MalformedNote, WeakKey, TooLarge (its name).
    """
    verifier = parse_vkey(vkey)
    if verifier.algorithm != COSIGNATURE_V1:
        raise MalformedNote(f"{verifier.name}: want a witness's key, of type 0x04")
    if len(verifier.name.encode()) > MAX_NAME:
        raise TooLarge(f"the name of a witness has more than {MAX_NAME} bytes")
    return Witness(verifier, _check_url(url))


def _check_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        is_good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        is_secret = "@" in parts.netloc
    except ValueError:
        is_good = is_secret = False
    if is_secret:  # not quoted: it is shown to all who ask for the policy
        raise MalformedNote("the address of a witness has no user and no password")
    # A query or a fragment would swallow the path that is appended.
    if not is_good or not url.isascii() or any(sign in url for sign in " \t\n#?"):
        raise MalformedNote(f"got {url!r}, want the address of a witness: https://host/prefix")
    return url.rstrip("/")


def policy_of(log: Verifier, witnesses: Sequence[Witness], quorum: int) -> Policy:
    """The policy that *quorum* of *witnesses* cosign *log*.

    Raises: MalformedNote (a name or key twice, a quorum that cannot be), TooLarge.
    """
    if len(witnesses) > MAX_WITNESSES:
        raise TooLarge(f"got {len(witnesses)} witnesses, limit {MAX_WITNESSES}")
    if not 1 <= quorum <= len(witnesses):
        raise MalformedNote(f"got a quorum of {quorum}, want one from 1 to {len(witnesses)}")
    # One key under two names would count twice, and the log is no witness of its own.
    names = [log.name, *(one.name for one in witnesses)]
    keys = [log.key.raw, *(one.verifier.key.raw for one in witnesses)]
    if len(set(names)) != len(names) or len(set(keys)) != len(keys):
        raise MalformedNote("two of the log and its witnesses have the same name or key")
    return Policy(log, tuple(witnesses), quorum)


def encode_policy(policy: Policy) -> bytes:
    """The file of *policy*."""
    log = encode_vkey(policy.log.name, policy.log.key)
    names = " ".join([witness.name for witness in policy.witnesses])
    lines = [f"log {log}"]
    lines += [f"witness {one.name} {one.vkey} {one.url}" for one in policy.witnesses]
    lines += [f"group {_GROUP} {policy.quorum} {names}", f"quorum {_GROUP}"]
    return "".join([f"{line}\n" for line in lines]).encode()


def parse_policy(data: bytes) -> Policy:
    """The policy in a file.

    Raises: MalformedNote, WeakKey, TooLarge.
    """
    try:
        text = data.decode()
    except UnicodeDecodeError as exc:
        raise MalformedNote("the policy is not UTF-8") from exc
    lines = [words for line in text.split("\n") if (words := line.split()) and words[0][0] != "#"]
    match lines:
        case [["log", log], *rest, ["group", group, most, *names], ["quorum", quorum]]:
            witnesses = [_witness(line) for line in rest]
            if group != quorum or names != [one.name for one in witnesses]:
                raise MalformedNote("want one group, of all witnesses in their order, as quorum")
            return policy_of(parse_vkey(log), witnesses, _quorum(most, names))
        case _:
            raise MalformedNote("want lines `log`, `witness` (some), `group` and `quorum`")


def _witness(line: Sequence[str]) -> Witness:
    match line:
        case ["witness", name, vkey, url]:
            made = witness_of(vkey, url)
            if made.name != name:
                raise MalformedNote(f"witness {name}: its key is named {made.name}")
            return made
        case _:
            raise MalformedNote("want `witness <name> <vkey> <url>`")


def _quorum(text: str, names: Sequence[str]) -> int:
    if text in _SPECIAL:
        return _SPECIAL[text](names)
    try:
        return parse_decimal(text)
    except ValueError as exc:
        raise MalformedNote(f"got a quorum of {text!r}, want any, all or a number") from exc
