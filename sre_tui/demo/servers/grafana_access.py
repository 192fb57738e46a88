"""Service-account tokens and what each role may read."""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Mapping
from typing import Final

from starlette.requests import Request

from sre_tui.demo.servers.grafana_answers import GrafanaError
from sre_tui.demo.servers.grafana_source import Account, Role

_VIEWER: Final = {
    "alert.rules:read": ["folders:*"],
    "alert.instances:read": [],
    "alert.instances.external:read": ["datasources:*"],
    "alert.notifications:read": [],
    "alert.silences:read": ["folders:*"],
    "annotations:read": ["annotations:type:*"],
    "dashboards:read": ["dashboards:*", "folders:*"],
    "folders:read": ["folders:*"],
    "orgs:read": [],
}
_EDITOR: Final = {**_VIEWER, "alert.rules:write": ["folders:*"], "dashboards:write": ["folders:*"]}
_ADMIN: Final = {
    **_EDITOR,
    "alert.provisioning:read": [],
    "datasources:read": ["datasources:*"],
    "serviceaccounts:read": ["serviceaccounts:*"],
}
PERMISSIONS: Final[dict[Role, Mapping[str, list[str]]]] = {
    "Viewer": _VIEWER,
    "Editor": _EDITOR,
    "Admin": _ADMIN,
}


def account_of(request: Request, accounts: Mapping[str, Account]) -> Account:
    """The account of a request's token; raises 401 as Grafana words it."""
    token = _token(request)
    if not token:
        raise _unauthorized("Unauthorized", "auth.unauthorized")
    account = accounts.get(token)
    if account is None:
        raise _unauthorized("Invalid API key", "api-key.invalid")
    if account.status != "valid":
        raise _unauthorized(f"{account.status.title()} API key", f"api-key.{account.status}")
    return account


def require(account: Account, permission: str) -> None:
    """Raises 403 when the role lacks a permission."""
    if permission not in PERMISSIONS[account.role]:
        error_id = zlib.crc32(permission.encode())
        raise GrafanaError(
            403,
            {
                "accessErrorId": f"ACE{error_id:010d}",
                "message": (
                    "You'll need additional permissions to perform this action. "
                    f"Permissions needed: {permission}"
                ),
                "title": "Access denied",
            },
        )


def _token(request: Request) -> str:
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() == "basic":
        try:
            user, _, password = base64.b64decode(value).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return ""
        return password if user == "api_key" else ""
    return ""


def _unauthorized(text: str, message_id: str) -> GrafanaError:
    body = {"message": text, "messageId": message_id, "statusCode": 401, "traceID": ""}
    return GrafanaError(401, body)
