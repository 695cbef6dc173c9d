"""Key files on disk."""

import stat

import pytest

from ledger.service import keyring
from schemas.errors import CannotOpen, MalformedJson, WrongPassphrase

PARTY = "urn:chiptrail:party:acme"


def test_a_key_signs_as_what_it_was_made(tmp_path):
    made = keyring.make_key_file(tmp_path / "a", name=PARTY, passphrase=None)
    opened = keyring.open_key_file(tmp_path / "a", None)

    assert (opened.name, opened.key) == (PARTY, made)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o600


def test_an_encrypted_key_opens_with_its_passphrase_alone(tmp_path):
    keyring.make_key_file(tmp_path / "a", name=PARTY, passphrase=b"horse")

    assert keyring.is_encrypted(tmp_path / "a")
    with pytest.raises(WrongPassphrase, match="a: "):
        keyring.open_key_file(tmp_path / "a", b"donkey")


def test_a_file_is_never_written_over(tmp_path):
    (tmp_path / "a").write_bytes(b"mine")
    with pytest.raises(CannotOpen, match="not overwritten"):
        keyring.make_key_file(tmp_path / "a", name=PARTY, passphrase=None)

    assert (tmp_path / "a").read_bytes() == b"mine"


@pytest.mark.parametrize("where", ["gone/a", "."])
def test_a_place_where_nothing_can_be_written_is_named(tmp_path, where):
    with pytest.raises(CannotOpen, match=str(tmp_path)):
        keyring.write_new(tmp_path / where, b"")


def test_what_is_not_there_cannot_be_opened(tmp_path):
    with pytest.raises(CannotOpen, match="no such file"):
        keyring.open_key_file(tmp_path / "gone", None)


def test_what_is_no_key_file_is_refused(tmp_path):
    (tmp_path / "a").write_bytes(b"ssh-ed25519 AAAA")
    with pytest.raises(MalformedJson):
        keyring.is_encrypted(tmp_path / "a")
