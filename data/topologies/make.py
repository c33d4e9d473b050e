"""Make the example folders of this directory: real boto3 calls against moto, then fixed ids.

    python data/topologies/make.py [folder]

moto answers like the EC2 API, but invents ids, addresses and times at every run. They are replaced by
fixed ones of the same shape, and what moto leaves out or does otherwise than AWS is put right, so that
the files are what the AWS CLI would print for this network. It needs the `dev` extra.
"""

from __future__ import annotations

import json
import re
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

ACCOUNT, REGION = "111122223333", "ap-northeast-1"
WHEN = "2026-01-15T09:00:00+00:00"
WEB_IP, NAT_IP, NAT_PRIVATE_IP = "198.51.100.10", "198.51.100.99", "10.0.0.220"
_ID = re.compile(r"\b([a-z]+(?:-[a-z]+)*)-([0-9a-f]{17}|[0-9a-f]{8})\b")
_NOISE = {  # says nothing about the network, or is moto's own
    "BlockDeviceMappings", "ClientToken", "HibernationOptions", "MetadataOptions", "Platform", "ProductCodes",
    "RequesterId", "SriovNetSupport", "StateReason",
}  # fmt: skip
Json = dict[str, Any]


def _named(kind: str, name: str) -> list[Json]:
    return [{"ResourceType": kind, "Tags": [{"Key": "Name", "Value": name}]}]


