"""Which of several backup servers is meant by the name of a datastore."""

from __future__ import annotations

from typing import cast

import pytest

from providers.pbs import Datastore, PbsClient
from providers.reading import Reading, State
from sre_tui.tools.pbs_find import having, of_those
from sre_tui.tools.tool import ArgumentError
from tests.stubs.homelab_tools import NOW


class Server:
    """A backup server with datastores of these names; None if it does not answer."""

    def __init__(self, source: str, names: list[str] | None) -> None:
        self.source = source
        self.names = names

    async def datastores(self) -> Reading[tuple[Datastore, ...]]:
        if self.names is None:
            return Reading(source=self.source, state=State.UNREACHABLE, observed_at=NOW)
        found = tuple(Datastore(source=self.source, name=name) for name in self.names)
        return Reading(source=self.source, state=State.OK, observed_at=NOW, data=found)


def servers(**names: list[str] | None) -> list[PbsClient]:
    return [cast(PbsClient, Server(source, found)) for source, found in names.items()]


async def test_only_servers_that_may_have_it_count() -> None:
    every = servers(a=["main"], b=["other"], c=None)
    found = await having(every, "main")
    assert [client.source for client in found] == ["a", "c"]
    readings = [Reading[int](source=one.source, state=State.OK, observed_at=NOW) for one in every]
    assert [each.source for each in of_those(readings, found)] == ["a", "c"]
    assert of_those(readings, []) == readings


async def test_what_no_server_has_is_refused_once_all_have_answered() -> None:
    with pytest.raises(ArgumentError, match="there is no datastore 'mian'; did you mean main"):
        await having(servers(a=["main"], b=["other"]), "mian")
    found = await having(servers(a=["main"], c=None), "mian")
    assert [client.source for client in found] == ["c"]
