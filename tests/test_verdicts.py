"""The acceptance table of the reference document `verdicts.md`: one test a row, under the row's id.

What each row expects comes from that table and from the numbered facts, never from the engine.
`LATER` says which rows wait for which part of AWS.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from networks import ALLOW_IN, ALLOW_OUT, X6, Base, X, allowed, denied, reply_denied, seen_by

from vpclab import Refused, icmp, select_route, service, site, still_open, tcp, udp
from vpclab.evaluate.names import resolve

Row = Callable[[Base], None]
ROWS: list[tuple[str, Row, dict[str, Any]]] = []

# Rows of the table that are no tests yet, by the part of AWS that they need.
LATER = {
    "NAT64": "E18",
    "regional NAT gateways": "E21 E22",
    "group references across a transit gateway": "G24 G25 G26",
    "Block Public Access": "J01 J03 J04 J06 J07 J09",
    "a small function of n, which a lesson lets its learner write": "K19",
}


def row(sentence: str, **options: Any) -> Callable[[Row], Row]:
    """Register a row: its id with what it says in a few words, and the options of its network."""

    def keep(check: Row) -> Row:
        ROWS.append((sentence, check, options))
        return check

    return keep


# -- A. security groups ------------------------------------------------------------------------------


@row("A01 the default group admits its own members")
def a01(net: Base) -> None:
    for host in ("a1", "a2"):
        net.wear(host, net.vpc.default_security_group)
    allowed(net.trace("a1", "a2", tcp(22)))


@row("A03 the default group admits nobody else")
def a03(net: Base) -> None:
    net.wear("a1", net.vpc.default_security_group)
    net.wear("a2", net.group("new"))
    found = net.trace("a2", "a1", tcp(22))
    denied(found, "security_group", "default", direction="inbound", code="ENI_SG_RULES_MISMATCH")


@row("A04 a new group does not admit its own members")
def a04(net: Base) -> None:
    shared = net.group("new")
    net.wear("a1", shared)
    net.wear("a2", shared)
    denied(net.trace("a1", "a2", tcp(22)), "security_group", "new", direction="inbound")


def _a06(net: Base) -> None:
    net.wear("a2", net.group("quiet", "tcp 80 from 10.0.1.10/32", out=[]))


@row("A06 a reply needs no outbound rule")
def a06(net: Base) -> None:
    _a06(net)
    allowed(net.trace("a1", "a2", tcp(80)))


@row("A07 a connection of one's own needs an outbound rule")
def a07(net: Base) -> None:
    _a06(net)
    found = net.trace("a2", "a1", tcp(80))
    denied(found, "security_group", "quiet", direction="outbound")
    assert found.blockers[0].code in ("SG_HAS_NO_RULES", "ENI_SG_RULES_MISMATCH")


def _a08(net: Base) -> None:
    net.wear("a2", net.group("ssh", "tcp 22 from 0.0.0.0/0"), net.group("web", "tcp 80 from 0.0.0.0/0"))


@row("A08 the rules of all groups count together")
def a08(net: Base) -> None:
    _a08(net)
    allowed(net.trace("a1", "a2", tcp(80)))


@row("A09 what no group admits is refused")
def a09(net: Base) -> None:
    _a08(net)
    found = net.trace("a1", "a2", tcp(443))
    denied(found, "security_group", "ssh", direction="inbound", code="ENI_SG_RULES_MISMATCH")


@row("A10 a rule that names a group admits its members' private addresses")
def a10(net: Base) -> None:
    web = net.group("sg-web")
    net.wear("a1", web)
    net.wear("b1", net.group("db", "tcp 3306 from sg-web"))
    allowed(net.trace("a1", "b1", tcp(3306)))


@row("A12 a rule that names a group does not admit its members' public addresses")
def a12(net: Base) -> None:
    member = net.group("sg-a")
    net.host("p1", net.pub, "10.0.0.10", elastic_ip="198.51.100.10", security_groups=[member])
    guarded = net.group("sg-p2", "tcp 22 from sg-a")
    net.host("p2", net.pub, "10.0.0.11", elastic_ip="198.51.100.11", security_groups=[guarded])
    found = net.trace("p1", "198.51.100.11", tcp(22))
    denied(found, "security_group", "sg-p2", direction="inbound", code="ENI_SG_RULES_MISMATCH")
    assert seen_by(found) == "198.51.100.10"
    allowed(net.trace("p1", "p2", tcp(22)))  # the private address is another matter


@row("A13 an echo request that is admitted gets its reply")
def a13(net: Base) -> None:
    net.wear("a2", net.group("ping", "icmp type 8 from 0.0.0.0/0", out=[]))
    allowed(net.trace("a1", "a2", icmp()))


@row("A15 an IPv4 rule does not match IPv6", dual=True)
def a15(net: Base) -> None:
    net.wear("a2", net.group("web", "tcp 80 from 0.0.0.0/0"))
    found = net.trace("a1", "a2", tcp(80), ip_version=6)
    denied(found, "security_group", "web", direction="inbound", code="ENI_SG_RULES_MISMATCH")


@row("A16 a prefix list can be a rule's peer")
def a16(net: Base) -> None:
    net.topology.prefix_list("apps", ["10.0.1.0/24"])
    net.wear("a2", net.group("db", "tcp 5432 from apps"))
    allowed(net.trace("a1", "a2", tcp(5432)))


@row("A18 the outbound rules limit what a host may start")
def a18(net: Base) -> None:
    net.wear("a1", net.group("https", out=["tcp 443 to 0.0.0.0/0"]))
    found = net.trace("a1", "b1", tcp(80))
    denied(found, "security_group", "https", direction="outbound", code="ENI_SG_RULES_MISMATCH")


@row("A19 no group filters the Amazon resolver")
def a19(net: Base) -> None:
    net.wear("a1", net.group("empty", out=[]))
    allowed(net.trace("a1", "10.0.0.2", udp(53)))


@row("A21 a DNS server of one's own is ordinary traffic")
def a21(net: Base) -> None:
    net.wear("a1", net.group("empty", out=[]))
    denied(net.trace("a1", "b1", udp(53)), "security_group", "empty", direction="outbound")


@row("A22 a tracked session outlives its rule, and no new one begins")
def a22(net: Base) -> None:
    group = net.group("ssh", "tcp 22 from 203.0.113.10/32")
    net.host("p1", net.pub, "10.0.0.10", elastic_ip="198.51.100.10", security_groups=[group])
    session = net.trace(X, "p1", tcp(22))
    allowed(session)
    group.revoke(inbound=["tcp 22 from 203.0.113.10/32"])
    assert still_open(session, net.topology).allowed is True
    denied(net.trace(X, "p1", tcp(22)), "security_group", "ssh", direction="inbound")


@row("A24 an interface takes five groups")
def a24(net: Base) -> None:
    six = [net.group(f"g{i}") for i in range(6)]
    net.wear("a1", *six[:5])
    with pytest.raises(Refused) as refused:
        net.wear("a1", *six)
    assert refused.value.code == "SecurityGroupsPerInterfaceLimitExceeded"


@row("A25 the default group cannot be deleted")
def a25(net: Base) -> None:
    with pytest.raises(Refused) as refused:
        net.vpc.default_security_group.remove()
    assert refused.value.code == "CannotDelete"


# -- B. network ACLs ---------------------------------------------------------------------------------


@row("B01 no network ACL is asked inside a subnet")
def b01(net: Base) -> None:
    net.acl(net.prv)
    allowed(net.trace("a1", "a2", tcp(80)))


@row("B02 a network ACL is asked when a packet leaves its subnet")
def b02(net: Base) -> None:
    net.acl(net.prv)
    found = net.trace("a1", "b1", tcp(80))
    denied(found, "network_acl", "PRV NACL", direction="outbound", code="SUBNET_ACL_RESTRICTION")


@row("B04 the first entry that matches decides")
def b04(net: Base) -> None:
    into = ("100 deny tcp 80 from 0.0.0.0/0", "200 allow all from 0.0.0.0/0")
    net.acl(net.prb, into=into, out=(ALLOW_OUT,))
    found = net.trace("a1", "b1", tcp(80))
    denied(found, "network_acl", "PRB NACL", direction="inbound", code="SUBNET_ACL_RESTRICTION")
    assert found.blockers[0].rule.number == 100
    allowed(net.trace("a1", "b1", tcp(443)))


@row("B05 the lower number goes first, wherever it was written")
def b05(net: Base) -> None:
    into = ("100 deny all from 0.0.0.0/0", "90 allow tcp 80 from 10.0.1.0/24")
    net.acl(net.prb, into=into, out=(ALLOW_OUT,))
    allowed(net.trace("a1", "b1", tcp(80)))


@row("B07 an outbound entry for the service port stops the reply")
def b07(net: Base) -> None:
    net.acl(net.prb, into=("100 allow tcp 443 from 0.0.0.0/0",), out=("100 allow tcp 443 to 0.0.0.0/0",))
    found = net.trace("a1", "b1", tcp(443))
    reply_denied(found, "network_acl", "PRB NACL", direction="outbound", code="SUBNET_ACL_RESTRICTION")


@row("B08 an outbound entry for the ephemeral ports lets the reply pass")
def b08(net: Base) -> None:
    out = ("100 allow tcp 443 to 0.0.0.0/0", "110 allow tcp 1024-65535 to 0.0.0.0/0")
    net.acl(net.prb, into=("100 allow tcp 443 from 0.0.0.0/0",), out=out)
    allowed(net.trace("a1", "b1", tcp(443)))


@row("B10 only the client's actual port counts")
def b10(net: Base) -> None:
    net.acl(net.prb, into=(ALLOW_IN,), out=("100 allow tcp 32768-61000 to 0.0.0.0/0",))
    allowed(net.trace("a1", "b1", tcp(80, src_port=50000)))
    found = net.trace("a1", "b1", tcp(80, src_port=62000))
    reply_denied(found, "network_acl", "PRB NACL", direction="outbound")


@row("B11 a network ACL that two subnets share is asked at both edges")
def b11(net: Base) -> None:
    shared = net.vpc.network_acl(
        "shared",
        inbound=["100 allow tcp 80 from 0.0.0.0/0"],
        outbound=["100 allow tcp 80 to 0.0.0.0/0"],
        subnets=[net.prv, net.prb],
    )
    found = net.trace("a1", "b1", tcp(80))
    reply_denied(found, "network_acl", "shared", direction="outbound")
    forward = [hop.direction for hop in found.forward if hop.component.id == shared.id]
    assert forward == ["outbound", "inbound"]
    assert [d.direction for d in found.blockers] == ["outbound", "inbound"]  # both edges, on the way back


@row("B13 IPv6 falls through to its own * rule", dual=True)
def b13(net: Base) -> None:
    net.acl(net.prb, into=(ALLOW_IN,), out=(ALLOW_OUT,))
    found = net.trace("a1", "b1", tcp(80), ip_version=6)
    denied(found, "network_acl", "PRB NACL", direction="inbound", code="SUBNET_ACL_RESTRICTION")
    allowed(net.trace("a1", "b1", tcp(80)))


@row("B14 no network ACL filters the Amazon resolver")
def b14(net: Base) -> None:
    net.acl(net.prv, into=("100 deny all from 0.0.0.0/0",), out=("50 deny udp 53 to 0.0.0.0/0", ALLOW_OUT))
    allowed(net.trace("a1", "10.0.0.2", udp(53)))


@row("B16 a network ACL sees the real source on the internet")
def b16(net: Base) -> None:
    net.hosts["p1"].elastic_ip("198.51.100.10")
    into = ("100 deny all from 203.0.113.0/24", "200 allow all from 0.0.0.0/0")
    net.acl(net.pub, into=into, out=(ALLOW_OUT,))
    found = net.trace(X, "p1", tcp(443))
    denied(found, "network_acl", "PUB NACL", direction="inbound", code="SUBNET_ACL_RESTRICTION")


@row("B17 an entry's port is the destination port in both directions")
def b17(net: Base) -> None:
    net.hosts["p1"].elastic_ip("198.51.100.10")
    net.acl(net.pub, into=(ALLOW_IN,), out=("100 allow tcp 1024-65535 to 0.0.0.0/0",))
    denied(net.trace("p1", X, tcp(443)), "network_acl", "PUB NACL", direction="outbound")
    allowed(net.trace(X, "p1", tcp(443)))


@row("B19 an entry's number is at most 32766")
def b19(net: Base) -> None:
    with pytest.raises(Refused, match="32767"):
        net.vpc.network_acl("late", inbound=["32767 allow all from 0.0.0.0/0"])


@row("B20 a second network ACL replaces the first")
def b20(net: Base) -> None:
    first = net.acl(net.prv)
    second = net.vpc.network_acl("second", inbound=[ALLOW_IN], outbound=[ALLOW_OUT])
    denied(net.trace("a1", "b1", tcp(80)), "network_acl", "PRV NACL", direction="outbound")
    second.associate(net.prv)
    assert (net.prv.network_acl, first.value.subnet_ids) == (second, ())
    allowed(net.trace("a1", "b1", tcp(80)))


# -- C. routing --------------------------------------------------------------------------------------


@row("C01 a subnet with local routes only has no way to the internet")
def c01(net: Base) -> None:
    denied(net.trace("a1", X, tcp(443)), "route_table", "PRV", code="NO_ROUTE_TO_DESTINATION")


@row("C02 the local route joins subnets in different zones")
def c02(net: Base) -> None:
    found = net.trace("a1", "b1", tcp(80))
    allowed(found)
    assert found.path == ("a1", "open", "default", "PRV", "default", "open", "b1")


def _learned(net: Base, *prefixes: str) -> None:
    """Let PUB and PRV learn these prefixes from a VPN connection."""
    vgw = net.vpn(static=prefixes)
    for subnet in (net.pub, net.prv):
        subnet.route_table.propagate(vgw)


def _transit(net: Base) -> Any:
    tgw = net.topology.transit_gateway("tgw")
    tgw.attach(net.vpc, [net.prv, net.prb])
    return tgw


@row("C04 the longest prefix chooses the peering over the NAT gateway")
def c04(net: Base) -> None:
    net.beside("B", "172.31.0.0/16", "y1")
    net.nat()
    net.prv.route("172.31.0.0/16", to=net.vpc.peer("B", "pcx"))
    found = net.trace("a1", "172.31.5.5", tcp(80))
    assert "pcx" in found.path
    assert "nat" not in found.path


@row("C05 a static route wins over a propagated one with the same destination")
def c05(net: Base) -> None:
    _learned(net, "172.31.0.0/24")
    net.pub.route("172.31.0.0/24", to=net.igw)
    found = net.trace("p1", "172.31.0.5", tcp(80))
    denied(found, "internet_gateway", "igw", code="IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS")


@row("C07 a longer propagated route wins over a shorter static one")
def c07(net: Base) -> None:
    _learned(net, "10.50.0.0/16")
    net.prv.route("10.0.0.0/8", to=_transit(net))
    assert "vgw" in net.trace("a1", "10.50.1.1", tcp(80)).path
    target = select_route(net.prv.route_table, "10.50.1.1").target
    assert target is not None
    assert target.kind == "virtual_private_gateway"


@row("C08 a prefix list's route wins over a propagated one with the same destination")
def c08(net: Base) -> None:
    _learned(net, "10.60.0.0/16")
    net.prv.route(net.topology.prefix_list("offices", ["10.60.0.0/16"]), to=_transit(net))
    target = select_route(net.prv.route_table, "10.60.1.1").target
    assert target is not None
    assert target.name == "tgw"
    assert "vgw" not in net.trace("a1", "10.60.1.1", tcp(80)).path


@row("C10 a route inside the VPC must name a whole subnet")
def c10(net: Base) -> None:
    with pytest.raises(Refused):
        net.prv.route("10.0.2.0/25", to=net.appliance())


@row("C11 a route inside the VPC must not lead to an internet gateway")
def c11(net: Base) -> None:
    with pytest.raises(Refused):
        net.prv.route("10.0.2.0/24", to=net.igw)


def _c12(net: Base, source: str) -> None:
    net.appliance()
    net.prv.route("10.0.2.0/24", to="n")
    net.prb.route("10.0.1.0/24", to="n")
    net.wear("a1", net.group("sg-a"))
    net.wear("b1", net.group("sg-b", f"tcp 80 from {source}"))


@row("C12 a rule that names a group does not match through an appliance")
def c12(net: Base) -> None:
    _c12(net, "sg-a")
    found = net.trace("a1", "b1", tcp(80))
    denied(found, "security_group", "sg-b", direction="inbound", code="SG_REFERENCES_NOT_PRESERVED")


@row("C13 a rule with a block matches through an appliance")
def c13(net: Base) -> None:
    _c12(net, "10.0.1.0/24")
    found = net.trace("a1", "b1", tcp(80))
    allowed(found)
    assert "n" in found.path
    assert "n" in [hop.component.name for hop in found.reply]


@row("C14 an IPv4 default route does not match IPv6", dual=True)
def c14(net: Base) -> None:
    denied(net.trace("p1", X6, tcp(443), ip_version=6), "route_table", "PUB", code="NO_ROUTE_TO_DESTINATION")


@row("C16 a route to a peering that nobody accepted is a blackhole")
def c16(net: Base) -> None:
    net.beside("B", "10.1.0.0/16", "y1")
    net.prv.route("10.1.0.0/16", to=net.vpc.peer("B", "pcx", status="pending-acceptance"))
    denied(net.trace("a1", "10.1.0.10", tcp(80)), "route_table", "PRV", code="BAD_STATE_ROUTE")


@row("C17 reserved link-local addresses cannot be routed")
def c17(net: Base) -> None:
    with pytest.raises(Refused):
        net.prv.route("169.254.169.254/32", to=net.appliance())


def _edge(net: Base) -> Any:
    edge = net.vpc.route_table("edge")
    edge.associate_gateway(net.igw)
    return edge


@row("C19 an appliance at the gateway needs a public address")
def c19(net: Base) -> None:
    net.hosts["p1"].elastic_ip("198.51.100.10")
    net.host("n", net.prb, "10.0.2.20", source_dest_check=False, forwards="forward")
    _edge(net).route("10.0.0.0/24", to="n")
    found = net.trace(X, "p1", tcp(443))
    assert found.outcome == "blocked", str(found)
    assert found.blockers[0].code == "INGRESS_RTB_NO_PUBLIC_IP"
    assert found.blockers[0].component.name == "n"


@row("C20 a gateway route table takes no prefix list")
def c20(net: Base) -> None:
    net.appliance()
    names = net.topology.prefix_list("offices", ["10.0.0.0/24"])
    with pytest.raises(Refused):
        _edge(net).route(names, to="n")


@row("C22 inside a subnet no route is asked")
def c22(net: Base) -> None:
    net.appliance()
    net.prv.route("0.0.0.0/0", to="n")
    found = net.trace("a1", "a2", tcp(80))
    allowed(found)
    assert found.path == ("a1", "open", "open", "a2")


# -- D. internet gateway -----------------------------------------------------------------------------


@row("D01 the internet sees an instance's Elastic IP")
def d01(net: Base) -> None:
    net.hosts["p1"].elastic_ip("198.51.100.10")
    found = net.trace("p1", X, tcp(443))
    allowed(found)
    assert seen_by(found) == "198.51.100.10"
    at = next(hop for hop in found.forward if hop.kind == "internet_gateway")
    assert (str(at.packet_in), str(at.packet_out)) == (
        "tcp 10.0.0.10:40000 → 203.0.113.10:443",
        "tcp 198.51.100.10:40000 → 203.0.113.10:443",
    )


@row("D03 a route to a detached gateway is a blackhole")
def d03(net: Base) -> None:
    net.igw.detach()
    found = net.trace("p1", X, tcp(443))
    denied(found, "route_table", "PUB")
    assert found.blockers[0].code in ("BAD_STATE_ROUTE", "BAD_STATE_ATTACHMENT")


@row("D04 the internet reaches an instance with an Elastic IP")
def d04(net: Base) -> None:
    group = net.group("ssh", "tcp 22 from 203.0.113.10/32")
    net.host("p1", net.pub, "10.0.0.10", elastic_ip="198.51.100.10", security_groups=[group])
    allowed(net.trace(X, "p1", tcp(22)))
    allowed(net.trace(X, "198.51.100.10", tcp(22)))


@row("D06 the internet cannot reach a private address")
def d06(net: Base) -> None:
    for way in ("p1", "10.0.0.10"):
        found = net.trace(X, way, tcp(22))
        denied(found, "internet_gateway", "igw", code="IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS")


@row("D07 a public address without a route to the gateway cannot answer")
def d07(net: Base) -> None:
    net.hosts["a1"].elastic_ip("198.51.100.10")
    reply_denied(net.trace(X, "a1", tcp(22)), "route_table", "PRV", code="NO_ROUTE_TO_DESTINATION")


@row("D09 the gateway refuses private destinations")
def d09(net: Base) -> None:
    net.hosts["p1"].elastic_ip("198.51.100.10")
    found = net.trace("p1", "10.99.1.1", tcp(80))
    denied(found, "internet_gateway", "igw", code="IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS")


@row("D10 the gateway refuses shared destinations")
def d10(net: Base) -> None:
    net.hosts["p1"].elastic_ip("198.51.100.10")
    found = net.trace("p1", "100.64.1.1", tcp(80))
    denied(found, "internet_gateway", "igw", code="IGW_DESTINATION_ADDRESS_NOT_IN_RFC6598_EGRESS")


@row("D11 an IPv6 address is reached as it is", dual=True)
def d11(net: Base) -> None:
    net.pub.route("::/0", to=net.igw)
    net.wear("p1", net.group("web", "tcp 443 from ::/0"))
    found = net.trace(X6, "p1", tcp(443), ip_version=6)
    allowed(found)
    assert found.forward[-1].packet_in.dst == net.hosts["p1"].ipv6


@row("D13 mail to the internet is blocked by default")
def d13(net: Base) -> None:
    net.hosts["p1"].elastic_ip("198.51.100.10")
    found = net.trace("p1", X, tcp(25))
    assert found.outcome == "blocked", str(found)
    assert "IGW-12" in found.blockers[0].because


@row("D15 a narrower route to the gateway makes a subnet public, for that block only")
def d15(net: Base) -> None:
    net.hosts["p1"].elastic_ip("198.51.100.10")
    net.pub.route("203.0.113.0/24", to=net.igw)
    net.pub.route_table.remove_route("0.0.0.0/0")
    assert net.pub.is_public
    allowed(net.trace("p1", X, tcp(443)))
    denied(net.trace("p1", "198.18.0.1", tcp(443)), "route_table", "PUB", code="NO_ROUTE_TO_DESTINATION")


@row("D16 a VPC takes one internet gateway")
def d16(net: Base) -> None:
    with pytest.raises(Refused):
        net.vpc.internet_gateway("second")


@row("D12 a private IPv6 address ends at the gateway", dual=True, ipv6="fd00:1234:5678::/56")
def d12(net: Base) -> None:
    net.pub.route("::/0", to=net.igw)
    denied(net.trace("p1", X6, tcp(443), ip_version=6), "internet_gateway", "igw")


@row("D18 a new VPC has no way to the internet")
def d18(net: Base) -> None:
    net.topology.vpc("only", "10.0.0.0/16").subnet("one", "10.0.0.0/24").instance("i")
    denied(net.trace("i", X, tcp(443)), "route_table", "main", code="NO_ROUTE_TO_DESTINATION")


# -- E. NAT ------------------------------------------------------------------------------------------


@row("E01 a private instance goes out by the NAT gateway's address")
def e01(net: Base) -> None:
    net.nat()
    found = net.trace("a1", X, tcp(443))
    allowed(found)
    assert seen_by(found) == "198.51.100.99"
    assert net.hosts["a1"].public_ip is None
    assert found.path == (
        "a1", "open", "default", "PRV", "default", "nat", "default", "PUB", "igw", "internet"
    )  # fmt: skip


@row("E03 a NAT gateway does not answer a ping")
def e03(net: Base) -> None:
    net.nat()
    assert net.trace(X, "198.51.100.99", icmp()).outcome == "no-reply"
    assert net.trace(X, "nat", icmp()).outcome == "no-reply"


@row("E04 a NAT gateway in a private subnet has no way out")
def e04(net: Base) -> None:
    net.nat(net.prb)
    denied(net.trace("a1", X, tcp(443)), "route_table", "PRB", code="NO_ROUTE_TO_DESTINATION")


@row("E05 the NAT gateway's subnet must admit the replies' ports")
def e05(net: Base) -> None:
    net.nat()
    net.acl(net.pub, into=("100 allow tcp 443 from 0.0.0.0/0",), out=(ALLOW_OUT,))
    found = net.trace("a1", X, tcp(443))
    reply_denied(found, "network_acl", "PUB NACL", direction="inbound", code="SUBNET_ACL_RESTRICTION")


@row("E06 with ports 1024-65535 admitted the replies pass")
def e06(net: Base) -> None:
    net.nat()
    into = ("100 allow tcp 443 from 0.0.0.0/0", "110 allow tcp 1024-65535 from 0.0.0.0/0")
    net.acl(net.pub, into=into, out=(ALLOW_OUT,))
    allowed(net.trace("a1", X, tcp(443)))


@row("E07 the way to the NAT gateway enters its subnet")
def e07(net: Base) -> None:
    net.nat()
    net.acl(net.pub, into=("50 deny all from 10.0.1.0/24", ALLOW_IN), out=(ALLOW_OUT,))
    found = net.trace("a1", X, tcp(443))
    denied(found, "network_acl", "PUB NACL", direction="inbound", code="SUBNET_ACL_RESTRICTION")


@row("E09 a NAT gateway takes no security group")
def e09(net: Base) -> None:
    with pytest.raises(Refused) as refused:
        net.nat(security_groups=[net.open])
    assert refused.value.code.startswith("vpclab:")


@row("E10 the internet gateway drops what a private NAT gateway sends")
def e10(net: Base) -> None:
    nat = net.pub.nat_gateway("nat", connectivity="private")
    net.prv.route("0.0.0.0/0", to=nat)
    found = net.trace("a1", X, tcp(443))
    denied(found, "internet_gateway", "igw", code="IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS")


@row("E12 towards a site a public NAT gateway shows its private address")
def e12(net: Base) -> None:
    vgw = net.vpn()
    net.prv.route("192.168.0.0/16", to=net.nat())
    net.pub.route("192.168.0.0/16", to=vgw)
    found = net.trace("a1", "192.168.0.10", tcp(443))
    allowed(found)
    assert seen_by(found) == "10.0.0.220"


@row("E13 a peer cannot use the NAT gateway")
def e13(net: Base) -> None:
    net.nat()
    net.peered(back="0.0.0.0/0")
    found = net.trace("y1", X, tcp(443))
    assert found.outcome == "blocked", str(found)
    assert found.blockers[0].code in ("NGW_REQUIRES_SOURCE_IN_VPC", "PCX_REQUIRES_ADDRESS_IN_VPC_CIDR")


@row("E15 a reply finds its way back to a NAT gateway over a peering without a route")
def e15(net: Base) -> None:
    net.peered(back="")
    net.prv.route("10.1.0.0/16", to=net.nat())
    net.pub.route("10.1.0.0/16", to="pcx")
    allowed(net.trace("a1", "10.1.0.10", tcp(80)))


@row("E16 any other reply needs the peer's route")
def e16(net: Base) -> None:
    net.peered(back="")
    found = net.trace("a1", "10.1.0.10", tcp(80))
    reply_denied(found, "route_table", "B1", code="NO_ROUTE_TO_DESTINATION")


@row("E19 NAT64 needs a route as anything else", dual=True)
def e19(net: Base) -> None:
    only = net.vpc.subnet("SIX", az="a", ipv6=True)
    only.instance("s1", security_groups=[net.open])
    found = net.trace("s1", "64:ff9b::cb00:710a", tcp(443), ip_version=6)
    denied(found, "route_table", "main", code="NO_ROUTE_TO_DESTINATION")


def _e23(net: Base, *, check: bool, group: object = None) -> None:
    net.appliance(
        check=check, forwards="nat", elastic_ip="198.51.100.50", security_groups=[group or net.open]
    )
    net.prv.route("0.0.0.0/0", to="n")


@row("E23 a NAT instance needs its source/destination check off")
def e23(net: Base) -> None:
    _e23(net, check=True)
    found = net.trace("a1", X, tcp(443))
    assert found.blockers[0].kind in ("instance", "network_interface")
    denied(found, found.blockers[0].kind, "n", code="ENI_SOURCE_DEST_CHECK_RESTRICTION")


@row("E24 a NAT instance with the right rules works")
def e24(net: Base) -> None:
    group = net.group("nat", "tcp 443 from 10.0.1.0/24", out=["tcp 443 to 0.0.0.0/0"])
    _e23(net, check=False, group=group)
    found = net.trace("a1", X, tcp(443))
    allowed(found)
    assert seen_by(found) == "198.51.100.50"


@row("E25 a NAT instance's group must admit its clients")
def e25(net: Base) -> None:
    _e23(net, check=False, group=net.group("new"))
    found = net.trace("a1", X, tcp(443))
    denied(found, "security_group", "new", direction="inbound")
    assert found.blockers[0].code in ("SG_HAS_NO_RULES", "ENI_SG_RULES_MISMATCH")


@row("E27 an egress-only gateway lets IPv6 out and its replies back", dual=True)
def e27(net: Base) -> None:
    net.prv.route("::/0", to=net.vpc.egress_only_internet_gateway())
    allowed(net.trace("a1", X6, tcp(443), ip_version=6))


@row("E28 an egress-only gateway lets nothing in", dual=True)
def e28(net: Base) -> None:
    net.prv.route("::/0", to=net.vpc.egress_only_internet_gateway())
    denied(net.trace(X6, "a1", tcp(443), ip_version=6), "egress_only_internet_gateway", "eigw")


@row("E30 a NAT gateway is no way out for IPv6", dual=True)
def e30(net: Base) -> None:
    net.nat()
    denied(net.trace("a1", X6, tcp(443), ip_version=6), "route_table", "PRV", code="NO_ROUTE_TO_DESTINATION")


# -- F. VPN and Direct Connect -----------------------------------------------------------------------

OP = site("OP")


@row("F01 with propagation both sides reach each other")
def f01(net: Base) -> None:
    net.prv.route_table.propagate(net.vpn())
    allowed(net.trace(OP, "a1", tcp(22)))
    found = net.trace("a1", OP, tcp(443))
    allowed(found)
    assert seen_by(found) == "10.0.1.10"


@row("F03 a route by hand is enough")
def f03(net: Base) -> None:
    net.prv.route("192.168.0.0/16", to=net.vpn())
    allowed(net.trace(OP, "a1", tcp(22)))


@row("F04 the gateway forwards only to prefixes it knows")
def f04(net: Base) -> None:
    net.prv.route("10.50.0.0/16", to=net.vpn())
    found = net.trace("a1", "10.50.0.1", tcp(443))
    denied(found, "virtual_private_gateway", "vgw")
    assert found.blockers[0].code in ("NO_ROUTE_TO_DESTINATION", "NO_POSSIBLE_DESTINATION")


@row("F06 a site cannot use the VPC's way to the internet")
def f06(net: Base) -> None:
    net.prv.route_table.propagate(net.vpn())
    code = "VGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS"
    denied(net.trace(OP, X, tcp(443)), "virtual_private_gateway", "vgw", code=code)


@row("F07 Direct Connect is preferred to VPN for the same prefix")
def f07(net: Base) -> None:
    vgw = net.vpn(static=["192.168.0.0/16"])
    net.topology.direct_connect("dx", gateway=vgw, site="OP")
    net.prv.route_table.propagate(vgw)
    found = net.trace("a1", OP, tcp(443))
    allowed(found)
    assert "dx" in found.path
    assert "vpn" not in found.path


@row("F09 a VPN on a virtual private gateway carries no IPv6", dual=True)
def f09(net: Base) -> None:
    office = "2001:db8:ffff::/48"
    net.prv.route(office, to=net.vpn(blocks=["192.168.0.0/16", office]))
    found = net.trace("a1", "2001:db8:ffff::10", tcp(443), ip_version=6)
    denied(found, "virtual_private_gateway", "vgw")


@row("F10 a peer cannot use the virtual private gateway")
def f10(net: Base) -> None:
    net.prv.route_table.propagate(net.vpn())
    net.peered(back="192.168.0.0/16")
    found = net.trace("y1", OP, tcp(443))
    denied(found, "peering_connection", "pcx", code="PCX_REQUIRES_ADDRESS_IN_VPC_CIDR")


# -- G. other VPCs -----------------------------------------------------------------------------------


@row("G01 a peering with routes on both sides works")
def g01(net: Base) -> None:
    net.peered()
    allowed(net.trace("a1", "y1", tcp(80)))


@row("G02 a peering needs a route on both sides")
def g02(net: Base) -> None:
    net.peered(back="")
    reply_denied(net.trace("a1", "y1", tcp(80)), "route_table", "B1", code="NO_ROUTE_TO_DESTINATION")


@row("G04 a peering is not transitive")
def g04(net: Base) -> None:
    theirs = net.peered()
    net.beside("C", "10.2.0.0/16", "z1").route("10.0.0.0/8", to=net.vpc.peer("C", "pcx-ac"))
    theirs.route("10.2.0.0/16", to="pcx")
    for subnet in (net.pub, net.prv, net.prb):
        subnet.route("10.2.0.0/16", to="pcx-ac")
    found = net.trace("y1", "z1", tcp(80))
    denied(found, "peering_connection", "pcx", code="PCX_REQUIRES_ADDRESS_IN_VPC_CIDR")


@row("G05 VPCs that overlap cannot peer")
def g05(net: Base) -> None:
    net.topology.vpc("D", "10.0.128.0/17")
    with pytest.raises(Refused):
        net.vpc.peer("D")


@row("G07 a rule may name a group of a peer in the same Region")
def g07(net: Base) -> None:
    theirs = net.peered()
    net.wear("a1", net.group("sg-a"))
    named = theirs.vpc.security_group("sg-y", inbound=["tcp 80 from A/sg-a"])
    theirs.instance("y1", security_groups=[named])
    allowed(net.trace("a1", "y1", tcp(80)))


@row("G08 a rule cannot name a group of another Region")
def g08(net: Base) -> None:
    theirs = net.beside("B", "10.1.0.0/16", "y1", region="us-east-1")
    net.vpc.peer("B", "pcx")
    net.group("sg-a")
    with pytest.raises(Refused):
        theirs.vpc.security_group("sg-y", inbound=["tcp 80 from A/sg-a"])


@row("G10 a peer cannot use the internet gateway")
def g10(net: Base) -> None:
    net.peered(back="0.0.0.0/0")
    found = net.trace("y1", X, tcp(443))
    denied(found, "peering_connection", "pcx", code="PCX_REQUIRES_ADDRESS_IN_VPC_CIDR")


@row("G11 a peer cannot use a gateway endpoint")
def g11(net: Base) -> None:
    net.peered(back="0.0.0.0/0")
    net.vpc.gateway_endpoint("s3", [net.prv.route_table])
    assert net.trace("y1", service("s3"), tcp(443)).outcome == "blocked"


def _two_peers(net: Base) -> None:
    net.peered()
    net.beside("B2", "10.1.0.0/16", "w1")
    net.prv.route("10.1.0.0/16", to=net.vpc.peer("B2", "pcx-2"))


@row("G12 a reply follows the routes, to another VPC with the same block if they say so")
def g12(net: Base) -> None:
    _two_peers(net)
    found = net.trace("y1", "a1", tcp(80))
    assert found.outcome == "reply-blocked", str(found)
    assert "pcx-2" in [hop.component.name for hop in found.reply]


@row("G13 a longer route brings the reply back to the right peer")
def g13(net: Base) -> None:
    _two_peers(net)
    net.prv.route("10.1.0.10/32", to="pcx")
    allowed(net.trace("y1", "a1", tcp(80)))


@row("G14 a peer's route may be for one address only")
def g14(net: Base) -> None:
    net.peered(back="10.0.1.10/32")
    allowed(net.trace("a1", "y1", tcp(80)))
    reply_denied(net.trace("a2", "y1", tcp(80)), "route_table", "B1", code="NO_ROUTE_TO_DESTINATION")


PUBLIC_NAME = "ec2-198-51-100-10.ap-northeast-1.compute.amazonaws.com"


@row("G16 a peer's public hostname means its public address")
def g16(net: Base) -> None:
    net.peered()
    net.hosts["y1"].elastic_ip("198.51.100.10")
    assert [str(a) for a in resolve(net.topology, PUBLIC_NAME, "a1").addresses] == ["198.51.100.10"]


@row("G17 with DNS resolution a peer's public hostname means its private address")
def g17(net: Base) -> None:
    net.peered()
    net.hosts["y1"].elastic_ip("198.51.100.10")
    net.vpc.peer("B", "pcx", resolve_dns=(True, True))
    assert [str(a) for a in resolve(net.topology, PUBLIC_NAME, "a1").addresses] == ["10.1.0.10"]


@row("G19 two VPCs with nothing between them do not meet")
def g19(net: Base) -> None:
    net.beside("B", "10.1.0.0/16", "y1")
    found = net.trace("a1", "y1", tcp(80))
    assert found.outcome == "blocked", str(found)
    assert found.blockers[0].code in ("DISCONNECTED_VPCS", "NO_ROUTE_TO_DESTINATION")


@row("G20 a transit gateway joins every VPC with every other")
def g20(net: Base) -> None:
    net.hub()
    allowed(net.trace("a1", "y1", tcp(80)))
    allowed(net.trace("y1", "z1", tcp(80)))
    assert "tgw" in net.trace("a1", "y1", tcp(80)).path


@row("G22 an attachment without a route table sends nothing on")
def g22(net: Base) -> None:
    net.hub().default_route_table.disassociate("tgw-C")
    found = net.trace("z1", "a1", tcp(80))
    denied(found, "transit_gateway", "tgw", code="TGW_ATTACH_MISSING_TGW_RTB_ASSOCIATION")


@row("G23 a block that is not in the transit gateway's table is not reached")
def g23(net: Base) -> None:
    net.hub().default_route_table.stop_propagating("tgw-B")
    found = net.trace("a1", "y1", tcp(80))
    denied(found, "transit_gateway", "tgw", code="TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT")


def _egress(net: Base) -> Any:
    """Let A out by C's NAT gateway, which has the route back to 10.0.0.0/8."""
    tgw = net.hub()
    c1, c = net.topology["C/C1"], net.topology["C"]
    igw, out = c.internet_gateway("c-igw"), c.subnet("C-OUT", "10.2.1.0/24")
    c.route_table("C-OUT", subnets=[out])
    out.route("0.0.0.0/0", to=igw)
    out.route("10.0.0.0/8", to=tgw)
    c1.route("0.0.0.0/0", to=out.nat_gateway("c-nat", elastic_ip="198.51.100.77"))
    tgw.default_route_table.route("0.0.0.0/0", to="tgw-C")
    net.prv.route("0.0.0.0/0", to=tgw)
    return out


