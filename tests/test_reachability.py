"""All flows at once: exactly what `trace` delivers, for every port, protocol and client port."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import random_networks
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from networks import ALLOW_IN, ALLOW_OUT, Base, X
from networks import cases as rows_of

from vpclab import Topology, icmp, protocol, reachability, tcp, trace, udp
from vpclab.evaluate.packets import TrafficType
from vpclab.evaluate.traffic import Traffic
from vpclab.topology.errors import VpclabError
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
