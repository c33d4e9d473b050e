"""Rows of the facts about VPCs, subnets, interfaces, addresses and names (VPC, SUB, ENI, EIP, DNS)."""

from __future__ import annotations

from typing import Any

from facts_rows import answer, flow, refusal
from networks import X6, X, nothing

from vpclab import BadInput, Topology, icmp, internet, resolve, select_route, site, tcp, trace, udp


def vpc(*blocks: str, **more: Any) -> Any:
    """Make a VPC with these blocks in a topology of its own."""
    made = Topology("t").vpc("v", blocks[0], **more)
    for block in blocks[1:]:
        made.add_cidr(block)
    return made


# fmt: off
# -- VPC -------------------------------------------------------------------------------------------

answer("VPC-1 subnets take any zone of the VPC's Region",
       lambda n: [n.vpc.subnet(f"s{z}", f"10.0.{i}.0/24", az=z).value.az[-1] for i,
           z in ((10, "c"), (11, "d"))],
       ["c", "d"])
refusal("VPC-1 a subnet in a zone of another Region is refused", None,
        lambda n: n.vpc.subnet("far", "10.0.9.0/24", az="us-east-1a"))
for size in (15, 8, 29, 32):
    refusal(f"VPC-2 a VPC of /{size} is refused", "InvalidVpc.Range",
            lambda n, size=size: n.topology.vpc("v", f"10.0.0.0/{size}"))
for size in (16, 28):
    answer(f"VPC-2 a VPC of /{size} is accepted",
           lambda n, size=size: str(vpc(f"10.0.0.0/{size}").value.cidrs[0]), f"10.0.0.0/{size}")
refusal("VPC-2 a VPC without IPv4 is refused", None, lambda n: n.topology.vpc("v", "2001:db8:5::/56"))
for block in ("0.0.0.0/16", "0.255.0.0/16", "127.0.0.0/16", "127.255.255.0/24", "169.254.0.0/16",
              "169.254.255.0/28", "224.0.0.0/16", "239.255.0.0/16"):
    refusal(f"VPC-3 the block {block} is refused", "InvalidVpc.Range",
            lambda n, block=block: n.topology.vpc("v", block))
    refusal(f"VPC-3 the secondary block {block} is refused", "InvalidVpc.Range",
            lambda n, block=block: n.vpc.add_cidr(block))


def public_blocks(n: Any) -> None:
    """Let p1's VPC have a public block with an instance, which is private all the same."""
    n.vpc.add_cidr("198.18.7.0/24")
    pub = n.vpc.subnet("GLOBAL", "198.18.7.0/24")
    pub.route("0.0.0.0/0", to=n.igw)
    n.host("g1", pub, "198.18.7.10")


flow("VPC-3 a public block of a VPC is not announced: nobody outside reaches it", public_blocks,
     X, "g1", tcp(443), "blocked", "internet_gateway/igw IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS")
flow("VPC-3 an address of a public block is private: it does not go out by itself", public_blocks,
     "g1", X, tcp(443), "blocked", "internet_gateway/igw IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS")
flow("VPC-3 a public block of a VPC is local to it", public_blocks, "a1", "g1", tcp(443), "delivered")
answer("VPC-4 172.17.0.0/16 is legal", lambda n: str(vpc("172.17.0.0/16").value.cidrs[0]), "172.17.0.0/16")
answer("VPC-5 host bits of a VPC's block are cleared", lambda n: str(vpc("100.68.0.18/18").value.cidrs[0]),
       "100.68.0.0/18")
answer("VPC-5 host bits of a secondary block are cleared",
       lambda n: str(vpc("10.2.0.0/16", "10.3.77.9/16").value.cidrs[1]), "10.3.0.0/16")
answer("VPC-5 host bits of a subnet's block are cleared",
       lambda n: str(n.vpc.subnet("s", "10.0.9.77/24").value.cidr), "10.0.9.0/24")
flow("VPC-5 host bits of a route's destination are cleared",
     lambda n: (n.host("p2", n.prv, "10.0.1.12", elastic_ip="198.51.100.12"),
                n.prv.route("203.0.113.77/24", to=n.igw)),
     "p2", X, tcp(443), "delivered")
flow("VPC-5 host bits of a network ACL entry are cleared",
     lambda n: n.acl(n.prb, into=("10 deny tcp 80 from 10.0.1.77/24", "20 allow all from 0.0.0.0/0"),
                     out=("10 allow all to 0.0.0.0/0",)),
     "a1", "b1", tcp(80), "blocked", "network_acl/PRB NACL inbound SUBNET_ACL_RESTRICTION")
refusal("VPC-6 a secondary block that overlaps a secondary block is refused", None,
        lambda n: vpc("10.2.0.0/16", "10.3.0.0/16", "10.3.4.0/24"))
