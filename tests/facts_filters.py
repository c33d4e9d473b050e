"""Rows of the facts about security groups and network ACLs (SG, ACL)."""

from __future__ import annotations

from typing import Any

from facts_routes import OP, Loaded
from facts_rows import answer, flow, refusal
from networks import X6, X, nothing
from test_aws_gateways import ALL4

from vpclab import (
    BadInput,
    Packet,
    evaluate_network_acl,
    evaluate_security_groups,
    icmp,
    internet,
    protocol,
    reachability,
    service,
    site,
    still_open,
    tcp,
    trace,
    udp,
)

# fmt: off
EMPTY, MISMATCH = "SG_HAS_NO_RULES", "ENI_SG_RULES_MISMATCH"
SHUT = "SG_HAS_NO_RULES|ENI_SG_RULES_MISMATCH"
ACL = "SUBNET_ACL_RESTRICTION"
IN4, OUT4 = ("900 allow all from 0.0.0.0/0",), ("900 allow all to 0.0.0.0/0",)
IN6, OUT6 = ("901 allow all from ::/0",), ("901 allow all to ::/0",)


def rules(*inbound: str, host: str = "b1", out: list[str] | None = None) -> Any:
    """Give a host a group "g" with these rules."""
    return lambda n: n.wear(host, n.group("g", *inbound, out=out))


# -- SG: defaults --------------------------------------------------------------------------------------

flow("SG-1 the default group lets a member ping a member of another subnet",
     lambda n: [n.wear(h, n.vpc.default_security_group) for h in ("a1", "b1")],
     "a1", "b1", icmp(), "delivered")
flow("SG-1 the default group lets members talk over IPv6", lambda n: [n.wear(h,
     n.vpc.default_security_group) for h in ("a1", "b1")], "a1", "b1", udp(9),
     "delivered", v6=True)
flow("SG-1 the default group lets a member out to the internet",
     lambda n: (n.wear("p1", n.vpc.default_security_group), n.hosts["p1"].elastic_ip("198.51.100.10")),
     "p1", X, tcp(443), "delivered")
flow("SG-1 the default group lets a member out over IPv6", lambda n: (n.wear("p1",
     n.vpc.default_security_group), n.pub.route("::/0", to=n.igw)), "p1", X6, tcp(443),
     "delivered", v6=True)
flow("SG-1 the default group of another VPC makes no member here",
     lambda n: (b := n.peered(), n.wear("a1", n.vpc.default_security_group),
         b.instance("y1", private_ip="10.1.0.10", security_groups=[b.vpc.default_security_group])),
     "y1", "a1", tcp(22), "blocked", f"security_group/default inbound {MISMATCH}")
refusal("SG-1 the default group stays although nobody wears it", "CannotDelete",
        lambda n: n.vpc.default_security_group.remove())
answer("SG-2 a new group has no inbound rule and lets everything out",
       lambda n: [(len(g.side("inbound")), sorted(str(r.peer) for r in g.side("outbound")))
           for g in (n.group("new").value,)],
       [(0, ["0.0.0.0/0"])])
answer("SG-2 in a VPC with IPv6 a new group lets IPv6 out too",
       lambda n: sorted(str(r.peer) for r in n.group("new").value.side("outbound")), ["0.0.0.0/0", "::/0"],
           dual=True)
flow("SG-2 a new group lets nobody in, not even by IPv6", rules(), "a1", "b1", tcp(80), "blocked",
     f"security_group/g inbound {SHUT}", v6=True)
flow("SG-3 an instance without a named group has the default one",
     lambda n: n.prb.instance("x", private_ip="10.0.2.20"), "a1", "x", tcp(80), "blocked",
     f"security_group/default inbound {MISMATCH}")
flow("SG-4 no outbound rule: nothing starts, over IPv6 neither", rules(host="a1", out=[]), "a1", "b1",
     tcp(80), "blocked", f"security_group/g outbound {EMPTY}", v6=True)
flow("SG-4 no outbound rule at one end and no inbound rule at the other: both are named",
     lambda n: (n.wear("a1", n.group("mute", out=[])), n.wear("b1", n.group("deaf"))), "a1", "b1", tcp(80),
         "blocked",
     f"security_group/mute outbound {EMPTY}", f"security_group/deaf inbound {EMPTY}")

# -- SG: evaluation ------------------------------------------------------------------------------------

flow("SG-5 a group filters within one subnet", rules(host="a2"), "a1", "a2", icmp(), "blocked",
     f"security_group/g inbound {SHUT}")
flow("SG-5 groups differ by interface of one instance",
     lambda n: n.hosts["b1"].attach(n.prb.network_interface("eth1", private_ip="10.0.2.99",
         security_groups=[n.group("tight", "tcp 22 from 10.0.1.10/32")])),
     "a2", "10.0.2.99", tcp(22), "blocked", f"security_group/tight inbound {MISMATCH}")
def second_card(n: Any) -> None:
    """Give b1 a second interface in its subnet, with a narrow group."""
    tight = n.group("tight", "tcp 22 from 10.0.1.10/32")
    n.hosts["b1"].attach(n.prb.network_interface("eth1", private_ip="10.0.2.99", security_groups=[tight]))


answer("SG-5 what was asked before changes no answer",
       lambda n: (second_card(n), every := reachability(n.topology),
                  str(every.between("10.0.2.99", "10.0.2.99")), str(every.between("b1", "10.0.2.99")))[2:],
       ("nothing", "nothing"))
flow("SG-6 a narrow group beside an open one takes nothing away",
     lambda n: n.wear("b1", n.group("narrow", "tcp 22 from 10.9.9.9/32"), n.open), "a1", "b1", tcp(80),
         "delivered")
flow("SG-6 the order of groups does not matter", lambda n: n.wear("b1", n.open,
     n.group("narrow", "tcp 22 from 10.9.9.9/32")), "a1", "b1", tcp(80), "delivered")
flow("SG-6 outbound rules of all groups count together", lambda n: n.wear("a1",
     n.group("one", out=["tcp 80 to 0.0.0.0/0"]), n.group("two", out=["udp 53 to 0.0.0.0/0"])),
     "a1", "b1", udp(53), "delivered")
