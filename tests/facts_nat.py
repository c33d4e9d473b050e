"""Rows of the facts about NAT gateways and NAT instances (NGW, NI)."""

from __future__ import annotations

from typing import Any

from facts_routes import NO_PUBLIC, NO_ROUTE, OP, Loaded
from facts_rows import answer, flow, refusal, web
from networks import X6, X

from vpclab import icmp, protocol, service, site, tcp, trace, udp

# fmt: off
# -- NGW -----------------------------------------------------------------------------------------------


def from_b(n: Any) -> Any:
    """Send PRB's traffic by PUB's NAT gateway too."""
    nat = n.nat()
    n.prb.route("0.0.0.0/0", to=nat)
    return nat


def private(n: Any, **more: Any) -> Any:
    """Make a private NAT gateway in PUB, and PRV's default route to it."""
    nat = n.pub.nat_gateway("nat", connectivity="private", private_ip="10.0.0.220", **more)
    n.prv.route("0.0.0.0/0", to=nat)
    return nat


flow("NGW-1 a public NAT gateway in a private subnet leads nowhere",
     lambda n: n.nat(n.prb), "a1", X, udp(53), "blocked", f"route_table/PRB {NO_ROUTE}")
flow("NGW-1 a private NAT gateway is dropped at the internet gateway", lambda n: private(n), "a1", X, icmp(),
     "blocked", f"internet_gateway/igw {NO_PUBLIC}")
flow("NGW-1 a private NAT gateway reaches a site by a virtual private gateway",
     lambda n: (private(n), n.pub.route("192.168.0.0/16", to=n.vpn())), "a1", OP, tcp(443), "delivered",
     seen="10.0.0.220")
flow("NGW-1 a private NAT gateway reaches another VPC by a transit gateway",
     lambda n: (n.hub(), n.prv.route("10.1.0.0/16", to=private(n)),
                n.topology["tgw"].attach(n.vpc, [n.pub, n.prb])), "a1", "y1", tcp(80), "delivered",
     seen="10.0.0.220", via=("nat", "tgw"))
refusal("NGW-1 a private NAT gateway takes no Elastic IP", None,
        lambda n: private(n, elastic_ip="198.51.100.9"))
answer("NGW-1 a private NAT gateway needs no internet gateway",
       lambda n: (n.igw.detach(), private(n).public_ip)[1], None)
refusal("NGW-2 without an internet gateway there is no public NAT gateway", None,
        lambda n: (n.igw.detach(), n.pub.nat_gateway("x")))
refusal("NGW-2 an Elastic IP of an instance is taken", None,
        lambda n: (n.hosts["p1"].elastic_ip("198.51.100.10"),
            n.pub.nat_gateway("x", elastic_ip="198.51.100.10")))
refusal("NGW-2 an Elastic IP of another NAT gateway is taken", None,
        lambda n: (n.nat(), n.prb.nat_gateway("x", elastic_ip="198.51.100.99")))


def crowded(n: Any) -> None:
    """Fill a /28 with eleven instances and ask for a NAT gateway."""
    small = n.vpc.subnet("small", "10.0.9.0/28")
    for at in range(11):
        small.instance(f"x{at}")
    small.nat_gateway("full")


refusal("NGW-2 a subnet without a free address takes no NAT gateway", None, crowded)
flow("NGW-3 the source becomes the private address, then the Elastic IP; the destination stays",
     lambda n: n.nat(),
     "a1", X, udp(53), "delivered", seen="198.51.100.99",
     hops={"nat": ("udp 10.0.1.10:40000 → 203.0.113.10:53", "udp 10.0.0.220:1024-65535 → 203.0.113.10:53"),
           "igw": ("udp 10.0.0.220:1024-65535 → 203.0.113.10:53",
           "udp 198.51.100.99:1024-65535 → 203.0.113.10:53")},
     back={"igw": ("udp 203.0.113.10:53 → 198.51.100.99:1024-65535",
     "udp 203.0.113.10:53 → 10.0.0.220:1024-65535"),
           "nat": ("udp 203.0.113.10:53 → 10.0.0.220:1024-65535", "udp 203.0.113.10:53 → 10.0.1.10:40000")})
flow("NGW-3 an echo is rewritten as well", lambda n: n.nat(), "a1", X, icmp(), "delivered",
     hops={"nat": ("icmp 8/0 10.0.1.10 → 203.0.113.10", "icmp 8/0 10.0.0.220 → 203.0.113.10")},
     back={"nat": ("icmp 0/0 203.0.113.10 → 10.0.0.220", "icmp 0/0 203.0.113.10 → 10.0.1.10")})
