"""What private links do with a packet: VPN and Direct Connect, peering, the transit gateway."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from vpclab.evaluate.network import LinkedSubnet, LinkedVpc, block_of
from vpclab.evaluate.packets import Header, address
from vpclab.evaluate.results import FORWARD, REPLY, Decision, Place, Target
from vpclab.topology.model import (
    INBOUND,
    OUTBOUND,
    Connection,
    PeeringConnection,
    Site,
    TransitGateway,
    TransitGatewayAttachment,
    TransitGatewayRoute,
    TransitGatewayRouteTable,
    VirtualPrivateGateway,
    Vpc,
)
from vpclab.topology.rules import is_public

if TYPE_CHECKING:
    from vpclab.evaluate.walk import Walk

# -- virtual private gateway, VPN and Direct Connect -------------------------------------------------


def leave_by_virtual_private_gateway(
    walk: Walk, target: Target, header: Header, subnet: LinkedSubnet
) -> None:
    """Leave for a site: own addresses only, and prefixes the gateway knows (VGW-5, VGW-9)."""
    vgw = subnet.vpc.vgw
    if vgw is None:
        return
    version, src = header[:2]
    label = f"virtual private gateway {vgw.name}"
    if (version, src) not in subnet.vpc.owners:
        because = f"{label}: {address(version, src)} is not an address of an interface of the VPC (VGW-9)."
        walk.stop(vgw, header, "VGW_PRIVATE_IP_ASSOCIATION_FOR_EGRESS", because, OUTBOUND)
        return
    connection = _choose(walk, vgw, header)
    if connection is not None:
        walk.step(vgw, vgw.kind, header, header, OUTBOUND)
        _to_site(walk, connection, header)


def _choose(walk: Walk, gateway: VirtualPrivateGateway, header: Header) -> Connection | None:
    """Return the connection that carries a packet: longest prefix, then VGW-6's order."""
    version, dst = header[0], header[2]
    to, label = address(version, dst), f"virtual private gateway {gateway.name}"
    every = [c for c in walk.network.snapshot.all(Connection) if c.gateway_id == gateway.id]
    found: list[tuple[int, int, int, Connection]] = []
    for connection in every:
        for prefix in connection.prefixes or ():
            if prefix.version == version and to in prefix:
                found.append((-prefix.prefixlen, connection.rank, len(found), connection))
    best = min((entry for entry in found if entry[3].up), default=None)
    if best is not None and version == 6 and best[3].medium == "vpn":
        because = f"{label}: a VPN connection on it carries IPv4 only (VGW-8)."
        walk.stop(gateway, header, "vpclab:VPN_IPV4_ONLY", because, OUTBOUND)
    elif best is not None:
        return best[3]
    elif found:
        because = f"{label}: {found[0][3].name} knows {to}, but it is down."
        walk.stop(gateway, header, "BAD_STATE_VPN", because, OUTBOUND)
    elif version == 6 and every and all(connection.medium == "vpn" for connection in every):
        because = f"{label}: a VPN connection on it carries IPv4 only (VGW-8)."
        walk.stop(gateway, header, "vpclab:VPN_IPV4_ONLY", because, OUTBOUND)
    elif any(connection.prefixes is None for connection in every):
        because = f"{label}: which prefixes its connections announce is not in the data."
        walk.stop_unknown(gateway, header, because)
    else:
        because = (
            f"{label}: no connection told it about {to}, and it forwards only to prefixes it knows (VGW-5)."
        )
        walk.stop(gateway, header, "NO_ROUTE_TO_DESTINATION", because, OUTBOUND)
    return None


def site_of(walk: Walk, connection: Connection) -> Any:
    """Return the site at the far end of a connection; without one in the data, a place named like it."""
    found = walk.network.snapshot.get(Site, connection.site_id)
    return found or Place(id=connection.id, name=f"behind {connection.name}", kind=Site.kind)


def _to_site(walk: Walk, connection: Connection, header: Header) -> None:
    """Go over a connection to its site."""
    site, to = site_of(walk, connection), address(header[0], header[2])
    walk.step(connection, connection.kind, header, header, OUTBOUND)
    walk.over = connection
    asked = walk.leg == REPLY and site.id == walk.source.component.id and header[2] == walk.header[1]
    inside = asked or not getattr(site, "cidrs", ()) or any(to in block for block in site.cidrs)
    if not inside and any(to in prefix for prefix in connection.prefixes or ()):
        because = f"site {site.name} announces a way to {to}, and what it does with it is not in the data."
        walk.stop_unknown(site, header, because)
    elif not inside:
        because = f"site {site.name}: {to} is not in its network."
        walk.stop(site, header, "NO_POSSIBLE_DESTINATION", because)
    elif walk.leg == REPLY and not asked:
        because = f"the reply comes to site {site.name}, which did not ask."
        walk.stop(site, header, "NO_POSSIBLE_DESTINATION", because)
    else:
        walk.step(site, Site.kind, header, None)
        walk.reached(site, header)