@row("G27 a VPC goes out by the NAT gateway of another behind a transit gateway")
def g27(net: Base) -> None:
    _egress(net)
    found = net.trace("a1", X, tcp(443))
    allowed(found)
    assert seen_by(found) == "198.51.100.77"


@row("G28 the NAT gateway's subnet needs the route back to the transit gateway")
def g28(net: Base) -> None:
    _egress(net).route_table.remove_route("10.0.0.0/8")
    found = net.trace("a1", X, tcp(443))
    assert found.outcome == "reply-blocked", str(found)
    # Its 0.0.0.0/0 covers the client too, but the internet gateway cannot use it: the way back is missing.
    assert found.blockers[0].kind == "route_table"
    assert found.blockers[0].code == "NO_ROUTE_TO_DESTINATION"


# -- H. VPC endpoints --------------------------------------------------------------------------------

S3 = service("s3")
S3_LIST = "com.amazonaws.ap-northeast-1.s3"


def _gw_s3(net: Base) -> Any:
    return net.vpc.gateway_endpoint("s3", [net.prv.route_table], name="gw-s3")


def _if_x(net: Base, *groups: Any, name: str = "ssm") -> Any:
    """Make the interface endpoint if-x in PRB at 10.0.2.50; without groups it gets the default one."""
    return net.vpc.interface_endpoint(
        name, [net.prb], name="if-x", private_ips=["10.0.2.50"], security_groups=list(groups) or None,
        private_dns=name != "s3",
    )  # fmt: skip


