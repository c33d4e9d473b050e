"""Chapter 04 as a lesson: what its text says is what the engine says, and what it promises is in it."""

import re

import pytest
from lessons import PARTS, Lesson, values

from vpclab import internet, tcp, trace
from vpclab.course.chapters import c04
from vpclab.course.declarations import catalogue, prediction
from vpclab.course.exercises import Exercise, Explanation

LESSON = Lesson("04")
TEXT, code = LESSON.text, LESSON.code


def test_the_network_that_learners_build_is_the_one_that_predictions_are_about():
    names = {}
    exec(code("from vpclab import"), names)
    exec(code("shop = Topology("), names)
    assert values(names["shop"]) == values(c04.shop_without_address())
    exec(code("web.elastic_ip()"), names)
    assert values(names["shop"]) == values(c04.shop())
    exec(code("changed ="), names)
    assert values(names["changed"]) == values(c04.shop_without_route())


def test_the_parts_stand_in_the_order_of_the_course():
    found = re.findall(r"^## ([A-Z][a-z]+(?: [a-z]+)*)", TEXT, re.MULTILINE)
    assert tuple(found) == PARTS


@pytest.mark.parametrize("belief", ["M11", "M12", "M13", "M14", "M28", "M42", "IMP-b"])
def test_each_misconception_of_the_chapter_is_trained(belief):
    trained = {}
    for item in (item for id, item in catalogue().items() if id.startswith("04-")):
        if isinstance(item, Explanation):
            continue
        traps = [t.misconception for t in item.traps] if isinstance(item, Exercise) else []
        beliefs = [] if isinstance(item, Exercise) else [belief for belief, _ in item.beliefs.values()]
        trained[item.id] = {*traps, *beliefs}
    assert [id for id in trained if belief in trained[id]]


def test_every_kind_of_exercise_the_course_asks_for_is_there():
    kinds = {item.kind.name for item in catalogue().values() if isinstance(item, Exercise)}
    assert {"choice", "cidr", "edit", "step"} <= kinds


def test_the_flow_log_lines_say_what_the_packet_says_at_the_instance():
    way = trace(c04.shop(), internet, "web", tcp(443))
    lines = [line.split() for line in TEXT.splitlines() if re.match(r"2 \d{12} eni-", line)]
    assert [len(fields) for fields in lines] == [14, 14]
    for fields, packet in zip(lines, (way.forward[-1].packet_in, way.reply[0].packet_in), strict=True):
        said = [str(packet.src), str(packet.dst), str(packet.src_port), str(packet.dst_port), "6"]
        assert fields[3:8] == said
        assert fields[-2:] == ["ACCEPT", "OK"]


def test_the_table_of_who_sees_which_address_is_right():
    way = trace(c04.shop(), internet, "web", tcp(443))
    told = prediction("04-p2").after
    rows = dict(re.findall(r"^\| (the customer, and|the lists, and).*\| ([\d.]+ \| [\d.]+) \|$", told, re.M))
    for row, packet in (("the customer, and", way.forward[0]), ("the lists, and", way.forward[-1])):
        assert rows[row] == f"{packet.packet_in.src} | {packet.packet_in.dst}"


def test_the_address_of_the_morning_is_the_one_that_the_text_names():
    assert str(c04.shop_next_morning()["trial"].public_ip) == "198.51.100.12"
    assert "answers at 198.51.100.12" in prediction("04-p4").after


def test_the_steps_that_the_text_names_are_those_that_rewrite_the_header():
    from vpclab.course.stepping import steps

    every = steps(trace(c04.shop(), internet, "web", tcp(443)))
    changed = [n for n, s in enumerate(every, 1) if s.hop and s.hop.packet_out not in (None, s.hop.packet_in)]
    assert changed == [4, 10]
    assert "Watch the header in steps 4 and 10" in TEXT


def test_the_lesson_says_the_same_sentence_in_the_table_and_in_the_key_points():
    said = "**Gate and signpost make the subnet public. Address and lists make the instance reachable.**"
    assert TEXT.count(said) == 2