def send_from_site(walk: Walk, site: Any, header: Header) -> None:
    """Send a packet of a site's own into AWS, over the connection that leads to the destination."""
    network, version, dst = walk.network, header[0], header[2]
    every = [
        c
        for c in network.snapshot.all(Connection)
        if site.id in (c.site_id, c.id) or c.customer_gateway_id == site.id
    ]

    def order(connection: Connection) -> tuple[bool, bool, int]:
        return (not _announced(walk, connection, header), connection is not walk.over, connection.rank)

    up = sorted((c for c in every if c.up), key=order)
    if not up:
        down = every[0] if every else None
        gateway = network.snapshot.get(VirtualPrivateGateway, down.gateway_id if down else None)
        because = (
            f"site {site.name}: {f'{down.name} is down' if down else 'no connection leads to AWS'} (VGW-2)."
        )
        walk.stop(gateway or site, header, "BAD_STATE_VPN" if down else "NO_ROUTE_TO_DESTINATION", because)
        return
    connection = up[0]
    walk.over = walk.over or connection
    walk.step(connection, connection.kind, header, header, INBOUND)
    attachment = network.attachment(connection.gateway_id, connection.id)
    if attachment is not None:
        _transit(walk, attachment, header, "")
        return
    vgw, vpc = (
        network.snapshot.get(VirtualPrivateGateway, connection.gateway_id),
        network.vpc_of_gateway(connection.gateway_id),
    )
    if vgw is None:
        walk.stop_unknown(
            connection, header, f"{connection.name}: gateway {connection.gateway_id} is not in the data."
        )
    elif vpc is None:
        because = f"virtual private gateway {vgw.name}: it is attached to no VPC (VGW-1)."
        walk.stop(vgw, header, "BAD_STATE_ATTACHMENT", because, INBOUND)
    elif version == 6 and connection.medium == "vpn":
        because = f"virtual private gateway {vgw.name}: a VPN connection on it carries IPv4 only (VGW-8)."
        walk.stop(vgw, header, "vpclab:VPN_IPV4_ONLY", because, INBOUND)
    elif (version, dst) not in vpc.owners:
        because = (
            f"virtual private gateway {vgw.name}: {address(version, dst)} is not an "
            "address of an interface of "
            f"VPC {vpc.value.name}, and it delivers to nothing else (VGW-9)."
        )
        walk.nobody(vgw, header, because, "VGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS", INBOUND)
    else:
        walk.step(vgw, vgw.kind, header, header, INBOUND)
        walk.enter_vpc(vpc, vgw, header)


def _announced(walk: Walk, connection: Connection, header: Header) -> bool:
    """Return whether a connection's gateway announces an address to its site (VGW-5, TGW-2)."""
    network, version, dst = walk.network, header[0], header[2]
    vpc = network.vpc_of_gateway(connection.gateway_id)
    attachment = network.attachment(connection.gateway_id, connection.id)
    if vpc is not None or attachment is None:
        return vpc is not None and vpc.holds(version, dst)
    table = _table_of(walk, attachment)
    to = address(version, dst)
    return table is None or not table.known or any(to in r.destination for r in _transit_routes(walk, table))


# -- peering -----------------------------------------------------------------------------------------


def cross_peering(walk: Walk, target: Target, header: Header, subnet: LinkedSubnet) -> None:
    """Cross into the peer VPC: only for its own addresses, no transit (PCX-5 to PCX-7, PATH-7)."""
    pcx = walk.network.snapshot.get(PeeringConnection, target.id)
    if pcx is None:
        return
    version, src, dst = header[:3]
    side = pcx.other(subnet.vpc.value.id)
    there = walk.network.vpcs.get(side.vpc_id)
    label = f"peering connection {pcx.name}"
    blocks = tuple(block_of(b) for b in side.cidrs) if there is None else there.blocks
    inside = [any(v == version and end & mask == net for v, net, mask in blocks) for end in (src, dst)]
    if blocks and not any(inside):
        name = there.value.name if there else side.vpc_id
        because = (
            f"{label}: neither {address(version, src)} nor {address(version, dst)} is in VPC {name}, "
            "and a peering carries no transit (PCX-7)."
        )
        walk.stop(pcx, header, "PCX_REQUIRES_ADDRESS_IN_VPC_CIDR", because)
        return
    if there is None:
        owner = f" of account {side.account}" if side.account else ""
        walk.stop_unknown(pcx, header, f"{label}: VPC {side.vpc_id}{owner} is not in the data.")
        return
    walk.step(pcx, pcx.kind, header, header)
    nats = walk.network.nat_subnets  # NAT gateways only: an instance that translates gets no such favour
    if walk.leg == FORWARD and any(id in nats and pair[1] == header for id, pair in walk.translated.items()):
        walk.returns_to[src] = pcx.id
    walk.via = pcx.kind
    walk.enter_subnet(there.subnet_at(version, dst), header, there)


