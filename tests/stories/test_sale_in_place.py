"""The sale in place: chips are sold and stay where they are.

Fjordhall has a server of Kestrel's in its hall: it runs it, Kestrel owns it. Kestrel sells the
server, with the chip in it, to Inzai. Nothing is moved. From then on Inzai owns the chip, and says
who uses it; Fjordhall has it all the time.
"""

import pytest

from tests.stories.telling import findings, page, title, verdict, whereabouts

SERVER = "https://id.gs1.org/8004/9520001S1"


@pytest.fixture
def chip(world):
    (chip,) = world.chips(1)
    world.commission("hsinlin", [chip])
    world.install("hsinlin", SERVER, [chip])
    world.ship("hsinlin", [SERVER], to="fjordhall", owner="kestrel", user="fjordhall")
    world.receive("fjordhall", [SERVER])
    return chip


def test_who_has_it_and_who_owns_it_are_two(world, chip):
    assert "Fjordhall" == whereabouts(world, chip)
    assert "Kestrel's, used by Fjordhall" == title(world, chip)


def test_an_offer_alone_sells_nothing(world, chip):
    world.transfer("kestrel", [SERVER], owner="inzai")

    assert "Kestrel's, used by Fjordhall" == title(world, chip)


def test_what_is_offered_and_accepted_is_sold_where_it_stands(world, chip):
    world.transfer("kestrel", [SERVER], owner="inzai")
    world.accept("inzai", [SERVER])
    world.transfer("inzai", [SERVER], user="inzai")

    assert ("Fjordhall", "Inzai's, used by Inzai") == (whereabouts(world, chip), title(world, chip))
    told = """\
A0001 is CLEAR.
made: by Hsinlin
held by: Fjordhall, since 9 Mar 2026 09:03 UTC (entry 4)
owned by: Inzai
used by: Inzai
inside: asset 9520001S1
 1  Made by Hsinlin.
 2  Installed by Hsinlin into asset 9520001S1.
 3  Shipped by Hsinlin to Fjordhall, to be owned by Kestrel.  [in asset 9520001S1]
 4  Received by Fjordhall.  [in asset 9520001S1]
 5  Offered by Kestrel to Inzai as its owner; it stays where it is.  [in asset 9520001S1]
 6  Accepted by Inzai as its new owner.  [in asset 9520001S1]
 7  Used by Inzai itself from now on.  [in asset 9520001S1]
"""
    assert told == page(world, chip)


def test_who_only_has_it_cannot_sell_it(world, chip):
    world.transfer("fjordhall", [SERVER], owner="inzai")
    world.accept("inzai", [SERVER])

    assert "Kestrel's, used by Fjordhall" == title(world, chip)
    assert "stop" == verdict(world, chip)


def test_who_was_offered_nothing_accepts_nothing(world, chip):
    world.transfer("kestrel", [SERVER], owner="inzai")
    world.accept("magpie", [SERVER])

    assert "Kestrel's, used by Fjordhall" == title(world, chip)
    assert {"custody/challenged": "warning, open"} == findings(world, chip)


def test_taken_out_of_the_server_it_belongs_to_the_same(world, chip):
    world.transfer("kestrel", [SERVER], owner="inzai")
    world.accept("inzai", [SERVER])
    world.remove("fjordhall", SERVER, [chip])

    assert "Inzai's, used by Fjordhall" == title(world, chip)
