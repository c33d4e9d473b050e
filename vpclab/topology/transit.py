"""Transit gateways: attachments, and the route tables that join them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from vpclab.topology import rules
from vpclab.topology.model import (
    Connection,
    Subnet,
    TransitGateway,
    TransitGatewayAttachment,
    TransitGatewayRoute,
    TransitGatewayRouteTable,
    Vpc,
)
from vpclab.topology.routing import Ref
from vpclab.topology.store import Handle, several
from vpclab.topology.syntax import read_network
from vpclab.topology.words import missing, refuse


class TransitGatewayAttachmentHandle(Handle[TransitGatewayAttachment]):
    """What joins a transit gateway: a VPC, a connection, a peer."""

    def remove(self) -> None:
        """Delete it; static routes to it become blackholes, a peer's other half goes too (TGW-6)."""
        gone = {self.id, *([self.value.resource_id] if self.value.type == "peering" else [])}
        for table in self.topology.values(TransitGatewayRouteTable):
            routes = (replace(r, state="blackhole") if r.attachment_id in gone else r for r in table.routes)
            kept: dict[str, Any] = {
                side: tuple(a for a in getattr(table, side) if a not in gone)
                for side in ("associations", "propagations")
            }
            self.topology.put(replace(table, routes=tuple(routes), **kept))
        for attachment in self.topology.values(TransitGatewayAttachment):
            if attachment.id in gone:
                self.topology.drop(attachment)


class TransitGatewayRouteTableHandle(Handle[TransitGatewayRouteTable]):
    """A route table of a transit gateway: whom it serves, what is announced to it, static routes (TGW-2)."""

    def associate(self, attachment: Ref) -> None:
        """Let what comes by this attachment be routed here, and no longer elsewhere (TGW-2)."""
        found = self._attachment(attachment)
        for table in self.topology.values(TransitGatewayRouteTable):
            if found.id in table.associations and table.id != self.id:
                kept = tuple(a for a in table.associations if a != found.id)
                self.topology.put(replace(table, associations=kept))
        self._add("associations", found.id)

    def disassociate(self, attachment: Ref) -> None:
        """Route nothing for this attachment any more."""
        self._take("associations", self._attachment(attachment).id)

    def propagate(self, attachment: Ref) -> None:
        """Let this attachment announce its blocks here; a peer cannot (TGW-2)."""
        found = self._attachment(attachment)
        if found.type == "peering":
            refuse("transit-peer-propagation", label=found.label)
        self._add("propagations", found.id)

    def stop_propagating(self, attachment: Ref) -> None:
        """Take this attachment's announced blocks out again."""
        self._take("propagations", self._attachment(attachment).id)

    def route(self, destination: object, to: Ref) -> None:
        """Add a static route, or give the one with this destination another attachment (TGW-5)."""
        self._set(TransitGatewayRoute(read_network(destination, "destination"), self._attachment(to).id))

    def blackhole(self, destination: object) -> None:
        """Drop what goes there (TGW-6)."""
        self._set(TransitGatewayRoute(read_network(destination, "destination"), None, "blackhole"))

    def remove_route(self, destination: object) -> None:
        """Delete a static route."""
        block, routes = read_network(destination, "destination"), self.value.routes
        if block not in {route.destination for route in routes}:
            missing("transit-route", (str(r.destination) for r in routes), table=self.name, block=block)
        self.topology.put(replace(self.value, routes=tuple(r for r in routes if r.destination != block)))

    def remove(self) -> None:
        """Delete the table; refused while attachments are associated with it."""
        joined = self.topology.values(TransitGatewayAttachment)
        self._refuse_use("used-transit-table", [a for a in joined if a.id in self.value.associations])
        self.topology.drop(self.value)

    def _attachment(self, ref: Ref) -> TransitGatewayAttachment:
        found = self.topology.one(TransitGatewayAttachment, ref)
        if found.transit_gateway_id != self.value.transit_gateway_id:
            refuse("transit-other", label=found.label, table=self.name)
        return found

    def _set(self, new: TransitGatewayRoute) -> None:
        routes = {route.destination: route for route in self.value.routes}
        changed = replace(self.value, routes=tuple({**routes, new.destination: new}.values()))
        if new.destination in routes:
            self.topology.declare(changed)
        else:
            self.topology.put(changed)

    def _add(self, side: str, id: str) -> None:
        self._put(side, (*getattr(self.value, side), id))

    def _take(self, side: str, id: str) -> None:
        self._put(side, (a for a in getattr(self.value, side) if a != id))

    def _put(self, side: str, ids: Iterable[str]) -> None:
        changes: dict[str, Any] = {side: tuple(dict.fromkeys(ids))}
        self.topology.put(replace(self.value, **changes))


