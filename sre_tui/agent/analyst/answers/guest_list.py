"""Answers how many guests there are of a kind, which run, and which are off though they should run.

Templates can never run, and who leaves a guest off does not miss it: both are named, and are no
trouble.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from providers.proxmox import Guest
from sre_tui.agent.analyst.answers.stops import STOPPED_WITHIN, last_stop, stopped_by
from sre_tui.agent.analyst.answers.told import Section, read, told
from sre_tui.agent.analyst.answers.unanswered import say_unanswered
from sre_tui.agent.analyst.calls import Call
from sre_tui.agent.analyst.entities import EntityKind
from sre_tui.agent.analyst.guest_kinds import kind_of
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.opening import Opening
from sre_tui.agent.analyst.quantities import INSTANT
from sre_tui.agent.analyst.wording import names, plain
from sre_tui.tools.prometheus_data import InstantValues
from sre_tui.tools.proxmox_data import NodeListing
from sre_tui.tools.proxmox_guest_data import GuestListing
from sre_tui.views.human import count

MOST: Final = 2000
SHOWN: Final = 40
MOST_STOPS: Final = 3
"""Guests that are off of which is looked who stopped them."""
_DOCKER: Final = 'container_start_time_seconds{name!=""}'
TEMPLATES: Final = re.compile(r"\b(?:templates?|vorlagen?)\b")
_MAY_BE_DOCKER: Final = re.compile(r"\b(?<!lxc )(?<!linux )containers?\b")
_DOWN: Final = re.compile(
    r"\b(?:down|offline|dead|unreachable|crashed|ausgefallen|weg|tot|"
    r"should (?:run|be running|be up)|laufen sollten?|(?:not|nicht) (?:online|up|answering))\b"
)
_OFF: Final = re.compile(
    r"\b(?:stopped|off|gestoppt|aus|inactive|(?:not|nicht) (?:running|an)|laufen nicht)\b"
)
_COUNTS: Final = re.compile(r"^(?:how m[any]{1,3}|wie ?viele|anzahl|number|count)\b")
_ELSE: Final = re.compile(
    r"\b(?:snapshots?|backed|backups?|gesichert|restart\w*|reboot\w*|crash\w*|fail\w*|kill\w*|"
    r"updates?|outdated|memory|ram|cpus?|cores?|disks?|gb|gib|tb|uses?|using|more than|less than|"
    r"migrat\w*|clon\w*|creat\w*|delet\w*|started|boot\w*|autostart|agents?|vlans?|ips?|address\w*|"
    r"errors?|logs?|mount\w*|wait\w*|slow|busy)\b"
)
"""Asks how many there are of which something else is so."""
_RUNS: Final = re.compile(r"\b(?:running|runs?|up|online|active|laufen|läuft|an)\b")
_WHETHER: Final = re.compile(r"^(?:is|are|do|does|any|sind|laufen|ist|läuft)\b")
_ALL: Final = re.compile(r"\b(?:all|every|alle|jede\w*)\b")
_NAMED: Final[dict[str, tuple[str, str]]] = {
    "qemu": ("virtual machine", "virtual machines"),
    "lxc": ("LXC container", "LXC containers"),
    "": ("guest", "guests"),
}


async def tell_guests(look: Look) -> Iterator[str] | None:
    """Guests of the kind and on the nodes that are named; None if Proxmox VE does not tell."""
    if not look.caller.offers("proxmox_list_guests"):
        return None
    data, cite = await read(look, "guests", "proxmox_list_guests", GuestListing)
    if data is None:
        return None
    folded = look.question.folded
    hosts = {one.name for one in look.focus.of(EntityKind.HOST)} or set(look.focus.hosts)
    if hosts - {one.node for one in data.items}:
        return None
    if _COUNTS.match(folded) and _ELSE.search(folded):
        return await say_unanswered(look)
    here = [one for one in data.items if not hosts or one.node in hosts]
    where = f" on {names([plain(one, 60) for one in sorted(hosts)])}" if hosts else ""
    if TEMPLATES.search(folded):
        return _templates(look, [one for one in here if one.template], where, cite)
    every = _Guests(look, here, kind_of(folded), where, cite)
    if any(one.status == "unknown" for one in every.chosen):
        await look.ask(nodes=Call("proxmox_node_status", {}))
    if every.chosen and _DOWN.search(folded):
        return await every.down()
    if every.chosen and _OFF.search(folded):
        return every.off()
    if every.chosen and _WHETHER.match(folded) and _ALL.search(folded):
        return every.whether_all()
    return await every.counted()


def _templates(look: Look, held: Sequence[Guest], where: str, cite: str) -> Iterator[str]:
    if not held:
        return told(look, f"**There is no template{where}**.{cite}")
    return told(look, f"**{count(len(held), 'template')}{where}**: {_list(held)}.{cite}")


class _Guests:
    """The guests that are asked about, by how they are."""

    def __init__(
        self, look: Look, here: Sequence[Guest], kind: str, where: str, cite: str
    ) -> None:  # fmt: skip
        self._look, self._where, self._cite, self._kind = look, where, cite, kind
        self._left_out = [one for one in here if one.template and kind in ("", one.type)]
        self._others = [one for one in here if not one.template and kind not in ("", one.type)]
        self.chosen = [one for one in here if not one.template and kind in ("", one.type)]
        self._one, self._many = _NAMED[kind]
        self._running = [one for one in self.chosen if one.status == "running"]
        self._lost = [one for one in self.chosen if one.status == "unknown"]
        self._resting = [one for one in self.chosen if one.status == "stopped"
                         and not one.should_run]  # fmt: skip
        self._docker_cite = ""
        self._wanted = [one for one in self.chosen
                        if one not in (*self._running, *self._lost, *self._resting)]  # fmt: skip

    async def down(self) -> Iterator[str]:
        """Those that are down though they should run; the others that are off beside them."""
        head = ""
        if _WHETHER.match(self._look.question.folded):
            head = "Yes: " if self._wanted or self._lost else "No: "
        share = f"{len(self._running)} of {self._counted()} {_are(self._running, 'run')}"
        if not self._wanted and not self._lost:
            none = f"no {self._one}{self._where} is down that should run**: {share}"
            said = Opening(head or "None: ", f"{none}{self._rest()}")
            return told(self._look, said + self._end(), *self._aside())
        hows = [await self._how(one) for one in self._wanted[:MOST_STOPS]]
        alone = len(hows) == 1 and not self._lost
        how = f", {hows[0]}" if alone else f".{self._cite}"
        said = Opening(head, f"{self._trouble()}{how}")
        each = zip(self._wanted, hows, strict=False)
        lines = [] if alone else [f"{plain(one.label, 60)}: {how}" for one, how in each]
        rest = f"{share}{self._rest()}{self._end()}"
        return told(self._look, said, ("", lines), ("The others", [rest]), *self._aside())

    def off(self) -> Iterator[str]:
        """All that do not run."""
        off = len(self.chosen) - len(self._running)
        if not off:
            none = f"all of {self._counted()}{self._where} are running**"
            return told(self._look, Opening("None: ", none + self._end()), *self._aside())
        if self._lost:
            lead = f"**{self._trouble()}"
            return told(self._look, f"{lead}{self._rest()}{self._end()}", *self._aside())
        parts = []
        if self._wanted:
            parts.append(f"{_list(self._wanted)}, though {_they(self._wanted)} should run")
        if self._resting:
            parts.append(f"{_list(self._resting)}, {_why_off(self._resting)}")
        lead = f"**{off} of {self._counted()}{self._where} not running**: {'; '.join(parts)}"
        return told(self._look, lead + self._end(), *self._aside())

    def whether_all(self) -> Iterator[str]:
        """Whether all run that should."""
        counted = f"{len(self._running)} of {self._counted()}{self._where}"
        runs = f"{counted} {_are(self._running, 'run')}"
        if self._wanted or self._lost:
            lead = Opening("No: ", f"{runs}**; {self._trouble().replace('**', '')}{self._rest()}")
        elif self._resting:
            lead = Opening("Yes, ", f"all that should: {runs}**{self._rest()}")
        else:
            lead = Opening("Yes: ", f"all of {self._counted()}{self._where} run**")
        return told(self._look, lead + self._end(), *self._sections())

    async def counted(self) -> Iterator[str]:
        """How many there are, and which."""
        folded = self._look.question.folded
        if not self.chosen:
            lead = f"**There is no {self._one}{self._where}**"
            return told(self._look, lead + self._end(), *self._sections())
        docker = await self._docker()
        running = len(self._running)
        known = "known to be " if self._lost else ""
        if running == len(self.chosen):
            state = ", all running" if running > 1 else ", running"
        else:
            state = f", {running} of them {known}running"
        lead = f"**{self._counted()}{self._where}{state}"
        if _RUNS.search(folded) and re.match(
            r"^(?:how m[any]{1,3}|wie ?viele|anzahl|number)\b", folded
        ):
            share = "" if running == len(self.chosen) else f"{running} of "
            lead = f"**{share}{self._counted()}{self._where} {_are(self._running, 'run')}"
            lead += f", {_kinds(self._running)}" if not self._kind and running else ""
        elif not self._kind:
            lead += f": {_kinds(self.chosen)}"
        lead += f"{docker}**"
        if self._wanted or self._lost:
            lead += f"; {self._trouble().replace('**', '')}"
        return told(self._look, lead + self._rest() + self._end(), *self._sections())

    # -- parts -------------------------------------------------------------------------------

    def _counted(self) -> str:
        return count(len(self.chosen), self._one, self._many)

    def _trouble(self) -> str:
        """What is down, whose first clause ends the bold beginning."""
        said = []
        if self._lost:
            are = _are(self._lost, "is")
            why = _why_unknown(self._look, self._lost)
            who = names([plain(one.name or f"guest {one.vmid}", 60) for one in self._lost], SHOWN)
            share = f"{len(self._lost)} of {self._counted()}{self._where}"
            said.append(f"{share} {are} down or out of reach, {why}**: {who}")
        if self._wanted:
            share = f"{len(self._wanted)} of {self._counted()}{self._where}"
            are = _are(self._wanted, "is")
            end = "" if said else "**"
            said.append(f"{share} {are} down though {_they(self._wanted)} should run{end}: "
                        f"{_list(self._wanted)}")  # fmt: skip
        return "; ".join(said)

    def _rest(self) -> str:
        if not self._resting:
            return ""
        are = _are(self._resting, "is")
        return f"; {_list(self._resting)} {are} off, {_why_off(self._resting)}"

    def _end(self) -> str:
        held = len(self._left_out)
        if not held:
            return f".{self._cite}{self._docker_cite}"
        are = "is" if held == 1 else "are"
        return f". {count(held, 'template')} {are} not counted.{self._cite}{self._docker_cite}"

    def _aside(self) -> Iterator[Section]:
        """What is down of the kind that is not asked about, which people often mean as well."""
        down = [one for one in self._others if one.should_run or one.status == "error"]
        if down:
            one, many = _NAMED[down[0].type]
            said = f"{count(len(down), one, many)} {_are(down, 'is')} down that should run"
            yield "Besides", [f"{said}: {_list(down)}{self._cite}"]

    def _sections(self) -> Iterator[Section]:
        hosts: dict[str, list[str]] = {}
        for guest in sorted(self._running, key=lambda one: (one.node, one.name or "")):
            hosts.setdefault(guest.node, []).append(plain(guest.name or str(guest.vmid), 60))
        yield "", [f"{plain(node, 60)}: {names(own, SHOWN)}{self._cite}"
                   for node, own in hosts.items()]  # fmt: skip
        if self._kind and self._others and not self._where:
            one, many = _NAMED["lxc" if self._kind == "qemu" else "qemu"]
            up = sum(guest.status == "running" for guest in self._others)
            said = f"{count(len(self._others), one, many)}, {up} of them running"
            yield "Besides", [f"{said}{self._cite}"]
        yield from self._aside()

    async def _docker(self) -> str:
        """The containers of Docker, where the question may be meant of them."""
        look = self._look
        if self._kind != "lxc" or not _MAY_BE_DOCKER.search(look.question.folded):
            return ""
        if not look.caller.offers(INSTANT):
            return ""
        data, cite = await read(look, "docker", INSTANT, InstantValues,
                                query=_DOCKER, limit=MOST)  # fmt: skip
        wanted = {one.name for one in self.chosen} if self._where else set()
        held = [look.inventory.host_of(one.labels) for one in (data.items if data else ())]
        held = [one for one in held if not wanted or one in wanted]
        if not held:
            return ""
        self._docker_cite = cite
        on = count(len(set(held)), "machine")
        return f", and {count(len(held), 'Docker container')} on {on}"

    async def _how(self, guest: Guest) -> str:
        """How one came to be down that should run."""
        if guest.status != "stopped":
            return f"{plain(guest.status_detail or guest.status)}.{self._cite}"
        boot = "starts on boot" if guest.onboot else "high availability wants it to run"
        last, cite, read_tasks = await last_stop(self._look, guest)
        if last is not None:
            return f"stopped by {stopped_by(self._look, last)}; it {boot}.{self._cite}{cite}"
        none = f"; no task of the last {STOPPED_WITHIN} days stopped it" if read_tasks else ""
        return f"which {boot}{none}.{self._cite}{cite}"


def _why_unknown(look: Look, lost: Sequence[Guest]) -> str:
    """Their nodes do not report: they are off with them, or run where nobody can see."""
    hosts = sorted({one.node for one in lost})
    report = look.found["nodes"].data(NodeListing) if "nodes" in look.found else None
    off = {one.node.name for one in (report.items if report is not None else ())
           if one.node.status == "offline"}  # fmt: skip
    alone = len(hosts) == 1
    state = ("is" if alone else "are") + " offline"
    if not off.issuperset(hosts):
        state = f"{'does' if alone else 'do'} not report"
    whose = "its" if len(lost) == 1 else "their"
    where = names([plain(host, 60) for host in hosts])
    return f"{whose} {'node' if alone else 'nodes'} {where} {state}"


def _kinds(guests: Sequence[Guest]) -> str:
    machines = sum(one.type == "qemu" for one in guests)
    containers = len(guests) - machines
    if not machines or not containers:
        return f"all of them {_NAMED['qemu' if machines else 'lxc'][1]}"
    return f"{count(containers, *_NAMED['lxc'])} and {count(machines, *_NAMED['qemu'])}"


def _why_off(resting: Sequence[Guest]) -> str:
    if any(one.onboot is None and not one.lock for one in resting):
        return "and whether that is on purpose is not known"
    return "on purpose as it seems: not set to start on boot"


def _list(guests: Sequence[Guest]) -> str:
    held: dict[str, list[str]] = {}
    for one in sorted(guests, key=lambda one: (one.node, one.name or "")):
        held.setdefault(one.node, []).append(plain(one.name or f"guest {one.vmid}", 60))
    return names([f"{names(own, SHOWN)} on {plain(node, 40)}" for node, own in held.items()])


def _are(guests: Sequence[Guest], verb: str) -> str:
    if verb == "is":
        return "is" if len(guests) == 1 else "are"
    return f"{verb}s" if len(guests) == 1 else verb


def _they(guests: Sequence[Guest]) -> str:
    return "it" if len(guests) == 1 else "they"


__all__ = ["TEMPLATES", "tell_guests"]
