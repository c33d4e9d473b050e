"""Rows of the facts about routes and what leads straight outside (RT, GRT, IGW, EIGW)."""

from __future__ import annotations

from typing import Any

from facts_rows import answer, flow, refusal, web
from networks import X6, X, nothing
from test_aws_gateways import Aws

from vpclab import BadInput, icmp, internet, protocol, select_route, service, site, tcp, udp

NO_ROUTE, BLACKHOLE = "NO_ROUTE_TO_DESTINATION", "BAD_STATE_ROUTE"
NO_PUBLIC, NOT_MAPPED = "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS", "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS"
OP = "192.168.0.10"


class Loaded(Aws):
    """A snapshot as the AWS CLI prints it, asked like the built networks."""

    @property
    def topology(self) -> Any:
        """Load it as it is now."""
        return self.load()


def target(net: Any, table: str, address: str) -> str:
    """Return the kind of thing that a table sends an address to, or the code of the refusal."""
    found = select_route(net.vpc.route_table(table), address)
    return str(getattr(found.target, "kind", "") or "local") if found.allowed else found.code


def public(net: Any, *hosts: str) -> None:
    """Give hosts Elastic IPs: p1 198.51.100.10, and so on."""
    for name in hosts:
        net.hosts[name].elastic_ip("198.51.100." + str(net.hosts[name].private_ip).split(".")[3])


# fmt: off
# -- RT ----------------------------------------------------------------------------------------------

flow("RT-1 a route for the subnet's own block is not asked between its hosts",
     lambda n: (n.appliance(), n.prv.route("10.0.1.0/24", to=n.hosts["n"])), "a1", "a2", tcp(80), "delivered",
     path="a1 open open a2")
flow("RT-1 nor is one over IPv6",
     lambda n: (n.appliance(), n.prv.route(str(n.prv.value.ipv6_cidr), to=n.hosts["n"])), "a1", "a2", tcp(80),
         "delivered",
     v6=True, path="a1 open open a2")
flow("RT-1 within a subnet a blackhole in its table harms nobody",
     lambda n: (n.nat().remove(),), "a1", "a2", udp(53), "delivered", path="a1 open open a2")
flow("RT-2 a subnet without an association uses the main table",
     lambda n: (n.vpc.main_route_table.route("203.0.113.0/24", to=n.igw),
                n.host("m1", n.vpc.subnet("M", "10.0.7.0/24"), "10.0.7.10", elastic_ip="198.51.100.71")),
     "m1", X, tcp(443), "delivered", via=("main",))
flow("RT-2 when another table is made main it applies",
     lambda n: (n.vpc.main_route_table.route("203.0.113.0/24", to=n.igw),
         n.vpc.route_table("second").make_main(),
                n.host("m1", n.vpc.subnet("M", "10.0.7.0/24"), "10.0.7.10", elastic_ip="198.51.100.71")),
     "m1", X, tcp(443), "blocked", f"route_table/second {NO_ROUTE}")
flow("RT-2 a subnet with an association keeps its table when the main one changes",
     lambda n: (n.vpc.route_table("second").make_main(), public(n, "p1")), "p1", X, tcp(443), "delivered",
         via=("PUB",))
refusal("RT-3 the main table cannot be deleted", None, lambda n: n.vpc.main_route_table.remove())
refusal("RT-3 a table that has become main cannot be deleted", None,
        lambda n: (n.vpc.route_table("t").make_main(), n.topology["A/t"].remove()))
answer("RT-3 a table that is main no longer can be deleted",
       lambda n: (old := n.vpc.main_route_table, n.vpc.route_table("t").make_main(), old.remove(),
                  n.vpc.main_route_table.name)[-1], "t")
refusal("RT-3 a table with a subnet cannot be deleted", "DependencyViolation",
        lambda n: n.prv.route_table.remove())
refusal("RT-3 the table of a gateway cannot become main", None,
        lambda n: (t := n.vpc.route_table("edge"), t.associate_gateway(n.igw), t.make_main()))
refusal("RT-3 the main table cannot become a gateway's", None,
        lambda n: n.vpc.main_route_table.associate_gateway(n.igw))
refusal("RT-4 the local route cannot be removed", None, lambda n: n.prv.route_table.remove_route(
        "10.0.0.0/16"))
refusal("RT-4 nor the one of a secondary block", None,
        lambda n: (n.vpc.add_cidr("10.4.0.0/16"), n.prv.route_table.remove_route("10.4.0.0/16")))
refusal("RT-4 the local route does not lead to an internet gateway", None,
        lambda n: n.prv.route("10.0.0.0/16", to=n.igw))
refusal("RT-4 the local route does not lead to a virtual private gateway", None,
        lambda n: n.prv.route("10.0.0.0/16", to=n.vpc.virtual_private_gateway()))
refusal("RT-4 the local IPv6 route does not lead to an egress-only internet gateway", None,
        lambda n: n.prv.route("2001:db8:0:100::/56", to=n.vpc.egress_only_internet_gateway()), dual=True)


def swapped(n: Any, *tables: Any) -> None:
    """Swap the local route of tables for the appliance n in PUB."""
    n.appliance()
    for subnet in tables:
        subnet.route("10.0.0.0/16", to=n.hosts["n"])


flow("RT-4 the local route may lead to an appliance's interface", lambda n: swapped(n, n.prv, n.prb), "a1",
     "b1", tcp(80),
     "delivered", via=("n",))
flow("RT-4 a swapped local route is restored",
     lambda n: (swapped(n, n.prv, n.prb), [s.route("10.0.0.0/16", to="local") for s in (n.prv, n.prb)]),
     "a1", "b1", tcp(80), "delivered", past=("n",))
flow("RT-4 the local IPv6 route stays when the IPv4 one is swapped", lambda n: swapped(n, n.prv, n.prb), "a1",
     "b1", tcp(80),
     "delivered", v6=True, past=("n",))
answer("RT-4 a table has a local route for each block of both families",
       lambda n: (n.vpc.add_cidr("10.4.0.0/16"),
                  [target(n, "PRV", a) for a in ("10.0.9.9", "10.4.9.9", "2001:db8:0:1ff::9")])[-1],
                  ["local"] * 3, dual=True)
for default, address in (("0.0.0.0/0", "2600::1"), ("::/0", "8.8.8.8")):
    answer(f"RT-5 {default} never matches {address}",
           lambda n, d=default, a=address: (n.prv.route(d, to=n.igw), target(n, "PRV", a))[-1], NO_ROUTE,
               dual=True)
flow("RT-5 a default route for IPv6 does not carry IPv4", lambda n: (n.prv.route("::/0", to=n.igw),
     n.hosts["a1"].elastic_ip("198.51.100.9")),
     "a1", X, tcp(443), "blocked", f"route_table/PRV {NO_ROUTE}", dual=True)


def ladder(n: Any) -> None:
    """Give PRV routes of every length to different places."""
    n.nat()
    vgw = n.vpn()
    n.appliance("m")
    n.prv.route("203.0.112.0/20", to=vgw)
    n.prv.route("203.0.113.0/24", to=n.igw)
    n.prv.route("203.0.113.128/32", to=n.hosts["m"])


