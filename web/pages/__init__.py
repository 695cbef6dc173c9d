"""Pages for people, made on the server; each works without JavaScript but for signing."""

from flask import Flask

from web.pages import (
    account,
    administration,
    checking,
    enrolling,
    entrance,
    keyring,
    labels,
    logbook,
    making,
    people,
    places,
    scanning,
    searching,
    settling,
    signing,
    trade,
    unit,
    verifying,
)
from web.pages.frame import frame
from web.pages.languages import speak
from web.pages.naming import name_things

_AREAS = (
    account,
    administration,
    checking,
    enrolling,
    entrance,
    keyring,
    labels,
    logbook,
    making,
    people,
    places,
    scanning,
    searching,
    settling,
    signing,
    trade,
    unit,
    verifying,
)


def add_pages(app: Flask) -> None:
    """Give *app* its pages, and what they load."""
    speak(app)
    frame(app)
    name_things(app)
    for area in _AREAS:
        app.register_blueprint(area.blueprint)
