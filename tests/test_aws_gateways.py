"""What joins networks, read from describe-* output: the rows of verdicts.md, and what the files may lack.

Each row starts from one base, as the AWS CLI prints it, with a few elements more. Every row is asked
twice: as loaded, and after saving and loading again.
"""

from __future__ import annotations

import copy
import json
import random
import tempfile
from collections.abc import Callable
from contextlib import redirect_stdout, suppress
from dataclasses import dataclass, replace
from io import StringIO
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
import random_networks
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vpclab import Trace, VpclabError, icmp, internet, load_aws, save_aws, service, site, tcp, trace
from vpclab.evaluate.packets import TrafficType
from vpclab.evaluate.reachability import reachability
from vpclab.topology import model
from vpclab.topology.builders import Topology
from vpclab.topology.errors import BadInput, NotFound

REGION, ME = "ap-northeast-1", "111122223333"
X, X6, OP = internet("203.0.113.10"), internet("3fff::10"), "192.168.0.10"
S3 = f"com.amazonaws.{REGION}.s3"
ALL4, ALL6 = {"IpRanges": [{"CidrIp": "0.0.0.0/0"}]}, {"Ipv6Ranges": [{"CidrIpv6": "::/0"}]}
FULL_ACCESS = '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}'
Json = dict[str, Any]


def tags(name: str) -> list[Json]:
    return [{"Key": "Name", "Value": name}]


def rule(protocol: str = "-1", port: int | None = None, **peers: Any) -> Json:
    return {"IpProtocol": protocol, "FromPort": port, "ToPort": port, **(peers or ALL4)}


# fmt: off
class Aws:
    """A snapshot to change: VPC A with PUB, PRV (zone a) and PRB (zone b), and p1, a1, a2, b1 in them."""

    def __init__(self, dual: bool = False) -> None:
        self.dual = dual
        self.data: dict[str, Any] = {"VpnConnections": [], "Addresses": []}
        subnets = {"pub": ("10.0.0.0/24", "a"), "prv": ("10.0.1.0/24", "a"), "prb": ("10.0.2.0/24", "b")}
        self.vpc("a", "10.0.0.0/16", subnets)
        links = [{"State": "available", "VpcId": "vpc-a"}]
        self.add("InternetGateways", {"InternetGatewayId": "igw-a", "Attachments": links, "Tags": []})
        self.route("pub", "0.0.0.0/0", GatewayId="igw-a")
        for name, subnet, address in (
            ("p1", "pub", "10.0.0.10"), ("a1", "prv", "10.0.1.10"), ("a2", "prv", "10.0.1.11"),
            ("b1", "prb", "10.0.2.10"),
        ):
            self.host(name, subnet, address)

    def add(self, key: str, *elements: Json) -> None:
        self.data.setdefault(key, []).extend(copy.deepcopy(elements))

    def one(self, key: str, id: str) -> Any:
        """Return an element by any of its ids, to change it in place."""
        return next(e for e in self.data[key] if id in [v for v in e.values() if isinstance(v, str)])

    def load(self) -> Topology:
        return load_aws(self.data)

    # -- VPCs and what stands in them ----------------------------------------------------------------

    def _six(self, block: str) -> Json:
        link = {"Ipv6CidrBlock": block, "Ipv6CidrBlockState": {"State": "associated"}}
        return {"Ipv6CidrBlockAssociationSet": [link] if self.dual else []}

    def vpc(self, name: str, block: str, subnets: dict[str, tuple[str, str]], region: str = REGION) -> None:
        """Add a VPC with a table of its own for each subnet, the default network ACL and an open group."""
        vpc = f"vpc-{name}"
        self.add("Vpcs", {
            "VpcId": vpc, "OwnerId": ME, "CidrBlock": block, "IsDefault": False, "State": "available",
            "CidrBlockAssociationSet": [{"CidrBlock": block, "CidrBlockState": {"State": "associated"}}],
            "Tags": tags(name.upper()), **self._six("2001:db8:0:100::/56"),
        })
        dns = {"EnableDnsSupport": {"Value": True}, "EnableDnsHostnames": {"Value": True}}
        self.add("VpcAttributes", {"VpcId": vpc, **dns})
        both = [rule(), rule(**ALL6)]
        self.add("SecurityGroups", self.group(f"sg-{name}", vpc, both, both) | {"GroupName": "open"})
        rows = [
            {"Protocol": "-1", "RuleNumber": n + six, "RuleAction": word, "Egress": out,
             "Ipv6CidrBlock" if six else "CidrBlock": "::/0" if six else "0.0.0.0/0"}
            for n, word in ((100, "allow"), (32767, "deny")) for six in (0, 1) for out in (True, False)
        ]
        acl = {"NetworkAclId": f"acl-{name}", "VpcId": vpc, "IsDefault": True, "Entries": rows}
        self.add("NetworkAcls", acl | {"Associations": []})
        for at, (subnet, (own, zone)) in enumerate(subnets.items()):
            self.subnet(subnet, vpc, own, region + zone, f"2001:db8:0:10{at}::/64", local=block)

    def subnet(self, name: str, vpc: str, block: str, zone: str, six: str = "", local: str = "") -> None:
        link = {"Main": False, "SubnetId": f"subnet-{name}", "AssociationState": {"State": "associated"}}
        route = {"DestinationCidrBlock": local, "GatewayId": "local", "Origin": "CreateRouteTable",
                 "State": "active"}
        self.add("Subnets", {
            "SubnetId": f"subnet-{name}", "VpcId": vpc, "CidrBlock": block, "AvailabilityZone": zone,
            "Tags": tags(name.upper()), **self._six(six),
        })
        self.add("RouteTables", {
            "RouteTableId": f"rtb-{name}", "VpcId": vpc, "PropagatingVgws": [], "Tags": tags(name.upper()),
            "Associations": [link], "Routes": [route] if local else [],
        })

    @staticmethod
    def group(id: str, vpc: str, inbound: list[Json], outbound: list[Json]) -> Json:
        rules = {"IpPermissions": inbound, "IpPermissionsEgress": outbound}
        return {"GroupId": id, "GroupName": id, "VpcId": vpc, "Description": "", **rules}

    def wear(self, host: str, group: Json) -> None:
        """Give an interface a group of its own."""
        self.add("SecurityGroups", group)
        self.one("NetworkInterfaces", f"eni-{host}")["Groups"] = [{"GroupId": group["GroupId"]}]

    def host(self, name: str, subnet: str, address: str, vpc: str = "a", **more: Any) -> None:
        link = {"InstanceId": f"i-{name}", "DeviceIndex": 0, "Status": "attached"}
        self.eni(name, subnet, address, vpc, **{"Attachment": link, **more})
        self.add("Reservations", {"OwnerId": ME, "Instances": [{
            "InstanceId": f"i-{name}", "State": {"Code": 16, "Name": "running"}, "Tags": tags(name),
            "VpcId": f"vpc-{vpc}", "SubnetId": f"subnet-{subnet}", "PrivateIpAddress": address,
        }]})

    def eni(self, name: str, subnet: str, address: str, vpc: str = "a", **more: Any) -> None:
        place = self.one("Subnets", f"subnet-{subnet}")["Ipv6CidrBlockAssociationSet"]
        last = address.split(".")[-1]
        self.add("NetworkInterfaces", {
            "NetworkInterfaceId": f"eni-{name}", "VpcId": f"vpc-{vpc}", "SubnetId": f"subnet-{subnet}",
            "Status": "in-use", "InterfaceType": "interface", "SourceDestCheck": True, "Description": "",
            "PrivateIpAddresses": [{"Primary": True, "PrivateIpAddress": address}],
            "Ipv6Addresses": [{"Ipv6Address": link["Ipv6CidrBlock"][:-3] + last} for link in place],
            "Groups": [{"GroupId": f"sg-{vpc}"}], "TagSet": [], **more,
        })

    def public(self, name: str, address: str) -> None:
        """Give an interface an Elastic IP."""
        link = {"PublicIp": address, "IpOwnerId": ME, "AllocationId": f"eipalloc-{name}"}
        self.one("NetworkInterfaces", f"eni-{name}")["PrivateIpAddresses"][0]["Association"] = link

    def nat(self, id: str = "1", subnet: str = "pub", vpc: str = "a", private: str = "10.0.0.220") -> None:
        """Add a NAT gateway with its interface and the public address 198.51.100.99."""
        where = {"PrivateIp": private, "PublicIp": "198.51.100.99", "NetworkInterfaceId": f"eni-nat-{id}"}
        self.add("NatGateways", {
            "NatGatewayId": f"nat-{id}", "VpcId": f"vpc-{vpc}", "SubnetId": f"subnet-{subnet}",
            "ConnectivityType": "public", "AvailabilityMode": "zonal", "State": "available",
            "NatGatewayAddresses": [where | {"AllocationId": "eipalloc-nat", "IsPrimary": True}],
        })
        self.eni(f"nat-{id}", subnet, private, vpc, InterfaceType="nat_gateway", Groups=[], Ipv6Addresses=[],
                 SourceDestCheck=False, Description=f"Interface for NAT Gateway nat-{id}")

    def route(
        self, table: str, to: str, state: str = "active", origin: str = "CreateRoute", **target: str
    ) -> None:
        six = "DestinationIpv6CidrBlock" if ":" in to else "DestinationCidrBlock"
        key = "DestinationPrefixListId" if to.startswith("pl-") else six
        row = {key: to, "State": state, "Origin": origin, **target}
        self.one("RouteTables", f"rtb-{table}")["Routes"].append(row)

    # -- VPN and Direct Connect ----------------------------------------------------------------------

    def propagate(self, table: str, *blocks: str) -> None:
        """Let a table show what the virtual private gateway propagates."""
        self.one("RouteTables", f"rtb-{table}")["PropagatingVgws"] = [{"GatewayId": "vgw-a"}]
        for block in blocks:
            self.route(table, block, origin="EnableVgwRoutePropagation", GatewayId="vgw-a")

    def gateway(self) -> None:
        """Add the virtual private gateway of A."""
        if "VpnGateways" not in self.data:
            self.add("VpnGateways", {
                "VpnGatewayId": "vgw-a", "State": "available", "Type": "ipsec.1", "AmazonSideAsn": 64512,
                "VpcAttachments": [{"VpcId": "vpc-a", "State": "attached"}], "Tags": tags("vgw"),
            })

    def vpn(self, *static: str, id: str = "vpn-1", up: int = 2, device: str = "cgw-1", **more: Any) -> None:
        """Add a VPN to the office's device, with static routes or BGP."""
        self.gateway()
        if device not in [found["CustomerGatewayId"] for found in self.data.get("CustomerGateways", [])]:
            self.add("CustomerGateways", {
                "CustomerGatewayId": device, "IpAddress": "203.0.113.50", "BgpAsn": "65000",
                "Type": "ipsec.1", "State": "available", "Tags": tags("office") if device == "cgw-1" else [],
            })
        self.add("VpnConnections", {
            "VpnConnectionId": id, "State": "available", "Category": "VPN", "CustomerGatewayId": device,
            "CustomerGatewayConfiguration": "<vpn_connection><secret/></vpn_connection>",
            "VpnGatewayId": "vgw-a", "Options": {"StaticRoutesOnly": bool(static), "TunnelOptions": [{}, {}]},
            "Routes": [{"DestinationCidrBlock": b, "State": "available", "Source": "Static"} for b in static],
            "VgwTelemetry": [{"Status": "UP" if n < up else "DOWN"} for n in (0, 1)], "Tags": [], **more,
        })

    def direct_connect(self, **more: Any) -> None:
        """Add a private virtual interface to A's gateway, as the Direct Connect API prints it."""
        self.gateway()
        self.add("virtualInterfaces", {
            "ownerAccount": ME, "virtualInterfaceId": "dxvif-1", "virtualInterfaceName": "dx", "vlan": 101,
            "virtualInterfaceType": "private", "virtualInterfaceState": "available",
            "virtualGatewayId": "vgw-a", "directConnectGatewayId": "", "routeFilterPrefixes": [], "tags": [],
            "bgpPeers": [{"bgpPeerState": "available", "bgpStatus": "up", "asn": 65001}], **more,
        })

    # -- other VPCs ------------------------------------------------------------------------------------

    def b(self) -> None:
        """Add VPC B with y1, and C with z1."""
        self.vpc("b", "10.1.0.0/16", {"b1": ("10.1.0.0/24", "a")})
        self.host("y1", "b1", "10.1.0.10", "b")
        self.vpc("c", "10.2.0.0/16", {"c1": ("10.2.0.0/24", "a")})
        self.host("z1", "c1", "10.2.0.10", "c")

    def peering(self, id: str, here: str, there: str, status: str = "active", foreign: str = "") -> None:
        """Add a peering; `foreign` is the block of a VPC of another account, which is in no file."""
        sides = []
        for vpc in (here, there):
            block = foreign or self.one("Vpcs", f"vpc-{vpc}")["CidrBlock"] if vpc == there else "10.0.0.0/16"
            sides.append({
                "VpcId": f"vpc-{vpc}", "CidrBlock": block, "CidrBlockSet": [{"CidrBlock": block}],
                "OwnerId": "999988887777" if foreign and vpc == there else ME, "Region": REGION,
                "PeeringOptions": {"AllowDnsResolutionFromRemoteVpc": False},
            })
        self.add("VpcPeeringConnections", {
            "VpcPeeringConnectionId": id, "RequesterVpcInfo": sides[0], "AccepterVpcInfo": sides[1],
            "Status": {"Code": status, "Message": status}, "Tags": tags(id),
        })

    def transit(self, **attached: tuple[str, ...]) -> None:
        """Add a transit gateway; each VPC is attached by these subnets to its default table."""
        table = {"TransitGatewayRouteTableId": "tgw-rtb-1"}
        self.add("TransitGateways", {
            "TransitGatewayId": "tgw-1", "State": "available", "OwnerId": ME, "Tags": tags("tgw"),
            "TransitGatewayArn": f"arn:aws:ec2:{REGION}:{ME}:transit-gateway/tgw-1",
            "Options": {"AmazonSideAsn": 64512, "SecurityGroupReferencingSupport": "disable"},
        })
        self.add("TransitGatewayRouteTables", table | {
            "TransitGatewayId": "tgw-1", "State": "available", "DefaultAssociationRouteTable": True,
            "DefaultPropagationRouteTable": True, "Tags": [],
        })
        self.add("TransitGatewayPropagations", table | {"TransitGatewayRouteTablePropagations": []})
        self.add("TransitGatewayStaticRoutes", table | {"Routes": [], "AdditionalRoutesAvailable": False})
        for vpc, subnets in attached.items():
            self.attachment(f"tgw-attach-{vpc}", "vpc", f"vpc-{vpc}")
            self.add("TransitGatewayVpcAttachments", {
                "TransitGatewayAttachmentId": f"tgw-attach-{vpc}", "TransitGatewayId": "tgw-1",
                "VpcId": f"vpc-{vpc}", "VpcOwnerId": ME, "State": "available", "Tags": [],
                "SubnetIds": [f"subnet-{subnet}" for subnet in subnets],
                "Options": {"ApplianceModeSupport": "disable", "SecurityGroupReferencingSupport": "enable"},
            })

    def attachment(self, id: str, kind: str, resource: str) -> None:
        end = {"TransitGatewayAttachmentId": id, "ResourceType": kind, "ResourceId": resource}
        self.add("TransitGatewayAttachments", end | {
            "TransitGatewayId": "tgw-1", "TransitGatewayOwnerId": ME, "ResourceOwnerId": ME, "Tags": [],
            "State": "available",
            "Association": {"TransitGatewayRouteTableId": "tgw-rtb-1", "State": "associated"},
        })
        self.propagations().append(end | {"State": "enabled"})

    def propagations(self) -> list[Json]:
        found: list[Json] = self.data["TransitGatewayPropagations"][0]["TransitGatewayRouteTablePropagations"]
        return found

    def transit_route(self, block: str, attachment: str | None, kind: str = "static") -> None:
        ends = [{"TransitGatewayAttachmentId": attachment, "ResourceType": "vpc"}] if attachment else []
        state = "active" if attachment else "blackhole"
        row = {"DestinationCidrBlock": block, "Type": kind, "State": state, "TransitGatewayAttachments": ends}
        self.data["TransitGatewayStaticRoutes"][0]["Routes"].append(row)

    # -- endpoints -------------------------------------------------------------------------------------

    def s3(self) -> None:
        """Add the gateway endpoint gw-s3 on PRV's table, with AWS's prefix list."""
        blocks = ["3.5.152.0/21", "52.219.0.0/20"]
        self.add("PrefixLists", {"PrefixListId": "pl-s3", "PrefixListName": S3, "Cidrs": blocks})
        self.add("VpcEndpoints", {
            "VpcEndpointId": "vpce-s3", "VpcEndpointType": "Gateway", "VpcId": "vpc-a", "ServiceName": S3,
            "State": "available", "RouteTableIds": ["rtb-prv"], "SubnetIds": [], "Groups": [], "OwnerId": ME,
            "NetworkInterfaceIds": [], "PrivateDnsEnabled": False, "PolicyDocument": FULL_ACCESS,
            "Tags": tags("gw-s3"),
        })
        self.route("prv", "pl-s3", GatewayId="vpce-s3")

    def interface_endpoint(self, group: Json | None = None, service: str = "ssm") -> None:
        """Add the interface endpoint if-x in PRB at 10.0.2.50."""
        groups = [{"GroupId": group["GroupId"] if group else "sg-a", "GroupName": "x"}]
        self.add("SecurityGroups", *([group] if group else []))
        self.add("VpcEndpoints", {
            "VpcEndpointId": "vpce-x", "VpcEndpointType": "Interface", "VpcId": "vpc-a", "State": "available",
            "ServiceName": f"com.amazonaws.{REGION}.{service}", "RouteTableIds": [], "Tags": tags("if-x"),
            "SubnetIds": ["subnet-prb"], "Groups": groups, "NetworkInterfaceIds": ["eni-x"],
            "PrivateDnsEnabled": True, "PolicyDocument": None,
        })
        self.eni("x", "prb", "10.0.2.50", Groups=groups, InterfaceType="vpc_endpoint", Ipv6Addresses=[],
                 RequesterManaged=True, Description="VPC Endpoint Interface vpce-x")


