"""What joins networks, from describe-* output: transit gateways, VPN and Direct Connect, sites on premises.

AWS describes no site and no BGP announcement. A site is made of the connections that share a customer
gateway or a prefix; its blocks are what these are known to carry. What a BGP connection announces is
known from the routes it propagates, and otherwise unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

from vpclab.aws import shapes
from vpclab.aws.fields import Item
from vpclab.aws.files import REGION, Part
from vpclab.aws.shapes import UNKNOWN, Json, base
from vpclab.topology import model
from vpclab.topology.model import Connection, Network, TransitGatewayRoute
from vpclab.topology.rules import PRIVATE, UNIQUE_LOCAL

if TYPE_CHECKING:
    from vpclab.aws.load import Reader

_ATTACHMENTS = (shapes.ATTACHMENT.key, shapes.VPC_ATTACHMENT.key)
CONNECTIONS = ("VpnConnections", "VirtualInterfaces", "DirectConnectGatewayAssociations")
_ROUTES = ("TransitGatewayPropagations", "TransitGatewayStaticRoutes", "TransitGatewayRouteTables")
_TABLE_ID = "TransitGatewayRouteTableId"
_ON = (None, "enabled", "enabling", "associated", "associating")
_EVERYWHERE: dict[Network, tuple[Network, ...]] = {
    ip_network("0.0.0.0/0"): tuple(PRIVATE), ip_network("::/0"): (UNIQUE_LOCAL,)
}  # fmt: skip


# -- transit gateways ----------------------------------------------------------------------------------


def transit_gateways(reader: Reader) -> None:
    """Read transit gateways with their attachments and route tables."""
    silent = []
    for part, item in reader.merged(shapes.TRANSIT_GATEWAY.key):
        arn = (item.text("TransitGatewayArn") or "").split(":")
        region = arn[3] if len(arn) > 3 and REGION.fullmatch(arn[3]) else part.region or UNKNOWN
        account = item.text("OwnerId") or part.account or ""
        found = shapes.TRANSIT_GATEWAY.read(item, region=region, account=account)
        if any(reader.held(k, part) for k in _ATTACHMENTS) and not any(
            reader.denied(k, part) for k in _ATTACHMENTS
        ):
            reader.put(found, part, item)
        else:
            silent.append(found.name)
    reader.note("TransitGatewayAttachments", silent, "routes to it are answered 'unknown'")
    _Transit(reader).read()


class _Transit:
    """The attachments and tables of all transit gateways while they are read."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.attachments = reader.table(model.TransitGatewayAttachment)
        self.tables = reader.table(model.TransitGatewayRouteTable)
        self.ids: dict[tuple[str, str], str] = {}  # AWS's id and the transit gateway -> the id here
        self.homes: dict[str, Part] = {}
        self.associated: dict[str, list[str]] = {}  # table -> attachments

    def read(self) -> None:
        """Read the attachments, then the tables that join them."""
        for part, item in self.reader.merged(*_ATTACHMENTS):
            self._attachment(part, item)
        self._join_peers()
        for part, item in self.reader.merged(shapes.TRANSIT_TABLE.key):
            self.tables[item.need(_TABLE_ID)] = shapes.TRANSIT_TABLE.read(item, known=self._told(part))
        for key in _ROUTES[:2]:
            for part, item in self.reader.elements(key):
                self._table(item.need(_TABLE_ID), known=self._told(part))
        for id, found in self.associated.items():
            self.tables[id] = replace(
                self._table(id, known=False, joined=found[0]), associations=tuple(found)
            )
        for _, item in self.reader.elements("TransitGatewayPropagations"):
            self._propagations(item)
        for _, item in self.reader.elements("TransitGatewayStaticRoutes"):
            self._routes(item)
        self._defaults()

    def _attachment(self, part: Part, item: Item) -> None:
        id, gateway = item.need("TransitGatewayAttachmentId"), item.need("TransitGatewayId")
        told: Json = {"resource_id": ""} | shapes.VPC_ATTACHMENT.attributes(item)
        told |= shapes.ATTACHMENT.attributes(item)
        own = id if id not in self.attachments else f"{id}/{gateway}"  # the other half of a peering
        if not told.get("subnet_ids"):  # its interfaces stand in them (TGW-3)
            told["subnet_ids"] = tuple(eni.subnet_id for eni in self.reader.interfaces.get(id, ()))
        self.ids[id, gateway], self.homes[own] = own, part
        self.attachments[own] = model.TransitGatewayAttachment(**base(item, own), **told)
        link = item.item("Association")
        if (table_id := link.id(_TABLE_ID)) and link.word("State") in _ON:
            self.associated.setdefault(table_id, []).append(own)

    def _join_peers(self) -> None:
        """Let each half of a peering name the other one; AWS names the other transit gateway."""
        every = [a for a in self.attachments.values() if a.type == "peering"]
        halves = {(half.transit_gateway_id, half.resource_id): half.id for half in every}
        for (here, there), id in halves.items():
            if other := halves.get((there, here)):
                self.attachments[id] = replace(self.attachments[id], resource_id=other)

    def _told(self, part: Part) -> bool:
        """Return whether the routes of a table were asked for; else only its name is known."""
        return not any(self.reader.denied(key, part) for key in _ROUTES)

    def _table(self, id: str, *, known: bool = True, joined: str = "") -> model.TransitGatewayRouteTable:
        """Return a table, made here if only other calls name it."""
        gateway = self.attachments[joined].transit_gateway_id if joined else ""
        made = model.TransitGatewayRouteTable(id=id, name=id, transit_gateway_id=gateway, known=known)
        found = self.tables.setdefault(id, made)
        return replace(found, transit_gateway_id=found.transit_gateway_id or gateway)

    def _attached(self, items: Iterable[Item], table: model.TransitGatewayRouteTable) -> list[str]:
        """Return the ids here of the attachments that a table names."""
        ids = [item.need("TransitGatewayAttachmentId") for item in items]
        return [self.ids.get((id, table.transit_gateway_id), id) for id in ids]

    def _propagations(self, item: Item) -> None:
        table = self.tables[item.need(_TABLE_ID)]
        entries = item.items("TransitGatewayRouteTablePropagations")
        found = self._attached((entry for entry in entries if entry.word("State") in _ON), table)
        there = (id for id in found if id not in self.reader.gone)
        self.tables[table.id] = replace(table, propagations=tuple(dict.fromkeys(there)))

    def _routes(self, item: Item) -> None:
        """Read a table's routes: the static ones, and the propagated ones where they are listed too."""
        table = self.tables[item.need(_TABLE_ID)]
        rows: dict[bool, list[TransitGatewayRoute]] = {False: [], True: []}
        known = table.known and not item.flag("AdditionalRoutesAvailable")
        for row in item.items("Routes"):
            ids: list[Any] = self._attached(row.items("TransitGatewayAttachments"), table)
            state = row.word("State") or "active"
            if ids and all(id in self.reader.gone for id in ids):
                state = "blackhole"
            block = row.block("DestinationCidrBlock")
            listed = self.reader.table(model.PrefixList).get(row.id("PrefixListId") or "")
            blocks = (block,) if block else listed.cidrs if listed else ()
            known = known and bool(blocks)
            if state != "deleted":
                found = [TransitGatewayRoute(b, id, state) for b in blocks for id in ids or [None]]
                rows[row.word("Type") == "propagated"] += found
        static, propagated = tuple(rows[False]), tuple(rows[True])
        self.tables[table.id] = replace(table, routes=static, propagated=propagated, known=known)

    def _defaults(self) -> None:
        """Join the attachments by the default table where no file tells the tables' contents (TGW-2)."""
        reader, joined = self.reader, []
        for own, found in self.attachments.items():
            for key, side in ((_ATTACHMENTS[0], "associations"), (_ROUTES[0], "propagations")):
                told = reader.held(key, self.homes[own]) or reader.denied(key, self.homes[own])
                for table in () if told or found.type == "peering" else list(self.tables.values()):
                    if table.default and table.transit_gateway_id == found.transit_gateway_id:
                        ids = (*getattr(table, side), own)
                        changes: dict[str, Any] = {side: ids}
                        self.tables[table.id] = replace(table, **changes)
                        joined.append(found.name)
        key, every = _ROUTES[1], list(self.tables.values())
        if not any(key in part.lists or key in part.denied for part in reader.parts):
            names = (table.name for table in every if table.known)
            reader.note(key, names, "a transit gateway's route table has no static routes of itself (TGW-2)")
        reader.note("the routing of attachments", joined, "by the default table, as AWS does it (TGW-2)")


