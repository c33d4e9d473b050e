"""Two networks side by side: what became reachable, and what ceased to be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vpclab import display
from vpclab.evaluate.ends import internet, site
from vpclab.evaluate.reachability import Reachability, full_name, internet_hosts, parts, reachability
from vpclab.evaluate.traffic import NOTHING, Traffic
from vpclab.topology.model import Site, Snapshot
from vpclab.topology.rules import within
from vpclab.topology.store import Store

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Change:
    """What changed for one pair of ends (or a pair of classes that changed alike).

    `unclear` is what could be told on one side only: the other lacks data, or vpclab does not model it.
    """

    source: str
    destination: str
    gained: Traffic
    lost: Traffic
    unclear: Traffic = NOTHING
    pairs: int = 1
    ip_version: int = 4

    def __str__(self) -> str:
        parts = [f"now reachable: {self.gained}"] if self.gained else []
        parts += [f"no longer reachable: {self.lost}"] if self.lost else []
        parts += [f"cannot be told on both sides: {self.unclear}"] if self.unclear else []
        family = " over IPv6" if self.ip_version == 6 else ""
        return display.plain(f"{self.source} → {self.destination}{family}: {'; '.join(parts)}")


@dataclass(frozen=True)
class Comparison(display.Shown):
    """What changed between two networks, pair by pair; empty if nothing did."""

    changes: tuple[Change, ...]

    @property
    def gained(self) -> tuple[Change, ...]:
        """Return the pairs that can send more than before."""
        return tuple(change for change in self.changes if change.gained)

    @property
    def lost(self) -> tuple[Change, ...]:
        """Return the pairs that can send less than before."""
        return tuple(change for change in self.changes if change.lost)

    def __bool__(self) -> bool:
        return bool(self.changes)

    def __str__(self) -> str:
        return "\n".join(map(str, self.changes)) or "nothing changed"

    __repr__ = __str__

    def table(self) -> pd.DataFrame:
        """Return one row per change: source, destination, gained, lost, unclear, pairs, ip_version."""
        import pandas as pd

        rows = [
            (c.source, c.destination, str(c.gained), str(c.lost), str(c.unclear), c.pairs, c.ip_version)
            for c in self.changes
        ]
        columns = ["source", "destination", "gained", "lost", "unclear", "pairs", "ip_version"]
        return pd.DataFrame(rows, columns=columns)


def compare(before: Store | Snapshot, after: Store | Snapshot) -> Comparison:
    """Return what became reachable and what ceased to be, over IPv4 and IPv6.

    >>> from vpclab import Topology, compare
    >>> shop = Topology("shop")
    >>> prod = shop.vpc("prod", "10.0.0.0/16")
    >>> db_sg = prod.security_group("db", inbound=["tcp 5432 from 10.0.1.0/24"])
    >>> app = prod.subnet("app", "10.0.1.0/24").instance("app")
    >>> db = prod.subnet("db", "10.0.2.0/24").instance("db", security_groups=[db_sg])
    >>> later = shop.copy()
    >>> later["prod"].security_group("db", inbound=["tcp 3306 from 10.0.1.0/24"])
    security group db: − tcp 5432 from 10.0.1.0/24, + tcp 3306 from 10.0.1.0/24
    <security group prod/db>
    >>> print(compare(shop, later))
    prod/app → prod/db: now reachable: tcp 3306; no longer reachable: tcp 5432
    """
    old, new = reachability(before), reachability(after)
    return Comparison(tuple(change for version in (4, 6) for change in _changes(old, new, version)))


def _changes(old: Reachability, new: Reachability, version: int) -> Iterator[Change]:
    """Compare one representative of each pair of ends that both networks treat alike."""
    ends = parties(old, new, version)
    for one in ends:
        for other in ends:
            if one is other and len(one.members) == 1:
                continue
            if one.outside and other.outside:
                continue
            src, dst = one.members[0], other.members[1 if one is other else 0]
            was, now = (
                side.between(src, dst, ip_version=version) if one.there[at] and other.there[at] else NOTHING
                for at, side in enumerate((old, new))
            )
            unclear = (was | now) & (was.doubtful | now.doubtful)
            gained, lost = now - was - unclear, was - now - unclear
            if gained or lost or unclear:
                count = len(one.members) * (len(other.members) - (one is other))
                yield Change(one.label, other.label, gained, lost, unclear, count, version)


@dataclass(frozen=True, slots=True, eq=False)
class Party:
    """Who can send or receive: interfaces that nothing tells apart, a part of the internet, a site."""

    label: str
    members: tuple[Any, ...]
    there: tuple[bool, bool] = (True, True)  # whether it exists before and after
    outside: bool = False


def parties(old: Reachability, new: Reachability, version: int) -> list[Party]:
    """Return who sends and receives: interfaces of one class before and after, the internet, sites."""
    keys: dict[str, list[Any]] = {}
    labels: dict[str, str] = {}
    for at, side in enumerate((old, new)):
        for key, members in side.classes(version).items():
            for interface in members:
                keys.setdefault(interface.value.id, [None, None])[at] = key
                labels[interface.value.id] = full_name(interface)
    groups: dict[Any, list[str]] = {}
    for id, pair in keys.items():
        groups.setdefault(tuple(pair), []).append(id)
    found = []
    for (before, after), ids in groups.items():
        more = f" and {len(ids) - 1} more" if len(ids) > 1 else ""
        found.append(Party(labels[ids[0]] + more, tuple(ids), (before is not None, after is not None)))
    both = _together(old.snapshot, new.snapshot)
    for label, place in internet_hosts(both, version):
        found.append(Party(label, (internet(place),), outside=True))
    named = [{here.name: here for here in side.snapshot.all(Site)} for side in (old, new)]
    labelled = set()
    for block, place in parts(both, version):
        for name, here in {**named[0], **named[1]}.items():
            label = f"site {name}" if block in here.cidrs else f"site {name} {block}"
            if label not in labelled and any(within(block, own) for own in here.cidrs):
                labelled.add(label)
                there = (name in named[0], name in named[1])
                found.append(Party(label, (site(name, place),), there, outside=True))
    return found


def _together(old: Snapshot, new: Snapshot) -> Snapshot:
    """Return everything of two snapshots under ids of their own, to ask what either of them names."""
    tables: dict[Any, dict[str, Any]] = {}
    for side, snapshot in (("old", old), ("new", new)):
        for value in snapshot:
            tables.setdefault(type(value), {})[f"{side} {value.id}"] = value
    return Snapshot("both", tables)
