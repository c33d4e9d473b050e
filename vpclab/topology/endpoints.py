"""VPC endpoints: the gateway kind is a route, the interface kind has network interfaces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from vpclab.topology import rules
from vpclab.topology.interfaces import NetworkInterfaceHandle
from vpclab.topology.model import (
    NetworkInterface,
    PrefixList,
    Route,
    RouteTable,
    Subnet,
    Vpc,
    VpcEndpoint,
)
from vpclab.topology.routing import Ref
from vpclab.topology.services import service_blocks, service_name, short_name
from vpclab.topology.store import Handle, several
from vpclab.topology.subnets import SubnetHandle
from vpclab.topology.words import bad, refuse

if TYPE_CHECKING:
    from vpclab.topology.builders import Topology

_FIXED = ("service", "type")


class VpcEndpointHandle(Handle[VpcEndpoint]):
    """A VPC endpoint."""

    @property
    def interfaces(self) -> tuple[NetworkInterfaceHandle, ...]:
        """Return the network interfaces of an interface endpoint, one per subnet (VPE-10)."""
        enis = self.topology.children(NetworkInterface, self.value.vpc_id)
        return tuple(NetworkInterfaceHandle(self.topology, e) for e in enis if e.owner_id == self.id)

    def remove(self) -> None:
        """Delete it with its routes or its interfaces."""
        for table in self.topology.values(RouteTable):
            if table.id in self.value.route_table_ids:
                self.topology.put(replace(table, routes=_without(table, self.id)))
        for eni in self.interfaces:
            self.topology.drop(eni.value)
        self.topology.drop(self.value)


def _without(table: RouteTable, endpoint_id: str) -> tuple[Route, ...]:
    return tuple(route for route in table.routes if route.target != endpoint_id)


def managed_prefix_list(topology: Topology, service: str) -> PrefixList:
    """Return the prefix list that AWS keeps of a service's public ranges in a Region (VPE-3)."""
    region, _, word = service.removeprefix("com.amazonaws.").partition(".")
    old = topology.named(PrefixList, None, service)
    return old or topology.declare(topology.draft(PrefixList, service, cidrs=service_blocks(word, region)))


def gateway_endpoint(
    topology: Topology, vpc: Vpc, service: str, route_tables: Sequence[Ref], policy: str, name: str | None
) -> VpcEndpointHandle:
    """Declare a gateway endpoint and the routes to it (VPE-2, VPE-3)."""
    full = service_name(service, vpc.region)
    if full not in [service_name(word, vpc.region) for word in ("s3", "dynamodb")]:
        refuse("endpoint-service", service=full)
    name = name or f"gw-{short_name(full)}"
    tables = [topology.one(RouteTable, table, vpc.id) for table in several(route_tables)]
    elsewhere = next((table for table in tables if table.vpc_id != vpc.id), None)
    if elsewhere is not None:
        refuse("table-other-vpc", table=elsewhere.name, here=f"VPC {vpc.name}")
    listed, old = managed_prefix_list(topology, full), topology.named(VpcEndpoint, vpc.id, name)
    for table in tables:
        for route in table.routes:
            if route.destination == listed.id and route.target != (old.id if old else None):
                other = topology.get(VpcEndpoint, route.target)
                holder = other.name if other else route.target
                refuse("route-exists", service=full, table=table.name, other=holder)
    ids = tuple(dict.fromkeys(table.id for table in tables))
    value = topology.draft(
        VpcEndpoint, name, vpc, service=full, type="Gateway", route_table_ids=ids, policy=policy
    )
    topology.declare(value, fixed=_FIXED)
    for table in topology.children(RouteTable, vpc.id):
        routes = _without(table, value.id)
        if table.id in ids:
            routes = (*routes, Route(listed.id, value.id))
        if set(routes) != set(table.routes):
            topology.put(replace(table, routes=routes))
    return VpcEndpointHandle(topology, value)


def interface_endpoint(
    topology: Topology,
    vpc: Vpc,
    service: str,
    subnets: Sequence[Ref],
    security_groups: Sequence[Ref] | None,
    private_dns: bool,
    policy: str,
    name: str | None,
    private_ips: Sequence[object] | None,
) -> VpcEndpointHandle:
    """Declare an interface endpoint with one network interface in each subnet (VPE-10)."""
    full = service_name(service, vpc.region)
    name = name or f"if-{short_name(full)}"
    placed = [topology.one(Subnet, subnet, vpc.id) for subnet in several(subnets)]
    rules.one_per_zone(placed, f"endpoint {name}")
    for subnet in placed:
        if subnet.vpc_id != vpc.id:
            refuse("subnet-other-vpc", subnet=subnet.name, here=f"VPC {vpc.name}")
    addresses = [None] * len(placed) if private_ips is None else list(private_ips)
    if len(addresses) != len(placed):
        bad("private-ips", given=len(addresses), wanted=len(placed))
    if private_dns and not (vpc.dns_support and vpc.dns_hostnames):
        refuse("endpoint-private-dns", endpoint=name, vpc=vpc.name)
    value = topology.draft(
        VpcEndpoint, name, vpc, service=full, type="Interface", policy=policy, private_dns=private_dns,
        subnet_ids=tuple(subnet.id for subnet in placed),
    )  # fmt: skip
    topology.declare(value, fixed=_FIXED)
    endpoint = VpcEndpointHandle(topology, value)
    for eni in endpoint.interfaces:
        if eni.value.subnet_id not in value.subnet_ids:
            topology.drop(eni.value)
    for subnet, address in zip(placed, addresses, strict=True):
        place = SubnetHandle(topology, subnet)
        made = place.network_interface(
            f"{name}-{subnet.az.removeprefix(vpc.region)}", private_ip=address, public_ip=False, ipv6=False,
            security_groups=security_groups,
        )  # fmt: skip
        owned = replace(made.value, owner_id=value.id, interface_type="vpc_endpoint", status="in-use")
        topology.put(owned)
    return endpoint
