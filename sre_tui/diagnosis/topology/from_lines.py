"""What log lines tell of the topology: whose shares a machine waits for.

Mounts are read as metrics; where those are not, a client that complains names its server.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from sre_tui.diagnosis.topology.graph import Relation, Topology
from sre_tui.diagnosis.topology.names import Names

if TYPE_CHECKING:
    from sre_tui.diagnosis.picture.picture import Picture

_SERVER: Final = re.compile(
    r"(?i)\b(?:nfs4?: server |cifs: vfs: \\\\|mount\.nfs4?: .* mounting )"
    r"\\*(?P<server>[\w.-]+)"
)


def add_told_mounts(topology: Topology, names: Names, picture: Picture) -> None:
    """Machines that complain of a server of shares, where no mount of theirs is known."""
    for source, groups in picture.lines.with_source():
        for group in groups:
            found = _SERVER.search(group.pattern.example)
            server = names.machine(found["server"]) if found else None
            if server is None:
                continue
            for host in sorted({entry.host for entry in group.entries if entry.host}):
                client = names.machine(host)
                known = client is not None and server in topology.dependencies(client)
                if client is not None and client != server and not known:
                    topology.connect(client, Relation.MOUNTS, server, source)
