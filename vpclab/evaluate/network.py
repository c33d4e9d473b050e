"""A snapshot linked for walking: who has which address, which table and filters serve which subnet.

A trace asks the same few questions thousands of times, so they are answered once per snapshot, and
blocks become pairs of integers (network, mask). Nothing here decides anything about a packet.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Network
from typing import Any, cast

from vpclab.evaluate.results import Place, Target, service_place
from vpclab.topology.model import (
    LOCAL,
    Address,
    EgressOnlyInternetGateway,
    Instance,
    InternetGateway,
    NatGateway,
    Network,
    NetworkAcl,
    NetworkInterface,
    PeeringConnection,
    PrefixList,
    Resource,
    Route,
    RouteTable,
    SecurityGroup,
    Snapshot,
    Subnet,
    TransitGateway,
    TransitGatewayAttachment,
    VirtualPrivateGateway,
    Vpc,
    VpcEndpoint,
)
from vpclab.topology.services import service_blocks

Key = tuple[int, int]  # (IP version, address as an integer)
Block = tuple[int, int, int]  # (IP version, network, mask)


def block_of(network: Network) -> Block:
    """Return a network as integers, ready for ``address & mask == network``."""
    return (network.version, int(network.network_address), int(network.netmask))


@dataclass(slots=True)
class RuleSet:
    """The rules of one direction of a set of groups, one row per block.

    A row is ``(protocol, low, high, version, network, mask, members, rule)``; a row whose peer is a
    security group has `members`, the private addresses it stands for (SG-19), and version 0; a peer
    that nothing is known about has None for its members. Groups across a transit gateway are such peers
    too, but who wears them is known: nobody else can match (SG-24).
    """

    groups: tuple[SecurityGroup, ...]
    direction: str
    rows: tuple[tuple[int, int, int, int, int, int, frozenset[Key] | None, Any], ...]
    missing: tuple[str, ...] = ()  # ids of groups that are in no file
    elsewhere: dict[str, frozenset[Key]] = field(default_factory=dict)  # groups across a transit gateway

    @property
    def unknown(self) -> tuple[str, ...]:
        """Return the rules whose peer nothing is known about, as sentences."""
        lost = (row[-1] for row in self.rows if not row[3] and row[6] is None)
        rules = (f"rule “{rule}”: nothing is known about {rule.peer}." for rule in lost)
        return (*rules, *(f"security group {id} is not in the data." for id in self.missing))


@dataclass(slots=True)
class Acl:
    """A network ACL with the rows of each direction in the order they are tried (ACL-4)."""

    value: NetworkAcl
    rows: dict[str, tuple[tuple[int, int, int, int, int, int, bool, Any], ...]]


@dataclass(slots=True)
class Table:
    """A route table with its rows by preference: longest prefix, then the kind of route (RT-6, RT-8).

    A row is ``(version, network, mask, route, target)``; `target` is None where the id is unknown.
    `untold` are the routes whose prefix list is in no file, so that nobody knows what they cover.
    """

    value: RouteTable
    rows: tuple[tuple[int, int, int, Route, Target | None], ...]
    untold: tuple[Route, ...] = ()


@dataclass(slots=True, eq=False)
class LinkedVpc:
    """A VPC with its blocks, subnets and gateway."""

    value: Vpc
    blocks: tuple[Block, ...]
    igw: InternetGateway | None = None
    eigw: EgressOnlyInternetGateway | None = None
    vgw: VirtualPrivateGateway | None = None
    subnets: list[LinkedSubnet] = field(default_factory=list)
    owners: dict[Key, Interface | NatGateway] = field(default_factory=dict)

    def holds(self, version: int, number: int) -> bool:
        """Return whether an address is inside the VPC's blocks."""
        return any(v == version and number & mask == net for v, net, mask in self.blocks)

    def contains(self, version: int, network: int, mask: int) -> bool:
        """Return whether a block is inside the VPC's blocks."""
        return any(v == version and network & m == net and mask & m == m for v, net, m in self.blocks)

    def subnet_at(self, version: int, number: int) -> LinkedSubnet | None:
        """Return the subnet that holds an address."""
        for subnet in self.subnets:
            for v, net, mask in subnet.blocks:
                if v == version and number & mask == net:
                    return subnet
        return None


@dataclass(slots=True, eq=False)
class LinkedSubnet:
    """A subnet with the route table and network ACL that serve it (SUB-8)."""

    value: Subnet
    vpc: LinkedVpc
    blocks: tuple[Block, ...]
    table: Table | None
    acl: Acl | None