for text, port, ok in (
    ("tcp 0 from 0.0.0.0/0", 0, True), ("tcp 0 from 0.0.0.0/0", 1, False),
    ("tcp 65535 from 0.0.0.0/0", 65535, True), ("tcp 65535 from 0.0.0.0/0", 65534, False),
    ("tcp 0-65535 from 0.0.0.0/0", 65535, True), ("tcp 80-90 from 0.0.0.0/0", 90, True),
    ("tcp 80-90 from 0.0.0.0/0", 91, False), ("tcp 80-90 from 0.0.0.0/0", 79, False),
    ("tcp 80 from 10.0.1.10/32", 80, True), ("tcp 80 from 10.0.1.11/32", 80, False),
    ("tcp 80 from 10.0.1.8/30", 80, True), ("tcp 80 from 10.0.1.12/30", 80, False),
    ("udp 80 from 0.0.0.0/0", 80, False), ("all from 10.0.1.0/24", 65535, True),
    ("all from 10.0.2.0/24", 80, False), ("icmp from 0.0.0.0/0", 80, False),
    ("protocol 6 from 0.0.0.0/0", 443, True), ("tcp from 0.0.0.0/0", 0, True),
):
    flow(f"SG-7 “{text}” {'admits' if ok else 'does not admit'} tcp {port} of 10.0.1.10", rules(text), "a1",
    "b1", tcp(port), "delivered" if ok else "blocked",
         *([] if ok else [f"security_group/g inbound {MISMATCH}"]))
for text, ok in (("tcp 80 from 2001:db8:0:101::a/128", True), ("tcp 80 from 2001:db8:0:101::b/128", False),
    ("tcp 80 from 2001:db8:0:100::/63", True), ("tcp 80 from ::/0", True),
                 ("tcp 80 from 2001:db8:0:102::/63", False)):
    flow(f"SG-7 “{text}” {'admits' if ok else 'does not admit'} 2001:db8:0:101::a", rules(text), "a1", "b1",
    tcp(80), "delivered" if ok else "blocked", v6=True)
flow("SG-7 an outbound rule for one host serves just that one",
     rules(host="a1", out=["tcp 80 to 10.0.2.11/32"]), "a1", "b1", tcp(80), "blocked",
     f"security_group/g outbound {MISMATCH}")
flow("SG-7 a list of which no block fits admits nobody", lambda n: (n.topology.prefix_list("pl",
     ["10.0.1.0/29", "10.0.1.16/28"]), rules("tcp 80 from pl")(n)), "a1", "b1", tcp(80),
     "blocked", f"security_group/g inbound {MISMATCH}")
for number in (0, 2, 47, 50, 132, 255):
    flow(f"SG-8 a rule for everything admits protocol {number}", rules("all from 0.0.0.0/0"), "a1", "b1",
    protocol(number), "delivered")
flow("SG-8 a rule for protocol 50 admits it", rules("protocol 50 from 10.0.0.0/16"), "a1", "b1", protocol(50),
     "delivered")
flow("SG-8 a rule for protocol 50 does not admit 51", rules("protocol 50 from 10.0.0.0/16"), "a1", "b1",
     protocol(51), "blocked", f"security_group/g inbound {MISMATCH}")
flow("SG-8 a rule for all TCP ports does not admit protocol 50", rules("tcp 0-65535 from 0.0.0.0/0"), "a1",
     "b1", protocol(50), "blocked", f"security_group/g inbound {MISMATCH}")


def loaded(**fields: Any) -> Any:
    """Give b1 a group with one rule as describe output prints it."""
    return lambda n: n.wear("b1", n.group("sg-g", "vpc-a", [{"FromPort": None, "ToPort": None, **ALL4,
    **fields}], [{"IpProtocol": "-1", **ALL4}]))


for says, fields, traffic, ok in (
    ("protocol 50 with ports admits it whatever they are", {"IpProtocol": "50", "FromPort": 80, "ToPort": 80},
    protocol(50), True),
    ("protocol 6 by number is TCP", {"IpProtocol": "6", "FromPort": 80, "ToPort": 81}, tcp(81), True),
    ("protocol 6 by number keeps its ports", {"IpProtocol": "6", "FromPort": 80, "ToPort": 81}, tcp(82),
    False),
    ("protocol 17 by number is UDP", {"IpProtocol": "17", "FromPort": 53, "ToPort": 53}, udp(53), True),
    ("protocol 1 by number is ICMP", {"IpProtocol": "1", "FromPort": 8, "ToPort": -1}, icmp(), True),
    ("icmp with -1 and -1 admits every type", {"IpProtocol": "icmp", "FromPort": -1, "ToPort": -1},
    icmp(13, 0), True),
    ("icmp with type 3 and code -1 admits every code", {"IpProtocol": "icmp", "FromPort": 3, "ToPort": -1},
    icmp(3, 4), True),
    ("icmp with type 3 and code 4 admits no other code", {"IpProtocol": "icmp", "FromPort": 3, "ToPort": 4},
    icmp(3, 1), False),
    ("icmp with type 3 and code -1 admits no other type", {"IpProtocol": "icmp", "FromPort": 3, "ToPort": -1},
    icmp(4, 0), False),
    ("-1 admits everything whatever ports are given", {"IpProtocol": "-1", "FromPort": 80, "ToPort": 80},
    udp(999), True),
    ("-1 admits everything with ports of -1", {"IpProtocol": "-1", "FromPort": -1, "ToPort": -1},
    protocol(47), True),
    ("tcp 0 to 65535 admits port 0", {"IpProtocol": "tcp", "FromPort": 0, "ToPort": 65535}, tcp(0), True),
):
    flow(f"SG-8 {says}", loaded(**fields), "a1", "b1", traffic, "delivered" if ok else "blocked", base=Loaded)
for text, kind, code, ok in (("icmp", 13, 0, True), ("icmp type 8", 8, 7, True), ("icmp 8/0", 8, 0, True),
    ("icmp 8/0", 8, 1, False), ("icmp type 0", 8, 0, False),
                             ("icmp 3/4", 3, 4, True), ("icmp 255/255", 255, 255, True),
                             ("ping", 8, 0, True)):
    flow(f"SG-8 “{text}” {'admits' if ok else 'does not admit'} type {kind} code {code}",
    rules(f"{text} from 0.0.0.0/0"), "a1", "b1", icmp(kind, code),
         "delivered" if ok else "blocked")
flow("SG-9 an IPv6 rule does not match IPv4", rules("all from ::/0"), "a1", "b1", tcp(80), "blocked",
     f"security_group/g inbound {MISMATCH}", dual=True)
