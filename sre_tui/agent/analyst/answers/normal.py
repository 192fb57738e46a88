"""Answers whether a value is normal, by what is usual for the thing at this hour."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from sre_tui.agent.analyst.answers.told import told
from sre_tui.agent.analyst.calls import Call, Found
from sre_tui.agent.analyst.inventory import MAX_SERIES
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.quantities import INSTANT
from sre_tui.agent.analyst.wording import code, plain
from sre_tui.diagnosis.signals.baseline_check import BaselineCheck
from sre_tui.diagnosis.signals.measures import MEASURES, Measure, meant_by
from sre_tui.tools.memory_baseline import BaselineChecks
from sre_tui.tools.prometheus_data import InstantValues
from sre_tui.views.baselines import check_sentence
from sre_tui.views.human import count
from sre_tui.views.units import with_unit

BASELINE: Final = "memory_check_baseline"
SHOWN: Final = 8
_FILLS: Final = ("filesystem", "pool", "datastore")
"""Measures of which too much is told by how much is left, not by what is usual."""
_NORMAL: Final = (
    r"(?:normal(?:e[nrs]?)?|usual|typical|expected|common|üblich\w*|gewöhnlich\w*|typisch\w*)\b"
)
_UNUSUAL: Final = r"(?:unusual|abnormal|atypical|anomal\w+|unnormal|ungewöhnlich\w*|unüblich\w*)\b"
_SIDE: Final = r"(?:(?:too )?(?P<side>high|low)|zu (?:hoch|niedrig)|too much)\b"
_ASKED: Final = re.compile(rf"\b(?:{_NORMAL}|{_UNUSUAL}|{_SIDE})", re.IGNORECASE)
_QUESTION: Final = re.compile(
    r"^\W*(?:and |und |so )?(?:is|are|was|were|would|ist|sind|war|waren|wäre)\b"
    r"|\b(?:is|are|ist|sind) (?:that|this|it|these|those|das|dies)\b",
    re.IGNORECASE,
)
_VALUE: Final = re.compile(
    r"(?<![\w./:-])(?P<amount>\d+(?:[.,]\d+)*)\s*"
    r"(?P<unit>%|percent\b|prozent\b|°\s?[CF]?(?!\w)|[CF]\b|(?:[kmgt]i?)?(?:bit|b)(?:/s|ps)\b|"
    r"(?:[kmgt]i?)?b\b|ms\b|µs\b|sec\b|seconds?\b|s\b|w\b)?(?![\w:/-]|\.\d)",
    re.IGNORECASE,
)
_IN_BYTES: Final = re.compile(r"(?:[kmgt]i?)?(?:(?:bit|b)(?P<rate>/s|ps)|b)", re.IGNORECASE)
_REFUSED: Final = re.compile(r"value of (?P<measure>[\w-]+): .* does not fit")
_WORD: Final = re.compile(r"[\w./:-]*\w")
_NO_NAME: Final = re.compile(
    r"(?:too|much|high|low|using|uses|used|usage|use|utili[sz]ation|average|right|now|today|night|"
    r"percent|prozent|degrees?|grad|seconds?|traffic|average|with|having|has|have)",
    re.IGNORECASE,
)
"""Words of such questions that are no names."""


class _Asked(NamedTuple):
    metric: str
    value: str
    host: str
    in_bytes: bool = False


async def tell_normal(look: Look) -> Iterator[str] | None:
    """Whether a value is normal; None if that is not asked, or nothing is kept that would tell."""
    asked = _asked(look)
    if asked is None or not look.caller.offers(BASELINE):
        return None
    arguments: dict[str, object] = {"metric": asked.metric, "value": asked.value}
    if asked.host:
        arguments["host"] = asked.host
    scope = look.question.scope
    if scope.said:
        arguments["at"] = (scope.start + (scope.end - scope.start) / 2).isoformat()
    found = (await look.ask(baseline=Call(BASELINE, arguments)))["baseline"]
    data = found.data(BaselineChecks)
    if data is None or not data.items:
        # What else is known of it is still worth an answer.
        reason = _short(data.complaint) if data is not None else look.coverage.trouble("Memory")
        if asked.in_bytes:
            # How it is now answers no question on an amount that others than this one have.
            return await _not_judged(look, asked, found, reason)
        look.note_gap(f"whether {asked.value} is usual{f': {reason}' if reason else ''}")
        return None
    return await _told(look, data, found)


def _short(complaint: str) -> str:
    """Why there is nothing to compare with, without a long list of what there is."""
    near = complaint if "did you mean" in complaint else complaint.partition("; there")[0]
    return plain(near.partition("? There")[0].rstrip("?"), 240)


def _asked(look: Look) -> _Asked | None:
    """What is asked: a measure, a value and whose; None if not all that is there."""
    text = look.question.text
    asks = _ASKED.search(text)
    if asks is None or not _QUESTION.search(text):
        return None
    values = [one for one in _VALUE.finditer(text) if one["amount"].count(".") < 2]
    value = next((one for one in values if one["unit"]), next(iter(values), None))
    if value is None:
        return None
    rest = _ASKED.sub(" ", f"{text[: value.start()]} {text[value.end() :]}")
    words = _WORD.findall(rest)
    metric, used = _metric(words)
    if not metric and re.search("[°cf]$", (value["unit"] or "").casefold()):
        metric = "temperature"
    in_bytes = _IN_BYTES.fullmatch(value["unit"] or "")
    if not metric and in_bytes is not None and in_bytes["rate"]:
        metric = "network"
    if not metric or (asks["side"] and meant_by(metric)[0].name in _FILLS):
        return None
    return _Asked(
        metric,
        value[0].strip(),
        _host(look, [w for w in words if w not in used]),
        in_bytes is not None,
    )


def _metric(words: Sequence[str]) -> tuple[str, Sequence[str]]:
    """The words that name what is measured: the longest that do."""
    for length in (3, 2, 1):
        for at in range(len(words) - length + 1):
            some = words[at : at + length]
            if meant_by(" ".join(some)):
                return " ".join(some), some
    return "", ()


def _host(look: Look, words: Sequence[str]) -> str:
    """What a question is about: a machine, or a thing with its machine."""
    known = {*look.question.named, *look.question.candidates}
    names = [word for word in words if word in known and not _NO_NAME.fullmatch(word)]
    # "sdc on nas1" is nas1/sdc.
    return (
        "/".join(reversed(names[:2]))
        if len(names) > 1 and "/" not in names[0]
        else "".join(names[:1])
    )


async def _told(look: Look, data: BaselineChecks, found: Found) -> Iterator[str]:
    if len(data.items) == 1:
        row = data.items[0]
        return told(look, _lead(look, row, found), ("", await _details(look, row)))
    odd = [row for row in data.items if row.verdict != "normal"]
    first = data.items[0]
    amount = count(data.total or len(data.items), "host")
    said, what = first.shown, f"({first.what})"
    if not odd:
        return told(
            look,
            f"**{_word(look, 'normal')}{said} is normal for all {amount}** {what}.{found.cite}",
        )
    more = " or more" if data.truncated else ""
    lead = f"**{said} is not usual for {len(odd)}{more} of {amount}** {what}.{found.cite}"
    lines = [
        f"{plain(row.host, 80)}: {row.verdict}, usual is {row.usual} {row.when}{found.cite}"
        for row in odd[:SHOWN]
    ]
    return told(look, lead, ("", lines))


def _lead(look: Look, row: BaselineCheck, found: Found) -> str:
    said = plain(check_sentence(row), 300)
    return f"**{_word(look, row.verdict)}{said}**.{found.cite}"


async def _not_judged(look: Look, asked: _Asked, found: Found, reason: str) -> Iterator[str]:
    """Why an amount of bytes cannot be compared, with what can, and how that is now."""
    of = f" for {plain(asked.host, 80)}" if asked.host else ""
    said = f"**Whether {plain(asked.value, 40)} is usual{of} is not known**"
    refused = _REFUSED.search(found.ran.evidence.summary) if found.ran is not None else None
    measure = next((one for one in MEASURES if refused and one.name == refused["measure"]), None)
    look.coverage.told.add("Memory")
    if measure is None:
        # What is said of a memory that gave no answer is cited already.
        cited = "" if found.cite and found.cite in reason else found.cite
        return told(look, f"{said}: {reason.rstrip('.') or 'nothing tells'}.{cited}")
    host = f" --host {asked.host}" if asked.host else ""
    wants = "another unit"
    example = ""
    if measure.unit in ("ratio", "%"):
        wants = "a percentage"
        example = f", as by {code(f'sre baselines check {measure.name} 85%{host}')}"
    lead = (
        f"{said}: the baseline that is kept is of {code(measure.name)} ({measure.what}), and only "
        f"{wants} can be compared with it{example}.{found.cite}"
    )
    rows, cite = await _usual_now(look, measure)
    here = [row for row in rows if asked.host and row.host == asked.host]
    lines = [
        f"now it is {row.shown}, which is {row.verdict}; usual is {row.usual} {row.when}{cite}"
        for row in here
    ]
    return told(look, lead, ("", lines))


async def _usual_now(look: Look, measure: Measure) -> tuple[list[BaselineCheck], str]:
    """How a measure is now, against what is usual, and the citation for that."""
    if not look.caller.offers(INSTANT):
        return [], ""
    call = Call(INSTANT, {"query": measure.gauge.value, "limit": MAX_SERIES})
    now = (await look.ask(usual_now=call))["usual_now"]
    values = now.data(InstantValues)
    rows = [one.baseline for one in values.items] if values is not None else []
    return [row for row in rows if row is not None and row.metric == measure.name], now.cite


def _word(look: Look, verdict: str) -> str:
    """``Yes: `` or ``No: ``, by what is asked for: whether it is normal, or whether it is not."""
    asked = _ASKED.search(look.question.text)
    assert asked is not None
    if asked["side"]:
        holds = verdict == asked["side"].casefold()
    elif re.match(_NORMAL, asked[0], re.IGNORECASE):
        holds = verdict == "normal"
    else:
        holds = verdict != "normal"
    return "Yes: " if holds else "No: "


async def _details(look: Look, row: BaselineCheck) -> list[str]:
    """What the answer rests on, and how it is now."""
    unit = row.unit or None
    old = f", which is old: {code('sre baselines compute')} makes it anew" if row.outdated else ""
    least, most = with_unit(row.least, unit), with_unit(row.most, unit)
    rests_on = f"{row.samples} values until {row.until:%Y-%m-%d}{old}"
    lines = [f"the middle is {with_unit(row.median, unit)}; {least} to {most} in {rests_on}"]
    measure = next((one for one in MEASURES if one.name == row.metric), None)
    if measure is None or look.question.scope.said:
        return lines
    rows, cite = await _usual_now(look, measure)
    now = [one for one in rows if one.host == row.host]
    return lines + [f"now it is {one.shown}, which is {one.verdict}{cite}" for one in now]


__all__ = ["BASELINE", "tell_normal"]
