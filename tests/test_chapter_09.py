"""Chapter 09 as a lesson: what its text says is what the engine says, and what it promises is in it."""

import json
import re
from contextlib import redirect_stdout
from io import StringIO

import pytest
from lessons import Lesson, values

from vpclab import BadInput, internet, still_open, tcp, trace
from vpclab.course.chapters import c09
from vpclab.course.declarations import exercise, prediction
from vpclab.course.editing import RulesView
from vpclab.course.exercises import judge
from vpclab.data import data_path

LESSON = Lesson("09")
TEXT, code = LESSON.text, LESSON.code
CUSTOMER = internet


def test_the_networks_that_learners_build_are_those_that_questions_are_about():
    names = {}
    steps = [
        ("shop = Topology(", "shop", c09.shop),
        ("two = ", "two", c09.shop_with_two_groups),
        ("forgotten = ", "forgotten", c09.shop_with_forgotten_rule),
    ]
    with redirect_stdout(StringIO()):
        exec(code("from vpclab import"), names)
        for start, name, given in steps:
            exec(code(start), names)
            assert values(names[name]) == values(given()), start


BELIEFS = ["M05", "M06", "M07", "M29", "M30", "M31", "M32", "IMP-c", "IMP-l", "IMP-p"]


def test_there_are_at_most_seven_new_words_and_each_is_set_off_where_it_is_explained():
    entries = json.loads(data_path("glossary.json").read_text(encoding="utf-8"))
    new = [entry["term"] for entry in entries if entry["chapter"] == "09"]
    told = [TEXT, exercise("09-begin").prompt, *(p.after for p in c09.PREDICTIONS)]
    assert 0 < len(new) <= 7
    assert [term for term in new if f"**{term}**" not in "\n".join(told)] == []


def test_the_flow_log_lines_say_what_packets_say_at_the_database():
    question, try_ = (
        trace(c09.shop(), *ends) for ends in (("web", "db", tcp(3306)), ("db", "web", tcp(443)))
    )
    packets = (question.forward[-1].packet_in, question.reply[0].packet_in, try_.forward[0].packet_in)
    actions = ["ACCEPT", "ACCEPT", "REJECT"]
    lines = [line.split() for line in TEXT.splitlines() if re.match(r"2 \d{12} eni-", line)]
    assert [len(fields) for fields in lines] == [14, 14, 14]
    for fields, packet, action in zip(lines, packets, actions, strict=True):
        said = [str(packet.src), str(packet.dst), str(packet.src_port), str(packet.dst_port), "6"]
        assert fields[3:8] == said
        assert fields[-2:] == [action, "OK"]
    assert question.reaches
    assert (try_.blockers[0].component.name, try_.blockers[0].direction) == ("db-sg", "outbound")


def test_the_steps_that_the_text_names_read_a_rule_or_know_the_connection():
    from vpclab.course.stepping import SG_IN, SG_OUT, steps

    every = steps(trace(c09.shop(), "web", "db", tcp(3306)))
    doors = {n: s.decisions[0].rule for n, s in enumerate(every, 1) if s.label in (SG_OUT, SG_IN)}
    assert {n: rule is not None for n, rule in doors.items()} == {1: True, 6: True, 7: False, 12: False}
    assert "in steps 1 and 6, and what in steps 7 and 12" in TEXT


