"""Two networks side by side: what became reachable, what ceased, and nothing else."""

from __future__ import annotations

import os
import random
from contextlib import redirect_stdout
from functools import reduce
from io import StringIO
from itertools import product
from operator import or_
from typing import Any

import pytest
import random_networks
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from networks import ALLOW_IN, Base
from networks import cases as rows_of

from vpclab import Topology, compare, internet, reachability, site
from vpclab.evaluate.compare import Change
from vpclab.evaluate.traffic import NOTHING
from vpclab.topology.errors import VpclabError
from vpclab.topology.model import NetworkInterface, Site


def examples(count: int) -> settings:
    """Return how many examples to try; HYPOTHESIS_PROFILE=search tries that profile's number of new ones."""
    searching = os.environ.get("HYPOTHESIS_PROFILE") == "search"
    return settings(
        max_examples=settings.default.max_examples if searching else count,
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )


def base() -> Base:
    """Return the test network with a web server, a site and its VPN connection."""
    net = Base()
    net.host("web", net.pub, "10.0.0.30", public_ip="198.51.100.30", security_groups=[net.group("web")])
    vgw = net.vpn()
    net.pub.route_table.propagate(vgw)
    return net


# -- one change at a time ------------------------------------------------------------------------------


def rules(*inbound: str) -> Any:
    """Return the change that gives the web server's group these rules."""
    return lambda later: later["A"].security_group("web", inbound=list(inbound))


def no_tunnels(later: Topology) -> None:
    later.vpn_connection("vpn", gateway="vgw", site="OP", tunnels_up=0)
    later["A"].route_table("PUB").propagate("vgw")


def new_host(later: Topology) -> None:
    only = later["A"].security_group("only", inbound=["tcp 22 from 10.0.2.10/32"], outbound=[])
    later["A/PRB"].instance("new", security_groups=[only])


def one_way(later: Topology) -> None:
    acl = later["A"].network_acl("acl", inbound=[ALLOW_IN], outbound=["100 deny tcp 1024-65535 to 0.0.0.0/0"])
    later["A"].security_group("web", inbound=["tcp 80 from 203.0.113.0/24"])
    acl.associate("A/PUB")


