"""Building gateways: VPN, peering, transit gateways, endpoints, edge tables, propagation, a failed zone."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Network
from typing import Any

import pytest
from networks import Base

from vpclab import BadInput, NotFound, Refused, Topology
from vpclab.topology.model import (
    Connection,
    NetworkInterface,
    PeeringConnection,
    PrefixList,
    Route,
    SecurityGroup,
    Settings,
    TransitGatewayAttachment,
    VpcEndpoint,
)
from vpclab.topology.services import service_blocks, service_name

S3 = "com.amazonaws.ap-northeast-1.s3"


class Net(Base):
    """The base network and what most gateways need beside it: VPC B, a site, a virtual private gateway."""

    def __init__(self) -> None:
        super().__init__(dual=True)
        self.other = self.topology.vpc("B", "10.1.0.0/16", dns_hostnames=True)
        self.far = self.other.subnet("FAR", "10.1.0.0/24")
        self.office = self.topology.site("office", "192.168.0.0/16")
        self.vgw = self.vpc.virtual_private_gateway()

    def vpn(self, name: str = "vpn", **more: Any) -> Any:
        return self.topology.vpn_connection(name, **{"gateway": self.vgw, "site": self.office, **more})

    def direct(self, **more: Any) -> Any:
        return self.topology.direct_connect("dx", gateway=self.vgw, site=self.office, **more)

    def routes(self, subnet: Any = None) -> dict[str, str]:
        """Return destination and target of a subnet's routes, PRV's unless another is given."""
        return {str(r.destination): r.target for r in (subnet or self.prv).route_table.value.routes}

    def propagated(self) -> list[str]:
        return [str(r.destination) for r in self.prv.route_table.value.routes if r.propagated]

    def states(self) -> dict[str, str]:
        return {str(r.destination): r.state for r in self.prv.route_table.value.routes}

    def edge(self) -> Any:
        """Return a route table made for a gateway: PUB's block goes to an appliance in PRB."""
        self.host("fw", self.prb, "10.0.2.20", source_dest_check=False, forwards="forward")
        table = self.vpc.route_table("edge")
        table.route("10.0.0.0/24", to="fw")
        return table

    def transit(self, **more: Any) -> Any:
        return self.topology.transit_gateway("tgw", **more)


Act = Callable[[Net], object]


@pytest.fixture
def net() -> Net:
    return Net()


def nothing(net: Net) -> None:
    """Leave the network as it is."""


# -- what AWS refuses --------------------------------------------------------------------------------

