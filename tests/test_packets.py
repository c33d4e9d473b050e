"""Packets and traffic: what can be said, how it reads, and what comes back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from networks import Base, cases

from vpclab import BadInput, Packet, icmp, protocol, tcp, udp

TRAFFIC = {
    "TCP shows its port": (tcp(443), "tcp(443)", "tcp 443"),
    "an unusual client port is shown": (tcp(443, src_port=50000), "tcp(443, src_port=50000)", "tcp 443"),
    "port 0 is a port": (tcp(0), "tcp(0)", "tcp 0"),
    "the last port": (udp(65535), "udp(65535)", "udp 65535"),
    "a ping is ICMP type 8": (icmp(), "icmp(type=8, code=0)", "icmp 8/0"),
    "another ICMP message": (icmp(type=3, code=4), "icmp(type=3, code=4)", "icmp 3/4"),
    "a protocol by its number": (protocol(50), "protocol(50)", "protocol 50"),
}


@pytest.mark.parametrize(("traffic", "shown", "text"), cases(TRAFFIC))
def test_traffic_reads_as_it_is_written(traffic: Any, shown: str, text: str) -> None:
    assert (repr(traffic), str(traffic)) == (shown, text)
    assert eval(shown) == traffic


BAD: dict[str, tuple[Callable[[], object], str]] = {
    "a port below 0": (lambda: tcp(-1), "-1"),
    "a port above 65535": (lambda: tcp(65536), "65536"),
    "a port that is text": (lambda: udp("53"), "'53'"),  # type: ignore[arg-type]
    "a port that is no whole number": (lambda: tcp(44.3), "44.3"),  # type: ignore[arg-type]
    "a port that is a truth value": (lambda: tcp(True), "True"),
    "a client port above 65535": (lambda: tcp(80, src_port=70000), "70000"),
    "an ICMP type above 255": (lambda: icmp(type=256), "256"),
    "an ICMP code below 0": (lambda: icmp(code=-1), "-1"),
    "a protocol above 255": (lambda: protocol(256), "256"),
    "TCP without a port": (lambda: protocol(6), "tcp(port)"),
    "UDP without a port": (lambda: protocol(17), "udp(port)"),
    "an address that is none": (lambda: Packet("10.0.0.300", "10.0.0.1", "tcp", dst_port=80), "10.0.0.300"),
    "two families": (lambda: Packet("10.0.0.1", "2001:db8::1", "tcp", dst_port=80), "2001:db8::1"),
    "an unknown protocol": (lambda: Packet("10.0.0.1", "10.0.0.2", "http", dst_port=80), "http"),
    "a TCP packet without a port": (lambda: Packet("10.0.0.1", "10.0.0.2", "tcp"), "dst_port"),
    "a range that leaves the ports": (
        lambda: Packet("10.0.0.1", "10.0.0.2", "tcp", dst_port=(1024, 65536)),
        "65536",
    ),
}


@pytest.mark.parametrize(("make", "value"), cases(BAD))
def test_what_is_no_packet_is_named(make: Callable[[], object], value: str) -> None:
    with pytest.raises(BadInput) as bad:
        make()
    assert value in str(bad.value)


TEXTS = {
    "TCP": (
        Packet("10.0.1.10", "203.0.113.10", "tcp", 40000, 443),
        "tcp 10.0.1.10:40000 → 203.0.113.10:443",
    ),
    "the client port is one of Linux's": (
        Packet("10.0.1.10", "10.0.2.10", "udp", dst_port=53),
        "udp 10.0.1.10:40000 → 10.0.2.10:53",
    ),
    "any port of a range": (
        Packet("10.0.0.220", "203.0.113.10", 6, (1024, 65535), 443),
        "tcp 10.0.0.220:1024-65535 → 203.0.113.10:443",
    ),
    "IPv6 in brackets": (
        Packet("2001:db8::1", "2001:db8::2", "tcp", 40000, 443),
        "tcp [2001:db8::1]:40000 → [2001:db8::2]:443",
    ),
    "ICMP by type and code": (
        Packet("10.0.1.10", "10.0.2.10", "icmp", icmp_type=8, icmp_code=0),
        "icmp 8/0 10.0.1.10 → 10.0.2.10",
    ),
    "a protocol without ports": (
        Packet("10.0.1.10", "10.0.2.10", 50),
        "protocol 50 10.0.1.10 → 10.0.2.10",
    ),
}


@pytest.mark.parametrize(("packet", "text"), cases(TEXTS))
def test_a_packet_reads_as_a_ticket_line(packet: Packet, text: str) -> None:
    assert str(packet) == text


def test_packets_are_values() -> None:
    one, same = (Packet("10.0.1.10", "10.0.2.10", "tcp", dst_port=80) for _ in range(2))
    assert one == same
    assert len({one, same}) == 1
    with pytest.raises(AttributeError):
        one.dst_port = 443  # type: ignore[misc]


REPLIES = {
    "ports and addresses change places": (
        tcp(443, src_port=50000),
        4,
        "tcp 10.0.1.10:50000 → 10.0.2.10:443",
        "tcp 10.0.2.10:443 → 10.0.1.10:50000",
    ),
    "an echo request is answered by an echo reply": (
        icmp(),
        4,
        "icmp 8/0 10.0.1.10 → 10.0.2.10",
        "icmp 0/0 10.0.2.10 → 10.0.1.10",
    ),
    "a protocol without ports comes back as itself": (
        protocol(50),
        4,
        "protocol 50 10.0.1.10 → 10.0.2.10",
        "protocol 50 10.0.2.10 → 10.0.1.10",
    ),
}


@pytest.mark.parametrize(("traffic", "version", "request_", "reply"), cases(REPLIES))
def test_a_reply_mirrors_its_request(traffic: Any, version: int, request_: str, reply: str) -> None:
    found = Base().trace("a1", "b1", traffic, ip_version=version)
    assert (str(found.forward[0].packet_in), str(found.reply[0].packet_in)) == (request_, reply)


def test_over_ipv6_a_ping_is_type_128_and_its_reply_129() -> None:
    net = Base(dual=True)
    found = net.trace("a1", "b1", icmp(), ip_version=6)
    assert str(found.forward[0].packet_in).startswith("icmpv6 128/0 ")
    assert str(found.reply[0].packet_in).startswith("icmpv6 129/0 ")
    assert found.reaches
