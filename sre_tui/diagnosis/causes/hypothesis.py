"""Hypotheses: what speaks of one trouble with one subject, put together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sre_tui.diagnosis.evidence import DATING
from sre_tui.diagnosis.finding import Finding, Severity
from sre_tui.diagnosis.patterns.load import Patterns
from sre_tui.diagnosis.patterns.pattern import SYMPTOM, Pattern
from sre_tui.diagnosis.subject import Subject
from sre_tui.diagnosis.topology.graph import Relation, Topology
from sre_tui.diagnosis.topology.names import MACHINES
from sre_tui.views.human import count

FEW: Final = 2
"""Lines up to which they are taken for an event."""
SELDOM: Final = timedelta(minutes=2)
"""Mean time between lines from which on there may have been trouble before the first."""
USED_UP: Final = 0.98
"""Share from which on what is used is as good as used up."""
ROOM: Final = 0.9
"""Share up to which a space has room for what is written."""
TOGETHER: Final = 3
"""Things with the same trouble from which on it is that of what they share."""

INTERFACE: Final = re.compile(r"(?:en|eth|em|ib|igb|ix|wl|bond|vmbr)\w*\d\w*", re.ASCII)
"""Names of network interfaces as kernels give them."""
STREAM: Final = re.compile(r'\{\w+="[\w.:@-]+"\}', re.ASCII)
"""A selector that can stand in quotes in a shell."""

_THING: Final = re.compile(r"\b(disk|pool|file system|storage|container|UPS) \{subject\}")
"""What a claim calls its subject."""


@dataclass(eq=False)
class Hypothesis:
    """One trouble of one subject.

    Attributes:
        pattern: what it is.
        subject: what it is about.
        findings: what speaks of it, the earliest first.
        effects: what it explains, with the number of dependencies in between.
        explained_by: what explains it.
        mechanisms: what says how it came about, its findings included in these.
    """

    pattern: Pattern
    subject: Subject
    findings: list[Finding]
    effects: dict[Hypothesis, int] = field(default_factory=dict)
    explained_by: dict[Hypothesis, int] = field(default_factory=dict)
    mechanisms: list[Hypothesis] = field(default_factory=list)

    @property
    def since(self) -> datetime | None:
        """When it began, as far as is known."""
        return min((one.since for one in self.findings if one.since is not None), default=None)

    @property
    def open_start(self) -> bool:
        """Whether it was there before the window began."""
        return any(one.open_start for one in self.findings)

    @property
    def seen_to_begin(self) -> bool:
        """Whether something tells when it began, though the window only shows that it was there."""
        since = self.since
        return any(one.since == since and not one.open_start for one in self.findings)

    @property
    def dated(self) -> bool:
        """Whether somebody who kept its date tells when it began, rather than a window's edge."""
        first = next((one for one in self.findings if one.since == self.since), None)
        return first is not None and any(each.kind in DATING for each in first.evidence)

    @property
    def known_since(self) -> datetime | None:
        """Since when it is known to be so: what was there before the window began is as old as
        the oldest that it brought about.
        """
        come = bool(self.pattern.claim_early) and self._come_to_it
        # What says that it is near dates from before it was so.
        told = [one for one in self.findings if not come or _reaches(one)]
        own = min((one.since for one in told if one.since is not None), default=self.since)
        if own is None or not self.open_start:
            return own
        near = self.pattern.same_as if come else ()
        felt = (
            one.since for one in self.effects
            if one.since is not None and not one.refuted and one.pattern.id not in near
        )  # fmt: skip
        return min([own, *felt])

    @property
    def vague_start(self) -> bool:
        """Whether only lines that come now and then tell of it: it may have begun before them.

        So it may where a backend tells the state without a time, and only lines have one.
        """
        dated = [one for one in self.findings if one.since is not None]
        undated = any(one.since is None and one.active and not one.event for one in self.findings)
        return all(one.check == "logs" and (undated or _is_slow(one)) for one in dated)

    @property
    def active(self) -> bool:
        """Whether it still lasts, or happened at a moment, which does not pass."""
        return any(one.active or one.event for one in self.findings)

    @property
    def severity(self) -> Severity:
        """The worst of its findings."""
        return min((one.severity for one in self.findings), key=lambda each: each.rank)

    @property
    def witnesses(self) -> frozenset[str]:
        """Kinds of evidence that speak of it, such as ``metric`` or ``log``."""
        return frozenset(each.kind for one in self.findings for each in one.evidence)

    @property
    def writers(self) -> frozenset[str]:
        """Names of the programs that complain of it, in lower case."""
        return frozenset(name.casefold() for one in self.findings for name in one.writers)

    @property
    def interface(self) -> str:
        """The network interface it is about; empty if none is named, or several are."""
        found = {one.part for one in self.findings if INTERFACE.fullmatch(one.part)}
        return found.pop() if len(found) == 1 else ""

    @property
    def stream(self) -> str:
        """Selector of the log stream its lines were found in; empty if none were."""
        asked = (
            each.asked
            for one in self.findings
            for each in one.evidence
            if each.kind == "log" and STREAM.fullmatch(each.asked)
        )
        return next(asked, "")

    @property
    def refuted(self) -> bool:
        """Whether all that speaks of it is denied by what is measured."""
        return all(one.refuted for one in self.findings)

    @property
    def stated(self) -> bool:
        """Whether a backend says of itself that it is so now, or a date that is read has passed."""
        return any(
            one.active and not (one.event or one.refuted or one.diagnostic or one.hearsay)
            and one.severity is not Severity.NOTE
            and any(each.kind in self._stating for each in one.evidence)
            for one in self.findings
        )  # fmt: skip

    @property
    def shown(self) -> bool:
        """Whether its own subject suffers what it brings about, which leaves nothing to conclude,
        and more than words that somebody wrote speak of it.
        """
        plain = [one for one in self.effects if one.pattern.plain and one.stated]
        return not self.hearsay and any(one.subject == self.subject for one in plain)

    @property
    def lasting(self) -> bool:
        """Whether what has it told of damage that does not pass by itself, and nobody denies it."""
        return any(one.lasting and one.active and not one.refuted for one in self.findings)

    @property
    def of_itself(self) -> bool:
        """Whether what is said of it names a reason of its own, which nothing else brings about."""
        reasons = self.pattern.own_reasons
        return bool(reasons) and any(
            re.search(reasons, one.text, re.IGNORECASE) for one in self.findings
        )

    @property
    def _stating(self) -> frozenset[str]:
        """Kinds of evidence that by themselves say what is claimed."""
        return frozenset(
            {"api", "metric"} if self.pattern.plain or self.pattern.measured else {"api"}
        )

    @property
    def hearsay(self) -> bool:
        """Whether only words that somebody wrote about it tell what it is."""
        return all(one.hearsay for one in self.findings)

    @property
    def outdone(self) -> bool:
        """Whether only time speaks for it, and something certain explains the same and more."""
        felt = [one for one in self.effects if one.active]
        return self.pattern.circumstantial and bool(felt) and all(
            any(
                other is not self and other.pattern.root > SYMPTOM
                and not other.pattern.circumstantial and len(other.effects) > len(self.effects)
                for other in one.explained_by
            )
            for one in felt
        )  # fmt: skip

    @property
    def room_left(self) -> bool:
        """Whether it is measured that there is room yet: what fills up breaks nothing so far."""
        shares = [
            one.value for one in self.findings
            if one.unit == "ratio" and one.value is not None and one.kind.endswith("_full")
        ]  # fmt: skip
        return bool(shares) and max(shares) < ROOM

    @property
    def _come_to_it(self) -> bool:
        """Whether what is claimed is so, rather than near: something broke of it, or is grave."""
        return any(_reaches(one) for one in self.findings)

    @property
    def mount(self) -> str:
        """Where the file system is mounted that it is about; empty if none is told, or several."""
        found = {one.part for one in self.findings if one.part.startswith("/")}
        return found.pop() if len(found) == 1 else ""

    @property
    def _template(self) -> str:
        """The claim, fitted to a subject that is only the machine of what the pattern is about."""
        early = self.pattern.claim_early if not self._come_to_it else ""
        said = early or self.pattern.claim
        if said == "{subject}":
            told = _braced(self.findings[0].text)
            return f"{told} for {{subject}}" if told.startswith("alert ") else told
        if self.subject.kind not in MACHINES or self.pattern.subject in MACHINES:
            return said
        if self.mount:
            return said.replace("{subject}", f"{_braced(self.mount)} on {{subject}}")
        return _THING.sub(r"a \1 of {subject}", said)

    @property
    def claim(self) -> str:
        """The claim in words, behind what it brought about that is plainly so."""
        said = self._template.format(subject=self.subject)
        how = [each.pattern.claim.format(subject=each.subject) for each in self.mechanisms]
        return f"{self._brought}{said} ({'; '.join(how)})" if how else f"{self._brought}{said}"

    @property
    def _brought(self) -> str:
        """What it led to that leaves nothing to conclude, as a certificate that has run out."""
        plain = [one for one in self.effects if one.pattern.plain and one.active]
        if not plain:
            return ""
        same = [one.subject for one in plain if one.pattern is plain[0].pattern]
        several = count(len(same), same[0].kind.value.replace("_", " "))
        about = same[0] if len(same) == 1 else several
        return f"{plain[0].pattern.claim.format(subject=about)}: "

    @property
    def order(self) -> tuple[float, str]:
        """Sorts by when it began; what has no beginning comes last."""
        since = self.since
        return (since.timestamp() if since is not None else float("inf"), self.subject.key)


