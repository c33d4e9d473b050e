"""Rows of the facts about VPC endpoints and about the order of checks on a way (VPE, PATH)."""

from __future__ import annotations

from typing import Any

from facts_joins import dx, hub, learnt, six_peer
from facts_routes import NO_PUBLIC, NO_ROUTE, OP, Loaded, public
from facts_rows import answer, flow, refusal, web
from facts_vpcs import asked
from networks import X6, X

from vpclab import BadInput, icmp, internet, protocol, resolve, service, site, tcp, trace, udp
from vpclab.topology.services import service_blocks

# fmt: off
S3, REGION = "com.amazonaws.ap-northeast-1.s3", "ap-northeast-1"
MISMATCH, ACL = "ENI_SG_RULES_MISMATCH", "SUBNET_ACL_RESTRICTION"
SHUT = "SG_HAS_NO_RULES|ENI_SG_RULES_MISMATCH"


def gw(n: Any, what: str = "s3", *subnets: Any, **more: Any) -> Any:
    """Make a gateway endpoint with a route in the tables of subnets (PRV's alone if none)."""
    return n.vpc.gateway_endpoint(what, [s.route_table for s in subnets or (n.prv,)], **more)


def ep(n: Any, what: str = "ssm", *subnets: Any, **more: Any) -> Any:
    """Make the interface endpoint "e" in subnets (PRB alone if none), open to everyone."""
    return n.vpc.interface_endpoint(what, list(subnets or (n.prb,)), name="e",
    **{"security_groups": [n.open], **more})


# -- VPE: gateway endpoints ----------------------------------------------------------------------------

for name in ("ssm", "ec2", "sqs", "kms", "com.amazonaws.us-east-1.s3"):
    refusal(f"VPE-2 there is no gateway endpoint for {name}", None, lambda n, w=name: gw(n, w))
for name in ("s3", "dynamodb"):
    flow(f"VPE-2 a gateway endpoint serves {name} without internet gateway, NAT or public address", lambda n,
    w=name: gw(n, w), "a1", service(name), tcp(443), "delivered",
         via=(f"gw-{name}",), past=("igw",), seen="10.0.1.10")
flow("VPE-3 both services may share a table", lambda n: (gw(n, "s3"), gw(n, "dynamodb")), "a1",
     service("dynamodb"), tcp(443), "delivered", via=("gw-dynamodb",))
flow("VPE-3 a subnet with the main table uses the endpoint of that table",
     lambda n: (n.host("m1", n.vpc.subnet("M", "10.0.7.0/24"), "10.0.7.10"),
         n.vpc.gateway_endpoint("s3", [n.vpc.main_route_table])),
     "m1", service("s3"), tcp(443), "delivered", via=("main", "gw-s3"))
flow("VPE-3 when a table is taken out its subnets lose the endpoint",
     lambda n: (gw(n, "s3", n.prv, n.prb), gw(n, "s3", n.prv)), "b1", service("s3"), tcp(443), "blocked",
         f"route_table/PRB {NO_ROUTE}")
flow("VPE-3 when the endpoint is removed its routes go", lambda n: gw(n).remove(), "a1", service("s3"),
     tcp(443), "blocked", f"route_table/PRV {NO_ROUTE}")
refusal("VPE-3 a second endpoint for the service in a table is refused", "RouteAlreadyExists",
        lambda n: (gw(n), gw(n, name="other")))
refusal("VPE-3 a table of another VPC is refused", None, lambda n: n.vpc.gateway_endpoint("s3",
        [n.topology.vpc("B", "10.1.0.0/16").main_route_table]))
answer("VPE-3 the route's destination is the service's prefix list, its target the endpoint",
       lambda n: (e := gw(n), [(r.destination == n.topology[S3].id,
           r.target == e.id) for r in n.prv.route_table.value.routes if r.origin != "CreateRouteTable"])[-1],
           [(True, True)])
flow("VPE-4 with a NAT gateway beside it the service goes to the endpoint",
     lambda n: (n.nat(), gw(n, "dynamodb")), "a1", service("dynamodb"), tcp(443), "delivered",
         via=("gw-dynamodb",), past=("nat",),
     seen="10.0.1.10")
flow("VPE-4 with an internet gateway beside it the service goes to the endpoint",
     lambda n: (gw(n, "s3", n.pub), public(n, "p1")), "p1", service("s3"), tcp(443), "delivered",
         via=("gw-s3",), past=("igw",))
