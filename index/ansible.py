"""Ansible YAML (playbooks, roles, inventories), cut by play, task, group and variable."""

import re
from collections.abc import Iterator
from pathlib import PurePath

import yaml

from index.documents import Chunk, Document
from index.markdown import make_chunks
from index.packing import BLOCK, ITEM, Layout, Section, WordPieceStarts
from index.redaction import redact_yaml

SHORTEST = 20
"""Entries with fewer word pieces join the one above; most tasks stand alone."""

_TASK_LISTS = ("pre_tasks", "tasks", "post_tasks", "handlers", "roles", "block", "rescue", "always")
_TASK_LIST_FOLDERS = ("tasks", "handlers")


def parse(text: str, *, source: str) -> tuple[Document, str | None]:
    """The document in `text` without its secrets, and why it could not be read as YAML, if so.

    Text that is not YAML is kept as text. A file that is one Ansible vault keeps only its name.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    problem = None
    if not text.startswith("$ANSIBLE_VAULT"):
        try:
            for _ in yaml.compose_all(text, Loader=yaml.SafeLoader):
                pass
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            problem = f"{source}: not valid YAML: {' '.join(str(error).split())}"
    document = Document(
        source=source,
        kind="ansible",
        title=_title(source),
        text=redact_yaml(text),
        format="yaml",
    )
    return document, problem


def chunk(document: Document, starts: WordPieceStarts) -> list[Chunk]:
    """Cuts an Ansible document; joined again, the passages are its whole text."""
    return make_chunks(document, layout(document.text), starts, SHORTEST)


def layout(text: str) -> Layout:
    """Sections by play, task, group and top-level variable; breaks between them."""
    lines = text.split("\n")
    line_starts = [0]
    for line in lines:
        line_starts.append(min(line_starts[-1] + len(line) + 1, len(text)))
    paths: dict[int, tuple[str, ...]] = {}
    try:
        for node in yaml.compose_all(text, Loader=yaml.SafeLoader):
            for number, path in _entries(node, ()):
                paths.setdefault(_with_comments(lines, number), path)
    except (yaml.YAMLError, ValueError, RecursionError):
        paths = {}
    sections = [Section(0, ())] if 0 not in paths else []
    sections += [Section(line_starts[number], path) for number, path in sorted(paths.items())]
    breaks = {section.start: BLOCK for section in sections}
    for number, content in enumerate(lines):
        if re.match(r"\s*- ", content):
            breaks.setdefault(line_starts[number], ITEM)
    return Layout(tuple(sections), breaks, ())


def _entries(
    node: yaml.Node | None, path: tuple[str, ...], depth: int = 0
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Line number and path of every play, task, group and top-level variable."""
    if depth > 12:
        return
    if isinstance(node, yaml.SequenceNode) and not node.flow_style:
        for item in node.value:
            if isinstance(item, yaml.MappingNode):
                here = (*path, *_name(item))
                yield item.start_mark.line, here
                for key, value in item.value:
                    if key.value in _TASK_LISTS:
                        yield from _entries(value, here, depth + 1)
    elif isinstance(node, yaml.MappingNode) and not node.flow_style:
        for key, value in node.value:
            name = str(key.value)
            plain = name in ("children", "hosts", "vars") and depth > 0
            here = path if plain else (*path, name)
            if not plain or name == "children":
                yield key.start_mark.line, here
            if name == "children" or (isinstance(value, yaml.MappingNode) and _is_group(value)):
                yield from _entries(value, here, depth + 1)


def _is_group(node: yaml.MappingNode) -> bool:
    names = {str(key.value) for key, _ in node.value}
    return bool(names) and names <= {"hosts", "vars", "children"}


def _name(item: yaml.MappingNode) -> tuple[str, ...]:
    fields = {str(key.value): value for key, value in item.value}
    for key in ("name", "hosts", "role", "import_playbook", "include_role", "import_tasks"):
        value = fields.get(key)
        if isinstance(value, yaml.ScalarNode):
            return (str(value.value),)
    return (str(item.value[0][0].value),) if item.value else ()


def _with_comments(lines: list[str], line: int) -> int:
    """Comments right above an entry speak of it, so it starts with them."""
    while line > 0 and lines[line - 1].lstrip().startswith("#"):
        line -= 1
    return line


def _title(source: str) -> str:
    parts = PurePath(source).parts
    if "roles" in parts[:-2]:
        role = parts.index("roles") + 1
        return f"Ansible role {parts[role]}: {'/'.join(parts[role + 1 :])}"
    for folder, word in (("group_vars", "group"), ("host_vars", "host")):
        if folder in parts[:-1]:
            name = PurePath(*parts[parts.index(folder) + 1 :]).with_suffix("")
            return f"Ansible variables of {word} {name}"
    if any("inventor" in part or part.startswith("hosts") for part in parts[-2:]):
        return f"Ansible inventory {parts[-1]}"
    in_task_folder = len(parts) > 1 and parts[-2] in _TASK_LIST_FOLDERS
    return f"Ansible {'tasks' if in_task_folder else 'playbook'} {parts[-1]}"