for address, kind in (("8.8.8.8", "nat_gateway"), ("203.0.112.5", "virtual_private_gateway"),
                      ("203.0.113.127", "internet_gateway"), ("203.0.113.128", "network_interface"),
                      ("203.0.113.129", "internet_gateway"), ("203.0.128.0", "nat_gateway"),
                      ("10.0.255.255", "local")):
    answer(f"RT-6 the longest prefix takes {address} to the {kind.replace('_', ' ')}",
           lambda n, a=address: (ladder(n), target(n, "PRV", a))[-1], kind)
answer("RT-6 the longest prefix wins over IPv6 too",
       lambda n: (n.appliance("m"), n.prv.route("::/0", to=n.igw),
           n.prv.route("2600:1::/128", to=n.hosts["m"]),
                  [target(n, "PRV", a) for a in ("2600:1::", "2600:1::1")])[-1],
       ["network_interface", "internet_gateway"], dual=True)


def learned(n: Any, *blocks: str, tables: Any = None) -> Any:
    """Let PRV's table learn these blocks from the VPN."""
    vgw = n.vpn(announces=blocks)
    for subnet in tables or (n.prv,):
        subnet.route_table.propagate(vgw)
    return vgw


for block in ("10.0.2.0/24", "10.0.2.10/32", "10.0.0.0/16", "10.0.128.0/17"):
    flow(f"RT-7 a propagated {block} does not override the local route", lambda n, b=block: learned(n, b),
    "a1", "b1", tcp(80),
         "delivered", path="a1 open default PRV default open b1")
flow("RT-7 a propagated block inside the VPC does not take an address that nobody has",
     lambda n: learned(n, "10.0.99.0/24"),
     "a1", "10.0.99.5", tcp(80), "blocked", past=("vgw",))
answer("RT-7 a propagated block around the VPC's keeps what is not local",
       lambda n: (learned(n, "10.0.0.0/8"), [target(n, "PRV", a) for a in ("10.0.2.10", "10.1.0.1")])[-1],
       ["local", "virtual_private_gateway"])
flow("RT-7 a propagated route does not override the local route of a secondary block",
     lambda n: (n.vpc.add_cidr("10.4.0.0/16"), n.host("c1", n.vpc.subnet("S", "10.4.0.0/24"), "10.4.0.10"),
         learned(n, "10.4.0.0/24")),
     "a1", "c1", tcp(80), "delivered", past=("vgw",))
answer("RT-8 a static route beats a prefix list of the same block",
       lambda n: (lst := n.topology.prefix_list("pl", ["203.0.113.0/24"]), n.prv.route(lst, to=n.igw),
                  n.appliance("m"), n.prv.route("203.0.113.0/24", to=n.hosts["m"]),
                  target(n, "PRV", "203.0.113.9"))[-1],
       "network_interface")
answer("RT-8 a static route beats a propagated one of the same block",
       lambda n: (learned(n, "172.20.0.0/16"), n.appliance("m"),
           n.prv.route("172.20.0.0/16", to=n.hosts["m"]),
                  target(n, "PRV", "172.20.1.1"))[-1], "network_interface")
answer("RT-8 a prefix list beats a propagated route, whichever came first",
       lambda n: (lst := n.topology.prefix_list("pl", ["10.70.0.0/16", "172.20.0.0/16"]), n.appliance("m"),
                  n.prv.route(lst, to=n.hosts["m"]), learned(n, "172.20.0.0/16"),
                  target(n, "PRV", "172.20.1.1"))[-1],
       "network_interface")
answer("RT-8 where the prefix list has no such block the propagated route wins",
       lambda n: (lst := n.topology.prefix_list("pl", ["10.70.0.0/16"]), n.appliance("m"),
                  n.prv.route(lst, to=n.hosts["m"]), learned(n, "172.20.0.0/16"),
                  target(n, "PRV", "172.20.1.1"))[-1],
       "virtual_private_gateway")
answer("RT-8 a static route that goes leaves the field to the propagated one",
       lambda n: (learned(n, "172.20.0.0/16"), n.appliance("m"),
           n.prv.route("172.20.0.0/16", to=n.hosts["m"]),
                  n.prv.route_table.remove_route("172.20.0.0/16"), target(n, "PRV", "172.20.1.1"))[-1],
       "virtual_private_gateway")


def joined(n: Any) -> Any:
    """Attach A to a transit gateway."""
    tgw = n.topology.transit_gateway("tgw")
    tgw.attach(n.vpc, [n.prv])
    return tgw


for name, made, kind in (
    ("an internet gateway", lambda n: n.igw, "internet_gateway"),
    ("a NAT gateway", lambda n: n.pub.nat_gateway(), "nat_gateway"),
    ("an interface", lambda n: n.pub.network_interface("e"), "network_interface"),
    ("an instance", lambda n: n.hosts["p1"], "network_interface"),
    ("a peering", lambda n: (n.topology.vpc("B", "10.1.0.0/16"), n.vpc.peer("B"))[1], "peering_connection"),
    ("a transit gateway", joined, "transit_gateway"),
    ("a virtual private gateway", lambda n: n.vpc.virtual_private_gateway(), "virtual_private_gateway"),
):
    answer(f"RT-9 {name} can be a static target",
           lambda n, made=made: (n.prv.route("203.0.113.0/24", to=made(n)),
               target(n, "PRV", "203.0.113.9"))[-1], kind)
for name, made in (
    ("a security group", lambda n: n.open), ("a subnet", lambda n: n.prb),
    ("a network ACL", lambda n: n.prv.network_acl),
    ("a site", lambda n: n.topology.site("OP", "192.168.0.0/16")), ("a VPC", lambda n: n.vpc),
    ("a customer gateway", lambda n: n.topology.customer_gateway("cgw", "203.0.113.50")),
):
    refusal(f"RT-9 {name} cannot be a target", None, lambda n,
    made=made: n.prv.route("203.0.113.0/24", to=made(n)))
answer("RT-10 a longer propagated route beats a shorter prefix list",
       lambda n: (lst := n.topology.prefix_list("pl", ["172.20.0.0/16"]), n.appliance("m"),
           n.prv.route(lst, to=n.hosts["m"]),
                  learned(n, "172.20.5.0/24"), [target(n, "PRV", a) for a in ("172.20.5.1",
                  "172.20.6.1")])[-1],
       ["virtual_private_gateway", "network_interface"])
answer("RT-10 a longer entry of a prefix list beats a shorter static route",
       lambda n: (lst := n.topology.prefix_list("pl", ["203.0.113.64/26"]), n.appliance("m"),
           n.prv.route(lst, to=n.hosts["m"]),
                  n.prv.route("203.0.113.0/24", to=n.igw), [target(n, "PRV", a) for a in ("203.0.113.65",
                  "203.0.113.1")])[-1],
       ["network_interface", "internet_gateway"])
for block, makes in (
    ("10.0.2.0/24", lambda n: n.vpc.virtual_private_gateway()), ("10.0.2.0/24", joined),
    ("10.0.2.0/23", lambda n: n.hosts["p1"]), ("10.0.2.10/32", lambda n: n.hosts["p1"]),
    ("10.0.99.0/24", lambda n: n.hosts["p1"]), ("10.0.2.128/25", lambda n: n.pub.nat_gateway()),
):
    refusal(f"RT-11 {block} inside the VPC is refused{' for a transit gateway' * (makes is joined)}", None,
            lambda n, b=block, m=makes: n.prv.route(b, to=m(n)))
refusal("RT-11 a part of a subnet's IPv6 block is refused", None,
        lambda n: n.prv.route("2001:db8:0:102::/80", to=n.hosts["p1"]), dual=True)