# fmt: on


@dataclass(frozen=True)
class Flow:
    """One flow of a row and what must become of it."""

    src: Any
    dst: Any
    traffic: TrafficType
    outcome: str = "delivered"
    at: str = ""  # the first blocker's id
    codes: tuple[str, ...] = ()
    through: tuple[str, ...] = ()  # components of the request's way, by id
    seen: str = ""  # the source that the far end sees
    version: int = 4

    def check(self, topology: Topology) -> Trace:
        found = trace(topology, self.src, self.dst, self.traffic, ip_version=self.version)
        assert found.outcome == self.outcome, str(found)
        way = [hop.component.id for hop in found.forward]
        assert set(self.through) <= set(way), str(found)
        assert not self.seen or str(found.forward[-1].packet_in.src) == self.seen, str(found)
        if self.at:
            assert found.blockers[0].component.id == self.at, str(found)
        if self.codes:
            assert found.blockers[0].code in self.codes, str(found)
        return found


def denied(src: Any, dst: Any, traffic: TrafficType, at: str, *codes: str, **more: Any) -> Flow:
    return Flow(src, dst, traffic, "blocked", at, codes, **more)


def no_answer(src: Any, dst: Any, traffic: TrafficType, at: str, *codes: str, **more: Any) -> Flow:
    return Flow(src, dst, traffic, "reply-blocked", at, codes, **more)


Row = Callable[[Aws], list[Flow]]
ROWS: list[tuple[str, Row, bool]] = []
NO_ROUTE = "NO_ROUTE_TO_DESTINATION"
NO_TRANSIT = "PCX_REQUIRES_ADDRESS_IN_VPC_CIDR"


def row(sentence: str, *, dual: bool = False) -> Callable[[Row], Row]:
    def keep(change: Row) -> Row:
        ROWS.append((f"aws-{sentence}", change, dual))
        return change

    return keep


# -- C. routing --------------------------------------------------------------------------------------


@row("C04 the longest prefix wins")
def c04(aws: Aws) -> list[Flow]:
    aws.vpc("d", "172.31.0.0/16", {"d1": ("172.31.0.0/20", "a")})
    aws.host("d", "d1", "172.31.5.5", "d")
    aws.route("d1", "10.0.0.0/16", VpcPeeringConnectionId="pcx-d")
    aws.peering("pcx-d", "a", "d")
    aws.route("prv", "172.31.0.0/16", VpcPeeringConnectionId="pcx-d")
    aws.nat()
    aws.route("prv", "0.0.0.0/0", NatGatewayId="nat-1")
    return [Flow("a1", "172.31.5.5", tcp(443), through=("pcx-d",))]


@row("C04 the next hop is known where the peer's VPC is not")
def c04_foreign(aws: Aws) -> list[Flow]:
    aws.peering("pcx-d", "a", "d", foreign="172.31.0.0/16")
    aws.route("prv", "172.31.0.0/16", VpcPeeringConnectionId="pcx-d")
    return [
        Flow("a1", "172.31.5.5", tcp(443), "unknown", through=("pcx-d",)),
        denied("a1", "172.32.0.1", tcp(443), "rtb-prv", NO_ROUTE),
    ]


