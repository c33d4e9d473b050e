"""Chapter 07 as a lesson: what its text says is what the engine says, and what it promises is in it."""

import json
import re
from itertools import combinations

import pytest
from lessons import Lesson, values

from vpclab import Refused, Topology, tcp, trace
from vpclab.course.chapters import c07
from vpclab.course.declarations import catalogue, exercise, prediction
from vpclab.course.exercises import Exercise, Explanation, judge
from vpclab.course.stepping import GATEWAY, ROUTE, steps
from vpclab.data import data_path
from vpclab.render.sheet import Sheet

LESSON = Lesson("07")
TEXT, code = LESSON.text, LESSON.code


def test_the_networks_that_learners_build_are_those_that_questions_are_about():
    names = {}
    exec(code("from vpclab import"), names)
    exec(code("shop = Topology("), names)
    exec(code("table = prod.route_table"), names)
    assert values(names["shop"]) == values(c07.shop_with_road())
    exec(code('shop["store"].route'), names)
    assert values(names["shop"]) == values(c07.shop_with_partner())
    exec(code("more ="), names)
    assert values(names["more"]) == values(c07.shop_with_parcels())
    exec(code("changed ="), names)
    assert values(names["changed"]) == values(c07.shop_with_maker())


def trained():
    for item in (item for id, item in catalogue().items() if id.startswith("07-")):
        if isinstance(item, Exercise):
            yield from (trap.misconception for trap in item.traps)
        elif not isinstance(item, Explanation):
            yield from (belief for belief, _ in item.beliefs.values())


@pytest.mark.parametrize("belief", ["M01", "M02", "M23", "M24", "M40"])
def test_each_misconception_of_the_chapter_is_trained_and_asked_again(belief):
    assert belief in set(trained())
    questions = json.loads(data_path("quizzes/07.json").read_text(encoding="utf-8"))
    assert belief in {question["misconception"] for question in questions}


def test_each_new_word_is_bold_where_it_first_stands():
    entries = json.loads(data_path("glossary.json").read_text(encoding="utf-8"))
    new = [entry["term"] for entry in entries if entry["chapter"] == "07"]
    assert 0 < len(new) <= 7
    said = TEXT + "".join(prediction(f"07-p{n}").after for n in range(1, 9))
    assert [term for term in new if f"**{term}**" not in said] == []


OUTCOMES = [
    ("07-p1", "reply-blocked", "NO_ROUTE_TO_DESTINATION"),
    ("07-p3", "blocked", "PCX_REQUIRES_ADDRESS_IN_VPC_CIDR"),
    ("07-p4", "blocked", "BAD_STATE_ROUTE"),
    ("07-p6", "blocked", "PCX_REQUIRES_ADDRESS_IN_VPC_CIDR"),
    ("07-p7", "blocked", "NO_ROUTE_TO_DESTINATION"),
    ("07-p8", "reply-blocked", None),
]


@pytest.mark.parametrize(("id", "outcome", "decided"), OUTCOMES, ids=[id for id, *_ in OUTCOMES])
def test_a_prediction_comes_out_as_the_facts_say(id, outcome, decided):
    item = prediction(id)
    way = item.flow.trace(item.given())
    assert way.outcome == outcome
    assert decided is None or way.blockers[0].code == decided


def test_over_the_road_no_address_is_rewritten_though_it_joins_two_regions_and_accounts():
    way = trace(c07.shop_with_partner(), "web", "stock", tcp(443))
    headers = {(str(hop.packet_in.src), str(hop.packet_in.dst)) for hop in way.forward}
    assert headers == {("10.0.0.10", "10.1.0.10")}
    assert {hop.kind for hop in way.forward if hop.kind.endswith("gateway")} == set()
    ends = [c07.shop_with_partner()[name].value for name in ("prod", "partner")]
    assert len({vpc.region for vpc in ends}) == len({vpc.account for vpc in ends}) == 2


def test_the_steps_that_the_text_names_are_the_routes_and_the_crossings():
    every = steps(trace(c07.shop_with_partner(), "web", "stock", tcp(443)))
    assert [n for n, s in enumerate(every, 1) if s.label == ROUTE] == [3, 9]
    assert [n for n, s in enumerate(every, 1) if s.label == GATEWAY] == [4, 10]
    assert "Watch steps 3 and 9" in TEXT
    assert "In steps 4 and 10" in TEXT


def test_the_flow_log_lines_say_what_the_packet_says_at_the_instance():
    way = trace(c07.shop_with_partner(), "web", "stock", tcp(443))
    lines = [line.split() for line in TEXT.splitlines() if re.match(r"2 \d{12} eni-", line)]
    assert [len(fields) for fields in lines] == [14, 14]
    for fields, packet in zip(lines, (way.forward[-1].packet_in, way.reply[0].packet_in), strict=True):
        assert fields[1] == c07.shop_with_partner()["partner"].value.account
        said = [str(packet.src), str(packet.dst), str(packet.src_port), str(packet.dst_port), "6"]
        assert fields[3:8] == said
        assert fields[-2:] == ["ACCEPT", "OK"]


def test_the_table_of_three_countries_is_what_the_packets_do():
    network = c07.shop_with_maker()
    ends = {"prod": "web", "partner": "stock", "maker": "parts"}
    rows = re.findall(r"^\| `(\w+)`, `(\w+)` \| .* \| (.*) \|$", prediction("07-p3").after, re.M)
    assert len(rows) == 3
    for one, other, said in rows:
        way = trace(network, ends[one], ends[other], tcp(443))
        assert way.reaches == (said == "pass")