refusal("RT-11 a whole IPv6 subnet to an egress-only gateway is refused", None,
        lambda n: n.prv.route("2001:db8:0:102::/64", to=n.vpc.egress_only_internet_gateway()), dual=True)
answer("RT-11 a whole subnet may be sent to a NAT gateway",
       lambda n: (n.prv.route("10.0.2.0/24", to=n.pub.nat_gateway()), target(n, "PRV", "10.0.2.10"))[-1],
           "nat_gateway")
flow("RT-11 a whole IPv6 subnet may be sent to an appliance",
     lambda n: (n.appliance(), n.prv.route("2001:db8:0:102::/64", to=n.hosts["n"]),
         n.prb.route("2001:db8:0:101::/64", to=n.hosts["n"])),
     "a1", "b1", tcp(80), "delivered", v6=True, via=("n",))
for block in ("169.254.168.0/22", "169.254.169.0/24", "169.254.171.255/32", "169.254.169.254/32"):
    refusal(f"RT-12 a route to {block} is refused", None, lambda n, b=block: n.prv.route(b, to=n.hosts["p1"]))
for block in ("fd00:ec2::/32", "fd00:ec2::254/128", "fd00:ec2:1::/48"):
    refusal(f"RT-12 a route to {block} is refused", None, lambda n, b=block: n.prv.route(b, to=n.hosts["p1"]),
    dual=True)
refusal("RT-12 a prefix list with such a block is refused as a destination", None,
        lambda n: n.prv.route(n.topology.prefix_list("pl", ["172.20.0.0/16", "169.254.169.0/24"]),
            to=n.hosts["p1"]))
for address, reached in (("169.254.171.255", False), ("169.254.168.0", False), ("169.254.167.255", True),
    ("169.254.172.0", True)):
    answer(f"RT-12 of a larger block {address} is {'forwarded' if reached else 'never forwarded'}",
           lambda n, a=address: (n.prv.route("169.254.0.0/16", to=n.hosts["p1"]),
                                 select_route(n.prv.route_table, a).allowed)[-1], reached)
answer("RT-12 of a larger IPv6 block the reserved part is never forwarded",
       lambda n: (n.prv.route("fd00::/16", to=n.hosts["p1"]),
                  [select_route(n.prv.route_table, a).allowed for a in ("fd00:ec2:ffff::1",
                  "fd00:ec3::1")])[-1], [False, True], dual=True)
flow("RT-12 metadata stays where it is under a route for all of 169.254.0.0/16",
     lambda n: (n.appliance(), n.prv.route("169.254.0.0/16", to=n.hosts["n"])),
     "a1", "169.254.169.254", tcp(80), "delivered", past=("n",))
for name, change in (
    ("a deleted NAT gateway", lambda n: n.nat().remove()),
    ("a detached internet gateway", lambda n: (n.prv.route("0.0.0.0/0", to=n.igw), n.igw.detach())),
    ("a deleted internet gateway", lambda n: (n.prv.route("0.0.0.0/0", to=n.igw), n.igw.remove())),
    ("a terminated NAT instance", lambda n: (n.appliance(forwards="nat"),
    n.prv.route("0.0.0.0/0", to=n.hosts["n"]), n.hosts["n"].remove())),
    ("a deleted virtual private gateway", lambda n: (v := n.vpc.virtual_private_gateway(),
    n.prv.route("0.0.0.0/0", to=v), v.remove())),
    ("a detached virtual private gateway", lambda n: (v := n.vpc.virtual_private_gateway(),
    n.prv.route("0.0.0.0/0", to=v), v.detach())),
    ("a deleted peering", lambda n: (n.topology.vpc("B", "10.1.0.0/16"), p := n.vpc.peer("B"),
    n.prv.route("0.0.0.0/0", to=p), p.remove())),
    ("a deleted interface", lambda n: (e := n.pub.network_interface("e"), n.prv.route("0.0.0.0/0", to=e),
    e.remove())),
):
    flow(f"RT-13 a route to {name} is a blackhole", change, "a1", X, tcp(443), "blocked",
         f"route_table/PRV {BLACKHOLE}|BAD_STATE_ATTACHMENT")
flow("RT-13 a route to a deleted egress-only gateway is a blackhole",
     lambda n: (e := n.vpc.egress_only_internet_gateway(), n.prv.route("::/0", to=e), e.remove()), "a1", X6,
         tcp(443), "blocked",
     f"route_table/PRV {BLACKHOLE}", v6=True)
flow("RT-13 a route to a detached transit gateway is a blackhole",
     lambda n: (n.hub(), n.topology["tgw-A"].remove()), "a1", "y1", tcp(80), "blocked",
         "route_table/PRV BAD_STATE_ROUTE")
flow("RT-13 a route to a stopped instance leads nowhere",
     lambda n: (n.appliance(forwards="nat", elastic_ip="198.51.100.20"),
         n.prv.route("0.0.0.0/0", to=n.hosts["n"]), n.hosts["n"].stop()),
     "a1", X, tcp(443), "blocked")
flow("RT-13 a route whose gateway is attached again works again",
     lambda n: (n.igw.detach(), n.vpc.internet_gateway("igw"),
         n.host("p2", n.pub, "10.0.0.12", elastic_ip="198.51.100.12")),
     "p2", X, tcp(443), "delivered")
flow("RT-13 what a filtered route does is not known", lambda n: (n.route("prv", "203.0.113.0/24", "filtered",
     GatewayId="igw-a"), n.public("a1", "198.51.100.11")),
     "a1", X, tcp(443), "unknown", base=Loaded)
flow("RT-14 a blackhole that wins is not passed over for a wider route",
     lambda n: (n.appliance("m"), n.prv.route("203.0.113.0/24", to=n.hosts["m"]), n.hosts["m"].remove(),
         n.nat()),
     "a1", X, tcp(443), "blocked", f"route_table/PRV {BLACKHOLE}")
flow("RT-14 a blackhole that is passed over harms nobody",
     lambda n: (n.nat().remove(), n.prv.route("203.0.113.0/24", to=n.igw), public(n, "a1")), "a1", X,
         tcp(443), "delivered")
flow("RT-14 a blackhole stops the reply too",
     lambda n: (n.appliance("m"), n.prb.route("10.0.1.0/24", to=n.hosts["m"]), n.hosts["m"].remove()), "a1",
         "b1", tcp(80),
     "reply-blocked", f"reply route_table/PRB {BLACKHOLE}")
answer("RT-15 a route tells where it comes from",
       lambda n: (learned(n, "172.20.0.0/16"), n.prv.route("0.0.0.0/0", to=n.igw),
                  {str(r.destination): r.origin for r in n.prv.route_table.value.routes})[-1],
       {"10.0.0.0/16": "CreateRouteTable", "0.0.0.0/0": "CreateRoute",
       "172.20.0.0/16": "EnableVgwRoutePropagation"})
refusal("RT-16 an egress-only gateway takes no IPv4 destination", None,
        lambda n: n.prv.route("203.0.113.0/24", to=n.vpc.egress_only_internet_gateway()), dual=True)
for block in ("::/0", "2600::/16", "64:ff9b::/97"):
    refusal(f"RT-16 a NAT gateway takes no {block}", None, lambda n,
    b=block: n.prv.route(b, to=n.pub.nat_gateway()), dual=True)
