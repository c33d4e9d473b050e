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
_TIGHT = 'CELLBORDER="0" CELLSPACING="0" CELLPADDING="0"'


class Cell(NamedTuple):
    """A piece of text in a row: `width` is given, or what the text needs but not above `most`."""

    text: str
    bold: bool = False
    ink: str = theme.INK
    size: int = 12
    fill: str = ""
    width: float = 0
    align: str = "LEFT"
    most: float = 999
    pill: str = ""  # the colour of a round frame

    @property
    def needs(self) -> float:
        """Return the width this cell takes."""
        return self.width or min(theme.text_width(self.text, self.size, self.bold) + 6, self.most)


def quiet(text: str, most: float = 999) -> Cell:
    """Return a piece of small text in a quiet colour."""
    return Cell(text, ink=theme.QUIET, size=12, most=most)


def small(text: str, bold: bool = False, most: float = 999) -> Cell:
    """Return a piece of small text."""
    return Cell(text, bold, size=12, most=most)


@dataclass
class Row:
    """Text at a place, in one line or more: a node of the graph."""

    id: str
    lines: list[list[Cell]]
    x: float = 0
    y: float = 0
    w: float = 0
    line_height: int = 17
    fill: str = ""
    line: str = ""
    style: str = "rounded"
    pale: bool = False

    @property
    def needs(self) -> float:
        """Return the width that shows every line in full."""
        return max((sum(cell.needs for cell in line) for line in self.lines), default=0)

    @property
    def text(self) -> str:
        """Return the words alone."""
        return ", ".join(" ".join(cell.text for cell in line if cell.text) for line in self.lines)

    @property
    def h(self) -> float:
        """Return the height."""
        return self.line_height * len(self.lines) + (4 if self.line else 0)

    def dot(self, height: float) -> str:
        """Return the node statement."""
        ground = f' BGCOLOR="{self.fill}"' if self.fill else ""
        edge = f'BORDER="1" COLOR="{self.line}"' if self.line else 'BORDER="0"'
        rows = "".join(f"<TR>{self._cells(line)}</TR>" for line in self.lines)
        if len(self.lines) > 1:  # each line has columns of its own
            inner = (
                f'<TABLE BORDER="0" {_TIGHT}><TR>{self._cells(line)}</TR></TABLE>' for line in self.lines
            )
            rows = "".join(f'<TR><TD ALIGN="LEFT">{table}</TD></TR>' for table in inner)
        label = f'<TABLE {edge} STYLE="{self.style}"{ground} {_TIGHT}>{rows}</TABLE>'
        pos = f"{_n(self.x + self.w / 2)},{_n(height - self.y - self.h / 2)}"
        size = f"width={self.w / 72:.4f}, height={self.h / 72:.4f}"
        return f'{quote(self.id)} [pos="{pos}", {size}, label=<{label}>];'

    def _cells(self, line: list[Cell]) -> str:
        """Return the cells of a line; the last takes the room left, unless it stands at the right."""
        room = int(self.w) - (4 if self.line else 0)
        wide = [int(cell.needs) for cell in line]
        rest = len(line) - (2 if line[-1].align == "RIGHT" and len(line) > 1 else 1)
        wide[rest] = room - sum(w for i, w in enumerate(wide) if i != rest)
        cells, left = [], room
        for cell, width in zip(line, wide, strict=True):
            width = min(max(width, 0), left)
            left -= width
            if width > 0:
                cells.append(_cell(cell, width, self.line_height, self.pale))
        return "".join(cells)


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
        corners = ",".join(map(_n, (self.x, low, self.x + self.w, high)))
        look = f'color="{self.line}"; fillcolor="{self.fill}"; penwidth={self.pen};'
        yield f'  bb="{corners}"; style="{style}"; {look}'
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
            f"penwidth={self.pen}, style={self.style}, arrowhead={self.arrow}, arrowsize={self.arrow_size}];"
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
            "bgcolor=transparent, fontname=Arial];",
            "node [shape=none, margin=0, fixedsize=true, fontname=Arial, fontsize=12];",
        ]
        sheet = Box("sheet", 0, 0, self.width, self.height, line=theme.LINE, inside=self.things)
        lines += sheet.dot(self.height)
        lines += [wire.dot(self.height) for wire in self.wires]
        return "\n".join([*lines, "}"]) + "\n"


def quote(text: str) -> str:
    r"""Return a DOT string; what could mean something there is written as a number.

    >>> print(quote('say "hi" \\ there'))
    "say %22hi%22 %5C there"
    """
    return '"' + "".join(c if c.isprintable() and c not in '"\\%' else f"%{ord(c):02X}" for c in text) + '"'


def markup(text: str) -> str:
    """Return text for an HTML-like label: everything that could mean something there is a number."""
    return "".join(c if c.isalnum() or c in " .,:-" else f"&#{ord(c)};" for c in theme.clean(text))


def _cell(cell: Cell, width: int, height: int, pale: bool) -> str:
    bold, ink = (False, theme.QUIET) if pale and cell.ink == theme.INK else (cell.bold, cell.ink)
    words = markup(theme.shorten(cell.text, width, cell.size, bold))
    if words.strip():
        face = ' FACE="Arial Bold"' if bold else ""
        words = f'<FONT{face} COLOR="{ink}" POINT-SIZE="{cell.size}">{words}</FONT>'
    if cell.pill:
        ground = f' BGCOLOR="{cell.fill}"' if cell.fill else ""
        inner = f'<TD FIXEDSIZE="TRUE" WIDTH="{width - 7}" HEIGHT="{height - 4}">{words}</TD>'
        look = f'BORDER="1" COLOR="{cell.pill}"{ground} STYLE="ROUNDED"'
        words = f"<TABLE {look} {_TIGHT}><TR>{inner}</TR></TABLE>"
    return f'<TD FIXEDSIZE="TRUE" WIDTH="{width}" HEIGHT="{height}" ALIGN="{cell.align}">{words}</TD>'


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _without_repeats(points: list[Point]) -> list[Point]:
    """Return the corners without points that say nothing: repeated ones, and those on a straight way."""
    kept: list[Point] = []
    for point in points:
        if kept and point == kept[-1]:
            continue
        while len(kept) > 1 and any(kept[-2][i] == kept[-1][i] == point[i] for i in (0, 1)):
            kept.pop()
        kept.append(point)
    return kept if len(kept) > 1 else [*kept, *kept]


def _rounded(points: list[Point], radius: float = 7) -> list[Point]:
    """Return Bézier control points for a way along corners, each corner a small arc."""
    way = [points[0]]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        way += _straight(way[-1], _toward(corner, before, radius))
        way += [corner, corner, _toward(corner, after, radius)]
    return way + _straight(way[-1], points[-1])


def _straight(start: Point, end: Point) -> list[Point]:
    thirds = [
        (start[0] + (end[0] - start[0]) * i / 3, start[1] + (end[1] - start[1]) * i / 3) for i in (1, 2)
    ]
    return [*thirds, end]


def _toward(start: Point, goal: Point, distance: float) -> Point:
    dx, dy = goal[0] - start[0], goal[1] - start[1]
    long = (dx * dx + dy * dy) ** 0.5 or 1
    part = min(distance / long, 0.5)
    return start[0] + dx * part, start[1] + dy * part
