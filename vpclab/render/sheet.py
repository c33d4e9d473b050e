"""The finished sheet: the map with its routes as wires, or a packet's walk over it, step by step.

A walk first takes its places (every hop becomes a row in the part where it happens), then reserves a
track for each stretch of way, and only then is everything placed. So all steps of one walk share one
layout: a picture of step 3 differs from that of step 4 in ink alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vpclab.evaluate.results import FORWARD, REPLY, Hop, Trace
from vpclab.render import theme, words
from vpclab.render.plan import LINE_HEIGHT, TRACK, Land, Part, Plan, framed
from vpclab.render.scene import Box, Cell, Point, Row, Scene, Wire
from vpclab.topology.model import INBOUND, LOCAL, InternetGateway, NetworkInterface, Snapshot

MARGIN, SKY = 14, 34
_INKS = {FORWARD: (theme.ALLOWED, theme.ALLOWED_FILL), REPLY: (theme.REPLY, theme.REPLY_FILL)}


@dataclass
class Step:
    """One hop with its number, the part it happens in and the row that tells it."""

    leg: str
    hop: Hop
    part: Part
    row: Row


@dataclass
class Stretch:
    """A way from one place to another, with the key of its tracks and the look of its wire."""

    tail: Part
    head: Part
    key: object
    look: dict[str, Any]
    tail_row: Row | None = None
    head_row: Row | None = None

    def y(self, part: Part, row: Row | None) -> float:
        """Return the height at which the way meets a part."""
        return row.y + row.h / 2 if row else part.y + LINE_HEIGHT / 2


class Sheet:
    """One picture in the making."""

    def __init__(self, snapshot: Snapshot, trace: Trace | None = None, step: int | None = None) -> None:
        self.snapshot, self.trace = snapshot, trace
        hops = [*trace.forward, *trace.reply] if trace else []
        ids = {hop.component.id for hop in hops if hop.component is not None}
        ids |= {eni.id for eni in snapshot.all(NetworkInterface) if eni.owner_id in ids}
        self.plan = Plan(snapshot, ids)
        self.sky: dict[object, list[object]] = {}
        self._outside(hops)
        self.stretches: list[Stretch] = []
        if trace is None:
            self._routes()
        else:
            self._walk(trace, step)
        for stretch in self.stretches:
            self._reserve(stretch)

    def _outside(self, hops: Sequence[Hop]) -> None:
        """Make the parts that stand above the Regions: the internet, and what else a trace names."""
        places = [h.component for h in hops if h.component is not None and h.component.id not in self.plan.parts]
        for place in places:
            if place.kind in ("internet", "service", "site") and place.id not in self.plan.outside:
                name = theme.shorten(theme.clean(place.name), 200, 13, bold=True)
                line = [Cell(name, True, theme.PAPER, 13)]
                if place.kind not in name:
                    line.insert(0, Cell(place.kind, False, theme.PAPER, 12))
                self.plan.outside[place.id] = Part(place.id, [line], "outside")
        attached = any(gate.vpc_id for gate in self.snapshot.all(InternetGateway))
        if attached and not any(p.id == "internet" or "internet" in p.lines[0][0].text for p in self.plan.outside.values()):
            self.plan.outside["internet"] = Part("internet", [[Cell("internet", True, theme.PAPER, 13)]], "outside")

    # -- the map's own wires ---------------------------------------------------------------------

    def _routes(self) -> None:
        """Draw each route to something on the map as a thin wire; those to one target share their track."""
        look = {"ink": "#8fa3b5", "pen": 1.3, "arrow_size": 0.6}
        internet = next(iter(self.plan.outside.values()), None)
        for land in self.plan.lands:
            for gate in land.gates:
                if internet is not None:
                    self.stretches.append(Stretch(internet, gate, "internet", {**look, "arrow": "none"}))
            for _, zones in land.columns:
                for zone in zones:
                    table = self.snapshot.route_table_of(zone.subnet)
                    targets = dict.fromkeys(r.target for r in table.routes if r.target != LOCAL) if table else {}
                    for target in targets:
                        part = self.plan.parts.get(target)
                        if part is not None and part.zone is not zone and part.land is land:
                            self.stretches.append(Stretch(zone.routes, part, target, look))

    # -- a packet's walk -------------------------------------------------------------------------

    def _walk(self, trace: Trace, current: int | None) -> None:
        legs = [(FORWARD, trace.forward)]
        if current is not None or trace.outcome != "blocked" or any(d.leg == REPLY for d in trace.blockers):
            legs.append((REPLY, trace.reply))
        number, stopped = 0, False
        for leg, hops in legs:
            before: Step | None = None
            for place, hop in enumerate(hops):
                number += 1
                part = self._station(hops, place) or (before.part if before else None)
                if part is None:
                    continue
                hidden = current is not None and number > current
                text = words.deed(hop, place, len(hops) - 1)
                row = _step_row(leg, hop, number, text, hidden, number == current)
                part.steps.append(row)
                step = Step(leg, hop, part, row)
                if before is not None:
                    self._stretch(before, step, hidden, stopped, number == current)
                stopped = stopped or hop.allowed is False
                before = step
        for part in self._all_parts():
            part.pale = not part.steps

    def _station(self, hops: Sequence[Hop], place: int) -> Part | None:
        """Return the part of the map where a hop happens."""
        plan, hop = self.plan, hops[place]
        if hop.kind in ("security_group", "network_acl", "route_table"):
            ahead, behind = hops[place + 1 :], hops[place - 1 :: -1] if place else ()
            for near in (*ahead, *behind) if hop.direction == INBOUND else (*behind, *ahead):
                body = plan.parts.get(near.component.id) if near.component is not None else None
                if body is None or body.zone is None:
                    continue
                if hop.kind == "security_group":
                    owner = near.component.id
                    return plan.doors.get(owner, body)
                side = plan.acls if hop.kind == "network_acl" else plan.routes
                return side[body.zone.subnet.id]
        if hop.component is None:
            return None
        return plan.parts.get(hop.component.id) or plan.outside.get(hop.component.id)

    def _stretch(self, before: Step, step: Step, hidden: bool, stopped: bool, now: bool) -> None:
        a, b = before.part, step.part
        headers = {"header"}
        if a is b or (a.zone is b.zone is not None and {a.kind, b.kind} <= headers):
            return
        if a.zone is b.zone is not None and {a.kind, b.kind} == {"door", "body"} and _same_card(self.plan, a, b):
            return
        ink, _ = _INKS[step.leg]
        look: dict[str, Any] = {"ink": ink, "pen": 2.6 if step.leg == FORWARD else 1.4, "arrow_size": 0.8}
        if step.leg == REPLY:
            look.update(ink=f"{ink}:{theme.PAPER}:{ink}", arrow="empty")
        if stopped:
            look.update(ink=theme.DENIED, style="dashed", pen=1.8)
        if now:
            look.update(pen=look["pen"] + 1)
        if hidden:
            look.update(style="invis")
        self.stretches.append(Stretch(a, b, (step.leg, step.row.id), look, before.row, step.row))

    def _all_parts(self) -> list[Part]:
        plan = self.plan
        zones = [z for land in plan.lands for _, column in land.columns for z in column]
        return [*plan.parts.values(), *plan.doors.values(), *(p for z in zones for p in (z.routes, z.acl)), *plan.outside.values()]

    # -- tracks ----------------------------------------------------------------------------------

    def _reserve(self, way: Stretch) -> None:
        """Reserve a track wherever a way will run."""
        a, b = way.tail, way.head
        if a.zone is not None and a.zone is b.zone:
            a.zone.lanes += 1
            self.sky.setdefault(a.zone, []).append(way.key)
            return
        zones = [part.zone for part in (a, b) if part.zone is not None]
        for zone in zones:
            zone.gutter.take(way.key)
        if len(zones) == 2 and zones[0].gutter is not zones[1].gutter or len(zones) == 1:
            land = a.land or b.land
            if land is not None and way.key not in land.channel_keys:
                land.channel_keys.append(way.key)
        for part in (a, b):
            if part.kind == "gate" and not zones:
                self.sky.setdefault(part, []).append(way.key)

    def _corners(self, way: Stretch) -> list[Point]:
        """Return the corners of a way, once everything has its place."""
        a, b = way.tail, way.head
        ya, yb = way.y(a, way.tail_row), way.y(b, way.head_row)
        if a.zone is not None and a.zone is b.zone:
            keys = self.sky[a.zone]
            x = a.zone.lane(keys.index(way.key))
            return [(a.zone.side(a, inner=True), ya), (x, ya), (x, yb), (a.zone.side(b, inner=True), yb)]
        if a.zone is not None and b.zone is not None:
            return self._zones(way, ya, yb)
        if a.kind == "gate" and b.zone is not None:
            return self._gate(a, b, yb, way)
        if b.kind == "gate" and a.zone is not None:
            return self._gate(b, a, ya, way)[::-1]
        if "gate" in (a.kind, b.kind) and "outside" in (a.kind, b.kind):
            gate, place = (a, b) if a.kind == "gate" else (b, a)
            keys = self.sky[gate]
            x = gate.x + gate.w / 2 + 16 * (keys.index(way.key) - (len(keys) - 1) / 2)
            px = min(max(x, place.x + 6), place.x + place.w - 6)
            middle = gate.y - 6 - SKY / 2 - 20
            points = [(px, place.y + place.h + 6), (px, middle), (x, middle), (x, gate.y - 6)]
            return points if a.kind == "outside" else points[::-1]
        return [(a.x + a.w / 2, ya), (b.x + b.w / 2, yb)]

    def _zones(self, way: Stretch, ya: float, yb: float) -> list[Point]:
        a, b = way.tail, way.head
        assert a.zone is not None and b.zone is not None
        xa, xb = a.zone.gutter.track(way.key), b.zone.gutter.track(way.key)
        points = [(a.zone.side(a, inner=False), ya), (xa, ya)]
        if a.zone.gutter is not b.zone.gutter:
            land = a.land
            assert land is not None
            channel = land.channel_y + 6 * land.channel_keys.index(way.key)
            points += [(xa, channel), (xb, channel)]
        if way.head_row is None and b.kind == "body":
            middle, top = b.x + b.w / 2, self.plan.doors.get(b.id, b).y - 4
            return [*points, (xb, b.zone.hall), (middle, b.zone.hall), (middle, top)]
        return [*points, (xb, yb), (b.zone.side(b, inner=False), yb)]

    def _gate(self, gate: Part, part: Part, y: float, way: Stretch) -> list[Point]:
        zone, land = part.zone, gate.land
        assert zone is not None and land is not None
        track = zone.gutter.track(way.key)
        x = min(max(track, gate.x), gate.x + gate.w)
        bottom, channel = gate.y + gate.h + 6, land.channel_y + 6 * land.channel_keys.index(way.key)
        return [(x, bottom), (x, channel), (track, channel), (track, y), (zone.side(part, inner=False), y)]

    # -- places ----------------------------------------------------------------------------------

    def scene(self) -> Scene:
        """Return the sheet with everything in its place."""
        outside = list(self.plan.outside.values())
        sky = max((p.h + 12 for p in outside), default=0)
        top = MARGIN + sky + (SKY if outside else 0)
        regions: dict[str, list[Land]] = {}
        for land in self.plan.lands:
            regions.setdefault(land.vpc.region, []).append(land)
        things: list[Box | Row] = []
        x, bottom = float(MARGIN), top
        for region, lands in regions.items():
            left, low = x, top
            title = Row(f"region {region}", [Cell("Region ", ink=theme.QUIET), Cell(region, True, theme.QUIET)], x + 12, top + 4, 200)
            x += 12
            for land in lands:
                land.measure()
                land.place(x, top + 30 + max(other.rise for other in lands))
                low = max(low, land.y + land.h + 12)
                x += land.w + 14
            x -= 2
            frame = Box(f"region {region}", left, top, x - left, low - top, theme.SHADE, theme.LINE, 1.2)
            frame.inside = [title, *(land.box() for land in lands)]
            things.append(frame)
            x, bottom = x + 14, max(bottom, low)
        width = max(x, 240) if regions else 320
        self._place_outside(outside, width, sky)
        things += [framed(part, theme.FRAME, theme.FRAME, 1.4) for part in outside]
        wires = [
            Wire((w.tail_row.id if w.tail_row else w.tail.id), (w.head_row.id if w.head_row else w.head.id), self._corners(w), **w.look)
            for w in self.stretches
        ]
        return Scene(self.snapshot.name, width, bottom + MARGIN, things, wires)

    def _place_outside(self, outside: list[Part], width: float, sky: float) -> None:
        """Place what stands above the Regions, over the gate it is joined to if there is room."""
        at = float(MARGIN)
        for part in outside:
            wide = max(part.needs, 240 if part.steps else 110)
            near = [g for w in self.stretches for g, p in ((w.tail, w.head), (w.head, w.tail)) if p is part]
            wish = near[0].x + near[0].w / 2 - wide / 2 if near else at
            x = min(max(wish, at + 8), width - MARGIN - wide - 8)
            part.place(x, MARGIN + sky - 6 - part.h, wide)
            at = x + wide + 20


def _same_card(plan: Plan, a: Part, b: Part) -> bool:
    door, body = (a, b) if a.kind == "door" else (b, a)
    return any(plan.doors[id] is door and plan.parts.get(id) is body for id in plan.doors)


def _step_row(leg: str, hop: Hop, number: int, text: str, hidden: bool, now: bool) -> Row:
    """Return the row that tells one step; a hidden one keeps its place and says nothing."""
    row = Row(f"{'request' if leg == FORWARD else 'reply'} {number}", [])
    if hidden:
        row.cells = [Cell("")]
        return row
    ink, _ = _INKS[leg]
    mark = theme.MARKS[hop.allowed]
    badge = Cell(str(number), True, theme.PAPER, 11, ink, 22, "CENTER") if leg == FORWARD else Cell(str(number), True, ink, 11, "", 22, "CENTER")
    row.cells = [badge, Cell("", width=4)]
    if hop.decisions:
        row.cells.append(Cell(mark.sign, True, mark.ink, 12, "", 17, "CENTER"))
    if leg == REPLY:
        row.cells.append(Cell("reply", True, theme.REPLY, 11))
    row.cells.append(Cell(theme.clean(text), hop.allowed is False, theme.INK, 11))
    row.fill, row.line = (mark.fill, mark.ink) if hop.allowed is not True else _INKS[leg][::-1]
    row.style = "rounded" if mark.line == "solid" else f"rounded,{mark.line}"
    if now:
        row.fill, row.line = theme.CURRENT_FILL, theme.INK
    return row


def sheet(snapshot: Snapshot, trace: Trace | None = None, step: int | None = None) -> Scene:
    """Return the picture of a snapshot, or of a trace over it up to a step."""
    return Sheet(snapshot, trace, step).scene()


_ = TRACK