refusal("RT-16 an internet gateway of another VPC is no target", None,
        lambda n: n.prv.route("0.0.0.0/0", to=n.topology.vpc("B", "10.1.0.0/16").internet_gateway("other")))
refusal("RT-16 a detached internet gateway is no target", None,
        lambda n: (i := n.topology.vpc("B", "10.1.0.0/16").internet_gateway("other"), i.detach(),
            n.prv.route("0.0.0.0/0", to=i)))
refusal("RT-16 a transit gateway without an attachment of the VPC is no target", None,
        lambda n: n.prv.route("10.0.0.0/8", to=n.topology.transit_gateway("tgw")))
refusal("RT-16 a NAT gateway of another VPC is no target", None,
        lambda n: (b := n.topology.vpc("B", "10.1.0.0/16"), b.internet_gateway("i2"),
                   n.prv.route("0.0.0.0/0", to=b.subnet("s", "10.1.0.0/24").nat_gateway())))
refusal("RT-16 a peering of two other VPCs is no target", None,
        lambda n: (n.topology.vpc("B", "10.1.0.0/16"), c := n.topology.vpc("C", "10.2.0.0/16"),
            n.prv.route("10.1.0.0/16", to=c.peer("B"))))
refusal("RT-16 an instance with two interfaces is no target", None,
        lambda n: (n.hosts["p1"].attach(n.pub.network_interface("eth1")),
            n.prv.route("0.0.0.0/0", to=n.hosts["p1"])))
refusal("RT-16 nobody adds the route to a gateway endpoint by hand", None,
        lambda n: n.prb.route("0.0.0.0/0", to=n.vpc.gateway_endpoint("s3", [n.prv.route_table])))
refusal("RT-16 nobody takes the route of a gateway endpoint away by hand", None,
        lambda n: (n.vpc.gateway_endpoint("s3", [n.prv.route_table]),
                   n.prv.route_table.remove_route(n.topology["com.amazonaws.ap-northeast-1.s3"])))
answer("RT-16 a peering takes any destination, one address or the wrong one",
       lambda n: (n.topology.vpc("B", "10.1.0.0/16"), p := n.vpc.peer("B"),
                  [n.prv.route(b, to=p) for b in ("10.1.0.9/32", "172.20.0.0/16", "2001:db8:7::9/128")],
                  [target(n, "PRV", a) for a in ("10.1.0.9", "172.20.1.1", "2001:db8:7::9")])[-1],
                  ["peering_connection"] * 3, dual=True)
for gone in ({"LocalGatewayId": "lgw-1"}, {"CarrierGatewayId": "cagw-1"},
    {"CoreNetworkArn": "arn:aws:networkmanager::1:core-network/c-1"},
             {"TransitGatewayId": "tgw-9"}, {"NatGatewayId": "nat-9"}, {"VpcPeeringConnectionId": "pcx-9"},
             {"GatewayId": "vgw-9"},
             {"NetworkInterfaceId": "eni-9"}, {"InstanceId": "i-9"}, {"GatewayId": "igw-9"}):
    flow(f"RT-16 where a route to {next(iter(gone.values()))} leads is not in the data", lambda n,
    g=gone: n.route("prv", "0.0.0.0/0", **g),
         "a1", X, tcp(443), "unknown", base=Loaded, says=next(iter(gone.values())))
    flow(f"RT-16 a route to {next(iter(gone.values()))} hides no local route", lambda n,
    g=gone: n.route("prv", "0.0.0.0/0", **g),
         "a1", "b1", tcp(443), "delivered", base=Loaded)
flow("RT-16 an egress-only gateway that is not in the data is unknown too",
     lambda n: n.route("prv", "::/0", EgressOnlyInternetGatewayId="eigw-9"),
     "a1", X6, tcp(443), "unknown", v6=True, base=Loaded, says="eigw-9")
flow("RT-17 while no tunnel is up nothing is propagated", lambda n: n.prv.route_table.propagate(
     n.vpn(tunnels_up=0)), "a1", OP,
     tcp(443), "blocked", f"route_table/PRV {NO_ROUTE}")
flow("RT-17 one tunnel is enough", lambda n: n.prv.route_table.propagate(n.vpn(tunnels_up=1)), "a1", OP,
     tcp(443), "delivered")
flow("RT-17 only the tables that ask for it learn routes", lambda n: n.prv.route_table.propagate(n.vpn()),
     "b1", OP, tcp(443),
     "blocked", f"route_table/PRB {NO_ROUTE}")
flow("RT-17 when propagation stops the routes go",
     lambda n: (v := n.vpn(), n.prv.route_table.propagate(v), n.prv.route_table.stop_propagating(v)),
         site("OP"), "a1", tcp(22),
     "reply-blocked", f"reply route_table/PRV {NO_ROUTE}")
flow("RT-17 when the connection goes down its routes go",
     lambda n: (n.prv.route_table.propagate(n.vpn()), n.vpn(tunnels_up=0)), "a1", OP, tcp(443), "blocked",
         f"route_table/PRV {NO_ROUTE}")
refusal("RT-17 a detached gateway propagates nothing", None,
        lambda n: (v := n.vpc.virtual_private_gateway(), v.detach(), n.prv.route_table.propagate(v)))
refusal("RT-19 a prefix list of both families is refused", None,
        lambda n: n.topology.prefix_list("pl", ["10.0.0.0/8", "2600::/16"]))
refusal("RT-19 a network ACL takes no prefix list", None,
        lambda n: (n.topology.prefix_list("pl", ["10.0.0.0/8"]),
            n.acl(n.prv, into=("100 allow all from pl",))), error=BadInput)
flow("RT-19 an IPv6 prefix list can be a route's destination",
     lambda n: n.prv.route(n.topology.prefix_list("pl6", ["2600::/16", "3fff::/20"]), to=n.igw), "a1", X6,
         tcp(443), "delivered", v6=True)
flow("RT-19 an IPv6 prefix list can be a rule's peer",
     lambda n: (n.topology.prefix_list("pl6", ["2001:db8:0:101::/64"]),
         n.wear("b1", n.group("g", "udp 123 from pl6"))), "a1", "b1", udp(123),
     "delivered", v6=True)
flow("RT-19 a prefix list that is changed changes its routes",
     lambda n: (n.prv.route(n.topology.prefix_list("pl", ["203.0.113.0/24"]), to=n.igw), public(n, "a1"),
         n.topology.prefix_list("pl", ["192.0.2.0/24"])),
     "a1", X, tcp(443), "blocked", f"route_table/PRV {NO_ROUTE}")
for blocks, fact in ((["169.254.169.0/24"], "RT-12"), (["10.0.2.0/25"], "RT-11"), (["2600::/16"], "RT-19")):
    refusal(f"{fact} a list that a route uses does not become {blocks[0]}", None,
            lambda n, b=blocks: n.topology.prefix_list("pl", b),
            lambda n: n.prv.route(n.topology.prefix_list("pl", ["203.0.113.0/24"]), to=n.hosts["p1"]))
flow("RT-20 two hosts of one subnet cannot be steered through an appliance of that subnet",
     lambda n: (n.host("mid", n.prv, "10.0.1.20", source_dest_check=False, forwards="forward"),
         n.prv.route("10.0.1.0/24", to=n.hosts["mid"])),
     "a2", "a1", icmp(), "delivered", past=("mid",))