@row("H02 a client's group must admit the service's public ranges")
def h02(net: Base) -> None:
    _gw_s3(net)
    net.wear("a1", net.group("inside", out=["tcp 443 to 10.0.0.0/16"]))
    found = net.trace("a1", S3, tcp(443))
    denied(found, "security_group", "inside", direction="outbound", code="ENI_SG_RULES_MISMATCH")


@row("H03 a client's group may name the service's prefix list")
def h03(net: Base) -> None:
    _gw_s3(net)
    net.wear("a1", net.group("to-s3", out=[f"tcp 443 to {S3_LIST}"]))
    found = net.trace("a1", S3, tcp(443))
    allowed(found)
    assert seen_by(found) == "10.0.1.10"


@row("H05 a service's replies come from its public ranges")
def h05(net: Base) -> None:
    _gw_s3(net)
    net.acl(net.prv, into=("100 allow all from 10.0.0.0/16",), out=(ALLOW_OUT,))
    found = net.trace("a1", S3, tcp(443))
    reply_denied(found, "network_acl", "PRV NACL", direction="inbound", code="SUBNET_ACL_RESTRICTION")


@row("H06 a gateway endpoint serves only the tables it is in")
def h06(net: Base) -> None:
    _gw_s3(net)
    denied(net.trace("b1", S3, tcp(443)), "route_table", "PRB", code="NO_ROUTE_TO_DESTINATION")


