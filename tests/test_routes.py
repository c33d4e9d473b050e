"""Route tables: which route wins for an address, and why the others did not."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_network
from typing import Any

import pytest
from networks import Base, X, cases, denied

from vpclab import BadInput, select_route, tcp
from vpclab.topology.model import Route

PROPAGATED = "EnableVgwRoutePropagation"


@pytest.fixture
def net() -> Base:
    net = Base(dual=True)
    net.nat()
    net.appliance()
    net.appliance2 = net.pub.instance("m", source_dest_check=False, forwards="forward")  # type: ignore[attr-defined]
    net.prv.route_table.remove_route("0.0.0.0/0")
    return net


LONGEST: dict[str, tuple[list[tuple[str, str]], str, str | None]] = {  # routes, address, target's name
    "no route": ([], "203.0.113.10", None),
    "the local route": ([], "10.0.9.9", "local"),
    "the IPv6 local route": ([], "2001:db8:0:100::9", "local"),
    "the default route": ([("0.0.0.0/0", "igw")], "203.0.113.10", "igw"),
    "the local route is longer than the default": ([("0.0.0.0/0", "igw")], "10.0.9.9", "local"),
    "the local route is longer than 10/8": ([("10.0.0.0/8", "igw")], "10.0.9.9", "local"),
    "10/8 beside the VPC": ([("10.0.0.0/8", "igw")], "10.9.9.9", "igw"),
    "the longest of three": (
        [("0.0.0.0/0", "igw"), ("203.0.113.0/24", "nat"), ("203.0.0.0/16", "n")], "203.0.113.10", "nat",
    ),
    "the middle one beside the longest": (
        [("0.0.0.0/0", "igw"), ("203.0.113.0/24", "nat"), ("203.0.0.0/16", "n")], "203.0.114.10", "n",
    ),
    "one address": ([("0.0.0.0/0", "igw"), ("203.0.113.10/32", "n")], "203.0.113.10", "n"),
    "the address beside it": ([("0.0.0.0/0", "igw"), ("203.0.113.10/32", "n")], "203.0.113.11", "igw"),
    "two halves are longer than the whole": (
        [("0.0.0.0/0", "igw"), ("0.0.0.0/1", "n"), ("128.0.0.0/1", "nat")], "203.0.113.10", "nat",
    ),
    "a subnet's route is longer than local": ([("10.0.2.0/24", "n")], "10.0.2.10", "n"),
    "0.0.0.0/0 is not IPv6": ([("0.0.0.0/0", "igw")], "3fff::10", None),
    "::/0 is not IPv4": ([("::/0", "igw")], "203.0.113.10", None),
    "::/0 is IPv6": ([("::/0", "igw")], "3fff::10", "igw"),
    "a longer IPv6 route": ([("::/0", "igw"), ("3fff::/20", "n")], "3fff::10", "n"),
}  # fmt: skip


@pytest.mark.parametrize(("routes", "address", "target"), cases(LONGEST))
def test_the_longest_prefix_wins_in_any_order(
    net: Base, routes: list[tuple[str, str]], address: str, target: str | None
) -> None:
    for order in (routes, routes[::-1]):
        table = net.vpc.route_table("asked")
        for destination, to in order:
            table.route(destination, to=to)
        decision = select_route(table, address)
        if target is None:
            assert (decision.allowed, decision.target, decision.rule) == (False, None, None)
            assert decision.code == "NO_ROUTE_TO_DESTINATION"
        else:
            assert decision.allowed is True, str(decision)
            assert decision.target is not None
            assert (decision.target.name, decision.code) == (target, "")
        table.remove()


def put(net: Base, *routes: Route) -> Any:
    """Give PRV's table exactly these routes, as describe output may hold them."""
    table = net.prv.route_table
    net.topology.put(replace(table.value, routes=routes))
    return table


def target_of(net: Base, name: str) -> str:
    """Return the id by which a route points at a gateway or at an instance's interface."""
    made = net.topology[name]
    return str(made.interfaces[0].id if made.kind == "instance" else made.id)


TEN = ip_network("10.60.0.0/16")


def test_a_static_route_beats_one_of_a_prefix_list_and_that_beats_a_propagated_one(net: Base) -> None:
    names = net.topology.prefix_list("offices", ["10.60.0.0/16"])
    n, m, nat = (target_of(net, name) for name in ("n", "m", "nat"))
    static, listed = Route(TEN, n), Route(names.id, m)
    learned = Route(TEN, nat, origin=PROPAGATED)
    for routes, winner in (
        ((learned, listed, static), n),
        ((static, listed, learned), n),
        ((learned, listed), m),
        ((learned, static), n),
        ((learned,), nat),
    ):
        assert select_route(put(net, *routes), "10.60.1.1").target == winner


def test_a_longer_prefix_beats_a_better_kind(net: Base) -> None:
    n, nat = target_of(net, "n"), target_of(net, "nat")
    routes = (Route(ip_network("10.0.0.0/8"), n), Route(ip_network("10.50.0.0/16"), nat, origin=PROPAGATED))
    assert select_route(put(net, *routes), "10.50.1.1").target == nat


def test_a_propagated_route_never_overrides_the_local_one(net: Base) -> None:
    local = Route(ip_network("10.0.0.0/16"), "local", origin="CreateRouteTable")
    learned = Route(ip_network("10.0.2.0/24"), target_of(net, "nat"), origin=PROPAGATED)
    assert select_route(put(net, local, learned), "10.0.2.10").target == "local"


