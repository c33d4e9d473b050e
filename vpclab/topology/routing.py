"""Route tables: destinations and targets, propagation, and the tables of gateways."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from vpclab.topology import rules
from vpclab.topology.model import (
    LOCAL,
    Connection,
    EgressOnlyInternetGateway,
    Instance,
    InternetGateway,
    NatGateway,
    Network,
    NetworkInterface,
    PeeringConnection,
    PrefixList,
    Resource,
    Route,
    RouteTable,
    Subnet,
    TransitGateway,
    TransitGatewayAttachment,
    VirtualPrivateGateway,
    Vpc,
    VpcEndpoint,
)
from vpclab.topology.store import Associated, Handle, Store
from vpclab.topology.syntax import read_network
from vpclab.topology.words import missing, refuse

Ref = Handle[Any] | str
_OWN = "CreateRouteTable"
_PROPAGATED = "EnableVgwRoutePropagation"
_OF_VPC = (
    InternetGateway, EgressOnlyInternetGateway, VirtualPrivateGateway, NatGateway, NetworkInterface,
)  # fmt: skip


def sync_local_routes(topology: Store, vpc: Vpc) -> None:
    """Give every route table of the VPC one local route per block (RT-4, VPC-10)."""
    for table in topology.children(RouteTable, vpc.id):
        kept = [r for r in table.routes if r.origin != _OWN or r.destination in vpc.blocks]
        there = {r.destination for r in kept if r.origin == _OWN}
        new = [Route(block, LOCAL, origin=_OWN) for block in vpc.blocks if block not in there]
        topology.put(replace(table, routes=tuple(new + kept)))
        for gateway_id in table.propagating:
            sync_propagation(topology, gateway_id)


def sync_propagation(topology: Store, gateway_id: str) -> None:
    """Let the tables know what a virtual private gateway's connections know while they are up (RT-17)."""
    gateway = topology.get(VirtualPrivateGateway, gateway_id)
    known: dict[Network, None] = {}
    for found in topology.values(Connection):
        if found.gateway_id == gateway_id and found.up:  # a VPN on this gateway carries IPv4 only (VGW-8)
            usable = (p for p in found.prefixes or () if p.version == 4 or found.medium != "vpn")
            known.update(dict.fromkeys(usable))
    for table in topology.values(RouteTable):
        own = [r for r in table.routes if not (r.propagated and r.target == gateway_id)]
        local = {r.destination for r in own if r.origin == _OWN}
        if gateway and gateway.vpc_id == table.vpc_id and gateway_id in table.propagating:
            own += [Route(p, gateway_id, origin=_PROPAGATED) for p in known if p not in local]
        if tuple(own) != table.routes:
            topology.put(replace(table, routes=tuple(own)))


def let_go(topology: Store, gateway_id: str) -> None:
    """Take a gateway out of the tables that serve it or that it propagates into."""
    for table in topology.values(RouteTable):
        if gateway_id in (*table.gateway_ids, *table.propagating):
            gateways = tuple(g for g in table.gateway_ids if g != gateway_id)
            propagating = tuple(g for g in table.propagating if g != gateway_id)
            topology.put(replace(table, gateway_ids=gateways, propagating=propagating))
    sync_propagation(topology, gateway_id)