@pytest.mark.parametrize(
    ("network", "src", "dst", "port", "outcome"),
    [
        (c09.shop, "web", "db", 3306, "delivered"),  # SG-12: no outbound rule for the answer
        (c09.shop, "db", "web", 443, "blocked"),  # SG-4
        (c09.shop, internet, "web", 443, "delivered"),
        (c09.shop_with_two_groups, c09.OFFICE, "web", 22, "delivered"),  # SG-6
        (c09.shop_with_groups_turned, c09.OFFICE, "web", 22, "delivered"),
        (c09.shop_with_groups_turned, internet, "web", 443, "delivered"),
        (c09.shop_with_second_socket, "ops", "10.0.0.10", 22, "blocked"),  # SG-5
        (c09.shop_with_second_socket, "ops", "10.0.2.10", 22, "delivered"),
        (c09.shop_with_forgotten_rule, c09.STRANGER, "web", 22, "delivered"),
        (c09.shop_with_office_rule, c09.STRANGER, "web", 22, "blocked"),
        (c09.lab, "anna", "ben", 22, "delivered"),  # SG-1
        (c09.lab, "guest", "ben", 22, "blocked"),
        (c09.lab, "cleo", "dan", 22, "blocked"),  # SG-2, SG-22
        (c09.lab, "cleo", "guest", 22, "delivered"),
        (c09.lab, "anna", internet, 443, "blocked"),  # VPC-12
        (c09.shop_with_stock, "web", "198.51.100.11", 443, "blocked"),  # SG-20
        (c09.shop_with_stock, "web", "10.0.0.11", 443, "delivered"),
        (c09.shop_with_stock, internet("203.0.113.80"), "stock", 443, "delivered"),
        (c09.shop_through_firewall, "web", "db", 3306, "blocked"),  # SG-23
        (c09.shop_with_crew, "job-1", "job-2", 8080, "blocked"),  # SG-22
        (c09.shop_with_twin_group, internet, "web", 443, "delivered"),
        (c09.shop_with_twin_group, "web", "db", 3306, "blocked"),  # SG-19
        (c09.shop_with_twin_group, "web-2", "db", 3306, "delivered"),
        (c09.shop_with_twin_group, "web", "cache", 6379, "blocked"),
        (c09.shop_with_twin_group, "web-2", "cache", 6379, "delivered"),
    ],
)  # fmt: skip
def test_what_the_text_says_of_a_packet_is_what_becomes_of_it(network, src, dst, port, outcome):
    assert trace(network(), src, dst, tcp(port)).outcome == outcome


def test_the_packet_by_the_public_address_brings_the_source_that_the_text_names():
    way = trace(c09.shop_with_stock(), "web", "198.51.100.11", tcp(443))
    assert str(way.blockers[0].component.name) == "stock-sg"
    assert str(way.forward[-1].packet_in.src) == "198.51.100.10"
    assert "as one from 198.51.100.10" in prediction("09-p6").after


@pytest.mark.parametrize("rule", ["tcp 3306 from 10.0.0.0/24", "tcp 3306 from 10.0.0.10/32"])
def test_a_block_lets_in_what_came_through_the_firewall(rule):
    network = c09.shop_through_firewall()
    network["db-sg"].allow(inbound=[rule])
    assert trace(network, "web", "db", tcp(3306)).reaches


@pytest.mark.parametrize(
    ("inbound", "outbound", "kept"),
    [
        ("tcp 22 from 203.0.113.64/28", "all to 0.0.0.0/0", True),
        ("tcp 22 from 0.0.0.0/0", "tcp 443 to 0.0.0.0/0", True),
        ("tcp 22 from 0.0.0.0/0", "all to 0.0.0.0/0", False),
    ],
)
def test_the_table_of_tracked_connections_is_right(inbound, outbound, kept):
    with redirect_stdout(StringIO()):
        network = c09.shop()
        network["prod"].security_group("web-sg", inbound=[inbound], outbound=[outbound])
        changed = network.copy()
        changed["web-sg"].revoke(inbound=[inbound])
    way = trace(network, c09.OFFICE, "web", tcp(22))
    assert still_open(way, changed).allowed is kept
    row = f"| {inbound} | {outbound} | {'yes' if kept else 'no'} | it {'goes on' if kept else 'ends'} |"
    assert row in prediction("09-p7").after
    assert not trace(changed, c09.OFFICE, "web", tcp(22)).reaches


def test_what_becomes_of_an_open_connection_is_told_beside_a_new_one():
    for id, outcome, said in (("09-p4", "kept", "goes on"), ("09-p7", "cut", "ends")):
        asked = prediction(id)
        seen = asked.flow.trace(asked.given())
        assert seen.outcome == outcome
        shown = seen._repr_mimebundle_()
        assert f"The open connection {said}" in shown["text/plain"]
        assert "<strong>A new connection is stopped.</strong>" in shown["text/html"]


def test_no_map_shows_what_a_prediction_asks_for():
    assert not prediction("09-p5").picture  # it would show the default group's rule


