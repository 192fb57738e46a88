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
from sre_tui.diagnosis.signals.measures import MEASURES, meant_by
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
    if not metric or (asks["side"] and meant_by(metric)[0].name in _FILLS):
        return None
    return _Asked(metric, value[0].strip(), _host(look, [w for w in words if w not in used]))


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
    if measure is None or not look.caller.offers(INSTANT) or look.question.scope.said:
        return lines
    call = Call(INSTANT, {"query": measure.gauge.value, "limit": MAX_SERIES})
    now = (await look.ask(usual_now=call))["usual_now"]
    values = now.data(InstantValues)
    for sample in values.items if values is not None else ():
        one = sample.baseline
        if one is not None and one.host == row.host and one.metric == row.metric:
            lines.append(f"now it is {one.shown}, which is {one.verdict}{now.cite}")
    return lines


__all__ = ["BASELINE", "tell_normal"]