@dataclass(slots=True, eq=False)
class Interface:
    """A network interface with its instance, subnet, groups and addresses."""

    value: NetworkInterface
    subnet: LinkedSubnet
    instance: Instance | None
    inbound: RuleSet
    outbound: RuleSet
    addresses: frozenset[Key]
    public_of: dict[int, int]  # private IPv4 → public IPv4

    @property
    def component(self) -> Resource:
        """Return what people call this place: the instance, or the interface itself."""
        return self.instance or self.value

    @property
    def idle(self) -> str:
        """Return why it takes part in nothing, such as ``stopped``; empty while it works."""
        if self.instance is not None:
            return "" if self.instance.state == "running" else self.instance.state
        return "attached to nothing" if self.value.status == "available" else ""

    @property
    def without_groups(self) -> bool:
        """Return whether it belongs to a service that has no security groups here."""
        return not self.value.group_ids and self.value.interface_type != "interface"


_VPC_GATEWAYS: dict[str, Any] = {
    kind.kind: kind
    for kind in (
        InternetGateway,
        EgressOnlyInternetGateway,
        VirtualPrivateGateway,
        PeeringConnection,
        TransitGateway,
        VpcEndpoint,
    )
}


class LinkedNetwork:
    """Everything of a snapshot, linked; made once per snapshot by `linked`."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.vpcs = {v.id: LinkedVpc(v, tuple(block_of(b) for b in v.blocks)) for v in snapshot.all(Vpc)}
        self._gateways()
        self.attachments = [a for a in snapshot.all(TransitGatewayAttachment) if a.state == "available"]
        self._members: dict[str, set[Key]] = {}
        for eni in snapshot.all(NetworkInterface):
            keys = {(4, int(entry.address)) for entry in eni.addresses} | {
                (6, int(a)) for a in eni.ipv6_addresses
            }
            for group_id in eni.group_ids:
                self._members.setdefault(group_id, set()).update(keys)
        self._tables = {table.id: self.table(table) for table in snapshot.all(RouteTable)}
        self.edge_tables = {g: t for t in self._tables.values() for g in t.value.gateway_ids}
        self._acls = {acl.id: link_acl(acl) for acl in snapshot.all(NetworkAcl)}
        self._rule_sets: dict[tuple[tuple[str, ...], str], RuleSet] = {}
        self.subnets = {s.id: self._subnet(s) for s in snapshot.all(Subnet) if s.vpc_id in self.vpcs}
        self.interfaces: dict[str, Interface] = {}
        self.public: dict[int, tuple[LinkedVpc, int]] = {}  # public IPv4 → (VPC, private IPv4)
        self.nat_subnets: dict[str, LinkedSubnet] = {}
        for eni in snapshot.all(NetworkInterface):
            self._interface(eni)
        for nat in snapshot.all(NatGateway):
            self._nat_gateway(nat)
        self.services: dict[str, tuple[Network, ...]] = {
            found.name: found.cidrs
            for found in snapshot.all(PrefixList)
            if found.name.startswith("com.amazonaws.")
        }

    def _gateways(self) -> None:
        """Give every VPC its attached gateways, and every gateway its edge route table (GRT-1)."""
        snapshot = self.snapshot
        for igw in snapshot.all(InternetGateway):
            if igw.vpc_id in self.vpcs:
                self.vpcs[igw.vpc_id].igw = igw
        for eigw in snapshot.all(EgressOnlyInternetGateway):
            if eigw.vpc_id in self.vpcs:
                self.vpcs[eigw.vpc_id].eigw = eigw
        for vgw in snapshot.all(VirtualPrivateGateway):
            if vgw.vpc_id in self.vpcs:
                self.vpcs[vgw.vpc_id].vgw = vgw

    def vpc_at(self, version: int, number: int) -> LinkedVpc | None:
        """Return the VPC whose blocks hold an address, or None."""
        return next((vpc for vpc in self.vpcs.values() if vpc.holds(version, number)), None)

    def vpc_of_gateway(self, vgw_id: str) -> LinkedVpc | None:
        """Return the VPC that a virtual private gateway is attached to, or None."""
        found = self.snapshot.get(VirtualPrivateGateway, vgw_id)
        return self.vpcs.get(found.vpc_id) if found is not None and found.vpc_id else None

    def service_at(self, asked: Address) -> Place | None:
        """Return the AWS service whose published ranges hold a public address, or None."""
        for name, blocks in self.services.items():
            if any(asked in block for block in blocks if block.version == asked.version):
                return service_place(name)
        return None

    def _subnet(self, value: Subnet) -> LinkedSubnet:
        table, acl = self.snapshot.route_table_of(value), self.snapshot.network_acl_of(value)
        vpc = self.vpcs[value.vpc_id]
        blocks = tuple(block_of(b) for b in (value.cidr, value.ipv6_cidr) if b is not None)
        linked = LinkedSubnet(
            value, vpc, blocks, self._tables[table.id] if table else None, self._acls[acl.id] if acl else None
        )
        vpc.subnets.append(linked)
        return linked

    def _interface(self, eni: NetworkInterface) -> None:
        subnet = self.subnets.get(eni.subnet_id)
        if subnet is None:
            return
        public_of = {int(e.address): int(e.public_ip) for e in eni.addresses if e.public_ip is not None}
        keys = frozenset(
            {(4, int(e.address)) for e in eni.addresses} | {(6, int(a)) for a in eni.ipv6_addresses}
        )
        linked = Interface(
            eni, subnet, self.snapshot.get(Instance, eni.owner_id),
            self.rule_set(eni.group_ids, "inbound"), self.rule_set(eni.group_ids, "outbound"),
            keys, public_of,
        )  # fmt: skip
        self.interfaces[eni.id] = linked
        if self.snapshot.get(NatGateway, eni.owner_id) is None:
            subnet.vpc.owners.update(dict.fromkeys(keys, linked))
            self.public.update({public: (subnet.vpc, private) for private, public in public_of.items()})

    def _nat_gateway(self, nat: NatGateway) -> None:
        subnet = self.subnets.get(nat.subnet_id or "")
        if subnet is None or nat.private_ip is None:
            return
        self.nat_subnets[nat.id] = subnet
        subnet.vpc.owners[4, int(nat.private_ip)] = nat
        if nat.public_ip is not None:
            self.public[int(nat.public_ip)] = (subnet.vpc, int(nat.private_ip))

    def rule_set(self, group_ids: tuple[str, ...], direction: str) -> RuleSet:
        """Return the linked rules of a set of groups in one direction, shared by all that carry the set."""
        key = (group_ids, direction)
        if key not in self._rule_sets:
            groups = tuple(
                g for g in (self.snapshot.get(SecurityGroup, i) for i in group_ids) if g is not None
            )
            linked = link_groups(groups, direction, self.peer_blocks, self.members)
            unknown = {row[-1].peer for row in linked.rows if not row[3] and row[6] is None}
            known = (id for id in unknown if self.snapshot.get(SecurityGroup, id))
            linked.elsewhere = {id: frozenset(self._members.get(id, ())) for id in known}
            linked.missing = tuple(id for id in group_ids if self.snapshot.get(SecurityGroup, id) is None)
            self._rule_sets[key] = linked
        return self._rule_sets[key]

    def peer_blocks(self, id: str) -> tuple[Block, ...] | None:
        """Return the blocks of a prefix list, or None if it is unknown."""
        found = self.snapshot.get(PrefixList, id)
        return tuple(block_of(c) for c in found.cidrs) if found else None

    def members(self, group_id: str, viewer: SecurityGroup) -> frozenset[Key] | None:
        """Return the private addresses that a rule of `viewer` means by a group (SG-19); None if unknown.

        A group of another VPC counts only over an active peering in the same Region (PCX-9); without
        one the rule is stale and matches nothing. Across a transit gateway it is not modelled yet.
        """
        group = self.snapshot.get(SecurityGroup, group_id)
        if group is None:
            return None
        here, there = viewer.vpc_id, group.vpc_id
        if here != there and not self._peered(here, there):
            joined = {a.transit_gateway_id for a in self.attachments if a.resource_id == here}
            other = {a.transit_gateway_id for a in self.attachments if a.resource_id == there}
            return None if joined & other else frozenset()
        return frozenset(self._members.get(group_id, ()))

    def _peered(self, here: str, there: str) -> bool:
        """Return whether an active peering in one Region joins two VPCs."""
        return any(
            {pcx.requester.vpc_id, pcx.accepter.vpc_id} == {here, there}
            and pcx.status == "active"
            and pcx.requester.region == pcx.accepter.region
            for pcx in self.snapshot.all(PeeringConnection)
        )

    def table(self, value: RouteTable) -> Table:
        """Return a route table with its rows in the order of preference (RT-6, RT-7, RT-8)."""
        vpc = self.vpcs.get(value.vpc_id)
        rows, untold = [], []
        for at, route in enumerate(value.routes):
            if isinstance(route.destination, str):
                blocks = self.peer_blocks(route.destination)
                if blocks is None:
                    untold.append(route)
                    blocks = self._service_blocks(route.target)
            else:
                blocks = (block_of(route.destination),)
            rank = 2 if route.propagated else 1 if isinstance(route.destination, str) else 0
            for version, net, mask in blocks:
                if route.propagated and vpc and vpc.contains(version, net, mask):
                    continue  # a propagated route never overrides the local one (RT-7)
                row = (version, net, mask, route, self.target(route))
                rows.append((-mask.bit_count(), rank, at, row))
        rows.sort(key=lambda entry: entry[:3])
        return Table(value, tuple(entry[3] for entry in rows), tuple(untold))

    def _service_blocks(self, endpoint_id: str) -> tuple[Block, ...]:
        """Return the ranges that stand for a gateway endpoint's service; no other are known (VPE-3)."""
        endpoint = self.snapshot.get(VpcEndpoint, endpoint_id)
        vpc = self.vpcs.get(endpoint.vpc_id) if endpoint else None
        if endpoint is None or vpc is None:
            return ()
        return tuple(block_of(block) for block in service_blocks(endpoint.service, vpc.value.region))

    def attached(self, chosen: tuple[Route, Target | None] | None, vpc_id: str) -> bool:
        """Return whether the chosen route's target can take packets of this VPC now (RT-13)."""
        target = chosen[1] if chosen else None
        if target is None or target.kind not in _VPC_GATEWAYS:
            return True
        found = self.snapshot.get(_VPC_GATEWAYS[target.kind], target.id)
        if isinstance(found, PeeringConnection):
            return found.status == "active" and vpc_id in (found.requester.vpc_id, found.accepter.vpc_id)
        if isinstance(found, TransitGateway):
            return self.attachment(found.id, vpc_id) is not None
        if isinstance(found, VpcEndpoint):
            return found.state == "available" and found.vpc_id == vpc_id
        return found is not None and found.vpc_id == vpc_id

    def attachment(self, transit_gateway_id: str, resource_id: str) -> TransitGatewayAttachment | None:
        """Return the available attachment of a VPC or connection to a transit gateway, or None."""
        for found in self.attachments:
            if (found.transit_gateway_id, found.resource_id) == (transit_gateway_id, resource_id):
                return found
        return None

    def target(self, route: Route) -> Target | None:
        """Return the target of a route with its name and kind; None for an id that nothing else mentions."""
        if route.target == LOCAL:
            return Target(LOCAL, LOCAL, LOCAL)
        for kind in (NatGateway, NetworkInterface, *_VPC_GATEWAYS.values()):
            found = self.snapshot.get(kind, route.target)
            if found is not None:
                return Target(found.id, found.name, found.kind)
        return None


