"""Chapter 13 as a lesson: what its text says is what the engine says, and what it promises is in it."""

import json
import re

import pytest
from lessons import Lesson, values

from vpclab import Intents, compare, internet, load_aws, records, tcp, trace
from vpclab.course import check, reachability_matrix, show, ticket, words
from vpclab.course.chapters import c13
from vpclab.course.declarations import catalogue, prediction
from vpclab.course.exercises import Exercise, Explanation
from vpclab.course.stepping import ROUTE, steps
from vpclab.course.tickets.faults import KINDS
from vpclab.data import data_path

LESSON = Lesson("13")
TEXT, code = LESSON.text, LESSON.code
FLOW = ("app", "db", tcp(3306))


@pytest.fixture(autouse=True)
def _empty_progress(tmp_path, monkeypatch):
    monkeypatch.setenv("VPCLAB_PROGRESS_DIR", str(tmp_path))


def test_the_networks_that_learners_build_are_those_that_questions_are_about():
    names = {}
    exec(code("from vpclab import"), names)
    cells = [
        ("shop = Topology(", "shop", c13.shop),
        ("morning = ", "morning", c13.morning),
        ("elsewhere = ", "elsewhere", c13.shop_with_nat_elsewhere),
        ("partnered = ", "partnered", c13.shop_with_stock),
        ("wide = ", "wide", c13.opened_wide),
    ]
    for start, name, given in cells:
        exec(code(start), names)
        assert values(names[name]) == values(given()), start


@pytest.mark.parametrize(
    "belief",
    ["M03", "M04", "M05", "M12", "M13", "M16", "M19", "M22", "M23", "M30", "M34", "M35", "M43", "M44"],
)
def test_misconceptions_of_the_whole_course_are_trained(belief):
    trained = {}
    for item in (item for id, item in catalogue().items() if id.startswith("13-")):
        if isinstance(item, Explanation):
            continue
        traps = [t.misconception for t in item.traps] if isinstance(item, Exercise) else []
        beliefs = [] if isinstance(item, Exercise) else [belief for belief, _ in item.beliefs.values()]
        trained[item.id] = {*traps, *beliefs}
    assert [id for id in trained if belief in trained[id]]


def test_there_are_at_most_seven_new_words_and_each_is_used():
    entries = json.loads(data_path("glossary.json").read_text(encoding="utf-8"))
    new = [entry["term"] for entry in entries if entry["chapter"] == "13"]
    assert 0 < len(new) <= 7
    told = TEXT + "".join(prediction(f"13-p{n}").after for n in (1, 2, 3, 4))
    assert all(f"**{term}" in told for term in new)


def test_the_plan_is_sound():
    assert Intents(c13.ROWS).check(c13.shop()).holds


def test_three_blockers_stand_in_the_morning_and_two_after_the_first_fix():
    way = trace(c13.morning(), *FLOW)
    assert [(b.component.name, b.code, b.leg) for b in way.blockers] == [
        ("data", "SUBNET_ACL_RESTRICTION", "forward"),
        ("db", "ENI_SG_RULES_MISMATCH", "forward"),
        ("data", "SUBNET_ACL_RESTRICTION", "reply"),
    ]
    assert len(trace(c13.after_the_first_fix(), *FLOW).blockers) == 2


def test_the_flow_log_lines_say_what_the_logs_of_app_and_db_hold():
    lines = [line.split() for line in TEXT.splitlines() if re.match(r"2 \d{12} eni-", line)]
    made = [line.split() for line in str(records(trace(c13.morning(), *FLOW))).splitlines()[1:]]
    assert [len(fields) for fields in lines] == [14, 14]
    assert [fields[3:10] + fields[12:] for fields in lines] == [f[3:10] + f[12:] for f in made]
    assert [fields[12] for fields in lines] == ["ACCEPT", "REJECT"]


def test_a_flow_log_refuses_once_where_three_checks_stop():
    assert c13.rejects(trace(c13.morning(), *FLOW)) == "1"


def test_the_request_ends_in_the_row_that_the_text_names():
    every = steps(trace(c13.shop_with_nat_elsewhere(), "app", c13.PAYMENT, tcp(443)))
    ends = [n for n, step in enumerate(every, 1) if step.allowed is False]
    assert ends == [9]
    assert every[8].label == ROUTE
    assert "in row 9 it ends" in TEXT
    assert "blank={9}" in TEXT


