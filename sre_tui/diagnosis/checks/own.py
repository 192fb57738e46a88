"""The operator's own checks: values of PromQL that are declared in YAML files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sre_tui.complaint import Complaint
from sre_tui.diagnosis.checks.check import Area, Check, Sign
from sre_tui.diagnosis.checks.metric import Measured, metric_check
from sre_tui.diagnosis.finding import Severity
from sre_tui.diagnosis.own_files import entries_of, files_in
from sre_tui.diagnosis.patterns.load import Patterns
from sre_tui.diagnosis.subject import SubjectKind
from sre_tui.nearest import nearest


class OwnCheckError(Complaint):
    """A file of checks has a mistake; ``str(error)`` names file, check and what is allowed."""

    code = "checks"
    wrong_usage = True


class OwnCheck(BaseModel):
    """One check as it is written in a file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    title: str = Field(min_length=1)
    """What it looks for, in a few words."""
    area: Area
    kind: str = ""
    """Id of the failure pattern that it is a sign of; without one it is never a cause."""
    value: str = Field(min_length=1)
    """PromQL of the value, without the comparison."""
    sign: Sign = ">"
    trigger: float = Field(allow_inf_nan=False)
    clear: float | None = Field(default=None, allow_inf_nan=False)
    delay: float = Field(default=300.0, ge=0.0, le=timedelta(days=1).total_seconds())
    """Seconds it must have been wrong before it counts."""
    unit: Literal["ratio", "s", "bytes", "celsius", ""] = ""
    severity: Severity = Severity.WARNING
    says: str = Field(min_length=1)
    """What is wrong, with ``{value}``, ``{subject}`` and labels in braces."""
    subject: SubjectKind | None = None
    """What it is about, if not what its pattern usually is about; a host without a pattern."""
    named_by: str = Field(default="", pattern=r"^([a-zA-Z_]\w*)?$")
    """Label that names the subject, where none of the usual ones does."""
    diagnostic: bool = False
    why: str = ""
    advice: str = ""
    runbook: str = ""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.clear is not None and (
            (self.sign == ">" and self.clear > self.trigger)
            or (self.sign == "<" and self.clear < self.trigger)
        ):
            side = "at most" if self.sign == ">" else "at least"
            raise ValueError(f"clear must be {side} the trigger {self.trigger:g}")
        try:
            self.says.format_map(_Anything())
        except (ValueError, AttributeError, IndexError, TypeError) as error:
            raise ValueError(f"says: {self.says!r} cannot be filled in: {error}") from error
        return self

    def check(self) -> Check:
        """The check that is declared."""
        return metric_check(
            self.id, self.kind or self.id.replace("-", "_"), self.area, self.value, self.sign,
            self.trigger, self.says,
            unit=self.unit, clear=self.clear, delay=self.delay, severity=self.severity,
            subject=self.subject, diagnostic=self.diagnostic, title=self.title, why=self.why,
            advice=self.advice, runbook=self.runbook, named_by=self.named_by,
            apart=f"check {self.id}",
        )  # fmt: skip


def with_own(bundled: Sequence[Check], folder: Path, patterns: Patterns) -> tuple[Check, ...]:
    """The bundled checks and the operator's: ``*.yaml`` of a folder, which need not exist.

    One with the id of a bundled check replaces it.

    Args:
        bundled: the checks that come with the program.
        folder: where the operator's are.
        patterns: what checks can be signs of.

    Raises:
        OwnCheckError: with one line that says what is wrong where.
    """
    found = {check.id: check for check in bundled}
    for file, text in files_in(folder, OwnCheckError):
        for one in entries_of(file, text, OwnCheck, OwnCheckError, "check"):
            if one.kind and one.kind not in patterns:
                close = nearest(one.kind, [each.id for each in patterns], limit=1)
                hint = f"; did you mean {close[0]}?" if close else ""
                raise OwnCheckError(
                    f"{file}: {one.id}: kind: there is no pattern {one.kind!r}{hint}"
                )
            found[one.id] = one.check()
    return tuple(sorted(found.values(), key=lambda check: (check.area, check.id)))


class _Anything(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return Measured(1.0, None) if name == "value" else name
