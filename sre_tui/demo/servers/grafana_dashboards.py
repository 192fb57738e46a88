"""Dashboards: search, the classic API and the ``/apis`` of Grafana 12 and later."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request

from sre_tui.demo.servers.grafana_answers import (
    GrafanaError,
    folder_uid,
    message,
    slug,
)
from sre_tui.demo.servers.grafana_source import GrafanaSource

_MAX_LIMIT = 5000
_CREATED = "2026-01-10T08:00:00Z"
_V1, _V2 = "v1beta1", "v2beta1"
API_VERSIONS = (_V1, _V2)


class Dashboards:
    """Answers everything about dashboards and folders."""

    def __init__(self, source: GrafanaSource) -> None:
        self._source = source

    def search(self, request: Request) -> list[dict[str, Any]]:
        """``/api/search``: folders and dashboards whose title holds the query."""
        params = request.query_params
        limit = _positive(params.get("limit", ""), 1000)
        if limit > _MAX_LIMIT:
            raise message(
                422,
                "Limit is above maximum allowed (5000), use page parameter to access hits "
                "beyond limit",
            )
        page = _positive(params.get("page", ""), 1)
        query = params.get("query", "").lower()
        wanted_type = params.get("type", "")
        tags = set(params.getlist("tag"))
        folders = [uid for text in params.getlist("folderUIDs") for uid in text.split(",") if uid]
        hits = [
            hit
            for hit in self._hits()
            if query in str(hit["title"]).lower()
            and wanted_type in ("", hit["type"])
            and tags <= set(hit["tags"])
            and (not folders or hit.get("folderUid") in folders)
        ]
        return hits[(page - 1) * limit : page * limit]

    def dashboard(self, uid: str) -> dict[str, Any]:
        """``/api/dashboards/uid/{uid}``; one of schema v2 is converted and loses its layout."""
        for number, dashboard in enumerate(self._source.dashboards(), start=1):
            if dashboard["uid"] == uid:
                return {
                    "meta": _meta(dashboard),
                    "dashboard": {"id": number, "uid": uid, "version": 1, **_classic(dashboard)},
                }
        raise GrafanaError(404, {"message": "Dashboard not found", "status": "not-found"})

    def folders(self) -> list[dict[str, Any]]:
        """``/api/folders``."""
        return [
            {"id": number, "uid": folder_uid(title), "title": title}
            for number, title in enumerate(self._folder_titles(), start=1)
        ]

    def resources(self, request: Request, version: str) -> dict[str, Any]:
        """The list of ``/apis``, with ``limit`` and ``continue``."""
        dashboards = self._source.dashboards()
        limit = _positive(request.query_params.get("limit", ""), _MAX_LIMIT)
        start = _offset(request.query_params.get("continue", ""))
        page = dashboards[start : start + limit]
        metadata: dict[str, Any] = {"resourceVersion": "1"}
        if start + limit < len(dashboards):
            metadata["continue"] = base64.b64encode(str(start + limit).encode()).decode()
            metadata["remainingItemCount"] = len(dashboards) - start - limit
        return {
            "kind": "DashboardList",
            "apiVersion": f"dashboard.grafana.app/{version}",
            "metadata": metadata,
            "items": [_resource(dashboard, version) for dashboard in page],
        }

    def resource(self, uid: str, version: str) -> dict[str, Any]:
        """One dashboard of ``/apis``."""
        for dashboard in self._source.dashboards():
            if dashboard["uid"] == uid:
                return _resource(dashboard, version)
        raise GrafanaError(
            404,
            {
                "kind": "Status",
                "apiVersion": "v1",
                "metadata": {},
                "status": "Failure",
                "message": f'dashboards.dashboard.grafana.app "{uid}" not found',
                "reason": "NotFound",
                "details": {
                    "name": uid,
                    "group": "dashboard.grafana.app",
                    "kind": "dashboards",
                },
                "code": 404,
            },
        )

    def _folder_titles(self) -> list[str]:
        dashboards = {str(d["folder"]) for d in self._source.dashboards() if d.get("folder")}
        return sorted(dashboards | {rule.folder for rule in self._source.alert_rules()})

    def _hits(self) -> list[dict[str, Any]]:
        folders = [
            _hit(number, folder_uid(title), title, "dash-folder", ())
            for number, title in enumerate(self._folder_titles(), start=1)
        ]
        dashboards: list[dict[str, Any]] = []
        for number, dashboard in enumerate(self._source.dashboards(), start=len(folders) + 1):
            title = str(dashboard["title"])
            tags = [str(tag) for tag in dashboard.get("tags", ())]
            hit = _hit(number, str(dashboard["uid"]), title, "dash-db", tags)
            if folder := str(dashboard.get("folder", "")):
                uid = folder_uid(folder)
                hit |= {
                    "folderId": 1,
                    "folderUid": uid,
                    "folderTitle": folder,
                    "folderUrl": f"/dashboards/f/{uid}/{slug(folder)}",
                }
            dashboards.append(hit)
        return [*folders, *sorted(dashboards, key=lambda hit: str(hit["title"]))]


def _hit(number: int, uid: str, title: str, kind: str, tags: Sequence[str]) -> dict[str, Any]:
    path = "dashboards/f" if kind == "dash-folder" else "d"
    return {
        "id": number,
        "uid": uid,
        "orgId": 1,
        "title": title,
        "uri": f"db/{slug(title)}",
        "url": f"/{path}/{uid}/{slug(title)}",
        "slug": "",
        "type": kind,
        "tags": list(tags),
        "isStarred": False,
        "sortMeta": 0,
    }


def _meta(dashboard: Mapping[str, Any]) -> dict[str, Any]:
    title, folder = str(dashboard["title"]), str(dashboard.get("folder", ""))
    return {
        "type": "db",
        "canSave": False,
        "canEdit": False,
        "canAdmin": False,
        "slug": slug(title),
        "url": f"/d/{dashboard['uid']}/{slug(title)}",
        "created": _CREATED,
        "updated": _CREATED,
        "createdBy": "admin",
        "updatedBy": "admin",
        "version": 1,
        "isFolder": False,
        "folderUid": folder_uid(folder) if folder else "",
        "folderTitle": folder or "Dashboards",
        "folderUrl": f"/dashboards/f/{folder_uid(folder)}/{slug(folder)}" if folder else "",
        "provisioned": False,
    }


def _is_v2(dashboard: Mapping[str, Any]) -> bool:
    return "elements" in dashboard


def _spec(dashboard: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in dashboard.items() if name not in ("uid", "folder")}


def _classic(dashboard: Mapping[str, Any]) -> dict[str, Any]:
    if not _is_v2(dashboard):
        return _spec(dashboard)
    kept = {
        name: value
        for name, value in _spec(dashboard).items()
        if name not in ("elements", "layout")
    }
    panels = [
        {
            "id": element["spec"].get("id", number),
            "title": element["spec"].get("title", name),
            "type": element["spec"].get("vizConfig", {}).get("kind", "timeseries"),
            "targets": [
                dict(query["spec"]["query"]["spec"])
                for query in element["spec"].get("data", {}).get("spec", {}).get("queries", ())
            ],
        }
        for number, (name, element) in enumerate(dashboard["elements"].items(), start=1)
        if element.get("kind") == "Panel"
    ]
    return {**kept, "schemaVersion": 41, "panels": panels}


def _resource(dashboard: Mapping[str, Any], version: str) -> dict[str, Any]:
    stored = _V2 if _is_v2(dashboard) else _V1
    annotations = {"grafana.app/createdBy": "user:admin"}
    if folder := str(dashboard.get("folder", "")):
        annotations["grafana.app/folder"] = folder_uid(folder)
    body: dict[str, Any] = {
        "kind": "Dashboard",
        "apiVersion": f"dashboard.grafana.app/{version}",
        "metadata": {
            "name": dashboard["uid"],
            "namespace": "default",
            "resourceVersion": "1",
            "generation": 1,
            "creationTimestamp": _CREATED,
            "annotations": annotations,
        },
        "spec": _spec(dashboard) if version == _V2 == stored else _classic(dashboard),
        "status": {},
    }
    if stored != version:
        body["status"] = {"conversion": {"failed": False, "storedVersion": stored}}
    return body


def _positive(text: str, default: int) -> int:
    return int(text) if text.isdigit() and int(text) > 0 else default


def _offset(token: str) -> int:
    try:
        return int(base64.b64decode(token) or b"0")
    except (binascii.Error, ValueError):
        raise GrafanaError(
            400,
            {
                "kind": "Status",
                "apiVersion": "v1",
                "metadata": {},
                "status": "Failure",
                "message": "invalid continue token",
                "reason": "BadRequest",
                "code": 400,
            },
        ) from None
