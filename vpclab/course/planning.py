"""The CIDR planner: cut a VPC's block, give pieces to subnets, see what AWS keeps and what overlaps.

`PlanView` is the page, as text and as HTML; `cidr_planner` is a thin shell around it and around
`vpclab.topology.cidr`, which does the arithmetic.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from ipaddress import IPv4Network
from typing import Any

from vpclab.course import words
from vpclab.course.cards import Code, Table
from vpclab.course.controls import button, columns, complaint, field, line, live, row, sheet, shell, trying
from vpclab.render import theme
from vpclab.topology.cidr import SMALLEST, Piece, Plan, relation, usable
from vpclab.topology.errors import BadInput
from vpclab.topology.model import Network
from vpclab.topology.rules import reserved_addresses
from vpclab.topology.syntax import read_network

__all__ = ["PlanView", "cidr_planner", "read_blocks"]

Named = tuple[str, Network]
_BAR = "display:flex;margin:2px 0;font-size:12px;line-height:1.3"
_PART = (
    "box-sizing:border-box;min-width:3px;padding:3px 0;"
    "overflow:hidden;text-overflow:ellipsis;white-space:nowrap"
)
_HERE = "▶\N{NO-BREAK SPACE}"
_NARROW = 420  # pixels: how wide a bar is at least; a part has a label if it is wide enough for it


def read_blocks(text: str) -> tuple[Named, ...]:
    """Return names and blocks from text such as ``dev 10.1.0.0/16, office 192.168.0.0/16``.

    >>> read_blocks("dev 10.1.0.0/16, 192.168.0.0/16")
    (('dev', IPv4Network('10.1.0.0/16')), ('192.168.0.0/16', IPv4Network('192.168.0.0/16')))
    """
    found = []
    for part in filter(None, (part.strip() for part in re.split(r"[,;\n]", text))):
        name, _, block = part.rpartition(" ")
        found.append((name.strip() or block, read_network(block)))
    return tuple(found)


@dataclass(frozen=True)
class PlanView:
    """A plan as a bar, as tables and as code; `chosen` is the piece that is looked at more closely."""

    plan: Plan
    chosen: IPv4Network | None = None
    beside: tuple[Named, ...] = ()

    @property
    def said(self) -> str:
        """Return the plan in a sentence."""
        plan = self.plan
        return words.PLAN_SAID.format(
            block=plan.block, size=f"{plan.block.num_addresses:,}", pieces=len(plan.pieces),
            subnets=len(plan.subnets),
        )  # fmt: skip

    def pieces(self) -> Table:
        """Return the pieces with their addresses, and the subnets that they are."""
        at = next((i for i, piece in enumerate(self.plan.pieces) if piece.block == self.chosen), None)
        rows = tuple(
            (
                f"{_HERE if i == at else ''}{piece.block}", str(piece.block[-1]),
                f"{usable(piece.block):,}", piece.name or words.FREE, piece.zone,
            )
            for i, piece in enumerate(self.plan.pieces)
        )  # fmt: skip
        return Table(words.PIECES_HEADER, rows, at)

    def kept(self) -> list[Any]:
        """Return what AWS keeps of the chosen piece."""
        if self.chosen is None:
            return []
        block = self.chosen
        addresses = map(str, reserved_addresses(block))
        said = words.KEPT.format(
            block=block, size=f"{block.num_addresses:,}", usable=f"{usable(block):,}", first=block[4],
            last=block[-2],
        )  # fmt: skip
        rows = tuple(zip(addresses, words.KEPT_FOR, strict=True))
        return [said, Table(words.KEPT_HEADER, rows)]

    def overlaps(self) -> list[Any]:
        """Return how the other blocks lie to the VPC's and to each other."""
        everything = [(words.THIS_VPC, self.plan.block), *self.beside]
        rows = []
        for number, (name, block) in enumerate(everything):
            for other, theirs in everything[number + 1 :]:
                lie = relation(theirs, block)
                rows.append((f"{other} {theirs}", f"{name} {block}", words.RELATIONS[lie]))
        return [Table(words.BESIDE_HEADER, tuple(rows))] if rows else []

    def __str__(self) -> str:
        parts = [self.said, self.pieces(), *self.kept(), *self.overlaps(), words.CODE_HEAD]
        return "\n".join([*map(str, parts), str(Code(self.plan.code()))])

    __repr__ = __str__

    def html(self) -> str:
        """Return the plan as a proportional bar, with what overlaps it below, and as tables."""
        bars = _bar([(p.block.num_addresses, _label(p), _look(p, self.chosen)) for p in self.plan.pieces])
        for name, block in self.beside:
            bars += _shadow(name, block, self.plan.block)
        alt = escape(words.BAR_ALT.format(said=self.said))
        tables = [self.pieces(), *self.kept(), *self.overlaps()]
        shown = [line(part) if isinstance(part, str) else part.html() for part in tables]
        code = line(words.CODE_HEAD) + Code(self.plan.code()).html()
        return sheet(live(line(self.said)), f'<div role="img" aria-label="{alt}">{bars}</div>', *shown, code)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self.html()}


def _label(piece: Piece) -> str:
    return " ".join(filter(None, (f"/{piece.block.prefixlen}", piece.name, piece.zone and f"({piece.zone})")))


def _look(piece: Piece, chosen: IPv4Network | None) -> str:
    fill = theme.PUBLIC_FILL if piece.name else theme.PAPER
    edge = f"1px {'solid' if piece.name else 'dotted'} {theme.FRAME}"
    mark = f";outline:2px solid {theme.FRAME};font-weight:bold" if piece.block == chosen else ""
    return f"background-color:{fill};border:{edge}{mark}"