def _reaches(finding: Finding) -> bool:
    """Whether a finding shows that what is claimed has come, and is not only near."""
    return (
        finding.severity is Severity.CRITICAL
        or (finding.check == "logs" and not finding.hearsay)
        or (finding.unit == "ratio" and finding.value is not None and finding.value >= USED_UP)
    )


def _braced(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def gather(findings: Iterable[Finding], patterns: Patterns) -> list[Hypothesis]:
    """Join findings of the same pattern about the same subject.

    A finding that names only the machine joins the one thing on it that the pattern is known of.
    """
    table: dict[tuple[str, Subject], Hypothesis] = {}
    ordered = sorted(findings, key=lambda one: (_began(one), one.key))
    for finding in ordered:
        pattern = patterns.get(finding.kind)
        if pattern is None:
            continue
        subject = _home(finding, table)
        known = table.get((pattern.id, subject))
        if known is None:
            table[pattern.id, subject] = Hypothesis(pattern, subject, [finding])
        else:
            known.findings.append(finding)
    return list(table.values())


def join_shared(hypotheses: list[Hypothesis], topology: Topology) -> list[Hypothesis]:
    """Make one of the same trouble of several things that stand on one and the same.

    If three or more sites cannot renew their certificate, it is the proxy before them that cannot.
    """
    table: dict[tuple[str, Subject], list[Hypothesis]] = {}
    for one in hypotheses:
        if one.pattern.shared_by is not None:
            for edge in topology.below(one.subject):
                if edge.on.kind is one.pattern.shared_by:
                    table.setdefault((one.pattern.id, edge.on), []).append(one)
    left = list(hypotheses)
    for (_, shared), several in sorted(table.items(), key=lambda item: -len(item[1])):
        joined = [one for one in several if one in left]
        if len(joined) < TOGETHER:
            continue
        whole = Hypothesis(joined[0].pattern, shared, [])
        for one in joined:
            whole.findings += one.findings
            left.remove(one)
        twin = next((one for one in left if one.pattern is whole.pattern and one.subject == shared),
                    None)  # fmt: skip
        if twin is not None:
            twin.findings += whole.findings
        else:
            left.append(whole)
    return left


def join_parts(hypotheses: list[Hypothesis], topology: Topology) -> list[Hypothesis]:
    """Make one of the same trouble of a whole and of what it is made of, where that is one.

    If one disk of a pool is awake, it is the disk; if several are, it is the pool.
    """
    left = list(hypotheses)
    for whole in hypotheses:
        if whole.subject.kind not in whole.pattern.echoed_by:
            continue
        made_of = {edge.on for edge in topology.below(whole.subject)
                   if edge.relation is Relation.MADE_OF}  # fmt: skip
        parts = [one for one in left if one.pattern is whole.pattern and one.subject in made_of]
        kept, gone = (parts[0], [whole]) if len(parts) == 1 else (whole, parts)
        for one in gone:
            kept.findings += one.findings
            left.remove(one)
    return left


def _home(finding: Finding, table: dict[tuple[str, Subject], Hypothesis]) -> Subject:
    subject = finding.subject
    if (finding.kind, subject) in table:
        return subject
    if (named := _same_name(finding, table)) is not None:
        return named
    close = [
        known
        for kind, known in table
        if kind == finding.kind and known.host and known.host == subject.host
    ]
    vague = [known for known in close if known.name == known.host]
    precise = [known for known in close if known.name != known.host]
    if subject.name == subject.host and len(precise) == 1:
        return precise[0]
    if subject.name != subject.host and vague and not precise:
        hypothesis = table.pop((finding.kind, vague[0]))
        hypothesis.subject = subject
        table[finding.kind, subject] = hypothesis
    return subject


def _same_name(finding: Finding, table: dict[tuple[str, Subject], Hypothesis]) -> Subject | None:
    """The one thing of that name that somebody else tells the machine of: an alert may not."""
    subject = finding.subject
    alike = [
        known
        for kind, known in table
        if kind == finding.kind and known.kind is subject.kind
        and known.own_name.casefold() == subject.own_name.casefold()
        and bool(known.host) is not bool(subject.host)
    ]  # fmt: skip
    if len(alike) != 1:
        return None
    if not subject.host:
        return alike[0]
    hypothesis = table.pop((finding.kind, alike[0]))
    hypothesis.subject = subject
    table[finding.kind, subject] = hypothesis
    return subject


def _is_slow(finding: Finding) -> bool:
    """Whether lines come so seldom that the first one tells little of when it began."""
    if finding.count <= FEW or finding.since is None or finding.until is None:
        return False
    return (finding.until - finding.since) / (finding.count - 1) > SELDOM


def _began(finding: Finding) -> float:
    return finding.since.timestamp() if finding.since is not None else float("inf")


def worst_first(hypotheses: Sequence[Hypothesis]) -> list[Hypothesis]:
    """The gravest first, then what began first."""
    return sorted(hypotheses, key=lambda one: (one.severity.rank, *one.order))
