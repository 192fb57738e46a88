"""What can be wrong with a LogQL query, in Loki's own words."""

from __future__ import annotations


class LogQLError(Exception):
    """A query that Loki answers with status 400 and this text."""


class ParseError(LogQLError):
    """A query that does not parse; line and column count from 1, both 0 when Loki names neither."""

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        self.message = message
        self.line = line
        self.column = column
        where = f" at line {line}, col {column}:" if line or column else " :"
        super().__init__(f"parse error{where} {message}")


class PipelineError(LogQLError):
    """A metric query met a line whose pipeline failed and did not filter it away."""

    def __init__(self, kind: str, series: str) -> None:
        super().__init__(
            f"pipeline error: '{kind}' for series: '{series}'.\n"
            "Use a label filter to intentionally skip this error. "
            f'(e.g | __error__!="{kind}").\n'
            'To skip all potential errors you can match empty errors.(e.g __error__="")\n'
            "The label filter can also be specified after unwrap. "
            f'(e.g | unwrap latency | __error__!="{kind}" )\n'
        )
