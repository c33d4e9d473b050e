"""Where a topology keeps its values, and the handles by which people hold them.

A handle is a place in a topology: it stays good while the value behind it changes, and it finds the
same resource in a copy. Declaring is desired state: the same again changes nothing, a changed
attribute is updated and said, and what AWS cannot change is refused with the way out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, replace
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from vpclab import display
from vpclab.topology.errors import Ambiguous, VpclabError
from vpclab.topology.model import (
    Address,
    Connection,
    CustomerGateway,
    ElasticIp,
    Instance,
    NatGateway,
    NetworkInterface,
    Resource,
    Route,
    RouteTable,
    Settings,
    Site,
    Snapshot,
    Subnet,
    Vpc,
)
from vpclab.topology.words import bad, missing, refuse

if TYPE_CHECKING:
    from vpclab.topology.builders import Topology

R = TypeVar("R", bound=Resource)
_PREFIX = {
    "vpc": "vpc", "subnet": "subnet", "route_table": "rtb", "internet_gateway": "igw", "nat_gateway": "nat",
    "network_interface": "eni", "instance": "i", "elastic_ip": "eipalloc", "security_group": "sg",
    "network_acl": "acl", "prefix_list": "pl", "egress_only_internet_gateway": "eigw",
    "virtual_private_gateway": "vgw", "customer_gateway": "cgw", "site": "site", "connection": "vpn",
    "peering_connection": "pcx", "transit_gateway": "tgw", "transit_gateway_attachment": "tgw-attach",
    "transit_gateway_route_table": "tgw-rtb", "vpc_endpoint": "vpce",
}  # fmt: skip


class Store(display.Shown):
    """The values of a topology by class and id, their names, and the snapshot of the moment."""

    def __init__(self, name: str, region: str, account: str) -> None:
        self.name, self.region, self.account_id = name, region, account
        self.assumed: tuple[str, ...] = ()
        self.settings = Settings()
        self.released: frozenset[IPv4Address] = frozenset()  # given back to AWS, and not ours again (ENI-5)
        self._tables: dict[type[Resource], dict[str, Any]] = {}
        self._gone: dict[str, str] = {}  # what was removed is still spoken of: names by id
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

    def get(self, kind: type[R], id: str | None) -> R | None:
        """Return the value of one class with that id, or None."""
        return self._tables.get(kind, {}).get(id) if id else None

    def put(self, value: Resource) -> None:
        """Add a value, or put it in the place of the one with its id."""
        self._tables.setdefault(type(value), {})[value.id] = value
        self._snapshot = None

    def drop(self, value: Resource) -> None:
        """Take a value out."""
        self._tables[type(value)].pop(value.id, None)
        self._gone[value.id] = value.name
        self._snapshot = None

    @contextmanager
    def all_or_nothing(self) -> Iterator[None]:
        """Take back what was changed inside if something there is refused."""
        before = {kind: dict(table) for kind, table in self._tables.items()}
        try:
            yield
        except VpclabError:
            self._tables, self._snapshot = before, None
            raise

    def named(self, kind: type[R], vpc_id: str | None, name: str) -> R | None:
        """Return the value of that class and name in that VPC, or None."""
        return next(
            (v for v in self.values(kind) if v.name == name and getattr(v, "vpc_id", None) == vpc_id), None
        )

    def new_id(self, kind: type[Resource], *names: str) -> str:
        """Return an unused id that can be read: ``subnet-prod-public-a``."""
        prefix = _PREFIX[kind.kind]
        wanted = "-".join(names).replace(" ", "-")
        wanted = wanted if wanted.startswith(f"{prefix}-") else f"{prefix}-{wanted}"
        taken, tried, number = self._tables.get(kind, {}), wanted, 2
        while tried in taken:
            tried, number = f"{wanted}-{number}", number + 1
        return tried

    def check_name(self, name: object, what: str) -> str:
        """Return a usable name, or say why it is none."""
        if not isinstance(name, str) or not name.strip() or "/" in name:
            bad("name", name=name, what=what)
        return name

    def children(self, kind: type[Any], vpc_id: str) -> list[Any]:
        """Return the values of one class that are in a VPC."""
        return [value for value in self.values(kind) if value.vpc_id == vpc_id]

    def draft(self, kind: type[Any], name: str, vpc: Vpc | None = None, **attributes: Any) -> Any:
        """Return the value of that name (in that VPC) with these attributes, with its old id if it exists."""
        self.check_name(name, kind.kind.replace("_", " "))
        old = self.named(kind, vpc.id if vpc else None, name)
        if old is not None:
            return replace(old, **attributes)
        if vpc is None:
            return kind(id=self.new_id(kind, name), name=name, **attributes)
        return kind(id=self.new_id(kind, vpc.name, name), name=name, vpc_id=vpc.id, **attributes)

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
                    what = name.replace("_", " ")
                    refuse("immutable", what=what, wanted=_text(wanted), label=value.label, was=_text(was))
            pairs = ((f.name, getattr(old, f.name), getattr(value, f.name)) for f in fields(value))
            changes = [self._change(*pair) for pair in pairs]
            display.say(f"{value.label}: " + "; ".join(filter(None, changes)))
        self.put(value)
        return value

    def _change(self, attribute: str, was: Any, wanted: Any) -> str:
        """Return what changed in one attribute, in words; rules and entries one by one."""
        if was == wanted:
            return ""
        if isinstance(wanted, tuple) and isinstance(was, tuple):
            gone = [f"− {self._readable(item)}" for item in was if item not in wanted]
            new = [f"+ {self._readable(item)}" for item in wanted if item not in was]
            return ", ".join(gone + new) or f"{attribute.replace('_', ' ')} in another order"
        return f"{attribute.replace('_', ' ')} {_text(was)} → {_text(wanted)}"

    def _readable(self, item: Any) -> str:
        """Return an item of a changed list as people call it: names in the place of ids."""
        if isinstance(item, Route):
            return f"{item.destination} → {self._readable(item.target)}"
        tables = (table[item] for table in self._tables.values() if isinstance(item, str) and item in table)
        return next((value.name for value in tables), self._gone.get(str(item), str(item)))

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
        searched = list(self._tables if kinds is None else kinds)
        for kind in searched:
            if name in self._tables.get(kind, {}):
                found: Resource = self._tables[kind][name]
                return found
        everything: list[Resource] = [
            value for kind in searched for value in self._tables.get(kind, {}).values()
        ]
        matches = [v for v in everything if v.name == name or self.qualified(v) == name]
        if len(matches) > 1 and kinds is None:  # an instance's interface and a subnet's table have its name
            best: list[Resource] = [v for v in matches if isinstance(v, Instance)]
            if any(isinstance(v, Subnet) for v in matches):
                matches = [v for v in matches if not isinstance(v, RouteTable)]
            if any(isinstance(v, Site) for v in matches):  # what leads to a site may have its name
                matches = [v for v in matches if not isinstance(v, (CustomerGateway, Connection))]
            matches = best or matches
        if not matches:
            missing("name", (self.qualified(v) for v in everything if v.kind in _PREFIX), name=name)
        if len(matches) > 1:
            names = [self.qualified(v) for v in matches]
            raise Ambiguous(name, names if len(set(names)) == len(names) else [v.id for v in matches])
        return matches[0]

    def one(self, kind: type[R], ref: Handle[Any] | str, vpc_id: str | None = None) -> R:
        """Return the value of one class that a handle, id or name means; names of `vpc_id` come first."""
        found = self.named(kind, vpc_id, ref) if vpc_id and isinstance(ref, str) else None
        return found if found is not None else cast("R", self.pick((kind,), ref))

    def pick(self, kinds: tuple[type[Resource], ...] | None, ref: Handle[Any] | str) -> Resource:
        """Return the value of one of these classes (of any) that a handle, id or name means."""
        if not isinstance(ref, Handle):
            return self.find(ref, kinds)
        if kinds is not None and ref.kind not in (kind.kind for kind in kinds):
            bad("kind", ref=ref, kind=" or ".join(kind.kind.replace("_", " ") for kind in kinds))
        found: Resource | None = self._tables.get(ref._kind, {}).get(ref.id)
        if found is None and ref.topology is not self:
            same = [self.qualified(value) for value in self.values(ref._kind)]
            missing("elsewhere", same, label=ref.value.label, home=ref.topology.name, here=self.name)
        return found or self.find(ref.id, kinds)

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
        """Return the next public IPv4 address: of the documentation ranges, then of 198.18.0.0/15."""
        used = self.released | {eip.address for eip in self.values(ElasticIp)}
        used |= {nat.public_ip for nat in self.values(NatGateway) if nat.public_ip}
        used |= {e.public_ip for eni in self.values(NetworkInterface) for e in eni.addresses if e.public_ip}
        ranges = (("198.51.100.10", 246), ("203.0.113.10", 246), ("198.18.0.1", 131070))
        every = (IPv4Address(first) + offset for first, count in ranges for offset in range(count))
        free = next((address for address in every if address not in used), None)
        if free is None:
            refuse("public-full", count=len(used))
        return free


def _text(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    return "none" if value is None else str(value)


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
            kind = self._kind.kind.replace("_", " ")
            missing("removed", kind=kind, id=self.id, topology=self.topology.name)
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

    def _refuse_use(self, key: str, users: Iterable[Resource]) -> None:
        """Refuse to remove what others still use, as AWS does."""
        names = sorted({self.topology.qualified(user) for user in users})
        if names:
            refuse(key, label=self.value.label, users=", ".join(names))


def several(given: Any) -> tuple[Any, ...]:
    """Return what may be given as one or as a list of them: a name alone is a list of one."""
    return (given,) if isinstance(given, (str, Handle)) else tuple(given)


class Associated(Handle[Any]):
    """What a subnet has exactly one of: a route table, a network ACL (SUB-8)."""

    def associate(self, *subnets: Handle[Any] | str) -> None:
        """Serve these subnets; the association they had is replaced (RT-2, ACL-1)."""
        for ref in subnets:
            subnet = self.topology.one(Subnet, ref, self.value.vpc_id)
            if subnet.vpc_id != self.value.vpc_id:
                refuse("subnet-other-vpc", subnet=subnet.name, here=self.name)
            for other in self.topology.values(self._kind):
                if subnet.id in other.subnet_ids and other.id != self.id:
                    self.topology.put(without_subnet(other, subnet.id))
            if subnet.id not in self.value.subnet_ids:
                self.topology.put(replace(self.value, subnet_ids=(*self.value.subnet_ids, subnet.id)))

    def _served(self) -> list[Subnet]:
        return [s for s in self.topology.values(Subnet) if s.id in self.value.subnet_ids]


def without_subnet(value: Any, subnet_id: str) -> Any:
    """Return a route table or network ACL that no longer serves this subnet."""
    return replace(value, subnet_ids=tuple(s for s in value.subnet_ids if s != subnet_id))