def _fitting(label: str, share: float) -> str:
    """Return a label, its first word, or nothing, whichever fits into a share of the bar."""
    found = (
        text for text in (label, label.split(" ")[0]) if theme.text_width(text, 13) + 10 < share * _NARROW
    )
    return next(found, "")


def _bar(parts: Sequence[tuple[int, str, str]]) -> str:
    """Return parts in proportion to their sizes; one that is too small has no label."""
    whole = sum(size for size, _, _ in parts)
    drawn = (
        f'<div style="flex:0 1 {100 * size / whole:.4f}%;{_PART};{look}">'
        f"&nbsp;{escape(_fitting(label, size / whole))}</div>"
        for size, label, look in parts
    )
    return f'<div style="{_BAR}">{"".join(drawn)}</div>'


def _shadow(name: str, block: Network, vpc: IPv4Network) -> str:
    """Return where a block lies on the VPC's, as a bar; nothing where it lies apart."""
    lie = relation(block, vpc)
    if lie == "apart" or not isinstance(block, IPv4Network):
        return ""
    inner = block if lie == "inside" else vpc
    before = int(inner.network_address) - int(vpc.network_address)
    after = vpc.num_addresses - before - inner.num_addresses
    look = f"background-color:{theme.DENIED_FILL};border:1px dashed {theme.DENIED}"
    label = f"✖ {name} {block}"
    told = "" if _fitting(label, inner.num_addresses / vpc.num_addresses) == label else line(label)
    parts = ((before, "", ""), (inner.num_addresses, label, look), (after, "", ""))
    return _bar([part for part in parts if part[0]]) + told


def cidr_planner(
    block: object = "10.0.0.0/16", *, zones: Sequence[str] = "acd", beside: Mapping[str, object] | None = None
) -> Any:
    """Return controls to plan a VPC's block; `zones` are letters of Availability Zones.

    `beside` are blocks of other networks by their names: what overlaps them can never be peered with them.
    """
    from ipywidgets import HTML, BoundedIntText, RadioButtons, VBox

    from vpclab.course.widgets import guarded

    plan = Plan.of(block)
    others = ", ".join(f"{name} {read_network(cidr)}" for name, cidr in (beside or {}).items())
    known = read_blocks(others)
    page, message = HTML(), HTML()
    whole = field(words.VPC_BLOCK, str(plan.block))
    near = field(words.OTHER_BLOCKS, others, words.OTHER_BLOCKS_LIKE)
    piece = RadioButtons(options=[], description=words.PIECE, layout={"width": "auto"})
    length = BoundedIntText(
        value=plan.block.prefixlen + 1, min=17, max=SMALLEST, description=words.FIRST_PIECE,
        style={"description_width": "initial"}, layout={"width": "13em"},
    )  # fmt: skip
    name = field(words.SUBNET_NAME, "", words.SUBNET_NAME_LIKE, "16em")
    zone = RadioButtons(
        options=list(zones), value=None, description=words.ZONE, orientation="horizontal",
        layout={"width": "auto"}, style={"description_width": "initial"},
    )  # fmt: skip

    def view() -> PlanView:
        return PlanView(plan, piece.value, known)

    def show(_: object = None) -> None:
        guarded(page, lambda: view().html())

    def take(new: Plan, chosen: IPv4Network | None) -> None:
        """Show another plan, with this piece chosen."""
        nonlocal plan
        plan = new
        piece.unobserve(choose, names="value")
        piece.options = [(" ".join((str(p.block), p.name)).strip(), p.block) for p in plan.pieces]
        piece.value = chosen
        piece.observe(choose, names="value")
        choose()

    def choose(_: object = None) -> None:
        if piece.value is not None:
            found = plan.piece(piece.value)
            length.value = min(found.block.prefixlen + 1, SMALLEST)
            name.value, zone.value = found.name, found.zone or None
        show()

    def act(change: Any) -> None:
        """Change the plan at the chosen piece; what cannot be done is said."""

        def attempt() -> None:
            if piece.value is None:
                raise BadInput(words.CHOOSE_PIECE)
            new, first = change(piece.value)
            take(new, first)

        message.value = complaint(trying(attempt))

    def split(at: IPv4Network) -> tuple[Plan, IPv4Network]:
        new = plan.split(at, length.value if at.prefixlen < SMALLEST else None)
        return new, next(p.block for p in new.pieces if p.block[0] == at[0])

    def merge(at: IPv4Network) -> tuple[Plan, IPv4Network]:
        return plan.merge(at), at.supernet()

    def assign(at: IPv4Network) -> tuple[Plan, IPv4Network]:
        return plan.assign(at, name.value, zone.value or ""), at

    def free(at: IPv4Network) -> tuple[Plan, IPv4Network]:
        return plan.free(at), at

    def begin(_: object) -> None:
        message.value = complaint(trying(lambda: take(Plan.of(whole.value), None)))

    def compare(_: object) -> None:
        def attempt() -> None:
            nonlocal known
            known = read_blocks(near.value)

        message.value = complaint(trying(attempt))
        show()

    whole.observe(begin, names="value")
    near.observe(compare, names="value")
    piece.observe(choose, names="value")
    take(plan, None)
    controls = VBox([
        whole, near, piece,
        row(length, button(words.SPLIT, lambda: act(split)), button(words.MERGE, lambda: act(merge))),
        row(name, zone),
        row(button(words.MAKE_SUBNET, lambda: act(assign)), button(words.FREE_IT, lambda: act(free))),
        message,
    ])  # fmt: skip
    return shell([columns(controls, page, (300, 400))], view)
