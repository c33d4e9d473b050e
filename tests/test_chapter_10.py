"""Chapter 10 as a lesson: what its text says is what the engine says, and what it promises is in it."""

import json
import re
from contextlib import redirect_stdout
from io import StringIO

import pytest
from lessons import Lesson, values

from vpclab import Refused, evaluate_network_acl, internet, records, tcp, trace
from vpclab.course import rule_editor, show
from vpclab.course.chapters import c10
from vpclab.course.declarations import exercise, prediction
from vpclab.course.exercises import judge
from vpclab.course.quiz import read_questions
from vpclab.course.reference import fact, glossary
from vpclab.course.stepping import ACL_IN, ACL_OUT, ROUTE, SG_IN, SG_OUT, steps
from vpclab.data import data_path

LESSON = Lesson("10")
TEXT, code = LESSON.text, LESSON.code
_FILE = json.loads(data_path("quizzes/10.json").read_text(encoding="utf-8"))
QUIZ = {question.id: question for question in read_questions(_FILE)}


def filters(way):
    """Return the kinds of the lists on a way, the request's and the reply's."""
    kinds = ("security_group", "network_acl")
    return [[hop.kind for hop in leg if hop.kind in kinds] for leg in (way.forward, way.reply)]


def test_the_networks_that_learners_build_are_those_that_questions_are_about():
    names = {}
    exec(code("from vpclab import"), names)
    exec(code("shop = Topology("), names)
    assert values(names["shop"]) == values(c10.shop_with_one_line())
    with redirect_stdout(StringIO()):
        exec(code("data_acl.entries("), names)
        assert values(names["shop"]) == values(c10.shop())
        exec(code("both = "), names)
        exec(code("changed = "), names)
        exec(code("lab = "), names)
    assert values(names["both"]) == values(c10.shop_with_front_acl())
    assert values(names["changed"]) == values(c10.shop_with_late_deny())


def test_there_are_at_most_seven_new_words_and_each_is_bold_where_it_is_first_told():
    told = TEXT + "".join(item.after for item in c10.PREDICTIONS)
    new = [entry["term"] for entry in glossary() if entry["chapter"] == "10"]
    assert 0 < len(new) <= 7
    assert [term for term in new if f"**{term}**" not in told] == []


def test_the_flow_log_lines_are_those_that_the_interface_of_db_writes():
    lines = [line.split() for line in TEXT.splitlines() if re.match(r"2 \d{12} eni-", line)]
    written = str(records([trace(c10.shop_with_one_line(), "web", "db", tcp(3306))])).splitlines()
    at_db = [line.split() for line in written if "eni-prod-db" in line]
    assert [fields[3:10] + fields[12:] for fields in lines] == [
        fields[3:10] + fields[12:] for fields in at_db
    ]
    assert [fields[-2] for fields in lines] == ["ACCEPT", "REJECT"]


def test_between_two_subnets_there_are_six_checks_at_the_steps_that_the_text_names():
    every = list(enumerate(steps(trace(c10.shop(), "web", "db", tcp(3306))), 1))
    lists = [n for n, s in every if s.hop and s.label in (SG_OUT, ACL_OUT, ACL_IN, SG_IN)]
    known = [n for n, s in every if s.hop and s.leg == "reply" and s.label in (SG_OUT, SG_IN)]
    assert [n for n in lists if n not in known] == [1, 2, 5, 6, 8, 11]
    assert "these are steps 1, 2, 5, 6, 8 and 11." in prediction("10-p2").after
    assert known == [7, 12]
    assert [n for n, s in every if s.hop and s.label == ROUTE] == [3, 9]


def test_the_table_of_six_checks_is_what_each_list_is_held_against():
    way = trace(c10.shop(), "web", "db", tcp(3306))
    kinds = {"security_group": "group", "network_acl": "network ACL"}
    seen = [
        (kinds[hop.kind], {"outbound": "out", "inbound": "in"}[hop.direction], str(hop.packet_in.dst_port))
        for leg, hops in (("request", way.forward), ("reply", way.reply))
        for hop in hops
        if hop.kind == "network_acl" or (hop.kind == "security_group" and leg == "request")
    ]
    rows = re.findall(
        r"^\| \d \| (group|network ACL) of `.*?` \| (in|out) \| (\d+)", prediction("10-p2").after, re.M
    )
    assert rows == seen
    assert len(rows) == 6