@pytest.mark.parametrize("item", c07.FOUR)
def test_a_neighbours_gate_serves_its_own_side_only(item):
    network = c07.partner_and_four_gates()
    assert trace(network, "stock", c07.FOUR[item], tcp(443)).reaches is (item == "web")
    if item != "web":
        assert trace(network, "web", c07.FOUR[item], tcp(443)).reaches, "the gate works for the shop"


def test_any_overlap_refuses_a_peering():
    with pytest.raises(Refused, match="PCX-3"):
        c07.shop_with_lab()["prod"].peer("lab")


@pytest.mark.parametrize("count", [2, 3, 4, 6, 10])
def test_a_full_mesh_has_as_many_peerings_as_the_formula_says(count):
    network = Topology("mesh")
    vpcs = [network.vpc(f"vpc-{n}", f"10.{n}.0.0/16") for n in range(count)]
    made = [one.peer(other) for one, other in combinations(vpcs, 2)]
    assert len(made) == count * (count - 1) // 2
    assert (str(count), str(len(made)), str(count)) in c07.mesh_table(count).rows
    assert c07.picture(count).alt.endswith(f"{len(made)} peerings")
    assert ("100", "4950", "100") in c07.mesh_table(100).rows  # PCX-14


def test_the_number_of_roads_is_computed():
    assert exercise("07-mesh").answer == len(list(combinations(range(6), 2)))


def test_with_the_conditions_of_the_table_the_hub_carries_on_what_no_peering_does():
    network = c07.hub_half_done()
    c07.finish(network)
    for one, other in (("web", "copy"), ("copy", "builder"), ("web", "builder")):
        assert trace(network, one, other, tcp(443)).reaches
    network["hub"].default_route_table.disassociate("to-prod")
    assert trace(network, "web", "copy", tcp(443)).blockers[0].code.endswith("MISSING_TGW_RTB_ASSOCIATION")


def test_the_probes_of_the_solution_leave_one_suspect():
    network = c07.shop_with_narrow_return()
    seen = {pair: trace(network, *pair, tcp(443)).reaches for pair in (
        ("reports", "stock"), ("web", "stock"), ("reports", "parcels"), ("stock", "reports"),
    )}  # fmt: skip
    assert list(seen.values()) == [False, True, True, False]


def test_a_road_that_nobody_accepted_is_not_called_gone_and_a_removed_one_is():
    """PCX-2, RT-13."""
    network = c07.shop_with_request()
    assert "road is not active" in trace(network, "web", "stock", tcp(443)).because
    network["road"].remove()
    assert "is gone" in trace(network, "web", "stock", tcp(443)).because


@pytest.mark.parametrize("choice", ["delivered", "reply-blocked"])
def test_each_wrong_guess_about_a_road_that_is_not_open_gets_a_reason(choice):
    assert choice in prediction("07-p4").beliefs


def road_and_an_open_door(shop):
    c07.third_road(shop)
    shop["maker"].security_group("parts", inbound=["tcp 443 from 0.0.0.0/0"])


def everything_at_the_shop(shop):
    c07.part_them(shop)
    shop["prod"].security_group("web", inbound=["all from 0.0.0.0/0"])


@pytest.mark.parametrize(
    ("id", "fix"), [("07-third-road", road_and_an_open_door), ("07-twins", everything_at_the_shop)]
)
def test_a_door_that_was_opened_without_need_is_refused(id, fix):
    verdict = judge(exercise(id), fix)
    assert verdict.state == "try again"
    assert "lets in more than before" in str(verdict)


def test_no_hint_of_the_last_step_asks_what_its_question_tells():
    item = exercise("07-last-step")
    assert "route table main" in str(item.kind.ask())
    assert not any("Which route table" in hint for hint in item.hints)


def everything_everywhere(shop):
    c07.mend(shop)
    c07.open_the_door(shop)


@pytest.mark.parametrize(
    ("id", "fix", "misconception"),
    [
        ("07-ticket", everything_everywhere, "M14"),
        ("07-ticket", c07.everything_back, "M02"),
        ("07-third-road", c07.everything_over_the_road, "M02"),
    ],
)
def test_a_fix_that_opens_more_than_needed_is_refused(id, fix, misconception):
    verdict = judge(exercise(id), fix)
    assert (verdict.state, verdict.misconception) == ("try again", misconception)


def accepted(shop):
    road = shop["prod"].peer("maker", "new", status="pending-acceptance")
    road.accept()
    shop["prod"].route_table("front").route("10.2.0.0/16", to=road)
    shop["maker"].route_table("works").route("10.0.0.0/16", to="new")


def by_subnet(shop):
    shop["store-a"].route("10.0.1.10/32", to="road")


@pytest.mark.parametrize(("id", "fix"), [("07-third-road", accepted), ("07-ticket", by_subnet)])
def test_other_ways_of_doing_it_are_correct(id, fix):
    assert judge(exercise(id), fix).state == "correct"


@pytest.mark.parametrize("id", ["07-p1", "07-p2", "07-p3", "07-p4", "07-p6", "07-p7", "07-p8"])
def test_maps_and_traces_are_read_at_800_pixels(id):
    item = prediction(id)
    network = item.given()
    way = item.flow.trace(network)
    assert Sheet(network.snapshot()).scene().width <= 1070
    assert Sheet(way.snapshot, way).scene().width <= 1070


def test_the_one_sentence_stands_in_the_puzzle_and_in_the_key_points():
    assert "**A road needs a signpost at both ends.**" in prediction("07-p1").after
    assert "**A road of their own, open, and a signpost at both ends:**" in TEXT
    assert "*A road of their own, open, and a signpost at both ends.*" in TEXT
