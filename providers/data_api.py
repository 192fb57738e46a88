"""What the products of Proxmox have in common: GETs below ``/api2/json``, and API tokens."""

from __future__ import annotations

from typing import ClassVar, Final, TypeVar

from pydantic import JsonValue, SecretStr, TypeAdapter

from providers.coercion import whole
from providers.errors import BadResponse
from providers.http import HttpBackend, Params
from providers.wire import parsed

T = TypeVar("T")

API: Final = "/api2/json"


class DataApi:
    """The connection to one server, seen as what its answers have under ``data``."""

    product: ClassVar[str]
    """What the server calls itself."""
    scheme: ClassVar[str]
    """The word before the token in the header."""
    separator: ClassVar[str]
    """What stands between a token's name and its secret."""

    def __init__(self, http: HttpBackend) -> None:
        self.http = http

    @property
    def source(self) -> str:
        """Backend and instance name."""
        return self.http.source

    @classmethod
    def header(cls, token: SecretStr | None) -> dict[str, str]:
        """The header that a token makes; none without one."""
        return {} if token is None else {"Authorization": f"{cls.scheme}={cls._bare(token)}"}

    @classmethod
    def _bare(cls, token: SecretStr) -> str:
        # It is often copied together with the word before it.
        return token.get_secret_value().removeprefix(f"{cls.scheme}=")

    def token_names(self, user: str) -> tuple[str, str]:
        """User and name of the token that is used; those of the recipes where it has none.

        Args:
            user: that of the recipes, ``sre@pve``.
        """
        token = self.http.endpoint.token
        identity = "" if token is None else self._bare(token).partition(self.separator)[0]
        given, _, name = identity.partition("!")
        return given or user, name or "tui"

    async def data(self, path: str, params: Params = ()) -> JsonValue:
        """What stands under ``data``; None where the answer has nothing.

        Raises:
            BackendError: if there is no usable answer.
        """
        return (await self._answer(path, params))["data"]

    async def rows(self, shape: TypeAdapter[list[T]], path: str, params: Params = ()) -> list[T]:
        """The rows of a list; ``null`` is an empty one.

        Raises:
            BackendError: if there is no usable answer.
        """
        return parsed(shape, await self.data(path, params) or [], path)

    async def page(
        self, shape: TypeAdapter[list[T]], path: str, params: Params = ()
    ) -> tuple[list[T], int | None]:
        """The rows of a page, and how many there are in all where that is told.

        Raises:
            BackendError: if there is no usable answer.
        """
        answer = await self._answer(path, params)
        return parsed(shape, answer["data"] or [], path), whole(answer.get("total"))

    async def _answer(self, path: str, params: Params) -> dict[str, JsonValue]:
        answer = await self._decoded(f"{API}{path}", params)
        if not isinstance(answer, dict) or "data" not in answer:
            raise BadResponse(
                f"{self.http.endpoint.url}{API}{path} answered no data: is it {self.product}?"
            )
        return answer

    async def _decoded(self, path: str, params: Params) -> JsonValue:
        """The answer of a path of the server."""
        return await self.http.get_json(path, params)
