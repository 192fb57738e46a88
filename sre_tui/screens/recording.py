"""Records incidents in the app: one form at a time, and nothing twice or without an answer."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import partial
from typing import Any

from textual.app import App
from textual.message import Message
from textual.screen import Screen

from providers.clock import Clock
from providers.errors import BackendError
from providers.text import one_line
from sre_tui.complaint import Complaint
from sre_tui.diagnosis.causes.model import Investigation
from sre_tui.live.recording import Changer, Recorder
from sre_tui.memory.draft import Draft, recorded_as
from sre_tui.memory.incident import Incident, folded
from sre_tui.memory.refusals import PerhapsKept
from sre_tui.screens.journal_entry import Entry, closing_entry, edit_entry, new_entry
from sre_tui.screens.record import Form, RecordScreen
from sre_tui.screens.wanted import IncidentFormWanted, RecordWanted

log = logging.getLogger(__name__)


class JournalChanged(Message, bubble=False):
    """Something was written into the journal."""


class Recording:
    """Shows the forms of an app and keeps what is agreed to in them."""

    def __init__(
        self, app: App[Any], clock: Clock, record: Recorder | None, change: Changer | None
    ) -> None:
        """Recording and changing with these; nothing is without them."""
        self._app = app
        self._clock = clock
        self._record = record
        self._change = change
        self._kept: dict[str, Incident] = {}
        self._typed: dict[str, dict[str, str]] = {}
        self._under_way: set[str] = set()

    def begin(self, wanted: RecordWanted) -> None:
        """Open the form for an incident, unless there is one or the user has gone elsewhere."""
        name = _name_of(wanted.draft)
        if (known := self._known(name, wanted)) is not None:
            title = one_line(known.title, 120)
            self._app.notify(f"It is in your journal already, as {known.id}: {title}")
        elif self._record is None:
            self._app.notify("There is no journal to record it in", severity="warning")
        else:
            self._open(Entry(name, wanted.draft.values, Form(), self._record), wanted.on)

    def open(self, wanted: IncidentFormWanted) -> None:
        """Open the form for a new incident, or for one that is in the journal."""
        if self._record is None or self._change is None:
            self._app.notify("There is no journal to write into", severity="warning")
        elif wanted.incident is None:
            self._open(new_entry(self._clock(), self._record), wanted.on)
        elif wanted.form == "close":
            self._open(closing_entry(wanted.incident, self._clock(), self._change), wanted.on)
        else:
            self._open(edit_entry(wanted.incident, self._change), wanted.on)

    def _open(self, entry: Entry, on: Screen[Any]) -> None:
        if entry.name in self._under_way:
            self._app.notify(entry.under_way)
        elif self._open_form is not None:
            return
        elif self._app.screen is not on:
            # Whatever is typed by now is meant for the screen that is there.
            self._app.notify(f"{entry.form.left}: you went on before the form was there")
        else:
            values = self._typed.get(entry.name, entry.values)
            submit = partial(self._keep_later, entry)
            self._app.push_screen(RecordScreen(values, submit, form=entry.form))

    async def agreed(self, values: Mapping[str, str]) -> Mapping[str, str] | None:
        """What a person agrees to record of what a model wants to; None if nothing."""
        answers: list[Mapping[str, str]] = []

        def take(form: RecordScreen, agreed: dict[str, str]) -> None:
            answers.append(agreed)
            form.close()

        while (other := self._open_form) is not None:
            await other.gone.wait()
        asked = Form("The model asks: record this incident?")
        form = RecordScreen(values, take, form=asked, is_unbidden=True)
        self._app.push_screen(form)
        try:
            await form.gone.wait()
        finally:
            form.close()
        return answers[0] if answers else None

    @property
    def _open_form(self) -> RecordScreen | None:
        stack = self._app.screen_stack
        return next((one for one in stack if isinstance(one, RecordScreen)), None)

    def _known(self, name: str, wanted: RecordWanted) -> Incident | None:
        """The open incident that is the same, be it younger than the investigation."""
        if (known := recorded_as(wanted.found, wanted.draft)) is not None:
            return known
        kept = self._kept.get(name)
        return None if kept is None or _is_over(kept, wanted.found) else kept

    def _keep_later(self, entry: Entry, form: RecordScreen, values: dict[str, str]) -> None:
        form.wait()
        self._under_way.add(entry.name)
        # The app's and not the form's, with which it would be cut off.
        self._app.run_worker(self._keep(entry, form, values), exit_on_error=False)

    async def _keep(self, entry: Entry, form: RecordScreen, values: dict[str, str]) -> None:
        try:
            incident = await entry.keep(values)
        except PerhapsKept as error:
            self._tell_failure(entry, form, values, str(error))
        except (BackendError, Complaint) as error:
            self._tell_failure(entry, form, values, f"{entry.form.left}: {error}; {entry.next}")
        except Exception as error:
            log.exception("an incident was perhaps not recorded")
            known = f"It is not known whether it was {entry.verb}"
            said = f"{known} ({type(error).__name__}): look with sre incidents; the log has more"
            self._tell_failure(entry, form, values, said)
        else:
            self._kept[entry.name] = incident
            self._typed.pop(entry.name, None)
            form.close()
            self._app.notify(f"{entry.done} {incident.id}: sre incidents show {incident.id}")
            for screen in self._app.screen_stack:
                screen.post_message(JournalChanged())
        finally:
            self._under_way.discard(entry.name)

    def _tell_failure(
        self, entry: Entry, form: RecordScreen, values: dict[str, str], said: str
    ) -> None:
        self._typed[entry.name] = values
        if form.is_open:
            form.complain(one_line(said, 400))
        else:
            self._app.notify(one_line(said, 400), severity="error")


def _name_of(draft: Draft) -> str:
    """What it is known by as long as the app runs, whatever is made of it in the form."""
    return folded(draft.subject) or folded(draft.alert) or folded(draft.title)


def _is_over(kept: Incident, found: Investigation) -> bool:
    return any(one.id == kept.id and one.ended is not None for one in found.recorded)
