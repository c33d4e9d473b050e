"""The attacker's checklist and the proof by rows: what they find, what they leave alone, what they say."""

import pandas as pd
import pytest

from vpclab import Intents, Topology
from vpclab.course import attack, prove, words
from vpclab.topology.errors import BadInput
from vpclab.topology.examples import shop_with_partner, three_tier_shop


def shop(**groups):
    """Return web, application and data in their subnets; doors as given, or those of a sound design."""
    network = Topology("shop")
    prod = network.vpc("prod", "10.0.0.0/16", ipv6=True)
    front = prod.subnet("front", "10.0.0.0/24", ipv6=True)
    inside = prod.subnet("inside", "10.0.1.0/24")
    data = prod.subnet("data", "10.0.2.0/24", ipv6=True)
    gate = prod.internet_gateway()
    table = prod.route_table("front", subnets=[front])
    table.route("0.0.0.0/0", to=gate)
    table.route("::/0", to=gate)
    prod.route_table("inside", subnets=[inside]).route("0.0.0.0/0", to=front.nat_gateway("nat"))
    prod.route_table("data", subnets=[data])
    doors = {"web": ["tcp 443 from 0.0.0.0/0"], "app": ["tcp 8080 from web"], "db": ["tcp 3306 from app"]}
    for name, listed in (doors | groups).items():
        prod.security_group(name, inbound=listed)
    front.instance("web", elastic_ip=True, ipv6=True, security_groups=["web"])
    inside.instance("app", security_groups=["app"])
    data.instance("db", ipv6=True, security_groups=["db"])
    return network


def questions(network):
    """Return the questions that found something, with the address families."""
    return {(one.question, one.ip_version) for one in attack(network).found}


@pytest.mark.parametrize("sound", [shop, three_tier_shop])
def test_nothing_is_found_in_a_sound_design(sound):
    done = attack(sound())
    assert done.found == ()
    assert done.tone == "good"
    assert words.ATTACK_NOTHING in str(done)


def expose(network):
    network["db"].elastic_ip()
    network["data"].route("0.0.0.0/0", to=network["igw"])
    return network


def over_ipv6(network):
    network["data"].route("::/0", to=network["igw"])
    return network


def egress_only(network):
    network["data"].route("::/0", to=network["prod"].egress_only_internet_gateway())
    return network


def through_nat(network):
    network["data"].route("0.0.0.0/0", to=network["nat"])
    return network


def two_vpcs(network, peer=True):
    dev = network.vpc("dev", "10.3.0.0/16")
    desk = dev.subnet("desk", "10.3.0.0/24")
    desk.instance("box")
    if peer:
        road = dev.peer(network["prod"], "pcx")
        desk.route("10.0.0.0/16", to=road)
        network["inside"].route("10.3.0.0/16", to=road)
    return network


