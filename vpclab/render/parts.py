"""What stands on the map, and how much room each thing needs: parts in cards in zones in lands.

A `Part` is a place where a packet can be seen: a gateway, a subnet's route table or network ACL, an
instance's door (its security groups) or its body. A column is an Availability Zone; between columns
run gutters, where every wire runs, so that no line crosses a title. Gateways stand on the VPC's upper
edge, half outside.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from vpclab.render import theme
from vpclab.render.scene import Box, Cell, Row, quiet
from vpclab.topology.model import Subnet, Vpc

GAP, TRACK, STEP_WIDTH = 10, 9, 274


@dataclass(eq=False)
class Placed:
    """Something with a place on the sheet, in pixels from the top left."""

    x: float = field(default=0, init=False)
    y: float = field(default=0, init=False)
    w: float = field(default=0, init=False)
    h: float = field(default=0, init=False)


@dataclass(eq=False)
class StepRow:
    """What a walk says at one part: its number and mark, then words in as many lines as they need."""

    row: Row
    head: list[Cell]
    words: Cell
    lines: int = 2
    hidden: bool = False

    def place(self, x: float, y: float, w: float) -> float:
        """Stand at a place; return the lower edge."""
        indent = sum(cell.needs for cell in self.head)
        room = w - indent - 10
        texts = theme.wrap(self.words.text, room, self.words.size, self.words.bold, self.lines)
        first, *more = [self.words._replace(text=text) for text in texts]
        self.row.lines = [[*self.head, first], *([Cell("", width=indent), cell] for cell in more)]
        if self.hidden:
            self.row.lines = [[Cell("")] for _ in self.row.lines]
            self.row.fill, self.row.line, self.row.style = theme.PAPER, theme.LINE, "rounded"
        self.row.x, self.row.y, self.row.w = x, y, w
        return y + self.row.h


@dataclass(eq=False)
class Part(Placed):
    """A place where a packet can be seen: what always stands there, then the steps of a walk."""

    row: Row
    kind: str = "body"
    zone: Zone | None = None
    land: Land | None = None
    card: str = ""
    steps: list[StepRow] = field(default_factory=list)

    def place(self, x: float, y: float, w: float, left: float = 0, right: float = 0) -> float:
        """Stand at a place, the steps indented; return the lower edge."""
        self.x, self.y, self.w = self.row.x, self.row.y, self.row.w = x, y, w
        y += self.row.h
        for step in self.steps:
            y = step.place(x + left, y + 1, w - left - right) + 1
        self.h = y - self.y
        return y

    def rows(self) -> list[Box | Row]:
        """Return everything to be drawn."""
        return [*([self.row] if self.row.lines else []), *(step.row for step in self.steps)]

    def framed(self, fill: str, line: str, pen: float) -> Box:
        """Return the part in a frame of its own."""
        x, y, w, h = self.x - 8, self.y - 6, self.w + 16, self.h + 12
        return Box(f"{self.row.id} frame", x, y, w, h, fill, line, pen, inside=self.rows())


@dataclass(eq=False)
class Card(Placed):
    """What has an address in a subnet; its door is its security groups."""

    id: str
    door: Part | None
    body: Part
    stack: int = 1

    @property
    def walked(self) -> bool:
        """Return whether a packet is seen here."""
        return bool(self.body.steps or (self.door and self.door.steps))

    @property
    def needs(self) -> float:
        """Return the width that shows everything in full."""
        return max(self.body.row.needs, self.door.row.needs if self.door else 0) + 12

    def shrink(self) -> None:
        """Become one line: name, kind, address; for what is not on a packet's way."""
        name, *more = self.body.row.lines
        self.body.row.lines = [[*name, *(more[0][: 3 if self.stack > 1 else 1] if more else [])]]
        self.body.row.pale, self.door = True, None

    def place(self, x: float, y: float, w: float) -> float:
        """Stand at a place; return the lower edge, with that of the cards behind it."""
        self.x, self.y, self.w = x, y, w
        if self.door:
            y = self.door.place(x + 5, y + 3, w - 10) + 1
        self.h = self.body.place(x + 5, y + 3, w - 10) + 4 - self.y
        return self.y + self.h + 4 * min(self.stack - 1, 2)

    def boxes(self) -> list[Box]:
        """Return the frame with everything in it, after those that stand behind it."""
        line = theme.LINE if self.body.row.pale else theme.QUIET
        inside = self.body.rows()
        if self.door:
            strip = Box(f"{self.id} door", self.x, self.y, self.w, self.door.h + 5, theme.SHADE, line)
            strip.inside = self.door.rows()
            inside.insert(0, strip)
        behind = range(min(self.stack, 3) - 1, 0, -1)
        boxes = [
            Box(f"{self.id} {n}", self.x + 4 * n, self.y + 4 * n, self.w, self.h, line=line) for n in behind
        ]
        return [*boxes, Box(self.id, self.x, self.y, self.w, self.h, line=line, inside=inside)]


