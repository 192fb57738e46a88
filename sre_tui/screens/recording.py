"""Records incidents in the app: one form at a time, and nothing twice or without an answer."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from textual.app import App

from providers.errors import BackendError
from providers.text import one_line
from sre_tui.complaint import Complaint
from sre_tui.diagnosis.causes.model import Investigation
from sre_tui.live.recording import Recorder
from sre_tui.memory.draft import Draft, recorded_as
from sre_tui.memory.incident import Incident, folded
from sre_tui.memory.refusals import PerhapsKept
from sre_tui.screens.record import RecordScreen
from sre_tui.screens.wanted import RecordWanted

log = logging.getLogger(__name__)

_NEXT: Final = "what you typed is kept: mend that, then record it again"


class Recording:
    """Shows the forms of an app and keeps what is agreed to in them."""

    def __init__(self, app: App[Any], record: Recorder | None) -> None:
        """Recording with this; nothing is recorded without it."""
        self._app = app
        self._record = record
        self._kept: dict[str, Incident] = {}
        self._typed: dict[str, dict[str, str]] = {}
        self._under_way: set[str] = set()

    def begin(self, wanted: RecordWanted) -> None:
        """Open the form for an incident, unless there is one or the user has gone elsewhere."""
        name = _name_of(wanted.draft)
        if (known := self._known(name, wanted)) is not None:
            title = one_line(known.title, 120)
            self._app.notify(f"It is in your journal already, as {known.id}: {title}")
        elif name in self._under_way:
            self._app.notify("It is being recorded")
        elif self._record is None:
            self._app.notify("There is no journal to record it in", severity="warning")
        elif self._open_form is not None:
            return
        elif self._app.screen is not wanted.on:
            # Whatever is typed by now is meant for the screen that is there.
            self._app.notify("Nothing was recorded: you went on before the form was there")
        else:
            values = self._typed.get(name, wanted.draft.values)
            self._app.push_screen(RecordScreen(values, partial(self._keep_later, name)))

    async def agreed(self, values: Mapping[str, str]) -> Mapping[str, str] | None:
        """What a person agrees to record of what a model wants to; None if nothing."""
        answers: list[Mapping[str, str]] = []

        def take(form: RecordScreen, agreed: dict[str, str]) -> None:
            answers.append(agreed)
            form.close()

        while (other := self._open_form) is not None:
            await other.gone.wait()
        asked = "The model asks: record this incident?"
        form = RecordScreen(values, take, asked=asked, is_unbidden=True)
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

    def _keep_later(self, name: str, form: RecordScreen, values: dict[str, str]) -> None:
        form.wait()
        self._under_way.add(name)
        # The app's and not the form's, with which it would be cut off.
        self._app.run_worker(self._keep(name, form, values), exit_on_error=False)

    async def _keep(self, name: str, form: RecordScreen, values: dict[str, str]) -> None:
        assert self._record is not None
        try:
            incident = await self._record(values)
        except PerhapsKept as error:
            self._tell_failure(name, form, values, str(error))
        except (BackendError, Complaint) as error:
            self._tell_failure(name, form, values, f"Nothing was recorded: {error}; {_NEXT}")
        except Exception as error:
            log.exception("an incident was perhaps not recorded")
            known = "It is not known whether it was recorded"
            said = f"{known} ({type(error).__name__}): look with sre incidents; the log has more"
            self._tell_failure(name, form, values, said)
        else:
            self._kept[name] = incident
            self._typed.pop(name, None)
            form.close()
            self._app.notify(f"Recorded as {incident.id}: sre incidents show {incident.id}")
        finally:
            self._under_way.discard(name)

    def _tell_failure(
        self, name: str, form: RecordScreen, values: dict[str, str], said: str
    ) -> None:
        self._typed[name] = values
        if form.is_open:
            form.complain(one_line(said, 400))
        else:
            self._app.notify(one_line(said, 400), severity="error")


def _name_of(draft: Draft) -> str:
    """What it is known by as long as the app runs, whatever is made of it in the form."""
    return folded(draft.subject) or folded(draft.alert) or folded(draft.title)


def _is_over(kept: Incident, found: Investigation) -> bool:
    return any(one.id == kept.id and one.ended is not None for one in found.recorded)
