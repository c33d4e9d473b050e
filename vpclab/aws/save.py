"""From a topology to describe-* output: the folder that `load_aws` reads, and other tools too.

One file per call in ``aws_configs/accounts/<account>/<Region>/``. Every call gets its file, even an
empty one, because a missing file would be read as AWS's default. `Sites.json` and `SiteConnections.json`
are our own: networks on premises and what they announce, which no call describes; `vpclab-snapshot.json`
keeps what was taken for granted. What an earlier saving left in the folder is overwritten.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from vpclab.aws import shapes
from vpclab.aws.elements import NO_TARGET
from vpclab.aws.files import ACCOUNT, REGION
from vpclab.aws.interfaces import SERVICES
from vpclab.aws.shapes import UNKNOWN, Json, text_of, write_blocks, write_tags
from vpclab.topology import model
from vpclab.topology.builders import Topology
from vpclab.topology.errors import BadInput
from vpclab.topology.model import ALL, DEFAULT_ENTRY, INBOUND, OUTBOUND, PORTED, PROTOCOL_NAMES, Snapshot

Home = tuple[str, str]  # account and Region
# Of each kind of target, how its ids begin and the field of a route that names it; the rest is a GatewayId.
_TARGETS: tuple[tuple[type[model.Resource], str, str], ...] = (
    (model.NatGateway, "nat-", "NatGatewayId"),
    (model.NetworkInterface, "eni-", "NetworkInterfaceId"),
    (model.Instance, "i-", "InstanceId"),
    (model.TransitGateway, "tgw-", "TransitGatewayId"),
    (model.EgressOnlyInternetGateway, "eigw-", "EgressOnlyInternetGatewayId"),
    (model.PeeringConnection, "pcx-", "VpcPeeringConnectionId"),
)
_OWNED = {"transit_gateway": "Network Interface for Transit Gateway Attachment"}


def save_aws(topology: Topology, folder: str | os.PathLike[str]) -> None:
    """Write a topology as describe-* JSON; `load_aws` of that folder gives the same one back."""
    snapshot = topology.snapshot()
    homes = _Homes(snapshot, topology)
    ids = {value.id for value in snapshot}
    found: dict[Home, dict[str, list[Json]]] = {}
    for kind, key, write in _WRITERS:
        for value in snapshot.all(kind):
            if (element := write(value, snapshot)) is not None:
                home = homes.first if key == "SiteConnections" else homes.of(value)  # their order counts
                printed = _as_printed(element, f"/{home[1]}", ids)
                found.setdefault(home, {}).setdefault(key, []).append(printed)
    for kept in snapshot.all(shapes.Kept):
        lists = found.setdefault(_home(kept.account, kept.region), {})
        lists.setdefault(kept.key, []).extend(map(json.loads, kept.texts))
    mode = {"InternetGatewayBlockMode": snapshot.settings.block_public_access or "off"}
    top = Path(folder, "aws_configs", "accounts")
    for account, region in dict.fromkeys([*(found or [homes.first]), *_saved_before(folder, top)]):
        path, lists = top / account / region, found.get((account, region), {})
        _write(path, "VpcBlockPublicAccessOptions", {"VpcBlockPublicAccessOptions": mode})
        for key in dict.fromkeys([*(key for _, key, _ in _WRITERS), *lists]):
            _write(path, key, {key: lists.get(key, [])})
    denied = [permission for _, permission in snapshot.settings.denied]
    mail = snapshot.settings.port_25_open
    said = {"denied": denied, "assumed": list(snapshot.assumed), "port_25_open": mail}
    _write(Path(folder), "vpclab-snapshot", said)


def _saved_before(folder: str | os.PathLike[str], top: Path) -> list[Home]:
    """Return the accounts and Regions that an earlier saving left here: what is gone must not come back."""
    try:
        ours = Path(folder, "vpclab-snapshot.json").is_file()
        found = [path.parent for path in top.glob("*/*/Vpcs.json")] if ours else []
    except (OSError, ValueError):
        return []
    return [(path.parent.name, path.name) for path in sorted(found)]


def _write(folder: Path, name: str, content: Json) -> None:
    """Write one file."""
    path = folder / f"{name}.json"
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    except (OSError, ValueError) as error:
        raise BadInput(f"{path} cannot be written: {getattr(error, 'strerror', None) or error}") from error


def _home(account: str, region: str) -> Home:
    """Return the folder names for an account and a Region; anything else than these is no folder name."""
    return (
        account if ACCOUNT.fullmatch(account) else UNKNOWN,
        region if REGION.fullmatch(region) else UNKNOWN,
    )


class _Homes:
    """The account and Region whose calls describe each value."""

    def __init__(self, snapshot: Snapshot, topology: Topology) -> None:
        self.snapshot = snapshot
        placed: list[Any] = [*snapshot.all(model.Vpc), *snapshot.all(model.TransitGateway)]
        self.places = {value.id: _home(value.account, value.region) for value in placed}
        vpcs = [self.places[vpc.id] for vpc in snapshot.all(model.Vpc)]
        self.first = min(vpcs, default=_home(topology.account_id, topology.region))

    def of(self, value: Any) -> Home:
        """Return the home of a value: that of its VPC or transit gateway, or of what uses it."""
        if isinstance(value, model.PrefixList) and "/" in value.id:  # a second Region's list of the same id
            region = value.id.split("/")[-1]
            return next((home for home in self.places.values() if home[1] == region), self.first)
        return next((self.places[id] for id in self._near(value) if id in self.places), self.first)

    def _near(self, value: Any) -> list[Any]:
        """Return the ids that may tell where a value is: its own, its VPC's, its gateway's, its users'."""
        snapshot, found = self.snapshot, [value.id]
        found += [getattr(value, name, None) for name in ("vpc_id", "transit_gateway_id", "gateway_id")]
        if isinstance(value, model.Connection):
            gateway = snapshot.get(model.VirtualPrivateGateway, value.gateway_id)
            found += [gateway.vpc_id] if gateway else []
        elif isinstance(value, model.PeeringConnection):
            found += [value.requester.vpc_id, value.accepter.vpc_id]
        elif isinstance(value, model.ElasticIp):
            eni = snapshot.get(model.NetworkInterface, value.interface_id)
            nat = snapshot.get(model.NatGateway, value.interface_id)
            found += [user.vpc_id for user in (eni, nat) if user]
        elif isinstance(value, model.CustomerGateway):
            links = (c for c in snapshot.all(model.Connection) if c.customer_gateway_id == value.id)
            found += [id for link in links for id in self._near(link)]
        elif isinstance(value, model.PrefixList):
            tables, groups = snapshot.all(model.RouteTable), snapshot.all(model.SecurityGroup)
            found += [t.vpc_id for t in tables if any(r.destination == value.id for r in t.routes)]
            found += [g.vpc_id for g in groups if any(r.peer == value.id for r in g.rules)]
        return found