flow("NGW-3 a transit gateway's far side sees the private address of a public NAT gateway",
     lambda n: (n.hub(), n.prv.route("10.1.0.0/16", to=n.nat()),
         n.topology["tgw"].attach(n.vpc, [n.pub, n.prb])),
     "a1", "y1", tcp(80), "delivered", seen="10.0.0.220")
flow("NGW-3 a group that admits the client's address does not admit it behind a NAT gateway",
     lambda n: (b := n.peered(back=""), n.prv.route("10.1.0.0/16", to=n.nat()),
         n.pub.route("10.1.0.0/16", to="pcx"),
                b.instance("y1", private_ip="10.1.0.10",
                           security_groups=[b.vpc.security_group("tight",
                           inbound=["tcp 80 from 10.0.1.0/24"])])),
     "a1", "y1", tcp(80), "blocked", "security_group/tight inbound ENI_SG_RULES_MISMATCH")
for traffic in (tcp(443), tcp(22), udp(4500)):
    flow(f"NGW-4 nobody outside starts {traffic} to it", lambda n: n.nat(), X, "nat", traffic, "blocked",
         "nat_gateway/nat")
    flow(f"NGW-4 nobody inside starts {traffic} to it", lambda n: n.nat(), "b1", "nat", traffic, "blocked",
         "nat_gateway/nat")
flow("NGW-4 a client of its own pings it in vain", lambda n: n.nat(), "a1", "10.0.0.220", icmp(), "no-reply")
flow("NGW-4 outside pings its Elastic IP in vain", lambda n: n.nat(), X, "198.51.100.99", icmp(), "no-reply")
flow("NGW-4 what it serves is not reached through it", lambda n: n.nat(), X, "a1", tcp(22), "blocked",
     "internet_gateway/igw IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS")
for number in (47, 50, 51, 132):
    flow(f"NGW-5 it carries no protocol {number}", lambda n: n.nat(), "a1", X, protocol(number), "blocked",
         "nat_gateway/nat PROTOCOL_RESTRICTION")
for traffic in (tcp(0), tcp(65535), udp(65535), icmp(13, 0)):
    flow(f"NGW-5 it carries {traffic}", lambda n: n.nat(), "a1", X, traffic, "delivered")
for entry, code in (("tcp 1024-65535", "delivered"), ("tcp 1024-65534", "reply-blocked"),
    ("tcp 1025-65535", "reply-blocked"),
                    ("tcp 32768-60999", "reply-blocked"), ("tcp 0-65535", "delivered")):
    flow(f"NGW-6 with {entry} let in at its subnet the flow is {code}",
         lambda n, e=entry: (n.nat(), n.acl(n.pub, into=("10 allow tcp 443 from 10.0.1.0/24",
             f"20 allow {e} from 0.0.0.0/0"),
                                            out=("10 allow all to 0.0.0.0/0",))),
         "a1", X, tcp(443), code, *(["reply network_acl/PUB NACL inbound SUBNET_ACL_RESTRICTION"]
         if code[0] == "r" else []))
flow("NGW-6 two entries may admit the ports between them",
     lambda n: (n.nat(), n.acl(n.pub, into=("10 allow tcp 443 from 10.0.1.0/24",
         "20 allow tcp 1024-30000 from 0.0.0.0/0",
                                            "30 allow tcp 30001-65535 from 0.0.0.0/0"),
                                            out=("10 allow all to 0.0.0.0/0",))),
     "a1", X, tcp(443), "delivered")
flow("NGW-6 one denied port among them stops the reply",
     lambda n: (n.nat(), n.acl(n.pub, into=("10 deny tcp 3389 from 0.0.0.0/0", "20 allow all from 0.0.0.0/0"),
                               out=("10 allow all to 0.0.0.0/0",))),
     "a1", X, tcp(443), "reply-blocked", "reply network_acl/PUB NACL inbound SUBNET_ACL_RESTRICTION")
flow("NGW-6 a far filter is asked for every port that the gateway may take",
     lambda n: (b := n.peered(), n.prv.route("10.1.0.0/16", to=n.nat()), n.pub.route("10.1.0.0/16", to="pcx"),
                b.vpc.network_acl("B NACL", inbound=["10 allow all from 0.0.0.0/0"],
                                  outbound=["10 allow tcp 32768-65535 to 0.0.0.0/0"], subnets=[b])),
     "a1", "y1", tcp(80), "reply-blocked", "reply network_acl/B NACL outbound SUBNET_ACL_RESTRICTION")
