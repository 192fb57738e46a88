"""An ``HttpBackend`` with a held clock that may ask little, and a reading of numbers from it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from providers.endpoint import Endpoint
from providers.guard import Allow
from providers.http import ErrorReader, HttpBackend
from providers.last_known_good import LastKnownGood
from providers.reading import Reading
from providers.readings import Fetched

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ALLOWED = (Allow("GET", "/api/{}"), Allow("POST", "/api/query"), Allow("GET", "/ready"))


def backend(
    url: str,
    *,
    kept: LastKnownGood | None = None,
    max_answer: int = 32 * 1024 * 1024,
    error_reader: ErrorReader = lambda response: None,
    **settings: Any,
) -> HttpBackend:
    """Not yet connected; ``settings`` are those of its endpoint."""
    endpoint = Endpoint.model_validate({"url": url, "timeout": 5.0, **settings})
    return HttpBackend(
        "test",
        endpoint,
        allow=ALLOWED,
        clock=lambda: NOON,
        kept=kept,
        max_answer=max_answer,
        error_reader=error_reader,
    )


async def read(http: HttpBackend, path: str = "/api/x", key: str = "x") -> Reading[dict[str, int]]:
    """What a JSON object of numbers at this path becomes."""

    async def fetch() -> Fetched[dict[str, int]]:
        answer = await http.get_json(path)
        assert isinstance(answer, dict)
        return Fetched({name: int(str(value)) for name, value in answer.items()})

    return await http.reading(key, dict[str, int], fetch)
