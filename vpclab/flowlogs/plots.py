"""Pictures of answers: bars, and events over time, as SVG with their conclusion in words.

They stand on the same light card as all figures, and what differs does so by shape and word before
colour. The colours and widths are `vpclab.render`'s, which is loaded when something is drawn.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

from vpclab.topology.errors import BadInput

_WIDTH, _LABEL, _ROW, _SIZE = 760, 250, 26, 13
_MOST = 15


@dataclass(frozen=True)
class Bars:
    """One bar for each row: a label, a number, and the number in words."""

    labels: Sequence[str]
    values: Sequence[float]
    words: Sequence[str]

    def rows(self) -> list[tuple[str, str]]:
        """Return the picture in words."""
        return list(zip(self.labels, self.words, strict=True))

    def draw(self, theme: Any) -> tuple[int, list[str]]:
        """Return the height and the elements."""
        top = max([*self.values, 1e-9])
        room = _WIDTH - _LABEL - 150
        parts = []
        for n, (label, value, words) in enumerate(zip(self.labels, self.values, self.words, strict=True)):
            y = n * _ROW
            parts += _label(theme, label, y)
            width = max(room * value / top, 2)
            box = f'x="{_LABEL}" y="{y + 4}" width="{width:.1f}" height="{_ROW - 8}"'
            parts.append(f'<rect {box} fill="{theme.ALLOWED}"/>')
            told = escape(theme.clean(words))
            parts.append(f'<text x="{_LABEL + width + 8:.1f}" y="{y + 18}">{told}</text>')
        return len(self.labels) * _ROW, parts


@dataclass(frozen=True)
class Times:
    """One line for each row: what was accepted (full discs) and refused (crosses) when, and a change."""

    labels: Sequence[str]
    accepted: Sequence[Sequence[float]]
    refused: Sequence[Sequence[float]]
    change: float | None = None

    def _span(self) -> tuple[float, float]:
        moments = [m for side in (self.accepted, self.refused) for row in side for m in row]
        moments += [] if self.change is None else [self.change]
        return (min(moments), max(moments)) if moments else (0.0, 1.0)

    def rows(self) -> list[tuple[str, str]]:
        """Return the picture in words."""
        found = []
        for label, yes, no in zip(self.labels, self.accepted, self.refused, strict=True):
            parts = [
                f"{len(side)} times {word}, {_when(min(side))} to {_when(max(side))}"
                for side, word in ((yes, "accepted"), (no, "rejected"))
                if len(side)
            ]
            found.append((label, "; ".join(parts) or "nothing"))
        return found

    def draw(self, theme: Any) -> tuple[int, list[str]]:
        """Return the height and the elements."""
        first, last = self._span()
        room, height = _WIDTH - _LABEL - 30, len(self.labels) * _ROW

        def x(moment: float) -> float:
            return _LABEL + room * (moment - first) / max(last - first, 1)

        parts = []
        for n, (label, yes, no) in enumerate(zip(self.labels, self.accepted, self.refused, strict=True)):
            y = n * _ROW + _ROW / 2
            parts += _label(theme, label, n * _ROW)
            parts.append(f'<path d="M{_LABEL} {y}H{_LABEL + room}" stroke="{theme.LINE}"/>')
            for moment in sorted({round(x(m)) for m in yes}):
                parts.append(f'<circle cx="{moment}" cy="{y}" r="4" fill="{theme.ALLOWED}"/>')
            for moment in sorted({round(x(m)) for m in no}):
                cross = f"M{moment - 4} {y - 4}l8 8M{moment + 4} {y - 4}l-8 8"
                parts.append(f'<path d="{cross}" stroke="{theme.DENIED}" stroke-width="2"/>')
        if self.change is not None:
            at = f"M{x(self.change):.1f} 0V{height}"
            parts.append(f'<path d="{at}" stroke="{theme.INK}" stroke-width="2" stroke-dasharray="6 4"/>')
        legend = f"● accepted   ✖ rejected   {_when(first)} to {_when(last)} UTC"
        legend += f"   ┆ change at {_when(self.change)}" if self.change is not None else ""
        parts.append(f'<text x="0" y="{height + 20}" fill="{theme.QUIET}">{escape(legend)}</text>')
        return height + 26, parts


Plot = Bars | Times


def _when(moment: float | None) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(moment or 0, UTC).strftime("%H:%M:%S")


def _label(theme: Any, text: str, y: float) -> list[str]:
    shown = theme.shorten(theme.clean(text), _LABEL - 14, _SIZE)
    return [f'<text x="{_LABEL - 10}" y="{y + 18}" text-anchor="end">{escape(shown)}</text>']


@dataclass(frozen=True, eq=False, repr=False)
class Chart:
    """A picture of an answer: `alt` states the conclusion, `text` says the rest, `svg` is the drawing."""

    title: str
    said: str
    plot: Plot

    @property
    def alt(self) -> str:
        """Return what the picture shows, in one sentence or two."""
        return f"{self.title}. {self.said}"

    @property
    def text(self) -> str:
        """Return in words what the picture shows."""
        return "\n".join([self.alt, "", *(f"{label}: {words}" for label, words in self.plot.rows())])

    @cached_property
    def svg(self) -> str:
        """Return the picture as an SVG element."""
        from vpclab.render import theme

        height, parts = self.plot.draw(theme)
        top = 40
        full = height + top + 14
        title = escape(theme.clean(self.title))
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {full}" width="{_WIDTH}" '
            f'height="{full}" role="img" font-family="{theme.FONT}" font-size="{_SIZE}" fill="{theme.INK}">'
        )
        return "\n".join(
            [
                head,
                f"<title>{escape(theme.clean(self.alt))}</title>",
                f'<rect width="{_WIDTH}" height="{full}" rx="8" fill="{theme.PAPER}" stroke="{theme.LINE}"/>',
                f'<text x="14" y="24" font-size="15" font-weight="bold">{title}</text>',
                f'<g transform="translate(14 {top})">',
                *parts,
                "</g>",
                "</svg>",
            ]
        )

    @property
    def picture(self) -> str:
        """Return the image with its words as alternative text."""
        source = b64encode(self.svg.encode()).decode()
        return (
            f'<img alt="{escape(self.alt)}" style="max-width:100%" src="data:image/svg+xml;base64,{source}">'
        )

    @property
    def html(self) -> str:
        """Return the figure: the picture, and its conclusion below."""
        return f"<figure>{self.picture}<figcaption>{escape(self.alt)}</figcaption></figure>"

    def save(self, path: str | Path) -> Path:
        """Write the picture as .svg and return the path."""
        path = Path(path)
        if path.suffix != ".svg":
            raise BadInput(f"{path.name!r} is not a picture's name: use one that ends in .svg")
        path.write_text(self.svg, encoding="utf-8")
        return path

    def __repr__(self) -> str:
        return f"<Chart: {self.alt}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": self.text, "text/html": self.html}


def bars(labels: Sequence[str], values: Sequence[float], words: Sequence[str]) -> Bars:
    """Return bars for the first rows of a table."""
    return Bars(list(labels)[:_MOST], list(values)[:_MOST], list(words)[:_MOST])
