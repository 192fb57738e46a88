"""Keeps secrets out of the index: they are replaced before anything is stored."""

import re
from collections.abc import Iterable
from typing import cast

import yaml

REDACTED = "[redacted]"
ENCRYPTED = "[vault-encrypted]"

_PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----.*?"
    r"(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|\Z)",
    re.DOTALL,
)
_VAULT_PAYLOAD = re.compile(r"\$ANSIBLE_VAULT;[^\n]*(?:\n[ \t]*[0-9a-fA-F]{16,}[ \t]*(?=\n|\Z))*")
_URL_PASSWORD = re.compile(r"(\b[a-zA-Z][a-zA-Z0-9+.-]*://[^\s:/@]*:)(?!\{\{)([^\s/@]+)(?=@)")
_KNOWN_TOKEN = re.compile(
    r"\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{40,}|glpat-[A-Za-z0-9_-]{20,}"
    r"|sk-[A-Za-z0-9_-]{20,}|xox[abprs]-[A-Za-z0-9-]{10,}|AKIA[0-9A-Z]{16}"
    r"|glsa_[A-Za-z0-9]{32}_[a-f0-9]{8}|eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,})"
)
_SENSITIVE = (
    r"(?:password|passwd|passphrase|secret|token|api_?key|private_?key|access_?key|psk"
    r"|credential|encryption_?key|_pass|_pw)"
)
_SENSITIVE_NAME = re.compile(rf"{_SENSITIVE}s?$|^pass$", re.IGNORECASE)
_ASSIGNED = re.compile(
    # From the beginning of a word on only: a certificate is one word of thousands of letters.
    rf"(?P<head>(?<![\w.-])[\w.-]*{_SENSITIVE}s?[\"']?[ \t]*[:=][ \t]*)"
    r"(?P<value>\"[^\"\n]*\"|'[^'\n]*'|(?!\{\{|\[redacted|\[vault|[|>!&*])[^\s,}\]]+)",
    re.IGNORECASE,
)
_SECRET_BLOCK = re.compile(
    rf"^(?P<indent>[ \t]*)(?P<head>(?:- )?[\"']?[\w.-]*{_SENSITIVE}s?[\"']?[ \t]*:)[ \t]*"
    r"(?:![\w-]+[ \t]*)?[|>][^\n]*\n(?:(?:(?P=indent)[ \t]+[^\n]*|[ \t]*)(?:\n|\Z))+",
    re.IGNORECASE | re.MULTILINE,
)
_VAULT_SCALAR = re.compile(
    r"^(?P<indent>[ \t]*)(?P<head>[^\n]*?)!vault[ \t]*[|>][^\n]*\n"
    r"(?:(?:(?P=indent)[ \t]+[^\n]*|[ \t]*)(?:\n|\Z))+",
    re.MULTILINE,
)


def redact_text(text: str) -> str:
    """Replaces what is a secret by its form alone: private keys, vault payloads, known tokens."""
    text = _VAULT_PAYLOAD.sub(ENCRYPTED, _PRIVATE_KEY.sub(REDACTED, text))
    return _URL_PASSWORD.sub(rf"\1{REDACTED}", _KNOWN_TOKEN.sub(REDACTED, text))


def redact_yaml(text: str) -> str:
    """Redacts YAML: values under secret-looking keys, `!vault` scalars and all of `redact_text`.

    References such as `{{ vault_db_password }}` stay: they name a secret and do not hold it. YAML
    that does not parse is redacted line by line instead.
    """
    try:
        spans = [
            span
            for node in yaml.compose_all(text, Loader=yaml.SafeLoader)
            for span in _secret_spans(node)
        ]
    except (yaml.YAMLError, RecursionError, ValueError):
        spans = []
    for start, end, replacement in sorted(set(spans), reverse=True):
        text = text[:start] + replacement + text[end:]
    text = _VAULT_SCALAR.sub(rf"\g<indent>\g<head>{ENCRYPTED}\n", text)
    text = _SECRET_BLOCK.sub(rf"\g<indent>\g<head> {REDACTED}\n", text)
    return redact_text(_ASSIGNED.sub(_redact_assignment, text))


def is_secret_name(name: str) -> bool:
    """Whether a key of this name usually holds a secret: `db_password`, `api_key`, `psk`."""
    return _SENSITIVE_NAME.search(name) is not None


def _redact_assignment(match: re.Match[str]) -> str:
    value = match["value"]
    if _harmless(value.strip("\"'")):
        return match.group()
    return f"{match['head']}{REDACTED}"


def _harmless(value: str) -> bool:
    plain = value.strip().lower()
    return (
        plain in {"", "true", "false", "yes", "no", "null", "~", "none", "always", "on_create"}
        or plain.startswith(("{{", "[redacted", "[vault", "$", "<"))
        or (plain.isdigit() and len(plain) < 4)
    )


def _secret_spans(
    node: yaml.Node | None, secret: bool = False, seen: set[int] | None = None
) -> Iterable[tuple[int, int, str]]:
    """Character spans of secret scalars below `node`, each with its replacement."""
    seen = set() if seen is None else seen
    if node is None or id(node) in seen:
        return
    seen.add(id(node))
    if node.tag == "!vault" or (isinstance(node, yaml.ScalarNode) and secret):
        if node.tag == "!vault" or not _harmless(cast(str, node.value)):
            replacement = ENCRYPTED if node.tag == "!vault" else REDACTED
            block = isinstance(node, yaml.ScalarNode) and node.style in ("|", ">")
            yield (
                node.start_mark.index,
                node.end_mark.index,
                replacement + "\n" + " " * node.end_mark.column if block else replacement,
            )
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else ""
            yield from _secret_spans(value, secret or is_secret_name(str(name)), seen)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _secret_spans(item, secret, seen)
