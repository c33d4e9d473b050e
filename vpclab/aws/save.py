"""From a topology to describe-* output: the folder that `load_aws` reads, and other tools too.

One file per call in ``aws_configs/accounts/<account>/<Region>/``. Every call gets its file, even an
empty one, because a missing file would be read as AWS's default.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from vpclab.aws.elements import FORWARDS_TAG, NO_TARGET, UNKNOWN
from vpclab.aws.files import ACCOUNT, REGION
from vpclab.topology import model
from vpclab.topology.builders import Topology
from vpclab.topology.errors import BadInput
from vpclab.topology.model import ALL, DEFAULT_ENTRY, INBOUND, OUTBOUND, PORTED, PROTOCOL_NAMES

Json = dict[str, Any]
Home = tuple[str, str]  # account and Region
_TARGETS = {
    "nat": "NatGatewayId", "eni": "NetworkInterfaceId", "i": "InstanceId", "tgw": "TransitGatewayId",
    "eigw": "EgressOnlyInternetGatewayId", "pcx": "VpcPeeringConnectionId",
}  # fmt: skip


def save_aws(topology: Topology, folder: str | os.PathLike[str]) -> None:
    """Write a topology as describe-* JSON; `load_aws` of that folder gives the same one back."""
    snapshot = topology.snapshot()
    homes = {vpc.id: _home(vpc.account, vpc.region) for vpc in snapshot.all(model.Vpc)}
    first = min(homes.values(), default=_home(topology.account_id, topology.region))
    keys = [*(key for _, key, _ in _WRITERS), "VpcAttributes"]
    files: dict[tuple[Home, str], list[Json]] = {
        (h, key): [] for h in {first, *homes.values()} for key in keys
    }
    for kind, key, write in _WRITERS:
        for value in snapshot.all(kind):
            home = homes.get(_vpc_id(snapshot, value) or "", first)
            if key == "PrefixLists" and "/" in value.id:  # a second Region's list of the same id
                home = next((h for h in homes.values() if value.id.startswith(f"{h[1]}/")), first)
            files[home, key].append(write(value, snapshot))
    for vpc in snapshot.all(model.Vpc):
        dns = {
            "EnableDnsSupport": {"Value": vpc.dns_support},
            "EnableDnsHostnames": {"Value": vpc.dns_hostnames},
        }
        files[homes[vpc.id], "VpcAttributes"].append({"VpcId": vpc.id, **dns})
    ids = {value.id for value in snapshot}
    for ((account, region), key), found in files.items():
        path = Path(folder, "aws_configs", "accounts", account, region, f"{key}.json")
        text = json.dumps({key: _as_printed(found, f"{region}/", ids)}, indent=2, ensure_ascii=False) + "\n"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        except (OSError, ValueError) as error:
            raise BadInput(
                f"{path} cannot be written: {getattr(error, 'strerror', None) or error}"
            ) from error


def _home(account: str, region: str) -> Home:
    """Return the folder names for an account and a Region; anything else than these is no folder name."""
    return (
        account if ACCOUNT.fullmatch(account) else UNKNOWN,
        region if REGION.fullmatch(region) else UNKNOWN,
    )


def _vpc_id(snapshot: model.Snapshot, value: Any) -> str | None:
    """Return the VPC that a value is in, or that uses it."""
    if isinstance(value, model.Vpc):
        return value.id
    if isinstance(value, model.ElasticIp):
        user = snapshot.get(model.NetworkInterface, value.interface_id) or snapshot.get(
            model.NatGateway, value.interface_id
        )
        return user.vpc_id if user else None
    if isinstance(value, model.PrefixList):
        tables = (
            t.vpc_id
            for t in snapshot.all(model.RouteTable)
            if any(r.destination == value.id for r in t.routes)
        )
        groups = (
            g.vpc_id for g in snapshot.all(model.SecurityGroup) if any(r.peer == value.id for r in g.rules)
        )
        return next(tables, None) or next(groups, None)
    return str(value.vpc_id)


def _as_printed(value: Any, prefix: str, ids: set[str]) -> Any:
    """Return JSON without empty fields, in which this Region's ids stand without the Region in front."""
    if isinstance(value, dict):
        return {key: _as_printed(inner, prefix, ids) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [_as_printed(inner, prefix, ids) for inner in value]
    return value.removeprefix(prefix) if isinstance(value, str) and value in ids else value


def _tags(value: model.Resource, named: bool = False) -> list[Json]:
    """Return the tags, with the name among them unless it stands elsewhere or is the id."""
    pairs = [*([] if named or value.name == value.id else [("Name", value.name)]), *value.tags]
    if isinstance(value, model.Instance) and value.forwards:
        pairs.append((FORWARDS_TAG, value.forwards))
    return [{"Key": key, "Value": text} for key, text in pairs]


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _blocks(key: str, blocks: Iterable[Any]) -> list[Json]:
    return [{key: str(block), f"{key}State": {"State": "associated"}} for block in blocks]


def _vpc(vpc: model.Vpc, _: model.Snapshot) -> Json:
    return {
        "VpcId": vpc.id, "CidrBlock": str(vpc.cidrs[0]), "OwnerId": vpc.account, "IsDefault": vpc.is_default,
        "CidrBlockAssociationSet": _blocks("CidrBlock", vpc.cidrs),
        "Ipv6CidrBlockAssociationSet": _blocks("Ipv6CidrBlock", vpc.ipv6_cidrs), "Tags": _tags(vpc),
    }  # fmt: skip


def _subnet(subnet: model.Subnet, _: model.Snapshot) -> Json:
    return {
        "SubnetId": subnet.id, "VpcId": subnet.vpc_id, "AvailabilityZone": subnet.az,
        "CidrBlock": _text(subnet.cidr), "MapPublicIpOnLaunch": subnet.public_ip_on_launch,
        "Ipv6CidrBlockAssociationSet": _blocks("Ipv6CidrBlock", filter(None, [subnet.ipv6_cidr])),
        "AssignIpv6AddressOnCreation": subnet.ipv6_on_launch, "Tags": _tags(subnet),
    }  # fmt: skip


def _route_table(table: model.RouteTable, snapshot: model.Snapshot) -> Json:
    links: list[Json] = [{"Main": True}] if table.main else []
    links += [{"Main": False, "SubnetId": id} for id in table.subnet_ids]
    links += [{"Main": False, "GatewayId": id} for id in table.gateway_ids]
    return {
        "RouteTableId": table.id, "VpcId": table.vpc_id, "Associations": links,
        "PropagatingVgws": [{"GatewayId": id} for id in table.propagating],
        "Routes": [_route(route, snapshot) for route in table.routes], "Tags": _tags(table),
    }  # fmt: skip


def _route(route: model.Route, snapshot: model.Snapshot) -> Json:
    if isinstance(route.destination, str):
        where = "DestinationPrefixListId"
    else:
        where = "DestinationCidrBlock" if route.destination.version == 4 else "DestinationIpv6CidrBlock"
    words = {model.NatGateway: "nat", model.NetworkInterface: "eni", model.Instance: "i"}
    word = next(
        (w for kind, w in words.items() if snapshot.get(kind, route.target)), route.target.split("-")[0]
    )
    target = {} if route.target == NO_TARGET else {_TARGETS.get(word, "GatewayId"): route.target}
    return {where: str(route.destination), **target, "State": route.state, "Origin": route.origin}


def _internet_gateway(gateway: model.InternetGateway, _: model.Snapshot) -> Json:
    links = [{"State": "available", "VpcId": gateway.vpc_id}] if gateway.vpc_id else []
    return {"InternetGatewayId": gateway.id, "Attachments": links, "Tags": _tags(gateway)}


def _nat_gateway(nat: model.NatGateway, snapshot: model.Snapshot) -> Json:
    eni = next((eni.id for eni in snapshot.all(model.NetworkInterface) if eni.owner_id == nat.id), None)
    main = {"PrivateIp": _text(nat.private_ip), "PublicIp": _text(nat.public_ip), "NetworkInterfaceId": eni}
    return {
        "NatGatewayId": nat.id, "VpcId": nat.vpc_id, "SubnetId": nat.subnet_id, "State": nat.state,
        "ConnectivityType": nat.connectivity, "AvailabilityMode": nat.availability,
        "NatGatewayAddresses": [main], "Tags": _tags(nat),
    }  # fmt: skip


def _address(eip: model.ElasticIp, _: model.Snapshot) -> Json:
    return {
        "AllocationId": eip.id, "PublicIp": str(eip.address), "NetworkInterfaceId": eip.interface_id,
        "PrivateIpAddress": _text(eip.private_ip), "Domain": "vpc", "Tags": _tags(eip),
    }  # fmt: skip


def _network_interface(eni: model.NetworkInterface, snapshot: model.Snapshot) -> Json:
    """Write an interface; the description tells whose it is, as AWS does for those it manages."""
    about, vpc = "", snapshot.get(model.Vpc, eni.vpc_id)
    link: Json = {"DeviceIndex": eni.device_index, "Status": "attached"}
    if snapshot.get(model.NatGateway, eni.owner_id):
        about = f"Interface for NAT Gateway {eni.owner_id}"
    elif eni.owner_id and eni.interface_type != "interface":
        about = f"VPC Endpoint Interface {eni.owner_id}"
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
        "InterfaceType": eni.interface_type, "SourceDestCheck": eni.source_dest_check,
        "Attachment": link if eni.owner_id or eni.device_index else None,
        "Status": "in-use" if eni.owner_id else "available", "PrivateIpAddresses": addresses,
        "Ipv6Addresses": [{"Ipv6Address": str(address)} for address in eni.ipv6_addresses],
        "Groups": [{"GroupId": id} for id in eni.group_ids], "TagSet": _tags(eni),
    }  # fmt: skip


