"""Chapter 06 as a lesson: what its text says is what the engine says, and what it promises is in it."""

import json
import re

import pytest
from lessons import SOURCES, Lesson, values

from vpclab import Refused, internet, service, tcp, trace
from vpclab.course import route_explorer, show
from vpclab.course.chapters import c06
from vpclab.course.declarations import exercise, prediction
from vpclab.course.exercises import judge
from vpclab.data import data_path

LESSON = Lesson("06")
TEXT, code = LESSON.text, LESSON.code


def test_the_networks_that_learners_build_are_those_that_questions_are_about():
    names = {}
    exec(code("from vpclab import"), names)
    steps = [
        ("shop = Topology(", "shop", c06.shop_alone),
        ("vgw = prod.", "shop", c06.shop_with_line),
        ('shop["data"].propagate', "shop", c06.shop_connected),
        ("changed = ", "changed", c06.shop_with_old_route),
    ]
    for start, name, given in steps:
        exec(code(start), names)
        assert values(names[name]) == values(given()), start


def test_each_new_word_is_bold_where_it_first_stands():
    entries = json.loads(data_path("glossary.json").read_text(encoding="utf-8"))
    new = [entry["term"] for entry in entries if entry["chapter"] == "06"]
    assert 0 < len(new) <= 7
    lesson = TEXT + prediction("06-p2").after
    assert [term for term in new if f"**{term}**" not in lesson] == []


@pytest.mark.parametrize(
    ("id", "ends"),
    [
        ("06-p1", ("reply-blocked", "data")),  # VGW-4
        ("06-p2", ("delivered", "")),
        ("06-p3", ("blocked", "igw")),  # RT-8, then IGW-6
        ("06-p4", ("blocked", "data")),  # RT-17
        ("06-p5", ("blocked", "vgw")),  # VGW-9
        ("06-p6", ("blocked", "vgw")),  # VGW-5
        ("06-p7", ("delivered", "")),
        ("06-p8", ("blocked", "vgw")),  # VGW-8
        ("06-p9", ("blocked", "vgw")),  # VGW-9, VPE-5
    ],
)
def test_the_predictions_end_where_the_facts_say(id, ends):
    item = prediction(id)
    way = item.flow.trace(item.given())
    assert (way.outcome, way.blockers[0].component.name if way.blockers else "") == ends


def test_both_ends_see_each_others_own_addresses():
    way = trace(c06.shop_connected(), c06.CLERK, "db", tcp(3306))
    seen = {(str(hop.packet_in.src), str(hop.packet_in.dst)) for hop in way.forward}
    assert seen == {("192.168.0.10", "10.0.1.10")}
    assert "| 192.168.0.10 | 10.0.1.10 |" in prediction("06-p2").after
    assert way.forward[5].component.name == "db"
    assert "Number 6 on the map" in prediction("06-p2").after


def test_no_packet_passes_a_customer_gateway():
    way = trace(c06.shop_connected(), c06.CLERK, "db", tcp(3306))
    assert "office-device" not in way.path
    assert "office-device" not in str(c06.show_ends(()))


def test_with_one_tunnel_left_everything_works_and_no_table_changes():
    one = c06.with_tunnels(c06.shop_connected(), 1)
    assert trace(one, c06.CLERK, "db", tcp(3306)).reaches
    assert one["data"].value.routes == c06.shop_connected()["data"].value.routes


def test_a_static_route_stays_when_both_tunnels_fail_and_ends_at_the_gate():
    shop = c06.shop_with_line()
    shop["data"].route("192.168.0.0/16", to="vgw")
    c06.with_tunnels(shop, 0)
    assert trace(shop, "db", c06.STOCK, tcp(443)).blockers[0].component.name == "vgw"
    assert "its\npackets end at `vgw`" in prediction("06-p4").after


def test_a_propagated_route_comes_back_with_the_tunnels():
    shop = c06.shop_with_tunnels_down()
    assert len(shop["data"].value.routes) == 1
    assert values(c06.with_tunnels(shop, 2)) == values(c06.shop_connected())


def test_a_vpc_has_one_virtual_private_gateway_at_a_time():
    with pytest.raises(Refused, match="VGW-1"):
        c06.shop_with_line()["prod"].virtual_private_gateway("second")


def test_the_corridor_is_closed_to_the_office():
    way = trace(c06.shop_with_both(), c06.CLERK, internet, tcp(443))
    assert way.blockers[0].code == "VGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS"


def test_no_corridor_leads_on_to_a_nat_gateway_or_to_s3_and_the_instance_has_s3_itself():
    shop = c06.shop_with_endpoint()
    shop["front-a"].nat_gateway("nat")
    shop["data"].route("0.0.0.0/0", to="nat")
    assert trace(shop, c06.CLERK, internet, tcp(443)).blockers[0].component.name == "vgw"
    assert trace(shop, c06.CLERK, service("s3"), tcp(443)).blockers[0].component.name == "vgw"
    assert trace(shop, "db", service("s3"), tcp(443)).reaches


