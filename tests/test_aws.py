"""describe-* output in and out: what is read, what is taken for granted, what is refused."""

from __future__ import annotations

import copy
import importlib.util
import json
import os
import tempfile
import warnings
from contextlib import suppress
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vpclab import VpclabError, data_path, internet, tcp, trace
from vpclab.aws import load_aws, save_aws
from vpclab.topology import model
from vpclab.topology.builders import Topology
from vpclab.topology.errors import BadInput, NotFound

SHOP = data_path("topologies/web-shop")
ANY = ip_network("0.0.0.0/0")
VPC = {"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "OwnerId": "111122223333"}
SUBNET = {
    "SubnetId": "subnet-1",
    "VpcId": "vpc-1",
    "CidrBlock": "10.0.0.0/24",
    "AvailabilityZone": "eu-west-1a",
}
ENI = {
    "NetworkInterfaceId": "eni-1", "SubnetId": "subnet-1", "VpcId": "vpc-1", "Groups": [{"GroupId": "sg-1"}],
    "PrivateIpAddresses": [{"Primary": True, "PrivateIpAddress": "10.0.0.10"}],
    "Attachment": {"InstanceId": "i-1", "DeviceIndex": 0, "Status": "attached"},
}  # fmt: skip
INSTANCE = {
    "InstanceId": "i-1", "VpcId": "vpc-1", "SubnetId": "subnet-1", "State": {"Name": "running"},
    "PrivateIpAddress": "10.0.0.10", "SecurityGroups": [{"GroupId": "sg-1"}],
}  # fmt: skip
GROUP = {
    "GroupId": "sg-1",
    "GroupName": "web",
    "VpcId": "vpc-1",
    "IpPermissions": [],
    "IpPermissionsEgress": [],
}
TABLE = {"RouteTableId": "rtb-1", "VpcId": "vpc-1", "Associations": [{"Main": True}], "Routes": []}
LOCAL = {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"}
NAT = {"NatGatewayId": "nat-1", "VpcId": "vpc-1", "SubnetId": "subnet-1", "State": "available"}
BASE: dict[str, list[Any]] = {
    "Vpcs": [VPC], "Subnets": [SUBNET], "RouteTables": [TABLE], "NetworkInterfaces": [ENI],
    "Reservations": [{"Instances": [INSTANCE]}], "SecurityGroups": [GROUP], "InternetGateways": [],
    "NetworkAcls": [], "VpcAttributes": [{"VpcId": "vpc-1", "EnableDnsHostnames": {"Value": True}}],
}  # fmt: skip


def load(**changes: Any) -> Topology:
    """Load the base with other lists; None takes a key away."""
    return load_aws({key: value for key, value in (BASE | changes).items() if value is not None})


def vpcs(**changes: Any) -> dict[str, Any]:
    return {"Vpcs": [VPC | changes]}


def subnets(**changes: Any) -> dict[str, Any]:
    return {"Subnets": [SUBNET | changes]}


def tables(**changes: Any) -> dict[str, Any]:
    return {"RouteTables": [TABLE | changes]}


def nats(**changes: Any) -> dict[str, Any]:
    return {"NatGateways": [NAT | changes]}


def enis(**changes: Any) -> dict[str, Any]:
    return {"NetworkInterfaces": [ENI | changes]}


def instances(**changes: Any) -> dict[str, Any]:
    return {"Reservations": [{"Instances": [INSTANCE | changes]}]}


def groups(**changes: Any) -> dict[str, Any]:
    return {"SecurityGroups": [GROUP | changes]}


def only(topology: Topology, kind: type[Any]) -> Any:
    [value] = topology.values(kind)
    return value


def everything(topology: Topology) -> dict[str, Any]:
    return {f"{value.kind} {value.id}": value for value in topology.snapshot()}


def rule(**permission: Any) -> dict[str, Any]:
    return GROUP | {"IpPermissions": [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443} | permission]}


def routed(**route: Any) -> list[Any]:
    return [TABLE | {"Routes": [{"DestinationCidrBlock": "0.0.0.0/0"} | route]}]


def acl(**entry: Any) -> list[Any]:
    whole = {
        "RuleNumber": 100,
        "RuleAction": "allow",
        "Protocol": "6",
        "Egress": False,
        "CidrBlock": "0.0.0.0/0",
    }
    return [{"NetworkAclId": "acl-1", "VpcId": "vpc-1", "Entries": [whole | entry]}]


# -- what is read -----------------------------------------------------------------------------------

LISTS = "CidrBlockAssociationSet"
AUTOMATIC = model.PrivateAddress(ip_address("10.0.0.10"), ip_address("198.51.100.10"))
ELASTIC = model.PrivateAddress(ip_address("10.0.0.10"), ip_address("198.51.100.10"), True)
READ: list[tuple[str, dict[str, Any], type[Any], str, Any]] = [
    ("a VPC has its primary block", {}, model.Vpc, "cidrs", (ip_network("10.0.0.0/16"),)),
    (
        "secondary blocks count while they are associated",
        {"Vpcs": [VPC | {LISTS: [
            {"CidrBlock": "10.0.0.0/16", "CidrBlockState": {"State": "associated"}},
            {"CidrBlock": "100.64.0.0/16", "CidrBlockState": {"State": "associated"}},
            {"CidrBlock": "100.65.0.0/16", "CidrBlockState": {"State": "disassociated"}},
        ]}]},
        model.Vpc, "cidrs", (ip_network("10.0.0.0/16"), ip_network("100.64.0.0/16")),
    ),
    (
        "IPv6 blocks of a VPC are read",
        {"Vpcs": [VPC | {"Ipv6" + LISTS: [{"Ipv6CidrBlock": "2001:db8::/56"}]}]},
        model.Vpc, "ipv6_cidrs", (ip_network("2001:db8::/56"),),
    ),
    ("the account is the owner's", {}, model.Vpc, "account", "111122223333"),
    ("the Region is told by the subnets' zones", {}, model.Vpc, "region", "eu-west-1"),
    ("DNS hostnames come from VpcAttributes", {}, model.Vpc, "dns_hostnames", True),
    (
        "a default VPC has DNS hostnames on (VPC-13)",
        {"Vpcs": [VPC | {"IsDefault": True}], "VpcAttributes": None}, model.Vpc, "dns_hostnames", True,
    ),
    ("host bits of a block are cleared (VPC-5)",
     subnets(CidrBlock="10.0.0.9/24"), model.Subnet, "cidr", ip_network("10.0.0.0/24")),
    ("an IPv6-only subnet has no IPv4 block",
     subnets(CidrBlock=None), model.Subnet, "cidr", None),
    ("a subnet's public addresses on launch",
     subnets(MapPublicIpOnLaunch=True), model.Subnet, "public_ip_on_launch", True),
    ("the Name tag is the name",
     subnets(Tags=[{"Key": "Name", "Value": "a"}]), model.Subnet, "name", "a"),
    ("an empty Name tag is no name",
     subnets(Tags=[{"Key": "Name", "Value": ""}]), model.Subnet, "name", "subnet-1"),
    ("other tags are kept",
     subnets(Tags=[{"Key": "env", "Value": "test"}]), model.Subnet, "tags", (("env", "test"),)),
    ("a group is called by its GroupName", {}, model.SecurityGroup, "name", "web"),
    ("a group's Name tag comes before its GroupName",
     groups(Tags=[{"Key": "Name", "Value": "front"}]), model.SecurityGroup, "name", "front"),
    ("an attached internet gateway",
     {"InternetGateways": [{"InternetGatewayId": "igw-1", "Attachments": [{"VpcId": "vpc-1"}]}]},
     model.InternetGateway, "vpc_id", "vpc-1"),
    ("an internet gateway that is not attached yet",
     {"InternetGateways": [{"InternetGatewayId": "igw-1", "Attachments": [
         {"VpcId": "vpc-1", "State": "attaching"}]}]},
     model.InternetGateway, "vpc_id", None),
    ("a detached internet gateway", {"InternetGateways": [{"InternetGatewayId": "igw-1", "Attachments": []}]},
     model.InternetGateway, "vpc_id", None),
    ("a regional NAT gateway has no subnet",
     nats(SubnetId=None, AvailabilityMode="regional"), model.NatGateway, "availability", "regional"),
    ("a private NAT gateway",
     nats(ConnectivityType="private"), model.NatGateway, "connectivity", "private"),
    ("a failed NAT gateway keeps its state (NGW-15)",
     nats(State="failed"), model.NatGateway, "state", "failed"),
    ("the primary address of a NAT gateway counts",
     nats(NatGatewayAddresses=[{"PrivateIp": "10.0.0.7"}, {"PrivateIp": "10.0.0.8", "IsPrimary": True}]),
     model.NatGateway, "private_ip", ip_address("10.0.0.8")),
    ("the primary private address comes first",
     enis(PrivateIpAddresses=[
         {"Primary": False, "PrivateIpAddress": "10.0.0.11"},
         {"Primary": True, "PrivateIpAddress": "10.0.0.10"}]),
     model.NetworkInterface, "private_ip", ip_address("10.0.0.10")),
    ("a public address stands at the private one",
     enis(PrivateIpAddresses=[
         {"PrivateIpAddress": "10.0.0.10",
          "Association": {"PublicIp": "198.51.100.10", "IpOwnerId": "amazon"}}]),
     model.NetworkInterface, "addresses", (AUTOMATIC,)),
    ("or at the interface",
     enis(Association={"PublicIp": "198.51.100.10", "AllocationId": "eipalloc-1"}),
     model.NetworkInterface, "addresses", (ELASTIC,)),
    ("or only in Addresses",
     {"Addresses": [{"PublicIp": "198.51.100.10", "InstanceId": "i-1", "AllocationId": "eipalloc-1"}]},
     model.NetworkInterface, "addresses", (ELASTIC,)),
    ("an Elastic IP knows its interface",
     {"Addresses": [{"PublicIp": "198.51.100.10", "InstanceId": "i-1", "AllocationId": "eipalloc-1"}]},
     model.ElasticIp, "interface_id", "eni-1"),
    ("an Elastic IP without an allocation is called by its address",
     {"Addresses": [{"PublicIp": "198.51.100.10"}]}, model.ElasticIp, "id", "198.51.100.10"),
    ("IPv6 addresses of an interface",
     enis(Ipv6Addresses=[{"Ipv6Address": "2001:db8::10"}]),
     model.NetworkInterface, "ipv6_addresses", (ip_address("2001:db8::10"),)),
    ("the source/destination check is on by itself", {}, model.NetworkInterface, "source_dest_check", True),
    ("the source/destination check off",
     enis(SourceDestCheck=False), model.NetworkInterface, "source_dest_check", False),
    ("an interface belongs to the instance it is attached to", {}, model.NetworkInterface, "owner_id", "i-1"),
    ("an interface belongs to the instance that lists it",
     {"NetworkInterfaces": [ENI | {"Attachment": None}],
      "Reservations": [{"Instances": [INSTANCE | {"NetworkInterfaces": [{"NetworkInterfaceId": "eni-1"}]}]}]},
     model.NetworkInterface, "owner_id", "i-1"),
    ("a NAT gateway's interface is told by its description",
     enis(Attachment=None, Description="Interface for NAT Gateway nat-1"),
     model.NetworkInterface, "owner_id", "nat-1"),
    ("a NAT gateway's interface is told by the gateway",
     {"NetworkInterfaces": [ENI | {"Attachment": None}],
      "NatGateways": [NAT | {"NatGatewayAddresses": [{"NetworkInterfaceId": "eni-1"}]}]},
     model.NetworkInterface, "owner_id", "nat-1"),
    ("no security group stands at a NAT gateway (NGW-7)",
     enis(Description="Interface for NAT Gateway nat-1", Attachment=None),
     model.NetworkInterface, "group_ids", ()),
    ("an endpoint's interface is told by its description",
     enis(Attachment=None, InterfaceType="vpc_endpoint", Description="VPC Endpoint Interface vpce-1"),
     model.NetworkInterface, "owner_id", "vpce-1"),
    ("Instances may stand at the top level",
     {"Reservations": None, "Instances": [INSTANCE]}, model.Instance, "subnet_id", "subnet-1"),
    ("a stopped instance is stopped",
     instances(State={"Name": "stopped"}), model.Instance, "state", "stopped"),
    ("our own tag says what an instance does with packets for others (NI-1)",
     instances(Tags=[{"Key": "vpclab:forwards", "Value": "nat"}]),
     model.Instance, "forwards", "nat"),
    ("a prefix list with its Cidrs",
     {"PrefixLists": [{"PrefixListId": "pl-1", "PrefixListName": "s3", "Cidrs": ["52.219.0.0/20"]}]},
     model.PrefixList, "cidrs", (ip_network("52.219.0.0/20"),)),
    ("a managed prefix list with its entries",
     {"ManagedPrefixLists": [{"PrefixListId": "pl-1", "Entries": [{"Cidr": "2001:db8::/32"}]}]},
     model.PrefixList, "cidrs", (ip_network("2001:db8::/32"),)),
    ("a file of PrefixLists without blocks adds nothing",
     {"PrefixLists": [{"PrefixListId": "pl-1", "PrefixListName": "s3"}],
      "ManagedPrefixLists": [{"PrefixListId": "pl-1", "Entries": [{"Cidr": "52.219.0.0/20"}]}]},
     model.PrefixList, "cidrs", (ip_network("52.219.0.0/20"),)),
    ("a table says which subnets it serves",
     tables(Associations=[
         {"SubnetId": "subnet-1"}, {"SubnetId": "subnet-2", "AssociationState": {"State": "disassociated"}}]),
     model.RouteTable, "subnet_ids", ("subnet-1",)),
    ("a gateway route table", tables(Associations=[{"GatewayId": "igw-1"}]),
     model.RouteTable, "gateway_ids", ("igw-1",)),
    ("a table with propagation", tables(PropagatingVgws=[{"GatewayId": "vgw-1"}]),
     model.RouteTable, "propagating", ("vgw-1",)),
    ("a network ACL keeps no * rule (ACL-4)",
     {"NetworkAcls": acl(RuleNumber=32767, RuleAction="deny")}, model.NetworkAcl, "entries", ()),
    ("a network ACL says which subnets it guards",
     {"NetworkAcls": [acl()[0] | {"Associations": [{"SubnetId": "subnet-1"}]}]},
     model.NetworkAcl, "subnet_ids", ("subnet-1",)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "kind", "field", "wanted"), [pytest.param(*row[1:], id=row[0]) for row in READ]
)
def test_what_is_read(changes: dict[str, Any], kind: type[Any], field: str, wanted: Any) -> None:
    assert getattr(only(load(**changes), kind), field) == wanted


IN, OUT = model.INBOUND, model.OUTBOUND
OPEN = {"IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
RULES: list[tuple[str, dict[str, Any], tuple[Any, ...]]] = [
    ("an IPv4 block", {**OPEN}, (6, 443, 443, ANY)),
    ("an IPv6 block", {"Ipv6Ranges": [{"CidrIpv6": "::/0"}]}, (6, 443, 443, ip_network("::/0"))),
    ("a prefix list", {"PrefixListIds": [{"PrefixListId": "pl-1"}]}, (6, 443, 443, "pl-1")),
    ("a security group", {"UserIdGroupPairs": [{"GroupId": "sg-2", "UserId": "1"}]}, (6, 443, 443, "sg-2")),
    ("a group of an active peering", {"UserIdGroupPairs": [{"GroupId": "sg-2", "PeeringStatus": "active"}]},
     (6, 443, 443, "sg-2")),
    ("every protocol", {"IpProtocol": "-1", "FromPort": -1, "ToPort": -1, **OPEN},
     (-1, None, None, ANY)),
    ("every port", {"FromPort": None, "ToPort": None, **OPEN}, (6, 0, 65535, ANY)),
    ("a protocol by number", {"IpProtocol": "17", **OPEN}, (17, 443, 443, ANY)),
    ("a protocol without ports (SG-8)", {"IpProtocol": "50", **OPEN},
     (50, None, None, ANY)),
    ("an ICMP type", {"IpProtocol": "icmp", "FromPort": 8, "ToPort": -1, **OPEN},
     (1, 8, -1, ANY)),
]  # fmt: skip


@pytest.mark.parametrize(("permission", "wanted"), [pytest.param(*row[1:], id=row[0]) for row in RULES])
def test_security_group_rules(permission: dict[str, Any], wanted: tuple[Any, ...]) -> None:
    [found] = only(load(SecurityGroups=[rule(**permission)]), model.SecurityGroup).rules
    assert (found.direction, found.protocol, found.from_port, found.to_port, found.peer) == (IN, *wanted)


def test_a_rule_left_over_from_a_deleted_peering_is_stale() -> None:
    stale = rule(UserIdGroupPairs=[{"GroupId": "sg-2", "PeeringStatus": "deleted"}])
    [found] = only(load(SecurityGroups=[stale]), model.SecurityGroup).rules
    assert (found.peer, found.stale) == ("sg-2", True)


def test_a_rule_shows_the_name_of_the_group_it_admits() -> None:
    groups = [rule(UserIdGroupPairs=[{"GroupId": "sg-2"}]), GROUP | {"GroupId": "sg-2", "GroupName": "front"}]
    [found] = load(SecurityGroups=groups)["sg-1"].value.rules
    assert str(found) == "tcp 443 from front"


def test_security_group_rules_count_where_the_groups_show_none() -> None:
    bare = {"GroupId": "sg-1", "GroupName": "web", "VpcId": "vpc-1"}
    rules = [
        {"GroupId": "sg-1", "IsEgress": False, "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443,
         "CidrIpv4": "0.0.0.0/0"},
        {"GroupId": "sg-1", "IsEgress": True, "IpProtocol": "-1", "FromPort": -1, "CidrIpv6": "::/0"},
        {"GroupId": "sg-1", "IsEgress": False, "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22,
         "ReferencedGroupInfo": {"GroupId": "sg-1"}},
    ]  # fmt: skip
    for groups in ([bare], None):
        group = only(load(SecurityGroups=groups, SecurityGroupRules=rules), model.SecurityGroup)
        assert [(r.direction, r.peer) for r in group.rules] == [
            (IN, ANY),
            (OUT, ip_network("::/0")),
            (IN, "sg-1"),
        ]
    group = only(load(SecurityGroupRules=rules), model.SecurityGroup)
    assert group.rules == (), "a group that shows its own rules is not changed"


ENTRIES: list[tuple[str, dict[str, Any], tuple[Any, ...]]] = [
    ("ports", {"PortRange": {"From": 1024, "To": 65535}}, (IN, True, 6, ANY, 1024, 65535)),
    ("a denial", {"RuleAction": "deny", "Protocol": "-1"}, (IN, False, -1, ANY, None, None)),
    ("outbound", {"Egress": True, "PortRange": {"From": 53, "To": 53}}, (OUT, True, 6, ANY, 53, 53)),
    ("no range is every port", {}, (IN, True, 6, ANY, 0, 65535)),
    ("an ICMP type", {"Protocol": "1", "IcmpTypeCode": {"Type": 8, "Code": -1}}, (IN, True, 1, ANY, 8, -1)),
    ("IPv6", {"CidrBlock": None, "Ipv6CidrBlock": "::/0", "Protocol": "58"},
     (IN, True, 58, ip_network("::/0"), -1, -1)),
]  # fmt: skip


@pytest.mark.parametrize(("entry", "wanted"), [pytest.param(*row[1:], id=row[0]) for row in ENTRIES])
def test_network_acl_entries(entry: dict[str, Any], wanted: tuple[Any, ...]) -> None:
    [e] = only(load(NetworkAcls=acl(**entry)), model.NetworkAcl).entries
    assert (e.direction, e.allow, e.protocol, e.cidr, e.from_port, e.to_port) == wanted


GONE = [
    {
        "Instances": [
            INSTANCE,
            INSTANCE | {"InstanceId": "i-9", "State": {"Name": "terminated"}, "SubnetId": None},
        ]
    }
]
ROUTES: list[tuple[str, dict[str, Any], tuple[str, str]]] = [
    ("an internet gateway", {"GatewayId": "igw-1", "State": "active"}, ("igw-1", "active")),
    ("a NAT gateway that is in no file keeps its id", {"NatGatewayId": "nat-9"}, ("nat-9", "active")),
    ("a peering connection", {"VpcPeeringConnectionId": "pcx-1"}, ("pcx-1", "active")),
    ("a transit gateway", {"TransitGatewayId": "tgw-1"}, ("tgw-1", "active")),
    ("an egress-only gateway", {"EgressOnlyInternetGatewayId": "eigw-1"}, ("eigw-1", "active")),
    ("an endpoint", {"GatewayId": "vpce-1"}, ("vpce-1", "active")),
    ("an interface", {"NetworkInterfaceId": "eni-1"}, ("eni-1", "active")),
    ("an instance stands for its interface", {"InstanceId": "i-1"}, ("eni-1", "active")),
    ("an instance and its interface", {"InstanceId": "i-1", "NetworkInterfaceId": "eni-1"},
     ("eni-1", "active")),
    ("a terminated instance", {"InstanceId": "i-9"}, ("i-9", "blackhole")),
    ("a deleted NAT gateway", {"NatGatewayId": "nat-1"}, ("nat-1", "blackhole")),
    ("a blackhole without a target", {"State": "blackhole"}, ("no target", "blackhole")),
]  # fmt: skip


@pytest.mark.parametrize(("route", "wanted"), [pytest.param(*row[1:], id=row[0]) for row in ROUTES])
def test_routes(route: dict[str, Any], wanted: tuple[str, str]) -> None:
    topology = load(RouteTables=routed(**route), Reservations=GONE, NatGateways=[NAT | {"State": "deleted"}])
    found = only(topology, model.RouteTable).routes[-1]
    assert (found.target, found.state) == wanted
    assert not topology.values(model.NatGateway), "a deleted NAT gateway is left out"


@pytest.mark.parametrize(
    ("field", "wanted"),
    [
        ({"DestinationIpv6CidrBlock": "::/0"}, ip_network("::/0")),
        ({"DestinationPrefixListId": "pl-1"}, "pl-1"),
    ],
    ids=["an IPv6 destination", "a prefix list"],
)
def test_route_destinations(field: dict[str, Any], wanted: Any) -> None:
    table = only(
        load(RouteTables=routed(DestinationCidrBlock=None, GatewayId="igw-1", **field)), model.RouteTable
    )
    assert table.routes[-1].destination == wanted


# -- what is taken for granted ----------------------------------------------------------------------

ASSUMED: list[tuple[str, dict[str, Any], str]] = [
    ("no network ACLs", {"NetworkAcls": None}, "the default network ACL, which allows everything (ACL-2)"),
    ("no route tables", {"RouteTables": None}, "one main table with only the local routes (VPC-12)"),
    ("no internet gateways", {"InternetGateways": None}, "no internet gateway (VPC-12)"),
    (
        "no VPCs",
        {"Vpcs": None, "RouteTables": [TABLE | {"Routes": [LOCAL]}]},
        "No file holds Vpcs for vpc-1: their blocks are those of their local routes (RT-4).",
    ),
    (
        "no interfaces",
        {"NetworkInterfaces": None},
        "No file holds NetworkInterfaces for i-1: built from the instances.",
    ),
    ("no instances", {"Reservations": None}, "known by their interfaces only, and taken to be running"),
    ("no DNS attributes", {"VpcAttributes": None}, "DNS attributes as AWS sets them (DNS-2)"),
    ("no Region", {"Subnets": []}, "No file holds the Region for vpc-1: name a folder after it."),
    ("no local route", {}, "every table has one per block of its VPC (RT-4)"),
    (
        "no groups of an interface",
        {"NetworkInterfaces": [ENI | {"Groups": None}], "SecurityGroups": [GROUP | {"GroupName": "default"}]},
        "No file holds security groups for eni-1: the default one of the VPC (SG-3).",
    ),
    (
        "a source/destination check that is off",
        enis(SourceDestCheck=False),
        "AWS does not know what its software does: taken to pass packets on",
    ),
    (
        "keys that vpclab does not read",
        {"CarrierGateways": [], "DhcpOptions": []},
        "Not read: CarrierGateways. A way",
    ),
    (
        "a block of a size that AWS refuses",
        vpcs(CidrBlock="10.0.0.0/29"),
        "10.0.0.0/29; AWS takes /16 to /28",
    ),
    (
        "an instance in no VPC",
        {"Reservations": [{"Instances": [{"InstanceId": "i-2", "State": {"Name": "shutting-down"}}]}]},
        "i-2 is left out: no file tells its subnet and VPC.",
    ),
    ("the first page of a longer list", {"NextToken": "more"}, "is only a first page (NextToken)"),
]


@pytest.mark.parametrize(("changes", "sentence"), [pytest.param(*row[1:], id=row[0]) for row in ASSUMED])
def test_what_is_taken_for_granted_is_said(changes: dict[str, Any], sentence: str) -> None:
    assert sentence in " ".join(load(**changes).assumed)


def test_a_complete_snapshot_takes_nothing_for_granted() -> None:
    assert load_aws(SHOP).assumed == ()


def test_an_internet_gateway_that_a_route_names_is_not_taken_to_be_missing() -> None:
    assert "gateway" not in " ".join(
        load(InternetGateways=None, RouteTables=routed(GatewayId="igw-1")).assumed
    )


def test_a_default_network_acl_that_no_file_holds_allows_everything() -> None:
    found = only(load(NetworkAcls=None), model.NetworkAcl)
    assert found.is_default
    assert {(e.direction, e.cidr.version, e.allow) for e in found.entries} == {
        (d, v, True) for d in (IN, OUT) for v in (4, 6)
    }


def test_a_main_table_that_no_file_holds_has_the_local_routes() -> None:
    found = only(load(RouteTables=None), model.RouteTable)
    assert found.main
    assert [(str(r.destination), r.target) for r in found.routes] == [("10.0.0.0/16", "local")]


@pytest.mark.parametrize(
    "instance",
    [
        INSTANCE | {"PublicIpAddress": "198.51.100.10"},
        INSTANCE | enis(Association={"PublicIp": "198.51.100.10", "IpOwnerId": "amazon"}),
    ],
    ids=["from the instance alone", "from the interfaces inside it"],
)
def test_interfaces_are_built_from_instances(instance: dict[str, Any]) -> None:
    found = only(
        load(NetworkInterfaces=None, Reservations=[{"Instances": [instance]}]), model.NetworkInterface
    )
    assert (found.addresses, found.group_ids, found.owner_id, found.subnet_id) == (
        (AUTOMATIC,),
        ("sg-1",),
        "i-1",
        "subnet-1",
    )


def test_instances_are_known_by_their_interfaces() -> None:
    found = only(load(Reservations=None), model.Instance)
    assert (found.id, found.subnet_id, found.state) == ("i-1", "subnet-1", "running")


def test_a_terminated_instance_is_left_out() -> None:
    eni = ENI | {"NetworkInterfaceId": "eni-9", "Attachment": {"InstanceId": "i-9"}}
    topology = load(Reservations=GONE, NetworkInterfaces=[ENI, eni])
    assert [i.id for i in topology.values(model.Instance)] == ["i-1"]
    left = topology.get(model.NetworkInterface, "eni-9")
    assert left is not None
    assert (left.owner_id, left.status) == (None, "available"), "what it leaves is attached to nothing"


def test_names_with_quotes_brackets_and_japanese_letters_survive(tmp_path: Path) -> None:
    names = ['say "hi"', "<script>alert(1)</script>", "本番環境", "a\\b\n'c'", "\ud800 half a letter"]
    subnets = [
        SUBNET
        | {"SubnetId": f"subnet-{i}", "CidrBlock": f"10.0.{i}.0/24", "Tags": [{"Key": "Name", "Value": name}]}
        for i, name in enumerate(names)
    ]
    loaded = load(Subnets=subnets)
    assert [subnet.name for subnet in loaded.values(model.Subnet)] == [*names[:4], "? half a letter"]
    save_aws(loaded, tmp_path)
    assert everything(load_aws(tmp_path)) == everything(loaded)


# -- folders, files, Regions and accounts -----------------------------------------------------------


def write(folder: Path, files: dict[str, Any]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return folder


def test_file_names_do_not_matter_and_lists_of_one_key_are_joined(tmp_path: Path) -> None:
    second = SUBNET | {"SubnetId": "subnet-2", "CidrBlock": "10.0.1.0/24"}
    files = {
        "a.json": {"Vpcs": [VPC], "Subnets": [SUBNET]},
        "deep/er/b.JSON": {"Subnets": [second]},
        "note.txt": b"x",
    }
    assert [s.id for s in load_aws(write(tmp_path, files)).values(model.Subnet)] == ["subnet-1", "subnet-2"]


def test_one_file_a_folder_and_a_dictionary_are_the_same(tmp_path: Path) -> None:
    write(tmp_path, {f"{key}.json": {key: value} for key, value in BASE.items()})
    write(tmp_path / "one", {"all.json": BASE})
    wanted = everything(load())
    for source in (tmp_path / "one", tmp_path / "one" / "all.json", str(tmp_path / "one")):
        assert everything(load_aws(source)) == wanted
    assert load_aws(tmp_path / "one").name == "one"
    assert load_aws(tmp_path / "one", "mine").name == "mine"


def test_folders_named_after_an_account_and_a_region_are_labels(tmp_path: Path) -> None:
    bare = VPC | {"OwnerId": None}
    folder = write(tmp_path, {"aws_configs/accounts/444455556666/us-gov-west-1/v.json": {"Vpcs": [bare]}})
    vpc = only(load_aws(folder), model.Vpc)
    assert (vpc.account, vpc.region) == ("444455556666", "us-gov-west-1")
    assert (
        only(load_aws(folder / "aws_configs/accounts/444455556666/us-gov-west-1"), model.Vpc).region
        == "us-gov-west-1"
    )


def test_the_same_id_in_two_regions_is_two_things(tmp_path: Path) -> None:
    files = {}
    for region, block in (("eu-west-1", "52.218.0.0/17"), ("us-east-1", "52.216.0.0/15")):
        vpc = f"vpc-{region}"
        group = rule(PrefixListIds=[{"PrefixListId": "pl-1"}]) | {"GroupId": f"sg-{region}", "VpcId": vpc}
        files[f"{region}/all.json"] = {
            "Vpcs": [VPC | {"VpcId": vpc}], "SecurityGroups": [group],
            "PrefixLists": [{"PrefixListId": "pl-1", "PrefixListName": "s3", "Cidrs": [block]}],
        }  # fmt: skip
    topology = load_aws(write(tmp_path / "two", files))
    for region, block in (("eu-west-1", "52.218.0.0/17"), ("us-east-1", "52.216.0.0/15")):
        [found] = topology[f"sg-{region}"].value.rules
        assert [str(c) for c in topology[found.peer].value.cidrs] == [block]
    save_aws(topology, tmp_path / "saved")
    assert everything(load_aws(tmp_path / "saved")) == everything(topology)


def test_of_a_shared_subnet_the_owners_word_counts(tmp_path: Path) -> None:
    seen = SUBNET | {"OwnerId": "111122223333"}
    files = {
        "accounts/000000000001/eu-west-1/s.json": {"Subnets": [seen]},
        "accounts/111122223333/eu-west-1/s.json": {
            "Subnets": [seen | {"Tags": [{"Key": "Name", "Value": "a"}]}]
        },
    }
    assert only(load_aws(write(tmp_path, files)), model.Subnet).name == "a"


def test_a_key_is_missing_only_where_no_file_of_that_region_holds_it(tmp_path: Path) -> None:
    files = {
        "eu-west-1/v.json": {"Vpcs": [VPC], "NetworkAcls": acl()},
        "us-east-1/v.json": vpcs(VpcId="vpc-2"),
    }
    topology = load_aws(write(tmp_path, files))
    assert [(a.vpc_id, a.is_default) for a in topology.values(model.NetworkAcl)] == [
        ("vpc-1", False),
        ("vpc-2", True),
    ]


def test_folders_of_other_tools_are_left_out_with_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {"aws_configs/v.json": {"Vpcs": [VPC]}, "configs/r1.json": [1], "hosts/h.json": b"not json"}
    load_aws(write(tmp_path, files))
    assert (
        capsys.readouterr().out
        == "load_aws left out the folders configs, hosts: only AWS's own output is read.\n"
    )


def test_hidden_copies_are_left_out(tmp_path: Path) -> None:
    files = {"v.json": {"Vpcs": [VPC]}, ".ipynb_checkpoints/v-checkpoint.json": vpcs(CidrBlock="10.9.0.0/16"),
             "._v.json": b"\x00\x05\x16\x07"}  # fmt: skip
    assert str(only(load_aws(write(tmp_path, files)), model.Vpc).cidrs[0]) == "10.0.0.0/16"


def test_a_link_back_to_a_folder_above_is_walked_once(tmp_path: Path) -> None:
    write(tmp_path, {"a/v.json": {"Vpcs": [VPC]}})
    (tmp_path / "a" / "again").symlink_to(tmp_path, target_is_directory=True)
    assert only(load_aws(tmp_path), model.Vpc).id == "vpc-1"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_every_usual_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    text = json.dumps(vpcs(Tags=[{"Key": "Name", "Value": "本番"}]), ensure_ascii=False)
    assert only(load_aws(write(tmp_path, {"v.json": text.encode(encoding)})), model.Vpc).name == "本番"


def test_describe_vpc_attribute_is_read_as_it_is_printed(tmp_path: Path) -> None:
    files = {"v.json": {"Vpcs": [VPC]}, "a.json": {"VpcId": "vpc-1", "EnableDnsHostnames": {"Value": True}},
             "b.json": {"VpcId": "vpc-1", "EnableDnsSupport": {"Value": False}}}  # fmt: skip
    vpc = only(load_aws(write(tmp_path, files)), model.Vpc)
    assert (vpc.dns_hostnames, vpc.dns_support) == (True, False)


# -- what is refused --------------------------------------------------------------------------------

FILES: list[tuple[str, dict[str, Any], str]] = [
    ("a folder without JSON", {"readme.txt": b"hello"}, "holds no .json file"),
    ("a folder with other JSON", {"package.json": {"name": "x"}}, "holds no describe-* output"),
    ("an empty file", {"v.json": b""}, "v.json is not complete JSON: Expecting value at line 1, column 1"),
    (
        "a half-written file",
        {"v.json": b'{"Vpcs": [{"VpcId": "vp'},
        "v.json is not complete JSON: Unterminated string",
    ),
    ("two outputs in one file", {"v.json": b'{"Vpcs": []}{"Vpcs": []}'}, "Extra data at line 1, column 13"),
    ("a list", {"v.json": [VPC]}, 'v.json must hold an object such as {"Vpcs": [...]} (got a list)'),
    ("a number", {"v.json": 7}, "(got 7)"),
    ("a packed file", {"v.json": b"\x1f\x8b\x08\x00\x00\xff\xfe"}, "if it is packed, unpack it first"),
    ("deep nesting", {"v.json": b'{"Vpcs": ' + b"[" * 100_000}, "nested too deeply"),
    ("NaN", {"v.json": b'{"Vpcs": [], "x": NaN}'}, "a number that JSON or AWS cannot have (NaN)"),
    (
        "a number of five thousand digits",
        {"v.json": b'{"Vpcs": [], "x": ' + b"9" * 5000 + b"}"},
        "cannot have",
    ),
]


@pytest.mark.parametrize(("files", "sentence"), [pytest.param(*row[1:], id=row[0]) for row in FILES])
def test_files_that_cannot_be_read(tmp_path: Path, files: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadInput) as caught:
        load_aws(write(tmp_path, files))
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("source", ["/nowhere", "", "a" * 5000, "a\0b", 7, None, [VPC]], ids=repr)
def test_sources_that_are_none(source: Any) -> None:
    with pytest.raises(BadInput):
        load_aws(source)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
@pytest.mark.parametrize(
    "kind", ["a link to itself", "a link to nothing", "a pipe", "a folder that is closed"]
)
def test_files_that_are_none(tmp_path: Path, kind: str) -> None:
    odd = tmp_path / "v.json"
    if kind == "a pipe":
        os.mkfifo(odd)
    elif kind == "a folder that is closed":
        if os.geteuid() == 0:
            pytest.skip("the administrator may read everything")
        (tmp_path / "sub").mkdir(mode=0)
    else:
        odd.symlink_to(odd if kind == "a link to itself" else tmp_path / "gone.json")
    with pytest.raises(BadInput, match="cannot be read"):
        load_aws(tmp_path)


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("a key that is no list", {"Vpcs": {"VpcId": "vpc-1"}}, "Vpcs must be a list (got an object)"),
    ("an element that is no object", {"Vpcs": ["vpc-1"]}, "Vpcs[0] must be an object (got 'vpc-1')"),
    ("an element without its id", {"Vpcs": [{"CidrBlock": "10.0.0.0/16"}]}, "Vpcs[0] has no VpcId"),
    ("an id that is no text", vpcs(VpcId=7), "Vpcs[0].VpcId must be a text (got 7)"),
    ("a VPC without a block", {"Vpcs": [{"VpcId": "vpc-1"}]}, "Vpcs[0] has no CidrBlock"),
    ("a block that is none", subnets(CidrBlock="10.0.0.0/33"),
     "Subnets[0].CidrBlock must be an IPv4 block such as 10.0.0.0/16 (got '10.0.0.0/33')"),
    ("a block without a prefix", subnets(CidrBlock="10.0.0.0"), "must be an IPv4 block"),
    ("an address that is none", enis(PrivateIpAddresses=[{"PrivateIpAddress": "10.0.0.256"}]),
     "NetworkInterfaces[0].PrivateIpAddresses[0].PrivateIpAddress must be an IPv4 address"),
    ("a port that is a text", {"SecurityGroups": [rule(FromPort="443")]},
     "SecurityGroups[0].IpPermissions[0].FromPort must be a whole number from -1 to 65535 (got '443')"),
    ("a port that is a word of truth", {"SecurityGroups": [rule(FromPort=True)]}, "(got true or false)"),
    ("a port that is too large", {"SecurityGroups": [rule(ToPort=10**400)]}, "(got a huge number)"),
    ("ports the wrong way round", {"SecurityGroups": [rule(FromPort=444)]},
     "must be a port up to ToPort, which is 443"),
    ("a protocol that is none", {"SecurityGroups": [rule(IpProtocol="tpc")]},
     "a protocol such as tcp, udp, icmp, 6 or -1"),
    ("a rule without a peer", {"SecurityGroups": [rule(IpRanges=[{"Description": "x"}])]},
     "names no block, prefix list"),
    ("a flag that is a text", subnets(MapPublicIpOnLaunch="yes"), "must be true or false (got 'yes')"),
    ("a route without a destination", {"RouteTables": routed(DestinationCidrBlock=None)},
     "has no destination"),
    ("an ACL entry without a number", {"NetworkAcls": acl(RuleNumber=None)}, "needs a RuleNumber"),
    ("an ACL entry with another action", {"NetworkAcls": acl(RuleAction="permit")},
     "the RuleAction allow or deny"),
    ("an entry of a prefix list that is none", {"PrefixLists": [{"PrefixListId": "pl-1", "Cidrs": [7]}]},
     "Cidrs[0].Cidr"),
    ("overlapping subnets",
     {"Subnets": [SUBNET, SUBNET | {"SubnetId": "subnet-2", "CidrBlock": "10.0.0.128/25"}]},
     "subnets subnet-1 (10.0.0.0/24) and subnet-2 (10.0.0.128/25) of vpc-1 overlap"),
    ("one id for two things", {"Vpcs": [VPC, VPC | {"CidrBlock": "10.1.0.0/16"}]},
     "Vpcs[1]: vpc-1 is listed twice with different content"),
    ("a wrong tag of ours",
     instances(Tags=[{"Key": "vpclab:forwards", "Value": "x"}]),
     "Tags: vpclab:forwards must be forward or nat (got 'x')"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "sentence"), [pytest.param(*row[1:], id=row[0]) for row in REFUSED])
def test_content_that_is_refused(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadInput) as caught:
        load(**changes)
    assert sentence in str(caught.value)
    ways = ("correct it, or save", "keep one of the two", "check that the files come from one account")
    assert any(way in str(caught.value) for way in ways), "every refusal says the way out"
    assert len(str(caught.value)) < 300


def test_the_same_element_twice_is_read_once() -> None:
    assert load(Vpcs=[VPC, copy.deepcopy(VPC)]).values(model.Vpc)[0].id == "vpc-1"


def test_nulls_are_absent_fields() -> None:
    def with_nulls(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: with_nulls(v) for k, v in value.items()} | {"Tags": None, "Unheard": {"of": [None]}}
        return [with_nulls(v) for v in value] if isinstance(value, list) else value

    assert everything(load_aws({k: with_nulls(v) for k, v in BASE.items()})) == everything(load())
    assert everything(load(Addresses=None)) == everything(load_aws({**BASE, "Addresses": None}))


# -- out, and in again ------------------------------------------------------------------------------


def built() -> Topology:
    topology = Topology("lab", region="eu-west-1", account="444455556666")
    vpc = topology.vpc("prod", "10.0.0.0/16", ipv6=True, dns_hostnames=True)
    igw = vpc.internet_gateway()
    public = vpc.subnet("public-a", "10.0.0.0/24", ipv6=True, public_ip_on_launch=True)
    private = vpc.subnet("private-a", "10.0.1.0/24", ipv6=True)
    public.route("0.0.0.0/0", to=igw)
    public.route("::/0", to=igw)
    private.route("0.0.0.0/0", to=public.nat_gateway())
    web = vpc.security_group(
        "web", inbound=["tcp 443 from 0.0.0.0/0", "icmp type 8 from ::/0", "all from web"]
    )
    topology.prefix_list("office", ["198.51.100.0/24"])
    vpc.security_group("db", inbound=["tcp 3306 from web", "udp 53 from office"], outbound=[])
    rules = {
        "inbound": ["100 allow tcp 443 from 0.0.0.0/0"],
        "outbound": ["90 deny icmp type 3 code 4 to 10.0.0.0/8", "100 allow all to ::/0"],
    }
    vpc.network_acl("strict", subnets=[private], **rules)
    public.instance("web", elastic_ip=True, ipv6=True, security_groups=[web])
    public.instance("fw", source_dest_check=False, forwards="nat", secondary=["10.0.0.50"])
    private.instance("db", security_groups=["db"])
    topology.vpc("test", "10.1.0.0/16", region="us-east-1", account="777788889999").subnet(
        "a", "10.1.0.0/24"
    ).instance("t")
    return topology


@pytest.mark.parametrize(
    "make", [lambda: load_aws(SHOP), load, built], ids=["web shop", "base", "built by hand"]
)
def test_saving_and_loading_gives_the_same_topology(make: Any, tmp_path: Path) -> None:
    before = make()
    save_aws(before, tmp_path)
    after = load_aws(tmp_path)
    assert everything(after) == everything(before)
    assert after.assumed == before.assumed, "every call has its file, so nothing more is taken for granted"


def test_saving_writes_one_file_per_call_with_the_key_inside(tmp_path: Path) -> None:
    save_aws(load_aws(SHOP), tmp_path)
    folder = tmp_path / "aws_configs" / "accounts" / "111122223333" / "ap-northeast-1"
    written = {path.name for path in folder.iterdir()}
    assert {path.name for path in SHOP.rglob("*.json")} | {"PrefixLists.json", "VpnGateways.json"} <= written
    assert all(list(json.loads(path.read_text(encoding="utf-8"))) == [path.stem] for path in folder.iterdir())


def test_an_account_or_region_never_leads_out_of_the_folder(tmp_path: Path) -> None:
    save_aws(load(Vpcs=[VPC | {"OwnerId": "../../../x"}]), tmp_path / "in")
    assert [path.name for path in tmp_path.iterdir()] == ["in"]
    assert only(load_aws(tmp_path / "in"), model.Vpc).account == "../../../x"


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(BadInput, match="cannot be written"):
        save_aws(load(), tmp_path / "file")


# -- the example folder -----------------------------------------------------------------------------


def test_the_example_folder_is_what_its_script_makes(tmp_path: Path) -> None:
    pytest.importorskip("moto")
    spec = importlib.util.spec_from_file_location("make", SHOP.parent / "make.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # moto's and botocore's own
        script.make(tmp_path)
    made = {path.relative_to(tmp_path).as_posix(): path.read_bytes() for path in tmp_path.rglob("*.json")}
    kept = {path.relative_to(SHOP.parent).as_posix(): path.read_bytes() for path in SHOP.rglob("*.json")}
    assert made == kept, "run python data/topologies/make.py and look at what changed"


VERDICTS = [
    (internet, "web", 443, "delivered", ""),
    (internet, "web", 22, "blocked", "web"),
    (internet, "db", 3306, "blocked", "igw"),
    (internet, "nat", 443, "blocked", "nat"),
    ("web", "app", 8080, "delivered", ""),
    ("web", "db", 3306, "blocked", "db"),
    ("app-2", "db", 3306, "delivered", ""),
    ("app", internet, 443, "delivered", ""),
    ("db", internet, 443, "blocked", "db"),
]


@pytest.mark.parametrize(("src", "dst", "port", "outcome", "blocker"), VERDICTS)
def test_verdicts_on_the_example(
    src: Any, dst: Any, port: int, outcome: str, blocker: str, tmp_path: Path
) -> None:
    shop = load_aws(SHOP)
    save_aws(shop, tmp_path)
    for topology in (shop, load_aws(tmp_path)):
        found = trace(topology, src, dst, tcp(port))
        assert found.outcome == outcome, str(found)
        assert not blocker or found.blockers[0].component.name == blocker, str(found)


def test_data_path_names_what_there_is() -> None:
    with pytest.raises(NotFound, match="web-shop"):
        data_path("topologies/no-shop")


# -- anything at all --------------------------------------------------------------------------------

WHOLE = {
    key: value
    for path in sorted(SHOP.rglob("*.json"))
    for key, value in json.loads(path.read_text("utf-8")).items()
}
JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8),
    st.sampled_from([
        10**30, "10.0.0.0/24", "::/0", "vpc-05f3a9c2b7d1e0001", "-1", "\ud800", "a\0b", "terminated",
        "deleted",
    ]),
    st.sampled_from(["[]", "{}", "[{}]", "[null]", "[[[]]]", '{"State": "deleted"}']).map(json.loads),
)  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    """Return the web shop with one to four nodes taken away or replaced by something else."""
    whole = copy.deepcopy(WHOLE)
    for _ in range(draw(st.integers(1, 4))):
        node: Any = whole
        while True:
            keys = list(node) if isinstance(node, dict) else list(range(len(node)))
            if not keys:
                break
            key = draw(st.sampled_from(keys))
            inner = node[key]
            if not isinstance(inner, (dict, list)) or draw(st.integers(0, 5)) == 0:
                if draw(st.booleans()):
                    del node[key]
                else:
                    node[key] = draw(JUNK)
                break
            node = inner
    return whole


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(mutated())
def test_whatever_the_json_holds_only_our_own_errors_come_out(whole: Any) -> None:
    try:
        topology = load_aws(whole)
    except VpclabError:
        return
    with tempfile.TemporaryDirectory() as folder:
        save_aws(topology, folder)
        assert everything(load_aws(folder)) == everything(topology)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_whatever_the_bytes_are_only_our_own_errors_come_out(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(sorted(SHOP.rglob("*.json"))))
    raw = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(raw)))
        raw[at : at + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=20))
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), {"x.json": bytes(raw)})
        with suppress(VpclabError):
            load_aws(folder)