def test_inside_one_subnet_there_are_two_checks_and_no_route():
    way = trace(c10.shop(), "reports", "db", tcp(3306))
    assert filters(way)[0] == ["security_group"] * 2
    assert "network_acl" not in filters(way)[1]
    assert "route_table" not in [hop.kind for hop in (*way.forward, *way.reply)]


def test_the_blank_rows_of_the_faded_examples_are_those_that_are_asked_for():
    every = steps(trace(c10.shop_with_front_acl(), "web", "db", tcp(3306)))
    assert every[10].hop.component.name == "front-acl"
    assert every[10].allowed is False
    inside = steps(trace(c10.shop(), "reports", "db", tcp(3306)))
    assert [n for n in (2, 3, 5) if inside[n - 1].hop is not None] == []
    shown = str(judge(exercise("10-last-step"), "stops"))
    assert [row for row in ("  11 ", "  12 ") if row not in shown] == []


def test_the_ranges_of_clients_are_those_of_the_fact():
    told = fact("ACL-11").parts[0].replace("–", "-")
    for ports in ("32768-61000", "49152-65535", "1024-65535"):
        assert ports in told
        assert ports in TEXT


@pytest.mark.parametrize("port", [1024, 32768, 40000, 61000, 65535])
def test_the_line_for_answers_fits_every_client(port):
    assert trace(c10.shop(), "web", "db", tcp(3306, src_port=port)).reaches


def test_the_editor_shows_the_late_line_that_is_not_read():
    changed = c10.shop_with_late_deny()
    acl = changed["prod"].default_network_acl
    said = str(show(rule_editor(acl, "tcp 443 from 203.0.113.9", "tcp 443 from 192.0.2.1")))
    assert "would fit, but is not read any more" in said


def test_the_table_of_beginnings_is_what_a_new_vpc_and_a_new_network_acl_have():
    network = c10.shop_with_groups()
    default, new = network["prod"].default_network_acl.value, network["prod"].network_acl("new").value
    assert [str(entry) for entry in default.side("inbound")] == ["100 allow all from 0.0.0.0/0"]
    assert new.side("inbound") == new.side("outbound") == ()
    assert new.subnet_ids == ()


def test_a_subnet_has_one_network_acl_and_the_end_of_a_list_has_no_number_to_take():
    network = c10.shop()
    with redirect_stdout(StringIO()):
        network["prod"].network_acl("other", subnets=["data-a"])
    assert network["data-a"].network_acl.name == "other"
    assert network["data-acl"].value.subnet_ids == ()
    with pytest.raises(Refused, match="ACL-4"):
        network["data-acl"].entries(inbound=["32767 allow all from 0.0.0.0/0"])


def test_every_cell_of_the_table_is_found_by_experiment():
    assert all(callable(row.truth) and row.shows for row in c10.TABLE.rows)
    assert c10.TABLE.solve() == {
        "guards": ("a", "b"),  # SG-5, ACL-9
        "directions": ("a", "a"),  # SG-7, ACL-5
        "answer": ("a", "b"),  # SG-12, ACL-8
        "order": ("b", "a"),  # SG-6, ACL-4
        "verdicts": ("b", "a"),  # SG-6, ACL-5
        "new": ("c", "b"),  # SG-2, ACL-3
        "default": ("d", "a"),  # SG-1, ACL-2
        "named": ("a", "b"),  # SG-7, ACL-5
        "dns": ("b", "b"),  # SG-11, ACL-10
    }


def test_no_row_of_the_table_shows_an_experiment_that_speaks_for_one_column_only():
    for row in c10.TABLE.rows:
        shown = str(row.shows()).casefold()
        assert "group" in shown, row.key
        assert "network acl" in shown, row.key


WRONG_FIXES = {
    "everything let out": (c10.mend_too_wide, "web → internet tcp 22 must not work"),
    "one system's ports for another's": (c10.mend_for_windows_only, "must work"),
    "the default list": (c10.mend_the_default, "must work"),
}


@pytest.mark.parametrize(("fix", "said"), WRONG_FIXES.values(), ids=WRONG_FIXES)
def test_a_fix_that_mends_nothing_or_opens_too_much_is_refused(fix, said):
    verdict = judge(exercise("10-ticket"), fix)
    assert (verdict.state, verdict.misconception) == ("try again", "")
    assert said in str(verdict)


