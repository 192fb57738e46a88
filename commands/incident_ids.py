"""Which incident a command is about: its id, how that begins, and what the shell offers for it."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Annotated, Final

import typer

from sre_tui.environment import Environment

log = logging.getLogger(__name__)

_OFFERED: Final = 200
"""Incidents whose ids are completed, the latest."""


def complete_id(context: typer.Context, incomplete: str) -> list[str]:
    """The ids that begin so; it creates nothing, and what goes wrong does not disturb."""
    try:
        return [each for each in _latest(context) if each.startswith(incomplete)]
    except Exception:
        log.exception("nothing to complete an incident with")
        return []


REFERENCE = Annotated[
    str,
    typer.Argument(metavar="ID", help="Its id, or how that begins.", autocompletion=complete_id),
]


def _latest(context: typer.Context) -> list[str]:
    from sre_tui.memory.incident import is_id
    from sre_tui.memory.incidents import Incidents, Wanted
    from sre_tui.memory.place import place_of
    from sre_tui.memory.store import open_store
    from sre_tui.settings import load_settings

    environment, root = Environment(), context.find_root().params
    if root.get("demo") or root.get("scenario"):
        return []
    if root.get("config"):
        variables = {**environment.variables, "SRE_CONFIG": str(root["config"])}
        environment = replace(environment, variables=variables)
    place = place_of(load_settings(environment), environment.folders)
    if place.path is None:
        # A server may be far away, and whoever types must not wait for it.
        return []
    with open_store(place) as store:
        latest = Incidents(store).find(Wanted(limit=_OFFERED)).items
    return [each.id for each in latest if is_id(each.id)]
