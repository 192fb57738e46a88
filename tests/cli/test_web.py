"""`sre web`: the app through textual-serve's protocol, and who is refused."""

import json
import re
import signal
import subprocess
import time
from pathlib import Path
from socket import create_connection, create_server

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.cli.running import PATIENCE, Sre
from tests.cli.serving import serving


def screen(page: ClientConnection, *words: str) -> str:
    """What the app draws until all of the words have come."""
    drawn = ""
    deadline = time.monotonic() + PATIENCE
    while not all(word in drawn for word in words):
        assert time.monotonic() < deadline, f"{words} never came: {drawn[-2000:]!r}"
        brought = page.recv(PATIENCE)
        if isinstance(brought, bytes):
            drawn += brought.decode()
    return drawn


def keys(page: ClientConnection, text: str) -> None:
    page.send(json.dumps(["stdin", text]))


def apps_of(process: subprocess.Popen[str]) -> list[Path]:
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    return [Path("/proc") / pid for pid in children.split()]


def test_a_browser_gets_the_app_and_nobody_else_does(sre: Sre) -> None:
    with serving(sre) as (process, address), httpx.Client(trust_env=False) as browser:
        root = address.partition("/?")[0]
        socket = f"{root.replace('http', 'ws')}/ws?width=120&height=40"

        def refused(uri: str = socket, **headers: str) -> bool:
            own = create_connection(("127.0.0.1", int(root.rpartition(":")[2])))
            with own, pytest.raises(InvalidStatus) as refusal:
                connect(uri, additional_headers=headers, sock=own, proxy=None)
            return refusal.value.response.status_code == 403

        # By the address alone, by another page, by another name for this machine.
        assert "whole address" in browser.get(root).text
        assert browser.get(f"{root}/static/js/textual.js").status_code == 403
        assert browser.get(f"{root}/?token=").status_code == 403
        assert browser.get(address, headers={"Origin": "http://evil.example"}).status_code == 403
        assert "another name" in browser.get(address, headers={"Host": "evil.example"}).text
        assert not browser.cookies
        assert refused()

        page = browser.get(address, follow_redirects=True)
        assert page.status_code == 200
        assert str(page.url) == f"{root}/"
        loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
        fonts = re.findall(r'url\("([^"]+)"\)', browser.get(f"{root}/page/page.css").text)
        own = [place for place in loaded if place != "data:,"] + fonts
        assert len(own) == 5
        assert [place for place in own if browser.get(root + place).status_code != 200] == []
        assert "sandbox" in page.headers["Content-Security-Policy"]

        cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        assert refused(Cookie=cookie, Origin="http://evil.example")
        assert refused(socket.replace("127.0.0.1", "evil.example"), Cookie=cookie)
        assert apps_of(process) == []
        with connect(
            socket, additional_headers={"Cookie": cookie, "Origin": root}, proxy=None
        ) as app:
            screen(app, "Alerts", "SmartDiskFailing", "built-in analyst")
            app.send(json.dumps(["focus"]))
            screen(app, "Investigate")
            keys(app, "?")
            screen(app, "Show only what contains a text")
            keys(app, "q")
            screen(app, "SmartDiskFailing")
            keys(app, "5")
            screen(app, "Evidence")
            keys(app, "which guests are stopped?\r")
            screen(app, "templates", "Built-in analyst: rules")
            running = apps_of(process)
            assert len(running) == 1
            process.send_signal(signal.SIGINT)
            with pytest.raises(ConnectionClosed):
                screen(app, "what never comes")
        out, told = process.communicate(timeout=PATIENCE)
        assert (process.returncode, out, told) == (0, "", "")
        assert not any(each.exists() for each in running)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "nas.lan", "localhost.nas.lan"])
def test_only_loopback_is_listened_on(bare: Sre, host: str) -> None:
    done = bare("web", "--host", host)
    assert (done.code, done.out) == (2, "")
    assert "on loopback only" in done.err
    assert "ssh -L" in done.err


def test_a_taken_port_is_one_line(bare: Sre) -> None:
    with create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = bare("web", "--port", str(port))
    assert done.code == 1
    assert (
        done.err.splitlines()[0] == f"error: port {port} of 127.0.0.1 is taken by another program"
    )


def test_wrong_settings_are_told_before_anything_is_served(bare: Sre) -> None:
    done = bare.having(PROMETHEUS_URL="not an address")("web", "--port", "0")
    assert done.code == 2
    assert "PROMETHEUS_URL" in done.err
