"""What the kernel and smartd call the errors of an ATA disk, in words.

The kernel reports one in several lines (``ata3.00: exception Emask …``, ``failed command``,
``error: { UNC }``) and once more as SCSI sense (``Add. Sense: Unrecovered read error``), smartctl's
log in one (``Error: UNC at LBA = 0x0e4f5d08``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

KINDS: Final[Mapping[str, str]] = {
    "UNC": "a sector that cannot be read",
    "IDNF": "a sector that is not found",
    "ICRC": "a transfer that was damaged on the way, as by a bad cable",
    "ABRT": "a command that the disk refused",
}
"""Bits of the error register, those that say most first."""
_REPORT: Final = re.compile(r"(?i)\bata\d+(?:\.\d+)?: ")
_BITS: Final = re.compile(r"(?i)\berror: (?:\{ )?((?:unc|idnf|icrc|abrt)\b[ ,a-z0-9]*)")
_SENSES: Final[Mapping[str, str]] = {
    "unrecovered read error": "UNC",
    "logical block address out of range": "IDNF",
    "scsi parity error": "ICRC",
}
"""What libata makes of a bit (``ata_to_sense_error`` of the kernel's ``libata-scsi.c``)."""


def is_ata_report(line: str) -> bool:
    """Whether a line is one of those in which the kernel reports an ATA error."""
    return _REPORT.search(line) is not None


def ata_kinds(lines: Iterable[str]) -> tuple[str, ...]:
    """The kinds of errors that lines name; one that comes with a telling one is left out.

    A disk refuses (``ABRT``) whatever came damaged, so that alone says nothing then.
    """
    words = set()
    for line in lines:
        folded = line.casefold()
        words |= {kind for sense, kind in _SENSES.items() if sense in folded}
        for found in _BITS.findall(line):
            words |= {word.upper() for word in re.split(r"[ ,]+", found)}
    told = [kind for kind in KINDS if kind in words]
    return tuple(kind for kind in told if kind != "ABRT" or len(told) == 1)


def ata_words(kinds: Iterable[str]) -> str:
    """The kinds with what they mean: ``UNC: a sector that cannot be read``."""
    return ", ".join(f"{kind}: {KINDS[kind]}" for kind in kinds)