def return_to_sender(walk: Walk, subnet: LinkedSubnet, header: Header) -> None:
    """Take a reply to a NAT gateway back over its peering, whatever the route table says (NGW-12)."""
    pcx = walk.network.snapshot.get(PeeringConnection, walk.returns_to[header[2]])
    table = subnet.table
    if pcx is None or table is None:
        return
    because = (
        f"route table {table.value.name}: not asked; a reply to a NAT gateway finds its way "
        f"back over {pcx.name} (NGW-12)."
    )
    target = Target(pcx.id, pcx.name, pcx.kind)
    explain = partial(Decision, True, table.value, "route_table", because, target=target)
    walk.step(table.value, "route_table", header, header, "", (True, explain))
    cross_peering(walk, target, header, subnet)


# -- transit gateway ---------------------------------------------------------------------------------


def leave_by_transit_gateway(walk: Walk, target: Target, header: Header, subnet: LinkedSubnet) -> None:
    """Go to the attachment's interface of the same zone, and into the transit gateway (TGW-3, PATH-12)."""
    tgw = walk.network.snapshot.get(TransitGateway, target.id)
    attachment = walk.network.attachment(target.id, subnet.vpc.value.id)
    if tgw is None or attachment is None:
        return
    zone = subnet.value.az
    hosts = [walk.network.subnets[id] for id in attachment.subnet_ids if id in walk.network.subnets]
    host = next((s for s in hosts if s.value.az == zone), None)
    if host is None and len(hosts) < max(1, len(attachment.subnet_ids)):  # it has one at least (TGW-3)
        because = (
            f"transit gateway {tgw.name}: the subnets of attachment {attachment.name} are not in the data."
        )
        walk.stop_unknown(tgw, header, because)
        return
    if host is None:
        because = f"transit gateway {tgw.name}: attachment {attachment.name} has no subnet in {zone} (TGW-3)."
        walk.stop(tgw, header, "TGW_ROUTE_AZ_RESTRICTION", because)
        return
    walk.pass_acl(host, header, INBOUND)  # the attachment's subnet, even if it is the sender's own (ACL-9)
    _transit(walk, attachment, header, zone)


def _transit(walk: Walk, attachment: TransitGatewayAttachment, header: Header, zone: str) -> None:
    """Ask the table of the attachment a packet came by, and go to the one it names (TGW-2, TGW-5)."""
    snapshot = walk.network.snapshot
    tgw = snapshot.get(TransitGateway, attachment.transit_gateway_id)
    if tgw is None:
        walk.stop_unknown(
            attachment, header, f"transit gateway {attachment.transit_gateway_id} is not in the data."
        )
        return
    label = f"transit gateway {tgw.name}"
    table = _table_of(walk, attachment)
    if table is None:
        because = f"{label}: attachment {attachment.name} is associated with no route table (TGW-2)."
        walk.stop(tgw, header, "TGW_ATTACH_MISSING_TGW_RTB_ASSOCIATION", because)
        return
    if not table.known:
        because = f"{label}: the routes of {table.name} are not in the data."
        walk.stop_unknown(tgw, header, because, "TGW_RTB_ROUTES_ARE_UNKNOWN")
        return
    if walk.looped(table, header):
        return
    to = address(header[0], header[2])
    rows = _transit_routes(walk, table)
    row = next((r for r in rows if r.destination.version == header[0] and to in r.destination), None)
    silent = _silent(walk, table)
    if silent and (row is None or not (row.destination.prefixlen or is_public(to))):
        because = f"{label}: what {' and '.join(silent)} announces to {table.name} is not in the data."
        walk.stop_unknown(tgw, header, because, "TGW_RTB_ROUTES_ARE_UNKNOWN")
        return
    over = tuple(r for r in rows if r is not row)
    onward = snapshot.get(TransitGatewayAttachment, row.attachment_id) if row else None
    if row is None:
        code = "TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT"
        because = (
            f"{label}: route table {table.name} has no route to {to}; attaching alone "
            "connects nothing (TGW-2)."
        )
    elif row.attachment_id is None or row.state != "active":
        code, because = (
            "TGW_RTB_BAD_STATE_ROUTE",
            f"{label}: {row.destination} is a blackhole in {table.name} (TGW-6).",
        )
    elif onward is None:
        walk.stop_unknown(tgw, header, f"{label}: attachment {row.attachment_id} is not in the data.")
        return
    elif onward.state != "available":
        code, because = "BAD_STATE_ATTACHMENT", f"{label}: attachment {onward.name} is {onward.state}."
    else:
        because = f"{label}: route table {table.name} sends {to} by {row.destination} to {onward.name}."
        explain = partial(Decision, True, tgw, tgw.kind, because, rule=row, passed_over=over)
        walk.step(tgw, tgw.kind, header, header, "", (True, explain))
        _leave_transit(walk, tgw, onward, header, zone)
        return
    explain = partial(Decision, False, tgw, tgw.kind, because, code, rule=row, passed_over=over)
    walk.step(tgw, tgw.kind, header, None, "", (False, explain))


