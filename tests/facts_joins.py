"""Rows of the facts about what joins networks: VPN, Direct Connect, peering, hubs (VGW, DX, PCX, TGW)."""

from __future__ import annotations

from typing import Any

from facts_routes import BLACKHOLE, NO_ROUTE, OP, Loaded
from facts_rows import answer, flow, refusal
from facts_vpcs import PUBLIC, asked, named
from networks import X6, X

from vpclab import icmp, internet, reachability, service, site, still_open, tcp, trace, udp
from vpclab.topology.connections import STATUSES

# fmt: off
MISMATCH, ACL, TRANSIT = "ENI_SG_RULES_MISMATCH", "SUBNET_ACL_RESTRICTION", "PCX_REQUIRES_ADDRESS_IN_VPC_CIDR"
TOO_FAR, NO_ENTRY = "VGW_PRIVATE_IP_ASSOCIATION_FOR_EGRESS", "VGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS"


def learnt(n: Any, *subnets: Any, **more: Any) -> Any:
    """Make the VPN, and let the tables of subnets (PRV's alone if none) learn its routes."""
    vgw = n.vpn(**more)
    for subnet in subnets or (n.prv,):
        subnet.route_table.propagate(vgw)
    return vgw


def dx(n: Any, *blocks: str, up: bool = True, name: str = "dx", gateway: Any = None) -> Any:
    """Make a Direct Connect connection to "vgw" and the site DC ; PRV's table learns its blocks."""
    vgw = gateway or n.vpc.virtual_private_gateway("vgw")
    place = n.topology.site("DC", *(blocks or ("192.168.0.0/16",)))
    made = n.topology.direct_connect(name, gateway=vgw, site=place, up=up)
    n.prv.route_table.propagate(vgw)
    return made


# -- VGW -----------------------------------------------------------------------------------------------

refusal("VGW-1 a second virtual private gateway is refused", None,
        lambda n: (n.vpn(), n.vpc.virtual_private_gateway("two")))
answer("VGW-1 another one may come when the first has gone",
       lambda n: (v := n.vpc.virtual_private_gateway("one"), v.detach(),
           n.vpc.virtual_private_gateway("two").name)[-1], "two")
refusal("VGW-1 a gateway with a connection stays", "DependencyViolation", lambda n: n.vpn().remove())
flow("VGW-2 one tunnel of two is enough", lambda n: learnt(n, tunnels_up=1), site("OP"), "a1", tcp(22),
     "delivered")
flow("VGW-2 without a tunnel a static route leads to a connection that is down",
     lambda n: n.prv.route("192.168.0.0/16", to=n.vpn(tunnels_up=0)), "a1", OP, tcp(443),
     "blocked", "* BAD_STATE_VPN")
flow("VGW-2 without a tunnel nothing comes from the site", lambda n: n.prv.route("192.168.0.0/16",
     to=n.vpn(tunnels_up=0)), site("OP"), "a1", tcp(443), "blocked",
     "* BAD_STATE_VPN")
flow("VGW-2 a healthy VPN outranks a Direct Connect that is down",
     lambda n: (learnt(n), n.topology.direct_connect("dx", gateway="vgw", site="OP", up=False)), "a1", OP,
     tcp(443), "delivered", via=("vpn",), past=("dx",))
flow("VGW-2 the second VPN serves when the first is down",
     lambda n: (learnt(n, tunnels_up=0), n.topology.vpn_connection("spare", gateway="vgw", site="OP")), "a1",
         OP, tcp(443), "delivered", via=("spare",))
for state in ("pending", "deleting", "deleted"):
    flow(f"VGW-2 a connection that is {state} carries nothing", lambda n,
    s=state: (n.vpn("192.168.0.0/16", State=s), n.route("prv", "192.168.0.0/16", GatewayId="vgw-a")),
         "a1", OP, tcp(443), "blocked", base=Loaded)
for state in ("detaching", "detached"):
    flow(f"VGW-1 a gateway that is {state} carries nothing", lambda n,
    s=state: (n.vpn("192.168.0.0/16"), n.route("prv", "192.168.0.0/16", GatewayId="vgw-a"),
         n.one("VpnGateways", "vgw-a").update(VpcAttachments=[{"State": s, "VpcId": "vpc-a"}])), "a1", OP,
         tcp(443), "blocked", f"route_table/PRV {BLACKHOLE}|BAD_STATE_ATTACHMENT", base=Loaded)
flow("VGW-4 without a route nothing is answered", lambda n: n.vpn(), site("OP"), "a1", icmp(),
     "reply-blocked", f"reply route_table/PRV {NO_ROUTE}")
flow("VGW-4 without a route nothing is sent", lambda n: n.vpn(), "a1", OP, icmp(), "blocked",
     f"route_table/PRV {NO_ROUTE}")
flow("VGW-4 a route for one host answers just that one", lambda n: n.prv.route("192.168.0.10/32", to=n.vpn()),
     site("OP", "192.168.0.11"), "a1", tcp(22), "reply-blocked",
     f"reply route_table/PRV {NO_ROUTE}")
flow("VGW-4 a default route to the gateway is a route as well",
     lambda n: n.prv.route("0.0.0.0/0", to=n.vpn()), site("OP"), "a1", tcp(22), "delivered")
flow("VGW-5 of a wide static route the gateway carries what it knows",
     lambda n: n.prv.route("192.168.0.0/16", to=n.vpn(announces=["192.168.1.0/24"])), "a1", "192.168.1.9",
         tcp(443),
     "delivered")
flow("VGW-5 of a wide static route the gateway drops what it does not know",
     lambda n: n.prv.route("192.168.0.0/16", to=n.vpn(announces=["192.168.1.0/24"])), "a1", OP, tcp(443),
     "blocked", f"virtual_private_gateway/vgw {NO_ROUTE}|NO_POSSIBLE_DESTINATION")
flow("VGW-5 a default route to the gateway is no way to the internet",
     lambda n: n.prv.route("0.0.0.0/0", to=n.vpn()), "a1", X, tcp(443), "blocked",
     f"virtual_private_gateway/vgw {NO_ROUTE}|NO_POSSIBLE_DESTINATION")
flow("VGW-5 a gateway without any connection knows nothing", lambda n: n.prv.route("192.168.0.0/16",
     to=n.vpc.virtual_private_gateway("vgw")), "a1", OP, tcp(443), "blocked")
