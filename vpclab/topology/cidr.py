"""CIDR planning: a VPC's block cut into pieces, halves joined again, pieces given to subnets.

A plan always covers the whole block, each address once. Every change returns a new plan, or refuses what AWS
would refuse; the code of a plan builds it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from ipaddress import IPv4Network

from vpclab.topology import rules
from vpclab.topology.model import Network
from vpclab.topology.syntax import read_network
from vpclab.topology.words import bad, missing, refuse

__all__ = ["Piece", "Plan", "relation", "usable"]

SMALLEST = 28  # SUB-2


def usable(block: IPv4Network) -> int:
    """Return how many addresses of a subnet interfaces can have (SUB-3).

    >>> usable(IPv4Network("10.0.0.0/24")), usable(IPv4Network("10.0.0.0/28"))
    (251, 11)
    """
    return block.num_addresses - 5


def relation(one: Network, other: Network) -> str:
    """Return how two blocks lie: apart, same, inside (one in the other) or around.

    Two blocks never overlap in part: both begin where a block of their size begins.

    >>> relation(IPv4Network("10.0.1.0/24"), IPv4Network("10.0.0.0/16"))
    'inside'
    """
    if one == other:
        return "same"
    return "inside" if rules.within(one, other) else "around" if rules.within(other, one) else "apart"


@dataclass(frozen=True)
class Piece:
    """A part of the VPC's block; with a name it is a subnet in one Availability Zone."""

    block: IPv4Network
    name: str = ""
    zone: str = ""


@dataclass(frozen=True)
class Plan:
    """A VPC's block in pieces, in the order of their addresses.

    >>> plan = Plan.of("10.0.0.0/16").split("10.0.0.0/16", 18).assign("10.0.0.0/18", "public-a", "a")
    >>> [str(piece.block) for piece in plan.pieces]
    ['10.0.0.0/18', '10.0.64.0/18', '10.0.128.0/17']
    >>> plan.merge("10.0.64.0/18")
    Traceback (most recent call last):
    ...
    vpclab.topology.errors.BadInput: 10.0.0.0/18 is subnet public-a, and a subnet keeps its block (SUB-2): \
free it first
    """

    block: IPv4Network
    pieces: tuple[Piece, ...]

    @classmethod
    def of(cls, block: object) -> Plan:
        """Return the plan of a VPC in one piece; its block is /16 to /28 (VPC-2)."""
        found = rules.vpc_block(block)
        return cls(found, (Piece(found),))

    @property
    def subnets(self) -> tuple[Piece, ...]:
        """Return the pieces that are subnets."""
        return tuple(piece for piece in self.pieces if piece.name)

    def piece(self, block: object) -> Piece:
        """Return the piece that has this block."""
        wanted = read_network(block)
        found = next((piece for piece in self.pieces if piece.block == wanted), None)
        return found or missing("piece", (str(piece.block) for piece in self.pieces), block=wanted)

    def split(self, block: object, length: int | None = None) -> Plan:
        """Halve a piece, and its first half again, until the first one has that length; once without."""
        piece = self._open(block)
        first = piece.block
        length = first.prefixlen + 1 if length is None else length
        if first.prefixlen >= SMALLEST:
            refuse("subnet-size", block=f"{first.network_address}/{first.prefixlen + 1}", fit=first)
        if not first.prefixlen < length <= SMALLEST:
            bad("piece-length", length=length, block=first, least=first.prefixlen + 1, most=SMALLEST)
        rest: list[Piece] = []
        while first.prefixlen < length:
            first, second = first.subnets()
            rest.insert(0, Piece(second))
        return self._with(piece.block, Piece(first), *rest)

    def merge(self, block: object) -> Plan:
        """Join a piece with its other half."""
        piece = self._open(block)
        if piece.block == self.block:
            bad("piece-whole", block=piece.block)
        parent = piece.block.supernet()
        other = next(half for half in parent.subnets() if half != piece.block)
        if other not in [found.block for found in self.pieces]:
            bad("piece-other", block=piece.block, other=other)
        self._open(other)
        return self._with(parent, Piece(parent))

    def assign(self, block: object, name: str, zone: str) -> Plan:
        """Make a piece a subnet with a name, in one Availability Zone (SUB-1)."""
        piece = self.piece(block)
        name, zone = name.strip(), zone.strip()
        if not name or "/" in name:
            bad("name", name=name, what="subnet")
        if any(other.name == name and other != piece for other in self.pieces):
            bad("piece-name", name=name)
        if not zone:
            bad("piece-zone", block=piece.block)
        return self._with(piece.block, replace(piece, name=name, zone=zone))

    def free(self, block: object) -> Plan:
        """Take a subnet off the plan; its block stays a piece."""
        piece = self.piece(block)
        return self._with(piece.block, Piece(piece.block))

    def code(self, vpc: str = "prod", topology: str = "shop") -> str:
        """Return the lines that build the VPC and its subnets."""
        lines = [f'{vpc} = {topology}.vpc("{vpc}", "{self.block}")']
        lines += [f'{vpc}.subnet("{p.name}", "{p.block}", az="{p.zone}")' for p in self.subnets]
        return "\n".join(lines)

    def _open(self, block: object) -> Piece:
        """Return a piece that may change its size: a subnet's block cannot (SUB-2)."""
        piece = self.piece(block)
        if piece.name:
            bad("piece-subnet", block=piece.block, name=piece.name)
        return piece

    def _with(self, place: IPv4Network, *new: Piece) -> Plan:
        """Return a plan with other pieces in a place."""
        kept = [piece for piece in self.pieces if not rules.within(piece.block, place)]
        return replace(self, pieces=tuple(sorted((*kept, *new), key=lambda piece: piece.block)))