# -- VPN, Direct Connect, sites ------------------------------------------------------------------------


def propagated(link: Connection) -> list[model.Route]:
    """Return the routes that a connection makes by propagation; a VPN to a VGW carries IPv4 only (VGW-8)."""
    usable = (p for p in link.prefixes or () if p.version == 4 or link.medium != "vpn")
    return [model.Route(prefix, link.gateway_id, origin="EnableVgwRoutePropagation") for prefix in usable]


def connections(reader: Reader) -> None:
    """Read the connections to places on premises, and make a site of each place."""
    links = [*_vpn_connections(reader), *_direct_connect(reader)]
    carried: dict[str, list[Network]] = {}
    for at, link in enumerate(links):
        learnt, more = _learnt(reader, link)
        if learnt and link.medium == "vpn":  # what a static VPN explains need not come by BGP as well
            others = (other for other in links if other.gateway_id == link.gateway_id and other.static)
            static = {prefix for other in others if other.up for prefix in other.prefixes or ()}
            learnt = tuple(prefix for prefix in learnt if prefix not in static)
        if link.prefixes is None:
            link = links[at] = replace(link, prefixes=learnt if link.up else ())
        carried[link.id] = [*(link.prefixes or ()), *more]
    _told_sites(reader, links)
    loose = [link for link in reader.table(Connection).values() if link.site_id is None]
    for place in _places(loose, carried):
        _make_site(reader, place, carried)
    _forget_silent_gateways(reader)
    _keep_underived_routes(reader)


