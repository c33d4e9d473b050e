"""Pictures, tables and words: what they say, that they are safe, and that nothing lies on anything else."""

from __future__ import annotations

import base64
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from networks import Base

from vpclab import BadInput, Topology, Trace, draw, internet, select_route, tcp, trace, udp
from vpclab.render import Figure, engine, frame, mimebundle, tables, theme
from vpclab.render.scene import Box, Row, Scene
from vpclab.render.sheet import Sheet
from vpclab.topology import examples

pure = pytest.mark.skipif(not engine.find("graphviz-pure"), reason="graphviz-pure is not installed here")


def shop() -> Topology:
    """Two zones with public, app and db subnets, an internet gateway and one NAT gateway."""
    topology = Topology("shop")
    prod = topology.vpc("prod", "10.0.0.0/16")
    groups = {
        "public": prod.security_group("web", inbound=["tcp 443 from 0.0.0.0/0"]),
        "app": prod.security_group("app", inbound=["tcp 8080 from web"]),
        "db": prod.security_group("db", inbound=["tcp 3306 from app"]),
    }
    for at, zone in enumerate("ac"):
        for tier, (kind, group) in enumerate(groups.items()):
            subnet = prod.subnet(f"{kind}-{zone}", f"10.0.{10 * at + tier}.0/24", az=zone)
            subnet.instance(f"{kind}-{zone}1", public_ip=kind == "public", security_groups=[group])
    prod.route_table("public", subnets=["public-a", "public-c"]).route(
        "0.0.0.0/0", to=prod.internet_gateway()
    )
    nat = topology["public-a"].nat_gateway("nat")
    prod.route_table("private", subnets=["app-a", "app-c"]).route("0.0.0.0/0", to=nat)
    return topology


def reply_blocked() -> Trace:
    topology = shop()
    topology["prod"].network_acl(
        "one-way", inbound=["100 allow all from 0.0.0.0/0"], outbound=["100 allow tcp 443 to 0.0.0.0/0"],
        subnets=["public-a"],
    )  # fmt: skip
    return trace(topology, internet("203.0.113.9"), "public-a1", tcp(443))


def crowd(per_subnet: int = 5) -> Topology:
    topology = Topology("crowd")
    prod = topology.vpc("prod", "10.0.0.0/16")
    group = prod.security_group("app")
    for at, zone in enumerate("ac"):
        for tier in range(3):
            subnet = prod.subnet(f"tier{tier}-{zone}", f"10.0.{10 * at + tier}.0/24", az=zone)
            for number in range(per_subnet):
                subnet.instance(f"host-{zone}{tier}{number}", security_groups=[group])
    return topology


def japanese() -> Topology:
    topology = Topology("店")
    prod = topology.vpc("本番環境のネットワーク", "10.0.0.0/16")
    subnet = prod.subnet("公開サブネットの名前がとても長い場合の例", "10.0.0.0/24")
    subnet.route("0.0.0.0/0", to=prod.internet_gateway("インターネットの門"))
    subnet.instance("ウェブサーバー", public_ip=True)
    return topology


def two_regions() -> Topology:
    topology = Topology("two")
    for name, block, region in (("prod", "10.0.0.0/16", None), ("test", "10.1.0.0/16", "us-east-1")):
        vpc = topology.vpc(name, block, region=region)
        vpc.subnet("app", block.replace("/16", "/24")).route("0.0.0.0/0", to=vpc.internet_gateway())
    return topology


def dual_stack() -> Topology:
    return Base(dual=True).topology


def three_vpcs() -> Topology:
    """Three VPCs in two Regions, a peering between the first two and one between the last two."""
    topology = Topology("three")
    blocks = {"prod": "10.0.0.0/16", "partner": "10.1.0.0/16", "maker": "10.2.0.0/16"}
    for name, block in blocks.items():
        vpc = topology.vpc(name, block, region="eu-central-1" if name == "maker" else None)
        group = vpc.security_group("open", inbound=["tcp 443 from 10.0.0.0/16"])
        vpc.subnet(f"{name}-a", block.replace("/16", "/24")).instance(f"host-{name}", security_groups=[group])
    for a, b in (("prod", "partner"), ("partner", "maker")):
        road = topology[a].peer(b, f"road-{b}")
        topology[f"{a}-a"].route(blocks[b], to=road)
        topology[f"{b}-a"].route(blocks[a], to=road)
    topology["prod-a"].route("0.0.0.0/0", to=topology["prod"].internet_gateway())
    return topology


