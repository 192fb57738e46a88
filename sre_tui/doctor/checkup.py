"""The whole check-up: everything at the same time, each part allowed to fail on its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from sre_tui.doctor import backends, local
from sre_tui.doctor.finding import Finding, Verdict, broken, doubtful
from sre_tui.doctor.mail import mail
from sre_tui.doctor.memory import memory
from sre_tui.doctor.model import language_model
from sre_tui.doctor.pbs import pbs
from sre_tui.doctor.proxmox import proxmox
from sre_tui.doctor.truenas import truenas
from sre_tui.settings import BACKENDS
from sre_tui.tools.context import ToolContext

__all__ = ["Finding", "Verdict", "examine"]


async def examine(context: ToolContext, *, ask_model: bool = True) -> list[Finding]:
    """Check settings, folders, index, memory, backends, mail and the model.

    Args:
        context: opened without last-known-good data, so that nothing old looks alive.
        ask_model: whether the model is called, which may cost a little.
    """
    settings = context.settings
    parts: list[tuple[str, Awaitable[list[Finding]]]] = [
        ("folders", asyncio.to_thread(local.folders, context.folders)),
        ("index", asyncio.to_thread(local.index, settings, context.folders)),
        ("memory", asyncio.to_thread(memory, settings, context.folders)),
    ]
    parts += [(c.source, backends.prometheus(c, context.clock)) for c in context.prometheus]
    parts += [(c.source, backends.grafana(c, context.clock)) for c in context.grafana]
    parts += [(c.source, backends.loki(c, context.clock)) for c in context.loki]
    parts += [(c.source, proxmox(c, context.clock)) for c in context.proxmox]
    parts += [(c.source, pbs(c, context.clock)) for c in context.pbs]
    parts += [(c.source, truenas(c, context.clock)) for c in context.truenas]
    parts.append(("mail", mail(settings)))
    parts.append(("model", language_model(settings, ask=ask_model)))
    answers = await asyncio.gather(*(part for _, part in parts), return_exceptions=True)
    found: list[Finding] = []
    if not settings.configured:
        variables = " or ".join(f"{name.upper()}_URL" for name in BACKENDS)
        found.append(
            doubtful(
                "settings",
                "backends",
                "no backend is configured",
                f"Set {variables}; `sre config init` writes a file of settings. "
                "`sre --demo` needs none.",
            )
        )
    for (subject, _), answer in zip(parts, answers, strict=True):
        if isinstance(answer, BaseException):
            found.append(broken(subject, "check-up", f"{type(answer).__name__}: {answer}"))
        else:
            found += answer
    return found
