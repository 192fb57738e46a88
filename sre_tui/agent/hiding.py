"""Teaches an anonymizer the names of a site, before a model sees the first of them."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from pathlib import Path

from sre_tui.agent.anonymize import Anonymizer
from sre_tui.agent.discovery import Discovery
from sre_tui.settings import BACKENDS, Settings


async def learn_site(
    anonymizer: Anonymizer, settings: Settings, discovery: Discovery
) -> Sequence[str]:
    """Learn guests, hosts, the addresses of backends, this machine and its user.

    Returns:
        The sources that did not tell the names of their machines.
    """
    machines = await discovery.machines()
    for guest in machines.names.get("guests", ()):
        anonymizer.learn("GUEST", guest)
    for host in machines.names.get("hosts", ()):
        anonymizer.learn("HOST", host)
    anonymizer.learn("HOST", platform.node())
    anonymizer.learn("USER", Path.home().name)
    for backend in BACKENDS:
        for endpoint in settings.endpoints(backend):
            anonymizer.learn("HOST", endpoint.host)
    return tuple(machines.silent)


def not_hidden(source: str) -> str:
    """What is said of a source that did not tell its names."""
    return (
        f"{source} did not tell the names of its machines: the model may see those that no "
        "other source names"
    )
