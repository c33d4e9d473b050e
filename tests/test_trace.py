"""One flow through a network: its ends, its way in both directions, every check, and the sentences."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from ipaddress import ip_network
from itertools import pairwise
from typing import Any

import pytest
from networks import (
    ALLOW_IN,
    ALLOW_OUT,
    X6,
    Base,
    X,
    allowed,
    cases,
    denied,
    nothing,
    reply_denied,
    seen_by,
    stopped_by,
)

from vpclab import (
    Ambiguous,
    BadInput,
    NotFound,
    Packet,
    Topology,
    Trace,
    icmp,
    internet,
    protocol,
    still_open,
    tcp,
    trace,
    udp,
)
from vpclab.topology.model import Route

Act = Callable[[Base], object]
Ask = Callable[[Base], Trace]
KINDS = {
    "instance", "network_interface", "security_group", "network_acl", "route_table", "internet_gateway",
    "nat_gateway", "egress_only_internet_gateway", "virtual_private_gateway", "peering_connection",
    "transit_gateway", "vpc_endpoint", "site", "internet", "service", "vpc",
}  # fmt: skip


@pytest.fixture
def net() -> Base:
    return Base()


@pytest.fixture
def dual() -> Base:
    return Base(dual=True)


def names(hops: Any) -> list[str]:
    return [hop.component.name for hop in hops]


# -- ends --------------------------------------------------------------------------------------------

ENDS: dict[str, Ask] = {
    "handles": lambda net: net.trace(net.hosts["a1"], net.hosts["b1"], tcp(80)),
    "names": lambda net: net.trace("a1", "b1", tcp(80)),
    "qualified names": lambda net: net.trace("A/a1", "A/b1", tcp(80)),
    "ids": lambda net: net.trace(net.hosts["a1"].id, net.hosts["b1"].id, tcp(80)),
    "addresses": lambda net: net.trace("10.0.1.10", "10.0.2.10", tcp(80)),
    "interfaces": lambda net: net.trace(
        net.hosts["a1"].interfaces[0], net.hosts["b1"].interfaces[0], tcp(80)
    ),
    "interfaces by id": lambda net: net.trace(
        net.hosts["a1"].interfaces[0].id, net.hosts["b1"].interfaces[0].id, tcp(80)
    ),
    "a snapshot": lambda net: trace(net.topology.snapshot(), "a1", "b1", tcp(80)),
}


@pytest.mark.parametrize("ask", cases(ENDS))
def test_an_end_may_be_written_in_many_ways(net: Base, ask: Ask) -> None:
    found = ask(net)
    allowed(found)
    assert str(found.forward[0].packet_in) == "tcp 10.0.1.10:40000 → 10.0.2.10:80"
    assert found.path == ("a1", "open", "default", "PRV", "default", "open", "b1")


def test_a_public_address_as_source_is_its_owners() -> None:
    net = Base()
    net.hosts["p1"].elastic_ip("198.51.100.10")
    found = net.trace("198.51.100.10", "b1", tcp(80))
    allowed(found)
    assert (found.source.name, seen_by(found)) == ("p1", "10.0.0.10")


BAD_ENDS: dict[str, tuple[Act, type[Exception], str]] = {
    "an unknown name lists the names there are": (
        lambda net: net.trace("a9", "b1", tcp(80)), NotFound, "'a9'.*A/a1, A/a2, A/b1, A/p1",
    ),
    "an unknown target, too": (lambda net: net.trace("a1", "db", tcp(80)), NotFound, "'db'.*A/b1"),
    "a subnet sends nothing": (lambda net: net.trace(net.prv, "b1", tcp(80)), BadInput, "subnet PRV"),
    "a group is no end": (lambda net: net.trace("a1", net.open, tcp(80)), BadInput, "security group open"),
    "a NAT gateway starts nothing": (lambda net: net.trace(net.nat(), X, tcp(80)), BadInput, "NGW-4"),
    "an address nobody has starts nothing": (
        lambda net: net.trace("10.0.1.99", "b1", tcp(80)), NotFound, r"10\.0\.1\.99",
    ),
    "a block is no source": (
        lambda net: net.trace(internet("203.0.113.0/24"), "p1", tcp(80)), BadInput, r"203\.0\.113\.0/24",
    ),
    "a number is no end": (lambda net: net.trace(7, "b1", tcp(80)), BadInput, "7"),
    "an IPv6 address needs ip_version=6": (
        lambda net: net.trace("a1", "2001:db8::1", tcp(80)), BadInput, "ip_version=6",
    ),
    "an IPv4 address needs ip_version=4": (
        lambda net: net.trace("10.0.1.10", "b1", tcp(80), ip_version=6), BadInput, "ip_version=4",
    ),
    "an IPv4 host of the internet over IPv6": (
        lambda net: net.trace(X, "p1", tcp(80), ip_version=6), BadInput, "ip_version=4",
    ),
    "a host without IPv6": (lambda net: net.trace("a1", "b1", tcp(80), ip_version=6), BadInput, "a1.*IPv6"),
    "a NAT gateway over IPv6": (
        lambda net: net.nat() and net.trace(X6, "nat", tcp(80), ip_version=6), BadInput, "nat",
    ),
    "another IP version": (lambda net: net.trace("a1", "b1", tcp(80), ip_version=5), BadInput, "5.*4 or 6"),
    "a port is no traffic": (lambda net: net.trace("a1", "b1", 80), BadInput, r"80.*tcp\(443\)"),  # type: ignore[arg-type]
    "a VPC is no topology": (lambda net: trace(net.vpc, "a1", "b1", tcp(80)), BadInput, "vpc A"),  # type: ignore[arg-type]
    "a removed instance": (
        lambda net: (net.hosts["a1"].remove(), net.trace(net.hosts["a1"], "b1", tcp(80))), NotFound, "a1",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("ask", "error", "words"), cases(BAD_ENDS))
def test_a_bad_end_is_named(net: Base, ask: Act, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        ask(net)


def test_two_of_a_name_are_listed_and_told_apart_by_their_vpc() -> None:
    topology = Topology("two")
    for name, block in (("prod", "10.0.0.0/24"), ("dev", "10.0.0.0/24")):
        topology.vpc(name, block).subnet("s", block).instance("web")
    with pytest.raises(Ambiguous, match="dev/web, prod/web"):
        trace(topology, "web", X, tcp(443))
    with pytest.raises(Ambiguous, match=r"dev.*prod"):
        trace(topology, "10.0.0.10", X, tcp(443))
    assert trace(topology, "prod/web", X, tcp(443)).source.name == "web"


def test_the_internet_is_a_host_that_no_rule_names(net: Base) -> None:
    net.hosts["p1"].elastic_ip("198.51.100.10")
    blocks = ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/25")
    narrow = net.group("g", *[f"tcp 443 from {block}" for block in blocks])
    net.wear("p1", narrow)
    denied(net.trace(internet, "p1", tcp(443)), "security_group", "g", direction="inbound")
    allowed(net.trace(internet("203.0.113.10"), "p1", tcp(443)))


def test_a_handle_means_its_public_address_from_outside_and_its_private_one_from_inside(net: Base) -> None:
    net.hosts["p1"].elastic_ip("198.51.100.10")
    assert str(net.trace(X, "p1", tcp(443)).forward[0].packet_in.dst) == "198.51.100.10"
    assert str(net.trace("a1", "p1", tcp(443)).forward[0].packet_in.dst) == "10.0.0.10"


def test_a_second_interface_has_its_own_address_and_groups(net: Base) -> None:
    closed = net.group("closed")
    eth1 = net.pub.network_interface("eth1", private_ip="10.0.0.77", security_groups=[closed])
    net.hosts["a1"].attach(eth1)
    denied(net.trace("b1", eth1, tcp(80)), "security_group", "closed", direction="inbound")
    allowed(net.trace("b1", "a1", tcp(80)))
    found = net.trace("10.0.0.77", "b1", tcp(80))
    allowed(found)
    assert (found.source.name, found.path[2:4]) == ("a1", ("default", "PUB"))


# -- inside a VPC ------------------------------------------------------------------------------------


def test_inside_a_subnet_only_two_groups_are_asked(net: Base) -> None:
    found = net.trace("a1", "a2", tcp(80))
    assert found.path == ("a1", "open", "open", "a2")
    assert names(found.reply) == ["a2", "open", "open", "a1"]


def test_between_subnets_two_groups_and_four_network_acls_are_asked(net: Base) -> None:
    for subnet in (net.prv, net.prb):
        net.acl(subnet, into=(ALLOW_IN,), out=(ALLOW_OUT,))
    found = net.trace("a1", "b1", tcp(80))
    assert found.path == ("a1", "open", "PRV NACL", "PRV", "PRB NACL", "open", "b1")
    assert names(found.reply) == ["b1", "open", "PRB NACL", "PRB", "PRV NACL", "open", "a1"]


def test_both_blocks_of_a_vpc_are_local(net: Base) -> None:
    net.vpc.add_cidr("10.1.0.0/16")
    far = net.vpc.subnet("FAR", "10.1.0.0/24")
    far.instance("f1", security_groups=[net.open])
    allowed(net.trace("a1", "f1", tcp(80)))
    allowed(net.trace("f1", "a1", tcp(80)))


@pytest.mark.parametrize("address", ["10.0.1.99", "10.0.2.99", "10.0.77.10"])
def test_an_address_that_nobody_has_is_not_reached(net: Base, address: str) -> None:
    found = net.trace("a1", address, tcp(80))
    assert found.outcome == "blocked", str(found)
    assert address in found.because


def test_a_stopped_source_sendsnothing(net: Base) -> None:
    net.hosts["a1"].stop()
    denied(net.trace("a1", "b1", tcp(80)), "instance", "a1")


def test_a_stopped_target_receivesnothing(net: Base) -> None:
    net.hosts["b1"].stop()
    found = net.trace("a1", "b1", tcp(80))
    denied(found, "instance", "b1")
    assert "stopped" in found.because


# -- IPv6, ICMP, other protocols ---------------------------------------------------------------------

SIX: dict[str, tuple[Act, str, Any, str]] = {  # preparation, source, target, outcome
    "inside a subnet": (nothing, "a1", "a2", "delivered"),
    "between subnets": (nothing, "a1", "b1", "delivered"),
    "to the internet without a route": (nothing, "a1", X6, "blocked"),
    "to the internet": (lambda net: net.pub.route("::/0", to=net.igw), "p1", X6, "delivered"),
    "to the internet by an IPv4 route": (
        lambda net: net.prv.route("0.0.0.0/0", to=net.igw), "a1", X6, "blocked",
    ),
    "out of a closed network ACL": (lambda net: net.acl(net.prv), "a1", "b1", "blocked"),
    "through a network ACL for IPv6": (
        lambda net: net.acl(net.prb, into=("1 allow all from ::/0",), out=("1 allow all to ::/0",)),
        "a1", "b1", "delivered",
    ),
    "with an IPv6 block in a rule": (
        lambda net: net.wear("b1", net.group("g", f"tcp 80 from {net.prv.value.ipv6_cidr}")),
        "a1", "b1", "delivered",
    ),
    "with a group in a rule": (
        lambda net: (net.wear("a1", net.group("m")), net.wear("b1", net.group("g", "tcp 80 from m"))),
        "a1", "b1", "delivered",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("prepare", "src", "dst", "outcome"), cases(SIX))
def test_ipv6(dual: Base, prepare: Act, src: str, dst: Any, outcome: str) -> None:
    dual.vpc.default_network_acl.entries()
    prepare(dual)
    found = dual.trace(src, dst, tcp(80), ip_version=6)
    assert found.outcome == outcome, str(found)


def test_ipv6_goes_out_and_comes_in_untranslated(dual: Base) -> None:
    dual.pub.route("::/0", to=dual.igw)
    out = dual.trace("p1", X6, tcp(443), ip_version=6)
    allowed(out)
    assert seen_by(out) == str(dual.hosts["p1"].ipv6)
    allowed(dual.trace(X6, "p1", tcp(443), ip_version=6))


def test_an_ipv6_target_without_a_route_back_cannot_answer(dual: Base) -> None:
    found = dual.trace(X6, "a1", tcp(443), ip_version=6)
    reply_denied(found, "route_table", "PRV", code="NO_ROUTE_TO_DESTINATION")


def test_an_echo_reply_needs_its_own_network_acl_entry(net: Base) -> None:
    into, out = ("100 allow icmp type 8 from 0.0.0.0/0",), "100 allow icmp type {} to 0.0.0.0/0"
    net.acl(net.prb, into=into, out=(out.format(8),))
    reply_denied(net.trace("a1", "b1", icmp()), "network_acl", "PRB NACL", direction="outbound")
    net.acl(net.prb, into=into, out=(out.format(0),))
    allowed(net.trace("a1", "b1", icmp()))


def test_a_ping_needs_no_port_rule(net: Base) -> None:
    net.wear("b1", net.group("web", "tcp from 0.0.0.0/0", "udp from 0.0.0.0/0"))
    denied(net.trace("a1", "b1", icmp()), "security_group", "web", direction="inbound")


@pytest.mark.parametrize("traffic", [icmp(), protocol(50), udp(53)], ids=str)
def test_traffic_of_any_kind_goes_where_everything_is_open(net: Base, traffic: Any) -> None:
    net.hosts["p1"].elastic_ip("198.51.100.10")
    for src, dst in (("a1", "a2"), ("a1", "b1"), ("p1", X), (X, "p1")):
        allowed(net.trace(src, dst, traffic))


def test_a_nat_gateway_carries_a_ping_but_not_ipsec(net: Base) -> None:
    net.nat()
    allowed(net.trace("a1", X, icmp()))
    allowed(net.trace("a1", X, udp(53)))
    denied(net.trace("a1", X, protocol(50)), "nat_gateway", "nat", code="PROTOCOL_RESTRICTION")


# -- port 25 -----------------------------------------------------------------------------------------

MAIL: dict[str, tuple[Ask, str]] = {
    "to the internet": (lambda net: net.trace("p1", X, tcp(25)), "blocked"),
    "to the internet by NAT": (lambda net: net.trace("a1", X, tcp(25)), "blocked"),
    "to a public address of one's own": (lambda net: net.trace("p1", "198.51.100.11", tcp(25)), "blocked"),
    "to the internet over IPv6": (lambda net: net.trace("p1", X6, tcp(25), ip_version=6), "blocked"),
    "inside the VPC": (lambda net: net.trace("a1", "b1", tcp(25)), "delivered"),
    "from the internet": (lambda net: net.trace(X, "p1", tcp(25)), "delivered"),
    "to another mail port": (lambda net: net.trace("p1", X, tcp(587)), "delivered"),
    "UDP": (lambda net: net.trace("p1", X, udp(25)), "delivered"),
    "a reply to a client's port 25": (lambda net: net.trace(X, "p1", tcp(80, src_port=25)), "delivered"),
}


@pytest.mark.parametrize(("ask", "outcome"), cases(MAIL))
@pytest.mark.parametrize("lifted", [False, True], ids=["by default", "once it is lifted"])
def test_port_25(dual: Base, ask: Ask, outcome: str, lifted: bool) -> None:
    dual.hosts["p1"].elastic_ip("198.51.100.10")
    dual.host("p2", dual.pub, "10.0.0.11", elastic_ip="198.51.100.11")
    dual.pub.route("::/0", to=dual.igw)
    dual.nat()
    dual.topology.account(port_25_open=lifted)
    found = ask(dual)
    assert found.outcome == ("delivered" if lifted else outcome), str(found)
    if not found.reaches:
        assert "25" in found.because
        assert "port_25_open" in found.because  # how to say that it was lifted


# -- services that nothing filters -------------------------------------------------------------------

SERVICES = {
    "the resolver at base plus two": ("10.0.0.2", udp(53), 4, "delivered"),
    "the resolver over TCP": ("10.0.0.2", tcp(53), 4, "delivered"),
    "the resolver's link-local address": ("169.254.169.253", udp(53), 4, "delivered"),
    "the resolver's IPv6 address": ("fd00:ec2::253", udp(53), 6, "delivered"),
    "instance metadata": ("169.254.169.254", tcp(80), 4, "delivered"),
    "Time Sync": ("169.254.169.123", udp(123), 4, "delivered"),
    "licence activation": ("169.254.169.250", tcp(1688), 4, "delivered"),
    "ECS task metadata": ("169.254.170.2", tcp(80), 4, "delivered"),
    "the resolver answers DNS only": ("10.0.0.2", tcp(22), 4, "blocked"),
    "the plus-two of another subnet is nobody": ("10.0.2.2", udp(53), 4, "blocked"),
    "another link-local address": ("169.254.169.1", tcp(80), 4, "blocked"),
}


@pytest.mark.parametrize(("address", "traffic", "version", "outcome"), cases(SERVICES))
def test_a_service_thatnothing_filters(
    dual: Base, address: str, traffic: Any, version: int, outcome: str
) -> None:
    dual.wear("a1", dual.group("empty", out=[]))
    dual.acl(dual.prv)
    found = dual.trace("a1", address, traffic, ip_version=version)
    assert found.outcome == outcome, str(found)
    if outcome == "delivered":
        assert found.forward[-1].kind == "service"
        assert not {"security_group", "network_acl", "route_table"} & {hop.kind for hop in found.forward}


def test_without_dns_support_nobody_answers(net: Base) -> None:
    net.topology.vpc("A", "10.0.0.0/16", dns_support=False)
    for address in ("10.0.0.2", "169.254.169.253"):
        assert net.trace("a1", address, udp(53)).outcome == "blocked"


def test_the_resolver_stands_in_the_primary_block(net: Base) -> None:
    net.vpc.add_cidr("10.1.0.0/16")
    net.vpc.subnet("FAR", "10.1.0.0/24").instance("f1", security_groups=[net.open])
    allowed(net.trace("f1", "10.0.0.2", udp(53)))
    assert net.trace("f1", "10.1.0.2", udp(53)).outcome == "blocked"


# -- the internet gateway ----------------------------------------------------------------------------


def test_a_public_address_leads_out_and_back_in(net: Base) -> None:
    net.hosts["p1"].elastic_ip("198.51.100.10")
    group = net.group("g", "tcp 22 from 198.51.100.10/32")
    net.host("p2", net.pub, "10.0.0.11", elastic_ip="198.51.100.11", security_groups=[group])
    found = net.trace("p1", "198.51.100.11", tcp(22))
    allowed(found)
    assert names(found.forward).count("igw") == 2
    assert names(found.reply).count("igw") == 2
    assert str(found.forward[-1].packet_in) == "tcp 198.51.100.10:40000 → 10.0.0.11:22"
    assert str(found.reply[-1].packet_in) == "tcp 198.51.100.11:22 → 10.0.0.10:40000"
    denied(net.trace("p1", "p2", tcp(22)), "security_group", "g")  # its private address is another source


def test_a_private_host_reaches_a_public_address_of_its_vpc_by_nat(net: Base) -> None:
    net.hosts["p1"].elastic_ip("198.51.100.10")
    net.nat()
    found = net.trace("a1", "198.51.100.10", tcp(443))
    allowed(found)
    assert seen_by(found) == "198.51.100.99"
    assert str(found.reply[-1].packet_in) == "tcp 198.51.100.10:443 → 10.0.1.10:40000"


def test_a_public_address_behind_a_nat_route_cannot_be_reached(net: Base) -> None:
    net.nat()
    net.hosts["a1"].elastic_ip("198.51.100.10")
    reply_denied(net.trace(X, "a1", tcp(443)), "nat_gateway", "nat")
    out = net.trace("a1", X, tcp(443))
    allowed(out)
    assert seen_by(out) == "198.51.100.99"


def test_a_subnet_with_a_gateway_route_but_no_public_address_stays_inside(net: Base) -> None:
    code = "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS"
    denied(net.trace("p1", X, tcp(443)), "internet_gateway", "igw", code=code)


PRIVATE_SOURCES = {
    "10/8": ("10.9.9.9", "IGW_SOURCE_ADDRESS_NOT_IN_RFC1918_INGRESS"),
    "172.16/12": ("172.31.255.255", "IGW_SOURCE_ADDRESS_NOT_IN_RFC1918_INGRESS"),
    "192.168/16": ("192.168.0.1", "IGW_SOURCE_ADDRESS_NOT_IN_RFC1918_INGRESS"),
    "100.64/10": ("100.127.255.255", "IGW_SOURCE_ADDRESS_NOT_IN_RFC6598_INGRESS"),
}


@pytest.mark.parametrize(("address", "code"), cases(PRIVATE_SOURCES))
def test_a_private_source_does_not_come_in(net: Base, address: str, code: str) -> None:
    net.hosts["p1"].elastic_ip("198.51.100.10")
    denied(net.trace(internet(address), "p1", tcp(443)), "internet_gateway", "igw", code=code)


PRIVATE_TARGETS = {
    "the first of 172.16/12": ("172.16.0.0", "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS"),
    "just above 172.16/12": ("172.32.0.0", ""),
    "192.168/16": ("192.168.255.255", "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS"),
    "just below 100.64/10": ("100.63.255.255", ""),
    "the last of 100.64/10": ("100.127.255.255", "IGW_DESTINATION_ADDRESS_NOT_IN_RFC6598_EGRESS"),
    "the documentation's addresses are public": ("192.0.2.1", ""),
}


@pytest.mark.parametrize(("address", "code"), cases(PRIVATE_TARGETS))
def test_a_private_destination_does_not_go_out(net: Base, address: str, code: str) -> None:
    net.hosts["p1"].elastic_ip("198.51.100.10")
    found = net.trace("p1", address, tcp(443))
    if code:
        denied(found, "internet_gateway", "igw", code=code)
    else:
        allowed(found)


def test_a_vpc_of_public_addresses_is_not_announced() -> None:
    topology = Topology("t")
    for name, block in (("A", "10.0.0.0/16"), ("B", "11.0.0.0/16")):
        vpc = topology.vpc(name, block)
        subnet = vpc.subnet("s", block.replace("/16", "/24"))
        subnet.route("0.0.0.0/0", to=vpc.internet_gateway())
        group = vpc.security_group("open", inbound=["all from 0.0.0.0/0"])
        subnet.instance(f"{name}1", elastic_ip=True, security_groups=[group])
    assert trace(topology, "A1", topology["B1"].private_ip, tcp(80)).outcome == "blocked"
    assert trace(topology, X, topology["B1"].private_ip, tcp(80)).outcome == "blocked"
    assert trace(topology, "A1", topology["B1"].public_ip, tcp(80)).outcome == "delivered"


def test_without_an_internet_gatewaynothing_comes_in(net: Base) -> None:
    net.igw.detach()
    found = net.trace(X, "p1", tcp(443))
    assert found.outcome == "blocked", str(found)


# -- the NAT gateway ---------------------------------------------------------------------------------


def test_the_addresses_at_each_end_of_a_nat_gateway(net: Base) -> None:
    net.nat()
    found = net.trace("a1", X, tcp(443))
    at = {hop.component.name: hop for hop in found.forward}
    assert str(at["nat"].packet_in) == "tcp 10.0.1.10:40000 → 203.0.113.10:443"
    assert str(at["nat"].packet_out) == "tcp 10.0.0.220:1024-65535 → 203.0.113.10:443"
    assert str(at["igw"].packet_out) == "tcp 198.51.100.99:1024-65535 → 203.0.113.10:443"
    back = {hop.component.name: hop for hop in found.reply}
    assert str(back["igw"].packet_in) == "tcp 203.0.113.10:443 → 198.51.100.99:1024-65535"
    assert str(back["igw"].packet_out) == "tcp 203.0.113.10:443 → 10.0.0.220:1024-65535"
    assert str(back["nat"].packet_out) == "tcp 203.0.113.10:443 → 10.0.1.10:40000"
    assert str(back["a1"].packet_in) == "tcp 203.0.113.10:443 → 10.0.1.10:40000"


def test_a_network_acl_that_admits_some_of_the_nat_ports_says_which(net: Base) -> None:
    net.nat()
    into = ("100 allow tcp 443 from 0.0.0.0/0", "110 allow tcp 32768-60999 from 0.0.0.0/0")
    net.acl(net.pub, into=into, out=(ALLOW_OUT,))
    found = net.trace("a1", X, tcp(443))
    reply_denied(found, "network_acl", "PUB NACL", direction="inbound")
    assert "32768-60999" in found.because


TO_NAT: dict[str, tuple[Ask, str]] = {
    "the internet pings it": (lambda net: net.trace(X, "nat", icmp()), "no-reply"),
    "a host pings its private address": (lambda net: net.trace("a1", "10.0.0.220", icmp()), "no-reply"),
    "a host of its subnet pings it": (lambda net: net.trace("p1", "nat", icmp()), "no-reply"),
    "the internet connects to it": (lambda net: net.trace(X, "nat", tcp(443)), "blocked"),
    "a host connects to its private address": (lambda net: net.trace("a1", "10.0.0.220", tcp(22)), "blocked"),
    "another ICMP message": (lambda net: net.trace(X, "nat", icmp(type=13)), "blocked"),
}


@pytest.mark.parametrize(("ask", "outcome"), cases(TO_NAT))
def testnothing_is_started_towards_a_nat_gateway(net: Base, ask: Ask, outcome: str) -> None:
    net.nat()
    found = ask(net)
    assert found.outcome == outcome, str(found)
    if outcome == "blocked":
        stopped_by(found, "nat_gateway", "nat")
    else:
        assert (found.blockers, found.reply) == ((), ())
        assert "nat" in found.because


@pytest.mark.parametrize("state", ["pending", "failed", "deleting", "deleted"])
def test_only_an_available_nat_gateway_forwards(net: Base, state: str) -> None:
    nat = net.nat()
    net.topology.put(replace(nat.value, state=state))
    found = net.trace("a1", X, tcp(443))
    assert found.outcome == "blocked", str(found)


def test_a_nat_gateway_hides_its_client_from_a_subnet_of_the_vpc(net: Base) -> None:
    net.nat()
    net.prv.route("10.0.0.0/24", to="nat")
    found = net.trace("a1", "p1", tcp(80))
    allowed(found)
    assert seen_by(found) == "10.0.0.220"
    assert names(found.reply)[-2:] == ["open", "a1"]
    net.wear("p1", net.group("g", "tcp 80 from open"))
    denied(net.trace("a1", "p1", tcp(80)), "security_group", "g", direction="inbound")
    net.wear("p1", net.group("h", "tcp 80 from 10.0.0.220/32"))
    allowed(net.trace("a1", "p1", tcp(80)))


def test_inside_a_nat_gateways_own_subnet_no_network_acl_is_asked(net: Base) -> None:
    net.nat()
    net.prv.route("10.0.0.0/24", to="nat")
    into, out = (
        ("90 deny all from 10.0.0.0/24", ALLOW_IN),
        ("90 deny all to 10.0.0.0/24", ALLOW_OUT),
    )
    net.acl(net.pub, into=into, out=out)
    allowed(net.trace("a1", "p1", tcp(80)))


# -- appliances and NAT instances --------------------------------------------------------------------


def test_a_nat_instance_without_a_public_address_has_no_way_out(net: Base) -> None:
    net.appliance(forwards="nat")
    net.prv.route("0.0.0.0/0", to="n")
    denied(net.trace("a1", X, tcp(443)), "internet_gateway", "igw")


def test_a_stopped_nat_instance_forwardsnothing(net: Base) -> None:
    net.appliance(forwards="nat", elastic_ip="198.51.100.50")
    net.prv.route("0.0.0.0/0", to="n")
    allowed(net.trace("a1", X, tcp(443)))
    net.hosts["n"].stop()
    assert net.trace("a1", X, tcp(443)).outcome == "blocked"


def test_an_interface_without_an_instance_forwardsnothing(net: Base) -> None:
    eni = net.pub.network_interface("eni", security_groups=[net.open], source_dest_check=False)
    net.prv.route("0.0.0.0/0", to=eni)
    assert net.trace("a1", X, tcp(443)).outcome == "blocked"


def test_an_appliances_group_must_admit_what_it_passes_on(net: Base) -> None:
    net.appliance(security_groups=[net.group("tight", "tcp 443 from 0.0.0.0/0")])
    net.prv.route("10.0.2.0/24", to="n")
    net.prb.route("10.0.1.0/24", to="n")
    allowed(net.trace("a1", "b1", tcp(443)))
    denied(net.trace("a1", "b1", tcp(80)), "security_group", "tight", direction="inbound")


def test_routes_that_send_a_packet_in_a_circle_stop_it(net: Base) -> None:
    net.appliance()
    net.host("m", net.prb, "10.0.2.20", source_dest_check=False, forwards="forward")
    net.prv.route("203.0.113.0/24", to="n")
    net.pub.route("203.0.113.0/24", to="m")
    net.prb.route("203.0.113.0/24", to="n")
    found = net.trace("a1", X, tcp(443))
    assert found.outcome == "blocked", str(found)
    assert len(found.forward) < 40
    assert found.reply == ()


def test_an_appliance_that_routes_to_itself_stops_the_packet(net: Base) -> None:
    net.appliance()
    net.pub.route("203.0.113.0/24", to="n")
    net.prv.route("203.0.113.0/24", to="n")
    assert net.trace("a1", X, tcp(443)).outcome == "blocked"


# -- what vpclab does not model, or was not told ------------------------------------------------------


def _nat64(net: Base) -> Trace:
    net.prv.route("64:ff9b::/96", to=net.nat())
    return net.trace("a1", "64:ff9b::cb00:710a", tcp(443), ip_version=6)


def _regional(net: Base) -> Trace:
    nat = net.nat()
    net.topology.put(replace(nat.value, availability="regional", subnet_id=None, private_ip=None))
    return net.trace("a1", X, tcp(443))


def _block_public_access(net: Base) -> Trace:
    net.hosts["p1"].elastic_ip("198.51.100.10")
    net.topology.settings = replace(net.topology.settings, block_public_access="block-bidirectional")
    return net.trace("p1", X, tcp(443))


def _reference_over_transit_gateway(net: Base) -> Trace:
    net.hub()
    net.wear("a1", net.group("sg-a"))
    named = net.topology["B"].security_group("sg-y", inbound=["tcp 80 from A/sg-a"])
    net.topology["B1"].instance("y1", security_groups=[named])
    return net.trace("a1", "y1", tcp(80))


def _load_balancer(net: Base) -> Trace:
    eni = net.prb.network_interface("elb", private_ip="10.0.2.60", security_groups=[net.open])
    net.topology.put(replace(eni.value, interface_type="network_load_balancer"))
    return net.trace("a1", "10.0.2.60", tcp(443))


def _route_to_the_unknown(net: Base) -> Trace:
    table = net.prv.route_table.value
    far = Route(ip_network("0.0.0.0/0"), "lgw-0123456789abcdef0")
    net.topology.put(replace(table, routes=(*table.routes, far)))
    return net.trace("a1", X, tcp(443))


UNKNOWN: dict[str, tuple[Ask, str]] = {
    "NAT64": (_nat64, "NAT64"),
    "a regional NAT gateway": (_regional, "regional"),
    "Block Public Access": (_block_public_access, "Block Public Access"),
    "a group reference across a transit gateway": (_reference_over_transit_gateway, "sg-a"),
    "a load balancer": (_load_balancer, "load balancer"),
    "a target that is not in the data": (_route_to_the_unknown, "lgw-0123456789abcdef0"),
}


@pytest.mark.parametrize(("ask", "name"), cases(UNKNOWN))
def test_what_is_not_known_is_named_and_never_guessed(dual: Base, ask: Ask, name: str) -> None:
    found = ask(dual)
    assert found.outcome == "unknown", str(found)
    assert not found.reaches
    assert name in found.because
    assert found.unknowns


# -- what a trace tells ------------------------------------------------------------------------------


def _many(net: Base) -> Trace:
    """Build a flow that five checks stop, three on the way out and two on the way back."""
    net.wear("a1", net.group("out", out=["tcp 443 to 0.0.0.0/0"]))
    net.wear("b1", net.group("in"))
    net.acl(net.prv, out=("100 allow all to 0.0.0.0/0",))
    net.acl(net.prb, out=("100 deny tcp 40000 to 10.0.1.0/24", "110 allow all to 0.0.0.0/0"))
    return net.trace("a1", "b1", tcp(80))


def test_every_blocker_is_listed_in_packet_order(net: Base) -> None:
    found = _many(net)
    assert [(b.leg, b.kind, b.component.name, b.direction) for b in found.blockers] == [
        ("forward", "security_group", "out", "outbound"),
        ("forward", "network_acl", "PRB NACL", "inbound"),
        ("forward", "security_group", "in", "inbound"),
        ("reply", "network_acl", "PRB NACL", "outbound"),
        ("reply", "network_acl", "PRV NACL", "inbound"),
    ]
    assert found.outcome == "blocked"
    assert found.because.startswith(found.blockers[0].because)
    assert "4 more" in found.because


def test_where_there_is_no_next_hop_the_leg_ends_and_no_reply_is_judged(net: Base) -> None:
    found = net.trace("a1", X, tcp(443))
    assert found.forward[-1].kind == "route_table"
    assert found.forward[-1].packet_out is None
    assert found.reply == ()


def _check_on(net: Base) -> None:
    net.appliance(check=True)
    net.prv.route("0.0.0.0/0", to="n")


# preparation, source, target, traffic, words of the reason
BECAUSE: dict[str, tuple[Act, Any, Any, Any, tuple[str, ...]]] = {
    "delivered": (nothing, "a1", "b1", tcp(80), ("arrives", "reply")),
    "a group without a rule": (
        lambda net: net.wear("b1", net.group("web", "tcp 443 from 0.0.0.0/0")),
        "a1", "b1", tcp(80), ("web", "inbound", "tcp 80", "10.0.1.10"),
    ),
    "an entry that denies": (
        lambda net: net.acl(net.prb, into=("7 deny tcp 80 from 10.0.0.0/16",)),
        "a1", "b1", tcp(80), ("PRB NACL", "inbound", "7 deny tcp 80 from 10.0.0.0/16", "10.0.1.10"),
    ),
    "a table without a route": (nothing, "a1", X, tcp(80), ("PRV", "203.0.113.10")),
    "a blackhole": (
        lambda net: net.nat().remove(), "a1", X, tcp(80), ("PRV", "0.0.0.0/0", "203.0.113.10"),
    ),
    "no public address": (nothing, "p1", X, tcp(80), ("igw", "10.0.0.10", "IGW-5")),
    "a private destination": (
        lambda net: net.hosts["p1"].elastic_ip(), "p1", "10.99.1.1", tcp(80), ("igw", "10.99.1.1", "IGW-6"),
    ),
    "a NAT gateway that is asked": (lambda net: net.nat(), X, "nat", tcp(80), ("nat", "NGW-4")),
    "a source/destination check": (_check_on, "a1", X, tcp(80), ("n", "check", "10.0.1.10", "203.0.113.10")),
    "a stopped target": (lambda net: net.hosts["b1"].stop(), "a1", "b1", tcp(80), ("b1", "stopped")),
    "a UDP flow without a reply": (
        lambda net: net.acl(net.prb, into=(ALLOW_IN,)),
        "a1", "b1", udp(53), ("PRB NACL", "outbound", "40000", "One-way"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("prepare", "src", "dst", "traffic", "words"), cases(BECAUSE))
def test_the_reason_names_the_component_the_value_and_the_rule(
    net: Base, prepare: Act, src: Any, dst: Any, traffic: Any, words: tuple[str, ...]
) -> None:
    prepare(net)
    found = net.trace(src, dst, traffic)
    for word in words:
        assert word in found.because
    assert "None" not in str(found)
    assert "0x" not in str(found)


def test_only_udp_has_one_way_use(net: Base) -> None:
    net.acl(net.prb, into=(ALLOW_IN,))
    assert "One-way" not in net.trace("a1", "b1", tcp(53)).because
    assert net.trace("a1", "b1", udp(53)).outcome == "reply-blocked"


SHOWN: dict[str, Ask] = {
    "inside": lambda net: net.trace("a1", "b1", tcp(80)),
    "out by NAT": lambda net: net.trace("a1", X, tcp(443)),
    "in from outside": lambda net: net.trace(X, "p1", tcp(443)),
    "a ping of the NAT gateway": lambda net: net.trace(X, "nat", icmp()),
    "a service": lambda net: net.trace("a1", "10.0.0.2", udp(53)),
    "five blockers": _many,
}


@pytest.mark.parametrize("ask", cases(SHOWN))
def test_a_trace_is_well_formed(net: Base, ask: Ask) -> None:
    net.hosts["p1"].elastic_ip("198.51.100.10")
    net.nat()
    found = ask(net)
    assert found.path == tuple(names(found.forward))
    assert found.reaches is (found.outcome == "delivered")
    assert found.assumed == ()
    for leg, hops in (("forward", found.forward), ("reply", found.reply)):
        assert {hop.kind for hop in hops} <= KINDS
        for before, after in pairwise(hops):
            assert before.packet_out == after.packet_in
        for hop in hops:
            assert isinstance(hop.packet_in, Packet)
            assert (hop.component.id, hop.component.name) != ("", "")
            for decision in hop.decisions:
                assert decision.leg == leg
                assert decision.because
                assert bool(decision.code) is (decision.allowed is not True)
    assert not found.forward or found.forward[-1].packet_out is None
    assert found.source.name in str(found)
    assert found.destination.name in str(found)
    assert found.outcome in repr(found)


# -- connections that are open when something changes ------------------------------------------------


def _ssh(net: Base, rule: str, out: list[str] | None = None) -> tuple[Trace, Any]:
    net.hosts["p1"].elastic_ip("198.51.100.10")
    group = net.group("ssh", rule, out=out)
    net.wear("p1", group)
    return net.trace(X, "p1", tcp(22)), group


def test_a_tracked_connection_outlives_its_rule(net: Base) -> None:
    session, group = _ssh(net, "tcp 22 from 203.0.113.10/32")
    group.revoke(inbound=["tcp 22 from 203.0.113.10/32"])
    assert still_open(session, net.topology).allowed is True
    assert net.trace(X, "p1", tcp(22)).outcome == "blocked"


def test_an_untracked_connection_ends_with_its_rule(net: Base) -> None:
    session, group = _ssh(net, "tcp 22 from 0.0.0.0/0")
    group.revoke(inbound=["tcp 22 from 0.0.0.0/0"])
    decision = still_open(session, net.topology)
    assert (decision.allowed, decision.kind) == (False, "security_group")


def test_an_open_rule_with_a_narrow_answer_is_tracked(net: Base) -> None:
    session, group = _ssh(net, "tcp 22 from 0.0.0.0/0", out=["tcp 443 to 0.0.0.0/0"])
    group.revoke(inbound=["tcp 22 from 0.0.0.0/0"])
    assert still_open(session, net.topology).allowed is True


def test_a_ping_is_always_tracked(net: Base) -> None:
    net.hosts["p1"].elastic_ip("198.51.100.10")
    group = net.group("open2", "all from 0.0.0.0/0")
    net.wear("p1", group)
    session = net.trace(X, "p1", icmp())
    group.revoke(inbound=["all from 0.0.0.0/0"])
    assert still_open(session, net.topology).allowed is True


def test_what_goes_through_a_nat_gateway_is_always_tracked(net: Base) -> None:
    net.nat()
    session = net.trace("a1", X, tcp(443))
    net.open.revoke(outbound=["all to 0.0.0.0/0"])
    assert still_open(session, net.topology).allowed is True
    assert net.trace("a1", X, tcp(443)).outcome == "blocked"


def test_a_network_acl_cuts_an_open_connection(net: Base) -> None:
    session, _ = _ssh(net, "tcp 22 from 203.0.113.10/32")
    net.acl(net.pub, into=("90 deny tcp 22 from 203.0.113.10/32", ALLOW_IN), out=(ALLOW_OUT,))
    decision = still_open(session, net.topology)
    assert (decision.allowed, decision.kind, decision.component.name) == (False, "network_acl", "PUB NACL")


def test_a_lost_route_cuts_an_open_connection(net: Base) -> None:
    session, _ = _ssh(net, "tcp 22 from 203.0.113.10/32")
    net.pub.route_table.remove_route("0.0.0.0/0")
    assert still_open(session, net.topology).allowed is False


def test_a_connection_that_never_was_cannot_stay_open(net: Base) -> None:
    with pytest.raises(BadInput, match="blocked"):
        still_open(net.trace("a1", X, tcp(22)), net.topology)