flow("VPE-4 another Region's bucket goes by the NAT gateway", lambda n: (n.nat(), gw(n)), "a1",
     service("s3", region="us-east-1"), tcp(443), "delivered", via=("nat", "igw"), past=("gw-s3",))
flow("VPE-4 another Region's bucket has no way by the endpoint alone", lambda n: gw(n), "a1",
     service("s3", region="us-east-1"), tcp(443), "blocked", f"route_table/PRV {NO_ROUTE}")
flow("VPE-4 another service goes by the NAT gateway", lambda n: (n.nat(), gw(n)), "a1", service("dynamodb"),
     tcp(443), "delivered", via=("nat",), past=("gw-s3",))
flow("VPE-4 a static route with the service's very range beats the endpoint",
     lambda n: (gw(n), nat := n.nat(), [n.prv.route(b, to=nat) for b in service_blocks("s3", REGION)]), "a1",
         service("s3"),
     tcp(443), "delivered", via=("nat",), past=("gw-s3",))
flow("VPE-4 a wider static route does not", lambda n: (gw(n), nat := n.nat(),
     [n.prv.route(f"{b.supernet(new_prefix=8)}", to=nat) for b in service_blocks("s3", REGION)[:1]]), "a1",
     service("s3"), tcp(443),
     "delivered", via=("gw-s3",))
flow("VPE-5 not over a transit gateway", lambda n: (gw(n), hub(n),
     n.topology["B"].route_table("B1").route("0.0.0.0/0", to="tgw"),
     n.topology["tgw"].default_route_table.route("0.0.0.0/0", to="tgw-A")),
     "y1", service("s3"), tcp(443), "blocked")
flow("VPE-5 not over a peering", lambda n: (gw(n, "dynamodb"), n.peered(back="0.0.0.0/0")), "y1",
     service("dynamodb"), tcp(443), "blocked")
flow("VPE-5 not over Direct Connect", lambda n: (gw(n), dx(n)), site("DC"), service("s3"), tcp(443),
     "blocked")
for text, ok in (("tcp 443 to 10.0.0.0/8", False), (f"tcp 443 to {S3}", True), ("tcp 80 to 0.0.0.0/0", False),
    ("tcp 443 to 0.0.0.0/0", True)):
    flow(f"VPE-6 a group with “{text}” {'lets' if ok else 'does not let'} the request out", lambda n,
    t=text: (gw(n), n.wear("a1", n.group("g", out=[t]))), "a1", service("s3"), tcp(443),
         "delivered" if ok else "blocked", *([] if ok else [f"security_group/g outbound {MISMATCH}"]))
flow("VPE-6 the ACL must let the request out to the public ranges",
     lambda n: (gw(n), n.acl(n.prv, into=("1 allow all from 0.0.0.0/0",),
         out=("1 allow all to 10.0.0.0/8",))), "a1", service("s3"), tcp(443),
     "blocked", f"network_acl/PRV NACL outbound {ACL}")
flow("VPE-6 the ACL must let the reply in to the client's port",
     lambda n: (gw(n), n.acl(n.prv, into=("1 allow tcp 443 from 0.0.0.0/0",),
         out=("1 allow all to 0.0.0.0/0",))), "a1", service("s3"), tcp(443),
     "reply-blocked", f"reply network_acl/PRV NACL inbound {ACL}")
answer("VPE-7 the service's name still means public addresses",
       lambda n: [str(a) in str(service_blocks("s3", REGION)) or any(a in b for b in service_blocks("s3",
           REGION)) for a in
                  (gw(n), resolve(n.topology, "s3.ap-northeast-1.amazonaws.com", "a1").addresses)[1]], [True])
for traffic in (udp(443), protocol(50), icmp(13, 0), icmp(3, 4)):
    flow(f"VPE-8 it does not carry {traffic}", lambda n: gw(n), "a1", service("s3"), traffic, "blocked",
    "vpc_endpoint/gw-s3 VPCE_GATEWAY_PROTOCOL_RESTRICTION")
for traffic in (tcp(443), tcp(80), tcp(65535), icmp()):
    flow(f"VPE-8 it carries {traffic}", lambda n: gw(n), "a1", service("s3"), traffic, "delivered")