flow("SG-9 an IPv4 rule out does not match IPv6", rules(host="a1", out=["all to 0.0.0.0/0"]), "a1", "b1",
     tcp(80), "blocked", f"security_group/g outbound {MISMATCH}", v6=True)
flow("SG-9 rules of both families serve both", rules("tcp 80 from 10.0.1.0/24",
     "tcp 80 from 2001:db8:0:101::/64"), "a1", "b1", tcp(80), "delivered", v6=True)
flow("SG-10 over IPv6 a rule for icmp does not admit a ping", rules("icmp from 0.0.0.0/0", "icmp from ::/0"),
     "a1", "b1", icmp(), "blocked", f"security_group/g inbound {MISMATCH}",
     v6=True)
flow("SG-10 over IPv6 a ping is type 128", rules("icmpv6 type 128 from ::/0"), "a1", "b1", icmp(),
     "delivered", v6=True)
flow("SG-10 over IPv6 type 8 is another one", rules("icmpv6 type 8 from ::/0"), "a1", "b1", icmp(), "blocked",
     f"security_group/g inbound {MISMATCH}", v6=True)
flow("SG-10 over IPv6 protocol 58 is the number", rules("protocol 58 from ::/0"), "a1", "b1", icmp(),
     "delivered", v6=True)
flow("SG-10 over IPv4 type 128 is no ping", rules("icmp type 128 from 0.0.0.0/0"), "a1", "b1", icmp(),
     "blocked", f"security_group/g inbound {MISMATCH}")


def closed(n: Any) -> None:
    """Close every filter around a1."""
    n.wear("a1", n.group("shut", out=[]))
    n.acl(n.prv)


for says, where, traffic, six in (
    ("metadata", "169.254.169.254", tcp(80), False), ("Amazon Time Sync", "169.254.169.123", udp(123), False),
    ("the resolver", "169.254.169.253", tcp(53), False),
    ("ECS task metadata", "169.254.170.2", tcp(80), False), ("licence activation", "169.254.169.250",
    tcp(1688), False), ("licence activation", "169.254.169.251", tcp(1688), False),
    ("metadata", "fd00:ec2::254", tcp(80), True), ("Amazon Time Sync", "fd00:ec2::123", udp(123), True),
    ("the resolver", "fd00:ec2::253", udp(53), True),
    ("the router", "10.0.1.1", icmp(), False), ("the router, asked for an address by DHCP,", "10.0.1.1",
    udp(67), False), ("the router", "2001:db8:0:101::1", icmp(), True),
    ("the router", "fe80:ec2::1", icmp(), True),
):
    for fact in ("SG-11", "ACL-10", "PATH-15"):
        flow(f"{fact} {says} at {where} is reached through closed filters", closed, "a1", where, traffic,
        "delivered", v6=six)

def sent(src: object, dst: object, part: str = "tcp", **more: Any) -> Any:
    """Return the ports that one end can send to another."""
    return lambda n, p: (p(n), reachability(n.topology).between(src, dst, **more).ranges(part))[-1]


def open_to(*rules: str) -> Any:
    """Give p1 an Elastic IP and a group with these rules."""
    return lambda n: (n.wear("p1", n.group("g", *rules)), n.hosts["p1"].elastic_ip("198.51.100.10"))


TWO = open_to("tcp 22 from 203.0.113.10/32", "tcp 80-90 from 0.0.0.0/0", "tcp 85-99 from 203.0.112.0/22")
for says, src, ports in (
    ("an unnamed host", internet, ((80, 90),)), ("the named host", X, ((22, 22), (80, 99))),
    ("a neighbour of it", internet("203.0.113.11"), ((80, 99),)),
    ("its block", internet("203.0.113.0/24"), ((22, 22), (80, 99))),
    ("a block around all of them", internet("203.0.0.0/16"), ((22, 22), (80, 99))),
    ("another block", internet("192.0.2.0/24"), ((80, 90),)),
):
    answer(f"SG-7 from the internet, {says} can send to {ports}", lambda n, s=src: sent(s, "p1")(n, TWO),
    ports)
answer("ACL-11 with some client ports unanswered all is in the part whose reply is blocked",
       lambda n: (acl("prb", out=("1 allow tcp 32768-61000 to 0.0.0.0/0",))(n),
           r := reachability(n.topology).between("a1", "b1"),
                  r.ranges("tcp"), r.reply_blocked.ranges("tcp"))[2:], ((), ((0, 65535),)))
answer("ACL-4 ports that an earlier entry denies are cut out",
       lambda n: sent("a1", "b1")(n, acl("prb", into=("5 deny tcp 100-200 from 10.0.1.0/24",
           "6 deny tcp 150-300 from 10.0.0.0/8", "7 allow tcp 0-1000 from 0.0.0.0/0"))),
           ((0, 99), (301, 1000)))
answer("SG-6 rules that touch are one range", lambda n: sent("a1", "b1")(n,
       rules("tcp 80-89 from 0.0.0.0/0", "tcp 90 from 10.0.1.0/24", "tcp 95 from 10.0.2.0/24")), ((80, 90),))
answer("IGW-12 port 25 is missing from what a host can send to the internet",
       lambda n: sent("p1", X)(n, lambda n: n.hosts["p1"].elastic_ip("198.51.100.10")),
           ((0, 24), (26, 65535)))
answer("SG-8 a rule for everything and a group for two ports: what both admit",
       lambda n: (rules("tcp 80 from 0.0.0.0/0", "icmp 8/0 from 0.0.0.0/0")(n),
           str(reachability(n.topology).between("a1", "b1")))[-1], "tcp 80; icmp 8/0")

# -- SG: state -----------------------------------------------------------------------------------------

flow("SG-12 the client needs no inbound rule for replies", rules(host="a1", out=["tcp 80 to 0.0.0.0/0"]),
     "a1", "b1", tcp(80), "delivered")
flow("SG-12 the server needs no outbound rule for replies, over IPv6", rules("tcp 80 from ::/0", out=[]),
     "a1", "b1", tcp(80), "delivered", v6=True)
flow("SG-12 a visitor from the internet gets the reply without an outbound rule",
     lambda n: (n.hosts["p1"].elastic_ip("198.51.100.10"), rules("udp 53 from 203.0.113.0/24",
     host="p1", out=[])(n)), X, "p1", udp(53), "delivered")
