"""Chapter 11 as a lesson: what its text says is what the engine says, and what it promises is in it."""

import json
import re
from contextlib import redirect_stdout
from io import StringIO

import pytest
from lessons import Lesson, values

from vpclab import Refused, internet, resolve, service, site, tcp, trace
from vpclab.course.chapters import c11
from vpclab.course.declarations import catalogue
from vpclab.course.exercises import judge
from vpclab.course.reference import price
from vpclab.data import data_path

LESSON = Lesson("11")
TEXT, code = LESSON.text, LESSON.code
ITEMS = {id: item for id, item in catalogue().items() if id.startswith("11-")}
SAID = TEXT + "".join(getattr(item, "after", "") for item in ITEMS.values())
S3, SECRETS = service("s3"), service("secretsmanager")


def test_the_networks_that_learners_build_are_those_that_questions_are_about():
    names = {}
    exec(code("from vpclab import"), names)
    steps = [
        ("shop = Topology(", "shop", c11.shop_without_endpoint),
        ('prod.gateway_endpoint("s3", route_tables=["data"])', "shop", c11.shop_with_gateway),
        ("both = ", "both", c11.shop_with_both_tables),
        ('prod.security_group("secrets"', "shop", c11.shop_with_desk),
        ("changed = ", "changed", c11.shop_without_private_dns),
    ]
    for start, name, given in steps:
        with redirect_stdout(StringIO()):
            exec(code(start), names)
        assert values(names[name]) == values(given()), start


def test_there_are_at_most_seven_new_words_and_each_is_bold_where_it_first_appears():
    entries = json.loads(data_path("glossary.json").read_text(encoding="utf-8"))
    new = [entry["term"] for entry in entries if entry["chapter"] == "11"]
    assert 0 < len(new) <= 7
    bold = SAID.casefold()
    assert [term for term in new if f"**{term.casefold()}**" not in bold] == []


def test_the_flow_log_lines_say_what_the_packet_says_at_the_database():
    way = trace(c11.shop_with_gateway(), "db", S3, tcp(443))
    lines = [line.split() for line in TEXT.splitlines() if re.match(r"2 \d{12} eni-", line)]
    assert [len(fields) for fields in lines] == [14, 14]
    for fields, packet in zip(lines, (way.forward[0].packet_in, way.reply[-1].packet_in), strict=True):
        said = [str(packet.src), str(packet.dst), str(packet.src_port), str(packet.dst_port), "6"]
        assert fields[3:8] == said
        assert fields[-2:] == ["ACCEPT", "OK"]


# What the text says of a way: IGW-11, VPE-3 to VPE-5, VPE-10, VPE-12, VPE-14, PCX-7.
WAYS = [
    ("web without an endpoint", c11.shop_without_endpoint, "web", S3, "delivered", "igw"),
    ("db without an endpoint", c11.shop_without_endpoint, "db", S3, "blocked", "data"),
    ("db by the endpoint", c11.shop_with_gateway, "db", S3, "delivered", "gw-s3"),
    ("web when its table has both routes", c11.shop_with_both_tables, "web", S3, "delivered", "gw-s3"),
    ("web to another Region", c11.shop_with_both_tables, "web", c11.VIRGINIA, "delivered", "igw"),
    ("db to another Region", c11.shop_with_gateway, "db", c11.VIRGINIA, "blocked", "data"),
    ("db to the desk", c11.shop_with_desk, "db", SECRETS, "delivered", "desk"),
    ("web to the desk", c11.shop_with_desk, "web", SECRETS, "delivered", "desk"),
    ("db without private DNS", c11.shop_without_private_dns, "db", SECRETS, "blocked", "data"),
    ("web without private DNS", c11.shop_without_private_dns, "web", SECRETS, "delivered", "igw"),
    ("the partner to S3", c11.shop_with_partner, "robot", S3, "blocked", "road"),
    ("the partner to an interface", c11.both_kinds, "robot", "if-s3", "delivered", "road"),
    ("the office to S3", c11.both_kinds, site("office"), S3, "blocked", "vgw"),
    ("the office to an interface", c11.both_kinds, site("office"), "if-s3", "delivered", "vgw"),
    ("db-2 to the desk", c11.shop_with_second_database, "db-2", SECRETS, "delivered", "desk"),
]


