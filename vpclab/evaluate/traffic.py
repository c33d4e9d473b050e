"""Exact sets of traffic: which ports, ICMP types and protocols.

A set has five parts: tcp and udp ports, ICMP and ICMPv6 type/code pairs (as ``type * 256 + code``), and
the numbers of all other protocols. Each part is a sorted tuple of ranges that neither touch nor overlap,
so equal sets are equal values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from vpclab.evaluate.packets import TrafficType, icmp_over
from vpclab.topology.errors import BadInput
from vpclab.topology.model import ICMP, ICMPV6, TCP, UDP

Ranges = tuple[tuple[int, int], ...]

PARTS = ("tcp", "udp", "icmp", "icmpv6", "other")
_NUMBERS = {TCP: "tcp", UDP: "udp", ICMP: "icmp", ICMPV6: "icmpv6"}
_WHOLE: dict[str, Ranges] = {
    "tcp": ((0, 65535),),
    "udp": ((0, 65535),),
    "icmp": ((0, 65535),),
    "icmpv6": ((0, 65535),),
    "other": ((0, 0), (2, 5), (7, 16), (18, 57), (59, 255)),
}


def join(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """Return ranges sorted, and joined where they touch.

    >>> join([(80, 80), (443, 443), (81, 90)])
    ((80, 90), (443, 443))
    """
    joined: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if joined and low <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(high, joined[-1][1]))
        else:
            joined.append((low, high))
    return tuple(joined)


def meet(one: Ranges, two: Ranges) -> Ranges:
    """Return what two sets of ranges have in common."""
    found, i, j = [], 0, 0
    while i < len(one) and j < len(two):
        low, high = max(one[i][0], two[j][0]), min(one[i][1], two[j][1])
        if low <= high:
            found.append((low, high))
        if one[i][1] < two[j][1]:
            i += 1
        else:
            j += 1
    return tuple(found)


def take(one: Ranges, two: Ranges) -> Ranges:
    """Return what is left of a set of ranges without another."""
    left = list(one)
    for low, high in two:
        pieces = [((a, min(b, low - 1)), (max(a, high + 1), b)) for a, b in left]
        left = [piece for pair in pieces for piece in pair if piece[0] <= piece[1]]
    return join(left)


@dataclass(frozen=True, repr=False)
class Traffic:
    """An exact set of traffic; `|`, `&` and `-` work as on sets.

    Beside the set stands what is not in it: `reply_blocked` is what arrives but whose reply fails for at
    least one client port from 1024 to 65535, and `client_ports` are those ports; `doubtful` is what could
    not be judged, and `unknown` says why. Sets are compared without them.
    """

    tcp: Ranges = ()
    udp: Ranges = ()
    icmp: Ranges = ()
    icmpv6: Ranges = ()
    other: Ranges = ()
    failing: Traffic | None = field(default=None, compare=False)
    client_ports: Ranges = field(default=(), compare=False)
    unjudged: Traffic | None = field(default=None, compare=False)
    unknown: tuple[str, ...] = field(default=(), compare=False)
    ip_version: int = field(default=4, compare=False)

    @property
    def reply_blocked(self) -> Traffic:
        """Return what arrives but whose reply does not always come back."""
        return self.failing or NOTHING

    @property
    def doubtful(self) -> Traffic:
        """Return what could not be judged: the data lacks something, or the engine does not model it."""
        return self.unjudged or NOTHING

    def ranges(self, protocol: str) -> Ranges:
        """Return the ports of ``"tcp"`` or ``"udp"``, or the ranges of another part."""
        if protocol not in PARTS:
            raise BadInput(f"{protocol!r} is not a part of a traffic set: use one of {', '.join(PARTS)}")
        found: Ranges = getattr(self, protocol)
        return found

    def allows(self, traffic: TrafficType) -> bool:
        """Return whether this traffic is in the set; of an IPv6 set, ``icmp()`` means ICMPv6 (SG-10)."""
        number, kind = icmp_over(self.ip_version, traffic.protocol, traffic.icmp_type or 0)
        part = _NUMBERS.get(number, "other")
        if part in ("tcp", "udp"):
            wanted = traffic.dst_port or 0
        else:
            wanted = number if part == "other" else kind * 256 + (traffic.icmp_code or 0)
        return any(low <= wanted <= high for low, high in self.ranges(part))

    def _with(self, other: Traffic, merge: Callable[[Ranges, Ranges], Ranges]) -> Traffic:
        return Traffic(
            merge(self.tcp, other.tcp),
            merge(self.udp, other.udp),
            merge(self.icmp, other.icmp),
            merge(self.icmpv6, other.icmpv6),
            merge(self.other, other.other),
            ip_version=self.ip_version,
        )

    def __or__(self, other: Traffic) -> Traffic:
        return self._with(other, lambda a, b: join((*a, *b)))

    def __and__(self, other: Traffic) -> Traffic:
        return self._with(other, meet)

    def __sub__(self, other: Traffic) -> Traffic:
        return NOTHING if other is self or other is EVERYTHING else self._with(other, take)

    def __bool__(self) -> bool:
        return any(getattr(self, part) for part in PARTS)

    def __str__(self) -> str:
        words = [_words(part, getattr(self, part)) for part in PARTS if getattr(self, part)]
        if self == EVERYTHING:
            words = ["all traffic"]
        if self.unjudged:
            words.append(f"unknown: {self.unjudged}")
        return "; ".join(words) or "nothing"

    def __repr__(self) -> str:
        return f"<Traffic {self}>"


def of_parts(parts: Mapping[str, Ranges]) -> Traffic:
    """Return the set with these parts."""
    tcp, udp, icmp, icmpv6, other = (parts.get(part, ()) for part in PARTS)
    return Traffic(tcp, udp, icmp, icmpv6, other)


EVERYTHING = of_parts(_WHOLE)
NOTHING = Traffic()


def _words(part: str, ranges: Ranges) -> str:
    """Return one part as people write it: ``tcp 80, 443``, ``icmp 8/0``."""
    name = "protocol" if part == "other" else part
    if ranges == _WHOLE[part]:
        return "all other protocols" if part == "other" else f"all {part}"
    if part in ("icmp", "icmpv6"):
        return f"{name} {', '.join(text for low, high in ranges for text in _types(low, high))}"
    return f"{name} {', '.join(str(a) if a == b else f'{a}-{b}' for a, b in ranges)}"


def _types(low: int, high: int) -> Iterable[str]:
    """Return a range of type/code pairs: a whole type is its number, a part ``type/code``."""
    while low <= high:
        kind, code = divmod(low, 256)
        if code == 0 and high >= low + 255:
            last = (high + 1) // 256 - 1
            yield str(kind) if last == kind else f"{kind}-{last}"
            low = (last + 1) * 256
            continue
        end = min(high, kind * 256 + 255)
        yield f"{kind}/{code}" if end == low else f"{kind}/{code}-{end % 256}"
        low = end + 1


def part_of(protocol: int, low: int, high: int) -> Traffic:
    """Return the traffic that a rule's protocol and ports (or ICMP type and code) name; -1 means all."""
    if protocol == -1:
        return EVERYTHING
    part = _NUMBERS.get(protocol)
    if part is None:
        return Traffic(other=((protocol, protocol),))
    if part in ("tcp", "udp"):
        return of_parts({part: ((0, 65535),) if low == -1 else ((low, high),)})
    if low == -1:
        return of_parts({part: ((0, 65535),)})
    first = low * 256
    return of_parts({part: ((first, first + 255),) if high == -1 else ((first + high, first + high),)})