flow("VGW-6 Direct Connect comes before a static VPN", lambda n: (learnt(n, static=["192.168.0.0/16"]),
     n.topology.direct_connect("dx", gateway="vgw", site="OP")), "a1", OP, tcp(443),
     "delivered", via=("dx",), past=("vpn",))
flow("VGW-6 Direct Connect comes before a BGP VPN, whichever came first",
     lambda n: (dx(n), n.topology.vpn_connection("late", gateway="vgw", site="DC")), "a1", OP, tcp(443),
         "delivered",
     via=("dx",), past=("late",))
flow("VGW-6 a static VPN comes before a BGP VPN", lambda n: (learnt(n),
     n.topology.vpn_connection("fixed", gateway="vgw", site="OP", static=["192.168.0.0/16"])), "a1", OP,
     tcp(443),
     "delivered", via=("fixed",), past=("vpn",))
flow("VGW-6 a longer prefix of a VPN comes before a shorter one of Direct Connect",
     lambda n: (dx(n), n.topology.vpn_connection("long", gateway="vgw", site="DC",
     announces=["192.168.0.0/24"])), "a1", OP, tcp(443), "delivered", via=("long",), past=("dx",))
answer("VGW-7 static prefixes and announced ones are propagated alike",
       lambda n: (learnt(n, static=["172.20.0.0/16", "172.21.0.0/16"]),
           n.topology.site("two", "172.22.0.0/16"), n.topology.vpn_connection("bgp", gateway="vgw",
           site="two"),
                  sorted(str(r.destination) for r in n.prv.route_table.value.routes if r.propagated))[-1],
                  ["172.20.0.0/16", "172.21.0.0/16", "172.22.0.0/16"])
flow("VGW-7 a removed connection takes its routes along", lambda n: (learnt(n), n.topology["vpn"].remove()),
     "a1", OP, tcp(443), "blocked", f"route_table/PRV {NO_ROUTE}")
flow("VGW-8 a VPN carries no IPv6", lambda n: n.prv.route("fd50::/16",
     to=n.vpn(blocks=["192.168.0.0/16", "fd50::/16"])), "a1", "fd50::10", tcp(443), "blocked", v6=True)
flow("VGW-8 an IPv6 block of a VPN is not propagated", lambda n: learnt(n,
     blocks=["192.168.0.0/16", "fd50::/16"]), "a1", "fd50::10", tcp(443), "blocked",
     f"route_table/PRV {NO_ROUTE}",
     v6=True)
flow("VGW-8 nothing comes over a VPN by IPv6", lambda n: n.prv.route("fd50::/16",
     to=n.vpn(blocks=["192.168.0.0/16", "fd50::/16"])), "fd50::10", "a1", tcp(443), "blocked", v6=True)
flow("VGW-8 Direct Connect carries IPv6", lambda n: dx(n, "192.168.0.0/16", "fd50::/16"), "a1", "fd50::10",
     tcp(443), "delivered", v6=True, via=("dx",))
flow("VGW-8 Direct Connect brings IPv6", lambda n: dx(n, "192.168.0.0/16", "fd50::/16"), "fd50::10", "a1",
     udp(53), "delivered", v6=True)
flow("VGW-8 a transit gateway's VPN carries IPv6",
     lambda n: (n.hub(), n.topology.vpn_connection("vpn", gateway="tgw",
         site=n.topology.site("OP", "192.168.0.0/16", "fd50::/16")), n.prv.route("fd50::/16", to="tgw")),
     "a1", "fd50::10", tcp(443), "delivered", v6=True)
for says, where, prepare in (
    ("the internet", X, lambda n: None), ("a public address of the VPC's own host", "198.51.100.10",
    lambda n: n.hosts["p1"].elastic_ip("198.51.100.10")),
    ("an address that nobody has", "10.0.1.99", lambda n: None),
    ("a peer", "10.1.0.10", lambda n: n.peered()),
    ("a NAT gateway's public address", "198.51.100.99", lambda n: n.nat()),
    ("a peer's host by this VPC's table", "y1", lambda n: n.peered(back="0.0.0.0/0")),
):
    flow(f"VGW-9 a site does not reach {says}", lambda n, p=prepare: (learnt(n), p(n)), site("OP"), where,
    tcp(443), "blocked", f"virtual_private_gateway/vgw {NO_ENTRY}")
flow("VGW-9 a site does not reach S3 by the gateway endpoint",
     lambda n: (learnt(n), n.vpc.gateway_endpoint("s3", [n.prv.route_table])), site("OP"), service("s3"),
         tcp(443), "blocked")
flow("VGW-9 a site does not reach the internet by an internet gateway beside it",
     lambda n: (learnt(n, n.pub)), site("OP"), X, icmp(), "blocked",
     f"virtual_private_gateway/vgw {NO_ENTRY}")
flow("VGW-9 a packet of a peer does not leave by the gateway",
     lambda n: (learnt(n), n.peered(back="0.0.0.0/0")), "y1", OP, tcp(443), "blocked",
         f"peering_connection/pcx {TRANSIT}")
flow("VGW-9 a secondary address is an interface's address too",
     lambda n: (n.prb.instance("b2", private_ip="10.0.2.20", secondary=["10.0.2.21"],
         security_groups=[n.open]), learnt(n, n.prb)), site("OP"), "10.0.2.21", tcp(22), "delivered")
flow("VGW-9 a packet that an appliance passes on from elsewhere is not the VPC's own",
     lambda n: (n.appliance("fw"), b := n.peered(), b.route("192.168.0.0/16", to="pcx"), n.vpn()), "y1", OP,
         tcp(443), "blocked", f"peering_connection/pcx {TRANSIT}")
flow("VGW-9 a detached gateway lets nothing in", lambda n: (learnt(n), n.topology["vgw"].detach()),
     site("OP"), "a1", tcp(22), "blocked")
flow("PATH-9 the subnet's ACL and the group see the site's own address",
     lambda n: (learnt(n), n.acl(n.prv, into=("1 allow tcp 22 from 192.168.0.10/32",),
         out=("1 allow tcp 40000 to 192.168.0.10/32",)),
                n.wear("a1", n.group("g", "tcp 22 from 192.168.0.10/32"))),
     site("OP", OP), "a1", tcp(22), "delivered", path="OP vpn vgw PRV NACL g a1", reach=False)

# -- DX ------------------------------------------------------------------------------------------------

flow("DX-1 a private virtual interface joins a site to the VPC", dx, "a1", OP, tcp(443), "delivered",
     via=("vgw", "dx", "DC"))
