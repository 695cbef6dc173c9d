"""Many submissions in one body: taken apart without a parser only where that changes nothing."""

import json

import pytest

from schemas import strict_json
from schemas.envelope import split_plain
from schemas.formats import encode_base64

EVENT = "application/vnd.chiptrail.event+json"


def line(payload=b"{}", **more):
    envelope = {
        "payload": encode_base64(payload),
        "payloadType": EVENT,
        "signatures": [{"keyid": "ab" * 32, "sig": encode_base64(bytes(64))}],
    }
    return strict_json.dump({"envelope": {**envelope, **more}})


def body(*lines):
    return b'{"entries":[' + b",".join(lines) + b"]}"


@pytest.mark.parametrize("count", [1, 2, 3])
def test_envelopes_alone_are_given_as_they_were_sent(count):
    lines = [line(b'{"n":%d}' % number) for number in range(count)]

    assert lines == split_plain(body(*lines))
    assert lines == [strict_json.dump(one) for one in json.loads(body(*lines))["entries"]]


ELSEWHERE = {
    "nothing": b"",
    "none": body(),
    "a blank": body(line()).replace(b"[{", b"[ {", 1),
    "a blank between": body(line() + b" ", line()),
    "a line end": body(line()) + b"\n",
    "a comma too many": body(line(), b""),
    "a comma too few": b'{"entries":[' + line() + line() + b"]}",
    "another bracket": b'{"entries":[' + line() + b"}]",
    "more beside": b'{"entries":[' + line() + b'],"more":1}',
    "twice": b'{"entries":[' + line() + b'],"entries":[' + line() + b"]}",
    "with lists": body(line()[:-1] + b',"lists":{}}'),
    "an escape": body(line().replace(b"payload", b"pay\\u006coad")),
    "a member more": body(line(more=1)),
    "one within another": body(b'{"entries":[' + line() + b"]}"),
    "no array": b'{"entries":' + line() + b"}",
    "cut short": body(line())[:-1],
    "cut within": body(line()[:-3]),
    "no UTF-8": body(line().replace(b'"payload":"', b'"payload":"\xff')),
    "a line end in a text": body(line().replace(b'"payload":"', b'"payload":"\n')),
    "a lone surrogate": body(line().replace(b'"payload":"', rb'"payload":"\ud800')),
}


@pytest.mark.parametrize("data", ELSEWHERE.values(), ids=ELSEWHERE)
def test_what_is_spelled_in_another_way_is_left_to_the_parser(data):
    assert split_plain(data) is None