refusal("NGW-7 no group goes on a NAT gateway", None, lambda n: n.pub.nat_gateway("x",
        security_groups=[n.open]))
flow("NGW-7 the ACL of its subnet applies", lambda n: (n.nat(), n.acl(n.pub)), "a1", X, tcp(443), "blocked",
     "network_acl/PUB NACL inbound SUBNET_ACL_RESTRICTION",
     "network_acl/PUB NACL outbound SUBNET_ACL_RESTRICTION",
     "reply network_acl/PUB NACL inbound SUBNET_ACL_RESTRICTION",
     "reply network_acl/PUB NACL outbound SUBNET_ACL_RESTRICTION")
flow("NGW-10 when its zone fails another zone's clients lose it",
     lambda n: (from_b(n), n.topology.fail_az("a")), "b1", X,
     tcp(443), "blocked", "nat_gateway/nat BAD_STATE")
flow("NGW-10 with one in each zone the other zone goes on",
     lambda n: (n.nat(), nub := n.vpc.subnet("PUB2", "10.0.4.0/24", az="b"), nub.route("0.0.0.0/0", to=n.igw),
                n.prb.route("0.0.0.0/0", to=nub.nat_gateway("nat2")), n.topology.fail_az("a")),
     "b1", X, tcp(443), "delivered", via=("nat2",))
answer("NGW-10 a copy fails and the original stands",
       lambda n: (from_b(n), twin := n.topology.copy(), twin.fail_az("a"), web(n, "b1", X),
           trace(twin, "b1", X, tcp(443)).outcome)[3:],
       ("delivered", "blocked"))


def borrowed(n: Any) -> None:
    """Let B send everything over the peering, and A send it on to its NAT gateway."""
    n.peered().route("0.0.0.0/0", to="pcx")
    n.nat()


flow("NGW-11 a peer does not use this VPC's NAT gateway", borrowed, "y1", X, tcp(443), "blocked",
     "peering_connection/pcx PCX_REQUIRES_ADDRESS_IN_VPC_CIDR|NGW_REQUIRES_SOURCE_IN_VPC")
flow("NGW-11 a peer does not use it as an address either", borrowed, "y1", "10.0.0.220", tcp(443), "blocked")
flow("NGW-11 a site does not use it by a virtual private gateway",
     lambda n: (n.nat(), n.prv.route_table.propagate(n.vpn()), n.pub.route("192.168.0.0/16", to="vgw")),
         site("OP"), X, tcp(443),
     "blocked", "virtual_private_gateway/vgw VGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS")


def egress(n: Any, *, back: bool = True) -> None:
    """Join a site to a transit gateway and let its traffic leave by A's NAT gateway."""
    n.hub()
    tgw = n.topology["tgw"]
    office = n.topology.site("OP", "192.168.0.0/16")
    n.topology.vpn_connection("vpn", gateway=tgw, site=office)
    n.nat()
    n.prb.route("0.0.0.0/0", to="nat")
    tgw.default_route_table.route("0.0.0.0/0", to="tgw-A")
    if back:
        n.pub.route("192.168.0.0/16", to=tgw)


flow("NGW-11 a site uses it by a transit gateway", egress, site("OP"), X, tcp(443), "delivered",
     seen="198.51.100.99",
     via=("tgw", "nat", "igw"))
flow("NGW-11 the table of its subnet needs the site's block", lambda n: egress(n, back=False), site("OP"), X,
     tcp(443),
     "reply-blocked")


def sender(n: Any, **more: Any) -> Any:
    """Reach B by the NAT gateway and the peering; B has no route back."""
    b = n.peered(back="")
    n.nat()
    n.prv.route("10.1.0.0/16", to="nat")
    n.pub.route("10.1.0.0/16", to="pcx")
    return b


flow("NGW-12 replies find the NAT gateway although the peer has no route", sender, "a1", "y1", udp(53),
     "delivered", seen="10.0.0.220")
flow("NGW-12 an echo too", sender, "a1", "y1", icmp(), "delivered")
flow("NGW-12 the peer's ACL stops such a reply",
     lambda n: (b := sender(n), b.vpc.network_acl("B NACL", inbound=["1 allow all from 0.0.0.0/0"],
         subnets=[b])), "a1", "y1", tcp(80),
     "reply-blocked", "reply network_acl/B NACL outbound SUBNET_ACL_RESTRICTION")
