"""Where everything stands on the map: Regions, VPCs, Availability Zones side by side, subnets, cards.

A column is an Availability Zone; between the columns run gutters, and every wire runs there, so that
no line crosses a title. Gateways stand on the VPC's upper edge, half outside. A `Part` is a place
where a packet can be seen: a gateway, a subnet's route table or network ACL, an instance's door (its
security groups) or body. `walk` writes its steps into the parts, then `Plan.place` gives positions.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from vpclab.render import theme, words
from vpclab.render.scene import Box, Cell, Row
from vpclab.topology.model import (
    Instance,
    InternetGateway,
    NatGateway,
    NetworkInterface,
    Resource,
    SecurityGroup,
    Snapshot,
    Subnet,
    Vpc,
)

LINE_HEIGHT, STEP_HEIGHT, GAP, TRACK = 17, 21, 10, 9
# What stands on a VPC's edge: class -> (what it is called, the attribute that names its VPC).
# A further gateway is one more line.
GATES: dict[type[Resource], tuple[str, str]] = {InternetGateway: ("internet gateway", "vpc_id")}
CROWDED = 4  # cards of a subnet before those that are alike become one


@dataclass(eq=False)
class Part:
    """A place where a packet can be seen: lines that always stand there, then the steps of a walk."""

    id: str
    lines: list[list[Cell]]
    kind: str = "body"
    zone: Zone | None = None
    land: Land | None = None
    steps: list[Row] = field(default_factory=list)
    pale: bool = False
    x: float = 0
    y: float = 0
    w: float = 0

    @property
    def h(self) -> float:
        """Return the height of the lines and steps."""
        return LINE_HEIGHT * len(self.lines) + STEP_HEIGHT * len(self.steps)

    @property
    def needs(self) -> float:
        """Return the width that shows the lines in full."""
        return max((sum(cell.needs for cell in line) for line in self.lines), default=0)

    def place(self, x: float, y: float, w: float) -> float:
        """Stand at a place; return where the next part begins."""
        self.x, self.y, self.w = x, y, w
        for number, step in enumerate(self.steps):
            step.x, step.w, step.h = x, w, STEP_HEIGHT - 2
            step.y = y + LINE_HEIGHT * len(self.lines) + STEP_HEIGHT * number + 1
        return y + self.h

    def rows(self) -> list[Box | Row]:
        """Return everything to be drawn."""
        texts = [
            Row(f"{self.id} {n}" if n else self.id, line, self.x, self.y + LINE_HEIGHT * n, self.w, LINE_HEIGHT)
            for n, line in enumerate(self.lines)
        ]
        return [*texts, *self.steps]


@dataclass(eq=False)
class Card:
    """What has an address in a subnet; `door` holds its security groups."""

    id: str
    door: Part | None
    body: Part
    stack: int = 1
    x: float = 0
    y: float = 0
    w: float = 0

    @property
    def walked(self) -> bool:
        """Return whether a packet is seen here."""
        return bool(self.body.steps or (self.door and self.door.steps))

    @property
    def h(self) -> float:
        """Return the height with its margins."""
        return self.body.h + (self.door.h + 4 if self.door else 0) + 8

    def place(self, x: float, y: float, w: float) -> None:
        """Stand at a place."""
        self.x, self.y, self.w = x, y, w
        if self.door:
            y = self.door.place(x + 5, y + 4, w - 10)
        self.body.place(x + 5, y + 4, w - 10)

    def box(self) -> Box:
        """Return the frame with everything in it."""
        inside: list[Box | Row] = []
        if self.door:
            strip = Box(f"{self.id} door", self.x, self.y, self.w, self.door.h + 6, theme.SHADE, theme.QUIET)
            strip.inside = self.door.rows()
            inside.append(strip)
        frame = Box(self.id, self.x, self.y, self.w, self.h, line=theme.QUIET, inside=[*inside, *self.body.rows()])
        for shade in range(min(self.stack - 1, 2), 0, -1):
            behind = Box(f"{self.id} {shade}", self.x + 4 * shade, self.y + 4 * shade, self.w, self.h, line=theme.QUIET)
            frame = Box(f"{self.id} stack {shade}", behind.x, behind.y, behind.w, behind.h, line=theme.QUIET, inside=[frame])
        return frame


@dataclass(eq=False)
class Zone:
    """A subnet: its title, its route table and network ACL, and the cards in it."""

    subnet: Subnet
    public: bool
    title: Part
    routes: Part
    acl: Part
    cards: list[Card]
    gutter: Gutter
    mirrored: bool = False  # the gutter is on the left
    lanes: int = 0
    x: float = 0
    y: float = 0
    w: float = 0
    h: float = 0
    hall: float = 0

    @property
    def margin(self) -> float:
        """Return the room beside the cards, where a walk goes down."""
        return 10 + (8 + TRACK * self.lanes if self.lanes else 0)

    def place(self, x: float, y: float, w: float) -> float:
        """Stand at a place; return the height needed."""
        self.x, self.y, self.w = x, y, w
        y = self.title.place(x + 8, y + 5, w - 16)
        for part in (self.routes, self.acl):
            y = part.place(x + 6, y + 2, w - 12)
        self.hall = y + 7
        left, right = (10.0, self.margin) if self.mirrored else (self.margin, 10.0)
        room, y = w - left - right, y + 13
        line: list[Card] = []
        for card in [*sorted(self.cards, key=lambda c: not c.walked), None]:
            wide = sum(self._wish(c, room) + GAP for c in line)
            if line and (card is None or wide + self._wish(card, room) > room):
                y = _spread(line, [self._wish(c, room) for c in line], x + left, y, room) + GAP
                line = []
            if card is not None:
                line.append(card)
        self.h = y - self.y + 2
        return self.h

    def _wish(self, card: Card, room: float) -> float:
        needs = max(card.body.needs, card.door.needs if card.door else 0) + 12
        return room if card.walked else min(max(needs, 104), room)

    def lane(self, track: float) -> float:
        """Return the x of a track of the lane beside the cards."""
        inside = 9 + TRACK * track
        return self.x + self.w - inside if self.mirrored else self.x + inside

    def side(self, part: Part, *, inner: bool) -> float:
        """Return the x of a part's side: the one at the gutter, or the one at the lane."""
        return part.x if inner != self.mirrored else part.x + part.w

    def box(self) -> Box:
        """Return the frame: public is one round line, private two square ones."""
        line, fill = (theme.PUBLIC, theme.PUBLIC_FILL) if self.public else (theme.PRIVATE, theme.PRIVATE_FILL)
        rows = [*self.title.rows(), *self.routes.rows(), *self.acl.rows(), *(card.box() for card in self.cards)]
        if self.public:
            return Box(self.subnet.id, self.x, self.y, self.w, self.h, fill, line, 2, "rounded", rows)
        inner = Box(f"{self.subnet.id} inner", self.x + 3, self.y + 3, self.w - 6, self.h - 6, fill, line, 0.8, "", rows)
        return Box(self.subnet.id, self.x, self.y, self.w, self.h, theme.PAPER, line, 1.4, "", [inner])


