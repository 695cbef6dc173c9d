"""A ledger elsewhere, held to its word by whoever pushes to it, signs for it or asks it.

Beside each answer stands the log's head. What is kept of it, in a folder of the user's own:

    vkey            the log's verifier key: given, or as it was at the first contact
    checkpoint      the newest head that was found good; ``ledger.service.watch`` keeps it

First of all the ledger shows its head, which must go on from the one that is kept, as its tiles
prove; it goes into every signature (``chiptrail:after``). So whoever uses a ledger watches it.
Another history is evidence, in a file beside the head. Example::

    with open_remote("https://ledger.example.com", folder, token=token) as remote:
        submission = sign(draft, remote.signer(key_file), now)
        remote.api.capture(encode_submission(submission))
"""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from os import urandom
from pathlib import Path
from typing import TYPE_CHECKING

from ledger.client.api import Api, open_api
from ledger.client.log import open_log
from ledger.note import parse_vkey
from ledger.service.signing import signer_after
from ledger.service.watch import Look, Watch, look
from ledger.store import files
from schemas.errors import (
    CannotOpen,
    ChiptrailError,
    NotFound,
    ParseError,
    SplitView,
    Unreachable,
)

if TYPE_CHECKING:
    from ledger.compose import Signer
    from ledger.keys import KeyFile


class Remote:
    """The ledger that *api* asks, whose log has the key *vkey*; *folder*: what is kept of it.

    *is_new*: nothing was kept of it before, and its key is what it says itself.
    """

    def __init__(self, api: Api, folder: Path, vkey: str, *, is_new: bool) -> None:
        """Raises: MalformedNote."""
        self.api, self.vkey, self.is_new = api, vkey, is_new
        verifier = parse_vkey(vkey)
        self.origin = verifier.name
        self._watch = Watch(verifier, folder / "checkpoint")

    def look(self) -> bytes:
        """The newest head, as it was signed, which continues what was seen before.

        Raises: Unreachable (an old copy too), IntegrityError (its tiles prove nothing), SplitView
        (its signatures prove two histories; the message names the file with both).
        """
        with open_log(f"{self.api.url}/log") as published:
            for step in look(published, self._watch):
                if isinstance(step, Look) and step.is_bad:
                    raise _accusation(step, self.api.url)
        return files.load(self._watch.state)

    def signer(self, key_file: "KeyFile", fresh: Callable[[int], bytes] = urandom) -> "Signer":
        """The signer with the key in *key_file*, having seen the head that is kept."""
        return signer_after(files.load(self._watch.state), key_file, fresh)


@contextmanager
def open_remote(
    url: str,
    folder: Path,
    *,
    token: str | None = None,
    vkey: str | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Remote]:
    """The ledger at *url*, having shown its head; its log has the key *vkey*, else the one kept.

    *sleep*: as ``open_api`` has it.
    Raises: MalformedParameter, CannotOpen (another key is kept; the folder); as ``Remote.look``.
    """
    with open_api(url, token, sleep=sleep) as api:
        kept = _load_vkey(folder)
        said = vkey or kept or _ask_vkey(api)
        if kept is not None and kept != said:
            raise CannotOpen(
                f"{folder / 'vkey'}: {url} had the key {kept} so far, and now {said} is given; if"
                " that is right it is another ledger: name another --state"
            )
        remote = Remote(api, folder, said, is_new=kept is None and vkey is None)
        _make(folder)
        remote.look()
        if kept is None:
            _keep_vkey(folder, said)
        yield remote


def state_folder(home: Path, url: str) -> Path:
    """The folder below *home* for what is kept of the ledger at *url*."""
    place = url.rstrip("/").partition("://")[2]
    # Readable, and two addresses never share one.
    return home / f"{re.sub(r'[^A-Za-z0-9.-]+', '_', place)}-{sha256(url.encode()).hexdigest()[:8]}"


def _load_vkey(folder: Path) -> str | None:
    try:
        return files.load(folder / "vkey").decode("ascii", "replace").strip()
    except NotFound:
        return None


def _make(folder: Path) -> None:
    try:
        files.make_directory(folder, 0o700)
    except OSError as exc:
        raise CannotOpen(f"{folder}: {exc.strerror}; name another folder with --state") from exc


def _keep_vkey(folder: Path, vkey: str) -> None:
    path = folder / "vkey"
    try:
        files.save_durably(path, f"{vkey}\n".encode())
    except OSError as exc:
        raise CannotOpen(f"{path}: {exc.strerror}") from exc


def _ask_vkey(api: Api) -> str:
    try:
        said = api.vkey()
        parse_vkey(said)
    except (NotFound, ParseError) as exc:
        raise Unreachable(
            f"{api.url}: does not say its verifier key; is it a Chiptrail ledger? If it is, give"
            " the key with --vkey"
        ) from exc
    return said


def _accusation(seen: Look, url: str) -> ChiptrailError:
    had = 0 if seen.kept is None else seen.kept.size
    shows = f"{url} shows {seen.seen.size:,} entries, and had shown {had:,}"
    if seen.is_same:
        return Unreachable(f"{shows}: an old copy is served; look again, and ask who runs it")
    kept = f"both heads that it signed are in {seen.evidence}"
    if seen.is_same is None:
        return Unreachable(f"{shows}, and not how the two go together; {kept}")
    return SplitView(
        f"{shows}, of another history; {kept}: show them, and sign nothing more for it"
    )
