"""Traffic as exact sets: the laws of sets against Python's own, and what people read."""

from __future__ import annotations

from itertools import chain, pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from networks import cases as rows_of

from vpclab import icmp, protocol, tcp, udp
from vpclab.evaluate.traffic import EVERYTHING, NOTHING, PARTS, Traffic, join, meet, part_of, take
from vpclab.topology.errors import BadInput

# -- against sets of numbers -------------------------------------------------------------------------

SMALL = range(24)  # numbers enough to touch, overlap and nest


def members(ranges: Any) -> set[int]:
    """Return the numbers of ranges one by one."""
    return set(chain.from_iterable(range(low, high + 1) for low, high in ranges))


def spans() -> Any:
    pairs = st.tuples(st.sampled_from(SMALL), st.sampled_from(SMALL)).map(lambda pair: (min(pair), max(pair)))
    return st.lists(pairs, max_size=5)


@given(spans())
def test_join_keeps_the_numbers_and_leaves_no_ranges_that_touch(ranges: Any) -> None:
    joined = join(ranges)
    assert members(joined) == members(ranges)
    assert all(high + 1 < low for (_, high), (low, _) in pairwise(joined))
    assert join(joined) == joined
    assert join(reversed(ranges)) == joined


@given(spans(), spans())
def test_meet_and_take_are_intersection_and_difference(one: Any, two: Any) -> None:
    a, b = join(one), join(two)
    assert members(meet(a, b)) == members(a) & members(b)
    assert members(take(a, b)) == members(a) - members(b)
    assert members(take(a, two)) == members(a) - members(b)
    assert meet(a, b) == join(meet(a, b))
    assert take(a, b) == join(take(a, b))


def traffics() -> Any:
    others = spans().map(lambda found: meet(join(found), EVERYTHING.other))
    return st.builds(Traffic, *(spans().map(join) for _ in PARTS[:4]), others)


def everything_in(found: Traffic) -> set[tuple[str, int]]:
    """Return a set as (part, number) pairs."""
    return {(part, number) for part in PARTS for number in members(getattr(found, part))}


@given(traffics(), traffics())
def test_the_operators_are_those_of_sets(one: Traffic, two: Traffic) -> None:
    a, b = everything_in(one), everything_in(two)
    assert everything_in(one | two) == a | b
    assert everything_in(one & two) == a & b
    assert everything_in(one - two) == a - b
    assert (one == two) is (a == b)
    assert (hash(one) == hash(two)) or a != b
    assert bool(one) is bool(a)


@given(traffics(), traffics(), traffics())
def test_laws(a: Traffic, b: Traffic, c: Traffic) -> None:
    assert a | b == b | a
    assert a & b == b & a
    assert (a | b) | c == a | (b | c)
    assert (a & b) & c == a & (b & c)
    assert a & (b | c) == (a & b) | (a & c)
    assert a | (b & c) == (a | b) & (a | c)
    assert a - (b | c) == (a - b) & (a - c)
    assert (a - b) | (a & b) == a
    assert a | NOTHING == a == a & EVERYTHING
    assert a & NOTHING == NOTHING == a - a == a - EVERYTHING
    assert a | EVERYTHING == EVERYTHING
    assert EVERYTHING - (EVERYTHING - a) == a


@given(traffics())
def test_allows_is_membership(found: Traffic) -> None:
    inside = everything_in(found)
    for number in SMALL:
        assert found.allows(tcp(number)) is (("tcp", number) in inside)
        assert found.allows(udp(number)) is (("udp", number) in inside)
        assert found.allows(icmp(0, number)) is (("icmp", number) in inside)
        if number not in (1, 6, 17, 58):
            assert found.allows(protocol(number)) is (("other", number) in inside)


# -- one by one --------------------------------------------------------------------------------------

