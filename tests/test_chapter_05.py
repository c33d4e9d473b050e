"""Chapter 05 as a lesson: what its text says is what the engine says, and what it promises is in it."""

import json
import re
from contextlib import redirect_stdout
from io import StringIO

import pytest
from lessons import Lesson, values

from vpclab import internet, tcp, trace
from vpclab.course.chapters import c05
from vpclab.course.declarations import catalogue, prediction
from vpclab.course.exercises import Exercise, judge
from vpclab.course.natting import GATEWAY, INSTANCE
from vpclab.course.quiz import all_questions
from vpclab.data import data_path

LESSON = Lesson("05")
TEXT, code = LESSON.text, LESSON.code
ITEMS = [item for id, item in catalogue().items() if id.startswith("05-")]
MINE = [item for item in ITEMS if isinstance(item, Exercise)]


def exercise(name):
    return next(item for item in MINE if item.id == f"05-{name}")


def test_the_networks_that_learners_build_are_those_that_questions_are_about():
    names = {}
    with redirect_stdout(StringIO()):
        exec(code("from vpclab import"), names)
        steps = [
            ("shop = Topology(", "shop", c05.shop_with_nat_inside),
            ('shop["apps"].remove_route(', "shop", c05.shop),
            ("updates = ", "two", c05.shop_with_batch),
            ("from vpclab.course.chapters", "with_instance", c05.shop_with_nat_instance),
            ("changed = ", "changed", c05.shop_without_zone_a),
        ]
        for start, name, given in steps:
            exec(code(start), names)
            assert values(names[name]) == values(given()), start


BELIEFS = ["M15", "M16", "M17", "M18", "M20", "M38", "M39", "M41", "M46", "IMP-h", "IMP-i", "IMP-n"]


def test_the_recall_questions_are_of_several_types_and_train_this_chapters_beliefs():
    mine = [question for question in all_questions() if question.chapter == "05"]
    assert 5 <= len(mine) <= 6
    assert len({question.type for question in mine}) >= 2
    assert {question.misconception for question in mine} <= set(BELIEFS)


def test_there_are_at_most_seven_new_words_each_set_off_and_used():
    entries = json.loads(data_path("glossary.json").read_text(encoding="utf-8"))
    new = [entry["term"] for entry in entries if entry["chapter"] == "05"]
    told = TEXT + "".join(prediction(f"05-p{n}").after for n in range(1, 9))
    assert 0 < len(new) <= 7
    assert [term for term in new if f"**{term}**" not in told] == []


def test_the_flow_log_lines_say_what_the_packet_says_at_the_instance():
    way = trace(c05.shop(), "app-1", c05.SOURCE, tcp(443))
    lines = [line.split() for line in TEXT.splitlines() if re.match(r"2 \d{12} eni-", line)]
    assert [len(fields) for fields in lines] == [14, 14]
    for fields, packet in zip(lines, (way.forward[0].packet_in, way.reply[-1].packet_in), strict=True):
        said = [str(packet.src), str(packet.dst), str(packet.src_port), str(packet.dst_port), "6"]
        assert fields[3:8] == said
        assert fields[-2:] == ["ACCEPT", "OK"]


def test_the_steps_that_the_text_names_are_those_that_rewrite_the_header():
    """NGW-3, NGW-14: two rewritings out, two back."""
    from vpclab.course.stepping import steps

    every = steps(trace(c05.shop(), "app-1", c05.SOURCE, tcp(443)))
    changed = [n for n, s in enumerate(every, 1) if s.hop and s.hop.packet_out not in (None, s.hop.packet_in)]
    assert changed == [5, 10, 16, 18]
    assert "the source in steps 5 and 10, and the destination in 16 and 18" in TEXT


def test_the_table_of_sources_is_what_the_packet_carries():
    way = trace(c05.shop(), "app-1", c05.SOURCE, tcp(443))
    sources = list(dict.fromkeys(str(hop.packet_in.src) for hop in way.forward))
    assert re.findall(r"\| (\d[\d.]+),", prediction("05-p2").after) == sources


