"""Chapter 03 as a lesson: what its text says is what the engine says, and what it promises is in it."""

import json
import re

import pytest
from lessons import Lesson, values

from vpclab import Refused, internet, tcp, trace
from vpclab.course import route_explorer, show
from vpclab.course.chapters import c03
from vpclab.course.declarations import prediction
from vpclab.data import data_path

LESSON = Lesson("03")
TEXT, code = LESSON.text, LESSON.code


def test_the_networks_that_learners_build_are_those_that_questions_are_about():
    names = {}
    exec(code("from vpclab import"), names)
    steps = [
        ("shop = Topology(", "shop", c03.new_shop),
        ("gate = ", "shop", c03.shop_with_gate),
        ("prod.route_table(", "shop", c03.shop_with_signpost),
        ("gates = ", "gates", c03.shop_with_three_gates),
    ]
    for start, name, given in steps:
        exec(code(start).removesuffix("\ngates"), names)
        assert values(names[name]) == values(given()), start


def test_there_are_at_most_seven_new_words():
    entries = json.loads(data_path("glossary.json").read_text(encoding="utf-8"))
    new = [entry["term"] for entry in entries if entry["chapter"] == "03"]
    assert 0 < len(new) <= 7
    assert all(term in TEXT + prediction("03-p1").after for term in new)


def test_the_flow_log_lines_say_what_the_packet_says_at_the_instance():
    way = trace(c03.shop_with_signpost(), "web", c03.PAYMENT, tcp(443))
    lines = [line.split() for line in TEXT.splitlines() if re.match(r"2 \d{12} eni-", line)]
    assert [len(fields) for fields in lines] == [14, 14]
    for fields, packet in zip(lines, (way.forward[0].packet_in, way.reply[-1].packet_in), strict=True):
        said = [str(packet.src), str(packet.dst), str(packet.src_port), str(packet.dst_port), "6"]
        assert fields[3:8] == said
        assert fields[-2:] == ["ACCEPT", "OK"]


def test_the_steps_that_the_text_names_are_the_route_and_the_rewriting():
    from vpclab.course.stepping import ROUTE, steps

    every = steps(trace(c03.shop_with_signpost(), "web", c03.PAYMENT, tcp(443)))
    assert [n for n, s in enumerate(every, 1) if s.label == ROUTE and s.hop] == [3]
    assert every[3].hop.packet_out != every[3].hop.packet_in
    assert "Watch step 3" in TEXT
    assert "In step 4 the gate writes" in TEXT


@pytest.mark.parametrize(
    ("address", "wins"),
    [
        ("10.0.1.10", "10.0.0.0/16"),
        ("192.168.0.10", "192.168.0.0/24"),
        ("192.168.1.10", "0.0.0.0/0"),
        ("203.0.113.80", "0.0.0.0/0"),
    ],
)
def test_the_explorer_answers_the_addresses_that_the_text_names(address, wins):
    said = str(show(route_explorer(c03.shop_with_three_gates()["front"], address)))
    assert "Say which route will win" in TEXT
    assert address in TEXT
    assert [line.split()[0] for line in said.splitlines() if "◀" in line] == [wins]


def test_a_route_with_the_subnets_own_addresses_is_refused_as_the_text_says():
    shop = c03.shop_with_signpost()
    with pytest.raises(Refused, match="RT-11"):
        shop["front"].route("10.0.0.0/24", to=shop["igw"])


def test_the_solution_of_four_addresses_is_what_the_engine_does():
    network = c03.shop_with_four_signposts()
    solution = next(e for e in c03.EXERCISES if e.id == "03-lpm").solution
    for address, route in solution.items():
        end = "db" if address == "10.0.1.10" else internet(address)
        hop = next(h for h in trace(network, "web", end, tcp(443)).forward if h.kind == "route_table")
        assert [str(d.rule.destination) for d in hop.decisions] == [route]
    table = [f"{r.destination} → " for r in network["front"].value.routes]
    prompt = next(e for e in c03.EXERCISES if e.id == "03-lpm").prompt
    assert re.findall(r"^- (\S+ → )", prompt, re.M) == table


def test_the_new_vpc_has_what_the_text_says_and_no_way_out():
    network = c03.new_shop()
    assert [str(r.destination) for r in network["main"].value.routes] == ["10.0.0.0/16"]
    assert trace(network, "web", "db", tcp(3306)).outcome == "delivered"
    assert trace(network, "web", c03.PAYMENT, tcp(443)).outcome == "blocked"


def test_the_lesson_says_the_same_sentence_to_the_instructor_and_in_the_key_points():
    said = "No gate, no way out. No signpost, no way to the gate."
    assert TEXT.count(said) == 2