flow("RT-20 a reply that goes round the appliance of the request is remarked on",
     lambda n: (n.appliance(), n.prv.route("10.0.2.0/24", to=n.hosts["n"])), "a1", "b1", tcp(80), "delivered",
     via=("n",), note="RT-20")
flow("RT-20 a reply by the same appliance needs no remark",
     lambda n: (n.appliance(), n.prv.route("10.0.2.0/24", to=n.hosts["n"]),
                n.prb.route("10.0.1.0/24", to=n.hosts["n"])), "a1", "b1", tcp(80), "delivered", via=("n",))

# -- GRT ---------------------------------------------------------------------------------------------


def inspected(n: Any, *, address: str = "198.51.100.30", back: bool = True, block: str = "10.0.0.0/24",
    **more: Any) -> None:
    """Send what comes for PUB through the appliance fw in a subnet MB, and what PUB sends too."""
    mb = n.vpc.subnet("MB", "10.0.3.0/24", ipv6=n.dual or None)
    mb.route("0.0.0.0/0", to=n.igw)
    n.host("fw", mb, "10.0.3.10", **{"source_dest_check": False, "forwards": "forward",
    "elastic_ip": address or None, **more})
    public(n, "p1")
    edge = n.vpc.route_table("edge")
    edge.associate_gateway(n.igw)
    edge.route(block, to=n.hosts["fw"])
    if back:
        n.pub.route("0.0.0.0/0", to=n.hosts["fw"])


for name, made in (
    ("a NAT gateway", lambda n: n.pub.nat_gateway()), ("the internet gateway", lambda n: n.igw),
    ("a virtual private gateway", lambda n: n.vpc.virtual_private_gateway()),
    ("a peering", lambda n: (n.topology.vpc("B", "10.1.0.0/16"), n.vpc.peer("B"))[1]),
    ("a transit gateway", joined),
):
    refusal(f"GRT-1 a gateway's table does not lead to {name}", None,
            lambda n, made=made: (t := n.vpc.route_table("edge"), t.associate_gateway(n.igw),
                t.route("10.0.0.0/24", to=made(n))))
for block in ("10.0.0.0/25", "10.0.0.10/32", "0.0.0.0/0", "203.0.113.0/24", "10.1.0.0/16"):
    refusal(f"GRT-2 a gateway's table takes no {block}", None,
            lambda n, b=block: (t := n.vpc.route_table("edge"), t.associate_gateway(n.igw),
                t.route(b, to=n.hosts["p1"])))
for block in ("0.0.0.0/0", "203.0.113.0/24", "10.1.0.0/16"):
    refusal(f"GRT-2 a table with {block} cannot be associated with a gateway", None,
            lambda n, b=block: (t := n.vpc.route_table("edge"), t.route(b, to=n.hosts["p1"]),
                                t.associate_gateway(n.igw)))
refusal("GRT-2 a table with a prefix list cannot be associated with a gateway", None,
        lambda n: (t := n.vpc.route_table("edge"), t.route(n.topology.prefix_list("pl", ["203.0.113.0/24"]),
            to=n.hosts["p1"]), t.associate_gateway(n.igw)))
refusal("GRT-2 a table that learns routes cannot be associated with a gateway", None,
        lambda n: (t := n.vpc.route_table("edge"), t.propagate(n.vpn()), t.associate_gateway(n.igw)))
refusal("GRT-2 a gateway's table learns no routes", None,
        lambda n: (t := n.vpc.route_table("edge"), t.associate_gateway(n.igw), t.propagate(n.vpn())))
flow("GRT-2 the whole block of the VPC may be sent to an appliance",
     lambda n: inspected(n, block="10.0.0.0/16"), X, "p1", tcp(443),
     "delivered", via=("edge", "fw", "p1"))
flow("GRT-1 what enters passes the appliance, and so does the reply", inspected, X, "p1", tcp(443),
     "delivered", via=("igw", "edge", "fw"),
     hops={"igw": ("tcp 203.0.113.10:40000 → 198.51.100.10:443", "tcp 203.0.113.10:40000 → 10.0.0.10:443")},
     back={"igw": ("tcp 10.0.0.10:443 → 203.0.113.10:40000", "tcp 198.51.100.10:443 → 203.0.113.10:40000")})
flow("GRT-1 what starts inside passes the appliance, and so does the reply", inspected, "p1", X, tcp(443),
     "delivered", via=("fw", "igw"),
     seen="198.51.100.10")
flow("GRT-1 the group of the appliance is asked", lambda n: inspected(n,
     security_groups=[n.group("tight", "tcp 80 from 0.0.0.0/0")]), X, "p1", tcp(443),
     "blocked", "security_group/tight inbound ENI_SG_RULES_MISMATCH")
flow("GRT-3 an appliance without a public address is not used", lambda n: inspected(n, address=""), X, "p1",
     tcp(443), "blocked",
     "network_interface/fw INGRESS_RTB_NO_PUBLIC_IP")
flow("GRT-3 an appliance that is stopped is not used", lambda n: (inspected(n), n.hosts["fw"].stop()), X,
     "p1", tcp(443), "blocked")
flow("GRT-3 an interface without an instance is not used",
     lambda n: (inspected(n), e := n.topology["MB"].network_interface("loose", source_dest_check=False,
         security_groups=[n.open]),
                e.elastic_ip("198.51.100.31"), n.topology["edge"].route("10.0.0.0/24", to=e)), X, "p1",
                tcp(443), "blocked")
flow("GRT-3 a reply that does not take the appliance fails", lambda n: inspected(n, back=False), X, "p1",
     tcp(443), "reply-blocked",
     "reply internet_gateway/igw INGRESS_RTB_TRAFFIC_REDIRECTION")
flow("GRT-1 the table of a virtual private gateway steers what comes from a site",
     lambda n: (v := n.vpn(), n.appliance("fw"), edge := n.vpc.route_table("edge"), edge.associate_gateway(v),
         edge.route("10.0.1.0/24", to=n.hosts["fw"]),
                n.prv.route("192.168.0.0/16", to=n.hosts["fw"]), n.pub.route("192.168.0.0/16", to=v)),
     site("OP"), "a1", tcp(22), "delivered", via=("vgw", "edge", "fw", "a1"))
flow("GRT-3 an appliance behind a virtual private gateway needs no public address, but the check off",
     lambda n: (v := n.vpn(), n.appliance("fw", check=True), edge := n.vpc.route_table("edge"),
         edge.associate_gateway(v),
                edge.route("10.0.1.0/24", to=n.hosts["fw"]), n.prv.route("192.168.0.0/16", to=n.hosts["fw"]),
                n.pub.route("192.168.0.0/16", to=v)),
     site("OP"), "a1", tcp(22), "blocked", "network_interface/fw ENI_SOURCE_DEST_CHECK_RESTRICTION", "...")
def inspected6(n: Any, **more: Any) -> None:
    """Send PUB's IPv6 traffic through the appliance fw, both ways."""
    inspected(n, **more)
    n.topology["edge"].route("2001:db8:0:100::/64", to=n.hosts["fw"])
    n.pub.route("::/0", to=n.hosts["fw"])
    n.topology["MB"].route("::/0", to=n.igw)


flow("GRT-1 over IPv6 what enters passes the appliance", inspected6, X6, "p1", tcp(443), "delivered", v6=True,
     via=("edge", "fw"))
flow("GRT-1 over IPv6 what starts inside passes the appliance", inspected6, "p1", X6, tcp(443), "delivered",
     v6=True, via=("fw", "igw"))