@row("C05 a static route beats a propagated one of the same block")
def c05(aws: Aws) -> list[Flow]:
    aws.vpn("172.31.0.0/24")
    aws.propagate("pub", "172.31.0.0/24")
    aws.route("pub", "172.31.0.0/24", GatewayId="igw-a")
    return [denied("p1", "172.31.0.5", tcp(443), "igw-a", "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS")]


@row("C07 a longer propagated route beats a shorter static one")
def c07(aws: Aws) -> list[Flow]:
    aws.vpn()
    aws.transit(a=("prv", "prb"))
    aws.route("prv", "10.0.0.0/8", TransitGatewayId="tgw-1")
    aws.propagate("prv", "10.50.0.0/16")
    return [Flow("a1", "10.50.1.1", tcp(443), through=("vgw-a", "vpn-1", "cgw-1"))]


@row("C08 a prefix list beats a propagated route")
def c08(aws: Aws) -> list[Flow]:
    aws.vpn()
    aws.transit(a=("prv", "prb"))
    aws.add(
        "ManagedPrefixLists",
        {"PrefixListId": "pl-60", "PrefixListName": "sixty", "Entries": [{"Cidr": "10.60.0.0/16"}]},
    )
    aws.route("prv", "pl-60", TransitGatewayId="tgw-1")
    aws.propagate("prv", "10.60.0.0/16")
    return [denied("a1", "10.60.1.1", tcp(443), "tgw-1", "TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT")]


@row("C16 a peering that nobody accepted is a blackhole")
def c16(aws: Aws) -> list[Flow]:
    aws.b()
    aws.peering("pcx-ab", "a", "b", "pending-acceptance")
    aws.route("prv", "10.1.0.0/16", "blackhole", VpcPeeringConnectionId="pcx-ab")
    aws.route("prb", "10.1.0.0/16", VpcPeeringConnectionId="pcx-ab")
    return [
        denied("a1", "10.1.0.10", tcp(80), "rtb-prv", "BAD_STATE_ROUTE"),
        denied("b1", "10.1.0.10", tcp(80), "rtb-prb", "BAD_STATE_ROUTE"),
    ]


@row("C19 a gateway's table needs an appliance with a public address")
def c19(aws: Aws) -> list[Flow]:
    aws.public("p1", "198.51.100.10")
    aws.host("n", "prb", "10.0.2.20", SourceDestCheck=False)
    local = {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "Origin": "CreateRouteTable"}
    to_n = {"DestinationCidrBlock": "10.0.0.0/24", "InstanceId": "i-n", "NetworkInterfaceId": "eni-n"}
    link = {"Main": False, "GatewayId": "igw-a", "AssociationState": {"State": "associated"}}
    aws.add("RouteTables", {
        "RouteTableId": "rtb-edge", "VpcId": "vpc-a", "PropagatingVgws": [], "Associations": [link],
        "Routes": [local, to_n | {"Origin": "CreateRoute", "State": "active"}],
    })  # fmt: skip
    return [denied(X, "p1", tcp(443), "eni-n", "INGRESS_RTB_NO_PUBLIC_IP")]


# -- E. NAT, egress-only gateways ----------------------------------------------------------------------


@row("E12 a site sees the NAT gateway's private address")
def e12(aws: Aws) -> list[Flow]:
    aws.nat()
    aws.vpn("192.168.0.0/16")
    aws.route("prv", "192.168.0.0/16", NatGatewayId="nat-1")
    aws.route("pub", "192.168.0.0/16", GatewayId="vgw-a")
    return [Flow("a1", OP, tcp(443), through=("nat-1", "vgw-a"), seen="10.0.0.220")]


@row("E13 a peer cannot use the NAT gateway")
def e13(aws: Aws) -> list[Flow]:
    aws.b()
    aws.nat()
    aws.peering("pcx-ab", "a", "b")
    aws.route("b1", "0.0.0.0/0", VpcPeeringConnectionId="pcx-ab")
    return [denied("y1", X, tcp(443), "pcx-ab", NO_TRANSIT)]


def _peer_by(aws: Aws, table: str, **target: str) -> None:
    aws.b()
    aws.nat()
    aws.peering("pcx-ab", "a", "b")
    aws.route("pub", "10.1.0.0/16", VpcPeeringConnectionId="pcx-ab")
    aws.route(table, "10.1.0.0/16", **target)


@row("E15 a reply to a NAT gateway needs no route in the peer")
def e15(aws: Aws) -> list[Flow]:
    _peer_by(aws, "prv", NatGatewayId="nat-1")
    return [Flow("a1", "y1", tcp(80), through=("nat-1", "pcx-ab"))]


@row("E16 an ordinary reply needs the peer's route")
def e16(aws: Aws) -> list[Flow]:
    _peer_by(aws, "prv", VpcPeeringConnectionId="pcx-ab")
    return [no_answer("a1", "y1", tcp(80), "rtb-b1", NO_ROUTE)]


def _egress_only(aws: Aws) -> None:
    aws.add(
        "EgressOnlyInternetGateways",
        {
            "EgressOnlyInternetGatewayId": "eigw-1",
            "Attachments": [{"State": "attached", "VpcId": "vpc-a"}],
            "Tags": [],
        },
    )
    aws.route("prv", "::/0", EgressOnlyInternetGatewayId="eigw-1")


@row("E27 an egress-only gateway lets replies in", dual=True)
def e27(aws: Aws) -> list[Flow]:
    _egress_only(aws)
    return [Flow("a1", X6, tcp(443), through=("eigw-1",), version=6)]


@row("E28 an egress-only gateway lets nothing else in", dual=True)
def e28(aws: Aws) -> list[Flow]:
    _egress_only(aws)
    return [denied(X6, "a1", tcp(443), "eigw-1", version=6)]


@row("E30 IPv6 needs a route of its own", dual=True)
def e30(aws: Aws) -> list[Flow]:
    aws.nat()
    aws.route("prv", "0.0.0.0/0", NatGatewayId="nat-1")
    return [denied("a1", X6, tcp(443), "rtb-prv", NO_ROUTE, version=6)]


# -- F. VPN and Direct Connect -------------------------------------------------------------------------


@row("F01 propagated routes join a site both ways")
def f01(aws: Aws) -> list[Flow]:
    aws.vpn("192.168.0.0/16")
    aws.propagate("prv", "192.168.0.0/16")
    return [Flow(OP, "a1", tcp(22), through=("vgw-a",)), Flow("a1", OP, tcp(443), through=("vgw-a", "vpn-1"))]


@row("F01 what BGP announces is told by the routes it propagates")
def f01_bgp(aws: Aws) -> list[Flow]:
    aws.vpn()
    aws.propagate("prv", "192.168.0.0/16")
    return [
        Flow(OP, "a1", tcp(22)),
        Flow("a1", OP, tcp(443)),
        Flow(site("office"), "a1", tcp(22)),
        Flow("cgw-1", "a1", tcp(22)),
    ]


@row("F01 a table that propagates shows the VPN's static routes")
def f01_untold(aws: Aws) -> list[Flow]:
    aws.vpn("192.168.0.0/16")
    aws.propagate("prv")
    return [Flow(OP, "a1", tcp(22)), Flow("a1", OP, tcp(443))]


@row("F03 a static route to the gateway is enough")
def f03(aws: Aws) -> list[Flow]:
    aws.vpn("192.168.0.0/16")
    aws.route("prv", "192.168.0.0/16", GatewayId="vgw-a")
    return [Flow(OP, "a1", tcp(22))]


@row("F04 the gateway forwards only to prefixes it knows")
def f04(aws: Aws) -> list[Flow]:
    aws.vpn("192.168.0.0/16")
    aws.propagate("prv", "192.168.0.0/16")
    aws.route("prv", "10.50.0.0/16", GatewayId="vgw-a")
    return [denied("a1", "10.50.0.1", tcp(443), "vgw-a", NO_ROUTE, "NO_POSSIBLE_DESTINATION")]


@row("F06 a site cannot use the internet gateway")
def f06(aws: Aws) -> list[Flow]:
    f01(aws)
    return [denied(OP, X, tcp(443), "vgw-a", "VGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS")]


@row("F07 Direct Connect goes first")
def f07(aws: Aws) -> list[Flow]:
    f01(aws)
    aws.direct_connect()
    return [Flow("a1", OP, tcp(443), through=("vgw-a", "dxvif-1")), Flow(OP, "a1", tcp(22))]


@row("F07 with Direct Connect down the VPN carries it")
def f07_down(aws: Aws) -> list[Flow]:
    f01(aws)
    aws.direct_connect(bgpPeers=[{"bgpStatus": "down"}])
    return [Flow("a1", OP, tcp(443), through=("vpn-1",))]


@row("F09 a VPN on a virtual private gateway carries IPv4 only", dual=True)
def f09(aws: Aws) -> list[Flow]:
    f01(aws)
    aws.route("prv", "fd00:1::/64", GatewayId="vgw-a")
    return [denied("a1", "fd00:1::10", tcp(443), "vgw-a", version=6)]


@row("F10 a peer cannot use the virtual private gateway")
def f10(aws: Aws) -> list[Flow]:
    aws.b()
    f01(aws)
    aws.peering("pcx-ab", "a", "b")
    aws.route("b1", "192.168.0.0/16", VpcPeeringConnectionId="pcx-ab")
    return [denied("y1", OP, tcp(443), "pcx-ab", NO_TRANSIT)]


# -- G. peering and transit gateway --------------------------------------------------------------------


def _peered(aws: Aws, *, back: str | None = "10.0.0.0/16") -> None:
    aws.b()
    aws.peering("pcx-ab", "a", "b")
    aws.route("prv", "10.1.0.0/16", VpcPeeringConnectionId="pcx-ab")
    if back:
        aws.route("b1", back, VpcPeeringConnectionId="pcx-ab")


@row("G01 routes on both sides join two VPCs")
def g01(aws: Aws) -> list[Flow]:
    _peered(aws)
    return [Flow("a1", "y1", tcp(80), through=("pcx-ab",))]


@row("G02 a reply needs the other side's route")
def g02(aws: Aws) -> list[Flow]:
    _peered(aws, back=None)
    return [no_answer("a1", "y1", tcp(80), "rtb-b1", NO_ROUTE)]


@row("G04 peering is not transitive")
def g04(aws: Aws) -> list[Flow]:
    _peered(aws)
    aws.peering("pcx-ac", "a", "c")
    aws.route("prv", "10.2.0.0/16", VpcPeeringConnectionId="pcx-ac")
    aws.route("b1", "10.2.0.0/16", VpcPeeringConnectionId="pcx-ab")
    return [denied("y1", "z1", tcp(80), "pcx-ab", NO_TRANSIT)]


@row("G10 a peer cannot use the internet gateway")
def g10(aws: Aws) -> list[Flow]:
    _peered(aws)
    aws.route("b1", "0.0.0.0/0", VpcPeeringConnectionId="pcx-ab")
    return [denied("y1", X, tcp(443), "pcx-ab", NO_TRANSIT)]


