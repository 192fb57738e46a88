"""Finds and reads dashboards: over the classic API, and where that is gone over the newer one.

A dashboard stored in the second schema is given by older paths only in a reduced form, marked as
such; it is read again in the version it is stored in.
"""

from __future__ import annotations

import asyncio
import re
from typing import Final

from pydantic import Field, JsonValue, TypeAdapter

from providers.errors import BackendError, BadResponse, InvalidQuery, NotFound
from providers.grafana.dashboards import (
    Meta,
    absolute,
    classic,
    hits,
    library_panel,
)
from providers.grafana.dashboards_v2 import second
from providers.grafana.models import Dashboard, DashboardHit, Panel
from providers.guard import Allow
from providers.http import HttpBackend
from providers.wire import Decoded, Wire, WireTime, parsed

K8S: Final = "/apis/dashboard.grafana.app"
FIRST_VERSION: Final = "v1beta1"
PAGE: Final = 1000
MAX_PAGES: Final = 20
MAX_LIBRARY_PANELS: Final = 12

ALLOWED: Final = (
    Allow("GET", "/api/search"),
    Allow("GET", "/api/dashboards/uid/{}"),
    Allow("GET", "/api/library-elements/{}"),
    Allow("GET", f"{K8S}/{{}}/namespaces/{{}}/dashboards"),
    Allow("GET", f"{K8S}/{{}}/namespaces/{{}}/dashboards/{{}}"),
)

_UID = re.compile(r"[A-Za-z0-9_.-]{1,253}")
_VERSION = re.compile(r"v\d+[a-z0-9]*")


class _Legacy(Wire):
    dashboard: Decoded
    meta: Meta = Meta()


class _ObjectMeta(Wire):
    name: str
    annotations: dict[str, str] | None = None
    created: WireTime = Field(None, alias="creationTimestamp")
    generation: int | None = None


class _Conversion(Wire):
    stored: str | None = Field(None, alias="storedVersion")


class _Status(Wire):
    conversion: _Conversion | None = None


class _Object(Wire):
    metadata: _ObjectMeta
    spec: Decoded = None
    status: _Status | None = None


class _ListMeta(Wire):
    next: str | None = Field(None, alias="continue")


class _ObjectList(Wire):
    items: list[_Object] | None = None
    metadata: _ListMeta = _ListMeta()


class _Title(Wire):
    title: str = ""
    tags: list[str] | None = None


class _LibraryModel(Wire):
    model: Decoded = None


class _LibraryAnswer(Wire):
    result: _LibraryModel = _LibraryModel()


_LEGACY = TypeAdapter(_Legacy)
_OBJECT = TypeAdapter(_Object)
_OBJECTS = TypeAdapter(_ObjectList)
_TITLE = TypeAdapter(_Title)
_LIBRARY = TypeAdapter(_LibraryAnswer)


