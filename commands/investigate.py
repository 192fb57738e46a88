"""`sre investigate`: what is wrong with something, since when, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from commands.adapter import Flag, add_tool
from commands.incident_offer import RECORD_OPTION, check_may_record, offer_to_record

if TYPE_CHECKING:
    from commands.invocation import Invocation
    from sre_tui.tools.result import ToolResult


def _offer(
    context: typer.Context,
    invocation: Invocation,
    answer: ToolResult[Any],
    wanted: bool,
) -> None:
    offer_to_record(context, invocation, answer.data, wanted=wanted)


app = typer.Typer(rich_markup_mode=None, add_completion=False)
add_tool(app, "investigate", flag=Flag("record", RECORD_OPTION, check_may_record, _offer))