flow("DX-1 and the VPC to the site", dx, site("DC"), "a1", tcp(22), "delivered")
flow("DX-1 a virtual interface that is down carries nothing", lambda n: dx(n, up=False), "a1", OP, tcp(443),
     "blocked", f"route_table/PRV {NO_ROUTE}")
flow("DX-1 what BGP does not announce is not known", lambda n: (dx(n, "192.168.7.0/24"),
     n.prb.route("192.168.0.0/16", to="vgw")), "b1", "192.168.8.1", tcp(443), "blocked",
     f"virtual_private_gateway/vgw {NO_ROUTE}|NO_POSSIBLE_DESTINATION")
flow("DX-1 mail to a site's private address is not mail to the internet", dx, "a1", OP, tcp(25), "delivered")

# -- PCX -----------------------------------------------------------------------------------------------


def abroad(n: Any, **where: str) -> Any:
    """Peer with a VPC of another account or Region; y1 is open to everyone."""
    theirs = n.beside("B", "10.1.0.0/16", "y1", **where)
    n.prv.route("10.1.0.0/16", to=n.vpc.peer("B", "pcx"))
    theirs.route("10.0.0.0/16", to="pcx")
    return theirs


flow("PCX-1 a peering joins VPCs of two accounts", lambda n: abroad(n, account="444455556666"), "a1", "y1",
     tcp(80), "delivered")
flow("PCX-1 a peering joins VPCs of two accounts, the other way", lambda n: abroad(n, account="444455556666"),
     "y1", "a1", udp(53), "delivered")
for status in STATUSES:
    flow(f"PCX-2 a peering that is {status} carries {'traffic' if status == 'active' else 'nothing'}",
    lambda n, s=status: n.peered(status=s), "a1", "y1", tcp(80),
         "delivered" if status == "active" else "blocked", *([] if status == "active"
         else [f"route_table/PRV {BLACKHOLE}"]))
flow("PCX-2 a request that is accepted carries traffic", lambda n: (n.peered(status="pending-acceptance"),
     n.topology["pcx"].accept()), "a1", "y1", tcp(80), "delivered")
for status in ("active", "rejected", "expired", "failed"):
    refusal(f"PCX-2 a peering that is {status} cannot be accepted", None, lambda n,
    s=status: (n.peered(status=s), n.topology["pcx"].accept()))
for mine, theirs in ((["10.9.0.0/16"], ["10.9.128.0/17"]), ([], ["10.0.255.0/24"])):
    refusal(f"PCX-3 any overlap of secondary blocks makes it fail ({theirs[0]})", None,
            lambda n, m=mine, t=theirs: ([n.vpc.add_cidr(b) for b in m],
                n.topology.vpc("B", "10.1.0.0/16", secondary=t), n.vpc.peer("B")))
refusal("PCX-3 an overlap of IPv6 blocks makes it fail", None,
        lambda n: (n.topology.vpc("B", "10.1.0.0/16", ipv6="2001:db8:0:100::/60"), n.vpc.peer("B")),
            dual=True)
refusal("PCX-3 a second peering of two VPCs is refused, asked from either side", None,
        lambda n: (n.peered(), n.topology["B"].peer(n.vpc, "again")))
for back, outcome in (("10.0.1.10/32", "delivered"), ("10.0.1.0/24", "delivered"),
    ("10.0.1.8/29", "delivered"), ("10.0.1.12/30", "reply-blocked"), ("10.0.2.0/24", "reply-blocked"),
                      ("0.0.0.0/0", "delivered")):
    flow(f"PCX-4 with a route back for {back} the flow is {outcome}", lambda n, b=back: n.peered(back=b),
    "a1", "y1", icmp(), outcome,
         *([f"reply route_table/B1 {NO_ROUTE}"] if outcome[0] == "r" else []))
flow("PCX-4 only the tables with a route send there", lambda n: n.peered(), "b1", "y1", tcp(80), "blocked",
     f"route_table/PRB {NO_ROUTE}")
flow("PCX-4 the peer needs its own route to start", lambda n: n.peered(back=""), "y1", "a1", tcp(80),
     "blocked", f"route_table/B1 {NO_ROUTE}")


def chain(n: Any) -> None:
    """Peer A with B and A with C; everyone has every route."""
    b = n.peered()
    c = n.beside("C", "10.2.0.0/16", "z1")
    n.vpc.peer("C", "pcx-c")
    n.prv.route("10.2.0.0/16", to="pcx-c")
    c.route("10.0.0.0/15", to="pcx-c")
    b.route("10.2.0.0/16", to="pcx")


flow("PCX-5 two peers of A do not reach each other by A", chain, "z1", "y1", icmp(), "blocked",
     f"peering_connection/pcx-c {TRANSIT}")
flow("PCX-5 each reaches A", chain, "z1", "a1", icmp(), "delivered")
for says, dst, prepare in (
    ("internet gateway", X, lambda n: None), ("NAT gateway", X, lambda n: n.nat()),
    ("VPN", OP, lambda n: learnt(n)), ("Direct Connect", "192.168.9.9", lambda n: dx(n)),
):
    flow(f"PCX-6 a peer does not use this VPC's {says}", lambda n,
    p=prepare: (n.peered(back="0.0.0.0/0"), p(n)), "y1", dst, udp(53), "blocked",
    f"peering_connection/pcx {TRANSIT}")
flow("PCX-6 a peer does not use the IPv6 way out of this VPC",
     lambda n: (b := six_peer(n), b.route("::/0", to="pcx"), n.prv.route("::/0", to=n.igw)), "y1", X6,
         tcp(443), "blocked", f"peering_connection/pcx {TRANSIT}", v6=True)
flow("PCX-6 a peer does not use this VPC's DynamoDB endpoint",
     lambda n: (n.peered(back="0.0.0.0/0"), n.vpc.gateway_endpoint("dynamodb", [n.prv.route_table])), "y1",
         service("dynamodb"), tcp(443), "blocked", f"peering_connection/pcx {TRANSIT}")
flow("PCX-6 nobody on the internet comes in for a peer", lambda n: n.peered(back="0.0.0.0/0"), X, "y1",
     tcp(80), "blocked")
flow("PCX-7 of a wide route only the peer's own blocks carry traffic",
     lambda n: (n.peered(), n.prb.route("10.0.0.0/8", to="pcx")), "b1", "10.3.0.1", tcp(80), "blocked",
     f"peering_connection/pcx {TRANSIT}")