def opened_on_the_way_in(shop):
    c10.mend(shop)
    shop["front-acl"].entries(inbound=["100 allow all from 0.0.0.0/0"])


def test_a_fix_that_also_opens_the_way_in_is_refused():
    assert "203.0.113.70" in str(judge(exercise("10-ticket"), opened_on_the_way_in))


def test_shutting_one_out_by_opening_the_border_to_the_rest_is_refused():
    verdict = judge(exercise("10-shut-out"), c10.shut_out_in_the_default)
    assert verdict.state == "try again"
    assert "must not work, and does" in str(verdict)


def test_the_fault_of_the_ticket_shows_by_the_clients_port_alone():
    network = c10.shop_with_narrow_answers()
    assert trace(network, internet, "web", tcp(443)).reaches
    assert trace(network, internet, "web", tcp(443, src_port=50000)).reaches
    for port in (1500, 62000):
        way = trace(network, internet, "web", tcp(443, src_port=port))
        assert (way.outcome, way.blockers[0].component.name) == ("reply-blocked", "front-acl")


def test_the_line_for_answers_is_needed_at_the_border_of_the_nat_gateways_subnet():
    for key, outcome in {"a": "reply-blocked", "b": "reply-blocked", "c": "delivered"}.items():
        way = c10.show_update(key)
        assert way.outcome == outcome
        assert {d.component.name for d in way.blockers} <= {"front-acl"}


def test_the_answer_to_the_second_quiz_question_is_the_engines():
    network = c10.shop_with_groups()
    texts = re.findall(r"\d00 (?:allow|deny) \S+(?: 22)? from [\d./]+\d", QUIZ["10-q2"].question)
    acl = network["prod"].network_acl("quiz", inbound=texts)
    packet = c10.between("203.0.113.9", "10.0.0.10", 22)
    assert len(texts) == 3
    assert evaluate_network_acl(packet, acl, "inbound").rule.number == 100


def test_the_lesson_says_the_same_sentence_to_the_instructor_and_in_the_key_points():
    assert TEXT.count("The group remembers. The network ACL reads by number and forgets.") == 3


def test_the_editor_answers_no_prediction_before_it_is_committed():
    assert TEXT.count('rule_editor(acl, *packets, after="10-p3")') == 2


REQUEST = "100 allow tcp 3306 from 10.0.0.0/24"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("100 allow tcp 32768-61000 to 10.0.0.0/24", "62000"),
        ("100 allow tcp 49152-65535 to 10.0.0.0/24", "must work"),
        ("100 allow tcp 40000 to 10.0.0.0/24", "33000"),
        ("100 allow all to 10.0.0.0/24", "tcp 443, crosses the border"),
        ("100 allow tcp 1024-65535 to 0.0.0.0/0", "tcp 8080, crosses the border"),
    ],
)
def test_lines_for_answers_that_fit_too_little_or_too_much_are_refused(line, said):
    def fix(shop):
        shop["data-acl"].entries(inbound=[REQUEST], outbound=[line])

    verdict = judge(exercise("10-border"), fix)
    assert (verdict.state, said in str(verdict)) == ("try again", True)


def test_what_refutes_a_list_that_was_not_asked_shows_that_the_packet_arrives():
    for key in ("a", "c"):
        assert "it arrives, and the answer comes back" in str(judge(exercise("10-first-steps"), key))


def test_the_order_of_a_group_is_refuted_by_a_line_that_cannot_have_a_number():
    verdict = judge(exercise("10-table"), {"order": "aa"})
    assert verdict.misconception == "M06"
    assert "no place in it for a number" in str(verdict)


def test_the_prompt_of_the_ticket_does_not_say_that_the_clients_port_decides():
    shown = str(exercise("10-ticket").card())
    assert "from port" not in shown
    for fix in (lambda shop: None, c10.mend_the_group):
        verdict = judge(exercise("10-ticket"), fix)
        assert verdict.state == "try again"
        assert "from port 1500 must work, and does not" in str(verdict)
    assert "tcp 1500 to 192.0.2.1" in str(judge(exercise("10-ticket"), c10.mend))
