"""Reads the output of ``zpool status`` in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

_FIELD: Final = re.compile(r"^\s*(pool|state|status|scan|errors):\s*(.+)$")
_ROW: Final = re.compile(
    r"^\s+(?P<name>\S*[^\s:])\s+(?P<state>ONLINE|DEGRADED|FAULTED|UNAVAIL|REMOVED|OFFLINE|SUSPENDED)"
    r"(?:\s+(?P<read>[\d.]+[KMGT]?)\s+(?P<write>[\d.]+[KMGT]?)\s+(?P<cksum>[\d.]+[KMGT]?))?"
    r"(?:\s+(?P<note>\S.*))?$"
)
_GROUP: Final = re.compile(r"^(mirror|raidz\d?|draid\S*|spare|replacing|indirect)-\d+$")
NO_ERRORS: Final = "No known data errors"


@dataclass(frozen=True)
class Member:
    """A disk of a pool in a state or with errors that need a look; counts as written."""

    name: str
    state: str
    read: str = "0"
    write: str = "0"
    checksum: str = "0"
    note: str = ""

    @property
    def errors(self) -> str:
        """Its error counts in words; empty if there are none."""
        told = ((self.read, "read"), (self.write, "write"), (self.checksum, "checksum"))
        said = [f"{amount} {kind}" for amount, kind in told if amount not in ("", "0")]
        return f"{', '.join(said)} errors" if said else ""


@dataclass(frozen=True)
class PoolText:
    """One pool of the output.

    Attributes:
        name: the pool.
        state: ``DEGRADED`` and the like.
        bad: members that are not all right, in the order of the output.
        scan: the line about scrub or resilver.
        errors: the line about data errors.
    """

    name: str
    state: str = ""
    bad: tuple[Member, ...] = ()
    scan: str = ""
    errors: str = ""

    @property
    def sound(self) -> bool:
        """Whether nothing in it needs a look."""
        return self.state in ("", "ONLINE") and not self.bad and self.errors in ("", NO_ERRORS)


def read_zpool(lines: Sequence[str]) -> list[PoolText]:
    """The pools of a text; empty if it is no output of ``zpool status``."""
    starts = [at for at, line in enumerate(lines) if re.match(r"^\s*pool:\s*\S+\s*$", line)]
    bounds = [*starts, len(lines)]
    pools = [_pool(lines[begin:end]) for begin, end in pairwise(bounds)]
    return [pool for pool in pools if pool.state]


def _pool(lines: Sequence[str]) -> PoolText:
    fields: dict[str, str] = {}
    for line in lines:
        match = _FIELD.match(line)
        if match is not None:
            fields.setdefault(match[1], match[2].strip())
    name = fields.get("pool", "")
    return PoolText(
        name=name,
        state=fields.get("state", "").upper(),
        bad=tuple(_members(lines, name)),
        scan=fields.get("scan", ""),
        errors=fields.get("errors", ""),
    )


def _members(lines: Sequence[str], pool: str) -> Iterator[Member]:
    for line in lines:
        row = _ROW.match(line)
        if row is None or row["name"] == pool or _GROUP.match(row["name"]):
            continue
        member = Member(
            row["name"], row["state"], row["read"] or "0", row["write"] or "0",
            row["cksum"] or "0", row["note"] or "",
        )  # fmt: skip
        if member.state != "ONLINE" or member.errors:
            yield member


__all__ = ["NO_ERRORS", "Member", "PoolText", "read_zpool"]