refusal("VPC-6 a secondary block that holds the primary one is refused", None,
        lambda n: vpc("10.2.0.0/24", "10.2.0.0/16"))
refusal("VPC-6 a secondary block of /29 is refused", "InvalidVpc.Range",
        lambda n: n.vpc.add_cidr("10.4.0.0/29"))
refusal("VPC-6 a secondary block of /15 is refused", "InvalidVpc.Range",
        lambda n: n.vpc.add_cidr("10.4.0.0/15"))
refusal("VPC-6 the sixth IPv4 block is refused", None,
        lambda n: vpc(*(f"10.{i}.0.0/16" for i in range(2, 8))))
answer("VPC-6 the fifth IPv4 block is accepted",
       lambda n: len(vpc(*(f"10.{i}.0.0/16" for i in range(2, 7))).value.cidrs), 5)
refusal("VPC-6 the primary block stays even beside a secondary one", "OperationNotPermitted",
        lambda n: n.vpc.remove_cidr("10.0.0.0/16"), lambda n: n.vpc.add_cidr("10.4.0.0/16"))
refusal("VPC-6 a block that a subnet is made of stays", None, lambda n: n.vpc.remove_cidr("10.4.0.0/16"),
        lambda n: (n.vpc.add_cidr("10.4.0.0/16"), n.vpc.subnet("S", "10.4.0.0/24")))
refusal("VPC-6 a block cannot be given another size", None, lambda n: n.topology.vpc("A", "10.0.0.0/17"))
answer("VPC-6 a secondary block without subnets goes, with its local route",
       lambda n: (n.vpc.add_cidr("10.4.0.0/16"), n.vpc.remove_cidr("10.4.0.0/16"),
                  select_route(n.prv.route_table, "10.4.0.9").allowed)[-1], False)


def via_vgw(n: Any, destination: str) -> None:
    """Route a destination to a virtual private gateway in a table that serves no subnet."""
    n.vpc.route_table("spare").route(destination, to=n.vpc.virtual_private_gateway())


for block, says in (("10.8.4.0/24", "as large as"), ("10.8.0.0/16", "larger than")):
    refusal(f"VPC-7 a block {says} a route of any table is refused", "InvalidVpc.Range",
            lambda n, block=block: n.vpc.add_cidr(block), lambda n: via_vgw(n, "10.8.4.0/24"))
answer("VPC-7 a block smaller than a route's destination is accepted, and its local route wins",
       lambda n: (via_vgw(n, "10.8.4.0/24"), n.vpc.add_cidr("10.8.4.0/25"),
                  [str(select_route(n.topology["spare"], a).target) for a in ("10.8.4.9",)],
                  select_route(n.topology["spare"], "10.8.4.200").target.kind)[2:],
       (["local"], "virtual_private_gateway"))
for primary, second in (
    ("10.5.0.0/16", "172.16.0.0/16"), ("10.5.0.0/16", "172.31.255.0/24"), ("10.5.0.0/16", "192.168.3.0/24"),
    ("10.5.0.0/16", "198.19.4.0/24"), ("10.1.0.0/16", "10.0.0.0/16"), ("10.1.0.0/24", "10.0.255.0/24"),
    ("10.0.0.0/24", "10.0.1.0/24"), ("172.16.0.0/16", "10.9.0.0/16"), ("172.20.0.0/16", "192.168.0.0/24"),
    ("172.20.0.0/16", "172.31.0.0/16"), ("172.20.0.0/16", "172.31.128.0/20"),
    ("172.20.0.0/16", "198.19.0.0/16"),
    ("192.168.0.0/24", "10.0.0.0/16"), ("192.168.0.0/24", "172.16.0.0/24"),
    ("192.168.0.0/24", "198.19.0.0/24"),
    ("198.19.0.0/24", "10.0.0.0/16"), ("198.19.0.0/24", "172.16.0.0/16"), ("198.19.0.0/24", "192.168.0.0/16"),
    ("203.0.113.0/24", "10.0.0.0/16"), ("203.0.113.0/24", "192.168.9.0/24"),
    ("203.0.113.0/24", "198.19.0.0/24"),
    ("100.64.0.0/16", "10.0.0.0/16"), ("100.64.0.0/16", "172.16.0.0/28"), ("100.127.0.0/16", "198.19.0.0/16"),
):
    refusal(f"VPC-8 {second} beside {primary} is refused", "InvalidVpc.Range",
            lambda n, one=primary, two=second: vpc(one, two))
