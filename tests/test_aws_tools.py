"""Networks that other tools are tested on, in the shapes they are kept in, and what those tests state.

The rows of verdicts.md, too, are asked here of describe output.

The networks are rebuilt with values of our own from what the tests of Batfish, CloudMapper, Cartography,
NetGraph and np-guard describe, and made by moto. A verdict of theirs is held where the facts agree with it.
"""

from __future__ import annotations

import copy
import json
import warnings
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from networks import Base, cases
from test_aws_gateways import ME, NO_ROUTE, REGION, Aws, Flow, X, comparable, denied, no_answer, rule, tags
from test_verdicts import ROWS as VERDICTS

from vpclab import Topology, VpclabError, internet, load_aws, protocol, save_aws, service, tcp, trace, udp
from vpclab.topology import model
from vpclab.topology.model import Snapshot

OTHER = "444455556666"
ELSEWHERE = internet("8.8.8.8")
CLOSED = ("ENI_SG_RULES_MISMATCH",)


def members_only(aws: Aws, *vpcs: str) -> None:
    """Let each VPC's group be the default one: it admits its own members (SG-1)."""
    for vpc in vpcs:
        group = aws.one("SecurityGroups", f"sg-{vpc}")
        group["IpPermissions"] = [rule(UserIdGroupPairs=[{"GroupId": f"sg-{vpc}", "UserId": ME}])]
        group["GroupName"] = "default"


# -- Batfish: verdicts of its networks -------------------------------------------------------------------


def public_subnet(aws: Aws) -> list[Flow]:
    members_only(aws, "a")
    aws.public("p1", "198.51.100.10")
    return [
        denied(X, "198.51.100.10", tcp(22), "sg-a", *CLOSED),
        denied(X, "198.51.100.77", tcp(22), "internet"),
        denied(X, "10.0.0.10", tcp(22), "igw-a"),
        Flow("p1", ELSEWHERE, tcp(80), through=("igw-a",)),
        denied("a1", ELSEWHERE, tcp(80), "rtb-prv", NO_ROUTE),
    ]


def private_subnet_with_a_vpn(aws: Aws) -> list[Flow]:
    """A main table that propagates, and sends everything else to the gateway by a static route."""
    members_only(aws, "a")
    aws.public("p1", "198.51.100.10")
    aws.vpn("172.19.0.0/16")
    aws.data["RouteTables"] = [t for t in aws.data["RouteTables"] if t["RouteTableId"] != "rtb-prb"]
    aws.one("RouteTables", "rtb-prv")["Associations"] = [{"Main": True}]
    aws.propagate("prv")
    aws.route("prv", "0.0.0.0/0", GatewayId="vgw-a")
    return [
        denied("a1", "198.51.100.10", tcp(80), "vgw-a"),  # the gateway knows no way to it
        denied("a1", ELSEWHERE, tcp(80), "vgw-a"),
        Flow("a1", "10.0.0.10", tcp(80)),  # their groups differ; ours is one
        denied("p1", "172.19.0.1", tcp(80), "igw-a"),  # the site is sent to the internet
        Flow("b1", "172.19.0.1", tcp(80), through=("vgw-a", "vpn-1")),
        denied("172.19.0.1", "a1", tcp(80), "sg-a", *CLOSED),
        denied("172.19.0.1", "p1", tcp(80), "sg-a", *CLOSED),
        denied("172.19.0.1", "198.51.100.10", tcp(80), "vgw-a"),
    ]


def nat_gateway(aws: Aws) -> list[Flow]:
    aws.nat()
    aws.route("prv", "0.0.0.0/0", NatGatewayId="nat-1")
    return [
        Flow("a1", ELSEWHERE, tcp(80), through=("nat-1", "igw-a"), seen="198.51.100.99"),
        denied("a1", ELSEWHERE, protocol(107), "nat-1", "PROTOCOL_RESTRICTION"),
        denied(ELSEWHERE, "198.51.100.99", tcp(80), "nat-1"),
        denied("p1", "10.0.0.220", tcp(80), "nat-1"),
    ]


def peers_of_one_block(aws: Aws) -> list[Flow]:
    """B and C have the same block; A's table tells their subnets apart."""
    for name, block in (("b", "192.168.1.0/24"), ("c", "192.168.2.0/24")):
        aws.vpc(name, "192.168.0.0/16", {f"{name}1": (block, "a")})
        aws.host(f"{name}h", f"{name}1", block.replace(".0/24", ".10"), name)
        aws.peering(f"pcx-a{name}", "a", name)
        aws.route("prv", block, VpcPeeringConnectionId=f"pcx-a{name}")
        aws.route(f"{name}1", "10.0.0.0/16", VpcPeeringConnectionId=f"pcx-a{name}")
    members_only(aws, "a", "b", "c")
    return [
        denied("a1", "192.168.1.10", tcp(80), "sg-b", *CLOSED, through=("pcx-ab",)),
        denied("bh", "10.0.1.10", tcp(80), "sg-a", *CLOSED, through=("pcx-ab",)),
        denied("a1", "192.168.100.1", tcp(80), "rtb-prv", NO_ROUTE),
        denied("bh", "10.0.100.1", tcp(80), "vpc-a"),
        denied("bh", "10.0.1.99", tcp(80), "vpc-a"),
    ]


def zone_without_attachment(aws: Aws) -> list[Flow]:
    aws.b()
    aws.transit(a=("prv",), b=("b1",))
    for table in ("prv", "prb"):
        aws.route(table, "10.1.0.0/16", TransitGatewayId="tgw-1")
    aws.route("b1", "10.0.0.0/16", TransitGatewayId="tgw-1")
    return [
        Flow("a1", "y1", tcp(22), through=("tgw-1",)),
        Flow("y1", "a1", tcp(22), through=("tgw-1",)),
        denied("b1", "y1", tcp(22), "tgw-1", "TGW_ROUTE_AZ_RESTRICTION"),
        no_answer("y1", "b1", tcp(22), "tgw-1", "TGW_ROUTE_AZ_RESTRICTION"),
    ]


