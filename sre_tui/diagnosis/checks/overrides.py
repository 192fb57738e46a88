"""What the operator says of checks: other limits, for all subjects or for one, or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from sre_tui.diagnosis.checks.check import Check, Limits
from sre_tui.diagnosis.picture.picture import MetricQuery
from sre_tui.diagnosis.subject import Subject
from sre_tui.nearest import nearest
from sre_tui.settings import CheckLimits, CheckSettings, SettingsError


class OverrideError(SettingsError):
    """Settings of checks have mistakes; ``problems`` has one line each."""


@dataclass(frozen=True)
class Overrides:
    """Checks with what the operator says of them.

    Attributes:
        checks: every check there is.
        settings: by id of the check.
    """

    checks: tuple[Check, ...]
    settings: Mapping[str, CheckSettings]

    @classmethod
    def read(
        cls, checks: Iterable[Check], settings: Mapping[str, CheckSettings], file: str = "settings"
    ) -> Overrides:
        """Take settings over, checked.

        Args:
            checks: every check there is.
            settings: by id of the check.
            file: where they are written.

        Raises:
            OverrideError: with one line per mistake: what is wrong, what would be right.
        """
        made = cls(tuple(checks), settings)
        problems = [f"{file}: {line}" for line in made._mistakes()]
        if problems:
            raise OverrideError(problems)
        return made

    def enabled(self) -> tuple[Check, ...]:
        """The checks that look at all."""
        return tuple(check for check in self.checks if self._looks(check))

    def limits(self, check: Check, subject: Subject | None) -> Limits | None:
        """The limits for a subject; None where nobody wants to hear of it."""
        given = self.settings.get(check.id)
        if given is None or check.limits is None:
            return check.limits
        chosen = _altered(check.limits, given)
        own = given.subjects.get(subject.name) if subject is not None else None
        if own is not None:
            chosen = _altered(chosen, own)
        if (own.enabled if own is not None and own.enabled is not None else given.enabled) is False:
            return None
        return chosen

    def queries(self, checks: Iterable[Check] | None = None) -> tuple[MetricQuery, ...]:
        """The values that checks need, at the loosest level that any subject has.

        Args:
            checks: which ones; the enabled ones if None.
        """
        return tuple(
            replace(query, level=self._loosest(check, query))
            for check in (self.enabled() if checks is None else checks)
            for query in check.queries
        )

    def _looks(self, check: Check) -> bool:
        given = self.settings.get(check.id)
        if given is None or given.enabled is not False:
            return True
        return any(own.enabled for own in given.subjects.values())

    def _loosest(self, check: Check, query: MetricQuery) -> float:
        given, limits = self.settings.get(check.id), check.limits
        if given is None or limits is None or query.sign == "==" or query.level != limits.level:
            return query.level
        general = _altered(limits, given)
        levels = [general.level, *(_altered(general, own).level for own in given.subjects.values())]
        return min(levels) if query.sign == ">" else max(levels)

    def _mistakes(self) -> Iterator[str]:
        known = {check.id: check for check in self.checks}
        for name, given in self.settings.items():
            check = known.get(name)
            if check is None:
                close = nearest(name, known, limit=1)
                hint = f"; did you mean {close[0]}?" if close else "; docs/checks.md lists them"
                yield f"checks.{name}: there is no such check{hint}"
                continue
            general = check.limits and _altered(check.limits, given)
            yield from _of_limits(f"checks.{name}", check.limits, given)
            for subject, own in given.subjects.items():
                yield from _of_limits(f'checks.{name}.subjects."{subject}"', general, own)


def _altered(limits: Limits, given: CheckLimits) -> Limits:
    """Limits with what is given; a clear level that is not given keeps its distance."""
    trigger = limits.trigger if given.trigger is None else given.trigger
    clear = given.clear
    if clear is None and limits.clear is not None:
        clear = trigger + (limits.clear - limits.trigger)
    delay = limits.delay if given.delay is None else given.delay
    return replace(limits, trigger=trigger, clear=clear, delay=delay)


def _of_limits(where: str, limits: Limits | None, given: CheckLimits) -> Iterator[str]:
    told = [name for name in ("trigger", "clear", "delay") if getattr(given, name) is not None]
    if limits is None:
        if told or given.enabled is None:
            for name in told:
                yield f"{where}.{name}: this check has no limits; allowed: enabled"
        return
    if limits.sign == "==" and {"trigger", "clear"} & set(told):
        yield f"{where}: this check is about a state; allowed: delay, enabled"
        return
    chosen = _altered(limits, given)
    if limits.unit == "ratio" and not 0 <= chosen.trigger <= 100:
        yield f"{where}.trigger: a share is meant, such as 0.9 (it is {chosen.trigger:g})"
    wrong = chosen.clear is not None and (
        chosen.clear > chosen.trigger if limits.sign == ">" else chosen.clear < chosen.trigger
    )
    if wrong:
        side = "at most" if limits.sign == ">" else "at least"
        trigger, clear = f"{chosen.trigger:g}", f"{chosen.clear:g}"
        yield f"{where}.clear: must be {side} the trigger {trigger} (it is {clear})"
