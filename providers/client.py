"""What every backend client has beside its own questions."""

from __future__ import annotations

from providers.closing import Closing
from providers.endpoint import Endpoint
from providers.http import HttpBackend
from providers.readings import Connection


class InstanceClient(Closing):
    """A client of one instance; used as a context manager it closes its connections."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def source(self) -> str:
        """Backend and instance name, for example ``prometheus:main``."""
        return self._connection.source

    @property
    def endpoint(self) -> Endpoint:
        """Where it is."""
        return self._connection.endpoint

    @property
    def clock_offset(self) -> float | None:
        """Seconds its clock is ahead of ours, as its last answer told."""
        return self._connection.clock_offset

    def ask_again(self) -> None:
        """Ask it at once, though it was to be left alone for a while."""
        self._connection.ask_again()

    async def aclose(self) -> None:
        """Close its connections."""
        await self._connection.aclose()


class BackendClient(InstanceClient):
    """A client of an instance that speaks HTTP."""

    def __init__(self, http: HttpBackend) -> None:
        super().__init__(http)
        self._http = http
