"""What the operator recorded of a matter, for whoever looks into it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from contextlib import suppress
from threading import Thread
from typing import TYPE_CHECKING, Final, TypeVar

from providers.errors import BackendError
from sre_tui.complaint import Complaint
from sre_tui.memory.alert_past import AlertPast, past_of
from sre_tui.memory.incident import Incident, folded
from sre_tui.memory.peek import alerts_in, questions_in
from sre_tui.memory.place import Place, place_of
from sre_tui.memory.recall import Matter, Recalled, recall
from sre_tui.tools.context import ToolContext

if TYPE_CHECKING:
    from sre_tui.diagnosis.causes.model import Investigation
    from sre_tui.memory.incidents import Incidents
    from sre_tui.memory.questions import Questions
    from sre_tui.usage.records import AskedQuestion

T = TypeVar("T")
V = TypeVar("V")

PATIENCE: Final = 3.0
"""Seconds that a journal elsewhere may keep an answer waiting."""
_TO_SAY_SO: Final = 0.5
"""Seconds for it to say after that what it is that did not answer."""


async def with_journal(
    context: ToolContext, found: Investigation, alerts: Collection[str]
) -> Investigation:
    """The investigation with what the journal has of it.

    Args:
        context: names the journal.
        found: what was concluded.
        alerts: names of the active alerts.
    """
    about = [*found.focus, *(one.subject for one in found.causes if one.confirmed)]
    names = {name for one in about for name in (one.name, one.own_name)}
    said = " ".join([found.asked, *(one.name for one in found.focus)])
    recorded, trouble = await recalled(context, Matter(_meant(found, alerts), names, said))
    troubles = (*found.not_checked, trouble) if trouble else found.not_checked
    return found.model_copy(update={"recorded": recorded.all, "not_checked": troubles})


def _meant(found: Investigation, alerts: Collection[str]) -> list[str]:
    """The alerts that tell of what was concluded, of all where everything was asked for."""
    if not found.asked:
        return list(alerts)
    sure = [cause for cause in found.causes if cause.confirmed]
    told = [each for cause in sure for one in cause.speaks_for for each in one.evidence]
    told += [each for cause in sure for one in cause.effects for each in one.evidence]
    meant = {folded(each.asked) for each in told if each.kind == "alert"}
    return [name for name in alerts if folded(name) in meant]


async def recalled(context: ToolContext, matter: Matter) -> tuple[Recalled, str]:
    """What is open in the journal and what was alike before, and why it could not be read."""
    return await _looked_up(context, lambda each, _: recall(each, matter), Recalled(), _has_alerts)


async def recalled_with_questions(
    context: ToolContext, matter: Matter
) -> tuple[Recalled, str, tuple[AskedQuestion, ...]]:
    """The same, and the last questions."""
    asked = await asyncio.to_thread(_peeked_questions, context)
    if asked is not None:
        return *(await recalled(context, matter)), asked
    nothing: tuple[Recalled, tuple[AskedQuestion, ...]] = Recalled(), ()
    (found, asked), trouble = await _looked_up(
        context,
        lambda incidents, questions: (recall(incidents, matter), questions.latest()),
        nothing,
        lambda _: True,
    )
    return found, trouble, asked


async def recorded_before(
    context: ToolContext, names: Collection[str]
) -> tuple[tuple[AlertPast, ...], str]:
    """How often and when alerts were recorded, and why the journal could not be read."""
    if not names:
        return (), ""
    wanted = {folded(name) for name in names}
    return await _looked_up(
        context,
        lambda each, _: past_of(each, names),
        (),
        lambda place: _has_alerts(place, wanted),
    )


async def all_recorded(context: ToolContext) -> tuple[tuple[Incident, ...], str]:
    """Every incident, and why the journal could not be read."""
    return await _looked_up(context, lambda each, _: each.all(), (), _has_alerts)


def _peeked_questions(context: ToolContext) -> tuple[AskedQuestion, ...] | None:
    """Those in a file; None where the memory has to be opened, or cannot be."""
    try:
        return questions_in(place_of(context.settings, context.folders))
    except BackendError:
        return None


def _has_alerts(place: Place, wanted: Collection[str] = ()) -> bool:
    """Whether there are incidents, of these alerts if any are named, as far as can be told."""
    alerts = alerts_in(place)
    return alerts is None or bool(alerts.intersection(wanted) if wanted else alerts)


async def _looked_up(
    context: ToolContext,
    work: Callable[[Incidents, Questions], T],
    nothing: T,
    is_worth_it: Callable[[Place], bool],
) -> tuple[T, str]:
    """What the journal says; nothing where a look tells that it is not worth it to open it.

    To open it takes longer than all else that a listing of alerts does.
    """
    try:
        place = place_of(context.settings, context.folders)
        if not await asyncio.to_thread(is_worth_it, place):
            return nothing, ""
        async with asyncio.timeout(PATIENCE + _TO_SAY_SO):
            return await apart(lambda: _read(place, work)), ""
    except TimeoutError:
        return nothing, f"the journal gave no answer within {PATIENCE:.0f} s"
    except (BackendError, Complaint) as error:
        return nothing, f"the journal was not read: {error}"
    except OSError as error:
        return nothing, f"the journal was not read: {error.strerror}"


def _read(place: Place, work: Callable[[Incidents, Questions], T]) -> T:
    from sre_tui.memory.incidents import Incidents
    from sre_tui.memory.questions import Questions
    from sre_tui.memory.store import open_store

    with open_store(place, patience=PATIENCE) as store:
        return work(Incidents(store), Questions(store))


async def apart(work: Callable[[], T]) -> T:
    """Do what only looks in a thread that the end of the process does not wait for.

    A name server that is down keeps it for as long as the system asks it, whoever has stopped
    waiting.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def tell(say: Callable[[V], None], value: V) -> None:
        # Nobody may be there any more to be told.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(lambda: None if done.done() else say(value))

    def look() -> None:
        try:
            found = work()
        except BaseException as error:  # noqa: BLE001 - it belongs to who waits for the answer
            tell(done.set_exception, error)
        else:
            tell(done.set_result, found)

    Thread(target=look, name="memory", daemon=True).start()
    return await done