flow("GRT-3 over IPv6 a reply past the appliance fails", lambda n: (inspected6(n),
     n.pub.route("::/0", to=n.igw)), X6, "p1", tcp(443), "reply-blocked",
     "reply internet_gateway/igw INGRESS_RTB_TRAFFIC_REDIRECTION", v6=True)
flow("GRT-1 an IPv4 route of the gateway's table does not steer IPv6",
     lambda n: (inspected(n), n.pub.route("::/0", to=n.igw)), X6, "p1", tcp(443), "delivered", v6=True,
         past=("fw",))
flow("GRT-1 a subnet that the table does not name is not steered",
     lambda n: (inspected(n), n.prv.route("0.0.0.0/0", to=n.igw), n.hosts["a1"].elastic_ip("198.51.100.11")),
         X, "a1", tcp(443),
     "delivered", past=("fw",))
flow("GRT-1 the appliance itself is reached, and not through itself",
     lambda n: inspected(n, block="10.0.0.0/16"), X, "fw", tcp(22), "delivered")
flow("GRT-3 what leaves a steered subnet past the appliance fails", lambda n: inspected(n, back=False), "p1",
     X, tcp(443), "blocked",
     "internet_gateway/igw INGRESS_RTB_TRAFFIC_REDIRECTION")
flow("GRT-1 a NAT gateway in a steered subnet works behind the appliance", lambda n: (n.nat(), inspected(n)),
     "a1", X, tcp(443), "delivered", via=("nat", "fw", "igw"), seen="198.51.100.99")
flow("RT-13 a blackhole in a gateway's table drops what enters",
     lambda n: (inspected(n), n.hosts["fw"].remove()), X, "p1",
     tcp(443), "blocked", f"route_table/edge {BLACKHOLE}")
flow("RT-13 a blackhole in a gateway's table drops the reply",
     lambda n: (inspected(n), n.hosts["fw"].remove(), n.pub.route("0.0.0.0/0", to=n.igw)), "p1", X, tcp(443),
         "reply-blocked",
     f"reply route_table/edge {BLACKHOLE}")
flow("GRT-1 when the table lets go of the gateway nothing is steered",
     lambda n: (inspected(n), n.topology["edge"].disassociate_gateway(n.igw),
         n.pub.route("0.0.0.0/0", to=n.igw)), X, "p1", tcp(443),
     "delivered", past=("fw",))
flow("GRT-5 what enters by an internet gateway asks no table of the subnet",
     lambda n: (n.hosts["a1"].elastic_ip("198.51.100.11")), X, "a1", tcp(22),
     "reply-blocked", f"reply route_table/PRV {NO_ROUTE}", past=("PRV", "PUB"))
flow("GRT-5 what enters by a virtual private gateway asks no table of the subnet",
     lambda n: (n.prv.route("192.168.0.0/16", to=n.vpn()),), site("OP"), "a1", tcp(22), "delivered",
         past=("PRV",))
flow("GRT-5 a blackhole in the subnet's table does not stop what enters",
     lambda n: (n.hosts["a1"].elastic_ip("198.51.100.11"), n.nat().remove()), X, "a1", tcp(22),
         "reply-blocked", f"reply route_table/PRV {BLACKHOLE}")

# -- IGW ---------------------------------------------------------------------------------------------

refusal("IGW-1 a second internet gateway is refused", None, lambda n: n.vpc.internet_gateway("second"))
answer("IGW-1 another one may come when the first has gone",
       lambda n: (n.igw.detach(), n.vpc.internet_gateway("second").name)[-1], "second")


def without(*missing: str) -> Any:
    """Leave out what an instance needs for the internet."""

    def prepare(n: Any) -> None:
        if "address" not in missing:
            public(n, "p1")
        if "group" in missing:
            n.wear("p1", n.group("shut", out=[]))
        if "acl" in missing:
            n.acl(n.pub)
        if "route" in missing:
            n.pub.route_table.remove_route("0.0.0.0/0")

    return prepare


GROUP_OUT = "security_group/shut outbound SG_HAS_NO_RULES|ENI_SG_RULES_MISMATCH"
ACL_OUT = "network_acl/PUB NACL outbound SUBNET_ACL_RESTRICTION"
flow("IGW-2 with everything it needs an instance is on the internet", without(), "p1", X, tcp(443),
     "delivered",
     path="p1 open default PUB igw internet")
flow("IGW-2 without group, ACL and address each is named", without("group", "acl", "address"), "p1", X,
     tcp(443), "blocked",
     GROUP_OUT, ACL_OUT, f"internet_gateway/igw {NO_PUBLIC}")
flow("IGW-2 without group and route each is named", without("group", "route"), "p1", X, tcp(443), "blocked",
     GROUP_OUT,
     f"route_table/PUB {NO_ROUTE}")
flow("IGW-2 without ACL and address an inbound echo ends at the gateway", without("acl", "address"), X, "p1",
     icmp(), "blocked",
     f"internet_gateway/igw {NOT_MAPPED}")
flow("IGW-2 the ACL stops the request and the reply of a visitor", without("acl"), X, "p1", tcp(443),
     "blocked",
     "network_acl/PUB NACL inbound SUBNET_ACL_RESTRICTION",
     "reply network_acl/PUB NACL outbound SUBNET_ACL_RESTRICTION")
flow("IGW-2 an automatic public address is as good as an Elastic IP",
     lambda n: n.host("q", n.pub, "10.0.0.44", public_ip=True), "q", X, udp(123), "delivered")
flow("IGW-3 the gateway maps the private address to the public one, and back", without(), "p1", X, udp(53),
     "delivered", seen="198.51.100.10",
     hops={"igw": ("udp 10.0.0.10:40000 → 203.0.113.10:53", "udp 198.51.100.10:40000 → 203.0.113.10:53")},
     back={"igw": ("udp 203.0.113.10:53 → 198.51.100.10:40000", "udp 203.0.113.10:53 → 10.0.0.10:40000")})
flow("IGW-3 an echo is mapped as well", without(), X, "p1", icmp(), "delivered",
     hops={"igw": ("icmp 8/0 203.0.113.10 → 198.51.100.10", "icmp 8/0 203.0.113.10 → 10.0.0.10")},
     back={"igw": ("icmp 0/0 10.0.0.10 → 203.0.113.10", "icmp 0/0 198.51.100.10 → 203.0.113.10")})


def two_mapped(n: Any) -> None:
    """Map the secondary private address of p1 to 198.51.100.15, as describe output shows it."""
    n.one("NetworkInterfaces", "eni-p1")["PrivateIpAddresses"].append(
        {"Primary": False, "PrivateIpAddress": "10.0.0.15", "Association": {"PublicIp": "198.51.100.15",
        "IpOwnerId": "111122223333"}})


for state in ("detaching", "detached"):
    flow(f"IGW-2 a gateway that is {state} carries nothing",
         lambda n, s=state: (n.public("p1", "198.51.100.10"),
             n.one("InternetGateways", "igw-a").update(Attachments=[{"State": s, "VpcId": "vpc-a"}])),
         "p1", X, tcp(443), "blocked", f"route_table/PUB {BLACKHOLE}|BAD_STATE_ATTACHMENT", base=Loaded)