for primary, second in (
    ("10.0.0.0/16", "10.1.0.0/16"), ("10.0.0.0/24", "10.255.0.0/16"), ("10.2.0.0/16", "10.0.0.0/16"),
    ("172.16.0.0/16", "172.30.0.0/16"), ("192.168.0.0/24", "192.168.1.0/24"),
    ("10.0.0.0/16", "100.64.0.0/16"),
    ("172.31.0.0/16", "100.127.0.0/16"), ("192.168.0.0/16", "203.0.113.0/24"),
    ("203.0.113.0/24", "100.64.0.0/16"),
    ("100.64.0.0/16", "100.65.0.0/16"), ("198.19.0.0/24", "100.64.0.0/16"), ("10.0.0.0/16", "198.18.0.0/16"),
):
    answer(f"VPC-8 {second} beside {primary} is accepted",
           lambda n, one=primary, two=second: len(vpc(one, two).value.cidrs), 2)
refusal("VPC-9 a block that overlaps a peer's secondary block is refused", None,
        lambda n: n.vpc.add_cidr("10.77.0.0/16"),
        lambda n: (n.topology.vpc("B", "10.1.0.0/16", secondary=["10.77.4.0/24"]), n.vpc.peer("B")))
refusal("VPC-9 the accepter of an active peering is held to it too", None,
        lambda n: n.topology["B"].add_cidr("10.4.4.0/24"),
        lambda n: (n.vpc.add_cidr("10.4.0.0/16"), n.topology.vpc("B", "10.1.0.0/16"), n.vpc.peer("B")))
refusal("VPC-9 whoever asked for a pending peering takes no block at all", None,
        lambda n: n.vpc.add_cidr("10.200.0.0/16"),
        lambda n: (n.topology.vpc("B", "10.1.0.0/16"), n.vpc.peer("B", status="pending-acceptance")))


def pending(n: Any, block: str) -> str:
    """Let the accepter of a pending peering take a block; return what becomes of the request."""
    n.topology.vpc("B", "10.1.0.0/16")
    pcx = n.vpc.peer("B", "pcx", status="pending-acceptance")
    n.topology["B"].add_cidr(block)
    return str(pcx.value.status)


answer("VPC-9 who is asked may take a block meanwhile", lambda n: pending(n, "10.9.0.0/16"),
       "pending-acceptance")
answer("VPC-9 a block of the accepter that overlaps makes the request fail",
       lambda n: (n.vpc.add_cidr("10.4.0.0/16"), pending(n, "10.4.4.0/24"))[-1], "failed")
answer("VPC-10 a new block becomes a local route of every table, main and custom",
       lambda n: (n.vpc.add_cidr("10.4.0.0/16"),
                  [str(select_route(t, "10.4.9.9").target)
                   for t in (n.vpc.main_route_table, n.pub.route_table, n.prb.route_table)])[-1],
                   ["local"] * 3)
flow("VPC-10 hosts of the old and the new block reach each other",
     lambda n: (n.vpc.add_cidr("100.64.0.0/16"), n.host("c1", n.vpc.subnet("S", "100.64.3.0/24", az="c"),
         "100.64.3.10")),
     "c1", "a1", tcp(22), "delivered", path="c1 open default main default open a1")
for size, ok in ((44, True), (48, True), (52, True), (56, True), (60, True), (40, False), (50, False),
    (57, False), (64, False)):
    if ok:
        answer(f"VPC-11 an IPv6 block of /{size} is accepted",
               lambda n, size=size: str(vpc("10.0.0.0/16", ipv6=f"2001:db8::/{size}").value.ipv6_cidrs[0]),
               f"2001:db8::/{size}")
    else:
        refusal(f"VPC-11 an IPv6 block of /{size} is refused", None,
                lambda n, size=size: vpc("10.0.0.0/16", ipv6=f"2001:db8::/{size}"))
answer("VPC-11 the block that Amazon provides is a /56",
       lambda n: vpc("10.0.0.0/16", ipv6=True).value.ipv6_cidrs[0].prefixlen, 56)
refusal("VPC-11 without an IPv6 block of the VPC a subnet gets none", None,
        lambda n: n.vpc.subnet("six", "10.0.9.0/24", ipv6=True))


def new_vpc(n: Any) -> object:
    """Count what a new VPC comes with."""
    t = Topology("t")
    v = t.vpc("v", "10.0.0.0/16")
    kinds = sorted(value.kind for value in t.snapshot() if getattr(value, "vpc_id", None) == v.id)
    return kinds, [(str(r.destination), r.target) for r in v.main_route_table.value.routes]


answer("VPC-12 a new VPC has a main table with the local route, a default ACL and group, and no gateway",
       new_vpc,
       (["network_acl", "route_table", "security_group"], [("10.0.0.0/16", "local")]))
flow("VPC-12 a new VPC's subnets reach each other at once and nothing outside",
     lambda n: (v := n.topology.vpc("v", "10.6.0.0/16"), v.subnet("s", "10.6.0.0/24").instance("v1",
         public_ip=True)),
     "v1", X, tcp(443), "blocked", "route_table/main NO_ROUTE_TO_DESTINATION")


