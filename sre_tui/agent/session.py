"""Conversations: what was asked, which tools ran, what was answered; one JSON file each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from sre_tui.agent.events import Answer, Degradation, Evidence, Mode, Unsupported, Usage
from sre_tui.agent.grounding.evidence_index import EvidenceIndex
from sre_tui.agent.untrusted import Fence

SESSION_KIND: Final = "sre-tui session"
SESSION_VERSION: Final = 1


class Exchange(BaseModel):
    """One question with all that came of it."""

    model_config = ConfigDict(frozen=True)

    question: str
    attached: str = ""
    """What was piped in along with the question."""
    asked_at: AwareDatetime
    evidence: tuple[Evidence, ...] = ()
    mode: Mode
    model: str | None = None
    text: str | None = None
    """The answer; None if there was none."""
    unsupported: tuple[Unsupported, ...] = ()
    usage: Usage = Usage()
    degraded: tuple[Degradation, ...] = ()
    complete: bool = False

    def answered(self, answer: Answer) -> Exchange:
        """The exchange with its answer."""
        return self.model_copy(
            update={
                "evidence": answer.evidence,
                "mode": answer.mode,
                "model": answer.model,
                "text": answer.text,
                "unsupported": answer.unsupported,
                "usage": answer.usage,
                "degraded": answer.degraded,
                "complete": answer.complete,
            }
        )


class SessionRecord(BaseModel):
    """A session as it is saved."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["sre-tui session"] = SESSION_KIND
    schema_version: Literal[1] = SESSION_VERSION
    id: str
    created_at: AwareDatetime
    updated_at: AwareDatetime
    fence: str
    """The random word of the fence around untrusted text."""
    exchanges: tuple[Exchange, ...] = ()

    @property
    def title(self) -> str:
        """The first question."""
        return self.exchanges[0].question if self.exchanges else ""


@dataclass(frozen=True)
class FileStamp:
    """Tells whether a file is still the one that was read or written."""

    modified: int
    size: int
    inode: int


@dataclass
class Session:
    """A conversation in use."""

    record: SessionRecord
    stamp: FileStamp | None = None
    """The file it was last read from or written to; None if it never was."""
    live: dict[str, object] = field(default_factory=dict)
    """Typed tool results of this process by evidence id, for paging without parsing again."""
    index: EvidenceIndex = field(default_factory=EvidenceIndex)
    """What the evidence says, for the check of answers."""

    @property
    def id(self) -> str:
        """Its name."""
        return self.record.id

    @property
    def fence(self) -> Fence:
        """The fence around untrusted text."""
        return Fence(self.record.fence)

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """What was asked so far, oldest first."""
        return self.record.exchanges

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """All evidence so far, in the order of the calls."""
        return tuple(one for exchange in self.exchanges for one in exchange.evidence)

    def next_evidence_number(self) -> int:
        """One more than the highest number used."""
        numbers = [int(one.id[1:]) for one in self.evidence if one.id[1:].isdigit()]
        return max(numbers, default=0) + 1

    def put(self, exchange: Exchange, position: int, now: AwareDatetime) -> None:
        """Add an exchange, or replace the one at that position."""
        kept = self.record.exchanges[:position]
        self.record = self.record.model_copy(
            update={"exchanges": (*kept, exchange), "updated_at": now}
        )