flow("VPE-16 a policy is remarked on and stops no packet", lambda n: gw(n,
     policy='{"Statement":[{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}]}'), "a1",
     service("s3"), tcp(443), "delivered",
     note="policy")
flow("VPE-16 an interface endpoint's policy is remarked on too", lambda n: ep(n, policy='{"Statement":[]}'),
     "a1", "e", tcp(443), "delivered", note="policy")

# -- VPE: interface endpoints --------------------------------------------------------------------------

answer("VPE-10 an endpoint has one interface in each subnet",
       lambda n: sorted(i.name for i in ep(n, "ssm", n.prv, n.prb).interfaces), ["e-a", "e-b"])
refusal("VPE-10 two subnets of one zone are refused", "DuplicateSubnetsInSameZone",
        lambda n: ep(n, "ssm", n.pub, n.prv))
refusal("VPE-10 no subnet at all is refused", None, lambda n: n.vpc.interface_endpoint("ssm", []))
flow("VPE-10 every subnet of the VPC uses it", lambda n: ep(n), "p1", "e", tcp(443), "delivered")
flow("VPE-10 without a named group it has the default one, which admits its members",
     lambda n: (ep(n, security_groups=None), n.wear("a1", n.vpc.default_security_group)), "a1", "e", tcp(443),
         "delivered")
flow("SG-3 without a named group it has the default one, which admits nobody else",
     lambda n: ep(n, security_groups=None), "b1", "e", tcp(443), "blocked",
         f"security_group/default inbound {MISMATCH}")
flow("VPE-10 its group may name the clients' group", lambda n: (n.wear("a1", n.group("c")),
     ep(n, security_groups=[n.group("g", "tcp 443 from c")])), "a1", "e", tcp(443), "delivered")
flow("VPE-10 its group is asked for the port", lambda n: ep(n,
     security_groups=[n.group("g", "tcp 443 from 0.0.0.0/0")]), "a1", "e", tcp(80), "blocked",
     f"security_group/g inbound {MISMATCH}")
for traffic in (tcp(443), udp(8443), tcp(0), tcp(65535)):
    flow(f"VPE-11 it carries {traffic}", lambda n: ep(n), "a1", "e", traffic, "delivered")
for number in (47, 50):
    flow(f"VPE-11 it does not carry protocol {number}", lambda n: ep(n), "a1", "e", protocol(number),
    "blocked", "vpc_endpoint/e PROTOCOL_RESTRICTION")
flow("VPE-11 a neighbour pings it in vain", lambda n: ep(n), "b1", "e", icmp(), "no-reply")
flow("VPE-11 a site pings it in vain", lambda n: (ep(n), learnt(n, n.prb)), site("OP"), "e", icmp(),
     "no-reply")
flow("VPE-11 a ping that its group does not admit is blocked",
     lambda n: ep(n, security_groups=[n.group("g", "tcp 443 from 0.0.0.0/0")]), "a1", "e", icmp(), "blocked",
     f"security_group/g inbound {MISMATCH}")
NAME = "ssm.ap-northeast-1.amazonaws.com"
answer("VPE-12 with private DNS the service's name means the endpoint",
       asked(NAME, "a1", before=lambda n: ep(n, private_ips=["10.0.2.50"])), ["10.0.2.50"])
answer("VPE-12 with two interfaces the name means both", asked(NAME, "a1",
       before=lambda n: ep(n, "ssm", n.prv, n.prb, private_ips=["10.0.1.50", "10.0.2.50"])),
       ["10.0.1.50", "10.0.2.50"])
answer("VPE-12 without private DNS the name means public addresses",
       asked(NAME, "a1", before=lambda n: ep(n, private_dns=False)),
       [str(service_blocks("ssm", REGION)[0][1])])
answer("VPE-12 another VPC's asker gets public addresses", asked(NAME, "y1",
       before=lambda n: (ep(n), n.peered())), [str(service_blocks("ssm", REGION)[0][1])])
answer("VPE-12 another service's name is untouched", asked("sqs.ap-northeast-1.amazonaws.com", "a1",
       before=lambda n: ep(n)), [str(service_blocks("sqs", REGION)[0][1])])
answer("VPE-12 the name of another Region's service is untouched",
       asked("ssm.us-east-1.amazonaws.com", "a1", before=lambda n: ep(n)),
       [str(service_blocks("ssm", "us-east-1")[0][1])])
