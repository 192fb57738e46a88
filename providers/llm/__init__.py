"""The language model: a typed stream in front of LiteLLM, the only place that touches it."""

from providers.llm.chunks import Chunk, Finished, TextPiece, ToolCallRequest, Waiting
from providers.llm.client import LanguageModel, Message, ToolSchema
from providers.llm.config import Access, LlmConfig
from providers.llm.errors import (
    ContextTooLong,
    CutStream,
    EmptyAnswer,
    LlmError,
    RateLimited,
    RequestRejected,
    ServerError,
    Stalled,
    UnknownModel,
    Unreachable,
    WebPage,
    WrongKey,
)
from providers.llm.library import known_providers, warm_up

__all__ = [
    "Access",
    "Chunk",
    "ContextTooLong",
    "CutStream",
    "EmptyAnswer",
    "Finished",
    "LanguageModel",
    "LlmConfig",
    "LlmError",
    "Message",
    "RateLimited",
    "RequestRejected",
    "ServerError",
    "Stalled",
    "TextPiece",
    "ToolCallRequest",
    "ToolSchema",
    "UnknownModel",
    "Unreachable",
    "Waiting",
    "WebPage",
    "WrongKey",
    "known_providers",
    "warm_up",
]
