"""Pages for people, made on the server; each works without JavaScript but for signing."""

from flask import Flask

from web.pages import entrance


def add_pages(app: Flask) -> None:
    """Give *app* its pages, and what they load."""
    app.register_blueprint(entrance.blueprint)
