"""Answers which guests are managed by high availability."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from sre_tui.agent.analyst.answers.told import read, told
from sre_tui.agent.analyst.entities import mentioned
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.opening import Opening
from sre_tui.agent.analyst.wording import names, plain
from sre_tui.diagnosis.own_names import stays_one_word
from sre_tui.tools.proxmox_guest_data import GuestListing
from sre_tui.views.human import count

_ASKED: Final = re.compile(
    r"^(?:is|are|which|what|how many|list|show|does|do|any|ist|sind|welche\w*)\b.*"
    r"\b(?:ha|high(?:ly)?[- ]availab\w*|hochverfügbar\w*)\b"
)
_WHICH: Final = re.compile(r"^(?:which|what|how many|list|show|welche\w*)\b")


async def tell_ha(look: Look) -> Iterator[str] | None:
    """Whether the guests named, or any, are in high availability; None if that is not asked."""
    if not _ASKED.search(look.question.folded):
        return None
    if not look.caller.offers("proxmox_list_guests"):
        return None
    data, cite = await read(look, "guests", "proxmox_list_guests", GuestListing)
    if data is None:
        return None
    guests = [one for one in data.items if not one.template]
    called = [name for one in guests for name in (one.name, str(one.vmid)) if name]
    wanted = set(mentioned(look.question, called))
    if set(look.question.named) - {"ha", "HA"} and not wanted:
        return None
    chosen = [one for one in guests if not wanted or {one.name, str(one.vmid)} & wanted]
    managed = [one for one in chosen if one.ha_state]
    lines = [f"{plain(one.label, 60)}: HA state {plain(one.ha_state or '', 40)}, "
             f"{plain(one.status)} on {plain(one.node, 40)}{cite}" for one in managed]  # fmt: skip
    which = _WHICH.match(look.question.folded) is not None
    if wanted and len(chosen) == 1:
        one = chosen[0]
        if managed:
            who, state = plain(one.label, 60), plain(one.ha_state or "", 40)
            said = f"{who} is in high availability**; its HA state is {state}.{cite}"
            return told(look, Opening("Yes: ", said))
        said = f"{plain(one.label, 60)} is not managed by high availability"
        own = one.name if one.name and stays_one_word(one.name) else str(one.vmid)
        return told(look, Opening("No: ", f"{said}**.{cite} `sre guests show {own}` "
                    "shows how it is set up."))  # fmt: skip
    if not managed:
        who = names([plain(one.label, 60) for one in chosen], 4) if wanted else "no guest"
        said = f"{who} {'are not' if wanted else 'is'} managed by high availability"
        return told(look, Opening(f"{'None' if which else 'No'}: ", f"{said}**.{cite}"))
    head = "" if which else "Yes: " if not wanted or len(managed) == len(chosen) else "No: "
    share = f"{len(managed)} of {count(len(chosen), 'guest')}"
    are = "is" if len(managed) == 1 else "are"
    return told(look, Opening(head, f"{share} {are} in high availability**.{cite}"), ("", lines))


__all__ = ["tell_ha"]
