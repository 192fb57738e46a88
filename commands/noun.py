"""Command groups named after a thing: `sre alerts` alone does what one most often wants."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup


def noun(
    name: str,
    help: str,  # noqa: A002 - as Typer calls it
    *,
    default: str,
    tools: Mapping[str, str] | None = None,
) -> typer.Typer:
    """A command group; ``sre NAME`` and ``sre NAME --option`` run its default command.

    Args:
        name: the group.
        help: what it is about.
        default: the command that runs if none is named.
        tools: commands that are tools, and the tools' names. One is made when it is called or
            explained, so that the others' modules are not loaded for it.
    """
    of_tools = dict(tools or {})

    class NounGroup(TyperGroup):
        default_command: ClassVar[str] = default

        def __init__(self, **attributes: Any) -> None:
            own = attributes.pop("commands", None) or {}
            stubs = {word: TyperCommand(name=word, callback=None) for word in of_tools}
            super().__init__(**attributes, commands={**stubs, **own})
            self._stubs = set(stubs)

        def get_command(self, ctx: Any, cmd_name: str) -> Any:
            if cmd_name in self._stubs:
                from commands.adapter import tool_command

                self._stubs.remove(cmd_name)
                self.commands[cmd_name] = tool_command(of_tools[cmd_name], cmd_name)
            return super().get_command(ctx, cmd_name)

        def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
            helps = ("-h", "--help")
            if args[:1] == ["help"]:
                args = [*args[1:], "--help"]
            # A shell that completes after the bare noun wants to see the commands.
            is_bare = not args and not ctx.resilient_parsing
            if is_bare or (args and args[0].startswith("-") and args[0] not in helps):
                args = [self.default_command, *args]
            return super().parse_args(ctx, args)

        def format_commands(self, ctx: Any, formatter: Any) -> None:
            found = {name: self.get_command(ctx, name) for name in self.list_commands(ctx)}
            rows = [
                (name, (command.help or "").partition("\n")[0])
                for name, command in found.items()
                if command is not None and not command.hidden
            ]
            with formatter.section("Commands"):
                formatter.write_dl(rows)

        def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
            found = super().shell_complete(ctx, incomplete)
            command = self.get_command(ctx, self.default_command)
            if incomplete.startswith("-") and command is not None:
                inner = command.make_context(command.name, [], parent=ctx, resilient_parsing=True)
                known = {item.value for item in found}
                options = command.shell_complete(inner, incomplete)
                found += [item for item in options if item.value not in known]
            return found

    app = typer.Typer(
        cls=NounGroup,
        name=name,
        help=f"{help}\n\nWithout a command: {default}.",
        rich_markup_mode=None,
        add_completion=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    # Makes it a group though all its commands may be tools.
    app.callback()(lambda: None)
    return app
