"""A headless Chromium, driven over its DevTools protocol."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import httpx
from websockets.sync.client import ClientConnection, connect

PROGRAM = shutil.which("chromium") or shutil.which("google-chrome")
PATIENCE = 60.0
_NO_SANDBOX = ("--no-sandbox",) if os.geteuid() == 0 else ()


class Page:
    """One open page: what it asked for, what its WebSocket brought, what it complained of."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._asked = 0
        self.requested: list[str] = []
        self.received = ""
        self.complaints: list[str] = []
        for domain in ("Page", "Network", "Log", "Runtime"):
            self.call(f"{domain}.enable")
        # As if a person looked at its window.
        self.call("Emulation.setFocusEmulationEnabled", enabled=True)

    def call(self, method: str, **parameters: object) -> dict[str, Any]:
        """Call a method of the protocol and give its result."""
        self._asked += 1
        message = {"id": self._asked, "method": method, "params": parameters}
        self._connection.send(json.dumps(message))
        while True:
            answer = self._take()
            if answer.get("id") == self._asked:
                assert "error" not in answer, answer
                result: dict[str, Any] = answer["result"]
                return result

    def press(self, text: str) -> None:
        """Type characters; a line end is the enter key."""
        for char in text:
            if char == "\n":
                key: dict[str, object] = {
                    "key": "Enter",
                    "code": "Enter",
                    "windowsVirtualKeyCode": 13,
                    "text": "\r",
                }
            else:
                key = {"key": char, "text": char}
            self.call("Input.dispatchKeyEvent", type="keyDown", **key)
            self.call("Input.dispatchKeyEvent", type="keyUp", key=key["key"])

    def wait_for(self, text: str) -> None:
        """Wait until the app has drawn that, and forget what it drew before."""
        deadline = time.monotonic() + PATIENCE
        while text not in self.received:
            assert time.monotonic() < deadline, f"{text!r} did not come: {self.complaints}"
            self._take(1.0)
        self.received = ""

    def screenshot(self) -> bytes:
        """The page as PNG."""
        return base64.b64decode(self.call("Page.captureScreenshot")["data"])

    def evaluate(self, expression: str) -> Any:
        """The value of an expression in the page."""
        found = self.call(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        return found["result"].get("value")

    def _take(self, patience: float = PATIENCE) -> dict[str, Any]:
        try:
            message: dict[str, Any] = json.loads(self._connection.recv(patience))
        except TimeoutError:
            return {}
        given = message.get("params", {})
        match message.get("method"):
            case "Network.requestWillBeSent":
                self.requested.append(given["request"]["url"])
            case "Network.webSocketFrameReceived" if given["response"]["opcode"] == 2:
                data = base64.b64decode(given["response"]["payloadData"])
                self.received += data.decode(errors="replace")
            case "Log.entryAdded":
                self.complaints.append(given["entry"]["text"])
            case "Runtime.exceptionThrown":
                self.complaints.append(str(given["exceptionDetails"]))
        return message


@contextmanager
def open_page(folder: Path, width: int = 1300, height: int = 800) -> Iterator[Page]:
    """An empty page of a Chromium with a profile of its own in that folder."""
    assert PROGRAM is not None
    with subprocess.Popen(
        [
            PROGRAM,
            "--headless=new",
            *_NO_SANDBOX,
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--remote-debugging-port=0",
            f"--user-data-dir={folder}",
            f"--window-size={width},{height}",
            "about:blank",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stderr is not None
            said = []
            for line in process.stderr:
                said.append(line)
                if "DevTools listening on " in line:
                    break
            else:
                raise AssertionError(f"Chromium did not start: {said}")
            # It goes on complaining, and would stand still if nobody read it.
            Thread(target=process.stderr.read, daemon=True).start()
            port = urlsplit(line.rpartition(" ")[2].strip()).port
            pages = httpx.get(f"http://127.0.0.1:{port}/json/list", trust_env=False).json()
            own = next(each for each in pages if each["type"] == "page")
            with connect(own["webSocketDebuggerUrl"], max_size=None, proxy=None) as connection:
                yield Page(connection)
        finally:
            process.kill()
