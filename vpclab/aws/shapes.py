"""One table for both directions: which field of which describe call holds which attribute.

A `Shape` stands for the resources whose fields speak for themselves, so that reading and writing them
is one line each. What takes more than one element to know is put together in `load` and `hybrid`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import MISSING, dataclass, fields
from typing import Any, ClassVar

from vpclab.aws.fields import Item
from vpclab.topology import model

Json = dict[str, Any]
# Our own tags of an instance: what no call describes.
FORWARDS_TAG, PUBLIC_TAG = "vpclab:forwards", "vpclab:public-ip-at-start"
UNKNOWN = "unknown"  # an account, Region or zone that no file tells
_FULL_ACCESS = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}


def tags_of(item: Item) -> dict[str, str]:
    """Return the tags; network interfaces keep theirs in a TagSet."""
    tags = [*item.items("Tags"), *item.items("TagSet")]
    return {tag.text("Key") or "": tag.text("Value") or "" for tag in tags}


def base(item: Item, id: str, name: str | None = None) -> Json:
    """Return id, name and tags: the Name tag is the name, else what the call names it, else the id."""
    tags = tags_of(item)
    rest: model.Tags = tuple((k, v) for k, v in tags.items() if k not in ("Name", FORWARDS_TAG, PUBLIC_TAG))
    return {"id": id, "name": tags.get("Name") or name or id, "tags": rest}


def write_tags(value: model.Resource, named: bool = False) -> list[Json]:
    """Return the tags, with the name among them unless it stands elsewhere or is the id."""
    pairs = [*([] if named or value.name == value.id else [("Name", value.name)]), *value.tags]
    if isinstance(value, model.Instance):
        pairs += [(FORWARDS_TAG, value.forwards)] if value.forwards else []
        pairs += [(PUBLIC_TAG, "true")] if value.public_ip_at_start else []
    return [{"Key": key, "Value": text} for key, text in pairs]


def in_force(item: Item, key: str, part: str) -> Iterator[Item]:
    """Return the associations of a list that are in force."""
    return (i for i in item.items(key) if i.item(part).word("State") in (None, "associated", "associating"))


def ids(items: Iterable[Item], key: str) -> tuple[str, ...]:
    """Return the ids under one key of each item, once."""
    return tuple(dict.fromkeys(id for item in items if (id := item.id(key))))


def blocks6(item: Item) -> tuple[Any, ...]:
    """Return the IPv6 blocks of a VPC or subnet."""
    links = in_force(item, "Ipv6CidrBlockAssociationSet", "Ipv6CidrBlockState")
    return tuple(dict.fromkeys(block for link in links if (block := link.block6("Ipv6CidrBlock"))))


def write_blocks(key: str, blocks: Iterable[Any]) -> list[Json]:
    """Write the blocks of a VPC or subnet as associations."""
    return [{key: str(block), f"{key}State": {"State": "associated"}} for block in blocks]


def text_of(value: object) -> str | None:
    """Return the text of an address or a block, if there is one."""
    return None if value is None else str(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept(model.Resource):
    """The elements of a call that vpclab does not model, kept as JSON for saving, such as load balancers."""

    kind: ClassVar[str] = "kept"
    key: str
    account: str
    region: str
    texts: tuple[str, ...]


# -- how one field is read and written ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Codec:
    """How one kind of field is read, and written again; reading gives None where nothing is said."""

    read: Callable[[Item, str], Any]
    write: Callable[[Any], Any] = lambda value: value


TEXT, WORD = Codec(Item.text), Codec(Item.word)
ID, NEED, FLAG = Codec(Item.id), Codec(Item.need), Codec(Item.flag)
IPV4, BLOCK4 = Codec(Item.ipv4, text_of), Codec(Item.block4, text_of)
ENABLED = Codec(
    lambda item, key: {"enable": True, "disable": False}.get(item.word(key) or ""),
    lambda value: "enable" if value else "disable",
)
LISTED = Codec(lambda item, key: ids(item.texts(key, "id"), "id"), list)
ZONE = Codec(lambda item, key: item.text(key) or item.text("AvailabilityZoneId") or UNKNOWN)
SIX = Codec(
    lambda item, _: next(iter(blocks6(item)), None), lambda b: write_blocks("Ipv6CidrBlock", [b] if b else [])
)


def _attached(state: str) -> Codec:
    """Return how the one VPC that a gateway is attached to is written: as a list of attachments."""

    def read(item: Item, key: str) -> str | None:
        links = (i for i in item.items(key) if i.word("State") in (None, "available", "attached"))
        return next(iter(ids(links, "VpcId")), None)

    return Codec(read, lambda vpc_id: [{"State": state, "VpcId": vpc_id}] if vpc_id else [])


def _asn(item: Item, key: str) -> int | None:
    """Return an AS number, which customer gateways have as a text."""
    if isinstance(item.raw(key), str):
        text = item.text(key) or ""
        return int(text) if re.fullmatch("[0-9]{1,10}", text) else None
    return item.number(key, 0, 2**32 - 1)


def _device(item: Item, key: str) -> Any:
    """Return a device's public IPv4 address; newer ones may have an IPv6 address instead."""
    return None if ":" in (item.text(key) or "") else item.ipv4(key)