@row("H08 a service of this Region goes by the endpoint, of another by NAT")
def h08(net: Base) -> None:
    _gw_s3(net)
    net.nat()
    near, far = net.trace("a1", S3, tcp(443)), net.trace("a1", service("s3", region="us-east-1"), tcp(443))
    allowed(near)
    allowed(far)
    assert ("gw-s3" in near.path, "nat" in near.path) == (True, False)
    assert ("gw-s3" in far.path, "nat" in far.path) == (False, True)


@row("H09 a site cannot use a gateway endpoint")
def h09(net: Base) -> None:
    _gw_s3(net)
    net.prv.route_table.propagate(net.vpn())
    denied(net.trace(OP, S3, tcp(443)), "virtual_private_gateway", "vgw")


@row("H11 a table takes one route to a service")
def h11(net: Base) -> None:
    _gw_s3(net)
    with pytest.raises(Refused) as refused:
        net.vpc.gateway_endpoint("s3", [net.prv.route_table], name="second")
    assert refused.value.code == "RouteAlreadyExists"


@row("H12 an endpoint policy is no matter of the network")
def h12(net: Base) -> None:
    policy = '{"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}]}'
    net.vpc.gateway_endpoint("s3", [net.prv.route_table], policy=policy)
    found = net.trace("a1", S3, tcp(443))
    allowed(found)
    assert [note for note in found.notes if "policy" in note]


