"""Names in questions, and what is learned about a homelab from its own answers."""

from datetime import UTC

import pytest

from sre_tui.agent.analyst.entities import Focus, is_common_noun, is_misspelt, resolve
from sre_tui.agent.analyst.intent import understand
from sre_tui.agent.analyst.inventory import Inventory, Subject, identity_query
from sre_tui.agent.analyst.matchers import instance_matcher
from tests.unit.analyst.constructed import IDENTITY, NOW, alert, sample, target


def lab() -> Inventory:
    inventory = Inventory(alerts=(alert("HostOutOfMemory", NOW, hostname="media"),))
    inventory.add_targets([target(f"{host}:9100") for host in ("nas1", "media", "pve1", "pve2")])
    inventory.add_samples(IDENTITY)
    for service in ("home-assistant", "vaultwarden", "traefik"):
        inventory.services.setdefault(service, set())
    return inventory


def focus_of(question: str, inventory: Inventory | None = None, here: str = "") -> Focus:
    asked = understand(question, "", NOW, UTC)
    return resolve(asked, inventory or lab(), here)


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("why is jellyfin slow", "jellyfin"),
        ("why is JELLYFIN slow", "jellyfin"),
        ("why is jelyfin slow", "jellyfin"),
        ("is jellifyn ok", "jellyfin"),
        ("why is home assistant lagging", "home-assistant"),
        ("homeassistant is down", "home-assistant"),
        ("my password manager is gone", "vaultwarden"),
        ("films stutter", "jellyfin"),
        ("is nas1 ok", "nas1"),
        ("what is wrong with the nas", "nas1"),
        ("is 101 running", "media"),
        ("is sdc dying", "sdc"),
        ("how full is tank", "tank"),
        ("explain HostOutOfMemory", "HostOutOfMemory"),
        ("why does sonar restart", "sonarr"),
    ],
)
def test_a_name_is_found(question: str, name: str) -> None:
    assert name in {entity.name for entity in focus_of(question).entities}


def test_services_know_their_machines() -> None:
    assert focus_of("why is jellyfin slow").hosts == ("media",)


@pytest.mark.parametrize(
    "question",
    ["is everything ok", "why is it slow", "what happened last night", "anything wrong here?"],
)
def test_no_name_is_no_name(question: str) -> None:
    focus = focus_of(question)
    assert not focus.entities
    assert not focus.unknown


def test_an_unknown_name_gets_the_nearest() -> None:
    unknown = focus_of("why is jellyfish99 slow").unknown[0]
    assert unknown.word == "jellyfish99"
    assert "jellyfin" in unknown.near


def test_this_machine_is_the_one_asked_on() -> None:
    assert focus_of("is this machine ok", here="media").hosts == ("media",)
    assert focus_of("is this machine ok", here="elsewhere").hosts == ()


def test_this_machine_is_the_only_one() -> None:
    inventory = Inventory()
    inventory.add_targets([target("127.0.0.1:9100")])
    inventory.add_samples([sample(1, "node_uname_info", instance="127.0.0.1:9100", nodename="box")])
    assert focus_of("is this machine under pressure", inventory).hosts == ("box",)
    assert inventory.host_of({"instance": "127.0.0.1:9100"}) == "box"


def test_machines_that_scrape_by_address_are_called_by_their_name() -> None:
    inventory = Inventory()
    inventory.add_samples(
        [sample(1, "node_uname_info", instance="10.0.0.5:9100", nodename="attic")]
    )
    assert inventory.hosts == {"attic": "attic"}
    assert inventory.host_of({"instance": "10.0.0.5:9633"}) in ("attic", "10.0.0.5")


def test_dependencies_are_learned() -> None:
    inventory = lab()
    assert inventory.upstream("media") == {"media": 0, "pve2": 1, "nas1": 1}
    assert inventory.clients_of("nas1", "tank") == ["media"]
    assert inventory.clients_of("nas1", "fast") == []
    assert inventory.pool_for(Subject("nas1", "sdc")) == "tank"
    assert inventory.guests_on("pve2") == ["docker1", "media"]


def test_words_of_a_question_cannot_break_the_query() -> None:
    import promql_parser

    for word in ('"', "\\", "a}b", "jelly.*fin", "ü", "${x}", "`"):
        promql_parser.parse(identity_query([word, "jellyfin"]))


def test_what_people_use_a_homelab_with_is_no_name_that_is_missing() -> None:
    assert focus_of("why can't my macbook reach the nas").unknown == ()
    assert [one.word for one in focus_of("how full is frobnicate").unknown] == ["frobnicate"]


@pytest.mark.parametrize(
    "question", ["when does the storage run out?", "how full is the root filesystem?"]
)
def test_a_word_for_a_kind_of_thing_is_no_name_that_is_missing(question: str) -> None:
    assert focus_of(question).unknown == ()


@pytest.mark.parametrize(
    ("question", "intent"),
    [("is my phone backing up?", "why"), ("is my windows vm backed up?", "backup"),
     ("is jellyfin back up?", "overview")],
)  # fmt: skip
def test_whose_backup_is_meant(question: str, intent: str) -> None:
    assert understand(question, "", NOW, UTC).intent == intent


def test_a_machine_that_is_scraped_by_its_address_is_asked_by_it() -> None:
    instances = {"127.0.0.1:9100": "vm", "nas1:9100": "nas1"}
    assert instance_matcher(("vm",), instances) == 'instance=~"127.0.0.1.9100"'
    assert instance_matcher(("nas1",), instances) == 'instance=~"(nas1)([.:].*)?"'
    assert instance_matcher((), instances) == ""


@pytest.mark.parametrize(
    ("question", "common"),
    [
        ('mail from proxmox "backup failed" x40', True),
        ("got a mail about it, mail from the nas too", True),
        ("did i get a mail about the backups?", True),
        ("another mail today", True),
        ("is mail backed up?", False),
        ("can i restore mail from yesterday", False),
        ("no mail since noon", False),
        ("last backup of mail", False),
    ],
)
def test_a_word_for_a_kind_of_thing_is_no_name(question: str, common: bool) -> None:
    assert is_common_noun("mail", question) is common


@pytest.mark.parametrize(
    ("word", "misspelt"),
    [("shoud", True), ("sholud", True), ("coudl", True), ("tank", False), ("jellyfin", False),
     ("should", False), ("media", False), ("flurb", False)],
)  # fmt: skip
def test_a_slip_in_an_ordinary_word_is_no_name(word: str, misspelt: bool) -> None:
    assert is_misspelt(word) is misspelt
    known = understand(f"which disk {word} i replace", "", NOW, UTC).named
    assert not misspelt or word not in known