def test_the_order_of_rules_changes_nothing_and_deny_cannot_be_written():
    network = c09.shop_with_forgotten_rule()
    packets = ("tcp 22 from 203.0.113.90", "tcp 22 from 203.0.113.70", "tcp 443 from 192.0.2.1")
    view = RulesView.of(network["web-sg"], packets)
    turned = RulesView(view.guard, view.inbound[::-1], view.outbound, packets)
    narrow = RulesView(view.guard, view.inbound[:2], view.outbound, packets)
    for now, said in ((view, [True] * 3), (turned, [True] * 3), (narrow, [False, True, True])):
        assert [decision.allowed for _, decision in now.decisions] == said
    with pytest.raises(BadInput):
        network["web-sg"].allow(inbound=["deny tcp 443 from 203.0.113.90/32"])


def test_the_comparison_of_the_two_groups_is_found_by_experiment():
    assert exercise("09-begin").kind.solve() == {
        "in": ("b", "a"),  # SG-1, SG-2
        "out": ("c", "c"),
        "mates": ("a", "b"),
    }


@pytest.mark.parametrize(
    "rules",
    [
        ("tcp 3306 from 0.0.0.0/0", ()),
        ("tcp 3306 from 10.0.0.0/24", ()),
        ("all from web-sg", ()),
        ("tcp 1024-65535 from web-sg", ()),
        ("tcp 0-3306 from web-sg", ()),
        ("tcp 3306 from web-sg", ("all to 0.0.0.0/0",)),
        ("tcp 3306 from web-sg", ("tcp 443 to 10.0.0.0/16",)),
        ("tcp 3306 from db-sg", ()),
        ("tcp 3306 from web-sg", ("tcp 3306 to web-sg",)),
    ],
    ids=str,
)
def test_a_list_that_allows_more_or_less_than_needed_is_refused(rules):
    inbound, outbound = rules

    def fix(shop):
        shop["prod"].security_group("db-sg", inbound=[inbound], outbound=list(outbound))

    assert judge(exercise("09-least"), fix).state == "try again"


@pytest.mark.parametrize(
    "rules",
    [
        ("tcp {} from 10.0.0.0/24",),
        ("tcp {} from 0.0.0.0/0",),
        ("all from web-sg",),
        ("tcp {} from trial-sg",),
    ],
    ids=str,
)
def test_the_ticket_is_not_closed_by_opening_doors(rules):
    def fix(shop):
        for group, port in (("db-sg", 3306), ("cache-sg", 6379)):
            shop[group].allow(inbound=[rule.format(port) for rule in rules])

    assert judge(exercise("09-ticket"), fix).state == "try again"


def test_the_plan_of_the_ticket_is_the_network_but_for_one_thing():
    network = c09.shop_with_twin_group()
    plan = exercise("09-ticket").prompt
    for names, group, rule in re.findall(r"^\| (`.*) \| `([a-z-]+-sg)` \| (.*) \|$", plan, re.MULTILINE):
        for name in set(re.findall(r"`([a-z0-9-]+)`", names)) - {"front-a", "data-a", "web"}:
            interface = network[name].interfaces[0].value
            assert [network[id].name for id in interface.group_ids] == [group]
        assert c09.rules_of(network, group, "inbound") == (rule,)
    c09.mend(network)
    assert trace(network, "web", "db", tcp(3306)).reaches


def test_the_lesson_says_the_same_sentence_where_it_is_found_and_in_the_key_points():
    assert TEXT.count("**Who begins needs a rule. Who answers needs none.**") == 2


def test_the_editor_answers_no_prediction_before_it_is_committed():
    assert TEXT.count('after="09-p3")') == TEXT.count('rule_editor(forgotten["web-sg"]') == 2


def test_a_message_about_the_way_out_stands_above_packets_that_go_out():
    both = judge(exercise("09-begin"), {"in": "aa", "out": "bb", "mates": "bb"})
    assert both.misconception == "IMP-l"
    out = judge(exercise("09-begin"), {"in": "ba", "out": "bb"})
    assert (out.misconception, "anna → guest" in str(out)) == ("IMP-c", True)


def test_who_writes_deny_into_a_group_is_told_that_a_group_only_allows():
    network = c09.shop()
    for word in ("deny", "allow"):
        with pytest.raises(BadInput, match="only allows"):
            network["web-sg"].allow(inbound=[f"{word} tcp 443 from 203.0.113.90/32"])
