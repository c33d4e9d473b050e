"""Security groups and network ACLs: does a packet pass, which rule decided, and why.

A security group is a set of allow rules without order, on network interfaces, and remembers
connections (SG-5, SG-6, SG-12). A network ACL is an ordered list at a subnet's edge that sees every
reply as new traffic (ACL-4, ACL-8).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vpclab.evaluate.network import Acl, Key, RuleSet, link_acl, link_groups, linked
from vpclab.evaluate.packets import Header, Packet, address
from vpclab.evaluate.results import Decision
from vpclab.evaluate.traffic import EVERYTHING, NOTHING, Ranges, Traffic, join, part_of, take
from vpclab.topology.errors import BadInput
from vpclab.topology.model import (
    DEFAULT_ENTRY,
    ICMP,
    ICMPV6,
    INBOUND,
    OUTBOUND,
    PORTED,
    Network,
    NetworkAcl,
    NetworkAclEntry,
    SecurityGroup,
    SecurityGroupRule,
    ports_text,
    protocol_name,
)
from vpclab.topology.store import Handle
from vpclab.topology.syntax import read_network

# What a filter answers inside the engine: verdict, the row that decided (or -1), the ports that pass
# where only some do, and whether a rule that names a group was lost on the way (SG-23).
Answer = tuple[bool | None, int, Ranges, bool]
_PASS_ALL: Ranges = ()


def judge_groups(rules: RuleSet, header: Header, references: bool = True) -> Answer:
    """Judge a packet by the rules of one direction (SG-6 to SG-10).

    `references` is False once a component lost the group membership (SG-23).
    """
    version, src, dst, protocol, _, _, first, last = header
    peer = src if rules.direction == INBOUND else dst
    unknown = lost = False
    parts: list[tuple[int, int, int]] = []
    for at, (number, low, high, block_version, net, mask, members, rule) in enumerate(rules.rows):
        if number != -1 and number != protocol:
            continue
        if block_version:
            if block_version != version or peer & mask != net:
                continue
        elif not (_may_wear(rules, rule, (version, peer)) if members is None else (version, peer) in members):
            continue
        covers = True
        if number in PORTED and low != -1:
            if high < first or last < low:
                continue
            covers = low <= first and last <= high
        elif number in (ICMP, ICMPV6) and not (low in (-1, first) and high in (-1, last)):
            continue
        if not block_version and members is None:
            unknown = True  # the rule fits, but nothing is known about its peer
        elif not block_version and not references:
            lost = True
        elif covers:
            return (True, at, _PASS_ALL, False)
        else:
            parts.append((max(low, first), min(high, last), at))
    passing = join((low, high) for low, high, _ in parts)
    if parts and passing == ((first, last),):
        return (True, parts[0][2], _PASS_ALL, False)
    return (None if unknown or rules.missing else False, -1, passing, lost)


def _may_wear(rules: RuleSet, rule: SecurityGroupRule, key: Key) -> bool:
    """Return whether an address may be meant by a rule's group that cannot be judged (SG-24)."""
    wearers = rules.elsewhere.get(str(rule.peer))
    return wearers is None or key in wearers


def judge_acl(acl: Acl, header: Header, direction: str) -> Answer:
    """Judge a packet by a network ACL: the lowest number that matches decides (ACL-4 to ACL-7)."""
    version, src, dst, protocol, _, _, first, last = header
    peer = src if direction == INBOUND else dst
    rows = acl.rows[direction]
    if first != last and protocol in PORTED:
        return _judge_acl_ports(rows, version, peer, protocol, first, last)
    for at, (number, low, high, block_version, net, mask, allow, _entry) in enumerate(rows):
        if (number != -1 and number != protocol) or block_version != version or peer & mask != net:
            continue
        if number in PORTED:
            if low != -1 and not low <= first <= high:
                continue
        elif _typed(number, version) and not (low in (-1, first) and high in (-1, last)):
            continue
        return (allow, at, _PASS_ALL, False)
    return (False, -1, _PASS_ALL, False)


def _typed(number: int, version: int) -> bool:
    """Return whether an entry of a network ACL looks at the type and code; 58 does with IPv6 only (ACL-6)."""
    return number == ICMP or (number == ICMPV6 and version == 6)


