"""All flows at once: what each interface can send to each other, and to and from the internet.

A `Survey` is a walk that judges no single packet: it collects the filters on the way, and the traffic
that all of them admit is their intersection. Interfaces that share a subnet, a set of groups and their
place among all the blocks that rules name behave alike, so one of a class speaks for all, and the cost
grows with the policy and not with the number of machines.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from vpclab import display
from vpclab.evaluate import filters
from vpclab.evaluate.ends import (
    INTERNET,
    End,
    Internet,
    destination_end,
    internet,
    named_blocks,
    source_end,
    unnamed_host,
    used_blocks,
)
from vpclab.evaluate.gateways import ECHO
from vpclab.evaluate.network import Interface, LinkedNetwork, LinkedSubnet, RuleSet, linked
from vpclab.evaluate.packets import Header, address, reply
from vpclab.evaluate.results import FORWARD, REPLY
from vpclab.evaluate.traffic import EVERYTHING, NOTHING, Ranges, Traffic, join, meet, of_parts, take
from vpclab.evaluate.walk import Walk
from vpclab.topology.errors import BadInput
from vpclab.topology.model import (
    ICMP,
    ICMPV6,
    INBOUND,
    OUTBOUND,
    PORTED,
    TCP,
    UDP,
    Address,
    Network,
    NetworkInterface,
    RouteTable,
    Snapshot,
    Vpc,
)
from vpclab.topology.rules import NOT_PUBLIC, is_public
from vpclab.topology.store import Store

if TYPE_CHECKING:
    import pandas as pd

CLIENT_PORTS = (1024, 65535)
# One header of each kind that some component treats differently, and the part of a set it stands for.
_KINDS: tuple[tuple[str, int, int, int], ...] = (
    ("tcp", TCP, 0, 65535),
    ("udp", UDP, 0, 65535),
    ("icmp", ICMP, 8, 0),
    ("icmp", ICMP, 3, 0),
    ("icmpv6", ICMPV6, 128, 0),
    ("icmpv6", ICMPV6, 1, 0),
    ("other", 50, 0, 0),
)
_SENSITIVE = ("nat_gateway", "vpc_endpoint", "service")
Met = tuple[str, Any, Header, str, bool]


@dataclass(frozen=True, slots=True)
class EndFilter:
    """The groups at one end of a way, and the address they see: the other end's own, or a translated one."""

    at_source: bool
    direction: str
    seen: int | None  # None: the other end's own address
    references: bool


@dataclass(frozen=True, slots=True)
class Way:
    """What a way admits apart from the groups at its ends, which are all that its users differ in.

    `request` arrives, and the replies to `answer` come back for every client port. `maybe_request` and
    `maybe_answer` are the same if all that is unknown lets everything pass.
    """

    request: Traffic
    answer: Traffic
    maybe_request: Traffic
    maybe_answer: Traffic
    client_ports: Ranges = ()
    unknown: tuple[str, ...] = ()
    ends: tuple[EndFilter, ...] = ()
    shared: bool = True  # whether it is the same for everybody in these two places