def _state(item: Item, key: str) -> str | None:
    """Return a state; what is being modified works."""
    state = item.word(key)
    return "available" if state == "modifying" else state


def _endpoint_type(item: Item, key: str) -> str | None:
    """Return an endpoint's type with its capital, which older calls leave out."""
    text = item.text(key)
    return text and text[0].upper() + text[1:]


def _policy(item: Item, key: str) -> str | None:
    """Return an endpoint's policy, or None for the default one, which is full access (VPE-16)."""
    text = item.text(key)
    try:
        found = json.loads(text or "null")
    except (ValueError, RecursionError):
        return text
    statements = found.get("Statement") if isinstance(found, dict) else None
    return None if statements == [_FULL_ACCESS] else text


def _side(item: Item, key: str) -> model.PeeringSide:
    """Return one side of a peering connection."""
    info = item.item(key)
    four = [info.block4("CidrBlock"), *(entry.block4("CidrBlock") for entry in info.items("CidrBlockSet"))]
    six = [entry.block6("Ipv6CidrBlock") for entry in info.items("Ipv6CidrBlockSet")]
    resolves = info.item("PeeringOptions").flag("AllowDnsResolutionFromRemoteVpc") or False
    blocks = tuple(dict.fromkeys(block for block in (*four, *six) if block is not None))
    place = (info.text("OwnerId") or "", info.text("Region") or "")
    return model.PeeringSide(info.id("VpcId") or "", blocks, *place, resolves)


def _write_side(side: model.PeeringSide) -> Json:
    four = [{"CidrBlock": str(block)} for block in side.cidrs if block.version == 4]
    return {
        "VpcId": side.vpc_id, "OwnerId": side.account, "Region": side.region,
        "CidrBlock": four[0]["CidrBlock"] if four else None, "CidrBlockSet": four,
        "Ipv6CidrBlockSet": [{"Ipv6CidrBlock": str(block)} for block in side.cidrs if block.version == 6],
        "PeeringOptions": {"AllowDnsResolutionFromRemoteVpc": side.resolves_dns},
    }  # fmt: skip


# -- the table -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shape:
    """A kind of resource: the call's key, the field of its id; attribute, field and codec of the rest."""

    kind: type[model.Resource]
    key: str
    id: str
    fields: tuple[tuple[str, str, Codec], ...]

    def attributes(self, item: Item) -> Json:
        """Return the attributes that an element tells; what it is silent about keeps its default."""
        read = ((name, codec.read(*item.inner(path))) for name, path, codec in self.fields)
        return {name: value for name, value in read if value is not None}

    def read(self, item: Item, **more: Any) -> Any:
        """Return the value of one element; `more` are attributes that the element alone does not tell."""
        silent = {f.name: None for f in fields(self.kind) if f.default is MISSING and f.name != "id"}
        return self.kind(**(silent | base(item, item.need(self.id)) | self.attributes(item) | more))

    def write(self, value: Any) -> Json:
        """Return the element of one value."""
        element: Json = {self.id: value.id}
        for name, path, codec in self.fields:
            *outer, key = path.split(".")
            place = element
            for step in outer:
                place = place.setdefault(step, {})
            place[key] = codec.write(getattr(value, name))
        return element | {"Tags": write_tags(value)}


