"""What an answer took, who gave it and what was called for it, in words."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final

from providers.reading import State
from sre_tui.agent.events import Answer, Evidence, Mode, Usage
from sre_tui.views.human import count, duration

ANALYST: Final = "built-in analyst"


def answered_by(mode: Mode, model: str | None) -> str:
    """Name of the model, or of what stands in for it."""
    return ANALYST if mode == "analyst" else model or "model"


def usage_text(answer: Answer) -> str:
    """Who answered, tokens, cost, time; only what there is."""
    usage = answer.usage
    parts = [answered_by(answer.mode, answer.model)]
    if usage.model_calls:
        parts.append(f"{usage.prompt_tokens + usage.completion_tokens:,} tokens")
        parts.append(_cost(usage.cost))
    if usage.tool_calls:
        parts.append(count(usage.tool_calls, "tool call"))
    parts.append(duration(usage.elapsed))
    if not answer.complete:
        parts.append("not complete")
    return " · ".join(parts)


def total_text(usages: Sequence[Usage]) -> str:
    """What the answers of a conversation took so far."""
    if not usages:
        return "Nothing was asked yet"
    tokens = sum(one.prompt_tokens + one.completion_tokens for one in usages)
    parts = [count(len(usages), "answer")]
    if any(one.model_calls for one in usages):
        known = [one.cost for one in usages if one.cost is not None and one.model_calls]
        unknown = sum(one.cost is None and one.model_calls > 0 for one in usages)
        parts.append(f"{tokens:,} tokens")
        if known:
            parts.append(_cost(sum(known)))
        if unknown:
            parts.append(f"cost not known of {count(unknown, 'answer')}")
    parts.append(count(sum(one.tool_calls for one in usages), "tool call"))
    parts.append(duration(sum(one.elapsed for one in usages)))
    return " · ".join(parts)


def call_text(arguments: Mapping[str, object]) -> str:
    """Arguments of a tool call as ``name=value`` pairs, values as JSON."""
    return ", ".join(
        f"{name}={json.dumps(value, ensure_ascii=False, default=str)}"
        for name, value in arguments.items()
    )


def asked_text(evidence: Evidence, most: int = 0) -> str:
    """What evidence answers to: a tool call, or the command that shows what a result quotes.

    Args:
        evidence: one piece of it.
        most: characters; 0 for all.
    """
    if evidence.command:
        return shortened(evidence.command, most)
    return f"{evidence.tool}({shortened(call_text(evidence.arguments), most)})"


def state_text(evidence: Evidence) -> str:
    """What was wrong with it, in brackets, unless it says so itself."""
    word = evidence.state.value.replace("_", " ")
    told = evidence.state is State.OK or evidence.summary.endswith(f" {word}")
    return "" if told else f" [{word}]"


def shortened(text: str, most: int) -> str:
    """The text, cut to so many characters; 0 leaves it whole."""
    return text if not most or len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _cost(dollars: float | None) -> str:
    return "cost not known" if dollars is None else f"${dollars:.4f}"
