"""Building a network in the words of the AWS console.

`Topology` is where it starts; each call returns a handle with the next calls. Nothing here evaluates
traffic: `Topology.snapshot()` gives the frozen values that `vpclab.evaluate` reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import Any

from vpclab.topology import rules
from vpclab.topology.errors import BadInput, NotFound, Refused
from vpclab.topology.model import (
    ALL,
    INBOUND,
    LOCAL,
    OUTBOUND,
    ElasticIp,
    Instance,
    InternetGateway,
    NatGateway,
    Network,
    NetworkAcl,
    NetworkAclEntry,
    NetworkInterface,
    PrefixList,
    PrivateAddress,
    Resource,
    Route,
    RouteTable,
    SecurityGroup,
    SecurityGroupRule,
    Settings,
    Subnet,
    Vpc,
)
from vpclab.topology.store import Handle, Store
from vpclab.topology.syntax import read_entry, read_network, read_rule

ANY4, ANY6 = IPv4Network("0.0.0.0/0"), IPv6Network("::/0")
_AMAZON_IPV6 = IPv6Network("2001:db8::/32")  # stands for the blocks that Amazon provides (VPC-11)
Ref = Handle[Any] | str


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
        counts = {
            kind.kind: len(table) for kind, table in self._tables.items() if kind in (Vpc, Subnet, Instance)
        }
        return (
            f"<Topology {self.name}: "
            + ", ".join(f"{n} {k}{'s' * (n != 1)}" for k, n in counts.items())
            + ">"
        )

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

    def __getitem__(self, name: str) -> Any:
        """Return the handle of a resource by id, name or ``prod/web``."""
        return handle(self, self.find(name))

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
        if old and old.cidrs[0] != blocks[0]:
            raise Refused(
                "OperationNotPermitted",
                f"{blocks[0]} for VPC {name}",
                f"its primary block is {old.cidrs[0]} and can never be replaced (VPC-6)",
                "use another name for a new VPC, or add the block as secondary=",
            )
        if old:
            for block in set(old.cidrs) - set(blocks) | set(old.ipv6_cidrs) - set(six):
                VpcHandle(self, old)._refuse_block_in_use(block)
        self.declare(value, fixed=("region", "account"))
        vpc = VpcHandle(self, value)
        if old is None:
            self.put(
                RouteTable(
                    id=self.new_id(RouteTable, name, "main"),
                    name="main",
                    vpc_id=value.id,
                    routes=(),
                    main=True,
                )
            )
            self.put(
                NetworkAcl(
                    id=self.new_id(NetworkAcl, name, "default"),
                    name="default",
                    vpc_id=value.id,
                    is_default=True,
                    entries=_allow_all(4),
                )
            )
            group = SecurityGroup(
                id=self.new_id(SecurityGroup, name, "default"),
                name="default",
                vpc_id=value.id,
                description="default VPC security group",
            )
            members = SecurityGroupRule(INBOUND, ALL, None, None, group.id, peer_name=group.name)  # SG-1
            self.put(replace(group, rules=(members, *vpc._open_outbound())))
        vpc._sync_local_routes()
        if six and not (old and old.ipv6_cidrs):
            vpc._open_for_ipv6()
        return vpc

    def _amazon_block(self) -> IPv6Network:
        used = [block for vpc in self.values(Vpc) for block in vpc.ipv6_cidrs]
        return next(
            b
            for b in _AMAZON_IPV6.subnets(new_prefix=56)
            if b != ip_network("2001:db8::/56") and not any(b.overlaps(u) for u in used)
        )

    def elastic_ip(self, address: object = None, *, name: str | None = None) -> Handle[ElasticIp]:
        """Allocate a public IPv4 address that stays yours (EIP-1)."""
        wanted = self.free_public_address() if address is None else rules.read_address(address)
        if not isinstance(wanted, IPv4Address):
            raise Refused(
                "vpclab:NO_IPV6_ELASTIC_IP",
                str(wanted),
                "there are no Elastic IPs for IPv6 (EIP-1)",
                "an IPv6 address of a subnet is public as it is; give the instance ipv6=True",
            )
        if not rules.is_public(wanted):
            raise Refused(
                "InvalidParameterValue",
                str(wanted),
                "an Elastic IP is a public address (EIP-1)",
                "take e.g. 198.51.100.99",
            )
        old = next((e for e in self.values(ElasticIp) if e.address == wanted), None)
        if old is None:
            self._refuse_public_twice(wanted)
            old = ElasticIp(id=self.new_id(ElasticIp, str(wanted)), name=name or str(wanted), address=wanted)
            self.put(old)
        return ElasticIpHandle(self, old)

    def _refuse_public_twice(self, address: IPv4Address) -> None:
        for eni in self.values(NetworkInterface):
            if any(entry.public_ip == address for entry in eni.addresses):
                raise Refused(
                    "Resource.AlreadyAssociated",
                    str(address),
                    f"interface {self.qualified(eni)} has it (EIP-1)",
                    "take another address",
                )

    def prefix_list(self, name: str, cidrs: Sequence[object]) -> Handle[PrefixList]:
        """Declare a prefix list: blocks of one address family under one name (RT-19)."""
        blocks = tuple(read_network(c) for c in cidrs)
        if len({b.version for b in blocks}) > 1:
            raise Refused(
                "InvalidParameterValue",
                name,
                "a prefix list holds blocks of one address family (RT-19)",
                "make one list for IPv4 and one for IPv6",
            )
        old = self.named(PrefixList, None, self.check_name(name, "prefix list"))
        value = PrefixList(id=old.id if old else self.new_id(PrefixList, name), name=name, cidrs=blocks)
        return Handle(self, self.declare(value))


def _allow_all(version: int) -> tuple[NetworkAclEntry, ...]:
    """Return the entries of a default network ACL for one address family (ACL-2)."""
    number, block = (100, ANY4) if version == 4 else (101, ANY6)
    return tuple(NetworkAclEntry(side, number, True, ALL, block) for side in (INBOUND, OUTBOUND))


class VpcHandle(Handle[Vpc]):
    """A VPC: subnets, gateways, route tables and filters are made from here."""

    def _put_named(self, kind: type[Any], name: str, **attributes: Any) -> Any:
        """Return the value of that name in this VPC with these attributes, with its old id if it exists."""
        self.topology.check_name(name, kind.kind.replace("_", " "))
        old = self.topology.named(kind, self.id, name)
        if old is not None:
            return replace(old, **attributes)
        return kind(id=self.topology.new_id(kind, self.name, name), name=name, vpc_id=self.id, **attributes)

    def _children(self, kind: type[Any]) -> list[Any]:
        return [value for value in self.topology.values(kind) if value.vpc_id == self.id]

    def _open_outbound(self) -> tuple[SecurityGroupRule, ...]:
        """Return the outbound rules of a new group: everything, IPv6 too if the VPC has it (SG-1, SG-2)."""
        blocks = (ANY4, ANY6) if self.value.ipv6_cidrs else (ANY4,)
        return tuple(SecurityGroupRule(OUTBOUND, ALL, None, None, block) for block in blocks)

    def _open_for_ipv6(self) -> None:
        """Add what AWS adds when a VPC gets its first IPv6 block and the defaults are unedited (ACL-2, SG-1)."""
        for acl in self._children(NetworkAcl):
            if acl.is_default and acl.entries == _allow_all(4):
                self.topology.put(replace(acl, entries=(*acl.entries, *_allow_all(6))))
        everything = SecurityGroupRule(OUTBOUND, ALL, None, None, ANY4)
        for group in self._children(SecurityGroup):
            if group.side(OUTBOUND) == (everything,):
                self.topology.put(replace(group, rules=(*group.rules, replace(everything, peer=ANY6))))

    def _sync_local_routes(self) -> None:
        """Give every route table of the VPC one local route per block (RT-4, VPC-10)."""
        blocks: tuple[Network, ...] = (*self.value.cidrs, *self.value.ipv6_cidrs)
        for table in self._children(RouteTable):
            kept = [r for r in table.routes if r.origin != "CreateRouteTable" or r.destination in blocks]
            there = {r.destination for r in kept if r.origin == "CreateRouteTable"}
            new = [Route(b, LOCAL, origin="CreateRouteTable") for b in blocks if b not in there]
            self.topology.put(replace(table, routes=tuple(new + kept)))

    def _refuse_block_in_use(self, block: Network) -> None:
        inside = [
            s
            for s in self._children(Subnet)
            for b in (s.cidr, s.ipv6_cidr)
            if b and b.version == block.version and b.subnet_of(block)
        ]
        self._refuse_use(inside, "remove the subnets first", " (VPC-6)")

    def add_cidr(self, cidr: object) -> None:
        """Add a secondary IPv4 block (VPC-6, VPC-8); every route table gets its local route (VPC-10)."""
        block = rules.vpc_block(cidr, self.value.cidrs)
        self._update(cidrs=(*self.value.cidrs, block))
        self._sync_local_routes()

    def remove_cidr(self, cidr: object) -> None:
        """Remove a secondary IPv4 block; the primary one can never be removed (VPC-6)."""
        block = read_network(cidr)
        if block == self.value.cidrs[0]:
            raise Refused(
                "OperationNotPermitted",
                str(block),
                "the primary block of a VPC can never be removed (VPC-6)",
                "make a new VPC with the block you want",
            )
        if block not in self.value.cidrs:
            raise NotFound(f"{block} is not a block of VPC {self.name}", map(str, self.value.cidrs))
        self._refuse_block_in_use(block)
        self._update(cidrs=tuple(b for b in self.value.cidrs if b != block))
        self._sync_local_routes()

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
        if not isinstance(az, str):
            raise Refused(
                "vpclab:ONE_ZONE",
                f"Availability Zones {az!r}",
                "a subnet is in exactly one Availability Zone (SUB-1)",
                "make one subnet in each zone",
            )
        zone = az if len(az) > 2 else self.value.region + az
        if not zone.startswith(self.value.region):
            raise Refused(
                "InvalidParameterValue",
                f"Availability Zone {zone}",
                f"the VPC is in {self.value.region} (VPC-1)",
                f"take e.g. {self.value.region}a",
            )
        old = self.topology.named(Subnet, self.id, name)
        siblings = [s for s in self._children(Subnet) if old is None or s.id != old.id]
        block = None if cidr is None else rules.subnet_block(cidr, self.value, siblings)
        six: Network | None = None
        if ipv6 is True:
            six = old.ipv6_cidr if old and old.ipv6_cidr else self._free_ipv6_block(siblings)
        elif ipv6:
            six = rules.subnet_block(ipv6, self.value, siblings)
        for given, version, word in ((block, 4, "cidr"), (six, 6, "ipv6=")):
            if given is not None and given.version != version:
                raise BadInput(f"{given} is an IPv{given.version} block: {word} takes IPv{version}")
        if block is None and six is None:
            raise Refused(
                "MissingParameter",
                f"subnet {name}",
                "a subnet has an IPv4 block, an IPv6 block or both (SUB-6)",
                "give it a block such as 10.0.0.0/24",
            )
        value = self._put_named(
            Subnet,
            name,
            cidr=block,
            az=zone,
            ipv6_cidr=six,
            public_ip_on_launch=public_ip_on_launch,
            ipv6_on_launch=ipv6_on_launch,
        )
        self.topology.declare(value, fixed=("cidr", "az"))
        return SubnetHandle(self.topology, value)

    def _free_ipv6_block(self, siblings: Sequence[Subnet]) -> IPv6Network:
        if not self.value.ipv6_cidrs:
            raise Refused(
                "InvalidParameterCombination",
                f"VPC {self.name}",
                "it has no IPv6 block (VPC-11)",
                "declare the VPC with ipv6=True",
            )
        used = {s.ipv6_cidr for s in siblings}
        return next(b for b in self.value.ipv6_cidrs[0].subnets(new_prefix=64) if b not in used)

    def internet_gateway(self, name: str = "igw") -> InternetGatewayHandle:
        """Declare the VPC's internet gateway, attached; a VPC takes one at a time (IGW-1)."""
        other = next((g for g in self._children(InternetGateway) if g.name != name), None)
        if other:
            raise Refused(
                "Resource.AlreadyAssociated",
                f"internet gateway {name}",
                f"VPC {self.name} has {other.name}, and takes one at a time (IGW-1)",
                f"use {other.name}, or detach it first",
            )
        loose = self.topology.named(InternetGateway, None, name)
        value = replace(loose, vpc_id=self.id) if loose else self._put_named(InternetGateway, name)
        return InternetGatewayHandle(self.topology, self.topology.declare(value))

    def route_table(self, name: str, *, subnets: Sequence[Ref] = ()) -> RouteTableHandle:
        """Declare a route table, with the subnets it serves; it starts with the local routes (RT-4)."""
        old = self.topology.named(RouteTable, self.id, name)
        value = old or self._put_named(RouteTable, name, routes=())
        self.topology.put(value)
        self._sync_local_routes()
        table = RouteTableHandle(self.topology, value)
        for subnet in subnets:
            table.associate(subnet)
        return table

    @property
    def main_route_table(self) -> RouteTableHandle:
        """Return the table that serves every subnet without an association (RT-2)."""
        return RouteTableHandle(self.topology, next(t for t in self._children(RouteTable) if t.main))

    @property
    def default_security_group(self) -> SecurityGroupHandle:
        """Return the group that is attached where none is named (SG-1, SG-3)."""
        return SecurityGroupHandle(
            self.topology, next(g for g in self._children(SecurityGroup) if g.name == "default")
        )

    @property
    def default_network_acl(self) -> NetworkAclHandle:
        """Return the network ACL of every subnet without another one (ACL-2)."""
        return NetworkAclHandle(self.topology, next(a for a in self._children(NetworkAcl) if a.is_default))

    def security_group(
        self,
        name: str,
        *,
        inbound: Sequence[str] = (),
        outbound: Sequence[str] | None = None,
        description: str = "",
    ) -> SecurityGroupHandle:
        """Declare a security group; without `outbound` it allows everything out, as a new one does (SG-2).

        A rule is text such as ``tcp 443 from 0.0.0.0/0`` or ``tcp 3306 from web``, where web is a group.
        """
        old = self.topology.named(SecurityGroup, self.id, name)
        value: SecurityGroup = self._put_named(SecurityGroup, name, description=description)
        group = SecurityGroupHandle(self.topology, value)
        if old is None:
            self.topology.put(value)  # so that a rule can name the group itself (SG-22)
        try:
            read = [group._read(text, INBOUND) for text in inbound]
            out = (
                self._open_outbound()
                if outbound is None
                else [group._read(text, OUTBOUND) for text in outbound]
            )
            value = replace(value, rules=group._checked((*read, *out)))
        except Exception:
            if old is None:
                self.topology.drop(value)
            raise
        if old is None:
            self.topology.put(value)
        else:
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
        entries = rules.acl_entries(
            [*(read_entry(t, INBOUND) for t in inbound), *(read_entry(t, OUTBOUND) for t in outbound)]
        )
        value = self.topology.declare(self._put_named(NetworkAcl, name, entries=entries))
        acl = NetworkAclHandle(self.topology, value)
        for subnet in subnets:
            acl.associate(subnet)
        return acl

    def remove(self) -> None:
        """Delete the VPC with its default parts; refused while anything else is in it."""
        parts = (Subnet, InternetGateway, NatGateway, NetworkInterface, Instance)
        own = [v for kind in parts for v in self._children(kind)]
        own += [t for t in self._children(RouteTable) if not t.main]
        own += [g for g in self._children(SecurityGroup) if g.name != "default"]
        own += [a for a in self._children(NetworkAcl) if not a.is_default]
        self._refuse_use(own, "remove those first", "")
        for kind in (RouteTable, SecurityGroup, NetworkAcl):
            for value in self._children(kind):
                self.topology.drop(value)
        self.topology.drop(self.value)


