"""GETs of Proxmox VE: the data of an answer, and a limit for what one node may take."""

from __future__ import annotations

import asyncio
import re
from typing import Final

from pydantic import JsonValue

from providers.data_api import API, DataApi
from providers.errors import BadResponse, RequestRefused
from providers.http import Params
from providers.readings import deadline
from providers.text import one_line

_ODD: Final = re.compile(r"[?#]|[^\x21-\x7e]|(?:^|/)\.{1,2}(?:/|$)")
"""What would end the path of an address, lead to another one, or not be sent as it is."""
NODE_SHARE: Final = 0.6
"""Of the whole time a question may take: so much of it a single node may use up."""
MARGIN: Final = 0.3
"""Seconds kept back to put an answer together."""
NODE_LIMIT: Final = 6.0
"""Seconds; a node that is down answers through the others after 30 s only."""


class Api(DataApi):
    """The connection to one host or cluster."""

    product = "Proxmox VE"
    scheme = "PVEAPIToken"
    separator = "="

    def patience(self, path: str) -> float | None:
        """Seconds to wait for a call that a member of the cluster passes on to another.

        None for a call that it answers itself. What is left of the whole question's time is never
        used up, so that what the other nodes said is not lost. Content of a storage may take as
        long as that; a backup server with many snapshots needs it.
        """
        if not path.startswith("/nodes/"):
            return None
        whole = self.http.endpoint.timeout
        left = deadline() - asyncio.get_running_loop().time() - min(MARGIN, whole / 10)
        if path.endswith("/content"):
            return max(MARGIN, min(whole, left))
        return max(MARGIN, min(NODE_LIMIT, whole * NODE_SHARE, left))

    async def _decoded(self, path: str, params: Params) -> JsonValue:
        # Names come from the backend; an odd one must cost only the part that it stands for.
        short = path.removeprefix(API)
        odd = BadResponse(f"{one_line(short, 120)}: a name in it cannot be part of an address")
        if _ODD.search(path):
            raise odd
        try:
            return await self.http.get_json(path, params, timeout=self.patience(short))
        except RequestRefused as error:
            raise odd from error