def _judge_acl_ports(
    rows: Sequence[Any], version: int, peer: int, protocol: int, first: int, last: int
) -> Answer:
    """Judge a packet whose port is any of a range: each entry takes its part of what is left (NGW-6)."""
    left: Ranges = ((first, last),)
    passing: list[tuple[int, int]] = []
    allowing, denying = -1, -1
    for at, (number, low, high, block_version, net, mask, allow, _entry) in enumerate(rows):
        if (number != -1 and number != protocol) or block_version != version or peer & mask != net:
            continue
        low, high = (low, high) if number in PORTED and low != -1 else (first, last)
        hit = [(max(low, a), min(high, b)) for a, b in left if a <= high and low <= b]
        if hit and allow:
            passing += hit
            allowing = at if allowing < 0 else allowing
        elif hit and denying < 0:
            denying = at
        left = take(left, ((low, high),))
        if not left:
            break
    found = join(passing)
    if found == ((first, last),):
        return (True, allowing, _PASS_ALL, False)
    return (False, denying, found, False)


def groups_traffic(
    rules: RuleSet, version: int, peer: int, references: bool = True, perhaps: bool = False
) -> Traffic:
    """Return everything that the rules of one direction admit for one other side (SG-6).

    With `perhaps` this includes what a rule or group may admit of which nothing is known.
    """
    if perhaps and rules.missing:
        return EVERYTHING
    found = NOTHING
    for number, low, high, block_version, net, mask, members, rule in rules.rows:
        if block_version:
            fits = block_version == version and peer & mask == net
        elif members is None:
            fits = perhaps and _may_wear(rules, rule, (version, peer))
        else:
            fits = references and (version, peer) in members
        if fits and number == -1:
            return EVERYTHING
        if fits:
            found |= part_of(number, low, high)
    return found


def acl_traffic(acl: Acl, version: int, peer: int, direction: str) -> Traffic:
    """Return everything that a network ACL admits for one other side: lower numbers first (ACL-4)."""
    found, left = NOTHING, EVERYTHING
    for number, low, high, block_version, net, mask, allow, _entry in acl.rows[direction]:
        if block_version == version and peer & mask == net:
            looks = number in PORTED or _typed(number, version)
            named = part_of(number, low, high) if looks else part_of(number, -1, -1)
            if allow:
                found |= named & left
            left -= named
    return EVERYTHING if found == EVERYTHING else found


def _what(header: Header, direction: str) -> str:
    """Return what a packet is to a filter: ``tcp 443 from 203.0.113.10``."""
    version, src, dst, protocol, _, _, first, last = header
    words = "from" if direction == INBOUND else "to"
    peer = address(version, src if direction == INBOUND else dst)
    ports = ports_text(protocol, first, last) or (f"{first}-{last}" if protocol in PORTED else "")
    return f"{protocol_name(protocol)} {ports}".strip() + f" {words} {peer}"


def _part(passing: Ranges) -> str:
    pieces = ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in passing)
    return f" for every port; only {pieces} passes"


def groups_decision(rules: RuleSet, header: Header, answer: Answer, remembered: str = "") -> Decision:
    """Return the decision of a set of security groups as people read it."""
    allowed, at, passing, lost = answer
    side, names = rules.direction, ", ".join(g.name for g in rules.groups) or "none"
    label = f"security group{'s' if len(rules.groups) > 1 else ''} {names}"
    every = tuple(dict.fromkeys(row[-1] for row in rules.rows))
    component: Any = rules.groups[0] if rules.groups else None
    what = _what(header, side)
    rule, code, over = None, "", every
    if remembered:
        over = ()
        because = (
            f"{label}: a reply to a connection that was let through, so no {side} rule is needed (SG-12)."
            if remembered == "reply"
            else f"{label}: a tracked connection goes on although the rules changed (SG-15)."
        )
    elif at >= 0:
        rule = rules.rows[at][-1]
        over = every[: every.index(rule)]
        component = next((g for g in rules.groups if rule in g.rules), component)
        because = f"{label}: the {side} rule “{rule}” admits {what}."
    elif allowed is None:
        code = "UNKNOWN_RESOURCE"
        lost_rule = next((row[-1] for row in rules.rows if not row[3] and row[6] is None), None)
        if lost_rule is not None:
            why = _why_unknown(lost_rule.peer, rules)
            because = f"{label}: the {side} rule “{lost_rule}” names {lost_rule.peer}, {why}."
        else:
            because = (
                f"security group {', '.join(rules.missing)} is not in the data, so its rules are unknown."
            )
    elif lost:
        code = "SG_REFERENCES_NOT_PRESERVED"
        because = (
            f"{label}: a rule that names a group cannot match after a middlebox; {what} needs "
            "a rule with a block (SG-23)."
        )
    elif not every:
        code = "SG_HAS_NO_RULES"
        because = f"{label}: no {side} rules, so nothing is admitted, not even {what} (SG-4)."
    else:
        code = "ENI_SG_RULES_MISMATCH"
        because = f"{label}: no {side} rule admits {what}{_part(passing) if passing else ''}."
    return Decision(allowed, component, "security_group", because, code, rule, over, side)