@dataclass(eq=False)
class Zone(Placed):
    """A subnet: its title, its route table and network ACL, and the cards in it."""

    subnet: Subnet
    public: bool
    title: Row
    gutter: Gutter
    mirrored: bool  # the gutter is on its left
    headers: list[Part] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)
    lanes: list[object] = field(default_factory=list)  # the ways between headers and cards
    hall: float = 0

    @property
    def walked(self) -> bool:
        """Return whether a packet is seen here."""
        return any(part.steps for part in self.headers) or any(card.walked for card in self.cards)

    def place(self, x: float, y: float, w: float) -> float:
        """Stand at a place; return the height needed."""
        self.x, self.y, self.w = x, y, w
        margin = 10 + (8 + TRACK * len(self.lanes) if self.lanes else 0)
        left, right = (10, margin) if self.mirrored else (margin, 10)
        self.title.x, self.title.y, self.title.w = x + 10, y + 5, w - 20
        y += 5 + self.title.h
        for part in self.headers:
            y = part.place(x + 10, y + 2, w - 20, left - 10, right - 10)
        self.hall, y, room = y + 6, y + 12, w - left - right
        walked = [card for card in self.cards if card.walked]
        others = [card for card in self.cards if not card.walked]
        for card in walked:
            y = card.place(x + left, y, room) + GAP
        if others:
            room -= 8 if any(card.stack > 1 for card in others) else 0
            wish = min(max(max(card.needs for card in others), 104), room)
            count = min(int((room + GAP) // (wish + GAP)), max(len(others), 2))
            wide = min((room - GAP * (count - 1)) / count, wish + 60)
            for start in range(0, len(others), count):
                line = others[start : start + count]
                y = max(card.place(x + left + (wide + GAP) * n, y, wide) for n, card in enumerate(line)) + GAP
        self.h = y - self.y
        return self.h

    def lane(self, key: object) -> float:
        """Return the x of a way beside the cards."""
        inside = 9 + TRACK * self.lanes.index(key)
        return self.x + self.w - inside if self.mirrored else self.x + inside

    def box(self) -> Box:
        """Return the frame: public is one round line, private two square ones."""
        line, fill = (theme.PUBLIC, theme.PUBLIC_FILL) if self.public else (theme.PRIVATE, theme.PRIVATE_FILL)
        headers = [thing for part in self.headers for thing in part.rows()]
        rows: list[Box | Row] = [self.title, *headers, *(box for card in self.cards for box in card.boxes())]
        x, y, w, h = self.x, self.y, self.w, self.h
        if self.public:
            return Box(self.subnet.id, x, y, w, h, fill, line, 2, "rounded", rows)
        inner = Box(f"{self.subnet.id} inner", x + 3, y + 3, w - 6, h - 6, fill, line, 0.8, "", rows)
        return Box(self.subnet.id, x, y, w, h, theme.PAPER, line, 1.4, "", [inner])


@dataclass(eq=False)
class Gutter:
    """The room between two columns; each wire in it has a track."""

    keys: list[object] = field(default_factory=list)
    x: float = 0

    @property
    def w(self) -> float:
        """Return the width."""
        return 18 + TRACK * max(len(self.keys), 1)

    def track(self, key: object) -> float:
        """Return the x of a wire's track."""
        return self.x + self.w / 2 + TRACK * (self.keys.index(key) - (len(self.keys) - 1) / 2)


@dataclass(eq=False)
class Land(Placed):
    """A VPC: its gates on the upper edge, and its columns of subnets with gutters between them."""

    vpc: Vpc
    title: Row
    gates: list[Part] = field(default_factory=list)
    columns: list[tuple[str, list[Zone]]] = field(default_factory=list)
    gutters: list[Gutter] = field(default_factory=list)
    keys: list[object] = field(default_factory=list)  # the wires in the channel below the gates
    exits: list[object] = field(default_factory=list)  # the wires that leave past the gates
    widths: list[float] = field(default_factory=list)
    rise: float = 0
    clear: float = 0  # from here to the right no title stands above the edge
    _frames: list[tuple[str, float, float]] = field(default_factory=list)

    def measure(self) -> None:
        """Find the width, and how far the gates stand out above the edge."""
        columns = sum(self.widths) + sum(gutter.w for gutter in self.gutters)
        gates = 0.0
        for gate in self.gates:
            gate.place(0, 0, STEP_WIDTH if gate.steps else max(gate.row.needs, 134))
            gates += gate.w + 16 + GAP
            self.rise = max(self.rise, gate.h / 2 + 6)
        self.w = max(columns, gates, self.title.needs, 180) + 24 + TRACK * len(self.exits)

    def place(self, x: float, y: float) -> None:
        """Stand with the edge at `y`."""
        self.x, self.y = x, y
        at, lefts = x + 12, []
        for number in range(len(self.columns)):
            lefts.append(at)
            at += self.widths[number]
            if number < len(self.gutters):
                self.gutters[number].x = at
                at += self.gutters[number].w
        below, left = self._place_gates()
        beside = self.title.needs <= left - x - 24
        self.title.x, self.title.y = x + 12, y + 8 if beside else below + 6
        self.title.w = (left - x if beside else self.w) - 24
        self.channel = max(below + 10, self.title.y + self.title.h + 2)
        y = top = self.channel + 7 * len(self.keys) + 4
        for number in range(max((len(zones) for _, zones in self.columns), default=0)):
            y += 12 if number else 24
            tier = [(zones[number], c) for c, (_, zones) in enumerate(self.columns) if number < len(zones)]
            high = max(zone.place(lefts[c] + 8, y, self.widths[c] - 16) for zone, c in tier)
            for zone, _ in tier:
                zone.h = high if zone.headers else zone.h
            y += high
        self._frames = [(az, lefts[c], top) for c, (az, _) in enumerate(self.columns)]
        self.h = y + (20 if self.columns else 8) - self.y

    def _place_gates(self) -> tuple[float, float]:
        """Place the gates on the edge, above the busiest gutter; return their lower edge and left end."""
        total = sum(gate.w + 16 + GAP for gate in self.gates) - GAP
        middle = max(self.gutters, key=lambda gutter: len(gutter.keys), default=None)
        centre = middle.x + middle.w / 2 if middle else self.x + self.w / 2
        right = self.x + self.w - 12 - TRACK * len(self.exits)
        left = at = min(max(centre - total / 2, self.x + 12), right - total)
        for gate in self.gates:
            gate.place(at + 8, self.y - self.rise + 6, gate.w)
            at += gate.w + 16 + GAP
        return self.y + self.rise, left if self.gates else self.x + self.w

    def box(self) -> Box:
        """Return the frame with everything in it."""
        frame = Box(self.vpc.id, self.x, self.y, self.w, self.h, line=theme.FRAME, pen=2, inside=[self.title])
        for (az, x, y), (_, zones), wide in zip(self._frames, self.columns, self.widths, strict=True):
            line = [quiet("Availability Zone"), quiet(az)._replace(bold=True)]
            if sum(cell.needs for cell in line) > wide - 20:
                line[0] = quiet("Zone")
            head = Row(f"{self.vpc.id} {az}", [line], x + 10, y + 4, wide - 20)
            column = Box(head.id, x, y, wide, self.y + self.h - 10 - y, line=theme.QUIET)
            column.style, column.inside = "rounded,dashed", [head, *(zone.box() for zone in zones)]
            frame.inside.append(column)
        frame.inside += [gate.framed(theme.SHADE, theme.FRAME, 1.6) for gate in self.gates]
        return frame
