"""Chapter 01 as a lesson: what its text says is what the engine says, and what it promises is in it."""

import re

import pytest
from lessons import Lesson, values

from vpclab import Refused, internet, tcp, trace
from vpclab.course.chapters import c01
from vpclab.course.declarations import catalogue, exercise, prediction
from vpclab.course.exercises import Exercise, Explanation, judge

LESSON = Lesson("01")
TEXT, code = LESSON.text, LESSON.code


def test_the_networks_that_learners_build_are_those_that_questions_are_about():
    names = {}
    exec(code("from vpclab import"), names)
    steps = [
        ("company = Topology(", "company", c01.company),
        ("home = Topology(", "home", c01.home),
        ("changed = home", "changed", c01.home_cut_off),
        ("divided = Topology(", "divided", c01.two_countries),
    ]
    for start, name, given in steps:
        exec(code(start), names)
        assert values(names[name]) == values(given()), start


@pytest.mark.parametrize("belief", ["M43", "M44"])
def test_each_misconception_of_the_chapter_is_trained_by_predictions_and_by_traps(belief):
    items = [item for id, item in catalogue().items() if id.startswith("01-")]
    traps = [t for e in items if isinstance(e, Exercise) for t in e.traps if t.misconception == belief]
    predictions = [i for i in items if not isinstance(i, Exercise | Explanation)]
    beliefs = [name for p in predictions for name, _ in p.beliefs.values() if name == belief]
    assert len(traps) >= 2
    assert len(beliefs) >= 2


@pytest.mark.parametrize(
    ("id", "ends"),
    [
        ("01-p1", ("delivered", "")),  # RT-4, ACL-2, SG-1
        ("01-p2", ("delivered", "")),
        ("01-p3", ("delivered", "")),
        ("01-p4", ("blocked", "route_table")),  # VPC-12: only local routes
        ("01-p5", ("delivered", "")),
        ("01-p6", ("delivered", "")),
    ],
)
def test_the_predictions_end_where_the_facts_say(id, ends):
    item = prediction(id)
    way = item.flow.trace(item.given())
    assert (way.outcome, way.blockers[0].component.kind if way.blockers else "") == ends


def test_nobody_can_take_the_road_between_prefectures_out():
    table = c01.company()["development"].route_table
    assert [str(route.target) for route in table.value.routes] == ["local"]
    with pytest.raises(Refused):
        table.remove_route("10.0.0.0/16")


def test_between_prefectures_there_is_a_road_and_between_countries_there_is_none():
    two = c01.two_countries()
    for start, end in (("new-shop", "customers"), ("customers", "new-shop")):
        assert trace(c01.company(), start, end, tcp(3306)).reaches
        assert not trace(two, start, end, tcp(3306)).reaches


def test_without_a_gate_printing_goes_on_and_the_upload_ends_at_the_signposts():
    job, upload = c01.printing_and_upload(c01.home_cut_off)
    assert job.reaches
    assert upload.blockers[0].component.kind == "route_table"
    assert "end at the signposts" in prediction("01-p3").after


def test_the_table_of_who_writes_to_whom_is_what_the_packets_say():
    way = trace(c01.company(), "new-shop", "customers", tcp(3306))
    for row, packet in (("the request", way.forward[0].packet_in), ("the reply", way.reply[0].packet_in)):
        found = re.search(rf"^\| {row} \| .* \| ([\d.]+) \| ([\d.]+) \|$", TEXT, re.M)
        assert found.groups() == (str(packet.src), str(packet.dst))


def test_the_flow_log_lines_say_what_the_packet_says_at_the_database():
    way = trace(c01.company(), "new-shop", "customers", tcp(3306))
    lines = [line.split() for line in TEXT.splitlines() if re.match(r"2 \d{12} eni-", line)]
    assert [len(fields) for fields in lines] == [14, 14]
    for fields, packet in zip(lines, (way.forward[-1].packet_in, way.reply[0].packet_in), strict=True):
        said = [str(packet.src), str(packet.dst), str(packet.src_port), str(packet.dst_port), "6"]
        assert fields[3:8] == said
        assert fields[-2:] == ["ACCEPT", "OK"]


@pytest.mark.parametrize(
    ("case", "kind"),
    [
        ("office printer", "network"), ("home printer", "network"), ("upload", "internet"),
        ("hotel", "internet"), ("video", "internet"), ("backup", "internet"),
    ],
)  # fmt: skip
def test_each_everyday_case_is_what_its_packet_shows(case, kind):
    network, way = c01.case_of(case)
    assert network is not None
    assert way.reaches
    assert c01.kind_of_case(case) == kind
    assert exercise("01-cases").answer[case] == kind


def test_a_wrong_case_is_answered_with_its_own_packet():
    answer = {**exercise("01-cases").answer, "hotel": "network"}
    shown = str(judge(exercise("01-cases"), answer))
    assert "tcp 203.0.113.70:40000" in shown
    assert "files tcp 443: delivered" in shown
    assert "backup" not in shown


def test_the_faded_tables_end_as_their_questions_say():
    stranger = trace(c01.home(), internet, "printer", tcp(631))
    assert [hop.component.kind for hop in stranger.forward] == ["internet", "internet_gateway"]
    assert not stranger.reaches
    upload = trace(c01.home(), "pc", c01.BANK, tcp(443))
    assert upload.reaches