@row("H14 an interface endpoint's group must admit its clients")
def h14(net: Base) -> None:
    _if_x(net, net.group("new"))
    found = net.trace("a1", service("ssm"), tcp(443))
    denied(found, "security_group", "new", direction="inbound")
    assert found.blockers[0].code in ("SG_HAS_NO_RULES", "ENI_SG_RULES_MISMATCH")


@row("H15 without a group an interface endpoint has the default one, for its members only")
def h15(net: Base) -> None:
    _if_x(net)
    found = net.trace("a1", service("ssm"), tcp(443))
    denied(found, "security_group", "default", direction="inbound", code="ENI_SG_RULES_MISMATCH")


@row("H17 the network ACL of an interface endpoint's subnet is asked")
def h17(net: Base) -> None:
    _if_x(net, net.open)
    net.acl(net.prb, into=("90 deny tcp 443 from 0.0.0.0/0", ALLOW_IN), out=(ALLOW_OUT,))
    found = net.trace("a1", service("ssm"), tcp(443))
    denied(found, "network_acl", "PRB NACL", direction="inbound", code="SUBNET_ACL_RESTRICTION")


@row("H18 an interface endpoint does not answer a ping")
def h18(net: Base) -> None:
    _if_x(net, net.open)
    assert net.trace("a1", "10.0.2.50", icmp()).outcome == "no-reply"
    allowed(net.trace("a1", "10.0.2.50", tcp(443)))