_PEERS = Codec(_side, _write_side)
_WORD, ENDPOINT_TYPE = Codec(_state), Codec(_endpoint_type)
SUBNET = Shape(model.Subnet, "Subnets", "SubnetId", (
    ("vpc_id", "VpcId", NEED), ("az", "AvailabilityZone", ZONE), ("cidr", "CidrBlock", BLOCK4),
    ("ipv6_cidr", "Ipv6CidrBlockAssociationSet", SIX), ("public_ip_on_launch", "MapPublicIpOnLaunch", FLAG),
    ("ipv6_on_launch", "AssignIpv6AddressOnCreation", FLAG),
))  # fmt: skip
NAT_GATEWAY = Shape(model.NatGateway, "NatGateways", "NatGatewayId", (
    ("vpc_id", "VpcId", NEED), ("subnet_id", "SubnetId", ID), ("state", "State", _WORD),
    ("connectivity", "ConnectivityType", WORD), ("availability", "AvailabilityMode", WORD),
))  # fmt: skip
ENDPOINT = Shape(model.VpcEndpoint, "VpcEndpoints", "VpcEndpointId", (
    ("vpc_id", "VpcId", NEED), ("service", "ServiceName", NEED), ("type", "VpcEndpointType", ENDPOINT_TYPE),
    ("route_table_ids", "RouteTableIds", LISTED), ("subnet_ids", "SubnetIds", LISTED),
    ("private_dns", "PrivateDnsEnabled", FLAG), ("state", "State", _WORD),
    ("policy", "PolicyDocument", Codec(_policy, lambda text: text or None)),
))  # fmt: skip
TRANSIT_GATEWAY = Shape(model.TransitGateway, "TransitGateways", "TransitGatewayId", (
    ("account", "OwnerId", TEXT), ("references", "Options.SecurityGroupReferencingSupport", ENABLED),
))  # fmt: skip
_OF_TRANSIT = (("transit_gateway_id", "TransitGatewayId", NEED), ("state", "State", _WORD))
_KIND, _ID = model.TransitGatewayAttachment, "TransitGatewayAttachmentId"
ATTACHMENT = Shape(_KIND, "TransitGatewayAttachments", _ID, (
    *_OF_TRANSIT, ("type", "ResourceType", WORD), ("resource_id", "ResourceId", ID),
))  # fmt: skip
VPC_ATTACHMENT = Shape(_KIND, "TransitGatewayVpcAttachments", _ID, (
    *_OF_TRANSIT, ("resource_id", "VpcId", ID), ("subnet_ids", "SubnetIds", LISTED),
    ("references", "Options.SecurityGroupReferencingSupport", ENABLED),
    ("appliance_mode", "Options.ApplianceModeSupport", ENABLED),
))  # fmt: skip
TRANSIT_TABLE = Shape(
    model.TransitGatewayRouteTable, "TransitGatewayRouteTables", "TransitGatewayRouteTableId",
    (_OF_TRANSIT[0], ("default", "DefaultAssociationRouteTable", FLAG)),
)  # fmt: skip
# Those that `load` reads as they stand.
PLAIN = (
    Shape(model.InternetGateway, "InternetGateways", "InternetGatewayId", (
        ("vpc_id", "Attachments", _attached("available")),
    )),
    Shape(model.EgressOnlyInternetGateway, "EgressOnlyInternetGateways", "EgressOnlyInternetGatewayId", (
        ("vpc_id", "Attachments", _attached("attached")),
    )),
    Shape(model.VirtualPrivateGateway, "VpnGateways", "VpnGatewayId", (
        ("vpc_id", "VpcAttachments", _attached("attached")), ("asn", "AmazonSideAsn", Codec(_asn)),
    )),
    Shape(model.CustomerGateway, "CustomerGateways", "CustomerGatewayId", (
        ("address", "IpAddress", Codec(_device, text_of)),
        ("asn", "BgpAsn", Codec(_asn, str)),
    )),
    Shape(model.PeeringConnection, "VpcPeeringConnections", "VpcPeeringConnectionId", (
        ("requester", "RequesterVpcInfo", _PEERS), ("accepter", "AccepterVpcInfo", _PEERS),
        ("status", "Status.Code", WORD),
    )),
)  # fmt: skip
