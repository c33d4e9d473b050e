"""The route explorer: each route of a table is judged as semantics.md says, and errors stand by the field."""

from dataclasses import replace
from ipaddress import ip_address, ip_network

import ipywidgets
import pytest

from vpclab import BadInput, Topology
from vpclab.course import route_explorer, show, words
from vpclab.course.exploring import RouteView
from vpclab.topology.model import Route


def network():
    shop = Topology("shop")
    prod = shop.vpc("prod", "10.0.0.0/16", ipv6="2001:db8:0:100::/56")
    front = prod.subnet("front-a", "10.0.0.0/24", ipv6=True)
    table = prod.route_table("front", subnets=[front])
    gate = prod.internet_gateway()
    table.route("0.0.0.0/0", to=gate)
    table.route("203.0.113.0/24", to=front.nat_gateway("nat"))
    table.route(shop.prefix_list("partners", ["203.0.113.0/24", "198.51.100.0/28"]), to=gate)
    table.route("::/0", to=gate)
    vgw = prod.virtual_private_gateway()
    announced = [Route(ip_network(b), vgw.id, origin="EnableVgwRoutePropagation") for b in
                 ("192.168.0.0/16", "10.0.5.0/24", "203.0.113.0/24")]  # fmt: skip
    shop.put(replace(table.value, routes=(*table.value.routes, *announced)))
    return shop


def judged(address):
    """Return what is said of each route, by destination and kind."""
    table = RouteView(network()["front"], ip_address(address)).rows()
    return {(row[0], row[3]): row[4] for row in table.rows}, table


ROWS = [
    ("the longest prefix wins", "10.0.9.9", ("10.0.0.0/16", "local"), words.ROUTE_WINS),
    (
        "between equally long ones the kind decides, and not the length",
        "203.0.113.9",
        ("203.0.113.0/24", "static"),
        words.ROUTE_WINS_TIE.format(kind="static"),
    ),
    (
        "a shorter one loses",
        "203.0.113.9",
        ("0.0.0.0/0", "static"),
        "covers it, but /0 is shorter than /24 (RT-6)",
    ),
    (
        "a prefix list loses to a static route of its length",
        "203.0.113.9",
        ("pl-partners", "static, by prefix list"),
        words.ROUTE_TIE.format(kind="static"),
    ),
    (
        "a propagated route loses to a static one of its length",
        "203.0.113.9",
        ("203.0.113.0/24", "propagated"),
        words.ROUTE_TIE.format(kind="static"),
    ),
    ("a prefix list can win", "198.51.100.3", ("pl-partners", "static, by prefix list"), words.ROUTE_WINS),
    ("a propagated route can win", "192.168.3.4", ("192.168.0.0/16", "propagated"), words.ROUTE_WINS),
    (
        "a longer propagated route does not override it",
        "10.0.5.5",
        ("10.0.5.0/24", "propagated"),
        words.ROUTE_PROPAGATED_LOCAL,
    ),
    ("so it wins there, and not by its length", "10.0.5.5", ("10.0.0.0/16", "local"), words.ROUTE_WINS_LOCAL),
    ("what does not cover it says so", "10.0.9.9", ("192.168.0.0/16", "propagated"), words.ROUTE_MISSES),
    ("IPv6 has its own routes", "2001:db8::1", ("::/0", "static"), words.ROUTE_WINS),
    ("those of IPv4 are not read for it", "2001:db8::1", ("0.0.0.0/0", "static"), "not read for IPv6 (RT-5)"),
    ("its local route", "2001:db8:0:100::5", ("2001:db8:0:100::/56", "local"), words.ROUTE_WINS),
    ("nothing leads to AWS's own range", "169.254.168.9", ("0.0.0.0/0", "static"), words.ROUTE_RESERVED),
]


@pytest.mark.parametrize(("address", "route", "said"), [r[1:] for r in ROWS], ids=[r[0] for r in ROWS])
def test_every_route_says_why_it_wins_or_loses(address, route, said):
    assert judged(address)[0][route] == said


@pytest.mark.parametrize("address", sorted({row[1] for row in ROWS}))
def test_at_most_one_route_wins_and_it_is_marked(address):
    said, table = judged(address)
    wins = [at for at, text in enumerate(said.values()) if text.startswith("◀")]
    assert wins == ([] if table.marked is None else [table.marked])


@pytest.mark.parametrize("address", ["203.0.113.9", "10.0.5.5"])
def test_no_winner_is_the_longest_when_something_else_decided(address):
    _, table = judged(address)
    assert "longest" not in table.rows[table.marked][4]


def test_a_blackhole_wins_and_drops_the_packet():
    shop = network()
    shop["nat"].remove()
    view = RouteView(shop["front"], ip_address("203.0.113.9"))
    assert view.said[0].startswith(f"✖ {words.ROUTE_VERDICTS[False]}")
    assert view.rows().rows[view.rows().marked][4] == words.ROUTE_WINS_GONE
    assert words.GONE in str(view)


def test_a_reserved_address_is_not_said_to_be_uncovered():
    said = RouteView(network()["front"], ip_address("169.254.168.9")).said[1]
    assert "AWS keeps 169.254.168.9 for itself" in said
    assert "no route covers" not in said


def parts(box):
    row, message, page = box.children
    return *row.children, message, page


def test_without_an_address_nothing_is_judged():
    typed, _, message, page = parts(route_explorer(network()["front"]))
    assert typed.value == ""
    assert message.value == ""
    assert words.ROUTE_MISSES not in page.value
    assert "the longest prefix wins" in page.value


def test_an_address_is_judged_as_it_is_typed_and_the_table_as_it_is_now():
    shop = network()
    typed, look, _message, page = parts(route_explorer(shop["front-a"]))
    typed.value = " 203.0.113.9 "
    assert words.ROUTE_WINS_TIE.format(kind="static") in page.value
    assert "the next hop is nat" in page.value
    shop["front"].remove_route("203.0.113.0/24")
    look.click()
    assert "the next hop is igw" in page.value
    typed.value = ""
    assert "the longest prefix wins" in page.value


@pytest.mark.parametrize("text", ["203.0.113", "10.0.0.0/16", "<b>"])
def test_what_is_no_address_is_told_by_the_field_and_the_last_answer_stays(text):
    box = route_explorer(network()["front"], "203.0.113.9")
    typed, _, message, page = parts(box)
    typed.value = text
    assert "is not an IP address: write e.g. 10.0.0.10" in message.value
    assert "<b>" not in message.value
    assert "the next hop is nat" in page.value
    typed.value = "10.0.9.9"
    assert message.value == ""


def test_the_controls_have_labels_and_the_box_speaks_for_itself():
    box = route_explorer(network()["front"], "203.0.113.9")
    typed, look, _, page = parts(box)
    assert (typed.description, look.description) == (words.ADDRESS, words.LOOK_UP)
    assert 'aria-live="polite"' in page.value
    assert isinstance(page, ipywidgets.HTML)
    assert str(show(box)) == repr(box)
    shown = box._repr_mimebundle_()
    for text in (shown["text/plain"], shown["text/html"], repr(box)):
        assert words.ROUTE_WINS_TIE.format(kind="static") in text


def test_what_is_no_route_table_is_told():
    with pytest.raises(BadInput, match="give one, or a subnet"):
        route_explorer(network()["prod"])
