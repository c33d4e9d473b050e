"""Packets and the words people use for traffic: ``tcp(443)``, ``udp(53)``, ``icmp()``, ``protocol(50)``.

Inside the engine a packet is a *header*, a plain tuple of integers, because a trace compares
thousands of them: ``(version, src, dst, protocol, sport_lo, sport_hi, dport_lo, dport_hi)``. A port
is a range so that "some port from 1024 to 65535", which is what a NAT gateway chooses (NGW-6), is a
packet too. For ICMP the last two are the type and the code, as in a security group rule (SG-8).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

from vpclab.topology.errors import BadInput
from vpclab.topology.model import ICMP, ICMPV6, PORTED, TCP, UDP, Address, protocol_name

Header = tuple[int, int, int, int, int, int, int, int]
Port = int | tuple[int, int]

CLIENT_PORT = 40000  # inside Linux's ephemeral range (ACL-11)
NAT_PORTS = (1024, 65535)  # NGW-6
_NUMBER = re.compile("[0-9]{1,9}")
_ICMP_TO_V6 = {8: 128, 0: 129}
_REPLY_TYPE = {8: 0, 13: 14, 15: 16, 17: 18, 128: 129, 0: 8, 14: 13, 16: 15, 18: 17, 129: 128}


def _check(value: object, low: int, high: int, what: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise BadInput(f"{value!r} is not a {what}: give a whole number from {low} to {high}")
    return value


@dataclass(frozen=True, slots=True)
class TrafficType:
    """What is sent, apart from the addresses; made by `tcp`, `udp`, `icmp` and `protocol`."""

    protocol: int
    dst_port: int | None = None
    src_port: int | None = None
    icmp_type: int | None = None
    icmp_code: int | None = None

    def __str__(self) -> str:
        name = protocol_name(self.protocol)
        if self.protocol in PORTED:
            return f"{name} {self.dst_port}"
        if self.protocol in (ICMP, ICMPV6):
            return f"{name} {self.icmp_type}/{self.icmp_code}"
        return name

    def __repr__(self) -> str:
        if self.protocol in PORTED:
            extra = "" if self.src_port in (None, CLIENT_PORT) else f", src_port={self.src_port}"
            return f"{protocol_name(self.protocol)}({self.dst_port}{extra})"
        if self.protocol == ICMP:
            return f"icmp(type={self.icmp_type}, code={self.icmp_code})"
        return f"protocol({self.protocol})"

    def header(self, src: Address, dst: Address) -> Header:
        """Return the header of the first packet of this traffic from `src` to `dst`."""
        if self.protocol in PORTED:
            sport = CLIENT_PORT if self.src_port is None else self.src_port
            dport = self.dst_port or 0
            return (src.version, int(src), int(dst), self.protocol, sport, sport, dport, dport)
        protocol, kind = icmp_over(src.version, self.protocol, self.icmp_type or 0)
        return (src.version, int(src), int(dst), protocol, 0, 0, kind, self.icmp_code or 0)


def icmp_over(version: int, protocol: int, kind: int) -> tuple[int, int]:
    """Return the protocol and type by which ICMP goes over IPv4 or IPv6: ping is 128 in IPv6 (SG-10)."""
    if protocol == ICMP and version == 6:
        return ICMPV6, _ICMP_TO_V6.get(kind, kind)
    return protocol, kind


def tcp(port: int, *, src_port: int = CLIENT_PORT) -> TrafficType:
    """Return TCP traffic to a port.

    >>> tcp(443)
    tcp(443)
    """
    return TrafficType(TCP, _check(port, 0, 65535, "port"), _check(src_port, 0, 65535, "port"))


def udp(port: int, *, src_port: int = CLIENT_PORT) -> TrafficType:
    """Return UDP traffic to a port."""
    return TrafficType(UDP, _check(port, 0, 65535, "port"), _check(src_port, 0, 65535, "port"))


def icmp(type: int = 8, code: int = 0) -> TrafficType:
    """Return ICMP traffic; type 8 is the echo request of ping, over IPv6 it is sent as type 128 (SG-10)."""
    return TrafficType(
        ICMP, icmp_type=_check(type, 0, 255, "ICMP type"), icmp_code=_check(code, 0, 255, "ICMP code")
    )


def protocol(number: int) -> TrafficType:
    """Return traffic of an IP protocol by its number, e.g. 50 for IPsec ESP (PORT-1)."""
    number = _check(number, 0, 255, "protocol number")
    if number in PORTED:
        raise BadInput(f"protocol {number} has ports: write {protocol_name(number)}(port)")
    return icmp() if number == ICMP else TrafficType(number, icmp_type=0, icmp_code=0)


def read_traffic(text: str) -> TrafficType:
    """Return traffic from text such as ``tcp 443``, ``icmp 8/0``, ``protocol 50``, or a port alone.

    >>> read_traffic("tcp 443"), read_traffic("22"), read_traffic("icmp 3/4")
    (tcp(443), tcp(22), icmp(type=3, code=4))
    """
    words = text.lower().replace("(", " ").replace(")", " ").split()
    numbers = [part for word in words[1:] for part in word.split("/")]
    if len(words) == 1 and _NUMBER.fullmatch(words[0]):
        return tcp(int(words[0]))
    if words and all(_NUMBER.fullmatch(part) for part in numbers):
        values = [int(part) for part in numbers]
        if words[0] in ("tcp", "udp") and len(values) == 1:
            return tcp(values[0]) if words[0] == "tcp" else udp(values[0])
        if words[0] in ("icmp", "ping") and len(values) <= 2:
            return icmp(*values)
        if words[0] == "protocol" and len(values) == 1:
            return protocol(values[0])
    raise BadInput(f"{text!r} is not traffic: write e.g. tcp 443, udp 53, icmp, icmp 3/4 or protocol 50")


def reply(header: Header) -> Header:
    """Return the header of the answer: addresses and ports change places."""
    version, src, dst, number, s_lo, s_hi, d_lo, d_hi = header
    if number in (ICMP, ICMPV6):
        return (version, dst, src, number, 0, 0, _REPLY_TYPE.get(d_lo, d_lo), d_hi)
    return (version, dst, src, number, d_lo, d_hi, s_lo, s_hi)


def address(version: int, number: int) -> Address:
    """Return the address object for an integer."""
    return IPv4Address(number) if version == 4 else IPv6Address(number)


def _port(low: int, high: int) -> Port:
    return low if low == high else (low, high)


def _port_text(port: Port | None) -> str:
    if port is None:
        return ""
    return f":{port}" if isinstance(port, int) else f":{port[0]}-{port[1]}"


@dataclass(frozen=True, slots=True)
class Packet:
    """The header of one packet. A port may be a pair (first, last): any port of that range (NGW-6).

    >>> print(Packet("10.0.1.10", "203.0.113.10", "tcp", 40000, 443))
    tcp 10.0.1.10:40000 → 203.0.113.10:443
    """

    src: Address
    dst: Address
    protocol: int
    src_port: Port | None = None
    dst_port: Port | None = None
    icmp_type: int | None = None
    icmp_code: int | None = None

    def __post_init__(self) -> None:
        put = object.__setattr__
        for name in ("src", "dst"):
            value = getattr(self, name)
            if not isinstance(value, (IPv4Address, IPv6Address)):
                try:
                    put(self, name, ip_address(value))
                except ValueError as error:
                    raise BadInput(f"{value!r} is not an IP address: write e.g. 10.0.1.10") from error
        if self.src.version != self.dst.version:
            raise BadInput(f"{self.src} and {self.dst} are of two address families: use one")
        word: object = self.protocol
        if isinstance(word, str):
            names = {"tcp": TCP, "udp": UDP, "icmp": ICMP, "icmpv6": ICMPV6}
            if word.lower() not in names:
                raise BadInput(f"{word!r} is not a protocol: use {', '.join(names)} or a number")
            put(self, "protocol", names[word.lower()])
        _check(self.protocol, 0, 255, "protocol number")
        if self.protocol in PORTED:
            put(self, "src_port", CLIENT_PORT if self.src_port is None else self.src_port)
            if self.dst_port is None:
                raise BadInput(f"a {protocol_name(self.protocol)} packet needs dst_port")
        for port in (self.src_port, self.dst_port):
            for end in port if isinstance(port, tuple) else (port,):
                if end is not None:
                    _check(end, 0, 65535, "port")

    def __str__(self) -> str:
        name = protocol_name(self.protocol)
        if self.protocol in (ICMP, ICMPV6):
            return f"{name} {self.icmp_type or 0}/{self.icmp_code or 0} {self.src} → {self.dst}"
        pair = [
            (f"[{a}]" if a.version == 6 and port is not None else str(a)) + _port_text(port)
            for a, port in ((self.src, self.src_port), (self.dst, self.dst_port))
        ]
        return f"{name} {pair[0]} → {pair[1]}"

    @property
    def header(self) -> Header:
        """Return this packet as the engine's tuple of integers."""
        ends: list[int] = []
        for port in (self.src_port, self.dst_port):
            ends.extend(port if isinstance(port, tuple) else (port or 0, port or 0))
        if self.protocol not in PORTED:
            ends = [0, 0, self.icmp_type or 0, self.icmp_code or 0]
        s_lo, s_hi, d_lo, d_hi = ends
        return (self.src.version, int(self.src), int(self.dst), self.protocol, s_lo, s_hi, d_lo, d_hi)

    @classmethod
    def of(cls, header: Header) -> Packet:
        """Return the packet that a header stands for."""
        version, src, dst, number, s_lo, s_hi, d_lo, d_hi = header
        pair = (address(version, src), address(version, dst))
        if number in PORTED:
            return cls(*pair, number, _port(s_lo, s_hi), _port(d_lo, d_hi))
        if number in (ICMP, ICMPV6):
            return cls(*pair, number, icmp_type=d_lo, icmp_code=d_hi)
        return cls(*pair, number)
