"""The map of a snapshot: a land for each VPC, a zone for each subnet, a card for what has an address."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from vpclab.render import theme, words
from vpclab.render.parts import Card, Gutter, Land, Part, Zone
from vpclab.render.scene import Cell, Row, quiet, small
from vpclab.topology.model import (
    EgressOnlyInternetGateway,
    Instance,
    InternetGateway,
    NatGateway,
    NetworkInterface,
    Resource,
    SecurityGroup,
    Snapshot,
    Subnet,
    VirtualPrivateGateway,
    Vpc,
    VpcEndpoint,
)

CROWDED = 4  # cards of a subnet before those that are alike become one
MANY = 3  # VPCs from which on columns are narrow, so that the sheet is still read in a window of 800 pixels
# What stands on a VPC's edge; one more kind is one more line.
GATES: tuple[type[Resource], ...] = (
    InternetGateway,
    EgressOnlyInternetGateway,
    VirtualPrivateGateway,
    VpcEndpoint,
)


class Plan:
    """All parts of a snapshot, found by the id of what they show.

    What is in `apart` is never stacked. With `rules` a door says what it lets in, and not only its name.
    """

    def __init__(self, snapshot: Snapshot, apart: Iterable[str] = (), *, rules: bool = True) -> None:
        self.snapshot, self._apart, self._rules = snapshot, set(apart), rules
        self.parts: dict[str, Part] = {}  # by the id of a gateway, instance or interface
        self.doors: dict[str, Part] = {}  # by the same id
        self.routes: dict[str, Part] = {}  # by the subnet's id, as are the network ACLs
        self.acls: dict[str, Part] = {}
        self.lands = [self._land(vpc) for vpc in snapshot.all(Vpc)]
        columns = sum(len(land.columns) for land in self.lands)
        for land in self.lands:
            wide = 200 if len(self.lands) >= MANY else 310 if columns < 3 else 264
            land.widths = [wide] * len(land.columns)
        self._fold()

    @property
    def zones(self) -> Iterator[Zone]:
        """Yield every subnet's zone."""
        for land in self.lands:
            for _, zones in land.columns:
                yield from zones

    def outline(self) -> Iterator[str]:
        """Yield the map in words, indented: VPC, Availability Zone, subnet, what is in it."""
        for land in self.lands:
            yield f"Region {land.vpc.region}, {land.title.text}"
            yield from (f"  {gate.row.text}" for gate in land.gates)
            for az, zones in land.columns:
                yield f"  Availability Zone {az}"
                for zone in zones:
                    name, kind = zone.title.lines[0]
                    yield f"    {kind.text[2:]} subnet {name.text}, {zone.title.lines[1][0].text}"
                    yield from (f"      {part.row.text}" for part in zone.headers)
                    for card in zone.cards:
                        door = f", {card.door.row.text}" if card.door else ""
                        yield f"      {card.body.row.text}{door}"

    def focus(self) -> None:
        """Shrink what no packet passes, so that the way stands out."""
        walked, other = (252, 200) if len(self.lands) >= MANY else (330, 250)
        for land in self.lands:
            land.widths = [walked if any(z.walked for z in zones) else other for _, zones in land.columns]
        for zone in self.zones:
            if not zone.walked:
                zone.headers, zone.title.pale = [], True
            for card in zone.cards:
                if not card.walked:
                    card.shrink()
        self._fold()

    def _fold(self) -> None:
        """Write what a map would cut off, such as a list of routes, on lines of its own."""
        for land in self.lands:
            for wide, (_, zones) in zip(land.widths, land.columns, strict=True):
                for part in (part for zone in zones for part in zone.headers):
                    part.row.lines = _folded(part.row.lines, wide - 36)
                for door in (card.door for zone in zones for card in zone.cards if card.door):
                    door.row.lines = _parted(door.row.lines, wide - 48)

    def _land(self, vpc: Vpc) -> Land:
        blocks = " · ".join(map(str, (*vpc.cidrs, *vpc.ipv6_cidrs)))
        name = [Cell("VPC", False, theme.FRAME, 13), Cell(theme.clean(vpc.name), True, theme.FRAME, 13)]
        land = Land(vpc, Row(f"{vpc.id} title", [name, [quiet(blocks)]]))
        for gate in (gate for kind in GATES for gate in self.snapshot.all(kind)):
            if gate.vpc_id == vpc.id and getattr(gate, "type", "Gateway") == "Gateway":  # type: ignore[attr-defined]
                line = [Cell(words.plain(gate.kind), True), quiet(theme.clean(gate.name), most=150)]
                self.parts[gate.id] = Part(Row(gate.id, [line]), "gate", land=land)
                land.gates.append(self.parts[gate.id])
        subnets = [s for s in self.snapshot.all(Subnet) if s.vpc_id == vpc.id]
        if not subnets:
            land.title.lines.append([Cell("no subnets yet", ink=theme.QUIET)])
        names = sorted({s.az for s in subnets})
        land.gutters = [Gutter() for _ in range(max(len(names) - 1, min(len(names), 1)))]
        for number, az in enumerate(names):
            last = number > 0 and number == len(names) - 1
            gutter = land.gutters[number - 1 if last else number]
            mine = [self._zone(s, land, gutter, last) for s in subnets if s.az == az]
            land.columns.append((az, sorted(mine, key=lambda zone: not zone.public)))
        return land

    def _zone(self, subnet: Subnet, land: Land, gutter: Gutter, mirrored: bool) -> Zone:
        public = words.is_public(self.snapshot, subnet)
        blocks = " · ".join(str(block) for block in (subnet.cidr, subnet.ipv6_cidr) if block)
        kind = f"{'○' if public else '■'} {words.publicity(self.snapshot, subnet)}"
        ink = theme.PUBLIC if public else theme.PRIVATE
        name = [Cell(theme.clean(subnet.name), True, size=13), Cell(kind, True, ink, align="RIGHT")]
        title = Row(f"{subnet.id} title", [name, [quiet(blocks)]])
        zone = Zone(subnet, public, title, gutter, mirrored)
        table, acl = self.snapshot.route_table_of(subnet), self.snapshot.network_acl_of(subnet)
        for what, value, does, found in (
            ("route table", table, words.ways(self.snapshot, table), self.routes),
            ("network ACL", acl, words.entries(acl), self.acls),
        ):
            own = small(theme.clean(value), True, most=90)
            line = [quiet(what), own, quiet(does)]
            found[subnet.id] = Part(Row(f"{subnet.id} {what}", [line]), "header", zone, land)
            zone.headers.append(found[subnet.id])
        zone.cards = self._alike(list(self._cards(subnet, zone, land)))
        return zone

    def _cards(self, subnet: Subnet, zone: Zone, land: Land) -> Iterator[Card]:
        """Yield a card for each NAT gateway, instance and loose interface of a subnet."""
        nats = [nat for nat in self.snapshot.all(NatGateway) if nat.subnet_id == subnet.id]
        places: list[tuple[Any, str]]
        for nat in nats:
            places = [(nat.private_ip, "private"), (nat.public_ip, "public")]
            yield self._card(nat.id, zone, land, [nat.name, "NAT gateway"], places, None)
        for eni in self.snapshot.all(NetworkInterface):
            if eni.subnet_id != subnet.id or any(eni.owner_id == nat.id for nat in nats):
                continue
            owner = self.snapshot.get(Instance, eni.owner_id) if eni.device_index == 0 else None
            name = [owner.name, "instance"] if owner else [eni.name, "interface"]
            if owner and owner.state != "running":
                name[1] += f", {owner.state}"
            places = [p for e in eni.addresses for p in ((e.address, "private"), (e.public_ip, "public"))]
            places += [(six, "IPv6") for six in eni.ipv6_addresses]
            found = (self.snapshot.get(SecurityGroup, id) for id in eni.group_ids)
            groups = [group for group in found if group]
            door = [[quiet("security group"), small(", ".join(map(theme.clean, groups)) or "none", True)]]
            if self._rules and groups:
                door.append([quiet(theme.clean(words.admits(groups)), most=190)])
            card = self._card(eni.id, zone, land, name, places, door)
            if owner:
                self.parts[owner.id], self.doors[owner.id] = card.body, self.doors[eni.id]
            yield card

    def _card(
        self,
        id: str,
        zone: Zone,
        land: Land,
        name: list[str],
        places: Iterable[tuple[Any, str]],
        door: list[list[Cell]] | None,
    ) -> Card:
        called = Cell(theme.clean(name[0]), True, size=13, most=150)
        lines = [[called, quiet(name[1])]]
        lines += [[small(str(a)), quiet(kind)] for a, kind in places if a]
        self.parts[id] = Part(Row(id, lines), "body", zone, land, id)
        if door is not None:
            self.doors[id] = Part(Row(f"{id} groups", door), "door", zone, land, id)
        return Card(id, self.doors.get(id), self.parts[id])

    def _alike(self, cards: list[Card]) -> list[Card]:
        """Return the cards; in a crowded subnet those that differ only in name and address become one."""
        if len(cards) <= CROWDED:
            return cards
        same: dict[object, list[Card]] = {}
        for card in cards:
            kinds = tuple(line[1].text for line in card.body.row.lines)
            door = card.door.row.lines[0][1].text if card.door else None
            same.setdefault(card.id if card.id in self._apart else (door, kinds), []).append(card)
        for first, *others in same.values():
            for card in others:
                self.parts[card.id] = first.body
        return [_stacked(group) if len(group) > 1 else group[0] for group in same.values()]


