"""VPC endpoints: the gateway kind is a route, the interface kind has addresses; and the names of services."""

from __future__ import annotations

from typing import Any

import pytest
from networks import ALLOW_OUT, Base, X, allowed, cases, denied, reply_denied, seen_by

from vpclab import BadInput, NotFound, Topology, icmp, internet, protocol, service, site, tcp, trace, udp
from vpclab.evaluate.names import resolve
from vpclab.topology.services import service_blocks

S3 = service("s3")


@pytest.fixture
def net() -> Base:
    return Base()


def addresses(net: Base, name: str, asker: Any) -> list[str]:
    return [str(address) for address in resolve(net.topology, name, asker).addresses]


# -- gateway endpoints -------------------------------------------------------------------------------

GATEWAY = {
    "TCP": (tcp(443), "delivered"),
    "an echo": (icmp(), "delivered"),
    "UDP": (udp(443), "blocked"),
    "another protocol": (protocol(50), "blocked"),
}


@pytest.mark.parametrize(("traffic", "outcome"), cases(GATEWAY))
def test_a_gateway_endpoint_takes_tcp_and_the_echo(net: Base, traffic: Any, outcome: str) -> None:
    net.vpc.gateway_endpoint("s3", [net.prv.route_table], name="gw")
    found = net.trace("a1", S3, traffic)
    assert found.outcome == outcome, str(found)
    if outcome == "blocked":
        denied(found, "vpc_endpoint", "gw", code="VPCE_GATEWAY_PROTOCOL_RESTRICTION")


def test_a_service_sees_the_private_address_through_a_gateway_endpoint(net: Base) -> None:
    net.vpc.gateway_endpoint("s3", [net.prv.route_table], name="gw")
    found = net.trace("a1", S3, tcp(443))
    assert found.path == ("a1", "open", "default", "PRV", "gw", "s3")
    assert seen_by(found) == "10.0.1.10"
    assert any(found.forward[-1].packet_in.dst in block for block in service_blocks("s3", "ap-northeast-1"))


def test_a_gateway_endpoint_serves_nobody_behind_a_transit_gateway(net: Base) -> None:
    tgw = net.hub()
    block = service_blocks("dynamodb", "ap-northeast-1")[0]
    tgw.default_route_table.route(block, to="tgw-A")
    net.topology["B1"].route(block, to=tgw)
    net.vpc.gateway_endpoint("dynamodb", [net.prv.route_table], name="gw")
    allowed(net.trace("a1", service("dynamodb"), tcp(443)))
    denied(net.trace("y1", service("dynamodb"), tcp(443)), "vpc_endpoint", "gw")


def test_both_services_share_a_table(net: Base) -> None:
    for word in ("s3", "dynamodb"):
        net.vpc.gateway_endpoint(word, [net.prv.route_table])
        allowed(net.trace("a1", service(word), tcp(443)))


def test_a_static_route_for_the_services_range_beats_the_endpoint(net: Base) -> None:
    net.nat()
    net.vpc.gateway_endpoint("dynamodb", [net.prv.route_table], name="gw")
    net.prv.route(service_blocks("dynamodb", "ap-northeast-1")[0], to="nat")
    found = net.trace("a1", service("dynamodb"), tcp(443))
    allowed(found)
    assert "gw" not in found.path


def test_a_removed_gateway_endpoint_takes_its_routes_along(net: Base) -> None:
    endpoint = net.vpc.gateway_endpoint("s3", [net.prv.route_table])
    endpoint.remove()
    denied(net.trace("a1", S3, tcp(443)), "route_table", "PRV", code="NO_ROUTE_TO_DESTINATION")


def test_without_an_endpoint_a_service_is_on_the_internet(net: Base) -> None:
    net.nat()
    found = net.trace("a1", S3, tcp(443))
    allowed(found)
    assert (seen_by(found), found.destination.name) == ("198.51.100.99", "s3")


def test_a_service_starts_no_connection(net: Base) -> None:
    with pytest.raises(BadInput, match="VPE-13"):
        net.trace(S3, "a1", tcp(443))


def test_a_gateway_endpoint_is_no_end(net: Base) -> None:
    net.vpc.gateway_endpoint("s3", name="gw")
    with pytest.raises(BadInput, match=r"gw.*VPE-3"):
        net.trace("a1", "gw", tcp(443))


# -- interface endpoints -----------------------------------------------------------------------------


def _endpoint(net: Base, **more: Any) -> Any:
    more = {"private_ips": ["10.0.2.50"], "security_groups": [net.open], **more}
    return net.vpc.interface_endpoint("ssm", [net.prb], name="e", **more)


INTERFACE = {
    "TCP": (tcp(443), "delivered"),
    "UDP": (udp(443), "delivered"),
    "an echo": (icmp(), "no-reply"),
    "another protocol": (protocol(50), "blocked"),
}