class SubnetHandle(Handle[Subnet]):
    """A subnet: instances, interfaces and NAT gateways are placed here."""

    @property
    def vpc(self) -> VpcHandle:
        """Return the VPC it is in."""
        return VpcHandle(self.topology, self.topology.one(Vpc, self.value.vpc_id))

    @property
    def route_table(self) -> RouteTableHandle:
        """Return the route table that serves it (RT-2)."""
        return handle(self.topology, self.topology.snapshot().route_table_of(self.value))  # type: ignore[no-any-return]

    @property
    def network_acl(self) -> NetworkAclHandle:
        """Return the network ACL that guards it (SUB-8)."""
        return handle(self.topology, self.topology.snapshot().network_acl_of(self.value))  # type: ignore[no-any-return]

    @property
    def is_public(self) -> bool:
        """Return whether its table has a route straight to an attached internet gateway (SUB-7)."""
        return self.topology.snapshot().is_public(self.value)

    def route(self, destination: object, *, to: Ref) -> None:
        """Add a route to the subnet's own route table; one is made if the main table still serves it."""
        table = self.route_table
        if table.value.main:
            table = self.vpc.route_table(self.name, subnets=[self])
        table.route(destination, to=to)

    def network_interface(
        self,
        name: str,
        *,
        private_ip: object = None,
        secondary: Sequence[object] = (),
        public_ip: object = None,
        ipv6: object = None,
        security_groups: Sequence[Ref] | None = None,
        source_dest_check: bool = True,
    ) -> NetworkInterfaceHandle:
        """Declare a network interface; without groups it gets the default one (SG-3).

        `public_ip` is True for an automatic one, an address, or False; None leaves it to the subnet
        (SUB-9). `ipv6` is True for the next free address, or an address.
        """
        vpc = self.vpc
        old = self.topology.named(NetworkInterface, self.value.vpc_id, name)
        if old and old.subnet_id != self.id:
            raise Refused(
                "vpclab:IMMUTABLE_ATTRIBUTE",
                f"subnet {self.name} for interface {name}",
                "an interface stays in its subnet (ENI-2)",
                "use another name, or remove() the old one first",
            )
        used = self.topology.used_addresses(self.id)
        if old:
            used -= {entry.address for entry in old.addresses} | set(old.ipv6_addresses)
        addresses = self._private_addresses(old, private_ip, secondary, used)
        if public_ip is None:
            public_ip = self.value.public_ip_on_launch if old is None else None
        if public_ip is not None and addresses:
            kept = old.addresses[0] if old and old.addresses else None
            wanted: IPv4Address | None
            if public_ip is True:
                wanted = (kept.public_ip if kept else None) or self.topology.free_public_address()
            else:
                wanted = self._public_address(public_ip) if public_ip else None
            if not (kept and kept.elastic and kept.public_ip):
                addresses = (replace(addresses[0], public_ip=wanted), *addresses[1:])
        named = [vpc.default_security_group] if security_groups is None else security_groups
        groups = tuple(dict.fromkeys(self.topology.one(SecurityGroup, g, vpc.id) for g in named))
        if len(groups) > rules.GROUPS_PER_INTERFACE:
            raise Refused(
                "SecurityGroupsPerInterfaceLimitExceeded",
                f"{len(groups)} security groups on {name}",
                f"an interface takes {rules.GROUPS_PER_INTERFACE} by default (SG-26)",
                "join their rules into fewer groups",
            )
        if not groups:
            raise Refused(
                "InvalidParameterValue",
                f"interface {name} without a security group",
                "an interface always has at least one (SG-3)",
                "leave security_groups out to get the default group",
            )
        for group in groups:
            if group.vpc_id != vpc.id:
                raise Refused(
                    "InvalidGroup.NotFound",
                    f"security group {group.name}",
                    f"it belongs to another VPC than {vpc.name} (SG-25)",
                    "use a group of this VPC",
                )
        value = vpc._put_named(
            NetworkInterface, name, subnet_id=self.id, addresses=addresses, ipv6_addresses=self._ipv6_addresses(old, ipv6, used),
            group_ids=tuple(g.id for g in groups), source_dest_check=source_dest_check,
        )  # fmt: skip
        if old and old.addresses[:1] and addresses[:1] and old.addresses[0].address != addresses[0].address:
            raise Refused(
                "vpclab:IMMUTABLE_ATTRIBUTE",
                f"private address {addresses[0].address} for {name}",
                f"its primary address {old.addresses[0].address} cannot be changed (ENI-1)",
                "use another name, or remove() the old one first",
            )
        return NetworkInterfaceHandle(self.topology, self.topology.declare(value))

    @staticmethod
    def _public_address(text: object) -> IPv4Address:
        address = rules.read_address(text)
        if not isinstance(address, IPv4Address) or not rules.is_public(address):
            raise Refused(
                "InvalidParameterValue",
                str(address),
                "a public IPv4 address maps to a private one (IGW-3); IPv6 has none",
                "use public_ip=True, or an address such as 198.51.100.20",
            )
        return address

    def _private_addresses(
        self, old: NetworkInterface | None, primary: object, secondary: Sequence[object], used: set[Any]
    ) -> tuple[PrivateAddress, ...]:
        if self.value.cidr is None:
            return ()
        if primary is None:
            first = old.addresses[0].address if old else rules.free_address(self.value, 4, used)
        else:
            first = rules.interface_address(primary, self.value, used)
        wanted = [first]
        for text in secondary:
            wanted.append(rules.interface_address(text, self.value, {*used, *wanted}))
        known = {entry.address: entry for entry in old.addresses} if old else {}
        return tuple(known.get(a) or PrivateAddress(a) for a in wanted)  # type: ignore[arg-type]

    def _ipv6_addresses(
        self, old: NetworkInterface | None, ipv6: object, used: set[Any]
    ) -> tuple[IPv6Address, ...]:
        if ipv6 is None and old is not None:
            return old.ipv6_addresses
        if ipv6 is None:
            ipv6 = self.value.ipv6_on_launch or self.value.cidr is None
        if ipv6 is True:
            had = old.ipv6_addresses if old else ()
            return had or (rules.free_address(self.value, 6, used),)  # type: ignore[return-value]
        return (rules.interface_address(ipv6, self.value, used),) if ipv6 else ()  # type: ignore[return-value]

    def instance(
        self,
        name: str,
        *,
        private_ip: object = None,
        secondary: Sequence[object] = (),
        public_ip: object = None,
        elastic_ip: object = None,
        ipv6: object = None,
        security_groups: Sequence[Ref] | None = None,
        source_dest_check: bool = True,
        forwards: str | None = None,
    ) -> InstanceHandle:
        """Declare an instance with its primary network interface (named like the instance).

        `forwards` is what its software does with packets for others: None, ``"forward"`` (a router or
        firewall) or ``"nat"`` (a NAT instance, NI-1); both need `source_dest_check=False` (ENI-3).
        """
        if forwards not in (None, "forward", "nat"):
            raise BadInput(f"forwards={forwards!r}: use None, 'forward' or 'nat'")
        old = self.topology.named(Instance, self.value.vpc_id, self.topology.check_name(name, "instance"))
        if old and old.subnet_id != self.id:
            raise Refused(
                "vpclab:IMMUTABLE_ATTRIBUTE",
                f"subnet {self.name} for instance {name}",
                "an instance stays in its subnet (ENI-2)",
                "use another name, or remove() the old one first",
            )
        eni = self.network_interface(
            name, private_ip=private_ip, secondary=secondary, public_ip=public_ip, ipv6=ipv6,
            security_groups=security_groups, source_dest_check=source_dest_check,
        )  # fmt: skip
        value = self.vpc._put_named(Instance, name, subnet_id=self.id, forwards=forwards)
        self.topology.declare(value)
        self.topology.put(replace(eni.value, owner_id=value.id))
        made = InstanceHandle(self.topology, value)
        if elastic_ip:
            made.elastic_ip(None if elastic_ip is True else elastic_ip)
        return made

    def nat_gateway(
        self,
        name: str | None = None,
        *,
        elastic_ip: object = None,
        private_ip: object = None,
        connectivity: str = "public",
        security_groups: object = None,
    ) -> NatGatewayHandle:
        """Declare a NAT gateway in this subnet, public with an Elastic IP, or private without (NGW-1)."""
        name = name or f"nat-{self.name}"
        if security_groups:
            raise Refused(
                "vpclab:NAT_GATEWAY_WITHOUT_GROUPS",
                f"security groups on {name}",
                "a NAT gateway takes no security group (NGW-7)",
                "filter at the instances, or with the network ACL of its subnet",
            )
        if connectivity not in ("public", "private"):
            raise BadInput(f"connectivity={connectivity!r}: use 'public' or 'private'")
        old = self.topology.named(NatGateway, self.value.vpc_id, name)
        used = self.topology.used_addresses(self.id) - {old.private_ip if old else None}
        inside: Any
        if private_ip is not None:
            inside = rules.interface_address(private_ip, self.value, used)
        else:
            inside = (
                old.private_ip
                if old and old.private_ip
                else rules.free_address(self.value, 4, used, last=True)
            )
        outside: Any = None
        if connectivity == "public":
            if not self.vpc._children(InternetGateway):
                raise Refused(
                    "Gateway.NotAttached",
                    f"NAT gateway {name}",
                    f"VPC {self.vpc.name} has no internet gateway attached (NGW-2)",
                    "call internet_gateway() on the VPC first",
                )
            keep = old.public_ip if old and elastic_ip is None else None
            outside = keep or self.topology.elastic_ip(elastic_ip).value.address
            busy = next(
                (
                    e
                    for e in self.topology.values(ElasticIp)
                    if e.address == outside and e.interface_id not in (None, name_id(old))
                ),
                None,
            )
            if busy:
                raise Refused(
                    "Resource.AlreadyAssociated",
                    str(outside),
                    "the Elastic IP is in use (NGW-2)",
                    "allocate another one",
                )
        elif elastic_ip:
            raise Refused(
                "InvalidParameterCombination",
                f"Elastic IP on {name}",
                "a private NAT gateway has none (NGW-1)",
                "leave elastic_ip out",
            )
        value = self.vpc._put_named(
            NatGateway,
            name,
            subnet_id=self.id,
            private_ip=inside,
            public_ip=outside,
            connectivity=connectivity,
        )
        self.topology.declare(value, fixed=("subnet_id", "private_ip", "public_ip", "connectivity"))
        for eip in self.topology.values(ElasticIp):
            if eip.address == outside:
                self.topology.put(replace(eip, interface_id=value.id, private_ip=inside))
        return NatGatewayHandle(self.topology, value)

    def remove(self) -> None:
        """Delete the subnet; refused while interfaces or NAT gateways are in it."""
        users = [
            v
            for kind in (NetworkInterface, NatGateway)
            for v in self.vpc._children(kind)
            if v.subnet_id == self.id
        ]
        self._refuse_use(users, "remove those first", "")
        served: tuple[RouteTable | NetworkAcl, ...] = (
            *self.topology.values(RouteTable),
            *self.topology.values(NetworkAcl),
        )
        for value in served:
            if self.id in value.subnet_ids:
                self.topology.put(_without_subnet(value, self.id))
        self.topology.drop(self.value)


