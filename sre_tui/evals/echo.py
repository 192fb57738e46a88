"""A scripted model that asks one tool once and repeats what it said: is one call enough?

It speaks OpenAI's protocol on a loopback socket, so that all between it and the tools is the
product's own.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from sre_tui.demo.runtime.serving import LoopbackServer
from sre_tui.evals.measures import INVESTIGATE
from sre_tui.settings import LlmSettings

NAME: Final = "echo"
_RESULT: Final = re.compile(r"<data-\w+ (E\d+)>\n(.*)\n</data-", re.DOTALL)
"""A result between the marks that tell a model what strangers wrote."""
_CAUSE: Final = re.compile(r"^(?:Cause|Possible cause) (\d+):", re.MULTILINE)
_NEVER_TOLD: Final = ("Timeline", "!")
_LEFT_OUT: Final = (*_NEVER_TOLD, "Less likely", "Elsewhere", "Unexplained", "Looked at")


class EchoModel:
    """Calls ``investigate`` with the question, then says its first cause with citations."""

    def __init__(self) -> None:
        self._question = ""
        self._server = LoopbackServer(
            NAME, Starlette(routes=[Route("/v1/chat/completions", self._reply, methods=["POST"])])
        )

    @property
    def settings(self) -> LlmSettings:
        """Model settings that lead here."""
        return LlmSettings(
            provider="openai",
            model=NAME,
            api_key=SecretStr("none"),
            base_url=f"{self._server.url}/v1",
            context_tokens=32_768,
            stream=False,
        )

    def ask(self, question: str) -> None:
        """What the user will ask, told apart from the prompt around it."""
        self._question = question

    async def start(self) -> None:
        """Serve from now on."""
        await self._server.start()

    async def stop(self) -> None:
        """Close the socket."""
        await self._server.stop()

    async def _reply(self, request: Request) -> JSONResponse:
        body = await request.json()
        message = message_for(self._question, body.get("messages", ()), body.get("tools") or ())
        calls = message.get("tool_calls")
        sent = sum(len(str(one.get("content") or "")) for one in body.get("messages", ()))
        usage = {"prompt_tokens": sent // 4, "completion_tokens": len(str(message)) // 4}
        return JSONResponse(
            {
                "id": "chatcmpl-1",
                "object": "chat.completion",
                "created": 1,
                "model": NAME,
                "choices": [
                    {
                        "index": 0,
                        "message": message,
                        "finish_reason": "tool_calls" if calls else "stop",
                    }
                ],
                "usage": {**usage, "total_tokens": sum(usage.values())},
            }
        )


def message_for(
    question: str, messages: Sequence[Mapping[str, Any]], tools: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """What it says next: one tool call, then what that told."""
    told = [one for one in messages if one.get("role") == "tool"]
    if told:
        return {"role": "assistant", "content": first_cause(str(told[-1].get("content") or ""))}
    schema = next(
        (one["function"] for one in tools if one["function"]["name"] == INVESTIGATE), None
    )
    if schema is None:
        return {"role": "assistant", "content": f"The tool {INVESTIGATE} is not offered."}
    call = {
        "id": "call_1",
        "type": "function",
        "function": {
            "name": INVESTIGATE,
            "arguments": json.dumps({_argument(schema["parameters"]): question}),
        },
    }
    return {"role": "assistant", "content": None, "tool_calls": [call]}


def _argument(parameters: Mapping[str, Any]) -> str:
    """The argument that takes the question: the first that must be given, else the first."""
    names = [*parameters.get("required", ()), *parameters.get("properties", ())]
    return str(names[0])


def first_cause(told: str) -> str:
    """What is concluded, the first cause and what to do, each line with the evidence it is from.

    Without any cause it is everything but the timeline.
    """
    found = _RESULT.search(told)
    if found is None:
        return told.strip()
    evidence, text = found.group(1), found.group(2)
    has_cause = _CAUSE.search(text) is not None
    kept: list[str] = []
    keeping = False
    for line in text.splitlines()[1:]:
        if not line.startswith(" "):
            number = _CAUSE.match(line)
            keeping = (
                number.group(1) == "1"
                if number
                else not line.startswith(_LEFT_OUT if has_cause else _NEVER_TOLD)
            )
        if keeping and line.strip():
            kept.append(f"{line.rstrip()} [{evidence}]")
    return "\n".join(kept)


@asynccontextmanager
async def echo_model() -> AsyncIterator[EchoModel]:
    """The model while it serves."""
    model = EchoModel()
    await model.start()
    try:
        yield model
    finally:
        await model.stop()