def test_typed_blocks_are_propagated_like_announced_ones():
    shop = c06.shop_with_static_vpn()
    shop["data"].remove_route("192.168.0.0/16")
    shop["data"].propagate("vgw")
    assert [str(r.destination) for r in shop["data"].value.routes] == ["10.0.0.0/16", "192.168.0.0/24"]
    assert trace(shop, "db", c06.STOCK, tcp(443)).blockers[0].component.name == "data"
    assert "`data` would have got 192.168.0.0/24 only" in prediction("06-p6").after


def test_the_vpn_takes_over_when_direct_connect_fails_and_a_longer_block_comes_first():
    shop = c06.shop_with_direct_connect()
    assert len(shop["data"].value.routes) == 2
    shop.direct_connect("dx", gateway="vgw", site="office", up=False)
    assert c06.line_taken(trace(shop, "db", c06.STOCK, tcp(443))) == "vpn"
    shop.direct_connect("dx", gateway="vgw", site="office")
    c06.again(shop, announces=["192.168.1.0/24"])
    assert c06.line_taken(trace(shop, "db", c06.STOCK, tcp(443))) == "vpn"


def test_for_one_block_direct_connect_comes_before_typed_blocks_and_these_before_announced_ones():
    shop = c06.shop_connected()
    shop.vpn_connection("typed", gateway="vgw", site="office", static=["192.168.0.0/16"])
    assert c06.line_taken(trace(shop, "db", c06.STOCK, tcp(443))) == "typed"
    shop.direct_connect("dx", gateway="vgw", site="office")
    assert c06.line_taken(trace(shop, "db", c06.STOCK, tcp(443))) == "dx"


def test_direct_connect_carries_ipv6_to_the_same_gateway():
    shop = c06.shop_with_ipv6()
    shop.direct_connect("dx", gateway="vgw", site="office")
    assert trace(shop, "db", "office", tcp(443), ip_version=6).reaches


def test_the_routes_of_the_exercise_are_those_of_its_network_and_its_solution_is_what_they_do():
    item = exercise("06-signposts")
    assert re.findall(r"^- (.*)$", item.prompt, re.M) == c06.written_routes()
    network = c06.shop_with_relay()
    for address, target in item.solution.items():
        said = str(show(route_explorer(network["front"], address)))
        wins = next(line for line in said.splitlines() if "◀" in line)
        assert target in wins


def test_a_longer_propagated_route_beats_a_static_one_as_the_notes_say():
    shop = c06.shop_with_relay()
    c06.again(shop, announces=["192.168.1.16/28"])
    said = str(show(route_explorer(shop["front"], "192.168.1.20")))
    assert "192.168.1.16/28" in next(line for line in said.splitlines() if "◀" in line)


def test_the_steps_that_the_text_names_are_those_where_something_happens():
    from vpclab.course.stepping import ROUTE, steps

    every = steps(trace(c06.shop_connected(), c06.CLERK, "db", tcp(3306)))
    happens = [n for n, s in enumerate(every, 1) if s.hop]
    assert happens[:4] == [4, 10, 11, 12]
    assert [n for n, s in enumerate(every, 1) if s.label == ROUTE and s.hop] == [15]
    assert "watch steps 4, 10 to 12, and 15" in TEXT


@pytest.mark.parametrize(
    ("src", "dst", "port", "answered"),
    [
        (c06.CLERK, "db", 3306, False),
        ("db", c06.STOCK, 443, True),
        (c06.CLERK, "web", 443, True),
        ("web", "db", 3306, True),
    ],
)
def test_the_probes_of_the_ticket_leave_the_list_at_the_door_alone_under_suspicion(src, dst, port, answered):
    assert trace(c06.shop_with_wrong_list(), src, dst, tcp(port)).reaches is answered


@pytest.mark.parametrize("way", [c06.mend_for_all, c06.mend_for_the_house, c06.mend_with_public_addresses])
def test_the_ticket_refuses_what_opens_too_much_or_too_little(way):
    assert judge(exercise("06-ticket"), way).state == "try again"


def too_wide(shop):
    shop["prod"].security_group("db", inbound=["tcp 3306 from web", "tcp 3306 from 192.168.0.0/23"])


@pytest.mark.parametrize("id", ["06-ticket", "06-connect"])
def test_a_list_that_is_one_bit_too_wide_is_refused(id):
    def change(shop):
        if id == "06-connect":
            c06.connect(shop)
        too_wide(shop)

    verdict = judge(exercise(id), change)
    assert verdict.state == "try again"
    assert "must not work, and does" in str(verdict)


@pytest.mark.parametrize("change", [lambda shop: None, lambda shop: shop["data"].propagate("vgw")])
def test_who_changed_no_list_in_the_ticket_is_not_told_of_lists(change):
    verdict = judge(exercise("06-ticket"), change)
    assert (verdict.state, verdict.misconception) == ("try again", "")


def test_a_route_for_the_clerks_only_is_not_taken_for_a_wider_door():
    verdict = judge(exercise("06-web"), lambda shop: shop["front"].route("192.168.0.0/24", to="vgw"))
    assert (verdict.state, verdict.misconception) == ("try again", "")


