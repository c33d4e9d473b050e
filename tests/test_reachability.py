"""All flows at once: exactly what `trace` delivers, for every port, protocol and client port."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import reduce
from ipaddress import ip_network
from itertools import product
from operator import or_
from typing import Any

import pytest
import random_networks
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from networks import ALLOW_IN, ALLOW_OUT, Base, X
from networks import cases as rows_of

from vpclab import Topology, icmp, internet, protocol, reachability, tcp, trace, udp
from vpclab.evaluate.packets import TrafficType
from vpclab.evaluate.reachability import internet_hosts
from vpclab.evaluate.traffic import Traffic
from vpclab.topology.errors import BadInput, VpclabError
from vpclab.topology.model import Snapshot

CLIENTS = (1024, 32768, 40000, 65535)


def examples(count: int) -> settings:
    """Return how many examples to try; HYPOTHESIS_PROFILE=search tries that profile's number of new ones."""
    searching = os.environ.get("HYPOTHESIS_PROFILE") == "search"
    return settings(
        max_examples=settings.default.max_examples if searching else count,
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )


# -- the same as trace -------------------------------------------------------------------------------


def outcomes(
    snapshot: Snapshot | Topology, src: Any, dst: Any, traffic: TrafficType, version: int, clients: Any
) -> dict[int | None, str]:
    """Return what trace says about a flow for each client port; the request alone has none."""
    if traffic.protocol not in (6, 17):
        return {None: trace(snapshot, src, dst, traffic, ip_version=version).outcome}
    found: dict[int | None, str] = {}
    for port in clients:
        sent = replace(traffic, src_port=port)
        found[port] = trace(snapshot, src, dst, sent, ip_version=version).outcome
        if found[port] in ("blocked", "no-reply") and len(found) > 1:
            break  # the request has no use for the client's port
    return found


def disagreements(found: Traffic, traffic: TrafficType, said: dict[int | None, str]) -> Iterator[str]:
    """Yield where a set says other than the traces."""
    every = set(said.values())
    if found.allows(traffic) != (every == {"delivered"}):
        yield "allows"
    if found.reply_blocked.allows(traffic) != ("reply-blocked" in every):
        yield "reply_blocked"
    if found.doubtful.allows(traffic) != ("unknown" in every and "reply-blocked" not in every):
        yield "doubtful"
    if "unknown" in every and not found.unknown:
        yield "no reason why it is unknown"
    for port, outcome in said.items():
        listed = any(low <= (port or 0) <= high for low, high in found.client_ports)
        if port is not None and outcome == "reply-blocked" and not listed:
            yield f"client port {port}"


def agree(topology: Topology, src: Any, dst: Any, traffic: TrafficType, version: int = 4) -> Traffic:
    """Check one flow by both, and return the whole set."""
    found = reachability(topology).between(src, dst, ip_version=version)
    said = outcomes(topology, src, dst, traffic, version, CLIENTS)
    assert not list(disagreements(found, traffic, said)), f"{found!r}: {traffic} {said}"
    return found


def compare_with_trace(rng: random.Random, topology: Topology, seen: Counter[str], pairs: int = 3) -> None:
    """Check random pairs of a network, each at several kinds of traffic."""
    snapshot = topology.snapshot()
    answer, ports = reachability(snapshot), random_networks.edges(snapshot)
    clients = [*CLIENTS, *(port for port in ports if port >= 1024)]
    sources, targets = random_networks.ends(snapshot), random_networks.targets(snapshot)
    for _ in range(pairs):
        try:
            for _ in range(4):  # most pairs have no way at all: look for one that has
                src, dst, version = rng.choice(sources), rng.choice(targets), rng.choice([4, 4, 6])
                found = answer.between(src, dst, ip_version=version)
                if found or found.reply_blocked:
                    break
        except VpclabError as error:
            with pytest.raises(type(error)):
                trace(snapshot, src, dst, tcp(443), ip_version=version)
            continue
        for traffic in random_networks.kinds(rng, ports, 5):
            said = outcomes(snapshot, src, dst, traffic, version, clients)
            wrong = list(disagreements(found, traffic, said))
            assert not wrong, f"{src} → {dst} {traffic} IPv{version}: {wrong} {found!r} {said}"
            every = set(said.values())
            seen["some client ports" if len(every) > 1 else every.pop()] += 1