def _vpn_connections(reader: Reader) -> Iterator[Connection]:
    untold = []
    for _, item in reader.merged("VpnConnections"):
        gateway = item.id("VpnGatewayId") or item.id("TransitGatewayId") or item.text("CoreNetworkArn")
        if gateway is None:
            continue  # attached to nothing
        rows = (row for row in item.items("Routes") if row.word("State") not in ("deleting", "deleted"))
        routes = tuple(dict.fromkeys(block for row in rows if (block := row.block("DestinationCidrBlock"))))
        static = item.item("Options").flag("StaticRoutesOnly")
        static = bool(routes) if static is None else static
        tunnels = [t.word("Status") for t in item.items("VgwTelemetry")]
        link = Connection(
            **base(item, item.need("VpnConnectionId")), gateway_id=gateway, static=static,
            customer_gateway_id=item.id("CustomerGatewayId"), state=item.word("State") or "available",
            prefixes=routes if routes or static else None,
            tunnels_up=tunnels.count("up") if tunnels else 2,
        )  # fmt: skip
        untold += [] if tunnels else [link.name]
        yield link
    reader.note("VgwTelemetry", untold, "its tunnels are taken to be up")


def _direct_connect(reader: Reader) -> Iterator[Connection]:
    """Return a connection for each private or transit interface, or for its Direct Connect gateway."""
    behind: dict[str, list[Item]] = {}
    for _, item in reader.merged("VirtualInterfaces"):
        if item.word("VirtualInterfaceState") == "deleted" or item.word("VirtualInterfaceType") == "public":
            continue
        if via := item.id("DirectConnectGatewayId"):
            behind.setdefault(via, []).append(item)
        elif gateway := item.id("VirtualGatewayId"):
            found = base(item, item.need("VirtualInterfaceId"), item.text("VirtualInterfaceName"))
            yield _sessions(found, gateway, [item])
    ends: dict[str, dict[str, None]] = {}
    for _, item in reader.merged("DirectConnectGatewayAssociations"):
        gateway = item.item("AssociatedGateway").id("Id") or item.id("VirtualGatewayId")
        if gateway and item.word("AssociationState") not in ("disassociated", "associating"):
            ends.setdefault(item.need("DirectConnectGatewayId"), {})[gateway] = None
    names = {item.need("DirectConnectGatewayId"): item for _, item in reader.merged("DirectConnectGateways")}
    for id, gateways in ends.items():
        about = names.get(id, Item({}, ""))
        for gateway in gateways:
            own = id if len(gateways) == 1 else f"{id}/{gateway}"
            yield _sessions(
                base(about, own, about.text("DirectConnectGatewayName")), gateway, behind.get(id, [])
            )
            _attach(reader, id, gateway, own)


