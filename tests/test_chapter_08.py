"""Chapter 08 as a lesson: what its text says is what the engine says, and what it promises is in it."""

import json
import re
from contextlib import redirect_stdout
from io import StringIO

import pytest
from lessons import Lesson, values

from vpclab import icmp, internet, resolve, tcp, trace, udp
from vpclab.course.chapters import c08
from vpclab.course.declarations import exercise, prediction
from vpclab.course.exercises import judge
from vpclab.course.portbook import ports
from vpclab.data import data_path

LESSON = Lesson("08")
TEXT, code = LESSON.text, LESSON.code


def test_the_networks_that_learners_build_are_those_that_questions_are_about():
    names = {}
    with redirect_stdout(StringIO()):
        exec(code("from vpclab import"), names)
        exec(code("shop = Topology("), names)
        assert values(names["shop"]) == values(c08.shop())
        exec(code("prod.security_group("), names)
        assert values(names["shop"]) == values(c08.shop_with_name_server())
        exec(code("changed = "), names)
        assert values(names["changed"]) == values(c08.shop_with_udp())
        exec(code("shop.vpc("), names)
        assert values(names["shop"]) == values(c08.shop_with_names())


def test_there_are_at_most_seven_new_words_and_each_is_set_off_where_it_is_explained():
    entries = json.loads(data_path("glossary.json").read_text(encoding="utf-8"))
    new = [entry["term"] for entry in entries if entry["chapter"] == "08"]
    told = "\n".join([TEXT, *(p.after for p in c08.PREDICTIONS)])
    assert 0 < len(new) <= 7
    assert [term for term in new if f"**{term}**" not in told] == []


@pytest.mark.parametrize(
    ("network", "src", "dst", "what", "outcome"),
    [
        (c08.shop, c08.FRIEND, "web", icmp(), "blocked"),  # SG-7, SG-10
        (c08.shop, internet, "web", tcp(443), "delivered"),
        (c08.shop, "web", "db", tcp(3306), "delivered"),
        (c08.shop_with_name_server, "web", "names", udp(53), "delivered"),
        (c08.shop_with_name_server, "web", "names", tcp(53), "blocked"),
        (c08.shop_with_udp, internet, "web", tcp(443), "blocked"),
        (c08.shop_with_udp, internet, "web", udp(443), "delivered"),
        (c08.shop_answering_ping, c08.FRIEND, "web", icmp(), "delivered"),
        (c08.shop_answering_ping, internet, "web", tcp(443), "blocked"),
        (c08.shop, "web", c08.MAIL, tcp(25), "blocked"),  # IGW-12
        (c08.shop, "web", c08.MAIL, tcp(587), "delivered"),
        (c08.shop_with_telnet, c08.OFFICE, "web", tcp(23), "delivered"),
        (c08.shop_with_stores, "web", "orders", tcp(3306), "delivered"),
        (c08.shop_with_stores, "web", "reports", tcp(5432), "blocked"),
        (c08.shop_with_stores, "web", "reports", tcp(5439), "delivered"),
        (c08.shop_with_stores, "web", "sales", tcp(5439), "delivered"),
    ],
)  # fmt: skip
def test_what_the_text_says_of_a_packet_is_what_becomes_of_it(network, src, dst, what, outcome):
    assert trace(network(), src, dst, what).outcome == outcome


@pytest.mark.parametrize("store", ["orders", "reports", "sales"])
def test_no_store_of_the_ticket_answers_ping_and_only_one_list_is_not_as_planned(store):
    network = c08.shop_with_stores()
    assert not trace(network, "web", store, icmp()).reaches
    assert not trace(network, "trial", store, tcp(3306)).reaches
    engine = re.search(rf"\| `{store}` \| (\w+) \|", exercise("08-ticket").prompt)[1]
    port = next(s["port"] for s in ports(engine).found)
    assert trace(network, "web", store, tcp(port)).reaches is (store != "reports")


def test_the_task_of_the_ticket_does_not_say_which_store_it_is():
    asked = exercise("08-ticket")
    for told in (str(asked.kind.ask()[0]), asked.prompt, asked.hints[0]):
        assert len({told.count(store) for store in ("orders", "sales")}) == 1
    assert len({str(asked.kind.ask()[0]).count(store) for store in c08.PLAN}) == 1


@pytest.mark.parametrize("store", ["orders", "reports", "sales"])
def test_the_ticket_is_not_closed_while_any_store_lets_in_more_than_the_plan(store):
    def fix(shop):
        c08.mend(shop)
        shop[f"{store}-list"].allow(inbound=["tcp 8080 from web-list"])

    said = judge(exercise("08-ticket"), fix)
    assert said.state == "try again"
    assert f"`{store}`" in str(said)


def test_mail_is_stopped_by_ec2_and_by_nothing_else():
    way = trace(c08.shop(), "web", c08.MAIL, tcp(25))
    assert [blocker.component.name for blocker in way.blockers] == ["web"]
    assert "EC2 blocks TCP port 25" in way.because


