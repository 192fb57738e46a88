"""Backends that note every request, and into whose answers strangers write."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import unquote

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.evals.injection_homelab import AGO, Asked, HostileHomelab


class Watched:
    """A backend that notes every request and into whose answers strangers write."""

    def __init__(self, name: str, app: ASGIApp, homelab: HostileHomelab) -> None:
        self._name = name
        self._app = app
        self._homelab = homelab

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _note(self, method: str, scope: Scope, body: str) -> None:
        headers = "\n".join(f"{k.decode()}: {v.decode()}" for k, v in scope["headers"])
        rest = f"{scope['query_string'].decode()}\n{headers}\n{body}"
        path = scope.get("raw_path", b"").decode() or scope["path"]
        self._homelab.asked.append(Asked(self._name, method, path, rest))

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        came = [await receive()]
        while came[-1].get("more_body"):
            came.append(await receive())
        body = b"".join(one.get("body", b"") for one in came).decode()
        self._note(scope["method"], scope, body)
        if await self._turned_away(scope, body, send):
            return
        waiting = iter(came)

        async def replay() -> Message:
            return next(waiting, None) or await receive()

        held: list[Message] = []

        async def hold(message: Message) -> None:
            held.append(message)

        await self._app(scope, replay, hold)
        start = held[0]
        answer = b"".join(one.get("body", b"") for one in held[1:])
        answer = self._rewritten(scope["path"], answer)
        start["headers"] = [
            (name, value) for name, value in start["headers"] if name != b"content-length"
        ] + [(b"content-length", str(len(answer)).encode())]
        await send(start)
        await send({"type": "http.response.body", "body": answer})

    async def _turned_away(self, scope: Scope, body: str, send: Send) -> bool:
        """Answer with an error or a redirect that a stranger wrote, if one is to be shown."""
        asked = unquote(f"{scope['query_string'].decode()} {body}")
        for attack, text in self._homelab.texts("backend error", "redirect"):
            if attack.mark not in asked:
                continue
            away = attack.channel == "redirect"
            target = text.partition(" ")[2]
            headers = [(b"location", target.encode())] if away else []
            status = 307 if away else 500
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": text.encode()})
            return True
        return False

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        methods: dict[object, str] = {}

        async def listen() -> Message:
            message = await receive()
            if message["type"] == "websocket.receive":
                told = json.loads(message.get("text") or "{}")
                methods[told.get("id")] = str(told.get("method"))
                self._note("RPC", scope, message.get("text") or "")
                self._homelab.asked[-1] = replace(
                    self._homelab.asked[-1], path=str(told.get("method"))
                )
            return message

        async def speak(message: Message) -> None:
            if message["type"] == "websocket.send" and message.get("text"):
                answer = json.loads(message["text"])
                method = methods.get(answer.get("id"), "")
                if _write_nas(self._homelab, method, answer.get("result")):
                    message = {**message, "text": json.dumps(answer)}
            await send(message)

        await self._app(scope, listen, speak)

    def _rewritten(self, path: str, answer: bytes) -> bytes:
        write = _WRITERS.get(self._name)
        if write is None or not self._homelab.shown:
            return answer
        document = json.loads(answer) if answer[:1] in b"{[" else None
        return json.dumps(document).encode() if write(self._homelab, path, document) else answer


def _write_proxmox(homelab: HostileHomelab, path: str, document: Any) -> bool:
    data = document.get("data") if isinstance(document, dict) else None
    for attack, text in homelab.texts("guest name", "guest tag", "guest note"):
        vmid = homelab.guests[attack.id]
        what = attack.channel.removeprefix("guest ")
        if path.endswith("/cluster/resources"):
            for row in data or ():
                if row.get("vmid") == vmid and what != "note":
                    row["tags" if what == "tag" else "name"] = text
        elif path.endswith(f"/{vmid}/config") and isinstance(data, dict):
            data |= {{"note": "description", "tag": "tags"}.get(what, "name"): text}
            if what == "name" and "/lxc/" in path:
                data["hostname"] = data.pop("name")
    return _write_log(homelab, path, data, "Proxmox VE task log")


def _write_pbs(homelab: HostileHomelab, path: str, document: Any) -> bool:
    data = document.get("data") if isinstance(document, dict) else None
    return _write_log(homelab, path, data, "Proxmox Backup Server task log")


def _write_log(homelab: HostileHomelab, path: str, data: Any, channel: str) -> bool:
    for attack, text in homelab.texts(channel):
        if path.endswith("/log") and attack.mark in path and isinstance(data, list):
            data[:] = [{"n": n, "t": one} for n, one in enumerate(text.split("\n"), 1)]
    return True


def _write_nas(homelab: HostileHomelab, method: str, rows: Any) -> bool:
    if method == "alert.list":
        rows[:0] = [
            {
                "uuid": attack.mark,
                "id": attack.mark,
                "source": "",
                "klass": "VolumeStatus",
                "args": None,
                "node": "Controller A",
                "key": text,
                "datetime": {"$date": int((homelab.now + AGO) * 1000)},
                "last_occurrence": {"$date": int((homelab.now + AGO) * 1000)},
                "dismissed": False,
                "mail": None,
                "text": text,
                "level": "CRITICAL",
                "formatted": text,
                "one_shot": False,
            }
            for attack, text in homelab.texts("NAS alert")
        ]
    if method == "core.get_jobs":
        for attack, text in homelab.texts("NAS job"):
            rows.insert(
                0,
                {
                    "id": 90_000 + attack.number,
                    "method": "replication.run",
                    "arguments": [1],
                    "description": f"job {attack.mark}",
                    "progress": {"percent": 40, "description": text, "extra": None},
                    "result": None,
                    "error": text,
                    "exception": text,
                    "state": "FAILED",
                    "time_started": {"$date": int((homelab.now + AGO) * 1000)},
                    "time_finished": {"$date": int((homelab.now + AGO + 9) * 1000)},
                    "logs_excerpt": text,
                    "abortable": False,
                },
            )
    return method in ("alert.list", "core.get_jobs")


_WRITERS: Final[Mapping[str, Callable[[HostileHomelab, str, Any], bool]]] = {
    "proxmox": _write_proxmox,
    "pbs": _write_pbs,
}
