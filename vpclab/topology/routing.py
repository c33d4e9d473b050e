"""Route tables: destinations and targets."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from vpclab.topology import rules
from vpclab.topology.model import (
    LOCAL,
    Instance,
    InternetGateway,
    NatGateway,
    Network,
    NetworkInterface,
    Resource,
    Route,
    RouteTable,
    Subnet,
    Vpc,
)
from vpclab.topology.store import Associated, Handle, Store
from vpclab.topology.syntax import read_network
from vpclab.topology.words import missing, refuse

Ref = Handle[Any] | str


def sync_local_routes(topology: Store, vpc: Vpc) -> None:
    """Give every route table of the VPC one local route per block (RT-4, VPC-10)."""
    blocks: tuple[Network, ...] = (*vpc.cidrs, *vpc.ipv6_cidrs)
    for table in topology.children(RouteTable, vpc.id):
        kept = [r for r in table.routes if r.origin != "CreateRouteTable" or r.destination in blocks]
        there = {r.destination for r in kept if r.origin == "CreateRouteTable"}
        new = [Route(b, LOCAL, origin="CreateRouteTable") for b in blocks if b not in there]
        topology.put(replace(table, routes=tuple(new + kept)))


class RouteTableHandle(Associated):
    """A route table: destinations and targets."""

    def route(self, destination: object, *, to: Ref) -> None:
        """Add a route, or give the route with this destination another target (RT-16)."""
        target = self._target(to)
        block = read_network(destination, "destination")
        routes = list(self.value.routes)
        at = next((i for i, r in enumerate(routes) if r.destination == block and not r.propagated), None)
        if target is None:
            if at is None or routes[at].origin != "CreateRouteTable":
                refuse("route-local-target", block=block)
            routes[at] = replace(routes[at], target=LOCAL)
        else:
            vpc = self.topology.one(Vpc, self.value.vpc_id)
            block = rules.route_destination(block, vpc, self.topology.children(Subnet, vpc.id), target.kind)
            if at is None:
                self.topology.put(replace(self.value, routes=(*routes, Route(block, target.id))))
                return
            routes[at] = replace(routes[at], target=target.id, state="active")
        self._update(routes=tuple(routes))

    def _target(self, to: Ref) -> Resource | None:
        """Return the resource a route may point at, or None for local."""
        if to == LOCAL:
            return None
        value = to.value if isinstance(to, Handle) else self.topology.find(to)
        if isinstance(value, Instance):
            enis = [e for e in self.topology.values(NetworkInterface) if e.owner_id == value.id]
            if len(enis) != 1:
                refuse("route-instance", instance=value.name, count=len(enis))
            value = enis[0]
        if not isinstance(value, (InternetGateway, NatGateway, NetworkInterface)):
            refuse("route-target", label=value.label)
        if isinstance(value, InternetGateway) and value.vpc_id is None:
            refuse("route-target-detached", label=value.label)
        if value.vpc_id != self.value.vpc_id:
            refuse("route-target-vpc", label=value.label)
        return value

    def remove_route(self, destination: object) -> None:
        """Delete a route; the local routes stay (RT-4)."""
        block, routes = read_network(destination, "destination"), self.value.routes
        found = next((route for route in routes if route.destination == block), None)
        if found is None:
            missing("route", (str(r.destination) for r in routes), table=self.name, block=block)
        if found.origin == "CreateRouteTable":
            refuse("route-local-removed", block=block)
        self.topology.put(replace(self.value, routes=tuple(r for r in routes if r is not found)))

    def make_main(self) -> None:
        """Make this the VPC's main table (RT-3)."""
        for table in self.topology.children(RouteTable, self.value.vpc_id):
            if table.main != (table.id == self.id):
                self.topology.put(replace(table, main=table.id == self.id))

    def remove(self) -> None:
        """Delete the table; refused for the main table and while it serves subnets (RT-3)."""
        if self.value.main:
            refuse("table-main-removed", table=self.name)
        self._refuse_use("used-table", self._served())
        self.topology.drop(self.value)