@pytest.mark.parametrize("client", [40000, 51514, 49200])
def test_the_answer_goes_to_the_port_that_the_client_picked(client):  # ACL-11
    way = trace(c08.shop(), "web", "db", tcp(3306, src_port=client))
    assert (way.reply[0].packet_in.src_port, way.reply[0].packet_in.dst_port) == (3306, client)


def test_the_steps_that_the_text_names_are_the_last_of_the_request_and_the_first_of_the_answer():
    from vpclab.course.stepping import steps

    every = steps(trace(c08.shop(), internet, "web", tcp(443)))
    asked, answered = every[5].hop.packet_in, every[6].hop.packet_in
    assert (asked.src_port, asked.dst_port) == (answered.dst_port, answered.src_port) == (40000, 443)
    assert "in steps 6 and 7" in TEXT


def test_the_numbers_of_the_protocols_are_those_of_the_register():  # PORT-1
    told = prediction("08-p1").after
    for name, number in {"TCP": 6, "UDP": 17, "ICMP": 1}.items():
        assert f"| **{name}** | {number} |" in told
        assert f"{name} {number}" in TEXT
    assert [tcp(1).protocol, udp(1).protocol, icmp().protocol] == [6, 17, 1]
    assert (icmp().icmp_type, "ping asks with type 8 and answers with type 0" in TEXT) == (8, True)
    assert trace(c08.shop_answering_ping(), internet, "web", icmp()).reply[0].packet_in.icmp_type == 0


def test_no_route_table_reads_the_protocol():
    network = c08.shop_with_name_server()
    taken = set()
    for what in (tcp(53), udp(53), icmp()):
        hops = trace(network, "web", "names", what).forward
        taken |= {str(d.rule) for hop in hops if hop.kind == "route_table" for d in hop.decisions}
    assert len(taken) == 1


@pytest.mark.parametrize(
    ("name", "asker", "answer"),
    [
        (c08.NAME, "db", ["10.0.0.10"]),  # DNS-3
        (c08.NAME, "web", ["10.0.0.10"]),
        (c08.NAME, internet, ["198.51.100.10"]),
        (c08.INSIDE_NAME, "web", ["10.0.1.10"]),
        (c08.INSIDE_NAME, internet, []),  # DNS-2
    ],
)
def test_a_name_is_answered_to_somebody(name, asker, answer):
    network = c08.shop_with_names()
    assert list(map(str, resolve(network, name, asker).addresses)) == answer
    assert resolve(c08.shop(), name, asker).addresses == ()  # the names are not switched on (DNS-2)


def test_the_flow_log_lines_say_what_packets_say_at_the_web_server():
    visit = trace(c08.shop(), internet, "web", tcp(443))
    ping = trace(c08.shop(), c08.FRIEND, "web", icmp())
    door = next(hop for hop in ping.forward if hop.kind == "security_group")
    lines = [line.split() for line in TEXT.splitlines() if re.match(r"2 \d{12} eni-", line)]
    packets = (visit.forward[-1].packet_in, visit.reply[0].packet_in, door.packet_in)
    assert [len(fields) for fields in lines] == [14, 14, 14]
    for fields, packet, allowed in zip(lines, packets, (True, True, door.allowed), strict=True):
        of_ports = [str(packet.src_port or 0), str(packet.dst_port or 0)]  # FL-5
        assert fields[3:8] == [str(packet.src), str(packet.dst), *of_ports, str(packet.protocol)]
        assert fields[-2:] == ["ACCEPT" if allowed else "REJECT", "OK"]


def test_the_line_of_the_exercise_is_the_question_to_the_name_server():
    packet = trace(c08.shop_with_name_server(), "web", "names", udp(53, src_port=49200)).forward[-1].packet_in
    fields = re.search(r"`(2 \d{12} [^`]+)`", exercise("08-line").prompt)[1].split()
    said = [packet.src, packet.dst, packet.src_port, packet.dst_port, packet.protocol]
    assert len(fields) == 14
    assert fields[3:8] == list(map(str, said))


def test_the_one_login_that_is_always_encrypted_is_what_the_office_changes_to():
    assert [s["port"] for s in ports("login", encrypted=True).found] == [22]


def test_each_service_of_the_exercise_waits_where_the_table_says():
    for item, where in c08.SERVICES.items():
        transport, port = where.split()
        assert [s["port"] for s in ports(item).found] == [int(port)]  # looked up as the exercise calls it
        assert transport in ports(port).found[0]["transport"]


def test_the_databases_of_the_lesson_wait_where_the_table_says():
    assert "| 3306 |" in TEXT
    assert [ports(engine).found[0]["port"] for engine in ("mysql", "postgresql")] == [3306, 5432]
    assert {s["port"] for s in ports("aurora").found} == {3306, 5432}