def nothing() -> Topology:
    topology = Topology("empty")
    topology.vpc("prod", "10.0.0.0/16")
    return topology


SHEETS: dict[str, Any] = {
    "the shop": shop,
    "thirty instances": crowd,
    "Japanese names": japanese,
    "two Regions": two_regions,
    "dual stack": dual_stack,
    "three VPCs": three_vpcs,
    "over a peering between three VPCs": lambda: trace(three_vpcs(), "host-partner", "host-maker", tcp(443)),
    "an empty VPC": nothing,
    "no VPC": lambda: Topology("void"),
    "a site beside the internet": examples.shop_with_office,
    "a partner, and a NAT instance below another one": examples.shop_with_partner,
    "from the internet": lambda: trace(shop(), internet, "public-a1", tcp(443)),
    "blocked": lambda: trace(shop(), internet, "public-c1", tcp(22)),
    "through a NAT gateway": lambda: trace(shop(), "app-c1", "203.0.113.9", tcp(443)),
    "reply blocked": reply_blocked,
    "inside a subnet": lambda: trace(crowd(), "host-a00", "host-a01", tcp(80)),
    "across zones": lambda: trace(shop(), "public-a1", "app-c1", tcp(8080)),
    "no internet gateway": lambda: trace(crowd(), internet, "host-a00", tcp(80)),
    "instance metadata": lambda: trace(shop(), "app-a1", "169.254.169.254", tcp(80)),
}
every_sheet = pytest.mark.parametrize("make", SHEETS.values(), ids=SHEETS.keys())


def scene_of(what: Any) -> Scene:
    return Sheet(what.snapshot, what).scene() if isinstance(what, Trace) else Sheet(what.snapshot()).scene()


def rows_in(things: list[Any]) -> list[Row]:
    return [row for t in things for row in ([t] if isinstance(t, Row) else rows_in(t.inside))]


# -- the theme ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "ground"), theme.PAIRS, ids=lambda colour: colour)
def test_every_text_colour_stands_out_from_its_ground(text: str, ground: str) -> None:
    assert theme.contrast(text, ground) >= 4.5


def test_answers_differ_by_sign_word_and_line_not_by_colour_alone() -> None:
    marks = [*theme.MARKS.values(), theme.NOT_EVALUATED]
    for what in ("sign", "word", "line"):
        assert len({getattr(mark, what) for mark in marks}) == len(marks)


@given(st.text(max_size=60), st.floats(20, 300), st.booleans())
def test_shortened_text_fits_its_place(text: str, width: float, bold: bool) -> None:
    cut = theme.shorten(text, width, 12, bold)
    assert theme.text_width(cut, 12, bold) <= width
    assert cut == text or cut.endswith("…")


# -- where things stand ------------------------------------------------------------------------------


@every_sheet
def test_no_text_lies_on_other_text(make: Any) -> None:
    rows = [row for row in rows_in(scene_of(make()).things) if row.lines]
    for at, a in enumerate(rows):
        for b in rows[at + 1 :]:
            apart = a.x + a.w <= b.x or b.x + b.w <= a.x or a.y + a.h <= b.y or b.y + b.h <= a.y
            assert apart, f"{a.id} {a.text!r} lies on {b.id} {b.text!r}"