@examples(150)
@given(st.randoms(use_true_random=True))
def test_reachability_is_what_trace_delivers_for_every_client_port(rng: random.Random) -> None:
    compare_with_trace(rng, random_networks.network(rng), Counter())


def test_the_random_flows_end_in_every_way() -> None:
    seen: Counter[str] = Counter()
    for seed in range(120):
        rng = random.Random(seed)
        compare_with_trace(rng, random_networks.network(rng), seen)
    assert set(seen) == {"delivered", "blocked", "reply-blocked", "no-reply", "unknown", "some client ports"}
    assert seen["delivered"] > 200, seen


# -- one pair ----------------------------------------------------------------------------------------


def middlebox(net: Base) -> None:
    """Lead a1 to b1 through the appliance n, which admits only members of the group "friends"."""
    friends = net.vpc.security_group("friends", inbound=["all from 0.0.0.0/0"])
    guard = net.vpc.security_group("guard", inbound=["tcp 443 from friends"])
    box = net.appliance(security_groups=[guard])
    net.prv.route("10.0.2.0/24", to=box)
    net.prb.route("10.0.1.0/24", to=box)
    net.wear("a1", friends)


def unknown_reply_route(net: Base) -> None:
    """Let b1's subnet answer by a route to a resource that is not in the data."""
    table = net.prb.route_table.value
    routes = (replace(table.routes[0], target="gwlbe-1"),)
    net.topology.put(replace(table, routes=routes))


SETS: dict[str, Any] = {
    "the resolver answers DNS only": (lambda net: None, "a1", "10.0.0.2", 4, "tcp 53; udp 53"),
    "the metadata service answers HTTP only": (lambda net: None, "a1", "169.254.169.254", 4, "tcp 80"),
    "the time service answers NTP only": (lambda net: None, "a1", "169.254.169.123", 4, "udp 123"),
    "mail to the internet": (lambda net: net.nat(), "a1", X, 4, "tcp 0-24, 26-65535; all udp; all icmp"),
    "a rule for another address of the sender": (
        lambda net: net.wear("b1", net.group("g", "tcp 22 from 10.0.1.10/32", "tcp 80 from 10.0.1.40/32")),
        "10.0.1.40", "b1", 4, "tcp 80",
    ),
    "a rule that names a group, at an appliance": (middlebox, "a1", "b1", 4, "tcp 443"),
    "the same for a host without the group": (middlebox, "a2", "b1", 4, "nothing"),
}  # fmt: skip


@pytest.mark.parametrize(("prepare", "src", "dst", "version", "text"), rows_of(SETS))
def test_between(prepare: Any, src: Any, dst: Any, version: int, text: str) -> None:
    net = Base()
    net.host("a1", net.prv, "10.0.1.10", secondary=["10.0.1.40"])
    prepare(net)
    found = reachability(net.topology).between(src, dst, ip_version=version)
    assert str(found) == text
    assert found.ip_version == version


def test_ping_over_ipv6_is_icmpv6() -> None:
    net = Base(dual=True)
    net.wear("b1", net.group("g", "icmpv6 type 128 from ::/0"))
    found = agree(net.topology, "a1", "b1", icmp(), 6)
    assert str(found) == "icmpv6 128"
    assert found.allows(icmp())
    assert not (found - found).allows(icmp())
    assert not found.allows(icmp(type=0))


