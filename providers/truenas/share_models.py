"""What a TrueNAS offers to others."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict


class Share(BaseModel):
    """One NFS export or SMB share."""

    model_config = ConfigDict(frozen=True)

    source: str
    kind: Literal["nfs", "smb"]
    id: int
    name: str
    """The SMB share's name, or the last part of the NFS path."""
    path: str
    dataset: str = ""
    """The path without ``/mnt/``; the dataset or a folder in it."""
    enabled: bool = True
    locked: bool | None = None
    """Whether its dataset is encrypted and locked; None if not reported."""
    read_only: bool | None = None
    comment: str = ""
    allowed: tuple[str, ...] = ()
    """Networks and hosts that may mount it; empty: everybody."""
    maps_to: str = ""
    """User that root, or everybody, becomes over NFS."""
    purpose: str = ""

    @property
    def key(self) -> str:
        """Unique among the shares of all sources."""
        return f"{self.source}/{self.kind}/{self.id}"


class SmbSession(BaseModel):
    """One client that is connected over SMB."""

    model_config = ConfigDict(frozen=True)

    source: str
    user: str
    client: str
    dialect: str = ""
    encrypted: bool | None = None
    since: AwareDatetime | None = None


class ShareReport(BaseModel):
    """Shares, and who is connected."""

    model_config = ConfigDict(frozen=True)

    shares: tuple[Share, ...] = ()
    sessions: tuple[SmbSession, ...] | None = None
    """None where the version or the key does not tell."""