@every_sheet
def test_everything_stands_inside_its_frame(make: Any) -> None:
    def check(box: Box) -> None:
        for thing in box.inside:
            assert box.x <= thing.x, thing.id
            assert thing.x + thing.w <= box.x + box.w, thing.id
            assert box.y <= thing.y or thing.id.startswith(("igw-", "vgw-")), (
                thing.id
            )  # it stands on the edge
            assert thing.y + thing.h <= box.y + box.h, thing.id
            if isinstance(thing, Box):
                check(thing)

    scene = scene_of(make())
    check(Box("sheet", 0, 0, scene.width, scene.height, inside=scene.things))


@every_sheet
def test_no_wire_crosses_a_title(make: Any) -> None:
    scene = scene_of(make())
    for wire in scene.wires:
        own = {wire.tail, wire.head}
        for (x1, y1), (x2, y2) in zip(wire.corners, wire.corners[1:], strict=False):
            assert x1 == x2 or y1 == y2, f"{own} is drawn aslant"
            for row in rows_in(scene.things):
                wide = min(row.w, row.needs)
                hit = (
                    max(min(x1, x2), row.x + 1) < min(max(x1, x2) + 0.5, row.x + wide)
                    and max(min(y1, y2), row.y + 2) < min(max(y1, y2) + 0.5, row.y + row.h - 2)
                )  # fmt: skip
                assert not hit or row.id in own, f"{own} crosses {row.text!r}"


def test_thirty_instances_stay_small() -> None:
    scene = scene_of(crowd())
    assert scene.width <= 800
    assert scene.height <= 1000
    assert sum("5 instances" in row.text for row in rows_in(scene.things)) == 6


@pytest.mark.parametrize("ends", [None, ("host-prod", "host-partner"), ("host-partner", "host-maker")])
def test_three_vpcs_can_be_read_in_a_window_of_800_pixels(ends: Any) -> None:
    network = three_vpcs()
    scene = scene_of(trace(network, *ends, tcp(443)) if ends else network)
    assert scene.width <= 1070, "else 12 pixels shrink to less than 9"


def test_a_map_of_several_vpcs_cuts_no_route() -> None:
    heads = [row for row in rows_in(scene_of(three_vpcs()).things) if row.id.endswith("route table")]
    assert [len(row.lines) for row in heads] == [3, 3, 2]
    assert all(row.needs <= row.w for row in heads)
    assert "route table prod-a, 10.1.0.0/16 → road-partner, 0.0.0.0/0 → igw" in draw(three_vpcs()).outline


def test_a_map_of_one_vpc_cuts_no_route_either() -> None:
    network = shop()
    vgw = network["prod"].virtual_private_gateway("vgw")
    table = network["prod"].route_table("long", subnets=["app-a"])
    for block in ("192.168.0.0/24", "192.168.100.0/24", "203.0.113.64/28"):
        table.route(block, to=vgw)
    (head,) = (row for row in rows_in(scene_of(network).things) if "203.0.113.64/28" in row.text)
    assert head.id.endswith("route table")
    assert len(head.lines) == 4
    assert head.needs <= head.w


def test_a_map_says_which_vpcs_a_peering_or_a_transit_gateway_joins_and_a_state_that_stops() -> None:
    network = three_vpcs()
    network["prod"].peer("maker", "asked", status="pending-acceptance")
    network.transit_gateway("hub").attach("prod", ["prod-a"])
    texts = [row.text for row in rows_in(scene_of(network).things)]
    assert "peering connection road-partner, prod – partner" in texts
    assert "peering connection asked, prod – maker, pending-acceptance" in texts
    assert "transit gateway hub, prod" in texts
    assert "transit gateway hub (prod)" in draw(network).alt


def test_a_network_acl_is_passed_in_its_own_vpc_on_the_way_to_a_transit_gateway() -> None:
    network = three_vpcs()
    network.vpc("tools", "10.9.0.0/16").subnet("tools-a", "10.9.0.0/24").instance("host-tools")
    hub = network.transit_gateway("hub")
    for name in ("prod", "tools"):
        hub.attach(name, [f"{name}-a"])
        network[f"{name}-a"].route("10.0.0.0/8", to=hub)
    way = trace(network, "host-prod", "host-tools", tcp(443))
    rows = {row.id: row for row in rows_in(scene_of(way).things)}
    assert "in: 100 allow all" in rows["request 5"].text
    assert rows["request 5"].x == rows["request 3"].x