def default_vpc(n: Any, *, route: bool = True) -> None:
    """Make what AWS calls the default VPC, by hand."""
    v = n.topology.vpc("default-vpc", "172.31.0.0/16", dns_hostnames=True, ipv6="2001:db8:9:900::/56")
    if route:
        v.main_route_table.route("0.0.0.0/0", to=v.internet_gateway())
    subnet = v.subnet("default-a", "172.31.0.0/20", public_ip_on_launch=True, ipv6=True)
    subnet.instance("d1", ipv6=True)


flow("VPC-13 an instance of the default VPC is on the internet at once", default_vpc, "d1", X, tcp(443),
     "delivered",
     path="d1 default default main igw internet")
flow("VPC-13 the default VPC has no route for IPv6", default_vpc, "d1", X6, tcp(443), "blocked",
     "route_table/main NO_ROUTE_TO_DESTINATION", v6=True)
flow("VPC-13 the default group of the default VPC admits nobody from outside", default_vpc, X, "d1", tcp(22),
     "blocked", "security_group/default inbound ENI_SG_RULES_MISMATCH")

# -- SUB -------------------------------------------------------------------------------------------

refusal("SUB-1 a subnet in a tuple of zones is refused", None,
        lambda n: n.vpc.subnet("s", "10.0.9.0/24", az=("a", "b")))
refusal("SUB-1 a subnet does not move to another zone", None,
        lambda n: n.vpc.subnet("PRV", "10.0.1.0/24", az="b"))
refusal("SUB-2 a subnet of /29 is refused", "InvalidSubnet.Range", lambda n: n.vpc.subnet("s", "10.0.9.0/29"))
refusal("SUB-2 a subnet larger than its VPC is refused", "InvalidSubnet.Range",
        lambda n: (v := n.topology.vpc("v", "10.7.0.0/20"), v.subnet("s", "10.7.0.0/19")))
refusal("SUB-2 a subnet outside the VPC's blocks is refused", "InvalidSubnet.Range",
        lambda n: n.vpc.subnet("s", "10.1.0.0/24"))
refusal("SUB-2 a subnet that holds a sibling is refused", "InvalidSubnet.Conflict",
        lambda n: n.vpc.subnet("s", "10.0.0.0/20"))
refusal("SUB-2 the same block in another zone is refused", "InvalidSubnet.Conflict",
        lambda n: n.vpc.subnet("s", "10.0.1.0/24", az="b"))
refusal("SUB-2 an IPv6 block that a sibling has is refused", "InvalidSubnet.Conflict",
        lambda n: n.vpc.subnet("s", "10.0.9.0/24", ipv6=str(n.prv.value.ipv6_cidr)), dual=True)
refusal("SUB-2 a subnet's block cannot be changed", None, lambda n: n.vpc.subnet("PRV", "10.0.1.0/25"))
answer("SUB-2 a subnet may be the whole VPC", lambda n: str(vpc("10.7.0.0/16").subnet("s",
       "10.7.0.0/16").value.cidr),
       "10.7.0.0/16")
answer("SUB-2 a subnet may be /28, beside another one",
       lambda n: [str(n.vpc.subnet(f"s{i}", f"10.0.9.{i}/28").value.cidr) for i in (0, 16)],
       ["10.0.9.0/28", "10.0.9.16/28"])
for last in (128, 129, 130, 131, 255):
    refusal(f"SUB-3 10.0.9.{last} of 10.0.9.128/25 is reserved", None,
            lambda n, last=last: n.vpc.subnet("s", "10.0.9.128/25").instance("x",
                private_ip=f"10.0.9.{last}"))
for last in (132, 254):
    answer(f"SUB-3 10.0.9.{last} of 10.0.9.128/25 can be had",
           lambda n, a=f"10.0.9.{last}": str(n.vpc.subnet("s", "10.0.9.128/25").instance("x",
               private_ip=a).private_ip),
           f"10.0.9.{last}")


def fill(n: Any, count: int) -> int:
    """Put instances into a /28."""
    s = n.vpc.subnet("small", "10.0.9.0/28")
    return len({s.instance(f"x{i}").private_ip for i in range(count)})


answer("SUB-3 a /28 holds eleven instances", lambda n: fill(n, 11), 11)
refusal("SUB-3 the twelfth instance of a /28 is refused", "InsufficientFreeAddressesInSubnet",
        lambda n: fill(n, 12))
flow("SUB-4 the resolver is at the base of the primary block plus two",
     lambda n: (v := n.topology.vpc("v", "10.6.128.0/20", secondary=["10.9.0.0/16"]),
                v.subnet("s", "10.9.0.0/24").instance("v1")),
     "v1", "10.6.128.2", udp(53), "delivered")
