"""`sre web` in a real browser: it paints, keys work, the chat answers, nothing is foreign.

Runs where a Chromium is installed; ``SRE_BROWSER_SHOTS=FOLDER`` keeps pictures of what it saw.
"""

import os
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from sre_tui.demo.runtime.background import launch_demo
from sre_tui.demo.runtime.remote import stop_demo
from sre_tui.demo.runtime.state import demo_environment
from tests.cli.running import Sre
from tests.cli.serving import serving
from tests.real.chromium import PROGRAM, Page, open_page


def keep(page: Page, name: str) -> None:
    folder = os.environ.get("SRE_BROWSER_SHOTS")
    if folder:
        Path(folder, f"{name}.png").write_bytes(page.screenshot())


@pytest.mark.skipif(PROGRAM is None, reason="no Chromium is installed: apt-get install chromium")
def test_the_app_in_chromium(tmp_path: Path) -> None:
    place = tmp_path / "demo.json"
    state = launch_demo(
        place, tmp_path / "demo.log", scenario="nas-disk-failing", guests=20, attached=True
    )
    try:
        sre = Sre(tmp_path, demo_environment(state))
        with serving(sre) as (_, address), open_page(tmp_path / "profile") as page:
            empty = page.screenshot()
            page.call("Page.navigate", url=address)
            page.wait_for("SmartDiskFailing")
            page.wait_for("Investigate")
            keep(page, "painted")
            painted = page.screenshot()
            # A page of one colour takes a tenth of it.
            assert len(painted) > 4 * len(empty)
            page.press("?")
            page.wait_for("Show only what contains a text")
            keep(page, "help")
            page.press("q5")
            page.wait_for("Evidence")
            page.press("which guests are stopped?\n")
            page.wait_for("Built-in analyst: rules")
            keep(page, "answered")
            assert page.evaluate("location.href") == address.partition("?")[0]
            assert page.evaluate("String(window.open('https://example.org'))") == "null"
            assert page.evaluate("[...document.fonts].map(one => one.status)") == ["loaded"] * 2
            assert {urlsplit(each).netloc for each in page.requested} == {urlsplit(address).netloc}
            refusals = [each for each in page.complaints if "Content Security Policy" in each]
            assert refusals == []
            page.call("Page.close")
    finally:
        stop_demo(state, place)