def name_id(value: Resource | None) -> str | None:
    """Return a value's id, or None for none."""
    return value.id if value else None


def _without_subnet(value: Any, subnet_id: str) -> Any:
    return replace(value, subnet_ids=tuple(s for s in value.subnet_ids if s != subnet_id))


class _Associated(Handle[Any]):
    """What a subnet has exactly one of: a route table, a network ACL (SUB-8)."""

    def associate(self, *subnets: Ref) -> None:
        """Serve these subnets; the association they had is replaced (RT-2, ACL-1)."""
        for ref in subnets:
            subnet = self.topology.one(Subnet, ref, self.value.vpc_id)
            if subnet.vpc_id != self.value.vpc_id:
                raise Refused(
                    "InvalidParameterValue",
                    f"subnet {subnet.name}",
                    f"it is in another VPC than {self.name}",
                    "use a subnet of the same VPC",
                )
            for other in self.topology.values(self._kind):
                if subnet.id in other.subnet_ids and other.id != self.id:
                    self.topology.put(_without_subnet(other, subnet.id))
            if subnet.id not in self.value.subnet_ids:
                self.topology.put(replace(self.value, subnet_ids=(*self.value.subnet_ids, subnet.id)))


class RouteTableHandle(_Associated):
    """A route table: destinations and targets."""

    def route(self, destination: object, *, to: Ref) -> None:
        """Add a route, or give the route with this destination another target (RT-16)."""
        target = self._target(to)
        vpc = self.topology.one(Vpc, self.value.vpc_id)
        subnets = [s for s in self.topology.values(Subnet) if s.vpc_id == self.value.vpc_id]
        block = read_network(destination, "destination")
        routes = list(self.value.routes)
        at = next((i for i, r in enumerate(routes) if r.destination == block and not r.propagated), None)
        if target is None:
            if at is None or routes[at].origin != "CreateRouteTable":
                raise Refused(
                    "InvalidParameterValue",
                    str(block),
                    "only the VPC's own blocks have the target local (RT-4)",
                    "name a gateway or an interface",
                )
            routes[at] = replace(routes[at], target=LOCAL)
        else:
            block = rules.route_destination(block, vpc, subnets, target.kind)
            new = Route(block, target.id)
            if at is None:
                routes.append(new)
            else:
                routes[at] = replace(routes[at], target=target.id, state="active")
        if tuple(routes) != self.value.routes:
            changed = replace(self.value, routes=tuple(routes))
            if at is None:
                self.topology.put(changed)
            else:
                self.topology.declare(changed)

    def _target(self, to: Ref) -> Resource | None:
        """Return the resource a route may point at, or None for local."""
        if to == LOCAL:
            return None
        value = to.value if isinstance(to, Handle) else self.topology.find(to)
        if isinstance(value, Instance):
            enis = [e for e in self.topology.values(NetworkInterface) if e.owner_id == value.id]
            if len(enis) != 1:
                raise Refused(
                    "InvalidInstanceID",
                    f"instance {value.name}",
                    f"it has {len(enis)} interfaces, and a route to an instance needs exactly one (RT-16)",
                    "name the network interface",
                )
            value = enis[0]
        if not isinstance(value, (InternetGateway, NatGateway, NetworkInterface)):
            raise Refused(
                "InvalidParameterValue",
                f"{value.kind.replace('_', ' ')} {value.name}",
                "it cannot be a route's target (RT-16)",
                "name an internet gateway, a NAT gateway or a network interface",
            )
        if isinstance(value, InternetGateway) and value.vpc_id is None:
            raise Refused(
                "Gateway.NotAttached",
                f"internet gateway {value.name}",
                "it is attached to no VPC (RT-16)",
                "attach it first: internet_gateway() on the VPC",
            )
        if value.vpc_id != self.value.vpc_id:
            raise Refused(
                "InvalidParameterValue",
                f"{value.kind.replace('_', ' ')} {value.name}",
                "it belongs to another VPC (RT-16)",
                "name one of this VPC",
            )
        return value

    def remove_route(self, destination: object) -> None:
        """Delete a route; the local routes stay (RT-4)."""
        block = read_network(destination, "destination")
        for route in self.value.routes:
            if route.destination == block:
                if route.origin == "CreateRouteTable":
                    raise Refused(
                        "InvalidParameterValue",
                        str(block),
                        "the local route cannot be removed (RT-4)",
                        "swap its target with route(block, to=...)",
                    )
                self.topology.put(
                    replace(self.value, routes=tuple(r for r in self.value.routes if r is not route))
                )
                return
        raise NotFound(
            f"route table {self.name} has no route to {block}",
            (str(r.destination) for r in self.value.routes),
        )

    def make_main(self) -> None:
        """Make this the VPC's main table (RT-3)."""
        for table in self.topology.values(RouteTable):
            if table.vpc_id == self.value.vpc_id and table.main != (table.id == self.id):
                self.topology.put(replace(table, main=table.id == self.id))

    def remove(self) -> None:
        """Delete the table; refused for the main table and while it serves subnets (RT-3)."""
        if self.value.main:
            raise Refused(
                "DependencyViolation",
                f"route table {self.name}",
                "the main route table cannot be deleted (RT-3)",
                "make another table the main one first",
            )
        self._refuse_use(
            [s for s in self.topology.values(Subnet) if s.id in self.value.subnet_ids],
            "associate those subnets with another table",
            " (RT-3)",
        )
        self.topology.drop(self.value)