def test_the_partners_request_arrives_and_its_answer_does_not():
    way = trace(c13.shop_with_stock(), "app", "stock", tcp(5432))
    assert way.outcome == "reply-blocked"
    assert "10.1.0.10" in {str(hop.packet_in.dst) for hop in way.forward}


def test_the_hasty_fix_opens_what_the_text_says_and_a_good_one_nothing():
    changes = [(c.source, c.destination) for c in compare(c13.shop(), c13.opened_wide()).changes]
    assert changes == [("prod/web", "prod/db"), ("prod/db", "prod/web")]
    assert "`db` → `web`" in TEXT
    network = c13.morning_with_copy()
    c13.mend(network)
    assert not compare(c13.with_copy(c13.shop()), network)


IN, OUT = "100 allow tcp 3306 from 10.0.1.0/24", "100 allow tcp 1024-65535 to 10.0.1.0/24"
WIDER = {
    "all to the subnet": (["tcp 3306 from app"], IN, "100 allow all to 10.0.1.0/24", "db → app tcp 22"),
    "all to everybody": (["tcp 3306 from app"], IN, "100 allow all to 0.0.0.0/0", "wider than in the plan"),
    "web left in": (["tcp 3306 from app", "tcp 3306 from web"], IN, OUT, "web → db tcp 3306"),
    "all from app": (["all from app"], IN, OUT, "app → db tcp 22"),
    "one port of a client": (["tcp 3306 from app"], IN, "100 allow tcp 40000 to 10.0.1.0/24", "picked 2000"),
}


@pytest.mark.parametrize(("group", "inbound", "outbound", "said"), WIDER.values(), ids=WIDER)
def test_a_list_that_the_rows_do_not_see_is_compared_with_the_plan(group, inbound, outbound, said):
    def mend(shop):
        shop["prod"].security_group("db", inbound=group)
        shop["prod"].network_acl("data", inbound=[inbound], outbound=[outbound])

    verdict = check("13-mend", mend)
    assert verdict.word == words.TRY_AGAIN
    assert said in str(verdict)


def test_a_rule_by_the_subnets_address_is_as_narrow_as_the_plan():
    def mend(shop):
        shop["prod"].security_group("db", inbound=["tcp 3306 from 10.0.1.0/24"])
        shop["prod"].network_acl("data", inbound=[IN], outbound=[OUT])

    assert check("13-mend", mend).word == words.CORRECT


@pytest.mark.parametrize("letter", "abcde")
def test_each_wrong_code_is_answered_by_its_own_sentence(letter):
    said = {
        str(check("13-codes", {**c13.RIGHT_CODES, letter: code}))
        for code in c13.CODES
        if code != c13.RIGHT_CODES[letter]
    }
    assert all(f"Look at {letter} again" in text for text in said)


@pytest.mark.parametrize(
    "answer", ["main, NO_ROUTE_TO_DESTINATION", ("Route table main", "no route to destination")]
)
def test_the_last_row_is_shown_however_the_right_answer_is_written(answer):
    assert "no route covers 203.0.113.80" in str(check("13-last-row", answer))


def test_the_matrix_of_the_hasty_fix_waits_for_its_prediction():
    cells = [cell.source for cell in LESSON.chapter.cells if "(shop, wide" in cell.source]
    assert [c for c in cells if "reachability_matrix" in c and 'once="13-p3"' not in c] == []
    assert not any("compare(shop, wide)" in c for c in cells if "`" not in c)
    assert "may now begin connections" not in TEXT
    assert "may now begin connections" in prediction("13-p3").after


def test_the_matrix_marks_the_same_changes():
    still = str(show(reachability_matrix(c13.shop(), c13.opened_wide())))
    assert "2 of " in still.splitlines()[0]
    assert "▲ new: tcp 3306" in still
    assert "▲ new: tcp 443" in still


# --- codes -------------------------------------------------------------------------------------------------


def test_each_code_of_the_text_is_said_by_the_engine_or_by_a_ticket():
    table = TEXT.split("### Where each code belongs")[1].split("###")[0]
    named = set(re.findall(r"\b[A-Z]+(?:_[A-Z]+)+\b", table))
    assert named == {kind.code for kind in KINDS.values()} - {
        "BAD_STATE_ATTACHMENT", "ENI_SOURCE_DEST_CHECK_RESTRICTION",
    }  # fmt: skip
    assert set(c13.CODES) <= named


def test_the_causes_of_the_exercise_get_the_codes_of_its_solution():
    by_kind = {
        "a": "ACL without ephemeral ports", "b": "blackhole", "c": "reference that cannot match",
        "d": "no public address", "e": "more specific route",
    }  # fmt: skip
    assert {letter: KINDS[kind].code for letter, kind in by_kind.items()} == c13.RIGHT_CODES


