"""The request with which a party has its key enrolled."""

import json

import pytest

from schemas.errors import MalformedJson, MalformedKey, ParseError
from schemas.key_request import KeyRequest, encode_key_request, is_key_request, parse_key_request
from schemas.statement import Endorsement

PLAIN = KeyRequest("example.com", "urn:chiptrail:party:acme", bytes(32), bytes(64))
ENDORSED = KeyRequest(
    "example.com",
    "urn:chiptrail:party:acme",
    bytes(32),
    bytes(64),
    Endorsement("0" * 64, bytes(64)),
)


@pytest.mark.parametrize("request_", [PLAIN, ENDORSED])
def test_a_request_reads_as_it_was_written(request_):
    data = encode_key_request(request_)

    assert is_key_request(data)
    assert parse_key_request(data) == request_


def test_a_key_file_is_no_request():
    assert not is_key_request(b'{"chiptrailKey":1}')


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"chiptrailKeyRequest": 2}, "/chiptrailKeyRequest"),
        ({"origin": ""}, "/origin"),
        ({"party": "acme"}, "/party"),
        ({"publicKey": "AAAA"}, "/publicKey"),
        ({"proof": "="}, "/proof"),
        ({"proof": 1}, "/proof"),
        ({"endorsement": 1}, "/endorsement"),
        ({"endorsement": {"keyid": "A" * 64, "sig": "AAAA"}}, "/endorsement/keyid"),
        ({"endorsement": {"keyid": "a" * 64, "sig": "AAAA"}}, "/endorsement/sig"),
        ({"more": 1}, ""),
    ],
)
def test_a_request_that_is_wrong_says_where(change, pointer):
    value = json.loads(encode_key_request(PLAIN)) | change
    with pytest.raises(MalformedKey) as caught:
        parse_key_request(json.dumps(value).encode())

    assert caught.value.pointer == pointer


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"chiptrailKeyRequest":1}'])
def test_what_is_no_request_is_refused(data):
    with pytest.raises(ParseError):
        parse_key_request(data)


def test_a_member_twice_is_refused():
    with pytest.raises(MalformedJson):
        parse_key_request(encode_key_request(PLAIN).replace(b"{", b'{"origin":"x",', 1))