flow("SG-12 what a reply may do no new connection may", rules(host="a1", out=["tcp 80 to 0.0.0.0/0"]), "b1",
     "a1", tcp(40000, src_port=80), "blocked", f"security_group/g inbound {SHUT}")
flow("SG-13 protocol 50 gets its answer without an outbound rule",
     rules("protocol 50 from 10.0.0.0/16", out=[]), "a1", "b1", protocol(50), "delivered")


def survives(traffic: Any, rule: str, change: Any, *, src: object = "a1", out: list[str] | None = None,
    before: Any = nothing, v6: bool = False) -> Any:
    """Open a connection to b1 whose group has this rule, change something, and ask whether it goes on."""

    def ask(n: Any) -> object:
        before(n)
        rules(rule, out=out)(n)
        found = trace(n.topology, src, "b1", traffic, ip_version=6 if v6 else 4)
        assert found.reaches, str(found)
        twin = n.topology.copy()
        change(twin)
        return still_open(found, twin).allowed

    return ask


def no_rules(t: Any) -> None:
    """Take all inbound rules of b1's group away."""
    t["A"].security_group("g", inbound=[], outbound=["all to 0.0.0.0/0", "all to ::/0"])


for says, rule, out, traffic, six, goes_on in (
    ("a narrow rule and all out: tracked", "tcp 80 from 10.0.1.0/24", None, tcp(80), False, True),
    ("an open rule and all out: untracked", "tcp 80 from 0.0.0.0/0", None, tcp(80), False, False),
    ("an open rule and all TCP ports out: untracked", "tcp 80 from 0.0.0.0/0", ["tcp 0-65535 to 0.0.0.0/0"],
    tcp(80), False, False),
    ("an open rule and not quite all ports out: tracked", "tcp 80 from 0.0.0.0/0",
    ["tcp 1-65535 to 0.0.0.0/0"], tcp(80), False, True),
    ("an open rule and a part of the addresses out: tracked", "tcp 80 from 0.0.0.0/0", ["all to 10.0.0.0/8"],
    tcp(80), False, True),
    ("an open UDP rule and all out: untracked", "udp 53 from 0.0.0.0/0", None, udp(53), False, False),
    ("an open UDP rule and only TCP out: tracked", "udp 53 from 0.0.0.0/0", ["tcp 0-65535 to 0.0.0.0/0"],
    udp(53), False, True),
    ("ICMP is always tracked", "icmp from 0.0.0.0/0", None, icmp(), False, True),
    ("an open IPv6 rule and all IPv6 out: untracked", "tcp 80 from ::/0", ["all to ::/0"], tcp(80), True,
    False),
    ("an open IPv6 rule and only IPv4 out: tracked", "tcp 80 from ::/0", ["all to 0.0.0.0/0"], tcp(80), True,
    True),
    ("protocol 50 is tracked", "protocol 50 from 0.0.0.0/0", None, protocol(50), False, True),
):
    answer(f"SG-14 {says}: the connection {'goes on' if goes_on else 'stops'} without its rule",
    survives(traffic, rule, no_rules, out=out, v6=six), goes_on, dual=True)
answer("SG-15 a tracked connection is cut by a network ACL",
       survives(tcp(80), "tcp 80 from 10.0.1.0/24", lambda t: t["A"].network_acl("cut",
       subnets=[t["A/PRB"]])), False)
answer("SG-15 a tracked connection ends when its interface is gone",
       survives(tcp(80), "tcp 80 from 10.0.1.0/24", lambda t: t["b1"].remove()), False)
answer("SG-15 a new connection is refused at once", lambda n: (rules("tcp 80 from 10.0.1.0/24")(n),
       no_rules(n.topology), trace(n.topology, "a1", "b1", tcp(80)).outcome)[-1], "blocked",
       dual=True)
answer("SG-15 another route cuts a tracked connection", survives(tcp(80), "tcp 80 from 10.0.1.0/24",
       lambda t: (t["a2"].attach(t["A/PUB"].network_interface("w")),
       t["A/PRV"].route("10.0.2.0/24", to="w"))), False)


answer("SG-14 untracked, the reply stops when its rule goes",
       survives(tcp(80), "tcp 80 from 0.0.0.0/0",
                lambda t: t["A"].security_group("g", inbound=["tcp 80 from 0.0.0.0/0"], outbound=[])), False)
answer("SG-15 tracked, the reply goes on when the outbound rules go",
       survives(tcp(80), "tcp 80 from 10.0.1.0/24",
                lambda t: t["A"].security_group("g", inbound=["tcp 80 from 10.0.1.0/24"], outbound=[])), True)
answer("SG-15 an untracked connection goes on while another rule admits it",
       survives(tcp(80), "tcp 80 from 0.0.0.0/0",
                lambda t: t["A"].security_group("g", inbound=["tcp 80 from 10.0.1.10/32"])), True)
answer("SG-15 a tracked connection survives its client's leaving the named group",
       lambda n: (ref("tcp 80 from m", "a1")(n), found := trace(n.topology, "a1", "b1", tcp(80)),
           n.wear("a1", n.open),
                  still_open(found, n.topology).allowed)[-1], True)


def visitor(change: Any, *, host: str = "p1") -> Any:
    """Open a connection from X to a host with an Elastic IP, change something, and ask whether it goes on."""

    def ask(n: Any) -> object:
        n.hosts["p1"].elastic_ip("198.51.100.10")
        found = trace(n.topology, X, host, tcp(443))
        assert found.reaches, str(found)
        change(n)
        return still_open(found, n.topology).allowed

    return ask


answer("EIP-1 a connection ends when the Elastic IP moves on",
       visitor(lambda n: n.hosts["a1"].elastic_ip("198.51.100.10")), False)
answer("ENI-5 a connection ends when its instance stops", visitor(lambda n: n.hosts["p1"].stop()), False)
answer("IGW-7 a connection ends when the route to the gateway goes",
       visitor(lambda n: n.pub.route_table.remove_route("0.0.0.0/0")), False)
answer("IGW-10 a connection goes on by a narrower route",
       visitor(lambda n: (n.pub.route("203.0.113.0/24", to=n.igw),
       n.pub.route_table.remove_route("0.0.0.0/0"))), True)
answer("RT-13 a connection ends when its NAT gateway is deleted",
       lambda n: (nat := n.nat(), found := trace(n.topology, "a1", X, tcp(443)), nat.remove(),
           still_open(found, n.topology).allowed)[-1], False)