for asker in ("a1", "y1", internet, site("OP")):
    answer(f"VPE-12 the endpoint's own name means its private address, asked by {asker}",
           lambda n, a=asker: (n.peered(), n.vpn(), e := ep(n, private_ips=["10.0.2.50"]),
                               [str(x) for x in resolve(n.topology,
                               f"{e.id}-0abc.ssm.ap-northeast-1.vpce.amazonaws.com", a).addresses])[-1],
                               ["10.0.2.50"])
refusal("VPE-12 private DNS without hostnames is refused", None,
        lambda n: (n.topology.vpc("A", "10.0.0.0/16", dns_hostnames=False), ep(n)))
refusal("VPE-12 private DNS without support is refused", None,
        lambda n: (n.topology.vpc("A", "10.0.0.0/16", dns_hostnames=True, dns_support=False), ep(n)))
flow("VPE-12 with private DNS the service is reached by the endpoint", lambda n: (n.nat(), ep(n)), "a1",
     service("ssm"), tcp(443), "delivered", via=("e",), past=("nat",))
flow("VPE-12 without private DNS the service is reached past the endpoint",
     lambda n: (n.nat(), ep(n, private_dns=False)), "a1", service("ssm"), tcp(443), "delivered", via=("nat",),
         past=("e",))
flow("VPE-12 another service is reached past the endpoint", lambda n: (n.nat(), ep(n)), "a1", service("sqs"),
     tcp(443), "delivered", via=("nat",), past=("e",))
flow("VPE-13 an endpoint starts nothing", lambda n: ep(n), "e", "a1", tcp(443), "blocked",
     "vpc_endpoint/e VPCE_INTRA_VPC_TRAFFIC")
flow("VPE-13 an endpoint starts nothing to the internet either",
     lambda n: (ep(n), n.nat(), n.prb.route("0.0.0.0/0", to="nat")), "e", X, tcp(443), "blocked")
flow("VPE-14 a site uses an interface endpoint by VPN", lambda n: (ep(n), learnt(n, n.prb)), site("OP"), "e",
     tcp(443), "delivered", via=("vgw", "e"))
flow("VPE-14 a site uses an interface endpoint by Direct Connect", lambda n: (ep(n, "s3", n.prv), dx(n)),
     site("DC"), "e", tcp(443), "delivered")
flow("VPE-14 a peer uses an interface endpoint", lambda n: (n.peered(), ep(n, "s3", n.prv)), "y1", "e",
     tcp(443), "delivered")
flow("VPE-14 a peer needs the way back from the endpoint's subnet",
     lambda n: (n.peered(), ep(n, "s3", n.prb)), "y1", "e", tcp(443), "reply-blocked",
         f"reply route_table/PRB {NO_ROUTE}")
flow("VPE-14 a VPC behind a transit gateway uses it", lambda n: (hub(n), ep(n, "dynamodb", n.prb)), "z1", "e",
     tcp(443), "delivered")
flow("VPE-14 S3 has both kinds, and with private DNS the interface takes the name",
     lambda n: (gw(n), ep(n, "s3")), "a1", service("s3"), tcp(443), "delivered", via=("e",), past=("gw-s3",))
flow("VPE-14 S3 has both kinds, and without private DNS the gateway takes the packets",
     lambda n: (gw(n), ep(n, "s3", private_dns=False)), "a1", service("s3"), tcp(443), "delivered",
         via=("gw-s3",),
     past=("e",))
answer("VPE-17 when its only zone fails all zones lose it", lambda n: (ep(n), twin := n.topology.copy(),
       twin.fail_az("b"), web(n, "a1", "e"), trace(twin, "a1", "e", tcp(443)).outcome)[3:],
       ("delivered", "blocked"))
answer("VPE-17 with interfaces in two zones the service survives one of them",
       lambda n: (ep(n, "ssm", n.prv, n.prb), twin := n.topology.copy(), twin.fail_az("b"),
           trace(twin, "a1", service("ssm"), tcp(443)).outcome)[-1], "delivered")
answer("VPE-17 with interfaces in two zones the service survives the other one",
       lambda n: (ep(n, "ssm", n.prv, n.prb), twin := n.topology.copy(), twin.fail_az("a"),
           trace(twin, "b1", service("ssm"), tcp(443)).outcome)[-1], "delivered")