@row("H20 private DNS needs both DNS attributes")
def h20(net: Base) -> None:
    _if_x(net, net.open)
    name = "ssm.ap-northeast-1.amazonaws.com"
    assert [str(a) for a in resolve(net.topology, name, "a1").addresses] == ["10.0.2.50"]
    net.topology.vpc("A", "10.0.0.0/16", dns_hostnames=False)
    addresses = resolve(net.topology, name, "a1").addresses
    assert addresses
    assert not [a for a in addresses if a in net.vpc.value.cidrs[0]]


@row("H21 an interface endpoint for S3 is reached over a peering")
def h21(net: Base) -> None:
    theirs = net.beside("B", "10.1.0.0/16", "y1", region="us-east-1")
    pcx = net.vpc.peer("B", "pcx")
    theirs.route("10.0.0.0/16", to=pcx)
    net.prb.route("10.1.0.0/16", to=pcx)
    _if_x(net, net.group("from-b", "tcp 443 from 10.1.0.0/16"), name="s3")
    allowed(net.trace("y1", "if-x", tcp(443)))


@row("H23 an interface endpoint takes one subnet of a zone")
def h23(net: Base) -> None:
    with pytest.raises(Refused) as refused:
        net.vpc.interface_endpoint("ssm", [net.pub, net.prv])
    assert refused.value.code == "DuplicateSubnetsInSameZone"