answer("RT-17 a connection to a site ends when the tunnels go down",
       lambda n: (n.prv.route_table.propagate(n.vpn()), found := trace(n.topology, "a1", OP, tcp(443)),
           n.vpn(tunnels_up=0),
                  still_open(found, n.topology).allowed)[-1], False)
answer("VPE-7 a connection to a service ends when its route is another one",
       lambda n: (n.nat(), found := trace(n.topology, "a1", service("s3"), tcp(443)),
                  n.vpc.gateway_endpoint("s3", [n.prv.route_table]),
                  still_open(found, n.topology).allowed)[-1],
       False)
answer("NGW-4 a connection ends when its route leads to another NAT gateway",
       lambda n: (n.nat(), found := trace(n.topology, "a1", X, tcp(443)),
                  n.prv.route("0.0.0.0/0", to=n.pub.nat_gateway("second")),
                  still_open(found, n.topology).allowed)[-1],
       False)


def client_rule_gone(before: Any, dst: object, traffic: Any = None, v6: bool = False) -> Any:
    """Open a connection from a1, whose group is open both ways, and take the outbound rules away."""

    def ask(n: Any) -> object:
        n.wear("a1", n.group("c", "all from 0.0.0.0/0", "all from ::/0"))
        before(n)
        found = trace(n.topology, "a1", dst, traffic or tcp(443), ip_version=6 if v6 else 4)
        assert found.reaches, str(found)
        twin = n.topology.copy()
        twin["A"].security_group("c", inbound=["all from 0.0.0.0/0", "all from ::/0"], outbound=[])
        return still_open(found, twin).allowed

    return ask


answer("SG-16 through a NAT gateway everything is tracked", client_rule_gone(lambda n: n.nat(), X), True)
answer("SG-16 through an egress-only gateway everything is tracked",
       client_rule_gone(lambda n: n.prv.route("::/0", to=n.vpc.egress_only_internet_gateway()), X6, v6=True),
       True, dual=True)
answer("SG-16 to an interface endpoint everything is tracked",
       client_rule_gone(lambda n: n.vpc.interface_endpoint("ssm", [n.prb], name="e",
       security_groups=[n.open]), "e"), True)
answer("SG-16 to a DynamoDB gateway endpoint everything is tracked",
       client_rule_gone(lambda n: n.vpc.gateway_endpoint("dynamodb", [n.prv.route_table]),
       service("dynamodb")), True)
answer("SG-14 to an S3 gateway endpoint an open flow is untracked",
       client_rule_gone(lambda n: n.vpc.gateway_endpoint("s3", [n.prv.route_table]), service("s3")), False)
answer("SG-14 to a neighbour an open flow is untracked", client_rule_gone(nothing, "b1"), False)
for rule in ("tcp 80 from 0.0.0.0/0", "tcp 80 from 10.0.1.10/32"):
    flow(f"SG-18 “{rule}” works alike, tracked or not", rules(rule), "a1", "b1", tcp(80), "delivered")

# -- SG: references ------------------------------------------------------------------------------------


def ref(rule: str, *wearers: str, **more: Any) -> Any:
    """Let hosts wear "m", and b1 a group "g" whose rule names it."""
    return lambda n: (m := n.group("m"), [n.wear(h, m) for h in wearers], rules(rule, **more)(n))


flow("SG-19 a reference admits a member", ref("tcp 80 from m", "a1"), "a1", "b1", tcp(80), "delivered")
flow("SG-19 a reference admits no neighbour of a member", ref("tcp 80 from m", "a1"), "a2", "b1", tcp(80),
     "blocked", f"security_group/g inbound {MISMATCH}")
flow("SG-19 a reference does not bring the other group's rules",
     lambda n: (n.group("m", "tcp 443 from 0.0.0.0/0"), rules("tcp 80 from m")(n)), "a1", "b1", tcp(443),
         "blocked",
     f"security_group/g inbound {MISMATCH}")
flow("SG-19 a member whose address is rewritten on the way is no member",
     lambda n: (ref("tcp 80 from m", "a1")(n), n.prv.route("10.0.2.0/24", to=n.nat())), "a1", "b1", tcp(80),
         "blocked", "security_group/g inbound SG_REFERENCES_NOT_PRESERVED|"
     + MISMATCH)
flow("SG-19 one of several groups of an interface is enough",
     lambda n: (m := n.group("m"), n.wear("a1", n.open, m), rules("tcp 80 from m")(n)), "a1", "b1", tcp(80),
         "delivered")
flow("SG-19 who takes the group off is no member", lambda n: (ref("tcp 80 from m", "a1")(n),
     n.wear("a1", n.open)), "a1", "b1", tcp(80), "blocked", f"security_group/g inbound {MISMATCH}")
flow("SG-20 through public addresses nobody is a member",
     lambda n: (m := n.group("m"), n.host("p1", n.pub, "10.0.0.10", elastic_ip="198.51.100.10",
         security_groups=[m]),
                n.host("p2", n.pub, "10.0.0.11", elastic_ip="198.51.100.11",
                security_groups=[n.group("g", "icmp from m")])),
     "p1", "198.51.100.11", icmp(), "blocked", f"security_group/g inbound {MISMATCH}")
flow("SG-21 an outbound rule may name a group of the VPC", lambda n: (m := n.group("m", "all from 0.0.0.0/0"),
     n.wear("b1", m), rules(host="a1", out=["tcp 80 to m"])(n)), "a1", "b1", tcp(80),
     "delivered")
flow("SG-21 an outbound rule that names a group admits nobody else",
     lambda n: (m := n.group("m", "all from 0.0.0.0/0"), n.wear("a2", m),
         rules(host="a1", out=["tcp 80 to m"])(n)), "a1",
     "b1", tcp(80), "blocked", f"security_group/g outbound {MISMATCH}")


def across(n: Any, rule: str, *, side: str = "in", **more: Any) -> Any:
    """Peer with B, where y1 wears "theirs", and let a1 wear a group that names it."""
    b = n.peered(**more)
    theirs = b.vpc.security_group("theirs", inbound=["all from 0.0.0.0/0"])
    b.instance("y1", private_ip="10.1.0.10", security_groups=[theirs])
    n.wear("a1", n.group("mine", *([rule] if side == "in" else []), out=[rule] if side == "out" else None))
    return b


flow("SG-21 an inbound rule may name a peer's group", lambda n: across(n, "tcp 80 from B/theirs"), "y1", "a1",
     tcp(80), "delivered")