def test_each_block_of_a_prefix_list_is_a_destination(net: Base) -> None:
    names = net.topology.prefix_list("offices", ["10.60.0.0/16", "198.18.0.0/15"])
    table = put(net, Route(names.id, target_of(net, "n")))
    assert select_route(table, "10.60.9.9").target == target_of(net, "n")
    assert select_route(table, "198.19.9.9").target == target_of(net, "n")
    assert select_route(table, "10.61.9.9").allowed is False


def test_a_blackhole_that_wins_drops_the_packet(net: Base) -> None:
    table = net.prv.route_table
    table.route("0.0.0.0/0", to=net.igw)
    table.route("203.0.113.0/24", to="nat")
    net.topology["nat"].remove()
    decision = select_route(table, "203.0.113.10")
    assert (decision.allowed, decision.code) == (False, "BAD_STATE_ROUTE")
    assert str(decision.rule.destination) == "203.0.113.0/24"
    assert select_route(table, "203.0.114.10").target == net.igw.id


def test_a_route_that_aws_reports_as_a_blackhole_is_one(net: Base) -> None:
    table = put(net, Route(ip_network("0.0.0.0/0"), target_of(net, "n"), state="blackhole"))
    assert select_route(table, "203.0.113.10").code == "BAD_STATE_ROUTE"


def test_a_route_to_a_stopped_instance_leads_nowhere(net: Base) -> None:
    net.prv.route("0.0.0.0/0", to="n")
    net.topology["n"].stop()
    found = net.trace("a1", X, tcp(443))
    assert found.outcome == "blocked", str(found)


def test_a_target_that_is_not_in_the_data_is_unknown(net: Base) -> None:
    table = put(net, Route(ip_network("0.0.0.0/0"), "lgw-0123456789abcdef0"))
    decision = select_route(table, "203.0.113.10")
    assert (decision.allowed, decision.target) == (None, None)
    assert "lgw-0123456789abcdef0" in decision.because


def test_a_wide_route_never_carries_reserved_link_local_addresses(net: Base) -> None:
    net.prv.route("169.254.0.0/16", to="n")
    assert select_route(net.prv.route_table, "169.254.1.1").target == target_of(net, "n")
    assert select_route(net.prv.route_table, "169.254.169.1").allowed is not True
    found = net.trace("a1", "169.254.168.9", tcp(80))
    assert found.outcome == "blocked", str(found)
    assert "n" not in found.path


def test_the_target_knows_its_id_its_name_and_its_kind(net: Base) -> None:
    net.prv.route("0.0.0.0/0", to="nat")
    target = select_route(net.prv.route_table, "203.0.113.10").target
    assert target is not None
    assert (str(target), target.id, target.name, target.kind) == (
        net.topology["nat"].id,
        net.topology["nat"].id,
        "nat",
        "nat_gateway",
    )


def test_the_sentence_names_the_table_the_address_and_the_route(net: Base) -> None:
    net.prv.route("0.0.0.0/0", to="nat")
    net.prv.route("203.0.113.0/24", to=net.igw)
    decision = select_route(net.prv.route_table, "203.0.113.10")
    for word in ("PRV", "203.0.113.10", "203.0.113.0/24", "igw", "0.0.0.0/0"):
        assert word in decision.because
    over = [str(route.destination) for route in decision.passed_over]
    assert "0.0.0.0/0" in over
    assert "203.0.113.0/24" not in over
    nothing = select_route(net.prb.route_table, "203.0.113.10")
    for word in ("PRB", "203.0.113.10"):
        assert word in nothing.because


def test_the_kind_of_a_routes_decision_is_its_table(net: Base) -> None:
    decision = select_route(net.prb.route_table, "10.0.0.10")
    assert (decision.kind, decision.component.name, decision.target) == ("route_table", "PRB", "local")


def test_what_is_no_table_or_no_address_is_named(net: Base) -> None:
    with pytest.raises(BadInput, match="subnet A/PRV"):
        select_route(net.prv, "10.0.0.1")  # type: ignore[arg-type]
    with pytest.raises(BadInput, match="ten"):
        select_route(net.prv.route_table, "ten")


@pytest.mark.parametrize(
    ("removed", "code"),
    [
        pytest.param(True, "BAD_STATE_ROUTE", id="removed"),
        pytest.param(False, "BAD_STATE_ROUTE", id="detached"),
    ],
)
def test_a_route_to_a_lost_internet_gateway_is_a_blackhole(removed: bool, code: str) -> None:
    net = Base()
    net.igw.remove() if removed else net.igw.detach()
    assert select_route(net.pub.route_table, "203.0.113.10").code == code
    denied(net.trace("p1", X, tcp(443)), "route_table", "PUB", code=code)


def test_a_route_to_a_removed_egress_only_gateway_is_a_blackhole(net: Base) -> None:
    eigw = net.vpc.egress_only_internet_gateway()
    net.prv.route("::/0", to=eigw)
    assert select_route(net.prv.route_table, "3fff::10").target == eigw.id
    eigw.remove()
    assert select_route(net.prv.route_table, "3fff::10").code == "BAD_STATE_ROUTE"


def test_an_attached_gateway_works_again() -> None:
    net = Base()
    net.igw.detach()
    assert net.vpc.internet_gateway("igw") == net.igw
    assert select_route(net.pub.route_table, "203.0.113.10").target == net.igw.id
