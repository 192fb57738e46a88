"""One run of `sre`: its streams, its settings, its tools, opened when first needed."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TextIO, TypeVar

from commands.diagnostics import ExitCode, Narrator, wants_color
from commands.log_file import write_log_to
from sre_tui.environment import Environment

if TYPE_CHECKING:
    from sre_tui.settings import Settings
    from sre_tui.tools.context import ToolContext
    from sre_tui.usage.counter import Counter

T = TypeVar("T")

FRONTS: Final = {"ask": "ask", "chat": "chat", "tui": "app"}
"""Commands that take questions, and the fronts that count these in place of the command."""
UNCOUNTED: Final = (*FRONTS, "usage", "web")
"""Commands that do not count: looking at the usage is none, or a scrape a minute would be most of
it, and the app in a browser counts its questions as any other."""
OUTCOMES: Final[Mapping[int, str]] = {
    ExitCode.OK: "ok",
    ExitCode.FINDINGS: "ok",
    ExitCode.PARTIAL: "partial",
    ExitCode.USAGE: "rejected",
    ExitCode.UNREACHABLE: "unreachable",
    ExitCode.UNAUTHORIZED: "unauthorized",
    ExitCode.INTERRUPTED: "cancelled",
    128 + signal.SIGTERM: "cancelled",
}
"""How a command ended, as it is counted; any other code is a failure."""


@dataclass
class Invocation:
    """What every command works with."""

    environment: Environment
    color: bool | None = None
    """Forced on or off; None leaves it to each stream."""
    no_input: bool = False
    flags: dict[str, object] = field(default_factory=dict)
    """Settings given on the command line, by dotted name."""
    resources: ExitStack = field(default_factory=ExitStack)
    """What is released when the command ends, such as a demo homelab."""
    command: str = ""
    """The first word behind ``sre``."""
    _began: float = field(default_factory=time.monotonic)

    @classmethod
    def create(
        cls,
        environment: Environment | None,
        *,
        demo: bool,
        scenario: str | None = None,
        config: str | None,
        color: bool | None,
        no_input: bool,
        command: str,
    ) -> Invocation:
        """The invocation the global options ask for; starts a demo homelab if need be.

        Raises:
            ScenarioError: there is no such scenario, or it has mistakes.
        """
        environment = environment or Environment()
        if config is not None:
            variables = {**environment.variables, "SRE_CONFIG": str(Path(config).absolute())}
            environment = replace(environment, variables=variables)
        invocation = cls(environment=environment, color=color, no_input=no_input, command=command)
        write_log_to(environment, invocation.narrator, lambda: invocation.settings)
        if demo or scenario is not None:
            from commands.demo_homelab import demo_variables

            invocation.environment = replace(
                environment,
                variables=demo_variables(
                    environment, invocation.narrator, invocation.resources, scenario
                ),
            )
        return invocation

    @cached_property
    def narrator(self) -> Narrator:
        """The way to stderr."""
        return Narrator(self.environment.stderr, self.environment.variables, color=self.color)

    @property
    def colored(self) -> bool:
        """Whether stdout gets colour."""
        if self.color is not None:
            return self.color
        return wants_color(self.environment.stdout, self.environment.variables)

    @property
    def may_ask(self) -> bool:
        """Whether a person is there to answer a question."""
        return not self.no_input and self.environment.stdin.isatty()

    def writing_to(self, stdout: TextIO, stderr: TextIO | None = None) -> Invocation:
        """The same run with other streams; what it has read of the settings stays read."""
        environment = replace(
            self.environment, stdout=stdout, stderr=stderr or self.environment.stderr
        )
        other = replace(self, environment=environment)
        other.__dict__["settings"] = self.settings
        other.__dict__["usage"] = self.usage
        return other

    @cached_property
    def settings(self) -> Settings:
        """The settings in force; raises ``SettingsError``, warns of credentials left out."""
        from sre_tui.settings.load import load_with_origins

        loaded = load_with_origins(self.environment, self.flags)
        for line in loaded.warnings:
            self.narrator.warn(line)
        return loaded.settings

    @cached_property
    def usage(self) -> Counter | None:
        """Counts what this run does; None if the settings do not want that."""
        from sre_tui.usage.counter import counter_of

        environment = self.environment
        front = FRONTS.get(self.command, "command")
        counter = counter_of(self.settings, environment.folders, environment.clock, front)
        if counter is not None and front == "command":
            self.resources.enter_context(counter.under_way())
        return counter

    def tool_context(self) -> ToolContext:
        """What the tools work with; whoever opens it counts as having asked for what they do."""
        from sre_tui.tools.context import ToolContext

        environment = self.environment
        return ToolContext(self.settings, environment.folders, environment.clock, usage=self.usage)

    def run(self, work: Callable[[ToolContext], Awaitable[T]]) -> T:
        """Run asynchronous work with the tools' context open around it."""

        async def with_context() -> T:
            async with self.tool_context() as context:
                return await work(context)

        return self.run_async(with_context())

    def run_async(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine to its end; Ctrl-C cancels it and lets it clean up."""
        return asyncio.run(work)

    def count_ending(self, code: int) -> None:
        """Count the command, if it worked with the settings."""
        if "settings" in self.__dict__ and self.command not in UNCOUNTED and self.usage:
            seconds = time.monotonic() - self._began
            self.usage.ended("question", self.command, seconds, OUTCOMES.get(code, "failed"))

    def close(self) -> None:
        """Release what was opened for this run."""
        self.resources.close()


def end_on_termination() -> None:
    """Let SIGTERM release what was opened, where it would end the process at once."""
    signal.signal(signal.SIGTERM, _leave)


def _leave(number: int, _: object) -> None:
    sys.exit(128 + number)