flow("SG-21 an outbound rule may name a peer's group", lambda n: across(n, "tcp 80 to B/theirs", side="out"),
     "a1", "y1", tcp(80), "delivered")
refusal("SG-21 a group of a VPC that nothing joins cannot be named", None,
        lambda n: (n.topology.vpc("B", "10.1.0.0/16").security_group("theirs"),
            n.group("mine", "tcp 80 from B/theirs")))
refusal("SG-21 over a pending peering no group can be named", None,
        lambda n: across(n, "tcp 80 from B/theirs", status="pending-acceptance"))
refusal("SG-21 across a transit gateway no outbound rule names a group", None,
        lambda n: (n.hub(), n.topology["B"].security_group("theirs"),
            n.group("mine", out=["tcp 80 to B/theirs"])))
flow("SG-22 with a reference to itself a group's members talk",
     lambda n: (g := n.group("club", "all from self"), n.wear("a1", g), n.wear("b1", g)), "a1", "b1", udp(9),
         "delivered")
flow("SG-22 a reference to itself by name is the same", lambda n: (g := n.group("club", "tcp 80 from club"),
     n.wear("a1", g), n.wear("a2", g)), "a1", "a2", tcp(80), "delivered")
flow("SG-22 a reference to itself admits nobody else", lambda n: n.wear("b1",
     n.group("club", "all from self")), "a1", "b1", udp(9), "blocked",
     f"security_group/club inbound {MISMATCH}")


def through(n: Any, rule: str, **more: Any) -> None:
    """Lead what a1 and b1 say to each other through the appliance n; b1 wears "g", a1 "m"."""
    ref(rule, "a1")(n)
    n.appliance(**more)
    n.prv.route("10.0.2.0/24", to=n.hosts["n"])
    n.prb.route("10.0.1.0/24", to=n.hosts["n"])


flow("SG-23 through an appliance a reference admits nobody", lambda n: through(n, "udp 53 from m"), "a1",
     "b1", udp(53), "blocked", "security_group/g inbound SG_REFERENCES_NOT_PRESERVED")
flow("SG-23 through an appliance the private address is what counts",
     lambda n: through(n, "udp 53 from 10.0.1.10/32"), "a1", "b1", udp(53), "delivered", seen="10.0.1.10")
flow("SG-23 through an appliance an outbound reference admits nobody either",
     lambda n: (through(n, "all from 0.0.0.0/0"), m := n.group("t", "all from 0.0.0.0/0"), n.wear("b1", m),
         n.wear("a1", n.group("c", out=["tcp 80 to t"]))), "a1", "b1", tcp(80), "blocked",
     "security_group/c outbound SG_REFERENCES_NOT_PRESERVED|ENI_SG_RULES_MISMATCH")
flow("SG-23 the appliance itself knows who speaks to it", lambda n: through(n, "all from 0.0.0.0/0",
     security_groups=[n.group("fw", "all from m", out=["all to 0.0.0.0/0"])]) if n.group("m")
     else None, "a1", "b1", tcp(80), "delivered", via=("n",))
refusal("SG-26 the 61st inbound rule is refused", "RulesPerSecurityGroupLimitExceeded",
        lambda n: n.group("big", *(f"tcp {p} from 10.0.0.0/8" for p in range(61))))
refusal("SG-26 the 61st outbound rule is refused", "RulesPerSecurityGroupLimitExceeded",
        lambda n: n.group("big", out=[f"tcp {p} to 10.0.0.0/8" for p in range(61)]))
answer("SG-26 sixty rules each way, for each family, are accepted",
       lambda n: len(n.group("big", *(f"tcp {p} from {b}" for p in range(60) for b in ("10.0.0.0/8",
           "2600::/16")), out=[f"tcp {p} to 10.0.0.0/8" for p in range(60)]).value.rules), 180)
refusal("SG-26 a reference is one rule of the sixty", "RulesPerSecurityGroupLimitExceeded",
        lambda n: n.group("big", *(f"tcp {p} from 10.0.0.0/8" for p in range(60)), "tcp 99 from open"))
refusal("SG-26 a prefix list counts with all its entries", "RulesPerSecurityGroupLimitExceeded",
        lambda n: (n.topology.prefix_list("pl", [f"10.{i}.0.0/16" for i in range(2)]),
            n.group("big", *(f"tcp {p} from 10.0.0.0/8" for p in range(59)), "tcp 99 from pl")))
refusal("SG-26 a prefix list of 61 entries is too long for a rule", "RulesPerSecurityGroupLimitExceeded",
        lambda n: (n.topology.prefix_list("pl", [f"10.{i}.0.0/16" for i in range(61)]),
            n.group("big", "tcp 99 from pl")))
answer("SG-26 five groups on an interface are accepted", lambda n: len(n.prv.instance("x",
       security_groups=[n.group(f"g{i}") for i in range(5)]).interfaces[0].value.group_ids), 5)
refusal("SG-26 a sixth group on a second interface is refused too", "SecurityGroupsPerInterfaceLimitExceeded",
        lambda n: n.prv.network_interface("x", security_groups=[n.group(f"g{i}") for i in range(6)]))

# -- ACL -----------------------------------------------------------------------------------------------


def acl(where: str, into: tuple[str, ...] = IN4, out: tuple[str, ...] = OUT4) -> Any:
    """Guard a subnet; a direction that is not named is open."""
    return lambda n: n.acl(getattr(n, where), into=into, out=out)


flow("ACL-1 one ACL may guard several subnets", lambda n: n.vpc.network_acl("both",
     inbound=["1 deny icmp from 0.0.0.0/0", *IN4], outbound=OUT4, subnets=[n.prv, n.prb]), "a1", "b1", icmp(),
     "blocked", f"network_acl/both inbound {ACL}", f"reply network_acl/both inbound {ACL}")
flow("ACL-1 the new association counts, the old one no longer",
     lambda n: (n.acl(n.prb), n.vpc.network_acl("second", inbound=IN4, outbound=OUT4, subnets=[n.prb])), "a1",
         "b1", tcp(80),
     "delivered", via=("second",), past=("PRB NACL",))
flow("ACL-2 the default ACL allows IPv6 in a VPC that has it", nothing, "a1", "b1", tcp(80), "delivered",
     v6=True, via=("default",))
