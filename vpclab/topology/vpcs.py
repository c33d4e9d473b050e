"""VPCs: subnets, gateways, route tables and filters are made from here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from ipaddress import IPv6Network
from typing import Any

from vpclab.topology import rules
from vpclab.topology.connections import (
    PeeringConnectionHandle,
    VirtualPrivateGatewayHandle,
    check_peers,
    peer,
    peerings,
    sync_peerings,
)
from vpclab.topology.endpoints import VpcEndpointHandle, gateway_endpoint, interface_endpoint
from vpclab.topology.filters import (
    NetworkAclHandle,
    SecurityGroupHandle,
    allow_all,
    open_outbound,
)
from vpclab.topology.gateways import EgressOnlyInternetGatewayHandle, InternetGatewayHandle
from vpclab.topology.model import (
    INBOUND,
    OUTBOUND,
    EgressOnlyInternetGateway,
    Instance,
    InternetGateway,
    NatGateway,
    Network,
    NetworkAcl,
    NetworkInterface,
    RouteTable,
    SecurityGroup,
    Subnet,
    TransitGatewayAttachment,
    VirtualPrivateGateway,
    Vpc,
    VpcEndpoint,
)
from vpclab.topology.routing import Ref, RouteTableHandle, sync_local_routes
from vpclab.topology.store import Handle, several
from vpclab.topology.subnets import SubnetHandle
from vpclab.topology.syntax import read_entry, read_network
from vpclab.topology.words import bad, missing, refuse


class VpcHandle(Handle[Vpc]):
    """A VPC: subnets, gateways, route tables and filters are made from here."""

    # -- blocks ----------------------------------------------------------------------------------

    def add_cidr(self, cidr: object) -> None:
        """Add a secondary IPv4 block (VPC-6, VPC-8); every route table gets its local route (VPC-10)."""
        block = rules.vpc_block(cidr, self.value.cidrs)
        self.check_new_block(block)
        self._update(cidrs=(*self.value.cidrs, block))
        self.sync_blocks()

    def remove_cidr(self, cidr: object) -> None:
        """Remove a secondary IPv4 block; the primary one can never be removed (VPC-6)."""
        block, blocks = read_network(cidr), self.value.cidrs
        if block == blocks[0]:
            refuse("vpc-primary-removed", block=block)
        if block not in blocks:
            missing("cidr", map(str, blocks), block=block, vpc=self.name)
        self.refuse_block_in_use(block)
        self._update(cidrs=tuple(b for b in blocks if b != block))
        self.sync_blocks()

    def sync_blocks(self) -> None:
        """Let route tables and peerings know the blocks as they are now (VPC-10)."""
        sync_local_routes(self.topology, self.value)
        sync_peerings(self.topology, self.value)

    def check_new_block(self, block: Network) -> None:
        """Refuse a block that a route's destination fits in, or one that a peer has (VPC-7, VPC-9)."""
        for table in self.topology.children(RouteTable, self.id):
            for to in table.routes:
                if not isinstance(to.destination, str) and rules.within(to.destination, block):
                    refuse("vpc-route", block=block, destination=to.destination, table=table.name)
        check_peers(self.topology, self.value, block)

    def refuse_block_in_use(self, block: Network) -> None:
        """Refuse to take away a block that subnets are made of (VPC-6)."""
        subnets = self.topology.children(Subnet, self.id)
        inside = [s for s in subnets for own in (s.cidr, s.ipv6_cidr) if own and rules.within(own, block)]
        self._refuse_use("used-vpc-block", inside)

    def open_for_ipv6(self) -> None:
        """Add what AWS adds with a first IPv6 block where the defaults are unedited (ACL-2, SG-1)."""
        for acl in self.topology.children(NetworkAcl, self.id):
            if acl.is_default and acl.entries == allow_all(4):
                self.topology.put(replace(acl, entries=(*acl.entries, *allow_all(6))))
        for group in self.topology.children(SecurityGroup, self.id):
            if group.side(OUTBOUND) == open_outbound(ipv6=False):
                new = (*group.side(INBOUND), *open_outbound(ipv6=True))
                self.topology.put(replace(group, rules=new))

    # -- subnets ---------------------------------------------------------------------------------

    def subnet(
        self,
        name: str,
        cidr: object = None,
        az: str = "a",
        *,
        ipv6: object = None,
        public_ip_on_launch: bool = False,
        ipv6_on_launch: bool = False,
    ) -> SubnetHandle:
        """Declare a subnet in one Availability Zone; `az` is its letter or full name (SUB-1).

        `ipv6` is a block, or True for the next free /64. Instances get public addresses by themselves
        only with `public_ip_on_launch` (SUB-9).
        """
        region = self.value.region
        if not isinstance(az, str):
            refuse("subnet-one-zone", az=az)
        zone = az if len(az) > 2 else region + az
        if not zone.startswith(region):
            refuse("subnet-zone", zone=zone, region=region)
        old = self.topology.named(Subnet, self.id, name)
        siblings = [s for s in self.topology.children(Subnet, self.id) if s != old]
        block = None if cidr is None else rules.subnet_block(cidr, self.value, siblings)
        six: Network | None = None
        if ipv6 is True:
            six = old.ipv6_cidr if old and old.ipv6_cidr else self._free_ipv6_block(siblings)
        elif ipv6:
            six = rules.subnet_block(ipv6, self.value, siblings)
        for given, version, word in ((block, 4, "cidr"), (six, 6, "ipv6=")):
            if given is not None and given.version != version:
                bad("block-family", block=given, version=given.version, word=word, wanted=version)
        if block is None and six is None:
            refuse("subnet-without-block", subnet=name)
        value = self.topology.draft(
            Subnet, name, self.value, cidr=block, az=zone, ipv6_cidr=six,
            public_ip_on_launch=public_ip_on_launch, ipv6_on_launch=ipv6_on_launch,
        )  # fmt: skip
        return SubnetHandle(self.topology, self.topology.declare(value, fixed=("cidr", "az")))

    def _free_ipv6_block(self, siblings: Sequence[Subnet]) -> IPv6Network:
        if not self.value.ipv6_cidrs:
            refuse("vpc-without-ipv6", vpc=self.name)
        used = {s.ipv6_cidr for s in siblings}
        return next(b for b in self.value.ipv6_cidrs[0].subnets(new_prefix=64) if b not in used)

    # -- gateways and route tables ---------------------------------------------------------------

    def internet_gateway(self, name: str = "igw") -> InternetGatewayHandle:
        """Declare the VPC's internet gateway, attached; a VPC takes one at a time (IGW-1)."""
        for other in self.topology.children(InternetGateway, self.id):
            if other.name != name:
                refuse("igw-second", gateway=name, vpc=self.name, other=other.name)
        value = self._attached(InternetGateway, name)
        return InternetGatewayHandle(self.topology, self.topology.declare(value))

    def egress_only_internet_gateway(self, name: str = "eigw") -> EgressOnlyInternetGatewayHandle:
        """Declare the VPC's egress-only internet gateway, for IPv6 that starts inside (EIGW-1, EIGW-2)."""
        if not self.value.ipv6_cidrs:
            refuse("vpc-without-ipv6", vpc=self.name)
        for other in self.topology.children(EgressOnlyInternetGateway, self.id):
            if other.name != name:
                refuse("eigw-second", gateway=name, vpc=self.name, other=other.name)
        value = self.topology.draft(EgressOnlyInternetGateway, name, self.value)
        return EgressOnlyInternetGatewayHandle(self.topology, self.topology.declare(value))

    def virtual_private_gateway(self, name: str = "vgw", *, asn: int = 64512) -> VirtualPrivateGatewayHandle:
        """Declare the VPC's virtual private gateway, attached; a VPC takes one at a time (VGW-1)."""
        for other in self.topology.children(VirtualPrivateGateway, self.id):
            if other.name != name:
                refuse("vgw-second", gateway=name, vpc=self.name, other=other.name)
        value = self._attached(VirtualPrivateGateway, name, asn=asn)
        return VirtualPrivateGatewayHandle(self.topology, self.topology.declare(value, fixed=("asn",)))

    def _attached(self, kind: type[Any], name: str, **attributes: Any) -> Any:
        """Return a gateway of this VPC: its own of that name, a detached one, or a new one."""
        loose = self.topology.named(kind, None, name)
        if loose is not None:
            return replace(loose, vpc_id=self.id, **attributes)
        return self.topology.draft(kind, name, self.value, **attributes)

    def peer(
        self,
        other: Ref,
        name: str | None = None,
        *,
        status: str = "active",
        resolve_dns: tuple[bool, bool] = (False, False),
    ) -> PeeringConnectionHandle:
        """Declare a peering with another VPC; this one asks, the other accepts (PCX-1, PCX-2).

        `resolve_dns` says for this VPC and for the other one whether its public names resolve to private
        addresses on the other side (PCX-10).
        """
        there = self.topology.one(Vpc, other)
        return peer(self.topology, self.value, there, name, status, resolve_dns)

    def gateway_endpoint(
        self, service: str, route_tables: Sequence[Ref] = (), *, policy: str = "", name: str | None = None
    ) -> VpcEndpointHandle:
        """Declare a gateway endpoint for ``"s3"`` or ``"dynamodb"``, with a route in each table (VPE-3)."""
        return gateway_endpoint(self.topology, self.value, service, route_tables, policy, name)

    def interface_endpoint(
        self,
        service: str,
        subnets: Sequence[Ref],
        *,
        security_groups: Sequence[Ref] | None = None,
        private_dns: bool = True,
        policy: str = "",
        name: str | None = None,
        private_ips: Sequence[object] | None = None,
    ) -> VpcEndpointHandle:
        """Declare an interface endpoint, with one interface in a subnet of each zone (VPE-10).

        Without groups it gets the default one (SG-3). Private DNS needs both DNS attributes (VPE-12).
        """
        with self.topology.all_or_nothing():
            return interface_endpoint(
                self.topology, self.value, service, subnets, security_groups, private_dns, policy, name,
                private_ips,
            )  # fmt: skip

    def route_table(self, name: str, *, subnets: Sequence[Ref] = ()) -> RouteTableHandle:
        """Declare a route table, with the subnets it serves; it starts with the local routes (RT-4)."""
        old = self.topology.named(RouteTable, self.id, name)
        with self.topology.all_or_nothing():
            value = old or self.topology.draft(RouteTable, name, self.value, routes=())
            self.topology.put(value)
            sync_local_routes(self.topology, self.value)
            table = RouteTableHandle(self.topology, value)
            table.associate(*several(subnets))
        return table

    @property
    def main_route_table(self) -> RouteTableHandle:
        """Return the table that serves every subnet without an association (RT-2)."""
        return RouteTableHandle(self.topology, self._default(RouteTable, "main route table"))

    # -- filters ---------------------------------------------------------------------------------

    @property
    def default_security_group(self) -> SecurityGroupHandle:
        """Return the group that is attached where none is named (SG-1, SG-3)."""
        return SecurityGroupHandle(self.topology, self._default(SecurityGroup, "default security group"))

    @property
    def default_network_acl(self) -> NetworkAclHandle:
        """Return the network ACL of every subnet without another one (ACL-2)."""
        return NetworkAclHandle(self.topology, self._default(NetworkAcl, "default network ACL"))

    def _default(self, kind: type[Any], what: str) -> Any:
        """Return what every VPC has from birth (VPC-12); loaded data may lack it."""
        found = next((value for value in self.topology.children(kind, self.id) if _from_birth(value)), None)
        return found or missing("default", what=what, vpc=self.name)

    def security_group(
        self,
        name: str,
        *,
        inbound: Sequence[str] = (),
        outbound: Sequence[str] | None = None,
        description: str | None = None,
    ) -> SecurityGroupHandle:
        """Declare a security group; without `outbound` it allows everything out, as a new one does (SG-2).

        A rule is text such as ``tcp 443 from 0.0.0.0/0`` or ``tcp 3306 from web``, where web is a group.
        A group that is there keeps its description, unless another one is given.
        """
        if name == "default":
            refuse("group-reserved", vpc=self.name)
        old = self.topology.named(SecurityGroup, self.id, name)
        told = {} if description is None else {"description": description}
        value = self.topology.draft(SecurityGroup, name, self.value, **told)
        group = SecurityGroupHandle(self.topology, value)
        with self.topology.all_or_nothing():
            if old is None:
                self.topology.put(value)  # so that a rule can name the group itself (SG-22)
            wanted = group.read(inbound, outbound or ())
            if outbound is None:
                wanted += open_outbound(bool(self.value.ipv6_cidrs))
            value = replace(value, rules=group.checked(wanted))
            if old is None:
                self.topology.put(value)
        self.topology.declare(value)
        return group

    def network_acl(
        self,
        name: str,
        *,
        inbound: Sequence[str] = (),
        outbound: Sequence[str] = (),
        subnets: Sequence[Ref] = (),
    ) -> NetworkAclHandle:
        """Declare a network ACL; a new one denies everything until it has entries (ACL-3).

        An entry is text such as ``100 allow tcp 443 from 0.0.0.0/0`` (inbound) or ``... to ...`` (outbound).
        """
        old = self.topology.named(NetworkAcl, self.id, name)
        if old is not None and old.is_default:
            refuse("acl-reserved", name=name, vpc=self.name)
        sides = ((inbound, INBOUND), (outbound, OUTBOUND))
        entries = rules.acl_entries(
            [read_entry(text, side) for texts, side in sides for text in several(texts)]
        )
        value = self.topology.declare(self.topology.draft(NetworkAcl, name, self.value, entries=entries))
        acl = NetworkAclHandle(self.topology, value)
        acl.associate(*several(subnets))
        return acl

    def remove(self) -> None:
        """Delete the VPC with its default parts; refused while anything else is in it."""
        parts = (
            Subnet, InternetGateway, EgressOnlyInternetGateway, VirtualPrivateGateway, NatGateway,
            NetworkInterface, Instance, VpcEndpoint,
        )  # fmt: skip
        own = [value for kind in parts for value in self.topology.children(kind, self.id)]
        own += peerings(self.topology, self.id)
        own += [a for a in self.topology.values(TransitGatewayAttachment) if a.resource_id == self.id]
        kinds = (RouteTable, SecurityGroup, NetworkAcl)
        filters = [value for kind in kinds for value in self.topology.children(kind, self.id)]
        self._refuse_use("used-vpc", [*own, *(value for value in filters if not _from_birth(value))])
        for value in filters:
            self.topology.drop(value)
        self.topology.drop(self.value)


def _from_birth(value: Any) -> bool:
    """Return whether a table, group or network ACL came with its VPC (VPC-12)."""
    if isinstance(value, RouteTable):
        return value.main
    return value.is_default if isinstance(value, NetworkAcl) else bool(value.name == "default")
