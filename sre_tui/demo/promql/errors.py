"""Errors of a query, each with the status and error type that Prometheus answers with."""

from __future__ import annotations


class QueryError(Exception):
    """A query that has no answer; ``status`` is the HTTP status, ``kind`` the ``errorType``."""

    status = 422
    kind = "execution"


class ParseError(QueryError):
    """A query that is not PromQL; ``str()`` gives ``LINE:COLUMN: parse error: …``."""

    status = 400
    kind = "bad_data"

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        """Keep the message and the place, both counted from 1."""
        super().__init__(f"{line}:{column}: parse error: {message}")
        self.message = message
        self.line = line
        self.column = column


class ExecutionError(QueryError):
    """A well-formed query that cannot be evaluated over these series."""


class NotSupportedError(QueryError):
    """A part of PromQL that the demo's engine does not have, refused by its name."""

    def __init__(self, feature: str) -> None:
        """Name the feature."""
        super().__init__(f"not supported by the demo: {feature}")
        self.feature = feature
