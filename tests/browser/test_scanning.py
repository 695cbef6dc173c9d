"""Scanning in a browser whose camera shows what a test drew."""

import io

import pytest
from PIL import Image

from tests.browser.conftest import CHROMIUM, faults_of
from tests.web.test_symbols import picture
from web.symbols import datamatrix, qr

PACKAGE = "https://id.gs1.org/00/106141412345678908"


def film(path, data, frames=5):
    """A film of the picture *data*, as Chromium's fake camera takes it (YUV4MPEG2)."""
    grey = Image.open(io.BytesIO(data)).convert("L")
    width, height = (side // 2 * 2 for side in grey.size)
    frame = grey.crop((0, 0, width, height)).tobytes() + b"\x80" * (width * height // 2)
    head = f"YUV4MPEG2 W{width} H{height} F10:1 Ip C420jpeg\n".encode()
    path.write_bytes(head + (b"FRAME\n" + frame) * frames)


def scanning(page):
    """Asks for a check of what is scanned, beside one serial that was typed."""
    page.goto("/check")
    page.fill("#serials", "A0001\n")
    page.click("[data-scan]")


@pytest.fixture
def camera(site, tmp_path):
    """A browser that films two codes, and one of them again; the site looks at it from now on."""
    film(tmp_path / "film.y4m", picture(qr("A0001"), datamatrix(PACKAGE), qr("A0002")))
    seen = site.chromium
    site.chromium = seen.browser_type.launch(
        executable_path=CHROMIUM,
        args=[
            "--no-sandbox",
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={tmp_path / 'film.y4m'}",
        ],
    )
    yield site
    site.chromium.close()
    site.chromium = seen


def test_the_camera_reads_each_code_once_into_the_field(camera):
    with camera.page("lin") as page:
        scanning(page)
        page.wait_for_selector("dialog li >> nth=1")
        assert [] == faults_of(page)
        page.click("[data-done]")

        assert "A0001\n(00)106141412345678908\nA0002\n" == page.input_value("#serials")
        assert "serials" == page.evaluate("document.activeElement.id")


def test_a_photo_is_read_where_there_is_no_camera(site, tmp_path):
    photo = {"name": "p.png", "mimeType": "image/png", "buffer": picture(qr("A0007"))}
    with site.page("lin") as page:
        scanning(page)
        page.set_input_files("dialog input", photo)
        page.wait_for_selector("dialog li")

        assert "A0001\nA0007\n" == page.input_value("#serials")
        assert "p.png: codes 1, new 1" == page.inner_text("dialog [data-read]")


def test_a_scanner_that_types_keeps_the_separators(site):
    with site.page("lin") as page:
        page.goto("/check")
        page.fill("#serials", "80109506000AB")
        page.keyboard.press("Control+]")
        page.keyboard.type("801112")

        assert "80109506000AB\u241d801112" == page.input_value("#serials")