@pytest.mark.parametrize(
    ("given", "src", "dst", "outcome", "by"), [w[1:] for w in WAYS], ids=[w[0] for w in WAYS]
)
def test_packets_take_the_ways_that_the_text_says(given, src, dst, outcome, by):
    way = trace(given(), src, dst, tcp(443))
    assert (way.outcome, by in way.path) == (outcome, True)


def test_the_gateway_endpoint_rewrites_nothing_and_s3_reads_the_private_address():
    way = trace(c11.shop_with_gateway(), "db", S3, tcp(443))
    assert all(hop.packet_out in (None, hop.packet_in) for hop in way.forward)
    assert str(way.forward[-1].packet_in.src) == "10.0.1.10"
    numbers = {hop.component.name: n for n, hop in enumerate(way.forward, 1)}
    assert (numbers["data"], numbers["s3"]) == (4, 6)  # the numbers on the map that the beliefs name


def test_the_steps_that_the_text_names_are_the_route_and_the_endpoint():
    from vpclab.course.stepping import GATEWAY, ROUTE, steps

    every = steps(trace(c11.shop_with_gateway(), "db", S3, tcp(443)))
    assert "Watch steps 3 and 4" in TEXT
    assert [every[n].label for n in (2, 3)] == [ROUTE, GATEWAY]
    assert all(every[n].hop for n in (2, 3))


NAMES = [
    ("inside", c11.shop_with_desk, "web", "10.0.1.11"),
    ("outside", c11.shop_with_desk, internet, "198.19.38.193"),
    ("without private DNS", c11.shop_without_private_dns, "db", "198.19.38.193"),
]


@pytest.mark.parametrize(("given", "asker", "answer"), [n[1:] for n in NAMES], ids=[n[0] for n in NAMES])
def test_the_name_gives_what_the_text_says_to_whom(given, asker, answer):
    found = resolve(given(), "secretsmanager.ap-northeast-1.amazonaws.com", asker)
    assert [str(a) for a in found.addresses] == [answer]


def test_the_name_of_s3_stays_public_with_a_gateway_endpoint():
    found = resolve(c11.shop_with_gateway(), "s3.ap-northeast-1.amazonaws.com", "db")
    assert all(not a.is_private for a in found.addresses)
    assert found.addresses


@pytest.mark.parametrize("switch", ["dns_support", "dns_hostnames"])
def test_private_dns_needs_both_switches_of_the_vpc(switch):
    network = c11.shop_with_gateway()
    with redirect_stdout(StringIO()):
        network.vpc("prod", "10.0.0.0/16", **{"dns_support": True, "dns_hostnames": True, switch: False})
    with pytest.raises(Refused, match="VPE-12"):
        network["prod"].interface_endpoint("secretsmanager", ["data-a"])


def test_an_endpoint_without_groups_gets_the_default_one_and_stands_once_in_a_zone():
    network = c11.shop_with_gateway()
    prod = network["prod"]
    made = prod.interface_endpoint("ssm", ["data-a"])
    assert made.interfaces[0].value.group_ids == (prod.default_security_group.id,)
    with pytest.raises(Refused):
        prod.interface_endpoint("kms", ["data-a", "front-a"])


def test_what_hangs_at_an_interface_moves_with_it_and_the_first_one_stays():
    network = c11.shop_with_broken_server()
    before = network["front-door"].value
    with redirect_stdout(StringIO()):
        c11.move_the_door(network)
    after = network["front-door"].value
    assert after.owner_id == network["spare-a"].id
    for kept in ("addresses", "group_ids", "source_dest_check", "subnet_id"):
        assert getattr(after, kept) == getattr(before, kept), kept
    with pytest.raises(Refused, match="ENI-2"):
        network["web"].detach("web")
    desk = c11.shop_with_desk()
    with pytest.raises(Refused):
        desk["desk-a"].remove()


def test_the_route_of_an_endpoint_cannot_be_changed_by_hand():
    shop = c11.shop_with_gateway()
    with pytest.raises(Refused):
        shop["data"].remove_route(c11.S3_LIST)


def test_the_table_is_filled_as_the_key_points_say():
    table = next(e for e in c11.EXERCISES if e.id == "11-table")
    assert table.answer == {
        "what": ("a", "b"), "address": ("a", "b"), "door": ("b", "a"), "services": ("a", "b"),
        "late": ("b", "a"), "outside": ("b", "a"), "zone": ("a", "b"), "cost": ("a", "b"),
    }  # fmt: skip


