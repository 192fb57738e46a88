"""The API of one Proxmox Backup Server."""

from __future__ import annotations

from urllib.parse import quote

from providers.data_api import DataApi
from providers.http import HttpBackend


class Api(DataApi):
    """The connection to one server, and the name of its node."""

    product = "Proxmox Backup Server"
    scheme = "PBSAPIToken"
    separator = ":"

    def __init__(self, http: HttpBackend, node: str) -> None:
        super().__init__(http)
        self.node = node


def segment(name: str) -> str:
    """A name as one segment of a path."""
    return quote(name, safe="")