flow("SUB-4 the second address of another subnet is reserved and no resolver",
     lambda n: n.wear("a1", n.group("shut", out=[])), "b1", "10.0.1.2", udp(53), "blocked")
for text, says in (("2001:db8:0:108::/62", "/62"), ("2001:db8:0:108::/68", "/68")):
    refusal(f"SUB-5 an IPv6 subnet of {says} is refused", None,
            lambda n, text=text: n.vpc.subnet("s", "10.0.9.0/24", ipv6=text), dual=True)
answer("SUB-5 an IPv6 subnet may be /60",
       lambda n: n.vpc.subnet("s", "10.0.9.0/24", ipv6="2001:db8:0:110::/60").value.ipv6_cidr.prefixlen, 60,
           dual=True)
for tail in ("", "1", "2", "3", "ffff:ffff:ffff:ffff"):
    refusal(f"SUB-5 the IPv6 address ::{tail} of a subnet is reserved", None,
            lambda n, tail=tail: n.prv.instance("x", ipv6=f"2001:db8:0:101:{tail}" if len(tail) > 1
                else f"2001:db8:0:101::{tail}"),
            dual=True)
answer("SUB-5 the address ::4 of a subnet can be had",
       lambda n: str(n.prv.instance("x", ipv6="2001:db8:0:101::4").ipv6), "2001:db8:0:101::4", dual=True)


def six_only(n: Any) -> None:
    """Add the instance s1 in a subnet with IPv6 only, with a route out."""
    s = n.vpc.subnet("SIX", ipv6=True)
    s.route("::/0", to=n.igw)
    s.instance("s1", security_groups=[n.open])


flow("SUB-6 an instance of an IPv6-only subnet reaches the internet over IPv6", six_only, "s1", X6, tcp(443),
     "delivered",
     v6=True)
flow("SUB-6 an instance of an IPv6-only subnet reaches a dual-stack neighbour over IPv6", six_only, "s1",
     "b1", tcp(80),
     "delivered", v6=True)
flow("SUB-6 an IPv6-only instance has a link-local IPv4 address for metadata", six_only, "s1",
     "169.254.169.254", tcp(80),
     "delivered", dual=True)
flow("SUB-6 an IPv6-only instance asks the resolver by its link-local address", six_only, "s1",
     "169.254.169.253", udp(53),
     "delivered", dual=True)
refusal("SUB-6 an IPv6-only instance is nowhere over IPv4", None,
        lambda n: trace(n.topology, "a1", "s1", tcp(80)), six_only, error=BadInput, dual=True)
refusal("SUB-6 a subnet without any block is refused", None, lambda n: n.vpc.subnet("none"))
for word, makes, public in (
    ("an internet gateway", lambda n: n.igw, True), ("a NAT gateway", lambda n: n.pub.nat_gateway(), False),
    ("a virtual private gateway", lambda n: n.vpc.virtual_private_gateway(), False),
):
    answer(f"SUB-7 a default route to {word} makes a subnet {'public' if public else 'no public one'}",
           lambda n, m=makes: (n.prb.route("0.0.0.0/0", to=m(n)), n.prb.is_public)[1], public)
answer("SUB-7 a narrow route to an internet gateway makes a subnet public",
       lambda n: (n.prv.route("203.0.113.10/32", to=n.igw), n.prv.is_public)[-1], True)
answer("SUB-7 a route to an egress-only internet gateway makes no subnet public",
       lambda n: (n.prv.route("::/0", to=n.vpc.egress_only_internet_gateway()), n.prv.is_public)[-1], False,
           dual=True)
answer("SUB-8 a new subnet has the main table and the default network ACL",
       lambda n: ((s := n.vpc.subnet("s", "10.0.9.0/24")).route_table.name, s.network_acl.name),
           ("main", "default"))
answer("SUB-8 another association takes the place of the first one",
       lambda n: (n.vpc.route_table("t", subnets=[n.prv]), n.vpc.network_acl("n", subnets=[n.prv]),
                  n.prv.route_table.name, n.prv.network_acl.name)[2:], ("t", "n"))
answer("SUB-9 a new subnet gives no public address", lambda n: n.pub.instance("x").public_ip, None)
answer("SUB-9 an instance may refuse what its subnet gives",
       lambda n: n.vpc.subnet("s", "10.0.9.0/24", public_ip_on_launch=True).instance("x",
           public_ip=False).public_ip, None)
answer("SUB-9 an instance may ask for what its subnet does not give",
       lambda n: n.prv.instance("x", public_ip=True).public_ip is not None, True)
answer("SUB-9 the subnet's switch gives old interfaces nothing",
       lambda n: (n.vpc.subnet("PUB", "10.0.0.0/24", public_ip_on_launch=True), n.topology["p1"].public_ip,
                  n.pub.instance("later").public_ip is not None)[1:], (None, True))
