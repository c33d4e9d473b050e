"""Chapter 12 as a lesson: its text says what the engine and the logs say, and what it promises is in it."""

import json
import re

import pytest
from lessons import Lesson, values

from vpclab import internet, tcp, trace, udp
from vpclab.course import log_reader, read_record, shop_day, show
from vpclab.course.chapters import c12
from vpclab.course.declarations import exercise, prediction
from vpclab.course.exercises import judge
from vpclab.course.logreading import DAYS
from vpclab.data import data_path
from vpclab.flowlogs import DEFAULT_FORMAT, data_leaving, port_scan, records, rejected_by, top_talkers

LESSON = Lesson("12")
TEXT, code = LESSON.text, LESSON.code


def actions(network, *flow, at):
    return list(records(trace(network, *flow), at=at).table()["action"])


def pandas_lines(day):
    return shop_day(day).table()


def test_the_networks_that_learners_build_are_those_that_questions_are_about():
    names = {}
    exec(code("from vpclab import"), names)
    exec(code("shop = Topology("), names)
    assert values(names["shop"]) == values(c12.shop())
    exec(code("closed = ").split("log_of")[0], names)
    assert values(names["closed"]) == values(c12.shop_with_closed_front())


def test_there_are_at_most_seven_new_words_each_set_off_where_it_is_new():
    entries = json.loads(data_path("glossary.json").read_text(encoding="utf-8"))
    new = [entry["term"] for entry in entries if entry["chapter"] == "12"]
    assert 0 < len(new) <= 7
    assert all(f"**{term}**" in TEXT for term in new)


def test_the_flow_log_lines_are_what_the_interface_writes_of_the_trace():
    lines = [line for line in TEXT.splitlines() if re.match(r"2 \d{12} eni-", line)]
    way = trace(c12.shop_with_wrong_port(), "web", "db", tcp(3306))
    made = list(records(way, at="db").lines())
    assert [line.split()[:10] for line in lines] == [line.split()[:10] for line in made]
    assert [line.split()[-2:] for line in lines] == [line.split()[-2:] for line in made]


def test_the_line_that_is_read_field_by_field_is_what_web_writes_of_a_customer():
    names = {}
    exec(code("line = (").replace("print(line)", ""), names)
    made = next(iter(records(trace(c12.shop(), internet, "web", tcp(443)), at="web").lines()))
    assert names["line"].split()[:10] == made.split()[:10]
    assert "with these 14 words" in TEXT
    assert len(DEFAULT_FORMAT) == len(names["line"].split()) == 14


@pytest.mark.parametrize(
    ("network", "at", "wanted"),
    [
        (c12.shop, "db", ["ACCEPT", "ACCEPT"]),
        (c12.shop_with_wrong_port, "db", ["ACCEPT", "REJECT"]),
        (c12.shop_without_outbound, "db", ["ACCEPT", "ACCEPT"]),
        (c12.shop_with_closed_front, "db", ["ACCEPT", "ACCEPT"]),
        (c12.shop_with_closed_front, "web", ["ACCEPT", "REJECT"]),
    ],
)
def test_the_pairs_are_those_of_the_table(network, at, wanted):
    assert actions(network(), "web", "db", tcp(3306), at=at) == wanted


def test_a_refused_request_is_the_same_line_whether_a_group_or_an_acl_refused_it():
    by_group, by_acl = c12.shop(), c12.shop()
    by_group["prod"].security_group("db", inbound=[])
    by_acl["prod"].network_acl("acl-data", inbound=[], outbound=["100 allow all to 0.0.0.0/0"])
    lines = [list(records(trace(n, "web", "db", tcp(3306)), at="db").lines()) for n in (by_group, by_acl)]
    assert lines[0] == lines[1]
    assert len(lines[0]) == 1


def test_what_is_written_and_what_never_is_follows_from_the_engine():
    shop = c12.shop_with_own_dns()
    flows = {
        "visit": (internet, "web", tcp(443)),
        "ping": (c12.MONITOR, "web", c12.icmp()),
        "name": ("web", "10.0.0.2", udp(53)),
        "own name": ("web", "dns", udp(53)),
        "time": ("web", "169.254.169.123", udp(123)),
    }
    said = {}
    for name, flow in flows.items():
        first = actions(shop, *flow, at="web")[:1]
        said[name] = first[0] if first else "no line"
    assert said == exercise("12-never").solution


def test_inside_one_subnet_a_refusal_is_the_groups():
    shop = c12.shop()
    shop["data-a"].instance("other", private_ip="10.0.1.20")
    log = records(trace(shop, "other", "db", tcp(3306)), at="db")
    assert rejected_by(log).table()["by"].tolist() == ["security group"]


