"""`records`: what the interfaces write down of flows, made from the traces of the engine (FL-2 to FL-15)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

from vpclab.evaluate.packets import address
from vpclab.evaluate.results import FORWARD, Trace
from vpclab.flowlogs.fields import read_format, version_of
from vpclab.flowlogs.log import Log, Names, interfaces_of, snapshot_of, typed
from vpclab.flowlogs.watching import EGRESS, REJECT, Crossing, watch
from vpclab.topology.errors import BadInput, NotFound
from vpclab.topology.model import (
    PORTED,
    TCP,
    Instance,
    NatGateway,
    NetworkInterface,
    PeeringConnection,
    Snapshot,
    Subnet,
    Vpc,
    VpcEndpoint,
)
from vpclab.topology.rules import is_public, read_address
from vpclab.topology.store import Handle

Place = NetworkInterface | NatGateway  # a regional NAT gateway is logged as itself (FL-12)
START = 1767225600  # 2026-01-01 00:00 UTC
FIN, SYN, RST, SYN_ACK = 1, 2, 4, 18
_TRIES, _SYN_BYTES = 4, 60  # a client tries a connection a few times before it gives up
# The names of ip-ranges.json; a service without its own is AMAZON (pkt-src-aws-service).
_SERVICES = {"s3": "S3", "dynamodb": "DYNAMODB", "ec2": "EC2", "execute-api": "API_GATEWAY"}
# interface-type (version 11) knows these and calls every other one '-'.
_TYPES = ("nat_gateway", "network_load_balancer", "transit_gateway", "vpc_endpoint")


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One flow to record: what the engine says of it, when it was, and how much went each way.

    `ends` says how TCP ends within the flow: ``"fin"``, ``"reset"`` (the server refuses it), or ``""``
    (still open). A TCP connection that never comes about is four tries of 60 bytes, whatever the sizes say.
    A packet that comes after the end of a connection is a flow of its own.
    """

    trace: Trace
    start: int = START
    seconds: int = 0
    packets: int = 6
    bytes: int = 800
    reply_packets: int = 5
    reply_bytes: int = 2400
    ends: str = "fin"

    def __post_init__(self) -> None:
        if self.ends not in ("fin", "reset", ""):
            raise BadInput(f"{self.ends!r} is not how a connection ends: use 'fin', 'reset' or ''")
        if min(self.start, self.seconds, self.bytes, self.reply_bytes) < 0 or self.packets < 1:
            raise BadInput(f"{self!r}: times and sizes are numbers from 0, and at least one packet is sent")


@dataclass(slots=True)
class _Line:
    """A record that grows while its aggregation interval lasts."""

    crossing: Crossing
    ports: tuple[int, int]
    window: tuple[int, int]
    start: int
    end: int
    packets: int = 0
    bytes: int = 0
    flags: int = 0