answer("SUB-9 IPv6 addresses do not come by themselves either", lambda n: n.prv.instance("x").ipv6, None,
       dual=True)
flow("SUB-10 a default subnet without its route has public addresses and no internet",
     lambda n: default_vpc(n, route=False), "d1", X, tcp(443), "blocked",
         "route_table/main NO_ROUTE_TO_DESTINATION")

# -- ENI, EIP --------------------------------------------------------------------------------------


def two_cards(n: Any, **more: Any) -> Any:
    """Give p1 a second interface in PRV with a closed group."""
    second = n.prv.network_interface("eth1", private_ip="10.0.1.99",
    security_groups=[n.group("shut", out=[])], **more)
    n.hosts["p1"].attach(second)
    return second


flow("ENI-1 each interface has its own groups: the open one", two_cards, "a1", "10.0.0.10", tcp(22),
     "delivered")
flow("ENI-1 each interface has its own groups: the closed one", two_cards, "b1", "10.0.1.99", tcp(22),
     "blocked",
     "security_group/shut inbound SG_HAS_NO_RULES|ENI_SG_RULES_MISMATCH")
flow("ENI-1 a secondary private address is as good as the first",
     lambda n: n.prb.instance("b2", private_ip="10.0.2.20", secondary=["10.0.2.21"],
         security_groups=[n.open]),
     "a1", "10.0.2.21", tcp(443), "delivered")
flow("ENI-1 a secondary private address can be where a flow starts",
     lambda n: (n.prb.instance("b2", private_ip="10.0.2.20", secondary=["10.0.2.21"],
         security_groups=[n.open]),
                n.wear("a1", n.group("one", "tcp 80 from 10.0.2.21/32"))),
     "10.0.2.21", "a1", tcp(80), "delivered")
flow("ENI-1 a rule for the secondary address does not admit the primary one",
     lambda n: (n.prb.instance("b2", private_ip="10.0.2.20", secondary=["10.0.2.21"],
         security_groups=[n.open]),
                n.wear("a1", n.group("one", "tcp 80 from 10.0.2.21/32"))),
     "b2", "a1", tcp(80), "blocked", "security_group/one inbound ENI_SG_RULES_MISMATCH")
flow("ENI-1 a rule that names a group admits its members' secondary addresses",
     lambda n: (n.prb.instance("b2", private_ip="10.0.2.20", secondary=["10.0.2.21"],
         security_groups=[n.group("m")]),
                n.wear("a1", n.group("one", "tcp 80 from m"))),
     "10.0.2.21", "a1", tcp(80), "delivered")
refusal("ENI-2 an interface of another zone cannot be attached", None,
        lambda n: n.hosts["p1"].attach(n.prb.network_interface("eth1")))
refusal("ENI-2 the primary interface cannot be detached, even beside another one", "OperationNotPermitted",
        lambda n: n.hosts["p1"].detach(n.hosts["p1"].interfaces[0].id), two_cards)
def moved(n: Any) -> None:
    """Move an interface with an Elastic IP and a group of its own from p1 to a new instance q."""
    e = n.pub.network_interface("eth1", private_ip="10.0.0.99",
    security_groups=[n.group("web", "tcp 443 from 0.0.0.0/0")])
    e.elastic_ip("198.51.100.99")
    n.hosts["p1"].attach(e)
    n.hosts["p1"].detach(e)
    n.host("q", n.pub, "10.0.0.50").attach(e)


flow("ENI-1 addresses and groups move with the interface", moved, X, "198.51.100.99", tcp(443), "delivered",
     path="internet igw default web q")
flow("ENI-1 the groups that moved filter at the new instance", moved, X, "198.51.100.99", tcp(22), "blocked",
     "security_group/web inbound ENI_SG_RULES_MISMATCH")
flow("ENI-1 the instance that lost the interface is not its host any more",
     lambda n: (moved(n), n.hosts["p1"].stop()), X, "198.51.100.99", tcp(443),
     "delivered")
flow("ENI-1 a reply leaves by the interface that was asked, with its subnet's table",
     lambda n: (e := n.prv.network_interface("eth1", private_ip="10.0.1.99", security_groups=[n.open]),
         e.elastic_ip("198.51.100.99"), n.hosts["p1"].attach(e)),
     X, "198.51.100.99", tcp(443), "reply-blocked", "reply route_table/PRV NO_ROUTE_TO_DESTINATION")
flow("ENI-2 an instance may have an interface in another VPC in its zone",
     lambda n: n.hosts["p1"].attach(n.peered(back="").network_interface("eth9", private_ip="10.1.0.99",
         security_groups=["open"])), "y1", "10.1.0.99", tcp(80),
     "delivered", path="y1 open open p1")