def test_the_wrong_sums_of_the_top_talkers_are_those_that_learners_get():
    lines = pandas_lines("D")
    pairs = lines.groupby(["source", "destination"])["bytes"].sum()
    assert pairs["app", c12.THIEF] == 2_051_206_022
    here = lines[lines["interface"] == "app"].groupby(["source", "destination"])["bytes"].sum()
    assert here["app", c12.THIEF] == 1_025_603_011
    assert here[c12.THIEF, "app"] == 3_919_789
    assert here["app", c12.THIEF] + here[c12.THIEF, "app"] == c12.TALKED
    both = lines[(lines["source"] == c12.THIEF) | (lines["destination"] == c12.THIEF)]
    assert both["bytes"].sum() == 3 * c12.TALKED
    first = top_talkers(shop_day("D")).table().iloc[0]
    assert (first["source"], first["destination"], first["bytes"]) == ("app", c12.THIEF, c12.TALKED)
    assert "978.1 MiB" in str(data_leaving(shop_day("D")))


def test_the_two_strangers_did_what_the_table_says():
    b, c = pandas_lines("B"), pandas_lines("C")
    scan = b[b["source"] == "203.0.113.172"]
    assert (len(scan), scan["dstport"].nunique(), set(scan["action"])) == (155, 155, {"REJECT"})
    assert not port_scan(shop_day("B")).table()["answered"].iloc[0]
    came = c[(c["source"] == "192.0.2.244") | (c["destination"] == "192.0.2.244")]
    assert (len(came), set(came["action"])) == (288, {"ACCEPT"})
    asked = c[c["source"] == "192.0.2.244"]
    assert set(asked["dstport"]) == {22}
    span = asked.groupby("srcport").agg({"start": "min", "end": "max"})
    seconds = (span["end"] - span["start"]).dt.total_seconds().sort_values()
    assert len(seconds) == 118
    assert seconds.iloc[-2] < 10
    assert 18 <= seconds.iloc[-1] / 60 <= 22
    assert 34 <= (came["end"].max() - came["start"].min()).total_seconds() / 60 <= 37


def test_on_day_e_pairs_of_the_database_change_after_noon_and_only_there():
    lines = pandas_lines("E")
    refused = lines[(lines["interface"] == "db") & (lines["action"] == "REJECT")]
    assert f"{refused['start'].min():%H:%M}" == "12:10"
    assert set(refused["source"]) == {"db"}
    log = shop_day("E")
    told = rejected_by(log).table()
    assert set(told[told["at"] == "db"]["by"]) == {"network ACL"}


def test_the_reader_of_the_ticket_leaves_the_pair_to_the_learner():
    call = next(c.source for c in LESSON.chapter.cells if c.source.startswith('log_reader(shop_day("E")'))
    assert "tells=False" in call
    said = str(show(log_reader(shop_day("E"), at="db", address="app", action="REJECT", tells=False)))
    assert "network ACL:" not in said
    assert "ACL" not in said.split("action ")[0]


def test_no_cell_names_what_happened_on_a_day():
    assert not [name for name in DAYS.values() if name in TEXT]


@pytest.mark.parametrize("wide", [c12.mend_for_all, c12.mend_by_default_acl])
def test_a_fix_that_opens_too_much_is_refused(wide):
    verdict = judge(exercise("12-ticket"), wide)
    assert verdict.state == "try again"
    assert "lets more pass" in str(verdict)


def block_only(shop):
    shop["prod"].network_acl(
        "db",
        inbound=["100 allow tcp 3306 from 10.0.10.0/23"],
        outbound=["100 allow all to 10.0.10.0/23"],
    )


def whole_vpc(shop):
    shop["prod"].network_acl(
        "db",
        inbound=["100 allow tcp 3306 from 10.0.0.0/16"],
        outbound=["100 allow tcp 1024-65535 to 10.0.0.0/16"],
    )


def keeps_the_wrong_rule(shop):
    shop["prod"].network_acl(
        "db",
        inbound=["100 allow tcp 3306 from 10.0.10.0/23"],
        outbound=["100 allow tcp 3306 to 10.0.10.0/23", "110 allow tcp 1024-65535 to 10.0.10.0/23"],
    )


def one_of_two(shop):
    shop["prod"].network_acl(
        "db",
        inbound=["100 allow tcp 3306 from 10.0.10.0/23"],
        outbound=["100 allow tcp 1024-65535 to 10.0.10.0/24"],
    )


def out(*rules):
    def change(shop):
        shop["prod"].network_acl("db", inbound=["100 allow tcp 3306 from 10.0.10.0/23"], outbound=rules)

    return change


def mend_and_open_the_group(shop):
    c12.mend(shop)
    shop["prod"].security_group("db", inbound=["tcp 3306 from app", "tcp 22 from 0.0.0.0/0"])


def forgets_the_way_in(shop):
    shop["prod"].network_acl("db", outbound=["100 allow tcp 1024-65535 to 10.0.10.0/23"])


