"""The middleware's WebSocket: JSON-RPC 2.0, logins, limits."""

from __future__ import annotations

import asyncio
import errno
import json
from typing import Any, Final

from starlette.websockets import WebSocket, WebSocketDisconnect

from sre_tui.demo.servers.truenas_access import ApiKey, Keyring, RateLimit
from sre_tui.demo.servers.truenas_methods import MethodError, NasSource, UnknownMethod, run
from sre_tui.demo.servers.truenas_scram import ServerExchange

UNAUTHENTICATED_LIMIT: Final = 8 * 1024
AUTHENTICATED_LIMIT: Final = 64 * 1024
CONCURRENT: Final = 10
QUEUED: Final = 20
_MECHANISMS: Final = ("API_KEY_PLAIN", "PASSWORD_PLAIN", "TOKEN_PLAIN", "OTP_TOKEN")


class NasSocket:
    """One connection of a client."""

    def __init__(
        self, socket: WebSocket, source: NasSource, keys: Keyring, limit: RateLimit
    ) -> None:
        self._socket = socket
        self._source = source
        self._keys = keys
        self._limit = limit
        self._key: ApiKey | None = None
        self._proof = ServerExchange(keys)
        self._slots = asyncio.Semaphore(CONCURRENT)
        self._running: set[asyncio.Task[None]] = set()

    async def serve(self) -> None:
        """Answer until the client leaves or breaks a rule."""
        await self._socket.accept()
        try:
            while (text := await self._next()) is not None:
                await self._take(text)
        except WebSocketDisconnect:
            pass
        finally:
            for task in self._running:
                task.cancel()

    async def _next(self) -> str | None:
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            return None
        text = message.get("text")
        if not isinstance(text, str):
            await self._socket.close(1007, "Binary frames are not supported")
            return None
        limit = AUTHENTICATED_LIMIT if self._key else UNAUTHENTICATED_LIMIT
        if len(text.encode()) > limit:
            await self._socket.close(1009, "Max message length is exceeded")
            return None
        return text

    async def _take(self, text: str) -> None:
        try:
            call = json.loads(text)
        except ValueError:
            await self._refuse(None, -32700, "Invalid JSON")
            return
        wrong = _wrong_shape(call)
        if wrong:
            number = call.get("id") if isinstance(call, dict) else None
            await self._refuse(number, -32600, wrong)
            return
        if len(self._running) >= QUEUED:
            text = "Maximum number of concurrent calls (20) has exceeded"
            await self._refuse(call["id"], -32000, text)
            return
        task = asyncio.create_task(self._answer(call))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _answer(self, call: dict[str, Any]) -> None:
        number, method, params = call.get("id"), call["method"], call.get("params", [])
        try:
            async with self._slots:
                result = await self._run(method, params)
        except UnknownMethod:
            await self._refuse(number, -32601, "Method does not exist")
        except MethodError as error:
            await self._fail(number, error)
        else:
            await self._send({"jsonrpc": "2.0", "result": result, "id": number})

    async def _run(self, method: str, params: list[Any]) -> Any:
        if method in ("auth.login_ex", "auth.login_with_api_key"):
            host = self._socket.client.host if self._socket.client else ""
            if self._key is None and self._limit.exceeded(host):
                raise MethodError(errno.EBUSY, "EBUSY", "Rate Limit Exceeded")
            return self._log_in(method, params)
        if self._key is None:
            if method == "core.ping":
                return "pong"
            raise MethodError(207, "ENOTAUTHENTICATED", "Not authenticated")
        # In a thread, so that a long list does not hold up the other backends.
        return await asyncio.to_thread(run, self._source, method, params, self._key)

    def _log_in(self, method: str, params: list[Any]) -> Any:
        if method == "auth.login_with_api_key":
            self._plain_or_refuse()
            return self._enter(str(params[0]) if params else "", None) == "SUCCESS"
        login = params[0] if params and isinstance(params[0], dict) else {}
        mechanism = login.get("mechanism")
        if mechanism == "SCRAM" and self._source.number >= (26, 0):
            answer = self._proof.answer(login)
            self._key = self._key or self._proof.entered
            return answer
        if mechanism not in _MECHANISMS:
            raise MethodError(errno.EINVAL, "EINVAL", f"{mechanism}: unknown mechanism")
        if mechanism != "API_KEY_PLAIN":
            return {"response_type": "AUTH_ERR"}
        self._plain_or_refuse()
        word = self._enter(str(login.get("api_key")), str(login.get("username")))
        info = {"user_info": None, "authenticator": "LEVEL_1"} if word == "SUCCESS" else {}
        return {"response_type": word, **info}

    def _plain_or_refuse(self) -> None:
        if not self._keys.plain_allowed:
            text = "API_KEY_PLAIN: mechanism is not supported at current authenticator level."
            raise MethodError(errno.EOPNOTSUPP, "EOPNOTSUPP", text)

    def _enter(self, key: str, user: str | None) -> str:
        found = self._keys.find(key, user)
        if found is None:
            return "AUTH_ERR"
        if self._socket.url.scheme != "wss":
            # The key has been seen by everybody on the way.
            self._keys.revoke(key)
        if key in self._keys.revoked:
            return "EXPIRED"
        self._key = found
        return "SUCCESS"

    async def _fail(self, number: Any, error: MethodError) -> None:
        data = {
            "error": error.number,
            "errname": error.name,
            "reason": f"[{error.name}] {error.reason}",
            "trace": None,
            "extra": None,
        }
        await self._refuse(number, -32001, "Method call error", data)

    async def _refuse(self, number: Any, code: int, message: str, data: Any = None) -> None:
        error: dict[str, Any] = {"code": code, "message": message}
        if data is not None:
            error["data"] = data
        await self._send({"jsonrpc": "2.0", "error": error, "id": number})

    async def _send(self, answer: dict[str, Any]) -> None:
        try:
            await self._socket.send_text(json.dumps(answer))
        except (WebSocketDisconnect, RuntimeError):
            # The client left while its call was under way.
            return


def _wrong_shape(call: Any) -> str:
    if not isinstance(call, dict):
        return "Invalid Message: batches are not supported"
    if call.get("jsonrpc") != "2.0":
        return "'jsonrpc' member must be '2.0'"
    if "method" not in call:
        return "Missing 'method' member"
    if not isinstance(call.get("params", []), list):
        return "'params' member must be of type array"
    return ""
