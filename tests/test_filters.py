"""Security groups and network ACLs: which packet passes, which rule decides, and what the sentence says."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_network

import pytest
from networks import Base, cases

from vpclab import BadInput, Packet, evaluate_network_acl, evaluate_security_groups
from vpclab.topology.model import ALL, INBOUND, NetworkAcl, NetworkAclEntry, SecurityGroup, SecurityGroupRule

X = "203.0.113.10"
ANY = ip_network("0.0.0.0/0")


def packet(
    what: str, port: object = None, src: str = "10.0.1.10", dst: str = "10.0.2.10", code: int = 0
) -> Packet:
    """Return a packet: ``packet("tcp", 443)``, ``packet("icmp", 8)``, ``packet(50)``."""
    if what in ("icmp", "icmpv6"):
        return Packet(src, dst, what, icmp_type=port, icmp_code=code)  # type: ignore[arg-type]
    return Packet(src, dst, what, dst_port=port)  # type: ignore[arg-type]


SIX = {"src": "2001:db8::1", "dst": "2001:db8::2"}
RANGE = (1024, 65535)

GROUP_RULES: dict[str, tuple[list[str], Packet, bool]] = {
    "no rules, no traffic": ([], packet("tcp", 80), False),
    "a rule for the port": (["tcp 80 from 0.0.0.0/0"], packet("tcp", 80), True),
    "a rule for another port": (["tcp 80 from 0.0.0.0/0"], packet("tcp", 81), False),
    "a rule for another protocol": (["udp 80 from 0.0.0.0/0"], packet("tcp", 80), False),
    "just below a range": (["tcp 1024-2048 from 0.0.0.0/0"], packet("tcp", 1023), False),
    "the first port of a range": (["tcp 1024-2048 from 0.0.0.0/0"], packet("tcp", 1024), True),
    "the last port of a range": (["tcp 1024-2048 from 0.0.0.0/0"], packet("tcp", 2048), True),
    "just above a range": (["tcp 1024-2048 from 0.0.0.0/0"], packet("tcp", 2049), False),
    "every TCP port": (["tcp from 0.0.0.0/0"], packet("tcp", 0), True),
    "every TCP port is no UDP port": (["tcp from 0.0.0.0/0"], packet("udp", 53), False),
    "all traffic is TCP": (["all from 0.0.0.0/0"], packet("tcp", 22), True),
    "all traffic is ICMP": (["all from 0.0.0.0/0"], packet("icmp", 8), True),
    "all traffic is every protocol": (["all from 0.0.0.0/0"], packet(50), True),  # type: ignore[arg-type]
    "one host": (["tcp 80 from 10.0.1.10/32"], packet("tcp", 80), True),
    "another host": (["tcp 80 from 10.0.1.11/32"], packet("tcp", 80), False),
    "the destination is not the peer": (["tcp 80 from 10.0.2.10/32"], packet("tcp", 80), False),
    "order does not matter": (["tcp 22 from 0.0.0.0/0", "tcp 80 from 0.0.0.0/0"], packet("tcp", 80), True),
    "an echo request": (["icmp type 8 from 0.0.0.0/0"], packet("icmp", 8), True),
    "an echo reply is another type": (["icmp type 8 from 0.0.0.0/0"], packet("icmp", 0), False),
    "any code of a type": (["icmp type 3 from 0.0.0.0/0"], packet("icmp", 3, code=4), True),
    "one code of a type": (["icmp 3/4 from 0.0.0.0/0"], packet("icmp", 3, code=3), False),
    "all ICMP": (["icmp from 0.0.0.0/0"], packet("icmp", 11), True),
    "TCP is no ICMP": (["tcp from 0.0.0.0/0"], packet("icmp", 8), False),
    "a protocol by its number": (["protocol 50 from 0.0.0.0/0"], packet(50), True),  # type: ignore[arg-type]
    "another number": (["protocol 50 from 0.0.0.0/0"], packet(51), False),  # type: ignore[arg-type]
    "0.0.0.0/0 is not IPv6": (["all from 0.0.0.0/0"], packet("tcp", 80, **SIX), False),
    "::/0 is not IPv4": (["all from ::/0"], packet("tcp", 80), False),
    "::/0 is IPv6": (["tcp 80 from ::/0"], packet("tcp", 80, **SIX), True),
    "ICMP is not ICMPv6": (["icmp from ::/0"], packet("icmpv6", 128, **SIX), False),
    "ICMPv6 needs protocol 58": (["icmpv6 type 128 from ::/0"], packet("icmpv6", 128, **SIX), True),
    "a group stands for its members": (["tcp 80 from open"], packet("tcp", 80), True),
    "a group does not stand for others": (["tcp 80 from open"], packet("tcp", 80, src="10.0.1.99"), False),
    "a group does not stand for public addresses": (
        ["tcp 80 from open"], packet("tcp", 80, src="198.51.100.10"), False,
    ),
    "a group stands for secondary addresses": (
        ["tcp 80 from open"], packet("tcp", 80, src="10.0.0.61"), True,
    ),
    "a prefix list stands for its blocks": (["tcp 80 from offices"], packet("tcp", 80, src=X), True),
    "a prefix list stands for nothing else": (["tcp 80 from offices"], packet("tcp", 80), False),
    "a range that one rule holds": (["tcp 1024-65535 from 0.0.0.0/0"], packet("tcp", RANGE), True),
    "a range that two rules hold": (
        ["tcp 1024-30000 from 0.0.0.0/0", "tcp 30001-65535 from 10.0.0.0/8"], packet("tcp", RANGE), True,
    ),
    "a range with a hole": (
        ["tcp 1024-30000 from 0.0.0.0/0", "tcp 30002-65535 from 10.0.0.0/8"], packet("tcp", RANGE), False,
    ),
    "a range that a rule and a group hold": (
        ["tcp 1024-30000 from 0.0.0.0/0", "tcp 30001-65535 from open"], packet("tcp", RANGE), True,
    ),
    "a range that one group holds twice": (
        ["tcp 1024-30000 from open", "tcp 30001-65535 from open"], packet("tcp", RANGE), True,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("rules", "sent", "admitted"), cases(GROUP_RULES))
def test_security_group(rules: list[str], sent: Packet, admitted: bool) -> None:
    net = Base()
    net.hosts["p1"].elastic_ip("198.51.100.10")
    net.pub.network_interface(
        "eni", private_ip="10.0.0.60", secondary=["10.0.0.61"], security_groups=["open"]
    )
    net.topology.prefix_list("offices", ["203.0.113.0/24", "198.18.0.0/15"])
    group = net.group("g", *rules, out=[])
    decision = evaluate_security_groups(sent, group, "inbound")
    assert decision.allowed is admitted, str(decision)
    assert (decision.code == "") is admitted
    outward = Packet(
        sent.dst, sent.src, sent.protocol, sent.src_port, sent.dst_port, sent.icmp_type, sent.icmp_code
    )
    mirror = net.group("m", out=[text.replace(" from ", " to ") for text in rules])
    assert evaluate_security_groups(outward, mirror, "outbound").allowed is admitted


def test_groups_count_together_and_the_decision_names_the_one_that_admits() -> None:
    net = Base()
    ssh, web = net.group("ssh", "tcp 22 from 0.0.0.0/0"), net.group("web", "tcp 80 from 10.0.0.0/8")
    decision = evaluate_security_groups(packet("tcp", 80), [ssh, web], "inbound")
    assert (decision.allowed, decision.component.name) == (True, "web")
    assert str(decision.rule) == "tcp 80 from 10.0.0.0/8"
    assert [str(rule) for rule in decision.passed_over] == ["tcp 22 from 0.0.0.0/0"]
    assert evaluate_security_groups(packet("tcp", 443), [ssh, web], "inbound").allowed is False


GROUP_CODES = {
    "an empty direction": ([], "SG_HAS_NO_RULES"),
    "rules, but none that fits": (["tcp 22 from 0.0.0.0/0"], "ENI_SG_RULES_MISMATCH"),
}


@pytest.mark.parametrize(("rules", "code"), cases(GROUP_CODES))
def test_the_code_tells_an_empty_group_from_a_wrong_one(rules: list[str], code: str) -> None:
    decision = evaluate_security_groups(packet("tcp", 80), Base().group("g", *rules, out=[]), "inbound")
    assert (decision.allowed, decision.code, decision.kind) == (False, code, "security_group")
    assert decision.rule is None
    assert decision.direction == "inbound"


def test_a_groups_sentence_names_group_rule_and_packet() -> None:
    group = Base().group("web", "tcp 443 from 10.0.0.0/8")
    yes = evaluate_security_groups(packet("tcp", 443), group, "inbound").because
    for word in ("web", "tcp 443 from 10.0.0.0/8", "10.0.1.10"):
        assert word in yes
    no = evaluate_security_groups(packet("tcp", 22), group, "inbound").because
    for word in ("web", "inbound", "tcp 22", "10.0.1.10"):
        assert word in no


def test_a_groups_sentence_says_which_ports_pass() -> None:
    group = Base().group("g", "tcp 1024-30000 from 0.0.0.0/0")
    assert "1024-30000" in evaluate_security_groups(packet("tcp", RANGE), group, "inbound").because


def test_of_a_frozen_group_alone_nobody_knows_the_members() -> None:
    value = Base().group("g", "tcp 80 from open").value
    decision = evaluate_security_groups(packet("tcp", 80), value, "inbound")
    assert decision.allowed is None
    assert decision.because


def test_a_protocol_without_ports_ignores_the_ports_of_a_rule() -> None:
    rules = (SecurityGroupRule(INBOUND, 50, 100, 200, ANY), SecurityGroupRule(INBOUND, ALL, 443, 443, ANY))
    for rule, sent in zip(rules, (packet(50), packet("tcp", 80)), strict=True):  # type: ignore[arg-type]
        group = SecurityGroup(id="sg-1", name="g", vpc_id="vpc-1", rules=(rule,))
        assert evaluate_security_groups(sent, group, "inbound").allowed is True


ALL_IN, ALL_OUT = "100 allow all from 0.0.0.0/0", "100 allow all to 0.0.0.0/0"
ENTRIES: dict[str, tuple[list[str], Packet, bool, int]] = {  # entries, packet, admitted, number that decided
    "no entries": ([], packet("tcp", 80), False, 32767),
    "an entry that fits": ([ALL_IN], packet("tcp", 80), True, 100),
    "an entry for another port": (["100 allow tcp 443 from 0.0.0.0/0"], packet("tcp", 80), False, 32767),
    "a denial first": (["90 deny tcp 80 from 0.0.0.0/0", ALL_IN], packet("tcp", 80), False, 90),
    "a denial after": ([ALL_IN, "110 deny tcp 80 from 0.0.0.0/0"], packet("tcp", 80), True, 100),
    "numbers decide, not the order of writing": (
        [ALL_IN, "90 deny tcp 80 from 0.0.0.0/0"], packet("tcp", 80), False, 90,
    ),
    "a denial of something else": (["90 deny udp 80 from 0.0.0.0/0", ALL_IN], packet("tcp", 80), True, 100),
    "a denial of another block": (["90 deny all from 10.9.0.0/16", ALL_IN], packet("tcp", 80), True, 100),
    "inbound the source counts": (["90 deny all from 10.0.2.0/24", ALL_IN], packet("tcp", 80), True, 100),
    "the first port of a range": (["5 allow tcp 80-90 from 0.0.0.0/0"], packet("tcp", 80), True, 5),
    "just above a range": (["5 allow tcp 80-90 from 0.0.0.0/0"], packet("tcp", 91), False, 32767),
    "an echo request": (["5 allow icmp type 8 from 0.0.0.0/0"], packet("icmp", 8), True, 5),
    "an echo reply needs its own entry": (
        ["5 allow icmp type 8 from 0.0.0.0/0"], packet("icmp", 0), False, 32767,
    ),
    "a protocol by its number": (["5 allow protocol 50 from 0.0.0.0/0"], packet(50), True, 5),  # type: ignore[arg-type]
    "IPv6 has its own entries": ([ALL_IN], packet("tcp", 80, **SIX), False, 32767),
    "an IPv6 entry": ([ALL_IN, "101 allow all from ::/0"], packet("tcp", 80, **SIX), True, 101),
    "an IPv6 denial leaves IPv4 alone": (["90 deny all from ::/0", ALL_IN], packet("tcp", 80), True, 100),
    "a range that one entry holds": (
        ["5 allow tcp 1024-65535 from 0.0.0.0/0"], packet("tcp", RANGE), True, 5,
    ),
    "a range that two entries hold": (
        ["5 allow tcp 1024-30000 from 0.0.0.0/0", "6 allow tcp 30001-65535 from 10.0.0.0/8"],
        packet("tcp", RANGE), True, 5,
    ),
    "a range with a hole": (
        ["5 allow tcp 1024-30000 from 0.0.0.0/0", "6 allow tcp 30002-65535 from 10.0.0.0/8"],
        packet("tcp", RANGE), False, 0,
    ),
    "a range with a denied port inside": (
        ["5 deny tcp 3389 from 0.0.0.0/0", ALL_IN], packet("tcp", RANGE), False, 5,
    ),
    "a denied port outside the range": (
        ["5 deny tcp 22 from 0.0.0.0/0", ALL_IN], packet("tcp", RANGE), True, 100,
    ),
    "a denial hidden by an earlier allowance": (
        ["5 allow tcp 3389 from 0.0.0.0/0", "6 deny tcp 3389 from 0.0.0.0/0", ALL_IN],
        packet("tcp", RANGE), True, 0,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("entries", "sent", "admitted", "number"), cases(ENTRIES))
def test_network_acl(entries: list[str], sent: Packet, admitted: bool, number: int) -> None:
    net = Base()
    acl = net.vpc.network_acl("acl", inbound=entries)
    decision = evaluate_network_acl(sent, acl, "inbound")
    assert decision.allowed is admitted, str(decision)
    assert decision.code == ("" if admitted else "SUBNET_ACL_RESTRICTION")
    if number:
        assert decision.rule.number == number
    outward = Packet(
        sent.dst, sent.src, sent.protocol, sent.src_port, sent.dst_port, sent.icmp_type, sent.icmp_code
    )
    mirror = net.vpc.network_acl("mirror", outbound=[text.replace(" from ", " to ") for text in entries])
    assert evaluate_network_acl(outward, mirror, "outbound").allowed is admitted
    assert (
        evaluate_network_acl(sent, mirror, "inbound").allowed is False
    )  # the other direction has no entries


def test_a_network_acl_lists_the_entries_it_passed_over() -> None:
    entries = ["200 allow all from 0.0.0.0/0", "50 deny udp from 0.0.0.0/0", "90 deny tcp 22 from 0.0.0.0/0"]
    acl = Base().vpc.network_acl("acl", inbound=entries)
    decision = evaluate_network_acl(packet("tcp", 80), acl, "inbound")
    assert [entry.number for entry in decision.passed_over] == [50, 90]
    assert (decision.kind, decision.component.name, decision.direction) == ("network_acl", "acl", "inbound")


def test_a_network_acls_sentence_names_acl_entry_and_packet() -> None:
    acl = Base().vpc.network_acl("edge", inbound=["90 deny tcp 22 from 10.0.0.0/8"])
    denied = evaluate_network_acl(packet("tcp", 22), acl, "inbound").because
    for word in ("edge", "inbound", "90 deny tcp 22 from 10.0.0.0/8", "10.0.1.10"):
        assert word in denied
    rest = evaluate_network_acl(packet("tcp", 80), acl, "inbound")
    for word in ("edge", "*", "tcp 80", "10.0.1.10"):
        assert word in rest.because
    assert str(rest.rule).startswith("* deny all")


def test_a_network_acls_sentence_says_which_ports_pass() -> None:
    acl = Base().vpc.network_acl("acl", inbound=["5 deny tcp 3389 from 0.0.0.0/0", ALL_IN])
    because = evaluate_network_acl(packet("tcp", RANGE), acl, "inbound").because
    assert "1024-3388" in because
    assert "3390-65535" in because


def test_an_entry_without_ports_ignores_the_ports_it_carries() -> None:
    acl = NetworkAcl(id="acl-1", name="acl", vpc_id="vpc-1")
    for number, sent in ((ALL, packet("tcp", 80)), (50, packet(50))):  # type: ignore[arg-type]
        entry = NetworkAclEntry(INBOUND, 100, True, number, ANY, 443, 443)
        assert evaluate_network_acl(sent, replace(acl, entries=(entry,)), "inbound").allowed is True


DIRECTIONS = {"inbound": "inbound", "ingress": "inbound", "outbound": "outbound", "egress": "outbound"}


@pytest.mark.parametrize(("word", "side"), DIRECTIONS.items())
def test_a_direction_has_two_names(word: str, side: str) -> None:
    net = Base()
    assert evaluate_security_groups(packet("tcp", 80), net.open, word).direction == side
    assert evaluate_network_acl(packet("tcp", 80), net.pub.network_acl, word).direction == side


def test_another_direction_lists_the_two() -> None:
    net = Base()
    with pytest.raises(BadInput, match=r"'sideways'.*inbound.*outbound"):
        evaluate_security_groups(packet("tcp", 80), net.open, "sideways")
    with pytest.raises(BadInput, match=r"'sideways'.*inbound.*outbound"):
        evaluate_network_acl(packet("tcp", 80), net.pub.network_acl, "sideways")


def test_what_is_no_filter_is_named() -> None:
    net = Base()
    with pytest.raises(BadInput, match="subnet A/PUB"):
        evaluate_network_acl(packet("tcp", 80), net.pub, "inbound")
    with pytest.raises(BadInput, match=r"PUB.* is not a security group"):
        evaluate_security_groups(packet("tcp", 80), net.pub, "inbound")