answer("ACL-2 a default ACL that was edited gets no IPv6 entries",
       lambda n: (n.vpc.default_network_acl.entries(inbound=["50 allow tcp 22 from 0.0.0.0/0"]),
           n.topology.vpc("A", "10.0.0.0/16", ipv6=True, dns_hostnames=True),
                  sorted({e.cidr.version for e in n.vpc.default_network_acl.value.entries}))[-1], [4])
answer("ACL-2 a default ACL that was not edited gets them",
       lambda n: (n.topology.vpc("A", "10.0.0.0/16", ipv6=True, dns_hostnames=True),
                  sorted((e.number, e.direction, str(e.cidr))
                  for e in n.vpc.default_network_acl.value.entries if e.cidr.version == 6))[-1],
                  [(101, "inbound", "::/0"), (101, "outbound", "::/0")])
flow("ACL-3 a new ACL denies everything, both ways and both legs", lambda n: n.acl(n.prb), "a1", "b1",
     udp(53), "blocked", f"network_acl/PRB NACL inbound {ACL}",
     f"reply network_acl/PRB NACL outbound {ACL}")
answer("ACL-3 a new ACL guards nothing", lambda n: n.vpc.network_acl("idle").value.subnet_ids, ())
for number in (1, 32766):
    flow(f"ACL-4 rule number {number} counts", acl("prb", into=(f"{number} allow tcp 80 from 0.0.0.0/0",)),
    "a1", "b1", tcp(80), "delivered")
for number in (0, 32767, 32768, 65536):
    refusal(f"ACL-4 rule number {number} is refused", None, lambda n,
    k=number: n.acl(n.prb, into=(f"{k} allow all from 0.0.0.0/0",)))
flow("ACL-4 the order of writing does not matter, the number does",
     acl("prb", into=("200 allow all from 0.0.0.0/0", "100 deny tcp 80 from 10.0.1.0/24")), "a1", "b1",
     tcp(80), "blocked",
     f"network_acl/PRB NACL inbound {ACL}")
flow("ACL-4 a first match that is narrower than a later deny wins",
     acl("prb", into=("99 allow tcp 80 from 10.0.1.10/32", "100 deny all from 0.0.0.0/0")), "a1", "b1",
     tcp(80), "delivered")
flow("ACL-4 a deny without a match is passed over", acl("prb",
     into=("1 deny tcp 81-65535 from 0.0.0.0/0", "2 deny tcp 0-79 from 0.0.0.0/0",
     "3 allow all from 0.0.0.0/0")), "a1", "b1", tcp(80),
     "delivered")
answer("ACL-4 the decision names the entry and those passed over",
       lambda n: (d := evaluate_network_acl(Packet("10.0.1.10", "10.0.2.10", "tcp", dst_port=80),
           n.acl(n.prb, into=("5 deny udp 80 from 0.0.0.0/0", "7 allow tcp 80 from 10.0.0.0/8", *IN4)).value,
                                            "inbound"), d.allowed, d.rule.number,
                                            [e.number for e in d.passed_over])[1:], (True, 7, [5]))
flow("ACL-5 an inbound entry matches the source, not the destination",
     acl("prb", into=("1 deny all from 10.0.2.0/24", *IN4)), "a1", "b1", tcp(80), "delivered")
flow("ACL-5 an outbound entry matches the destination, not the source",
     acl("prv", out=("1 deny all to 10.0.1.0/24", *OUT4)), "a1", "b1", tcp(80), "delivered")
flow("ACL-5 the port is the destination's, never the source's",
     acl("prb", into=("1 deny tcp 40000 from 0.0.0.0/0", *IN4)), "a1", "b1", tcp(80), "delivered")
flow("ACL-5 of the reply the port is the client's", acl("prb", out=("1 deny tcp 40000 to 0.0.0.0/0", *OUT4)),
     "a1", "b1", tcp(80), "reply-blocked", f"reply network_acl/PRB NACL outbound {ACL}")
refusal("ACL-5 an entry names no security group", None, lambda n: n.acl(n.prb,
        into=("1 allow all from open",)), error=BadInput)


def aws_acl(**entry: Any) -> Any:
    """Guard PRB by an ACL as describe output prints it: this entry in, everything out."""

    def prepare(n: Any) -> None:
        every = {"Protocol": "-1", "RuleAction": "allow", "CidrBlock": "0.0.0.0/0"}
        entries = [{**every, "RuleNumber": 10, "Egress": False, **entry},
        {**every, "RuleNumber": 10, "Egress": True}]
        n.add("NetworkAcls", {"NetworkAclId": "acl-x", "VpcId": "vpc-a", "IsDefault": False,
        "Entries": entries,
                              "Associations": [{"NetworkAclAssociationId": "aclassoc-1",
                              "NetworkAclId": "acl-x", "SubnetId": "subnet-prb"}]})

    return prepare


for says, entry, traffic, ok in (
    ("protocol 50 ignores ports", {"Protocol": "50", "PortRange": {"From": 1, "To": 2}}, protocol(50), True),
    ("all protocols ignore ports", {"Protocol": "-1", "PortRange": {"From": 1, "To": 2}}, tcp(80), True),
    ("TCP keeps its ports", {"Protocol": "6", "PortRange": {"From": 1, "To": 2}}, tcp(3), False),
    ("UDP keeps its ports", {"Protocol": "17", "PortRange": {"From": 53, "To": 53}}, udp(53), True),
    ("ICMP by type and every code", {"Protocol": "1", "IcmpTypeCode": {"Type": 8, "Code": -1}}, icmp(8, 3),
    True),
    ("ICMP by type and one code", {"Protocol": "1", "IcmpTypeCode": {"Type": 3, "Code": 4}}, icmp(3, 1),
    False),
    ("ICMP of every type", {"Protocol": "1", "IcmpTypeCode": {"Type": -1, "Code": -1}}, icmp(13, 0), True),
    ("protocol 47 is not 50", {"Protocol": "47"}, protocol(50), False),
    ("protocol 58 over IPv4 ignores types", {"Protocol": "58", "IcmpTypeCode": {"Type": 1, "Code": 1}},
    protocol(58), True),
    ("TCP of ports 0 to 65535", {"Protocol": "6", "PortRange": {"From": 0, "To": 65535}}, tcp(65535), True),
):
    flow(f"ACL-6 {says}", aws_acl(**entry), "a1", "b1", traffic, "delivered" if ok else "blocked",
    base=Loaded)
