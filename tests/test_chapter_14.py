"""Chapter 14 as a lesson: right designs are accepted, wrong ones refuted, its claims are the engine's."""

import json
import re
from ipaddress import ip_address

import pandas as pd
import pytest
from lessons import Lesson, values

from vpclab import Intents, Topology, compare, internet, load_aws, records, save_aws, tcp, trace
from vpclab.course import attack, prove
from vpclab.course.chapters import c14
from vpclab.course.declarations import catalogue, exercise, prediction
from vpclab.course.exercises import Exercise, Explanation, judge
from vpclab.data import data_path
from vpclab.topology.model import Subnet

LESSON = Lesson("14")
TEXT, code = LESSON.text, LESSON.code


@pytest.fixture(autouse=True)
def _empty_progress(tmp_path, monkeypatch):
    monkeypatch.setenv("VPCLAB_PROGRESS_DIR", str(tmp_path))


def said(id, design):
    """Return the word, the misconception and the first sentence of a verdict."""
    verdict = judge(exercise(id), design)
    return verdict.state, verdict.misconception, str(verdict.parts[0])


# --- the lesson --------------------------------------------------------------------------------------------


def test_the_networks_that_learners_build_are_those_that_questions_are_about():
    names = {}
    exec(code("from pathlib import"), names)
    for start, name, given in (
        ("draft = Topology(", "draft", c14.draft),
        ("half = ", "half", c14.draft_without_a),
    ):
        exec(code(start), names)
        assert values(names[name]) == values(given()), start
    exec(code("def start("), names)
    assert values(names["start"]()) == values(c14.start())


@pytest.mark.parametrize(
    "belief",
    [
        "M01",
        "M02",
        "M04",
        "M05",
        "M11",
        "M12",
        "M13",
        "M14",
        "M15",
        "M16",
        "M18",
        "M24",
        "M25",
        "M30",
        "M37",
        "M38",
        "M39",
        "M43",
        "M44",
    ],
)
def test_misconceptions_of_the_whole_course_are_trained(belief):
    trained = set()
    for item in (item for id, item in catalogue().items() if id.startswith("14-")):
        if isinstance(item, Exercise):
            trained |= {trap.misconception for trap in item.traps}
        elif not isinstance(item, Explanation):
            trained |= {belief for belief, _ in item.beliefs.values()}
    assert belief in trained


def test_each_new_word_is_explained_and_used():
    entries = json.loads(data_path("glossary.json").read_text(encoding="utf-8"))
    new = [entry["term"] for entry in entries if entry["chapter"] == "14"]
    assert new
    assert all(f"**{term}" in TEXT for term in new)


@pytest.mark.parametrize(
    ("id", "outcome"),
    [
        ("14-p1", "delivered"), ("14-p2", "blocked"), ("14-p3", "blocked"), ("14-p4", "blocked"),
        ("14-p5", "delivered"),
    ],
)  # fmt: skip
def test_a_prediction_comes_true_as_the_facts_have_it(id, outcome):
    item = prediction(id)
    assert item.flow.trace(item.given()).outcome == outcome


def test_the_flow_log_line_says_what_the_web_servers_log_holds():
    line = next(line.split() for line in TEXT.splitlines() if re.match(r"2 \d{12} eni-", line))
    way = trace(c14.draft(), internet, "prod/web-a", tcp(443), ip_version=6)
    made = str(records(way)).splitlines()[1].split()
    assert len(line) == 14
    assert [ip_address(a) for a in line[3:5]] == [ip_address(a) for a in made[3:5]]
    assert line[5:8] + line[12:] == made[5:8] + made[12:]


def test_the_draft_has_the_four_faults_that_the_notes_count():
    network = c14.draft()
    assert not trace(network, internet, "prod/web-a", tcp(443), ip_version=6).reaches
    assert not trace(c14.draft_without_a(), "prod/app-c", c14.PAYMENT, tcp(443)).reaches
    found = [str(one) for one in attack(network).found]
    assert found == [
        "pcx: it joins dev and prod", "dev/box → prod/db-a: tcp 3306", "prod/web-a → prod/db-a: tcp 3306",
    ]  # fmt: skip
    shown = int(re.search(r"seen\.trace\((\d)\)", TEXT)[1])
    assert str(attack(network).found[shown - 1]) == "prod/web-a → prod/db-a: tcp 3306"