flow("PCX-7 of a wide route the peer's blocks do carry traffic",
     lambda n: (n.peered(), n.prb.route("10.0.0.0/8", to="pcx")), "b1", "y1", tcp(80), "delivered")
flow("PCX-7 a secondary block of the peer counts",
     lambda n: (n.peered(), b := n.topology["B"], b.add_cidr("100.64.0.0/16"),
                s := b.subnet("S", "100.64.0.0/24"), s.instance("y2", private_ip="100.64.0.10",
                security_groups=["open"]), s.route("10.0.0.0/16", to="pcx"),
                n.prv.route("100.64.0.0/16", to="pcx")), "a1", "y2", tcp(80), "delivered")


def twins(n: Any, to: str) -> None:
    """Peer A with B, and with a VPC of the same block; PRV's route for it leads to one of them."""
    n.peered()
    other = n.topology.vpc("B2", "10.1.0.0/16")
    subnet = other.subnet("B21", "10.1.0.0/24")
    subnet.route("10.0.0.0/16", to=n.vpc.peer("B2", "pcx-2"))
    subnet.instance("w1", private_ip="10.1.0.20", security_groups=[other.security_group("open",
    inbound=["all from 0.0.0.0/0"])])
    n.prv.route("10.1.0.0/16", to=to)


flow("PCX-8 the reply to one of two alike goes where the route says", lambda n: twins(n, "pcx"), "B2/w1",
     "a1", tcp(80), "reply-blocked")
flow("PCX-8 the one whose peering the route names gets its reply", lambda n: twins(n, "pcx-2"), "B2/w1", "a1",
     tcp(80), "delivered")
flow("PCX-8 a more specific route saves the other", lambda n: (twins(n, "pcx-2"),
     n.prv.route("10.1.0.8/29", to="pcx")), "B/y1", "a1", tcp(80), "delivered")


def naming(n: Any, *, gone: bool = False) -> None:
    """Let a1's group name the group of y1, and then take that group away."""
    b = n.peered()
    theirs = b.vpc.security_group("theirs", inbound=["all from 0.0.0.0/0"])
    b.instance("y1", private_ip="10.1.0.10", security_groups=[theirs])
    n.wear("a1", n.group("mine", "tcp 80 from B/theirs"))
    if gone:
        b.instance("y1", private_ip="10.1.0.10", security_groups=["open"])
        theirs.remove()


flow("PCX-9 a rule may name the peer's group", naming, "y1", "a1", tcp(80), "delivered")
flow("PCX-9 a rule whose group is deleted stays and admits nobody", lambda n: naming(n, gone=True), "y1",
     "a1", tcp(80), "blocked", f"security_group/mine inbound {MISMATCH}")
answer("PCX-9 the stale rule can be taken out",
       lambda n: (naming(n, gone=True), g := n.topology["A/mine"], rule := str(g.value.side("inbound")[0]),
           g.revoke(inbound=[rule]), len(g.value.side("inbound")))[-1], 0)
refusal("PCX-9 a group of a peer in another Region cannot be named", None,
        lambda n: (abroad(n, region="us-east-1"), n.topology["B"].security_group("theirs"),
            n.group("mine", "tcp 80 from B/theirs")))
flow("PCX-9 a group of a peer in another account can be named",
     lambda n: (abroad(n, account="444455556666"), n.wear("a1", n.group("mine", "tcp 80 from B/open"))), "y1",
         "a1", tcp(80), "delivered")
flow("PCX-9 across Regions the block is what counts", lambda n: (b := n.topology.vpc("B", "10.1.0.0/16",
     region="us-east-1"), s := b.subnet("B1", "10.1.0.0/24"),
     s.route("10.0.0.0/16", to=n.vpc.peer("B", "pcx")), s.instance("y1", private_ip="10.1.0.10"),
     n.prv.route("10.1.0.0/16", to="pcx"),
     n.wear("a1", n.group("mine", "tcp 80 from 10.1.0.0/16"))), "y1", "a1", tcp(80), "delivered")


def resolving(n: Any, *, options: tuple[bool, bool] = (False, False), status: str = "active",
    b_names: bool = True, **where: str) -> None:
    """Give p1 its public name, and peer A (asking) with B by these DNS options."""
    named(n)
    n.beside("B", "10.1.0.0/16", "y1", **where)
    n.topology.vpc("B", "10.1.0.0/16", dns_hostnames=b_names, **where)
    n.vpc.peer("B", "pcx", resolve_dns=options, status=status)


for says, options, got in (("this side's option", (True, False), "10.0.0.10"),
    ("the other side's option", (False, True), "198.51.100.10"),
    ("no option", (False, False), "198.51.100.10"),
                           ("both options", (True, True), "10.0.0.10")):
    answer(f"PCX-10 with {says} the peer resolves p1's public name to {got}",
    asked(PUBLIC, "y1", before=resolving, options=options), [got])
answer("PCX-10 a pending peering resolves nothing privately",
       asked(PUBLIC, "y1", before=resolving, options=(True, True), status="pending-acceptance"),
       ["198.51.100.10"])
answer("PCX-10 both VPCs need both attributes", asked(PUBLIC, "y1", before=resolving, options=(True, True),
       b_names=False), ["198.51.100.10"])
answer("PCX-10 outside the peering the public address is the answer",
       asked(PUBLIC, internet, before=resolving, options=(True, True)), ["198.51.100.10"])
answer("PCX-10 across Regions the option works too", asked(PUBLIC, "y1", before=resolving,
       options=(True, True), region="us-east-1"), ["10.0.0.10"])
def private_name(n: Any, *, option: bool = False, **where: str) -> None:
    """Peer with B, where y1 has the private name of 10.1.0.10."""
    n.beside("B", "10.1.0.0/16", "y1", **where)
    n.vpc.peer("B", "pcx", resolve_dns=(option, option))


for says, more, got in (("in one Region without the option", {}, ["10.1.0.10"]),
    ("across Regions without the option", {"region": "us-east-2"}, []),
                        ("across Regions with the option", {"region": "us-east-2", "option": True},
                        ["10.1.0.10"])):
    answer(f"PCX-10 a peer's private name is {'known' if got else 'unknown'} {says}",
           asked(f"ip-10-1-0-10.{more.get('region', 'ap-northeast-1')}.compute.internal", "a1",
           before=private_name, **more), got)