def a_table_for_each_attachment(aws: Aws) -> list[Flow]:
    aws.b()
    aws.transit(a=("prv",), b=("b1",))
    aws.add("TransitGatewayRouteTables", {
        "TransitGatewayRouteTableId": "tgw-rtb-2", "TransitGatewayId": "tgw-1", "State": "available",
        "DefaultAssociationRouteTable": False, "DefaultPropagationRouteTable": False, "Tags": [],
    })  # fmt: skip
    aws.one("TransitGatewayAttachments", "tgw-attach-b")["Association"]["TransitGatewayRouteTableId"] = (
        "tgw-rtb-2"
    )
    first, second = [[row for row in aws.propagations() if row["ResourceId"] == f"vpc-{v}"] for v in "ba"]
    aws.data["TransitGatewayPropagations"] = [
        {"TransitGatewayRouteTableId": f"tgw-rtb-{n}", "TransitGatewayRouteTablePropagations": rows}
        for n, rows in ((1, first), (2, second))
    ]
    aws.route("prv", "10.1.0.0/16", TransitGatewayId="tgw-1")
    aws.route("b1", "10.0.0.0/16", TransitGatewayId="tgw-1")
    members_only(aws, "a", "b")
    return [
        denied("a1", "y1", tcp(80), "sg-b", *CLOSED, through=("tgw-1",)),
        denied("y1", "a1", tcp(80), "sg-a", *CLOSED, through=("tgw-1",)),
    ]


def a_gateway_each_way(aws: Aws) -> list[Flow]:
    """From A to B by one transit gateway, back by the other."""
    aws.b()
    aws.transit(a=("prv",), b=("b1",))
    del aws.one("TransitGatewayAttachments", "tgw-attach-b")["Association"]
    aws.propagations()[:] = [row for row in aws.propagations() if row["ResourceId"] == "vpc-b"]
    again = {key: found for key, found in aws.data.items() if key.startswith("TransitGateway")}
    text = json.dumps(again).replace("tgw-1", "tgw-2").replace("tgw-rtb-1", "tgw-rtb-2")
    text = text.replace("tgw-attach-", "tgw-attach-2")
    for old, new in (("vpc-a", "vpc-x"), ("vpc-b", "vpc-a"), ("vpc-x", "vpc-b")):
        text = text.replace(old, new)
    for old, new in (("subnet-prv", "subnet-x"), ("subnet-b1", "subnet-prv"), ("subnet-x", "subnet-b1")):
        text = text.replace(old, new)
    for key, found in json.loads(text).items():
        aws.add(key, *found)
    aws.route("prv", "10.1.0.0/16", TransitGatewayId="tgw-1")
    aws.route("b1", "10.0.0.0/16", TransitGatewayId="tgw-2")
    return [Flow("a1", "y1", tcp(80), through=("tgw-1",)), Flow("y1", "a1", tcp(80), through=("tgw-2",))]


def gateway_endpoint(aws: Aws) -> list[Flow]:
    aws.public("p1", "198.51.100.10")
    aws.s3()
    aws.route("pub", "pl-s3", GatewayId="vpce-s3")
    aws.one("VpcEndpoints", "vpce-s3")["RouteTableIds"].append("rtb-pub")
    return [
        Flow("a1", "52.219.0.77", tcp(443), through=("vpce-s3",)),
        Flow("p1", "52.219.0.77", tcp(443), through=("vpce-s3",)),
        denied("a1", "54.222.57.1", tcp(443), "rtb-prv", NO_ROUTE),
        Flow("p1", "54.222.57.1", tcp(443), through=("igw-a",)),
    ]


def interface_endpoint(aws: Aws) -> list[Flow]:
    aws.interface_endpoint(aws.group("sg-1", "vpc-a", [rule("tcp", 443)], []))
    return [
        Flow("b1", "10.0.2.50", tcp(443), through=("vpce-x",)),
        Flow("a1", "10.0.2.50", tcp(443), through=("vpce-x",)),
        denied("a1", "10.0.2.50", tcp(80), "sg-1", *CLOSED),
    ]


def capital(value: Any) -> Any:
    """Return Direct Connect's objects with the capitals that Batfish's collector writes."""
    if isinstance(value, dict):
        return {key[0].upper() + key[1:]: capital(inner) for key, inner in value.items()}
    return [capital(inner) for inner in value] if isinstance(value, list) else value


def private_interfaces(aws: Aws) -> list[Flow]:
    """Two Direct Connect interfaces to one gateway; what they announce stands in a router's own files."""
    aws.direct_connect()
    aws.direct_connect(virtualInterfaceId="dxvif-2", virtualInterfaceName="low")
    aws.data["VirtualInterfaces"] = capital(aws.data.pop("virtualInterfaces"))
    aws.propagate("prv")
    aws.route("prv", "0.0.0.0/0", GatewayId="vgw-a")
    return [Flow("a1", "10.20.0.1", tcp(80), "unknown"), Flow("a1", "10.0.2.10", tcp(80))]