# --- the brief ---------------------------------------------------------------------------------------------


def test_the_table_of_the_brief_is_the_same_from_csv_and_from_a_data_frame():
    path = data_path("brief.csv")
    assert Intents(path).rows == Intents(pd.read_csv(path)).rows == c14.brief()


def test_each_sentence_that_a_single_packet_can_check_has_rows_with_bans_and_promises():
    table = pd.read_csv(data_path("brief.csv"))
    assert set(table.sentence) == {1, 2, 4, 5, 6, 7, 8}
    assert set(table.expect) == {"must", "must not"}


def test_the_whole_design_does_all_that_the_brief_asks_and_an_attacker_finds_nothing():
    network = c14.whole()
    proof = prove(network, data_path("brief.csv"))
    assert proof.holds
    assert not attack(network).found
    tests = c14.survives, c14.backs_up_past_nat, c14.silent_over_ipv6, c14.apart, c14.joinable, c14.cheap
    assert [test(network) for test in (*tests, c14.nothing_else)] == [None] * 7


def test_the_whole_design_can_be_handed_over(tmp_path):
    network = c14.whole()
    save_aws(network, tmp_path)
    back = load_aws(tmp_path)
    assert not compare(network, back)
    assert prove(back, data_path("brief.csv")).holds


def test_an_untouched_chapter_has_rows_that_wait():
    assert prove(c14.start(), data_path("brief.csv")).holds is None


# --- step 1 ------------------------------------------------------------------------------------------------

RIGHT_WAYS = {
    "as declared": c14.ways,
    "other names": c14.ways_with(),
    "automatic addresses": c14.ways_with(web="public"),
    "updates over IPv6 as well": c14.ways_with(inner="eigw"),
    "databases in the main table": c14.ways_with(data="main"),
}
WRONG_WAYS = {
    "one NAT gateway": ({"nat": "one"}, "M18", "falls with it"),
    "NAT gateways inside": ({"nat": "inside"}, "M16", "leads back to it"),
    "no NAT gateway": ({"nat": "none"}, "", "must work, and does not"),
    "the application in public": ({"nat": "igw"}, "M13", "public subnet"),
    "no address for web": ({"web": "none"}, "M11", "an address outside"),
    "IPv4 only": ({"front": "4"}, "M39", "signpost for IPv4"),
    "no signpost": ({"front": "none"}, "M12", "no signpost leads to it"),
    "IPv6 straight out": ({"inner": "igw"}, "M38", "open in both directions"),
    "databases with a way out": ({"data": "shared"}, "", "db-a → internet 203.0.113.80 tcp 443 must not"),
    "no endpoint": ({"endpoint": "none"}, "M37", "S3 needs no NAT"),
    "an endpoint in one zone": ({"endpoint": "one"}, "M37", "Each call writes the list of tables anew"),
    "one zone": ({"at": "aa"}, "", "Availability Zone a fails"),
    "letters mixed up": ({"at": "ca"}, "", "Availability Zone a fails"),
    "other zones": ({"at": "bd"}, "", "no subnet is in Availability Zone"),
    "production and test joined": ({"road": True}, "M44", "joined two environments"),
}  # fmt: skip


def test_an_endpoint_made_anew_in_the_loop_is_told_from_none():
    def loop(shop):
        c14.ways(shop)
        for zone in "ac":
            shop["prod"].gateway_endpoint(
                "s3", route_tables=[subnet_of(shop, f"prod/app-{zone}").route_table]
            )

    assert said("14-ways", loop)[1:] == said("14-ways", c14.ways_with(endpoint="one"))[1:]


def test_no_frame_holds_a_name_that_nothing_uses_yet():
    assert "vpc =" not in code("def doors(")


@pytest.mark.parametrize("design", RIGHT_WAYS.values(), ids=RIGHT_WAYS)
def test_many_right_ways_are_accepted(design):
    assert said("14-ways", design)[0] == "correct"