# -- K. what AWS refuses -----------------------------------------------------------------------------


@row("K01 a VPC is /16 to /28")
def k01(net: Base) -> None:
    for block in ("10.0.0.0/15", "10.0.0.0/29"):
        with pytest.raises(Refused) as refused:
            net.topology.vpc("V", block)
        assert refused.value.code == "InvalidVpc.Range"


@row("K03 some ranges can never be a VPC")
def k03(net: Base) -> None:
    for block in ("169.254.0.0/16", "127.0.0.0/16"):
        with pytest.raises(Refused):
            net.topology.vpc("V", block)


@row("K04 a secondary block of another private range is refused")
def k04(net: Base) -> None:
    with pytest.raises(Refused):
        net.topology.vpc("V", "172.20.0.0/16").add_cidr("10.0.0.0/16")


@row("K06 a new block must be smaller than what routes lead elsewhere")
def k06(net: Base) -> None:
    vpc = net.topology.vpc("V", "10.2.0.0/16")
    vpc.main_route_table.route("10.0.0.0/24", to=vpc.virtual_private_gateway("v-vgw"))
    with pytest.raises(Refused):
        vpc.add_cidr("10.0.0.0/24")
    vpc.add_cidr("10.0.0.0/25")
    assert len(vpc.value.cidrs) == 2