flow("PCX-10 with a public address as the answer the packet goes by the internet",
     lambda n: (n.peered(), n.hosts["p1"].elastic_ip("198.51.100.10")), "a1", "198.51.100.10", tcp(443),
     "blocked", f"route_table/PRV {NO_ROUTE}")


def six_peer(n: Any, *, routes: bool = True) -> Any:
    """Peer dual-stack VPCs; y1 has an IPv6 address."""
    b = n.topology.vpc("B", "10.1.0.0/16", ipv6="2001:db8:0:b00::/56", dns_hostnames=True)
    s = b.subnet("B1", "10.1.0.0/24", ipv6=True)
    b.route_table("B1", subnets=[s])
    s.instance("y1", private_ip="10.1.0.10", ipv6=True, security_groups=[b.security_group("open",
    inbound=["all from 0.0.0.0/0", "all from ::/0"])])
    n.vpc.peer("B", "pcx")
    n.prv.route("2001:db8:0:b00::/56", to="pcx")
    if routes:
        s.route("2001:db8:0:100::/56", to="pcx")
    return s


flow("PCX-11 IPv6 crosses a peering", six_peer, "a1", "y1", tcp(80), "delivered", v6=True)
flow("PCX-11 IPv6 crosses a peering the other way", six_peer, "y1", "a1", icmp(), "delivered", v6=True)
flow("PCX-11 IPv6 needs its own route back", lambda n: (s := six_peer(n, routes=False),
     s.route("10.0.0.0/16", to="pcx")), "a1", "y1", tcp(80), "reply-blocked",
     f"reply route_table/B1 {NO_ROUTE}", v6=True)
flow("PCX-11 IPv6 routes do not carry IPv4", six_peer, "a1", "y1", tcp(80), "blocked",
     f"route_table/PRV {NO_ROUTE}", dual=True)
flow("PCX-13 the ACLs of both subnets are asked, and every blocker is named",
     lambda n: (b := n.peered(), n.acl(n.prv), b.vpc.network_acl("B NACL", subnets=[b])), "a1", "y1", tcp(80),
         "blocked", f"network_acl/PRV NACL outbound {ACL}",
     f"network_acl/B NACL inbound {ACL}", f"reply network_acl/B NACL outbound {ACL}",
     f"reply network_acl/PRV NACL inbound {ACL}")
flow("PCX-13 the peer's ACL sees the private address", lambda n: (b := n.peered(),
     b.vpc.network_acl("B NACL", inbound=["1 allow tcp 80 from 10.0.1.10/32"],
     outbound=["1 allow all to 10.0.1.10/32"],
     subnets=[b])), "a1", "y1", tcp(80), "delivered")
answer("SG-15 when the peering goes, an open connection ends",
       lambda n: (n.peered(), found := trace(n.topology, "a1", "y1", tcp(80)), twin := n.topology.copy(),
           twin["pcx"].remove(), still_open(found, twin).allowed)[-1], False)

# -- TGW -----------------------------------------------------------------------------------------------


def hub(n: Any, change: Any = None) -> Any:
    """Join A, B and C; then change something with the gateway and its default table at hand."""
    n.hub()
    tgw = n.topology["tgw"]
    if change:
        change(n, tgw, tgw.default_route_table)
    return tgw


def with_hub(change: Any) -> Any:
    """Return what prepares a hub with this change."""
    return lambda n: hub(n, change)


flow("TGW-1 routing is transitive by its tables: B reaches C", hub, "y1", "z1", icmp(), "delivered",
     via=("tgw",))
flow("TGW-1 a NAT gateway is no part of it: C does not reach the internet by A's alone", hub, "z1", X,
     tcp(443), "blocked")
refusal("TGW-1 a VPC of another Region cannot be attached", None,
        with_hub(lambda n, g, t: g.attach(v := n.topology.vpc("far", "10.7.0.0/16", region="us-east-1"),
        [v.subnet("f", "10.7.0.0/24")])))
flow("TGW-2 an attachment without a table goes nowhere", with_hub(lambda n, g, t: t.disassociate("tgw-A")),
     "a1", "y1", tcp(80), "blocked", "* TGW_ATTACH_MISSING_TGW_RTB_ASSOCIATION")
flow("TGW-2 without the client's block in the server's table there is no way back",
     with_hub(lambda n, g, t: t.stop_propagating("tgw-A")), "a1", "y1", tcp(80), "reply-blocked",
     "reply * TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT")
flow("TGW-2 a static route stands in for a propagated one", with_hub(lambda n, g,
     t: (t.stop_propagating("tgw-B"), t.route("10.1.0.0/24", to="tgw-B"))), "a1", "y1", tcp(80), "delivered")


def islands(n: Any, g: Any, t: Any) -> None:
    """Let B and C see A only, and A see both."""
    spokes = g.route_table("spokes")
    for name in ("tgw-B", "tgw-C"):
        spokes.associate(name)
    spokes.propagate("tgw-A")


flow("TGW-2 with a table of their own the spokes reach A", with_hub(islands), "y1", "a1", tcp(80),
     "delivered")
flow("TGW-2 with a table of their own the spokes do not reach each other", with_hub(islands), "y1", "z1",
     tcp(80), "blocked", "* TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT")
answer("TGW-2 a new association takes the place of the old one",
       lambda n: (hub(n, islands), "tgw-B" in " ".join(n.topology[
           "tgw"].default_route_table.value.associations))[-1], False)
refusal("TGW-2 a peer propagates nothing", None, with_hub(lambda n, g,
        t: t.propagate(g.peer(n.topology.transit_gateway("east", region="us-east-1")))))


def two_hubs(n: Any, *, there: bool = True, back: bool = True) -> None:
    """Peer A's transit gateway with one in another Region, where E with e1 is."""
    west = n.topology.transit_gateway("west")
    west.attach(n.vpc, [n.prv])
    east = n.topology.transit_gateway("east", region="us-east-1")
    e = n.beside("E", "10.5.0.0/16", "e1", region="us-east-1")
    east.attach("E", [e])
    west.peer(east)
    n.prv.route("10.5.0.0/16", to=west)
    e.route("10.0.0.0/16", to=east)
    if there:
        west.default_route_table.route("10.5.0.0/16", to="west-east")
    if back:
        east.default_route_table.route("10.0.0.0/16", to="east-west")


flow("TGW-2 two gateways joined by static routes carry traffic across Regions", two_hubs, "a1", "e1", tcp(80),
     "delivered", via=("west", "east"))
flow("TGW-2 without a static route here nothing goes over", lambda n: two_hubs(n, there=False), "a1", "e1",
     tcp(80), "blocked", "* TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT")