flow("ACL-6 over IPv6 protocol 58 has types", lambda n: n.acl(n.prb,
     into=("1 allow icmpv6 type 128 from ::/0",), out=("1 allow icmpv6 type 129 to ::/0",)), "a1", "b1",
     icmp(), "delivered", v6=True)
flow("ACL-6 over IPv6 a reply of type 129 needs its entry", lambda n: n.acl(n.prb,
     into=("1 allow icmpv6 type 128 from ::/0",), out=("1 allow icmpv6 type 128 to ::/0",)), "a1", "b1",
     icmp(),
     "reply-blocked", f"reply network_acl/PRB NACL outbound {ACL}", v6=True)
flow("ACL-6 over IPv4 a reply of type 0 needs its entry", acl("prb",
     out=("1 allow icmp type 8 to 0.0.0.0/0",)), "a1", "b1", icmp(), "reply-blocked",
     f"reply network_acl/PRB NACL outbound {ACL}")
flow("ACL-7 an IPv6 deny in front does not touch IPv4", lambda n: n.acl(n.prb,
     into=("1 deny all from ::/0", *IN4), out=OUT4), "a1", "b1", tcp(80), "delivered", dual=True)
flow("ACL-7 an IPv4 allow in front does not serve IPv6", lambda n: n.acl(n.prb,
     into=("1 allow all from 0.0.0.0/0", "2 deny tcp 80 from ::/0", *IN6), out=OUT6), "a1", "b1", tcp(80),
     "blocked",
     f"network_acl/PRB NACL inbound {ACL}", v6=True)
flow("ACL-8 the client's own subnet needs an entry for the reply",
     acl("prv", into=("1 allow tcp 80 from 0.0.0.0/0",)), "a1", "b1", tcp(80), "reply-blocked",
     f"reply network_acl/PRV NACL inbound {ACL}")
flow("ACL-8 both subnets may stop the reply, and both are named",
     lambda n: (acl("prv", into=("1 deny all from 0.0.0.0/0",))(n),
         acl("prb", out=("1 deny all to 0.0.0.0/0",))(n)), "a1", "b1", udp(53),
     "reply-blocked", f"reply network_acl/PRB NACL outbound {ACL}",
     f"reply network_acl/PRV NACL inbound {ACL}", says="One-way")
flow("ACL-9 within a subnet no ACL is asked over IPv6 either", lambda n: n.acl(n.prv), "a1", "a2", icmp(),
     "delivered", v6=True, past=("PRV NACL",))
flow("ACL-9 an endpoint in the client's own subnet is beyond no ACL",
     lambda n: (n.acl(n.prv), n.vpc.interface_endpoint("ssm", [n.prv], name="e", security_groups=[n.open])),
         "a1", "e", tcp(443),
     "delivered", past=("PRV NACL",))
for text, ok in (("tcp 32768-61000", True), ("tcp 1024-65535", True), ("tcp 49152-65535", False),
    ("tcp 1025-5000", False), ("udp 1024-65535", False), ("tcp 40000", True)):
    flow(f"ACL-11 a Linux client with “allow {text}” for its replies {'works' if ok else 'fails'}",
    acl("prb", out=(f"1 allow {text} to 10.0.1.0/24",)), "a1", "b1", tcp(443),
         "delivered" if ok else "reply-blocked", reach=False)
for port, ok in ((49152, True), (65535, True), (49151, False)):
    flow(f"ACL-11 a client port of {port} with “allow tcp 49152-65535” {'works' if ok else 'fails'}",
    acl("prb", out=("1 allow tcp 49152-65535 to 0.0.0.0/0",)), "a1", "b1", tcp(443, src_port=port),
         "delivered" if ok else "reply-blocked", reach=False)
flow("ACL-12 the message that a packet is too big needs its entry",
     acl("prb", into=("1 allow tcp 443 from 0.0.0.0/0",)), "a1", "b1", icmp(3, 4), "blocked",
     f"network_acl/PRB NACL inbound {ACL}")
refusal("ACL-13 the 21st entry of a direction is refused", "NetworkAclEntryLimitExceeded",
        lambda n: n.acl(n.prb, into=tuple(f"{i} allow tcp {i} from 0.0.0.0/0" for i in range(1, 22))))
answer("ACL-13 IPv4 and IPv6 entries are counted apart",
       lambda n: len(n.acl(n.prb, into=tuple(f"{i} allow tcp {i} from {'::/0' if i % 2 else '0.0.0.0/0'}"
           for i in range(1, 31))).value.entries), 30, dual=True)
answer("ACL-14 a new deny cuts a connection that is open",
       survives(tcp(80), "tcp 80 from 10.0.1.0/24", lambda t: t["A"].network_acl("cut",
       inbound=["1 deny tcp 80 from 10.0.1.10/32", *IN4], outbound=OUT4, subnets=[t["A/PRB"]])), False)
answer("ACL-14 a deny for another host cuts nothing",
       survives(tcp(80), "tcp 80 from 10.0.1.0/24", lambda t: t["A"].network_acl("cut",
       inbound=["1 deny tcp 80 from 10.0.1.11/32", *IN4], outbound=OUT4, subnets=[t["A/PRB"]])), True)
answer("ACL-14 a deny for the reply's port cuts it",
       survives(tcp(80), "tcp 80 from 10.0.1.0/24", lambda t: t["A"].network_acl("cut", inbound=IN4,
       outbound=["1 deny tcp 40000 to 0.0.0.0/0", *OUT4], subnets=[t["A/PRB"]])), False)
answer("SG-6 a packet is judged by the whole set of groups at once",
       lambda n: evaluate_security_groups(Packet("10.0.1.10", "10.0.2.10", "tcp", dst_port=(80, 90)),
           [n.group("x", "tcp 80-85 from 0.0.0.0/0").value, n.group("y", "tcp 86-90 from 10.0.0.0/8").value],
                                          "inbound").allowed, True)
flow("VGW-10 the group must admit the site's block", lambda n: (n.prv.route_table.propagate(n.vpn()),
     n.wear("a1", n.group("g", "tcp 22 from 192.168.1.0/24"))), site("OP", OP), "a1", tcp(22), "blocked",
     f"security_group/g inbound {MISMATCH}")
flow("VGW-10 a group that admits the site's block lets it in",
     lambda n: (n.prv.route_table.propagate(n.vpn()), n.wear("a1",
         n.group("g", "tcp 22 from 192.168.0.0/24"))), site("OP", OP), "a1", tcp(22),
     "delivered")
