"""Random networks and flows: the engine against the second opinion of `oracle.py`, and laws that hold."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace
from ipaddress import ip_network
from typing import Any

import oracle
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vpclab import (
    Packet,
    Topology,
    Trace,
    evaluate_network_acl,
    evaluate_security_groups,
    icmp,
    internet,
    protocol,
    select_route,
    tcp,
    trace,
    udp,
)
from vpclab.topology.model import Route


def examples(count: int) -> settings:
    """Return how many examples to try; HYPOTHESIS_PROFILE=search tries that profile's number of new ones."""
    searching = os.environ.get("HYPOTHESIS_PROFILE") == "search"
    return settings(
        max_examples=settings.default.max_examples if searching else count,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )


# -- making networks ---------------------------------------------------------------------------------

X, Y = "203.0.113.10", "198.18.0.1"
BLOCKS = [
    "0.0.0.0/0", "0.0.0.0/0", "10.0.0.0/16", "10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/23", "10.0.1.10/32",
    "10.0.0.220/32", "203.0.113.0/24", "203.0.113.10/32", "198.51.100.0/24", "128.0.0.0/1",
]  # fmt: skip
PORTS = [
    (0, 65535), (0, 65535), (22, 22), (80, 80), (443, 443), (22, 443), (1024, 65535), (32768, 61000),
    (40000, 40000), (1024, 40000), (40001, 65535), (53, 53),
]  # fmt: skip
ICMP = [None, (8, 8), (0, 0)]
SIDES = ("inbound", "outbound")


@st.composite
def what(draw: Any) -> tuple[str, tuple[int, int] | None]:
    """Draw a protocol and its ports, as a rule names them."""
    name = draw(st.sampled_from(["all", "all", "tcp", "tcp", "tcp", "udp", "icmp", "50"]))
    ports = PORTS if name in ("tcp", "udp") else ICMP if name == "icmp" else [None]
    return name, draw(st.sampled_from(ports))


def rules(groups: list[str]) -> Any:
    everything = st.just([("all", None, "0.0.0.0/0")])
    some = st.lists(st.tuples(what(), st.sampled_from([*BLOCKS, *groups])), max_size=4, unique=True)
    return st.one_of(everything, some.map(lambda found: [(*w, peer) for w, peer in found]))


def entries() -> Any:
    """Draw the entries of one direction; most lists end by allowing the rest."""
    one = st.tuples(st.sampled_from(["allow", "deny"]), what(), st.sampled_from(BLOCKS))
    some = st.lists(one, max_size=4).map(lambda found: [(v, *w, block) for v, w, block in found])
    tail = st.sampled_from([[("allow", "all", None, "0.0.0.0/0")], [("allow", "all", None, "0.0.0.0/0")], []])
    return st.builds(lambda a, b: [(10 * n, *entry) for n, entry in enumerate(a + b, 1)], some, tail)


@st.composite
def networks(draw: Any) -> dict[str, Any]:
    """Draw a network as the oracle's plain data.

    NAT gateway k is in subnet k, and a subnet's table leads only to NAT gateways of lower subnets: no
    circles, and no NAT gateway in its client's own subnet, whose network ACL AWS does not document.
    """
    igw = draw(st.sampled_from([True, True, True, False]))
    count = draw(st.integers(2, 4))
    net: dict[str, Any] = {"vpc": "10.0.0.0/16", "igw": igw, "hosts": {}, "nats": {}, "subnets": {}}
    local = ("10.0.0.0/16", "static", "local")
    net["tables"] = {"main": [local]}
    net["acls"] = {"default": {side: [(100, "allow", "all", None, "0.0.0.0/0")] for side in SIDES}}
    for n in range(draw(st.integers(0, 2))):
        net["acls"][f"acl{n}"] = {side: draw(entries()) for side in SIDES}
    names = [f"g{n}" for n in range(draw(st.integers(1, 3)))]
    net["groups"] = {name: {side: draw(rules(names)) for side in SIDES} for name in names}
    for k in range(draw(st.integers(0, 2)) if igw else 0):
        net["nats"][f"nat{k}"] = {
            "subnet": f"s{k}", "address": f"10.0.{k}.220", "public": f"198.51.100.{200 + k}",
        }  # fmt: skip
    for n in range(count):
        below = [nat for nat in net["nats"] if nat < f"nat{n}"]
        targets = [*(["igw"] if igw else []), *below, *below, "gone"]
        wide = ["0.0.0.0/0", "0.0.0.0/0", "203.0.113.0/24", "128.0.0.0/1", "198.51.100.0/24"]
        narrow = [f"10.0.{m}.0/24" for m in range(count)]
        routes = {}
        for _ in range(draw(st.integers(0, 3))):
            block = draw(st.sampled_from([*wide, *narrow] if below else wide))
            routes[block] = draw(st.sampled_from(below if block in narrow else targets))
        if n == 0 and igw and draw(st.booleans()):
            routes["0.0.0.0/0"] = "igw"
        table = f"t{n}" if routes else "main"
        net["tables"][table] = [local, *((block, "static", target) for block, target in routes.items())]
        acl = draw(st.sampled_from(["default", *net["acls"]]))
        net["subnets"][f"s{n}"] = {"block": f"10.0.{n}.0/24", "table": table, "acl": acl}
    for n in range(draw(st.integers(1, 5))):
        at = draw(st.integers(0, count - 1))
        net["hosts"][f"h{n}"] = {
            "subnet": f"s{at}", "address": f"10.0.{at}.{10 + n}",
            "public": f"198.51.100.{10 + n}" if igw and draw(st.booleans()) else None,
            "groups": draw(st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True)),
        }  # fmt: skip
    return net


