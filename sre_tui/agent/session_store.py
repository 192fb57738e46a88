"""Where sessions are kept: one private JSON file each, replaced as a whole or not at all."""

from __future__ import annotations

import os
import re
import secrets
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from providers.clock import Clock
from providers.text import one_line
from sre_tui.agent.events import Usage
from sre_tui.agent.session import (
    SESSION_KIND,
    SESSION_VERSION,
    FileStamp,
    Session,
    SessionRecord,
)
from sre_tui.agent.untrusted import Fence
from sre_tui.complaint import Complaint, why
from sre_tui.nearest import nearest

_ID: Final = re.compile(r"\d{8}-\d{6}-[0-9a-z]{4}")

_HOW_TO_BEGIN: Final = "; ask without naming one, which begins a session and gives it its name"


class SessionError(Complaint):
    """A session cannot be opened or saved.

    Attributes:
        code: ``session_unknown``, ``session_unreadable`` or ``session_unsaved``.
        detail: one line for the user.
    """

    wrong_usage = True

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class SessionSummary:
    """One line of the list of sessions."""

    id: str
    title: str
    updated_at: datetime | None
    questions: int
    problem: str = ""
    """Why the file cannot be used, if it cannot."""


@dataclass(frozen=True)
class Spending:
    """What answers took."""

    dollars: float
    """US dollars, without answers of which some price is not known."""
    unpriced: tuple[str, ...] = ()
    """The models of those answers."""


def is_unpriced(usage: Usage) -> bool:
    """Whether a model worked for a price that is not known."""
    return usage.cost is None and usage.prompt_tokens + usage.completion_tokens > 0


class SessionStore:
    """The sessions in one folder."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.folder = folder
        self._clock = clock
        self._saving = threading.Lock()

    def new(self) -> Session:
        """A fresh session; it has no file until it is saved."""
        now = self._clock()
        letters = "0123456789abcdefghijklmnopqrstuvwxyz"
        end = "".join(secrets.choice(letters) for _ in range(4))
        record = SessionRecord(
            id=f"{now:%Y%m%d-%H%M%S}-{end}",
            created_at=now,
            updated_at=now,
            fence=Fence.random().word,
        )
        return Session(record)

    def load(self, session_id: str) -> Session:
        """The session of that name.

        Raises:
            SessionError: ``session_unknown`` or ``session_unreadable``.
        """
        path = self._path(session_id)
        if not _ID.fullmatch(session_id) or not path.exists():
            close = nearest(session_id, [known.stem for known in self._files()], limit=1)
            hint = f"; did you mean {close[0]}?" if close else _HOW_TO_BEGIN
            raise SessionError("session_unknown", f"there is no session {session_id!r}{hint}")
        try:
            stamp = _stamp(path)
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise _unreadable(path, why(error)) from error
        return Session(_parse(path, text), stamp)

    def latest(self) -> Session:
        """The session used last.

        Raises:
            SessionError: if there is none, or its file cannot be used.
        """
        newest = next(self._files(), None)
        if newest is None:
            raise SessionError("session_unknown", f"there is no session yet in {self.folder}")
        return self.load(newest.stem)

    def summaries(self, limit: int = 50) -> list[SessionSummary]:
        """The sessions used last, newest first; those that cannot be read say why."""
        found: list[SessionSummary] = []
        for path in self._files():
            if len(found) == limit:
                break
            try:
                record = self.load(path.stem).record
            except SessionError as error:
                found.append(SessionSummary(path.stem, "", None, 0, error.detail))
            else:
                count = len(record.exchanges)
                title = one_line(record.title, 100)
                found.append(SessionSummary(record.id, title, record.updated_at, count))
        return found

    def spent_since(self, moment: datetime) -> Spending:
        """What answers since then took, as far as their files can be read."""
        dollars, unpriced = 0.0, dict[str, None]()
        for path in self._files():
            try:
                if path.stat().st_mtime < moment.timestamp():
                    break
                exchanges = self.load(path.stem).exchanges
            except (OSError, SessionError):
                continue
            for one in exchanges:
                if one.asked_at >= moment:
                    dollars += one.usage.cost or 0.0
                    if is_unpriced(one.usage):
                        unpriced[one.model or "a model"] = None
        return Spending(dollars, tuple(unpriced))

    def save(self, session: Session) -> str | None:
        """Write the session, wholly or not at all.

        Returns:
            One line for the user if the file had been changed by somebody else meanwhile, in which
            case it was left alone and the session was saved under a new name.

        Raises:
            SessionError: ``session_unsaved``; what was saved before is still there.
        """
        # A cancelled question saves while its thread may still be at it: to tell one's own file
        # from a stranger's, the check, the file and its stamp have to change as one.
        with self._saving:
            try:
                return self._save(session)
            except OSError as error:
                problem = f"the session cannot be saved in {self.folder}: {why(error)}"
                raise SessionError("session_unsaved", problem) from error

    def _save(self, session: Session) -> str | None:
        path = self._path(session.id)
        note: str | None = None
        if (_stamp(path) if path.exists() else None) != session.stamp:
            session.record = session.record.model_copy(update={"id": self.new().id})
            note = f"{path} was changed by another process; saved as session {session.id}"
            path = self._path(session.id)
        session.stamp = self._write(path, session.record.model_dump_json())
        return note

    def _write(self, path: Path, text: str) -> FileStamp:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        draft = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}")
        try:
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            stamp = _stamp(draft)
            draft.replace(path)
        except BaseException:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
            raise
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return stamp

    def _path(self, session_id: str) -> Path:
        return self.folder / f"{session_id}.json"

    def _files(self) -> Iterator[Path]:
        try:
            found = [path for path in self.folder.glob("*.json") if _ID.fullmatch(path.stem)]
            ordered = sorted(
                found, key=lambda path: (path.stat().st_mtime_ns, path.stem), reverse=True
            )
        except OSError:
            return
        yield from ordered


def _parse(path: Path, text: str) -> SessionRecord:
    try:
        return SessionRecord.model_validate_json(text)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_context=False)[0]
        where = problem["loc"][0] if problem["loc"] else ""
        given = problem["input"]
        if where == "kind":
            raise _unreadable(path, f"it is no {SESSION_KIND}") from error
        if where == "schema_version":
            raise _unreadable(
                path, f"its form is version {given!r}, and this program reads {SESSION_VERSION}"
            ) from error
        raise _unreadable(path, f"{'.'.join(map(str, problem['loc']))} {problem['msg']}") from error


def _unreadable(path: Path, reason: str) -> SessionError:
    return SessionError(
        "session_unreadable", one_line(f"{path} cannot be used: {reason}; it was left as it is")
    )


def _stamp(path: Path) -> FileStamp:
    status = path.stat()
    return FileStamp(status.st_mtime_ns, status.st_size, status.st_ino)