def _reservation(instance: model.Instance, snapshot: model.Snapshot) -> Json:
    enis = [e.id for e in snapshot.all(model.NetworkInterface) if e.owner_id == instance.id]
    return {"Instances": [{
        "InstanceId": instance.id, "VpcId": instance.vpc_id, "SubnetId": instance.subnet_id,
        "State": {"Name": instance.state}, "NetworkInterfaces": [{"NetworkInterfaceId": id} for id in enis],
        "Tags": _tags(instance),
    }]}  # fmt: skip


def _security_group(group: model.SecurityGroup, _: model.Snapshot) -> Json:
    return {
        "GroupId": group.id, "GroupName": group.name, "VpcId": group.vpc_id, "Description": group.description,
        "IpPermissions": [_permission(rule) for rule in group.side(INBOUND)],
        "IpPermissionsEgress": [_permission(rule) for rule in group.side(OUTBOUND)],
        "Tags": _tags(group, named=True),
    }  # fmt: skip


def _permission(rule: model.SecurityGroupRule) -> Json:
    if not isinstance(rule.peer, str):
        key, field = ("IpRanges", "CidrIp") if rule.peer.version == 4 else ("Ipv6Ranges", "CidrIpv6")
    elif rule.peer.split("/")[-1].startswith("pl-"):
        key, field = "PrefixListIds", "PrefixListId"
    else:
        key, field = "UserIdGroupPairs", "GroupId"
    word = "-1" if rule.protocol == ALL else PROTOCOL_NAMES.get(rule.protocol, str(rule.protocol))
    peer = {field: str(rule.peer), "Description": rule.description or None}
    return {"IpProtocol": word, "FromPort": rule.from_port, "ToPort": rule.to_port, key: [peer]}