flow("NGW-12 the ACL at the NAT gateway stops such a reply",
     lambda n: (sender(n), n.acl(n.pub, into=("1 allow all from 10.0.0.0/16",),
         out=("1 allow all to 0.0.0.0/0",))), "a1", "y1", tcp(80),
     "reply-blocked", "reply network_acl/PUB NACL inbound SUBNET_ACL_RESTRICTION")
flow("NGW-12 an instance beside the NAT gateway has no such reply", lambda n: sender(n), "p1", "y1", tcp(80),
     "reply-blocked",
     f"reply route_table/B1 {NO_ROUTE}")
flow("NGW-12 the peer starts nothing that way", lambda n: sender(n), "y1", "a1", tcp(80), "blocked",
     f"route_table/B1 {NO_ROUTE}")


def guarded(where: str, into: tuple[str, ...] = ("1 allow all from 0.0.0.0/0",),
    out: tuple[str, ...] = ("1 allow all to 0.0.0.0/0",)) -> Any:
    """Guard a subnet on the way through the NAT gateway."""
    return lambda n: (n.nat(), n.acl(getattr(n, where), into=into, out=out))


ALL_IN, ALL_OUT = ("9 allow all from 0.0.0.0/0",), ("9 allow all to 0.0.0.0/0",)
for says, prepare, outcome, at in (
    ("inbound at its subnet the client's address is seen", guarded("pub",
    into=("1 deny all from 10.0.1.10/32", *ALL_IN)), "blocked",
     "network_acl/PUB NACL inbound"),
    ("inbound at its subnet its own address is not seen", guarded("pub",
    into=("1 deny all from 10.0.0.220/32", *ALL_IN)), "delivered", ""),
    ("inbound at its subnet its Elastic IP is not seen", guarded("pub",
    into=("1 deny all from 198.51.100.99/32", *ALL_IN)), "delivered", ""),
    ("inbound at its subnet the reply comes from the real host",
    guarded("pub", into=("1 deny all from 203.0.113.10/32", *ALL_IN)),
     "reply-blocked", "reply network_acl/PUB NACL inbound"),
    ("outbound at its subnet the request goes to the real host",
    guarded("pub", out=("1 deny all to 203.0.113.10/32", *ALL_OUT)), "blocked",
     "network_acl/PUB NACL outbound"),
    ("outbound at its subnet the reply goes to the client", guarded("pub",
    out=("1 deny all to 10.0.1.10/32", *ALL_OUT)), "reply-blocked",
     "reply network_acl/PUB NACL outbound"),
    ("outbound at its subnet the reply goes to the client's own port",
    guarded("pub", out=("1 allow tcp 443 to 0.0.0.0/0", "2 allow tcp 40000 to 10.0.1.0/24")),
     "delivered", ""),
    ("outbound at its subnet another client port is none", guarded("pub",
    out=("1 allow tcp 443 to 0.0.0.0/0", "2 allow tcp 40001-65535 to 10.0.1.0/24")),
     "reply-blocked", "reply network_acl/PUB NACL outbound"),
    ("outbound at the client's subnet the real host is seen",
    guarded("prv", out=("1 deny all to 203.0.113.0/24", *ALL_OUT)), "blocked",
     "network_acl/PRV NACL outbound"),
    ("outbound at the client's subnet the gateway's address is not seen",
    guarded("prv", out=("1 deny all to 10.0.0.220/32", *ALL_OUT)), "delivered", ""),
    ("inbound at the client's subnet the real host is seen", guarded("prv",
    into=("1 deny all from 203.0.113.10/32", *ALL_IN)), "reply-blocked",
     "reply network_acl/PRV NACL inbound"),
    ("inbound at the client's subnet the gateway's address is not seen",
    guarded("prv", into=("1 deny all from 10.0.0.0/24", *ALL_IN)), "delivered", ""),
):
    flow(f"NGW-14 {says}", prepare, "a1", X, tcp(443), outcome,
    *([f"{at} SUBNET_ACL_RESTRICTION"] if at else []),
         reach="own port" not in says)
flow("NGW-14 the client's group sees the real host", lambda n: (n.nat(),
     n.wear("a1", n.group("g", out=["tcp 443 to 10.0.0.220/32"]))), "a1", X, tcp(443),
     "blocked", "security_group/g outbound ENI_SG_RULES_MISMATCH")
