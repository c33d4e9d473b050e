"""What can go wrong in a sound network: a fault is one change, of a kind that people really make.

Each kind has a function that finds every place of a network where its change can be made, and the code
that says it. Whether a change matters is for an intent table to say. What AWS would refuse is no fault: so
no internet gateway is detached while it has public addresses to serve (IGW-13).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from io import StringIO
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from vpclab.course import words
from vpclab.topology import rules
from vpclab.topology.errors import VpclabError
from vpclab.topology.filters import ANY4
from vpclab.topology.model import (
    INBOUND,
    LOCAL,
    OUTBOUND,
    PORTED,
    Connection,
    ElasticIp,
    Instance,
    InternetGateway,
    NatGateway,
    NetworkAcl,
    NetworkAclEntry,
    NetworkInterface,
    PeeringConnection,
    Resource,
    Route,
    RouteTable,
    SecurityGroup,
    SecurityGroupRule,
    Subnet,
    VirtualPrivateGateway,
)
from vpclab.topology.routing import sync_propagation

if TYPE_CHECKING:
    from vpclab import Topology

__all__ = ["KINDS", "Fault", "faults", "planted"]

EPHEMERAL = 32768  # where a Linux client waits for a reply (ACL-11)


@dataclass(frozen=True)
class Fault:
    """One change: its kind, the component it is made at, what it is about, and how it is made."""

    kind: str
    at: str
    about: str
    plant: Callable[[Topology], object]

    def __str__(self) -> str:
        return words.FAULTS[self.kind].sentence.format(at=self.at, about=self.about)

    @property
    def code(self) -> str:
        """Return the code that says what is wrong at `at`."""
        return KINDS[self.kind].code


def planted(sound: Topology, *chosen: Fault) -> Topology:
    """Return a copy with these faults in it; what the builder says of the changes is kept back."""
    network = sound.copy()
    with redirect_stdout(StringIO()):
        for fault in chosen:
            fault.plant(network)
    return network


def faults(sound: Topology) -> Iterator[Fault]:
    """Return every fault that can be planted, kind by kind; what AWS would refuse is left out."""
    for kind, row in KINDS.items():
        for value, about, plant in row.find(sound):
            found = Fault(kind, value.name, str(about), plant)
            try:
                planted(sound, found)
            except VpclabError:
                continue
            yield found


Found = Iterator[tuple[Resource, object, Callable[["Topology"], object]]]


class Kind(NamedTuple):
    """A kind of fault: the code that says it, and the function that finds its places."""

    code: str
    find: Callable[[Topology], Found]


def _put(value: Resource, **changes: Any) -> Callable[[Topology], object]:
    """Return the change that gives a value other attributes."""
    return lambda network: network.put(replace(value, **changes))


def _do(value: Resource, verb: str, *arguments: Any, **more: Any) -> Callable[[Topology], object]:
    """Return the change that a verb of the builder makes."""
    return lambda network: getattr(network.handle(network.get(type(value), value.id)), verb)(
        *arguments, **more
    )


# --- routes ------------------------------------------------------------------------------------------------


def _routes(network: Topology) -> Iterator[tuple[RouteTable, Route]]:
    for table in network.values(RouteTable):
        own = (route for route in table.routes if route.target != LOCAL and not route.propagated)
        yield from ((table, route) for route in own)


def _without(table: RouteTable, route: Route) -> Callable[[Topology], object]:
    return _put(table, routes=tuple(r for r in table.routes if r != route))


def _route_missing(network: Topology) -> Found:
    for table, route in _routes(network):
        if not network.get(PeeringConnection, route.target):
            yield table, route.destination, _without(table, route)


def _one_sided(network: Topology) -> Found:
    for table, route in _routes(network):
        if network.get(PeeringConnection, route.target):
            yield table, route.destination, _without(table, route)


def _blackhole(network: Topology) -> Found:
    for target in (*network.values(NatGateway), *network.values(PeeringConnection)):
        table = next((table for table, route in _routes(network) if route.target == target.id), None)
        if table:
            yield table, target.name, _do(target, "remove")


def _more_specific(network: Topology) -> Found:
    """Find narrower routes to another target."""
    kinds = (InternetGateway, VirtualPrivateGateway, NatGateway, PeeringConnection)
    targets = [value for kind in kinds for value in network.values(kind)]
    for table, route in _routes(network):
        other = next((target for target in targets if target.id != route.target), None)
        if isinstance(route.destination, str) or route.destination.version == 6 or not other:
            continue
        whole = route.destination.prefixlen == 0
        narrow = ["192.0.2.0/24", "203.0.113.0/24"] if whole else list(route.destination.subnets())[:1]
        for block in map(str, narrow):
            about = words.FAULT_LEADS.format(block=block, target=other.name)
            yield table, about, _do(table, "route", block, to=other.id)


def _wrong_table(network: Topology) -> Found:
    """Find subnets that could be left to the main table, or given the one that leads to the internet."""
    gateways = {gateway.id for gateway in network.values(InternetGateway)}
    for subnet in network.values(Subnet):
        own = network.snapshot().route_table_of(subnet)
        for table in network.values(RouteTable):
            likely = table.main or any(route.target in gateways for route in table.routes)
            if likely and table.vpc_id == subnet.vpc_id and own and table.id != own.id:
                yield subnet, table.name, _do(table, "associate", subnet.id)


def _propagation_off(network: Topology) -> Found:
    for table in network.values(RouteTable):
        for gateway in table.propagating:
            name = next(v.name for v in network.values(VirtualPrivateGateway) if v.id == gateway)
            yield table, name, _do(table, "stop_propagating", gateway)


# --- gateways and connections ------------------------------------------------------------------------------


def _nat_in_private_subnet(network: Topology) -> Found:
    zones = {subnet.id: subnet.az for subnet in network.values(Subnet)}
    for nat in network.values(NatGateway):
        for subnet in network.children(Subnet, nat.vpc_id):
            near = subnet.az == zones.get(nat.subnet_id or "")
            if near and subnet.cidr and not network.snapshot().is_public(subnet):
                inside = rules.free_address(subnet, 4, network.used_addresses(subnet.id), last=True)
                yield nat, subnet.name, _put(nat, subnet_id=subnet.id, private_ip=inside)


def _gateway_detached(network: Topology) -> Found:
    for gateway in network.values(VirtualPrivateGateway):
        yield gateway, "", _do(gateway, "detach")


def _tunnels_down(network: Topology) -> Found:
    for connection in network.values(Connection):

        def down(changed: Topology, value: Connection = connection) -> None:
            changed.put(replace(value, tunnels_up=0))
            sync_propagation(changed, value.gateway_id)

        yield connection, "", down


def _peering_pending(network: Topology) -> Found:
    for peering in network.values(PeeringConnection):
        yield peering, "", _put(peering, status="pending-acceptance")


# --- instances and their interfaces ------------------------------------------------------------------------


def _no_public_address(network: Topology) -> Found:
    for address in network.values(ElasticIp):
        holder = network.get(NetworkInterface, address.interface_id)
        owner = network.get(Instance, holder.owner_id) if holder else None
        if owner:
            yield owner, address.address, _do(address, "disassociate")


def _check_left_on(network: Topology) -> Found:
    for interface in network.values(NetworkInterface):
        if not interface.source_dest_check:
            yield interface, "", _put(interface, source_dest_check=True)


def _stopped(network: Topology) -> Found:
    for instance in network.values(Instance):
        yield instance, "", _do(instance, "stop")


# --- security groups ---------------------------------------------------------------------------------------


def _instead(group: SecurityGroup, old: SecurityGroupRule, **changes: Any) -> Callable[[Topology], object]:
    new = dict.fromkeys(replace(rule, **changes) if rule == old else rule for rule in group.rules)
    return _put(group, rules=tuple(new))


def _wrong_reference(network: Topology) -> Found:
    groups = {group.id: group for group in network.values(SecurityGroup)}
    for group in groups.values():
        for rule in group.side(INBOUND):
            if rule.peer in groups and rule.peer != group.id:
                yield group, rule, _instead(group, rule, peer=group.id, peer_name=group.name)


def _no_outbound_rule(network: Topology) -> Found:
    for group in network.values(SecurityGroup):
        if group.side(OUTBOUND):
            yield group, "", _put(group, rules=group.side(INBOUND))


def _wrong_version(network: Topology) -> Found:
    for group in network.values(SecurityGroup):
        for rule in group.side(INBOUND):
            if getattr(rule.peer, "version", 4) == 6 and replace(rule, peer=ANY4) in group.rules:
                yield group, rule, _instead(group, rule, peer=ANY4)


# --- network ACLs ------------------------------------------------------------------------------------------


def _sides(network: Topology) -> Iterator[tuple[NetworkAcl, tuple[NetworkAclEntry, ...]]]:
    for acl in network.values(NetworkAcl):
        yield from ((acl, acl.side(direction)) for direction in (INBOUND, OUTBOUND))


def _wrong_order(network: Topology) -> Found:
    for acl, side in _sides(network):
        for first, second in pairwise(side):
            if first.allow and not second.allow:
                turned = {first: replace(first, number=second.number)}
                turned[second] = replace(second, number=first.number)
                yield acl, second, _put(acl, entries=tuple(turned.get(e, e) for e in acl.entries))


def _no_ephemeral_ports(network: Topology) -> Found:
    for acl, side in _sides(network):
        for entry in side:
            ports = range(entry.from_port or 0, (entry.to_port or 0) + 1)
            if entry.allow and entry.protocol in PORTED and EPHEMERAL in ports:
                yield acl, entry, _put(acl, entries=tuple(e for e in acl.entries if e != entry))


KINDS: dict[str, Kind] = {
    "route missing": Kind("NO_ROUTE_TO_DESTINATION", _route_missing),
    "one-sided peering": Kind("NO_ROUTE_TO_DESTINATION", _one_sided),
    "blackhole": Kind("BAD_STATE_ROUTE", _blackhole),
    "more specific route": Kind("MORE_SPECIFIC_ROUTE", _more_specific),
    "wrong table": Kind("NO_ROUTE_TO_DESTINATION", _wrong_table),
    "propagation off": Kind("NO_ROUTE_TO_DESTINATION", _propagation_off),
    "NAT gateway in a private subnet": Kind("NO_ROUTE_TO_DESTINATION", _nat_in_private_subnet),
    "gateway detached": Kind("BAD_STATE_ATTACHMENT", _gateway_detached),
    "tunnels down": Kind("BAD_STATE_VPN", _tunnels_down),
    "peering not accepted": Kind("BAD_STATE_ROUTE", _peering_pending),
    "no public address": Kind("IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS", _no_public_address),
    "source/destination check on": Kind("ENI_SOURCE_DEST_CHECK_RESTRICTION", _check_left_on),
    "instance stopped": Kind("BAD_STATE", _stopped),
    "reference that cannot match": Kind("ENI_SG_RULES_MISMATCH", _wrong_reference),
    "no outbound rule": Kind("SG_HAS_NO_RULES", _no_outbound_rule),
    "rule for the other version": Kind("ENI_SG_RULES_MISMATCH", _wrong_version),
    "ACL in the wrong order": Kind("SUBNET_ACL_RESTRICTION", _wrong_order),
    "ACL without ephemeral ports": Kind("SUBNET_ACL_RESTRICTION", _no_ephemeral_ports),
}
