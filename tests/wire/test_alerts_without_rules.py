"""Whether "no alerts" means that all is well, or that nothing could fire."""

from pathlib import Path

import pytest

from providers.clock import system_clock
from providers.endpoint import Endpoint
from providers.last_known_good import NothingKept
from sre_tui.environment import Folders
from sre_tui.settings import Settings
from sre_tui.tools.context import ToolContext
from sre_tui.tools.registry import get_tool
from tests.stubs.raw_server import Received, raw_server, reply

RULE = '{"name": "Down", "query": "up == 0", "type": "alerting", "alerts": []}'


@pytest.mark.parametrize(
    ("rules", "hints"),
    [("", ("Prometheus has no alert rules: nothing can fire there",)), (RULE, ())],
)
async def test_it_is_told_that_nothing_can_fire(
    rules: str, hints: tuple[str, ...], tmp_path: Path
) -> None:
    def answer(request: Received) -> bytes:
        groups = f'{{"name": "g", "file": "f", "rules": [{rules}]}}'
        data = f'"groups": [{groups}]' if request.path.endswith("/rules") else '"alerts": []'
        return reply(f'{{"status": "success", "data": {{{data}}}}}')

    async with raw_server(answer) as server:
        settings = Settings(prometheus=(Endpoint(url=server.url),))
        places = Folders.under(tmp_path)
        async with ToolContext(settings, places, system_clock, kept=NothingKept()) as context:
            found = await get_tool("grafana_get_alerts").run(context, {})
    assert (found.data.total, found.data.hints) == (0, hints)