class Survey(Walk):
    """A walk that passes every filter and remembers it; ports stand for whole ranges."""

    def __init__(self, network: LinkedNetwork, source: End, header: Header, destination: End) -> None:
        super().__init__(network, source, header, destination)
        self.met: list[Met] = []
        self.ends: list[EndFilter] = []
        self.shared = True
        self.mail = True

    def pass_groups(self, interface: Interface, header: Header, direction: str) -> None:
        """Remember the groups of an interface, unless they expect this reply (SG-12)."""
        if interface.without_groups:
            return
        if self.leg == REPLY and (interface.value.id, header) in self.tracked:
            return
        if self.leg == FORWARD:
            self.tracked.add((interface.value.id, reply(header)))
        known = self.references or direction == OUTBOUND
        at_source = interface is self.source.interface
        self.shared = self.shared and not (at_source and direction == INBOUND)  # it came back to its sender
        if self.leg == FORWARD and (at_source or interface is self.destination.interface):
            peer = header[1] if direction == INBOUND else header[2]
            other = self.destination if at_source else self.source
            own = other.interface is not None and peer == _own_number(other.interface, header[0])
            self.ends.append(EndFilter(at_source, direction, None if own else peer, known))
            return
        self.shared = self.shared and not (at_source or interface is self.destination.interface)
        rules = interface.inbound if direction == INBOUND else interface.outbound
        self.shared = self.shared and not any(row[6] for row in rules.rows)  # who sends is what they ask
        self.met.append((self.leg, rules, header, direction, known))

    def lose_references(self) -> None:
        """Let no rule name groups across a middlebox: those met from now on, and on the way out (SG-23)."""
        self.references = False
        lost = (self.leg, OUTBOUND)
        self.met = [(*met[:4], met[4] and (met[0], met[3]) != lost) for met in self.met]
        if self.leg == FORWARD:
            self.ends = [replace(e, references=e.references and e.direction == INBOUND) for e in self.ends]

    def pass_acl(self, subnet: LinkedSubnet, header: Header, direction: str) -> None:
        """Remember the network ACL of a subnet."""
        if subnet.acl is None:
            super().pass_acl(subnet, header, direction)
        else:
            self.met.append((self.leg, subnet.acl, header, direction, True))

    def port_25(self, interface: Interface, header: Header) -> None:
        """Remember that mail may be blocked (IGW-12)."""
        before = self.blocked[FORWARD]
        super().port_25(interface, header)
        self.mail = self.mail and self.blocked[FORWARD] == before
        self.blocked[FORWARD] = before

    @property
    def sensitive(self) -> bool:
        """Return whether a component on the way treats protocols differently."""
        return any(step[1] in _SENSITIVE for leg in self.steps.values() for step in leg)