@row("G11 a peer cannot use a gateway endpoint")
def g11(aws: Aws) -> list[Flow]:
    _peered(aws)
    aws.s3()
    aws.route("b1", "pl-s3", VpcPeeringConnectionId="pcx-ab")
    return [denied("y1", service("s3"), tcp(443), "pcx-ab")]


def _twin(aws: Aws) -> None:
    aws.b()
    aws.vpc("twin", "10.1.0.0/16", {"t1": ("10.1.0.0/24", "a")})
    aws.peering("pcx-ab", "a", "b")
    aws.peering("pcx-twin", "a", "twin")
    aws.route("prv", "10.1.0.0/16", VpcPeeringConnectionId="pcx-twin")
    aws.route("b1", "10.0.0.0/16", VpcPeeringConnectionId="pcx-ab")


@row("G12 a reply follows the responder's table, to the wrong VPC")
def g12(aws: Aws) -> list[Flow]:
    _twin(aws)
    return [Flow("y1", "a1", tcp(80), "reply-blocked")]


@row("G13 a more specific return route mends it")
def g13(aws: Aws) -> list[Flow]:
    _twin(aws)
    aws.route("prv", "10.1.0.10/32", VpcPeeringConnectionId="pcx-ab")
    return [Flow("y1", "a1", tcp(80))]


@row("G14 a return route for one host serves that host")
def g14(aws: Aws) -> list[Flow]:
    _peered(aws, back="10.0.1.10/32")
    return [no_answer("a2", "y1", tcp(80), "rtb-b1", NO_ROUTE), Flow("a1", "y1", tcp(80))]


@row("G19 two VPCs with nothing between them")
def g19(aws: Aws) -> list[Flow]:
    aws.b()
    return [denied("a1", "y1", tcp(80), "rtb-prv", "DISCONNECTED_VPCS", NO_ROUTE)]


def _hub(aws: Aws) -> None:
    aws.b()
    aws.transit(a=("prv", "prb"), b=("b1",), c=("c1",))
    for table in ("pub", "prv", "prb", "b1", "c1"):
        aws.route(table, "10.0.0.0/8", TransitGatewayId="tgw-1")


@row("G20 a transit gateway joins all VPCs")
def g20(aws: Aws) -> list[Flow]:
    _hub(aws)
    return [Flow("a1", "y1", tcp(80), through=("tgw-1",)), Flow("y1", "z1", tcp(80), through=("tgw-1",))]


@row("G22 an attachment without an association leads nowhere")
def g22(aws: Aws) -> list[Flow]:
    _hub(aws)
    del aws.one("TransitGatewayAttachments", "tgw-attach-c")["Association"]
    return [denied("z1", "a1", tcp(80), "tgw-1", "TGW_ATTACH_MISSING_TGW_RTB_ASSOCIATION")]


@row("G23 an attachment that does not propagate is not found")
def g23(aws: Aws) -> list[Flow]:
    _hub(aws)
    next(row for row in aws.propagations() if row["ResourceId"] == "vpc-b")["State"] = "disabled"
    return [denied("a1", "y1", tcp(80), "tgw-1", "TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT")]


def _egress_vpc(aws: Aws, *, back: bool) -> None:
    """Let C be the way out: c1 holds the attachment, c2 the NAT gateway."""
    _hub(aws)
    aws.subnet("c2", "vpc-c", "10.2.1.0/24", f"{REGION}a")
    links = [{"State": "available", "VpcId": "vpc-c"}]
    aws.add("InternetGateways", {"InternetGatewayId": "igw-c", "Attachments": links})
    aws.nat("c", "c2", "c", "10.2.1.220")
    aws.route("c1", "0.0.0.0/0", NatGatewayId="nat-c")
    aws.route("c2", "0.0.0.0/0", GatewayId="igw-c")
    if back:
        aws.route("c2", "10.0.0.0/8", TransitGatewayId="tgw-1")
    aws.transit_route("0.0.0.0/0", "tgw-attach-c")
    aws.route("prv", "0.0.0.0/0", TransitGatewayId="tgw-1")


@row("G27 one VPC's NAT gateway serves the others")
def g27(aws: Aws) -> list[Flow]:
    _egress_vpc(aws, back=True)
    return [Flow("a1", X, tcp(443), through=("tgw-1", "nat-c", "igw-c"), seen="198.51.100.99")]


@row("G28 the NAT gateway's subnet needs the way back")
def g28(aws: Aws) -> list[Flow]:
    _egress_vpc(aws, back=False)
    return [no_answer("a1", X, tcp(443), "rtb-c2", NO_ROUTE)]


# -- H. endpoints ----------------------------------------------------------------------------------------


@row("H02 a client's group must let the service's ranges out")
def h02(aws: Aws) -> list[Flow]:
    aws.s3()
    aws.wear("a1", aws.group("sg-1", "vpc-a", [], [rule("tcp", 443, IpRanges=[{"CidrIp": "10.0.0.0/16"}])]))
    return [denied("a1", service("s3"), tcp(443), "sg-1", "ENI_SG_RULES_MISMATCH")]


@row("H03 a rule may name the prefix list")
def h03(aws: Aws) -> list[Flow]:
    aws.s3()
    aws.wear(
        "a1", aws.group("sg-1", "vpc-a", [], [rule("tcp", 443, PrefixListIds=[{"PrefixListId": "pl-s3"}])])
    )
    return [Flow("a1", service("s3"), tcp(443), through=("vpce-s3",))]


def _acl(aws: Aws, subnet: str, *entries: Json) -> None:
    whole = {"RuleAction": "allow", "Protocol": "-1", "CidrBlock": "0.0.0.0/0"}
    aws.add(
        "NetworkAcls",
        {
            "NetworkAclId": "acl-1",
            "VpcId": "vpc-a",
            "IsDefault": False,
            "Associations": [{"SubnetId": f"subnet-{subnet}"}],
            "Entries": [
                whole | {"RuleNumber": 100, "Egress": True},
                *(whole | entry | {"Egress": False} for entry in entries),
            ],
        },
    )


@row("H05 replies come from the service's public ranges")
def h05(aws: Aws) -> list[Flow]:
    aws.s3()
    _acl(aws, "prv", {"RuleNumber": 100, "CidrBlock": "10.0.0.0/16"})
    return [no_answer("a1", service("s3"), tcp(443), "acl-1", "SUBNET_ACL_RESTRICTION")]


@row("H06 a subnet whose table is not associated does not use the endpoint")
def h06(aws: Aws) -> list[Flow]:
    aws.s3()
    return [denied("b1", service("s3"), tcp(443), "rtb-prb", NO_ROUTE)]


@row("H08 the endpoint serves its own Region, the NAT gateway the rest")
def h08(aws: Aws) -> list[Flow]:
    aws.s3()
    aws.nat()
    aws.route("prv", "0.0.0.0/0", NatGatewayId="nat-1")
    other = service("s3", region="us-east-1")
    return [
        Flow("a1", service("s3"), tcp(443), through=("vpce-s3",)),
        Flow("a1", other, tcp(443), through=("nat-1",)),
    ]


@row("H08 an endpoint's route is added where the table does not show it")
def h08_untold(aws: Aws) -> list[Flow]:
    aws.s3()
    aws.one("RouteTables", "rtb-prv")["Routes"].pop()
    return [Flow("a1", service("s3"), tcp(443), through=("vpce-s3",))]


@row("H09 a site cannot use a gateway endpoint")
def h09(aws: Aws) -> list[Flow]:
    aws.s3()
    f01(aws)
    return [denied(OP, service("s3"), tcp(443), "vgw-a")]


@row("H12 a policy refuses requests, not packets")
def h12(aws: Aws) -> list[Flow]:
    aws.s3()
    aws.one("VpcEndpoints", "vpce-s3")["PolicyDocument"] = (
        '{"Statement":[{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}]}'
    )
    return [Flow("a1", service("s3"), tcp(443))]


@row("H14 an endpoint's group must admit its clients")
def h14(aws: Aws) -> list[Flow]:
    aws.interface_endpoint(aws.group("sg-1", "vpc-a", [], [rule()]))
    return [denied("a1", "vpce-x", tcp(443), "sg-1", "SG_HAS_NO_RULES", "ENI_SG_RULES_MISMATCH")]


@row("H15 the default group admits its members only")
def h15(aws: Aws) -> list[Flow]:
    members = [rule(UserIdGroupPairs=[{"GroupId": "sg-default", "UserId": ME}])]
    aws.interface_endpoint(aws.group("sg-default", "vpc-a", members, [rule()]) | {"GroupName": "default"})
    return [denied("a1", service("ssm"), tcp(443), "sg-default", "ENI_SG_RULES_MISMATCH")]


@row("H17 the network ACL of the endpoint's subnet counts")
def h17(aws: Aws) -> list[Flow]:
    aws.interface_endpoint()
    _acl(
        aws,
        "prb",
        {"RuleNumber": 90, "RuleAction": "deny", "Protocol": "6", "PortRange": {"From": 443, "To": 443}},
        {"RuleNumber": 100},
    )
    return [denied("a1", service("ssm"), tcp(443), "acl-1", "SUBNET_ACL_RESTRICTION")]


@row("H18 an endpoint does not answer a ping")
def h18(aws: Aws) -> list[Flow]:
    aws.interface_endpoint()
    return [
        Flow("a1", "10.0.2.50", icmp(), "no-reply"),
        Flow("a1", service("ssm"), tcp(443), through=("vpce-x",)),
    ]


@row("H21 an interface endpoint serves a peer in another Region")
def h21(aws: Aws) -> list[Flow]:
    aws.vpc("b", "10.1.0.0/16", {"b1": ("10.1.0.0/24", "a")}, region="us-east-1")
    aws.host("y1", "b1", "10.1.0.10", "b")
    aws.peering("pcx-ab", "a", "b")
    aws.one("VpcPeeringConnections", "pcx-ab")["AccepterVpcInfo"]["Region"] = "us-east-1"
    aws.route("prb", "10.1.0.0/16", VpcPeeringConnectionId="pcx-ab")
    aws.route("b1", "10.0.0.0/16", VpcPeeringConnectionId="pcx-ab")
    aws.interface_endpoint(
        aws.group("sg-1", "vpc-a", [rule("tcp", 443, IpRanges=[{"CidrIp": "10.1.0.0/16"}])], []), "s3"
    )
    return [Flow("y1", "vpce-x", tcp(443), through=("pcx-ab", "vpce-x"))]