WORDS: dict[str, Any] = {
    "nothing": (NOTHING, "nothing"),
    "everything": (EVERYTHING, "all traffic"),
    "ports, a protocol after the other": (
        Traffic(tcp=((80, 80), (443, 443)), udp=((53, 53),), icmp=((2048, 2048),)),
        "tcp 80, 443; udp 53; icmp 8/0",
    ),
    "a range of ports": (Traffic(tcp=((1024, 65535),)), "tcp 1024-65535"),
    "all of a protocol": (Traffic(tcp=((0, 65535),), icmpv6=((0, 65535),)), "all tcp; all icmpv6"),
    "port 0 alone": (Traffic(udp=((0, 0),)), "udp 0"),
    "a whole ICMP type": (Traffic(icmp=((2048, 2303),)), "icmp 8"),
    "several whole types": (Traffic(icmp=((0, 1023),)), "icmp 0-3"),
    "a type and a piece of the next": (Traffic(icmp=((2048, 2308),)), "icmp 8, 9/0-4"),
    "the end of a type, whole types, a piece": (Traffic(icmp=((2050, 3073),)), "icmp 8/2-255, 9-11, 12/0-1"),
    "the last code of all": (Traffic(icmp=((65535, 65535),)), "icmp 255/255"),
    "ICMPv6": (Traffic(icmpv6=((32768, 32768),)), "icmpv6 128/0"),
    "a protocol by number": (Traffic(other=((50, 50),)), "protocol 50"),
    "two protocols by number": (Traffic(other=((47, 47), (50, 51))), "protocol 47, 50-51"),
    "all but mail": (
        EVERYTHING - Traffic(tcp=((25, 25),)),
        "tcp 0-24, 26-65535; all udp; all icmp; all icmpv6; all other protocols",
    ),
    "what is known and what is not": (
        Traffic(tcp=((80, 80),), unjudged=Traffic(tcp=((443, 443),))), "tcp 80; unknown: tcp 443"
    ),
    "nothing that is known": (Traffic(unjudged=EVERYTHING), "unknown: all traffic"),
}  # fmt: skip


@pytest.mark.parametrize(("found", "text"), rows_of(WORDS))
def test_words(found: Traffic, text: str) -> None:
    assert str(found) == text
    assert repr(found) == f"<Traffic {text}>"


RULES: dict[str, Any] = {
    "everything": ((-1, -1, -1), "all traffic"),
    "all protocols, whatever ports are written": ((-1, 80, 80), "all traffic"),
    "one port": ((6, 443, 443), "tcp 443"),
    "ports": ((17, 1024, 2048), "udp 1024-2048"),
    "ports without limits": ((6, -1, -1), "all tcp"),
    "all ICMP": ((1, -1, -1), "all icmp"),
    "an ICMP type": ((1, 8, -1), "icmp 8"),
    "an ICMP type and code": ((1, 3, 4), "icmp 3/4"),
    "ICMPv6": ((58, 128, 0), "icmpv6 128/0"),
    "another protocol, for which ports are ignored": ((50, 443, 443), "protocol 50"),
}


@pytest.mark.parametrize(("rule", "text"), rows_of(RULES))
def test_what_a_rule_names(rule: tuple[int, int, int], text: str) -> None:
    assert str(part_of(*rule)) == text


def test_ranges_are_those_of_one_part() -> None:
    found = Traffic(tcp=((80, 80), (443, 443)), other=((50, 50),))
    assert found.ranges("tcp") == ((80, 80), (443, 443))
    assert found.ranges("udp") == ()
    assert found.ranges("other") == ((50, 50),)


@pytest.mark.parametrize("word", ["TCP", "sctp", "failing", "", 6], ids=str)
def test_ranges_of_something_else_lists_the_parts(word: Any) -> None:
    with pytest.raises(BadInput, match="use one of tcp, udp, icmp, icmpv6, other"):
        EVERYTHING.ranges(word)


def test_ping_in_a_set_of_ipv6_is_icmpv6() -> None:
    ping = Traffic(icmpv6=((128 * 256, 128 * 256),), ip_version=6)
    assert ping.allows(icmp())
    assert ping.allows(icmp(128))
    assert not ping.allows(icmp(0))
    assert (ping | NOTHING).allows(icmp())
    assert not (NOTHING | ping).allows(icmp())  # the left side says which family it is
    assert not Traffic(icmpv6=((128 * 256, 128 * 256),)).allows(icmp())
    assert Traffic(icmp=((8 * 256, 8 * 256),)).allows(icmp())


def test_what_stands_beside_a_set_is_no_part_of_it() -> None:
    plain = Traffic(tcp=((80, 80),))
    beside: dict[str, Any] = {"failing": EVERYTHING, "client_ports": ((1024, 65535),), "unjudged": EVERYTHING}
    noted = Traffic(tcp=((80, 80),), **beside, unknown=("so",))
    assert noted == plain
    assert hash(noted) == hash(plain)
    assert not noted.allows(tcp(443))
    assert (noted | noted).reply_blocked == NOTHING
    assert plain.reply_blocked == plain.doubtful == NOTHING
    assert noted.reply_blocked.allows(tcp(443))


def test_a_set_is_frozen() -> None:
    with pytest.raises(AttributeError):
        NOTHING.tcp = ((0, 65535),)  # type: ignore[misc]
