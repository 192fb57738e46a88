"""Read the parameters of Prometheus's HTTP API, with its own complaints about wrong ones."""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qsl

from starlette.requests import Request

from sre_tui.demo.promql import Dialect, ParseError, QueryError
from sre_tui.demo.promql.formatting import parse_duration
from sre_tui.demo.promql.nodes import Selector
from sre_tui.demo.promql.parsing import parse
from sre_tui.demo.telemetry import Matcher

_RFC3339 = re.compile(r"(\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d*)?(Z|z|[+-]\d\d:\d\d)")


class BadRequestError(QueryError):
    """A parameter that Prometheus refuses."""

    status = 400
    kind = "bad_data"


@dataclass(frozen=True)
class Parameters:
    """The parameters of one request, from the query string and from a form."""

    pairs: Sequence[tuple[str, str]]

    @classmethod
    async def of(cls, request: Request) -> Parameters:
        """Read them; a form counts before the query string, as in Prometheus."""
        pairs = list(request.query_params.multi_items())
        if request.method == "POST":
            body = (await request.body()).decode("utf-8", "replace")
            pairs = [*parse_qsl(body, keep_blank_values=True), *pairs]
        return cls(pairs)

    def first(self, name: str) -> str:
        """The first value of a parameter, or an empty string."""
        return next((value for key, value in self.pairs if key == name), "")

    def every(self, name: str) -> list[str]:
        """All values of a repeated parameter."""
        return [value for key, value in self.pairs if key == name]

    def time(self, name: str) -> float:
        """A required time, Unix seconds."""
        return _time(name, self.first(name))

    def time_or(self, name: str, default: float) -> float:
        """An optional time, Unix seconds."""
        text = self.first(name)
        if not text:
            return default
        try:
            return _time(name, text)
        except BadRequestError as error:
            raise BadRequestError(
                f"invalid parameter \"{name}\": Invalid time value for '{name}':"
                f' cannot parse "{text}" to a valid timestamp'
            ) from error

    def duration(self, name: str) -> float:
        """A required duration, seconds."""
        text = self.first(name)
        try:
            seconds: float | None = float(text)
        except ValueError:
            seconds = parse_duration(text)
        if seconds is None or not math.isfinite(seconds):
            raise BadRequestError(
                f'invalid parameter "{name}": cannot parse "{text}" to a valid duration'
            )
        return seconds

    def check_timeout(self) -> None:
        """Refuse a timeout that is not a duration; the demo never runs into a good one."""
        if self.first("timeout"):
            self.duration("timeout")

    def limit(self, name: str = "limit") -> int:
        """An optional limit; 0 means none."""
        text = self.first(name)
        if not text:
            return 0
        if not text.isdecimal():
            raise BadRequestError(f'invalid parameter "{name}": cannot parse "{text}" to a limit')
        return int(text)

    def selectors(self, dialect: Dialect, *, blame: str = "") -> list[tuple[Matcher, ...]]:
        """The matchers of every ``match[]``; ``blame`` is put before a complaint."""
        found = []
        for text in self.every("match[]"):
            try:
                expr = parse(text, dialect)
                if not isinstance(expr, Selector):
                    raise ParseError("expected a vector selector")
            except QueryError as error:
                raise BadRequestError(f"{blame}{error}") from error
            found.append(expr.matchers)
        return found


@contextmanager
def blaming(name: str) -> Iterator[None]:
    """Put a parameter's name before a parse error, as Prometheus does."""
    try:
        yield
    except ParseError as error:
        raise BadRequestError(f'invalid parameter "{name}": {error}') from error


def _time(name: str, text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        found = _RFC3339.fullmatch(text)
        if found is not None:
            moment = datetime.fromisoformat(found[1] + found[3].upper().replace("Z", "+00:00"))
            fraction = float(f"0.{found[2]}") if found[2] else 0.0
            return moment.astimezone(UTC).timestamp() + fraction
        seconds = math.nan
    if not math.isfinite(seconds):
        raise BadRequestError(
            f'invalid parameter "{name}": cannot parse "{text}" to a valid timestamp'
        )
    return seconds


@dataclass(frozen=True)
class Access:
    """What a proxy before Prometheus asks for: a bearer token, or a name and password."""

    bearer: str = ""
    basic: tuple[str, str] | None = None

    def admits(self, authorization: str) -> bool:
        """Whether an ``Authorization`` header is one of those expected."""
        scheme, _, credentials = authorization.partition(" ")
        if self.bearer and scheme.lower() == "bearer":
            return credentials == self.bearer
        if self.basic is not None and scheme.lower() == "basic":
            expected = base64.b64encode(":".join(self.basic).encode()).decode()
            return credentials == expected
        return not self.bearer and self.basic is None
