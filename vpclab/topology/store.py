"""Where a topology keeps its values, and the handles by which people hold them.

A handle is a place in a topology: it stays good while the value behind it changes, and it finds the
same resource in a copy. Declaring is desired state: the same again changes nothing, a changed
attribute is updated and said, and what AWS cannot change is refused with the way out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from vpclab import display
from vpclab.topology.errors import Ambiguous, BadInput, NotFound, Refused
from vpclab.topology.model import (
    Address,
    ElasticIp,
    Instance,
    NatGateway,
    NetworkInterface,
    Resource,
    RouteTable,
    Settings,
    Snapshot,
    Vpc,
)

if TYPE_CHECKING:
    from vpclab.topology.builders import Topology

R = TypeVar("R", bound=Resource)
_PREFIX = {
    "vpc": "vpc", "subnet": "subnet", "route_table": "rtb", "internet_gateway": "igw", "nat_gateway": "nat",
    "network_interface": "eni", "instance": "i", "elastic_ip": "eipalloc", "security_group": "sg",
    "network_acl": "acl", "prefix_list": "pl",
}  # fmt: skip


class Store(display.Shown):
    """The values of a topology by class and id, their names, and the snapshot of the moment."""

    def __init__(self, name: str, region: str, account: str) -> None:
        self.name, self.region, self.account_id = name, region, account
        self.assumed: tuple[str, ...] = ()
        self.settings = Settings()
        self._tables: dict[type[Resource], dict[str, Any]] = {}
        self._snapshot: Snapshot | None = None

    def snapshot(self) -> Snapshot:
        """Return everything as it is now, frozen; the same object until something changes."""
        if self._snapshot is None:
            tables: Mapping[type[Resource], Mapping[str, Any]] = {k: dict(t) for k, t in self._tables.items()}
            self._snapshot = Snapshot(self.name, tables, self.settings, self.assumed)
        return self._snapshot

    def values(self, kind: type[R]) -> tuple[R, ...]:
        """Return the values of one class, in the order they were made."""
        return tuple(self._tables.get(kind, {}).values())

    def put(self, value: Resource) -> None:
        """Add a value, or put it in the place of the one with its id."""
        self._tables.setdefault(type(value), {})[value.id] = value
        self._snapshot = None

    def drop(self, value: Resource) -> None:
        """Take a value out."""
        self._tables[type(value)].pop(value.id, None)
        self._snapshot = None

    def named(self, kind: type[R], vpc_id: str | None, name: str) -> R | None:
        """Return the value of that class and name in that VPC, or None."""
        return next(
            (v for v in self.values(kind) if v.name == name and getattr(v, "vpc_id", None) == vpc_id), None
        )

    def new_id(self, kind: type[Resource], *names: str) -> str:
        """Return an unused id that can be read: ``subnet-prod-public-a``."""
        wanted = "-".join((_PREFIX[kind.kind], *names)).replace(" ", "-")
        taken, tried, number = self._tables.get(kind, {}), wanted, 2
        while tried in taken:
            tried, number = f"{wanted}-{number}", number + 1
        return tried

    def check_name(self, name: object, what: str) -> str:
        """Return a usable name, or say why it is none."""
        if not isinstance(name, str) or not name.strip() or "/" in name:
            raise BadInput(f"{name!r} is not a name for a {what}: write text without '/', e.g. 'web'")
        return name

    def declare(self, value: R, fixed: Iterable[str] = ()) -> R:
        """Make `value` so: add it, or change the one with its id and say what changed.

        `fixed` names the attributes that AWS cannot change once the resource exists.
        """
        old = self._tables.get(type(value), {}).get(value.id)
        if old == value:
            return value
        if old is not None:
            for name in fixed:
                was, wanted = getattr(old, name), getattr(value, name)
                if was != wanted:
                    raise Refused(
                        "vpclab:IMMUTABLE_ATTRIBUTE",
                        f"{name.replace('_', ' ')} {_text(wanted)} for {value.kind.replace('_', ' ')} {value.name}",
                        f"it was made with {_text(was)}, and AWS cannot change that",
                        "use another name for a new one, or remove() the old one first",
                    )
            changes = [_change(f.name, getattr(old, f.name), getattr(value, f.name)) for f in fields(value)]
            display.say(f"{value.kind.replace('_', ' ')} {value.name}: " + "; ".join(filter(None, changes)))
        self.put(value)
        return value

    # -- finding ---------------------------------------------------------------------------------

    def qualified(self, value: Resource) -> str:
        """Return the name that is good everywhere: ``prod/web``."""
        vpc_id = getattr(value, "vpc_id", None)
        vpc = self._tables.get(Vpc, {}).get(vpc_id) if vpc_id else None
        return f"{vpc.name}/{value.name}" if vpc is not None else value.name

    def find(self, name: str, kinds: Iterable[type[Resource]] | None = None) -> Resource:
        """Return the value with that id, name or qualified name (``prod/web``).

        Raises `NotFound` with the names there are, or `Ambiguous` with those that share the name.
        """
        searched = [k for k in (kinds if kinds is not None else self._tables)]
        for kind in searched:
            if name in self._tables.get(kind, {}):
                found: Resource = self._tables[kind][name]
                return found
        everything = [value for kind in searched for value in self._tables.get(kind, {}).values()]
        matches = [v for v in everything if v.name == name or self.qualified(v) == name]
        if len(matches) > 1 and kinds is None:
            best = [v for v in matches if isinstance(v, Instance)]
            matches = best if len(best) == 1 else matches
        if len(matches) == 1:
            return matches[0]
        if matches:
            names = [self.qualified(v) for v in matches]
            raise Ambiguous(name, names if len(set(names)) == len(names) else [v.id for v in matches])
        raise NotFound(f"nothing here is called {name!r}", (self.qualified(v) for v in everything))

    def one(self, kind: type[R], ref: Handle[Any] | str, vpc_id: str | None = None) -> R:
        """Return the value of one class that a handle, id or name stands for; names of `vpc_id` come first."""
        if isinstance(ref, Handle):
            if ref.kind != kind.kind:
                raise BadInput(f"{ref!r} is not a {kind.kind.replace('_', ' ')}")
            ref = ref.id
        found = self.named(kind, vpc_id, ref) if vpc_id else None
        return found if found is not None else cast("R", self.find(ref, (kind,)))

    def blackhole(self, target_id: str) -> None:
        """Mark every route to a target that is gone (RT-13)."""
        for table in self.values(RouteTable):
            if any(route.target == target_id for route in table.routes):
                routes = (replace(r, state="blackhole") if r.target == target_id else r for r in table.routes)
                self.put(replace(table, routes=tuple(routes)))

    def used_addresses(self, subnet_id: str) -> set[Address]:
        """Return the addresses that interfaces and NAT gateways of a subnet have."""
        used: set[Address] = set()
        for eni in self.values(NetworkInterface):
            if eni.subnet_id == subnet_id:
                used.update(entry.address for entry in eni.addresses)
                used.update(eni.ipv6_addresses)
        used.update(
            n.private_ip for n in self.values(NatGateway) if n.subnet_id == subnet_id and n.private_ip
        )
        return used

    def free_public_address(self) -> IPv4Address:
        """Return the next public IPv4 address of the documentation ranges, and after them of 198.18.0.0/15."""
        used = {eip.address for eip in self.values(ElasticIp)} | {
            n.public_ip for n in self.values(NatGateway)
        }
        used |= {entry.public_ip for eni in self.values(NetworkInterface) for entry in eni.addresses}
        for first, count in (("198.51.100.10", 246), ("203.0.113.10", 246), ("198.18.0.1", 131070)):
            start = IPv4Address(first)
            for offset in range(count):
                if (candidate := start + offset) not in used:
                    return candidate
        raise Refused("AddressLimitExceeded", "public IPv4 address", "131,562 are in use", "release some")


def _text(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    return "none" if value is None else str(value)


def _change(name: str, was: Any, wanted: Any) -> str:
    """Return what changed in one attribute, in words; rules and entries one by one."""
    if was == wanted:
        return ""
    if isinstance(wanted, tuple) and isinstance(was, tuple):
        gone = [f"− {item}" for item in was if item not in wanted]
        new = [f"+ {item}" for item in wanted if item not in was]
        return ", ".join(gone + new) or f"{name.replace('_', ' ')} in another order"
    return f"{name.replace('_', ' ')} {_text(was)} → {_text(wanted)}"


class Handle(display.Shown, Generic[R]):
    """A resource of a topology that people hold in a variable."""

    def __init__(self, topology: Topology, value: R) -> None:
        self.topology = topology
        self._kind, self.id = type(value), value.id

    @property
    def value(self) -> R:
        """Return the frozen value as it is now; raises `NotFound` once it was removed."""
        found: R | None = self.topology._tables.get(self._kind, {}).get(self.id)
        if found is None:
            raise NotFound(
                f"{self._kind.kind.replace('_', ' ')} {self.id} was removed from {self.topology.name}"
            )
        return found

    @property
    def name(self) -> str:
        """Return the name."""
        return self.value.name

    @property
    def kind(self) -> str:
        """Return the console's word in snake_case, such as ``security_group``."""
        return self._kind.kind

    def __str__(self) -> str:
        return self.name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Handle) and (self._kind, self.id) == (other._kind, other.id)

    def __hash__(self) -> int:
        return hash((self._kind, self.id))

    def __repr__(self) -> str:
        return f"<{self.kind.replace('_', ' ')} {self.topology.qualified(self.value)}>"

    def _update(self, **changes: Any) -> None:
        self.topology.declare(replace(self.value, **changes))

    def _refuse_use(self, users: Iterable[Resource], way_out: str, fact: str) -> None:
        """Refuse to remove what others still use, as AWS does."""
        names = sorted({self.topology.qualified(user) for user in users})
        if names:
            raise Refused(
                "DependencyViolation",
                f"{self.kind.replace('_', ' ')} {self.name}",
                f"it is in use by {', '.join(names)}{fact}",
                way_out,
            )