def _folded(lines: list[list[Cell]], room: float) -> list[list[Cell]]:
    """Return a heading, if one line is too short for it, as a line and one more for each thing it lists."""
    line = [cell for line in lines for cell in line if cell.text]
    items = [item for cell in line[2:] for item in cell.text.split(", ")]
    whole = [*line[:2], quiet(", ".join(items))]
    if sum(cell.needs for cell in whole) <= room:
        return [whole]
    return [line[:2], *([Cell("", width=10), quiet(item)] for item in items)]


def _parted(lines: list[list[Cell]], room: float) -> list[list[Cell]]:
    """Return the lines of a door; what it lets in, if too long for one, in two: what, and from whom."""
    parted = []
    for line in lines:
        what, word, whom = line[0].text.partition(" from ")
        if not word or line[0].needs <= room:
            parted.append(line)
        else:
            parted += [[quiet(what)], [Cell("", width=10), quiet(f"from {whom}")]]
    return parted


def _stacked(cards: list[Card]) -> Card:
    """Return one card for several that are alike: how many, and the first and last of each line."""
    first, last = cards[0].body.row, cards[-1].body.row
    kind = first.lines[0][1].text
    lines = [[Cell(f"{len(cards)} {kind}s", True, size=13)]]
    for one, other in zip(first.lines, last.lines, strict=True):
        ends = [small(one[0].text, most=100), small("…"), small(other[0].text, most=100)]
        lines.append([*ends, quiet("" if one is first.lines[0] else one[1].text)])
    first.lines = lines
    return Card(cards[0].id, cards[0].door, cards[0].body, stack=len(cards))