def link_groups(groups: tuple[SecurityGroup, ...], direction: str, peer_blocks: Any, members: Any) -> RuleSet:
    """Return the rules of these groups in one direction as rows (SG-6: one set, no order)."""
    rows: list[Any] = []
    for group in groups:
        for rule in group.side(direction):
            low = -1 if rule.from_port is None else rule.from_port
            high = -1 if rule.to_port is None else rule.to_port
            what = (rule.protocol, low, high)
            if not isinstance(rule.peer, str):
                rows.append((*what, *block_of(rule.peer), None, rule))
            elif rule.peer.startswith("pl-"):
                blocks = peer_blocks(rule.peer) or ((0, 0, 0),)
                rows.extend((*what, *block, None, rule) for block in blocks)
            else:
                found = frozenset() if rule.stale else members(rule.peer, group)
                rows.append((*what, 0, 0, 0, found, rule))
    return RuleSet(groups, direction, tuple(rows))


def link_acl(value: NetworkAcl) -> Acl:
    """Return a network ACL with its rows by direction."""
    rows = {
        side: tuple(
            (
                e.protocol,
                -1 if e.from_port is None else e.from_port,
                -1 if e.to_port is None else e.to_port,
                *block_of(e.cidr),
                e.allow,
                e,
            )
            for e in value.side(side)
        )
        for side in ("inbound", "outbound")
    }
    return Acl(value, rows)


def linked(snapshot: Snapshot) -> LinkedNetwork:
    """Return the linked network of a snapshot, made when first asked for."""
    found = snapshot.memo.get("network")
    if found is None:
        found = snapshot.memo["network"] = LinkedNetwork(snapshot)
    return cast("LinkedNetwork", found)


def resolver_address(vpc: Vpc) -> int:
    """Return the Amazon resolver's address: the primary block's base plus two (SUB-4, DNS-1)."""
    primary: IPv4Network = vpc.cidrs[0]
    return int(primary.network_address) + 2
