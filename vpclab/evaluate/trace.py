"""One flow: `trace` asks what happens to it, `still_open` whether it would survive a change."""

from __future__ import annotations

from typing import Any

from vpclab.evaluate.ends import End, destination_end, source_end
from vpclab.evaluate.network import Interface, linked
from vpclab.evaluate.packets import TrafficType, address
from vpclab.evaluate.results import FORWARD, Decision, Trace
from vpclab.evaluate.walk import Walk
from vpclab.topology.errors import BadInput
from vpclab.topology.model import INBOUND, PORTED, Snapshot
from vpclab.topology.store import Store


def trace(
    topology: Store | Snapshot, src: object, dst: object, traffic: TrafficType, *, ip_version: int = 4
) -> Trace:
    """Return what AWS does with a flow: its outcome, its way and every check that stops it.

    `src` and `dst` are a handle, a name (``"web"``, ``"prod/web"``), an id, an IP address, `internet`,
    `service` or `site`; `traffic` is ``tcp(443)``, ``udp(53)``, ``icmp()`` or ``protocol(50)``. Raises
    `NotFound`, `Ambiguous` or `BadInput` for ends that cannot be understood.

    >>> from vpclab import Topology, tcp, trace
    >>> prod = Topology("shop").vpc("prod", "10.0.0.0/16")
    >>> app = prod.subnet("app", "10.0.1.0/24").instance("app")
    >>> db = prod.subnet("db", "10.0.2.0/24", az="c").instance("db")
    >>> trace(prod.topology, "app", "db", tcp(5432)).path
    ('app', 'default', 'default', 'main', 'default', 'default', 'db')
    """
    snapshot = _snapshot(topology)
    if not isinstance(traffic, TrafficType):
        raise BadInput(f"{traffic!r} is not traffic: use tcp(443), udp(53), icmp() or protocol(50)")
    if ip_version not in (4, 6):
        raise BadInput(f"ip_version={ip_version!r}: use 4 or 6")
    network = linked(snapshot)
    source = source_end(network, src, ip_version, towards=dst)
    destination = destination_end(network, dst, source, ip_version)
    walk = Walk(network, source, traffic.header(source.address, destination.address), destination)
    outcome = walk.run()
    return Trace(
        snapshot, source.component, destination.component, traffic, outcome, walk, ip_version=ip_version
    )


def _snapshot(topology: object) -> Snapshot:
    if isinstance(topology, Store):
        return topology.snapshot()
    if isinstance(topology, Snapshot):
        return topology
    raise BadInput(f"{topology!r} is not a topology")


def still_open(trace: Trace, changed_topology: Store | Snapshot) -> Decision:
    """Return whether a connection opened under a trace would survive a change of the topology.

    A connection that a security group tracks goes on after its rule is gone; one it does not track
    stops at once, and network ACLs and routes are asked for every packet (SG-14, SG-15, ACL-14).
    """
    walk: Walk = trace.walk
    if not trace.reaches:
        raise BadInput(f"{trace.flow} is {trace.outcome}: there is no open connection to keep")
    network = linked(_snapshot(changed_topology))
    ends: list[End] = []
    for end in (walk.source, walk.destination):
        interface = network.interfaces.get(end.interface.value.id) if end.interface else None
        if end.interface is not None and interface is None:
            because = f"{end.component.name} is gone, and the connection with it."
            return Decision(False, end.component, end.component.kind, because, "NO_SOURCE_OR_DESTINATION")
        ends.append(End(interface.component if interface else end.component, end.address, interface))
    tracked, untracked = _remembered(walk)
    again = Walk(network, ends[0], walk.header, ends[1], established=tracked, untracked=untracked)
    outcome = again.run()
    after = Trace(
        network.snapshot, ends[0].component, ends[1].component, trace.traffic, outcome, again,
        ip_version=trace.ip_version,
    )  # fmt: skip
    if after.reaches and again.last != walk.last:
        seen, was = (address(header[0], header[1]) for header in (again.last, walk.last))
        name = ends[1].component.name
        because = f"{name} gets the packets from {seen} now, and its connection is with {was} (VPE-7)."
        return Decision(False, ends[1].component, ends[1].component.kind, because, "vpclab:OTHER_TRANSLATION")
    if after.reaches:
        because = "The connection goes on: every check lets its packets pass, or remembers it."
        return Decision(True, ends[1].component, ends[1].component.kind, because)
    return (*after.blockers, *after.unknowns)[0]


# What makes security groups track a flow whatever the rules (SG-16).
_ALWAYS_TRACKED = ("egress_only_internet_gateway", "nat_gateway")


Checks = frozenset[tuple[str, Any, str]]  # interface, header, direction


def _remembered(walk: Walk) -> tuple[Checks, Checks]:
    """Return the checks that security groups answer from memory, and those they do not remember (SG-14)."""
    automatic = any(step[1] in _ALWAYS_TRACKED for step in walk.steps[FORWARD]) or (
        isinstance(walk.arrived, Interface) and walk.arrived.value.interface_type == "vpc_endpoint"
    )
    automatic = automatic or (
        walk.answers_by is not None and walk.answers_by[0].service.endswith(".dynamodb")
    )
    found: dict[bool, set[tuple[str, Any, str]]] = {False: set(), True: set()}
    for interface, header, direction in walk.asked:
        rules = (interface.inbound, interface.outbound)
        first, other = rules if direction == INBOUND else rules[::-1]
        untracked = (
            header[3] in PORTED
            and not automatic
            and any(_open(row, header, whole=False) for row in first.rows)
            and any(_open(row, header, whole=True) for row in other.rows)
        )
        found[untracked].add((interface.value.id, header, direction))
    return frozenset(found[False]), frozenset(found[True])


def _open(row: Any, header: Any, *, whole: bool) -> bool:
    """Return whether a rule is open to every address: for this packet's port, or for all ports."""
    protocol, low, high, version, _, mask, members, _ = row
    if members is not None or version != header[0] or mask or protocol not in (-1, header[3]):
        return False
    everything = protocol == -1 or (low in (-1, 0) and high in (-1, 65535))
    return everything or (not whole and bool(low <= header[6] and header[7] <= high))