flow("IGW-2 a gateway that is attaching carries nothing yet",
     lambda n: (n.public("p1", "198.51.100.10"), n.one("InternetGateways",
         "igw-a").update(Attachments=[{"State": "attaching", "VpcId": "vpc-a"}])),
     "p1", X, tcp(443), "blocked", base=Loaded)
flow("RT-13 nothing runs at the interface of a terminated instance",
     lambda n: n.data["Reservations"][3]["Instances"][0]["State"].update(Name="terminated"), "a1",
         "10.0.2.10", udp(53),
     "blocked", base=Loaded)
for state in ("stopped", "stopping", "pending", "shutting-down"):
    flow(f"ENI-5 an instance that is {state} answers nothing",
         lambda n, s=state: n.data["Reservations"][3]["Instances"][0]["State"].update(Name=s), "a1", "b1",
             udp(53), "blocked",
         "instance/b1 BAD_STATE", "...", base=Loaded)
flow("IGW-3 each private address has its own public one", two_mapped, X, "198.51.100.15", tcp(443),
     "delivered", base=Loaded,
     hops={"igw-a": ("tcp 203.0.113.10:40000 → 198.51.100.15:443", "tcp 203.0.113.10:40000 → 10.0.0.15:443")},
     back={"igw-a": ("tcp 10.0.0.15:443 → 203.0.113.10:40000", "tcp 198.51.100.15:443 → 203.0.113.10:40000")})
flow("IGW-5 the primary address does not go out by the public one of the secondary", two_mapped, "p1", X,
     tcp(443), "blocked",
     f"internet_gateway/igw-a {NO_PUBLIC}", base=Loaded)
flow("IGW-3 the secondary address goes out as its own public one", two_mapped, "10.0.0.15", X, tcp(443),
     "delivered", base=Loaded, seen="198.51.100.15")
flow("IGW-4 an ACL entry that denies the own public address never matches",
     lambda n: (public(n, "p1"), n.acl(n.pub, into=("10 deny all from 198.51.100.10/32",
         "20 allow all from 0.0.0.0/0"),
                                       out=("10 deny all to 198.51.100.10/32", "20 allow all to 0.0.0.0/0"))),
                                       X, "p1", tcp(443), "delivered")
flow("IGW-4 a rule that admits only the own public address admits nobody",
     lambda n: (n.wear("p1", n.group("own", "tcp 443 from 198.51.100.10/32")),
         n.hosts["p1"].elastic_ip("198.51.100.10")), X, "p1", tcp(443), "blocked",
     "security_group/own inbound ENI_SG_RULES_MISMATCH")


def two_public(n: Any, *rules: str) -> None:
    """Give p1 and p2 Elastic IPs, and p2 a group with these rules."""
    public(n, "p1")
    n.host("p2", n.pub, "10.0.0.12", elastic_ip="198.51.100.12", security_groups=[n.group("two", *rules)])


flow("IGW-4 between public addresses a rule sees the other's public address",
     lambda n: two_public(n, "tcp 22 from 198.51.100.10/32"), "p1", "198.51.100.12",
     tcp(22), "delivered")
flow("IGW-4 between public addresses a rule for the private address does not match",
     lambda n: two_public(n, "tcp 22 from 10.0.0.10/32"), "p1", "198.51.100.12",
     tcp(22), "blocked", "security_group/two inbound ENI_SG_RULES_MISMATCH")
flow("IGW-5 an instance without a public address is stopped at the gateway",
     lambda n: n.prv.route("0.0.0.0/0", to=n.igw), "a1", X, udp(53), "blocked",
     f"internet_gateway/igw {NO_PUBLIC}")
flow("IGW-5 nobody is reached from outside by a private address", without(), X, "10.0.0.10", tcp(443),
     "blocked", f"internet_gateway/igw {NOT_MAPPED}")
for text, code in (("172.16.0.1", "RFC1918"), ("172.31.255.255", "RFC1918"), ("192.168.255.255", "RFC1918"),
    ("100.64.0.0", "RFC6598"), ("100.127.255.255", "RFC6598")):
    flow(f"IGW-6 {text} is not sent out", without(), "p1", text, tcp(80), "blocked",
    f"internet_gateway/igw IGW_DESTINATION_ADDRESS_NOT_IN_{code}_EGRESS")
for text in ("172.15.255.255", "172.32.0.0", "100.63.255.255", "100.128.0.0", "192.167.255.255", "11.0.0.0"):
    flow(f"IGW-6 {text} is sent out", without(), "p1", text, tcp(80), "delivered")
for text, code in (("10.99.0.1", "RFC1918"), ("192.168.7.7", "RFC1918"), ("100.64.0.1", "RFC6598")):
    flow(f"IGW-6 what comes from {text} is not let in", without(), internet(text), "p1", tcp(80), "blocked",
    f"internet_gateway/igw IGW_SOURCE_ADDRESS_NOT_IN_{code}_INGRESS")
flow("IGW-7 the reply of a public address in a private subnet finds no route", lambda n: public(n, "a1"), X,
     "a1", udp(53), "reply-blocked",
     f"reply route_table/PRV {NO_ROUTE}", says="One-way")
flow("IGW-7 a NAT gateway is no way back for who came by the internet gateway",
     lambda n: (n.nat(), public(n, "a1")), X, "a1", tcp(22), "reply-blocked")
flow("IGW-7 a public address in a private subnet does not get out", lambda n: public(n, "b1"), "b1", X,
     tcp(443), "blocked", f"route_table/PRB {NO_ROUTE}")
flow("IGW-8 over IPv6 nothing is mapped", lambda n: n.pub.route("::/0", to=n.igw), "p1", X6, tcp(443),
     "delivered", v6=True, seen="2001:db8:0:100::a")
flow("IGW-8 over IPv6 an inbound rule is all that is missing",
     lambda n: (n.pub.route("::/0", to=n.igw), n.wear("p1", n.group("new"))), X6, "p1", tcp(443), "blocked",
     "security_group/new inbound SG_HAS_NO_RULES|ENI_SG_RULES_MISMATCH", v6=True)
flow("IGW-8 over IPv6 a visitor needs the route back", nothing, X6, "p1", tcp(443), "reply-blocked",
     f"reply route_table/PUB {NO_ROUTE}", v6=True)
flow("IGW-8 over IPv6 a narrow route is enough", lambda n: n.pub.route("3fff::/20", to=n.igw), "p1", X6,
     tcp(443), "delivered", v6=True)
flow("IGW-8 over IPv6 an echo is answered", lambda n: n.pub.route("::/0", to=n.igw), X6, "p1", icmp(),
     "delivered", v6=True)
flow("IGW-9 a unique local address does not leave by the gateway", lambda n: n.pub.route("::/0", to=n.igw),
     "p1", X6, tcp(443), "blocked", "internet_gateway/igw",
     v6=True, ipv6="fd12:3456:789a::/48")
flow("IGW-9 a unique local address is not reached from outside", lambda n: n.pub.route("::/0", to=n.igw), X6,
     "p1", tcp(443), "blocked", "internet_gateway/igw",
     v6=True, ipv6="fd12:3456:789a::/48")
flow("IGW-9 a unique local address is not sent to", lambda n: n.pub.route("::/0", to=n.igw), "p1", "fd99::1",
     tcp(443), "blocked", "internet_gateway/igw", v6=True)