@pytest.mark.parametrize(
    ("given", "flow", "outcome"),
    [
        (c05.shop_with_nat_inside, ("app-1", c05.SOURCE, tcp(443)), "blocked"),  # NGW-1
        (c05.shop, ("app-1", c05.SOURCE, tcp(443)), "delivered"),  # PATH-5
        (c05.shop, (internet, "198.51.100.10", tcp(22)), "blocked"),  # NGW-4
        (c05.shop, (internet, "app-1", tcp(443)), "blocked"),
        (c05.shop_without_zone_a, ("app-2", c05.SOURCE, tcp(443)), "blocked"),  # NGW-10
        (c05.shop_with_nat_instance, ("app-1", c05.SOURCE, tcp(443)), "delivered"),  # NI-1
        (c05.shop_with_check, ("app-1", c05.SOURCE, tcp(443)), "blocked"),  # ENI-3
        (c05.shop_with_firewall, ("app-1", "db", tcp(3306)), "delivered"),  # RT-4
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_the_lesson_tells_what_the_facts_say(given, flow, outcome):
    assert trace(given(), *flow).outcome == outcome


def test_a_route_for_exactly_the_other_subnet_leads_to_the_firewall_as_the_text_says():
    network = c05.shop_with_firewall()
    network["apps"].route("10.0.2.0/24", to=network["firewall"])  # RT-11
    assert c05.whether_through(trace(network, "app-1", "db", tcp(3306))) == "through"
    assert "10.0.2.0/24" in prediction("05-p8").after


def test_a_nat_gateway_takes_no_route_for_ipv6_as_the_text_says():
    from vpclab import Refused

    network = c05.shop_with_ipv6()
    with pytest.raises(Refused, match="RT-16"):
        network["apps"].route("::/0", to=network["nat"])
    assert "takes no route for ::/0" in prediction("05-p6").after


NAT_TABLE = {  # NI-3, NGW-10, ENI-3, NGW-7, NGW-4, IMP-h
    "care": ("a", "b"),
    "zone": ("b", "b"),
    "new": ("a", "b"),
    "door": ("b", "a"),
    "login": ("b", "a"),
    "price": ("a", "b"),
    "cheaper": ("c", "c"),
}
GATES_TABLE = {  # IGW-8, NGW-13, EIGW-1, NGW-3, PRICE-6
    "family": ("a", "c", "b"),
    "start": ("a", "b", "b"),
    "source": ("a", "b", "c"),
    "lives": ("a", "b", "a"),
    "price": ("a", "b", "a"),
}


@pytest.mark.parametrize(("name", "table"), [("nat-table", NAT_TABLE), ("gateways-table", GATES_TABLE)])
def test_the_experiments_fill_the_tables_as_the_facts_do(name, table):
    assert exercise(name).kind.solve() == table


@pytest.mark.parametrize("name", ["nat-table", "gateways-table"])
def test_every_wrong_cell_of_the_tables_is_refuted_by_something_to_see(name):
    item = exercise(name)
    for row in item.kind.rows:
        for column in range(len(item.kind.columns)):
            for key in set(row.options) - {row.keys[column]}:
                cells = [None] * len(item.kind.columns)
                cells[column] = key
                verdict = judge(item, {row.key: cells})
                assert verdict.state == "try again", (row.key, key)
                assert len(verdict.parts) > 1, (row.key, key)


def test_a_dear_instance_and_much_traffic_turn_round_which_kind_is_cheaper():
    """IMP-h."""
    gateway, instance = zip(*(c05.sums(*month) for month in c05.MONTHS), strict=True)
    assert [g < i for g, i in zip(gateway, instance, strict=True)] == [False, True, False]


def test_the_fault_of_the_ticket_is_where_the_solution_mends_it_and_nowhere_else():
    network = c05.shop_with_lost_table()
    answers = {
        n: trace(network, n, c05.SOURCE, tcp(443)).reaches for n in ("app-1", "app-2", "web-1", "web-2")
    }
    assert answers == {"app-1": True, "app-2": False, "web-1": True, "web-2": False}
    assert trace(network, "app-2", "app-1", tcp(443)).reaches
    c05.mend(network)
    assert trace(network, "app-2", c05.SOURCE, tcp(443)).reaches
    assert not trace(network, internet, "app-2", tcp(443)).reaches


def give_app_2_an_address(shop):
    shop["app-2"].elastic_ip()
    shop["apps-c"].route("0.0.0.0/0", to=shop["igw"])
    shop["front-c"].route("0.0.0.0/0", to=shop["igw"])


def mend_by_the_main_table(shop):
    c05.main_to_the_gateway(shop)


def open_app_to_the_subnet(shop):
    c05.build_bastion(shop)
    shop["prod"].security_group("app", inbound=["tcp 443 from 0.0.0.0/0", "tcp 22 from 10.0.0.0/24"])


def let_one_of_the_office_in(shop):
    c05.build_bastion(shop)
    shop["prod"].security_group("bastion", inbound=["tcp 22 from 203.0.113.70/32"])


def test_a_bastion_is_for_the_whole_office():
    assert judge(exercise("bastion"), let_one_of_the_office_in).state == "try again"


def let_the_neighbours_in(shop):
    c05.build_bastion(shop)
    shop["prod"].security_group("bastion", inbound=["tcp 22 from 203.0.113.0/24"])


@pytest.mark.parametrize("fix", [open_app_to_the_subnet, let_the_neighbours_in])
def test_a_bastion_that_lets_in_more_than_the_office_is_not_taken(fix):
    assert judge(exercise("bastion"), fix).state == "try again"


@pytest.mark.parametrize(
    "fix",
    [give_app_2_an_address, mend_by_the_main_table, c05.borrow_the_other_zone, c05.mend_and_borrow],
)
def test_a_repair_that_opens_too_much_or_mends_a_half_is_not_taken(fix):
    assert judge(exercise("ticket"), fix).state == "try again"


def test_a_nat_gateway_made_in_the_zone_that_failed_helps_nobody():
    """NGW-10."""
    verdict = judge(exercise("zone"), c05.nat_gateway_in_the_failed_zone)
    assert (verdict.state, verdict.misconception) == ("try again", "M18")


@pytest.mark.parametrize(
    ("id", "choice"), [("05-p1", "reply-blocked"), ("05-p3", "before"), ("05-p4", "reply-blocked")]
)
def test_each_wrong_guess_gets_a_reason(id, choice):
    assert choice in prediction(id).beliefs


def test_who_updates_what_is_refuted_pair_by_pair():
    for item, (whose, why) in c05.WHO.items():
        answer = {other: whose for other, (whose, _) in c05.WHO.items()}
        answer[item] = "you" if whose == "AWS" else "AWS"
        verdict = judge(exercise("who"), answer)
        assert verdict.state == "try again"
        assert why in str(verdict)


def test_what_refutes_a_wrong_cell_speaks_of_the_gate_in_question_and_in_known_words():
    strange = re.compile(r"\b(FIN|RST|UDP|ICMP|AAAA|DNS64|dual stack)\b")
    for name in ("nat-table", "gateways-table"):
        for row in exercise(name).kind.rows:
            shown = "\n".join(map(str, row.evidence()))
            assert not strange.search(shown), row.key
    family = exercise("gateways-table").kind.rows[0]
    assert all(gate in str(family.evidence()[0]) for gate in c05.GATES)


def test_the_months_of_the_comparison_are_told_as_they_are():
    trap = exercise("nat-table").traps[-1]
    assert len({price for price, _ in c05.MONTHS}) == 2
    assert "a cheap and a dear instance" in trap.message


def test_the_gate_for_ipv6_is_written_with_its_hyphen():
    network = c05.shop_with_three_gateways()
    for way in (
        trace(network, "app-1", c05.SOURCE_6, tcp(443), ip_version=6),
        trace(network, internet, "app-1", tcp(443), ip_version=6),
    ):
        assert "egress-only internet gateway eigw" in str(way)
        assert "egress only" not in str(way)


def test_the_columns_of_the_first_table_are_the_two_kinds():
    assert exercise("nat-table").kind.columns == (GATEWAY, INSTANCE)


def test_the_lesson_says_the_same_sentence_to_the_instructor_and_in_the_key_points():
    assert TEXT.count("Out, but not in: it counts who starts.") == 2


def test_no_price_is_typed_into_the_text():
    prose = re.sub(r"```.*?```", "", TEXT, flags=re.DOTALL)
    assert re.findall(r"\d+\.\d+ USD|USD \d|\$\d", prose) == []