def test_a_stack_never_hides_a_traced_instance() -> None:
    texts = [row.text for row in rows_in(scene_of(trace(crowd(), "host-a00", "host-c22", tcp(80))).things)]
    assert any(text.startswith("host-a00") for text in texts)
    assert any(text.startswith("host-c22") for text in texts)


# -- what a picture says -----------------------------------------------------------------------------


def test_the_map_names_what_is_there_and_tells_public_from_private_in_words() -> None:
    figure = draw(shop())
    for words in (
        "Region ap-northeast-1, VPC prod, 10.0.0.0/16",
        "  internet gateway igw",
        "    public subnet public-a, 10.0.0.0/24",
        "      route table public 0.0.0.0/0 → igw",
        "      nat NAT gateway, 10.0.0.254 private, 198.51.100.12 public",
        "    private subnet app-a, 10.0.1.0/24",
        "      route table main local only",
        "      db-a1 instance, 10.0.2.10 private, security group db, in: tcp 3306 from app",
    ):
        assert words in figure.outline.splitlines()
    assert figure.alt == (
        "VPC prod 10.0.0.0/16 in ap-northeast-1: public subnets public-a, public-c; private subnets app-a, "
        "db-a, app-c, db-c; internet gateway igw; NAT gateway nat; 6 instances"
    )


@pytest.mark.parametrize(
    ("make", "alt"),
    [
        (
            lambda: trace(shop(), internet("203.0.113.9"), "public-a1", tcp(22)),
            "internet to public-a1, tcp 22: blocked at the security group web: "
            "no inbound rule admits tcp 22 from 203.0.113.9",
        ),
        (
            lambda: trace(shop(), "app-a1", "203.0.113.9", tcp(443)),
            "app-a1 to 203.0.113.9, tcp 443: delivered by way of NAT gateway nat and "
            "internet gateway igw, and the reply comes back",
        ),
        (
            lambda: trace(shop(), "public-a1", "app-c1", tcp(8080)),
            "public-a1 to app-c1, tcp 8080: delivered without leaving the VPC, and the reply comes back",
        ),
        (
            reply_blocked,
            "internet to public-a1, tcp 443: the reply is blocked at the network ACL one-way: "
            "no numbered outbound rule matches tcp 40000 to 203.0.113.9, so the * rule denies it (ACL-4)",
        ),
        (
            lambda: trace(shop(), "db-a1", "203.0.113.9", udp(53)),
            "db-a1 to 203.0.113.9, udp 53: blocked at the route table main: "
            "no route covers 203.0.113.9, so the packet is dropped",
        ),
    ],
    ids=["blocked", "through NAT", "inside the VPC", "reply blocked", "no route"],
)
def test_alternative_text_states_the_conclusion(make: Any, alt: str) -> None:
    assert draw(make()).alt == alt


def test_a_walk_writes_the_deciding_rule_where_it_decides() -> None:
    texts = {row.id: row.text for row in rows_in(scene_of(reply_blocked()).things)}
    assert "tcp 443 from 0.0.0.0/0" in texts["request 4"]
    assert "✖ reply out: * deny all to 0.0.0.0/0" in texts["reply 8"]
    assert "gets no answer" in texts["reply 11"]


def test_the_reply_is_drawn_apart_from_the_request_and_what_never_happens_apart_from_both() -> None:
    wires = {wire.head: wire for wire in scene_of(reply_blocked()).wires}
    assert wires["request 3"].style == wires["reply 8"].style == "solid"
    assert ":" in wires["reply 8"].ink, "two thin lines"
    assert (wires["request 3"].arrow, wires["reply 8"].arrow) == ("normal", "empty")
    assert wires["reply 11"].style == "dashed"