@pytest.mark.parametrize("traffic", [tcp(443), udp(53), icmp(), protocol(50)], ids=str)
def test_a_network_acl_that_is_not_in_the_data_is_unknown(traffic: TrafficType) -> None:
    net = Base()
    acl = net.acl(net.prb, into=[ALLOW_IN], out=[ALLOW_OUT])
    values = [
        value for value in net.topology.snapshot() if value.id not in (acl.id, net.vpc.default_network_acl.id)
    ]
    found = agree(Topology.of("t", values), "a1", "b1", traffic)
    assert not found
    assert str(found) == "unknown: all traffic"
    assert [words.split()[5] for words in found.unknown] == ["PRV", "PRB"]


def test_a_reply_whose_way_is_unknown_is_not_called_blocked() -> None:
    net = Base()
    unknown_reply_route(net)
    found = agree(net.topology, "a1", "b1", tcp(443))
    assert not found
    assert not found.reply_blocked
    assert found.doubtful.allows(tcp(443))
    assert str(found) == "unknown: all traffic"
    net.acl(net.prb, into=[ALLOW_IN], out=["100 deny tcp 0-2000 to 0.0.0.0/0", "200 allow all to 0.0.0.0/0"])
    found = agree(net.topology, "a1", "b1", tcp(443))
    assert str(found.reply_blocked) == "all tcp"
    assert found.client_ports == ((1024, 2000),)
    assert not found.doubtful.allows(tcp(443))


def test_a_group_that_is_not_in_the_data_is_unknown_only_where_no_rule_decides() -> None:
    net = Base()
    known, lost = net.group("known", "tcp 22 from 0.0.0.0/0"), net.group("lost")
    net.wear("b1", known, lost)
    values = [value for value in net.topology.snapshot() if value.id != lost.id]
    found = agree(Topology.of("t", values), "a1", "b1", tcp(22))
    assert found.allows(tcp(22))
    assert not agree(Topology.of("t", values), "a1", "b1", tcp(80)).allows(tcp(80))
    assert str(found).startswith("tcp 22; unknown: tcp 0-21, 23-65535; all udp;")


def test_no_reason_is_given_for_what_is_blocked_anyway() -> None:
    net = Base()
    lost = net.group("lost", out=[])
    net.wear("a1", net.group("mute", out=[]))
    net.wear("b1", lost)
    values = [value for value in net.topology.snapshot() if value.id != lost.id]
    found = agree(Topology.of("t", values), "a1", "b1", tcp(22))
    assert str(found) == "nothing"
    assert found.unknown == ()


def test_a_reply_without_a_route_fails_for_every_client_port() -> None:
    net = Base()
    net.peered(back="")
    found = agree(net.topology, "a1", "y1", tcp(443))
    assert not found
    assert str(found.reply_blocked) == "all traffic"
    assert found.client_ports == ((1024, 65535),)


def test_the_way_of_a_host_to_itself_is_nobody_elses() -> None:
    net = Base()
    net.wear("a2", net.group("shut"))
    answer = reachability(net.topology)
    assert str(answer.between("a1", "a1")) == "all traffic"
    assert str(answer.between("a1", "a2")) == "nothing"


def test_a_block_of_the_internet_is_what_at_least_one_of_its_addresses_can_send() -> None:
    net = Base()
    rules = ["tcp 80 from 203.0.113.0/26", "tcp 443 from 203.0.113.77/32", "tcp 22 from 0.0.0.0/0"]
    net.host("web", net.pub, "10.0.0.30", public_ip="198.51.100.30", security_groups=[net.group("g", *rules)])
    answer = reachability(net.topology)
    asked = {
        "203.0.113.0/24": "tcp 22, 80, 443", "203.0.113.64/26": "tcp 22, 443", "203.0.113.128/25": "tcp 22",
        "203.0.0.0/8": "tcp 22, 80, 443", "0.0.0.0/0": "tcp 22, 80, 443",
    }  # fmt: skip
    assert {block: str(answer.between(internet(block), "web")) for block in asked} == asked
    assert str(answer.between(internet, "web")) == "tcp 22"
    assert str(answer.between("web", internet("10.0.0.0/8"))) == "nothing"
    assert str(answer.between("web", internet("0.0.0.0/0"))).startswith("tcp 0-24, 26-65535; all udp")


