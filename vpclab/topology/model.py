"""What exists in a network: one frozen value per AWS resource.

The values hold what the EC2 API's describe calls hold, under the console's names. They know
nothing of each other but ids; `Snapshot` keeps them together, and `vpclab.evaluate` reads it.
A value's `name` is its Name tag or, without one, its id; `kind` is the console's word for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Any, ClassVar, TypeVar

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Tags = tuple[tuple[str, str], ...]

INBOUND, OUTBOUND = "inbound", "outbound"
LOCAL = "local"
ALL = -1
TCP, UDP, ICMP, ICMPV6 = 6, 17, 1, 58
PROTOCOL_NAMES = {ALL: "all", ICMP: "icmp", TCP: "tcp", UDP: "udp", ICMPV6: "icmpv6"}
PORTED = (TCP, UDP)
DEFAULT_ENTRY = 32767  # the * rule of a network ACL, as the API numbers it (ACL-4)


def protocol_name(number: int) -> str:
    """Return the word for a protocol number: ``6`` is ``tcp``, ``50`` is ``protocol 50`` (PORT-1)."""
    return PROTOCOL_NAMES.get(number) or f"protocol {number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """The part all resources share: an id, a name and tags."""

    kind: ClassVar[str] = "resource"
    id: str
    name: str
    tags: Tags = ()

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """Return kind and name: ``security group web``."""
        return f"{self.kind.replace('_', ' ')} {self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vpc(Resource):
    """A VPC: one Region, every Availability Zone of it (VPC-1). The first block is the primary one."""

    kind: ClassVar[str] = "vpc"
    region: str
    account: str
    cidrs: tuple[IPv4Network, ...]
    ipv6_cidrs: tuple[IPv6Network, ...] = ()
    dns_support: bool = True
    dns_hostnames: bool = False
    is_default: bool = False

    @property
    def blocks(self) -> tuple[Network, ...]:
        """Return its IPv4 and IPv6 blocks."""
        return (*self.cidrs, *self.ipv6_cidrs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subnet(Resource):
    """A subnet: one Availability Zone (SUB-1). Public or private is its route table's doing (SUB-7)."""

    kind: ClassVar[str] = "subnet"
    vpc_id: str
    az: str
    cidr: IPv4Network | None
    ipv6_cidr: IPv6Network | None = None
    public_ip_on_launch: bool = False
    ipv6_on_launch: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """One row of a route table: a destination and a target (RT-16).

    `destination` is a network or a prefix list's id; `target` is ``"local"`` or a resource's id.
    `state` is ``active`` or ``blackhole`` as AWS reported it; a target that is gone makes a
    blackhole whatever it says (RT-13).
    """

    destination: Network | str
    target: str
    state: str = "active"
    origin: str = "CreateRoute"

    @property
    def propagated(self) -> bool:
        """Return whether a virtual private gateway announced this route (RT-15)."""
        return self.origin == "EnableVgwRoutePropagation"

    def __str__(self) -> str:
        return f"{self.destination} → {self.target}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteTable(Resource):
    """A route table; the main one serves every subnet without an association (RT-2)."""

    kind: ClassVar[str] = "route_table"
    vpc_id: str
    routes: tuple[Route, ...]
    main: bool = False
    subnet_ids: tuple[str, ...] = ()
    gateway_ids: tuple[str, ...] = ()
    propagating: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InternetGateway(Resource):
    """An internet gateway; `vpc_id` is None while it is detached (IGW-1)."""

    kind: ClassVar[str] = "internet_gateway"
    vpc_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NatGateway(Resource):
    """A NAT gateway: a zonal one has an interface in `subnet_id` (NGW-1), a regional one none (RNG-1)."""

    kind: ClassVar[str] = "nat_gateway"
    vpc_id: str
    subnet_id: str | None
    private_ip: IPv4Address | None = None
    public_ip: IPv4Address | None = None
    connectivity: str = "public"
    state: str = "available"
    availability: str = "zonal"


