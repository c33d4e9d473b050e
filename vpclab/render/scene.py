"""What is on a sheet: boxes in boxes, lines of text, wires between them, as DOT with every place given.

Positions are pixels from the top left. The DOT says ``layout=nop2``, so that a Graphviz program
draws it and moves nothing: the picture is the same whichever program draws it, and a stepper's
pictures do not jump. Every text is data: cleaned, shortened to its place and escaped here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from vpclab.render import theme

Point = tuple[float, float]


class Cell(NamedTuple):
    """A piece of text in a row; a width of 0 takes what it needs."""

    text: str
    bold: bool = False
    ink: str = theme.INK
    size: int = 12
    fill: str = ""
    width: float = 0
    align: str = "LEFT"

    @property
    def needs(self) -> float:
        """Return the width this cell takes."""
        return self.width or theme.text_width(self.text, self.size, self.bold) + 6


@dataclass
class Row:
    """One line of text at a place: a node of the graph."""

    id: str
    cells: list[Cell]
    x: float = 0
    y: float = 0
    w: float = 0
    h: float = 18
    fill: str = ""
    line: str = ""
    style: str = "rounded"

    @property
    def needs(self) -> float:
        """Return the width that shows every cell in full."""
        return sum(cell.needs for cell in self.cells)

    def dot(self, height: float) -> str:
        """Return the node statement."""
        left = self.w - (2 if self.line else 0)
        last = self.cells[-1]
        cells = []
        if last.align == "RIGHT":
            left -= last.needs
        for cell in self.cells:
            width = min(cell.needs, left)
            if cell is last:
                width = last.needs if last.align == "RIGHT" else left
            elif last.align == "RIGHT" and cell is self.cells[-2]:
                width = left
            left -= width
            text = theme.shorten(cell.text, width, cell.size, cell.bold)
            if int(width) > 0:
                cells.append(_cell(text, cell, int(width), int(self.h) - (2 if self.line else 0)))
        frame = f'BORDER="{int(bool(self.line))}"' + (f' COLOR="{self.line}"' if self.line else "")
        ground = f' BGCOLOR="{self.fill}"' if self.fill else ""
        label = (
            f'<TABLE {frame} STYLE="{self.style}"{ground} CELLBORDER="0" CELLSPACING="0" CELLPADDING="0">'
            f"<TR>{''.join(cells)}</TR></TABLE>"
        )
        pos = f"{_n(self.x + self.w / 2)},{_n(height - self.y - self.h / 2)}"
        return f'{quote(self.id)} [pos="{pos}", width={_inch(self.w)}, height={_inch(self.h)}, label=<{label}>];'


@dataclass
class Box:
    """A frame with things in it: a cluster of the graph."""

    id: str
    x: float = 0
    y: float = 0
    w: float = 0
    h: float = 0
    fill: str = theme.PAPER
    line: str = theme.FRAME
    pen: float = 1
    style: str = "rounded"
    inside: list[Box | Row] = field(default_factory=list)

    def dot(self, height: float) -> Iterator[str]:
        """Yield the lines of the cluster statement."""
        yield f"subgraph {quote('cluster ' + self.id)} {{"
        low, high = height - self.y - self.h, height - self.y
        style = f"{self.style},filled".strip(",")
        yield f'  bb="{_n(self.x)},{_n(low)},{_n(self.x + self.w)},{_n(high)}"; style="{style}"; '\
            f'color="{self.line}"; fillcolor="{self.fill}"; penwidth={self.pen};'
        for thing in self.inside:
            for line in [thing.dot(height)] if isinstance(thing, Row) else thing.dot(height):
                yield f"  {line}"
        yield "}"


@dataclass
class Wire:
    """A way between two rows: an edge of the graph along given corners."""

    tail: str
    head: str
    corners: list[Point]
    ink: str = theme.LINE
    pen: float = 1.2
    style: str = "solid"
    arrow: str = "normal"
    arrow_size: float = 0.7

    def dot(self, height: float) -> str:
        """Return the edge statement."""
        points = [(x, height - y) for x, y in _without_repeats(self.corners)]
        (x1, y1), (x2, y2) = points[-2:]
        long = max(abs(x2 - x1) + abs(y2 - y1), 0.01)
        back = min(10 * self.arrow_size, long) if self.arrow != "none" else 0
        points[-1] = (x2 - (x2 - x1) / long * back, y2 - (y2 - y1) / long * back)
        tip = f"e,{_n(x2)},{_n(y2)} " if self.arrow != "none" else ""
        curve = " ".join(f"{_n(x)},{_n(y)}" for x, y in _rounded(points))
        return (
            f'{quote(self.tail)} -> {quote(self.head)} [pos="{tip}{curve}", color="{self.ink}", '
            f'penwidth={self.pen}, style={self.style}, arrowhead={self.arrow}, arrowsize={self.arrow_size}];'
        )


@dataclass
class Scene:
    """A whole sheet."""

    name: str
    width: float
    height: float
    things: list[Box | Row]
    wires: list[Wire]

    def dot(self) -> str:
        """Return the DOT text; the same scene gives the same text."""
        lines = [
            f"digraph {quote(self.name)} {{",
            f'graph [layout=nop2, bb="0,0,{_n(self.width)},{_n(self.height)}", outputorder=edgesfirst, '
            f'bgcolor="{theme.PAPER}", fontname=Arial];',
            "node [shape=none, margin=0, fixedsize=true, fontname=Arial, fontsize=12];",
        ]
        sheet = Box("sheet", 0, 0, self.width, self.height, line=theme.LINE, inside=self.things)
        lines += sheet.dot(self.height)
        lines += [wire.dot(self.height) for wire in self.wires]
        return "\n".join([*lines, "}"]) + "\n"


def quote(text: object) -> str:
    r"""Return a DOT string.

    >>> print(quote('say "hi" \\ there'))
    "say \"hi\" / there"
    """
    return '"' + theme.clean(text).replace("\\", "/").replace('"', '\\"') + '"'


def markup(text: str) -> str:
    """Return text for an HTML-like label: everything that could mean something there is a number."""
    return "".join(c if c.isalnum() or c in " .,:-" else f"&#{ord(c)};" for c in text)


def _cell(text: str, cell: Cell, width: int, height: int) -> str:
    ground = f' BGCOLOR="{cell.fill}"' if cell.fill else ""
    words = markup(text)
    if words.strip():
        face = ' FACE="Arial Bold"' if cell.bold else ""
        words = f'<FONT{face} COLOR="{cell.ink}" POINT-SIZE="{cell.size}">{words}</FONT>'
    return f'<TD FIXEDSIZE="TRUE" WIDTH="{width}" HEIGHT="{height}" ALIGN="{cell.align}"{ground}>{words}</TD>'


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _inch(value: float) -> str:
    return f"{value / 72:.4f}"


def _without_repeats(points: list[Point]) -> list[Point]:
    """Return the corners without points that say nothing: repeated ones, and those on a straight way."""
    kept: list[Point] = []
    for point in points:
        if kept and point == kept[-1]:
            continue
        while len(kept) > 1 and (kept[-2][0] == kept[-1][0] == point[0] or kept[-2][1] == kept[-1][1] == point[1]):
            kept.pop()
        kept.append(point)
    return kept if len(kept) > 1 else [*kept, *kept]


def _rounded(points: list[Point], radius: float = 7) -> list[Point]:
    """Return Bézier control points for a way along corners, each corner a small arc."""
    way = [points[0]]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        into = _toward(corner, before, radius)
        out = _toward(corner, after, radius)
        way += [way[-1], into, into, corner, corner, out]
    return [*way, way[-1], points[-1], points[-1]]


def _toward(start: Point, goal: Point, distance: float) -> Point:
    dx, dy = goal[0] - start[0], goal[1] - start[1]
    long = (dx * dx + dy * dy) ** 0.5 or 1
    part = min(distance / long, 0.5)
    return start[0] + dx * part, start[1] + dy * part