class RouteTableHandle(Associated):
    """A route table: destinations and targets."""

    def route(self, destination: object, to: Ref) -> None:
        """Add a route, or give the route with this destination another target (RT-16).

        `destination` is a block or a prefix list.
        """
        target = self._target(to)
        where, blocks = self._destination(destination)
        routes = list(self.value.routes)
        at = next((i for i, r in enumerate(routes) if r.destination == where and not r.propagated), None)
        if at is not None:
            self._refuse_managed(routes[at])
        if target is None:
            if at is None or routes[at].origin != _OWN:
                refuse("route-local-target", block=destination)
            routes[at] = replace(routes[at], target=LOCAL)
        else:
            self.check_destination(blocks, target.kind)
            if at is None:
                routes.append(Route(where, target.id))
            else:
                routes[at] = replace(routes[at], target=target.id, state="active")
        changed = replace(self.value, routes=tuple(routes))
        if changed.gateway_ids:
            self._check_edge(changed)
        if at is None:
            self.topology.put(changed)
        else:
            self.topology.declare(changed)

    def check_destination(self, blocks: Iterable[Network], target_kind: str) -> None:
        """Refuse blocks that a route of this table to such a target may not have (RT-11, RT-12, RT-16)."""
        vpc = self.topology.one(Vpc, self.value.vpc_id)
        for block in blocks:
            rules.route_destination(block, vpc, self._subnets(), target_kind)

    def _destination(self, destination: object) -> tuple[Network | str, tuple[Network, ...]]:
        """Return a destination as it stands in a route, and the blocks it stands for (RT-19)."""
        if isinstance(destination, Handle) or "/" not in str(destination):
            lists = self.topology.values(PrefixList)
            if isinstance(destination, Handle) or destination in {n for p in lists for n in (p.id, p.name)}:
                found = self.topology.one(PrefixList, destination)
                return found.id, found.cidrs
        block = read_network(destination, "destination")
        return block, (block,)

    def _target(self, to: Ref) -> Resource | None:
        """Return the resource a route may point at, or None for local."""
        if to == LOCAL:
            return None
        vpc = self.topology.one(Vpc, self.value.vpc_id)
        value = self.topology.pick(None, to)
        if isinstance(value, Instance):
            enis = [e for e in self.topology.values(NetworkInterface) if e.owner_id == value.id]
            if len(enis) != 1:
                refuse("route-instance", instance=value.name, count=len(enis))
            value = enis[0]
        if isinstance(value, VpcEndpoint):
            refuse("route-target-endpoint", label=value.label)
        if isinstance(value, TransitGateway):
            joined = self.topology.values(TransitGatewayAttachment)
            if not any((a.transit_gateway_id, a.resource_id) == (value.id, vpc.id) for a in joined):
                refuse("route-target-transit", label=value.label, vpc=vpc.name, name=value.name)
        elif isinstance(value, PeeringConnection):
            if vpc.id not in (value.requester.vpc_id, value.accepter.vpc_id):
                refuse("route-target-vpc", label=value.label)
        elif not isinstance(value, _OF_VPC):
            refuse("route-target", label=value.label)
        elif value.vpc_id is None:
            refuse("route-target-detached", label=value.label, call=value.kind)
        elif value.vpc_id != vpc.id:
            refuse("route-target-vpc", label=value.label)
        return value

    def _refuse_managed(self, route: Route) -> None:
        endpoint = self.topology.get(VpcEndpoint, route.target)
        if endpoint is not None:
            where = self.topology.get(PrefixList, str(route.destination))
            name = where.name if where else route.destination
            refuse("route-managed", destination=name, table=self.name, endpoint=endpoint.label)

    def remove_route(self, destination: object) -> None:
        """Delete a route; the local routes stay (RT-4)."""
        where, _ = self._destination(destination)
        routes = self.value.routes
        matching = sorted((r for r in routes if r.destination == where), key=lambda r: r.propagated)
        if not matching:
            missing("route", (str(r.destination) for r in routes), table=self.name, block=destination)
        found = matching[0]
        if found.origin == _OWN:
            refuse("route-local-removed", block=destination)
        if found.propagated:
            refuse("route-propagated", destination=destination, gateway=found.target)
        self._refuse_managed(found)
        self.topology.put(replace(self.value, routes=tuple(r for r in routes if r is not found)))

    # -- propagation -----------------------------------------------------------------------------

    def propagate(self, gateway: Ref) -> None:
        """Let a virtual private gateway add the routes it knows by itself (RT-17)."""
        vgw = self.topology.one(VirtualPrivateGateway, gateway, self.value.vpc_id)
        if vgw.vpc_id is None:
            refuse("route-target-detached", label=vgw.label, call=vgw.kind)
        if vgw.vpc_id != self.value.vpc_id:
            refuse("route-target-vpc", label=vgw.label)
        if self.value.gateway_ids:
            refuse("edge-propagation", table=self.name)
        if vgw.id not in self.value.propagating:
            self.topology.put(replace(self.value, propagating=(*self.value.propagating, vgw.id)))
            sync_propagation(self.topology, vgw.id)

    def stop_propagating(self, gateway: Ref) -> None:
        """Take a virtual private gateway's routes out again."""
        vgw, there = self.topology.one(VirtualPrivateGateway, gateway), self.value.propagating
        if vgw.id not in there:
            missing("propagation", there, gateway=vgw.name, table=self.name)
        self.topology.put(replace(self.value, propagating=tuple(g for g in there if g != vgw.id)))
        sync_propagation(self.topology, vgw.id)

    # -- gateway route tables --------------------------------------------------------------------

    def associate_gateway(self, gateway: Ref) -> None:
        """Let this table steer what enters the VPC by an internet or virtual private gateway (GRT-1)."""
        found: Any = self.topology.pick((InternetGateway, VirtualPrivateGateway), gateway)
        if found.vpc_id is None:
            refuse("route-target-detached", label=found.label, call=found.kind)
        if found.vpc_id != self.value.vpc_id:
            refuse("route-target-vpc", label=found.label)
        if self.value.main:
            refuse("edge-main", table=self.name)
        self._check_edge(self.value)
        for other in self.topology.values(RouteTable):
            if found.id in other.gateway_ids and other.id != self.id:
                kept = tuple(g for g in other.gateway_ids if g != found.id)
                self.topology.put(replace(other, gateway_ids=kept))
        if found.id not in self.value.gateway_ids:
            self.topology.put(replace(self.value, gateway_ids=(*self.value.gateway_ids, found.id)))

    def disassociate_gateway(self, gateway: Ref) -> None:
        """Stop steering what enters by this gateway."""
        found = self.topology.pick((InternetGateway, VirtualPrivateGateway), gateway)
        if found.id not in self.value.gateway_ids:
            missing("edge", self.value.gateway_ids, table=self.name, gateway=found.name)
        kept = tuple(g for g in self.value.gateway_ids if g != found.id)
        self.topology.put(replace(self.value, gateway_ids=kept))

    def _check_edge(self, table: RouteTable) -> None:
        vpc = self.topology.one(Vpc, table.vpc_id)
        enis = {eni.id for eni in self.topology.children(NetworkInterface, vpc.id)}
        rules.edge_routes(table, vpc, self._subnets(), enis)

    def _subnets(self) -> list[Subnet]:
        return self.topology.children(Subnet, self.value.vpc_id)

    # -- the table itself ------------------------------------------------------------------------

    def make_main(self) -> None:
        """Make this the VPC's main table (RT-3)."""
        if self.value.gateway_ids:
            refuse("edge-main", table=self.name)
        for table in self.topology.children(RouteTable, self.value.vpc_id):
            if table.main != (table.id == self.id):
                self.topology.put(replace(table, main=table.id == self.id))

    def remove(self) -> None:
        """Delete the table; refused for the main table and while it serves anything (RT-3)."""
        if self.value.main:
            refuse("table-main-removed", table=self.name)
        edges = (*self.topology.values(InternetGateway), *self.topology.values(VirtualPrivateGateway))
        gateways = [g for g in edges if g.id in self.value.gateway_ids]
        self._refuse_use("used-table", [*self._served(), *gateways])
        for endpoint in self.topology.values(VpcEndpoint):
            if self.id in endpoint.route_table_ids:
                kept = tuple(t for t in endpoint.route_table_ids if t != self.id)
                self.topology.put(replace(endpoint, route_table_ids=kept))
        self.topology.drop(self.value)
