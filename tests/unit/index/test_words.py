"""Words, kinds of queries, and the plain text search."""

import pytest

from index.documents import Chunk
from index.query import WEIGHTS, QueryKind, understand
from index.text_search import TextSearch
from index.words import camel_case_names, split_camel_case, tokens


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("HostDiskFull", "Host Disk Full"),
        ("ZFSPoolDegraded", "ZFS Pool Degraded"),
        ("OOMKilled", "OOM Killed"),
        ("K8sNodeDown", "K8s Node Down"),
        ("ZPoolFreeSpaceLow", "ZPool Free Space Low"),
        ("VMs", "VMs"),
        ("iSCSI", "iSCSI"),
        ("TrueNAS", "TrueNAS"),
        ("node_cpu_seconds_total", "node_cpu_seconds_total"),
        ("Plain words.", "Plain words."),
    ],
)
def test_camel_case_is_split(name: str, words: str) -> None:
    assert split_camel_case(name) == words


def test_names_are_found_in_order() -> None:
    text = "When HostDiskFull or UpsOnBattery fires for VMs"
    assert camel_case_names(text) == ["HostDiskFull", "UpsOnBattery"]


def test_tokens_are_stemmed_without_stop_words() -> None:
    assert tokens("The disks are failing") == ["disk", "fail"]
    assert tokens("HostDiskFull") == ["hostdiskful", "host", "disk", "full"]


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("HostDiskFull on pve1", QueryKind.ALERT),
        ("got ZfsPoolDegraded", QueryKind.ALERT),
        ("alert WireGuard", QueryKind.ALERT),
        ("why is WireGuard so slow", QueryKind.PROSE),
        ("node_filesystem_avail_bytes below 5%", QueryKind.METRIC),
        ('up{job="node"} == 0', QueryKind.METRIC),
        ("connect() failed (111: Connection refused)", QueryKind.ERROR),
        ("smartd[801]: Device: /dev/sda, 8 pending sectors", QueryKind.ERROR),
        ("what does ENOSPC: no space left mean?", QueryKind.PROSE),
        ("my vms are slow", QueryKind.PROSE),
        ("backup of yesterday", QueryKind.PROSE),
    ],
)
def test_kind_of_query(question: str, kind: QueryKind) -> None:
    assert understand(question).kind is kind


def test_a_query_is_prepared_for_both_halves() -> None:
    query = understand("Why is\nHostDiskFull firing?\x1b")
    assert query.text == "is HostDiskFull firing? Host Disk Full"
    assert query.embedded == "Why is Host Disk Full firing?"
    assert query.names == {"HostDiskFull"}


def test_a_question_of_question_words_keeps_them() -> None:
    assert understand("what do I do").text == "what do I do"


def test_weights_share_one() -> None:
    assert set(WEIGHTS) == set(QueryKind)
    for weights in WEIGHTS.values():
        assert weights.text + weights.vector == pytest.approx(1)


def chunk(source: str, text: str, **fields: object) -> Chunk:
    document: dict[str, object] = {
        "source": source,
        "kind": "docs",
        "title": "T",
        "text": text,
        "position": 0,
        "document_hash": "",
        **fields,
    }
    return Chunk.model_validate(document)


CHUNKS = [
    chunk("a", "The disks of the pool are full of photos"),
    chunk("b", "When HostDiskFull fires the disk is full", tags=["disk"]),
    chunk("c", "Renew the certificate", kind="runbook"),
]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("certificates renewal renewing", ["c"]),
        ("HostDiskFull", ["b", "a"]),
        ("full disk", ["b", "a"]),
        ("nothing of this", []),
        ("", []),
    ],
)
def test_plain_search_ranks_by_rarity_and_stem(query: str, expected: list[str]) -> None:
    assert [found.source for found, _ in TextSearch(CHUNKS).search(query, 5)] == expected


def test_plain_search_filters_and_limits() -> None:
    search = TextSearch(CHUNKS)
    assert [found.source for found, _ in search.search("disk", 1)] == ["b"]
    assert [found.source for found, _ in search.search("disk", 5, tags=["disk"])] == ["b"]
    assert [found.source for found, _ in search.search("disk", 5, kinds=["runbook"])] == []
    assert TextSearch([]).search("disk", 5) == []