flow("IGW-3 a host of a shared block goes out by its public address",
     lambda n: (n.vpc.add_cidr("100.64.0.0/16"), s := n.vpc.subnet("S", "100.64.3.0/24"),
         s.route("0.0.0.0/0", to=n.igw),
                n.host("c1", s, "100.64.3.10", elastic_ip="198.51.100.64")), "c1", X, tcp(443), "delivered",
                seen="198.51.100.64")
flow("IGW-4 a client behind the NAT gateway comes to a public neighbour as the Elastic IP",
     lambda n: (n.nat(), n.wear("p1", n.group("g", "tcp 443 from 198.51.100.99/32")),
         n.hosts["p1"].elastic_ip("198.51.100.10")), "a1", "198.51.100.10", tcp(443), "delivered",
     seen="198.51.100.99")
flow("IGW-10 a narrow route serves what it names", lambda n: (n.prv.route("203.0.113.8/29", to=n.igw),
     public(n, "a1")), "a1", X, tcp(443), "delivered")
flow("IGW-10 a narrow route does not serve the rest", lambda n: (n.prv.route("203.0.113.8/29", to=n.igw),
     public(n, "a1")), "a1", internet("203.0.113.16"), tcp(443), "blocked",
     f"route_table/PRV {NO_ROUTE}")
flow("IGW-11 a service is reached over the internet gateway", without(), "p1", service("dynamodb"), tcp(443),
     "delivered", via=("igw",))
flow("IGW-11 a service of another Region too", without(), "p1", service("s3", region="eu-west-1"), tcp(443),
     "delivered", via=("igw",))
flow("IGW-11 a service is not reached by the gateway without a public address", nothing, "p1",
     service("dynamodb"), tcp(443), "blocked", f"internet_gateway/igw {NO_PUBLIC}")
flow("IGW-12 mail over IPv6 is blocked", lambda n: n.pub.route("::/0", to=n.igw), "p1", X6, tcp(25),
     "blocked", v6=True)
flow("IGW-12 mail behind a NAT gateway is blocked", lambda n: n.nat(), "a1", X, tcp(25), "blocked",
     says="assumes it did not")
flow("IGW-12 mail through a NAT instance is blocked", lambda n: (n.appliance(forwards="nat",
     elastic_ip="198.51.100.20"), n.prv.route("0.0.0.0/0", to=n.hosts["n"])), "a1", X,
     tcp(25), "blocked")
flow("IGW-12 mail inside the VPC passes", nothing, "a1", "b1", tcp(25), "delivered")
flow("IGW-12 mail to a peer's private address passes", lambda n: n.peered(), "a1", "y1", tcp(25), "delivered")
flow("IGW-12 mail to a site's private address passes", lambda n: n.prv.route_table.propagate(n.vpn()), "a1",
     OP, tcp(25), "delivered")
flow("IGW-12 mail to a shared address passes", lambda n: n.prv.route_table.propagate(
     n.vpn(blocks=["100.64.0.0/16"])), "a1", "100.64.0.9", tcp(25), "delivered")
flow("IGW-12 mail to a unique local address passes", nothing, "a1", "b1", tcp(25), "delivered", v6=True,
     ipv6="fd12:3456:789a::/48")
flow("IGW-12 mail to a site's public address is blocked", lambda n: n.prv.route_table.propagate(
     n.vpn(blocks=["198.18.0.0/24"])), "a1", "198.18.0.9", tcp(25), "blocked")
flow("IGW-12 mail over IPv6 inside the VPC goes to no exempt address", nothing, "a1", "b1", tcp(25),
     "blocked",
     v6=True)
flow("IGW-12 mail to a secondary public block goes to no exempt address",
     lambda n: (n.vpc.add_cidr("198.18.7.0/24"),
                n.host("g1", n.vpc.subnet("G", "198.18.7.0/24"), "198.18.7.10")), "a1", "g1", tcp(25),
                "blocked")
flow("IGW-12 UDP 25 is not mail", without(), "p1", X, udp(25), "delivered")
flow("IGW-12 mail from the internet comes in", without(), X, "p1", tcp(25), "delivered")
flow("IGW-12 port 26 is not mail", without(), "p1", X, tcp(26), "delivered")
flow("IGW-12 an account may have the restriction lifted", lambda n: (public(n, "p1"),
     n.topology.account(port_25_open=True)), "p1", X, tcp(25), "delivered")
flow("IGW-12 the restriction is one blocker beside others", lambda n: (public(n, "p1"), n.acl(n.pub)), "p1",
     X, tcp(25), "blocked", "...")
refusal("IGW-13 the gateway stays while a running instance has an automatic public address",
        "DependencyViolation",
        lambda n: n.igw.detach(), lambda n: n.host("q", n.prv, "10.0.1.44", public_ip=True))
answer("IGW-13 a stopped instance with an Elastic IP does not hold the gateway",
       lambda n: (public(n, "p1"), n.hosts["p1"].stop(), n.igw.detach(), n.igw.value.vpc_id)[-1], None)

# -- EIGW --------------------------------------------------------------------------------------------


def outward(n: Any, block: str = "::/0") -> None:
    """Send PRV's IPv6 traffic to an egress-only internet gateway."""
    n.prv.route(block, to=n.vpc.egress_only_internet_gateway())


flow("EIGW-1 what starts inside gets its reply, unmapped", outward, "a1", X6, udp(443), "delivered", v6=True,
     via=("eigw",), seen="2001:db8:0:101::a")
flow("EIGW-1 an echo gets its reply", outward, "a1", X6, icmp(), "delivered", v6=True)
flow("EIGW-1 nobody outside can start, even beside an internet gateway",
     lambda n: (outward(n), n.pub.route("::/0", to=n.igw)), X6, "a1", tcp(443), "blocked", v6=True)
flow("EIGW-1 the reply needs the subnet's ACL", lambda n: (outward(n),
     n.acl(n.prv, into=("100 allow tcp 443 from ::/0",), out=("100 allow all to ::/0",))), "a1", X6,
     tcp(443), "reply-blocked", "reply network_acl/PRV NACL inbound SUBNET_ACL_RESTRICTION", v6=True)
flow("EIGW-1 the request needs the subnet's ACL", lambda n: (outward(n),
     n.acl(n.prv, into=("100 allow all from ::/0",), out=("100 allow all to 0.0.0.0/0",))), "a1", X6,
     tcp(443), "blocked", "network_acl/PRV NACL outbound SUBNET_ACL_RESTRICTION", v6=True)
flow("EIGW-1 its IPv6 only: IPv4 has no route", outward, "a1", X, tcp(443), "blocked",
     f"route_table/PRV {NO_ROUTE}", dual=True)
refusal("EIGW-1 a VPC without IPv6 has none", None, lambda n: n.vpc.egress_only_internet_gateway())
refusal("EIGW-2 a second one is refused", None, lambda n: (n.vpc.egress_only_internet_gateway("one"),
        n.vpc.egress_only_internet_gateway("two")), dual=True)
flow("EIGW-2 a narrow route leads there too", lambda n: outward(n, "3fff::/20"), "a1", X6, tcp(443),
     "delivered", v6=True)
flow("EIGW-2 what the narrow route does not name has no way", lambda n: outward(n, "3fff::/20"), "a1",
     internet("2600::9"), tcp(443), "blocked", f"route_table/PRV {NO_ROUTE}", v6=True)
flow("EIGW-4 by an internet gateway outside hosts can start", lambda n: n.prv.route("::/0", to=n.igw), X6,
     "a1", tcp(443), "delivered", v6=True)

_ = protocol, web
