"""Building a network in the words of the AWS console.

`Topology` is where it starts; each call returns a handle with the next calls. Nothing here evaluates
traffic: `Topology.snapshot()` gives the frozen values that `vpclab.evaluate` reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network, IPv6Network
from typing import Any

from vpclab.topology import rules
from vpclab.topology.connections import (
    ConnectionHandle,
    CustomerGatewayHandle,
    PeeringConnectionHandle,
    SiteHandle,
    VirtualPrivateGatewayHandle,
    connect,
)
from vpclab.topology.endpoints import VpcEndpointHandle
from vpclab.topology.filters import (
    NetworkAclHandle,
    PrefixListHandle,
    SecurityGroupHandle,
    allow_all,
    open_outbound,
)
from vpclab.topology.gateways import (
    EgressOnlyInternetGatewayHandle,
    InternetGatewayHandle,
    NatGatewayHandle,
)
from vpclab.topology.interfaces import ElasticIpHandle, InstanceHandle, NetworkInterfaceHandle
from vpclab.topology.model import (
    ALL,
    INBOUND,
    Connection,
    CustomerGateway,
    EgressOnlyInternetGateway,
    ElasticIp,
    Instance,
    InternetGateway,
    NatGateway,
    NetworkAcl,
    NetworkInterface,
    PeeringConnection,
    PrefixList,
    Resource,
    RouteTable,
    SecurityGroup,
    SecurityGroupRule,
    Settings,
    Site,
    Subnet,
    TransitGateway,
    TransitGatewayAttachment,
    TransitGatewayRouteTable,
    VirtualPrivateGateway,
    Vpc,
    VpcEndpoint,
)
from vpclab.topology.routing import Ref, RouteTableHandle
from vpclab.topology.store import Handle, Store
from vpclab.topology.subnets import SubnetHandle
from vpclab.topology.syntax import read_network
from vpclab.topology.transit import (
    TransitGatewayAttachmentHandle,
    TransitGatewayHandle,
    TransitGatewayRouteTableHandle,
)
from vpclab.topology.vpcs import VpcHandle
from vpclab.topology.words import bad, missing, refuse

_AMAZON_IPV6 = IPv6Network("2001:db8::/32")  # stands for the blocks that Amazon provides (VPC-11)
_HANDLES: dict[type[Resource], type[Handle[Any]]] = {
    Vpc: VpcHandle, Subnet: SubnetHandle, RouteTable: RouteTableHandle, NetworkAcl: NetworkAclHandle,
    SecurityGroup: SecurityGroupHandle, InternetGateway: InternetGatewayHandle, NatGateway: NatGatewayHandle,
    NetworkInterface: NetworkInterfaceHandle, Instance: InstanceHandle, ElasticIp: ElasticIpHandle,
    EgressOnlyInternetGateway: EgressOnlyInternetGatewayHandle, PrefixList: PrefixListHandle,
    VirtualPrivateGateway: VirtualPrivateGatewayHandle, CustomerGateway: CustomerGatewayHandle,
    Site: SiteHandle, Connection: ConnectionHandle, PeeringConnection: PeeringConnectionHandle,
    TransitGateway: TransitGatewayHandle, TransitGatewayAttachment: TransitGatewayAttachmentHandle,
    TransitGatewayRouteTable: TransitGatewayRouteTableHandle, VpcEndpoint: VpcEndpointHandle,
}  # fmt: skip


class Topology(Store):
    """A network to build, look at and send packets through.

    >>> shop = Topology("shop", region="ap-northeast-1")
    >>> prod = shop.vpc("prod", "10.0.0.0/16")
    >>> web = prod.subnet("public-a", "10.0.0.0/24", az="a").instance("web", public_ip=True)
    >>> web.private_ip, web.public_ip
    (IPv4Address('10.0.0.10'), IPv4Address('198.51.100.10'))
    """

    def __init__(self, name: str, region: str = "ap-northeast-1", account: str = "111122223333") -> None:
        super().__init__(name, region, account)

    @classmethod
    def of(
        cls,
        name: str,
        resources: Iterable[Resource],
        *,
        settings: Settings | None = None,
        assumed: Sequence[str] = (),
    ) -> Topology:
        """Return a topology made of frozen values, such as those read from describe output."""
        topology = cls(name)
        for value in resources:
            topology.put(value)
        first = next(iter(topology.values(Vpc)), None)
        if first is not None:
            topology.region, topology.account_id = first.region, first.account
        topology.settings, topology.assumed = settings or Settings(), tuple(assumed)
        return topology

    def __repr__(self) -> str:
        tables = [(kind.kind, len(self.values(kind))) for kind in (Vpc, Subnet, Instance)]
        counts = ", ".join(f"{n} {word}{'s' * (n != 1)}" for word, n in tables if n)
        return f"<Topology {self.name}: {counts}>"

    __str__ = __repr__

    def account(self, *, port_25_open: bool = False) -> None:
        """Say what describe output cannot tell: whether AWS lifted the port 25 restriction (IGW-12)."""
        self.settings = replace(self.settings, port_25_open=port_25_open)
        self._snapshot = None

    def copy(self) -> Topology:
        """Return a copy to change; the original stays as it is, and handles work in both by their ids."""
        twin = Topology(self.name, self.region, self.account_id)
        twin._tables = {kind: dict(table) for kind, table in self._tables.items()}
        twin.settings, twin.assumed, twin.released = self.settings, self.assumed, self.released
        twin._gone = dict(self._gone)
        return twin

    def handle(self, value: Resource | None) -> Any:
        """Return the handle of a value of this topology."""
        if value is None:
            missing("resource")
        return _HANDLES.get(type(value), Handle)(self, value)

    def __getitem__(self, name: str) -> Any:
        """Return the handle of a resource by id, name or ``prod/web``."""
        return self.handle(self.find(name))

    def vpc(
        self,
        name: str,
        cidr: object,
        *,
        secondary: Sequence[object] = (),
        ipv6: object = None,
        region: str | None = None,
        account: str | None = None,
        dns_support: bool = True,
        dns_hostnames: bool = False,
    ) -> VpcHandle:
        """Declare a VPC with everything AWS makes along with it (VPC-12).

        `ipv6` is a block, or True for one that Amazon provides (VPC-11).
        """
        self.check_name(name, "VPC")
        old = self.named(Vpc, None, name)
        blocks: list[IPv4Network] = []
        for text in (cidr, *secondary):
            blocks.append(rules.vpc_block(text, blocks))
        six: tuple[IPv6Network, ...] = ()
        if ipv6 is True:
            six = (old.ipv6_cidrs if old else ()) or (self._amazon_block(),)
        elif ipv6:
            six = (rules.vpc_ipv6_block(ipv6),)
        value = Vpc(
            id=old.id if old else self.new_id(Vpc, name), name=name, region=region or self.region,
            account=account or self.account_id, cidrs=tuple(blocks), ipv6_cidrs=six,
            dns_support=dns_support, dns_hostnames=dns_hostnames,
        )  # fmt: skip
        vpc = VpcHandle(self, value)
        if old:
            if old.cidrs[0] != blocks[0]:
                refuse("vpc-primary-replaced", block=blocks[0], vpc=name, old=old.cidrs[0])
            had = old.blocks
            for gone in (block for block in had if block not in (*blocks, *six)):
                vpc.refuse_block_in_use(gone)
            for block in (block for block in value.blocks if block not in had):
                vpc.check_new_block(block)
        self.declare(value, fixed=("region", "account"))
        if not old:
            self._default_parts(value)
        vpc.sync_blocks()
        if six and not (old and old.ipv6_cidrs):
            vpc.open_for_ipv6()
        return vpc

    def _default_parts(self, vpc: Vpc) -> None:
        """Add the main route table, the default network ACL and the default security group (VPC-12)."""
        self.put(self.draft(RouteTable, "main", vpc, routes=(), main=True))
        self.put(self.draft(NetworkAcl, "default", vpc, is_default=True, entries=allow_all(4)))
        group = self.draft(SecurityGroup, "default", vpc, description="default VPC security group")
        members = SecurityGroupRule(INBOUND, ALL, None, None, group.id, peer_name=group.name)  # SG-1
        self.put(replace(group, rules=(members, *open_outbound(bool(vpc.ipv6_cidrs)))))

    def _amazon_block(self) -> IPv6Network:
        used = [IPv6Network("2001:db8::/56"), *(b for vpc in self.values(Vpc) for b in vpc.ipv6_cidrs)]
        free = _AMAZON_IPV6.subnets(new_prefix=56)
        return next(block for block in free if not any(block.overlaps(other) for other in used))

    def elastic_ip(self, address: object = None, *, name: str | None = None) -> ElasticIpHandle:
        """Allocate a public IPv4 address that stays yours (EIP-1)."""
        wanted = self.free_public_address() if address is None else rules.read_address(address)
        if not isinstance(wanted, IPv4Address):
            refuse("elastic-ipv6", address=wanted)
        if not rules.is_public(wanted):
            refuse("elastic-private", address=wanted)
        old = next((eip for eip in self.values(ElasticIp) if eip.address == wanted), None)
        if old is None:
            for eni in self.values(NetworkInterface):
                if any(entry.public_ip == wanted for entry in eni.addresses):
                    refuse("elastic-twice", address=wanted, interface=self.qualified(eni))
            old = ElasticIp(id=self.new_id(ElasticIp, str(wanted)), name=name or str(wanted), address=wanted)
            self.put(old)
        return ElasticIpHandle(self, old)

    def prefix_list(self, name: str, cidrs: Sequence[object]) -> PrefixListHandle:
        """Declare a prefix list: blocks of one address family under one name (RT-19).

        What routes and rules that name it cannot take is refused as in the route or rule itself.
        """
        blocks = tuple(read_network(cidr) for cidr in cidrs)
        old = self.named(PrefixList, None, name)
        if len({block.version for block in (*blocks, *(old.cidrs if old else ()))}) > 1:
            refuse("prefix-list-families", name=name)
        with self.all_or_nothing():
            value = self.declare(self.draft(PrefixList, name, cidrs=blocks))
            for table in self.values(RouteTable):
                for route in (r for r in table.routes if r.destination == value.id):
                    kind = next(
                        (v.kind for k in self._tables for v in self.values(k) if v.id == route.target), ""
                    )
                    RouteTableHandle(self, table).check_destination(blocks, kind)
            for group in self.values(SecurityGroup):
                if any(rule.peer == value.id for rule in group.rules):
                    SecurityGroupHandle(self, group).checked(group.rules)
        return PrefixListHandle(self, value)

    # -- sites on premises and transit gateways --------------------------------------------------

    def site(self, name: str, *cidrs: object) -> SiteHandle:
        """Declare a network on premises with its blocks."""
        if not cidrs:
            bad("site", name=name)
        value = self.draft(Site, name, cidrs=tuple(read_network(cidr) for cidr in cidrs))
        return SiteHandle(self, self.declare(value))

    def customer_gateway(self, name: str, address: object, asn: int = 65000) -> CustomerGatewayHandle:
        """Declare a customer gateway: AWS's record of your device at a public address (VGW-1, VGW-3)."""
        where = rules.read_address(address)
        if not isinstance(where, IPv4Address):
            bad("device", address=where)
        value = self.draft(CustomerGateway, name, address=where, asn=asn)
        return CustomerGatewayHandle(self, self.declare(value, fixed=("address", "asn")))

    def vpn_connection(
        self,
        name: str,
        *,
        gateway: Ref,
        site: Ref,
        customer_gateway: Ref | None = None,
        static: Sequence[object] | None = None,
        announces: Sequence[object] | None = None,
        tunnels_up: int = 2,
    ) -> ConnectionHandle:
        """Declare a Site-to-Site VPN connection to a virtual private gateway or transit gateway (VGW-2).

        The gateway learns `static` routes, or by BGP what the site `announces`: its blocks unless given.
        """
        if static is not None and announces is not None:
            bad("static-or-bgp", name=name)
        if tunnels_up not in (0, 1, 2):
            bad("tunnels", given=tunnels_up)
        device = None if customer_gateway is None else self.one(CustomerGateway, customer_gateway).id
        with self.all_or_nothing():
            return connect(
                self, name, gateway, site, announces if static is None else static, medium="vpn",
                static=static is not None, customer_gateway_id=device, tunnels_up=tunnels_up,
            )  # fmt: skip

    def direct_connect(
        self,
        name: str,
        *,
        gateway: Ref,
        site: Ref,
        announces: Sequence[object] | None = None,
        up: bool = True,
    ) -> ConnectionHandle:
        """Declare a Direct Connect virtual interface to a gateway; BGP announces the site's blocks (DX-1)."""
        with self.all_or_nothing():
            return connect(self, name, gateway, site, announces, medium="direct-connect", tunnels_up=int(up))

    def transit_gateway(
        self, name: str = "tgw", region: str | None = None, default_route_table: bool = True
    ) -> TransitGatewayHandle:
        """Declare a transit gateway; new attachments use its default route table, if it has one (TGW-1)."""
        value = self.draft(TransitGateway, name, region=region or self.region, account=self.account_id)
        made = TransitGatewayHandle(self, self.declare(value, fixed=("region", "account")))
        if default_route_table:
            made.route_table("default", default=True)
        return made

    def fail_az(self, az: str) -> None:
        """Let an Availability Zone fail: what stands in it stops working (NGW-10, VPE-17).

        Call it on a copy(), and compare.
        """
        zone = az if len(az) > 2 else self.region + az
        subnets = {subnet.id for subnet in self.values(Subnet) if subnet.az == zone}
        if not subnets:
            missing("zone", (subnet.az for subnet in self.values(Subnet)), zone=zone)
        for instance in self.values(Instance):
            if instance.subnet_id in subnets and instance.state == "running":
                self.put(replace(instance, state="failed"))
        for nat in self.values(NatGateway):
            if nat.subnet_id in subnets:
                self.put(replace(nat, state="failed"))
        for eni in self.values(NetworkInterface):
            if eni.subnet_id in subnets and self.get(VpcEndpoint, eni.owner_id):
                self.put(replace(eni, status="failed"))