for fact, kind in (("VPE-19", "GatewayLoadBalancer"), ("VPE-20", "Resource"), ("VPE-21", "ServiceNetwork"),
                   ("VPE-22", "Tunnel")):
    flow(f"{fact} what a {kind} endpoint does is not modelled, and said so",
         lambda n, k=kind: (n.interface_endpoint(), n.one("VpcEndpoints",
             "vpce-x").update(VpcEndpointType=k)),
         "a1", "10.0.2.50", tcp(443), "unknown", base=Loaded)
refusal("VPE-1 a gateway endpoint is a route and no destination", None,
        lambda n: trace(n.topology, "a1", "gw-s3", tcp(443)), gw, error=BadInput)
SERVICE = "com.amazonaws.vpce.ap-northeast-1.vpce-svc-0123"
flow("VPE-15 a service of somebody else is reached by its endpoint",
     lambda n: ep(n, SERVICE, private_dns=False), "a1",
     "e", tcp(443), "delivered", seen="10.0.1.10")
flow("VPE-15 without an endpoint somebody else's service is nowhere", lambda n: n.peered(back=""), "a1", "y1",
     tcp(443),
     "reply-blocked")
flow("VPE-19 a route to a gateway load balancer endpoint leads where nothing is modelled",
     lambda n: (n.add("VpcEndpoints", {"VpcEndpointId": "vpce-fw", "VpcEndpointType": "GatewayLoadBalancer",
         "VpcId": "vpc-a", "ServiceName": "com.amazonaws.vpce.ap-northeast-1.vpce-svc-1",
         "State": "available",
                                       "SubnetIds": ["subnet-prb"], "NetworkInterfaceIds": ["eni-fw"],
                                       "RouteTableIds": [], "Groups": [], "Tags": []}),
                n.eni("fw", "prb", "10.0.2.60", Groups=[], InterfaceType="gateway_load_balancer_endpoint",
                RequesterManaged=True),
                n.route("prv", "0.0.0.0/0", GatewayId="vpce-fw")), "a1", X, tcp(443), "unknown", base=Loaded)
flow("VPE-10 an endpoint whose state is pending answers nothing",
     lambda n: (n.interface_endpoint(), n.one("VpcEndpoints", "vpce-x").update(State="pending")), "a1",
         "if-x", tcp(443), "blocked", base=Loaded)

# -- PATH ----------------------------------------------------------------------------------------------


def reply(prepare: Any, src: object, dst: object, traffic: Any, **more: Any) -> Any:
    """Return the names on the way of the reply."""
    return lambda n: (prepare(n), " ".join(h.component.name for h in trace(n.topology, src, dst, traffic,
    **more).reply))[-1]


def dressed(n: Any) -> None:
    """Give every host a group of its own name and every subnet an open ACL of its own."""
    for name in ("p1", "a1", "a2", "b1"):
        n.wear(name, n.group(f"sg-{name}", "all from 0.0.0.0/0", "all from ::/0"))
    for subnet in (n.pub, n.prv, n.prb):
        n.vpc.network_acl(f"N-{subnet.name}", inbound=["1 allow all from 0.0.0.0/0", "2 allow all from ::/0"],
        outbound=["1 allow all to 0.0.0.0/0", "2 allow all to ::/0"], subnets=[subnet])


