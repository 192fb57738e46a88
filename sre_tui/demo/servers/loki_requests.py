"""Reads the parameters of Loki's HTTP API, refusing what Loki refuses with its words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from urllib.parse import parse_qsl

from starlette.requests import Request

from sre_tui.demo.logql.units import (
    format_go_duration,
    format_prometheus_duration,
    parse_duration,
)

SECOND = 1_000_000_000
HOUR = 3600 * SECOND
_MAX_POINTS = 11_000
_DEFAULT_POINTS = 250


class BadRequestError(Exception):
    """A request that Loki answers with this status and the text as plain text."""

    def __init__(self, message: str, status: int = 400) -> None:
        self.status = status
        super().__init__(message)


@dataclass(frozen=True)
class Limits:
    """Loki's limits with its defaults; the length of a query in seconds."""

    max_entries: int = 5000
    max_query_length: float = 721 * 3600.0
    max_series: int = 500


class Parameters:
    """Query string and form of one request, with typed access."""

    def __init__(self, pairs: Sequence[tuple[str, str]], now_ns: int) -> None:
        self._pairs = pairs
        self.now_ns = now_ns

    @classmethod
    async def read(cls, request: Request, now_ns: int) -> Parameters:
        """The parameters of a GET or a form POST."""
        pairs = list(request.query_params.multi_items())
        if request.method == "POST":
            body = (await request.body()).decode("utf-8", "replace")
            pairs += parse_qsl(body, keep_blank_values=True)
        return cls(pairs, now_ns)

    def get(self, name: str, default: str = "") -> str:
        """The first value of a parameter."""
        return next((value for key, value in self._pairs if key == name), default)

    def all(self, *names: str) -> list[str]:
        """All values given under any of the names."""
        return [value for key, value in self._pairs if key in names]

    def integer(self, name: str, default: int) -> int:
        """A whole number."""
        text = self.get(name)
        if not text:
            return default
        try:
            return int(text)
        except ValueError:
            raise BadRequestError(f'strconv.Atoi: parsing "{text}": invalid syntax') from None

    def limit(self, default: int = 100) -> int:
        """A positive number of results."""
        limit = self.integer("limit", default)
        if limit <= 0:
            raise BadRequestError("limit must be a positive value")
        return limit

    def forward(self) -> bool:
        """Whether the oldest lines are wanted first."""
        direction = self.get("direction", "backward").lower()
        if direction not in ("forward", "backward"):
            raise BadRequestError(f"invalid direction '{direction}'")
        return direction == "forward"

    def moment(self, name: str, default_ns: int) -> int:
        """A time in nanoseconds, given as ns, as seconds or as RFC 3339."""
        text = self.get(name)
        if not text:
            return default_ns
        try:
            return _parse_time(text)
        except (ValueError, ArithmeticError, InvalidOperation):
            raise BadRequestError(
                f"could not parse '{name}' parameter: "
                f'strconv.ParseInt: parsing "{text}": invalid syntax'
            ) from None

    def duration(self, name: str) -> int:
        """A duration in nanoseconds, given as ``5m`` or as seconds; 0 when absent."""
        text = self.get(name)
        if not text:
            return 0
        try:
            return round(float(text) * SECOND)
        except (ValueError, OverflowError):
            pass
        try:
            return round(parse_duration(text) * SECOND)
        except ValueError:
            raise BadRequestError(f'cannot parse "{text}" to a valid duration') from None

    def window(self, default_ns: int = HOUR) -> tuple[int, int]:
        """Start and end; ``since`` or the default counts back from the end."""
        end = self.moment("end", self.now_ns)
        since = self.duration("since") or default_ns
        start = self.moment("start", min(end, self.now_ns) - since)
        if end < start:
            raise BadRequestError("end timestamp must not be before or equal to start time")
        return start, end

    def step(self, start_ns: int, end_ns: int) -> int:
        """The step of a range query, at most 11,000 points apart from the default of about 250."""
        default = max((end_ns - start_ns) // SECOND // _DEFAULT_POINTS, 1) * SECOND
        step = self.duration("step") if self.get("step") else default
        if step <= 0:
            raise BadRequestError(
                "zero or negative query resolution step widths are not accepted. "
                "Try a positive integer"
            )
        if (end_ns - start_ns) // step > _MAX_POINTS:
            raise BadRequestError(
                "exceeded maximum resolution of 11,000 points per time series. "
                "Try increasing the value of the step parameter"
            )
        return step


def require_length(start_ns: int, end_ns: int, limits: Limits) -> None:
    """Refuses a window longer than the limit."""
    seconds = (end_ns - start_ns) / SECOND
    if seconds > limits.max_query_length:
        raise BadRequestError(
            "the query time range exceeds the limit "
            f"(query length: {format_go_duration(seconds)}, "
            f"limit: {format_prometheus_duration(limits.max_query_length)})"
        )


def _parse_time(text: str) -> int:
    if "T" in text:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise ValueError("no time zone")
        return round(Decimal(str(moment.timestamp())) * SECOND)
    if "." in text:
        return round(Decimal(text) * SECOND)
    number = int(text)
    return number * SECOND if len(text) <= 10 else number