def _sessions(found: dict[str, Any], gateway: str, interfaces: list[Item]) -> Connection:
    """Return the connection that virtual interfaces make together: up while one of their BGP sessions is."""
    up, states = 0, [item.word("VirtualInterfaceState") or "available" for item in interfaces]
    for item, state in zip(interfaces, states, strict=True):
        peers = [peer.word("BgpStatus") or "up" for peer in item.items("BgpPeers")] or ["up"]
        up += peers.count("up") if state == "available" else 0
    if not interfaces:  # they are another account's; what is propagated tells whether one is up (RT-17)
        up, states = 1, ["available"]
    state = "available" if "available" in states else states[0]
    return Connection(
        **found, medium="direct-connect", gateway_id=gateway, state=state, tunnels_up=up, prefixes=None
    )


def _attach(reader: Reader, via: str, gateway: str, own: str) -> None:
    """Let a transit gateway's attachment of a Direct Connect gateway name the connection."""
    table = reader.table(model.TransitGatewayAttachment)
    for id, found in table.items():
        if (found.transit_gateway_id, found.resource_id) == (gateway, via):
            table[id] = replace(found, resource_id=own)


def _learnt(reader: Reader, link: Connection) -> tuple[tuple[Network, ...] | None, list[Network]]:
    """Return what a connection is known to announce, and what a transit gateway statically sends over it."""
    if reader.table(model.VirtualPrivateGateway).get(link.gateway_id):
        return _learnt_by_vpc(reader, link.gateway_id), []
    joined = [a.id for a in reader.table(model.TransitGatewayAttachment).values() if a.resource_id == link.id]
    every = reader.table(model.TransitGatewayRouteTable).values()
    tables = [table for table in every if table.transit_gateway_id == link.gateway_id]
    rows = [row for table in tables for row in table.propagated]
    own = tuple(dict.fromkeys(row.destination for row in rows if row.attachment_id in joined))
    static = [row.destination for table in tables for row in table.routes if row.attachment_id in joined]
    return (own if rows else None), static


def _learnt_by_vpc(reader: Reader, gateway: str) -> tuple[Network, ...] | None:
    """Return the prefixes that a virtual private gateway propagates; None if no table can tell (RT-17).

    A table that lets it propagate, and shows neither that nor a static route in its place, tells that
    there are none.
    """
    found: dict[Network, None] = {}
    tells = False
    for table in reader.table(model.RouteTable).values():
        routes = [route for route in table.routes if route.target == gateway]
        tells = tells or (gateway in table.propagating and not routes)
        blocks = (route.destination for route in routes if route.propagated)
        found.update((block, None) for block in blocks if not isinstance(block, str))
    return tuple(found) if found or tells else None


