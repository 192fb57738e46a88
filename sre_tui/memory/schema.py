"""The tables of the memory as the program uses them; how they come about is in ``steps``."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
)

from sre_tui.memory.columns import Document, Texts, UtcTime

METADATA: Final = MetaData()

INCIDENTS: Final = Table(
    "incidents",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("alert", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("services", Texts, nullable=False),
    Column("severity", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("resolution", Text, nullable=False),
    Column("started", UtcTime, nullable=False),
    Column("ended", UtcTime),
    Column("recorded", UtcTime, nullable=False),
    Column("updated", UtcTime, nullable=False),
    Column("session", Text, nullable=False),
    Column("words", Text, nullable=False),
)
REPORTS: Final = Table(
    "reports",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("made", UtcTime, nullable=False),
    Column("since", UtcTime, nullable=False),
    Column("until", UtcTime, nullable=False),
    Column("summary", Text, nullable=False),
    Column("document", Document, nullable=False),
    Column("mail_due", Boolean, nullable=False),
    Column("mailed", UtcTime),
    Column("mail_problem", Text, nullable=False),
    Column("mail_tries", Integer, nullable=False),
    Column("mail_claimed", UtcTime),
    Column("mail_claimer", Text, nullable=False),
)
BASELINES: Final = Table(
    "baselines",
    METADATA,
    Column("metric", Text, primary_key=True),
    Column("host", Text, primary_key=True),
    Column("hour", SmallInteger, primary_key=True),
    Column("median", Float, nullable=False),
    Column("spread", Float, nullable=False),
    Column("p95", Float, nullable=False),
    Column("least", Float, nullable=False),
    Column("most", Float, nullable=False),
    Column("samples", Integer, nullable=False),
    Column("since", UtcTime, nullable=False),
    Column("until", UtcTime, nullable=False),
    Column("computed", UtcTime, nullable=False),
)
QUESTIONS: Final = Table(
    "questions",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=True),
    Column("asked", UtcTime, nullable=False),
    Column("question", Text, nullable=False),
    Column("tools", Texts, nullable=False),
    Column("answered_by", Text, nullable=False),
)
RUNS: Final = Table(
    "runs",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("front", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("started", UtcTime, nullable=False),
)
CALLS: Final = Table(
    "calls",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=True),
    Column("run", Text, ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("started", UtcTime, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("tokens_in", BigInteger),
    Column("tokens_out", BigInteger),
    Column("cost", Float),
)
