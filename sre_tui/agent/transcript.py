"""A conversation as a document that people keep."""

from __future__ import annotations

import os
from pathlib import Path

from index.atomic import replace_file
from sre_tui.agent.events import Evidence
from sre_tui.agent.session import Session
from sre_tui.agent.wording import answered_by, asked_text, state_text
from sre_tui.complaint import Complaint


class TranscriptError(Complaint):
    """There is nothing to write down, or it must not be written there."""

    code = "usage"
    wrong_usage = True


class TranscriptUnwritable(Complaint):
    """The file cannot be written."""

    code = "not_writable"


def save_transcript(session: Session, folder: Path, name: str = "") -> Path:
    """Write a conversation to a file that only its owner may read, whole or not at all.

    Args:
        session: the conversation.
        folder: where a name that is no whole path belongs.
        name: of the file; an existing one is not overwritten. Without a name it is called after
            the session, and replaces what was saved of it before.

    Returns:
        The path of the file.

    Raises:
        TranscriptError: there is nothing to write, or the name is taken.
        TranscriptUnwritable: it cannot be written.
    """
    if not session.exchanges:
        raise TranscriptError("there is nothing to save yet: ask something first")
    try:
        path = folder / (Path(name).expanduser() if name else f"sre-{session.id}.md")
        if name and path.exists():
            raise TranscriptError(f"{path} exists already: give another name")
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with replace_file(path) as draft:
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(transcript(session))
    except (OSError, RuntimeError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise TranscriptUnwritable(f"{name or folder} cannot be written: {why}") from error
    return path


def transcript(session: Session) -> str:
    """A session as Markdown: each question with its answer, what was wrong, and the evidence."""
    parts = [f"# {session.record.title}\n"]
    for exchange in session.exchanges:
        by = answered_by(exchange.mode, exchange.model)
        cut = "" if exchange.complete or exchange.text is None else ", not complete"
        parts.append(f"## {exchange.question}\n\n_{exchange.asked_at:%Y-%m-%d %H:%M} UTC, ")
        parts.append(f"{by}{cut}_\n\n{(exchange.text or 'No answer.').rstrip()}\n\n")
        flagged = dict.fromkeys(one.text for one in exchange.unsupported)
        if flagged:
            parts.append(f"Not found in the evidence: {', '.join(flagged)}\n\n")
        parts += [f"> {one.what}: {one.detail}\n\n" for one in exchange.degraded]
        if exchange.evidence:
            parts.append("Evidence\n\n")
            parts += [f"- {_line(each)}\n" for each in exchange.evidence]
            parts.append("\n")
    return "".join(parts)


def _line(evidence: Evidence) -> str:
    return f"{evidence.id}  {asked_text(evidence)}{state_text(evidence)}: {evidence.summary}"
