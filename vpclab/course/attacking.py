"""An attacker's checklist: what a stranger would try, computed for a whole network and never told by heart.

Each question is asked over IPv4 and over IPv6, of every machine (`vpclab.reachability`), so nothing depends
on somebody having thought of a row. What merely gets in, without an answer, counts: it may be all it takes.
A large part of the internet counts as strangers, too: a rule for half of all addresses is no list of friends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_network
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

from vpclab.course import words
from vpclab.course.cards import Card, Fold, Table
from vpclab.course.matrix import brief
from vpclab.evaluate.ends import internet
from vpclab.evaluate.packets import TrafficType, icmp, protocol, tcp, udp
from vpclab.evaluate.reachability import Reachability, full_name, internet_hosts, reachability
from vpclab.evaluate.results import Trace
from vpclab.evaluate.trace import trace
from vpclab.evaluate.traffic import EVERYTHING, NOTHING, Traffic, part_of
from vpclab.topology.errors import BadInput
from vpclab.topology.model import PeeringConnection, Snapshot, TransitGateway, TransitGatewayAttachment, Vpc

if TYPE_CHECKING:
    from vpclab import Topology

__all__ = ["Attack", "Found", "attack", "joints", "traffic_of"]

DATABASES = (1433, 1521, 3306, 5432, 5439)  # the engines of chapter 08
LOGINS = (22, 23, 3389)
PUBLIC = (80, 443)
FEW = 10  # lines that are shown before the rest is folded
STRANGERS = {4: 24, 6: 48}  # blocks that are larger are no list of friends


def _ports(*ports: int) -> Traffic:
    found = NOTHING
    for port in ports:
        found |= part_of(6, port, port)
    return found


_DATABASES, _LOGINS, _PUBLIC = _ports(*DATABASES), _ports(*LOGINS), _ports(*PUBLIC)


class Found(NamedTuple):
    """One thing that an attacker finds: who gets what to whom; `what` is said where no packet is needed."""

    question: str
    source: str
    destination: str
    traffic: Traffic
    ip_version: int
    ends: tuple[object, object] = ("", "")
    what: str = ""

    def __str__(self) -> str:
        if self.what:
            return f"{self.destination}: {self.what}"
        family = words.FOUND_IPV6 if self.ip_version == 6 else ""
        return f"{self.source} → {self.destination}{family}: {brief(self.traffic)}"


@dataclass(frozen=True, repr=False)
class Attack(Card):
    """The checklist, filled in; `found` is what it found, and `trace(1)` shows the first of it."""

    found: tuple[Found, ...] = ()
    network: Any = None

    def trace(self, number: int = 1) -> Trace:
        """Return the trace that proves what was found, by its number in the list."""
        if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= len(self.found):
            raise BadInput(words.NOT_FOUND.format(number=repr(number), count=len(self.found)))
        one = self.found[number - 1]
        if one.what:
            raise BadInput(words.FOUND_BY_SETTING.format(number=number))
        return trace(self.network, *one.ends, traffic_of(one.traffic), ip_version=one.ip_version)


def attack(network: Topology) -> Attack:
    """Go through the attacker's checklist, for every machine and both address families.

    >>> from vpclab import Topology
    >>> print(attack(Topology("shop")).found)
    ()
    """
    scouts = {version: _Scout(reachability(network), version) for version in (4, 6)}
    found = tuple(
        one for key in words.CHECKLIST for scout in scouts.values() for one in getattr(scout, key)()
    )
    asked = {
        key: [sum(one.question == key and one.ip_version == version for one in found) for version in (4, 6)]
        for key in words.CHECKLIST
    }
    rows = tuple(
        (question, *(words.FOUND_MARKS[count > 0].format(count=count) for count in asked[key]))
        for key, question in words.CHECKLIST.items()
    )
    said = {0: words.ATTACK_NOTHING, 1: words.ATTACK_ONE}.get(len(found), words.ATTACK_MANY)
    parts: list[Any] = [said.format(count=len(found)), Table(words.CHECKLIST_HEADER, rows)]
    if found:
        lines = tuple((str(number), str(one)) for number, one in enumerate(found, 1))
        parts.append(Table(words.FOUND_HEADER, lines[:FEW]))
        if more := lines[FEW:]:
            folded = Table(words.FOUND_HEADER, more)
            parts.append(Fold(words.FOUND_MORE.format(count=len(more)), folded))
    title, tone = network.name, "bad" if found else "good"
    proof = words.FOUND_PROOF if any(not one.what for one in found) else ""
    return Attack(words.ATTACK, title, tone, tuple(parts), proof, found=found, network=network.copy())


class Joint(NamedTuple):
    """What joins VPCs: its name, and theirs."""

    name: str
    names: str


def joints(snapshot: Snapshot) -> Iterator[Joint]:
    """Yield peerings that carry traffic, and transit gateways that more than one VPC is attached to."""

    def named(ids: Iterable[str]) -> str:
        vpcs = [snapshot.get(Vpc, id) for id in ids]
        return words.FOUND_AND_NAMES.join(vpc.name if vpc else id for vpc, id in zip(vpcs, ids, strict=True))

    for peering in snapshot.all(PeeringConnection):
        if peering.status == "active":
            yield Joint(peering.name, named((peering.requester.vpc_id, peering.accepter.vpc_id)))
    for gateway in snapshot.all(TransitGateway):
        attached = [a for a in snapshot.all(TransitGatewayAttachment) if a.transit_gateway_id == gateway.id]
        ids = [a.resource_id for a in attached if snapshot.get(Vpc, a.resource_id)]
        if len(ids) > 1:
            yield Joint(gateway.name, named(ids))


class _Machine(NamedTuple):
    """A class of interfaces that nothing tells apart: its names, its VPC, its members."""

    label: str
    vpc: str
    members: tuple[Any, ...]

    @property
    def ids(self) -> set[str]:
        """Return the ids of the members; classes differ between IPv4 and IPv6, members do not."""
        return {one.value.id for one in self.members}


class _Scout:
    """The questions, for one address family; each yields what it finds."""

    def __init__(self, everything: Reachability, version: int) -> None:
        self._all, self._version = everything, version

    @cached_property
    def machines(self) -> list[_Machine]:
        """Return who there is."""
        found = []
        for members in self._all.classes(self._version).values():
            label = ", ".join(full_name(one) for one in members)
            found.append(_Machine(label, members[0].subnet.vpc.value.id, tuple(members)))
        return found

    @cached_property
    def strangers(self) -> list[tuple[str, Any]]:
        """Return the unnamed host, and one of each large block that some rule names."""
        hosts = internet_hosts(self._all.snapshot, self._version)
        found = [(hosts[0][0], internet)]
        for label, place in hosts[1:]:
            if ip_network(label.split()[1]).prefixlen < STRANGERS[self._version]:
                found.append((label, internet(place)))
        return found

    def _gets(self, source: Any, destination: Any) -> Traffic:
        """Return what arrives, answered or not, and what cannot be told."""
        way = self._all.between(source, destination, ip_version=self._version)
        return way | way.reply_blocked | way.doubtful

    @cached_property
    def _inward(self) -> list[tuple[str, Any, _Machine, Traffic]]:
        """Return what strangers get to whom; what each gets is told once."""
        found = []
        for machine in self.machines:
            known = NOTHING
            for label, host in self.strangers:
                gets = self._gets(host, _end(machine)) - known
                known |= gets
                if gets:
                    found.append((label, host, machine, gets))
        return found

    @cached_property
    def _across(self) -> list[tuple[_Machine, _Machine, Traffic]]:
        """Return what machines get to each other, two of a class too."""
        pairs = product(self.machines, repeat=2)
        met = [
            (one, other, self._gets(*_ends(one, other)))
            for one, other in pairs
            if one is not other or len(one.members) > 1
        ]
        return [pair for pair in met if pair[2]]

    @cached_property
    def _data(self) -> list[_Machine]:
        """Return who answers at a port of a database, for whomever, over this address family or IPv4."""
        asked = [machine for *_, machine, gets in self._inward if gets & _DATABASES]
        asked += [other for _, other, gets in self._across if gets & _DATABASES and gets != EVERYTHING]
        if self._version == 6:
            known = _ids(_Scout(self._all, 4)._data)
            asked += [machine for machine in self.machines if machine.ids & known]
        return list({machine.label: machine for machine in asked}.values())

    def _strangers_get(self, key: str, wanted: Traffic, but: Traffic = NOTHING) -> Iterator[Found]:
        for label, host, machine, gets in self._inward:
            if found := (gets & wanted) - but:
                ends = host, _end(machine)
                yield Found(key, label, machine.label, found, self._version, ends)

    def databases(self) -> Iterator[Found]:
        """Yield databases that strangers reach."""
        yield from self._strangers_get("databases", _DATABASES)

    def logins(self) -> Iterator[Found]:
        """Yield machines where strangers may log in."""
        yield from self._strangers_get("logins", _LOGINS)

    def others(self) -> Iterator[Found]:
        """Yield what else than web pages strangers reach."""
        yield from self._strangers_get("others", EVERYTHING, _DATABASES | _LOGINS | _PUBLIC)

    def joined(self) -> Iterator[Found]:
        """Yield what joins VPCs, and what gets from one into another and not from everywhere else as well."""
        for what in joints(self._all.snapshot) if self._version == 4 else ():
            yield Found("joined", "", what.name, NOTHING, 4, what=words.FOUND_JOINS.format(names=what.names))
        open_to_all = {machine.label: NOTHING for machine in self.machines}
        for *_, machine, gets in self._inward:
            open_to_all[machine.label] |= gets
        for one, other, gets in self._across:
            if one.vpc != other.vpc and (more := gets - open_to_all[other.label]):
                yield self._pair("joined", one, other, more)

    def one_step(self) -> Iterator[Found]:
        """Yield ways from a machine that strangers reach straight to a database."""
        twin = _Scout(self._all, 10 - self._version)  # taken over by one family, it goes on by either
        fronts = _ids(machine for scout in (self, twin) for *_, machine, _ in scout._inward)
        data = _ids(self._data)
        for one, other, gets in self._across:
            if one.ids & fronts - data and other.ids & data and one.vpc == other.vpc:
                yield self._pair("one_step", one, other, gets)

    def way_out(self) -> Iterator[Found]:
        """Yield databases that reach the internet."""
        for machine in self._data:
            for label, host in self.strangers[:1]:
                if gets := self._gets(_end(machine), host):
                    yield Found("way_out", machine.label, label, gets, self._version, (_end(machine), host))

    def one_rule(self) -> Iterator[Found]:
        """Yield databases between which and the internet only a list stands."""
        for machine in self._data:
            value, subnet = machine.members[0].value, machine.members[0].subnet.value
            said = []
            if self._all.snapshot.is_public(subnet, self._version):
                said.append(words.FOUND_PUBLIC_SUBNET.format(subnet=subnet.name))
            if self._version == 4 and value.public_ip:
                said.append(words.FOUND_PUBLIC_ADDRESS.format(address=value.public_ip))
            if said:
                what = words.FOUND_AND.join(said)
                yield Found("one_rule", "", machine.label, NOTHING, self._version, what=what)

    def wide_open(self) -> Iterator[Found]:
        """Yield pairs of a VPC between which every port stands open."""
        every = part_of(6, 0, 65535)
        for one, other, gets in self._across:
            if one.vpc == other.vpc and not every - gets:
                yield self._pair("wide_open", one, other, gets)

    def _pair(self, key: str, one: _Machine, other: _Machine, gets: Traffic) -> Found:
        return Found(key, one.label, other.label, gets, self._version, _ends(one, other))


def _end(machine: _Machine) -> Any:
    return machine.members[0].value


def _ends(one: _Machine, other: _Machine) -> tuple[Any, Any]:
    """Return one of each to ask about; of a class that sends to itself, two."""
    return one.members[0].value, other.members[one is other].value


def _ids(machines: Iterable[_Machine]) -> set[str]:
    return {id for machine in machines for id in machine.ids}


def traffic_of(traffic: Traffic) -> TrafficType:
    """Return one kind of traffic out of a set: what attackers try first, or what is lowest."""
    for port in (*DATABASES, *LOGINS, *PUBLIC):
        if traffic.allows(tcp(port)):
            return tcp(port)
    for part, make in (("tcp", tcp), ("udp", udp)):
        if ranges := traffic.ranges(part):
            return make(ranges[0][0])
    for part in ("icmp", "icmpv6"):
        if ranges := traffic.ranges(part):
            return icmp() if traffic.allows(icmp()) else icmp(*divmod(ranges[0][0], 256))
    return protocol(traffic.ranges("other")[0][0])