def build(ec2: Any) -> str:
    """Make the web shop's network with API calls, in the order a person would, and return the VPC's id."""
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=_named("vpc", "prod"))["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    subnets: dict[str, str] = {}
    for tier, number in (("public", 0), ("app", 10), ("db", 20)):
        for offset, zone in enumerate("ac"):
            name = f"{tier}-{zone}"
            made = ec2.create_subnet(
                VpcId=vpc, CidrBlock=f"10.0.{number + offset}.0/24", AvailabilityZone=REGION + zone,
                TagSpecifications=_named("subnet", name),
            )  # fmt: skip
            subnets[name] = made["Subnet"]["SubnetId"]

    igw = ec2.create_internet_gateway(TagSpecifications=_named("internet-gateway", "igw"))
    igw = igw["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=igw, VpcId=vpc)
    nat_ip = ec2.allocate_address(Domain="vpc", TagSpecifications=_named("elastic-ip", "nat"))
    nat = ec2.create_nat_gateway(
        SubnetId=subnets["public-a"], AllocationId=nat_ip["AllocationId"],
        TagSpecifications=_named("natgateway", "nat"),
    )["NatGateway"]["NatGatewayId"]  # fmt: skip

    mine = [{"Name": "vpc-id", "Values": [vpc]}]
    main = ec2.describe_route_tables(Filters=mine)["RouteTables"][0]["RouteTableId"]
    ec2.create_tags(Resources=[main], Tags=[{"Key": "Name", "Value": "main"}])
    for name, target in (("public", {"GatewayId": igw}), ("app", {"NatGatewayId": nat})):
        table = ec2.create_route_table(VpcId=vpc, TagSpecifications=_named("route-table", name))
        table = table["RouteTable"]["RouteTableId"]
        ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", **target)
        for zone in "ac":
            ec2.associate_route_table(RouteTableId=table, SubnetId=subnets[f"{name}-{zone}"])

    groups: dict[str, str] = {}
    anyone, client = {"CidrIp": "0.0.0.0/0", "Description": "customers"}, None
    tiers = (("web", (80, 443), "web servers"), ("app", (8080,), "the shop"), ("db", (3306,), "MySQL"))
    for name, ports, about in tiers:
        group = ec2.create_security_group(GroupName=name, Description=about, VpcId=vpc)["GroupId"]
        peer: Json = {"UserIdGroupPairs": [{"GroupId": client}]} if client else {"IpRanges": [anyone]}
        allowed = [{"IpProtocol": "tcp", "FromPort": port, "ToPort": port, **peer} for port in ports]
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=allowed)
        groups[name] = client = group

    default_acl = ec2.describe_network_acls(Filters=mine)["NetworkAcls"][0]["NetworkAclId"]
    ec2.create_tags(Resources=[default_acl], Tags=[{"Key": "Name", "Value": "default"}])
    acl = ec2.create_network_acl(VpcId=vpc, TagSpecifications=_named("network-acl", "db"))
    acl = acl["NetworkAcl"]["NetworkAclId"]
    for egress, ports in ((False, (3306, 3306)), (True, (1024, 65535))):
        ec2.create_network_acl_entry(
            NetworkAclId=acl, RuleNumber=100, Protocol="6", RuleAction="allow", Egress=egress,
            CidrBlock="10.0.10.0/23", PortRange={"From": ports[0], "To": ports[1]},
        )  # fmt: skip
    for link in ec2.describe_network_acls(Filters=mine)["NetworkAcls"][0]["Associations"]:
        if link["SubnetId"] in (subnets["db-a"], subnets["db-c"]):
            ec2.replace_network_acl_association(
                AssociationId=link["NetworkAclAssociationId"], NetworkAclId=acl
            )

    image = ec2.describe_images(Filters=[{"Name": "name", "Values": ["amzn2-ami-*"]}])["Images"][0]["ImageId"]
    places = (
        ("web", "public-a", "10.0.0.10"),
        ("app", "app-a", "10.0.10.10"),
        ("app-2", "app-c", "10.0.11.10"),
        ("db", "db-a", "10.0.20.10"),
    )
    for name, subnet, address in places:
        made = ec2.run_instances(
            ImageId=image, InstanceType="t3.micro", MinCount=1, MaxCount=1, SubnetId=subnets[subnet],
            PrivateIpAddress=address, SecurityGroupIds=[groups[name.split("-")[0]]],
            TagSpecifications=_named("instance", name),
        )["Instances"][0]  # fmt: skip
        if name == "web":
            web_ip = ec2.allocate_address(Domain="vpc", TagSpecifications=_named("elastic-ip", "web"))
            ec2.associate_address(AllocationId=web_ip["AllocationId"], InstanceId=made["InstanceId"])
    return str(vpc)


def describe(ec2: Any, vpc: str) -> dict[str, list[Json]]:
    """Return what the describe calls print for the VPC, by their top-level key."""
    mine = {"Filters": [{"Name": "vpc-id", "Values": [vpc]}]}
    attached = {"Filters": [{"Name": "attachment.vpc-id", "Values": [vpc]}]}
    calls: tuple[tuple[str, Json], ...] = (
        ("Vpcs", mine), ("Subnets", mine), ("RouteTables", mine), ("InternetGateways", attached),
        ("NatGateways", {}), ("Addresses", {}), ("NetworkInterfaces", mine), ("SecurityGroups", mine),
        ("NetworkAcls", mine),
    )  # fmt: skip
    found = {}
    for key, filters in calls:
        name = "describe_" + re.sub(r"(?<!^)([A-Z])", r"_\1", key).lower()
        found[key] = getattr(ec2, name)(**filters)[key]
    found["Reservations"] = ec2.describe_instances(**mine)["Reservations"]
    attributes = {"VpcId": vpc}
    for key in ("EnableDnsSupport", "EnableDnsHostnames"):  # one call each; put together here
        attributes[key] = ec2.describe_vpc_attribute(VpcId=vpc, Attribute=key[0].lower() + key[1:])[key]
    found["VpcAttributes"] = [attributes]
    return found


def as_aws(found: dict[str, list[Json]]) -> None:
    """Put right, in place, where moto's answers differ from AWS's."""
    [nat] = found["NatGateways"]
    nat |= {"ConnectivityType": "public", "AvailabilityMode": "zonal"}
    [nat_address] = nat["NatGatewayAddresses"]
    nat_address |= {"PrivateIp": NAT_PRIVATE_IP, "IsPrimary": True, "Status": "succeeded"}
    for address in found["Addresses"]:
        address["PublicIp"], is_nat = WEB_IP, not address.pop("InstanceId")
        if is_nat:
            address |= {"PublicIp": NAT_IP, "PrivateIpAddress": NAT_PRIVATE_IP}
            nat_address["PublicIp"] = NAT_IP
        else:
            address["InstanceId"] = found["Reservations"][0]["Instances"][0]["InstanceId"]
    public = {address["NetworkInterfaceId"]: address for address in found["Addresses"]}
    nested = {
        eni["NetworkInterfaceId"]: (instance, eni)
        for reservation in found["Reservations"]
        for instance in reservation["Instances"]
        for eni in instance["NetworkInterfaces"]
    }
    for number, eni in enumerate(found["NetworkInterfaces"], 1):
        id = eni["NetworkInterfaceId"]
        eni["MacAddress"] = f"06:5f:3a:9c:2b:{number:02x}"
        if id == nat_address["NetworkInterfaceId"]:
            eni |= {
                "Description": f"Interface for NAT Gateway {nat['NatGatewayId']}",
                "InterfaceType": "nat_gateway", "RequesterManaged": True, "SourceDestCheck": False,
                "Status": "in-use", "Groups": [],
                "PrivateIpAddress": NAT_PRIVATE_IP, "PrivateDnsName": "",
                "PrivateIpAddresses": [{"Primary": True, "PrivateIpAddress": NAT_PRIVATE_IP}],
                "Attachment": {"DeviceIndex": 1, "InstanceOwnerId": "amazon-aws", "Status": "attached"},
            }  # fmt: skip
        eni.pop("Association", None)
        if id in public:
            address = public[id]
            link = {key: address[key] for key in ("AllocationId", "AssociationId", "PublicIp")}
            link["IpOwnerId"] = ACCOUNT
            eni["Association"] = eni["PrivateIpAddresses"][0]["Association"] = link
        if id in nested:
            instance, inner = nested[id]
            inner |= {key: eni[key] for key in ("MacAddress", "PrivateIpAddresses")}
            inner.pop("Association", None)
            names = {"PublicDnsName": "", "PrivateDnsName": instance["PrivateDnsName"]}
            instance.pop("PublicIpAddress", None)
            if id in public:
                inner["Association"] = {"IpOwnerId": ACCOUNT, "PublicIp": WEB_IP}
                instance["PublicIpAddress"] = WEB_IP
                names["PublicDnsName"] = f"ec2-{WEB_IP.replace('.', '-')}.{REGION}.compute.amazonaws.com"
            instance |= names
    default = next(group for group in found["SecurityGroups"] if group["GroupName"] == "default")
    for acl in found["NetworkAcls"]:
        for egress in (False, True):  # ACL-4: moto's new network ACLs lack the * rules
            star = {"CidrBlock": "0.0.0.0/0", "Egress": egress, "Protocol": "-1", "RuleAction": "deny"}
            star["RuleNumber"] = 32767
            if star not in acl["Entries"]:
                acl["Entries"].append(star)
    members = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": default["GroupId"], "UserId": ACCOUNT}]}
    default["IpPermissions"] = [members]  # SG-1: moto's default group admits nobody


def settled(found: dict[str, list[Json]]) -> dict[str, list[Json]]:
    """Return the answers with fixed ids, account and times in the place of invented ones."""
    ids: dict[str, str] = {}

    def fixed_id(match: re.Match[str]) -> str:
        if match[0] not in ids:
            number = 1 + sum(id.startswith(match[1] + "-0") for id in ids.values())
            ids[match[0]] = f"{match[1]}-05f3a9c2b7d1e{number:04x}"
        return ids[match[0]]

    def fixed(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: fixed(inner) for key, inner in value.items() if key not in _NOISE}
        if isinstance(value, list):
            return [fixed(inner) for inner in value]
        if isinstance(value, datetime):
            return WHEN
        if isinstance(value, str):
            value = value.replace("123456789012", ACCOUNT).replace(
                ".ec2.internal", f".{REGION}.compute.internal"
            )
            return _ID.sub(fixed_id, value)
        return value

    return {key: fixed(elements) for key, elements in found.items()}


def make(folder: Path) -> None:
    """Write the web shop into a folder, one file per call, as the AWS CLI prints it."""
    import boto3
    from moto import mock_aws

    with mock_aws():
        ec2 = boto3.client("ec2", region_name=REGION)
        found = describe(ec2, build(ec2))
    as_aws(found)
    home = folder / "web-shop" / "aws_configs" / REGION
    home.mkdir(parents=True, exist_ok=True)
    for key, elements in settled(found).items():
        text = json.dumps({key: elements}, indent=4, ensure_ascii=False)
        (home / f"{key}.json").write_text(text + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent)
