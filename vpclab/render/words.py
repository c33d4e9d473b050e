"""What a picture shows, in words: for alternative text, captions, outlines and the steps on the map."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from vpclab.evaluate.packets import Packet
from vpclab.evaluate.results import FORWARD, REPLY, Decision, Hop, Trace
from vpclab.render import theme
from vpclab.topology.model import (
    ALL,
    INBOUND,
    LOCAL,
    OUTBOUND,
    Connection,
    CustomerGateway,
    Instance,
    InternetGateway,
    NatGateway,
    NetworkAcl,
    NetworkAclEntry,
    PeeringConnection,
    RouteTable,
    SecurityGroup,
    Site,
    Snapshot,
    Subnet,
    TransitGateway,
    TransitGatewayAttachment,
    Vpc,
    VpcEndpoint,
    protocol_name,
)
from vpclab.topology.services import short_name


def plain(kind: str) -> str:
    """Return a kind as people say it: ``network_acl`` is ``network ACL``."""
    proper = {"acl": "ACL", "nat": "NAT", "vpc": "VPC", "ip": "IP"}
    return " ".join(proper.get(word, word) for word in kind.split("_")).replace("egress only", "egress-only")


def kind_of(place: Hop | Decision) -> str:
    """Return what people call the kind of a hop's component; a VPN connection is not its gateway."""
    return str(getattr(place.component, "spoken", "")) or plain(place.kind)


def name_of(snapshot: Snapshot, id: str) -> str:
    """Return the name of what has that id, or the id."""
    return theme.clean(next((table[id].name for table in snapshot.tables.values() if id in table), id))


def called(snapshot: Snapshot, thing: Any) -> str:
    """Return a name that is good everywhere: ``prod/web``."""
    vpc = snapshot.get(Vpc, getattr(thing, "vpc_id", None))
    return f"{vpc.name}/{thing.name}" if vpc else str(thing.name)


def lines_of(snapshot: Snapshot, thing: Any) -> list[str]:
    """Return what stands in the box of a site with a device: its blocks, the device, the lines there."""
    tunnels: list[str] = []
    others: list[str] = []
    for line in (line for line in snapshot.all(Connection) if line.site_id == thing.id):
        device = snapshot.get(CustomerGateway, line.customer_gateway_id)
        if device is not None:
            tunnels += [f"device {device.address}", f"{line.name}: {line.tunnels_up} of 2 tunnels up"]
        elif line.medium != "vpn":
            others.append(f"{line.name}: {line.spoken}, {'up' if line.up else 'down'}")
    lines = [", ".join(map(str, thing.cidrs)), *tunnels, *others] if tunnels else []
    return list(dict.fromkeys(theme.clean(text) for text in lines))


def is_public(snapshot: Snapshot, subnet: Subnet) -> bool:
    """Return whether a subnet is public over IPv4 or IPv6 (SUB-7)."""
    return snapshot.is_public(subnet, 4) or snapshot.is_public(subnet, 6)


def publicity(snapshot: Snapshot, subnet: Subnet) -> str:
    """Return ``public`` or ``private``, and what holds for IPv6 where that differs (SUB-7)."""
    four, six = snapshot.is_public(subnet, 4), snapshot.is_public(subnet, 6)
    if subnet.ipv6_cidr and four != six:
        return "public, IPv6 private" if four else "private, IPv6 public" if subnet.cidr else "public"
    return "public" if four or six else "private"


def where(destination: object) -> str:
    """Return a destination, short enough for the map: a prefix list that AWS keeps goes by its service.

    >>> where("10.0.0.0/16"), where("pl-com.amazonaws.ap-northeast-1.s3")
    ('10.0.0.0/16', 'prefix list s3')
    """
    text = str(destination)
    return f"prefix list {short_name(text)}" if text.startswith("pl-com.amazonaws.") else text