class NetworkAclHandle(_Associated):
    """A network ACL: numbered rules at the subnet's edge."""

    def entries(self, *, inbound: Sequence[str] | None = None, outbound: Sequence[str] | None = None) -> None:
        """Set the entries of one direction or both; a direction left out stays as it is."""
        value: NetworkAcl = self.value
        new: list[NetworkAclEntry] = []
        for texts, side in ((inbound, INBOUND), (outbound, OUTBOUND)):
            new += value.side(side) if texts is None else [read_entry(text, side) for text in texts]
        self._update(entries=rules.acl_entries(new))

    def remove(self) -> None:
        """Delete the network ACL; refused for the default one and while it guards subnets (ACL-1)."""
        if self.value.is_default:
            raise Refused(
                "CannotDelete",
                f"network ACL {self.name}",
                "the default network ACL cannot be deleted (ACL-2)",
                "give it other entries instead",
            )
        self._refuse_use(
            [s for s in self.topology.values(Subnet) if s.id in self.value.subnet_ids],
            "associate those subnets with another network ACL",
            " (ACL-1)",
        )
        self.topology.drop(self.value)


class SecurityGroupHandle(Handle[SecurityGroup]):
    """A security group: allow rules for network interfaces."""

    def _lookup(self, name: str) -> tuple[str, str] | None:
        """Return id and name of the group or prefix list that a rule names."""
        if name == "self":
            return self.id, self.name
        try:
            found: Resource = self.topology.one(SecurityGroup, name, self.value.vpc_id)
        except NotFound:
            try:
                found = self.topology.one(PrefixList, name)
            except NotFound:
                return None
        if isinstance(found, SecurityGroup) and found.vpc_id != self.value.vpc_id:
            raise Refused(
                "InvalidGroup.NotFound",
                f"security group {self.topology.qualified(found)}",
                f"it belongs to another VPC than {self.name}, and no active peering joins them (SG-21)",
                "name the other side's block",
            )
        return found.id, found.name

    def _read(self, text: str, direction: str) -> SecurityGroupRule:
        return read_rule(text, direction, self._lookup)

    def _checked(self, wanted: Iterable[SecurityGroupRule]) -> tuple[SecurityGroupRule, ...]:
        """Return the rules, each once and no more than the quota (SG-26)."""
        unique = tuple(dict.fromkeys(wanted))
        for direction in (INBOUND, OUTBOUND):
            for version in (4, 6):
                count = sum(
                    r.direction == direction and getattr(r.peer, "version", version) == version
                    for r in unique
                )
                if count > rules.RULES_PER_GROUP:
                    raise Refused(
                        "RulesPerSecurityGroupLimitExceeded",
                        f"{count} {direction} rules in {self.name}",
                        f"a group has {rules.RULES_PER_GROUP} per direction by default (SG-26)",
                        "use larger blocks, a prefix list or a second group",
                    )
        return unique

    def allow(self, *, inbound: Sequence[str] = (), outbound: Sequence[str] = ()) -> None:
        """Add rules (AWS: authorize)."""
        new = [*(self._read(t, INBOUND) for t in inbound), *(self._read(t, OUTBOUND) for t in outbound)]
        self._update(rules=self._checked((*self.value.rules, *new)))

    def revoke(self, *, inbound: Sequence[str] = (), outbound: Sequence[str] = ()) -> None:
        """Remove rules, written as they were added."""
        gone = [*(self._read(t, INBOUND) for t in inbound), *(self._read(t, OUTBOUND) for t in outbound)]
        missing = next((rule for rule in gone if rule not in self.value.rules), None)
        if missing is not None:
            raise NotFound(
                f"{missing.direction} rule {str(missing)!r} is not in security group {self.name}",
                map(str, self.value.rules),
            )
        self._update(rules=tuple(rule for rule in self.value.rules if rule not in gone))

    def remove(self) -> None:
        """Delete the group; refused for the default one and while it is used or named by others."""
        if self.name == "default":
            raise Refused(
                "CannotDelete",
                "security group default",
                "the default group of a VPC cannot be deleted (SG-1)",
                "take its rules away instead",
            )
        users: list[Resource] = [e for e in self.topology.values(NetworkInterface) if self.id in e.group_ids]
        users += [
            g
            for g in self.topology.values(SecurityGroup)
            if g.id != self.id and any(r.peer == self.id for r in g.rules)
        ]
        self._refuse_use(users, "give those other groups or rules first", "")
        self.topology.drop(self.value)


