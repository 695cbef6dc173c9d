"""Pictures that are sent to be scanned: codes come back, and garbage is refused."""

import pytest

from tests.web.test_symbols import REFUSED, SOUND, picture
from web.limits import Limit, Limits
from web.symbols import datamatrix, qr

PACKAGE = "https://id.gs1.org/00/106141412345678908"


@pytest.fixture
def url():
    """What is tried here is above the database; one kind will do."""


def test_the_codes_of_a_picture_are_told(web):
    data = picture(qr("A0001"), datamatrix(PACKAGE), kind="JPEG")
    told = web.ask("/scan", by="shop", data=data, Content_Type="image/jpeg").json

    assert ["A0001", "(00)106141412345678908"] == [code["text"] for code in told["codes"]]


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED)
def test_what_is_no_picture_is_refused(web, data):
    answer = web.ask("/scan", by="shop", data=data, Content_Type="image/png")

    assert (400, "urn:chiptrail:problem:malformed-picture") == (
        answer.status_code,
        answer.json["type"],
    )


def test_a_body_that_is_said_to_be_something_else_is_refused(web):
    assert 415 == web.ask("/scan", by="shop", data=SOUND, Content_Type="text/html").status_code


def test_a_body_that_is_too_large_is_refused(web):
    data = bytes((8 << 20) + 1)

    assert 413 == web.ask("/scan", by="shop", data=data, Content_Type="image/png").status_code


def test_a_large_picture_counts_as_several_requests(web):
    web.app.extensions["chiptrail-limits"] = Limits(5)
    data = picture(*[qr("A")] * 9)  # two million pixels
    said = [web.ask("/scan", by="shop", data=data, Content_Type="image/png") for _ in range(2)]

    assert [200, 429] == [answer.status_code for answer in said]
    assert Limit.REQUESTS.value in said[1].json["detail"]