@dataclass(frozen=True, slots=True)
class PrivateAddress:
    """One private IPv4 address of an interface and the public one mapped to it, if any (ENI-1)."""

    address: IPv4Address
    public_ip: IPv4Address | None = None
    elastic: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkInterface(Resource):
    """A network interface: addresses, security groups, and the source/destination check (ENI-1, ENI-3).

    The first of `addresses` is the primary one. `owner_id` is the instance, NAT gateway or endpoint
    it belongs to; `device_index` 0 is an instance's primary interface.
    """

    kind: ClassVar[str] = "network_interface"
    vpc_id: str
    subnet_id: str
    addresses: tuple[PrivateAddress, ...]
    ipv6_addresses: tuple[IPv6Address, ...] = ()
    group_ids: tuple[str, ...] = ()
    source_dest_check: bool = True
    owner_id: str | None = None
    device_index: int = 0
    interface_type: str = "interface"
    status: str = "in-use"  # "available" while nothing has it; "failed" while its zone is (NGW-10)

    @property
    def private_ip(self) -> IPv4Address | None:
        """Return the primary private IPv4 address, or None on an IPv6-only subnet."""
        return self.addresses[0].address if self.addresses else None

    @property
    def public_ip(self) -> IPv4Address | None:
        """Return the first public IPv4 address mapped to this interface, or None."""
        return next((entry.public_ip for entry in self.addresses if entry.public_ip), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance(Resource):
    """An EC2 instance; its addresses and groups are its interfaces' (SG-5).

    `forwards` says what its software does with packets meant for others: nothing, ``forward``
    (router, firewall) or ``nat`` (masquerade, NI-1). AWS does not know it; describe output has none.
    `public_ip_at_start` is set while it is stopped and had an automatic public address (ENI-5).
    """

    kind: ClassVar[str] = "instance"
    vpc_id: str
    subnet_id: str
    state: str = "running"
    forwards: str | None = None
    public_ip_at_start: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ElasticIp(Resource):
    """A public IPv4 address that stays yours until you release it (EIP-1)."""

    kind: ClassVar[str] = "elastic_ip"
    address: IPv4Address
    interface_id: str | None = None
    private_ip: IPv4Address | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EgressOnlyInternetGateway(Resource):
    """An egress-only internet gateway: IPv6, outbound-initiated only, stateful (EIGW-1)."""

    kind: ClassVar[str] = "egress_only_internet_gateway"
    vpc_id: str | None = None

    @property
    def spoken(self) -> str:
        """Return what people call it, with its hyphen."""
        return "egress-only internet gateway"


@dataclass(frozen=True, slots=True, kw_only=True)
class VirtualPrivateGateway(Resource):
    """A virtual private gateway: the AWS side of VPN and Direct Connect, attached to one VPC (VGW-1)."""

    kind: ClassVar[str] = "virtual_private_gateway"
    vpc_id: str | None = None
    asn: int = 64512


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerGateway(Resource):
    """A customer gateway: AWS's record of your device, at a public address (VGW-1, IMP-r)."""

    kind: ClassVar[str] = "customer_gateway"
    address: IPv4Address | None = None
    asn: int = 65000


@dataclass(frozen=True, slots=True, kw_only=True)
class Site(Resource):
    """A network on premises: your office or data centre, with its blocks."""

    kind: ClassVar[str] = "site"
    cidrs: tuple[Network, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection(Resource):
    """A Site-to-Site VPN connection or a Direct Connect virtual interface to a gateway (VGW-2, DX-1).

    `gateway_id` is a virtual private gateway or transit gateway. `prefixes` are what the gateway knows
    over it: static routes, or BGP announcements; None where the data does not say. `tunnels_up` counts
    the tunnels (VPN) or BGP sessions (Direct Connect) that are up.
    """

    kind: ClassVar[str] = "connection"
    medium: str = "vpn"  # or "direct-connect"
    gateway_id: str
    customer_gateway_id: str | None = None
    site_id: str | None = None
    static: bool = False
    prefixes: tuple[Network, ...] | None = ()
    state: str = "available"
    tunnels_up: int = 2

    @property
    def up(self) -> bool:
        """Return whether it carries traffic now."""
        return self.state == "available" and self.tunnels_up > 0

    @property
    def spoken(self) -> str:
        """Return what people call it: its hops count as the gateway's, and are not the gateway."""
        return "VPN connection" if self.medium == "vpn" else "Direct Connect"

    @property
    def rank(self) -> int:
        """Return the preference among equal prefixes: Direct Connect, VPN static, VPN BGP (VGW-6)."""
        return 0 if self.medium == "direct-connect" else 1 if self.static else 2


@dataclass(frozen=True, slots=True)
class PeeringSide:
    """One side of a peering connection: the VPC as the other side's owner sees it."""

    vpc_id: str
    cidrs: tuple[Network, ...] = ()
    account: str = ""
    region: str = ""
    resolves_dns: bool = False  # its public names resolve to private addresses for the other side (PCX-10)

    def __str__(self) -> str:
        return self.vpc_id + (" with DNS resolution" if self.resolves_dns else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class PeeringConnection(Resource):
    """A VPC peering connection; only an active one carries traffic (PCX-2)."""

    kind: ClassVar[str] = "peering_connection"
    requester: PeeringSide
    accepter: PeeringSide
    status: str = "active"

    def other(self, vpc_id: str) -> PeeringSide:
        """Return the side that is not this VPC."""
        return self.accepter if self.requester.vpc_id == vpc_id else self.requester


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitGateway(Resource):
    """A transit gateway: a Regional router for VPCs, VPNs and Direct Connect (TGW-1)."""

    kind: ClassVar[str] = "transit_gateway"
    region: str
    account: str = ""
    references: bool = False  # security group referencing support (SG-24)


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitGatewayAttachment(Resource):
    """What joins a transit gateway: a VPC by one subnet per zone, a connection, or a peer (TGW-2, TGW-3).

    `resource_id` is the VPC, the connection, or the attachment of the peer transit gateway.
    """

    kind: ClassVar[str] = "transit_gateway_attachment"
    transit_gateway_id: str
    type: str = "vpc"  # or "vpn", "direct-connect-gateway", "peering"
    resource_id: str
    subnet_ids: tuple[str, ...] = ()
    state: str = "available"
    references: bool = False
    appliance_mode: bool = False


@dataclass(frozen=True, slots=True)
class TransitGatewayRoute:
    """One row of a transit gateway route table; no attachment makes it a blackhole (TGW-6)."""

    destination: Network
    attachment_id: str | None
    state: str = "active"

    def __str__(self) -> str:
        return f"{self.destination} → {self.attachment_id or 'blackhole'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitGatewayRouteTable(Resource):
    """A transit gateway's route table: who is associated, who propagates, static routes (TGW-2, TGW-5).

    `propagated` holds routes that the data states as propagated where they cannot be derived.
    """

    kind: ClassVar[str] = "transit_gateway_route_table"
    transit_gateway_id: str
    associations: tuple[str, ...] = ()
    propagations: tuple[str, ...] = ()
    routes: tuple[TransitGatewayRoute, ...] = ()
    propagated: tuple[TransitGatewayRoute, ...] = ()
    known: bool = True  # False where the data holds no routes of it
    default: bool = False  # new attachments are associated with it and propagate into it


@dataclass(frozen=True, slots=True, kw_only=True)
class VpcEndpoint(Resource):
    """A VPC endpoint: ``Gateway`` (a route, VPE-3) or ``Interface`` (network interfaces, VPE-10).

    `service` is the service's name, such as ``com.amazonaws.ap-northeast-1.s3``.
    """

    kind: ClassVar[str] = "vpc_endpoint"
    vpc_id: str
    service: str
    type: str = "Gateway"
    route_table_ids: tuple[str, ...] = ()
    subnet_ids: tuple[str, ...] = ()
    private_dns: bool = False
    policy: str = ""  # JSON text; empty is full access (VPE-16)
    state: str = "available"


def ports_text(protocol: int, first: int | None, last: int | None) -> str:
    """Return ports, or an ICMP type and code, as people write them; empty for all of them."""
    if protocol in PORTED:
        if first is None or last is None or (first, last) == (0, 65535):
            return ""
        return str(first) if first == last else f"{first}-{last}"
    if protocol in (ICMP, ICMPV6) and first not in (None, ALL):
        return f"type {first}" + ("" if last in (None, ALL) else f" code {last}")
    return ""


@dataclass(frozen=True, slots=True)
class SecurityGroupRule:
    """One rule of a security group: what it allows, and the peer (SG-7).

    `peer` is a network, or the id of a security group or prefix list. For ICMP `from_port` is the
    type and `to_port` the code, -1 for all (SG-8). `peer_name` is what people call the peer. A rule is
    `stale` when its group was deleted: it stays and matches nobody (PCX-9).
    """

    direction: str
    protocol: int
    from_port: int | None
    to_port: int | None
    peer: Network | str
    description: str = ""
    peer_name: str = ""
    stale: bool = False

    def __str__(self) -> str:
        ports = ports_text(self.protocol, self.from_port, self.to_port)
        word = "from" if self.direction == INBOUND else "to"
        what = f"{protocol_name(self.protocol)} {ports}".strip()
        return f"{what} {word} {self.peer_name or self.peer}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityGroup(Resource):
    """A security group: allow rules only, no order (SG-6). `name` is the group name."""

    kind: ClassVar[str] = "security_group"
    vpc_id: str
    description: str = ""
    rules: tuple[SecurityGroupRule, ...] = ()

    def side(self, direction: str) -> tuple[SecurityGroupRule, ...]:
        """Return the rules of one direction, ``"inbound"`` or ``"outbound"``."""
        return tuple(rule for rule in self.rules if rule.direction == direction)


@dataclass(frozen=True, slots=True)
class NetworkAclEntry:
    """One numbered rule of a network ACL (ACL-5). Number 32767 is the * rule, which denies the rest."""

    direction: str
    number: int
    allow: bool
    protocol: int
    cidr: Network
    from_port: int | None = None
    to_port: int | None = None

    def __str__(self) -> str:
        ports = ports_text(self.protocol, self.from_port, self.to_port)
        what = f"{protocol_name(self.protocol)} {ports}".strip()
        number = "*" if self.number >= DEFAULT_ENTRY else str(self.number)
        word = "from" if self.direction == INBOUND else "to"
        return f"{number} {'allow' if self.allow else 'deny'} {what} {word} {self.cidr}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkAcl(Resource):
    """A network ACL: numbered rules at a subnet's edge, first match wins (ACL-4)."""

    kind: ClassVar[str] = "network_acl"
    vpc_id: str
    entries: tuple[NetworkAclEntry, ...] = ()
    is_default: bool = False
    subnet_ids: tuple[str, ...] = ()

    def side(self, direction: str) -> tuple[NetworkAclEntry, ...]:
        """Return the entries of one direction in the order they are tried, without the * rules."""
        found = (e for e in self.entries if e.direction == direction and e.number < DEFAULT_ENTRY)
        return tuple(sorted(found, key=lambda entry: (entry.number, entry.cidr.version)))


@dataclass(frozen=True, slots=True, kw_only=True)
class PrefixList(Resource):
    """A prefix list: blocks of one address family under one id (RT-19)."""

    kind: ClassVar[str] = "prefix_list"
    cidrs: tuple[Network, ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """What describe output cannot tell and the person may know, such as the port 25 restriction (IGW-12)."""

    port_25_open: bool = False
    block_public_access: str = ""  # the mode of VPC Block Public Access, not modelled yet (BPA-1)
    denied: tuple[
        tuple[str, str], ...
    ] = ()  # kinds that the data lacks, with the permission that was missing

    def permission(self, kind: str) -> str:
        """Return the permission without which nothing of a kind was described, or nothing."""
        return next((permission for denied, permission in self.denied if denied == kind), "")


R = TypeVar("R", bound=Resource)


@dataclass(frozen=True, eq=False)
class Snapshot:
    """Everything in a topology at one moment. It never changes; evaluation reads only this.

    `assumed` lists the AWS defaults taken because nothing was said; `memo` is where other layers
    keep what they computed from this snapshot.
    """

    name: str
    tables: Mapping[type[Resource], Mapping[str, Any]]
    settings: Settings = Settings()
    assumed: tuple[str, ...] = ()
    memo: dict[str, Any] = field(default_factory=dict, repr=False)

    def all(self, kind: type[R]) -> Iterable[R]:
        """Return all resources of one class, in the order they were made."""
        return self.tables.get(kind, {}).values()

    def get(self, kind: type[R], id: str | None) -> R | None:
        """Return the resource of that class and id, or None."""
        return self.tables.get(kind, {}).get(id) if id else None

    def __iter__(self) -> Iterator[Resource]:
        for table in self.tables.values():
            yield from table.values()

    def route_table_of(self, subnet: Subnet) -> RouteTable | None:
        """Return the table that serves a subnet: the associated one, else the VPC's main table (RT-2)."""
        main = None
        for table in self.all(RouteTable):
            if table.vpc_id == subnet.vpc_id:
                if subnet.id in table.subnet_ids:
                    return table
                main = table if table.main else main
        return main

    def network_acl_of(self, subnet: Subnet) -> NetworkAcl | None:
        """Return the network ACL that guards a subnet: the associated one, else the default one (SUB-8)."""
        default = None
        for acl in self.all(NetworkAcl):
            if acl.vpc_id == subnet.vpc_id:
                if subnet.id in acl.subnet_ids:
                    return acl
                default = acl if acl.is_default else default
        return default

    def is_public(self, subnet: Subnet, version: int = 4) -> bool:
        """Return whether a subnet's table routes straight to an attached internet gateway (SUB-7, IGW-10)."""
        table = self.route_table_of(subnet)
        attached = {igw.id for igw in self.all(InternetGateway) if igw.vpc_id == subnet.vpc_id}
        return table is not None and any(
            route.target in attached
            and not isinstance(route.destination, str)
            and route.destination.version == version
            for route in table.routes
        )
