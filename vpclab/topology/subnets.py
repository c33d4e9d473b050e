"""Subnets, and what is placed in them: network interfaces, instances, NAT gateways."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING, Any, cast

from vpclab.topology import rules
from vpclab.topology.filters import NetworkAclHandle
from vpclab.topology.gateways import NatGatewayHandle
from vpclab.topology.interfaces import InstanceHandle, NetworkInterfaceHandle
from vpclab.topology.model import (
    ElasticIp,
    Instance,
    InternetGateway,
    NatGateway,
    NetworkAcl,
    NetworkInterface,
    PrivateAddress,
    RouteTable,
    SecurityGroup,
    Subnet,
    TransitGatewayAttachment,
    Vpc,
)
from vpclab.topology.routing import Ref, RouteTableHandle
from vpclab.topology.store import Handle, several, without_subnet
from vpclab.topology.words import bad, refuse

if TYPE_CHECKING:
    from vpclab.topology.vpcs import VpcHandle


class SubnetHandle(Handle[Subnet]):
    """A subnet: instances, interfaces and NAT gateways are placed here."""

    @property
    def vpc(self) -> VpcHandle:
        """Return the VPC it is in."""
        return cast("VpcHandle", self.topology.handle(self.topology.one(Vpc, self.value.vpc_id)))

    @property
    def route_table(self) -> RouteTableHandle:
        """Return the route table that serves it (RT-2)."""
        found = self.topology.snapshot().route_table_of(self.value)
        return cast("RouteTableHandle", self.topology.handle(found))

    @property
    def network_acl(self) -> NetworkAclHandle:
        """Return the network ACL that guards it (SUB-8)."""
        found = self.topology.snapshot().network_acl_of(self.value)
        return cast("NetworkAclHandle", self.topology.handle(found))

    @property
    def is_public(self) -> bool:
        """Return whether its table has a route straight to an attached internet gateway (SUB-7)."""
        return self.topology.snapshot().is_public(self.value)

    def route(self, destination: object, to: Ref) -> None:
        """Add a route to the subnet's own route table; one is made if the main table still serves it."""
        with self.topology.all_or_nothing():
            table = self.route_table
            if table.value.main:
                table = self.vpc.route_table(self.name, subnets=[self])
            table.route(destination, to=to)

    # -- interfaces ------------------------------------------------------------------------------

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
        old = self.topology.named(NetworkInterface, self.value.vpc_id, name)
        if old and old.subnet_id != self.id:
            refuse("interface-moved", subnet=self.name, interface=name)
        used = self.topology.used_addresses(self.id)
        if old:
            used -= {entry.address for entry in old.addresses} | set(old.ipv6_addresses)
        addresses = self._private_addresses(old, private_ip, secondary, used)
        had = old.addresses[0] if old and old.addresses else None
        owner = self.topology.get(Instance, old.owner_id if old else None)
        if owner and owner.state == "stopped" and public_ip is True:
            public_ip = None  # it comes with the next start (ENI-5)
        if addresses:
            addresses = (self._mapped(addresses[0], had, public_ip), *addresses[1:])
        value = self.topology.draft(
            NetworkInterface, name, self.vpc.value, subnet_id=self.id, addresses=addresses,
            ipv6_addresses=self._ipv6_addresses(old, ipv6, used),
            group_ids=self.group_ids(security_groups, name), source_dest_check=source_dest_check,
            status=old.status if old else "available",
        )  # fmt: skip
        if had and addresses and had.address != addresses[0].address:
            now = addresses[0].address
            refuse("interface-primary-address", address=now, interface=name, old=had.address)
        return NetworkInterfaceHandle(self.topology, self.topology.declare(value))

    def group_ids(self, refs: Sequence[Ref] | None, name: str) -> tuple[str, ...]:
        """Return the ids of the groups for an interface of this subnet; None is the default one (SG-3)."""
        vpc = self.vpc
        named = [vpc.default_security_group] if refs is None else several(refs)
        groups = tuple(dict.fromkeys(self.topology.one(SecurityGroup, ref, vpc.id) for ref in named))
        if len(groups) > rules.GROUPS_PER_INTERFACE:
            refuse("interface-groups", count=len(groups), interface=name, most=rules.GROUPS_PER_INTERFACE)
        if not groups:
            refuse("interface-groupless", interface=name)
        for group in groups:
            if group.vpc_id != vpc.id:
                refuse("interface-group-vpc", group=group.name, vpc=vpc.name)
        return tuple(group.id for group in groups)

    def _private_addresses(
        self, old: NetworkInterface | None, primary: object, secondary: Sequence[object], used: set[Any]
    ) -> tuple[PrivateAddress, ...]:
        if self.value.cidr is None:
            return ()
        if primary is not None:
            first = rules.interface_address(primary, self.value, used)
        else:
            first = old.addresses[0].address if old else rules.free_address(self.value, 4, used)
        wanted = [first]
        for text in secondary:
            wanted.append(rules.interface_address(text, self.value, {*used, *wanted}))
        known = {entry.address: entry for entry in old.addresses} if old else {}
        return tuple(known.get(a) or PrivateAddress(a) for a in wanted)  # type: ignore[arg-type]

    def _mapped(self, first: PrivateAddress, had: PrivateAddress | None, wanted: object) -> PrivateAddress:
        """Return the primary address with the public one it should have; an Elastic IP stays."""
        if had and (wanted is None or (had.elastic and had.public_ip)):
            return first
        wanted = self.value.public_ip_on_launch if wanted is None else wanted
        if wanted is True:
            public = (had.public_ip if had else None) or self.topology.free_public_address()
            return replace(first, public_ip=public)
        if not wanted:
            return replace(first, public_ip=None)
        address = rules.read_address(wanted)
        if not isinstance(address, IPv4Address) or not rules.is_public(address):
            refuse("public-ipv4", address=address)
        return replace(first, public_ip=address)

    def _ipv6_addresses(
        self, old: NetworkInterface | None, wanted: object, used: set[Any]
    ) -> tuple[IPv6Address, ...]:
        had = old.ipv6_addresses if old else ()
        if wanted is None:
            if old:
                return had
            wanted = self.value.ipv6_on_launch or self.value.cidr is None
        if wanted is True:
            return had or (cast("IPv6Address", rules.free_address(self.value, 6, used)),)
        return (cast("IPv6Address", rules.interface_address(wanted, self.value, used)),) if wanted else ()

    # -- instances and NAT gateways --------------------------------------------------------------

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
            bad("forwards", given=forwards)
        old = self.topology.named(Instance, self.value.vpc_id, self.topology.check_name(name, "instance"))
        if old and old.subnet_id != self.id:
            refuse("instance-moved", subnet=self.name, instance=name)
        with self.topology.all_or_nothing():
            eni = self.network_interface(
                name, private_ip=private_ip, secondary=secondary, public_ip=public_ip, ipv6=ipv6,
                security_groups=security_groups, source_dest_check=source_dest_check,
            )  # fmt: skip
            value = self.topology.draft(Instance, name, self.vpc.value, subnet_id=self.id, forwards=forwards)
            self.topology.declare(value)
            self.topology.put(replace(eni.value, owner_id=value.id, status="in-use"))
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
        name, vpc = name or f"nat-{self.name}", self.vpc
        if security_groups:
            refuse("nat-groups", nat=name)
        if connectivity not in ("public", "private"):
            bad("connectivity", given=connectivity)
        old = self.topology.named(NatGateway, vpc.id, name)
        kept = old.private_ip if old else None
        used = self.topology.used_addresses(self.id) - {kept}
        if private_ip is not None:
            inside: Any = rules.interface_address(private_ip, self.value, used)
        else:
            inside = kept or rules.free_address(self.value, 4, used, last=True)
        outside = None
        if connectivity == "public":
            outside = self._nat_elastic_ip(name, old, elastic_ip)
        elif elastic_ip:
            refuse("nat-private-elastic", nat=name)
        value = self.topology.draft(
            NatGateway, name, vpc.value, subnet_id=self.id, private_ip=inside, public_ip=outside,
            connectivity=connectivity,
        )  # fmt: skip
        self.topology.declare(value, fixed=("subnet_id", "private_ip", "public_ip", "connectivity"))
        for eip in self.topology.values(ElasticIp):
            if eip.address == outside:
                self.topology.put(replace(eip, interface_id=value.id, private_ip=inside))
        return NatGatewayHandle(self.topology, value)

    def _nat_elastic_ip(self, name: str, old: NatGateway | None, wanted: object) -> IPv4Address:
        """Return the Elastic IP of a public NAT gateway: the one it has, the one wanted, or a new one."""
        vpc = self.vpc
        if not self.topology.children(InternetGateway, vpc.id):
            refuse("nat-without-igw", nat=name, vpc=vpc.name)
        if old and old.public_ip and wanted is None:
            return old.public_ip
        eip = self.topology.elastic_ip(wanted).value
        if eip.interface_id not in (None, old.id if old else None):
            refuse("nat-elastic-used", address=eip.address)
        return eip.address

    def remove(self) -> None:
        """Delete the subnet; refused while interfaces or NAT gateways are in it."""
        placed: tuple[Any, ...] = (*self.topology.values(NetworkInterface), *self.topology.values(NatGateway))
        users = [value for value in placed if value.subnet_id == self.id]
        users += [a for a in self.topology.values(TransitGatewayAttachment) if self.id in a.subnet_ids]
        self._refuse_use("used-subnet", users)
        serving: tuple[Any, ...] = (*self.topology.values(RouteTable), *self.topology.values(NetworkAcl))
        for value in serving:
            if self.id in value.subnet_ids:
                self.topology.put(without_subnet(value, self.id))
        self.topology.drop(self.value)