def test_every_wrong_cell_of_the_table_is_answered_with_something_to_see():
    table = next(e for e in c11.EXERCISES if e.id == "11-table")
    for row in table.kind.rows:
        wrong = tuple(next(k for k in row.options if k != key) for key in row.keys)
        verdict = judge(table, {row.key: wrong})
        assert verdict.state == "try again", row.key
        assert len(verdict.parts) > 1, row.key


def test_the_bill_is_made_of_the_prices_that_the_lesson_shows():
    shown = str(price("interface-endpoint-hours", "interface-endpoint-data"))
    assert f"{c11.amount('interface-endpoint-hours'):g} USD per hour" in shown
    assert round(2 * 730 * 0.01 + 240 * 0.01, 2) == c11.MONTH


def by_default_group(shop):
    shop["prod"].interface_endpoint("s3", ["data-c"])


def by_the_main_table(shop):
    shop["prod"].main_route_table.associate("data-c")


def by_nat_for_s3_only(shop):
    shop["new"].route(c11.S3_RANGE, to=shop["front-a"].nat_gateway())


def mend_and_open_a_group(shop):
    c11.mend(shop)
    shop["prod"].security_group("db", inbound=["tcp 3306 from web", "tcp 22 from 0.0.0.0/0"])


def door(*rules):
    return lambda shop: shop["prod"].security_group("secrets", inbound=rules)


def out(*rules):
    return lambda shop: shop["prod"].security_group("db", inbound=["tcp 3306 from web"], outbound=rules)


def public_address_to_the_other_zone(shop):
    shop["spare-c"].elastic_ip("198.51.100.20")


@pytest.mark.parametrize(
    ("id", "way", "said"),
    [
        ("11-ticket", by_default_group, "db-2 →"),
        ("11-ticket", by_the_main_table, "db-2 →"),
        ("11-ticket", by_nat_for_s3_only, "paid by the hour and by the GB"),
        ("11-ticket", mend_and_open_a_group, "“tcp 22 from 0.0.0.0/0”"),
        ("11-door", c11.let_everybody_in, "guest →"),
        ("11-door", door("all from web", "all from db"), "more than tcp 443: “all from"),
        ("11-door", door("tcp 443 from web", "tcp 443 from db", "tcp 22 from 0.0.0.0/0"), "“tcp 22 from"),
        ("11-outbound", out(f"tcp 443 to {c11.S3_LIST}", "tcp 80 to 0.0.0.0/0"), "“tcp 80 to 0.0.0.0/0”"),
        ("11-outbound", out(f"tcp 443 to {c11.S3_LIST}", "tcp 3306 to web"), "“tcp 3306 to web”"),
        ("11-outbound", out("tcp 443 to 52.219.0.0/16"), "more than tcp 443 to S3"),
        ("11-outbound", out("tcp 443 to 52.219.0.1/32"), "no rule of yours holds 52.219.0.0/20"),
        ("11-move", public_address_to_the_other_zone, "still plugged into"),
    ],
)
def test_ways_that_help_not_or_open_or_take_too_much_are_refused(id, way, said):
    with redirect_stdout(StringIO()):
        verdict = judge(ITEMS[id], way)
    assert verdict.state == "try again"
    assert said in str(verdict)


def test_the_rows_of_the_table_show_all_that_they_name_in_words_that_the_chapters_explain():
    table = next(e for e in c11.EXERCISES if e.id == "11-table")
    shown = {row.key: "".join(map(str, row.evidence())) for row in table.kind.rows}
    assert "robot" in shown["outside"]
    assert "office" in shown["outside"]
    assert not [word for word in ("NLB", "Gateway Load Balancer") if word in "".join(shown.values())]


def test_nothing_before_the_prediction_says_that_an_endpoint_needs_no_way_to_the_internet():
    before = TEXT.partition('predict("11-p2"')[0].partition("## Worked trace")[2]
    assert "no way to the internet" not in before


def test_the_lesson_says_the_same_sentence_to_the_instructor_and_in_the_key_points():
    assert TEXT.count("A gateway endpoint is a signpost. An interface endpoint is an address.") == 2