def ways(snapshot: Snapshot, table: RouteTable | None) -> str:
    """Return the routes of a table that lead out of the VPC, in a few words."""
    if table is None:
        return "none"
    out = [
        f"{where(r.destination)} → {name_of(snapshot, r.target)}" for r in table.routes if r.target != LOCAL
    ]
    return ", ".join(out) or "local only"


def entries(acl: NetworkAcl | None) -> str:
    """Return what a network ACL does, in a few words."""
    if acl is None:
        return "none"
    sides = [acl.side(INBOUND), acl.side(OUTBOUND)]
    if not any(sides):
        return "denies all"
    firsts = [side[0] for side in sides if side]
    if len(firsts) == 2 and all(e.allow and e.protocol == ALL and e.cidr.prefixlen == 0 for e in firsts):
        return "allows all"
    return f"{len(sides[0])} in, {len(sides[1])} out"


def admits(groups: Iterable[SecurityGroup]) -> str:
    """Return what security groups let in, in a few words."""
    rules = [rule for group in groups for rule in group.side(INBOUND)]
    if not rules:
        return "nothing in"
    return f"in: {rules[0]}" if len(rules) == 1 else f"in: {len(rules)} rules"


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


def deed(hop: Hop, leg: str, place: int, last: int) -> str:
    """Return what happens at one hop, short enough for the map; `place` counts from 0 to `last`."""
    stop = next((d for d in hop.decisions if d.allowed is not True), None)
    rule = next((d.rule for d in hop.decisions if d.rule is not None), None)
    target = next((d.target for d in hop.decisions if d.target is not None), None)
    side = {"inbound": "in: ", "outbound": "out: "}.get(hop.direction, "")
    if stop is not None:
        denied = isinstance(stop.rule, NetworkAclEntry) and not stop.rule.allow
        return f"{side}{stop.rule}" if denied else short(stop)
    if changes := _changes(hop):
        return ", ".join(changes)
    if target is not None and rule is not None:
        return f"{where(rule.destination)} → {target.name}"
    if rule is not None:
        return f"{side}{rule}"
    if hop.kind == "security_group":
        return f"{side}known connection, passes"
    if hop.decisions:
        return side + short(hop.decisions[0])
    if place == 0:
        packet = hop.packet_in
        what = f"{protocol_name(packet.protocol)} {packet.dst_port or ''}".strip()
        return f"sends {what} to {packet.dst}" if leg == FORWARD else f"answers {packet.dst}"
    if place == last:
        return f"gets it from {hop.packet_in.src}" if leg == FORWARD else "gets the answer"
    return "passes it on"


def question(trace: Trace) -> str:
    """Return what was asked: ``internet to web, tcp 443``."""
    family = " over IPv6" if trace.ip_version == 6 else ""
    ends = [theme.clean(end.name) for end in (trace.source, trace.destination)]
    if ends[0] == ends[1]:
        ends = [theme.clean(called(trace.snapshot, end)) for end in (trace.source, trace.destination)]
    return f"{ends[0]} to {ends[1]}, {trace.traffic}{family}"


def conclusion(trace: Trace) -> str:
    """Return the alternative text of a trace: the flow, the outcome, what decided, and why."""
    asked = question(trace)
    if trace.outcome in ("blocked", "reply-blocked") and trace.blockers:
        first = trace.blockers[0]
        where = f"{kind_of(first)} {theme.clean(getattr(first.component, 'name', ''))}".strip()
        what = "the reply is blocked" if first.leg == REPLY else "blocked"
        more = len(trace.blockers) - 1
        rest = f"; {more} more check{'s' if more > 1 else ''} would stop it too" if more else ""
        return f"{asked}: {what} at the {where}: {theme.clean(short(first))}{rest}"
    if trace.outcome == "delivered":
        return f"{asked}: delivered {_way(trace)}, and the reply comes back"
    return f"{asked}: {trace.outcome.replace('-', ' ')}: {theme.clean(trace.because)}"


def _way(trace: Trace) -> str:
    crossed = [h for h in trace.forward if h.kind.endswith(("gateway", "connection", "endpoint"))]
    names = dict.fromkeys(f"{kind_of(h)} {theme.clean(h.component.name)}" for h in crossed)
    return f"by way of {' and '.join(names)}" if names else "without leaving the VPC"