def transit_interface(aws: Aws) -> list[Flow]:
    """A Direct Connect gateway at a transit gateway, beside an attachment that is in no file."""
    aws.transit(a=("prv", "prb"))
    aws.attachment("tgw-attach-dx", "direct-connect-gateway", "dxgw-1")
    aws.propagations().append(
        {"TransitGatewayAttachmentId": "tgw-attach-gone", "ResourceType": "vpn", "State": "enabled"}
    )
    aws.add("DirectConnectGateways", {"DirectConnectGatewayId": "dxgw-1", "DirectConnectGatewayName": "dx"})
    aws.add("DirectConnectGatewayAssociations", {
        "AssociationId": "as-1", "DirectConnectGatewayId": "dxgw-1", "AssociationState": "associated",
        "AssociatedGateway": {"Id": "tgw-1", "Type": "transitGateway", "Region": REGION},
        "AllowedPrefixesToDirectConnectGateway": [{"Cidr": "10.0.0.0/8"}], "State": "associated",
    })  # fmt: skip
    aws.add("VirtualInterfaces", {
        "VirtualInterfaceId": "dxvif-1", "VirtualInterfaceType": "transit", "Vlan": 100,
        "DirectConnectGatewayId": "dxgw-1", "VirtualInterfaceState": "available",
        "BgpPeers": [{"Asn": 65001, "BgpPeerState": "available", "BgpStatus": "up"}],
        "RouteFilterPrefixes": [{"Cidr": "10.0.0.0/8"}],
    })  # fmt: skip
    aws.route("prv", "0.0.0.0/0", TransitGatewayId="tgw-1")
    return [Flow("a1", "10.10.0.1", tcp(80), "unknown")]


def only_active_peerings(aws: Aws) -> list[Flow]:
    aws.b()
    for number, status in enumerate(("deleted", "rejected", "expired", "failed", "Deleted")):
        aws.peering(f"pcx-{number}", "a", "b", status)
    aws.peering("pcx-ab", "a", "b", "Active")
    aws.route("prv", "10.1.0.0/16", VpcPeeringConnectionId="pcx-ab")
    aws.route("prb", "10.1.0.0/16", VpcPeeringConnectionId="pcx-4", state="Blackhole")
    aws.route("b1", "10.0.0.0/16", VpcPeeringConnectionId="pcx-ab")
    return [Flow("a1", "y1", tcp(80)), denied("b1", "y1", tcp(80), "rtb-prb", "BAD_STATE_ROUTE")]


def secondary_blocks(aws: Aws) -> list[Flow]:
    states = (("100.64.0.0/16", "associated"), ("100.65.0.0/16", "disassociated"))
    aws.one("Vpcs", "vpc-a")["CidrBlockAssociationSet"] += [
        {"CidrBlock": block, "CidrBlockState": {"State": state}} for block, state in states
    ]
    aws.subnet("more", "vpc-a", "100.64.1.0/24", REGION + "a")
    aws.host("m", "more", "100.64.1.10")
    return [Flow("a1", "100.64.1.10", tcp(80)), denied("a1", "100.65.1.10", tcp(80), "rtb-prv", NO_ROUTE)]


NETWORKS: dict[str, Callable[[Aws], list[Flow]]] = {
    "Batfish's public subnet": public_subnet,
    "Batfish's private subnet with a VPN": private_subnet_with_a_vpn,
    "Batfish's NAT gateway": nat_gateway,
    "Batfish's three peers": peers_of_one_block,
    "Batfish's transit gateway": zone_without_attachment,
    "Batfish's transit gateway with two tables": a_table_for_each_attachment,
    "Batfish's asymmetric transit gateways": a_gateway_each_way,
    "Batfish's gateway endpoint": gateway_endpoint,
    "Batfish's interface endpoint": interface_endpoint,
    "Batfish's private virtual interfaces": private_interfaces,
    "Batfish's Direct Connect gateway": transit_interface,
    "Batfish's peerings that are not active": only_active_peerings,
    "Batfish's VPC of several blocks": secondary_blocks,
}


@pytest.mark.parametrize("again", [False, True], ids=["loaded", "saved and loaded"])
@pytest.mark.parametrize("change", [pytest.param(change, id=name) for name, change in NETWORKS.items()])
def test_verdicts(change: Callable[[Aws], list[Flow]], again: bool, tmp_path: Path) -> None:
    aws = Aws()
    flows = change(aws)
    topology = aws.load()
    if again:
        save_aws(topology, tmp_path)
        topology = load_aws(tmp_path)
    for flow in flows:
        flow.check(topology)


# -- NetGraph: the bare elements that its tests hand to its analyzer ---------------------------------------