def test_names_that_two_ends_share_are_told_apart() -> None:
    topology = two_regions()
    for name in ("prod", "test"):
        topology[f"{name}/app"].instance("web")
    assert draw(trace(topology, "prod/web", "test/web", tcp(80))).alt.startswith(
        "prod/web to test/web, tcp 80"
    )


# -- steps -------------------------------------------------------------------------------------------


def test_steps_share_one_layout() -> None:
    walk = reply_blocked()
    count = len(walk.forward) + len(walk.reply)
    places = []
    for step in range(count + 1):
        dot = draw(walk, step=step).dot
        places.append(
            [line.split("label=")[0].split(", color=")[0] for line in dot.splitlines() if "pos=" in line]
        )
    assert all(place == places[0] for place in places)


def test_a_step_tells_nothing_of_the_steps_after_it() -> None:
    early = draw(reply_blocked(), step=3)
    assert "✖" not in early.dot
    assert "denied" not in early.alt
    assert "blocked" not in early.text
    assert theme.DENIED not in early.dot
    assert "dashed" not in "".join(line for line in early.dot.splitlines() if "label=" in line)
    said = "number 3 on the map: network ACL one-way: allowed, in: 100 allow all from 0.0.0.0/0"
    assert early.alt.endswith(said)


@pytest.mark.parametrize("step", [-1, 12, 1.5, True, "2"])
def test_a_step_that_does_not_exist_is_refused(step: Any) -> None:
    with pytest.raises(BadInput, match="steps 0 to 11"):
        draw(reply_blocked(), step=step)


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(BadInput, match="give a topology, a snapshot or a trace"):
        draw(42)
    with pytest.raises(BadInput, match="only a trace has steps"):
        draw(shop(), step=1)


# -- drawing, saving, falling back -------------------------------------------------------------------


@pure
def test_two_runs_give_the_same_bytes() -> None:
    one, two = draw(reply_blocked()), draw(reply_blocked())
    assert one.dot == two.dot
    assert one.svg == two.svg
    assert one.html == two.html


@pure
@every_sheet
def test_the_picture_parses_and_carries_its_words(make: Any) -> None:
    figure = draw(make())
    root = ElementTree.fromstring(figure.svg)
    assert figure.engine == "graphviz-pure"
    assert root[0].tag.endswith("title")
    assert root[0].text == figure.alt
    assert f'alt="{figure.alt}"' in figure.html.replace("&amp;", "&")
    source = re.search(r'src="data:image/svg\+xml;base64,([^"]+)"', figure.html)
    assert source
    assert base64.b64decode(source[1]).decode() == figure.svg


def test_without_a_program_the_words_are_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "PROGRAMS", ("no-such-program",))
    figure = draw(shop())
    assert (figure.svg, figure.engine) == ("", "text")
    assert "<pre" in figure.html
    assert "public subnet public-a" in figure.html
    assert "No drawing program was found" in figure.html
    with pytest.raises(BadInput, match="no drawing program was found"):
        figure.save("shop.svg")