@pytest.mark.parametrize(
    "rule",
    [
        "tcp 5432 from 0.0.0.0/0",
        "tcp 5432 from 10.0.0.0/24",
        "tcp 5432 from 10.0.0.0/16",
        "tcp 3306-5432 from web-list",
        "tcp 5432-5439 from web-list",
        "tcp 5400-5438 from web-list",
        "all from web-list",
        "udp 5432 from web-list",
    ],
)
def test_the_ticket_is_not_closed_by_opening_more_than_the_plan(rule):
    def fix(shop):
        shop["prod"].security_group("reports-list", inbound=[rule])

    assert judge(exercise("08-ticket"), fix).state == "try again"


def test_the_ticket_is_not_closed_while_the_wrong_line_stays_or_ping_is_let_in():
    def leave(shop):
        shop["reports-list"].allow(inbound=["tcp 5432 from web-list"])

    def ping(shop):
        c08.mend(shop)
        shop["reports-list"].allow(inbound=["icmp 8/0 from web-list"])

    for fix in (leave, ping):
        assert judge(exercise("08-ticket"), fix).state == "try again"


@pytest.mark.parametrize(
    "rules",
    [
        ("tcp 22 from 0.0.0.0/0",),
        ("tcp 22 from 203.0.113.0/24", "tcp 23 from 203.0.113.64/28"),
        ("tcp 3389 from 203.0.113.64/28",),
        ("tcp 22 from 203.0.113.70/32",),
        ("tcp 22 from 203.0.113.64/29", "tcp 22 from 203.0.113.72/30"),
        ("tcp 22 from 203.0.113.0/24",),
        ("tcp 22 from 203.0.113.64/27",),
        ("tcp 20-22 from 203.0.113.64/28",),
        ("tcp 22 from 203.0.113.64/28", "icmp 8/0 from 0.0.0.0/0"),
        ("tcp 22-23 from 203.0.113.64/28",),
        ("all from 203.0.113.64/28",),
    ],
    ids=str,
)
def test_a_list_that_keeps_telnet_or_opens_too_much_is_refused(rules):
    def fix(shop):
        shop["prod"].security_group("web-list", inbound=["tcp 443 from 0.0.0.0/0", *rules])

    assert judge(exercise("08-telnet"), fix).state == "try again"


@pytest.mark.parametrize(
    ("inbound", "belief"),
    [
        ("udp 22 from 203.0.113.64/28", "IMP-e"),
        ("tcp 3389 from 203.0.113.64/28", ""),
        ("tcp 22 from 0.0.0.0/0", "M14"),
        ("tcp 1024-65535 from 203.0.113.64/28", "M04"),
        ("tcp 443 from 0.0.0.0/0", ""),
    ],
)
def test_a_message_about_telnet_is_about_what_was_done(inbound, belief):
    def fix(shop):
        shop["web-list"].allow(inbound=[inbound])
        shop["web-list"].revoke(inbound=["tcp 23 from 203.0.113.64/28"])

    assert judge(exercise("08-telnet"), fix).misconception == belief


@pytest.mark.parametrize(
    ("inbound", "belief"),
    [
        (["icmp 8/0 from web-list"], "M34"),
        (["udp 5432 from web-list"], "IMP-e"),
        (["tcp 5432 from web-list", "icmp 8/0 from web-list"], ""),
        (["tcp 3306 from web-list"], ""),
        (["all from web-list"], "M14"),
        (["tcp 1024-65535 from web-list"], "M04"),
    ],
    ids=str,
)
def test_a_message_about_the_ticket_is_about_what_was_done(inbound, belief):
    def fix(shop):
        shop["prod"].security_group("reports-list", inbound=inbound)

    assert judge(exercise("08-ticket"), fix).misconception == belief


def test_what_refutes_a_wrong_answer_does_not_hold_the_right_one():
    assert "51514" in str(judge(exercise("08-last-step"), 3306))  # as the request's source, in row 1
    assert "→ 10.0.0.10:51514" not in str(judge(exercise("08-last-step"), 3306))
    said = str(judge(exercise("08-asks"), dict.fromkeys(exercise("08-asks").kind.items, "no answer")))
    assert "→ 10.0.0.10" not in said


def test_the_table_of_ports_does_not_tell_what_becomes_of_the_mail():
    assert "block" not in str(ports())


def test_a_wrong_port_is_refuted_by_who_waits_there_and_not_by_the_right_one():
    wrong = {**c08.SERVICES, "Redshift": "tcp 3306"}
    said = str(judge(exercise("08-services"), wrong))
    assert "MySQL" in said
    assert "5439" not in said


def test_nothing_before_a_prediction_gives_it_away():
    before = TEXT[: TEXT.index('predict("08-p2"')]
    assert "ephemeral" not in before
    assert not re.search(r"reply|answer.* goes to", str(prediction("08-p1").flow.what))
    assert "10.0.0.10" not in TEXT[TEXT.index("### One name, who asks?") : TEXT.index('predict("08-p4"')]


def test_the_lesson_says_the_same_sentence_where_it_is_found_and_in_the_key_points():
    assert TEXT.count("**Who waits has a known port. Who begins picks one.**") == 1
    assert TEXT.count("**Who waits has a known port. Who begins picks one**") == 1