@pytest.mark.parametrize(("options", "belief", "words"), WRONG_WAYS.values(), ids=WRONG_WAYS)
def test_wrong_ways_are_refuted_by_what_they_do(options, belief, words):
    state, found, sentence = said("14-ways", c14.ways_with(**options))
    assert (state, found) == ("try again", belief)
    assert words in sentence


def with_changes(design, *changes):
    """Return a design, and something done to it afterwards."""

    def build(shop):
        design(shop)
        for change in changes:
            change(shop)

    return build


def subnet_of(shop, host):
    return shop[shop.one(Subnet, shop[host].value.subnet_id).id]


def one_public_application(shop):
    shop["prod/app-a"].elastic_ip()


def database_over_ipv6(shop):
    prod = shop["prod"]
    inner = prod.subnet("six", "10.0.99.0/24", az="a", ipv6=True)
    prod.route_table("six", subnets=[inner]).route("::/0", to=prod.egress_only_internet_gateway())
    inner.instance("db-x", ipv6=True, security_groups=["db"])


def peered_without_routes(shop):
    shop["test"].peer(shop["prod"], "pcx")


def by_transit_gateway(shop):
    hub = shop.transit_gateway()
    hub.attach(shop["prod"], [subnet_of(shop, "prod/app-a")])
    hub.attach(shop["test"], [subnet_of(shop, "test/app-a")])


def border_around_the_data(shop):
    shop["prod"].network_acl(
        "data",
        inbound=["100 allow tcp 3306 from 10.0.10.0/23"],
        outbound=["100 allow tcp 1024-65535 to 10.0.10.0/23"],
        subnets=[subnet_of(shop, "prod/db-a"), subnet_of(shop, "prod/db-c")],
    )