@pytest.mark.parametrize("again", [False, True], ids=["loaded", "saved and loaded"])
@pytest.mark.parametrize(("change", "dual"), [pytest.param(r[1], r[2], id=r[0]) for r in ROWS])
def test_row(change: Row, dual: bool, again: bool, tmp_path: Path) -> None:
    aws = Aws(dual)
    flows = change(aws)
    topology = aws.load()
    if again:
        before, assumed = everything(topology), topology.assumed
        save_aws(topology, tmp_path)
        topology = load_aws(tmp_path)
        assert everything(topology) == before
        assert topology.assumed == assumed
    for flow in flows:
        found = flow.check(topology)
        if change is h12:
            assert "policy" in " ".join(found.notes)


def everything(topology: Topology) -> dict[str, Any]:
    return {f"{value.kind} {value.id}": value for value in topology.snapshot()} | {
        "settings": topology.settings
    }


# -- what the data does not hold is unknown, by name -------------------------------------------------------


def _missing(key: str, network: Row, *, denied: str = "", also: tuple[str, ...] = ()) -> Row:
    """Return a row without some keys, which nobody asked for or was refused."""

    def change(aws: Aws) -> list[Flow]:
        network(aws)
        for name in (key, *also):
            aws.data.pop(name, None)
        if denied:
            aws.data["denied"] = [denied]
        return []

    return change


def _bgp(aws: Aws) -> list[Flow]:
    aws.vpn()
    aws.route("prv", "192.168.0.0/16", GatewayId="vgw-a")
    return []


def _no_connection(aws: Aws) -> list[Flow]:
    f01(aws)
    aws.data["VpnConnections"] = []
    return []


def _load_balancer(aws: Aws) -> list[Flow]:
    link = {"InstanceOwnerId": "amazon-elb", "Status": "attached"}
    aws.eni("lb", "prb", "10.0.2.60", Description="ELB app/web/0123", Attachment=link, RequesterManaged=True)
    return []


def _regional(aws: Aws) -> list[Flow]:
    aws.add("NatGateways", {
        "NatGatewayId": "nat-r", "VpcId": "vpc-a", "SubnetId": None, "AvailabilityMode": "regional",
        "ConnectivityType": "public", "State": "available",
        "NatGatewayAddresses": [{"PublicIp": "198.51.100.97", "AvailabilityZone": f"{REGION}a"}],
    })  # fmt: skip
    aws.route("prv", "0.0.0.0/0", NatGatewayId="nat-r")
    return []


def _firewall(aws: Aws) -> list[Flow]:
    aws.add("VpcEndpoints", {
        "VpcEndpointId": "vpce-fw", "VpcEndpointType": "GatewayLoadBalancer", "VpcId": "vpc-a",
        "ServiceName": "com.amazonaws.vpce.fw", "State": "available", "NetworkInterfaceIds": [],
    })  # fmt: skip
    aws.route("prv", "0.0.0.0/0", GatewayId="vpce-fw")
    return []


def _blocked_access(mode: str) -> Row:
    def change(aws: Aws) -> list[Flow]:
        aws.public("p1", "198.51.100.10")
        options = {"AwsAccountId": ME, "AwsRegion": REGION, "InternetGatewayBlockMode": mode}
        aws.data["VpcBlockPublicAccessOptions"] = options
        return []

    return change


def _cut_short(aws: Aws) -> list[Flow]:
    g20(aws)
    aws.data["TransitGatewayStaticRoutes"][0]["AdditionalRoutesAvailable"] = True
    return []


TGW_CALLS = ("TransitGatewayAttachments", "TransitGatewayVpcAttachments")
VPN, PEER, HUB, WEB = ("a1", OP), ("a1", "y1"), ("a1", "y1"), (X, "198.51.100.10")
UNKNOWN: list[tuple[str, Row, tuple[Any, Any], str]] = [
    ("VPN connections that nobody asked for", _missing("VpnConnections", f01), VPN, "vgw-a"),
    ("VPN connections that were denied",
     _missing("VpnConnections", f01, denied="ec2:DescribeVpnConnections"), VPN,
     "ec2:DescribeVpnConnections was denied"),
    ("virtual interfaces that were denied",
     _missing("", f01, denied="directconnect:DescribeVirtualInterfaces"), VPN, "DescribeVirtualInterfaces"),
    ("propagated routes without a connection", _no_connection, VPN, "vgw-a"),
    ("what BGP announces where nothing is propagated", _bgp, VPN, "which prefixes"),
    ("a virtual private gateway in no file", _missing("VpnGateways", f01), VPN, "vgw-a"),
    ("peerings that were denied",
     _missing("VpcPeeringConnections", g01, denied="ec2:DescribeVpcPeeringConnections"), PEER, "pcx-ab"),
    ("attachments that nobody asked for", _missing(TGW_CALLS[0], g20, also=TGW_CALLS[1:]), HUB, "tgw-1"),
    ("attachments that were denied",
     _missing(TGW_CALLS[0], g20, denied="ec2:DescribeTransitGatewayAttachments"), HUB, "tgw-1"),
    ("a transit gateway's routes that were denied",
     _missing("TransitGatewayStaticRoutes", g20, denied="ec2:SearchTransitGatewayRoutes"), HUB, "tgw-rtb-1"),
    ("a transit gateway's routes cut short", _cut_short, HUB, "tgw-rtb-1"),
    ("a transit gateway's table in no file",
     _missing("TransitGatewayRouteTables", g20, also=("TransitGatewayPropagations",
     "TransitGatewayStaticRoutes")),
     HUB, "tgw-rtb-1"),
    ("endpoints that were denied",
     _missing("VpcEndpoints", h08, denied="ec2:DescribeVpcEndpoints"), ("a1", service("s3")),
     "ec2:DescribeVpcEndpoints was denied"),
    ("network ACLs that were denied",
     _missing("NetworkAcls", g01, denied="ec2:DescribeNetworkAcls"), PEER, "DescribeNetworkAcls was denied"),
    ("route tables that were denied",
     _missing("RouteTables", g01, denied="ec2:DescribeRouteTables"), PEER,
     "ec2:DescribeRouteTables was denied"),
    ("security groups that were denied",
     _missing("SecurityGroups", g01, denied="describe-security-groups"), PEER,
     "describe-security-groups was"),
    ("egress-only gateways in no file", _missing("EgressOnlyInternetGateways", e27), ("a1", X6), "eigw-1"),
    ("a load balancer", _load_balancer, ("a1", "10.0.2.60"), "load balancer"),
    ("a regional NAT gateway", _regional, ("a1", X), "regional NAT gateways"),
    ("a firewall behind a load balancer", _firewall, ("a1", X), "vpce-fw"),
    ("Block Public Access", _blocked_access("block-bidirectional"), WEB, "Block Public Access"),
    ("Block Public Access that was denied",
     _missing("VpcBlockPublicAccessOptions", _blocked_access("off"),
     denied="ec2:DescribeVpcBlockPublicAccessOptions"),
     WEB, "DescribeVpcBlockPublicAccessOptions was denied"),
]  # fmt: skip


@pytest.mark.parametrize("again", [False, True], ids=["loaded", "saved and loaded"])
@pytest.mark.parametrize(("change", "ends", "named"), [pytest.param(*r[1:], id=r[0]) for r in UNKNOWN])
def test_unknown(change: Row, ends: tuple[Any, Any], named: str, again: bool, tmp_path: Path) -> None:
    aws = Aws(dual=ends[1] is X6)
    change(aws)
    topology = aws.load()
    if again:
        save_aws(topology, tmp_path)
        topology = load_aws(tmp_path)
    found = trace(topology, *ends, tcp(443), ip_version=6 if ends[1] is X6 else 4)
    assert found.outcome == "unknown", str(found)
    assert named in str(found), str(found)


CALLS = {
    "Reservations": "ec2:DescribeInstances", "VpcAttributes": "ec2:DescribeVpcAttribute",
    "TransitGatewayPropagations": "ec2:GetTransitGatewayRouteTablePropagations",
    "TransitGatewayStaticRoutes": "ec2:SearchTransitGatewayRoutes",
    "virtualInterfaces": "directconnect:DescribeVirtualInterfaces",
}  # fmt: skip


@pytest.mark.parametrize(("change", "dual"), [pytest.param(r[1], r[2], id=r[0]) for r in ROWS])
def test_a_denied_call_bends_no_verdict(change: Row, dual: bool, tmp_path: Path) -> None:
    """Without any one call the answer is the same, or "unknown", or that the name is not in the data."""
    aws = Aws(dual)
    flows = change(aws)
    for key in aws.data:
        if change is f01_untold and key in ("VpnConnections", "VpnGateways"):
            continue  # a table that propagates, and shows nothing, tells that there is nothing
        left = {name: found for name, found in aws.data.items() if name != key}
        topology = load_aws(left | {"denied": [CALLS.get(key, f"ec2:Describe{key}")]})
        save_aws(topology, tmp_path / key)
        again = load_aws(tmp_path / key)
        assert comparable(again) == comparable(topology)
        assert again.assumed == topology.assumed
        for flow in flows:
            with suppress(NotFound, BadInput):
                found = trace(topology, flow.src, flow.dst, flow.traffic, ip_version=flow.version)
                assert found.outcome in (flow.outcome, "unknown"), f"without {key}: {found}"


def test_block_public_access_that_is_off_changes_nothing() -> None:
    aws = Aws()
    _blocked_access("off")(aws)
    Flow(X, "p1", tcp(443)).check(aws.load())


def test_the_collectors_file_says_what_was_denied(tmp_path: Path) -> None:
    aws = Aws()
    f01(aws)
    del aws.data["VpnConnections"]
    home = tmp_path / "aws_configs" / REGION
    home.mkdir(parents=True)
    (home / "all.json").write_text(json.dumps(aws.data), encoding="utf-8")
    said = {"denied": ["ec2:DescribeVpnConnections"], "collected": "2026-01-15T09:00:00Z"}
    (tmp_path / "vpclab-snapshot.json").write_text(json.dumps(said), encoding="utf-8")
    found = trace(load_aws(tmp_path), "a1", OP, tcp(443))
    assert found.outcome == "unknown"
    assert "ec2:DescribeVpnConnections was denied: what depends on it is answered 'unknown'." in found.assumed


def test_the_snapshots_file_names_the_account_and_the_region_of_what_lies_beside_it(tmp_path: Path) -> None:
    bare = {"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"}
    files: dict[str, Json] = {
        "one/vpclab-snapshot.json": {"account": ME, "region": REGION, "collected": "2026-01-15T09:00:00Z"},
        "one/v.json": {"Vpcs": [bare]}, "one/us-east-1/v.json": {"Vpcs": [bare | {"VpcId": "vpc-2"}]},
        "two/v.json": {"Vpcs": [bare | {"VpcId": "vpc-3"}]},
    }  # fmt: skip
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(json.dumps(content), encoding="utf-8")
    assert [(v.id, v.account, v.region) for v in load_aws(tmp_path).values(model.Vpc)] == [
        ("vpc-1", ME, REGION), ("vpc-2", ME, "us-east-1"), ("vpc-3", "unknown", "unknown"),
    ]  # fmt: skip


