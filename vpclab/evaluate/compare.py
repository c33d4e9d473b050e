"""Two networks side by side: what became reachable, and what ceased to be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vpclab import display
from vpclab.evaluate.ends import internet
from vpclab.evaluate.reachability import Reachability, reachability
from vpclab.evaluate.traffic import NOTHING, Traffic
from vpclab.topology.model import Snapshot
from vpclab.topology.store import Store

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Change:
    """What changed for one pair of ends (or a pair of classes that changed alike)."""

    source: str
    destination: str
    gained: Traffic
    lost: Traffic
    pairs: int = 1

    def __str__(self) -> str:
        parts = [f"now reachable: {self.gained}"] if self.gained else []
        parts += [f"no longer reachable: {self.lost}"] if self.lost else []
        return f"{self.source} → {self.destination}: {'; '.join(parts)}"


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
        """Return one row per change: source, destination, gained, lost, pairs."""
        import pandas as pd

        rows = [(c.source, c.destination, str(c.gained), str(c.lost), c.pairs) for c in self.changes]
        return pd.DataFrame(rows, columns=["source", "destination", "gained", "lost", "pairs"])


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
    ends = _ends(old, new, version)
    for one in ends:
        for other in ends:
            if one is other and len(one.members) == 1:
                continue
            if one.outside and other.outside:
                continue
            src, dst = one.members[0], other.members[1 if one is other else 0]
            was, now = (_between(side, src, dst, version) for side in (old, new))
            if was != now:
                count = len(one.members) * (len(other.members) - (one is other))
                yield Change(one.label, other.label, now - was, was - now, count)


@dataclass(frozen=True, slots=True, eq=False)
class _End:
    label: str
    members: tuple[Any, ...]
    outside: bool = False


def _ends(old: Reachability, new: Reachability, version: int) -> list[_End]:
    """Return the ends to compare: interfaces that share their class before and after, and internet hosts."""
    keys: dict[str, list[Any]] = {}
    labels: dict[str, str] = {}
    for at, side in enumerate((old, new)):
        for key, members in side.classes(version).items():
            for interface in members:
                keys.setdefault(interface.value.id, [None, None])[at] = key
                vpc = interface.subnet.vpc.value.name
                labels[interface.value.id] = f"{vpc}/{interface.component.name}"
    groups: dict[Any, list[str]] = {}
    for id, pair in keys.items():
        groups.setdefault(tuple(pair), []).append(id)
    found = []
    for ids in groups.values():
        more = f" and {len(ids) - 1} more" if len(ids) > 1 else ""
        found.append(_End(labels[ids[0]] + more, tuple(ids)))
    hosts = {place: label for side in (old, new) for label, place in side.internet_hosts(version)}
    return [*found, *(_End(label, (place,), outside=True) for place, label in hosts.items())]


def _between(side: Reachability, src: Any, dst: Any, version: int) -> Traffic:
    """Return what one end can send to the other; nothing where one of them does not exist."""
    for end in (src, dst):
        if isinstance(end, str) and end not in side.network.interfaces:
            return NOTHING
    ends = [end if isinstance(end, str) else internet(end) for end in (src, dst)]
    return side.between(*ends, ip_version=version)
