"""`draw`: a map of a network, or a packet's way over it, as a figure with its conclusion in words."""

from __future__ import annotations

from base64 import b64encode
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

from vpclab.evaluate.results import Trace
from vpclab.render import engine, theme, words
from vpclab.render.sheet import Sheet
from vpclab.topology.errors import BadInput
from vpclab.topology.model import Snapshot

_PNG_SIGNS = str.maketrans("✔✖→○■…·“”", "+x>o#~-''")  # its fonts have no others


class Figure:
    """A picture: `alt` states the conclusion, `outline` says the rest, `dot` is the drawing as text."""

    def __init__(self, alt: str, outline: str, dot: str) -> None:
        self.alt, self.outline, self.dot = alt, outline, dot

    @cached_property
    def _drawn(self) -> tuple[str, str]:
        picture, program = engine.run(self.dot)
        return (engine.tidy(picture.decode(), self.alt) if picture else "", program)

    @property
    def svg(self) -> str:
        """Return the picture as an SVG element, or nothing where no program could draw it."""
        return self._drawn[0]

    @property
    def engine(self) -> str:
        """Return what drew it: ``graphviz-pure``, ``dot``, or ``text`` for the outline."""
        return self._drawn[1]

    @property
    def picture(self) -> str:
        """Return the image with its words as alternative text; where nothing could draw it, the words."""
        if not self.svg:
            return f'<pre style="{theme.CARD};padding:10px">{escape(self.outline)}</pre>'
        source = b64encode(self.svg.encode()).decode()
        alt = escape(self.alt)
        return f'<img alt="{alt}" style="max-width:100%" src="data:image/svg+xml;base64,{source}">'

    @property
    def html(self) -> str:
        """Return the figure: the picture, and its conclusion below."""
        drew = {
            engine.PROGRAMS[0]: "",
            engine.TEXT: "No drawing program was found: this is the picture in words.",
        }
        note = drew.get(self.engine, f"Drawn by {self.engine}.")
        caption = escape(self.alt) + (f" <small>{note}</small>" if note else "")
        return f'<figure style="margin:4px 0">{self.picture}<figcaption>{caption}</figcaption></figure>'

    def save(self, path: str | Path) -> Path:
        """Write the picture as .svg or .png and return the path; a PNG has plain signs for ✔ and ✖."""
        path = Path(path)
        if path.suffix == ".svg":
            data = self.svg.encode()
        elif path.suffix == ".png":
            data = engine.run(self.dot.translate(_PNG_SIGNS), "png")[0]
        else:
            raise BadInput(f"{path.name!r} is not a picture's name: use one that ends in .svg or .png")
        if not data:
            raise BadInput("no drawing program was found: install graphviz-pure or Graphviz")
        path.write_bytes(data)
        return path

    def __repr__(self) -> str:
        return f"<Figure: {self.alt}>"

    @property
    def text(self) -> str:
        """Return in words what the picture shows."""
        return f"{self.alt}\n\n{self.outline}"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": self.text, "text/html": self.html}


def draw(what: Any, *, step: int | None = None) -> Figure:
    """Draw a topology, a snapshot or a trace.

    `step` draws a trace as far as its hops 1 to `step`, those of the request first, then those of the
    reply; 0 shows the way before the packet leaves. Every step has the same layout, and neither the
    picture nor its words tell what comes later.
    """
    if isinstance(what, Trace):
        hops = len(what.forward) + len(what.reply)
        if step is not None and (type(step) is not int or not 0 <= step <= hops):
            raise BadInput(f"{step!r} is not a step of this trace: it has the steps 0 to {hops}")
        alt = words.conclusion(what) if step is None else words.step_sentence(what, step)
        outline = str(what) if step is None else words.walked(what, step)
        return Figure(alt, outline, Sheet(what.snapshot, what, step).scene().dot())
    snapshot = what if isinstance(what, Snapshot) else getattr(what, "snapshot", None)
    snapshot = snapshot() if callable(snapshot) else snapshot
    if not isinstance(snapshot, Snapshot):
        raise BadInput(f"{what!r} cannot be drawn: give a topology, a snapshot or a trace")
    if step is not None:
        raise BadInput("only a trace has steps: write draw(trace, step=2)")
    sheet = Sheet(snapshot)
    return Figure(words.summary(snapshot), "\n".join(sheet.plan.outline()), sheet.scene().dot())