def test_what_was_taken_for_granted_is_said_after_saving_too(tmp_path: Path) -> None:
    aws = Aws()
    for key in ("NetworkAcls", "VpcAttributes", "InternetGateways"):
        del aws.data[key]
    topology = aws.load()
    assert len(topology.assumed) == 2, "a route names the internet gateway, so it is not taken to be missing"
    save_aws(topology, tmp_path)
    assert load_aws(tmp_path).assumed == topology.assumed


def test_what_is_gone_does_not_come_back_from_an_earlier_saving(tmp_path: Path) -> None:
    topology = Topology("lab", region=REGION, account=ME)
    topology.vpc("near", "10.0.0.0/16")
    far = topology.vpc("far", "10.7.0.0/16", region="us-east-1")
    topology.account(port_25_open=True)
    save_aws(topology, tmp_path)
    far.remove()
    topology.account(port_25_open=False)
    save_aws(topology, tmp_path)
    again = load_aws(tmp_path)
    assert [vpc.name for vpc in again.values(model.Vpc)] == ["near"]
    assert comparable(again) == comparable(topology)


# -- what is read ------------------------------------------------------------------------------------------


def _dx_gateway(*ends: str) -> Row:
    """Return a Direct Connect gateway with two interfaces, one of them down,
    associated with these gateways."""

    def change(aws: Aws) -> list[Flow]:
        f01(aws)
        aws.direct_connect(virtualGatewayId=None, directConnectGatewayId="dxgw")
        aws.direct_connect(virtualInterfaceId="dxvif-2", virtualGatewayId=None, directConnectGatewayId="dxgw",
                           virtualInterfaceState="down", bgpPeers=[{"bgpStatus": "down"}])  # fmt: skip
        aws.add(
            "directConnectGateways", {"directConnectGatewayId": "dxgw", "directConnectGatewayName": "world"}
        )
        for end in ends:
            aws.add("directConnectGatewayAssociations", {
                "directConnectGatewayId": "dxgw", "associationState": "associated",
                "associationId": f"as-{end}",
                "associatedGateway": {"id": end, "type": "x", "ownerAccount": ME, "region": REGION},
            })  # fmt: skip
        return []

    return change


def _dx_transit(aws: Aws) -> list[Flow]:
    g20(aws)
    _dx_gateway("tgw-1")(aws)
    aws.attachment("tgw-attach-dx", "direct-connect-gateway", "dxgw")
    aws.transit_route("192.168.7.0/24", "tgw-attach-dx", "propagated")
    return []


def _vpn_transit(*, static: bool) -> Row:
    def change(aws: Aws) -> list[Flow]:
        g20(aws)
        aws.vpn(VpnGatewayId=None, TransitGatewayId="tgw-1", Options={"StaticRoutesOnly": static})
        aws.attachment("tgw-attach-vpn", "vpn", "vpn-1")
        aws.transit_route("192.168.7.0/24", "tgw-attach-vpn", "static" if static else "propagated")
        return []

    return change


def _attached_by_interface(aws: Aws) -> list[Flow]:
    g20(aws)
    del aws.data["TransitGatewayVpcAttachments"]
    about = "Network Interface for Transit Gateway Attachment tgw-attach-a"
    aws.eni("t", "prv", "10.0.1.99", Description=about, InterfaceType="transit_gateway", Groups=[])
    return []


def _learnt(aws: Aws) -> list[Flow]:
    aws.vpn()
    aws.propagate("prv", "192.168.0.0/16", "0.0.0.0/0")
    return []


def _side(**more: Any) -> Row:
    def change(aws: Aws) -> list[Flow]:
        g01(aws)
        aws.one("VpcPeeringConnections", "pcx-ab")["AccepterVpcInfo"].update(more)
        return []

    return change


def _changed(network: Row, key: str, id: str, **more: Any) -> Row:
    def change(aws: Aws) -> list[Flow]:
        network(aws)
        aws.one(key, id).update(more)
        return []

    return change


C, T, N = model.Connection, model.TransitGatewayRouteTable, ip_network
READ: list[tuple[str, Row, type[Any], str, str, Any]] = [
    ("a gateway's own AS number", f01, model.VirtualPrivateGateway, "vgw-a", "asn", 64512),
    ("a detached gateway",
     _changed(f01, "VpnGateways", "vgw-a", VpcAttachments=[{"VpcId": "vpc-a", "State": "detached"}]),
     model.VirtualPrivateGateway, "vgw-a", "vpc_id", None),
    ("a device's AS number is a text", f01, model.CustomerGateway, "cgw-1", "asn", 65000),
    ("a device with an IPv6 address", _changed(f01, "CustomerGateways", "cgw-1", IpAddress="2001:db8::1"),
     model.CustomerGateway, "cgw-1", "address", None),
    ("a device without an address", _changed(f01, "CustomerGateways", "cgw-1", IpAddress=None, BgpAsn=None),
     model.CustomerGateway, "cgw-1", "name", "office"),
    ("a VPN's static routes", f01, C, "vpn-1", "prefixes", (N("192.168.0.0/16"),)),
    ("a static route that is deleted",
     _changed(f01, "VpnConnections", "vpn-1", Routes=[{"DestinationCidrBlock": "10.9.0.0/16",
     "State": "deleted"}]),
     C, "vpn-1", "prefixes", ()),
    ("one tunnel is down", _changed(f01, "VpnConnections", "vpn-1", VgwTelemetry=[{"Status": "DOWN"},
     {"Status": "UP"}]),
     C, "vpn-1", "tunnels_up", 1),
    ("tunnels that no file tells are taken to be up", _changed(f01, "VpnConnections", "vpn-1",
     VgwTelemetry=None),
     C, "vpn-1", "tunnels_up", 2),
    ("what BGP announces, from the routes", _learnt, C, "vpn-1", "prefixes", (N("192.168.0.0/16"),
     N("0.0.0.0/0"))),
    ("a site's blocks; a default route stands for the private ranges", _learnt, model.Site, "cgw-1", "cidrs",
     (N("192.168.0.0/16"), N("10.0.0.0/8"), N("172.16.0.0/12"))),
    ("BGP that is down announces nothing", _changed(_bgp, "VpnConnections", "vpn-1",
     VgwTelemetry=[{"Status": "DOWN"}]),
     C, "vpn-1", "prefixes", ()),
    ("a site is called after its device", f01, model.Site, "cgw-1", "name", "office"),
    ("a virtual interface to the gateway", f07, C, "dxvif-1", "medium", "direct-connect"),
    ("a virtual interface is called by its name", f07, C, "dxvif-1", "name", "dx"),
    ("a virtual interface leads to the site of the same prefixes", f07, C, "dxvif-1", "site_id", "cgw-1"),
    ("a virtual interface whose BGP is down", f07_down, C, "dxvif-1", "tunnels_up", 0),
    ("a Direct Connect gateway is one connection", _dx_gateway("vgw-a"), C, "dxgw", "gateway_id", "vgw-a"),
    ("which is up while one interface is", _dx_gateway("vgw-a"), C, "dxgw", "tunnels_up", 1),
    ("or one to each gateway", _dx_gateway("vgw-a", "vgw-b"), C, "dxgw/vgw-b", "name", "world"),
    ("a transit gateway's attachment of it names it", _dx_transit, model.TransitGatewayAttachment,
     "tgw-attach-dx",
     "resource_id", "dxgw"),
    ("what it announces to a transit gateway", _dx_transit, C, "dxgw", "prefixes", (N("192.168.7.0/24"),)),
    ("what BGP announces to a transit gateway", _vpn_transit(static=False), C, "vpn-1", "prefixes",
     (N("192.168.7.0/24"),)),
    ("a transit gateway's static routes tell a site's blocks", _vpn_transit(static=True), model.Site,
     "cgw-1", "cidrs",
     (N("192.168.7.0/24"),)),
    ("a transit gateway's Region is in its ARN", g20, model.TransitGateway, "tgw-1", "region", REGION),
    ("group references of a transit gateway", g20, model.TransitGateway, "tgw-1", "references", False),
    ("group references of an attachment", g20, model.TransitGatewayAttachment, "tgw-attach-a", "references",
     True),
    ("subnets of an attachment", g20, model.TransitGatewayAttachment, "tgw-attach-a", "subnet_ids",
     ("subnet-prv", "subnet-prb")),
    ("subnets of an attachment, told by its interface", _attached_by_interface,
     model.TransitGatewayAttachment, "tgw-attach-a", "subnet_ids", ("subnet-prv",)),
    ("an attachment that is being modified works",
     _changed(g20, "TransitGatewayAttachments", "tgw-attach-a", State="modifying"),
     model.TransitGatewayAttachment, "tgw-attach-a", "state", "available"),
    ("who propagates", g23, T, "tgw-rtb-1", "propagations", ("tgw-attach-a", "tgw-attach-c")),
    ("who is associated", g22, T, "tgw-rtb-1", "associations", ("tgw-attach-a", "tgw-attach-b")),
    ("a peer's DNS option", _side(PeeringOptions={"AllowDnsResolutionFromRemoteVpc": True}),
     model.PeeringConnection, "pcx-ab", "accepter", model.PeeringSide("vpc-b", (N("10.1.0.0/16"),), ME,
     REGION, True)),
    ("a peer's secondary and IPv6 blocks",
     _side(CidrBlockSet=[{"CidrBlock": "10.1.0.0/16"}, {"CidrBlock": "10.8.0.0/16"}],
           Ipv6CidrBlockSet=[{"Ipv6CidrBlock": "2001:db8:1::/56"}]),
     model.PeeringConnection, "pcx-ab", "accepter",
     model.PeeringSide("vpc-b", (N("10.1.0.0/16"), N("10.8.0.0/16"), N("2001:db8:1::/56")), ME, REGION)),
    ("a peer that has said nothing yet",
     _side(CidrBlock=None, CidrBlockSet=None, Region=None, PeeringOptions=None),
     model.PeeringConnection, "pcx-ab", "accepter", model.PeeringSide("vpc-b", (), ME, "")),
    ("a full policy is no policy", h02, model.VpcEndpoint, "vpce-s3", "policy", ""),
    ("another policy is kept", _changed(h02, "VpcEndpoints", "vpce-s3", PolicyDocument="{}"),
     model.VpcEndpoint, "vpce-s3", "policy", "{}"),
    ("a policy that is no JSON is kept", _changed(h02, "VpcEndpoints", "vpce-s3", PolicyDocument="[" * 9000),
     model.VpcEndpoint, "vpce-s3", "policy", "[" * 9000),
    ("a state may begin with a capital", _changed(h02, "VpcEndpoints", "vpce-s3", State="Available"),
     model.VpcEndpoint, "vpce-s3", "state", "available"),
    ("an endpoint's interface is told by the endpoint", _changed(h14, "NetworkInterfaces", "eni-x",
     Description=""),
     model.NetworkInterface, "eni-x", "owner_id", "vpce-x"),
    ("and its groups, where the interface shows none", _changed(h14, "NetworkInterfaces", "eni-x",
     Groups=None),
     model.NetworkInterface, "eni-x", "group_ids", ("sg-1",)),
    ("an unattached interface", _changed(g19, "NetworkInterfaces", "eni-a1", Status="available"),
     model.NetworkInterface, "eni-a1", "status", "available"),
    ("a database's interface", _changed(g19, "NetworkInterfaces", "eni-a1",
     Description="RDSNetworkInterface"),
     model.NetworkInterface, "eni-a1", "interface_type", "database"),
    ("a search domain's interface", _changed(g19, "NetworkInterfaces", "eni-a1", Description="ES shop"),
     model.NetworkInterface, "eni-a1", "interface_type", "search_domain"),
]  # fmt: skip