class InternetGatewayHandle(Handle[InternetGateway]):
    """An internet gateway."""

    def detach(self) -> None:
        """Detach it; refused while a running instance of the VPC has a public address (IGW-13)."""
        running = {
            i.id
            for i in self.topology.values(Instance)
            if i.vpc_id == self.value.vpc_id and i.state == "running"
        }
        users: list[Resource] = [
            e for e in self.topology.values(NetworkInterface) if e.owner_id in running and e.public_ip
        ]
        users += [
            n for n in self.topology.values(NatGateway) if n.vpc_id == self.value.vpc_id and n.public_ip
        ]
        self._refuse_use(users, "take their public addresses away first", " (IGW-13)")
        self.topology.put(replace(self.value, vpc_id=None))

    def remove(self) -> None:
        """Detach and delete it; routes to it become blackholes (RT-13)."""
        if self.value.vpc_id:
            self.detach()
        self.topology.blackhole(self.id)
        self.topology.drop(self.value)


class NatGatewayHandle(Handle[NatGateway]):
    """A NAT gateway."""

    @property
    def private_ip(self) -> IPv4Address | None:
        """Return its address in the subnet."""
        return self.value.private_ip

    @property
    def public_ip(self) -> IPv4Address | None:
        """Return its Elastic IP; None for a private one."""
        return self.value.public_ip

    def remove(self) -> None:
        """Delete it; routes to it become blackholes (RT-13), its Elastic IP stays yours (EIP-1)."""
        for eip in self.topology.values(ElasticIp):
            if eip.interface_id == self.id:
                self.topology.put(replace(eip, interface_id=None, private_ip=None))
        self.topology.blackhole(self.id)
        self.topology.drop(self.value)