def bare() -> dict[str, Any]:
    """Return a web tier and an app tier, in elements that hold only what that analyzer reads."""

    def acl(name: str, *ports: tuple[int, int], source: str = "0.0.0.0/0") -> Any:
        rows = [
            {"RuleNumber": 100 + n, "RuleAction": "allow", "Protocol": "tcp", "Egress": False,
             "CidrBlock": "0.0.0.0/0" if n else source, "PortRange": {"From": first, "To": last}}
            for n, (first, last) in enumerate(ports)
        ]  # fmt: skip
        rows.append({"RuleNumber": 100, "RuleAction": "allow", "Protocol": "-1", "Egress": True,
                     "CidrBlock": "0.0.0.0/0"})  # fmt: skip
        links = [{"SubnetId": f"subnet-{name}", "NetworkAclAssociationId": f"aclassoc-{name}"}]
        return {"NetworkAclId": f"acl-{name}", "VpcId": "vpc-1", "Entries": rows, "Associations": links}

    def table(name: str, **target: str) -> Any:
        local = {"DestinationCidrBlock": "10.0.0.0/16", "State": "active", "GatewayId": "local"}
        out = {"DestinationCidrBlock": "0.0.0.0/0", "State": "active", **target}
        links = [{"SubnetId": f"subnet-{name}", "RouteTableId": f"rtb-{name}"}]
        where = {"RouteTableId": f"rtb-{name}", "VpcId": "vpc-1"}
        return where | {"Routes": [local, out], "Associations": links}

    def group(name: str, *inbound: Any) -> Any:
        out = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
        rules = {"IpPermissions": list(inbound), "IpPermissionsEgress": out}
        return {"GroupId": f"sg-{name}", "VpcId": "vpc-1", "GroupName": f"{name}-sg", **rules}

    def port(number: int, **peer: Any) -> Any:
        return {"IpProtocol": "tcp", "FromPort": number, "ToPort": number, **peer}

    any_one = {"IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    hosts = (("web", "10.0.1.10", "198.51.100.67"), ("app", "10.0.2.10", None))
    enis = [
        {"NetworkInterfaceId": f"eni-{n}", "VpcId": "vpc-1", "SubnetId": f"subnet-{n}",
         "PrivateIpAddress": address, "Groups": [{"GroupId": f"sg-{n}"}],
         "Attachment": {"InstanceId": f"i-{n}"}}
        for n, address, _ in hosts
    ]  # fmt: skip
    return {
        "Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"}],
        "Subnets": [
            {"SubnetId": f"subnet-{n}", "VpcId": "vpc-1", "CidrBlock": f"10.0.{at}.0/24",
             "AvailabilityZone": "us-east-1a", "MapPublicIpOnLaunch": n == "web"}
            for at, (n, *_) in enumerate(hosts, 1)
        ],
        "Reservations": [{"Instances": [
            {"InstanceId": f"i-{n}", "VpcId": "vpc-1", "SubnetId": f"subnet-{n}",
             "State": {"Name": "running"}, "PrivateIpAddress": address, "PublicIpAddress": public,
             "SecurityGroups": [{"GroupId": f"sg-{n}"}],
             "NetworkInterfaces": [{"NetworkInterfaceId": f"eni-{n}", "PrivateIpAddress": address,
                                    "SubnetId": f"subnet-{n}", "Groups": [{"GroupId": f"sg-{n}"}]}]}
            for n, address, public in hosts
        ]}],
        "NetworkInterfaces": enis,
        "SecurityGroups": [
            group("web", port(443, **any_one), port(80, **any_one)),
            group("app", port(8080, IpRanges=[{"CidrIp": "10.0.1.0/24"}]),
                  port(8080, UserIdGroupPairs=[{"GroupId": "sg-web"}])),
        ],
        "NetworkAcls": [
            acl("web", (443, 443), (80, 80), (1024, 65535)),
            acl("app", (8080, 8080), (1024, 65535), source="10.0.1.0/24"),
        ],
        "RouteTables": [table("web", GatewayId="igw-1"), table("app", NatGatewayId="nat-1")],
        "InternetGateways": [
            {"InternetGatewayId": "igw-1", "Attachments": [{"VpcId": "vpc-1", "State": "available"}]}
        ],
        "NatGateways": [
            {"NatGatewayId": "nat-1", "VpcId": "vpc-1", "SubnetId": "subnet-web", "State": "available"}
        ],
    }  # fmt: skip


BARE: dict[str, Flow] = {
    "the web tier reaches the app tier": Flow("i-web", "10.0.2.10", tcp(8080)),
    "an interface is a source as well": Flow("eni-web", "10.0.2.10", tcp(8080)),
    "at no other port": denied("i-web", "10.0.2.10", tcp(22), "acl-app"),
    "nor at one that only the group refuses": denied("i-web", "10.0.2.10", tcp(3000), "sg-app"),
    "the internet reaches the web tier": Flow(X, "i-web", tcp(443)),
    "by the address that only the instance tells": Flow(X, "198.51.100.67", tcp(80)),
    "and not the app tier": denied(X, "i-app", tcp(8080), "igw-1"),
    "a NAT gateway without an address is not guessed": Flow("i-app", ELSEWHERE, tcp(443), "unknown"),
    "nor a way to private addresses by the internet gateway": denied(
        "i-web", "192.168.100.1", tcp(80), "igw-1"
    ),
}


@pytest.mark.parametrize("asked", [pytest.param(asked, id=name) for name, asked in BARE.items()])
def test_bare_elements_are_enough(asked: Flow, tmp_path: Path) -> None:
    topology = load_aws(bare())
    asked.check(topology)
    asked.check(load_aws({key: found for key, found in bare().items() if key != "Vpcs"}))
    save_aws(topology, tmp_path)
    asked.check(load_aws(tmp_path))


# -- np-guard: what its collector writes --------------------------------------------------------------------


