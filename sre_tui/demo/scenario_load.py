"""Reads scenario files and reports every mistake in them with its line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final, get_args

import yaml
from pydantic import BaseModel, ValidationError
from rapidfuzz import process

from sre_tui.complaint import Complaint, why
from sre_tui.demo.faults import FAULT_KINDS, Fault, target_names
from sre_tui.demo.scenario import Scenario
from sre_tui.demo.truth_kinds import cause_kinds, subjects_of
from sre_tui.demo.world.build import build_homelab
from sre_tui.demo.world.homelab import Homelab

_DEFAULT_GUESTS = 40
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Path_ = tuple[str | int, ...]


class ScenarioError(Complaint):
    """A scenario cannot be used.

    ``problems`` are lines such as ``FILE:LINE: what is wrong; allowed: …``.
    """

    code = "scenario"
    wrong_usage = True

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


def scenario_ids() -> list[str]:
    """The ids of the bundled scenarios, sorted, without a look into their files."""
    names = (item.name for item in _folder().iterdir())
    return sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml"))


def list_scenarios() -> list[Scenario]:
    """The bundled scenarios, the quiet one first."""
    found = [load_scenario(name) for name in scenario_ids()]
    return sorted(found, key=lambda scenario: (scenario.id != "quiet", scenario.id))


def load_folder(folder: Path, *, guests: int = _DEFAULT_GUESTS) -> list[Scenario]:
    """The scenarios of every YAML file in a folder, in the order of the files' names.

    Raises:
        ScenarioError: with every mistake of every file, if an id stands in two of them, or if
            there is no file.
    """
    found: dict[str, tuple[Path, Scenario]] = {}
    problems: list[str] = []
    for path in sorted((*folder.glob("*.yaml"), *folder.glob("*.yml"))):
        try:
            scenario = load_scenario(path, guests=guests)
        except ScenarioError as error:
            problems += error.problems
            continue
        if scenario.id in found:
            other = found[scenario.id][0]
            line = _line_of_id(path)
            what = f"id {scenario.id!r} stands in {other} too; allowed: each once"
            problems.append(f"{path}:{line}: {what}")
        found.setdefault(scenario.id, (path, scenario))
    if not found and not problems:
        problems.append(f"{folder}: there is no scenario file; allowed: files *.yaml")
    if problems:
        raise ScenarioError(problems)
    return [scenario for _, scenario in found.values()]


def _line_of_id(path: Path) -> int:
    root = yaml.compose(path.read_text(encoding="utf-8"), Loader=_LOADER)
    return 1 if root is None else _line(root, ("id",), key_only=True)


def _folder() -> Traversable:
    return resources.files("sre_tui.demo") / "scenarios"


def load_scenario(path_or_id: str | Path, *, guests: int = _DEFAULT_GUESTS) -> Scenario:
    """A scenario by path or by the id of a bundled one, checked against a homelab of that size.

    Raises:
        ScenarioError: with every mistake in the file, or if there is no such file or id.
    """
    path = Path(path_or_id)
    if path.suffix in {".yaml", ".yml"} or path.exists():
        try:
            return parse_scenario(path.read_text(encoding="utf-8"), str(path), guests=guests)
        except (OSError, UnicodeDecodeError) as error:
            raise ScenarioError([f"{path}: cannot be read: {why(error)}"]) from error
    known = scenario_ids()
    file = _folder() / f"{path_or_id}.yaml"
    if str(path_or_id) not in known:
        hint = _nearest(str(path_or_id), known)
        raise ScenarioError([f"no scenario {str(path_or_id)!r}{hint}"])
    return parse_scenario(file.read_text(encoding="utf-8"), file.name, guests=guests)


def parse_scenario(text: str, name: str, *, guests: int = _DEFAULT_GUESTS) -> Scenario:
    """A scenario from YAML text; ``name`` stands in front of every mistake.

    Raises:
        ScenarioError: with every mistake.
    """
    try:
        root = yaml.compose(text, Loader=_LOADER)
        data = yaml.load(text, Loader=_LOADER)  # noqa: S506
    except yaml.MarkedYAMLError as error:
        # What is missing at the end is said to be missing on the line behind it.
        line = min(error.problem_mark.line if error.problem_mark else 0, text.count("\n")) + 1
        raise ScenarioError([f"{name}:{line}: not valid YAML: {error.problem}"]) from error
    except yaml.YAMLError as error:
        raise ScenarioError([f"{name}:1: not valid YAML: {str(error).splitlines()[0]}"]) from error
    if not isinstance(root, yaml.MappingNode):
        raise ScenarioError([f"{name}:1: a scenario is a mapping; allowed: {_keys(Scenario)}"])
    reader = _Reader(name, root, data, guests)
    scenario = reader.read()
    if reader.problems or scenario is None:
        ordered = sorted(set(reader.problems))
        raise ScenarioError([f"{name}:{line}: {what}" for line, what in ordered])
    return scenario


@dataclass
class _Reader:
    name: str
    root: yaml.MappingNode
    data: dict[str, Any]
    guests: int

    def __post_init__(self) -> None:
        self.problems: list[tuple[int, str]] = []

    def read(self) -> Scenario | None:
        """The scenario, or None with at least one problem."""
        self.problems += _repeated_keys(self.root)
        seed = self.data.get("seed", 1)
        lab = build_homelab(self.guests, seed if type(seed) is int else 1)
        entries = self.data.get("faults")
        faults: list[Fault] = []
        if entries is None:
            entries = []
        elif not isinstance(entries, list):
            self._problem(("faults",), "faults must be a list of mappings")
            entries = []
        for index, entry in enumerate(entries):
            fault = self._fault(("faults", index), entry, lab)
            if fault is not None:
                faults.append(fault)
        self._tasks(lab)
        self._truths(lab)
        try:
            return Scenario.model_validate({**self.data, "faults": faults})
        except ValidationError as error:
            self._invalid(error, (), Scenario)
            return None

    def _fault(self, path: Path_, entry: object, lab: Homelab) -> Fault | None:
        if not isinstance(entry, dict):
            example = "{kind: disk_failing, target: nas1/sdc, at: -3h}"
            self._problem(path, f"a fault is a mapping such as {example}, not {_short(entry)}")
            return None
        kind = entry.get("kind")
        if not isinstance(kind, str) or kind not in FAULT_KINDS:
            what = "a fault needs a kind" if kind is None else f"unknown fault kind {kind!r}"
            hint = _nearest(str(kind or ""), list(FAULT_KINDS))
            self._problem((*path, "kind"), f"{what}{hint}; `sre demo faults` tells of each")
            return None
        model = FAULT_KINDS[kind]
        names = target_names(lab, model.hits)
        target = entry.get("target")
        if target is not None and target not in names:
            what = f"unknown target {target!r} of {kind} (a {model.hits.value})"
            self._problem((*path, "target"), what + _nearest(str(target), names))
        try:
            fault = model.model_validate(entry)
        except ValidationError as error:
            self._invalid(error, path, model)
            return None
        for key, allowed in fault.names(lab).items():
            if entry[key] not in allowed:
                what = f"unknown {key} {entry[key]!r} of {kind}"
                self._problem((*path, key), what + _nearest(str(entry[key]), list(allowed)))
        return fault

    def _tasks(self, lab: Homelab) -> None:
        raw = self.data.get("raw")
        tasks = raw.get("tasks") if isinstance(raw, dict) else None
        known: list[str] = [str(guest.vmid) for guest in lab.guests]
        known += [*lab.guest_by_name, *lab.datastore_by_name, *lab.node_by_name]
        known += [pool.name for pool in lab.pools]
        for index, task in enumerate(tasks if isinstance(tasks, list) else ()):
            target = task.get("target") if isinstance(task, dict) else None
            if target is not None and str(target) not in known:
                at: Path_ = ("raw", "tasks", index, "target")
                self._problem(at, f"unknown task target {target!r}" + _nearest(str(target), known))

    def _truths(self, lab: Homelab) -> None:
        """Kinds and subjects of the causes of every question."""
        questions = self.data.get("questions")
        for index, question in enumerate(questions if isinstance(questions, list) else ()):
            truth = question.get("truth") if isinstance(question, dict) else None
            if not isinstance(truth, dict):
                continue
            path: Path_ = ("questions", index, "truth")
            self._cause((*path, "cause"), truth.get("cause"), lab)
            also = truth.get("also")
            for number, cause in enumerate(also if isinstance(also, list) else ()):
                self._cause((*path, "also", number), cause, lab)

    def _cause(self, path: Path_, cause: object, lab: Homelab) -> None:
        kind = cause.get("kind") if isinstance(cause, dict) else None
        if not isinstance(cause, dict) or not isinstance(kind, str):
            return
        kinds = cause_kinds()
        if kind not in kinds:
            what = f"unknown kind of cause {kind!r}{_nearest(kind, kinds, shown=len(kinds))}"
            self._problem((*path, "kind"), what)
            return
        subject = cause.get("subject")
        known = subjects_of(kind, lab)
        if isinstance(subject, str) and subject not in {*known, *self._raw_names()}:
            what = f"unknown subject {subject!r} of {kind}{_nearest(subject, known)}"
            self._problem((*path, "subject"), what)

    def _raw_names(self) -> set[str]:
        """Label values of raw telemetry: what the homelab does not know, a scenario may add."""
        raw = self.data.get("raw")
        parts = raw.values() if isinstance(raw, dict) else ()
        entries = [entry for part in parts if isinstance(part, list) for entry in part]
        labels = [entry.get("labels") for entry in entries if isinstance(entry, dict)]
        return {str(value) for each in labels if isinstance(each, dict) for value in each.values()}

    def _invalid(self, error: ValidationError, path: Path_, model: type[BaseModel]) -> None:
        for item in error.errors():
            where = (*path, *item["loc"])
            owner = _owner(model, item["loc"])
            key = item["loc"][-1] if item["loc"] else ""
            match item["type"]:
                case "extra_forbidden":
                    fields = list(owner.model_fields) if owner else []
                    text = f"unknown key {key!r}" + _nearest(str(key), fields)
                case "missing":
                    text = f"missing key {key!r}; allowed: {_keys(owner)}"
                case "value_error":
                    text = f"{key}: {item['ctx']['error']}"
                case _:
                    text = f"{key}: {item['msg']}, not {_short(item['input'])}"
            self._problem(where, text, key_only=item["type"] == "extra_forbidden")

    def _problem(self, path: Path_, text: str, *, key_only: bool = False) -> None:
        self.problems.append((_line(self.root, path, key_only), text))


def _line(root: yaml.Node, path: Path_, key_only: bool) -> int:
    node, line = root, root.start_mark.line
    for depth, step in enumerate(path):
        if isinstance(node, yaml.MappingNode):
            hit = next(((k, v) for k, v in node.value if k.value == str(step)), None)
            if hit is None:
                break
            last = depth == len(path) - 1
            node = hit[1]
            line = hit[0].start_mark.line if last and key_only else node.start_mark.line
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            if step >= len(node.value):
                break
            node = node.value[step]
            line = node.start_mark.line
        else:
            break
    return line + 1


def _repeated_keys(node: yaml.Node) -> Iterator[tuple[int, str]]:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                yield key.start_mark.line + 1, f"key {key.value!r} is given twice"
            seen.add(str(key.value))
            yield from _repeated_keys(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _repeated_keys(value)


def _owner(model: type[BaseModel], location: tuple[int | str, ...]) -> type[BaseModel] | None:
    """The model that holds the key at the end of a location."""
    owner: type[BaseModel] | None = model
    for step in location[:-1]:
        if isinstance(step, int) or owner is None:
            continue
        field = owner.model_fields.get(step)
        owner = next(_models(field.annotation), None) if field else None
    return owner


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)


def _keys(model: type[BaseModel] | None) -> str:
    return ", ".join(model.model_fields) if model else "nothing"


def _nearest(word: str, known: list[str], *, shown: int = 24) -> str:
    hit = process.extractOne(word, known, score_cutoff=70) if word else None
    meant = f", did you mean {hit[0]!r}?" if hit else ""
    more = [f"… and {len(known) - shown} more"] if len(known) > shown else []
    return f"{meant}; allowed: {', '.join((*known[:shown], *more))}"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:59] + "…"