class NetworkInterfaceHandle(Handle[NetworkInterface]):
    """A network interface: addresses, security groups, the source/destination check."""

    @property
    def private_ip(self) -> IPv4Address | None:
        """Return the primary private IPv4 address."""
        return self.value.private_ip

    @property
    def public_ip(self) -> IPv4Address | None:
        """Return the public IPv4 address mapped to it, if any (IGW-3)."""
        return self.value.public_ip

    @property
    def ipv6(self) -> IPv6Address | None:
        """Return the first IPv6 address, if any."""
        return next(iter(self.value.ipv6_addresses), None)

    def elastic_ip(self, address: object = None) -> None:
        """Associate an Elastic IP with the primary private address; an automatic public one is released (EIP-2)."""
        entry = self.value.addresses[0] if self.value.addresses else None
        if entry is None:
            raise Refused(
                "InvalidParameterCombination",
                f"interface {self.name}",
                "it has no private IPv4 address to map (EIP-1)",
                "use a subnet with an IPv4 block",
            )
        if address is None and entry.elastic:
            return
        eip = self.topology.elastic_ip(address).value
        if eip.interface_id not in (None, self.id):
            raise Refused(
                "Resource.AlreadyAssociated",
                str(eip.address),
                f"it belongs to {eip.interface_id}, and is bound to one interface at a time (EIP-1)",
                "allocate another one",
            )
        self._release()
        self._set_public(eip.address, elastic=True)
        self.topology.put(replace(eip, interface_id=self.id, private_ip=entry.address))

    def _set_public(self, address: IPv4Address | None, *, elastic: bool) -> None:
        first, *rest = self.value.addresses
        self.topology.put(
            replace(self.value, addresses=(replace(first, public_ip=address, elastic=elastic), *rest))
        )

    def _release(self) -> None:
        for eip in self.topology.values(ElasticIp):
            if eip.interface_id == self.id:
                self.topology.put(replace(eip, interface_id=None, private_ip=None))

    def remove(self) -> None:
        """Delete it; refused while an instance has it."""
        self._refuse_use(
            [i for i in self.topology.values(Instance) if i.id == self.value.owner_id],
            "remove or detach() it from the instance first",
            "",
        )
        self._release()
        self.topology.blackhole(self.id)
        self.topology.drop(self.value)