def _table_of(walk: Walk, attachment: TransitGatewayAttachment) -> TransitGatewayRouteTable | None:
    """Return the table that an attachment is associated with (TGW-2)."""
    tables = walk.network.snapshot.all(TransitGatewayRouteTable)
    return next((table for table in tables if attachment.id in table.associations), None)


def _transit_routes(walk: Walk, table: TransitGatewayRouteTable) -> list[TransitGatewayRoute]:
    """Return a table's routes: longest prefix, then static, VPC, Direct Connect, VPN (TGW-5)."""
    found: list[tuple[int, int, int, TransitGatewayRoute]] = []

    def add(route: TransitGatewayRoute, rank: int) -> None:
        found.append((-route.destination.prefixlen, rank, len(found), route))

    for route in table.routes:
        add(route, 0)
    for route in table.propagated:
        add(route, 2)
    taken: list[Any] = []
    for id in table.propagations:
        attachment = walk.network.snapshot.get(TransitGatewayAttachment, id)
        if attachment is None or attachment.state != "available":
            continue
        vpc = walk.network.snapshot.get(Vpc, attachment.resource_id)
        connection = walk.network.snapshot.get(Connection, attachment.resource_id)
        if vpc is not None:
            blocks = [
                b for b in vpc.blocks if not any(b.version == t.version and b.overlaps(t) for t in taken)
            ]
            taken += blocks  # the later VPC's overlapping routes are not propagated (TGW-7)
            for block in blocks:
                add(TransitGatewayRoute(block, id), 2)
        elif connection is not None and connection.up:
            for block in connection.prefixes or ():
                add(TransitGatewayRoute(block, id), 3 + connection.rank)
    return [entry[3] for entry in sorted(found, key=lambda entry: entry[:3])]


def _silent(walk: Walk, table: TransitGatewayRouteTable) -> list[str]:
    """Return the attachments that propagate into a table routes of which the data tells nothing."""
    told = {route.attachment_id for route in table.propagated}
    found = []
    for id in table.propagations:
        attachment = walk.network.snapshot.get(TransitGatewayAttachment, id)
        resource = attachment.resource_id if attachment else None
        connection = walk.network.snapshot.get(Connection, resource)
        known = walk.network.snapshot.get(Vpc, resource) is not None
        if connection is not None:
            known = connection.prefixes is not None or not connection.up
        if not known and id not in told and (attachment is None or attachment.state == "available"):
            found.append(attachment.name if attachment else id)
    return found


def _leave_transit(
    walk: Walk, tgw: TransitGateway, attachment: TransitGatewayAttachment, header: Header, zone: str
) -> None:
    """Come out of the transit gateway: into a VPC by the attachment's subnet, to a site, or to a peer."""
    network = walk.network
    if attachment.type == "peering":
        peer = network.snapshot.get(TransitGatewayAttachment, attachment.resource_id)
        if peer is None:
            walk.stop_unknown(
                attachment, header, f"the peer of attachment {attachment.name} is not in the data."
            )
        else:
            _transit(walk, peer, header, "")
        return
    connection = network.snapshot.get(Connection, attachment.resource_id)
    if connection is not None:
        if connection.up:
            _to_site(walk, connection, header)
        else:
            walk.stop(
                tgw, header, "TGW_BAD_STATE_VPN", f"transit gateway {tgw.name}: {connection.name} is down."
            )
        return
    vpc: LinkedVpc | None = network.vpcs.get(attachment.resource_id)
    hosts = [network.subnets[id] for id in attachment.subnet_ids if id in network.subnets]
    host = next((s for s in hosts if s.value.az == zone), hosts[0] if hosts else None)
    if attachment.appliance_mode:  # the reply comes in where the request did (TGW-8)
        host = walk.pinned.setdefault(attachment.id, host)
    if vpc is None or host is None:
        what = attachment.resource_id if vpc is None else f"a subnet of attachment {attachment.name}"
        walk.stop_unknown(tgw, header, f"transit gateway {tgw.name}: {what} is not in the data.")
        return
    walk.via = tgw.kind
    if vpc.subnet_at(header[0], header[2]) is host:
        walk.arrive(host, header)  # the attachment's own subnet: its network ACL is not asked (PATH-12)
    else:
        walk.leave_subnet(host, header)
