"""The first page: what needs one now."""

from datetime import timedelta

from tests.world import CHIPS

CHIP = f"{CHIPS}A"


def test_who_has_nothing_to_do_is_told_what_will_stand_there(web):
    shown = web.browser("lin", "logger", of="shop").get("/").text

    assert "Nothing waits for you" in shown
    assert 'class="button" href="/record"' in shown


def test_who_has_no_key_yet_is_led_to_making_one(web):
    web.world.enroll("new")
    web.world.revoke("new")
    shown = web.browser("newcomer", "logger", of="new").get("/").text

    assert "First, a key" in shown
    assert 'class="button" href="/keys"' in shown


def test_who_runs_the_ledger_is_led_to_what_is_to_be_done(web):
    shown = web.browser("op", "administrator", of="operator").get("/").text

    assert 'class="button" href="/administration"' in shown


def test_what_is_sent_to_one_and_what_is_late_stands_on_the_first_page(web):
    web.world.commission("fab", [CHIP])
    web.world.ship("fab", [CHIP], to="shop", due_in=timedelta(days=1))
    coming = web.browser("lin", "logger", of="shop").get("/").text
    assert "To receive" in coming
    assert "due in" in coming

    web.world.advance(days=3)
    late = web.browser("mei", "logger", of="fab").get("/").text
    assert "Sent, and late" in late
    assert "custody/overdue" in late


def test_a_licence_that_is_over_says_so_in_words(web):
    web.world.licence("fab", "D1", quantity=1, days=1)
    web.world.advance(days=3)

    assert "over for 2 days" in web.browser("mei", "logger", of="fab").get("/").text


def test_a_finding_leads_to_how_it_is_mended(web):
    web.world.commission("fab", [CHIP])
    web.world.ship("fab", [CHIP], to="shop", due_in=timedelta(days=1))
    web.world.advance(days=3)
    shown = web.browser("mei", "logger", of="fab").get("/").text

    assert 'href="/findings?state=open&amp;part=present&amp;code=custody/overdue"' in shown


def test_an_inspector_finds_the_box_to_check_with(web):
    shown = web.browser("officer", "inspector", of="customs").get("/").text

    assert 'name="serials"' in shown