BLOCKS = ["203.0.113.0/29", "203.0.113.0/30", "198.51.100.8/29", "203.0.113.4/31"]


@examples(30)
@given(st.randoms(use_true_random=True))
def test_a_block_is_the_union_of_its_addresses(rng: random.Random) -> None:
    topology = random_networks.network(rng)
    answer = reachability(topology)
    block, other = rng.choice(BLOCKS), rng.choice(random_networks.ends(topology)[:-2] or ["nobody"])
    for inwards in (True, False):
        try:
            found = answer.between(*(internet(block), other) if inwards else (other, internet(block)))
        except VpclabError:
            continue
        every = [internet(address) for address in ip_network(block)]
        singles = [answer.between(*(one, other) if inwards else (other, one)) for one in every]
        assert found == reduce(or_, singles)
        assert found.reply_blocked == reduce(or_, (single.reply_blocked for single in singles))


@pytest.mark.parametrize(("block", "version"), [("203.0.113.0/24", 6), ("3fff::/20", 4)])
def test_a_block_of_the_other_family_is_refused(block: str, version: int) -> None:
    net = Base(dual=True)
    with pytest.raises(BadInput, match=f"IPv{10 - version}"):
        reachability(net.topology).between(internet(block), "a1", ip_version=version)


# -- all pairs ---------------------------------------------------------------------------------------


def shown(topology: Topology, **more: Any) -> dict[tuple[str, str], tuple[str, str, int]]:
    """Return the rows of the table by source and destination."""
    rows = reachability(topology).table(**more).itertuples(index=False, name=None)
    return {row[:2]: row[2:] for row in rows}


def three_tiers() -> Topology:
    """Return a shop: a web server that the internet reaches, two apps alike, a database."""
    topology = Topology("shop")
    vpc = topology.vpc("shop", "10.0.0.0/16")
    public, private = vpc.subnet("public", "10.0.0.0/24"), vpc.subnet("private", "10.0.1.0/24", az="c")
    public.route("0.0.0.0/0", to=vpc.internet_gateway())
    out = ["all to 10.0.0.0/16"]
    web = vpc.security_group(
        "web", inbound=["tcp 443 from 0.0.0.0/0", "tcp 22 from 203.0.113.0/24"], outbound=out
    )
    app = vpc.security_group("app", inbound=["tcp 8080 from web"], outbound=out)
    db = vpc.security_group("db", inbound=["tcp 5432 from app"], outbound=out)
    public.instance("web", public_ip=True, security_groups=[web])
    for name in ("app-1", "app-2"):
        private.instance(name, security_groups=[app])
    private.instance("db", security_groups=[db])
    return topology


def test_the_table_has_one_row_per_pair_of_classes_and_per_block_of_the_internet() -> None:
    table = reachability(three_tiers()).table()
    assert list(table.columns) == ["source", "destination", "traffic", "reply_blocked", "pairs"]
    web, app, db, block = "shop/web", "shop/app-1 and 1 more", "shop/db", "internet 203.0.113.0/24"
    found = {row[:2]: row[2:] for row in table.itertuples(index=False, name=None)}
    told = {pair: row for pair, row in found.items() if row[0] != "nothing" or row[1] != "nothing"}
    assert told == {
        ("internet", web): ("tcp 443", "nothing", 1),
        (block, web): ("tcp 22, 443", "nothing", 1),
        (app, web): ("tcp 443", "nothing", 2),
        (db, web): ("tcp 443", "nothing", 1),
        (web, app): ("tcp 8080", "nothing", 2),
        (app, db): ("tcp 5432", "nothing", 2),
    }
    pairs = {*product([web, app, db], repeat=2)} - {(web, web), (db, db)}
    outside = {*product([web, app, db], ["internet", block])}
    assert set(found) == pairs | outside | {(b, a) for a, b in outside}