CHANGES: dict[str, Any] = {
    "nothing": (lambda later: None, []),
    "a name only": (lambda later: later["A"].security_group("other"), []),
    "a rule added": (
        rules("tcp 80 from 203.0.113.0/24"),
        ["internet 203.0.113.0/24 → A/web: now reachable: tcp 80"],
    ),
    "a rule for one host": (rules("tcp 22 from 10.0.1.11/32"), ["A/a2 → A/web: now reachable: tcp 22"]),
    "a rule for the site": (
        rules("udp 161 from 192.168.0.0/16"), ["site OP → A/web: now reachable: udp 161"]
    ),
    "a rule for a part of the site": (
        rules("udp 161 from 192.168.7.0/24"), ["site OP 192.168.7.0/24 → A/web: now reachable: udp 161"]
    ),
    "an added instance": (new_host, ["A/b1 → A/new: now reachable: tcp 22"]),
    "a removed instance, which nothing could reach": (
        lambda later: (later["A"].security_group("web", outbound=[]), later["A/web"].remove()),
        lambda lines: len(lines) > 3 and all(line.startswith("A/web → ") for line in lines),
    ),
    "a reply that no longer comes back": (
        one_way, lambda lines: "internet 203.0.113.0/24 → A/web" not in " ".join(lines) and len(lines) > 1
    ),
    "a VPN connection that is down": (
        no_tunnels, lambda lines: {line for line in lines if "site OP → A/p1" in line}
        == {"site OP → A/p1: no longer reachable: all traffic"}
    ),
    "a default route taken away": (
        lambda later: later["A"].route_table("PUB").remove_route("0.0.0.0/0"),
        ["A/web → internet: no longer reachable: tcp 0-24, 26-65535; all udp; all icmp; all icmpv6; "
         "all other protocols"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("change", "expected"), rows_of(CHANGES))
def test_what_changed(change: Any, expected: Any) -> None:
    before = base().topology
    later = before.copy()
    change(later)
    found = compare(before, later)
    lines = [str(row) for row in found.changes]
    assert expected(lines) if callable(expected) else lines == expected, "\n".join(lines)
    assert str(found) == ("\n".join(lines) or "nothing changed")
    assert bool(found) is bool(lines)


def test_half_of_a_block_that_lost_its_rule_is_told_apart() -> None:
    before, later = base().topology, base().topology
    before["A"].security_group("web", inbound=["tcp 80 from 203.0.113.0/24"])
    later["A"].security_group("web", inbound=["tcp 80 from 203.0.113.0/25"])
    assert [str(row) for row in compare(before, later).changes] == [
        "internet 203.0.113.0/24 → A/web: no longer reachable: tcp 80"
    ]


def test_a_host_that_no_rule_named_before_is_not_called_the_internet() -> None:
    before, later = base().topology, base().topology
    later["A"].security_group("web", inbound=["tcp 80 from 192.0.2.0/24"])
    assert [str(row) for row in compare(before, later).changes] == [
        "internet 192.0.2.0/24 → A/web: now reachable: tcp 80"
    ]


def test_an_instance_that_gets_ipv6() -> None:
    before = Base(dual=True)
    net = Base(dual=True)
    before.host("late", before.prb, "10.0.2.30", ipv6=False)
    net.host("late", net.prb, "10.0.2.30", ipv6=True)
    for topology in (before.topology, net.topology):
        topology.account(port_25_open=True)  # else mail stays blocked over IPv6 (IGW-12)
    found = compare(before.topology, net.topology)
    assert {row.ip_version for row in found.changes} == {6}
    assert "A/b1 → A/late over IPv6: now reachable: all traffic" in map(str, found.changes)


def test_what_cannot_be_told_any_more_is_not_called_lost() -> None:
    net = Base()
    after = [v for v in net.topology.snapshot() if v.kind != "network_acl"]
    found = compare(net.topology, Topology.of("t", after))
    assert not found.lost
    assert not found.gained
    assert "A/a1 and 1 more → A/b1: cannot be told on both sides: all traffic" in map(str, found.changes)


def test_the_table_has_one_row_per_change() -> None:
    before, later = base().topology, base().topology
    later["A"].security_group("web", inbound=["tcp 80 from 203.0.113.0/24"])
    table = compare(before, later).table()
    assert table.to_dict("records") == [
        {"source": "internet 203.0.113.0/24", "destination": "A/web", "gained": "tcp 80", "lost": "nothing",
         "unclear": "nothing", "pairs": 1, "ip_version": 4}
    ]  # fmt: skip
    assert compare(before, before).table().empty


def test_interfaces_that_changed_alike_share_a_row() -> None:
    before = base().topology
    later = before.copy()
    later["A/PRV"].network_acl.entries(
        outbound=["100 deny tcp 22 to 0.0.0.0/0", "101 allow all to 0.0.0.0/0"]
    )
    rows = {(row.source, row.destination): row for row in compare(before, later).changes}
    assert rows["A/a1 and 1 more", "A/b1"].pairs == 2
    assert str(rows["A/a1 and 1 more", "A/b1"].lost) == "tcp 22"


# -- laws ----------------------------------------------------------------------------------------------


def changed(rng: random.Random, topology: Topology) -> Topology:
    """Return a copy with a few random changes."""
    later = topology.copy()
    with redirect_stdout(StringIO()):
        for _ in range(rng.randint(1, 3)):
            value = rng.choice(list(later.snapshot()))
            handle = later.handle(value)
            with_rules = {"security_group": ("allow", "revoke"), "network_acl": ("entries",)}
            try:
                if value.kind in with_rules and rng.random() < 0.7:
                    maker = random_networks.Maker(rng)
                    word = rng.choice(with_rules[value.kind])
                    if word == "entries":
                        handle.entries(inbound=maker.entries("from"))
                    else:
                        rule = (
                            maker.rules("from", [])
                            if word == "allow"
                            else [str(r) for r in value.side("inbound")]
                        )
                        getattr(handle, word)(inbound=rule[:2])
                elif hasattr(handle, "remove"):
                    handle.remove()
            except VpclabError:
                continue
    return later


@examples(15)
@given(st.randoms(use_true_random=True))
def test_comparing_the_other_way_round_swaps_gained_and_lost(rng: random.Random) -> None:
    before = random_networks.network(rng)
    later = changed(rng, before)
    forth, back = compare(before, later), compare(later, before)

    def key(change: Change, swap: bool) -> tuple[Any, ...]:
        sides = (change.lost, change.gained) if swap else (change.gained, change.lost)
        return (
            change.source,
            change.destination,
            *map(str, sides),
            str(change.unclear),
            change.pairs,
            change.ip_version,
        )

    def first(row: tuple[Any, ...]) -> tuple[Any, ...]:
        return row[2:]  # which member of a class stands for it may differ

    assert sorted(first(key(c, False)) for c in forth.changes) == sorted(
        first(key(c, True)) for c in back.changes
    )
    assert not compare(before, before)
    assert not compare(later, later.copy())


@examples(15)
@given(st.randoms(use_true_random=True))
def test_a_pair_is_in_the_comparison_exactly_if_between_changed(rng: random.Random) -> None:
    before = random_networks.network(rng)
    later = changed(rng, before)
    sides = [reachability(before), reachability(later)]
    ids = {eni.id for side in sides for eni in side.snapshot.all(NetworkInterface)}
    names = {place.name for side in sides for place in side.snapshot.all(Site)}
    ends: list[Any] = [*sorted(ids), *(site(name) for name in sorted(names))]
    outside = [internet("203.0.113.10"), internet("203.0.113.99"), internet("198.19.0.1")]
    gained, lost, pairs = NOTHING, NOTHING, 0
    for version in (4, 6):
        for src, dst in product([*ends, *(outside if version == 4 else [])], repeat=2):
            if src == dst or (src in outside and dst in outside):
                continue
            was, now = (asked(side, src, dst, version) for side in sides)
            unclear = (was | now) & (was.doubtful | now.doubtful)
            gained |= now - was - unclear
            lost |= was - now - unclear
            pairs += bool(src in ids and dst in ids and (now - was or was - now))
    found = compare(before, later)
    assert not gained - reduce(or_, (change.gained for change in found.gained), NOTHING)
    assert not lost - reduce(or_, (change.lost for change in found.lost), NOTHING)
    within = [
        c for c in found.changes if not {"internet", "site"} & {c.source.split()[0], c.destination.split()[0]}
    ]
    assert sum(change.pairs for change in within) == pairs, str(found)


def asked(side: Any, src: Any, dst: Any, version: int) -> Any:
    """Return what one end can send to the other, nothing where one of them is not there."""
    try:
        return side.between(src, dst, ip_version=version)
    except VpclabError:
        return NOTHING