class DashboardReader:
    """Dashboards of one Grafana; its methods raise backend errors."""

    def __init__(self, http: HttpBackend) -> None:
        self._http = http
        org = http.endpoint.org_id
        self._namespace = "default" if org in (None, 1) else f"org-{org}"

    async def search(
        self, query: str, tags: tuple[str, ...], limit: int
    ) -> tuple[list[DashboardHit], bool]:
        """Dashboards whose title contains the query, and whether there are more than the limit."""
        try:
            found = await self._classic_search(query, tags, limit + 1)
        except NotFound:
            found = await self._object_search(query, tags, limit + 1)
        return found[:limit], len(found) > limit

    async def dashboard(self, uid: str) -> Dashboard | None:
        """A dashboard with its panels; None if there is none of that uid.

        Raises:
            InvalidQuery: if the text cannot be a uid.
        """
        if not _UID.fullmatch(uid):
            raise InvalidQuery(uid, f"{uid!r} is not the uid of a dashboard")
        # Older paths give a second-schema dashboard without saying that they cut it down.
        stored, classic_answer = await asyncio.gather(
            self._stored_version(uid), self._classic_answer(uid)
        )
        if stored.startswith("v2") or classic_answer is None:
            return await self._object(uid, stored or FIRST_VERSION)
        if isinstance(classic_answer, NotFound):
            return None
        legacy = parsed(_LEGACY, classic_answer, "/api/dashboards/uid")
        version = (legacy.meta.api_version or "").rpartition("/")[2]
        if version.startswith("v2"):
            return await self._object(uid, version)
        if _is_second(legacy.dashboard):
            return second(self._http.source, self._base, uid, legacy.dashboard, legacy.meta.folder)
        made = classic(self._http.source, self._base, uid, legacy.dashboard, legacy.meta)
        return await self._with_library_panels(made)

    async def _classic_answer(self, uid: str) -> JsonValue | NotFound:
        """The answer of the classic path; None if it is gone, NotFound if the dashboard is."""
        try:
            return await self._http.get_json(f"/api/dashboards/uid/{uid}")
        except NotFound as error:
            said = error.status == 404 and "dashboard not found" in error.detail.lower()
            return error if said else None
        except BadResponse as error:
            if error.status != 406:
                raise
            return None

    async def _stored_version(self, uid: str) -> str:
        """The schema version the newer API says the dashboard is stored in; empty without it."""
        try:
            found = await self._stored(uid, FIRST_VERSION)
        except BackendError:
            return ""
        conversion = found.status.conversion if found.status else None
        version = (conversion.stored if conversion else None) or ""
        return version if _VERSION.fullmatch(version) else ""

    @property
    def _base(self) -> str:
        return self._http.endpoint.url

    async def _classic_search(
        self, query: str, tags: tuple[str, ...], wanted: int
    ) -> list[DashboardHit]:
        found: list[DashboardHit] = []
        for page in range(1, MAX_PAGES + 1):
            size = min(PAGE, wanted)
            params = [("type", "dash-db"), ("limit", str(size)), ("page", str(page))]
            if query:
                params.append(("query", query))
            params += [("tag", tag) for tag in tags]
            answer = await self._http.get_json("/api/search", params)
            found += hits(self._http.source, self._base, answer)
            count = len(answer) if isinstance(answer, list) else 0
            if count < size or len(found) >= wanted:
                break
        return found

    async def _object_search(
        self, query: str, tags: tuple[str, ...], wanted: int
    ) -> list[DashboardHit]:
        found: list[DashboardHit] = []
        token: str | None = None
        path = f"{K8S}/{FIRST_VERSION}/namespaces/{self._namespace}/dashboards"
        for _ in range(MAX_PAGES):
            params = [("limit", str(PAGE))]
            if token:
                params.append(("continue", token))
            answer = parsed(_OBJECTS, await self._http.get_json(path, params), path)
            hits_here = (self._object_hit(item) for item in answer.items or ())
            found += [
                hit
                for hit in hits_here
                if query.casefold() in hit.title.casefold() and set(tags) <= set(hit.tags)
            ]
            token = answer.metadata.next
            if not token or len(found) >= wanted:
                break
        return found

    def _object_hit(self, item: _Object) -> DashboardHit:
        spec = parsed(_TITLE, item.spec, "a dashboard in the list")
        folder = (item.metadata.annotations or {}).get("grafana.app/folder")
        uid = item.metadata.name
        return DashboardHit(
            source=self._http.source,
            uid=uid,
            title=spec.title,
            folder=folder,
            folder_uid=folder,
            tags=tuple(spec.tags or ()),
            url=absolute(self._base, f"/d/{uid}"),
        )

    async def _object(self, uid: str, version: str) -> Dashboard | None:
        try:
            found = await self._stored(uid, version)
        except NotFound as error:
            # A missing object is answered in words, a missing API with nothing about dashboards.
            if uid in error.detail or "dashboard" in error.detail.lower():
                return None
            raise
        meta = found.metadata
        folder = (meta.annotations or {}).get("grafana.app/folder")
        if _is_second(found.spec):
            return second(self._http.source, self._base, uid, found.spec, folder)
        known = Meta.model_validate(
            {
                "folderTitle": folder,
                "url": f"/d/{uid}",
                "updated": (meta.annotations or {}).get("grafana.app/updatedTimestamp")
                or meta.created,
                "version": meta.generation,
            }
        )
        made = classic(self._http.source, self._base, uid, found.spec, known)
        return await self._with_library_panels(made)

    async def _stored(self, uid: str, version: str) -> _Object:
        path = f"{K8S}/{version}/namespaces/{self._namespace}/dashboards/{uid}"
        return parsed(_OBJECT, await self._http.get_json(path), path)

    async def _with_library_panels(self, dashboard: Dashboard) -> Dashboard:
        wanted = [panel for panel in dashboard.panels if panel.library_panel and not panel.queries]
        if not wanted:
            return dashboard
        loaded = await asyncio.gather(
            *(self._library_panel(panel) for panel in wanted[:MAX_LIBRARY_PANELS])
        )
        by_id = {id(panel): done for panel, done in zip(wanted, loaded, strict=False)}
        panels = tuple(by_id.get(id(panel), panel) for panel in dashboard.panels)
        return dashboard.model_copy(update={"panels": panels})

    async def _library_panel(self, panel: Panel) -> Panel:
        uid = panel.library_panel or ""
        if not _UID.fullmatch(uid):
            return panel
        path = f"/api/library-elements/{uid}"
        try:
            answer = parsed(_LIBRARY, await self._http.get_json(path), path)
            return library_panel(panel, answer.result.model)
        except BackendError:
            # The panel without its queries still says where its content is.
            return panel


def _is_second(content: JsonValue) -> bool:
    return isinstance(content, dict) and "elements" in content and "panels" not in content