def test_expanding_gives_every_pair_a_row_and_the_same_answers() -> None:
    rows = shown(three_tiers(), expand=True)
    assert {row[2] for row in rows.values()} == {1}
    assert len(rows) == 4 * 3 + 2 * 4 * 2
    assert rows["shop/web", "shop/app-2"][0] == rows["shop/web", "shop/app-1"][0] == "tcp 8080"
    assert sum(row[2] for row in shown(three_tiers()).values()) == len(rows)


@examples(30)
@given(st.randoms(use_true_random=True))
def test_the_table_says_what_between_says(rng: random.Random) -> None:
    topology = random_networks.network(rng)
    answer = reachability(topology)
    ids: dict[str, Any] = {}
    for interface in answer.network.interfaces.values():
        value = interface.value
        ids[f"{interface.subnet.vpc.value.name}/{value.name}"] = value.id
    for version in (4, 6):
        hosts = {label: internet(place) for label, place in internet_hosts(answer.snapshot, version)}
        rows = list(answer.rows(True, version))
        for source, destination, traffic, reply_blocked, _ in rng.sample(rows, min(60, len(rows))):
            ends = [hosts.get(end) or ids[end] for end in (source, destination)]
            found = reachability(topology).between(*ends, ip_version=version)
            assert (traffic, reply_blocked) == (str(found), str(found.reply_blocked)), (source, destination)
        assert sum(row[-1] for row in answer.rows(False, version)) == len(rows)


def two_boxes(net: Base) -> Topology:
    """Let the internet gateway's own table lead to one of two firewalls that look alike."""
    mute = net.group("mute", "tcp 443 from 0.0.0.0/0", out=[])
    more: dict[str, Any] = {"public_ip": True, "source_dest_check": False, "security_groups": [mute]}
    for name, address in (("box-1", "10.0.2.21"), ("box-2", "10.0.2.22")):
        net.host(name, net.prb, address, forwards="forward", **more)
    net.prb.route("0.0.0.0/0", to=net.igw)
    edge = net.vpc.route_table("edge")
    edge.route("10.0.2.0/24", to="box-2")
    edge.associate_gateway(net.igw)
    return net.topology


def two_endpoints(net: Base) -> Topology:
    """Make two endpoints in one subnet, one of which is not available."""
    for service_name, state in (("sqs", "available"), ("sns", "pending")):
        made = net.vpc.interface_endpoint(service_name, [net.prv], security_groups=[net.open])
        net.topology.put(replace(made.value, state=state))
    return net.topology


def hosts_of_two_groups(net: Base) -> Topology:
    """Lead a1 and a2 through an appliance whose rule names the group of a1 only."""
    middlebox(net)
    return net.topology


@pytest.mark.parametrize(
    ("prepare", "different"),
    [
        (two_boxes, [("internet", "A/box-1"), ("internet", "A/box-2")]),
        (two_endpoints, [("A/a1", "A/if-sqs-a"), ("A/a1", "A/if-sns-a")]),
        (hosts_of_two_groups, [("A/a1", "A/b1"), ("A/a2", "A/b1")]),
    ],
    ids=[
        "a firewall that routes point at, and one beside it",
        "endpoints of two states",
        "groups at an appliance",
    ],
)
def test_interfaces_that_something_tells_apart_have_rows_of_their_own(prepare: Any, different: Any) -> None:
    rows = shown(prepare(Base()), expand=True)
    answers = {rows[pair] for pair in different}
    assert len(answers) == 2


