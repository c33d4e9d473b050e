"""From one JSON element of a describe call to one frozen value, where the fields need some reading.

Nothing here looks at other elements: what needs more than its own element is put together in `load`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from vpclab.aws.fields import Item
from vpclab.aws.files import REGION
from vpclab.aws.shapes import FORWARDS_TAG, UNKNOWN, base, blocks6, ids, in_force, tags_of
from vpclab.topology import model
from vpclab.topology.model import (
    ALL,
    DEFAULT_ENTRY,
    ICMP,
    ICMPV6,
    INBOUND,
    LOCAL,
    OUTBOUND,
    PORTED,
    PROTOCOL_NAMES,
)

NO_TARGET = "no target"  # of a blackhole whose target AWS no longer names
_NUMBERS = {word: number for number, word in PROTOCOL_NAMES.items()}
_PEERS = ("IpRanges", "Ipv6Ranges", "PrefixListIds", "UserIdGroupPairs")
_TARGETS = (
    "GatewayId", "NatGatewayId", "TransitGatewayId", "VpcPeeringConnectionId", "EgressOnlyInternetGatewayId",
    "NetworkInterfaceId", "InstanceId", "LocalGatewayId", "CarrierGatewayId", "CoreNetworkArn",
    "OdbNetworkArn",
)  # fmt: skip


def prefix_list(item: Item) -> model.PrefixList | None:
    """Return a prefix list, or None if the call that names it does not tell its blocks."""
    if item.raw("Entries") is None and item.raw("Cidrs") is None:
        return None
    found = [(entry, entry.block("Cidr")) for entry in (*item.items("Entries"), *item.texts("Cidrs", "Cidr"))]
    for entry, block in found:
        if block is None:
            raise entry.bad("has no Cidr: every entry of a prefix list is a block (RT-19)")
    cidrs = tuple(dict.fromkeys(block for _, block in found if block is not None))
    return model.PrefixList(**base(item, item.need("PrefixListId"), item.text("PrefixListName")), cidrs=cidrs)


def dns_attribute(item: Item, key: str) -> bool | None:
    """Return a DNS attribute, plain or as describe-vpc-attribute wraps it."""
    return item.flag(key) if isinstance(item.raw(key), bool) else item.item(key).flag("Value")


def vpc(item: Item, region: str | None, account: str | None, dns: dict[str, bool]) -> model.Vpc:
    """Return a VPC with its blocks, the primary one first."""
    links = in_force(item, "CidrBlockAssociationSet", "CidrBlockState")
    first, more = item.block4("CidrBlock"), [link.block4("CidrBlock") for link in links]
    cidrs = tuple(dict.fromkeys(block for block in (first, *more) if block is not None))
    if not cidrs:
        raise item.bad("has no CidrBlock: every VPC has a primary IPv4 block (VPC-2)")
    default = item.flag("IsDefault") or False
    return model.Vpc(
        **base(item, item.need("VpcId")), region=region or UNKNOWN, is_default=default,
        account=item.text("OwnerId") or account or UNKNOWN, cidrs=cidrs, ipv6_cidrs=blocks6(item),
        dns_support=dns.get("EnableDnsSupport", True),
        dns_hostnames=dns.get("EnableDnsHostnames", default),  # on in a default VPC (VPC-13)
    )  # fmt: skip


def region_of(subnet: Item) -> str | None:
    """Return a subnet's Region from its ARN or its Availability Zone."""
    arn = (subnet.text("SubnetArn") or "").split(":")
    found = REGION.match(arn[3] if len(arn) > 3 else subnet.text("AvailabilityZone") or "")
    return found[0] if found else None


def local_routes(vpc: model.Vpc, there: Iterable[object] = ()) -> tuple[model.Route, ...]:
    """Return the local routes of a VPC's blocks that are not there yet (RT-4)."""
    known = set(there)
    return tuple(
        model.Route(block, LOCAL, origin="CreateRouteTable") for block in vpc.blocks if block not in known
    )


def route_table(item: Item) -> model.RouteTable:
    """Return a route table; `route` reads its rows."""
    links = list(in_force(item, "Associations", "AssociationState"))
    return model.RouteTable(
        **base(item, item.need("RouteTableId")), vpc_id=item.need("VpcId"),
        routes=tuple(route(row) for row in item.items("Routes")),
        main=any(link.flag("Main") for link in links),
        subnet_ids=ids(links, "SubnetId"), gateway_ids=ids(links, "GatewayId"),
        propagating=ids(item.items("PropagatingVgws"), "GatewayId"),
    )  # fmt: skip


def route(item: Item) -> model.Route:
    """Return one route; the target stays an id, of whatever kind it is."""
    block = item.block("DestinationCidrBlock", "DestinationIpv6CidrBlock")
    destination = block or item.id("DestinationPrefixListId")
    if destination is None:
        raise item.bad("has no destination: a route names a block or a prefix list (RT-16)")
    target = next((id for key in _TARGETS if (id := item.id(key))), NO_TARGET)
    return model.Route(
        destination, target, item.word("State") or "active", item.text("Origin") or "CreateRoute"
    )