@pytest.mark.parametrize(
    ("fix", "state", "said"),
    [
        (block_only, "try again", "lets more pass"),
        (whole_vpc, "try again", "lets more pass"),
        (keeps_the_wrong_rule, "correct", ""),
        (one_of_two, "try again", "app-2 → db"),
        (forgets_the_way_in, "try again", "app → db"),
        (out("100 allow tcp 40000 to 10.0.10.0/23"), "try again", "each connection picks another one"),
        (out("100 allow tcp 49152-65535 to 10.0.10.0/23"), "try again", "app → db"),
        (out("100 allow tcp 32768-60999 to 10.0.10.0/23"), "correct", ""),
        (
            out("100 allow tcp 1024-65535 to 10.0.10.0/23", "110 allow udp 1024-65535 to 10.0.10.0/23"),
            "try again",
            "udp",
        ),
        (mend_and_open_the_group, "try again", "“tcp 22 from 0.0.0.0/0”"),
    ],
)
def test_other_ways_to_mend_the_shop_are_judged_by_what_they_do(fix, state, said):
    verdict = judge(exercise("12-ticket"), fix)
    assert verdict.state == state
    assert said in str(verdict)


def test_the_nat_gateways_public_address_stands_on_no_line_and_its_own_as_a_receiver_on_the_first():
    way = prediction("12-p5").flow.trace(c12.web_shop())
    lines = [line.split() for line in records(way, fields="interface-id dstaddr pkt-dstaddr").lines()]
    at_nat = [line for line in lines if line[0].endswith("1")]
    assert len(at_nat) == 4
    assert at_nat[0][1:] == ["10.0.0.220", "203.0.113.80"]
    assert "198.51.100.99" in prediction("12-p5").question
    assert "198.51.100.99" not in str(lines)


def test_the_line_of_the_fields_exercise_reads_as_its_solution_says():
    line = re.search(r"`(2 1111\S* .*?)`", exercise("12-fields").prompt)[1]
    found = read_record(line, c12.web_shop()).values
    names = {"protocol": "protocol", "port of the service": "srcport", "how many packets": "packets",
             "how many bytes": "bytes"}  # fmt: skip
    assert {key: str(found[name]) for key, name in names.items()} == exercise("12-fields").solution


def test_the_lesson_says_the_same_sentence_to_the_instructor_and_in_the_key_points():
    assert len(re.findall(r"REJECT does not name who refused. The pair does, if it is a reply", TEXT)) == 3


def web(*rules):
    return lambda shop: shop["prod"].security_group("web", inbound=[*c12.HTTP, *rules])


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (("tcp 22 from 203.0.113.6/31",), "203.0.113.6 → web tcp 22"),
        (("all from 203.0.113.7/32",), "“all from 203.0.113.7/32” lets in more"),
        (("tcp 22 from 203.0.113.7/32", "tcp 3306 from 0.0.0.0/0"), "“tcp 3306 from 0.0.0.0/0” lets in more"),
    ],
)
def test_a_door_that_is_wider_than_the_administrator_needs_is_refused(rules, said):
    verdict = judge(exercise("12-close"), web(*rules))
    assert verdict.state == "try again"
    assert said in str(verdict)


def test_the_replies_that_must_get_out_are_of_the_ports_in_the_log():
    lines = pandas_lines("E")
    ports = lines[(lines["interface"] == "db") & (lines["srcport"] == 3306)]["dstport"]
    wanted = [packet.dst_port for packet in exercise("12-ticket").kind.answers]
    assert wanted == [ports.min(), ports.max()]


@pytest.mark.parametrize(
    ("id", "wrong", "said"),
    [
        ("12-who", {"A": "one of the two"}, "In A the request was let in"),
        ("12-who", {"B": "nobody here"}, "In B you see a refused request"),
        ("12-who", {"C": "one of the two"}, "both lines of C"),
        ("12-who", {"D": "nobody here"}, "It was refused all the same"),
        ("12-never", {"name": "REJECT"}, "questions to Amazon's own"),
        ("12-never", {"time": "ACCEPT"}, "169.254.169.123"),
        ("12-fields", {"how many packets": "4680", "how many bytes": "90"}, "less than one byte"),
        ("12-last-word", {"line 3": "REJECT", "line 4": "ACCEPT"}, "network ACL acl-data"),
    ],
)
def test_a_wrong_pair_is_answered_with_what_speaks_against_it(id, wrong, said):
    verdict = judge(exercise(id), exercise(id).answer | wrong)
    assert verdict.state == "try again"
    assert said in str(verdict)


def test_the_sum_of_all_that_the_table_of_talkers_shows_is_told_to_be_counted_more_than_once():
    pairs = pandas_lines("D").groupby(["source", "destination"])["bytes"].sum().nlargest(6)
    shown = sum(value for ends, value in pairs.items() if c12.THIEF in ends)
    verdict = judge(exercise("12-talkers"), int(shown))
    assert verdict.state == "try again"
    assert "more than once" in str(verdict)


def test_nothing_before_the_top_talkers_says_that_the_sums_count_packets_twice():
    assert "more than once" not in TEXT.partition('show("12-talkers")')[0].rpartition("### ")[2]