flow("TGW-2 without a static route there nothing comes back", lambda n: two_hubs(n, back=False), "a1", "e1",
     tcp(80), "reply-blocked",
     "reply * TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT")


def third_zone(n: Any) -> None:
    """Add the host c1 of A in a zone without an attachment."""
    hub(n)
    zone_c = n.vpc.subnet("PRC", "10.0.3.0/24", az="c")
    n.vpc.route_table("PRC", subnets=[zone_c]).route("10.0.0.0/8", to="tgw")
    n.host("c1", zone_c, "10.0.3.10")


def from_files(n: Any) -> None:
    """Join A and B by a transit gateway, as describe output shows it."""
    n.b()
    n.transit(a=("prv", "prb"), b=("b1",))
    for table in ("prv", "b1"):
        n.route(table, "10.0.0.0/8", TransitGatewayId="tgw-1")


for state in ("initiating", "pendingAcceptance", "pending", "rejected", "failed", "deleting", "deleted"):
    flow(f"TGW-2 an attachment that is {state} carries nothing", lambda n,
    s=state: (from_files(n), n.one("TransitGatewayAttachments", "tgw-attach-b").update(State=s),
         n.one("TransitGatewayVpcAttachments", "tgw-attach-b").update(State=s)), "a1", "y1", tcp(80),
         "blocked", base=Loaded)
flow("TGW-2 an attachment that is modified goes on", lambda n: (from_files(n),
     n.one("TransitGatewayAttachments", "tgw-attach-b").update(State="modifying")), "a1", "y1", tcp(80),
     "delivered", base=Loaded)
flow("TGW-2 an association that ends serves no more", lambda n: (from_files(n),
     n.one("TransitGatewayAttachments", "tgw-attach-a")["Association"].update(State="disassociating")),
     "a1", "y1", tcp(80), "blocked", "* TGW_ATTACH_MISSING_TGW_RTB_ASSOCIATION", base=Loaded)
flow("TGW-1 what lies behind a peer that is not in the data is unknown",
     lambda n: (from_files(n), n.attachment("tgw-attach-x", "peering", "tgw-777"),
         n.transit_route("10.20.0.0/16", "tgw-attach-x")),
     "a1", "10.20.1.1", tcp(80), "unknown", base=Loaded, says="tgw-attach-x")
flow("TGW-1 what a Connect attachment does is not modelled, and said so",
     lambda n: (from_files(n), n.attachment("tgw-attach-x", "connect", "tgw-attach-a"),
         n.transit_route("10.20.0.0/16", "tgw-attach-x")),
     "a1", "10.20.1.1", tcp(80), "unknown", base=Loaded)
flow("TGW-3 a zone without an attachment does not reach the gateway", third_zone, "c1", "y1", tcp(80),
     "blocked", "* TGW_ROUTE_AZ_RESTRICTION")
flow("TGW-3 a zone without an attachment can be reached and cannot answer", third_zone, "y1", "c1", tcp(80),
     "reply-blocked", "reply * TGW_ROUTE_AZ_RESTRICTION")
flow("TGW-3 every subnet of an enabled zone can use it", hub, "p1", "y1", tcp(80), "delivered")
flow("TGW-3 every subnet of an enabled zone needs its route",
     with_hub(lambda n, g, t: n.pub.route_table.remove_route("10.0.0.0/8")), "p1", "y1", tcp(80), "blocked",
     "internet_gateway/igw IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS", "...")
refusal("TGW-3 two subnets of one zone are refused", "DuplicateSubnetsInSameZone",
        lambda n: n.topology.transit_gateway("tgw").attach(n.vpc, [n.pub, n.prv]))
refusal("TGW-3 no subnet at all is refused", None, lambda n: n.topology.transit_gateway("tgw").attach(n.vpc,
        []))


def own_subnet(n: Any, **more: Any) -> Any:
    """Attach B by a subnet of its own, TGB; y1 is in B1."""
    tgw = hub(n)
    tgb = n.topology["B"].subnet("TGB", "10.1.9.0/28")
    n.topology["B"].route_table("TGB", subnets=[tgb])
    tgw.attach("B", [tgb])
    return tgb


flow("TGW-4 what comes out is routed by the attachment subnet's table", own_subnet, "a1", "y1", tcp(80),
     "delivered", via=("TGB",))
flow("TGW-4 a whole subnet may be led through an appliance by the attachment subnet's table",
     lambda n: (tgb := own_subnet(n), b := n.topology["B"], fws := b.subnet("FW", "10.1.8.0/24"),
                fw := fws.instance("fw", private_ip="10.1.8.10", source_dest_check=False, forwards="forward",
                security_groups=["open"]),
                tgb.route("10.1.0.0/24", to=fw), fws.route("10.0.0.0/8", to="tgw"),
                b.route_table("B1").route("10.0.0.0/8", to=fw)), "a1", "y1", tcp(80), "delivered",
                via=("TGB", "fw"))
flow("TGW-4 the VPC's own table must lead to the gateway", with_hub(lambda n, g,
     t: n.prv.route_table.remove_route("10.0.0.0/8")), "a1", "y1", tcp(80), "blocked",
     f"route_table/PRV {NO_ROUTE}")
flow("TGW-4 the far VPC's table must lead back", with_hub(lambda n, g,
     t: n.topology["B"].route_table("B1").remove_route("10.0.0.0/8")), "a1", "y1", udp(53), "reply-blocked",
     f"reply route_table/B1 {NO_ROUTE}")
flow("TGW-5 the longest prefix wins over a static route", with_hub(lambda n, g,
     t: t.route("10.0.0.0/8", to="tgw-C")), "a1", "y1", tcp(80), "delivered")
flow("TGW-5 a static route hides the propagated one of the same block",
     with_hub(lambda n, g, t: t.route("10.1.0.0/16", to="tgw-C")), "a1", "y1", tcp(80), "blocked")
flow("TGW-5 a longer static route wins over a propagated one",
     with_hub(lambda n, g, t: t.route("10.1.0.10/32", to="tgw-C")), "a1", "y1", tcp(80), "blocked")


def site_beside(n: Any, g: Any, t: Any) -> None:
    """Let a VPN announce B's own block as well."""
    n.topology.vpn_connection("vpn", gateway=g, site=n.topology.site("OP", "192.168.0.0/16", "10.1.0.0/16"))