for fact, says, prepare, src, dst, there, back, six in (
    ("PATH-1", "within a subnet", dressed, "a1", "a2", "a1 sg-a1 sg-a2 a2", "a2 sg-a2 sg-a1 a1", False),
    ("PATH-1", "within a subnet over IPv6", dressed, "a1", "a2", "a1 sg-a1 sg-a2 a2", "a2 sg-a2 sg-a1 a1",
    True),
    ("PATH-2", "between subnets", dressed, "a1", "b1", "a1 sg-a1 N-PRV PRV N-PRB sg-b1 b1",
    "b1 sg-b1 N-PRB PRB N-PRV sg-a1 a1", False),
    ("PATH-2", "between subnets over IPv6", dressed, "b1", "p1", "b1 sg-b1 N-PRB PRB N-PUB sg-p1 p1",
    "p1 sg-p1 N-PUB PUB N-PRB sg-b1 b1", True),
    ("PATH-3", "to the internet", lambda n: (dressed(n), public(n, "p1")), "p1", X,
    "p1 sg-p1 N-PUB PUB igw internet", "internet igw N-PUB sg-p1 p1", False),
    ("PATH-4", "from the internet", lambda n: (dressed(n), public(n, "p1")), X, "p1",
    "internet igw N-PUB sg-p1 p1", "p1 sg-p1 N-PUB PUB igw internet", False),
    ("PATH-4", "from the internet over IPv6", lambda n: (dressed(n), n.pub.route("::/0", to=n.igw)), X6, "p1",
    "internet igw N-PUB sg-p1 p1", "p1 sg-p1 N-PUB PUB igw internet", True),
    ("PATH-5", "by a NAT gateway", lambda n: (dressed(n), n.nat()), "a1", X,
    "a1 sg-a1 N-PRV PRV N-PUB nat N-PUB PUB igw internet", "internet igw N-PUB nat N-PUB PUB N-PRV sg-a1 a1",
    False),
    ("PATH-6", "by a NAT instance", lambda n: (dressed(n), n.prv.route("0.0.0.0/0",
    to=n.appliance(forwards="nat", elastic_ip="198.51.100.20", security_groups=["sg-p1"]))), "a1", X,
     "a1 sg-a1 N-PRV PRV N-PUB sg-p1 n sg-p1 N-PUB PUB igw internet",
     "internet igw N-PUB sg-p1 n sg-p1 N-PUB PUB N-PRV sg-a1 a1", False),
    ("PATH-7", "by a peering", lambda n: (n.peered(), dressed(n)), "a1", "y1",
    "a1 sg-a1 N-PRV PRV pcx default open y1", "y1 open default B1 pcx N-PRV sg-a1 a1", False),
    ("PATH-7", "by a peering over IPv6", lambda n: (six_peer(n), dressed(n)), "y1", "a1",
    "y1 open default B1 pcx N-PRV sg-a1 a1", "a1 sg-a1 N-PRV PRV pcx default open y1", True),
    ("PATH-8", "to a site", lambda n: (learnt(n), dressed(n)), "a1", OP, "a1 sg-a1 N-PRV PRV vgw vpn OP",
    "OP vpn vgw N-PRV sg-a1 a1", False),
    ("PATH-9", "from a site", lambda n: (learnt(n), dressed(n)), site("OP"), "a1",
    "OP vpn vgw N-PRV sg-a1 a1", "a1 sg-a1 N-PRV PRV vgw vpn OP", False),
    ("PATH-10", "to a gateway endpoint", lambda n: (gw(n), dressed(n)), "a1", service("s3"),
    "a1 sg-a1 N-PRV PRV gw-s3 s3", "s3 gw-s3 N-PRV sg-a1 a1", False),
    ("PATH-11", "to an interface endpoint of another subnet", lambda n: (ep(n), dressed(n)), "a1", "e",
    "a1 sg-a1 N-PRV PRV N-PRB open e", "e open N-PRB PRB N-PRV sg-a1 a1", False),
    ("PATH-11", "to an interface endpoint of the own subnet", lambda n: (ep(n), dressed(n)), "b1", "e",
    "b1 sg-b1 open e", "e open sg-b1 b1", False),
    ("PATH-12", "by a transit gateway from the attachment's subnet", lambda n: (hub(n), dressed(n)), "a1",
    "y1", "a1 sg-a1 N-PRV PRV N-PRV tgw open y1", "y1 open default B1 default tgw sg-a1 a1", False),
    ("PATH-12", "by a transit gateway from another subnet", lambda n: (hub(n), dressed(n)), "p1", "y1",
    "p1 sg-p1 N-PUB PUB N-PRV tgw open y1",
     "y1 open default B1 default tgw N-PRV PRV N-PUB sg-p1 p1", False),
    ("PATH-13", "by an egress-only gateway", lambda n: (dressed(n),
    n.prv.route("::/0", to=n.vpc.egress_only_internet_gateway())), "a1", X6,
    "a1 sg-a1 N-PRV PRV eigw internet",
     "internet eigw N-PRV sg-a1 a1", True),
    ("PATH-14", "by an appliance", lambda n: (dressed(n), n.appliance("fw", security_groups=["sg-p1"]),
    n.prv.route("10.0.2.0/24", to="fw"), n.prb.route("10.0.1.0/24", to="fw")), "a1", "b1",
     "a1 sg-a1 N-PRV PRV N-PUB sg-p1 fw sg-p1 N-PUB PUB N-PRB sg-b1 b1",
     "b1 sg-b1 N-PRB PRB N-PUB sg-p1 fw sg-p1 N-PUB PUB N-PRV sg-a1 a1", False),
):
    flow(f"{fact} the checks of a request {says} stand in order", prepare, src, dst, tcp(443), "delivered",
    path=there, v6=six)
    answer(f"{fact} the checks of a reply {says} stand in order",
    reply(prepare, src, dst, tcp(443), ip_version=6 if six else 4), back, dual=six)
