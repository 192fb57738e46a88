"""Certificates of the simulated backends that speak HTTPS: self-signed, as in a homelab."""

from __future__ import annotations

import hashlib
import ssl
from dataclasses import dataclass
from pathlib import Path

import trustme


@dataclass(frozen=True)
class Certificate:
    """Files of a certificate and its key, for a backend that speaks HTTPS."""

    certificate: Path
    key: Path

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, 64 hexadecimal digits."""
        der = ssl.PEM_cert_to_DER_cert(self.certificate.read_text(encoding="ascii"))
        return hashlib.sha256(der).hexdigest()


def issue(folder: Path, name: str) -> Certificate:
    """A new certificate for a host name that is not the address clients use.

    Proxmox and TrueNAS certificates carry the name of the node, and homelabs are reached by
    address: only the authority's file with the right name, or the fingerprint, lets a client in.
    """
    issued = trustme.CA(organization_name="Simulated homelab").issue_cert(
        name, common_name=name, organization_name="Simulated homelab"
    )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = Certificate(folder / f"{name}.pem", folder / f"{name}.key")
    made.key.touch(mode=0o600)
    made.key.write_bytes(issued.private_key_pem.bytes())
    made.certificate.write_bytes(issued.cert_chain_pems[0].bytes())
    return made