@row("K07 the primary block cannot be removed")
def k07(net: Base) -> None:
    with pytest.raises(Refused):
        net.vpc.remove_cidr("10.0.0.0/16")


@row("K09 reserved addresses cannot be given to an interface")
def k09(net: Base) -> None:
    for last in (1, 2, 3, 255):
        with pytest.raises(Refused, match=f"10.0.0.{last}"):
            net.pub.network_interface("eni", private_ip=f"10.0.0.{last}")


@row("K10 subnets must not overlap")
def k10(net: Base) -> None:
    with pytest.raises(Refused) as refused:
        net.vpc.subnet("half", "10.0.1.0/25")
    assert refused.value.code == "InvalidSubnet.Conflict"


@row("K12 a subnet is in one zone")
def k12(net: Base) -> None:
    with pytest.raises(Refused) as refused:
        net.vpc.subnet("wide", "10.0.9.0/24", az=["a", "b"])  # type: ignore[arg-type]
    assert refused.value.code.startswith("vpclab:")


@row("K13 subnets of different zones reach each other")
def k13(net: Base) -> None:
    assert net.prv.value.az != net.prb.value.az
    allowed(net.trace("a1", "b1", tcp(80)))
    allowed(net.trace("b1", "a1", tcp(80)))


@row("K15 the primary interface cannot be detached")
def k15(net: Base) -> None:
    host = net.hosts["a1"]
    with pytest.raises(Refused) as refused:
        host.detach(host.interfaces[0])
    assert refused.value.code == "OperationNotPermitted"


@row("K16 there are no IPv6 Elastic IPs")
def k16(net: Base) -> None:
    with pytest.raises(Refused) as refused:
        net.topology.elastic_ip("2001:db8:1::10")
    assert refused.value.code.startswith("vpclab:")


@row("K18 without DNS support the resolver does not answer")
def k18(net: Base) -> None:
    net.topology.vpc("A", "10.0.0.0/16", dns_support=False)
    assert resolve(net.topology, "s3.ap-northeast-1.amazonaws.com", "a1").addresses == ()
    assert net.trace("a1", "10.0.0.2", udp(53)).outcome == "blocked"


@pytest.mark.parametrize(
    ("check", "options"), [pytest.param(check, options, id=sentence) for sentence, check, options in ROWS]
)
def test_row(check: Row, options: dict[str, Any]) -> None:
    check(Base(**options))


def test_no_row_is_both_a_test_and_left_for_later() -> None:
    done = [sentence.split()[0] for sentence, _, _ in ROWS]
    later = " ".join(LATER.values()).split()
    assert len({*done, *later}) == len(done) + len(later)