for state in ("pending", "failed", "deleting"):
    flow(f"NGW-15 a NAT gateway that is {state} forwards nothing",
         lambda n, s=state: (n.nat(), n.route("prv", "0.0.0.0/0", NatGatewayId="nat-1"),
             n.one("NatGateways", "nat-1").update(State=s)),
         "a1", X, tcp(443), "blocked", base=Loaded)
flow("NGW-15 a deleted NAT gateway in the files is a blackhole",
     lambda n: (n.nat(), n.route("prv", "0.0.0.0/0", "blackhole", NatGatewayId="nat-1"),
         n.one("NatGateways", "nat-1").update(State="deleted")),
     "a1", X, tcp(443), "blocked", "route_table/PRV BAD_STATE_ROUTE", base=Loaded)
flow("NGW-15 a NAT gateway that is available forwards", lambda n: (n.nat(),
     n.route("prv", "0.0.0.0/0", NatGatewayId="nat-1")), "a1", X, tcp(443),
     "delivered", base=Loaded, seen="198.51.100.99")
flow("NGW-3 two gateways one behind the other rewrite twice",
     lambda n: (n.nat(), pn := n.prb.nat_gateway("pn", connectivity="private", private_ip="10.0.2.220"),
         n.prv.route("0.0.0.0/0", to=pn), n.prb.route("0.0.0.0/0", to="nat")),
     "a1", X, tcp(443), "delivered", seen="198.51.100.99",
     hops={"pn": ("tcp 10.0.1.10:40000 → 203.0.113.10:443", "tcp 10.0.2.220:1024-65535 → 203.0.113.10:443"),
           "nat": ("tcp 10.0.2.220:1024-65535 → 203.0.113.10:443",
           "tcp 10.0.0.220:1024-65535 → 203.0.113.10:443")})
flow("VPE-3 a NAT gateway uses the endpoint of its own subnet's table",
     lambda n: (n.nat(), n.vpc.gateway_endpoint("s3", [n.pub.route_table])), "a1", service("s3"), tcp(443),
         "delivered",
     via=("nat", "gw-s3"), past=("igw",), seen="10.0.0.220")


def egress_vpc(n: Any) -> None:
    """Let A's private subnets leave by C's NAT gateway, which stands in one zone."""
    n.hub()
    tgw, c = n.topology["tgw"], n.topology["C"]
    out = c.subnet("CN", "10.2.9.0/24")
    out.route("0.0.0.0/0", to=c.internet_gateway("igw-c"))
    out.route("10.0.0.0/8", to=tgw)
    c.route_table("C1").route("0.0.0.0/0", to=out.nat_gateway("nat-c", elastic_ip="198.51.100.99"))
    tgw.default_route_table.route("0.0.0.0/0", to="tgw-C")
    for subnet in (n.prv, n.prb):
        subnet.route("0.0.0.0/0", to=tgw)


for host in ("a1", "b1"):
    flow(f"NGW-4 what comes by a transit gateway starts at the NAT gateway too ({host})", egress_vpc, host, X,
    udp(53), "delivered", seen="198.51.100.99", via=("tgw", "nat-c"))
flow("NGW-4 nobody outside comes back that way", egress_vpc, X, "a1", tcp(443), "blocked")
flow("IGW-5 a VPC's gateway knows no public address of another VPC's host",
     lambda n: (n.hub(), b := n.topology["B"], b.internet_gateway("igw-b"),
         n.topology["y1"].elastic_ip("198.51.100.77"), b.route_table("B1").route("0.0.0.0/0", to="tgw"),
                n.topology["tgw"].default_route_table.route("0.0.0.0/0", to="tgw-A"),
                n.prv.route("0.0.0.0/0", to=n.igw)), "y1", X, tcp(443), "blocked",
                f"internet_gateway/igw {NO_PUBLIC}")
flow("VGW-9 a packet that comes by a transit gateway does not leave by the virtual private gateway",
     lambda n: (n.hub(), n.prv.route("192.168.0.0/16", to=n.vpn()),
         n.topology["B"].route_table("B1").route("192.168.0.0/16", to="tgw"),
                n.topology["tgw"].default_route_table.route("192.168.0.0/16", to="tgw-A")), "y1", OP,
                tcp(443), "blocked",
     "virtual_private_gateway/vgw VGW_PRIVATE_IP_ASSOCIATION_FOR_EGRESS")
