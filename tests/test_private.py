"""Private links: VPN and Direct Connect, peering, the transit gateway, and the tables of gateways."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from networks import (
    ALLOW_IN,
    ALLOW_OUT,
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

from vpclab import NotFound, icmp, site, tcp, trace, udp

Act = Callable[[Base], object]
OP = site("OP")


@pytest.fixture
def net() -> Base:
    return Base()


# -- VPN and Direct Connect --------------------------------------------------------------------------


def test_a_site_sees_private_addresses_and_is_seen_by_its_own(net: Base) -> None:
    net.prv.route_table.propagate(net.vpn())
    there, back = net.trace("a1", OP, tcp(443)), net.trace(OP, "a1", tcp(22))
    assert (seen_by(there), seen_by(back)) == ("10.0.1.10", "192.168.0.10")
    assert there.path == ("a1", "open", "default", "PRV", "vgw", "vpn", "OP")
    assert back.path == ("OP", "vpn", "vgw", "default", "open", "a1")
    assert net.trace("a1", site("OP", "192.168.7.7"), tcp(443)).reaches
    assert net.trace("a1", "192.168.7.7", tcp(443)).destination.name == "192.168.7.7"


def test_an_unknown_site_is_named(net: Base) -> None:
    net.vpn()
    with pytest.raises(NotFound, match=r"'HQ'.*OP"):
        net.trace("a1", site("HQ"), tcp(443))


VPN: dict[str, tuple[Act, str, str]] = {  # a change of F01's network, and what it does to both ways
    "nothing": (nothing, "delivered", "delivered"),
    "no route": (lambda net: net.prv.route_table.stop_propagating("vgw"), "blocked", "reply-blocked"),
    "one tunnel down": (lambda net: net.vpn(tunnels_up=1), "delivered", "delivered"),
    "both tunnels down": (lambda net: net.vpn(tunnels_up=0), "blocked", "blocked"),
    "the gateway is detached": (lambda net: net.topology["vgw"].detach(), "blocked", "blocked"),
    "the site announces something else": (
        lambda net: net.vpn(announces=["192.168.9.0/24"]),
        "blocked",
        "reply-blocked",
    ),
    "a closed group": (lambda net: net.wear("a1", net.group("new")), "delivered", "blocked"),
    "a group that names the site's block": (
        lambda net: net.wear("a1", net.group("g", "all from 192.168.0.0/16")),
        "delivered",
        "delivered",
    ),
    "a closed network ACL": (lambda net: net.acl(net.prv), "blocked", "blocked"),
}


@pytest.mark.parametrize(("change", "out", "into"), cases(VPN))
def test_vpn(net: Base, change: Act, out: str, into: str) -> None:
    net.prv.route_table.propagate(net.vpn())
    change(net)
    assert net.trace("a1", OP, tcp(443)).outcome == out
    assert net.trace(OP, "a1", tcp(22)).outcome == into


def test_propagated_routes_come_and_go_with_the_connection(net: Base) -> None:
    net.prv.route_table.propagate(net.vpn())
    assert "192.168.0.0/16" in str(net.prv.route_table.value.routes)
    net.vpn(tunnels_up=0)
    assert "192.168.0.0/16" not in str([str(r) for r in net.prv.route_table.value.routes])
    net.vpn()
    allowed(net.trace("a1", OP, tcp(443)))
    assert "192.168.0.0/16" not in str([str(r) for r in net.prb.route_table.value.routes])


def test_a_known_prefix_over_a_connection_that_is_down_is_a_bad_vpn(net: Base) -> None:
    net.prv.route("192.168.0.0/16", to=net.vpn(tunnels_up=0))
    denied(net.trace("a1", OP, tcp(443)), "virtual_private_gateway", "vgw", code="BAD_STATE_VPN")


def test_with_direct_connect_down_the_vpn_takes_over(net: Base) -> None:
    vgw = net.vpn()
    net.topology.direct_connect("dx", gateway=vgw, site="OP")
    net.prv.route_table.propagate(vgw)
    assert "dx" in net.trace("a1", OP, tcp(443)).path
    net.topology.direct_connect("dx", gateway=vgw, site="OP", up=False)
    assert "vpn" in net.trace("a1", OP, tcp(443)).path


def test_a_longer_prefix_over_vpn_beats_direct_connect(net: Base) -> None:
    vgw = net.vpn(static=["192.168.0.0/24"])
    net.topology.direct_connect("dx", gateway=vgw, site="OP")
    net.prv.route_table.propagate(vgw)
    assert "vpn" in net.trace("a1", site("OP", "192.168.0.10"), tcp(443)).path
    assert "dx" in net.trace("a1", site("OP", "192.168.1.10"), tcp(443)).path


def test_a_static_vpn_beats_one_with_bgp(net: Base) -> None:
    vgw = net.vpn("bgp")
    net.topology.vpn_connection("static", gateway=vgw, site="OP", static=["192.168.0.0/16"])
    net.prv.route_table.propagate(vgw)
    assert "static" in net.trace("a1", OP, tcp(443)).path


def test_direct_connect_carries_ipv6() -> None:
    net = Base(dual=True)
    office = "2001:db8:ffff::/48"
    vgw = net.vpc.virtual_private_gateway("vgw")
    net.topology.site("OP", "192.168.0.0/16", office)
    net.topology.direct_connect("dx", gateway=vgw, site="OP")
    net.prv.route(office, to=vgw)
    allowed(net.trace("a1", "2001:db8:ffff::10", tcp(443), ip_version=6))


def test_a_site_cannot_reach_what_is_no_interface(net: Base) -> None:
    net.vpn()
    code = "VGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS"
    denied(net.trace(OP, "10.0.1.99", tcp(22)), "virtual_private_gateway", "vgw", code=code)


def test_a_vpn_carries_no_ipv6_inwards_either() -> None:
    net = Base(dual=True)
    office = "2001:db8:ffff::/48"
    net.prv.route(office, to=net.vpn(blocks=["192.168.0.0/16", office]))
    found = net.trace(site("OP", "2001:db8:ffff::10"), "a1", tcp(22), ip_version=6)
    denied(found, "virtual_private_gateway", "vgw")


def test_a_virtual_private_gateway_serves_only_its_own_vpc(net: Base) -> None:
    net.hub().default_route_table.route("192.168.0.0/16", to="tgw-A")
    net.topology["B1"].route("192.168.0.0/16", to="tgw")
    net.prv.route_table.propagate(net.vpn())
    allowed(net.trace("a1", OP, tcp(443)))
    code = "VGW_PRIVATE_IP_ASSOCIATION_FOR_EGRESS"
    denied(net.trace("y1", OP, tcp(443)), "virtual_private_gateway", "vgw", code=code)


def test_a_public_address_does_not_go_into_a_vpn(net: Base) -> None:
    net.hosts["p1"].elastic_ip("198.51.100.10")
    net.pub.route_table.propagate(net.vpn())
    assert seen_by(net.trace("p1", OP, tcp(443))) == "10.0.0.10"


# -- peering -----------------------------------------------------------------------------------------


NOT_ACTIVE = "initiating-request failed pending-acceptance expired rejected provisioning deleting deleted"


@pytest.mark.parametrize("status", NOT_ACTIVE.split())
def test_only_an_active_peering_carries_traffic(net: Base, status: str) -> None:
    net.peered(status=status)
    denied(net.trace("a1", "y1", tcp(80)), "route_table", "PRV", code="BAD_STATE_ROUTE")


def test_a_peering_carries_traffic_once_it_is_accepted(net: Base) -> None:
    net.peered(status="pending-acceptance")
    net.topology["pcx"].accept()
    allowed(net.trace("a1", "y1", tcp(80)))
    allowed(net.trace("y1", "a1", tcp(80)))


def test_a_peering_joins_regions_and_accounts(net: Base) -> None:
    far = net.beside("B", "10.1.0.0/16", "y1", region="us-east-1", account="999988887777")
    pcx = net.vpc.peer("B", "pcx")
    net.prv.route("10.1.0.0/16", to=pcx)
    far.route("10.0.0.0/16", to=pcx)
    allowed(net.trace("a1", "y1", tcp(80)))


def test_the_path_over_a_peering_asks_both_subnets(net: Base) -> None:
    net.peered()
    found = net.trace("a1", "y1", tcp(80))
    assert found.path == ("a1", "open", "default", "PRV", "pcx", "default", "open", "y1")
    net.topology["B"].default_network_acl.entries(outbound=["100 allow tcp 80 to 0.0.0.0/0"])
    reply_denied(net.trace("a1", "y1", tcp(80)), "network_acl", "default", direction="outbound")


def test_a_route_over_a_peering_beyond_the_peers_blocks_leads_nowhere(net: Base) -> None:
    net.peered()
    net.prv.route("10.9.0.0/16", to="pcx")
    found = net.trace("a1", "10.9.0.10", tcp(80))
    denied(found, "peering_connection", "pcx", code="PCX_REQUIRES_ADDRESS_IN_VPC_CIDR")


def test_a_block_of_the_asked_vpc_that_overlaps_makes_the_request_fail(net: Base) -> None:
    net.vpc.add_cidr("10.7.0.0/16")
    net.peered(status="pending-acceptance")
    net.topology["B"].add_cidr("10.7.5.0/24")
    assert net.topology["pcx"].value.status == "failed"


def test_a_removed_peering_is_a_blackhole(net: Base) -> None:
    net.peered()
    net.topology["pcx"].remove()
    denied(net.trace("a1", "y1", tcp(80)), "route_table", "PRV", code="BAD_STATE_ROUTE")


def test_ipv6_crosses_a_peering() -> None:
    net = Base(dual=True)
    vpc = net.topology.vpc("B", "10.1.0.0/16", ipv6=True)
    subnet = vpc.subnet("B1", "10.1.0.0/24", ipv6=True)
    subnet.instance("y1", ipv6=True, security_groups=[vpc.security_group("open", inbound=["all from ::/0"])])
    pcx = net.vpc.peer(vpc, "pcx")
    net.prv.route(vpc.value.ipv6_cidrs[0], to=pcx)
    found = net.trace("a1", "y1", tcp(80), ip_version=6)
    reply_denied(found, "route_table", "main", code="NO_ROUTE_TO_DESTINATION")
    subnet.route(net.vpc.value.ipv6_cidrs[0], to=pcx)
    allowed(net.trace("a1", "y1", tcp(80), ip_version=6))


def test_a_rule_that_names_a_group_of_a_removed_peer_matches_nobody(net: Base) -> None:
    theirs = net.peered()
    net.wear("a1", net.group("sg-a"))
    named = theirs.vpc.security_group("sg-y", inbound=["tcp 80 from A/sg-a"])
    theirs.instance("y1", security_groups=[named])
    allowed(net.trace("a1", "y1", tcp(80)))
    net.topology["pcx"].remove()
    assert net.trace("a1", "y1", tcp(80)).outcome == "blocked"


def test_return_to_sender_is_for_nat_gateways_only(net: Base) -> None:
    net.peered(back="")
    net.appliance(forwards="nat")
    net.prv.route("10.1.0.0/16", to="n")
    net.pub.route("10.1.0.0/16", to="pcx")
    reply_denied(net.trace("a1", "10.1.0.10", tcp(80)), "route_table", "B1")


def test_a_network_acl_stops_return_to_sender(net: Base) -> None:
    net.peered(back="")
    net.prv.route("10.1.0.0/16", to=net.nat())
    net.pub.route("10.1.0.0/16", to="pcx")
    net.acl(net.pub, into=("100 allow all from 10.0.0.0/16",), out=(ALLOW_OUT,))
    reply_denied(net.trace("a1", "10.1.0.10", tcp(80)), "network_acl", "PUB NACL", direction="inbound")


# -- transit gateway ---------------------------------------------------------------------------------


def test_a_zone_without_an_attachment_does_not_reach_the_transit_gateway(net: Base) -> None:
    tgw = net.hub()
    tgw.attach(net.vpc, [net.prv])
    allowed(net.trace("a1", "y1", tcp(80)))
    allowed(net.trace("p1", "y1", tcp(80)))  # another subnet of the same zone
    denied(net.trace("b1", "y1", tcp(80)), "transit_gateway", "tgw", code="TGW_ROUTE_AZ_RESTRICTION")


TABLE: dict[str, tuple[Act, str, str]] = {  # a change of the hub's table, outcome of a1 → y1, code
    "nothing": (nothing, "delivered", ""),
    "a blackhole for the VPC's block": (
        lambda net: net.topology["tgw"].default_route_table.blackhole("10.1.0.0/16"),
        "blocked",
        "TGW_RTB_BAD_STATE_ROUTE",
    ),
    "a blackhole for one host": (
        lambda net: net.topology["tgw"].default_route_table.blackhole("10.1.0.10/32"),
        "blocked",
        "TGW_RTB_BAD_STATE_ROUTE",
    ),
    "a shorter blackhole loses": (
        lambda net: net.topology["tgw"].default_route_table.blackhole("10.0.0.0/8"),
        "delivered",
        "",
    ),
    "a static route hides a propagated one": (
        lambda net: net.topology["tgw"].default_route_table.route("10.1.0.0/16", to="tgw-C"),
        "blocked",
        "",
    ),
    "no propagation, but a static route": (
        lambda net: (
            net.topology["tgw"].default_route_table.stop_propagating("tgw-B"),
            net.topology["tgw"].default_route_table.route("10.1.0.0/16", to="tgw-B"),
        ),
        "delivered",
        "",
    ),
    "no propagation of the asker": (
        lambda net: net.topology["tgw"].default_route_table.stop_propagating("tgw-A"),
        "reply-blocked",
        "TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT",
    ),
    "the attachment is removed": (
        lambda net: net.topology["tgw-B"].remove(),
        "blocked",
        "TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT",
    ),
}


@pytest.mark.parametrize(("change", "outcome", "code"), cases(TABLE))
def test_transit_gateway_table(net: Base, change: Act, outcome: str, code: str) -> None:
    net.hub()
    change(net)
    found = net.trace("a1", "y1", tcp(80))
    assert found.outcome == outcome, str(found)
    if code:
        stopped_by(found, "transit_gateway", "tgw", code=code)


def test_separate_tables_keep_vpcs_apart(net: Base) -> None:
    tgw = net.hub()
    shared = tgw.route_table("shared")
    for name in ("tgw-A", "tgw-B"):
        shared.propagate(name)
    shared.associate("tgw-C")
    for name in ("tgw-A", "tgw-B"):
        tgw.default_route_table.stop_propagating(name)
    allowed(net.trace("a1", "z1", tcp(80)))
    allowed(net.trace("z1", "y1", tcp(80)))
    denied(net.trace("a1", "y1", tcp(80)), "transit_gateway", "tgw")


def test_the_subnet_of_the_attachment_is_asked_on_the_way(net: Base) -> None:
    net.hub()
    found = net.trace("p1", "y1", tcp(80))
    allowed(found)
    assert found.path[:5] == ("p1", "open", "default", "PUB", "default")  # out of PUB, into PRV
    net.acl(net.prv, into=("90 deny all from 10.0.0.0/24", ALLOW_IN), out=(ALLOW_OUT,))
    denied(net.trace("p1", "y1", tcp(80)), "network_acl", "PRV NACL", direction="inbound")


def test_in_the_attachments_own_subnet_both_sides_of_its_network_acl_are_asked_only_outwards(
    net: Base,
) -> None:
    net.hub()
    net.acl(net.prv, into=("100 allow all from 10.0.1.0/24",), out=("100 allow all to 10.1.0.0/16",))
    allowed(net.trace("a1", "y1", tcp(80)))  # out: the target; in: the source; the reply: neither
    net.acl(net.prv, into=("100 allow all from 10.1.0.0/16",), out=("100 allow all to 10.1.0.0/16",))
    denied(net.trace("a1", "y1", tcp(80)), "network_acl", "PRV NACL", direction="inbound")


def test_a_site_reaches_every_vpc_of_a_transit_gateway(net: Base) -> None:
    tgw = net.hub()
    net.topology.site("OP", "192.168.0.0/16")
    net.topology.vpn_connection("vpn", gateway=tgw, site="OP")
    net.prv.route("192.168.0.0/16", to=tgw)
    allowed(net.trace(OP, "a1", tcp(22)))
    allowed(net.trace("a1", OP, tcp(443)))
    reply_denied(net.trace(OP, "y1", tcp(22)), "route_table", "B1", code="NO_ROUTE_TO_DESTINATION")


def test_a_site_behind_a_transit_gateway_may_use_a_nat_gateway(net: Base) -> None:
    tgw = net.hub()
    net.topology.site("OP", "192.168.0.0/16")
    net.topology.vpn_connection("vpn", gateway=tgw, site="OP")
    net.nat()
    net.prv.route("0.0.0.0/0", to="nat")
    net.pub.route("192.168.0.0/16", to=tgw)
    tgw.default_route_table.route("0.0.0.0/0", to="tgw-A")
    found = net.trace(OP, X, tcp(443))
    allowed(found)
    assert seen_by(found) == "198.51.100.99"


def test_overlapping_vpcs_are_not_both_announced(net: Base) -> None:
    tgw = net.hub()
    twin = net.beside("B2", "10.1.0.0/16", "w1")
    tgw.attach("B2", [twin])
    allowed(net.trace("a1", "y1", tcp(80)))
    found = net.trace("a1", "10.1.0.10", tcp(80))
    assert found.forward[-1].component.id == net.hosts["y1"].id


def test_the_later_of_two_overlapping_vpcs_is_not_announced_even_if_it_is_smaller(net: Base) -> None:
    tgw = net.hub()
    vpc = net.topology.vpc("B2", "10.1.0.0/24")
    tgw.attach(vpc, [vpc.subnet("B21", "10.1.0.0/24")])
    found = net.trace("a1", "10.1.0.10", tcp(80))
    allowed(found)
    assert found.forward[-1].component.id == net.hosts["y1"].id


def test_a_transit_gateway_uses_the_vpn_that_is_up(net: Base) -> None:
    tgw = net.hub()
    net.topology.site("OP", "192.168.0.0/16")
    for name, tunnels in (("down", 0), ("up", 1)):
        net.topology.vpn_connection(name, gateway=tgw, site="OP", tunnels_up=tunnels)
    net.prv.route("192.168.0.0/16", to=tgw)
    found = net.trace("a1", OP, tcp(443))
    allowed(found)
    assert "up" in found.path


def test_peered_transit_gateways_need_static_routes_on_both_sides(net: Base) -> None:
    tgw = net.hub()
    far = net.topology.transit_gateway("far", region="us-east-1")
    theirs = net.beside("D", "10.3.0.0/16", "d1", region="us-east-1")
    far.attach("D", [theirs])
    theirs.route("10.0.0.0/8", to=far)
    tgw.peer(far)
    assert net.trace("a1", "d1", tcp(80)).outcome == "blocked"
    tgw.default_route_table.route("10.3.0.0/16", to="tgw-far")
    assert net.trace("a1", "d1", tcp(80)).outcome == "reply-blocked"
    far.default_route_table.route("10.0.0.0/16", to="far-tgw")
    allowed(net.trace("a1", "d1", tcp(80)))


def test_two_transit_gateways_that_point_at_each_other_stop_the_packet(net: Base) -> None:
    tgw = net.hub()
    far = net.topology.transit_gateway("far", region="us-east-1")
    tgw.peer(far)
    tgw.default_route_table.route("10.77.0.0/16", to="tgw-far")
    far.default_route_table.route("10.77.0.0/16", to="far-tgw")
    net.prv.route("10.77.0.0/16", to=tgw)
    assert net.trace("a1", "10.77.0.10", tcp(80)).outcome == "blocked"


# -- the table of a gateway --------------------------------------------------------------------------


def _inspected(net: Base) -> None:
    """Send what comes in for PUB, and what leaves it, through an appliance in PRB."""
    net.hosts["p1"].elastic_ip("198.51.100.10")
    net.host(
        "n", net.prb, "10.0.2.20", source_dest_check=False, forwards="forward", elastic_ip="198.51.100.20"
    )
    edge = net.vpc.route_table("edge")
    edge.associate_gateway(net.igw)
    edge.route("10.0.0.0/24", to="n")
    net.pub.route("0.0.0.0/0", to="n")
    net.prb.route("0.0.0.0/0", to=net.igw)


def test_a_gateways_table_leads_through_an_appliance_both_ways(net: Base) -> None:
    _inspected(net)
    found = net.trace(X, "p1", tcp(443))
    allowed(found)
    assert found.path.index("edge") < found.path.index("n") < found.path.index("p1")
    assert "n" in [hop.component.name for hop in found.reply]


def test_an_appliances_check_drops_what_a_gateway_sends_it(net: Base) -> None:
    _inspected(net)
    net.host(
        "n", net.prb, "10.0.2.20", source_dest_check=True, forwards="forward", elastic_ip="198.51.100.20"
    )
    found = net.trace(X, "p1", tcp(443))
    assert found.outcome == "blocked", str(found)
    assert found.blockers[0].code == "ENI_SOURCE_DEST_CHECK_RESTRICTION"


def test_a_gateways_table_steers_only_the_subnets_it_names(net: Base) -> None:
    _inspected(net)
    net.host("b2", net.prb, "10.0.2.30", elastic_ip="198.51.100.30")
    found = net.trace(X, "b2", tcp(443))
    allowed(found)
    assert "n" not in found.path


def test_without_a_gateways_table_a_subnets_own_table_is_not_asked_on_the_way_in(net: Base) -> None:
    net.hosts["p1"].elastic_ip("198.51.100.10")
    found = net.trace(X, "p1", tcp(443))
    assert "route_table" not in [hop.kind for hop in found.forward]


# -- an Availability Zone that fails -----------------------------------------------------------------


def test_a_nat_gateway_fails_with_its_zone_for_the_other_zones_too(net: Base) -> None:
    net.nat()
    net.prb.route("0.0.0.0/0", to="nat")
    allowed(net.trace("b1", X, tcp(443)))
    after = net.topology.copy()
    after.fail_az("a")
    assert trace(after, "b1", X, tcp(443)).outcome == "blocked"
    assert trace(after, "a1", "b1", tcp(80)).outcome == "blocked"
    allowed(net.trace("b1", X, tcp(443)))


def test_what_stands_in_another_zone_goes_on(net: Base) -> None:
    net.nat()
    net.prb.route("0.0.0.0/0", to="nat")
    after = net.topology.copy()
    after.fail_az("b")
    allowed(trace(after, "a1", X, tcp(443)))
    assert trace(after, "a1", "b1", icmp()).outcome == "blocked"
    assert trace(after, "a1", "b1", udp(53)).outcome == "blocked"


def test_a_route_to_the_nat_instance_itself_brings_replies_back_to_its_client() -> None:
    net = Base()
    net.appliance(forwards="nat")
    net.prv.route("10.0.2.0/24", to="n")
    net.prb.route("10.0.0.0/16", to="n")
    assert net.trace("a1", "b1", tcp(80)).outcome == "delivered"


def test_a_reply_by_another_appliance_than_the_gateways_does_not_leave() -> None:
    net = Base()
    net.hosts["p1"].elastic_ip("198.51.100.10")
    net.appliance(elastic_ip="198.51.100.20")
    net.host("m", net.prb, "10.0.2.20", source_dest_check=False, forwards="forward")
    net.prb.route("0.0.0.0/0", to=net.igw)
    edge = net.vpc.route_table("edge")
    edge.associate_gateway(net.igw)
    edge.route("10.0.0.0/24", to="n")
    net.pub.route("0.0.0.0/0", to="m")
    found = net.trace(X, "p1", tcp(80))
    assert (found.outcome, found.blockers[0].code) == ("reply-blocked", "INGRESS_RTB_TRAFFIC_REDIRECTION")


def test_a_vpn_connection_is_called_so_and_not_like_the_gateway_it_ends_at(net: Base) -> None:
    from vpclab import draw
    from vpclab.course import walk
    from vpclab.course.stepping import StepView
    from vpclab.render import tables

    net.prv.route_table.propagate(net.vpn())
    way = net.trace("a1", OP, tcp(443))
    table, picture = str(tables(way)[0]), draw(way)
    line = next(n for n, hop in enumerate(way.forward) if hop.component.name == "vpn")
    for said in (str(way), table, picture.svg, picture.alt, draw(way, step=line + 1).alt):
        assert "VPN connection vpn" in said
        assert "virtual private gateway vpn" not in said
    assert "vgw passes it on" in str(walk(way))
    assert "vpn passes it on" in str(walk(way))
    assert "VPN connection vpn" in str(StepView(way, 9))
    net.topology.direct_connect("dx", gateway="vgw", site="OP")
    assert "Direct Connect dx" in str(net.trace("a1", OP, tcp(443)))


def test_blocks_in_the_table_of_a_connection_are_written_as_blocks(net: Base) -> None:
    from vpclab.render import tables

    net.vpn(announces=["192.168.0.0/24", "192.168.1.0/24"])
    assert "192.168.0.0/24, 192.168.1.0/24" in str(tables(net.topology["vpn"])[0])


def test_the_map_writes_at_a_site_its_device_and_how_many_tunnels_are_up(net: Base) -> None:
    from vpclab import draw

    vgw = net.topology[net.vpn().id]
    assert "tunnels" not in draw(net.topology).text  # no device was declared
    net.topology.customer_gateway("device", "203.0.113.66")
    for up in (2, 1, 0):
        net.topology.vpn_connection("vpn", gateway=vgw, site="OP", customer_gateway="device", tunnels_up=up)
        drawn = draw(net.topology)
        for said in (drawn.svg, drawn.alt):
            assert "device 203.0.113.66" in said
            assert f"vpn: {up} of 2 tunnels up" in said
    net.topology.direct_connect("dx", gateway=vgw, site="OP")
    assert "dx: Direct Connect, up" in draw(net.topology).svg
    net.topology.direct_connect("dx", gateway=vgw, site="OP", up=False)
    assert "dx: Direct Connect, down" in draw(net.topology).svg