def _network_acl(acl: model.NetworkAcl, _: model.Snapshot) -> Json:
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
        "Entries": [_entry(entry) for entry in (*acl.entries, *last)], "Tags": _tags(acl),
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


def _prefix_list(found: model.PrefixList, _: model.Snapshot) -> Json:
    blocks = [str(block) for block in found.cidrs]
    return {
        "PrefixListId": found.id,
        "PrefixListName": found.name,
        "Cidrs": blocks,
        "Tags": _tags(found, named=True),
    }


_WRITERS: list[tuple[type[Any], str, Callable[[Any, model.Snapshot], Json]]] = [
    (model.Vpc, "Vpcs", _vpc),
    (model.Subnet, "Subnets", _subnet),
    (model.RouteTable, "RouteTables", _route_table),
    (model.InternetGateway, "InternetGateways", _internet_gateway),
    (model.NatGateway, "NatGateways", _nat_gateway),
    (model.ElasticIp, "Addresses", _address),
    (model.NetworkInterface, "NetworkInterfaces", _network_interface),
    (model.Instance, "Reservations", _reservation),
    (model.SecurityGroup, "SecurityGroups", _security_group),
    (model.NetworkAcl, "NetworkAcls", _network_acl),
    (model.PrefixList, "PrefixLists", _prefix_list),
]