def network_acl(item: Item) -> model.NetworkAcl:
    """Return a network ACL; its * rules are part of every one and not kept (ACL-4)."""
    entries = (_entry(entry) for entry in item.items("Entries"))
    return model.NetworkAcl(
        **base(item, item.need("NetworkAclId")), vpc_id=item.need("VpcId"),
        is_default=item.flag("IsDefault") or False,
        entries=tuple(entry for entry in entries if entry.number < DEFAULT_ENTRY),
        subnet_ids=ids(item.items("Associations"), "SubnetId"),
    )  # fmt: skip


def _entry(item: Item) -> model.NetworkAclEntry:
    number, action = item.number("RuleNumber", 1, 65535), item.word("RuleAction")
    block = item.block("CidrBlock", "Ipv6CidrBlock")
    if number is None or block is None or action not in ("allow", "deny"):
        raise item.bad("needs a RuleNumber, a CidrBlock and the RuleAction allow or deny (ACL-5)")
    protocol = _protocol(item, "Protocol")
    if protocol in (ICMP, ICMPV6):
        ports = _ports(protocol, item.item("IcmpTypeCode"), "Type", "Code")
    else:
        ports = _ports(protocol, item.item("PortRange"), "From", "To")
    side = OUTBOUND if item.flag("Egress") else INBOUND
    return model.NetworkAclEntry(side, number, action == "allow", protocol, block, *ports)


def _protocol(item: Item, key: str) -> int:
    found = item.raw(key)
    word = str(found) if type(found) is int else item.word(key) or ""  # some tools write the number itself
    if word in _NUMBERS:
        return _NUMBERS[word]
    if not re.fullmatch(r"-1|[0-9]{1,3}", word) or int(word) > 255:
        raise item.wrong(key, "a protocol such as tcp, udp, icmp, 6 or -1", found)
    return int(word)


def _ports(protocol: int, item: Item, first: str, last: str) -> tuple[int | None, int | None]:
    """Return ports, or ICMP type and code; protocols without them take every value (SG-8, ACL-6)."""
    if protocol in PORTED:
        low, high = item.number(first, ALL, 65535), item.number(last, ALL, 65535)
        if low is None or high is None or ALL in (low, high):
            return 0, 65535
        if low > high:
            raise item.wrong(first, f"a port up to {last}, which is {high}", low)
        return low, high
    if protocol in (ICMP, ICMPV6):
        kind, code = item.number(first, ALL, 255), item.number(last, ALL, 255)
        return ALL if kind is None else kind, ALL if code is None else code
    return None, None


def security_group(item: Item, loose: Iterable[model.SecurityGroupRule]) -> model.SecurityGroup:
    """Return a security group; `loose`, its rules in SecurityGroupRules, count where it shows none."""
    rules: list[model.SecurityGroupRule] = []
    for key, side in (("IpPermissions", INBOUND), ("IpPermissionsEgress", OUTBOUND)):
        for permission in item.items(key):
            peers = [peer for name in _PEERS for peer in permission.items(name)]
            rules.extend(_rules(permission, side, peers))
    if item.raw("IpPermissions") is None and item.raw("IpPermissionsEgress") is None:
        rules = list(loose)
    return model.SecurityGroup(
        **base(item, item.need("GroupId"), item.text("GroupName")), vpc_id=item.id("VpcId") or "",
        description=item.text("Description") or "", rules=tuple(dict.fromkeys(rules)),
    )  # fmt: skip


def loose_rules(item: Item) -> Iterator[model.SecurityGroupRule]:
    """Return the rule that an element of SecurityGroupRules holds."""
    group = item.item("ReferencedGroupInfo")
    return _rules(item, OUTBOUND if item.flag("IsEgress") else INBOUND, [group if group.data else item])


def _rules(item: Item, direction: str, peers: Iterable[Item]) -> Iterator[model.SecurityGroupRule]:
    """Return one rule per peer (SG-7)."""
    protocol = _protocol(item, "IpProtocol")
    low, high = _ports(protocol, item, "FromPort", "ToPort")
    for peer in peers:
        target = peer.block("CidrIp", "CidrIpv4", "CidrIpv6") or peer.id("PrefixListId")
        if target is None and peer is not item:
            target = peer.id("GroupId") or peer.text("GroupName")
        if target is None:
            raise peer.bad("names no block, prefix list or security group (SG-7)")
        text = peer.text("Description") or item.text("Description") or ""
        yield model.SecurityGroupRule(
            direction, protocol, low, high, target, text, peer.text("GroupName") or "",
            stale=peer.word("PeeringStatus") not in (None, "active"),
        )  # fmt: skip


def forwards(item: Item) -> str | None:
    """Return what an instance does with packets for others, which only our own tag tells (NI-1)."""
    value = tags_of(item).get(FORWARDS_TAG)
    if value not in (None, "forward", "nat"):
        raise item.wrong(f"Tags: {FORWARDS_TAG}", "forward or nat", value)
    return value


def own_interface(instance: Item) -> Item:
    """Return the interface that an instance must have, where only the instance itself is described."""
    data: dict[str, Any] = {
        key: instance.raw(key) for key in ("SubnetId", "VpcId", "PrivateIpAddress", "SourceDestCheck")
    }
    data |= {
        "NetworkInterfaceId": f"{instance.need('InstanceId')}-interface",
        "Attachment": {"InstanceId": instance.raw("InstanceId")},
        "Association": {"PublicIp": instance.raw("PublicIpAddress"), "IpOwnerId": "amazon"},
        "Ipv6Addresses": [{"Ipv6Address": instance.raw("Ipv6Address")}],
    }
    return Item(data, instance.where, instance.renamed)