class InstanceHandle(Handle[Instance]):
    """An EC2 instance."""

    @property
    def interfaces(self) -> tuple[NetworkInterfaceHandle, ...]:
        """Return its network interfaces, the primary one first."""
        own = [e for e in self.topology.values(NetworkInterface) if e.owner_id == self.id]
        return tuple(
            NetworkInterfaceHandle(self.topology, e) for e in sorted(own, key=lambda e: e.device_index)
        )

    @property
    def private_ip(self) -> IPv4Address | None:
        """Return the primary private IPv4 address."""
        return self.interfaces[0].private_ip

    @property
    def public_ip(self) -> IPv4Address | None:
        """Return the public IPv4 address of the primary interface, if any."""
        return self.interfaces[0].public_ip

    @property
    def ipv6(self) -> IPv6Address | None:
        """Return the first IPv6 address, if any."""
        return self.interfaces[0].ipv6

    def elastic_ip(self, address: object = None) -> None:
        """Associate an Elastic IP with the primary interface (EIP-2)."""
        self.interfaces[0].elastic_ip(address)

    def attach(self, interface: Ref) -> None:
        """Attach a further interface of the same Availability Zone (ENI-2)."""
        eni = self.topology.one(NetworkInterface, interface, self.value.vpc_id)
        zones = {s.id: s.az for s in self.topology.values(Subnet)}
        if zones[eni.subnet_id] != zones[self.value.subnet_id]:
            raise Refused(
                "InvalidParameterCombination",
                f"interface {eni.name}",
                "it is in another Availability Zone than the instance (ENI-2)",
                f"use an interface in {zones[self.value.subnet_id]}",
            )
        if eni.owner_id not in (None, self.id):
            raise Refused(
                "InvalidNetworkInterface.InUse",
                f"interface {eni.name}",
                "another instance has it (ENI-2)",
                "detach() it there first",
            )
        if eni.owner_id is None:
            self.topology.put(replace(eni, owner_id=self.id, device_index=len(self.interfaces)))

    def detach(self, interface: Ref) -> None:
        """Detach an interface; the primary one cannot be detached (ENI-2)."""
        eni = self.topology.one(NetworkInterface, interface, self.value.vpc_id)
        if eni.owner_id != self.id:
            raise NotFound(
                f"interface {eni.name} is not attached to {self.name}", (i.name for i in self.interfaces)
            )
        if eni.device_index == 0:
            raise Refused(
                "OperationNotPermitted",
                f"interface {eni.name}",
                "the primary interface of an instance cannot be detached (ENI-2)",
                "remove() the instance, or change the interface's groups",
            )
        self.topology.put(replace(eni, owner_id=None, device_index=0))

    def stop(self) -> None:
        """Stop it: an automatic public address is released, an Elastic IP stays (ENI-5)."""
        primary = self.interfaces[0]
        automatic = bool(primary.public_ip) and not primary.value.addresses[0].elastic
        if automatic:
            primary._set_public(None, elastic=False)
        self._update(state="stopped", public_ip_at_start=automatic or self.value.public_ip_at_start)

    def start(self) -> None:
        """Start it: a new public address comes where one was released, unless it has two interfaces (ENI-5)."""
        primary = self.interfaces[0]
        if self.value.public_ip_at_start and len(self.interfaces) == 1 and not primary.public_ip:
            primary._set_public(self.topology.free_public_address(), elastic=False)
        self._update(state="running", public_ip_at_start=False)

    def remove(self) -> None:
        """Terminate it: its interfaces go, Elastic IPs stay yours, routes to it become blackholes (RT-13)."""
        for eni in self.interfaces:
            eni._release()
            self.topology.blackhole(eni.id)
            self.topology.drop(eni.value)
        self.topology.drop(self.value)


