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
from vpclab.topology.filters import NetworkAclHandle, SecurityGroupHandle, allow_all, open_outbound
from vpclab.topology.gateways import InternetGatewayHandle, NatGatewayHandle
from vpclab.topology.interfaces import ElasticIpHandle, InstanceHandle, NetworkInterfaceHandle
from vpclab.topology.model import (
    ALL,
    INBOUND,
    ElasticIp,
    Instance,
    InternetGateway,
    NatGateway,
    Network,
    NetworkAcl,
    NetworkInterface,
    PrefixList,
    Resource,
    RouteTable,
    SecurityGroup,
    SecurityGroupRule,
    Settings,
    Subnet,
    Vpc,
)
from vpclab.topology.routing import RouteTableHandle, sync_local_routes
from vpclab.topology.store import Handle, Store
from vpclab.topology.subnets import SubnetHandle
from vpclab.topology.syntax import read_network
from vpclab.topology.vpcs import VpcHandle
from vpclab.topology.words import missing, refuse

_AMAZON_IPV6 = IPv6Network("2001:db8::/32")  # stands for the blocks that Amazon provides (VPC-11)
_HANDLES: dict[type[Resource], type[Handle[Any]]] = {
    Vpc: VpcHandle, Subnet: SubnetHandle, RouteTable: RouteTableHandle, NetworkAcl: NetworkAclHandle,
    SecurityGroup: SecurityGroupHandle, InternetGateway: InternetGatewayHandle, NatGateway: NatGatewayHandle,
    NetworkInterface: NetworkInterfaceHandle, Instance: InstanceHandle, ElasticIp: ElasticIpHandle,
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
        self.settings = Settings(port_25_open=port_25_open)
        self._snapshot = None

    def copy(self) -> Topology:
        """Return a copy to change; the original stays as it is, and handles work in both by their ids."""
        twin = Topology(self.name, self.region, self.account_id)
        twin._tables = {kind: dict(table) for kind, table in self._tables.items()}
        twin.settings, twin.assumed = self.settings, self.assumed
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
            had: tuple[Network, ...] = (*old.cidrs, *old.ipv6_cidrs)
            for gone in (block for block in had if block not in (*blocks, *six)):
                vpc.refuse_block_in_use(gone)
            for block in (block for block in blocks if block not in had):
                vpc.refuse_routed_block(block)
        self.declare(value, fixed=("region", "account"))
        if not old:
            self._default_parts(value)
        sync_local_routes(self, value)
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

    def prefix_list(self, name: str, cidrs: Sequence[object]) -> Handle[PrefixList]:
        """Declare a prefix list: blocks of one address family under one name (RT-19)."""
        blocks = tuple(read_network(cidr) for cidr in cidrs)
        if len({block.version for block in blocks}) > 1:
            refuse("prefix-list-families", name=name)
        return Handle(self, self.declare(self.draft(PrefixList, name, cidrs=blocks)))
