"""Pages for people, made on the server; each works without JavaScript but for signing."""

from flask import Flask

from web.pages import entrance, labels, scanning, searching
from web.pages.frame import frame
from web.pages.languages import speak


def add_pages(app: Flask) -> None:
    """Give *app* its pages, and what they load."""
    speak(app)
    frame(app)
    app.register_blueprint(entrance.blueprint)
    app.register_blueprint(searching.blueprint)
    app.register_blueprint(labels.blueprint)
    app.register_blueprint(scanning.blueprint)