def test_a_second_interface_is_named_by_its_own_name() -> None:
    net = Base()
    net.hosts["a1"].attach(net.prv.network_interface("eth1", security_groups=[net.open]))
    rows = shown(net.topology, expand=True)
    assert ("A/eth1", "A/b1") in rows
    assert ("A/a1", "A/b1") in rows


INTERNET_BLOCKS: dict[str, Any] = {
    "nothing named": ([], ["internet"]),
    "a block": (["203.0.113.0/24"], ["internet", "internet 203.0.113.0/24"]),
    "a block in a block": (
        ["203.0.113.0/24", "203.0.0.0/16"], ["internet", "internet 203.0.0.0/16", "internet 203.0.113.0/24"]
    ),
    "a block that two narrower ones fill": (
        ["203.0.112.0/23", "203.0.112.0/24", "203.0.113.0/24"],
        ["internet", "internet 203.0.112.0/24", "internet 203.0.113.0/24"],
    ),
    "half of the internet, which begins with addresses that are not public": (
        ["0.0.0.0/1"], ["internet", "internet 0.0.0.0/1"]
    ),
    "private blocks are not the internet": (["10.0.0.0/8", "192.168.0.0/16", "169.254.0.0/16"], ["internet"]),
    "the VPC's own public address begins a block": (
        ["198.51.100.30/31"], ["internet", "internet 198.51.100.30/31"]
    ),
    "the VPC's own public address is a block": (["198.51.100.30/32"], ["internet"]),
    "IPv6 blocks stay apart": (["3fff::/20"], ["internet"]),
}  # fmt: skip


@pytest.mark.parametrize(("blocks", "labels"), rows_of(INTERNET_BLOCKS))
def test_the_internet_is_cut_where_rules_cut_it(blocks: list[str], labels: list[str]) -> None:
    net = Base(dual=True)
    group = net.group("g", *(f"tcp 80 from {block}" for block in blocks))
    net.host("web", net.pub, "10.0.0.30", public_ip="198.51.100.30", security_groups=[group])
    rows = shown(net.topology)
    assert sorted(source for source, destination in rows if destination == "A/web") == sorted(
        [*labels, *{source for source, _ in rows if source.startswith("A/")} - {"A/web"}]
    )


def fleet(hosts: int) -> Topology:
    """Return so many instances in 20 subnets, with one of 5 groups each, of which the first 4 are public."""
    topology = Topology("fleet")
    vpc = topology.vpc("v", "10.0.0.0/16")
    igw = vpc.internet_gateway()
    groups: list[Any] = []
    for n in range(5):
        before = [f"tcp {1000 + n} from g{n - 1}"] if n else []
        groups.append(vpc.security_group(f"g{n}", inbound=["tcp 443 from 203.0.113.0/24", *before]))
    for n in range(20):
        subnet = vpc.subnet(f"s{n}", f"10.0.{n}.0/24", az="ac"[n % 2])
        if n < 4:
            subnet.route("0.0.0.0/0", to=igw)
        for k in range(hosts // 20):
            subnet.instance(f"i{n}-{k}", public_ip=n < 4, security_groups=[groups[k % 5]])
    return topology


def test_the_number_of_rows_grows_with_the_policy_and_not_with_the_machines() -> None:
    sizes = {hosts: len(list(reachability(fleet(hosts)).rows(False, 4))) for hosts in (200, 400, 1000)}
    assert sizes[200] == sizes[400] == sizes[1000] == (100 * 100) + 100 * 2 * 2
    answer = reachability(fleet(1000))
    rows = list(answer.rows(False, 4))
    assert sum(row[-1] for row in rows) == 1000 * 999 + 1000 * 2 * 2
    assert len(answer._ways) <= 20 * 20 + 20 * 4
    assert len(answer._sets) < 20_000


def test_the_repr_counts_the_classes() -> None:
    assert repr(reachability(three_tiers())) == "<Reachability of shop: 3 classes of interfaces>"
