"""What each way of failing means to the user: the one place where errors become problems."""

from __future__ import annotations

import errno
import logging
import os
import re
import sys
from collections.abc import Sequence

import typer

from commands.diagnostics import ExitCode, Narrator, Problem, report, silence_stdout
from commands.log_file import write_log_to
from providers.errors import BackendError, InvalidQuery, RequestRefused
from providers.reading import State
from sre_tui.complaint import Complaint
from sre_tui.environment import Environment
from sre_tui.views.mistakes import caret

log = logging.getLogger(__name__)

EXIT_CODES = {
    State.OK: ExitCode.OK,
    State.PARTIAL: ExitCode.PARTIAL,
    State.STALE: ExitCode.PARTIAL,
    State.UNREACHABLE: ExitCode.UNREACHABLE,
    State.UNAUTHORIZED: ExitCode.UNAUTHORIZED,
    State.BAD_RESPONSE: ExitCode.FAILURE,
    State.NOT_CONFIGURED: ExitCode.USAGE,
}
"""How the state of an answer shows in the exit code."""


_PLACES = {"memory": "MEMORY_DB_URL or MEMORY_DB_PATH"}
"""Settings that say where a source is, where their name is not the backend's."""
_BARE_WORD = re.compile(r"[A-Za-z][\w.-]*")
_CANNOT_WRITE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


def end_with(error: BaseException, arguments: Sequence[str], environment: Environment) -> int:
    """Say what an exception means and give the exit code; never a traceback."""
    color = False if "--no-color" in arguments else None
    narrator = Narrator(environment.stderr, environment.variables, color=color)
    if isinstance(error, SystemExit) and isinstance(error.__context__, BrokenPipeError):
        # What click makes of it: an exit code of 1.
        error = error.__context__
    if isinstance(error, typer.Exit):
        return error.exit_code
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else ExitCode.FAILURE
    if isinstance(error, KeyboardInterrupt | typer.Abort):
        return ExitCode.INTERRUPTED
    if isinstance(error, BrokenPipeError):
        silence_stdout()
        return ExitCode.OK
    if "_SRE_COMPLETE" in environment.variables:
        # A word is being completed: the line that the user types must stay as it is.
        log.error("nothing can be completed", exc_info=error)
        return ExitCode.FAILURE
    if isinstance(error, OSError) and error.errno in _CANNOT_WRITE and error.filename is None:
        silence_stdout()
        error = Problem(
            f"the output cannot be written: {error.strerror}",
            code="not_writable",
            exit_code=ExitCode.FAILURE,
        )
    as_json = "--json" in arguments or "--jsonl" in arguments
    return report(as_problem(error), narrator, as_json=as_json)


def as_problem(error: BaseException) -> Problem:
    """The problem an exception stands for."""
    from sre_tui.settings import SettingsError, load_settings

    if isinstance(error, Problem):
        return error
    if isinstance(error, typer.TyperException):
        return _usage(error.format_message(), _help_hint(error))
    if isinstance(error, SettingsError):
        return Problem(
            "\n       ".join(error.problems),
            code="settings",
            exit_code=ExitCode.USAGE,
            hint="`sre config path` shows the file, `sre config check` checks it",
        )
    if isinstance(error, Complaint):
        exit_code = ExitCode.USAGE if error.wrong_usage else ExitCode.FAILURE
        return Problem(str(error), code=error.code, exit_code=exit_code)
    if isinstance(error, InvalidQuery):
        hint = None
        if "IDENTIFIER" in error.message and _BARE_WORD.fullmatch(error.query.strip()):
            hint = f"""logs of a service: '{{service_name="{error.query.strip()}"}}'"""
        return Problem(
            caret(error),
            code="invalid_query",
            exit_code=ExitCode.USAGE,
            hint=hint,
            offset=error.offset,
        )
    if isinstance(error, BackendError):
        return Problem(
            error.detail,
            code=error.state.value,
            exit_code=EXIT_CODES[error.state],
            hint=where_to_look(error.source, error.state),
        )
    if isinstance(error, RequestRefused):
        return Problem(str(error), code="refused", exit_code=ExitCode.FAILURE)
    if not logging.getLogger().handlers:
        environment = Environment()
        narrator = Narrator(sys.stderr, os.environ, color=False)
        write_log_to(environment, narrator, lambda: load_settings(environment))
    log.error("unexpected error", exc_info=error)
    detail = f"{type(error).__name__}: {error}".splitlines()[0]
    return Problem(
        f"something went wrong inside sre ({detail})",
        code="internal",
        exit_code=ExitCode.FAILURE,
        hint="the log has the details: `sre logs-path`",
    )


def where_to_look(source: str, state: State) -> str | None:
    """What helps with a source that does not answer, or not as it should; None for other states.

    Args:
        source: as its readings name it; empty if it is not known.
        state: what it came to.
    """
    backend = source.partition(":")[0]
    if not backend or state not in (State.UNREACHABLE, State.BAD_RESPONSE):
        return None
    setting = _PLACES.get(backend, f"{backend.upper()}_URL")
    return f"`sre doctor` looks into it; the address is {setting}"


def _usage(message: str, hint: str | None = None) -> Problem:
    return Problem(message, code="usage", exit_code=ExitCode.USAGE, hint=hint)


def _help_hint(error: typer.TyperException) -> str | None:
    context = getattr(error, "ctx", None)
    if context is None:
        return None
    # What is missing is shown best by a call that has it.
    example = getattr(context.command, "example", "") if hasattr(error, "param_type") else ""
    shown = f"for example: {example}\n  " if example else ""
    return f"{shown}`{context.command_path} --help` shows what is possible"