def _why_unknown(peer: str, rules: RuleSet) -> str:
    if peer in rules.elsewhere:
        return "a group across a transit gateway, which vpclab does not model yet (SG-24)"
    return "which is not in the data"


def acl_decision(acl: Acl, header: Header, answer: Answer, direction: str) -> Decision:
    """Return the decision of a network ACL as people read it."""
    allowed, at, passing, _ = answer
    rows = acl.rows[direction]
    what = _what(header, direction)
    rule = rows[at][-1] if at >= 0 else default_entry(direction, header[0])
    over = tuple(row[-1] for row in (rows[:at] if at >= 0 else rows))
    label = f"network ACL {acl.value.name}"
    verb = "admits" if allowed else "denies"
    if at >= 0:
        because = f"{label}: {direction} rule “{rule}” is the first that matches and {verb} {what}."
    else:
        because = f"{label}: no numbered {direction} rule matches {what}, so the * rule denies it (ACL-4)."
    if passing and not allowed:
        because = f"{label}: the {direction} rules do not admit {what}{_part(passing)}."
    return Decision(
        allowed,
        acl.value,
        "network_acl",
        because,
        "" if allowed else "SUBNET_ACL_RESTRICTION",
        rule,
        over,
        direction,
    )


def default_entry(direction: str, version: int) -> NetworkAclEntry:
    """Return the * rule, which denies what no numbered rule decided (ACL-4)."""
    everything: Network = read_network("0.0.0.0/0" if version == 4 else "::/0")
    return NetworkAclEntry(direction, DEFAULT_ENTRY, False, -1, everything)


def read_direction(direction: str) -> str:
    """Return ``inbound`` or ``outbound``; AWS's ``ingress`` and ``egress`` are understood too."""
    known = {
        "inbound": INBOUND,
        "ingress": INBOUND,
        "in": INBOUND,
        "outbound": OUTBOUND,
        "egress": OUTBOUND,
        "out": OUTBOUND,
    }
    found = known.get(str(direction).lower())
    if found is None:
        raise BadInput(f"{direction!r} is not a direction: use 'inbound' or 'outbound'")
    return found


def evaluate_security_groups(
    packet: Packet, groups: Handle[SecurityGroup] | SecurityGroup | Sequence[Any], direction: str
) -> Decision:
    """Return whether the rules of these groups admit a packet, as one set (SG-6).

    Groups are handles, or frozen values; only handles know who the members of a named group are
    (SG-19), so with a value such a rule is unknown.

    >>> from vpclab import Packet, Topology, evaluate_security_groups
    >>> prod = Topology("shop").vpc("prod", "10.0.0.0/16")
    >>> web = prod.security_group("web", inbound=["tcp 443 from 0.0.0.0/0"])
    >>> packet = Packet("203.0.113.10", "10.0.0.10", "tcp", dst_port=443)
    >>> print(evaluate_security_groups(packet, web, "inbound"))
    security group web: the inbound rule “tcp 443 from 0.0.0.0/0” admits tcp 443 from 203.0.113.10.
    """
    side = read_direction(direction)
    several = [groups] if isinstance(groups, (Handle, SecurityGroup)) else list(groups)
    values = tuple(g.value if isinstance(g, Handle) else g for g in several)
    for value in values:
        if not isinstance(value, SecurityGroup):
            raise BadInput(f"{value!r} is not a security group: give a group or a list of groups")
    network = next((linked(g.topology.snapshot()) for g in several if isinstance(g, Handle)), None)
    blocks = network.peer_blocks if network else lambda id: None
    members = network.members if network else lambda id, viewer: None
    rules = link_groups(values, side, blocks, members)
    return groups_decision(rules, packet.header, judge_groups(rules, packet.header))


def evaluate_network_acl(packet: Packet, acl: Handle[NetworkAcl] | NetworkAcl, direction: str) -> Decision:
    """Return whether a network ACL admits a packet: the lowest matching number decides (ACL-4)."""
    side = read_direction(direction)
    value = acl.value if isinstance(acl, Handle) else acl
    if not isinstance(value, NetworkAcl):
        raise BadInput(f"{acl!r} is not a network ACL")
    rows = link_acl(value)
    return acl_decision(rows, packet.header, judge_acl(rows, packet.header, side), side)