# --- the loop ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", [c01.LOOP, c01.OTHER_LOOP])
def test_in_the_right_order_customers_meet_what_was_tested(order):
    rows = c01.play(order).rows
    assert rows[-1][1:] == ("production", "customers meet what was tested")
    assert [row[1] for row in rows].count("test") == 3  # twice with a fault, once without
    assert "not so" not in str(rows)


@pytest.mark.parametrize(
    ("order", "said"),
    [
        ((c01.OPEN, *c01.LOOP[:-1]), "there is no basket yet"),
        ((*c01.LOOP[:3], c01.OPEN, *c01.LOOP[3:6]), "customers meet faults: 1"),
        ((c01.BUILD, c01.MEND_TOTAL, c01.TOTAL, *c01.LOOP[3:]), "nobody knows of this fault yet"),
        ((c01.BUILD, c01.CLEAR, *c01.LOOP[1:5], c01.OPEN), "not so: faults left: 2"),
        ((*c01.LOOP[:5], c01.OPEN, c01.CLEAR), "nobody has tested what customers meet"),
        (
            (c01.BUILD, c01.TOTAL, c01.VOUCHER, c01.MEND_TOTAL, c01.MEND_VOUCHER, c01.CLEAR, c01.OPEN),
            "the fault found before is still in it",
        ),
    ],
)
def test_a_wrong_order_is_answered_by_what_comes_of_it(order, said):
    verdict = judge(exercise("01-loop"), list(order))
    assert verdict.state == "try again"
    assert said in str(verdict)


# --- changing networks -------------------------------------------------------------------------------------


def test_a_prefecture_in_production_keeps_the_customers_data_where_it_is_reached():
    def own_prefecture(company):
        company["prod"].subnet("data", "10.1.2.0/24", az="a").instance("customers")

    assert judge(exercise("01-customers"), own_prefecture).state == "correct"


def test_the_customers_data_is_not_safe_in_a_third_country_that_web_does_not_reach():
    def third_country(company):
        company.vpc("data", "10.2.0.0/16").subnet("data-a", "10.2.0.0/24", az="a").instance("customers")

    verdict = judge(exercise("01-customers"), third_country)
    assert verdict.state == "try again"
    assert "web → customers" in str(verdict)


def test_the_ticket_plants_one_fault():
    sound, broken = c01.three_environments(), c01.environments_with_a_guest()
    rows = exercise("01-ticket").kind.intents
    assert all(row.trace(sound).reaches == row.must for row in rows)
    failing = {row.flow for row in rows if row.trace(broken).reaches != row.must}
    assert failing == {"test-app → test-db tcp 3306", "test-app → customers tcp 3306"}


def test_the_ticket_may_be_mended_in_the_other_order():
    def set_up_first(company):
        company["test-a"].instance("test-app")
        company["prod/test-app"].remove()

    assert judge(exercise("01-ticket"), set_up_first).state == "correct"


def test_a_machine_that_is_only_removed_is_missed():
    verdict = judge(exercise("01-ticket"), lambda company: company["test-app"].remove())
    assert verdict.state == "try again"
    assert "test-app" in str(verdict)


@pytest.mark.parametrize(
    "fix", [c01.own_prefecture_in_production, c01.bring_its_database, c01.to_the_developers]
)
def test_a_machine_that_was_set_up_anew_is_not_called_removed(fix):
    assert "removed" not in str(judge(exercise("01-ticket"), fix))


def test_a_database_that_moved_along_is_not_said_to_have_stayed():
    def fix(company):
        for name in ("test-app", "test-db"):
            company[name].remove()
            company["dev-a"].instance(name)

    said = str(judge(exercise("01-ticket"), fix))
    assert "in another country still" not in said
    assert "dev-app → test-db" in said


def test_one_wrong_case_is_not_answered_as_if_all_were():
    one = {**dict(exercise("01-cases").solution), "home printer": c01.INTERNET}
    assert "everything" not in str(judge(exercise("01-cases"), one)).partition("Look at")[0]


def test_the_lesson_says_the_same_sentence_after_the_prediction_and_in_the_key_points():
    said = "**Prefectures of one country are joined from the start. Countries are not.**"
    assert said in TEXT
    assert said in " ".join(prediction("01-p4").after.split())


def test_the_right_answer_shows_the_rows_that_were_blank():
    last, first = exercise("01-last-step"), exercise("01-first-steps")
    assert "source 10.0.0.10 → 198.51.100.10" in str(judge(last, "internet gateway"))
    assert "198.51.100.10" not in str(judge(last, "printer"))
    assert str(judge(first, "a")).count("does not apply") == 3
    assert "does not apply" not in str(judge(first, "b"))


@pytest.mark.parametrize("row", ["members", "gate", "safety", "steadiness"])
def test_each_row_of_the_table_that_says_the_same_twice_is_refuted_by_what_happened(row):
    verdict = judge(exercise("01-table"), {row: ("a", "a")})
    assert (verdict.state, verdict.misconception) == ("try again", "M43")
    assert len(verdict.parts) >= 3


def test_the_table_shows_places_that_learners_know():
    assert [row[1] for row in c01.show_gate().rows] == ["pc → printer", "pc → igw → internet"]