def _told_sites(reader: Reader, links: list[Connection]) -> None:
    """Read our own keys: `Sites` on premises, and `SiteConnections` with what is announced from there."""
    for part, item in reader.elements("Sites"):
        blocks = (block for text in item.texts("Cidrs", "Cidr") if (block := text.block("Cidr")))
        reader.put(model.Site(**base(item, item.need("SiteId")), cidrs=tuple(blocks)), part, item)
    table, found = reader.table(Connection), {link.id: link for link in links}
    for _, item in reader.elements("SiteConnections"):
        if link := found.pop(item.need("ConnectionId"), None):
            told = (block for text in item.texts("Prefixes", "Cidr") if (block := text.block("Cidr")))
            prefixes = link.prefixes if link.static else None
            prefixes = prefixes if item.raw("Prefixes") is None else tuple(told)
            table[link.id] = replace(link, site_id=item.id("SiteId"), prefixes=prefixes)
    table.update(found)


def _places(links: Iterable[Connection], carried: dict[str, list[Network]]) -> list[list[Connection]]:
    """Return the connections by the place they lead to: one device, or one prefix at one gateway."""

    def together(one: Connection, other: Connection) -> bool:
        if one.customer_gateway_id and one.customer_gateway_id == other.customer_gateway_id:
            return True
        pairs = ((a, b) for a in carried[one.id] for b in carried[other.id] if a.version == b.version)
        return one.gateway_id == other.gateway_id and any(
            a == b or (a.prefixlen and b.prefixlen and a.overlaps(b)) for a, b in pairs
        )

    places: list[list[Connection]] = []
    for link in links:
        same = [place for place in places if any(together(link, other) for other in place)]
        places = [place for place in places if place not in same]
        places.append([*(other for place in same for other in place), link])
    return places


def _make_site(reader: Reader, place: list[Connection], carried: dict[str, list[Network]]) -> None:
    """Make the site of a place, named after its device; a default route stands for the private ranges."""
    device = next((link.customer_gateway_id for link in place if link.customer_gateway_id), None)
    found = reader.table(model.CustomerGateway).get(device or "")
    id = device or place[0].id
    blocks = [b for link in place for prefix in carried[link.id] for b in _EVERYWHERE.get(prefix, (prefix,))]
    name = found.name if found else id if device else place[0].name
    reader.table(model.Site)[id] = model.Site(id=id, name=name, cidrs=tuple(dict.fromkeys(blocks)))
    for link in place:
        reader.table(Connection)[link.id] = replace(link, site_id=id)


def _forget_silent_gateways(reader: Reader) -> None:
    """Leave out a virtual private gateway whose connections nobody asked for: they are unknown."""
    table, silent = reader.table(model.VirtualPrivateGateway), []
    used = {link.gateway_id for link in reader.table(Connection).values()}
    for id, found in list(table.items()):
        part = reader.origin[model.VirtualPrivateGateway, id][0]
        asked = reader.held(CONNECTIONS[0], part) and _learnt_by_vpc(reader, id) in (None, ())
        if any(reader.denied(key, part) for key in CONNECTIONS) or not (asked or id in used):
            del table[id]
            silent.append(found.name)
    reader.note("VpnConnections or VirtualInterfaces", silent, "routes to it are answered 'unknown'")
    left = [(found, reader.origin[model.VirtualPrivateGateway, id][0]) for id, found in table.items()]
    for key, sentence in ((CONNECTIONS[0], "no VPN connection"), (CONNECTIONS[1], "no Direct Connect")):
        names = (found.name for found, part in left if not reader.held(key, part))
        reader.note(key, names, f"taken to have {sentence}")


def _keep_underived_routes(reader: Reader) -> None:
    """Keep only the propagated routes that do not follow from a VPC's blocks or a connection's prefixes."""
    attachments = reader.table(model.TransitGatewayAttachment)
    table = reader.table(model.TransitGatewayRouteTable)
    known = {*reader.table(model.Vpc), *reader.table(Connection)}
    for id, found in table.items():
        derived = {a for a in found.propagations if a in attachments and attachments[a].resource_id in known}
        rows = tuple(row for row in found.propagated if row.attachment_id not in derived)
        table[id] = replace(found, propagated=rows)