@dataclass(slots=True)
class _Book:
    """The records of one flow log as they are made."""

    snapshot: Snapshot
    interval: int
    nitro: bool
    lines: dict[Any, _Line] = field(default_factory=dict)

    def window(self, interface: NetworkInterface | None, when: int) -> tuple[int, int]:
        """Return the aggregation interval that a moment falls in; at most a minute on Nitro (FL-2)."""
        length = min(self.interval, 60) if self.on_nitro(interface) else self.interval
        return when - when % length, length

    def on_nitro(self, interface: NetworkInterface | None) -> bool:
        """Return whether an interface belongs to an instance on Nitro; a NAT gateway's does not."""
        return self.nitro and interface is not None and bool(self.snapshot.get(Instance, interface.owner_id))

    def write(self, flow: Flow) -> str:
        """Write what every interface sees of a flow; return why nothing more is known, or nothing."""
        seen = watch(flow.trace)
        made = flow.trace.reaches or flow.trace.outcome == "no-reply"
        protocol = seen.header[3]
        asks, answers = (flow.packets, flow.bytes), (flow.reply_packets, flow.reply_bytes)
        if protocol == TCP and not made:
            asks = answers = (_TRIES, _TRIES * _SYN_BYTES)
        elif protocol == TCP and flow.ends == "reset":
            asks, answers = (1, _SYN_BYTES), (1, 40)
        port = _nat_port(flow, seen.crossings)
        for number, crossing in enumerate(seen.crossings):
            forward = crossing.leg == FORWARD
            count, size = asks if forward else answers
            first, last = (SYN, FIN) if forward else (SYN_ACK, FIN)
            if not made or flow.ends != "fin":
                last = 0
            if not forward and made and flow.ends == "reset":
                first = RST
            flags = (first, last) if protocol == TCP else (0, 0)
            self._spread(flow, number, crossing, port, count, size, flags)
        return seen.because

    def _spread(
        self, flow: Flow, number: int, crossing: Crossing, port: int, count: int, size: int,
        flags: tuple[int, int],
    ) -> None:  # fmt: skip
        """Spread the packets of a crossing evenly over the flow's time, a record for each interval."""
        seconds = flow.seconds if count > 1 else 0
        done = 0
        while done < count:
            when = flow.start + (seconds * done // (count - 1) if count > 1 else 0)
            window = self.window(crossing.interface, when)
            until = window[0] + window[1] - flow.start  # the first second that is no longer in it
            upto = count if seconds < until else min(count, -(-until * (count - 1) // seconds))
            last = flow.start + (seconds * (upto - 1) // (count - 1) if count > 1 else 0)
            line = self._line(crossing, port, window, when)
            line.packets += upto - done
            line.bytes += size * upto // count - size * done // count
            line.start, line.end = min(line.start, when), max(line.end, last)
            line.flags |= (flags[0] if done == 0 else 0) | (flags[1] if upto == count else 0)
            done = upto

    def _line(self, crossing: Crossing, port: int, window: tuple[int, int], when: int) -> _Line:
        version, src, dst, protocol, s_lo, s_hi, d_lo, d_hi = crossing.header
        ports = (0, 0)  # ICMP and the rest have none (FL-5)
        if protocol in PORTED:
            ports = (s_lo if s_lo == s_hi else port, d_lo if d_lo == d_hi else port)
        place = crossing.interface or crossing.gateway
        verdict = (crossing.direction, crossing.action, crossing.reason)
        key = (place and place.id, window, version, src, dst, protocol, ports, *verdict)
        if key not in self.lines:
            self.lines[key] = _Line(crossing, ports, window, when, when)
        return self.lines[key]


def _nat_port(flow: Flow, crossings: Iterable[Crossing]) -> int:
    """Return the port that a NAT gateway gives this flow: any of 1024-65535, always the same one (NGW-6).

    Where a filter admits a part of that range only, vpclab judges the flow by the ports that do not pass.
    """
    header = flow.trace.walk.header
    port = 1024 + crc32(repr((header[1:8], flow.start)).encode()) % (65536 - 1024)
    for crossing in crossings:
        for low, high in sorted(crossing.passing) if crossing.action == REJECT else ():
            if low <= port <= high:
                port = high + 1 if high < 65535 else 1024
    return port


def records(
    flows: Trace | Flow | Iterable[Trace | Flow],
    *,
    topology: object = None,
    at: object = None,
    fields: object = None,
    interval: int = 600,
    nitro: bool = True,
    traffic: str = "ALL",
    start: int | None = None,
    end: int | None = None,
    capacity: int | None = None,
    az_ids: Mapping[str, str] | None = None,
) -> Log:
    """Return the flow log records of flows: each interface writes its own view (FL-8).

    `flows` are traces, or `Flow` values that also say when and how much. `at` is what the log is made for: a
    VPC, a subnet, an instance, interface, NAT gateway or endpoint (FL-1); without it, everything. `fields` is
    a custom format; without it, the default one (FL-3). `interval` is 600 or 60 seconds; interfaces of
    instances on `nitro` never take more than a minute (FL-2). `traffic` is ALL, ACCEPT or REJECT. With
    `start` and `end` (Unix seconds) an interface without traffic gets a NODATA line for every interval, and
    with `capacity` the records beyond so many per interface and interval are lost to one SKIPDATA line
    (FL-9). `az_ids` maps Zones to their ids, which differ by account and are ``-`` without it.

    >>> from vpclab import Topology, tcp, trace
    >>> prod = Topology("shop").vpc("prod", "10.0.0.0/16")
    >>> subnet = prod.subnet("app", "10.0.1.0/24")
    >>> a = subnet.instance("a", private_ip="10.0.1.10")
    >>> b = subnet.instance("b", private_ip="10.0.1.11", security_groups=[prod.security_group("new")])
    >>> print(records(trace(prod.topology, a, b, tcp(443)), fields="srcaddr dstaddr dstport action"))
    srcaddr dstaddr dstport action
    10.0.1.10 10.0.1.11 443 ACCEPT
    10.0.1.10 10.0.1.11 443 REJECT
    """
    chosen = read_format(fields, known_only=True)  # type: ignore[arg-type]
    every = [flows] if isinstance(flows, (Trace, Flow)) else list(flows)
    given = [one if isinstance(one, Flow) else Flow(trace=one) for one in every]
    if not given and topology is None:
        raise BadInput("no flows and no topology: give records() one of them")
    snapshot = snapshot_of(topology if topology is not None else given[0].trace.snapshot)
    if interval not in (60, 600):
        raise BadInput(f"interval={interval!r}: the longest aggregation interval is 600 or 60 seconds (FL-2)")
    if traffic not in ("ALL", "ACCEPT", "REJECT"):
        raise BadInput(f"traffic={traffic!r}: a flow log takes ALL, ACCEPT or REJECT (FL-1)")
    book = _Book(snapshot, interval, nitro)
    unknown = dict.fromkeys(filter(None, map(book.write, given)))
    covered = _covered(snapshot, at)
    writer = _Writer(book, Names(snapshot), version_of(chosen), az_ids or {}, _asked_services(given))
    busy: dict[tuple[str, tuple[int, int]], int] = {}
    rows = []
    for line in sorted(book.lines.values(), key=lambda line: (line.window[0], line.start)):
        place = line.crossing.interface or line.crossing.gateway
        if place is None or place.id not in covered:
            continue
        key = (place.id, line.window)
        busy[key] = busy.get(key, 0) + 1
        if capacity is not None and busy[key] > capacity:
            if busy[key] == capacity + 1:
                rows.append(writer.empty(place, line.window, "SKIPDATA"))
        elif traffic in ("ALL", line.crossing.action):
            rows.append(writer.row(line))
    for place in covered.values() if start is not None and end is not None else ():
        first, length = book.window(place if isinstance(place, NetworkInterface) else None, start or 0)
        idle = ((when, length) for when in range(first, end or 0, length))
        rows += [writer.empty(place, window, "NODATA") for window in idle if (place.id, window) not in busy]
    rows.sort(key=lambda row: row["start"])
    columns = {name: [row.get(name) for row in rows] for name in chosen}
    notes = tuple(f"What comes after this is not recorded, because {because}" for because in unknown)
    return Log(chosen, typed(columns, chosen, writer.names), snapshot, notes=notes)


def _covered(snapshot: Snapshot, at: object) -> dict[str, Place]:
    """Return the interfaces, and regional NAT gateways, that a log made for something covers (FL-1)."""
    every: dict[str, Place] = {eni.id: eni for eni in interfaces_of(snapshot)}
    every |= {nat.id: nat for nat in snapshot.all(NatGateway) if nat.availability != "zonal"}
    if at is None:
        return every
    if isinstance(at, (list, tuple)):
        return {id: place for one in at for id, place in _covered(snapshot, one).items()}
    wanted = at.id if isinstance(at, Handle) else getattr(at, "id", str(at))
    owners = (Vpc, Subnet, Instance, NatGateway, VpcEndpoint)
    named = [v for kind in owners for v in snapshot.all(kind) if wanted in (v.id, v.name, _long(snapshot, v))]
    ids = {value.id for value in named} or {wanted}
    found = {
        id: place
        for id, place in every.items()
        if ids & {id, place.vpc_id, place.subnet_id, getattr(place, "owner_id", None)} or place.name == wanted
    }
    if not found:
        known = [v.name for kind in owners for v in snapshot.all(kind)]
        raise NotFound(f"{wanted!r} is nothing that a flow log can be made for", known)
    return found


def _long(snapshot: Snapshot, value: Any) -> str:
    vpc = snapshot.get(Vpc, getattr(value, "vpc_id", None))
    return f"{vpc.name}/{value.name}" if vpc is not None else value.id


def _asked_services(flows: Iterable[Flow]) -> dict[str, str]:
    """Return the public addresses of services that flows asked for by name."""
    ends = (flow.trace.walk.destination for flow in flows)
    return {str(end.address): end.component.name for end in ends if end.component.kind == "service"}


@dataclass(frozen=True, slots=True)
class _Writer:
    """What turns lines into the values of every field."""

    book: _Book
    names: Names
    version: int
    az_ids: Mapping[str, str]
    asked: Mapping[str, str]

    def place(self, place: Place) -> dict[str, Any]:
        """Return the fields that say where a record was taken."""
        snapshot = self.book.snapshot
        vpc = snapshot.get(Vpc, place.vpc_id)
        row: dict[str, Any] = {"version": self.version, "vpc-id": place.vpc_id}
        if vpc is not None:
            row |= {"account-id": vpc.account, "region": vpc.region}
        if isinstance(place, NatGateway):  # a regional one: no interface, subnet or instance (FL-12)
            return row | {"resource-id": place.id, "interface-type": "regional_nat_gateway"}
        subnet = snapshot.get(Subnet, place.subnet_id)
        zone = subnet.az if subnet is not None else ""
        instance = snapshot.get(Instance, place.owner_id)
        return row | {
            "interface-id": None if place.id == "-" else place.id,
            "subnet-id": place.subnet_id,
            "instance-id": instance.id if instance is not None else None,
            "az-id": self.az_ids.get(zone) or self.az_ids.get(zone.removeprefix(vpc.region if vpc else "")),
            "interface-type": place.interface_type if place.interface_type in _TYPES else None,
        }

    def empty(self, place: Place, window: tuple[int, int], status: str) -> dict[str, Any]:
        """Return a NODATA or SKIPDATA record: the flow's fields are missing (FL-9)."""
        return self.place(place) | {"start": window[0], "end": sum(window), "log-status": status}

    def row(self, line: _Line) -> dict[str, Any]:
        """Return every field of a record."""
        crossing = line.crossing
        version, _, _, protocol = crossing.header[:4]
        pkt = [str(address(version, number)) for number in crossing.header[1:3]]
        place = crossing.interface or crossing.gateway
        assert place is not None
        plain = list(pkt)
        if isinstance(place, NetworkInterface):  # its own side shows its own address (FL-10)
            own = place.ipv6_addresses if version == 6 else (place.private_ip,)
            side = 0 if crossing.direction == EGRESS else 1
            if own and pkt[side] not in map(str, own):
                plain[side] = str(own[0])
        return self.place(place) | {
            "srcaddr": plain[0], "dstaddr": plain[1], "srcport": line.ports[0], "dstport": line.ports[1],
            "protocol": protocol, "packets": line.packets,
            "bytes": None if crossing.reason == "BPA" else line.bytes,  # FL-17
            "start": line.start, "end": line.end, "action": crossing.action, "log-status": "OK",
            "tcp-flags": line.flags, "type": f"IPv{version}", "pkt-srcaddr": pkt[0], "pkt-dstaddr": pkt[1],
            "pkt-src-aws-service": self.service(pkt[0]), "pkt-dst-aws-service": self.service(pkt[1]),
            "flow-direction": crossing.direction, "traffic-path": self.path(crossing),
            "reject-reason": crossing.reason or None,
        }  # fmt: skip

    def service(self, text: str) -> str | None:
        """Return AWS's word for the service that has an address."""
        found = self.asked.get(text) or self.names.service(read_address(text))
        return _SERVICES.get(found, "AMAZON") if found and is_public(read_address(text)) else None

    def path(self, crossing: Crossing) -> int | None:
        """Return the way that leaving traffic takes (FL-14); None for what comes in or is refused."""
        if crossing.direction != EGRESS or crossing.action == REJECT:
            return None
        kind = crossing.target.kind if crossing.target is not None else "local"
        nitro, snapshot = self.book.on_nitro(crossing.interface), self.book.snapshot
        if kind == PeeringConnection.kind:
            pcx = snapshot.get(PeeringConnection, crossing.target and crossing.target.id)
            return 5 if pcx is not None and pcx.requester.region != pcx.accepter.region else 4
        known = {"internet_gateway": 8 if nitro else 2, "vpc_endpoint": 7 if nitro else 2,
                 "virtual_private_gateway": 3, "egress_only_internet_gateway": None}  # fmt: skip
        return known.get(kind, 1)