REFUSED: dict[str, tuple[Act, Act, str, str]] = {
    # rows of verdicts.md
    "C11 a whole subnet to an internet gateway": (
        nothing, lambda n: n.prv.route("10.0.2.0/24", to=n.igw), "InvalidParameterValue", "RT-11",
    ),
    "C11 a whole subnet to a peering connection": (
        lambda n: n.vpc.peer(n.other), lambda n: n.prv.route("10.0.2.0/24", to="pcx-A-B"),
        "InvalidParameterValue", "RT-11",
    ),
    "C20 a prefix list in the table of a gateway": (
        lambda n: (n.topology.prefix_list("pl", ["10.0.0.0/24"]), n.edge().associate_gateway(n.igw)),
        lambda n: n.vpc.route_table("edge").route("pl", to="fw"), "vpclab:", "GRT-2",
    ),
    "C20 a table with a prefix list for a gateway": (
        lambda n: n.edge().route(n.topology.prefix_list("pl", ["10.0.0.0/24"]), to="fw"),
        lambda n: n.vpc.route_table("edge").associate_gateway(n.igw), "vpclab:", "GRT-2",
    ),
    "G05 a peering of overlapping VPCs": (
        lambda n: n.topology.vpc("D", "10.0.128.0/17"), lambda n: n.vpc.peer("D"), "vpclab:", "PCX-3",
    ),
    "G08 a group of another Region": (
        lambda n: n.vpc.peer(n.topology.vpc("far", "10.9.0.0/16", region="us-east-1")),
        lambda n: n.topology["far"].security_group("g", inbound=["tcp 80 from A/open"]),
        "InvalidGroup.NotFound", "PCX-9",
    ),
    "H11 a second S3 endpoint in the same table": (
        lambda n: n.vpc.gateway_endpoint("s3", [n.prv.route_table]),
        lambda n: n.vpc.gateway_endpoint("s3", [n.prv.route_table], name="second"),
        "RouteAlreadyExists", "VPE-3",
    ),
    "H23 an interface endpoint with two subnets of one zone": (
        nothing, lambda n: n.vpc.interface_endpoint("ssm", [n.pub, n.prv]),
        "DuplicateSubnetsInSameZone", "VPE-10",
    ),
    "K06 a block as large as a route to the virtual private gateway": (
        lambda n: n.prv.route("10.200.0.0/24", to=n.vgw), lambda n: n.vpc.add_cidr("10.200.0.0/24"),
        "", "VPC-7",
    ),
    # gateways of a VPC
    "a second egress-only gateway": (
        lambda n: n.vpc.egress_only_internet_gateway(),
        lambda n: n.vpc.egress_only_internet_gateway("second"), "vpclab:", "EIGW-2",
    ),
    "an egress-only gateway without IPv6": (
        nothing, lambda n: n.other.egress_only_internet_gateway(), "", "VPC-11",
    ),
    "a second virtual private gateway": (
        nothing, lambda n: n.vpc.virtual_private_gateway("second"), "vpclab:", "VGW-1",
    ),
    "another number for a virtual private gateway": (
        nothing, lambda n: n.vpc.virtual_private_gateway(asn=65100), "vpclab:IMMUTABLE", "asn",
    ),
    # routes
    "IPv4 to an egress-only gateway": (
        lambda n: n.vpc.egress_only_internet_gateway(), lambda n: n.prv.route("0.0.0.0/0", to="eigw"),
        "InvalidParameterValue", "RT-16",
    ),
    "a list of IPv4 blocks to an egress-only gateway": (
        lambda n: (n.vpc.egress_only_internet_gateway(), n.topology.prefix_list("pl", ["198.18.0.0/24"])),
        lambda n: n.prv.route("pl", to="eigw"), "InvalidParameterValue", "RT-16",
    ),
    "a route to a gateway of another VPC": (
        lambda n: n.other.virtual_private_gateway("theirs"),
        lambda n: n.prv.route("172.16.0.0/12", to="theirs"), "InvalidParameterValue", "another VPC",
    ),
    "a route to a detached virtual private gateway": (
        lambda n: n.vgw.detach(), lambda n: n.prv.route("172.16.0.0/12", to=n.vgw),
        "Gateway.NotAttached", "RT-16",
    ),
    "a route to a peering of others": (
        lambda n: n.other.peer(n.topology.vpc("C", "10.2.0.0/16")),
        lambda n: n.prv.route("10.2.0.0/16", to="pcx-B-C"), "InvalidParameterValue", "RT-16",
    ),
    "a route to a transit gateway without an attachment": (
        lambda n: n.transit(), lambda n: n.prv.route("10.1.0.0/16", to="tgw"),
        "InvalidTransitGatewayID.NotFound", "attach",
    ),
    "a route to a site": (
        nothing, lambda n: n.prv.route("192.168.0.0/16", to=n.office), "InvalidParameterValue", "RT-16",
    ),
    "a route to a gateway endpoint by hand": (
        lambda n: n.vpc.gateway_endpoint("s3"), lambda n: n.prv.route("52.219.0.0/20", to="gw-s3"),
        "InvalidParameterValue", "VPE-3",
    ),
    "another target for an endpoint's route": (
        lambda n: n.vpc.gateway_endpoint("s3", [n.prv.route_table]), lambda n: n.prv.route(S3, to=n.igw),
        "InvalidParameterValue", "VPE-3",
    ),
    "to delete an endpoint's route": (
        lambda n: n.vpc.gateway_endpoint("s3", [n.prv.route_table]),
        lambda n: n.prv.route_table.remove_route(S3), "InvalidParameterValue", "VPE-3",
    ),
    "to delete a propagated route": (
        lambda n: (n.vpn(), n.prv.route_table.propagate(n.vgw)),
        lambda n: n.prv.route_table.remove_route("192.168.0.0/16"), "InvalidParameterValue",
        "stop_propagating",
    ),
    "propagation from a detached gateway": (
        lambda n: n.vgw.detach(), lambda n: n.prv.route_table.propagate(n.vgw),
        "Gateway.NotAttached", "RT-16",
    ),
    "propagation from a gateway of another VPC": (
        lambda n: n.other.virtual_private_gateway("theirs"), lambda n: n.prv.route_table.propagate("theirs"),
        "InvalidParameterValue", "another VPC",
    ),
    # tables of gateways
    "a part of a subnet in the table of a gateway": (
        lambda n: n.edge().associate_gateway(n.igw),
        lambda n: n.vpc.route_table("edge").route("0.0.0.0/0", to="fw"), "vpclab:", "GRT-2",
    ),
    "a NAT gateway in the table of a gateway": (
        lambda n: (n.nat(), n.edge().associate_gateway(n.igw)),
        lambda n: n.vpc.route_table("edge").route("10.0.1.0/24", to="nat"), "vpclab:", "GRT-1",
    ),
    "a table that leads to the internet for a gateway": (
        nothing, lambda n: n.pub.route_table.associate_gateway(n.igw), "vpclab:", "GRT-2",
    ),
    "propagation into the table of a gateway": (
        lambda n: n.edge().associate_gateway(n.igw),
        lambda n: n.vpc.route_table("edge").propagate(n.vgw), "vpclab:", "GRT-2",
    ),
    "a table with propagation for a gateway": (
        lambda n: n.edge().propagate(n.vgw),
        lambda n: n.vpc.route_table("edge").associate_gateway(n.igw), "vpclab:", "GRT-2",
    ),
    "the main table for a gateway": (
        nothing, lambda n: n.vpc.main_route_table.associate_gateway(n.igw), "vpclab:", "RT-3",
    ),
    "the table of a gateway as the main one": (
        lambda n: n.edge().associate_gateway(n.igw), lambda n: n.vpc.route_table("edge").make_main(),
        "vpclab:", "RT-3",
    ),
    "a gateway of another VPC at a table": (
        lambda n: n.other.internet_gateway("theirs"),
        lambda n: n.edge().associate_gateway("theirs"), "InvalidParameterValue", "another VPC",
    ),
    "a detached gateway at a table": (
        lambda n: n.vgw.detach(), lambda n: n.edge().associate_gateway(n.vgw), "Gateway.NotAttached", "RT-16",
    ),
    # peering
    "a peering of a VPC with itself": (nothing, lambda n: n.vpc.peer(n.vpc), "vpclab:", "PCX-3"),
    "a second peering of the same two": (
        lambda n: n.vpc.peer(n.other), lambda n: n.other.peer(n.vpc),
        "VpcPeeringConnectionAlreadyExists", "PCX-3",
    ),
    "to accept what is active": (nothing, lambda n: n.vpc.peer(n.other).accept(),
    "InvalidStateTransition", "PCX-2"),
    "a new block that the peer has": (
        lambda n: n.vpc.peer(n.other), lambda n: n.vpc.add_cidr("10.1.4.0/24"), "", "VPC-9",
    ),
    "a new block that the peer has, by declaring again": (
        lambda n: n.vpc.peer(n.other),
        lambda n: n.topology.vpc("A", "10.0.0.0/16", secondary=["10.1.9.0/24"], ipv6=True), "", "VPC-9",
    ),
    "a new block while one's own request is pending": (
        lambda n: n.vpc.peer(n.other, status="pending-acceptance"), lambda n: n.vpc.add_cidr("10.5.0.0/16"),
        "", "VPC-9",
    ),
    # groups of other VPCs
    "a group of a VPC that nothing joins": (
        nothing, lambda n: n.other.security_group("g", inbound=["tcp 80 from A/open"]),
        "InvalidGroup.NotFound", "SG-21",
    ),
    "a group of a VPC whose peering is pending": (
        lambda n: n.vpc.peer(n.other, status="pending-acceptance"),
        lambda n: n.other.security_group("g", inbound=["tcp 80 from A/open"]),
        "InvalidGroup.NotFound", "SG-21",
    ),
    "an outbound rule with a group across a transit gateway": (
        lambda n: (n.transit().attach(n.vpc, [n.prv]), n.transit().attach(n.other, [n.far])),
        lambda n: n.other.security_group("g", outbound=["tcp 80 to A/open"]),
        "InvalidGroup.NotFound", "SG-21",
    ),
    # transit gateways
    "two subnets of one zone at a transit gateway": (
        lambda n: n.transit(), lambda n: n.topology["tgw"].attach(n.vpc, [n.pub, n.prv]),
        "DuplicateSubnetsInSameZone", "TGW-3",
    ),
    "an attachment without a subnet": (
        nothing, lambda n: n.transit().attach(n.vpc, []), "MissingParameter", "TGW-3",
    ),
    "an attachment by another VPC's subnet": (
        nothing, lambda n: n.transit().attach(n.vpc, [n.far]), "InvalidParameterValue", "another VPC",
    ),
    "a VPC of another Region at a transit gateway": (
        nothing, lambda n: n.transit(region="us-east-1").attach(n.vpc, [n.prv]),
        "InvalidVpcID.NotFound", "TGW-1",
    ),
    "a second attachment of the same VPC": (
        lambda n: n.transit().attach(n.vpc, [n.prv]),
        lambda n: n.transit().attach(n.vpc, [n.prv], name="second"),
        "DuplicateTransitGatewayAttachment", "TGW-2",
    ),
    "propagation from a peer": (
        lambda n: n.transit().peer(n.topology.transit_gateway("west", region="us-east-1")),
        lambda n: n.transit().default_route_table.propagate("tgw-west"), "vpclab:", "TGW-2",
    ),
    "a route to an attachment of another transit gateway": (
        lambda n: n.topology.transit_gateway("second").attach(n.vpc, [n.prv]),
        lambda n: n.transit().default_route_table.route("10.0.0.0/8", to="second-A"),
        "InvalidTransitGatewayAttachmentID.NotFound", "TGW-2",
    ),
    # endpoints
    "a gateway endpoint for another service": (
        nothing, lambda n: n.vpc.gateway_endpoint("sqs"), "InvalidServiceName", "VPE-2",
    ),
    "a gateway endpoint for another Region": (
        nothing, lambda n: n.vpc.gateway_endpoint("com.amazonaws.us-east-1.s3"),
        "InvalidServiceName", "VPE-5",
    ),
    "a gateway endpoint for another VPC's table": (
        nothing, lambda n: n.vpc.gateway_endpoint("s3", [n.far.route_table]), "InvalidRouteTableID.NotFound",
        "another",
    ),
    "an endpoint over a route that stands there by hand": (
        lambda n: (n.topology.prefix_list(S3, ["52.219.0.0/20"]), n.prv.route(S3, to=n.vgw)),
        lambda n: n.vpc.gateway_endpoint("s3", [n.prv.route_table]), "RouteAlreadyExists", "VPE-3",
    ),
    "an interface endpoint without a subnet": (
        nothing, lambda n: n.vpc.interface_endpoint("ssm", []), "MissingParameter", "VPE-10",
    ),
    "an interface endpoint in another VPC's subnet": (
        nothing, lambda n: n.vpc.interface_endpoint("ssm", [n.far]), "InvalidParameterValue", "another VPC",
    ),
    "private DNS without the VPC's hostnames": (
        nothing,
        lambda n: n.topology.vpc("C", "10.2.0.0/16").subnet("s", "10.2.0.0/24").vpc.interface_endpoint(
            "ssm", ["s"]), "InvalidParameter", "VPE-12",
    ),
    "another service under an endpoint's name": (
        lambda n: n.vpc.interface_endpoint("ssm", [n.prv], name="e"),
        lambda n: n.vpc.interface_endpoint("sqs", [n.prv], name="e"), "vpclab:IMMUTABLE", "service",
    ),
    "an endpoint's address that is taken": (
        nothing, lambda n: n.vpc.interface_endpoint(
            "ssm", [n.prb, n.prv], private_ips=["10.0.2.50", "10.0.1.10"]),
        "InvalidIPAddress.InUse", "10.0.1.10",
    ),
    "to delete an endpoint's interface": (
        lambda n: n.vpc.interface_endpoint("ssm", [n.prv]), lambda n: n.topology["if-ssm-a"].remove(),
        "OperationNotPermitted", "ENI-4",
    ),
    "another gateway for a connection": (
        lambda n: n.vpn(),
        lambda n: n.topology.vpn_connection("vpn", gateway=n.transit(), site=n.office),
        "vpclab:IMMUTABLE", "gateway",
    ),
    # removal
    "to delete a virtual private gateway with a connection": (
        lambda n: n.vpn(), lambda n: n.vgw.remove(), "DependencyViolation", "vpn",
    ),
    "to delete a site with a connection": (
        lambda n: n.vpn(), lambda n: n.office.remove(), "DependencyViolation", "vpn",
    ),
    "to delete a customer gateway with a connection": (
        lambda n: n.vpn(customer_gateway=n.topology.customer_gateway("cgw", "198.51.100.77")),
        lambda n: n.topology["cgw"].remove(), "DependencyViolation", "vpn",
    ),
    "to delete a transit gateway with an attachment": (
        lambda n: n.transit().attach(n.vpc, [n.prv]), lambda n: n.transit().remove(),
        "DependencyViolation", "tgw-A",
    ),
    "to delete a transit gateway's table in use": (
        lambda n: n.transit().attach(n.vpc, [n.prv]), lambda n: n.transit().default_route_table.remove(),
        "DependencyViolation", "tgw-A",
    ),
    "to delete the subnet of an attachment": (
        lambda n: n.transit().attach(n.other, [n.far]), lambda n: n.far.remove(),
        "DependencyViolation", "tgw-B",
    ),
    "to delete the subnet of an endpoint": (
        lambda n: n.other.interface_endpoint("ssm", [n.far]), lambda n: n.far.remove(),
        "DependencyViolation", "if-ssm-a",
    ),
    "to delete a group of an endpoint": (
        lambda n: n.vpc.interface_endpoint("ssm", [n.prv], security_groups=[n.group("e")]),
        lambda n: n.topology["A/e"].remove(), "DependencyViolation", "if-ssm-a",
    ),
    "to delete the table of a gateway": (
        lambda n: n.edge().associate_gateway(n.igw), lambda n: n.vpc.route_table("edge").remove(),
        "DependencyViolation", "igw",
    ),
    "to delete a prefix list that a route names": (
        lambda n: n.prv.route(n.topology.prefix_list("pl", ["172.16.0.0/12"]), to=n.vgw),
        lambda n: n.topology["pl"].remove(), "DependencyViolation", "A/PRV",
    ),
    "to delete a prefix list that a rule names": (
        lambda n: (n.topology.prefix_list("pl", ["172.16.0.0/12"]), n.group("g", "tcp 80 from pl")),
        lambda n: n.topology["pl"].remove(), "DependencyViolation", "A/g",
    ),
    "to delete a VPC with a virtual private gateway": (
        lambda n: (n.far.remove(), n.other.virtual_private_gateway("v")), lambda n: n.other.remove(),
        "DependencyViolation", "B/v",
    ),
    "to delete a VPC with a peering": (
        lambda n: (n.far.remove(), n.vpc.peer(n.other)), lambda n: n.other.remove(),
        "DependencyViolation", "pcx-A-B",
    ),
    "to delete a VPC with an endpoint": (
        lambda n: (n.far.remove(), n.other.gateway_endpoint("s3")), lambda n: n.other.remove(),
        "DependencyViolation", "gw-s3",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("prepare", "act", "code", "words"), [pytest.param(*row, id=text) for text, row in REFUSED.items()]
)
def test_refused(net: Net, prepare: Act, act: Act, code: str, words: str) -> None:
    prepare(net)
    with pytest.raises(Refused) as refused:
        act(net)
    assert refused.value.code.startswith(code)
    assert words in str(refused.value)


BAD: dict[str, tuple[Act, str]] = {
    "a site without a block": (lambda n: n.topology.site("x"), "192.168.0.0/16"),
    "a VPN with static routes and BGP": (lambda n: n.vpn(static=["10.9.0.0/16"], announces=[]), "not both"),
    "three tunnels": (lambda n: n.vpn(tunnels_up=3), "0, 1 or 2"),
    "an IPv6 address of a device": (lambda n: n.topology.customer_gateway("c", "2001:db8::1"), "IPv4"),
    "a state that no peering has": (lambda n: n.vpc.peer(n.other, status="open"), "pending-acceptance"),
    "an address too few": (lambda n: n.vpc.interface_endpoint("ssm", ["PRV"], private_ips=[]), "1 subnets"),
    "a connection to an internet gateway": (
        lambda n: n.vpn(gateway=n.igw), "virtual private gateway or transit",
    ),
    "a peering with a subnet": (lambda n: n.vpc.peer(n.far), "not a vpc"),
}  # fmt: skip


@pytest.mark.parametrize(("act", "words"), [pytest.param(*row, id=text) for text, row in BAD.items()])
def test_bad_input(net: Net, act: Act, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        act(net)


MISSING: dict[str, tuple[Act, str]] = {
    "a zone without subnets": (lambda n: n.topology.fail_az("d"), "ap-northeast-1a"),
    "to stop what does not propagate": (
        lambda n: n.prv.route_table.stop_propagating(n.vgw), "does not propagate"),
    "a gateway that the table does not serve": (
        lambda n: n.prv.route_table.disassociate_gateway(n.igw), "serves no gateway igw",
    ),
    "a static route that a transit gateway lacks": (
        lambda n: n.transit().default_route_table.remove_route("10.0.0.0/8"), "no static route",
    ),
    "a site that is not there": (
        lambda n: n.topology.vpn_connection("v", gateway=n.vgw, site="home"), "office"),
}  # fmt: skip


@pytest.mark.parametrize(("act", "words"), [pytest.param(*row, id=text) for text, row in MISSING.items()])
def test_not_found(net: Net, act: Act, words: str) -> None:
    with pytest.raises(NotFound, match=words):
        act(net)


# -- desired state -----------------------------------------------------------------------------------

DECLARED: dict[str, Act] = {
    "an egress-only gateway": lambda n: n.vpc.egress_only_internet_gateway(),
    "a virtual private gateway": lambda n: n.vpc.virtual_private_gateway(),
    "a customer gateway": lambda n: n.topology.customer_gateway("cgw", "198.51.100.77"),
    "a VPN connection": lambda n: n.vpn(),
    "a static VPN connection": lambda n: n.vpn(static=["192.168.1.0/24"]),
    "a Direct Connect": lambda n: n.direct(),
    "a connection to a transit gateway":
        lambda n: n.topology.vpn_connection("v", gateway=n.transit(), site="office"),
    "propagation": lambda n: (n.vpn(), n.prv.route_table.propagate(n.vgw)),
    "a peering": lambda n: n.vpc.peer(n.other, resolve_dns=(True, False)),
    "a transit gateway and its attachments": lambda n: (
        n.transit().attach(n.vpc, [n.prv, n.prb]), n.transit().attach(n.other, [n.far]),
    ),
    "the peering of transit gateways":
        lambda n: n.transit().peer(n.topology.transit_gateway("west", region="us-east-1")),
    "a route table of a transit gateway": lambda n: n.transit().route_table("hub").blackhole("10.7.0.0/16"),
    "a gateway endpoint": lambda n: n.vpc.gateway_endpoint("s3", [n.prv.route_table, "PRB"]),
    "an interface endpoint": lambda n: n.vpc.interface_endpoint(
        "ssm", [n.prv, n.prb], private_ips=[None, "10.0.2.50"]),
    "the table of a gateway": lambda n: n.edge().associate_gateway(n.igw),
    "a group of the peer VPC": lambda n: (
        n.vpc.peer(n.other), n.other.security_group("g", inbound=["tcp 80 from A/open"]),
    ),
}  # fmt: skip


@pytest.mark.parametrize("act", [pytest.param(act, id=text) for text, act in DECLARED.items()])
def test_declaring_the_same_again_changes_nothing(
    net: Net, act: Act, capsys: pytest.CaptureFixture[str]
) -> None:
    act(net)
    before = {value.id: value for value in net.topology.snapshot()}
    capsys.readouterr()
    act(net)
    assert {value.id: value for value in net.topology.snapshot()} == before
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("act", [pytest.param(act, id=text) for text, act in DECLARED.items()])
def test_values_make_the_same_topology_again(net: Net, act: Act) -> None:
    act(net)
    values = list(net.topology.snapshot())
    again = Topology.of("test", values, settings=Settings())
    assert list(again.snapshot()) == values
    assert all(again[value.id].value == value for value in values)


def test_a_changed_connection_says_what_changed(net: Net, capsys: pytest.CaptureFixture[str]) -> None:
    net.vpn()
    net.vpn(tunnels_up=1)
    assert capsys.readouterr().out == "connection vpn: tunnels up 2 → 1\n"


# -- VPN, Direct Connect, propagation ----------------------------------------------------------------


def test_a_vpn_announces_the_blocks_of_its_site(net: Net) -> None:
    value = net.vpn().value
    assert (value.prefixes, value.static, value.up) == ((IPv4Network("192.168.0.0/16"),), False, True)
    assert net.vpn(static=["192.168.7.0/24"]).value.static


PROPAGATION: dict[str, tuple[Act, list[str]]] = {
    "BGP": (lambda n: n.vpn(), ["192.168.0.0/16"]),
    "static routes": (lambda n: n.vpn(static=["192.168.1.0/24", "192.168.2.0/24"]),
    ["192.168.1.0/24", "192.168.2.0/24"]),
    "Direct Connect": (
        lambda n: n.direct(announces=["172.16.0.0/12"]),
        ["172.16.0.0/12"],
    ),
    "one prefix that two connections know": (lambda n: (n.vpn(), n.vpn("vpn2")), ["192.168.0.0/16"]),
    "a connection that is down": (lambda n: n.vpn(tunnels_up=0), []),
    "one of two tunnels": (lambda n: n.vpn(tunnels_up=1), ["192.168.0.0/16"]),
    "Direct Connect that is down": (
        lambda n: n.direct(up=False), [],
    ),
    "a connection that went down": (lambda n: (n.vpn(), n.vpn(tunnels_up=0)), []),
    "a connection that came up again": (lambda n: (n.vpn(tunnels_up=0), n.vpn()), ["192.168.0.0/16"]),
    "a connection that was deleted": (lambda n: n.vpn().remove(), []),
    "a gateway that was detached": (lambda n: (n.vpn(), n.vgw.detach()), []),
    "a gateway that was told to stop": (lambda n: (n.vpn(), n.prv.route_table.stop_propagating(n.vgw)), []),
    "the VPC's own block": (lambda n: n.vpn(announces=["10.0.0.0/16", "192.168.0.0/16"]), ["192.168.0.0/16"]),
    "a block that the VPC got afterwards": (
        lambda n: (n.vpn(announces=["10.7.0.0/24"]), n.vpn(announces=[]), n.vpc.add_cidr("10.7.0.0/24"),
                   n.vpn(announces=["10.7.0.0/24"])), [],
    ),
    "IPv6 over a VPN": (lambda n: n.vpn(announces=["2001:db8:f00::/48"]), []),
    "IPv6 over Direct Connect": (
        lambda n: n.direct(announces=["2001:db8:f00::/48"]),
        ["2001:db8:f00::/48"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("act", "expected"), [pytest.param(*row, id=text) for text, row in PROPAGATION.items()]
)
def test_propagated_routes_follow_the_connections(net: Net, act: Act, expected: list[str]) -> None:
    net.prv.route_table.propagate(net.vgw)
    act(net)
    assert net.propagated() == expected


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        pytest.param(*row, id=text)
        for text, row in PROPAGATION.items()
        if "stop" not in text and "detached" not in text
    ],
)
def test_propagation_turned_on_afterwards_gives_the_same(net: Net, act: Act, expected: list[str]) -> None:
    act(net)
    net.prv.route_table.propagate(net.vgw)
    assert net.propagated() == expected


def test_a_static_and_a_propagated_route_to_one_block_stand_side_by_side(net: Net) -> None:
    net.vpn()
    net.prv.route_table.propagate(net.vgw)
    net.prv.route("192.168.0.0/16", to=net.appliance())
    assert net.propagated() == ["192.168.0.0/16"]
    net.prv.route_table.remove_route("192.168.0.0/16")
    assert net.routes()["192.168.0.0/16"] == net.vgw.id


def test_a_detached_gateway_keeps_its_static_routes_and_comes_back(net: Net) -> None:
    net.prv.route("192.168.0.0/16", to=net.vgw)
    net.vgw.detach()
    assert net.vgw.value.vpc_id is None
    assert net.routes()["192.168.0.0/16"] == net.vgw.id
    assert net.vpc.virtual_private_gateway() == net.vgw


def test_a_detached_gateway_may_go_to_another_vpc(net: Net) -> None:
    net.vgw.detach()
    assert net.other.virtual_private_gateway("vgw") == net.vgw
    assert net.vgw.value.vpc_id == net.other.id


def test_a_removed_gateway_leaves_blackholes(net: Net) -> None:
    net.prv.route("192.168.0.0/16", to=net.vgw)
    eigw = net.vpc.egress_only_internet_gateway()
    net.prv.route("::/0", to=eigw)
    net.vpn().remove()
    net.vgw.remove()
    eigw.remove()
    assert {net.states()["192.168.0.0/16"], net.states()["::/0"]} == {"blackhole"}
    net.office.remove()


# -- routes ------------------------------------------------------------------------------------------

ROUTES: dict[str, tuple[str, Act]] = {
    "an egress-only gateway": ("::/0", lambda n: n.vpc.egress_only_internet_gateway()),
    "a virtual private gateway": ("192.168.0.0/16", lambda n: n.vgw),
    "a peering connection": ("10.1.0.0/16", lambda n: n.vpc.peer(n.other)),
    "one address over a peering connection": ("10.1.0.10/32", lambda n: n.vpc.peer(n.other)),
    "anything over a peering connection": ("0.0.0.0/0", lambda n: n.vpc.peer(n.other)),
    "a peering that is pending": ("10.1.0.0/16", lambda n: n.vpc.peer(n.other, status="pending-acceptance")),
    "a transit gateway": ("10.0.0.0/8", lambda n: (t := n.transit(), t.attach(n.vpc, [n.prv]))[0]),
    "IPv6 over a transit gateway": ("::/0", lambda n: (t := n.transit(), t.attach(n.vpc, [n.prv]))[0]),
    "a prefix list to a gateway": ("pl", lambda n: (n.topology.prefix_list("pl",
    ["172.16.0.0/12"]), n.vgw)[1]),
}  # fmt: skip


@pytest.mark.parametrize(("block", "make"), [pytest.param(*row, id=text) for text, row in ROUTES.items()])
def test_a_route_leads_to(net: Net, block: str, make: Callable[[Net], Any]) -> None:
    target = make(net)
    net.prv.route(block, to=target)
    destination = net.topology["pl"].id if block == "pl" else block
    assert net.routes()[destination] == target.id


def test_a_prefix_list_is_named_by_handle_name_or_id(net: Net) -> None:
    listed = net.topology.prefix_list("pl", ["172.16.0.0/12"])
    for ref in (listed, "pl", listed.id):
        net.prv.route(ref, to=net.vgw)
    assert net.routes()[listed.id] == net.vgw.id
    net.prv.route("pl", to=net.igw)
    assert net.routes()[listed.id] == net.igw.id
    net.prv.route_table.remove_route(listed)
    assert listed.id not in net.routes()
    listed.remove()
    assert net.topology.values(PrefixList) == ()


def test_k06_a_block_smaller_than_a_route_is_accepted(net: Net) -> None:
    net.prv.route("10.200.0.0/24", to=net.vgw)
    net.vpc.add_cidr("10.200.0.0/25")
    assert net.routes()["10.200.0.0/25"] == "local"


# -- the tables of gateways --------------------------------------------------------------------------


def test_a_gateway_has_one_table(net: Net) -> None:
    net.edge().associate_gateway(net.igw)
    second = net.vpc.route_table("second")
    second.associate_gateway("igw")
    assert net.vpc.route_table("edge").value.gateway_ids == ()
    assert second.value.gateway_ids == (net.igw.id,)
    second.associate_gateway(net.vgw)
    second.disassociate_gateway(net.igw)
    assert second.value.gateway_ids == (net.vgw.id,)


def test_the_local_route_of_a_gateways_table_may_lead_to_an_appliance_and_back(net: Net) -> None:
    table = net.edge()
    table.associate_gateway(net.igw)
    table.route("10.0.0.0/16", to="fw")
    table.route("10.0.0.0/16", to="local")
    assert {str(r.destination): r.target for r in table.value.routes}["10.0.0.0/16"] == "local"


@pytest.mark.parametrize("leave", ["detach", "remove"])
def test_a_gateway_that_goes_leaves_its_table(net: Net, leave: str) -> None:
    table = net.edge()
    table.associate_gateway(net.vgw)
    getattr(net.vgw, leave)()
    assert table.value.gateway_ids == ()
    table.remove()


# -- peering -----------------------------------------------------------------------------------------


def test_a_peering_holds_what_each_side_knows_of_the_other(net: Net) -> None:
    pcx = net.vpc.peer(net.other, resolve_dns=(False, True)).value
    assert pcx.name == "pcx-A-B"
    assert (pcx.requester.vpc_id, pcx.accepter.vpc_id) == (net.vpc.id, net.other.id)
    assert pcx.accepter.cidrs == (IPv4Network("10.1.0.0/16"),)
    assert (pcx.requester.resolves_dns, pcx.accepter.resolves_dns) == (False, True)


def test_a_pending_peering_is_accepted(net: Net) -> None:
    pcx = net.vpc.peer(net.other, "link", status="pending-acceptance")
    pcx.accept()
    assert (pcx.name, pcx.value.status) == ("link", "active")


def test_a_new_block_is_known_to_the_peer(net: Net) -> None:
    pcx = net.vpc.peer(net.other)
    net.other.add_cidr("10.5.0.0/16")
    assert [str(block) for block in pcx.value.accepter.cidrs] == ["10.1.0.0/16", "10.5.0.0/16"]
    net.other.remove_cidr("10.5.0.0/16")
    assert [str(block) for block in pcx.value.accepter.cidrs] == ["10.1.0.0/16"]


def test_the_accepter_may_add_a_block_and_an_overlap_fails_the_request(net: Net) -> None:
    pcx = net.other.peer(net.vpc, status="pending-acceptance")
    net.vpc.add_cidr("10.5.0.0/16")
    assert pcx.value.status == "pending-acceptance"
    net.vpc.add_cidr("10.1.7.0/24")
    assert pcx.value.status == "failed"
    net.other.add_cidr("10.6.0.0/16")


def test_a_removed_peering_leaves_blackholes_and_stale_rules(net: Net) -> None:
    pcx = net.vpc.peer(net.other)
    net.prv.route("10.1.0.0/16", to=pcx)
    group = net.other.security_group("g", inbound=["tcp 80 from A/open"])
    pcx.remove()
    assert net.states()["10.1.0.0/16"] == "blackhole"
    assert [str(rule) for rule in group.value.side("inbound")] == ["tcp 80 from A/open"]
    net.other.security_group("g", inbound=["tcp 80 from A/open", "tcp 81 from 10.0.0.0/8"])
    group.revoke(inbound=["tcp 80 from A/open"])
    assert [str(rule) for rule in group.value.side("inbound")] == ["tcp 81 from 10.0.0.0/8"]
    assert net.topology.values(PeeringConnection) == ()
    net.vpc.peer(net.other, "again")


def test_a_group_that_only_the_peer_names_can_be_deleted(net: Net) -> None:
    net.vpc.peer(net.other)
    mine = net.group("mine")
    theirs = net.other.security_group("g", inbound=["tcp 80 from A/mine"])
    mine.remove()
    assert str(theirs.value.side("inbound")[0]) == "tcp 80 from A/mine"


REFERENCES: dict[str, tuple[Act, str, str]] = {
    "inbound over a peering": (lambda n: n.vpc.peer(n.other), "inbound", "tcp 80 from A/open"),
    "outbound over a peering": (lambda n: n.vpc.peer(n.other), "outbound", "tcp 80 to A/open"),
    "inbound over a peering that the other side asked for": (
        lambda n: n.other.peer(n.vpc), "inbound", "tcp 80 from A/open",
    ),
    "inbound across a transit gateway": (
        lambda n: (n.transit().attach(n.vpc, [n.prv]), n.transit().attach(n.other, [n.far])),
        "inbound", "tcp 80 from A/open",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("join", "side", "text"), [pytest.param(*row, id=text) for text, row in REFERENCES.items()]
)
def test_a_rule_names_a_group_of_another_vpc(net: Net, join: Act, side: str, text: str) -> None:
    join(net)
    group = net.other.security_group("g", **{side: [text]})
    rule = group.value.side(side)[0]
    assert (rule.peer, rule.peer_name) == (net.open.id, "A/open")
    by_id = net.other.security_group("h", **{side: [text.replace("A/open", net.open.id)]})
    assert by_id.value.side(side) == (rule,)


# -- transit gateways --------------------------------------------------------------------------------


def test_attachments_use_the_default_table(net: Net) -> None:
    tgw = net.transit()
    a, b = tgw.attach(net.vpc, [net.prv, net.prb]), tgw.attach(net.other, ["FAR"])
    table = tgw.default_route_table.value
    assert (a.name, b.name) == ("tgw-A", "tgw-B")
    assert table.associations == table.propagations == (a.id, b.id)
    assert a.value.subnet_ids == (net.prv.id, net.prb.id)


def test_an_attachment_may_stay_out_of_the_default_table(net: Net) -> None:
    tgw = net.transit()
    a = tgw.attach(net.vpc, [net.prv], associate=False, propagate=False)
    assert tgw.default_route_table.value.associations == tgw.default_route_table.value.propagations == ()
    tgw.attach(net.vpc, [net.prv, net.prb])
    assert tgw.default_route_table.value.associations == (a.id,)
    assert a.value.subnet_ids == (net.prv.id, net.prb.id)


def test_without_a_default_table_nothing_is_associated(net: Net) -> None:
    tgw = net.transit(default_route_table=False)
    a = tgw.attach(net.vpc, [net.prv])
    assert tgw.default_route_table is None
    hub = tgw.route_table("hub")
    hub.associate(a)
    hub.propagate(a)
    assert (hub.value.associations, hub.value.propagations) == ((a.id,), (a.id,))


def test_an_attachment_has_one_table(net: Net) -> None:
    tgw = net.transit()
    a = tgw.attach(net.vpc, [net.prv])
    hub = tgw.route_table("hub")
    hub.associate(a)
    tgw.attach(net.vpc, [net.prv])
    assert (tgw.default_route_table.value.associations, hub.value.associations) == ((), (a.id,))
    hub.disassociate("tgw-A")
    assert hub.value.associations == ()


def test_static_routes_and_blackholes(net: Net) -> None:
    tgw = net.transit()
    a, b = tgw.attach(net.vpc, [net.prv]), tgw.attach(net.other, [net.far])
    table = tgw.default_route_table
    table.route("0.0.0.0/0", to=a)
    table.blackhole("10.99.0.0/16")
    table.route("0.0.0.0/0", to=b)
    assert [str(route) for route in table.value.routes] == [f"0.0.0.0/0 → {b.id}", "10.99.0.0/16 → blackhole"]
    b.remove()
    assert [route.state for route in table.value.routes] == ["blackhole", "blackhole"]
    assert table.value.propagations == (a.id,)
    table.remove_route("0.0.0.0/0")
    assert len(table.value.routes) == 1


def test_a_connection_to_a_transit_gateway_is_attached_by_itself(net: Net) -> None:
    tgw = net.transit()
    vpn = net.topology.vpn_connection("v", gateway=tgw, site=net.office)
    dx = net.topology.direct_connect("dx", gateway="tgw", site="office")
    kinds = {a.resource_id: a.type for a in net.topology.values(TransitGatewayAttachment)}
    assert kinds == {vpn.id: "vpn", dx.id: "direct-connect-gateway"}
    assert tgw.attach_connection(vpn).name == "tgw-v"
    tgw.attach_connection(vpn, propagate=False)
    net.topology.vpn_connection("v", gateway=tgw, site=net.office, tunnels_up=0)
    assert tgw.default_route_table.value.propagations == (net.topology["tgw-dx"].id,)
    vpn.remove()
    assert [a.resource_id for a in net.topology.values(TransitGatewayAttachment)] == [dx.id]
    assert [c.name for c in net.topology.values(Connection)] == ["dx"]


def test_peered_transit_gateways_have_an_attachment_each(net: Net) -> None:
    here, west = net.transit(), net.topology.transit_gateway("west", region="us-east-1")
    mine = here.peer(west)
    assert west.peer(here).id == mine.value.resource_id
    theirs = net.topology["west-tgw"]
    assert (mine.value.resource_id, theirs.value.resource_id) == (theirs.id, mine.id)
    assert west.default_route_table.value.associations == (theirs.id,)
    assert west.default_route_table.value.propagations == ()
    mine.remove()
    assert net.topology.values(TransitGatewayAttachment) == ()
    here.remove()
    assert "tgw" not in [value.name for value in net.topology.snapshot()]


# -- endpoints ---------------------------------------------------------------------------------------


def test_a_gateway_endpoint_brings_a_prefix_list_and_routes(net: Net) -> None:
    endpoint = net.vpc.gateway_endpoint("s3", [net.prv.route_table, net.prb.route_table])
    listed = net.topology[S3]
    assert (endpoint.name, endpoint.value.type, endpoint.value.service) == ("gw-s3", "Gateway", S3)
    assert listed.id.startswith("pl-")
    assert IPv4Network("52.219.0.0/20") in listed.value.cidrs
    assert net.routes()[listed.id] == net.routes(net.prb)[listed.id] == endpoint.id
    assert listed.id not in net.routes(net.pub)


def test_the_tables_of_a_gateway_endpoint_can_be_changed(net: Net) -> None:
    net.vpc.gateway_endpoint("s3", ["PRV", "PRB"])
    net.vpc.gateway_endpoint("s3", ["PUB", "PRB"])
    tables = {s.name: net.topology[S3].id in net.routes(s) for s in (net.pub, net.prv, net.prb)}
    assert tables == {"PUB": True, "PRV": False, "PRB": True}


def test_both_services_share_a_table(net: Net) -> None:
    net.vpc.gateway_endpoint("s3", ["PRV"])
    net.vpc.gateway_endpoint("dynamodb", ["PRV"], policy="{}")
    assert {net.topology[name].value.route_table_ids for name in ("gw-s3", "gw-dynamodb")} == {
        (net.prv.route_table.id,)
    }
    assert len(net.topology.values(PrefixList)) == 2


def test_a_removed_gateway_endpoint_takes_its_routes_along(net: Net) -> None:
    before = net.prv.route_table.value
    net.vpc.gateway_endpoint("s3", ["PRV"]).remove()
    assert net.prv.route_table.value == before


def test_a_removed_table_leaves_its_endpoint(net: Net) -> None:
    spare = net.vpc.route_table("spare")
    endpoint = net.vpc.gateway_endpoint("s3", [spare])
    spare.remove()
    assert endpoint.value.route_table_ids == ()


def test_an_interface_endpoint_has_an_interface_in_each_subnet(net: Net) -> None:
    endpoint = net.vpc.interface_endpoint("ssm", [net.prv, "PRB"], private_ips=[None, "10.0.2.50"])
    enis = [eni.value for eni in endpoint.interfaces]
    assert [(e.name, e.subnet_id, e.interface_type) for e in enis] == [
        ("if-ssm-a", net.prv.id, "vpc_endpoint"), ("if-ssm-b", net.prb.id, "vpc_endpoint"),
    ]  # fmt: skip
    assert str(enis[1].private_ip) == "10.0.2.50"
    assert {e.group_ids for e in enis} == {(net.vpc.default_security_group.id,)}
    assert endpoint.value.private_dns


def test_the_subnets_and_groups_of_an_interface_endpoint_can_be_changed(net: Net) -> None:
    endpoint = net.vpc.interface_endpoint("ssm", [net.prv, net.prb])
    kept = endpoint.interfaces[0].private_ip
    net.vpc.interface_endpoint("ssm", [net.prv], security_groups=[net.open])
    (eni,) = endpoint.interfaces
    assert (eni.private_ip, eni.value.group_ids) == (kept, (net.open.id,))


def test_a_removed_interface_endpoint_takes_its_interfaces_along(net: Net) -> None:
    before = net.topology.values(NetworkInterface)
    net.vpc.interface_endpoint("ssm", [net.prv]).remove()
    assert net.topology.values(NetworkInterface) == before
    assert net.topology.values(VpcEndpoint) == ()


def test_private_dns_may_outlive_the_vpcs_hostnames(net: Net) -> None:
    endpoint = net.other.interface_endpoint("ssm", [net.far])
    net.topology.vpc("B", "10.1.0.0/16", dns_hostnames=False)
    assert endpoint.value.private_dns
    with pytest.raises(Refused, match="VPE-12"):
        net.other.interface_endpoint("ssm", [net.far])


def test_a_service_has_a_full_name_and_the_same_public_range_every_time() -> None:
    assert service_name("s3", "us-east-1") == "com.amazonaws.us-east-1.s3"
    assert service_name("com.amazonaws.vpce.eu-west-1.vpce-svc-1", "eu-west-1").endswith("vpce-svc-1")
    for service in ("s3", "dynamodb"):
        for region in ("ap-northeast-1", "us-east-1"):
            assert not any(
                block.overlaps(IPv4Network("198.18.0.0/15")) for block in service_blocks(service, region)
            )
    (stand_in,) = service_blocks("sqs", "ap-northeast-1")
    assert stand_in.subnet_of(IPv4Network("198.19.0.0/16"))
    assert service_blocks("com.amazonaws.ap-northeast-1.sqs", "anywhere") == (stand_in,)


# -- a zone fails ------------------------------------------------------------------------------------


@pytest.mark.parametrize("zone", ["a", "ap-northeast-1a"])
def test_what_stands_in_a_failed_zone_stops_working(net: Net, zone: str) -> None:
    net.nat()
    net.vpc.interface_endpoint("ssm", [net.prv, net.prb])
    net.hosts["a2"].stop()
    after = net.topology.copy()
    after.fail_az(zone)
    states = {name: after[f"A/{name}"].value.state for name in ("p1", "a1", "a2", "b1", "nat")}
    assert states == {"p1": "failed", "a1": "failed", "a2": "stopped", "b1": "running", "nat": "failed"}
    assert (after["if-ssm-a"].value.status, after["if-ssm-b"].value.status) == ("failed", "in-use")
    assert net.hosts["a1"].value.state == "running"
    assert Topology.of("again", after.snapshot())["A/a1"].value.state == "failed"


# -- nothing half made -------------------------------------------------------------------------------

HALVES: dict[str, tuple[Act, Act]] = {
    "an interface endpoint whose second address is taken": (
        nothing, lambda n: n.vpc.interface_endpoint(
            "ssm", [n.prb, n.prv], private_ips=["10.0.2.50", "10.0.1.10"]),
    ),
    "a subnet's first route": (
        nothing, lambda n: n.far.route("0.0.0.0/0", to=n.igw),
    ),
    "an instance with a NAT gateway's Elastic IP": (
        lambda n: n.pub.nat_gateway("nat", elastic_ip="198.51.100.99"),
        lambda n: n.pub.instance("q", elastic_ip="198.51.100.99"),
    ),
    "a route table for another VPC's subnet": (nothing, lambda n: n.vpc.route_table("new", subnets=[n.far])),
    "a group with a rule that cannot be read": (nothing, lambda n: n.group("new", "tcp 80 from nowhere")),
}  # fmt: skip


@pytest.mark.parametrize(("prepare", "act"), [pytest.param(*row, id=text) for text, row in HALVES.items()])
def test_a_refused_call_leaves_nothing_half_made(net: Net, prepare: Act, act: Act) -> None:
    prepare(net)
    before = list(net.topology.snapshot())
    with pytest.raises((Refused, BadInput)):
        act(net)
    assert list(net.topology.snapshot()) == before


def test_ids_can_be_read(net: Net) -> None:
    net.vpc.peer(net.other)
    net.transit().attach(net.vpc, [net.prv])
    net.vpc.interface_endpoint("ssm", [net.prv])
    ids = {value.id for value in net.topology.snapshot()}
    assert {"pcx-A-B", "tgw-tgw", "tgw-attach-tgw-A", "vpce-A-if-ssm", "vgw-A-vgw", "site-office"} <= ids


def test_a_handle_from_the_original_works_in_a_copy(net: Net) -> None:
    pcx = net.vpc.peer(net.other)
    twin = net.topology.copy()
    twin["A/PRV"].route("10.1.0.0/16", to=pcx)
    assert Route(IPv4Network("10.1.0.0/16"), pcx.id) in twin["A/PRV"].route_table.value.routes
    assert "10.1.0.0/16" not in net.routes()
    assert twin.named(SecurityGroup, net.vpc.id, "open") is not None