def _as_printed(value: Any, suffix: str, ids: set[str]) -> Any:
    """Return JSON without empty fields, in which this Region's ids stand without the Region behind."""
    if isinstance(value, dict):
        return {key: _as_printed(inner, suffix, ids) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [_as_printed(inner, suffix, ids) for inner in value]
    return value.removesuffix(suffix) if isinstance(value, str) and value in ids else value


# -- one writer per kind -------------------------------------------------------------------------------


def _vpc(vpc: model.Vpc, _: Snapshot) -> Json:
    return {
        "VpcId": vpc.id, "CidrBlock": str(vpc.cidrs[0]), "OwnerId": vpc.account, "IsDefault": vpc.is_default,
        "CidrBlockAssociationSet": write_blocks("CidrBlock", vpc.cidrs),
        "Ipv6CidrBlockAssociationSet": write_blocks("Ipv6CidrBlock", vpc.ipv6_cidrs), "Tags": write_tags(vpc),
    }  # fmt: skip


def _vpc_attributes(vpc: model.Vpc, _: Snapshot) -> Json:
    dns = {"EnableDnsSupport": {"Value": vpc.dns_support}, "EnableDnsHostnames": {"Value": vpc.dns_hostnames}}
    return {"VpcId": vpc.id, **dns}


def _route_table(table: model.RouteTable, snapshot: Snapshot) -> Json:
    links: list[Json] = [{"Main": True}] if table.main else []
    links += [{"Main": False, "SubnetId": id} for id in table.subnet_ids]
    links += [{"Main": False, "GatewayId": id} for id in table.gateway_ids]
    return {
        "RouteTableId": table.id, "VpcId": table.vpc_id, "Associations": links,
        "PropagatingVgws": [{"GatewayId": id} for id in table.propagating],
        "Routes": [_route(route, snapshot) for route in table.routes], "Tags": write_tags(table),
    }  # fmt: skip


def _route(route: model.Route, snapshot: Snapshot) -> Json:
    if isinstance(route.destination, str):
        where = "DestinationPrefixListId"
    else:
        where = "DestinationCidrBlock" if route.destination.version == 4 else "DestinationIpv6CidrBlock"
    to = route.target
    named = (key for kind, word, key in _TARGETS if snapshot.get(kind, to) or to.startswith(word))
    target = {} if to == NO_TARGET else {next(named, "GatewayId"): to}
    return {where: str(route.destination), **target, "State": route.state, "Origin": route.origin}


def _nat_gateway(nat: model.NatGateway, snapshot: Snapshot) -> Json:
    eni = next((eni.id for eni in snapshot.all(model.NetworkInterface) if eni.owner_id == nat.id), None)
    main = {
        "PrivateIp": text_of(nat.private_ip),
        "PublicIp": text_of(nat.public_ip),
        "NetworkInterfaceId": eni,
    }
    return shapes.NAT_GATEWAY.write(nat) | {"NatGatewayAddresses": [main]}


def _address(eip: model.ElasticIp, _: Snapshot) -> Json:
    return {
        "AllocationId": eip.id, "PublicIp": str(eip.address), "NetworkInterfaceId": eip.interface_id,
        "PrivateIpAddress": text_of(eip.private_ip), "Domain": "vpc", "Tags": write_tags(eip),
    }  # fmt: skip


def _network_interface(eni: model.NetworkInterface, snapshot: Snapshot) -> Json:
    """Write an interface; the description tells whose it is, as AWS does for those it manages."""
    vpc = snapshot.get(model.Vpc, eni.vpc_id)
    kinds = {kind: word for word, kind in SERVICES.items()}
    about = kinds.get(eni.interface_type, "")
    link: Json = {"DeviceIndex": eni.device_index, "Status": "attached"}
    if snapshot.get(model.NatGateway, eni.owner_id):
        about = f"Interface for NAT Gateway {eni.owner_id}"
    elif eni.owner_id and eni.interface_type != "interface":
        about = f"{_OWNED.get(eni.interface_type, 'VPC Endpoint Interface')} {eni.owner_id}"
    elif eni.owner_id:
        link["InstanceId"] = eni.owner_id
    addresses: list[Json] = []
    for entry in eni.addresses:
        owner = (vpc.account if vpc else UNKNOWN) if entry.elastic else "amazon"
        public = {"PublicIp": str(entry.public_ip), "IpOwnerId": owner} if entry.public_ip else None
        addresses.append(
            {"Primary": not addresses, "PrivateIpAddress": str(entry.address), "Association": public}
        )
    return {
        "NetworkInterfaceId": eni.id, "VpcId": eni.vpc_id, "SubnetId": eni.subnet_id, "Description": about,
        "InterfaceType": "interface" if about in SERVICES else eni.interface_type,
        "SourceDestCheck": eni.source_dest_check,
        "Attachment": link if eni.owner_id or eni.device_index else None,
        "Status": eni.status, "PrivateIpAddresses": addresses,
        "Ipv6Addresses": [{"Ipv6Address": str(address)} for address in eni.ipv6_addresses],
        "Groups": [{"GroupId": id} for id in eni.group_ids], "TagSet": write_tags(eni),
    }  # fmt: skip


def _reservation(instance: model.Instance, snapshot: Snapshot) -> Json:
    enis = [e.id for e in snapshot.all(model.NetworkInterface) if e.owner_id == instance.id]
    return {"Instances": [{
        "InstanceId": instance.id, "VpcId": instance.vpc_id, "SubnetId": instance.subnet_id,
        "State": {"Name": instance.state}, "NetworkInterfaces": [{"NetworkInterfaceId": id} for id in enis],
        "Tags": write_tags(instance),
    }]}  # fmt: skip


def _security_group(group: model.SecurityGroup, snapshot: Snapshot) -> Json:
    return {
        "GroupId": group.id, "GroupName": group.name, "VpcId": group.vpc_id, "Description": group.description,
        "IpPermissions": [_permission(rule, snapshot) for rule in group.side(INBOUND)],
        "IpPermissionsEgress": [_permission(rule, snapshot) for rule in group.side(OUTBOUND)],
        "Tags": write_tags(group, named=True),
    }  # fmt: skip


def _permission(rule: model.SecurityGroupRule, snapshot: Snapshot) -> Json:
    peer: Json = {"Description": rule.description or None}
    if not isinstance(rule.peer, str):
        key, field = ("IpRanges", "CidrIp") if rule.peer.version == 4 else ("Ipv6Ranges", "CidrIpv6")
    elif rule.peer.startswith("pl-"):
        key, field = "PrefixListIds", "PrefixListId"
    else:
        key, field = "UserIdGroupPairs", "GroupId"
        peer["PeeringStatus"] = "deleted" if rule.stale else None
        if snapshot.get(model.SecurityGroup, rule.peer) is None:
            peer["GroupName"] = rule.peer_name or None
    word = "-1" if rule.protocol == ALL else PROTOCOL_NAMES.get(rule.protocol, str(rule.protocol))
    peer[field] = str(rule.peer)
    return {"IpProtocol": word, "FromPort": rule.from_port, "ToPort": rule.to_port, key: [peer]}


def _network_acl(acl: model.NetworkAcl, _: Snapshot) -> Json:
    """Write a network ACL with the * rules that AWS shows in every one (ACL-4)."""
    six = any(entry.cidr.version == 6 for entry in acl.entries)
    stars = [(DEFAULT_ENTRY, "0.0.0.0/0"), *([(DEFAULT_ENTRY + 1, "::/0")] if six else [])]
    last = (
        model.NetworkAclEntry(side, number, False, ALL, ip_network(block))
        for number, block in stars
        for side in (INBOUND, OUTBOUND)
    )
    return {
        "NetworkAclId": acl.id, "VpcId": acl.vpc_id, "IsDefault": acl.is_default,
        "Associations": [{"NetworkAclId": acl.id, "SubnetId": id} for id in acl.subnet_ids],
        "Entries": [_entry(entry) for entry in (*acl.entries, *last)], "Tags": write_tags(acl),
    }  # fmt: skip


def _entry(entry: model.NetworkAclEntry) -> Json:
    key, first, last = (
        ("PortRange", "From", "To") if entry.protocol in PORTED else ("IcmpTypeCode", "Type", "Code")
    )
    return {
        "Egress": entry.direction == OUTBOUND, "RuleNumber": entry.number, "Protocol": str(entry.protocol),
        "RuleAction": "allow" if entry.allow else "deny",
        "CidrBlock" if entry.cidr.version == 4 else "Ipv6CidrBlock": str(entry.cidr),
        key: None if entry.from_port is None else {first: entry.from_port, last: entry.to_port},
    }  # fmt: skip


def _prefix_list(found: model.PrefixList, _: Snapshot) -> Json:
    blocks = [str(block) for block in found.cidrs]
    return {
        "PrefixListId": found.id,
        "PrefixListName": found.name,
        "Cidrs": blocks,
        "Tags": write_tags(found, named=True),
    }


# -- what joins networks --------------------------------------------------------------------------------


def _endpoint(endpoint: model.VpcEndpoint, snapshot: Snapshot) -> Json:
    enis = [eni for eni in snapshot.all(model.NetworkInterface) if eni.owner_id == endpoint.id]
    groups = {eni.group_ids for eni in enis}
    same = groups.pop() if len(groups) == 1 else ()
    return shapes.ENDPOINT.write(endpoint) | {
        "NetworkInterfaceIds": [eni.id for eni in enis], "Groups": [{"GroupId": id} for id in same],
    }  # fmt: skip


def _transit_gateway(gateway: model.TransitGateway, _: Snapshot) -> Json:
    arn = f"arn:aws:ec2:{gateway.region}:{gateway.account}:transit-gateway/{gateway.id}"
    return shapes.TRANSIT_GATEWAY.write(gateway) | {"TransitGatewayArn": arn}


def _attachment(attachment: model.TransitGatewayAttachment, snapshot: Snapshot) -> Json:
    """Write an attachment; of a peer AWS names the transit gateway, not its half of the attachment."""
    half = snapshot.get(model.TransitGatewayAttachment, attachment.resource_id)
    peer = {"ResourceId": half.transit_gateway_id} if half else {}
    tables = snapshot.all(model.TransitGatewayRouteTable)
    table = next((table.id for table in tables if attachment.id in table.associations), None)
    link = {"TransitGatewayRouteTableId": table, "State": "associated"} if table else None
    return shapes.ATTACHMENT.write(attachment) | peer | {"Association": link}


def _vpc_attachment(attachment: model.TransitGatewayAttachment, _: Snapshot) -> Json | None:
    is_vpc = attachment.type == "vpc" or attachment.subnet_ids or attachment.references
    return shapes.VPC_ATTACHMENT.write(attachment) if is_vpc else None


def _transit_table(table: model.TransitGatewayRouteTable, _: Snapshot) -> Json | None:
    """Write a table; of one that only its routes told, nobody knows the transit gateway."""
    if not table.transit_gateway_id:
        return None
    return shapes.TRANSIT_TABLE.write(table) | {"DefaultPropagationRouteTable": table.default}


def _propagations(table: model.TransitGatewayRouteTable, _: Snapshot) -> Json:
    rows = [{"TransitGatewayAttachmentId": id, "State": "enabled"} for id in table.propagations]
    return {"TransitGatewayRouteTableId": table.id, "TransitGatewayRouteTablePropagations": rows}


def _transit_routes(table: model.TransitGatewayRouteTable, _: Snapshot) -> Json:
    rows = [
        {
            "DestinationCidrBlock": str(row.destination), "State": row.state, "Type": word,
            "TransitGatewayAttachments": [{"TransitGatewayAttachmentId": row.attachment_id}]
            if row.attachment_id
            else [],
        }
        for word, side in (("static", table.routes), ("propagated", table.propagated))
        for row in side
    ]  # fmt: skip
    more = {"AdditionalRoutesAvailable": not table.known}
    return {"TransitGatewayRouteTableId": table.id, "Routes": rows, **more}


def _vpn_connection(link: model.Connection, snapshot: Snapshot) -> Json | None:
    if link.medium != "vpn":
        return None
    transit = snapshot.get(model.TransitGateway, link.gateway_id) or link.gateway_id.startswith("tgw-")
    tunnels = ["UP"] * link.tunnels_up + ["DOWN"] * (2 - link.tunnels_up)
    return {
        "VpnConnectionId": link.id, "State": link.state, "CustomerGatewayId": link.customer_gateway_id,
        "TransitGatewayId" if transit else "VpnGatewayId": link.gateway_id,
        "Options": {"StaticRoutesOnly": link.static}, "VgwTelemetry": [{"Status": word} for word in tunnels],
        "Routes": [{"DestinationCidrBlock": str(p)} for p in link.prefixes or () if link.static],
        "Tags": write_tags(link),
    }  # fmt: skip


def _virtual_interface(link: model.Connection, snapshot: Snapshot) -> Json | None:
    """Write a Direct Connect connection as the interface to its gateway, or to a Direct Connect gateway."""
    if link.medium == "vpn":
        return None
    private = snapshot.get(model.TransitGateway, link.gateway_id) is None
    end = {"virtualGatewayId": link.gateway_id} if private else {"directConnectGatewayId": link.id}
    sessions = ["up"] * link.tunnels_up or ["down"]
    return {
        "virtualInterfaceId": link.id, "virtualInterfaceName": link.name, "virtualInterfaceState": link.state,
        "virtualInterfaceType": "private" if private else "transit", **end, "tags": _dx_tags(link),
        "bgpPeers": [{"bgpStatus": word} for word in sessions],
    }  # fmt: skip


def _dx_gateway(link: model.Connection, snapshot: Snapshot) -> Json | None:
    if link.medium == "vpn" or snapshot.get(model.TransitGateway, link.gateway_id) is None:
        return None
    return {
        "directConnectGatewayId": link.id, "directConnectGatewayName": link.name, "tags": _dx_tags(link)
    }  # fmt: skip


def _dx_association(link: model.Connection, snapshot: Snapshot) -> Json | None:
    if _dx_gateway(link, snapshot) is None:
        return None
    gateway = {"id": link.gateway_id, "type": "transitGateway"}
    more = {"associationId": f"{link.id}-{link.gateway_id}", "associationState": "associated"}
    return {"directConnectGatewayId": link.id, "associatedGateway": gateway, **more}


def _dx_tags(link: model.Connection) -> list[Json]:
    return [{"key": tag["Key"], "value": tag["Value"]} for tag in write_tags(link, named=True)]


def _site(site: model.Site, _: Snapshot) -> Json:
    return {"SiteId": site.id, "Cidrs": [str(block) for block in site.cidrs], "Tags": write_tags(site)}


def _site_connection(link: model.Connection, _: Snapshot) -> Json:
    """Write where a connection leads, and what BGP announces over it if that is known."""
    silent = link.static or link.prefixes is None
    prefixes = None if silent else [str(prefix) for prefix in link.prefixes or ()]
    return {"ConnectionId": link.id, "SiteId": link.site_id, "Prefixes": prefixes}


_WRITERS: list[tuple[type[Any], str, Callable[[Any, Snapshot], Json | None]]] = [
    (model.Vpc, "Vpcs", _vpc),
    (model.Vpc, "VpcAttributes", _vpc_attributes),
    (model.Subnet, "Subnets", lambda value, _: shapes.SUBNET.write(value)),
    (model.RouteTable, "RouteTables", _route_table),
    (model.NatGateway, "NatGateways", _nat_gateway),
    (model.ElasticIp, "Addresses", _address),
    (model.NetworkInterface, "NetworkInterfaces", _network_interface),
    (model.Instance, "Reservations", _reservation),
    (model.SecurityGroup, "SecurityGroups", _security_group),
    (model.NetworkAcl, "NetworkAcls", _network_acl),
    (model.PrefixList, "PrefixLists", _prefix_list),
    *((shape.kind, shape.key, lambda value, _, shape=shape: shape.write(value)) for shape in shapes.PLAIN),
    (model.VpcEndpoint, "VpcEndpoints", _endpoint),
    (model.TransitGateway, "TransitGateways", _transit_gateway),
    (model.TransitGatewayAttachment, "TransitGatewayAttachments", _attachment),
    (model.TransitGatewayAttachment, "TransitGatewayVpcAttachments", _vpc_attachment),
    (model.TransitGatewayRouteTable, "TransitGatewayRouteTables", _transit_table),
    (model.TransitGatewayRouteTable, "TransitGatewayPropagations", _propagations),
    (model.TransitGatewayRouteTable, "TransitGatewayStaticRoutes", _transit_routes),
    (model.Connection, "VpnConnections", _vpn_connection),
    (model.Connection, "VirtualInterfaces", _virtual_interface),
    (model.Connection, "DirectConnectGateways", _dx_gateway),
    (model.Connection, "DirectConnectGatewayAssociations", _dx_association),
    (model.Site, "Sites", _site),
    (model.Connection, "SiteConnections", _site_connection),
]