class Reachability(display.Shown):
    """What can be sent between the interfaces of a topology, and to and from the internet."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.network = linked(snapshot)
        self._sets: dict[Any, tuple[Traffic, Traffic]] = {}
        self._ways: dict[Any, Way] = {}
        self._answers: dict[Any, Traffic] = {}
        self._met: dict[tuple[int, int], Traffic] = {}
        self._places: dict[int, dict[str, Any]] = {}
        self._kept: list[Any] = []  # what the keys above name by identity stays alive
        self._words: dict[int, tuple[str, str]] = {}
        self._replies: dict[Any, tuple[Traffic, Ranges]] = {}

    def __repr__(self) -> str:
        return f"<Reachability of {self.snapshot.name}: {len(self.classes())} classes of interfaces>"

    # -- one pair ----------------------------------------------------------------------------------

    def between(self, src: object, dst: object, *, ip_version: int = 4) -> Traffic:
        """Return exactly what `src` can send to `dst` with every client port answered.

        Ends are those of `trace`. ``internet`` is a host that no rule names; for a block,
        ``internet("203.0.113.0/24")``, the answer is what at least one of its addresses can send or get.
        """
        answer = NOTHING
        for one in self._hosts(src, ip_version):
            for other in self._hosts(dst, ip_version):
                source = source_end(self.network, one, ip_version, towards=other)
                found = self._pair(source, destination_end(self.network, other, source, ip_version))
                answer = found if answer is NOTHING else _either(answer, found)
        return answer

    def _hosts(self, ref: object, version: int) -> list[object]:
        """Return one host for each part of an internet block that rules tell apart, or `ref` itself."""
        block = ref.block if isinstance(ref, Internet) else None
        if block is None or block.num_addresses == 1:
            return [ref]
        if block.version != version:
            raise BadInput(f"{block} is an IPv{block.version} block: pass ip_version={block.version}")
        inside = {int(block[0]), *(c for c in _outside_cuts(self.snapshot, version) if c in _span(block))}
        return [internet(address(version, cut)) for cut in sorted(inside)]

    def _pair(self, source: End, destination: End) -> Traffic:
        """Return what one end can send to the other: what the way admits, and the groups at both ends."""
        alone = source.interface is not None and source.interface is destination.interface
        places = None if alone else (self._place(source), self._place(destination))
        way = self._ways.get(places)
        if way is None:
            way = self._way(source, destination)
            if way.shared and places and None not in places:
                self._ways[places] = way
        version = source.address.version
        request, maybe, reasons = way.request, way.maybe_request, way.unknown
        for end in way.ends:
            here, there = (source, destination) if end.at_source else (destination, source)
            if here.interface is None:
                continue
            rules = here.interface.inbound if end.direction == INBOUND else here.interface.outbound
            seen = end.seen
            if seen is None and there.interface is not None:
                seen = _own_number(there.interface, version)
            surely, perhaps = self._admits(rules, version, seen or 0, end.direction, end.references)
            request, maybe = self._meet(request, surely), self._meet(maybe, perhaps)
            reasons += rules.unknown
        key = (id(request), id(maybe), id(way), reasons)
        if key not in self._answers:
            self._answers[key] = _answer(way, request, maybe, reasons, version)
            self._kept += [request, maybe, way]
        return self._answers[key]

    def _place(self, end: End) -> Any:
        """Return what ends must have in common to share a way; None if this end shares none."""
        if end.interface is None:
            return end.component.id, end.address
        value, version = end.interface.value, end.address.version
        public = version == 4 and end.address == value.public_ip
        if not public and int(end.address) != _own_number(end.interface, version):
            return None
        if version not in self._places:
            every = self.classes(version).items()
            self._places[version] = {i.value.id: (key[0], version) for key, found in every for i in found}
        place = self._places[version].get(value.id)
        return place and (place, public)

    def _meet(self, one: Traffic, two: Traffic) -> Traffic:
        """Return what two sets have in common, computed once for each pair of them."""
        if two is EVERYTHING or one is NOTHING:
            return one
        key = (id(one), id(two))
        if key not in self._met:
            self._met[key] = (one & two) or NOTHING
            self._kept += [one, two]
        return self._met[key]

    def _way(self, source: End, destination: End) -> Way:
        """Walk once for all protocols, or once for each kind where a component tells them apart."""
        first = self._walk(source, destination, *_KINDS[0][1:])
        if not first.sensitive:
            return self._judge(first, EVERYTHING)
        ways = []
        for part, number, low, high in _KINDS:
            walk = first if number == TCP else self._walk(source, destination, number, low, high)
            ways.append(self._judge(walk, _kind_set(part, number, low, high)))
        return Way(
            reduce(or_, (way.request for way in ways)),
            reduce(or_, (way.answer for way in ways)),
            reduce(or_, (way.maybe_request for way in ways)),
            reduce(or_, (way.maybe_answer for way in ways)),
            join(ports for way in ways for ports in way.client_ports),
            tuple(dict.fromkeys(words for way in ways for words in way.unknown)),
            ways[0].ends or next((way.ends for way in ways if way.ends), ()),
            all(way.shared for way in ways),
        )

    def _walk(self, source: End, destination: End, number: int, low: int, high: int) -> Survey:
        ports = CLIENT_PORTS if number in PORTED else (0, 0)
        version = source.address.version
        header: Header = (version, int(source.address), int(destination.address), number, *ports, low, high)
        walk = Survey(self.network, source, header, destination)
        walk.run()
        return walk

    def _judge(self, walk: Survey, asked: Traffic) -> Way:
        """Return what the filters of a walk admit of the traffic that was asked about."""
        ends = tuple(walk.ends)
        if walk.blocked[FORWARD] or (walk.silent and not walk.unknown[FORWARD]):
            return Way(NOTHING, NOTHING, NOTHING, NOTHING, ends=ends, shared=walk.shared)
        if walk.only_port is not None:
            only = ((walk.only_port, walk.only_port),)
            asked &= Traffic(tcp=only, udp=only)
        maybe_request = asked if walk.mail else asked - Traffic(tcp=((25, 25),))
        request = NOTHING if walk.unknown[FORWARD] else maybe_request
        maybe_answer = NOTHING if walk.blocked[REPLY] else asked
        answer = NOTHING if walk.unknown[REPLY] else maybe_answer
        failing: Ranges = (CLIENT_PORTS,) if walk.blocked[REPLY] else ()
        reasons = _reasons(walk)
        for leg, item, header, direction, references in walk.met:
            peer = header[1] if direction == INBOUND else header[2]
            surely, perhaps = self._admits(item, header[0], peer, direction, references)
            if surely is not perhaps:
                reasons += item.unknown
            if leg == FORWARD:
                request, maybe_request = self._meet(request, surely), self._meet(maybe_request, perhaps)
                continue
            ports = (header[6], header[7]) if header[3] in PORTED else CLIENT_PORTS
            answer = self._meet(answer, self._passes(surely, ports)[0])
            passes, missing = self._passes(perhaps, ports)
            maybe_answer = self._meet(maybe_answer, passes)
            failing = join((*failing, *missing)) if missing else failing
        return Way(request, answer, maybe_request, maybe_answer, failing, reasons, ends, walk.shared)

    def _passes(self, admitted: Traffic, ports: tuple[int, int]) -> tuple[Traffic, Ranges]:
        """Return the requests whose replies a filter admits, computed once for each set it admits."""
        key = (admitted, ports)
        if key not in self._replies:
            self._replies[key] = _reply_passes(admitted, ports)
        return self._replies[key]

    def _admits(
        self, item: Any, version: int, peer: int, direction: str, references: bool
    ) -> tuple[Traffic, Traffic]:
        """Return what a filter admits for the other side, and what it may admit; once for each address."""
        key = (id(item), direction, version, peer, references)
        if key not in self._sets:
            if not isinstance(item, RuleSet):
                found = filters.acl_traffic(item, version, peer, direction)
                self._sets[key] = found, found
            else:
                found = filters.groups_traffic(item, version, peer, references)
                perhaps = filters.groups_traffic(item, version, peer, references, perhaps=True)
                self._sets[key] = found, found if perhaps == found else perhaps
        return self._sets[key]

    # -- all pairs ---------------------------------------------------------------------------------

    def classes(self, version: int = 4) -> dict[tuple[Any, ...], list[Interface]]:
        """Return the interfaces by class: those that no rule, route or gateway tells apart."""
        key = f"classes-{version}"
        if key not in self.snapshot.memo:
            cuts = _cuts(self.snapshot, version)
            special = {route.target for table in self.snapshot.all(RouteTable) for route in table.routes}
            special |= {e.id for e in self.snapshot.all(NetworkInterface) if e.interface_type != "interface"}
            found: dict[tuple[Any, ...], list[Interface]] = {}
            for interface in self.network.interfaces.values():
                value = interface.value
                own = value.private_ip if version == 4 else next(iter(value.ipv6_addresses), None)
                if own is None or value.owner_id in self.network.nat_subnets:
                    continue
                public = bisect(cuts, int(value.public_ip)) if version == 4 and value.public_ip else -1
                state = (interface.instance.state, interface.instance.forwards) if interface.instance else ()
                alone = value.id if value.id in special else ""  # routes lead to it, or a service owns it
                place = (interface.subnet.value.id, bisect(cuts, int(own)), public)
                kind = (*place, value.source_dest_check, state, alone)
                found.setdefault((kind, frozenset(value.group_ids)), []).append(interface)
            self.snapshot.memo[key] = found
        classes: dict[tuple[Any, ...], list[Interface]] = self.snapshot.memo[key]
        return classes

    def table(self, expand: bool = False, *, ip_version: int = 4) -> pd.DataFrame:
        """Return one row per pair of classes, and per class and internet block that rules tell apart.

        Columns: source, destination, traffic, reply_blocked, pairs (how many pairs of interfaces the row
        speaks for). `expand` gives every pair of interfaces a row of its own.
        """
        import pandas as pd

        rows = list(self.rows(expand, ip_version))
        return pd.DataFrame(rows, columns=["source", "destination", "traffic", "reply_blocked", "pairs"])

    def rows(self, expand: bool, version: int) -> Iterator[tuple[str, str, str, str, int]]:
        """Yield the rows of `table`, one by one, so that long work can be watched and stopped."""
        classes = list(self.classes(version).values())
        outside = [(label, End(INTERNET, place)) for label, place in internet_hosts(self.snapshot, version)]
        for members in classes:
            for others in classes:
                if members is others and len(members) == 1:
                    continue
                other = others[1] if members is others else others[0]
                found = self._pair(_end(members[0], version), _end(other, version))
                count = len(members) * (len(others) - (members is others))
                yield from self._row(members, others, found, count, expand)
            first, count = members[0], len(members)
            for label, host in outside:
                coming = self._pair(host, _end(first, version, public=True))
                yield from self._row([label], members, coming, count, expand)
                going = self._pair(_end(first, version), host)
                yield from self._row(members, [label], going, count, expand)

    def _row(
        self, sources: list[Any], destinations: list[Any], found: Traffic, count: int, expand: bool
    ) -> Iterator[tuple[str, str, str, str, int]]:
        words = self._words.get(id(found)) or (str(found), str(found.reply_blocked))
        self._words[id(found)] = words
        if not expand:
            yield (_label(sources), _label(destinations), *words, count)
            return
        for one in sources:
            for other in destinations:
                if one is not other:
                    yield (_label([one]), _label([other]), *words, 1)


# -- the parts of the address space that rules tell apart ----------------------------------------------


def _cuts(snapshot: Snapshot, version: int) -> list[int]:
    """Return the addresses at which some rule, route or entry begins or ends."""
    key = f"cuts-{version}"
    if key not in snapshot.memo:
        found = set()
        for block in named_blocks(snapshot):
            if block.version == version:
                found |= {int(block.network_address), int(block.broadcast_address) + 1}
        snapshot.memo[key] = sorted(found)
    cuts: list[int] = snapshot.memo[key]
    return cuts


def _outside_cuts(snapshot: Snapshot, version: int) -> list[int]:
    """Return these, and where ranges that are not public and addresses in use begin or end."""
    found = set(_cuts(snapshot, version))
    for block in (*NOT_PUBLIC, *used_blocks(snapshot)):
        if block.version == version:
            found |= {int(block.network_address), int(block.broadcast_address) + 1}
    return sorted(cut for cut in found if cut < 1 << (32 if version == 4 else 128))


def parts(snapshot: Snapshot, version: int) -> Iterator[tuple[Network, Address]]:
    """Yield first addresses of parts that rules tell apart, each with the narrowest block that names it."""
    named = sorted((b for b in named_blocks(snapshot) if b.version == version), key=_order)
    used = {int(block.network_address) for block in used_blocks(snapshot) if block.version == version}
    around: list[Network] = []
    at = 0
    for cut in _outside_cuts(snapshot, version):
        while at < len(named) and int(named[at].network_address) <= cut:
            around.append(named[at])
            at += 1
        around = [block for block in around if int(block.broadcast_address) >= cut]
        if around and cut not in used:
            yield around[-1], address(version, cut)


def internet_hosts(snapshot: Snapshot, version: int) -> list[tuple[str, Address]]:
    """Return the unnamed host and one host for each public block that something names, with labels."""
    own = [block for vpc in snapshot.all(Vpc) for block in vpc.blocks if block.version == version]
    found: dict[Network, Address] = {}
    for block, place in parts(snapshot, version):
        if block not in found and is_public(place) and not any(place in inside for inside in own):
            found[block] = place
    named = [(f"internet {block}", place) for block, place in found.items()]
    return [("internet", unnamed_host(snapshot, version)), *named]


def reachability(topology: Store | Snapshot) -> Reachability:
    """Return what can be sent between all interfaces of a topology and the internet.

    >>> from vpclab import Topology, reachability, tcp
    >>> prod = Topology("shop").vpc("prod", "10.0.0.0/16")
    >>> db_sg = prod.security_group("db", inbound=["tcp 5432 from 10.0.1.0/24"])
    >>> app = prod.subnet("app", "10.0.1.0/24").instance("app")
    >>> db = prod.subnet("db", "10.0.2.0/24").instance("db", security_groups=[db_sg])
    >>> print(reachability(prod.topology).between(app, db))
    tcp 5432
    """
    return Reachability(topology.snapshot() if isinstance(topology, Store) else topology)


def _answer(way: Way, request: Traffic, maybe: Traffic, reasons: tuple[str, ...], version: int) -> Traffic:
    """Return what works of what arrives; the requests are those that the groups at both ends admit too."""
    failing = request - way.maybe_answer
    doubtful = maybe - request
    if way.answer is not way.maybe_answer:
        doubtful |= (request & way.maybe_answer) - way.answer
    return replace(
        request & way.answer,
        failing=replace(failing, ip_version=version),
        client_ports=way.client_ports if failing.tcp or failing.udp else (),
        unjudged=replace(doubtful, ip_version=version),
        unknown=tuple(dict.fromkeys(reasons)) if doubtful else (),
        ip_version=version,
    )


def _either(one: Traffic, two: Traffic) -> Traffic:
    """Return what one of two sources can send, or one of two destinations can get."""
    both = one | two
    return replace(
        both,
        failing=one.reply_blocked | two.reply_blocked,
        client_ports=join((*one.client_ports, *two.client_ports)),
        unjudged=(one.doubtful | two.doubtful) - both,
        unknown=tuple(dict.fromkeys((*one.unknown, *two.unknown))),
    )


def _kind_set(part: str, number: int, low: int, high: int) -> Traffic:
    """Return the traffic that a header of `_KINDS` stands for."""
    whole = of_parts({part: getattr(EVERYTHING, part)})
    if (number, low) in ECHO:
        return of_parts({part: ((low * 256, low * 256 + 255),)})
    if number in (ICMP, ICMPV6):
        echo = next(kind for protocol, kind in ECHO if protocol == number)
        return whole - of_parts({part: ((echo * 256, echo * 256 + 255),)})
    return whole


def _reply_passes(admitted: Traffic, ports: tuple[int, int]) -> tuple[Traffic, Ranges]:
    """Return the requests whose replies a filter admits, and the client ports that it does not.

    A reply goes to the client's port, whatever port the request went to (ACL-11).
    """
    parts: dict[str, Ranges] = {}
    missing: list[tuple[int, int]] = []
    for part in ("tcp", "udp"):
        lost = take((ports,), getattr(admitted, part))
        parts[part] = () if lost else getattr(EVERYTHING, part)
        missing += lost
    for part, number in (("icmp", ICMP), ("icmpv6", ICMPV6)):
        parts[part] = _answered(getattr(admitted, part), number)
    passes = of_parts({**parts, "other": admitted.other})
    return EVERYTHING if passes == EVERYTHING else passes, join(missing)


def _answered(admitted: Ranges, number: int) -> Ranges:
    """Return the ICMP requests whose answers are admitted: an echo request's is an echo reply."""
    if admitted in ((), EVERYTHING.icmp):
        return admitted
    paired = [kind for kind in range(256) if reply((4, 0, 0, number, 0, 0, kind, 0))[6] != kind]
    own = join((kind * 256, kind * 256 + 255) for kind in paired)
    swapped = list(take(admitted, own))
    for low, high in meet(admitted, own):
        for kind in range(low // 256, high // 256 + 1):
            asked = reply((4, 0, 0, number, 0, 0, kind, 0))[6]
            first, last = max(low, kind * 256) % 256, min(high, kind * 256 + 255) % 256
            swapped.append((asked * 256 + first, asked * 256 + last))
    return join(swapped)


def _reasons(walk: Walk) -> tuple[str, ...]:
    return tuple(
        explain().because
        for leg in walk.steps.values()
        for step in leg
        for verdict, explain in step[5]
        if verdict is None
    )


def _end(interface: Interface, version: int, *, public: bool = False) -> End:
    value = interface.value
    own: Any = value.private_ip if version == 4 else value.ipv6_addresses[0]
    if public and version == 4 and value.public_ip:
        own = value.public_ip
    return End(interface.component, own, interface)


def _own_number(interface: Interface, version: int) -> int:
    value = interface.value
    own = value.private_ip if version == 4 else next(iter(value.ipv6_addresses), None)
    return int(own) if own is not None else 0


def _label(members: list[Any]) -> str:
    first = members[0]
    if isinstance(first, str):
        return first
    more = f" and {len(members) - 1} more" if len(members) > 1 else ""
    return full_name(first) + more


def full_name(interface: Interface) -> str:
    """Return what people call an interface: its instance if it is the primary one, else by its own name."""
    own = interface.value.device_index or interface.instance is None
    return f"{interface.subnet.vpc.value.name}/{interface.value.name if own else interface.component.name}"


def _span(block: Network) -> range:
    return range(int(block.network_address), int(block.broadcast_address) + 1)


def _order(block: Network) -> tuple[int, int]:
    return (int(block.network_address), block.prefixlen)
