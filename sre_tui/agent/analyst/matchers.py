"""Label matchers made of names that came from outside, safe in PromQL and LogQL."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping


def literal(name: str) -> str:
    """A name as part of a regular expression; what neither language needs escaped stays."""
    return "".join(c if c.isalnum() or c in "-_" else "." for c in name)


def any_of(names: Iterable[str]) -> str:
    """A regular expression that matches any of the names."""
    return "|".join(literal(name) for name in names)


def host_matcher(*hosts: str) -> str:
    """A matcher for the scrape instances of machines, whatever their port or domain."""
    return f'instance=~"({any_of(hosts)})([.:].*)?"'


def instance_matcher(hosts: Collection[str], instances: Mapping[str, str]) -> str:
    """A matcher for the scrape instances of machines.

    Args:
        hosts: the machines; none give an empty matcher.
        instances: machine by scrape instance: one that is scraped by its address has a name that
            stands in no label.
    """
    own = {one: host for one, host in instances.items() if host in hosts}
    if own and not all(one.startswith(host) for one, host in own.items()):
        return f'instance=~"{any_of(sorted(own))}"'
    return host_matcher(*hosts) if hosts else ""


def stream_selector(label: str, names: Iterable[str]) -> str:
    """A LogQL selector for the streams whose label is one of the names."""
    return f'{{{label}=~"{any_of(names)}"}}'