@pytest.mark.parametrize(("traffic", "outcome"), cases(INTERFACE))
def test_an_interface_endpoint_takes_tcp_and_udp(net: Base, traffic: Any, outcome: str) -> None:
    _endpoint(net)
    assert net.trace("a1", "e", traffic).outcome == outcome
    assert net.trace("a1", service("ssm"), traffic).outcome == outcome


def test_an_interface_endpoint_is_reached_from_every_subnet(net: Base) -> None:
    _endpoint(net)
    for host in ("p1", "a1", "b1"):
        allowed(net.trace(host, service("ssm"), tcp(443)))
    assert net.trace("b1", "e", tcp(443)).path == ("b1", "open", "open", "e")


def test_an_interface_endpoint_answers_and_never_starts(net: Base) -> None:
    _endpoint(net)
    found = net.trace("e", "a1", tcp(443))
    denied(found, "vpc_endpoint", "e", code="VPCE_INTRA_VPC_TRAFFIC")


def test_the_reply_of_an_interface_endpoint_needs_its_subnets_network_acl(net: Base) -> None:
    _endpoint(net)
    net.acl(net.prb, into=("100 allow tcp 443 from 0.0.0.0/0",), out=("100 allow tcp 443 to 0.0.0.0/0",))
    reply_denied(net.trace("a1", "e", tcp(443)), "network_acl", "PRB NACL", direction="outbound")
    net.acl(net.prb, into=("100 allow tcp 443 from 0.0.0.0/0",), out=(ALLOW_OUT,))
    allowed(net.trace("a1", "e", tcp(443)))


def test_an_interface_endpoint_is_not_reached_from_the_internet(net: Base) -> None:
    _endpoint(net)
    assert net.trace(X, "e", tcp(443)).outcome == "blocked"


def test_an_interface_endpoint_is_reached_from_a_site(net: Base) -> None:
    _endpoint(net)
    net.prb.route_table.propagate(net.vpn())
    allowed(net.trace(site("OP"), "e", tcp(443)))


def test_an_endpoint_in_one_zone_fails_with_it(net: Base) -> None:
    _endpoint(net)
    after = net.topology.copy()
    after.fail_az("b")
    assert trace(after, "a1", "e", tcp(443)).outcome == "blocked"


def test_a_policy_is_a_remark(net: Base) -> None:
    _endpoint(net, policy="{}")
    found = net.trace("a1", "e", tcp(443))
    allowed(found)
    assert "VPE-16" in " ".join(found.notes)


# -- names -------------------------------------------------------------------------------------------


def test_private_dns_means_the_endpoint_inside_the_vpc_only(net: Base) -> None:
    name = "ssm.ap-northeast-1.amazonaws.com"
    outside = addresses(net, name, "a1")
    _endpoint(net)
    assert addresses(net, name, "a1") == ["10.0.2.50"]
    net.beside("B", "10.1.0.0/16", "y1")
    assert addresses(net, name, "y1") == outside
    assert "10.0.2.50" not in outside


def test_without_private_dns_the_public_name_stays_public(net: Base) -> None:
    name = "ssm.ap-northeast-1.amazonaws.com"
    outside = addresses(net, name, "a1")
    _endpoint(net, private_dns=False)
    assert addresses(net, name, "a1") == outside


PUBLIC_NAME = "ec2-198-51-100-10.ap-northeast-1.compute.amazonaws.com"


def test_a_public_hostname_is_private_inside_and_public_outside(net: Base) -> None:
    net.hosts["p1"].elastic_ip("198.51.100.10")
    assert addresses(net, PUBLIC_NAME, "a1") == ["10.0.0.10"]
    assert addresses(net, PUBLIC_NAME, internet) == ["198.51.100.10"]


DNS = {
    "both attributes": (True, True, ["10.0.0.10"]),
    "without hostnames": (True, False, []),
    "without support": (False, True, []),
}


@pytest.mark.parametrize(("support", "hostnames", "answer"), cases(DNS))
def test_hostnames_need_both_attributes(net: Base, support: bool, hostnames: bool, answer: list[str]) -> None:
    net.hosts["p1"].elastic_ip("198.51.100.10")
    net.topology.vpc("A", "10.0.0.0/16", dns_support=support, dns_hostnames=hostnames)
    assert addresses(net, PUBLIC_NAME, "a1") == answer


def test_an_unknown_name_says_which_are_known(net: Base) -> None:
    net.hosts["p1"].elastic_ip("198.51.100.10")
    with pytest.raises(NotFound, match=r"example\.com.*ec2-198-51-100-10"):
        resolve(net.topology, "example.com", "a1")


def test_stand_ins_for_other_services_do_not_change() -> None:
    topology = Topology("t")
    blocks = service_blocks("sqs", "eu-west-1")
    assert blocks == service_blocks("sqs", "eu-west-1")
    assert topology.region == "ap-northeast-1"
    assert blocks != service_blocks("sqs", "eu-west-2")