class ElasticIpHandle(Handle[ElasticIp]):
    """An Elastic IP."""

    @property
    def address(self) -> IPv4Address:
        """Return the public address."""
        return self.value.address

    def remove(self) -> None:
        """Release it; refused while it is associated (EIP-1)."""
        owners = (*self.topology.values(NetworkInterface), *self.topology.values(NatGateway))
        users = [e for e in owners if e.id == self.value.interface_id]
        if users:
            raise Refused(
                "InvalidIPAddress.InUse",
                str(self.address),
                f"{users[0].name} has it (EIP-1)",
                "associate another one there first",
            )
        self.topology.drop(self.value)


_HANDLES: dict[type[Resource], type[Handle[Any]]] = {
    Vpc: VpcHandle, Subnet: SubnetHandle, RouteTable: RouteTableHandle, NetworkAcl: NetworkAclHandle,
    SecurityGroup: SecurityGroupHandle, InternetGateway: InternetGatewayHandle, NatGateway: NatGatewayHandle,
    NetworkInterface: NetworkInterfaceHandle, Instance: InstanceHandle, ElasticIp: ElasticIpHandle,
}  # fmt: skip


def handle(topology: Topology, value: Resource | None) -> Any:
    """Return the handle for a value of a topology."""
    if value is None:
        raise NotFound("that resource is not in the topology")
    return _HANDLES.get(type(value), Handle)(topology, value)
