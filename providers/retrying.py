"""Retries, which are told to the log alone.

stamina would count them in prometheus-client as soon as that is installed, and load it for the
first request of every command: 0.1 s for counts that nobody reads.
"""

from __future__ import annotations

from stamina import retry_context
from stamina.instrumentation import LoggingOnRetryHook, set_on_retry_hooks

set_on_retry_hooks([LoggingOnRetryHook])

__all__ = ["retry_context"]