FINDS = {
    "a database on the internet": (
        lambda: expose(shop(db=["tcp 3306 from 0.0.0.0/0"])),
        {("databases", 4), ("one_step", 4), ("way_out", 4), ("one_rule", 4)},
    ),
    "one whose door alone is left": (lambda: expose(shop()), {("way_out", 4), ("one_rule", 4)}),
    "a database on the internet over IPv6": (
        lambda: over_ipv6(shop(db=["tcp 3306 from app", "tcp 3306 from ::/0"])),
        {("databases", 6), ("one_step", 6), ("way_out", 6), ("one_rule", 6)},
    ),
    "a database that sends over IPv6": (lambda: egress_only(shop()), {("way_out", 6)}),
    "a database that sends through NAT": (lambda: through_nat(shop()), {("way_out", 4)}),
    "ssh for everybody": (
        lambda: shop(web=["tcp 443 from 0.0.0.0/0", "tcp 22 from 0.0.0.0/0"]), {("logins", 4)},
    ),
    "ssh for everybody over IPv6": (
        lambda: shop(web=["tcp 443 from 0.0.0.0/0", "tcp 22 from ::/0"]), {("logins", 6)},
    ),
    "ssh for half of the internet": (
        lambda: shop(web=["tcp 443 from 0.0.0.0/0", "tcp 22 from 128.0.0.0/1"]), {("logins", 4)},
    ),
    "ssh for a part of it": (lambda: shop(web=["tcp 22 from 203.0.0.0/16"]), {("logins", 4)}),
    "something else": (lambda: shop(web=["udp 161 from 0.0.0.0/0"]), {("others", 4)}),
    "a ping": (lambda: shop(web=["icmp from 0.0.0.0/0"]), {("others", 4)}),
    "one step to the data": (
        lambda: shop(db=["tcp 3306 from app", "tcp 3306 from web"]), {("one_step", 4)},
    ),
    "two VPCs joined": (lambda: two_vpcs(shop()), {("joined", 4)}),
    "members that send each other everything": (
        lambda: shop(app=["all from 10.0.0.0/16"]), {("wide_open", 4)},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("network", "found"), FINDS.values(), ids=FINDS)
def test_what_an_attacker_finds(network, found):
    missing = found - questions(network())
    assert not missing
    beside = questions(network()) - found
    assert not {key for key, _ in beside} - {"one_step", "way_out", "wide_open"}


def test_ssh_for_a_few_known_addresses_is_no_finding():
    assert attack(shop(web=["tcp 443 from 0.0.0.0/0", "tcp 22 from 203.0.113.64/28"])).found == ()


def test_vpcs_without_a_road_are_no_finding():
    assert attack(two_vpcs(shop(), peer=False)).found == ()


def test_a_page_that_all_may_open_is_open_to_the_neighbours_too():
    network = two_vpcs(shop(), peer=False)
    network["desk"].route("0.0.0.0/0", to=network["dev"].internet_gateway())
    network["box"].elastic_ip()
    assert ("joined", 4) not in questions(network)


def test_a_peering_is_found_and_what_passes_it():
    found = [str(one) for one in attack(shop_with_partner()).found]
    assert found == ["pcx: it joins prod and partner", "prod/app → partner/stock: tcp 5432"]


def test_a_transit_gateway_is_found_once_two_vpcs_hang_at_it():
    network = two_vpcs(shop(), peer=False)
    hub = network.transit_gateway()
    hub.attach(network["prod"], [network["inside"]])
    assert ("joined", 4) not in questions(network)
    hub.attach(network["dev"], [network["desk"]])
    assert "tgw: it joins prod and dev" in [str(one) for one in attack(network).found]


def test_two_that_nothing_tells_apart_are_asked_about_each_other():
    network = shop(db=["tcp 0-65535 from 10.0.0.0/16"])
    network["data"].instance("db-2", ipv6=True, security_groups=["db"])
    found = [str(one) for one in attack(network).found]
    assert "prod/db, prod/db-2 → prod/db, prod/db-2: tcp" in found


def test_a_trace_proves_each_flow():
    for make, _ in FINDS.values():
        done = attack(make())
        for number, one in enumerate(done.found, 1):
            if not one.what:
                assert done.trace(number).outcome in ("delivered", "reply-blocked")


def test_what_is_no_flow_or_no_line_has_no_trace():
    done = attack(expose(shop()))
    number = next(n for n, one in enumerate(done.found, 1) if one.what)
    with pytest.raises(BadInput, match="is about a setting"):
        done.trace(number)
    for absurd in (0, 99, True, "x"):
        with pytest.raises(BadInput, match="is no line of what was found"):
            done.trace(absurd)


def test_the_checklist_asks_every_question_over_both_families():
    said = str(attack(Topology("empty")))
    assert all(question in said for question in words.CHECKLIST.values())
    assert said.count(words.FOUND_MARKS[False]) == 2 * len(words.CHECKLIST)


def test_a_long_list_is_folded_after_ten_lines():
    network = shop(web=["all from 10.0.0.0/8"], app=["all from 10.0.0.0/8"], db=["all from 10.0.0.0/8"])
    for number in range(2, 6):
        network["inside"].instance(f"app-{number}", security_groups=["app"])
        network["data"].instance(f"db-{number}", security_groups=["db"])
    network["front"].instance("web-2", security_groups=["web"])
    done = attack(network)
    assert len(done.found) > 10
    assert words.FOUND_MORE.format(count=len(done.found) - 10) in str(done)


def test_the_network_that_was_attacked_can_change_afterwards():
    network = shop(db=["tcp 3306 from app", "tcp 3306 from web"])
    done = attack(network)
    network["db"].remove()
    assert done.trace(1).reaches


# --- proof -------------------------------------------------------------------------------------------------

ROWS = [("internet", "web", "tcp 443"), ("internet", "web", "tcp 22", "must not")]


@pytest.mark.parametrize("form", [list, Intents, lambda rows: pd.DataFrame(
    [(*row, "must")[:4] for row in rows], columns=["src", "dst", "traffic", "expect"])])  # fmt: skip
def test_rows_come_in_every_form(form):
    assert prove(shop(), form(ROWS)).holds is True


def test_rows_come_from_a_file(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("src,dst,traffic,expect\ninternet,web,tcp 443,must\n", encoding="utf-8")
    assert prove(shop(), path).holds is True


def test_what_fails_brings_its_trace_and_what_is_not_built_waits():
    rows = [*ROWS, ("internet", "app", "tcp 8080"), ("web", "cache", "tcp 6379")]
    done = prove(shop(), rows)
    assert done.holds is False
    assert [way.reaches for way in done.failed] == [False]
    assert "Of 4 rows 2 hold. 1 fails. 1 waits for what is not built yet." in str(done)
    assert prove(shop(), [*ROWS, rows[-1]]).holds is None


def test_a_ban_holds_where_there_is_no_address_to_write_to():
    done = prove(shop(), [("internet", "app", "tcp 22", "must not", 6)])
    assert done.holds is True
    assert prove(shop(), [("internet", "app", "tcp 22", "must", 6)]).holds is None


def test_rows_that_are_no_rows_are_refused_with_their_number():
    with pytest.raises(BadInput, match="row 1"):
        prove(shop(), [("internet", "web")])
