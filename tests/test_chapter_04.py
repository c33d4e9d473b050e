"""Chapter 04 as a lesson: what its text says is what the engine says, and what it promises is in it."""

import json
import re

import pytest
from lessons import SOURCES, Lesson, values

from vpclab import internet, tcp, trace
from vpclab.course.chapters import c04
from vpclab.course.declarations import catalogue, exercise, prediction
from vpclab.course.exercises import Exercise, judge

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


@pytest.mark.parametrize(("id", "right"), [("04-second", c04.open_web_2), ("04-ticket", c04.mend)])
def test_a_door_opened_wider_on_the_way_is_refused_although_all_rows_hold(id, right):
    def change(shop):
        right(shop)
        c04.open_the_door_wider(shop)

    verdict = judge(exercise(id), change)
    assert (verdict.state, verdict.misconception) == ("try again", "M14")
    assert "All rows hold" in str(verdict)
    assert "Leave the list as it was" in " ".join(str(verdict).split())


def test_the_text_does_not_say_how_many_addresses_aws_keeps_before_it_asks():
    assert "keeps five" not in TEXT


def test_no_slide_has_more_than_150_words_of_text_and_code():
    book = SOURCES.parent / "instructor" / "04_public_and_private_subnets.ipynb"
    words, slide = {}, ""
    for cell in json.loads(book.read_text(encoding="utf-8"))["cells"]:
        kind, text = cell["metadata"].get("slideshow", {}).get("slide_type", ""), "".join(cell["source"])
        if kind in ("slide", "subslide"):
            slide = text[:40]
        if kind not in ("skip", "notes"):
            words[slide] = words.get(slide, 0) + sum(bool(re.search(r"\w", word)) for word in text.split())
    assert {slide: count for slide, count in words.items() if count > 150} == {}
