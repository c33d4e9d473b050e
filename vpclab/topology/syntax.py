"""Reading the short texts people write: blocks, security group rules, network ACL entries.

``tcp 443 from 0.0.0.0/0``, ``all to 0.0.0.0/0``, ``icmp type 8 from 10.0.0.0/16`` and, with a number
and a verdict in front, ``100 allow tcp 1024-65535 to 0.0.0.0/0``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_network

from vpclab.topology.model import (
    ALL,
    ICMP,
    ICMPV6,
    INBOUND,
    PORTED,
    TCP,
    UDP,
    Network,
    NetworkAclEntry,
    SecurityGroupRule,
)
from vpclab.topology.words import bad

_PROTOCOLS = {"all": ALL, "tcp": TCP, "udp": UDP, "icmp": ICMP, "icmpv6": ICMPV6, "ping": ICMP}
_RULE = re.compile(r"\s*(?P<what>.*?)\s+(?P<word>from|to)\s+(?P<peer>.+?)\s*", re.IGNORECASE | re.DOTALL)
_ENTRY = re.compile(r"\s*(?P<number>\S+)\s+(?P<verdict>allow|deny)\s+(?P<rest>.+)", re.IGNORECASE | re.DOTALL)

Lookup = Callable[[str], tuple[str, str] | None]


def read_network(text: object, what: str = "block") -> Network:
    """Return a network from text; host bits are cleared as AWS does (VPC-5).

    >>> read_network("100.68.0.18/18")
    IPv4Network('100.68.0.0/18')
    """
    if isinstance(text, (IPv4Network, IPv6Network)):
        return text
    written = str(text).strip()
    if "/" not in written:
        bad("block-prefix", text=written, what=what)
    try:
        return ip_network(written, strict=False)
    except ValueError as error:
        bad("block", text=written, what=what, error=error)


def _read_what(what: str, whole: str) -> tuple[int, int | None, int | None]:
    """Return protocol, first and last port (or ICMP type and code) from the words before "from"."""
    words = what.lower().replace(",", " ").split()
    if words[:1] == ["protocol"]:
        words = words[1:]
        if words and words[0].isdigit() and int(words[0]) <= 255:
            return int(words[0]), None, None
    if not words or words[0] not in _PROTOCOLS:
        bad("protocol", text=whole, what=what, known=", ".join(_PROTOCOLS))
    number = _PROTOCOLS[words[0]]
    rest = [word for word in words[1:] if word not in ("type", "code", "port", "ports", "traffic")]
    if number == ALL:
        if rest:
            bad("all-ports", text=whole, rest=rest[0])
        return ALL, None, None
    if number in PORTED:
        first, _, last = (rest[0] if rest else "0-65535").partition("-")
        last = last or first
        if len(rest) > 1 or not (first.isdigit() and last.isdigit() and int(first) <= int(last) <= 65535):
            bad("ports", text=whole, rest=" ".join(rest))
        return number, int(first), int(last)
    if words[0] == "ping":
        return ICMP, 8, ALL
    numbers = [part for word in rest for part in word.split("/")]
    if len(numbers) > 2 or not all(part.isdigit() and int(part) <= 255 for part in numbers):
        bad("icmp", text=whole, rest=" ".join(rest))
    kind, code = [*map(int, numbers), *[ALL] * (2 - len(numbers))]
    return number, kind, code


def _split(text: str, direction: str, example: str) -> tuple[str, str]:
    found = _RULE.fullmatch(text)
    word = "from" if direction == INBOUND else "to"
    if not found or found["word"].lower() != word:
        bad("rule", text=text, direction=direction, word=word, example=example)
    return found["what"], found["peer"]


def read_rule(text: str, direction: str, lookup: Lookup) -> SecurityGroupRule:
    """Return a security group rule from text (SG-7).

    `lookup` turns the name of a security group or prefix list into its id and name, or None.
    """
    example = "tcp 443 from 0.0.0.0/0" if direction == INBOUND else "tcp 443 to 0.0.0.0/0"
    what, written = _split(str(text), direction, example)
    begin = what.split(None, 1)[0]
    if begin.lower() in ("allow", "deny"):
        bad("rule-verdict", text=text, verdict=begin)
    number, first, last = _read_what(what, text)
    found = lookup(written)
    if found:
        return SecurityGroupRule(direction, number, first, last, found[0], peer_name=found[1])
    if "/" not in written and not re.fullmatch(r"[0-9a-fA-F.:]+", written):
        bad("rule-peer", text=text, peer=written)
    return SecurityGroupRule(direction, number, first, last, read_network(written))


def read_entry(text: str, direction: str) -> NetworkAclEntry:
    """Return a network ACL entry from text such as ``100 allow tcp 443 from 0.0.0.0/0`` (ACL-5)."""
    word = "from" if direction == INBOUND else "to"
    example = f"100 allow tcp 443 {word} 0.0.0.0/0"
    found = _ENTRY.fullmatch(str(text))
    if not found or not found["number"].isdigit():
        bad("entry", text=text, example=example)
    what, written = _split(found["rest"], direction, example)
    number, first, last = _read_what(what, text)
    allow = found["verdict"].lower() == "allow"
    return NetworkAclEntry(direction, int(found["number"]), allow, number, read_network(written), first, last)