refusal("ENI-2 an interface in another VPC and another zone cannot be attached", None,
        lambda n: n.hosts["p1"].attach(n.topology.vpc("B", "10.1.0.0/16").subnet("x", "10.1.0.0/24",
            az="b").network_interface("eth9")))
refusal("ENI-2 an interface that another instance has cannot be attached", None,
        lambda n: n.hosts["a2"].attach("eth1"), two_cards)
flow("ENI-2 a detached interface answers nothing", lambda n: (e := two_cards(n), n.hosts["p1"].detach(e)),
     "a1", "10.0.1.99", tcp(22), "blocked")
flow("ENI-2 an interface that was never attached answers nothing",
     lambda n: n.prb.network_interface("free", private_ip="10.0.2.77", security_groups=[n.open]),
     "b1", "10.0.2.77", icmp(), "blocked")


def middle(n: Any, *, check: bool) -> None:
    """Let what PRV sends to PRB, and back, pass the appliance n in PUB."""
    n.appliance(check=check)
    n.prv.route("10.0.2.0/24", to=n.hosts["n"])
    n.prb.route("10.0.1.0/24", to=n.hosts["n"])


flow("ENI-3 with the check on an interface drops what is not for it", lambda n: middle(n, check=True), "a1",
     "b1", tcp(80),
     "blocked", "network_interface/n ENI_SOURCE_DEST_CHECK_RESTRICTION", "...")
flow("ENI-3 with the check off an appliance passes packets on", lambda n: middle(n, check=False), "a1", "b1",
     tcp(80),
     "delivered", via=("n",))
flow("ENI-3 the check does not matter for the instance's own traffic", lambda n: middle(n, check=True), "n",
     "b1", tcp(80),
     "delivered")
refusal("ENI-4 an endpoint's interface cannot be deleted by hand", None,
        lambda n: n.vpc.interface_endpoint("ssm", [n.prb], name="e").interfaces[0].remove())
refusal("ENI-4 an endpoint's interface cannot be given to an instance", None,
        lambda n: n.hosts["p1"].attach(n.vpc.interface_endpoint("ssm", [n.prv], name="e").interfaces[0]))
answer("ENI-5 an automatic public address is released on stop",
       lambda n: ((x := n.pub.instance("x", public_ip=True)).stop(), x.public_ip)[1], None)
answer("ENI-5 an Elastic IP stays over a stop",
       lambda n: ((x := n.pub.instance("x", elastic_ip="198.51.100.77")).stop(), str(x.public_ip))[1],
           "198.51.100.77")
answer("ENI-5 an instance with two interfaces gets no new public address",
       lambda n: (x := n.pub.instance("x", public_ip=True), x.attach(n.pub.network_interface("eth1")),
           x.stop(), x.start(),
                  x.public_ip)[-1], None)
answer("ENI-5 an instance with one interface gets a new public address",
       lambda n: (x := n.pub.instance("x", public_ip=True), old := x.public_ip, x.stop(), x.start(),
                  x.public_ip not in (None, old))[-1], True)
flow("ENI-5 a stopped instance answers nothing", lambda n: n.hosts["b1"].stop(), "a1", "b1", tcp(80),
     "blocked")
flow("ENI-5 a stopped instance with an Elastic IP answers nothing",
     lambda n: n.host("p2", n.pub, "10.0.0.12", elastic_ip="198.51.100.12").stop(), X, "p2", tcp(80),
         "blocked")
flow("ENI-6 the interface of an endpoint is never reached from the internet",
     lambda n: (n.pub.route("::/0", to=n.igw), n.vpc.interface_endpoint("ssm", [n.pub], name="e",
         security_groups=[n.open])),
     X, "e", tcp(443), "blocked", dual=True)
answer("EIP-1 an Elastic IP moves to the interface that asks for it",
       lambda n: (n.pub.instance("x", elastic_ip="198.51.100.77"),
           n.pub.instance("y", elastic_ip="198.51.100.77"),
                  n.topology["x"].public_ip, str(n.topology["y"].public_ip))[2:], (None, "198.51.100.77"))
refusal("EIP-1 there is no Elastic IP of IPv6", None, lambda n: n.prv.instance("x", elastic_ip="2001:db8::7"),
        dual=True)
refusal("EIP-1 an interface without IPv4 takes no Elastic IP", None,
        lambda n: (six_only(n), n.topology["s1"].elastic_ip("198.51.100.9")), dual=True)
flow("EIP-1 who had the Elastic IP is off the internet when it has moved",
     lambda n: (n.host("x", n.pub, "10.0.0.20", elastic_ip="198.51.100.77"),
                n.host("y", n.pub, "10.0.0.21", elastic_ip="198.51.100.77")),
     "x", X, tcp(443), "blocked", "internet_gateway/igw IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS")