@pytest.mark.parametrize(
    ("letter", "change", "flow"),
    [
        (
            "a",
            lambda n: n["prod"].network_acl("data", outbound=["100 allow tcp 1-2 to 10.0.1.0/24"]),
            FLOW,
        ),
        ("b", lambda n: n["nat"].remove(), ("app", c13.PAYMENT, tcp(443))),
        ("c", lambda n: n["prod"].security_group("db", inbound=["tcp 3306 from web"]), FLOW),
    ],
)
def test_a_cause_made_in_the_shop_gets_its_code(letter, change, flow):
    network = c13.shop()
    change(network)
    assert trace(network, *flow).blockers[0].code == c13.RIGHT_CODES[letter]


def test_what_is_said_of_reachability_analyzer_is_what_the_facts_say():
    facts = json.loads(data_path("facts.json").read_text(encoding="utf-8"))
    assert "sends no packets" in facts["RA-1"]["fact"]
    assert "one blocking component (others may exist too)" in facts["RA-1"]["fact"]
    assert "IPv4 only" in facts["RA-6"]["fact"]
    assert "only the forward one" in facts["RA-8"]["fact"]
    assert "does not document which code it shows first" in facts["RA-12"]["fact"]
    assert sum(map(int, re.findall(r"\b(71|5|13)\b", facts["RA-11"]["fact"]))) == 89
    assert "almost ninety" in TEXT


# --- tickets -----------------------------------------------------------------------------------------------


def dealt(seed):
    return ticket(seed, design=(c13.shop(), c13.ROWS))


def test_the_tickets_of_the_text_are_dealt_as_it_tells():
    assert "ticket(55, design=(shop, rows))" in TEXT
    assert "ticket(15, design=(shop, rows))" in TEXT
    complaints = [str(dealt(seed)).splitlines()[1] for seed in (55, 15)]
    assert complaints[0] == complaints[1]
    assert "203.0.113.80" in complaints[0]


def test_eleven_suspects_fit_the_first_complaint_and_two_probes_leave_one():
    first = dealt(55)
    assert str(first._faults[0]) == c13.NAT_INSIDE
    assert len(first._explanations) == 11
    assert "Eleven things" in TEXT
    told = [str(first.probe(probe.src, probe.dst, probe.traffic)) for probe in map(c13.PROBES.get, "bc")]
    rows = c13.questioned().rows
    assert [row[2] for row in rows] == ["3", "1"]
    assert all(row[1] in said for row, said in zip(rows, told, strict=True))
    assert first.diagnose("nat", "NO_ROUTE_TO_DESTINATION").word == words.CORRECT


def test_the_best_first_probe_leaves_fewest_whatever_it_tells():
    worst = {key: max(int(row[1]) for row in c13.split(key).rows) for key in c13.PROBES}
    assert min(worst, key=worst.get) == "b"
    assert worst == {"a": 10, "b": 6, "c": 9, "d": 11}


def test_the_second_ticket_is_named_and_mended_as_the_solved_edition_does():
    t = dealt(15)
    names = {"t": t, "tcp": tcp, "internet": internet, "payment": c13.PAYMENT}
    for cell in (c.source for c in LESSON.chapter.cells if "solution" in c.tags):
        exec(cell, names)
    assert t._found == {0}
    assert t._closed
    assert "the best line takes" in str(t.debrief())


@pytest.mark.parametrize("destination", ["203.0.113.0/24", "0.0.0.0/0"])
def test_only_taking_the_narrow_route_away_mends_the_second_ticket(destination):
    t = dealt(15)
    t.fix(lambda network: network["private"].remove_route(destination))
    assert t._closed == (destination == "203.0.113.0/24")


# --- your own account --------------------------------------------------------------------------------------


def test_the_saved_account_lets_the_network_acl_guard_what_the_group_admits():
    mine = load_aws(data_path("topologies/web-shop"))
    later = mine.copy()
    later["prod"].security_group("db", inbound=["tcp 3306 from app", "tcp 3306 from web"])
    assert not compare(mine, later)
    way = trace(later, "web", "db", tcp(3306))
    assert {b.kind for b in way.blockers} == {"network_acl"}


def test_a_code_is_refuted_in_the_letters_that_aws_writes():
    assert "not for the reason that BAD_STATE_ROUTE names" in str(
        check("13-last-row", ("main", "bad state route"))
    )