def collected() -> dict[str, Any]:
    """Return lists in snake case, ids of no AWS form, nulls everywhere, and no interfaces or routes."""
    nothing = dict.fromkeys(
        ("IamInstanceProfile", "OutpostArn", "Ipv6Address", "PublicIpAddress", "Licenses", "StateReason")
    )

    def instance(number: int, name: str, net: int | None, group: int, address: str | None) -> Any:
        if net is None:
            place = {"VpcId": None, "SubnetId": None, "PrivateIpAddress": None, "NetworkInterfaces": [],
                     "SecurityGroups": [], "State": {"Code": 48, "Name": "terminated"}}  # fmt: skip
        else:
            groups = [{"GroupId": f"GroupId:{group}", "GroupName": "x"}]
            link = {"DeviceIndex": 0, "Status": "attached", "EnaSrdSpecification": None}
            addresses = [{"Association": None, "Primary": True, "PrivateIpAddress": address}]
            eni = {"NetworkInterfaceId": f"NetworkInterfaceId:{number}", "Association": None,
                   "Status": "in-use", "Attachment": link, "Groups": groups, "Ipv6Addresses": [],
                   "PrivateIpAddress": address,
                   "PrivateIpAddresses": addresses, "SubnetId": f"SubnetId:{net}", "VpcId": "VpcId:1",
                   "SourceDestCheck": True, "InterfaceType": "interface", "Ipv4Prefixes": None}  # fmt: skip
            place = {"VpcId": "VpcId:1", "SubnetId": f"SubnetId:{net}", "NetworkInterfaces": [eni],
                     "PrivateIpAddress": address, "SecurityGroups": groups,
                     "State": {"Name": "running"}}  # fmt: skip
        tag = [{"Key": "Name", "Value": name}]
        return nothing | place | {"InstanceId": f"InstanceId:{number}", "Tags": tag, "SourceDestCheck": None}

    def group(number: int, inbound: list[Any], outbound: list[Any]) -> Any:
        rules = {"IpPermissions": inbound, "IpPermissionsEgress": outbound}
        return {"GroupId": f"GroupId:{number}", "GroupName": "x", "VpcId": "VpcId:1", "Tags": None, **rules}

    def allow(port: int | None = None, block: str | None = None, peer: int | None = None) -> Any:
        pair = {"GroupId": f"GroupId:{peer}", "UserId": "u", "GroupName": None, "PeeringStatus": None,
                "VpcPeeringConnectionId": None, "Description": None}  # fmt: skip
        ranges = [{"CidrIp": block, "Description": None}] if block else []
        peers = {"IpRanges": ranges, "UserIdGroupPairs": [pair] if peer else [], "PrefixListIds": []}
        return {"IpProtocol": "tcp" if port else "-1", "FromPort": port, "ToPort": port, **peers}

    every = [allow(block="0.0.0.0/0")]
    rows = [
        {"CidrBlock": "0.0.0.0/0", "Egress": out, "IcmpTypeCode": None, "Ipv6CidrBlock": None,
         "PortRange": None, "Protocol": "-1", "RuleAction": word, "RuleNumber": number}
        for out in (True, False) for number, word in ((100, "allow"), (32767, "deny"))
    ]  # fmt: skip
    return {
        "collector_version": "0.14.0", "provider": "aws", "config-file-git-sha1": "$Id$",
        "instances": [
            instance(1, "app", None, 0, None), instance(2, "app", 1, 3, "10.240.20.5"),
            instance(3, "db", 2, 4, "10.240.30.5"), instance(4, "dashboard", 3, 2, "10.240.40.5"),
            instance(5, "proxy", 4, 1, "10.240.10.5"),
        ],
        "security_groups": [
            group(1, every, every), group(2, every, every),
            group(3, [allow(block="10.240.40.0/24"), allow(9080, peer=1)], [allow(peer=4)]),
            group(4, [allow(block="10.240.40.0/24"), allow(peer=3)], []),
        ],
        "network_acls": [{"NetworkAclId": "NetworkAclId:1", "VpcId": "VpcId:1", "IsDefault": True,
                          "Associations": [], "Entries": rows, "Tags": []}],
        "internet_gateways": [{"InternetGatewayId": "InternetGatewayId:1", "Tags": [],
                               "Attachments": [{"State": "available", "VpcId": "VpcId:1"}]}],
        "subnets": [
            {"SubnetId": f"SubnetId:{n}", "VpcId": "VpcId:1", "CidrBlock": f"10.240.{third}.0/24",
             "AvailabilityZone": "eu-north-1a", "Ipv6CidrBlockAssociationSet": [], "EnableDns64": False}
            for n, third in enumerate((20, 30, 40, 10), 1)
        ],
        "vpcs": [{"VpcId": "VpcId:1", "CidrBlock": "10.240.0.0/16", "Ipv6CidrBlockAssociationSet": None,
                  "CidrBlockAssociationSet": [{"CidrBlock": "10.240.0.0/16", "CidrBlockState":
                                               {"State": "associated", "StatusMessage": None}}],
                  "OwnerId": "OwnerId:25", "Region": "eu-north-1", "Tags": None}],
    }  # fmt: skip


COLLECTED: dict[str, Flow] = {
    "the dashboard reaches the app": Flow("dashboard", "app", tcp(22)),
    "and the database": Flow("dashboard", "db", udp(53)),
    "the app reaches the database": Flow("app", "db", tcp(5432)),
    "and nothing else": denied("app", "dashboard", tcp(443), "GroupId:3", *CLOSED),
    "the proxy reaches the app at one port": Flow("proxy", "app", tcp(9080)),
    "and at no other": denied("proxy", "app", tcp(9081), "GroupId:3", *CLOSED),
    "a database without outbound rules starts nothing": denied("db", "app", tcp(9080), "GroupId:4"),
}


@pytest.mark.parametrize("asked", [pytest.param(asked, id=name) for name, asked in COLLECTED.items()])
def test_a_collectors_file_is_read(asked: Flow, tmp_path: Path) -> None:
    (tmp_path / "input.json").write_text(json.dumps(collected()), encoding="utf-8")
    topology = load_aws(tmp_path / "input.json")
    assert {vpc.region for vpc in topology.values(model.Vpc)} == {"eu-north-1"}
    asked.check(topology)
    save_aws(topology, tmp_path / "out")
    again = load_aws(tmp_path / "out")
    assert comparable(again) == comparable(topology)
    asked.check(again)