@pytest.mark.parametrize("again", [False, True], ids=["loaded", "saved and loaded"])
@pytest.mark.parametrize(
    ("change", "kind", "id", "field", "wanted"), [pytest.param(*r[1:], id=r[0]) for r in READ]
)
def test_what_is_read(
    change: Row, kind: type[Any], id: str, field: str, wanted: Any, again: bool, tmp_path: Path
) -> None:
    aws = Aws()
    change(aws)
    topology = aws.load()
    if again:
        before = everything(topology)
        save_aws(topology, tmp_path)
        topology = load_aws(tmp_path)
        assert everything(topology) == before
    assert getattr(topology.get(kind, id), field) == wanted


GONE: list[tuple[str, Row, type[Any], str]] = [
    ("a deleted VPN connection", _changed(f01, "VpnConnections", "vpn-1", State="deleted"), C, "vpn-1"),
    ("a VPN connection to nothing", _changed(f01, "VpnConnections", "vpn-1", VpnGatewayId=None), C, "vpn-1"),
    ("a public virtual interface", _changed(f07, "virtualInterfaces", "dxvif-1",
     virtualInterfaceType="public"), C, "dxvif-1"),
    ("a deleted virtual interface", _changed(f07, "virtualInterfaces", "dxvif-1",
     virtualInterfaceState="deleted"), C, "dxvif-1"),
    ("a deleted attachment", _changed(g20, "TransitGatewayAttachments", "tgw-attach-a", State="deleted"),
     model.TransitGatewayAttachment, "tgw-attach-a"),
    ("a deleted endpoint", _changed(h02, "VpcEndpoints", "vpce-s3", State="deleted"), model.VpcEndpoint,
     "vpce-s3"),
    ("a deleted virtual private gateway", _changed(f01, "VpnGateways", "vgw-a", State="deleted"),
     model.VirtualPrivateGateway, "vgw-a"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "kind", "id"), [pytest.param(*r[1:], id=r[0]) for r in GONE])
def test_what_is_no_longer_there_is_left_out(change: Row, kind: type[Any], id: str) -> None:
    aws = Aws()
    change(aws)
    topology = aws.load()
    assert topology.get(kind, id) is None
    routes = [route for table in topology.values(model.RouteTable) for route in table.routes]
    assert all(route.state == "blackhole" for route in routes if route.target == id)


def test_two_devices_that_carry_the_same_prefixes_are_one_site() -> None:
    aws = Aws()
    f01(aws)
    aws.vpn("192.168.0.0/16", id="vpn-2", device="cgw-2", up=0)
    aws.vpn("172.20.0.0/16", id="vpn-3", device="cgw-3")
    topology = aws.load()
    assert {c.id: c.site_id for c in topology.values(C)} == {
        "vpn-1": "cgw-1",
        "vpn-2": "cgw-1",
        "vpn-3": "cgw-3",
    }
    Flow(OP, "a1", tcp(22)).check(topology)


def test_two_devices_that_carry_other_prefixes_are_two_sites() -> None:
    """Static routes tell one office's prefixes; what else is propagated comes from the other one by BGP."""
    aws = Aws()
    aws.vpn("192.168.0.0/16", "0.0.0.0/0")
    aws.vpn(id="vpn-2", device="cgw-2")
    aws.propagate("prv", "192.168.0.0/16", "0.0.0.0/0", "172.20.0.0/16")
    topology = aws.load()
    assert {c.id: c.site_id for c in topology.values(C)} == {"vpn-1": "cgw-1", "vpn-2": "cgw-2"}
    assert topology.get(model.Site, "cgw-2").cidrs == (N("172.20.0.0/16"),)


def test_sites_may_be_told_in_keys_of_our_own() -> None:
    aws = Aws()
    aws.vpn()
    aws.route("prv", "192.168.0.0/16", GatewayId="vgw-a")
    aws.add("Sites", {"SiteId": "hq", "Cidrs": ["192.168.0.0/16"], "Tags": tags("headquarters")})
    known = {"SiteId": "hq", "Prefixes": ["192.168.0.0/16"]}
    aws.add("SiteConnections", *({"ConnectionId": id} | known for id in ("vpn-1", "vpn-gone")))
    topology = aws.load()
    Flow("a1", OP, tcp(443), through=("hq",)).check(topology)
    Flow(site("headquarters"), "a1", tcp(22)).check(topology)


@pytest.mark.parametrize(
    "folders", [(REGION, "us-east-1"), (REGION, REGION)], ids=["in two Regions", "in one"]
)
def test_the_halves_of_a_transit_gateway_peering_find_each_other(
    folders: tuple[str, str], tmp_path: Path
) -> None:
    """AWS describes a peering attachment once for each transit gateway, under one id."""
    first, second = Aws(), Aws()
    first.b()
    first.transit(a=("prv", "prb"))
    first.attachment("tgw-attach-p", "peering", "tgw-2")
    first.transit_route("10.8.0.0/16", "tgw-attach-p")
    first.route("prv", "10.8.0.0/16", TransitGatewayId="tgw-1")
    second.data = {}
    second.vpc("h", "10.8.0.0/16", {"h1": ("10.8.0.0/24", "a")}, region=folders[1])
    second.host("h", "h1", "10.8.0.10", "h")
    second.transit(h=("h1",))
    second.attachment("tgw-attach-p", "peering", "tgw-1")
    second.transit_route("10.0.0.0/16", "tgw-attach-p")
    second.route("h1", "10.0.0.0/16", TransitGatewayId="tgw-1")
    there = json.dumps(second.data).replace("tgw-rtb-1", "tgw-rtb-2").replace('"tgw-1"', '"tgw-two"')
    there = there.replace('"ResourceId": "tgw-two"', '"ResourceId": "tgw-1"').replace("tgw-two", "tgw-2")
    for number, (region, text) in enumerate(zip(folders, (json.dumps(first.data), there), strict=True)):
        home = tmp_path / "in" / region
        home.mkdir(parents=True, exist_ok=True)
        (home / f"{number}.json").write_text(text, encoding="utf-8")
    topology = load_aws(tmp_path / "in")
    Flow("a1", "h", tcp(443), through=("tgw-1", "tgw-2")).check(topology)
    save_aws(topology, tmp_path / "out")
    assert everything(load_aws(tmp_path / "out")) == everything(topology)


def test_a_peering_that_two_accounts_see_is_one(tmp_path: Path) -> None:
    """Each account sees its own tags and its own DNS option."""
    first = Aws()
    g01(first)
    second = copy.deepcopy(first.data["VpcPeeringConnections"][0]) | {"Tags": []}
    second["RequesterVpcInfo"] |= {"PeeringOptions": None, "CidrBlockSet": None}
    for account, data in ((ME, first.data), ("444455556666", {"VpcPeeringConnections": [second]})):
        home = tmp_path / "accounts" / account / REGION
        home.mkdir(parents=True)
        (home / "all.json").write_text(json.dumps(data), encoding="utf-8")
    topology = load_aws(tmp_path)
    assert topology.get(model.PeeringConnection, "pcx-ab") == first.load().get(
        model.PeeringConnection, "pcx-ab"
    )


def test_what_is_not_modelled_is_kept_for_saving(tmp_path: Path) -> None:
    aws = Aws()
    balancer = {
        "LoadBalancerArn": "arn:x",
        "Type": "application",
        "Tags": None,
        "AvailabilityZones": [{"ZoneName": "本"}],
    }
    aws.add("LoadBalancers", balancer)
    aws.add("DBInstances", {"DBInstanceIdentifier": "db"})
    aws.add("CarrierGateways", {"CarrierGatewayId": "cagw-1"}, {"CarrierGatewayId": "cagw-1"})
    aws.add("../../Evil", {"x": 1})
    aws.data["ServiceNames"] = ["com.amazonaws.s3"]
    _firewall(aws)
    topology = aws.load()
    assert "Not read: ../../Evil, CarrierGateways. A way that needs them is answered 'unknown'." in (
        topology.assumed
    )
    save_aws(topology, tmp_path / "out")
    assert everything(load_aws(tmp_path / "out")) == everything(topology)
    for key, found in (
        ("LoadBalancers", [balancer]),
        ("CarrierGateways", [{"CarrierGatewayId": "cagw-1"}] * 2),
    ):
        [path] = tmp_path.rglob(f"{key}.json")
        assert json.loads(path.read_text(encoding="utf-8")) == {key: found}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


# -- what is refused ---------------------------------------------------------------------------------------


def _plus(**keys: Any) -> Row:
    def change(aws: Aws) -> list[Flow]:
        f01(aws)
        aws.data |= keys
        return []

    return change


