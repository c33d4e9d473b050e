"""Building a network: what AWS makes along, what it changes, what it refuses, and how things are called."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Network
from typing import Any

import pytest
from networks import ALLOW_IN, ALLOW_OUT, Base, X, allowed, cases, denied, nothing

from vpclab import Ambiguous, BadInput, NotFound, Refused, Topology, tcp, trace
from vpclab.topology.model import ElasticIp, Instance, NetworkInterface, SecurityGroup

Act = Callable[[Base], object]


def everything(topology: Topology) -> list[Any]:
    """Return all values of a topology, to compare before and after."""
    return list(topology.snapshot())


@pytest.fixture
def net() -> Base:
    return Base()


# -- blocks ------------------------------------------------------------------------------------------

VPC_BLOCKS = {
    "/16 is the largest": ("10.0.0.0/16", "10.0.0.0/16"),
    "/28 is the smallest": ("10.0.0.0/28", "10.0.0.0/28"),
    "/15 is too large": ("10.0.0.0/15", "InvalidVpc.Range VPC-2"),
    "/29 is too small": ("10.0.0.0/29", "InvalidVpc.Range VPC-2"),
    "host bits are cleared": ("100.68.0.18/18", "100.68.0.0/18"),
    "public ranges are accepted": ("11.0.0.0/16", "11.0.0.0/16"),
    "shared ranges are accepted": ("100.64.0.0/16", "100.64.0.0/16"),
    "the range of Docker is legal": ("172.17.0.0/16", "172.17.0.0/16"),
    "0.0.0.0/8 is forbidden": ("0.1.0.0/16", "InvalidVpc.Range VPC-3"),
    "127.0.0.0/8 is forbidden": ("127.255.0.0/16", "InvalidVpc.Range VPC-3"),
    "169.254.0.0/16 is forbidden": ("169.254.7.0/24", "InvalidVpc.Range VPC-3"),
    "224.0.0.0/4 is forbidden": ("239.0.0.0/16", "InvalidVpc.Range VPC-3"),
    "just below 224.0.0.0/4 is accepted": ("223.255.0.0/16", "223.255.0.0/16"),
    "the main block is IPv4": ("2001:db8::/56", "InvalidVpc.Range VPC-2"),
}


@pytest.mark.parametrize(("block", "expected"), cases(VPC_BLOCKS))
def test_vpc_block(block: str, expected: str) -> None:
    topology = Topology("t")
    if "/" in expected.split()[0]:
        assert topology.vpc("A", block).value.cidrs == (IPv4Network(expected),)
        return
    code, fact = expected.split()
    with pytest.raises(Refused, match=fact) as refused:
        topology.vpc("A", block)
    assert refused.value.code == code
    assert everything(topology) == []


BESIDE = {  # VPC-8: with the first block present, is the second one refused?
    "10/8 refuses 172.16/12": ("10.5.0.0/16", "172.16.0.0/16", True),
    "10/8 refuses 192.168/16": ("10.5.0.0/16", "192.168.7.0/24", True),
    "10/8 refuses 198.19/16": ("10.5.0.0/16", "198.19.0.0/16", True),
    "10/8 takes more of 10/8": ("10.5.0.0/16", "10.6.0.0/16", False),
    "10/8 takes 10.0/16 if nothing of 10.0/15 is there": ("10.2.0.0/16", "10.0.0.0/16", False),
    "10.1/16 refuses 10.0/16": ("10.1.0.0/16", "10.0.0.0/16", True),
    "10.0/15 refuses a part of 10.0/16": ("10.1.255.0/24", "10.0.255.0/24", True),
    "10.0/16 takes 10.1/16": ("10.0.0.0/16", "10.1.0.0/16", False),
    "10/8 takes public blocks": ("10.0.0.0/16", "11.0.0.0/16", False),
    "10/8 takes shared blocks": ("10.0.0.0/16", "100.64.0.0/16", False),
    "172.16/12 refuses 10/8": ("172.20.0.0/16", "10.0.0.0/16", True),
    "172.16/12 refuses 192.168/16": ("172.20.0.0/16", "192.168.0.0/16", True),
    "172.16/12 refuses 172.31/16": ("172.20.0.0/16", "172.31.4.0/24", True),
    "172.16/12 refuses 198.19/16": ("172.20.0.0/16", "198.19.1.0/24", True),
    "172.16/12 takes more of 172.16/12": ("172.20.0.0/16", "172.30.0.0/16", False),
    "192.168/16 refuses 10/8": ("192.168.0.0/24", "10.0.0.0/24", True),
    "192.168/16 refuses 172.16/12": ("192.168.0.0/24", "172.16.0.0/24", True),
    "192.168/16 refuses 198.19/16": ("192.168.0.0/24", "198.19.0.0/24", True),
    "192.168/16 takes more of 192.168/16": ("192.168.0.0/24", "192.168.1.0/24", False),
    "198.19/16 refuses 10/8": ("198.19.0.0/24", "10.0.0.0/24", True),
    "198.19/16 refuses 172.16/12": ("198.19.0.0/24", "172.16.0.0/24", True),
    "198.19/16 refuses 192.168/16": ("198.19.0.0/24", "192.168.0.0/24", True),
    "198.19/16 takes public blocks": ("198.19.0.0/24", "11.0.0.0/24", False),
    "100.64/10 refuses 10/8": ("100.64.0.0/24", "10.0.0.0/24", True),
    "100.64/10 refuses 198.19/16": ("100.64.0.0/24", "198.19.0.0/24", True),
    "100.64/10 takes more of 100.64/10": ("100.64.0.0/24", "100.127.0.0/24", False),
    "100.64/10 takes public blocks": ("100.64.0.0/24", "11.0.0.0/24", False),
    "a public block refuses 172.16/12": ("11.0.0.0/24", "172.16.0.0/24", True),
    "a public block refuses 198.19/16": ("11.0.0.0/24", "198.19.0.0/24", True),
    "a public block takes public blocks": ("11.0.0.0/24", "12.0.0.0/24", False),
    "a public block takes 100.64/10": ("11.0.0.0/24", "100.64.0.0/24", False),
}


@pytest.mark.parametrize(("present", "added", "refused"), cases(BESIDE))
def test_secondary_block_beside_another(present: str, added: str, refused: bool) -> None:
    vpc = Topology("t").vpc("A", present)
    if refused:
        with pytest.raises(Refused, match="VPC-8"):
            vpc.add_cidr(added)
        assert len(vpc.value.cidrs) == 1
    else:
        vpc.add_cidr(added)
        assert vpc.value.cidrs == (IPv4Network(present), IPv4Network(added))


IPV6_BLOCKS = {
    "/44 is the largest": ("2001:db8::/44", True),
    "/48 is a step": ("2001:db8::/48", True),
    "/56 is usual": ("2001:db8::/56", True),
    "/60 is the smallest": ("2001:db8::/60", True),
    "/43 is too large": ("2001:db8::/43", False),
    "/50 is no step of four": ("2001:db8::/50", False),
    "/61 is too small": ("2001:db8::/61", False),
    "/64 is a subnet's": ("2001:db8::/64", False),
}


@pytest.mark.parametrize(("block", "fits"), cases(IPV6_BLOCKS))
def test_ipv6_block_of_a_vpc(block: str, fits: bool) -> None:
    if fits:
        assert str(Topology("t").vpc("A", "10.0.0.0/16", ipv6=block).value.ipv6_cidrs[0]) == block
    else:
        with pytest.raises(Refused, match="VPC-11"):
            Topology("t").vpc("A", "10.0.0.0/16", ipv6=block)


SUBNETS = {
    "the whole VPC": ("10.0.0.0/16", None),
    "a /28": ("10.0.255.240/28", None),
    "beside another subnet": ("10.0.2.0/24", None),
    "host bits are cleared": ("10.0.9.77/24", None),
    "a /29 is too small": ("10.0.9.0/29", "InvalidSubnet.Range"),
    "a /15 is too large": ("10.0.0.0/15", "InvalidSubnet.Range"),
    "outside the VPC": ("10.1.0.0/24", "InvalidSubnet.Range"),
    "the same as another": ("10.0.1.0/24", "InvalidSubnet.Conflict"),
    "inside another": ("10.0.1.128/25", "InvalidSubnet.Conflict"),
    "around another": ("10.0.0.0/23", "InvalidSubnet.Conflict"),
    "in an IPv6 block of the VPC": ("2001:db8:0:ff::/64", None),
    "an IPv6 /60": ("2001:db8:0:f0::/60", None),
    "an IPv6 /62 is no step of four": ("2001:db8:0:f0::/62", "InvalidSubnet.Range"),
    "an IPv6 /68 is too small": ("2001:db8:0:f0::/68", "InvalidSubnet.Range"),
    "an IPv6 block outside the VPC": ("2001:db8:1::/64", "InvalidSubnet.Range"),
    "the same IPv6 block as another": ("2001:db8::/64", "InvalidSubnet.Conflict"),
}


@pytest.mark.parametrize(("block", "code"), cases(SUBNETS))
def test_subnet_block(block: str, code: str | None) -> None:
    topology = Topology("t")
    vpc = topology.vpc("A", "10.0.0.0/16", ipv6="2001:db8::/56")
    if block != "10.0.0.0/16":
        vpc.subnet("there", "10.0.1.0/24", ipv6="2001:db8::/64")
    before = everything(topology)
    six = ":" in block
    if code:
        with pytest.raises(Refused) as refused:
            vpc.subnet("new", None if six else block, ipv6=block if six else None)
        assert refused.value.code == code
        assert everything(topology) == before
    else:
        made = vpc.subnet("new", None if six else block, ipv6=block if six else None).value
        assert str(made.ipv6_cidr if six else made.cidr) == block.replace("9.77", "9.0")


def test_ipv6_blocks_come_from_amazon_one_after_the_other() -> None:
    topology = Topology("t")
    first = topology.vpc("A", "10.0.0.0/16", ipv6=True)
    second = topology.vpc("B", "10.0.0.0/16", ipv6=True)
    (one,), (two,) = first.value.ipv6_cidrs, second.value.ipv6_cidrs
    assert one.prefixlen == two.prefixlen == 56
    assert not one.overlaps(two)
    subnets = [first.subnet(name, f"10.0.{i}.0/24", ipv6=True).value for i, name in enumerate("abc")]
    assert [s.ipv6_cidr.prefixlen for s in subnets] == [64, 64, 64]
    assert len({s.ipv6_cidr for s in subnets}) == 3
    assert all(s.ipv6_cidr.subnet_of(one) for s in subnets)


def test_a_first_ipv6_block_opens_the_unedited_defaults(capsys: pytest.CaptureFixture[str]) -> None:
    topology = Topology("t")
    for name in ("plain", "edited"):
        topology.vpc(name, "10.0.0.0/16")
    edited = topology["edited"]
    edited.default_network_acl.entries(inbound=["100 allow tcp 443 from 0.0.0.0/0"])
    for name in ("plain", "edited"):
        topology.vpc(name, "10.0.0.0/16", ipv6=True)
    plain = topology["plain"]
    assert [str(e) for e in plain.default_network_acl.value.entries] == [
        "100 allow all from 0.0.0.0/0",
        "100 allow all to 0.0.0.0/0",
        "101 allow all from ::/0",
        "101 allow all to ::/0",
    ]
    assert "::/0" not in str(edited.default_network_acl.value.entries)
    assert "all to ::/0" in [str(rule) for rule in plain.default_security_group.value.rules]
    block = plain.value.ipv6_cidrs[0]
    assert (block, "local") in [(r.destination, r.target) for r in plain.main_route_table.value.routes]


# -- what a VPC comes with ---------------------------------------------------------------------------


def test_a_new_vpc_has_a_main_table_a_network_acl_and_a_group() -> None:
    vpc = Topology("t").vpc("A", "10.0.0.0/16")
    kinds = [value.kind for value in vpc.topology.snapshot()]
    assert sorted(kinds) == ["network_acl", "route_table", "security_group", "vpc"]
    assert [str(r) for r in vpc.main_route_table.value.routes] == ["10.0.0.0/16 → local"]
    assert [str(e) for e in vpc.default_network_acl.value.entries] == [ALLOW_IN, ALLOW_OUT]
    assert [str(r) for r in vpc.default_security_group.value.rules] == [
        "all from default",
        "all to 0.0.0.0/0",
    ]
    assert (vpc.value.dns_support, vpc.value.dns_hostnames) == (True, False)


def test_a_new_group_lets_everything_out_andnothing_in(net: Base) -> None:
    assert [str(r) for r in net.group("new").value.rules] == ["all to 0.0.0.0/0"]


def test_a_new_network_acl_has_no_entries_and_no_subnets(net: Base) -> None:
    acl = net.vpc.network_acl("new").value
    assert (acl.entries, acl.subnet_ids) == ((), ())


def test_without_a_group_an_instance_gets_the_default_one(net: Base) -> None:
    made = net.prv.instance("plain")
    assert made.interfaces[0].value.group_ids == (net.vpc.default_security_group.id,)


def test_a_subnet_without_an_association_follows_the_main_table(net: Base) -> None:
    loose = net.vpc.subnet("loose", "10.0.9.0/24")
    assert loose.route_table == net.vpc.main_route_table
    other = net.vpc.route_table("other")
    other.make_main()
    assert net.vpc.main_route_table == other
    assert (loose.route_table, net.prv.route_table.name) == (other, "PRV")


def test_a_route_of_a_subnet_does_not_touch_the_main_table(net: Base) -> None:
    loose = net.vpc.subnet("loose", "10.0.9.0/24")
    loose.route("0.0.0.0/0", to=net.igw)
    assert loose.is_public
    assert len(net.vpc.main_route_table.value.routes) == 1
    assert loose.route_table.value.subnet_ids == (loose.id,)


def test_a_further_block_gives_every_table_a_local_route(net: Base) -> None:
    net.vpc.add_cidr("10.1.0.0/16")
    for table in (net.vpc.main_route_table, net.pub.route_table, net.prv.route_table):
        local = [str(r.destination) for r in table.value.routes if r.target == "local"]
        assert sorted(local) == ["10.0.0.0/16", "10.1.0.0/16"]
    net.vpc.remove_cidr("10.1.0.0/16")
    assert [str(r) for r in net.prv.route_table.value.routes] == ["10.0.0.0/16 → local"]


def test_a_zone_is_a_letter_or_a_full_name() -> None:
    topology = Topology("t", region="eu-west-1")
    assert topology.vpc("A", "10.0.0.0/16").subnet("a", "10.0.0.0/24", az="b").value.az == "eu-west-1b"
    there = topology.vpc("B", "10.0.0.0/16", region="us-east-1", account="999988887777")
    assert (there.value.region, there.value.account) == ("us-east-1", "999988887777")
    assert there.subnet("a", "10.0.0.0/24", az="us-east-1c").value.az == "us-east-1c"
    with pytest.raises(Refused, match="VPC-1"):
        there.subnet("b", "10.0.1.0/24", az="eu-west-1a")


# -- addresses ---------------------------------------------------------------------------------------

ADDRESSES = {
    "the network address": ("10.0.0.0", "SUB-3"),
    "the router's": ("10.0.0.1", "SUB-3"),
    "the resolver's": ("10.0.0.2", "SUB-3"),
    "the one kept for later": ("10.0.0.3", "SUB-3"),
    "the broadcast address": ("10.0.0.255", "SUB-3"),
    "one of another subnet": ("10.0.1.4", "SUB-2"),
    "one that is taken": ("10.0.0.10", "10.0.0.10"),
    "the first free one": ("10.0.0.4", ""),
    "the last free one": ("10.0.0.254", ""),
}


@pytest.mark.parametrize(("address", "fact"), cases(ADDRESSES))
def test_private_address(net: Base, address: str, fact: str) -> None:
    if fact:
        with pytest.raises(Refused, match=fact):
            net.pub.network_interface("eni", private_ip=address)
    else:
        assert str(net.pub.network_interface("eni", private_ip=address).private_ip) == address


@pytest.mark.parametrize("last", ["::", "::1", "::2", "::3", "::ffff:ffff:ffff:ffff"])
def test_five_ipv6_addresses_of_a_subnet_are_reserved(last: str) -> None:
    vpc = Topology("t").vpc("A", "10.0.0.0/16", ipv6="2001:db8:0:100::/56")
    subnet = vpc.subnet("s", "10.0.0.0/24", ipv6="2001:db8:0:100::/64")
    with pytest.raises(Refused, match=r"SUB-3|SUB-5"):
        subnet.instance("i", ipv6="2001:db8:0:100" + last.replace("::ffff", ":ffff"))
    assert str(subnet.instance("i", ipv6="2001:db8:0:100::4").ipv6) == "2001:db8:0:100::4"


def test_a_slash_28_holds_eleven_addresses() -> None:
    subnet = Topology("t").vpc("A", "10.0.0.0/24").subnet("s", "10.0.0.0/28")
    taken = [subnet.instance(f"i{n}").private_ip for n in range(11)]
    assert sorted(map(str, taken)) == sorted(f"10.0.0.{n}" for n in range(4, 15))
    with pytest.raises(Refused, match="SUB-3") as refused:
        subnet.instance("one too many")
    assert refused.value.code == "InsufficientFreeAddressesInSubnet"


def test_addresses_repeat_in_every_run() -> None:
    def build() -> list[Any]:
        net = Base()
        net.nat()
        net.pub.instance("p2", public_ip=True)
        return everything(net.topology)

    assert build() == build()


def test_secondary_addresses_are_the_interfaces_own(net: Base) -> None:
    made = net.pub.network_interface("eni", private_ip="10.0.0.30", secondary=["10.0.0.31", "10.0.0.32"])
    assert [str(a.address) for a in made.value.addresses] == ["10.0.0.30", "10.0.0.31", "10.0.0.32"]
    with pytest.raises(Refused, match=r"10\.0\.0\.31"):
        net.pub.network_interface("other", private_ip="10.0.0.31")


PUBLIC_ON_LAUNCH = {
    "a subnet gives none by default": (False, None, False),
    "a subnet may give one to every instance": (True, None, True),
    "an instance may ask for one": (False, True, True),
    "an instance may refuse it": (True, False, False),
}


@pytest.mark.parametrize(("subnet_gives", "asked", "has"), cases(PUBLIC_ON_LAUNCH))
def test_automatic_public_address(subnet_gives: bool, asked: bool | None, has: bool) -> None:
    vpc = Topology("t").vpc("A", "10.0.0.0/16")
    subnet = vpc.subnet("s", "10.0.0.0/24", public_ip_on_launch=subnet_gives)
    assert bool(subnet.instance("i", public_ip=asked).public_ip) is has


def test_ipv6_addresses_are_given_when_asked_for() -> None:
    vpc = Topology("t").vpc("A", "10.0.0.0/16", ipv6=True)
    plain = vpc.subnet("plain", "10.0.0.0/24", ipv6=True)
    gives = vpc.subnet("gives", "10.0.1.0/24", ipv6=True, ipv6_on_launch=True)
    only = vpc.subnet("only", ipv6=True)
    assert plain.instance("a").ipv6 is None
    assert plain.instance("b", ipv6=True).ipv6 in plain.value.ipv6_cidr
    assert gives.instance("c").ipv6 in gives.value.ipv6_cidr
    single = only.instance("d")
    assert (single.private_ip, single.ipv6 in only.value.ipv6_cidr) == (None, True)


# -- desired state -----------------------------------------------------------------------------------

DECLARATIONS: dict[str, Act] = {
    "a VPC": lambda net: net.topology.vpc("B", "10.8.0.0/16", secondary=["10.9.0.0/16"], ipv6=True),
    "a subnet": lambda net: net.vpc.subnet("s", "10.0.7.0/24", az="b"),
    "an internet gateway": lambda net: net.vpc.internet_gateway(),
    "a route table": lambda net: net.vpc.route_table("t", subnets=[net.prv]),
    "a route": lambda net: net.prv.route("0.0.0.0/0", to=net.igw),
    "a route through an instance": lambda net: net.prv.route("0.0.0.0/0", to=net.appliance()),
    "a group": lambda net: net.group("g", "tcp 80-90 from 10.0.0.0/8", "all from self", out=[]),
    "a network ACL": lambda net: net.acl(net.prv, into=(ALLOW_IN,), out=("200 deny tcp 22 to 0.0.0.0/0",)),
    "a prefix list": lambda net: net.topology.prefix_list("pl", ["10.0.0.0/8"]),
    "an instance": lambda net: net.prv.instance("i"),
    "an instance with a public address": lambda net: net.pub.instance("i", public_ip=True),
    "an instance with an Elastic IP": lambda net: net.pub.instance("i", elastic_ip=True),
    "an instance with an IPv6 address": lambda net: net.pub.instance("i", ipv6=False),
    "an interface": lambda net: net.pub.network_interface("e", secondary=["10.0.0.77"]),
    "a NAT gateway": lambda net: net.nat(),
    "a NAT gateway without a word": lambda net: net.pub.nat_gateway(),
    "an Elastic IP": lambda net: net.topology.elastic_ip("198.51.100.77"),
    "an egress-only internet gateway": lambda net: net.topology.vpc(
        "S", "10.8.0.0/16", ipv6=True
    ).egress_only_internet_gateway(),
    "a virtual private gateway, a site and a VPN connection": lambda net: net.vpn(),
    "propagation": lambda net: net.prv.route_table.propagate(net.vpn()),
    "a peering": lambda net: net.peered(),
    "a transit gateway": lambda net: net.hub(),
    "a transit gateway's route": lambda net: net.hub().default_route_table.route("0.0.0.0/0", to="tgw-C"),
    "a gateway endpoint": lambda net: net.vpc.gateway_endpoint("s3", [net.prv.route_table]),
    "an interface endpoint": lambda net: net.vpc.interface_endpoint("ssm", [net.prv, net.prb]),
    "a gateway's table": lambda net: _edge(net),
    "an association": lambda net: net.vpc.main_route_table.associate(net.prv),
}


@pytest.mark.parametrize("declare", cases(DECLARATIONS))
def test_the_same_again_changesnothing(net: Base, declare: Act, capsys: pytest.CaptureFixture[str]) -> None:
    declare(net)
    before = everything(net.topology)
    capsys.readouterr()
    declare(net)
    assert everything(net.topology) == before
    assert capsys.readouterr().out == ""


CHANGES: dict[str, tuple[Act, Act, tuple[str, ...]]] = {
    "a DNS attribute": (
        lambda net: net.topology.vpc("B", "10.8.0.0/16"),
        lambda net: net.topology.vpc("B", "10.8.0.0/16", dns_hostnames=True),
        ("B", "dns hostnames", "False → True"),
    ),
    "a further block": (
        lambda net: net.topology.vpc("B", "10.8.0.0/16"),
        lambda net: net.topology.vpc("B", "10.8.0.0/16", secondary=["10.9.0.0/16"]),
        ("B", "+ 10.9.0.0/16"),
    ),
    "automatic public addresses": (
        lambda net: net.vpc.subnet("s", "10.0.7.0/24"),
        lambda net: net.vpc.subnet("s", "10.0.7.0/24", public_ip_on_launch=True),
        ("s", "public ip on launch", "True"),
    ),
    "rules": (
        lambda net: net.group("web", "tcp 80 from 0.0.0.0/0"),
        lambda net: net.group("web", "tcp 443 from 0.0.0.0/0"),
        ("web", "− tcp 80 from 0.0.0.0/0", "+ tcp 443 from 0.0.0.0/0"),
    ),
    "a rule that is added": (
        lambda net: net.group("web", out=[]),
        lambda net: net.group("web", out=[]).allow(inbound=["tcp 443 from 0.0.0.0/0"]),
        ("web", "+ tcp 443 from 0.0.0.0/0"),
    ),
    "a rule that is revoked": (
        lambda net: net.group("web", "tcp 80 from 0.0.0.0/0", "tcp 443 from 0.0.0.0/0"),
        lambda net: net.topology["A/web"].revoke(inbound=["tcp 80 from 0.0.0.0/0"]),
        ("web", "− tcp 80 from 0.0.0.0/0"),
    ),
    "entries": (
        lambda net: net.vpc.network_acl("edge", inbound=["100 allow tcp 80 from 0.0.0.0/0"]),
        lambda net: net.vpc.network_acl("edge", inbound=["100 deny tcp 80 from 0.0.0.0/0"]),
        ("edge", "− 100 allow tcp 80 from 0.0.0.0/0", "+ 100 deny tcp 80 from 0.0.0.0/0"),
    ),
    "a route's target": (
        lambda net: net.nat(),
        lambda net: net.prv.route("0.0.0.0/0", to=net.igw),
        ("PRV", "0.0.0.0/0", "nat", "igw"),
    ),
    "an interface's groups": (
        lambda net: net.group("web"),
        lambda net: net.wear("a1", net.topology["A/web"]),
        ("a1", "open", "web"),
    ),
    "the source/destination check": (
        lambda net: net.appliance(check=True),
        lambda net: net.appliance(check=False),
        ("n", "source dest check", "True → False"),
    ),
    "what an instance forwards": (
        lambda net: net.appliance(forwards="forward"),
        lambda net: net.appliance(forwards="nat"),
        ("n", "forward → nat"),
    ),
    "the blocks of a prefix list": (
        lambda net: net.topology.prefix_list("pl", ["10.0.0.0/8"]),
        lambda net: net.topology.prefix_list("pl", ["10.0.0.0/8", "172.16.0.0/12"]),
        ("pl", "+ 172.16.0.0/12"),
    ),
}


@pytest.mark.parametrize(("first", "then", "words"), cases(CHANGES))
def test_a_change_is_made_and_said_in_one_line(
    net: Base, first: Act, then: Act, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    first(net)
    before = everything(net.topology)
    capsys.readouterr()
    then(net)
    assert everything(net.topology) != before
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 1, said
    for word in words:
        assert word in said[0]


IMMUTABLE: dict[str, tuple[Act, str]] = {
    "a VPC's primary block": (lambda net: net.topology.vpc("A", "10.8.0.0/16"), "10.0.0.0/16"),
    "a VPC's Region": (
        lambda net: net.topology.vpc("A", "10.0.0.0/16", region="us-east-1", dns_hostnames=True),
        "ap-northeast-1",
    ),
    "a subnet's block": (lambda net: net.vpc.subnet("PRV", "10.0.7.0/24"), "10.0.1.0/24"),
    "a subnet's zone": (lambda net: net.vpc.subnet("PRV", "10.0.1.0/24", az="b"), "ap-northeast-1a"),
    "an instance's subnet": (lambda net: net.prb.instance("a1"), "PRB"),
    "an instance's address": (
        lambda net: net.prv.instance("a1", private_ip="10.0.1.77", security_groups=[net.open]),
        "10.0.1.10",
    ),
    "a NAT gateway's address": (lambda net: net.pub.nat_gateway("nat", private_ip="10.0.0.99"), "10.0.0.220"),
    "a NAT gateway's subnet": (lambda net: net.prb.nat_gateway("nat"), "nat"),
    "a NAT gateway's connectivity": (
        lambda net: net.pub.nat_gateway("nat", connectivity="private"),
        "public",
    ),
}


@pytest.mark.parametrize(("change", "value"), cases(IMMUTABLE))
def test_what_aws_cannot_change_is_refused_with_a_way_out(net: Base, change: Act, value: str) -> None:
    net.nat()
    before = everything(net.topology)
    with pytest.raises(Refused) as refused:
        change(net)
    assert value in str(refused.value)
    assert "name" in refused.value.way_out
    assert everything(net.topology) == before


# -- what AWS refuses --------------------------------------------------------------------------------


def _other_vpc(net: Base) -> Any:
    other = net.topology.vpc("B", "10.1.0.0/16")
    other.security_group("theirs")
    other.internet_gateway("their igw")
    subnet = other.subnet("B1", "10.1.0.0/24")
    subnet.instance("y1")
    return subnet


def _edge(net: Base) -> None:
    """Let the table "edge" serve the internet gateway, beside an appliance n."""
    net.appliance()
    net.vpc.route_table("edge").associate_gateway(net.igw)


def _two_transit_gateways(net: Base) -> None:
    net.hub().peer(net.topology.transit_gateway("far", region="us-east-1"))


def _rules(count: int, block: str = "0.0.0.0/0") -> list[str]:
    return [f"tcp {port} from {block}" for port in range(1, count + 1)]


def _entries(count: int) -> list[str]:
    return [f"{number} allow tcp {number} from 0.0.0.0/0" for number in range(1, count + 1)]


def _with_elastic_ip(net: Base) -> None:
    net.hosts["p1"].elastic_ip("198.51.100.10")


# preparation, refused act, AWS's code (or what our own begins with), words of the message
REFUSED: dict[str, tuple[Act, Act, str, str]] = {
    "a second block that overlaps": (
        nothing, lambda net: net.vpc.add_cidr("10.0.128.0/17"), "InvalidVpc.Range", "VPC-6",
    ),
    "a sixth block": (
        lambda net: [net.vpc.add_cidr(f"10.{n}.0.0/16") for n in range(1, 5)],
        lambda net: net.vpc.add_cidr("10.5.0.0/16"), "CidrLimitExceeded", "VPC-6",
    ),
    "a block of which a subnet is left": (
        lambda net: (net.vpc.add_cidr("10.1.0.0/16"), net.vpc.subnet("s", "10.1.0.0/24")),
        lambda net: net.vpc.remove_cidr("10.1.0.0/16"), "DependencyViolation", "A/s",
    ),
    "a block as large as a route's destination": (
        lambda net: net.prv.route("10.1.0.0/24", to=net.appliance()),
        lambda net: net.vpc.add_cidr("10.1.0.0/24"), "", "VPC-7",
    ),
    "a block larger than a route's destination": (
        lambda net: net.prv.route("10.1.0.0/24", to=net.appliance()),
        lambda net: net.vpc.add_cidr("10.1.0.0/16"), "", "VPC-7",
    ),
    "a second internet gateway": (
        nothing, lambda net: net.vpc.internet_gateway("second"), "Resource.AlreadyAssociated", "IGW-1",
    ),
    "to detach the gateway of a public instance": (
        _with_elastic_ip, lambda net: net.igw.detach(), "DependencyViolation", "IGW-13",
    ),
    "a public NAT gateway in a VPC without an internet gateway": (
        lambda net: net.topology.vpc("B", "10.4.0.0/16").subnet("B1", "10.4.0.0/24"),
        lambda net: net.topology["B1"].nat_gateway("n"), "", "NGW-2",
    ),
    "a private NAT gateway with an Elastic IP": (
        nothing,
        lambda net: net.pub.nat_gateway("n", connectivity="private", elastic_ip="198.51.100.9"), "", "NGW-1",
    ),
    "a NAT gateway with an Elastic IP in use": (
        _with_elastic_ip, lambda net: net.pub.nat_gateway("n", elastic_ip="198.51.100.10"),
        "Resource.AlreadyAssociated", "198.51.100.10",
    ),
    "a route to the local target outside the VPC": (
        nothing, lambda net: net.prv.route("0.0.0.0/0", to="local"), "", "RT-4",
    ),
    "a route to the internet gateway of another VPC": (
        _other_vpc, lambda net: net.prv.route("0.0.0.0/0", to="their igw"), "", "RT-16",
    ),
    "a route to a detached internet gateway": (
        lambda net: net.igw.detach(), lambda net: net.prv.route("0.0.0.0/0", to=net.igw), "", "RT-16",
    ),
    "a route to a subnet": (
        nothing, lambda net: net.prv.route("0.0.0.0/0", to=net.pub), "", "RT-16",
    ),
    "a route to an instance with two interfaces": (
        lambda net: net.hosts["p1"].attach(net.pub.network_interface("eth1")),
        lambda net: net.prv.route("0.0.0.0/0", to="p1"), "", "RT-16",
    ),
    "to remove the local route": (
        nothing, lambda net: net.prv.route_table.remove_route("10.0.0.0/16"), "", "RT-4",
    ),
    "a table of another VPC for a subnet": (
        _other_vpc, lambda net: net.prv.route_table.associate(net.topology["B1"]), "", "B1",
    ),
    "to delete the main table": (
        nothing, lambda net: net.vpc.main_route_table.remove(), "DependencyViolation", "RT-3",
    ),
    "to delete a table that serves a subnet": (
        nothing, lambda net: net.prv.route_table.remove(), "DependencyViolation", "A/PRV",
    ),
    "to delete the default network ACL": (
        nothing, lambda net: net.vpc.default_network_acl.remove(), "", "ACL-2",
    ),
    "to delete a network ACL that guards a subnet": (
        lambda net: net.acl(net.prv),
        lambda net: net.prv.network_acl.remove(), "DependencyViolation", "A/PRV",
    ),
    "to delete a VPC with subnets": (
        nothing, lambda net: net.vpc.remove(), "DependencyViolation", "A/PRV",
    ),
    "to delete a subnet with instances": (
        nothing, lambda net: net.prv.remove(), "DependencyViolation", "A/a1",
    ),
    "to delete a subnet with a NAT gateway": (
        lambda net: net.vpc.subnet("s", "10.0.9.0/24").nat_gateway("n"),
        lambda net: net.topology["s"].remove(), "DependencyViolation", "A/n",
    ),
    "to delete a group that an interface carries": (
        nothing, lambda net: net.open.remove(), "DependencyViolation", "A/a1",
    ),
    "to delete a group that another group names": (
        lambda net: (net.group("web"), net.group("db", "tcp 3306 from web")),
        lambda net: net.topology["A/web"].remove(), "DependencyViolation", "A/db",
    ),
    "to delete an interface that is attached": (
        nothing, lambda net: net.hosts["a1"].interfaces[0].remove(), "DependencyViolation", "A/a1",
    ),
    "to release an Elastic IP that is associated": (
        _with_elastic_ip, lambda net: net.topology["198.51.100.10"].remove(), "InvalidIPAddress.InUse", "p1",
    ),
    "an IPv6 Elastic IP": (
        nothing, lambda net: net.topology.elastic_ip("2001:db8::1"), "vpclab:", "EIP-1",
    ),
    "a private Elastic IP": (
        nothing, lambda net: net.topology.elastic_ip("10.0.0.9"), "", "EIP-1",
    ),
    "an Elastic IP that is an automatic address": (
        lambda net: net.pub.instance("q", public_ip="198.51.100.60"),
        lambda net: net.topology.elastic_ip("198.51.100.60"), "", "198.51.100.60",
    ),
    "an Elastic IP on an interface without IPv4": (
        lambda net: net.topology.vpc("S", "10.8.0.0/16", ipv6=True).subnet("six", ipv6=True).instance("s1"),
        lambda net: net.topology["s1"].elastic_ip(), "", "EIP-1",
    ),
    "an interface in another zone": (
        lambda net: net.prb.network_interface("far"), lambda net: net.hosts["a1"].attach("far"), "", "ENI-2",
    ),
    "an interface that another instance has": (
        lambda net: net.hosts["a2"].attach(net.prv.network_interface("eth1")),
        lambda net: net.hosts["a1"].attach("eth1"), "", "ENI-2",
    ),
    "an interface without a group": (
        nothing, lambda net: net.wear("a1"), "", "SG-3",
    ),
    "a group of another VPC on an interface": (
        _other_vpc, lambda net: net.wear("a1", "theirs"), "", "theirs",
    ),
    "a rule that names a group of another VPC": (
        _other_vpc, lambda net: net.group("web", "tcp 80 from theirs"), "", "theirs",
    ),
    "a second group called default": (
        nothing, lambda net: net.vpc.security_group("default"), "InvalidParameterValue", "SG-1",
    ),
    "an empty default network ACL": (
        nothing, lambda net: net.vpc.network_acl("default"), "vpclab:RESERVED_NAME", "ACL-2",
    ),
    "a sixth group": (
        lambda net: [net.group(f"g{n}") for n in range(6)],
        lambda net: net.wear("a1", *[f"g{n}" for n in range(6)]),
        "SecurityGroupsPerInterfaceLimitExceeded", "SG-26",
    ),
    "a 61st inbound rule": (
        nothing,
        lambda net: net.group("big", *_rules(61)), "RulesPerSecurityGroupLimitExceeded", "SG-26",
    ),
    "a 61st rule that is added": (
        lambda net: net.group("big", *_rules(60)),
        lambda net: net.topology["A/big"].allow(inbound=["udp 53 from 0.0.0.0/0"]), "", "SG-26",
    ),
    "entry number 0": (
        nothing, lambda net: net.acl(net.prv, into=("0 allow all from 0.0.0.0/0",)), "", "ACL-4",
    ),
    "entry number 32767": (
        nothing, lambda net: net.acl(net.prv, out=("32767 allow all to 0.0.0.0/0",)), "", "ACL-4",
    ),
    "an entry number twice": (
        nothing, lambda net: net.acl(net.prv, into=(ALLOW_IN, "100 deny all from 10.0.0.0/8")),
        "NetworkAclEntryAlreadyExists", "ACL-4",
    ),
    "a 21st entry": (
        nothing, lambda net: net.vpc.network_acl("big", inbound=_entries(21)), "", "ACL-13",
    ),
    "a prefix list of two families": (
        nothing,
        lambda net: net.topology.prefix_list("pl", ["10.0.0.0/8", "2001:db8::/32"]), "", "RT-19",
    ),
    "an IPv6 subnet in a VPC without IPv6": (
        nothing, lambda net: net.vpc.subnet("s", "10.0.9.0/24", ipv6=True), "", "VPC-11",
    ),
    "a subnet without a block": (
        nothing, lambda net: net.vpc.subnet("s"), "", "SUB-6",
    ),
    "an IPv6 address in a subnet without IPv6": (
        nothing, lambda net: net.prv.instance("i", ipv6=True), "", "PRV",
    ),
    "a second egress-only internet gateway": (
        lambda net: net.topology.vpc("S", "10.8.0.0/16", ipv6=True).egress_only_internet_gateway(),
        lambda net: net.topology["S"].egress_only_internet_gateway("second"), "vpclab:", "EIGW-2",
    ),
    "an egress-only internet gateway in a VPC without IPv6": (
        nothing, lambda net: net.vpc.egress_only_internet_gateway(), "", "VPC-11",
    ),
    "a second virtual private gateway": (
        lambda net: net.vpn(), lambda net: net.vpc.virtual_private_gateway("second"), "vpclab:", "VGW-1",
    ),
    "to delete a virtual private gateway with a connection": (
        lambda net: net.vpn(), lambda net: net.topology["vgw"].remove(), "DependencyViolation", "vpn",
    ),
    "to remove a site with a connection": (
        lambda net: net.vpn(), lambda net: net.topology["OP"].remove(), "DependencyViolation", "vpn",
    ),
    "a second peering of two VPCs": (
        lambda net: net.peered(), lambda net: net.vpc.peer("B", "again"),
        "VpcPeeringConnectionAlreadyExists", "PCX-3",
    ),
    "a second peering asked for by the other VPC": (
        lambda net: net.peered(), lambda net: net.topology["B"].peer("A", "again"), "", "PCX-3",
    ),
    "a peering of VPCs whose secondary blocks overlap": (
        lambda net: (
            net.vpc.add_cidr("10.7.0.0/16"),
            net.topology.vpc("B", "10.8.0.0/16", secondary=["10.7.0.0/24"]),
        ),
        lambda net: net.vpc.peer("B"), "vpclab:", "PCX-3",
    ),
    "to accept a peering that is active": (
        lambda net: net.peered(), lambda net: net.topology["pcx"].accept(), "InvalidStateTransition", "PCX-2",
    ),
    "a block that an active peer has": (
        lambda net: net.vpc.peer(net.beside("B", "10.1.0.0/16", "y1").vpc, "pcx"),
        lambda net: net.vpc.add_cidr("10.1.4.0/24"), "InvalidVpc.Range", "VPC-9",
    ),
    "a block while a peering is asked for": (
        lambda net: net.peered(status="pending-acceptance"),
        lambda net: net.vpc.add_cidr("10.3.0.0/16"), "", "VPC-9",
    ),
    "a route to the peering of two other VPCs": (
        lambda net: net.topology.vpc("C", "10.2.0.0/16").peer(net.topology.vpc("B", "10.1.0.0/16"), "pcx"),
        lambda net: net.prv.route("10.1.0.0/16", to="pcx"), "", "RT-16",
    ),
    "IPv4 to an egress-only internet gateway": (
        lambda net: net.topology.vpc("S", "10.8.0.0/16", ipv6=True).egress_only_internet_gateway(),
        lambda net: net.topology["S"].main_route_table.route("0.0.0.0/0", to="eigw"), "", "RT-16",
    ),
    "to remove the route of a gateway endpoint": (
        lambda net: net.vpc.gateway_endpoint("s3", [net.prv.route_table]),
        lambda net: net.prv.route_table.remove_route("com.amazonaws.ap-northeast-1.s3"), "", "VPE-3",
    ),
    "a route to a gateway endpoint": (
        lambda net: net.vpc.gateway_endpoint("s3", name="gw"),
        lambda net: net.prv.route("203.0.113.0/24", to="gw"), "", "VPE-3",
    ),
    "to remove a propagated route": (
        lambda net: net.prv.route_table.propagate(net.vpn()),
        lambda net: net.prv.route_table.remove_route("192.168.0.0/16"), "", "RT-17",
    ),
    "a route to a transit gateway without an attachment": (
        lambda net: net.topology.transit_gateway("tgw"),
        lambda net: net.prv.route("0.0.0.0/0", to="tgw"), "", "RT-16",
    ),
    "an endpoint's route in a table of another VPC": (
        _other_vpc,
        lambda net: net.vpc.gateway_endpoint("s3", [net.topology["B"].main_route_table]), "", "main",
    ),
    "a part of a subnet in a gateway's table": (
        _edge, lambda net: net.topology["edge"].route("10.0.0.0/25", to="n"), "", "RT-11",
    ),
    "a block outside the VPC in a gateway's table": (
        _edge, lambda net: net.topology["edge"].route("0.0.0.0/0", to="n"), "", "GRT-2",
    ),
    "a NAT gateway in a gateway's table": (
        lambda net: (_edge(net), net.nat()),
        lambda net: net.topology["edge"].route("10.0.0.0/24", to="nat"), "", "GRT-1",
    ),
    "propagation into a gateway's table": (
        lambda net: (_edge(net), net.vpn()), lambda net: net.topology["edge"].propagate("vgw"), "", "GRT-2",
    ),
    "a gateway for a table that leads out of the VPC": (
        nothing, lambda net: net.pub.route_table.associate_gateway(net.igw), "", "GRT-2",
    ),
    "a gateway for the main table": (
        nothing, lambda net: net.vpc.main_route_table.associate_gateway(net.igw), "", "RT-3",
    ),
    "a gateway's table as the main one": (
        _edge, lambda net: net.topology["edge"].make_main(), "", "RT-3",
    ),
    "to delete a table that serves a gateway": (
        _edge, lambda net: net.topology["edge"].remove(), "DependencyViolation", "igw",
    ),
    "an outbound rule that names a group across a transit gateway": (
        lambda net: (net.hub(), net.topology["B"].security_group("theirs")),
        lambda net: net.group("g", out=["tcp 80 to B/theirs"]), "", "SG-21",
    ),
    "to delete a prefix list that a rule names": (
        lambda net: (net.topology.prefix_list("pl", ["10.0.0.0/8"]), net.group("g", "all from pl")),
        lambda net: net.topology["pl"].remove(), "DependencyViolation", "A/g",
    ),
    "an attachment without a subnet": (
        lambda net: net.topology.transit_gateway("tgw"),
        lambda net: net.topology["tgw"].attach(net.vpc, []), "", "TGW-3",
    ),
    "an attachment with two subnets of a zone": (
        lambda net: net.topology.transit_gateway("tgw"),
        lambda net: net.topology["tgw"].attach(net.vpc, [net.pub, net.prv]), "", "TGW-3",
    ),
    "a VPC of another Region on a transit gateway": (
        lambda net: (
            net.topology.transit_gateway("tgw"),
            net.beside("B", "10.1.0.0/16", "y1", region="us-east-1"),
        ),
        lambda net: net.topology["tgw"].attach("B", ["B1"]), "", "TGW-1",
    ),
    "a second attachment of a VPC": (
        lambda net: net.hub(),
        lambda net: net.topology["tgw"].attach(net.vpc, [net.prv, net.prb], name="again"), "", "TGW-2",
    ),
    "a peer that propagates": (
        _two_transit_gateways,
        lambda net: net.topology["tgw"].default_route_table.propagate("tgw-far"), "vpclab:", "TGW-2",
    ),
    "an attachment of another transit gateway in a table": (
        _two_transit_gateways,
        lambda net: net.topology["far"].default_route_table.route("10.0.0.0/16", to="tgw-A"), "", "TGW-2",
    ),
    "to delete a transit gateway with attachments": (
        lambda net: net.hub(), lambda net: net.topology["tgw"].remove(), "DependencyViolation", "tgw-A",
    ),
    "to delete a transit gateway's table that is used": (
        lambda net: net.hub(),
        lambda net: net.topology["tgw"].default_route_table.remove(), "DependencyViolation", "tgw-A",
    ),
    "a gateway endpoint for another service": (
        nothing, lambda net: net.vpc.gateway_endpoint("ssm"), "InvalidServiceName", "VPE-2",
    ),
    "a gateway endpoint for another Region": (
        nothing, lambda net: net.vpc.gateway_endpoint("com.amazonaws.us-east-1.s3"), "", "VPE-5",
    ),
    "private DNS without DNS hostnames": (
        lambda net: net.topology.vpc("A", "10.0.0.0/16", dns_hostnames=False),
        lambda net: net.vpc.interface_endpoint("ssm", [net.prv]), "", "VPE-12",
    ),
    "to delete an endpoint's interface": (
        lambda net: net.vpc.interface_endpoint("ssm", [net.prv], name="e"),
        lambda net: net.topology["e"].interfaces[0].remove(), "", "ENI-4",
    ),
    "an IPv6 address as public IPv4": (
        nothing, lambda net: net.pub.instance("i", public_ip="2001:db8::1"), "", "IGW-3",
    ),
    "an interface in another subnet": (
        lambda net: net.prv.network_interface("e"),
        lambda net: net.prb.network_interface("e"), "vpclab:", "ENI-2",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("prepare", "act", "code", "words"), cases(REFUSED))
def test_refused(net: Base, prepare: Act, act: Act, code: str, words: str) -> None:
    prepare(net)
    before = everything(net.topology)
    with pytest.raises(Refused) as refused:
        act(net)
    assert everything(net.topology) == before
    error = refused.value
    assert error.code.startswith(code)
    assert words in str(error)
    assert error.value
    assert error.rule
    assert error.way_out


ACCEPTED: dict[str, tuple[Act, Act]] = {
    "a block smaller than a route's destination": (
        lambda net: net.prv.route("10.1.0.0/24", to=net.appliance()),
        lambda net: net.vpc.add_cidr("10.1.0.0/25"),
    ),
    "five groups": (
        lambda net: [net.group(f"g{n}") for n in range(5)],
        lambda net: net.wear("a1", *[f"g{n}" for n in range(5)]),
    ),
    "60 IPv4 and 60 IPv6 rules": (
        nothing,
        lambda net: net.group("big", *_rules(60), *_rules(60, "::/0")),
    ),
    "20 entries in each direction": (
        nothing,
        lambda net: net.vpc.network_acl(
            "big", inbound=_entries(20), outbound=[e.replace("from", "to") for e in _entries(20)]
        ),
    ),
    "entry numbers 1 and 32766": (
        nothing,
        lambda net: net.acl(net.prv, into=("1 deny all from 10.0.0.0/8", "32766 allow all from 0.0.0.0/0")),
    ),
    "to detach the gateway once the public instance is stopped": (
        lambda net: (_with_elastic_ip(net), net.hosts["p1"].stop()),
        lambda net: net.igw.detach(),
    ),
    "to delete a group that only names itself": (
        lambda net: net.group("cluster", "all from self"),
        lambda net: net.topology["A/cluster"].remove(),
    ),
    "a second NAT gateway": (lambda net: net.nat(), lambda net: net.pub.nat_gateway("nat2")),
    "a private NAT gateway without an internet gateway": (
        lambda net: net.topology.vpc("B", "10.1.0.0/16").subnet("B1", "10.1.0.0/24"),
        lambda net: net.topology["B1"].nat_gateway("n", connectivity="private"),
    ),
    "a block for the VPC that is asked to peer": (
        lambda net: net.peered(status="pending-acceptance"),
        lambda net: net.topology["B"].add_cidr("10.3.0.0/16"),
    ),
    "to accept a peering": (
        lambda net: net.peered(status="pending-acceptance"),
        lambda net: net.topology["pcx"].accept(),
    ),
    "a whole subnet's block in a gateway's table": (
        _edge,
        lambda net: net.topology["edge"].route("10.0.1.0/24", to="n"),
    ),
    "the VPC's whole block in a gateway's table": (
        _edge,
        lambda net: net.topology["edge"].route("10.0.0.0/16", to="n"),
    ),
    "an endpoint for S3 beside the gateway endpoint": (
        lambda net: net.vpc.gateway_endpoint("s3", [net.prv.route_table]),
        lambda net: net.vpc.interface_endpoint("s3", [net.prv], private_dns=False),
    ),
    "an inbound rule that names a group of a peer": (
        lambda net: net.peered(),
        lambda net: net.group("g", "tcp 80 from B/open"),
    ),
    "a further interface of the same zone": (
        lambda net: net.pub.network_interface("eth1"),
        lambda net: net.hosts["a1"].attach("eth1"),
    ),
}


@pytest.mark.parametrize(("prepare", "act"), cases(ACCEPTED))
def test_accepted(net: Base, prepare: Act, act: Act) -> None:
    prepare(net)
    before = everything(net.topology)
    act(net)
    assert everything(net.topology) != before


ROUTES: dict[str, tuple[str, str, str]] = {  # destination, target, fact of the refusal
    "a whole subnet to an interface": ("10.0.2.0/24", "n", ""),
    "a whole subnet to a NAT gateway": ("10.0.2.0/24", "nat", ""),
    "a whole subnet to the internet gateway": ("10.0.2.0/24", "igw", "RT-11"),
    "half a subnet to an interface": ("10.0.2.0/25", "n", "RT-11"),
    "two subnets to an interface": ("10.0.2.0/23", "n", "RT-11"),
    "a block of the VPC without a subnet": ("10.0.77.0/24", "n", "RT-11"),
    "the VPC's whole block to an interface": ("10.0.0.0/16", "n", ""),
    "the VPC's whole block to the internet gateway": ("10.0.0.0/16", "igw", "RT-11"),
    "a block around the VPC": ("10.0.0.0/8", "igw", ""),
    "reserved addresses": ("169.254.168.0/22", "n", "RT-12"),
    "one reserved address": ("169.254.169.254/32", "n", "RT-12"),
    "a block around the reserved addresses": ("169.254.0.0/16", "n", ""),
    "link-local beside the reserved addresses": ("169.254.172.0/24", "n", ""),
    "reserved IPv6 addresses": ("fd00:ec2::/32", "n", "RT-12"),
    "a reserved IPv6 address": ("fd00:ec2::254/128", "n", "RT-12"),
    "a block around the reserved IPv6 addresses": ("fd00::/16", "n", ""),
    "IPv6 to a NAT gateway": ("::/0", "nat", "RT-16"),
    "NAT64": ("64:ff9b::/96", "nat", ""),
    "IPv6 to the internet gateway": ("::/0", "igw", ""),
    "a host": ("203.0.113.10/32", "igw", ""),
}


@pytest.mark.parametrize(("destination", "target", "fact"), cases(ROUTES))
def test_route_destination(net: Base, destination: str, target: str, fact: str) -> None:
    net.appliance()
    net.nat()
    table = net.prv.route_table
    before = table.value
    if fact:
        with pytest.raises(Refused, match=fact):
            net.prv.route(destination, to=target)
        assert table.value == before
    else:
        net.prv.route(destination, to=target)
        assert net.topology[target] is not None
        chosen = [r.target for r in table.value.routes if str(r.destination) == destination]
        assert len(chosen) == 1
        assert target in chosen[0]


def test_the_local_routes_target_is_swapped_and_restored(net: Base) -> None:
    net.prv.route("10.0.0.0/16", to=net.appliance())
    assert "local" not in [r.target for r in net.prv.route_table.value.routes]
    net.prv.route("10.0.0.0/16", to="local")
    assert [str(r) for r in net.prv.route_table.value.routes] == ["10.0.0.0/16 → local"]


def test_a_second_association_replaces_the_first(net: Base) -> None:
    other = net.vpc.route_table("other", subnets=[net.prv])
    assert net.prv.route_table == other
    assert [t.name for t in net.topology.values(type(other.value)) if net.prv.id in t.subnet_ids] == ["other"]


BAD_INPUT: dict[str, tuple[Act, str]] = {
    "a block without a prefix": (lambda net: net.topology.vpc("B", "10.8.0.0"), "10.8.0.0"),
    "a block that is none": (lambda net: net.topology.vpc("B", "ten/16"), "ten/16"),
    "an impossible prefix": (lambda net: net.topology.vpc("B", "10.8.0.0/33"), "10.8.0.0/33"),
    "an address that is none": (lambda net: net.prv.instance("i", private_ip="10.0.1.300"), "10.0.1.300"),
    "a rule without its word": (lambda net: net.group("g", "tcp 80 0.0.0.0/0"), "from"),
    "an inbound rule that says to": (lambda net: net.group("g", "tcp 80 to 0.0.0.0/0"), "from"),
    "an outbound rule that says from": (lambda net: net.group("g", out=["tcp 80 from 0.0.0.0/0"]), "to"),
    "an unknown protocol": (lambda net: net.group("g", "http from 0.0.0.0/0"), "http"),
    "a port that is too large": (lambda net: net.group("g", "tcp 65536 from 0.0.0.0/0"), "65536"),
    "a range the wrong way round": (lambda net: net.group("g", "tcp 90-80 from 0.0.0.0/0"), "90-80"),
    "two ports": (lambda net: net.group("g", "tcp 80, 443 from 0.0.0.0/0"), "80 443"),
    "a port for all traffic": (lambda net: net.group("g", "all 80 from 0.0.0.0/0"), "tcp 80"),
    "an ICMP type that is too large": (lambda net: net.group("g", "icmp type 256 from 0.0.0.0/0"), "256"),
    "a group that is not there": (lambda net: net.group("g", "tcp 80 from nobody"), "nobody"),
    "an entry without a number": (lambda net: net.acl(net.prv, into=("allow all from 0.0.0.0/0",)), "100"),
    "an entry without a verdict": (lambda net: net.acl(net.prv, into=("100 all from 0.0.0.0/0",)), "allow"),
    "an entry that names a group": (lambda net: net.acl(net.prv, into=("100 allow all from open",)), "open"),
    "an unknown way to forward": (lambda net: net.prv.instance("i", forwards="bridge"), "bridge"),
    "an unknown kind of NAT gateway": (lambda net: net.pub.nat_gateway(connectivity="both"), "both"),
    "an empty name": (lambda net: net.prv.instance(" "), "' '"),
    "a name with a slash": (lambda net: net.vpc.subnet("a/b", "10.0.9.0/24"), "a/b"),
    "a name that is a number": (lambda net: net.topology.vpc(7, "10.8.0.0/16"), "7"),  # type: ignore[arg-type]
    "a site without a block": (lambda net: net.topology.site("office"), "office"),
    "a VPN connection with static routes and BGP": (
        lambda net: net.topology.vpn_connection(
            "v", gateway="vgw", site="OP", static=["192.168.0.0/16"], announces=["192.168.0.0/16"]
        ),
        "not both",
    ),
    "a VPN connection with three tunnels": (
        lambda net: net.topology.vpn_connection("v", gateway="vgw", site="OP", tunnels_up=3),
        "3",
    ),
    "a customer gateway without IPv4": (
        lambda net: net.topology.customer_gateway("device", "2001:db8::1"),
        "2001:db8::1",
    ),
    "an unknown status of a peering": (lambda net: net.vpc.peer("A", status="open"), "pending-acceptance"),
    "an address too few for an endpoint": (
        lambda net: net.vpc.interface_endpoint("ssm", [net.prv, net.prb], private_ips=["10.0.1.50"]),
        "2 subnets",
    ),
    "a subnet where a group is meant": (lambda net: net.wear("a1", net.pub), "subnet A/PUB"),
    "an IPv6 block for an IPv4 subnet": (lambda net: net.vpc.subnet("s", "2001:db8::/64"), "2001:db8::/64"),
}


@pytest.mark.parametrize(("act", "words"), cases(BAD_INPUT))
def test_what_cannot_be_read_is_named(net: Base, act: Act, words: str) -> None:
    before = everything(net.topology)
    with pytest.raises((BadInput, Refused)) as bad:
        act(net)
    assert words in str(bad.value)
    assert everything(net.topology) == before


def test_a_block_of_the_other_family_is_named() -> None:
    vpc = Topology("t").vpc("A", "10.0.0.0/16", ipv6="2001:db8::/56")
    with pytest.raises(BadInput, match=r"2001:db8::/64 is an IPv6 block"):
        vpc.subnet("s", "2001:db8::/64")
    with pytest.raises(BadInput, match=r"10\.0\.0\.0/24 is an IPv4 block"):
        vpc.subnet("s", ipv6="10.0.0.0/24")


RULE_TEXTS = {
    "a port": ("tcp 443 from 0.0.0.0/0", "tcp 443 from 0.0.0.0/0"),
    "a range": ("udp 1024-65535 from 10.0.0.0/8", "udp 1024-65535 from 10.0.0.0/8"),
    "every port": ("tcp from 10.0.0.0/8", "tcp from 10.0.0.0/8"),
    "every port by its numbers": ("tcp 0-65535 from 10.0.0.0/8", "tcp from 10.0.0.0/8"),
    "everything": ("all from 10.0.0.0/8", "all from 10.0.0.0/8"),
    "everything, as the console says": ("All traffic from 10.0.0.0/8", "all from 10.0.0.0/8"),
    "host bits are cleared": ("tcp 22 from 10.0.0.7/24", "tcp 22 from 10.0.0.0/24"),
    "an ICMP type": ("icmp type 8 from 0.0.0.0/0", "icmp type 8 from 0.0.0.0/0"),
    "an ICMP type and code": ("icmp 3/4 from 0.0.0.0/0", "icmp type 3 code 4 from 0.0.0.0/0"),
    "all ICMP": ("icmp from 0.0.0.0/0", "icmp from 0.0.0.0/0"),
    "ICMP of IPv6": ("icmpv6 type 128 from ::/0", "icmpv6 type 128 from ::/0"),
    "a ping": ("ping from 0.0.0.0/0", "icmp type 8 from 0.0.0.0/0"),
    "a protocol number": ("protocol 50 from 10.0.0.0/8", "protocol 50 from 10.0.0.0/8"),
    "a group": ("tcp 22 from open", "tcp 22 from open"),
    "the group itself": ("tcp 22 from self", "tcp 22 from g"),
    "capitals": ("TCP 22 FROM 0.0.0.0/0", "tcp 22 from 0.0.0.0/0"),
}


@pytest.mark.parametrize(("text", "read"), cases(RULE_TEXTS))
def test_a_rule_is_read(net: Base, text: str, read: str) -> None:
    assert str(net.group("g", text, out=[]).value.rules[0]) == read


MISSING: dict[str, tuple[Act, str]] = {
    "a block that the VPC does not have": (lambda net: net.vpc.remove_cidr("10.9.0.0/16"), "10.0.0.0/16"),
    "a route that is not there": (lambda net: net.pub.route_table.remove_route("1.0.0.0/8"), "0.0.0.0/0"),
    "a gateway that a table does not serve": (
        lambda net: net.prv.route_table.disassociate_gateway(net.igw),
        "igw",
    ),
    "a gateway that does not propagate": (
        lambda net: net.prv.route_table.stop_propagating(net.vpn()),
        "PRV",
    ),
    "a transit gateway's route that is not there": (
        lambda net: net.hub().default_route_table.remove_route("10.9.0.0/16"),
        "10.9.0.0/16",
    ),
    "a zone without a subnet": (lambda net: net.topology.fail_az("d"), "ap-northeast-1a, ap-northeast-1b"),
}


@pytest.mark.parametrize(("act", "words"), cases(MISSING))
def test_what_is_missing_is_named(net: Base, act: Act, words: str) -> None:
    with pytest.raises(NotFound) as missing:
        act(net)
    assert words in str(missing.value)


def test_a_rule_that_is_written_twice_counts_once(net: Base) -> None:
    group = net.group("g", "tcp 22 from 10.0.0.0/8", "tcp 22 from 10.0.0.7/8", out=[])
    assert len(group.value.rules) == 1


def test_revoking_a_rule_that_is_not_there_lists_those_that_are(net: Base) -> None:
    group = net.group("g", "tcp 22 from 10.0.0.0/8", out=[])
    with pytest.raises(NotFound, match=r"tcp 22 from 10\.0\.0\.0/8"):
        group.revoke(inbound=["tcp 23 from 10.0.0.0/8"])


# -- public addresses over time ----------------------------------------------------------------------


def test_stopping_releases_an_automatic_address_and_starting_gives_a_new_one(net: Base) -> None:
    host = net.pub.instance("q", public_ip="198.51.100.60")
    host.stop()
    assert (host.public_ip, host.value.state) == (None, "stopped")
    host.stop()
    net.topology.elastic_ip("198.51.100.60")  # somebody else has it by now
    host.start()
    assert host.value.state == "running"
    assert host.public_ip is not None
    assert str(host.public_ip) != "198.51.100.60"


def test_a_released_address_does_not_come_back_by_itself_not_even_in_a_copy(net: Base) -> None:
    host = net.pub.instance("q", public_ip=True)
    first = host.public_ip
    host.stop()
    twin = net.topology.copy()
    for topology in (net.topology, twin):
        topology["q"].start()
        assert topology["q"].public_ip not in (None, first)


def test_an_elastic_ip_survives_a_stop(net: Base) -> None:
    _with_elastic_ip(net)
    net.hosts["p1"].stop()
    net.hosts["p1"].start()
    assert str(net.hosts["p1"].public_ip) == "198.51.100.10"


def test_with_a_second_interface_no_new_automatic_address_comes(net: Base) -> None:
    host = net.pub.instance("q", public_ip=True)
    host.attach(net.pub.network_interface("eth1"))
    host.stop()
    host.start()
    assert host.public_ip is None


def test_an_instance_without_a_public_address_gets_none_by_a_restart(net: Base) -> None:
    net.hosts["a1"].stop()
    net.hosts["a1"].start()
    assert net.hosts["a1"].public_ip is None


def test_declaring_a_stopped_instance_again_gives_it_no_public_address(net: Base) -> None:
    net.pub.instance("q", public_ip=True).stop()
    again = net.pub.instance("q", public_ip=True)
    assert (again.value.state, again.public_ip) == ("stopped", None)


def test_an_elastic_ip_takes_the_place_of_an_automatic_address(net: Base) -> None:
    host = net.pub.instance("q", public_ip="198.51.100.60")
    host.elastic_ip("198.51.100.61")
    assert str(host.public_ip) == "198.51.100.61"
    assert str(net.pub.instance("r", public_ip="198.51.100.60").public_ip) == "198.51.100.60"


def test_an_elastic_ip_stays_yours_when_its_instance_goes(net: Base) -> None:
    _with_elastic_ip(net)
    net.hosts["p1"].remove()
    eip = net.topology.elastic_ip("198.51.100.10")
    assert (eip.value.interface_id, len(net.topology.values(ElasticIp))) == (None, 1)
    net.hosts["a1"].elastic_ip("198.51.100.10")
    assert str(net.hosts["a1"].public_ip) == "198.51.100.10"


def test_an_elastic_ip_is_bound_to_one_interface_at_a_time(net: Base) -> None:
    _with_elastic_ip(net)
    net.hosts["p1"].elastic_ip("198.51.100.11")  # the first one is free again
    net.hosts["a1"].elastic_ip("198.51.100.10")
    assert (str(net.hosts["p1"].public_ip), str(net.hosts["a1"].public_ip)) == (
        "198.51.100.11",
        "198.51.100.10",
    )
    free = [e.address for e in net.topology.values(ElasticIp) if e.interface_id is None]
    assert free == []


def test_an_elastic_ip_is_released_once_it_is_free(net: Base) -> None:
    eip = net.topology.elastic_ip()
    eip.remove()
    assert net.topology.values(ElasticIp) == ()
    with pytest.raises(NotFound, match="removed"):
        _ = eip.value


# -- removing ----------------------------------------------------------------------------------------


def test_a_removed_nat_gateway_leaves_a_blackhole_and_a_free_elastic_ip(net: Base) -> None:
    nat = net.nat()
    nat.remove()
    found = net.trace("a1", X, tcp(443))
    denied(found, "route_table", "PRV", code="BAD_STATE_ROUTE")
    assert net.topology.elastic_ip("198.51.100.99").value.interface_id is None


def test_a_route_does_not_come_back_with_a_new_gateway_of_the_same_name(net: Base) -> None:
    net.nat().remove()
    fresh = net.pub.nat_gateway("nat")
    denied(net.trace("a1", X, tcp(443)), "route_table", "PRV", code="BAD_STATE_ROUTE")
    net.prv.route("0.0.0.0/0", to=fresh)
    allowed(net.trace("a1", X, tcp(443)))


def test_a_removed_instance_leaves_a_blackhole(net: Base) -> None:
    net.prv.route("0.0.0.0/0", to=net.appliance())
    net.hosts["n"].remove()
    denied(net.trace("a1", X, tcp(443)), "route_table", "PRV", code="BAD_STATE_ROUTE")


def test_a_whole_vpc_is_taken_down_in_aws_order(net: Base) -> None:
    nat = net.nat()
    for host in net.hosts.values():
        host.remove()
    nat.remove()
    for subnet in (net.pub, net.prv, net.prb):
        table = subnet.route_table
        subnet.remove()
        table.remove()
    net.open.remove()
    net.igw.remove()
    net.vpc.remove()
    assert [value.kind for value in net.topology.snapshot()] == ["elastic_ip"]


def test_a_removed_thing_can_be_made_again(net: Base) -> None:
    net.hosts["a1"].remove()
    with pytest.raises(NotFound):
        _ = net.hosts["a1"].private_ip
    net.host("a1", net.prv, "10.0.1.10")
    allowed(net.trace("a1", "a2", tcp(22)))


def test_a_detached_interface_can_be_removed_and_attached_elsewhere(net: Base) -> None:
    eth1 = net.prv.network_interface("eth1")
    net.hosts["a1"].attach(eth1)
    assert [i.name for i in net.hosts["a1"].interfaces] == ["a1", "eth1"]
    net.hosts["a1"].detach(eth1)
    net.hosts["a2"].attach(eth1)
    net.hosts["a2"].detach(eth1)
    eth1.remove()
    assert "eth1" not in [e.name for e in net.topology.values(NetworkInterface)]


def test_detaching_what_is_not_attached_lists_what_is(net: Base) -> None:
    with pytest.raises(NotFound, match="a1"):
        net.hosts["a1"].detach(net.prv.network_interface("eth1"))


# -- names -------------------------------------------------------------------------------------------


@pytest.fixture
def two() -> Topology:
    """Two VPCs that have everything by the same names."""
    topology = Topology("two")
    for name, block in (("prod", "10.0.0.0/16"), ("dev", "10.1.0.0/16")):
        topology.vpc(name, block).subnet("app", block.replace("16", "24")).instance("web")
    return topology


def test_an_ambiguous_name_lists_its_candidates(two: Topology) -> None:
    with pytest.raises(Ambiguous, match="dev/web, prod/web") as ambiguous:
        two["web"]
    assert ambiguous.value.candidates == ("dev/web", "prod/web")


def test_a_qualified_name_tells_them_apart(two: Topology) -> None:
    assert str(two["prod/web"].private_ip) == "10.0.0.10"
    assert str(two["dev/web"].private_ip) == "10.1.0.10"
    assert two["prod/web"].id != two["dev/web"].id


def test_an_id_is_always_good(two: Topology) -> None:
    for value in two.snapshot():
        assert two[value.id].id == value.id


def test_an_unknown_name_lists_the_names_there_are(two: Topology) -> None:
    with pytest.raises(NotFound, match=r"'wbe'.*dev/web.*prod/web"):
        two["wbe"]


def test_an_instances_name_means_the_instance_and_not_its_interface(net: Base) -> None:
    assert net.topology["a1"].value.kind == Instance.kind


def test_a_subnet_with_a_route_of_its_own_is_still_found_by_its_name(two: Topology) -> None:
    two["prod/app"].route("0.0.0.0/0", to=two["prod"].internet_gateway())
    assert two["prod/app"].kind == "subnet"


def test_a_name_is_looked_for_in_ones_own_vpc_first(two: Topology) -> None:
    for vpc in ("prod", "dev"):
        two[vpc].security_group("web")
        db = two[vpc].security_group("db", inbound=["tcp 3306 from web"])
        assert db.value.rules[0].peer == two.named(SecurityGroup, two[vpc].id, "web").id  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "name", ['we"b', '<b class="x">web', "日本語の網", "O'Neil & co", "a from b", "x\\y", "100%"]
)
def test_any_name_is_a_name(name: str) -> None:
    topology = Topology(name)
    vpc = topology.vpc(name, "10.0.0.0/16")
    group = vpc.security_group(name)
    vpc.security_group("other", inbound=[f"tcp 443 from {name}"])
    subnet = vpc.subnet(name, "10.0.0.0/24")
    first = subnet.instance(name, security_groups=[group])
    subnet.instance("second", security_groups=["other"])
    assert topology[f"{name}/{name}"] == first
    assert trace(topology, f"{name}/{name}", "second", tcp(443)).reaches
    assert name in str(trace(topology, name, "second", tcp(443)))
    assert vpc.route_table(name, subnets=[name]).value.subnet_ids == (subnet.id,)


def test_no_repr_shows_an_address_of_memory(net: Base) -> None:
    net.nat()
    net.topology.elastic_ip("198.51.100.77")
    net.topology.prefix_list("pl", ["10.0.0.0/8"])
    shown = [repr(net.topology), *(repr(net.topology[value.id]) for value in net.topology.snapshot())]
    assert "<instance A/a1>" in shown
    assert "<subnet A/PRV>" in shown
    assert not [text for text in shown if "0x" in text or " at " in text]


# -- copies ------------------------------------------------------------------------------------------


def test_a_copy_leaves_the_original_alone(net: Base) -> None:
    before = everything(net.topology)
    changed = net.topology.copy()
    changed[net.prv.id].route("0.0.0.0/0", to=net.igw)
    changed["a1"].remove()
    changed.account(port_25_open=True)
    assert everything(net.topology) == before
    assert not net.topology.settings.port_25_open
    allowed(net.trace("a1", "b1", tcp(80)))


def test_the_original_leaves_a_copy_alone(net: Base) -> None:
    kept = net.topology.copy()
    before = everything(kept)
    net.nat()
    assert everything(kept) == before


def test_a_handle_of_the_original_names_the_same_thing_in_a_copy(net: Base) -> None:
    a1, b1 = net.hosts["a1"], net.hosts["b1"]
    changed = net.topology.copy()
    changed.vpc("A", "10.0.0.0/16", dns_hostnames=True)
    changed[net.prb.id].network_acl.entries(inbound=[])
    denied(trace(changed, a1, b1, tcp(80)), "network_acl", "default", direction="inbound")
    allowed(trace(net.topology, a1, b1, tcp(80)))


def test_a_copy_keeps_what_was_said_about_the_account(net: Base) -> None:
    net.topology.account(port_25_open=True)
    assert net.topology.copy().settings.port_25_open


def test_a_handle_of_another_network_is_named_as_such() -> None:
    mine, yours = Topology("mine"), Topology("yours")
    gate = mine.vpc("prod", "10.0.0.0/16").internet_gateway()
    front = yours.vpc("prod", "10.0.0.0/16").subnet("front", "10.0.0.0/24", az="a")
    with pytest.raises(NotFound, match="igw belongs to another network, mine, and not to yours"):
        front.route("0.0.0.0/0", to=gate)
    yours["prod"].internet_gateway()
    front.route("0.0.0.0/0", to=gate)  # a copy's own one of that id is meant
    assert yours.copy()["front"].route_table.value.routes[-1].target == gate.id


def test_one_may_stand_where_a_list_is_wanted() -> None:
    vpc = Topology("shop").vpc("prod", "10.0.0.0/16")
    front = vpc.subnet("front", "10.0.0.0/24", az="a")
    web = vpc.security_group("web", inbound="tcp 443 from 0.0.0.0/0")
    acl = vpc.network_acl("edge", inbound="100 allow all from 0.0.0.0/0", subnets="front")
    assert vpc.route_table("out", subnets="front").value.subnet_ids == (front.id,)
    assert acl.value.subnet_ids == (front.id,)
    assert [str(rule) for rule in web.value.side("inbound")] == ["tcp 443 from 0.0.0.0/0"]
    assert front.instance("web", security_groups="web").interfaces[0].value.group_ids == (web.id,)
    vpc.gateway_endpoint("s3", "out")
    vpc.topology.transit_gateway("tgw").attach(vpc, front)


def test_what_a_route_led_to_is_called_by_its_name_when_it_is_gone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    shop = Topology("shop")
    front = shop.vpc("prod", "10.0.0.0/16").subnet("front", "10.0.0.0/24")
    shop["prod"].internet_gateway()
    table = shop["prod"].route_table("out", subnets=[front])
    table.route("0.0.0.0/0", to=front.nat_gateway("nat"))
    shop["nat"].remove()
    later = shop.copy()
    capsys.readouterr()
    for network in (shop, later):
        network["out"].route("0.0.0.0/0", to=network["front"].nat_gateway("nat-2"))
        said = capsys.readouterr().out.strip()
        assert said == "route table out: − 0.0.0.0/0 → nat, + 0.0.0.0/0 → nat-2"


def test_a_group_keeps_its_description_unless_another_one_is_given(
    capsys: pytest.CaptureFixture[str],
) -> None:
    prod = Topology("shop").vpc("prod", "10.0.0.0/16")
    prod.security_group("db", inbound=["tcp 3306 from 10.0.0.0/16"], description="MySQL")
    prod.security_group("db", inbound=["tcp 3306 from 10.0.1.0/24"])
    said = capsys.readouterr().out.strip()
    assert said == "security group db: − tcp 3306 from 10.0.0.0/16, + tcp 3306 from 10.0.1.0/24"
    assert prod.security_group("db", description="Aurora").value.description == "Aurora"
