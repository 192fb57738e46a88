"""Ask a language model: one typed stream per call, whoever serves the model."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Any
from urllib.parse import urlsplit

from providers.clock import Clock, system_clock
from providers.llm.assembly import ToolCallAssembly
from providers.llm.chunks import Chunk, Finished, TextPiece, Waiting
from providers.llm.config import DEFAULT_CONTEXT_TOKENS, LlmConfig, is_ollama
from providers.llm.errors import CutStream, EmptyAnswer, RateLimited, WebPage
from providers.llm.failures import explain
from providers.llm.library import close_connections, load
from providers.llm.routing import Routes

Message = Mapping[str, Any]
"""A message in OpenAI's form."""
ToolSchema = Mapping[str, Any]
"""A function schema in OpenAI's form."""


class LanguageModel:
    """A model with its fallbacks; LiteLLM is loaded with the first call, in a thread."""

    def __init__(self, config: LlmConfig, clock: Clock = system_clock) -> None:
        self.config = config
        self._clock = clock
        self._routes: Routes | None = None
        self._starting = asyncio.Lock()

    @property
    def name(self) -> str:
        """The model that is asked first, as it was configured."""
        return self.config.model

    async def context_tokens(self) -> int:
        """Size of the context: as configured, else LiteLLM's knowledge, else 8192."""
        if self.config.context_tokens is not None:
            return self.config.context_tokens
        routes = await self._ready()
        if is_ollama(routes.first):
            return DEFAULT_CONTEXT_TOKENS
        return routes.context_tokens(routes.first) or DEFAULT_CONTEXT_TOKENS

    async def stream(
        self,
        messages: Sequence[Message],
        tools: Sequence[ToolSchema] = (),
        *,
        max_tokens: int | None = None,
    ) -> AsyncGenerator[Chunk]:
        """One call: pieces of text, then complete tool calls, then :class:`Finished`.

        A rate limit is waited for as the server asks, announced by :class:`Waiting`, if no
        fallback can take over and the wait is short enough.

        Raises:
            LlmError: one of :mod:`providers.llm.errors`, also after some text has come.
        """
        attempts = 0
        while True:
            answered = False
            try:
                async with aclosing(self._call(messages, tools, max_tokens)) as chunks:
                    async for chunk in chunks:
                        answered = True
                        yield chunk
            except RateLimited as error:
                wait = error.retry_after if error.retry_after is not None else 2.0**attempts
                attempts += 1
                if answered or attempts > self.config.retries or wait > self.config.longest_wait:
                    raise
                reason = error.detail
            else:
                return
            yield Waiting(wait, reason)
            await asyncio.sleep(wait)

    async def aclose(self) -> None:
        """Close the connections of the running event loop, and forget which models rest."""
        if self._routes is not None:
            self._routes.close()
            self._routes = None
            await close_connections()

    async def _call(
        self, messages: Sequence[Message], tools: Sequence[ToolSchema], max_tokens: int | None
    ) -> AsyncGenerator[Chunk]:
        routes = await self._ready()
        options = dict(routes.options)
        if tools:
            options["tools"] = [dict(tool) for tool in tools]
        if max_tokens is not None:
            options["max_tokens"] = max_tokens
        plain = [dict(message) for message in messages]
        try:
            if not self.config.stream:
                response = await routes.router.acompletion(
                    model=routes.first, messages=plain, **options
                )
                for chunk in self._whole(response, routes):
                    yield chunk
                return
            response = await routes.router.acompletion(
                model=routes.first,
                messages=plain,
                stream=True,
                stream_options={"include_usage": True},
                **options,
            )
            async with aclosing(response), aclosing(self._pieces(response, routes)) as pieces:
                async for chunk in pieces:
                    yield chunk
        except (asyncio.CancelledError, GeneratorExit, CutStream, EmptyAnswer, WebPage):
            raise
        except Exception as error:  # noqa: BLE001 - providers' libraries raise what they like
            raise self._explained(error) from None

    async def _pieces(self, response: Any, routes: Routes) -> AsyncGenerator[Chunk]:
        assembly = ToolCallAssembly()
        reason: str | None = None
        usage: Any = None
        has_text = False
        async for chunk in response:
            usage = getattr(chunk, "usage", None) or usage
            for choice in chunk.choices[:1]:
                reason = choice.finish_reason or reason
                if choice.delta.content:
                    has_text = True
                    yield TextPiece(choice.delta.content)
                assembly.add(choice.delta.tool_calls or ())
        calls = assembly.calls()
        if not has_text and not calls and _is_web_page(response):
            raise WebPage(
                f"{self._where} answered a web page where JSON was expected: is the address right?"
            )
        # LiteLLM makes up a finish reason when the server sent none; its raw chunks tell.
        raw = [choice for chunk in response.chunks for choice in chunk.choices[:1]]
        is_cut = bool(raw) and not any(choice.finish_reason for choice in raw)
        if is_cut or (reason is None and not has_text):
            raise CutStream(f"{self._where} ended the answer in the middle")
        if not has_text and not calls and reason not in ("length", "content_filter"):
            raise EmptyAnswer(f"{self._where} sent an empty answer")
        for call in calls:
            yield call
        yield self._finished(routes, response, reason or "stop", usage)

    def _whole(self, response: Any, routes: Routes) -> list[Chunk]:
        choice = response.choices[0]
        assembly = ToolCallAssembly()
        assembly.add(choice.message.tool_calls or ())
        calls = assembly.calls()
        text = choice.message.content
        if not text and not calls and choice.finish_reason not in ("length", "content_filter"):
            raise EmptyAnswer(f"{self._where} sent an empty answer")
        done: list[Chunk] = [TextPiece(text)] if text else []
        usage = getattr(response, "usage", None)
        return [*done, *calls, self._finished(routes, response, choice.finish_reason, usage)]

    def _finished(self, routes: Routes, response: Any, reason: str, usage: Any) -> Finished:
        route = routes.served(response)
        prompt = int(getattr(usage, "prompt_tokens", 0) or 0)
        completion = int(getattr(usage, "completion_tokens", 0) or 0)
        return Finished(
            model=route,
            reason=reason,
            prompt_tokens=prompt,
            completion_tokens=completion,
            cost=routes.cost(route, prompt, completion, usage),
        )

    async def _ready(self) -> Routes:
        async with self._starting:
            if self._routes is None:
                try:
                    litellm = await asyncio.to_thread(load)
                    self._routes = Routes(litellm, self.config)
                except asyncio.CancelledError:
                    raise
                except Exception as error:  # noqa: BLE001 - LiteLLM checks nothing itself
                    raise self._explained(error) from None
            return self._routes

    @property
    def _where(self) -> str:
        if self.config.base_url:
            parts = urlsplit(self.config.base_url)
            return f"{self.config.provider} at {parts.hostname or self.config.base_url}" + (
                f":{parts.port}" if parts.port else ""
            )
        return self.config.provider

    def _explained(self, error: Exception) -> Exception:
        return explain(error, self.config.model, self._where, self.config.secrets, self._clock)


def _is_web_page(response: Any) -> bool:
    """Whether a stream came as HTML; LiteLLM reads such a one as no pieces at all."""
    headers = (getattr(response, "_hidden_params", None) or {}).get("additional_headers") or {}
    return "html" in str(headers.get("llm_provider-content-type", "")).lower()