# -- the table of verdicts, saved and loaded ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("check", "options"), [pytest.param(check, options, id=name) for name, check, options in VERDICTS]
)
def test_a_row_of_the_table_holds_for_what_is_saved_and_loaded(
    check: Callable[[Base], None], options: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Every trace of the row asks the describe output of its network instead of the network."""
    seen: dict[int, tuple[Snapshot, Snapshot]] = {}

    def saved_and_loaded(topology: Topology) -> Snapshot:
        snapshot = topology.snapshot()
        if id(snapshot) not in seen:
            save_aws(topology, tmp_path / str(len(seen)))
            seen[id(snapshot)] = snapshot, load_aws(tmp_path / str(len(seen)), snapshot.name).snapshot()
        return seen[id(snapshot)][1]

    monkeypatch.setattr("vpclab.evaluate.trace._snapshot", saved_and_loaded)
    check(Base(**options))


# -- Batfish: several accounts, each in a folder of its own ----------------------------------------------


def split(aws: Aws, vpc: str, folder: Path, *, there: str = REGION) -> Path:
    """Write a snapshot as two accounts see it: one VPC is the other account's, what joins them is shared."""
    mine, theirs = {}, {}
    for key, found in aws.data.items():
        shared = key.startswith(("TransitGatewayA", "VpcPeering"))
        names = [json.dumps(element) for element in found]
        other = [f'"vpc-{vpc}"' in name for name in names]
        mine[key] = [e for e, is_other in zip(found, other, strict=True) if shared or not is_other]
        theirs[key] = [e for e, is_other in zip(found, other, strict=True) if shared or is_other]
    for element in theirs.get("TransitGatewayAttachments", []):
        element = copy.deepcopy(element) | {"Tags": tags("their name for it")}
        if element["ResourceId"] != f"vpc-{vpc}":
            theirs["TransitGatewayAttachments"] = [
                e for e in theirs["TransitGatewayAttachments"] if e["ResourceId"] == f"vpc-{vpc}"
            ]
    for account, region, data in ((ME, REGION, mine), (OTHER, there, theirs)):
        home = folder / "aws_configs" / "accounts" / account / region
        home.mkdir(parents=True)
        for key, found in data.items():
            owned = [e | {"OwnerId": account} if key in ("Vpcs", "Subnets") else e for e in found]
            (home / f"{key}.json").write_text(json.dumps({key: owned}), encoding="utf-8")
    return folder


def peered_accounts(aws: Aws) -> list[Flow]:
    aws.b()
    aws.peering("pcx-ab", "a", "b")
    aws.one("VpcPeeringConnections", "pcx-ab")["AccepterVpcInfo"]["OwnerId"] = OTHER
    aws.route("prv", "10.1.0.0/16", VpcPeeringConnectionId="pcx-ab")
    aws.route("b1", "10.0.0.0/16", VpcPeeringConnectionId="pcx-ab")
    reference = [rule("tcp", 22, UserIdGroupPairs=[
        {"GroupId": "sg-a", "UserId": ME, "VpcId": "vpc-a", "VpcPeeringConnectionId": "pcx-ab",
         "PeeringStatus": "active"},
    ])]  # fmt: skip
    aws.wear("y1", aws.group("sg-ssh", "vpc-b", reference, [rule()]))
    return [
        Flow("a1", "10.1.0.10", tcp(22), through=("pcx-ab",)),
        Flow("y1", "10.0.1.10", tcp(22), through=("pcx-ab",)),
        denied("a1", "10.1.0.10", tcp(80), "sg-ssh", *CLOSED),
    ]


def joined_accounts(aws: Aws) -> list[Flow]:
    flows = zone_without_attachment(aws)
    del aws.data["NetworkAcls"]
    del aws.data["InternetGateways"]
    return flows


SHARED = {"Batfish's peered accounts": peered_accounts, "Batfish's transit gateway of two": joined_accounts}


@pytest.mark.parametrize("change", [pytest.param(change, id=name) for name, change in SHARED.items()])
def test_accounts(change: Callable[[Aws], list[Flow]], tmp_path: Path) -> None:
    aws = Aws()
    flows = change(aws)
    topology = load_aws(split(aws, "b", tmp_path / "in"))
    assert {vpc.id: vpc.account for vpc in topology.values(model.Vpc)} == {
        "vpc-a": ME, "vpc-b": OTHER, "vpc-c": ME,
    }  # fmt: skip
    save_aws(topology, tmp_path / "out")
    again = load_aws(tmp_path / "out")
    assert comparable(again) == comparable(topology)
    for flow in flows:
        flow.check(topology)
        flow.check(again)


def test_a_group_of_another_vpc_is_called_by_its_full_name(tmp_path: Path) -> None:
    aws = Aws()
    peered_accounts(aws)
    topology = load_aws(split(aws, "b", tmp_path))
    assert [str(found) for found in topology["sg-ssh"].value.rules] == [
        "tcp 22 from A/open", "all to 0.0.0.0/0",
    ]  # fmt: skip


# -- shapes that tools write -----------------------------------------------------------------------------


def upside_down(value: Any) -> Any:
    """Return AWS's own words in the other case: states, actions, protocols."""
    words = {
        "State",
        "Status",
        "Code",
        "RuleAction",
        "IpProtocol",
        "Type",
        "ConnectivityType",
        "ResourceType",
    }
    if isinstance(value, dict):
        return {
            key: inner.swapcase() if key in words and isinstance(inner, str) else upside_down(inner)
            for key, inner in value.items()
        }
    return [upside_down(inner) for inner in value] if isinstance(value, list) else value


def camel(value: Any) -> Any:
    """Return keys as AWS's own XML and AWS Config write them."""
    if isinstance(value, dict):
        return {key[0].lower() + key[1:]: camel(inner) for key, inner in value.items()}
    return [camel(inner) for inner in value] if isinstance(value, list) else value


def numbered(value: Any) -> Any:
    """Return protocols as numbers."""
    if isinstance(value, dict):
        return {
            key: int(inner) if key == "Protocol" and isinstance(inner, str) else numbered(inner)
            for key, inner in value.items()
        }
    return [numbered(inner) for inner in value] if isinstance(value, list) else value


def dated(value: Any) -> Any:
    """Return what boto3 gives: dates are dates, and each answer has its metadata."""
    if isinstance(value, dict):
        return {key: dated(inner) for key, inner in value.items()} | {
            "CreateTime": datetime(2026, 1, 1, tzinfo=UTC)
        }
    return [dated(inner) for inner in value] if isinstance(value, list) else value


WRITTEN: dict[str, Callable[[Any], Any]] = {
    "words in the other case": upside_down,
    "keys in camel case": camel,
    "protocols as numbers": numbered,
    "dates of boto3": lambda data: {key: dated(found) for key, found in data.items()}
    | {"ResponseMetadata": {"HTTPStatusCode": 200, "RetryAttempts": 0}, "NextToken": None},
    "tuples for lists": lambda data: {key: tuple(found) for key, found in data.items()},
}  # fmt: skip


@pytest.mark.parametrize("written", [pytest.param(written, id=name) for name, written in WRITTEN.items()])
@pytest.mark.parametrize("change", [pytest.param(change, id=name) for name, change in NETWORKS.items()])
def test_how_it_is_written_bends_no_verdict(
    change: Callable[[Aws], list[Flow]], written: Callable[[Any], Any]
) -> None:
    aws = Aws()
    flows = change(aws)
    usual = comparable(aws.load())
    aws.data = written(aws.data)
    topology = aws.load()
    assert comparable(topology) == usual
    for flow in flows:
        flow.check(topology)


def test_instances_that_hold_their_interfaces_may_name_them_all_alike() -> None:
    """CloudMapper's demo has no file of interfaces, and one id for all of them."""
    aws = Aws()
    enis = {eni["Attachment"]["InstanceId"]: eni for eni in aws.data.pop("NetworkInterfaces")}
    for reservation in aws.data["Reservations"]:
        for instance in reservation["Instances"]:
            own = enis[instance["InstanceId"]] | {"NetworkInterfaceId": "eni-00000000"}
            own["Attachment"] = {"DeviceIndex": 0, "Status": "attached"}
            instance["NetworkInterfaces"] = [own]
    topology = aws.load()
    assert len(topology.values(model.NetworkInterface)) == 4
    Flow("a1", "b1", tcp(80)).check(topology)
    Flow("b1", "p1", tcp(80)).check(topology)


def test_a_subnet_that_aws_leaves_out_is_told_by_the_address() -> None:
    """Cartography notes that describe output lacks a SubnetId now and then."""
    aws = Aws()
    for eni in aws.data["NetworkInterfaces"]:
        eni["SubnetId"] = None
    for reservation in aws.data["Reservations"]:
        reservation["Instances"][0]["SubnetId"] = None
    aws.add("NetworkInterfaces", {"NetworkInterfaceId": "eni-lost", "VpcId": "vpc-a", "SubnetId": None})
    topology = aws.load()
    Flow("a1", "b1", tcp(80)).check(topology)
    assert "No file holds the subnet for eni-lost: left out." in topology.assumed


def test_a_nat_gateway_and_an_endpoint_need_no_file_of_interfaces() -> None:
    """Cartography's NAT gateways and endpoints name interfaces that it holds nowhere."""
    aws = Aws()
    nat_gateway(aws)
    aws.interface_endpoint()
    gone = ("eni-nat-1", "eni-x")
    aws.data["NetworkInterfaces"] = [
        eni for eni in aws.data["NetworkInterfaces"] if eni["NetworkInterfaceId"] not in gone
    ]
    topology = aws.load()
    Flow("a1", ELSEWHERE, tcp(80), through=("nat-1", "igw-a")).check(topology)


def test_private_dns_of_an_endpoint_tells_that_both_dns_attributes_are_on() -> None:
    aws = Aws()
    aws.interface_endpoint()
    del aws.data["VpcAttributes"]
    topology = aws.load()
    assert topology.get(model.Vpc, "vpc-a").dns_hostnames
    Flow("a1", service("ssm"), tcp(443), through=("vpce-x",)).check(topology)


def test_what_botocore_shows_as_examples_loads_or_says_why_not() -> None:
    botocore = pytest.importorskip("botocore")
    path = Path(botocore.__file__).parent / "data" / "ec2" / "2016-11-15" / "examples-1.json"
    loaded = []
    for name, examples in json.loads(path.read_text(encoding="utf-8"))["examples"].items():
        for output in [example["output"] for example in examples if example.get("output")]:
            with suppress(VpclabError):  # of other calls, and one whose address is none
                load_aws(output)
                loaded.append(name)
    assert {"DescribeVpcs", "DescribeSubnets", "DescribeRouteTables", "DescribeNetworkAcls"} <= set(loaded)


# -- moto, AWS's stand-in: what boto3 answers goes in as it is -------------------------------------------

CALLS = (
    "vpcs", "subnets", "route_tables", "internet_gateways", "nat_gateways", "addresses",
    "network_interfaces", "instances", "security_groups", "security_group_rules", "network_acls",
    "vpc_peering_connections", "vpc_endpoints", "vpn_gateways", "customer_gateways", "vpn_connections",
    "transit_gateways", "transit_gateway_attachments", "regions", "tags",
    "transit_gateway_vpc_attachments", "transit_gateway_route_tables", "egress_only_internet_gateways",
    "prefix_lists",
)  # fmt: skip


@pytest.fixture(scope="module")
def stand_in() -> dict[str, Any]:
    """Return moto's answers about two VPCs that are peered and attached, and the ids by name."""
    moto = pytest.importorskip("moto")
    import boto3

    with warnings.catch_warnings(), pytest.MonkeyPatch.context() as patch, moto.mock_aws():
        warnings.simplefilter("ignore")  # moto's and botocore's own
        for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(key, "x")
        ec2 = boto3.client("ec2", region_name="us-east-1")
        ids: dict[str, str] = {}
        for vpc, block, nets in (("v", "10.0.0.0/16", "sp"), ("w", "10.1.0.0/16", "u")):
            ids[vpc] = ec2.create_vpc(CidrBlock=block)["Vpc"]["VpcId"]
            for number, name in enumerate(nets):
                where = {"VpcId": ids[vpc], "AvailabilityZone": "us-east-1a"}
                net = ec2.create_subnet(CidrBlock=f"{block[:5]}{number}.0/24", **where)
                ids[name] = net["Subnet"]["SubnetId"]
                table = ec2.create_route_table(VpcId=ids[vpc])["RouteTable"]["RouteTableId"]
                ec2.associate_route_table(RouteTableId=table, SubnetId=ids[name])
                ids[f"rtb-{name}"] = table
            group = ec2.create_security_group(GroupName=vpc, Description=vpc, VpcId=ids[vpc])["GroupId"]
            ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[
                {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]},
            ])  # fmt: skip
            image = ec2.describe_images()["Images"][0]["ImageId"]
            for name in nets:
                made = ec2.run_instances(
                    ImageId=image, MinCount=1, MaxCount=1, SubnetId=ids[name], SecurityGroupIds=[group]
                )
                ids[f"i-{name}"] = made["Instances"][0]["InstanceId"]
        igw = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        ec2.attach_internet_gateway(InternetGatewayId=igw, VpcId=ids["v"])
        ec2.create_route(RouteTableId=ids["rtb-s"], DestinationCidrBlock="0.0.0.0/0", GatewayId=igw)
        address = ec2.allocate_address(Domain="vpc")["AllocationId"]
        ec2.associate_address(AllocationId=address, InstanceId=ids["i-s"])
        address = ec2.allocate_address(Domain="vpc")["AllocationId"]
        nat = ec2.create_nat_gateway(SubnetId=ids["s"], AllocationId=address)["NatGateway"]["NatGatewayId"]
        ec2.create_route(RouteTableId=ids["rtb-p"], DestinationCidrBlock="0.0.0.0/0", NatGatewayId=nat)
        pcx = ec2.create_vpc_peering_connection(VpcId=ids["v"], PeerVpcId=ids["w"])
        pcx = pcx["VpcPeeringConnection"]["VpcPeeringConnectionId"]
        ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=pcx)
        tgw = ec2.create_transit_gateway()["TransitGateway"]["TransitGatewayId"]
        for vpc, net in (("v", "s"), ("w", "u")):
            ec2.create_transit_gateway_vpc_attachment(
                TransitGatewayId=tgw, VpcId=ids[vpc], SubnetIds=[ids[net]]
            )
        for table, block, target in (
            ("p", "10.1.0.0/16", {"VpcPeeringConnectionId": pcx}),
            ("s", "10.1.0.0/16", {"TransitGatewayId": tgw}),
            ("u", "10.0.0.0/24", {"TransitGatewayId": tgw}),
            ("u", "10.0.1.0/24", {"VpcPeeringConnectionId": pcx}),
        ):
            ec2.create_route(RouteTableId=ids[f"rtb-{table}"], DestinationCidrBlock=block, **target)
        device = ec2.create_customer_gateway(Type="ipsec.1", PublicIp="203.0.113.9", BgpAsn=65000)
        vgw = ec2.create_vpn_gateway(Type="ipsec.1")["VpnGateway"]["VpnGatewayId"]
        ec2.attach_vpn_gateway(VpcId=ids["v"], VpnGatewayId=vgw)
        ec2.create_vpn_connection(
            Type="ipsec.1", CustomerGatewayId=device["CustomerGateway"]["CustomerGatewayId"], VpnGatewayId=vgw
        )
        ec2.create_route(RouteTableId=ids["rtb-p"], DestinationCidrBlock="192.168.0.0/16", GatewayId=vgw)
        ec2.create_vpc_endpoint(
            VpcId=ids["v"], ServiceName="com.amazonaws.us-east-1.ssm", SubnetIds=[ids["p"]],
            VpcEndpointType="Interface", PrivateDnsEnabled=True, SecurityGroupIds=[group],
        )  # fmt: skip
        gone = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, SubnetId=ids["u"])["Instances"][0]
        ec2.terminate_instances(InstanceIds=[gone["InstanceId"]])
        found: dict[str, Any] = {"ids": ids}
        for call in CALLS:
            found |= getattr(ec2, f"describe_{call}")()
    return found


