"""What a model sees of many tools, and how it gets at the others."""

from __future__ import annotations

import pytest

from sre_tui.agent.offer import MORE_TOOLS, Offer
from sre_tui.agent.prompt import READ_EVIDENCE, tokens_of
from sre_tui.agent.relevance import Hint, ranked
from sre_tui.tools.registry import MODULES, all_tools

ROOM = 1200
NAMES = tuple(name for names in MODULES.values() for name in names)


def shown(offer: Offer) -> list[str]:
    return [schema["function"]["name"] for schema in offer.schemas()]


def offer_for(question: str, room: int = ROOM) -> Offer:
    return Offer(ranked(all_tools(), [Hint(question)]), room)


def test_with_room_for_all_there_is_nothing_more_to_ask_for() -> None:
    offer = offer_for("How full is tank?", 100_000)
    assert set(shown(offer)) == {*NAMES, READ_EVIDENCE}
    assert offer.hidden == ()
    assert offer.tokens == tokens_of(offer.schemas())


@pytest.mark.parametrize("room", [500, 800, 1200, 2000, 2700])
def test_the_schemas_keep_within_their_room_and_none_is_lost(room: int) -> None:
    offer = offer_for("How full is tank?", room)
    assert tokens_of(offer.schemas()) <= offer.tokens <= room
    assert {*shown(offer), *offer.hidden} == {*NAMES, READ_EVIDENCE, MORE_TOOLS}
    assert not set(shown(offer)) & set(offer.hidden)
    listed = offer.schemas()[-1]["function"]["description"]
    assert all(name in listed for name in offer.hidden)


def test_without_room_for_any_tool_their_names_are_all_there_is() -> None:
    offer = offer_for("How full is tank?", 1)
    assert shown(offer) == [READ_EVIDENCE, MORE_TOOLS]
    assert offer.tokens == tokens_of(offer.schemas())


def test_the_broad_tools_come_first_and_then_what_fits() -> None:
    order = [tool.name for tool in ranked(all_tools(), [Hint("Are my NFS shares read-only?")])]
    broad = [tool.name for tool in all_tools() if tool.breadth == "anything"]
    assert order[: len(broad) + 1] == [*broad, "truenas_list_shares"]
    again = [tool.name for tool in ranked(all_tools(), [Hint("Are my NFS shares read-only?")])]
    assert again == order


def test_without_a_word_that_tells_overviews_come_before_details() -> None:
    breadths = [tool.breadth for tool in ranked(all_tools(), [Hint("hm")])]
    assert breadths == sorted(breadths, key=("anything", "overview", "detail").index)


def test_a_name_that_is_known_tells_more_than_the_word_it_is() -> None:
    tools = all_tools()
    plain = [tool.name for tool in ranked(tools, [Hint("how is backup?")])]
    known = ranked(tools, [Hint("how is backup?")], {"hosts": ("backup",)})
    guests = "proxmox_list_guests"
    assert [tool.name for tool in known].index(guests) < plain.index(guests)


def test_a_tool_that_served_before_comes_first_of_those_that_fit_no_better() -> None:
    tools, hints = all_tools(), [Hint("Are my NFS shares read-only?")]
    plain = [tool.name for tool in ranked(tools, hints)]
    # Of those that only fit by words, and of those that do not even that.
    last, broad = plain[-1], sum(tool.breadth == "anything" for tool in tools)
    served = [tool.name for tool in ranked(tools, hints, before={last: 1.0, "no_such_tool": 1.0})]
    assert served[: broad + 1] == [*plain[:broad], "truenas_list_shares"]
    assert last in served[broad + 1 : broad + 4]
    assert last not in [tool.name for tool in ranked(tools, hints, before={last: 0.1})][:10]
    # Where no word tells anything, what served before does.
    assert last in [tool.name for tool in ranked(tools, [Hint("hm")], before={last: 1.0})][:10]


def test_tools_asked_for_stay_while_others_make_room() -> None:
    offer = offer_for("Which alerts are firing?")
    first = offer.hidden
    said, is_new = offer.show(["Hdd-Power-Status", first[-1]])
    assert is_new
    assert said == f"You can call now: hdd_power_status, {first[-1]}."
    assert tokens_of(offer.schemas()) <= ROOM
    assert {"hdd_power_status", first[-1]} <= set(shown(offer))
    offer.used("truenas_apps")
    assert {"hdd_power_status", "truenas_apps", first[-1]} <= set(shown(offer))
    assert offer.show(["hdd_power_status"]) == ("You had already: hdd_power_status.", False)


def test_more_than_fit_are_told_apart_from_those_that_came() -> None:
    offer = offer_for("Which alerts are firing?", 700)
    said, is_new = offer.show(list(NAMES))
    assert is_new
    assert "Not all fit at once; ask again for: " in said
    assert tokens_of(offer.schemas()) <= 700


@pytest.mark.parametrize(
    "named",
    ["truenas_apps, pbs_list_tasks", '["truenas_apps", "pbs_list_tasks"]',
     ["functions.truenas_apps", "PbsListTasks", None]],
)  # fmt: skip
def test_names_are_taken_however_they_are_written(named: object) -> None:
    offer = offer_for("Which alerts are firing?")
    assert offer.show(named) == ("You can call now: truenas_apps, pbs_list_tasks.", True)


def test_unknown_names_and_none_at_all_get_help() -> None:
    offer = offer_for("Which alerts are firing?")
    said, is_new = offer.show(["truenas_app_list", "zzzzqqqq"])
    assert not is_new
    assert "there is no tool 'truenas_app_list'; did you mean truenas_apps" in said
    assert "there is no tool 'zzzzqqqq'; there are: " in said
    nothings: tuple[object, ...] = (None, [], "", 7.5)
    for nothing in nothings:
        said, is_new = offer.show(nothing)
        assert not is_new
        assert "hdd_power_status" in said or "no tool '7.5'" in said
