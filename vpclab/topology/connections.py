"""What joins networks: VPN and Direct Connect to sites on premises, and peering between VPCs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from vpclab.topology.model import (
    Connection,
    Network,
    PeeringConnection,
    PeeringSide,
    Site,
    TransitGateway,
    TransitGatewayAttachment,
    VirtualPrivateGateway,
    Vpc,
)
from vpclab.topology.routing import Ref, let_go, sync_propagation
from vpclab.topology.store import Handle
from vpclab.topology.syntax import read_network
from vpclab.topology.words import bad, refuse

if TYPE_CHECKING:
    from vpclab.topology.builders import Topology

STATUSES = (
    "initiating-request", "pending-acceptance", "provisioning", "active", "failed", "expired", "rejected",
    "deleting", "deleted",
)  # fmt: skip

# -- sites on premises -----------------------------------------------------------------------------


class _Connected(Handle[Any]):
    """What a connection joins: it cannot go while the connection is there."""

    def _refuse_connected(self) -> None:
        ends = ("gateway_id", "customer_gateway_id", "site_id")
        every = self.topology.values(Connection)
        self._refuse_use(
            "used-by-connections", [c for c in every if self.id in [getattr(c, e) for e in ends]]
        )


class SiteHandle(_Connected):
    """A network on premises."""

    def remove(self) -> None:
        """Take it out; refused while a connection leads to it."""
        self._refuse_connected()
        self.topology.drop(self.value)


class CustomerGatewayHandle(_Connected):
    """A customer gateway: AWS's record of your device (VGW-1)."""

    def remove(self) -> None:
        """Delete it; refused while a connection uses it."""
        self._refuse_connected()
        self.topology.drop(self.value)


class VirtualPrivateGatewayHandle(_Connected):
    """A virtual private gateway."""

    def detach(self) -> None:
        """Detach it from its VPC; the routes it propagated are withdrawn (RT-17)."""
        self.topology.put(replace(self.value, vpc_id=None))
        let_go(self.topology, self.id)

    def remove(self) -> None:
        """Detach and delete it; refused while it has connections; routes to it become blackholes (RT-13)."""
        self._refuse_connected()
        self.detach()
        self.topology.blackhole(self.id)
        self.topology.drop(self.value)


class ConnectionHandle(Handle[Connection]):
    """A Site-to-Site VPN connection, or a Direct Connect virtual interface."""

    def remove(self) -> None:
        """Delete it; what a virtual private gateway propagated from it is withdrawn."""
        for attachment in self.topology.values(TransitGatewayAttachment):
            if attachment.resource_id == self.id:
                self.topology.handle(attachment).remove()
        gateway_id = self.value.gateway_id
        self.topology.drop(self.value)
        sync_propagation(self.topology, gateway_id)


def connect(
    topology: Topology,
    name: str,
    gateway: Ref,
    site: Ref,
    prefixes: Sequence[object] | None,
    **attributes: Any,
) -> ConnectionHandle:
    """Declare a connection; without `prefixes` the site's blocks are announced over it."""
    end = topology.pick((VirtualPrivateGateway, TransitGateway), gateway)
    place = topology.one(Site, site)
    known = place.cidrs if prefixes is None else tuple(read_network(p) for p in prefixes)
    value = topology.draft(
        Connection, name, gateway_id=end.id, site_id=place.id, prefixes=known, **attributes
    )
    topology.declare(value, fixed=("gateway_id", "medium"))
    attached = {a.resource_id for a in topology.values(TransitGatewayAttachment)}
    if isinstance(end, TransitGateway) and value.id not in attached:  # AWS does this by itself
        topology.handle(end).attach_connection(value.id)
    sync_propagation(topology, end.id)
    return ConnectionHandle(topology, value)


# -- peering ---------------------------------------------------------------------------------------


class PeeringConnectionHandle(Handle[PeeringConnection]):
    """A VPC peering connection; only an active one carries traffic (PCX-2)."""

    def accept(self) -> None:
        """Accept the request: it becomes active (PCX-2)."""
        if self.value.status != "pending-acceptance":
            refuse("peering-accept", label=self.value.label, status=self.value.status)
        self._update(status="active")

    def remove(self) -> None:
        """Delete it; routes to it become blackholes, rules that name the peer's groups go stale (PCX-9)."""
        self.topology.blackhole(self.id)
        self.topology.drop(self.value)


def peer(
    topology: Topology, here: Vpc, there: Vpc, name: str | None, status: str, resolve_dns: tuple[bool, bool]
) -> PeeringConnectionHandle:
    """Declare the peering of two VPCs; refused where AWS would make it fail (PCX-3)."""
    if status not in STATUSES:
        bad("status", given=status, known=", ".join(STATUSES))
    name = name or f"pcx-{here.name}-{there.name}"
    for block, other in _overlaps(here.blocks, there.blocks):
        refuse("peering-overlap", vpc=here.name, block=block, other=there.name, peer_block=other)
    for pcx in peerings(topology, here.id):
        if pcx.other(here.id).vpc_id == there.id and pcx.name != name:
            refuse("peering-twice", vpc=here.name, other=there.name, existing=pcx.name)
    sides = [
        PeeringSide(vpc.id, vpc.blocks, vpc.account, vpc.region, resolves)
        for vpc, resolves in zip((here, there), resolve_dns, strict=True)
    ]
    value = topology.draft(PeeringConnection, name, requester=sides[0], accepter=sides[1], status=status)
    return PeeringConnectionHandle(topology, topology.declare(value))


def peerings(topology: Topology, vpc_id: str) -> list[PeeringConnection]:
    """Return the peerings of a VPC that are there or asked for."""
    every = (p for p in topology.values(PeeringConnection) if p.status in ("active", "pending-acceptance"))
    return [pcx for pcx in every if vpc_id in (pcx.requester.vpc_id, pcx.accepter.vpc_id)]


def check_peers(topology: Topology, vpc: Vpc, block: Network) -> None:
    """Refuse a new block of a VPC that its peerings do not allow (VPC-9)."""
    for pcx in peerings(topology, vpc.id):
        side = pcx.other(vpc.id)
        clash = next((other for _, other in _overlaps((block,), side.cidrs)), None)
        if pcx.status == "active" and clash:
            there = topology.get(Vpc, side.vpc_id)
            name = there.name if there else side.vpc_id
            refuse("peering-block", block=block, peer_block=clash, peer=name, pcx=pcx.name, vpc=vpc.name)
        if pcx.status != "active" and pcx.requester.vpc_id == vpc.id:
            refuse("peering-pending", block=block, pcx=pcx.name)
        if clash:  # the accepter may add it, and the request fails
            topology.declare(replace(pcx, status="failed"))


def sync_peerings(topology: Topology, vpc: Vpc) -> None:
    """Let the peerings of a VPC know its blocks."""
    for pcx in topology.values(PeeringConnection):
        for side in ("requester", "accepter"):
            known = getattr(pcx, side)
            if known.vpc_id == vpc.id and known.cidrs != vpc.blocks:
                pcx = replace(pcx, **{side: replace(known, cidrs=vpc.blocks)})
                topology.put(pcx)


def _overlaps(ours: Sequence[Network], theirs: Sequence[Network]) -> list[tuple[Network, Network]]:
    return [(a, b) for a in ours for b in theirs if a.version == b.version and a.overlaps(b)]