answer("EIP-2 an Elastic IP takes the place of the automatic address",
       lambda n: ((x := n.pub.instance("x", public_ip=True)).elastic_ip("198.51.100.99"),
           str(x.public_ip))[1],
       "198.51.100.99")
flow("EIP-2 the outside sees the Elastic IP and no longer the automatic address",
     lambda n: n.host("x", n.pub, "10.0.0.20", public_ip=True).elastic_ip("198.51.100.99"), "x", X, tcp(443),
         "delivered",
     seen="198.51.100.99")

# -- DNS -------------------------------------------------------------------------------------------

for where, six in (("10.0.0.2", False), ("169.254.169.253", False), ("fd00:ec2::253", True)):
    flow(f"DNS-1 the resolver answers at {where}",
         lambda n: (n.wear("a1", n.group("shut", out=[])), n.acl(n.prv)), "a1", where, udp(53), "delivered",
             v6=six)
flow("DNS-1 the resolver answers over TCP too", nothing, "a1", "10.0.0.2", tcp(53), "delivered")


def named(n: Any, *, support: bool = True, hostnames: bool = True) -> None:
    """Give p1 an Elastic IP in a VPC with these DNS attributes."""
    n.topology.vpc("A", "10.0.0.0/16", dns_support=support, dns_hostnames=hostnames)
    n.hosts["p1"].elastic_ip("198.51.100.10")


PUBLIC = "ec2-198-51-100-10.ap-northeast-1.compute.amazonaws.com"
PRIVATE = "ip-10-0-0-10.ap-northeast-1.compute.internal"


def asked(name: str, asker: object, *, before: Any = named, **more: Any) -> Any:
    """Return what the resolver answers."""
    return lambda n: (before(n, **more), [str(a) for a in resolve(n.topology, name, asker).addresses])[-1]


answer("DNS-2 without support there is no answer to a public name", asked(PUBLIC, "a1", support=False), [])
answer("DNS-2 without support there is no answer to a private name", asked(PRIVATE, "a1", support=False), [])
answer("DNS-2 without support there is no answer to a service's name",
       asked("s3.ap-northeast-1.amazonaws.com", "a1", support=False), [])
answer("DNS-2 without hostnames there is no public name, inside", asked(PUBLIC, "a1", hostnames=False), [])
answer("DNS-2 without hostnames there is no public name, outside", asked(PUBLIC, internet, hostnames=False),
       [])
answer("DNS-2 without hostnames there is no private name", asked(PRIVATE, "a1", hostnames=False), [])
answer("DNS-2 with both attributes a private name has its address", asked(PRIVATE, "b1"), ["10.0.0.10"])
answer("DNS-3 inside its VPC a public name means the private address", asked(PUBLIC, "b1"), ["10.0.0.10"])
answer("DNS-3 outside a public name means the public address", asked(PUBLIC, internet), ["198.51.100.10"])
answer("DNS-3 in another VPC a public name means the public address",
       asked(PUBLIC, "y1", before=lambda n: (named(n), n.beside("B", "10.1.0.0/16", "y1"))),
       ["198.51.100.10"])
answer("DNS-3 a name of a host whose Elastic IP has gone is no name",
       asked(PUBLIC, "a1", before=lambda n: (named(n), n.topology["198.51.100.10"].disassociate())), [])
flow("DNS-4 queries to a server of one's own are filtered", lambda n: n.wear("b1", n.group("new")), "a1",
     "b1", udp(53),
     "blocked", "security_group/new inbound SG_HAS_NO_RULES|ENI_SG_RULES_MISMATCH")
flow("DNS-4 queries to a public resolver are ordinary traffic",
     lambda n: (n.nat(), n.acl(n.prv, into=("1 allow all from 0.0.0.0/0",),
                               out=("1 deny udp 53 to 0.0.0.0/0", "2 allow all to 0.0.0.0/0"))),
     "a1", internet("8.8.8.8"), udp(53), "blocked", "network_acl/PRV NACL outbound SUBNET_ACL_RESTRICTION")
flow("DNS-5 the resolver cannot be used over a VPN", lambda n: n.prv.route_table.propagate(n.vpn()),
     site("OP"), "10.0.0.2",
     udp(53), "blocked")
flow("DNS-5 the resolver cannot be used over a peering", lambda n: (n.peered(),
     n.pub.route("10.1.0.0/16", to="pcx")),
     "y1", "10.0.0.2", udp(53), "blocked")
flow("DNS-5 the resolver cannot be used over a transit gateway", lambda n: n.hub(), "y1", "10.0.0.2", udp(53),
     "blocked")
answer("DNS-5 a name of a peer's private host is not known here",
       asked("ip-10-1-0-10.ap-northeast-1.compute.internal", "a1",
       before=lambda n: n.beside("B", "10.1.0.0/16", "y1")), [])