@pytest.mark.skipif(sys.platform == "win32", reason="writes a shell script")
def test_a_program_that_fails_gives_way_to_the_next(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, body in (("broken", "exit 3"), ("dot", "cat >/dev/null; echo '<svg width=\"9pt\"></svg>'")):
        (tmp_path / name).write_text(f"#!/bin/sh\n{body}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setattr(engine, "PROGRAMS", ("graphviz-pure-of-the-future", "broken", "dot"))
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    figure = draw(nothing())
    assert figure.engine == "dot"
    assert "Drawn by dot." in figure.html


@pure
def test_a_figure_is_saved_as_svg_or_png(tmp_path: Path) -> None:
    figure = draw(shop())
    assert figure.save(tmp_path / "shop.svg").read_text(encoding="utf-8") == figure.svg
    assert figure.save(tmp_path / "shop.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(BadInput, match=r"\.svg or \.png"):
        figure.save(tmp_path / "shop.gif")


# -- names are data ----------------------------------------------------------------------------------

KEPT_BY_JUPYTER = {"figure", "img", "figcaption", "small", "pre", "p", "strong", "br", "details", "summary",
                   "table", "caption", "tr", "th", "td"}  # fmt: skip
DRAWN = {"svg", "title", "g", "path", "polygon", "polyline", "ellipse", "text"}


class Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add(tag)
        assert not any(name.startswith("on") for name, _ in attrs)


NASTY = [
    "a\"b'c", "<script>alert(1)</script>", "</TD></TABLE>>", "back\\slash\\", "{a|b}", "new\nline", "&amp;",
    "]; x -> y", "-->", "\x00\x1b", "日本語" * 30, "𝔘🙂\u202e", "   x",
]  # fmt: skip


@pure
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(st.sampled_from(NASTY), st.text(min_size=1, max_size=50)), st.sampled_from([None, 2]))
def test_any_name_is_only_text(name: str, step: int | None) -> None:
    name = name.replace("/", " ").strip() or "x"
    topology = Topology(name)
    vpc = topology.vpc(name, "10.0.0.0/16")
    subnet = vpc.subnet(name, "10.0.0.0/24")
    subnet.route("0.0.0.0/0", to=vpc.internet_gateway(name))
    group = vpc.security_group(f"{name}.", inbound=["tcp 443 from 0.0.0.0/0"])
    host = subnet.instance(name, public_ip=True, security_groups=[group])
    walk = trace(topology, internet, host, tcp(443))
    for figure in (draw(topology), draw(walk, step=step)):
        done = subprocess.run([engine.find("graphviz-pure") or "", "-Tsvg"], input=figure.dot.encode(),
                              capture_output=True, check=False)  # fmt: skip
        assert done.returncode == 0
        assert b"rror" not in done.stderr, done.stderr
        root = ElementTree.fromstring(figure.svg)
        assert {element.tag.split("}")[1] for element in root.iter()} <= DRAWN
        assert Tags(figure.html).found <= KEPT_BY_JUPYTER
    for value in (topology, walk, host, group, subnet):
        assert Tags(mimebundle(value)["text/html"]).found <= KEPT_BY_JUPYTER


# -- tables ------------------------------------------------------------------------------------------


def test_a_security_group_shows_its_rules() -> None:
    assert str(tables(shop()["prod/app-a1"])[1]).splitlines() == [
        "security group app: what it allows",
        "  direction  protocol  ports  source or destination",
        "  inbound    tcp       8080   web",
        "  outbound   all       all    0.0.0.0/0",
    ]


def test_a_subnet_shows_its_route_table_and_network_acl() -> None:
    kinds = [table.caption.split(" ")[0:2] for table in tables(shop()["app-a"])]
    assert kinds == [["subnet", "app-a"], ["route", "table"], ["network", "ACL"]]
    assert "0.0.0.0/0    NAT gateway nat  active" in str(tables(shop()["app-a"])[1])
    assert "inbound    *       deny" in str(tables(shop()["app-a"])[2])


def endpoints() -> Topology:
    """One zone with a host, and both kinds of endpoints."""
    topology = Topology("shop")
    prod = topology.vpc("prod", "10.0.0.0/16", dns_hostnames=True)
    app = prod.subnet("app-a", "10.0.0.0/24")
    group = prod.security_group("desk", inbound=["tcp 443 from 10.0.0.0/16"])
    app.instance("host")
    prod.route_table("app", subnets=[app])
    prod.gateway_endpoint("dynamodb", route_tables=["app"])
    prod.interface_endpoint("ssm", [app], security_groups=[group])
    return topology


def test_endpoints_prefix_lists_and_interfaces_show_what_makes_them_different() -> None:
    topology = endpoints()
    gate, desk = (tables(topology[name]) for name in ("gw-dynamodb", "if-ssm"))
    assert ("route tables", "app") in gate[0].rows
    assert ("private DNS", "on") in desk[0].rows
    assert "10.0.0.11" in str(desk[1])
    blocks = tables(topology["com.amazonaws.ap-northeast-1.dynamodb"])[0]
    assert blocks.texts()[1][0] == "52.94.8.0/24"
    assert tables(topology["host"].interfaces[0])[0].head[-1] == "source/destination check"
    assert "check" not in str(tables(topology["host"])[0])


def test_a_packet_to_an_interface_endpoint_is_drawn_at_the_endpoint_s_own_door() -> None:
    topology = endpoints()
    walk = trace(topology, "host", "if-ssm", tcp(443))
    sheet = Sheet(topology.snapshot(), walk)
    at = {}
    for card in (card for zone in sheet.plan.zones for card in zone.cards):
        for part in (card.door, card.body):
            for step in part.steps if part else ():
                at[step.row.id] = card.body.row.lines[0][0].text
    asked = [at[f"request {number}"] for number in range(1, len(walk.forward) + 1)]
    assert asked == ["host", "host", "if-ssm-a", "if-ssm-a"]


def test_a_prefix_list_that_aws_keeps_goes_by_its_service_on_the_map() -> None:
    told = Sheet(endpoints().snapshot()).plan.outline()
    assert any("prefix list dynamodb → gw-dynamodb" in line for line in told)


def test_the_deciding_row_is_marked_by_sign_and_word() -> None:
    decision = select_route(shop()["app-a"].route_table, "203.0.113.9")
    table = tables(decision)[0]
    assert [line.split("  ")[0] for line in table.texts()[1:][-1]][:2] == ["▶ decides", "0.0.0.0/0 → nat"]
    assert mimebundle(decision)["text/plain"].startswith("✔ allowed: ")
    assert "▶ decides" in table.html()


def test_a_trace_as_a_table_marks_the_first_blocker() -> None:
    walk = trace(shop(), internet("203.0.113.9"), "public-a1", tcp(22))
    table = tables(walk)[0]
    assert table.decides == 3
    assert table.texts()[4][:4] == ("▶ decides", "4", "request", "security group web")
    assert table.texts()[2][-1] == "tcp 203.0.113.9:40000 → 10.0.0.10:22"
    assert "✔ would be allowed" in str(table)


def test_a_frame_holds_values_to_compute_with() -> None:
    rows = frame(shop()["app-a"].network_acl)
    assert rows.loc[rows.action == "allow", "number"].tolist() == [100, 100]
    assert frame(shop()).groupby("kind").size().to_dict() == {"private": 4, "public": 2}


def test_a_table_has_a_caption_and_header_cells() -> None:
    html = tables(shop())[0].html()
    assert "<caption" in html
    assert html.count('<th scope="col"') == 6  # no IPv6 here, so no column for it


# -- showing values ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["prod", "public-a", "public-a1", "igw", "nat"])
def test_every_handle_shows_itself_as_text_and_table(name: str) -> None:
    bundle = mimebundle(shop()[name])
    assert set(bundle) == {"text/plain", "text/html"}
    assert name in bundle["text/plain"]
    assert "<table" in bundle["text/html"]


def test_a_trace_shows_verdict_picture_and_hops() -> None:
    html = mimebundle(reply_blocked())["text/html"]
    assert "<strong>✖ reply-blocked</strong>" in html
    assert "<img alt=" in html or "<pre" in html
    assert "<details><summary>Hop by hop</summary><table" in html


def test_an_error_while_showing_is_shown() -> None:
    host = shop()["public-a1"]
    host.remove()
    bundle = mimebundle(host)
    assert bundle["text/plain"].startswith("NotFound while showing InstanceHandle: ")
    assert bundle["text/html"].startswith("<pre>NotFound")


def test_drawing_loads_no_pandas_and_no_widgets() -> None:
    code = (
        "import sys; from vpclab import Topology, draw; draw(Topology('x')).html;"
        "print([m for m in ('pandas', 'graphviz', 'ipywidgets', 'IPython') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_figure_says_in_text_what_it_shows() -> None:
    figure = draw(shop())
    assert isinstance(figure, Figure)
    assert repr(figure) == f"<Figure: {figure.alt}>"
    assert figure._repr_mimebundle_()["text/plain"] == f"{figure.alt}\n\n{figure.outline}"