ASKED: dict[str, tuple[Any, Any, int, str]] = {
    "an Elastic IP is reached": (internet, "i-s", 443, "delivered"),
    "at the ports that its group admits": (internet, "i-s", 22, "blocked"),
    "a NAT gateway leads out": ("i-p", internet, 443, "delivered"),
    "and nobody in": (internet, "i-p", 443, "blocked"),
    "a peering joins": ("i-p", "i-u", 443, "delivered"),
    "a transit gateway joins": ("i-s", "i-u", 443, "delivered"),
    "and back": ("i-u", "i-s", 443, "delivered"),
    "what a VPN announces is not known": ("i-p", "192.168.0.9", 443, "unknown"),
    "an endpoint is reached": ("i-s", service("ssm"), 443, "delivered"),
}


@pytest.mark.parametrize("way", ["answers", "JSON", "saved"])
@pytest.mark.parametrize(("src", "dst", "port", "outcome"), cases(ASKED))
def test_moto(
    stand_in: dict[str, Any], src: Any, dst: Any, port: int, outcome: str, way: str, tmp_path: Path
) -> None:
    ids = stand_in["ids"]
    topology: Topology = load_aws({key: found for key, found in stand_in.items() if key != "ids"})
    if way == "JSON":
        (tmp_path / "a.json").write_text(json.dumps(stand_in, default=str), encoding="utf-8")
        topology = load_aws(tmp_path)
    elif way == "saved":
        before = topology
        save_aws(before, tmp_path)
        topology = load_aws(tmp_path)
        assert comparable(topology) == comparable(before)
    ends = [ids.get(end, end) if isinstance(end, str) else end for end in (src, dst)]
    found = trace(topology, *ends, tcp(port))
    assert found.outcome == outcome, str(found)