def step_sentence(trace: Trace, step: int) -> str:
    """Return the alternative text of one step of a walk; it tells nothing of the steps after it."""
    legs = [(FORWARD, h) for h in trace.forward] + [(REPLY, h) for h in trace.reply]
    asked = question(trace)
    if step == 0:
        return f"{asked}: the packet has not left yet"
    leg, hop = legs[step - 1]
    hops = trace.forward if leg == FORWARD else trace.reply
    place = step - 1 if leg == FORWARD else step - 1 - len(trace.forward)
    kind, name = kind_of(hop), theme.clean(hop.component.name)
    where = kind if kind == name else f"{kind} {name}"
    mark = theme.MARKS[hop.allowed]
    answer = f"{mark.word}, " if hop.decisions else ""
    prefix = "reply, " if leg == REPLY else ""
    said = theme.clean(deed(hop, leg, place, len(hops) - 1))
    return f"{asked}, number {step} on the map: {prefix}{where}: {answer}{said}"


def summary(snapshot: Snapshot) -> str:
    """Return the alternative text of a map: what there is, and which subnets are public."""
    subnets = list(snapshot.all(Subnet))
    vpcs = [f"VPC {theme.clean(v.name)} {v.cidrs[0]} in {v.region}" for v in snapshot.all(Vpc)]
    facts = []
    for word in ("public", "private"):
        mine = [s for s in subnets if publicity(snapshot, s).split(",")[0] == word]
        names = [theme.clean(s.name if len(vpcs) < 2 else called(snapshot, s)) for s in mine]
        if names:
            facts.append(f"{word} subnet{'s' * (len(names) > 1)} {', '.join(names)}")
    kinds = (
        (InternetGateway, "internet gateway"),
        (NatGateway, "NAT gateway"),
        (VpcEndpoint, "VPC endpoint"),
    )
    for kind, word in kinds:
        names = [theme.clean(g.name) for g in snapshot.all(kind)]
        if names:
            facts.append(f"{word}{'s' * (len(names) > 1)} {', '.join(names)}")
    for joint, word in ((PeeringConnection, "peering connection"), (TransitGateway, "transit gateway")):
        names = [f"{theme.clean(x.name)} ({joins(snapshot, x) or 'nothing'})" for x in snapshot.all(joint)]
        if names:
            facts.append(f"{word}{'s' * (len(names) > 1)} {', '.join(names)}")
    sites = {theme.clean(site.name): lines_of(snapshot, site) for site in snapshot.all(Site)}
    facts += [f"site {name} ({', '.join(said)})" for name, said in sites.items() if said]
    count = sum(1 for _ in snapshot.all(Instance))
    facts += [f"{count} instance{'s' * (count != 1)}"] if count else []
    return f"{' and '.join(vpcs) or 'no VPC yet'}: " + ("; ".join(facts) or "nothing in it yet")


def joins(snapshot: Snapshot, thing: Any) -> str:
    """Return which VPCs a peering connection or a transit gateway joins, and a state that stops packets."""
    if isinstance(thing, PeeringConnection):
        ends = [name_of(snapshot, side.vpc_id) for side in (thing.requester, thing.accepter)]
        return " – ".join(ends) + ("" if thing.status == "active" else f", {thing.status}")
    if isinstance(thing, TransitGateway):
        every = snapshot.all(TransitGatewayAttachment)
        mine = [a.resource_id for a in every if a.transit_gateway_id == thing.id and a.type == "vpc"]
        return ", ".join(name_of(snapshot, id) for id in mine)
    return ""


def walked(trace: Trace, step: int) -> str:
    """Return the hops up to a step, one a line."""
    legs = [("request", h) for h in trace.forward] + [("reply", h) for h in trace.reply]
    return "\n".join(f"{number} {leg} {hop}" for number, (leg, hop) in enumerate(legs[:step], 1))
