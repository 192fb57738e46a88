"""A few runbooks and a playbook, and the real index made of them."""

from dataclasses import dataclass
from pathlib import Path

from index.builder import build
from index.search import Index
from index.sources import Folder

RUNBOOKS = {
    "host-disk-full": (
        "alerts: [HostDiskFull]\ntags: [disk]",
        (
            "The root filesystem of a machine has little space left.\n\n## Diagnose\n\n"
            "Find the biggest folders with `du -xh /` and deleted files that are still open with"
            " `lsof +L1`.\n\n## Fix\n\nVacuum the journal and prune unused container images."
        ),
    ),
    "pool-degraded": (
        "alerts: [ZfsPoolDegraded]\ntags: [zfs, disk]",
        (
            "A mirror or RAIDZ lost a drive.\n\n## Fix\n\nOffline the broken drive, swap it and"
            " start the resilver with `zpool replace tank sdc sdd`."
        ),
    ),
    "backup-failed": (
        "alerts: [BackupJobFailed]\ntags: [backup]",
        (
            "A nightly vzdump job ended with an error.\n\n## Diagnose\n\nRead the task log: a"
            " locked guest or a full datastore is the usual reason."
        ),
    ),
    "certificate-expired": (
        "alerts: [CertificateExpiresSoon]\ntags: [tls]",
        (
            "Browsers refuse the site because its TLS certificate is too old.\n\n## Fix\n\nRenew it"
            " with the ACME client and reload the reverse proxy."
        ),
    ),
    "ups-on-battery": (
        "alerts: [UpsOnBattery]\ntags: [power]",
        "The mains power is gone.\n\n## Fix\n\nShut the guests down first, the storage last.",
    ),
}

PLAYBOOK = """- name: Update every node
  hosts: proxmox
  tasks:
    - name: Upgrade all packages
      ansible.builtin.apt: {upgrade: dist, update_cache: true}
"""


@dataclass(frozen=True)
class Homestead:
    """Documents, the index made of them, and the exported model they share with other indexes."""

    sources: tuple[Folder, ...]
    path: Path
    cache: Path

    def index(self) -> Index:
        return Index.open(self.path, sources=self.sources, cache_dir=self.cache)

    def build(self) -> None:
        build(self.sources, self.path, cache_dir=self.cache)
