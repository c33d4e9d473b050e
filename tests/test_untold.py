"""What the data does not tell is answered "unknown" and named, and what it does tell is judged all the same.

Each row takes something away from files as the AWS CLI prints them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from test_aws_gateways import ME, OP, REGION, Aws, X

from vpclab import (
    NotFound,
    Topology,
    internet,
    reachability,
    resolve,
    select_route,
    service,
    site,
    tcp,
    trace,
)

Row = Callable[[Aws], tuple[Any, Any, str, str]]
ROWS: list[tuple[str, Row]] = []


def row(sentence: str) -> Callable[[Row], Row]:
    """Register a row: it changes the data and returns source, destination, outcome and a word of why."""

    def add(function: Row) -> Row:
        ROWS.append((sentence, function))
        return function

    return add


def lost_list(aws: Aws) -> None:
    aws.s3()
    del aws.data["PrefixLists"]


@row("RT-19 a route to a prefix list in no file may hold any public address")
def _(aws: Aws) -> tuple[Any, Any, str, str]:
    lost_list(aws)
    return "a1", "52.95.1.9", "unknown", "pl-s3"


@row("RT-19 and may win over a default route")
def _(aws: Aws) -> tuple[Any, Any, str, str]:
    lost_list(aws)
    aws.nat()
    aws.route("prv", "0.0.0.0/0", NatGatewayId="nat-1")
    return "a1", "52.95.1.9", "unknown", "pl-s3"


@row("RT-6 but never over a route to the one address")
def _(aws: Aws) -> tuple[Any, Any, str, str]:
    lost_list(aws)
    aws.nat()
    aws.route("prv", "52.95.1.9/32", NatGatewayId="nat-1")
    return "a1", "52.95.1.9", "delivered", ""


@row("the service of the endpoint is what its list is for (VPE-3)")
def _(aws: Aws) -> tuple[Any, Any, str, str]:
    lost_list(aws)
    return "a1", service("s3"), "delivered", ""


@row("the unnamed internet is in no list of AWS")
def _(aws: Aws) -> tuple[Any, Any, str, str]:
    lost_list(aws)
    aws.nat()
    aws.route("prv", "0.0.0.0/0", NatGatewayId="nat-1")
    return "a1", internet, "delivered", ""


@row("RT-4 the VPC's own addresses stay local whatever a list holds")
def _(aws: Aws) -> tuple[Any, Any, str, str]:
    lost_list(aws)
    return "a1", "b1", "delivered", ""


@row("a list of the customer's own may hold private addresses too")
def _(aws: Aws) -> tuple[Any, Any, str, str]:
    aws.transit(a=("prv",))
    aws.route("prv", "pl-own", TransitGatewayId="tgw-1")
    return "a1", "192.168.0.10", "unknown", "pl-own"


@row("ENI-2 an interface attached to nothing receives nothing")
def _(aws: Aws) -> tuple[Any, Any, str, str]:
    aws.eni("free", "prb", "10.0.2.61", Status="available")
    return "a1", "10.0.2.61", "blocked", "attached to nothing"


@row("ENI-2 and sends nothing")
def _(aws: Aws) -> tuple[Any, Any, str, str]:
    aws.eni("free", "prb", "10.0.2.61", Status="available")
    return "eni-free", "a1", "blocked", "attached to nothing"


@row("an interface of a service that shows no attachment of ours is in use")
def _(aws: Aws) -> tuple[Any, Any, str, str]:
    aws.eni("lambda", "prb", "10.0.2.61", InterfaceType="lambda", RequesterManaged=True)
    return "a1", "10.0.2.61", "delivered", ""


@row("an interface of a service without groups is not filtered by groups (SG-5)")
def _(aws: Aws) -> tuple[Any, Any, str, str]:
    aws.eni("nlb", "prb", "10.0.2.61", InterfaceType="network_load_balancer", Groups=[])
    return "a1", "10.0.2.61", "unknown", "network load balancer"


@row("a table that leads to an internet gateway in no file")
def _(aws: Aws) -> tuple[Any, Any, str, str]:
    aws.public("p1", "198.51.100.7")
    del aws.data["InternetGateways"]
    return X, "p1", "unknown", "igw-a"


def joined(aws: Aws) -> None:
    """VPC A on the transit gateway, all its tables leading there."""
    aws.transit(a=("prv",))
    aws.route("prv", "0.0.0.0/0", TransitGatewayId="tgw-1")


@row("TGW-2 an attachment in no file propagates what nobody knows")
def _(aws: Aws) -> tuple[Any, Any, str, str]:
    joined(aws)
    end = {"TransitGatewayAttachmentId": "tgw-attach-other", "ResourceType": "vpc", "ResourceId": "vpc-other"}
    aws.propagations().append(end | {"State": "enabled"})
    return "a1", "10.9.0.9", "unknown", "tgw-attach-other"


@row("TGW-2 and a VPN whose announcements nothing tells")
def _(aws: Aws) -> tuple[Any, Any, str, str]:
    joined(aws)
    aws.vpn(VpnGatewayId="", TransitGatewayId="tgw-1")
    aws.attachment("tgw-attach-vpn", "vpn", "vpn-1")
    return "a1", OP, "unknown", "tgw-attach-vpn"


@row("TGW-5 a route that is known and no default decides all the same")
def _(aws: Aws) -> tuple[Any, Any, str, str]:
    joined(aws)
    aws.vpn(VpnGatewayId="", TransitGatewayId="tgw-1")
    aws.attachment("tgw-attach-vpn", "vpn", "vpn-1")
    aws.transit_route("10.9.0.0/16", None)
    return "a1", "10.9.0.9", "blocked", "blackhole"


@row("TGW-5 a default route takes public addresses, which no VPN is thought to announce")
def _(aws: Aws) -> tuple[Any, Any, str, str]:
    joined(aws)
    aws.vpn(VpnGatewayId="", TransitGatewayId="tgw-1")
    aws.attachment("tgw-attach-vpn", "vpn", "vpn-1")
    aws.transit_route("0.0.0.0/0", None)
    return "a1", "203.0.113.10", "blocked", "blackhole"


@row("TGW-3 a VPC attachment whose subnets are in no file")
def _(aws: Aws) -> tuple[Any, Any, str, str]:
    joined(aws)
    del aws.data["TransitGatewayVpcAttachments"]
    return "a1", "10.9.0.9", "unknown", "subnets of attachment"


@row("TGW-3 a VPC attachment whose subnets are elsewhere")
def _(aws: Aws) -> tuple[Any, Any, str, str]:
    joined(aws)
    return "b1", "10.9.0.9", "blocked", "no route"


@row("VGW-5 a site of whose networks nothing is told, as the end of a flow")
def _(aws: Aws) -> tuple[Any, Any, str, str]:
    aws.vpn()
    aws.route("prv", "192.168.0.0/16", GatewayId="vgw-a")
    return "a1", site("office"), "unknown", "not in the data"


@row("VGW-5 a private source may be of a site whose networks nothing tells")
def _(aws: Aws) -> tuple[Any, Any, str, str]:
    aws.vpn()
    return OP, "a1", "unknown", "site office"


@row("VGW-5 a private source may be behind a gateway in no file")
def _(aws: Aws) -> tuple[Any, Any, str, str]:
    aws.route("prv", "192.168.0.0/16", GatewayId="vgw-a")
    return OP, "a1", "unknown", "vgw-a"


@row("IGW-6 a private source that nobody can have is refused by the gateway")
def _(aws: Aws) -> tuple[Any, Any, str, str]:
    aws.public("p1", "198.51.100.7")
    return OP, "p1", "blocked", "private address"


@row("VGW-1 a customer gateway as an end means the site behind it")
def _(aws: Aws) -> tuple[Any, Any, str, str]:
    aws.vpn("192.168.0.0/16")
    aws.propagate("prv", "192.168.0.0/16")
    return "a1", "cgw-1", "delivered", ""


@row("VGW-1 a customer gateway without a connection in the files")
def _(aws: Aws) -> tuple[Any, Any, str, str]:
    aws.vpn("192.168.0.0/16")
    device = {"CustomerGatewayId": "cgw-9", "IpAddress": "203.0.113.51", "BgpAsn": "65000"}
    aws.add("CustomerGateways", {**device, "Type": "ipsec.1", "State": "available", "Tags": []})
    return "a1", "cgw-9", "unknown", "cgw-9"


@row("what a site does with a default route that it announces")
def _(aws: Aws) -> tuple[Any, Any, str, str]:
    aws.vpn("0.0.0.0/0")
    aws.propagate("prv", "0.0.0.0/0")
    return "a1", "203.0.113.10", "unknown", "what it does with it"


@pytest.mark.parametrize(("sentence", "change"), ROWS, ids=[sentence for sentence, _ in ROWS])
def test_row(sentence: str, change: Row) -> None:
    aws = Aws()
    src, dst, outcome, word = change(aws)
    found = trace(aws.load(), src, dst, tcp(443))
    assert found.outcome == outcome, str(found)
    assert word in found.because, str(found)
    decided = found.unknowns if outcome == "unknown" else found.blockers
    assert all(decision.component is not None for decision in decided)
    between = reachability(aws.load()).between(src, dst)
    assert between.allows(tcp(443)) is (outcome == "delivered"), between
    assert bool(between.doubtful) is (outcome == "unknown"), (between, between.doubtful)


def test_a_frozen_table_does_not_know_what_a_prefix_list_holds() -> None:
    aws = Aws()
    aws.s3()
    table = aws.load()["PRV"].route_table
    assert select_route(table, "3.5.152.9").target == "vpce-s3"
    assert select_route(table.value, "3.5.152.9").allowed is None
    assert select_route(table.value, "10.0.9.9").target == "local"


def denied(aws: Aws, key: str, kind: str, permission: str) -> Topology:
    """Return the topology where the call for a key was denied."""
    aws.data.pop(key, None)
    topology = aws.load()
    topology.settings = replace(topology.settings, denied=((kind, permission),))
    return topology


@pytest.mark.parametrize(
    ("src", "dst"), [(X, "198.51.100.10"), (OP, "10.0.1.99")], ids=["internet", "office"]
)
def test_an_address_may_belong_to_an_interface_that_nobody_might_describe(src: Any, dst: str) -> None:
    aws = Aws()
    aws.vpn("192.168.0.0/16")
    for topology in (aws.load(), denied(aws, "NetworkInterfaces", "network_interface", "ec2:X")):
        found = trace(topology, src, dst, tcp(443))
        assert found.outcome == ("unknown" if topology.settings.denied else "blocked"), str(found)
        assert not topology.settings.denied or "ec2:X was denied" in found.because


def test_a_service_may_be_an_endpoints_that_nobody_might_describe() -> None:
    aws = Aws()
    aws.nat()
    aws.route("prv", "0.0.0.0/0", NatGatewayId="nat-1")
    assert trace(aws.load(), "a1", service("ssm"), tcp(443)).outcome == "delivered"
    topology = denied(aws, "VpcEndpoints", "vpc_endpoint", "ec2:Y")
    assert "ec2:Y was denied" in trace(topology, "a1", service("ssm"), tcp(443)).because
    assert resolve(topology, f"ssm.{REGION}.amazonaws.com", "a1").addresses == ()


def test_an_endpoint_whose_interfaces_are_in_no_file() -> None:
    aws = Aws()
    aws.interface_endpoint()
    aws.data["NetworkInterfaces"] = [e for e in aws.data["NetworkInterfaces"] if "eni-x" not in e.values()]
    found = trace(aws.load(), "a1", service("ssm"), tcp(443))
    assert (found.outcome, "if-x" in found.because) == ("unknown", True), str(found)


def test_a_site_and_its_connections_may_share_a_name() -> None:
    aws = Aws()
    aws.vpn("192.168.0.0/16")
    assert aws.load()["office"].kind == "site"
    dx = Aws()
    dx.direct_connect()
    assert dx.load()["dx"].kind == "site"


def test_an_interface_works_while_an_instance_has_it() -> None:
    subnet = Topology("shop").vpc("prod", "10.0.0.0/16").subnet("app", "10.0.1.0/24", az="a")
    app, web = subnet.instance("app"), subnet.instance("web")
    spare = subnet.network_interface("spare")
    everything = subnet.vpc.security_group("open", inbound=["all from 0.0.0.0/0"])
    subnet.network_interface("spare", security_groups=[everything])
    shop = subnet.topology
    assert trace(shop, app, spare, tcp(80)).blockers[-1].code == "BAD_STATE"
    web.attach(spare)
    subnet.network_interface("spare", security_groups=[everything])
    assert trace(shop, app, spare, tcp(80)).outcome == "delivered"
    web.detach(spare)
    assert trace(shop, spare, app, tcp(80)).blockers[0].code == "BAD_STATE"


def test_what_a_vpc_has_from_birth_may_be_in_no_file() -> None:
    aws = Aws()
    aws.b()
    for key in ("RouteTables", "SecurityGroups", "NetworkAcls"):
        aws.data[key] = [e for e in aws.data[key] if e["VpcId"] != "vpc-c"]
    aws.add("Vpcs", {"VpcId": "vpc-d", "OwnerId": ME, "CidrBlock": "10.3.0.0/16", "IsDefault": False})
    far = aws.load()["vpc-d"]
    for name in ("main_route_table", "default_security_group", "default_network_acl"):
        with pytest.raises(NotFound, match="the data holds no"):
            getattr(far, name)
    far.remove()
