"""Ports nobody listens on, for programs that must be told theirs beforehand.

They lie below the range the system hands out for port 0 and for outgoing connections, and each
test worker has a range of its own, so that no other test takes one in the meantime.
"""

import os
import socket
from itertools import count

FIRST, PER_WORKER = 20_000, 500
"""Linux hands out 32768 and above (``net.ipv4.ip_local_port_range``)."""

_handed_out = count()


def free_ports(how_many: int = 1) -> int:
    """The first of so many free ports of 127.0.0.1 in a row, none of them given out before."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    start = FIRST + worker * PER_WORKER
    in_a_row = 0
    while (offset := next(_handed_out)) < PER_WORKER:
        in_a_row = in_a_row + 1 if _is_free(start + offset) else 0
        if in_a_row == how_many:
            return start + offset - how_many + 1
    raise RuntimeError(f"no {how_many} free ports in a row from {start} on")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
