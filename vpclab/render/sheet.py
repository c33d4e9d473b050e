"""The finished sheet: the map with its routes as wires, or a packet's walk over it, step by step.

A walk first takes its places (every hop becomes a row in the part where it happens), then reserves a
track for each stretch of way, and only then is everything placed. So all steps of one walk share one
layout: the picture of step 3 differs from that of step 4 in ink and words alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vpclab.evaluate.results import FORWARD, REPLY, Hop, Trace
from vpclab.render import theme, words
from vpclab.render.parts import STEP_WIDTH, TRACK, Land, Part, StepRow, Zone
from vpclab.render.plan import Plan
from vpclab.render.scene import Box, Cell, Point, Row, Scene, Wire
from vpclab.topology.model import (
    INBOUND,
    LOCAL,
    Connection,
    InternetGateway,
    NetworkInterface,
    PeeringConnection,
    Resource,
    RouteTable,
    Site,
    Snapshot,
    TransitGateway,
    VpcEndpoint,
)

MARGIN, SKY = 14, 34
AROUND: tuple[type[Resource], ...] = (TransitGateway, PeeringConnection, Site)  # they stand above the VPCs
_INKS = {FORWARD: (theme.ALLOWED, theme.ALLOWED_FILL), REPLY: (theme.REPLY, theme.REPLY_FILL)}
_ROUTE: dict[str, Any] = {"ink": "#8fa3b5", "pen": 1.3, "arrow_size": 0.6}


@dataclass(eq=False)
class Stretch:
    """A way from one part to another. Those of one `key` share their tracks; rows are given on a walk."""

    tail: Part
    head: Part
    key: object
    look: dict[str, Any]
    rows: tuple[Row, Row] | None = None

    def ends(self) -> tuple[float, float]:
        """Return the heights at which the way leaves and arrives."""
        rows = self.rows or (self.tail.row, self.head.row)
        return rows[0].y + rows[0].h / 2, rows[1].y + rows[1].h / 2


class Sheet:
    """One picture in the making."""

    def __init__(self, snapshot: Snapshot, trace: Trace | None = None, step: int | None = None) -> None:
        self.snapshot = snapshot
        hops = [*trace.forward, *trace.reply] if trace else []
        ids = {hop.component.id for hop in hops if hop.component is not None}
        ids |= {eni.id for eni in snapshot.all(NetworkInterface) if eni.owner_id in ids}
        ids |= {route.target for table in snapshot.all(RouteTable) for route in table.routes}
        self.plan = Plan(snapshot, ids, rules=trace is None)
        self.outside: dict[str, Part] = {}
        self.stretches: list[Stretch] = []
        self._place_names(hops)
        if trace is None:
            self._routes()
        else:
            self._walk(trace, step)
            self.plan.focus()
        self._standing()
        for stretch in self.stretches:
            self._reserve(stretch)

    def _place_names(self, hops: Sequence[Hop]) -> None:
        """Make the parts that stand above the VPCs: what joins them, and what a trace names outside."""
        around: list[Any] = [thing for kind in AROUND for thing in self.snapshot.all(kind)]
        around += [
            hop.component for hop in hops if getattr(hop.component, "kind", "") in ("internet", "service")
        ]
        for thing in around:
            cells = [Cell(words.plain(thing.kind), True, theme.PAPER, 13)]
            if thing.name != thing.kind:
                cells.append(Cell(theme.clean(thing.name), False, theme.PAPER, 12, most=180))
            joined = words.joins(self.snapshot, thing)
            more = [*([joined] if joined else []), *words.lines_of(self.snapshot, thing)]
            lines = [cells, *([Cell(text, False, theme.PAPER, 12, most=300)] for text in more)]
            self.outside.setdefault(thing.id, Part(Row(thing.id, lines), thing.kind))
        attached = any(gate.vpc_id for gate in self.snapshot.all(InternetGateway))
        if attached and all(part.kind != "internet" for part in self.outside.values()):
            cells = [Cell("internet", True, theme.PAPER, 13)]
            self.outside["internet"] = Part(Row("internet", [cells]), "internet")

    # -- ways --------------------------------------------------------------------------------------

    def _standing(self) -> None:
        """Join the gateways with what they lead to on thin wires, unless a packet already passes there."""
        pairs: list[tuple[Part | None, Part | None]] = []
        for place in [part for part in self.outside.values() if part.kind == "internet"][:1]:
            kinds = (
                gate
                for land in self.plan.lands
                for gate in land.gates
                if "internet" in gate.row.lines[0][0].text
            )
            pairs = [(place, gate) for gate in kinds]
        for line in self.snapshot.all(Connection):
            pairs += [(self._part(line.site_id), self._part(line.gateway_id))]
        for a, b in pairs:
            if a and b and not any({way.tail, way.head} == {a, b} for way in self.stretches):
                self.stretches.append(Stretch(a, b, ("standing", a.row.id), {**_ROUTE, "arrow": "none"}))

    def _part(self, id: str | None) -> Part | None:
        return self.plan.parts.get(id or "") or self.outside.get(id or "")

    def _routes(self) -> None:
        """Draw each route to something on the map as a thin wire; those to one target share their track."""
        for zone in self.plan.zones:
            table, start = self.snapshot.route_table_of(zone.subnet), self.plan.routes[zone.subnet.id]
            for target in dict.fromkeys(r.target for r in table.routes if r.target != LOCAL) if table else ():
                part = self._part(target)
                if part is not None and part.zone is not zone and part.land in (start.land, None):
                    self.stretches.append(Stretch(start, part, target, _ROUTE))

    def _walk(self, trace: Trace, current: int | None) -> None:
        """Put each hop into the part where it happens, and the ways between them on the list."""
        legs = [(FORWARD, trace.forward), (REPLY, trace.reply)]
        if current is None and trace.outcome == "blocked" and all(d.leg == FORWARD for d in trace.blockers):
            legs.pop()
        number, stopped = 0, False
        for leg, hops in legs:
            before: tuple[Part, Row] | None = None
            for place, hop in enumerate(hops):
                number += 1
                station = self._station(hops, place)
                part = station or (before[0] if before else None)
                if part is None:
                    continue
                hidden, now = current is not None and number > current, number == current
                text = words.deed(hop, leg, place, len(hops) - 1)
                if station is None:  # it has no place of its own, so it says its name where the packet is
                    text = f"{words.kind_of(hop)} {getattr(hop.component, 'name', '')}: {text}"
                if stopped and place == len(hops) - 1:
                    text = "never gets it" if leg == FORWARD else "gets no answer"
                step = _step_row(leg, hop, number, text, hidden, now, stopped)
                part.steps.append(step)
                if before is not None and not _touch(before[0], part):
                    look = _wire_look(leg, hidden, now, stopped)
                    key = (leg, step.row.id)
                    self.stretches.append(Stretch(before[0], part, key, look, (before[1], step.row)))
                stopped = stopped or hop.allowed is False
                before = (part, step.row)

    def _station(self, hops: Sequence[Hop], place: int) -> Part | None:
        """Return the part where a hop happens: a filter belongs to the nearest interface on its side."""
        plan, hop = self.plan, hops[place]
        if hop.kind in ("security_group", "network_acl", "route_table"):
            ahead, behind = hops[place + 1 :], hops[:place][::-1]
            for near in (*ahead, *behind) if hop.direction == INBOUND else (*behind, *ahead):
                id = self._stands(near)
                body = plan.parts.get(id)
                if body is None or body.zone is None:
                    continue
                if getattr(hop.component, "vpc_id", body.zone.subnet.vpc_id) != body.zone.subnet.vpc_id:
                    continue  # an attachment's subnet is passed before a transit gateway, in the sender's VPC
                if hop.kind == "security_group":
                    return plan.doors.get(id, body)
                return (plan.acls if hop.kind == "network_acl" else plan.routes)[body.zone.subnet.id]
        return self._part(self._stands(hop))

    def _stands(self, hop: Hop) -> str:
        """Return the id under which the map has what a hop is about: for an endpoint, its interface there."""
        if isinstance(hop.component, VpcEndpoint) and hop.component.type == "Interface":
            for eni in self.snapshot.all(NetworkInterface):
                ends = (hop.packet_in.src, hop.packet_in.dst)
                if eni.owner_id == hop.component.id and any(e.address in ends for e in eni.addresses):
                    return eni.id
        return getattr(hop.component, "id", "")

    # -- tracks --------------------------------------------------------------------------------------

    def _reserve(self, way: Stretch) -> None:
        """Reserve a track wherever a way will run."""
        zones = [part.zone for part in (way.tail, way.head) if part.zone is not None]
        if len(zones) == 2 and zones[0] is zones[1]:
            zones[0].lanes.append(way.key)
            return
        for zone in zones:
            _take(zone.gutter.keys, way.key)
        if zones and (len(zones) == 1 or zones[0].gutter is not zones[1].gutter):
            for land in {id(part.land): part.land for part in (way.tail, way.head) if part.land}.values():
                _take(land.keys, way.key)
                if way.head.land is None or way.tail.land is None:
                    _take(land.exits, way.key)

    def _corners(self, way: Stretch) -> list[Point]:
        """Return the corners of a way, once everything has its place."""
        a, b = way.tail, way.head
        ya, yb = way.ends()
        if a.zone is not None and a.zone is b.zone:
            x, ya, yb = a.zone.lane(way.key), ya + 4, yb - 4
            return [(_side(way, 0, inner=True), ya), (x, ya), (x, yb), (_side(way, 1, inner=True), yb)]
        if a.zone is None and b.zone is not None:
            back = Stretch(b, a, way.key, way.look, way.rows[::-1] if way.rows else None)
            return self._corners(back)[::-1]
        if a.zone is None:
            return self._sky(way)
        track = a.zone.gutter.track(way.key)
        return [(_side(way, 0, inner=False), ya), (track, ya), *self._arrival(way, a.zone, track, yb)]

    def _arrival(self, way: Stretch, start: Zone, track: float, yb: float) -> list[Point]:
        """Return the rest of a way that has reached a gutter: on to a subnet, a gateway or out."""
        b, land = way.head, way.tail.land
        assert land is not None
        number = land.keys.index(way.key) if way.key in land.keys else 0
        channel = land.channel + 7 * number
        if b.zone is not None:
            other = b.zone.gutter.track(way.key)
            turn = [(track, channel), (other, channel)] if b.zone.gutter is not start.gutter else []
            first = way.rows is None and b.kind == "body" and b.zone.cards[0].body is b
            if way.rows is None and b.kind == "body" and not first:  # from the side, past the cards above it
                return [*turn, (other, yb), (b.x - 3 if b.zone.mirrored else b.x + b.w + 3, yb)]
            if first:
                middle, top = b.x + b.w / 2, self.plan.doors.get(b.row.id, b).y - 3
                return [*turn, (other, b.zone.hall), (middle, b.zone.hall), (middle, top)]
            return [*turn, (other, yb), (_side(way, 1, inner=False), yb)]
        if b.kind == "gate":
            x = (
                track
                if b.x <= track <= b.x + b.w
                else b.x + (b.w - TRACK * number if track > b.x else TRACK * number)
            )
            return [(track, channel), (x, channel), (x, b.y + b.h + 6)]
        out = land.exits.index(way.key)
        edge, under = land.x + land.w - 8 - TRACK * out, land.y - land.rise - 40 - 7 * number
        x = min(max(edge, b.x), b.x + b.w - TRACK * out)
        return [(track, channel), (edge, channel), (edge, under), (x, under), (x, b.y + b.h + 6)]

    def _sky(self, way: Stretch) -> list[Point]:
        """Return the corners of a way between what stands above the VPCs, or between that and a gateway."""
        a, b = way.tail, way.head
        if b.kind == "gate":
            return self._sky(Stretch(b, a, way.key, way.look))[::-1]
        beside = [other.key for other in self.stretches if {other.tail, other.head} == {a, b}]
        x = a.x + a.w / 2 + 16 * (beside.index(way.key) - (len(beside) - 1) / 2)
        if a.land is not None:  # a gate's wire passes the title of its Region on the right
            x = min(max(x, a.land.clear), a.x + a.w - 10)
        place_x = min(max(x, b.x), b.x + b.w)
        middle = b.y + b.h + 6 + SKY / 2
        start = a.y - 6 if a.kind == "gate" else a.y + a.h + 6
        return [(x, start), (x, middle), (place_x, middle), (place_x, b.y + b.h + 6)]

    # -- places --------------------------------------------------------------------------------------

    def scene(self) -> Scene:
        """Return the sheet with everything in its place."""
        for part in self.outside.values():
            part.place(0, 0, STEP_WIDTH if part.steps else max(part.row.needs, 90))
        sky = max((part.h + 12 for part in self.outside.values()), default=0)
        top = MARGIN + sky + (SKY if self.outside else 0)
        regions: dict[str, list[Land]] = {}
        for land in self.plan.lands:
            land.measure()
            regions.setdefault(land.vpc.region, []).append(land)
        things: list[Box | Row] = []
        x, bottom = float(MARGIN), top
        for region, lands in regions.items():
            left, edge = x, top + 32 + max(land.rise for land in lands)
            line = [Cell("Region", ink=theme.QUIET), Cell(region, True, theme.QUIET)]
            title = Row(f"region {region}", [line], x + 12, top + 6, sum(cell.needs for cell in line))
            for land in lands:
                land.clear = title.x + title.w + 8
                land.place(x + 12, edge)
                x = land.x + land.w
            low = max(land.y + land.h for land in lands) + 12
            frame = Box(title.id, left, top, x + 12 - left, low - top, theme.SHADE, theme.LINE, 1.2)
            frame.inside = [title, *(land.box() for land in lands)]
            things.append(frame)
            x, bottom = x + 12 + MARGIN, max(bottom, low)
        width = max(x, 200.0, sum(part.w + 28 for part in self.outside.values()) + 2 * MARGIN)
        if not regions:
            things.append(Row("empty", [[Cell("no VPC yet", ink=theme.QUIET)]], MARGIN, bottom, 160))
            bottom += 20
        self._place_outside(width, sky)
        things += [part.framed(theme.FRAME, theme.FRAME, 1.4) for part in self.outside.values()]
        wires = []
        for way in self.stretches:
            tail, head = way.rows or (way.tail.row, way.head.row)
            wires.append(Wire(tail.id, head.id, self._corners(way), **way.look))
        return Scene(self.snapshot.name, width, bottom + MARGIN, things, wires)

    def _place_outside(self, width: float, sky: float) -> None:
        """Place what stands above the VPCs, over the gateways it is joined to if there is room."""
        wishes: dict[str, float] = {}
        for id, part in self.outside.items():
            near = [w.tail if w.head is part else w.head for w in self.stretches if part in (w.tail, w.head)]
            middles = [gate.x + gate.w / 2 for gate in near if gate.land]
            wishes[id] = (min(middles) + max(middles)) / 2 - part.w / 2 if middles else 0.0
        order, at = sorted(wishes, key=lambda id: wishes[id]), MARGIN + 8.0
        for part in (self.outside[id] for id in order):
            part.place(max(wishes[part.row.id], at), MARGIN + sky - 6 - part.h, part.w)
            at = part.x + part.w + 28
        edge = width - MARGIN - 8
        for part in (self.outside[id] for id in reversed(order)):  # what went over the edge moves back
            part.place(min(part.x, edge - part.w), part.y, part.w)
            edge = part.x - 28


def _take(keys: list[object], key: object) -> None:
    if key not in keys:
        keys.append(key)


def _touch(a: Part, b: Part) -> bool:
    """Return whether two parts stand one on the other, so that no wire is needed between them."""
    if a is b or a.zone is not b.zone or a.zone is None:
        return a is b
    return a.kind == b.kind == "header" or a.card == b.card != ""


def _side(way: Stretch, end: int, *, inner: bool) -> float:
    """Return the x where a way meets a part in a subnet: at the lane beside the cards, or at the gutter."""
    part = (way.tail, way.head)[end]
    zone = part.zone
    assert zone is not None
    row = way.rows[end] if way.rows else None
    left, right = (row.x, row.x + row.w) if row else (zone.x, zone.x + zone.w)
    return left if inner != zone.mirrored else right


def _wire_look(leg: str, hidden: bool, now: bool, stopped: bool) -> dict[str, Any]:
    """Return how a stretch of a walk is drawn: the request one strong line, the reply two thin ones."""
    ink, _ = _INKS[leg]
    look: dict[str, Any] = {"ink": ink, "pen": 3.4 if now else 2.4, "arrow_size": 0.8}
    if leg == REPLY:
        look |= {"ink": f"{ink}:{theme.PAPER}:{ink}", "pen": 2 if now else 1.3, "arrow": "empty"}
    if stopped:
        look |= {"ink": theme.DENIED, "pen": 1.6, "style": "dashed"}
    return look | ({"style": "invis", "ink": theme.LINE} if hidden else {})


def _step_row(leg: str, hop: Hop, number: int, text: str, hidden: bool, now: bool, stopped: bool) -> StepRow:
    """Return the row that tells one step; a hidden one keeps its place and says nothing."""
    ink, fill = _INKS[leg]
    mark = theme.MARKS[hop.allowed]
    if hop.allowed is not True:
        ink, fill = mark.ink, mark.fill
    elif stopped:
        ink, fill = theme.NOT_EVALUATED.ink, theme.NOT_EVALUATED.fill
    if now:
        fill = theme.CURRENT_FILL
    number_ink, ground = (theme.PAPER, ink) if leg == FORWARD else (ink, "")
    head = [Cell(str(number), True, number_ink, 11, ground, 27, "CENTER", pill=ink)]
    sign = Cell(mark.sign, True, ink, 12 if hop.allowed else 14, "", 18, "CENTER")
    head.append(sign if hop.decisions else Cell("", width=4))
    if leg == REPLY:
        head.append(Cell("reply", True, ink, 11))
    told = theme.QUIET if stopped and hop.allowed else theme.INK
    said = Cell(theme.clean(text), hop.allowed is False, told, 11)
    row = Row(f"{'request' if leg == FORWARD else 'reply'} {number}", [], line_height=15, fill=fill, line=ink)
    row.style = "rounded" if mark.line == "solid" else f"rounded,{mark.line}"
    lines = 2 if hop.allowed else 3
    return StepRow(row, head, said, lines, hidden)