@st.composite
def flows(draw: Any, net: dict[str, Any]) -> dict[str, Any]:
    """Draw a packet from a host or the internet to a host, a gateway, or nobody."""
    both = [*net["hosts"].values(), *net["nats"].values()]
    addresses = [value["address"] for value in both]
    public = [value["public"] for value in both if value["public"]]
    src = draw(st.sampled_from([*(host["address"] for host in net["hosts"].values()), X, Y]))
    odd = ["10.0.1.99", "10.0.99.1", "10.0.0.2", "192.168.1.1"]
    own = [host["public"] for host in net["hosts"].values() if host["address"] == src]
    targets = [a for a in [*addresses, *addresses, *public, X, X, Y, *odd] if a not in (src, *own)]
    dst = draw(st.sampled_from([a for a in targets if src not in (X, Y) or a not in (X, Y, "192.168.1.1")]))
    kind = draw(st.sampled_from(["tcp", "tcp", "tcp", "udp", "icmp", "50"]))
    return oracle.packet(
        src, dst, kind, draw(st.sampled_from([40000, 50000])), draw(st.sampled_from([22, 53, 80, 443, 40000]))
    )


@st.composite
def cases(draw: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    net = draw(networks())
    return net, draw(flows(net))


def written(word: str, kind: str, ports: tuple[int, int] | None, peer: str) -> str:
    """Return a rule or entry in the words of the builder."""
    name = f"protocol {kind}" if kind.isdigit() else kind
    middle = ""
    if ports is not None:
        middle = f" type {ports[0]}" if kind == "icmp" else f" {ports[0]}-{ports[1]}"
    return f"{name}{middle} {word} {peer}"


def build(net: dict[str, Any]) -> Topology:
    """Build the oracle's plain data with the builder."""
    topology = Topology("random")
    vpc = topology.vpc("A", net["vpc"])
    igw = vpc.internet_gateway("igw") if net["igw"] else None
    for name in net["groups"]:
        vpc.security_group(name)
    for name, sides in net["groups"].items():
        group = topology[f"A/{name}"]
        group.revoke(outbound=["all to 0.0.0.0/0"])
        group.allow(
            inbound=[written("from", *rule) for rule in sides["inbound"]],
            outbound=[written("to", *rule) for rule in sides["outbound"]],
        )
    made = {name: vpc.subnet(name, value["block"]) for name, value in net["subnets"].items()}
    for name, value in net["hosts"].items():
        host = made[value["subnet"]].instance(
            name, private_ip=value["address"], security_groups=value["groups"]
        )
        if value["public"]:
            host.elastic_ip(value["public"])
    targets: dict[str, Any] = {"igw": igw}
    for name, value in net["nats"].items():
        targets[name] = made[value["subnet"]].nat_gateway(
            name, private_ip=value["address"], elastic_ip=value["public"]
        )
    gone = made["s0"].network_interface("gone", private_ip="10.0.0.250")
    for name, routes in net["tables"].items():
        table = vpc.main_route_table if name == "main" else vpc.route_table(name)
        for block, _, target in routes:
            if target != "local":
                table.route(block, to=gone if target == "gone" else targets[target])
        table.associate(*(made[n] for n, v in net["subnets"].items() if v["table"] == name))
    gone.remove()
    for name, sides in net["acls"].items():
        texts = {
            side: [f"{number} {verdict} {written(word, *rest)}" for number, verdict, *rest in sides[side]]
            for side, word in zip(SIDES, ("from", "to"), strict=True)
        }
        acl = vpc.default_network_acl if name == "default" else vpc.network_acl(name, **texts)
        acl.associate(*(made[n] for n, v in net["subnets"].items() if v["acl"] == name))
    return topology


def ask(topology: Topology, sent: dict[str, Any]) -> Trace:
    """Ask the engine about the oracle's packet."""
    src: Any = internet(sent["src"]) if sent["src"] in (X, Y) else sent["src"]
    kind, service = sent["protocol"], sent["to"]
    traffic = {
        "tcp": lambda: tcp(service[0], src_port=sent["from"][0]),
        "udp": lambda: udp(service[0], src_port=sent["from"][0]),
        "icmp": lambda: icmp(),
        "50": lambda: protocol(50),
    }[kind]()
    return trace(topology, src, sent["dst"], traffic)


COMPARED = ("security_group", "network_acl", "route_table", "internet_gateway", "nat_gateway")


def stops(found: Trace) -> list[tuple[str, str, str, str]]:
    """Return what stops a flow, as the oracle writes it; a gateway's several reasons count once."""
    rows = [
        (d.leg, d.kind, d.component.name, d.direction if d.kind in COMPARED[:2] else "")
        for d in found.blockers
        if d.kind in COMPARED
    ]
    return [row for n, row in enumerate(rows) if n == 0 or row != rows[n - 1] or row[1] in COMPARED[:2]]


@examples(400)
@given(cases())
def test_the_engine_agrees_with_the_oracle(case: tuple[dict[str, Any], dict[str, Any]]) -> None:
    net, sent = case
    flow = oracle.Flow(net, sent)
    outcome = flow.outcome()
    found = ask(build(net), sent)
    assert found.outcome == outcome, str(found)
    assert stops(found) == [failure for failure in flow.failures if failure[1] in COMPARED], str(found)


def test_the_random_flows_end_in_every_way() -> None:
    seen: Counter[str] = Counter()

    @examples(150)
    @given(cases())
    def look(case: tuple[dict[str, Any], dict[str, Any]]) -> None:
        seen[oracle.Flow(*case).outcome()] += 1

    look()
    assert set(seen) == {"delivered", "blocked", "reply-blocked", "no-reply"}
    assert seen["delivered"] >= 15
    assert seen["reply-blocked"] >= 3


# -- one filter, one table ---------------------------------------------------------------------------

ADDRESSES = ["10.0.1.10", "10.0.0.10", "10.0.2.10", "10.0.0.220", X, Y, "198.51.100.10"]


@st.composite
def packets(draw: Any) -> dict[str, Any]:
    src, dst = draw(st.sampled_from(ADDRESSES)), draw(st.sampled_from(ADDRESSES))
    sent = oracle.packet(src, dst, draw(st.sampled_from(["tcp", "tcp", "udp", "icmp", "50"])))
    if sent["protocol"] in ("tcp", "udp"):
        sent["to"] = draw(st.sampled_from([(1024, 65535), (22, 22), (80, 80), (40000, 40000), (1024, 1024)]))
    return sent


def as_packet(sent: dict[str, Any]) -> Packet:
    """Return the oracle's packet as the engine's."""
    kind, service = sent["protocol"], sent["to"]
    if kind == "icmp":
        return Packet(sent["src"], sent["dst"], "icmp", icmp_type=service[0], icmp_code=0)
    if kind == "50":
        return Packet(sent["src"], sent["dst"], 50)
    return Packet(sent["src"], sent["dst"], kind, sent["from"][0], service)


def one_host_each(net: dict[str, Any]) -> dict[str, Any]:
    """Return a network of the drawn groups with members at two of the addresses."""
    hosts = {
        "h0": {"subnet": "s1", "address": "10.0.1.10", "public": None, "groups": ["g0"]},
        "h1": {"subnet": "s0", "address": "10.0.0.10", "public": "198.51.100.10", "groups": ["g1"]},
    }
    subnets = {f"s{n}": {"block": f"10.0.{n}.0/24", "table": "main", "acl": "default"} for n in range(2)}
    return {
        "vpc": "10.0.0.0/16", "igw": True, "nats": {}, "hosts": hosts, "subnets": subnets, "groups": net,
        "tables": {"main": []}, "acls": {"default": {side: [] for side in SIDES}},
    }  # fmt: skip


GROUPS = st.fixed_dictionaries(
    {name: st.fixed_dictionaries({side: rules(["g0", "g1"]) for side in SIDES}) for name in ("g0", "g1")}
)


@examples(200)
@given(GROUPS, packets(), st.sampled_from([["g0"], ["g0", "g1"]]), st.sampled_from(SIDES))
def test_groups_agree_with_the_oracle(
    groups: dict[str, Any], sent: dict[str, Any], worn: list[str], side: str
) -> None:
    net = one_host_each(groups)
    topology = build(net)
    decision = evaluate_security_groups(as_packet(sent), [topology[f"A/{name}"] for name in worn], side)
    assert decision.allowed is oracle.groups_admit(net, worn, side, sent), str(decision)


@examples(200)
@given(entries(), packets(), st.sampled_from(SIDES), st.randoms(use_true_random=False))
def test_a_network_acl_agrees_with_the_oracle(
    drawn: list[Any], sent: dict[str, Any], side: str, shuffle: Any
) -> None:
    shuffled = shuffle.sample(drawn, len(drawn))
    word = "from" if side == "inbound" else "to"
    texts = [f"{number} {verdict} {written(word, *rest)}" for number, verdict, *rest in shuffled]
    acl = Topology("t").vpc("A", "10.0.0.0/16").network_acl("acl", **{side: texts})
    decision = evaluate_network_acl(as_packet(sent), acl, side)
    assert decision.allowed is oracle.acl_admits({side: drawn}, side, sent), str(decision)


def single_ports(ranges: list[Any]) -> list[int]:
    """Return the ports of 1024-65535 at which a list of ranges can change its mind."""
    edges = {1024, 65535, 40000}
    for ports in ranges:
        if ports is not None:
            edges |= {ports[0] - 1, ports[0], ports[1], ports[1] + 1}
    return sorted(port for port in edges if 1024 <= port <= 65535)


@examples(150)
@given(entries(), st.sampled_from(ADDRESSES))
def test_a_network_acl_admits_a_range_exactly_if_it_admits_each_port(drawn: list[Any], src: str) -> None:
    texts = [f"{number} {verdict} {written('from', *rest)}" for number, verdict, *rest in drawn]
    acl = Topology("t").vpc("A", "10.0.0.0/16").network_acl("acl", inbound=texts)

    def admits(port: object) -> bool:
        return (
            evaluate_network_acl(Packet(src, "10.0.1.10", "tcp", 443, port), acl, "inbound").allowed is True
        )  # type: ignore[arg-type]

    assert admits((1024, 65535)) is all(admits(port) for port in single_ports([entry[3] for entry in drawn]))


@examples(150)
@given(GROUPS, st.sampled_from(ADDRESSES))
def test_a_group_admits_a_range_exactly_if_it_admits_each_port(groups: dict[str, Any], src: str) -> None:
    topology = build(one_host_each(groups))

    def admits(port: object) -> bool:
        sent = Packet(src, "10.0.2.10", "tcp", 443, port)  # type: ignore[arg-type]
        return evaluate_security_groups(sent, topology["A/g0"], "inbound").allowed is True

    ports = single_ports([rule[1] for rule in groups["g0"]["inbound"]])
    assert admits((1024, 65535)) is all(admits(port) for port in ports)


ROUTES = st.lists(
    st.tuples(
        st.sampled_from(
            ["0.0.0.0/0", "10.0.0.0/8", "10.0.1.0/24", "203.0.0.0/16", "203.0.113.0/24", "203.0.113.10/32"]
        ),
        st.sampled_from(oracle.KINDS),
    ),
    max_size=6,
    unique=True,
)


@examples(200)
@given(ROUTES, st.sampled_from([*ADDRESSES, "10.9.9.9", "203.0.114.1", "203.0.113.11"]))
def test_a_route_table_agrees_with_the_oracle(drawn: list[tuple[str, str]], address: str) -> None:
    topology = Topology("t")
    subnet = topology.vpc("A", "10.0.0.0/16").subnet("s", "10.0.1.0/24")
    targets = [subnet.network_interface(f"e{n}").id for n in range(len(drawn))]
    expected = [("10.0.0.0/16", "static", "local")]
    routes = [Route(ip_network("10.0.0.0/16"), "local", origin="CreateRouteTable")]
    for target, (block, kind) in zip(targets, drawn, strict=True):
        expected.append((block, kind, target))
        listed = topology.prefix_list(target, [block]).id if kind == "list" else ip_network(block)
        origin = "EnableVgwRoutePropagation" if kind == "propagated" else "CreateRoute"
        routes.append(Route(listed, target, origin=origin))
    topology.put(replace(subnet.route_table.value, routes=tuple(routes)))
    best = oracle.best_route(expected, address)
    assert select_route(subnet.route_table, address).target == (best[2] if best else None)


# -- laws --------------------------------------------------------------------------------------------


@examples(100)
@given(cases(), st.data())
def test_taking_a_groups_rule_away_never_lets_more_through(
    case: tuple[dict[str, Any], dict[str, Any]], data: Any
) -> None:
    net, sent = case
    before = ask(build(net), sent)
    places = [(g, side, n) for g, v in net["groups"].items() for side in SIDES for n in range(len(v[side]))]
    if not places:
        return
    group, side, at = data.draw(st.sampled_from(places))
    fewer = {**net["groups"][group], side: [r for n, r in enumerate(net["groups"][group][side]) if n != at]}
    after = ask(build({**net, "groups": {**net["groups"], group: fewer}}), sent)
    assert not (after.reaches and not before.reaches), f"{before}\n{after}"
    assert len(after.blockers) >= len(before.blockers)


@examples(100)
@given(cases())
def test_a_reply_goes_back_through_what_its_request_went_through(
    case: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    found = ask(build(case[0]), case[1])
    if found.reaches and found.forward[-1].kind != "service":
        passed = ("instance", "network_acl", "nat_gateway", "internet_gateway", "internet")
        out, back = (
            Counter(hop.component.id for hop in hops if hop.kind in passed)
            for hops in (found.forward, found.reply)
        )
        assert out == back, str(found)
        assert str(found.reply[-1].packet_in.src) == case[1]["dst"]
        assert str(found.reply[-1].packet_in.dst) == case[1]["src"]


@examples(100)
@given(cases())
def test_asking_changes_nothing_and_gives_the_same_answer_every_time(
    case: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    topology = build(case[0])
    before = list(topology.snapshot())
    first = ask(topology, case[1])
    said = (str(first), first.blockers, first.path)
    assert list(topology.snapshot()) == before
    again = ask(topology, case[1])
    assert (str(again), again.blockers, again.path) == said
    for other in (build(case[0]), topology.copy()):
        assert str(ask(other, case[1])) == said[0]


def test_the_oracle_knows_the_examples_of_the_facts() -> None:
    web = {"inbound": [("tcp", (443, 443), "0.0.0.0/0")], "outbound": []}
    net = {
        "vpc": "10.0.0.0/16", "igw": True,
        "subnets": {
            "pub": {"block": "10.0.0.0/24", "table": "pub", "acl": "default"},
            "prv": {"block": "10.0.1.0/24", "table": "prv", "acl": "default"},
        },
        "tables": {
            "pub": [("10.0.0.0/16", "static", "local"), ("0.0.0.0/0", "static", "igw")],
            "prv": [("10.0.0.0/16", "static", "local"), ("0.0.0.0/0", "static", "nat")],
        },
        "acls": {"default": {side: [(100, "allow", "all", None, "0.0.0.0/0")] for side in SIDES}},
        "groups": {"web": web, "out": {"inbound": [], "outbound": [("all", None, "0.0.0.0/0")]}},
        "hosts": {
            "p1": {"subnet": "pub", "address": "10.0.0.10", "public": "198.51.100.10", "groups": ["web"]},
            "a1": {"subnet": "prv", "address": "10.0.1.10", "public": None, "groups": ["out"]},
        },
        "nats": {"nat": {"subnet": "pub", "address": "10.0.0.220", "public": "198.51.100.99"}},
    }  # fmt: skip
    for src, dst, kind, port, outcome in (
        (X, "198.51.100.10", "tcp", 443, "delivered"),
        (X, "198.51.100.10", "tcp", 22, "blocked"),
        (X, "10.0.0.10", "tcp", 443, "blocked"),
        ("a1", X, "tcp", 443, "delivered"),
        ("p1", X, "tcp", 443, "blocked"),
        (X, "198.51.100.99", "icmp", 0, "no-reply"),
        (X, "198.51.100.99", "tcp", 443, "blocked"),
        ("a1", "10.0.0.2", "udp", 53, "delivered"),
    ):
        source = net["hosts"][src]["address"] if src in net["hosts"] else src  # type: ignore[index]
        assert oracle.Flow(net, oracle.packet(source, dst, kind, 40000, port)).outcome() == outcome


@pytest.mark.parametrize("side", SIDES)
def test_the_oracle_counts_ports_one_by_one(side: str) -> None:
    sent = oracle.packet("10.0.1.10", "10.0.1.11", "tcp")
    sent["to"] = (1024, 65535)
    halves = [(1, "allow", "tcp", (0, 30000), "0.0.0.0/0"), (2, "allow", "tcp", (30001, 65535), "0.0.0.0/0")]
    assert oracle.acl_admits({side: halves}, side, sent)
    assert not oracle.acl_admits({side: halves[:1]}, side, sent)
    assert not oracle.acl_admits({side: [(0, "deny", "tcp", (3389, 3389), "0.0.0.0/0"), *halves]}, side, sent)