def _spread(cards: list[Card], wishes: list[float], x: float, y: float, room: float) -> float:
    """Place cards in one line, each a little wider if there is room; return the lower edge."""
    spare = (room - sum(wishes) - GAP * (len(cards) - 1)) / len(cards)
    for card, wish in zip(cards, wishes, strict=True):
        wide = wish + min(max(spare, 0), 60)
        card.place(x, y, wide)
        x += wide + GAP
    return y + max(card.h + 4 * min(card.stack - 1, 2) for card in cards)


@dataclass(eq=False)
class Gutter:
    """The room between two columns; each wire in it has a track."""

    keys: list[object] = field(default_factory=list)
    x: float = 0

    def take(self, key: object) -> None:
        """Reserve a track; the same key takes the same one."""
        if key not in self.keys:
            self.keys.append(key)

    @property
    def w(self) -> float:
        """Return the width."""
        return 16 + TRACK * max(len(self.keys), 1)

    def track(self, key: object) -> float:
        """Return the x of a track."""
        return self.x + self.w / 2 + TRACK * (self.keys.index(key) - (len(self.keys) - 1) / 2)


@dataclass(eq=False)
class Land:
    """A VPC: its gates on the upper edge and its columns of subnets."""

    vpc: Vpc
    title: Part
    gates: list[Part]
    columns: list[tuple[str, list[Zone]]]
    gutters: list[Gutter]
    channel_keys: list[object] = field(default_factory=list)
    x: float = 0
    y: float = 0
    w: float = 0
    h: float = 0
    channel_y: float = 0
    column_width: float = 300

    def measure(self) -> float:
        """Return the width, and give gates and gutters theirs."""
        inner = self.column_width * len(self.columns) + sum(g.w for g in self.gutters)
        gates = sum(max(g.needs + 20, 150 if not g.steps else 290) + GAP for g in self.gates)
        self.w = max(inner + 24, gates + 24, self.title.needs + 24)
        return self.w

    @property
    def rise(self) -> float:
        """Return how far the gates stand out above the VPC's edge."""
        return max((g.h + 12 for g in self.gates), default=0) / 2

    def place(self, x: float, y: float) -> float:
        """Stand with the VPC's edge at `y`; return the lower edge."""
        self.x, self.y = x, y
        at, places = x + 12, []
        for number in range(max(len(self.columns), 1)):
            places.append(at)
            at += self.column_width
            if number < len(self.gutters):
                self.gutters[number].x = at
                at += self.gutters[number].w
        gate_bottom, left = self._place_gates(y)
        wide = left - x - 24
        fits = self.title.needs <= wide
        top = self.title.place(x + 12, y + 8 if fits else gate_bottom + 6, self.title.needs if fits else self.w - 24)
        self.channel_y = max(gate_bottom, top) + 10
        y = self.channel_y + 6 * len(self.channel_keys) + 8
        for number in range(max((len(zones) for _, zones in self.columns), default=0)):
            line = [(zones[number], places[c]) for c, (_, zones) in enumerate(self.columns) if number < len(zones)]
            y += 24 if number == 0 else 12
            high = max(zone.place(left + 8, y, self.column_width - 16) for zone, left in line)
            for zone, _ in line:
                zone.h = high
            y += high
        self.frames = [
            (az, places[c], self.channel_y + 6 * len(self.channel_keys) + 8) for c, (az, _) in enumerate(self.columns)
        ]
        self.bottom = y + (10 if self.columns else 4)
        self.h = self.bottom + 10 - self.y
        return self.bottom + 10

    def _place_gates(self, y: float) -> tuple[float, float]:
        """Place the gates on the edge, in the middle above the gutter; return their lower edge and left end."""
        if not self.gates:
            return y, self.x + self.w
        wides = [max(g.needs + 20, 150 if not g.steps else 290) for g in self.gates]
        total = sum(wides) + GAP * (len(wides) - 1)
        middle = self.gutters[(len(self.gutters) - 1) // 2] if self.gutters else None
        centre = middle.x + middle.w / 2 if middle else self.x + self.w / 2
        left = at = min(max(centre - total / 2, self.x + 12), self.x + self.w - 12 - total)
        for gate, wide in zip(self.gates, wides, strict=True):
            gate.place(at + 8, y - self.rise + 6, wide - 16)
            at += wide + GAP
        return y + self.rise, left

    def box(self) -> Box:
        """Return the frame with everything in it."""
        inside: list[Box | Row] = [*self.title.rows()]
        for (az, x, y), (_, zones) in zip(self.frames, self.columns, strict=True):
            frame = Box(f"{self.vpc.id} {az}", x, y, self.column_width, self.bottom - y, theme.PAPER, theme.QUIET, 1)
            frame.style = "rounded,dashed"
            head = Row(f"{self.vpc.id} {az} title", [Cell("Availability Zone ", ink=theme.QUIET, size=11),
                       Cell(az, True, theme.QUIET, 11)], x + 10, y + 3, self.column_width - 20)  # fmt: skip
            frame.inside = [head, *(zone.box() for zone in zones)]
            inside.append(frame)
        for gate in self.gates:
            inside.append(framed(gate, theme.SHADE, theme.FRAME, 1.6))
        return Box(self.vpc.id, self.x, self.y, self.w, self.h, theme.PAPER, theme.FRAME, 2, "rounded", inside)


def framed(part: Part, fill: str, line: str, pen: float) -> Box:
    """Return a part in a frame of its own."""
    return Box(f"{part.id} frame", part.x - 8, part.y - 6, part.w + 16, part.h + 12, fill, line, pen, "rounded", part.rows())


class Plan:
    """All parts of a snapshot, found by the id of what they show."""

    def __init__(self, snapshot: Snapshot, apart: Iterable[str] = ()) -> None:
        self.snapshot, self.apart = snapshot, set(apart)
        self.parts: dict[str, Part] = {}
        self.doors: dict[str, Part] = {}
        self.routes: dict[str, Part] = {}
        self.acls: dict[str, Part] = {}
        self.outside: dict[str, Part] = {}
        self.lands = [self._land(vpc) for vpc in snapshot.all(Vpc)]
        columns = max(sum(len(land.columns) for land in self.lands), 1)
        for land in self.lands:
            land.column_width = {1: 310, 2: 310, 3: 280}.get(columns, 250)

    def _land(self, vpc: Vpc) -> Land:
        blocks = " · ".join(map(str, (*vpc.cidrs, *vpc.ipv6_cidrs)))
        title = Part(f"{vpc.id} title", [[Cell("VPC ", False, theme.FRAME, 13), Cell(vpc.name, True, theme.FRAME, 13)],
                                         [Cell(blocks, ink=theme.QUIET, size=11)]])  # fmt: skip
        land = Land(vpc, title, [], [], [])
        self.parts[vpc.id] = title
        title.land = land
        for kind, (label, attribute) in GATES.items():
            for gate in self.snapshot.all(kind):
                if getattr(gate, attribute) == vpc.id:
                    part = Part(gate.id, [[Cell(label, True), Cell(gate.name, ink=theme.QUIET, size=11)]], "gate")
                    part.land = land
                    land.gates.append(part)
                    self.parts[gate.id] = part
        subnets = [s for s in self.snapshot.all(Subnet) if s.vpc_id == vpc.id]
        zones = sorted({s.az for s in subnets})
        land.gutters = [Gutter() for _ in range(max(len(zones) - 1, min(len(zones), 1)))]
        for number, az in enumerate(zones):
            last = number > 0 and number == len(zones) - 1
            gutter = land.gutters[number - 1 if last else number]
            mine = sorted((s for s in subnets if s.az == az), key=lambda s: not self._public(s))
            land.columns.append((az, [self._zone(s, land, gutter, last) for s in mine]))
        if not subnets:
            title.lines.append([Cell("no subnets yet", ink=theme.QUIET)])
        return land

    def _public(self, subnet: Subnet) -> bool:
        return self.snapshot.is_public(subnet, 4) or self.snapshot.is_public(subnet, 6)

    def _zone(self, subnet: Subnet, land: Land, gutter: Gutter, mirrored: bool) -> Zone:
        public, ink = self._public(subnet), theme.PUBLIC if self._public(subnet) else theme.PRIVATE
        blocks = " · ".join(str(b) for b in (subnet.cidr, subnet.ipv6_cidr) if b)
        kind = words.publicity(self.snapshot, subnet)
        table, acl = self.snapshot.route_table_of(subnet), self.snapshot.network_acl_of(subnet)
        name = theme.clean(subnet.name)
        title = Part(f"{subnet.id} title", [
            [Cell(name, True, theme.INK, 13), Cell(f"{'○' if public else '■'} {kind}", True, ink, 12, align="RIGHT")],
            [Cell(blocks, ink=theme.QUIET, size=11)],
        ])  # fmt: skip
        parts = []
        for what, value, text in (("route table", table, words.ways(self.snapshot, table)), ("network ACL", acl, words.entries(acl))):
            cells = [Cell(what, ink=theme.QUIET, size=11), Cell(theme.shorten(theme.clean(value), 90, 11), True, size=11)]
            parts.append(Part(f"{subnet.id} {what}", [[*cells, Cell(text, ink=theme.QUIET, size=11)]], "header", land=land))
        zone = Zone(subnet, public, title, *parts, [], gutter, mirrored)
        zone.cards = self._alike([*self._cards(subnet, zone, land)])
        zone.routes.zone = zone.acl.zone = zone
        self.routes[subnet.id], self.acls[subnet.id] = zone.routes, zone.acl
        return zone

    def _cards(self, subnet: Subnet, zone: Zone, land: Land) -> Iterable[Card]:
        """Yield a card for each NAT gateway, instance and loose interface of a subnet."""
        for nat in self.snapshot.all(NatGateway):
            if nat.subnet_id == subnet.id:
                lines = [(nat.private_ip, "private"), (nat.public_ip, "public")]
                yield self._card(nat.id, zone, land, "NAT gateway", nat.name, lines, None)
        owners = {i.id: i for i in self.snapshot.all(Instance)}
        nats = {n.id for n in self.snapshot.all(NatGateway)}
        for eni in self.snapshot.all(NetworkInterface):
            if eni.subnet_id != subnet.id or eni.owner_id in nats:
                continue
            owner = owners.get(eni.owner_id or "")
            name, what = (owner.name, "instance") if owner and eni.device_index == 0 else (eni.name, "interface")
            if owner and owner.state != "running":
                what += f", {owner.state}"
            addresses: list[tuple[Any, str]] = []
            for entry in eni.addresses:
                addresses += [(entry.address, "private"), (entry.public_ip, "public")]
            addresses += [(six, "IPv6") for six in eni.ipv6_addresses]
            groups = [self.snapshot.get(SecurityGroup, id) for id in eni.group_ids]
            door = ", ".join(g.name for g in groups if g) or "none"
            card = self._card(eni.id, zone, land, what, name, addresses, door)
            if owner and eni.device_index == 0:
                self.parts[owner.id], self.doors[owner.id] = card.body, self.doors[eni.id]
            yield card

    def _card(
        self, id: str, zone: Zone, land: Land, what: str, name: str, addresses: list[tuple[Any, str]], door: str | None
    ) -> Card:
        title = [Cell(theme.shorten(theme.clean(name), 150, 13, bold=True), True, size=13), Cell(what, ink=theme.QUIET, size=11)]
        lines = [[Cell(str(a), size=11), Cell(kind, ink=theme.QUIET, size=11)] for a, kind in addresses if a]
        body = Part(id, [title, *lines], zone=zone, land=land)
        self.parts[id] = body
        front = None
        if door is not None:
            front = Part(f"{id} groups", [[Cell("security group", ink=theme.QUIET, size=11), Cell(door, True, size=11)]],
                         "door", zone, land)  # fmt: skip
            self.doors[id] = front
        return Card(id, front, body)

    def _alike(self, cards: list[Card]) -> list[Card]:
        """Return the cards, in a crowded subnet those that differ only in name and address as one."""
        if len(cards) <= CROWDED:
            return cards
        groups: dict[object, list[Card]] = {}
        for card in cards:
            door = card.door.lines[0][1].text if card.door else card.id
            what = (door, card.body.lines[0][1].text, [line[1].text for line in card.body.lines[1:]])
            alone = card.id in self.apart or self.parts.get(card.id) is not card.body
            groups.setdefault(card.id if alone else str(what), []).append(card)
        return [same[0] if len(same) == 1 else _stacked(same) for same in groups.values()]


def _stacked(cards: list[Card]) -> Card:
    """Return one card for several that are alike."""
    first, last = cards[0], cards[-1]
    what = f"{len(cards)} {first.body.lines[0][1].text}s"
    names = " … ".join(theme.shorten(c.body.lines[0][0].text, 80, 13, bold=True) for c in (first, last))
    lines = [[Cell(what, True, size=12)], [Cell(names, size=11)]]
    lines += [
        [Cell(" … ".join(line[0].text for line in pair), size=11), Cell(pair[0][1].text, ink=theme.QUIET, size=11)]
        for pair in zip(first.body.lines[1:], last.body.lines[1:], strict=True)
        if pair[0][1].text == "private"
    ]
    first.body.lines = lines
    return Card(first.id, first.door, first.body, stack=len(cards))