def border_that_forgets_answers(shop):
    shop["prod"].network_acl(
        "data",
        inbound=["100 allow tcp 3306 from 10.0.10.0/23"],
        outbound=["100 allow tcp 3306 to 10.0.10.0/23"],
        subnets=[subnet_of(shop, "prod/db-a"), subnet_of(shop, "prod/db-c")],
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (one_public_application, "public address"),
        (database_over_ipv6, "over IPv6 must not work either"),
        (peered_without_routes, "joins test and prod"),
        (by_transit_gateway, "joins prod and test"),
        (border_that_forgets_answers, "must work, and does not"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_what_no_row_asks_is_refuted_as_well(change, words):
    state, _, _ = said("14-ways", with_changes(c14.ways, change))
    assert state == "try again"
    assert words in str(judge(exercise("14-ways"), with_changes(c14.ways, change)))


def test_a_border_around_the_data_is_welcome():
    assert said("14-ways", with_changes(c14.ways, border_around_the_data))[0] == "correct"
    assert said("14-doors", with_changes(c14.doors, border_around_the_data))[0] == "correct"


def test_a_nat_instance_in_each_zone_is_a_right_design():
    def build(shop):
        c14.ways(shop)
        for vpc, zone in (("prod", "a"), ("prod", "c"), ("test", "a")):
            front = subnet_of(shop, f"{vpc}/web-{zone}")
            shop[vpc].security_group("nat", inbound=["all from 10.0.0.0/8"])
            host = front.instance(
                f"nat-box-{zone}", elastic_ip=True, source_dest_check=False, forwards="nat",
                security_groups=["nat"],
            )  # fmt: skip
            subnet_of(shop, f"{vpc}/app-{zone}").route("0.0.0.0/0", to=host)
            shop[f"{vpc}/nat-web-{zone}"].remove()

    assert said("14-ways", build)[0] == "correct"


# --- step 2 ------------------------------------------------------------------------------------------------

V4, V6 = c14.V4, c14.V6
RIGHT_DOORS = {
    "as declared": c14.doors,
    "two halves of the world": c14.doors_with(web=("tcp 443 from 0.0.0.0/1", "tcp 443 from 128.0.0.0/1", V6)),
    "the application's door for the web subnets": with_changes(
        c14.doors,
        lambda shop: shop["prod"].security_group(
            "app", inbound=["tcp 8080 from 10.0.0.0/24", "tcp 8080 from 10.0.1.0/24"]
        ),
    ),
    "a database that begins nothing": with_changes(
        c14.doors,
        lambda shop: shop["prod"].security_group("db", inbound=["tcp 3306 from app"], outbound=[]),
    ),
}
WRONG_DOORS = {
    "IPv4 only": ({"web": (V4,)}, "M39"),
    "a page without encryption": ({"web": (V4, V6, "tcp 80 from 0.0.0.0/0")}, ""),
    "ssh from the office": ({"web": (V4, V6, "tcp 22 from 203.0.113.64/28")}, ""),
    "ssh over IPv6": ({"web": (V4, V6, "tcp 22 from ::/0")}, ""),
    "ping": ({"web": (V4, V6, "icmp from 0.0.0.0/0")}, ""),
    "ssh from half the world": ({"web": (V4, V6, "tcp 22 from 128.0.0.0/1")}, ""),
    "test for everybody": ({"test": (V4,)}, ""),
    "test for more than the office": ({"test": ("tcp 443 from 203.0.113.0/24",)}, ""),
    "test for one clerk": ({"test": ("tcp 443 from 203.0.113.70/32",)}, ""),
    "test for the inner addresses": ({"test": ("tcp 443 from 192.168.0.0/16",)}, ""),
    "the application for all inside": ({"app": ("tcp 8080 from 10.0.0.0/8",)}, "M44"),
    "the application for answers": ({"app": ("tcp 8080 from web", "tcp 1024-65535 from 0.0.0.0/0")}, "M05"),
    "the database for all": ({"db": ("tcp 3306 from 0.0.0.0/0",)}, "M14"),
    "the database for web": ({"db": ("tcp 3306 from web",)}, "M30"),
    "the database for itself": ({"db": ("tcp 3306 from app", "tcp 3306 from db")}, ""),
    "everything among members": ({"db": ("tcp 3306 from app", "all from app")}, ""),
}


@pytest.mark.parametrize("design", RIGHT_DOORS.values(), ids=RIGHT_DOORS)
def test_many_right_doors_are_accepted(design):
    assert said("14-doors", design)[0] == "correct"


@pytest.mark.parametrize(("options", "belief"), WRONG_DOORS.values(), ids=WRONG_DOORS)
def test_wrong_doors_are_refuted_with_a_trace(options, belief):
    verdict = judge(exercise("14-doors"), c14.doors_with(**options))
    assert (verdict.state, verdict.misconception) == ("try again", belief)
    assert any(type(part).__name__ == "Trace" for part in verdict.parts)


@pytest.mark.parametrize("listed", [["tcp 443 to 203.0.113.80/32"], ["tcp 443 to 52.0.0.0/8"], []])
def test_doors_that_keep_the_application_from_what_it_fetches_are_refused(listed):
    def inwards(shop):
        for name in ("prod", "test"):
            shop[name].security_group(
                "app", inbound=["tcp 8080 from web"], outbound=["tcp 3306 to db", *listed]
            )

    assert said("14-doors", with_changes(c14.doors, inwards))[0] == "try again"


# --- step 3 ------------------------------------------------------------------------------------------------

RIGHT_DEVELOPMENT = {
    "as declared": c14.development,
    "another private range": c14.development_with(block="172.16.0.0/24"),
    "the smallest block": c14.development_with(block="10.3.0.0/28", subnet="10.3.0.0/28"),
    "an Elastic IP": with_changes(
        c14.development_with(address=False), lambda shop: shop["dev/box"].elastic_ip()
    ),
}
WRONG_DEVELOPMENT = {
    "the partner's block": (c14.development_with(block="10.1.0.0/16"), "M24"),
    "production's block": (c14.development_with(block="10.0.0.0/16"), "M24"),
    "a part of the office's block": (c14.development_with(block="192.168.5.0/24"), "M24"),
    "ssh for everybody": (c14.development_with(ssh="tcp 22 from 0.0.0.0/0"), "M14"),
    "ssh for one clerk": (c14.development_with(ssh="tcp 22 from 203.0.113.70/32"), ""),
    "ssh for more than the office": (c14.development_with(ssh="tcp 22 from 203.0.113.0/24"), ""),
    "ssh for the inner addresses": (c14.development_with(ssh="tcp 22 from 192.168.0.0/16"), ""),
    "everything for the office": (c14.development_with(ssh="all from 203.0.113.64/28"), ""),
    "https for everybody": (c14.development_with(ssh=("tcp 22 from 203.0.113.64/28", V4)), "M05"),
    "ping for everybody": (
        c14.development_with(ssh=("tcp 22 from 203.0.113.64/28", "icmp from 0.0.0.0/0")),
        "",
    ),
    "addresses of others": (c14.development_with(block="8.8.0.0/16"), ""),
    "no signpost": (c14.development_with(gate=False), "M12"),
    "no address": (c14.development_with(address=False), "M11"),
    "a NAT gateway": (c14.development_with(nat=True), ""),
    "a road to production": (c14.development_with(peer="prod"), "M02"),
    "a road to test": (c14.development_with(peer="test"), "M02"),
    "a subnet of test": (c14.development_beside_test, "M44"),
    "nothing": (lambda shop: None, ""),
    "another network": (lambda shop: Topology("empty"), ""),
}


@pytest.mark.parametrize("design", RIGHT_DEVELOPMENT.values(), ids=RIGHT_DEVELOPMENT)
def test_many_right_developments_are_accepted(design):
    assert said("14-dev", design)[0] == "correct"


@pytest.mark.parametrize(("design", "belief"), WRONG_DEVELOPMENT.values(), ids=WRONG_DEVELOPMENT)
def test_wrong_developments_are_refuted(design, belief):
    assert said("14-dev", design)[:2] == ("try again", belief)


def test_steps_of_different_designs_go_together():
    for ways in RIGHT_WAYS.values():
        network = c14.start()
        for step in (ways, c14.doors, c14.development_with(block="172.16.0.0/24")):
            step(network)
        assert prove(network, data_path("brief.csv")).holds
        assert not attack(network).found


# --- a month later -----------------------------------------------------------------------------------------


def test_all_rows_hold_a_month_later_and_one_way_is_open():
    network = c14.month_later()
    assert prove(network, data_path("brief.csv")).holds
    assert [str(one) for one in attack(network).found] == [
        "internet → prod/web-a over IPv6: tcp 22", "internet → prod/web-c over IPv6: tcp 22",
    ]  # fmt: skip


def test_the_probes_of_the_solved_edition_tell_the_two_families_apart():
    network = c14.month_later()
    assert not trace(network, internet, "prod/web-a", tcp(22)).reaches
    assert trace(network, internet, "prod/web-a", tcp(22), ip_version=6).reaches


def test_a_fix_that_is_wrong_does_not_say_what_is_open():
    for change in (lambda shop: None, c14.close_ipv4):
        assert "22" not in str(judge(exercise("14-ticket"), change)).split("next")[0].replace("14-ticket", "")


@pytest.mark.parametrize(
    "change",
    [
        lambda shop: shop["prod/web-a"].stop(),
        lambda shop: shop["prod/web-a"].remove(),
        lambda shop: subnet_of(shop, "prod/web-a").route_table.remove_route("::/0"),
        lambda shop: shop["prod"].security_group("web", inbound=[]),
        lambda shop: shop["prod/web"].allow(inbound=["tcp 80 from 0.0.0.0/0"]),
        lambda shop: [c14.mend(shop), shop["prod/web"].allow(inbound=["tcp 22 from 203.0.113.64/28"])],
        lambda shop: [
            c14.mend(shop),
            shop["test"].security_group("web", inbound=["tcp 443 from 203.0.113.70/32"]),
        ],
    ],
)
def test_a_fix_that_closes_too_much_or_too_little_is_refused(change):
    assert said("14-ticket", change)[0] == "try again"


def test_only_the_row_that_was_missing_fails_in_the_network_with_the_open_way():
    fails = [key for key in c14.MISSING if "fails" in c14.noticed(key)]
    assert fails == [exercise("14-missing-row").answer]
