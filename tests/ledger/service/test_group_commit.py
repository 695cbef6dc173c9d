"""Group commit: who waits shares the next piece of work, and nobody waits for company."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from ledger.service.group_commit import GroupCommit


class Desk:
    """Work that stands still until it is let go, and remembers what it was given together."""

    def __init__(self, most=100):
        self.group = GroupCommit(most)
        self.begun, self.may_go, self.groups = Event(), Event(), []

    def work(self, requests):
        self.groups.append(list(requests))
        self.begun.set()
        assert self.may_go.wait(10)
        if "bad" in requests:
            raise ValueError("bad")
        return [request.upper() for request in requests]

    def submit(self, request, weight=1):
        return self.group.submit(request, weight, self.work)

    def crowd(self, requests, weight=1):
        """What each of *requests* gets that came, in their order, while the first was worked on."""
        with ThreadPoolExecutor(len(requests)) as pool:
            futures = [pool.submit(self.submit, requests[0], weight)]
            assert self.begun.wait(10)
            for count, request in enumerate(requests[1:]):
                futures.append(pool.submit(self.submit, request, weight))
                while self.group.waiting <= count:
                    pass
            self.may_go.set()
            return [future.exception() or future.result() for future in futures]


def test_a_request_that_comes_alone_goes_alone():
    desk = Desk()
    desk.may_go.set()

    assert ["A", "B"] == [desk.submit("a"), desk.submit("b")]
    assert [["a"], ["b"]] == desk.groups


def test_what_waits_is_dealt_with_together_and_each_gets_its_own_answer():
    desk = Desk()

    assert ["A", "B", "C", "D"] == desk.crowd(["a", "b", "c", "d"])
    assert [["a"], ["b", "c", "d"]] == desk.groups


def test_a_group_weighs_no_more_than_it_may():
    desk = Desk(most=2)

    assert ["A", "B", "C", "D"] == desk.crowd(["a", "b", "c", "d"])
    assert [["a"], ["b", "c"], ["d"]] == desk.groups


def test_what_weighs_too_much_goes_alone():
    desk = Desk(most=2)

    assert ["A", "B", "C"] == desk.crowd(["a", "b", "c"], weight=3)
    assert [["a"], ["b"], ["c"]] == desk.groups


def test_a_failure_is_that_of_its_group_and_of_no_other():
    desk = Desk(most=2)

    done = desk.crowd(["a", "bad", "c", "d"])
    assert ["A", "bad", "bad", "D"] == [str(one) for one in done]


def test_work_goes_on_after_a_failure():
    desk = Desk()
    desk.may_go.set()
    with pytest.raises(ValueError, match="bad"):
        desk.submit("bad")

    assert "A" == desk.submit("a")
