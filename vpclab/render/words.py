"""What a picture shows, in words: for alternative text, captions, outlines and the steps on the map."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vpclab.evaluate.packets import Packet
from vpclab.evaluate.results import FORWARD, REPLY, Decision, Hop, Trace
from vpclab.render import theme
from vpclab.topology.model import (
    ALL,
    INBOUND,
    LOCAL,
    Instance,
    InternetGateway,
    NatGateway,
    NetworkAcl,
    NetworkInterface,
    RouteTable,
    SecurityGroup,
    Snapshot,
    Subnet,
    Vpc,
)


def plain(kind: str) -> str:
    """Return a kind as people say it: ``network_acl`` is ``network ACL``."""
    return kind.replace("_", " ").replace("acl", "ACL").replace("nat ", "NAT ").replace("vpc", "VPC")


def name_of(snapshot: Snapshot, id: str) -> str:
    """Return the name of what has that id, or the id."""
    return next((table[id].name for table in snapshot.tables.values() if id in table), id)


def publicity(snapshot: Snapshot, subnet: Subnet) -> str:
    """Return ``public`` or ``private``, and what holds for IPv6 where that differs (SUB-7)."""
    four, six = snapshot.is_public(subnet, 4), snapshot.is_public(subnet, 6)
    if subnet.ipv6_cidr and four != six:
        return "public, IPv6 private" if four else "private, IPv6 public" if subnet.cidr else "public"
    return "public" if four or six else "private"


def ways(snapshot: Snapshot, table: RouteTable | None) -> str:
    """Return the routes of a table that lead out of the VPC, in a few words."""
    if table is None:
        return "none"
    out = [f"{r.destination} → {name_of(snapshot, r.target)}" for r in table.routes if r.target != LOCAL]
    return ", ".join(out) or "local only"


def entries(acl: NetworkAcl | None) -> str:
    """Return what a network ACL does, in a few words."""
    if acl is None:
        return "none"
    sides = [acl.side(INBOUND), acl.side("outbound")]
    if not any(sides):
        return "denies all"
    if all(side and side[0].allow and side[0].protocol == ALL and side[0].cidr.prefixlen == 0 for side in sides):
        return "allows all"
    return f"{len(sides[0])} in, {len(sides[1])} out"


def short(decision: Decision) -> str:
    """Return the sentence of a decision without the component it begins with."""
    text = decision.because
    name = getattr(decision.component, "name", None)
    start = text.find(f"{name}: ") if name else -1
    return (text[start + len(name) + 2 :] if name and start >= 0 else text).rstrip(".")


def _changes(hop: Hop) -> list[str]:
    """Return what a hop rewrote in the packet."""
    if hop.packet_out is None:
        return []
    ends = [("source", _end(hop.packet_in, 0), _end(hop.packet_out, 0)),
            ("destination", _end(hop.packet_in, 1), _end(hop.packet_out, 1))]  # fmt: skip
    return [f"{word} {was} → {now}" for word, was, now in ends if was != now]


def _end(packet: Packet, which: int) -> str:
    return str((packet.src, packet.dst)[which])


def deed(hop: Hop, place: int, last: int) -> str:
    """Return what happens at one hop, short enough for the map; `place` counts from 0 to `last`."""
    side = {"inbound": "in: ", "outbound": "out: "}.get(hop.direction, "")
    for decision in hop.decisions:
        if decision.allowed is not True:
            if decision.rule is not None and decision.kind == "network_acl":
                return f"{side}{decision.rule}"
            return side + short(decision)
    changed = _changes(hop)
    if changed:
        return ", ".join(changed)
    rule = next((d.rule for d in hop.decisions if d.rule is not None), None)
    target = next((d.target for d in hop.decisions if d.target is not None), None)
    if target is not None and rule is not None:
        return f"{rule.destination} → {target.name}"
    if rule is not None:
        return f"{side}{rule}"
    if hop.kind == "security_group":
        return f"{side}known connection, passes"
    if hop.decisions:
        return side + short(hop.decisions[0])
    if place == 0:
        return f"sends to {hop.packet_in.dst}"
    return f"gets it from {hop.packet_in.src}" if place == last else "passes it on"


def question(trace: Trace) -> str:
    """Return what was asked: ``internet to web, tcp 443``."""
    family = " over IPv6" if trace.ip_version == 6 else ""
    return f"{theme.clean(trace.source.name)} to {theme.clean(trace.destination.name)}, {trace.traffic}{family}"


def conclusion(trace: Trace) -> str:
    """Return the alternative text of a trace: the flow, the outcome, what decided, and why."""
    asked = question(trace)
    if trace.outcome in ("blocked", "reply-blocked") and trace.blockers:
        first = trace.blockers[0]
        where = f"{plain(first.kind)} {theme.clean(getattr(first.component, 'name', ''))}".strip()
        what = "the reply is blocked" if first.leg == REPLY else "blocked"
        more = len(trace.blockers) - 1
        rest = f"; {more} more check{'s' if more > 1 else ''} would stop it too" if more else ""
        return f"{asked}: {what} at the {where}: {theme.clean(short(first))}{rest}"
    if trace.outcome == "delivered":
        return f"{asked}: delivered by way of {_stops(trace)}, and the reply comes back"
    return f"{asked}: {trace.outcome.replace('-', ' ')}: {theme.clean(trace.because)}"


def _stops(trace: Trace) -> str:
    crossed = [h for h in trace.forward if h.kind.endswith("_gateway")]
    names = [f"{plain(h.kind)} {theme.clean(h.component.name)}" for h in crossed]
    return " and ".join(dict.fromkeys(names)) or "the VPC's own router"


def step_sentence(trace: Trace, step: int) -> str:
    """Return the alternative text of one step of a walk; it tells nothing of the steps after it."""
    legs = [(FORWARD, h) for h in trace.forward] + [(REPLY, h) for h in trace.reply]
    asked = question(trace)
    if step == 0:
        return f"{asked}: the packet has not left yet"
    leg, hop = legs[step - 1]
    hops = trace.forward if leg == FORWARD else trace.reply
    place = step - 1 if leg == FORWARD else step - 1 - len(trace.forward)
    where = f"{plain(hop.kind)} {theme.clean(hop.component.name)}"
    mark = theme.MARKS[hop.allowed]
    answer = f"{mark.word}, " if hop.decisions else ""
    prefix = "reply, " if leg == REPLY else ""
    return f"{asked}, step {step}: {prefix}{where}: {answer}{theme.clean(deed(hop, place, len(hops) - 1))}"


def summary(snapshot: Snapshot) -> str:
    """Return the alternative text of a map: what there is, and which subnets are public."""
    subnets = list(snapshot.all(Subnet))
    facts = []
    for word in ("public", "private"):
        names = [theme.clean(s.name) for s in subnets if publicity(snapshot, s).split(",")[0] == word]
        if names:
            facts.append(f"{word} subnet{'s' * (len(names) > 1)} {', '.join(names)}")
    for kind, word in ((InternetGateway, "internet gateway"), (NatGateway, "NAT gateway")):
        names = [theme.clean(g.name) for g in snapshot.all(kind)]
        if names:
            facts.append(f"{word}{'s' * (len(names) > 1)} {', '.join(names)}")
    count = sum(1 for _ in snapshot.all(Instance))
    facts += [f"{count} instance{'s' * (count != 1)}"] if count else []
    vpcs = [f"VPC {theme.clean(v.name)} {v.cidrs[0]} in {v.region}" for v in snapshot.all(Vpc)]
    return f"{' and '.join(vpcs) or 'no VPC yet'}: " + ("; ".join(facts) or "nothing in it yet")


def outline(snapshot: Snapshot) -> Iterator[str]:
    """Yield the map as indented lines: Region, VPC, Availability Zone, subnet, what is in it."""
    for region in dict.fromkeys(v.region for v in snapshot.all(Vpc)):
        yield f"Region {region}"
        for vpc in snapshot.all(Vpc):
            if vpc.region == region:
                yield f"  VPC {theme.clean(vpc.name)} {' '.join(map(str, (*vpc.cidrs, *vpc.ipv6_cidrs)))}"
                yield from _outline_vpc(snapshot, vpc)


def _outline_vpc(snapshot: Snapshot, vpc: Vpc) -> Iterator[str]:
    for gate in snapshot.all(InternetGateway):
        if gate.vpc_id == vpc.id:
            yield f"    internet gateway {theme.clean(gate.name)}"
    subnets = [s for s in snapshot.all(Subnet) if s.vpc_id == vpc.id]
    for az in sorted({s.az for s in subnets}):
        yield f"    Availability Zone {az}"
        for subnet in (s for s in subnets if s.az == az):
            blocks = " ".join(str(b) for b in (subnet.cidr, subnet.ipv6_cidr) if b)
            yield f"      {publicity(snapshot, subnet)} subnet {theme.clean(subnet.name)} {blocks}"
            table, acl = snapshot.route_table_of(subnet), snapshot.network_acl_of(subnet)
            yield f"        route table {theme.clean(table)}: {ways(snapshot, table)}"
            yield f"        network ACL {theme.clean(acl)}: {entries(acl)}"
            yield from _outline_cards(snapshot, subnet)


def _outline_cards(snapshot: Snapshot, subnet: Subnet) -> Iterator[str]:
    for nat in snapshot.all(NatGateway):
        if nat.subnet_id == subnet.id:
            yield f"        NAT gateway {theme.clean(nat.name)} {nat.private_ip or ''} {nat.public_ip or ''}".rstrip()
    for eni in snapshot.all(NetworkInterface):
        if eni.subnet_id == subnet.id and not snapshot.get(NatGateway, eni.owner_id):
            owner = snapshot.get(Instance, eni.owner_id) if eni.device_index == 0 else None
            addresses: list[Any] = [a for e in eni.addresses for a in (e.address, e.public_ip) if a]
            what = f"instance {theme.clean(owner.name)}" if owner else f"network interface {theme.clean(eni.name)}"
            groups = ", ".join(theme.clean(g.name) for g in map(lambda i: snapshot.get(SecurityGroup, i), eni.group_ids) if g)
            yield f"        {what} {' '.join(map(str, [*addresses, *eni.ipv6_addresses]))}, security group {groups or 'none'}"


def walked(trace: Trace, step: int) -> str:
    """Return the hops up to a step, one a line."""
    legs = [("request", h) for h in trace.forward] + [("reply", h) for h in trace.reply]
    return "\n".join(f"{number} {leg} {hop}" for number, (leg, hop) in enumerate(legs[:step], 1))