flow("PATH-0 group before ACL before table: each that stops is named in this order",
     lambda n: (n.wear("a1", n.group("mute", out=[])), n.acl(n.prv)), "a1", X, tcp(443), "blocked",
         f"security_group/mute outbound {SHUT}", f"network_acl/PRV NACL outbound {ACL}",
     f"route_table/PRV {NO_ROUTE}")
flow("PATH-0 on the way in ACL before group", lambda n: (n.wear("b1", n.group("deaf")), n.acl(n.prb)), "a1",
     "b1", tcp(80), "blocked", f"network_acl/PRB NACL inbound {ACL}",
     f"security_group/deaf inbound {SHUT}", f"reply network_acl/PRB NACL outbound {ACL}")
flow("PATH-2 one ACL of both subnets is asked four times", lambda n: n.vpc.network_acl("both",
     subnets=[n.prv, n.prb]), "a1", "b1", tcp(80), "blocked", f"network_acl/both outbound {ACL}",
     f"network_acl/both inbound {ACL}", f"reply network_acl/both outbound {ACL}",
     f"reply network_acl/both inbound {ACL}")
flow("PATH-2 on the way back the server's table counts", lambda n: (n.appliance(),
     n.prb.route("10.0.0.0/16", to=n.hosts["n"])), "a1", "b1", tcp(80), "delivered", past=("n",))
answer("PATH-2 on the way back a swapped local route leads through the appliance",
       lambda n: "n" in reply(lambda m: (m.appliance(), m.prb.route("10.0.0.0/16", to=m.hosts["n"])), "a1",
           "b1", tcp(80))(n).split(), True)
flow("PATH-4 the route is asked only on the way back", lambda n: (public(n, "p1"),
     n.pub.route_table.remove_route("0.0.0.0/0")), X, "p1", tcp(443), "reply-blocked",
     f"reply route_table/PUB {NO_ROUTE}")
flow("PATH-7 the server's table is not asked on the way there", lambda n: n.peered(back=""), "a1", "y1",
     tcp(80), "reply-blocked", f"reply route_table/B1 {NO_ROUTE}", past=("B1",))
flow("PATH-10 the service sees the private address", lambda n: (gw(n, "s3", n.pub), public(n, "p1")), "p1",
     service("s3"), tcp(443), "delivered", seen="10.0.0.10")
flow("PATH-11 the ACL of the endpoint's subnet is asked for the reply",
     lambda n: (ep(n), n.acl(n.prb, into=("1 allow all from 0.0.0.0/0",),
         out=("1 allow tcp 443 to 0.0.0.0/0",))), "a1", "e", tcp(443),
     "reply-blocked", f"reply network_acl/PRB NACL outbound {ACL}")
flow("PATH-11 the client's group must let the request out", lambda n: (ep(n),
     n.wear("a1", n.group("g", out=["tcp 443 to 10.0.1.0/24"]))), "a1", "e", tcp(443), "blocked",
     f"security_group/g outbound {MISMATCH}")


def at_hub(subnet: str, into: tuple[str, ...] = ("9 allow all from 0.0.0.0/0",),
    out: tuple[str, ...] = ("9 allow all to 0.0.0.0/0",)) -> Any:
    """Join A, B and C, and guard a subnet of A or B."""

    def prepare(n: Any) -> None:
        hub(n)
        if subnet == "B1":
            b = n.topology["B"]
            b.network_acl("B1 NACL", inbound=into, outbound=out, subnets=[next(s for s in ("subnet-B-B1",))])
        else:
            n.acl(getattr(n, subnet), into=into, out=out)

    return prepare


