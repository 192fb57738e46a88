"""Plain words that an answer claims to be names, as in "host zebra is down".

Most words beside "host" or "disk" are no names ("disk space", "the node that failed"). A word
counts as one where the sentence can hardly be read otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from sre_tui.agent.grounding.markup import Prose

_NOUN = r"(?:host|node|guest|vm|lxc|container|disk|drive|pool|datastore|machine)"
_NAME = r"(?P<name>[A-Za-z][A-Za-z0-9_-]*[A-Za-z0-9])"
_QUOTES = "[\"'“”‘’*_]*"
_PREDICATE = (
    r"\s+(?:is|was|has|had|does|did|went|goes|runs|ran|shows|reports|reported|lost|died|hangs|hung"
    r"|fails|failed|crashed|crashes|restarted|rebooted|stopped|needs|cannot|can't|isn't|wasn't"
    r"|doesn't|didn't|answers|stands|holds|ist|war|hat|läuft|fehlt)\b"
)
_END = r"\s*(?:[.,;:!?)](?!\w)|$|\n)"
_SUBJECT = re.compile(
    rf"\b{_NOUN}\s+(?:(?:named|called)\s+)?{_QUOTES}{_NAME}{_QUOTES}(?={_PREDICATE})",
    re.IGNORECASE,
)
_OBJECT = re.compile(
    r"\b(?:on|of|from|to|in|at|by|for|and|that|auf|von|zu|bei)"
    rf"\s+{_NOUN}\s+{_QUOTES}{_NAME}{_QUOTES}(?={_END})",
    re.IGNORECASE,
)
_CALLED = re.compile(rf"\b{_NOUN}\s+(?:named|called)\s+{_QUOTES}{_NAME}", re.IGNORECASE)
_NUMBERED = re.compile(
    rf"\b{_NOUN}\s+(?:\d+\s+)?[(]?{_QUOTES}(?P<name>[A-Za-z][A-Za-z_-]*[A-Za-z]\d{{1,4}})"
    r"(?![\w@-]|[.:/]\w)",
    re.IGNORECASE,
)
_STATE = re.compile(
    r"(?<![\w./:@-])(?P<name>[a-z][a-z_-]*[a-z]\d{1,3})\s+"
    r"(?:(?:is|was|went)\s+(?:(?:not|now|again|still)\s+)?(?:down|offline|unreachable|dead|up"
    r"|online|reachable|running|stopped|degraded|full)\b|(?:does|did)\s+not\s+answer\b"
    r"|(?:crashed|rebooted|restarted|stopped|failed)\b)"
)

_WORD_LIST: Final = (
    # what is told of such things
    "meanwhile member access activity address addresses agent alert alerts array backup backups "
    "bandwidth bay boot bottleneck budget bus cable cache check clock cluster config contention "
    "controller count cpu crash daemon data death drive engine error errors exporter failure "
    "fault filesystem firmware full group growth guest head health host id image import input io "
    "journal kernel key latency layout limit list load local lock log logs loop maintenance "
    "mapper memory metrics mirror mode model monitor name names network number os outage output "
    "overhead owner path pressure process queue quota rate read reads reboot replacement replica "
    "reset resilver restart restarts room root runtime scrub sector service shelf side size slot "
    "snapshot space start state stats status stop summary swap system temperature template "
    "thrashing throughput time timeout timeouts trim type upgrade uptime user uuid version wear "
    "well write writes zone "
    # what joins, points and counts
    "after again alone already also always and anyway are as at because before behind both but "
    "by can could currently did do does done either else even ever first for from had has have "
    "he here how if in instead into is it its itself just last later like long may might more "
    "most must near neither never next no none nor not now of off on once one only or other out "
    "over own rather same second should since so some soon still than that the then there they "
    "third this though through to today together too twice two under until up upon was we were "
    "what when where whether which while who whose why will with within without would yesterday "
    "yet you "
    # verbs that follow them
    "become becomes began begin begins came come comes gave get gets give gives got keep keeps "
    "kept left lose made make makes ran run seem seems went aber als auch aus bei das dem den "
    "der die ein eine im ist mit nach nicht noch oder und von war wie wird zu zum "
    # formats and protocols that end in a figure
    "ipv4 ipv6 ext2 ext3 ext4 raidz1 raidz2 raidz3 sha1 sha256 sha512 md5 http1 http2 http3 "
    "python3 cgroup1 cgroup2 nfs3 nfs4 smb1 smb2 smb3 usb2 usb3 pcie3 pcie4 pcie5 ddr3 ddr4 ddr5 "
    "utf8 base64 qcow2 sata2 sata3 lz4 zlib1 raid0 raid1 raid5 raid6 raid10 amd64 arm64 wifi5 "
    "wifi6 eth0 eth1 win10 win11 java8 java11 java17 java21 php7 php8 "
)
_WORDS: Final = frozenset(_WORD_LIST.split())
_ENDINGS: Final = (
    *("ing", "ed", "ly", "tion", "sion", "ment", "ness", "ity", "ance", "ence", "age", "ics"),
    *("ss", "able", "ible", "ful", "less", "ation", "ung", "keit", "heit"),
)


def claimed_names(prose: Prose) -> Iterator[tuple[str, int]]:
    """Words that are claimed to be names, each with its place."""
    for pattern in (_CALLED, _NUMBERED, _STATE, _SUBJECT, _OBJECT):
        for match in pattern.finditer(prose.text):
            name = match["name"]
            if _is_word(name, plural=pattern is _OBJECT):
                continue
            if pattern is _STATE or pattern is _CALLED or not name.isupper():
                yield name, match.start("name")


def _is_word(name: str, *, plural: bool) -> bool:
    plain = name.casefold()
    if plain in _WORDS or plain.endswith(_ENDINGS):
        return True
    return plural and plain.endswith("s")
