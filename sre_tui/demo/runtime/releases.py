"""Which release of its program each simulated backend imitates."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, get_args

from pydantic import BaseModel, ConfigDict

from sre_tui.complaint import Complaint
from sre_tui.demo.promql import Version
from sre_tui.demo.servers.grafana_source import GrafanaVersion
from sre_tui.demo.servers.pbs_datastores import PbsVersion
from sre_tui.demo.servers.proxmox_access import ProxmoxVersion
from sre_tui.demo.servers.truenas_methods import TrueNasVersion
from sre_tui.nearest import nearest


class ReleaseError(Complaint):
    """What was asked for is no release that can be imitated."""

    code = "usage"
    wrong_usage = True


class Releases(BaseModel):
    """One release of each; what each changed is in the servers that imitate it."""

    model_config = ConfigDict(frozen=True)

    prometheus: Version = "2.42.0"
    grafana: GrafanaVersion = "13.0.2"
    proxmox: ProxmoxVersion = "9.2"
    pbs: PbsVersion = "4.1.0"
    truenas: TrueNasVersion = "25.10.1"

    @classmethod
    def read(cls, wishes: Iterable[str]) -> Releases:
        """The usual ones but for those named, such as ``proxmox=8.4``.

        Raises:
            ReleaseError: there is no such backend or release.
        """
        chosen: dict[str, Any] = {}
        for wish in wishes:
            name, _, release = wish.partition("=")
            known = releases_of(name)
            if not known:
                near = nearest(name, cls.model_fields)
                hint = (
                    f"did you mean {' or '.join(near)}?"
                    if near
                    else (f"they are known of {', '.join(cls.model_fields)}")
                )
                raise ReleaseError(f"no releases of {name!r} are known; {hint}")
            if release not in known:
                raise ReleaseError(
                    f"{name} cannot be {release or 'of no release'}; it can be {', '.join(known)}"
                )
            chosen[name] = release
        return cls(**chosen)

    def wishes(self) -> tuple[str, ...]:
        """What differs from the usual, in the words that ``read`` takes."""
        return tuple(
            f"{name}={one}" for name, one in self.model_dump(exclude_defaults=True).items()
        )


def releases_of(name: str) -> tuple[str, ...]:
    """The releases a backend can imitate; none for one that is always the same."""
    field = Releases.model_fields.get(name)
    return () if field is None else get_args(field.annotation)


USUAL = Releases()
"""What a demo imitates where nobody chose."""