REFUSED: list[tuple[str, Row, str]] = [
    ("a connection without an id", _changed(f01, "VpnConnections", "vpn-1", VpnConnectionId=None),
     "VpnConnections[0] has no VpnConnectionId"),
    ("a static route that is no block",
     _changed(f01, "VpnConnections", "vpn-1", Routes=[{"DestinationCidrBlock": "192.168.0.0"}]),
     "VpnConnections[0].Routes[0].DestinationCidrBlock must be an IPv4 block"),
    ("tunnels that are a number", _changed(f01, "VpnConnections", "vpn-1", VgwTelemetry=2),
     "VpnConnections[0].VgwTelemetry must be a list (got 2)"),
    ("options that are a text", _changed(f01, "VpnConnections", "vpn-1", Options="static"),
     "VpnConnections[0].Options must be an object (got 'static')"),
    ("an AS number that is none", _changed(f01, "VpnGateways", "vgw-a", AmazonSideAsn=2**32),
     "VpnGateways[0].AmazonSideAsn must be a whole number from 0 to 4294967295"),
    ("a device at no address", _changed(f01, "CustomerGateways", "cgw-1", IpAddress="203.0.113"),
     "CustomerGateways[0].IpAddress must be an IPv4 address"),
    ("sessions that are a text", _changed(f07, "virtualInterfaces", "dxvif-1", bgpPeers="up"),
     "virtualInterfaces[0].BgpPeers must be a list (got 'up')"),
    ("an attachment to nothing", _changed(g20, "TransitGatewayAttachments", "tgw-attach-a",
     TransitGatewayId=None),
     "TransitGatewayAttachments[0] has no TransitGatewayId"),
    ("subnets that are no texts", _changed(g20, "TransitGatewayVpcAttachments", "tgw-attach-a",
     SubnetIds=[7]),
     "TransitGatewayVpcAttachments[0].SubnetIds[0].id must be a text (got 7)"),
    ("propagations that are an object", _changed(g20, "TransitGatewayPropagations", "tgw-rtb-1",
     TransitGatewayRouteTablePropagations={}),
     "TransitGatewayPropagations[0].TransitGatewayRouteTablePropagations must be a list (got an object)"),
    ("a transit route to no block", _changed(g20, "TransitGatewayStaticRoutes", "tgw-rtb-1",
     Routes=[{"DestinationCidrBlock": "10.0.0.0/33"}]),
     "TransitGatewayStaticRoutes[0].Routes[0].DestinationCidrBlock must be an IPv4 block"),
    ("a peer with a block that is none", _side(CidrBlock="10.1.0.0/99"),
     "VpcPeeringConnections[0].AccepterVpcInfo.CidrBlock must be an IPv4 block"),
    ("an endpoint of no service", _changed(h02, "VpcEndpoints", "vpce-s3", ServiceName=None),
     "VpcEndpoints[0] has no ServiceName"),
    ("an endpoint's policy that is an object", _changed(h02, "VpcEndpoints", "vpce-s3", PolicyDocument={}),
     "VpcEndpoints[0].PolicyDocument must be a text (got an object)"),
    ("a site with a block that is none", _plus(Sites=[{"SiteId": "hq", "Cidrs": ["192.168.0.0/x"]}]),
     "Sites[0].Cidrs[0].Cidr must be an IPv4 block"),
    ("denied calls that are no list", _plus(denied="ec2:DescribeVpcs"), "denied must be a list (got 'ec2:"),
    ("defaults that are no texts", _plus(assumed=[7]), "assumed[0].said must be a text (got 7)"),
    ("a port 25 that is no flag", _plus(port_25_open="yes"),
     "port_25_open must be true or false (got 'yes')"),
    ("Block Public Access as a list", _plus(VpcBlockPublicAccessOptions=[]),
     "VpcBlockPublicAccessOptions must be an object (got a list)"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "sentence"), [pytest.param(*r[1:], id=r[0]) for r in REFUSED])
def test_what_is_malformed_is_refused_with_the_way_out(change: Row, sentence: str) -> None:
    aws = Aws()
    change(aws)
    with pytest.raises(BadInput) as caught:
        aws.load()
    assert str(caught.value).startswith(sentence)
    assert str(caught.value).endswith("; correct it, or save the output of that call again")


# -- anything at all ---------------------------------------------------------------------------------------


def whole() -> Json:
    """Return a snapshot with something of every kind."""
    aws = Aws(dual=True)
    for change in (_dx_transit, e27, h02, _load_balancer, _firewall, _regional):
        change(aws)
    aws.interface_endpoint()
    aws.peering("pcx-ab", "a", "b")
    aws.attachment("tgw-attach-p", "peering", "tgw-9")
    aws.data["VpcBlockPublicAccessOptions"] = {"InternetGatewayBlockMode": "off"}
    aws.add("LoadBalancers", {"LoadBalancerArn": "arn:x"})
    aws.add(
        "Sites", {"SiteId": "hq", "Cidrs": ["192.168.0.0/16"], "Connections": [{"ConnectionId": "vpn-1"}]}
    )
    aws.data["denied"] = ["ec2:DescribeFlowLogs"]
    return aws.data


WHOLE = whole()


def test_nulls_and_keys_that_nobody_listed_change_nothing() -> None:
    def keys(value: Any) -> set[str]:
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        found = {key for part in inner for key in keys(part)}
        return found | set(value) if isinstance(value, dict) else found

    absent = dict.fromkeys(keys(WHOLE)) | {"Unheard": {"of": [None]}}

    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            return absent | {key: filled(inner) for key, inner in value.items()}
        return [filled(inner) for inner in value] if isinstance(value, list) else value

    kept = {key for key in WHOLE if key in ("LoadBalancers", "VpcEndpoints")}
    found = load_aws({key: value if key in kept else filled(value) for key, value in WHOLE.items()})
    assert everything(found) == everything(load_aws(WHOLE))


JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=8),
    st.sampled_from(["deleted", "tgw-1", "vgw-a", "0.0.0.0/0", "::/0", "\ud800", "a/b", "peering", 10**30]),
    st.sampled_from(["[]", "{}", "[{}]", "[null]", "[[]]"]).map(json.loads),
)  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    """Return the snapshot with one to five nodes taken away or replaced by something else."""
    data = copy.deepcopy(WHOLE)
    for _ in range(draw(st.integers(1, 5))):
        node: Any = data
        while keys := list(node) if isinstance(node, dict) else list(range(len(node))):
            key = draw(st.sampled_from(keys))
            if isinstance(node[key], (dict, list)) and draw(st.integers(0, 5)):
                node = node[key]
                continue
            if draw(st.booleans()):
                del node[key]
            else:
                node[key] = draw(JUNK)
            break
    return data


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(mutated())
def test_whatever_the_json_holds_only_our_own_errors_come_out(data: Any) -> None:
    try:
        topology = load_aws(data)
    except VpclabError:
        return
    with tempfile.TemporaryDirectory() as folder:
        save_aws(topology, folder)
        again = load_aws(folder)
    assert comparable(again) == comparable(topology)
    for ends in (("a1", OP), ("a1", "y1"), (OP, "a1"), ("a1", service("s3")), ("a1", X)):
        assert verdict(again, *ends, tcp(443), 4) == verdict(topology, *ends, tcp(443), 4)


# -- what people build, saved and loaded again -----------------------------------------------------------


class Maker(random_networks.Maker):
    """A random network, with what saving has to keep apart: Regions, accounts, BGP, peers, policies."""

    def trouble(self) -> None:
        more(self)


def more(maker: Maker) -> None:
    topology, some, vpc = maker.topology, maker.chance, maker.vpcs[0]
    topology.prefix_list("partners", ["10.50.0.0/16", "198.51.100.0/24"])
    topology.site("home", "172.21.0.0/16", "fd00:1::/64")
    topology.customer_gateway("router", "203.0.113.50")
    with suppress(VpclabError):
        far = topology.vpc("far", "10.9.0.0/16", region="us-east-1", account="777788889999")
        far.subnet("s", "10.9.0.0/24", public_ip_on_launch=True).instance("far").stop()
        status = maker.rng.choice(["active", "deleted", "pending-acceptance"])
        pcx = vpc.peer(far, "pcx-far", status=status, resolve_dns=(some(0.5), some(0.5)))
        far.main_route_table.route("0.0.0.0/0", to=pcx)
        hub, other = topology.transit_gateway("hub"), topology.transit_gateway("far-hub", region="us-east-1")
        hub.attach(vpc, maker.subnets[vpc.name][:1])
        half = hub.peer(other)
        hub.default_route_table.route("10.9.0.0/16", to=half)
        other.route_table("second").route("10.0.0.0/8", to=other.peer(hub))
        topology.direct_connect("dx-hub", gateway=hub, site="home", up=some(0.7))
        topology.vpn_connection("vpn-hub", gateway=hub, site="home", customer_gateway="router", static=[])
        vpc.main_route_table.route("partners", to=hub)
    with suppress(VpclabError):
        gateway = maker.rng.choice(maker.vpcs).virtual_private_gateway("more")
        known = maker.rng.choice([["192.168.5.0/24", "0.0.0.0/0"], [], None])
        topology.vpn_connection("bgp", gateway=gateway, site="home", announces=known, tunnels_up=1)
        topology.direct_connect("dx", gateway=gateway, site="home", up=some(0.5))
    other = maker.vpcs[-1]
    guests = [f"tcp 22 from {vpc.name}/g0", "tcp 80 from partners"]  # a group of a peer, if they are joined
    for step in (
        lambda: other.security_group("guests", inbound=guests),
        lambda: vpc.security_group("gone"),
        lambda: other.security_group("late", inbound=[f"tcp 22 from {vpc.name}/gone"]),
        lambda: topology[f"{vpc.name}/gone"].remove(),  # the rule that names it goes stale
        lambda: maker.subnets[vpc.name][0].instance("known", elastic_ip=True),
        lambda: other.add_cidr("100.64.0.0/16"),
        lambda: topology.elastic_ip("spare"),
    ):
        random_networks.tried(step)
    with suppress(VpclabError):
        policy = maker.rng.choice(["", '{"Statement": []}'])
        vpc.interface_endpoint("ssm", maker.subnets[vpc.name][:1], private_dns=some(0.5), policy=policy)
    with suppress(VpclabError):
        maker.rng.choice([*maker.targets[vpc.name], vpc]).remove()
        if some(0.3):
            topology.fail_az("a")
    topology.account(port_25_open=some(0.3))


def comparable(topology: Topology) -> dict[str, Any]:
    """Return all values; in which order attachments were associated says nothing."""
    found = everything(topology)
    for key, value in found.items():
        if isinstance(value, model.TransitGatewayRouteTable):
            found[key] = replace(value, associations=tuple(sorted(value.associations)))
    return found


def verdict(topology: Topology, src: Any, dst: Any, traffic: TrafficType, version: int) -> Any:
    try:
        found = trace(topology, src, dst, traffic, ip_version=version)
    except VpclabError as error:
        return str(error)
    return found.outcome, found.path, [(b.code, getattr(b.component, "id", None)) for b in found.blockers]


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**32))
def test_what_is_built_is_the_same_after_saving_and_loading(seed: int) -> None:
    rng = random.Random(seed)
    with redirect_stdout(StringIO()):
        before = Maker(rng).make()
    with tempfile.TemporaryDirectory() as folder:
        save_aws(before, folder)
        after = load_aws(folder, before.name)
    assert comparable(after) == comparable(before)
    if len(before.values(model.NetworkInterface)) < 12:
        for version in (4, 6):
            rows = [sorted(reachability(t).rows(True, version)) for t in (before, after)]
            assert rows[0] == rows[1]
    assert not [said for said in after.assumed if said.startswith("No file")], "every call has its file"
    sources, targets = random_networks.ends(before), random_networks.targets(before)
    for traffic in random_networks.kinds(rng, random_networks.edges(before.snapshot()), 6):
        flow = (rng.choice(sources), rng.choice(targets), traffic, rng.choice([4, 4, 6]))
        assert verdict(after, *flow) == verdict(before, *flow), flow