flow("NGW-3 a service sees the Elastic IP", lambda n: n.nat(), "a1", service("sqs"), tcp(443), "delivered",
     seen="198.51.100.99")
flow("RT-5 a NAT gateway's default route is none for IPv6", lambda n: from_b(n), "b1", X6, tcp(443),
     "blocked", f"route_table/PRB {NO_ROUTE}", v6=True)

# -- NI ------------------------------------------------------------------------------------------------


def nat_instance(n: Any, *, to: Any = None, **more: Any) -> Any:
    """Make the NAT instance n in PUB with 198.51.100.20, and PRV's default route to it."""
    made = n.appliance(**{"forwards": "nat", "elastic_ip": "198.51.100.20", **more})
    n.prv.route("0.0.0.0/0", to=made)
    return made


flow("NI-1 a NAT instance puts its address in the place of the client's", nat_instance, "a1", X, tcp(443),
     "delivered", seen="198.51.100.20")
flow("NI-1 with the check on nothing passes", lambda n: nat_instance(n, check=True), "a1", X, udp(53),
     "blocked",
     "network_interface/n ENI_SOURCE_DEST_CHECK_RESTRICTION", "...")
flow("NI-1 without a public address it is stopped at the internet gateway",
     lambda n: nat_instance(n, elastic_ip=None), "a1", X, tcp(443), "blocked",
     f"internet_gateway/igw {NO_PUBLIC}")
flow("NI-1 an automatic public address will do", lambda n: nat_instance(n, elastic_ip=None, public_ip=True),
     "a1", X, tcp(443), "delivered")
flow("NI-1 without masquerading the client's address goes out, and not through",
     lambda n: nat_instance(n, forwards="forward"), "a1", X, tcp(443), "blocked",
     f"internet_gateway/igw {NO_PUBLIC}")
flow("NI-1 where nothing tells what an instance does with such packets, forwarding is assumed and said",
     lambda n: nat_instance(n, forwards=None), "a1", X,
     tcp(443), "delivered", note="assumed to forward")
flow("NI-1 its subnet needs the route to the internet", lambda n: (nat_instance(n),
     n.pub.route_table.remove_route("0.0.0.0/0")), "a1", X, tcp(443), "blocked",
     f"route_table/PUB {NO_ROUTE}")
flow("NI-2 its group must let the client in", lambda n: nat_instance(n,
     security_groups=[n.group("g", "tcp 443 from 10.0.2.0/24")]), "a1", X, tcp(443),
     "blocked", "security_group/g inbound ENI_SG_RULES_MISMATCH")
flow("NI-2 its group must let the request out", lambda n: nat_instance(n,
     security_groups=[n.group("g", "all from 10.0.0.0/16", out=["tcp 80 to 0.0.0.0/0"])]),
     "a1", X, tcp(443), "blocked", "security_group/g outbound ENI_SG_RULES_MISMATCH")
flow("NI-2 a group that does neither is named twice", lambda n: nat_instance(n,
     security_groups=[n.group("g", out=[])]), "a1", X, tcp(443), "blocked",
     "security_group/g inbound SG_HAS_NO_RULES", "security_group/g outbound SG_HAS_NO_RULES")
flow("NI-2 a group may name the clients' group", lambda n: (n.wear("a1", n.group("clients")),
     nat_instance(n, security_groups=[n.group("g", "tcp 443 from clients")])),
     "a1", X, tcp(443), "delivered")
flow("NI-2 replies need no rule of its group", lambda n: nat_instance(n,
     security_groups=[n.group("g", "tcp 443 from 10.0.1.0/24", out=["tcp 443 to 0.0.0.0/0"])]),
     "a1", X, tcp(443), "delivered")
flow("NI-5 who writes to its address reaches the NAT instance, not its clients", nat_instance, X,
     "198.51.100.20", tcp(443), "delivered", past=("a1",))
flow("NI-5 its clients are not reached from outside", nat_instance, X, "a1", tcp(443), "blocked")
flow("NI-1 stopped it serves nobody", lambda n: nat_instance(n).stop(), "a1", X, tcp(443), "blocked")
answer("NI-1 when its zone fails its clients lose it",
       lambda n: (n.prb.route("0.0.0.0/0", to=nat_instance(n)), twin := n.topology.copy(), twin.fail_az("a"),
                  web(n, "b1", X), trace(twin, "b1", X, tcp(443)).outcome)[3:], ("delivered", "blocked"))
