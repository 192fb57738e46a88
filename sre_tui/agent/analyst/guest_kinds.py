"""Which kind of guest a question speaks of: virtual machines, LXC containers, or any guest."""

from __future__ import annotations

import re
from typing import Final, Literal

_MACHINES: Final = re.compile(
    r"\b(?:vms?|kvms?|qemus?|v[irtu]+al machines?|virtuelle\w* maschinen?)\b"
)
_CONTAINERS: Final = re.compile(r"\b(?:lxcs?|cts?|(?<!docker )(?<!podman )containers?)\b")
_LXC: Final = re.compile(r"\b(?:lxcs?|cts?|linux containers?)\b")
_DOCKER: Final = re.compile(r"\b(?:docker|podman)\b")
_EITHER: Final = re.compile(
    r"\b(?<!lxc )(?<!kvm )(?<!qemu )(?<!vm )(?<!ct )(?:guests?|gäste|gast)\b"
)


def kind_of(folded: str) -> Literal["qemu", "lxc", ""]:
    """``qemu`` or ``lxc`` where a question speaks of these alone, else nothing."""
    machines, containers = _MACHINES.search(folded), _CONTAINERS.search(folded)
    if _EITHER.search(folded) or bool(machines) is bool(containers):
        return ""
    return "qemu" if machines else "lxc"


def may_be_either_container(folded: str) -> bool:
    """Whether "container" is said and may be meant of LXC as well as of Docker."""
    other = _LXC.search(folded) or _DOCKER.search(folded)
    return kind_of(folded) == "lxc" and other is None


__all__ = ["kind_of", "may_be_either_container"]