class TransitGatewayHandle(Handle[TransitGateway]):
    """A transit gateway: a router of a Region for VPCs, connections and peers (TGW-1)."""

    def attach(
        self,
        vpc: Ref,
        subnets: Sequence[Ref],
        *,
        name: str | None = None,
        associate: bool = True,
        propagate: bool = True,
        appliance_mode: bool = False,
    ) -> TransitGatewayAttachmentHandle:
        """Attach a VPC by one subnet in each zone it shall serve (TGW-3).

        `associate` and `propagate` are about the default route table, if there is one (TGW-2);
        `appliance_mode` keeps both directions of a flow in one zone of this VPC (TGW-8).
        """
        value = self.topology.one(Vpc, vpc)
        if value.region != self.value.region:
            here, home = value.region, self.value.region
            refuse("transit-region", vpc=value.name, region=here, tgw=self.name, home=home)
        placed = [self.topology.one(Subnet, subnet, value.id) for subnet in several(subnets)]
        for subnet in placed:
            if subnet.vpc_id != value.id:
                refuse("subnet-other-vpc", subnet=subnet.name, here=f"VPC {value.name}")
        rules.one_per_zone(placed, f"attachment of VPC {value.name}")
        ids = tuple(subnet.id for subnet in placed)
        own = {"subnet_ids": ids, "appliance_mode": appliance_mode}
        return self._join("vpc", value, name, associate, propagate, **own)

    def attach_connection(
        self, connection: Ref, *, name: str | None = None, associate: bool = True, propagate: bool = True
    ) -> TransitGatewayAttachmentHandle:
        """Attach a VPN or Direct Connect connection to this gateway; AWS does it by itself."""
        found = self.topology.one(Connection, connection)
        kind = "vpn" if found.medium == "vpn" else "direct-connect-gateway"
        return self._join(kind, found, name, associate, propagate)

    def peer(self, other: Ref) -> TransitGatewayAttachmentHandle:
        """Join another transit gateway; both need static routes to each other (TGW-2)."""
        there = self.topology.handle(self.topology.one(TransitGateway, other))
        joined = {a.id: a for a in self.topology.values(TransitGatewayAttachment)}
        for found in joined.values():
            half = joined.get(found.resource_id) if found.transit_gateway_id == self.id else None
            if half is not None and half.transit_gateway_id == there.id:
                return TransitGatewayAttachmentHandle(self.topology, found)
        ends = [(self, there), (there, self)]
        names = [f"{here.name}-{peer.name}" for here, peer in ends]
        ids = [self.topology.new_id(TransitGatewayAttachment, name) for name in names]
        for (here, _), name, id, far in zip(ends, names, ids, reversed(ids), strict=True):
            half = TransitGatewayAttachment(
                id=id, name=name, transit_gateway_id=here.id, type="peering", resource_id=far
            )
            self.topology.put(half)
            if (table := here.default_route_table) is not None:
                table.associate(id)
        return TransitGatewayAttachmentHandle(
            self.topology, self.topology.one(TransitGatewayAttachment, ids[0])
        )

    def _join(
        self, type: str, joined: Any, name: str | None, associate: bool, propagate: bool, **attributes: Any
    ) -> TransitGatewayAttachmentHandle:
        every = self.topology.values(TransitGatewayAttachment)
        old = next((a for a in every if (a.transit_gateway_id, a.resource_id) == (self.id, joined.id)), None)
        if old and name not in (None, old.name):
            refuse("transit-twice", name=name, existing=old.name)
        name = (
            old.name if old else self.topology.check_name(name or f"{self.name}-{joined.name}", "attachment")
        )
        value = TransitGatewayAttachment(
            id=old.id if old else self.topology.new_id(TransitGatewayAttachment, name), name=name,
            transit_gateway_id=self.id, type=type, resource_id=joined.id, **attributes,
        )  # fmt: skip
        self.topology.declare(value)
        table = self.default_route_table
        if table is not None:
            tables = self.topology.values(TransitGatewayRouteTable)
            if not associate:
                table.disassociate(value.id)
            elif not any(value.id in other.associations for other in tables):
                table.associate(value.id)
            (table.propagate if propagate else table.stop_propagating)(value.id)
        return TransitGatewayAttachmentHandle(self.topology, value)

    # -- its route tables ------------------------------------------------------------------------

    @property
    def default_route_table(self) -> TransitGatewayRouteTableHandle | None:
        """Return the table that attachments use unless told otherwise; None if it was made without."""
        found = next((table for table in self._tables() if table.default), None)
        return TransitGatewayRouteTableHandle(self.topology, found) if found else None

    def route_table(self, name: str, *, default: bool = False) -> TransitGatewayRouteTableHandle:
        """Declare a route table of this transit gateway."""
        self.topology.check_name(name, "route table")
        found = next((table for table in self._tables() if table.name == name), None)
        if found is None:
            id = self.topology.new_id(TransitGatewayRouteTable, self.name, name)
            found = TransitGatewayRouteTable(id=id, name=name, transit_gateway_id=self.id, default=default)
            self.topology.put(found)
        return TransitGatewayRouteTableHandle(self.topology, found)

    def _tables(self) -> list[TransitGatewayRouteTable]:
        every = self.topology.values(TransitGatewayRouteTable)
        return [table for table in every if table.transit_gateway_id == self.id]

    def remove(self) -> None:
        """Delete it with its tables; refused while it has attachments; routes to it become blackholes."""
        joined = self.topology.values(TransitGatewayAttachment)
        over = self.topology.values(Connection)
        users = [a for a in joined if a.transit_gateway_id == self.id]
        self._refuse_use("used-transit", [*users, *(c for c in over if c.gateway_id == self.id)])
        for table in self._tables():
            self.topology.drop(table)
        self.topology.blackhole(self.id)
        self.topology.drop(self.value)
