"""The names, kinds and shapes that other programs rely on."""

from ipaddress import IPv4Network

import pytest

import vpclab
from vpclab import Packet, Topology, internet, reachability, select_route, service, site, tcp, trace, udp
from vpclab.topology.model import Route, RouteTable

KINDS = {
    "instance", "network_interface", "security_group", "network_acl", "route_table", "internet_gateway",
    "nat_gateway", "egress_only_internet_gateway", "virtual_private_gateway", "peering_connection",
    "transit_gateway", "vpc_endpoint", "site", "internet", "service", "vpc",
}  # fmt: skip


def everything() -> Topology:
    """Return a topology with every kind of gateway."""
    world = Topology("world")
    a = world.vpc("a", "10.0.0.0/16", ipv6=True, dns_hostnames=True)
    b, c = world.vpc("b", "10.1.0.0/16"), world.vpc("c", "10.2.0.0/16")
    public = a.subnet("public", "10.0.0.0/24", ipv6=True)
    private = a.subnet("private", "10.0.1.0/24", ipv6=True)
    there, further = b.subnet("there", "10.1.0.0/24"), c.subnet("further", "10.2.0.0/24")
    public.route("0.0.0.0/0", to=a.internet_gateway())
    private.route("0.0.0.0/0", to=public.nat_gateway())
    private.route("::/0", to=a.egress_only_internet_gateway())
    office = world.site("office", "192.168.0.0/16")
    vgw = a.virtual_private_gateway()
    world.vpn_connection("vpn", gateway=vgw, site=office)
    private.route_table.propagate(vgw)
    pcx = a.peer(b)
    private.route("10.1.0.0/16", to=pcx)
    there.route("10.0.0.0/16", to=pcx)
    tgw = world.transit_gateway()
    tgw.attach(a, [private])
    tgw.attach(c, [further])
    private.route("10.2.0.0/16", to=tgw)
    further.route("10.0.0.0/16", to=tgw)
    a.gateway_endpoint("s3", [private.route_table])
    a.interface_endpoint("ssm", [private], security_groups=[a.default_security_group])
    open_ = [v.security_group("open", inbound=["all from 0.0.0.0/0"]) for v in (a, b, c)]
    public.instance("web", public_ip=True, security_groups=[open_[0]])
    private.instance("app", ipv6=True, security_groups=[open_[0], a.default_security_group])
    there.instance("y", security_groups=[open_[1]])
    further.instance("z", security_groups=[open_[2]])
    return world


FLOWS = [
    ("internet", internet, "web", tcp(443), 4, "delivered"),
    ("NAT gateway", "app", internet, tcp(443), 4, "delivered"),
    ("egress-only gateway", "app", internet, tcp(443), 6, "delivered"),
    ("peering", "app", "y", tcp(443), 4, "delivered"),
    ("transit gateway", "app", "z", tcp(443), 4, "delivered"),
    ("VPN", "app", site("office"), tcp(443), 4, "delivered"),
    ("VPN inwards", site("office"), "app", tcp(22), 4, "delivered"),
    ("gateway endpoint", "app", service("s3"), tcp(443), 4, "delivered"),
    ("interface endpoint", "app", service("ssm"), tcp(443), 4, "delivered"),
    ("resolver", "app", "10.0.0.2", udp(53), 4, "delivered"),
]


@pytest.mark.parametrize(
    ("src", "dst", "traffic", "version", "outcome"), [f[1:] for f in FLOWS], ids=[f[0] for f in FLOWS]
)
def test_every_hop_and_blocker_is_of_a_public_kind(src, dst, traffic, version, outcome) -> None:
    world = everything()
    for topology in (world, _closed(world)):
        way = trace(topology, src, dst, traffic, ip_version=version)
        assert way.outcome == outcome or topology is not world, str(way)
        for hop in (*way.forward, *way.reply):
            assert hop.kind in KINDS
            assert hop.component.name
            assert hop.component.id
            assert isinstance(hop.packet_in, Packet)
            assert all(decision.kind in KINDS and decision.because for decision in hop.decisions)
        assert len(way.path) == len(way.forward)


def _closed(world: Topology) -> Topology:
    """Return a copy in which everything that can be down is down."""
    twin = world.copy()
    twin["vpn"].topology.vpn_connection(
        "vpn", gateway=twin["a"].virtual_private_gateway(), site="office", tunnels_up=0
    )
    twin.fail_az("a")
    return twin


@pytest.mark.parametrize(
    ("src", "dst", "traffic", "version"), [f[1:5] for f in FLOWS[:7]], ids=[f[0] for f in FLOWS[:7]]
)
def test_reachability_says_the_same_as_the_trace(src, dst, traffic, version) -> None:
    world = everything()
    found = reachability(world).between(src, dst, ip_version=version)
    assert found.allows(traffic) == trace(world, src, dst, traffic, ip_version=version).reaches


def test_all_names_of_the_contract_are_exported() -> None:
    names = (
        "Topology internet service site tcp udp icmp protocol trace still_open Packet Decision "
        "evaluate_security_groups evaluate_network_acl select_route resolve reachability compare Intents "
        "draw load_aws save_aws data_path"
    )
    assert set(names.split()) <= set(vpclab.__all__)


def test_a_frozen_route_table_selects_by_ids() -> None:
    table = RouteTable(
        id="rtb-1", name="rtb-1", vpc_id="vpc-1",
        routes=(Route(IPv4Network("10.0.0.0/16"), "local"), Route(IPv4Network("0.0.0.0/0"), "igw-1")),
    )  # fmt: skip
    found = select_route(table, "203.0.113.10")
    assert found.allowed
    assert found.target == "igw-1"
    assert found.rule == table.routes[1]