def test_the_flow_log_lines_say_what_the_packet_says_at_the_instance():
    way = trace(c06.shop_connected(), c06.CLERK, "db", tcp(3306))
    lines = [line.split() for line in TEXT.splitlines() if re.match(r"2 \d{12} eni-", line)]
    assert [len(fields) for fields in lines] == [14, 14]
    for fields, packet in zip(lines, (way.forward[-1].packet_in, way.reply[0].packet_in), strict=True):
        said = [str(packet.src), str(packet.dst), str(packet.src_port), str(packet.dst_port), "6"]
        assert fields[3:8] == said
        assert fields[-2:] == ["ACCEPT", "OK"]


def test_the_minutes_add_up_to_those_of_the_header():
    minutes = [int(n) for n in re.findall(r"^## .*\((\d+) min\)", TEXT, re.M)]
    assert f"Time: {sum(minutes)} minutes" in TEXT
    assert f"Outside the {sum(minutes)} minutes" in TEXT


def test_the_lesson_says_its_two_sentences_in_the_text_and_in_the_key_points():
    assert TEXT.count("**gate, line, signpost, list") + TEXT.count("**Gate, line, signpost, list**") == 2
    assert "**A gate is no corridor**" in TEXT


def test_the_lesson_makes_no_claim_about_time_or_pay_that_no_fact_holds():
    told = (
        TEXT
        + str(vars(c06)["EXERCISES"])
        + str(c06.PREDICTIONS)
        + data_path("quizzes/06.json").read_text("utf-8")
    )
    claims = (
        r"\bweeks?\b|minutes, if|a minute after|hour it takes|then to renew|by the hour|many (?:use|compan)"
    )
    assert re.findall(claims, told) == []


def test_the_choices_do_not_say_which_of_them_was_announced():
    item = prediction("06-p2")
    assert "announce" not in item.question + str(item.choices)


def test_the_colleagues_line_is_no_older_than_the_vpn_and_the_explorer_says_why_it_wins():
    assert "Last year a colleague" not in TEXT
    said = str(show(route_explorer(c06.shop_with_old_route()["front"], "192.168.0.10")))
    wins = next(line for line in said.splitlines() if "◀" in line)
    assert "igw" in wins
    assert "static comes first (RT-8)" in wins


def test_what_the_clerks_packet_passes_is_named_by_its_kind():
    said = str(c06.show_ends(()))
    for name in ("VPN connection vpn", "virtual private gateway vgw", "network ACL default", "instance db"):
        assert name in said


def leftover(shop):
    both = ["tcp 3306 from 192.168.0.0/24", "tcp 3306 from 203.0.113.66/32"]
    shop["prod"].security_group("db", inbound=["tcp 3306 from web", *both])


def open_the_door_as_well(shop):
    c06.show_stock(shop)
    c06.open_the_list(shop)


@pytest.mark.parametrize(
    ("id", "change", "said"),
    [
        ("06-ticket", leftover, "203.0.113.66"),
        ("06-connect", lambda shop: (c06.connect(shop), leftover(shop)), "203.0.113.66"),
        ("06-web", open_the_door_as_well, "the list at the door of `web`"),
    ],
)
def test_a_rule_too_many_is_refused_although_all_rows_hold(id, change, said):
    verdict = judge(exercise(id), change)
    assert verdict.state == "try again"
    assert said in str(verdict)
    assert "All rows hold" in str(verdict)


def test_who_lets_in_the_whole_office_is_not_told_of_the_internet():
    verdict = judge(exercise("06-ticket"), c06.mend_for_the_house)
    assert "192.168.9.50" in str(verdict)
    assert "road leads from the internet" not in str(verdict)


@pytest.mark.parametrize(
    ("id", "item", "wrong", "belief"),
    [
        ("06-signposts", "192.168.1.20", "vgw", "M21"),
        ("06-line", "no new line", "Direct Connect", "IMP-g"),
        ("06-line", "steady and secret", "Site-to-Site VPN", "IMP-g"),
    ],
)
def test_a_single_wrong_pair_is_refuted_by_what_is_wrong_with_it(id, item, wrong, belief):
    right = exercise(id).solution
    verdict = judge(exercise(id), right | {item: wrong})
    assert (verdict.state, verdict.misconception) == ("try again", belief)


def test_no_slide_has_more_than_150_words_of_text_and_code():
    book = SOURCES.parent / "instructor" / "06_to_your_own_data_centre.ipynb"
    words, slide = {}, ""
    for cell in json.loads(book.read_text(encoding="utf-8"))["cells"]:
        kind, text = cell["metadata"].get("slideshow", {}).get("slide_type", ""), "".join(cell["source"])
        if kind in ("slide", "subslide"):
            slide = text[:40]
        if kind not in ("skip", "notes"):
            words[slide] = words.get(slide, 0) + sum(bool(re.search(r"\w", word)) for word in text.split())
    assert {slide: count for slide, count in words.items() if count > 150} == {}