flow("TGW-5 a VPC's propagated block comes before a VPN's", with_hub(site_beside), "a1", "y1", tcp(80),
     "delivered")


def dx_and_vpn(n: Any, g: Any, t: Any) -> None:
    """Join a site by VPN and by Direct Connect."""
    n.topology.site("OP", "192.168.0.0/16")
    n.topology.vpn_connection("vpn", gateway=g, site="OP")
    n.topology.direct_connect("dx", gateway=g, site="OP")
    n.prv.route("192.168.0.0/16", to=g)


flow("TGW-5 a Direct Connect gateway comes before a VPN", with_hub(dx_and_vpn), "a1", OP, tcp(443),
     "delivered", via=("dx",), past=("vpn",))
flow("TGW-6 a blackhole drops what it matches", with_hub(lambda n, g, t: t.blackhole("10.1.0.0/24")), "a1",
     "y1", tcp(80), "blocked", "* TGW_RTB_BAD_STATE_ROUTE")
flow("TGW-6 a blackhole of the same block hides the propagated route",
     with_hub(lambda n, g, t: t.blackhole("10.1.0.0/16")), "a1", "y1", tcp(80), "blocked",
     "* TGW_RTB_BAD_STATE_ROUTE")
flow("TGW-6 a shorter blackhole harms nobody", with_hub(lambda n, g, t: t.blackhole("10.0.0.0/8")), "a1",
     "y1", tcp(80), "delivered")
flow("TGW-6 a blackhole for the client stops the reply", with_hub(lambda n, g,
     t: t.blackhole("10.0.1.10/32")), "a1", "y1", tcp(80), "reply-blocked", "reply * TGW_RTB_BAD_STATE_ROUTE")
flow("TGW-6 a static route whose attachment is gone is a blackhole",
     with_hub(lambda n, g, t: (t.stop_propagating("tgw-B"), t.route("10.1.0.0/16", to="tgw-B"),
     n.topology["tgw-B"].remove())), "a1", "y1", tcp(80), "blocked", "* TGW_RTB_BAD_STATE_ROUTE")


def alike(n: Any) -> None:
    """Attach D later, which has the block of B; its host v1 has an address that B has not."""
    tgw = hub(n)
    d = n.topology.vpc("D", "10.1.0.0/16")
    s = d.subnet("D1", "10.1.7.0/24")
    s.instance("v1", private_ip="10.1.7.10", security_groups=[d.security_group("open",
    inbound=["all from 0.0.0.0/0"])])
    tgw.attach("D", [s])
    s.route("10.0.0.0/16", to=tgw)


flow("TGW-7 of two VPCs with one block the first keeps its traffic", alike, "a1", "y1", tcp(80), "delivered")
flow("TGW-7 of two VPCs with one block the later one gets none", alike, "a1", "v1", tcp(80), "blocked")
flow("TGW-7 a longer static route reaches the later one", lambda n: (alike(n),
     n.topology["tgw"].default_route_table.route("10.1.7.0/24", to="tgw-D")), "a1", "v1", tcp(80),
     "delivered")


def inspection(n: Any, mode: str) -> None:
    """Send what A and B say to each other through C and a firewall of their zone (a1: a, y9: b)."""
    n.vpc("b", "10.1.0.0/16", {"b1": ("10.1.0.0/24", "a"), "b2": ("10.1.2.0/24", "b")})
    n.host("y9", "b2", "10.1.2.10", "b")
    n.vpc("c", "10.2.0.0/16", {"ca": ("10.2.0.0/24", "a"), "cb": ("10.2.1.0/24", "b"),
    "fa": ("10.2.2.0/24", "a"), "fb": ("10.2.3.0/24", "b")})
    n.transit(a=("prv", "prb"), b=("b1", "b2"), c=("ca", "cb"))
    for at, zone in ((2, "a"), (3, "b")):
        n.host(f"fw{zone}", f"f{zone}", f"10.2.{at}.10", "c", SourceDestCheck=False)
        n.route(f"c{zone}", "0.0.0.0/0", NetworkInterfaceId=f"eni-fw{zone}")
        n.route(f"f{zone}", "0.0.0.0/0", TransitGatewayId="tgw-1")
    for table in ("prv", "prb", "b1", "b2"):
        n.route(table, "10.0.0.0/8", TransitGatewayId="tgw-1")
    n.add("TransitGatewayRouteTables", {"TransitGatewayRouteTableId": "tgw-rtb-2",
    "TransitGatewayId": "tgw-1", "State": "available", "DefaultAssociationRouteTable": False,
                                        "DefaultPropagationRouteTable": False, "Tags": []})
    ends = [{"TransitGatewayAttachmentId": f"tgw-attach-{v}", "ResourceType": "vpc", "ResourceId": f"vpc-{v}",
    "State": "enabled"} for v in "ab"]
    n.add("TransitGatewayPropagations", {"TransitGatewayRouteTableId": "tgw-rtb-2",
    "TransitGatewayRouteTablePropagations": ends})
    n.add("TransitGatewayStaticRoutes", {"TransitGatewayRouteTableId": "tgw-rtb-2", "Routes": []})
    n.one("TransitGatewayAttachments", "tgw-attach-c")["Association"][
    "TransitGatewayRouteTableId"] = "tgw-rtb-2"
    n.propagations().clear()
    n.transit_route("0.0.0.0/0", "tgw-attach-c")
    n.one("TransitGatewayVpcAttachments", "tgw-attach-c")["Options"]["ApplianceModeSupport"] = mode


def firewalls(mode: str) -> Any:
    """Return the firewalls of the request and of the reply."""

    def ask(_: Any) -> object:
        n = Loaded()
        inspection(n, mode)
        found = trace(n.topology, "a1", "y9", tcp(80))
        legs = [{hop.component.name for hop in leg if hop.component.name in ("fwa", "fwb")}
        for leg in (found.forward, found.reply)]
        return found.outcome, legs[0] == legs[1], all(len(leg) == 1 for leg in legs)

    return ask


answer("TGW-8 with appliance mode both legs pass the same firewall", firewalls("enable"),
       ("delivered", True, True))
flow("TGW-8 without it a flow between zones passes two firewalls, which is said",
     lambda n: inspection(n, "disable"), "a1", "y9", tcp(80), "delivered", base=Loaded, via=("fwa",),
         note="RT-20")
flow("TGW-8 within one zone both legs pass the same firewall without it",
     lambda n: (inspection(n, "disable"), n.host("y8", "b1", "10.1.0.9", "b")), "a1", "y8", tcp(80),
         "delivered", base=Loaded,
     via=("fwa",), past=("fwb",))