OPEN_IN, OPEN_OUT = "9 allow all from 0.0.0.0/0", "9 allow all to 0.0.0.0/0"
for says, prepare, src, dst, outcome, at in (
    ("from the attachment's subnet the outbound rules see the destination",
    at_hub("prv", out=("1 deny all to 10.1.0.0/16", OPEN_OUT)), "a1", "y1", "blocked",
    "network_acl/PRV NACL outbound"),
    ("from the attachment's subnet the inbound rules see the source",
    at_hub("prv", into=("1 deny all from 10.0.1.10/32", OPEN_IN)), "a1", "y1", "blocked",
    "network_acl/PRV NACL inbound"),
    ("to the attachment's subnet no rule is asked for the reply",
    at_hub("prv", into=("1 deny all from 10.1.0.0/16", OPEN_IN), out=("1 deny all to 10.0.0.0/16", OPEN_OUT)),
    "a1", "y1", "delivered", ""),
    ("to the attachment's subnet no rule is asked for a request",
    at_hub("prv", into=("1 deny all from 10.1.0.0/16", OPEN_IN)), "y1", "a1", "delivered", ""),
    ("from another subnet its own outbound rules see the destination",
    at_hub("pub", out=("1 deny all to 10.1.0.10/32", OPEN_OUT)), "p1", "y1", "blocked",
    "network_acl/PUB NACL outbound"),
    ("from another subnet the attachment's inbound rules see the source",
    at_hub("prv", into=("1 deny all from 10.0.0.10/32", OPEN_IN)), "p1", "y1", "blocked",
    "network_acl/PRV NACL inbound"),
    ("from another subnet the attachment's outbound rules are not asked",
    at_hub("prv", out=("1 deny all to 10.1.0.0/16", OPEN_OUT)), "p1", "y1", "delivered", ""),
    ("to another subnet the attachment's outbound rules see the destination",
    at_hub("prv", out=("1 deny all to 10.0.0.10/32", OPEN_OUT)), "p1", "y1", "reply-blocked",
    "reply network_acl/PRV NACL outbound"),
    ("to another subnet its own inbound rules see the source",
    at_hub("pub", into=("1 deny all from 10.1.0.10/32", OPEN_IN)), "p1", "y1", "reply-blocked",
    "reply network_acl/PUB NACL inbound"),
    ("to another subnet the attachment's inbound rules are not asked",
    at_hub("prv", into=("1 deny all from 10.1.0.0/16", OPEN_IN)), "y1", "p1", "delivered", ""),
    ("at the far side the same holds: no rule for what arrives",
    at_hub("B1", into=("1 deny all from 10.0.1.0/24", OPEN_IN)), "a1", "y1", "delivered", ""),
    ("at the far side both directions are asked for the reply",
    at_hub("B1", into=("1 deny all from 10.1.0.0/24", OPEN_IN)), "a1", "y1", "reply-blocked",
    "reply network_acl/B1 NACL inbound"),
):
    flow(f"PATH-12 {says}", prepare, src, dst, tcp(80), outcome, *([f"{at} {ACL}"] if at else []))
flow("PATH-16 a UDP flow whose reply is stopped is said to work one way",
     lambda n: n.acl(n.prb, into=("1 allow all from 0.0.0.0/0",)), "a1", "b1", udp(514), "reply-blocked",
     f"reply network_acl/PRB NACL outbound {ACL}", says="One-way use would work")
answer("PATH-16 of a TCP flow nothing of the kind is said",
       lambda n: (n.acl(n.prb, into=("1 allow all from 0.0.0.0/0",)),
           "One-way" in trace(n.topology, "a1", "b1", tcp(514)).because)[-1], False)
flow("PATH-5 the client's own filters and the gateway's are all named",
     lambda n: (n.nat(), n.wear("a1", n.group("mute", out=[])), n.acl(n.prv), n.acl(n.pub)), "a1", X,
         tcp(443), "blocked",
     f"security_group/mute outbound {SHUT}", f"network_acl/PRV NACL outbound {ACL}",
     f"network_acl/PUB NACL inbound {ACL}", f"network_acl/PUB NACL outbound {ACL}",
     f"reply network_acl/PUB NACL inbound {ACL}", f"reply network_acl/PUB NACL outbound {ACL}",
     f"reply network_acl/PRV NACL inbound {ACL}")
flow("IGW-5 the public address on another interface of the instance does not help",
     lambda n: (e := n.pub.network_interface("eth1", security_groups=[n.open]), n.hosts["p1"].attach(e),
         e.elastic_ip("198.51.100.50")), "p1", X, tcp(443), "blocked",
     f"internet_gateway/igw {NO_PUBLIC}")
