"""The record of a retired origin reads back, with and without entries that are lost."""

import json
from datetime import UTC, datetime

import pytest

from schemas.enrolment import Gap
from schemas.errors import MalformedStatement
from schemas.retirement import Retirement, encode_retirement, parse_retirement

NOTE = "ledger.example\n674\nAAAA\n\n— ledger.example sig\n"


def retirement(missing):
    at = datetime(2026, 1, 2, 3, 4, 5, 678000, UTC)
    return Retirement(origin="ledger.example", checkpoint=NOTE, missing=missing, retired_at=at)


@pytest.mark.parametrize("missing", [None, Gap(660, 674)])
def test_what_is_written_reads_back(missing):
    made = retirement(missing)

    assert made == parse_retirement(encode_retirement(made))


def test_what_does_not_fit_is_pointed_at():
    value = json.loads(encode_retirement(retirement(None))) | {"missing": {"start": 1}}

    with pytest.raises(MalformedStatement) as caught:
        parse_retirement(json.dumps(value).encode())
    assert "/missing/stop" == caught.value.pointer
