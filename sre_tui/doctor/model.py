"""Check-up of the language model: does it answer, does it call tools, how fast, how much fits."""

from __future__ import annotations

import json
import time
from contextlib import aclosing

from providers.llm import Finished, LanguageModel, LlmError, TextPiece, ToolCallRequest, Waiting
from providers.reading import State
from providers.text import one_line
from sre_tui.agent.model import configured_model
from sre_tui.agent.offer import Offer, room_beside
from sre_tui.agent.prompt import sources_of, system_prompt
from sre_tui.agent.untrusted import Fence
from sre_tui.doctor.finding import Finding, broken, doubtful, good
from sre_tui.settings import Settings
from sre_tui.tools.registry import offered_tools

SMALL_CONTEXT = 8000
"""Tokens. Below that, answers with several tool results get cut short."""
SLOW = 8.0
"""Tokens per second that one can read along with."""
LONG_WAIT = 20.0
"""Seconds before the first word after which people think that nothing happens."""

_TOOL = {
    "type": "function",
    "function": {
        "name": "read_gauge",
        "description": "Read one gauge by its name.",
        "parameters": {
            "type": "object",
            "properties": {"name": {"type": "string"}},
            "required": ["name"],
        },
    },
}
_QUESTION = "Call the tool read_gauge with the name boiler. Do not answer in words."


async def language_model(settings: Settings, *, ask: bool) -> list[Finding]:
    """Probe the configured model with one call that weighs what a real question weighs.

    Args:
        settings: names the model, and the backends whose tools it will be offered.
        ask: whether to call it; without, only the configuration is looked at.
    """
    model = configured_model(settings)
    if model is None:
        return [
            good(
                "model",
                "configured",
                "none: the built-in analyst answers (set LLM_PROVIDER and LLM_MODEL for a model)",
            )
        ]
    if not ask:
        return [good("model", "configured", f"{model.name}, not called")]
    try:
        return await _probe(model, settings)
    except LlmError as error:
        return [
            broken(
                "model",
                "answers",
                str(error),
                "Until then the built-in analyst answers.",
                State.UNREACHABLE,
            )
        ]
    finally:
        await model.aclose()


async def _probe(model: LanguageModel, settings: Settings) -> list[Finding]:
    context = await model.context_tokens()
    system = system_prompt(Fence.random(), "", {}, sources_of(settings, ()))
    offer = Offer(offered_tools(settings), room_beside(system, context))
    messages = [
        {"role": "system", "content": system},
        {"role": "user", "content": _QUESTION},
    ]
    text = ""
    calls: list[ToolCallRequest] = []
    end: Finished | None = None
    first: float | None = None
    began = time.perf_counter()
    tools = [*offer.schemas(), _TOOL]
    async with aclosing(model.stream(messages, tools, max_tokens=400)) as chunks:
        async for chunk in chunks:
            if isinstance(chunk, TextPiece):
                text += chunk.text
            elif isinstance(chunk, ToolCallRequest):
                calls.append(chunk)
            elif isinstance(chunk, Finished):
                end = chunk
            if first is None and not isinstance(chunk, Waiting):
                first = time.perf_counter()
    spent = time.perf_counter() - began
    wait = spent if first is None else first - began
    found = [good("model", "answers", f"{end.model if end else model.name} in {spent:.1f} s")]
    found.append(_tool_calling(calls, text))
    if context < SMALL_CONTEXT:
        found.append(
            doubtful(
                "model",
                "context",
                f"{context} tokens are little for several tool results",
                "Set LLM_CONTEXT_TOKENS to what the model can hold (Ollama gets it as num_ctx).",
            )
        )
    else:
        found.append(good("model", "context", f"{context} tokens"))
    writing = spent - wait
    tokens = end.completion_tokens if end else 0
    if wait > LONG_WAIT:
        found.append(
            doubtful(
                "model",
                "speed",
                f"{wait:.0f} s before the first word, for about {offer.tokens} tokens of tools",
                "A smaller model, a GPU or a prompt cache on its server would begin sooner.",
            )
        )
    elif tokens and writing > 2 and tokens / writing < SLOW:
        found.append(
            doubtful(
                "model",
                "speed",
                f"{tokens / writing:.1f} tokens per second",
                "A smaller model or a GPU would answer sooner.",
            )
        )
    return found


def _tool_calling(calls: list[ToolCallRequest], text: str) -> Finding:
    for call in calls:
        try:
            arguments = json.loads(call.arguments)
        except ValueError:
            arguments = None
        if call.name == "read_gauge" and isinstance(arguments, dict) and "name" in arguments:
            return good("model", "tools", "calls tools as it should")
    if calls and all(call.name != "read_gauge" for call in calls):
        return doubtful(
            "model",
            "tools",
            f"called {one_line(calls[0].name, 40)} where read_gauge was asked for",
            "It may look in the wrong places; larger models choose better among many tools.",
        )
    if calls:
        return doubtful(
            "model",
            "tools",
            "calls tools with malformed arguments",
            "They are repaired or asked again.",
        )
    said = "writes tool calls as text" if "read_gauge" in text else "did not call the tool"
    return doubtful(
        "model",
        "tools",
        f"{said} when asked to",
        "Answers may rest on fewer facts; models with tool support do better.",
    )
