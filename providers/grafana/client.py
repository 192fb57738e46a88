"""Reads Grafana's alerts, rules, dashboards and annotations over its HTTP API (10 to 13)."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Final, cast

from pydantic import TypeAdapter

from providers.alerting import Alert, AlertRule, Silence
from providers.alerting_wire import rule_groups, rules_of
from providers.attempt import attempt
from providers.client import BackendClient
from providers.clock import Clock, system_clock
from providers.endpoint import Endpoint
from providers.errors import BackendError, BadResponse, NotFound, Unauthorized
from providers.grafana import alerts as alerting
from providers.grafana import rules as definitions
from providers.grafana.annotations import read_annotations
from providers.grafana.dashboard_reader import ALLOWED as DASHBOARD_PATHS
from providers.grafana.dashboard_reader import DashboardReader
from providers.grafana.errors import read_error
from providers.grafana.models import Annotation, Dashboard, DashboardHit, Health
from providers.guard import Allow
from providers.http import Fetched, HttpBackend
from providers.last_known_good import LastKnownGood
from providers.questions import window_key
from providers.reading import Reading
from providers.wire import Decoded, Wire, parsed

ALERTMANAGER: Final = "/api/alertmanager/grafana/api/v2"
RULES: Final = "/api/prometheus/grafana/api/v1/rules"
PROVISIONING: Final = "/api/v1/provisioning/alert-rules"
RULER: Final = "/api/ruler/grafana/api/v1/rules"
MAX_RULE_PAGES: Final = 50

ALLOWED: Final = (
    Allow("GET", "/api/health"),
    Allow("GET", RULES),
    Allow("GET", f"{ALERTMANAGER}/alerts"),
    Allow("GET", f"{ALERTMANAGER}/silences"),
    Allow("GET", PROVISIONING),
    Allow("GET", RULER),
    Allow("GET", "/api/annotations"),
    Allow("GET", "/api/access-control/user/permissions"),
    *DASHBOARD_PATHS,
)


class _Success(Wire):
    status: str = "success"
    data: Decoded = None
    error: str = ""


class _Health(Wire):
    version: str = ""
    database: str = ""


_SUCCESS = TypeAdapter(_Success)
_HEALTH = TypeAdapter(_Health)


class GrafanaClient(BackendClient):
    """One Grafana. Every method answers with a reading."""

    def __init__(
        self, endpoint: Endpoint, *, clock: Clock = system_clock, kept: LastKnownGood | None = None
    ) -> None:
        super().__init__(
            HttpBackend(
                "grafana", endpoint, allow=ALLOWED, error_reader=read_error, clock=clock, kept=kept
            )
        )
        self._dashboards = DashboardReader(self._http)

    async def health(self) -> Reading[Health]:
        """Version and state of the database (``/api/health``; needs no token)."""

        async def fetch() -> Fetched[Health]:
            found = parsed(_HEALTH, await self._http.get_json("/api/health"), "/api/health")
            return Fetched(Health(version=found.version, database=found.database))

        return await self._http.reading("health", Health, fetch)

    async def permissions(self) -> Reading[tuple[str, ...]]:
        """Actions the token may take, such as ``alert.rules:read``.

        Source: ``GET /api/access-control/user/permissions``, an object of action to scopes.
        """

        async def fetch() -> Fetched[tuple[str, ...]]:
            answer = await self._http.get_json("/api/access-control/user/permissions")
            if not isinstance(answer, dict):
                raise BadResponse(f"{self.endpoint.url} sent no list of permissions")
            return Fetched(tuple(sorted(answer)))

        return await self._http.reading("permissions", tuple[str, ...], fetch)

    async def alerts(self) -> Reading[tuple[Alert, ...]]:
        """Alerts that are not normal, pending ones included, with who silenced them until when.

        State comes from the rules (``/api/prometheus/grafana/api/v1/rules``): the Alertmanager
        (``/api/alertmanager/grafana/api/v2``) knows neither pending nor paused ones. Partial if
        one of the two does not answer.
        """

        async def fetch() -> Fetched[tuple[Alert, ...]]:
            rules, sent, silences = await asyncio.gather(
                attempt(self._all_rules),
                attempt(self._notified),
                attempt(self._silences),
            )
            if isinstance(rules, BackendError) and isinstance(sent, BackendError):
                raise rules
            evaluated = () if isinstance(rules, BackendError) else rules
            found = alerting.joined(
                self.source,
                [alert for rule in evaluated for alert in rule.alerts if alert.state.active],
                () if isinstance(sent, BackendError) else sent,
                () if isinstance(silences, BackendError) else silences,
            )
            return Fetched(found, missing=_missing(rules, sent, silences))

        return await self._http.reading("alerts", tuple[Alert, ...], fetch)

    async def rules(self) -> Reading[tuple[AlertRule, ...]]:
        """Alert rules with state, instances and, where readable, thresholds.

        State comes from ``/api/prometheus/grafana/api/v1/rules``, which a Viewer may read;
        thresholds from provisioning, else the ruler, which often need more rights and are left
        out without them. Partial if these fail for another reason.
        """

        async def fetch() -> Fetched[tuple[AlertRule, ...]]:
            # A question that raised here would leave the other one running.
            rules, defined = await asyncio.gather(
                attempt(self._all_rules), attempt(self._definitions)
            )
            if isinstance(rules, BackendError):
                raise rules
            if isinstance(defined, BackendError):
                return Fetched(rules, missing=f"thresholds: {defined.detail}")
            return Fetched(tuple(definitions.completed(rules, defined)))

        return await self._http.reading("rules", tuple[AlertRule, ...], fetch)

    async def silences(self) -> Reading[tuple[Silence, ...]]:
        """All silences, expired ones included."""

        async def fetch() -> Fetched[tuple[Silence, ...]]:
            return Fetched(await self._silences())

        return await self._http.reading("silences", tuple[Silence, ...], fetch)

    async def search_dashboards(
        self, query: str = "", tags: tuple[str, ...] = (), limit: int = 100
    ) -> Reading[tuple[DashboardHit, ...]]:
        """Dashboards whose title contains the query and that have all tags (``/api/search``).

        Where there are more than the limit, a warning says so.
        """

        async def fetch() -> Fetched[tuple[DashboardHit, ...]]:
            found, more = await self._dashboards.search(query, tags, limit)
            warnings = (f"there are more than {limit} dashboards",) if more else ()
            return Fetched(tuple(found), warnings)

        key = f"search {query} {' '.join(tags)} {limit}"
        return await self._http.reading(key, tuple[DashboardHit, ...], fetch)

    async def dashboard(self, uid: str) -> Reading[Dashboard | None]:
        """One dashboard with its panels, queries, thresholds and variables.

        The data is None, in the state ``ok``, if there is no dashboard of that uid.

        Raises:
            InvalidQuery: if the text cannot be a uid.
        """

        async def fetch() -> Fetched[Dashboard | None]:
            return Fetched(await self._dashboards.dashboard(uid))

        shape = cast("type[Dashboard | None]", Dashboard | None)
        return await self._http.reading(f"dashboard {uid}", shape, fetch)

    async def annotations(
        self, start: datetime, end: datetime, limit: int = 200
    ) -> Reading[tuple[Annotation, ...]]:
        """Annotations of a window in order of time (``/api/annotations``)."""

        async def fetch() -> Fetched[tuple[Annotation, ...]]:
            params = [
                ("from", str(int(start.timestamp() * 1000))),
                ("to", str(int(end.timestamp() * 1000))),
                ("limit", str(limit)),
            ]
            answer = await self._http.get_json("/api/annotations", params)
            found = read_annotations(self.source, answer)
            warnings = (f"only {limit} annotations were read",) if len(found) >= limit else ()
            return Fetched(found, warnings)

        key = f"annotations {limit}{window_key(start, end, self._http.clock())}"
        return await self._http.reading(key, tuple[Annotation, ...], fetch)

    async def _all_rules(self) -> tuple[AlertRule, ...]:
        rules: list[AlertRule] = []
        token: str | None = None
        for _ in range(MAX_RULE_PAGES):
            params = [] if token is None else [("group_next_token", token)]
            answer = parsed(_SUCCESS, await self._http.get_json(RULES, params), RULES)
            if answer.status != "success":
                raise BadResponse(f"{RULES} answered {answer.error or answer.status}")
            page = rule_groups(answer.data, RULES)
            rules.extend(rules_of(self.source, page))
            token = page.next_token
            if not token:
                return tuple(rules)
        raise BadResponse(f"{RULES} has more than {MAX_RULE_PAGES} pages")

    async def _definitions(self) -> dict[str, definitions.Definition]:
        try:
            return definitions.provisioned(await self._http.get_json(PROVISIONING))
        except (Unauthorized, NotFound):
            pass
        try:
            return definitions.ruled(await self._http.get_json(RULER))
        except (Unauthorized, NotFound):
            return {}

    async def _notified(self) -> tuple[alerting.Notified, ...]:
        params = [("active", "true"), ("silenced", "true"), ("inhibited", "true")]
        return alerting.notified(await self._http.get_json(f"{ALERTMANAGER}/alerts", params))

    async def _silences(self) -> tuple[Silence, ...]:
        answer = await self._http.get_json(f"{ALERTMANAGER}/silences")
        return alerting.silences(self.source, answer)


def _missing(rules: object, sent: object, silences: object) -> str:
    lacks = {
        "pending alerts and rules": rules,
        "silenced alerts": sent,
        "who silenced them": silences,
    }
    return "; ".join(
        f"{what} missing: {error.detail}"
        for what, error in lacks.items()
        if isinstance(error, BackendError)
    )