def branch(n: Any, g: Any, t: Any, **more: Any) -> None:
    """Join the site OP by a VPN."""
    n.topology.vpn_connection("vpn", gateway=g, site=n.topology.site("OP", "192.168.0.0/16"), **more)
    n.prv.route("192.168.0.0/16", to=g)


flow("TGW-9 a site reaches a VPC by the gateway", with_hub(branch), site("OP"), "a1", tcp(22), "delivered")
flow("TGW-9 a VPC reaches a site by the gateway", with_hub(branch), "a1", OP, tcp(22), "delivered")
flow("TGW-9 a VPN that is down carries nothing", with_hub(lambda n, g,
     t: (branch(n, g, t, tunnels_up=0), t.route("192.168.0.0/16", to="tgw-vpn"))), "a1", OP, tcp(22),
     "blocked")
flow("TGW-9 a site does not reach a peer of a VPC", with_hub(lambda n, g,
     t: (branch(n, g, t), n.vpc.peer(n.beside("P", "10.8.0.0/16", "q1").vpc, "pcx"))), site("OP"), "q1",
     tcp(22), "blocked")
flow("PCX-6 a peer does not use this VPC's transit gateway",
     with_hub(lambda n, g, t: (q := n.beside("P", "10.8.0.0/16", "q1"),
     q.route("10.0.0.0/8", to=n.vpc.peer("P", "pcx")), n.prv.route("10.8.0.0/16", to="pcx"))), "q1", "y1",
     tcp(80), "blocked",
     f"peering_connection/pcx {TRANSIT}")
def six_hub(n: Any, change: Any = None) -> None:
    """Join dual-stack A and B (y1) by a transit gateway; every table has the other's IPv6 block."""
    b = n.topology.vpc("B", "10.1.0.0/16", ipv6="2001:db8:0:b00::/56")
    s = b.subnet("B1", "10.1.0.0/24", ipv6=True)
    b.route_table("B1", subnets=[s])
    s.instance("y1", private_ip="10.1.0.10", ipv6=True,
               security_groups=[b.security_group("open", inbound=["all from 0.0.0.0/0", "all from ::/0"])])
    tgw = n.topology.transit_gateway("tgw")
    tgw.attach(n.vpc, [n.prv, n.prb])
    tgw.attach("B", [s])
    for subnet, block in ((n.prv, "2001:db8:0:b00::/56"), (n.pub, "2001:db8:0:b00::/56"),
    (s, "2001:db8:0:100::/56")):
        subnet.route(block, to=tgw)
    if change:
        change(n, tgw, tgw.default_route_table)


flow("TGW-1 IPv6 crosses a transit gateway", six_hub, "a1", "y1", tcp(80), "delivered", v6=True, via=("tgw",))
flow("TGW-2 IPv6 blocks are propagated too", six_hub, "y1", "p1", icmp(), "delivered", v6=True)
flow("TGW-6 an IPv6 blackhole drops what it matches", lambda n: six_hub(n, lambda n, g,
     t: t.blackhole("2001:db8:0:b00::/64")), "a1", "y1", tcp(80), "blocked", "* TGW_RTB_BAD_STATE_ROUTE",
     v6=True)
flow("TGW-5 an IPv4 static route does not touch IPv6", lambda n: six_hub(n, lambda n, g,
     t: t.blackhole("0.0.0.0/0")), "a1", "y1", tcp(80), "delivered", v6=True)
flow("TGW-4 IPv6 needs its own route to the gateway", six_hub, "b1", "y1", tcp(80), "blocked",
     f"route_table/PRB {NO_ROUTE}", v6=True)
flow("PATH-12 over IPv6 the attachment's subnet is asked both ways at the start",
     lambda n: (six_hub(n), n.acl(n.prv, into=("1 deny all from 2001:db8:0:101::/64",
         "9 allow all from ::/0"), out=("9 allow all to ::/0",))), "a1", "y1", tcp(80), "blocked",
     f"network_acl/PRV NACL inbound {ACL}", v6=True)
flow("PATH-12 over IPv6 nothing is asked for what comes to the attachment's subnet",
     lambda n: (six_hub(n), n.acl(n.prv, into=("9 allow all from 2001:db8:0:101::/64",),
         out=("9 allow all to 2001:db8:0:b00::/56",))), "a1", "y1", tcp(80), "delivered", v6=True)
flow("TGW-2 a block that a VPC takes later is propagated",
     lambda n: (hub(n), b := n.topology["B"], b.add_cidr("10.9.0.0/16"), s := b.subnet("S", "10.9.0.0/24"),
         s.route("10.0.0.0/16", to="tgw"),
                s.instance("y2", private_ip="10.9.0.10", security_groups=["open"])), "a1", "y2", tcp(80),
                "delivered")
flow("VGW-9 a host of a secondary block is an interface's address",
     lambda n: (n.vpc.add_cidr("100.64.0.0/16"), s := n.vpc.subnet("S", "100.64.3.0/24"),
         n.vpc.route_table("S", subnets=[s]),
     n.host("c1", s, "100.64.3.10"), learnt(n, s)), site("OP"), "c1", tcp(22), "delivered")
flow("VGW-2 only one of two sites is behind a connection that is down",
     lambda n: (learnt(n), n.topology.vpn_connection("other", gateway="vgw",
         site=n.topology.site("TWO", "172.20.0.0/16"), tunnels_up=0)), "a1", OP, tcp(443), "delivered",
         path=None, via=("vpn", "OP"))
flow("VGW-9 one site does not reach another by the gateway",
     lambda n: (learnt(n), n.topology.vpn_connection("other", gateway="vgw",
         site=n.topology.site("TWO", "172.20.0.0/16"))), site("OP"), "172.20.0.10", tcp(443), "blocked",
     f"virtual_private_gateway/vgw {NO_ENTRY}")
flow("TGW-9 one site reaches another by a transit gateway",
     with_hub(lambda n, g, t: (branch(n, g, t), n.topology.vpn_connection("other", gateway=g,
     site=n.topology.site("TWO", "172.20.0.0/16")))), site("OP"), "172.20.0.10", tcp(443), "delivered",
     via=("vpn", "tgw", "other"))
answer("TGW-1 for all traffic the answer is the same as for one flow",
       lambda n: (hub(n), str(reachability(n.topology).between("a1", "y1")))[-1], "all traffic")
